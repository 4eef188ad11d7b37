package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// maxCollection is how large an item collection may be: the items of one
// partition key value in a table with local indexes and in these.
const maxCollection = 10 << 30

// collections follows how the item collections grow by the writes of a request.
type collections struct {
	limit int64
	grown map[string]int64
}

func (c *call) collections() *collections {
	limit := c.CollectionLimit
	if limit == 0 {
		limit = maxCollection
	}
	return &collections{limit: limit, grown: map[string]int64{}}
}

// exceeded reports whether a collection would be too large after one more
// write. One that shrinks a collection is always let through.
func (cs *collections) exceeded(t *store.Table, key, old, next attr.Item) bool {
	growth := t.Growth(old, next)
	if growth == 0 {
		return false
	}
	id := t.Name + string(key.Get(t.Schema[0].Name).AppendJSON(nil))
	cs.grown[id] += growth
	return growth > 0 && t.CollectionBytes(key)+cs.grown[id] > cs.limit
}

const collectionMessage = "Collection size exceeded."

func errCollectionSize() *Error {
	return ServiceError("ItemCollectionSizeLimitExceededException", collectionMessage)
}
