package dynamoconn

import (
	"encoding"
	"errors"
	"math"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// mapping is one conversion of a Go value, which may contain itself, or one slice in many places.
type mapping struct {
	walk walk
	// isWhole is set where no request checks the result: what Go's types do not rule out is checked.
	isWhole bool
}

// mostPointers is the most pointers to pointers that are followed.
const mostPointers = 32

// noOptions is for a value without a tag.
var noOptions = &tagOptions{}

// value converts a value that is inside depth lists and maps. A value that is an item itself has
// the depth -1.
func (m *mapping) value(name string, v reflect.Value, depth int) (KeyValue, error) {
	if !v.IsValid() {
		return Null(name), nil
	}
	return m.write(name, v, goTypeOf(v.Type()), noOptions, depth)
}

// write converts a value of a type, with the options of its tag.
func (m *mapping) write(name string, v reflect.Value, t *goType, o *tagOptions, depth int) (KeyValue, error) {
	for range mostPointers {
		switch {
		case isNull(v):
			return nullOf(name, v)
		case t.writes == classPointer:
			v, t = v.Elem(), t.elem
		case t.writes == classInterface:
			v = v.Elem()
			t = goTypeOf(v.Type())
		case t.isText(o):
			kv, err := textOf(name, v)
			if err == nil {
				err = checkEmbedding(v, t.besideText, kv, textOf)
			}
			return kv, err
		case t.isSelfDescribing():
			return m.known(name, v, t, depth)
		case t.writes == classBytes || t.writes == classList || t.writes == classMap || o.set != "":
			return m.container(name, v, t, o, depth)
		case t.writes == classStruct:
			return m.structValue(name, v, t, depth)
		default:
			return scalar(name, v, t, o)
		}
	}
	return nil, broken("is a pointer that leads to itself")
}

// isNull reports whether v is nil.
func isNull(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		return v.IsNil()
	}
	return false
}

// nullOf returns the null for a nil, and refuses a nil KeyValue: it is a mistake wherever it is, but
// for the field of a struct.
func nullOf(name string, v reflect.Value) (KeyValue, error) {
	if v.Type().Implements(keyValueType) {
		return nil, broken(ruleKind)
	}
	return Null(name), nil
}

// isText reports whether a value is stored as what MarshalText returns.
func (t *goType) isText(o *tagOptions) bool {
	return t.writes == classText || o.asText && t.marshalsText
}

// isSelfDescribing reports whether the values of a type say themselves what they are in DynamoDB.
func (t *goType) isSelfDescribing() bool {
	return t.writes == classKeyValue || t.writes == classAttributeValue || t.writes == classItem || t.writes == classMarshaler
}

// known converts a value that says itself what it is.
func (m *mapping) known(name string, v reflect.Value, t *goType, depth int) (kv KeyValue, err error) {
	switch t.writes {
	case classKeyValue:
		kv = v.Interface().(KeyValue)
		if isNil(kv) {
			return nil, kindError(kv)
		}
	case classAttributeValue:
		if kv, err = fromAttributeValue(name, methodsOf[types.AttributeValue](v), 0); err != nil {
			return nil, refusedValue(err)
		}
		kv = cloneValue(kv, 0, &walk{})
	case classItem:
		kv = Map(name, slices.Clone(v.Interface().(Item))...)
	default:
		if kv, err = marshaled(name, v); err == nil {
			err = checkEmbedding(v, t.besideMarshaler, kv, marshaled)
		}
		if err != nil {
			return nil, err
		}
	}
	if m.isWhole {
		if _, err := kv.attributeValue(depth, &m.walk); err != nil {
			return nil, err
		}
	}
	if kv.KeyName() == "" {
		return Rename(kv, name), nil
	}
	if name != "" && kv.KeyName() != name {
		return nil, broken("has another name than its key in the map")
	}
	return kv, nil
}

// methodsOf returns a value as an interface that its type or the pointer to its type has.
func methodsOf[T any](v reflect.Value) T {
	if value, ok := v.Interface().(T); ok {
		return value
	}
	// The method is that of the pointer, and v need not have an address.
	pointer := reflect.New(v.Type())
	pointer.Elem().Set(v)
	return pointer.Interface().(T)
}

