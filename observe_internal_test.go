package dynamoconn

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// TestUnusedObservationAllocatesNothing pins what is added to each call and each request
// for the sake of hooks and log, exactly.
func TestUnusedObservationAllocatesNothing(t *testing.T) {
	event := func(context.Context, AttemptEvent) {}
	quiet := slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError}))
	for name, test := range map[string]struct {
		config  *config
		watched bool
		want    float64
	}{
		"no hook, no logger":       {&config{}, false, 0},
		"a logger that is not on":  {&config{logger: quiet}, false, 0},
		"a logger":                 {&config{logger: slog.New(slog.NewTextHandler(io.Discard, nil))}, true, 1},
		"a hook for attempts":      {&config{onAttempt: []func(context.Context, AttemptEvent){event}}, true, 1},
		"a hook for calls":         {&config{onCall: []func(context.Context, CallEvent){func(context.Context, CallEvent) {}}}, false, 0},
		"a hook for calls and log": {&config{logger: quiet, onCall: []func(context.Context, CallEvent){func(context.Context, CallEvent) {}}}, false, 0},
	} {
		tries := []retry.Try{{Outcome: retry.Refused}, {Outcome: retry.Applied}}
		k := &call{client: &Client{config: test.config}, activity: "GetItem", table: "Music"}
		var record retry.Record
		var err error
		ctx := t.Context()
		if test.config.isObserved() {
			k.tally = &tally{}
		}
		got := testing.AllocsPerRun(100, func() {
			record.Each = nil
			if k.tally != nil {
				*k.tally = tally{began: time.Now()}
			}
			k.opened(ctx, &record)
			k.closed(tries, nil, retry.Applied, nil)
			k.end(ctx, &err)
		})
		assert.Equal(t, test.want, got, name)
		assert.Equal(t, test.watched, record.Each != nil, name)
	}
}
