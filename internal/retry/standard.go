package retry

import (
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Final marks an error that no repetition can mend.
type Final struct{ Err error }

// Error returns the text of the error it marks.
func (f *Final) Error() string { return f.Err.Error() }

// Unwrap returns the error it marks.
func (f *Final) Unwrap() error { return f.Err }

// NewStandard returns the retryer that an SDK client has below its [Retryer] unless the
// caller configures another. It differs from the SDK's standard retryer in four things:
//
//   - It has no token bucket. The SDK's runs dry after some 50 throttled calls, and then
//     fails every table of the client at the first throttle.
//   - Its pauses suit DynamoDB, and a server can stretch them.
//   - It also repeats after the statuses 408 and 429, and after each error code with
//     Repeat in the table of codes.
//   - It also repeats when a host name is not found. Resolvers say so of names that exist,
//     and nothing was sent.
func NewStandard(maxAttempts int) aws.RetryerV2 {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.RateLimiter = ratelimit.None
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, err error) (time.Duration, error) {
			return stretched(Pause(attempt), err), nil
		})
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(mayDoBetter)}, o.Retryables...)
	})
}

// mayDoBetter decides where the SDK's own rules would decide otherwise.
func mayDoBetter(err error) aws.Ternary {
	if _, final := as[*Final](err); final {
		return aws.FalseTernary
	}
	if _, left := as[*smithy.CanceledError](err); left {
		return aws.FalseTernary
	}
	if _, unresolved := as[*net.DNSError](err); unresolved {
		return aws.TrueTernary
	}
	if response, ok := as[*smithyhttp.ResponseError](err); ok {
		switch response.HTTPStatusCode() {
		case http.StatusRequestEntityTooLarge:
			return aws.FalseTernary
		case http.StatusRequestTimeout, http.StatusTooManyRequests:
			return aws.TrueTernary
		}
	}
	if api, ok := as[smithy.APIError](err); ok && LookUp(api.ErrorCode()).Repeat {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}
