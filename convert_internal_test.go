package dynamoconn

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

// kindsAsItem and kindsAsAttributes hold the same values. They are sorted by name, because
// FromAttributeValues sorts them.
var (
	kindsAsItem = Item{
		Binary("b", []byte{0, 0xff}),
		Boolean("bool", true),
		BinarySet("bs", []byte{1}, []byte{}),
		List("l", String("", "x"), Long("", 1), List("", Item{}...), Map("", Null("n"))),
		Map("m", Map("o", Item{}...), Long("é.#:x y", -1)),
		Decimal("n", MustNumber("12345678901234567890.123456789012345678")),
		NumberSet("ns", MustNumber("1"), MustNumber("2.50")),
		Null("null"),
		String("s", "été 東京"),
		StringSet("ss", "x", ""),
		Long("z", 42),
	}
	kindsAsAttributes = map[string]types.AttributeValue{
		"b":    &types.AttributeValueMemberB{Value: []byte{0, 0xff}},
		"bool": &types.AttributeValueMemberBOOL{Value: true},
		"bs":   &types.AttributeValueMemberBS{Value: [][]byte{{1}, {}}},
		"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{
			&types.AttributeValueMemberS{Value: "x"},
			&types.AttributeValueMemberN{Value: "1"},
			&types.AttributeValueMemberL{Value: []types.AttributeValue{}},
			&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
				"n": &types.AttributeValueMemberNULL{Value: true},
			}},
		}},
		"m": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
			"é.#:x y": &types.AttributeValueMemberN{Value: "-1"},
			"o":       &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}},
		}},
		"n":    &types.AttributeValueMemberN{Value: "12345678901234567890.123456789012345678"},
		"ns":   &types.AttributeValueMemberNS{Value: []string{"1", "2.50"}},
		"null": &types.AttributeValueMemberNULL{Value: true},
		"s":    &types.AttributeValueMemberS{Value: "été 東京"},
		"ss":   &types.AttributeValueMemberSS{Value: []string{"x", ""}},
		"z":    &types.AttributeValueMemberN{Value: "42"},
	}
)

func TestEveryKindConvertsBothWays(t *testing.T) {
	t.Parallel()
	attributes, err := ToAttributeValues(kindsAsItem)
	require.NoError(t, err)
	assert.Equal(t, kindsAsAttributes, attributes)

	item, err := FromAttributeValues(kindsAsAttributes)
	require.NoError(t, err)
	assert.Equal(t, kindsAsItem, item)

	for _, kv := range kindsAsItem {
		av, err := ToAttributeValue(kv)
		require.NoError(t, err)
		assert.Equal(t, kindsAsAttributes[kv.KeyName()], av)
		back, err := FromAttributeValue(kv.KeyName(), av)
		require.NoError(t, err)
		assert.Equal(t, kv, back)
	}
}

