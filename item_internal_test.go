package dynamoconn

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

func TestItemFindsAttributesByName(t *testing.T) {
	t.Parallel()
	item := Item{nil, Long("Year", 2004), (*KeyValueLong)(nil), imposter{}, Null("Note"), Long("Year", 1), String("", "x")}
	kv, found := item.Get("Year")
	assert.True(t, found)
	assert.Same(t, item[1], kv, "the first of a name")
	kv, found = item.Get("year")
	assert.False(t, found)
	assert.Nil(t, kv)
	kv, found = item.Get("")
	assert.True(t, found)
	assert.Same(t, item[6], kv, "a nil has no name, not an empty one")

	assert.True(t, item.Has("Note"), "a null is there")
	assert.False(t, item.Has("None"))
	assert.Equal(t, []string{"", "Year", "", "", "Note", "Year", ""}, item.Keys())

	var none Item
	_, found = none.Get("Year")
	assert.False(t, found)
	assert.False(t, none.Has(""))
	assert.Equal(t, []string{}, none.Keys())
}

func TestItemSet(t *testing.T) {
	t.Parallel()
	var item Item
	item.Set(Long("a", 1))
	item.Set(Long("b", 2))
	item.Set(String("a", "x"))
	assert.Equal(t, Item{String("a", "x"), Long("b", 2)}, item, "in the place of the other, at the end if new")

	item.Set(nil)
	assert.Equal(t, Item{String("a", "x"), Long("b", 2), nil}, item)
	_, err := ToAttributeValues(item)
	require.ErrorIs(t, err, ErrInvalidRequest)
}

func TestItemDelete(t *testing.T) {
	t.Parallel()
	item := Item{Long("a", 1), Long("b", 2), Long("c", 3)}
	whole := item
	assert.True(t, item.Delete("b"))
	assert.Equal(t, Item{Long("a", 1), Long("c", 3)}, item)
	assert.Nil(t, whole[2], "nothing is kept alive behind the end")
	assert.False(t, item.Delete("b"))
	assert.Equal(t, Item{Long("a", 1), Long("c", 3)}, item)
	var none Item
	assert.False(t, none.Delete("a"))
	assert.Nil(t, none)
}

func TestItemPick(t *testing.T) {
	t.Parallel()
	item := Item{Long("a", 1), Long("b", 2), Long("c", 3)}
	picked := item.Pick("c", "none", "a")
	assert.Equal(t, Item{Long("c", 3), Long("a", 1)}, picked)
	assert.Same(t, item[2], picked[0])
	picked.Set(Long("a", 9))
	assert.Equal(t, Item{Long("a", 1), Long("b", 2), Long("c", 3)}, item)
	assert.Equal(t, Item{}, item.Pick())
	assert.Equal(t, Item{}, Item(nil).Pick("a"))
}

func TestCloneSharesNothing(t *testing.T) {
	t.Parallel()
	build := func() Item {
		return Item{
			String("s", "x"), Long("l", 1), Decimal("d", MustNumber("1.5")), Boolean("bool", true), Binary("b", []byte{1, 2}),
			Null("null"), StringSet("ss", "x", "y"), NumberSet("ns", MustNumber("1"), MustNumber("2")),
			BinarySet("bs", []byte{1}, []byte{2}), List("list", Binary("", []byte{1}), Map("", Long("x", 1))),
			Map("map", List("l", Long("", 1)), BinarySet("bs", []byte{1})),
		}
	}
	item := build()
	clone := item.Clone()
	require.Equal(t, item, clone)

	overwrite(clone)
	assert.Equal(t, build(), item)
}

