package main

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// writeCase is a value that both packages store. readCase is an attribute that both read into a copy of
// into, or into what it returns if it is a function. The name of the row of docs/structs.md says how
// they differ on purpose; without one they do the same.
type (
	writeCase struct {
		name, row string
		value     any
	}
	readCase struct {
		name, row string
		av        types.AttributeValue
		into      any
	}
)

// The rows of docs/structs.md under "What is not as in attributevalue", by their first column.
const (
	rowNaN           = "NaN, infinities, numbers beyond DynamoDB's range are refused"
	rowBig           = "`big.Int`, `big.Float` and `big.Rat` are N"
	rowHidden        = "a struct without an exported field is refused, or S by its text"
	rowEmbedded      = "an embedded `time.Time` or Marshaler is a field"
	rowChan          = "a `chan` or a `func` is refused"
	rowEmptySet      = "an empty set is refused"
	rowTwice         = "a member twice, invalid UTF-8, a cycle: refused"
	rowOmit          = "`omitempty` leaves out empty slices and maps, a zero `Number` and the zero time; there is `omitzero`"
	rowBeside        = "a field that is set beside an embedded Marshaler is refused"
	rowSDKValue      = "a `types.AttributeValue` is stored as what it is"
	rowNilMarshaler  = "a Marshaler that returns nil is refused"
	rowPointerMethod = "a Marshaler on the pointer is called for each value"
	rowZone          = "a time in a zone with seconds is written in UTC"
	rowIntegerKey    = "an integer key of a map is its digits"
	rowFloatKey      = "the keys of maps are no floats"
	rowSameName      = "the first of two fields with one name is refused"
	rowInteger       = "`1.0` and `1E2` are integers"
	rowRounded       = "a number that a float does not keep all digits of is refused"
	rowKind          = "N into a `string`, NS into a `[]string`, S into a `json.Number`: refused"
	rowLength        = "a list of another length than an array is refused"
	rowTimeMap       = "M into a `time.Time` is refused"
	rowAny           = "a number in an `any` is a `Number`, SS and NS are a `KeyValue`"
	rowHeld          = "an `any` that holds a value gets a new one"
	rowUTC           = "seconds become a time in UTC"
	rowNewMemory     = "a slice is read into new memory"
	rowNilEmbedded   = "a field of an embedded pointer that is nil and not exported is refused"
	rowNilItem       = "a nil Item is `ErrMissing`"
)

