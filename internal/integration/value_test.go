package integration

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// everyKind holds each variant with values at its edges. DynamoDB keeps a number's
// value and not its digits, so the numbers are written as it gives them back where
// want is nil.
func everyKind() map[string]struct{ put, want dynamoconn.KeyValue } {
	type pair = struct{ put, want dynamoconn.KeyValue }
	number := dynamoconn.MustNumber
	pairs := map[string]pair{
		"string":             {put: dynamoconn.String("V", "São Tomé 東京 😀")},
		"empty string":       {put: dynamoconn.String("V", "")},
		"controls":           {put: dynamoconn.String("V", "\x00\x01\t\r\n\x7f\u0085\u2028\u2029\ufeff\ufffd\"\\/<>&'")},
		"long":               {put: dynamoconn.Long("V", 42)},
		"zero":               {put: dynamoconn.Long("V", 0)},
		"largest long":       {put: dynamoconn.Long("V", math.MaxInt64)},
		"smallest long":      {put: dynamoconn.Long("V", math.MinInt64)},
		"true":               {put: dynamoconn.Boolean("V", true)},
		"false":              {put: dynamoconn.Boolean("V", false)},
		"null":               {put: dynamoconn.Null("V")},
		"binary":             {put: dynamoconn.Binary("V", []byte{0, 1, 0xfe, 0xff})},
		"empty binary":       {put: dynamoconn.Binary("V", []byte{})},
		"nil binary":         {put: dynamoconn.Binary("V", nil), want: dynamoconn.Binary("V", []byte{})},
		"empty list":         {put: dynamoconn.List("V")},
		"empty map":          {put: dynamoconn.Map("V")},
		"string set":         {put: dynamoconn.StringSet("V", "", "a", "A", "é", "e\u0301")},
		"number set":         {put: dynamoconn.NumberSet("V", number("1"), number("-1.5"), number("1E+125"), number("1E-130"))},
		"binary set":         {put: dynamoconn.BinarySet("V", []byte{}, []byte{0}, []byte{0, 0})},
		"list of every kind": {put: dynamoconn.List("V", dynamoconn.String("", "a"), dynamoconn.Long("", -7), dynamoconn.Decimal("", number("1.5")), dynamoconn.Boolean("", true), dynamoconn.Null(""), dynamoconn.Binary("", []byte{1}), dynamoconn.List("", dynamoconn.List("")), dynamoconn.Map("", dynamoconn.String("a.b", "c")), dynamoconn.StringSet("", "a"), dynamoconn.NumberSet("", number("1")), dynamoconn.BinarySet("", []byte{1}))},
		"map of odd names":   {put: dynamoconn.Map("V", dynamoconn.Long("a.b", 1), dynamoconn.Long("a b", 2), dynamoconn.Long("S", 3), dynamoconn.Long("😀", 4))},
		"31 lists":           {put: nested(31, func(inner dynamoconn.KeyValue) dynamoconn.KeyValue { return dynamoconn.List("", inner) })},
		"31 maps":            {put: nested(31, func(inner dynamoconn.KeyValue) dynamoconn.KeyValue { return dynamoconn.Map("V", inner) })},
	}
	for _, text := range []string{
		"1.5", "-1.5", "0.1", "9223372036854775808", "-9223372036854775809", "18446744073709551616",
		"12345678901234567890123456789012345678", "-99999999999999999999999999999999999999",
		"0.00000000000000000000000000000000000001", "1234567890.1234567890123456789012345678",
		"1E-130", "-1E-130", "9.9999999999999999999999999999999999999E+125", "-9.9999999999999999999999999999999999999E+125",
		"1E+125", "1.2345678901234567890123456789012345678E-93", "1.10", "100", "1E2", "-0", "0.0", "0E+5", "007",
	} {
		pairs["number "+text] = pair{put: dynamoconn.Decimal("V", number(text))}
	}
	return pairs
}

// nested returns a list or map, itself at the first level, that goes down to depth.
func nested(depth int, wrap func(dynamoconn.KeyValue) dynamoconn.KeyValue) dynamoconn.KeyValue {
	_, isMap := wrap(dynamoconn.Null("V")).(*dynamoconn.KeyValueMap)
	var kv dynamoconn.KeyValue = dynamoconn.String("", "bottom")
	if isMap {
		kv = dynamoconn.String("V", "bottom")
	}
	for range depth {
		kv = wrap(kv)
	}
	if list, ok := kv.(*dynamoconn.KeyValueList); ok {
		list.Key = "V"
	}
	return kv
}

func TestEveryKindOfValueComesBack(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byName))
	for name, c := range everyKind() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item := dynamoconn.Item{dynamoconn.String("Name", name), c.put}
			_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: item})
			require.NoError(t, err)
			got, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: item[:1], IsConsistentRead: true})
			require.NoError(t, err)
			assert.True(t, item.Equal(got.Item), "%#v", got.Item)
			if c.want != nil {
				kv, _ := got.Item.Get("V")
				assert.Equal(t, c.want, kv)
			}

			// What was read goes back in and out without a further change.
			_, err = client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
				Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(table, got.Item)},
			})
			require.NoError(t, err)
			again, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
				RequestTables: []dynamoconn.RequestTable{{Name: table, Keys: []dynamoconn.Item{item[:1]}, IsConsistentRead: true}},
			})
			require.NoError(t, err)
			back := again.ResponseTables[0].Items[0]
			assert.True(t, got.Item.Equal(back))
			was, _ := got.Item.Get("V")
			is, _ := back.Get("V")
			if _, isSet := is.(*dynamoconn.KeyValueStringSet); !isSet {
				assert.IsType(t, was, is)
			}
		})
	}
}

