package dynamoconn

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestCanonicalKeyIgnoresOtherAttributes(t *testing.T) {
	t.Parallel()
	names := []string{"Artist", "Year"}
	key := Item{String("Artist", "x"), Long("Year", 1)}
	want := canonicalKey(key, names)
	same := Item{Null("z"), Decimal("Year", MustNumber("1.0")), String("Artist", "x")}
	assert.Equal(t, want, canonicalKey(same, names))
	hasher := newKeyHasher()
	number := hasher.hash(key, names)
	assert.Equal(t, number, hasher.hash(same, names))
	for _, other := range []Item{
		{String("Artist", "x")}, {String("Artist", "x"), Long("Year", 2)}, {String("Artist", "x"), String("Year", "1")},
		{Binary("Artist", []byte("x")), Long("Year", 1)}, {Long("Year", 1)}, {nil}, nil,
	} {
		assert.NotEqual(t, want, canonicalKey(other, names))
		assert.NotEqual(t, number, hasher.hash(other, names))
	}
	split := func(a, b string) string {
		return canonicalKey(Item{String("a", a), String("b", b)}, []string{"a", "b"})
	}
	assert.NotEqual(t, split("ab", "c"), split("a", "bc"))
	assert.NotEqual(t, split("", "x"), split("x", ""))
}

func TestCanonicalOfNilItems(t *testing.T) {
	t.Parallel()
	assert.Equal(t, canonical(nil), canonical(Item{}))
	for _, kv := range typedNils() {
		assert.Equal(t, canonical(Item{nil}), canonical(Item{kv}))
	}
	assert.NotEqual(t, canonical(Item{nil}), canonical(nil))
}

func TestCanonicalLeavesTheItemAlone(t *testing.T) {
	t.Parallel()
	item := Item{Long("b", 1), Long("a", 1), StringSet("s", "z", "y"), Map("m", Null("q"), Null("p"))}
	want := item.Clone()
	canonical(item)
	assert.Equal(t, want, item)
}

// smallItem draws from few names and values, so that two draws are often equal or differ
// in one place.
func smallItem(t *rapid.T, depth int) Item {
	var item Item
	for range rapid.IntRange(0, 3).Draw(t, "attributes") {
		if name := rapid.SampledFrom([]string{"a", "ab", "b", "bc"}).Draw(t, "name"); !item.Has(name) {
			item = append(item, smallValue(t, name, depth))
		}
	}
	return item
}

func smallValue(t *rapid.T, key string, depth int) KeyValue {
	text := rapid.SampledFrom([]string{"", "a", "ab", "b", "bc", "1"})
	number := rapid.Map(rapid.SampledFrom([]string{"1", "1.0", "1e0", "0", "-0", "10", "1e1", "-1"}), MustNumber)
	kinds := 9
	if depth < 2 {
		kinds = 11
	}
	switch rapid.IntRange(1, kinds).Draw(t, "kind") {
	case 1:
		return String(key, text.Draw(t, "string"))
	case 2:
		return Long(key, rapid.Int64Range(0, 1).Draw(t, "long"))
	case 3:
		return Decimal(key, number.Draw(t, "number"))
	case 4:
		return Boolean(key, rapid.Bool().Draw(t, "boolean"))
	case 5:
		return Binary(key, []byte(text.Draw(t, "binary")))
	case 6:
		return Null(key)
	case 7:
		return StringSet(key, rapid.SliceOfNDistinct(text, 1, 3, rapid.ID).Draw(t, "strings")...)
	case 8:
		return NumberSet(key, rapid.SliceOfNDistinct(number, 1, 3, Number.Canonical).Draw(t, "numbers")...)
	case 9:
		set := BinarySet(key)
		for _, member := range rapid.SliceOfNDistinct(text, 1, 3, rapid.ID).Draw(t, "binaries") {
			set.BinarySetValue = append(set.BinarySetValue, []byte(member))
		}
		return set
	case 10:
		list := List(key)
		for range rapid.IntRange(0, 2).Draw(t, "elements") {
			list.ListValue = append(list.ListValue, smallValue(t, "", depth+1))
		}
		return list
	}
	return Map(key, smallItem(t, depth+1)...)
}

// restated returns an item that is equal and written in another way.
func restated(t *rapid.T, item Item) Item {
	other := make(Item, len(item))
	for i, kv := range item {
		other[i] = restatedValue(t, kv)
	}
	return rapid.Permutation(other).Draw(t, "order")
}

