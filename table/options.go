package table

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dynamoconn/dynamoconn"
)

// Option is an option of [New] and [Table.With].
type Option interface{ apply(o *options) error }

// options are what the options of a table say.
type options struct {
	calls      []dynamoconn.CallOption
	now        func() time.Time // nil is time.Now
	consistent bool
	expired    bool  // items that have expired are read
	err        error // of an option that With was given
}

type option func(o *options) error

func (f option) apply(o *options) error { return f(o) }

// with returns the options with more of them.
func (o options) with(opts []Option) (options, error) {
	o.calls = slices.Clone(o.calls)
	for i, opt := range opts {
		if opt == nil {
			return o, fmt.Errorf("%w: option %d is nil", dynamoconn.ErrInvalidOption, i)
		}
		if err := opt.apply(&o); err != nil {
			return o, fmt.Errorf("%w: %w", dynamoconn.ErrInvalidOption, err)
		}
	}
	return o, nil
}

// time returns the time of the table's clock.
func (o *options) time() time.Time {
	if o.now != nil {
		return o.now()
	}
	return time.Now()
}

// Calls gives options to every call that the table makes, such as [dynamoconn.InRegion].
func Calls(opts ...dynamoconn.CallOption) Option {
	return option(func(o *options) error {
		o.calls = append(o.calls, opts...)
		return nil
	})
}

// Clock gives the table another clock than time.Now. It tells the time of created and updated
// fields and which items have expired. A test can set it.
func Clock(now func() time.Time) Option {
	return option(func(o *options) error {
		if now == nil {
			return errors.New("the clock is nil")
		}
		o.now = now
		return nil
	})
}

// ConsistentReads makes reads see every write that was acknowledged before, at twice the capacity.
// A global secondary index does not offer them: DynamoDB refuses such a query or scan.
func ConsistentReads() Option {
	return option(func(o *options) error {
		o.consistent = true
		return nil
	})
}

// IncludeExpired makes reads return items also after their time to live. DynamoDB deletes them late,
// within days. Without it they count as not there.
func IncludeExpired() Option {
	return option(func(o *options) error {
		o.expired = true
		return nil
	})
}
