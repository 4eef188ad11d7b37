package integration

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// mixed are rows whose attribute A is of every kind, null, and missing.
func mixed() []dynamoconn.Item {
	number := func(s string) dynamoconn.KeyValue { return dynamoconn.Decimal("A", dynamoconn.MustNumber(s)) }
	values := []dynamoconn.KeyValue{
		dynamoconn.Null("A"),
		dynamoconn.String("A", ""), dynamoconn.String("A", "a"), dynamoconn.String("A", "ab"),
		dynamoconn.String("A", "abc"), dynamoconn.String("A", "cab"), dynamoconn.String("A", "AB"),
		dynamoconn.String("A", "São Tomé"), dynamoconn.String("A", "東京"), dynamoconn.String("A", "😀"),
		dynamoconn.String("A", "\uffee"), // after 😀 in UTF-16, before it in UTF-8
		dynamoconn.String("A", "1"),
		number("-1"), number("0"), dynamoconn.Long("A", 1), number("1.5"), number("10"), number("9E+99"), number("1E-99"),
		number("12345678901234567890123456789012345678"), number("12345678901234567890123456789012345679"),
		dynamoconn.Boolean("A", true), dynamoconn.Boolean("A", false),
		dynamoconn.Binary("A", nil), dynamoconn.Binary("A", []byte{1}), dynamoconn.Binary("A", []byte{1, 2}),
		dynamoconn.Binary("A", []byte{0xff}), dynamoconn.Binary("A", []byte("ab")),
		dynamoconn.StringSet("A", "a", "ab"), dynamoconn.StringSet("A", "x"),
		dynamoconn.NumberSet("A", dynamoconn.MustNumber("1"), dynamoconn.MustNumber("1.5")),
		dynamoconn.BinarySet("A", []byte{1, 2}, []byte{3}),
		dynamoconn.List("A"), dynamoconn.List("A", dynamoconn.String("", "ab"), dynamoconn.Long("", 1), dynamoconn.Null(""), dynamoconn.Boolean("", true)),
		dynamoconn.Map("A"), dynamoconn.Map("A", dynamoconn.String("ab", "ab")),
	}
	items := []dynamoconn.Item{{dynamoconn.Long("ID", 0)}}
	for i, value := range values {
		items = append(items, dynamoconn.Item{dynamoconn.Long("ID", int64(i+1)), value})
	}
	return items
}

// meets is what the operators mean, written as a person reads the API reference.
func meets(item dynamoconn.Item, c dynamoconn.Condition) bool {
	kv, exists := item.Get(c.Key)
	switch c.ComparisonOperator {
	case dynamoconn.ComparisonOperatorNull:
		return !exists
	case dynamoconn.ComparisonOperatorNotNull:
		return exists
	case dynamoconn.ComparisonOperatorNE:
		return !exists || !same(kv, c.Values[0])
	case dynamoconn.ComparisonOperatorNotContains:
		return exists && !holds(kv, c.Values[0])
	}
	if !exists {
		return false
	}
	order, isOrdered := compare(kv, c.Values[0])
	switch c.ComparisonOperator {
	case dynamoconn.ComparisonOperatorEQ:
		return same(kv, c.Values[0])
	case dynamoconn.ComparisonOperatorLT:
		return isOrdered && order < 0
	case dynamoconn.ComparisonOperatorLE:
		return isOrdered && order <= 0
	case dynamoconn.ComparisonOperatorGT:
		return isOrdered && order > 0
	case dynamoconn.ComparisonOperatorGE:
		return isOrdered && order >= 0
	case dynamoconn.ComparisonOperatorBetween:
		upper, ok := compare(kv, c.Values[1])
		return isOrdered && ok && order >= 0 && upper <= 0
	case dynamoconn.ComparisonOperatorIn:
		return slices.ContainsFunc(c.Values, func(value dynamoconn.KeyValue) bool { return same(kv, value) })
	case dynamoconn.ComparisonOperatorContains:
		return holds(kv, c.Values[0])
	case dynamoconn.ComparisonOperatorBeginsWith:
		switch prefix := c.Values[0].(type) {
		case *dynamoconn.KeyValueString:
			text, ok := kv.(*dynamoconn.KeyValueString)
			return ok && strings.HasPrefix(text.StringValue, prefix.StringValue)
		case *dynamoconn.KeyValueBinary:
			data, ok := kv.(*dynamoconn.KeyValueBinary)
			return ok && bytes.HasPrefix(data.BinaryValue, prefix.BinaryValue)
		}
	}
	return false
}

