package store

import (
	"sort"
	"time"
)

// tableVersion is the content of a table before a change, which happened at until.
type tableVersion struct {
	until   time.Time
	tree    *tree
	indexes map[string]*tree
}

// keepVersion keeps the present content of the table for eventually consistent
// reads, and drops the versions that are too old for them.
func (t *Table) keepVersion(now time.Time) {
	if t.lag <= 0 {
		return
	}
	v := tableVersion{until: now, tree: t.tree.clone(), indexes: map[string]*tree{}}
	for _, x := range t.Indexes {
		v.indexes[x.Name] = x.tree.clone()
	}
	old := sort.Search(len(t.history), func(i int) bool { return t.history[i].until.After(now.Add(-t.lag)) })
	t.history = append(t.history[old:], v)
}

// laggingTree returns the tree that an eventually consistent read sees, of the
// table or of an index. It returns false if there was no such index.
func (t *Table) laggingTree(now time.Time, index string) (*tree, bool) {
	if t.lag > 0 {
		seen := now.Add(-t.lag)
		for i := range t.history {
			if t.history[i].until.After(seen) {
				if index == "" {
					return t.history[i].tree, true
				}
				tr, ok := t.history[i].indexes[index]
				return tr, ok
			}
		}
	}
	if index == "" {
		return t.tree, true
	}
	if x := t.Index(index); x != nil {
		return x.tree, true
	}
	return nil, false
}