func TestNilAndEmptyConvert(t *testing.T) {
	t.Parallel()
	for _, item := range []Item{nil, {}} {
		attributes, err := ToAttributeValues(item)
		require.NoError(t, err)
		assert.Equal(t, map[string]types.AttributeValue{}, attributes)
	}
	got, err := FromAttributeValues(nil)
	require.NoError(t, err)
	assert.Equal(t, Item(nil), got)
	got, err = FromAttributeValues(map[string]types.AttributeValue{})
	require.NoError(t, err)
	assert.Equal(t, Item{}, got)

	for want, kv := range map[types.AttributeValue]KeyValue{
		&types.AttributeValueMemberS{}:                                         &KeyValueString{},
		&types.AttributeValueMemberN{Value: "0"}:                               &KeyValueLong{},
		&types.AttributeValueMemberBOOL{}:                                      &KeyValueBoolean{},
		&types.AttributeValueMemberB{Value: []byte{}}:                          &KeyValueBinary{},
		&types.AttributeValueMemberNULL{Value: true}:                           &KeyValueNull{},
		&types.AttributeValueMemberL{Value: []types.AttributeValue{}}:          &KeyValueList{},
		&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}: &KeyValueMap{},
		&types.AttributeValueMemberBS{Value: [][]byte{{}}}:                     &KeyValueBinarySet{BinarySetValue: [][]byte{nil}},
	} {
		got, err := ToAttributeValue(kv)
		require.NoError(t, err)
		assert.Equal(t, want, got)
		back, err := FromAttributeValue("", got)
		require.NoError(t, err)
		assert.True(t, Item{kv}.Equal(Item{back}), "%T", kv)
	}
	zero, err := ToAttributeValue(&KeyValueDecimal{})
	require.NoError(t, err)
	assert.Equal(t, &types.AttributeValueMemberN{Value: "0"}, zero)

	for av, want := range map[types.AttributeValue]KeyValue{
		&types.AttributeValueMemberB{}: &KeyValueBinary{Key: "k", BinaryValue: []byte{}},
		&types.AttributeValueMemberL{}: &KeyValueList{Key: "k", ListValue: []KeyValue{}},
		&types.AttributeValueMemberM{}: &KeyValueMap{Key: "k", MapValue: Item{}},
	} {
		got, err := FromAttributeValue("k", av)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
}

func TestNumbersKeepTheirText(t *testing.T) {
	t.Parallel()
	longs := map[string]int64{
		"0": 0, "42": 42, "-7": -7, "9223372036854775807": 1<<63 - 1, "-9223372036854775808": -1 << 63,
	}
	for text, n := range longs {
		kv, err := FromAttributeValue("k", &types.AttributeValueMemberN{Value: text})
		require.NoError(t, err)
		assert.Equal(t, Long("k", n), kv)
	}
	decimals := []string{
		"-0", "0.0", "1.0", "007", "+5", "5.", ".5", "1E2", "1e-130", "-0e7", "9223372036854775808",
		"12345678901234567890123456789012345678", "9.9999999999999999999999999999999999999E+125",
	}
	for _, text := range decimals {
		kv, err := FromAttributeValue("k", &types.AttributeValueMemberN{Value: text})
		require.NoError(t, err)
		assert.Equal(t, Decimal("k", MustNumber(text)), kv)
		av, err := ToAttributeValue(kv)
		require.NoError(t, err)
		assert.Equal(t, &types.AttributeValueMemberN{Value: text}, av)
	}
	members := slices.DeleteFunc(slices.Clone(decimals[1:]), func(text string) bool { return text == "5." || text == "-0e7" }) // +5 and 0.0
	set, err := FromAttributeValue("k", &types.AttributeValueMemberNS{Value: members})
	require.NoError(t, err)
	numbers := set.(*KeyValueNumberSet).NumberSetValue
	require.Len(t, numbers, len(members))
	for i, number := range numbers {
		assert.Equal(t, members[i], number.String())
	}
}

// imposter is a KeyValue because it embeds one. The embedded one may be nil, and then
// KeyName panics.
type imposter struct{ KeyValue }

const notUTF8 = "a\xff"

