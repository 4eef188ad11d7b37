package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
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

func signers(w *wiretest.Client) []string {
	var ids []string
	for _, req := range w.Requests() {
		ids = append(ids, req.AccessKey)
	}
	return ids
}

func TestStaticCredentialsSign(t *testing.T) {
	t.Parallel()

	for _, token := range []string{"", "TOKEN"} {
		w := wiretest.New()
		_, err := wireClient(t, w, dynamoconn.WithStaticCredentials("AKIDSTATIC", "SECRETSTATIC", token)).GetItem(t.Context(), getMusic())
		require.NoError(t, err)
		require.Equal(t, []string{"AKIDSTATIC"}, signers(w))
		assert.Equal(t, token, w.Requests()[0].Header.Get("X-Amz-Security-Token"))
		signed := w.Requests()[0].Header.Get("Authorization")
		if token != "" {
			assert.Contains(t, signed, "x-amz-security-token", "the token is signed")
		}
		assert.NotContains(t, fmt.Sprint(w.Requests()), "SECRETSTATIC")
	}
}

func TestProviderIsAskedOnce(t *testing.T) {
	t.Parallel()

	given, configured := &counted{}, &counted{}
	cfg := wireConfig()
	cfg.Credentials = configured
	for p, opt := range map[*counted]dynamoconn.Option{given: dynamoconn.WithCredentials(given), configured: dynamoconn.WithAWSConfig(cfg)} {
		w := wiretest.New()
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
		assert.Len(t, w.Requests(), 20)
	}
}

// Such a put was once tried 10 times and reported as perhaps applied, although net/http had
// refused it each time.
func TestCredentialsThatNoHeaderCanHold(t *testing.T) {
	t.Parallel()

	for _, creds := range []aws.Credentials{
		{AccessKeyID: "AKIDEXAMPLE\n", SecretAccessKey: "secret"},
		{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret\n"},
		{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret", SessionToken: "tok\x00en"},
	} {
		w := wiretest.New()
		broken := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return creds, nil })
		client, err := dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"), dynamoconn.WithHTTPClient(w), dynamoconn.WithCredentials(broken))
		require.NoError(t, err)
		_, err = client.PutItem(t.Context(), putMusic())
		require.ErrorIs(t, err, dynamoconn.ErrCredentials)
		assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
		assert.ErrorContains(t, err, "holds a control character")
		assert.NotContains(t, err.Error(), "AKIDEXAMPLE")
		assert.Empty(t, w.Requests())
	}
}

func TestUsingCredentialsForOneCall(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	client := wireClient(t, w)
	other := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIDOTHER", SecretAccessKey: "SECRET", SessionToken: "TOKENOTHER"}, nil
	})
	for _, opts := range [][]dynamoconn.CallOption{nil, {dynamoconn.UsingCredentials(other)}, nil} {
		_, err := client.GetItem(t.Context(), getMusic(), opts...)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"AKIDEXAMPLE", "AKIDOTHER", "AKIDEXAMPLE"}, signers(w))
	assert.Equal(t, "TOKENOTHER", w.Requests()[1].Header.Get("X-Amz-Security-Token"))
	assert.Empty(t, w.Requests()[2].Header.Get("X-Amz-Security-Token"))

	_, err := client.GetItem(t.Context(), getMusic(), dynamoconn.UsingCredentials(nil))
	assert.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.Len(t, w.Requests(), 3)
}

func TestAnonymousCallsAreNotSigned(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	_, err := wireClient(t, w, dynamoconn.WithCredentials(aws.AnonymousCredentials{})).GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	require.Len(t, w.Requests(), 1)
	assert.Empty(t, w.Requests()[0].Header.Get("Authorization"))
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
			w := wiretest.New()
			_, err := wireClient(t, w, test.opts...).PutItem(t.Context(), putMusic(), test.call...)
			require.ErrorIs(t, err, dynamoconn.ErrCredentials)
			assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
			if test.cause != nil {
				assert.ErrorIs(t, err, test.cause)
			}
			var e *dynamoconn.Error
			require.ErrorAs(t, err, &e)
			assert.Zero(t, e.Attempts)
			assert.Empty(t, w.Requests())
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
	_, err := wireClient(t, wiretest.New(), dynamoconn.WithCredentials(slow)).PutItem(ctx, putMusic())
	assert.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, dynamoconn.ErrCredentials, "nothing is wrong with them")
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
}

