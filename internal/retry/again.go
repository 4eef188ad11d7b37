package retry

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// When a request is sent again. The SDK runs the loop: it makes an attempt, asks a
// [Retryer] whether to make another, and sleeps. A first attempt that failed on the direct way
// is played back to it (package direct), so the loop and its rules are the same. The rules, in the order in which they
// are asked:
//
//  1. After new credentials the request is sent again at once (afterAttempt, below).
//  2. A transaction that was cancelled for conflicts and throttles only is sent again.
//  3. What else may do better next time is decided by the base: [NewStandard], or the
//     retryer of the caller's SDK configuration.
//  4. The base's number of attempts ends it.
//  5. With [Policy].Once it ends as soon as an attempt may have been applied.
//  6. With [Policy].Token it ends before DynamoDB may have forgotten the token.
//  7. It ends when the next attempt would begin after the context's deadline or after
//     [Policy].Budget: a pause that leads to no attempt is not slept.
//
// A batch sends again by itself what its answers leave undone: see [Verdict.OfWrites] and
// [Verdict.OfReads].

// Retryer decides whether and when a request is sent again, by the [Record] of its
// context. An SDK client needs both it and [AddTo].
type Retryer struct{ base aws.RetryerV2 }

// NewRetryer returns the Retryer of an SDK client, above what the client had.
func NewRetryer(base aws.Retryer) Retryer {
	if ours, ok := base.(Retryer); ok {
		return ours
	}
	if v2, ok := base.(aws.RetryerV2); ok {
		return Retryer{v2}
	}
	return Retryer{upgraded{base}}
}

// ErrSentOnce and ErrTokenOld are the reasons not to send a request again that could be.
var (
	ErrSentOnce = errors.New("not sent again, as it may have been applied")
	ErrTokenOld = errors.New("not sent again, as DynamoDB may have forgotten the token")
)

// MaxAttempts returns the base's number of attempts.
func (r Retryer) MaxAttempts() int { return r.base.MaxAttempts() }

// IsErrorRetryable reports whether there is a point in another attempt.
func (r Retryer) IsErrorRetryable(err error) bool {
	attempt, found := as[*failedAttempt](err)
	switch {
	case found && attempt.renewed:
		return true
	case found && Cancellation(err).Repeat:
		return true
	}
	return r.base.IsErrorRetryable(err)
}

// GetRetryToken returns an error if the request must not be sent again.
func (r Retryer) GetRetryToken(ctx context.Context, err error) (func(error) error, error) {
	if record := From(ctx); record != nil && record.policy.Once && record.InDoubt() {
		return nil, ErrSentOnce
	}
	return r.base.GetRetryToken(ctx, err)
}

// RetryDelay returns the pause before the next attempt, or an error if there is no time
// for one.
func (r Retryer) RetryDelay(n int, err error) (time.Duration, error) {
	attempt, found := as[*failedAttempt](err)
	if found && attempt.renewed {
		return 0, nil
	}
	pause, fault := r.base.RetryDelay(n, err)
	if fault != nil || !found {
		return pause, fault
	}
	whole := stretchedBySDK(pause, err)
	switch {
	case !attempt.until.IsZero() && time.Now().Add(whole).After(attempt.until):
		return 0, err
	case attempt.record.tokenIsOld(whole):
		return 0, errors.Join(err, ErrTokenOld)
	}
	return pause, nil
}

// GetInitialToken returns the base's.
//
// Deprecated: the SDK asks for GetAttemptToken.
func (r Retryer) GetInitialToken() func(error) error { return r.base.GetInitialToken() }

// GetAttemptToken is called before each attempt. It returns an error if the token of the
// request is too old by now: the machine may have slept.
func (r Retryer) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	record := From(ctx)
	if permit := record.takePermit(); permit != nil {
		return permit, nil
	}
	if record != nil && record.policy.Token {
		if err := record.sendsToken(); err != nil {
			return nil, err
		}
	}
	return r.base.GetAttemptToken(ctx)
}

// tokenLife is a minute less than DynamoDB remembers a token, so that an attempt that
// begins at its end also arrives in time.
const tokenLife = 9 * time.Minute

