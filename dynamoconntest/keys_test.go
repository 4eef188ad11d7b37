package dynamoconntest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// A key is never a list or map. Once only the conditions of writes refused a path
// into a key, and only into the table's own key.
func TestPathIntoASortOrIndexKeyIsRefused(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	const key = `"TableName":"Tab","Key":{"p":{"S":"a"},"c":{"S":"b"}}`
	const value = `"ExpressionAttributeValues":{":v":{"S":"a"}}`
	for _, c := range []struct{ operation, body, what string }{
		{"GetItem", `{` + key + `,"ProjectionExpression":"p.a"}`, "Key: p"},
		{"GetItem", `{` + key + `,"ProjectionExpression":"z, x[0]"}`, "IndexKey: x"},
		{"BatchGetItem", `{"RequestItems":{"Tab":{"Keys":[{"p":{"S":"a"},"c":{"S":"b"}}],"ProjectionExpression":"y.a"}}}`, "IndexKey: y"},
		{"Scan", `{"TableName":"Tab","ProjectionExpression":"c.a"}`, "Key: c"},
		{"Scan", `{"TableName":"Tab","FilterExpression":"attribute_exists(y.a)"}`, "IndexKey: y"},
		{"Query", `{"TableName":"Tab","KeyConditionExpression":"p = :v","ProjectionExpression":"x.a",` + value + `}`, "IndexKey: x"},
		{"Query", `{"TableName":"Tab","KeyConditionExpression":"p = :v","FilterExpression":"c.a = :v",` + value + `}`, "Key: c"},
		{"PutItem", `{"TableName":"Tab","Item":{"p":{"S":"a"},"c":{"S":"b"}},"ConditionExpression":"attribute_exists(y.a)"}`, "IndexKey: y"},
		{"DeleteItem", `{` + key + `,"ConditionExpression":"attribute_exists(p[0])"}`, "Key: p"},
		{"TransactGetItems", `{"TransactItems":[{"Get":{` + key + `,"ProjectionExpression":"p.a"}}]}`, "Key: p"},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET y.a = :v",` + value + `}`, "IndexKey: y"},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET z = if_not_exists(x.a, :v)",` + value + `}`, "IndexKey: x"},
	} {
		kind, message := post(t, h, c.operation, c.body)
		assert.Equal(t, "ValidationException", kind, c.body)
		assert.Equal(t, "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: "+c.what, message, c.body)
	}
}

// An empty key is an error of the whole request, a key of a wrong type cancels the
// transaction. If several indexes refuse an item the message names the first by name.
func TestInvalidKeysInATransaction(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	const empty = "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: c"
	const cancelled = "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ValidationError]"
	bad := func(key string) string { return `"TableName":"Tab","Key":` + key }
	const emptyKey, wrongKey, goodKey = `{"p":{"S":"a"},"c":{"S":""}}`, `{"p":{"S":"a"},"c":{"N":"1"}}`, `{"p":{"S":"a"},"c":{"S":"b"}}`
	for _, c := range []struct{ action, kind, message string }{
		{`{"Put":{"TableName":"Tab","Item":` + emptyKey + `}}`, "ValidationException", empty},
		{`{"Delete":{` + bad(emptyKey) + `}}`, "ValidationException", empty},
		{`{"ConditionCheck":{` + bad(emptyKey) + `,"ConditionExpression":"attribute_exists(z)"}}`, "ValidationException", empty},
		{`{"Update":{` + bad(emptyKey) + `,"UpdateExpression":"REMOVE z"}}`, "ValidationException", empty},
		{`{"Put":{"TableName":"Tab","Item":{"p":{"S":"a"},"c":{"S":"b"},"y":{"S":""}}}}`, "ValidationException",
			"One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: first, IndexKey: y"},
		{`{"Update":{` + bad(goodKey) + `,"UpdateExpression":"SET y = :v","ExpressionAttributeValues":{":v":{"S":""}}}}`, "ValidationException",
			"One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value."},
		{`{"Put":{"TableName":"Tab","Item":` + wrongKey + `}}`, "TransactionCanceledException", cancelled},
		{`{"Delete":{` + bad(wrongKey) + `}}`, "TransactionCanceledException", cancelled},
		{`{"Put":{"TableName":"Tab","Item":{"p":{"S":"a"},"c":{"S":"b"},"y":{"L":[]}}}}`, "TransactionCanceledException", cancelled},
		{`{"Update":{` + bad(goodKey) + `,"UpdateExpression":"SET y = :v","ExpressionAttributeValues":{":v":{"N":"5"}}}}`, "TransactionCanceledException", cancelled},
	} {
		kind, message := post(t, h, "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"Tab","Item":{"p":{"S":"z"},"c":{"S":"z"}}}},`+c.action+`]}`)
		assert.Equal(t, [2]string{c.kind, c.message}, [2]string{kind, message}, c.action)
	}
	kind, message := post(t, h, "TransactGetItems", `{"TransactItems":[{"Get":{`+bad(emptyKey)+`}}]}`)
	assert.Equal(t, [2]string{"ValidationException", empty}, [2]string{kind, message})
	_, message = post(t, h, "PutItem", `{"TableName":"Tab","Item":{"p":{"S":"a"},"c":{"S":"b"},"y":{"N":"1"}}}`)
	assert.Equal(t, "One or more parameter values were invalid: Type mismatch for Index Key y Expected: S Actual: N IndexName: first", message)
}

