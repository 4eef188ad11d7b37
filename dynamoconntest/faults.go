package dynamoconntest

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/api"
)

// Fault says which requests meet with which [Effect]. The zero value of each
// condition lets every request match.
type Fault struct {
	Operation string // for example "PutItem"
	Table     string // a table that the request names
	Match     func(Entry) bool

	Skip        int     // how many matching requests go by first
	Times       int     // how many are met then; 0 is all
	Probability float64 // of each of those; 0 is 1; drawn from the server's seed

	Effect Effect
}

// Effect is what happens to a request. Make one with a function of this
// package. The zero Effect is none.
type Effect struct {
	name        string
	kind        effectKind
	err         *api.Error
	delay       time.Duration
	n           int
	places      []int
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

// String is the effect's name, as in the journal.
func (e Effect) String() string { return e.name }

// ThrottleType is the type of error that a throttled request gets.
type ThrottleType string

// The types of throttling errors.
const (
	// ProvisionedThroughputExceeded is for a table's or index's own capacity.
	ProvisionedThroughputExceeded ThrottleType = "ProvisionedThroughputExceededException"
	// RequestLimitExceeded is for the account's limit.
	RequestLimitExceeded ThrottleType = "RequestLimitExceeded"
	// Throttling is for an on-demand table, or for requests that manage tables.
	Throttling ThrottleType = "ThrottlingException"
)

// Throttle answers with a throttling error before anything is done. reasons
// name the limits that were exceeded, for example
// "TableReadProvisionedThroughputExceeded"; resource is the ARN that each of
// them is about.
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

func internalError() *api.Error {
	e := api.ServiceError("InternalServerError", "Internal server error")
	e.Status = 500
	return e
}

// InternalErrorBefore answers 500 and does nothing.
func InternalErrorBefore() Effect {
	return Effect{name: "internal error before", kind: effectErrorBefore, err: internalError()}
}

// InternalErrorAfter carries the request out and answers 500.
func InternalErrorAfter() Effect {
	return Effect{name: "internal error after", kind: effectErrorAfter, err: internalError()}
}

// ExpiredToken answers that the session token has expired.
func ExpiredToken() Effect {
	return Effect{name: "expired token", kind: effectErrorBefore,
		err: api.CoralError("ExpiredTokenException", "The security token included in the request is expired")}
}

// TransactionConflict refuses a transaction because another one has one of its
// items; for an operation on a single item it is a TransactionConflictException.
// items are the places in the transaction that conflict; none given is the
// first.
func TransactionConflict(items ...int) Effect {
	return Effect{name: "transaction conflict", kind: effectConflict, places: items}
}

// TransactionInProgress answers that a transaction with the same token is under
// way.
func TransactionInProgress() Effect {
	return Effect{name: "transaction in progress", kind: effectErrorBefore,
		err: api.ServiceError("TransactionInProgressException", "The transaction with the given request token is already in progress")}
}

// Unprocessed leaves the chosen writes of a BatchWriteItem, or keys of a
// BatchGetItem, undone, by their place in the request; none given is all.
func Unprocessed(places ...int) Effect {
	return Effect{name: "unprocessed", kind: effectUnprocessed, places: places, probability: 1}
}

// UnprocessedRandomly leaves each write or key undone with probability p, drawn
// from the server's seed.
func UnprocessedRandomly(p float64) Effect {
	return Effect{name: "unprocessed randomly", kind: effectUnprocessed, probability: p, n: 1}
}

// RefuseConnection fails before there is a connection.
func RefuseConnection() Effect { return Effect{name: "refuse connection", kind: effectRefuse} }

// ResetBefore breaks the connection before the request is sent; nothing is
// done.
func ResetBefore() Effect { return Effect{name: "reset before", kind: effectReset} }

// LoseAnswer carries the request out and breaks the connection before the
// answer.
func LoseAnswer() Effect { return Effect{name: "lose answer", kind: effectLose} }

// Slow carries the request out and answers d later.
func Slow(d time.Duration) Effect { return Effect{name: "slow", kind: effectSlow, delay: d} }

// Hang carries the request out and never answers: the client's deadline ends
// it.
func Hang() Effect { return Effect{name: "hang", kind: effectHang} }

// Truncate carries the request out and breaks the connection after n bytes of
// the answer's body. A negative n counts from its end.
func Truncate(n int) Effect { return Effect{name: "truncate", kind: effectTruncate, n: n} }

// FlipBit carries the request out and inverts one bit of the answer's body,
// leaving X-Amz-Crc32 as it was. bit counts from the start, eight to a byte; it
// wraps around the body's end.
func FlipBit(bit int) Effect { return Effect{name: "flip bit", kind: effectFlip, n: bit} }

// EmptyAnswer carries the request out and answers 200 with no body.
func EmptyAnswer() Effect { return Effect{name: "empty answer", kind: effectEmpty} }

// HTMLUnavailable answers 503 with a page of HTML, as a proxy would; nothing is
// done.
func HTMLUnavailable() Effect { return Effect{name: "html unavailable", kind: effectHTML} }

// Oversize carries the request out and follows the answer with white space up
// to n bytes.
func Oversize(n int) Effect { return Effect{name: "oversize", kind: effectOversize, n: n} }

// EmptyPage answers a Query or Scan with a page that has no items and is not
// the last: its LastEvaluatedKey lies before the first item, so nothing is
// lost. Where no such key exists the page is served as usual.
func EmptyPage() Effect { return Effect{name: "empty page", kind: effectEmptyPage} }

// Injection is a fault in force.
type Injection struct {
	fault Fault
	owner *faults
	seen  int
	hits  int
}

// Inject puts a fault in force. If several match a request, the one that was
// injected first counts.
func (s *Server) Inject(f Fault) *Injection {
	in := &Injection{fault: f, owner: &s.faults}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.injections = append(s.faults.injections, in)
	return in
}

// Hits is how many requests have met the fault.
func (in *Injection) Hits() int {
	in.owner.mu.Lock()
	defer in.owner.mu.Unlock()
	return in.hits
}

// Remove ends the fault.
func (in *Injection) Remove() {
	in.owner.mu.Lock()
	defer in.owner.mu.Unlock()
	var left []*Injection
	for _, a := range in.owner.injections {
		if a != in {
			left = append(left, a)
		}
	}
	in.owner.injections = left
}

// ClearFaults ends all faults.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.injections = nil
}

