package dynamoconn_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// mappingRow is a row of the table in docs/structs.md.
type mappingRow struct {
	both    []mapped // written, and read back as it was
	reads   []mapped // read as the value
	refused []refusedRead
	// refusedWrites are values that cannot be written.
	refusedWrites []any
}

type mapped struct {
	value any
	kv    dynamoconn.KeyValue
}

type refusedRead struct {
	kv   dynamoconn.KeyValue
	into any
	err  error
}

// In a test a value of one type often has to be in a struct with a tag.
type (
	stringSets struct {
		A []string         `dynamodbav:",stringset"`
		B map[int]struct{} `dynamodbav:",numberset"`
		C [][]byte         `dynamodbav:",binaryset"`
	}
	gradeText struct {
		A grade `dynamodbav:",text"`
	}
	keyValues struct {
		A dynamoconn.KeyValue
		B *dynamoconn.KeyValueLong
		C dynamoconn.KeyValueDecimal
	}
	attributeValues struct {
		A types.AttributeValue
		B *types.AttributeValueMemberS
		C types.AttributeValueMemberSS
	}
	interfaces   struct{ A fmt.Stringer }
	ownEmbedding struct {
		hidden
		*Exported
	}
	hiddenPointer struct{ *hidden }
)

// Exported is embedded.
type Exported struct{ E int }

var (
	str     = func(s string) dynamoconn.KeyValue { return dynamoconn.String("", s) }
	num     = func(s string) dynamoconn.KeyValue { return dynamoconn.Decimal("", dynamoconn.MustNumber(s)) }
	long    = func(n int64) dynamoconn.KeyValue { return dynamoconn.Long("", n) }
	list    = func(kvs ...dynamoconn.KeyValue) dynamoconn.KeyValue { return dynamoconn.List("", kvs...) }
	mapOf   = func(kvs ...dynamoconn.KeyValue) dynamoconn.KeyValue { return dynamoconn.Map("", kvs...) }
	null    = dynamoconn.Null("")
	yes     = dynamoconn.Boolean("", true)
	bin     = func(b ...byte) dynamoconn.KeyValue { return dynamoconn.Binary("", b) }
	textSet = func(s ...string) dynamoconn.KeyValue { return dynamoconn.StringSet("", s...) }
	numbers = func(texts ...string) dynamoconn.KeyValue {
		var members []dynamoconn.Number
		for _, text := range texts {
			members = append(members, dynamoconn.MustNumber(text))
		}
		return dynamoconn.NumberSet("", members...)
	}
)

