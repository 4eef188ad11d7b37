package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// maxCollectionSize is how large an item collection may be: the items of one
// partition key value in a table with local indexes and in these.
const maxCollectionSize = 10 << 30

// collectionGrowth follows how the item collections grow by the writes of a request.
type collectionGrowth struct {
	limit int64
	bytes map[string]int64
}

func (c *call) newCollectionGrowth() *collectionGrowth {
	limit := c.CollectionLimit
	if limit == 0 {
		limit = maxCollectionSize
	}
	return &collectionGrowth{limit: limit, bytes: map[string]int64{}}
}

// exceedsLimit reports whether a collection would be too large after one more
// write. One that shrinks a collection is always let through.
func (cs *collectionGrowth) exceedsLimit(t *store.Table, key, old, next attr.Item) bool {
	growth := t.CollectionGrowth(old, next)
	if growth == 0 {
		return false
	}
	id := t.Name + string(key.Get(t.Schema[0].Name).AppendJSON(nil))
	cs.bytes[id] += growth
	return growth > 0 && t.CollectionBytes(key)+cs.bytes[id] > cs.limit
}

const collectionMessage = "Collection size exceeded."

func errCollectionSize() *Error {
	return ServiceError("ItemCollectionSizeLimitExceededException", collectionMessage)
}
