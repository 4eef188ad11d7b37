package dynamoconntest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// These tests have the answers that conformance suites recorded on the service.

// newHashTable returns a server that has a table One with the partition key p and no
// sort key.
func newHashTable(t *testing.T) *dynamoconntest.Server {
	t.Helper()
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "One", PartitionKey: "p"}))
	return db
}

func TestTransactionMayDeleteMoreThan4MB(t *testing.T) {
	t.Parallel()
	db := newHashTable(t)
	var puts, deletes []string
	for i := range 15 {
		key := fmt.Sprintf(`"p":{"S":"%d"}`, i)
		item := `{` + key + `,"v":{"S":"` + strings.Repeat("x", 390_000) + `"}}`
		status, answer := sendRaw(t, db, "PutItem", "", []byte(`{"TableName":"One","Item":`+item+`}`))
		require.Equal(t, 200, status, answer)
		puts = append(puts, `{"Put":{"TableName":"One","Item":`+item+`}}`)
		deletes = append(deletes, `{"Delete":{"TableName":"One","Key":{`+key+`}}}`)
	}
	status, answer := sendRaw(t, db, "TransactWriteItems", "", []byte(`{"TransactItems":[`+strings.Join(puts, ",")+`]}`))
	assert.Equal(t, 400, status)
	assert.Contains(t, answer, "ValidationException")
	status, answer = sendRaw(t, db, "TransactWriteItems", "", []byte(`{"TransactItems":[`+strings.Join(deletes, ",")+`]}`))
	assert.Equal(t, 200, status, answer)
	_, answer = sendRaw(t, db, "Scan", "", []byte(`{"TableName":"One","Select":"COUNT"}`))
	assert.JSONEq(t, `{"Count":0,"ScannedCount":0}`, answer)
}

func TestNewIndexLeavesOutKeysThatAreTooLong(t *testing.T) {
	t.Parallel()
	db := newHashTable(t)
	for name, n := range map[string]int{"fits": 2048, "long": 2049} {
		status, answer := sendRaw(t, db, "PutItem", "", []byte(fmt.Sprintf(`{"TableName":"One","Item":{"p":{"S":%q},"g":{"S":%q}}}`, name, strings.Repeat("x", n))))
		require.Equal(t, 200, status, answer)
	}
	status, answer := sendRaw(t, db, "UpdateTable", "", []byte(`{"TableName":"One","AttributeDefinitions":[{"AttributeName":"g","AttributeType":"S"}],
		"GlobalSecondaryIndexUpdates":[{"Create":{"IndexName":"byG","KeySchema":[{"AttributeName":"g","KeyType":"HASH"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}}]}`))
	require.Equal(t, 200, status, answer)
	_, answer = sendRaw(t, db, "Scan", "", []byte(`{"TableName":"One","IndexName":"byG","ProjectionExpression":"p"}`))
	assert.JSONEq(t, `{"Count":1,"ScannedCount":1,"Items":[{"p":{"S":"fits"}}]}`, answer)
}

func TestTransactionStopsAtTheFirstInvalidAction(t *testing.T) {
	t.Parallel()
	h := newHashTable(t).Handler()
	for name, body := range map[string]string{
		"keys":    `{"Put":{"TableName":"One","Item":{"p":{"S":"a"}}}},{"Delete":{"TableName":"One","Key":{"q":{"S":"a"}}}},{"Delete":{"TableName":"One","Key":{"q":{"S":"b"}}}}`,
		"updates": `{"Put":{"TableName":"One","Item":{"p":{"S":"a"}}}},{"Update":{"TableName":"One","Key":{"p":{"S":"b"}},"UpdateExpression":"SET x = y"}},{"Update":{"TableName":"One","Key":{"p":{"S":"c"}},"UpdateExpression":"SET x = y"}}`,
	} {
		kind, message := post(t, h, "TransactWriteItems", `{"TransactItems":[`+body+`]}`)
		assert.Equal(t, "TransactionCanceledException", kind, name)
		assert.Contains(t, message, "[None, ValidationError, None]", name)
	}
	kind, message := post(t, h, "TransactGetItems", `{"TransactItems":[{"Get":{"TableName":"One","Key":{"q":{"S":"a"}}}},{"Get":{"TableName":"One","Key":{"q":{"S":"b"}}}}]}`)
	assert.Equal(t, "TransactionCanceledException", kind)
	assert.Contains(t, message, "[ValidationError, None]")
}

