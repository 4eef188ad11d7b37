package dynamoconntest

import (
	"slices"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/api"
)

// Effect is what a [Fault] does to a request. The functions of this package that
// return an Effect make one. The zero Effect does nothing.
type Effect struct {
	name string // as in the journal
	kind effectKind

	err         *api.Error    // answered before or after the request is carried out
	delay       time.Duration // of a slow answer
	n           int           // bytes of Truncate and Oversize, bit of FlipBit
	positions   []int         // of unprocessed or conflicting operations
	random      bool          // leave operations unprocessed with probability
	probability float64
}

type effectKind uint8

const (
	effectNone effectKind = iota
	effectErrorBefore
	effectErrorAfter
	effectRefuse
	effectReset
	effectLose
	effectSlow
	effectHang
	effectTruncate
	effectFlip
	effectEmpty
	effectHTML
	effectOversize
	effectUnprocessed
	effectConflict
	effectEmptyPage
)

// String returns the effect's name, which is also in the journal.
func (e Effect) String() string { return e.name }

// ThrottleType is the type of a throttling error.
type ThrottleType string

// The types of throttling errors.
const (
	// ProvisionedThroughputExceeded says that the capacity of a table or index is
	// exceeded.
	ProvisionedThroughputExceeded ThrottleType = "ProvisionedThroughputExceededException"
	// RequestLimitExceeded says that the account's limit is exceeded.
	RequestLimitExceeded ThrottleType = "RequestLimitExceeded"
	// Throttling is the error of an on-demand table, and of too many requests that
	// manage tables.
	Throttling ThrottleType = "ThrottlingException"
)

// Throttle answers with a throttling error and does not carry out the request.
// The reasons are the names of the limits that were exceeded, for example
// "TableReadProvisionedThroughputExceeded". The resource is the ARN that they are
// about.
func Throttle(t ThrottleType, resource string, reasons ...string) Effect {
	message := map[ThrottleType]string{
		ProvisionedThroughputExceeded: "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
		RequestLimitExceeded:          "Throughput exceeds the current throughput limit for your account. Please contact AWS Support at https://aws.amazon.com/support request a limit increase",
		Throttling:                    "Throughput exceeds the current capacity of your table or index.",
	}[t]
	e := api.ServiceError(string(t), "%s", message)
	if t == Throttling {
		e = api.CoralError(string(t), message)
	}
	for _, r := range reasons {
		e.Limits = append(e.Limits, api.ThrottleLimit{Reason: r, Resource: resource})
	}
	return Effect{name: "throttle", kind: effectErrorBefore, err: e}
}

// InternalErrorBefore answers with status 500 and does not carry out the request.
func InternalErrorBefore() Effect {
	return Effect{name: "internal error before", kind: effectErrorBefore, err: internalError()}
}

// InternalErrorAfter carries out the request and answers with status 500.
func InternalErrorAfter() Effect {
	return Effect{name: "internal error after", kind: effectErrorAfter, err: internalError()}
}

func internalError() *api.Error {
	e := api.ServiceError("InternalServerError", "Internal server error")
	e.Status = 500
	return e
}

// ExpiredToken answers that the session token has expired, and does not carry out
// the request.
func ExpiredToken() Effect {
	return Effect{name: "expired token", kind: effectErrorBefore,
		err: api.CoralError("ExpiredTokenException", "The security token included in the request is expired")}
}

// TransactionConflict answers that another transaction is using an item, and does
// not carry out the request. A transaction is cancelled: positions says which of
// its operations have the conflict, counted from 0; none given is the first. A
// write of a single item gets a TransactionConflictException.
func TransactionConflict(positions ...int) Effect {
	return Effect{name: "transaction conflict", kind: effectConflict, positions: positions}
}

