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
