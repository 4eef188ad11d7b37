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

// HTTPClient sends requests to a [Server] in the same process, without a
// socket. It serves as the HTTP client of the SDK or of any other client. It
// is safe for concurrent use.
type HTTPClient struct{ server *Server }

// HTTPClient is the way in without a socket.
func (s *Server) HTTPClient() *HTTPClient { return &HTTPClient{s} }

// Do answers a request. The host of its URL does not matter. Errors are those
// that an *http.Client would return: *url.Error around what failed. The hooks
// of net/http/httptrace are called as for a request over a new connection, so
// code that asks them whether a request was sent learns the truth.
func (c *HTTPClient) Do(req *http.Request) (*http.Response, error) {
	resp, err := c.do(req)
	if err != nil {
		return nil, &url.Error{Op: "Post", URL: req.URL.String(), Err: err}
	}
	return resp, nil
}

// RoundTrip answers a request as Do does, without the *url.Error around a
// failure: so an HTTPClient is an http.RoundTripper.
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
	r := c.server.exchange(req.Method, req.Header, body)
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

func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer closeBody(req)
	return io.ReadAll(io.LimitReader(req.Body, maxRequest+1))
}

// connect calls the hooks up to the point to which the request came.
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

// pause waits as long as the reply says, or until ctx ends.
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

type brokenReader struct{}

// Read always fails, as a body does whose connection broke.
func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// responseBody is a response's body: it ends with the request's context.
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

// ServeHTTP answers a request over HTTP. A fault that breaks the connection
// does so by http.ErrAbortHandler, whether or not the request was carried out.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := readBody(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r := s.exchange(req.Method, req.Header, body)
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