// same compares values whatever their names.
func same(a, b dynamoconn.KeyValue) bool {
	list := func(kv dynamoconn.KeyValue) dynamoconn.Item { return dynamoconn.Item{dynamoconn.List("", kv)} }
	return list(a).Equal(list(b))
}

func compare(a, b dynamoconn.KeyValue) (order int, ok bool) {
	if x, ok := numberOf(a); ok {
		y, ok := numberOf(b)
		return x.Cmp(y), ok
	}
	switch a := a.(type) {
	case *dynamoconn.KeyValueString:
		if b, ok := b.(*dynamoconn.KeyValueString); ok {
			return strings.Compare(a.StringValue, b.StringValue), true
		}
	case *dynamoconn.KeyValueBinary:
		if b, ok := b.(*dynamoconn.KeyValueBinary); ok {
			return bytes.Compare(a.BinaryValue, b.BinaryValue), true
		}
	}
	return 0, false
}

func numberOf(kv dynamoconn.KeyValue) (dynamoconn.Number, bool) {
	switch kv := kv.(type) {
	case *dynamoconn.KeyValueLong:
		return dynamoconn.NumberFromInt64(kv.LongValue), true
	case *dynamoconn.KeyValueDecimal:
		return kv.DecimalValue, true
	}
	return dynamoconn.Number{}, false
}

func holds(kv, part dynamoconn.KeyValue) bool {
	switch kv := kv.(type) {
	case *dynamoconn.KeyValueString:
		part, ok := part.(*dynamoconn.KeyValueString)
		return ok && strings.Contains(kv.StringValue, part.StringValue)
	case *dynamoconn.KeyValueBinary:
		part, ok := part.(*dynamoconn.KeyValueBinary)
		return ok && bytes.Contains(kv.BinaryValue, part.BinaryValue)
	case *dynamoconn.KeyValueList:
		return slices.ContainsFunc(kv.ListValue, func(element dynamoconn.KeyValue) bool { return same(element, part) })
	case *dynamoconn.KeyValueStringSet:
		part, ok := part.(*dynamoconn.KeyValueString)
		return ok && slices.Contains(kv.StringSetValue, part.StringValue)
	case *dynamoconn.KeyValueNumberSet:
		number, ok := numberOf(part)
		return ok && slices.ContainsFunc(kv.NumberSetValue, number.Equal)
	case *dynamoconn.KeyValueBinarySet:
		part, ok := part.(*dynamoconn.KeyValueBinary)
		return ok && slices.ContainsFunc(kv.BinarySetValue, func(member []byte) bool { return bytes.Equal(member, part.BinaryValue) })
	}
	return false
}

