package retry

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Try is one attempt at a request.
type Try struct {
	// Action is the API action, such as "GetItem".
	Action string
	// Outcome is what the attempt means for the data.
	Outcome Outcome
	// Repeated means that the HTTP client may have sent the request before, unseen: the
	// outcome is only that of the last time.
	Repeated bool
	// Status is the HTTP status of the answer, and 0 if there was none.
	Status int
	// Code is DynamoDB's error code, and empty if there was none.
	Code string
	// RequestID is DynamoDB's, and empty if there was none.
	RequestID string
	// Err is why no whole answer came, and nil if one did, whatever it said.
	Err error
	// Began is when the attempt was made, and Took is how long it lasted.
	Began time.Time
	Took  time.Duration
	// Wait is the time since the attempt before it in the record ended. Add fills it in.
	Wait time.Duration
	// Sent and Received are the bytes of the bodies: of the request, if it may have
	// left, and of the answer as it came.
	Sent, Received int64
}

// inDoubt reports whether the request may have been applied by the attempt, which did not
// say so.
func (t Try) inDoubt() bool { return t.Outcome == Unknown || t.Repeated }

// Policy is what the caller wants of one request. The zero Policy is that of a request
// that may be sent again as long as its number of attempts and its context allow.
type Policy struct {
	// Once means that the request is not sent again when an attempt may have been applied.
	Once bool
	// Token means that the request is a transaction with a token, by which DynamoDB
	// recognises a repetition for 10 minutes.
	Token bool
	// Budget is how long after its beginning the request may be sent again. Zero is no
	// bound.
	Budget time.Duration
}

// A Renewer gets new credentials in the place of those that signed an attempt.
type Renewer interface {
	// Renew reports whether there are other credentials now, and if not why, where it knows.
	Renew(ctx context.Context) (renewed bool, err error)
}

// Record keeps the attempts of one request, oldest first, and what the decision about the
// next one needs. Several goroutines may use it. The zero value is an empty record.
type Record struct {
	// Each, if it is not nil, is called with each attempt and its number, counted
	// from 1, when it has been entered. It must be set before the record is used.
	Each func(number int, try Try)

	policy Policy
	began  time.Time

	mu        sync.Mutex
	tries     []Try
	first     [1]Try            // the memory of the first one
	last      error             // of the latest attempt
	tokenSent moment            // when the token was first sent
	signer    Renewer           // of the latest attempt
	kept      *keptCredentials  // of the attempt that is to be played back, or nil
	permit    func(error) error // of an attempt that was made before the SDK's client takes over
	renewed   bool
}

type contextKey struct{}

// With returns a context under which the attempts of one request are entered in the
// record that is returned. The request begins now.
func With(ctx context.Context, policy Policy) (context.Context, *Record) {
	r := &recorded{Context: ctx, record: Record{policy: policy, began: time.Now()}}
	return r, &r.record
}

// recorded is a context with a record.
type recorded struct {
	context.Context
	record Record
}

// Value returns the record, and what the context below has.
func (r *recorded) Value(key any) any {
	if key == (contextKey{}) {
		return &r.record
	}
	return r.Context.Value(key)
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
		r.Each(number, try) // outside the lock: it may panic, or call Judge
	}
}

func (r *Record) enter(try *Try) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.tries); n > 0 {
		last := &r.tries[n-1]
		try.Wait = max(0, try.Began.Sub(last.Began.Add(last.Took)))
	}
	if r.tries == nil {
		r.tries = r.first[:0] // most requests have one attempt
	}
	r.tries = append(r.tries, *try)
	return len(r.tries)
}

// Tries returns the attempts. They must not be changed: no copy is made of them.
func (r *Record) Tries() []Try {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clip(r.tries)
}

// InDoubt reports whether the request may have been applied by an attempt that did not
// say so. A nil record is not in doubt.
func (r *Record) InDoubt() bool {
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.tries, Try.inDoubt)
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

// KeepCredentials enters what the provider answered for an attempt that was made, or could
// not be made, before the SDK's client takes over. Whoever signs the attempt that is then
// played back takes the answer with TakeCredentials and does not ask again.
func (r *Record) KeepCredentials(credentials aws.Credentials, err error) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = &keptCredentials{credentials, err}
}

// TakeCredentials returns what KeepCredentials entered, once, and otherwise false.
func (r *Record) TakeCredentials() (credentials aws.Credentials, err error, ok bool) { //nolint:revive // the error belongs to the credentials
	if r == nil {
		return aws.Credentials{}, nil, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.kept
	r.kept = nil
	if kept == nil {
		return aws.Credentials{}, nil, false
	}
	return kept.credentials, kept.err, true
}

type keptCredentials struct {
	credentials aws.Credentials
	err         error
}

// KeepPermit enters that an attempt has been made with what [Retryer].GetAttemptToken returned
// for it. The retryer returns the same to the SDK's client, for which the attempt is played back.
func (r *Record) KeepPermit(permit func(error) error) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.permit = permit
}

// takePermit returns what KeepPermit entered, once.
func (r *Record) takePermit() func(error) error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	permit := r.permit
	r.permit = nil
	return permit
}

// renew gets new credentials for the next attempt, once for each record.
func (r *Record) renew(ctx context.Context) (bool, error) {
	r.mu.Lock()
	signer, again := r.signer, r.renewed
	r.renewed = true
	r.mu.Unlock()
	if signer == nil || again {
		return false, nil
	}
	return signer.Renew(ctx)
}

// failedWith enters the error of the latest attempt.
func (r *Record) failedWith(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = err
}
