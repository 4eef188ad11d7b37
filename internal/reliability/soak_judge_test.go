package reliability

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dynamoconn/dynamoconn"
)

// soakRule is a promise that the judge holds operations to.
type soakRule string

const (
	ruleLost       soakRule = "an acknowledged write was not applied"
	ruleNotWritten soakRule = "a write that was reported as not written was applied"
	ruleGuess      soakRule = "a failure was reported as certain after an attempt in doubt"
	ruleNeedless   soakRule = "a failure was reported as in doubt although every attempt was certain"
	ruleAfter      soakRule = "an attempt was made after a definite answer"
	ruleTwice      soakRule = "a write was applied twice that must not be"
	ruleLate       soakRule = "a write was applied after its call had said otherwise"
	ruleCause      soakRule = "the error does not name what went wrong"
	ruleCondition  soakRule = "a condition was reported as false that was true"
	ruleOldItem    soakRule = "the old item is not what was replaced"
	ruleFailedItem soakRule = "the item beside a failed condition is not what stood there"
	ruleMixed      soakRule = "a read returned what no write has put"
	ruleStale      soakRule = "a read returned what did not stand there"
	ruleMissing    soakRule = "a scan passed over an item"
	ruleDouble     soakRule = "a scan returned an item twice"
	ruleListing    soakRule = "a listing or description is wrong"
	ruleSum        soakRule = "the states of a batch do not add up to its writes"
	ruleOrder      soakRule = "writes of one key were applied out of order"
	rulePhantom    soakRule = "something was done that nobody asked for"
	ruleFinal      soakRule = "what stands in the end is not what was written"
	ruleServer     soakRule = "the server and the judge do not agree" // on the server's own account
)

func soakAmbiguous(err error) bool { return errors.Is(err, dynamoconn.ErrAmbiguous) }

// verdict is what the client says became of a write.
type verdict string

const (
	saidDone      verdict = "done"
	saidNot       verdict = "not written"
	saidAmbiguous verdict = "outcome unknown"
)

func (o *soakOp) verdict() verdict {
	switch {
	case o.err == nil, errors.Is(o.err, dynamoconn.ErrOldItemUnknown):
		return saidDone
	case soakAmbiguous(o.err):
		return saidAmbiguous
	}
	return saidNot
}

// judge compares what the client returned with what happened. The truth's mutex is
// held.
func (tr *soakTruth) judge(o *soakOp) []string {
	var found []string
	object := func(rule soakRule, format string, args ...any) {
		found = append(found, string(rule)+": "+fmt.Sprintf(format, args...))
	}
	switch {
	case o.kind.isWrite():
		o.judgeWrite(object)
	case o.kind.isBatchWrite():
		o.judgeBatchWrite(object)
	case o.kind == kindBatchGet:
		o.judgeBatchGet(object)
	case o.kind == kindGet:
		if last := o.last(); o.err == nil && last != nil {
			o.judgeItem(object, o.cell, o.item, last.before)
		}
	case o.kind == kindPage && o.err == nil:
		tr.judgePage(o, object)
	case o.kind == kindScan && o.err == nil:
		tr.judgeScan(o, object)
	case o.err == nil:
		o.judgeListing(object)
	}
	if o.verdict() != saidDone && !o.kind.isBatchWrite() && o.kind != kindBatchGet {
		o.judgeCause(object)
	}
	if !o.kind.isWrite() && !o.kind.isBatchWrite() && soakAmbiguous(o.err) {
		object(ruleNeedless, "a read has no doubtful outcome: %v", o.err)
	}
	return found
}

type soakObject func(rule soakRule, format string, args ...any)

// last is the attempt that succeeded, as the client saw it, or nil.
func (o *soakOp) last() *soakTry {
	if n := len(o.tries); n > 0 && o.tries[n-1].saw == sawDone {
		return o.tries[n-1]
	}
	return nil
}

func (o *soakOp) judgeWrite(object soakObject) {
	applied, doubts, maybes := 0, 0, 0
	for i, try := range o.tries {
		if i > 0 {
			before := o.tries[i-1]
			if before.saw == sawDone || before.code == "ConditionalCheckFailedException" || o.kind.isOnce() && doubts > 0 {
				object(ruleAfter, "attempt %d", i+1)
			}
		}
		if try.applied {
			applied++
		}
		switch {
		case try.code == "TransactionInProgressException":
			maybes++ // another attempt may be at work
		case try.saw == sawDoubt:
			doubts++
		case try.saw == sawMaybe:
			maybes++
		}
	}
	// A put or a delete may be sent again after a doubt, and so be applied again.
	if applied > 1 && (doubts+maybes < applied-1 || o.kind.isOnce() || o.kind.isExactly()) {
		object(ruleTwice, "%d times, with %d attempts in doubt", applied, doubts+maybes)
	}
	isFalse := errors.Is(o.err, dynamoconn.ErrConditionFailed)
	switch said := o.verdict(); {
	case said == saidDone && applied == 0:
		object(ruleLost, "of %d attempts", len(o.tries))
	case said == saidNot && applied > 0:
		object(ruleNotWritten, "%d times", applied)
	case said == saidNot && doubts > 0 && (!isFalse || !o.kind.isExactly()): // whose token would be known
		object(ruleGuess, "%d attempts in doubt", doubts)
	case said == saidAmbiguous && (doubts+maybes == 0 || o.proven()):
		object(ruleNeedless, "%v", o.err)
	}
	if isFalse {
		o.judgeCondition(object)
	}
	if o.kind.wantsOld() && o.verdict() == saidDone {
		o.judgeOldItem(object, doubts+maybes > 0)
	}
}

