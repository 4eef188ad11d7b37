package batch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// world is a server that keeps the rules of one, and a judge of what it is sent.
type world struct {
	plan     *Plan
	trouble  trouble
	random   *rand.Rand
	poison   map[int]bool // operations that are always refused
	deadLate map[int]int  // tables that fail, and from which request on
	keys     []string     // the real key of each operation, also where the plan knows none

	mu       sync.Mutex
	requests int
	inFlight map[int]bool
	flying   int
	open     []int // requests under way of each table
	done     map[int]bool
	doubted  map[int]bool
	perhaps  map[int]bool // sent before the answer that left it unprocessed
	refused  map[int]bool
	faults   []string

	// store is what each key holds: the last write that was carried out, by its number in
	// the first plan. origin has the number there of each operation of this plan. Both may
	// be nil.
	store  map[place]int
	origin []int
	late   []int // doubted, and yet to arrive
}

type place struct {
	table int
	key   string
}

// trouble is how likely each kind is, in percent, for each request.
type trouble struct {
	Partial, None, Again, Doubt, Stop, Fatal int
	CancelAfter                              time.Duration // 0 is never
}

var (
	errRefused = errors.New("refused")
	errDead    = errors.New("table failed")
	errFatal   = errors.New("fatal")
	errLater   = errors.New("later")
	errDoubt   = errors.New("doubt")
)

func (w *world) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf(format, args...))
}

// carryOut does an operation. What a key holds never gets older.
func (w *world) carryOut(op int) {
	if w.store == nil {
		return
	}
	at, number := place{w.plan.Ops[op].Table, w.keys[op]}, op
	if w.origin != nil {
		number = w.origin[op]
	}
	if before, ok := w.store[at]; ok && before > number {
		w.fault("operation %d was carried out after %d on the same key", number, before)
	}
	w.store[at] = number
}

// arriveLate carries out some of the operations that got no answer.
func (w *world) arriveLate(most int) {
	n := min(most, len(w.late))
	for _, op := range w.late[:n] {
		w.carryOut(op)
	}
	w.late = w.late[n:]
}

