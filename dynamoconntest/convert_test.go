package dynamoconntest_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// Short forms of the SDK's values.
func list(vs ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: append([]types.AttributeValue{}, vs...)}
}
func mapOf(it item) types.AttributeValue { return &types.AttributeValueMemberM{Value: it} }

var null = &types.AttributeValueMemberNULL{Value: true}

// withMarshaler stores itself, as attributevalue.UnixTime does.
type withMarshaler struct{ hidden string }

func (w *withMarshaler) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberS{Value: "marshaled " + w.hidden}, nil
}

func TestLoadStoresWhatMarshalMakes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 2, 3, 4, 5, 6, 7, time.UTC)
	kv := dynamoconn.String("v", "x")
	type embedsTime struct{ time.Time }
	seven := 7
	for name, test := range map[string]struct {
		value any
		want  types.AttributeValue
	}{
		"time.Time":           {at, str("2026-02-03T04:05:06.000000007Z")},
		"a pointer to one":    {&at, str("2026-02-03T04:05:06.000000007Z")},
		"a zero time":         {time.Time{}, str("0001-01-01T00:00:00Z")},
		"Number":              {dynamoconn.MustNumber("12345678901234567890.5"), num("12345678901234567890.5")},
		"a pointer to Number": {new(dynamoconn.Number), num(0)},
		"json.Number":         {json.Number("1.50"), num("1.5")},
		"big.Int":             {*big.NewInt(7), num(7)},
		"a pointer to it":     {big.NewInt(7), num(7)},
		"netip.Addr":          {netip.MustParseAddr("10.0.0.1"), str("10.0.0.1")},
		"KeyValue":            {kv, str("x")},
		"KeyValue as struct":  {*kv, str("x")},
		"KeyValues":           {[]dynamoconn.KeyValue{dynamoconn.Long("", 1), dynamoconn.Null("")}, list(num(1), null)},
		"Item":                {dynamoconn.Item{dynamoconn.NumberSet("a", dynamoconn.MustNumber("1"))}, mapOf(item{"a": &types.AttributeValueMemberNS{Value: []string{"1"}}})},
		"DynamoDBJSON":        {dynamoconn.DynamoDBJSON{kv}, mapOf(item{"v": str("x")})},
		"a list of Items":     {[]dynamoconn.Item{{kv}, {}}, list(mapOf(item{"v": str("x")}), mapOf(item{}))},
		"an SDK Marshaler":    {withMarshaler{"y"}, str("marshaled y")},
		"an SDK value":        {list(), list()},
		"[][]byte":            {[][]byte{{2}, {1}}, &types.AttributeValueMemberBS{Value: [][]byte{{1}, {2}}}},
		"an array of bytes":   {[2]byte{1, 2}, &types.AttributeValueMemberB{Value: []byte{1, 2}}},
		"a nil slice":         {[]int(nil), null},
		"an empty slice":      {[]int{}, list()},
		"a nil map":           {map[string]int(nil), null},
		"integers as names":   {map[int]string{-1: "x"}, mapOf(item{"-1": str("x")})},
		"texts as names":      {map[netip.Addr]bool{netip.MustParseAddr("::1"): true}, mapOf(item{"::1": &types.AttributeValueMemberBOOL{Value: true}})},
		"an embedded time":    {embedsTime{at}, mapOf(item{"Time": str("2026-02-03T04:05:06.000000007Z")})},
		"an empty struct":     {struct{}{}, mapOf(item{})},
		"options": {struct {
			SS    []string          `dynamodbav:"ss,stringset"`
			NS    []int             `dynamodbav:"ns,numberset"`
			BS    [][2]byte         `dynamodbav:"bs,binaryset"`
			None  []string          `dynamodbav:",stringset,omitempty"`
			Empty []string          `dynamodbav:"empty,stringset,nullempty"`
			Unix  time.Time         `dynamodbav:"unix,unixtime"`
			UnixP *time.Time        `dynamodbav:"unixp,unixtime"`
			Text  int               `dynamodbav:"text,string"`
			Price dynamoconn.Number `dynamodbav:"price,string,omitempty"`
			Zero  string            `dynamodbav:"zero,nullempty"`
			Elems []*int            `dynamodbav:"elems,omitemptyelem"`
			Any   any               `dynamodbav:"any"`
			Gone  chan string       `dynamodbav:"-"`
		}{
			SS: []string{"b", "a"}, NS: []int{2, 1}, BS: [][2]byte{{1, 2}}, Empty: []string{}, Unix: at, UnixP: &at, Text: 5,
			Elems: []*int{nil, &seven}, Any: big.NewRat(1, 2), Price: dynamoconn.MustNumber("7"),
		}, mapOf(item{
			"ss": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"1", "2"}},
			"bs": &types.AttributeValueMemberBS{Value: [][]byte{{1, 2}}}, "empty": null, "unix": num(at.Unix()), "unixp": num(at.Unix()),
			"text": str("5"), "price": str("7"), "zero": null, "elems": list(num(7)), "any": num("0.5"),
		})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, c := newTable(t)
			require.NoError(t, db.Load("Tab", map[string]any{"p": "a", "s": 1, "v": test.value}))
			assert.Equal(t, test.want, get(t, c, key("a", 1))["v"])
		})
	}
}

