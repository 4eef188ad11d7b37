package dynamoconn

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/transport"
)

// tally adds up what the hooks and the log report of a call. It is not the metadata, which a
// long scan hands out page by page.
type tally struct {
	began          time.Time
	open           int // requests under way
	attempts       int
	wait           time.Duration
	sent, received int64
	used           ResponseMetadata // the capacity only
	failed         bool             // whether a request failed
	worst          retry.Outcome    // of those that failed
}

// isObserved reports whether a hook or a logger wants to know of the client's calls.
func (c *config) isObserved() bool {
	return c.logger != nil || len(c.onCall) > 0 || len(c.onAttempt) > 0
}

// opened enters that a request begins, and has its attempts reported as they end.
func (k *call) opened(ctx context.Context, record *retry.Record) {
	config := k.client.config
	if k.tally == nil {
		return
	}
	k.mu.Lock()
	k.tally.open++
	k.mu.Unlock()
	if len(config.onAttempt) > 0 || config.logger != nil && config.logger.Enabled(ctx, slog.LevelWarn) {
		record.Each = func(number int, try retry.Try) { k.report(ctx, number, &try) }
	}
}

// closed enters what a request came to. It is not reached if a panic ends the request.
func (k *call) closed(tries []retry.Try, used []types.ConsumedCapacity, outcome retry.Outcome, err error) {
	if k.tally == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	sum := k.tally
	sum.open--
	sum.attempts += len(tries)
	for _, try := range tries {
		sum.wait += try.Wait
		sum.sent += try.Sent
		sum.received += try.Received
	}
	sum.used.consume(used...)
	if err != nil {
		sum.failed = true
		sum.worst = retry.Worse(sum.worst, outcome)
	}
}

// paused enters a pause between two requests.
func (k *call) paused(pause time.Duration) {
	if k.tally == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tally.wait += pause
}

// report reports an attempt that has ended to the logger and the hooks.
func (k *call) report(ctx context.Context, number int, try *retry.Try) {
	k.logAttempt(ctx, number, try)
	config := k.client.config
	if len(config.onAttempt) == 0 {
		return
	}
	event := AttemptEvent{
		Activity:      k.activity,
		Action:        try.Action,
		TableName:     k.table,
		Region:        k.region,
		Number:        number,
		Outcome:       Outcome(try.Outcome),
		Status:        try.Status,
		Code:          clean(try.Code),
		RequestID:     clean(try.RequestID),
		Err:           attemptError(try.Err),
		Wait:          try.Wait,
		Took:          try.Took,
		BytesSent:     try.Sent,
		BytesReceived: try.Received,
	}
	for _, hook := range config.onAttempt {
		hook(ctx, event)
	}
}

// attemptError returns the error of an attempt so that it matches ErrCorruptResponse if that
// is its cause.
func attemptError(err error) error {
	if errors.Is(err, transport.ErrCorrupt) || errors.Is(err, transport.ErrRedirect) {
		return &attemptFailure{ErrCorruptResponse, hide(err)}
	}
	return err
}

type attemptFailure struct {
	cause error
	err   hidden[error]
}

// Error returns the text of the error itself, which says the cause.
func (f *attemptFailure) Error() string { return f.err.get().Error() }

// Unwrap returns the cause and the error.
func (f *attemptFailure) Unwrap() []error { return []error{f.cause, f.err.get()} }

// end reports the call that is finished with *err. Each activity defers it. Nothing is
// reported for a call that ends in a panic of a request.
func (k *call) end(ctx context.Context, err *error) {
	if k.tally == nil {
		return
	}
	config := k.client.config
	k.mu.Lock()
	sum := *k.tally
	sum.used = k.tally.used.clone()
	k.mu.Unlock()
	if sum.open > 0 {
		return
	}
	event := CallEvent{
		Activity:         k.activity,
		TableName:        clean(k.table),
		Region:           k.region,
		Outcome:          sum.outcome(*err),
		Err:              *err,
		Attempts:         sum.attempts,
		Wait:             sum.wait,
		Took:             time.Since(sum.began),
		BytesSent:        sum.sent,
		BytesReceived:    sum.received,
		ConsumedCapacity: sum.used.ConsumedCapacity,
	}
	config.logCall(ctx, &event)
	for _, hook := range config.onCall {
		hook(ctx, event)
	}
}

