package dynamoconn

import "time"

// Table is the part that [ListTable], [TableDescription], [ScanTableResponse] and
// [ResponseTable] have in common: the name of a table.
type Table struct {
	// Name is the name of the table.
	Name string
}

// ListTablesRequest is the input of [Client.ListTables] and [Client.Tables]. The
// zero value asks for all tables of the region.
type ListTablesRequest struct {
	// ExclusiveStartTableName is the name after which to begin, in the order of names.
	// There need not be a table of that name. Empty begins at the first table.
	ExclusiveStartTableName string
	// Limit is the number of names in one page, 1 to 100. Zero leaves it to DynamoDB,
	// which sends 100.
	Limit int32
	// MaxTables is how many names are returned in all, at most. Zero means no limit.
	MaxTables int
}

// ListTablesResponse is the output of [Client.ListTables].
type ListTablesResponse struct {
	// ListTables are the tables, in the order of their names.
	ListTables []ListTable
	// LastEvaluatedTableName is where to go on: the next ExclusiveStartTableName. It is
	// empty if there are no more tables, or if MaxTables was zero.
	LastEvaluatedTableName string
	ResponseMetadata
}

// ListTable is one table of a [ListTablesResponse].
type ListTable struct {
	Table
}

// DescribeTableRequest is the input of [Client.DescribeTable].
type DescribeTableRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
}

// TableDescription is the output of [Client.DescribeTable].
type TableDescription struct {
	Table
	// ItemCount is the number of items, which DynamoDB counts about every six hours.
	ItemCount int64
	// CreationDateTime is when the table was created, in UTC.
	CreationDateTime time.Time
	// TableARN is the table's Amazon Resource Name.
	TableARN string
	// TableID is DynamoDB's own name for this table. A table of the same name that is made
	// later has another one.
	TableID string
	// TableStatus is the state of the table, which says whether it can be used.
	TableStatus TableStatus
	// AttributeDefinitions are the types of the attributes that are part of a key, of the
	// table or of an index.
	AttributeDefinitions []AttributeDefinition
	// KeySchemaElements are the partition key and, if there is one, the sort key.
	KeySchemaElements []KeySchemaElement
	// TableSizeBytes is the size of all items, which DynamoDB measures about every six
	// hours.
	TableSizeBytes int64
	// BillingMode is PROVISIONED or PAY_PER_REQUEST.
	BillingMode BillingMode
	// ProvisionedThroughput is the capacity of the table, and nil if it is billed on
	// demand.
	ProvisionedThroughput *ProvisionedThroughput
	// OnDemandThroughput is the limit that the owner set on a table billed on demand, and
	// nil if there is none.
	OnDemandThroughput *OnDemandThroughput
	// GlobalSecondaryIndexes are the indexes with keys of their own.
	GlobalSecondaryIndexes []IndexDescription
	// LocalSecondaryIndexes are the indexes with the table's partition key and
	// another sort key.
	LocalSecondaryIndexes []IndexDescription
	// Stream is the table's stream, and nil if there never was one.
	Stream *StreamDescription
	// TableClass is STANDARD or STANDARD_INFREQUENT_ACCESS.
	TableClass TableClass
	// DeletionProtectionEnabled reports whether DynamoDB refuses to delete the table.
	DeletionProtectionEnabled bool
	// Replicas are the copies of a global table in other regions.
	Replicas []ReplicaDescription
	ResponseMetadata
}

// KeyNames returns the names of the attributes that are the table's key, the partition key
// first. Use them with [Item.Pick], which takes the key out of an item, and with
// [WriteTable], which then sends several requests at the same time.
func (d *TableDescription) KeyNames() []string {
	names := make([]string, 0, 2)
	for _, element := range d.KeySchemaElements {
		if element.KeyType == KeyTypeHash {
			names = append([]string{element.Key}, names...)
		} else {
			names = append(names, element.Key)
		}
	}
	return names
}

