package dynamoconn

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

// sdkBody returns the body that the SDK writes for the input of an action.
func sdkBody(t require.TestingT, input smithy.Serializable) string {
	request, ok := smithyhttp.NewStackRequest().(*smithyhttp.Request)
	require.True(t, ok)
	operation := smithy.NewOperationSchema(schemas.PutItem, schemas.PutItemInput, schemas.PutItemOutput) // only its name matters
	require.NoError(t, awsjson.New10(schemas.DynamoDB_20120810).SerializeRequest(context.Background(), operation, input, request))
	body, err := io.ReadAll(request.GetStream())
	require.NoError(t, err)
	return string(body)
}

// sdkAttributes returns the attributes as the SDK writes them.
func sdkAttributes(t require.TestingT, attributes map[string]types.AttributeValue) string {
	body := sdkBody(t, &dynamodb.PutItemInput{Item: attributes})
	return strings.TrimSuffix(strings.TrimPrefix(body, `{"Item":`), `}`)
}

// sortObjects returns the same JSON with the members of each object sorted. Apart from
// that it changes no byte.
func sortObjects(t require.TestingT, data []byte) string {
	s := &jsontext.Scanner{Data: data}
	sorted := sortValue(t, s)
	require.Len(t, data, s.Pos)
	require.Len(t, sorted, len(data))
	return sorted
}

func sortValue(t require.TestingT, s *jsontext.Scanner) string {
	start := s.Pos
	var parts []string
	switch {
	case s.Take('{'):
		for !s.Take('}') {
			s.Take(',')
			start := s.Pos
			_, err := s.Text()
			require.NoError(t, err)
			require.True(t, s.Take(':'))
			name := string(rawSince(s, start))
			parts = append(parts, name+sortValue(t, s))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ",") + "}"
	case s.Take('['):
		for !s.Take(']') {
			s.Take(',')
			parts = append(parts, sortValue(t, s))
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	require.NoError(t, s.SkipValue())
	return string(rawSince(s, start))
}

func rawSince(s *jsontext.Scanner, start int) []byte { return s.Data[start:s.Pos] }

// requireSameAsSDK requires that appendItem writes what the SDK writes for the item after
// its conversion, or else refuses it with the error of the conversion.
func requireSameAsSDK(t require.TestingT, item Item) {
	before := []byte("dst=")
	got, size, err := appendItem(before, item)
	attributes, wantErr := toAttributeValues(item, 0, &walk{})
	require.Equal(t, wantErr, err)
	if err != nil {
		require.Equal(t, "dst=", string(got))
		return
	}
	require.True(t, strings.HasPrefix(string(got), "dst={"))
	got = got[len(before):]
	want := sdkAttributes(t, attributes)
	require.Equal(t, sortObjects(t, []byte(want)), sortObjects(t, got))
	require.Equal(t, item.Size(), size)
}

func TestItemIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		requireSameAsSDK(t, itemGenerator{faulty: rapid.Bool().Draw(t, "faulty")}.item().Draw(t, "item"))
	})
}

// With one attribute in each map there is one order, so each byte is compared.
func TestEveryKindIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	values := slices.Concat(kindsAsItem, everyKind(), Item{
		String("empty", ""), Binary("nil", nil), Binary("none", []byte{}), BinarySet("bs", nil, []byte{1, 2, 3, 4}),
		List("l"), Map("m"), &KeyValueDecimal{Key: "zero"}, nested("lists", 31, "list"), nested("maps", 31, "map"),
		Long("least", math.MinInt64), Long("most", math.MaxInt64), Long("hundred", 100), Long("-hundred", -100),
		Decimal("38", MustNumber("-12345678901234567890123456789012345678")),
		Decimal("point", MustNumber("1.2345678901234567890123456789012345678E-100")),
		String("long", strings.Repeat("no escape ", 1000)), String("mixed", strings.Repeat("é\"\u2028\x7f🎸 plain text ", 300)),
		Binary("large", []byte(strings.Repeat("\x00\xff\x80", 1001))),
		List("nested", List("", Map("", List("m", String("", "x"), Null("")))), Boolean("", false)),
	})
	for _, kv := range values {
		attributes, err := toAttributeValues(Item{kv}, 0, &walk{})
		require.NoError(t, err)
		got, size, err := appendItem(nil, Item{kv})
		require.NoError(t, err)
		if _, isMap := kv.(*KeyValueMap); !isMap || kv.KeyName() == "maps" {
			require.Equal(t, sdkAttributes(t, attributes), string(got))
		}
		require.Equal(t, Item{kv}.Size(), size, kv.KeyName())
		requireSameAsSDK(t, Item{kv})
	}
	requireSameAsSDK(t, nil)
	requireSameAsSDK(t, Item{})
	requireSameAsSDK(t, kindsAsItem)
}

func TestTextIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	check := func(text string) {
		for _, kv := range []KeyValue{String("k", text), Null("k" + text), StringSet("k", text, text+"."), List("k", String("", text))} {
			attributes, err := toAttributeValues(Item{kv}, 0, &walk{})
			got, _, gotErr := appendItem(nil, Item{kv})
			require.Equal(t, err, gotErr, "%q", text)
			if err == nil {
				require.Equal(t, sdkAttributes(t, attributes), string(got))
			}
		}
	}
	for c := range 0x100 {
		for _, before := range []int{0, 1, 6, 7, 8, 17} {
			check(strings.Repeat("x", before) + string([]byte{byte(c)}) + "y")
		}
	}
	for _, text := range []string{
		"\u2027", "\u2028", "\u2029", "\u202a", "\ufffd", "\uffff", "🎸", "\U0010ffff", "\xed\xa0\x80", "\xed\xbf\xbf\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xc0\x80", "\xe2\x80", "\xe2\x28\xa1", "\u2028\xff", "a<b>c&d'e/f", `\u0041`,
	} {
		check(text)
		check("12345678" + text + "12345678")
	}
}

func TestItemIsRefusedAsInTheConversion(t *testing.T) {
	t.Parallel()
	shared := List("", make([]KeyValue, 1024)...)
	for i := range shared.ListValue {
		shared.ListValue[i] = Null("")
	}
	many := List("many", slices.Repeat([]KeyValue{shared}, 1025)...)
	bad := Item{
		nil, imposter{String("x", "")}, imposter{}, (*imposter)(nil), Long("", 1), Long(notUTF8, 1), Long("first", 2), String("s", notUTF8),
		StringSet("ss"), NumberSet("ns"), BinarySet("bs"), StringSet("ss", "a", notUTF8), StringSet("ss", "a", "a", notUTF8),
		StringSet("ss", "", ""), NumberSet("ns", MustNumber("1"), MustNumber("1.0")), NumberSet("ns", Number{}, MustNumber("-0")),
		BinarySet("bs", []byte{1}, []byte{1}), BinarySet("bs", nil, []byte{}), List("l", Long("", 1), nil), List("l", imposter{}),
		List("l", Long("", 1), Long("x", 1)), Map("m", Long("x", 1), nil), Map("m", Long("", 1)), Map("m", Long("x", 1), Null("x")),
		Map("Address", List("Lines", Null(""), String("", notUTF8))), Map("a.b", StringSet("c d")), nested("l", 32, "list"),
		nested("m", 32, "map"), many, StringSet("first", "a", "a"), String("first", notUTF8), Map("m", Long("x", 1), StringSet("x")),
		StringSet("large", make([]string, mostValues)...), NumberSet("large", make([]Number, mostValues)...), BinarySet("large", make([][]byte, mostValues)...),
	}
	for _, n := range []int{fewMembers, fewMembers + 1, 300} {
		texts, numbers, binaries := StringSet("ss"), NumberSet("ns"), BinarySet("bs")
		for i := range n - 1 {
			texts.StringSetValue = append(texts.StringSetValue, fmt.Sprint(i))
			numbers.NumberSetValue = append(numbers.NumberSetValue, NumberFromInt64(int64(i)))
			binaries.BinarySetValue = append(binaries.BinarySetValue, []byte{byte(i), byte(i >> 8)})
		}
		requireSameAsSDK(t, Item{texts, numbers, binaries})
		for _, repeated := range []int{0, n - 2} {
			bad = append(bad,
				StringSet("ss", append(slices.Clone(texts.StringSetValue), fmt.Sprint(repeated))...),
				NumberSet("ns", append(slices.Clone(numbers.NumberSetValue), MustNumber(fmt.Sprintf("%d.0", repeated)))...),
				BinarySet("bs", append(slices.Clone(binaries.BinarySetValue), []byte{byte(repeated), byte(repeated >> 8)})...))
		}
	}
	for _, kv := range append(bad, typedNils()...) {
		item := Item{Long("first", 1), kv}
		_, _, err := appendItem(nil, item)
		require.ErrorIs(t, err, ErrInvalidRequest)
		requireSameAsSDK(t, item)

		// A value alone, as in a condition.
		if keyName(kv) == "" || isNil(kv) {
			_, wantErr := toAttributeValue(kv)
			got, err := appendValue([]byte("dst"), kv)
			require.Equal(t, wantErr, err)
			if err != nil {
				require.Equal(t, "dst", string(got))
			}
		}

		// An item to store, which has its errors from the same places.
		_, wantErr := checkItem(item)
		got, err := appendWholeItem([]byte("dst"), item)
		require.Equal(t, wantErr, err)
		require.Equal(t, "dst", string(got))
	}
}

