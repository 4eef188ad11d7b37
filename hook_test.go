package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// heard keeps what a hook is told.
type heard struct {
	mu       sync.Mutex
	attempts []dynamoconn.AttemptEvent
	calls    []dynamoconn.CallEvent
}

func (h *heard) hook() dynamoconn.Hook {
	return dynamoconn.Hook{
		Attempt: func(_ context.Context, event dynamoconn.AttemptEvent) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.attempts = append(h.attempts, event)
		},
		Call: func(_ context.Context, event dynamoconn.CallEvent) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.calls = append(h.calls, event)
		},
	}
}

// take returns what was heard since the last take.
func (h *heard) take() ([]dynamoconn.AttemptEvent, []dynamoconn.CallEvent) {
	h.mu.Lock()
	defer h.mu.Unlock()
	attempts, calls := h.attempts, h.calls
	h.attempts, h.calls = nil, nil
	return attempts, calls
}

// call returns the only call that was heard.
func (h *heard) call(t *testing.T) dynamoconn.CallEvent {
	t.Helper()
	_, calls := h.take()
	require.Len(t, calls, 1)
	return calls[0]
}

func TestHookHearsEachAttemptAndTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var h heard
		done := wiretest.Reply(200, `{"ConsumedCapacity":{"TableName":"Music","CapacityUnits":2,"Table":{"CapacityUnits":2}}}`, "X-Amzn-Requestid", "ROK")
		w := wiretest.New(wiretest.InTurn(busy, noDial, internal, brokenPipe, damaged, done).Delay(time.Second))
		client := wireClient(t, w, dynamoconn.WithHook(h.hook()))
		began := time.Now()
		_, err := client.PutItem(t.Context(), putMusic(), dynamoconn.WithConsumedCapacity())
		require.NoError(t, err)
		took := time.Since(began)
		attempts, calls := h.take()

		sent := int64(len(w.Requests()[0].Body))
		common := dynamoconn.AttemptEvent{
			Activity: "PutItem", Action: "PutItem", TableName: "Music", Region: "us-east-1", Took: time.Second, BytesSent: sent,
		}
		want := make([]dynamoconn.AttemptEvent, 6)
		for i := range want {
			want[i] = common
			want[i].Number = i + 1
		}
		want[0].Outcome, want[0].Status, want[0].Code, want[0].RequestID = dynamoconn.OutcomeNotDone, 400, "ProvisionedThroughputExceededException", "RBUSY"
		want[1].Outcome, want[1].BytesSent = dynamoconn.OutcomeNotSent, 0
		want[2].Outcome, want[2].Status, want[2].Code, want[2].RequestID = dynamoconn.OutcomeUnknown, 500, "InternalServerError", "R500"
		want[3].Outcome = dynamoconn.OutcomeUnknown
		want[4].Outcome, want[4].Status, want[4].RequestID, want[4].BytesReceived = dynamoconn.OutcomeUnknown, 200, "RDAMAGED", 2
		want[5].Outcome, want[5].Status, want[5].RequestID, want[5].BytesReceived = dynamoconn.OutcomeApplied, 200, "ROK", 88
		require.Len(t, attempts, len(want))
		var waited time.Duration
		var received int64
		for i := range attempts {
			got := &attempts[i]
			assert.LessOrEqual(t, got.Wait, 50*time.Millisecond<<max(i-1, 0))
			assert.Equal(t, i == 1 || i == 3 || i == 4, got.Err != nil, "attempt %d: %v", i+1, got.Err)
			assert.Equal(t, i == 4, errors.Is(got.Err, dynamoconn.ErrCorruptResponse))
			waited += got.Wait
			received += got.BytesReceived
			if i == 0 || i == 2 {
				assert.Positive(t, got.BytesReceived)
				got.BytesReceived = 0
			}
			got.Wait, got.Err = 0, nil
		}
		assert.Zero(t, attempts[0].Wait)
		assert.Equal(t, want, attempts)

		assert.Equal(t, took, waited+6*time.Second)
		assert.Equal(t, []dynamoconn.CallEvent{{
			Activity: "PutItem", TableName: "Music", Region: "us-east-1", Outcome: dynamoconn.OutcomeApplied,
			Attempts: 6, Wait: waited, Took: took, BytesSent: 5 * sent, BytesReceived: received,
			ConsumedCapacity: []dynamoconn.ConsumedCapacity{
				{TableName: "Music", Capacity: dynamoconn.Capacity{CapacityUnits: 2}, Table: dynamoconn.Capacity{CapacityUnits: 2}},
			},
		}}, calls)
	})
}

