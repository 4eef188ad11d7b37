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
	// LastUpdateToPayPerRequestDateTime is when the table was last set to on demand, and zero
	// if it never was.
	LastUpdateToPayPerRequestDateTime time.Time
	// ProvisionedThroughput is the capacity of the table, and nil if it is billed on
	// demand.
	ProvisionedThroughput *ProvisionedThroughput
	// OnDemandThroughput is the limit that the owner set on a table billed on demand, and
	// nil if there is none.
	OnDemandThroughput *OnDemandThroughput
	// WarmThroughput is what the table can serve at once, and nil if DynamoDB does not say.
	WarmThroughput *WarmThroughput
	// GlobalSecondaryIndexes are the indexes with keys of their own.
	GlobalSecondaryIndexes []IndexDescription
	// LocalSecondaryIndexes are the indexes with the table's partition key and
	// another sort key.
	LocalSecondaryIndexes []IndexDescription
	// VectorIndexes are the indexes for similarity search.
	VectorIndexes []VectorIndexDescription
	// Stream is the table's stream, and nil if there never was one.
	Stream *StreamDescription
	// TableClass is STANDARD or STANDARD_INFREQUENT_ACCESS.
	TableClass TableClass
	// TableClassLastUpdateDateTime is when the class was last changed, and zero if it never
	// was.
	TableClassLastUpdateDateTime time.Time
	// Encryption is how the table is encrypted, and nil if that is with the key that
	// DynamoDB owns.
	Encryption *EncryptionDescription
	// DeletionProtectionEnabled reports whether DynamoDB refuses to delete the table.
	DeletionProtectionEnabled bool
	// Replicas are the copies of a global table in other regions.
	Replicas []ReplicaDescription
	// Witnesses are the regions that only vote on the writes of a global table with strong
	// consistency.
	Witnesses []WitnessDescription
	// MultiRegionConsistency is EVENTUAL or STRONG, and empty if the table is not global.
	MultiRegionConsistency MultiRegionConsistency
	// GlobalTableVersion is the version of global tables that the table uses, such as
	// "2019.11.21", and empty if it is not global.
	GlobalTableVersion string
	// GlobalTableSettingsReplicationMode says whether the copies of a global table have the
	// same settings. It is empty if DynamoDB does not say.
	GlobalTableSettingsReplicationMode GlobalTableSettingsReplicationMode
	// DisassociationProtectionEnabled reports whether DynamoDB refuses to make a copy of the
	// global table a table of its own.
	DisassociationProtectionEnabled bool
	// Restore is where the table was restored from, and nil if it was not.
	Restore *RestoreSummary
	// Archival is when and why the table was archived, and nil if it was not.
	Archival *ArchivalSummary
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

// notReady returns what keeps the table from being ready, and "" if it is.
func (d *TableDescription) notReady() string {
	if d.TableStatus != TableStatusActive {
		return "the table is " + string(d.TableStatus)
	}
	for _, index := range d.GlobalSecondaryIndexes {
		if why := indexNotReady(index.IndexName, index.IndexStatus, index.Backfilling); why != "" {
			return why
		}
	}
	for _, index := range d.VectorIndexes {
		if why := indexNotReady(index.IndexName, index.IndexStatus, index.Backfilling); why != "" {
			return why
		}
	}
	return ""
}

func indexNotReady(name string, status IndexStatus, backfilling bool) string {
	switch {
	case status != IndexStatusActive:
		return "the index " + showName(name) + " is " + string(status)
	case backfilling:
		return "items are being copied into the index " + showName(name)
	}
	return ""
}

// IsReady reports whether the table and all its indexes can be used: each is ACTIVE, and no
// items are still being copied into an index. See [Client.WaitForTable].
func (d *TableDescription) IsReady() bool { return d.notReady() == "" }

// AttributeDefinition is the name and the type of one attribute that is part of a key.
// [StringKey], [NumberKey] and [BinaryKey] make one.
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
	// WarmThroughput is what the index can serve at once, and nil if it is local or DynamoDB
	// does not say.
	WarmThroughput *WarmThroughput
}

// WarmThroughput is what a table or an index can serve at once, for each second.
type WarmThroughput struct {
	// ReadUnitsPerSecond is the number of reads of 4 KB.
	ReadUnitsPerSecond int64
	// WriteUnitsPerSecond is the number of writes of 1 KB.
	WriteUnitsPerSecond int64
	// Status is ACTIVE, or UPDATING while DynamoDB raises it. A request does not need it.
	Status string
}

