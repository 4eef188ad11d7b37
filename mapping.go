package dynamoconn

import (
	"encoding"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// keyValueOf returns a Go value as a value without a name. A [KeyValue] is returned as it is. What
// else can be changed later, a slice or a map, is copied. The error names the place inside the value,
// and the rule.
func keyValueOf(value any) (KeyValue, error) {
	switch v := value.(type) {
	case string:
		return String("", v), nil
	case int:
		return Long("", int64(v)), nil
	case bool:
		return Boolean("", v), nil
	}
	return (&mapping{}).value(reflect.ValueOf(value), 0)
}

// mapping is one conversion of a Go value, which may contain itself, or one slice in many places.
type mapping struct{ walk walk }

// sdkMarshaler is what the SDK's package attributevalue calls a Marshaler.
type sdkMarshaler interface {
	MarshalDynamoDBAttributeValue() (types.AttributeValue, error)
}

// textNumber is a number that is kept as text: a [json.Number], or the Number of the SDK's package
// attributevalue. That package knows them by these methods too.
type textNumber interface {
	Float64() (float64, error)
	Int64() (int64, error)
	String() string
}

var (
	keyValueType      = reflect.TypeFor[KeyValue]()
	sdkMarshalerType  = reflect.TypeFor[sdkMarshaler]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
	timeType          = reflect.TypeFor[time.Time]()
	bytesSliceType    = reflect.TypeFor[[][]byte]()
)

// mostPointers is the most pointers to pointers that are followed.
const mostPointers = 32

// value converts a value that is inside depth lists and maps.
func (m *mapping) value(v reflect.Value, depth int) (KeyValue, error) {
	for range mostPointers {
		if isNull(v) {
			return nullOf(v)
		}
		if kv, known, err := knownValue(v); known {
			return kv, err
		}
		if kind := v.Kind(); kind != reflect.Pointer && kind != reflect.Interface {
			return m.plainValue(v, depth)
		}
		v = v.Elem()
	}
	return nil, broken("is a pointer that leads to itself")
}

// isNull reports whether v is nil.
func isNull(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		return v.IsNil()
	}
	return false
}

// nullOf returns the null for a nil, and refuses a nil KeyValue: it is a mistake wherever it is.
func nullOf(v reflect.Value) (KeyValue, error) {
	if v.IsValid() && v.Type().Implements(keyValueType) {
		return nil, broken(ruleKind)
	}
	return Null(""), nil
}

// knownValue converts a value whose type says itself what is stored. v is not nil.
func knownValue(v reflect.Value) (kv KeyValue, known bool, err error) {
	switch value := v.Interface().(type) {
	case KeyValue:
		if isNil(value) {
			return nil, true, kindError(value)
		}
		return value, true, nil
	case Item:
		return Map("", slices.Clone(value)...), true, nil
	case []KeyValue:
		return List("", slices.Clone(value)...), true, nil
	case Number:
		kv, err = numberKeyValue(value, nil)
	case *big.Int:
		kv, err = numberKeyValue(NumberFromBigInt(value))
	case *big.Float:
		kv, err = numberKeyValue(NumberFromBigFloat(value))
	case *big.Rat:
		kv, err = numberKeyValue(NumberFromBigRat(value))
	case sdkMarshaler:
		kv, err = marshaled(value)
	default:
		return knownByItsKind(v)
	}
	return kv, true, err
}

// knownByItsKind is knownValue for what is known by more than its type alone.
func knownByItsKind(v reflect.Value) (kv KeyValue, known bool, err error) {
	t := v.Type()
	switch {
	case v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface:
		return nil, false, nil
	case t.Name() != "" && reflect.PointerTo(t).Implements(sdkMarshalerType):
		// The method is that of the pointer, and v need not have an address.
		pointer := reflect.New(t)
		pointer.Elem().Set(v)
		kv, err = marshaled(pointer.Interface().(sdkMarshaler))
		return kv, true, err
	case v.Kind() == reflect.Struct && t.ConvertibleTo(timeType):
		return String("", v.Convert(timeType).Interface().(time.Time).Format(time.RFC3339Nano)), true, nil
	case v.Kind() == reflect.String:
		if _, isNumber := v.Interface().(textNumber); isNumber {
			kv, err = longOrDecimal("", v.String())
			return kv, true, refusedValue(err)
		}
	}
	return nil, false, nil
}

