package reliability

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// http2Kind is a kind of call.
type http2Kind int

const (
	http2Put http2Kind = iota
	http2PutOnce
	http2PutExactlyOnce
	http2Delete
	http2DeleteOnce
	http2Batch
	http2BatchOnce
	http2Get
	http2Kinds
)

func (k http2Kind) isBatch() bool { return k == http2Batch || k == http2BatchOnce }

// isOnce reports whether the call must be applied once at most.
func (k http2Kind) isOnce() bool {
	return k == http2PutOnce || k == http2PutExactlyOnce || k == http2DeleteOnce || k == http2BatchOnce
}

// http2Call is a call, what the server did with its requests, and what the client saw.
type http2Call struct {
	kind http2Kind
	ids  []string

	// The server enters these.
	applied map[string]int // how often, by the ID
	seen    []http2Seen    // the requests that came whole

	attempts []dynamoconn.AttemptEvent // those that may have left
	err      error
}

type http2CallKey struct{}

// run makes the call.
func (c *http2Call) run(ctx context.Context, client *dynamoconn.Client, text string) {
	ctx = context.WithValue(ctx, http2CallKey{}, c)
	var opts []dynamoconn.CallOption
	switch c.kind {
	case http2PutOnce, http2DeleteOnce, http2BatchOnce:
		opts = append(opts, dynamoconn.SendOnce())
	case http2PutExactlyOnce:
		opts = append(opts, dynamoconn.ExactlyOnce(""))
	}
	key := dynamoconn.Item{dynamoconn.String("ID", c.ids[0])}
	switch c.kind {
	case http2Put, http2PutOnce, http2PutExactlyOnce:
		item := append(slices.Clip(key), dynamoconn.String("Text", text))
		_, c.err = client.PutItem(ctx, dynamoconn.PutItemRequest{TableName: "Music", Item: item}, opts...)
	case http2Delete, http2DeleteOnce:
		_, c.err = client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: "Music", Item: key}, opts...)
	case http2Batch, http2BatchOnce:
		table := dynamoconn.WriteTable{Name: "Music", KeyNames: []string{"ID"}}
		for i, id := range c.ids {
			write := dynamoconn.Write{ItemToDelete: dynamoconn.Item{dynamoconn.String("ID", id)}}
			if i%2 == 0 {
				write = dynamoconn.Write{ItemToAdd: dynamoconn.Item{dynamoconn.String("ID", id), dynamoconn.String("Text", text)}}
			}
			table.Writes = append(table.Writes, write)
		}
		_, c.err = client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}}, opts...)
	case http2Get:
		resp, err := client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "Music", Item: key})
		if c.err = err; err == nil && !resp.Item.Equal(key) {
			c.err = fmt.Errorf("got %v", resp.Item)
		}
	}
}

// http2Worker makes calls, one after the other or several at once on one connection.
type http2Worker struct {
	server  *http2Server
	client  *dynamoconn.Client
	shares  bool // several calls share a connection
	calls   []*http2Call
	unknown atomic.Int64
}

// next makes the n-th call of the worker.
func (w *http2Worker) next(ctx context.Context, t *testing.T, n int) {
	r := rand.New(rand.NewPCG(w.server.seed, w.server.worker<<32|1<<31|uint64(n)))
	c := &http2Call{kind: http2Kind(r.IntN(int(http2Kinds))), applied: make(map[string]int)}
	c.ids = []string{fmt.Sprintf("%d-0", n)}
	for c.kind.isBatch() && len(c.ids) < 5 && r.IntN(3) > 0 {
		c.ids = append(c.ids, fmt.Sprintf("%d-%d", n, len(c.ids)))
	}
	text := "a"
	if r.IntN(4) == 0 {
		text = strings.Repeat("a", 70_000) // more than the client may send without leave
	}
	w.server.mu.Lock()
	for _, id := range c.ids {
		w.server.calls[id] = c
	}
	w.server.mu.Unlock()
	unwhole := w.server.unwhole.Load()
	if r.IntN(8) == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(15_000))*time.Millisecond)
		defer cancel()
	}
	c.run(ctx, w.client, text)
	time.Sleep(2 * time.Second) // a body that is still on its way comes, or does not
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	c.judge(t, !w.shares && w.server.unwhole.Load() == unwhole)
	if errors.Is(c.err, dynamoconn.ErrAmbiguous) {
		w.unknown.Add(1)
	}
	w.calls = append(w.calls, c)
}

// TestHostileHTTP2 makes calls to a server that applies a request or not and then answers it,
// resets its stream, goes away, closes the connection, cuts the answer off, or gives the
// request no room. What the client reports must agree with what the server did. net/http sends
// some of these requests again by itself, unless it is kept from it: then the server sees more
// requests than the client made attempts.
func TestHostileHTTP2(t *testing.T) {
	t.Parallel()
	seed := testSeed(t)
	const workers = 8
	var calls, requests, unknown atomic.Int64
	var hits [http2Faults]atomic.Int64
	t.Run("workers", func(t *testing.T) {
		for i := range uint64(workers) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := newHTTP2Worker(t, seed, i)
					n := testSize(40, 200, 12_500)
					w.work(t, n)
					calls.Add(int64(len(w.calls)))
					unknown.Add(w.unknown.Load())
					requests.Add(w.server.Requests())
					for fault := range hits {
						hits[fault].Add(w.server.hits[fault].Load())
					}
				})
			})
		}
	})
	t.Logf("%d calls, %d requests, %d outcomes unknown", calls.Load(), requests.Load(), unknown.Load())
	for fault := range hits {
		t.Logf("%s: %d", http2FaultNames[fault], hits[fault].Load())
		assert.True(t, isBrief() || hits[fault].Load() > 0, http2FaultNames[fault])
	}
}

// newHTTP2Worker returns a worker with its own server. A quarter of the workers each has TLS
// or not, and shares connections or not.
func newHTTP2Worker(t *testing.T, seed, number uint64) *http2Worker {
	w := &http2Worker{server: newHTTP2Server(seed, number), shares: number%4 >= 2}
	secure := number%2 == 0
	endpoint := "http://localhost:8000"
	if secure {
		endpoint = "https://localhost:8000"
	}
	w.client = dynamoconntest.New().Client(t,
		dynamoconn.WithEndpoint(endpoint), dynamoconn.WithHTTPClient(w.server.Client(secure)),
		dynamoconn.WithMaxAttempts(4), dynamoconn.WithMaxInFlight(1),
		dynamoconn.WithHook(dynamoconn.Hook{Attempt: func(ctx context.Context, event dynamoconn.AttemptEvent) {
			if event.Outcome != dynamoconn.OutcomeNotSent {
				c := ctx.Value(http2CallKey{}).(*http2Call)
				c.attempts = append(c.attempts, event)
			}
		}}))
	return w
}

// work makes n calls and compares the number of all attempts with that of the requests.
func (w *http2Worker) work(t *testing.T, n int) {
	defer w.server.Close()
	atOnce := 1
	if w.shares {
		atOnce = 4
	}
	var all sync.WaitGroup
	for part := range atOnce {
		all.Go(func() {
			for i := part; i < n && !t.Failed(); i += atOnce {
				w.next(t.Context(), t, i)
			}
		})
	}
	all.Wait()
	attempts := 0
	for _, c := range w.calls {
		attempts += len(c.attempts)
	}
	if w.shares {
		// A request may have been on its way when its neighbour broke the connection.
		assert.GreaterOrEqual(t, int64(attempts), w.server.Requests())
		return
	}
	assert.Equal(t, int64(attempts), w.server.Requests(), "attempts, and requests that the server saw")
}
