package dynamoconntest

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// maxGoDepth is how deep fromGo follows pointers, lists and maps. It is more than an
// item may have.
const maxGoDepth = 64

var (
	timeType      = reflect.TypeFor[time.Time]()
	itemType      = reflect.TypeFor[dynamoconn.Item]()
	byteSliceList = reflect.TypeFor[[][]byte]()
)

// sdkMarshaler is the Marshaler of the SDK's package attributevalue.
type sdkMarshaler interface {
	MarshalDynamoDBAttributeValue() (types.AttributeValue, error)
}

// numberText is the interface by which the SDK knows a string that holds a number:
// json.Number and attributevalue.Number.
type numberText interface {
	Float64() (float64, error)
	Int64() (int64, error)
	String() string
}

// fromGo converts a Go value as the SDK's package attributevalue does. It returns the
// zero Value if the tag says that the value is left out. It returns an error where the
// SDK would lose the value.
func fromGo(v reflect.Value, t tag, depth int) (attr.Value, error) {
	if depth > maxGoDepth {
		return attr.Value{}, errors.New("the value is nested too deeply")
	}
	if isEmpty(v) {
		switch {
		case t.omitEmpty:
			return attr.Value{}, nil
		case t.nullEmpty || isNil(v):
			return attr.Null(), nil
		}
	}
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		return fromGo(v.Elem(), t, depth+1)
	}
	if known, out, err := fromKnownType(v, t); known {
		return out, err
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Array:
		return fromSlice(v, t, depth)
	case reflect.Map:
		return fromMap(v, t, depth)
	case reflect.Struct:
		return fromStruct(v, depth)
	}
	return fromScalar(v, t)
}

// isEmpty reports whether "omitempty" leaves the value out, in the SDK's sense.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// isNil reports whether the value is stored as NULL.
func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Map, reflect.Slice, reflect.Interface, reflect.Pointer:
		return v.IsNil()
	}
	return false
}

// fromKnownType converts a value whose type says itself what is stored.
func fromKnownType(v reflect.Value, t tag) (known bool, out attr.Value, err error) {
	number := func(text string) (attr.Value, error) {
		if t.asString {
			return attr.String(text), nil
		}
		return numberValue(text)
	}
	pointer := pointerTo(v)
	switch x := pointer.Interface().(type) {
	case types.AttributeValue:
		out, err = fromSDK(x, 0)
	case dynamoconn.KeyValue:
		out, err = fromKeyValue(x)
	case sdkMarshaler: // a Number too; the options of its field do not count, as with attributevalue
		var av types.AttributeValue
		if av, err = x.MarshalDynamoDBAttributeValue(); err == nil {
			out, err = fromSDK(av, 0)
		}
	case numberText:
		if v.Kind() != reflect.String {
			return false, attr.Value{}, nil
		}
		out, err = number(v.String())
	default:
		switch {
		case v.Type().Name() != "" && v.Type().ConvertibleTo(itemType): // an Item, or DynamoDBJSON
			out, err = fromKeyValue(dynamoconn.Map("", v.Convert(itemType).Interface().(dynamoconn.Item)...))
		case v.Type().ConvertibleTo(timeType):
			at := v.Convert(timeType).Interface().(time.Time)
			if t.unixTime {
				out, err = numberValue(strconv.FormatInt(at.Unix(), 10))
			} else {
				out = attr.String(at.Format(time.RFC3339Nano))
			}
		default:
			return false, attr.Value{}, nil
		}
	}
	return true, out, err
}

// pointerTo returns a pointer to v, or to a copy of it, so that v has the methods of
// its pointer as well.
func pointerTo(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v.Addr()
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p
}

// fromKeyValue converts the value of a KeyValue of this library.
func fromKeyValue(kv dynamoconn.KeyValue) (attr.Value, error) {
	av, err := dynamoconn.ToAttributeValue(kv)
	if err != nil {
		return attr.Value{}, err
	}
	return fromSDK(av, 0)
}

// fromScalar converts a string, a boolean or a number.
func fromScalar(v reflect.Value, t tag) (attr.Value, error) {
	var text string
	switch v.Kind() {
	case reflect.String:
		return textValue(v.String())
	case reflect.Bool:
		return attr.Bool(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		text = strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		text = strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		text = strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())
	default:
		return attr.Value{}, fmt.Errorf("a %s cannot be converted to an attribute value", v.Type())
	}
	if t.asString {
		return attr.String(text), nil
	}
	return numberValue(text)
}

// numberValue returns the number with that text.
func numberValue(text string) (attr.Value, error) {
	n, err := attr.ParseNumber(text)
	return attr.FromNumber(n), err
}

// textValue returns a string, which must be valid UTF-8.
func textValue(text string) (attr.Value, error) {
	if !utf8.ValidString(text) {
		return attr.Value{}, errors.New("must be valid UTF-8")
	}
	return attr.String(text), nil
}

