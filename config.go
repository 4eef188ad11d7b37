package dynamoconn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"github.com/dynamoconn/dynamoconn/internal/credentials"
	"github.com/dynamoconn/dynamoconn/internal/direct"
	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/transport"
	"github.com/dynamoconn/dynamoconn/internal/wire"
)

// config is what the options of a client ask for.
type config struct {
	region     Region // empty if the SDK is to find it
	endpoint   string // empty for the region's own
	plainHosts []string

	// The sources of the credentials. At most one of static, profile and provider is set.
	static   *aws.Credentials
	profile  string
	provider aws.CredentialsProvider
	role     *AssumedRole // taken on with the credentials of the source
	renewals credentials.Renewals

	awsConfig  *aws.Config // nil if the SDK's default one is to be loaded
	httpClient HTTPClient  // nil for one like the SDK's
	sdkOptions []func(*dynamodb.Options)
	names      *nameMapping // nil if tables are called in DynamoDB as in the program

	logger    *slog.Logger
	onAttempt []func(context.Context, AttemptEvent)
	onCall    []func(context.Context, CallEvent)

	maxInFlight    int
	maxAttempts    int // 0 if the option is not given
	attemptTimeout time.Duration
	retryBudget    time.Duration // 0 is no limit
	stsTimeout     time.Duration // how long one answer of STS, or of another source of credentials, may take
	largestAnswer  int64

	faults []error // what is wrong with the options
}

// newConfig applies the options. The error names everything that is wrong with them.
func newConfig(opts []Option) (*config, error) {
	c := &config{
		maxInFlight:    defaultMaxInFlight,
		attemptTimeout: defaultAttemptTimeout,
		stsTimeout:     defaultSTSTimeout,
		largestAnswer:  defaultLargestAnswer,
	}
	for _, opt := range opts {
		if opt == nil {
			c.fault("an option must not be nil")
			continue
		}
		opt.apply(c)
	}
	if c.endpoint != "" {
		c.checkEndpoint("WithEndpoint", c.endpoint)
	}
	c.checkSources()
	return c, errors.Join(c.faults...)
}

// fault notes that an option cannot work.
func (c *config) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%w: "+format, append([]any{ErrInvalidOption}, args...)...))
}

// checkEndpoint notes what is wrong with an endpoint. source is the option or the variable
// that it comes from.
func (c *config) checkEndpoint(source, rawURL string) {
	endpoint, err := url.Parse(rawURL)
	switch {
	case err != nil:
		c.fault("%s: must be a URL", source)
	case endpoint.Scheme != "http" && endpoint.Scheme != "https" || endpoint.Hostname() == "":
		c.fault("%s: must be a URL that begins with https:// or http:// and names a host", source)
	case endpoint.User != nil:
		c.fault("%s: must not hold a user name or a password", source)
	case endpoint.RawQuery != "" || endpoint.Fragment != "":
		c.fault("%s: must not have a query or a fragment", source)
	case endpoint.Scheme == "http" && !transport.IsLoopback(endpoint.Hostname()) && !c.allowsPlain(endpoint.Hostname()):
		c.fault("%s: %w: %s; allow it with WithPlainHTTP(%q)", source, transport.ErrPlainHTTP, endpoint.Hostname(), endpoint.Hostname())
	}
}

// checkFoundEndpoint refuses an endpoint that the SDK found in the environment, in the
// profile or in the caller's configuration, as WithEndpoint's is refused. An endpoint that
// the caller's SDK options set is theirs.
func (c *config) checkFoundEndpoint(cfg aws.Config) error {
	found := dynamodb.NewFromConfig(cfg).Options().BaseEndpoint
	if c.endpoint != "" || found == nil {
		return nil
	}
	used := dynamodb.NewFromConfig(cfg, c.sdkOptions...).Options().BaseEndpoint
	if used == nil || *found != *used {
		return nil
	}
	source := "the endpoint of the configuration"
	for _, variable := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB"} {
		if os.Getenv(variable) == *found {
			source = variable
		}
	}
	c.checkEndpoint(source, *found)
	return errors.Join(c.faults...)
}

// checkSources refuses options that exclude each other.
func (c *config) checkSources() {
	var sources []string
	if c.static != nil {
		sources = append(sources, "WithStaticCredentials")
	}
	if c.provider != nil {
		sources = append(sources, "WithCredentials")
	}
	if c.profile != "" {
		sources = append(sources, "WithProfile")
	}
	if len(sources) > 1 {
		c.fault("%s: give only one of them, for the credentials", strings.Join(sources, ", "))
	}
	if c.profile != "" && c.awsConfig != nil {
		c.fault("WithProfile, WithAWSConfig: give only one of them, since a profile cannot change a configuration that is already loaded")
	}
}