// overwrite changes everything that can be reached from the values.
func overwrite(values []KeyValue) {
	for i, kv := range values {
		switch kv := kv.(type) {
		case *KeyValueString:
			kv.Key, kv.StringValue = "changed", "changed"
		case *KeyValueLong:
			kv.Key, kv.LongValue = "changed", -99
		case *KeyValueDecimal:
			kv.Key, kv.DecimalValue = "changed", MustNumber("-99")
		case *KeyValueBoolean:
			kv.Key, kv.BooleanValue = "changed", !kv.BooleanValue
		case *KeyValueBinary:
			kv.Key = "changed"
			invert(kv.BinaryValue)
		case *KeyValueNull:
			kv.Key = "changed"
		case *KeyValueList:
			kv.Key = "changed"
			overwrite(kv.ListValue)
		case *KeyValueMap:
			kv.Key = "changed"
			overwrite(kv.MapValue)
		case *KeyValueStringSet:
			kv.Key = "changed"
			for i := range kv.StringSetValue {
				kv.StringSetValue[i] = "changed"
			}
		case *KeyValueNumberSet:
			kv.Key = "changed"
			for i := range kv.NumberSetValue {
				kv.NumberSetValue[i] = MustNumber("-99")
			}
		case *KeyValueBinarySet:
			kv.Key = "changed"
			for i, member := range kv.BinarySetValue {
				invert(member)
				kv.BinarySetValue[i] = nil
			}
		}
		values[i] = nil
	}
}

func invert(b []byte) {
	for i := range b {
		b[i] = ^b[i]
	}
}

func TestCloneKeepsNil(t *testing.T) {
	t.Parallel()
	assert.Nil(t, Item(nil).Clone())
	assert.NotNil(t, Item{}.Clone())
	assert.Equal(t, Item{nil, nil}, Item{nil, imposter{}}.Clone())
	for _, kv := range typedNils() {
		assert.Equal(t, Item{nil}, Item{kv}.Clone())
	}
	empty := Item{
		Binary("b", nil), List("l"), Map("m"), StringSet("ss"), NumberSet("ns"), BinarySet("bs"), BinarySet("bs", nil),
		List("l", []KeyValue{}...), Map("m", Item{}...), Binary("b", []byte{}),
	}
	assert.Equal(t, empty, empty.Clone())
}

// Each of these once ended in a stack overflow, which no program survives, or never ended.
func TestItemThatContainsItselfIsLeftInTime(t *testing.T) {
	t.Parallel()
	me := Map("Me")
	me.MapValue = Item{me, Long("x", 1), me}
	list := List("List")
	list.ListValue = []KeyValue{list, list}
	for _, item := range []Item{{me}, {list}, {List("", list, me), list}} {
		clone := item.Clone()
		assert.Len(t, clone, len(item))
		assert.True(t, item.Equal(item))
		assert.True(t, item.Equal(clone))
		assert.True(t, clone.Equal(item))
		assert.Positive(t, item.Size())
		assert.NotEmpty(t, canonical(item))
		_, err := ToAttributeValues(item)
		require.ErrorIs(t, err, ErrInvalidRequest)
	}
	other := List("List")
	other.ListValue = []KeyValue{other, other}
	assert.False(t, Item{list}.Equal(Item{other}))
}

func TestCloneAndEqualAreExactToAHundredLevels(t *testing.T) {
	t.Parallel()
	item := Item{nested("a", 100, "list"), nested("b", 100, "map")}
	assert.True(t, item.Equal(item.Clone()))
	assert.True(t, item.Equal(Item{nested("a", 100, "list"), nested("b", 100, "map")}))
	assert.False(t, item.Equal(Item{nested("a", 99, "list"), nested("b", 100, "map")}))
}

