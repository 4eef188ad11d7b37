package reliability

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// randomReads puts some items into the tables and returns a batch of keys. Some of the
// keys have an item, some have none, and some occur several times.
func (b *batchRun) randomReads() dynamoconn.BatchGetItemRequest {
	var writes dynamoconn.BatchWriteItemRequest
	var req dynamoconn.BatchGetItemRequest
	for i, table := range batchTables {
		w := dynamoconn.WriteTable{Name: table.Name}
		r := dynamoconn.RequestTable{Name: table.Name}
		for n := range b.random.IntN(20) {
			item := append(b.randomKey(table.Name), dynamoconn.Long("Version", int64(100*i+n)), dynamoconn.String("Text", "x"))
			w.Writes = append(w.Writes, dynamoconn.Write{ItemToAdd: item})
			b.model[modelKey(table.Name, item)] = item
		}
		for range b.random.IntN([]int{5, 30, 260}[b.random.IntN(3)]) {
			r.Keys = append(r.Keys, b.randomKey(table.Name))
		}
		if b.random.IntN(3) == 0 {
			r.Attributes = []string{"Version"}
		}
		writes.Tables = append(writes.Tables, w)
		if b.random.IntN(4) > 0 {
			req.RequestTables = append(req.RequestTables, r)
		}
	}
	_, err := b.directClient.BatchWrite(b.t.Context(), writes)
	require.NoError(b.t, err, b.name)
	return req
}

// TestRandomBatchGets reads random batches from a server that fails and lies. Each key
// must get its own item, or be reported as having none, or be reported as not read.
// Reading what Remaining returns must complete the batch.
func TestRandomBatchGets(t *testing.T) {
	t.Parallel()
	var read, absent, notRead atomic.Int64
	eachBatch(t, testSize[uint64](20, 150, 10_000), func(b *batchRun) {
		req := b.randomReads()
		b.db.ClearJournal()
		b.injectFaults()
		ctx, cancel := b.context()
		resp, err := b.client.BatchGet(ctx, req)
		cancel()
		b.checkRequestLimits("BatchGetItem", 100)
		failed := b.checkReads(req, resp, err)
		if b.withoutFaults {
			require.NoError(b.t, err, b.name)
		}
		for _, table := range resp.ResponseTables {
			absent.Add(int64(len(table.MissingKeys)))
			for _, item := range table.Items {
				if item != nil {
					read.Add(1)
				}
			}
		}
		b.removeFaults()
		if failed == nil {
			return
		}
		notRead.Add(int64(len(failed.Failures)))
		rest := failed.Remaining()
		left := 0
		for _, table := range rest.RequestTables {
			left += len(table.Keys)
		}
		require.Equal(b.t, len(failed.Failures), left, "%s: Remaining must name every key that was not read", b.name)
		resp, err = b.client.BatchGet(b.t.Context(), rest)
		require.NoError(b.t, err, b.name)
		b.checkReads(rest, resp, err)
	})
	t.Logf("%d items read, %d keys without an item, %d keys not read", read.Load(), absent.Load(), notRead.Load())
	if !isBrief() {
		require.Positive(t, notRead.Load())
	}
}

// checkReads compares the response with the model.
func (b *batchRun) checkReads(req dynamoconn.BatchGetItemRequest, resp *dynamoconn.BatchGetItemResponse, err error) *dynamoconn.BatchGetError {
	var failed *dynamoconn.BatchGetError
	notRead := make(map[[2]int]bool)
	if err != nil {
		require.ErrorAs(b.t, err, &failed, b.name)
		for _, failure := range failed.Failures {
			notRead[[2]int{failure.Entry, failure.Index}] = true
			require.True(b.t, failure.Key().Equal(req.RequestTables[failure.Entry].Keys[failure.Index]), b.name)
			require.Equal(b.t, dynamoconn.OutcomeNotDone, failure.Outcome, "%s: %v", b.name, failure.Err)
			require.Error(b.t, failure.Err, b.name)
		}
		require.Len(b.t, notRead, len(failed.Failures), b.name)
	}
	require.NotNil(b.t, resp, b.name)
	require.Len(b.t, resp.ResponseTables, len(req.RequestTables), b.name)
	for i, table := range req.RequestTables {
		got := resp.ResponseTables[i]
		require.Equal(b.t, table.Name, got.Name, b.name)
		require.Len(b.t, got.Items, len(table.Keys), b.name)
		missing := make(map[string]bool)
		for _, key := range got.MissingKeys {
			at := modelKey(table.Name, key)
			require.False(b.t, missing[at], "%s: %s is missing twice", b.name, at)
			missing[at] = true
		}
		absent := make(map[string]bool)
		for j, key := range table.Keys {
			at := modelKey(table.Name, key)
			want, found := b.model[at]
			switch {
			case notRead[[2]int{i, j}]:
				require.Nil(b.t, got.Items[j], b.name)
				continue
			case !found:
				require.Nil(b.t, got.Items[j], b.name)
				absent[at] = true
				continue
			case len(table.Attributes) > 0:
				version, _ := want.Get("Version")
				want = dynamoconn.Item{version}
			}
			require.True(b.t, want.Equal(got.Items[j]), "%s: %s is %v, want %v", b.name, at, got.Items[j], want)
		}
		require.Equal(b.t, absent, missing, b.name)
	}
	return failed
}