func TestConversionRefuses(t *testing.T) {
	t.Parallel()
	me := Map("me")
	me.MapValue = Item{me}
	twice := List("twice")
	twice.ListValue = []KeyValue{&KeyValueList{ListValue: nil}}
	inner := &KeyValueList{}
	inner.ListValue = []KeyValue{inner, inner}
	twice.ListValue[0] = inner
	mixed := func(levels int) KeyValue {
		var kv KeyValue = Null("m")
		for level := range levels {
			if level%2 == 0 {
				kv = Map("", named("m", kv))
			} else {
				kv = List("", named("", kv))
			}
		}
		return named("m", kv)
	}
	utf8Rule, twiceInSet := "must be valid UTF-8", "is in the set twice"
	tests := map[string]struct {
		kv   KeyValue
		path string
		rule string
	}{
		"nil":                            {nil, "[1]", ruleKind},
		"imposter":                       {imposter{String("x", "")}, "[1]", ruleKind},
		"imposter of nil":                {imposter{}, "[1]", ruleKind},
		"nil imposter":                   {(*imposter)(nil), "[1]", ruleKind},
		"empty name":                     {Long("", 1), `""`, "the name must not be empty"},
		"name not UTF-8":                 {Long(notUTF8, 1), `"a\xff"`, "the name must be valid UTF-8"},
		"name twice":                     {Long("first", 2), "first", "is in the item twice"},
		"string not UTF-8":               {String("s", notUTF8), "s", utf8Rule},
		"empty string set":               {StringSet("ss"), "ss", "a set must not be empty"},
		"empty number set":               {NumberSet("ns"), "ns", "a set must not be empty"},
		"empty binary set":               {BinarySet("bs"), "bs", "a set must not be empty"},
		"set member not UTF-8":           {StringSet("ss", "a", notUTF8), "ss[1]", utf8Rule},
		"string twice":                   {StringSet("ss", "a", "b", "a"), "ss[2]", twiceInSet},
		"string twice among many":        {StringSet("ss", append(strings.Split("abcdefghijklmnopq", ""), "q")...), "ss[17]", twiceInSet},
		"empty string twice":             {StringSet("ss", "", ""), "ss[1]", twiceInSet},
		"number twice":                   {NumberSet("ns", MustNumber("1"), MustNumber("1")), "ns[1]", twiceInSet},
		"1 and 1.0":                      {NumberSet("ns", MustNumber("1"), MustNumber("1.0")), "ns[1]", twiceInSet},
		"1e0 and 1":                      {NumberSet("ns", MustNumber("2"), MustNumber("1e0"), MustNumber("1")), "ns[2]", twiceInSet},
		"0 and -0":                       {NumberSet("ns", Number{}, MustNumber("-0")), "ns[1]", twiceInSet},
		"binary twice":                   {BinarySet("bs", []byte{1}, []byte{1}), "bs[1]", twiceInSet},
		"nil binary and empty":           {BinarySet("bs", nil, []byte{}), "bs[1]", twiceInSet},
		"nil in a list":                  {List("l", Long("", 1), nil), "l[1]", ruleKind},
		"typed nil in a list":            {List("l", (*KeyValueNull)(nil)), "l[0]", ruleKind},
		"imposter in a list":             {List("l", imposter{}), "l[0]", ruleKind},
		"named element":                  {List("l", Long("", 1), Long("x", 1)), "l[1]", "an element of a list has no name"},
		"nil in a map":                   {Map("m", Long("x", 1), nil), "m[1]", ruleKind},
		"empty name in a map":            {Map("m", Long("", 1)), `m.""`, "the name must not be empty"},
		"name twice in a map":            {Map("m", Long("x", 1), Null("x")), "m.x", "is in the item twice"},
		"deep inside":                    {Map("Address", List("Lines", Null(""), Null(""), String("", notUTF8))), "Address.Lines[2]", utf8Rule},
		"dotted name":                    {Map("a.b", StringSet("c d")), `"a.b"."c d"`, "a set must not be empty"},
		"32 lists":                       {nested("l", 32, "list"), "l" + strings.Repeat("[0]", 31), "is nested deeper than 32 levels"},
		"32 maps":                        {nested("m", 32, "map"), "m" + strings.Repeat(".m", 31), "is nested deeper than 32 levels"},
		"32 of lists and maps":           {mixed(32), "m" + strings.Repeat("[0].m", 15) + "[0]", "is nested deeper than 32 levels"},
		"an item in itself":              {me, "me" + strings.Repeat(".me", 31), "is nested deeper than 32 levels"},
		"a list that holds itself twice": {twice, "twice" + strings.Repeat("[0]", 31), "is nested deeper than 32 levels"},
	}
	for i, kv := range typedNils() {
		tests[fmt.Sprintf("typed nil %T", kv)] = struct {
			kv   KeyValue
			path string
			rule string
		}{typedNils()[i], "[1]", ruleKind}
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ToAttributeValues(Item{Long("first", 1), test.kv})
			assert.Nil(t, got)
			assertFieldError(t, err, ErrInvalidRequest, test.path, test.rule)

			// A value alone is in no item: its path does not begin with an index, and its name
			// is not checked.
			switch alone, err := ToAttributeValue(test.kv); {
			case test.path == "[1]":
				assert.Nil(t, alone)
				assertFieldError(t, err, ErrInvalidRequest, "", test.rule)
			case keyName(test.kv) == "" || keyName(test.kv) == notUTF8 || test.path == "first":
				require.NoError(t, err, "the name of one value alone is not part of it")
			default:
				assert.Nil(t, alone)
				assertFieldError(t, err, ErrInvalidRequest, test.path, test.rule)
			}
		})
	}
}

