package dynamoconntest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// post sends a body as it is, which no client would.
func post(t *testing.T, h http.Handler, operation, body string) (kind, message string) {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	var answer struct {
		Type    string `json:"__type"`
		Message string
	}
	require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &answer))
	_, kind, _ = strings.Cut(answer.Type, "#")
	return kind, answer.Message
}

// Each case is one in which an earlier state of this package named the other
// mistake: against DynamoDB Local and dynoxide, or, for equal operands, against
// what tests that were recorded on the service expect.
func TestWhichOfTwoMistakesIsNamed(t *testing.T) {
	t.Parallel()
	h := dynamoconntest.New().Handler()
	kind, message := post(t, h, "CreateTable", `{"TableName":"Tab","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"s","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"s","AttributeType":"N"},{"AttributeName":"g","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}]}`)
	require.Empty(t, kind, message)
	for name, c := range map[string]struct{ operation, body, kind, message string }{
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
		"values of a read by key, which has none": {
			"GetItem", `{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}},"ExpressionAttributeValues":{":a":{"X":"1"}}}`,
			"", "",
		},
		"an empty token": {
			"TransactWriteItems", `{"ClientRequestToken":"","TransactItems":[{"Delete":{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}}}}]}`,
			"ValidationException", "clientRequestToken",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kind, message := post(t, h, c.operation, c.body)
			assert.Equal(t, c.kind, kind, message)
			assert.Contains(t, message, c.message)
		})
	}
}