func TestEqual(t *testing.T) {
	t.Parallel()
	number := MustNumber
	equal := map[string][2]Item{
		"nil and empty":          {nil, {}},
		"order":                  {{Long("a", 1), Long("b", 2), Null("c")}, {Null("c"), Long("a", 1), Long("b", 2)}},
		"long and decimal":       {{Long("a", 1)}, {Decimal("a", number("1.0"))}},
		"decimals":               {{Decimal("a", number("1e2"))}, {Decimal("a", number("100"))}},
		"zeros":                  {{Long("a", 0)}, {Decimal("a", number("-0"))}},
		"nil and empty binary":   {{Binary("a", nil)}, {Binary("a", []byte{})}},
		"nil and empty list":     {{List("a")}, {List("a", []KeyValue{}...)}},
		"nil and empty map":      {{Map("a")}, {Map("a", Item{}...)}},
		"set order":              {{StringSet("a", "x", "y")}, {StringSet("a", "y", "x")}},
		"number set":             {{NumberSet("a", number("1"), number("2"))}, {NumberSet("a", number("2.0"), number("1e0"))}},
		"binary set":             {{BinarySet("a", nil, []byte{1})}, {BinarySet("a", []byte{1}, []byte{})}},
		"order within":           {{List("l", Map("", Long("a", 1), Long("b", 2)))}, {List("l", Map("", Long("b", 2), Long("a", 1)))}},
		"name twice":             {{Long("a", 1), Long("a", 2), Null("b")}, {Null("b"), Long("a", 1), Long("a", 2)}},
		"nils":                   {{nil, Long("a", 1)}, {Long("a", 1), (*KeyValueMap)(nil)}},
		"element names unlooked": {{List("l", Long("x", 1))}, {List("l", Long("", 1))}},
	}
	for name, pair := range equal {
		assert.True(t, pair[0].Equal(pair[1]), name)
		assert.True(t, pair[1].Equal(pair[0]), name)
		assert.Equal(t, canonical(pair[0]), canonical(pair[1]), name)
	}
	different := map[string][2]Item{
		"more":             {{Long("a", 1)}, {Long("a", 1), Long("b", 1)}},
		"value":            {{Long("a", 1)}, {Long("a", 2)}},
		"decimal":          {{Decimal("a", number("1.5"))}, {Long("a", 1)}},
		"name":             {{Long("a", 1)}, {Long("A", 1)}},
		"number and text":  {{Long("a", 1)}, {String("a", "1")}},
		"text and number":  {{String("a", "1")}, {Decimal("a", number("1"))}},
		"list order":       {{List("a", Long("", 1), Long("", 2))}, {List("a", Long("", 2), Long("", 1))}},
		"list length":      {{List("a", Long("", 1))}, {List("a", Long("", 1), Long("", 1))}},
		"map name":         {{Map("a", Long("x", 1))}, {Map("a", Long("y", 1))}},
		"set member":       {{StringSet("a", "x")}, {StringSet("a", "y")}},
		"set size":         {{StringSet("a", "x")}, {StringSet("a", "x", "y")}},
		"set repetition":   {{StringSet("a", "x", "x", "y")}, {StringSet("a", "x", "y", "y")}},
		"split text":       {{String("ab", "c")}, {String("a", "bc")}},
		"split members":    {{StringSet("a", "ab", "c")}, {StringSet("a", "a", "bc")}},
		"split elements":   {{List("a", String("", "ab"), String("", "c"))}, {List("a", String("", "a"), String("", "bc"))}},
		"nil and null":     {{nil}, {Null("")}},
		"name twice":       {{Long("a", 1), Long("a", 2)}, {Long("a", 2), Long("a", 1)}},
		"once for two":     {{Long("b", 2), Long("a", 1), Long("b", 2)}, {Long("a", 1), Long("c", 9), Long("b", 2)}},
		"boundaries moved": {{List("l", Map("", Null("x")), Null(""))}, {List("l", Map("", Null("x"), Null("")))}},
	}
	for name, pair := range different {
		assert.False(t, pair[0].Equal(pair[1]), name)
		assert.False(t, pair[1].Equal(pair[0]), name)
		assert.NotEqual(t, canonical(pair[0]), canonical(pair[1]), name)
	}
}

// No kind equals another, but for the two that are numbers.
func TestEqualOfEachKind(t *testing.T) {
	t.Parallel()
	all := append(oneOfEach("k"), Boolean("k", false), Decimal("k", MustNumber("7.0")))
	for i, a := range all {
		for j, b := range all {
			longs := []int{1, len(all) - 1}
			same := i == j || slices.Contains(longs, i) && slices.Contains(longs, j)
			assert.Equal(t, same, Item{a}.Equal(Item{b}), "%T %T", a, b)
			assert.Equal(t, same, canonical(Item{a}) == canonical(Item{b}), "%T %T", a, b)
		}
	}
}

