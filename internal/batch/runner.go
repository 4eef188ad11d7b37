package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// runner carries out a plan. Only the goroutine of Run uses it.
type runner struct {
	*Plan
	results []*Result // nil for an operation that has none yet
	*memory
	tables     []table
	firstTable int // where pick begins
	inFlight   int
	answers    chan answered      // of goroutines; nil as long as there was none
	sending    context.Context    // of those goroutines
	cancel     context.CancelFunc // ends sending
	timer      *time.Timer        // nil as long as nothing was waited for
	stopped    error
	crash      *Panic
	progressed time.Time // when an operation was last done, or the beginning
}

// opState is what the runner knows of an operation besides its result. A batch may have very
// many: it holds no pointer, which the garbage collector would have to follow.
type opState struct {
	next       int32 // the next operation on the same key, or -1
	limit      int32 // how many operations a request with this one may have
	ofOneTable bool  // whether a request with this one must be of one table
	doubted    bool  // whether a request before the last may have carried this one out
}

type table struct {
	again       []int // to be sent before queue
	queue       []int
	inFlight    int
	misses      int
	pausedSince time.Time // zero if it does not pause
	pausedUntil time.Time
	waitsFor    error   // the error of the latest request, if it is to be sent again
	dropped     *Result // what becomes of the rest, once nothing more is sent to the table
	// refused counts the operations that were refused one by one before any was done.
	refused int
	done    bool
	doneNow bool // whether the answer that is being entered is about an operation that was done
}

// mostRefusals is how many operations of a table are refused one by one before the table
// itself is dropped, as long as none was ever done: the fault is then in what they have in
// common.
const mostRefusals = 100

// applied is the result of every operation that was done.
var applied = &Result{Outcome: retry.Applied}

func newRunner(p *Plan) *runner {
	n := len(p.Ops)
	r := &runner{
		Plan:    p,
		results: make([]*Result, n),
		memory:  newMemory(n),
		tables:  make([]table, len(p.Serial)),
	}
	keys, ofTable := 0, make([]int, len(p.Serial))
	for _, op := range p.Ops {
		ofTable[op.Table]++
		if op.Key != 0 && !p.Serial[op.Table] {
			keys++
		}
	}
	start := 0
	for id := range r.tables {
		end := start + ofTable[id] // no operation is in a queue twice
		r.tables[id].queue = r.queues[start:start:end]
		start = end
	}
	last := lastOps{p.Ops, r.slotsFor(keys)}
	for i, op := range p.Ops {
		r.state[i] = opState{next: -1, limit: int32(p.MaxOps)}
		t := &r.tables[op.Table]
		if p.Serial[op.Table] || op.Key == 0 {
			t.queue = append(t.queue, i)
			continue
		}
		if before, ok := last.replace(i); ok {
			r.state[before].next = int32(i)
		} else {
			t.queue = append(t.queue, i)
		}
	}
	return r
}

func (r *runner) run(ctx context.Context) {
	defer r.release()
	r.progressed = time.Now()
	for {
		// One look at the clock for both: a table that is not picked because it has to
		// wait now is one that the timer wakes.
		now := time.Now()
		for r.stopped == nil && ctx.Err() == nil && r.inFlight < r.MaxInFlight && !r.isOutOfPatience(now) {
			ops := r.pick(now)
			if len(ops) == 0 {
				break
			}
			r.launch(ctx, ops)
			now = time.Now() // launch may have sent the request itself
		}
		if r.stopped == nil && ctx.Err() == nil {
			r.giveUp(now)
		}
		if r.inFlight == 0 && (r.stopped != nil || ctx.Err() != nil || !r.waiting()) {
			break
		}
		r.wait(ctx, now)
	}
	r.crash.raise()
	for i := range r.tables {
		r.endPause(&r.tables[i], time.Now())
	}
	if slices.Contains(r.results, nil) {
		r.settleRest(r.reasons(ctx))
	}
	r.memory.release()
}

