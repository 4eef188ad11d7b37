// Package stores holds three small stores, each written with the raw AWS SDK, with guregu/dynamo and
// with dynamoconn, as the documentation of each suggests: carts under a version, locks that expire,
// and counters. The carts and the locks are also written with dynamoconn's package table. Its test counts their lines and loses one answer of each operation. The table of
// docs/comparison.md is what it finds.
package stores

import (
	"context"
	"errors"
	"time"
)

// Cart is what one customer wants to buy.
type Cart struct {
	Customer string `dynamo:"Customer,hash" dynamoconn:"partition"`
	ID       string `dynamo:"ID,range" dynamoconn:"sort"`
	Version  int    `dynamoconn:"version"`
	Lines    map[string]int
}

// Lock is held by an owner until it expires, in seconds since 1970.
type Lock struct {
	ID      string `dynamo:"ID,hash" dynamoconn:"partition"`
	Holder  string
	Expires int64 `dynamoconn:"ttl"`
}

// Errors of the stores.
var (
	ErrExists  = errors.New("there is such a cart")
	ErrChanged = errors.New("somebody else has changed the cart")
	ErrHeld    = errors.New("somebody else holds the lock")
)

// Carts keeps carts in a table with the keys Customer and ID.
type Carts interface {
	Create(ctx context.Context, c Cart) error
	Get(ctx context.Context, customer, id string) (*Cart, error) // nil if there is none
	Update(ctx context.Context, c *Cart) error                   // under the version of c
	List(ctx context.Context, customer string) ([]Cart, error)
}

// Locks keeps locks in a table with the key ID.
type Locks interface {
	Acquire(ctx context.Context, id, holder string, lease time.Duration) error
	Release(ctx context.Context, id, holder string) error // no error if it is not held by holder
}

// Counters keeps counters in a table with the key ID.
type Counters interface {
	Add(ctx context.Context, id string, n int) (sum int, err error)
}
