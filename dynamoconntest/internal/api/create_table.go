package api

import (
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

const (
	maxLocalIndexes   = 5
	maxGlobalIndexes  = 20
	maxProjectedNames = 100
	maxKeyAttributes  = 4 // of a global index's partition key, and of its sort key
	maxThroughput     = 1_000_000_000_000
	onDemand          = "PAY_PER_REQUEST"
)

func (c *call) createTable() *Error {
	in := c.Input
	name := tableName(in.Get("TableName").Str())
	t := &store.Table{
		Name: name, Region: c.Region, ID: newID(), Created: c.now,
		OnDemand:  in.Get("BillingMode").Str() == onDemand,
		Protected: in.Get("DeletionProtectionEnabled").True(),
		Class:     in.Get("TableClass").Str(),
		ReadyAt:   c.now.Add(c.CreateDelay),
		Tags:      map[string]string{},
	}
	if t.OnDemand {
		t.OnDemandAt = c.now
	}
	var err *Error
	if t.Throughput, err = readThroughput(in.Get("ProvisionedThroughput"), t.OnDemand); err != nil {
		return err
	}
	if t.Definitions, err = readDefinitions(in.Get("AttributeDefinitions")); err != nil {
		return err
	}
	if t.Schema, err = readTableSchema(in.Get("KeySchema"), t.Definitions); err != nil {
		return err
	}
	if err := c.readIndexes(t, in); err != nil {
		return err
	}
	if err := checkDefinitionsUsed(t); err != nil {
		return err
	}
	if err := c.readStream(t, in.Get("StreamSpecification")); err != nil {
		return err
	}
	if err := addTags(t.Tags, in.Get("Tags")); err != nil {
		return err
	}
	return c.lockForWriting(func() *Error {
		if c.DB.Table(c.Region, name, c.now) != nil {
			return ServiceError("ResourceInUseException", "Table already exists: %s", name)
		}
		t.Init(c.ReadLag)
		c.DB.Add(t)
		c.Key("TableDescription")
		if c.CreateDelay <= 0 {
			// The service always answers CREATING.
			creating := *t
			creating.ReadyAt = c.now.Add(1)
			c.writeTableDescription(&creating)
			return nil
		}
		c.writeTableDescription(t)
		return nil
	})
}

// readStream reads a StreamSpecification. n may be nil.
func (c *call) readStream(t *store.Table, n *protocol.Node) *Error {
	if n == nil {
		return nil
	}
	view, on := n.Get("StreamViewType").Str(), n.Get("StreamEnabled").True()
	switch {
	case on && view == "":
		return validationError(invalidParameter + "StreamEnabled is true but StreamViewType is not specified")
	case !on && view != "":
		return validationError(invalidParameter + "UpdateStreamEnabled is set to false, but StreamViewType is specified")
	case on && t.Stream.Enabled:
		return validationError("Table already has an enabled stream: %s", t.Name)
	case !on:
		t.Stream.Enabled = false
		return nil
	}
	t.Stream = store.Stream{View: view, Enabled: true}
	return nil
}

// newID returns a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// readThroughput reads a ProvisionedThroughput, which a table has unless it is
// on-demand.
func readThroughput(n *protocol.Node, onDemand bool) (store.Throughput, *Error) {
	var tp store.Throughput
	if onDemand {
		if n != nil {
			return tp, validationError(invalidParameter + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
		}
		return tp, nil
	}
	if n == nil {
		return tp, validationError(invalidParameter + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	tp.Read, _ = n.Get("ReadCapacityUnits").Int()
	tp.Write, _ = n.Get("WriteCapacityUnits").Int()
	if tp.Read > maxThroughput {
		return tp, validationError("Given value %d for ReadCapacityUnits is out of bounds", tp.Read)
	}
	if tp.Write > maxThroughput {
		return tp, validationError("Given value %d for WriteCapacityUnits is out of bounds", tp.Write)
	}
	return tp, nil
}

// readDefinitions reads AttributeDefinitions. n may be nil.
func readDefinitions(n *protocol.Node) ([]store.KeyAttr, *Error) {
	var out []store.KeyAttr
	seen := map[string]bool{}
	if n == nil {
		return nil, nil
	}
	for i := range n.Elems {
		k := store.KeyAttr{Name: n.Elems[i].Get("AttributeName").Str(), Kind: attr.KindOf(n.Elems[i].Get("AttributeType").Str())}
		if seen[k.Name] {
			return nil, validationError(invalidParameter+"Duplicate AttributeName in AttributeDefinitions: %s", k.Name)
		}
		seen[k.Name] = true
		out = append(out, k)
	}
	return out, nil
}

// readTableSchema reads the key schema of a table.
func readTableSchema(n *protocol.Node, defs []store.KeyAttr) (store.Schema, *Error) {
	if len(n.Elems) > len(defs) {
		return nil, validationError("Invalid KeySchema: Some index key attribute have no definition")
	}
	return readSchema(n, defs, 1)
}

// readSchema reads a key schema. Its attributes must be among the definitions. The
// partition key and the sort key may have most attributes each.
func readSchema(n *protocol.Node, defs []store.KeyAttr, most int) (store.Schema, *Error) {
	var out store.Schema
	var names, defined []string
	for _, d := range defs {
		defined = append(defined, d.Name)
	}
	missing := false
	for i := range n.Elems {
		name := n.Elems[i].Get("AttributeName").Str()
		names = append(names, name)
		kind := attr.None
		for _, d := range defs {
			if d.Name == name {
				kind = d.Kind
			}
		}
		missing = missing || kind == attr.None
		out = append(out, store.KeyAttr{Name: name, Kind: kind, Sort: n.Elems[i].Get("KeyType").Str() == "RANGE"})
	}
	duplicate := false
	for i, k := range out {
		duplicate = duplicate || slices.Contains(names[:i], k.Name)
	}
	switch {
	case missing:
		return nil, validationError(invalidParameter+"Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]",
			strings.Join(names, ", "), strings.Join(defined, ", "))
	case duplicate && most > 1 && (len(out) > 2 || !out[1].Sort):
		return nil, validationError("The KeySchema contains multiple key attributes with the same name")
	case duplicate:
		return nil, validationError("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	case out[0].Sort:
		return nil, validationError("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	case most == 1 && len(out) == 2 && !out[1].Sort:
		return nil, validationError("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	case slices.ContainsFunc(out.Sort(), func(k store.KeyAttr) bool { return !k.Sort }):
		return nil, validationError(invalidParameter + "All HASH key attributes must precede RANGE key attributes in the KeySchema")
	case len(out.Partition()) > most:
		return nil, validationError(invalidParameter + "The KeySchema exceeds the maximum allowed number of HASH key attributes")
	case len(out.Sort()) > most:
		return nil, validationError(invalidParameter + "The KeySchema exceeds the maximum allowed number of RANGE key attributes")
	}
	return out, nil
}

// readIndexes reads the local and global indexes of a new table.
func (c *call) readIndexes(t *store.Table, in *protocol.Node) *Error {
	lists := []struct {
		key    string
		global bool
		most   int
	}{{"LocalSecondaryIndexes", false, maxLocalIndexes}, {"GlobalSecondaryIndexes", true, maxGlobalIndexes}}
	projected := 0
	for _, l := range lists {
		n := in.Get(l.key)
		if n == nil {
			continue
		}
		if len(n.Elems) == 0 {
			return validationError(invalidParameter+"List of %s is empty", l.key)
		}
		if !l.global && len(t.Schema.Sort()) == 0 {
			return validationError(invalidParameter + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
		}
		if len(n.Elems) > l.most {
			if l.global {
				return validationError(invalidParameter + "GlobalSecondaryIndex count exceeds the per-table limit of 20")
			}
			return validationError(invalidParameter + "Number of LocalSecondaryIndexes exceeds per-table limit of 5")
		}
		for i := range n.Elems {
			x, err := c.readIndex(t, &n.Elems[i], l.global, t.Definitions)
			if err != nil {
				return err
			}
			x.ReadyAt = t.ReadyAt
			projected += len(x.NonKeyAttributes)
			t.Indexes = append(t.Indexes, x)
		}
	}
	if projected > maxProjectedNames {
		return validationError(invalidParameter + "Number of projected attributes across all secondary indexes exceeds the per-table limit of 100")
	}
	return nil
}

// readIndex reads an index of a table. The attributes of its key must be among the
// definitions.
func (c *call) readIndex(t *store.Table, n *protocol.Node, global bool, defs []store.KeyAttr) (*store.Index, *Error) {
	x := &store.Index{Name: n.Get("IndexName").Str(), Global: global, Created: c.now}
	var err *Error
	most := 1
	if global {
		most = maxKeyAttributes
	}
	if x.Schema, err = readSchema(n.Get("KeySchema"), defs, most); err != nil {
		return nil, err
	}
	if !global {
		if len(x.Schema) < 2 {
			return nil, validationError(invalidParameter+"Index KeySchema does not have a range key for index: %s", x.Name)
		}
		if x.Schema[0].Name != t.Schema[0].Name {
			return nil, validationError(invalidParameter+"Index KeySchema does not have the same leading hash key as table KeySchema for index: %s. index hash key: %s, table hash key: %s",
				x.Name, x.Schema[0].Name, t.Schema[0].Name)
		}
	}
	p := n.Get("Projection")
	x.Projection = p.Get("ProjectionType").Str()
	if x.Projection == "" {
		return nil, validationError(invalidParameter + "Unknown ProjectionType: null")
	}
	names := p.Get("NonKeyAttributes")
	if names != nil && x.Projection != store.ProjectInclude {
		return nil, validationError(invalidParameter+"ProjectionType is %s, but NonKeyAttributes is specified", x.Projection)
	}
	if names == nil && x.Projection == store.ProjectInclude {
		return nil, validationError(invalidParameter + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	}
	if names != nil {
		for _, e := range names.Elems {
			if slices.Contains(x.NonKeyAttributes, e.Text) {
				return nil, validationError(invalidParameter+"Duplicate value in attribute name: %s", e.Text)
			}
			x.NonKeyAttributes = append(x.NonKeyAttributes, e.Text)
		}
	}
	if global {
		tp := n.Get("ProvisionedThroughput")
		if t.OnDemand && tp != nil {
			return nil, validationError(invalidParameter+"ProvisionedThroughput should not be specified for index: %s when BillingMode is PAY_PER_REQUEST", x.Name)
		}
		if !t.OnDemand && tp == nil {
			return nil, validationError(invalidParameter+"ProvisionedThroughput must be specified for index: %s", x.Name)
		}
		if x.Throughput, err = readThroughput(tp, t.OnDemand); err != nil {
			return nil, err
		}
	}
	if t.Index(x.Name) != nil {
		return nil, validationError(invalidParameter+"Duplicate index name: %s", x.Name)
	}
	return x, nil
}

// checkDefinitionsUsed returns an error if an attribute is defined and no key uses
// it.
func checkDefinitionsUsed(t *store.Table) *Error {
	used := map[string]bool{}
	for _, k := range t.Schema {
		used[k.Name] = true
	}
	for _, x := range t.Indexes {
		for _, k := range x.Schema {
			used[k.Name] = true
		}
	}
	if len(used) == len(t.Definitions) {
		return nil
	}
	if len(t.Indexes) == 0 {
		return validationError(invalidParameter + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return validationError(invalidParameter+"Some AttributeDefinitions are not used. AttributeDefinitions: %s, keys used: [%s]",
		definitionNames(t.Definitions), strings.Join(slices.Sorted(maps.Keys(used)), ", "))
}

func definitionNames(defs []store.KeyAttr) string {
	var out []string
	for _, d := range defs {
		out = append(out, d.Name)
	}
	return "[" + strings.Join(out, ", ") + "]"
}
