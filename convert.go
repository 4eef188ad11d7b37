package dynamoconn

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ToAttributeValue returns the value of kv as the SDK's type. Nothing is lost: a
// [Number] keeps all its digits. Byte slices and sets are shared with kv, not
// copied.
//
// It refuses what DynamoDB cannot store with [ErrInvalidRequest], in a [*FieldError]
// that names the place and the rule:
//
//   - a nil KeyValue, or one of a type that embeds a KeyValue
//   - an empty name, or the same name twice in a map
//   - a list element with a name
//   - a string or name that is not valid UTF-8
//   - an empty set, or a set that holds a member twice; numbers are compared as numbers
//   - more than 31 lists and maps inside each other; the values in the innermost are the
//     32nd level of DynamoDB's limit
//   - more than 1,048,576 values, which is [ErrItemTooLarge] as well; a shared value
//     counts in each of its places
func ToAttributeValue(kv KeyValue) (types.AttributeValue, error) {
	value, err := toAttributeValue(kv)
	return value, withoutRequest(aboutItem, err)
}

// ToAttributeValues returns item as the SDK's type, with the rules of
// [ToAttributeValue] for each attribute. A nil Item gives an empty map.
func ToAttributeValues(item Item) (map[string]types.AttributeValue, error) {
	attributes, err := toAttributeValues(item, 0, &walk{})
	return attributes, withoutRequest(aboutItem, err)
}

// FromAttributeValue returns av under the name key. Nothing is lost: a number that
// is not written as Go prints an int64 becomes a [KeyValueDecimal] with the same
// text, so 1.0, 1E2 and -0 stay what they are. Byte slices and string sets are
// shared with av, not copied.
//
// It refuses a value that is not of DynamoDB's ten types, and what DynamoDB never
// sends: a nil, an N that is no number, a NULL that is false, invalid UTF-8, an empty
// set, a set that holds a member twice, and nesting deeper than 100 levels. The error is
// [ErrCorruptResponse], in a [*FieldError] that names the place.
func FromAttributeValue(key string, av types.AttributeValue) (KeyValue, error) {
	kv, err := fromAttributeValue(key, av, 0)
	if err != nil {
		return nil, underName(key, err)
	}
	return kv, nil
}

// FromAttributeValues returns the SDK's attributes as an Item, with the rules of
// [FromAttributeValue]. The SDK keeps no order, so the attributes are sorted by
// name. A nil map gives a nil Item, an empty one an empty Item.
func FromAttributeValues(attributes map[string]types.AttributeValue) (Item, error) {
	return fromAttributeValues(attributes, 0)
}

func toAttributeValue(kv KeyValue) (types.AttributeValue, error) {
	if isNil(kv) {
		return nil, kindError(kv)
	}
	value, err := kv.attributeValue(0, &walk{})
	if err != nil && kv.KeyName() != "" {
		err = underName(kv.KeyName(), err)
	}
	return value, err
}

func toAttributeValues(item Item, depth int, w *walk) (map[string]types.AttributeValue, error) {
	if err := checkContainer(len(item), depth, w); err != nil {
		return nil, err
	}
	attributes := make(map[string]types.AttributeValue, len(item))
	for i, kv := range item {
		if isNil(kv) {
			return nil, underElement(i, kindError(kv))
		}
		name := kv.KeyName()
		if err := checkName(name); err != nil {
			return nil, underName(name, err)
		}
		value, err := kv.attributeValue(depth, w)
		if err != nil {
			return nil, underName(name, err)
		}
		attributes[name] = value
		if len(attributes) != i+1 {
			return nil, underName(name, broken("is in the item twice"))
		}
	}
	return attributes, nil
}

func (kv *KeyValueString) attributeValue(int, *walk) (types.AttributeValue, error) {
	if !utf8.ValidString(kv.StringValue) {
		return nil, broken("must be valid UTF-8")
	}
	return &types.AttributeValueMemberS{Value: kv.StringValue}, nil
}

func (kv *KeyValueLong) attributeValue(int, *walk) (types.AttributeValue, error) {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(kv.LongValue, 10)}, nil
}

func (kv *KeyValueDecimal) attributeValue(int, *walk) (types.AttributeValue, error) {
	return &types.AttributeValueMemberN{Value: kv.DecimalValue.String()}, nil
}

func (kv *KeyValueBoolean) attributeValue(int, *walk) (types.AttributeValue, error) {
	return &types.AttributeValueMemberBOOL{Value: kv.BooleanValue}, nil
}

func (kv *KeyValueBinary) attributeValue(int, *walk) (types.AttributeValue, error) {
	return &types.AttributeValueMemberB{Value: notNil(kv.BinaryValue)}, nil
}

func (kv *KeyValueNull) attributeValue(int, *walk) (types.AttributeValue, error) {
	return &types.AttributeValueMemberNULL{Value: true}, nil
}

func (kv *KeyValueList) attributeValue(depth int, w *walk) (types.AttributeValue, error) {
	list, err := toAttributeValueList(kv.ListValue, depth+1, w)
	if err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberL{Value: list}, nil
}