// settleRest gives the operations that have no result the one of their tables.
func (r *runner) settleRest(why []error) {
	rest := make([]*Result, len(why))
	for id, err := range why {
		rest[id] = &Result{Outcome: retry.NotDone, Err: err}
	}
	for i := range r.results {
		r.settle(i, rest[r.Ops[i].Table])
	}
}

// wait waits for an answer, for the end of the next pause, or for the end of ctx.
func (r *runner) wait(ctx context.Context, now time.Time) {
	if r.timer == nil {
		r.timer = time.NewTimer(r.untilWake(now))
	} else {
		r.timer.Reset(r.untilWake(now))
	}
	done := ctx.Done()
	if ctx.Err() != nil {
		done = nil // only the answers under way are left to wait for
	}
	select {
	case a := <-r.answers:
		r.take(a)
		if r.crash != nil {
			r.cancel()
		}
	case <-r.timer.C:
	case <-done:
	}
}

// release lets go of what was needed to wait.
func (r *runner) release() {
	if r.timer != nil {
		r.timer.Stop()
	}
	if r.cancel != nil {
		r.cancel()
	}
}

// reasons returns for each table why nothing more is sent to it: what stopped everything, or
// that ctx has ended and what the table was waiting for.
func (r *runner) reasons(ctx context.Context) []error {
	all := make([]error, len(r.tables))
	for i := range r.tables {
		all[i] = r.stopped
		if r.stopped != nil {
			continue
		}
		all[i] = whyEnded(ctx)
		if why := r.tables[i].waitsFor; why != nil {
			all[i] = fmt.Errorf("%w, waiting out: %w", all[i], why)
		}
	}
	return all
}