func TestConditionsGiveWhatAGoLoopGives(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	items := mixed()
	fill(t, table, items)

	text, empty, one := dynamoconn.String("", "ab"), dynamoconn.String("", ""), dynamoconn.Long("", 1)
	decimal := dynamoconn.Decimal("", dynamoconn.MustNumber("1.50"))
	large := dynamoconn.Decimal("", dynamoconn.MustNumber("12345678901234567890123456789012345678"))
	face := dynamoconn.String("", "😀")
	binary := dynamoconn.Binary("", []byte{1, 2})
	ordered := []dynamoconn.KeyValue{text, empty, face, one, decimal, large, binary}
	boolean, null := dynamoconn.Boolean("", true), dynamoconn.Null("")
	others := []dynamoconn.KeyValue{
		boolean, dynamoconn.Boolean("", false), null,
		dynamoconn.StringSet("", "ab", "a"), // the order of a set does not matter
		dynamoconn.NumberSet("", dynamoconn.MustNumber("1.50"), dynamoconn.MustNumber("1")),
		dynamoconn.BinarySet("", []byte{3}, []byte{1, 2}),
		dynamoconn.List("", text, one, null, boolean), dynamoconn.Map(""), dynamoconn.Map("", dynamoconn.String("ab", "ab")),
	}
	operands := map[dynamoconn.ComparisonOperator][][]dynamoconn.KeyValue{
		dynamoconn.ComparisonOperatorNull:    {nil},
		dynamoconn.ComparisonOperatorNotNull: {nil},
		dynamoconn.ComparisonOperatorBetween: {
			{one, decimal}, {one, one}, {dynamoconn.String("", "a"), text},
			{dynamoconn.String("", "\u00ff"), face}, {dynamoconn.Binary("", []byte{1}), dynamoconn.Binary("", []byte{2})},
		},
		dynamoconn.ComparisonOperatorIn: {
			{text}, {one, text, binary}, {null, boolean}, {dynamoconn.StringSet("", "ab", "a"), large},
			slices.Repeat([]dynamoconn.KeyValue{decimal}, 100),
		},
		dynamoconn.ComparisonOperatorBeginsWith: {{text}, {face}, {binary}, {dynamoconn.String("", "a")}},
	}
	for _, operator := range []dynamoconn.ComparisonOperator{
		dynamoconn.ComparisonOperatorLT, dynamoconn.ComparisonOperatorLE,
		dynamoconn.ComparisonOperatorGT, dynamoconn.ComparisonOperatorGE,
		dynamoconn.ComparisonOperatorEQ, dynamoconn.ComparisonOperatorNE,
		dynamoconn.ComparisonOperatorContains, dynamoconn.ComparisonOperatorNotContains,
	} {
		for _, value := range ordered {
			operands[operator] = append(operands[operator], []dynamoconn.KeyValue{value})
		}
	}
	for _, operator := range []dynamoconn.ComparisonOperator{dynamoconn.ComparisonOperatorEQ, dynamoconn.ComparisonOperatorNE} {
		for _, value := range others {
			operands[operator] = append(operands[operator], []dynamoconn.KeyValue{value})
		}
	}
	for _, operator := range []dynamoconn.ComparisonOperator{dynamoconn.ComparisonOperatorContains, dynamoconn.ComparisonOperatorNotContains} {
		operands[operator] = append(operands[operator], []dynamoconn.KeyValue{boolean}, []dynamoconn.KeyValue{null})
	}

	for _, operator := range dynamoconn.ComparisonOperators() {
		require.NotEmpty(t, operands[operator], operator)
		for i, values := range operands[operator] {
			t.Run(fmt.Sprintf("%s %d", operator, i), func(t *testing.T) {
				t.Parallel()
				condition := dynamoconn.Condition{Key: "A", ComparisonOperator: operator, Values: values}
				resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Conditions: []dynamoconn.Condition{condition}})
				require.NoError(t, err)
				var want []dynamoconn.Item
				for _, item := range items {
					if meets(item, condition) {
						want = append(want, item)
					}
				}
				requireSameItems(t, want, resp.Items, "ID")
				assert.Equal(t, int64(len(want)), resp.Count)
				assert.Equal(t, int64(len(items)), resp.ScannedCount)

				legacy, err := legacyScan(t, table, condition)
				if operator == dynamoconn.ComparisonOperatorIn && err != nil {
					return // that form takes only simple values of one kind
				}
				require.NoError(t, err)
				requireSameItems(t, want, legacy, "ID")
			})
		}
	}
}

// legacyScan lets DynamoDB itself apply the operator, in the form that expressions
// have replaced.
func legacyScan(t *testing.T, table string, c dynamoconn.Condition) ([]dynamoconn.Item, error) {
	t.Helper()
	filter := types.Condition{ComparisonOperator: types.ComparisonOperator(c.ComparisonOperator)}
	for _, value := range c.Values {
		converted, err := dynamoconn.ToAttributeValue(value)
		require.NoError(t, err)
		filter.AttributeValueList = append(filter.AttributeValueList, converted)
	}
	out, err := shared.raw.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, ScanFilter: map[string]types.Condition{c.Key: filter}})
	if err != nil {
		return nil, err
	}
	var items []dynamoconn.Item
	for _, attributes := range out.Items {
		item, err := dynamoconn.FromAttributeValues(attributes)
		require.NoError(t, err)
		items = append(items, item)
	}
	return items, nil
}