// tower returns one string in 2 to the power of 30 places.
func tower() KeyValue {
	var kv KeyValue = String("", "x")
	for range 30 {
		kv = List("", kv, kv)
	}
	return &KeyValueList{Key: "Tower", ListValue: []KeyValue{kv}}
}

// An item that is small in memory and endless on the wire was once converted until the
// memory ran out.
func TestEndlessItemIsRefused(t *testing.T) {
	t.Parallel()
	_, err := ToAttributeValue(tower())
	require.ErrorIs(t, err, ErrItemTooLarge)
	require.ErrorIs(t, err, ErrInvalidRequest)

	members := make([]string, 1<<10)
	for i := range members {
		members[i] = strconv.Itoa(i)
	}
	sets := List("Sets")
	for range 1 << 10 {
		sets.ListValue = append(sets.ListValue, StringSet("", members...))
	}
	_, err = ToAttributeValue(sets)
	require.ErrorIs(t, err, ErrItemTooLarge)

	large := Item{Long("ID", 1), tower()}
	clone := large.Clone()
	assert.Equal(t, large.Keys(), clone.Keys())
	clone[0].(*KeyValueLong).LongValue = 2
	assert.Equal(t, Long("ID", 1), large[0])
	assert.Greater(t, large.Size(), largestItem)

	f := newBatchFake("Music:ID")
	resp, err := f.client(t).BatchWrite(t.Context(), music(large, song(2, "one")))
	require.ErrorIs(t, err, ErrItemTooLarge)
	assert.Equal(t, 1, resp.Written)
	assert.Equal(t, []string{"Music [0][0] refused"}, writeFailures(t, err))
	_, err = f.client(t).PutItem(t.Context(), PutItemRequest{
		TableName: "Music", Item: songKey(1), ConditionExpression: "a = :v",
		ExpressionAttributeValues: Item{&KeyValueList{Key: ":v", ListValue: []KeyValue{tower()}}},
	})
	require.ErrorIs(t, err, ErrInvalidRequest)
}

// Overwriting everything in a clone does not change the original.
func TestCloneIsDeepForEveryItem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{}.item().Draw(t, "item")
		before, want := describe(item), numberTexts(item)
		clone := item.Clone()
		require.Equal(t, item, clone)
		overwrite(clone)
		require.Equal(t, before, describe(item))
		require.Equal(t, want, numberTexts(item))
	})
}

// FuzzItemForms requires that two items are equal exactly if their canonical texts are, that
// the text of an item can be shown, that its clone is equal, and that its size in a request
// is never estimated below its size.
func FuzzItemForms(f *testing.F) {
	whole, err := DynamoDBJSON(everyKind()).MarshalJSON()
	require.NoError(f, err)
	f.Add(whole, []byte(`{"A":{"N":"1.0"}}`))
	f.Add([]byte(`{"A":{"N":"1"}}`), []byte(`{"A":{"N":"1.0"}}`))
	f.Add([]byte(`{"A":{"S":"1"},"B":{"S":""}}`), []byte(`{"B":{"S":""},"A":{"S":"1"}}`))
	f.Add([]byte(`{"A":{"SS":["a","b"]}}`), []byte(`{"A":{"SS":["b","a"]}}`))
	f.Add([]byte(`{"A":{"L":[{"S":"a"},{"S":"b"}]}}`), []byte(`{"A":{"L":[{"S":"b"},{"S":"a"}]}}`))
	f.Add([]byte("{\"\u202e\\n\":{\"S\":\"\\u2028\\u0000\"}}"), []byte(`{"A":{"M":{"B":{"NULL":true}}}}`))
	mutate.Fuzz(f, func(t *testing.T, first, second []byte) {
		var a, b DynamoDBJSON
		if a.UnmarshalJSON(first) != nil || b.UnmarshalJSON(second) != nil {
			return
		}
		require.Equal(t, Item(a).Equal(Item(b)), canonical(Item(a)) == canonical(Item(b)) && (a == nil) == (b == nil))
		text := Item(a).String()
		require.True(t, utf8.ValidString(text), "%q", text)
		require.Equal(t, -1, strings.IndexFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }), "%q", text)
		require.LessOrEqual(t, len(text), longestText+8*len(first)+1_000)
		require.True(t, Item(a).Clone().Equal(Item(a)))
	})
}

