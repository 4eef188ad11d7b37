package dynamoconntest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// twoMistakes has requests with two mistakes. In each case this package once reported the other mistake. DynamoDB Local and
// dynoxide report this one; for equal operands, tests that were recorded on the
// service do.
var twoMistakes = map[string]struct{ operation, body, kind, message string }{
	"a filter on both keys": {
		"Query", `{"TableName":"Tab","KeyConditionExpression":"p = :v","FilterExpression":"s <> :v AND p <> :v","ExpressionAttributeValues":{":v":{"S":"a"}}}`,
		"ValidationException", "Primary key attribute: p",
	},
	"an index that lacks what the filter and the projection need": {
		"Query", `{"TableName":"Tab","IndexName":"byG","KeyConditionExpression":"g = :v","FilterExpression":"x = :v","ProjectionExpression":"y","ExpressionAttributeValues":{":v":{"S":"a"}}}`,
		"ValidationException", "does not project one or more filter attributes: [x]",
	},
	"equal operands and no such table": {
		"PutItem", `{"TableName":"None","Item":{"p":{"S":"a"}},"ConditionExpression":"x = x"}`,
		"ValidationException", "must be distinct",
	},
	"equal operands and a key of the wrong type": {
		"DeleteItem", `{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"S":"b"}},"ConditionExpression":"x IN (x)"}`,
		"ValidationException", "must be distinct",
	},
	"equal operands and no such index": {
		"Scan", `{"TableName":"Tab","IndexName":"none","FilterExpression":"x < x"}`,
		"ValidationException", "must be distinct",
	},
	"equal operands alone": {
		"Scan", `{"TableName":"Tab","FilterExpression":"x BETWEEN x AND y"}`,
		"ValidationException", "must be distinct",
	},
	"equal operands in a transaction": {
		"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}},"ConditionExpression":"x = x"}}]}`,
		"ValidationException", "must be distinct",
	},
	"no key condition and no such table": {
		"Query", `{"TableName":"None"}`,
		"ValidationException", "KeyConditionExpression parameter must be specified",
	},
	"no key condition and no such index": {
		"Query", `{"TableName":"Tab","IndexName":"none","KeyConditions":{}}`,
		"ValidationException", "Conditions can be of length 1 or 2 only",
	},
	"no key condition alone": {
		"Query", `{"TableName":"Tab"}`,
		"ValidationException", "KeyConditionExpression parameter must be specified",
	},
	"values in a GetItem, which uses none": {
		"GetItem", `{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}},"ExpressionAttributeValues":{":a":{"X":"1"}}}`,
		"", "",
	},
	"an empty token": {
		"TransactWriteItems", `{"ClientRequestToken":"","TransactItems":[{"Delete":{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}}}}]}`,
		"ValidationException", "clientRequestToken",
	},
}

func TestFirstOfTwoMistakesIsReported(t *testing.T) {
	t.Parallel()
	h := dynamoconntest.New().Handler()
	kind, message := post(t, h, "CreateTable", `{"TableName":"Tab","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}`)
	require.Empty(t, kind, message)
	for name, c := range twoMistakes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, message := post(t, h, c.operation, c.body)
			assert.Equal(t, c.kind, kind, message)
			assert.Contains(t, message, c.message)
		})
	}
}
