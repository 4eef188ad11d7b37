package api

import (
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// maxPageSize is how many bytes of items a Query or Scan looks at.
const maxPageSize = 1 << 20

// page is what Query and Scan have in common.
type page struct {
	store.Range
	table      *store.Table
	givenStart attr.Item
	filter     *expr.Condition
	filterName string         // how messages call the filter
	terms      []expr.KeyTerm // conditions on the key that the range leaves open
	projection *expr.Projection
	selectMode string
	limit      int
	isQuery    bool
}

// readPage reads what Query and Scan have in common save for expressions, which
// come after it. older names the older parameter that the filter expression
// replaced.
func (c *call) readPage(older string) (*page, *Error) {
	in := c.Input
	p := &page{selectMode: in.Get("Select").Str(), filterName: "Filter Expression"}
	p.Consistent = in.Get("ConsistentRead").True()
	if n, ok := in.Get("Limit").Int(); ok {
		p.limit = int(n)
	}
	if err := checkAttributesToGet(in); err != nil {
		return nil, err
	}
	if in.Get("FilterExpression") == nil {
		terms, err := expr.ReadTerms(in.Get(older))
		if err != nil {
			return nil, validationErrorFrom(err)
		}
		if err := checkConditionalOperator(in, in.Get(older)); err != nil {
			return nil, err
		}
		p.filter = expr.JoinTerms(terms, in.Get("ConditionalOperator").Str() == "OR")
		p.filterName = older
	}
	return p, p.readStartKey(in.Get("ExclusiveStartKey"))
}

// readStartKey reads the key to start after. What is wrong with it is said to be
// about it, save where the service forgets to.
func (p *page) readStartKey(key *wire.Node) *Error {
	if key == nil {
		return nil
	}
	var err error
	if p.givenStart, err = attr.DecodeItem(key); err == nil {
		return nil
	}
	text := err.Error()
	for _, bare := range []string{"contains duplicates", "number set", "numeric value", "significant digits", "number with magnitude"} {
		if strings.Contains(text, bare) {
			return validationError("%s", text)
		}
	}
	return validationError("The provided starting key is invalid: %s", text)
}

// readExpressions reads the filter and the projection.
func (p *page) readExpressions(c *call, names *expr.Names) *Error {
	if e := c.Input.Get("FilterExpression"); e != nil {
		cond, err := expr.ParseCondition(e.Str(), names)
		if err != nil {
			return expressionError("FilterExpression", err)
		}
		p.filter = cond
	}
	var err *Error
	p.projection, err = parseProjection(c.Input, names)
	return err
}

func (p *page) checkSelect(c *call) *Error {
	given := ""
	for _, name := range []string{"ProjectionExpression", "AttributesToGet"} {
		if c.Input.Get(name) != nil {
			given = name
		}
	}
	switch p.selectMode {
	case "COUNT":
		if given != "" {
			return validationError("Cannot specify the %s when choosing to get only the Count", given)
		}
	case "SPECIFIC_ATTRIBUTES":
		if given == "" {
			return validationError("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
		}
	case "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES":
		if given != "" {
			return validationError("Cannot specify the %s when choosing to get %s", given, p.selectMode)
		}
		if p.selectMode == "ALL_PROJECTED_ATTRIBUTES" && c.Input.Get("IndexName") == nil {
			return validationError("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
		}
	}
	return nil
}

// openTable finds the table and index and checks what depends on them. Within Read.
func (p *page) openTable(c *call) *Error {
	t, err := c.activeTable(c.Input.Get("TableName").Str())
	if err != nil {
		return err
	}
	p.table = t
	return p.openIndex(c)
}

func (p *page) openIndex(c *call) *Error {
	t, name := p.table, c.Input.Get("IndexName").Str()
	if name == "" {
		return nil
	}
	x := t.Index(name)
	if x == nil {
		return validationError("The table does not have the specified index: %s", name)
	}
	if x.Status(c.now) == "CREATING" {
		return validationError("Cannot read from backfilling global secondary index: %s", name)
	}
	p.Index = x
	if !x.Global {
		return nil
	}
	if p.Consistent {
		return validationError("Consistent reads are not supported on global secondary indexes")
	}
	if p.selectMode == "ALL_ATTRIBUTES" && x.Projection != store.ProjectAll {
		return validationError(invalidParameter+"Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", name)
	}
	return nil
}

// checkProjection refuses to ask a global index for attributes that it does not hold.
func (p *page) checkProjection() *Error {
	if p.Index == nil || !p.Index.Global || p.projection == nil {
		return nil
	}
	if missing := p.missingAttributes(p.projection.Paths()); len(missing) > 0 {
		return validationError(invalidParameter+"Global secondary index %s does not project [%s]", p.Index.Name, strings.Join(missing, ", "))
	}
	return nil
}

// missingAttributes lists the attributes of the paths that the index does not hold.
func (p *page) missingAttributes(paths []expr.Path) []string {
	var out []string
	for _, path := range paths {
		if name := path[0].Name; !p.Index.Projects(p.table, name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

func (p *page) schema() store.Schema {
	if p.Index != nil {
		return p.Index.Schema
	}
	return p.table.Schema
}

// setStartKey checks the key to start after and sets it in the range. The service
// words what is wrong with it in three ways: a scan of a table always says that
// it is about the schema.
func (p *page) setStartKey() *Error {
	if p.givenStart == nil {
		return nil
	}
	const bad = "The provided starting key is invalid"
	const mismatch = "The provided key element does not match the schema"
	vague := validationError(bad)
	if p.Index == nil && !p.isQuery {
		vague = validationError(bad + ": " + mismatch)
	}
	whole := append(store.Schema{}, p.table.Schema...)
	for _, k := range p.schema() {
		if !whole.Has(k.Name) {
			whole = append(whole, k)
		}
	}
	if len(p.givenStart) != len(whole) {
		return vague
	}
	for _, k := range p.schema() {
		switch v := p.givenStart.Get(k.Name); {
		case !v.Exists():
			return vague
		case (p.Index != nil || p.isQuery) && v.Kind() != k.Kind:
			return validationError(mismatch)
		}
	}
	for _, k := range whole {
		v := p.givenStart.Get(k.Name)
		if v.Kind() != k.Kind || k.Kind != attr.N && v.Text() == "" {
			return validationError(bad + ": " + mismatch)
		}
	}
	p.Start = p.givenStart
	return nil
}

// fetchesFromTable reports whether a query of a local index must fetch items from the
// table, because attributes are wanted that the index does not hold.
func (p *page) fetchesFromTable() bool {
	if p.Index == nil || p.Index.Global || p.Index.Projection == store.ProjectAll || p.selectMode == "COUNT" {
		return false
	}
	if p.projection == nil {
		return p.selectMode == "ALL_ATTRIBUTES"
	}
	return len(p.missingAttributes(p.projection.Paths())) > 0
}

// lastKey is the key of an item as the table or index needs it to go on.
func (p *page) lastKey(it attr.Item) attr.Item {
	key := p.table.Schema.Extract(it)
	for _, k := range p.schema() {
		key = key.With(k.Name, it.Get(k.Name))
	}
	return key
}

// runPage reads the page and writes the answer.
func (p *page) runPage(c *call) {
	if c.EmptyPage {
		if key, ok := p.table.GapKey(p.Range, c.now); ok {
			p.writePage(c, nil, 0, key, 0, 0)
			return
		}
	}
	var items []attr.Item
	var last attr.Item
	scanned, size, fetched := 0, 0, 0.0
	fetch := p.fetchesFromTable()
	p.table.Each(p.Range, c.now, func(it attr.Item) bool {
		if last != nil {
			return false
		}
		for _, t := range p.terms {
			if !t.Holds(it.Get(t.Name)) {
				// In the order of the sort key, what holds lies together.
				return scanned == 0
			}
		}
		whole := it
		if p.Index != nil {
			it = p.Index.Project(p.table, it)
		}
		size += it.Size()
		scanned++
		if fetch {
			fetched += readUnits(whole.Size(), p.Consistent)
			it = whole
		}
		if p.filter.Match(it) {
			items = append(items, p.projection.Apply(it))
		}
		if p.limit > 0 && scanned >= p.limit || size >= maxPageSize {
			last = p.lastKey(whole)
			return false
		}
		return true
	})
	p.writePage(c, items, scanned, last, size, fetched)
}

func (p *page) writePage(c *call, items []attr.Item, scanned int, last attr.Item, size int, fetched float64) {
	if p.selectMode != "COUNT" {
		c.Key("Items")
		c.Open('[')
		for _, it := range items {
			c.Append(it.AppendJSON)
		}
		c.Close(']')
	}
	c.Key("Count")
	c.Int(int64(len(items)))
	c.Key("ScannedCount")
	c.Int(int64(scanned))
	if last != nil {
		c.writeItem("LastEvaluatedKey", last)
	}
	read := readUnits(size, p.Consistent)
	u := consumedUnits{name: p.table.Name, table: read}
	if p.Index != nil {
		u.table = fetched
		u.addIndex(p.Index, read)
	}
	c.writeConsumedCapacity(u)
}