func TestNameTwiceIsFoundAmongManyNames(t *testing.T) {
	t.Parallel()
	for _, count := range []int{1, 2, 15, fewNames - 1, fewNames, fewNames + 1, 1000} {
		for _, format := range []string{"n%d", "%d-same-end", "same%04dlength"} {
			var item Item
			for i := range count {
				item = append(item, Long(fmt.Sprintf(format, i), int64(i)))
			}
			requireSameAsSDK(t, item)
			for _, repeated := range []int{0, count / 2, count - 1} {
				name := fmt.Sprintf(format, repeated)
				_, _, err := appendItem(nil, append(slices.Clone(item), Null(name), Null("after")))
				require.Equal(t, underName(name, broken("is in the item twice")), err)
			}
		}
	}
}

func TestItemOfAllBytesIsStored(t *testing.T) {
	t.Parallel()
	for size, tooLarge := range map[int]bool{largestItem: false, largestItem + 1: true} {
		for _, item := range []Item{
			{String("k", strings.Repeat("x", size-1))}, {Binary("k", make([]byte, size-1))},
			{List("k", String("", strings.Repeat("x", size-1-3-1)))}, {Long("k", 7), String("l", strings.Repeat("é", (size-5)/2)), Null(strings.Repeat("n", size%2))},
		} {
			if item.Size() != size {
				continue // the last one, of the wrong parity
			}
			got, err := appendWholeItem([]byte("dst"), item)
			_, wantErr := checkItem(item)
			require.Equal(t, wantErr, err)
			require.Equal(t, tooLarge, err != nil)
			if tooLarge {
				require.ErrorIs(t, err, ErrItemTooLarge)
				require.Equal(t, "dst", string(got))
			}
		}
	}
	got, err := appendWholeItem([]byte("dst"), Item{})
	_, wantErr := checkItem(Item{})
	assert.Equal(t, wantErr, err)
	assert.Equal(t, "dst", string(got))
}

// An item can hold one large value in many places. It is refused, and takes little more
// memory than the value.
func TestItemFarTooLargeTakesLittleMemory(t *testing.T) {
	t.Parallel()
	const times = 40
	large := strings.Repeat("x", 1<<20)
	for _, kv := range []KeyValue{
		List("k", slices.Repeat([]KeyValue{String("", large)}, times)...),
		StringSet("k", slices.Repeat([]string{large}, times)...), BinarySet("k", slices.Repeat([][]byte{[]byte(large)}, times)...),
		List("k", slices.Repeat([]KeyValue{Map("", String("m", large))}, times)...),
	} {
		item := Item{Long("first", 1), kv}
		e := encoder{begin: 3, limit: largestItem}
		b, err := e.item([]byte("dst"), item, 0)
		_, wantErr := toAttributeValues(item, 0, &walk{})
		require.Equal(t, wantErr, err)
		require.Less(t, cap(b), 2<<20)
		got, err := appendWholeItem(append(make([]byte, 0, 4<<20), "dst"...), item)
		_, wantErr = checkItem(item)
		require.Equal(t, wantErr, err)
		require.Equal(t, "dst", string(got), "what was there before the item was overwritten")
	}
}