var mappingTable = func() map[string]mappingRow {
	kind, inexact := dynamoconn.ErrWrongKind, dynamoconn.ErrInexact
	when := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	seven := 7
	pointer := &seven
	ring := map[string]any{}
	ring["a"] = ring

	return map[string]mappingRow{
		"`string`": {
			both:          []mapped{{"x", str("x")}, {"", str("")}},
			reads:         []mapped{{"", null}},
			refused:       []refusedRead{{long(1), "", kind}, {bin(1), "", kind}},
			refusedWrites: []any{"\xff"},
		},
		"`bool`": {both: []mapped{{true, yes}}, reads: []mapped{{false, null}}, refused: []refusedRead{{str("true"), false, kind}, {long(1), false, kind}}},
		"integers": {
			both:    []mapped{{int8(-128), long(-128)}, {7, long(7)}, {uint64(math.MaxUint64), num("18446744073709551615")}, {int64(math.MinInt64), long(math.MinInt64)}},
			reads:   []mapped{{1, num("1.0")}, {int16(100), num("1E2")}, {uint8(100), num("1E2")}, {0, num("-0")}, {0, null}},
			refused: []refusedRead{{long(300), int8(0), inexact}, {num("1.5"), 0, inexact}, {long(-1), uint(0), inexact}, {long(256), byte(0), inexact}, {num("1E20"), int64(0), inexact}, {str("1"), 0, kind}},
		},
		"floats": {
			both:          []mapped{{0.1, num("0.1")}, {3.0, long(3)}, {float32(0.1), num("0.1")}, {1e100, num("1E100")}, {float64(1 << 60), long(1152921504606847000)}},
			reads:         []mapped{{0.5, num("5E-1")}, {0.0, null}},
			refused:       []refusedRead{{num("0.12345678901234567890"), 0.0, inexact}, {long(math.MaxInt64), 0.0, inexact}, {num("0.123456789"), float32(0), inexact}, {num("1E60"), float32(0), inexact}, {str("1"), 0.0, kind}},
			refusedWrites: []any{math.NaN(), math.Inf(1), float32(math.Inf(-1)), 1e200, 1e-200},
		},
		"`Number`": {
			both:    []mapped{{dynamoconn.MustNumber("1.50"), num("1.50")}, {dynamoconn.MustNumber("12345678901234567890123456789012345678"), num("12345678901234567890123456789012345678")}},
			reads:   []mapped{{dynamoconn.Number{}, null}},
			refused: []refusedRead{{str("1"), dynamoconn.Number{}, kind}},
		},
		"`json.Number`": {
			both:          []mapped{{json.Number("1.50"), num("1.50")}, {json.Number("7"), long(7)}},
			refused:       []refusedRead{{str("7"), json.Number(""), kind}},
			refusedWrites: []any{json.Number("seven"), json.Number("")},
		},
		"`big.Int`, `big.Float`, `big.Rat`": {
			both:          []mapped{{big.NewInt(7), long(7)}, {big.NewRat(1, 4), num("0.25")}, {*big.NewInt(7), long(7)}},
			refused:       []refusedRead{{num("1.5"), (*big.Int)(nil), inexact}, {num("0.1"), (*big.Float)(nil), inexact}, {str("1"), big.Rat{}, kind}},
			refusedWrites: []any{big.NewRat(1, 3), new(big.Float).SetInf(true), big.NewFloat(0.1)},
		},
		"`time.Time`": {
			both:          []mapped{{when, str("2026-01-02T03:04:05.000000006Z")}},
			reads:         []mapped{{time.Unix(7, 0).UTC(), long(7)}, {time.Unix(100, 0).UTC(), num("1E2")}, {time.Time{}, null}},
			refused:       []refusedRead{{str("2026"), when, kind}, {num("1.5"), when, inexact}, {yes, when, kind}},
			refusedWrites: []any{when.AddDate(9000, 0, 0), when.AddDate(-3000, 0, 0)},
		},
		"`time.Duration`": {both: []mapped{{time.Second, long(1e9)}}, refused: []refusedRead{{num("0.5"), time.Second, inexact}, {str("1s"), time.Second, kind}}},
		"`[]byte`, `[N]byte`": {
			both:    []mapped{{[]byte{1}, bin(1)}, {[]byte{}, bin([]byte{}...)}, {[2]byte{1, 2}, bin(1, 2)}, {[]byte(nil), null}},
			refused: []refusedRead{{bin(1), [2]byte{}, kind}, {bin(1, 2, 3), [2]byte{}, kind}, {str("x"), []byte{}, kind}, {list(long(1)), []byte{}, kind}},
		},
		"`[]T`": {
			both:    []mapped{{[]int{1}, list(long(1))}, {[]string{}, list([]dynamoconn.KeyValue{}...)}, {[]string(nil), null}},
			reads:   []mapped{{[]string{"a", "b"}, textSet("a", "b")}, {[]int{1}, numbers("1")}, {[]*int{nil}, list(null)}, {[]int{0}, list(null)}},
			refused: []refusedRead{{list(long(1), str("x")), []int{}, kind}, {mapOf(), []int{}, kind}, {numbers("1"), []string{}, kind}},
		},
		"`[N]T`": {
			both:    []mapped{{[1]bool{true}, list(yes)}},
			reads:   []mapped{{[2]string{"a", "b"}, textSet("a", "b")}},
			refused: []refusedRead{{list(yes, yes), [1]bool{}, kind}, {list(yes), [2]bool{}, kind}},
		},
		"`[][]byte`": {
			both:          []mapped{{[][]byte{{1}, {}}, dynamoconn.BinarySet("", []byte{1}, []byte{})}, {[][]byte(nil), null}},
			reads:         []mapped{{[][]byte{{1}}, list(bin(1))}},
			refused:       []refusedRead{{textSet("a"), [][]byte{}, kind}},
			refusedWrites: []any{[][]byte{}, [][]byte{{1}, {1}}, [][]byte{nil}},
		},
		"sets by a tag": {
			both: []mapped{
				{stringSets{[]string{"b", "a"}, map[int]struct{}{9: {}, 10: {}}, [][]byte{{1}}}, mapOf(
					dynamoconn.StringSet("A", "b", "a"), dynamoconn.NumberSet("B", dynamoconn.MustNumber("9"), dynamoconn.MustNumber("10")),
					dynamoconn.BinarySet("C", []byte{1}))},
				{stringSets{}, mapOf(dynamoconn.Null("A"), dynamoconn.Null("B"), dynamoconn.Null("C"))},
			},
			reads:         []mapped{{stringSets{A: []string{"a"}}, mapOf(dynamoconn.List("A", str("a")))}},
			refused:       []refusedRead{{mapOf(dynamoconn.StringSet("B", "a")), stringSets{}, kind}},
			refusedWrites: []any{stringSets{A: []string{}}, stringSets{A: []string{"a", "a"}}, stringSets{B: map[int]struct{}{}}, stringSets{C: [][]byte{nil}}},
		},
		"`map[K]T`": {
			both: []mapped{
				{map[string]int{"b": 1, "a": 2}, mapOf(dynamoconn.Long("a", 2), dynamoconn.Long("b", 1))},
				{map[int8]bool{-1: true}, mapOf(dynamoconn.Boolean("-1", true))}, {map[uint]bool{1: true}, mapOf(dynamoconn.Boolean("1", true))},
				{map[bool]bool{true: true}, mapOf(dynamoconn.Boolean("true", true))}, {map[grade]bool{1: true}, mapOf(dynamoconn.Boolean("B", true))},
				{map[string]int(nil), null}, {map[string]int{}, mapOf([]dynamoconn.KeyValue{}...)},
			},
			refused: []refusedRead{
				{mapOf(dynamoconn.Long("01", 1)), map[int]int{}, kind}, {mapOf(dynamoconn.Long("300", 1)), map[int8]int{}, inexact},
				{mapOf(dynamoconn.Long("x", 1)), map[uint]int{}, kind}, {mapOf(dynamoconn.Long("300", 1)), map[uint8]int{}, inexact},
				{mapOf(dynamoconn.Long("TRUE", 1)), map[bool]int{}, kind}, {mapOf(dynamoconn.Long("AA", 1)), map[grade]int{}, errNoGrade},
				{mapOf(dynamoconn.Long("a", 1)), map[float64]int{}, kind}, {list(), map[string]int{}, kind},
				{mapOf(dynamoconn.Long("a", 1), dynamoconn.Long("a", 1)), map[string]int{}, dynamoconn.ErrInvalidRequest},
			},
			refusedWrites: []any{map[float64]int{1: 1}, map[any]int{1: 1}, map[string]int{"": 1}, map[grade]int{-1: 1}},
		},
		"`map[T]struct{}`": {
			both:    []mapped{{map[string]struct{}{"a": {}}, mapOf(dynamoconn.Map("a", []dynamoconn.KeyValue{}...))}},
			reads:   []mapped{{map[string]struct{}{"a": {}, "b": {}}, textSet("a", "b")}, {map[int]struct{}{1: {}}, numbers("1.0")}, {map[[1]byte]struct{}{{1}: {}}, dynamoconn.BinarySet("", []byte{1})}},
			refused: []refusedRead{{textSet("a"), map[int]struct{}{}, kind}, {textSet("a"), map[string]int{}, kind}, {numbers("1.5"), map[int]struct{}{}, inexact}, {textSet("a", "a"), map[string]struct{}{}, dynamoconn.ErrInvalidRequest}},
		},
		"structs": {
			both:          []mapped{{struct{ B, A int }{1, 2}, mapOf(dynamoconn.Long("B", 1), dynamoconn.Long("A", 2))}, {struct{}{}, mapOf([]dynamoconn.KeyValue{}...)}},
			reads:         []mapped{{address{City: "x"}, mapOf(dynamoconn.String("city", "x"), dynamoconn.Long("other", 1))}},
			refused:       []refusedRead{{list(), address{}, kind}, {mapOf(dynamoconn.Long("City", 1)), address{}, kind}, {mapOf(dynamoconn.String("City", ""), dynamoconn.String("City", "")), address{}, dynamoconn.ErrInvalidRequest}, {mapOf(), struct{ a int }{}, kind}},
			refusedWrites: []any{struct{ a int }{}},
		},
		"embedded structs": {
			both: []mapped{
				{ownEmbedding{hidden{"d"}, &Exported{7}}, mapOf(dynamoconn.String("Deep", "d"), dynamoconn.Long("E", 7))},
				{ownEmbedding{hidden: hidden{"d"}}, mapOf(dynamoconn.String("Deep", "d"))},
			},
			refused: []refusedRead{{mapOf(dynamoconn.String("Deep", "d")), hiddenPointer{}, dynamoconn.ErrInvalidRequest}},
		},
		"pointers": {
			both:          []mapped{{&seven, long(7)}, {&pointer, long(7)}, {(*int)(nil), null}},
			refused:       []refusedRead{{str("x"), &seven, kind}},
			refusedWrites: []any{ring},
		},
		"`any`": {
			both: []mapped{
				{map[string]any{
					"a": "x", "b": dynamoconn.MustNumber("1.50"), "c": true, "d": []byte{1}, "e": []any{nil, dynamoconn.MustNumber("7")},
					"f": map[string]any{"g": "h"}, "i": [][]byte{{1}}, "j": textSet("x"), "k": numbers("1.50"),
				}, mapOf(
					dynamoconn.String("a", "x"), dynamoconn.Decimal("b", dynamoconn.MustNumber("1.50")), dynamoconn.Boolean("c", true),
					dynamoconn.Binary("d", []byte{1}), dynamoconn.List("e", null, long(7)), dynamoconn.Map("f", dynamoconn.String("g", "h")),
					dynamoconn.BinarySet("i", []byte{1}), dynamoconn.StringSet("j", "x"), dynamoconn.NumberSet("k", dynamoconn.MustNumber("1.50")),
				)},
			},
			reads: []mapped{{struct{ A any }{dynamoconn.MustNumber("7")}, mapOf(dynamoconn.Long("A", 7))}, {struct{ A any }{}, mapOf(dynamoconn.Null("A"))}},
		},
		"other interfaces": {
			refused: []refusedRead{{mapOf(dynamoconn.Long("A", 1)), interfaces{}, kind}, {mapOf(dynamoconn.Long("A", 1)), interfaces{time.Second}, kind}},
		},
		"Marshaler, Unmarshaler": {
			both:          []mapped{{money{7}, long(7)}, {[]money{{7}}, list(long(7))}, {map[string]money{"a": {7}}, mapOf(dynamoconn.Long("a", 7))}, {(*money)(nil), null}},
			refused:       []refusedRead{{str("x"), money{}, errNoGrade}},
			refusedWrites: []any{failing{}},
		},
		"TextMarshaler, TextUnmarshaler": {
			both:          []mapped{{secret{"x"}, str("x")}, {gradeText{2}, mapOf(dynamoconn.String("A", "C"))}, {grade(2), long(2)}, {[]secret{{"x"}}, list(str("x"))}},
			reads:         []mapped{{grade(2), str("C")}, {gradeText{2}, mapOf(dynamoconn.Long("A", 2))}},
			refused:       []refusedRead{{str("CC"), grade(0), errNoGrade}, {long(1), secret{}, kind}},
			refusedWrites: []any{gradeText{-1}},
		},
		"`KeyValue` and its types": {
			both: []mapped{
				{keyValues{str("x"), dynamoconn.Long("", 7), dynamoconn.KeyValueDecimal{DecimalValue: dynamoconn.MustNumber("1.5")}}, mapOf(
					dynamoconn.String("A", "x"), dynamoconn.Long("B", 7), dynamoconn.Decimal("C", dynamoconn.MustNumber("1.5")))},
			},
			reads:         []mapped{{keyValues{B: dynamoconn.Long("", 7)}, mapOf(dynamoconn.Null("A"), dynamoconn.Decimal("B", dynamoconn.MustNumber("7.0")), dynamoconn.Null("C"))}},
			refused:       []refusedRead{{mapOf(dynamoconn.String("B", "")), keyValues{}, kind}, {mapOf(dynamoconn.Decimal("B", dynamoconn.MustNumber("0.5"))), keyValues{}, inexact}},
			refusedWrites: []any{keyValues{A: dynamoconn.Long("B", 7)}},
		},
		"`types.AttributeValue` and its types": {
			both: []mapped{
				{attributeValues{&types.AttributeValueMemberN{Value: "1.0"}, &types.AttributeValueMemberS{Value: "x"}, types.AttributeValueMemberSS{Value: []string{"a"}}},
					mapOf(dynamoconn.Decimal("A", dynamoconn.MustNumber("1.0")), dynamoconn.String("B", "x"), dynamoconn.StringSet("C", "a"))},
				{[]types.AttributeValue{nil}, list(null)},
			},
			refused: []refusedRead{{mapOf(dynamoconn.Long("B", 1)), attributeValues{}, kind}},
			refusedWrites: []any{
				&types.AttributeValueMemberSS{}, &types.AttributeValueMemberN{Value: "x"}, &types.UnknownUnionMember{},
				types.AttributeValueMemberL{Value: []types.AttributeValue{nil}}, struct{ types.AttributeValue }{&types.AttributeValueMemberBOOL{}},
			},
		},
		"`Item`": {
			both:          []mapped{{dynamoconn.Item{dynamoconn.Long("a", 7)}, mapOf(dynamoconn.Long("a", 7))}, {dynamoconn.Item(nil), null}},
			refused:       []refusedRead{{list(), dynamoconn.Item{}, kind}},
			refusedWrites: []any{dynamoconn.Item{nil}},
		},
		"`chan`, `func`, `complex128`": {
			refused:       []refusedRead{{long(1), make(chan int), kind}, {long(1), func() {}, kind}, {long(1), 1i, kind}},
			refusedWrites: []any{make(chan int), func() {}, 1i},
		},
	}
}()

