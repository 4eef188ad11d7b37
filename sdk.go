package dynamoconn

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/transport"
)

// SDK returns the SDK's client for a region, for operations that this package does not have.
// An empty region is the client's own. It is nil if [New] did not make c.
//
// Requests are sent as those of the activities are: with the same credentials and their
// renewal, the same HTTP client, attempts, pauses and timeouts, and answers are checked in the
// same way. Hooks and the logger get each operation as a call, whose Activity is the name of
// the operation, such as "CreateBackup". The SDK's paginators and waiters work with it.
//
// Errors are the SDK's, and errors.Is also finds the causes of this package in them, such as
// [ErrThrottled], or [ErrAmbiguous] for a write whose answer was lost; errors.As finds the
// [*Error]. [Classify] makes that the whole error.
//
// Three things are as in the SDK: an operation is sent again after a lost answer, whatever it
// does, so an UpdateItem that counts may count twice; an item is a map of the SDK's types; and
// options that the caller gives to a single operation can replace what is told here.
func (c *Client) SDK(region Region) *dynamodb.Client {
	if c == nil || c.config == nil {
		return nil
	}
	if region == "" {
		region = c.Region()
	}
	return c.in(region).sdk
}

// Classify returns an error of the SDK's DynamoDB client with this package's causes, so that
// errors.Is finds [ErrThrottled], [ErrConditionFailed], [ErrUnavailable] and the others, and
// errors.As an [*Error]. The SDK's own error types are still found. A nil error stays nil; an
// error that has these causes already, or that is not the SDK's, is returned as it is.
//
// For a client of [Client.SDK] the result says what the activities of this package say. Another
// client of the SDK does not tell how many attempts it made and what they came to. There the
// result goes by the last one: [ErrAmbiguous] says that the last attempt may have been applied,
// and without it an earlier attempt at a write may still have been.
func Classify(err error) error {
	if err == nil {
		return nil
	}
	if failed, ok := as[*sdkFailure](err); ok {
		return withCauses(err, failed.classified)
	}
	if isA[*Error](err) {
		return err
	}
	operation, ok := as[*smithy.OperationError](err)
	if !ok || operation.Service() != dynamodb.ServiceID {
		return err
	}
	k := &call{activity: operation.Operation()}
	_, record := retry.With(context.Background(), retry.Policy{Token: hasToken(k.activity)})
	if try, ok := lastTry(operation); ok {
		record.Add(try)
	}
	verdict := record.Judge(operation)
	e := k.failure(operation, record.Tries(), verdict, isWrite(k.activity) && verdict.Outcome == retry.Unknown)
	// Nobody knows here what kept a request of another client from being sent.
	e.causes = slices.DeleteFunc(e.causes, func(cause error) bool { return errors.Is(cause, ErrInvalidOption) })
	return withCauses(err, e)
}

// withCauses returns e, or if the caller has put a text around the SDK's error, that text with
// the causes of e.
func withCauses(err error, e *Error) error {
	if _, bare := err.(*smithy.OperationError); bare { //nolint:errorlint // whether it is the error itself
		return e
	}
	return &classified{err, e}
}

// classified is an error of the SDK in an error of the caller, with the causes of this package.
type classified struct {
	error
	causes *Error
}

// Unwrap returns the causes and the caller's error.
func (c *classified) Unwrap() []error { return []error{c.causes, c.error} }

// lastTry returns what an error tells of the last attempt of a client of the SDK, and false if
// it tells that there was none.
func lastTry(err error) (try retry.Try, ok bool) {
	response, answered := as[*smithyhttp.ResponseError](err)
	if answered && response.Response != nil && response.Response.Response != nil && response.HTTPStatusCode() > 0 {
		try.Status = response.HTTPStatusCode()
		try.RequestID = response.Response.Header.Get("X-Amzn-Requestid")
		if api, ok := as[smithy.APIError](err); ok {
			try.Code, _ = reported(api)
		}
		if damage, ok := as[*smithy.DeserializationError](err); ok {
			try.Err = damage
		}
		try.Outcome = transport.OutcomeOf(try.Status, try.Err, try.Code)
		return try, true
	}
	if sent, failed := as[*smithyhttp.RequestSendError](err); failed {
		return retry.Try{Outcome: transport.OutcomeOfBreak(sent.Err), Err: sent.Err}, true
	}
	if canceled, ok := as[*smithy.CanceledError](err); ok {
		return retry.Try{Outcome: retry.Unknown, Err: canceled.Err}, true
	}
	return try, false
}

