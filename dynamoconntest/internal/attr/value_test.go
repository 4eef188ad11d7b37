package attr

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

func decodeJSON(t testing.TB, s string) (Value, error) {
	t.Helper()
	n, err := protocol.Parse([]byte(s))
	require.NoError(t, err)
	return Decode(n)
}

func TestValuesComeBackInCanonicalForm(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"S":"a\u00e9\n\"\u0000"}`:                  `{"S":"aé\n\"\u0000"}`,
		`{"N":"1.0"}`:                                `{"N":"1"}`,
		`{"B":"AAE="}`:                               `{"B":"AAE="}`,
		`{"B":""}`:                                   `{"B":""}`,
		`{"BOOL":false}`:                             `{"BOOL":false}`,
		`{"NULL":true}`:                              `{"NULL":true}`,
		`{"SS":["b","a",""]}`:                        `{"SS":["","a","b"]}`,
		`{"NS":["10","9","-1.50"]}`:                  `{"NS":["-1.5","9","10"]}`,
		`{"BS":["Yg==","YQ=="]}`:                     `{"BS":["YQ==","Yg=="]}`,
		`{"L":[{"S":"x"},{"L":[]}]}`:                 `{"L":[{"S":"x"},{"L":[]}]}`,
		`{"M":{"b":{"N":"1"},"a":{"M":{}}}}`:         `{"M":{"a":{"M":{}},"b":{"N":"1"}}}`,
		`{"M":{"a":{"N":"1"},"a":{"N":"2"}}}`:        `{"M":{"a":{"N":"2"}}}`,
		`{"S":"x","N":null,"Other":{"a":"ignored"}}`: `{"S":"x"}`,
	} {
		v, err := decodeJSON(t, in)
		require.NoError(t, err, in)
		assert.Equal(t, want, string(v.AppendJSON(nil)), in)
	}
}

func TestMalformedValuesGiveTheServicesMessages(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"L":[`, MaxDepth+1) + `]}` + strings.Repeat(`]}`, MaxDepth)
	for in, want := range map[string]string{
		`{}`:                    errEmptyValue.Error(),
		`null`:                  errEmptyValue.Error(),
		`{"Q":"x"}`:             errEmptyValue.Error(),
		`{"S":null}`:            errEmptyValue.Error(),
		`{"S":"a","N":"1"}`:     errManyTypes.Error(),
		`{"NULL":false}`:        errNullFalse.Error(),
		`{"SS":[]}`:             errEmptySS.Error(),
		`{"NS":[]}`:             errEmptyNS.Error(),
		`{"BS":[]}`:             errEmptyBS.Error(),
		`{"SS":["a",null]}`:     errNullMember.Error(),
		`{"SS":["a","b","a"]}`:  "One or more parameter values were invalid: Input collection [\"a\", \"b\", \"a\"] contains duplicates.",
		`{"NS":["1","1.0"]}`:    errDuplicateNumbers.Error(),
		`{"NS":["x"]}`:          errNotANumber.Error() + ": x",
		`{"L":[{}]}`:            errEmptyValue.Error(),
		`{"M":{"":{"S":"x"}}}`:  errEmptyName.Error(),
		`{"M":{"a":{"SS":[]}}}`: errEmptySS.Error(),
		`{"M":{"` + strings.Repeat("n", maxNameLength+1) + `":{"S":""}}}`: errLongName.Error(),
		deep: errNesting.Error(),
	} {
		_, err := decodeJSON(t, in)
		require.Error(t, err, in)
		assert.Equal(t, want, err.Error())
	}
}

func TestSizesFollowThePublishedRules(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		`{"S":"é"}`: 2, `{"B":"AAE="}`: 2, `{"BOOL":true}`: 1, `{"NULL":true}`: 1,
		`{"N":"0"}`: 1, `{"N":"5"}`: 2, `{"N":"12"}`: 2, `{"N":"123"}`: 3, `{"N":"-5"}`: 3,
		`{"L":[]}`: 3, `{"L":[{"S":"ab"}]}`: 6, `{"M":{}}`: 3, `{"M":{"k":{"S":"ab"}}}`: 7,
		`{"SS":["a","bc"]}`: 3, `{"NS":["1","2"]}`: 4, `{"BS":["YQ=="]}`: 1,
	} {
		v, err := decodeJSON(t, in)
		require.NoError(t, err)
		assert.Equal(t, want, v.Size(), in)
	}
	assert.Equal(t, 9, Item{{"id", String("ab")}, {"n", FromNumber(parseCanonical("1234"))}, {"x", Bool(true)}}.Size()-1)
}

func TestChangingAnItemMakesACopy(t *testing.T) {
	t.Parallel()
	it := NewItem([]Attr{{"b", String("2")}, {"a", String("1")}, {"b", String("3")}})
	assert.Equal(t, Item{{"a", String("1")}, {"b", String("3")}}, it)
	more := it.With("aa", Null()).With("b", Bool(true))
	assert.Equal(t, Item{{"a", String("1")}, {"aa", Null()}, {"b", Bool(true)}}, more)
	assert.Equal(t, Item{{"a", String("1")}}, it.Without("b"))
	assert.Equal(t, it, it.Without("nope"))
	assert.Equal(t, Item{{"a", String("1")}, {"b", String("3")}}, it)
	assert.False(t, it.Get("nope").Exists())
}

func TestEncodedKeysSortLikeTheirValues(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 2, 'a', 'b', 0xfe, 0xff}), 0, 6)
		a, b := Binary(string(gen.Draw(t, "a"))), Binary(string(gen.Draw(t, "b")))
		want, _ := Compare(a, b)
		// The bytes after the key must not matter.
		ka, kb := string(append(a.AppendKey(nil), 0xff)), string(append(b.AppendKey(nil), 0))
		got := strings.Compare(ka, kb)
		if want != 0 && got != want {
			t.Fatalf("%q and %q: keys compare %d, want %d", a.Text(), b.Text(), got, want)
		}
	})
}

func TestEqualIgnoresTheOrderOfSetsButNotOfLists(t *testing.T) {
	t.Parallel()
	assert.True(t, Equal(Set(SS, []string{"b", "a"}), Set(SS, []string{"a", "b"})))
	assert.False(t, Equal(List([]Value{Null(), Bool(true)}), List([]Value{Bool(true), Null()})))
	assert.False(t, Equal(String("1"), FromNumber(parseCanonical("1"))))
	assert.False(t, Equal(Set(SS, []string{"YQ"}), Set(BS, []string{"YQ"})))
	_, ok := Compare(String("1"), FromNumber(parseCanonical("1")))
	assert.False(t, ok)
	_, ok = Compare(Bool(true), Bool(true))
	assert.False(t, ok)
}
