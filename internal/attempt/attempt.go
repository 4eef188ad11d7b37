// Package attempt keeps what became of each HTTP request of one call: whether it
// left, whether DynamoDB refused or applied it, or whether nobody can tell.
package attempt

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Outcome is what one attempt means for the state of the table.
type Outcome uint8

// The outcomes. Only Unknown leaves a doubt.
const (
	// NotSent: the request did not leave this machine.
	NotSent Outcome = iota
	// Refused: DynamoDB answered that it did not do it.
	Refused
	// Applied: DynamoDB answered that it did it.
	Applied
	// Unknown: the request may have been sent, and no definite answer came back.
	Unknown
)

// String returns the outcome in words.
func (o Outcome) String() string {
	switch o {
	case NotSent:
		return "not sent"
	case Refused:
		return "refused"
	case Applied:
		return "applied"
	}
	return "unknown"
}

// Try is one attempt.
type Try struct {
	// Action is the API action, such as "GetItem".
	Action  string
	Outcome Outcome
	// Repeated means that the HTTP client may have sent the request before, unseen: the
	// outcome is only that of the last time.
	Repeated bool
	// Status is the HTTP status of the answer, and 0 if there was none.
	Status int
	// Code is DynamoDB's name for the error it answered, and empty if there was none.
	Code string
	// RequestID is DynamoDB's, and empty if there was none.
	RequestID string
	// Err is why no whole answer came, and nil if one did, whatever it said.
	Err error
	// Began is when the attempt was made, and Took is how long it lasted.
	Began time.Time
	Took  time.Duration
	// Wait is the time since the attempt before it in the record ended: Add enters it.
	Wait time.Duration
	// Sent and Received are the bytes of the bodies: of the request, if it may have
	// left, and of the answer as it came.
	Sent, Received int64
}

// Record is the attempts of one call, oldest first. It may be used by several
// goroutines. The zero value is an empty record.
type Record struct {
	// Each, if it is not nil, is called with each attempt and its number, counted
	// from 1, when it has been entered. It must be set before the record is used.
	Each func(number int, try Try)

	mu      sync.Mutex
	tries   []Try
	began   time.Time
	signer  Renewer // of the latest attempt
	renewed bool
}

type contextKey struct{}

// With returns a context under which the transport enters its attempts in the
// record that is returned. The request begins now.
func With(ctx context.Context) (context.Context, *Record) {
	record := &Record{began: time.Now()}
	return context.WithValue(ctx, contextKey{}, record), record
}

// From returns the record of ctx, or nil.
func From(ctx context.Context) *Record {
	record, _ := ctx.Value(contextKey{}).(*Record)
	return record
}

// Add enters one attempt. A nil record takes nothing.
func (r *Record) Add(try Try) {
	if r == nil {
		return
	}
	number := r.enter(&try)
	if r.Each != nil {
		r.Each(number, try) // outside the lock: it may panic, or ask for the verdict
	}
}

func (r *Record) enter(try *Try) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.tries); n > 0 {
		last := &r.tries[n-1]
		try.Wait = max(0, try.Began.Sub(last.Began.Add(last.Took)))
	}
	r.tries = append(r.tries, *try)
	return len(r.tries)
}

// Tries returns a copy of the attempts.
func (r *Record) Tries() []Try {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Try(nil), r.tries...)
}

// Verdict returns what the whole call means, given that it failed: NotSent if no
// attempt left, Unknown if any may have been applied, Refused otherwise. Each
// attempt sends the same request, so one that was refused does not make an earlier
// unknown one certain.
func (r *Record) Verdict() Outcome {
	verdict := NotSent
	for _, try := range r.Tries() {
		switch {
		case try.Outcome == Applied, try.inDoubt():
			return Unknown
		case try.Outcome == Refused:
			verdict = Refused
		}
	}
	return verdict
}

// InDoubt tells whether the request may have been applied by an attempt that did not
// say so. A nil record is not in doubt.
func (r *Record) InDoubt() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.tries, Try.inDoubt)
}

// inDoubt tells whether the attempt leaves a doubt, whatever it came to in the end. That a
// transaction with the same token is under way refuses this attempt, and an earlier one may
// yet be applied.
func (t Try) inDoubt() bool {
	return t.Outcome == Unknown || t.Repeated || t.Code == "TransactionInProgressException"
}

// SignedBy enters whose credentials the next attempt has.
func (r *Record) SignedBy(signer Renewer) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.signer = signer
}

// renew gets new credentials for the next attempt, once for each record.
func (r *Record) renew(ctx context.Context) (bool, error) {
	if r == nil {
		return false, nil
	}
	r.mu.Lock()
	signer, again := r.signer, r.renewed
	r.renewed = true
	r.mu.Unlock()
	if signer == nil || again {
		return false, nil
	}
	return signer.Renew(ctx)
}

// end returns when a budget is spent, and zero if that is never.
func (r *Record) end(budget time.Duration) time.Time {
	if r == nil || budget <= 0 {
		return time.Time{}
	}
	return r.began.Add(budget)
}
