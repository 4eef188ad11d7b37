package dynamoconn

import (
	"cmp"
	"fmt"
	"strings"
)

// enumRow is one value of an enumeration with its three spellings. No two rows of an
// enumeration share a spelling, in any letter case.
type enumRow[T ~string] struct {
	value   T      // the wire form
	name    string // the connector's name; empty if it is the wire form
	caption string // the words that a person reads; empty if they are the name
}

// enum holds the rows that the methods of an enumeration look up. The largest has some
// fifty, which are read faster in order than through a map.
type enum[T ~string] struct {
	kind string // the name of T
	rows []enumRow[T]
}

// newEnum fills in the spellings that a row leaves out.
func newEnum[T ~string](kind string, rows ...enumRow[T]) *enum[T] {
	for i := range rows {
		r := &rows[i]
		r.name = cmp.Or(r.name, string(r.value))
		r.caption = cmp.Or(r.caption, r.name)
	}
	return &enum[T]{kind, rows}
}

func (e *enum[T]) name(v T) string {
	for i := range e.rows {
		if e.rows[i].value == v {
			return e.rows[i].name
		}
	}
	return string(v)
}

func (e *enum[T]) caption(v T) string {
	for i := range e.rows {
		if e.rows[i].value == v {
			return e.rows[i].caption
		}
	}
	return string(v)
}

func (e *enum[T]) values() []T {
	values := make([]T, len(e.rows))
	for i := range e.rows {
		values[i] = e.rows[i].value
	}
	return values
}

// find returns the value that s spells, in any letter case.
func (e *enum[T]) find(s string) (T, bool) {
	for i := range e.rows {
		r := &e.rows[i]
		if s == string(r.value) || s == r.name || s == r.caption {
			return r.value, true
		}
	}
	for i := range e.rows {
		r := &e.rows[i]
		if strings.EqualFold(s, string(r.value)) || strings.EqualFold(s, r.name) || strings.EqualFold(s, r.caption) {
			return r.value, true
		}
	}
	return "", false
}

func (e *enum[T]) parse(s string) (T, error) {
	if v, ok := e.find(s); ok {
		return v, nil
	}
	accepted := make([]string, len(e.rows))
	for i := range e.rows {
		accepted[i] = string(e.rows[i].value)
	}
	return "", unreadable(fmt.Sprintf("%.32q is not a %s: it must be one of %s", s, e.kind, strings.Join(accepted, ", ")))
}

// unmarshal returns the value that text spells, and text itself if there is none.
func (e *enum[T]) unmarshal(text []byte) T {
	if v, ok := e.find(string(text)); ok {
		return v
	}
	return T(text)
}

// BooleanValue is a truth value that can also be absent. The zero value means "not
// given"; there are no values but the two constants.
type BooleanValue string

// The values of [BooleanValue].
const (
	// BooleanValueTrue is true; the connector calls it _TRUE.
	BooleanValueTrue BooleanValue = "true"
	// BooleanValueFalse is false, which is not the zero value; the connector calls it
	// _FALSE.
	BooleanValueFalse BooleanValue = "false"
)

var booleanValueEnum = newEnum("BooleanValue",
	enumRow[BooleanValue]{BooleanValueTrue, "_TRUE", "TRUE"},
	enumRow[BooleanValue]{BooleanValueFalse, "_FALSE", "FALSE"},
)

// BooleanValues returns both BooleanValue constants, in a slice of its own.
func BooleanValues() []BooleanValue { return booleanValueEnum.values() }

// BooleanValueOf returns the constant for b.
func BooleanValueOf(b bool) BooleanValue {
	if b {
		return BooleanValueTrue
	}
	return BooleanValueFalse
}

// ParseBooleanValue returns the constant that s names: by its connector name ("_TRUE"),
// its caption ("TRUE") or its wire form ("true"), in any letter case. Anything else,
// the empty string and "1" included, is [ErrInvalidRequest]. The error does not quote
// s, which may be an item's value.
func ParseBooleanValue(s string) (BooleanValue, error) {
	if v, ok := booleanValueEnum.find(s); ok {
		return v, nil
	}
	return "", unreadable("the text is not a BooleanValue: it must be true, false, _TRUE or _FALSE")
}

// Bool returns b as a Go bool. It reports ok as false, and value too, for the zero
// value and for text that is neither constant.
func (b BooleanValue) Bool() (value, ok bool) {
	return b == BooleanValueTrue, b == BooleanValueTrue || b == BooleanValueFalse
}

