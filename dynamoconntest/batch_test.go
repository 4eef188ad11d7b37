package dynamoconntest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBatches(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	var writes []types.WriteRequest
	var keys []item
	for i := range 25 {
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: merge(key("a", i), item{"d": str(strings.Repeat("x", 300_000))})}})
		keys = append(keys, key("a", i))
	}
	w, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Tab": writes}})
	require.NoError(t, err)
	assert.Empty(t, w.UnprocessedItems)
	for i := range 75 {
		put(t, c, merge(key("b", i), item{"d": str(strings.Repeat("x", 300_000))}))
		keys = append(keys, key("b", i))
	}
	r, err := c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"Tab": {Keys: keys, ConsistentRead: aws.Bool(true)}}})
	require.NoError(t, err)
	assert.Len(t, r.Responses["Tab"], 55, "16 MB of 300 KB items")
	assert.Len(t, r.UnprocessedKeys["Tab"].Keys, 45)
	assert.True(t, *r.UnprocessedKeys["Tab"].ConsistentRead)

	_, err = c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Tab": append(writes, writes[0])}})
	assert.Equal(t, "ValidationException", errorCode(err))
	_, err = c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Tab": {writes[0], writes[0]}}})
	assert.Equal(t, "ValidationException", errorCode(err))
	_, err = c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"Tab": {Keys: []item{keys[0], keys[0]}}}})
	assert.Equal(t, "ValidationException", errorCode(err))
}

func TestRequestIsAtMost16MB(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	body := func(length int) string { // a batch of 25 small items, whose text is long
		var items []string
		for i := range 25 {
			items = append(items, fmt.Sprintf(`{"PutRequest":{"Item":{"p":{"S":"a"},"c":{"S":"%d"},"d":{"S":"%s"}}}}`, i, strings.Repeat(`\u0061`, 100_000)))
		}
		text := `{"RequestItems":{"Tab":[` + strings.Join(items, ",") + `]}}`
		return text + strings.Repeat(" ", length-len(text))
	}
	for length, status := range map[int]int{16 << 20: http.StatusOK, 16<<20 + 1: http.StatusRequestEntityTooLarge} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body(length)))
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810.BatchWriteItem")
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/dynamodb/aws4_request")
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		assert.Equal(t, status, rec.Code, "%d bytes", length)
	}
}
