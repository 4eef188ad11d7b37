package transport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// slowActions are the actions whose answers or requests may hold 16 MB, or that read 1 MB
// of a table for a page. They may take slowFactor times as long.
var slowActions = map[string]bool{
	"Scan":           true,
	"Query":          true,
	"BatchGetItem":   true,
	"BatchWriteItem": true,
}

const slowFactor = 3

// Timeout is the error of an attempt that took too long while the caller's context had not
// ended. It matches os.ErrDeadlineExceeded and never context.DeadlineExceeded, which is the
// caller's own deadline.
type Timeout struct {
	// Limit is the Exchange's, or 0 if the HTTP client has a limit of its own.
	Limit time.Duration
	err   error
}

// Error returns the limit that was passed, or the text of the HTTP client's error.
func (t *Timeout) Error() string {
	if t.Limit > 0 {
		return fmt.Sprintf("no whole answer within %v", t.Limit)
	}
	return t.err.Error()
}

// Cause returns [retry.Unavailable].
func (t *Timeout) Cause() retry.Cause { return retry.Unavailable }

// Timeout returns true, as a net.Error does.
func (t *Timeout) Timeout() bool { return true }

// Temporary returns true, as a net.Error does.
func (t *Timeout) Temporary() bool { return true }

// Is hides that the error below may match context.DeadlineExceeded, as every time limit of
// net/http and net does, or ErrCorrupt: a body that did not come in time is not damaged.
func (t *Timeout) Is(target error) bool {
	switch target {
	case os.ErrDeadlineExceeded:
		return true
	case context.DeadlineExceeded, context.Canceled, ErrCorrupt:
		return false
	}
	return errors.Is(t.err, target)
}

// As looks into the error below.
func (t *Timeout) As(target any) bool { return errors.As(t.err, target) }

var errTookTooLong = errors.New("the attempt took too long")

// limit is the time that one attempt has.
type limit struct {
	parent context.Context
	length time.Duration
	passed error // the cause of the attempt's context, once its time is over
}

// limit returns the context of one attempt.
func (x *Exchange) limit(parent context.Context, action string) (context.Context, context.CancelFunc, limit) {
	if x.Timeout <= 0 {
		return parent, func() {}, limit{parent: parent}
	}
	l := limit{parent: parent, length: x.Timeout, passed: errTookTooLong}
	if slowActions[action] {
		l.length *= slowFactor
	}
	ctx, cancel := context.WithTimeoutCause(parent, l.length, l.passed)
	return ctx, cancel, l
}

// explain returns err as a Timeout if a time limit of the attempt or of the HTTP client
// caused it, and not the caller's context.
func (l limit) explain(ctx context.Context, err error) error {
	switch {
	case err == nil || l.parent.Err() != nil:
		return err
	case l.passed != nil && errors.Is(context.Cause(ctx), l.passed):
		return &Timeout{Limit: l.length, err: err}
	case errors.Is(err, context.DeadlineExceeded):
		return &Timeout{err: err}
	}
	return err
}