// Types of every kind that the tables of attributevalue's own tests have.
type (
	text     string
	texts    []string
	integer  int
	integers []int
	counts   map[string]int
	blob     []byte
	toggle   bool
	toggles  []bool
	instant  time.Time
	pointer  *int

	renamed struct {
		Text     text
		Integer  integer
		Counts   counts
		Texts    texts
		Blob     blob
		Integers []integer
		Names    []text
		Blobs    []blob    `dynamodbav:",binaryset"`
		Numbers  []integer `dynamodbav:",numberset"`
		Strings  []text    `dynamodbav:",stringset"`
		List     integers
		Flag     toggle
		Flags    toggles
		ByText   map[text]string
	}
	scalars struct {
		S       string
		U8      uint8
		U16     uint16
		U32     uint32
		U64     uint64
		I8      int8
		I16     int16
		I32     int32
		I64     int64
		F32     float32
		F64     float64
		B       bool
		Nothing *any
		Bytes   []byte
		pointers
		omittedScalars
		nulledScalars
		omittedContainer
	}
	pointers struct {
		PS  *string
		PU  *uint8
		PI  *int64
		PF  *float32
		PPI **int
	}
	omittedScalars struct {
		OS  string  `dynamodbav:",omitempty"`
		OU  uint16  `dynamodbav:",omitempty"`
		OI  int64   `dynamodbav:",omitempty"`
		OF  float64 `dynamodbav:",omitempty"`
		OPS *string `dynamodbav:",omitempty"`
		OPI **int   `dynamodbav:",omitempty"`
	}
	nulledScalars struct {
		NS  string  `dynamodbav:",nullempty"`
		NU  uint16  `dynamodbav:",nullempty"`
		NI  int64   `dynamodbav:",nullempty"`
		NF  float64 `dynamodbav:",nullempty"`
		NPS *string `dynamodbav:",nullempty"`
	}
	omittedContainer struct {
		OM map[string]string `dynamodbav:",omitempty"`
		OL []string          `dynamodbav:",omitempty"`
		OB []byte            `dynamodbav:",omitempty"`
		O0 [0]byte           `dynamodbav:",omitempty"`
	}
	containers struct {
		Map   map[string]string
		List  []string
		Bytes []byte
		Four  [4]byte
		None  [0]byte
		Bs    [][]byte `dynamodbav:",binaryset"`
		Ns    []int    `dynamodbav:",numberset"`
		Ss    []string `dynamodbav:",stringset"`
	}
	nulledContainers struct {
		Map   map[string]string `dynamodbav:",nullempty"`
		List  []string          `dynamodbav:",nullempty"`
		Bytes []byte            `dynamodbav:",nullempty"`
		Four  [4]byte           `dynamodbav:",nullempty"`
		None  [0]byte           `dynamodbav:",nullempty"`
		Ss    []string          `dynamodbav:",stringset,nullempty"`
	}
	elements struct {
		Omit  []string       `dynamodbav:",omitemptyelem"`
		OmitM map[string]any `dynamodbav:",omitemptyelem"`
		Null  []string       `dynamodbav:",nullemptyelem"`
		NullM map[string]any `dynamodbav:",nullemptyelem"`
	}
	nestedStructs struct {
		Struct  judgedInner
		Pointer *judgedInner
		Omitted *judgedInner `dynamodbav:",omitempty"`
		Many    []judgedInner
	}
	times struct {
		Normal  time.Time
		Pointer *time.Time
		Many    []time.Time
		Named   instant
		Unix    time.Time               `dynamodbav:",unixtime"`
		NUnix   instant                 `dynamodbav:",unixtime"`
		Typed   attributevalue.UnixTime // it has both methods
	}
	deep           struct{ A, B string }
	embedsExported struct{ *Embedded }
	outer          struct {
		deep
		*judgedInner
		A int
	}
	tagged struct {
		One string `dynamodbav:"A"`
	}
	taggedOuter struct {
		deep
		tagged
	}

	// fields is stored by a method of its pointer, and grade and yesNo by their own.
	fields struct{ A, B string }
	grade  uint
	yesNo  string
	nilled struct{}
	// label is a key of maps.
	label  struct{ Name string }
	words  struct{ I, J int }
	beside struct {
		dynamoconn.Number
		Unit string
	}
	timed struct {
		time.Time
		Name string
	}
)

func (f *fields) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: f.A + " " + f.B}, nil
}

func (f *fields) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	s, ok := av.(*types.AttributeValueMemberS)
	if !ok {
		return errors.New("no string")
	}
	f.A, f.B, _ = strings.Cut(s.Value, " ")
	return nil
}

func (g grade) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if g > 100 {
		return nil, errors.New("over 100")
	}
	return &types.AttributeValueMemberN{Value: "50"}, nil
}

func (y yesNo) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if y == "yes" {
		return &types.AttributeValueMemberBOOL{Value: true}, nil
	}
	return &types.AttributeValueMemberS{Value: string(y)}, nil
}

func (nilled) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, nil }

func (l label) MarshalText() ([]byte, error) { return []byte("label:" + l.Name), nil }
func (l *label) UnmarshalText(text []byte) error {
	l.Name = strings.TrimPrefix(string(text), "label:")
	return nil
}

func (words) MarshalText() ([]byte, error) { return []byte("never"), nil }

// Embedded is embedded.
type Embedded struct{ E string }

func ptrTo[T any](v T) *T { return &v }

func avS(s string) types.AttributeValue  { return &types.AttributeValueMemberS{Value: s} }
func avN(s string) types.AttributeValue  { return &types.AttributeValueMemberN{Value: s} }
func avB(b ...byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }
func avL(l ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: append([]types.AttributeValue{}, l...)}
}
func avSS(s ...string) types.AttributeValue { return &types.AttributeValueMemberSS{Value: s} }
func avNS(s ...string) types.AttributeValue { return &types.AttributeValueMemberNS{Value: s} }
func avBS(b ...[]byte) types.AttributeValue { return &types.AttributeValueMemberBS{Value: b} }
func avM(name string, v types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{name: v}}
}

