package dynamoconntest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

type item = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n any) types.AttributeValue    { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }

func key(p string, s any) item { return item{"p": str(p), "s": num(s)} }

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

// newTable is a server with a table Tab (p S, s N), a local index byX (x N) and
// a global index byG (g S, s N), and the SDK's client for it.
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

func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func TestAnItemOfEveryTypeComesBackAsItWasPut(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	whole := merge(key("a", 1), item{
		"str": str("é\n\"\x00"), "empty": str(""), "num": num("-12345678901234567890.123456789012345678"),
		"bin": &types.AttributeValueMemberB{Value: []byte{0, 255}}, "t": &types.AttributeValueMemberBOOL{Value: true},
		"nil": &types.AttributeValueMemberNULL{Value: true},
		"l":   &types.AttributeValueMemberL{Value: []types.AttributeValue{num(1), str("x")}},
		"m":   &types.AttributeValueMemberM{Value: item{"k": &types.AttributeValueMemberL{Value: []types.AttributeValue{}}}},
		"ss":  &types.AttributeValueMemberSS{Value: []string{"a", "b"}}, "ns": &types.AttributeValueMemberNS{Value: []string{"1", "2"}},
		"bs": &types.AttributeValueMemberBS{Value: [][]byte{{1}, {2}}},
	})
	put(t, c, whole)
	assert.Equal(t, whole, get(t, c, key("a", "1.0")))
	assert.Nil(t, get(t, c, key("a", 2)))
}

func TestPutReturnsTheOldItemAndTellsTheCapacity(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	put(t, c, merge(key("a", 1), item{"v": str("old")}))
	out, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("Tab"), Item: merge(key("a", 1), item{"v": str(strings.Repeat("x", 1500)), "g": str("G"), "x": num(1)}),
		ReturnValues: types.ReturnValueAllOld, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes,
		ReturnItemCollectionMetrics: types.ReturnItemCollectionMetricsSize,
	})
	require.NoError(t, err)
	assert.Equal(t, merge(key("a", 1), item{"v": str("old")}), out.Attributes)
	assert.Equal(t, &types.ConsumedCapacity{
		TableName: aws.String("Tab"), CapacityUnits: aws.Float64(6), Table: &types.Capacity{CapacityUnits: aws.Float64(2)},
		LocalSecondaryIndexes:  map[string]types.Capacity{"byX": {CapacityUnits: aws.Float64(2)}},
		GlobalSecondaryIndexes: map[string]types.Capacity{"byG": {CapacityUnits: aws.Float64(2)}},
	}, out.ConsumedCapacity)
	assert.Equal(t, item{"p": str("a")}, out.ItemCollectionMetrics.ItemCollectionKey)
	assert.Equal(t, []float64{0, 1}, out.ItemCollectionMetrics.SizeEstimateRangeGB)
}

func TestAFailedConditionReturnsTheItemIfAskedTo(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	put(t, c, key("a", 1))
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String("Tab"), Item: key("a", 1), ConditionExpression: aws.String("attribute_not_exists(p)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	var failed *types.ConditionalCheckFailedException
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, key("a", 1), failed.Item)
	assert.Equal(t, "The conditional request failed", failed.ErrorMessage())
	_, err = c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("Tab"), Key: key("a", 2), ConditionExpression: aws.String("attribute_exists(p)")})
	require.ErrorAs(t, err, &failed)
	assert.Nil(t, failed.Item)
}

func TestUpdateReturnsTheValuesThatWereAskedFor(t *testing.T) {
	t.Parallel()
	for rv, want := range map[types.ReturnValue]item{
		types.ReturnValueNone:       nil,
		types.ReturnValueAllOld:     merge(key("a", 1), item{"n": num(1), "m": &types.AttributeValueMemberM{Value: item{"x": num(1), "y": num(2)}}}),
		types.ReturnValueAllNew:     merge(key("a", 1), item{"n": num(3), "m": &types.AttributeValueMemberM{Value: item{"x": num(9), "y": num(2)}}}),
		types.ReturnValueUpdatedOld: {"n": num(1), "m": &types.AttributeValueMemberM{Value: item{"x": num(1)}}},
		types.ReturnValueUpdatedNew: {"n": num(3), "m": &types.AttributeValueMemberM{Value: item{"x": num(9)}}},
	} {
		_, c := newTable(t)
		put(t, c, merge(key("a", 1), item{"n": num(1), "m": &types.AttributeValueMemberM{Value: item{"x": num(1), "y": num(2)}}}))
		out, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String("Tab"), Key: key("a", 1), UpdateExpression: aws.String("SET m.x = :v ADD n :two"),
			ExpressionAttributeValues: item{":v": num(9), ":two": num(2)}, ReturnValues: rv,
		})
		require.NoError(t, err)
		assert.Equal(t, want, out.Attributes, rv)
	}
}

