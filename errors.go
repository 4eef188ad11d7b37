package dynamoconn

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/dynamoconn/dynamoconn/internal/credentials"
	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wire"
)

// What went wrong, for errors.Is. An error may match several of them: a write whose
// connection broke is ErrUnavailable, and also ErrAmbiguous if it had been sent.
var (
	// ErrInvalidOption means that [New] was given options that cannot work. A call returns it
	// if it finds that out: there is no endpoint for its region and options, or code that an
	// option has brought along fails.
	ErrInvalidOption = errors.New("invalid option")

	// ErrInvalidRequest means that a request, an item or a value breaks a rule that this
	// package checks. Nothing was sent. errors.As finds the [*FieldError] that names the
	// field and the rule.
	ErrInvalidRequest = errors.New("invalid request")

	// ErrInvalidNumber means that DynamoDB cannot hold a text or a value as a number: it
	// has not the form of one, has more than 38 significant digits, or has a magnitude
	// outside 1E-130 to 9.9999999999999999999999999999999999999E+125.
	ErrInvalidNumber = errors.New("invalid number")

	// ErrInexact means that a conversion would have lost digits or overflowed.
	ErrInexact = errors.New("inexact")

	// ErrMissing means that an item has no attribute of that name.
	ErrMissing = errors.New("no such attribute")

	// ErrNull means that the attribute is there and null.
	ErrNull = errors.New("attribute is null")

	// ErrWrongKind means that the attribute is there and of another kind.
	ErrWrongKind = errors.New("attribute is of another kind")

	// ErrTableNotFound means that the table or index does not exist in that region
	// and account, or that a table is not yet ACTIVE.
	ErrTableNotFound = errors.New("table not found")

	// ErrTableExists means that a table was not created because there is one of that name.
	// If the error is also [ErrAmbiguous], that may be the table which an earlier attempt of
	// the same call created.
	ErrTableExists = errors.New("table exists")

	// ErrTableInUse means that a table was not changed or deleted because it is being
	// created, changed or deleted at the moment. [Client.WaitForTable] waits for that.
	ErrTableInUse = errors.New("table in use")

	// ErrTableNotReady means that [Client.WaitForTable] ended before the table was ready, or
	// before it was gone: ctx ended, or the table is in a state that does not pass by itself.
	ErrTableNotReady = errors.New("table not ready")

	// ErrUnfinishedTable means that [Client.CreateTable] has created the table and has not
	// switched on its time to live. The method returns the table together with this error.
	ErrUnfinishedTable = errors.New("table created, time to live not switched on")

	// ErrConditionFailed means that a write was refused because its condition was
	// false. The item is unchanged; [Error.Item] holds it if it was asked for. The operations of
	// a transaction whose conditions were false are in a [*TransactionError].
	ErrConditionFailed = errors.New("condition failed")

	// ErrConflict means that a write was refused because another one was at work on
	// the same item, in a transaction or in another region. It was not applied.
	ErrConflict = errors.New("conflict with another write")

	// ErrThrottled means that DynamoDB refused every attempt at the request because a
	// table, an index, a partition or the account is over its throughput.
	// [Error.ThrottlingReasons] says which, if DynamoDB did.
	ErrThrottled = errors.New("throttled")

	// ErrAccessDenied means that the credentials are known and may not do this.
	ErrAccessDenied = errors.New("access denied")

	// ErrCredentials means that there are no credentials, or that DynamoDB does not accept
	// them: they are expired or unknown, or the signature is wrong.
	ErrCredentials = errors.New("credentials not usable")

	// ErrValidation means that DynamoDB refused the request by its own rules: a
	// missing key attribute, a key of the wrong type, a wrong expression.
	ErrValidation = errors.New("refused by DynamoDB's validation")

	// ErrRefused means that DynamoDB refused the request with an error code that this release
	// does not know: see [Error.Code].
	ErrRefused = errors.New("refused by DynamoDB")

	// ErrItemTooLarge means that an item is over 400 KB, which is found before it is sent or
	// by DynamoDB, or that a request is larger than DynamoDB takes.
	ErrItemTooLarge = errors.New("item too large")

	// ErrUnfinishedBatch means that a batch did not do all of its work. errors.As finds the
	// [*BatchGetError] or the [*BatchWriteError] that says what became of the rest.
	ErrUnfinishedBatch = errors.New("batch unfinished")

	// ErrAmbiguous means that a write was sent and no definite answer came back: it may or
	// may not have been applied, between [Error.Began] and [Error.Ended] or, if a request
	// is still on its way, a little later.
	//
	// To find out, read the item consistently: if it shows what only this write can have
	// written, the write was applied. If it does not, nothing is proved: the write may have
	// been replaced since, or may be yet to come.
	//
	// To settle it, send the same write again: with the token of [Error.Token] if it was
	// given [ExactlyOnce] or is a TransactWrite; with a condition and [PutItemRequest.ItemIsUnique]; with
	// [UpdateItemRequest.UniqueAttribute]; or as it is, if no other writer touches the item
	// and it leaves the same when it is applied twice. Otherwise read the item and decide anew what to
	// write.
	ErrAmbiguous = errors.New("outcome unknown")

	// ErrOldItemUnknown means that a write has been applied, but that the item which it
	// replaced or deleted, and which ReturnOldItem asked for, is not known: an earlier
	// attempt, whose answer was lost, may have replaced or deleted it already. The same holds
	// for [ReturnOld] and [ReturnUpdatedOld] of an update. The method returns the response
	// together with this error. Its OldItem, or Attributes, is what the last attempt replaced
	// or deleted, which another writer may have put in between. It is nil if that may be what
	// an earlier attempt of the same write left.
	ErrOldItemUnknown = errors.New("written, old item unknown")

	// ErrUnavailable means that DynamoDB could not be reached, or answered that it could
	// not serve: there was no connection, it broke, or the status was 500 or above.
	ErrUnavailable = errors.New("service unavailable")

	// ErrCorruptResponse means that an answer came and is damaged: its checksum or length
	// is wrong, it is not the JSON that it should be, or it holds something that was not
	// asked for.
	ErrCorruptResponse = errors.New("corrupt response")
)

