package dynamoconn

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func wantValue[T ValueType](t *testing.T, want T, item Item, key string, nested ...string) {
	t.Helper()
	got, err := Value[T](item, key, nested...)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func wantNoValue[T ValueType](t *testing.T, cause error, path, rule string, item Item, key string, nested ...string) {
	t.Helper()
	got, err := Value[T](item, key, nested...)
	assert.Zero(t, got)
	assertFieldError(t, err, cause, path, rule)
}

func TestValueOfEachType(t *testing.T) {
	t.Parallel()
	number := MustNumber("7.5")
	item := Item{
		String("s", ""), Long("i", math.MinInt), Long("l", math.MinInt64), Decimal("d", number), Boolean("bool", true), Binary("b", []byte{7}),
		List("list", Null("")), Map("m", Null("n")), StringSet("ss", "x"), NumberSet("ns", number),
		BinarySet("bs", []byte{7}), Map("none"),
	}
	wantValue(t, "", item, "s")
	wantValue[int](t, math.MinInt, item, "i")
	wantValue[int64](t, math.MinInt64, item, "l")
	wantValue(t, NumberFromInt64(math.MinInt64), item, "l")
	wantValue(t, 7.5, item, "d")
	wantValue(t, number, item, "d")
	wantValue(t, true, item, "bool")
	wantValue(t, []byte{7}, item, "b")
	wantValue(t, []KeyValue{Null("")}, item, "list")
	wantValue(t, Item{Null("n")}, item, "m")
	wantValue(t, []string{"x"}, item, "ss")
	wantValue(t, []Number{number}, item, "ns")
	wantValue(t, [][]byte{{7}}, item, "bs")
	wantValue(t, Item(nil), item, "none")
}

func TestValueFollowsNamesIntoMaps(t *testing.T) {
	t.Parallel()
	item := Item{Map("Label", Map("Address", String("City", "Lyon"), Null("Zip")), String("a.b", "x")), Long("Year", 2004)}
	wantValue(t, "Lyon", item, "Label", "Address", "City")
	wantValue(t, "x", item, "Label", "a.b")

	const none = ""
	wantNoValue[string](t, ErrMissing, "City", none, item, "City")
	wantNoValue[string](t, ErrMissing, "Label.City", none, item, "Label", "City")
	wantNoValue[string](t, ErrMissing, "Label.Town", none, item, "Label", "Town", "City")
	wantNoValue[string](t, ErrNull, "Label.Address.Zip", none, item, "Label", "Address", "Zip")
	wantNoValue[string](t, ErrNull, "Label.Address.Zip", none, item, "Label", "Address", "Zip", "Code")
	wantNoValue[string](t, ErrWrongKind, "Year", "is a number, not a map", item, "Year", "Month")
	wantNoValue[string](t, ErrWrongKind, "Label.Address", "is a map, not a string", item, "Label", "Address")
	wantNoValue[string](t, ErrMissing, `""`, none, item, "")
	wantNoValue[string](t, ErrMissing, `Label."c.d"`, none, item, "Label", "c.d")
	wantNoValue[string](t, ErrMissing, strings.Repeat("n", 64)+"...", none, item, strings.Repeat("n", 65))
	wantNoValue[string](t, ErrMissing, "x", "there is no item", nil, "x")
	wantNoValue[string](t, ErrMissing, "x", "there is no item", nil, "x", "y")
}

func TestValueTreatsNilAsMissing(t *testing.T) {
	t.Parallel()
	for _, kv := range append(typedNils(), nil, imposter{String("", "x")}) {
		wantNoValue[string](t, ErrMissing, `""`, "", Item{kv}, "")
		wantNoValue[string](t, ErrMissing, `""`, "", Item{kv}, "", "x")
	}
}

func TestValueOfAnotherKind(t *testing.T) {
	t.Parallel()
	check := func(reads string, try func(item Item) error) {
		t.Helper()
		kinds := []string{
			"a string", "a number", "a number", "a boolean", "a binary", "null", "a list", "a map", "a string set",
			"a number set", "a binary set",
		}
		for i, kv := range oneOfEach("k") {
			err := try(Item{kv})
			switch kinds[i] {
			case reads:
				require.NotErrorIs(t, err, ErrWrongKind)
			case "null":
				assertFieldError(t, err, ErrNull, "k", "")
				require.NotErrorIs(t, err, ErrWrongKind)
			default:
				assertFieldError(t, err, ErrWrongKind, "k", "is "+kinds[i]+", not "+reads)
				require.NotErrorIs(t, err, ErrMissing)
			}
		}
	}
	check("a string", valueError[string])
	check("a number", valueError[int])
	check("a number", valueError[int64])
	check("a number", valueError[float64])
	check("a number", valueError[Number])
	check("a boolean", valueError[bool])
	check("a binary", valueError[[]byte])
	check("a map", valueError[Item])
	check("a list", valueError[[]KeyValue])
	check("a string set", valueError[[]string])
	check("a number set", valueError[[]Number])
	check("a binary set", valueError[[][]byte])
}

func valueError[T ValueType](item Item) error {
	_, err := Value[T](item, "k")
	return err
}

func TestValueOfANumberIsExact(t *testing.T) {
	t.Parallel()
	at := func(text string) Item { return Item{Decimal("k", MustNumber(text))} }
	wantValue(t, 100, at("1e2"), "k")
	wantValue[int64](t, math.MaxInt64, at("9223372036854775807.0"), "k")
	wantValue(t, 0.1, at("0.1"), "k")
	wantValue(t, math.Copysign(0, -1), at("-0"), "k")
	wantValue(t, 1e100, at("1e100"), "k")

	const rule = "is a number that a Go %s cannot hold without loss"
	for _, text := range []string{"1.5", "9223372036854775808", "-9223372036854775809", "1e-130"} {
		wantNoValue[int](t, ErrInexact, "k", fmt.Sprintf(rule, "int"), at(text), "k")
		wantNoValue[int64](t, ErrInexact, "k", fmt.Sprintf(rule, "int64"), at(text), "k")
		wantValue(t, MustNumber(text), at(text), "k")
	}
	for _, text := range []string{"9007199254740993", "0.12345678901234567890"} {
		wantNoValue[float64](t, ErrInexact, "k", fmt.Sprintf(rule, "float64"), at(text), "k")
	}
}

func TestValueSharesWithTheItem(t *testing.T) {
	t.Parallel()
	item := Item{Binary("b", []byte{1})}
	b, err := Value[[]byte](item, "b")
	require.NoError(t, err)
	b[0] = 2
	assert.Equal(t, Item{Binary("b", []byte{2})}, item)
}

func TestValueAtFollowsAPath(t *testing.T) {
	t.Parallel()
	item := Item{
		List("Tracks", Map("", String("Title", "Call Me Today"), List("Writers", String("", "A"))), Null(""), Long("", 3)),
		Map("Label", Long("Year", 1990)), String("a.b", "x"), List("none"), Null("null"),
	}
	for _, test := range []struct {
		path       Path
		want       string
		cause      error
		at, broken string
	}{
		{path: Attr("a.b"), want: "x"},
		{path: Attr("Tracks").At(0).Attr("Title"), want: "Call Me Today"},
		{path: Attr("Tracks").At(0).Attr("Writers").At(0), want: "A"},
		{Attr("Tracks").At(1), "", ErrNull, "Tracks[1]", ""},
		{Attr("Tracks").At(1).Attr("Title"), "", ErrNull, "Tracks[1]", ""},
		{Attr("Tracks").At(2), "", ErrWrongKind, "Tracks[2]", "is a number, not a string"},
		{Attr("Tracks").At(2).Attr("Title"), "", ErrWrongKind, "Tracks[2]", "is a number, not a map"},
		{Attr("Tracks").At(3).Attr("Title"), "", ErrMissing, "Tracks[3]", ""},
		{Attr("Tracks").At(-1), "", ErrMissing, "Tracks[-1]", ""},
		{Attr("Tracks", "Title"), "", ErrWrongKind, "Tracks", "is a list, not a map"},
		{Attr("Label").At(0), "", ErrWrongKind, "Label", "is a map, not a list"},
		{Attr("Label", "City"), "", ErrMissing, "Label.City", ""},
		{Attr("none").At(0), "", ErrMissing, "none[0]", ""},
		{Attr("null").At(0), "", ErrNull, "null", ""},
		{Attr("b").At(0).Attr("c"), "", ErrMissing, "b", ""},
		{Path{}, "", ErrMissing, `""`, ""},
	} {
		got, err := ValueAt[string](item, test.path)
		assert.Equal(t, test.want, got)
		if test.cause == nil {
			require.NoError(t, err)
			continue
		}
		assertFieldError(t, err, test.cause, test.at, test.broken)
	}
	_, err := ValueAt[float64](Item{Decimal("d", MustNumber("9007199254740993"))}, Attr("d"))
	assertFieldError(t, err, ErrInexact, "d", "is a number that a Go float64 cannot hold without loss")
	_, err = ValueAt[string](nil, Attr("a").At(0))
	assertFieldError(t, err, ErrMissing, "a", "there is no item")
}

func TestValueOrIsForWhatIsNotThere(t *testing.T) {
	t.Parallel()
	item := Item{Long("Plays", 7), Null("Year"), Map("Label", String("City", "")), Decimal("d", MustNumber("0.5"))}
	plays, err := ValueOr(item, 1, "Plays")
	require.NoError(t, err)
	assert.Equal(t, 7, plays)
	for _, names := range [][]string{{"Year"}, {"Other"}, {"Label", "Year"}, {"Other", "Year"}, {"Year", "Other"}} {
		year, err := ValueOr(item, 1990, names[0], names[1:]...)
		require.NoError(t, err)
		assert.Equal(t, 1990, year, "%v", names)
	}
	city, err := ValueOr(item, "Lyon", "Label", "City")
	require.NoError(t, err)
	assert.Empty(t, city) // it is there
	none, err := ValueOr(nil, "Lyon", "City")
	require.NoError(t, err)
	assert.Equal(t, "Lyon", none)

	got, err := ValueOr(item, 1, "Label")
	assertFieldError(t, err, ErrWrongKind, "Label", "is a map, not a number")
	assert.Zero(t, got)
	got, err = ValueOr(item, 1, "d")
	assertFieldError(t, err, ErrInexact, "d", "is a number that a Go int cannot hold without loss")
	assert.Zero(t, got)
	_, err = ValueOr(item, 1, "Plays", "Today")
	assertFieldError(t, err, ErrWrongKind, "Plays", "is a number, not a map")
}

func TestRename(t *testing.T) {
	t.Parallel()
	for _, kv := range []KeyValue{
		String("a", "x"), Long("a", 1), Decimal("a", MustNumber("1.50")), Boolean("a", true), Binary("a", []byte{1}), Null("a"),
		List("a", Long("", 1)), Map("a", Long("b", 1)), StringSet("a", "x"), NumberSet("a", MustNumber("1")), BinarySet("a", []byte{1}),
		List("a"), Map("a"), Binary("a", nil),
	} {
		want := kv.clone(0, &walk{})
		got := Rename(kv, "b")
		assert.Equal(t, "b", got.KeyName())
		assert.Equal(t, "a", kv.KeyName(), "the original was changed")
		assert.Equal(t, want, Rename(got, "a"))
	}
	assert.Nil(t, Rename(nil, "b"))
	assert.Equal(t, (*KeyValueLong)(nil), Rename((*KeyValueLong)(nil), "b"))
}

func TestConstructorsOfNumbers(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Long("a", math.MinInt), Int("a", math.MinInt))
	for f, want := range map[float64]KeyValue{
		0.1: Decimal("a", MustNumber("0.1")), 3: Long("a", 3), -2.5: Decimal("a", MustNumber("-2.5")),
		1e100: Decimal("a", MustNumber("1E100")), math.Copysign(0, -1): Long("a", 0),
	} {
		assert.True(t, Item{want}.Equal(Item{Float64("a", f)}), "%v", f)
	}
	assert.IsType(t, &KeyValueLong{}, Float64("a", 3))
}

func TestValueThatDynamoDBHasNotIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	for _, f := range []float64{math.NaN(), math.Inf(1), 1e300, 1e-300} {
		kv := Float64("Price", f)
		_, err := NumberFromFloat64(f)
		rule := err.Error()
		assertFieldError(t, func() error { _, err := checkItem(Item{Long("ID", 1), kv}); return err }(), ErrInvalidRequest, "[1]", rule)
		_, err = appendWholeItem(nil, Item{Long("ID", 1), kv})
		assertFieldError(t, err, ErrInvalidRequest, "[1]", rule)
		_, err = appendWholeItem(nil, Item{Long("ID", 1), List("a", Rename(kv, ""))})
		assertFieldError(t, err, ErrInvalidRequest, "a[0]", rule)
		_, err = ToAttributeValues(Item{kv})
		assertFieldError(t, err, ErrInvalidRequest, "[0]", rule)
		_, err = ToAttributeValue(kv)
		require.ErrorIs(t, err, ErrInvalidRequest)
		_, err = Item{kv}.MarshalJSON()
		require.Error(t, err)
		_, err = DynamoDBJSON{kv}.MarshalJSON()
		require.Error(t, err)
		_, err = (&expression{}).predicate("If", Attr("a").EQ(kv))
		assertFieldError(t, err, ErrInvalidRequest, "If.Values[0]", rule)
		_, err = newExpression(nil, Item{kv})
		assertFieldError(t, err, ErrInvalidRequest, "ExpressionAttributeValues[0]", rule)
		assert.NotPanics(t, func() { _, _ = fmt.Sprintf("%v %+v", Item{kv}, kv), Item{kv}.Clone() })
		_, err = Value[float64](Item{kv}, "Price")
		require.ErrorIs(t, err, ErrMissing)
	}
}

