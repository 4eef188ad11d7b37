package store

import (
	"strconv"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// Range says which entries of a table or index to read, and in which order.
type Range struct {
	Index      *Index       // nil for the table
	Consistent bool         // sees every write that was answered before
	Partition  []attr.Value // a query's partition key values; nil for a scan
	Segment    int          // of a scan in several parts
	Total      int          // 0 or 1 for a scan in one part
	Start      attr.Item    // the key after which to begin; nil for the beginning
	Backward   bool

	// Leading are the values of the first attributes of a query's sort key. From
	// and To bound the values of the next one, both included; nil is no bound. They
	// only save time: the caller checks every item.
	Leading  []attr.Value
	From, To *attr.Value
}

func (r Range) schema(t *Table) Schema {
	if r.Index != nil {
		return r.Index.Schema
	}
	return t.Schema
}

func (r Range) bounds() (low, high string) {
	if r.Partition != nil {
		prefix := appendPartition(nil, r.Partition...)
		for _, v := range r.Leading {
			prefix = v.AppendKey(prefix)
		}
		low, high = string(prefix), prefixEnd(string(prefix))
		if r.From != nil {
			low = string(r.From.AppendKey(append([]byte(nil), prefix...)))
		}
		if r.To != nil {
			high = prefixEnd(string(r.To.AppendKey(append([]byte(nil), prefix...))))
		}
		return low, high
	}
	if r.Total > 1 {
		return segmentBounds(r.Segment, r.Total)
	}
	return "", ""
}

// position is the place of a key in the order of the range.
func (r Range) position(t *Table, key attr.Item) string {
	primary := string(t.Schema.sortableKey(key))
	if r.Index == nil {
		return primary
	}
	return r.Index.key(t, primary, key)
}

// Each calls f with the items of the range, whole, in order, until f returns
// false.
func (t *Table) Each(r Range, now time.Time, f func(attr.Item) bool) {
	name := ""
	if r.Index != nil {
		name = r.Index.Name
	}
	var tr *tree
	if r.Consistent {
		tr = t.tree
		if r.Index != nil {
			tr = r.Index.tree
		}
	} else {
		var ok bool
		if tr, ok = t.laggingTree(now, name); !ok {
			return
		}
	}
	low, high := r.bounds()
	start := ""
	if r.Start != nil {
		start = r.position(t, r.Start)
	}
	visit := func(e entry) bool {
		if start != "" && e.key == start {
			return true
		}
		if r.Backward && e.key < low || !r.Backward && high != "" && e.key >= high {
			return false
		}
		return f(e.item)
	}
	if r.Backward {
		switch {
		case start != "" && (high == "" || start < high):
			tr.entries.DescendLessOrEqual(entry{key: start}, visit)
		case high != "":
			tr.entries.DescendLessOrEqual(entry{key: high}, func(e entry) bool { return e.key >= high || visit(e) })
		default:
			tr.entries.Descend(visit)
		}
		return
	}
	if start > low {
		low = start
	}
	tr.entries.AscendGreaterOrEqual(entry{key: low}, visit)
}

// InSegment reports whether a scan's start key lies in the range's segment.
func (t *Table) InSegment(r Range) bool {
	low, high := r.bounds()
	pos := r.position(t, r.Start)
	return pos >= low && (high == "" || pos < high)
}

// maxGapTries bounds the search for a key between two others.
const maxGapTries = 200_000

// GapKey finds a key, of no item, that lies after the range's start and before
// the first item of the range. It is what an empty page ends with. There may
// be none, or none that is found in reasonable time.
func (t *Table) GapKey(r Range, now time.Time) (attr.Item, bool) {
	var first attr.Item
	t.Each(r, now, func(it attr.Item) bool { first = it; return false })
	if first == nil {
		return nil, false
	}
	end := r.position(t, first)
	low, _ := r.bounds()
	if r.Start != nil {
		low = r.position(t, r.Start)
	}
	schema := r.schema(t)
	fits := func(key attr.Item) bool {
		p := r.position(t, key)
		if r.Backward {
			return p > end && (r.Start == nil || p < low)
		}
		return p < end && p > low
	}
	base := t.Schema.Extract(first)
	for _, k := range schema {
		base = base.With(k.Name, first.Get(k.Name))
	}
	vary := schema[0]
	if r.Partition != nil {
		sortKeys := schema.Sort()
		if len(sortKeys) == 0 {
			return nil, false
		}
		sortKey := sortKeys[len(sortKeys)-1]
		for _, v := range neighbourValues(first.Get(sortKey.Name), r.Backward) {
			if key := base.With(sortKey.Name, v); fits(key) {
				return key, true
			}
		}
		return nil, false
	}
	for i := range maxGapTries {
		text := strconv.Itoa(i)
		v := attr.String(text)
		switch vary.Kind {
		case attr.N:
			num, _ := attr.ParseNumber(text)
			v = attr.FromNumber(num)
		case attr.B:
			v = attr.Binary(text)
		}
		if key := base.With(vary.Name, v); fits(key) {
			return key, true
		}
	}
	return nil, false
}

// neighbourValues are values that lie close to v on one side.
func neighbourValues(v attr.Value, above bool) []attr.Value {
	text := v.Text()
	switch v.Kind() {
	case attr.N:
		var out []attr.Value
		for _, step := range []string{"1", "0.001", "1E-6", "1E-9", "1E-12", "1E-18", "1E-24", "1E-30"} {
			d, _ := attr.ParseNumber(step)
			n, err := v.Number().Sub(d)
			if above {
				n, err = v.Number().Add(d)
			}
			if err == nil {
				out = append(out, attr.FromNumber(n))
			}
		}
		return out
	case attr.B:
		if above {
			return []attr.Value{attr.Binary(text + "\x00")}
		}
		return []attr.Value{attr.Binary(textBefore(text, "\xff")), attr.Binary(textBefore(text, ""))}
	}
	if above {
		return []attr.Value{attr.String(text + "\x00")}
	}
	var out []attr.Value
	for _, tail := range []string{"", "0", "a", "~", "~~", "~~~~"} {
		out = append(out, attr.String(textBefore(text, tail)))
	}
	return out
}

// textBefore is a text that sorts right before s, or "\x00".
func textBefore(s, tail string) string {
	last := len(s) - 1
	if last < 0 || s[last] >= 0x80 || s[last] == 0 {
		return "\x00"
	}
	return s[:last] + string(s[last]-1) + tail
}