// A call that is being throttled for minutes is seen meanwhile.
func TestHookHearsOfAnAttemptBeforeTheNext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var order []string
		answers := wiretest.InTurn(busy, busy, fine)
		w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
			order = append(order, fmt.Sprint("sent ", r.N))
			return answers(r)
		})
		client := wireClient(t, w, dynamoconn.WithHook(dynamoconn.Hook{
			Attempt: func(_ context.Context, e dynamoconn.AttemptEvent) {
				order = append(order, fmt.Sprint("ended ", e.Number))
			},
			Call: func(context.Context, dynamoconn.CallEvent) { order = append(order, "finished") },
		}))
		_, err := client.GetItem(t.Context(), getMusic())
		require.NoError(t, err)
		assert.Equal(t, []string{"sent 1", "ended 1", "sent 2", "ended 2", "sent 3", "ended 3", "finished"}, order)
	})
}

// everyActivity calls each method that is an activity, by its name.
var everyActivity = map[string]struct {
	activity, table string
	call            func(context.Context, *dynamoconn.Client, ...dynamoconn.CallOption) error
}{
	"ListTables": {"ListTables", "", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.ListTables(ctx, dynamoconn.ListTablesRequest{}, opts...)
		return err
	}},
	"Tables": {"ListTables", "", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) (err error) {
		for _, err = range c.Tables(ctx, dynamoconn.ListTablesRequest{}, opts...) {
			continue
		}
		return err
	}},
	"DescribeTable": {"DescribeTable", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: "Music"}, opts...)
		return err
	}},
	"CreateTable": {"CreateTable", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.CreateTable(ctx, dynamoconn.CreateTableRequest{TableName: "Music", PartitionKey: dynamoconn.StringKey("Artist")}, opts...)
		return err
	}},
	"UpdateTable": {"UpdateTable", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.UpdateTable(ctx, dynamoconn.UpdateTableRequest{TableName: "Music", TableClass: dynamoconn.TableClassStandard}, opts...)
		return err
	}},
	"DeleteTable": {"DeleteTable", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.DeleteTable(ctx, dynamoconn.DeleteTableRequest{TableName: "Music"}, opts...)
		return err
	}},
	"WaitForTable": {"WaitForTable", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: "Music"}, opts...)
		return err
	}},
	"UpdateTimeToLive": {"UpdateTimeToLive", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.UpdateTimeToLive(ctx, dynamoconn.UpdateTimeToLiveRequest{TableName: "Music", AttributeName: "Expires"}, opts...)
		return err
	}},
	"DescribeTimeToLive": {"DescribeTimeToLive", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.DescribeTimeToLive(ctx, dynamoconn.DescribeTimeToLiveRequest{TableName: "Music"}, opts...)
		return err
	}},
	"TagTable": {"TagTable", musicARN, func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.TagTable(ctx, dynamoconn.TagTableRequest{TableARN: musicARN, Tags: map[string]string{"Team": "A"}}, opts...)
		return err
	}},
	"UntagTable": {"UntagTable", musicARN, func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.UntagTable(ctx, dynamoconn.UntagTableRequest{TableARN: musicARN, Keys: []string{"Team"}}, opts...)
		return err
	}},
	"ListTags": {"ListTags", musicARN, func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.ListTags(ctx, dynamoconn.ListTagsRequest{TableARN: musicARN}, opts...)
		return err
	}},
	"CheckTable": {"CheckTable", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.CheckTable(ctx, dynamoconn.CheckTableRequest{TableName: "Music", Actions: []string{}}, opts...)
		return err
	}},
	"WatchTable": {"WaitForTable", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) (err error) {
		for _, err = range c.WatchTable(ctx, dynamoconn.WaitForTableRequest{TableName: "Music"}, opts...) {
			continue
		}
		return err
	}},
	"Scan": {"Scan", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.Scan(ctx, dynamoconn.ScanTableRequest{TableName: "Music"}, opts...)
		return err
	}},
	"ScanItems": {"Scan", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) (err error) {
		for _, err = range c.ScanItems(ctx, dynamoconn.ScanTableRequest{TableName: "Music"}, opts...) {
			continue
		}
		return err
	}},
	"ScanPages": {"Scan", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) (err error) {
		for _, err = range c.ScanPages(ctx, dynamoconn.ScanTableRequest{TableName: "Music"}, opts...) {
			continue
		}
		return err
	}},
	"ScanPage": {"Scan", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.ScanPage(ctx, dynamoconn.ScanTableRequest{TableName: "Music"}, opts...)
		return err
	}},
	"Query": {"Query", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.Query(ctx, queryMusic(), opts...)
		return err
	}},
	"QueryItems": {"Query", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) (err error) {
		for _, err = range c.QueryItems(ctx, queryMusic(), opts...) {
			continue
		}
		return err
	}},
	"QueryPages": {"Query", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) (err error) {
		for _, err = range c.QueryPages(ctx, queryMusic(), opts...) {
			continue
		}
		return err
	}},
	"QueryPage": {"Query", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.QueryPage(ctx, queryMusic(), opts...)
		return err
	}},
	"GetItem": {"GetItem", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.GetItem(ctx, getMusic(), opts...)
		return err
	}},
	"PutItem": {"PutItem", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.PutItem(ctx, putMusic(), opts...)
		return err
	}},
	"UpdateItem": {"UpdateItem", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.UpdateItem(ctx, updateMusic(), opts...)
		return err
	}},
	"DeleteItem": {"DeleteItem", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey()}, opts...)
		return err
	}},
	"TransactWrite": {"TransactWrite", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.TransactWrite(ctx, transactMusic(), opts...)
		return err
	}},
	"TransactGet": {"TransactGet", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.TransactGet(ctx, transactGetMusic(), opts...)
		return err
	}},
	"BatchGet": {"BatchGet", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
			RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{musicKey()}}},
		}, opts...)
		return err
	}},
	"BatchWrite": {"BatchWrite", "Music", func(ctx context.Context, c *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := c.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
			Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd("Music", musicKey())},
		}, opts...)
		return err
	}},
}