// proven tells whether the last answer showed the operation's own item, which nobody
// else puts.
func (o *soakOp) proven() bool {
	last := o.tries[len(o.tries)-1]
	return o.kind.isUnique() && last.code == "ConditionalCheckFailedException" && last.before == o.id(0)
}

// judgeCondition makes sure that a condition that is said to be false was.
func (o *soakOp) judgeCondition(object soakObject) {
	last := o.tries[len(o.tries)-1]
	if !o.kind.conditional() || o.holds(last.before) || last.arrivals == 0 {
		object(ruleCondition, "before it stood %v", last.before)
	}
	var e *dynamoconn.Error
	if !errors.As(o.err, &e) {
		object(ruleCause, "not an *Error: %v", o.err)
		return
	}
	wanted := o.kind == kindDeleteThere || o.kind.isUnique() || o.number&1 == 0
	switch {
	case !wanted && e.Item != nil:
		object(ruleFailedItem, "an item that was not asked for")
	case wanted && last.before == 0 && e.Item != nil, wanted && last.before != 0 && e.Item == nil:
		object(ruleFailedItem, "%v stood there and %v was returned", last.before, e.Item)
	case wanted && e.Item != nil:
		if _, id, problem := soakRead(o.cell.table, e.Item); problem != "" || id != last.before {
			object(ruleFailedItem, "%v stood there and %v was returned: %s", last.before, id, problem)
		}
	}
}

// judgeOldItem compares the old item with what stood before the attempt that was
// acknowledged. It is unknown if it may be the operation's own doing.
func (o *soakOp) judgeOldItem(object soakObject, doubt bool) {
	last := o.last()
	if last == nil {
		return
	}
	own := last.before == 0 // deleted
	if o.kind.isPut() {
		own = last.before == o.id(0)
	}
	if unknown := errors.Is(o.err, dynamoconn.ErrOldItemUnknown); unknown || doubt && own {
		if !unknown || !doubt || !own || o.item != nil {
			object(ruleOldItem, "unknown %v, in doubt %v, its own %v: %v", unknown, doubt, own, o.item)
		}
		return
	}
	id, problem := soakID(0), ""
	if o.item != nil {
		_, id, problem = soakRead(o.cell.table, o.item)
	}
	if problem != "" || id != last.before {
		object(ruleOldItem, "%v was replaced and %v was returned %s", last.before, id, problem)
	}
}

// judgeItem compares an item that was read with what stood there.
func (o *soakOp) judgeItem(object soakObject, cell soakCell, item dynamoconn.Item, stood soakID) {
	if item == nil {
		if stood != 0 {
			object(ruleStale, "%v stood at %v and nothing was returned", stood, cell)
		}
		return
	}
	key, id, problem := soakRead(cell.table, item)
	switch {
	case problem != "":
		object(ruleMixed, "%s", problem)
	case key != cell.key:
		object(ruleMixed, "an item of another key: %v and not %v", key, cell)
	case id != stood:
		object(ruleStale, "%v stood at %v and %v was returned", stood, cell, id)
	}
}

// judgePage knows exactly what a page must hold: what stood there when it was read,
// in the table's own order, from one place to another.
func (tr *soakTruth) judgePage(o *soakOp, object soakObject) {
	try := o.last()
	if try == nil {
		object(ruleStale, "a page without an answer")
		return
	}
	rank := tr.ranks[o.cell.table]
	from := -1
	if o.from >= 0 {
		from = rank[o.from]
	}
	to := soakKeys - 1
	if o.lastKey != nil {
		key := soakKeyOfItem(o.cell.table, o.lastKey)
		if key < 0 { // a place between two items, where an empty page ends
			if len(o.items) > 0 {
				object(ruleMissing, "a page of items ends at no item: %v", o.lastKey)
			}
			return
		}
		to = rank[key]
	}
	var want []soakID
	for _, key := range tr.order[o.cell.table][from+1 : to+1] {
		if id := try.stood[key]; id != 0 {
			want = append(want, id)
		}
	}
	if o.lastKey != nil && len(want) != int(o.limit) {
		object(ruleMissing, "a page that is not the last holds %d items of %d", len(want), o.limit)
	}
	seen := make(map[soakID]bool, len(o.items))
	got := make([]soakID, 0, len(o.items))
	for _, item := range o.items {
		_, id, problem := soakRead(o.cell.table, item)
		if problem != "" {
			object(ruleMixed, "%s", problem)
		}
		if seen[id] {
			object(ruleDouble, "%v", id)
		}
		seen[id] = true
		got = append(got, id)
	}
	for _, id := range want {
		if !seen[id] {
			object(ruleMissing, "%v", id)
		}
	}
	if !slices.Equal(got, want) {
		object(ruleStale, "the page holds %v and not %v", got, want)
	}
}

