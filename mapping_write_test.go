package dynamoconn_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

type (
	address struct {
		City string
		Zip  *string `dynamodbav:"zip,omitempty"`
	}
	hidden    struct{ Deep string }
	embedding struct {
		hidden
		*address
		City    string // dominates address.City
		private string
	}
	left  struct{ Same, Left string }
	right struct {
		Same  string
		Right string `dynamodbav:"R"`
	}
	ambiguous struct {
		left
		right
	}
	tagWins struct {
		left
		named
	}
	named struct {
		Tagged string `dynamodbav:"Same"`
	}
	timed struct {
		time.Time
		Name string
	}
	node struct {
		Name string
		Next *node            `dynamodbav:",omitempty"`
		Kids map[string]*node `dynamodbav:",omitempty"`
	}
	ring struct{ *ring }
	// grade is an enumeration with a text.
	grade int
	// secret has what only its text shows.
	secret struct{ inner string }
	money  struct{ cents int64 }
)

func (g grade) MarshalText() ([]byte, error) {
	if g < 0 {
		return nil, errNoGrade
	}
	return []byte{'A' + byte(g)}, nil
}

func (g *grade) UnmarshalText(text []byte) error {
	if len(text) != 1 {
		return errNoGrade
	}
	*g = grade(text[0] - 'A')
	return nil
}

func (s secret) MarshalText() ([]byte, error)     { return []byte(s.inner), nil }
func (s *secret) UnmarshalText(text []byte) error { s.inner = string(text); return nil }

func (m *money) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return dynamoconn.ToAttributeValue(dynamoconn.Long("", m.cents))
}

func (m *money) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	kv, err := dynamoconn.FromAttributeValue("", av)
	if err != nil {
		return err
	}
	long, ok := kv.(*dynamoconn.KeyValueLong)
	if !ok {
		return errNoGrade
	}
	m.cents = long.LongValue
	return nil
}

var errNoGrade = errors.New("no grade")

