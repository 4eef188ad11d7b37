package dynamoconn

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/attempt"
)

// SendOnce keeps a write from being sent again once an attempt of it may have been
// applied: its error is then [ErrAmbiguous]. An attempt that certainly did nothing,
// because it was throttled, refused or never sent, is still repeated.
//
// Without it [Client.PutItem], [Client.DeleteItem] and [Client.BatchWrite] send a
// write again after an attempt in doubt, because a put or a delete that is applied
// twice leaves the same item as one that is applied once. If another writer changes
// the item between the two, however, the second undoes that change. SendOnce is for
// where that matters; so are a condition and [ExactlyOnce]. It costs nothing, and has
// no effect on an activity that only reads.
func SendOnce() CallOption {
	return callOption(func(c *callConfig) { c.sendOnce = true })
}

// ExactlyOnce makes a [Client.PutItem] or [Client.DeleteItem] one that DynamoDB
// applies at most once, however often it is sent: it goes as a transaction of this one
// write (dynamodb:TransactWriteItems) with token as its ClientRequestToken, which
// DynamoDB remembers for 10 minutes. It costs twice the write capacity, since DynamoDB
// writes each item of a transaction twice, to prepare and to commit:
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html.
//
// With it a repetition changes nothing if an earlier attempt was applied, also where
// another writer has changed the item since, and a condition that is false is
// [ErrConditionFailed] even after an attempt whose answer was lost: DynamoDB would have
// known the token of a write that it had applied. (Only an attempt that DynamoDB has yet to
// look at could be applied after that, if the condition comes true first.)
//
// The token has 1 to 36 bytes; the same one must not be given with another write, which
// is [ErrValidation]. Empty draws a random one for each call. [Error.Token] tells it, and
// with it the same write may be sent again after an [ErrAmbiguous] and is still applied
// once, until 10 minutes after [Error.Began]. A program that wants to go on so after a
// restart makes the token itself and keeps it before it writes. What is sent later than
// that is a new write. Within one call no attempt is begun in the tenth minute or later.
//
// ReturnOldItem is refused with it: a transaction returns no items. It is for one item:
// every other activity is refused.
func ExactlyOnce(token string) CallOption {
	return callOption(func(c *callConfig) {
		switch {
		case len(token) > longestToken:
			c.fault = invalid("ExactlyOnce", "the token must have at most 36 bytes")
		case !utf8.ValidString(token):
			c.fault = invalid("ExactlyOnce", "the token must be valid UTF-8")
		case token == "":
			c.token = rand.Text()
		default:
			c.token = token
		}
	})
}

const (
	longestToken = 36
	// tokenLife is a minute less than DynamoDB remembers a token, so that an attempt
	// that is begun at its end also arrives in time.
	tokenLife = 9 * time.Minute
)

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
