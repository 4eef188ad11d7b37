package dynamoconn

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawItem draws an item in JSON with few names, so that it often resembles others.
func drawItem(t *rapid.T, depth int) string {
	names := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "map", "list", "a long name", "a long nose", `q\"`}), 0, 5).Draw(t, "names")
	if rapid.IntRange(0, 9).Draw(t, "twice") > 0 {
		seen := map[string]bool{}
		distinct := names[:0]
		for _, name := range names {
			if !seen[name] {
				distinct = append(distinct, name)
			}
			seen[name] = true
		}
		names = distinct
	}
	var members []string
	for _, name := range names {
		value := rapid.SampledFrom([]string{`{"S":"x"}`, `{"N":"12"}`, `{"N":"1.5"}`, `{ "BOOL":true}`, `{"SS":["p","q"]}`}).Draw(t, "value")
		switch {
		case name == "map" && depth < 3:
			value = `{"M":` + drawItem(t, depth+1) + `}`
		case name == "list" && depth < 3:
			value = fmt.Sprintf(`{"L":[{"M":%s},{"M":%s}]}`, drawItem(t, depth+1), drawItem(t, depth+1))
		}
		members = append(members, `"`+name+`":`+value)
	}
	return "{" + strings.Join(members, ",") + "}"
}

// decodeWith decodes the answer of a GetItem with a reader that has decoded others.
func decodeWith(r *itemReader, body string) (Item, error) {
	r.Data = []byte(body)
	a := &answer{}
	if err := (&answerReader{itemReader: r, action: "GetItem", answer: a}).read(); err != nil {
		return nil, err
	}
	r.reset()
	return a.item, nil
}

func newReader() *itemReader { return itemReaders.New().(*itemReader) }

// An item means the same after any other items, whose names the reader remembers, as alone.
func TestShapesOfItems(t *testing.T) {
	t.Parallel()
	requireAsAlone := func(t require.TestingT, items []string) {
		reader := newReader()
		for _, item := range items {
			body := `{"Item":` + item + `}`
			want, errAlone := decodeWith(newReader(), body)
			got, err := decodeWith(reader, body)
			require.Equal(t, errAlone, err, "%s of %s", item, items)
			require.Equal(t, want, got, "%s of %s", item, items)
			if err != nil {
				reader = newReader()
			}
		}
		got, err := decodeAnswer("Scan", []byte(`{"Items":[`+strings.Join(items, ",")+`]}`))
		for i, item := range items {
			alone, errAlone := decodeAnswer("GetItem", []byte(`{"Item":`+item+`}`))
			if errAlone != nil {
				require.ErrorContains(t, err, fmt.Sprintf("Items[%d]", i))
				require.ErrorIs(t, err, ErrCorruptResponse)
				return
			}
			if err == nil {
				require.Equal(t, alone.item, got.items[i], "%d of %s", i, items)
			}
		}
		require.NoError(t, err)
		require.Len(t, got.items, len(items))
	}
	const a, b, c = `"a":{"S":"x"}`, `"b":{"N":"1"}`, `"c":{"N":"2.5"}`
	for _, items := range [][]string{
		{"{" + b + "," + a + "}", "{" + b + "," + a + "}", "{" + b + "," + a + "}", "{" + a + "," + b + "}", "{" + b + "," + a + "}"},
		{"{" + b + "," + a + "}", "{" + c + "," + a + "}", "{" + b + "," + c + "}", "{" + a + "," + c + "}"},
		{"{" + b + "," + a + "}", "{" + b + "," + a + "}", "{" + b + "}", "{" + b + "," + a + "}", "{}", "{" + b + "," + a + "}"},
		{"{" + b + "," + a + "}", "{" + b + "," + a + "}", "{" + b + "," + a + "," + c + "}", "{" + b + "," + a + "}"},
		{"{" + b + "," + a + "}", "{" + b + "," + a + "}", "{" + b + "," + a + "," + b + "}"},
		{"{" + b + "," + a + "}", "{" + b + "," + a + "}", "{" + b + "," + b + "}"},
	} {
		requireAsAlone(t, items)
	}
	// A map under the name of the map that it is in, while that one is read by its shape.
	inMaps := func(inner, last string) string {
		return `{"map":{"M":{` + a + `,"map":{"M":{` + inner + `}},` + last + `}}}`
	}
	like := inMaps(a+`,"map":{"M":{}},`+b, b)
	requireAsAlone(t, []string{like, like, inMaps(a+`,"z":{"S":"y"}`, `"n":{"S":"z"}`), like, inMaps(b, b), inMaps("", a), like})
	// Names of the same length with the same beginning.
	const y, z = `{"a long name":{"S":"x"}}`, `{"a long nose":{"S":"x"}}`
	requireAsAlone(t, []string{y, y, z, y, z, z, y})
	rapid.Check(t, func(t *rapid.T) {
		var items []string
		for range rapid.IntRange(1, 4).Draw(t, "shapes") {
			item := drawItem(t, 0)
			for range rapid.IntRange(1, 3).Draw(t, "times") {
				items = append(items, item)
			}
		}
		requireAsAlone(t, items)
	})
}

