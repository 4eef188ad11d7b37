package credentials_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/credentials"
	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// numbered is a provider of numbered credentials.
type numbered struct {
	calls atomic.Int64
	lives time.Duration      // zero is for ever
	fails func(n int64) bool // nil is never
}

var errSealed = errors.New("vault is sealed")

func (p *numbered) Retrieve(context.Context) (aws.Credentials, error) {
	n := p.calls.Add(1)
	if p.fails != nil && p.fails(n) {
		return aws.Credentials{}, errSealed
	}
	credentials := aws.Credentials{AccessKeyID: fmt.Sprint("AKID", n), SecretAccessKey: "SECRET"}
	if p.lives != 0 {
		credentials.CanExpire, credentials.Expires = true, time.Now().Add(p.lives)
	}
	return credentials, nil
}

func (p *numbered) ProviderSources() []aws.CredentialSource {
	return []aws.CredentialSource{aws.CredentialSourceHTTP}
}

// keyOf returns the access key ID that the provider gives now.
func keyOf(t *testing.T, provider aws.CredentialsProvider) string {
	t.Helper()
	got, err := provider.Retrieve(t.Context())
	require.NoError(t, err)
	return got.AccessKeyID
}

func TestProviderIsAskedOnce(t *testing.T) {
	t.Parallel()

	for name, prepare := range map[string]func(aws.CredentialsProvider) aws.CredentialsProvider{
		"a provider": new(credentials.Renewals).Provider,
		"a cache": func(p aws.CredentialsProvider) aws.CredentialsProvider {
			return new(credentials.Renewals).Provider(aws.NewCredentialsCache(p))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &numbered{}
			prepared := prepare(p)
			assert.Zero(t, p.calls.Load(), "nothing is asked before the first request")
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() {
					got, err := prepared.Retrieve(t.Context())
					assert.NoError(t, err)
					assert.Equal(t, "AKID1", got.AccessKeyID)
				})
			}
			all.Wait()
			assert.EqualValues(t, 1, p.calls.Load())
		})
	}
}

func TestExpiredCredentialsAreRenewed(t *testing.T) {
	t.Parallel()

	prepared := new(credentials.Renewals).Provider(&numbered{lives: -time.Hour})
	for n := range 3 {
		assert.Equal(t, fmt.Sprint("AKID", n+1), keyOf(t, prepared))
	}
}

func TestCredentialsAreRenewedBeforeTheyExpire(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		lives, kept, renewed time.Duration
	}{
		"an hour, 2.5 to 5 minutes before":   {time.Hour, 55*time.Minute - time.Second, 57*time.Minute + 30*time.Second},
		"3 minutes, a third of them before":  {3 * time.Minute, 2*time.Minute - time.Second, 2*time.Minute + time.Second},
		"30 seconds, a third of them before": {30 * time.Second, 19 * time.Second, 21 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				prepared := new(credentials.Renewals).Provider(&numbered{lives: test.lives})
				assert.Equal(t, "AKID1", keyOf(t, prepared))
				time.Sleep(test.kept)
				assert.Equal(t, "AKID1", keyOf(t, prepared))
				time.Sleep(test.renewed - test.kept)
				assert.Equal(t, "AKID2", keyOf(t, prepared))
			})
		})
	}
}

func TestClientsDoNotRenewTheirCredentialsTogether(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var clients []aws.CredentialsProvider
		for range 100 {
			clients = append(clients, new(credentials.Renewals).Provider(&numbered{lives: time.Hour}))
			assert.Equal(t, "AKID1", keyOf(t, clients[len(clients)-1]))
		}
		time.Sleep(56*time.Minute + 15*time.Second) // the middle of the time in which they renew
		renewed := 0
		for _, client := range clients {
			if keyOf(t, client) == "AKID2" {
				renewed++
			}
		}
		assert.Positive(t, renewed)
		assert.Less(t, renewed, 100)
	})
}

func TestCredentialsThatDoNotExpireAreKept(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		prepared := new(credentials.Renewals).Provider(&numbered{})
		for range 10 {
			assert.Equal(t, "AKID1", keyOf(t, prepared))
			time.Sleep(365 * 24 * time.Hour)
		}
	})
}

