package dynamoconntest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// putWithEffect puts an item that meets an effect. It returns whether the item is
// stored, the journal's entry, and the error.
func putWithEffect(t *testing.T, effect dynamoconntest.Effect) (bool, dynamoconntest.Entry, error) {
	t.Helper()
	db, c := newTable(t)
	in := db.Inject(dynamoconntest.Fault{Operation: "PutItem", Table: "Tab", Times: 1, Effect: effect})
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Tab"), Item: key("a", 1)})
	assert.Equal(t, 1, in.Hits())
	entries := db.Requests("PutItem")
	require.Len(t, entries, 1)
	assert.Equal(t, effect.String(), entries[0].Fault)
	stored := get(t, c, key("a", 1)) != nil
	assert.Equal(t, stored, entries[0].Applied, "the journal says whether the item is stored")
	return stored, entries[0], err
}

func TestThrottlingErrorsHaveTheirReasons(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Tab"
	stored, entry, err := putWithEffect(t, dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, arn, "TableWriteProvisionedThroughputExceeded"))
	var throttled *types.ProvisionedThroughputExceededException
	require.ErrorAs(t, err, &throttled)
	assert.Equal(t, []types.ThrottlingReason{{Reason: aws.String("TableWriteProvisionedThroughputExceeded"), Resource: aws.String(arn)}}, throttled.ThrottlingReasons)
	assert.False(t, stored)
	assert.Equal(t, "ProvisionedThroughputExceededException", entry.Error)

	stored, _, err = putWithEffect(t, dynamoconntest.Throttle(dynamoconntest.RequestLimitExceeded, arn, "AccountLimitExceeded"))
	var limit *types.RequestLimitExceeded
	require.ErrorAs(t, err, &limit)
	assert.Len(t, limit.ThrottlingReasons, 1)
	assert.False(t, stored)

	stored, _, err = putWithEffect(t, dynamoconntest.Throttle(dynamoconntest.Throttling, arn, "TableWriteKeyRangeThroughputExceeded"))
	var throttling *types.ThrottlingException
	require.ErrorAs(t, err, &throttling)
	assert.Len(t, throttling.ThrottlingReasons, 1)
	assert.False(t, stored)
}

func TestInternalErrorsBeforeAndAfterTheWrite(t *testing.T) {
	t.Parallel()
	for effect, applied := range map[*dynamoconntest.Effect]bool{
		ptr(dynamoconntest.InternalErrorBefore()): false, ptr(dynamoconntest.InternalErrorAfter()): true,
	} {
		stored, entry, err := putWithEffect(t, *effect)
		var internal *types.InternalServerError
		require.ErrorAs(t, err, &internal)
		assert.Equal(t, applied, stored)
		assert.Equal(t, 500, entry.Status)
	}
}

func TestExpiredToken(t *testing.T) {
	t.Parallel()
	stored, _, err := putWithEffect(t, dynamoconntest.ExpiredToken())
	assert.Equal(t, "ExpiredTokenException", errorCode(err))
	assert.False(t, stored)
}

func TestConnectionFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		effect  dynamoconntest.Effect
		errno   syscall.Errno
		applied bool
		sent    bool
	}{
		{dynamoconntest.RefuseConnection(), syscall.ECONNREFUSED, false, false},
		{dynamoconntest.ResetBefore(), syscall.ECONNRESET, false, false},
		{dynamoconntest.LoseAnswer(), syscall.ECONNRESET, true, true},
	} {
		stored, entry, err := putWithEffect(t, c.effect)
		assert.ErrorIs(t, err, c.errno, c.effect)
		assert.Equal(t, c.applied, stored, c.effect)
		assert.Zero(t, entry.Status)

		db, client := newTable(t)
		db.Inject(dynamoconntest.Fault{Effect: c.effect})
		sent := false
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			WroteRequest: func(i httptrace.WroteRequestInfo) { sent = i.Err == nil },
		})
		_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("Tab"), Item: key("a", 1)})
		require.Error(t, err)
		assert.Equal(t, c.sent, sent, "httptrace with %v", c.effect)
	}
}

