package dynamoconn

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
)

// Key is anything that has the name of an attribute: each of the eleven key-values,
// an [AttributeDefinition] and a [KeySchemaElement].
type Key interface {
	// KeyName returns the name of the attribute. It is empty for the elements of
	// a list.
	KeyName() string
}

// KeyValue is one attribute of an item: its name and its value. It is one of
//
//	*KeyValueString     S     a string
//	*KeyValueLong       N     an integer within int64
//	*KeyValueDecimal    N     any other number
//	*KeyValueBoolean    BOOL  true or false
//	*KeyValueBinary     B     bytes
//	*KeyValueNull       NULL  null
//	*KeyValueList       L     values of any kinds, in order
//	*KeyValueMap        M     an [Item] inside an item
//	*KeyValueStringSet  SS    distinct strings
//	*KeyValueNumberSet  NS    distinct numbers
//	*KeyValueBinarySet  BS    distinct byte strings
//
// Read one with a type switch, or read the values of an item by name with [Value]. A
// type that embeds one of these is no KeyValue: every activity refuses it.
//
// In a struct for the SDK's package attributevalue, a field has one of these types or a pointer
// to one, and holds the value without the name. A field of type KeyValue can be marshaled, but
// attributevalue cannot read it back: it panics. Use an Item.
type KeyValue interface {
	Key
	kindMethods
}

// kindMethods is what each of the eleven kinds does in its own way. Ask isNil first: the
// methods take for granted that there is a value. depth is the number of lists and maps
// around the value.
type kindMethods interface {
	kind() kind
	// clone returns a deep copy.
	clone(depth int, w *walk) KeyValue
	// equal compares the values, not the names. isNil(other) is false.
	equal(other KeyValue, depth int) bool
	// size returns the bytes that DynamoDB counts for the value.
	size(depth int, w *walk) int
	// appendCanonical appends bytes that equal values share, and only they.
	appendCanonical(b []byte, depth int, w *walk) []byte
	// appendText appends the value as people read it.
	appendText(b []byte, depth int) []byte
	// appendJSON appends the value in plain JSON.
	appendJSON(b []byte, depth int, w *walk) ([]byte, error)
	// goValue returns the value in the Go type that Value reads it as, and nil for a null.
	goValue() any
	// attributeValue returns the value as the SDK's type.
	attributeValue(depth int, w *walk) (types.AttributeValue, error)
}

// kind holds the names of a kind: DynamoDB's for its type, and one for people.
type kind struct{ tag, words string }

func (*KeyValueString) kind() kind    { return kind{"S", "a string"} }
func (*KeyValueLong) kind() kind      { return kind{"N", "a number"} }
func (*KeyValueDecimal) kind() kind   { return kind{"N", "a number"} }
func (*KeyValueBoolean) kind() kind   { return kind{"BOOL", "a boolean"} }
func (*KeyValueBinary) kind() kind    { return kind{"B", "a binary"} }
func (*KeyValueNull) kind() kind      { return kind{"NULL", "null"} }
func (*KeyValueList) kind() kind      { return kind{"L", "a list"} }
func (*KeyValueMap) kind() kind       { return kind{"M", "a map"} }
func (*KeyValueStringSet) kind() kind { return kind{"SS", "a string set"} }
func (*KeyValueNumberSet) kind() kind { return kind{"NS", "a number set"} }
func (*KeyValueBinarySet) kind() kind { return kind{"BS", "a binary set"} }

// isNil reports whether kv holds no value: it is nil, a nil pointer, or of a type that
// embeds one of the eleven. The methods of such a type may panic, so only a type switch
// finds it.
func isNil(kv KeyValue) bool {
	switch kv := kv.(type) {
	case nil:
		return true
	case *KeyValueString:
		return kv == nil
	case *KeyValueLong:
		return kv == nil
	case *KeyValueDecimal:
		return kv == nil
	case *KeyValueBoolean:
		return kv == nil
	case *KeyValueBinary:
		return kv == nil
	case *KeyValueNull:
		return kv == nil
	case *KeyValueList:
		return kv == nil
	case *KeyValueMap:
		return kv == nil
	case *KeyValueStringSet:
		return kv == nil
	case *KeyValueNumberSet:
		return kv == nil
	case *KeyValueBinarySet:
		return kv == nil
	}
	return true
}

// keyName returns the name of kv, and "" if isNil(kv).
func keyName(kv KeyValue) string {
	if isNil(kv) {
		return ""
	}
	return kv.KeyName()
}

// numberOf returns the number that a long or a decimal holds.
func numberOf(kv KeyValue) (Number, bool) {
	switch kv := kv.(type) {
	case *KeyValueLong:
		return NumberFromInt64(kv.LongValue), true
	case *KeyValueDecimal:
		return kv.DecimalValue, true
	}
	return Number{}, false
}

// longOrDecimal returns a number under key: a long if text is what Go prints for an int64,
// and otherwise a decimal with this text. The error is that of [ParseNumber].
func longOrDecimal(key, text string) (KeyValue, error) {
	if n, ok := decimal.ParseInt64(text); ok {
		return &KeyValueLong{Key: key, LongValue: n}, nil
	}
	number, err := ParseNumber(text)
	if err != nil {
		return nil, err
	}
	return &KeyValueDecimal{Key: key, DecimalValue: number}, nil
}

// KeyValueString is a string: DynamoDB's S. It must be valid UTF-8. The empty
// string is a value like any other, except in a key attribute.
type KeyValueString struct {
	Key         string
	StringValue string
}

// KeyValueLong is a number that is an integer within int64: DynamoDB's N.
//
// A number from DynamoDB reads as a long if it is written exactly as Go prints an
// int64, such as 42 or -7, and as a [KeyValueDecimal] otherwise.
type KeyValueLong struct {
	Key       string
	LongValue int64
}

