package dynamoconn

import (
	"context"
	"errors"

	"github.com/dynamoconn/dynamoconn/internal/attempt"
	"github.com/dynamoconn/dynamoconn/internal/batch"
)

// DynamoDB's limits on one request. See
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html and
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html.
const (
	mostKeysInRequest   = 100
	mostWritesInRequest = 25
	largestRequest      = 16 << 20
	// requestFrame is what a request holds besides its operations: table names and
	// braces, generously.
	requestFrame = 64 << 10
)

// runBatch carries out a plan with the client's limits and pauses.
func (k *call) runBatch(ctx context.Context, plan batch.Plan) []batch.Result {
	plan.MaxBytes = largestRequest - requestFrame
	plan.MaxInFlight = k.client.config.maxInFlight
	plan.Pause = attempt.Pause
	plan.Paused = k.paused
	plan.Patience = k.client.config.retryBudget
	plan.Unprocessed = k.leftUnprocessed()
	return plan.Run(ctx)
}

// verdictOf tells what the failure of a request means for its operations.
func verdictOf(ctx context.Context, outcome attempt.Outcome, err error) batch.Answer {
	answer := batch.Answer{Err: err}
	switch {
	case outcome == attempt.Unknown:
		answer.Verdict = batch.Doubt
		// The attempts of one request have lasted long enough: the next would fare
		// no better.
		answer.Stop = errors.Is(err, ErrUnavailable)
	case ctx.Err() != nil:
		answer.Verdict = batch.Again
		if !errors.Is(err, ErrThrottled) && !errors.Is(err, ErrConflict) && !errors.Is(err, ErrUnavailable) {
			answer.Err = nil // it waited out nothing
		}
	case errors.Is(err, ErrThrottled), errors.Is(err, ErrConflict):
		answer.Verdict = batch.Again
	case outcome == attempt.NotSent, errors.Is(err, ErrCredentials):
		answer.Verdict = batch.Fatal
	case errors.Is(err, ErrValidation), errors.Is(err, ErrItemTooLarge):
		answer.Verdict = batch.Split
	default:
		// A refusal that says nothing of an item: a wrong endpoint, a redirect, an error
		// that is new. To look for the item at fault would send each by itself.
		answer.Verdict = batch.TableFailed
	}
	return answer
}

// leftUnprocessed is the cause of an operation that DynamoDB left unprocessed until the
// retry budget was spent: so it does what it has no throughput for.
func (k *call) leftUnprocessed() error {
	return &Error{
		Activity: k.activity, TableName: clean(k.table), Region: k.region,
		causes: []error{ErrThrottled}, err: errors.New("left unprocessed until the retry budget was spent"),
	}
}

// batchError wraps what is left of a batch as the error of the activity.
func (k *call) batchError(err error) error {
	e := k.soFar()
	e.err = err
	return e
}

// readVerdict is verdictOf for a request that changes nothing: that it may have been
// carried out does not matter, only what its last attempt came to.
func readVerdict(ctx context.Context, outcome attempt.Outcome, err error) batch.Answer {
	if outcome == attempt.Unknown && !errors.Is(err, ErrUnavailable) && !errors.Is(err, ErrCorruptResponse) {
		outcome = attempt.Refused
	}
	answer := verdictOf(ctx, outcome, err)
	if answer.Verdict == batch.Doubt && ctx.Err() != nil {
		answer.Verdict = batch.Again
	}
	return answer
}