func TestStartKeyMustBelongToTheRead(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	const query, index = `"TableName":"Tab","KeyConditionExpression":"p = :v"`, `"TableName":"Tab","IndexName":"first","KeyConditionExpression":"y = :v"`
	const vague, mismatch = "The provided starting key is invalid", "The provided key element does not match the schema"
	for _, c := range []struct{ operation, read, start, message string }{
		{"Query", query, `{"p":{"S":"a"}}`, vague},
		{"Query", query, `{"p":{"S":"a"},"z":{"S":"a"}}`, vague},
		{"Query", query, `{"p":{"S":"a"},"c":{"N":"1"}}`, mismatch},
		{"Query", query, `{"p":{"S":"b"},"c":{"S":"b"}}`, "The provided starting key is outside query boundaries based on provided conditions"},
		{"Query", `"TableName":"Tab","KeyConditionExpression":"p = :v AND c > :v"`, `{"p":{"S":"a"},"c":{"S":"a"}}`, "The provided starting key does not match the range key predicate"},
		{"Query", `"TableName":"Tab","KeyConditionExpression":"p = :v AND c > :v"`, `{"p":{"S":"b"},"c":{"S":"b"}}`, "The query can return at most one row and cannot be restarted"},
		{"Query", index, `{"p":{"S":"a"},"c":{"S":"a"}}`, vague},
		{"Query", index, `{"p":{"S":"a"},"c":{"S":"a"},"y":{"N":"1"}}`, mismatch},
		{"Query", index, `{"p":{"S":"a"},"c":{"N":"1"},"y":{"S":"a"}}`, vague + ": " + mismatch},
		{"Scan", `"TableName":"Tab"`, `{"p":{"S":"a"},"z":{"S":"a"}}`, vague + ": " + mismatch},
		{"Scan", `"TableName":"Tab"`, `{}`, vague + ": " + mismatch},
		{"Scan", `"TableName":"Tab","IndexName":"local"`, `{"p":{"S":"a"},"c":{"S":"a"},"z":{"S":"a"}}`, vague},
		{"Scan", `"TableName":"Tab","IndexName":"local"`, `{"p":{"S":"a"},"c":{"S":"a"},"x":{"N":"1"}}`, mismatch},
	} {
		values := ""
		if c.operation == "Query" {
			values = `,"ExpressionAttributeValues":{":v":{"S":"a"}}`
		}
		kind, message := post(t, h, c.operation, `{`+c.read+values+`,"ExclusiveStartKey":`+c.start+`}`)
		assert.Equal(t, [2]string{"ValidationException", c.message}, [2]string{kind, message}, c.read+c.start)
	}
	_, message := post(t, h, "Query", `{"TableName":"Tab","KeyConditions":{"p":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}},
		"QueryFilter":{"c":{"ComparisonOperator":"EQ","AttributeValueList":[{"S":"a"}]}}}`)
	assert.Equal(t, "QueryFilter can only contain non-primary key attributes: Primary key attribute: c", message)
}

