package wiretest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Doer is what answers: the SDK's HTTPClient.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Func is an HTTP client made of a function, for a test that needs the request as it is.
type Func func(*http.Request) (*http.Response, error)

// Do calls f.
func (f Func) Do(req *http.Request) (*http.Response, error) { return f(req) }

// RoundTrip calls f.
func (f Func) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Client is an HTTP client that keeps each request and then gives it its answer. It may
// be used by many goroutines.
type Client struct {
	answer Answer

	mu    sync.Mutex
	count int
	kept  []Request
}

// New returns a client that gives its first answer to the first request, the second to
// the second, and the last one to all that follow. Without answers it replies to each
// request with [AllDone].
func New(answers ...Answer) *Client {
	if len(answers) == 0 {
		answers = []Answer{AllDone()}
	}
	return &Client{answer: InTurn(answers...)}
}

// Script returns a client that gives each answer once, in turn. The test fails if there
// is a request too many, which is also refused, or when it ends with an answer left.
func Script(t testing.TB, answers ...Answer) *Client {
	t.Helper()
	c := &Client{}
	c.answer = func(r *Request) (*http.Response, error) {
		if r.N > len(answers) {
			t.Errorf("request %d is one too many: %s %s", r.N, r.Action, r.Body)
			return Refuse(http.StatusBadRequest, "ValidationException", "the script has no more answers", "")(r)
		}
		return answers[r.N-1](r)
	}
	t.Cleanup(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.count < len(answers) {
			t.Errorf("%d of the script's %d answers were not asked for", len(answers)-c.count, len(answers))
		}
	})
	return c
}

// Do keeps the request and answers it.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	r, err := read(req)
	if err != nil {
		return nil, err
	}
	kept := *r
	kept.HTTP, kept.Header = nil, req.Header.Clone()
	c.mu.Lock()
	c.count++
	r.N, kept.N = c.count, c.count
	c.kept = append(c.kept, kept)
	c.mu.Unlock()
	return c.answer(r)
}

// Requests returns what was sent, except for what [Client.Take] returned.
func (c *Client) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.kept)
}

// Take returns what was sent since the last Take, and forgets it.
func (c *Client) Take() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.kept
	c.kept = nil
	return taken
}

// Actions returns the API actions of requests.
func Actions(requests []Request) []string {
	var actions []string
	for _, r := range requests {
		actions = append(actions, r.Action)
	}
	return actions
}

// Request is a request as it was sent.
type Request struct {
	N         int // its place among the requests of a Client, from 1; 0 without one
	At        time.Time
	Action    string // of the API: GetItem
	URL       string
	AccessKey string // that it was signed with, and the region that it was signed for;
	Region    string // empty if it was not signed
	Header    http.Header
	Body      string

	// HTTP is the request itself. Its body can be read once. It is nil in what
	// Requests and Take return.
	HTTP *http.Request
}

// read reads the body of a request, as a network would, and gives it another.
func read(req *http.Request) (*Request, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, fmt.Errorf("wiretest: read the request: %w", err)
		}
	}
	again := *req
	again.Body = io.NopCloser(bytes.NewReader(body))
	r := &Request{At: time.Now(), URL: req.URL.String(), Header: req.Header, Body: string(body), HTTP: &again}
	_, r.Action, _ = strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	// AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260102/us-east-1/dynamodb/aws4_request, ...
	_, scope, _ := strings.Cut(req.Header.Get("Authorization"), "Credential=")
	if part := strings.Split(scope, "/"); len(part) > 2 {
		r.AccessKey, r.Region = part[0], part[2]
	}
	return r, nil
}
