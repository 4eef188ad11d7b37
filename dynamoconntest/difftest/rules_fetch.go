package difftest

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A localIndex says which attributes a local index holds. The capacity for reading it
// depends on them.
type localIndex struct {
	holdsAll   bool     // it holds whole items
	attributes []string // the attributes that it holds otherwise
}

// localIndex returns the local index that the request reads. It is nil if there is none
// or DynamoDB Local cannot be asked.
func (c Case) localIndex() *localIndex {
	body := c.body()
	o := c.askLocal(Request{Operation: "DescribeTable", Body: canonicalJSON(obj{"TableName": body["TableName"]})})
	if o == nil {
		return nil
	}
	v, err := decodeJSON(o.Replies[0].Body)
	if err != nil {
		return nil
	}
	table := asObject(asObject(v)["Table"])
	for _, e := range asArray(table["LocalSecondaryIndexes"]) {
		if asObject(e)["IndexName"] != body["IndexName"] {
			continue
		}
		projection := asObject(asObject(e)["Projection"])
		x := &localIndex{holdsAll: projection["ProjectionType"] == "ALL"}
		for _, k := range append(slices.Clone(asArray(table["KeySchema"])), asArray(asObject(e)["KeySchema"])...) {
			x.attributes = append(x.attributes, asString(asObject(k)["AttributeName"]))
		}
		for _, name := range asArray(projection["NonKeyAttributes"]) {
			x.attributes = append(x.attributes, asString(name))
		}
		return x
	}
	return nil
}

// entry returns the part of an item that is in the index.
func (x *localIndex) entry(item map[string]any) map[string]any {
	if x.holdsAll {
		return item
	}
	out := obj{}
	for _, name := range x.attributes {
		if v, ok := item[name]; ok {
			out[name] = v
		}
	}
	return out
}

// mustFetch reports whether a read asks for attributes that must be fetched from the
// table.
func (x *localIndex) mustFetch(body map[string]any) bool {
	if x.holdsAll || body["Select"] == "COUNT" {
		return false
	}
	var wanted []string
	for _, name := range asArray(body["AttributesToGet"]) {
		wanted = append(wanted, asString(name))
	}
	if projection := asString(body["ProjectionExpression"]); projection != "" {
		for path := range strings.SplitSeq(projection, ",") {
			name := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(" .[\n\t", r) })[0]
			if strings.HasPrefix(name, "#") {
				name = asString(asObject(body["ExpressionAttributeNames"])[name])
			}
			wanted = append(wanted, name)
		}
	}
	return body["Select"] == "ALL_ATTRIBUTES" || slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(x.attributes, name) })
}

// fetchCosts reports whether a capacity is right for reading a local index and fetching
// from the table what the index does not hold. DynamoDB Local is asked which items are
// read, without a filter and a projection.
func fetchCosts(c Case, got string) bool {
	if got == "" || c.Ask == nil {
		return got == c.Local.Aspects[aspectCapacity]
	}
	x := c.localIndex()
	read := c.askLocal(c.unfiltered())
	if x == nil || read == nil {
		return false
	}
	body := c.body()
	unit := 0.5
	if body["ConsistentRead"] == true {
		unit = 1
	}
	blocks := func(size int) float64 { return unit * max(math.Ceil(float64(size)/4096), 1) }
	index, table := 0.0, 0.0
	for _, page := range read.Replies {
		v, err := decodeJSON(page.Body)
		if err != nil {
			return false
		}
		size := 0
		for _, e := range asArray(asObject(v)["Items"]) {
			item := asObject(e)
			size += itemSize(x.entry(item))
			if x.mustFetch(body) {
				table += blocks(itemSize(item))
			}
		}
		index += blocks(size)
	}
	// An empty last page costs as much as the smallest page. The rule last-page decides
	// whether there is one.
	pages := strings.Count(got, "\n") + 1
	index += unit * float64(pages-len(read.Replies))
	sum, inTable, inIndex, apart := consumedUnits(got, asString(body["IndexName"]))
	return sum == index+table && (!apart || inTable == table && inIndex == index)
}

