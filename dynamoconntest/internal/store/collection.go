package store

import (
	"github.com/google/btree"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// collection is the size of one item collection: what a table and its local
// indexes hold under one partition key value.
type collection struct {
	partition string
	bytes     int64
}

func newCollections() *btree.BTreeG[collection] {
	return btree.NewG(16, func(a, b collection) bool { return a.partition < b.partition })
}

// CollectionBytes is the size of the item collection that the key belongs to; 0
// in a table without local indexes, which has no collections.
func (t *Table) CollectionBytes(key attr.Item) int64 {
	if t.collections == nil {
		return 0
	}
	c, _ := t.collections.Get(collection{partition: t.collectionID(key)})
	return c.bytes
}

// CollectionGrowth is by how many bytes an item collection grows if next takes the place
// of old, either of which may be nil; 0 in a table without local indexes.
func (t *Table) CollectionGrowth(old, next attr.Item) int64 {
	if t.collections == nil {
		return 0
	}
	return t.SizeWithLocalIndexes(next) - t.SizeWithLocalIndexes(old)
}

// SizeWithLocalIndexes is the size of an item together with that of its entries in the table's
// local indexes: what it adds to its collection, and what may be 400 KB.
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

func (t *Table) collectionID(key attr.Item) string {
	return string(appendPartition(nil, key.Get(t.Schema[0].Name)))
}

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