// judgeScan holds a scan over several pages to its promise: what was there throughout
// comes once, and what comes stood there when its page was read.
func (tr *soakTruth) judgeScan(o *soakOp, object soakObject) {
	if len(o.tries) == 0 || o.last() == nil {
		object(ruleStale, "a scan without an answer")
		return
	}
	count := make([]int, soakKeys)
	for _, item := range o.items {
		key, id, problem := soakRead(o.cell.table, item)
		if problem != "" {
			object(ruleMixed, "%s", problem)
			continue
		}
		if count[key]++; count[key] == 2 {
			object(ruleDouble, "key %d", key)
		}
		if !slices.ContainsFunc(o.tries, func(try *soakTry) bool { return try.saw == sawDone && try.stood[key] == id }) {
			object(ruleStale, "%v never stood at key %d while it was read", id, key)
		}
	}
	began := uint64(0)
	for _, try := range o.tries {
		if try.seq != 0 {
			began = try.seq
			break
		}
	}
	for key, standing := range tr.state[o.cell.table] {
		if standing.id != 0 && standing.seq < began && count[key] == 0 {
			object(ruleMissing, "%v at key %d", standing.id, key)
		}
	}
}

func (o *soakOp) judgeListing(object soakObject) {
	var want []string
	if o.kind == kindDescribeTable {
		want = append([]string{soakTableName(o.cell.table)}, soakKeyNames(o.cell.table)...)
	} else {
		for i := range soakTables {
			want = append(want, soakTableName(i))
		}
	}
	if !slices.Equal(o.names, want) {
		object(ruleListing, "%v and not %v", o.names, want)
	}
}

// judgeCause makes sure that an error says what the last attempt came to.
func (o *soakOp) judgeCause(object soakObject) {
	if o.ended != nil && errors.Is(o.err, o.ended) {
		return
	}
	if len(o.tries) == 0 {
		object(ruleCause, "no attempt was made: %v", o.err)
		return
	}
	last := o.tries[len(o.tries)-1]
	if want := last.cause(); want != nil && !errors.Is(o.err, want) && (!soakAmbiguous(o.err) || !errors.Is(want, dynamoconn.ErrConditionFailed)) {
		object(ruleCause, "%v and not %v", o.err, want)
	}
	for _, never := range []error{dynamoconn.ErrInvalidRequest, dynamoconn.ErrValidation, dynamoconn.ErrTableNotFound, dynamoconn.ErrAccessDenied} {
		if errors.Is(o.err, never) {
			object(ruleCause, "%v", o.err)
		}
	}
}

var soakCauses = map[string]error{
	"ProvisionedThroughputExceededException": dynamoconn.ErrThrottled,
	"RequestLimitExceeded":                   dynamoconn.ErrThrottled,
	"ThrottlingException":                    dynamoconn.ErrThrottled,
	"TransactionConflictException":           dynamoconn.ErrConflict,
	"ExpiredTokenException":                  dynamoconn.ErrCredentials,
	"ConditionalCheckFailedException":        dynamoconn.ErrConditionFailed,
}

// cause is the error that an attempt calls for, or nil if it calls for none.
func (t *soakTry) cause() error {
	switch {
	case t.saw == sawDone:
		return nil
	case t.code != "" && t.status < 500:
		return soakCauses[t.code]
	case t.status == 0, t.status >= 500:
		return dynamoconn.ErrUnavailable
	}
	return dynamoconn.ErrCorruptResponse
}

// judgeEnd compares what stands in the tables with what was written. read returns all
// items of a table.
func (tr *soakTruth) judgeEnd(read func(table int) []dynamoconn.Item) []string {
	var found []string
	object := func(rule soakRule, format string, args ...any) {
		found = append(found, string(rule)+": "+fmt.Sprintf(format, args...))
	}
	for table := range soakTables {
		var stands [soakKeys]soakID
		for _, item := range read(table) {
			key, id, problem := soakRead(table, item)
			if problem != "" {
				object(rulePhantom, "%s", problem)
				continue
			}
			stands[key] = id
		}
		for key, standing := range tr.state[table] {
			if stands[key] != standing.id {
				object(ruleFinal, "%v stands at %d:%d and not %v", stands[key], table, key, standing.id)
			}
		}
	}
	return found
}

// errorOfContext tells whether err is that of a context.
func errorOfContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