// UpdateTable once accepted definitions of the table that the request did not repeat,
// and kept definitions that no key used.
func TestNewIndexNeedsDefinitionsInItsRequest(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	index := func(name, attribute string) string {
		return `"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"` + name + `","KeySchema":[{"AttributeName":"` + attribute + `","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}}]`
	}
	const both = `"AttributeDefinitions":[{"AttributeName":"x","AttributeType":"S"},{"AttributeName":"unused","AttributeType":"S"}]`
	kind, message := post(t, h, "UpdateTable", `{"TableName":"Tab",`+index("third", "x")+`}`)
	assert.Equal(t, [2]string{"ValidationException", "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [x], AttributeDefinitions: []"},
		[2]string{kind, message})
	kind, message = post(t, h, "UpdateTable", `{"TableName":"Tab",`+both+`,`+index("local", "x")+`}`)
	assert.Equal(t, [2]string{"ValidationException", "Attempting to create an index which already exists: local"}, [2]string{kind, message})
	kind, message = post(t, h, "UpdateTable", `{"TableName":"Tab",`+both+`,`+index("third", "x")+`}`)
	require.Empty(t, kind, message)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"TableName":"Tab"}`))
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.DescribeTable")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/dynamodb/aws4_request")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	assert.Contains(t, rec.Body.String(), `"third"`)
	assert.NotContains(t, rec.Body.String(), "unused")
}

// A path into a key attribute, which is never a list or map, was once refused only in
// the condition of a write, and only for keys of the table.
func TestPathIntoAKeyIsRefused(t *testing.T) {
	t.Parallel()
	h := dynamoconntest.New().Handler()
	kind, message := post(t, h, "CreateTable", `{"TableName":"Tab","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"p","KeyType":"HASH"}],
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"g","AttributeType":"S"}],
		"GlobalSecondaryIndexes":[{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`)
	require.Empty(t, kind, message)
	const (
		key       = `"TableName":"Tab","Key":{"p":{"S":"a"}}`
		query     = `{"TableName":"Tab","KeyConditionExpression":"p = :v","ExpressionAttributeValues":{":v":{"S":"a"}},`
		pathIntoP = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: p"
		pathIntoG = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: g"
		updateOfP = "One or more parameter values were invalid: Cannot update attribute p. This attribute is part of the key"
	)
	for _, c := range []struct{ operation, body, message string }{
		{"GetItem", `{` + key + `,"ProjectionExpression":"a, p[0]"}`, pathIntoP},
		{"GetItem", `{` + key + `,"ProjectionExpression":"g.x"}`, pathIntoG},
		{"BatchGetItem", `{"RequestItems":{"Tab":{"Keys":[{"p":{"S":"a"}}],"ProjectionExpression":"p.x"}}}`, pathIntoP},
		{"TransactGetItems", `{"TransactItems":[{"Get":{` + key + `,"ProjectionExpression":"g[1]"}}]}`, pathIntoG},
		{"Query", query + `"ProjectionExpression":"p.x"}`, pathIntoP},
		{"Query", query + `"FilterExpression":"attribute_exists(p.x)"}`, pathIntoP},
		{"Query", query + `"FilterExpression":"size(g[0]) < a"}`, pathIntoG},
		{"Scan", `{"TableName":"Tab","FilterExpression":"a = p[3]"}`, pathIntoP},
		{"Scan", `{"TableName":"Tab","IndexName":"byG","FilterExpression":"attribute_exists(g.x)"}`, pathIntoG},
		{"Scan", `{"TableName":"Tab","IndexName":"byG","ProjectionExpression":"p.x"}`, pathIntoP},
		{"PutItem", `{"TableName":"Tab","Item":{"p":{"S":"a"}},"ConditionExpression":"g.x = a"}`, pathIntoG},
		{"DeleteItem", `{` + key + `,"ConditionExpression":"p.x = a"}`, pathIntoP},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET a = if_not_exists(g[0], b)"}`, pathIntoG},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"REMOVE g[0]"}`, pathIntoG},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"SET a = b + p.x"}`, pathIntoP},
		{"UpdateItem", `{` + key + `,"UpdateExpression":"REMOVE p.x"}`, updateOfP},
		{"TransactWriteItems", `{"TransactItems":[{"Update":{` + key + `,"UpdateExpression":"SET a = p.x"}}]}`, pathIntoP},
		{"TransactWriteItems", `{"TransactItems":[{"ConditionCheck":{` + key + `,"ConditionExpression":"g.x = a"}}]}`, pathIntoG},
	} {
		kind, message := post(t, h, c.operation, c.body)
		assert.Equal(t, [2]string{"ValidationException", c.message}, [2]string{kind, message}, "%s %s", c.operation, c.body)
	}
}

// A key may hold NUL, which also ends each value in the encoding of keys. In an index the key
// of the table follows.
func TestKeysWithNULAreToldApart(t *testing.T) {
	t.Parallel()
	for kind, value := range map[string]func(string) types.AttributeValue{
		"S": str,
		"B": func(s string) types.AttributeValue { return &types.AttributeValueMemberB{Value: []byte(s)} },
	} {
		db := dynamoconntest.New()
		require.NoError(t, db.CreateTable(dynamoconntest.Table{
			Name: "Tab", PartitionKey: "p", SortKey: "s:" + kind, Indexes: []dynamoconntest.Index{{Name: "byX", SortKey: "x:" + kind}},
		}))
		c := db.SDKClient()
		var sorted []item // by x
		for _, key := range []struct{ x, s string }{
			{"\x00", "a\x01"}, {"\x00\x00", "a\x00\x01"}, {"\x00\x00a", "b"}, {"\x00a", "a\x00\x00b"}, {"\x01", "a\x00\x00"},
			{"a", "b\x00\x00c"}, {"a\x00", "\x00"}, {"a\x00\x00", "\x00\x00"}, {"a\x00\x00b", "c"}, {"a\x00\x01", "a"}, {"a\x01", "\x00a"},
		} {
			sorted = append(sorted, item{"p": str("a"), "x": value(key.x), "s": value(key.s)})
			put(t, c, sorted[len(sorted)-1])
		}
		query := func(condition string, values item) []item {
			values[":p"] = str("a")
			out, err := c.Query(t.Context(), &dynamodb.QueryInput{TableName: aws.String("Tab"), IndexName: aws.String("byX"),
				KeyConditionExpression: aws.String("p = :p" + condition), ExpressionAttributeValues: values})
			require.NoError(t, err)
			return out.Items
		}
		assert.Equal(t, sorted, query("", item{}), kind)
		for i, it := range sorted {
			assert.Equal(t, []item{it}, query(" AND x = :x", item{":x": it["x"]}), "%s %d", kind, i)
			assert.Equal(t, sorted[i:], query(" AND x >= :x", item{":x": it["x"]}), "%s %d", kind, i)
			assert.Equal(t, it, get(t, c, item{"p": it["p"], "s": it["s"]}), "%s %d", kind, i)
		}
	}
}