// marshaled returns what a Marshaler says that it is.
func marshaled(name string, v reflect.Value) (KeyValue, error) {
	av, err := methodsOf[sdkMarshaler](v).MarshalDynamoDBAttributeValue()
	if err != nil {
		return nil, refusedValue(err)
	}
	kv, err := fromAttributeValue(name, av, 0)
	return kv, refusedValue(err)
}

// textOf returns the text of a TextMarshaler.
func textOf(name string, v reflect.Value) (KeyValue, error) {
	text, err := methodsOf[encoding.TextMarshaler](v).MarshalText()
	if err != nil {
		return nil, refusedValue(err)
	}
	return stringValue(name, string(text))
}

// checkEmbedding refuses a struct whose method returned kv, where the fields beside an embedded value
// would be lost: Go gives the struct the method of the embedded value, which knows nothing of them. A
// method that the struct has itself is told from that one by what it returns without the fields.
func checkEmbedding(v reflect.Value, beside []*goField, kv KeyValue, method func(string, reflect.Value) (KeyValue, error)) error {
	if len(beside) == 0 {
		return nil
	}
	lost := ""
	without := reflect.New(v.Type()).Elem()
	without.Set(v)
	for _, field := range beside {
		if other, _ := field.in(without); !other.IsZero() {
			lost = field.name
			other.SetZero()
		}
	}
	if lost == "" || !returnsSame(kv, without, method) {
		return nil
	}
	return underName(lost, broken("is a field beside an embedded value, whose method is all that is stored of a Go "+v.Type().String()+
		": do not embed the value, or give the struct the method itself"))
}

// returnsSame reports whether a method returns kv for v. A method that panics, because v lacks
// what it needs, does not.
func returnsSame(kv KeyValue, v reflect.Value, method func(string, reflect.Value) (KeyValue, error)) (isSame bool) {
	defer func() {
		if recover() != nil {
			isSame = false
		}
	}()
	again, err := method(kv.KeyName(), v)
	return err == nil && Item{again}.Equal(Item{kv})
}

func stringValue(name, text string) (KeyValue, error) {
	if !utf8.ValidString(text) {
		return nil, broken("must be valid UTF-8")
	}
	return String(name, text), nil
}

// scalar converts what is neither a list nor a map.
func scalar(name string, v reflect.Value, t *goType, o *tagOptions) (KeyValue, error) {
	switch t.writes {
	case classString:
		return stringValue(name, v.String())
	case classBool:
		return Boolean(name, v.Bool()), nil
	case classInt:
		if o.asString {
			return String(name, strconv.FormatInt(v.Int(), 10)), nil
		}
		return Long(name, v.Int()), nil
	case classTime:
		return timeValue(name, v.Convert(timeType).Interface().(time.Time), o)
	}
	number, err := numberFrom(v, t)
	switch {
	case err != nil:
		return nil, refusedValue(err)
	case t.writes == classRefused:
		return nil, broken(t.refusal())
	case o.asString:
		return String(name, number.String()), nil
	}
	return longOrDecimal(name, number.String())
}

// numberFrom returns the number in a value of a class of numbers.
func numberFrom(v reflect.Value, t *goType) (Number, error) {
	switch t.writes {
	case classUint:
		return NumberFromUint64(v.Uint()), nil
	case classFloat32:
		return numberFromFloat32(v.Float())
	case classFloat64:
		return NumberFromFloat64(v.Float())
	case classTextNumber:
		return ParseNumber(v.String())
	case classNumber:
		return v.Interface().(Number), nil
	case classBigInt:
		return NumberFromBigInt(addressOf[big.Int](v))
	case classBigFloat:
		return NumberFromBigFloat(addressOf[big.Float](v))
	case classBigRat:
		return NumberFromBigRat(addressOf[big.Rat](v))
	}
	return Number{}, nil
}

// addressOf returns a pointer to a value, or to a copy of it.
func addressOf[T any](v reflect.Value) *T {
	if !v.CanAddr() {
		pointer := reflect.New(v.Type())
		pointer.Elem().Set(v)
		v = pointer.Elem()
	}
	return v.Addr().Interface().(*T)
}

