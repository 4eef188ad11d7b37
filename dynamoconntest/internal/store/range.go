package store

import (
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// Range says which entries of a table or index to read, and in which order.
type Range struct {
	Index      *Index       // nil for the table
	Consistent bool         // see every write that was answered before
	Partition  []attr.Value // partition key values of a query; nil for a scan
	Segment    int          // of a parallel scan
	Total      int          // segments of a parallel scan; 0 or 1 for one segment
	Start      attr.Item    // key after which to begin; nil for the beginning
	Backward   bool

	// Leading holds the values of the first attributes of a query's sort key. From
	// and To bound the value of the next attribute, both included; nil is no bound.
	// They only save time: the caller checks every item.
	Leading  []attr.Value
	From, To *attr.Value
}

func (r Range) schema(t *Table) Schema {
	if r.Index != nil {
		return r.Index.Schema
	}
	return t.Schema
}

// bounds returns the bounds of the keys in the range: at least low and less than
// high; "" is no bound.
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

// position returns the key of an item's entry in the table or index.
func (r Range) position(t *Table, key attr.Item) string {
	primary := string(t.Schema.sortableKey(key))
	if r.Index == nil {
		return primary
	}
	return r.Index.key(t, primary, key)
}

// Each calls f with the items of the range in order, until f returns false. The
// items are those of the table, even if an index holds less of them.
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

// InSegment reports whether a scan's start key belongs to the range's segment.
func (t *Table) InSegment(r Range) bool {
	low, high := r.bounds()
	pos := r.position(t, r.Start)
	return pos >= low && (high == "" || pos < high)
}