func TestEveryActivityIsInTheTable(t *testing.T) {
	t.Parallel()
	option := reflect.TypeFor[[]dynamoconn.CallOption]()
	client := reflect.TypeFor[*dynamoconn.Client]()
	for i := range client.NumMethod() {
		method := client.Method(i)
		if n := method.Type.NumIn(); method.Type.IsVariadic() && method.Type.In(n-1) == option {
			assert.Contains(t, everyActivity, method.Name)
		}
	}
}

func TestEveryActivityIsOneCall(t *testing.T) {
	t.Parallel()
	for name, of := range everyActivity {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h heard
			action := map[string]string{
				"BatchGet": "BatchGetItem", "BatchWrite": "BatchWriteItem", "WaitForTable": "DescribeTable", "CheckTable": "DescribeTable",
				"TransactWrite": "TransactWriteItems", "TransactGet": "TransactGetItems",
				"TagTable": "TagResource", "UntagTable": "UntagResource", "ListTags": "ListTagsOfResource",
			}[of.activity]
			if action == "" {
				action = of.activity
			}
			body := wiretest.DoneBody(action)

			client := wireClient(t, wiretest.New(wiretest.Reply(200, body)), dynamoconn.WithHook(h.hook()))
			require.NoError(t, of.call(t.Context(), client, dynamoconn.InRegion("eu-west-1")))
			attempts, calls := h.take()
			require.Len(t, attempts, 1)
			assert.Equal(t, action, attempts[0].Action)
			assert.Equal(t, of.activity, attempts[0].Activity)
			assert.Equal(t, of.table, attempts[0].TableName)
			require.Len(t, calls, 1)
			call := calls[0]
			assert.Positive(t, call.Took)
			call.Took = 0
			assert.Equal(t, dynamoconn.CallEvent{
				Activity: of.activity, TableName: of.table, Region: "eu-west-1", Outcome: dynamoconn.OutcomeApplied, Attempts: 1,
				BytesSent: attempts[0].BytesSent, BytesReceived: int64(len(body)),
			}, call)

			// A refusal by DynamoDB: the caller's error is the event's.
			client = wireClient(t, wiretest.New(wiretest.Refuse(400, "AccessDeniedException", "no", "R")), dynamoconn.WithHook(h.hook()))
			err := of.call(t.Context(), client)
			require.ErrorIs(t, err, dynamoconn.ErrAccessDenied)
			call = h.call(t)
			assert.Same(t, errorOf(t, err), call.Err)
			assert.Equal(t, dynamoconn.OutcomeRefused, call.Outcome)
			assert.Equal(t, 1, call.Attempts)

			// A refusal here, before anything is sent.
			err = of.call(t.Context(), client, dynamoconn.InRegion("NO REGION"))
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			attempts, calls = h.take()
			assert.Empty(t, attempts)
			require.Len(t, calls, 1)
			assert.Same(t, errorOf(t, err), calls[0].Err)
			assert.Equal(t, dynamoconn.OutcomeNotSent, calls[0].Outcome)
			assert.Zero(t, calls[0].Attempts)

			// A client that New did not make has no hooks, and does not need them.
			require.ErrorIs(t, of.call(t.Context(), &dynamoconn.Client{}), dynamoconn.ErrInvalidRequest)
			require.ErrorIs(t, of.call(t.Context(), nil), dynamoconn.ErrInvalidRequest)
		})
	}
}