type LoadBase struct {
	P, Hidden string
	Year      int
	Both      int `dynamodbav:"both"`
}

type loadHidden struct{ Inner string }

type LoadPointer struct{ Absent string }

func TestLoadFlattensEmbeddedStructs(t *testing.T) {
	t.Parallel()
	type other struct {
		Other int `dynamodbav:"both"`
		Deep  string
	}
	type song struct {
		LoadBase
		loadHidden
		*LoadPointer
		other
		Named  LoadBase `dynamodbav:"named"`
		Hidden string   `dynamodbav:"Hidden,omitempty"`
		S      int
		mu     sync.Mutex //nolint:unused // it is not exported, so it is not stored
	}
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Songs", PartitionKey: "P", SortKey: "S:N"}))
	require.NoError(t, db.Load("Songs", &song{LoadBase: LoadBase{P: "a", Hidden: "below", Year: 1999, Both: 1}, loadHidden: loadHidden{"in"}, other: other{2, "deep"}, S: 1}))
	got, err := db.Client(t).GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Songs", Item: dynamoconn.Item{dynamoconn.String("P", "a"), dynamoconn.Long("S", 1)}})
	require.NoError(t, err)
	want := dynamoconn.Item{
		dynamoconn.String("P", "a"), dynamoconn.Long("S", 1), dynamoconn.Long("Year", 1999), dynamoconn.String("Inner", "in"), dynamoconn.String("Deep", "deep"),
		dynamoconn.Map("named", dynamoconn.String("P", ""), dynamoconn.String("Hidden", ""), dynamoconn.Long("Year", 0), dynamoconn.Long("both", 0)),
	}
	assert.True(t, want.Equal(got.Item), got.Item)
}

