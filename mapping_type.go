package dynamoconn

import (
	"encoding"
	"math/big"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// sdkMarshaler is what the SDK's package attributevalue calls a Marshaler.
type sdkMarshaler interface {
	MarshalDynamoDBAttributeValue() (types.AttributeValue, error)
}

// sdkUnmarshaler is what the SDK's package attributevalue calls an Unmarshaler.
type sdkUnmarshaler interface {
	UnmarshalDynamoDBAttributeValue(types.AttributeValue) error
}

// textNumber is a number that is kept as text: a [json.Number], or the Number of the SDK's package
// attributevalue. That package knows them by these methods too.
type textNumber interface {
	Float64() (float64, error)
	Int64() (int64, error)
	String() string
}

var (
	keyValueType        = reflect.TypeFor[KeyValue]()
	itemType            = reflect.TypeFor[Item]()
	attributeValueType  = reflect.TypeFor[types.AttributeValue]()
	sdkMarshalerType    = reflect.TypeFor[sdkMarshaler]()
	sdkUnmarshalerType  = reflect.TypeFor[sdkUnmarshaler]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	textNumberType      = reflect.TypeFor[textNumber]()
	isZeroerType        = reflect.TypeFor[isZeroer]()
	timeType            = reflect.TypeFor[time.Time]()
	bytesSliceType      = reflect.TypeFor[[][]byte]()
)

// typeClass says how the values of a Go type are stored.
type typeClass uint8

const (
	classRefused typeClass = iota // not at all
	classKeyValue
	classAttributeValue // of the SDK
	classItem
	classNumber
	classBigInt
	classBigFloat
	classBigRat
	classMarshaler // by its methods for the SDK's package attributevalue
	classTime
	classText // by its methods MarshalText and UnmarshalText
	classTextNumber
	classString
	classBool
	classInt
	classUint
	classFloat32
	classFloat64
	classBytes
	classList
	classMap
	classStruct
	classPointer
	classInterface
)

// classOfType has the types whose class is theirs alone.
var classOfType = map[reflect.Type]typeClass{
	itemType:                     classItem,
	reflect.TypeFor[Number]():    classNumber,
	reflect.TypeFor[big.Int]():   classBigInt,
	reflect.TypeFor[big.Float](): classBigFloat,
	reflect.TypeFor[big.Rat]():   classBigRat,
}

var classOfKind = map[reflect.Kind]typeClass{
	reflect.String: classString, reflect.Bool: classBool,
	reflect.Int: classInt, reflect.Int8: classInt, reflect.Int16: classInt, reflect.Int32: classInt, reflect.Int64: classInt,
	reflect.Uint: classUint, reflect.Uint8: classUint, reflect.Uint16: classUint, reflect.Uint32: classUint, reflect.Uint64: classUint, reflect.Uintptr: classUint,
	reflect.Float32: classFloat32, reflect.Float64: classFloat64,
	reflect.Slice: classList, reflect.Array: classList, reflect.Map: classMap, reflect.Struct: classStruct,
	reflect.Pointer: classPointer, reflect.Interface: classInterface,
}

// goType is what is known of a Go type. It is found once for all values of the type.
type goType struct {
	goType        reflect.Type
	writes, reads typeClass
	elem, key     *goType // of a pointer, a slice, an array or a map

	// The methods of the type and of pointers to it.
	marshalsText, unmarshalsText, hasIsZero bool

	isSet  bool // a map without values
	fields []*goField
	byName map[string]*goField

	// The fields of a struct that are beside an embedded value with one of these methods.
	besideMarshaler, besideText, besideIsZero []*goField

	isHidden bool // a struct that has fields, and none that is exported

	plan atomic.Pointer[structPlan] // nil until it is needed
}

// goTypes holds what is known of each type: *goType by reflect.Type.
var goTypes sync.Map

// goTypeOf returns what is known of a type.
func goTypeOf(t reflect.Type) *goType {
	if known, ok := goTypes.Load(t); ok {
		return known.(*goType)
	}
	found := typeFinder{}
	result := found.typeOf(t)
	for t, known := range found { // only now, because a type may contain itself
		goTypes.LoadOrStore(t, known)
	}
	return result
}

// typeFinder holds the types that have been found, or are being found, for one of goTypeOf.
type typeFinder map[reflect.Type]*goType

func (f typeFinder) typeOf(t reflect.Type) *goType {
	if known, ok := goTypes.Load(t); ok {
		return known.(*goType)
	}
	if known, ok := f[t]; ok {
		return known
	}
	known := &goType{
		goType: t, writes: classToWrite(t), reads: classToRead(t),
		marshalsText: hasMethods(t, textMarshalerType), unmarshalsText: hasMethods(t, textUnmarshalerType), hasIsZero: hasMethods(t, isZeroerType),
	}
	f[t] = known
	switch t.Kind() {
	case reflect.Map:
		known.key, known.elem = f.typeOf(t.Key()), f.typeOf(t.Elem())
		known.isSet = t.Elem().Kind() == reflect.Struct && t.Elem().NumField() == 0
	case reflect.Pointer, reflect.Slice, reflect.Array:
		known.elem = f.typeOf(t.Elem())
	case reflect.Struct:
		known.besideMarshaler = fieldsBeside(t, sdkMarshalerType, nil)
		known.besideText = fieldsBeside(t, textMarshalerType, nil)
		known.besideIsZero = fieldsBeside(t, isZeroerType, nil)
		if known.writes == classStruct || known.reads == classStruct {
			var hidesAll bool
			known.fields, hidesAll = f.fields(t)
			known.isHidden = len(known.fields) == 0 && hidesAll
			known.byName = make(map[string]*goField, len(known.fields))
			for i, field := range known.fields {
				field.position = i
				known.byName[field.name] = field
			}
		}
	}
	return known
}

// hasMethods reports whether a type or the pointers to it have the methods of an interface.
func hasMethods(t, methods reflect.Type) bool {
	return t.Implements(methods) || t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(methods)
}

// classToWrite returns how values of a type are written.
func classToWrite(t reflect.Type) typeClass {
	if class := ownClass(t); class != classRefused {
		return class
	}
	if t.Kind() != reflect.Pointer && hasMethods(t, sdkMarshalerType) {
		return classMarshaler
	}
	return plainClass(t, textMarshalerType)
}

// classToRead returns how values of a type are read.
func classToRead(t reflect.Type) typeClass {
	if t.Kind() == reflect.Pointer {
		return classPointer
	}
	if class := ownClass(t); class != classRefused {
		return class
	}
	if hasMethods(t, sdkUnmarshalerType) {
		return classMarshaler
	}
	return plainClass(t, textUnmarshalerType)
}

// ownClass returns the class of a type of this library, of the SDK's values, of math/big, and of an
// interface.
func ownClass(t reflect.Type) typeClass {
	switch {
	case t.Kind() == reflect.Interface:
		return classInterface
	case t.Implements(keyValueType):
		return classKeyValue
	case t.Kind() != reflect.Pointer && hasMethods(t, attributeValueType):
		return classAttributeValue
	}
	return classOfType[t]
}

// plainClass returns the class of a type that has no methods for the SDK. A struct with fields that
// are not exported would not be stored whole, and is stored by its methods for text if it has them.
func plainClass(t, textMethods reflect.Type) typeClass {
	kind := t.Kind()
	switch {
	case kind == reflect.Struct && t.ConvertibleTo(timeType):
		return classTime
	case kind == reflect.Struct && hasHiddenFields(t) && hasMethods(t, textMethods):
		return classText
	case kind == reflect.String && t.Implements(textNumberType):
		return classTextNumber
	case (kind == reflect.Slice || kind == reflect.Array) && t.Elem().Kind() == reflect.Uint8:
		return classBytes
	}
	return classOfKind[kind]
}

// hasHiddenFields reports whether a struct has a field that is not exported, and is no embedded
// struct.
func hasHiddenFields(t reflect.Type) bool {
	for i := range t.NumField() {
		if field := t.Field(i); !field.IsExported() && field.Name != "_" && (!field.Anonymous || !isStruct(field.Type)) {
			return true
		}
	}
	return false
}

// isStruct reports whether a type is a struct or a pointer to one.
func isStruct(t reflect.Type) bool {
	return t.Kind() == reflect.Struct || t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct
}

// refusal returns the rule for a type whose values cannot be stored.
func (t *goType) refusal() string {
	return "is a Go " + t.goType.String() + ", which is no value of DynamoDB"
}

// structRefusal returns the rule for a struct, or "" if it can be stored.
func (t *goType) structRefusal() string {
	if t.isHidden {
		return "is a Go " + t.goType.String() + ", a struct without an exported field"
	}
	return ""
}