func TestQueryOnATableWithoutSortKeyHasOnePage(t *testing.T) {
	t.Parallel()
	db := newHashTable(t)
	require.NoError(t, db.Load("One", map[string]any{"p": "a"}))
	const query = `{"TableName":"One","Limit":1,"KeyConditionExpression":"p=:p","ExpressionAttributeValues":{":p":{"S":"a"}}`
	status, answer := sendRaw(t, db, "Query", "", []byte(query+`}`))
	require.Equal(t, 200, status)
	assert.JSONEq(t, `{"Count":1,"ScannedCount":1,"Items":[{"p":{"S":"a"}}]}`, answer, "without a key that the query would refuse")
	db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.EmptyPage(), Times: 1})
	_, answer = sendRaw(t, db, "Query", "", []byte(query+`}`))
	assert.NotContains(t, answer, "LastEvaluatedKey")
	status, answer = sendRaw(t, db, "Query", "", []byte(query+`,"ExclusiveStartKey":{"p":{"S":"a"}}}`))
	assert.Equal(t, 400, status)
	assert.Contains(t, answer, "ValidationException")
}

func TestDeleteTableAnswersWithoutIndexes(t *testing.T) {
	t.Parallel()
	db, _ := newTable(t)
	status, answer := sendRaw(t, db, "DeleteTable", "", []byte(`{"TableName":"Tab"}`))
	require.Equal(t, 200, status)
	assert.Contains(t, answer, `"TableStatus":"DELETING"`)
	for _, member := range []string{"LocalSecondaryIndexes", "GlobalSecondaryIndexes", "KeySchema", "AttributeDefinitions"} {
		assert.NotContains(t, answer, member)
	}
}

func TestEmptyAttributeNamesAreRefused(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	const key = `"TableName":"Tab","Key":{"p":{"S":"a"},"c":{"S":"b"}}`
	for body, operation := range map[string]string{
		`{` + key + `,"AttributesToGet":[""]}`:                                                    "GetItem",
		`{"RequestItems":{"Tab":{"Keys":[{}],"AttributesToGet":["a",""]}}}`:                       "BatchGetItem",
		`{"TableName":"Tab","ScanFilter":{"":{"ComparisonOperator":"NULL"}}}`:                     "Scan",
		`{"TableName":"Tab","KeyConditions":{},"QueryFilter":{"":{"ComparisonOperator":"NULL"}}}`: "Query",
		`{` + key + `,"Expected":{"":{"Exists":false}}}`:                                          "DeleteItem",
		`{` + key + `,"Expected":{"":{"ComparisonOperator":"NULL"}}}`:                             "UpdateItem",
	} {
		kind, message := post(t, h, operation, body)
		assert.Equal(t, "ValidationException", kind, body)
		assert.Contains(t, strings.ToLower(message), "empty attribute name", body)
	}
}

func TestTableNameOfOneCharacterIsNotFound(t *testing.T) {
	t.Parallel()
	h := dynamoconntest.New().Handler()
	const key = `{"p":{"S":"a"}}`
	for operation, body := range map[string]string{
		"GetItem":            `{"TableName":"a","Key":` + key + `}`,
		"PutItem":            `{"TableName":"a","Item":` + key + `}`,
		"UpdateItem":         `{"TableName":"a","Key":` + key + `}`,
		"DeleteItem":         `{"TableName":"a","Key":` + key + `}`,
		"Scan":               `{"TableName":"a"}`,
		"Query":              `{"TableName":"a","KeyConditionExpression":"p=:a","ExpressionAttributeValues":{":a":{"S":"a"}}}`,
		"TransactWriteItems": `{"TransactItems":[{"Delete":{"TableName":"a","Key":` + key + `}}]}`,
	} {
		kind, message := post(t, h, operation, body)
		assert.Equal(t, "ResourceNotFoundException", kind, "%s: %s", operation, message)
	}
	kind, _ := post(t, h, "GetItem", `{"TableName":"","Key":{}}`)
	assert.Equal(t, "ValidationException", kind)
	kind, _ = post(t, h, "DescribeTable", `{"TableName":"a"}`)
	assert.Equal(t, "ValidationException", kind)
	kind, message := post(t, h, "BatchGetItem", `{"RequestItems":{"a":{"Keys":[`+key+`]}}}`)
	assert.Equal(t, "ValidationException", kind, "the names of a batch are checked together")
	assert.Contains(t, message, "Member must have length greater than or equal to 3")
}