func TestRequestsThatAreRefusedHereAreCalls(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *dynamoconn.Client) error{
		"GetItem": func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "no\ntable"})
			return err
		},
		"Scan": func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.Scan(ctx, dynamoconn.ScanTableRequest{TableName: "no\ntable"})
			return err
		},
		"ScanPage": func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.ScanPage(ctx, dynamoconn.ScanTableRequest{TableName: "no\ntable", MaxItems: 1})
			return err
		},
		"ScanItems": func(ctx context.Context, c *dynamoconn.Client) (err error) {
			for _, err = range c.ScanItems(ctx, dynamoconn.ScanTableRequest{TableName: "Music", CountOnly: true}) {
				continue
			}
			return err
		},
		"ListTables": func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.ListTables(ctx, dynamoconn.ListTablesRequest{Limit: -1})
			return err
		},
		"BatchWrite": func(ctx context.Context, c *dynamoconn.Client) error {
			_, err := c.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{{Name: "no\ntable"}}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var h heard
			w := wiretest.New()
			err := call(t.Context(), wireClient(t, w, dynamoconn.WithHook(h.hook())))
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			assert.Empty(t, w.Requests())
			attempts, calls := h.take()
			assert.Empty(t, attempts)
			require.Len(t, calls, 1)
			assert.Same(t, errorOf(t, err), calls[0].Err)
			assert.Equal(t, dynamoconn.OutcomeNotSent, calls[0].Outcome)
			assert.NotContains(t, calls[0].TableName, "\n")
		})
	}
}

// Logs and dashboards have these words.
func TestOutcomesAreTheirWords(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []string{"not sent", "not done", "refused", "applied", "unknown"}, []string{
		string(dynamoconn.OutcomeNotSent), string(dynamoconn.OutcomeNotDone), string(dynamoconn.OutcomeRefused),
		string(dynamoconn.OutcomeApplied), string(dynamoconn.OutcomeUnknown),
	})
}

func TestOutcomeOfACall(t *testing.T) {
	t.Parallel()
	get, put := everyActivity["GetItem"].call, everyActivity["PutItem"].call
	write := everyActivity["BatchWrite"].call
	refusedHere := func(ctx context.Context, c *dynamoconn.Client, _ ...dynamoconn.CallOption) error {
		_, err := c.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
			Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd("Music", musicKey(), nil)},
		})
		return err
	}
	type answers = []wiretest.Answer
	for name, test := range map[string]struct {
		call    func(context.Context, *dynamoconn.Client, ...dynamoconn.CallOption) error
		answers answers
		want    dynamoconn.Outcome
	}{
		"done":                               {put, answers{fine}, dynamoconn.OutcomeApplied},
		"done at last":                       {put, answers{internal, fine}, dynamoconn.OutcomeApplied},
		"condition failed":                   {put, answers{conditions}, dynamoconn.OutcomeRefused},
		"throttled":                          {put, answers{busy}, dynamoconn.OutcomeNotDone},
		"not dialled":                        {put, answers{noDial}, dynamoconn.OutcomeNotSent},
		"not dialled, then refused":          {put, answers{noDial, invalid}, dynamoconn.OutcomeRefused},
		"broken":                             {put, answers{brokenPipe}, dynamoconn.OutcomeUnknown},
		"broken, then throttled":             {put, answers{brokenPipe, busy}, dynamoconn.OutcomeUnknown},
		"damaged":                            {put, answers{damaged}, dynamoconn.OutcomeUnknown},
		"a reading, broken":                  {get, answers{brokenPipe}, dynamoconn.OutcomeUnknown},
		"a reading, refused":                 {get, answers{invalid}, dynamoconn.OutcomeRefused},
		"an item that cannot be decoded":     {get, answers{wiretest.Reply(200, `{"Item":{"A":{"N":"x"}}}`)}, dynamoconn.OutcomeUnknown},
		"a batch, broken":                    {write, answers{brokenPipe}, dynamoconn.OutcomeUnknown},
		"a batch, refused":                   {write, answers{invalid}, dynamoconn.OutcomeRefused},
		"a batch with an item refused here":  {refusedHere, answers{fine}, dynamoconn.OutcomeRefused},
		"a batch in which nothing is dialed": {write, answers{noDial}, dynamoconn.OutcomeNotSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var h heard
				client := wireClient(t, wiretest.New(test.answers...), dynamoconn.WithHook(h.hook()), dynamoconn.WithMaxAttempts(3))
				err := test.call(t.Context(), client)
				call := h.call(t)
				assert.Equal(t, test.want, call.Outcome, "%v", err)
				assert.Equal(t, err, call.Err)
			})
		})
	}
}