var (
	avNull  = &types.AttributeValueMemberNULL{Value: true}
	avYes   = &types.AttributeValueMemberBOOL{Value: true}
	when    = time.Date(2016, 5, 3, 17, 6, 26, 209072000, time.UTC)
	twice   = ptrTo(ptrTo(42))
	nilTwo  = ptrTo((*int)(nil))
	oneName struct{ A any }
)

var writeCases = []writeCase{
	{"nil", "", nil}, {"string", "", "some"}, {"empty string", "", ""}, {"true", "", true}, {"false", "", false},
	{"integer", "", 12}, {"negative", "", int64(math.MinInt64)}, {"unsigned", "", uint64(math.MaxUint64)},
	{"float", "", 3.14}, {"whole float", "", 12.0}, {"float32", "", float32(0.1)}, {"largest float32", "", math.MaxFloat32},
	{"largest float64", rowNaN, math.MaxFloat64}, {"NaN", rowNaN, math.NaN()}, {"infinity", rowNaN, math.Inf(-1)},
	{"Number of the SDK", "", attributevalue.Number("12")}, {"json.Number", "", json.Number("1.50")}, {"Number", "", dynamoconn.MustNumber("1.50")},
	{"bytes", "", []byte{48, 49}}, {"nil bytes", "", []byte(nil)}, {"no bytes", "", []byte{}}, {"array of bytes", "", [2]byte{1, 2}}, {"named bytes", "", blob{1}},
	{"binaries", "", [][]byte{{48, 49}, {50, 51}}}, {"no binaries", rowEmptySet, [][]byte{}},
	{"list", "", []int{123}}, {"nil list", "", []int(nil)}, {"empty list", "", []any{}}, {"mixed list", "", []any{"a", 12.0, 3.14, true, nil, false}},
	{"pointers", "", []*string{ptrTo("abc"), nil}}, {"array", "", [2]int{1, 2}}, {"array of lists", "", [2][]string{{"1"}, {"2"}}},
	{"map", "", map[string]int{"abc": 123}}, {"nil map", "", map[string]any(nil)}, {"empty map", "", map[string]any{}},
	{"map of null", "", map[string]any{"a": nil}}, {"map of a map", "", map[string]any{"m": map[string]any{"n": 12.0}}},
	{"keys of a named string", "", map[text]any{"a": 1}}, {"keys of a Number", "", map[attributevalue.Number]any{"1": 1}}, {"keys of integers", "", map[int]any{1: 1}},
	{"keys of named integers", "", map[integer]any{1: 1}}, {"keys of booleans", "", map[bool]any{true: 1, false: 2}}, {"keys of named booleans", "", map[toggle]any{true: 1}},
	{"keys with a text", "", map[label]any{{"1"}: 1}}, {"pointers to keys with a text", "", map[*label]any{{"1"}: 1}},
	{"keys with a name", rowIntegerKey, map[time.Month]int{time.May: 1}}, {"keys of floats", rowFloatKey, map[float64]int{1.5: 1}},
	{"empty key", "", map[string]int{"": 1}}, {"invalid UTF-8", rowTwice, "\xff"},
	{"pointer", "", ptrTo(7)}, {"pointer to a pointer", "", &twice}, {"nil pointer", "", (*int)(nil)}, {"named pointer", "", pointer(ptrTo(123))},
	{"zero scalars", "", scalars{}}, {"renamed types", "", renamed{
		Text: "123", Integer: 123, Counts: counts{"Key": 321}, Texts: texts{"1", "2"}, Blob: blob{0, 1}, Integers: []integer{1}, Names: []text{"1"},
		Blobs: []blob{{0, 1}, {3}}, Numbers: []integer{1, 2}, Strings: []text{"1", "2"}, List: integers{1}, Flag: true, Flags: toggles{true, false}, ByText: map[text]string{"K": "v"},
	}},
	{"scalars", "", scalars{S: "s", U8: 1, U16: 2, U32: 3, U64: 4, I8: -5, I16: -6, I32: -7, I64: -8, F32: 9.9, F64: 10.1, B: true}},
	{"pointers to values", "", pointers{ptrTo("x"), ptrTo(uint8(1)), ptrTo(int64(-8)), ptrTo(float32(9.9)), twice}}, {"pointers to zeros", "", pointers{ptrTo(""), ptrTo(uint8(0)), ptrTo(int64(0)), ptrTo(float32(0)), nilTwo}},
	{"omitted zeros", "", omittedScalars{}}, {"omitted values", "", omittedScalars{"x", 1, -1, 1.5, ptrTo("x"), twice}}, {"omitted pointers to zeros", "", omittedScalars{OPS: ptrTo(""), OPI: nilTwo}},
	{"null zeros", "", nulledScalars{}}, {"null values", "", nulledScalars{"x", 1, -1, 1.5, ptrTo("")}},
	{"omitted nil containers", "", omittedContainer{}}, {"omitted empty list", rowOmit, omittedContainer{OL: []string{}}}, {"omitted empty map", rowOmit, omittedContainer{OM: map[string]string{}}},
	{"omitted empty bytes", rowOmit, omittedContainer{OB: []byte{}}}, {"omitted containers", "", omittedContainer{OM: map[string]string{"a": "b"}, OL: []string{"a"}, OB: []byte{1}}},
	{"omitted zero time", rowOmit, struct {
		A time.Time `dynamodbav:",omitempty"`
	}{}},
	{"nil containers", "", containers{}}, {"containers", "", containers{map[string]string{"k": "v"}, []string{"t"}, []byte{0}, [4]byte{1}, [0]byte{}, [][]byte{{0}}, []int{0, 1}, []string{"t", "s"}}},
	{"empty map, list and bytes", "", containers{Map: map[string]string{}, List: []string{}, Bytes: []byte{}}}, {"empty set of strings", rowEmptySet, containers{Ss: []string{}}},
	{"empty set of numbers", rowEmptySet, containers{Ns: []int{}}}, {"member twice", rowTwice, containers{Ss: []string{"a", "a"}}},
	{"null nil containers", "", nulledContainers{}}, {"null containers", "", nulledContainers{Map: map[string]string{"k": "v"}, List: []string{"t"}, Bytes: []byte{0}, Ss: []string{"a"}}},
	{"null empty list", rowOmit, nulledContainers{List: []string{}}},
	{"empty elements", "", elements{[]string{"abc", "", "123"}, map[string]any{"abc": 1, "efg": nil, "nop": (*string)(nil), "qrs": ptrTo("abc")}, []string{"abc", "", "123"}, map[string]any{"efg": nil, "nop": (*string)(nil)}}},
	{"empty elements behind pointers", "", struct {
		L []**int          `dynamodbav:",omitemptyelem"`
		M map[string]**int `dynamodbav:",omitemptyelem"`
	}{[]**int{nilTwo, twice}, map[string]**int{"a": nilTwo}}},
	{"omitted any of a nil pointer", "", struct {
		A any `dynamodbav:",omitempty"`
	}{(*int)(nil)}},
	{"embedded exported nil", "", embedsExported{}}, {"embedded exported", "", embedsExported{&Embedded{"x"}}},
	{"structs", "", nestedStructs{Struct: judgedInner{City: "a"}, Pointer: &judgedInner{}, Many: []judgedInner{{}, {City: "b"}}}}, {"zero structs", "", nestedStructs{}},
	{"embedded", "", outer{deep{"a", "b"}, &judgedInner{City: "c"}, 1}}, {"embedded nil", "", outer{}}, {"tag wins", "", taggedOuter{deep{"a", "b"}, tagged{"t"}}},
	{"left out", "", struct {
		A []string `dynamodbav:"-"`
	}{}},
	{"number as string", "", struct {
		A int `dynamodbav:",string"`
	}{123}},
	{"two fields of a name", rowSameName, struct {
		A int `dynamodbav:"x"`
		B int `dynamodbav:"x"`
	}{1, 2}},
	{"times", "", times{when, &when, []time.Time{when}, instant(when), when, instant(when), attributevalue.UnixTime(when)}}, {"zone with seconds", rowZone, time.Date(1890, 1, 1, 0, 0, 0, 0, time.FixedZone("", 1172))},
	{"Marshaler", "", &fields{"a", "b"}}, {"nil Marshaler", "", (*fields)(nil)}, {"nil Marshaler in a map", "", map[string]any{"A": (*fields)(nil)}}, {"nil Marshaler in a field", "", struct{ A any }{(*fields)(nil)}},
	{"nil Marshaler in a list", "", []any{(*fields)(nil)}}, {"nil behind a pointer", "", struct{ A **fields }{ptrTo((*fields)(nil))}}, {"Marshaler of a pointer in a value", rowPointerMethod, fields{"a", "b"}},
	{"Marshaler that is a string", "", yesNo("yes")}, {"Marshaler that gives a string", "", yesNo("ABC")}, {"Marshaler that is a number", "", grade(50)}, {"Marshaler that fails", "", grade(150)}, {"Marshaler without a value", rowNilMarshaler, struct{ A nilled }{}},
	{"text of exported fields", "", words{1, 2}}, {"big.Int", rowBig, big.NewInt(7)}, {"big.Rat", rowBig, big.NewRat(1, 2)}, {"hidden fields", rowHidden, struct{ a int }{1}},
	{"embedded time", rowEmbedded, timed{when, "x"}}, {"field beside a Marshaler", rowBeside, beside{dynamoconn.MustNumber("7"), "EUR"}}, {"embedded Marshaler alone", "", beside{Number: dynamoconn.MustNumber("7")}},
	{"value of the SDK", rowSDKValue, avS("x")}, {"chan", rowChan, struct{ A chan int }{make(chan int)}}, {"func", rowChan, []any{func() {}}},
}