func TestKeyOfNamesAndValues(t *testing.T) {
	t.Parallel()
	assert.Equal(t, Item{String("Artist", "x")}, KeyOf("Artist", "x"))
	assert.Equal(t, Item{String("Artist", "x"), Long("Year", 1990)}, KeyOf("Artist", "x", "Year", 1990))
	assert.Equal(t, Item{Binary("a", []byte{1}), Decimal("b", MustNumber("1.5")), Long("c", 1), Long("d", 2)},
		KeyOf("a", []byte{1}, "b", MustNumber("1.5"), "c", Long("c", 1), "d", Long("", 2)))
	for name, test := range map[string]struct {
		key        Item
		path, rule string
	}{
		"no value":    {KeyOf("a", "x", "b"), "[1]", "must have a value behind its name"},
		"no name":     {KeyOf("a", "x", 7, "y"), "[1]", "must have a string as its name"},
		"NaN":         {KeyOf("a", math.NaN()), "[0]", "invalid number: value is NaN or infinite"},
		"struct":      {KeyOf("a", "x", "b", Attr("c")), "[1]", "is a Go dynamoconn.Path, a struct without an exported field"},
		"other name":  {KeyOf("a", Long("b", 1)), "[0]", "has another name than it is given"},
		"nil pointer": {KeyOf("a", (*KeyValueLong)(nil)), "[0]", ruleKind},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := appendKey(nil, test.key)
			assertFieldError(t, err, ErrInvalidRequest, test.path, test.rule)
			_, err = toKey(test.key)
			assertFieldError(t, err, ErrInvalidRequest, test.path, test.rule)
		})
	}
}