// A provider that fails for some minutes must not stop requests that have valid
// credentials, nor be asked by each of them.
func TestValidCredentialsAreKeptWhileTheProviderFails(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var asked []time.Time
		p := &numbered{lives: time.Hour, fails: func(n int64) bool {
			asked = append(asked, time.Now())
			return n > 1
		}}
		prepared := new(credentials.Renewals).Provider(p)
		began := time.Now()
		for time.Since(began) < time.Hour {
			require.Equal(t, "AKID1", keyOf(t, prepared))
			time.Sleep(time.Second)
		}
		assert.Greater(t, p.calls.Load(), int64(2))
		assert.LessOrEqual(t, p.calls.Load(), int64(20), "not with each of the 300 requests of the last five minutes")
		for i, at := range asked[2:] {
			assert.LessOrEqual(t, at.Sub(asked[i+1]), time.Minute, "a provider that works again is found within a minute")
		}
		_, err := prepared.Retrieve(t.Context())
		assert.ErrorIs(t, err, errSealed, "they have expired")
		p.fails = nil
		assert.Contains(t, keyOf(t, prepared), "AKID", "and the next request asks again")
	})
}

// strategist is a provider with rules of its own for its cache.
type strategist struct{ numbered }

func (*strategist) AdjustExpiresBy(c aws.Credentials, _ time.Duration) (aws.Credentials, error) {
	c.Expires = c.Expires.Add(-30 * time.Minute)
	return c, nil
}

func (*strategist) HandleFailToRefresh(context.Context, aws.Credentials, error) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKIDOWN", SecretAccessKey: "SECRET"}, nil
}

func TestStrategiesOfTheProviderHavePrecedence(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		p := &strategist{numbered{lives: time.Hour, fails: func(n int64) bool { return n > 1 }}}
		prepared := new(credentials.Renewals).Provider(p)
		assert.Equal(t, "AKID1", keyOf(t, prepared))
		time.Sleep(30*time.Minute - time.Second)
		assert.Equal(t, "AKID1", keyOf(t, prepared))
		time.Sleep(time.Second)
		assert.Equal(t, "AKIDOWN", keyOf(t, prepared))
	})
}

// A provider's own time-out once passed for a network's, and was tried ten times.
func TestFailureOfTheProviderIsFinal(t *testing.T) {
	t.Parallel()

	for _, cause := range []error{errSealed, context.DeadlineExceeded} {
		prepared := new(credentials.Renewals).Provider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{}, cause
		}))
		_, err := prepared.Retrieve(t.Context())
		var failure *credentials.Error
		require.ErrorAs(t, err, &failure)
		var final *retry.Final
		assert.ErrorAs(t, err, &final)
		assert.ErrorIs(t, err, cause)
		assert.ErrorContains(t, err, cause.Error())
	}
}

func TestCallerWhoLeavesIsNoFailureOfTheProvider(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		prepared := new(credentials.Renewals).Provider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			time.Sleep(time.Hour)
			return aws.Credentials{}, errSealed
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := prepared.Retrieve(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var failure *credentials.Error
		assert.NotErrorAs(t, err, &failure)
		time.Sleep(time.Hour) // the provider has answered
	})
}

func TestNilProviderFails(t *testing.T) {
	t.Parallel()

	_, err := new(credentials.Renewals).Provider(nil).Retrieve(t.Context())
	var failure *credentials.Error
	require.ErrorAs(t, err, &failure)
	assert.ErrorContains(t, err, "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
}

func TestProvidersThatStayAsTheyAre(t *testing.T) {
	t.Parallel()

	var renewals credentials.Renewals
	prepared := renewals.Provider(&numbered{})
	assert.Equal(t, prepared, renewals.Provider(prepared))
	assert.Equal(t, aws.AnonymousCredentials{}, renewals.Provider(aws.AnonymousCredentials{}))
	cache := aws.NewCredentialsCache(aws.AnonymousCredentials{})
	assert.Same(t, cache, renewals.Provider(cache), "the SDK looks into a cache")
}

func TestSourcesOfTheProviderAreTold(t *testing.T) {
	t.Parallel()

	var renewals credentials.Renewals
	for _, p := range []aws.CredentialsProvider{&numbered{}, aws.NewCredentialsCache(&numbered{})} {
		source, ok := renewals.Provider(p).(aws.CredentialProviderSource)
		require.True(t, ok)
		assert.Equal(t, []aws.CredentialSource{aws.CredentialSourceHTTP}, source.ProviderSources())
	}
	unknown := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, nil })
	assert.Empty(t, renewals.Provider(unknown).(aws.CredentialProviderSource).ProviderSources())
}
