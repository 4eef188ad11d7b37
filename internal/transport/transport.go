// Package transport makes one HTTP exchange with DynamoDB. It finds out whether the
// request left this machine, and returns only an answer that arrived whole.
package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// ErrPlainHTTP means that a request was to go unencrypted to another machine.
var ErrPlainHTTP = errors.New("plain http is refused for a host that is not this machine")

// ErrRedirect means that the answer was a redirect, which DynamoDB never sends.
var ErrRedirect error = retry.NewFault(retry.Corrupt, "a redirect is not followed")

// Doer sends HTTP requests: an *http.Client, or another one.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Exchange wraps a Doer. It must not be changed once it is in use.
type Exchange struct {
	// Next sends the requests.
	Next Doer
	// LargestAnswer is how many bytes the body of an answer to a batch may have, before
	// and after decompression. Other answers may have less: see forAction.
	LargestAnswer int64
	// Timeout is how long an attempt may take, from its start to the last byte of its
	// answer; a Scan, a Query or a batch has three times as long. Zero is no limit.
	Timeout time.Duration
	// AllowPlain reports whether a host other than this machine may be reached over
	// plain http.
	AllowPlain func(host string) bool
}

// Do sends req, reads the whole answer, checks it, and enters the attempt in the
// [retry.Record] of the request's context. A request that is refused here is not an
// attempt.
func (x *Exchange) Do(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil && req.Body != http.NoBody {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, fmt.Errorf("read the request body: %w", err)
		}
	}
	resp, answer, err := x.Send(req.Context(), actionOf(req), body, nil, func(ctx context.Context) (*http.Request, error) {
		return req.WithContext(ctx), nil
	})
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(answer))
	resp.ContentLength = int64(len(answer))
	return resp, nil
}

// Reader takes the body of a successful answer as it is read.
type Reader interface {
	// Buffer returns where the body may be read into. Its content does not matter.
	Buffer() []byte
	// Read decodes the body, which begins in the Buffer if it was large enough. It reports
	// whether the body is what the answer to the request must be. It must not keep the body.
	Read(body []byte) bool
}

// Send is Do for a request whose body is in memory. build returns the request without the
// body, under the context that it gets. Send returns the body of the answer beside the
// response, unpacked.
//
// A reader that is not nil gets the body of a success before that is checked further. If it
// takes the body, the answer has the right shape. If not, the answer is judged as without a
// reader, so it may well be returned without an error.
//
// net/http gets the body of the request as one that is in memory. The SDK's own body
// reports an error to net/http if a fast server answers before the SDK has closed it,
// and that costs a connection for each request. Over HTTP/1.1 net/http may ask for the
// body again when an idle connection turns out to be dead and nothing was written. Over
// HTTP/2 it may not: there it also sends again what the server may have carried out.
func (x *Exchange) Send(
	ctx context.Context, action string, body []byte, reader Reader, build func(context.Context) (*http.Request, error),
) (resp *http.Response, answer []byte, err error) {
	record := retry.From(ctx)
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	ctx, cancel, limit := x.limit(ctx, action)
	defer cancel() // the answer is read to its end below
	tr, isNetHTTP := netHTTP(x.Next)
	watch := &connWatch{isNetHTTP: isNetHTTP}
	req, err := build(watch.trace(ctx))
	if err == nil {
		err = x.refuse(req.URL)
	}
	if err != nil {
		return nil, nil, err
	}
	watch.plainHTTP2 = req.URL.Scheme == "http" && speaksPlainHTTP2(tr)
	req = inMemory(req, body, watch.mayRepeat)
	try := retry.Try{Action: action}
	try.Began = time.Now()
	resp, answer, err = x.exchange(req, watch, &try, reader)
	err = limit.explain(ctx, err)
	try.Err = err
	if try.Took == 0 {
		try.Took = time.Since(try.Began)
	}
	if try.Outcome != retry.NotSent {
		try.Sent = req.ContentLength
	}
	record.Add(try)
	return resp, answer, err
}

// exchange makes one attempt and enters in try what came back.
func (x *Exchange) exchange(req *http.Request, watch *connWatch, try *retry.Try, reader Reader) (*http.Response, []byte, error) {
	resp, err := x.Next.Do(req)
	try.Repeated = watch.repeated(req, resp)
	if err != nil {
		if resp != nil && resp.Body != nil {
			_ = resp.Body.Close()
		}
		try.Outcome = watch.outcome(err)
		if watch.isNetHTTP && !watch.asked.Load() && req.Context().Err() == nil {
			err = &retry.Final{Err: err} // net/http would refuse the same request again
		}
		return nil, nil, err
	}
	if resp == nil {
		try.Outcome = retry.Unknown
		return nil, nil, corrupt("no answer and no error")
	}
	try.Status, try.RequestID = resp.StatusCode, requestID(resp)
	limit := x.largestAnswer(try.Action)
	body, err := readBody(resp, reader, limit)
	try.Took = time.Since(try.Began)
	try.Received = int64(len(body))
	if err == nil {
		body, err = receive(try.Action, resp, body, reader, limit)
	}
	if err == nil {
		try.Code = errorCode(resp, body)
	}
	try.Outcome = OutcomeOf(resp.StatusCode, err, try.Code)
	if err != nil {
		return nil, nil, err
	}
	return resp, body, nil
}

// actionOf returns the API action of a request: "GetItem".
func actionOf(req *http.Request) string {
	_, action, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	return action
}

