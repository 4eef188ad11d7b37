package dynamoconntest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func TestHandlerServesAPort(t *testing.T) {
	t.Parallel()
	db, _ := newTable(t)
	srv := httptest.NewServer(db.Handler())
	defer srv.Close()
	c := db.SDKClient(func(o *dynamodb.Options) {
		o.BaseEndpoint, o.HTTPClient = aws.String(srv.URL), srv.Client()
	})
	put(t, c, key("a", 1))
	assert.Equal(t, key("a", 1), get(t, c, key("a", 1)))
	resp, err := http.Get(srv.URL)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 200, resp.StatusCode)
}

func TestProtocolErrors(t *testing.T) {
	t.Parallel()
	db, _ := newTable(t)
	send := func(target, body, auth string) (int, string) {
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://db/", strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("X-Amz-Target", target)
		if auth != "" {
			req.Header.Set("Authorization", auth)
		}
		resp, err := db.HTTPClient().Do(req)
		require.NoError(t, err)
		var b strings.Builder
		_, err = fmt.Fprint(&b, readAll(t, resp))
		require.NoError(t, err)
		assert.NotEmpty(t, resp.Header.Get("X-Amzn-Requestid"))
		assert.NotEmpty(t, resp.Header.Get("X-Amz-Crc32"))
		return resp.StatusCode, b.String()
	}
	const ok = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0"
	for _, c := range []struct{ target, body, auth, want string }{
		{"DynamoDB_20120810.Nope", "{}", ok, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`},
		{"DynamoDB_20111205.GetItem", "{}", ok, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`},
		{"DynamoDB_20120810.GetItem", "{", ok, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{"DynamoDB_20120810.GetItem", "[]", ok, `{"__type":"com.amazon.coral.service#SerializationException"}`},
		{"DynamoDB_20120810.GetItem", `{"TableName":1}`, ok, `{"__type":"com.amazon.coral.service#SerializationException","Message":"NUMBER_VALUE cannot be converted to String"}`},
		{"DynamoDB_20120810.GetItem", `{"TableName":"Tab","Key":{"p":{"B":"%"}}}`, ok, `{"__type":"com.amazon.coral.service#SerializationException","Message":"Base64 encoded length is expected a multiple of 4 bytes but found: 1"}`},
		{"DynamoDB_20120810.GetItem", `{"TableName":"N o"}`, ok, `{"__type":"com.amazon.coral.validate#ValidationException","message":"2 validation errors detected: Value 'N o' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value null at 'key' failed to satisfy constraint: Member must not be null"}`},
		{"DynamoDB_20120810.GetItem", `{"TableName":"Nope","Key":{}}`, "", `{"__type":"com.amazon.coral.service#MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}`},
		{"DynamoDB_20120810.GetItem", `{"TableName":"Nope","Key":{}}`, ok, `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}`},
		{"DynamoDB_20120810.GetItem", `{"TableName":"Nope","Key":{},"ProjectionExpression":"a,"}`, ok, `{"__type":"com.amazon.coral.validate#ValidationException","message":"Invalid ProjectionExpression: Syntax error; token: \"\u003cEOF\u003e\", near: \",\""}`},
	} {
		status, body := send(c.target, c.body, c.auth)
		assert.Equal(t, 400, status)
		assert.JSONEq(t, c.want, body)
	}
}

// The service answers requests that are not in DynamoDB's protocol as well.
func TestRequestsOutsideTheProtocolAreAnswered(t *testing.T) {
	t.Parallel()
	h := dynamoconntest.New().Handler()
	const unknown = "<UnknownOperationException/>\n"
	const coral = `{"__type":"com.amazon.coral.service#`
	for name, c := range map[string]struct {
		method, body string
		header       map[string]string
		status       int
		want         string
	}{
		"a health check":            {"GET", "", nil, 200, "healthy: dynamodb.us-east-1.amazonaws.com "},
		"another method":            {"PUT", "", nil, 404, unknown},
		"a body without a type":     {"POST", "hi", nil, 404, unknown},
		"a body of another type":    {"POST", "hi", map[string]string{"Content-Type": "text/plain"}, 404, unknown},
		"a body that is not JSON":   {"POST", "hi", map[string]string{"Content-Type": "application/json"}, 400, coral + `SerializationException"}`},
		"no operation":              {"POST", "", nil, 400, coral + `UnknownOperationException"}`},
		"no authorization":          {"POST", "", map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables"}, 400, coral + `MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}`},
		"an empty body":             {"POST", "", map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables", "Authorization": "AWS4-x Credential=a/b/c/dynamodb/aws4_request"}, 400, coral + `SerializationException"}`},
		"an empty authorization":    {"POST", "", map[string]string{"X-Amz-Target": "DynamoDB_20120810.ListTables", "Authorization": "AWS4-"}, 400, coral + `IncompleteSignatureException","message":"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-"}`},
		"OPTIONS of a web page":     {"OPTIONS", "", map[string]string{"Origin": "x", "Access-Control-Request-Headers": "a, b", "Access-Control-Request-Method": "POST"}, 200, ""},
		"OPTIONS without an origin": {"OPTIONS", "", nil, 404, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := httptest.NewRequestWithContext(t.Context(), c.method, "/", strings.NewReader(c.body))
			for k, v := range c.header {
				req.Header.Set(k, v)
			}
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, req)
			require.Equal(t, c.status, rec.Code)
			assert.Equal(t, c.want, rec.Body.String())
			assert.Len(t, rec.Header().Get("X-Amzn-Requestid"), 52)
			if c.status == http.StatusBadRequest {
				assert.Equal(t, "application/json", rec.Header().Get("Content-Type"), "the answer has the type of the request, not that of the SDKs")
			}
			allowed := map[string]string{"Access-Control-Allow-Origin": "", "Access-Control-Allow-Headers": "", "Access-Control-Allow-Methods": "", "Access-Control-Max-Age": ""}
			if c.header["Origin"] != "" {
				allowed = map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "a, b", "Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "172800"}
			}
			for k, v := range allowed {
				assert.Equal(t, v, rec.Header().Get(k), k)
			}
		})
	}
}

func TestFaultsOverAPortBreakTheConnection(t *testing.T) {
	t.Parallel()
	db, _ := newTable(t)
	srv := httptest.NewUnstartedServer(db.Handler())
	srv.Config.ErrorLog = nil
	srv.Start()
	defer srv.Close()
	c := db.SDKClient(func(o *dynamodb.Options) { o.BaseEndpoint, o.HTTPClient = aws.String(srv.URL), srv.Client() })
	put(t, c, key("a", 1))
	for _, e := range []dynamoconntest.Effect{dynamoconntest.RefuseConnection(), dynamoconntest.LoseAnswer(), dynamoconntest.Truncate(5)} {
		f := db.Inject(dynamoconntest.Fault{Effect: e})
		_, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Tab"), Key: key("a", 1)})
		require.Error(t, err, e)
		var api smithy.APIError
		assert.NotErrorAs(t, err, &api, e)
		f.Remove()
	}
	put(t, c, key("a", 2))
}