// numberFromFloat32 is NumberFromFloat64 for a value that was a float32: 0.1 gives 0.1.
func numberFromFloat32(f float64) (Number, error) {
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return NumberFromFloat64(f)
	}
	return canonicalNumber(strconv.FormatFloat(f, 'e', -1, 32))
}

// timeValue converts a time. RFC 3339 has years of four digits and zones of whole minutes: a time
// in another zone is written in UTC. The tag unixtime asks for whole seconds.
func timeValue(name string, at time.Time, o *tagOptions) (KeyValue, error) {
	if o.asUnixTime {
		return Long(name, at.Unix()), nil
	}
	if _, offset := at.Zone(); offset%60 != 0 || offset <= -24*3600 || offset >= 24*3600 {
		at = at.UTC()
	}
	if year := at.Year(); year < 0 || year > 9999 {
		return nil, broken("is a time outside the years 0 to 9999, which RFC 3339 cannot write")
	}
	return String(name, at.Format(time.RFC3339Nano)), nil
}

// refusedValue returns the error for a value that its type, or a number's rules, refuse.
func refusedValue(err error) error {
	if err == nil {
		return nil
	}
	if field, ok := as[*FieldError](err); ok {
		refused := invalid(field.Path, field.Rule)
		if errors.Is(err, ErrInvalidNumber) {
			refused.causes = append(refused.causes, ErrInvalidNumber)
		}
		return refused
	}
	return &FieldError{Rule: err.Error(), causes: []error{ErrInvalidRequest, err}}
}

// structValue converts the fields of a struct.
func (m *mapping) structValue(name string, v reflect.Value, t *goType, depth int) (KeyValue, error) {
	if rule := t.structRefusal(); rule != "" {
		return nil, broken(rule)
	}
	if err := checkContainer(len(t.fields), depth+1, &m.walk); err != nil {
		return nil, err
	}
	values := make(Item, 0, len(t.fields))
	for _, field := range t.fields {
		kv, err := m.field(field, v, depth+1)
		if err != nil {
			return nil, underName(field.name, err)
		}
		if kv != nil {
			values = append(values, kv)
		}
	}
	return Map(name, values...), nil
}

// field converts a field of a struct. It returns nil for what is left out.
func (m *mapping) field(f *goField, in reflect.Value, depth int) (KeyValue, error) {
	if f.rule != "" {
		return nil, broken(f.rule)
	}
	v, isThere := f.in(in)
	switch {
	case !isThere:
		return nil, nil
	case isNull(v) && !f.options.omitEmpty && !f.options.omitZero:
		return Null(f.name), nil
	}
	return m.element(f.name, v, f.goType, &f.options, depth)
}

// element converts what a tag may leave out, and returns nil for what is left out.
func (m *mapping) element(name string, v reflect.Value, t *goType, o *tagOptions, depth int) (KeyValue, error) {
	if o.omitZero && t.isZero(v) {
		return nil, nil
	}
	if (o.omitEmpty || o.nullEmpty) && t.isEmpty(v) {
		switch {
		case !o.nullEmpty:
			return nil, nil
		case !o.omitEmpty:
			return Null(name), nil
		}
		return nil, broken("is empty, and its tag has both omitempty and nullempty")
	}
	return m.write(name, v, t, o, depth)
}

// isZeroer is what the option omitzero asks, as encoding/json does.
type isZeroer interface{ IsZero() bool }

// isZero reports whether omitzero leaves a value out.
func (t *goType) isZero(v reflect.Value) bool {
	if !t.hasIsZero || isNull(v) {
		return v.IsZero()
	}
	for _, field := range t.besideIsZero { // an IsZero of an embedded value knows nothing of them
		if other, _ := field.in(v); !other.IsZero() {
			return false
		}
	}
	return methodsOf[isZeroer](v).IsZero()
}

// isEmpty reports whether omitempty leaves a value out: false, a number that is 0, an empty string,
// slice, map or array, a nil pointer or interface, as in encoding/json, and the zero time.
func (t *goType) isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		switch t.writes {
		case classTime:
			return v.Convert(timeType).Interface().(time.Time).IsZero()
		case classNumber:
			return v.IsZero()
		}
		return false
	}
	return v.IsZero()
}
