package dynamoconn

// TableStatus is the state of a table. The zero value means "not given". A
// value that DynamoDB adds later is kept as it came.
type TableStatus string

// The values of [TableStatus].
const (
	// TableStatusCreating is a table that cannot be used yet.
	TableStatusCreating TableStatus = "CREATING"
	// TableStatusUpdating is a table whose settings are changing; it can be
	// read and written.
	TableStatusUpdating TableStatus = "UPDATING"
	// TableStatusDeleting is a table that is being deleted.
	TableStatusDeleting TableStatus = "DELETING"
	// TableStatusActive is a table that is ready for use.
	TableStatusActive TableStatus = "ACTIVE"
	// TableStatusInaccessibleEncryptionCredentials is a table whose KMS key
	// cannot be used: operations on it may fail.
	TableStatusInaccessibleEncryptionCredentials TableStatus = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
	// TableStatusArchiving is a table that is being archived, after its KMS
	// key was out of reach for too long.
	TableStatusArchiving TableStatus = "ARCHIVING"
	// TableStatusArchived is a table that was archived to a backup and takes
	// no operations.
	TableStatusArchived TableStatus = "ARCHIVED"
	// TableStatusReplicationNotAuthorized is a global table whose replication
	// is not permitted.
	TableStatusReplicationNotAuthorized TableStatus = "REPLICATION_NOT_AUTHORIZED"
)

var tableStatusTable = enumTable[TableStatus]{"TableStatus", []enumRow[TableStatus]{
	{TableStatusCreating, "CREATING", "CREATING"},
	{TableStatusUpdating, "UPDATING", "UPDATING"},
	{TableStatusDeleting, "DELETING", "DELETING"},
	{TableStatusActive, "ACTIVE", "ACTIVE"},
	{TableStatusInaccessibleEncryptionCredentials, "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"},
	{TableStatusArchiving, "ARCHIVING", "ARCHIVING"},
	{TableStatusArchived, "ARCHIVED", "ARCHIVED"},
	{TableStatusReplicationNotAuthorized, "REPLICATION_NOT_AUTHORIZED", "REPLICATION_NOT_AUTHORIZED"},
}}

// TableStatuses returns every TableStatus constant, the connector's five
// first, in a slice of its own.
func TableStatuses() []TableStatus { return tableStatusTable.values() }

// ParseTableStatus returns the constant that s names: by its connector name,
// its caption or its wire form, in any letter case. Anything else, the empty
// string included, is [ErrInvalidRequest].
func ParseTableStatus(s string) (TableStatus, error) { return tableStatusTable.parse(s) }

// String returns the wire form.
func (s TableStatus) String() string { return string(s) }

// Name returns the connector's name, which is the wire form.
func (s TableStatus) Name() string { return tableStatusTable.name(s) }

// Caption returns the words that a person reads. An unknown value is its own
// caption.
func (s TableStatus) Caption() string { return tableStatusTable.caption(s) }

// MarshalText returns the wire form. It never fails.
func (s TableStatus) MarshalText() ([]byte, error) { return []byte(s), nil }

// UnmarshalText accepts what [ParseTableStatus] does and keeps any other text
// as it is, so that a value newer than this library survives. It never fails.
func (s *TableStatus) UnmarshalText(text []byte) error {
	*s = tableStatusTable.unmarshal(text)
	return nil
}

// IndexStatus is the state of a global secondary index. The zero value means
// "not given". A value that DynamoDB adds later is kept as it came.
type IndexStatus string

// The values of [IndexStatus].
const (
	// IndexStatusCreating is an index that is being built and cannot be read
	// yet.
	IndexStatusCreating IndexStatus = "CREATING"
	// IndexStatusUpdating is an index whose settings are changing.
	IndexStatusUpdating IndexStatus = "UPDATING"
	// IndexStatusDeleting is an index that is being deleted.
	IndexStatusDeleting IndexStatus = "DELETING"
	// IndexStatusActive is an index that is ready for use.
	IndexStatusActive IndexStatus = "ACTIVE"
)

var indexStatusTable = enumTable[IndexStatus]{"IndexStatus", []enumRow[IndexStatus]{
	{IndexStatusCreating, "CREATING", "Creating"},
	{IndexStatusUpdating, "UPDATING", "Updating"},
	{IndexStatusDeleting, "DELETING", "Deleting"},
	{IndexStatusActive, "ACTIVE", "Active"},
}}

// IndexStatuses returns every IndexStatus constant, in a slice of its own.
func IndexStatuses() []IndexStatus { return indexStatusTable.values() }

