// Package batch carries out any number of operations through requests of a bounded
// size, several at once, and keeps account of each: what becomes of it, and that
// operations on one key stay in their order. It knows nothing of DynamoDB.
package batch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// Op is one operation.
type Op struct {
	// Table numbers the table of the operation, from 0.
	Table int
	// Key identifies what the operation is on within its table: operations with the
	// same key are never in one request, and each waits until the one before it is
	// done. It does not matter in a serial table.
	Key string
	// Bytes is the size of the operation in a request.
	Bytes int
}

// Result is what became of one operation: Applied, or NotDone, Refused or Unknown and why.
type Result struct {
	Outcome retry.Outcome
	Err     error
}

// Answer is what sending a request gave.
type Answer struct {
	// Outcome is that of the operations of the request:
	//
	//   - Applied: all are done but those left unprocessed;
	//   - NotDone: none is done, and all are to be sent again;
	//   - Refused: none is done, for a reason that holds as far as Scope says;
	//   - Unknown: each may be done.
	Outcome retry.Outcome
	// Scope is, with Refused, how far the refusal reaches: smaller requests find out which
	// operation is at fault; or the table is dropped; or everything that is left. With
	// Unknown, Everything means that no further request is worth sending.
	Scope retry.Scope
	// Unprocessed are, with Applied, those of the operations sent that are yet to be done,
	// in any order. Any other is ignored.
	Unprocessed []int
	// InDoubt means, with Applied, that the same request was sent before and may have
	// been carried out then. What is left unprocessed may so be done all the same: unless
	// it is done later, it ends as Unknown.
	InDoubt bool
	// Err is why, for every outcome but Applied. It is nil with NotDone if ctx has ended
	// and that is all.
	Err error
}

// Plan is a batch to carry out.
type Plan struct {
	Ops []Op
	// Serial marks the tables whose keys are not known: at most one request for
	// such a table is under way, and its operations go in order.
	Serial []bool
	// MaxOps, MaxBytes and MaxInFlight bound a request and their number. An
	// operation over MaxBytes goes alone.
	MaxOps, MaxBytes, MaxInFlight int
	// Send carries out the operations with those indices in one request. It is called
	// by several goroutines, and must return soon after ctx has ended.
	Send func(ctx context.Context, ops []int) Answer
	// Pause returns how long to leave a table alone after n requests, counted from 1,
	// without progress.
	Pause func(n int) time.Duration
	// Paused, if it is not nil, is told how long each pause of a table lasted. It is
	// called by the goroutine of Run.
	Paused func(time.Duration)
	// Patience is how long to go on without any operation being done, before all that
	// is left is given up. Requests under way are waited for. Zero is for ever.
	Patience time.Duration
	// Unprocessed is why an operation is given up that was only ever left unprocessed.
	Unprocessed error
}

// Run carries out the plan until each operation has a result or ctx ends. No request
// is under way when it returns.
//
// A Send that panics ends the context of the others; when all have returned, Run panics
// with that value itself, or with a [*Panic] that has it. A Send that ends its goroutine
// ends that of Run.
func (p *Plan) Run(ctx context.Context) []Result {
	r := newRunner(p)
	r.run(ctx)
	return r.results
}

// runner is a plan being carried out. Only the goroutine of Run touches it.
type runner struct {
	*Plan
	results    []Result
	settled    []bool
	next       []int // the next operation on the same key, or -1
	limit      []int // how many operations a request with this one may have
	solo       []bool
	doubted    []bool // may have been carried out by a request before the last
	tables     []table
	turn       int // the table that is looked at first
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
	pausedSince time.Time // since when it is left alone, and zero if it is not
	wake        time.Time
	why         error // of the latest request, if it was to be sent again
	dropped     error
	// refused counts the operations that were refused one by one before any was done.
	refused int
	done    bool
}

// mostRefusals is how many operations of a table are looked into one by one before
// the table itself is given up, as long as none was ever done: the fault is then in
// what they have in common.
const mostRefusals = 100

