package dynamoconntest_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func intValue(t *testing.T, v types.AttributeValue) int64 {
	t.Helper()
	if v == nil {
		return 0
	}
	n, err := strconv.ParseInt(v.(*types.AttributeValueMemberN).Value, 10, 64)
	require.NoError(t, err)
	return n
}

// consistentReads returns three ways to read the item ("a", 1).
func consistentReads(c *dynamodb.Client) []func(context.Context) (item, error) {
	return []func(context.Context) (item, error){
		func(ctx context.Context) (item, error) {
			out, err := c.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("Tab"), Key: key("a", 1), ConsistentRead: aws.Bool(true)})
			if err != nil {
				return nil, err
			}
			return out.Item, nil
		},
		func(ctx context.Context) (item, error) {
			out, err := c.Query(ctx, &dynamodb.QueryInput{TableName: aws.String("Tab"), ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("p = :p"), ExpressionAttributeValues: item{":p": str("a")}})
			if err != nil || len(out.Items) == 0 {
				return nil, err
			}
			return out.Items[0], nil
		},
		func(ctx context.Context) (item, error) {
			out, err := c.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: aws.String("Tab"), Key: key("a", 1)}}}})
			if err != nil {
				return nil, err
			}
			return out.Responses[0].Item, nil
		},
	}
}

// If a counter is linearizable, a read returns at least the number of additions that
// had ended when it began, and at most the number that had begun when it ended. Each
// addition returns a different value.
func TestConsistentReadsAreLinearizable(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	const writers, each, readers = 4, 60, 4
	var begun, ended atomic.Int64
	var answers sync.Map
	done := make(chan struct{})
	var writing, reading sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range each {
				begun.Add(1)
				out, err := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("Tab"), Key: key("a", 1), UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: item{":n": num(1)}, ReturnValues: types.ReturnValueUpdatedNew})
				ended.Add(1)
				if !assert.NoError(t, err) {
					return
				}
				_, seen := answers.LoadOrStore(intValue(t, out.Attributes["n"]), true)
				assert.False(t, seen)
			}
		})
	}
	reads := consistentReads(c)
	for i := range readers {
		reading.Go(func() {
			read := reads[i%len(reads)]
			for {
				least := ended.Load()
				it, err := read(t.Context())
				most := begun.Load()
				if !assert.NoError(t, err) {
					return
				}
				n := intValue(t, it["n"])
				assert.True(t, least <= n && n <= most, "%d is not between %d and %d", n, least, most)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writing.Wait()
	close(done)
	reading.Wait()
	assert.Equal(t, num(writers*each), get(t, c, key("a", 1))["n"])
}

// Transfers between two accounts keep their sum. Every snapshot and every transaction
// that reads both sees this sum while the transfers run.
func TestReadsNeverSeeHalfATransaction(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	put(t, c, merge(key("a", 1), item{"n": num(100)}))
	put(t, c, merge(key("b", 1), item{"n": num(100)}))
	done := make(chan struct{})
	var writing, reading sync.WaitGroup
	for range 3 {
		writing.Go(func() {
			for range 40 {
				add := func(p, sign string) types.TransactWriteItem {
					return types.TransactWriteItem{Update: &types.Update{TableName: aws.String("Tab"), Key: key(p, 1), UpdateExpression: aws.String("SET n = n " + sign + " :n"), ExpressionAttributeValues: item{":n": num(1)}}}
				}
				_, err := c.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{add("a", "-"), add("b", "+")}})
				assert.NoError(t, err)
			}
		})
	}
	repeatUntilDone := func(f func()) {
		reading.Go(func() {
			for {
				f()
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	repeatUntilDone(func() {
		other := dynamoconntest.New()
		other.Restore(db.Snapshot())
		oc := other.SDKClient()
		assert.EqualValues(t, 200, intValue(t, get(t, oc, key("a", 1))["n"])+intValue(t, get(t, oc, key("b", 1))["n"]))
		put(t, oc, merge(key("a", 1), item{"n": num(7)}))
	})
	repeatUntilDone(func() {
		read := func(p string) types.TransactGetItem {
			return types.TransactGetItem{Get: &types.Get{TableName: aws.String("Tab"), Key: key(p, 1)}}
		}
		out, err := c.TransactGetItems(t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{read("a"), read("b")}})
		if assert.NoError(t, err) {
			assert.EqualValues(t, 200, intValue(t, out.Responses[0].Item["n"])+intValue(t, out.Responses[1].Item["n"]))
		}
	})
	writing.Wait()
	close(done)
	reading.Wait()
	assert.Equal(t, []types.AttributeValue{num(-20), num(220)}, []types.AttributeValue{get(t, c, key("a", 1))["n"], get(t, c, key("b", 1))["n"]})
}

// While requests run, tables are deleted and the state is replaced. Each request is
// answered with items or with an error of the service.
func TestStateCanBeReplacedWhileRequestsRun(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	put(t, c, key("a", 1))
	snap := db.Snapshot()
	done := make(chan struct{})
	var working sync.WaitGroup
	for i := range 4 {
		working.Go(func() {
			for j := 0; ; j++ {
				_, err := c.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("Tab"), Item: key(fmt.Sprint("w", i), j)})
				if err != nil {
					assert.Equal(t, "ResourceNotFoundException", errorCode(err))
				}
				_, err = c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Tab")})
				if err != nil {
					assert.Equal(t, "ResourceNotFoundException", errorCode(err))
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for i := range 60 {
		switch i % 3 {
		case 0:
			_, err := c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("Tab")})
			assert.NoError(t, err)
		case 1:
			db.Restore(nil)
		case 2:
			db.Restore(snap)
		}
	}
	close(done)
	working.Wait()
	db.Restore(snap)
	out, err := c.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Tab")})
	require.NoError(t, err)
	assert.Equal(t, []item{key("a", 1)}, out.Items)
}

func TestConcurrentAdditionsAllCount(t *testing.T) {
	t.Parallel()
	_, c := newTable(t)
	const workers, each = 8, 50
	errs := make(chan error, workers)
	for range workers {
		go func() {
			var err error
			for range each {
				_, e := c.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: aws.String("Tab"), Key: key("a", 1), UpdateExpression: aws.String("ADD n :n"), ExpressionAttributeValues: item{":n": num(1)}})
				err = errors.Join(err, e)
			}
			errs <- err
		}()
	}
	for range workers {
		require.NoError(t, <-errs)
	}
	assert.Equal(t, num(workers*each), get(t, c, key("a", 1))["n"])
}
