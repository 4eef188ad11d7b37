package reliability

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// ServeHTTP does the same as Do for a server with a port: it carries out a request and
// records it.
func (tr *soakTruth) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // an incomplete request is not carried out
	}
	inner, err := http.NewRequestWithContext(req.Context(), req.Method, "http://"+req.Host+"/", strings.NewReader(string(body)))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	inner.Header = req.Header
	resp, err := tr.Do(inner)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer func() { _ = resp.Body.Close() }()
	for name, values := range resp.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(resp.StatusCode)
	if _, err := io.Copy(w, resp.Body); err != nil {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// TestSoakOverTCP runs the soak over connections that a proxy breaks. The server has the
// faults of the soak, too. The proxy cuts off attempts where the server cannot know it:
// the judge compares each call with what its client saw and with what the server did.
func TestSoakOverTCP(t *testing.T) {
	skipBrief(t)
	t.Parallel()
	seed, began := testSeed(t), time.Now()
	run := newSoakRun(t, seed, testSize(0, 2_560, 100_000)/soakGoroutines)
	run.truth.keep = true // a request that was cut off may reach the server later
	run.adjust = func(o *soakOp) {
		o.timeout = min(o.timeout, 2*time.Second)
		o.faultProbability *= 0.3
		if o.cancelAfter > 0 {
			o.cancelAfter = o.cancelAfter%(50*time.Millisecond) + 1
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: run.truth, ErrorLog: discardLog}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	proxy := newBadProxy(t, listener.Addr().String(), seed)
	transport := &http.Transport{MaxIdleConnsPerHost: soakGoroutines, DisableCompression: true}

	run.work(run.clients(t, &http.Client{Transport: transport}, dynamoconn.WithEndpoint(proxy.url()), dynamoconn.WithMaxAttempts(5)))

	// Requests that are still on their way are carried out or lost before the tables are
	// read.
	transport.CloseIdleConnections()
	proxy.close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	require.NoError(t, server.Shutdown(ctx))
	require.ErrorIs(t, <-served, http.ErrServerClosed)
	run.truth.server.ClearFaults()
	run.finish(t)
	run.log(t, time.Since(began))
	proxy.log(t)
	for kind := range connFaults {
		require.NotZero(t, proxy.hits[kind].Load(), connFaultNames[kind])
	}
}
