package direct

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyrand "github.com/aws/smithy-go/rand"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The headers that differ from one attempt to another. The signer writes the last three.
const (
	invocationHeader    = "Amz-Sdk-Invocation-Id"
	numberHeader        = "Amz-Sdk-Request"
	traceHeader         = "X-Amzn-Trace-Id"
	dateHeader          = "X-Amz-Date"
	tokenHeader         = "X-Amz-Security-Token" //nolint:gosec // the name of a header
	authorizationHeader = "Authorization"

	lowerInvocationHeader = "amz-sdk-invocation-id"
	lowerNumberHeader     = "amz-sdk-request"
)

var ownHeaders = map[string]bool{
	invocationHeader: true, numberHeader: true, traceHeader: true, dateHeader: true, tokenHeader: true, authorizationHeader: true,
}

// timeFormat is how headers write a time.
const timeFormat = "20060102T150405Z"

// template is what all requests of an API action have in common.
type template struct {
	blank   http.Request // without headers, body and context
	headers []header
	service string // the scope of the signature
	region  string
	number  string // the header of a first attempt
}

// header is a header with one value. lower is its name as a signature has it, or "" if no
// signature covers it.
type header struct{ name, lower, value string }

// newHeader returns a header. The signer leaves out the user agent.
func newHeader(name, value string) header {
	if name == "User-Agent" {
		return header{name: name, value: value}
	}
	return header{name, strings.ToLower(name), value}
}

// attempt is what one request has of its own.
type attempt struct {
	body        []byte
	credentials aws.Credentials
	signedAt    time.Time
	invocation  string
	number      string
}

// made is a request with what it points to.
type made struct {
	request http.Request
	target  url.URL
	values  [12]string // of its headers
}

// signings has requests that only the signer sees. It makes the names of headers lower case,
// which takes memory for each that is not.
var signings = sync.Pool{New: func() any { return &made{request: http.Request{Header: make(http.Header)}} }}

// request puts a request together and signs it. Whoever sends it adds the body.
func (t *template) request(ctx context.Context, signer dynamodb.HTTPSignerV4, a *attempt) (*http.Request, error) {
	m := &made{request: *t.blank.WithContext(ctx), target: *t.blank.URL}
	req := &m.request
	req.URL = &m.target
	req.ContentLength = int64(len(a.body))
	req.Header = make(http.Header, t.headersOf(a)) // up to 8 take half of the memory
	// Each request has values of its own, so that nobody can change the template by them.
	values := m.values[:0]
	set := func(name, value string) {
		values = append(values, value)
		req.Header[name] = values[len(values)-1 : len(values) : len(values)]
	}
	for _, h := range t.headers {
		set(h.name, h.value)
	}
	set(invocationHeader, a.invocation)
	set(numberHeader, a.number)
	if err := addTrace(ctx, req); err != nil {
		return nil, err
	}
	signed, err := t.sign(ctx, signer, a)
	if err != nil {
		return nil, err
	}
	for _, name := range [...]string{dateHeader, tokenHeader, authorizationHeader} {
		if value := signed.request.Header[name]; len(value) > 0 {
			set(name, value[0])
		}
	}
	req.Host, m.target.RawQuery = signed.request.Host, signed.target.RawQuery
	clear(signed.request.Header)
	signings.Put(signed)
	return req, nil
}

// headersOf returns the number of headers that a request has, as a rule.
func (t *template) headersOf(a *attempt) int {
	n := len(t.headers) + len([...]string{invocationHeader, numberHeader, dateHeader, authorizationHeader})
	if a.credentials.SessionToken != "" {
		n++
	}
	return n
}

// sign returns a request that is signed as one of the template, and has the headers that the
// signer writes. It has the others that are signed, by names in lower case.
func (t *template) sign(ctx context.Context, signer dynamodb.HTTPSignerV4, a *attempt) (*made, error) {
	m := signings.Get().(*made)
	headers := m.request.Header
	m.request, m.target = t.blank, *t.blank.URL
	m.request.URL, m.request.Header, m.request.ContentLength = &m.target, headers, int64(len(a.body))
	values := m.values[:0]
	set := func(name, value string) {
		values = append(values, value)
		headers[name] = values[len(values)-1 : len(values) : len(values)]
	}
	for _, h := range t.headers {
		if h.lower != "" {
			set(h.lower, h.value)
		}
	}
	set(lowerInvocationHeader, a.invocation)
	set(lowerNumberHeader, a.number)
	return m, signer.SignHTTP(ctx, a.credentials, &m.request, hashOf(a.body), t.service, t.region, a.signedAt)
}

// hashOf returns the hash of a body, as a signature has it.
func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], sum[:])
	return string(text[:])
}

// addTrace adds the header by which AWS Lambda notices that functions call each other in a
// circle.
func addTrace(ctx context.Context, req *http.Request) error {
	if _, ok := os.LookupEnv("AWS_LAMBDA_FUNCTION_NAME"); !ok {
		return nil
	}
	end := func(context.Context, middleware.BuildInput) (middleware.BuildOutput, middleware.Metadata, error) {
		return middleware.BuildOutput{}, middleware.Metadata{}, nil
	}
	in := middleware.BuildInput{Request: &smithyhttp.Request{Request: req}}
	_, _, err := (&awsmiddleware.RecursionDetection{}).HandleBuild(ctx, in, middleware.BuildHandlerFunc(end))
	return err
}

// firstAttempt returns the header that counts the attempts. If the server's clock is ahead,
// it also says when the call ends, as the SDK's does.
func (t *template) firstAttempt(ctx context.Context, skew time.Duration) string {
	if end, ok := ctx.Deadline(); ok && skew > 0 {
		return t.number + "; ttl=" + end.Add(skew).Format(timeFormat)
	}
	return t.number
}

// newInvocation returns the ID of a call.
func newInvocation() (string, error) { return smithyrand.NewUUID(rand.Reader).GetUUID() }