func (kv *KeyValueMap) attributeValue(depth int, w *walk) (types.AttributeValue, error) {
	attributes, err := toAttributeValues(kv.MapValue, depth+1, w)
	if err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberM{Value: attributes}, nil
}

func (kv *KeyValueStringSet) attributeValue(_ int, w *walk) (types.AttributeValue, error) {
	if !w.takes(len(kv.StringSetValue)) {
		return nil, tooManyValues()
	}
	if err := checkStringSet(kv.StringSetValue); err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberSS{Value: kv.StringSetValue}, nil
}

func (kv *KeyValueNumberSet) attributeValue(_ int, w *walk) (types.AttributeValue, error) {
	if !w.takes(len(kv.NumberSetValue)) {
		return nil, tooManyValues()
	}
	if err := checkSet(kv.NumberSetValue, canonicalText); err != nil {
		return nil, err
	}
	texts := make([]string, len(kv.NumberSetValue))
	for i, member := range kv.NumberSetValue {
		texts[i] = member.String()
	}
	return &types.AttributeValueMemberNS{Value: texts}, nil
}

func (kv *KeyValueBinarySet) attributeValue(_ int, w *walk) (types.AttributeValue, error) {
	if !w.takes(len(kv.BinarySetValue)) {
		return nil, tooManyValues()
	}
	if err := checkBinarySet(kv.BinarySetValue); err != nil {
		return nil, err
	}
	members := kv.BinarySetValue
	if slices.ContainsFunc(members, func(b []byte) bool { return b == nil }) {
		members = slices.Clone(members)
		for i := range members {
			members[i] = notNil(members[i])
		}
	}
	return &types.AttributeValueMemberBS{Value: members}, nil
}

func toAttributeValueList(values []KeyValue, depth int, w *walk) ([]types.AttributeValue, error) {
	if err := checkContainer(len(values), depth, w); err != nil {
		return nil, err
	}
	list := make([]types.AttributeValue, len(values))
	for i, value := range values {
		if isNil(value) {
			return nil, underElement(i, kindError(value))
		}
		if value.KeyName() != "" {
			return nil, underElement(i, broken("an element of a list has no name"))
		}
		var err error
		if list[i], err = value.attributeValue(depth, w); err != nil {
			return nil, underElement(i, err)
		}
	}
	return list, nil
}

// notNil returns b, and an empty slice if b is nil, which the SDK would leave out.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func fromAttributeValues(attributes map[string]types.AttributeValue, depth int) (Item, error) {
	if attributes == nil {
		return nil, nil
	}
	if depth > deepestAnswer {
		return nil, corrupt("is nested deeper than 100 levels")
	}
	names := make([]string, 0, len(attributes))
	for name := range attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	item := make(Item, len(names))
	for i, name := range names {
		if !utf8.ValidString(name) {
			return nil, underName(name, corrupt("the name is not valid UTF-8"))
		}
		var err error
		if item[i], err = fromAttributeValue(name, attributes[name], depth); err != nil {
			return nil, underName(name, err)
		}
	}
	return item, nil
}

// fromAttributeValue is long because it has one case for each type.
func fromAttributeValue(key string, av types.AttributeValue, depth int) (KeyValue, error) {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		if av != nil {
			return fromString(key, av.Value)
		}
	case *types.AttributeValueMemberN:
		if av != nil {
			return fromNumber(key, av.Value)
		}
	case *types.AttributeValueMemberBOOL:
		if av != nil {
			return &KeyValueBoolean{Key: key, BooleanValue: av.Value}, nil
		}
	case *types.AttributeValueMemberB:
		if av != nil {
			return &KeyValueBinary{Key: key, BinaryValue: notNil(av.Value)}, nil
		}
	case *types.AttributeValueMemberNULL:
		if av != nil {
			return fromNull(key, av.Value)
		}
	case *types.AttributeValueMemberL:
		if av != nil {
			return fromList(key, av.Value, depth+1)
		}
	case *types.AttributeValueMemberM:
		if av != nil {
			return fromMap(key, av.Value, depth+1)
		}
	case *types.AttributeValueMemberSS:
		if av != nil {
			return fromStringSet(key, av.Value)
		}
	case *types.AttributeValueMemberNS:
		if av != nil {
			return fromNumberSet(key, av.Value)
		}
	case *types.AttributeValueMemberBS:
		if av != nil {
			return &KeyValueBinarySet{Key: key, BinarySetValue: av.Value}, checkReadSet(av.Value, textOfBytes)
		}
	case *types.UnknownUnionMember:
		if av != nil {
			return nil, corrupt("is of the unknown type " + showName(av.Tag))
		}
	}
	return nil, corrupt("has no value")
}

func fromString(key, text string) (KeyValue, error) {
	if !utf8.ValidString(text) {
		return nil, corrupt("is not valid UTF-8")
	}
	return &KeyValueString{Key: key, StringValue: text}, nil
}

func fromNumber(key, text string) (KeyValue, error) {
	kv, err := longOrDecimal(key, text)
	if err != nil {
		return nil, corrupt("is not a number", ErrInvalidNumber)
	}
	return kv, nil
}

