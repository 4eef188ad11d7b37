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
)

// Option is a setting of a [Client]. The functions of this package whose names
// begin with With make them.
type Option interface {
	apply(*config)
}

// HTTPClient sends HTTP requests. An *http.Client is one.
type HTTPClient interface {
	Do(*http.Request) (*http.Response, error)
}

// AssumedRole is an IAM role to take on before calling DynamoDB.
type AssumedRole struct {
	// RoleARN is the role. It is required.
	RoleARN string
	// SessionName appears in the role's logs. Empty means a name made by the SDK.
	SessionName string
	// ExternalID is what the role's trust policy may ask for.
	ExternalID string
	// Duration is how long each set of credentials is valid; they are renewed in
	// time. Zero means 15 minutes; STS takes 15 minutes to 12 hours.
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
	shortestAttemptTimeout = 10 * time.Millisecond
	longestAttemptTimeout  = 24 * time.Hour
	shortestRetryBudget    = time.Millisecond
)

type option func(*config)

func (o option) apply(c *config) { o(c) }

// WithRegion sets the region of every call that does not name another with
// [InRegion]. Without it the region comes from where the SDK finds it: the
// environment (AWS_REGION), the profile, the machine.
func WithRegion(region Region) Option {
	return option(func(c *config) {
		if err := region.validate(); err != nil {
			c.fault("WithRegion: %w", err)
			return
		}
		c.region = region
	})
}

// WithEndpoint sends every request to rawURL, for example
// "http://localhost:8000" for DynamoDB Local, instead of the region's own
// endpoint. The region is still needed: it is part of each signature. Plain http
// is refused for any host that is not this machine, unless [WithPlainHTTP] names
// it.
func WithEndpoint(rawURL string) Option {
	return option(func(c *config) {
		if rawURL == "" {
			c.fault("WithEndpoint: the URL must not be empty")
			return
		}
		c.endpoint = rawURL
	})
}

// WithPlainHTTP allows unencrypted requests to the hosts named, without ports: for
// example "dynamodb", the name of a container beside this one. Anyone on the way
// reads such a request and its answer. This machine's own names and addresses need
// no permission.
func WithPlainHTTP(hosts ...string) Option {
	return option(func(c *config) {
		for _, host := range hosts {
			_, notAddress := netip.ParseAddr(host)
			if host == "" || strings.ContainsAny(host, "/:*@[] ") && notAddress != nil {
				c.fault("WithPlainHTTP: each argument is the name or address of one host, without scheme and port")
				return
			}
		}
		c.plainHosts = append(c.plainHosts, hosts...)
	})
}

// WithStaticCredentials signs every request with one access key. The session token
// is empty for long-lived keys.
func WithStaticCredentials(accessKeyID, secretAccessKey, sessionToken string) Option {
	return option(func(c *config) {
		if accessKeyID == "" || secretAccessKey == "" {
			c.fault("WithStaticCredentials: the access key ID and the secret access key must not be empty")
			return
		}
		c.static = &aws.Credentials{
			AccessKeyID:     accessKeyID,
			SecretAccessKey: secretAccessKey,
			SessionToken:    sessionToken,
			Source:          "dynamoconn.WithStaticCredentials",
		}
	})
}

// WithProfile takes region and credentials from that profile of the shared
// configuration files (~/.aws/config and ~/.aws/credentials).
func WithProfile(name string) Option {
	return option(func(c *config) {
		if name == "" {
			c.fault("WithProfile: the name must not be empty")
			return
		}
		c.profile = name
	})
}

// WithAssumedRole takes on a role through STS, with the credentials that the other
// options or the SDK's standard chain give, and renews it before it expires. The
// first call of an activity asks STS, not [New].
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

// WithCredentials takes the credentials from provider, for example one of the
// SDK's credentials modules. They are cached until they expire, so that provider is
// not asked for each request.
func WithCredentials(provider aws.CredentialsProvider) Option {
	return option(func(c *config) {
		if provider == nil {
			c.fault("WithCredentials: the provider must not be nil")
			return
		}
		c.provider = provider
	})
}

// WithAWSConfig starts from a configuration of the caller's instead of loading the
// SDK's default one: its credentials, region, HTTP client, retryer, API options and
// the rest hold unless another option replaces them.
func WithAWSConfig(cfg aws.Config) Option {
	return option(func(c *config) {
		copied := cfg.Copy()
		c.awsConfig = &copied
	})
}

// WithHTTPClient sends the requests to DynamoDB through client: one with a proxy,
// with other limits, or a stand-in that has no network. Without it, the client is
// one like the SDK's that keeps up to 100 idle connections to a host. No redirect is
// followed, unless client is an *http.Client with a CheckRedirect of its own. A client
// must not repeat requests by itself: what it sent before and was not answered is seen by
// nobody, and so a doubt is taken for a certainty.
func WithHTTPClient(client HTTPClient) Option {
	return option(func(c *config) {
		if client == nil {
			c.fault("WithHTTPClient: the client must not be nil")
			return
		}
		c.httpClient = client
	})
}

