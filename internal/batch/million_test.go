package batch

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

var (
	full = flag.Bool("full", false, "run the long forms")
	seed = flag.Uint64("seed", 0, "seed of the random batches; 0 draws one")
	only = flag.Uint64("batch", 0, "run only the random batch of that number")
)

// A million random batches against servers that do their worst: every operation ends
// in exactly one state, which is the true one, no limit is exceeded, no key goes back
// in time, and what is left, done again until nothing is, gives what doing all of it in
// order gives. A failure names the batch and how to run it alone.
func TestRandomBatches(t *testing.T) {
	t.Parallel()
	count := uint64(5_000)
	if *full {
		count = 1_000_000
	}
	base := *seed
	if base == 0 {
		base = rand.Uint64()>>1 | 1
	}
	t.Logf("seed %d: go test ./internal/batch -run TestRandomBatches -full=%v -seed %d", base, *full, base)
	if *only > 0 {
		synctest.Test(t, func(t *testing.T) { new(tally).runBatch(t, base, *only) })
		return
	}
	var sum tally
	var next atomic.Uint64
	t.Run("workers", func(t *testing.T) {
		for worker := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var mine tally
					for !t.Failed() {
						number := next.Add(1)
						if number > count {
							break
						}
						mine.runBatch(t, base, number)
					}
					sum.add(&mine)
				})
			})
		}
	})
	t.Logf("%d batches of %d operations in %d runs and %d requests: %v done, %v refused, not done %v times, unknown %v times",
		sum.batches, sum.ops, sum.runs, sum.requests, sum.outcomes[retry.Applied], sum.outcomes[retry.Refused], sum.outcomes[retry.NotDone], sum.outcomes[retry.Unknown])
	if !t.Failed() && sum.batches != int(count) {
		t.Errorf("%d batches, want %d", sum.batches, count)
	}
}

// tally counts what was run.
type tally struct {
	mu                           sync.Mutex
	batches, ops, runs, requests int
	outcomes                     map[retry.Outcome]int
}

func (s *tally) add(other *tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches += other.batches
	s.ops += other.ops
	s.runs += other.runs
	s.requests += other.requests
	for outcome, n := range other.outcomes {
		s.count(outcome, n)
	}
}

func (s *tally) count(outcome retry.Outcome, n int) {
	if s.outcomes == nil {
		s.outcomes = make(map[retry.Outcome]int)
	}
	s.outcomes[outcome] += n
}

// runBatch runs one batch, and what is left of it, until nothing is.
func (s *tally) runBatch(t *testing.T, seed, number uint64) {
	const mostRuns = 40
	w := randomWorld(rand.New(rand.NewPCG(seed, number)))
	all := w.plan.Ops
	keys := w.keys
	refused := make(map[int]bool)
	s.batches++
	s.ops += len(all)
	for run := 1; len(w.plan.Ops) > 0 || run == 1; run++ {
		results := s.run(t, w)
		if len(w.faults) == 0 && run == mostRuns {
			w.fault("no end after %d runs", run)
		}
		if len(w.faults) > 0 {
			t.Errorf("-seed %d -batch %d, run %d, after %d requests: %q\nthe plan: %+v\nthe trouble: %+v, tables that fail: %v\nthe refused: %v",
				seed, number, run, w.requests, w.faults, *w.plan, w.trouble, w.deadLate, w.poison)
			return
		}
		for op, result := range results {
			if result.Outcome == retry.Refused {
				refused[w.origin[op]] = true
			}
		}
		w = w.remaining(results, run)
	}
	want := make(map[place]int)
	for op := range all {
		if !refused[op] {
			want[place{all[op].Table, keys[op]}] = op
		}
	}
	if len(want) != len(w.store) {
		t.Errorf("-seed %d -batch %d: %d keys at the end, want %d", seed, number, len(w.store), len(want))
	}
	for at, op := range want {
		if w.store[at] != op {
			t.Errorf("-seed %d -batch %d: %v holds operation %d at the end, want %d", seed, number, at, w.store[at], op)
		}
	}
}

