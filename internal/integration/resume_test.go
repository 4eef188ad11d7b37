package integration

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// first returns what the first turn of the loop has.
func first[T any](loop iter.Seq2[T, error]) (value T, err error) {
	for value, err = range loop {
		break
	}
	return value, err
}

// Four workers scan a segment each, in runs of one page, and know only what they saved.
// Meanwhile items come and go beside those that stay.
func TestResumableParallelScan(t *testing.T) {
	t.Parallel()
	client := local(t)
	table, items := cityTable(t, 120)

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var change sync.WaitGroup
	change.Go(func() {
		for id := int64(0); ctx.Err() == nil; id = (id + 1) % 20 {
			item := dynamoconn.Item{dynamoconn.Long("ID", -1-id)}
			if _, err := client.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: item}); err == nil {
				_, _ = client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: table, Item: item})
			}
		}
	})

	const segments = 4
	found := make([][]dynamoconn.Item, segments)
	var workers sync.WaitGroup
	for segment := range segments {
		workers.Go(func() {
			saved, err := json.Marshal(dynamoconn.ScanCheckpoint{})
			for done := false; !done && assert.NoError(t, err); {
				req := dynamoconn.ScanTableRequest{TableName: table, Limit: 7, Segment: int32(segment), TotalSegments: segments}
				if !assert.NoError(t, json.Unmarshal(saved, &req.Checkpoint)) {
					return
				}
				var page *dynamoconn.ScanTableResponse
				if page, err = first(client.ScanPages(ctx, req)); err == nil {
					found[segment] = append(found[segment], page.Items...)
					saved, err = json.Marshal(page.Checkpoint)
					done = page.Checkpoint.Done()
				}
			}
		})
	}
	workers.Wait()
	stop()
	change.Wait()

	var stayed []dynamoconn.Item
	for _, segment := range found {
		for _, item := range segment {
			id, err := dynamoconn.Value[int](item, "ID")
			require.NoError(t, err)
			if id >= 0 {
				stayed = append(stayed, item)
			}
		}
	}
	requireSameItems(t, items, stayed, "ID")
}

func TestCheckpointsOfIndexes(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, indexed())
	items := songs(40)
	fill(t, table, items)
	for _, index := range []string{"by-genre", "by-year", "by-artist-and-year"} {
		titles := map[string]int{}
		req := dynamoconn.ScanTableRequest{TableName: table, IndexName: index, Limit: 3}
		for !req.Checkpoint.Done() {
			page, err := first(client.ScanPages(t.Context(), req))
			require.NoError(t, err)
			for _, item := range page.Items {
				titles[keyText(item, "Title")]++
			}
			text, err := page.Checkpoint.MarshalText()
			require.NoError(t, err)
			var saved dynamoconn.ScanCheckpoint
			require.NoError(t, saved.UnmarshalText(text))
			req.Checkpoint = saved
		}
		assert.Len(t, titles, 20, index)
		for title, times := range titles {
			assert.Equal(t, 1, times, "%s %s", index, title)
		}
	}
}

// It is not parallel, so that the goroutines that it counts are its own.
func TestScanBrokenOffAtEveryPageLeavesNothingBehind(t *testing.T) { //nolint:paralleltest // see above
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Cities", PartitionKey: "ID:N"}))
	for id := range 50 {
		require.NoError(t, db.Load("Cities", map[string]any{"ID": id}))
	}
	server := httptest.NewServer(db.Handler())
	defer server.Close()
	transport := &http.Transport{}
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithRegion(dynamoconn.RegionUSEast1), dynamoconn.WithCredentials(dynamoconntest.Credentials()),
		dynamoconn.WithEndpoint(server.URL), dynamoconn.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	req := dynamoconn.ScanTableRequest{TableName: "Cities", Limit: 5}
	count := func() int {
		transport.CloseIdleConnections()
		server.CloseClientConnections()
		least := runtime.NumGoroutine()
		for range 50 { // connections take a moment to end
			time.Sleep(2 * time.Millisecond)
			least = min(least, runtime.NumGoroutine())
		}
		return least
	}
	_, err = client.ScanPage(t.Context(), req)
	require.NoError(t, err)
	before := count()
	for stop := range 50 {
		items := 0
		for _, err := range client.ScanItems(t.Context(), req) {
			require.NoError(t, err)
			if items++; items > stop {
				break
			}
		}
		pages := 0
		for _, err := range client.ScanPages(t.Context(), req) {
			require.NoError(t, err)
			if pages++; pages > stop/5 {
				break
			}
		}
	}
	assert.LessOrEqual(t, count(), before)
}