func TestDescribeEndpointsAnswersTheServersAddress(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(dynamoconntest.New().Handler())
	defer srv.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL, strings.NewReader(`{}`))
	require.NoError(t, err)
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.DescribeEndpoints")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/dynamodb/aws4_request")
	resp, err := srv.Client().Do(req)
	require.NoError(t, err)
	assert.JSONEq(t, `{"Endpoints":[{"Address":"`+strings.TrimPrefix(srv.URL, "http://")+`","CachePeriodInMinutes":1440}]}`, readAll(t, resp))
}

func TestPresignedRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	db := dynamoconntest.New(dynamoconntest.WithSeparateRegions())
	query := url.Values{
		"X-Amz-Algorithm": {"AWS4-HMAC-SHA256"}, "X-Amz-Credential": {"AKID/20260101/eu-west-1/dynamodb/aws4_request"},
		"X-Amz-Date": {"20260101T000000Z"}, "X-Amz-SignedHeaders": {"host"}, "X-Amz-Signature": {"00"}, "X-Amz-Expires": {"60"},
	}
	send := func(target string) (int, string) {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/?"+query.Encode(),
			strings.NewReader(`{"TableName":"Abc","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}]}`))
		if target != "" {
			req.Header.Set("X-Amz-Target", target)
		}
		rec := httptest.NewRecorder()
		db.Handler().ServeHTTP(rec, req)
		return rec.Code, rec.Body.String()
	}
	status, answer := send("DynamoDB_20120810.CreateTable")
	assert.Equal(t, 200, status, answer)
	assert.Contains(t, answer, ":eu-west-1:", "the region is that of the signature")
	query.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	status, answer = send("")
	assert.Equal(t, 200, status, "the operation may be in the URL")
	assert.JSONEq(t, `{"TableNames":["Abc"]}`, answer)
	query.Del("X-Amz-Algorithm")
	_, answer = send("DynamoDB_20120810.ListTables")
	assert.Contains(t, answer, "MissingAuthenticationTokenException")
}

func TestLongAnswersAreCompressedOnRequest(t *testing.T) {
	t.Parallel()
	db := newHashTable(t)
	require.NoError(t, db.Load("One", map[string]any{"p": "long", "v": strings.Repeat("x", 5000)}, map[string]any{"p": "short"}))
	for _, c := range []struct {
		key, accept string
		compressed  bool
	}{
		{"long", "gzip", true}, {"long", "deflate, GZIP;q=0.5", true}, {"long", "", false}, {"long", "identity", false},
		{"long", "gzip;q=0", false}, {"long", "deflate", false}, {"short", "gzip", false},
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"TableName":"One","Key":{"p":{"S":"`+c.key+`"}}}`))
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/dynamodb/aws4_request")
		req.Header.Set("Accept-Encoding", c.accept)
		rec := httptest.NewRecorder()
		db.Handler().ServeHTTP(rec, req)
		require.Equal(t, 200, rec.Code)
		body := rec.Body.Bytes()
		assert.Equal(t, strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10), rec.Header().Get("X-Amz-Crc32"), "of the bytes that are sent")
		assert.Equal(t, c.compressed, rec.Header().Get("Content-Encoding") == "gzip", c)
		if c.compressed {
			z, err := gzip.NewReader(bytes.NewReader(body))
			require.NoError(t, err)
			body, err = io.ReadAll(z)
			require.NoError(t, err)
		}
		assert.Contains(t, string(body), `"p":{"S":"`+c.key+`"}`)
	}
}

// Two keys with different halves of a surrogate pair once were one key.
func TestLoneSurrogatesInKeysAreRefused(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	for operation, body := range map[string]string{
		"GetItem":    `{"TableName":"Tab","Key":{"p":{"S":"a\ud800"},"c":{"S":"b"}}}`,
		"PutItem":    `{"TableName":"Tab","Item":{"p":{"S":"a"},"c":{"S":"\udc00b"}}}`,
		"UpdateItem": `{"TableName":"Tab","Key":{"p":{"S":"\ud800\ud800\udc00"},"c":{"S":"b"}}}`,
	} {
		kind, message := post(t, h, operation, body)
		assert.Equal(t, "ValidationException", kind, "%s: %s", operation, message)
	}
	kind, _ := post(t, h, "PutItem", `{"TableName":"Tab","Item":{"p":{"S":"a"},"c":{"S":"b"},"y":{"S":"\ud800"}}}`)
	assert.Equal(t, "ValidationException", kind, "in the key of an index")
	kind, message := post(t, h, "PutItem", `{"TableName":"Tab","Item":{"p":{"S":"\ud83d\ude00"},"c":{"S":"\ufffd"},"v":{"S":"\ud800"}}}`)
	assert.Empty(t, kind, message)
}