func (s *tally) run(t *testing.T, w *world) []*Result {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	switch after := w.trouble.CancelAfter; {
	case after == 1: // before it begins
		cancel()
	case after > 0:
		ctx, cancel = context.WithTimeout(ctx, after)
		defer cancel()
	}
	results := w.plan.Run(ctx)
	w.judge(results)
	w.arriveLate(len(w.late))
	s.runs++
	s.requests += w.requests
	for _, result := range results {
		s.count(result.Outcome, 1)
	}
	return results
}

// remaining is a world with what is left to do, in its order. The server calms down in
// the end.
func (w *world) remaining(results []*Result, run int) *world {
	next := emptyWorld(w.random, len(w.plan.Serial))
	plan := *w.plan
	next.plan, plan.Ops, plan.Send = &plan, nil, next.send
	next.store = w.store
	if run < 3 {
		next.trouble = w.trouble
	}
	for op, result := range results {
		if result.Outcome == retry.Applied || result.Outcome == retry.Refused {
			continue
		}
		if w.poison[op] {
			next.poison[len(plan.Ops)] = true
		}
		plan.Ops = append(plan.Ops, w.plan.Ops[op])
		next.keys = append(next.keys, w.keys[op])
		next.origin = append(next.origin, w.origin[op])
	}
	return next
}

func emptyWorld(random *rand.Rand, tables int) *world {
	return &world{
		random:   random,
		poison:   make(map[int]bool),
		deadLate: make(map[int]int),
		inFlight: make(map[int]bool),
		open:     make([]int, tables),
		done:     make(map[int]bool),
		doubted:  make(map[int]bool),
		perhaps:  make(map[int]bool),
		refused:  make(map[int]bool),
	}
}

// randomWorld draws a plan and a server. Most are small, where most faults live; some
// are larger, and one in 200 has more bad operations than are looked into one by one.
func randomWorld(r *rand.Rand) *world {
	tables := 1 + r.IntN(4)
	w := emptyWorld(r, tables)
	w.store = make(map[place]int)
	plan := &Plan{
		Serial: make([]bool, tables),
		MaxOps: 1 + r.IntN(8), MaxBytes: 1 + r.IntN(60), MaxInFlight: 1 + r.IntN(5),
		Send:  w.send,
		Pause: func(n int) time.Duration { return min(time.Duration(n)*7*time.Millisecond, 100*time.Millisecond) },
	}
	w.plan = plan
	for i := range plan.Serial {
		plan.Serial[i] = r.IntN(3) == 0
	}
	ops, poison := r.IntN(16), r.IntN(12)
	switch r.IntN(200) {
	case 0:
		ops, poison = 150+r.IntN(150), 80
	case 1, 2, 3, 4, 5, 6, 7, 8, 9:
		ops = r.IntN(64)
	}
	keys := 1 + r.IntN(10)
	for i := range ops {
		op := Op{Table: r.IntN(tables), Bytes: r.IntN(70)}
		key := string(rune('a' + r.IntN(keys)))
		if !plan.Serial[op.Table] {
			op.Key = uint64(key[0])
		}
		plan.Ops = append(plan.Ops, op)
		w.keys = append(w.keys, key)
		w.origin = append(w.origin, i)
		if r.IntN(100) < poison {
			w.poison[i] = true
		}
	}
	if r.IntN(4) == 0 {
		w.deadLate[r.IntN(tables)] = 1 + r.IntN(12)
	}
	percent := func(most int) int { return max(0, r.IntN(2*most+1)-most) }
	w.trouble = trouble{
		Partial: percent(40), None: percent(20), Again: percent(20), Doubt: percent(8), Stop: percent(50), Fatal: percent(4),
		CancelAfter: time.Duration(percent(100)) * time.Millisecond,
	}
	if r.IntN(50) == 0 {
		w.trouble.CancelAfter = 1
	}
	return w
}
