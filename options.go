package dynamoconn

import (
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/dynamoconn/dynamoconn/internal/credentials"
)

// Option is a setting of a [Client], for [New]. The names of the functions that make one
// begin with With. A [CallOption] is a setting of a single call.
type Option interface {
	apply(*config)
}

// HTTPClient sends HTTP requests. An *http.Client is one.
type HTTPClient interface {
	Do(*http.Request) (*http.Response, error)
}

// AssumedRole is an IAM role to take on before calling DynamoDB.
type AssumedRole struct {
	// RoleARN is the ARN of the role. It is required.
	RoleARN string
	// SessionName is the name that logs show for who used the role. Empty means a name
	// made by the SDK.
	SessionName string
	// ExternalID is the external ID, if the role's trust policy asks for one.
	ExternalID string
	// Duration is how long each set of credentials is valid, 15 minutes to 12 hours. They
	// are renewed before it is over. Zero means 15 minutes.
	Duration time.Duration
}

const (
	defaultMaxInFlight    = 4
	largestMaxInFlight    = 256
	defaultMaxAttempts    = 10
	largestMaxAttempts    = 1000
	defaultLargestAnswer  = 256 << 20
	smallestLargestAnswer = 1 << 20

	defaultAttemptTimeout  = 10 * time.Second
	defaultSTSTimeout      = 10 * time.Second
	shortestAttemptTimeout = 10 * time.Millisecond
	longestAttemptTimeout  = 24 * time.Hour
	shortestRetryBudget    = time.Millisecond
)

type option func(*config)

func (o option) apply(c *config) { o(c) }

// WithRegion sets the region of every call that does not name another with [InRegion]. The
// default is the SDK's: the environment (AWS_REGION), the profile, the machine.
func WithRegion(region Region) Option {
	return option(func(c *config) {
		if rule := region.brokenRule(); rule != "" {
			c.fault("WithRegion: %s", rule)
			return
		}
		c.region = region
	})
}

// WithEndpoint sends every request to rawURL, for example "http://localhost:8000" for
// DynamoDB Local, instead of the region's own endpoint. The region is still needed: it is
// part of each signature. Plain http is refused for any host that is not this machine,
// unless [WithPlainHTTP] names it.
func WithEndpoint(rawURL string) Option {
	return option(func(c *config) {
		if rawURL == "" {
			c.fault("WithEndpoint: the URL must not be empty")
			return
		}
		c.endpoint = rawURL
	})
}

// WithPlainHTTP allows unencrypted requests to the hosts named, without ports: for example
// "dynamodb", the name of another container. Anyone on the way can read such a request and
// its answer. This machine's own names and addresses are always allowed.
func WithPlainHTTP(hosts ...string) Option {
	return option(func(c *config) {
		for _, host := range hosts {
			_, notAddress := netip.ParseAddr(host)
			if host == "" || strings.ContainsAny(host, "/:*@[] ") && notAddress != nil {
				c.fault("WithPlainHTTP: each argument must be the name or address of one host, without scheme and port")
				return
			}
		}
		c.plainHosts = append(c.plainHosts, hosts...)
	})
}

// WithStaticCredentials signs every request with one access key. The session token is empty
// for long-lived keys.
func WithStaticCredentials(accessKeyID, secretAccessKey, sessionToken string) Option {
	return option(func(c *config) {
		static := aws.Credentials{
			AccessKeyID:     accessKeyID,
			SecretAccessKey: secretAccessKey,
			SessionToken:    sessionToken,
			Source:          "dynamoconn.WithStaticCredentials",
		}
		if err := credentials.Check(static); err != nil {
			c.fault("WithStaticCredentials: %w", err)
			return
		}
		c.static = &static
	})
}

// WithProfile takes region and credentials from a profile of the shared configuration files
// (~/.aws/config and ~/.aws/credentials).
func WithProfile(name string) Option {
	return option(func(c *config) {
		if name == "" {
			c.fault("WithProfile: the name must not be empty")
			return
		}
		c.profile = name
	})
}

// WithAssumedRole takes on a role through STS, with the credentials that the other options
// or the SDK's standard chain give, and renews it before it expires. The first activity
// asks STS; [New] does not.
func WithAssumedRole(role AssumedRole) Option {
	return option(func(c *config) {
		if !strings.HasPrefix(role.RoleARN, "arn:") {
			c.fault("WithAssumedRole: RoleARN must be the ARN of a role")
			return
		}
		if role.Duration != 0 && (role.Duration < 15*time.Minute || role.Duration > 12*time.Hour) {
			c.fault("WithAssumedRole: Duration must be zero or 15 minutes to 12 hours")
			return
		}
		c.role = &role
	})
}

// WithCredentials takes the credentials from provider, for example one of the SDK's
// credentials modules. They are cached and renewed before they expire, so provider is not
// asked for each request: see Credentials in the package comment.
func WithCredentials(provider aws.CredentialsProvider) Option {
	return option(func(c *config) {
		if provider == nil {
			c.fault("WithCredentials: the provider must not be nil")
			return
		}
		c.provider = provider
	})
}

// WithAWSConfig starts from cfg instead of loading the SDK's default configuration: its
// credentials, region, HTTP client, retryer, API options and the rest are used unless
// another option replaces them.
func WithAWSConfig(cfg aws.Config) Option {
	return option(func(c *config) {
		copied := cfg.Copy()
		c.awsConfig = &copied
	})
}

