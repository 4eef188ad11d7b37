package dynamoconn_test

import (
	"reflect"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

func TestUnmarshalSetsOnlyWhatTheItemHas(t *testing.T) {
	t.Parallel()
	type nested struct {
		Kept, Set string
		Inner     address
		Pointer   *address
		Map       map[string]int
		Slice     []address
		Null      int
		Embedded  string
		hidden
		Skipped string `dynamodbav:"-"`
	}
	zip := "13001"
	pointer := &address{City: "kept"}
	got := nested{Kept: "kept", Inner: address{City: "kept"}, Pointer: pointer, Map: map[string]int{"kept": 1, "b": 1}, Slice: []address{{Zip: &zip}}, Null: 7, Skipped: "kept"}
	require.NoError(t, dynamoconn.Unmarshal(dynamoconn.Item{
		dynamoconn.String("Set", "s"), dynamoconn.Map("Inner", dynamoconn.String("zip", zip)), dynamoconn.Map("Pointer", dynamoconn.String("zip", zip)),
		dynamoconn.Map("Map", dynamoconn.Long("b", 2)), dynamoconn.List("Slice", dynamoconn.Map("", dynamoconn.String("City", "x"))),
		dynamoconn.Null("Null"), dynamoconn.String("Deep", "d"), dynamoconn.String("Skipped", "no"), dynamoconn.Long("Unknown", 1),
	}, &got))
	assert.Equal(t, nested{
		Kept: "kept", Set: "s", Inner: address{"kept", &zip}, Pointer: &address{"kept", &zip}, Map: map[string]int{"kept": 1, "b": 2},
		Slice: []address{{City: "x"}}, hidden: hidden{"d"}, Skipped: "kept",
	}, got)
	assert.Same(t, pointer, got.Pointer)
}

func TestUnmarshalFindsFieldsByTheirNames(t *testing.T) {
	t.Parallel()
	type names struct {
		ID   int
		Name string `dynamodbav:"name"`
	}
	for name, test := range map[string]struct {
		item dynamoconn.Item
		want names
	}{
		"exact":                {dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.String("name", "x")}, names{1, "x"}},
		"other case":           {dynamoconn.Item{dynamoconn.Long("id", 1), dynamoconn.String("NAME", "x")}, names{1, "x"}},
		"exact before other":   {dynamoconn.Item{dynamoconn.Long("id", 1), dynamoconn.Long("ID", 2)}, names{ID: 2}},
		"exact after other":    {dynamoconn.Item{dynamoconn.Long("ID", 2), dynamoconn.Long("id", 1)}, names{ID: 2}},
		"no field for another": {dynamoconn.Item{dynamoconn.Long("identity", 2)}, names{}},
	} {
		var got names
		require.NoError(t, dynamoconn.Unmarshal(test.item, &got), name)
		assert.Equal(t, test.want, got, name)
	}
	err := dynamoconn.Unmarshal(dynamoconn.Item{dynamoconn.Long("id", 2), dynamoconn.Long("Id", 1)}, &names{})
	require.EqualError(t, err, "invalid item: Id: is in the item twice")
}

func TestUnmarshalIntoAnAnyThatHoldsAValue(t *testing.T) {
	t.Parallel()
	item := dynamoconn.Item{dynamoconn.Long("A", 7)}
	seven := dynamoconn.MustNumber("7")
	held := struct{ A int }{1}
	typed := dynamoconn.String("", "old")
	var self any
	self = &self
	for name, test := range map[string]struct{ holds, want any }{
		"nothing":             {nil, map[string]any{"A": seven}},
		"string":              {"x", map[string]any{"A": seven}},
		"struct":              {held, map[string]any{"A": seven}},
		"map":                 {map[string]int{"B": 1}, map[string]any{"A": seven}},
		"pointer to a struct": {&held, &struct{ A int }{7}},
		"pointer to an any":   {new(any), func() any { v := any(map[string]any{"A": seven}); return &v }()},
		"nil pointer":         {(*int)(nil), map[string]any{"A": seven}},
	} {
		got := test.holds
		require.NoError(t, dynamoconn.Unmarshal(item, &got), name)
		assert.Equal(t, test.want, got, name)
	}
	require.EqualError(t, dynamoconn.Unmarshal(item, &self), "invalid item: is a pointer that leads to itself")

	var number any = new(int8)
	require.ErrorIs(t, dynamoconn.UnmarshalValue(dynamoconn.Long("A", 300), &number), dynamoconn.ErrInexact)
	require.NoError(t, dynamoconn.UnmarshalValue(dynamoconn.Null(""), &number))
	assert.Nil(t, number)

	var keyValue dynamoconn.KeyValue = typed
	require.NoError(t, dynamoconn.UnmarshalValue(dynamoconn.Long("A", 7), &keyValue))
	assert.Equal(t, dynamoconn.Long("", 7), keyValue)
	assert.Equal(t, "old", typed.StringValue)
}