// benchmarkItem holds every kind, most of it strings and numbers, as items do.
func benchmarkItem() Item {
	return Item{
		String("Artist", "No One You Know"),
		String("SongTitle", "Call Me Today"),
		String("Notes", strings.Repeat("été \"quoted\" ", 10)),
		Long("Year", 2004),
		Long("Plays", 1_234_567),
		Decimal("Price", MustNumber("9.990")),
		Boolean("Live", true),
		Null("Draft"),
		Binary("Cover", []byte("0123456789abcdef")),
		List("Tags", String("", "rock"), Long("", 7), Map("", Long("x", 1), String("y", "z"))),
		Map("Label", String("City", "Lyon"), Map("Address", Long("Number", 7))),
		StringSet("Formats", "LP", "CD", "MC"),
		NumberSet("Sizes", MustNumber("7"), MustNumber("12.50")),
		BinarySet("Hashes", []byte{1}, []byte{2}),
	}
}

// BenchmarkItem measures each walk over an item. The rival of the JSON forms is
// encoding/json with a map, which loses digits, kinds and order.
func BenchmarkItem(b *testing.B) {
	item, other := benchmarkItem(), benchmarkItem()
	attributes, err := ToAttributeValues(item)
	require.NoError(b, err)
	plain, err := item.MarshalJSON()
	require.NoError(b, err)
	typed, err := DynamoDBJSON(item).MarshalJSON()
	require.NoError(b, err)
	var generic map[string]any
	require.NoError(b, json.Unmarshal(plain, &generic))

	for _, walk := range []struct {
		name string
		run  func() bool
	}{
		{"ToAttributeValues", func() bool { got, err := ToAttributeValues(item); return err == nil && len(got) == len(item) }},
		{"FromAttributeValues", func() bool {
			got, err := FromAttributeValues(attributes)
			return err == nil && len(got) == len(item)
		}},
		{"Clone", func() bool { return len(item.Clone()) == len(item) }},
		{"Equal", func() bool { return item.Equal(other) }},
		{"Size", func() bool { return item.Size() > 300 }},
		{"canonical", func() bool { return canonical(item) != "" }},
		{"String", func() bool { return item.String() != "" }},
		{"Get", func() bool { _, found := item.Get("Hashes"); return found }},
		{"Value", func() bool { n, err := Value[int](item, "Label", "Address", "Number"); return err == nil && n == 7 }},
		{"MarshalJSON/plain", func() bool { got, err := item.MarshalJSON(); return err == nil && len(got) == len(plain) }},
		{"MarshalJSON/typed", func() bool {
			got, err := DynamoDBJSON(item).MarshalJSON()
			return err == nil && len(got) == len(typed)
		}},
		{"MarshalJSON/encoding/json", func() bool { got, err := json.Marshal(generic); return err == nil && len(got) > 300 }},
		{"UnmarshalJSON/plain", func() bool {
			var got Item
			return got.UnmarshalJSON(plain) == nil && len(got) == len(item)
		}},
		{"UnmarshalJSON/typed", func() bool {
			var got DynamoDBJSON
			return got.UnmarshalJSON(typed) == nil && len(got) == len(item)
		}},
		{"UnmarshalJSON/encoding/json", func() bool {
			var got map[string]any
			return json.Unmarshal(plain, &got) == nil && len(got) == len(item)
		}},
	} {
		b.Run(walk.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !walk.run() {
					b.Fatal("wrong result")
				}
			}
		})
	}
}
