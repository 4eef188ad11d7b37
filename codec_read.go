package dynamoconn

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// answer is what DynamoDB says in a successful answer to an action on items. The action
// decides which members can be set.
type answer struct {
	item             Item                     // the Item of GetItem, the Attributes of a write; nil if there is none
	items            []Item                   // of a Scan or Query; nil if the answer has no Items, empty for an empty list
	count, scanned   int32                    // of a Scan or Query
	lastKey          Item                     // LastEvaluatedKey of a Scan or Query; nil if there is none
	responses        []tableItems             // of BatchGetItem; nil if the answer has none, empty for {}
	unprocessedKeys  []tableItems             // of BatchGetItem, likewise
	unprocessedItems []tableWrites            // of BatchWriteItem, likewise
	transactItems    []Item                   // Responses of TransactGetItems, each at the place of its key; nil for no such item
	capacity         []types.ConsumedCapacity // nil if the answer says nothing of it
}

// tableItems is a table with the items or keys that an answer has of it.
type tableItems struct {
	table string
	items []Item
}

// tableWrites is a table with the writes that an answer leaves unprocessed.
type tableWrites struct {
	table  string
	writes []unprocessedWrite
}

// unprocessedWrite is a put of item, or a delete of the item with the key item.
type unprocessedWrite struct {
	item     Item
	isDelete bool
}

// decodeAnswer decodes the body of a successful answer to an action. It refuses a damaged one
// with ErrCorruptResponse.
func decodeAnswer(string, []byte) (*answer, error) {
	return nil, corrupt("cannot be decoded yet")
}
