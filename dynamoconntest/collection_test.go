package dynamoconntest_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// paddedItem returns an item of about 100 bytes and n more. The local index byX
// holds it as well, so it adds twice its size to its collection.
func paddedItem(p string, s, n int) item {
	return merge(key(p, s), item{"x": num(s), "pad": str(strings.Repeat("x", n))})
}

func putPadded(t *testing.T, c *dynamodb.Client, it item) error {
	t.Helper()
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Tab"), Item: it})
	return err
}

// newFullCollection returns a server that limits collections to 5,000 bytes. The
// collection "a" has two items of 1,000 bytes, and no room for a third.
func newFullCollection(t *testing.T) (*dynamoconntest.Server, *dynamodb.Client) {
	t.Helper()
	db, c := newTable(t, dynamoconntest.WithItemCollectionLimit(5000))
	require.NoError(t, putPadded(t, c, paddedItem("a", 1, 1000)))
	require.NoError(t, putPadded(t, c, paddedItem("a", 2, 1000)))
	return db, c
}

// checkCollectionUnchanged checks that a refused write has changed nothing.
func checkCollectionUnchanged(t *testing.T, c *dynamodb.Client) {
	t.Helper()
	assert.Nil(t, get(t, c, key("a", 3)))
	assert.Nil(t, get(t, c, key("b", 3)))
	assert.Len(t, get(t, c, key("a", 2))["pad"].(*types.AttributeValueMemberS).Value, 1000)
}

func TestCollectionLimitOfAPut(t *testing.T) {
	t.Parallel()
	_, c := newFullCollection(t)
	var limit *types.ItemCollectionSizeLimitExceededException
	require.ErrorAs(t, putPadded(t, c, paddedItem("a", 3, 1000)), &limit)
	checkCollectionUnchanged(t, c)
	require.NoError(t, putPadded(t, c, paddedItem("b", 3, 1000)), "another collection")
	require.NoError(t, putPadded(t, c, paddedItem("a", 2, 900)), "a smaller item")
	_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("Tab"), Key: key("a", 1)})
	require.NoError(t, err)
	require.NoError(t, putPadded(t, c, paddedItem("a", 3, 1000)), "there is room again")
}

func TestCollectionLimitOfAnUpdate(t *testing.T) {
	t.Parallel()
	_, c := newFullCollection(t)
	_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("Tab"), Key: key("a", 2), UpdateExpression: aws.String("SET more = :m"),
		ExpressionAttributeValues: item{":m": str(strings.Repeat("m", 1000))},
	})
	var limit *types.ItemCollectionSizeLimitExceededException
	require.ErrorAs(t, err, &limit)
	checkCollectionUnchanged(t, c)
}

func TestCollectionLimitOfABatch(t *testing.T) {
	t.Parallel()
	db, c := newTable(t, dynamoconntest.WithItemCollectionLimit(5000))
	batch := func(items ...item) error {
		var w []types.WriteRequest
		for _, it := range items {
			w = append(w, types.WriteRequest{PutRequest: &types.PutRequest{Item: it}})
		}
		_, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Tab": w}})
		return err
	}
	var limit *types.ItemCollectionSizeLimitExceededException
	require.NoError(t, batch(paddedItem("a", 1, 1000), paddedItem("a", 2, 1000)))
	require.ErrorAs(t, batch(paddedItem("b", 3, 1000), paddedItem("a", 3, 1000)), &limit)
	require.ErrorAs(t, batch(paddedItem("b", 1, 1000), paddedItem("b", 2, 1000), paddedItem("b", 3, 1000)), &limit, "each of them alone would be allowed")
	checkCollectionUnchanged(t, c)
	require.False(t, db.Requests("BatchWriteItem")[1].Applied)
}

func TestCollectionLimitOfATransaction(t *testing.T) {
	t.Parallel()
	_, c := newFullCollection(t)
	put := func(it item) types.TransactWriteItem {
		return types.TransactWriteItem{Put: &types.Put{TableName: aws.String("Tab"), Item: it}}
	}
	_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{put(paddedItem("b", 3, 10)), put(paddedItem("a", 3, 1000))}})
	var cancelled *types.TransactionCanceledException
	require.ErrorAs(t, err, &cancelled)
	assert.Equal(t, "None", aws.ToString(cancelled.CancellationReasons[0].Code))
	assert.Equal(t, "ItemCollectionSizeLimitExceeded", aws.ToString(cancelled.CancellationReasons[1].Code))
	checkCollectionUnchanged(t, c)
}

func TestTableWithoutLocalIndexHasNoCollectionLimit(t *testing.T) {
	t.Parallel()
	db, c := newFullCollection(t)
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Plain", PartitionKey: "p", SortKey: "s:N",
		Indexes: []dynamoconntest.Index{{Name: "byG", PartitionKey: "g"}}}))
	for i := range 10 {
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Plain"), Item: paddedItem("a", i, 1000)})
		require.NoError(t, err)
	}
}

func TestRestoredSnapshotHasItsCollectionSizes(t *testing.T) {
	t.Parallel()
	db, c := newFullCollection(t)
	snap := db.Snapshot()
	_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("Tab"), Key: key("a", 1)})
	require.NoError(t, err)
	db.Restore(snap)
	var limit *types.ItemCollectionSizeLimitExceededException
	require.ErrorAs(t, putPadded(t, c, paddedItem("a", 3, 1000)), &limit)
}

func TestDefaultCollectionLimitIsTenGigabytes(t *testing.T) {
	t.Parallel()
	_, c := newTable(t, dynamoconntest.WithItemCollectionLimit(0))
	for i := range 20 {
		require.NoError(t, putPadded(t, c, paddedItem("a", i, 200_000)))
	}
}

// The limit of 400 KB is about an item and its entries in local indexes.
func TestItemSizeIncludesEntriesInLocalIndexes(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	err := putPadded(t, c, paddedItem("a", 1, 205_000))
	require.Equal(t, "ValidationException", errorCode(err), "byX holds the whole item as well")
	require.NoError(t, putPadded(t, c, merge(key("a", 1), item{"pad": str(strings.Repeat("x", 205_000))})), "byX does not hold it")
	_, err = c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: aws.String("Tab"), Key: key("a", 1), UpdateExpression: aws.String("SET x = :x"), ExpressionAttributeValues: item{":x": num(1)},
	})
	require.Equal(t, "ValidationException", errorCode(err))
	require.Len(t, db.Requests("UpdateItem"), 1)
}

func TestCollectionLimitIsErrItemTooLarge(t *testing.T) {
	t.Parallel()
	db, _ := newFullCollection(t)
	_, err := db.Client(t).PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Tab", Item: dynamoconn.Item{
		dynamoconn.String("p", "a"), dynamoconn.Long("s", 3), dynamoconn.String("pad", strings.Repeat("x", 1000)),
	}})
	require.ErrorIs(t, err, dynamoconn.ErrItemTooLarge)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
}
