package batch

import (
	"slices"
	"time"
)

// pick takes the operations of the next request out of the queues.
func (r *runner) pick(now time.Time) []int {
	var ops []int
	bytes, most := 0, r.MaxOps
	alone, tables := false, 0 // whether the request must be of one table, and of how many it is
	n := len(r.tables)
	first := r.firstTable
	for i := range n {
		id := (first + i) % n
		t := &r.tables[id]
		if now.Before(t.pausedUntil) || r.Serial[id] && t.inFlight > 0 {
			continue
		}
		before := len(ops)
		for {
			op, ok := t.head()
			if !ok {
				break
			}
			size, limit := r.Ops[op].Bytes, min(most, int(r.state[op].limit))
			fits := len(ops) == 0 || len(ops) < limit && bytes+size <= r.MaxBytes
			mixes := tables > 0 && (len(ops) == before || tables > 1)
			if !fits || mixes && (alone || r.state[op].ofOneTable) {
				break
			}
			if ops == nil {
				ops = make([]int, 0, min(r.MaxOps, len(t.again)+len(t.queue)))
			}
			t.pop()
			if len(ops) == before {
				tables++
			}
			alone = alone || r.state[op].ofOneTable
			ops = append(ops, op)
			bytes, most = bytes+size, limit
		}
		if len(ops) > before {
			r.endPause(t, now)
		}
		if len(ops) > 0 && r.firstTable == first {
			r.firstTable = (id + 1) % n
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
		if len(t.again)+len(t.queue) > 0 && t.pausedUntil.After(now) {
			soonest = min(soonest, t.pausedUntil.Sub(now))
		}
	}
	return soonest
}

// lastOps finds the last operation on a key so far: it is a hash table of operations.
type lastOps struct {
	ops   []Op
	slots []int32 // an operation and 1, or 0 for none; there are more than keys
}

// replace makes i the last operation on its key, and returns the one that was.
func (l lastOps) replace(i int) (before int, ok bool) {
	const odd = 0x9E3779B97F4A7C15 // spreads numbers that follow each other
	op, mask := &l.ops[i], uint64(len(l.slots)-1)
	slot := (op.Key + uint64(op.Table)) * odd >> 32 & mask
	for ; l.slots[slot] != 0; slot = (slot + 1) & mask {
		before = int(l.slots[slot]) - 1
		if other := &l.ops[before]; other.Key == op.Key && other.Table == op.Table {
			l.slots[slot] = int32(i) + 1
			return before, true
		}
	}
	l.slots[slot] = int32(i) + 1
	return 0, false
}