// errorOf has the Err variable of each cause for which a request fails.
var errorOf = map[retry.Cause]error{
	retry.TableNotFound:      ErrTableNotFound,
	retry.TableExists:        ErrTableExists,
	retry.TableInUse:         ErrTableInUse,
	retry.ConditionFailed:    ErrConditionFailed,
	retry.Conflict:           ErrConflict,
	retry.Throttled:          ErrThrottled,
	retry.AccessDenied:       ErrAccessDenied,
	retry.CredentialsRefused: ErrCredentials,
	retry.Invalid:            ErrValidation,
	retry.TooLarge:           ErrItemTooLarge,
	retry.Unavailable:        ErrUnavailable,
	retry.Corrupt:            ErrCorruptResponse,
	retry.UnknownCode:        ErrRefused,
}

// Error is the error of every activity. Test for the cause with errors.Is and the
// Err variables, or the context's errors if it has ended; reach the facts with errors.As:
//
//	var e *dynamoconn.Error
//	if errors.As(err, &e) {
//		log.Print(e.RequestIDs)
//	}
//
// It unwraps to those causes and to the SDK's own error: errors.As also finds, for
// example, a *types.ConditionalCheckFailedException. Nothing that prints
// or encodes it shows credentials or an item.
type Error struct {
	// Activity is the method that failed, such as "PutItem".
	Activity string
	// TableName is the table. It is empty for ListTables, and if a batch or a transaction
	// names several tables.
	TableName string
	// Region is where the request went, or was to go.
	Region Region
	// RequestIDs are those of DynamoDB's answers, oldest first.
	RequestIDs []string
	// Attempts is the number of HTTP requests. Zero means that nothing was sent.
	Attempts int
	// Code is DynamoDB's error code, such as "ValidationException". It is empty if the
	// error is not DynamoDB's.
	Code string
	// Message is DynamoDB's message, at most 1,024 bytes and without control
	// characters.
	Message string
	// ThrottlingReasons says what is over its throughput, if DynamoDB said so.
	ThrottlingReasons []ThrottlingReason
	// Token is the ClientRequestToken of a TransactWrite, or of a write that was given
	// [ExactlyOnce], and empty for any other call. With it the same write may be sent again
	// until 10 minutes after Began.
	Token string
	// Began and Ended are when the first attempt began and when the last one ended. They are
	// zero if Attempts is.
	Began, Ended time.Time

	causes []error
	err    hidden[error]
	item   hidden[Item]
	advice string // what DynamoDB's message leaves out
}

// ThrottlingReason is one cause of an [ErrThrottled].
type ThrottlingReason struct {
	// Reason is DynamoDB's name for it, such as
	// "TableWriteProvisionedThroughputExceeded".
	Reason string
	// Resource is the ARN of the table or index.
	Resource string
}

