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
