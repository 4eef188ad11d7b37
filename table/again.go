package table

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/dynamoconn/dynamoconn"
)

// tryAgain returns the item that is stored if a write failed because that is another one than was
// expected, and whether it is worth another try.
func tryAgain[T any](err error, try int) (found dynamoconn.Item, again bool) {
	var conflict *Conflict[T]
	if !errors.As(err, &conflict) || try >= mostTries {
		return nil, false
	}
	return conflict.item, true
}

// pause waits before the next try, a little longer each time. It returns the error of ctx if that ends.
func pause(ctx context.Context, try int) error {
	const first, longest = 5 * time.Millisecond, 200 * time.Millisecond
	timer := time.NewTimer(rand.N(min(first<<min(try, 10), longest))) //nolint:gosec // it spreads writers, and is no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
