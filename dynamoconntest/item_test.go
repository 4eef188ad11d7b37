package dynamoconntest_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnItemOfEveryTypeComesBackAsItWasPut(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	whole := merge(key("a", 1), item{
		"str": str("é\n\"\x00"), "empty": str(""), "num": num("-12345678901234567890.123456789012345678"),
		"bin": &types.AttributeValueMemberB{Value: []byte{0, 255}}, "t": &types.AttributeValueMemberBOOL{Value: true},
		"nil": &types.AttributeValueMemberNULL{Value: true},
		"l":   &types.AttributeValueMemberL{Value: []types.AttributeValue{num(1), str("x")}},
		"m":   &types.AttributeValueMemberM{Value: item{"k": &types.AttributeValueMemberL{Value: []types.AttributeValue{}}}},
		"ss":  &types.AttributeValueMemberSS{Value: []string{"a", "b"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"1", "2"}},
		"bs": &types.AttributeValueMemberBS{Value: [][]byte{{1}, {2}}},
	})
	put(t, c, whole)
	assert.Equal(t, whole, get(t, c, key("a", "1.0")))
	assert.Nil(t, get(t, c, key("a", 2)))
}

func TestPutReturnsTheOldItemAndTheCapacity(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	put(t, c, merge(key("a", 1), item{"v": str("old")}))
	out, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("Tab"), Item: merge(key("a", 1), item{"v": str(strings.Repeat("x", 1500)), "g": str("G"), "x": num(1)}),
		ReturnValues: types.ReturnValueAllOld, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
		ReturnItemCollectionMetrics: types.ReturnItemCollectionMetricsSize,
	})
	require.NoError(t, err)
	assert.Equal(t, merge(key("a", 1), item{"v": str("old")}), out.Attributes)
	assert.Equal(t, &types.ConsumedCapacity{
		TableName: aws.String("Tab"), CapacityUnits: aws.Float64(6), Table: &types.Capacity{CapacityUnits: aws.Float64(2)},
		LocalSecondaryIndexes:  map[string]types.Capacity{"byX": {CapacityUnits: aws.Float64(2)}},
		GlobalSecondaryIndexes: map[string]types.Capacity{"byG": {CapacityUnits: aws.Float64(2)}},
	}, out.ConsumedCapacity)
	assert.Equal(t, item{"p": str("a")}, out.ItemCollectionMetrics.ItemCollectionKey)
	assert.Equal(t, []float64{0, 1}, out.ItemCollectionMetrics.SizeEstimateRangeGB)
}

func TestAFailedConditionReturnsTheItemIfAskedTo(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	put(t, c, key("a", 1))
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("Tab"), Item: key("a", 1), ConditionExpression: aws.String("attribute_not_exists(p)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, key("a", 1), failed.Item)
	assert.Equal(t, "The conditional request failed", failed.ErrorMessage())
	_, err = c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("Tab"), Key: key("a", 2), ConditionExpression: aws.String("attribute_exists(p)")})
	require.ErrorAs(t, err, &failed)
	assert.Nil(t, failed.Item)
}

func TestUpdateReturnsTheValuesThatWereAskedFor(t *testing.T) {
	t.Parallel()
	for rv, want := range map[types.ReturnValue]item{
		types.ReturnValueNone:       nil,
		types.ReturnValueAllOld:     merge(key("a", 1), item{"n": num(1), "m": &types.AttributeValueMemberM{Value: item{"x": num(1), "y": num(2)}}}),
		types.ReturnValueAllNew:     merge(key("a", 1), item{"n": num(3), "m": &types.AttributeValueMemberM{Value: item{"x": num(9), "y": num(2)}}}),
		types.ReturnValueUpdatedOld: {"n": num(1), "m": &types.AttributeValueMemberM{Value: item{"x": num(1)}}},
		types.ReturnValueUpdatedNew: {"n": num(3), "m": &types.AttributeValueMemberM{Value: item{"x": num(9)}}},
	} {
		_, c := newTable(t)
		put(t, c, merge(key("a", 1), item{"n": num(1), "m": &types.AttributeValueMemberM{Value: item{"x": num(1), "y": num(2)}}}))
		out, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String("Tab"), Key: key("a", 1), UpdateExpression: aws.String("SET m.x = :v ADD n :two"),
			ExpressionAttributeValues: item{":v": num(9), ":two": num(2)}, ReturnValues: rv,
		})
		require.NoError(t, err)
		assert.Equal(t, want, out.Attributes, rv)
	}
}

func TestUpdateCreatesItemsAndRefusesInvalidOnes(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	update := func(k item, expr string, values item) error {
		_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("Tab"), Key: k, UpdateExpression: aws.String(expr), ExpressionAttributeValues: values})
		return err
	}
	require.NoError(t, update(key("a", 1), "ADD n :n", item{":n": num(1)}))
	assert.Equal(t, merge(key("a", 1), item{"n": num(1)}), get(t, c, key("a", 1)))
	for _, e := range []error{
		update(key("a", 1), "SET p = :n", item{":n": str("x")}),
		update(key("a", 1), "SET g = :n", item{":n": num(1)}),
		update(key("a", 1), "SET g = :n", item{":n": str("")}),
		update(key("a", 1), "SET big = :n", item{":n": str(strings.Repeat("x", 400<<10))}),
		update(item{"p": str("a")}, "SET q = :n", item{":n": num(1)}),
	} {
		assert.Equal(t, "ValidationException", errorCode(e), e)
	}
	assert.Equal(t, merge(key("a", 1), item{"n": num(1)}), get(t, c, key("a", 1)))
}
