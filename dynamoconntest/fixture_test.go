package dynamoconntest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// item is an item of the SDK.
type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n any) types.AttributeValue    { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }

// key returns a key of the table Tab.
func key(p string, s any) item { return item{"p": str(p), "s": num(s)} }

// merge returns an item with the attributes of both.
func merge(it item, more item) item {
	out := item{}
	for k, v := range it {
		out[k] = v
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// newTable returns a server that has a table Tab (p S, s N) with a local index byX
// (x N) and a global index byG (g S, s N), and a client of the SDK for it.
func newTable(t testing.TB, opts ...dynamoconntest.Option) (*dynamoconntest.Server, *dynamodb.Client) {
	t.Helper()
	db := dynamoconntest.New(opts...)
	require.NoError(t, db.CreateTable(dynamoconntest.Table{
		Name: "Tab", PartitionKey: "p", SortKey: "s:N",
		Indexes: []dynamoconntest.Index{{Name: "byX", SortKey: "x:N"}, {Name: "byG", PartitionKey: "g", SortKey: "s:N"}},
	}))
	return db, db.SDKClient()
}

func put(t testing.TB, c *dynamodb.Client, it item) {
	t.Helper()
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Tab"), Item: it})
	require.NoError(t, err)
}

func get(t testing.TB, c *dynamodb.Client, k item) item {
	t.Helper()
	out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Tab"), Key: k, ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	return out.Item
}

// errorCode returns the type of an error that the service answered, or "".
func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// readAll returns the body of a response.
func readAll(t testing.TB, resp *http.Response) string {
	t.Helper()
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(b)
}

func ptr[T any](v T) *T { return &v }

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// post sends a body that clients would refuse to send, and returns the type and the
// message of the error.
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

// newIndexedTable returns a server that has a table Tab (p S, c S) with a local index
// on x and two global indexes on y.
func newIndexedTable(t *testing.T) http.Handler {
	t.Helper()
	h := dynamoconntest.New().Handler()
	kind, message := post(t, h, "CreateTable", `{"TableName":"Tab","BillingMode":"PAY_PER_REQUEST",
		"KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"c","KeyType":"RANGE"}],
		"AttributeDefinitions":[{"AttributeName":"p","AttributeType":"S"},{"AttributeName":"c","AttributeType":"S"},{"AttributeName":"x","AttributeType":"S"},{"AttributeName":"y","AttributeType":"S"}],
		"LocalSecondaryIndexes":[{"IndexName":"local","KeySchema":[{"AttributeName":"p","KeyType":"HASH"},{"AttributeName":"x","KeyType":"RANGE"}],"Projection":{"ProjectionType":"KEYS_ONLY"}}],
		"GlobalSecondaryIndexes":[
			{"IndexName":"second","KeySchema":[{"AttributeName":"y","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}},
			{"IndexName":"first","KeySchema":[{"AttributeName":"y","KeyType":"HASH"}],"Projection":{"ProjectionType":"ALL"}}]}`)
	require.Empty(t, kind, message)
	return h
}
