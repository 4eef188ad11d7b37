//go:build !dynamoconn_nodirect

package direct

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

func fieldsOf(value any) map[string]bool {
	names := make(map[string]bool)
	for i := range reflect.TypeOf(value).NumField() {
		names[reflect.TypeOf(value).Field(i).Name] = true
	}
	return names
}

// signedRequest returns a request of the SDK's client as its HTTP client gets it.
func signedRequest(t *testing.T) *http.Request {
	t.Helper()
	var signed *http.Request
	w := wiretest.New()
	h := newHouse(t, wiretest.Func(func(req *http.Request) (*http.Response, error) {
		signed = req
		return w.Do(req)
	}))
	_, err := h.get(t.Context(), &body{})
	require.NoError(t, err)
	body, err := signed.GetBody()
	require.NoError(t, err)
	signed.Body = body
	return signed
}

// If the SDK's requests come to have something that the template lacks, nothing goes the
// direct way.
func TestRequestThatDoesNotFitTeachesNothing(t *testing.T) {
	t.Parallel()

	for name, change := range map[string]func(*http.Request){
		"a header that is not signed":   func(req *http.Request) { req.Header.Set("X-Amz-New", "1") },
		"a header with two values":      func(req *http.Request) { req.Header["Content-Type"] = []string{"a", "b"} },
		"another signature":             func(req *http.Request) { req.Header.Set(authorizationHeader, req.Header.Get(authorizationHeader)+"0") },
		"no signature":                  func(req *http.Request) { req.Header.Del(authorizationHeader) },
		"no date":                       func(req *http.Request) { req.Header.Del(dateHeader) },
		"a second attempt":              func(req *http.Request) { req.Header.Set(numberHeader, "attempt=2; max=3") },
		"a query":                       func(req *http.Request) { req.URL.RawQuery = "a=b" },
		"another host in the signature": func(req *http.Request) { req.Host = "elsewhere" },
		"another method":                func(req *http.Request) { req.Method = http.MethodPut },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := signedRequest(t)
			change(req)
			l := &lesson{signer: usualOptions().HTTPSignerV4, credentials: exampleKeys.Credentials}
			l.of(req)
			assert.Nil(t, l.learnt)
		})
	}
}

func TestTemplatesAreBounded(t *testing.T) {
	t.Parallel()

	var ts templates
	for n := range 3 * mostTemplates {
		ts.add(templateKey{arn: fmt.Sprint(n)}, &template{})
		require.LessOrEqual(t, len(*ts.known.Load()), mostTemplates)
	}
}

// The unchanged request teaches: each change above is what keeps the other from it.
func TestRequestThatFitsTeaches(t *testing.T) {
	t.Parallel()

	l := &lesson{signer: usualOptions().HTTPSignerV4, credentials: exampleKeys.Credentials}
	l.of(signedRequest(t))
	assert.NotNil(t, l.learnt)
}

// Every action of which the root package has a request can go the direct way.
func TestEveryActionIsRehearsed(t *testing.T) {
	t.Parallel()

	for action := range rehearsals {
		h := newHouse(t, wiretest.Script(t))
		for _, arn := range []string{"", "arn:aws:dynamodb:us-east-1:999999999999:table/Music"} {
			r := &Request{Action: action, Credentials: exampleKeys}
			assert.NotNil(t, h.path.learn(t.Context(), templateKey{action: action, arn: arn}, r, exampleKeys.Credentials), action)
		}
	}
}

// A client of a request that cannot be learnt from sends it the ordinary way, and does not try
// again and again.
func TestWhatCannotBeLearntIsTriedOnce(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	h := newHouse(t, w)
	var rehearsed int
	h.path.sdk = dynamodb.New(h.sdk.Options(), func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			rehearsed++
			return smithyhttp.AddHeaderValue("X-New", "1")(stack) // before the signature, so the template has it
		}, func(stack *middleware.Stack) error {
			return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("late", func(
				ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
			) (middleware.FinalizeOutput, middleware.Metadata, error) {
				in.Request.(*smithyhttp.Request).Header.Set("X-Late", "1") // after the signature
				return next.HandleFinalize(ctx, in)
			}), middleware.After)
		})
	})
	for range 3 {
		done, err := h.get(t.Context(), &body{})
		require.NoError(t, err)
		assert.False(t, done)
	}
	assert.Equal(t, 1, rehearsed)
	assert.Len(t, w.Requests(), 3)
}

// The memory of a signature is used again. Nothing of one request goes into another.
func TestSignatureTakesNothingFromTheOneBefore(t *testing.T) {
	t.Parallel()

	template, first, err := takeApart(signedRequest(t))
	require.NoError(t, err)
	first.credentials = aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}
	withToken := *first
	withToken.credentials.SessionToken = "token"
	withToken.body = []byte("longer")
	signer := v4.NewSigner()
	want, err := template.request(t.Context(), signer, first)
	require.NoError(t, err)
	assert.NotContains(t, want.Header, tokenHeader)
	for range 20 { // the memory may be another one
		other, err := template.request(t.Context(), signer, &withToken)
		require.NoError(t, err)
		assert.Equal(t, "token", other.Header.Get(tokenHeader))
		again, err := template.request(t.Context(), signer, first)
		require.NoError(t, err)
		assert.Equal(t, want.Header, again.Header)
		assert.NotEqual(t, other.Header.Get(authorizationHeader), again.Header.Get(authorizationHeader))
	}
}