type faults struct {
	mu         sync.Mutex
	rand       *rand.Rand
	injections []*Injection
}

func (f *faults) seed(seed uint64) { f.rand = rand.New(rand.NewPCG(seed, seed)) }

func (f *faults) draw() float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rand.Float64()
}

// effectFor is the effect that a request meets.
func (f *faults) effectFor(e Entry) Effect {
	f.mu.Lock()
	candidates := f.injections
	f.mu.Unlock()
	for _, in := range candidates {
		if !in.fault.matches(e) {
			continue
		}
		f.mu.Lock()
		met := in.meets(f.rand)
		f.mu.Unlock()
		if met {
			return in.fault.Effect
		}
	}
	return Effect{}
}

func (in *Injection) meets(r *rand.Rand) bool {
	in.seen++
	if in.seen <= in.fault.Skip {
		return false
	}
	if in.fault.Times > 0 && in.hits >= in.fault.Times {
		return false
	}
	if p := in.fault.Probability; p > 0 && r.Float64() >= p {
		return false
	}
	in.hits++
	return true
}

func (f Fault) matches(e Entry) bool {
	if f.Operation != "" && f.Operation != e.Operation {
		return false
	}
	if f.Table != "" {
		named := false
		for _, t := range e.Tables {
			named = named || t == f.Table
		}
		if !named {
			return false
		}
	}
	return f.Match == nil || f.Match(e)
}

// unprocessed is the choice that the effect makes, for the engine.
func (e Effect) unprocessed(f *faults) func(string, int) bool {
	if e.kind != effectUnprocessed {
		return nil
	}
	return func(_ string, i int) bool {
		if e.n == 1 {
			return f.draw() < e.probability
		}
		if len(e.places) == 0 {
			return true
		}
		for _, at := range e.places {
			if at == i {
				return true
			}
		}
		return false
	}
}
