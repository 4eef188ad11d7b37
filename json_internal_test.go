package dynamoconn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

var (
	_ json.Marshaler   = Item{}
	_ json.Unmarshaler = (*Item)(nil)
	_ json.Marshaler   = DynamoDBJSON{}
	_ json.Unmarshaler = (*DynamoDBJSON)(nil)
)

func everyKind() Item {
	return Item{
		String("Artist", "No One <You> Know"),
		Long("Year", 2004),
		Decimal("Price", MustNumber("9.990")),
		Decimal("Exact", MustNumber("12345678901234567890.123456789012345678")),
		Decimal("Odd", MustNumber("+.5e3")),
		Boolean("Live", true),
		Null("Note"),
		Binary("Cover", []byte{0xff, 0, 1}),
		Binary("Empty", nil),
		List("Tags", String("", "rock"), Long("", 7), List("")),
		Map("Label", String("City", "Lyon"), Map("None")),
		StringSet("Formats", "LP", "CD"),
		NumberSet("Sizes", MustNumber("1"), MustNumber("2.50")),
		BinarySet("Hashes", []byte{1}, nil),
	}
}

func TestItemMarshalJSON(t *testing.T) {
	t.Parallel()
	const want = `{"Artist":"No One <You> Know","Year":2004,"Price":9.990,` +
		`"Exact":12345678901234567890.123456789012345678,"Odd":0.5e3,"Live":true,"Note":null,"Cover":"/wAB","Empty":"",` +
		`"Tags":["rock",7,[]],"Label":{"City":"Lyon","None":{}},"Formats":["LP","CD"],"Sizes":[1,2.50],"Hashes":["AQ==",""]}`
	item := everyKind()
	got, err := item.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, want, string(got))
	assert.Equal(t, everyKind(), item, "the item was changed")

	// Inside other values, and without the escapes that the caller has switched off.
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	require.NoError(t, encoder.Encode(struct {
		Item  Item
		Items []Item
		None  Item `json:",omitempty"`
	}{item, []Item{nil, {}}, nil}))
	assert.Equal(t, `{"Item":`+want+`,"Items":[null,{}]}`+"\n", b.String())

	got, err = json.Marshal(Item{String("a", "<")})
	require.NoError(t, err)
	assert.Equal(t, `{"a":"\u003c"}`, string(got))
}

func TestItemMarshalJSONEscapes(t *testing.T) {
	t.Parallel()
	text := "\"\\/\b\f\n\r\t\x00\x1f\x7f<&>\u2028é🎸"
	got, err := Item{String(text, text)}.MarshalJSON()
	require.NoError(t, err)
	want := `"\"\\/\u0008\u000c\n\r\t\u0000\u001f\u007f<&>\u2028é🎸"`
	assert.Equal(t, "{"+want+":"+want+"}", string(got))
}

func TestItemUnmarshalJSON(t *testing.T) {
	t.Parallel()
	const text = ` { "Z" : "\u0041\ud83c\uDFB8\/\"\\\b\f\n\r\té" ,"A":-7,
		"big":9223372036854775808, "n":[1.0,-0,1E2,0.10, 9.9999999999999999999999999999999999999E+125 ],
		"t":true,"f" : false,"x":null,"o":{"b":{},"a":[ ]}, "":1 }`
	want := Item{
		String("Z", "A🎸/\"\\\b\f\n\r\té"),
		Long("A", -7),
		Decimal("big", MustNumber("9223372036854775808")),
		List("n", Decimal("", MustNumber("1.0")), Decimal("", MustNumber("-0")), Decimal("", MustNumber("1E2")),
			Decimal("", MustNumber("0.10")), Decimal("", MustNumber("9.9999999999999999999999999999999999999E+125"))),
		Boolean("t", true),
		Boolean("f", false),
		Null("x"),
		Map("o", &KeyValueMap{Key: "b", MapValue: Item{}}, &KeyValueList{Key: "a", ListValue: []KeyValue{}}),
	}
	data := []byte(strings.Replace(text, `, "":1`, "", 1))
	var got Item
	require.NoError(t, got.UnmarshalJSON(data))
	assert.Equal(t, want, got)
	clear(data)
	assert.Equal(t, want, got, "the item shares the caller's bytes")

	var within struct {
		Item  Item
		Items []Item
	}
	require.NoError(t, json.Unmarshal([]byte(`{"Item":{"a":1},"Items":[{"b":2},null,{}]}`), &within))
	assert.Equal(t, Item{Long("a", 1)}, within.Item)
	assert.Equal(t, []Item{{Long("b", 2)}, nil, {}}, within.Items)

	got = Item{Long("old", 1)}
	require.NoError(t, json.Unmarshal([]byte(" null "), &got))
	assert.Nil(t, got)
}

