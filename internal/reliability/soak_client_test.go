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

func withSoakOp(ctx context.Context, o *soakOp) context.Context {
	return context.WithValue(ctx, soakContextKey{}, o)
}

// soakSaw is what an attempt lets a client know, by rules of our own: a second
// opinion on what the library makes of the same connection.
type soakSaw int

const (
	sawNothing soakSaw = iota
	sawNotSent         // no connection
	sawMaybe           // a connection, but the request was not written to its end, as far as can be told
	sawRefused         // an answer that nothing was done
	sawDone            // a whole answer that it was done
	sawDoubt           // anything else
)

func (s soakSaw) String() string {
	return [...]string{"nothing", "not sent", "not wholly sent", "refused", "done", "in doubt"}[s]
}

// soakTry is one attempt: what the client saw, and what the server did.
type soakTry struct {
	action string
	fault  int
	name   string // of the fault

	saw    soakSaw
	status int
	code   string // of DynamoDB's error

	// What the server did, guarded by the truth's mutex.
	arrivals int
	seq      uint64
	applied  bool
	answer   string   // the error that the server answered, before any damage
	before   soakID   // what stood at the operation's key
	stood    []soakID // of a actScan, what stood in the table; of a batch read, at the operation's keys
	carried  uint64   // the writes of a batch that the request held
	left     uint64   // those of them that were not processed
	asked    []bool   // the keys of a batch read that the request held
	skipped  []bool   // those of them that were not processed
}

func (t *soakTry) String() string {
	text := fmt.Sprintf("%s, fault %q: the client saw: %v", t.action, t.name, t.saw)
	if t.status != 0 {
		text += fmt.Sprintf(" (status %d %s)", t.status, t.code)
	}
	text += fmt.Sprintf("; the server: arrived %d, number %d, applied %v %s", t.arrivals, t.seq, t.applied, t.answer)
	if t.before != 0 {
		text += fmt.Sprintf(", before %v", t.before)
	}
	if t.carried != 0 {
		text += fmt.Sprintf(", writes %b, unprocessed %b", t.carried, t.left)
	}
	return text
}

// soakTagger is the HTTP client of the library under test. It names each request
// after its operation and its fault, and notes what came back.
type soakTagger struct {
	next  dynamoconn.HTTPClient
	dice  *soakDice
	truth *soakTruth
}

const soakHeader = "Amz-Sdk-Invocation-Id"

// Do sends one attempt.
func (g *soakTagger) Do(req *http.Request) (*http.Response, error) {
	o, ok := req.Context().Value(soakContextKey{}).(*soakOp)
	if !ok {
		return nil, errors.New("a request of no operation")
	}
	_, action, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	try := &soakTry{action: action}
	var body []byte
	if action == actBatchWrite || action == actBatchGet {
		var err error
		if body, err = soakBody(req); err != nil {
			return nil, err
		}
	}
	try.fault = g.choose(o, action, body)
	try.name = g.dice.faults[try.fault].kind
	place := g.truth.begin(o, try, body)

	watch := new(soakWatch)
	sent := *req.WithContext(watch.trace(req.Context()))
	sent.Header = req.Header.Clone()
	sent.Header.Set(soakHeader, fmt.Sprintf("%c%c%d.%d", soakPrefix, soakMark(try.fault), o.number, place))
	resp, err := g.next.Do(&sent)
	if err != nil {
		g.truth.sawEnd(try, watch.saw(), 0, "")
		return nil, err
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 4*soakLargestAnswer))
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(answer), soakBroken{err}))
	g.truth.sawEnd(try, soakSawOf(resp, answer, err), resp.StatusCode, soakErrorType(resp, answer))
	return resp, nil
}

func soakBody(req *http.Request) ([]byte, error) {
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

// choose draws the fault. The attempts of an operation on one item come one after the
// other and are numbered; the requests of a batch, several at once, are known by what
// they hold, in whatever order its members are.
func (g *soakTagger) choose(o *soakOp, action string, body []byte) int {
	var holds uint64
	for _, c := range body {
		holds += soakMix(uint64(c))
	}
	return g.dice.choose(action, o.faulty, o.number, holds, g.truth.countBody(o, holds))
}

// soakWatch sees how far a request came. Over TCP the hooks are called by a goroutine
// of the connection.
type soakWatch struct {
	mu                              sync.Mutex
	asked, connected, wrote, failed bool
}

func (w *soakWatch) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.asked = true
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

func (w *soakWatch) saw() soakSaw {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !w.asked:
		return sawMaybe // the context ended first, which looks as if there were no hooks
	case !w.connected:
		return sawNotSent
	case w.failed || !w.wrote:
		return sawMaybe
	}
	return sawDoubt
}

// soakSawOf tells what an answer that came lets a client know.
func soakSawOf(resp *http.Response, body []byte, broken error) soakSaw {
	if resp.StatusCode >= 400 && resp.StatusCode < 500 {
		return sawRefused
	}
	if resp.StatusCode != http.StatusOK || soakDamaged(resp, body, broken) {
		return sawDoubt
	}
	return sawDone
}

func soakDamaged(resp *http.Response, body []byte, broken error) bool {
	crc := resp.Header.Get("X-Amz-Crc32")
	return broken != nil || len(body) == 0 || len(body) > soakLargestAnswer ||
		resp.ContentLength >= 0 && int64(len(body)) != resp.ContentLength ||
		crc != "" && crc != strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)
}

// soakErrorType returns DynamoDB's name for the error of an answer that came whole.
func soakErrorType(resp *http.Response, body []byte) string {
	if resp.StatusCode < 400 || soakDamaged(resp, body, nil) {
		return ""
	}
	_, rest, found := bytes.Cut(body, []byte(`"__type":"`))
	if !found {
		return ""
	}
	name, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(name[bytes.IndexByte(name, '#')+1:])
}

type soakBroken struct{ err error }

// Read ends a body as it ended when it was read before.
func (r soakBroken) Read([]byte) (int, error) {
	if r.err == nil {
		return 0, io.EOF
	}
	return 0, r.err
}