// VectorIndexDescription is one index for similarity search.
type VectorIndexDescription struct {
	// IndexName is the name of the index.
	IndexName string
	// IndexARN is the index's Amazon Resource Name.
	IndexARN string
	// IndexStatus is the state of the index, which says whether it can be used.
	IndexStatus IndexStatus
	// Backfilling reports whether items are still being copied into a new index.
	Backfilling bool
	// VectorAttribute is the name of the attribute that holds the vectors.
	VectorAttribute string
	// Dimensions is the number of dimensions of a vector.
	Dimensions int64
	// DistanceFunction is how the distance of two vectors is measured.
	DistanceFunction VectorDistanceFunction
	// SearchAttributes are the attributes by which a search can be narrowed.
	SearchAttributes []SearchAttribute
	// ProjectionType says which attributes the index holds.
	ProjectionType ProjectionType
	// NonKeyAttributes are those attributes, for the projection INCLUDE.
	NonKeyAttributes []string
	// ItemCount is the number of items, counted about every six hours.
	ItemCount int64
	// IndexSizeBytes is the size of all items, measured about every six hours.
	IndexSizeBytes int64
}

// SearchAttribute is one attribute by which a search in a vector index can be narrowed.
type SearchAttribute struct {
	// Key is the name of the attribute.
	Key string
	// Type is HASH for a partition of the index and INLINE_FILTER for a filter.
	Type string
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
	// ReplicaARN is the copy's Amazon Resource Name, and empty if DynamoDB gave none.
	ReplicaARN string
	// ReplicaStatus is the state of the copy, which says whether it can be used.
	ReplicaStatus ReplicaStatus
	// ReplicaStatusDescription is DynamoDB's explanation of the state, and empty if it gave
	// none.
	ReplicaStatusDescription string
	// ReplicaStatusPercentProgress is how far a copy that is being made is, such as "40%",
	// and empty if DynamoDB does not say.
	ReplicaStatusPercentProgress string
	// KMSMasterKeyID is the key of AWS KMS that encrypts the copy, and empty if it has none
	// of its own.
	KMSMasterKeyID string
	// ReadCapacityUnits is the copy's own read capacity, and 0 if it has that of the table.
	ReadCapacityUnits int64
	// MaxReadRequestUnits is the copy's own limit of reads on demand, -1 for no limit, and 0
	// if it has that of the table.
	MaxReadRequestUnits int64
	// WarmThroughput is what the copy can serve at once, and nil if DynamoDB does not say.
	WarmThroughput *WarmThroughput
	// GlobalSecondaryIndexes are the copy's own settings of its indexes.
	GlobalSecondaryIndexes []ReplicaIndexDescription
	// TableClass is the copy's own class, and empty if DynamoDB named none.
	TableClass TableClass
	// TableClassLastUpdateDateTime is when that class was last changed, and zero if it never
	// was.
	TableClassLastUpdateDateTime time.Time
	// GlobalTableSettingsReplicationMode says whether the copy takes over the settings of
	// the table. It is empty if DynamoDB does not say.
	GlobalTableSettingsReplicationMode GlobalTableSettingsReplicationMode
	// InaccessibleDateTime is when the copy became unreachable, and zero if it is
	// reachable.
	InaccessibleDateTime time.Time
}

// ReplicaIndexDescription has the settings of one index that a copy of a global table has for
// itself.
type ReplicaIndexDescription struct {
	// IndexName is the name of the index.
	IndexName string
	// ReadCapacityUnits and MaxReadRequestUnits are as in [ReplicaDescription].
	ReadCapacityUnits   int64
	MaxReadRequestUnits int64
	// WarmThroughput is what the index can serve at once, and nil if DynamoDB does not say.
	WarmThroughput *WarmThroughput
}

// WitnessDescription is one witness of a global table.
type WitnessDescription struct {
	// Region is where the witness is.
	Region Region
	// WitnessStatus is the state of the witness: CREATING, ACTIVE or DELETING.
	WitnessStatus string
}

// EncryptionDescription is how a table is encrypted with a key of AWS KMS.
type EncryptionDescription struct {
	// Status is the state of the encryption.
	Status EncryptionStatus
	// Type is KMS for a key of AWS KMS.
	Type string
	// KMSKeyARN is the key's Amazon Resource Name.
	KMSKeyARN string
	// InaccessibleDateTime is when DynamoDB found that it cannot use the key, and zero if it
	// can. After 7 days it archives the table.
	InaccessibleDateTime time.Time
}

// RestoreSummary is where a table was restored from.
type RestoreSummary struct {
	// SourceBackupARN is the backup, and empty if a table was restored to a point in time.
	SourceBackupARN string
	// SourceTableARN is the table that the backup is of, and empty if DynamoDB gave none.
	SourceTableARN string
	// RestoreDateTime is the point in time or the time of the backup.
	RestoreDateTime time.Time
	// InProgress reports whether the table is still being restored.
	InProgress bool
}

// ArchivalSummary is when and why a table was archived.
type ArchivalSummary struct {
	// ArchivalBackupARN is the backup that the table was archived to.
	ArchivalBackupARN string
	// ArchivalDateTime is when the table was archived.
	ArchivalDateTime time.Time
	// ArchivalReason is DynamoDB's explanation.
	ArchivalReason string
}