func TestConditionsMustAllBeMet(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	items := cities(t, 200)
	fill(t, table, items)
	conditions := []dynamoconn.Condition{
		{Key: "ID", ComparisonOperator: dynamoconn.ComparisonOperatorBetween, Values: []dynamoconn.KeyValue{dynamoconn.Long("", 20), dynamoconn.Long("", 180)}},
		{Key: "ID", ComparisonOperator: dynamoconn.ComparisonOperatorNE, Values: []dynamoconn.KeyValue{dynamoconn.Long("", 100)}},
		{Key: "Name", ComparisonOperator: dynamoconn.ComparisonOperatorContains, Values: []dynamoconn.KeyValue{dynamoconn.String("", "a")}},
		{Key: "North", ComparisonOperator: dynamoconn.ComparisonOperatorEQ, Values: []dynamoconn.KeyValue{dynamoconn.Boolean("", true)}},
	}
	var want []dynamoconn.Item
	for _, item := range items {
		if !slices.ContainsFunc(conditions, func(c dynamoconn.Condition) bool { return !meets(item, c) }) {
			want = append(want, item)
		}
	}
	require.NotEmpty(t, want)
	require.Less(t, len(want), 160)
	resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Conditions: conditions})
	require.NoError(t, err)
	requireSameItems(t, want, resp.Items, "ID")

	// The same as an expression.
	resp, err = client.Scan(t.Context(), dynamoconn.ScanTableRequest{
		TableName:                table,
		FilterExpression:         "ID BETWEEN :from AND :to AND ID <> :not AND contains(#n, :a) AND North = :t",
		ExpressionAttributeNames: map[string]string{"#n": "Name"},
		ExpressionAttributeValues: dynamoconn.Item{
			dynamoconn.Long(":from", 20), dynamoconn.Long(":to", 180), dynamoconn.Long(":not", 100),
			dynamoconn.String(":a", "a"), dynamoconn.Boolean(":t", true),
		},
	})
	require.NoError(t, err)
	requireSameItems(t, want, resp.Items, "ID")
}

// oddNames need care in an expression: reserved words, dots, spaces, brackets, the
// signs of placeholders, and letters that no identifier has.
var oddNames = []string{
	"Name", "size", "COMMENT", "a.b", "a b", "a[0]", "#n0", ":v0", "#", "0", "-", `"`, `\`, "名前", "\u200b", "a\nb",
	strings.Repeat("n", 255), strings.Repeat("x", 300),
}

func TestOddNamesWorkInConditionsAndAttributes(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	whole := dynamoconn.Item{dynamoconn.Long("ID", 1)}
	for i, name := range oddNames {
		whole = append(whole, dynamoconn.Long(name, int64(i)))
	}
	_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: whole})
	require.NoError(t, err)
	key := whole.Pick("ID")

	for i, name := range oddNames {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			t.Parallel()
			want := dynamoconn.Item{dynamoconn.Long(name, int64(i))}
			test := func(value int64) []dynamoconn.Condition {
				return []dynamoconn.Condition{
					{Key: name, ComparisonOperator: dynamoconn.ComparisonOperatorEQ, Values: []dynamoconn.KeyValue{dynamoconn.Long("", value)}},
					{Key: name, ComparisonOperator: dynamoconn.ComparisonOperatorNotNull},
				}
			}
			scanned, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{
				TableName: table, Conditions: test(int64(i)), Attributes: []string{name},
			})
			require.NoError(t, err)
			assert.Equal(t, []dynamoconn.Item{want}, scanned.Items)

			scanned, err = client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Conditions: test(-1)})
			require.NoError(t, err)
			assert.Empty(t, scanned.Items)

			got, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: key, Attributes: []string{name}})
			require.NoError(t, err)
			assert.Equal(t, want, got.Item)

			batch, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
				RequestTables: []dynamoconn.RequestTable{{Name: table, Keys: []dynamoconn.Item{key}, Attributes: []string{name}}},
			})
			require.NoError(t, err)
			assert.Equal(t, []dynamoconn.Item{want}, batch.ResponseTables[0].Items)
		})
	}
	t.Run("all at once", func(t *testing.T) {
		t.Parallel()
		got, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: key, Attributes: oddNames})
		require.NoError(t, err)
		assert.True(t, whole[1:].Equal(got.Item), "%v", got.Item.Keys())
	})
}