func TestUnmarshalErrorsNameThePlace(t *testing.T) {
	t.Parallel()
	type inner struct{ Small []int8 }
	type outer struct{ By map[string]*inner }
	item := func(kv dynamoconn.KeyValue) dynamoconn.Item {
		return dynamoconn.Item{dynamoconn.Map("By", dynamoconn.Map("a b", dynamoconn.List("Small", dynamoconn.Long("", 1), kv)))}
	}
	for _, test := range []struct {
		kv   dynamoconn.KeyValue
		err  error
		text string
	}{
		{dynamoconn.Long("", 300), dynamoconn.ErrInexact, `inexact: By."a b".Small[1]: is a number that a Go int8 cannot hold without loss`},
		{dynamoconn.String("", "x"), dynamoconn.ErrWrongKind, `attribute is of another kind: By."a b".Small[1]: is a string, which a Go int8 does not hold`},
		{nil, dynamoconn.ErrInvalidRequest, `invalid item: By."a b".Small[1]: must be one of the eleven KeyValue types, and not nil`},
	} {
		err := dynamoconn.Unmarshal(item(test.kv), &outer{})
		require.ErrorIs(t, err, test.err)
		require.EqualError(t, err, test.text)
	}
	err := dynamoconn.UnmarshalValue(dynamoconn.String("Grade", "AA"), new(grade))
	require.ErrorIs(t, err, errNoGrade)
	require.EqualError(t, err, "invalid item: Grade: no grade")
	err = dynamoconn.UnmarshalValue(dynamoconn.String("N", "x"), &struct{}{})
	require.EqualError(t, err, "attribute is of another kind: N: is a string, which a Go struct {} does not hold")
	type text struct {
		A int `dynamodbav:",string"`
	}
	err = dynamoconn.Unmarshal(dynamoconn.Item{dynamoconn.String("A", "seven")}, &text{})
	require.ErrorIs(t, err, dynamoconn.ErrWrongKind)
	require.ErrorIs(t, err, dynamoconn.ErrInvalidNumber)
	err = dynamoconn.Unmarshal(dynamoconn.Item{dynamoconn.Long("A", 1)}, &struct {
		A int `dynamodbav:",numberset,stringset"`
	}{})
	require.EqualError(t, err, "invalid item: A: has a tag with two kinds of set")
}

func TestUnmarshalOfNothing(t *testing.T) {
	t.Parallel()
	item := dynamoconn.Item{dynamoconn.Long("A", 1)}
	var song address
	require.ErrorIs(t, dynamoconn.Unmarshal(nil, &song), dynamoconn.ErrMissing)
	require.ErrorIs(t, dynamoconn.UnmarshalValue(nil, &song), dynamoconn.ErrMissing)
	require.ErrorIs(t, dynamoconn.UnmarshalValue((*dynamoconn.KeyValueLong)(nil), &song), dynamoconn.ErrInvalidRequest)
	require.NoError(t, dynamoconn.Unmarshal(dynamoconn.Item{}, &song))
	for text, into := range map[string]any{
		"invalid target: is nil, not a pointer":                          nil,
		"invalid target: is a Go dynamoconn_test.address, not a pointer": song,
		"invalid target: is a nil *dynamoconn_test.address":              (*address)(nil),
		"invalid target: is a Go map[string]int, not a pointer":          map[string]int{},
	} {
		err := dynamoconn.Unmarshal(item, into)
		require.EqualError(t, err, text)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	}
}

