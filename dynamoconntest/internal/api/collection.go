package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// maxCollectionSize is the size of the largest item collection, in bytes: the
// items that have the same partition key in a table with local indexes, and their
// entries in these indexes.
const maxCollectionSize = 10 << 30

// collectionGrowth counts how much the writes of a request add to item collections.
type collectionGrowth struct {
	limit int64
	bytes map[string]int64 // by table and partition key
}

func (c *call) newCollectionGrowth() *collectionGrowth {
	limit := c.CollectionLimit
	if limit == 0 {
		limit = maxCollectionSize
	}
	return &collectionGrowth{limit: limit, bytes: map[string]int64{}}
}

// exceedsLimit adds a write and reports whether its collection would be too large
// then. A write that makes a collection smaller is always allowed.
func (cs *collectionGrowth) exceedsLimit(t *store.Table, key, old, next attr.Item) bool {
	growth := t.CollectionGrowth(old, next)
	if growth == 0 {
		return false
	}
	id := t.Name + string(key.Get(t.Schema[0].Name).AppendJSON(nil))
	cs.bytes[id] += growth
	return growth > 0 && t.CollectionBytes(key)+cs.bytes[id] > cs.limit
}

// writeMetrics writes the metrics of an item collection.
func (c *call) writeMetrics(t *store.Table, key attr.Item) {
	hash := t.Schema[0].Name
	gb := float64(t.CollectionBytes(key) >> 30)
	c.Open('{')
	c.writeItem("ItemCollectionKey", attr.Item{{Name: hash, Value: key.Get(hash)}})
	c.Key("SizeEstimateRangeGB")
	c.Open('[')
	c.Float(gb)
	c.Float(gb + 1)
	c.Close(']')
	c.Close('}')
}

// wantsMetrics reports whether the request asked for item collection metrics.
func (c *call) wantsMetrics() bool {
	return c.Input.Get("ReturnItemCollectionMetrics").Str() == "SIZE"
}

// writeBatchMetrics writes the metrics of the item collections that were changed,
// by table, each once. each calls f with the keys that were changed in a table.
func (c *call) writeBatchMetrics(tables []string, each func(name string, f func(*store.Table, attr.Item))) {
	c.Key("ItemCollectionMetrics")
	c.Open('{')
	for _, name := range tables {
		seen := map[string]bool{}
		each(name, func(t *store.Table, key attr.Item) {
			if !t.HasLocalIndexes() {
				return
			}
			hash := string(key.Get(t.Schema[0].Name).AppendJSON(nil))
			if seen[hash] {
				return
			}
			if len(seen) == 0 {
				c.Key(name)
				c.Open('[')
			}
			seen[hash] = true
			c.writeMetrics(t, key)
		})
		if len(seen) > 0 {
			c.Close(']')
		}
	}
	c.Close('}')
}