type jsonFault struct {
	text, path, rule string
	causes           []error
}

func (f jsonFault) check(t *testing.T, read func([]byte) error) {
	t.Helper()
	causes := f.causes
	if causes == nil {
		causes = []error{ErrInvalidRequest}
	}
	var field *FieldError
	require.ErrorAs(t, read([]byte(f.text)), &field, "%.100q", f.text)
	assert.Equal(t, &FieldError{Path: f.path, Rule: f.rule, causes: causes, about: aboutItem}, field, "%.100q", f.text)
}

func TestItemUnmarshalJSONRefuses(t *testing.T) {
	t.Parallel()
	number := []error{ErrInvalidRequest, ErrInvalidNumber}
	for _, fault := range []jsonFault{
		{text: ``, rule: "is not valid JSON at byte 0"},
		{text: ` [] `, rule: "must be an object"},
		{text: `7`, rule: "must be an object"},
		{text: `"{}"`, rule: "must be an object"},
		{text: `true`, rule: "must be an object"},
		{text: `x`, rule: "is not valid JSON at byte 0"},
		{text: `{} {}`, rule: "is not valid JSON at byte 3"},
		{text: `{"a":1},`, rule: "is not valid JSON at byte 7"},
		{text: `nullx`, rule: "is not valid JSON at byte 4"},
		{text: `{"a":1`, rule: "is not valid JSON at byte 6"},
		{text: `{"a":1,}`, rule: "is not valid JSON at byte 7"},
		{text: `{"a" 1}`, path: "a", rule: "is not valid JSON at byte 5"},
		{text: `{a:1}`, rule: "is not valid JSON at byte 1"},
		{text: `{"a":[1,]}`, path: "a[1]", rule: "is not valid JSON at byte 8"},
		{text: `{"a":[1 2]}`, path: "a", rule: "is not valid JSON at byte 8"},
		{text: `{"a":truex}`, rule: "is not valid JSON at byte 9"},
		{text: `{"a":NaN}`, path: "a", rule: "is not valid JSON at byte 5"},
		{text: `{"a":01}`, rule: "is not valid JSON at byte 6"},
		{text: `{"a":1.}`, path: "a", rule: "is not valid JSON at byte 7"},
		{text: `{"a":-}`, path: "a", rule: "is not valid JSON at byte 6"},
		{text: `{"a":+1}`, path: "a", rule: "is not valid JSON at byte 5"},
		{text: `{"a":1e}`, path: "a", rule: "is not valid JSON at byte 7"},
		{text: `{"a":"b`, path: "a", rule: "is not valid JSON at byte 7"},
		{text: `{"a":"\n`, path: "a", rule: "is not valid JSON at byte 8"},
		{text: "{\"a\":\"\n\"}", path: "a", rule: "is not valid JSON at byte 6"},
		{text: "{\"a\":\"\\n\n\"}", path: "a", rule: "is not valid JSON at byte 8"},
		{text: `{"a":"\x41"}`, path: "a", rule: "is not valid JSON at byte 7"},
		{text: `{"a":"\u00g0"}`, path: "a", rule: "is not valid JSON at byte 7"},
		{text: `{"a":"\u00`, path: "a", rule: "is not valid JSON at byte 7"},
		{text: `{"a":"\ud83c\u00g0"}`, path: "a", rule: "is not valid JSON at byte 13"},

		{text: `{"":1}`, path: `""`, rule: "the name must not be empty"},
		{text: `{"M":{"L":[0,{"":1}]}}`, path: `M.L[1].""`, rule: "the name must not be empty"},
		{text: `{"a":1,"b":2,"a":1}`, path: "a", rule: "is in the object twice"},
		{text: `{"M":[{"x.y":1,"x\u002ey":2}]}`, path: `M[0]."x.y"`, rule: "is in the object twice"},
		{text: "{\"a\":\"\xff\"}", path: "a", rule: "holds what is not valid UTF-8"},
		{text: "{\"a\":[\"\\n\xed\xa0\x80\"]}", path: "a[0]", rule: "holds what is not valid UTF-8"},
		{text: "{\"M\":{\"\xff\":1}}", path: "M", rule: "holds what is not valid UTF-8"},
		{text: `{"a":"\ud800"}`, path: "a", rule: "holds half of a surrogate pair"},
		{text: `{"a":"\udfb8\ud83c"}`, path: "a", rule: "holds half of a surrogate pair"},
		{text: `{"a":"\ud83c\u0041"}`, path: "a", rule: "holds half of a surrogate pair"},
		{text: `{"a":"\ud83c\ud83c"}`, path: "a", rule: "holds half of a surrogate pair"},
		{text: `{"\ud83cx":1}`, rule: "holds half of a surrogate pair"},
		{text: `{"a":{"b":[1e126]}}`, path: "a.b[0]", causes: number,
			rule: "invalid number: magnitude is over 9.9999999999999999999999999999999999999E+125"},
		{text: `{"a":1E-131}`, path: "a", rule: "invalid number: magnitude is under 1E-130", causes: number},
		{text: `{"a":` + digitsOf(39) + `}`, path: "a", rule: "invalid number: more than 38 significant digits", causes: number},
		{text: `{"a":` + strings.Repeat("1", 10_000) + `}`, path: "a", rule: "invalid number: text has more than 256 bytes",
			causes: number},
	} {
		fault.check(t, func(data []byte) error {
			item := Item{Long("old", 1)}
			err := item.UnmarshalJSON(data)
			assert.Equal(t, Item{Long("old", 1)}, item, "the item was changed")
			if json.Valid(data) {
				assert.Equal(t, err, json.Unmarshal(data, &item))
			} else {
				assert.Error(t, json.Unmarshal(data, &item))
			}
			return err
		})
	}
}

