package retry

import (
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Cause is why a request failed. The root package has one Err variable for each.
type Cause uint8

const (
	// NoCause means that the caller's context ended, or that the reason has no name here.
	NoCause Cause = iota
	// TableNotFound means that there is no such table or index.
	TableNotFound
	// TableExists means that there is a table of that name already.
	TableExists
	// TableInUse means that the table is being created, changed or deleted at the moment.
	TableInUse
	// ConditionFailed means that the condition of a write was false.
	ConditionFailed
	// Conflict means that another write was at work on the item.
	Conflict
	// Throttled means that DynamoDB has no throughput for it at the moment.
	Throttled
	// AccessDenied means that the credentials are known and may not do this.
	AccessDenied
	// CredentialsRefused means that there are no credentials, or DynamoDB does not accept them.
	CredentialsRefused
	// Invalid means that the request breaks one of DynamoDB's rules.
	Invalid
	// TooLarge means that the item or the request is larger than DynamoDB takes.
	TooLarge
	// Unavailable means that DynamoDB could not be reached, or could not serve.
	Unavailable
	// UnknownCode means that DynamoDB refused it with an error code that is not in the table.
	UnknownCode
	// Corrupt means that an answer came and cannot be believed.
	Corrupt
)

// passes reports whether what was wrong passes by itself.
func (c Cause) passes() bool { return c == Throttled || c == Conflict }

// A CausedError is an error of another room that knows its cause.
type CausedError interface {
	error
	Cause() Cause
}

// Fault is a [CausedError] with a text.
type Fault struct {
	cause Cause
	text  string
}

// NewFault returns a Fault. Each call returns another one for errors.Is.
func NewFault(cause Cause, text string) *Fault { return &Fault{cause, text} }

// Error returns the text.
func (f *Fault) Error() string { return f.text }

// Cause returns the cause.
func (f *Fault) Cause() Cause { return f.cause }

// causeOf returns why a request failed with err after those tries.
func causeOf(err error, tries []Try, last error) Cause {
	if caused, ok := as[CausedError](err); ok {
		return caused.Cause()
	}
	if isTooLarge(err) {
		return TooLarge
	}
	if cause := Cancellation(err).Cause; cause != NoCause {
		return cause
	}
	if api, ok := as[smithy.APIError](err); ok {
		if cause := LookUp(api.ErrorCode()).Cause; cause == TableInUse && creates(err) {
			return TableExists
		} else if cause != NoCause {
			return cause
		}
	}
	if response, ok := as[*smithyhttp.ResponseError](err); ok && response.Response != nil {
		if cause := causeOfStatus(response.HTTPStatusCode(), err); cause != NoCause {
			return cause
		}
	}
	switch {
	case isCanceled(err):
		return causeOfWaiting(tries, last)
	case hasErrorCode(err):
		return UnknownCode
	case len(tries) > 0 && tries[len(tries)-1].Status == 0:
		return Unavailable
	}
	return NoCause
}

// creates reports whether the request was to create a table. DynamoDB then has the same error
// code for a name that is taken as it has for other requests when the table is busy.
func creates(err error) bool {
	operation, ok := as[*smithy.OperationError](err)
	return ok && operation.Operation() == "CreateTable"
}

// causeOfStatus returns the cause of an answer whose error code says nothing, such as one
// of a proxy.
func causeOfStatus(status int, err error) Cause {
	switch {
	case status >= 500 || status == http.StatusRequestTimeout:
		return Unavailable
	case status == http.StatusTooManyRequests:
		return Throttled
	case status == http.StatusRequestEntityTooLarge:
		return TooLarge
	case status == http.StatusForbidden:
		return AccessDenied
	case status == http.StatusUnauthorized:
		return CredentialsRefused
	case status > 0 && !hasErrorCode(err):
		return Corrupt // not an answer of DynamoDB's
	}
	return NoCause
}

// hasErrorCode reports whether DynamoDB named its error. Where an answer has no code, the SDK
// puts a word of its own.
func hasErrorCode(err error) bool {
	api, ok := as[smithy.APIError](err)
	return ok && api.ErrorCode() != "UnknownError"
}

// causeOfWaiting returns what the call was waiting out when the caller's context ended, or
// NoCause if that is not why it took so long.
func causeOfWaiting(tries []Try, last error) Cause {
	if len(tries) == 0 {
		return NoCause
	}
	if cause := Cancellation(last).Cause; cause != NoCause { // its error code does not tell why
		return cause
	}
	switch try := tries[len(tries)-1]; {
	case LookUp(try.Code).Cause.passes():
		return LookUp(try.Code).Cause
	case try.Status >= 500:
		return Unavailable
	}
	return NoCause
}

// isTooLarge reports whether err has one of the two sentences by which alone DynamoDB
// says that an item is over 400 KB: it has no error code for that.
func isTooLarge(err error) bool {
	message := ""
	if reason, ok := CancellationReason(err); ok && deref(reason.Code) == "ValidationError" {
		message = deref(reason.Message)
	} else if api, ok := as[smithy.APIError](err); ok && api.ErrorCode() == "ValidationException" {
		message = api.ErrorMessage()
	}
	return saysTooLarge(message)
}

func saysTooLarge(message string) bool {
	return strings.Contains(message, "Item size has exceeded") || strings.Contains(message, "Item size to update has exceeded")
}

// CancellationReason returns the reason that decides what follows from a cancelled transaction:
// the first that no repetition cures, or else the first.
func CancellationReason(err error) (deciding types.CancellationReason, found bool) {
	canceled, ok := as[*types.TransactionCanceledException](err)
	if !ok {
		return deciding, false
	}
	for _, reason := range canceled.CancellationReasons {
		switch {
		case !IsFailure(reason):
		case !reasons[deref(reason.Code)].Repeat:
			return reason, true
		case !found:
			deciding, found = reason, true
		}
	}
	return deciding, found
}

// IsFailure reports whether a reason is one: operations that are not to blame have the reason
// None.
func IsFailure(reason types.CancellationReason) bool {
	code := deref(reason.Code)
	return code != "" && code != "None"
}

// CauseOfReason returns what a reason means for the caller.
func CauseOfReason(reason types.CancellationReason) Cause {
	row, isKnown := reasons[deref(reason.Code)]
	if !isKnown {
		row.Cause = UnknownCode
	}
	if row.Cause == Invalid && saysTooLarge(deref(reason.Message)) {
		row.Cause = TooLarge
	}
	return row.Cause
}

// Cancellation returns what follows from the reason for which a transaction was
// cancelled, and the zero Code for any other error. It may be repeated only if every reason
// passes.
func Cancellation(err error) Code {
	reason, _ := CancellationReason(err)
	return reasons[deref(reason.Code)]
}

// FalseCondition reports whether err says that the condition of a write was false, and
// returns the item that is stored if DynamoDB sent it. Of several conditions in a transaction it is
// the first that was false.
func FalseCondition(err error) (stored map[string]types.AttributeValue, isFalse bool) {
	if failed, ok := as[*types.ConditionalCheckFailedException](err); ok {
		return failed.Item, true
	}
	if canceled, ok := as[*types.TransactionCanceledException](err); ok {
		for _, reason := range canceled.CancellationReasons {
			if deref(reason.Code) == "ConditionalCheckFailed" {
				return reason.Item, true
			}
		}
	}
	return nil, false
}

// isCanceled reports whether the caller's context ended the call.
func isCanceled(err error) bool {
	_, inAttempt := as[*smithy.CanceledError](err)
	_, inPause := as[*aws.RequestCanceledError](err)
	return inAttempt || inPause
}

func as[T error](err error) (T, bool) {
	var target T
	found := errors.As(err, &target)
	return target, found
}

func deref(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
