package dynamoconn

// TransactWriteRequest is the input of [Client.TransactWrite].
type TransactWriteRequest struct {
	// Writes are the operations, 1 to 100, on items of any tables of one region. No two may be
	// on the same item.
	Writes []TransactWrite
}

// TransactWrite is one operation of a [TransactWriteRequest]: a [PutItemRequest], an
// [UpdateItemRequest], a [DeleteItemRequest], a [ConditionCheck], or a pointer to one. Their
// options for items that are returned, ItemIsUnique and UniqueAttribute are refused: a
// transaction returns no items, and its token tells whether it has been applied.
type TransactWrite interface {
	// inTransaction returns the operation, checked, and encoded in memory.
	inTransaction(memory *scratch) (transactedWrite, error)
}

// ConditionCheck is an operation of a transaction that changes nothing: the transaction is
// applied only if the condition is true. One of If and ConditionExpression must be given.
type ConditionCheck struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Item is the key: one key-value, or two if the table has a sort key.
	Item Item
	// If must be true of the item that is stored, such as Attr("Balance").GE(100).
	If Predicate
	// ConditionExpression is the condition as text, such as "Balance >= :n". It cannot be
	// given together with If.
	ConditionExpression string
	// ExpressionAttributeNames are the names that the placeholders of ConditionExpression
	// stand for, such as "#y": "Year".
	ExpressionAttributeNames map[string]string
	// ExpressionAttributeValues are the values in ConditionExpression. The key of each is
	// its placeholder, such as Long(":y", 1999).
	ExpressionAttributeValues Item
	// ReturnItemOnConditionFailure asks for the item that is stored if the condition is
	// false. It is in [TransactionFailure.Item].
	ReturnItemOnConditionFailure bool
}

// TransactWriteResponse is the output of [Client.TransactWrite].
type TransactWriteResponse struct {
	// RequestID is DynamoDB's ID of the request that it acknowledged.
	RequestID string
	// Token is the token of the transaction: that of [ExactlyOnce], or the client's own.
	Token string
	// AppliedEarlier means that DynamoDB knew the token: the transaction was applied by an
	// attempt of this call whose answer was lost, or by an earlier call. The last attempt
	// changed nothing, and consumed reads. DynamoDB says so in its report of the consumed
	// capacity, for which TransactWrite always asks.
	AppliedEarlier bool
	ResponseMetadata
}

// TransactGetRequest is the input of [Client.TransactGet].
type TransactGetRequest struct {
	// Gets are what to read, 1 to 100 items of any tables of one region. No two may be of the
	// same item. All are read as they are at one moment, so IsConsistentRead changes nothing.
	Gets []GetItemRequest
}

// TransactGetResponse is the output of [Client.TransactGet].
type TransactGetResponse struct {
	// Items are the items, at the places of their keys: nil where there is no item, and empty
	// and not nil where an item has none of the attributes that were asked for.
	Items []Item
	ResponseMetadata
}
