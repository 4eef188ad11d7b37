package dynamoconn

// UpdateItemRequest is the input of [Client.UpdateItem].
type UpdateItemRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Item is the key: one key-value, or two if the table has a sort key. No update can change
	// the key of an item.
	Item Item
	// Changes are what to change, such as Attr("Plays").Increment(1). Each reads the item as it
	// is before the update, and no two may be of the same attribute or of places that lie in
	// one another.
	Changes []Change
	// UpdateExpression says what to change as text, such as "SET #p = #p + :n REMOVE Draft".
	// The request has either Changes or it.
	UpdateExpression string
	// If must be true of the item that is stored, or nothing is changed: for example,
	// Attr("Artist").Exists() keeps the update from creating an item. Nil means no condition.
	If Predicate
	// ConditionExpression is the condition as text, such as "attribute_exists(Artist)". It
	// cannot be given together with If.
	ConditionExpression string
	// ExpressionAttributeNames are the names that the placeholders of UpdateExpression and
	// ConditionExpression stand for, such as "#p": "Plays".
	ExpressionAttributeNames map[string]string
	// ExpressionAttributeValues are the values in UpdateExpression and ConditionExpression. The
	// key of each is its placeholder, such as Long(":n", 1).
	ExpressionAttributeValues Item
	// Return asks for attributes of the item, before or after the update. Empty asks for none.
	Return ReturnValue
	// ReturnItemOnConditionFailure asks for the item that is stored if the condition is false.
	// It is in [Error.Item].
	ReturnItemOnConditionFailure bool
	// UniqueAttribute names an attribute that the update sets to a value which nobody else ever
	// writes there, such as a random ID of this update. Changes must have a Set of it, or
	// UpdateExpression a SET with a placeholder.
	//
	// The client adds the condition that the attribute does not have this value. If the
	// condition is false and the stored item has the value, then this update has been applied,
	// by an attempt whose answer was lost or by an earlier call: UpdateItem succeeds.
	//
	// That alone does not let the client repeat an update that may not be applied twice:
	// another writer may have set the attribute to a value of its own in between, and the
	// condition would be true again. After an attempt in doubt the client therefore asks
	// DynamoDB for the stored item, with the same update under a condition that is always
	// false. If the item has the value, UpdateItem succeeds, and otherwise the error is
	// [ErrAmbiguous].
	//
	// The client repeats such an update all the same if If is a test that the attribute equals
	// its former value, such as Attr("LastUpdate").EQ(lastID), or an All with this test in it.
	// Once the update is applied, that test is never true again, as long as nobody writes the
	// former value a second time.
	//
	// DynamoDB returns the item as with ReturnItemOnConditionFailure. With [ReturnNew], an
	// update that was found applied in this way returns the item as it is stored then, and with
	// [ReturnUpdatedNew] those attributes of it that the update changes, each as a whole.
	UniqueAttribute string
}

// ReturnValue says which attributes [Client.UpdateItem] returns. The zero value is the same as
// ReturnNone.
type ReturnValue string

// The values of [ReturnValue].
const (
	// ReturnNone returns none.
	ReturnNone ReturnValue = "NONE"
	// ReturnOld returns the item as it was before the update, and nil if there was none.
	ReturnOld ReturnValue = "ALL_OLD"
	// ReturnUpdatedOld returns what the update changed, as it was before.
	ReturnUpdatedOld ReturnValue = "UPDATED_OLD"
	// ReturnNew returns the item as it is after the update. It is nil if there is none, after
	// an update that only removes attributes.
	ReturnNew ReturnValue = "ALL_NEW"
	// ReturnUpdatedNew returns what the update changed, as it is after it.
	ReturnUpdatedNew ReturnValue = "UPDATED_NEW"
)

// UpdateItemResponse is the output of [Client.UpdateItem].
type UpdateItemResponse struct {
	// RequestID is DynamoDB's ID of the request that it acknowledged.
	RequestID string
	// Attributes are those that Return asked for. With [ErrOldItemUnknown] they may not be what
	// the update has replaced.
	Attributes Item
	ResponseMetadata
}