// sdkFailure is the error of an operation of a client of [Client.SDK], below the SDK's
// OperationError: the SDK's error with what this package knows of it.
type sdkFailure struct {
	error
	classified *Error
}

// Unwrap returns the SDK's error and this package's.
func (f *sdkFailure) Unwrap() []error { return []error{f.error, f.classified} }

// tellCalls adds to an operation of the SDK's client what makes a call of it. An operation that
// an activity sends is part of its call already.
func (c *Client) tellCalls(region Region) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		operation := stack.ID()
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("dynamoconn.Call",
			func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
				if retry.From(ctx) != nil {
					return next.HandleInitialize(ctx, in)
				}
				return c.callOperation(ctx, region, operation, in, next)
			}), middleware.Before)
	}
}

// callOperation makes a call of an operation that a program sends with the SDK's client.
func (c *Client) callOperation(
	ctx context.Context, region Region, operation string, in middleware.InitializeInput, next middleware.InitializeHandler,
) (out middleware.InitializeOutput, metadata middleware.Metadata, err error) {
	k, err := c.newCall(operation, textIn(in.Parameters, "TableName"), []CallOption{InRegion(region)})
	var told error
	defer func() { k.end(ctx, &told) }()
	if told = err; err != nil {
		return out, metadata, err
	}
	k.policy.Token = hasToken(operation)
	var failed error
	_, told = k.send(ctx, isWrite(operation), func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, metadata, failed = next.HandleInitialize(ctx, in)
		if failed != nil {
			k.token = textIn(in.Parameters, "ClientRequestToken")
			return nil, &smithy.OperationError{ServiceID: dynamodb.ServiceID, OperationName: operation, Err: failed}
		}
		return capacityIn(out.Result), nil
	})
	if classified, ok := as[*Error](told); ok {
		return out, metadata, &sdkFailure{failed, classified}
	}
	return out, metadata, nil
}

// isWrite reports whether an operation may change something.
func isWrite(operation string) bool {
	for _, prefix := range []string{"Describe", "List", "Get"} {
		if strings.HasPrefix(operation, prefix) {
			return false
		}
	}
	return !reads[operation]
}

var reads = map[string]bool{
	"BatchGetItem": true, "TransactGetItems": true, "Query": true, "Scan": true, "SearchVectors": true,
}

// hasToken reports whether the SDK gives an operation a token by which DynamoDB recognises a
// repetition.
func hasToken(operation string) bool {
	return operation == "TransactWriteItems" || operation == "ExecuteTransaction"
}

// textIn returns the field of an input of the SDK that has that name and is a text, or "".
func textIn(input any, field string) string {
	v := reflect.Indirect(reflect.ValueOf(input))
	if v.Kind() != reflect.Struct {
		return ""
	}
	if text := v.FieldByName(field); text.IsValid() {
		p, _ := text.Interface().(*string)
		return deref(p)
	}
	return ""
}

// capacityIn returns the capacity that an output of the SDK reports.
func capacityIn(output any) []types.ConsumedCapacity {
	v := reflect.Indirect(reflect.ValueOf(output))
	if v.Kind() != reflect.Struct {
		return nil
	}
	used := v.FieldByName("ConsumedCapacity")
	if !used.IsValid() {
		return nil
	}
	switch used := used.Interface().(type) {
	case *types.ConsumedCapacity:
		return capacityOf(used)
	case []types.ConsumedCapacity:
		return used
	}
	return nil
}
