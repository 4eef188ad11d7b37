package reliability

import (
	"errors"

	"github.com/dynamoconn/dynamoconn"
)

// places returns the place in the operation of each write of the request, by entry and
// index, as batchWrite made it.
func (o *soakOp) places() [][]int {
	var places [][]int
	table := -1
	for i, w := range o.writes {
		if w.table != table {
			places = append(places, nil)
			table = w.table
		}
		entry := &places[len(places)-1]
		*entry = append(*entry, i)
	}
	return places
}

// soakFate is what became of one write of a batch.
type soakFate struct {
	said            verdict
	applied, doubts int
	maybes, done    int
}

func (o *soakOp) judgeBatchWrite(object soakObject) {
	fates := make([]soakFate, len(o.writes))
	for i := range fates {
		fates[i].said = saidDone
	}
	if o.err != nil && !o.readFailures(object, fates) {
		return
	}
	for _, try := range o.tries {
		for i := range fates {
			if try.carried&(1<<i) == 0 {
				continue
			}
			f := &fates[i]
			if f.done > 0 || o.kind.isOnce() && f.doubts > 0 {
				object(ruleAfter, "write %d", i)
			}
			processed := try.left&(1<<i) == 0
			if try.applied && processed {
				f.applied++
			}
			switch {
			case try.saw == sawDone && processed:
				f.done++
			case try.saw == sawDoubt:
				f.doubts++
			case try.saw == sawMaybe:
				f.maybes++
			}
		}
	}
	for i, f := range fates {
		if f.applied > 1 && f.doubts+f.maybes < f.applied-1 {
			object(ruleTwice, "write %d, %d times, with %d attempts in doubt", i, f.applied, f.doubts+f.maybes)
		}
		switch {
		case f.said == saidDone && f.applied == 0:
			object(ruleLost, "write %d", i)
		case f.said == saidNot && f.applied > 0:
			object(ruleNotWritten, "write %d", i)
		case f.said == saidNot && f.doubts > 0:
			object(ruleGuess, "write %d", i)
		case f.said == saidAmbiguous && f.doubts+f.maybes == 0:
			object(ruleNeedless, "write %d", i)
		case f.said == saidAmbiguous && f.done > 0:
			object(ruleNeedless, "write %d was confirmed", i)
		}
	}
	o.judgeOrder(object)
}

// readFailures enters what the error says of each write. Each of them is named at most
// once, as it was given; the others are written, and counted.
func (o *soakOp) readFailures(object soakObject, fates []soakFate) bool {
	var failed *dynamoconn.BatchWriteError
	if !errors.As(o.err, &failed) || !errors.Is(o.err, dynamoconn.ErrUnfinishedBatch) {
		object(ruleSum, "not a BatchWriteError: %v", o.err)
		return false
	}
	places := o.places()
	unknown := false
	for _, f := range failed.Failures {
		if f.Entry < 0 || f.Entry >= len(places) || f.Index < 0 || f.Index >= len(places[f.Entry]) {
			object(ruleSum, "a failure of no write: %d, %d", f.Entry, f.Index)
			return false
		}
		i := places[f.Entry][f.Index]
		w := o.writes[i]
		if fates[i].said != saidDone {
			object(ruleSum, "write %d failed twice", i)
		}
		fates[i].said = saidNot
		if f.Outcome == dynamoconn.OutcomeUnknown {
			fates[i].said, unknown = saidAmbiguous, true
		}
		if f.Outcome == dynamoconn.OutcomeRefused {
			object(ruleCause, "write %d refused: %v", i, f.Err)
		}
		want := dynamoconn.Write{ItemToAdd: soakItem(w.table, w.key, o.id(i))}
		if w.delete {
			want = dynamoconn.Write{ItemToDelete: soakKey(w.table, w.key)}
		}
		if f.TableName != soakTableName(w.table) || !f.Write.ItemToAdd.Equal(want.ItemToAdd) || !f.Write.ItemToDelete.Equal(want.ItemToDelete) {
			object(ruleSum, "failure %d is not write %d", f.Index, i)
		}
		if f.Err == nil || !errors.Is(o.err, f.Err) {
			object(ruleCause, "write %d has no cause, or the batch lacks it: %v", i, f.Err)
		}
	}
	if soakAmbiguous(o.err) != unknown {
		object(ruleCause, "the batch is ambiguous: %v, a write is: %v", soakAmbiguous(o.err), unknown)
	}
	if o.written+len(failed.Failures) != len(o.writes) {
		object(ruleSum, "%d written and %d failed of %d", o.written, len(failed.Failures), len(o.writes))
	}
	return true
}

