package dynamoconn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// BatchWriteError names the writes of a [BatchWriteItemRequest] that are not known to have
// been applied. Every write that it does not name was applied. It matches
// [ErrUnfinishedBatch], each of the causes, and [ErrAmbiguous] if a write may have been
// applied. Nothing that prints or encodes it shows an item.
type BatchWriteError struct {
	// Failures are those writes, in the order of the request.
	Failures []WriteFailure

	total    int
	keyNames map[string][]string
}

// WriteFailure is one write that is not known to have been applied.
type WriteFailure struct {
	// TableName is the table of the write.
	TableName string
	// Entry and Index are its place: Tables[Entry].Writes[Index] of the request.
	Entry, Index int
	// Outcome is [OutcomeNotDone] for a write that was certainly not applied and may
	// succeed when it is sent again, [OutcomeRefused] for one that would be refused again,
	// and [OutcomeUnknown] for one that may have been applied. To send the last again is
	// safe as long as nothing else writes to its key.
	Outcome Outcome
	// Err is why.
	Err error

	write hidden[Write]
}

// Write returns the put or delete itself.
func (f WriteFailure) Write() Write { return f.write.get() }

// String returns the table, the place, the outcome and the cause. It does not show the item.
func (f WriteFailure) String() string {
	return failureText(f.TableName, fmt.Sprintf("Tables[%d].Writes[%d]", f.Entry, f.Index), f.Outcome, f.Err)
}

// Format writes what String returns, whatever the verb.
func (f WriteFailure) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// MarshalJSON returns what String returns: the request of what is left, with its items, is
// [BatchWriteError.Remaining].
func (f WriteFailure) MarshalJSON() ([]byte, error) { return json.Marshal(f.String()) }

// LogValue returns what String returns.
func (f WriteFailure) LogValue() slog.Value { return slog.StringValue(f.String()) }

func failureText(table, place string, outcome Outcome, err error) string {
	text := fmt.Sprintf("%q %s: %s", clean(table), place, outcome)
	if err != nil {
		text += ": " + err.Error()
	}
	return text
}

// Error returns how many writes were not applied, how many may have been, and the
// first cause.
func (e *BatchWriteError) Error() string {
	unknown := 0
	for _, failure := range e.Failures {
		if failure.Outcome == OutcomeUnknown {
			unknown++
		}
	}
	var text string
	switch not := len(e.Failures) - unknown; {
	case unknown == 0:
		text = fmt.Sprintf("%d of %d writes not applied", not, e.total)
	case not == 0:
		text = fmt.Sprintf("%d of %d writes perhaps applied", unknown, e.total)
	default:
		text = fmt.Sprintf("%d of %d writes not applied, %d perhaps applied", not, e.total, unknown)
	}
	return fmt.Sprintf("%v: %s%s", ErrUnfinishedBatch, text, firstCause(e.causes()))
}

// Unwrap returns ErrUnfinishedBatch, ErrAmbiguous if a write may have been applied,
// and the causes.
func (e *BatchWriteError) Unwrap() []error {
	all := []error{ErrUnfinishedBatch}
	for _, failure := range e.Failures {
		if failure.Outcome == OutcomeUnknown {
			all = append(all, ErrAmbiguous)
			break
		}
	}
	return append(all, e.causes()...)
}

// Remaining returns a request with the writes that are left, in their order: those that were
// not applied and those that may have been, without those that would be refused again.
func (e *BatchWriteError) Remaining() BatchWriteItemRequest {
	var req BatchWriteItemRequest
	entry := -1
	for _, failure := range e.Failures {
		if failure.Outcome == OutcomeRefused {
			continue
		}
		if failure.Entry != entry {
			entry = failure.Entry
			req.Tables = append(req.Tables, WriteTable{Name: failure.TableName, KeyNames: e.keyNames[failure.TableName]})
		}
		table := &req.Tables[len(req.Tables)-1]
		table.Writes = append(table.Writes, failure.Write())
	}
	return req
}

