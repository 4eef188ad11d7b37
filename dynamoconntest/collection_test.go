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

// paddedItem is an item of about 100 bytes and n more; byX, which holds whole items,
// doubles what it adds to its collection.
func paddedItem(p string, s, n int) item {
	return merge(key(p, s), item{"x": num(s), "pad": str(strings.Repeat("x", n))})
}

func TestAnItemCollectionHasALimitThatCanBeLowered(t *testing.T) {
	t.Parallel()
	table := aws.String("Tab")
	write := func(c *dynamodb.Client, it item) error {
		_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: it})
		return err
	}
	// A collection of 5,000 bytes takes two items of 1,000 bytes and no third.
	full := func(t *testing.T) (*dynamoconntest.Server, *dynamodb.Client) {
		db, c := newTable(t, dynamoconntest.WithItemCollectionLimit(5000))
		require.NoError(t, write(c, paddedItem("a", 1, 1000)))
		require.NoError(t, write(c, paddedItem("a", 2, 1000)))
		return db, c
	}
	untouched := func(t *testing.T, c *dynamodb.Client) {
		assert.Nil(t, get(t, c, key("a", 3)))
		assert.Nil(t, get(t, c, key("b", 3)))
		assert.Len(t, get(t, c, key("a", 2))["pad"].(*types.AttributeValueMemberS).Value, 1000)
	}
	var limit *types.ItemCollectionSizeLimitExceededException

	t.Run("put", func(t *testing.T) {
		t.Parallel()
		_, c := full(t)
		require.ErrorAs(t, write(c, paddedItem("a", 3, 1000)), &limit)
		untouched(t, c)
		require.NoError(t, write(c, paddedItem("b", 3, 1000)), "another collection")
		require.NoError(t, write(c, paddedItem("a", 2, 900)), "an item that shrinks")
		_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key("a", 1)})
		require.NoError(t, err)
		require.NoError(t, write(c, paddedItem("a", 3, 1000)), "there is room again")
	})
	t.Run("update", func(t *testing.T) {
		t.Parallel()
		_, c := full(t)
		_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: table, Key: key("a", 2), UpdateExpression: aws.String("SET more = :m"),
			ExpressionAttributeValues: item{":m": str(strings.Repeat("m", 1000))},
		})
		require.ErrorAs(t, err, &limit)
		untouched(t, c)
	})
	t.Run("batch", func(t *testing.T) {
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
		require.NoError(t, batch(paddedItem("a", 1, 1000), paddedItem("a", 2, 1000)))
		require.ErrorAs(t, batch(paddedItem("b", 3, 1000), paddedItem("a", 3, 1000)), &limit)
		require.ErrorAs(t, batch(paddedItem("b", 1, 1000), paddedItem("b", 2, 1000), paddedItem("b", 3, 1000)), &limit, "one by one they would fit")
		untouched(t, c)
		require.False(t, db.Requests("BatchWriteItem")[1].Applied)
	})
	t.Run("transaction", func(t *testing.T) {
		t.Parallel()
		_, c := full(t)
		part := func(it item) types.TransactWriteItem {
			return types.TransactWriteItem{Put: &types.Put{TableName: table, Item: it}}
		}
		_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{part(paddedItem("b", 3, 10)), part(paddedItem("a", 3, 1000))}})
		var cancelled *types.TransactionCanceledException
		require.ErrorAs(t, err, &cancelled)
		assert.Equal(t, "None", aws.ToString(cancelled.CancellationReasons[0].Code))
		assert.Equal(t, "ItemCollectionSizeLimitExceeded", aws.ToString(cancelled.CancellationReasons[1].Code))
		untouched(t, c)
	})
	t.Run("no local index, no collection", func(t *testing.T) {
		t.Parallel()
		db, c := full(t)
		require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Plain", PartitionKey: "p", SortKey: "s:N",
			Indexes: []dynamoconntest.Index{{Name: "byG", PartitionKey: "g"}}}))
		for i := range 10 {
			_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Plain"), Item: paddedItem("a", i, 1000)})
			require.NoError(t, err)
		}
	})
	t.Run("a restored snapshot counts on", func(t *testing.T) {
		t.Parallel()
		db, c := full(t)
		snap := db.Snapshot()
		_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key("a", 1)})
		require.NoError(t, err)
		db.Restore(snap)
		require.ErrorAs(t, write(c, paddedItem("a", 3, 1000)), &limit)
	})
	t.Run("ten gigabytes otherwise", func(t *testing.T) {
		t.Parallel()
		_, c := newTable(t, dynamoconntest.WithItemCollectionLimit(0))
		for i := range 20 {
			require.NoError(t, write(c, paddedItem("a", i, 200_000)))
		}
	})
	t.Run("an item counts with its entries in local indexes", func(t *testing.T) {
		t.Parallel()
		db, c := newTable(t)
		err := write(c, paddedItem("a", 1, 205_000))
		require.Equal(t, "ValidationException", errorCode(err), "byX holds the whole item once more")
		require.NoError(t, write(c, merge(key("a", 1), item{"pad": str(strings.Repeat("x", 205_000))})), "byX does not hold it")
		_, err = c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: table, Key: key("a", 1), UpdateExpression: aws.String("SET x = :x"), ExpressionAttributeValues: item{":x": num(1)},
		})
		require.Equal(t, "ValidationException", errorCode(err))
		require.Len(t, db.Requests("UpdateItem"), 1)
	})
	t.Run("this library", func(t *testing.T) {
		t.Parallel()
		db, _ := full(t)
		_, err := db.Client(t).PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Tab", Item: dynamoconn.Item{
			dynamoconn.String("p", "a"), dynamoconn.Long("s", 3), dynamoconn.String("pad", strings.Repeat("x", 1000)),
		}})
		require.ErrorIs(t, err, dynamoconn.ErrItemTooLarge)
		assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	})
}

