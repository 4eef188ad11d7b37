package dynamoconn

// The enumerations of this file are DynamoDB's own: the connector has none of them. They
// are plain text, so that a value that DynamoDB adds later is kept as it came.

// IndexStatus is the state of a global secondary index. The zero value means "not
// given". A value that DynamoDB adds later is kept as it came.
type IndexStatus string

// The values of [IndexStatus].
const (
	// IndexStatusCreating is an index that is being built and cannot be read yet.
	IndexStatusCreating IndexStatus = "CREATING"
	// IndexStatusUpdating is an index whose settings are changing.
	IndexStatusUpdating IndexStatus = "UPDATING"
	// IndexStatusDeleting is an index that is being deleted.
	IndexStatusDeleting IndexStatus = "DELETING"
	// IndexStatusActive is an index that is ready for use.
	IndexStatusActive IndexStatus = "ACTIVE"
)

// ReplicaStatus is the state of one region's replica of a global table. The zero value
// means "not given". A value that DynamoDB adds later is kept as it came.
type ReplicaStatus string

// The values of [ReplicaStatus].
const (
	// ReplicaStatusCreating is a replica that is being created.
	ReplicaStatusCreating ReplicaStatus = "CREATING"
	// ReplicaStatusCreationFailed is a replica that could not be created.
	ReplicaStatusCreationFailed ReplicaStatus = "CREATION_FAILED"
	// ReplicaStatusUpdating is a replica whose settings are changing.
	ReplicaStatusUpdating ReplicaStatus = "UPDATING"
	// ReplicaStatusDeleting is a replica that is being deleted.
	ReplicaStatusDeleting ReplicaStatus = "DELETING"
	// ReplicaStatusActive is a replica that is ready for use.
	ReplicaStatusActive ReplicaStatus = "ACTIVE"
	// ReplicaStatusRegionDisabled is a replica in a region that the account has
	// disabled.
	ReplicaStatusRegionDisabled ReplicaStatus = "REGION_DISABLED"
	// ReplicaStatusInaccessibleEncryptionCredentials is a replica whose KMS key cannot
	// be used.
	ReplicaStatusInaccessibleEncryptionCredentials ReplicaStatus = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
	// ReplicaStatusArchiving is a replica that is being archived.
	ReplicaStatusArchiving ReplicaStatus = "ARCHIVING"
	// ReplicaStatusArchived is a replica that was archived and takes no operations.
	ReplicaStatusArchived ReplicaStatus = "ARCHIVED"
	// ReplicaStatusReplicationNotAuthorized is a replica to which replication is not
	// permitted.
	ReplicaStatusReplicationNotAuthorized ReplicaStatus = "REPLICATION_NOT_AUTHORIZED"
)

// ProjectionType says which attributes an index holds. The zero value means "not
// given". A value that DynamoDB adds later is kept as it came.
type ProjectionType string

// The values of [ProjectionType].
const (
	// ProjectionTypeAll is every attribute of the item.
	ProjectionTypeAll ProjectionType = "ALL"
	// ProjectionTypeKeysOnly is the keys of the table and of the index.
	ProjectionTypeKeysOnly ProjectionType = "KEYS_ONLY"
	// ProjectionTypeInclude is the keys and the attributes that the index lists.
	ProjectionTypeInclude ProjectionType = "INCLUDE"
)

// BillingMode says how the reads and writes of a table are paid for. The zero value
// means "not given": DynamoDB may leave it out for a table that has always been
// provisioned. A value that DynamoDB adds later is kept as it came.
type BillingMode string

// The values of [BillingMode].
const (
	// BillingModeProvisioned is a capacity fixed in advance; what exceeds it is
	// throttled.
	BillingModeProvisioned BillingMode = "PROVISIONED"
	// BillingModePayPerRequest is on demand.
	BillingModePayPerRequest BillingMode = "PAY_PER_REQUEST"
)

// TableClass trades the price of a table's storage against that of its reads and
// writes. The zero value means "not given". A value that DynamoDB adds later is kept as
// it came.
type TableClass string

// The values of [TableClass].
const (
	// TableClassStandard is the default.
	TableClassStandard TableClass = "STANDARD"
	// TableClassStandardInfrequentAccess has cheaper storage and dearer reads and
	// writes.
	TableClassStandardInfrequentAccess TableClass = "STANDARD_INFREQUENT_ACCESS"
)

// StreamViewType says what a table's stream records of an item that changed. The zero
// value means "not given". A value that DynamoDB adds later is kept as it came.
type StreamViewType string