// fromSlice converts a slice or an array to a binary, a set or a list.
func fromSlice(v reflect.Value, t tag, depth int) (attr.Value, error) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return attr.Binary(string(pointerTo(v).Elem().Bytes())), nil
	}
	elements := make([]attr.Value, 0, v.Len())
	for i := range v.Len() {
		e, err := fromGo(v.Index(i), t.ofElements(), depth+1)
		if err != nil {
			return e, underElement(i, err)
		}
		if e.Exists() {
			elements = append(elements, e)
		}
	}
	set := t.set
	if v.Type() == byteSliceList {
		set = attr.BS
	}
	switch {
	case set == attr.None:
		return attr.List(elements), nil
	case v.Len() == 0:
		return attr.Null(), nil // as the SDK does by default
	}
	return newSet(set, elements)
}

// newSet returns a set of the given kind that has the elements as its members.
func newSet(set attr.Kind, elements []attr.Value) (attr.Value, error) {
	if len(elements) == 0 {
		return attr.Value{}, errors.New("a set must not be empty")
	}
	wanted := map[attr.Kind]attr.Kind{attr.SS: attr.S, attr.NS: attr.N, attr.BS: attr.B}[set]
	members := make([]string, len(elements))
	seen := map[string]bool{}
	for i, e := range elements {
		if e.Kind() != wanted {
			return attr.Value{}, underElement(i, fmt.Errorf("a member of type %v cannot be in a set of type %v", e.Kind(), set))
		}
		if members[i] = e.Text(); seen[members[i]] {
			return attr.Value{}, underElement(i, errors.New("is in the set twice"))
		}
		seen[members[i]] = true
	}
	slices.Sort(members)
	return attr.Set(set, members), nil
}

// fromMap converts a map. Its keys are strings, booleans, numbers, or have a text.
func fromMap(v reflect.Value, t tag, depth int) (attr.Value, error) {
	attrs := make([]attr.Attr, 0, v.Len())
	seen := make(map[string]bool, v.Len())
	for it := v.MapRange(); it.Next(); {
		name, err := mapKey(it.Key())
		switch {
		case err != nil:
			return attr.Value{}, err
		case name == "":
			return attr.Value{}, errors.New("a name is empty")
		case seen[name]:
			return attr.Value{}, underName(name, errors.New("two keys of the map have this text"))
		}
		seen[name] = true
		e, err := fromGo(it.Value(), t.ofElements(), depth+1)
		if err != nil {
			return e, underName(name, err)
		}
		if e.Exists() {
			attrs = append(attrs, attr.Attr{Name: name, Value: e})
		}
	}
	return attr.Map(attr.NewItem(attrs)), nil
}

// mapKey returns the name of the attribute for a key of a map.
func mapKey(v reflect.Value) (string, error) {
	if text, ok := v.Interface().(encoding.TextMarshaler); ok {
		b, err := text.MarshalText()
		return string(b), err
	}
	switch k := v.Kind(); {
	case k == reflect.String:
		return v.String(), nil
	case k >= reflect.Bool && k <= reflect.Float64 && k != reflect.Uintptr:
		return fmt.Sprint(v.Interface()), nil
	}
	return "", fmt.Errorf("a %s cannot be the name of an attribute", v.Type())
}

// fromSDK converts an attribute value of the SDK.
func fromSDK(av types.AttributeValue, depth int) (attr.Value, error) {
	if depth > maxGoDepth {
		return attr.Value{}, errors.New("the value is nested too deeply")
	}
	if av == nil || reflect.ValueOf(av).IsNil() {
		return attr.Null(), nil
	}
	switch x := av.(type) {
	case *types.AttributeValueMemberS:
		return textValue(x.Value)
	case *types.AttributeValueMemberN:
		return numberValue(x.Value)
	case *types.AttributeValueMemberB:
		return attr.Binary(string(x.Value)), nil
	case *types.AttributeValueMemberBOOL:
		return attr.Bool(x.Value), nil
	case *types.AttributeValueMemberNULL:
		return attr.Null(), nil
	case *types.AttributeValueMemberSS:
		return sdkSet(attr.SS, x.Value, textValue)
	case *types.AttributeValueMemberNS:
		return sdkSet(attr.NS, x.Value, numberValue)
	case *types.AttributeValueMemberBS:
		return sdkSet(attr.BS, x.Value, func(b []byte) (attr.Value, error) { return attr.Binary(string(b)), nil })
	case *types.AttributeValueMemberL:
		list := make([]attr.Value, len(x.Value))
		for i, e := range x.Value {
			var err error
			if list[i], err = fromSDK(e, depth+1); err != nil {
				return attr.Value{}, underElement(i, err)
			}
		}
		return attr.List(list), nil
	case *types.AttributeValueMemberM:
		attrs := make([]attr.Attr, 0, len(x.Value))
		for name, e := range x.Value {
			v, err := fromSDK(e, depth+1)
			if err != nil {
				return attr.Value{}, underName(name, err)
			}
			attrs = append(attrs, attr.Attr{Name: name, Value: v})
		}
		return attr.Map(attr.NewItem(attrs)), nil
	}
	return attr.Value{}, fmt.Errorf("a %T cannot be converted to an attribute value", av)
}

// sdkSet converts a set of the SDK whose members are converted with convert.
func sdkSet[T any](set attr.Kind, members []T, convert func(T) (attr.Value, error)) (attr.Value, error) {
	elements := make([]attr.Value, len(members))
	for i, m := range members {
		var err error
		if elements[i], err = convert(m); err != nil {
			return attr.Value{}, underElement(i, err)
		}
	}
	return newSet(set, elements)
}