func TestHooksAreCalledInOrder(t *testing.T) {
	t.Parallel()
	type key struct{}
	var order []string
	named := func(name string) dynamoconn.Hook {
		return dynamoconn.Hook{
			Attempt: func(ctx context.Context, _ dynamoconn.AttemptEvent) {
				order = append(order, fmt.Sprint(name, " attempt ", ctx.Value(key{})))
			},
			Call: func(ctx context.Context, _ dynamoconn.CallEvent) {
				order = append(order, fmt.Sprint(name, " call ", ctx.Value(key{})))
			},
		}
	}
	onlyAttempt, onlyCall := named("second"), named("third")
	onlyAttempt.Call, onlyCall.Attempt = nil, nil
	client := wireClient(t, wiretest.New(), dynamoconn.WithHook(named("first")), dynamoconn.WithHook(onlyAttempt),
		dynamoconn.WithHook(dynamoconn.Hook{}), dynamoconn.WithHook(onlyCall))
	_, err := client.GetItem(context.WithValue(t.Context(), key{}, "mine"), getMusic())
	require.NoError(t, err)
	assert.Equal(t, []string{"first attempt mine", "second attempt mine", "first call mine", "third call mine"}, order)
}

// A hook may use the client: its calls are their own.
func TestHookMayCallTheClient(t *testing.T) {
	t.Parallel()
	var client *dynamoconn.Client
	var calls []dynamoconn.CallEvent
	client = wireClient(t, wiretest.New(), dynamoconn.WithHook(dynamoconn.Hook{
		Attempt: func(ctx context.Context, e dynamoconn.AttemptEvent) {
			if e.Activity == "GetItem" {
				_, err := client.PutItem(ctx, putMusic())
				assert.NoError(t, err)
			}
		},
		Call: func(_ context.Context, e dynamoconn.CallEvent) { calls = append(calls, e) },
	}))
	resp, err := client.GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	assert.Equal(t, 1, resp.Attempts)
	require.Len(t, calls, 2)
	assert.Equal(t, "PutItem", calls[0].Activity)
	assert.Equal(t, "GetItem", calls[1].Activity)
	for _, call := range calls {
		assert.Equal(t, 1, call.Attempts)
	}
}

func TestWhatAServerSaysIsCleaned(t *testing.T) {
	t.Parallel()
	var h heard
	evil := "Evil\x1b[31m\u202e"
	client := wireClient(t, wiretest.New(wiretest.Refuse(400, strings.Repeat("X", 3000), "no", evil)), dynamoconn.WithHook(h.hook()))
	_, err := client.GetItem(t.Context(), getMusic())
	require.Error(t, err)
	attempts, _ := h.take()
	require.Len(t, attempts, 1)
	assert.Equal(t, "Evil [31m ", attempts[0].RequestID)
	assert.Len(t, attempts[0].Code, 1024)
}

// pages answers a scan with that many pages of one item. Each page uses half a unit.
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
		assert.Equal(t, []dynamoconn.ConsumedCapacity{{TableName: "Music", Capacity: dynamoconn.Capacity{CapacityUnits: 50}}}, call.ConsumedCapacity)
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
			first := wiretest.Reply(200, map[string]string{
				"ScanItems": `{"Items":[{"A":{"S":"a"}}],"Count":1,"ScannedCount":1,"LastEvaluatedKey":{"A":{"S":"a"}}}`,
				"Tables":    `{"TableNames":["a"],"LastEvaluatedTableName":"a"}`,
			}[name])
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
		assert.Equal(t, []dynamoconn.ConsumedCapacity{{TableName: "Music", Capacity: dynamoconn.Capacity{CapacityUnits: 1000}}}, calls[0].ConsumedCapacity)
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
				client := wireClient(t, wiretest.New(wiretest.AllDone()), dynamoconn.WithHook(hook),
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
		assert.Contains(t, err.Error(), "TestPanicInAHookOfABatchUnderWay", "its stack is that of the hook")
		assert.Equal(t, time.Second, time.Since(began))
		assert.EqualValues(t, 3, ended.Load())
		assert.Len(t, w.Requests(), 4)
		_, calls := h.take()
		assert.Empty(t, calls, "nobody knows what the call came to")
	})
}