// KeyValueDecimal is a number of up to 38 digits: DynamoDB's N. The zero value of
// DecimalValue is the number 0.
type KeyValueDecimal struct {
	Key          string
	DecimalValue Number
}

// KeyValueBoolean is true or false: DynamoDB's BOOL. The enumeration
// [BooleanValue] converts to and from it.
type KeyValueBoolean struct {
	Key          string
	BooleanValue bool
}

// KeyValueBinary is bytes: DynamoDB's B. A nil slice is the empty binary, which is
// a value like any other, except in a key attribute.
type KeyValueBinary struct {
	Key         string
	BinaryValue []byte
}

// KeyValueNull is an attribute that is there and has no value: DynamoDB's NULL.
type KeyValueNull struct {
	Key string
}

// KeyValueList is an ordered list of values of any kinds: DynamoDB's L. The Key
// of each element is empty. A nil slice is the empty list.
type KeyValueList struct {
	Key       string
	ListValue []KeyValue
}

// KeyValueMap is an item inside an item: DynamoDB's M. A nil MapValue is the
// empty map.
type KeyValueMap struct {
	Key      string
	MapValue Item
}

// KeyValueStringSet is a set of strings: DynamoDB's SS. A set is never empty, and
// its members are distinct and in no order.
type KeyValueStringSet struct {
	Key            string
	StringSetValue []string
}

// KeyValueNumberSet is a set of numbers: DynamoDB's NS. A set is never empty, and
// its members are distinct as numbers (1 and 1.0 are one number) and in no order.
type KeyValueNumberSet struct {
	Key            string
	NumberSetValue []Number
}

// KeyValueBinarySet is a set of byte strings: DynamoDB's BS. A set is never empty,
// and its members are distinct and in no order.
type KeyValueBinarySet struct {
	Key            string
	BinarySetValue [][]byte
}

// String returns the string value under key.
func String(key, value string) *KeyValueString {
	return &KeyValueString{Key: key, StringValue: value}
}

// Long returns the integer value under key.
func Long(key string, value int64) *KeyValueLong {
	return &KeyValueLong{Key: key, LongValue: value}
}

// Int returns the integer value under key.
func Int(key string, value int) *KeyValueLong { return Long(key, int64(value)) }

// Float64 returns the number value under key as [NumberFromFloat64] writes it, and as a
// [KeyValueLong] if that is an integer within int64. For NaN, an infinity and what is too large or
// too small it returns a KeyValue that every request, and every conversion, refuses with
// [ErrInvalidRequest].
func Float64(key string, value float64) KeyValue {
	kv, err := keyValueOf(value)
	return withName(key, kv, err)
}

// Decimal returns the number value under key. [ParseNumber], [MustNumber] and the
// NumberFrom functions make a [Number].
func Decimal(key string, value Number) *KeyValueDecimal {
	return &KeyValueDecimal{Key: key, DecimalValue: value}
}

// Boolean returns the boolean value under key.
func Boolean(key string, value bool) *KeyValueBoolean {
	return &KeyValueBoolean{Key: key, BooleanValue: value}
}

// Binary returns the bytes under key. It does not copy value.
func Binary(key string, value []byte) *KeyValueBinary {
	return &KeyValueBinary{Key: key, BinaryValue: value}
}

// Null returns a null under key.
func Null(key string) *KeyValueNull {
	return &KeyValueNull{Key: key}
}

// List returns the list of values under key. The elements have no key of their
// own: List("Tags", String("", "rock"), Long("", 7)).
func List(key string, values ...KeyValue) *KeyValueList {
	return &KeyValueList{Key: key, ListValue: values}
}

// Map returns the map of values under key:
// Map("Address", String("Street", "Rue Paradis"), Long("Number", 7)).
func Map(key string, values ...KeyValue) *KeyValueMap {
	return &KeyValueMap{Key: key, MapValue: values}
}

// StringSet returns the set of strings under key.
func StringSet(key string, members ...string) *KeyValueStringSet {
	return &KeyValueStringSet{Key: key, StringSetValue: members}
}

// NumberSet returns the set of numbers under key.
func NumberSet(key string, members ...Number) *KeyValueNumberSet {
	return &KeyValueNumberSet{Key: key, NumberSetValue: members}
}

// BinarySet returns the set of byte strings under key. It does not copy them.
func BinarySet(key string, members ...[]byte) *KeyValueBinarySet {
	return &KeyValueBinarySet{Key: key, BinarySetValue: members}
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueString) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueLong) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueDecimal) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueBoolean) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueBinary) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueNull) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueList) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueMap) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueStringSet) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueNumberSet) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// KeyName returns kv.Key, or "" if kv is nil.
func (kv *KeyValueBinarySet) KeyName() string {
	if kv == nil {
		return ""
	}
	return kv.Key
}

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueString) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueLong) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueDecimal) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueBoolean) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueBinary) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueNull) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueList) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueMap) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueStringSet) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueNumberSet) String() string { return keyValueText(kv) }

// String returns the name and the value as [Item.String] shows them, without the name
// if it is empty, and "<nil>" if kv is nil.
func (kv *KeyValueBinarySet) String() string { return keyValueText(kv) }

// MarshalDynamoDBAttributeValue returns the value without its name, with the rules of
// [ToAttributeValue]. It shares nothing with kv. The SDK's package attributevalue calls it, so
// a struct may have a field of this type.
func (kv KeyValueString) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueLong) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueDecimal) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueBoolean) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueBinary) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueNull) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueList) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueMap) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueStringSet) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueNumberSet) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}

// MarshalDynamoDBAttributeValue is that of [KeyValueString].
func (kv KeyValueBinarySet) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return toOwnAttributeValue(&kv)
}
