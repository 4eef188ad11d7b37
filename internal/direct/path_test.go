//go:build !dynamoconn_nodirect

package direct

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/transport"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// house is an SDK client with a path beside it, as the root package makes them.
type house struct {
	t    *testing.T
	sdk  *dynamodb.Client
	path *Path
}

// static are credentials that come from the environment, as the user agent says.
type static struct{ aws.Credentials }

func (s static) Retrieve(context.Context) (aws.Credentials, error) { return s.Credentials, nil }

func (static) ProviderSources() []aws.CredentialSource {
	return []aws.CredentialSource{aws.CredentialSourceEnvVars}
}

var exampleKeys = static{aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "SECRET"}}

func newHouse(t *testing.T, next transport.Doer, settings ...func(*dynamodb.Options)) *house {
	t.Helper()
	h := &house{t: t}
	options := append([]func(*dynamodb.Options){func(o *dynamodb.Options) {
		o.Region = "us-east-1"
		o.Credentials = exampleKeys
		o.Retryer = retry.NewStandard(3)
	}}, settings...)
	options = append(options, func(o *dynamodb.Options) {
		retryer := retry.NewRetryer(o.Retryer)
		h.path = NewPath(*o, &transport.Exchange{Next: next, LargestAnswer: 1 << 20}, retryer)
		o.Retryer, o.HTTPClient = retryer, h.path
		o.APIOptions = append(o.APIOptions, retry.AddTo, AddTo)
	})
	h.sdk = dynamodb.New(dynamodb.Options{}, options...)
	h.path.Beside(h.sdk)
	return h
}

// body takes every answer.
type body struct {
	text    string
	refuses bool
}

func (b *body) Buffer() []byte { return nil }

func (b *body) Read(text []byte) bool {
	b.text = string(text)
	return !b.refuses
}

const getBody = `{"ConsistentRead":false,"Key":{"ID":{"S":"a"}},"TableName":"Music"}`

// get makes a GetItem as the root package does, and reports whether it ended on the direct way.
func (h *house) get(ctx context.Context, reader *body) (done bool, err error) {
	h.t.Helper()
	return h.getFrom(ctx, "Music", exampleKeys, reader)
}

func (h *house) getFrom(ctx context.Context, table string, keys aws.CredentialsProvider, reader *body) (done bool, err error) {
	h.t.Helper()
	ctx, _ = retry.With(ctx, retry.Policy{})
	r := &Request{Action: "GetItem", Body: []byte(strings.Replace(getBody, "Music", table, 1)), Credentials: keys}
	r.Tables = []string{table}
	ordinary, done := h.path.Send(ctx, r, reader)
	if done {
		return true, nil
	}
	_, err = h.sdk.GetItem(ordinary, &dynamodb.GetItemInput{
		TableName: &table, ConsistentRead: aws.Bool(false), Key: map[string]types.AttributeValue{"ID": &types.AttributeValueMemberS{Value: "a"}},
	}, func(o *dynamodb.Options) { o.Credentials = keys })
	return false, err
}

func TestEveryRequestGoesTheDirectWay(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	h := newHouse(t, w)
	for range 3 {
		got := &body{}
		done, err := h.get(t.Context(), got)
		require.NoError(t, err)
		assert.True(t, done)
		assert.Equal(t, wiretest.DoneBody("GetItem"), got.text)
	}
	assert.Len(t, w.Requests(), 3, "what the client learns from is not sent")
}