func TestLoadRefusesWhatItCannotKeepAndNamesThePath(t *testing.T) {
	t.Parallel()
	type cycle struct{ Next *cycle }
	round := &cycle{}
	round.Next = round
	for name, test := range map[string]struct {
		value any
		path  string
		cause error
	}{
		"an error":                {errors.New("x"), "v", nil},
		"a pointer to a mutex":    {&sync.Mutex{}, "v", nil},
		"a struct without fields": {struct{ hidden int }{1}, "v", nil},
		"a function":              {func() {}, "v", nil},
		"a complex number":        {1i, "v", nil},
		"NaN":                     {[]float64{1, math.NaN()}, "v[1]", dynamoconn.ErrInvalidNumber},
		"39 digits":               {json.Number(strings.Repeat("1", 39)), "v", dynamoconn.ErrInvalidNumber},
		"invalid UTF-8":           {map[string]string{"a": "\xff"}, "v.a", nil},
		"a member twice": {struct {
			Tags []string `dynamodbav:"tags,stringset"`
		}{[]string{"a", "a"}}, "v.tags[1]", nil},
		"a member of another type": {struct {
			Tags []int `dynamodbav:"tags,stringset"`
		}{[]int{1}}, "v.tags[0]", nil},
		"a KeyValue of another name":    {dynamoconn.String("w", "x"), "v", nil},
		"a cycle":                       {round, "", nil},
		"a name that is empty":          {map[string]int{"": 1}, `v.""`, nil},
		"a channel as name":             {map[chan int]int{nil: 1}, "v", nil},
		"a KeyValue without a value":    {dynamoconn.Item{nil}, "v[0]", nil},
		"names in a list of KeyValues":  {dynamoconn.List("", dynamoconn.Long("a", 1)), "v[0]", nil},
		"an empty set of this library":  {dynamoconn.Item{dynamoconn.StringSet("tags")}, "v.tags", nil},
		"a number of the SDK in a list": {list(num(1), num("x")), "v[1]", dynamoconn.ErrInvalidNumber},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, c := newTable(t)
			err := db.Load("Tab", map[string]any{"p": "a", "s": 1, "v": test.value})
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			var field *dynamoconn.FieldError
			require.ErrorAs(t, err, &field)
			if test.path != "" {
				assert.Equal(t, test.path, field.Path)
			}
			if test.cause != nil {
				require.ErrorIs(t, err, test.cause)
			}
			assert.Nil(t, get(t, c, key("a", 1)))
		})
	}
}

func TestLoadJSONTakesTheLinesOfAnExport(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	require.NoError(t, db.LoadJSON("Tab", strings.NewReader(`{"Item":{"p":{"S":"a"},"s":{"N":"1"},"v":{"M":{"x":{"NULL":true}}}}}
{"Item":{"p":{"S":"a"},"s":{"N":"2"}}}
`)))
	assert.Equal(t, merge(key("a", 1), item{"v": mapOf(item{"x": null})}), get(t, c, key("a", 1)))
	assert.Equal(t, key("a", 2), get(t, c, key("a", 2)))

	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Items", PartitionKey: "Item"}, dynamoconntest.Table{Name: "Types", PartitionKey: "S"}))
	require.NoError(t, db.LoadJSON("Items", strings.NewReader(`{"Item":{"S":"a key named Item"}} {"Item":"plain"}`)))
	require.NoError(t, db.LoadJSON("Types", strings.NewReader(`{"Item":{"S":{"S":"a key named S"}}}`)))
}

func TestLoadJSONRefusesANameTwice(t *testing.T) {
	t.Parallel()
	for text, path := range map[string]string{
		`{"p":"a","s":1,"s":2}`:                                   "s",
		`{"p":"a","s":1,"m":{"x":1,"x":1}}`:                       "m.x",
		`{"p":"a","s":1,"l":[{"x":1,"x":1}]}`:                     "l[0].x",
		`{"p":"a","s":1,"m":{"M":{"x":{"N":"1"},"x":{"N":"1"}}}}`: "m.x",
		`{"Item":{"p":{"S":"a"},"p":{"S":"b"},"s":{"N":"1"}}}`:    "Item.p",
	} {
		db, _ := newTable(t)
		err := db.LoadJSON("Tab", strings.NewReader(text))
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, text)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field, text)
		assert.Equal(t, path, field.Path, text)
	}
}

func TestLoadErrorsDoNotShowTheProtocol(t *testing.T) {
	t.Parallel()
	db, _ := newTable(t)
	for _, err := range []error{
		db.LoadJSON("Tab", strings.NewReader(`{"p":"a"}`)),
		db.LoadJSON("Tab", strings.NewReader(`{"p":"a","s":1,"v":{"SS":{}}}`)),
		db.LoadJSON("Tab", strings.NewReader(`{"p":"a","s":1,"v":{"L":["x"]}}`)),
		db.LoadJSON("Nope", strings.NewReader(`{"p":"a","s":1}`)),
		db.Load("Tab", map[string]any{"p": "a", "s": "x"}),
		db.CreateTable(dynamoconntest.Table{Name: "x", PartitionKey: "p"}),
	} {
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "com.amazon")
		assert.NotContains(t, err.Error(), "java")
	}
}
