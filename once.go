package dynamoconn

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/attempt"
)

// tokenLife is a minute less than DynamoDB remembers a token, so that an attempt
// that is begun at its end also arrives in time.
const tokenLife = 9 * time.Minute

var (
	errSentOnce = errors.New("not sent again, as SendOnce asks")
	errTokenOld = errors.New("not sent again, as DynamoDB may have forgotten the token")
)

// once arranges what SendOnce and ExactlyOnce ask for.
func (k *call) once(config callConfig) error {
	writesOne := k.activity == "PutItem" || k.activity == "DeleteItem"
	if config.token != "" && !writesOne {
		return invalid("ExactlyOnce", "is for PutItem and DeleteItem only")
	}
	k.token = config.token
	if config.sendOnce && (writesOne || k.activity == "BatchWrite") {
		k.options = append(k.options, func(o *dynamodb.Options) { o.Retryer = onceRetryer{o.Retryer} })
	}
	return nil
}

// onceRetryer repeats no request of which an attempt may have been applied.
type onceRetryer struct{ aws.Retryer }

// GetRetryToken refuses what may have been applied.
func (r onceRetryer) GetRetryToken(ctx context.Context, failure error) (func(error) error, error) {
	if attempt.From(ctx).InDoubt() {
		return nil, errSentOnce
	}
	return r.Retryer.GetRetryToken(ctx, failure)
}

// GetAttemptToken is that of the retryer below.
func (r onceRetryer) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	return attemptToken(ctx, r.Retryer)
}

func attemptToken(ctx context.Context, retryer aws.Retryer) (func(error) error, error) {
	if v2, ok := retryer.(aws.RetryerV2); ok {
		return v2.GetAttemptToken(ctx)
	}
	return retryer.GetInitialToken(), nil
}

// transact carries out one write as a transaction.
func (k *call) transact(ctx context.Context, write types.TransactWriteItem) ([]types.ConsumedCapacity, error) {
	// The SDK would write a token of its own into an input that has none.
	token := k.token
	input := &dynamodb.TransactWriteItemsInput{
		TransactItems:          []types.TransactWriteItem{write},
		ClientRequestToken:     &token,
		ReturnConsumedCapacity: k.capacity,
	}
	retryer := &tokenRetryer{}
	options := append(slices.Clone(k.options), func(o *dynamodb.Options) {
		retryer.Retryer = o.Retryer
		o.Retryer = retryer
	})
	out, err := k.sdk.TransactWriteItems(ctx, input, options...)
	if err != nil {
		return nil, retryer.explain(err)
	}
	return out.ConsumedCapacity, nil
}

// tokenRetryer repeats one transaction: also if it was cancelled for what may pass, and
// as long as DynamoDB certainly knows its token.
type tokenRetryer struct {
	aws.Retryer
	began time.Time // the first attempt
	last  error     // what is to be repeated
}

// GetAttemptToken is called before each attempt.
func (r *tokenRetryer) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	if r.began.IsZero() {
		r.began = time.Now()
	}
	if r.isOld(0) { // the machine may have slept
		return nil, errors.Join(r.last, errTokenOld)
	}
	return attemptToken(ctx, r.Retryer)
}

// IsErrorRetryable repeats what was cancelled for a conflict or a throttle.
func (r *tokenRetryer) IsErrorRetryable(err error) bool {
	cause := causeOfCancellation(err)
	return errors.Is(cause, ErrConflict) || errors.Is(cause, ErrThrottled) || r.Retryer.IsErrorRetryable(err)
}

// RetryDelay refuses a pause that would outlast the token.
func (r *tokenRetryer) RetryDelay(n int, failure error) (time.Duration, error) {
	r.last = failure
	pause, err := r.Retryer.RetryDelay(n, failure)
	if err == nil && r.isOld(pause) {
		return 0, errors.Join(failure, errTokenOld)
	}
	return pause, err
}

// isOld tells whether the token will be too old after a pause. It looks at both clocks: the
// monotonic one stands still while a machine sleeps, and the other can be set.
func (r *tokenRetryer) isOld(pause time.Duration) bool {
	now := time.Now()
	return max(now.Sub(r.began), now.Round(0).Sub(r.began.Round(0)))+pause > tokenLife
}

// explain adds to the end of the caller's context what the call was waiting out: the
// code of an answer does not tell why a transaction was cancelled.
func (r *tokenRetryer) explain(err error) error {
	if _, cancelled := cancellation(r.last); cancelled && isA[*aws.RequestCanceledError](err) {
		return errors.Join(err, r.last)
	}
	return err
}
