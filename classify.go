package dynamoconn

import (
	"errors"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/dynamoconn/dynamoconn/internal/attempt"
	"github.com/dynamoconn/dynamoconn/internal/transport"
	"github.com/dynamoconn/dynamoconn/internal/wire"
)

// causeOfCode is what DynamoDB's names for errors mean here. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html.
var causeOfCode = map[string]error{
	"ResourceNotFoundException":                ErrTableNotFound,
	"TableNotFoundException":                   ErrTableNotFound,
	"IndexNotFoundException":                   ErrTableNotFound,
	"ConditionalCheckFailedException":          ErrConditionFailed,
	"TransactionConflictException":             ErrConflict,
	"ReplicatedWriteConflictException":         ErrConflict,
	"ProvisionedThroughputExceededException":   ErrThrottled,
	"RequestLimitExceeded":                     ErrThrottled,
	"ThrottlingException":                      ErrThrottled,
	"Throttling":                               ErrThrottled,
	"LimitExceededException":                   ErrThrottled,
	"AccessDeniedException":                    ErrAccessDenied,
	"AccessDenied":                             ErrAccessDenied,
	"UnrecognizedClientException":              ErrCredentials,
	"InvalidSignatureException":                ErrCredentials,
	"IncompleteSignatureException":             ErrCredentials,
	"MissingAuthenticationTokenException":      ErrCredentials,
	"MissingAuthenticationToken":               ErrCredentials,
	"ExpiredTokenException":                    ErrCredentials,
	"ExpiredToken":                             ErrCredentials,
	"InvalidClientTokenId":                     ErrCredentials,
	"RequestExpired":                           ErrCredentials,
	"ValidationException":                      ErrValidation,
	"ValidationError":                          ErrValidation,
	"SerializationException":                   ErrValidation,
	"IdempotentParameterMismatchException":     ErrValidation,
	"ItemCollectionSizeLimitExceededException": ErrItemTooLarge,
	"RequestEntityTooLarge":                    ErrItemTooLarge,
	"InternalServerError":                      ErrUnavailable,
	"InternalFailure":                          ErrUnavailable,
	"ServiceUnavailable":                       ErrUnavailable,
	"ServiceUnavailableException":              ErrUnavailable,
}

// causeOfReason is what the reasons of a transaction that was cancelled mean here.
var causeOfReason = map[string]error{
	"ConditionalCheckFailed":          ErrConditionFailed,
	"TransactionConflict":             ErrConflict,
	"ThrottlingError":                 ErrThrottled,
	"ProvisionedThroughputExceeded":   ErrThrottled,
	"ValidationError":                 ErrValidation,
	"ItemCollectionSizeLimitExceeded": ErrItemTooLarge,
}

// failure makes the Error of an API action that failed after those attempts.
func (k *call) failure(err error, tries []attempt.Try, ambiguous bool) *Error {
	e := &Error{
		Activity:  k.activity,
		TableName: clean(k.table),
		Region:    k.region,
		Attempts:  len(tries),
		Token:     k.token,
		err:       err,
	}
	for i, try := range tries {
		if try.RequestID != "" {
			e.RequestIDs = append(e.RequestIDs, clean(try.RequestID))
		}
		if i == 0 {
			e.Began = try.Began
		}
		e.Ended = try.Began.Add(try.Took)
	}
	if api, ok := as[smithy.APIError](err); ok && !isA[*credentialsError](err) { // not what STS said
		e.Code, e.Message = clean(api.ErrorCode()), clean(api.ErrorMessage())
	}
	if reason, ok := cancellation(err); ok {
		e.Message = clean(deref(reason.Code) + ": " + deref(reason.Message)) // the exception's own says nothing else
	}
	if ambiguous {
		e.causes = append(e.causes, ErrAmbiguous)
	}
	// A condition that is false after an attempt that may have been applied can be
	// false because it was: that is no answer to the caller's question.
	if cause := causeOf(err, e.Code, tries); cause != nil && (!ambiguous || !errors.Is(cause, ErrConditionFailed)) {
		e.causes = append(e.causes, cause)
	}
	if errors.Is(err, transport.ErrPlainHTTP) {
		e.err = invalid("Endpoint", transport.ErrPlainHTTP.Error()+"; allow it with WithPlainHTTP")
	}
	e.ThrottlingReasons = throttlingReasons(err)
	e.withItem(err)
	return e
}