// The values of [StreamViewType].
const (
	// StreamViewTypeNewImage is the whole item after the change.
	StreamViewTypeNewImage StreamViewType = "NEW_IMAGE"
	// StreamViewTypeOldImage is the whole item before the change.
	StreamViewTypeOldImage StreamViewType = "OLD_IMAGE"
	// StreamViewTypeNewAndOldImages is the whole item before and after the change.
	StreamViewTypeNewAndOldImages StreamViewType = "NEW_AND_OLD_IMAGES"
	// StreamViewTypeKeysOnly is the key of the item.
	StreamViewTypeKeysOnly StreamViewType = "KEYS_ONLY"
)

// EncryptionStatus is the state of the encryption of a table with a key of AWS KMS. The zero
// value means "not given". A value that DynamoDB adds later is kept as it came.
type EncryptionStatus string

// The values of [EncryptionStatus].
const (
	// EncryptionStatusEnabling is an encryption that is being switched on.
	EncryptionStatusEnabling EncryptionStatus = "ENABLING"
	// EncryptionStatusEnabled is a table that is encrypted with the key.
	EncryptionStatusEnabled EncryptionStatus = "ENABLED"
	// EncryptionStatusDisabling is an encryption that is being switched off.
	EncryptionStatusDisabling EncryptionStatus = "DISABLING"
	// EncryptionStatusDisabled is a table that is encrypted with the key that DynamoDB owns.
	EncryptionStatusDisabled EncryptionStatus = "DISABLED"
	// EncryptionStatusUpdating is an encryption that is going over to another key.
	EncryptionStatusUpdating EncryptionStatus = "UPDATING"
)

// MultiRegionConsistency says which writes the reads of a global table see. The zero value
// means "not given". A value that DynamoDB adds later is kept as it came.
type MultiRegionConsistency string

// The values of [MultiRegionConsistency].
const (
	// MultiRegionConsistencyEventual is a table whose regions see each other's writes
	// later.
	MultiRegionConsistencyEventual MultiRegionConsistency = "EVENTUAL"
	// MultiRegionConsistencyStrong is a table whose consistent reads see the writes of all
	// regions.
	MultiRegionConsistencyStrong MultiRegionConsistency = "STRONG"
)

// GlobalTableSettingsReplicationMode says whether a setting that is changed in one region of
// a global table is changed in the others. The zero value means "not given". A value that
// DynamoDB adds later is kept as it came.
type GlobalTableSettingsReplicationMode string

// The values of [GlobalTableSettingsReplicationMode].
const (
	// GlobalTableSettingsReplicationModeEnabled keeps the settings of all regions the same.
	GlobalTableSettingsReplicationModeEnabled GlobalTableSettingsReplicationMode = "ENABLED"
	// GlobalTableSettingsReplicationModeDisabled leaves each region its own settings.
	GlobalTableSettingsReplicationModeDisabled GlobalTableSettingsReplicationMode = "DISABLED"
	// GlobalTableSettingsReplicationModeEnabledWithOverrides keeps them the same, except for
	// those that a region overrides.
	GlobalTableSettingsReplicationModeEnabledWithOverrides GlobalTableSettingsReplicationMode = "ENABLED_WITH_OVERRIDES"
)

// VectorDistanceFunction says how the distance of two vectors is measured. The zero value
// means "not given". A value that DynamoDB adds later is kept as it came.
type VectorDistanceFunction string

// The values of [VectorDistanceFunction].
const (
	// VectorDistanceFunctionCosine is the angle between the vectors.
	VectorDistanceFunctionCosine VectorDistanceFunction = "COSINE"
	// VectorDistanceFunctionDotProduct is their dot product.
	VectorDistanceFunctionDotProduct VectorDistanceFunction = "DOT_PRODUCT"
	// VectorDistanceFunctionEuclidean is the length of the straight line between them.
	VectorDistanceFunctionEuclidean VectorDistanceFunction = "EUCLIDEAN"
)

// TimeToLiveStatus is the state of the time to live of a table. The zero value means "not
// given". A value that DynamoDB adds later is kept as it came.
type TimeToLiveStatus string

// The values of [TimeToLiveStatus].
const (
	// TimeToLiveStatusEnabling is a time to live that is being switched on, which takes up
	// to an hour.
	TimeToLiveStatusEnabling TimeToLiveStatus = "ENABLING"
	// TimeToLiveStatusEnabled is a table whose items are deleted some time after they have
	// expired.
	TimeToLiveStatusEnabled TimeToLiveStatus = "ENABLED"
	// TimeToLiveStatusDisabling is a time to live that is being switched off.
	TimeToLiveStatusDisabling TimeToLiveStatus = "DISABLING"
	// TimeToLiveStatusDisabled is a table whose items do not expire.
	TimeToLiveStatusDisabled TimeToLiveStatus = "DISABLED"
)