var readCases = []readCase{
	{"bytes", "", avB(48, 49), []byte(nil)}, {"bytes over others", "", avB(48, 49), make([]byte, 0, 10)}, {"bytes behind a pointer", "", avB(48), ptrTo([]byte(nil))}, {"bool", "", avYes, false}, {"named bool", "", avYes, toggle(false)},
	{"list", "", avL(avN("123")), []int(nil)}, {"map", "", avM("abc", avN("123")), map[string]int(nil)}, {"struct", "", avM("Abc", avN("123")), struct{ Abc int }{}}, {"field of another case", "", avM("ABC", avN("123")), struct{ Abc int }{}},
	{"int", "", avN("123"), 0}, {"float", "", avN("123.1"), 0.0}, {"null", "", avNull, ptrTo("x")}, {"null into a string", "", avNull, "x"}, {"string", "", avS("abc"), ""}, {"empty string", "", avS(""), "x"}, {"string behind a pointer", "", avS(""), ptrTo("x")},
	{"binaries", "", avBS([]byte{48}, []byte{50}), [][]byte(nil)}, {"numbers", "", avNS("123", "321"), []int(nil)}, {"strings", "", avSS("abc", "123"), []string(nil)}, {"pointers to strings", "", avSS("abc"), []*string(nil)},
	{"number as string", "", avM("A", avS("123")), struct {
		A int `dynamodbav:",string"`
	}{}},
	{"named pointer", "", avN("123"), pointer(nil)}, {"time", "", avS("2016-05-03T17:06:26.209072Z"), time.Time{}}, {"times", "", avSS("2016-05-03T17:06:26.01Z"), []time.Time(nil)}, {"times in a list", "", avL(avS("2016-05-03T17:06:26.010Z")), []time.Time(nil)},
	{"no time", "", avS("01 Jan 70"), time.Time{}}, {"seconds", rowUTC, avN("123"), time.Time{}}, {"seconds into unixtime", rowUTC, avM("A", avN("456")), struct {
		A time.Time `dynamodbav:",unixtime"`
	}{}}, {"UnixTime", "", avN("789"), attributevalue.UnixTime{}}, {"map into a time", rowTimeMap, avM("A", avS("x")), time.Time{}},
	{"string in an any", "", avM("A", avS("x")), oneName}, {"bool in an any", "", avM("A", avYes), oneName}, {"bytes in an any", "", avM("A", avB(1)), oneName}, {"binaries in an any", "", avM("A", avBS([]byte{1})), oneName},
	{"list in an any", "", avM("A", avL(avS("abc"), avNull)), oneName}, {"map in an any", "", avM("A", avM("B", avS("x"))), oneName}, {"null in an any", "", avM("A", avNull), oneName}, {"no list in an any", "", avM("A", avL()), oneName},
	{"number in an any", rowAny, avM("A", avN("123")), oneName}, {"numbers in an any", rowAny, avM("A", avNS("1", "2")), oneName}, {"strings in an any", rowAny, avM("A", avSS("1", "2")), oneName}, {"numbers in []any", rowAny, avL(avN("1")), []any(nil)}, {"set of numbers in []any", rowAny, avNS("1"), []any(nil)},
	{"number in a map of any", rowAny, avM("N", avN("123")), map[string]any(nil)}, {"over a value in an any", rowHeld, avM("A", avS("new")), struct{ A any }{7}},
	{"overflow", "", avN("512"), uint8(0)}, {"negative into unsigned", "", avN("-1"), uint(0)}, {"no number", "", avN(""), 0}, {"1.0", rowInteger, avN("1.0"), 0}, {"1E2", rowInteger, avN("1E2"), 0}, {"fraction", "", avN("1.5"), 0},
	{"long number into a float", rowRounded, avN("12345678901234567890"), 0.0}, {"2^53+1", rowRounded, avN("9007199254740993"), 0.0}, {"float32", "", avN("0.1"), float32(0)}, {"Number of the SDK", "", avN("1.50"), attributevalue.Number("")}, {"json.Number", "", avN("1.50"), json.Number("")},
	{"Number", "", avN("1.50"), dynamoconn.Number{}}, {"N into a string", rowKind, avN("12345"), text("")}, {"NS into strings", rowKind, avNS("1"), []string(nil)}, {"S into a json.Number", rowKind, avS("7"), json.Number("")},
	{"S into an int", "", avS("5"), 0}, {"S into a bool", "", avS("x"), false}, {"BOOL into a string", "", avYes, ""}, {"B into a string", "", avB(1), ""}, {"L into a string", "", avL(), ""}, {"M into an int", "", avM("A", avS("x")), 0},
	{"no bytes", "", avB(), []byte(nil)}, {"empty list", "", avL(), []any(nil)}, {"empty map", "", &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}, map[string]any(nil)},
	{"no binaries", rowEmptySet, avBS(), [][]byte(nil)}, {"no numbers", rowEmptySet, avNS(), []string(nil)}, {"no strings", rowEmptySet, avSS(), []string(nil)},
	{"array", "", avL(avN("1"), avN("2")), [2]int{}}, {"array of bytes", "", avB(1, 2), [2]byte{}}, {"array of booleans", "", avL(avYes, avYes), [2]bool{}}, {"array of strings", "", avL(avS("1"), avS("2")), [2]string{}}, {"array of lists", "", avL(avL(avS("1")), avL()), [2][]string{}},
	{"shorter list", rowLength, avL(avN("1")), [2]int{3, 4}}, {"longer list", rowLength, avL(avN("1"), avN("2"), avN("3")), [2]int{}}, {"longer bytes", rowLength, avB(1, 2, 3), [2]byte{}},
	{"over old elements", rowNewMemory, avL(avM("A", avS("new"))), func() any { return []deep{{"old", "old"}} }}, {"nothing", rowNilItem, nil, deep{}},
	{"list of structs", "", avL(avM("A", avS("x"))), []deep(nil)}, {"list of maps", "", avL(avM("A", avYes)), []map[string]any(nil)}, {"renamed", "", avM("Names", avL(avS("1"))), renamed{}},
	{"embedded pointer is made", "", avM("E", avS("x")), embedsExported{}}, {"embedded pointer that cannot be made", rowNilEmbedded, avM("city", avS("x")), outer{}}, {"field of an embedded struct", "", avM("B", avS("x")), outer{}}, {"outer field", "", avM("A", avN("1")), outer{}},
	{"Unmarshaler", "", avS("a b"), fields{}}, {"Unmarshaler that fails", "", avN("1"), fields{}}, {"Unmarshalers in a list", "", avL(avS("a b")), []fields(nil)}, {"Unmarshalers of a set", "", avSS("a b", "c d"), []fields(nil)},
	{"keys of a named string", "", avM("a", avS("x")), map[text]any(nil)}, {"keys of a Number", "", avM("1", avS("x")), map[attributevalue.Number]any(nil)}, {"keys of integers", "", avM("1", avS("x")), map[int]any(nil)}, {"keys of named integers", "", avM("1", avS("x")), map[integer]any(nil)},
	{"keys of booleans", "", avM("true", avS("x")), map[bool]any(nil)}, {"keys of named booleans", "", avM("false", avS("x")), map[toggle]any(nil)}, {"keys with a text", "", avM("label:1", avS("x")), map[label]any(nil)}, {"a key that is no integer", "", avM("BOOL", avYes), map[int]any(nil)},
	{"pointer to a pointer", "", avM("A", avN("5")), struct{ A **int }{}}, {"null behind pointers", "", avM("A", avNull), struct{ A **int }{twice}}, {"S behind pointers", "", avM("A", avS("5")), struct{ A **int }{}}, {"no field", "", avM("Other", avS("5")), struct{ A **int }{}},
	{"scalars", "", avM("I8", avN("-5")), scalars{}}, {"null scalars", "", avM("U64", avNull), scalars{U64: 7}}, {"omitted scalar", "", avM("OS", avS("x")), scalars{}}, {"containers", "", avM("Ns", avNS("0", "1")), containers{}}, {"null containers", "", avM("Map", avNull), containers{Map: map[string]string{"a": "b"}}},
}

