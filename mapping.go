package dynamoconn

import (
	"encoding"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// keyValueOf returns a Go value as a value without a name. A [KeyValue] is returned as it is. The
// error names the place inside the value, and the rule.
func keyValueOf(value any) (KeyValue, error) {
	switch v := value.(type) {
	case nil:
		return Null(""), nil
	case KeyValue:
		if isNil(v) {
			return nil, broken(ruleKind)
		}
		return v, nil
	case Item:
		return Map("", v...), nil
	case string:
		return String("", v), nil
	case int:
		return Long("", int64(v)), nil
	case bool:
		return Boolean("", v), nil
	case []byte:
		return bytesOrNull(v), nil
	}
	return reflectValue(reflect.ValueOf(value), 0)
}

// bytesOrNull returns a binary, or a null for a nil slice, as for every other slice.
func bytesOrNull(b []byte) KeyValue {
	if b == nil {
		return Null("")
	}
	return Binary("", b)
}

// sdkMarshaler is what the SDK's package attributevalue calls a Marshaler.
type sdkMarshaler interface {
	MarshalDynamoDBAttributeValue() (types.AttributeValue, error)
}

var (
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
	timeType          = reflect.TypeFor[time.Time]()
)

// reflectValue is keyValueOf for a value of any type, inside depth lists and maps.
func reflectValue(v reflect.Value, depth int) (KeyValue, error) {
	if depth > deepestNesting {
		return nil, tooDeep()
	}
	if isNull(v) {
		return Null(""), nil
	}
	if kv, known, err := knownValue(v.Interface()); known {
		return kv, err
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return reflectValue(v.Elem(), depth+1)
	case reflect.String:
		return String("", v.String()), nil
	case reflect.Bool:
		return Boolean("", v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Long("", v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return numberKeyValue(NumberFromUint64(v.Uint()), nil)
	case reflect.Float32:
		return numberKeyValue(canonicalNumber(strconv.FormatFloat(v.Float(), 'e', -1, 32)))
	case reflect.Float64:
		return numberKeyValue(NumberFromFloat64(v.Float()))
	case reflect.Slice, reflect.Array:
		return listValueOf(v, depth)
	case reflect.Map:
		return mapValueOf(v, depth)
	}
	return nil, broken("is a Go " + v.Type().String() + ", which is no value of DynamoDB")
}

// isNull reports whether v is stored as a null.
func isNull(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		return v.IsNil()
	}
	return false
}

// knownValue converts a value whose type says itself what is stored.
func knownValue(value any) (kv KeyValue, known bool, err error) {
	switch v := value.(type) {
	case KeyValue:
		if isNil(v) {
			return nil, true, broken(ruleKind)
		}
		return v, true, nil
	case Item:
		return Map("", v...), true, nil
	case []KeyValue:
		return List("", v...), true, nil
	case Number:
		kv, err = numberKeyValue(v, nil)
	case *big.Int:
		kv, err = numberKeyValue(NumberFromBigInt(v))
	case *big.Float:
		kv, err = numberKeyValue(NumberFromBigFloat(v))
	case *big.Rat:
		kv, err = numberKeyValue(NumberFromBigRat(v))
	case time.Time:
		kv = String("", v.Format(time.RFC3339Nano))
	case sdkMarshaler:
		var av types.AttributeValue
		if av, err = v.MarshalDynamoDBAttributeValue(); err == nil {
			kv, err = FromAttributeValue("", av)
		}
	default:
		return nil, false, nil
	}
	if err != nil {
		return nil, true, refusedValue(err)
	}
	return kv, true, nil
}

// numberKeyValue returns a number as a value.
func numberKeyValue(n Number, err error) (KeyValue, error) {
	if err != nil {
		return nil, refusedValue(err)
	}
	return longOrDecimal("", n.String())
}

// refusedValue returns the error for a value that its type, or a number's rules, refuse.
func refusedValue(err error) error {
	if field, ok := as[*FieldError](err); ok {
		return &FieldError{Path: field.Path, Rule: field.Rule, causes: append([]error{ErrInvalidRequest}, field.causes...)}
	}
	return &FieldError{Rule: err.Error(), causes: []error{ErrInvalidRequest, err}}
}

// listValueOf returns a slice or an array as a list, and as a binary if its elements are bytes.
func listValueOf(v reflect.Value, depth int) (KeyValue, error) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		return Binary("", b), nil
	}
	values := make([]KeyValue, v.Len())
	for i := range values {
		var err error
		if values[i], err = reflectValue(v.Index(i), depth+1); err != nil {
			return nil, underElement(i, err)
		}
	}
	return List("", values...), nil
}

// mapValueOf returns a map with string keys as a map, in the order of its keys.
func mapValueOf(v reflect.Value, depth int) (KeyValue, error) {
	if v.Type().Key().Kind() != reflect.String || v.Type().Key().Implements(textMarshalerType) {
		return nil, broken("is a Go " + v.Type().String() + ", and a map must have strings as its keys")
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	values := make(Item, len(keys))
	for i, key := range keys {
		kv, err := reflectValue(v.MapIndex(key), depth+1)
		if err != nil {
			return nil, underName(key.String(), err)
		}
		values[i] = Rename(kv, key.String())
	}
	return Map("", values...), nil
}
