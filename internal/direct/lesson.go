package direct

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// templateKey is what the template of a request depends on.
type templateKey struct {
	action  string
	arn     string // of the table, if it is given so: it may name the account of the address
	account string // of the credentials: likewise
	sources string // of the credentials: they are in the user agent
}

// sourcesOf returns where credentials come from, as text.
func sourcesOf(provider aws.CredentialsProvider) string {
	source, ok := provider.(aws.CredentialProviderSource)
	if !ok {
		return ""
	}
	var text []byte
	for _, s := range source.ProviderSources() {
		text = append(text, byte(s))
	}
	return string(text)
}

// templates are those of a client. The zero value has none.
type templates struct {
	known atomic.Pointer[map[templateKey]*template]

	mu       sync.Mutex
	failures map[templateKey]int
}

const (
	// mostTemplates bounds what a program can make a client remember by going through
	// accounts or ARNs.
	mostTemplates = 1000
	// mostLessons is how often a client tries to learn a template that does not fit.
	// Credentials that were renewed in between are a reason to try it again.
	mostLessons = 3
)

// find returns the template of a key, nil if the requests do not fit into one, and false if
// that is still to be found out.
func (ts *templates) find(key templateKey) (t *template, known bool) {
	if all := ts.known.Load(); all != nil {
		t, known = (*all)[key]
	}
	return t, known
}

// add enters a template, or that a lesson failed.
func (ts *templates) add(key templateKey, t *template) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if t == nil {
		if ts.failures == nil {
			ts.failures = make(map[templateKey]int)
		}
		if ts.failures[key]++; ts.failures[key] < mostLessons {
			return
		}
	}
	all := make(map[templateKey]*template)
	if known := ts.known.Load(); known != nil && len(*known) < mostTemplates {
		all = maps.Clone(*known)
	}
	all[key] = t
	ts.known.Store(&all)
	delete(ts.failures, key)
}

// lesson is what the next request of the SDK's client teaches.
type lesson struct {
	key         templateKey
	credentials aws.CredentialsProvider
}

// learn enters the template of a request of the SDK's client, if a request made from the
// template is the same.
func (ts *templates) learn(l *lesson, req *http.Request, signer dynamodb.HTTPSignerV4) {
	t, err := l.template(req, signer)
	if err != nil {
		t = nil
	}
	ts.add(l.key, t)
}

func (l *lesson) template(req *http.Request, signer dynamodb.HTTPSignerV4) (*template, error) {
	credentials, err := l.credentials.Retrieve(req.Context())
	if err != nil {
		return nil, err
	}
	body, err := readBody(req)
	if err != nil {
		return nil, err
	}
	t, first, err := takeApart(req)
	if err != nil {
		return nil, err
	}
	first.body, first.credentials = body, credentials
	again, err := t.request(req.Context(), signer, first)
	if err == nil && !isSame(req, again) {
		err = errors.New("a request made from the template is another one")
	}
	return t, err
}

// readBody returns the body of req, and leaves it to be read again.
func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(body))
	return body, err
}

// takeApart returns the template of a request of the SDK's, and what the request has of its
// own: all but the body and the credentials.
func takeApart(req *http.Request) (*template, *attempt, error) {
	// AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261201/us-east-1/dynamodb/aws4_request, …
	_, scope, _ := strings.Cut(req.Header.Get(authorizationHeader), "Credential=")
	scope, _, _ = strings.Cut(scope, ",")
	parts := strings.Split(scope, "/")
	if len(parts) < 5 {
		return nil, nil, errors.New("the request is not signed as usual")
	}
	signedAt, err := time.Parse(timeFormat, req.Header.Get(dateHeader))
	if err != nil {
		return nil, nil, err
	}
	number := req.Header.Get(numberHeader)
	t := &template{blank: *req, region: parts[len(parts)-3], service: parts[len(parts)-2]}
	if t.number, _, _ = strings.Cut(number, "; ttl="); t.number != "attempt=1" && !strings.HasPrefix(t.number, "attempt=1;") {
		return nil, nil, errors.New("the request is not a first attempt, or may be one of many")
	}
	for name, values := range req.Header {
		if len(values) != 1 {
			return nil, nil, errors.New("a header has not exactly one value")
		}
		if !ownHeaders[name] {
			t.headers = append(t.headers, header{name, values[0]})
		}
	}
	t.blank.Header, t.blank.Body, t.blank.GetBody = nil, nil, nil
	t.blank = *t.blank.WithContext(context.Background()) // the caller's is not kept
	return t, &attempt{signedAt: signedAt, invocation: req.Header.Get(invocationHeader), number: number}, nil
}

// isSame reports whether two requests differ in nothing but their bodies and contexts.
func isSame(a, b *http.Request) bool {
	bare := func(req *http.Request) *http.Request {
		r := req.WithContext(context.Background())
		r.URL, r.Header, r.Body, r.GetBody = nil, nil, nil, nil
		return r
	}
	return reflect.DeepEqual(bare(a), bare(b)) && reflect.DeepEqual(a.URL, b.URL) && maps.EqualFunc(a.Header, b.Header, slices.Equal)
}
