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

// countedBodies counts the bodies of answers that the client gets and those that it
// closes. It has no use for wiretest, because its answers come over real connections.
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
	countOnce sync.Once
	closed    *atomic.Int64
}

// Close closes the body and counts the first call.
func (b *countedBody) Close() error {
	b.countOnce.Do(func() { b.closed.Add(1) })
	return b.ReadCloser.Close()
}

// connectionCounter counts the connections of a server: those that are open now, the
// most that were open at the same time, and all.
type connectionCounter struct{ open, maxOpen, all atomic.Int64 }

// onState is the server's ConnState function.
func (c *connectionCounter) onState(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		c.all.Add(1)
		open := c.open.Add(1)
		for most := c.maxOpen.Load(); open > most && !c.maxOpen.CompareAndSwap(most, open); most = c.maxOpen.Load() {
		}
	case http.StateClosed, http.StateHijacked:
		c.open.Add(-1)
	}
}

// serveLeaks starts a server with a table of 100 items on a port of this machine.
func serveLeaks(t *testing.T, connections *connectionCounter) (db *dynamoconntest.Server, url string) {
	t.Helper()
	db = dynamoconntest.New(dynamoconntest.WithJournalSize(0))
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "leaks", PartitionKey: "p"}))
	for i := range 100 {
		require.NoError(t, db.Load("leaks", leakItem(i)))
	}
	server := &http.Server{Handler: db.Handler(), ConnState: connections.onState, ErrorLog: discardLog}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		require.ErrorIs(t, <-served, http.ErrServerClosed)
	})
	return db, "http://" + listener.Addr().String()
}

// TestNothingLeaks makes many calls over TCP, abandons iterators in the middle and
// cancels calls at random moments. After that there must be no more goroutines than
// before, no open connection and no open body.
func TestNothingLeaks(t *testing.T) {
	_ = testSeed(t)
	calls, abandoned, canceled := testSize(300, 5_000, 100_000), testSize(50, 500, 10_000), testSize(100, 500, 10_000)
	var connections connectionCounter
	db, url := serveLeaks(t, &connections)
	bodies := &countedBodies{next: &http.Transport{MaxIdleConnsPerHost: 8}}
	client, err := dynamoconn.New(t.Context(),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1), dynamoconn.WithEndpoint(url),
		dynamoconn.WithStaticCredentials("local", "local", ""),
		dynamoconn.WithHTTPClient(&http.Client{Transport: bodies}))
	require.NoError(t, err)
	_, err = client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "leaks", Item: leakItem(0)[:1]})
	require.NoError(t, err)

	closeIdle := func() { bodies.next.(*http.Transport).CloseIdleConnections() }
	closeIdle()
	before := stableGoroutines(t, &connections)

	runConcurrently(calls, func(i int) {
		_, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "leaks", Item: leakItem(i % 200)[:1]})
		assert.NoError(t, err)
	})
	runConcurrently(abandoned, func(i int) { abandonIterators(t, client, i%37) })
	// Some answers are slow, so that a call can be canceled at each of its stages. Others
	// never come or are cut off.
	for _, effect := range []dynamoconntest.Effect{
		dynamoconntest.Hang(), dynamoconntest.Truncate(5), dynamoconntest.LoseAnswer(),
		dynamoconntest.Throttle(dynamoconntest.Throttling, ""), dynamoconntest.Slow(20 * time.Millisecond),
	} {
		db.Inject(dynamoconntest.Fault{Effect: effect, Probability: 0.15})
	}
	var ended atomic.Int64
	runConcurrently(canceled, func(i int) {
		ctx, cancel := context.WithCancel(t.Context())
		timer := time.AfterFunc(time.Duration(i%40)*500*time.Microsecond, cancel)
		defer timer.Stop()
		defer cancel()
		if err := leakCall(ctx, client, i); errorOfContext(err) {
			ended.Add(1)
		}
	})
	db.ClearFaults()
	closeIdle()
	after := stableGoroutines(t, &connections)

	assert.Zero(t, connections.open.Load(), "open connections")
	assert.Equal(t, bodies.opened.Load(), bodies.closed.Load(), "bodies opened and closed")
	assert.LessOrEqual(t, after, before, "goroutines")
	assert.Greater(t, ended.Load(), int64(canceled/10), "calls that a cancellation ended")
	t.Logf("%d calls, %d abandoned iterators, %d cancellations, %d of which ended a call: %d goroutines before and %d after; %d connections, at most %d open at the same time, %d open now; %d bodies, %d of them closed",
		calls, abandoned, canceled, ended.Load(), before, after, connections.all.Load(), connections.maxOpen.Load(), connections.open.Load(), bodies.opened.Load(), bodies.closed.Load())
}

// abandonIterators stops a scan after more than n items and a listing after one table.
func abandonIterators(t *testing.T, client *dynamoconn.Client, n int) {
	items := 0
	for _, err := range client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{TableName: "leaks", Limit: 10}) {
		assert.NoError(t, err)
		if items++; items > n {
			break
		}
	}
	for _, err := range client.Tables(t.Context(), dynamoconn.ListTablesRequest{}) {
		assert.NoError(t, err)
		break
	}
}

func leakItem(i int) dynamoconn.Item {
	return dynamoconn.Item{
		dynamoconn.String("p", strconv.Itoa(i)),
		dynamoconn.Binary("b", bytes.Repeat([]byte{byte(i)}, 300)),
	}
}

// leakCall makes a call. i chooses the activity.
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

// runConcurrently calls work with the numbers 1 to n, in 32 goroutines.
func runConcurrently(n int, work func(i int)) {
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

// stableGoroutines waits until no connection is open and the number of goroutines no
// longer changes, and returns that number.
func stableGoroutines(t *testing.T, connections *connectionCounter) int {
	t.Helper()
	last, same := 0, 0
	for range 1000 {
		runtime.GC()
		now := runtime.NumGoroutine()
		if same++; now != last || connections.open.Load() != 0 {
			last, same = now, 0
		}
		if same == 5 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	return last
}