// MarshalJSON returns the text of the error.
func (e *BatchWriteError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

func (e *BatchWriteError) causes() []error {
	errs := make([]error, len(e.Failures))
	for i, failure := range e.Failures {
		errs[i] = failure.Err
	}
	return distinct(errs)
}

// BatchGetError names the keys of a [BatchGetItemRequest] that have no answer. The response
// that is returned with it has the answer for every other key: its item, or nil if there is
// none. It matches [ErrUnfinishedBatch] and each of the causes. Nothing that
// prints or encodes it shows a key.
type BatchGetError struct {
	// Failures are those keys, in the order of the request. A key that the request
	// holds twice is here twice.
	Failures []ReadFailure

	total  int
	tables []RequestTable // without their keys
}

// ReadFailure is one key that has no answer.
type ReadFailure struct {
	// TableName is the table of the key.
	TableName string
	// Entry and Index are its place: RequestTables[Entry].Keys[Index] of the request.
	Entry, Index int
	// Outcome is [OutcomeNotDone] for a key that may be asked for again, and
	// [OutcomeRefused] for one that DynamoDB would refuse again, or whose item is not of the Go type
	// of a [BatchGetAs].
	Outcome Outcome
	// Err is why.
	Err error

	key hidden[Item]
}

// Key returns the key itself.
func (f ReadFailure) Key() Item { return f.key.get() }

// String returns the table, the place, the outcome and the cause. It does not show the key.
func (f ReadFailure) String() string {
	return failureText(f.TableName, fmt.Sprintf("RequestTables[%d].Keys[%d]", f.Entry, f.Index), f.Outcome, f.Err)
}

// Format writes what String returns, whatever the verb.
func (f ReadFailure) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// MarshalJSON returns what String returns: the request of what is left, with its keys, is
// [BatchGetError.Remaining].
func (f ReadFailure) MarshalJSON() ([]byte, error) { return json.Marshal(f.String()) }

// LogValue returns what String returns.
func (f ReadFailure) LogValue() slog.Value { return slog.StringValue(f.String()) }

// Error returns how many keys have no answer, and the first cause.
func (e *BatchGetError) Error() string {
	return fmt.Sprintf("%v: %d of %d keys not read%s", ErrUnfinishedBatch, len(e.Failures), e.total, firstCause(e.causes()))
}

// Unwrap returns ErrUnfinishedBatch and the causes.
func (e *BatchGetError) Unwrap() []error {
	return append([]error{ErrUnfinishedBatch}, e.causes()...)
}

// Remaining returns a request for the keys that were not read, without those that would be
// refused again.
func (e *BatchGetError) Remaining() BatchGetItemRequest {
	var req BatchGetItemRequest
	entry := -1
	for _, failure := range e.Failures {
		if failure.Outcome != OutcomeNotDone {
			continue
		}
		if failure.Entry != entry {
			entry = failure.Entry
			req.RequestTables = append(req.RequestTables, e.tables[entry])
		}
		table := &req.RequestTables[len(req.RequestTables)-1]
		table.Keys = append(table.Keys, failure.Key())
	}
	return req
}

// MarshalJSON returns the text of the error.
func (e *BatchGetError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }

func (e *BatchGetError) causes() []error {
	errs := make([]error, len(e.Failures))
	for i, failure := range e.Failures {
		errs[i] = failure.Err
	}
	return distinct(errs)
}

// worstOfBatch returns the worst outcome among the operations of an unfinished batch.
func worstOfBatch(err error) Outcome {
	var worst retry.Outcome
	if e, ok := as[*BatchWriteError](err); ok {
		for _, failure := range e.Failures {
			worst = retry.Worse(worst, retry.Outcome(failure.Outcome))
		}
	}
	if e, ok := as[*BatchGetError](err); ok {
		for _, failure := range e.Failures {
			worst = retry.Worse(worst, retry.Outcome(failure.Outcome))
		}
	}
	return Outcome(worst)
}

// distinct returns each error once. A request that fails gives all of its
// operations one error.
func distinct(errs []error) []error {
	var all []error
	seen := make(map[error]bool)
	for _, err := range errs {
		if err == nil {
			continue
		}
		if reflect.ValueOf(err).Comparable() { // the cause of a context may be of any type
			if seen[err] {
				continue
			}
			seen[err] = true
		}
		all = append(all, err)
	}
	return all
}

func firstCause(causes []error) string {
	if len(causes) == 0 {
		return ""
	}
	text := causes[0].Error()
	var inner *Error
	if errors.As(causes[0], &inner) {
		// The activity, the table and the region are said already.
		text = strings.TrimPrefix(text, inner.where()+": ")
	}
	switch n := len(causes) - 1; n {
	case 0:
		return ": " + text
	case 1:
		return ": " + text + " (and another cause)"
	default:
		return fmt.Sprintf(": %s (and %d other causes)", text, n)
	}
}