func TestConversionTakesThirtyOneListsAndMaps(t *testing.T) {
	t.Parallel()
	for _, kv := range []KeyValue{
		nested("k", 31, "list"), nested("k", 31, "map"), Map("k", nested("k", 30, "list")), List("k", nested("", 30, "map")),
	} {
		attributes, err := ToAttributeValues(Item{kv})
		require.NoError(t, err)
		back, err := FromAttributeValues(attributes)
		require.NoError(t, err)
		assert.True(t, Item{kv}.Equal(back))
	}
}

func TestPathOfAValueWithoutANameIsWithinIt(t *testing.T) {
	t.Parallel()
	_, err := ToAttributeValue(List("", Null(""), StringSet("")))
	assertFieldError(t, err, ErrInvalidRequest, "[1]", "a set must not be empty")
	_, err = ToAttributeValue(Map("", StringSet("x")))
	assertFieldError(t, err, ErrInvalidRequest, "x", "a set must not be empty")
}

func TestConversionRefusesWhatNoDynamoDBSends(t *testing.T) {
	t.Parallel()
	deep := func(levels int, inMap bool) types.AttributeValue {
		var av types.AttributeValue = &types.AttributeValueMemberS{}
		for range levels {
			if inMap {
				av = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"m": av}}
			} else {
				av = &types.AttributeValueMemberL{Value: []types.AttributeValue{av}}
			}
		}
		return av
	}
	for _, inMap := range []bool{false, true} {
		_, err := FromAttributeValue("k", deep(100, inMap))
		require.NoError(t, err)
	}
	s := func(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }
	tests := map[string]struct {
		av     types.AttributeValue
		path   string
		rule   string
		number bool
	}{
		"nil":                   {nil, "k", "has no value", false},
		"unknown union member":  {&types.UnknownUnionMember{Tag: "X9", Value: []byte("{}")}, "k", "is of the unknown type X9", false},
		"NULL false":            {&types.AttributeValueMemberNULL{}, "k", "is a NULL that is false", false},
		"string not UTF-8":      {s(notUTF8), "k", "is not valid UTF-8", false},
		"set member not UTF-8":  {&types.AttributeValueMemberSS{Value: []string{"a", notUTF8}}, "k[1]", "is not valid UTF-8", false},
		"number that is empty":  {&types.AttributeValueMemberN{}, "k", "is not a number", true},
		"number that is a word": {&types.AttributeValueMemberN{Value: "NaN"}, "k", "is not a number", true},
		"number of 39 digits":   {&types.AttributeValueMemberN{Value: strings.Repeat("9", 39)}, "k", "is not a number", true},
		"number in a set":       {&types.AttributeValueMemberNS{Value: []string{"1", "1e126"}}, "k[1]", "is not a number", true},
		"empty string set":      {&types.AttributeValueMemberSS{}, "k", "a set must not be empty", false},
		"empty number set":      {&types.AttributeValueMemberNS{}, "k", "a set must not be empty", false},
		"empty binary set":      {&types.AttributeValueMemberBS{}, "k", "a set must not be empty", false},
		"string twice in a set": {&types.AttributeValueMemberSS{Value: []string{"a", "b", "a"}}, "k[2]", "is in the set twice", false},
		"number twice in a set": {&types.AttributeValueMemberNS{Value: []string{"1", "1.0"}}, "k[1]", "is in the set twice", false},
		"binary twice in a set": {&types.AttributeValueMemberBS{Value: [][]byte{{1}, {1}}}, "k[1]", "is in the set twice", false},
		"nil in a list":         {&types.AttributeValueMemberL{Value: []types.AttributeValue{s("x"), nil}}, "k[1]", "has no value", false},
		"nil in a map":          {&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"a": nil}}, "k.a", "has no value", false},
		"name not UTF-8":        {&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{notUTF8: s("")}}, `k."a\xff"`, "the name is not valid UTF-8", false},
		"101 lists":             {deep(101, false), "k" + strings.Repeat("[0]", 100), "is nested deeper than 100 levels", false},
		"101 maps":              {deep(101, true), "k" + strings.Repeat(".m", 100), "is nested deeper than 100 levels", false},
	}
	for _, av := range []types.AttributeValue{
		(*types.AttributeValueMemberS)(nil), (*types.AttributeValueMemberN)(nil), (*types.AttributeValueMemberB)(nil),
		(*types.AttributeValueMemberBOOL)(nil), (*types.AttributeValueMemberNULL)(nil), (*types.AttributeValueMemberL)(nil),
		(*types.AttributeValueMemberM)(nil), (*types.AttributeValueMemberSS)(nil), (*types.AttributeValueMemberNS)(nil),
		(*types.AttributeValueMemberBS)(nil), (*types.UnknownUnionMember)(nil),
	} {
		test := tests["nil"]
		test.av = av
		tests[fmt.Sprintf("typed nil %T", av)] = test
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kv, err := FromAttributeValue("k", test.av)
			assert.Nil(t, kv)
			assertFieldError(t, err, ErrCorruptResponse, test.path, test.rule)
			assert.Equal(t, test.number, isInvalidNumber(err))

			item, err := FromAttributeValues(map[string]types.AttributeValue{"k": test.av})
			assert.Nil(t, item)
			assertFieldError(t, err, ErrCorruptResponse, test.path, test.rule)
		})
	}
}

