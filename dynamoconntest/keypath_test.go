package dynamoconntest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// A path into a key attribute, which is never a list or map, was refused in the
// condition of a write only, and for keys of the table only.
func TestPathIntoAKeyIsRefused(t *testing.T) {
	t.Parallel()
	h := dynamoconntest.New().Handler()
	kind, message := post(t, h, "CreateTable", `{"TableName":"Tab","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"p","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`)
	require.Empty(t, kind, message)
	const (
		key    = `"TableName":"Tab","Key":{"p":{"S":"a"}}`
		query  = `{"TableName":"Tab","KeyConditionExpression":"p = :v","ExpressionAttributeValues":{":v":{"S":"a"}},`
		ofP    = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: p"
		ofG    = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: g"
		ofPart = "One or more parameter values were invalid: Cannot update attribute p. This attribute is part of the key"
	)
	for _, c := range []struct{ operation, body, message string }{
		{"GetItem", `{` + key + `,"ProjectionExpression":"a, p[0]"}`, ofP},
		{"GetItem", `{` + key + `,"ProjectionExpression":"g.x"}`, ofG},
		{"BatchGetItem", `{"RequestItems":{"Tab":{"Keys":[{"p":{"S":"a"}}],"ProjectionExpression":"p.x"}}}`, ofP},
		{"TransactGetItems", `{"TransactItems":[{"Get":{` + key + `,"ProjectionExpression":"g[1]"}}]}`, ofG},
		{"Query", query + `"ProjectionExpression":"p.x"}`, ofP},
		{"Query", query + `"FilterExpression":"attribute_exists(p.x)"}`, ofP},
		{"Query", query + `"FilterExpression":"size(g[0]) < a"}`, ofG},
		{"Scan", `{"TableName":"Tab","FilterExpression":"a = p[3]"}`, ofP},
		{"Scan", `{"TableName":"Tab","IndexName":"byG","FilterExpression":"attribute_exists(g.x)"}`, ofG},
		{"Scan", `{"TableName":"Tab","IndexName":"byG","ProjectionExpression":"p.x"}`, ofP},
		{"PutItem", `{"TableName":"Tab","Item":{"p":{"S":"a"}},"ConditionExpression":"g.x = a"}`, ofG},
		{"DeleteItem", `{` + key + `,"ConditionExpression":"p.x = a"}`, ofP},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET a = if_not_exists(g[0], b)"}`, ofG},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"REMOVE g[0]"}`, ofG},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET a = b + p.x"}`, ofP},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"REMOVE p.x"}`, ofPart},
		{"TransactWriteItems", `{"TransactItems":[{"Update":{` + key + `,"UpdateExpression":"SET a = p.x"}}]}`, ofP},
		{"TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{` + key + `,"ConditionExpression":"g.x = a"}}]}`, ofG},
	} {
		kind, message := post(t, h, c.operation, c.body)
		assert.Equal(t, [2]string{"ValidationException", c.message}, [2]string{kind, message}, "%s %s", c.operation, c.body)
	}
}

// An update whose if_not_exists has one path twice was carried out.
func TestIfNotExistsOfOnePathTwiceIsRefused(t *testing.T) {
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
		{"UpdateItem", part("Tab", "SET b = if_not_exists(a[0], a[0])"), "ValidationException", want},
		{"UpdateItem", part("Tab", "SET b = c + if_not_exists(a[0], a[0]) REMOVE p"), "ValidationException", want},
		{"UpdateItem", part("None", "SET b = if_not_exists(a[0], a[0])"), "ValidationException", want},
		{"TransactWriteItems", `{"TransactItems":[{"Update":` + part("Tab", "SET b = if_not_exists(a[0], a[0])") + `}]}`, "ValidationException", want},
		{"UpdateItem", part("Tab", "REMOVE b"), "", ""},
	} {
		kind, message := post(t, h, c.operation, c.body)
		assert.Equal(t, [2]string{c.kind, c.message}, [2]string{kind, message}, "%s %s", c.operation, c.body)
	}
}