// ParseIndexStatus returns the constant that s names: by its connector name,
// its caption or its wire form, in any letter case. Anything else, the empty
// string included, is [ErrInvalidRequest].
func ParseIndexStatus(s string) (IndexStatus, error) { return indexStatusTable.parse(s) }

// String returns the wire form.
func (s IndexStatus) String() string { return string(s) }

// Name returns the wire form: the connector has no such enumeration.
func (s IndexStatus) Name() string { return indexStatusTable.name(s) }

// Caption returns the words that a person reads. An unknown value is its own
// caption.
func (s IndexStatus) Caption() string { return indexStatusTable.caption(s) }

// MarshalText returns the wire form. It never fails.
func (s IndexStatus) MarshalText() ([]byte, error) { return []byte(s), nil }

// UnmarshalText accepts what [ParseIndexStatus] does and keeps any other text
// as it is, so that a value newer than this library survives. It never fails.
func (s *IndexStatus) UnmarshalText(text []byte) error {
	*s = indexStatusTable.unmarshal(text)
	return nil
}

// ReplicaStatus is the state of one region's replica of a global table. The
// zero value means "not given". A value that DynamoDB adds later is kept as it
// came.
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
	// ReplicaStatusRegionDisabled is a replica in a region that the account
	// has disabled.
	ReplicaStatusRegionDisabled ReplicaStatus = "REGION_DISABLED"
	// ReplicaStatusInaccessibleEncryptionCredentials is a replica whose KMS
	// key cannot be used.
	ReplicaStatusInaccessibleEncryptionCredentials ReplicaStatus = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
	// ReplicaStatusArchiving is a replica that is being archived.
	ReplicaStatusArchiving ReplicaStatus = "ARCHIVING"
	// ReplicaStatusArchived is a replica that was archived and takes no
	// operations.
	ReplicaStatusArchived ReplicaStatus = "ARCHIVED"
	// ReplicaStatusReplicationNotAuthorized is a replica to which replication
	// is not permitted.
	ReplicaStatusReplicationNotAuthorized ReplicaStatus = "REPLICATION_NOT_AUTHORIZED"
)

var replicaStatusTable = enumTable[ReplicaStatus]{"ReplicaStatus", []enumRow[ReplicaStatus]{
	{ReplicaStatusCreating, "CREATING", "Creating"},
	{ReplicaStatusCreationFailed, "CREATION_FAILED", "Creation failed"},
	{ReplicaStatusUpdating, "UPDATING", "Updating"},
	{ReplicaStatusDeleting, "DELETING", "Deleting"},
	{ReplicaStatusActive, "ACTIVE", "Active"},
	{ReplicaStatusRegionDisabled, "REGION_DISABLED", "Region disabled"},
	{ReplicaStatusInaccessibleEncryptionCredentials, "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "Inaccessible encryption credentials"},
	{ReplicaStatusArchiving, "ARCHIVING", "Archiving"},
	{ReplicaStatusArchived, "ARCHIVED", "Archived"},
	{ReplicaStatusReplicationNotAuthorized, "REPLICATION_NOT_AUTHORIZED", "Replication not authorized"},
}}

// ReplicaStatuses returns every ReplicaStatus constant, in a slice of its own.
func ReplicaStatuses() []ReplicaStatus { return replicaStatusTable.values() }

// ParseReplicaStatus returns the constant that s names: by its connector name,
// its caption or its wire form, in any letter case. Anything else, the empty
// string included, is [ErrInvalidRequest].
func ParseReplicaStatus(s string) (ReplicaStatus, error) { return replicaStatusTable.parse(s) }

// String returns the wire form.
func (s ReplicaStatus) String() string { return string(s) }

// Name returns the wire form: the connector has no such enumeration.
func (s ReplicaStatus) Name() string { return replicaStatusTable.name(s) }

// Caption returns the words that a person reads, such as "Creation failed". An
// unknown value is its own caption.
func (s ReplicaStatus) Caption() string { return replicaStatusTable.caption(s) }

// MarshalText returns the wire form. It never fails.
func (s ReplicaStatus) MarshalText() ([]byte, error) { return []byte(s), nil }

// UnmarshalText accepts what [ParseReplicaStatus] does and keeps any other
// text as it is, so that a value newer than this library survives. It never
// fails.
func (s *ReplicaStatus) UnmarshalText(text []byte) error {
	*s = replicaStatusTable.unmarshal(text)
	return nil
}
