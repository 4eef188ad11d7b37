package faults

import (
	"context"
	"errors"
)

// client is one of the three, in its most natural use.
type client interface {
	put(ctx context.Context, c city) error
	putNew(ctx context.Context, c city) error          // only if there is none
	replace(ctx context.Context, c city) (city, error) // returns the old one
	remove(ctx context.Context, id string) error
	removeOld(ctx context.Context, id string) error // only if there is one
	add(ctx context.Context, id string, n int64) error
	get(ctx context.Context, id string) (*city, error) // nil if there is none
	scan(ctx context.Context) ([]city, error)
	write(ctx context.Context, cities []city) (written, error)
	read(ctx context.Context, ids []string) ([]city, error)
	list(ctx context.Context) ([]string, error)
	describe(ctx context.Context) (key string, err error)

	// tells returns what an error says of the write that it is about.
	tells(err error) told
}

// errNotOffered is for what a client has no call for.
var errNotOffered = errors.New("not offered")

// told is what an error says.
type told int

const (
	toldNothing   told = iota // the write may or may not have been done
	toldNotDone               // it was not
	toldCondition             // it was not, because its condition was false
)

// written is what a caller knows after a batch of writes that failed, by ID. All
// others are done.
type written struct {
	not, perhaps []string
}

// contender makes a client.
type contender struct {
	name   string
	module string // whose version is shown; empty for none
	open   func(*world) client
}

var contenders = []contender{
	{"raw SDK", "github.com/aws/aws-sdk-go-v2/service/dynamodb", openSDK},
	{"guregu/dynamo", "github.com/guregu/dynamo/v2", openGuregu},
	{"dynamoconn", "", openOurs},
}