// Such an error once was the SDK's about a machine in EC2, and did not tell what to do. An
// environment with half of the credentials was passed over without a word.
func TestNoCredentialsAnywhere(t *testing.T) {
	const (
		head = `GetItem "Music" in us-east-1: credentials not usable: `
		tail = `, give WithProfile or WithCredentials, or run where AWS gives the machine a role`
		none = head + `no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY` + tail
		noID = head + `no credentials: AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not; set both` + tail
		noSK = head + `no credentials: AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not; set both` + tail
	)
	onlyRegion := []dynamoconn.Option{dynamoconn.WithRegion("us-east-1")}
	for name, test := range map[string]struct {
		environment []string
		opts        []dynamoconn.Option
		want        string
	}{
		"an empty environment":    {nil, onlyRegion, none},
		"only the access key ID":  {[]string{"AWS_ACCESS_KEY_ID", "AKID"}, onlyRegion, noSK},
		"only the secret key":     {[]string{"AWS_SECRET_ACCESS_KEY", "SECRET"}, onlyRegion, noID},
		"only the old name":       {[]string{"AWS_ACCESS_KEY", "AKID"}, onlyRegion, noSK},
		"a token alone":           {[]string{"AWS_SESSION_TOKEN", "TOKEN"}, onlyRegion, none},
		"a configuration without": {nil, []dynamoconn.Option{dynamoconn.WithAWSConfig(aws.Config{Region: "us-east-1"})}, none},
	} {
		t.Run(name, func(t *testing.T) {
			noEnvironment(t)
			for i := 0; i < len(test.environment); i += 2 {
				t.Setenv(test.environment[i], test.environment[i+1])
			}
			w := wiretest.New()
			client, err := dynamoconn.New(t.Context(), append(test.opts, dynamoconn.WithHTTPClient(w))...)
			require.NoError(t, err)
			_, err = client.GetItem(t.Context(), getMusic())
			require.ErrorIs(t, err, dynamoconn.ErrCredentials)
			require.EqualError(t, err, test.want)
			var operation *smithy.OperationError
			assert.ErrorAs(t, err, &operation, "the SDK's chain is kept")
			assert.Empty(t, w.Requests())
		})
	}
}

// The SDK's own text of this has three lines.
func TestProfileWithHalfOfAKey(t *testing.T) {
	noEnvironment(t)
	file := filepath.Join(t.TempDir(), "credentials")
	require.NoError(t, os.WriteFile(file, []byte("[default]\naws_access_key_id = AKID\n"), 0o600))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", file)
	_, err := dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"))
	require.ErrorIs(t, err, dynamoconn.ErrInvalidOption)
	assert.ErrorContains(t, err, "invalid option: load the AWS configuration: ")
	assert.ErrorContains(t, err, "partial credentials found for profile default")
	assert.NotContains(t, err.Error(), "\n")
}

func TestProviderThatGivesHalfOfAKey(t *testing.T) {
	t.Parallel()

	for want, creds := range map[string]aws.Credentials{
		"the access key ID is empty":     {SecretAccessKey: "SECRET"},
		"the secret access key is empty": {AccessKeyID: "AKIDEXAMPLE"},
	} {
		w := wiretest.New()
		half := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return creds, nil })
		_, err := wireClient(t, w, dynamoconn.WithCredentials(half)).GetItem(t.Context(), getMusic())
		require.ErrorIs(t, err, dynamoconn.ErrCredentials)
		assert.EqualError(t, err, `GetItem "Music" in us-east-1: credentials not usable: `+want)
		assert.Empty(t, w.Requests())
	}
}

// A provider's own time-out once passed for a network's, and was tried ten times.
func TestFailedProviderIsAskedOnce(t *testing.T) {
	t.Parallel()

	slow := &counted{err: context.DeadlineExceeded}
	_, err := wireClient(t, wiretest.New(), dynamoconn.WithCredentials(slow)).GetItem(t.Context(), getMusic())
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
			w := wiretest.New()
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
			assert.Equal(t, "TOKENROLE", w.Requests()[0].Header.Get("X-Amz-Security-Token"))
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
		w := wiretest.New()
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
		assert.Empty(t, w.Requests())
	}
}

// refusingKeys answers requests that are signed with one of keys with an error of that
// code, and all others with "{}".
func refusingKeys(code string, keys ...string) *wiretest.Client {
	return wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
		for _, key := range keys {
			if r.AccessKey == key {
				return wiretest.Refuse(400, code, "The security token included in the request is expired", "RTOKEN")(r)
			}
		}
		return fine(r)
	})
}

func providerOf(next func(n int64) (aws.Credentials, error)) (aws.CredentialsProvider, *atomic.Int64) {
	calls := new(atomic.Int64)
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return next(calls.Add(1)) }), calls
}

