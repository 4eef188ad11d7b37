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
	"ItemCollectionSizeLimitExceededException": ErrItemTooLarge,
	"RequestEntityTooLarge":                    ErrItemTooLarge,
	"InternalServerError":                      ErrUnavailable,
	"InternalFailure":                          ErrUnavailable,
	"ServiceUnavailable":                       ErrUnavailable,
	"ServiceUnavailableException":              ErrUnavailable,
}

// failure makes the Error of an API action that failed after those attempts.
func (k *call) failure(err error, tries []attempt.Try, ambiguous bool) error {
	e := &Error{
		Activity:  k.activity,
		TableName: clean(k.table),
		Region:    k.region,
		Attempts:  len(tries),
		err:       err,
	}
	for _, try := range tries {
		if try.RequestID != "" {
			e.RequestIDs = append(e.RequestIDs, clean(try.RequestID))
		}
	}
	if api, ok := as[smithy.APIError](err); ok && !isA[*credentialsError](err) { // not what STS said
		e.Code, e.Message = clean(api.ErrorCode()), clean(api.ErrorMessage())
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
	return k.withItem(e, err)
}

// causeOf returns the Err variable that err is, or nil if the caller's context
// ended or the request broke a rule here.
func causeOf(err error, code string, tries []attempt.Try) error {
	switch {
	case isA[*credentialsError](err):
		return ErrCredentials
	case code == "ValidationException" && isTooLarge(err):
		return ErrItemTooLarge
	case causeOfCode[code] != nil:
		return causeOfCode[code]
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
	api, ok := as[smithy.APIError](err)
	return ok && (strings.Contains(api.ErrorMessage(), "Item size has exceeded") ||
		strings.Contains(api.ErrorMessage(), "Item size to update has exceeded"))
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
func (k *call) withItem(e *Error, err error) error {
	failed, ok := as[*types.ConditionalCheckFailedException](err)
	if !ok || len(failed.Item) == 0 {
		return e
	}
	item, damage := FromAttributeValues(failed.Item)
	if damage != nil {
		e.causes = append(e.causes, damage)
		return e
	}
	e.Item = item
	return e
}