func TestTruncatedEmptyAndHTMLBodies(t *testing.T) {
	t.Parallel()
	stored, _, err := putWithEffect(t, dynamoconntest.Truncate(1))
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.True(t, stored)

	db, c := newTable(t)
	put(t, c, merge(key("a", 1), item{"v": str(strings.Repeat("x", 100))}))
	in := &dynamodb.GetItemInput{TableName: aws.String("Tab"), Key: key("a", 1)}
	for _, n := range []int{0, 1, 17, 50, -1, 1 << 20} {
		f := db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Truncate(n)})
		_, err = c.GetItem(t.Context(), in)
		assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "cut after %d bytes", n)
		f.Remove()
	}

	f := db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.EmptyAnswer()})
	out, err := c.GetItem(t.Context(), in)
	require.NoError(t, err, "the SDK takes an empty answer for one without an item")
	assert.Nil(t, out.Item)
	f.Remove()

	db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.HTMLUnavailable()})
	_, err = c.GetItem(t.Context(), in)
	var resp *smithyhttp.ResponseError
	require.ErrorAs(t, err, &resp)
	assert.Equal(t, 503, resp.HTTPStatusCode())
}

func TestFlippedBitKeepsTheOldChecksum(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	put(t, c, merge(key("a", 1), item{"v": str("aaaaaaaa")}))
	raw := func() (string, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://db/", strings.NewReader(`{"TableName":"Tab","Key":{"p":{"S":"a"},"s":{"N":"1"}}}`))
		require.NoError(t, err)
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/dynamodb/aws4_request")
		resp, err := db.HTTPClient().Do(req)
		require.NoError(t, err)
		return readAll(t, resp), resp.Header.Get("X-Amz-Crc32")
	}
	good, sum := raw()
	at := strings.Index(good, "aaaaaaaa")
	db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.FlipBit(at*8 + 1)})
	bad, same := raw()
	assert.Equal(t, sum, same)
	assert.Equal(t, strings.Replace(good, "aaaaaaaa", "caaaaaaa", 1), bad)
	out, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Tab"), Key: key("a", 1)})
	require.NoError(t, err, "the SDK does not refuse a wrong checksum")
	assert.Equal(t, str("caaaaaaa"), out.Item["v"])
}

func TestOversizedBodyHasTheSameContent(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	put(t, c, key("a", 1))
	db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Oversize(1 << 20)})
	var length int64
	out, err := db.SDKClient(func(o *dynamodb.Options) {
		o.HTTPClient = wiretest.Func(func(r *http.Request) (*http.Response, error) {
			resp, err := db.HTTPClient().Do(r)
			if err == nil {
				length = resp.ContentLength
			}
			return resp, err
		})
	}).GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Tab"), Key: key("a", 1)})
	require.NoError(t, err)
	assert.Equal(t, key("a", 1), out.Item)
	assert.EqualValues(t, 1<<20, length)
}

func TestUnprocessedWritesAndKeys(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	var writes []types.WriteRequest
	var keys []item
	for i := range 10 {
		writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: key("a", i)}})
		keys = append(keys, key("a", i))
	}
	request := map[string][]types.WriteRequest{"Tab": writes}
	chosen := db.Inject(dynamoconntest.Fault{Times: 1, Effect: dynamoconntest.Unprocessed(1, 3)})
	out, err := c.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: request})
	require.NoError(t, err)
	assert.Equal(t, map[string][]types.WriteRequest{"Tab": {writes[1], writes[3]}}, out.UnprocessedItems)
	assert.Nil(t, get(t, c, key("a", 1)))
	assert.NotNil(t, get(t, c, key("a", 2)))
	assert.Equal(t, 1, chosen.Hits())
	db.ClearFaults()

	db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Unprocessed()})
	got, err := c.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"Tab": {Keys: keys, ProjectionExpression: aws.String("s")}}})
	require.NoError(t, err)
	assert.Empty(t, got.Responses["Tab"])
	assert.Equal(t, map[string]types.KeysAndAttributes{"Tab": {Keys: keys, ProjectionExpression: aws.String("s")}}, got.UnprocessedKeys)
	db.ClearFaults()

	random := func(seed uint64) []int {
		db := dynamoconntest.New(dynamoconntest.WithSeed(seed))
		require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Tab", PartitionKey: "p", SortKey: "s:N"}))
		db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.UnprocessedRandomly(0.5)})
		var counts []int
		for range 5 {
			out, err := db.SDKClient().BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: request})
			require.NoError(t, err)
			counts = append(counts, len(out.UnprocessedItems["Tab"]))
		}
		return counts
	}
	first, again := random(7), random(7)
	assert.Equal(t, first, again)
	assert.NotEqual(t, first, random(8))
}

