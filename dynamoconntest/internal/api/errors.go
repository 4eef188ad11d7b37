package api

import (
	"errors"
	"fmt"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// Error is an answer of the service that is not a success.
type Error struct {
	Status  int    // HTTP status
	Type    string // __type, with its prefix
	Message string
	Item    attr.Item       // of a failed condition, if it was asked for
	Reasons []Reason        // of a cancelled transaction
	Limits  []ThrottleLimit // of a throttled request

	// emptyKey is set if a key value is empty: no transaction begins with it.
	hasEmptyKey bool
}

// Reason is why one operation of a transaction failed; Code is "None" if it
// did not.
type Reason struct {
	Code    string
	Message string
	Item    attr.Item
}

// ThrottleLimit is which limit of which resource throttled a request.
type ThrottleLimit struct{ Reason, Resource string }

// Error is the type and message.
func (e *Error) Error() string { return e.Type + ": " + e.Message }

// Body is the error as the service writes it.
func (e *Error) Body() []byte {
	var w wire.Writer
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
		// Only this one type spells the member in lower case.
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

// messageMember is the name of the member with the message. What reads a
// request before DynamoDB does spells it with a capital.
func (e *Error) messageMember() string {
	switch e.Type {
	case coralPrefix + "SerializationException", coralPrefix + "AccessDeniedException":
		return "Message"
	}
	return "message"
}

const (
	servicePrefix  = "com.amazonaws.dynamodb.v20120810#"
	coralPrefix    = "com.amazon.coral.service#"
	validatePrefix = "com.amazon.coral.validate#"
)

// ServiceError is an error of DynamoDB's own types.
func ServiceError(kind, format string, args ...any) *Error {
	return &Error{Status: 400, Type: servicePrefix + kind, Message: fmt.Sprintf(format, args...)}
}

// CoralError is an error of the layer below DynamoDB.
func CoralError(kind, message string) *Error {
	return &Error{Status: 400, Type: coralPrefix + kind, Message: message}
}

func validationError(format string, args ...any) *Error {
	return &Error{Status: 400, Type: validatePrefix + "ValidationException", Message: fmt.Sprintf(format, args...)}
}

// validationErrorFrom is err's text as a ValidationException; nil for nil.
func validationErrorFrom(err error) *Error {
	if err == nil {
		return nil
	}
	e := validationError("%s", err)
	var empty store.EmptyKeyError
	e.hasEmptyKey = errors.As(err, &empty)
	return e
}

// expressionError is err's text as a ValidationException about a parameter.
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

func conditionFailedError(item attr.Item, wanted bool) *Error {
	e := ServiceError("ConditionalCheckFailedException", "The conditional request failed")
	if wanted && item != nil {
		e.Item = item
	}
	return e
}
