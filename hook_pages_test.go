package dynamoconn_test

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// pages answers a scan with that many pages of one item, each of which used half a unit.
func pages(most int) wiretest.Answer {
	n := 0
	return func(r *wiretest.Request) (*http.Response, error) {
		n++
		last := fmt.Sprintf(`,"LastEvaluatedKey":{"ID":{"N":"%d"}}`, n)
		if n%most == 0 {
			last = ""
		}
		return wiretest.Reply(200, fmt.Sprintf(`{"Items":[{"ID":{"N":"%d"}}],"Count":1,"ScannedCount":1,`+
			`"ConsumedCapacity":{"TableName":"Music","CapacityUnits":0.5}%s}`, n, last))(r)
	}
}

func TestScanOfManyPagesIsOneCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h heard
		throttled, page := 0, pages(100)
		w := wiretest.Answer(func(r *wiretest.Request) (*http.Response, error) {
			if throttled < 5 && r.N%7 == 0 {
				throttled++
				return busy(r)
			}
			return page(r)
		}).Delay(time.Second)
		client := wireClient(t, wiretest.New(w), dynamoconn.WithHook(h.hook()))
		began := time.Now()
		resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"}, dynamoconn.WithConsumedCapacity())
		require.NoError(t, err)
		require.Len(t, resp.Items, 100)
		attempts, calls := h.take()
		require.Len(t, attempts, 105)
		require.Len(t, calls, 1)
		call := calls[0]
		assert.Equal(t, "Scan", call.Activity)
		assert.Equal(t, 105, call.Attempts)
		assert.Equal(t, time.Since(began), call.Took)
		assert.Equal(t, call.Took-105*time.Second, call.Wait)
		assert.Equal(t, []dynamoconn.ConsumedCapacity{{TableName: "Music", CapacityUnits: 50}}, call.ConsumedCapacity)
		var sum dynamoconn.CallEvent
		repetitions := 0
		for _, attempt := range attempts {
			sum.Wait += attempt.Wait
			sum.BytesSent += attempt.BytesSent
			sum.BytesReceived += attempt.BytesReceived
			repetitions += attempt.Number - 1
		}
		assert.Equal(t, 5, repetitions, "each page counts its attempts")
		assert.Equal(t, sum.Wait, call.Wait)
		assert.Equal(t, sum.BytesSent, call.BytesSent)
		assert.Equal(t, sum.BytesReceived, call.BytesReceived)
	})
}

func TestRangingIsACallThatEndsWithTheLoop(t *testing.T) {
	t.Parallel()
	var h heard
	client := wireClient(t, wiretest.New(pages(10)), dynamoconn.WithHook(h.hook()))
	items := client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"}, dynamoconn.WithConsumedCapacity())
	_, calls := h.take()
	require.Empty(t, calls, "nothing was ranged over yet")

	read := 0
	for _, err := range items {
		require.NoError(t, err)
		_, calls := h.take()
		require.Empty(t, calls, "the loop goes on")
		if read++; read == 3 {
			break
		}
	}
	call := h.call(t)
	assert.Equal(t, 3, call.Attempts)
	assert.NoError(t, call.Err, "to break off is no error")
	assert.Equal(t, dynamoconn.OutcomeApplied, call.Outcome)
	assert.Equal(t, 1.5, call.ConsumedCapacity[0].CapacityUnits)

	for _, err := range items { // the next page is the fourth of ten
		require.NoError(t, err)
	}
	assert.Equal(t, 7, h.call(t).Attempts, "ranging again is another call")

	assert.PanicsWithValue(t, "in the loop", func() {
		for range items {
			panic("in the loop")
		}
	})
	call = h.call(t)
	assert.Equal(t, 1, call.Attempts)
	assert.NoError(t, call.Err, "the reading had none")
}

func TestErrorOfAnIteratorIsThatOfItsCall(t *testing.T) {
	t.Parallel()
	for name, ranging := range map[string]func(context.Context, *dynamoconn.Client) []error{
		"ScanItems": func(ctx context.Context, c *dynamoconn.Client) (errs []error) {
			for _, err := range c.ScanItems(ctx, dynamoconn.ScanTableRequest{TableName: "Music"}) {
				errs = append(errs, err)
			}
			return errs
		},
		"Tables": func(ctx context.Context, c *dynamoconn.Client) (errs []error) {
			for _, err := range c.Tables(ctx, dynamoconn.ListTablesRequest{}) {
				errs = append(errs, err)
			}
			return errs
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h heard
			first := wiretest.Reply(200, `{"Items":[{"A":{"S":"a"}}],"Count":1,"ScannedCount":1,"LastEvaluatedKey":{"A":{"S":"a"}},`+
				`"TableNames":["a"],"LastEvaluatedTableName":"a"}`)
			client := wireClient(t, wiretest.New(first, invalid), dynamoconn.WithHook(h.hook()))
			errs := ranging(t.Context(), client)
			require.Len(t, errs, 2)
			require.NoError(t, errs[0])
			require.ErrorIs(t, errs[1], dynamoconn.ErrValidation)
			call := h.call(t)
			assert.Same(t, errorOf(t, errs[1]), call.Err)
			assert.Equal(t, 2, call.Attempts)
			assert.Equal(t, dynamoconn.OutcomeRefused, call.Outcome)
		})
	}
}

// writeMany writes that many items in requests of 25, several at once.
func writeMany(ctx context.Context, client *dynamoconn.Client, items int) error {
	table := dynamoconn.WriteTable{Name: "Music", KeyNames: []string{"ID"}}
	for i := range items {
		table.Writes = append(table.Writes, dynamoconn.Write{ItemToAdd: dynamoconn.Item{dynamoconn.Long("ID", int64(i))}})
	}
	_, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}}, dynamoconn.WithConsumedCapacity())
	return err
}

func TestBatchIsOneCallOfManyAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h heard
		done := wiretest.Reply(200, `{"UnprocessedItems":{},"ConsumedCapacity":[{"TableName":"Music","CapacityUnits":25}]}`)
		w := wiretest.New(wiretest.InTurn(done, busy, done).Delay(time.Second))
		client := wireClient(t, w, dynamoconn.WithHook(h.hook()))
		require.NoError(t, writeMany(t.Context(), client, 1000))
		attempts, calls := h.take()
		require.Len(t, attempts, 41)
		require.Len(t, calls, 1)
		sent, wait, second := int64(0), time.Duration(0), 0
		for _, attempt := range attempts {
			assert.Equal(t, "BatchWrite", attempt.Activity)
			assert.Equal(t, "BatchWriteItem", attempt.Action)
			assert.Equal(t, time.Second, attempt.Took)
			sent += attempt.BytesSent
			wait += attempt.Wait
			second += attempt.Number - 1
		}
		assert.Equal(t, 1, second)
		assert.Equal(t, 41, calls[0].Attempts)
		assert.Equal(t, sent, calls[0].BytesSent)
		assert.Equal(t, wait, calls[0].Wait)
		assert.InDelta(t, 10, calls[0].Took.Seconds(), 1.5, "four at once")
		assert.Equal(t, []dynamoconn.ConsumedCapacity{{TableName: "Music", CapacityUnits: 1000}}, calls[0].ConsumedCapacity)
	})
}

// Unprocessed items are how a batch is throttled: no attempt fails, the call waits.
func TestPausesOfABatchCountAsWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h heard
		w := wiretest.New(wiretest.InTurn(
			wiretest.Reply(200, `{"UnprocessedItems":{"Music":[{"PutRequest":{"Item":{"Artist":{"S":"No One You Know"}}}}]}}`),
			wiretest.Reply(200, `{"UnprocessedItems":{"Music":[{"PutRequest":{"Item":{"Artist":{"S":"No One You Know"}}}}]}}`),
			fine,
		).Delay(time.Second))
		client := wireClient(t, w, dynamoconn.WithHook(h.hook()))
		began := time.Now()
		require.NoError(t, everyActivity["BatchWrite"].call(t.Context(), client))
		took := time.Since(began)
		attempts, calls := h.take()
		require.Len(t, attempts, 3)
		for _, attempt := range attempts {
			assert.Equal(t, 1, attempt.Number)
			assert.Zero(t, attempt.Wait)
			assert.Equal(t, dynamoconn.OutcomeApplied, attempt.Outcome)
		}
		require.Len(t, calls, 1)
		assert.Equal(t, took, calls[0].Took)
		assert.Equal(t, took-3*time.Second, calls[0].Wait)
	})
}

// TestPanicInAHookReachesTheCaller: a bubble does not end before its goroutines have,
// so it also shows that a batch leaves none.
func TestPanicInAHookReachesTheCaller(t *testing.T) {
	t.Parallel()
	for name, of := range everyActivity {
		for _, where := range []string{"attempt", "call"} {
			t.Run(name+" "+where, func(t *testing.T) {
				t.Parallel()
				var h heard
				healed := false
				hook := h.hook()
				client := wireClient(t, wiretest.New(wiretest.Reply(200, `{"Table":{"TableName":"Music"},`+wiretest.AllDone[1:])), dynamoconn.WithHook(hook),
					dynamoconn.WithHook(dynamoconn.Hook{
						Attempt: func(context.Context, dynamoconn.AttemptEvent) {
							if where == "attempt" && !healed {
								panic("mine")
							}
						},
						Call: func(context.Context, dynamoconn.CallEvent) {
							if where == "call" && !healed {
								panic("mine")
							}
						},
					}))
				assert.PanicsWithValue(t, "mine", func() { _ = of.call(t.Context(), client) })
				attempts, calls := h.take()
				assert.Len(t, attempts, 1)
				assert.Len(t, calls, map[string]int{"attempt": 0, "call": 1}[where])

				healed = true
				require.NoError(t, of.call(t.Context(), client), "the client still works")
				assert.Equal(t, 1, h.call(t).Attempts)
			})
		}
	}
}

func TestPanicInAHookOfABatchUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h heard
		var ended atomic.Int64
		w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
			if r.N == 3 {
				return fine.Delay(time.Second)(r)
			}
			defer ended.Add(1)
			return wiretest.Hang(r) // answered only when the batch lets go
		})
		client := wireClient(t, w, dynamoconn.WithHook(dynamoconn.Hook{
			Attempt: func(_ context.Context, e dynamoconn.AttemptEvent) {
				if e.Outcome == dynamoconn.OutcomeApplied {
					panic(fmt.Errorf("mine: %w", http.ErrAbortHandler))
				}
			},
		}), dynamoconn.WithHook(h.hook()))
		began := time.Now()
		thrown := func() (thrown any) {
			defer func() { thrown = recover() }()
			_ = writeMany(t.Context(), client, 1000)
			return nil
		}()
		err, ok := thrown.(error)
		require.True(t, ok, "%T", thrown)
		assert.ErrorIs(t, err, http.ErrAbortHandler)
		assert.Contains(t, err.Error(), "mine")
		assert.Contains(t, err.Error(), "hook_pages_test.go", "its stack is that of the hook")
		assert.Equal(t, time.Second, time.Since(began))
		assert.EqualValues(t, 3, ended.Load())
		assert.Len(t, w.Requests(), 4)
		_, calls := h.take()
		assert.Empty(t, calls, "nobody knows what the call came to")
	})
}
