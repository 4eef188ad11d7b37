package faults

import (
	"context"
	"errors"
)

// client is one of the three clients, used as its documentation suggests.
type client interface {
	put(ctx context.Context, c city) error
	putNew(ctx context.Context, c city) error          // only if there is no such item
	replace(ctx context.Context, c city) (city, error) // returns the old item
	remove(ctx context.Context, id string) error
	take(ctx context.Context, id string) (city, error)   // deletes and returns the old item
	removeExisting(ctx context.Context, id string) error // only if there is such an item
	add(ctx context.Context, id string, n int64) error
	transact(ctx context.Context, cities []city) error // puts all of them, or none
	get(ctx context.Context, id string) (*city, error) // nil if there is no such item
	scan(ctx context.Context) ([]city, error)
	query(ctx context.Context, country string) ([]city, error) // by the index byCountry
	write(ctx context.Context, cities []city) (batchState, error)
	read(ctx context.Context, ids []string) ([]city, error)
	list(ctx context.Context) ([]string, error)
	describe(ctx context.Context) (key string, err error)

	// claimOf returns what err says about the write that failed.
	claimOf(err error) claim
}

// errNotOffered is the error of a client that has no such call.
var errNotOffered = errors.New("not offered")

// claim is what an error says about a write.
type claim int

const (
	claimNothing         claim = iota // the write may or may not have been done
	claimNotDone                      // the write was not done
	claimConditionFailed              // the write was not done, because its condition was false
)

// batchState is what a client reports after a batch of writes: the IDs of the items
// that were not written and of those that may have been written. It reports all
// others as written.
type batchState struct {
	notWritten, maybeWritten []string
}

// contender is one of the clients that are compared.
type contender struct {
	name   string
	module string // the module whose version the tables show, or empty
	open   func(*world) client
}

var contenders = []contender{
	{"raw SDK", "github.com/aws/aws-sdk-go-v2/service/dynamodb", openSDK},
	{"guregu/dynamo", "github.com/guregu/dynamo/v2", openGuregu},
	{"dynamoconn", "", openOurs},
}