// AttributeDefinition is the type of one attribute that is part of a key.
type AttributeDefinition struct {
	AttributeName string
	AttributeType AttributeType
}

// KeyName returns d.AttributeName.
func (d AttributeDefinition) KeyName() string { return d.AttributeName }

// KeySchemaElement is one attribute of a key.
type KeySchemaElement struct {
	// Key is the name of the attribute.
	Key string
	// KeyType is HASH for the partition key and RANGE for the sort key.
	KeyType KeyType
}

// KeyName returns e.Key.
func (e KeySchemaElement) KeyName() string { return e.Key }

// ProvisionedThroughput is the capacity of a table or index for each second.
type ProvisionedThroughput struct {
	// ReadCapacityUnits is the number of strongly consistent reads of 4 KB.
	ReadCapacityUnits int64
	// WriteCapacityUnits is the number of writes of 1 KB.
	WriteCapacityUnits int64
	// LastIncreaseDateTime is when the capacity was last increased, and zero if it never
	// was.
	LastIncreaseDateTime time.Time
	// LastDecreaseDateTime is when the capacity was last decreased, and zero if it never
	// was.
	LastDecreaseDateTime time.Time
	// NumberOfDecreasesToday is the number of decreases since midnight UTC.
	NumberOfDecreasesToday int64
}

// OnDemandThroughput limits what a table billed on demand may use each second, in request
// units. Zero or -1 means no limit.
type OnDemandThroughput struct {
	MaxReadRequestUnits  int64
	MaxWriteRequestUnits int64
}

// IndexDescription is one secondary index.
type IndexDescription struct {
	// IndexName is the name of the index, for [ScanTableRequest.IndexName].
	IndexName string
	// IndexARN is the index's Amazon Resource Name.
	IndexARN string
	// IndexStatus is the state of the index, which says whether it can be used. It is empty
	// for a local index, which can be used when its table can.
	IndexStatus IndexStatus
	// Backfilling reports whether items are still being copied into a new index.
	Backfilling bool
	// KeySchemaElements are the index's partition key and, if there is one, its sort
	// key.
	KeySchemaElements []KeySchemaElement
	// ProjectionType says which attributes the index holds besides the keys.
	ProjectionType ProjectionType
	// NonKeyAttributes are those attributes, for the projection INCLUDE.
	NonKeyAttributes []string
	// ItemCount is the number of items, counted about every six hours.
	ItemCount int64
	// IndexSizeBytes is the size of all items, measured about every six hours.
	IndexSizeBytes int64
	// ProvisionedThroughput is the capacity of the index, and nil if it is billed on demand
	// or local.
	ProvisionedThroughput *ProvisionedThroughput
	// OnDemandThroughput is the limit that the owner set, and nil if there is none.
	OnDemandThroughput *OnDemandThroughput
}

// StreamDescription is the record of changes of a table.
type StreamDescription struct {
	// Enabled reports whether changes are being recorded.
	Enabled bool
	// ViewType says how much of an item is recorded when it changes.
	ViewType StreamViewType
	// LatestStreamARN is the stream's Amazon Resource Name.
	LatestStreamARN string
	// LatestStreamLabel is when the stream was made, as DynamoDB writes it.
	LatestStreamLabel string
}

// ReplicaDescription is the copy of a global table in one other region.
type ReplicaDescription struct {
	// Region is where the copy is.
	Region Region
	// ReplicaStatus is the state of the copy, which says whether it can be used.
	ReplicaStatus ReplicaStatus
	// ReplicaStatusDescription is DynamoDB's explanation of the state, and empty if it gave
	// none.
	ReplicaStatusDescription string
	// TableClass is the copy's own class, and empty if DynamoDB named none.
	TableClass TableClass
	// InaccessibleDateTime is when the copy became unreachable, and zero if it is
	// reachable.
	InaccessibleDateTime time.Time
}