// String returns the wire form, "true" or "false".
func (b BooleanValue) String() string { return string(b) }

// Name returns the connector's name, "_TRUE" or "_FALSE"; any other text is its own
// name.
func (b BooleanValue) Name() string { return booleanValueEnum.name(b) }

// Caption returns "TRUE" or "FALSE"; any other text is its own caption.
func (b BooleanValue) Caption() string { return booleanValueEnum.caption(b) }

// MarshalText returns the wire form, which is empty for the zero value. JSON made from
// it is the string "true", not the literal. It never fails.
func (b BooleanValue) MarshalText() ([]byte, error) { return []byte(b), nil }

// UnmarshalText accepts what [ParseBooleanValue] does, and empty text as the zero
// value. Any other text is [ErrInvalidRequest] and leaves b as it was.
func (b *BooleanValue) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*b = ""
		return nil
	}
	v, err := ParseBooleanValue(string(text))
	if err != nil {
		return err
	}
	*b = v
	return nil
}

// TableStatus is the state of a table. The zero value means "not given". A value that
// DynamoDB adds later is kept as it came.
type TableStatus string

// The values of [TableStatus].
const (
	// TableStatusCreating is a table that cannot be used yet.
	TableStatusCreating TableStatus = "CREATING"
	// TableStatusUpdating is a table whose settings are changing; it can be read and
	// written.
	TableStatusUpdating TableStatus = "UPDATING"
	// TableStatusDeleting is a table that is being deleted.
	TableStatusDeleting TableStatus = "DELETING"
	// TableStatusActive is a table that is ready for use.
	TableStatusActive TableStatus = "ACTIVE"
	// TableStatusInaccessibleEncryptionCredentials is a table whose KMS key cannot be
	// used: operations on it may fail.
	TableStatusInaccessibleEncryptionCredentials TableStatus = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
	// TableStatusArchiving is a table that is being archived, after its KMS key was out
	// of reach for too long.
	TableStatusArchiving TableStatus = "ARCHIVING"
	// TableStatusArchived is a table that was archived to a backup and takes no
	// operations.
	TableStatusArchived TableStatus = "ARCHIVED"
	// TableStatusReplicationNotAuthorized is a global table whose replication is not
	// permitted.
	TableStatusReplicationNotAuthorized TableStatus = "REPLICATION_NOT_AUTHORIZED"
)

var tableStatusEnum = newEnum("TableStatus",
	enumRow[TableStatus]{value: TableStatusCreating},
	enumRow[TableStatus]{value: TableStatusUpdating},
	enumRow[TableStatus]{value: TableStatusDeleting},
	enumRow[TableStatus]{value: TableStatusActive},
	enumRow[TableStatus]{value: TableStatusInaccessibleEncryptionCredentials},
	enumRow[TableStatus]{value: TableStatusArchiving},
	enumRow[TableStatus]{value: TableStatusArchived},
	enumRow[TableStatus]{value: TableStatusReplicationNotAuthorized},
)

// TableStatuses returns every TableStatus constant, the connector's five first, in a
// slice of its own.
func TableStatuses() []TableStatus { return tableStatusEnum.values() }

// ParseTableStatus returns the constant that s names: by its connector name, its
// caption or its wire form, in any letter case. Anything else, the empty string
// included, is [ErrInvalidRequest].
func ParseTableStatus(s string) (TableStatus, error) { return tableStatusEnum.parse(s) }

// String returns the wire form.
func (s TableStatus) String() string { return string(s) }

// Name returns the connector's name, which is the wire form.
func (s TableStatus) Name() string { return tableStatusEnum.name(s) }

// Caption returns the words that a person reads. An unknown value is its own caption.
func (s TableStatus) Caption() string { return tableStatusEnum.caption(s) }

// MarshalText returns the wire form. It never fails.
func (s TableStatus) MarshalText() ([]byte, error) { return []byte(s), nil }

// UnmarshalText accepts what [ParseTableStatus] does and keeps any other text as it is,
// so that a value newer than this library survives. It never fails.
func (s *TableStatus) UnmarshalText(text []byte) error {
	*s = tableStatusEnum.unmarshal(text)
	return nil
}

// KeyType is the part that an attribute plays in the key of a table or index. The zero
// value means "not given". A value that DynamoDB adds later is kept as it came.
type KeyType string

