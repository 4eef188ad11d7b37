package store

import (
	"github.com/google/btree"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// entry is an item in a table or index, under its sortable key.
type entry struct {
	key  string
	item attr.Item
}

// tree is a sorted set of entries. A clone costs nothing until one of the two is
// changed.
type tree struct {
	entries *btree.BTreeG[entry]
	bytes   int64 // the sum of the items' sizes
}

func newTree() *tree {
	return &tree{entries: btree.NewG(32, func(a, b entry) bool { return a.key < b.key })}
}

func (t *tree) clone() *tree { return &tree{t.entries.Clone(), t.bytes} }

func (t *tree) get(key string) (attr.Item, bool) {
	e, ok := t.entries.Get(entry{key: key})
	return e.item, ok
}

// put adds an entry. The tree must not have one with the same key.
func (t *tree) put(key string, it attr.Item, size int) {
	t.entries.ReplaceOrInsert(entry{key, it})
	t.bytes += int64(size)
}

// remove removes an entry that was added with this size.
func (t *tree) remove(key string, size int) {
	if _, had := t.entries.Delete(entry{key: key}); had {
		t.bytes -= int64(size)
	}
}
