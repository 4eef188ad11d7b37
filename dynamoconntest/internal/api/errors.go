package api

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// Error is the service's answer to a request that fails.
type Error struct {
	Status  int    // HTTP status
	Type    string // __type, with its prefix
	Message string
	Item    attr.Item       // for a failed condition, if the request asks for it
	Reasons []Reason        // for a cancelled transaction
	Limits  []ThrottleLimit // for a throttled request

	// olderMessage is the message in the older wording, if it is another one.
	olderMessage string

	// hasEmptyKey is set if a key value is empty. This is an error of the whole
	// request even in a transaction.
	hasEmptyKey bool
}

// Reason is why an operation of a transaction failed. Code is "None" if it did
// not fail.
type Reason struct {
	Code    string
	Message string
	Item    attr.Item
}

// ThrottleLimit is a limit that throttled a request, and the resource that has it.
type ThrottleLimit struct{ Reason, Resource string }

// Error returns the type, without its prefix, and the message.
func (e *Error) Error() string {
	_, kind, _ := strings.Cut(e.Type, "#")
	return kind + ": " + e.Message
}

// Body returns the body of the answer.
func (e *Error) Body() []byte {
	var w protocol.Writer
	w.Open('{')
	w.Key("__type")
	w.Str(e.Type)
	if e.Message != "" {
		w.Key(e.messageMember())
		w.Str(e.Message)
	}
	if e.Item != nil {
		w.Key("Item")
		w.Append(e.Item.AppendJSON)
	}
	if e.Reasons != nil {
		w.Key("CancellationReasons")
		w.Open('[')
		for _, r := range e.Reasons {
			w.Open('{')
			w.Key("Code")
			w.Str(r.Code)
			if r.Message != "" {
				w.Key("Message")
				w.Str(r.Message)
			}
			if r.Item != nil {
				w.Key("Item")
				w.Append(r.Item.AppendJSON)
			}
			w.Close('}')
		}
		w.Close(']')
	}
	if len(e.Limits) > 0 {
		// Only this type begins the member's name with a small letter.
		if e.Type == coralPrefix+"ThrottlingException" {
			w.Key("throttlingReasons")
		} else {
			w.Key("ThrottlingReasons")
		}
		w.Open('[')
		for _, l := range e.Limits {
			w.Open('{')
			w.Key("reason")
			w.Str(l.Reason)
			w.Key("resource")
			w.Str(l.Resource)
			w.Close('}')
		}
		w.Close(']')
	}
	w.Close('}')
	return w.Buf
}

// messageMember returns the name of the member with the message. It begins with a
// capital in errors of the layers in front of DynamoDB.
func (e *Error) messageMember() string {
	switch e.Type {
	case coralPrefix + "SerializationException", coralPrefix + "AccessDeniedException":
		return "Message"
	}
	return "message"
}

// The prefixes of the types of errors.
const (
	servicePrefix  = "com.amazonaws.dynamodb.v20120810#"
	coralPrefix    = "com.amazon.coral.service#"
	validatePrefix = "com.amazon.coral.validate#"
)

// ServiceError returns an error of one of DynamoDB's own types.
func ServiceError(kind, format string, args ...any) *Error {
	return &Error{Status: 400, Type: servicePrefix + kind, Message: fmt.Sprintf(format, args...)}
}

// CoralError returns an error of the layer below DynamoDB. Its types begin with
// com.amazon.coral.service.
func CoralError(kind, message string) *Error {
	return &Error{Status: 400, Type: coralPrefix + kind, Message: message}
}

// validationError returns a ValidationException.
func validationError(format string, args ...any) *Error {
	return &Error{Status: 400, Type: validatePrefix + "ValidationException", Message: fmt.Sprintf(format, args...)}
}

// validationErrorFrom returns a ValidationException with the text of err, or nil if
// err is nil.
func validationErrorFrom(err error) *Error {
	if err == nil {
		return nil
	}
	e := validationError("%s", err)
	var older interface{ Older() string }
	if errors.As(err, &older) {
		e.olderMessage = older.Older()
	}
	var empty store.EmptyKeyError
	e.hasEmptyKey = errors.As(err, &empty)
	return e
}

// expressionError returns a ValidationException about an expression.
func expressionError(parameter string, err error) *Error {
	return validationError("Invalid %s: %s", parameter, err)
}

const invalidParameter = "One or more parameter values were invalid: "

func notFoundError() *Error {
	return ServiceError("ResourceNotFoundException", "Requested resource not found")
}

func tableNotFoundError(name string) *Error {
	return ServiceError("ResourceNotFoundException", "Requested resource not found: Table: %s not found", name)
}

// conditionFailedError returns the error of a condition that does not hold. It has
// the item if the request asks for it.
func conditionFailedError(item attr.Item, wanted bool) *Error {
	e := ServiceError("ConditionalCheckFailedException", "The conditional request failed")
	if wanted && item != nil {
		e.Item = item
	}
	return e
}

const itemSizeMessage = "Item size has exceeded the maximum allowed size"

func errItemSize() *Error { return validationError(itemSizeMessage) }

// IsItemSize reports whether the error says that an item is over 400 KB.
func (e *Error) IsItemSize() bool { return e.Message == itemSizeMessage }

// CancelledError returns the error of a transaction that was cancelled.
func CancelledError(reasons []Reason) *Error {
	list := ""
	for i, r := range reasons {
		if i > 0 {
			list += ", "
		}
		list += r.Code
	}
	e := ServiceError("TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", list)
	e.Reasons = reasons
	return e
}

const collectionMessage = "Collection size exceeded."

func errCollectionSize() *Error {
	return ServiceError("ItemCollectionSizeLimitExceededException", collectionMessage)
}

// NoReasons returns the reasons of a transaction in which nothing has failed.
func NoReasons(n int) []Reason {
	reasons := make([]Reason, n)
	for i := range reasons {
		reasons[i].Code = "None"
	}
	return reasons
}
