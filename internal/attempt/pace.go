package attempt

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// A Renewer gets new credentials in the place of those that signed an attempt.
type Renewer interface {
	// Renew tells whether there are other ones now, and if not why, where it knows.
	Renew(ctx context.Context) (renewed bool, err error)
}

// Pacer is what bounds the repetitions of one request besides their number. The SDK's
// retryers see an attempt's error and not its context, so the Pacer, which is a
// middleware within the SDK's loop, puts what they need below the error, and a
// retryer of Pace finds it there.
type Pacer struct {
	// Budget is how long after its beginning a request is tried again. Zero is no
	// bound.
	Budget time.Duration
}

// AddTo adds the Pacer to the stack of an operation.
func (p *Pacer) AddTo(stack *middleware.Stack) error {
	return stack.Finalize.Insert(p, "Retry", middleware.After)
}

// ID is the name of the middleware.
func (p *Pacer) ID() string { return "dynamoconn.Pacer" }

// HandleFinalize carries out one attempt.
func (p *Pacer) HandleFinalize(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleFinalize(ctx, in)
	if err == nil {
		return out, metadata, nil
	}
	f := &failure{err: err}
	f.until, _ = ctx.Deadline()
	record := From(ctx)
	if end := record.end(p.Budget); !end.IsZero() && (f.until.IsZero() || end.Before(f.until)) {
		f.until = end
	}
	if refusesCredentials(err) {
		renewed, why := record.renew(ctx)
		f.renewed = renewed
		if why != nil {
			f.err = &NotRenewed{Refusal: err, Err: why}
		}
	}
	return out, metadata, f
}

// failure is the error of an attempt and what its context knows.
type failure struct {
	err     error
	until   time.Time // no further attempt begins after it; zero is no bound
	renewed bool      // the next attempt has other credentials
}

// Error returns the text of the attempt's error.
func (f *failure) Error() string { return f.err.Error() }

// Unwrap returns the attempt's error.
func (f *failure) Unwrap() error { return f.err }

// NotRenewed means that DynamoDB refused the credentials and that no others could be
// had.
type NotRenewed struct {
	Refusal error // DynamoDB's
	Err     error // the provider's
}

// Error returns both texts.
func (n *NotRenewed) Error() string {
	return n.Refusal.Error() + "; new credentials could not be had: " + n.Err.Error()
}

// Unwrap returns both errors.
func (n *NotRenewed) Unwrap() []error { return []error{n.Refusal, n.Err} }

// refusesCredentials tells whether other credentials may do better.
func refusesCredentials(err error) bool {
	var final *Final
	var api smithy.APIError
	if errors.As(err, &final) || !errors.As(err, &api) { // STS has the same codes
		return false
	}
	switch api.ErrorCode() {
	case "ExpiredTokenException", "ExpiredToken", "UnrecognizedClientException", "RequestExpired":
		return true
	}
	return false
}

// paced is a retryer that keeps to what a Pacer found.
type paced struct{ aws.RetryerV2 }

// Pace returns a retryer that does as r does, and besides ends a request whose next
// attempt would begin after its time is up, instead of waiting for nothing; and tries
// again at once after new credentials.
func Pace(r aws.Retryer) aws.RetryerV2 {
	if v2, ok := r.(aws.RetryerV2); ok {
		return paced{v2}
	}
	return paced{upgraded{r}}
}

// IsErrorRetryable tells whether there is a point in another attempt.
func (p paced) IsErrorRetryable(err error) bool {
	var f *failure
	return errors.As(err, &f) && f.renewed || p.RetryerV2.IsErrorRetryable(err)
}

// RetryDelay returns the pause, or err itself if there is no time for another attempt.
func (p paced) RetryDelay(n int, err error) (time.Duration, error) {
	var f *failure
	found := errors.As(err, &f)
	if found && f.renewed {
		return 0, nil
	}
	pause, fault := p.RetryerV2.RetryDelay(n, err)
	if fault != nil {
		return 0, fault
	}
	if found && !f.until.IsZero() && time.Now().Add(pause).After(f.until) {
		return 0, err
	}
	return pause, nil
}

// upgraded makes a RetryerV2 of a Retryer, as the SDK does.
type upgraded struct{ aws.Retryer }

// GetAttemptToken returns the retryer's initial token.
func (u upgraded) GetAttemptToken(context.Context) (func(error) error, error) {
	return u.GetInitialToken(), nil
}
