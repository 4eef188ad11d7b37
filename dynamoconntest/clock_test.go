package dynamoconntest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// clock is a clock that tests move by hand.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time { return c.now }

func TestItemsExpireByTheClock(t *testing.T) {
	t.Parallel()
	clk := newClock()
	db := dynamoconntest.New(dynamoconntest.WithClock(clk.Now))
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Tab", PartitionKey: "p", SortKey: "s:N", TimeToLive: "ttl"}))
	c := db.SDKClient()
	put(t, c, merge(key("a", 1), item{"ttl": num(clk.now.Unix() + 10)}))
	put(t, c, merge(key("a", 2), item{"ttl": num(clk.now.Unix() + 20)}))
	put(t, c, merge(key("a", 3), item{"ttl": str("soon")}))
	put(t, c, merge(key("a", 4), item{"ttl": num(1)}))
	ttl, err := c.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String("Tab")})
	require.NoError(t, err)
	assert.Equal(t, types.TimeToLiveStatusEnabled, ttl.TimeToLiveDescription.TimeToLiveStatus)
	count := func() int32 {
		out, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Tab"), Select: types.SelectCount})
		require.NoError(t, err)
		return out.Count
	}
	assert.EqualValues(t, 4, count())
	clk.now = clk.now.Add(10 * time.Second)
	assert.EqualValues(t, 4, count(), "an item is there until its second has ended")
	clk.now = clk.now.Add(time.Second)
	assert.EqualValues(t, 3, count())
	clk.now = clk.now.Add(time.Hour)
	assert.EqualValues(t, 2, count(), "a time that is not a number, or too long ago, never expires")
}

func TestExpiredItemsStayForTheLag(t *testing.T) {
	t.Parallel()
	clk := newClock()
	db := dynamoconntest.New(dynamoconntest.WithClock(clk.Now), dynamoconntest.WithExpiryLag(48*time.Hour))
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Tab", PartitionKey: "p", SortKey: "s:N", TimeToLive: "ttl"}))
	c := db.SDKClient()
	expired := merge(key("a", 1), item{"ttl": num(clk.now.Unix() - 1)})
	put(t, c, expired)
	put(t, c, merge(key("a", 2), item{"ttl": num(clk.now.Unix() - 1)}))
	clk.now = clk.now.Add(48*time.Hour - time.Second)
	assert.Equal(t, expired, get(t, c, key("a", 1)), "an expired item is there until the lag has ended")
	kept := merge(key("a", 2), item{"ttl": num(clk.now.Unix() + 60)})
	put(t, c, kept)
	clk.now = clk.now.Add(time.Second)
	assert.Nil(t, get(t, c, key("a", 1)))
	assert.Equal(t, kept, get(t, c, key("a", 2)), "a later time keeps an expired item")
}

func TestTableDelays(t *testing.T) {
	t.Parallel()
	clk := newClock()
	db := dynamoconntest.New(dynamoconntest.WithClock(clk.Now), dynamoconntest.WithTableDelays(time.Minute, time.Minute, time.Minute))
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Tab", PartitionKey: "p", SortKey: "s:N"}))
	c := db.SDKClient()
	status := func() types.TableStatus {
		out, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("Tab")})
		if err != nil {
			return types.TableStatus(errorCode(err))
		}
		return out.Table.TableStatus
	}
	assert.Equal(t, types.TableStatusCreating, status())
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Tab"), Item: key("a", 1)})
	assert.Equal(t, "ResourceNotFoundException", errorCode(err))
	_, err = c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("Tab")})
	assert.Equal(t, "ResourceInUseException", errorCode(err))
	clk.now = clk.now.Add(time.Minute)
	assert.Equal(t, types.TableStatusActive, status())
	put(t, c, merge(key("a", 1), item{"g": str("G")}))
	_, err = c.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{
		TableName:            aws.String("Tab"),
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("g"), AttributeType: types.ScalarAttributeTypeS}},
		GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
			IndexName: aws.String("byG"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
			KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("g"), KeyType: types.KeyTypeHash}},
		}}},
	})
	require.NoError(t, err)
	assert.Equal(t, types.TableStatusUpdating, status())
	byG := &dynamodb.QueryInput{TableName: aws.String("Tab"), IndexName: aws.String("byG"), KeyConditionExpression: aws.String("g = :g"), ExpressionAttributeValues: item{":g": str("G")}}
	_, err = c.Query(t.Context(), byG)
	assert.Equal(t, "ValidationException", errorCode(err))
	clk.now = clk.now.Add(time.Minute)
	out, err := c.Query(t.Context(), byG)
	require.NoError(t, err)
	assert.Equal(t, []item{merge(key("a", 1), item{"g": str("G")})}, out.Items)
	_, err = c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("Tab")})
	require.NoError(t, err)
	assert.Equal(t, types.TableStatusDeleting, status())
	clk.now = clk.now.Add(time.Minute)
	assert.EqualValues(t, "ResourceNotFoundException", status())
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Tab", PartitionKey: "p"}))
}

func TestReadLag(t *testing.T) {
	t.Parallel()
	clk := newClock()
	_, c := newTable(t, dynamoconntest.WithClock(clk.Now), dynamoconntest.WithReadLag(time.Second))
	read := func(consistent bool) item {
		out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Tab"), Key: key("a", 1), ConsistentRead: aws.Bool(consistent)})
		require.NoError(t, err)
		return out.Item
	}
	clk.now = clk.now.Add(time.Minute)
	put(t, c, key("a", 1))
	assert.NotNil(t, read(true))
	assert.Nil(t, read(false))
	clk.now = clk.now.Add(500 * time.Millisecond)
	put(t, c, merge(key("a", 1), item{"v": num(2)}))
	clk.now = clk.now.Add(600 * time.Millisecond)
	assert.Equal(t, key("a", 1), read(false))
	clk.now = clk.now.Add(time.Second)
	assert.Equal(t, read(true), read(false))
}

// A minute of waiting takes no time inside a synctest bubble, because the server has
// no socket and no goroutine.
func TestWaiterInABubbleTakesNoTime(t *testing.T) {
	t.Parallel()
	begin := time.Now()
	synctest.Test(t, func(t *testing.T) {
		db := dynamoconntest.New(dynamoconntest.WithTableDelays(time.Minute, 0, 0))
		require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
		start := time.Now()
		err := dynamodb.NewTableExistsWaiter(db.SDKClient()).Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("Music")}, 10*time.Minute)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, time.Since(start), time.Minute)
	})
	assert.Less(t, time.Since(begin), 10*time.Second)
}
