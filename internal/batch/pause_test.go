package batch

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// ops returns n operations of one table, each on a key of its own.
func ops(table, n int) []Op {
	list := make([]Op, n)
	for i := range list {
		list[i] = Op{Table: table, Key: uint64(i) + 1, Bytes: 1}
	}
	return list
}

func states(results []*Result) []retry.Outcome {
	list := make([]retry.Outcome, len(results))
	for i, result := range results {
		list[i] = result.Outcome
	}
	return list
}

func TestPausesGrowWithoutProgressAndStartOverAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var counted []int
		var at []time.Duration
		answers := []int{0, 0, 0, 1, 0, 0, 2} // how many of the operations are done
		p := &Plan{
			Ops: ops(0, 3), Serial: []bool{false}, MaxOps: 3, MaxBytes: 100, MaxInFlight: 4,
			Send: func(_ context.Context, sent []int) Answer {
				at = append(at, time.Since(began))
				done := answers[len(at)-1]
				return Answer{Outcome: retry.Applied, Unprocessed: sent[done:]}
			},
			Pause: func(n int) time.Duration {
				counted = append(counted, n)
				return time.Duration(n) * time.Second
			},
		}
		results := p.Run(t.Context())
		assert.Equal(t, []retry.Outcome{retry.Applied, retry.Applied, retry.Applied}, states(results))
		assert.Equal(t, []int{1, 2, 3, 1, 2}, counted)
		s := time.Second
		assert.Equal(t, []time.Duration{0, 1 * s, 3 * s, 6 * s, 6 * s, 7 * s, 9 * s}, at)
	})
}

func TestThrottledRequestsPauseTheirTablesOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var mu sync.Mutex
		var lastOfQuiet time.Duration
		healed := false
		p := &Plan{
			Ops: append(ops(0, 40), ops(1, 1000)...), Serial: []bool{false, false},
			MaxOps: 10, MaxBytes: 1000, MaxInFlight: 3,
		}
		p.Send = func(_ context.Context, sent []int) Answer {
			time.Sleep(time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			var left []int
			for _, op := range sent {
				if p.Ops[op].Table == 0 && !healed {
					left = append(left, op)
				} else if p.Ops[op].Table == 1 {
					lastOfQuiet = time.Since(began)
				}
			}
			if len(left) == len(sent) {
				return Answer{Outcome: retry.NotDone, Err: errLater}
			}
			return Answer{Outcome: retry.Applied, Unprocessed: left}
		}
		p.Pause = func(int) time.Duration {
			mu.Lock()
			defer mu.Unlock()
			healed = time.Since(began) > 3*time.Hour
			return time.Hour
		}
		results := p.Run(t.Context())
		assert.NotContains(t, states(results), retry.NotDone)
		assert.Less(t, lastOfQuiet, time.Second, "the other table was held up")
		assert.Greater(t, time.Since(began), 3*time.Hour)
	})
}

func TestADayOfRefusalCostsOnlyThePauses(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func([]int) Answer{
		"all unprocessed": func(sent []int) Answer { return Answer{Outcome: retry.Applied, Unprocessed: sent} },
		"throttled":       func([]int) Answer { return Answer{Outcome: retry.NotDone, Err: errLater} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const pause, inFlight = 5 * time.Second, 2
				ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
				defer cancel()
				began := time.Now()
				requests := make(chan struct{}, 1<<20)
				p := &Plan{
					Ops: ops(0, 100), Serial: []bool{false}, MaxOps: 25, MaxBytes: 1000, MaxInFlight: inFlight,
					Send: func(_ context.Context, sent []int) Answer {
						requests <- struct{}{}
						return answer(sent)
					},
					Pause: func(int) time.Duration { return pause },
				}
				results := p.Run(ctx)
				assert.Equal(t, 24*time.Hour, time.Since(began))
				rounds := int(24 * time.Hour / pause)
				assert.LessOrEqual(t, len(requests), (rounds+1)*inFlight)
				assert.GreaterOrEqual(t, len(requests), rounds)
				for _, result := range results {
					require.Equal(t, retry.NotDone, result.Outcome)
					require.ErrorIs(t, result.Err, context.DeadlineExceeded)
					require.Equal(t, name == "throttled", errors.Is(result.Err, errLater), "what was waited out")
				}
			})
		})
	}
}

func TestCancelEndsAPauseAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("the user left")
		ctx, cancel := context.WithCancelCause(t.Context())
		began := time.Now()
		time.AfterFunc(time.Minute, func() { cancel(cause) })
		p := &Plan{
			Ops: ops(0, 3), Serial: []bool{false}, MaxOps: 2, MaxBytes: 100, MaxInFlight: 1,
			Send:  func(_ context.Context, sent []int) Answer { return Answer{Outcome: retry.Applied, Unprocessed: sent} },
			Pause: func(int) time.Duration { return 40 * time.Minute },
		}
		results := p.Run(ctx)
		assert.Equal(t, time.Minute, time.Since(began))
		for _, result := range results {
			assert.Equal(t, retry.NotDone, result.Outcome)
			assert.ErrorIs(t, result.Err, context.Canceled)
			assert.ErrorIs(t, result.Err, cause)
		}
	})
}

func TestRunWaitsForWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		p := &Plan{
			Ops: ops(0, 5), Serial: []bool{false}, MaxOps: 1, MaxBytes: 100, MaxInFlight: 3,
			Send: func(ctx context.Context, sent []int) Answer {
				<-ctx.Done()
				time.Sleep(time.Second) // an answer arrives all the same
				if sent[0] == 1 {
					return Answer{Outcome: retry.Unknown, Err: errDoubt}
				}
				return Answer{Outcome: retry.Applied}
			},
			Pause: func(int) time.Duration { return 0 },
		}
		results := p.Run(ctx)
		assert.Equal(t, 2*time.Second, time.Since(began))
		assert.Equal(t, []*Result{
			{Outcome: retry.Applied},
			{Outcome: retry.Unknown, Err: errDoubt},
			{Outcome: retry.Applied},
			{Outcome: retry.NotDone, Err: context.DeadlineExceeded},
			{Outcome: retry.NotDone, Err: context.DeadlineExceeded},
		}, results)
	})
}

func TestEndedContextSendsNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := &Plan{
		Ops: ops(0, 2), Serial: []bool{false}, MaxOps: 1, MaxBytes: 100, MaxInFlight: 3,
		Send: func(context.Context, []int) Answer { panic("sent") },
	}
	result := &Result{Outcome: retry.NotDone, Err: context.Canceled}
	assert.Equal(t, []*Result{result, result}, p.Run(ctx))
}

// The pause that is over between two looks at the clock was once waited for as if
// there were none: for an hour.
func TestPauseThatEndsAtAnyInstantIsNotMissed(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	left := 20_000
	p := &Plan{
		Ops: ops(0, 1), Serial: []bool{false}, MaxOps: 1, MaxBytes: 100, MaxInFlight: 1,
		Send: func(_ context.Context, sent []int) Answer {
			left--
			if left > 0 {
				return Answer{Outcome: retry.Applied, Unprocessed: sent}
			}
			return Answer{Outcome: retry.Applied}
		},
	}
	p.Pause = func(n int) time.Duration { return time.Duration(n % 2000) }
	assert.Equal(t, []*Result{{Outcome: retry.Applied}}, p.Run(ctx))
}

func TestManyOperationsOfEveryShapeEnd(t *testing.T) {
	t.Parallel()
	const n = 20_000
	for name, prepare := range map[string]func(*Plan){
		"one table": func(*Plan) {},
		"serial":    func(p *Plan) { p.Serial[0] = true },
		"one key": func(p *Plan) {
			for i := range p.Ops {
				p.Ops[i].Key = 1
			}
		},
		"a table for each hundred": func(p *Plan) {
			p.Serial = make([]bool, n/100)
			for i := range p.Ops {
				p.Ops[i].Table = i / 100
			}
		},
		"every other one refused": func(p *Plan) {
			p.Send = func(_ context.Context, sent []int) Answer {
				if slices.ContainsFunc(sent, func(op int) bool { return op%2 == 1 }) {
					return Answer{Outcome: retry.Refused, Scope: retry.OneOperation, Err: errRefused}
				}
				return Answer{Outcome: retry.Applied}
			}
		},
		"half unprocessed": func(p *Plan) {
			p.Send = func(_ context.Context, sent []int) Answer {
				return Answer{Outcome: retry.Applied, Unprocessed: sent[len(sent)/2+1:]}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := &Plan{
				Ops: ops(0, n), Serial: []bool{false}, MaxOps: 25, MaxBytes: 1000, MaxInFlight: 16,
				Send:  func(context.Context, []int) Answer { return Answer{Outcome: retry.Applied} },
				Pause: func(int) time.Duration { return 0 },
			}
			prepare(p)
			results := p.Run(t.Context())
			for op, result := range results {
				want := retry.Applied
				if name == "every other one refused" && op%2 == 1 {
					want = retry.Refused
				}
				require.Equal(t, want, result.Outcome)
			}
		})
	}
}

func BenchmarkPlan(b *testing.B) {
	p := &Plan{
		Ops: ops(0, 100_000), Serial: []bool{false}, MaxOps: 25, MaxBytes: 1000, MaxInFlight: 4,
		Send:  func(context.Context, []int) Answer { return Answer{Outcome: retry.Applied} },
		Pause: func(int) time.Duration { return 0 },
	}
	b.ReportAllocs()
	for b.Loop() {
		if results := p.Run(b.Context()); results[len(results)-1].Outcome != retry.Applied {
			b.Fatal("not done")
		}
	}
}
