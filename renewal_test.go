package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// refusingKeys answers requests that are signed with one of keys with an error of that
// code, and all others with "{}".
func refusingKeys(code string, keys ...string) *wire {
	return &wire{answer: func(_ int, req *http.Request) (*http.Response, error) {
		for _, key := range keys {
			if strings.Contains(req.Header.Get("Authorization"), "Credential="+key+"/") {
				return refusing(400, code, "The security token included in the request is expired", "RTOKEN")()
			}
		}
		return fine()
	}}
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

	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &counted{}
			opt, call := way(p)
			w := refusingKeys("ExpiredTokenException", "AKID1")
			client := wireClient(t, w, opt)
			var all sync.WaitGroup
			for i := range 1000 {
				all.Go(func() {
					in := append(slices.Clone(call), dynamoconn.InRegion([]dynamoconn.Region{"us-east-1", "eu-west-1"}[i%2]))
					resp, err := client.GetItem(t.Context(), getMusic(), in...)
					if assert.NoError(t, err) {
						assert.LessOrEqual(t, resp.Attempts, 2)
					}
				})
			}
			all.Wait()
			assert.EqualValues(t, 2, p.calls.Load(), "one renewal for 1,000 callers")
			used := map[string]int{}
			for _, id := range signers(w) {
				used[id]++
			}
			assert.Equal(t, 1000, used["AKID2"])
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
		assert.Len(t, w.requests(), 50)
		assert.EqualValues(t, 2, calls.Load(), "the provider is asked again once")
		time.Sleep(time.Minute)
		_, err := client.PutItem(t.Context(), putMusic())
		require.ErrorIs(t, err, dynamoconn.ErrCredentials)
		assert.EqualValues(t, 3, calls.Load(), "and again after a minute")
	})

	w := refusingKeys("ExpiredTokenException", "AKIDSTATIC")
	_, err := wireClient(t, w, dynamoconn.WithStaticCredentials("AKIDSTATIC", "SECRET", "")).GetItem(t.Context(), getMusic())
	require.ErrorIs(t, err, dynamoconn.ErrCredentials)
	assert.Len(t, w.requests(), 1)
}

// A region that is not opted in to refuses whatever it is sent. Its callers must not have
// the provider asked with each call.
func TestNewCredentialsThatAreRefusedToo(t *testing.T) {
	t.Parallel()

	p := &counted{}
	w := &wire{answer: inTurn(refusing(400, "UnrecognizedClientException", "no", "R"))}
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
	w := &wire{answer: func(n int, req *http.Request) (*http.Response, error) {
		if n > 1 {
			return fine()
		}
		cache.Invalidate()
		if _, err := cache.Retrieve(req.Context()); err != nil {
			return nil, err
		}
		return refusing(400, "ExpiredTokenException", "expired", "R")()
	}}
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
	guard := httpDoer(func(req *http.Request) (*http.Response, error) {
		if strings.Contains(req.Header.Get("Authorization"), "AKID1/") {
			return expired.Do(req)
		}
		return next.Do(req)
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
	assert.NotEmpty(t, expired.requests())
	all, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
	require.NoError(t, err)
	assert.Len(t, all.Items, items)
}

// httpDoer is an HTTP client made of a function.
type httpDoer func(*http.Request) (*http.Response, error)

func (d httpDoer) Do(req *http.Request) (*http.Response, error) { return d(req) }

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

	w := &wire{answer: inTurn(refusing(400, "ExpiredTokenException", "expired", "R1"), conditions)}
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
		var asked int
		cfg := wireConfig()
		cfg.HTTPClient = httpDoer(func(req *http.Request) (*http.Response, error) {
			asked++
			<-req.Context().Done()
			return nil, req.Context().Err()
		})
		w := &wire{}
		client := wireClient(t, w, dynamoconn.WithAWSConfig(cfg), dynamoconn.WithHTTPClient(w),
			dynamoconn.WithAssumedRole(dynamoconn.AssumedRole{RoleARN: "arn:aws:iam::123456789012:role/reader"}))
		began := time.Now()
		_, err := client.GetItem(t.Context(), getMusic())
		assert.ErrorIs(t, err, dynamoconn.ErrCredentials)
		assert.NotErrorIs(t, err, dynamoconn.ErrUnavailable)
		assert.Zero(t, errorOf(t, err).Attempts)
		assert.Empty(t, w.requests())
		assert.Equal(t, 3, asked, "the SDK's number of attempts")
		assert.GreaterOrEqual(t, time.Since(began), 30*time.Second)
		assert.Less(t, time.Since(began), time.Minute)
	})
}
