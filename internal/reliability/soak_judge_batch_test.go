package reliability

import (
	"errors"

	"github.com/dynamoconn/dynamoconn"
)

// places returns the place in the operation of each write of the request, by entry and
// index. The request is the one that batchWrite makes.
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

// soakWriteState is what happened to one write of a batch.
type soakWriteState struct {
	reported           reportedOutcome
	applied            int // how often the server applied it
	unknown, maybeSent int // attempts by what the client saw of them
	confirmed          int // answers that said that it was done
}

func (o *soakOp) judgeBatchWrite(report soakReportFunc) {
	states := make([]soakWriteState, len(o.writes))
	for i := range states {
		states[i].reported = reportedDone
	}
	if o.err != nil && !o.readFailures(report, states) {
		return
	}
	for _, attempt := range o.attempts {
		for i := range states {
			if attempt.requestWrites&(1<<i) == 0 {
				continue
			}
			f := &states[i]
			if f.confirmed > 0 || o.kind.isSendOnce() && f.unknown > 0 {
				report(ruleAfterAnswer, "write %d", i)
			}
			processed := attempt.unprocessed&(1<<i) == 0
			if attempt.applied && processed {
				f.applied++
			}
			switch {
			case attempt.observed == observedDone && processed:
				f.confirmed++
			case attempt.observed == observedUnknown:
				f.unknown++
			case attempt.observed == observedMaybeSent:
				f.maybeSent++
			}
		}
	}
	for i, f := range states {
		if f.applied > 1 && f.unknown+f.maybeSent < f.applied-1 {
			report(ruleTwice, "write %d, %d times, with %d unknown attempts", i, f.applied, f.unknown+f.maybeSent)
		}
		switch {
		case f.reported == reportedDone && f.applied == 0:
			report(ruleLost, "write %d", i)
		case f.reported == reportedNotDone && f.applied > 0:
			report(ruleNotWritten, "write %d", i)
		case f.reported == reportedNotDone && f.unknown > 0:
			report(ruleFalseCertainty, "write %d", i)
		case f.reported == reportedUnknown && f.unknown+f.maybeSent == 0:
			report(ruleFalseDoubt, "write %d", i)
		case f.reported == reportedUnknown && f.confirmed > 0:
			report(ruleFalseDoubt, "write %d was confirmed", i)
		}
	}
	o.judgeOrder(report)
}

// readFailures records what the error reports about each write. The error must name a
// write at most once and as it was given. All other writes must be counted as written.
func (o *soakOp) readFailures(report soakReportFunc, states []soakWriteState) bool {
	var failed *dynamoconn.BatchWriteError
	if !errors.As(o.err, &failed) || !errors.Is(o.err, dynamoconn.ErrUnfinishedBatch) {
		report(ruleSum, "not a BatchWriteError: %v", o.err)
		return false
	}
	places := o.places()
	unknown := false
	for _, f := range failed.Failures {
		if f.Entry < 0 || f.Entry >= len(places) || f.Index < 0 || f.Index >= len(places[f.Entry]) {
			report(ruleSum, "a failure of a write that does not exist: %d, %d", f.Entry, f.Index)
			return false
		}
		i := places[f.Entry][f.Index]
		w := o.writes[i]
		if states[i].reported != reportedDone {
			report(ruleSum, "write %d failed twice", i)
		}
		states[i].reported = reportedNotDone
		if f.Outcome == dynamoconn.OutcomeUnknown {
			states[i].reported, unknown = reportedUnknown, true
		}
		if f.Outcome == dynamoconn.OutcomeRefused {
			report(ruleCause, "write %d refused: %v", i, f.Err)
		}
		want := dynamoconn.Write{ItemToAdd: soakItem(w.table, w.key, o.id(i))}
		if w.delete {
			want = dynamoconn.Write{ItemToDelete: soakKey(w.table, w.key)}
		}
		if f.TableName != soakTableName(w.table) || !f.Write().ItemToAdd.Equal(want.ItemToAdd) || !f.Write().ItemToDelete.Equal(want.ItemToDelete) {
			report(ruleSum, "failure %d is not write %d", f.Index, i)
		}
		if f.Err == nil || !errors.Is(o.err, f.Err) {
			report(ruleCause, "the failure of write %d has no cause, or the batch error does not match it: %v", i, f.Err)
		}
	}
	if soakAmbiguous(o.err) != unknown {
		report(ruleCause, "the batch error is ambiguous: %v, a write is unknown: %v", soakAmbiguous(o.err), unknown)
	}
	if o.written+len(failed.Failures) != len(o.writes) {
		report(ruleSum, "%d written and %d failed of %d", o.written, len(failed.Failures), len(o.writes))
	}
	return true
}