// Each setting makes requests that differ from those of the others.
var carriedSettings = map[string]func(*dynamodb.Options){
	"none":                    func(*dynamodb.Options) {},
	"another region":          func(o *dynamodb.Options) { o.Region = "cn-north-1" },
	"FIPS":                    func(o *dynamodb.Options) { o.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled },
	"dual stack":              func(o *dynamodb.Options) { o.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled },
	"an endpoint with a path": func(o *dynamodb.Options) { o.BaseEndpoint = aws.String("http://localhost:8000/db one/%41") },
	"the name of the program": func(o *dynamodb.Options) { o.AppID = "music app" },
	"a session token":         withKeys(aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", SessionToken: "TOKEN"}),
	"an account":              withKeys(aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", AccountID: "123456789012"}),
	"an account that is not used": func(o *dynamodb.Options) {
		withKeys(aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", AccountID: "123456789012"})(o)
		o.AccountIDEndpointMode = aws.AccountIDEndpointModeDisabled
	},
	"an account that is required": func(o *dynamodb.Options) {
		withKeys(aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", AccountID: "123456789012"})(o)
		o.AccountIDEndpointMode = aws.AccountIDEndpointModeRequired
	},
	"no bound of attempts": func(o *dynamodb.Options) { o.Retryer = retry.NewStandard(0) },
	"many attempts":        func(o *dynamodb.Options) { o.RetryMaxAttempts = 7 },
	"clocks as they are":   func(o *dynamodb.Options) { o.DisableClockSkewCorrection = true },
}

func withKeys(keys aws.Credentials) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) { o.Credentials = static{keys} }
}

// The request of the direct way and that of the SDK's client differ in nothing but the ID of
// the call.
func TestDirectRequestIsTheSDKs(t *testing.T) {
	t.Parallel()

	for _, table := range []string{"Music", "arn:aws:dynamodb:us-east-1:999999999999:table/Music"} {
		for name, setting := range carriedSettings {
			t.Run(name+" "+table[:3], func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { // time stands still, so the signatures are of the same second
					w := wiretest.New(wiretest.AllDone("Date", time.Now().Add(10*time.Minute).UTC().Format(http.TimeFormat)))
					h := newHouse(t, w, setting)
					keys := h.sdk.Options().Credentials
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					defer cancel()

					for range 2 { // the second knows the server's clock
						done, err := h.getFrom(ctx, table, keys, &body{})
						require.NoError(t, err)
						require.True(t, done)
					}
					h.path.supported = false
					for range 2 { // likewise
						_, err := h.getFrom(ctx, table, keys, &body{})
						require.NoError(t, err)
					}

					sent := w.Requests()
					require.Len(t, sent, 4)
					direct, sdk := sent[1], sent[3]
					assert.NotEqual(t, direct.Header.Get(invocationHeader), sdk.Header.Get(invocationHeader))
					assert.Equal(t, sdk.URL, direct.URL)
					assert.Equal(t, sdk.Body, direct.Body)
					assert.Equal(t, signatureOf(t, h, sdk, direct), direct.Header.Get(authorizationHeader))
					for _, differs := range []string{invocationHeader, authorizationHeader} {
						direct.Header.Del(differs)
						sdk.Header.Del(differs)
					}
					assert.Equal(t, sdk.Header, direct.Header)
				})
			})
		}
	}
}

// signatureOf returns the Authorization that the SDK's signer gives the request of the SDK's
// client if it has the ID of the other.
func signatureOf(t *testing.T, h *house, sdk, direct wiretest.Request) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, sdk.URL, strings.NewReader(sdk.Body))
	require.NoError(t, err)
	req.Header = sdk.Header.Clone()
	req.Header.Del(authorizationHeader)
	req.Header.Set(invocationHeader, direct.Header.Get(invocationHeader))
	at, err := time.Parse(timeFormat, sdk.Header.Get(dateHeader))
	require.NoError(t, err)
	keys, err := h.sdk.Options().Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.sdk.Options().HTTPSignerV4.SignHTTP(t.Context(), keys, req, hashOf([]byte(sdk.Body)), "dynamodb", sdk.Region, at))
	return req.Header.Get(authorizationHeader)
}

func TestFailedAttemptGoesOnWithTheSDK(t *testing.T) {
	t.Parallel()

	broken := errors.New("connection broken")
	for name, first := range map[string]wiretest.Answer{
		"a status":     wiretest.Refuse(500, "InternalServerError", "again", "ID"),
		"a throttle":   wiretest.Refuse(400, "ThrottlingException", "slow down", "ID"),
		"no answer":    wiretest.Break(broken),
		"a bad answer": wiretest.Reply(200, "{"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := wiretest.Script(t, first, wiretest.AllDone())
				h := newHouse(t, w)

				ctx, record := retry.With(t.Context(), retry.Policy{})
				reader := &body{refuses: true}
				ordinary, done := h.path.Send(ctx, &Request{Action: "GetItem", Body: []byte(getBody), Credentials: exampleKeys}, reader)
				require.False(t, done)
				_, err := h.sdk.GetItem(ordinary, &dynamodb.GetItemInput{TableName: aws.String("Music"), Key: map[string]types.AttributeValue{}})
				require.NoError(t, err)
				sent := w.Requests()
				assert.Equal(t, "attempt=1; max=3", sent[0].Header.Get(numberHeader))
				assert.Equal(t, "attempt=2; max=3", sent[1].Header.Get(numberHeader))
				assert.Equal(t, sent[0].Header.Get(invocationHeader), sent[1].Header.Get(invocationHeader), "both are of one call")
				assert.Len(t, record.Tries(), 2)
			})
		})
	}
}

