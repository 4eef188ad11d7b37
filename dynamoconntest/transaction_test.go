package dynamoconntest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func TestTransactionIsAtomic(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	put(t, c, merge(key("a", 1), item{"n": num(1)}))
	items := []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("Tab"), Item: key("a", 2)}},
		{Update: &types.Update{TableName: aws.String("Tab"), Key: key("a", 1), UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: item{":n": num(1)}}},
		{ConditionCheck: &types.ConditionCheck{TableName: aws.String("Tab"), Key: key("a", 3), ConditionExpression: aws.String("attribute_not_exists(p)")}},
		{Delete: &types.Delete{TableName: aws.String("Tab"), Key: key("a", 4), ConditionExpression: aws.String("attribute_exists(p)")}},
	}
	_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: items})
	var cancelled *types.TransactionCanceledException
	require.ErrorAs(t, err, &cancelled)
	var codes []string
	for _, r := range cancelled.CancellationReasons {
		codes = append(codes, *r.Code)
	}
	assert.Equal(t, []string{"None", "None", "None", "ConditionalCheckFailed"}, codes)
	assert.Nil(t, get(t, c, key("a", 2)))
	assert.Equal(t, merge(key("a", 1), item{"n": num(1)}), get(t, c, key("a", 1)))

	out, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: items[:3], ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	require.NoError(t, err)
	assert.Equal(t, 6.0, *out.ConsumedCapacity[0].CapacityUnits)
	assert.Equal(t, merge(key("a", 1), item{"n": num(2)}), get(t, c, key("a", 1)))
	got, err := c.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: aws.String("Tab"), Key: key("a", 2)}}, {Get: &types.Get{TableName: aws.String("Tab"), Key: key("a", 9)}},
	}})
	require.NoError(t, err)
	assert.Equal(t, []types.ItemResponse{{Item: key("a", 2)}, {}}, got.Responses)
}

func TestTransactionTokenIsRememberedForTenMinutes(t *testing.T) {
	t.Parallel()
	clk := newClock()
	db, c := newTable(t, dynamoconntest.WithClock(clk.Now))
	add := func(n int) error {
		_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			ClientRequestToken: aws.String("token"),
			TransactItems: []types.TransactWriteItem{{Update: &types.Update{TableName: aws.String("Tab"), Key: key("a", 1),
				UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: item{":n": num(n)}}}},
		})
		return err
	}
	require.NoError(t, add(1))
	clk.now = clk.now.Add(9 * time.Minute)
	require.NoError(t, add(1))
	assert.Equal(t, num(1), get(t, c, key("a", 1))["n"])
	assert.Equal(t, "IdempotentParameterMismatchException", errorCode(add(2)))
	clk.now = clk.now.Add(61 * time.Second)
	require.NoError(t, add(1))
	assert.Equal(t, num(2), get(t, c, key("a", 1))["n"])

	var applied []bool
	for _, entry := range db.Requests("TransactWriteItems") {
		applied = append(applied, entry.Applied)
	}
	assert.Equal(t, []bool{true, false, false, true}, applied, "a repeated transaction is not applied again")
}

// A repeated transaction writes nothing. It costs what reading its items costs.
func TestCapacityOfARepeatedTransaction(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	in := &dynamodb.TransactWriteItemsInput{
		ClientRequestToken: aws.String("token"), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: aws.String("Tab"), Item: merge(key("a", 1), item{"d": str(strings.Repeat("x", 9000))})}},
			{Put: &types.Put{TableName: aws.String("Tab"), Item: key("a", 2)}},
		},
	}
	for _, want := range []types.ConsumedCapacity{
		{CapacityUnits: ptr(20.0), WriteCapacityUnits: ptr(20.0), TableName: ptr("Tab")}, // 9 times 1 KB and 1 time 1 KB, times 2
		{CapacityUnits: ptr(8.0), ReadCapacityUnits: ptr(8.0), TableName: ptr("Tab")},    // 3 times 4 KB and 1 time 4 KB, times 2
	} {
		out, err := c.TransactWriteItems(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, []types.ConsumedCapacity{want}, out.ConsumedCapacity)
	}
}