// A reader knows the names and the shapes of several tables from one answer to the next.
func TestReaderKeepsNames(t *testing.T) {
	t.Parallel()
	reader := newReader()
	bodies := []string{
		`{"Item":{"Year":{"N":"2004"},"Artist":{"S":"A"}}}`, `{"Item":{"ID":{"N":"1"}}}`, `{"Item":{"Title":{"S":"T"},"Artist":{"S":"B"}}}`,
	}
	for range 3 { // the first time the names are learnt, the second time the shapes
		for _, body := range bodies {
			_, err := decodeWith(reader, body)
			require.NoError(t, err)
		}
	}
	names := len(reader.names.names)
	assert.Equal(t, 1+4, names)
	for _, body := range bodies {
		item := body[len(`{"Item":{`):]
		shape := reader.names.shapeUnder(0, []byte(item))
		require.NotNil(t, shape, item)
		assert.Contains(t, item, reader.names.names[shape.names[0]].token)
	}
	first, err := decodeWith(reader, bodies[0])
	require.NoError(t, err)
	second, err := decodeWith(reader, bodies[2])
	require.NoError(t, err)
	assert.Same(t, unsafe.StringData(first[0].KeyName()), unsafe.StringData(second[0].KeyName()))
	assert.Len(t, reader.names.names, names)
}

// However many names answers have, a reader keeps few of them.
func TestReaderForgetsNames(t *testing.T) {
	t.Parallel()
	for name, nameBytes := range map[string]int{"many names": 6, "long names": 200} {
		reader := newReader()
		forgot := false
		for i := range 100 {
			before := len(reader.names.names)
			var item Item
			for j := range 20 {
				item = append(item, Long(fmt.Sprintf("%0*d", nameBytes, 20*i+j), int64(j)))
			}
			text, _, err := appendItem(nil, item)
			require.NoError(t, err)
			got, err := decodeWith(reader, `{"Item":`+string(text)+`}`)
			require.NoError(t, err)
			require.Equal(t, item, got)

			kept := &reader.names
			forgot = forgot || len(kept.names) < before
			require.LessOrEqual(t, len(kept.names), mostNames, name)
			bytes := 0
			for _, n := range kept.names {
				bytes += len(n.text)
			}
			require.LessOrEqual(t, bytes, mostNameBytes, name)
			require.LessOrEqual(t, len(kept.shapes), mostShapes, name)
		}
		assert.True(t, forgot, name)
	}
}

// A flipped bit in an item that has the shape of the items before it is no different from one in
// an item alone.
func TestEachBitOfAnItemThatHasAShape(t *testing.T) {
	t.Parallel()
	const item = `{"b":{"S":"x"},"a long name":{"N":"12"},"a":{"N":"-1.5"},"M":{"M":{"d":{"BOOL":true},"c":{"L":[{"S":"y"}]}}},"s":{"SS":["p","q"]}}`
	body := []byte(`{"Items":[` + item + "," + item + "," + item + `]}`)
	begin := len(body) - len(item) - len("]}")
	for bit := range 8 * len(item) {
		flipped := bytes.Clone(body)
		flipped[begin+bit/8] ^= 1 << (bit % 8)
		requireAsJudged(t, "Scan", flipped)
	}
}

// A number is read as a long or a decimal as by the package that knows the rules.
func TestNumbersOfAnAnswer(t *testing.T) {
	t.Parallel()
	nines := strings.Repeat("9", 38)
	for _, text := range []string{
		"", "0", "-0", "-", "+1", "1", "-1", "00", "01", "-01", ".", "-.", "1.", ".5", "-.5", "-1.", "1.5", "01.50", "1..5", "1.5.", "1.5-", "1-", "--1",
		"1e3", "1.5e3", "1.5E-130", "1E126", "0.0", "-0.0", ".0", "NaN", "1,5", "1 ", " 1", "1.5 ", "12345678", "123456789.123456789",
		"999999999999999999", "1000000000000000000", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
		"18446744073709551616", "99999999999999999999", nines, "-" + nines, nines + "9", nines + ".", "." + nines, nines[:37] + ".9", nines + ".9", nines + ".0", "0." + nines + "9",
	} {
		answer, err := decodeAnswer("GetItem", []byte(`{"Item":{"A":{"N":`+strconv.Quote(text)+`},"Z":{"S":"padding"}}}`))
		number, rule := ParseNumber(text)
		if rule != nil {
			assert.ErrorIs(t, err, ErrInvalidNumber, text)
			continue
		}
		require.NoError(t, err, text)
		want := KeyValue(&KeyValueDecimal{Key: "A", DecimalValue: number})
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
			want = &KeyValueLong{Key: "A", LongValue: n}
		}
		assert.Equal(t, want, answer.item[0], text)
	}
}
