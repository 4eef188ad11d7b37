package reliability

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"

	"github.com/dynamoconn/dynamoconn"
)

type soakContextKey struct{}

// withSoakOp returns a context that holds the operation, so that soakHTTPClient finds it.
func withSoakOp(ctx context.Context, o *soakOp) context.Context {
	return context.WithValue(ctx, soakContextKey{}, o)
}

// soakObservation is what a client can know about an attempt. The test has its own rules
// for it, to check those of the library.
type soakObservation int

const (
	observedNothing   soakObservation = iota
	observedNotSent                   // there was no connection
	observedMaybeSent                 // there was a connection, but the request may not have been written completely
	observedRefused                   // an answer said that nothing was done
	observedDone                      // a complete answer said that the request was done
	observedUnknown                   // anything else
)

func (s soakObservation) String() string {
	return [...]string{"nothing", "not sent", "not sent completely", "refused", "done", "unknown"}[s]
}

// soakAttempt is one attempt: what the client saw, and what the server did.
type soakAttempt struct {
	action string
	fault  int
	name   string // the name of the fault

	observed soakObservation
	status   int
	code     string // the code of DynamoDB's error

	// What the server did, guarded by the truth's mutex.
	evaluations     int
	seq             uint64
	applied         bool
	answer          string   // the error that the server answered, before any damage
	storedBefore    soakID   // what was stored at the operation's key before
	storedItems     []soakID // for a scan, what was stored in the table; for a batch read, at the operation's keys
	requestWrites   uint64   // the writes of a batch that the request held, as bits
	unprocessed     uint64   // the writes that were left unprocessed, as bits
	requestedKeys   []bool   // the keys of a batch read that the request held
	unprocessedKeys []bool   // the keys that were left unprocessed
}

func (t *soakAttempt) String() string {
	text := fmt.Sprintf("%s, fault %q: the client saw: %v", t.action, t.name, t.observed)
	if t.status != 0 {
		text += fmt.Sprintf(" (status %d %s)", t.status, t.code)
	}
	text += fmt.Sprintf("; the server: evaluated %d times, number %d, applied %v %s", t.evaluations, t.seq, t.applied, t.answer)
	if t.storedBefore != 0 {
		text += fmt.Sprintf(", before %v", t.storedBefore)
	}
	if t.requestWrites != 0 {
		text += fmt.Sprintf(", writes %b, unprocessed %b", t.requestWrites, t.unprocessed)
	}
	return text
}

// soakHTTPClient is the HTTP client of the library under test. It marks each request with
// its operation and its fault, and records what comes back. It is not wiretest's, because
// it watches the connection and must not keep millions of requests.
type soakHTTPClient struct {
	next    dynamoconn.HTTPClient
	chooser *soakFaultChooser
	truth   *soakTruth
}

const soakHeader = "Amz-Sdk-Invocation-Id"

// Do sends one attempt.
func (c *soakHTTPClient) Do(req *http.Request) (*http.Response, error) {
	o, ok := req.Context().Value(soakContextKey{}).(*soakOp)
	if !ok {
		return nil, errors.New("a request without an operation")
	}
	_, action, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	attempt := &soakAttempt{action: action}
	var body []byte
	if action == actBatchWrite || action == actBatchGet {
		var err error
		if body, err = soakBody(req); err != nil {
			return nil, err
		}
	}
	attempt.fault = c.choose(o, action, body)
	attempt.name = c.chooser.faults[attempt.fault].kind
	place := c.truth.begin(o, attempt, body)

	watch := new(soakConnTrace)
	sent := *req.WithContext(watch.trace(req.Context()))
	sent.Header = req.Header.Clone()
	sent.Header.Set(soakHeader, fmt.Sprintf("%c%c%d.%d", soakPrefix, soakMark(attempt.fault), o.number, place))
	resp, err := c.next.Do(&sent)
	if err != nil {
		c.truth.recordObservation(attempt, watch.observed(), 0, "")
		return nil, err
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4*soakLargestAnswer))
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(answer), soakBodyEnd{err}))
	c.truth.recordObservation(attempt, soakObserve(resp, answer, err), resp.StatusCode, soakErrorType(resp, answer))
	return resp, nil
}

func soakBody(req *http.Request) ([]byte, error) {
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

// choose chooses the fault of an attempt. The attempts of an operation on one item are
// made one after the other and are known by their number. A batch sends several requests
// at the same time; they are known by their content, in any order.
func (c *soakHTTPClient) choose(o *soakOp, action string, body []byte) int {
	var holds uint64
	for _, c := range body {
		holds += soakMix(uint64(c))
	}
	return c.chooser.choose(action, o.faultProbability, o.number, holds, c.truth.countBody(o, holds))
}

// soakConnTrace observes how far a request comes. Over TCP the hooks are called by a
// goroutine of the connection.
type soakConnTrace struct {
	mu                                  sync.Mutex
	requested, connected, wrote, failed bool
}

func (w *soakConnTrace) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.requested = true
		},
		GotConn: func(httptrace.GotConnInfo) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.connected, w.wrote, w.failed = true, false, false
		},
		WroteHeaders: func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.wrote = true
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.failed = info.Err != nil
		},
	})
}

func (w *soakConnTrace) observed() soakObservation {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !w.requested:
		return observedMaybeSent // the context ended before the first hook was called
	case !w.connected:
		return observedNotSent
	case w.failed || !w.wrote:
		return observedMaybeSent
	}
	return observedUnknown
}

// soakObserve returns what a client can know from an answer.
func soakObserve(resp *http.Response, body []byte, broken error) soakObservation {
	switch {
	case isDamagedAnswer(resp, body, broken):
		return observedUnknown
	case resp.StatusCode >= 400 && resp.StatusCode < 500:
		return observedRefused
	case resp.StatusCode == http.StatusOK:
		return observedDone
	}
	return observedUnknown
}

// isDamagedAnswer reports whether an answer is incomplete, too large, or does not match
// its length or checksum.
func isDamagedAnswer(resp *http.Response, body []byte, broken error) bool {
	crc := resp.Header.Get("X-Amz-Crc32")
	return broken != nil || len(body) == 0 || len(body) > soakLargestAnswer ||
		resp.ContentLength >= 0 && int64(len(body)) != resp.ContentLength ||
		crc != "" && crc != strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)
}

// soakErrorType returns the code of DynamoDB's error in an answer that is not damaged.
func soakErrorType(resp *http.Response, body []byte) string {
	if resp.StatusCode < 400 || isDamagedAnswer(resp, body, nil) {
		return ""
	}
	_, rest, found := bytes.Cut(body, []byte(`"__type":"`))
	if !found {
		return ""
	}
	name, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(name[bytes.IndexByte(name, '#')+1:])
}

// soakBodyEnd is the end of a body that was read before.
type soakBodyEnd struct{ err error }

// Read returns the error with which the body ended.
func (r soakBodyEnd) Read([]byte) (int, error) {
	if r.err == nil {
		return 0, io.EOF
	}
	return 0, r.err
}