func TestNumbersReadAsLongIfTheyAreOne(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	for i, c := range []struct {
		put  string
		want dynamoconn.KeyValue
	}{
		{"100", dynamoconn.Long("V", 100)},
		{"1E2", dynamoconn.Long("V", 100)},
		{"1.00", dynamoconn.Long("V", 1)},
		{"-0", dynamoconn.Long("V", 0)},
		{"9223372036854775807", dynamoconn.Long("V", math.MaxInt64)},
		{"9223372036854775808", dynamoconn.Decimal("V", dynamoconn.MustNumber("9223372036854775808"))},
		{"1.10", dynamoconn.Decimal("V", dynamoconn.MustNumber("1.1"))},
	} {
		item := dynamoconn.Item{dynamoconn.Long("ID", int64(i)), dynamoconn.Decimal("V", dynamoconn.MustNumber(c.put))}
		_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: item})
		require.NoError(t, err)
		got, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: item[:1]})
		require.NoError(t, err)
		kv, _ := got.Item.Get("V")
		assert.Equal(t, c.want, kv, c.put)
	}
}

func TestDepthIsWhatDynamoDBTakes(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table := newTable(t, keyed(byID))
	for kind, wrap := range map[string]func(dynamoconn.KeyValue) dynamoconn.KeyValue{
		"lists": func(inner dynamoconn.KeyValue) dynamoconn.KeyValue { return dynamoconn.List("", inner) },
		"maps":  func(inner dynamoconn.KeyValue) dynamoconn.KeyValue { return dynamoconn.Map("V", inner) },
	} {
		for depth := 30; depth <= 33; depth++ {
			item := dynamoconn.Item{dynamoconn.Long("ID", int64(depth)), nested(depth, wrap)}
			_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: item})
			if depth <= 31 {
				require.NoError(t, err, "%d %s", depth, kind)
				assert.Len(t, journal.Take(), 1)
				continue
			}
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, "%d %s", depth, kind)
			assert.Empty(t, journal.Take())

			// DynamoDB says the same: its 32 levels count the item.
			var av types.AttributeValue = &types.AttributeValueMemberS{Value: "bottom"}
			for range depth {
				if kind == "maps" {
					av = &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"V": av}}
				} else {
					av = &types.AttributeValueMemberL{Value: []types.AttributeValue{av}}
				}
			}
			require.Error(t, rawPut(t, table, map[string]types.AttributeValue{"ID": &types.AttributeValueMemberN{Value: "1"}, "V": av}))
		}
	}
}

// Size is what tells an item that DynamoDB refuses from one that it takes: the same
// verdict up to the last bytes, and for numbers within 2 %.
func TestSizeAgreesWithDynamoDB(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	const most = 400 << 10
	filler := func(n int) dynamoconn.KeyValue { return dynamoconn.String("F", strings.Repeat("x", n)) }
	var numbers, booleans []dynamoconn.KeyValue
	for i := range 2_000 {
		numbers = append(numbers, dynamoconn.Decimal("", dynamoconn.MustNumber(fmt.Sprintf("-1.%037d", i))))
		booleans = append(booleans, dynamoconn.Boolean("", true), dynamoconn.Null(""))
	}
	for name, c := range map[string]struct {
		body  dynamoconn.KeyValue
		exact bool
	}{
		"text":    {dynamoconn.String("V", strings.Repeat("é😀", 10_000)), true},
		"binary":  {dynamoconn.Binary("V", make([]byte, 100_000)), true},
		"names":   {dynamoconn.Map("V", dynamoconn.Null(strings.Repeat("n", 60_000))), true},
		"lists":   {dynamoconn.List("V", booleans...), true},
		"numbers": {dynamoconn.List("V", numbers...), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			takes := func(n int) bool {
				item := dynamoconn.Item{dynamoconn.Long("ID", 1), c.body, filler(n)}
				// Through the SDK: our own client would judge first.
				attributes, err := dynamoconn.ToAttributeValues(item)
				require.NoError(t, err)
				return rawPut(t, table, attributes) == nil
			}
			// The largest filler that DynamoDB takes.
			low, high := 0, most
			for high-low > 1 {
				if middle := (low + high) / 2; takes(middle) {
					low = middle
				} else {
					high = middle
				}
			}
			item := dynamoconn.Item{dynamoconn.Long("ID", 1), c.body, filler(low)}
			size := item.Size()
			if c.exact {
				assert.InDelta(t, most, size, 8, "the key is a number")
			}
			assert.InEpsilon(t, most, size, 0.02)
			assert.LessOrEqual(t, size, most, "what DynamoDB takes is never refused here")
			_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: item})
			require.NoError(t, err)

			item[2] = filler(low + most/50)
			_, err = client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: item})
			require.ErrorIs(t, err, dynamoconn.ErrItemTooLarge)
		})
	}
}