// The end of the caller's context is told as the SDK tells it, also if the attempt was made on
// the direct way.
func TestContextThatEndsInTheFirstAttempt(t *testing.T) {
	t.Parallel()

	var texts []string
	for _, supported := range []bool{true, false} {
		h := newHouse(t, wiretest.New(wiretest.Hang))
		h.path.supported = supported
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := h.get(ctx, &body{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var canceled *smithy.CanceledError
		assert.ErrorAs(t, err, &canceled)
		texts = append(texts, err.Error())
	}
	assert.Equal(t, texts[1], texts[0])
}

// An answer that the reader does not take, and that is one all the same, is decoded by the SDK.
func TestAnswerThatTheReaderRefusesIsTheSDKs(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	h := newHouse(t, w)
	for range 3 {
		done, err := h.get(t.Context(), &body{refuses: true})
		require.NoError(t, err)
		assert.False(t, done)
	}
	assert.Len(t, w.Requests(), 3, "nothing is sent twice")
}

func TestErrorOfTheCredentialsIsToldOnce(t *testing.T) {
	t.Parallel()

	asked := 0
	sealed := errors.New("vault is sealed")
	keys := aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
		if kept, err, ok := retry.From(ctx).TakeCredentials(); ok {
			return kept, err
		}
		asked++
		return aws.Credentials{}, sealed
	})
	h := newHouse(t, wiretest.Script(t))
	_, err := h.getFrom(t.Context(), "Music", keys, &body{})
	assert.ErrorIs(t, err, sealed)
	assert.Equal(t, 1, asked)
}

// The SDK takes the address of several tables from any one of them.
func TestARNAmongSeveralTablesIsNotCarried(t *testing.T) {
	t.Parallel()

	h := newHouse(t, wiretest.New())
	for _, test := range []struct {
		tables []string
		want   bool
	}{
		{[]string{"A", "B"}, true},
		{[]string{"arn:aws:dynamodb:us-east-1:999999999999:table/A"}, true},
		{[]string{"arn:aws:dynamodb:us-east-1:999999999999:table/A", "B"}, false},
		{[]string{"A", "arn:aws:dynamodb:us-east-1:999999999999:table/B"}, false},
	} {
		_, done := h.path.Send(t.Context(), &Request{Action: "BatchGetItem", Tables: test.tables, Credentials: exampleKeys}, &body{})
		assert.Equal(t, test.want, done, test.tables)
	}
}

// The address of a request may name the account of its credentials.
func TestAccountsShareNoTemplate(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	h := newHouse(t, w)
	for _, account := range []string{"111111111111", "222222222222"} {
		keys := static{aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", AccountID: account}}
		done, err := h.getFrom(t.Context(), "Music", keys, &body{})
		require.NoError(t, err)
		require.True(t, done)
		assert.Contains(t, w.Take()[0].URL, account)
	}
}

// Requests go the direct way in AWS Lambda too, where each has the ID of its invocation.
func TestTraceOfLambdaIsCarried(t *testing.T) {
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "function")
	w := wiretest.New()
	h := newHouse(t, w)
	for _, id := range []string{"Root=1-a;Parent=1", "Root=1-b;Parent=1"} {
		t.Setenv("_X_AMZN_TRACE_ID", id)
		done, err := h.get(t.Context(), &body{})
		require.NoError(t, err)
		assert.True(t, done)
		assert.Equal(t, id, w.Take()[0].Header.Get(traceHeader))
	}
}

func TestEndedContextSendsNothing(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	h := newHouse(t, w)
	_, err := h.get(t.Context(), &body{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = h.get(ctx, &body{})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Len(t, w.Requests(), 1)
}

// An HTTP client that changes the values of a request in place changes that request only.
func TestTemplateCannotBeChanged(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	vandal := wiretest.Func(func(req *http.Request) (*http.Response, error) {
		resp, err := w.Do(req)
		for _, values := range req.Header {
			values[0] = "changed"
		}
		req.URL.Host = "changed"
		return resp, err
	})
	h := newHouse(t, vandal)
	for range 4 {
		_, err := h.get(t.Context(), &body{})
		require.NoError(t, err)
	}
	sent := w.Requests()
	for _, r := range sent[1:] {
		assert.Equal(t, sent[0].URL, r.URL)
		assert.Equal(t, sent[0].Header.Get("User-Agent"), r.Header.Get("User-Agent"))
	}
}
