package dynamoconn

// StringKey returns the definition of a key attribute that is a string.
func StringKey(name string) AttributeDefinition {
	return AttributeDefinition{AttributeName: name, AttributeType: AttributeTypeString}
}

// NumberKey returns the definition of a key attribute that is a number.
func NumberKey(name string) AttributeDefinition {
	return AttributeDefinition{AttributeName: name, AttributeType: AttributeTypeNumber}
}

// BinaryKey returns the definition of a key attribute that is a binary.
func BinaryKey(name string) AttributeDefinition {
	return AttributeDefinition{AttributeName: name, AttributeType: AttributeTypeBinary}
}

// CreateTableRequest is the input of [Client.CreateTable]. TableName and PartitionKey are
// enough: the table is then billed on demand.
type CreateTableRequest struct {
	// TableName is the name of the table, 3 to 255 letters, digits, _ . and -, or its ARN.
	TableName string
	// PartitionKey is the attribute by which DynamoDB finds an item: [StringKey],
	// [NumberKey] and [BinaryKey] make one.
	PartitionKey AttributeDefinition
	// SortKey is the attribute that orders the items of one partition key. The zero value
	// means that there is none.
	SortKey AttributeDefinition
	// GlobalSecondaryIndexes are indexes with keys of their own. More can be created later
	// with [Client.UpdateTable].
	GlobalSecondaryIndexes []GlobalSecondaryIndex
	// LocalSecondaryIndexes are indexes with the table's partition key and another sort key,
	// at most 5. They can only be created together with the table, which must have a sort
	// key.
	LocalSecondaryIndexes []LocalSecondaryIndex
	// BillingMode is PROVISIONED or PAY_PER_REQUEST. The zero value is PROVISIONED if
	// ProvisionedThroughput is given, and otherwise PAY_PER_REQUEST.
	BillingMode BillingMode
	// ProvisionedThroughput is the capacity for the billing mode PROVISIONED. Only its
	// ReadCapacityUnits and WriteCapacityUnits are sent, which must be 1 or more.
	ProvisionedThroughput *ProvisionedThroughput
	// OnDemandThroughput limits a table that is billed on demand. Nil means no limit.
	OnDemandThroughput *OnDemandThroughput
	// WarmThroughput is what the table must be able to serve from the start. It costs once.
	// Nil leaves it to DynamoDB.
	WarmThroughput *WarmThroughput
	// StreamViewType switches on the table's stream. The zero value means that there is none.
	StreamViewType StreamViewType
	// TimeToLiveAttribute switches on the time to live: it is the attribute with the time,
	// in seconds since 1970, after which DynamoDB deletes an item. Empty leaves it off. It
	// makes CreateTable wait until the table is ACTIVE.
	TimeToLiveAttribute string
	// Tags are labels of the table, at most 50. A key has 1 to 128 characters, a value at
	// most 256.
	Tags map[string]string
	// TableClass is STANDARD or STANDARD_INFREQUENT_ACCESS. The zero value is STANDARD.
	TableClass TableClass
	// KMSKey encrypts the table with a key of AWS KMS: its ID, its ARN or its alias.
	// [DefaultKMSKey] is the one that AWS manages for the account. Empty is the key that
	// DynamoDB owns, which costs nothing.
	KMSKey string
	// DeletionProtectionEnabled makes DynamoDB refuse to delete the table.
	DeletionProtectionEnabled bool
}

// DefaultKMSKey is the key of AWS KMS that AWS manages for the DynamoDB tables of an account:
// see [CreateTableRequest.KMSKey].
const DefaultKMSKey = "alias/aws/dynamodb"

// GlobalSecondaryIndex is an index to create, with keys of its own.
type GlobalSecondaryIndex struct {
	// IndexName is the name of the index, 3 to 255 letters, digits, _ . and -.
	IndexName string
	// PartitionKey are the attributes of the partition key, 1 to 4.
	PartitionKey []AttributeDefinition
	// SortKey are the attributes that order the items of one partition key, up to 4.
	SortKey []AttributeDefinition
	// ProjectionType says which attributes the index holds besides the keys. The zero value
	// is INCLUDE if NonKeyAttributes are given, and otherwise ALL.
	ProjectionType ProjectionType
	// NonKeyAttributes are those attributes for the projection INCLUDE. All indexes of a
	// table together may have 100.
	NonKeyAttributes []string
	// ProvisionedThroughput is the capacity of the index. A table with the billing mode
	// PROVISIONED needs it for each, a table billed on demand has none.
	ProvisionedThroughput *ProvisionedThroughput
	// OnDemandThroughput limits the index of a table that is billed on demand. Nil means no
	// limit.
	OnDemandThroughput *OnDemandThroughput
	// WarmThroughput is what the index must be able to serve from the start. Nil leaves it to
	// DynamoDB.
	WarmThroughput *WarmThroughput
}