// whyEnded returns the Err of ctx, and its cause if that is another error.
func whyEnded(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// eachTable calls do once for each table of the operations of a request, in which those of a
// table follow each other.
func (r *runner) eachTable(ops []int, do func(*table)) {
	for i, op := range ops {
		if id := r.Ops[op].Table; i == 0 || id != r.Ops[ops[i-1]].Table {
			do(&r.tables[id])
		}
	}
}

// take enters an answer.
func (r *runner) take(a answered) {
	r.inFlight--
	r.eachTable(a.ops, func(t *table) { t.inFlight-- })
	if a.crash != nil {
		if r.crash == nil {
			r.crash, r.stopped = a.crash, a.crash
		}
		return
	}
	if a.Outcome != retry.Applied && a.Outcome != retry.NotDone {
		r.progressed = time.Now() // something was decided
	}
	switch a.Outcome {
	case retry.Applied:
		r.progress(a)
	case retry.NotDone:
		r.putBack(a.ops)
		r.eachTable(a.ops, func(t *table) {
			if a.Err != nil {
				t.waitsFor = a.Err
			}
			r.backOff(t)
		})
	case retry.Unknown:
		for _, op := range a.ops {
			r.doubt(op, a.Err)
		}
		if a.Scope == retry.Everything {
			r.stopped = a.Err
		}
	default:
		r.refuse(a)
	}
}

// refuse enters a request that was refused. It ends what the refusal reaches, and puts back
// the operations that may still succeed in other requests.
func (r *runner) refuse(a answered) {
	for _, op := range a.ops {
		r.state[op].doubted = r.state[op].doubted || a.InDoubt
	}
	ofOneTable := !slices.ContainsFunc(a.ops, func(op int) bool { return r.Ops[op].Table != r.Ops[a.ops[0]].Table })
	id := r.Ops[a.ops[0]].Table
	switch {
	case a.Scope == retry.Everything:
		r.stopped = a.Err
		r.putBack(a.ops)
	case !ofOneTable:
		// It is not clear which table is meant. A request for each table finds out.
		for _, op := range a.ops {
			r.state[op].ofOneTable = true
		}
		r.putBack(a.ops)
	case a.Scope == retry.OneTable:
		r.dropTable(id, a.Err)
		r.putBack(a.ops)
	case len(a.ops) == 1:
		r.finish(a.ops[0], &Result{Outcome: retry.Refused, Err: a.Err})
		if t := &r.tables[id]; !t.done {
			if t.refused++; t.refused == mostRefusals {
				r.dropTable(id, a.Err)
			}
		}
	default:
		for _, op := range a.ops {
			r.state[op].limit = int32(len(a.ops) / 2)
		}
		r.putBack(a.ops)
	}
}

// progress enters the operations that were done, and puts back the rest.
func (r *runner) progress(a answered) {
	left := make(map[int]bool, len(a.Unprocessed))
	for _, op := range a.Unprocessed {
		left[op] = true
	}
	now := time.Now()
	var rest []int // not a.Unprocessed: an operation that is sent once is put back once
	for _, op := range a.ops {
		if left[op] {
			rest = append(rest, op)
			r.state[op].doubted = r.state[op].doubted || a.InDoubt
			continue
		}
		t := &r.tables[r.Ops[op].Table]
		t.doneNow, t.done = true, true
		r.progressed = now
		r.finish(op, applied)
	}
	r.putBack(rest)
	r.eachTable(a.ops, func(t *table) {
		t.waitsFor = nil
		if t.doneNow {
			r.endPause(t, now)
			t.misses, t.pausedUntil, t.doneNow = 0, time.Time{}, false
		} else {
			r.backOff(t)
		}
	})
}

func (r *runner) backOff(t *table) {
	now := time.Now()
	r.endPause(t, now)
	t.misses++
	t.pausedSince, t.pausedUntil = now, now.Add(r.Pause(t.misses))
}

// endPause reports the pause of a table, which ends now or has ended.
func (r *runner) endPause(t *table, now time.Time) {
	if r.Paused != nil && !t.pausedSince.IsZero() {
		r.Paused(min(now.Sub(t.pausedSince), t.pausedUntil.Sub(t.pausedSince)))
	}
	t.pausedSince = time.Time{}
}

// putBack puts operations back in front of their tables' queues, in order.
func (r *runner) putBack(ops []int) {
	for _, op := range ops {
		id := r.Ops[op].Table
		t := &r.tables[id]
		if t.dropped != nil {
			r.settleFrom(op, t.dropped)
			continue
		}
		at, _ := slices.BinarySearch(t.again, op)
		t.again = slices.Insert(t.again, at, op)
	}
}

// finish gives an operation its result and lets the next one on its key go.
func (r *runner) finish(op int, result *Result) {
	if result.Outcome == retry.Refused && r.state[op].doubted {
		r.doubt(op, result.Err)
		return
	}
	r.settle(op, result)
	next := int(r.state[op].next)
	if next < 0 {
		return
	}
	t := &r.tables[r.Ops[op].Table]
	if t.dropped == nil {
		t.queue = append(t.queue, next)
		return
	}
	r.settleFrom(next, t.dropped)
}

// settleFrom gives an operation and all those after it on its key the same result.
func (r *runner) settleFrom(op int, result *Result) {
	for ; op >= 0; op = int(r.state[op].next) {
		r.settle(op, result)
	}
}

// doubt ends an operation that may have been carried out, and those after it on its key:
// if it still arrives, it must not undo them. In a serial table, whose keys are not known,
// it ends the rest of the table.
func (r *runner) doubt(op int, err error) {
	r.settle(op, &Result{Outcome: retry.Unknown, Err: err})
	if next := int(r.state[op].next); next >= 0 {
		r.settleFrom(next, &Result{Outcome: retry.NotDone, Err: err})
	}
	if id := r.Ops[op].Table; r.Serial[id] {
		r.dropTable(id, err)
	}
}

// dropTable ends everything that a table has yet to send.
func (r *runner) dropTable(id int, err error) {
	t := &r.tables[id]
	t.dropped = &Result{Outcome: retry.NotDone, Err: err}
	for _, op := range slices.Concat(t.again, t.queue) {
		r.settleFrom(op, t.dropped)
	}
	t.again, t.queue = nil, nil
}

// settle gives an operation its result, unless it has one.
func (r *runner) settle(op int, result *Result) {
	switch {
	case r.results[op] != nil:
	case result.Outcome == retry.NotDone && r.state[op].doubted:
		r.results[op] = &Result{Outcome: retry.Unknown, Err: result.Err}
	default:
		r.results[op] = result
	}
}