func key(id string) aws.Credentials {
	return aws.Credentials{AccessKeyID: id, SecretAccessKey: "SECRET", SessionToken: "TOKEN"}
}

// ways are the ways to give a provider to a client, or to a call.
var ways = map[string]func(aws.CredentialsProvider) (dynamoconn.Option, []dynamoconn.CallOption){
	"WithCredentials": func(p aws.CredentialsProvider) (dynamoconn.Option, []dynamoconn.CallOption) {
		return dynamoconn.WithCredentials(p), nil
	},
	"WithCredentials, a cache": func(p aws.CredentialsProvider) (dynamoconn.Option, []dynamoconn.CallOption) {
		return dynamoconn.WithCredentials(aws.NewCredentialsCache(p)), nil
	},
	"WithAWSConfig": func(p aws.CredentialsProvider) (dynamoconn.Option, []dynamoconn.CallOption) {
		cfg := wireConfig()
		cfg.Credentials = p
		return dynamoconn.WithAWSConfig(cfg), nil
	},
	"WithAWSConfig, a cache": func(p aws.CredentialsProvider) (dynamoconn.Option, []dynamoconn.CallOption) {
		cfg := wireConfig()
		cfg.Credentials = aws.NewCredentialsCache(p)
		return dynamoconn.WithAWSConfig(cfg), nil
	},
	"UsingCredentials, a cache": func(p aws.CredentialsProvider) (dynamoconn.Option, []dynamoconn.CallOption) {
		return dynamoconn.WithMaxAttempts(10), []dynamoconn.CallOption{dynamoconn.UsingCredentials(aws.NewCredentialsCache(p))}
	},
}

func TestExpiredCredentialsAreRenewedOnceForAll(t *testing.T) {
	t.Parallel()

	callers := 1000
	if testing.Short() {
		callers = 100
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &counted{}
			opt, call := way(p)
			w := refusingKeys("ExpiredTokenException", "AKID1")
			client := wireClient(t, w, opt)
			var all sync.WaitGroup
			for i := range callers {
				all.Go(func() {
					in := append(slices.Clone(call), dynamoconn.InRegion([]dynamoconn.Region{"us-east-1", "eu-west-1"}[i%2]))
					resp, err := client.GetItem(t.Context(), getMusic(), in...)
					if assert.NoError(t, err) {
						assert.LessOrEqual(t, resp.Attempts, 2)
					}
				})
			}
			all.Wait()
			assert.EqualValues(t, 2, p.calls.Load(), "one renewal for all callers")
			used := map[string]int{}
			for _, id := range signers(w) {
				used[id]++
			}
			assert.Equal(t, callers, used["AKID2"])
			assert.Positive(t, used["AKID1"])
			assert.Len(t, used, 2)
		})
	}
}

func TestWhichRefusalsRenew(t *testing.T) {
	t.Parallel()

	for code, renews := range map[string]bool{
		"ExpiredTokenException": true, "ExpiredToken": true, "UnrecognizedClientException": true, "RequestExpired": true,
		"InvalidSignatureException": false, "MissingAuthenticationTokenException": false, "AccessDeniedException": false,
		"ValidationException": false,
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			p := &counted{}
			w := refusingKeys(code, "AKID1")
			_, err := wireClient(t, w, dynamoconn.WithCredentials(p)).PutItem(t.Context(), putMusic())
			if renews {
				require.NoError(t, err)
				assert.Equal(t, []string{"AKID1", "AKID2"}, signers(w))
				return
			}
			require.Error(t, err)
			assert.Equal(t, []string{"AKID1"}, signers(w))
			assert.EqualValues(t, 1, p.calls.Load())
		})
	}
}

// Credentials that come back the same would be refused again.
func TestSameCredentialsAreNotTriedAgain(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		p, calls := providerOf(func(int64) (aws.Credentials, error) { return key("AKIDSAME"), nil })
		w := refusingKeys("UnrecognizedClientException", "AKIDSAME")
		client := wireClient(t, w, dynamoconn.WithCredentials(p))
		for range 50 {
			_, err := client.PutItem(t.Context(), putMusic())
			require.ErrorIs(t, err, dynamoconn.ErrCredentials)
			assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
			assert.Equal(t, 1, errorOf(t, err).Attempts)
		}
		assert.Len(t, w.Requests(), 50)
		assert.EqualValues(t, 2, calls.Load(), "the provider is asked again once")
		time.Sleep(time.Minute)
		_, err := client.PutItem(t.Context(), putMusic())
		require.ErrorIs(t, err, dynamoconn.ErrCredentials)
		assert.EqualValues(t, 3, calls.Load(), "and again after a minute")
	})

	w := refusingKeys("ExpiredTokenException", "AKIDSTATIC")
	_, err := wireClient(t, w, dynamoconn.WithStaticCredentials("AKIDSTATIC", "SECRET", "")).GetItem(t.Context(), getMusic())
	require.ErrorIs(t, err, dynamoconn.ErrCredentials)
	assert.Len(t, w.Requests(), 1)
}