func TestWhatCannotBeLoadedIsWhatTheCoreCallsIt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 410_000)
	for name, test := range map[string]struct {
		table string
		item  any
		want  []error
		not   error
	}{
		"no map":              {"Tab", 5, []error{dynamoconn.ErrInvalidRequest}, dynamoconn.ErrValidation},
		"a channel":           {"Tab", map[string]any{"p": "a", "s": make(chan int)}, []error{dynamoconn.ErrInvalidRequest}, dynamoconn.ErrInvalidNumber},
		"no number":           {"Tab", map[string]any{"p": "a", "s": num("x")}, []error{dynamoconn.ErrInvalidRequest, dynamoconn.ErrInvalidNumber}, dynamoconn.ErrValidation},
		"no number in a set":  {"Tab", merge(key("a", 1), item{"ns": &types.AttributeValueMemberNS{Value: []string{"x"}}}), []error{dynamoconn.ErrInvalidNumber}, nil},
		"an empty set":        {"Tab", merge(key("a", 1), item{"ss": &types.AttributeValueMemberSS{}}), []error{dynamoconn.ErrInvalidRequest}, nil},
		"an item of the core": {"Tab", dynamoconn.Item{dynamoconn.String("p", "a"), nil}, []error{dynamoconn.ErrInvalidRequest}, nil},
		"no key":              {"Tab", map[string]any{"p": "a"}, []error{dynamoconn.ErrValidation}, dynamoconn.ErrInvalidRequest},
		"a key of a kind":     {"Tab", map[string]any{"p": "a", "s": "b"}, []error{dynamoconn.ErrValidation}, nil},
		"over 400 KB":         {"Tab", merge(key("a", 1), item{"long": str(long)}), []error{dynamoconn.ErrItemTooLarge}, dynamoconn.ErrValidation},
		"no table":            {"Nope", key("a", 1), []error{dynamoconn.ErrTableNotFound}, dynamoconn.ErrInvalidRequest},
		"a full collection":   {"Tab", merge(key("a", 1), item{"long": str(long[:6000])}), []error{dynamoconn.ErrItemTooLarge}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, c := newTable(t, dynamoconntest.WithItemCollectionLimit(5000))
			err := db.Load(test.table, key("b", 1), test.item)
			for _, want := range test.want {
				require.ErrorIs(t, err, want)
			}
			if test.not != nil {
				require.NotErrorIs(t, err, test.not)
			}
			if test.table == "Tab" {
				require.NotNil(t, get(t, c, key("b", 1)), "those before it stay")
			}
			require.Nil(t, get(t, c, key("a", 1)))
		})
	}
	db, _ := newTable(t)
	require.ErrorIs(t, db.LoadJSON("Tab", strings.NewReader(`{"p":{"S":"a"},"s":{"N":"x"}}`)), dynamoconn.ErrInvalidNumber)
	require.ErrorIs(t, db.LoadJSON("Tab", strings.NewReader(`{"p":"a"}`)), dynamoconn.ErrValidation)
	require.ErrorIs(t, db.LoadJSON("Tab", strings.NewReader(`[5]`)), dynamoconn.ErrInvalidRequest)
	require.ErrorIs(t, db.CreateTable(dynamoconntest.Table{Name: "x", PartitionKey: "p"}), dynamoconn.ErrValidation)
}
