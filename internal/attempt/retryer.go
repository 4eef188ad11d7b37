package attempt

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// The pauses between the attempts of one call: full jitter, doubling.
const (
	FirstPause   = 50 * time.Millisecond
	LongestPause = 5 * time.Second
)

// Final marks an error that no repetition can mend.
type Final struct{ Err error }

// Error returns the text of the error it marks.
func (f *Final) Error() string { return f.Err.Error() }

// Unwrap returns the error it marks.
func (f *Final) Unwrap() error { return f.Err }

// NewRetryer returns the retryer of the SDK clients. It differs from the SDK's own
// in having no token bucket (the SDK's runs dry after some 50 throttled calls, and
// then fails every table of the client at the first throttle), in pauses that suit
// DynamoDB and that a server can stretch, and in repeating also after 408, 429, a
// conflict with another write, and a name that is not found: resolvers say so of names
// that exist, and nothing was sent.
func NewRetryer(maxAttempts int) aws.RetryerV2 {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = maxAttempts
		o.RateLimiter = ratelimit.None
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, err error) (time.Duration, error) {
			return stretched(Pause(attempt), err), nil
		})
		o.Retryables = append([]retry.IsErrorRetryable{
			retry.IsErrorRetryableFunc(judge),
			retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{
				http.StatusRequestTimeout:  {},
				http.StatusTooManyRequests: {},
			}},
			retry.RetryableErrorCode{Codes: map[string]struct{}{
				"TransactionConflictException":     {},
				"ReplicatedWriteConflictException": {},
			}},
		}, o.Retryables...)
	})
}

// judge decides what the SDK's own rules would get wrong.
func judge(err error) aws.Ternary {
	var final *Final
	if errors.As(err, &final) {
		return aws.FalseTernary
	}
	if canceled := new(smithy.CanceledError); errors.As(err, &canceled) {
		return aws.FalseTernary
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return aws.TrueTernary
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() == http.StatusRequestEntityTooLarge {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}

// Pause returns how long to wait after the n-th attempt, counted from 1: a random
// time between 0 and FirstPause doubled n-1 times, LongestPause at most.
func Pause(n int) time.Duration {
	most := FirstPause
	for ; n > 1 && most < LongestPause; n-- {
		most *= 2
	}
	return rand.N(min(most, LongestPause) + 1)
}
