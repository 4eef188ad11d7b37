package transport

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// slowActions are those whose answers or requests may hold 16 MB, or that read 1 MB of
// a table for a page: they have slowFactor times as long.
var slowActions = map[string]bool{
	"DynamoDB_20120810.Scan":           true,
	"DynamoDB_20120810.BatchGetItem":   true,
	"DynamoDB_20120810.BatchWriteItem": true,
}

const slowFactor = 3

// Timeout is the error of an attempt that took too long, while the caller's context
// had not ended. It is an os.ErrDeadlineExceeded and never a
// context.DeadlineExceeded: that is the caller's own deadline.
type Timeout struct {
	// Limit is the Exchange's, or 0 if the HTTP client has a limit of its own.
	Limit time.Duration
	err   error
}

// Error tells the limit that was passed, or what the HTTP client said.
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

// Is hides that the error below may be a context.DeadlineExceeded, which net/http
// and net make of every limit of theirs, and that it may be an ErrCorrupt: a body that
// was not waited for is not damaged.
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

// limit is the time that one attempt has.
type limit struct {
	parent context.Context
	length time.Duration
	passed error // the cause of the attempt's context, once its time is over
}

// limit returns the context of one attempt.
func (x *Exchange) limit(parent context.Context, target string) (context.Context, context.CancelFunc, *limit) {
	if x.Timeout <= 0 {
		return parent, func() {}, &limit{parent: parent}
	}
	l := &limit{parent: parent, length: x.Timeout, passed: errors.New("the attempt took too long")}
	if slowActions[target] {
		l.length *= slowFactor
	}
	ctx, cancel := context.WithTimeoutCause(parent, l.length, l.passed)
	return ctx, cancel, l
}

// explain returns err as a Timeout if it is one of the attempt or of the HTTP client,
// and not of the caller.
func (l *limit) explain(ctx context.Context, err error) error {
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
