package dynamoconntest_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// If there is no item, an update that only removes creates none, and its paths may be
// any. An update that does nothing, or that sets something as well, creates one.
func TestUpdateThatOnlyRemovesCreatesNoItem(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	remove := types.AttributeValueUpdate{Action: types.AttributeActionDelete}
	fromSet := types.AttributeValueUpdate{Action: types.AttributeActionDelete, Value: &types.AttributeValueMemberNS{Value: []string{"1"}}}
	for i, tc := range []struct {
		what string
		in   dynamodb.UpdateItemInput
		want item // besides the key; nil for no item
	}{
		{"remove", dynamodb.UpdateItemInput{UpdateExpression: aws.String("REMOVE a")}, nil},
		{"remove a path", dynamodb.UpdateItemInput{UpdateExpression: aws.String("REMOVE a.b, c[1]")}, nil},
		{"delete from a set", dynamodb.UpdateItemInput{UpdateExpression: aws.String("DELETE a :n REMOVE b"), ExpressionAttributeValues: item{":n": fromSet.Value}}, nil},
		{"legacy", dynamodb.UpdateItemInput{AttributeUpdates: map[string]types.AttributeValueUpdate{"a": remove, "b": fromSet}}, nil},
		{"a condition", dynamodb.UpdateItemInput{UpdateExpression: aws.String("REMOVE a"), ConditionExpression: aws.String("attribute_not_exists(p)")}, nil},
		{"remove and set", dynamodb.UpdateItemInput{UpdateExpression: aws.String("REMOVE a SET b = :n"), ExpressionAttributeValues: item{":n": num(1)}}, item{"b": num(1)}},
		{"nothing", dynamodb.UpdateItemInput{}, item{}},
		{"nothing, legacy", dynamodb.UpdateItemInput{AttributeUpdates: map[string]types.AttributeValueUpdate{}}, item{}},
	} {
		k := key("missing", i)
		tc.in.TableName, tc.in.Key, tc.in.ReturnValues = aws.String("Tab"), k, types.ReturnValueAllNew
		out, err := c.UpdateItem(t.Context(), &tc.in)
		require.NoError(t, err, tc.what)
		var want item
		if tc.want != nil {
			want = merge(k, tc.want)
		}
		assert.Equal(t, want, out.Attributes, tc.what)
		assert.Equal(t, want, get(t, c, k), tc.what)
	}
	_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: &types.Update{TableName: aws.String("Tab"), Key: key("t", 1), UpdateExpression: aws.String("REMOVE a.b")}},
		{Update: &types.Update{TableName: aws.String("Tab"), Key: key("t", 2), UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: item{":n": num(1)}}},
	}})
	require.NoError(t, err)
	assert.Equal(t, []item{nil, merge(key("t", 2), item{"n": num(1)})}, []item{get(t, c, key("t", 1)), get(t, c, key("t", 2))})

	// An item that exists stays, even if only its key is left.
	put(t, c, merge(key("there", 1), item{"a": num(1)}))
	_, err = c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("Tab"), Key: key("there", 1), UpdateExpression: aws.String("REMOVE a")})
	require.NoError(t, err)
	assert.Equal(t, key("there", 1), get(t, c, key("there", 1)))
	_, err = c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("Tab"), Key: key("there", 1), UpdateExpression: aws.String("REMOVE a.b")})
	assert.ErrorContains(t, err, "The document path provided in the update expression is invalid for update")
}

// An update with the same path twice in if_not_exists was once carried out.
func TestIfNotExistsRefusesTheSamePathTwice(t *testing.T) {
	t.Parallel()
	h := dynamoconntest.New().Handler()
	kind, message := post(t, h, "CreateTable", `{"TableName":"Tab","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"p","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"}]}`)
	require.Empty(t, kind, message)
	const want = "Invalid UpdateExpression: The first operand must be distinct from the remaining operands for this operator or function; operator: if_not_exists, first operand: [a, [0]]"
	part := func(table, update string) string {
		return `{"TableName":"` + table + `","Key":{"p":{"S":"a"}},"UpdateExpression":"` + update + `"}`
	}
	for _, c := range []struct{ operation, body, kind, message string }{
		{"UpdateItem", part("Tab", "SET b = if_not_exists(a[0], a[0])"), "ValidationException", "1 validation error detected: " + want},
		{"UpdateItem", part("Tab", "SET b = c + if_not_exists(a[0], a[0]) REMOVE p"), "ValidationException", "1 validation error detected: " + want},
		{"UpdateItem", part("None", "SET b = if_not_exists(a[0], a[0])"), "ValidationException", "1 validation error detected: " + want},
		{"TransactWriteItems", `{"TransactItems":[{"Update":` + part("Tab", "SET b = if_not_exists(a[0], a[0])") + `}]}`, "ValidationException", want},
		{"UpdateItem", part("Tab", "REMOVE b"), "", ""},
	} {
		kind, message := post(t, h, c.operation, c.body)
		assert.Equal(t, [2]string{c.kind, c.message}, [2]string{kind, message}, "%s %s", c.operation, c.body)
	}
}