// WithHTTPClient sends the requests to DynamoDB through client: one with a proxy, with
// other limits, or a stand-in without a network. The default is a client like the SDK's
// that keeps up to 100 idle connections to a host.
//
// Redirects are not followed, unless client is an *http.Client with a CheckRedirect of its
// own. A client must not repeat requests by itself: nobody sees what became of the earlier
// ones, so a write in doubt would be reported as certain.
func WithHTTPClient(client HTTPClient) Option {
	return option(func(c *config) {
		if client == nil {
			c.fault("WithHTTPClient: the client must not be nil")
			return
		}
		c.httpClient = client
	})
}

// WithLogger logs finished calls at Debug, failed attempts at Info, and corrupt answers and
// writes in doubt at Warn. The SDK logs to it too. The default is no logging. This package
// logs no credentials, no item and no key; the SDK's own logging of requests shows them, if
// you switch it on. See Logging and hooks in the package comment.
func WithLogger(logger *slog.Logger) Option {
	return option(func(c *config) {
		if logger == nil {
			c.fault("WithLogger: the logger must not be nil")
			return
		}
		c.logger = logger
	})
}

// WithHook calls the functions of hook for each finished attempt and call. Given several
// times, all hooks are called, in the order given.
func WithHook(hook Hook) Option {
	return option(func(c *config) {
		if hook.Attempt != nil {
			c.onAttempt = append(c.onAttempt, hook.Attempt)
		}
		if hook.Call != nil {
			c.onCall = append(c.onCall, hook.Call)
		}
	})
}

// WithSDKOptions changes the options of the SDK clients behind this one, after everything
// else is set. The functions are called once for each region.
func WithSDKOptions(options ...func(*dynamodb.Options)) Option {
	return option(func(c *config) {
		if slices.ContainsFunc(options, func(f func(*dynamodb.Options)) bool { return f == nil }) {
			c.fault("WithSDKOptions: an option must not be nil")
			return
		}
		c.sdkOptions = append(c.sdkOptions, options...)
	})
}

// WithMaxInFlight sets how many requests one [Client.BatchGet] or [Client.BatchWrite] sends
// at the same time, 1 to 256. The default is 4.
func WithMaxInFlight(n int) Option {
	return option(func(c *config) {
		if n < 1 || n > largestMaxInFlight {
			c.fault("WithMaxInFlight: must be 1 to %d", largestMaxInFlight)
			return
		}
		c.maxInFlight = n
	})
}

// WithMaxAttempts sets how many attempts a single request has in all, 1 to 1,000. The
// default is what AWS_MAX_ATTEMPTS or the profile says, and otherwise 10, whose pauses take
// 8.2 seconds on average and 16.35 at most. A Scan or a Query has as many for each page, and a batch
// goes on beyond it with what was throttled. See Retries in the package comment.
func WithMaxAttempts(n int) Option {
	return option(func(c *config) {
		if n < 1 || n > largestMaxAttempts {
			c.fault("WithMaxAttempts: must be 1 to %d", largestMaxAttempts)
			return
		}
		c.maxAttempts = n
	})
}

// WithRetryBudget sets how long a single request is tried again, 1 millisecond and above:
// no attempt begins once d has passed since the first one began. For a batch it is how long
// the batch goes on without anything being written or read. By default there is no such
// limit: [WithMaxAttempts] limits single requests, and only the context limits batches. See
// Retries in the package comment.
func WithRetryBudget(d time.Duration) Option {
	return option(func(c *config) {
		if d < shortestRetryBudget {
			c.fault("WithRetryBudget: must be at least %v", shortestRetryBudget)
			return
		}
		c.retryBudget = d
	})
}

// WithAttemptTimeout sets how long one attempt may take, from its start to the last byte of
// its answer, 10 milliseconds to 24 hours. The default is 10 seconds. An attempt of Scan, Query,
// BatchGet or BatchWrite has three times as long. See Timeouts in the package comment.
//
// If a program or a local DynamoDB stands still for longer, in a debugger or while it
// loads, its attempts fail: set an hour then.
func WithAttemptTimeout(d time.Duration) Option {
	return option(func(c *config) {
		if d < shortestAttemptTimeout || d > longestAttemptTimeout {
			c.fault("WithAttemptTimeout: must be %v to %v", shortestAttemptTimeout, longestAttemptTimeout)
			return
		}
		c.attemptTimeout = d
	})
}

// WithLargestAnswer sets how many bytes the answer to a batch may have, 1 MiB and above,
// before it is refused with [ErrCorruptResponse]. The default is 256 MiB. Any other answer
// may have an eighth of it, or 32 MiB if that is more, and never more than a batch.
//
// DynamoDB's batches hold 16 MB of data and its pages 1 MB, and JSON can take nine times as
// much. The decoded answer may take 20 times the size of its JSON.
func WithLargestAnswer(bytes int64) Option {
	return option(func(c *config) {
		if bytes < smallestLargestAnswer {
			c.fault("WithLargestAnswer: must be at least %d bytes", smallestLargestAnswer)
			return
		}
		c.largestAnswer = bytes
	})
}