func TestUpdateMakesAnItemThatIsNotThereButNotOfABadKind(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	update := func(k item, expr string, values item) error {
		_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("Tab"), Key: k, UpdateExpression: aws.String(expr), ExpressionAttributeValues: values})
		return err
	}
	require.NoError(t, update(key("a", 1), "ADD n :n", item{":n": num(1)}))
	assert.Equal(t, merge(key("a", 1), item{"n": num(1)}), get(t, c, key("a", 1)))
	for _, e := range []error{
		update(key("a", 1), "SET p = :n", item{":n": str("x")}),
		update(key("a", 1), "SET g = :n", item{":n": num(1)}),
		update(key("a", 1), "SET g = :n", item{":n": str("")}),
		update(key("a", 1), "SET big = :n", item{":n": str(strings.Repeat("x", 400<<10))}),
		update(item{"p": str("a")}, "SET q = :n", item{":n": num(1)}),
	} {
		assert.Equal(t, "ValidationException", errorCode(e), e)
	}
	assert.Equal(t, merge(key("a", 1), item{"n": num(1)}), get(t, c, key("a", 1)))
}

func queryAll(t testing.TB, c *dynamodb.Client, in dynamodb.QueryInput) (items []item, pages int) {
	t.Helper()
	for {
		out, err := c.Query(t.Context(), &in)
		require.NoError(t, err)
		items = append(items, out.Items...)
		pages++
		if out.LastEvaluatedKey == nil {
			return items, pages
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

func TestQueryPagesInOrderBothWaysOverTableAndIndexes(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	const n = 25
	for i := range n {
		put(t, c, merge(key("a", i-10), item{"g": str("G"), "x": num(i % 5)}))
		put(t, c, key("b", i))
	}
	for _, index := range []string{"", "byX", "byG"} {
		for _, forward := range []bool{true, false} {
			in := dynamodb.QueryInput{
				TableName: aws.String("Tab"), KeyConditionExpression: aws.String("p = :p"), ExpressionAttributeValues: item{":p": str("a")},
				Limit: aws.Int32(4), ScanIndexForward: aws.Bool(forward),
			}
			if index != "" {
				in.IndexName = aws.String(index)
			}
			if index == "byG" {
				in.KeyConditionExpression, in.ExpressionAttributeValues = aws.String("g = :p"), item{":p": str("G")}
			}
			items, pages := queryAll(t, c, in)
			require.Len(t, items, n, index)
			assert.Equal(t, 7, pages)
			attr := "s"
			if index == "byX" {
				attr = "x"
			}
			at := func(i int) int {
				var v int
				_, err := fmt.Sscan(items[i][attr].(*types.AttributeValueMemberN).Value, &v)
				require.NoError(t, err)
				return v
			}
			for i := 1; i < n; i++ {
				if forward {
					assert.LessOrEqual(t, at(i-1), at(i), index)
				} else {
					assert.GreaterOrEqual(t, at(i-1), at(i), index)
				}
			}
		}
	}
}

func TestQuerySortKeyConditions(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	for i := range 10 {
		put(t, c, key("a", i))
	}
	for cond, want := range map[string][]string{
		"s = :x": {"3"}, "s < :x": {"0", "1", "2"}, "s <= :x": {"0", "1", "2", "3"}, "s > :y": {"8", "9"}, "s >= :y": {"7", "8", "9"},
		"s BETWEEN :x AND :y": {"3", "4", "5", "6", "7"},
	} {
		values := item{":p": str("a")}
		for name, v := range map[string]int{":x": 3, ":y": 7} {
			if strings.Contains(cond, name) {
				values[name] = num(v)
			}
		}
		for _, forward := range []bool{true, false} {
			items, _ := queryAll(t, c, dynamodb.QueryInput{
				TableName: aws.String("Tab"), KeyConditionExpression: aws.String("p = :p AND " + cond), ExpressionAttributeValues: values,
				ScanIndexForward: aws.Bool(forward), Limit: aws.Int32(2),
			})
			var got []string
			for _, it := range items {
				got = append(got, it["s"].(*types.AttributeValueMemberN).Value)
			}
			sort.Strings(got)
			assert.Equal(t, want, got, cond)
		}
	}
}

func TestAPageEndsAtOneMegabyteAndAFilterDoesNotShortenIt(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	for i := range 5 {
		put(t, c, merge(key("a", i), item{"d": str(strings.Repeat("x", 300_000)), "odd": &types.AttributeValueMemberBOOL{Value: i%2 == 1}}))
	}
	in := &dynamodb.QueryInput{
		TableName: aws.String("Tab"), KeyConditionExpression: aws.String("p = :p"), FilterExpression: aws.String("odd = :t"),
		ExpressionAttributeValues: item{":p": str("a"), ":t": &types.AttributeValueMemberBOOL{Value: true}},
		ProjectionExpression:      aws.String("s"), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	}
	out, err := c.Query(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, []item{{"s": num(1)}, {"s": num(3)}}, out.Items)
	assert.EqualValues(t, 4, out.ScannedCount)
	assert.Equal(t, key("a", 3), out.LastEvaluatedKey)
	assert.Equal(t, 146.5, *out.ConsumedCapacity.CapacityUnits)
}

func TestParallelScansSeeEveryItemOnce(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	want := map[string]bool{}
	for i := range 300 {
		put(t, c, key(fmt.Sprint("p", i), 0))
		want[fmt.Sprint("p", i)] = true
	}
	for _, total := range []int32{1, 3, 7} {
		got := map[string]bool{}
		for segment := range total {
			in := &dynamodb.ScanInput{TableName: aws.String("Tab"), Segment: aws.Int32(segment), TotalSegments: aws.Int32(total), Limit: aws.Int32(11)}
			for {
				out, err := c.Scan(t.Context(), in)
				require.NoError(t, err)
				for _, it := range out.Items {
					p := it["p"].(*types.AttributeValueMemberS).Value
					assert.False(t, got[p], "%s came twice", p)
					got[p] = true
				}
				if in.ExclusiveStartKey = out.LastEvaluatedKey; out.LastEvaluatedKey == nil {
					break
				}
			}
		}
		assert.Equal(t, want, got)
	}
}

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

func TestATransactionHappensWhollyOrNotAtAll(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	put(t, c, merge(key("a", 1), item{"n": num(1)}))
	items := []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("Tab"), Item: key("a", 2)}},
		{Update: &types.Update{TableName: aws.String("Tab"), Key: key("a", 1), UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: item{":n": num(1)}}},
		{ConditionCheck: &types.ConditionCheck{TableName: aws.String("Tab"), Key: key("a", 3), ConditionExpression: aws.String("attribute_not_exists(p)")}},
		{Delete: &types.Delete{TableName: aws.String("Tab"), Key: key("a", 4), ConditionExpression: aws.String("attribute_exists(p)")}},
	}
	_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: items})
	var cancelled *types.TransactionCanceledException
	require.ErrorAs(t, err, &cancelled)
	var codes []string
	for _, r := range cancelled.CancellationReasons {
		codes = append(codes, *r.Code)
	}
	assert.Equal(t, []string{"None", "None", "None", "ConditionalCheckFailed"}, codes)
	assert.Nil(t, get(t, c, key("a", 2)))
	assert.Equal(t, merge(key("a", 1), item{"n": num(1)}), get(t, c, key("a", 1)))

	out, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: items[:3], ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
	require.NoError(t, err)
	assert.Equal(t, 6.0, *out.ConsumedCapacity[0].CapacityUnits)
	assert.Equal(t, merge(key("a", 1), item{"n": num(2)}), get(t, c, key("a", 1)))
	got, err := c.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{
		{Get: &types.Get{TableName: aws.String("Tab"), Key: key("a", 2)}}, {Get: &types.Get{TableName: aws.String("Tab"), Key: key("a", 9)}},
	}})
	require.NoError(t, err)
	assert.Equal(t, []types.ItemResponse{{Item: key("a", 2)}, {}}, got.Responses)
}