func TestKeyIsRefusedAsInTheConversion(t *testing.T) {
	t.Parallel()
	keys := []Item{
		nil, {}, {String("a", "x")}, {Binary("a", []byte{1}), Long("b", 0)}, {Decimal("a", MustNumber("1.50"))}, {String("a", "")},
		{Binary("a", nil)}, {Long("a", 1), Long("a", 1)}, {Long("a", 1), nil}, {nil}, {imposter{}}, {imposter{Long("a", 1)}}, {Null("a")},
		{Long("a", 1), Boolean("b", true)}, {Long("a", 1), Long("b", 1), Long("c", 1)}, {String("a", notUTF8)}, {Long("", 1)}, {Long(notUTF8, 1)},
		{Null("a"), String("b", notUTF8)}, {String("a", ""), StringSet("b")}, {List("a")}, {Map("a", nil)}, {(*KeyValueString)(nil)},
		{String("a", strings.Repeat("x", largestItem+9))}, {List("a", slices.Repeat([]KeyValue{Null("")}, mostValues)...)},
	}
	for _, key := range keys {
		attributes, wantErr := toKey(key)
		got, err := appendKey([]byte("dst"), key)
		require.Equal(t, wantErr, err)
		if err != nil {
			require.Equal(t, "dst", string(got))
			continue
		}
		require.Equal(t, sortObjects(t, []byte(sdkAttributes(t, attributes))), sortObjects(t, got[3:]))
	}
}

// What is written does not depend on the room behind dst, and nothing before its end is
// touched.
func TestWritingKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	items := []Item{kindsAsItem, {StringSet("ss")}, {List("l", nil)}, {Map("m", StringSet("x"))}, {}, {String("k", notUTF8)}}
	for _, item := range items {
		want, wantSize, wantErr := appendItem(nil, item)
		for _, room := range []int{0, 1, 7, 64, 10_000} {
			dst := append(make([]byte, 0, 4+room), "dst{"...)
			got, size, err := appendItem(dst, item)
			require.Equal(t, wantErr, err)
			require.Equal(t, wantSize, size)
			require.Equal(t, "dst{"+string(want), string(got))
			require.Equal(t, "dst{", string(dst))
		}
	}
}

func TestWritingAllocatesNothing(t *testing.T) {
	item := slices.DeleteFunc(slices.Clone(kindsAsItem), func(kv KeyValue) bool {
		_, isSet := kv.(*KeyValueNumberSet) // it makes texts to compare
		return isSet
	})
	buffer := make([]byte, 0, 64<<10)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		got, size, err := appendItem(buffer, item)
		require.True(t, err == nil && size > 0 && len(got) > size)
	}))
}

// fuzzItem makes an item of the bytes: a byte for the kind of each value, and then what it
// is made of.
type fuzzItem struct {
	data  []byte
	depth int
}

func (f *fuzzItem) byte() int {
	if len(f.data) == 0 {
		return 0
	}
	c := f.data[0]
	f.data = f.data[1:]
	return int(c)
}

func (f *fuzzItem) text() string {
	n := min(f.byte()%32, len(f.data))
	text := string(f.data[:n])
	f.data = f.data[n:]
	return text
}

func (f *fuzzItem) number() Number {
	number, err := ParseNumber(f.text())
	if err != nil {
		return NumberFromInt64(int64(f.byte() - 128))
	}
	return number
}

func (f *fuzzItem) item() (item Item) {
	for len(f.data) > 0 {
		kind := f.byte()
		if kind == 0xff {
			break
		}
		item = append(item, f.value(f.text(), kind))
	}
	return item
}

func fuzzMembers[T any](f *fuzzItem, member func() T) (members []T) {
	for range f.byte() % 20 {
		members = append(members, member())
	}
	return members
}

func (f *fuzzItem) value(name string, kind int) KeyValue {
	if f.depth++; f.depth > 1000 {
		return Null(name)
	}
	switch kind % 13 {
	case 0:
		return String(name, f.text())
	case 1:
		return Long(name, int64(f.byte()-128)*int64(math.Pow10(f.byte()%17)))
	case 2:
		return Decimal(name, f.number())
	case 3:
		return Boolean(name, f.byte()%2 == 0)
	case 4:
		return Binary(name, []byte(f.text()))
	case 5:
		return Null(name)
	case 6:
		return List(name, fuzzMembers(f, func() KeyValue { return f.value(strings.Repeat("x", f.byte()/255), f.byte()) })...)
	case 7:
		return Map(name, f.item()...)
	case 8:
		return StringSet(name, fuzzMembers(f, f.text)...)
	case 9:
		return NumberSet(name, fuzzMembers(f, f.number)...)
	case 10:
		return BinarySet(name, fuzzMembers(f, func() []byte { return []byte(f.text()) })...)
	case 11:
		return typedNils()[f.byte()%11]
	}
	return nil
}

