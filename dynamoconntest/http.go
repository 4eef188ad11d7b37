package dynamoconntest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"syscall"
	"time"
)

// HTTPClient sends requests to a [Server] in the same process, without a socket.
// This library, the SDK and any other client can use it as their HTTP client. It is
// safe for concurrent use.
type HTTPClient struct{ server *Server }

// HTTPClient returns an HTTP client that sends every request to the server, whatever
// its URL.
func (s *Server) HTTPClient() *HTTPClient { return &HTTPClient{s} }

// Do sends a request to the server and returns its answer. Like those of an
// *http.Client, its errors are a *url.Error around the cause. It calls the hooks of
// net/http/httptrace as for a new connection, so they say whether a request was
// sent.
func (c *HTTPClient) Do(req *http.Request) (*http.Response, error) {
	resp, err := c.do(req)
	if err != nil {
		return nil, &url.Error{Op: "Post", URL: req.URL.String(), Err: err}
	}
	return resp, nil
}

// RoundTrip does the same as Do, but returns errors without a *url.Error around
// them. So an HTTPClient is an http.RoundTripper.
func (c *HTTPClient) RoundTrip(req *http.Request) (*http.Response, error) { return c.do(req) }

func (c *HTTPClient) do(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		closeBody(req)
		return nil, err
	}
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	trace := httptrace.ContextClientTrace(ctx)
	if trace == nil {
		trace = &httptrace.ClientTrace{}
	}
	r := c.server.exchange(req, req.URL.Host, body)
	if err := r.connect(req, trace); err != nil {
		return nil, err
	}
	if err := r.pause(ctx); err != nil {
		return nil, err
	}
	if trace.GotFirstResponseByte != nil {
		trace.GotFirstResponseByte()
	}
	var stream io.Reader = bytes.NewReader(r.body)
	if r.cutAfter >= 0 {
		stream = io.MultiReader(bytes.NewReader(r.body[:r.cutAfter]), brokenReader{})
	}
	return &http.Response{
		Status: http.StatusText(r.status), StatusCode: r.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: r.header, ContentLength: int64(len(r.body)), Request: req,
		Body: &responseBody{Reader: stream, ctx: ctx},
	}, nil
}

// connect calls the hooks of httptrace up to the point where the connection fails,
// and returns the error for it.
func (r *reply) connect(req *http.Request, trace *httptrace.ClientTrace) error {
	addr := req.URL.Host
	if trace.GetConn != nil {
		trace.GetConn(addr)
	}
	if trace.ConnectStart != nil {
		trace.ConnectStart("tcp", addr)
	}
	var refused error
	if r.fail == failRefused {
		refused = &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	}
	if trace.ConnectDone != nil {
		trace.ConnectDone("tcp", addr, refused)
	}
	if refused != nil {
		return refused
	}
	if trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if r.fail == failReset {
		err := &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.ECONNRESET)}
		if trace.WroteRequest != nil {
			trace.WroteRequest(httptrace.WroteRequestInfo{Err: err})
		}
		return err
	}
	if trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	if trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
	if r.fail == failLost {
		return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	return nil
}

// pause waits for the reply's delay. It returns an error if ctx ends before.
func (r *reply) pause(ctx context.Context) error {
	switch {
	case r.delay < 0:
		<-ctx.Done()
		return ctx.Err()
	case r.delay > 0:
		timer := time.NewTimer(r.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return ctx.Err()
}

// brokenReader is the end of a body after the connection has broken.
type brokenReader struct{}

// Read always fails.
func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// responseBody is the body of a response. Reading it fails when the request's
// context has ended.
type responseBody struct {
	io.Reader
	ctx    context.Context
	closed bool
}

func (b *responseBody) Read(p []byte) (int, error) {
	if b.closed {
		return 0, errors.New("http: read on closed response body")
	}
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.Reader.Read(p)
}

func (b *responseBody) Close() error {
	b.closed = true
	return nil
}

// ServeHTTP answers a request: a Server is an http.Handler. If an effect breaks the
// connection it panics with http.ErrAbortHandler, as handlers do.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := readBody(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r := s.exchange(req, req.Host, body)
	if r.fail != failNone || r.pause(req.Context()) != nil {
		panic(http.ErrAbortHandler)
	}
	for k, v := range r.header {
		w.Header()[k] = v
	}
	w.WriteHeader(r.status)
	if r.cutAfter >= 0 {
		_, _ = w.Write(r.body[:r.cutAfter])
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(r.body)
}