// sameWrite reports whether both packages store a value in the same way, or both refuse it.
func sameWrite(value any) bool {
	theirs, theirErr := attributevalue.Marshal(value)
	kv, err := dynamoconn.MarshalValue("", value)
	if err != nil || theirErr != nil {
		return err != nil && theirErr != nil
	}
	ours, err := dynamoconn.ToAttributeValue(kv)
	return err == nil && reflect.DeepEqual(canonical(ours), canonical(theirs))
}

// sameRead reports whether both packages read an attribute as the same value, or both refuse it. A panic
// is no refusal.
func sameRead(c readCase) (isSame bool) {
	target := func() reflect.Value {
		value := reflect.ValueOf(c.into)
		if value.Kind() == reflect.Func {
			value = reflect.ValueOf(value.Call(nil)[0].Interface())
		}
		pointer := reflect.New(value.Type())
		pointer.Elem().Set(value)
		return pointer
	}
	ours, theirs := target(), target()
	kv, err := dynamoconn.KeyValue(nil), error(nil)
	if c.av != nil {
		kv, err = dynamoconn.FromAttributeValue("", c.av)
	}
	if err == nil {
		err = dynamoconn.UnmarshalValue(kv, ours.Interface())
	}
	defer func() {
		if recover() != nil {
			isSame = false
		}
	}()
	theirErr := attributevalue.UnmarshalWithOptions(c.av, theirs.Interface(), func(o *attributevalue.DecoderOptions) { o.FixUnmarshalIndividualSetValues = true })
	if err != nil || theirErr != nil {
		return err != nil && theirErr != nil
	}
	return reflect.DeepEqual(ours.Interface(), theirs.Interface())
}

