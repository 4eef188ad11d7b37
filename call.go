package dynamoconn

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/attempt"
)

// call is one call of an activity: what it is, how it sends, and what it has
// gathered. Its methods may be used by the goroutines of one batch.
type call struct {
	client   *Client
	activity string
	table    string
	region   Region
	sdk      *dynamodb.Client
	options  []func(*dynamodb.Options)
	capacity types.ReturnConsumedCapacity
	token    string // of ExactlyOnce, and empty without it

	mu           sync.Mutex
	meta         ResponseMetadata
	began, ended time.Time // of the requests so far
	tally        tally
}

// newCall applies the call options. The call it returns can make errors even if
// there is one, and must be ended.
func (c *Client) newCall(activity, table string, opts []CallOption) (*call, error) {
	k := &call{client: c, activity: activity, table: table, tally: tally{began: time.Now()}}
	if c == nil || c.config == nil {
		return k, k.refuse(invalid("Client", "must be made with New"))
	}
	k.region = c.Region()
	var config callConfig
	for _, opt := range opts {
		if opt == nil {
			return k, k.refuse(invalid("CallOption", "must not be nil"))
		}
		opt.applyCall(&config)
		if config.fault != nil {
			return k, k.refuse(config.fault)
		}
	}
	if config.region != "" {
		k.region = config.region
	}
	if config.credentials != nil {
		credentials := c.config.asCredentials(config.credentials)
		k.options = append(k.options, func(o *dynamodb.Options) { o.Credentials = credentials })
	}
	if config.capacity {
		k.capacity = types.ReturnConsumedCapacityIndexes
	}
	if err := k.once(config); err != nil {
		return k, k.refuse(err)
	}
	k.sdk = c.sdk(k.region)
	return k, nil
}

// send runs one API action, keeps account of its attempts, and turns a failure into
// an [Error]. writes reports whether the action changes anything: use read or write.
func (k *call) send(ctx context.Context, writes bool, action func(context.Context) ([]types.ConsumedCapacity, error)) (attempt.Outcome, error) {
	attempted, record := attempt.With(ctx)
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

	outcome := attempt.Applied
	if err != nil {
		outcome = record.Verdict()
		if _, isFalse := falseCondition(err); isFalse && k.token != "" {
			outcome = attempt.Refused // had an earlier attempt been applied, DynamoDB would have known its token
		}
		err = k.failure(err, tries, writes && outcome == attempt.Unknown)
	}
	k.closed(tries, used, outcome, err)
	return outcome, err
}

// read sends an API action that changes nothing.
func (k *call) read(ctx context.Context, action func(context.Context) ([]types.ConsumedCapacity, error)) (attempt.Outcome, error) {
	return k.send(ctx, false, action)
}

// write sends an API action that may change something: if it fails and may have been
// applied, the error is [ErrAmbiguous].
func (k *call) write(ctx context.Context, action func(context.Context) ([]types.ConsumedCapacity, error)) (attempt.Outcome, error) {
	return k.send(ctx, true, action)
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

// takeMetadata returns what the call has gathered since it was last asked, so that
// what a long reading keeps does not grow with each page.
func (k *call) takeMetadata() ResponseMetadata {
	k.mu.Lock()
	defer k.mu.Unlock()
	meta := k.meta
	k.meta = ResponseMetadata{}
	return meta
}

// refuse returns the error of a request that is not sent.
func (k *call) refuse(err error) error {
	e := k.soFar()
	e.err = err
	return e
}

// soFar returns an error without a cause: the facts of the call as they are.
func (k *call) soFar() *Error {
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