// allowsPlain reports whether requests to the host may be unencrypted.
func (c *config) allowsPlain(host string) bool {
	return slices.ContainsFunc(c.plainHosts, func(allowed string) bool { return strings.EqualFold(allowed, host) })
}

// sdkConfig returns the SDK configuration that the options ask for, for all regions.
func (c *config) sdkConfig(ctx context.Context) (aws.Config, error) {
	cfg, err := c.baseConfig(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	if c.region != "" {
		cfg.Region = string(c.region)
	}
	if cfg.Region == "" {
		return aws.Config{}, fmt.Errorf("%w: no region: give WithRegion, set AWS_REGION, or name one in the profile", ErrInvalidOption)
	}
	if rule := Region(cfg.Region).brokenRule(); rule != "" {
		return aws.Config{}, fmt.Errorf("%w: the region of the configuration: %s", ErrInvalidOption, rule)
	}
	if c.logger != nil {
		cfg.Logger = sdkLogger{c.logger}
	}
	c.chooseCredentials(&cfg)
	cfg.HTTPClient = c.chooseHTTPClient(cfg.HTTPClient)
	return cfg, nil
}

// baseConfig returns the configuration to start from: the caller's, or the SDK's default
// one.
func (c *config) baseConfig(ctx context.Context) (aws.Config, error) {
	if c.awsConfig != nil {
		return c.awsConfig.Copy(), nil
	}
	var load []func(*awsconfig.LoadOptions) error
	if c.region != "" {
		load = append(load, awsconfig.WithRegion(string(c.region)))
	}
	if c.profile != "" {
		load = append(load, awsconfig.WithSharedConfigProfile(c.profile))
	}
	if c.static != nil || c.provider != nil {
		load = append(load, awsconfig.WithCredentialsProvider(c.givenCredentials()))
	}
	// This HTTP client is for the clients that the configuration makes for itself, such as
	// that of STS for a web identity or for the role of a profile. DynamoDB gets one
	// without this limit, since an attempt has a limit of its own.
	load = append(load, awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(c.stsTimeout)))
	cfg, err := awsconfig.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("%w: load the AWS configuration: %w", ErrInvalidOption, oneLine{err})
	}
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = client.WithTimeout(0)
	}
	return cfg, nil
}

// oneLine is an error of the SDK without the line ends of its text.
type oneLine struct{ error }

// Error returns the text in one line.
func (e oneLine) Error() string { return strings.Join(strings.Fields(clean(e.error.Error())), " ") }

// Unwrap returns the SDK's error.
func (e oneLine) Unwrap() error { return e.error }

// givenCredentials returns the provider that an option gives, or nil.
func (c *config) givenCredentials() aws.CredentialsProvider {
	switch {
	case c.static != nil:
		static := *c.static
		return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return static, nil })
	case c.provider != nil:
		return c.provider
	}
	return nil
}

// chooseCredentials puts the provider that the options ask for into cfg, cached and renewed
// in time.
func (c *config) chooseCredentials(cfg *aws.Config) {
	if given := c.givenCredentials(); given != nil {
		cfg.Credentials = given
	}
	if c.role != nil {
		role := *c.role
		client := sts.NewFromConfig(*cfg, func(o *sts.Options) { o.HTTPClient = withTimeLimit(o.HTTPClient, c.stsTimeout) })
		provider := stscreds.NewAssumeRoleProvider(client, role.RoleARN, func(o *stscreds.AssumeRoleOptions) {
			o.RoleSessionName = role.SessionName
			o.Duration = role.Duration
			if role.ExternalID != "" {
				o.ExternalID = &role.ExternalID
			}
		})
		cfg.Credentials = provider
	}
	cfg.Credentials = c.asCredentials(cfg.Credentials)
}

// asCredentials returns the provider to sign with.
func (c *config) asCredentials(provider aws.CredentialsProvider) aws.CredentialsProvider {
	return c.renewals.Provider(provider)
}

// withTimeLimit returns a client whose requests take at most limit. The SDK's has no limit,
// so an STS that never answers would hold every call for ever.
func withTimeLimit(client aws.HTTPClient, limit time.Duration) aws.HTTPClient {
	return &http.Client{Transport: roundTripper{client}, Timeout: limit, CheckRedirect: noRedirect}
}

// roundTripper lets an http.Client send through the SDK's kind of client.
type roundTripper struct{ client aws.HTTPClient }

// RoundTrip sends the request.
func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r.client.Do(req) }

// chooseHTTPClient returns the HTTP client for DynamoDB. It keeps what the SDK's
// configuration put into its own client, such as a CA bundle.
func (c *config) chooseHTTPClient(configured aws.HTTPClient) aws.HTTPClient {
	if c.httpClient != nil {
		return withoutRedirects(c.httpClient)
	}
	if configured == nil {
		configured = awshttp.NewBuildableClient()
	}
	if buildable, ok := configured.(*awshttp.BuildableClient); ok {
		configured = buildable.WithTransportOptions(c.tuneTransport)
	}
	return withoutRedirects(configured)
}

