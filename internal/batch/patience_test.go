package batch

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

var errLeft = errors.New("left unprocessed")

func leftOver() error { return errLeft }

// oneSecond is a pause that does not grow.
func oneSecond(int) time.Duration { return time.Second }

func TestPatience(t *testing.T) {
	t.Parallel()

	later := func([]int) Answer { return Answer{Outcome: retry.NotDone, Err: errLater} }
	left := func(sent []int) Answer { return Answer{Outcome: retry.Applied, Unprocessed: sent} }
	tests := map[string]struct {
		patience time.Duration
		takes    time.Duration // each request
		answer   func(sent []int) Answer
		err      error
		after    time.Duration
		requests int
	}{
		"throttled":                   {10 * time.Second, 0, later, errLater, 9 * time.Second, 10},
		"unprocessed":                 {10 * time.Second, 0, left, errLeft, 9 * time.Second, 10},
		"shorter than the pause":      {time.Second / 2, 0, later, errLater, 0, 1},
		"shorter than a request":      {time.Second, 5 * time.Second, later, errLater, 5 * time.Second, 1},
		"ends while one is under way": {8 * time.Second, 5 * time.Second, left, errLeft, 11 * time.Second, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				requests := 0
				p := &Plan{
					Ops: ops(0, 3), Serial: []bool{false}, MaxOps: 3, MaxBytes: 100, MaxInFlight: 4,
					Pause: oneSecond, Patience: test.patience, Unprocessed: leftOver,
					Send: func(_ context.Context, sent []int) Answer {
						requests++
						time.Sleep(test.takes)
						return test.answer(sent)
					},
				}
				for _, result := range p.Run(t.Context()) {
					assert.Equal(t, &Result{Outcome: retry.NotDone, Err: test.err}, result)
				}
				assert.Equal(t, test.after, time.Since(began), "no pause is slept through in vain")
				assert.Equal(t, test.requests, requests)
			})
		})
	}
}

// However slow a batch is, it goes on as long as something is done now and then.
func TestProgressRestoresPatience(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		requests := 0
		p := &Plan{
			Ops: ops(0, 20), Serial: []bool{false}, MaxOps: 20, MaxBytes: 100, MaxInFlight: 1,
			Pause: oneSecond, Patience: 9 * time.Second, Unprocessed: leftOver,
			Send: func(_ context.Context, sent []int) Answer {
				if requests++; requests%8 == 0 {
					return Answer{Outcome: retry.Applied, Unprocessed: sent[1:]}
				}
				return Answer{Outcome: retry.Applied, Unprocessed: sent}
			},
		}
		for _, result := range p.Run(t.Context()) {
			assert.Equal(t, &Result{Outcome: retry.Applied}, result)
		}
		assert.Equal(t, 20*7*time.Second, time.Since(began))
	})
}

// Two tables that take turns in waiting once kept each other alive: there was always a
// request under way.
func TestPatienceWithRequestsAlwaysUnderWay(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		p := &Plan{
			Ops: append(ops(0, 2), ops(1, 2)...), Serial: []bool{true, true}, MaxOps: 1, MaxBytes: 100, MaxInFlight: 4,
			Pause: oneSecond, Patience: 30 * time.Second, Unprocessed: leftOver,
		}
		p.Send = func(_ context.Context, sent []int) Answer {
			time.Sleep(time.Duration(2+p.Ops[sent[0]].Table) * time.Second)
			return Answer{Outcome: retry.NotDone, Err: errLater}
		}
		for _, result := range p.Run(ctx) {
			assert.Equal(t, &Result{Outcome: retry.NotDone, Err: errLater}, result)
		}
		assert.LessOrEqual(t, time.Since(began), 33*time.Second)
		require.NoError(t, ctx.Err())
	})
}

