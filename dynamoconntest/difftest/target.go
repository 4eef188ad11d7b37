package difftest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
)

// maxAnswer is more than the size of any answer: a page has 1 MB of items, a batch 16 MB.
const maxAnswer = 64 << 20

// A Reply is the answer to an HTTP request, as received.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// A Target answers DynamoDB requests. Only one goroutine at a time may call it.
type Target interface {
	// Send sends body as the input of an operation, for example "GetItem". It returns an
	// error only if there is no complete answer.
	Send(ctx context.Context, operation string, body []byte) (Reply, error)
}

// A Doer sends an HTTP request, as [http.Client] does.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

type doerTarget struct {
	doer Doer
	url  string
}

// HTTP returns the target at a base URL, for example "http://127.0.0.1:8000".
func HTTP(url string) Target { return HTTPWith(&http.Client{}, url) }

// HTTPWith returns the target that d reaches at a base URL. If d needs no socket, neither
// does the target.
func HTTPWith(d Doer, url string) Target { return doerTarget{doer: d, url: url} }

// Handler returns a target that calls h, without a socket.
func Handler(h http.Handler) Target { return handlerTarget{h} }

type handlerTarget struct{ handler http.Handler }

func newRequest(ctx context.Context, url, operation string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	req.Header.Set("X-Amz-Date", "20260101T000000Z")
	// All of these servers want a signature, but none checks it.
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/dynamodb/aws4_request, "+
		"SignedHeaders=host;x-amz-date;x-amz-target, Signature=00")
	return req, nil
}

// Send implements [Target].
func (t doerTarget) Send(ctx context.Context, operation string, body []byte) (Reply, error) {
	req, err := newRequest(ctx, t.url, operation, body)
	if err != nil {
		return Reply{}, err
	}
	resp, err := t.doer.Do(req)
	if err != nil {
		return Reply{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return Reply{}, fmt.Errorf("reading the answer: %w", err)
	}
	return Reply{Status: resp.StatusCode, Header: resp.Header, Body: b}, nil
}

// Send implements [Target].
func (t handlerTarget) Send(ctx context.Context, operation string, body []byte) (Reply, error) {
	req, err := newRequest(ctx, "http://127.0.0.1/", operation, body)
	if err != nil {
		return Reply{}, err
	}
	rec := httptest.NewRecorder()
	t.handler.ServeHTTP(rec, req)
	return Reply{Status: rec.Code, Header: rec.Header(), Body: rec.Body.Bytes()}, nil
}