// idleConnTimeout is how long an unused connection is kept. The SDK keeps it for 90
// seconds, but load balancers drop one after 60, often without notice. A request that is
// then sent on it is lost, and a write is in doubt.
const idleConnTimeout = 50 * time.Second

// tuneTransport changes the SDK's defaults for services in general to ones that suit
// DynamoDB. It leaves what the caller has set.
func (c *config) tuneTransport(tr *http.Transport) {
	tr.MaxIdleConnsPerHost = max(tr.MaxIdleConnsPerHost, 100)
	if tr.IdleConnTimeout == awshttp.DefaultHTTPTransportIdleConnTimeout {
		tr.IdleConnTimeout = idleConnTimeout
	}
	if tr.HTTP2 == nil {
		// Over HTTP/2 all requests share a connection, and giving up a request leaves the
		// connection open. If it is dead, the next attempts fail on it too. A ping finds
		// out before the first attempt is given up.
		tr.HTTP2 = &http.HTTP2Config{
			SendPingTimeout: min(max(c.attemptTimeout/2, time.Second), 15*time.Second),
			PingTimeout:     min(max(c.attemptTimeout/4, time.Second), 15*time.Second),
		}
	}
}

// withoutRedirects returns client, or a copy of it, that does not follow redirects:
// DynamoDB sends none, and one would take a signed request to another host. A CheckRedirect
// of the caller's own stays. A nil client becomes one like the SDK's.
func withoutRedirects(client aws.HTTPClient) aws.HTTPClient {
	switch client := client.(type) {
	case nil:
		return withoutRedirects(awshttp.NewBuildableClient())
	case *http.Client:
		if client == nil {
			return withoutRedirects(nil)
		}
		if client.CheckRedirect != nil {
			return client
		}
		copied := *client
		copied.CheckRedirect = noRedirect
		return &copied
	case *awshttp.BuildableClient:
		return &http.Client{Transport: client.GetTransport(), Timeout: client.GetTimeout(), CheckRedirect: noRedirect}
	}
	return client
}

// noRedirect is a CheckRedirect that returns the redirect as the answer.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// setDefaults sets what the caller's SDK options may still change.
func (c *config) setDefaults(o *dynamodb.Options) {
	if c.endpoint != "" {
		o.BaseEndpoint = &c.endpoint
	}
	if c.awsConfig == nil || c.awsConfig.Retryer == nil {
		o.Retryer = retry.NewStandard(cmp.Or(c.maxAttempts, defaultMaxAttempts))
	}
	if c.maxAttempts != 0 {
		// Without the option it stays at what AWS_MAX_ATTEMPTS or the profile says.
		o.RetryMaxAttempts = c.maxAttempts
	}
	// The transport checks the checksum of every answer; the SDK would only log it.
	o.DisableValidateResponseChecksum = true
}

// wrapParts wraps the protocol, the retryer, the credentials and the HTTP client, whichever
// ones the caller's SDK options have chosen, in those of this library. It returns the direct
// way beside the client that the options are for.
func (c *config) wrapParts(o *dynamodb.Options) *direct.Path {
	if c.names != nil {
		o.APIOptions = append(slices.Clone(o.APIOptions), c.names.addTo) // which the direct way does not carry
	}
	chosen := *o
	o.Protocol = wire.Strict{ClientProtocol: o.Protocol}
	if o.Retryer == nil {
		o.Retryer = retry.NewStandard(cmp.Or(c.maxAttempts, defaultMaxAttempts))
	}
	retryer := retry.NewRetryer(o.Retryer)
	o.Retryer = retryer
	o.APIOptions = append(slices.Clone(o.APIOptions), retry.AddTo, direct.AddTo)
	o.Credentials = c.asCredentials(o.Credentials)
	path := direct.NewPath(chosen, &transport.Exchange{
		Next:          withoutRedirects(o.HTTPClient),
		LargestAnswer: c.largestAnswer,
		Timeout:       c.attemptTimeout,
		AllowPlain:    c.allowsPlain,
	}, retryer)
	o.HTTPClient = path
	return path
}

// sdkLogger passes what the SDK logs on to a slog.Logger.
type sdkLogger struct{ logger *slog.Logger }

// Logf logs one message of the SDK.
func (l sdkLogger) Logf(classification logging.Classification, format string, v ...any) {
	level := slog.LevelDebug
	if classification == logging.Warn {
		level = slog.LevelWarn
	}
	if ctx := context.Background(); l.logger.Enabled(ctx, level) {
		l.logger.Log(ctx, level, clean(fmt.Sprintf(format, v...)), "source", "aws-sdk-go-v2")
	}
}