// outcome returns what a call that ended with err means for the data.
func (t *tally) outcome(err error) Outcome {
	switch {
	case err == nil:
		return OutcomeApplied
	case errors.Is(err, ErrAmbiguous):
		return OutcomeUnknown
	case t.attempts == 0:
		return OutcomeNotSent
	case errors.Is(err, ErrConditionFailed):
		return OutcomeRefused
	case errors.Is(err, ErrUnfinishedBatch) && !t.failed:
		return worstOfBatch(err) // left unprocessed, or refused here
	case !t.failed:
		return OutcomeUnknown // what came back is refused here
	}
	return Outcome(t.worst)
}

// logAttempt logs an attempt if it failed in a way that may pass, or that should not be.
func (k *call) logAttempt(ctx context.Context, number int, try *retry.Try) {
	logger := k.client.config.logger
	level, ok := attemptLevel(ctx, try)
	if !ok || logger == nil || !logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("activity", k.activity),
		slog.String("action", try.Action),
		slog.String("table", k.table),
		slog.String("region", string(k.region)),
		slog.Int("number", number),
		slog.String("outcome", string(Outcome(try.Outcome))),
		slog.Int("status", try.Status),
		slog.Duration("wait", try.Wait),
		slog.Duration("took", try.Took),
		slog.Int64("bytesSent", try.Sent),
		slog.Int64("bytesReceived", try.Received),
	}
	if try.Code != "" {
		attrs = append(attrs, slog.String("code", clean(try.Code)))
	}
	if try.RequestID != "" {
		attrs = append(attrs, slog.String("requestID", clean(try.RequestID)))
	}
	if try.Err != nil {
		attrs = append(attrs, slog.String("error", clean(try.Err.Error())))
	}
	logger.LogAttrs(ctx, level, "dynamodb attempt failed", attrs...)
}

// attemptLevel returns the level at which an attempt is logged, and false for one that went
// well, was refused for what it asked, or ended with the caller's context.
func attemptLevel(ctx context.Context, try *retry.Try) (slog.Level, bool) {
	switch cause := retry.LookUp(try.Code).Cause; {
	case ctx.Err() != nil && try.Err != nil:
		return 0, false
	case errors.Is(try.Err, transport.ErrCorrupt):
		return slog.LevelWarn, true
	case try.Err != nil, try.Status >= 500, try.Status == http.StatusRequestTimeout, try.Status == http.StatusTooManyRequests,
		cause == retry.Throttled, cause == retry.Conflict, cause == retry.CredentialsRefused:
		return slog.LevelInfo, true
	}
	return 0, false
}

// logCall logs a call that is finished.
func (c *config) logCall(ctx context.Context, event *CallEvent) {
	level := slog.LevelDebug
	if errors.Is(event.Err, ErrAmbiguous) || errors.Is(event.Err, ErrCorruptResponse) {
		level = slog.LevelWarn
	}
	if c.logger == nil || !c.logger.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("activity", event.Activity),
		slog.String("table", event.TableName),
		slog.String("region", string(event.Region)),
		slog.String("outcome", string(event.Outcome)),
		slog.Int("attempts", event.Attempts),
		slog.Duration("wait", event.Wait),
		slog.Duration("took", event.Took),
		slog.Int64("bytesSent", event.BytesSent),
		slog.Int64("bytesReceived", event.BytesReceived),
	}
	if len(event.ConsumedCapacity) > 0 {
		units := 0.0
		for _, used := range event.ConsumedCapacity {
			units += used.CapacityUnits
		}
		attrs = append(attrs, slog.Float64("capacityUnits", units))
	}
	if event.Err != nil {
		attrs = append(attrs, slog.Any("error", event.Err))
	}
	c.logger.LogAttrs(ctx, level, "dynamodb call", attrs...)
}