// Errors may be logged, so they must not show what a person typed or stored.
func TestConversionErrorsQuoteNoValue(t *testing.T) {
	t.Parallel()
	_, err := ToAttributeValue(StringSet("k", "canary", "canary"))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "canary")
	_, err = FromAttributeValue("k", &types.AttributeValueMemberN{Value: "canary"})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "canary")
}

// numberTexts lists the texts of all numbers in the item, in a fixed order.
func numberTexts(item Item) []string {
	var texts []string
	for _, kv := range item.byName() {
		switch kv := kv.(type) {
		case *KeyValueLong, *KeyValueDecimal:
			number, _ := numberOf(kv)
			texts = append(texts, number.String())
		case *KeyValueNumberSet:
			for _, number := range kv.NumberSetValue {
				texts = append(texts, number.String())
			}
		case *KeyValueList:
			for _, value := range kv.ListValue {
				texts = append(texts, numberTexts(Item{value})...)
			}
		case *KeyValueMap:
			texts = append(texts, numberTexts(kv.MapValue)...)
		}
	}
	return texts
}

func TestItemsSurviveTheConversion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{}.item().Draw(t, "item")
		before := item.Clone()
		attributes, err := ToAttributeValues(item)
		require.NoError(t, err)
		require.Equal(t, before, item, "the item was changed")

		back, err := FromAttributeValues(attributes)
		require.NoError(t, err)
		require.True(t, item.Equal(back))
		require.Equal(t, describe(item), describe(back))
		require.Equal(t, numberTexts(item), numberTexts(back))
		require.True(t, slices.IsSorted(back.Keys()))

		again, err := ToAttributeValues(back)
		require.NoError(t, err)
		require.Equal(t, attributes, again)
	})
}