// clock is a clock that tests move by hand.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time { return c.now }

func TestATokenIsRememberedForTenMinutes(t *testing.T) {
	t.Parallel()
	clk := newClock()
	db, c := newTable(t, dynamoconntest.WithClock(clk.Now))
	add := func(n int) error {
		_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{
			ClientRequestToken: aws.String("token"),
			TransactItems: []types.TransactWriteItem{{Update: &types.Update{TableName: aws.String("Tab"), Key: key("a", 1),
				UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: item{":n": num(n)}}}},
		})
		return err
	}
	require.NoError(t, add(1))
	clk.now = clk.now.Add(9 * time.Minute)
	require.NoError(t, add(1))
	assert.Equal(t, num(1), get(t, c, key("a", 1))["n"])
	assert.Equal(t, "IdempotentParameterMismatchException", errorCode(add(2)))
	clk.now = clk.now.Add(61 * time.Second)
	require.NoError(t, add(1))
	assert.Equal(t, num(2), get(t, c, key("a", 1))["n"])

	var applied []bool
	for _, entry := range db.Requests("TransactWriteItems") {
		applied = append(applied, entry.Applied)
	}
	assert.Equal(t, []bool{true, false, false, true}, applied, "a repetition changes nothing")
}

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
	assert.EqualValues(t, 4, count(), "at its second an item is still there")
	clk.now = clk.now.Add(time.Second)
	assert.EqualValues(t, 3, count())
	clk.now = clk.now.Add(time.Hour)
	assert.EqualValues(t, 2, count(), "what is no number, or long past, never expires")
}

