package api

import (
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// maxPageSize is the most bytes of items that a Query or Scan reads for a page.
const maxPageSize = 1 << 20

// page is a request for a page of a Query or Scan.
type page struct {
	store.Range
	table      *store.Table
	givenStart attr.Item // ExclusiveStartKey as it was given
	filter     *expr.Condition
	filterName string         // name of the filter in messages
	terms      []expr.KeyTerm // conditions on the sort key; the range alone is not exact
	projection *expr.Projection
	selectMode string
	limit      int
	isQuery    bool
}

// readPage reads the parameters that Query and Scan have in common, except
// expressions, which the service checks later. older is the name of the older
// parameter that FilterExpression replaced.
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

// readStartKey reads ExclusiveStartKey. The service's messages say that an error is
// about this key, except for some errors of numbers and sets.
func (p *page) readStartKey(key *protocol.Node) *Error {
	if key == nil {
		return nil
	}
	var err error
	if p.givenStart, err = attr.DecodeItem(key); err == nil {
		return nil
	}
	text := err.Error()
	for _, exception := range []string{"contains duplicates", "number set", "numeric value", "significant digits", "number with magnitude"} {
		if strings.Contains(text, exception) {
			return validationErrorFrom(err)
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

// checkSelect compares Select with the other parameters.
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

// openTable finds the table and the index, and checks the parameters that depend
// on them. It needs the lock for reading.
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

// checkProjection returns an error if the request asks for attributes that a global
// index does not hold.
func (p *page) checkProjection() *Error {
	if p.Index == nil || !p.Index.Global || p.projection == nil {
		return nil
	}
	if missing := p.missingAttributes(p.projection.Paths()); len(missing) > 0 {
		return validationError(invalidParameter+"Global secondary index %s does not project [%s]", p.Index.Name, strings.Join(missing, ", "))
	}
	return nil
}

// missingAttributes returns the attributes in the paths that the index does not
// hold.
func (p *page) missingAttributes(paths []expr.Path) []string {
	var out []string
	for _, path := range paths {
		if name := path[0].Name; !p.Index.Projects(p.table, name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// schema returns the key of the table or index.
func (p *page) schema() store.Schema {
	if p.Index != nil {
		return p.Index.Schema
	}
	return p.table.Schema
}

// setStartKey checks the start key and sets it in the range. The service has three
// messages about it. In a scan of a table it always says that the key does not
// match the schema.
func (p *page) setStartKey() *Error {
	if p.givenStart == nil {
		return nil
	}
	if p.readsOneItem() {
		return validationError("The query can return at most one row and cannot be restarted")
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

// readsOneItem reports whether the page is that of a query on a table without sort
// key. It has no next page.
func (p *page) readsOneItem() bool {
	return p.isQuery && p.Index == nil && len(p.table.Schema.Sort()) == 0
}

// fetchesFromTable reports whether items are read from the table as well, because
// the request asks for attributes that the local index does not hold.
func (p *page) fetchesFromTable() bool {
	if p.Index == nil || p.Index.Global || p.Index.Projection == store.ProjectAll || p.selectMode == "COUNT" {
		return false
	}
	if p.projection == nil {
		return p.selectMode == "ALL_ATTRIBUTES"
	}
	return len(p.missingAttributes(p.projection.Paths())) > 0
}

// meetsTerms reports whether a query can start at the key.
func (p *page) meetsTerms(key attr.Item) bool {
	for _, t := range p.terms {
		if !t.Holds(key.Get(t.Name)) {
			return false
		}
	}
	return true
}

// lastKey returns the key with which the next page can start after an item.
func (p *page) lastKey(it attr.Item) attr.Item {
	key := p.table.Schema.Extract(it)
	for _, k := range p.schema() {
		key = key.With(k.Name, it.Get(k.Name))
	}
	return key
}

// runPage reads the page and writes the answer.
func (p *page) runPage(c *call) {
	if c.EmptyPage && !p.readsOneItem() {
		if key, ok := p.table.GapKey(p.Range, c.now); ok && p.meetsTerms(key) {
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
				// Items are in the order of the sort key, so those that fulfil its
				// conditions follow one another: after the first of them this is the end.
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
	if p.readsOneItem() {
		last = nil
	}
	p.writePage(c, items, scanned, last, size, fetched)
}

// writePage writes the answer: scanned items of size bytes were read from the table
// or index, and fetched is the capacity for reading them from the table as well.
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
	u := consumedUnits{tableName: p.table.Name, table: read}
	if p.Index != nil {
		u.table = fetched
		u.addIndex(p.Index, read)
	}
	c.writeConsumedCapacity(u)
}