// attributeValue draws a value that DynamoDB can send.
func attributeValue(t *rapid.T, depth int) types.AttributeValue {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "été 東京 🎸", "\x00\u2028"}))
	binary := rapid.SliceOfN(rapid.Byte(), 0, 5)
	number := rapid.OneOf(
		rapid.StringMatching(`-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,15})?(E-?[0-9]{1,2})?`),
		rapid.SampledFrom([]string{
			"0", "-0", "1.0", "007", "+5", ".5", "5.", "1E-130", "9.9999999999999999999999999999999999999E+125",
			"9223372036854775807", "9223372036854775808", "-9223372036854775808", "12345678901234567890123456789012345678",
		}),
	)
	kinds := 8
	if depth < 3 {
		kinds = 10
	}
	switch rapid.IntRange(1, kinds).Draw(t, "type") {
	case 1:
		return &types.AttributeValueMemberS{Value: text.Draw(t, "S")}
	case 2:
		return &types.AttributeValueMemberN{Value: number.Draw(t, "N")}
	case 3:
		return &types.AttributeValueMemberB{Value: binary.Draw(t, "B")}
	case 4:
		return &types.AttributeValueMemberBOOL{Value: rapid.Bool().Draw(t, "BOOL")}
	case 5:
		return &types.AttributeValueMemberNULL{Value: true}
	case 6:
		return &types.AttributeValueMemberSS{Value: rapid.SliceOfNDistinct(text, 1, 4, rapid.ID).Draw(t, "SS")}
	case 7:
		return &types.AttributeValueMemberNS{Value: rapid.SliceOfNDistinct(number, 1, 4, func(text string) string {
			return canonicalText(MustNumber(text))
		}).Draw(t, "NS")}
	case 8:
		return &types.AttributeValueMemberBS{Value: rapid.SliceOfNDistinct(binary, 1, 4, func(b []byte) string {
			return string(b)
		}).Draw(t, "BS")}
	case 9:
		list := []types.AttributeValue{}
		for range rapid.IntRange(0, 4).Draw(t, "elements") {
			list = append(list, attributeValue(t, depth+1))
		}
		return &types.AttributeValueMemberL{Value: list}
	}
	return &types.AttributeValueMemberM{Value: attributeValues(t, depth+1)}
}

func attributeValues(t *rapid.T, depth int) map[string]types.AttributeValue {
	attributes := map[string]types.AttributeValue{}
	for range rapid.IntRange(0, 4).Draw(t, "attributes") {
		attributes[rapid.StringN(1, -1, -1).Draw(t, "name")] = attributeValue(t, depth)
	}
	return attributes
}

func TestAttributeValuesSurviveTheConversion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		attributes := attributeValues(t, 0)
		item, err := FromAttributeValues(attributes)
		require.NoError(t, err)
		back, err := ToAttributeValues(item)
		require.NoError(t, err)
		require.Equal(t, attributes, back)
	})
}

// wildAttribute builds a value of the SDK's types from bytes, with what the SDK never
// makes: nil members, unknown types, and numbers that are none.
type wildAttribute struct {
	data []byte
	size int
}

func (w *wildAttribute) next() byte {
	if len(w.data) == 0 {
		return 0
	}
	b := w.data[0]
	w.data = w.data[1:]
	return b
}

func (w *wildAttribute) text() string {
	n := min(int(w.next())%12, len(w.data))
	s := string(w.data[:n])
	w.data = w.data[n:]
	return s
}

func (w *wildAttribute) number() string {
	if w.next()%2 == 0 {
		return []string{"0", "-0", "1.10", "1E-130", "1e126", "9223372036854775808", "007", ""}[w.next()%8]
	}
	return w.text()
}

