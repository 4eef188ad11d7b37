package dynamoconn

import (
	"context"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// Hook is told what a client does, for metrics and traces. Give it to [New] with
// [WithHook]. A function that is nil is not called.
//
// A hook is on the way of the activity, which goes on when the function returns: it must
// be quick, and it is called by many goroutines at once, for one call too if that is a
// batch. The context is that of the activity's caller, which may have ended.
//
// A panic in a hook is not swallowed: it reaches the caller of the activity. If it was in
// one of several requests of a batch, the others are cancelled first, and it arrives as an
// error whose text has the panic's value and stack. A call that ends so has no CallEvent.
type Hook struct {
	// Attempt is called when an HTTP request to DynamoDB has ended, before the next
	// one of the call is made.
	Attempt func(context.Context, AttemptEvent)
	// Call is called when a call of an activity is finished, just before the method
	// returns; one that is refused before anything is sent is a call too. All the
	// pages of a Scan or a ListTables and all the requests of a batch are one call.
	// That of an iterator is finished when the loop ends or is broken off, and each
	// ranging is a call of its own.
	Call func(context.Context, CallEvent)
}

// AttemptEvent is one HTTP request that has ended. It holds no item, no key and no
// secret.
type AttemptEvent struct {
	// Activity is the method that was called, without what tells its variants apart:
	// "Scan" for ScanItems too.
	Activity string
	// Action is the API action that was requested, such as "BatchWriteItem".
	Action string
	// TableName is the table as the call names it. It is empty for ListTables, or if
	// a batch names several.
	TableName string
	// Region is where the request went.
	Region Region
	// Number counts the attempts of one request, which is one page of a Scan or one
	// part of a batch. It is 1 for the first.
	Number int
	// Outcome is what the attempt means for the data. An attempt that failed may be
	// tried again.
	Outcome Outcome
	// Status is the HTTP status of the answer, and 0 if there was none.
	Status int
	// Code is DynamoDB's error code, such as "ThrottlingException", and empty if it
	// answered none.
	Code string
	// RequestID is DynamoDB's name for the request, and empty if there was none.
	RequestID string
	// Err is why there was no answer that can be believed: what the HTTP client
	// said, or an [ErrCorruptResponse]. It is nil if there was one, be it an error of
	// DynamoDB's.
	Err error
	// Wait is the time since the attempt before it of the same request: the pause,
	// and the signing. It is 0 for the first.
	Wait time.Duration
	// Took is the time from the sending to the last byte of the answer.
	Took time.Duration
	// BytesSent is the size of the request's body, and 0 if it was not sent. Headers
	// do not count.
	BytesSent int64
	// BytesReceived is the size of the answer's body as it came, packed if it was.
	BytesReceived int64
}

// CallEvent is one call of an activity that is finished. It holds no item, no key and
// no secret.
type CallEvent struct {
	// Activity is the method that was called, without what tells its variants apart:
	// "Scan" for ScanItems too.
	Activity string
	// TableName is the table as the call names it. It is empty for ListTables, or if
	// a batch names several.
	TableName string
	// Region is where the requests went, or were to go.
	Region Region
	// Outcome is [OutcomeApplied] if Err is nil, and else what the failure means for
	// the data: [OutcomeUnknown] for each [ErrAmbiguous]. A batch that is unfinished
	// may have done a part of its work.
	Outcome Outcome
	// Err is the error that the caller gets, and nil for a success. Test for the
	// cause with errors.Is. An iterator that was broken off has none.
	Err error
	// Attempts is the number of HTTP requests, repetitions included.
	Attempts int
	// Wait is the time spent in pauses, before repetitions and between the requests
	// of a batch that DynamoDB left unprocessed. Those of requests that were under
	// way at once are added up.
	Wait time.Duration
	// Took is the time from the call to its end; for an iterator that includes what
	// its loop did.
	Took time.Duration
	// BytesSent and BytesReceived are the sums over the attempts.
	BytesSent, BytesReceived int64
	// ConsumedCapacity is what the call used, added up for each table. It is nil
	// unless the call was given [WithConsumedCapacity]. All hooks share it: it must
	// not be changed.
	ConsumedCapacity []ConsumedCapacity
}

// Outcome is what became of an attempt, of a call, or of one operation of a batch: what it
// means for the data. The zero Outcome is none of them.
type Outcome string

const (
	// OutcomeNotSent means that nothing left this machine.
	OutcomeNotSent = Outcome(retry.NotSent)
	// OutcomeNotDone means that it was certainly not done, and that the same may succeed
	// when it is sent again: it was throttled, met a conflict, or was left unprocessed.
	OutcomeNotDone = Outcome(retry.NotDone)
	// OutcomeRefused means that it was certainly not done, and that the same would be
	// refused again.
	OutcomeRefused = Outcome(retry.Refused)
	// OutcomeApplied means that DynamoDB answered that it was done: the write, or the
	// read.
	OutcomeApplied = Outcome(retry.Applied)
	// OutcomeUnknown means that it may have been done: it may have been sent, and no
	// definite answer came.
	OutcomeUnknown = Outcome(retry.Unknown)
)