func (x *Exchange) refuse(target *url.URL) error {
	if target.Scheme == "http" && !IsLoopback(target.Hostname()) && (x.AllowPlain == nil || !x.AllowPlain(target.Hostname())) {
		return &retry.Final{Err: fmt.Errorf("%w: %s", ErrPlainHTTP, target.Hostname())}
	}
	return nil
}

// IsLoopback reports whether host is this machine.
func IsLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// inMemory gives req its body, from memory. net/http gets the body again, to send the
// request again by itself, unless mayRepeat returns an error then.
func inMemory(req *http.Request, body []byte, mayRepeat func() error) *http.Request {
	if len(body) == 0 {
		return req
	}
	req.GetBody = func() (io.ReadCloser, error) {
		if err := mayRepeat(); err != nil {
			return nil, err
		}
		return io.NopCloser(bytes.NewReader(body)), nil
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	req.ContentLength = int64(len(body))
	return req
}

func requestID(resp *http.Response) string {
	if id := resp.Header.Get("X-Amzn-Requestid"); id != "" {
		return id
	}
	return resp.Header.Get("X-Amz-Request-Id")
}

// OutcomeOf returns what an answer means. An answer that came damaged proves nothing, whatever
// its status says: the status came the same way, and a code that leaves a doubt may have been
// in the body. A whole 2xx says that it was done. A 4xx with an error code says that it was not
// done, and the code whether it may be done later. Everything else may come from a stranger on
// the way, such as a proxy, after DynamoDB has done it.
func OutcomeOf(status int, damage error, code string) retry.Outcome {
	follows := retry.LookUp(code)
	switch {
	case damage != nil:
		return retry.Unknown
	case status >= 200 && status < 300:
		return retry.Applied
	case status < 400, status >= 500, status == http.StatusRequestTimeout, code == "", follows.Doubt:
		return retry.Unknown
	case follows.Repeat:
		return retry.NotDone
	}
	return retry.Refused
}

// connWatch finds out how far net/http came with a request.
type connWatch struct {
	isNetHTTP  bool // whether the request goes to net/http itself
	plainHTTP2 bool // whether net/http speaks HTTP/2 without TLS

	asked atomic.Bool
	got   atomic.Int32 // connections
	http2 atomic.Bool  // whether the latest connection is one of HTTP/2

	functions httptrace.ClientTrace
}

func (w *connWatch) trace(ctx context.Context) context.Context {
	w.functions.GetConn = func(string) { w.asked.Store(true) }
	w.functions.GotConn = func(info httptrace.GotConnInfo) {
		w.got.Add(1)
		w.http2.Store(w.plainHTTP2 || isHTTP2(info.Conn))
	}
	return httptrace.WithClientTrace(ctx, &w.functions)
}

// isHTTP2 reports whether net/http speaks HTTP/2 on conn, by what TLS agreed on.
func isHTTP2(conn net.Conn) bool {
	secured, ok := conn.(interface{ ConnectionState() tls.ConnectionState })
	return ok && secured.ConnectionState().NegotiatedProtocol == "h2"
}

// errSentOverHTTP2 is the error of a request that net/http may not send again.
var errSentOverHTTP2 = errors.New("the HTTP/2 connection broke after the request may have been sent")

// mayRepeat returns an error unless net/http may send the request again by itself.
func (w *connWatch) mayRepeat() error {
	if w.http2.Load() {
		return errSentOverHTTP2
	}
	return nil
}

// repeated reports whether net/http may have sent the request more than once, by itself.
// Over HTTP/1.1 it does so only if nothing was written, or if a header allows it. Over HTTP/2
// it also does so after the server broke off the stream, whatever the server had done by
// then: mayRepeat prevents that where the protocol is known in time.
func (w *connWatch) repeated(req *http.Request, resp *http.Response) bool {
	return w.got.Load() > 1 &&
		(resp != nil && resp.ProtoMajor > 1 || req.Header["Idempotency-Key"] != nil || req.Header["X-Idempotency-Key"] != nil)
}

// outcome returns what it means that no answer came. net/http asks for a connection before
// it sends anything. Another Doer may call no trace function, so only its error can show
// that nothing was sent.
func (w *connWatch) outcome(err error) retry.Outcome {
	if w.got.Load() > 0 {
		return retry.Unknown
	}
	var op *net.OpError
	var dns *net.DNSError
	if w.isNetHTTP || w.asked.Load() || errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" {
		return retry.NotSent
	}
	return retry.Unknown
}

// OutcomeOfBreak returns what it means that no answer came, by the error of an HTTP client whose
// attempt nobody watched.
func OutcomeOfBreak(err error) retry.Outcome { return (&connWatch{}).outcome(err) }

// netHTTP returns the transport of doer if doer is net/http's own client with net/http's own
// transport. A nil transport is the default one.
func netHTTP(doer Doer) (*http.Transport, bool) {
	client, ok := doer.(*http.Client)
	if !ok || client == nil {
		return nil, false
	}
	if client.Transport == nil {
		return nil, true
	}
	tr, ok := client.Transport.(*http.Transport)
	return tr, ok
}

// speaksPlainHTTP2 reports whether a transport speaks HTTP/2 without TLS, which no
// connection tells.
func speaksPlainHTTP2(tr *http.Transport) bool {
	return tr != nil && tr.Protocols != nil && tr.Protocols.UnencryptedHTTP2()
}