// A request under way may bring progress: no table is given up before its answer is there,
// however long it takes. With progress, the other tables have all the time again.
func TestPatienceWaitsForTheAnswerUnderWay(t *testing.T) {
	t.Parallel()

	const slow, throttled = 0, 1
	for name, test := range map[string]struct {
		answer Answer // to the slow request, after 90 seconds
		want   []*Result
		after  time.Duration
	}{
		"progress": {
			Answer{Outcome: retry.Applied},
			[]*Result{{Outcome: retry.Applied}, {Outcome: retry.Applied}}, 100 * time.Second,
		},
		"no progress": {
			Answer{Outcome: retry.NotDone, Err: errLater},
			[]*Result{{Outcome: retry.NotDone, Err: errLater}, {Outcome: retry.NotDone, Err: errLater}}, 90 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				p := &Plan{
					Ops: append(ops(slow, 1), ops(throttled, 1)...), Serial: []bool{false, false}, MaxOps: 1, MaxBytes: 100,
					MaxInFlight: 2, Pause: oneSecond, Patience: time.Minute, Unprocessed: leftOver,
				}
				p.Send = func(_ context.Context, sent []int) Answer {
					switch {
					case p.Ops[sent[0]].Table == slow:
						time.Sleep(90 * time.Second)
						return test.answer
					case time.Since(began) < 100*time.Second:
						return Answer{Outcome: retry.NotDone, Err: errLater}
					}
					return Answer{Outcome: retry.Applied}
				}
				assert.Equal(t, test.want, p.Run(t.Context()))
				assert.Equal(t, test.after, time.Since(began))
			})
		})
	}
}

// What a table waited for earlier is not the cause of what is given up now.
func TestCauseIsThatOfTheLastAnswer(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		requests := 0
		p := &Plan{
			Ops: ops(0, 2), Serial: []bool{false}, MaxOps: 2, MaxBytes: 100, MaxInFlight: 1,
			Pause: oneSecond, Patience: 5 * time.Second, Unprocessed: leftOver,
			Send: func(_ context.Context, sent []int) Answer {
				if requests++; requests == 1 {
					return Answer{Outcome: retry.NotDone, Err: errLater}
				}
				return Answer{Outcome: retry.Applied, Unprocessed: sent}
			},
		}
		left := &Result{Outcome: retry.NotDone, Err: errLeft}
		assert.Equal(t, []*Result{left, left}, p.Run(t.Context()))
	})
}

// An operation that is refused is one less to do: that is progress as well.
func TestRefusalRestoresPatience(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		p := &Plan{
			Ops: ops(0, 10), Serial: []bool{false}, MaxOps: 1, MaxBytes: 100, MaxInFlight: 1,
			Pause: oneSecond, Patience: 5 * time.Second, Unprocessed: leftOver,
			Send: func(context.Context, []int) Answer {
				time.Sleep(2 * time.Second)
				return Answer{Outcome: retry.Refused, Scope: retry.OneOperation, Err: errRefused}
			},
		}
		for _, result := range p.Run(t.Context()) {
			assert.Equal(t, &Result{Outcome: retry.Refused, Err: errRefused}, result)
		}
	})
}

// Patience may be over as well when the context has ended: the context is the reason.
func TestContextThatEndsIsTheReason(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		p := &Plan{
			Ops: ops(0, 2), Serial: []bool{false}, MaxOps: 1, MaxBytes: 100, MaxInFlight: 1,
			Pause: oneSecond, Patience: 5 * time.Second, Unprocessed: leftOver,
			Send: func(context.Context, []int) Answer {
				time.Sleep(10 * time.Second)
				return Answer{Outcome: retry.NotDone, Err: errLater}
			},
		}
		for _, result := range p.Run(ctx) {
			assert.Equal(t, retry.NotDone, result.Outcome)
			require.ErrorIs(t, result.Err, context.DeadlineExceeded)
			require.ErrorIs(t, result.Err, errLater)
		}
	})
}

// What was done in time is done, and the cause of the rest is its own table's.
func TestPatienceGivesEachTableItsCause(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		p := &Plan{
			Ops:    append(append(ops(0, 5), ops(1, 5)...), ops(2, 5)...),
			Serial: []bool{true, true, true}, MaxOps: 1, MaxBytes: 100, MaxInFlight: 3,
			Pause: oneSecond, Patience: 5 * time.Second, Unprocessed: leftOver,
		}
		p.Send = func(_ context.Context, sent []int) Answer {
			mu.Lock()
			defer mu.Unlock()
			switch p.Ops[sent[0]].Table {
			case 0:
				return Answer{Outcome: retry.Applied}
			case 1:
				return Answer{Outcome: retry.NotDone, Err: errLater}
			}
			return Answer{Outcome: retry.Applied, Unprocessed: sent}
		}
		for i, result := range p.Run(t.Context()) {
			assert.Equal(t, []*Result{{Outcome: retry.Applied}, {Outcome: retry.NotDone, Err: errLater}, {Outcome: retry.NotDone, Err: errLeft}}[p.Ops[i].Table], result)
		}
	})
}
