package dynamoconn

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/logging"

	"github.com/dynamoconn/dynamoconn/internal/attempt"
)

// markedCredentials marks the errors of a provider, so that they are told from
// those of DynamoDB, and tells each attempt whose credentials it has.
type markedCredentials struct {
	provider *aws.CredentialsCache
	renewal  *renewal
}

// credentialsError is the failure of a credentials provider.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// noCredentials is the provider of a configuration that has none.
type noCredentials struct{}

// Retrieve always fails.
func (noCredentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{}, errors.New("the configuration holds no credentials")
}

// asCredentials returns provider cached and marked. Anonymous access stays as it
// is: the SDK knows it by its type.
func (c *config) asCredentials(provider aws.CredentialsProvider) aws.CredentialsProvider {
	if provider == nil {
		provider = noCredentials{}
	}
	if _, marked := provider.(markedCredentials); marked || aws.IsCredentialsProvider(provider, (*aws.AnonymousCredentials)(nil)) {
		return provider
	}
	if cache, cached := provider.(*aws.CredentialsCache); cached {
		return markedCredentials{cache, c.renewals.of(cache)}
	}
	return markedCredentials{newCache(provider), new(renewal)}
}

// Retrieve returns the provider's credentials.
func (m markedCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := m.provider.Retrieve(ctx)
	if err != nil && ctx.Err() == nil { // else it is the caller who has left
		// A provider repeats by itself what is worth it.
		err = &credentialsError{&attempt.Final{Err: err}}
	}
	if err == nil {
		attempt.From(ctx).SignedBy(signature{m, credentials})
	}
	return credentials, err
}

// ProviderSources tells the SDK where the credentials come from.
func (m markedCredentials) ProviderSources() []aws.CredentialSource {
	return m.provider.ProviderSources()
}

// sdkLogger hands what the SDK logs to a slog.Logger.
type sdkLogger struct{ logger *slog.Logger }

// Logf logs one message of the SDK's.
func (l sdkLogger) Logf(classification logging.Classification, format string, v ...any) {
	level := slog.LevelDebug
	if classification == logging.Warn {
		level = slog.LevelWarn
	}
	if ctx := context.Background(); l.logger.Enabled(ctx, level) {
		l.logger.Log(ctx, level, clean(fmt.Sprintf(format, v...)), "source", "aws-sdk-go-v2")
	}
}