func (w *world) send(ctx context.Context, ops []int) Answer {
	w.mu.Lock()
	w.requests++
	number := w.requests
	w.arrive(ops)
	delay := time.Duration(w.random.IntN(20)) * time.Millisecond
	w.mu.Unlock()
	select {
	case <-time.After(delay):
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leave(ops)
	w.arriveLate(1)
	return w.answer(ctx, number, ops)
}

// arrive checks a request against the rules.
func (w *world) arrive(ops []int) {
	p := w.plan
	if len(ops) == 0 || len(ops) > p.MaxOps {
		w.fault("a request of %d operations", len(ops))
	}
	bytes := 0
	tables := make(map[int][]int)
	for _, op := range ops {
		bytes += p.Ops[op].Bytes
		tables[p.Ops[op].Table] = append(tables[p.Ops[op].Table], op)
	}
	if bytes > p.MaxBytes && len(ops) > 1 {
		w.fault("a request of %d operations and %d bytes", len(ops), bytes)
	}
	w.flying++
	if w.flying > p.MaxInFlight {
		w.fault("%d requests under way", w.flying)
	}
	for table, list := range tables {
		w.open[table]++
		if p.Serial[table] {
			w.arriveSerial(table, list)
		}
	}
	for _, op := range ops {
		if w.inFlight[op] || w.done[op] || w.refused[op] || w.doubted[op] {
			w.fault("operation %d is sent again", op)
		}
		if p.Serial[p.Ops[op].Table] {
			continue
		}
		for before := range op {
			if w.sameKey(before, op) && !w.done[before] && !w.refused[before] {
				w.fault("operation %d is sent before %d on the same key is done", op, before)
			}
		}
	}
	for _, op := range ops {
		w.inFlight[op] = true
	}
}

func (w *world) arriveSerial(table int, list []int) {
	if w.open[table] > 1 {
		w.fault("%d requests for the serial table %d", w.open[table], table)
	}
	if !slices.IsSorted(list) {
		w.fault("a request to a serial table is out of order: %v", list)
	}
	// Nothing that is left is before what goes.
	for op := range list[len(list)-1] {
		if w.plan.Ops[op].Table == table && !w.done[op] && !w.refused[op] && !slices.Contains(list, op) {
			w.fault("operation %d of a serial table overtakes %d", list[len(list)-1], op)
			return
		}
	}
}

func (w *world) sameKey(a, b int) bool {
	return w.plan.Ops[a].Table == w.plan.Ops[b].Table && w.keys[a] == w.keys[b]
}

func (w *world) leave(ops []int) {
	w.flying--
	tables := make(map[int]bool)
	for _, op := range ops {
		delete(w.inFlight, op)
		tables[w.plan.Ops[op].Table] = true
	}
	for table := range tables {
		w.open[table]--
	}
}

func (w *world) answer(ctx context.Context, number int, ops []int) Answer {
	if number > 20_000 {
		w.fault("no end")
		return Answer{Outcome: retry.Refused, Scope: retry.Everything, Err: errFatal}
	}
	if ctx.Err() != nil && w.random.IntN(2) == 0 {
		return Answer{Outcome: retry.NotDone, Err: ctx.Err()}
	}
	for _, op := range ops {
		if from, ok := w.deadLate[w.plan.Ops[op].Table]; ok && number >= from {
			return Answer{Outcome: retry.Refused, Scope: retry.OneTable, Err: errDead}
		}
	}
	twice := false
	for i, op := range ops {
		twice = twice || slices.ContainsFunc(ops[:i], func(before int) bool { return w.sameKey(before, op) })
	}
	if bad := slices.ContainsFunc(ops, func(op int) bool { return w.poison[op] }); bad || twice {
		if len(ops) == 1 {
			w.refused[ops[0]] = true
		}
		return Answer{Outcome: retry.Refused, Scope: retry.OneOperation, Err: errRefused}
	}
	roll := w.random.IntN(100)
	under := func(percent int) bool {
		roll -= percent
		return roll < 0
	}
	switch t := w.trouble; {
	case under(t.Partial):
		// The same operation may be named twice, and one that was never sent: the plan
		// believes neither.
		left := []int{len(w.plan.Ops) + 7, -1}
		for _, op := range ops {
			if w.random.IntN(2) == 0 {
				left = append(left, op, op)
			} else {
				w.done[op] = true
				w.carryOut(op)
			}
		}
		w.random.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
		return Answer{Outcome: retry.Applied, Unprocessed: left, InDoubt: w.repeated(ops)}
	case under(t.None):
		return Answer{Outcome: retry.Applied, Unprocessed: ops, InDoubt: w.repeated(ops)}
	case under(t.Again):
		return Answer{Outcome: retry.NotDone, Err: errLater}
	case under(t.Doubt):
		for _, op := range ops {
			w.doubted[op] = true
			switch w.random.IntN(3) { // it was done, will be, or never is
			case 0:
				w.carryOut(op)
			case 1:
				w.late = append(w.late, op)
			}
		}
		answer := Answer{Outcome: retry.Unknown, Err: errDoubt}
		if w.random.IntN(100) < t.Stop {
			answer.Scope = retry.Everything
		}
		return answer
	case under(t.Fatal):
		return Answer{Outcome: retry.Refused, Scope: retry.Everything, Err: errFatal}
	}
	for _, op := range ops {
		w.done[op] = true
		w.carryOut(op)
	}
	return Answer{Outcome: retry.Applied}
}

// repeated reports whether the request was sent before it was answered, and may have been
// carried out then.
func (w *world) repeated(ops []int) bool {
	if w.trouble.Doubt == 0 || w.random.IntN(3) > 0 {
		return false
	}
	for _, op := range ops {
		w.perhaps[op] = true
		if w.random.IntN(2) == 0 {
			w.carryOut(op)
		}
	}
	return true
}

// judge checks the results against what the server knows.
func (w *world) judge(results []*Result) {
	if w.flying != 0 || len(w.inFlight) != 0 {
		w.fault("%d requests are under way after Run", w.flying)
	}
	if len(results) != len(w.plan.Ops) {
		w.fault("%d results for %d operations", len(results), len(w.plan.Ops))
		return
	}
	t := w.trouble
	calm := t.Doubt == 0 && t.Fatal == 0 && t.CancelAfter == 0
	for op, result := range results {
		_, dead := w.deadLate[w.plan.Ops[op].Table]
		want := retry.NotDone
		switch {
		case w.done[op]:
			want = retry.Applied
		case w.refused[op]:
			want = retry.Refused
		case w.doubted[op], w.perhaps[op]:
			want = retry.Unknown
		case calm && !dead:
			w.fault("operation %d was not finished: %v", op, result)
		}
		if result.Outcome != want {
			w.fault("operation %d is %q, want %q", op, result.Outcome, want)
		}
		if (result.Err == nil) != (result.Outcome == retry.Applied) {
			w.fault("operation %d, which is %q, has the error %v", op, result.Outcome, result.Err)
		}
		if calm && !dead && w.poison[op] != (result.Outcome == retry.Refused) {
			w.fault("operation %d: poison %v, outcome %q", op, w.poison[op], result.Outcome)
		}
		if want == retry.Refused && !w.poison[op] {
			w.fault("operation %d is good and was refused", op)
		}
	}
}

func drawWorld(t *rapid.T) *world {
	tables := rapid.IntRange(1, 4).Draw(t, "tables")
	plan := &Plan{
		Serial:      rapid.SliceOfN(rapid.Bool(), tables, tables).Draw(t, "serial"),
		MaxOps:      rapid.IntRange(1, 8).Draw(t, "maxOps"),
		MaxBytes:    rapid.IntRange(1, 60).Draw(t, "maxBytes"),
		MaxInFlight: rapid.IntRange(1, 5).Draw(t, "maxInFlight"),
	}
	w := &world{
		plan:     plan,
		poison:   make(map[int]bool),
		deadLate: make(map[int]int),
		inFlight: make(map[int]bool),
		open:     make([]int, tables),
		done:     make(map[int]bool),
		doubted:  make(map[int]bool),
		perhaps:  make(map[int]bool),
		refused:  make(map[int]bool),
	}
	for i := range rapid.IntRange(0, 60).Draw(t, "ops") {
		op := Op{
			Table: rapid.IntRange(0, tables-1).Draw(t, "table"),
			Bytes: rapid.IntRange(0, 70).Draw(t, "bytes"),
		}
		key := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g", "h"}).Draw(t, "key")
		w.keys = append(w.keys, key)
		if !plan.Serial[op.Table] {
			op.Key = uint64(key[0])
		}
		plan.Ops = append(plan.Ops, op)
		if rapid.IntRange(0, 9).Draw(t, "poison") == 9 {
			w.poison[i] = true
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "dead") == 3 {
		w.deadLate[rapid.IntRange(0, tables-1).Draw(t, "deadTable")] = rapid.IntRange(1, 12).Draw(t, "deadFrom")
	}
	percent := func(most int, name string) int {
		return max(0, rapid.IntRange(-most, most).Draw(t, name))
	}
	w.trouble = trouble{
		Partial: percent(40, "partial"),
		None:    percent(20, "none"),
		Again:   percent(20, "again"),
		Doubt:   percent(8, "doubt"),
		Stop:    percent(50, "stop"),
		Fatal:   percent(4, "fatal"),
	}
	w.trouble.CancelAfter = time.Duration(percent(200, "cancelAfter")) * time.Millisecond
	seed := rapid.Uint64().Draw(t, "seed")
	w.random = rand.New(rand.NewPCG(seed, seed))
	plan.Send = w.send
	plan.Pause = func(n int) time.Duration {
		return min(time.Duration(n)*7*time.Millisecond, 100*time.Millisecond)
	}
	return w
}

// Whatever the server answers, and whenever the context ends: every operation ends
// in the state that the server knows it to be in, no limit is exceeded, and the order
// of each key and of each serial table is kept.
func TestEveryOperationEndsInItsTrueState(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt)
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if after := w.trouble.CancelAfter; after > 0 {
				ctx, cancel = context.WithTimeout(ctx, after)
				defer cancel()
			}
			began := time.Now()
			results := w.plan.Run(ctx)
			if took := time.Since(began); took > time.Hour-time.Minute {
				w.fault("it took %v", took)
			}
			w.judge(results)
		})
		if len(w.faults) > 0 {
			rt.Fatalf("after %d requests: %q", w.requests, w.faults)
		}
	})
}
