package dynamoconn

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	// Credentials are renewed this long before they expire, or up to half of it later:
	// the clients of a fleet shall not do it together.
	renewalWindow = 5 * time.Minute
	renewalJitter = 0.5
	// renewalPause is how long a cache is left alone after DynamoDB refused what it held
	// and it was emptied for that, and after a provider failed while what is held is
	// still valid.
	renewalPause = time.Minute
)

// newCache returns a cache over provider that renews in time.
func newCache(provider aws.CredentialsProvider) *aws.CredentialsCache {
	return aws.NewCredentialsCache(&timely{CredentialsProvider: provider}, func(o *aws.CredentialsCacheOptions) {
		o.ExpiryWindow = renewalWindow
		o.ExpiryWindowJitterFrac = renewalJitter
	})
}

// timely is a provider whose credentials are renewed before they expire. Those that
// live only for minutes are not asked for at each request because of it, and those that
// cannot be renewed are used until they do expire. Its cache calls it from one goroutine
// at a time.
type timely struct {
	aws.CredentialsProvider
	expires time.Time // of what was retrieved last
}

// Retrieve asks the provider.
func (t *timely) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := t.CredentialsProvider.Retrieve(ctx)
	if err == nil {
		t.expires = credentials.Expires
	}
	return credentials, err
}

// AdjustExpiresBy takes the window from the time that credentials are used, or a third
// of that time if this is less.
func (t *timely) AdjustExpiresBy(credentials aws.Credentials, window time.Duration) (aws.Credentials, error) {
	if own, ok := t.CredentialsProvider.(aws.AdjustExpiresByCredentialsCacheStrategy); ok {
		return own.AdjustExpiresBy(credentials, window)
	}
	left := max(0, time.Until(credentials.Expires))
	credentials.Expires = credentials.Expires.Add(max(window, -left/3)) // window is negative
	return credentials, nil
}

// HandleFailToRefresh holds on to what is still valid.
func (t *timely) HandleFailToRefresh(ctx context.Context, held aws.Credentials, err error) (aws.Credentials, error) {
	if own, ok := t.CredentialsProvider.(aws.HandleFailRefreshCredentialsCacheStrategy); ok {
		return own.HandleFailToRefresh(ctx, held, err)
	}
	left := time.Until(t.expires)
	if !held.HasKeys() || left <= 0 {
		return aws.Credentials{}, err
	}
	held.Expires = time.Now().Add(min(left, renewalPause))
	return held, nil
}

// ProviderSources tells the SDK where the credentials come from.
func (t *timely) ProviderSources() []aws.CredentialSource {
	if source, ok := t.CredentialsProvider.(aws.CredentialProviderSource); ok {
		return source.ProviderSources()
	}
	return nil
}

// IsCredentialsProvider tells what is below.
func (t *timely) IsCredentialsProvider(target aws.CredentialsProvider) bool {
	return aws.IsCredentialsProvider(t.CredentialsProvider, target)
}

// renewal sees to it that refused credentials are renewed once for all who have them.
type renewal struct {
	mu      sync.Mutex
	emptied time.Time
}

// empty makes the cache ask its provider, unless that was done a moment ago: many
// attempts with the same credentials are refused at once, and what came back then may be
// the same, or be refused as well.
func (r *renewal) empty(cache *aws.CredentialsCache) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now := time.Now(); r.emptied.IsZero() || now.Sub(r.emptied) >= renewalPause {
		r.emptied = now
		cache.Invalidate()
	}
}

// signature is what one attempt is signed with. It is a fact of the attempt, and is
// never printed.
type signature struct {
	from   markedCredentials
	signed aws.Credentials
}

// Renew gets other credentials than those that DynamoDB refused, and tells whether there
// are any. Callers that come together share one question to the provider: the cache
// sees to that.
func (s signature) Renew(ctx context.Context) (bool, error) {
	held, err := s.from.provider.Retrieve(ctx)
	if err == nil && s.is(held) {
		s.from.renewal.empty(s.from.provider)
		held, err = s.from.provider.Retrieve(ctx)
	}
	return err == nil && !s.is(held), err
}

// is tells whether those are the credentials of the attempt.
func (s signature) is(held aws.Credentials) bool {
	return held.AccessKeyID == s.signed.AccessKeyID &&
		held.SecretAccessKey == s.signed.SecretAccessKey && held.SessionToken == s.signed.SessionToken
}

// renewals are those of the caches that callers bring along, which may be other ones for
// each call. It remembers so many that what it forgets is of no consequence: a question to
// a provider too many.
type renewals struct {
	mu sync.Mutex
	by map[*aws.CredentialsCache]*renewal
}

const mostRenewals = 1000

func (r *renewals) of(cache *aws.CredentialsCache) *renewal {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.by[cache]; ok {
		return known
	}
	if r.by == nil || len(r.by) >= mostRenewals {
		r.by = make(map[*aws.CredentialsCache]*renewal)
	}
	made := new(renewal)
	r.by[cache] = made
	return made
}
