package dynamoconntest_test

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func queryAll(t testing.TB, c *dynamodb.Client, in dynamodb.QueryInput) (items []item, pages int) {
	t.Helper()
	for {
		out, err := c.Query(t.Context(), &in)
		require.NoError(t, err)
		items = append(items, out.Items...)
		pages++
		if out.LastEvaluatedKey == nil {
			return items, pages
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

func TestQueryPagesInBothOrdersOfTableAndIndexes(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	const n = 25
	for i := range n {
		put(t, c, merge(key("a", i-10), item{"g": str("G"), "x": num(i % 5)}))
		put(t, c, key("b", i))
	}
	for _, index := range []string{"", "byX", "byG"} {
		for _, forward := range []bool{true, false} {
			in := dynamodb.QueryInput{
				TableName: aws.String("Tab"), KeyConditionExpression: aws.String("p = :p"), ExpressionAttributeValues: item{":p": str("a")},
				Limit: aws.Int32(4), ScanIndexForward: aws.Bool(forward),
			}
			if index != "" {
				in.IndexName = aws.String(index)
			}
			if index == "byG" {
				in.KeyConditionExpression, in.ExpressionAttributeValues = aws.String("g = :p"), item{":p": str("G")}
			}
			items, pages := queryAll(t, c, in)
			require.Len(t, items, n, index)
			assert.Equal(t, 7, pages)
			attr := "s"
			if index == "byX" {
				attr = "x"
			}
			at := func(i int) int {
				var v int
				_, err := fmt.Sscan(items[i][attr].(*types.AttributeValueMemberN).Value, &v)
				require.NoError(t, err)
				return v
			}
			for i := 1; i < n; i++ {
				if forward {
					assert.LessOrEqual(t, at(i-1), at(i), index)
				} else {
					assert.GreaterOrEqual(t, at(i-1), at(i), index)
				}
			}
		}
	}
}

func TestQuerySortKeyConditions(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	for i := range 10 {
		put(t, c, key("a", i))
	}
	for cond, want := range map[string][]string{
		"s = :x": {"3"}, "s < :x": {"0", "1", "2"}, "s <= :x": {"0", "1", "2", "3"}, "s > :y": {"8", "9"}, "s >= :y": {"7", "8", "9"},
		"s BETWEEN :x AND :y": {"3", "4", "5", "6", "7"},
	} {
		values := item{":p": str("a")}
		for name, v := range map[string]int{":x": 3, ":y": 7} {
			if strings.Contains(cond, name) {
				values[name] = num(v)
			}
		}
		for _, forward := range []bool{true, false} {
			items, _ := queryAll(t, c, dynamodb.QueryInput{
				TableName: aws.String("Tab"), KeyConditionExpression: aws.String("p = :p AND " + cond), ExpressionAttributeValues: values,
				ScanIndexForward: aws.Bool(forward), Limit: aws.Int32(2),
			})
			var got []string
			for _, it := range items {
				got = append(got, it["s"].(*types.AttributeValueMemberN).Value)
			}
			sort.Strings(got)
			assert.Equal(t, want, got, cond)
		}
	}
}

func TestPageEndsAtOneMegabyteBeforeTheFilter(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	for i := range 5 {
		put(t, c, merge(key("a", i), item{"d": str(strings.Repeat("x", 300_000)), "odd": &types.AttributeValueMemberBOOL{Value: i%2 == 1}}))
	}
	in := &dynamodb.QueryInput{
		TableName: aws.String("Tab"), KeyConditionExpression: aws.String("p = :p"), FilterExpression: aws.String("odd = :t"),
		ExpressionAttributeValues: item{":p": str("a"), ":t": &types.AttributeValueMemberBOOL{Value: true}},
		ProjectionExpression:      aws.String("s"), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	}
	out, err := c.Query(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, []item{{"s": num(1)}, {"s": num(3)}}, out.Items)
	assert.EqualValues(t, 4, out.ScannedCount)
	assert.Equal(t, key("a", 3), out.LastEvaluatedKey)
	assert.Equal(t, 146.5, *out.ConsumedCapacity.CapacityUnits)
}

func TestParallelScansSeeEveryItemOnce(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	want := map[string]bool{}
	for i := range 300 {
		put(t, c, key(fmt.Sprint("p", i), 0))
		want[fmt.Sprint("p", i)] = true
	}
	for _, total := range []int32{1, 3, 7} {
		got := map[string]bool{}
		for segment := range total {
			in := &dynamodb.ScanInput{TableName: aws.String("Tab"), Segment: aws.Int32(segment), TotalSegments: aws.Int32(total), Limit: aws.Int32(11)}
			for {
				out, err := c.Scan(t.Context(), in)
				require.NoError(t, err)
				for _, it := range out.Items {
					p := it["p"].(*types.AttributeValueMemberS).Value
					assert.False(t, got[p], "%s came twice", p)
					got[p] = true
				}
				if in.ExclusiveStartKey = out.LastEvaluatedKey; out.LastEvaluatedKey == nil {
					break
				}
			}
		}
		assert.Equal(t, want, got)
	}
}

// guregu/dynamo queries with KeyConditions and a FilterExpression together.
func TestKeyConditionsWithAFilterExpression(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	put(t, c, merge(key("a", 1), item{"v": num(1)}))
	put(t, c, key("a", 2))
	in := &dynamodb.QueryInput{
		TableName:        aws.String("Tab"),
		KeyConditions:    map[string]types.Condition{"p": {ComparisonOperator: types.ComparisonOperatorEq, AttributeValueList: []types.AttributeValue{str("a")}}},
		FilterExpression: aws.String("attribute_exists(v)"),
	}
	out, err := c.Query(t.Context(), in)
	require.NoError(t, err)
	assert.Len(t, out.Items, 1)
	in.KeyConditionExpression = aws.String("p = :p")
	_, err = c.Query(t.Context(), in)
	assert.Equal(t, "ValidationException", errorCode(err))
}
