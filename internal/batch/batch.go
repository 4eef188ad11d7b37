// Package batch carries out any number of operations in requests of a bounded size, several
// at once. It keeps operations on the same key in their order, and knows of each operation
// what became of it. It knows nothing of DynamoDB.
package batch

import (
	"context"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// Op is one operation.
type Op struct {
	// Table numbers the table of the operation, from 0.
	Table int
	// Key identifies the item within its table: operations with the same key are never in
	// the same request, and each waits until the one before it is done. Zero means that no
	// other operation has its key. It does not matter in a serial table.
	//
	// It may be a hash: if two items share a number, their operations only wait for each
	// other.
	Key uint64
	// Bytes is the size of the operation in a request.
	Bytes int
}

// Result is what became of an operation: Applied, or NotDone, Refused or Unknown and why. It
// is not changed: operations that ended alike may share one.
type Result struct {
	Outcome retry.Outcome
	Err     error
}

// Answer is what sending a request gave.
type Answer struct {
	// Outcome is that of the operations of the request:
	//
	//   - Applied: all are done but those left unprocessed;
	//   - NotDone: none is done, and all are to be sent again;
	//   - Refused: none is done, for a reason that holds as far as Scope says;
	//   - Unknown: each may be done.
	Outcome retry.Outcome
	// Scope is, with Refused, how far the refusal reaches: smaller requests find out which
	// operation is at fault; or the table is dropped; or everything that is left. With
	// Unknown, Everything means that no further request is worth sending.
	Scope retry.Scope
	// Unprocessed are, with Applied, those of the operations sent that are yet to be done,
	// in any order. Any other is ignored.
	Unprocessed []int
	// InDoubt means, with Applied and Refused, that the request may have been carried out
	// before, or all the same. What is left unprocessed, and what is refused, may so be done:
	// unless it is done later, it ends as Unknown.
	InDoubt bool
	// Err is why, for every outcome but Applied. It is nil with NotDone if ctx has ended
	// and that is all.
	Err error
}

// Plan is a batch to carry out.
type Plan struct {
	Ops []Op
	// Serial marks the tables whose keys are not known: at most one request for
	// such a table is under way, and its operations go in order.
	Serial []bool
	// MaxOps, MaxBytes and MaxInFlight bound a request and their number. An
	// operation over MaxBytes goes alone.
	MaxOps, MaxBytes, MaxInFlight int
	// Send carries out the operations with those indices in one request. It is called
	// by several goroutines, and must return soon after ctx has ended.
	Send func(ctx context.Context, ops []int) Answer
	// Pause returns how long to send nothing to a table after n requests without progress,
	// counted from 1.
	Pause func(n int) time.Duration
	// Paused, if it is not nil, is called with the length of each pause of a table, by the
	// goroutine of Run.
	Paused func(time.Duration)
	// Patience is how long to go on while no operation is done, before everything that is
	// left is given up. Run waits for requests under way. Zero is for ever.
	Patience time.Duration
	// Unprocessed returns the error of the operations of a table that are given up and were
	// only ever left unprocessed. It is needed with Patience.
	Unprocessed func() error
}

// Run carries out the plan until each operation has a result or ctx ends. No request
// is under way when it returns.
//
// If a Send panics, the context of the others ends. When all have returned, Run panics with
// the same value, or with a [*Panic] that holds it. If a Send ends its goroutine with
// runtime.Goexit, Run ends its own.
func (p *Plan) Run(ctx context.Context) []*Result {
	r := newRunner(p)
	r.run(ctx)
	return r.results
}
