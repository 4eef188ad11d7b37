package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// counted is a provider of numbered credentials that do not expire.
type counted struct {
	calls atomic.Int64
	err   error
}

func (c *counted) Retrieve(context.Context) (aws.Credentials, error) {
	n := c.calls.Add(1)
	return aws.Credentials{AccessKeyID: fmt.Sprint("AKID", n), SecretAccessKey: "SECRET"}, c.err
}

func signers(w *wire) []string {
	var ids []string
	for _, req := range w.requests() {
		var id string
		_, _ = fmt.Sscanf(req.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=%s", &id)
		ids = append(ids, id[:max(0, len(id)-len("/20060102/us-east-1/dynamodb/aws4_request,"))])
	}
	return ids
}

func TestStaticCredentialsSign(t *testing.T) {
	t.Parallel()

	for _, token := range []string{"", "TOKEN"} {
		w := &wire{}
		_, err := wireClient(t, w, dynamoconn.WithStaticCredentials("AKIDSTATIC", "SECRETSTATIC", token)).GetItem(t.Context(), getMusic())
		require.NoError(t, err)
		require.Equal(t, []string{"AKIDSTATIC"}, signers(w))
		assert.Equal(t, token, w.requests()[0].Header.Get("X-Amz-Security-Token"))
		signed := w.requests()[0].Header.Get("Authorization")
		if token != "" {
			assert.Contains(t, signed, "x-amz-security-token", "the token is signed")
		}
		assert.NotContains(t, fmt.Sprint(w.requests()), "SECRETSTATIC")
	}
}

func TestProviderIsAskedOnce(t *testing.T) {
	t.Parallel()

	given, configured := &counted{}, &counted{}
	cfg := wireConfig()
	cfg.Credentials = configured
	for p, opt := range map[*counted]dynamoconn.Option{given: dynamoconn.WithCredentials(given), configured: dynamoconn.WithAWSConfig(cfg)} {
		w := &wire{}
		client := wireClient(t, w, opt)
		assert.Zero(t, p.calls.Load(), "New asks for nothing")
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				_, err := client.GetItem(t.Context(), getMusic(), dynamoconn.InRegion([]dynamoconn.Region{"us-east-1", "eu-west-1"}[i%2]))
				assert.NoError(t, err)
			})
		}
		all.Wait()
		assert.EqualValues(t, 1, p.calls.Load(), "regions share the credentials")
		assert.Len(t, w.requests(), 20)
	}
}

func TestUsingCredentialsForOneCall(t *testing.T) {
	t.Parallel()

	w := &wire{}
	client := wireClient(t, w)
	other := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIDOTHER", SecretAccessKey: "SECRET", SessionToken: "TOKENOTHER"}, nil
	})
	for _, opts := range [][]dynamoconn.CallOption{nil, {dynamoconn.UsingCredentials(other)}, nil} {
		_, err := client.GetItem(t.Context(), getMusic(), opts...)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"AKIDEXAMPLE", "AKIDOTHER", "AKIDEXAMPLE"}, signers(w))
	assert.Equal(t, "TOKENOTHER", w.requests()[1].Header.Get("X-Amz-Security-Token"))
	assert.Empty(t, w.requests()[2].Header.Get("X-Amz-Security-Token"))

	_, err := client.GetItem(t.Context(), getMusic(), dynamoconn.UsingCredentials(nil))
	assert.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.Len(t, w.requests(), 3)
}

func TestAnonymousCallsAreNotSigned(t *testing.T) {
	t.Parallel()

	w := &wire{}
	_, err := wireClient(t, w, dynamoconn.WithCredentials(aws.AnonymousCredentials{})).GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	require.Len(t, w.requests(), 1)
	assert.Empty(t, w.requests()[0].Header.Get("Authorization"))
}

func TestCredentialsThatCannotBeHad(t *testing.T) {
	t.Parallel()

	broken := errors.New("vault is sealed")
	none := wireConfig()
	none.Credentials = nil
	bySDK := dynamoconn.WithSDKOptions(func(o *dynamodb.Options) { o.Credentials = &counted{err: broken} })
	tests := map[string]struct {
		opts  []dynamoconn.Option
		call  []dynamoconn.CallOption
		cause error
	}{
		"the provider fails":           {opts: []dynamoconn.Option{dynamoconn.WithCredentials(&counted{err: broken})}, cause: broken},
		"the call's provider fails":    {call: []dynamoconn.CallOption{dynamoconn.UsingCredentials(&counted{err: broken})}, cause: broken},
		"the SDK options' one fails":   {opts: []dynamoconn.Option{bySDK}, cause: broken},
		"the configuration holds none": {opts: []dynamoconn.Option{dynamoconn.WithAWSConfig(none)}},
		"its own deadline, not ours":   {opts: []dynamoconn.Option{dynamoconn.WithCredentials(&counted{err: context.DeadlineExceeded})}, cause: context.DeadlineExceeded},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &wire{}
			_, err := wireClient(t, w, test.opts...).PutItem(t.Context(), putMusic(), test.call...)
			require.ErrorIs(t, err, dynamoconn.ErrCredentials)
			assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
			if test.cause != nil {
				assert.ErrorIs(t, err, test.cause)
			}
			var e *dynamoconn.Error
			require.ErrorAs(t, err, &e)
			assert.Zero(t, e.Attempts)
			assert.Empty(t, w.requests())
		})
	}
}