// The values of [KeyType].
const (
	// KeyTypeHash is the partition key, or one attribute of it: an index can have
	// several.
	KeyTypeHash KeyType = "HASH"
	// KeyTypeRange is the sort key, or one attribute of it, by which the items of one
	// partition are ordered.
	KeyTypeRange KeyType = "RANGE"
	// KeyTypeUnknownToSDKVersion is what the connector reports for a type that it does
	// not know. DynamoDB never sends it: here an unknown type keeps its own text.
	KeyTypeUnknownToSDKVersion KeyType = "UNKNOWN_TO_SDK_VERSION"
)

var keyTypeEnum = newEnum("KeyType",
	enumRow[KeyType]{value: KeyTypeHash, caption: "HASH (partition)"},
	enumRow[KeyType]{value: KeyTypeRange, caption: "RANGE (sort)"},
	enumRow[KeyType]{value: KeyTypeUnknownToSDKVersion},
)

// KeyTypes returns every KeyType constant, in a slice of its own.
func KeyTypes() []KeyType { return keyTypeEnum.values() }

// ParseKeyType returns the constant that s names: by its connector name, its caption or
// its wire form, in any letter case. Anything else, the empty string included, is
// [ErrInvalidRequest].
func ParseKeyType(s string) (KeyType, error) { return keyTypeEnum.parse(s) }

// String returns the wire form.
func (k KeyType) String() string { return string(k) }

// Name returns the connector's name, which is the wire form.
func (k KeyType) Name() string { return keyTypeEnum.name(k) }

// Caption returns the words that a person reads, such as "HASH (partition)". An unknown
// value is its own caption.
func (k KeyType) Caption() string { return keyTypeEnum.caption(k) }

// MarshalText returns the wire form. It never fails.
func (k KeyType) MarshalText() ([]byte, error) { return []byte(k), nil }

// UnmarshalText accepts what [ParseKeyType] does and keeps any other text as it is, so
// that a value newer than this library survives. It never fails.
func (k *KeyType) UnmarshalText(text []byte) error {
	*k = keyTypeEnum.unmarshal(text)
	return nil
}

// AttributeType is the type that a table declares for a key attribute; other attributes
// are not declared. The zero value means "not given". A value that DynamoDB adds later
// is kept as it came.
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

var attributeTypeEnum = newEnum("AttributeType",
	enumRow[AttributeType]{value: AttributeTypeString, name: "String"},
	enumRow[AttributeType]{value: AttributeTypeNumber, name: "Number"},
	enumRow[AttributeType]{value: AttributeTypeBinary, name: "Binary"},
)

// AttributeTypes returns every AttributeType constant, in a slice of its own.
func AttributeTypes() []AttributeType { return attributeTypeEnum.values() }

// ParseAttributeType returns the constant that s names: by its connector name, its
// caption or its wire form, in any letter case. Anything else, the empty string
// included, is [ErrInvalidRequest].
func ParseAttributeType(s string) (AttributeType, error) { return attributeTypeEnum.parse(s) }

// String returns the wire form.
func (a AttributeType) String() string { return string(a) }

// Name returns the connector's name, such as "String", where the wire form is "S". An
// unknown value is its own name.
func (a AttributeType) Name() string { return attributeTypeEnum.name(a) }

// Caption returns the words that a person reads. An unknown value is its own caption.
func (a AttributeType) Caption() string { return attributeTypeEnum.caption(a) }

// MarshalText returns the wire form. It never fails.
func (a AttributeType) MarshalText() ([]byte, error) { return []byte(a), nil }

// UnmarshalText accepts what [ParseAttributeType] does and keeps any other text as it
// is, so that a value newer than this library survives. It never fails.
func (a *AttributeType) UnmarshalText(text []byte) error {
	*a = attributeTypeEnum.unmarshal(text)
	return nil
}

// ComparisonOperator says how a condition compares an attribute with its values. The
// zero value means "not given". A value that DynamoDB adds later is kept as it came.
type ComparisonOperator string

