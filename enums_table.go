package dynamoconn

// ProjectionType says which attributes an index holds. The zero value means
// "not given". A value that DynamoDB adds later is kept as it came.
type ProjectionType string

// The values of [ProjectionType].
const (
	// ProjectionTypeAll is every attribute of the item.
	ProjectionTypeAll ProjectionType = "ALL"
	// ProjectionTypeKeysOnly is the keys of the table and of the index.
	ProjectionTypeKeysOnly ProjectionType = "KEYS_ONLY"
	// ProjectionTypeInclude is the keys and the attributes that the index
	// lists.
	ProjectionTypeInclude ProjectionType = "INCLUDE"
)

var projectionTypeTable = enumTable[ProjectionType]{"ProjectionType", []enumRow[ProjectionType]{
	{ProjectionTypeAll, "ALL", "All"},
	{ProjectionTypeKeysOnly, "KEYS_ONLY", "Keys only"},
	{ProjectionTypeInclude, "INCLUDE", "Include"},
}}

// ProjectionTypes returns every ProjectionType constant, in a slice of its
// own.
func ProjectionTypes() []ProjectionType { return projectionTypeTable.values() }

// ParseProjectionType returns the constant that s names: by its connector
// name, its caption or its wire form, in any letter case. Anything else, the
// empty string included, is [ErrInvalidRequest].
func ParseProjectionType(s string) (ProjectionType, error) { return projectionTypeTable.parse(s) }

// String returns the wire form.
func (p ProjectionType) String() string { return string(p) }

// Name returns the wire form: the connector has no such enumeration.
func (p ProjectionType) Name() string { return projectionTypeTable.name(p) }

// Caption returns the words that a person reads, such as "Keys only". An
// unknown value is its own caption.
func (p ProjectionType) Caption() string { return projectionTypeTable.caption(p) }

// MarshalText returns the wire form. It never fails.
func (p ProjectionType) MarshalText() ([]byte, error) { return []byte(p), nil }

// UnmarshalText accepts what [ParseProjectionType] does and keeps any other
// text as it is, so that a value newer than this library survives. It never
// fails.
func (p *ProjectionType) UnmarshalText(text []byte) error {
	*p = projectionTypeTable.unmarshal(text)
	return nil
}

// BillingMode says how the reads and writes of a table are paid for. The zero
// value means "not given": DynamoDB may leave it out for a table that has
// always been provisioned. A value that DynamoDB adds later is kept as it
// came.
type BillingMode string

// The values of [BillingMode].
const (
	// BillingModeProvisioned is a capacity fixed in advance; what exceeds it
	// is throttled.
	BillingModeProvisioned BillingMode = "PROVISIONED"
	// BillingModePayPerRequest is on demand.
	BillingModePayPerRequest BillingMode = "PAY_PER_REQUEST"
)

var billingModeTable = enumTable[BillingMode]{"BillingMode", []enumRow[BillingMode]{
	{BillingModeProvisioned, "PROVISIONED", "Provisioned"},
	{BillingModePayPerRequest, "PAY_PER_REQUEST", "Pay per request"},
}}

// BillingModes returns every BillingMode constant, in a slice of its own.
func BillingModes() []BillingMode { return billingModeTable.values() }

// ParseBillingMode returns the constant that s names: by its connector name,
// its caption or its wire form, in any letter case. Anything else, the empty
// string included, is [ErrInvalidRequest].
func ParseBillingMode(s string) (BillingMode, error) { return billingModeTable.parse(s) }

// String returns the wire form.
func (m BillingMode) String() string { return string(m) }

// Name returns the wire form: the connector has no such enumeration.
func (m BillingMode) Name() string { return billingModeTable.name(m) }

// Caption returns the words that a person reads, such as "Pay per request". An
// unknown value is its own caption.
func (m BillingMode) Caption() string { return billingModeTable.caption(m) }

// MarshalText returns the wire form. It never fails.
func (m BillingMode) MarshalText() ([]byte, error) { return []byte(m), nil }

// UnmarshalText accepts what [ParseBillingMode] does and keeps any other text
// as it is, so that a value newer than this library survives. It never fails.
func (m *BillingMode) UnmarshalText(text []byte) error {
	*m = billingModeTable.unmarshal(text)
	return nil
}

// TableClass trades the price of a table's storage against that of its reads
// and writes. The zero value means "not given". A value that DynamoDB adds
// later is kept as it came.
type TableClass string