// rowsOfDifferences returns the first column of the last table of docs/structs.md.
func rowsOfDifferences(t *testing.T) map[string]bool {
	t.Helper()
	page, err := os.ReadFile("../docs/structs.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(page), "## What is not as in attributevalue\n")
	require.True(t, found)
	rows := map[string]bool{}
	for line := range strings.Lines(section) {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| Here") {
			rows[strings.TrimPrefix(cells[0], "| ")] = true
		}
	}
	return rows
}

// The cases are the facts of the tables in attributevalue's own tests: types and attributes of each
// kind. Both packages do the same, except for the differences that docs/structs.md lists, and each of
// those has a case.
func TestTablesOfAttributevalue(t *testing.T) {
	t.Parallel()
	listed := rowsOfDifferences(t)
	shown := map[string]bool{}
	same, different := 0, 0
	judge := func(name, row string, isSame bool) {
		t.Helper()
		if row == "" {
			same++
			assert.True(t, isSame, "%s: is not as in attributevalue", name)
			return
		}
		different++
		shown[row] = true
		assert.False(t, isSame, "%s: is as in attributevalue", name)
	}
	for _, c := range writeCases {
		judge("write: "+c.name, c.row, sameWrite(c.value))
	}
	for _, c := range readCases {
		judge("read: "+c.name, c.row, sameRead(c))
	}
	assert.Equal(t, listed, shown, "the differences in docs/structs.md, and those with a case")
	t.Logf("%d of %d cases the same, %d cases of %d deliberate differences", same, same+different, different, len(shown))
}