// transactionConflictError returns the error of a request that conflicts with a
// transaction.
func transactionConflictError(req api.Request, positions []int) *api.Error {
	const message = "Transaction is ongoing for the item"
	list := req.Input.Get("TransactItems")
	if list == nil {
		return api.ServiceError("TransactionConflictException", message)
	}
	if len(positions) == 0 {
		positions = []int{0}
	}
	reasons := api.NoReasons(len(list.Elems))
	for i := range reasons {
		if slices.Contains(positions, i) {
			reasons[i] = api.Reason{Code: "TransactionConflict", Message: message}
		}
	}
	return api.CancelledError(reasons)
}

// TransactionInProgress answers that a transaction with the same token is in
// progress, and does not carry out the request.
func TransactionInProgress() Effect {
	return Effect{name: "transaction in progress", kind: effectErrorBefore,
		err: api.ServiceError("TransactionInProgressException", "The transaction with the given request token is already in progress")}
}

// Unprocessed returns some writes of a BatchWriteItem or keys of a BatchGetItem as
// unprocessed, and carries out the others. They are chosen by their position in the
// request, counted from 0; none given is all of them.
func Unprocessed(positions ...int) Effect {
	return Effect{name: "unprocessed", kind: effectUnprocessed, positions: positions}
}

// UnprocessedRandomly returns each write of a BatchWriteItem or key of a
// BatchGetItem as unprocessed with probability p. See [WithSeed].
func UnprocessedRandomly(p float64) Effect {
	return Effect{name: "unprocessed randomly", kind: effectUnprocessed, random: true, probability: p}
}

// unprocessed returns the function that chooses the unprocessed operations, or nil
// if the effect has none.
func (e Effect) unprocessed(f *faults) func(table string, position int) bool {
	if e.kind != effectUnprocessed {
		return nil
	}
	return func(_ string, position int) bool {
		if e.random {
			return f.draw() < e.probability
		}
		return len(e.positions) == 0 || slices.Contains(e.positions, position)
	}
}

// RefuseConnection fails before there is a connection. The request is not carried
// out.
func RefuseConnection() Effect { return Effect{name: "refuse connection", kind: effectRefuse} }

// ResetBefore breaks the connection before the request is sent. The request is not
// carried out.
func ResetBefore() Effect { return Effect{name: "reset before", kind: effectReset} }

// LoseAnswer carries out the request and breaks the connection before the answer.
func LoseAnswer() Effect { return Effect{name: "lose answer", kind: effectLose} }

// Slow carries out the request and delays the answer by d.
func Slow(d time.Duration) Effect { return Effect{name: "slow", kind: effectSlow, delay: d} }

// Hang carries out the request and never answers. The client waits until its
// context ends.
func Hang() Effect { return Effect{name: "hang", kind: effectHang} }

// Truncate carries out the request and breaks the connection after n bytes of the
// answer's body. If n is negative it is the number of bytes that are missing at the
// end.
func Truncate(n int) Effect { return Effect{name: "truncate", kind: effectTruncate, n: n} }

// FlipBit carries out the request and inverts one bit of the answer's body, but not
// its checksum in X-Amz-Crc32. The bits of the first byte are 0 to 7, and so on; at
// the end of the body the count wraps around.
func FlipBit(bit int) Effect { return Effect{name: "flip bit", kind: effectFlip, n: bit} }

// EmptyAnswer carries out the request and answers with status 200 and no body.
func EmptyAnswer() Effect { return Effect{name: "empty answer", kind: effectEmpty} }

// HTMLUnavailable answers with status 503 and a page of HTML, as a proxy does. The
// request is not carried out.
func HTMLUnavailable() Effect { return Effect{name: "html unavailable", kind: effectHTML} }

// Oversize carries out the request and adds white space to the answer's body, up to
// n bytes.
func Oversize(n int) Effect { return Effect{name: "oversize", kind: effectOversize, n: n} }

// EmptyPage answers a Query or Scan with a page that has no items but a
// LastEvaluatedKey. This key lies before the first item, so the next page misses
// nothing. If there is no such key the page is answered as usual.
func EmptyPage() Effect { return Effect{name: "empty page", kind: effectEmptyPage} }