func TestTransactionConflicts(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.TransactionConflict(1)})
	_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: aws.String("Tab"), Item: key("a", 1)}}, {Put: &types.Put{TableName: aws.String("Tab"), Item: key("a", 2)}},
	}})
	var cancelled *types.TransactionCanceledException
	require.ErrorAs(t, err, &cancelled)
	assert.Equal(t, "None", *cancelled.CancellationReasons[0].Code)
	assert.Equal(t, "TransactionConflict", *cancelled.CancellationReasons[1].Code)
	_, err = c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Tab"), Item: key("a", 1)})
	var single *types.TransactionConflictException
	assert.ErrorAs(t, err, &single)
	db.ClearFaults()
	db.Inject(dynamoconntest.Fault{Effect: dynamoconntest.TransactionInProgress()})
	_, err = c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{Put: &types.Put{TableName: aws.String("Tab"), Item: key("a", 1)}}}})
	var progress *types.TransactionInProgressException
	assert.ErrorAs(t, err, &progress)
	db.ClearFaults()
	assert.Nil(t, get(t, c, key("a", 1)))
}

func TestEmptyPageLosesNoItems(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	for i := range 6 {
		put(t, c, merge(key("a", i), item{"g": str("G"), "x": num(i)}))
	}
	for _, forward := range []bool{true, false} {
		for _, index := range []string{"", "byG", "byX"} {
			db.ClearFaults()
			f := db.Inject(dynamoconntest.Fault{Operation: "Query", Skip: 1, Times: 2, Effect: dynamoconntest.EmptyPage()})
			in := dynamodb.QueryInput{TableName: aws.String("Tab"), KeyConditionExpression: aws.String("p = :p"), ExpressionAttributeValues: item{":p": str("a")},
				Limit: aws.Int32(2), ScanIndexForward: aws.Bool(forward)}
			if index != "" {
				in.IndexName = aws.String(index)
			}
			if index == "byG" {
				in.KeyConditionExpression, in.ExpressionAttributeValues = aws.String("g = :p"), item{":p": str("G")}
			}
			items, pages := queryAll(t, c, in)
			assert.Len(t, items, 6)
			assert.Equal(t, 6, pages)
			assert.Equal(t, 2, f.Hits())
		}
	}
	db.ClearFaults()
	db.Inject(dynamoconntest.Fault{Operation: "Scan", Times: 1, Effect: dynamoconntest.EmptyPage()})
	out, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Tab")})
	require.NoError(t, err)
	assert.Empty(t, out.Items)
	require.NotNil(t, out.LastEvaluatedKey)
	out, err = c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Tab"), ExclusiveStartKey: out.LastEvaluatedKey})
	require.NoError(t, err)
	assert.Len(t, out.Items, 6)
}