func fromNull(key string, null bool) (KeyValue, error) {
	if !null {
		return nil, corrupt("is a NULL that is false")
	}
	return &KeyValueNull{Key: key}, nil
}

func fromList(key string, values []types.AttributeValue, depth int) (KeyValue, error) {
	if depth > deepestAnswer {
		return nil, corrupt("is nested deeper than 100 levels")
	}
	list := make([]KeyValue, len(values))
	for i, value := range values {
		var err error
		if list[i], err = fromAttributeValue("", value, depth); err != nil {
			return nil, underElement(i, err)
		}
	}
	return &KeyValueList{Key: key, ListValue: list}, nil
}

func fromMap(key string, attributes map[string]types.AttributeValue, depth int) (KeyValue, error) {
	item, err := fromAttributeValues(attributes, depth)
	if err != nil {
		return nil, err
	}
	if item == nil {
		item = Item{}
	}
	return &KeyValueMap{Key: key, MapValue: item}, nil
}

func fromStringSet(key string, members []string) (KeyValue, error) {
	for i, member := range members {
		if !utf8.ValidString(member) {
			return nil, underElement(i, corrupt("is not valid UTF-8"))
		}
	}
	return &KeyValueStringSet{Key: key, StringSetValue: members}, checkReadSet(members, textOfString)
}

func fromNumberSet(key string, texts []string) (KeyValue, error) {
	numbers := make([]Number, len(texts))
	for i, text := range texts {
		var err error
		if numbers[i], err = ParseNumber(text); err != nil {
			return nil, underElement(i, corrupt("is not a number", ErrInvalidNumber))
		}
	}
	return &KeyValueNumberSet{Key: key, NumberSetValue: numbers}, checkReadSet(numbers, canonicalText)
}

// UnmarshalDynamoDBAttributeValue sets the value of kv to a string of DynamoDB, with the rules
// of [FromAttributeValue], and to its zero value for a NULL, as the SDK's package
// attributevalue does with Go's own types. Any other type is [ErrWrongKind]. Key stays as it
// is: a value of DynamoDB has no name. It shares nothing with av. On an error kv is unchanged.
func (kv *KeyValueString) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueString{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a number. One that is not an
// integer within int64 is [ErrInexact]; 7.0 is 7.
func (kv *KeyValueLong) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueLong{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a number.
func (kv *KeyValueDecimal) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueDecimal{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a boolean.
func (kv *KeyValueBoolean) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueBoolean{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a binary.
func (kv *KeyValueBinary) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueBinary{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a NULL.
func (kv *KeyValueNull) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueNull{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a list.
func (kv *KeyValueList) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueList{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a map.
func (kv *KeyValueMap) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueMap{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a set of strings.
func (kv *KeyValueStringSet) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueStringSet{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a set of numbers.
func (kv *KeyValueNumberSet) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueNumberSet{Key: kv.Key}, av)
}

// UnmarshalDynamoDBAttributeValue is that of [KeyValueString] for a set of binaries.
func (kv *KeyValueBinarySet) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	return setFrom(kv, KeyValueBinarySet{Key: kv.Key}, av)
}

// toOwnAttributeValue is ToAttributeValue with a result that shares nothing with kv.
func toOwnAttributeValue(kv KeyValue) (types.AttributeValue, error) {
	return ToAttributeValue(cloneValue(kv, 0, &walk{}))
}

// setFrom sets kv to the value of av under the name of empty, and to empty for a NULL. It
// shares nothing with av.
func setFrom[T any, P interface {
	*T
	KeyValue
}](kv P, empty T, av types.AttributeValue) error {
	if null, ok := av.(*types.AttributeValueMemberNULL); av == nil || ok && null != nil && null.Value {
		*kv = empty
		return nil
	}
	read, err := fromAttributeValue(P(&empty).KeyName(), av, 0)
	if err == nil {
		read, err = readAsKind(kv, read)
	}
	if err != nil {
		if name := P(&empty).KeyName(); name != "" {
			err = underName(name, err)
		}
		return err
	}
	*kv = *cloneValue(read, 0, &walk{}).(P)
	return nil
}

// readAsKind returns kv, which came from DynamoDB, as a KeyValue of the kind of wanted. A number
// may change from a long to a decimal or back.
func readAsKind(wanted, kv KeyValue) (KeyValue, error) {
	number, isNumber := numberOf(kv)
	switch wanted.(type) {
	case *KeyValueLong:
		if isNumber {
			value, err := number.Int64()
			if err != nil {
				return nil, inexactAs(value)
			}
			return Long(kv.KeyName(), value), nil
		}
	case *KeyValueDecimal:
		if isNumber {
			return Decimal(kv.KeyName(), number), nil
		}
	}
	if kv.kind() != wanted.kind() {
		return nil, otherKind(kv, wanted.kind())
	}
	return kv, nil
}

// deref returns what p points to, or the zero value.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// optional returns a pointer to text, or nil for an empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	given := text // the text itself needs no memory if it is empty
	return &given
}

// utc returns the time that t points to, in UTC, or the zero time.
func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