func TestMarshalTakesFieldsByGosRules(t *testing.T) {
	t.Parallel()
	zip := "13001"
	for name, test := range map[string]struct {
		value any
		want  dynamoconn.Item
	}{
		"order of the fields": {struct{ B, A string }{"b", "a"}, dynamoconn.Item{dynamoconn.String("B", "b"), dynamoconn.String("A", "a")}},
		"names from tags": {struct {
			A string `dynamodbav:"a.b"`
			B string `dynamodbav:"-"`
			C string `dynamodbav:",unknown"`
			D string `json:"d"`
		}{"a", "b", "c", "d"}, dynamoconn.Item{dynamoconn.String("a.b", "a"), dynamoconn.String("C", "c"), dynamoconn.String("D", "d")}},
		"embedded structs": {
			embedding{hidden{"d"}, &address{"inner", &zip}, "outer", "p"},
			dynamoconn.Item{dynamoconn.String("Deep", "d"), dynamoconn.String("zip", zip), dynamoconn.String("City", "outer")},
		},
		"nil in place of an embedded struct": {embedding{}, dynamoconn.Item{dynamoconn.String("Deep", ""), dynamoconn.String("City", "")}},
		"ambiguous names are no fields": {
			ambiguous{left{"x", "l"}, right{"y", "r"}},
			dynamoconn.Item{dynamoconn.String("Left", "l"), dynamoconn.String("R", "r")},
		},
		"a tag wins": {tagWins{left{"x", "l"}, named{"y"}}, dynamoconn.Item{dynamoconn.String("Left", "l"), dynamoconn.String("Same", "y")}},
		"embedded value": {
			timed{time.Unix(0, 0).UTC(), "x"},
			dynamoconn.Item{dynamoconn.String("Time", "1970-01-01T00:00:00Z"), dynamoconn.String("Name", "x")},
		},
		"struct with itself": {
			&node{"a", &node{Name: "b"}, map[string]*node{"x": nil}},
			dynamoconn.Item{
				dynamoconn.String("Name", "a"), dynamoconn.Map("Next", dynamoconn.String("Name", "b")),
				dynamoconn.Map("Kids", dynamoconn.Null("x")),
			},
		},
		"struct that embeds itself": {ring{}, dynamoconn.Item{}},
		"map":                       {map[string]any{"b": 1, "a": nil}, dynamoconn.Item{dynamoconn.Null("a"), dynamoconn.Long("b", 1)}},
		"Item":                      {dynamoconn.Item{dynamoconn.Long("a", 1)}, dynamoconn.Item{dynamoconn.Long("a", 1)}},
		"nil KeyValue in a field":   {struct{ A dynamoconn.KeyValue }{}, dynamoconn.Item{dynamoconn.Null("A")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := dynamoconn.Marshal(test.value)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestMarshalFollowsTheOptionsOfTags(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("", 3600))
	type options struct {
		Omitted      []string            `dynamodbav:",omitempty"`
		OmittedTime  time.Time           `dynamodbav:",omitempty"`
		OmittedZero  time.Time           `dynamodbav:",omitzero"`
		OmittedOwn   dynamoconn.Number   `dynamodbav:",omitempty"`
		ZeroStruct   address             `dynamodbav:",omitzero"`
		KeptStruct   address             `dynamodbav:",omitempty"`
		KeptSlice    []string            `dynamodbav:",omitzero"`
		Null         int                 `dynamodbav:",nullempty"`
		Text         int64               `dynamodbav:",string"`
		TextUint     uint8               `dynamodbav:",string"`
		TextJSON     json.Number         `dynamodbav:",string"`
		TextOfText   string              `dynamodbav:",string"`
		Unix         time.Time           `dynamodbav:",unixtime"`
		UnixPointer  *time.Time          `dynamodbav:",unixtime"`
		Names        []string            `dynamodbav:",stringset"`
		NameKeys     map[string]struct{} `dynamodbav:",stringset"`
		NoNames      []string            `dynamodbav:",stringset"`
		EmptyNames   []string            `dynamodbav:",stringset,omitempty"`
		NullNames    []string            `dynamodbav:",stringset,nullempty"`
		Numbers      [2]float64          `dynamodbav:",numberset"`
		NumberKeys   map[int]struct{}    `dynamodbav:",numberset"`
		Binaries     [][1]byte           `dynamodbav:",binaryset"`
		Grades       []grade             `dynamodbav:",stringset"`
		Grade        grade               `dynamodbav:",text"`
		PlainGrade   grade
		SomeElements []string       `dynamodbav:",omitemptyelem"`
		NullElements map[string]int `dynamodbav:",nullemptyelem"`
		Keys         map[string]struct{}
	}
	got, err := dynamoconn.Marshal(options{
		Omitted: []string{}, KeptSlice: []string{}, Text: -7, TextUint: 8, TextJSON: "1.50", TextOfText: "x", Unix: when, UnixPointer: &when,
		Names: []string{"b", "a"}, NameKeys: map[string]struct{}{"b": {}, "a": {}}, EmptyNames: []string{}, NullNames: []string{},
		Numbers: [2]float64{1, 0.5}, NumberKeys: map[int]struct{}{10: {}, 9: {}}, Binaries: [][1]byte{{1}}, Grades: []grade{1}, Grade: 2, PlainGrade: 2,
		SomeElements: []string{"", "x"}, NullElements: map[string]int{"a": 0, "b": 1}, Keys: map[string]struct{}{"x": {}},
	})
	require.NoError(t, err)
	number := dynamoconn.MustNumber
	assert.Equal(t, dynamoconn.Item{
		dynamoconn.Map("KeptStruct", dynamoconn.String("City", "")),
		dynamoconn.List("KeptSlice", []dynamoconn.KeyValue{}...),
		dynamoconn.Null("Null"),
		dynamoconn.String("Text", "-7"),
		dynamoconn.String("TextUint", "8"),
		dynamoconn.String("TextJSON", "1.50"),
		dynamoconn.String("TextOfText", "x"),
		dynamoconn.Long("Unix", when.Unix()),
		dynamoconn.Long("UnixPointer", when.Unix()),
		dynamoconn.StringSet("Names", "b", "a"),
		dynamoconn.StringSet("NameKeys", "a", "b"),
		dynamoconn.Null("NoNames"),
		dynamoconn.Null("NullNames"),
		dynamoconn.NumberSet("Numbers", number("1"), number("0.5")),
		dynamoconn.NumberSet("NumberKeys", number("9"), number("10")),
		dynamoconn.BinarySet("Binaries", []byte{1}),
		dynamoconn.StringSet("Grades", "B"),
		dynamoconn.String("Grade", "C"),
		dynamoconn.Long("PlainGrade", 2),
		dynamoconn.List("SomeElements", dynamoconn.String("", "x")),
		dynamoconn.Map("NullElements", dynamoconn.Null("a"), dynamoconn.Long("b", 1)),
		dynamoconn.Map("Keys", dynamoconn.Map("x", []dynamoconn.KeyValue{}...)),
	}, got)
}

func TestMarshalRefusesWhatWouldBeLost(t *testing.T) {
	t.Parallel()
	loop := &node{Name: "a"}
	loop.Next = loop
	type (
		sets struct {
			S []string         `dynamodbav:",stringset"`
			N []float64        `dynamodbav:",numberset"`
			B [][]byte         `dynamodbav:",binaryset"`
			M map[any]struct{} `dynamodbav:",numberset"`
		}
		outer struct{ Inner map[string][]any }
	)
	for name, test := range map[string]struct {
		value      any
		path, rule string
	}{
		"no value":               {nil, "", "is null, and an item is a Go struct, a map or an Item"},
		"nil pointer":            {(*node)(nil), "", "is null, and an item is a Go struct, a map or an Item"},
		"no struct":              {"x", "", "is a string, and an item is a Go struct, a map or an Item"},
		"cycle":                  {loop, "Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next.Next", "is nested deeper than 32 levels"},
		"NaN":                    {outer{map[string][]any{"a b": {1, math.NaN()}}}, `Inner."a b"[1]`, "invalid number: value is NaN or infinite"},
		"chan":                   {struct{ A chan int }{make(chan int)}, "A", "is a Go chan int, which is no value of DynamoDB"},
		"empty set":              {sets{S: []string{}}, "S", "a set must not be empty"},
		"member twice":           {sets{S: []string{"a", "b", "a"}}, "S[2]", "is in the set twice"},
		"number twice":           {sets{N: []float64{0, math.Copysign(0, -1)}}, "N[1]", "is in the set twice"},
		"empty binary set":       {struct{ A [][]byte }{[][]byte{}}, "A", "a set must not be empty"},
		"binary twice":           {sets{B: [][]byte{{1}, {1}}}, "B[1]", "is in the set twice"},
		"nil in a set":           {sets{B: [][]byte{nil}}, "B[0]", "is null, not a binary"},
		"string in a number set": {sets{M: map[any]struct{}{"x": {}}}, "M[0]", "is a string, not a number"},
		"number in a string set": {struct {
			A []any `dynamodbav:",stringset"`
		}{[]any{1}}, "A[0]", "is a number, not a string"},
		"set of a scalar": {struct {
			A int `dynamodbav:",numberset"`
		}{}, "A", "is a Go int, which cannot be a numberset"},
		"set of bytes": {struct {
			A []byte `dynamodbav:",numberset"`
		}{[]byte{1}}, "A", "is a Go []uint8, which cannot be a numberset"},
		"two sets": {struct {
			A []int `dynamodbav:",numberset,stringset"`
		}{}, "A", "has a tag with two kinds of set"},
		"omitted and null": {struct {
			A int `dynamodbav:",omitempty,nullempty"`
		}{}, "A", "is empty, and its tag has both omitempty and nullempty"},
		"two fields of a name": {struct {
			A, B int
			C    int `dynamodbav:"A"`
			D    int `dynamodbav:"A"`
		}{}, "A", "is the name of two fields"},
		"name is no UTF-8": {struct {
			A int `dynamodbav:"\xff"`
		}{}, `"\xff"`, "the name must be valid UTF-8"},
		"no UTF-8":                {struct{ A string }{"\xff"}, "A", "must be valid UTF-8"},
		"no UTF-8 in a name":      {map[string]int{"\xff": 1}, `"\xff"`, "the name must be valid UTF-8"},
		"empty name":              {map[string]int{"": 1}, `""`, "the name must not be empty"},
		"other name":              {struct{ A dynamoconn.KeyValue }{dynamoconn.Long("B", 1)}, "A", "has another name than its key in the map"},
		"named element":           {struct{ A []dynamoconn.KeyValue }{[]dynamoconn.KeyValue{dynamoconn.Long("B", 1)}}, "A[0]", "an element of a list has no name"},
		"nil element":             {struct{ A []dynamoconn.KeyValue }{[]dynamoconn.KeyValue{nil}}, "A[0]", "must be one of the eleven KeyValue types, and not nil"},
		"KeyValue that is broken": {struct{ A dynamoconn.KeyValue }{dynamoconn.StringSet("A", "x", "x")}, "A[1]", "is in the set twice"},
		"Item that is broken":     {struct{ A dynamoconn.Item }{dynamoconn.Item{dynamoconn.String("B", "\xff")}}, "A.B", "must be valid UTF-8"},
		"long big.Int":            {struct{ A *big.Int }{new(big.Int).Exp(big.NewInt(3), big.NewInt(100), nil)}, "A", "invalid number, inexact: more than 38 significant digits"},
		"big.Int by value":        {struct{ A big.Int }{*new(big.Int).Exp(big.NewInt(3), big.NewInt(100), nil)}, "A", "invalid number, inexact: more than 38 significant digits"},
		"late time":               {struct{ A time.Time }{time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}, "A", "is a time outside the years 0 to 9999, which RFC 3339 cannot write"},
		"text that fails": {struct {
			A grade `dynamodbav:",text"`
		}{-1}, "A", "no grade"},
		"nothing exported": {struct{ A struct{ a int } }{}, "A", "is a Go struct { a int }, a struct without an exported field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item, err := dynamoconn.Marshal(test.value)
			var field *dynamoconn.FieldError
			require.ErrorAs(t, err, &field)
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			assert.Nil(t, item)
			assert.Equal(t, test.path, field.Path)
			assert.Equal(t, test.rule, field.Rule)
		})
	}
	_, err := dynamoconn.Marshal(struct{ A *big.Rat }{big.NewRat(1, 3)})
	require.ErrorIs(t, err, dynamoconn.ErrInexact)
	require.EqualError(t, err, "invalid item: A: invalid number, inexact: more than 38 significant digits")
}

func TestMarshalValueTakesAnyValue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value any
		want  dynamoconn.KeyValue
	}{
		{nil, dynamoconn.Null("A")},
		{7, dynamoconn.Long("A", 7)},
		{address{City: "x"}, dynamoconn.Map("A", dynamoconn.String("City", "x"))},
		{dynamoconn.Long("", 7), dynamoconn.Long("A", 7)},
		{&money{7}, dynamoconn.Long("A", 7)},
		{money{7}, dynamoconn.Long("A", 7)},
		{secret{"x"}, dynamoconn.String("A", "x")},
		{netip.MustParseAddr("::1"), dynamoconn.String("A", "::1")},
		{time.Date(1930, 1, 1, 0, 0, 0, 0, time.FixedZone("", 1172)), dynamoconn.String("A", "1929-12-31T23:40:28Z")},
	} {
		got, err := dynamoconn.MarshalValue("A", test.value)
		require.NoError(t, err)
		assert.Equal(t, test.want, got)
	}
	_, err := dynamoconn.MarshalValue("A", []any{math.Inf(1)})
	require.EqualError(t, err, "invalid item: A[0]: invalid number: value is NaN or infinite")
	_, err = dynamoconn.MarshalValue("A", dynamoconn.Long("B", 1))
	require.EqualError(t, err, "invalid item: A: has another name than its key in the map")
}

// failing is a Marshaler that fails.
type failing struct{}

func (failing) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) { return nil, errNoGrade }

func TestOmitemptyelemLeavesOutANilBehindPointers(t *testing.T) {
	t.Parallel()
	var none *int
	var self any
	self = &self
	item, err := dynamoconn.Marshal(struct {
		List []**int        `dynamodbav:",omitemptyelem"`
		Map  map[string]any `dynamodbav:",omitemptyelem"`
		Kept []any          `dynamodbav:",omitempty"`
	}{[]**int{&none}, map[string]any{"a": none, "b": &none, "c": 7}, []any{none}})
	require.NoError(t, err)
	want := dynamoconn.Item{
		dynamoconn.List("List"), dynamoconn.Map("Map", dynamoconn.Long("c", 7)), dynamoconn.List("Kept", dynamoconn.Null("")),
	}
	assert.True(t, want.Equal(item), item)

	_, err = dynamoconn.Marshal(struct {
		List []any `dynamodbav:",omitemptyelem"`
	}{[]any{self}})
	require.EqualError(t, err, "invalid item: List[0]: is a pointer that leads to itself")
}
