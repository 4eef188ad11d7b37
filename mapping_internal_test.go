package dynamoconn

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type (
	namedText     string
	namedInt      int16
	namedByte     byte
	namedTime     time.Time
	namedTexts    []namedText
	namedMap      map[namedText]int
	textKey       string
	oneText       int
	selfPointer   *selfPointer
	byValue       struct{ n string }
	byPointer     struct{ n string }
	unexported    struct{ a int }
	unexportedToo struct {
		a int //nolint:unused // what the type is about
		A string
	}
	withKeyValue struct{ *KeyValueString }
)

func (textKey) MarshalText() ([]byte, error) { return nil, nil }

func (oneText) MarshalText() ([]byte, error) { return []byte("one"), nil }

func (v byValue) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberN{Value: v.n}, nil
}

func (v *byPointer) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if v.n == "error" {
		return nil, errMarshal
	}
	if v.n == "nil" {
		return nil, nil
	}
	return &types.AttributeValueMemberS{Value: v.n}, nil
}

var errMarshal = errors.New("it cannot be")

func TestGoValueIsAKeyValue(t *testing.T) {
	t.Parallel()
	text, number := "x", 7
	pointer := &number
	when := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	huge, _ := new(big.Int).SetString("12345678901234567890123456789012345678", 10)
	list := []any{1}
	for name, test := range map[string]struct {
		value any
		want  KeyValue
	}{
		"nil":                   {nil, Null("")},
		"string":                {"x", String("", "x")},
		"empty string":          {"", String("", "")},
		"named string":          {namedText("x"), String("", "x")},
		"bool":                  {true, Boolean("", true)},
		"int":                   {-7, Long("", -7)},
		"int8":                  {int8(-128), Long("", -128)},
		"int64":                 {int64(math.MinInt64), Long("", math.MinInt64)},
		"rune":                  {'x', Long("", 120)},
		"named int":             {namedInt(7), Long("", 7)},
		"uint8":                 {uint8(255), Long("", 255)},
		"uint64":                {uint64(math.MaxUint64), Decimal("", MustNumber("18446744073709551615"))},
		"duration":              {time.Second, Long("", 1e9)},
		"float64":               {0.1, Decimal("", MustNumber("0.1"))},
		"whole float64":         {3.0, Long("", 3)},
		"negative zero":         {math.Copysign(0, -1), Decimal("", MustNumber("-0"))},
		"large float64":         {1e100, Decimal("", MustNumber("1E100"))},
		"float32":               {float32(0.1), Decimal("", MustNumber("0.1"))},
		"whole float32":         {float32(3), Long("", 3)},
		"large float32":         {float32(16777216), Long("", 16777216)},
		"small float32":         {math.SmallestNonzeroFloat32 * float32(1), Decimal("", MustNumber("1E-45"))},
		"Number":                {MustNumber("1.50"), Decimal("", MustNumber("1.50"))},
		"zero Number":           {Number{}, Long("", 0)},
		"json.Number":           {json.Number("1.5"), Decimal("", MustNumber("1.5"))},
		"long json.Number":      {json.Number("7"), Long("", 7)},
		"big.Int":               {huge, Decimal("", MustNumber("12345678901234567890123456789012345678"))},
		"big.Float":             {big.NewFloat(0.5), Decimal("", MustNumber("0.5"))},
		"big.Rat":               {big.NewRat(1, 4), Decimal("", MustNumber("0.25"))},
		"time":                  {when, String("", "2026-01-02T03:04:05.000000006Z")},
		"pointer to a time":     {&when, String("", "2026-01-02T03:04:05.000000006Z")},
		"named time":            {namedTime(when), String("", "2026-01-02T03:04:05.000000006Z")},
		"pointer":               {&text, String("", "x")},
		"pointer to a pointer":  {&pointer, Long("", 7)},
		"nil pointer":           {(*string)(nil), Null("")},
		"nil *big.Int":          {(*big.Int)(nil), Null("")},
		"nil *time.Time":        {(*time.Time)(nil), Null("")},
		"bytes":                 {[]byte{1}, Binary("", []byte{1})},
		"no bytes":              {[]byte{}, Binary("", []byte{})},
		"nil bytes":             {[]byte(nil), Null("")},
		"json.RawMessage":       {json.RawMessage("1"), Binary("", []byte("1"))},
		"named bytes":           {[]namedByte{1}, Binary("", []byte{1})},
		"array of bytes":        {[2]byte{1, 2}, Binary("", []byte{1, 2})},
		"array of named bytes":  {[2]namedByte{1, 2}, Binary("", []byte{1, 2})},
		"slice of bytes":        {[][]byte{{1}, {2}}, BinarySet("", []byte{1}, []byte{2})},
		"slice":                 {[]string{"x"}, List("", String("", "x"))},
		"named slice":           {namedTexts{"x"}, List("", String("", "x"))},
		"nil slice":             {[]string(nil), Null("")},
		"empty slice":           {[]string{}, List("", []KeyValue{}...)},
		"array":                 {[1]bool{true}, List("", Boolean("", true))},
		"slice of anything":     {[]any{nil, 1, &text, list}, List("", Null(""), Long("", 1), String("", "x"), List("", Long("", 1)))},
		"map":                   {map[string]any{"b": 1, "a": nil}, Map("", Null("a"), Long("b", 1))},
		"named map":             {namedMap{"x": 1}, Map("", Long("x", 1))},
		"nil map":               {map[string]int(nil), Null("")},
		"map of ints":           {map[int8]string{2: "y", -1: "x"}, Map("", String("-1", "x"), String("2", "y"))},
		"map of uints":          {map[uint]bool{7: true}, Map("", Boolean("7", true))},
		"map of booleans":       {map[bool]int{true: 1}, Map("", Long("true", 1))},
		"map of months":         {map[time.Month]int{time.May: 1}, Map("", Long("5", 1))},
		"struct":                {struct{ B, A any }{1, unexportedToo{A: "x"}}, Map("", Long("B", 1), Map("A", String("A", "x")))},
		"struct without fields": {struct{}{}, Map("", []KeyValue{}...)},
		"KeyValue":              {StringSet("", "x"), StringSet("", "x")},
		"pointer to a KeyValue": {ptr[KeyValue](Long("", 1)), Long("", 1)},
		"struct of a KeyValue":  {*Decimal("", MustNumber("1.50")), Decimal("", MustNumber("1.50"))},
		"KeyValue in a map":     {map[string]KeyValue{"a": Long("", 1), "b": Long("b", 2)}, Map("", Long("a", 1), Long("b", 2))},
		"Item":                  {Item{Long("a", 1)}, Map("", Long("a", 1))},
		"nil Item":              {Item(nil), Null("")},
		"[]KeyValue":            {[]KeyValue{Long("", 1)}, List("", Long("", 1))},
		"Item in a slice":       {[]Item{{Long("a", 1)}, nil}, List("", Map("", Long("a", 1)), Null(""))},
		"Marshaler":             {byValue{"7"}, Long("", 7)},
		"pointer to Marshaler":  {&byValue{"7"}, Long("", 7)},
		"*Marshaler":            {&byPointer{"x"}, String("", "x")},
		"value of *Marshaler":   {byPointer{"x"}, String("", "x")},
		"*Marshalers in a map":  {map[string]byPointer{"a": {"x"}}, Map("", String("a", "x"))},
		"nil *Marshaler":        {(*byPointer)(nil), Null("")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := keyValueOf(test.value)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestGoValueThatIsNoKeyValue(t *testing.T) {
	t.Parallel()
	loop := map[string]any{}
	loop["a"], loop["b"] = loop, loop
	ring := make([]any, 2)
	ring[0], ring[1] = ring, ring
	var self selfPointer
	self = &self
	wide := []any{1, 2}
	for range 28 {
		wide = []any{wide, wide} // many values in a little memory
	}
	for name, test := range map[string]struct {
		value      any
		path, rule string
	}{
		"NaN":                  {math.NaN(), "", "invalid number: value is NaN or infinite"},
		"infinity":             {math.Inf(-1), "", "invalid number: value is NaN or infinite"},
		"float32 NaN":          {float32(math.NaN()), "", "invalid number: value is NaN or infinite"},
		"float32 infinity":     {float32(math.Inf(1)), "", "invalid number: value is NaN or infinite"},
		"no json.Number":       {json.Number("seven"), "", ruleOf(t, "seven")},
		"long big.Rat":         {big.NewRat(1, 3), "", inexactValue().Error()},
		"channel":              {make(chan int), "", "is a Go chan int, which is no value of DynamoDB"},
		"function":             {func() {}, "", "is a Go func(), which is no value of DynamoDB"},
		"complex":              {1i, "", "is a Go complex128, which is no value of DynamoDB"},
		"struct":               {unexported{1}, "", "is a Go dynamoconn.unexported, a struct without an exported field"},
		"pointer to a struct":  {&unexported{1}, "", "is a Go dynamoconn.unexported, a struct without an exported field"},
		"Path inside":          {[]any{Attr("a")}, "[0]", "is a Go dynamoconn.Path, a struct without an exported field"},
		"map of floats":        {map[float64]string{1: "x"}, "", "is a Go map[float64]string" + ruleMapKeys},
		"map of text":          {map[textKey]string{"x": "x"}, `""`, "the name must not be empty"},
		"map of equal text":    {map[oneText]string{1: "x", 2: "x"}, "one", "is the name of two keys of the Go map"},
		"no UTF-8":             {[]string{"\xff"}, "[0]", "must be valid UTF-8"},
		"map in itself":        {loop, "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", "is nested deeper than 32 levels"},
		"slice in itself":      {ring, "[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]", "is nested deeper than 32 levels"},
		"pointer to itself":    {self, "", "is a pointer that leads to itself"},
		"one slice many times": {wide, "", "comes after 1,048,576 values, more than an item can hold"},
		"huge slice":           {make([]struct{}, 1<<30), "", "comes after 1,048,576 values, more than an item can hold"},
		"huge set":             {make([][]byte, 1<<21), "", "comes after 1,048,576 values, more than an item can hold"},
		"nil KeyValue":         {(*KeyValueString)(nil), "", ruleKind},
		"nil KeyValue inside":  {[]any{(*KeyValueString)(nil)}, "[0]", ruleKind},
		"nil in a map":         {map[string]KeyValue{"a": nil}, "a", ruleKind},
		"embedded KeyValue":    {withKeyValue{String("", "x")}, "", ruleKind},
		"other name":           {map[string]KeyValue{"a": Long("b", 1)}, "a", "has another name than its key in the map"},
		"Marshaler's error":    {map[string]any{"a": []any{&byPointer{"error"}}}, "a[0]", "it cannot be"},
		"Marshaler's nil":      {&byPointer{"nil"}, "", "has no value"},
		"Marshaler's number":   {byValue{"seven"}, "", "is not a number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keyValueOf(test.value)
			field, ok := as[*FieldError](err)
			require.True(t, ok, "%v", err)
			require.ErrorIs(t, err, ErrInvalidRequest)
			if name != "one slice many times" {
				assert.Equal(t, test.path, field.Path)
			}
			assert.Equal(t, test.rule, field.Rule)
		})
	}
	_, err := keyValueOf(&byPointer{"error"})
	require.ErrorIs(t, err, errMarshal)
	_, err = keyValueOf(big.NewRat(1, 3))
	require.ErrorIs(t, err, ErrInvalidNumber)
	require.ErrorIs(t, err, ErrInexact)
}

// ruleOf returns the rule that a text breaks as a number.
func ruleOf(t *testing.T, text string) string {
	t.Helper()
	_, err := ParseNumber(text)
	require.Error(t, err)
	return err.Error()
}

func TestGoValueAsDeepAsDynamoDBStores(t *testing.T) {
	t.Parallel()
	nested := func(levels int) any {
		var value any = "x"
		for i := range levels {
			switch i % 3 {
			case 0:
				value = []any{value}
			case 1:
				inner := value
				value = &map[string]any{"a": &inner} // a pointer is no level
			default:
				value = [1]any{value}
			}
		}
		return value
	}
	kv, err := keyValueOf(nested(31))
	require.NoError(t, err)
	_, err = (&expression{}).value(kv)
	require.NoError(t, err)
	_, err = keyValueOf(nested(32))
	require.ErrorIs(t, err, ErrInvalidRequest)

	type inner struct {
		Set []string `dynamodbav:",stringset"`
	}
	var value any = inner{[]string{"x"}}
	for range 30 {
		value = []any{value}
	}
	kv, err = keyValueOf(value)
	require.NoError(t, err)
	_, err = (&expression{}).value(kv)
	require.NoError(t, err)
}

// What was read into an any is written as it was.
func TestAnyKeepsAnItem(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{}.item().Draw(t, "item")
		var read any
		require.NoError(t, Unmarshal(item, &read))
		written, err := Marshal(read)
		require.NoError(t, err)
		require.True(t, item.Equal(written), "%v, not %v", written, item)
	})
}