func TestCallerLeavesWhileCredentialsAreFetched(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	slow := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		cancel()
		select {
		case <-release:
		case <-time.After(10 * time.Second):
		}
		return aws.Credentials{}, errors.New("released")
	})
	_, err := wireClient(t, &wire{}, dynamoconn.WithCredentials(slow)).PutItem(ctx, putMusic())
	assert.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, dynamoconn.ErrCredentials, "nothing is wrong with them")
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
}

func TestNoCredentialsAnywhere(t *testing.T) {
	noEnvironment(t)
	w := &wire{}
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"), dynamoconn.WithHTTPClient(w))
	require.NoError(t, err)
	_, err = client.GetItem(t.Context(), getMusic())
	assert.ErrorIs(t, err, dynamoconn.ErrCredentials)
	assert.Empty(t, w.requests())
}

// A provider's own time-out once passed for a network's, and was tried ten times.
func TestFailedProviderIsAskedOnce(t *testing.T) {
	t.Parallel()

	slow := &counted{err: context.DeadlineExceeded}
	_, err := wireClient(t, &wire{}, dynamoconn.WithCredentials(slow)).GetItem(t.Context(), getMusic())
	require.ErrorIs(t, err, dynamoconn.ErrCredentials)
	assert.EqualValues(t, 1, slow.calls.Load())
}

// fakeSTS answers AssumeRole and keeps what it was asked.
func fakeSTS(t *testing.T, status int, body string) (endpoint string, asked func() []url.Values) {
	t.Helper()
	var mu sync.Mutex
	var forms []url.Values
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		mu.Lock()
		r.PostForm.Set("Authorization", r.Header.Get("Authorization"))
		forms = append(forms, r.PostForm)
		mu.Unlock()
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []url.Values {
		mu.Lock()
		defer mu.Unlock()
		return forms
	}
}

func TestAssumedRole(t *testing.T) {
	noEnvironment(t)
	endpoint, asked := fakeSTS(t, 200, fmt.Sprintf(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>AKIDROLE</AccessKeyId><SecretAccessKey>SECRETROLE</SecretAccessKey><SessionToken>TOKENROLE</SessionToken><Expiration>%s</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339)))
	t.Setenv("AWS_ENDPOINT_URL_STS", endpoint)

	const arn = "arn:aws:iam::123456789012:role/reader"
	tests := map[string]struct {
		role dynamoconn.AssumedRole
		want url.Values
	}{
		"all fields": {
			dynamoconn.AssumedRole{RoleARN: arn, SessionName: "nightly", ExternalID: "ticket-7", Duration: time.Hour},
			url.Values{"RoleArn": {arn}, "RoleSessionName": {"nightly"}, "ExternalId": {"ticket-7"}, "DurationSeconds": {"3600"}},
		},
		"only the role": {
			dynamoconn.AssumedRole{RoleARN: arn},
			url.Values{"RoleArn": {arn}, "DurationSeconds": {"900"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := &wire{}
			before := len(asked())
			client, err := dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"), dynamoconn.WithHTTPClient(w),
				dynamoconn.WithStaticCredentials("AKIDBASE", "SECRETBASE", ""), dynamoconn.WithAssumedRole(test.role))
			require.NoError(t, err)
			assert.Len(t, asked(), before, "New does not ask STS")
			for range 3 {
				_, err = client.GetItem(t.Context(), getMusic())
				require.NoError(t, err)
			}
			require.Len(t, asked(), before+1, "STS is asked once")
			got := asked()[before]
			assert.Contains(t, got.Get("Authorization"), "Credential=AKIDBASE/")
			test.want.Set("Action", "AssumeRole")
			test.want.Set("Version", "2011-06-15")
			if test.role.SessionName == "" {
				assert.NotEmpty(t, got.Get("RoleSessionName"))
				got.Del("RoleSessionName")
			}
			got.Del("Authorization")
			assert.Equal(t, test.want, got)

			assert.Equal(t, []string{"AKIDROLE", "AKIDROLE", "AKIDROLE"}, signers(w))
			assert.Equal(t, "TOKENROLE", w.requests()[0].Header.Get("X-Amz-Security-Token"))
		})
	}
}

// STS has error codes of its own, which once passed for DynamoDB's: a refused role
// for ErrAccessDenied, a wrong session name for ErrValidation.
func TestRoleThatIsRefused(t *testing.T) {
	t.Parallel()

	for _, code := range []string{"AccessDenied", "ValidationError", "ExpiredToken"} {
		endpoint, asked := fakeSTS(t, 400, `<ErrorResponse><Error><Type>Sender</Type><Code>`+code+`</Code><Message>no</Message></Error></ErrorResponse>`)
		cfg := wireConfig()
		cfg.BaseEndpoint = aws.String(endpoint)
		w := &wire{}
		client := wireClient(t, w, dynamoconn.WithAWSConfig(cfg), dynamoconn.WithAssumedRole(dynamoconn.AssumedRole{RoleARN: "arn:aws:iam::1:role/r"}))
		_, err := client.PutItem(t.Context(), putMusic())
		assert.ErrorIs(t, err, dynamoconn.ErrCredentials, code)
		assert.NotErrorIs(t, err, dynamoconn.ErrAccessDenied, code)
		assert.NotErrorIs(t, err, dynamoconn.ErrValidation, code)
		var e *dynamoconn.Error
		require.ErrorAs(t, err, &e)
		assert.Empty(t, e.Code, "it is not DynamoDB's")
		assert.Empty(t, e.Message)
		assert.Zero(t, e.Attempts)
		assert.ErrorContains(t, err, code)
		assert.Len(t, asked(), 1)
		assert.Empty(t, w.requests())
	}
}
