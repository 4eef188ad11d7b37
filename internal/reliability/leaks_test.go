package reliability

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// countedBodies counts the bodies of answers that are handed out and those that are
// closed.
type countedBodies struct {
	next           http.RoundTripper
	opened, closed atomic.Int64
}

// RoundTrip sends a request and counts the body of its answer.
func (c *countedBodies) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	c.opened.Add(1)
	resp.Body = &countedBody{ReadCloser: resp.Body, closed: &c.closed}
	return resp, nil
}

type countedBody struct {
	io.ReadCloser
	once   sync.Once
	closed *atomic.Int64
}

// Close closes the body and counts it, once.
func (b *countedBody) Close() error {
	b.once.Do(func() { b.closed.Add(1) })
	return b.ReadCloser.Close()
}

// openConnections counts the connections of a server.
type openConnections struct{ now, most, all atomic.Int64 }

func (c *openConnections) state(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.all.Add(1)
		now := c.now.Add(1)
		for most := c.most.Load(); now > most && !c.most.CompareAndSwap(most, now); most = c.most.Load() {
		}
	case http.StateClosed, http.StateHijacked:
		c.now.Add(-1)
	}
}

// TestNothingLeaks makes many calls over TCP, abandons iterators in the middle and
// cancels calls at random moments. After that the goroutines, the connections and the
// bodies are what they were before.
func TestNothingLeaks(t *testing.T) {
	_ = testSeed(t)
	calls, abandoned, canceled := testSize(5_000, 100_000), testSize(500, 10_000), testSize(500, 10_000)
	db := dynamoconntest.New(dynamoconntest.WithJournalSize(0))
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "leaks", PartitionKey: "p"}))
	var connections openConnections
	server := &http.Server{Handler: db.Handler(), ConnState: connections.state, ErrorLog: quietLog}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-served, http.ErrServerClosed)
	})
	bodies := &countedBodies{next: &http.Transport{MaxIdleConnsPerHost: 8}}
	client, err := dynamoconn.New(t.Context(),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1), dynamoconn.WithEndpoint("http://"+listener.Addr().String()),
		dynamoconn.WithStaticCredentials("local", "local", ""),
		dynamoconn.WithHTTPClient(&http.Client{Transport: bodies}))
	require.NoError(t, err)
	var table dynamoconn.WriteTable
	for i := range 100 {
		table.Writes = append(table.Writes, dynamoconn.Write{ItemToAdd: leakItem(i)})
	}
	table.Name = "leaks"
	_, err = client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}})
	require.NoError(t, err)

	idle := func() { bodies.next.(*http.Transport).CloseIdleConnections() }
	idle()
	before := stableGoroutines(t, &connections)

	leakWorkers(calls, func(i int) {
		_, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "leaks", Item: leakItem(i % 200)[:1]})
		assert.NoError(t, err)
	})
	leakWorkers(abandoned, func(i int) {
		n := 0
		for _, err := range client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{TableName: "leaks", Limit: 10}) {
			assert.NoError(t, err)
			if n++; n > i%37 {
				break
			}
		}
		for _, err := range client.Tables(t.Context(), dynamoconn.ListTablesRequest{}) {
			assert.NoError(t, err)
			break
		}
	})
	// Slow answers, so that a call can be left at each of its stages, and some that never
	// come or break off.
	for _, effect := range []dynamoconntest.Effect{
		dynamoconntest.Hang(), dynamoconntest.Truncate(5), dynamoconntest.LoseAnswer(),
		dynamoconntest.Throttle(dynamoconntest.Throttling, ""), dynamoconntest.Slow(20 * time.Millisecond),
	} {
		db.Inject(dynamoconntest.Fault{Effect: effect, Probability: 0.15})
	}
	var ended atomic.Int64
	leakWorkers(canceled, func(i int) {
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(time.Duration(i%40)*500*time.Microsecond, cancel)
		defer timer.Stop()
		defer cancel()
		if err := leakCall(ctx, client, i); errorOfContext(err) {
			ended.Add(1)
		}
	})
	db.ClearFaults()
	idle()
	after := stableGoroutines(t, &connections)

	assert.Zero(t, connections.now.Load(), "open connections")
	assert.Equal(t, bodies.opened.Load(), bodies.closed.Load(), "bodies opened and closed")
	assert.LessOrEqual(t, after, before, "goroutines")
	assert.Greater(t, ended.Load(), int64(canceled/10), "calls that a cancellation ended")
	t.Logf("%d calls, %d abandoned iterators, %d cancellations (%d in time): goroutines %d before and %d after; %d connections were made, %d at once at most, %d are open; %d bodies, %d of them closed",
		calls, abandoned, canceled, ended.Load(), before, after, connections.all.Load(), connections.most.Load(), connections.now.Load(), bodies.opened.Load(), bodies.closed.Load())
}

func leakItem(i int) dynamoconn.Item {
	return dynamoconn.Item{
		dynamoconn.String("p", strconv.Itoa(i)),
		dynamoconn.Binary("b", bytes.Repeat([]byte{byte(i)}, 300)),
	}
}

// leakCall is a call of some activity.
func leakCall(ctx context.Context, client *dynamoconn.Client, i int) error {
	item := leakItem(i % 100)
	var err error
	switch i % 6 {
	case 0:
		_, err = client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "leaks", Item: item[:1]})
	case 1:
		_, err = client.PutItem(ctx, dynamoconn.PutItemRequest{TableName: "leaks", Item: item})
	case 2:
		_, err = client.Scan(ctx, dynamoconn.ScanTableRequest{TableName: "leaks", Limit: 10})
	case 3:
		table := dynamoconn.WriteTable{Name: "leaks", KeyNames: []string{"p"}}
		for k := range 60 {
			table.Writes = append(table.Writes, dynamoconn.Write{ItemToAdd: leakItem(k)})
		}
		_, err = client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}})
	case 4:
		table := dynamoconn.RequestTable{Name: "leaks"}
		for k := range 150 {
			table.Keys = append(table.Keys, leakItem(k)[:1])
		}
		_, err = client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{table}})
	default:
		for _, err = range client.ScanItems(ctx, dynamoconn.ScanTableRequest{TableName: "leaks", Limit: 7}) {
		}
	}
	return err
}

// leakWorkers does work 0 to n-1 by 32 goroutines.
func leakWorkers(n int, work func(i int)) {
	var all sync.WaitGroup
	var next atomic.Int64
	for range 32 {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				work(int(i))
			}
		}()
	}
	all.Wait()
}

// stableGoroutines waits until no connection is open and the number of goroutines has
// come to rest, and returns it.
func stableGoroutines(t *testing.T, connections *openConnections) int {
	t.Helper()
	last, same := 0, 0
	for range 1000 {
		runtime.GC()
		now := runtime.NumGoroutine()
		if same++; now != last || connections.now.Load() != 0 {
			last, same = now, 0
		}
		if same == 5 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return last
}
