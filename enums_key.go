package dynamoconn

// KeyType is the part that an attribute plays in the key of a table or index.
// The zero value means "not given". A value that DynamoDB adds later is kept
// as it came.
type KeyType string

// The values of [KeyType].
const (
	// KeyTypeHash is the partition key, or one attribute of it: an index can
	// have several.
	KeyTypeHash KeyType = "HASH"
	// KeyTypeRange is the sort key, or one attribute of it, by which the items
	// of one partition are ordered.
	KeyTypeRange KeyType = "RANGE"
	// KeyTypeUnknownToSDKVersion is what the connector reports for a type that
	// it does not know. DynamoDB never sends it: here an unknown type keeps
	// its own text.
	KeyTypeUnknownToSDKVersion KeyType = "UNKNOWN_TO_SDK_VERSION"
)

var keyTypeTable = enumTable[KeyType]{"KeyType", []enumRow[KeyType]{
	{KeyTypeHash, "HASH", "HASH (partition)"},
	{KeyTypeRange, "RANGE", "RANGE (sort)"},
	{KeyTypeUnknownToSDKVersion, "UNKNOWN_TO_SDK_VERSION", "UNKNOWN_TO_SDK_VERSION"},
}}

// KeyTypes returns every KeyType constant, in a slice of its own.
func KeyTypes() []KeyType { return keyTypeTable.values() }

// ParseKeyType returns the constant that s names: by its connector name, its
// caption or its wire form, in any letter case. Anything else, the empty
// string included, is [ErrInvalidRequest].
func ParseKeyType(s string) (KeyType, error) { return keyTypeTable.parse(s) }

// String returns the wire form.
func (k KeyType) String() string { return string(k) }

// Name returns the connector's name, which is the wire form.
func (k KeyType) Name() string { return keyTypeTable.name(k) }

// Caption returns the words that a person reads, such as "HASH (partition)".
// An unknown value is its own caption.
func (k KeyType) Caption() string { return keyTypeTable.caption(k) }

// MarshalText returns the wire form. It never fails.
func (k KeyType) MarshalText() ([]byte, error) { return []byte(k), nil }

// UnmarshalText accepts what [ParseKeyType] does and keeps any other text as
// it is, so that a value newer than this library survives. It never fails.
func (k *KeyType) UnmarshalText(text []byte) error {
	*k = keyTypeTable.unmarshal(text)
	return nil
}

// AttributeType is the type that a table declares for a key attribute; other
// attributes are not declared. The zero value means "not given". A value that
// DynamoDB adds later is kept as it came.
type AttributeType string

// The values of [AttributeType].
const (
	// AttributeTypeString is text, S on the wire.
	AttributeTypeString AttributeType = "S"
	// AttributeTypeNumber is a number, integer or decimal, N on the wire.
	AttributeTypeNumber AttributeType = "N"
	// AttributeTypeBinary is a sequence of bytes, B on the wire.
	AttributeTypeBinary AttributeType = "B"
)

var attributeTypeTable = enumTable[AttributeType]{"AttributeType", []enumRow[AttributeType]{
	{AttributeTypeString, "String", "String"},
	{AttributeTypeNumber, "Number", "Number"},
	{AttributeTypeBinary, "Binary", "Binary"},
}}

// AttributeTypes returns every AttributeType constant, in a slice of its own.
func AttributeTypes() []AttributeType { return attributeTypeTable.values() }

// ParseAttributeType returns the constant that s names: by its connector name,
// its caption or its wire form, in any letter case. Anything else, the empty
// string included, is [ErrInvalidRequest].
func ParseAttributeType(s string) (AttributeType, error) { return attributeTypeTable.parse(s) }

// String returns the wire form.
func (a AttributeType) String() string { return string(a) }

// Name returns the connector's name, such as "String", where the wire form is
// "S". An unknown value is its own name.
func (a AttributeType) Name() string { return attributeTypeTable.name(a) }

// Caption returns the words that a person reads. An unknown value is its own
// caption.
func (a AttributeType) Caption() string { return attributeTypeTable.caption(a) }

// MarshalText returns the wire form. It never fails.
func (a AttributeType) MarshalText() ([]byte, error) { return []byte(a), nil }

// UnmarshalText accepts what [ParseAttributeType] does and keeps any other
// text as it is, so that a value newer than this library survives. It never
// fails.
func (a *AttributeType) UnmarshalText(text []byte) error {
	*a = attributeTypeTable.unmarshal(text)
	return nil
}