// judgeOrder makes sure that writes of one key were sent one after the other: none
// before the one ahead of it was confirmed, and never back. A request that holds a key
// twice, as it may where keys are not known, is refused whole by DynamoDB.
func (o *soakOp) judgeOrder(object soakObject) {
	if o.err == nil && o.written != len(o.writes) {
		object(ruleSum, "%d written of %d", o.written, len(o.writes))
	}
	latest := make(map[soakCell]int, len(o.writes)) // write by key, as sent
	for i, w := range o.writes {
		if _, known := latest[w.soakCell]; !known {
			latest[w.soakCell] = i
		}
	}
	confirmed := make([]bool, len(o.writes))
	for _, try := range o.tries {
		if !o.parallel && !try.applied && o.twice(try) {
			continue
		}
		for i, w := range o.writes {
			if try.carried&(1<<i) == 0 {
				continue
			}
			if at := latest[w.soakCell]; i < at {
				object(ruleOrder, "write %d after %d", i, at)
			}
			for before := latest[w.soakCell]; before < i; before++ {
				if o.writes[before].soakCell == w.soakCell && !confirmed[before] {
					object(ruleOrder, "write %d before %d was confirmed", i, before)
				}
			}
			latest[w.soakCell] = i
			if try.saw == sawDone && try.left&(1<<i) == 0 {
				confirmed[i] = true
			}
		}
	}
}

func (o *soakOp) judgeBatchGet(object soakObject) {
	failed := make(map[[2]int]bool)
	if o.err != nil {
		var e *dynamoconn.BatchGetError
		if !errors.As(o.err, &e) || !errors.Is(o.err, dynamoconn.ErrUnfinishedBatch) {
			object(ruleSum, "not a BatchGetError: %v", o.err)
			return
		}
		for _, f := range e.Failures {
			if failed[[2]int{f.Entry, f.Index}] {
				object(ruleSum, "key %d of table %d failed twice", f.Index, f.Entry)
			}
			failed[[2]int{f.Entry, f.Index}] = true
			if f.Outcome == dynamoconn.OutcomeRefused {
				object(ruleCause, "a key was refused: %v", f.Err)
			}
		}
	}
	if len(o.got) != soakTables {
		object(ruleSum, "%d tables", len(o.got))
		return
	}
	var index [soakTables]int
	for i, c := range o.cells {
		at := [2]int{c.table, index[c.table]}
		index[c.table]++
		if at[1] >= len(o.got[c.table]) {
			object(ruleSum, "table %d has %d items", c.table, len(o.got[c.table]))
			return
		}
		if failed[at] {
			delete(failed, at)
			if o.got[c.table][at[1]] != nil {
				object(ruleSum, "an item beside its failure")
			}
			continue
		}
		var answered *soakTry
		for _, try := range o.tries {
			if try.saw == sawDone && try.asked[i] && !try.skipped[i] {
				answered = try
			}
		}
		if answered == nil {
			object(ruleStale, "key %v has an answer that did not come", c)
			continue
		}
		o.judgeItem(object, c, o.got[c.table][at[1]], answered.stood[i])
	}
	if len(failed) > 0 {
		object(ruleSum, "failures of no key: %v", failed)
	}
}

// twice tells whether a request holds a key more than once.
func (o *soakOp) twice(try *soakTry) bool {
	seen := make(map[soakCell]bool)
	for i, w := range o.writes {
		if try.carried&(1<<i) != 0 {
			if seen[w.soakCell] {
				return true
			}
			seen[w.soakCell] = true
		}
	}
	return false
}
