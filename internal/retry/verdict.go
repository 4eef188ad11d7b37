package retry

import "context"

// Verdict is what a failed request means, once it is not sent again.
type Verdict struct {
	// Outcome is what the failure means for the data.
	Outcome Outcome
	// Cause is why the request failed.
	Cause Cause
	// Once means that the caller does not want a write in doubt to be sent again.
	Once bool
}

// Judge says what it means that a request ended with err. Each attempt sends the same
// request, so one that was refused does not make certain an earlier one that is in doubt;
// only a false condition does so for a request with a token, because DynamoDB knows the
// token of a write that it has applied.
func (r *Record) Judge(err error) Verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := Verdict{Outcome: r.outcome(), Cause: causeOf(err, r.tries, r.last), Once: r.policy.Once}
	if _, isFalse := FalseCondition(err); isFalse && r.policy.Token {
		v.Outcome = Refused
	}
	return v
}

// outcome is NotSent if no attempt left this machine, Unknown if any may have been applied,
// and otherwise what the last answer said.
func (r *Record) outcome() Outcome {
	outcome := NotSent
	for _, try := range r.tries {
		switch {
		case try.inDoubt(), try.Outcome == Applied: // applied, and yet the request failed
			return Unknown
		case try.Outcome != NotSent:
			outcome = try.Outcome
		}
	}
	return outcome
}

// Scope is how far a failure reaches.
type Scope uint8

const (
	// OneOperation means that something in the request is at fault. Smaller requests find out what.
	OneOperation Scope = iota
	// OneTable means that every request for the table will fail in the same way.
	OneTable
	// Everything means that every request will fail in the same way.
	Everything
)

// InBatch is what a failed request means for the operations of a batch that were in it.
type InBatch struct {
	// Outcome is that of each operation: NotDone if it is to be sent again, Refused as far
	// as Scope says, and Unknown.
	Outcome Outcome
	// Scope is how far Refused and Unknown reach.
	Scope Scope
	// Waits means that the failure is what the batch waits out, with NotDone.
	Waits bool
	// InDoubt means, with Refused, that the operations may have been carried out all the
	// same. The smaller requests that find out which one is at fault settle it.
	InDoubt bool
}

// OfWrites returns what v means for the writes of a batch whose context is ctx.
func (v Verdict) OfWrites(ctx context.Context) InBatch {
	switch {
	case v.Outcome == Unknown && v.Cause == TooLarge && !v.Once:
		// Smaller requests may do better. The writes may then be applied twice, like those of
		// any request that is sent again after a doubt.
		return InBatch{Outcome: Refused, Scope: OneOperation, InDoubt: true}
	case v.Outcome == Unknown && v.Cause == Unavailable:
		// The attempts of this request have lasted long enough: the next would fare no better.
		return InBatch{Outcome: Unknown, Scope: Everything}
	case v.Outcome == Unknown:
		return InBatch{Outcome: Unknown}
	case v.Cause.passes():
		return InBatch{Outcome: NotDone, Waits: true}
	case ctx.Err() != nil:
		return InBatch{Outcome: NotDone, Waits: v.Cause == Unavailable}
	case v.Outcome == NotSent, v.Cause == CredentialsRefused:
		return InBatch{Outcome: Refused, Scope: Everything}
	case v.Cause == Invalid, v.Cause == TooLarge:
		return InBatch{Outcome: Refused, Scope: OneOperation}
	}
	// A refusal that says nothing of an item: a wrong endpoint, a redirect, an error code
	// that is new. To look for the item at fault would send each by itself.
	return InBatch{Outcome: Refused, Scope: OneTable}
}

// OfReads returns what v means for the reads of a batch whose context is ctx. That a read
// may have been carried out does not matter, only what its last attempt came to.
func (v Verdict) OfReads(ctx context.Context) InBatch {
	if v.Outcome == Unknown && v.Cause != Unavailable && v.Cause != Corrupt {
		v.Outcome = Refused
	}
	if v.Outcome == Unknown && ctx.Err() != nil {
		return InBatch{Outcome: NotDone, Waits: true}
	}
	return v.OfWrites(ctx)
}