func TestTableOfGoTypes(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/structs.md")
	require.NoError(t, err)
	_, rows, _ := strings.Cut(string(page), "| Go type |")
	rows, _, _ = strings.Cut(rows, "\n\n")
	var names []string
	for _, line := range strings.Split(rows, "\n")[2:] {
		names = append(names, strings.TrimSpace(strings.Split(line, "|")[1]))
	}
	var tested []string
	for name := range mappingTable {
		tested = append(tested, name)
	}
	assert.ElementsMatch(t, names, tested)
	for name, row := range mappingTable {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.check(t)
		})
	}
}

func (row mappingRow) check(t *testing.T) {
	for _, m := range row.both {
		got, err := dynamoconn.MarshalValue("", m.value)
		require.NoError(t, err, "%#v", m.value)
		assert.Equal(t, m.kv, got)
	}
	for _, m := range append(row.both, row.reads...) {
		into := reflect.New(reflect.TypeOf(m.value))
		require.NoError(t, dynamoconn.UnmarshalValue(m.kv, into.Interface()), "%s", m.kv)
		assert.Equal(t, m.value, into.Elem().Interface())
		fromWire, err := dynamoconn.ReadFromWire(m.kv, reflect.TypeOf(m.value))
		require.NoError(t, err, "%s", m.kv)
		assert.Equal(t, m.value, fromWire, "%s", m.kv)
	}
	for _, r := range row.refused {
		into := reflect.New(reflect.TypeOf(r.into))
		into.Elem().Set(reflect.ValueOf(r.into))
		err := dynamoconn.UnmarshalValue(r.kv, into.Interface())
		require.ErrorIs(t, err, r.err, "%s into %T", r.kv, r.into)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field)
		_, fromWire := dynamoconn.ReadFromWire(r.kv, reflect.TypeOf(r.into))
		if errors.Is(fromWire, dynamoconn.ErrCorruptResponse) {
			require.ErrorIs(t, r.err, dynamoconn.ErrInvalidRequest, "what DynamoDB does not store is damage")
			continue
		}
		require.ErrorIs(t, fromWire, r.err, "%s into %T", r.kv, r.into)
		require.ErrorAs(t, fromWire, &field)
	}
	for _, value := range row.refusedWrites {
		_, err := dynamoconn.MarshalValue("", value)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, "%#v", value)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field)
	}
}