func TestTablesTakeTheTimeThatWasChosen(t *testing.T) {
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

func TestTableManagement(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	_, err := c.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: aws.String("Tab"), DeletionProtectionEnabled: aws.Bool(true)})
	require.NoError(t, err)
	_, err = c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("Tab")})
	assert.Equal(t, "ValidationException", errorCode(err))
	up, err := c.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: aws.String("Tab"), BillingMode: types.BillingModeProvisioned,
		ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(5), WriteCapacityUnits: aws.Int64(6)}})
	require.NoError(t, err)
	assert.EqualValues(t, 5, *up.TableDescription.ProvisionedThroughput.ReadCapacityUnits)
	assert.NotEmpty(t, *up.TableDescription.TableId)
	assert.Equal(t, "arn:aws:dynamodb:us-east-1:000000000000:table/Tab", *up.TableDescription.TableArn)

	streamed, err := c.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: aws.String("Tab"),
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage}})
	require.NoError(t, err)
	assert.Contains(t, *streamed.TableDescription.LatestStreamArn, "table/Tab/stream/")

	_, err = c.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: up.TableDescription.TableArn, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
	require.NoError(t, err)
	tags, err := c.ListTagsOfResource(t.Context(), &dynamodb.ListTagsOfResourceInput{ResourceArn: up.TableDescription.TableArn})
	require.NoError(t, err)
	assert.Len(t, tags.Tags, 1)

	for i := range 120 {
		require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: fmt.Sprintf("many-%03d", i), PartitionKey: "p"}))
	}
	first, err := c.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Len(t, first.TableNames, 100)
	rest, err := c.ListTables(t.Context(), &dynamodb.ListTablesInput{ExclusiveStartTableName: first.LastEvaluatedTableName})
	require.NoError(t, err)
	assert.Len(t, rest.TableNames, 21)
	assert.Nil(t, rest.LastEvaluatedTableName)
	err = db.CreateTable(dynamoconntest.Table{Name: "Tab", PartitionKey: "p"})
	assert.ErrorContains(t, err, "ResourceInUseException")
}

func TestEventuallyConsistentReadsLagIfAskedTo(t *testing.T) {
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

func TestRegionsAreApartOnlyIfAskedTo(t *testing.T) {
	t.Parallel()
	for _, apart := range []bool{false, true} {
		var opts []dynamoconntest.Option
		if apart {
			opts = append(opts, dynamoconntest.WithSeparateRegions())
		}
		db, _ := newTable(t, opts...)
		other := db.SDKClient(func(o *dynamodb.Options) { o.Region = "eu-west-1" })
		out, err := other.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("Tab")})
		if apart {
			assert.Equal(t, "ResourceNotFoundException", errorCode(err))
			continue
		}
		require.NoError(t, err)
		assert.Contains(t, *out.Table.TableArn, ":eu-west-1:")
	}
}

