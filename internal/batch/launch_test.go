package batch

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// caught runs do in a goroutine and returns what it panicked with, and whether it
// returned.
func caught(do func()) (value any, returned bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { value = recover() }()
		do()
		returned = true
	}()
	<-done
	return value, returned
}

func aPlan(operations, inFlight int, send func(context.Context, []int) Answer) *Plan {
	return &Plan{
		Ops: ops(0, operations), Serial: []bool{false}, MaxOps: 1, MaxBytes: 100, MaxInFlight: inFlight,
		Send: send, Pause: func(int) time.Duration { return time.Second },
	}
}

// A bubble does not end before its goroutines have, so these tests also show that
// none is left.
func TestPanicOfASendReachesTheCallerOfRun(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, thrown := range map[string]any{"an error": broken, "a text": "broken"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sent, cancelled atomic.Int64
				p := aPlan(100, 4, func(ctx context.Context, _ []int) Answer {
					if sent.Add(1) == 4 {
						panic(thrown)
					}
					<-ctx.Done() // or the test would hang
					cancelled.Add(1)
					return Answer{Outcome: retry.Unknown, Err: ctx.Err()}
				})
				value, returned := caught(func() { p.Run(t.Context()) })
				require.False(t, returned)
				crash, ok := value.(*Panic)
				require.True(t, ok, "%T", value)
				assert.Equal(t, thrown, crash.Value)
				assert.Contains(t, string(crash.Stack), "launch_test.go", "the stack is that of the panic")
				assert.Contains(t, crash.Error(), "broken")
				assert.Equal(t, name == "an error", errors.Is(crash, broken))
				assert.EqualValues(t, 3, cancelled.Load(), "the others have ended")
				assert.EqualValues(t, 4, sent.Load(), "nothing is sent after it")
				assert.NoError(t, t.Context().Err(), "the caller's context is not touched")
			})
		})
	}
}

func TestPanicOfTheOnlySendIsPassedAsItIs(t *testing.T) {
	t.Parallel()
	p := aPlan(1, 4, func(context.Context, []int) Answer { panic("mine") })
	assert.PanicsWithValue(t, "mine", func() { p.Run(t.Context()) })
}

func TestTheFirstOfSeveralPanicsIsPassed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent atomic.Int64
		p := aPlan(10, 3, func(context.Context, []int) Answer {
			n := sent.Add(1)
			time.Sleep(time.Duration(n) * time.Second)
			panic(n)
		})
		value, _ := caught(func() { p.Run(t.Context()) })
		assert.Equal(t, int64(1), value.(*Panic).Value)
		assert.EqualValues(t, 3, sent.Load())
	})
}

// t.FailNow in a stand-in of a test does this. Run once waited for that answer for ever.
func TestSendThatEndsItsGoroutineEndsThatOfRun(t *testing.T) {
	t.Parallel()
	for _, operations := range []int{1, 20} {
		synctest.Test(t, func(t *testing.T) {
			var once sync.Once
			p := aPlan(operations, 4, func(ctx context.Context, _ []int) Answer {
				once.Do(runtime.Goexit)
				<-ctx.Done()
				return Answer{Outcome: retry.NotDone, Err: ctx.Err()}
			})
			value, returned := caught(func() { p.Run(t.Context()) })
			assert.Nil(t, value)
			assert.False(t, returned)
		})
	}
}

// paused runs the plan and returns the pauses that it told of.
func paused(ctx context.Context, p *Plan) []time.Duration {
	var told []time.Duration
	p.Paused = func(pause time.Duration) { told = append(told, pause) }
	p.Run(ctx)
	return told
}

func TestPausesAreToldAsTheyWere(t *testing.T) {
	t.Parallel()
	const s = time.Second
	t.Run("in full", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			began, left := time.Now(), 3
			told := paused(t.Context(), aPlan(1, 1, func(_ context.Context, sent []int) Answer {
				time.Sleep(10 * s) // which is no pause
				if left--; left > 0 {
					return Answer{Outcome: retry.Applied, Unprocessed: sent}
				}
				return Answer{Outcome: retry.Applied}
			}))
			assert.Equal(t, []time.Duration{s, s}, told)
			// A pause was once made longer by the request before it.
			assert.Equal(t, 32*s, time.Since(began))
		})
	})
	t.Run("none without need", func(t *testing.T) {
		t.Parallel()
		assert.Empty(t, paused(t.Context(), aPlan(50, 4, func(context.Context, []int) Answer { return Answer{Outcome: retry.Applied} })))
	})
	t.Run("cut short by the context", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), s/4)
			defer cancel()
			told := paused(ctx, aPlan(1, 1, func(_ context.Context, sent []int) Answer { return Answer{Outcome: retry.Applied, Unprocessed: sent} }))
			assert.Equal(t, []time.Duration{s / 4}, told)
		})
	})
	t.Run("cut short by another request's progress", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			first := true
			told := paused(t.Context(), aPlan(2, 2, func(_ context.Context, sent []int) Answer {
				switch {
				case sent[0] == 1:
					time.Sleep(s / 2)
				case first:
					first = false
					return Answer{Outcome: retry.Applied, Unprocessed: sent}
				}
				return Answer{Outcome: retry.Applied}
			}))
			assert.Equal(t, []time.Duration{s / 2}, told)
		})
	})
	t.Run("begun anew by another request without progress", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var sent [2]int
			told := paused(t.Context(), aPlan(2, 2, func(_ context.Context, ops []int) Answer {
				op := ops[0]
				if sent[op]++; sent[op] > 1 {
					return Answer{Outcome: retry.Applied}
				}
				time.Sleep(time.Duration(op) * s / 2)
				return Answer{Outcome: retry.Applied, Unprocessed: ops}
			}))
			assert.Equal(t, []time.Duration{s / 2, s}, told)
		})
	})
}

// Each table pauses by itself.
func TestPausesOfTablesAreToldEach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		seen := map[int]int{}
		p := &Plan{
			Ops: []Op{{Table: 0, Key: 1, Bytes: 60}, {Table: 1, Key: 1, Bytes: 60}}, Serial: []bool{false, false},
			MaxOps: 1, MaxBytes: 100, MaxInFlight: 2,
			Send: func(_ context.Context, sent []int) Answer {
				mu.Lock()
				defer mu.Unlock()
				if seen[sent[0]]++; seen[sent[0]] == 1 {
					return Answer{Outcome: retry.NotDone, Err: errors.New("throttled")}
				}
				return Answer{Outcome: retry.Applied}
			},
			Pause: func(int) time.Duration { return time.Second },
		}
		began := time.Now()
		assert.Equal(t, []time.Duration{time.Second, time.Second}, paused(t.Context(), p))
		assert.Equal(t, time.Second, time.Since(began))
	})
}
