package dynamoconn

// ComparisonOperator says how a condition compares an attribute with its
// values. The zero value means "not given". A value that DynamoDB adds later
// is kept as it came.
type ComparisonOperator string

// The values of [ComparisonOperator].
const (
	// ComparisonOperatorBeginsWith is true of text or binary that starts with
	// the one value.
	ComparisonOperatorBeginsWith ComparisonOperator = "BEGINS_WITH"
	// ComparisonOperatorBetween is true from the first of two values to the
	// second, both included; the first must not be the greater.
	ComparisonOperatorBetween ComparisonOperator = "BETWEEN"
	// ComparisonOperatorContains is true of text or binary that has the one
	// value in it, and of a set or list that has it as a member.
	ComparisonOperatorContains ComparisonOperator = "CONTAINS"
	// ComparisonOperatorEQ is equality, for every type. A number never equals
	// its text.
	ComparisonOperatorEQ ComparisonOperator = "EQ"
	// ComparisonOperatorGE is greater than or equal, for text, numbers and
	// binary.
	ComparisonOperatorGE ComparisonOperator = "GE"
	// ComparisonOperatorGT is greater than, for text, numbers and binary.
	ComparisonOperatorGT ComparisonOperator = "GT"
	// ComparisonOperatorIn is true if the attribute equals any of the values.
	ComparisonOperatorIn ComparisonOperator = "IN"
	// ComparisonOperatorLE is less than or equal, for text, numbers and
	// binary.
	ComparisonOperatorLE ComparisonOperator = "LE"
	// ComparisonOperatorLT is less than, for text, numbers and binary.
	ComparisonOperatorLT ComparisonOperator = "LT"
	// ComparisonOperatorNE is inequality, for every type. It is true of an item
	// that lacks the attribute.
	ComparisonOperatorNE ComparisonOperator = "NE"
	// ComparisonOperatorNotContains is the opposite of Contains, for items that
	// have the attribute.
	ComparisonOperatorNotContains ComparisonOperator = "NOT_CONTAINS"
	// ComparisonOperatorNotNull is true if the item has the attribute, even
	// one whose value is null. It takes no value.
	ComparisonOperatorNotNull ComparisonOperator = "NOT_NULL"
	// ComparisonOperatorNull is true if the item lacks the attribute; a null
	// value is not lacking. It takes no value. The connector calls it _NULL.
	ComparisonOperatorNull ComparisonOperator = "NULL"
)

var comparisonOperatorTable = enumTable[ComparisonOperator]{"ComparisonOperator", []enumRow[ComparisonOperator]{
	{ComparisonOperatorBeginsWith, "BEGINS_WITH", "BEGINS_WITH"},
	{ComparisonOperatorBetween, "BETWEEN", "BETWEEN"},
	{ComparisonOperatorContains, "CONTAINS", "CONTAINS"},
	{ComparisonOperatorEQ, "EQ", "EQUAL"},
	{ComparisonOperatorGE, "GE", "GREATER_THAN_OR_EQUAL"},
	{ComparisonOperatorGT, "GT", "GREATER_THAN"},
	{ComparisonOperatorIn, "IN", "IN"},
	{ComparisonOperatorLE, "LE", "LESS_THAN_OR_EQUAL"},
	{ComparisonOperatorLT, "LT", "LESS_THAN"},
	{ComparisonOperatorNE, "NE", "NOT_EQUAL"},
	{ComparisonOperatorNotContains, "NOT_CONTAINS", "NOT_CONTAINS"},
	{ComparisonOperatorNotNull, "NOT_NULL", "NOT_NULL"},
	{ComparisonOperatorNull, "_NULL", "NULL"},
}}

// ComparisonOperators returns every ComparisonOperator constant, in a slice of
// its own.
func ComparisonOperators() []ComparisonOperator { return comparisonOperatorTable.values() }

// ParseComparisonOperator returns the constant that s names: by its connector
// name, its caption or its wire form, in any letter case. Anything else, the
// empty string included, is [ErrInvalidRequest].
func ParseComparisonOperator(s string) (ComparisonOperator, error) {
	return comparisonOperatorTable.parse(s)
}

// String returns the wire form.
func (o ComparisonOperator) String() string { return string(o) }

// Name returns the connector's name: the wire form, but "_NULL" for
// [ComparisonOperatorNull].
func (o ComparisonOperator) Name() string { return comparisonOperatorTable.name(o) }

// Caption returns the words that a person reads, such as "GREATER_THAN". An
// unknown value is its own caption.
func (o ComparisonOperator) Caption() string { return comparisonOperatorTable.caption(o) }

// MarshalText returns the wire form. It never fails.
func (o ComparisonOperator) MarshalText() ([]byte, error) { return []byte(o), nil }

// UnmarshalText accepts what [ParseComparisonOperator] does and keeps any
// other text as it is, so that a value newer than this library survives. It
// never fails.
func (o *ComparisonOperator) UnmarshalText(text []byte) error {
	*o = comparisonOperatorTable.unmarshal(text)
	return nil
}