func TestItemJSONNestsThirtyTwoLevels(t *testing.T) {
	t.Parallel()
	nested := func(levels int) string {
		return `{"a":` + strings.Repeat("[", levels) + strings.Repeat("]", levels) + "}"
	}
	var item Item
	require.NoError(t, item.UnmarshalJSON([]byte(nested(deepestNesting))))
	got, err := item.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, nested(deepestNesting), string(got))

	deep := "a" + strings.Repeat("[0]", deepestNesting)
	jsonFault{text: nested(deepestNesting + 1), path: deep, rule: "is nested deeper than 32 levels"}.check(t, item.UnmarshalJSON)
	_, err = Item{deepList("a", deepestNesting+1)}.MarshalJSON()
	assert.Equal(t, withoutRequest(aboutItem, invalid(deep, "is nested deeper than 32 levels")), err)

	nestedMaps := strings.Repeat(`{"a":`, deepestNesting+2) + "1" + strings.Repeat("}", deepestNesting+2)
	path := strings.TrimSuffix(strings.Repeat("a.", deepestNesting+1), ".")
	jsonFault{text: nestedMaps, path: path, rule: "is nested deeper than 32 levels"}.check(t, item.UnmarshalJSON)
}

// Reading every level would end in a stack overflow, which no program survives.
func TestItemUnmarshalJSONRefusesEndlessNesting(t *testing.T) {
	t.Parallel()
	const rule = "is nested deeper than 32 levels"
	lists := strings.Repeat("[0]", deepestNesting)
	typed := func(data []byte) error { return new(DynamoDBJSON).UnmarshalJSON(data) }
	plain := func(data []byte) error { return new(Item).UnmarshalJSON(data) }

	jsonFault{text: strings.Repeat("[", 10<<20), rule: "must be an object"}.check(t, plain)
	jsonFault{text: `{"a":` + strings.Repeat("[", 10<<20), path: "a" + lists, rule: rule}.check(t, plain)
	jsonFault{text: strings.Repeat(`{"a":`, 2<<20), path: "a" + strings.Repeat(".a", deepestNesting), rule: rule}.check(t, plain)

	jsonFault{text: strings.Repeat("[", 10<<20), rule: "must be an object"}.check(t, typed)
	jsonFault{text: `{"a":` + strings.Repeat(`{"L":[`, 2<<20), path: "a" + lists, rule: rule}.check(t, typed)
	jsonFault{text: `{"a":` + strings.Repeat(`{"M":{"a":`, 1<<20), path: "a" + strings.Repeat(".a", deepestNesting), rule: rule}.
		check(t, typed)
}

