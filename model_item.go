package dynamoconn

// GetItemRequest is the input of [Client.GetItem].
type GetItemRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Item is the key: one key-value for a table with a partition key, two for one
	// with a sort key too.
	Item Item
	// IsConsistentRead asks for a read that sees every write that was acknowledged
	// before, at twice the capacity. Otherwise a write of the last second may be
	// missing.
	IsConsistentRead bool
	// Attributes are the names of the attributes to return; any name works, reserved,
	// dotted or with spaces. Empty returns them all.
	Attributes []string
	// ProjectionExpression says which parts to return where names are not enough:
	// "Address.City, Tags[0]". It excludes Attributes.
	ProjectionExpression string
	// ExpressionAttributeNames are the names behind the placeholders of
	// ProjectionExpression: "#c": "Comment".
	ExpressionAttributeNames map[string]string
}

// GetItemResponse is the output of [Client.GetItem].
type GetItemResponse struct {
	// Item is the item, and nil if there is none with that key. An item that has
	// none of the attributes asked for is empty and not nil.
	Item Item
	ResponseMetadata
}

// PutItemRequest is the input of [Client.PutItem].
type PutItemRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Item is the whole item, with its key.
	Item Item
	// ConditionExpression must be true of the item that is there before, or the put
	// does nothing: "attribute_not_exists(Artist)". Empty means no condition.
	ConditionExpression string
	// ExpressionAttributeNames are the names behind the placeholders of
	// ConditionExpression: "#y": "Year".
	ExpressionAttributeNames map[string]string
	// ExpressionAttributeValues are the values in ConditionExpression, each under its
	// placeholder: Long(":y", 1999).
	ExpressionAttributeValues Item
	// ReturnOldItem asks for the item that was replaced.
	ReturnOldItem bool
	// ReturnItemOnConditionFailure asks for the item as it stands when the condition
	// is false, in [Error.Item].
	ReturnItemOnConditionFailure bool
	// ItemIsUnique promises that nobody else ever writes an item equal to this one: it
	// holds a random ID of this write, or a version together with the writer's name.
	// If the condition is then false and the item that stands equals Item, this write has
	// been applied, by an attempt whose answer was lost or by an earlier call, and the put
	// succeeds. Without the promise equality proves nothing, since two writers may put the
	// same item and only one of them has won. If another item stands, it may have replaced
	// this one: after an attempt in doubt the error is [ErrAmbiguous].
	//
	// Equal means equal as DynamoDB stores it: numbers by value, sets without order. The
	// item is asked for as with ReturnItemOnConditionFailure, which costs no capacity and
	// no request. Without ConditionExpression it has no effect.
	ItemIsUnique bool
}

// PutItemResponse is the output of [Client.PutItem].
type PutItemResponse struct {
	// RequestID is DynamoDB's name for the request that was acknowledged.
	RequestID string
	// OldItem is the item that was replaced, if ReturnOldItem asked for it, and nil
	// if there was none.
	OldItem Item
	ResponseMetadata
}

// DeleteItemRequest is the input of [Client.DeleteItem].
type DeleteItemRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Item is the key: one key-value for a table with a partition key, two for one
	// with a sort key too.
	Item Item
	// ConditionExpression must be true of the item, or the delete does nothing:
	// "#y < :y". Empty means no condition.
	ConditionExpression string
	// ExpressionAttributeNames are the names behind the placeholders of
	// ConditionExpression: "#y": "Year".
	ExpressionAttributeNames map[string]string
	// ExpressionAttributeValues are the values in ConditionExpression, each under its
	// placeholder: Long(":y", 1999).
	ExpressionAttributeValues Item
	// ReturnOldItem asks for the item that was deleted.
	ReturnOldItem bool
	// ReturnItemOnConditionFailure asks for the item as it stands when the condition
	// is false, in [Error.Item].
	ReturnItemOnConditionFailure bool
}

// DeleteItemResponse is the output of [Client.DeleteItem].
type DeleteItemResponse struct {
	// OldItem is the item that was deleted, if ReturnOldItem asked for it, and nil if
	// there was none.
	OldItem Item
	ResponseMetadata
}
