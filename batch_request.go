package dynamoconn

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

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
	// requestFrame is more than a request holds besides its operations: table names and
	// braces.
	requestFrame = 64 << 10
)

// runBatch carries out a plan with the client's limits and pauses.
func (k *call) runBatch(ctx context.Context, plan batch.Plan) []*batch.Result {
	plan.MaxBytes = largestRequest - requestFrame
	plan.MaxInFlight = k.client.config.maxInFlight
	plan.Pause = retry.Pause
	plan.Paused = k.paused
	plan.Patience = k.client.config.retryBudget
	plan.Unprocessed = k.leftUnprocessed
	return plan.Run(ctx)
}

// failedInBatch returns the answer to a request of a batch that failed with err.
func failedInBatch(means retry.InBatch, err error) batch.Answer {
	if means.Outcome == retry.NotDone && !means.Waits {
		err = nil
	}
	return batch.Answer{Outcome: means.Outcome, Scope: means.Scope, InDoubt: means.InDoubt, Err: err}
}

// invalidNow returns the answer to a request that cannot be encoded: the caller has changed
// one of its operations since they were checked.
func invalidNow(err error) batch.Answer {
	return batch.Answer{Outcome: retry.Refused, Scope: retry.OneOperation, Err: err}
}

// leftUnprocessed is the error of an operation that DynamoDB left unprocessed until the
// retry budget was spent. DynamoDB leaves unprocessed what it has no throughput for.
func (k *call) leftUnprocessed() error {
	return &Error{
		Activity: k.activity, TableName: clean(k.table), Region: k.region,
		causes: []error{ErrThrottled}, err: hide(errors.New("left unprocessed until the retry budget was spent")),
	}
}

// batchError returns the error of a call with a batch that is not complete.
func (k *call) batchError(err error) error {
	e := k.errorSoFar()
	e.err = hide(err)
	return e
}

// byTable goes over the operations of a request, table by table, in their order.
func byTable(ops []batch.Op, sent []int) iter.Seq2[int, []int] {
	return func(yield func(table int, ops []int) bool) {
		left := slices.Clone(sent)
		slices.SortStableFunc(left, func(a, b int) int { return cmp.Compare(ops[a].Table, ops[b].Table) })
		for len(left) > 0 {
			table, n := ops[left[0]].Table, 1
			for n < len(left) && ops[left[n]].Table == table {
				n++
			}
			if !yield(table, left[:n]) {
				return
			}
			left = left[n:]
		}
	}
}

// bytesOf returns the bytes of operations in a request.
func bytesOf(ops []batch.Op, sent []int) int {
	size := 0
	for _, op := range sent {
		size += ops[op].Bytes
	}
	return size
}

// claims finds the operation that an entry of an answer is about.
//
// An answer is accepted only if each of its entries is about an operation that was sent in
// this request, and no two are about the same.
type claims struct {
	tables []string        // the names of the batch's tables, as the caller gave them
	open   map[claim][]int // the operations that no entry has been about
	name   string          // the table of the last entry, as the answer has it
	named  []int           // the tables that it may mean
}

// claim is what an entry says about its operation. Two operations of a request with the
// same claim are equal.
type claim struct {
	table    int
	identity string
}

// newClaims returns the claims of a request that sent some of the batch's operations.
// identity returns a text that is the same for equal operations on a table, and for no
// others.
func newClaims(tables []string, ops []batch.Op, sent []int, identity func(op int) string) *claims {
	c := &claims{tables: tables, open: make(map[claim][]int, len(sent))}
	for i, op := range sent {
		of := claim{ops[op].Table, identity(op)}
		if equal := c.open[of]; len(equal) > 0 {
			c.open[of] = append(equal, op)
		} else {
			c.open[of] = sent[i : i+1 : i+1] // without room: append makes a slice of its own
		}
	}
	return c
}

// take returns the operation that an entry is about. No other entry may be about it.
// tableName is the table of the entry as the answer has it, and identity returns the
// identity of the entry if it is for that table.
func (c *claims) take(tableName string, identity func(table int) string) (op int, err error) {
	if c.named == nil || c.name != tableName {
		c.name, c.named = tableName, tablesNamed(c.tables, tableName)
	}
	var found claim
	count := 0
	for _, table := range c.named {
		of := claim{table, identity(table)}
		if len(c.open[of]) > 0 {
			found = of
			count++
		}
	}
	switch count {
	case 0:
		return 0, corrupt("has an entry that was not sent, or has it twice")
	case 1:
		equal := c.open[found]
		c.open[found] = equal[1:]
		return equal[0], nil
	}
	return 0, corrupt("has an entry that may be for several tables")
}

// tablesNamed returns the indexes of the tables that a name in an answer may mean: the one
// with exactly this name, or else those whose ARN ends in it. Tables of several accounts may
// have the same name.
func tablesNamed(tables []string, answered string) []int {
	if i := slices.Index(tables, answered); i >= 0 {
		return []int{i}
	}
	var byARN []int
	for i, asked := range tables {
		if isNameOfTable(answered, asked) {
			byARN = append(byARN, i)
		}
	}
	return byARN
}