func TestUnmarshalEndsInAnItemThatContainsItself(t *testing.T) {
	t.Parallel()
	loop := dynamoconn.Map("A")
	loop.MapValue = dynamoconn.Item{loop}
	type itself struct{ A *itself }
	var untyped any
	for _, into := range []any{&untyped, &itself{}, &dynamoconn.Item{}} {
		err := dynamoconn.Unmarshal(loop.MapValue, into)
		if _, isItem := into.(*dynamoconn.Item); !isItem {
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
		}
	}
	wide := dynamoconn.List("A", dynamoconn.Long("", 1))
	for range 40 {
		wide = dynamoconn.List("", wide, wide)
	}
	require.ErrorIs(t, dynamoconn.UnmarshalValue(wide, &untyped), dynamoconn.ErrInvalidRequest)
}

func TestUnmarshalSharesNothingThatCanBeChanged(t *testing.T) {
	t.Parallel()
	type all struct {
		Bytes  []byte
		Set    [][]byte
		Any    any
		AnySet any
		Item   dynamoconn.Item
		Value  dynamoconn.KeyValue
	}
	item := dynamoconn.Item{
		dynamoconn.Binary("Bytes", []byte{1}), dynamoconn.BinarySet("Set", []byte{1}), dynamoconn.Binary("Any", []byte{1}),
		dynamoconn.StringSet("AnySet", "x"), dynamoconn.Map("Item", dynamoconn.Binary("A", []byte{1})), dynamoconn.Binary("Value", []byte{1}),
	}
	before := item.Clone()
	var got all
	require.NoError(t, dynamoconn.Unmarshal(item, &got))
	again, err := dynamoconn.Marshal(got)
	require.NoError(t, err)
	assert.True(t, again.Equal(item))
	got.Bytes[0], got.Set[0][0], got.Any.([]byte)[0], got.AnySet.(*dynamoconn.KeyValueStringSet).StringSetValue[0] = 9, 9, 9, "y"
	got.Item[0].(*dynamoconn.KeyValueBinary).BinaryValue[0], got.Value.(*dynamoconn.KeyValueBinary).BinaryValue[0] = 9, 9
	assert.Equal(t, before, item)
}

// Types that are first met by several goroutines at once, and contain themselves and each other.
func TestTypesAreFoundByManyGoroutinesAtOnce(t *testing.T) {
	t.Parallel()
	for range 20 {
		var types []reflect.Type // new to this process, in each round
		for i := range 4 {
			types = append(types, reflect.StructOf([]reflect.StructField{
				{Name: "A", Type: reflect.TypeFor[*left1]()}, {Name: "B", Type: reflect.ArrayOf(i+1, reflect.TypeFor[right1]())},
			}))
		}
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				v := reflect.New(types[i%4])
				item, err := dynamoconn.Marshal(v.Interface())
				assert.NoError(t, err)
				into := reflect.New(types[i%4])
				assert.NoError(t, dynamoconn.Unmarshal(item, into.Interface()))
				assert.Equal(t, v.Interface(), into.Interface())
			})
		}
		all.Wait()
	}
}

type (
	left1 struct {
		Name  string
		Right *right1
	}
	right1 struct {
		Lefts map[string]left1
		Self  []right1
	}
)

func TestAttributeNamesAreThoseThatMarshalMakes(t *testing.T) {
	t.Parallel()
	type inner struct{ City, Zip string }
	type outer struct {
		inner
		Name   string `dynamodbav:"name,omitempty"`
		Hidden string `dynamodbav:"-"`
		Zip    int
	}
	item, err := dynamoconn.Marshal(outer{Name: "x"})
	require.NoError(t, err)
	assert.Equal(t, item.Keys(), dynamoconn.AttributeNames[outer]())
	assert.Equal(t, []string{"City", "name", "Zip"}, dynamoconn.AttributeNames[outer]())
	assert.Nil(t, dynamoconn.AttributeNames[int]())
	assert.Nil(t, dynamoconn.AttributeNames[dynamoconn.Number]())
	assert.Nil(t, dynamoconn.AttributeNames[map[string]any]())
}
