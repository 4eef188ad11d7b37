package credentials

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
)

// refused returns the credentials of a first attempt that DynamoDB refused. The provider
// behind them gives the n-th key that next returns.
func refused(t *testing.T, next func(n int64) (string, error)) (used usedCredentials, calls *atomic.Int64) {
	t.Helper()
	calls = new(atomic.Int64)
	s, ok := new(Renewals).Provider(aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		id, err := next(calls.Add(1))
		return aws.Credentials{AccessKeyID: id, SecretAccessKey: "SECRET", SessionToken: "TOKEN"}, err
	})).(signer)
	require.True(t, ok)
	held, err := s.Retrieve(t.Context())
	require.NoError(t, err)
	return usedCredentials{s, held}, calls
}

func numberedKey(n int64) (string, error) { return fmt.Sprint("AKID", n), nil }

func TestRefusedCredentialsAreRenewedOnceForAll(t *testing.T) {
	t.Parallel()

	used, calls := refused(t, numberedKey)
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() {
			isNew, err := used.Renew(t.Context())
			assert.NoError(t, err)
			assert.True(t, isNew)
		})
	}
	all.Wait()
	assert.EqualValues(t, 2, calls.Load())
}

// Credentials that come back the same would be refused again.
func TestProviderThatGivesTheSameIsAskedOnceAMinute(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		used, calls := refused(t, func(int64) (string, error) { return "AKIDSAME", nil })
		for minute := range int64(3) {
			for range 50 {
				isNew, err := used.Renew(t.Context())
				require.NoError(t, err)
				assert.False(t, isNew)
			}
			assert.Equal(t, 2+minute, calls.Load())
			time.Sleep(time.Minute)
		}
	})
}

func TestNewCredentialsThatAreRefusedTooAreKeptForAMinute(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		used, calls := refused(t, numberedKey)
		isNew, err := used.Renew(t.Context())
		require.NoError(t, err)
		require.True(t, isNew)
		used.credentials, err = used.signer.Retrieve(t.Context())
		require.NoError(t, err)
		isNew, err = used.Renew(t.Context())
		require.NoError(t, err)
		assert.False(t, isNew)
		assert.EqualValues(t, 2, calls.Load())
	})
}

func TestCredentialsThatWereRenewedMeanwhileAreUsed(t *testing.T) {
	t.Parallel()

	used, calls := refused(t, numberedKey)
	used.signer.cache.Invalidate()
	_, err := used.signer.Retrieve(t.Context())
	require.NoError(t, err)
	isNew, err := used.Renew(t.Context())
	require.NoError(t, err)
	assert.True(t, isNew)
	assert.EqualValues(t, 2, calls.Load(), "the provider is not asked a third time")
}

func TestRenewalThatFails(t *testing.T) {
	t.Parallel()

	sealed := errors.New("vault is sealed")
	used, calls := refused(t, func(n int64) (string, error) {
		if n == 2 {
			return "", sealed
		}
		return numberedKey(n)
	})
	isNew, err := used.Renew(t.Context())
	assert.ErrorIs(t, err, sealed)
	assert.False(t, isNew)
	isNew, err = used.Renew(t.Context())
	assert.NoError(t, err, "the next request asks the provider again")
	assert.True(t, isNew)
	assert.EqualValues(t, 3, calls.Load())
}

// A secret or a session token alone makes other credentials.
func TestSameCredentials(t *testing.T) {
	t.Parallel()

	used := usedCredentials{credentials: aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", SessionToken: "TOKEN", Expires: time.Now()}}
	assert.True(t, used.isSame(aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", SessionToken: "TOKEN"}), "the expiry does not count")
	for _, other := range []aws.Credentials{
		{AccessKeyID: "OTHER", SecretAccessKey: "SECRET", SessionToken: "TOKEN"},
		{AccessKeyID: "AKID", SecretAccessKey: "OTHER", SessionToken: "TOKEN"},
		{AccessKeyID: "AKID", SecretAccessKey: "SECRET", SessionToken: "OTHER"},
	} {
		assert.False(t, used.isSame(other))
	}
}

// A caller may give each call the same cache, or a new one.
func TestRenewalsKnowACacheAgain(t *testing.T) {
	t.Parallel()

	var renewals Renewals
	cache := aws.NewCredentialsCache(aws.AnonymousCredentials{})
	known := renewals.of(cache)
	assert.Same(t, known, renewals.of(cache))
	for range 10 * mostRenewals {
		renewals.of(aws.NewCredentialsCache(aws.AnonymousCredentials{}))
		require.LessOrEqual(t, len(renewals.byCache), mostRenewals)
	}
}
