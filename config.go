package dynamoconn

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
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

	"github.com/dynamoconn/dynamoconn/internal/attempt"
	"github.com/dynamoconn/dynamoconn/internal/credentials"
	"github.com/dynamoconn/dynamoconn/internal/transport"
	"github.com/dynamoconn/dynamoconn/internal/wire"
)

type config struct {
	region        Region
	endpoint      string
	plainHosts    []string
	static        *aws.Credentials
	profile       string
	role          *AssumedRole
	provider      aws.CredentialsProvider
	awsConfig     *aws.Config
	httpClient    HTTPClient
	logger        *slog.Logger
	onAttempt     []func(context.Context, AttemptEvent)
	onCall        []func(context.Context, CallEvent)
	sdkOptions    []func(*dynamodb.Options)
	maxInFlight   int
	maxAttempts   int // 0 if the option is not given
	attemptTime   time.Duration
	retryBudget   time.Duration // 0 is none
	stsTime       time.Duration // how long STS and the like have for one answer
	largestAnswer int64
	faults        []error

	renewals credentials.Renewals
}

func (c *config) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf("%w: "+format, append([]any{ErrInvalidOption}, args...)...))
}

// gather applies the options and returns everything that is wrong with them.
func gather(opts []Option) (*config, error) {
	c := &config{
		maxInFlight:   defaultMaxInFlight,
		attemptTime:   defaultAttemptTimeout,
		stsTime:       stsTimeout,
		largestAnswer: defaultLargestAnswer,
	}
	for _, opt := range opts {
		if opt == nil {
			c.fault("an option must not be nil")
			continue
		}
		opt.apply(c)
	}
	c.checkEndpoint()
	c.checkSources()
	return c, errors.Join(c.faults...)
}

func (c *config) checkEndpoint() {
	if c.endpoint == "" {
		return
	}
	endpoint, err := url.Parse(c.endpoint)
	switch {
	case err != nil:
		c.fault("WithEndpoint: not a URL")
	case endpoint.Scheme != "http" && endpoint.Scheme != "https" || endpoint.Hostname() == "":
		c.fault("WithEndpoint: must be a URL that begins with https:// or http:// and names a host")
	case endpoint.User != nil:
		c.fault("WithEndpoint: must hold no user name and no password")
	case endpoint.RawQuery != "" || endpoint.Fragment != "":
		c.fault("WithEndpoint: must have no query and no fragment")
	case endpoint.Scheme == "http" && !transport.IsLoopback(endpoint.Hostname()) && !c.allowsPlain(endpoint.Hostname()):
		c.fault("WithEndpoint: %w; allow it with WithPlainHTTP(%q)", transport.ErrPlainHTTP, endpoint.Hostname())
	}
}

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
		c.fault("%s: only one of them can give the credentials", strings.Join(sources, ", "))
	}
	if c.profile != "" && c.awsConfig != nil {
		c.fault("WithProfile, WithAWSConfig: the configuration is loaded already, a profile cannot change it")
	}
}

func (c *config) allowsPlain(host string) bool {
	return slices.ContainsFunc(c.plainHosts, func(allowed string) bool { return strings.EqualFold(allowed, host) })
}

// load makes the SDK configuration that the options ask for.
func (c *config) load(ctx context.Context) (aws.Config, error) {
	cfg, err := c.base(ctx)
	if err != nil {
		return aws.Config{}, err
	}
	if c.region != "" {
		cfg.Region = string(c.region)
	}
	if cfg.Region == "" {
		return aws.Config{}, fmt.Errorf("%w: no region: give WithRegion, set AWS_REGION, or name one in the profile", ErrInvalidOption)
	}
	if err := Region(cfg.Region).validate(); err != nil {
		return aws.Config{}, fmt.Errorf("%w: the region of the configuration: %w", ErrInvalidOption, err)
	}
	if c.logger != nil {
		cfg.Logger = sdkLogger{c.logger}
	}
	c.chooseCredentials(&cfg)
	cfg.HTTPClient = c.chooseHTTPClient(cfg.HTTPClient)
	return cfg, nil
}

func (c *config) base(ctx context.Context) (aws.Config, error) {
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
		load = append(load, awsconfig.WithCredentialsProvider(c.given()))
	}
	// What the configuration makes clients of, STS for a web identity or the role of a
	// profile, has a limit for each answer, as with WithAssumedRole. DynamoDB has its own.
	load = append(load, awsconfig.WithHTTPClient(awshttp.NewBuildableClient().WithTimeout(c.stsTime)))
	cfg, err := awsconfig.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return aws.Config{}, fmt.Errorf("%w: load the AWS configuration: %w", ErrInvalidOption, err)
	}
	if client, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = client.WithTimeout(0)
	}
	return cfg, nil
}

// given returns the credentials that the options name outright, or nil.
func (c *config) given() aws.CredentialsProvider {
	switch {
	case c.static != nil:
		static := *c.static
		return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return static, nil })
	case c.provider != nil:
		return c.provider
	}
	return nil
}