// The reader compares a few names one by one, and keeps many in a map.
func TestItemJSONManyNames(t *testing.T) {
	t.Parallel()
	for _, count := range []int{fewNames - 1, fewNames, fewNames + 1, 1000} {
		var item Item
		for i := range count {
			item = append(item, Long(fmt.Sprint("n", i), int64(i)))
		}
		data, err := item.MarshalJSON()
		require.NoError(t, err)
		var back Item
		require.NoError(t, back.UnmarshalJSON(data))
		assert.Equal(t, item, back)

		for _, repeated := range []int{0, count - 1} {
			name := fmt.Sprint("n", repeated)
			_, err = append(item, Null(name)).MarshalJSON()
			assert.Equal(t, withoutRequest(aboutItem, invalid(name, "is in the item twice")), err)
			text := strings.TrimSuffix(string(data), "}") + fmt.Sprintf(`,%q:0}`, name)
			jsonFault{text: text, path: name, rule: "is in the object twice"}.check(t, back.UnmarshalJSON)
		}
	}
}

func TestItemJSONRefusesItselfInside(t *testing.T) {
	t.Parallel()
	loop := Map("Me")
	loop.MapValue = Item{loop}
	for _, marshal := range []func() ([]byte, error){Item{loop}.MarshalJSON, DynamoDBJSON{loop}.MarshalJSON} {
		data, err := marshal()
		assert.ErrorIs(t, err, ErrInvalidRequest)
		assert.Nil(t, data)
	}
	_, err := json.Marshal([]Item{{loop}})
	assert.ErrorIs(t, err, ErrInvalidRequest)

	inner := &KeyValueList{}
	inner.ListValue = []KeyValue{Null("")}
	for range 25 {
		inner = &KeyValueList{ListValue: []KeyValue{inner, inner}}
	}
	inner.Key = "Doubled"
	for _, marshal := range []func() ([]byte, error){Item{inner}.MarshalJSON, DynamoDBJSON{inner}.MarshalJSON} {
		_, err := marshal()
		assert.ErrorIs(t, err, ErrItemTooLarge)
		_, want := ToAttributeValues(Item{inner})
		assert.Equal(t, want, err)
	}
}

func TestItemMarshalJSONRefusesAForeignKeyValue(t *testing.T) {
	t.Parallel()
	item := Item{foreign{String("a", "x")}}
	for _, marshal := range []func() ([]byte, error){item.MarshalJSON, DynamoDBJSON(item).MarshalJSON} {
		_, err := marshal()
		assert.Equal(t, withoutRequest(aboutItem, invalid("[0]", ruleKind)), err)
	}
}

// Both forms return the error of the conversion.
func TestItemMarshalJSONRefusesWhatTheConversionRefuses(t *testing.T) {
	t.Parallel()
	for _, item := range []Item{
		{nil},
		{Long("a", 1), (*KeyValueLong)(nil)},
		{Long("", 1)},
		{Long("a\xff", 1)},
		{Long("a", 1), Long("a", 1)},
		{String("a", "\xff")},
		{List("a", nil)},
		{List("a", Long("", 1), (*KeyValueMap)(nil))},
		{List("a", Long("named", 1))},
		{List("a", Map("", List("b.c", String("", "\xff"))))},
		{Map("a", Long("b", 1), nil)},
		{Map("a", Long("", 1))},
		{Map("a", List("b", Map("", Long("c", 1), Long("c", 2))))},
		{StringSet("a")},
		{StringSet("a", "x", "\xff")},
		{StringSet("a", "x", "x")},
		{NumberSet("a")},
		{NumberSet("a", MustNumber("1"), MustNumber("2"), MustNumber("1.0"))},
		{BinarySet("a")},
		{List("a", BinarySet("", nil, []byte{}))},
		{deepList("a", 33)},
		{Map("a", deepList("b", 32))},
	} {
		_, want := ToAttributeValues(item)
		require.ErrorIs(t, want, ErrInvalidRequest, "%v", item)
		for _, marshal := range []func() ([]byte, error){item.MarshalJSON, DynamoDBJSON(item).MarshalJSON} {
			data, err := marshal()
			assert.Equal(t, want, err)
			assert.Nil(t, data)
		}
	}
}