// A region that is not opted in to refuses whatever it is sent. Its callers must not have
// the provider asked with each call.
func TestNewCredentialsThatAreRefusedToo(t *testing.T) {
	t.Parallel()

	p := &counted{}
	w := wiretest.New(wiretest.Refuse(400, "UnrecognizedClientException", "no", "R"))
	client := wireClient(t, w, dynamoconn.WithCredentials(p))
	for i := range 20 {
		_, err := client.GetItem(t.Context(), getMusic())
		require.ErrorIs(t, err, dynamoconn.ErrCredentials)
		attempts := 1
		if i == 0 {
			attempts = 2
		}
		assert.Equal(t, attempts, errorOf(t, err).Attempts)
	}
	assert.EqualValues(t, 2, p.calls.Load())
}

func TestRenewalThatFails(t *testing.T) {
	t.Parallel()

	sealed := errors.New("vault is sealed")
	p, calls := providerOf(func(n int64) (aws.Credentials, error) {
		if n == 2 {
			return aws.Credentials{}, sealed
		}
		return key(fmt.Sprint("AKID", n)), nil
	})
	w := refusingKeys("ExpiredTokenException", "AKID1")
	client := wireClient(t, w, dynamoconn.WithCredentials(p))
	_, err := client.PutItem(t.Context(), putMusic())
	require.ErrorIs(t, err, dynamoconn.ErrCredentials)
	assert.ErrorIs(t, err, sealed)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	e := errorOf(t, err)
	assert.Equal(t, "ExpiredTokenException", e.Code)
	assert.Equal(t, 1, e.Attempts)
	assert.ErrorContains(t, err, "vault is sealed")

	_, err = client.PutItem(t.Context(), putMusic())
	require.NoError(t, err, "the next call asks the provider again")
	assert.Equal(t, []string{"AKID1", "AKID3"}, signers(w))
	assert.EqualValues(t, 3, calls.Load())
}

// What was renewed while the attempt was under way is used, and not renewed again.
func TestCredentialsRenewedMeanwhile(t *testing.T) {
	t.Parallel()

	p := &counted{}
	cache := aws.NewCredentialsCache(p)
	w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
		if r.N > 1 {
			return fine(r)
		}
		cache.Invalidate()
		if _, err := cache.Retrieve(r.HTTP.Context()); err != nil {
			return nil, err
		}
		return wiretest.Refuse(400, "ExpiredTokenException", "expired", "R")(r)
	})
	_, err := wireClient(t, w, dynamoconn.WithCredentials(cache)).GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	assert.Equal(t, []string{"AKID1", "AKID2"}, signers(w))
	assert.EqualValues(t, 2, p.calls.Load())
}

func TestRenewalWithinABatch(t *testing.T) {
	t.Parallel()

	p := &counted{}
	server := dynamoconntest.New()
	require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
	expired := refusingKeys("ExpiredTokenException", "AKID1")
	next := server.HTTPClient()
	guard := wiretest.Answer(func(r *wiretest.Request) (*http.Response, error) {
		if r.AccessKey == "AKID1" {
			return expired.Do(r.HTTP)
		}
		return next.Do(r.HTTP)
	})
	client := wireClient(t, guard, dynamoconn.WithCredentials(p), dynamoconn.WithMaxInFlight(16))
	const items = 2000
	table := dynamoconn.WriteTable{Name: "Music", KeyNames: []string{"Artist"}}
	for i := range items {
		table.Writes = append(table.Writes, dynamoconn.Write{ItemToAdd: dynamoconn.Item{dynamoconn.String("Artist", fmt.Sprint(i))}})
	}
	_, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}})
	require.NoError(t, err)
	assert.EqualValues(t, 2, p.calls.Load())
	assert.NotEmpty(t, expired.Requests())
	all, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
	require.NoError(t, err)
	assert.Len(t, all.Items, items)
}

