package dynamoconn

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/dynamoconn/dynamoconn/internal/credentials"
	"github.com/dynamoconn/dynamoconn/internal/direct"
	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/transport"
	"github.com/dynamoconn/dynamoconn/internal/wire"
)

// call is one call of an activity: what it is, how it sends, and what it has gathered.
// Several goroutines of a batch may use it.
type call struct {
	client   *Client
	activity string
	table    string
	region   Region
	sdk      *dynamodb.Client
	options  []func(*dynamodb.Options)
	path     *direct.Path            // the direct way beside the SDK's client
	signer   aws.CredentialsProvider // the credentials of the call
	capacity types.ReturnConsumedCapacity
	token    string // of ExactlyOnce, and empty without it
	policy   retry.Policy
	into     itemTarget // of the items that are read, nil for Items

	mu           sync.Mutex
	meta         ResponseMetadata
	began, ended time.Time // of the first attempt and of the last one so far
	tally        *tally    // nil if nobody is told of the call
}

// newCall applies the call options. The caller must end the call that it returns, also
// beside an error.
func (c *Client) newCall(activity, table string, opts []CallOption) (*call, error) {
	k := &call{client: c, activity: activity, table: table}
	if c == nil || c.config == nil {
		return k, k.refuse(invalid("Client", "must be made with New"))
	}
	if c.config.isObserved() {
		k.tally = &tally{began: time.Now()}
	}
	k.region = c.Region()
	config, err := newCallConfig(opts)
	if err != nil {
		return k, k.refuse(err)
	}
	if config.region != "" {
		k.region = config.region
	}
	if config.credentials != nil {
		k.signer = c.config.asCredentials(config.credentials)
		k.options = append(k.options, func(o *dynamodb.Options) { o.Credentials = k.signer })
	}
	if config.capacity {
		k.capacity = types.ReturnConsumedCapacityIndexes
	}
	if err := k.sendsOnce(&config); err != nil {
		return k, k.refuse(err)
	}
	in := c.in(k.region)
	k.sdk, k.path = in.sdk, in.path
	if k.signer == nil {
		k.signer = in.credentials
	}
	return k, nil
}

// tableChanges are the activities that change a table itself.
var tableChanges = map[string]bool{
	"CreateTable": true, "UpdateTable": true, "DeleteTable": true, "UpdateTimeToLive": true, "TagTable": true, "UntagTable": true,
}

// sendsOnce applies SendOnce and ExactlyOnce.
func (k *call) sendsOnce(config *callConfig) error {
	writesOne := k.activity == "PutItem" || k.activity == "UpdateItem" || k.activity == "DeleteItem"
	changesTable := tableChanges[k.activity]
	isTransaction := k.activity == "TransactWrite"
	if config.token != "" && !writesOne && !isTransaction {
		return invalid("ExactlyOnce", "is for PutItem, UpdateItem, DeleteItem and TransactWrite only")
	}
	if k.token = config.token; k.token == "" && isTransaction {
		k.token = newToken()
	}
	k.policy = retry.Policy{
		Once:   config.sendOnce && (writesOne || changesTable || isTransaction || k.activity == "BatchWrite"),
		Token:  k.token != "",
		Budget: k.client.config.retryBudget,
	}
	return nil
}

// send runs one API action, enters its attempts in the account of the call, and turns a
// failure into an [Error]. writes reports whether the action changes anything: use read or write.
func (k *call) send(ctx context.Context, writes bool, action func(context.Context) ([]types.ConsumedCapacity, error)) (retry.Verdict, error) {
	attempted, record := retry.With(ctx, k.policy)
	k.opened(ctx, record)
	used, err := action(attempted)
	tries := record.Tries()

	k.mu.Lock()
	if n := len(tries); n > 0 {
		if k.began.IsZero() || tries[0].Began.Before(k.began) {
			k.began = tries[0].Began
		}
		k.ended = later(k.ended, tries[n-1].Began.Add(tries[n-1].Took))
	}
	for _, try := range tries {
		if try.RequestID != "" {
			k.meta.RequestIDs = append(k.meta.RequestIDs, clean(try.RequestID))
		}
	}
	k.meta.Attempts += len(tries)
	k.meta.consume(used...)
	k.mu.Unlock()

	verdict := retry.Verdict{Outcome: retry.Applied}
	if err != nil {
		err = record.Explain(err)
		verdict = record.Judge(err)
		if errors.Is(err, ErrCorruptResponse) {
			verdict.Cause = retry.Corrupt // what the activity itself found in the answer
		}
		err = k.failure(err, tries, verdict, writes && verdict.Outcome == retry.Unknown)
	}
	k.closed(tries, used, verdict.Outcome, err)
	return verdict, err
}