func TestItemMarshalJSONAgreesWithTheConversion(t *testing.T) {
	t.Parallel()
	var refused, accepted int
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{faulty: true}.item().Draw(t, "item")
		_, want := ToAttributeValues(item)
		for _, marshal := range []func() ([]byte, error){item.MarshalJSON, DynamoDBJSON(item).MarshalJSON} {
			data, err := marshal()
			require.Equal(t, want, err)
			require.Equal(t, err == nil, json.Valid(data))
		}
		if want == nil {
			accepted++
		} else {
			refused++
		}
	})
	assert.NotZero(t, refused)
	assert.NotZero(t, accepted)
}

func TestItemJSONRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{plain: true}.item().Draw(t, "item")
		data, err := item.MarshalJSON()
		require.NoError(t, err)
		want, err := plainOracle(data)
		require.NoError(t, err)
		var back Item
		require.NoError(t, back.UnmarshalJSON(data))
		require.Equal(t, want, back)
		require.True(t, item.Equal(back), "%v became %v", item, back)
		require.Equal(t, item.Keys(), back.Keys())

		escaped, err := json.MarshalIndent(item, " ", "\t")
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(escaped, &back))
		require.Equal(t, want, back)
	})
}

func FuzzItemJSON(f *testing.F) {
	seedJSON(f, Item.MarshalJSON)
	mutate.Fuzz(f, func(t *testing.T, data []byte) {
		item := Item{Long("old", 1)}
		err := item.UnmarshalJSON(data)
		want, refused := plainOracle(data)
		checkJSONAnswer(t, data, want, refused, item, err)
		if err != nil {
			return
		}
		text, err := item.MarshalJSON()
		require.NoError(t, err)
		var back, within Item
		require.NoError(t, back.UnmarshalJSON(text))
		require.Equal(t, item, back)
		require.True(t, item.Equal(back))
		require.NoError(t, json.Unmarshal(data, &within))
		require.Equal(t, item, within)
	})
}

// checkJSONAnswer requires that a reader accepted what its oracle accepts, with the
// same result, and gave a good reason otherwise.
func checkJSONAnswer(t *testing.T, data []byte, want Item, refused error, got Item, err error) {
	if err == nil {
		require.NoError(t, refused)
		require.Equal(t, want, got)
		return
	}
	require.Error(t, refused, "%v", err)
	require.Equal(t, Item{Long("old", 1)}, got)
	require.ErrorIs(t, err, ErrInvalidRequest)
	var field *FieldError
	require.ErrorAs(t, err, &field)
	if strings.HasPrefix(field.Rule, "is not valid JSON") {
		require.False(t, json.Valid(data), "%v", err)
	}
	require.Equal(t, strings.HasPrefix(field.Rule, "invalid number"), errors.Is(err, ErrInvalidNumber))
}

func seedJSON(f *testing.F, marshal func(Item) ([]byte, error)) {
	for _, text := range []string{
		"", "null", " { } ", "[]", `{"a":1}{}`, `{"a":{"b":[1,"x",null,true,{"c":-0}]}}`, `{"a":1,"a":2}`, `{"":0}`,
		`{"a":"\ud83c\udfb8\ud83c"}`, "{\"a\":\"\xff\"}", `{"a":1e126,"b":0.10}`, `{"a":01}`, `{"a":"\u00e9\/\\"}`,
		`{"a":` + strings.Repeat("[", 33) + strings.Repeat("]", 33) + "}", `{"a":{"S":"x","N":"1"}}`, `{"a":{"NULL":false}}`,
		`{"a":{"NS":["1","1.0"]}}`, `{"a":{"B":"AQ="},"b":{"BS":["AQ==","AR=="]}}`, `{"a":{"N":1}}`, `{"a":{"SS":[]}}`,
		`{"a":{"L":[{"M":{"b":{"BOOL":true}}}]}}`, `{"a":{"X":"?"}}`,
	} {
		f.Add([]byte(text))
	}
	data, err := marshal(everyKind())
	require.NoError(f, err)
	f.Add(data)
}