// Error returns the activity, the table, the region, the cause, what DynamoDB or the HTTP client
// said about it and what they left out, and in parentheses DynamoDB's code, the last request ID
// and the number of attempts. It may name attributes that were sent, and shows no value.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.where())
	said := e.said()
	for _, cause := range e.causes {
		b.WriteString(": ")
		b.WriteString(cause.Error())
		said = strings.TrimPrefix(said, cause.Error()+": ")
	}
	if said != "" {
		b.WriteString(": ")
		b.WriteString(said)
	}
	if e.advice != "" {
		b.WriteString("; ")
		b.WriteString(e.advice)
	}
	if notRenewed, ok := as[*retry.NotRenewed](e.err.get()); ok {
		fmt.Fprintf(&b, "; getting new credentials failed: %s", clean(withoutSDKWords(notRenewed.Err)))
	}
	for _, end := range []error{retry.ErrSentOnce, retry.ErrTokenOld} {
		if errors.Is(e.err.get(), end) && !strings.Contains(said, end.Error()) { // a batch's cause says it
			b.WriteString("; ")
			b.WriteString(end.Error())
		}
	}
	for i, reason := range e.ThrottlingReasons {
		b.WriteString([]string{"; ", ", "}[min(i, 1)])
		fmt.Fprintf(&b, "%s on %s", reason.Reason, reason.Resource)
	}
	var facts []string
	if e.Code != "" {
		facts = append(facts, e.Code)
	}
	if n := len(e.RequestIDs); n > 0 && !strings.Contains(said, e.RequestIDs[n-1]) { // a batch's cause has it
		facts = append(facts, "request "+e.RequestIDs[n-1])
	}
	if e.Attempts > 1 {
		facts = append(facts, fmt.Sprintf("%d attempts", e.Attempts))
	}
	if len(facts) > 0 {
		fmt.Fprintf(&b, " (%s)", strings.Join(facts, ", "))
	}
	return b.String()
}

// said returns what DynamoDB, the HTTP client or this package said of the failure.
func (e *Error) said() string {
	switch {
	case e.Code != "":
		return e.Message
	case e.err.get() == nil:
		return ""
	case errors.Is(e.err.get(), ErrUnfinishedBatch):
		return clean(e.err.get().Error())
	case isA[wire.Damage](e.err.get()):
		damage, _ := as[wire.Damage](e.err.get())
		return damage.Error()
	case isA[*smithy.DeserializationError](e.err.get()): // the SDK's text quotes the answer
		if status := statusText(e.err.get()); status != "" {
			return status
		}
		return "the answer cannot be decoded"
	}
	return clean(withoutSDKWords(e.err.get()))
}

// withoutSDKWords returns the text of an error that has no code of DynamoDB's, without what
// the SDK puts before it: the operation, the number of attempts, and a status and request ID
// that are often empty.
func withoutSDKWords(err error) string {
	if provider, ok := as[*credentials.Error](err); ok {
		return provider.Error()
	}
	if api, ok := as[smithy.APIError](err); ok {
		if status := statusText(err); status != "" {
			if _, message := reported(api); message != "" {
				return status + ": " + message
			}
			return status
		}
	}
	if request, ok := as[*smithyhttp.RequestSendError](err); ok {
		return request.Err.Error()
	}
	if canceled, ok := as[*smithy.CanceledError](err); ok {
		return canceled.Err.Error()
	}
	if canceled, ok := as[*aws.RequestCanceledError](err); ok {
		return canceled.Err.Error()
	}
	if operation, ok := as[*smithy.OperationError](err); ok {
		return operation.Err.Error()
	}
	return err.Error()
}

// statusText returns the HTTP status of a failure, and the type of its content if that is
// given. It is empty if there was no answer, or if it was a success.
func statusText(err error) string {
	response, ok := as[*smithyhttp.ResponseError](err)
	if !ok || response.Response == nil || response.Response.Response == nil || response.HTTPStatusCode() < 300 {
		return ""
	}
	text := fmt.Sprintf("HTTP status %d", response.HTTPStatusCode())
	if kind, _, _ := strings.Cut(response.Response.Header.Get("Content-Type"), ";"); kind != "" {
		text += ", " + clean(strings.TrimSpace(kind))
	}
	return text
}

// reported returns the error code and the message of an answer, fit to be shown. Where the
// answer has none, the SDK puts a word of its own, which is left out.
func reported(api smithy.APIError) (code, message string) {
	const none = "UnknownError"
	if code = clean(api.ErrorCode()); code == none {
		code = ""
	}
	if message = clean(api.ErrorMessage()); message == none {
		message = ""
	}
	return code, message
}

// sentError is the failure of a request about one item or key, with the names of the attributes
// that were sent. It has no value of the item, so no way to print it shows one.
type sentError struct {
	error
	sent string
}