// sendsToken enters that the token is about to be sent.
func (r *Record) sendsToken() error {
	r.mu.Lock()
	if r.tokenSent == (moment{}) {
		r.tokenSent = now()
	}
	last := r.last
	r.mu.Unlock()
	if r.tokenIsOld(0) {
		return errors.Join(last, ErrTokenOld)
	}
	return nil
}

// tokenIsOld reports whether the token will be too old after a pause.
func (r *Record) tokenIsOld(pause time.Duration) bool {
	r.mu.Lock()
	sent := r.tokenSent
	r.mu.Unlock()
	return sent != (moment{}) && now().since(sent)+pause > tokenLife
}

// moment is a time on both clocks of a machine. The monotonic one stops while the machine
// sleeps, and the wall clock can be set.
type moment struct{ monotonic, wall time.Time }

func now() moment {
	t := time.Now()
	return moment{t, t.Round(0)} // Round(0) takes the monotonic reading off
}

// since returns the time since an earlier moment, on the clock on which it is longer.
func (m moment) since(earlier moment) time.Duration {
	return max(m.monotonic.Sub(earlier.monotonic), m.wall.Sub(earlier.wall))
}

// Explain returns err with what the request was waiting out when the caller's context
// ended, if that was a cancelled transaction: no error code says why it was cancelled.
func (r *Record) Explain(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := CancellationReason(err); known {
		return err
	}
	if _, cancelled := CancellationReason(r.last); cancelled {
		if _, inPause := as[*aws.RequestCanceledError](err); inPause {
			return errors.Join(err, r.last)
		}
	}
	return err
}

// AddTo adds to the stack of an operation what a [Retryer] needs: the SDK asks it about
// an error and does not tell it the context, so each attempt's error takes the record along.
func AddTo(stack *middleware.Stack) error {
	return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("dynamoconn.Attempt", afterAttempt), "Retry", middleware.After)
}

// afterAttempt makes one attempt and, if DynamoDB refused its credentials, gets others.
func afterAttempt(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	out, metadata, err := next.HandleFinalize(ctx, in)
	record := From(ctx)
	if err == nil || record == nil {
		return out, metadata, err
	}
	record.failedWith(err)
	attempt := &failedAttempt{err: err, record: record}
	attempt.until, _ = ctx.Deadline()
	if budget := record.policy.Budget; budget > 0 {
		if end := record.began.Add(budget); attempt.until.IsZero() || end.Before(attempt.until) {
			attempt.until = end
		}
	}
	if refusesCredentials(err) {
		renewed, why := record.renew(ctx)
		attempt.renewed = renewed
		if why != nil {
			attempt.err = &NotRenewed{Refusal: err, Err: why}
		}
	}
	return out, metadata, attempt
}

// refusesCredentials reports whether DynamoDB may accept other credentials.
func refusesCredentials(err error) bool {
	_, final := as[*Final](err)
	api, ok := as[smithy.APIError](err)
	return ok && !final && LookUp(api.ErrorCode()).Renew // STS has the same codes, and its errors are final
}

// failedAttempt is the error of an attempt with what its context knows.
type failedAttempt struct {
	err     error
	record  *Record
	until   time.Time // no further attempt begins after it; zero is no bound
	renewed bool      // the next attempt has other credentials
}

// Error returns the text of the attempt's error.
func (f *failedAttempt) Error() string { return f.err.Error() }

// Unwrap returns the attempt's error.
func (f *failedAttempt) Unwrap() error { return f.err }

// NotRenewed means that DynamoDB refused the credentials and that the provider had no
// others.
type NotRenewed struct {
	Refusal error // DynamoDB's
	Err     error // the provider's
}

// Error returns both texts.
func (n *NotRenewed) Error() string {
	return n.Refusal.Error() + "; getting new credentials failed: " + n.Err.Error()
}

// Unwrap returns both errors.
func (n *NotRenewed) Unwrap() []error { return []error{n.Refusal, n.Err} }

// upgraded makes a RetryerV2 of a Retryer, as the SDK does.
type upgraded struct{ aws.Retryer }

// GetAttemptToken returns the retryer's initial token.
func (u upgraded) GetAttemptToken(context.Context) (func(error) error, error) {
	return u.GetInitialToken(), nil
}