func TestSnapshotsCanBeRestoredAgainAndAgain(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	put(t, c, key("a", 1))
	snap := db.Snapshot()
	for range 2 {
		put(t, c, key("a", 2))
		_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("Tab"), Key: key("a", 1)})
		require.NoError(t, err)
		db.Restore(snap)
		assert.NotNil(t, get(t, c, key("a", 1)))
		assert.Nil(t, get(t, c, key("a", 2)))
	}
	other := dynamoconntest.New()
	other.Restore(snap)
	assert.NotNil(t, get(t, other.SDKClient(), key("a", 1)))
	db.Restore(nil)
	out, err := c.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Empty(t, out.TableNames)
}

func TestLoading(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	type song struct {
		P     string   `dynamodbav:"p"`
		S     int      `dynamodbav:"s"`
		Tags  []string `dynamodbav:"tags,omitempty"`
		Price *float64
		skip  int
	}
	require.NoError(t, db.Load("Tab", song{P: "a", S: 1, Tags: []string{"x"}, skip: 1}, &song{P: "a", S: 2},
		map[string]any{"p": "a", "s": uint8(3), "b": []byte{1}, "m": map[string]bool{"t": true}}, key("a", 4)))
	assert.Equal(t, merge(key("a", 1), item{"tags": &types.AttributeValueMemberL{Value: []types.AttributeValue{str("x")}}, "Price": &types.AttributeValueMemberNULL{Value: true}}), get(t, c, key("a", 1)))
	assert.Equal(t, merge(key("a", 3), item{"b": &types.AttributeValueMemberB{Value: []byte{1}}, "m": &types.AttributeValueMemberM{Value: item{"t": &types.AttributeValueMemberBOOL{Value: true}}}}), get(t, c, key("a", 3)))
	assert.Equal(t, key("a", 4), get(t, c, key("a", 4)))
	assert.ErrorContains(t, db.Load("Tab", key("a", 5), map[string]any{"p": "a"}), "item 1")
	assert.Error(t, db.Load("Tab", 5))
	assert.Error(t, db.Load("Tab", map[string]any{"p": "a", "s": make(chan int)}))
	assert.Error(t, db.Load("Nope", key("a", 1)))

	require.NoError(t, db.LoadJSON("Tab", strings.NewReader(`{"p":"j","s":1,"l":[1.50,null,{"k":true}]} [{"p":{"S":"j"},"s":{"N":"2"},"ss":{"SS":["b","a"]}}]`)))
	assert.Equal(t, merge(key("j", 1), item{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{num("1.5"), &types.AttributeValueMemberNULL{Value: true},
		&types.AttributeValueMemberM{Value: item{"k": &types.AttributeValueMemberBOOL{Value: true}}}}}}), get(t, c, key("j", 1)))
	assert.Equal(t, merge(key("j", 2), item{"ss": &types.AttributeValueMemberSS{Value: []string{"a", "b"}}}), get(t, c, key("j", 2)))
	assert.ErrorContains(t, db.LoadJSON("Tab", strings.NewReader(`{"p":"j","s":1} {"p":"j"}`)), "item 1")
	assert.Error(t, db.LoadJSON("Tab", strings.NewReader(`{"p":`)))
	assert.Empty(t, db.Requests("PutItem"), "loading is no request")
}

func TestTheHandlerServesAPort(t *testing.T) {
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

func TestTheProtocolsOwnErrors(t *testing.T) {
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

// guregu/dynamo queries with KeyConditions and a FilterExpression together.
func TestKeyConditionsGoWithNewerFilters(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	put(t, c, merge(key("a", 1), item{"v": num(1)}))
	put(t, c, key("a", 2))
	in := &dynamodb.QueryInput{
		TableName:        aws.String("Tab"),
		KeyConditions:    map[string]types.Condition{"p": {ComparisonOperator: types.ComparisonOperatorEq, AttributeValueList: []types.AttributeValue{str("a")}}},
		FilterExpression: aws.String("attribute_exists(v)"),
	}
	out, err := c.Query(t.Context(), in)
	require.NoError(t, err)
	assert.Len(t, out.Items, 1)
	in.KeyConditionExpression = aws.String("p = :p")
	_, err = c.Query(t.Context(), in)
	assert.Equal(t, "ValidationException", errorCode(err))
}