var placeholderToken = regexp.MustCompile(`[#:]\w+`)

// unfiltered returns the request that reads the same items as a whole.
func (c Case) unfiltered() Request {
	r, body, out := c.Request, c.body(), obj{"Select": "ALL_ATTRIBUTES"}
	for _, name := range []string{"TableName", "IndexName", "KeyConditionExpression", "KeyConditions", "ScanIndexForward", "Limit",
		"ExclusiveStartKey", "ConsistentRead", "Segment", "TotalSegments"} {
		if v, ok := body[name]; ok {
			out[name] = v
		}
	}
	used := placeholderToken.FindAllString(asString(body["KeyConditionExpression"]), -1)
	for _, member := range []string{"ExpressionAttributeNames", "ExpressionAttributeValues"} {
		some := obj{}
		for name, v := range asObject(body[member]) {
			if slices.Contains(used, name) {
				some[name] = v
			}
		}
		if len(some) > 0 {
			out[member] = some
		}
	}
	r.Body = canonicalJSON(out)
	return r
}

// consumedUnits returns the sum of all pages of a capacity. If the capacity has the table
// and the index apart it also returns these, and true.
func consumedUnits(capacity, indexName string) (sum, table, index float64, apart bool) {
	for line := range strings.Lines(capacity) {
		v, err := decodeJSON([]byte(line[max(strings.IndexByte(line, '{'), 0):]))
		if err != nil {
			return math.NaN(), 0, 0, false
		}
		page := asObject(v)
		sum += asNumber(page["CapacityUnits"])
		if page["Table"] != nil {
			apart = true
			table += asNumber(asObject(page["Table"])["CapacityUnits"])
			index += asNumber(asObject(asObject(page["LocalSecondaryIndexes"])[indexName])["CapacityUnits"])
		}
	}
	return sum, table, index, apart
}

// asNumber returns a JSON number, or 0.
func asNumber(v any) float64 {
	f, err := strconv.ParseFloat(asString(v), 64)
	if err != nil {
		return 0
	}
	return f
}

// itemSize returns the size of an item as CapacityUnitCalculations says: the sizes of
// the names and values of its attributes.
func itemSize(item map[string]any) int {
	n := 0
	for name, v := range item {
		n += len(name) + valueSize(v)
	}
	return n
}

// valueSize returns the size of a value: a string in UTF-8, a binary without base 64,
// one byte for two digits of a number and one more, three bytes for a list or map and
// one for each element.
func valueSize(v any) int {
	for kind, inner := range asObject(v) {
		n := 0
		switch kind {
		case "S":
			return len(asString(inner))
		case "B":
			return len(fromBase64(asString(inner)))
		case "N":
			return numberSize(asString(inner))
		case "SS", "NS", "BS":
			for _, e := range asArray(inner) {
				n += valueSize(obj{kind[:1]: e})
			}
			return n
		case "L":
			for _, e := range asArray(inner) {
				n += 1 + valueSize(e)
			}
			return 3 + n
		case "M":
			return 3 + len(asObject(inner)) + itemSize(asObject(inner))
		}
	}
	return 1 // BOOL, NULL
}

// numberSize returns the size of a number. It is approximate, like its documentation.
func numberSize(s string) int {
	digits, exponent, ok := strings.Cut(strings.TrimPrefix(canonicalNumber(s), "-"), "e")
	if !ok {
		return 1 // zero
	}
	n := len(digits)
	if e, err := strconv.Atoi(exponent); err == nil && e%2 != 0 {
		n++ // digits are stored in pairs
	}
	n = 1 + (n+1)/2
	if strings.HasPrefix(s, "-") {
		n++
	}
	return min(n, 21)
}
