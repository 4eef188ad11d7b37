package api

import (
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// maxPage is how many bytes of items a Query or Scan looks at.
const maxPage = 1 << 20

// page is what Query and Scan have in common.
type page struct {
	store.Range
	table      *store.Table
	start      attr.Item
	filter     *expr.Condition
	terms      []expr.KeyTerm // conditions on the key that the range leaves open
	projection *expr.Projection
	sel        string
	limit      int
}

// readPage reads the parameters that Query and Scan have in common. older
// names the older parameter that the filter expression replaced.
func (c *call) readPage(older string, names *expr.Names) (*page, *Error) {
	in := c.Input
	p := &page{sel: in.Get("Select").Str()}
	p.Consistent = in.Get("ConsistentRead").True()
	if n, ok := in.Get("Limit").Int(); ok {
		p.limit = int(n)
	}
	if key := in.Get("ExclusiveStartKey"); key != nil {
		it, err := attr.DecodeItem(key)
		if err != nil {
			return nil, invalid("The provided starting key is invalid: %s", err)
		}
		p.start = it
	}
	var err *Error
	if e := in.Get("FilterExpression"); e != nil {
		cond, err := expr.ParseCondition(e.Str(), names)
		if err != nil {
			return nil, invalidIn("FilterExpression", err)
		}
		p.filter = cond
	} else {
		terms, err := expr.ReadTerms(in.Get(older))
		if err != nil {
			return nil, invalidErr(err)
		}
		operator := in.Get("ConditionalOperator").Str()
		if operator != "" && len(terms) == 0 {
			return nil, invalid("ConditionalOperator cannot be used without Filter or Expected")
		}
		p.filter = expr.TermsCondition(terms, operator == "OR")
	}
	if p.projection, err = projection(in, names); err != nil {
		return nil, err
	}
	return p, p.checkSelect(c)
}

func (p *page) checkSelect(c *call) *Error {
	given := ""
	for _, name := range []string{"ProjectionExpression", "AttributesToGet"} {
		if c.Input.Get(name) != nil {
			given = name
		}
	}
	switch p.sel {
	case "COUNT":
		if given != "" {
			return invalid("Cannot specify the %s when choosing to get only the Count", given)
		}
	case "SPECIFIC_ATTRIBUTES":
		if given == "" {
			return invalid("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
		}
	case "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES":
		if given != "" {
			return invalid("Cannot specify the %s when choosing to get %s", given, p.sel)
		}
		if p.sel == "ALL_PROJECTED_ATTRIBUTES" && c.Input.Get("IndexName") == nil {
			return invalid("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
		}
	}
	return nil
}

// open finds the table and index and checks what depends on them. Within Read.
func (p *page) open(c *call) *Error {
	t, err := c.active(c.Input.Get("TableName").Str())
	if err != nil {
		return err
	}
	p.table = t
	if err := p.openIndex(c); err != nil {
		return err
	}
	if err := p.filter.Distinct(); err != nil {
		return invalidIn("FilterExpression", err)
	}
	return checkPaths(t, append(p.filter.Paths(), p.projection.Paths()...))
}

func (p *page) openIndex(c *call) *Error {
	t, name := p.table, c.Input.Get("IndexName").Str()
	if name == "" {
		return nil
	}
	x := t.Index(name)
	if x == nil {
		return invalid("The table does not have the specified index: %s", name)
	}
	if x.Status(c.now) == "CREATING" {
		return invalid("Cannot read from backfilling global secondary index: %s", name)
	}
	p.Index = x
	if !x.Global {
		return nil
	}
	if p.Consistent {
		return invalid("Consistent reads are not supported on global secondary indexes")
	}
	if p.sel == "ALL_ATTRIBUTES" && x.Projection != store.ProjectAll {
		return invalid(invalidParameter+"Select type ALL_ATTRIBUTES is not supported for global secondary index %s because its projection type is not ALL", name)
	}
	return nil
}

// projects refuses to ask a global index for attributes that it does not hold.
func (p *page) projects() *Error {
	if p.Index == nil || !p.Index.Global || p.projection == nil {
		return nil
	}
	if missing := p.unprojected(p.projection.Paths()); len(missing) > 0 {
		return invalid(invalidParameter+"Global secondary index %s does not project [%s]", p.Index.Name, strings.Join(missing, ", "))
	}
	return nil
}

// unprojected lists the attributes of the paths that the index does not hold.
func (p *page) unprojected(paths []expr.Path) []string {
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

// startKey checks the key to start after and sets it in the range.
func (p *page) startKey() *Error {
	if p.start == nil {
		return nil
	}
	const bad = "The provided starting key is invalid"
	want := map[string]attr.Kind{}
	for _, k := range append(append(store.Schema{}, p.schema()...), p.table.Schema...) {
		want[k.Name] = k.Kind
	}
	if len(p.start) != len(want) {
		return invalid(bad + ": The provided key element does not match the schema")
	}
	for name, kind := range want {
		v := p.start.Get(name)
		if v.Kind() != kind || kind != attr.N && v.Text() == "" {
			return invalid(bad + ": The provided key element does not match the schema")
		}
	}
	p.Start = p.start
	return nil
}

// fetches reports whether a query of a local index must fetch items from the
// table, because attributes are wanted that the index does not hold.
func (p *page) fetches() bool {
	if p.Index == nil || p.Index.Global || p.Index.Projection == store.ProjectAll || p.sel == "COUNT" {
		return false
	}
	if p.projection == nil {
		return p.sel == "ALL_ATTRIBUTES"
	}
	return len(p.unprojected(p.projection.Paths())) > 0
}

// lastKey is the key of an item as the table or index needs it to go on.
func (p *page) lastKey(it attr.Item) attr.Item {
	key := p.table.Schema.Extract(it)
	for _, k := range p.schema() {
		key = key.With(k.Name, it.Get(k.Name))
	}
	return key
}

// run reads the page and writes the answer.
func (p *page) run(c *call) {
	if c.EmptyPage {
		if key, ok := p.table.Gap(p.Range, c.now); ok {
			p.answer(c, nil, 0, key, 0, 0)
			return
		}
	}
	var items []attr.Item
	var last attr.Item
	scanned, size, fetched := 0, 0, 0.0
	fetch := p.fetches()
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
		if p.limit > 0 && scanned >= p.limit || size >= maxPage {
			last = p.lastKey(whole)
			return false
		}
		return true
	})
	p.answer(c, items, scanned, last, size, fetched)
}

func (p *page) answer(c *call, items []attr.Item, scanned int, last attr.Item, size int, fetched float64) {
	if p.sel != "COUNT" {
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
		c.item("LastEvaluatedKey", last)
	}
	read := readUnits(size, p.Consistent)
	u := units{name: p.table.Name, table: read}
	if p.Index != nil {
		u.table = fetched
		u.index(p.Index, read)
	}
	c.consumed(u)
}