func (w *wildAttribute) value() types.AttributeValue {
	w.size++
	kind := w.next() % 20
	n := int(w.next()) % 4
	if w.size > 400 {
		kind = 0
	}
	switch kind {
	case 0, 1:
		return &types.AttributeValueMemberS{Value: w.text()}
	case 2, 3:
		return &types.AttributeValueMemberN{Value: w.number()}
	case 4:
		return &types.AttributeValueMemberBOOL{Value: n > 1}
	case 5:
		return &types.AttributeValueMemberNULL{Value: n > 0}
	case 6:
		return &types.AttributeValueMemberB{Value: []byte(w.text())}
	case 7:
		set := &types.AttributeValueMemberSS{}
		for range n {
			set.Value = append(set.Value, w.text())
		}
		return set
	case 8:
		set := &types.AttributeValueMemberNS{}
		for range n {
			set.Value = append(set.Value, w.number())
		}
		return set
	case 9:
		set := &types.AttributeValueMemberBS{}
		for range n {
			set.Value = append(set.Value, []byte(w.text()))
		}
		return set
	case 10, 11, 12:
		list := &types.AttributeValueMemberL{}
		for range n {
			list.Value = append(list.Value, w.value())
		}
		return list
	case 13, 14, 15:
		return &types.AttributeValueMemberM{Value: w.item(n)}
	case 16: // nested as deep as it says
		var av types.AttributeValue = &types.AttributeValueMemberS{}
		for range w.next() % 110 {
			av = &types.AttributeValueMemberL{Value: []types.AttributeValue{av}}
		}
		return av
	case 17:
		return &types.UnknownUnionMember{Tag: w.text()}
	case 18:
		return []types.AttributeValue{(*types.AttributeValueMemberS)(nil), (*types.AttributeValueMemberM)(nil), (*types.AttributeValueMemberL)(nil), (*types.UnknownUnionMember)(nil)}[n]
	}
	return nil
}

func (w *wildAttribute) item(n int) map[string]types.AttributeValue {
	item := make(map[string]types.AttributeValue, n)
	for range n {
		item[w.text()] = w.value()
	}
	return item
}

// hasNilMember reports whether av holds a nil pointer, with which reasonsOf would panic.
func hasNilMember(av types.AttributeValue) bool {
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return av == nil
	case *types.AttributeValueMemberM:
		if av == nil {
			return true
		}
		for _, value := range av.Value {
			if hasNilMember(value) {
				return true
			}
		}
	case *types.AttributeValueMemberL:
		if av == nil {
			return true
		}
		for _, value := range av.Value {
			if hasNilMember(value) {
				return true
			}
		}
	}
	return false
}

// FuzzFromAttributeValues requires that a value of the SDK's types is converted without
// loss, or refused for a reason that reasonsOf finds, too.
func FuzzFromAttributeValues(f *testing.F) {
	for _, data := range []string{"", "\x01\x02a\x00\x00", strings.Repeat("\x0d\x03\x01k", 30), "\x03\x01a\x10\x00\x64\x01b\x11\x00\x01c\x12\x01", "\x01\x01a\x08\x03\x00\x02\x00\x04\x01\x03xyz"} {
		f.Add([]byte(data))
	}
	mutate.Fuzz(f, func(t *testing.T, data []byte) {
		w := &wildAttribute{data: data}
		attributes := w.item(int(w.next()) % 6)
		got, err := FromAttributeValues(attributes)
		var reasons []string
		if hasNilMember(&types.AttributeValueMemberM{Value: attributes}) {
			reasons = []string{"no value"}
		} else {
			reasons = reasonsOf(attributes)
		}
		if err != nil {
			require.ErrorIs(t, err, ErrCorruptResponse)
			require.NotEmpty(t, reasons, "%v", err)
			requireShowable(t, err.Error())
			return
		}
		require.Empty(t, reasons)
		require.True(t, sameAttributes(attributes, mapOf(got)))
		// A value that may be sent converts back to what it was.
		if sent, err := ToAttributeValues(got); err == nil {
			require.True(t, sameAttributes(attributes, sent))
		}
	})
}

func mapOf(item Item) map[string]types.AttributeValue {
	m := make(map[string]types.AttributeValue, len(item))
	for _, kv := range item {
		m[kv.KeyName()] = asSDK(kv)
	}
	return m
}
