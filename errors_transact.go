package dynamoconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// TransactionError names the operations because of which DynamoDB cancelled a transaction. None
// of its operations was applied by the attempt that was cancelled. It matches each of the
// causes. Nothing that prints or encodes it shows an item.
type TransactionError struct {
	// Failures are those operations, in the order of the request. DynamoDB may stop at the
	// first operation that fails, so others might fail as well.
	Failures []TransactionFailure

	err hidden[error] // the SDK's
}

// TransactionFailure is one operation because of which a transaction was cancelled.
type TransactionFailure struct {
	// Index is its place: Writes[Index] or Gets[Index] of the request.
	Index int
	// TableName is the table of the operation.
	TableName string
	// Code is DynamoDB's reason, such as "ConditionalCheckFailed".
	Code string
	// Message is DynamoDB's message, at most 1,024 bytes and without control characters.
	Message string
	// Err is the cause: [ErrConditionFailed], [ErrConflict], [ErrThrottled], [ErrValidation],
	// [ErrItemTooLarge], or [ErrRefused] for a reason that this release does not know.
	Err error

	field string // "Writes" or "Gets"
	item  hidden[Item]
}

// Item returns the item that was stored when the condition of the operation failed, if the
// operation asked for it with ReturnItemOnConditionFailure, and nil otherwise.
func (f TransactionFailure) Item() Item { return f.item.get() }

// String returns the place, the table, the cause and DynamoDB's reason. It does not show the item.
func (f TransactionFailure) String() string {
	return fmt.Sprintf("%s[%d] of %q: %v: %s", f.field, f.Index, clean(f.TableName), f.Err, f.reason())
}

func (f TransactionFailure) reason() string {
	if f.Message == "" {
		return f.Code
	}
	return f.Code + ": " + f.Message
}

// Format writes what String returns, whatever the verb.
func (f TransactionFailure) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.String()) }

// MarshalJSON returns what String returns.
func (f TransactionFailure) MarshalJSON() ([]byte, error) { return json.Marshal(f.String()) }

// LogValue returns what String returns.
func (f TransactionFailure) LogValue() slog.Value { return slog.StringValue(f.String()) }

// newTransactionError returns err with the operations that made DynamoDB cancel a transaction, or
// err itself if that is not why the transaction failed. tables are those of the operations.
func newTransactionError(ctx context.Context, field string, tables []string, err error) error {
	err = retry.From(ctx).Explain(err)
	canceled, ok := as[*types.TransactionCanceledException](err)
	if !ok {
		return err
	}
	if n := len(canceled.CancellationReasons); n > 0 && n != len(tables) {
		return errors.Join(err, corrupt(fmt.Sprintf("has the reasons of %d operations, and %d were sent", n, len(tables))))
	}
	e := &TransactionError{err: hide(err)}
	for i, reason := range canceled.CancellationReasons {
		if !retry.IsFailure(reason) {
			continue
		}
		failure := TransactionFailure{
			Index: i, TableName: tables[i], Code: clean(deref(reason.Code)), Message: clean(deref(reason.Message)), field: field,
			Err: errorOf[retry.CauseOfReason(reason)],
		}
		if len(reason.Item) > 0 {
			item, damage := FromAttributeValues(reason.Item)
			failure.item = hide(item)
			if damage != nil {
				failure.Err = errors.Join(failure.Err, damage)
			}
		}
		e.Failures = append(e.Failures, failure)
	}
	if len(e.Failures) == 0 {
		return err
	}
	return e
}

// Error returns the first operation that failed and DynamoDB's reason, and the number of others.
func (e *TransactionError) Error() string { return "transaction cancelled: " + e.reason() }

// reason returns the deciding operation with DynamoDB's reason.
func (e *TransactionError) reason() string {
	if len(e.Failures) == 0 {
		return "no reason given"
	}
	first := e.Failures[e.deciding()]
	text := fmt.Sprintf("%s[%d]: %s", first.field, first.Index, first.reason())
	switch n := len(e.Failures) - 1; n {
	case 0:
		return text
	case 1:
		return text + " (and another operation)"
	default:
		return fmt.Sprintf("%s (and %d other operations)", text, n)
	}
}

// deciding returns the place in Failures of the first that no repetition cures, or of the first.
func (e *TransactionError) deciding() int {
	for i, failure := range e.Failures {
		if failure.Err != ErrConflict && failure.Err != ErrThrottled { //nolint:errorlint // newTransactionError set it
			return i
		}
	}
	return 0
}

// Unwrap returns the causes, each once, and the SDK's error.
func (e *TransactionError) Unwrap() []error {
	errs := make([]error, len(e.Failures))
	for i, failure := range e.Failures {
		errs[i] = failure.Err
	}
	errs = distinct(errs)
	if err := e.err.get(); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// MarshalJSON returns the text of the error.
func (e *TransactionError) MarshalJSON() ([]byte, error) { return json.Marshal(e.Error()) }
