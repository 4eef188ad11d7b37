package dynamoconn

import "fmt"

// QueryRequest is the input of [Client.Query], [Client.QueryItems], [Client.QueryPages] and
// [Client.QueryPage]. TableName is required, and either PartitionKey or KeyConditionExpression.
type QueryRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// IndexName is a secondary index of the table to read instead of the table.
	IndexName string
	// PartitionKey is the partition to read: the partition key of the table or index with its
	// value, such as String("Artist", "No One You Know"). It is one attribute, and up to four
	// for an index whose partition key has several.
	PartitionKey Item
	// SortKey selects items by their sort key, for example
	// Attr("SongTitle").BeginsWith("Call"). Nil selects the whole partition. It is one
	// condition, and up to four, from left to right, for an index whose sort key has several
	// attributes. All but the last must be EQ. The last may also be LT, LE, GT, GE, BETWEEN
	// or BEGINS_WITH.
	SortKey []Condition
	// KeyConditionExpression says the same as PartitionKey and SortKey as text, such as
	// "Artist = :artist AND begins_with(SongTitle, :start)". It cannot be given together with
	// them.
	KeyConditionExpression string
	// Descending reads from the largest sort key to the smallest.
	Descending bool
	// Limit is the number of items that DynamoDB evaluates for one page, before any
	// filter. Zero leaves it to DynamoDB, which stops at 1 MB.
	Limit int32
	// MaxItems is how many items are returned, or counted, in all, at most. Zero means no
	// limit. It must be zero for QueryPage, which has only Limit.
	MaxItems int
	// MaxScanned is how many items DynamoDB evaluates in all, at most, before any filter. It
	// bounds what a query costs: a query that reaches it ends with what was found, and its
	// Checkpoint says where to go on. That is no error. Zero means no limit. It must be zero
	// for QueryPage, which has only Limit.
	MaxScanned int
	// ExclusiveStartKey is where to begin: the LastEvaluatedKey of an earlier response. Nil
	// begins at the first item. LastEvaluatedKey is also nil at the end, so a loop that saves
	// where it is uses Checkpoint.
	ExclusiveStartKey Item
	// Checkpoint is where to begin: a checkpoint of an earlier response to the same query:
	// the same table, index, region, key condition and direction. The zero value begins at
	// the first item. A checkpoint that is done reads nothing and sends nothing. It cannot be
	// given together with ExclusiveStartKey.
	Checkpoint QueryCheckpoint
	// Where must be true of an item, or it is not returned: for example
	// Attr("Year").Between(1990, 1999). Nil returns every item. DynamoDB takes no attribute
	// of the key in it: they are for SortKey.
	Where Predicate
	// FilterExpression is the test as text, such as "#y BETWEEN :from AND :to". It cannot
	// be given together with Where.
	FilterExpression string
	// ExpressionAttributeNames are the names that the placeholders of
	// KeyConditionExpression, FilterExpression and ProjectionExpression stand for, such as
	// "#y": "Year".
	ExpressionAttributeNames map[string]string
	// ExpressionAttributeValues are the values in KeyConditionExpression and
	// FilterExpression. The key of each is its placeholder, such as Long(":from", 1990).
	ExpressionAttributeValues Item
	// Attributes are the names of the attributes to return. Any name works, also a reserved
	// one, or one with dots or spaces. Empty returns them all, or those that the index
	// holds.
	Attributes []string
	// ProjectionExpression says which parts to return if names are not enough, such as
	// "Address.City, Tags[0]". It cannot be given together with Attributes.
	ProjectionExpression string
	// IsConsistentRead asks for a read that sees every write that was acknowledged before
	// the query began, at twice the capacity. A global secondary index does not offer it.
	IsConsistentRead bool
	// CountOnly asks for the counts without the items. It costs the same capacity.
	CountOnly bool
	// KeyNames are the names of the attributes of the table's key and, for an index, of the
	// index's key. Only [QueryResponse.CheckpointAfter] needs them, and mostly not even it:
	// see there.
	KeyNames []string
}

// QueryResponse is the output of [Client.Query] and [Client.QueryPage], and a page of
// [Client.QueryPages].
type QueryResponse struct {
	// Items are the items that met the conditions, in the order of their sort key. Items is
	// nil for CountOnly.
	Items []Item
	// Count is the number of items that met the conditions.
	Count int64
	// ScannedCount is the number of items that DynamoDB evaluated, before the filter. The
	// capacity that a query uses depends on these.
	ScannedCount int64
	// LastEvaluatedKey is where to go on: the next ExclusiveStartKey. It is nil if the
	// query was read to its end.
	LastEvaluatedKey Item
	// Checkpoint is where to go on after these items. It is done if the query was read to
	// its end.
	Checkpoint QueryCheckpoint
	ResponseMetadata

	of       checkpointScope
	keyNames []string // nil if they are not known
}

// CheckpointAfter returns the checkpoint behind Items[i]: a query from there begins with the next
// item. Items must be as they came.
//
// It makes the checkpoint of the item's key, and must know the names of the key's attributes. A
// response tells them if its LastEvaluatedKey is not nil, or if an earlier page of the same call
// had one. So does a request that begins at a key or at a checkpoint of one, whose key condition
// names the sort key of a table, or that has KeyNames. Behind the last item it needs no names.
// Otherwise the error is [ErrInvalidRequest], and so it is if the item lacks a part of its key,
// which Attributes or ProjectionExpression left out.
func (r *QueryResponse) CheckpointAfter(i int) (QueryCheckpoint, error) {
	const field = "CheckpointAfter"
	switch {
	case i < 0 || i >= len(r.Items):
		return QueryCheckpoint{}, invalid(field, "must be given the index of one of the Items")
	case r.of == checkpointScope{}:
		return QueryCheckpoint{}, invalid(field, "works only on a response as a Client has returned it")
	case i == len(r.Items)-1:
		return r.Checkpoint, nil
	case len(r.keyNames) == 0:
		return QueryCheckpoint{}, invalid(field, "does not know the attributes of the key: give KeyNames in the request")
	}
	key := r.Items[i].Pick(r.keyNames...)
	if len(key) < len(r.keyNames) {
		return QueryCheckpoint{}, invalid(fmt.Sprintf("Items[%d]", i), "lacks a part of its key, which the request did not ask for")
	}
	at, err := newCheckpoint(r.of, key)
	return QueryCheckpoint{at}, err
}
