// Package credentials decides which keys sign a request and when they are renewed.
//
// [Renewals.Provider] prepares the credentials provider of a client or of one call. What
// it returns
//
//   - asks the provider before its credentials expire, and keeps those that are still
//     valid while the provider fails;
//   - asks the provider again when DynamoDB refuses credentials that have not expired:
//     once for all requests that were signed with them, and at most once a minute;
//   - marks the failure of a provider as an [Error], which is not tried again.
//
// The retries decide which refusals mean that credentials should be renewed. They find the
// credentials of an attempt in its record: see [retry.Renewer].
package credentials

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// Error is the failure of a credentials provider: DynamoDB was not asked. What the
// provider said is below it, which may be an error of another AWS service such as STS.
type Error struct{ Err error }

// Error says what to do if there are no credentials anywhere, and otherwise returns the text
// of the provider's error.
func (e *Error) Error() string {
	if !foundNone(e.Err) {
		return strings.TrimPrefix(e.Err.Error(), "failed to refresh cached credentials, ") // the cache's words
	}
	text := "no credentials: "
	if missing := missingHalf(); missing != "" {
		text += missing + "; set both, "
	} else {
		text += "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
	}
	text += "give WithProfile or WithCredentials, or run where AWS gives the machine a role"
	var answer *smithyhttp.ResponseError
	if errors.As(e.Err, &answer) && answer.Response != nil {
		text += fmt.Sprintf(" (its metadata service answered HTTP status %d)", answer.HTTPStatusCode())
	}
	return text
}

// foundNone reports whether there was nothing to take credentials from: the configuration has
// no provider, or the SDK's chain came to its end. The last that the chain asks is the
// metadata service of a machine in EC2.
func foundNone(err error) bool {
	var operation *smithy.OperationError
	return errors.Is(err, errNoProvider) || errors.As(err, &operation) && operation.Service() == "ec2imds"
}

// missingHalf says which half of the credentials the environment lacks if it has the other.
// The SDK passes over such an environment without a word. Each half has two names.
func missingHalf() string {
	id := cmp.Or(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_ACCESS_KEY"))
	secret := cmp.Or(os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SECRET_KEY"))
	switch {
	case id != "" && secret == "":
		return "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not"
	case id == "" && secret != "":
		return "AWS_SECRET_ACCESS_KEY is set and AWS_ACCESS_KEY_ID is not"
	}
	return ""
}

// Unwrap returns the provider's error.
func (e *Error) Unwrap() error { return e.Err }

// Cause returns [retry.CredentialsRefused].
func (e *Error) Cause() retry.Cause { return retry.CredentialsRefused }

// Renewals remembers when the credentials of each cache that a caller brought along were
// last renewed because DynamoDB refused them. Calls may bring a new cache each time, so it
// forgets all of them when there are a thousand; all that this costs is one question too
// many to a provider.
//
// The zero value is ready to use. It may be used by several goroutines.
type Renewals struct {
	mu      sync.Mutex
	byCache map[*aws.CredentialsCache]*renewal
}

const mostRenewals = 1000

// Provider returns the provider to sign requests with. It caches the credentials of
// given; an aws.CredentialsCache keeps its own rules for that. A nil provider becomes one
// that always fails.
//
// Two kinds of provider are returned as they are: one that Provider made, and the
// anonymous one, which the SDK knows by its type and then signs nothing.
func (r *Renewals) Provider(given aws.CredentialsProvider) aws.CredentialsProvider {
	if given == nil {
		given = noProvider{}
	}
	if _, prepared := given.(signer); prepared || aws.IsCredentialsProvider(given, (*aws.AnonymousCredentials)(nil)) {
		return given
	}
	if cache, ok := given.(*aws.CredentialsCache); ok {
		return signer{cache, r.of(cache)}
	}
	return signer{newCache(given), new(renewal)}
}

func (r *Renewals) of(cache *aws.CredentialsCache) *renewal {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.byCache[cache]; ok {
		return known
	}
	if r.byCache == nil || len(r.byCache) >= mostRenewals {
		r.byCache = make(map[*aws.CredentialsCache]*renewal)
	}
	made := new(renewal)
	r.byCache[cache] = made
	return made
}

// noProvider is the provider of a configuration that has none.
type noProvider struct{}

var errNoProvider = errors.New("the configuration has no credentials")

// Retrieve always fails.
func (noProvider) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, errNoProvider
}

// signer is the provider that the SDK signs with.
type signer struct {
	cache   *aws.CredentialsCache
	renewal *renewal
}

// Retrieve returns the credentials and enters them in the record of the request, as those
// of its next attempt. The failure of the provider is an [Error] and final: a provider
// repeats by itself what is worth repeating.
func (s signer) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if kept, err, ok := retry.From(ctx).TakeCredentials(); ok {
		return kept, err
	}
	credentials, err := s.cache.Retrieve(ctx)
	if err == nil {
		err = Check(credentials)
	}
	switch {
	case err == nil:
		retry.From(ctx).SignedBy(usedCredentials{s, credentials})
	case ctx.Err() == nil: // otherwise the caller has left, and nothing is wrong with the provider
		credentials, err = aws.Credentials{}, &Error{&retry.Final{Err: err}}
	}
	return credentials, err
}

// Check returns an error if one half of the key is missing, or if credentials have a control
// character, such as the end of the line in the file that they come from. No header of a
// request can hold one, and no key of AWS has one.
func Check(credentials aws.Credentials) error {
	switch {
	case credentials.AccessKeyID == "":
		return errors.New("the access key ID is empty")
	case credentials.SecretAccessKey == "":
		return errors.New("the secret access key is empty")
	}
	for _, part := range []struct{ name, value string }{
		{"access key ID", credentials.AccessKeyID},
		{"secret access key", credentials.SecretAccessKey},
		{"session token", credentials.SessionToken},
	} {
		if strings.ContainsFunc(part.value, unicode.IsControl) {
			return fmt.Errorf("the %s holds a control character, such as a line end", part.name)
		}
	}
	return nil
}

// ProviderSources tells the SDK where the credentials come from.
func (s signer) ProviderSources() []aws.CredentialSource { return s.cache.ProviderSources() }