// The key of an empty page lay outside of the range that was asked for, so that no query could start
// at it.
func TestEmptyPageOfARangeEndsInside(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	for i := range 6 {
		put(t, c, key("a", i))
	}
	for condition, want := range map[string]int{
		"p = :p AND s < :s": 3, "p = :p AND s <= :s": 4, "p = :p AND s > :s": 2, "p = :p AND s >= :s": 3, "p = :p AND s = :s": 1,
		"p = :p AND s BETWEEN :s AND :s": 1,
	} {
		for _, forward := range []bool{true, false} {
			db.ClearFaults()
			db.Inject(dynamoconntest.Fault{Operation: "Query", Skip: 1, Times: 2, Effect: dynamoconntest.EmptyPage()})
			items, _ := queryAll(t, c, dynamodb.QueryInput{
				TableName: aws.String("Tab"), KeyConditionExpression: aws.String(condition), ScanIndexForward: aws.Bool(forward), Limit: aws.Int32(1),
				ExpressionAttributeValues: item{":p": str("a"), ":s": num(3)},
			})
			assert.Len(t, items, want, condition)
		}
	}
}

func TestSlowAndHungAnswersInsideABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, c := newTable(t)
		db.Inject(dynamoconntest.Fault{Operation: "PutItem", Times: 1, Effect: dynamoconntest.Slow(30 * time.Second)})
		db.Inject(dynamoconntest.Fault{Operation: "PutItem", Effect: dynamoconntest.Hang()})
		start := time.Now()
		put(t, c, key("a", 1))
		assert.Equal(t, 30*time.Second, time.Since(start))
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		_, err := c.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("Tab"), Item: key("a", 2)})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Hour+30*time.Second, time.Since(start))
		assert.NotNil(t, get(t, c, key("a", 2)), "a hung write was carried out")
	})
}

func TestFaultsMeetOnlyTheRequestsThatTheySelect(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	db.Inject(dynamoconntest.Fault{Operation: "GetItem", Skip: 1, Times: 2, Effect: dynamoconntest.InternalErrorBefore()})
	db.Inject(dynamoconntest.Fault{Table: "Other", Effect: dynamoconntest.InternalErrorBefore()})
	db.Inject(dynamoconntest.Fault{Match: func(e dynamoconntest.Entry) bool { return strings.Contains(string(e.Input), "poison") }, Effect: dynamoconntest.ExpiredToken()})
	var got []string
	for range 5 {
		_, err := c.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("Tab"), Key: key("a", 1)})
		got = append(got, errorCode(err))
	}
	assert.Equal(t, []string{"", "InternalServerError", "InternalServerError", "", ""}, got)
	_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Tab"), Item: key("poison", 1)})
	assert.Equal(t, "ExpiredTokenException", errorCode(err))
	put(t, c, key("a", 1))
}

func TestJournalHasBothAttemptsOfTheSDK(t *testing.T) {
	t.Parallel()
	db, _ := newTable(t)
	c := db.SDKClient(func(o *dynamodb.Options) { o.RetryMaxAttempts = 3 })
	db.Inject(dynamoconntest.Fault{Operation: "UpdateItem", Times: 1, Effect: dynamoconntest.LoseAnswer()})
	_, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("Tab"), Key: key("a", 1), UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: item{":n": num(1)}})
	require.NoError(t, err)
	entries := db.Requests("UpdateItem")
	require.Len(t, entries, 2)
	assert.Equal(t, entries[0].InvocationID, entries[1].InvocationID)
	assert.True(t, entries[0].Applied && entries[1].Applied)
	assert.Equal(t, num(2), get(t, c, key("a", 1))["n"], "applied twice, as the real service would")
	db.ClearJournal()
	assert.Empty(t, db.Journal())
}

func TestJournalKeepsTheLatestRequests(t *testing.T) {
	t.Parallel()
	db, c := newTable(t, dynamoconntest.WithJournalSize(3))
	for i := range 10 {
		put(t, c, key("a", i))
	}
	entries := db.Journal()
	require.Len(t, entries, 3)
	assert.Contains(t, string(entries[2].Input), `"9"`)
	assert.Equal(t, []string{"Tab"}, entries[2].Tables)
	assert.Equal(t, 200, entries[2].Status)
	_, c = newTable(t, dynamoconntest.WithJournalSize(0))
	put(t, c, key("a", 1))
}