// causeOf returns the Err variable that err is, or nil if the caller's context
// ended or the request broke a rule here.
func causeOf(err error, code string, tries []attempt.Try) error {
	switch {
	case isA[*credentialsError](err):
		return ErrCredentials
	case isTooLarge(err):
		return ErrItemTooLarge
	case causeOfCancellation(err) != nil:
		return causeOfCancellation(err)
	case causeOfCode[code] != nil:
		return causeOfCode[code]
	case isA[*transport.Timeout](err):
		return ErrUnavailable
	case errors.Is(err, transport.ErrCorrupt):
		return ErrCorruptResponse
	case errors.Is(err, transport.ErrRedirect):
		return ErrCorruptResponse
	case errors.Is(err, transport.ErrPlainHTTP), isA[*FieldError](err):
		return nil // a FieldError names its own cause
	}
	if response, ok := as[*smithyhttp.ResponseError](err); ok && response.Response != nil {
		if cause := causeOfStatus(response.HTTPStatusCode(), err); cause != nil {
			return cause
		}
	}
	switch {
	case isA[*smithy.CanceledError](err), isA[*aws.RequestCanceledError](err):
		return causeOfWaiting(tries)
	case len(tries) > 0 && tries[len(tries)-1].Status == 0:
		return ErrUnavailable
	}
	return nil
}

// causeOfWaiting returns what the call was waiting out when the caller's context
// ended, or nil if that is not why it took so long.
func causeOfWaiting(tries []attempt.Try) error {
	if len(tries) == 0 {
		return nil
	}
	last := tries[len(tries)-1]
	switch cause := causeOfCode[last.Code]; {
	case errors.Is(cause, ErrThrottled), errors.Is(cause, ErrConflict):
		return cause
	case last.Status >= 500:
		return ErrUnavailable
	}
	return nil
}

func causeOfStatus(status int, err error) error {
	switch {
	case status >= 500 || status == http.StatusRequestTimeout:
		return ErrUnavailable
	case status == http.StatusTooManyRequests:
		return ErrThrottled
	case status == http.StatusRequestEntityTooLarge:
		return ErrItemTooLarge
	case status == http.StatusForbidden:
		return ErrAccessDenied
	case status == http.StatusUnauthorized:
		return ErrCredentials
	case status < 300 && isA[*smithy.DeserializationError](err):
		return ErrCorruptResponse
	}
	return nil
}

// isTooLarge knows the two sentences by which alone DynamoDB tells that an item is
// over 400 KB: it has no code for it.
func isTooLarge(err error) bool {
	message := ""
	if reason, ok := cancellation(err); ok && deref(reason.Code) == "ValidationError" {
		message = deref(reason.Message)
	} else if api, ok := as[smithy.APIError](err); ok && api.ErrorCode() == "ValidationException" {
		message = api.ErrorMessage()
	}
	return strings.Contains(message, "Item size has exceeded") || strings.Contains(message, "Item size to update has exceeded")
}

// cancellation returns why a transaction was cancelled: the first reason that is one.
func cancellation(err error) (types.CancellationReason, bool) {
	if canceled, ok := as[*types.TransactionCanceledException](err); ok {
		for _, reason := range canceled.CancellationReasons {
			if code := deref(reason.Code); code != "" && code != "None" {
				return reason, true
			}
		}
	}
	return types.CancellationReason{}, false
}

func causeOfCancellation(err error) error {
	reason, _ := cancellation(err)
	return causeOfReason[deref(reason.Code)]
}

// falseCondition tells whether err says that the condition of a write was false, and
// returns the item as it stood if DynamoDB sent it.
func falseCondition(err error) (map[string]types.AttributeValue, bool) {
	if failed, ok := as[*types.ConditionalCheckFailedException](err); ok {
		return failed.Item, true
	}
	if reason, ok := cancellation(err); ok && deref(reason.Code) == "ConditionalCheckFailed" {
		return reason.Item, true
	}
	return nil, false
}

func as[T error](err error) (T, bool) {
	var target T
	found := errors.As(err, &target)
	return target, found
}

func isA[T error](err error) bool {
	_, found := as[T](err)
	return found
}

func throttlingReasons(err error) []ThrottlingReason {
	var reported []types.ThrottlingReason
	if e, ok := as[*types.ProvisionedThroughputExceededException](err); ok {
		reported = e.ThrottlingReasons
	} else if e, ok := as[*types.RequestLimitExceeded](err); ok {
		reported = e.ThrottlingReasons
	} else if e, ok := as[*types.ThrottlingException](err); ok {
		reported = e.ThrottlingReasons
	}
	var reasons []ThrottlingReason
	for _, reason := range reported {
		reasons = append(reasons, ThrottlingReason{Reason: clean(deref(reason.Reason)), Resource: clean(deref(reason.Resource))})
	}
	return reasons
}

// withItem adds the item that DynamoDB sends with a condition that failed.
func (e *Error) withItem(err error) {
	attributes, isFalse := falseCondition(err)
	if isFalse && (errors.Is(err, wire.ErrNoValue) || errors.Is(err, wire.ErrTwice)) {
		e.causes = append(e.causes, ErrCorruptResponse)
	}
	if len(attributes) == 0 {
		return
	}
	item, damage := FromAttributeValues(attributes)
	if damage != nil {
		e.causes = append(e.causes, damage)
		return
	}
	e.Item = item
}