// Unwrap returns the failure itself.
func (e *sentError) Unwrap() error { return e.error }

// withSent returns err, which may be nil, with the names in the item or key that was sent.
func withSent(err error, sent Item) error {
	if err == nil || len(sent) == 0 {
		return err
	}
	return &sentError{err, namesAndKinds(sent)}
}

// adviceOn returns what a message of DynamoDB's validation leaves out: which attributes were
// sent, if it is about a key that is wrong or missing, and what to write in place of a word
// that is reserved. It is empty for any other message.
func adviceOn(message string, err error) string {
	if _, after, found := strings.Cut(message, "reserved keyword: "); found {
		word := after
		if end := strings.IndexFunc(after, needsQuotes); end >= 0 {
			word = after[:end]
		}
		if word == "" || len(word) > longestShownName {
			word = "name"
		}
		advice := fmt.Sprintf("write #%s instead and set ExpressionAttributeNames[%q] to %q", word, "#"+word, word)
		switch {
		case strings.Contains(message, "ProjectionExpression"):
			advice += ", or use Attributes, which takes any name"
		case strings.Contains(message, "FilterExpression"):
			advice += ", or use Conditions, which take any name"
		}
		return advice
	}
	sent, ok := as[*sentError](err)
	if !ok || !slices.ContainsFunc(keyMessages, func(part string) bool { return strings.Contains(message, part) }) {
		return ""
	}
	return "the attributes sent are " + sent.sent
}

// keyMessages are parts of what DynamoDB says of a key that is wrong or missing. None of them
// says which attributes were sent.
var keyMessages = []string{
	"key element does not match", "Missing the key", "required keys was not given", "number of conditions on the keys",
	"starting key is invalid",
}

// namesAndKinds returns the names of the attributes and what they are, without the values.
func namesAndKinds(item Item) string {
	const most = 10
	var parts []string
	for i, kv := range item {
		if i == most {
			parts = append(parts, fmt.Sprintf("%d more", len(item)-most))
			break
		}
		parts = append(parts, showName(keyName(kv))+" ("+kv.kind().words+")")
	}
	return strings.Join(parts, ", ")
}

// where returns the activity, the table and the region.
func (e *Error) where() string {
	where := e.Activity
	if e.TableName != "" {
		where += fmt.Sprintf(" %q", e.TableName)
	}
	if e.Region != "" {
		where += " in " + string(e.Region)
	}
	return where
}

// Item returns the item that was stored when a condition failed, if the request asked for it
// with ReturnItemOnConditionFailure, ItemIsUnique or UniqueAttribute, or the item that is not of the Go type of a
// [GetAs] and its like, and nil otherwise. It is a method so that nothing that prints or encodes the error
// shows the item.
func (e *Error) Item() Item { return e.item.get() }

// Unwrap returns the causes among this package's Err variables and the SDK's error.
func (e *Error) Unwrap() []error {
	all := make([]error, 0, len(e.causes)+1)
	all = append(all, e.causes...)
	if err := e.err.get(); err != nil {
		all = append(all, err)
	}
	return all
}

// GoString returns the text of the error, so that %#v shows no item.
func (e *Error) GoString() string { return fmt.Sprintf("&dynamoconn.Error{%q}", e.Error()) }

// Format writes the text of the error for every verb. It has a value receiver so that a copied
// Error, which is not an error any more, does not show its item either.
func (e Error) Format(s fmt.State, verb rune) {
	if verb == 'v' && s.Flag('#') {
		_, _ = io.WriteString(s, e.GoString())
		return
	}
	_, _ = fmt.Fprintf(s, fmt.FormatString(s, verb), e.Error())
}

// MarshalJSON returns the facts of the error without the item.
func (e *Error) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Activity   string
		TableName  string   `json:",omitempty"`
		Region     Region   `json:",omitempty"`
		RequestIDs []string `json:",omitempty"`
		Attempts   int
		Code       string    `json:",omitempty"`
		Token      string    `json:",omitempty"`
		Began      time.Time `json:",omitzero"`
		Ended      time.Time `json:",omitzero"`
		Error      string
	}{e.Activity, e.TableName, e.Region, e.RequestIDs, e.Attempts, e.Code, e.Token, e.Began, e.Ended, e.Error()})
}

// LogValue returns the facts of the error without the item.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("activity", e.Activity),
		slog.String("table", e.TableName),
		slog.String("region", string(e.Region)),
		slog.Any("requestIDs", e.RequestIDs),
		slog.Int("attempts", e.Attempts),
		slog.String("error", e.Error()),
	)
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
