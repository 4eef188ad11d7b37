package dynamoconn

import (
	"context"
	"errors"

	"github.com/dynamoconn/dynamoconn/internal/batch"
	"github.com/dynamoconn/dynamoconn/internal/retry"
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
	plan.Pause = retry.Pause
	plan.Paused = k.paused
	plan.Patience = k.client.config.retryBudget
	plan.Unprocessed = k.leftUnprocessed()
	return plan.Run(ctx)
}

// failedInBatch returns the answer to a request of a batch that failed with err.
func failedInBatch(means retry.InBatch, err error) batch.Answer {
	if means.Outcome == retry.NotDone && !means.Waits {
		err = nil
	}
	return batch.Answer{Outcome: means.Outcome, Scope: means.Scope, Err: err}
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
	e := k.errorSoFar()
	e.err = err
	return e
}