func newRunner(p *Plan) *runner {
	n := len(p.Ops)
	r := &runner{
		Plan:    p,
		results: make([]Result, n),
		settled: make([]bool, n),
		next:    make([]int, n),
		limit:   make([]int, n),
		solo:    make([]bool, n),
		doubted: make([]bool, n),
		tables:  make([]table, len(p.Serial)),
		answers: make(chan answered, p.MaxInFlight),
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
			now = time.Now() // it may have sent the request itself
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
			done = nil // the answers under way are all that is left to wait for
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
	why := r.ends(ctx)
	for i := range r.results {
		r.settle(i, Result{Outcome: retry.NotDone, Err: why[r.Ops[i].Table]})
	}
}

// ends returns why what is left of each table is not sent any more: what stopped all, or
// that ctx has ended, and what the table was waiting out then.
func (r *runner) ends(ctx context.Context) []error {
	all := make([]error, len(r.tables))
	for i := range r.tables {
		all[i] = r.stopped
		if r.stopped != nil {
			continue
		}
		all[i] = ended(ctx)
		if why := r.tables[i].why; why != nil {
			all[i] = fmt.Errorf("%w, waiting out: %w", all[i], why)
		}
	}
	return all
}

// ended returns why ctx ended: what its Err says, and its cause if that is another.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// pick takes the operations of the next request out of the queues.
func (r *runner) pick(now time.Time) []int {
	var ops []int
	bytes, most := 0, r.MaxOps
	alone, tables := false, 0 // whether the request must be of one table, and of how many it is
	n := len(r.tables)
	first := r.turn
	for i := range n {
		id := (first + i) % n
		t := &r.tables[id]
		if now.Before(t.wake) || r.Serial[id] && t.inFlight > 0 {
			continue
		}
		before := len(ops)
		for {
			op, ok := t.head()
			if !ok {
				break
			}
			size, limit := r.Ops[op].Bytes, min(most, r.limit[op])
			fits := len(ops) == 0 || len(ops) < limit && bytes+size <= r.MaxBytes
			mixes := tables > 0 && (len(ops) == before || tables > 1)
			if !fits || mixes && (alone || r.solo[op]) {
				break
			}
			t.pop()
			if len(ops) == before {
				tables++
			}
			alone = alone || r.solo[op]
			ops = append(ops, op)
			bytes, most = bytes+size, limit
		}
		if len(ops) > before {
			r.endPause(t, now)
		}
		if len(ops) > 0 && r.turn == first {
			r.turn = (id + 1) % n
		}
		if len(ops) >= most {
			break
		}
	}
	return ops
}

func (t *table) head() (int, bool) {
	switch {
	case len(t.again) > 0:
		return t.again[0], true
	case len(t.queue) > 0:
		return t.queue[0], true
	}
	return 0, false
}

func (t *table) pop() {
	if len(t.again) > 0 {
		t.again = t.again[1:]
	} else {
		t.queue = t.queue[1:]
	}
}

func (r *runner) waiting() bool {
	return slices.ContainsFunc(r.tables, func(t table) bool { return len(t.again)+len(t.queue) > 0 })
}

// untilWake returns how long until a table that has something to send may send it.
func (r *runner) untilWake(now time.Time) time.Duration {
	soonest := time.Hour
	for i := range r.tables {
		t := &r.tables[i]
		if len(t.again)+len(t.queue) > 0 && t.wake.After(now) {
			soonest = min(soonest, t.wake.Sub(now))
		}
	}
	return soonest
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
	ofOneTable := !slices.ContainsFunc(a.ops, func(op int) bool { return r.Ops[op].Table != r.Ops[a.ops[0]].Table })

	if a.Outcome != retry.Applied && a.Outcome != retry.NotDone {
		r.progressed = time.Now() // something was decided
	}
	switch {
	case a.Outcome == retry.Applied:
		r.progress(a)
	case a.Outcome == retry.NotDone:
		r.again(a.ops)
		r.eachTable(a.ops, func(t *table) {
			if a.Err != nil {
				t.why = a.Err
			}
			r.backOff(t)
		})
	case a.Outcome == retry.Unknown:
		for _, op := range a.ops {
			r.doubt(op, a.Err)
		}
		if a.Scope == retry.Everything {
			r.stopped = a.Err
		}
	case a.Scope == retry.Everything:
		r.stopped = a.Err
		r.again(a.ops)
	case !ofOneTable:
		// It is not clear which table is meant. One request each finds out.
		for _, op := range a.ops {
			r.solo[op] = true
		}
		r.again(a.ops)
	case a.Scope == retry.OneTable:
		r.dropTable(r.Ops[a.ops[0]].Table, a.Err)
		r.again(a.ops)
	case len(a.ops) == 1:
		r.end(a.ops[0], Result{Outcome: retry.Refused, Err: a.Err})
		id := r.Ops[a.ops[0]].Table
		if t := &r.tables[id]; !t.done {
			if t.refused++; t.refused == mostRefusals {
				r.dropTable(id, a.Err)
			}
		}
	default:
		for _, op := range a.ops {
			r.limit[op] = len(a.ops) / 2
		}
		r.again(a.ops)
	}
}

// progress enters what was done, and puts back the rest.
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
		r.end(op, Result{Outcome: retry.Applied})
	}
	r.again(rest)
	r.eachTable(a.ops, func(t *table) {
		t.why = nil
		if doneIn[t] {
			r.endPause(t, time.Now())
			t.misses, t.wake = 0, time.Time{}
		} else {
			r.backOff(t)
		}
	})
}

func (r *runner) backOff(t *table) {
	now := time.Now()
	r.endPause(t, now)
	t.misses++
	t.pausedSince, t.wake = now, now.Add(r.Pause(t.misses))
}

// endPause tells of the pause of a table that ends now, or has ended.
func (r *runner) endPause(t *table, now time.Time) {
	if r.Paused != nil && !t.pausedSince.IsZero() {
		r.Paused(min(now.Sub(t.pausedSince), t.wake.Sub(t.pausedSince)))
	}
	t.pausedSince = time.Time{}
}

// again puts operations back in front of their tables' queues, in order.
func (r *runner) again(ops []int) {
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

// end gives an operation its result and frees the next one on its key.
func (r *runner) end(op int, result Result) {
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

// settleFrom gives an operation and all those after it on its key one result.
func (r *runner) settleFrom(op int, result Result) {
	for ; op >= 0; op = r.next[op] {
		r.settle(op, result)
	}
}

// doubt ends an operation that may have been carried out, and those after it on its
// key with it: what may still arrive must not undo them. Where keys are not known,
// that is the rest of the table.
func (r *runner) doubt(op int, err error) {
	r.settle(op, Result{Outcome: retry.Unknown, Err: err})
	r.settleFrom(r.next[op], Result{Outcome: retry.NotDone, Err: err})
	if id := r.Ops[op].Table; r.Serial[id] {
		r.dropTable(id, err)
	}
}

// dropTable ends what a table has yet to send.
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
