package dynamoconn

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
)

// DynamoDB's own limit is 32 levels, and what is in the innermost list or map is a
// level too: 31 inside each other are stored, a 32nd is refused even if it is empty. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html.
const deepestNesting = 31

// deepestAnswer bounds what is read: more than DynamoDB stores, little enough to be
// safe to walk.
const deepestAnswer = 100

const ruleKind = "must be one of the eleven KeyValue types, and not nil"

// ToAttributeValue returns the value of kv as the SDK's type. Nothing is lost: a
// [Number] goes with the digits it has. Byte slices and sets are shared with kv,
// not copied.
//
// What DynamoDB could not store as it stands is refused with [ErrInvalidRequest],
// in a [*FieldError] that names the place and the rule: a nil KeyValue or one of a
// type that embeds another, an empty name, one name twice in a map, a list element
// with a name, a string or name that is not valid UTF-8, an empty set, a set that
// holds a member twice (numbers are compared as numbers), and more than 31 lists and
// maps inside each other, which are the 32 levels of DynamoDB's limit with what the
// innermost holds. More than 1,048,576 values, where one that is shared counts in each of
// its places, are [ErrItemTooLarge] as well.
func ToAttributeValue(kv KeyValue) (types.AttributeValue, error) {
	if isNil(kv) {
		return nil, broken(ruleKind)
	}
	value, err := toAttributeValue(kv, 0, &walk{})
	if err != nil && kv.KeyName() != "" {
		err = underName(kv.KeyName(), err)
	}
	return value, err
}

// ToAttributeValues returns item as the SDK's type, with the rules of
// [ToAttributeValue] for each attribute. A nil Item gives an empty map.
func ToAttributeValues(item Item) (map[string]types.AttributeValue, error) {
	return toAttributeValues(item, 0, &walk{})
}

// FromAttributeValue returns av under the name key. Nothing is lost: a number that
// is not written as Go prints an int64 becomes a [KeyValueDecimal] with the text
// that it has, so 1.0, 1E2 and -0 stay what they are. Byte slices and string sets
// are shared with av, not copied.
//
// What is not one of DynamoDB's ten types, and what no DynamoDB sends (a nil, a
// number that is none, a NULL that is false, invalid UTF-8, nesting deeper than 100
// levels) is refused with [ErrCorruptResponse], in a [*FieldError] that names the
// place.
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

