package direct

import (
	"cmp"
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

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// templateKey is what the template of a request depends on.
type templateKey struct {
	action  string
	arn     string // of the table if it is given so: it may name the account of the address
	account string // of the credentials: likewise
	sources string // of the credentials: they are in the user agent
}

// sourcesOf returns where credentials come from, as text.
func sourcesOf(provider aws.CredentialsProvider) string {
	var text []byte
	for _, s := range sources(provider) {
		text = append(text, byte(s))
	}
	return string(text)
}

func sources(provider aws.CredentialsProvider) []aws.CredentialSource {
	if source, ok := provider.(aws.CredentialProviderSource); ok {
		return source.ProviderSources()
	}
	return nil
}

// templates are those of a client. The zero value has none.
type templates struct {
	known atomic.Pointer[map[templateKey]*template]
	mu    sync.Mutex // of those who add one
}

// mostTemplates bounds what a program can make a client remember by going through accounts
// or ARNs.
const mostTemplates = 1000

// find returns the template of a key, nil if the requests do not fit into one, and false if
// that is still to be found out.
func (ts *templates) find(key templateKey) (t *template, known bool) {
	if all := ts.known.Load(); all != nil {
		t, known = (*all)[key]
	}
	return t, known
}

// add enters a template, or nil for requests that do not fit into one.
func (ts *templates) add(key templateKey, t *template) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	all := make(map[templateKey]*template)
	if known := ts.known.Load(); known != nil && len(*known) < mostTemplates {
		all = maps.Clone(*known)
	}
	all[key] = t
	ts.known.Store(&all)
}

// lesson is a request that the SDK's client puts together to show what its requests are like. It
// is not sent.
type lesson struct {
	signer      dynamodb.HTTPSignerV4
	credentials aws.Credentials
	learnt      *template
}

// errLesson is what a lesson comes to for the SDK's client.
type errLesson struct{}

// Error says that the request was no real one.
func (errLesson) Error() string { return "the request was made to learn from it, and not sent" }

// RetryableError tells the SDK's retryers not to try it again.
func (errLesson) RetryableError() bool { return false }

// learn returns the template of the requests for a key, or nil, and enters it.
func (p *Path) learn(ctx context.Context, key templateKey, r *Request, credentials aws.Credentials) *template {
	l := &lesson{signer: p.signer, credentials: credentials}
	// It waits for nothing, so the end of the caller's context does not matter. Its attempt
	// belongs to no record of a real request.
	apart, _ := retry.With(context.WithValue(context.WithoutCancel(ctx), lessonKey{}, l), retry.Policy{})
	if rehearse, ok := rehearsals[r.Action]; ok {
		_ = rehearse(apart, p.sdk, cmp.Or(key.arn, "T"), func(o *dynamodb.Options) {
			o.Credentials = fixedCredentials{credentials, r.Credentials}
		})
	}
	p.templates.add(key, l.learnt)
	return l.learnt
}

// fixedCredentials are credentials that a provider gave.
type fixedCredentials struct {
	credentials aws.Credentials
	provider    aws.CredentialsProvider
}

// Retrieve returns the credentials.
func (f fixedCredentials) Retrieve(context.Context) (aws.Credentials, error) {
	return f.credentials, nil
}

// ProviderSources tells the SDK where the credentials come from.
func (f fixedCredentials) ProviderSources() []aws.CredentialSource { return sources(f.provider) }

// of enters the template of the request that the SDK's client is about to send, if a request
// made from the template is the same.
func (l *lesson) of(req *http.Request) {
	body, err := readBody(req)
	if err != nil {
		return
	}
	t, first, err := takeApart(req)
	if err != nil {
		return
	}
	first.body, first.credentials = body, l.credentials
	if again, err := t.request(req.Context(), l.signer, first); err == nil && isSame(req, again) {
		l.learnt = t
	}
}

func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	return io.ReadAll(req.Body)
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
		return nil, nil, errors.New("the request is not a first attempt")
	}
	for name, values := range req.Header {
		if len(values) != 1 {
			return nil, nil, errors.New("a header has not exactly one value")
		}
		if !ownHeaders[name] {
			t.headers = append(t.headers, newHeader(name, values[0]))
		}
	}
	t.blank.Header, t.blank.Body, t.blank.GetBody = nil, nil, nil
	t.blank = *t.blank.WithContext(context.Background()) // the caller's is not kept
	target := *req.URL
	t.blank.URL = &target
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
