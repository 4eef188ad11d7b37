package store

import (
	"github.com/google/btree"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// collection is the size of an item collection: the items that have the same
// partition key in a table, and their entries in its local indexes.
type collection struct {
	partition string
	bytes     int64
}

// newCollections returns an empty set of collections, sorted by partition.
func newCollections() *btree.BTreeG[collection] {
	return btree.NewG(16, func(a, b collection) bool { return a.partition < b.partition })
}

// CollectionBytes returns the size of the item collection that the key belongs
// to. It is 0 in a table without local indexes, which has no collections.
func (t *Table) CollectionBytes(key attr.Item) int64 {
	if t.collections == nil {
		return 0
	}
	c, _ := t.collections.Get(collection{partition: t.collectionID(key)})
	return c.bytes
}

// CollectionGrowth returns how many bytes an item collection grows if next
// replaces old. Either may be nil. It is 0 in a table without local indexes.
func (t *Table) CollectionGrowth(old, next attr.Item) int64 {
	if t.collections == nil {
		return 0
	}
	return t.SizeWithLocalIndexes(next) - t.SizeWithLocalIndexes(old)
}

// SizeWithLocalIndexes returns the size of an item and of its entries in the
// table's local indexes. This is what an item adds to its collection, and what
// the limit of 400 KB is about.
func (t *Table) SizeWithLocalIndexes(it attr.Item) int64 {
	if it == nil {
		return 0
	}
	sum := int64(it.Size())
	for _, x := range t.Indexes {
		if !x.Global && x.includes(it) {
			sum += int64(x.Project(t, it).Size())
		}
	}
	return sum
}

// collectionID returns the name under which the collection of a key is counted.
func (t *Table) collectionID(key attr.Item) string {
	return string(appendPartition(nil, key.Get(t.Schema[0].Name)))
}

// growCollection adds to the size of the collection of a key.
func (t *Table) growCollection(key attr.Item, growth int64) {
	if growth == 0 {
		return
	}
	c := collection{partition: t.collectionID(key)}
	c.bytes = growth + t.CollectionBytes(key)
	if c.bytes == 0 {
		t.collections.Delete(c)
		return
	}
	t.collections.ReplaceOrInsert(c)
}