func toAttributeValues(item Item, depth int, w *walk) (map[string]types.AttributeValue, error) {
	if err := checkContainer(len(item), depth, w); err != nil {
		return nil, err
	}
	attributes := make(map[string]types.AttributeValue, len(item))
	for i, kv := range item {
		if isNil(kv) {
			return nil, underElement(i, broken(ruleKind))
		}
		name := kv.KeyName()
		if err := checkName(name); err != nil {
			return nil, underName(name, err)
		}
		value, err := toAttributeValue(kv, depth, w)
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

// checkContainer holds what is certain of a list or map of n values before they are looked at.
func checkContainer(n, depth int, w *walk) error {
	switch {
	case depth > deepestNesting:
		return broken("is nested deeper than 32 levels")
	case !w.takes(n):
		return tooManyValues()
	}
	return nil
}

func tooManyValues() error {
	return &FieldError{Rule: "comes after 1,048,576 values", causes: []error{ErrItemTooLarge, ErrInvalidRequest}}
}

func checkName(name string) error {
	if name == "" {
		return broken("the name must not be empty")
	}
	if !utf8.ValidString(name) {
		return broken("the name must be valid UTF-8")
	}
	return nil
}

func toAttributeValue(kv KeyValue, depth int, w *walk) (types.AttributeValue, error) {
	switch kv := kv.(type) {
	case *KeyValueString:
		if !utf8.ValidString(kv.StringValue) {
			return nil, broken("must be valid UTF-8")
		}
		return &types.AttributeValueMemberS{Value: kv.StringValue}, nil
	case *KeyValueLong:
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(kv.LongValue, 10)}, nil
	case *KeyValueDecimal:
		return &types.AttributeValueMemberN{Value: kv.DecimalValue.String()}, nil
	case *KeyValueBoolean:
		return &types.AttributeValueMemberBOOL{Value: kv.BooleanValue}, nil
	case *KeyValueBinary:
		return &types.AttributeValueMemberB{Value: notNil(kv.BinaryValue)}, nil
	case *KeyValueNull:
		return &types.AttributeValueMemberNULL{Value: true}, nil
	case *KeyValueList:
		list, err := toAttributeValueList(kv.ListValue, depth+1, w)
		if err != nil {
			return nil, err
		}
		return &types.AttributeValueMemberL{Value: list}, nil
	case *KeyValueMap:
		attributes, err := toAttributeValues(kv.MapValue, depth+1, w)
		if err != nil {
			return nil, err
		}
		return &types.AttributeValueMemberM{Value: attributes}, nil
	case *KeyValueStringSet:
		if !w.takes(len(kv.StringSetValue)) {
			return nil, tooManyValues()
		}
		return toStringSet(kv.StringSetValue)
	case *KeyValueNumberSet:
		if !w.takes(len(kv.NumberSetValue)) {
			return nil, tooManyValues()
		}
		return toNumberSet(kv.NumberSetValue)
	case *KeyValueBinarySet:
		if !w.takes(len(kv.BinarySetValue)) {
			return nil, tooManyValues()
		}
		return toBinarySet(kv.BinarySetValue)
	}
	return nil, broken(ruleKind)
}

func toAttributeValueList(values []KeyValue, depth int, w *walk) ([]types.AttributeValue, error) {
	if err := checkContainer(len(values), depth, w); err != nil {
		return nil, err
	}
	list := make([]types.AttributeValue, len(values))
	for i, value := range values {
		if isNil(value) {
			return nil, underElement(i, broken(ruleKind))
		}
		if value.KeyName() != "" {
			return nil, underElement(i, broken("an element of a list has no name"))
		}
		var err error
		if list[i], err = toAttributeValue(value, depth, w); err != nil {
			return nil, underElement(i, err)
		}
	}
	return list, nil
}

func toStringSet(members []string) (types.AttributeValue, error) {
	for i, member := range members {
		if !utf8.ValidString(member) {
			return nil, underElement(i, broken("must be valid UTF-8"))
		}
	}
	if err := checkSet(members, func(s string) string { return s }); err != nil {
		return nil, err
	}
	return &types.AttributeValueMemberSS{Value: members}, nil
}

func toNumberSet(members []Number) (types.AttributeValue, error) {
	if err := checkSet(members, canonicalText); err != nil {
		return nil, err
	}
	texts := make([]string, len(members))
	for i, member := range members {
		texts[i] = member.String()
	}
	return &types.AttributeValueMemberNS{Value: texts}, nil
}

func toBinarySet(members [][]byte) (types.AttributeValue, error) {
	if err := checkSet(members, func(b []byte) string { return string(b) }); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(members, func(b []byte) bool { return b == nil }) {
		members = slices.Clone(members)
		for i := range members {
			members[i] = notNil(members[i])
		}
	}
	return &types.AttributeValueMemberBS{Value: members}, nil
}

func checkSet[T any](members []T, text func(T) string) error {
	if len(members) == 0 {
		return broken("a set must not be empty")
	}
	seen := make(map[string]struct{}, len(members))
	for i, member := range members {
		seen[text(member)] = struct{}{}
		if len(seen) != i+1 {
			return underElement(i, broken("is in the set twice"))
		}
	}
	return nil
}

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
		if av == nil {
			break
		}
		if !utf8.ValidString(av.Value) {
			return nil, corrupt("is not valid UTF-8")
		}
		return &KeyValueString{Key: key, StringValue: av.Value}, nil
	case *types.AttributeValueMemberN:
		if av == nil {
			break
		}
		return fromNumber(key, av.Value)
	case *types.AttributeValueMemberBOOL:
		if av == nil {
			break
		}
		return &KeyValueBoolean{Key: key, BooleanValue: av.Value}, nil
	case *types.AttributeValueMemberB:
		if av == nil {
			break
		}
		return &KeyValueBinary{Key: key, BinaryValue: notNil(av.Value)}, nil
	case *types.AttributeValueMemberNULL:
		if av == nil {
			break
		}
		if !av.Value {
			return nil, corrupt("is a NULL that is false")
		}
		return &KeyValueNull{Key: key}, nil
	case *types.AttributeValueMemberL:
		if av == nil {
			break
		}
		return fromList(key, av.Value, depth+1)
	case *types.AttributeValueMemberM:
		if av == nil {
			break
		}
		item, err := fromAttributeValues(av.Value, depth+1)
		if err != nil {
			return nil, err
		}
		if item == nil {
			item = Item{}
		}
		return &KeyValueMap{Key: key, MapValue: item}, nil
	case *types.AttributeValueMemberSS:
		if av == nil {
			break
		}
		for i, member := range av.Value {
			if !utf8.ValidString(member) {
				return nil, underElement(i, corrupt("is not valid UTF-8"))
			}
		}
		return &KeyValueStringSet{Key: key, StringSetValue: av.Value}, nil
	case *types.AttributeValueMemberNS:
		if av == nil {
			break
		}
		return fromNumberSet(key, av.Value)
	case *types.AttributeValueMemberBS:
		if av == nil {
			break
		}
		return &KeyValueBinarySet{Key: key, BinarySetValue: av.Value}, nil
	case *types.UnknownUnionMember:
		if av == nil {
			break
		}
		return nil, corrupt("is of the unknown type " + showName(av.Tag))
	}
	return nil, corrupt("has no value")
}

func fromNumber(key, text string) (KeyValue, error) {
	if n, ok := decimal.ParseInt64(text); ok {
		return &KeyValueLong{Key: key, LongValue: n}, nil
	}
	number, err := ParseNumber(text)
	if err != nil {
		return nil, corrupt("is not a number", ErrInvalidNumber)
	}
	return &KeyValueDecimal{Key: key, DecimalValue: number}, nil
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

func fromNumberSet(key string, texts []string) (KeyValue, error) {
	numbers := make([]Number, len(texts))
	for i, text := range texts {
		var err error
		if numbers[i], err = ParseNumber(text); err != nil {
			return nil, underElement(i, corrupt("is not a number", ErrInvalidNumber))
		}
	}
	return &KeyValueNumberSet{Key: key, NumberSetValue: numbers}, nil
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
	return &text
}

// utc returns the time that t points to, in UTC, or the zero time.
func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
