package dynamoconn_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// musicServer is a server in the process with the table Music, and a client of it.
func musicServer(t *testing.T, opts ...dynamoconn.Option) (*dynamoconntest.Server, *dynamoconn.Client) {
	t.Helper()
	server := dynamoconntest.New()
	require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
	return server, wireClient(t, server.HTTPClient(), opts...)
}

// activities are the calls that send at least one request for the table Music.
func activities(ctx context.Context, client *dynamoconn.Client) map[string]func() error {
	return map[string]func() error{
		"GetItem": func() error {
			_, err := client.GetItem(ctx, getMusic())
			return err
		},
		"PutItem": func() error {
			_, err := client.PutItem(ctx, putMusic())
			return err
		},
		"UpdateItem": func() error {
			_, err := client.UpdateItem(ctx, updateMusic())
			return err
		},
		"DeleteItem": func() error {
			_, err := client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey()})
			return err
		},
		"ListTables": func() error {
			_, err := client.ListTables(ctx, dynamoconn.ListTablesRequest{})
			return err
		},
		"DescribeTable": func() error {
			_, err := client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: "Music"})
			return err
		},
		"Scan": func() error {
			_, err := client.Scan(ctx, dynamoconn.ScanTableRequest{TableName: "Music"})
			return err
		},
		"Query": func() error {
			_, err := client.Query(ctx, queryMusic())
			return err
		},
		"TransactWrite": func() error {
			_, err := client.TransactWrite(ctx, transactMusic())
			return err
		},
		"TransactGet": func() error {
			_, err := client.TransactGet(ctx, transactGetMusic())
			return err
		},
		"BatchGet": func() error {
			_, err := client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
				RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{musicKey()}}},
			})
			return err
		},
		"BatchWrite": func() error {
			_, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
				Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd("Music", musicKey())},
			})
			return err
		},
	}
}

// No call hangs for ever, even without a deadline.
func TestServerThatNeverAnswers(t *testing.T) {
	t.Parallel()

	long := map[string]bool{"Scan": true, "Query": true, "BatchGet": true, "BatchWrite": true}
	writes := map[string]bool{"PutItem": true, "UpdateItem": true, "DeleteItem": true, "BatchWrite": true, "TransactWrite": true}
	for activity := range activities(t.Context(), nil) {
		t.Run(activity, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, client := musicServer(t)
				hang := server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Hang()})
				began := time.Now()
				err := activities(t.Context(), client)[activity]()
				took := time.Since(began)

				require.ErrorIs(t, err, dynamoconn.ErrUnavailable)
				assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.NotErrorIs(t, err, dynamoconn.ErrCorruptResponse)
				if writes[activity] {
					assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
				} else {
					assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
				}
				assert.Equal(t, 10, errorOf(t, err).Attempts)
				assert.Equal(t, 10, hang.Hits())
				attempt := 10 * time.Second
				if long[activity] {
					attempt *= 3
				}
				assert.GreaterOrEqual(t, took, 10*attempt)
				assert.LessOrEqual(t, took, 10*attempt+16_350*time.Millisecond, "the pauses are bounded too")
			})
		})
	}
}

func TestOneAttemptThatHangs(t *testing.T) {
	t.Parallel()

	for activity := range activities(t.Context(), nil) {
		t.Run(activity, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, client := musicServer(t, dynamoconn.WithAttemptTimeout(time.Second))
				server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Hang(), Times: 1})
				began := time.Now()
				require.NoError(t, activities(t.Context(), client)[activity]())
				assert.GreaterOrEqual(t, time.Since(began), time.Second)
				assert.Less(t, time.Since(began), 4*time.Second)
			})
		})
	}
}

func TestSlowAnswers(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		slow     time.Duration
		attempts int
	}{
		"in time":  {4 * time.Second, 1},
		"too late": {6 * time.Second, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			server, client := musicServer(t, dynamoconn.WithAttemptTimeout(5*time.Second))
			server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Slow(test.slow), Times: 1})
			resp, err := client.GetItem(t.Context(), getMusic())
			require.NoError(t, err, name)
			assert.Equal(t, test.attempts, resp.Attempts, name)
		})
	}
}

// The caller's deadline ends a call whatever the attempt would still be allowed.
func TestDeadlineWithinAnAttempt(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		server, client := musicServer(t)
		server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Hang()})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		_, err := client.PutItem(ctx, putMusic())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}

// An HTTP client with a time limit of its own keeps it.
func TestLimitOfTheCallersHTTPClient(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ client, attempt, want time.Duration }{
		"the client's is shorter":  {2 * time.Second, 5 * time.Second, 2 * time.Second},
		"the attempt's is shorter": {5 * time.Second, 2 * time.Second, 2 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := dynamoconntest.New()
			server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Hang()})
			client := wireClient(t, &http.Client{Transport: server.HTTPClient(), Timeout: test.client},
				dynamoconn.WithAttemptTimeout(test.attempt), dynamoconn.WithMaxAttempts(1))
			began := time.Now()
			_, err := client.GetItem(t.Context(), getMusic())
			assert.ErrorIs(t, err, dynamoconn.ErrUnavailable, name)
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded, name)
			assert.NotErrorIs(t, err, context.DeadlineExceeded, name)
			assert.Equal(t, test.want, time.Since(began), name)
		})
	}
}

// blackHole is a connection that, once it is told to, takes what is written to it and
// gives nothing back: a firewall that has forgotten it.
type blackHole struct {
	net.Conn
	dead chan struct{}
	once sync.Once
}