func (c *config) chooseCredentials(cfg *aws.Config) {
	if given := c.given(); given != nil {
		cfg.Credentials = given
	}
	if c.role != nil {
		role := *c.role
		client := sts.NewFromConfig(*cfg, func(o *sts.Options) { o.HTTPClient = withTimeLimit(o.HTTPClient, c.stsTime) })
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

// credentialsError is the failure of a credentials provider.
type credentialsError = credentials.Error

// asCredentials returns the provider to sign with.
func (c *config) asCredentials(provider aws.CredentialsProvider) aws.CredentialsProvider {
	return c.renewals.Provider(provider)
}

// stsTimeout is how long STS has for one answer.
const stsTimeout = 10 * time.Second

// withTimeLimit returns a client that waits for so long at most: the SDK's has no limit,
// and an STS that never answers would hold every call for ever.
func withTimeLimit(client aws.HTTPClient, limit time.Duration) aws.HTTPClient {
	return &http.Client{Transport: roundTripper{client}, Timeout: limit, CheckRedirect: noRedirect}
}

// roundTripper makes the SDK's kind of client one for http.Client.
type roundTripper struct{ client aws.HTTPClient }

// RoundTrip sends the request.
func (r roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return r.client.Do(req) }

// chooseHTTPClient returns the client for DynamoDB. It keeps what the SDK's
// configuration put into its own client, such as a CA bundle.
func (c *config) chooseHTTPClient(configured aws.HTTPClient) aws.HTTPClient {
	if c.httpClient != nil {
		return direct(c.httpClient)
	}
	if configured == nil {
		configured = awshttp.NewBuildableClient()
	}
	if buildable, ok := configured.(*awshttp.BuildableClient); ok {
		configured = buildable.WithTransportOptions(c.tune)
	}
	return direct(configured)
}

// idleTime is how long an unused connection is kept: less than the 60 seconds after which
// load balancers drop one, often without a word. The next request would be lost on it, and
// a write in doubt. The SDK has 90 seconds.
const idleTime = 50 * time.Second

// tune changes what the SDK's transport has for services in general, and leaves what the
// caller has set.
func (c *config) tune(tr *http.Transport) {
	tr.MaxIdleConnsPerHost = max(tr.MaxIdleConnsPerHost, 100)
	if tr.IdleConnTimeout == awshttp.DefaultHTTPTransportIdleConnTimeout {
		tr.IdleConnTimeout = idleTime
	}
	if tr.HTTP2 == nil {
		// Over HTTP/2 all requests share a connection, and one that was given up leaves it
		// open: if it is dead, the next attempts die on it too. A ping finds out before the
		// time of the first one is up.
		tr.HTTP2 = &http.HTTP2Config{
			SendPingTimeout: min(max(c.attemptTime/2, time.Second), 15*time.Second),
			PingTimeout:     min(max(c.attemptTime/4, time.Second), 15*time.Second),
		}
	}
}

// direct returns client, or a copy of it, without the following of redirects:
// DynamoDB sends none, and one would take a signed request to another host. A rule of
// the caller's own stays. A nil client becomes one like the SDK's.
func direct(client aws.HTTPClient) aws.HTTPClient {
	switch client := client.(type) {
	case nil:
		return direct(awshttp.NewBuildableClient())
	case *http.Client:
		if client == nil {
			return direct(nil)
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

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// defaults sets what the caller's SDK options may still change.
func (c *config) defaults(o *dynamodb.Options) {
	if c.endpoint != "" {
		o.BaseEndpoint = &c.endpoint
	}
	if c.awsConfig == nil || c.awsConfig.Retryer == nil {
		o.Retryer = attempt.NewRetryer(cmp.Or(c.maxAttempts, defaultMaxAttempts))
	}
	if c.maxAttempts != 0 {
		// Otherwise it holds what AWS_MAX_ATTEMPTS or the profile says.
		o.RetryMaxAttempts = c.maxAttempts
	}
	// The exchange checks the checksum of every answer; the SDK would only log it.
	o.DisableValidateResponseChecksum = true
}

// finish wraps the protocol, the HTTP client, the credentials and the retryer that the
// caller's SDK options left.
func (c *config) finish(o *dynamodb.Options) {
	o.Protocol = wire.Strict{ClientProtocol: o.Protocol}
	if o.Retryer == nil {
		o.Retryer = attempt.NewRetryer(cmp.Or(c.maxAttempts, defaultMaxAttempts))
	}
	o.Retryer = attempt.Pace(o.Retryer)
	o.APIOptions = append(slices.Clone(o.APIOptions), (&attempt.Pacer{Budget: c.retryBudget}).AddTo)
	o.Credentials = c.asCredentials(o.Credentials)
	o.HTTPClient = &transport.Exchange{
		Next:          direct(o.HTTPClient),
		LargestAnswer: c.largestAnswer,
		Timeout:       c.attemptTime,
		AllowPlain:    c.allowsPlain,
	}
}

// sdkLogger hands what the SDK logs to a slog.Logger.
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