// marshaled returns what a Marshaler says that it is.
func marshaled(value sdkMarshaler) (KeyValue, error) {
	av, err := value.MarshalDynamoDBAttributeValue()
	if err != nil {
		return nil, refusedValue(err)
	}
	kv, err := fromAttributeValue("", av, 0)
	return kv, refusedValue(err)
}

// plainValue converts a value by the kind of its type.
func (m *mapping) plainValue(v reflect.Value, depth int) (KeyValue, error) {
	switch v.Kind() {
	case reflect.String:
		return String("", v.String()), nil
	case reflect.Bool:
		return Boolean("", v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Long("", v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return numberKeyValue(NumberFromUint64(v.Uint()), nil)
	case reflect.Float32:
		return numberKeyValue(numberFromFloat32(v.Float()))
	case reflect.Float64:
		return numberKeyValue(NumberFromFloat64(v.Float()))
	case reflect.Slice, reflect.Array:
		return m.list(v, depth)
	case reflect.Map:
		return m.mapValue(v, depth)
	case reflect.Struct:
		return nil, broken("is a Go struct, " + v.Type().String() + ": give an Item or a map")
	}
	return nil, broken("is a Go " + v.Type().String() + ", which is no value of DynamoDB")
}

// numberFromFloat32 is NumberFromFloat64 for a value that was a float32: 0.1 gives 0.1.
func numberFromFloat32(f float64) (Number, error) {
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return NumberFromFloat64(f)
	}
	return canonicalNumber(strconv.FormatFloat(f, 'e', -1, 32))
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
	if err == nil {
		return nil
	}
	if field, ok := as[*FieldError](err); ok {
		return invalid(field.Path, field.Rule)
	}
	return &FieldError{Rule: err.Error(), causes: []error{ErrInvalidRequest, err}}
}

// list converts a slice or an array: to a binary if its elements are bytes, to a set if it is a
// [][]byte, as the SDK's package attributevalue does, and otherwise to a list.
func (m *mapping) list(v reflect.Value, depth int) (KeyValue, error) {
	switch {
	case v.Type().Elem().Kind() == reflect.Uint8:
		return Binary("", copyOfBytes(v)), nil
	case v.Type() == bytesSliceType:
		if !m.walk.takes(v.Len()) {
			return nil, tooManyValues()
		}
		members := make([][]byte, v.Len())
		for i := range members {
			members[i] = copyOfBytes(v.Index(i))
		}
		return BinarySet("", members...), nil
	}
	if err := checkContainer(v.Len(), depth+1, &m.walk); err != nil {
		return nil, err
	}
	values := make([]KeyValue, v.Len())
	for i := range values {
		var err error
		if values[i], err = m.value(v.Index(i), depth+1); err != nil {
			return nil, underElement(i, err)
		}
	}
	return List("", values...), nil
}

// copyOfBytes returns a copy of a slice or an array of bytes.
func copyOfBytes(v reflect.Value) []byte {
	if v.Kind() == reflect.Slice {
		return append([]byte{}, v.Bytes()...)
	}
	b := make([]byte, v.Len())
	for i := range b {
		b[i] = byte(v.Index(i).Uint())
	}
	return b
}

// mapValue converts a map with string keys to a map, in the order of its keys.
func (m *mapping) mapValue(v reflect.Value, depth int) (KeyValue, error) {
	if v.Type().Key().Kind() != reflect.String || v.Type().Key().Implements(textMarshalerType) {
		return nil, broken("is a Go " + v.Type().String() + ", and a map must have strings as its keys")
	}
	if err := checkContainer(v.Len(), depth+1, &m.walk); err != nil {
		return nil, err
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	values := make(Item, len(keys))
	for i, key := range keys {
		name := key.String()
		kv, err := m.value(v.MapIndex(key), depth+1)
		if err == nil && kv.KeyName() != "" && kv.KeyName() != name {
			err = broken("has another name than its key in the map")
		}
		if err != nil {
			return nil, underName(name, err)
		}
		values[i] = Rename(kv, name)
	}
	return Map("", values...), nil
}
