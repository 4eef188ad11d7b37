package direct

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
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

type header struct{ name, value string }

// attempt is what one request has of its own.
type attempt struct {
	body        []byte
	credentials aws.Credentials
	signedAt    time.Time
	invocation  string
	number      string
}

// request puts a request together and signs it. Whoever sends it adds the body.
func (t *template) request(ctx context.Context, signer dynamodb.HTTPSignerV4, a *attempt) (*http.Request, error) {
	req := t.blank.WithContext(ctx)
	target := *t.blank.URL
	req.URL = &target
	req.ContentLength = int64(len(a.body))
	req.Header = make(http.Header, len(t.headers)+len(ownHeaders))
	// Each request has values of its own, so that nobody can change the template by them.
	values := make([]string, 0, len(t.headers)+2)
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
	return req, signer.SignHTTP(ctx, a.credentials, req, hashOf(a.body), t.service, t.region, a.signedAt)
}

// hashOf returns the hash of a body, as a signature has it.
func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
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
