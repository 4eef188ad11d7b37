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
	results    []Result
	settled    []bool
	next       []int  // the next operation on the same key, or -1
	limit      []int  // how many operations a request with this one may have
	ofOneTable []bool // whether a request with this one must be of one table
	doubted    []bool // whether a request before the last may have carried this one out
	tables     []table
	firstTable int // where pick begins
	inFlight   int
	answers    chan answered
	stopped    error
	crash      *Panic
	progressed time.Time // when an operation was last done, or the beginning
}

type table struct {
	again       []int // to be sent before queue
	queue       []int
	inFlight    int
	misses      int
	pausedSince time.Time // zero if it does not pause
	pausedUntil time.Time
	waitsFor    error // the error of the latest request, if it is to be sent again
	dropped     error // why nothing more is sent to the table
	// refused counts the operations that were refused one by one before any was done.
	refused int
	done    bool
}

// mostRefusals is how many operations of a table are refused one by one before the table
// itself is dropped, as long as none was ever done: the fault is then in what they have in
// common.
const mostRefusals = 100

func newRunner(p *Plan) *runner {
	n := len(p.Ops)
	r := &runner{
		Plan:       p,
		results:    make([]Result, n),
		settled:    make([]bool, n),
		next:       make([]int, n),
		limit:      make([]int, n),
		ofOneTable: make([]bool, n),
		doubted:    make([]bool, n),
		tables:     make([]table, len(p.Serial)),
		answers:    make(chan answered, p.MaxInFlight),
	}
	type place struct {
		table int
		key   string
	}
	last := make(map[place]int, n)
	for i, op := range p.Ops {
		r.next[i], r.limit[i] = -1, p.MaxOps
		t := &r.tables[op.Table]
		if p.Serial[op.Table] {
			t.queue = append(t.queue, i)
			continue
		}
		at := place{op.Table, op.Key}
		if before, ok := last[at]; ok {
			r.next[before] = i
		} else {
			t.queue = append(t.queue, i)
		}
		last[at] = i
	}
	return r
}

func (r *runner) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	sending, cancel := context.WithCancel(ctx)
	defer cancel()
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
			r.launch(sending, ops)
			now = time.Now() // launch may have sent the request itself
		}
		if r.stopped == nil && ctx.Err() == nil {
			r.giveUp(now)
		}
		if r.inFlight == 0 && (r.stopped != nil || ctx.Err() != nil || !r.waiting()) {
			break
		}
		timer.Reset(r.untilWake(now))
		done := ctx.Done()
		if ctx.Err() != nil {
			done = nil // only the answers under way are left to wait for
		}
		select {
		case a := <-r.answers:
			r.take(a)
			if r.crash != nil {
				cancel()
			}
		case <-timer.C:
		case <-done:
		}
	}
	r.crash.raise()
	for i := range r.tables {
		r.endPause(&r.tables[i], time.Now())
	}
	why := r.reasons(ctx)
	for i := range r.results {
		r.settle(i, Result{Outcome: retry.NotDone, Err: why[r.Ops[i].Table]})
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

// eachTable calls do once for each table of ops.
func (r *runner) eachTable(ops []int, do func(*table)) {
	seen := make(map[int]bool, 1)
	for _, op := range ops {
		if id := r.Ops[op].Table; !seen[id] {
			seen[id] = true
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
		r.doubted[op] = r.doubted[op] || a.InDoubt
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
			r.ofOneTable[op] = true
		}
		r.putBack(a.ops)
	case a.Scope == retry.OneTable:
		r.dropTable(id, a.Err)
		r.putBack(a.ops)
	case len(a.ops) == 1:
		r.finish(a.ops[0], Result{Outcome: retry.Refused, Err: a.Err})
		if t := &r.tables[id]; !t.done {
			if t.refused++; t.refused == mostRefusals {
				r.dropTable(id, a.Err)
			}
		}
	default:
		for _, op := range a.ops {
			r.limit[op] = len(a.ops) / 2
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
	doneIn := make(map[*table]bool)
	var rest []int // not a.Unprocessed: an operation that is sent once is put back once
	for _, op := range a.ops {
		if left[op] {
			rest = append(rest, op)
			r.doubted[op] = r.doubted[op] || a.InDoubt
			continue
		}
		t := &r.tables[r.Ops[op].Table]
		doneIn[t], t.done = true, true
		r.progressed = time.Now()
		r.finish(op, Result{Outcome: retry.Applied})
	}
	r.putBack(rest)
	r.eachTable(a.ops, func(t *table) {
		t.waitsFor = nil
		if doneIn[t] {
			r.endPause(t, time.Now())
			t.misses, t.pausedUntil = 0, time.Time{}
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
			r.settleFrom(op, Result{Outcome: retry.NotDone, Err: t.dropped})
			continue
		}
		at, _ := slices.BinarySearch(t.again, op)
		t.again = slices.Insert(t.again, at, op)
	}
}

// finish gives an operation its result and lets the next one on its key go.
func (r *runner) finish(op int, result Result) {
	if result.Outcome == retry.Refused && r.doubted[op] {
		r.doubt(op, result.Err)
		return
	}
	r.settle(op, result)
	next := r.next[op]
	if next < 0 {
		return
	}
	t := &r.tables[r.Ops[op].Table]
	if t.dropped == nil {
		t.queue = append(t.queue, next)
		return
	}
	r.settleFrom(next, Result{Outcome: retry.NotDone, Err: t.dropped})
}

// settleFrom gives an operation and all those after it on its key the same result.
func (r *runner) settleFrom(op int, result Result) {
	for ; op >= 0; op = r.next[op] {
		r.settle(op, result)
	}
}

// doubt ends an operation that may have been carried out, and those after it on its key:
// if it still arrives, it must not undo them. In a serial table, whose keys are not known,
// it ends the rest of the table.
func (r *runner) doubt(op int, err error) {
	r.settle(op, Result{Outcome: retry.Unknown, Err: err})
	r.settleFrom(r.next[op], Result{Outcome: retry.NotDone, Err: err})
	if id := r.Ops[op].Table; r.Serial[id] {
		r.dropTable(id, err)
	}
}

// dropTable ends everything that a table has yet to send.
func (r *runner) dropTable(id int, err error) {
	t := &r.tables[id]
	t.dropped = err
	for _, op := range slices.Concat(t.again, t.queue) {
		r.settleFrom(op, Result{Outcome: retry.NotDone, Err: err})
	}
	t.again, t.queue = nil, nil
}

func (r *runner) settle(op int, result Result) {
	if result.Outcome == retry.NotDone && r.doubted[op] {
		result.Outcome = retry.Unknown
	}
	if !r.settled[op] {
		r.settled[op], r.results[op] = true, result
	}
}