// A struct is read as it was written, or refused when it is written.
func TestStructsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	type inner struct {
		Text   string
		Number *float64
		Map    map[int8][]bool
	}
	type outer struct {
		Int8    int8
		Uint    uint64 `dynamodbav:",string"`
		Float32 float32
		Array   [2]inner
		Inner   *inner              `dynamodbav:"in,omitempty"`
		Names   map[string]struct{} `dynamodbav:",stringset,omitzero"`
		Keys    map[bool]inner
	}
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Make[outer]().Draw(t, "struct")
		item, err := Marshal(want)
		if err != nil {
			require.ErrorIs(t, err, ErrInvalidRequest)
			return
		}
		var got outer
		require.NoError(t, Unmarshal(item, &got))
		require.Equal(t, want, got)
	})
}

func TestOperandIsACopy(t *testing.T) {
	t.Parallel()
	data, texts, item := []byte("ab"), []any{"x", []byte("y")}, Item{Long("a", 1)}
	list, where := []KeyValue{Long("", 1)}, []Predicate{Attr("b").Exists()}
	predicates := map[string]Predicate{
		"bytes": Attr("a").EQ(data), "slice": Attr("a").In(texts...), "list": Attr("a").EQ(texts), "Item": Attr("a").EQ(item),
		"[]KeyValue": Attr("a").EQ(list), "All": All(where...), "Any": Any(where...), "Expr": Expr("$ = ?", texts...),
		"Expr of bytes": Expr("$ = ?", "a", data),
	}
	encode := func() map[string]string {
		texts := map[string]string{}
		for name, p := range predicates {
			x := &expression{}
			text, err := x.predicate("If", p)
			require.NoError(t, err)
			texts[name] = text + string(x.encoded)
		}
		return texts
	}
	before := encode()
	data[0], texts[0], texts[1].([]byte)[0], item[0], list[0], where[0] = 'z', 9, 'z', nil, nil, nil
	assert.Equal(t, before, encode())
}

func ptr[T any](value T) *T { return &value }
