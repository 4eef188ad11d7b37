package dynamoconn

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestItemString(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 70)
	cases := []struct {
		item Item
		want string
	}{
		{nil, "<no item>"},
		{Item{}, "{}"},
		{everyKind(), `{Artist: "No One <You> Know", Year: 2004, Price: 9.990, ` +
			`Exact: 12345678901234567890.123456789012345678, Odd: +.5e3, Live: true, Note: null, Cover: <3 bytes>, ` +
			`Empty: <0 bytes>, Tags: ["rock", 7, []], Label: {City: "Lyon", None: {}}, Formats: set("LP", "CD"), ` +
			`Sizes: set(1, 2.50), Hashes: set(<1 byte>, <0 bytes>)}`},
		{Item{nil, (*KeyValueMap)(nil), List("a", nil, (*KeyValueNull)(nil))}, "{<nil>, <nil>, a: [<nil>, <nil>]}"},
		{Item{Decimal("zero", Number{}), StringSet("none")}, "{zero: 0, none: set()}"},
		{Item{String("", "x"), String("a.b", "x"), String("a, b: 1", "x"), String("\xff\n", "\xff\n\"}")},
			`{"": "x", "a.b": "x", "a, b: 1": "x", "\xff\n": "\xff\n\"}"}`},
		{Item{Null(long)}, "{" + long[:64] + "...: null}"},
		{Item{List("Tags", String("named", "x"))}, `{Tags: ["x"]}`},
		{Item{foreign{String("a", "x")}}, "{<nil>}"},
	}
	for _, c := range cases {
		assert.Equal(t, c.want, c.item.String())
		for _, format := range []string{"%v", "%s", "%+v"} {
			assert.Equal(t, c.want, fmt.Sprintf(format, c.item))
		}
	}
}

// foreign is none of the eleven kinds, but has the methods of one.
type foreign struct{ *KeyValueString }

func TestKeyValueString(t *testing.T) {
	t.Parallel()
	cases := map[string]KeyValue{
		`Artist: "No \"One\""`:   String("Artist", `No "One"`),
		`Year: -7`:               Long("Year", -7),
		`Price: 9.90`:            Decimal("Price", MustNumber("9.90")),
		`Live: false`:            Boolean("Live", false),
		`Cover: <1 byte>`:        Binary("Cover", []byte{1}),
		`Note: null`:             Null("Note"),
		`Tags: [1, ["x"]]`:       List("Tags", Long("", 1), List("", String("", "x"))),
		`Label: {"a b": 1}`:      Map("Label", Long("a b", 1)),
		`Formats: set("a", "b")`: StringSet("Formats", "a", "b"),
		`Sizes: set(1, 1.0)`:     NumberSet("Sizes", MustNumber("1"), MustNumber("1.0")),
		`Hashes: set(<0 bytes>)`: BinarySet("Hashes", nil),
		`"first.name": "x"`:      String("first.name", "x"),
		`"rock"`:                 String("", "rock"),
		`[]`:                     List(""),
	}
	for want, kv := range cases {
		assert.Equal(t, want, fmt.Sprint(kv))
		assert.Equal(t, want, fmt.Sprintf("%+v", kv))
	}
	for _, none := range []KeyValue{
		(*KeyValueString)(nil), (*KeyValueLong)(nil), (*KeyValueDecimal)(nil), (*KeyValueBoolean)(nil),
		(*KeyValueBinary)(nil), (*KeyValueNull)(nil), (*KeyValueList)(nil), (*KeyValueMap)(nil),
		(*KeyValueStringSet)(nil), (*KeyValueNumberSet)(nil), (*KeyValueBinarySet)(nil),
	} {
		assert.Equal(t, "<nil>", none.(fmt.Stringer).String())
		assert.Equal(t, "<nil>", fmt.Sprint(none))
	}
}

func TestItemStringWithinOthers(t *testing.T) {
	t.Parallel()
	item := Item{Long("a", 1)}
	held := struct {
		Item  Item
		Items []Item
		Value KeyValue
		Typed DynamoDBJSON
	}{item, []Item{item, nil}, item[0], DynamoDBJSON(item)}
	assert.Equal(t, `{Item:{a: 1} Items:[{a: 1} <no item>] Value:a: 1 Typed:[a: 1]}`, fmt.Sprintf("%+v", held))
	assert.Equal(t, "{a: 1}\n", fmt.Sprintln(item))

	var text, structured bytes.Buffer
	noTime := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	slog.New(slog.NewTextHandler(&text, noTime)).Info("read", "item", item)
	slog.New(slog.NewJSONHandler(&structured, noTime)).Info("read", "item", item)
	assert.Equal(t, `level=INFO msg=read item="{a: 1}"`+"\n", text.String())
	assert.Equal(t, `{"level":"INFO","msg":"read","item":{"a":1}}`+"\n", structured.String())
}

func TestItemStringCutsWhatIsTooDeep(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a: "+strings.Repeat("[", 32)+strings.Repeat("]", 32), deepList("a", 32).String())
	assert.Equal(t, "a: "+strings.Repeat("[", 32)+"..."+strings.Repeat("]", 32), deepList("a", 33).String())

	me := Map("Me")
	me.MapValue = Item{me}
	assert.Equal(t, strings.Repeat("{Me: ", 32)+"{..."+strings.Repeat("}", 33), Item{me}.String())
	assert.Equal(t, "Me: "+strings.Repeat("{Me: ", 31)+"{..."+strings.Repeat("}", 32), me.String())
}

// The text of a list that holds itself twice would hold 2 to the power of 32 lists.
func TestItemStringCutsWhatIsTooLong(t *testing.T) {
	t.Parallel()
	twice := List("")
	twice.ListValue = []KeyValue{twice, twice}
	loop := List("Loop", twice)
	text := Item{loop}.String()
	require.Less(t, len(text), longestText+1000)
	require.Regexp(t, `, \.\.\.\]+\}$`, text)

	whole := strings.Repeat("x", longestText)
	item := Item{String("a", whole), Long("b", 1), Long("c", 2)}
	require.Equal(t, `{a: "`+whole+`", ...}`, item.String())
	// The longest item that DynamoDB stores is shown whole.
	item = Item{String("a", strings.Repeat("x", largestItem-2)), Long("b", 1)}
	assert.True(t, strings.HasSuffix(item.String(), `xx", b: 1}`))
}

func TestItemStringShowsEveryName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{faulty: true}.item().Draw(t, "item")
		text := item.String()
		for _, kv := range item {
			if !isNil(kv) {
				require.Contains(t, text, showName(kv.KeyName())+": ")
				if kv.KeyName() != "" {
					require.Contains(t, text, fmt.Sprint(kv))
				}
			}
		}
		require.NotContains(t, text, "\n")
	})
}