// The values of [TableClass].
const (
	// TableClassStandard is the default.
	TableClassStandard TableClass = "STANDARD"
	// TableClassStandardInfrequentAccess has cheaper storage and dearer reads
	// and writes.
	TableClassStandardInfrequentAccess TableClass = "STANDARD_INFREQUENT_ACCESS"
)

var tableClassTable = enumTable[TableClass]{"TableClass", []enumRow[TableClass]{
	{TableClassStandard, "STANDARD", "Standard"},
	{TableClassStandardInfrequentAccess, "STANDARD_INFREQUENT_ACCESS", "Standard infrequent access"},
}}

// TableClasses returns every TableClass constant, in a slice of its own.
func TableClasses() []TableClass { return tableClassTable.values() }

// ParseTableClass returns the constant that s names: by its connector name,
// its caption or its wire form, in any letter case. Anything else, the empty
// string included, is [ErrInvalidRequest].
func ParseTableClass(s string) (TableClass, error) { return tableClassTable.parse(s) }

// String returns the wire form.
func (c TableClass) String() string { return string(c) }

// Name returns the wire form: the connector has no such enumeration.
func (c TableClass) Name() string { return tableClassTable.name(c) }

// Caption returns the words that a person reads, such as "Standard infrequent
// access". An unknown value is its own caption.
func (c TableClass) Caption() string { return tableClassTable.caption(c) }

// MarshalText returns the wire form. It never fails.
func (c TableClass) MarshalText() ([]byte, error) { return []byte(c), nil }

// UnmarshalText accepts what [ParseTableClass] does and keeps any other text
// as it is, so that a value newer than this library survives. It never fails.
func (c *TableClass) UnmarshalText(text []byte) error {
	*c = tableClassTable.unmarshal(text)
	return nil
}

// StreamViewType says what a table's stream records of an item that changed.
// The zero value means "not given". A value that DynamoDB adds later is kept
// as it came.
type StreamViewType string

// The values of [StreamViewType].
const (
	// StreamViewTypeNewImage is the whole item after the change.
	StreamViewTypeNewImage StreamViewType = "NEW_IMAGE"
	// StreamViewTypeOldImage is the whole item before the change.
	StreamViewTypeOldImage StreamViewType = "OLD_IMAGE"
	// StreamViewTypeNewAndOldImages is the whole item before and after the
	// change.
	StreamViewTypeNewAndOldImages StreamViewType = "NEW_AND_OLD_IMAGES"
	// StreamViewTypeKeysOnly is the key of the item.
	StreamViewTypeKeysOnly StreamViewType = "KEYS_ONLY"
)

var streamViewTypeTable = enumTable[StreamViewType]{"StreamViewType", []enumRow[StreamViewType]{
	{StreamViewTypeNewImage, "NEW_IMAGE", "New image"},
	{StreamViewTypeOldImage, "OLD_IMAGE", "Old image"},
	{StreamViewTypeNewAndOldImages, "NEW_AND_OLD_IMAGES", "New and old images"},
	{StreamViewTypeKeysOnly, "KEYS_ONLY", "Keys only"},
}}

// StreamViewTypes returns every StreamViewType constant, in a slice of its
// own.
func StreamViewTypes() []StreamViewType { return streamViewTypeTable.values() }

// ParseStreamViewType returns the constant that s names: by its connector
// name, its caption or its wire form, in any letter case. Anything else, the
// empty string included, is [ErrInvalidRequest].
func ParseStreamViewType(s string) (StreamViewType, error) { return streamViewTypeTable.parse(s) }

// String returns the wire form.
func (v StreamViewType) String() string { return string(v) }

// Name returns the wire form: the connector has no such enumeration.
func (v StreamViewType) Name() string { return streamViewTypeTable.name(v) }

// Caption returns the words that a person reads, such as "New and old images".
// An unknown value is its own caption.
func (v StreamViewType) Caption() string { return streamViewTypeTable.caption(v) }

// MarshalText returns the wire form. It never fails.
func (v StreamViewType) MarshalText() ([]byte, error) { return []byte(v), nil }

// UnmarshalText accepts what [ParseStreamViewType] does and keeps any other
// text as it is, so that a value newer than this library survives. It never
// fails.
func (v *StreamViewType) UnmarshalText(text []byte) error {
	*v = streamViewTypeTable.unmarshal(text)
	return nil
}