// The values of [ComparisonOperator].
const (
	// ComparisonOperatorBeginsWith is true of text or binary that starts with the one
	// value.
	ComparisonOperatorBeginsWith ComparisonOperator = "BEGINS_WITH"
	// ComparisonOperatorBetween is true from the first of two values to the second,
	// both included; the first must not be the greater.
	ComparisonOperatorBetween ComparisonOperator = "BETWEEN"
	// ComparisonOperatorContains is true of text or binary that has the one value in
	// it, and of a set or list that has it as a member.
	ComparisonOperatorContains ComparisonOperator = "CONTAINS"
	// ComparisonOperatorEQ is equality, for every type. A number never equals its text.
	ComparisonOperatorEQ ComparisonOperator = "EQ"
	// ComparisonOperatorGE is greater than or equal, for text, numbers and binary.
	ComparisonOperatorGE ComparisonOperator = "GE"
	// ComparisonOperatorGT is greater than, for text, numbers and binary.
	ComparisonOperatorGT ComparisonOperator = "GT"
	// ComparisonOperatorIn is true if the attribute equals any of the values.
	ComparisonOperatorIn ComparisonOperator = "IN"
	// ComparisonOperatorLE is less than or equal, for text, numbers and binary.
	ComparisonOperatorLE ComparisonOperator = "LE"
	// ComparisonOperatorLT is less than, for text, numbers and binary.
	ComparisonOperatorLT ComparisonOperator = "LT"
	// ComparisonOperatorNE is inequality, for every type. It is true of an item that
	// lacks the attribute.
	ComparisonOperatorNE ComparisonOperator = "NE"
	// ComparisonOperatorNotContains is the opposite of Contains, for items that have
	// the attribute.
	ComparisonOperatorNotContains ComparisonOperator = "NOT_CONTAINS"
	// ComparisonOperatorNotNull is true if the item has the attribute, even one whose
	// value is null. It takes no value.
	ComparisonOperatorNotNull ComparisonOperator = "NOT_NULL"
	// ComparisonOperatorNull is true if the item lacks the attribute; a null value is
	// not lacking. It takes no value. The connector calls it _NULL.
	ComparisonOperatorNull ComparisonOperator = "NULL"
)

var comparisonOperatorEnum = newEnum("ComparisonOperator",
	enumRow[ComparisonOperator]{value: ComparisonOperatorBeginsWith},
	enumRow[ComparisonOperator]{value: ComparisonOperatorBetween},
	enumRow[ComparisonOperator]{value: ComparisonOperatorContains},
	enumRow[ComparisonOperator]{value: ComparisonOperatorEQ, caption: "EQUAL"},
	enumRow[ComparisonOperator]{value: ComparisonOperatorGE, caption: "GREATER_THAN_OR_EQUAL"},
	enumRow[ComparisonOperator]{value: ComparisonOperatorGT, caption: "GREATER_THAN"},
	enumRow[ComparisonOperator]{value: ComparisonOperatorIn},
	enumRow[ComparisonOperator]{value: ComparisonOperatorLE, caption: "LESS_THAN_OR_EQUAL"},
	enumRow[ComparisonOperator]{value: ComparisonOperatorLT, caption: "LESS_THAN"},
	enumRow[ComparisonOperator]{value: ComparisonOperatorNE, caption: "NOT_EQUAL"},
	enumRow[ComparisonOperator]{value: ComparisonOperatorNotContains},
	enumRow[ComparisonOperator]{value: ComparisonOperatorNotNull},
	enumRow[ComparisonOperator]{value: ComparisonOperatorNull, name: "_NULL", caption: "NULL"},
)

// ComparisonOperators returns every ComparisonOperator constant, in a slice of its own.
func ComparisonOperators() []ComparisonOperator { return comparisonOperatorEnum.values() }

// ParseComparisonOperator returns the constant that s names: by its connector name, its
// caption or its wire form, in any letter case. Anything else, the empty string
// included, is [ErrInvalidRequest].
func ParseComparisonOperator(s string) (ComparisonOperator, error) {
	return comparisonOperatorEnum.parse(s)
}

// String returns the wire form.
func (o ComparisonOperator) String() string { return string(o) }

// Name returns the connector's name: the wire form, but "_NULL" for
// [ComparisonOperatorNull].
func (o ComparisonOperator) Name() string { return comparisonOperatorEnum.name(o) }

// Caption returns the words that a person reads, such as "GREATER_THAN". An unknown
// value is its own caption.
func (o ComparisonOperator) Caption() string { return comparisonOperatorEnum.caption(o) }

// MarshalText returns the wire form. It never fails.
func (o ComparisonOperator) MarshalText() ([]byte, error) { return []byte(o), nil }

// UnmarshalText accepts what [ParseComparisonOperator] does and keeps any other text as
// it is, so that a value newer than this library survives. It never fails.
func (o *ComparisonOperator) UnmarshalText(text []byte) error {
	*o = comparisonOperatorEnum.unmarshal(text)
	return nil
}