// FuzzAppendItem requires that any item is written as the SDK writes it after the
// conversion, or refused with the same error, and read back by the package's own reader.
func FuzzAppendItem(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x00\x06Artist\x05x\"\x7f\xe2\x80\xa8\x01\x04Year\x90\x02\x02\x05Price\x049.90\x03\x04Live\x01\x04\x01B\x03abc\x05\x01N"))
	f.Add([]byte("\x06\x01L\x03\x00\x00\x01a\x00\x01\x90\x00\x00\x05\x07\x01M\x00\x01a\x01b\xff\x08\x02SS\x02\x01a\x01b\x09\x02NS\x02\x011\x012\x0a\x02BS\x02\x01a\x01b"))
	f.Add([]byte("\x09\x02NS\x02\x011\x031.0"))
	f.Add([]byte("\x08\x02SS\x02\x01a\x01a"))
	f.Add([]byte("\x00\x01a\x01\xff\x00\x01a\x00\x0b\x01x\x03"))
	f.Add([]byte("\x06\x01L\x01\xff\x00\x01a"))
	f.Add([]byte(strings.Repeat("\x07\x01m", 33)))
	mutate.Fuzz(f, func(t *testing.T, data []byte) {
		item := (&fuzzItem{data: data}).item()
		requireSameAsSDK(t, item)
		_, wantErr := toKey(item)
		_, err := appendKey(nil, item)
		require.Equal(t, wantErr, err)
		_, wantErr = checkItem(item)
		_, err = appendWholeItem(nil, item)
		require.Equal(t, wantErr, err)
		written, _, err := appendItem(nil, item)
		if err == nil {
			require.True(t, utf8.Valid(written))
			var back DynamoDBJSON
			require.NoError(t, back.UnmarshalJSON(written))
			require.True(t, item.Equal(Item(back)))
		}
	})
}

// BenchmarkAppendItem measures the items of one batch, against their conversion and the
// SDK's serializer, which DynamoDB's own client calls.
func BenchmarkAppendItem(b *testing.B) {
	items := make([]Item, 25)
	size := 0
	for i := range items {
		items[i] = Item{
			String("Artist", fmt.Sprintf("No One You Know %d", i)), String("SongTitle", "Call Me Today"), Long("Year", int64(1980+i)),
			Decimal("Price", MustNumber("19.95")), Boolean("Live", i%2 == 0), String("Label", "Compagnie des Disques de Lyon"),
			Map("Address", String("City", "Lyon"), Long("Number", 7)), List("Tags", String("", "rock"), String("", "1980s")),
		}
		size += items[i].Size()
	}
	b.Run("appendItem", func(b *testing.B) {
		b.ReportAllocs()
		var buffer []byte
		for b.Loop() {
			buffer = buffer[:0]
			total := 0
			for _, item := range items {
				var size int
				var err error
				if buffer, size, err = appendItem(buffer, item); err != nil {
					b.Fatal(err)
				}
				total += size
			}
			if total != size {
				b.Fatal("wrong size")
			}
		}
	})
	b.Run("conversion and SDK", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for _, item := range items {
				attributes, err := ToAttributeValues(item)
				if err != nil {
					b.Fatal(err)
				}
				if body := sdkBody(b, &dynamodb.PutItemInput{Item: attributes}); len(body) < 100 {
					b.Fatal("wrong body")
				}
			}
		}
	})
}

// What is encoded in a scratch does not overlap, a refused item leaves nothing there, and a
// scratch that grew large is not kept.
func TestScratch(t *testing.T) {
	t.Parallel()
	s := &scratch{make([]byte, 0, 1<<10)}
	first, err := s.key("Music", Item{String("Artist", "A")})
	require.NoError(t, err)
	_, err = s.key("Music", Item{String("Artist", "B"), Null("SongTitle")})
	require.ErrorIs(t, err, ErrInvalidRequest)
	_, err = s.wholeItem(Item{String("Artist", "B"), String("Text", strings.Repeat("x", largestItem))})
	require.ErrorIs(t, err, ErrItemTooLarge)
	second, err := s.wholeItem(Item{String("Artist", "B")})
	require.NoError(t, err)
	_ = append(first, "overwritten"...)
	assert.Equal(t, `{"Artist":{"S":"A"}}`, string(first))
	assert.Equal(t, `{"Artist":{"S":"B"}}`, string(second))
	assert.Equal(t, `{"Artist":{"S":"A"}}{"Artist":{"S":"B"}}`, string(s.used))

	s.release()
	assert.Empty(t, s.used)
	large := &scratch{make([]byte, 1, largestKept+1)}
	large.release()
	assert.Len(t, large.used, 1)
}