// LocalSecondaryIndex is an index to create together with its table, with the table's
// partition key.
type LocalSecondaryIndex struct {
	// IndexName is the name of the index, 3 to 255 letters, digits, _ . and -.
	IndexName string
	// SortKey is the attribute that orders the items of one partition key.
	SortKey AttributeDefinition
	// ProjectionType and NonKeyAttributes are as in [GlobalSecondaryIndex].
	ProjectionType   ProjectionType
	NonKeyAttributes []string
}

// UpdateTableRequest is the input of [Client.UpdateTable]. What is not given stays as it is.
type UpdateTableRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// BillingMode changes how the table is paid for. For PROVISIONED give
	// ProvisionedThroughput too, and the capacity of each index in UpdateIndexes.
	BillingMode BillingMode
	// ProvisionedThroughput changes the capacity of the table.
	ProvisionedThroughput *ProvisionedThroughput
	// OnDemandThroughput changes the limit of a table that is billed on demand; -1 removes
	// it.
	OnDemandThroughput *OnDemandThroughput
	// WarmThroughput raises what the table can serve at once.
	WarmThroughput *WarmThroughput
	// StreamViewType switches on the stream of a table that has none.
	StreamViewType StreamViewType
	// DisableStream switches the stream off.
	DisableStream bool
	// TableClass changes the class of the table.
	TableClass TableClass
	// KMSKey encrypts the table with that key of AWS KMS, as in [CreateTableRequest].
	KMSKey string
	// RemoveKMSKey encrypts the table with the key that DynamoDB owns.
	RemoveKMSKey bool
	// DeletionProtectionEnabled switches the protection from deletion on or off. The zero
	// value leaves it.
	DeletionProtectionEnabled BooleanValue
	// CreateIndex creates one global index. DynamoDB then copies the items into it, which
	// [Client.WaitForTable] waits for. One request cannot both create and delete an index.
	CreateIndex *GlobalSecondaryIndex
	// DeleteIndex is the name of the one global index to delete.
	DeleteIndex string
	// UpdateIndexes change the capacities of global indexes.
	UpdateIndexes []IndexUpdate
}

// IndexUpdate changes the capacity of one global index. What is not given stays as it is.
type IndexUpdate struct {
	// IndexName is the name of the index.
	IndexName string
	// ProvisionedThroughput changes its capacity.
	ProvisionedThroughput *ProvisionedThroughput
	// OnDemandThroughput changes its limit if the table is billed on demand; -1 removes it.
	OnDemandThroughput *OnDemandThroughput
	// WarmThroughput raises what it can serve at once.
	WarmThroughput *WarmThroughput
}

// DeleteTableRequest is the input of [Client.DeleteTable].
type DeleteTableRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
}

// WaitForTableRequest is the input of [Client.WaitForTable] and [Client.WatchTable].
type WaitForTableRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// Deleted waits until the table is gone. Otherwise the wait is for the table and its
	// indexes to be ready: see [TableDescription.IsReady].
	Deleted bool
}

// UpdateTimeToLiveRequest is the input of [Client.UpdateTimeToLive].
type UpdateTimeToLiveRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// AttributeName is the attribute with the time, in seconds since 1970, after which
	// DynamoDB deletes an item. It is also needed to switch the time to live off.
	AttributeName string
	// Disable switches the time to live off. Otherwise it is switched on.
	Disable bool
}

// UpdateTimeToLiveResponse is the output of [Client.UpdateTimeToLive].
type UpdateTimeToLiveResponse struct {
	ResponseMetadata
}

// DescribeTimeToLiveRequest is the input of [Client.DescribeTimeToLive].
type DescribeTimeToLiveRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
}

// TimeToLiveDescription is the output of [Client.DescribeTimeToLive].
type TimeToLiveDescription struct {
	// TimeToLiveStatus is the state of the time to live.
	TimeToLiveStatus TimeToLiveStatus
	// AttributeName is the attribute with the time, and empty if the time to live is off.
	AttributeName string
	ResponseMetadata
}

// TagTableRequest is the input of [Client.TagTable].
type TagTableRequest struct {
	// TableARN is the table's Amazon Resource Name: [TableDescription.TableARN].
	TableARN string
	// Tags are added to those of the table. One with a key that is there replaces it. A key
	// has 1 to 128 characters, a value at most 256.
	Tags map[string]string
}

// TagTableResponse is the output of [Client.TagTable].
type TagTableResponse struct {
	ResponseMetadata
}

// UntagTableRequest is the input of [Client.UntagTable].
type UntagTableRequest struct {
	// TableARN is the table's Amazon Resource Name: [TableDescription.TableARN].
	TableARN string
	// Keys are the keys of the tags to remove. One that is not there does not matter.
	Keys []string
}

// UntagTableResponse is the output of [Client.UntagTable].
type UntagTableResponse struct {
	ResponseMetadata
}

// ListTagsRequest is the input of [Client.ListTags].
type ListTagsRequest struct {
	// TableARN is the table's Amazon Resource Name: [TableDescription.TableARN].
	TableARN string
}

// ListTagsResponse is the output of [Client.ListTags].
type ListTagsResponse struct {
	// Tags are all tags of the table.
	Tags map[string]string
	ResponseMetadata
}
