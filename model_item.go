package dynamoconn

// GetItemRequest is the input of [Client.GetItem].
type GetItemRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Item is the key: one key-value, or two if the table has a sort key.
	Item Item
	// IsConsistentRead asks for a read that sees every write that was acknowledged before,
	// at twice the capacity. Without it, writes of the last second may be missing.
	IsConsistentRead bool
	// Attributes are the names of the attributes to return. Any name works, also a reserved
	// one, or one with dots or spaces. Empty returns them all.
	Attributes []string
	// ProjectionExpression says which parts to return if names are not enough, such as
	// "Address.City, Tags[0]". It cannot be given together with Attributes.
	ProjectionExpression string
	// ExpressionAttributeNames are the names that the placeholders of ProjectionExpression
	// stand for, such as "#c": "Comment".
	ExpressionAttributeNames map[string]string
}

// GetItemResponse is the output of [Client.GetItem].
type GetItemResponse struct {
	// Item is the item, and nil if there is none with that key. It is empty and not nil if
	// the item has none of the attributes that the request names.
	Item Item
	ResponseMetadata
}

// PutItemRequest is the input of [Client.PutItem].
type PutItemRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Item is the whole item, with its key.
	Item Item
	// If must be true of the item that is stored, or nothing is written: for example,
	// Attr("Artist").NotExists() replaces no item. Nil means no condition.
	If Predicate
	// ConditionExpression is the condition as text, such as "attribute_not_exists(Artist)".
	// It cannot be given together with If.
	ConditionExpression string
	// ExpressionAttributeNames are the names that the placeholders of ConditionExpression
	// stand for, such as "#y": "Year".
	ExpressionAttributeNames map[string]string
	// ExpressionAttributeValues are the values in ConditionExpression. The key of each is
	// its placeholder, such as Long(":y", 1999).
	ExpressionAttributeValues Item
	// ReturnOldItem asks for the item that was replaced.
	ReturnOldItem bool
	// ReturnItemOnConditionFailure asks for the item that is stored if the condition is
	// false. It is in [Error.Item].
	ReturnItemOnConditionFailure bool
	// ItemIsUnique promises that nobody else ever writes an item equal to this one, because
	// it holds a random ID of this write, or a version together with the writer's name.
	//
	// If the condition is false and the stored item equals Item, then this write has been
	// applied, by an attempt whose answer was lost or by an earlier call: the put succeeds.
	// Without the promise, equality would prove nothing, since two writers may put the same
	// item and only one of them wins. If another item is stored, it may have replaced this
	// one: after an attempt in doubt the error is [ErrAmbiguous].
	//
	// Items are equal if DynamoDB stores them as equal: numbers by value, sets without
	// order. DynamoDB returns the item as with ReturnItemOnConditionFailure, which costs
	// no capacity and no request. Without a condition it has no effect.
	ItemIsUnique bool
}

// PutItemResponse is the output of [Client.PutItem].
type PutItemResponse struct {
	// RequestID is DynamoDB's ID of the request that it acknowledged.
	RequestID string
	// OldItem is the item that was replaced, if ReturnOldItem asked for it. It is nil if
	// there was none. With [ErrOldItemUnknown] it may not be the only one.
	OldItem Item
	ResponseMetadata
}

// DeleteItemRequest is the input of [Client.DeleteItem].
type DeleteItemRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Item is the key: one key-value, or two if the table has a sort key.
	Item Item
	// If must be true of the item that is stored, or nothing is deleted: for example
	// Attr("Year").LT(1999). Nil means no condition.
	If Predicate
	// ConditionExpression is the condition as text, such as "#y < :y". It cannot be given
	// together with If.
	ConditionExpression string
	// ExpressionAttributeNames are the names that the placeholders of ConditionExpression
	// stand for, such as "#y": "Year".
	ExpressionAttributeNames map[string]string
	// ExpressionAttributeValues are the values in ConditionExpression. The key of each is
	// its placeholder, such as Long(":y", 1999).
	ExpressionAttributeValues Item
	// ReturnOldItem asks for the item that was deleted.
	ReturnOldItem bool
	// ReturnItemOnConditionFailure asks for the item that is stored if the condition is
	// false. It is in [Error.Item].
	ReturnItemOnConditionFailure bool
}

// DeleteItemResponse is the output of [Client.DeleteItem].
type DeleteItemResponse struct {
	// OldItem is the item that was deleted, if ReturnOldItem asked for it. It is nil if
	// there was none. With [ErrOldItemUnknown] it may not be the only one.
	OldItem Item
	ResponseMetadata
}