func TestCallerLeavesWhileCredentialsAreRenewed(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		p, _ := providerOf(func(n int64) (aws.Credentials, error) {
			if n > 1 {
				time.Sleep(time.Hour)
			}
			return key(fmt.Sprint("AKID", n)), nil
		})
		client := wireClient(t, refusingKeys("ExpiredToken", "AKID1"), dynamoconn.WithCredentials(p))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := client.PutItem(ctx, putMusic())
		assert.Equal(t, time.Second, time.Since(began))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, dynamoconn.ErrCredentials)
		assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
		time.Sleep(time.Hour) // the provider has answered
		_, err = client.PutItem(t.Context(), putMusic())
		assert.NoError(t, err)
	})
}

// The server refused the first attempt, so what the second one says is certain.
func TestConditionAfterARenewal(t *testing.T) {
	t.Parallel()

	w := wiretest.Script(t, wiretest.Refuse(400, "ExpiredTokenException", "expired", "R1"), conditions)
	req := putMusic()
	req.ConditionExpression = onlyNew
	_, err := wireClient(t, w, dynamoconn.WithCredentials(&counted{})).PutItem(t.Context(), req)
	assert.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	assert.Equal(t, []string{"AKID1", "AKID2"}, signers(w))
}

func TestExpiredTokenOfTheServer(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		server, client := musicServer(t, dynamoconn.WithCredentials(&counted{}))
		expired := server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.ExpiredToken(), Times: 1})
		began := time.Now()
		resp, err := client.PutItem(t.Context(), putMusic())
		require.NoError(t, err)
		assert.Equal(t, 2, resp.Attempts)
		assert.Equal(t, 1, expired.Hits())
		assert.Zero(t, time.Since(began), "there is nothing to wait for")

		one := wireClient(t, server.HTTPClient(), dynamoconn.WithCredentials(&counted{}), dynamoconn.WithMaxAttempts(1))
		server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.ExpiredToken(), Times: 1})
		_, err = one.PutItem(t.Context(), putMusic())
		assert.ErrorIs(t, err, dynamoconn.ErrCredentials, "the number of attempts holds")
		_, err = one.PutItem(t.Context(), putMusic())
		assert.NoError(t, err, "but the next call has the new ones")
	})
}

// numberedSTS gives other credentials each time, and can be made to hang.
func numberedSTS(t *testing.T) (endpoint string, asked *atomic.Int64) {
	t.Helper()
	asked = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>AKIDROLE%d</AccessKeyId><SecretAccessKey>SECRETROLE</SecretAccessKey><SessionToken>TOKENROLE</SessionToken><Expiration>%s</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>`, asked.Add(1), time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

func TestAssumedRoleIsRenewed(t *testing.T) {
	noEnvironment(t)
	endpoint, asked := numberedSTS(t)
	t.Setenv("AWS_ENDPOINT_URL_STS", endpoint)
	w := refusingKeys("ExpiredTokenException", "AKIDROLE1")
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithRegion("us-east-1"), dynamoconn.WithHTTPClient(w),
		dynamoconn.WithStaticCredentials("AKIDBASE", "SECRETBASE", ""),
		dynamoconn.WithAssumedRole(dynamoconn.AssumedRole{RoleARN: "arn:aws:iam::123456789012:role/reader"}))
	require.NoError(t, err)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			_, err := client.GetItem(t.Context(), getMusic())
			assert.NoError(t, err)
		})
	}
	all.Wait()
	assert.EqualValues(t, 2, asked.Load())
	assert.Contains(t, signers(w), "AKIDROLE2")
}

// An STS that never answers must not hold a call for ever.
func TestSTSThatHangs(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		sts := wiretest.New(wiretest.Hang)
		cfg := wireConfig()
		cfg.HTTPClient = sts
		w := wiretest.New()
		client := wireClient(t, w, dynamoconn.WithAWSConfig(cfg), dynamoconn.WithHTTPClient(w),
			dynamoconn.WithAssumedRole(dynamoconn.AssumedRole{RoleARN: "arn:aws:iam::123456789012:role/reader"}))
		began := time.Now()
		_, err := client.GetItem(t.Context(), getMusic())
		assert.ErrorIs(t, err, dynamoconn.ErrCredentials)
		assert.NotErrorIs(t, err, dynamoconn.ErrUnavailable)
		assert.Zero(t, errorOf(t, err).Attempts)
		assert.Empty(t, w.Requests())
		assert.Len(t, sts.Requests(), 3, "the SDK's number of attempts")
		assert.GreaterOrEqual(t, time.Since(began), 30*time.Second)
		assert.Less(t, time.Since(began), time.Minute)
	})
}
