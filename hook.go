package dynamoconn

import (
	"context"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// Hook has functions that a client calls for each attempt and each call, for metrics and
// traces. Give it to [New] with [WithHook]. A nil function is not called.
//
// The activity waits for a hook to return: keep it quick. Many goroutines call it at once,
// also within one call if that is a batch. The context is that of the activity's caller, and
// may have ended.
//
// A panic in a hook reaches the caller of the activity. If it happens in one of several
// requests of a batch, the others are cancelled first, and the caller gets a panic whose
// value is an error with the original value and stack in its text. No CallEvent is reported
// for a call that ends in a panic.
type Hook struct {
	// Attempt is called when an HTTP request to DynamoDB has ended, before the call makes
	// the next one.
	Attempt func(context.Context, AttemptEvent)
	// Call is called when a call of an activity is finished, just before the method
	// returns, also if the call was refused before anything was sent. All pages of a Scan,
	// a Query or a ListTables are one call, and so are all requests of a batch. A call of an
	// iterator is finished when its loop ends; each loop over it is a call of its own.
	Call func(context.Context, CallEvent)
}

// AttemptEvent is one HTTP request that has ended. It holds no item, no key and no
// secret.
type AttemptEvent struct {
	// Activity is the method that was called. Variants of an activity have its name:
	// "Scan" for ScanItems too. For a client of [Client.SDK] it is the name of the operation.
	Activity string
	// Action is the API action that was requested, such as "BatchWriteItem".
	Action string
	// TableName is the table as the call names it. It is empty for ListTables, and if a
	// batch names several tables.
	TableName string
	// Region is where the request went.
	Region Region
	// Number counts the attempts of one request, from 1. A request is one page of a Scan, a Query
	// or one part of a batch.
	Number int
	// Outcome is what the attempt means for the data. After a failed attempt the request
	// may be sent again.
	Outcome Outcome
	// Status is the HTTP status of the answer, and 0 if there was none.
	Status int
	// Code is DynamoDB's error code, such as "ThrottlingException", and empty if it
	// answered none.
	Code string
	// RequestID is DynamoDB's ID of the request, and empty if there was none.
	RequestID string
	// Err is why there was no valid answer: the error of the HTTP client, or an
	// [ErrCorruptResponse]. It is nil if DynamoDB answered, even with an error.
	Err error
	// Wait is the time since the previous attempt at the same request: the pause, and the
	// signing. It is 0 for the first attempt.
	Wait time.Duration
	// Took is the time from the start of the attempt to the last byte of the answer.
	Took time.Duration
	// BytesSent is the size of the request's body, without headers, and 0 if it was not
	// sent.
	BytesSent int64
	// BytesReceived is the size of the answer's body as it came, before decompression.
	BytesReceived int64
}

// CallEvent is one call of an activity that is finished. It holds no item, no key and
// no secret.
type CallEvent struct {
	// Activity is the method that was called. Variants of an activity have its name:
	// "Scan" for ScanItems too. For a client of [Client.SDK] it is the name of the operation.
	Activity string
	// TableName is the table as the call names it. It is empty for ListTables, and if a
	// batch names several tables.
	TableName string
	// Region is where the requests went, or were to go.
	Region Region
	// Outcome is [OutcomeApplied] if Err is nil, and otherwise what the failure means for
	// the data: [OutcomeUnknown] for each [ErrAmbiguous]. An unfinished batch may have done
	// a part of its work.
	Outcome Outcome
	// Err is the error that the caller gets, and nil for a success. Test for the cause with
	// errors.Is. It is nil if the caller left the loop of an iterator. For a client of
	// [Client.SDK] it is what [Classify] makes of the error.
	Err error
	// Attempts is the number of HTTP requests, repetitions included.
	Attempts int
	// Wait is the time spent in pauses: between attempts, and while a batch waits to send
	// again what DynamoDB left unprocessed. Pauses of simultaneous requests are added up.
	Wait time.Duration
	// Took is the time from the call to its end. For an iterator it includes the body of
	// the caller's loop.
	Took time.Duration
	// BytesSent and BytesReceived are the sums over the attempts.
	BytesSent, BytesReceived int64
	// ConsumedCapacity is what the call used, added up for each table. It is nil
	// unless the call was given [WithConsumedCapacity]. All hooks share it: do not change
	// it.
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