// WithLogger tells logger what the client does, and hands it what the SDK logs. At level
// Info nothing is heard of calls that go well:
//
//   - Debug, "dynamodb call": each finished call, with the facts of a [CallEvent];
//   - Info, "dynamodb attempt failed": each attempt that was throttled, met a conflict,
//     was not believed to be who it is, failed with a status of 500 and above or did not
//     get through, tried again or not, with the facts of an [AttemptEvent];
//   - Warn: an attempt whose answer is corrupt, and, instead of at Debug, a call that ends
//     with [ErrAmbiguous] or [ErrCorruptResponse].
//
// All other errors are the caller's to log. No credentials, no item and no key are logged
// by this package; the SDK's own request logging, if it is switched on, shows them.
func WithLogger(logger *slog.Logger) Option {
	return option(func(c *config) {
		if logger == nil {
			c.fault("WithLogger: the logger must not be nil")
			return
		}
		c.logger = logger
	})
}

// WithHook has the functions of hook called for each finished attempt and call. Given
// several times, all hooks are called, in their order.
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

// WithSDKOptions changes the options of the SDK clients behind this one, after
// everything else is set. Each function is called once for each region.
func WithSDKOptions(options ...func(*dynamodb.Options)) Option {
	return option(func(c *config) {
		if slices.ContainsFunc(options, func(f func(*dynamodb.Options)) bool { return f == nil }) {
			c.fault("WithSDKOptions: an option must not be nil")
			return
		}
		c.sdkOptions = append(c.sdkOptions, options...)
	})
}

// WithMaxInFlight sets how many requests one [Client.BatchGet] or
// [Client.BatchWrite] has under way at once: 1 to 256. The default is 4.
func WithMaxInFlight(n int) Option {
	return option(func(c *config) {
		if n < 1 || n > largestMaxInFlight {
			c.fault("WithMaxInFlight: must be 1 to %d", largestMaxInFlight)
			return
		}
		c.maxInFlight = n
	})
}

// WithMaxAttempts sets how often one request is tried in all, 1 to 1,000, when it
// is throttled or fails in a way that may pass. The default is what AWS_MAX_ATTEMPTS or
// the profile says, or else 10.
//
// The pause after the n-th attempt has a random length up to 50 milliseconds doubled n-1
// times, and up to 5 seconds from the eighth on: with 10 attempts the pauses are together at
// most 16.35 seconds, and 8.2 on average. A server can make each up to 5 seconds longer with
// Retry-After. Attempts that fail only by [WithAttemptTimeout] come on top, so a server
// that never answers is given up after 116 seconds at most, and by a Scan after 316.
//
// It bounds single requests: a Scan has as many attempts for each page, and a batch
// goes on beyond it, with what was throttled, until its context or [WithRetryBudget] ends
// it.
func WithMaxAttempts(n int) Option {
	return option(func(c *config) {
		if n < 1 || n > largestMaxAttempts {
			c.fault("WithMaxAttempts: must be 1 to %d", largestMaxAttempts)
			return
		}
		c.maxAttempts = n
	})
}

// WithRetryBudget sets how long a single request goes on being tried again, 1 millisecond
// and above: no further attempt begins once d has passed since the first one did. A
// request whose next attempt would come too late ends at once, with the error of the last
// one. A Scan has the budget for each page. An attempt that is under way is not cut short,
// so a request may last for d and one [WithAttemptTimeout].
//
// For a batch it is also how long it goes on without anything being written or read,
// before what is left is reported as not written, or not read.
//
// By default there is none: [WithMaxAttempts] bounds single requests, and only their
// context bounds batches. A deadline of the context is kept to in the same way: a call does
// not sleep towards a deadline that its next attempt cannot meet, but ends at once, with
// the error of the last attempt and not context.DeadlineExceeded.
func WithRetryBudget(d time.Duration) Option {
	return option(func(c *config) {
		if d < shortestRetryBudget {
			c.fault("WithRetryBudget: must be at least %v", shortestRetryBudget)
			return
		}
		c.retryBudget = d
	})
}

// WithAttemptTimeout sets how long one attempt at a request may take, from its start to
// the last byte of its answer: 10 milliseconds to 24 hours. The default is 10 seconds.
// Scan, BatchGet and BatchWrite, whose requests and answers are the large ones, have three
// times as long. An attempt that takes longer is given up and tried again like one whose
// connection broke; if it was the last, the error is [ErrUnavailable] and
// os.ErrDeadlineExceeded, and for a write that was sent [ErrAmbiguous]. It is not
// context.DeadlineExceeded: that is only ever the deadline of the caller's context, which
// holds beside this. So does a time limit of an HTTP client of the caller's own.
//
// A program or a local DynamoDB that stands still for longer than this, in a debugger
// or while it loads, loses the attempts under way: give an hour then.
func WithAttemptTimeout(d time.Duration) Option {
	return option(func(c *config) {
		if d < shortestAttemptTimeout || d > longestAttemptTimeout {
			c.fault("WithAttemptTimeout: must be %v to %v", shortestAttemptTimeout, longestAttemptTimeout)
			return
		}
		c.attemptTime = d
	})
}

// WithLargestAnswer sets the most bytes that the answer to a batch may have, 1 MiB and
// above, before it is refused with [ErrCorruptResponse]. The default is 256 MiB. Any
// other answer may have an eighth of it, or 32 MiB if that is more, and never more than
// a batch. DynamoDB's batches hold 16 MB of data and its pages 1 MB, which JSON may blow
// up nine times; what an answer is decoded into may take 20 times its size.
func WithLargestAnswer(bytes int64) Option {
	return option(func(c *config) {
		if bytes < smallestLargestAnswer {
			c.fault("WithLargestAnswer: must be at least %d bytes", smallestLargestAnswer)
			return
		}
		c.largestAnswer = bytes
	})
}