// judgeOrder checks that the writes of each key were sent in their order, each only after
// the one before it was confirmed. If key names are not known, a request may hold a key
// twice; DynamoDB refuses such a request, so it does not count.
func (o *soakOp) judgeOrder(report soakReportFunc) {
	if o.err == nil && o.written != len(o.writes) {
		report(ruleSum, "%d written of %d", o.written, len(o.writes))
	}
	latest := make(map[soakCell]int, len(o.writes)) // the write of each key that was sent last
	for i, w := range o.writes {
		if _, known := latest[w.soakCell]; !known {
			latest[w.soakCell] = i
		}
	}
	confirmed := make([]bool, len(o.writes))
	for _, attempt := range o.attempts {
		if !o.parallel && !attempt.applied && o.holdsKeyTwice(attempt) {
			continue
		}
		for i, w := range o.writes {
			if attempt.requestWrites&(1<<i) == 0 {
				continue
			}
			if at := latest[w.soakCell]; i < at {
				report(ruleOrder, "write %d was sent after write %d", i, at)
			}
			for earlier := latest[w.soakCell]; earlier < i; earlier++ {
				if o.writes[earlier].soakCell == w.soakCell && !confirmed[earlier] {
					report(ruleOrder, "write %d was sent before write %d was confirmed", i, earlier)
				}
			}
			latest[w.soakCell] = i
			if attempt.observed == observedDone && attempt.unprocessed&(1<<i) == 0 {
				confirmed[i] = true
			}
		}
	}
}

func (o *soakOp) judgeBatchGet(report soakReportFunc) {
	failed := make(map[[2]int]bool)
	if o.err != nil {
		var e *dynamoconn.BatchGetError
		if !errors.As(o.err, &e) || !errors.Is(o.err, dynamoconn.ErrUnfinishedBatch) {
			report(ruleSum, "not a BatchGetError: %v", o.err)
			return
		}
		for _, f := range e.Failures {
			if failed[[2]int{f.Entry, f.Index}] {
				report(ruleSum, "key %d of table %d failed twice", f.Index, f.Entry)
			}
			failed[[2]int{f.Entry, f.Index}] = true
			if f.Outcome == dynamoconn.OutcomeRefused {
				report(ruleCause, "a key was refused: %v", f.Err)
			}
		}
	}
	if len(o.got) != soakTables {
		report(ruleSum, "%d tables", len(o.got))
		return
	}
	var index [soakTables]int
	for i, c := range o.cells {
		at := [2]int{c.table, index[c.table]}
		index[c.table]++
		if at[1] >= len(o.got[c.table]) {
			report(ruleSum, "table %d has %d items", c.table, len(o.got[c.table]))
			return
		}
		if failed[at] {
			delete(failed, at)
			if o.got[c.table][at[1]] != nil {
				report(ruleSum, "a key has both an item and a failure")
			}
			continue
		}
		var answered *soakAttempt
		for _, attempt := range o.attempts {
			if attempt.observed == observedDone && attempt.requestedKeys[i] && !attempt.unprocessedKeys[i] {
				answered = attempt
			}
		}
		if answered == nil {
			report(ruleStale, "key %v has a result, but no answer held it", c)
			continue
		}
		o.judgeItem(report, c, o.got[c.table][at[1]], answered.storedItems[i])
	}
	if len(failed) > 0 {
		report(ruleSum, "failures of keys that were not requested: %v", failed)
	}
}

// holdsKeyTwice reports whether a request holds a key more than once.
func (o *soakOp) holdsKeyTwice(attempt *soakAttempt) bool {
	seen := make(map[soakCell]bool)
	for i, w := range o.writes {
		if attempt.requestWrites&(1<<i) != 0 {
			if seen[w.soakCell] {
				return true
			}
			seen[w.soakCell] = true
		}
	}
	return false
}