func restatedValue(t *rapid.T, kv KeyValue) KeyValue {
	switch kv := kv.(type) {
	case *KeyValueLong:
		return Decimal(kv.Key, rapid.SampledFrom([]Number{
			NumberFromInt64(kv.LongValue), MustNumber(NumberFromInt64(kv.LongValue).String() + ".0"),
		}).Draw(t, "restated"))
	case *KeyValueDecimal:
		return Decimal(kv.Key, MustNumber(kv.DecimalValue.BigRat().FloatString(3)))
	case *KeyValueNumberSet:
		set := NumberSet(kv.Key)
		for _, number := range kv.NumberSetValue {
			set.NumberSetValue = append(set.NumberSetValue, MustNumber(number.BigRat().FloatString(2)))
		}
		slices.Reverse(set.NumberSetValue)
		return set
	case *KeyValueStringSet:
		return StringSet(kv.Key, rapid.Permutation(kv.StringSetValue).Draw(t, "order")...)
	case *KeyValueBinarySet:
		return BinarySet(kv.Key, rapid.Permutation(kv.BinarySetValue).Draw(t, "order")...)
	case *KeyValueMap:
		return Map(kv.Key, restated(t, kv.MapValue)...)
	case *KeyValueList:
		list := List(kv.Key)
		for _, value := range kv.ListValue {
			list.ListValue = append(list.ListValue, restatedValue(t, value))
		}
		return list
	}
	return cloneValue(kv, 0, &walk{})
}

func TestCanonicalAgreesWithEqual(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := smallItem(t, 0)
		same := restated(t, item)
		require.True(t, item.Equal(same))
		require.True(t, same.Equal(item))
		require.Equal(t, canonical(item), canonical(same))

		other := similarItem(t, item)
		want := describe(item) == describe(other)
		require.Equal(t, want, item.Equal(other))
		require.Equal(t, want, other.Equal(item))
		require.Equal(t, want, canonical(item) == canonical(other))
	})
}

// similarItem returns a copy in which one attribute is drawn anew, or another item.
func similarItem(t *rapid.T, item Item) Item {
	if len(item) == 0 || rapid.Bool().Draw(t, "another") {
		return smallItem(t, 0)
	}
	other := restated(t, item)
	i := rapid.IntRange(0, len(other)-1).Draw(t, "at")
	other[i] = smallValue(t, other[i].KeyName(), 1)
	return other
}

// describe is a second opinion on what makes two items equal. It names each type, quotes
// each text, and sorts attributes and set members.
func describe(item Item) string {
	var parts []string
	for _, kv := range item {
		parts = append(parts, quote(kv.KeyName())+"="+describeValue(kv))
	}
	slices.Sort(parts)
	return quote(parts...)
}

func quote(parts ...string) string {
	var b []byte
	for _, part := range parts {
		b = strconv.AppendQuote(b, part)
	}
	return string(b)
}

func describeValue(kv KeyValue) string {
	rational := func(n Number) string { return n.BigRat().String() }
	set := func(kind string, members []string) string {
		slices.Sort(members)
		return kind + quote(members...)
	}
	switch kv := kv.(type) {
	case *KeyValueString:
		return "S" + quote(kv.StringValue)
	case *KeyValueLong:
		return "N" + rational(NumberFromInt64(kv.LongValue))
	case *KeyValueDecimal:
		return "N" + rational(kv.DecimalValue)
	case *KeyValueBoolean:
		return map[bool]string{true: "true", false: "false"}[kv.BooleanValue]
	case *KeyValueBinary:
		return "B" + quote(string(kv.BinaryValue))
	case *KeyValueNull:
		return "null"
	case *KeyValueList:
		parts := []string{"L"}
		for _, value := range kv.ListValue {
			parts = append(parts, describeValue(value))
		}
		return quote(parts...)
	case *KeyValueMap:
		return "M" + describe(kv.MapValue)
	case *KeyValueStringSet:
		return set("SS", slices.Clone(kv.StringSetValue))
	case *KeyValueNumberSet:
		var members []string
		for _, number := range kv.NumberSetValue {
			members = append(members, rational(number))
		}
		return set("NS", members)
	case *KeyValueBinarySet:
		var members []string
		for _, member := range kv.BinarySetValue {
			members = append(members, string(member))
		}
		return set("BS", members)
	}
	return "?"
}
