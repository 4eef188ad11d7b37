package credentials

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

const (
	// renewalWindow is how long before they expire credentials are renewed. A random part
	// of it, up to renewalJitter, is left out, so that many clients that got theirs
	// together do not renew them together.
	renewalWindow = 5 * time.Minute
	renewalJitter = 0.5
	// renewalPause is how long a provider is left alone after it was asked because DynamoDB
	// refused what was cached, and about how long after it failed while what is cached is
	// still valid.
	renewalPause = time.Minute
)

// newCache returns a cache over provider that renews credentials before they expire.
func newCache(provider aws.CredentialsProvider) *aws.CredentialsCache {
	return aws.NewCredentialsCache(&renewedInTime{CredentialsProvider: provider}, func(o *aws.CredentialsCacheOptions) {
		o.ExpiryWindow = renewalWindow
		o.ExpiryWindowJitterFrac = renewalJitter
	})
}

// renewedInTime is a provider whose cache renews credentials before they expire. Two
// things are better than with the SDK's cache alone: credentials that live for a few
// minutes only are cached all the same, and those that cannot be renewed are used until
// they really expire. A strategy of the provider's own has precedence.
//
// The cache calls it from one goroutine at a time.
type renewedInTime struct {
	aws.CredentialsProvider
	expires time.Time // when the latest credentials really expire
}

// Retrieve asks the provider.
func (p *renewedInTime) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := p.CredentialsProvider.Retrieve(ctx)
	if err == nil {
		p.expires = credentials.Expires
	}
	return credentials, err
}

// AdjustExpiresBy makes credentials expire earlier for the cache: by the window, or by a
// third of the time that they have left if this is less. The window is negative.
func (p *renewedInTime) AdjustExpiresBy(credentials aws.Credentials, window time.Duration) (aws.Credentials, error) {
	if own, ok := p.CredentialsProvider.(aws.AdjustExpiresByCredentialsCacheStrategy); ok {
		return own.AdjustExpiresBy(credentials, window)
	}
	left := max(0, time.Until(credentials.Expires))
	credentials.Expires = credentials.Expires.Add(max(window, -left/3))
	return credentials, nil
}

// HandleFailToRefresh returns the credentials that the cache holds if they are still
// valid, and otherwise the error of the provider. The cache passes them on to
// AdjustExpiresBy, so the provider is asked again after two thirds of renewalPause, or of
// the time that is left if this is less.
func (p *renewedInTime) HandleFailToRefresh(ctx context.Context, held aws.Credentials, err error) (aws.Credentials, error) {
	if own, ok := p.CredentialsProvider.(aws.HandleFailRefreshCredentialsCacheStrategy); ok {
		return own.HandleFailToRefresh(ctx, held, err)
	}
	left := time.Until(p.expires)
	if !held.HasKeys() || left <= 0 {
		return aws.Credentials{}, err
	}
	held.Expires = time.Now().Add(min(left, renewalPause))
	return held, nil
}

// ProviderSources tells the SDK where the credentials come from.
func (p *renewedInTime) ProviderSources() []aws.CredentialSource {
	if source, ok := p.CredentialsProvider.(aws.CredentialProviderSource); ok {
		return source.ProviderSources()
	}
	return nil
}

// IsCredentialsProvider reports whether the provider is of the type of target.
func (p *renewedInTime) IsCredentialsProvider(target aws.CredentialsProvider) bool {
	return aws.IsCredentialsProvider(p.CredentialsProvider, target)
}

// renewal makes sure that the credentials of one cache are renewed once for all requests
// that they were refused for.
type renewal struct {
	mu            sync.Mutex
	invalidatedAt time.Time
}

// invalidate makes the cache ask its provider next time, unless it was made to within the
// last minute: many attempts are refused at the same time, and what the provider gave then
// may be the same credentials, or be refused as well.
func (r *renewal) invalidate(cache *aws.CredentialsCache) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); r.invalidatedAt.IsZero() || now.Sub(r.invalidatedAt) >= renewalPause {
		r.invalidatedAt = now
		cache.Invalidate()
	}
}

// usedCredentials are the credentials that one attempt was signed with, and where others
// come from. They are never printed.
type usedCredentials struct {
	signer      signer
	credentials aws.Credentials
}

var _ retry.Renewer = usedCredentials{}

// Renew gets other credentials than those that DynamoDB refused, and reports whether there
// are any. If the cache already holds other ones, the provider is not asked. Requests that
// come together share one question to the provider: the cache sees to that.
func (u usedCredentials) Renew(ctx context.Context) (bool, error) {
	cache := u.signer.cache
	held, err := cache.Retrieve(ctx)
	if err == nil && u.isSame(held) {
		u.signer.renewal.invalidate(cache)
		held, err = cache.Retrieve(ctx)
	}
	return err == nil && !u.isSame(held), err
}

// isSame reports whether other are the credentials of the attempt.
func (u usedCredentials) isSame(other aws.Credentials) bool {
	return other.AccessKeyID == u.credentials.AccessKeyID &&
		other.SecretAccessKey == u.credentials.SecretAccessKey && other.SessionToken == u.credentials.SessionToken
}
