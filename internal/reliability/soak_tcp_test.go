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

// ServeHTTP carries out an exchange over HTTP and records it: the same as Do, for a
// server with a port.
func (tr *soakTruth) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // half a request is none
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

// TestSoakOverTCP runs the soak over connections that a proxy breaks, to a server that
// meets the faults of the soak besides. Attempts are cut off by the proxy at places that
// the server knows nothing of: what each call may say is judged by what its client saw,
// and what has happened by what the server did.
func TestSoakOverTCP(t *testing.T) {
	t.Parallel()
	seed, began := testSeed(t), time.Now()
	run := newSoakRun(t, seed, testSize(2_560, 100_000)/soakGoroutines)
	run.truth.keep = true // what is cut off may arrive later
	run.adjust = func(o *soakOp) {
		o.patience = min(o.patience, 2*time.Second)
		o.faulty *= 0.3
		if o.leaves > 0 {
			o.leaves = o.leaves%(50*time.Millisecond) + 1
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

	// What is still on its way arrives or is lost before the last look.
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