// read sends an API action that changes nothing.
func (k *call) read(ctx context.Context, action func(context.Context) ([]types.ConsumedCapacity, error)) (retry.Verdict, error) {
	return k.send(ctx, false, action)
}

// write sends an API action that may change something: if it fails and may have been
// applied, the error is [ErrAmbiguous].
func (k *call) write(ctx context.Context, action func(context.Context) ([]types.ConsumedCapacity, error)) (retry.Verdict, error) {
	return k.send(ctx, true, action)
}

// failure makes the Error of an API action that failed after those attempts.
func (k *call) failure(err error, tries []retry.Try, verdict retry.Verdict, ambiguous bool) *Error {
	e := &Error{
		Activity:  k.activity,
		TableName: clean(k.table),
		Region:    k.region,
		Attempts:  len(tries),
		Token:     k.token,
		err:       hide(err),
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
	if api, ok := as[smithy.APIError](err); ok && !isA[*credentials.Error](err) { // not what STS said
		e.Code, e.Message = reported(api)
	}
	if reason, ok := retry.CancellationReason(err); ok {
		e.Message = clean(deref(reason.Code) + ": " + deref(reason.Message)) // the exception's own says nothing else
	}
	if transaction, ok := as[*TransactionError](err); ok {
		e.Message = clean(transaction.reason())
	}
	if verdict.Cause == retry.Invalid {
		e.advice = adviceOn(e.Message, err)
	}
	if ambiguous {
		e.causes = append(e.causes, ErrAmbiguous)
	}
	if errors.Is(err, transport.ErrPlainHTTP) {
		e.err = hide[error](invalid("Endpoint", transport.ErrPlainHTTP.Error()+"; allow it with WithPlainHTTP"))
	}
	switch {
	case isA[*FieldError](e.err.get()): // it names its own cause
	case ambiguous && verdict.Cause == retry.ConditionFailed:
		// The condition can be false because an attempt in doubt was applied: that is no
		// answer to the caller's question.
	case ambiguous && retry.LookUp(e.Code).Doubt && verdict.Cause == retry.UnknownCode:
		// The code itself leaves a doubt: it is no refusal.
	case isA[smithy.InvalidParamsError](err): // of the SDK's client
		e.causes = append(e.causes, ErrInvalidRequest)
	case errorOf[verdict.Cause] != nil:
		e.causes = append(e.causes, errorOf[verdict.Cause])
	case !ambiguous && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded):
		e.causes = append(e.causes, ErrInvalidOption)
	}
	e.ThrottlingReasons = throttlingReasons(err)
	e.addStoredItem(err)
	return e
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

// addStoredItem adds the item that DynamoDB sends with a condition that failed.
func (e *Error) addStoredItem(err error) {
	attributes, isFalse := retry.FalseCondition(err)
	if isFalse && isA[wire.Damage](err) {
		e.causes = append(e.causes, ErrCorruptResponse)
	}
	if len(attributes) == 0 || isA[*TransactionError](err) { // which has the items
		return
	}
	item, damage := FromAttributeValues(attributes)
	if damage != nil {
		e.causes = append(e.causes, damage)
		return
	}
	e.item = hide(item)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// metadata returns what the call has gathered.
func (k *call) metadata() ResponseMetadata {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.meta.clone()
}

// takeMetadata returns what the call has gathered since the last time, so that a long scan
// does not keep more with each page.
func (k *call) takeMetadata() ResponseMetadata {
	k.mu.Lock()
	defer k.mu.Unlock()
	meta := k.meta
	k.meta = ResponseMetadata{}
	return meta
}

// refuse returns the error of a request that is not sent.
func (k *call) refuse(err error) error {
	e := k.errorSoFar()
	e.err = hide(err)
	return e
}

// errorSoFar returns an error without a cause: the facts of the call as they are.
func (k *call) errorSoFar() *Error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return &Error{
		Activity:   k.activity,
		TableName:  clean(k.table),
		Region:     k.region,
		RequestIDs: k.meta.clone().RequestIDs,
		Attempts:   k.meta.Attempts,
		Token:      k.token,
		Began:      k.began,
		Ended:      k.ended,
	}
}