func (b *blackHole) kill() { b.once.Do(func() { close(b.dead) }) }

func (b *blackHole) isDead() bool {
	select {
	case <-b.dead:
		return true
	default:
		return false
	}
}

func (b *blackHole) Write(p []byte) (int, error) {
	if b.isDead() {
		return len(p), nil
	}
	return b.Conn.Write(p)
}

// holes makes connections that can be killed.
type holes struct {
	mu    sync.Mutex
	conns []*blackHole
}

func (h *holes) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	hole := &blackHole{Conn: conn, dead: make(chan struct{})}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.conns = append(h.conns, hole)
	return hole, nil
}

func (h *holes) all() []*blackHole {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]*blackHole(nil), h.conns...)
}

// A dead connection of HTTP/2 once took every attempt with it, as they all share it.
func TestDeadConnectionIsLeft(t *testing.T) {
	t.Parallel()

	for name, http2 := range map[string]bool{"HTTP/1.1": false, "HTTP/2": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var protocols sync.Map
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				protocols.Store(r.Proto, true)
				_, _ = io.ReadAll(r.Body)
				_, _ = io.WriteString(w, "{}")
			}))
			server.EnableHTTP2 = http2
			server.StartTLS()
			t.Cleanup(server.Close)

			var made holes
			roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
			cfg := wireConfig()
			cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(tr *http.Transport) {
				tr.DialContext = made.dial
				tr.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
			})
			const timeout = 3 * time.Second
			client, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(cfg), dynamoconn.WithEndpoint(server.URL),
				dynamoconn.WithAttemptTimeout(timeout), dynamoconn.WithMaxAttempts(3))
			require.NoError(t, err)
			t.Cleanup(client.CloseIdleConnections)
			for range 3 {
				_, err = client.GetItem(t.Context(), getMusic())
				require.NoError(t, err)
			}
			require.Len(t, made.all(), 1, "one connection serves them all")
			_, ok := protocols.Load(map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[http2])
			require.True(t, ok)

			made.all()[0].kill()
			began := time.Now()
			resp, err := client.GetItem(t.Context(), getMusic())
			require.NoError(t, err)
			assert.Equal(t, 2, resp.Attempts, "the second attempt has a new connection")
			assert.Less(t, time.Since(began), timeout+2*time.Second)
			assert.Len(t, made.all(), 2)
		})
	}
}

// A server may close an idle connection just as a request starts. Reads are tried again;
// no write may be said to have failed for certain if it may have arrived.
func TestConnectionClosedAsARequestStarts(t *testing.T) {
	t.Parallel()

	var mu sync.Mutex
	idle := map[net.Conn]bool{}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, "{}")
	}))
	server.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		idle[conn] = state == http.StateIdle
	}
	server.Start()
	t.Cleanup(server.Close)
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithEndpoint(server.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)

	done := make(chan struct{})
	var closer sync.WaitGroup
	closer.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(200 * time.Microsecond):
			}
			mu.Lock()
			for conn, now := range idle {
				if now {
					_ = conn.Close()
					delete(idle, conn)
				}
			}
			mu.Unlock()
		}
	})
	var all sync.WaitGroup
	var again atomic.Int64
	for range 8 {
		all.Go(func() {
			for range 40 {
				get, err := client.GetItem(t.Context(), getMusic())
				if assert.NoError(t, err) && get.Attempts > 1 {
					again.Add(1)
				}
				_, err = client.PutItem(t.Context(), putMusic())
				assert.NoError(t, err)
			}
		})
	}
	all.Wait()
	close(done)
	closer.Wait()
	t.Logf("%d of 320 reads took more than one attempt", again.Load())
}

// dnsErrors are the flavours of a name that does not resolve.
var dnsErrors = map[string]net.DNSError{
	"not found":           {Err: "no such host", Name: "db", IsNotFound: true},
	"temporary":           {Err: "server misbehaving", Name: "db", Server: "10.0.0.2:53", IsTemporary: true},
	"timeout":             {Err: "i/o timeout", Name: "db", IsTimeout: true, IsTemporary: true},
	"neither":             {Err: "no answer", Name: "db"},
	"temporary not found": {Err: "no such host", Name: "db", IsNotFound: true, IsTemporary: true},
}

// A name that does not resolve, whatever the resolver calls it, is looked up again: nothing
// was sent.
func TestNameThatDoesNotResolve(t *testing.T) {
	t.Parallel()

	for name, fault := range dnsErrors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var dials atomic.Int64
			open := func(failures int64) *dynamoconn.Client {
				dials.Store(0)
				tr := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
					if dials.Add(1) <= failures {
						return nil, &net.OpError{Op: "dial", Net: network, Err: &fault}
					}
					return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("resolved")}
				}}
				client, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(wireConfig()),
					dynamoconn.WithHTTPClient(&http.Client{Transport: tr}), dynamoconn.WithMaxAttempts(3))
				require.NoError(t, err)
				return client
			}
			_, err := open(100).PutItem(t.Context(), putMusic())
			require.ErrorIs(t, err, dynamoconn.ErrUnavailable)
			assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
			assert.NotErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 3, errorOf(t, err).Attempts)
			assert.EqualValues(t, 3, dials.Load())
			var dns *net.DNSError
			require.ErrorAs(t, err, &dns)
			assert.ErrorContains(t, err, fault.Err)

			_, err = open(2).PutItem(t.Context(), putMusic())
			require.ErrorContains(t, err, "resolved", "the third attempt got further")
		})
	}
}
