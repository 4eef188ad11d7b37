package reliability

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dynamoconn/dynamoconn"
)

// soakRule is a promise that the judge checks. Its text says how the promise was broken.
type soakRule string

const (
	ruleLost           soakRule = "a write that was reported as done was not applied"
	ruleNotWritten     soakRule = "a write that was reported as not written was applied"
	ruleFalseCertainty soakRule = "a failure was reported as certain after an attempt with an unknown outcome"
	ruleFalseDoubt     soakRule = "a failure was reported as unknown although the outcome of every attempt was certain"
	ruleAfterAnswer    soakRule = "an attempt was made after a definite answer"
	ruleTwice          soakRule = "a write was applied twice that must be applied once"
	ruleLate           soakRule = "a write was applied after its call had reported otherwise"
	ruleCause          soakRule = "the error does not name the cause"
	ruleCondition      soakRule = "a condition was reported as false that was true"
	ruleOldItem        soakRule = "the old item is not the one that was replaced"
	ruleFailedItem     soakRule = "the item of a failed condition is not the one that was stored"
	ruleMixed          soakRule = "a read returned an item that no write has put"
	ruleStale          soakRule = "a read returned an item that was not stored then"
	ruleMissing        soakRule = "a scan skipped an item"
	ruleDuplicate      soakRule = "a scan returned an item twice"
	ruleListing        soakRule = "a listing or description is wrong"
	ruleSum            soakRule = "the outcomes of a batch do not add up to its writes"
	ruleOrder          soakRule = "writes of the same key were sent out of order"
	rulePhantom        soakRule = "something was done that nobody asked for"
	ruleFinal          soakRule = "the tables do not hold what was written last"
	ruleServer         soakRule = "the server's journal contradicts the judge"
)

func soakAmbiguous(err error) bool { return errors.Is(err, dynamoconn.ErrAmbiguous) }

// reportedOutcome is what the client reports about a write.
type reportedOutcome string

const (
	reportedDone    reportedOutcome = "done"
	reportedNotDone reportedOutcome = "not written"
	reportedUnknown reportedOutcome = "outcome unknown"
)

func (o *soakOp) reportedOutcome() reportedOutcome {
	switch {
	case o.err == nil, errors.Is(o.err, dynamoconn.ErrOldItemUnknown):
		return reportedDone
	case soakAmbiguous(o.err):
		return reportedUnknown
	}
	return reportedNotDone
}

// judge compares what the client returned with what happened. The truth's mutex is
// held.
func (tr *soakTruth) judge(o *soakOp) []string {
	var found []string
	report := func(rule soakRule, format string, args ...any) {
		found = append(found, string(rule)+": "+fmt.Sprintf(format, args...))
	}
	switch {
	case o.kind.isWrite():
		o.judgeWrite(report)
	case o.kind.isBatchWrite():
		o.judgeBatchWrite(report)
	case o.kind == kindBatchGet:
		o.judgeBatchGet(report)
	case o.kind == kindGet:
		if last := o.last(); o.err == nil && last != nil {
			o.judgeItem(report, o.cell, o.item, last.storedBefore)
		}
	case o.kind == kindPage && o.err == nil:
		tr.judgePage(o, report)
	case (o.kind == kindScan || o.kind == kindQuery) && o.err == nil:
		tr.judgeScan(o, report)
	case o.err == nil:
		o.judgeListing(report)
	}
	if o.reportedOutcome() != reportedDone && !o.kind.isBatchWrite() && o.kind != kindBatchGet {
		o.judgeCause(report)
	}
	if !o.kind.isWrite() && !o.kind.isBatchWrite() && soakAmbiguous(o.err) {
		report(ruleFalseDoubt, "the outcome of a read cannot be unknown: %v", o.err)
	}
	return found
}

// soakReportFunc reports that a rule was broken.
type soakReportFunc func(rule soakRule, format string, args ...any)

// last returns the attempt that succeeded, as the client saw it, or nil.
func (o *soakOp) last() *soakAttempt {
	if n := len(o.attempts); n > 0 && o.attempts[n-1].observed == observedDone {
		return o.attempts[n-1]
	}
	return nil
}

func (o *soakOp) judgeWrite(report soakReportFunc) {
	applied, unknown, maybeSent := 0, 0, 0
	for i, attempt := range o.attempts {
		if i > 0 {
			previous := o.attempts[i-1]
			if previous.observed == observedDone || previous.code == "ConditionalCheckFailedException" || o.kind.isSendOnce() && unknown > 0 {
				report(ruleAfterAnswer, "attempt %d", i+1)
			}
		}
		if attempt.applied {
			applied++
		}
		switch {
		case attempt.code == "TransactionInProgressException":
			maybeSent++ // the server may be carrying out another attempt
		case attempt.observed == observedUnknown:
			unknown++
		case attempt.observed == observedMaybeSent:
			maybeSent++
		}
	}
	// A put or delete may be sent again after an unknown outcome, and so be applied twice.
	if applied > 1 && (unknown+maybeSent < applied-1 || o.kind.isSendOnce() || o.kind.isExactlyOnce()) {
		report(ruleTwice, "%d times, with %d unknown attempts", applied, unknown+maybeSent)
	}
	isFalse := errors.Is(o.err, dynamoconn.ErrConditionFailed)
	switch reported := o.reportedOutcome(); {
	case reported == reportedDone && applied == 0:
		report(ruleLost, "of %d attempts", len(o.attempts))
	case reported == reportedNotDone && applied > 0:
		report(ruleNotWritten, "%d times", applied)
	case reported == reportedNotDone && unknown > 0 && (!isFalse || !o.kind.isExactlyOnce()): // with ExactlyOnce DynamoDB would know the token of an applied write
		report(ruleFalseCertainty, "%d unknown attempts", unknown)
	case reported == reportedUnknown && (unknown+maybeSent == 0 || o.showsOwnItem()):
		report(ruleFalseDoubt, "%v", o.err)
	}
	if isFalse {
		o.judgeCondition(report)
	}
	if o.kind.wantsOld() && o.reportedOutcome() == reportedDone {
		o.judgeOldItem(report, unknown+maybeSent > 0)
	}
}

// showsOwnItem reports whether the last answer showed the operation's own item, which no
// other operation puts.
func (o *soakOp) showsOwnItem() bool {
	last := o.attempts[len(o.attempts)-1]
	return o.kind.isUnique() && last.code == "ConditionalCheckFailedException" && last.storedBefore == o.id(0)
}

// judgeCondition checks that a condition that was reported as false was false.
func (o *soakOp) judgeCondition(report soakReportFunc) {
	last := o.attempts[len(o.attempts)-1]
	if !o.kind.conditional() || o.holds(last.storedBefore) || last.evaluations == 0 {
		report(ruleCondition, "%v was stored before", last.storedBefore)
	}
	var e *dynamoconn.Error
	if !errors.As(o.err, &e) {
		report(ruleCause, "not an *Error: %v", o.err)
		return
	}
	wanted := o.kind == kindDeleteExisting || o.kind.isUnique() || o.number&1 == 0
	switch {
	case !wanted && e.Item() != nil:
		report(ruleFailedItem, "an item was returned that was not requested")
	case wanted && last.storedBefore == 0 && e.Item() != nil, wanted && last.storedBefore != 0 && e.Item() == nil:
		report(ruleFailedItem, "%v was stored and %v was returned", last.storedBefore, e.Item())
	case wanted && e.Item() != nil:
		if _, id, problem := soakRead(o.cell.table, e.Item()); problem != "" || id != last.storedBefore {
			report(ruleFailedItem, "%v was stored and %v was returned: %s", last.storedBefore, id, problem)
		}
	}
}

// judgeOldItem compares the old item with what was stored before the attempt that
// succeeded. The old item must be reported as unknown if an earlier attempt of the
// operation may have put or deleted it. mayRepeat says that there may be such an attempt.
func (o *soakOp) judgeOldItem(report soakReportFunc, mayRepeat bool) {
	last := o.last()
	if last == nil {
		return
	}
	own := last.storedBefore == 0 // a delete may have deleted the item itself
	if o.kind.isPut() {
		own = last.storedBefore == o.id(0)
	}
	if unknown := errors.Is(o.err, dynamoconn.ErrOldItemUnknown); unknown != mayRepeat || unknown && own && o.item != nil {
		report(ruleOldItem, "reported as unknown: %v, earlier attempt: %v, its own item: %v; %v", unknown, mayRepeat, own, o.item)
	}
	if mayRepeat && own {
		return
	}
	id, problem := soakID(0), ""
	if o.item != nil {
		_, id, problem = soakRead(o.cell.table, o.item)
	}
	if problem != "" || id != last.storedBefore {
		report(ruleOldItem, "%v was replaced and %v was returned %s", last.storedBefore, id, problem)
	}
}

// judgeItem compares an item that was read with what was stored.
func (o *soakOp) judgeItem(report soakReportFunc, cell soakCell, item dynamoconn.Item, stored soakID) {
	if item == nil {
		if stored != 0 {
			report(ruleStale, "%v was stored at %v and nothing was returned", stored, cell)
		}
		return
	}
	key, id, problem := soakRead(cell.table, item)
	switch {
	case problem != "":
		report(ruleMixed, "%s", problem)
	case key != cell.key:
		report(ruleMixed, "an item of another key: %v and not %v", key, cell)
	case id != stored:
		report(ruleStale, "%v was stored at %v and %v was returned", stored, cell, id)
	}
}

// judgePage checks that a page holds exactly what was stored when it was read, in the
// table's order, from the start of the page to its end.
func (tr *soakTruth) judgePage(o *soakOp, report soakReportFunc) {
	attempt := o.last()
	if attempt == nil {
		report(ruleStale, "a page without an answer")
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
		if key < 0 { // an empty page may end between two items
			if len(o.items) > 0 {
				report(ruleMissing, "a page with items does not end at an item: %v", o.lastKey)
			}
			return
		}
		to = rank[key]
	}
	var want []soakID
	for _, key := range tr.order[o.cell.table][from+1 : to+1] {
		if id := attempt.storedItems[key]; id != 0 {
			want = append(want, id)
		}
	}
	if o.lastKey != nil && len(want) != int(o.limit) {
		report(ruleMissing, "a page that is not the last holds %d items of %d", len(want), o.limit)
	}
	seen := make(map[soakID]bool, len(o.items))
	got := make([]soakID, 0, len(o.items))
	for _, item := range o.items {
		_, id, problem := soakRead(o.cell.table, item)
		if problem != "" {
			report(ruleMixed, "%s", problem)
		}
		if seen[id] {
			report(ruleDuplicate, "%v", id)
		}
		seen[id] = true
		got = append(got, id)
	}
	for _, id := range want {
		if !seen[id] {
			report(ruleMissing, "%v", id)
		}
	}
	if !slices.Equal(got, want) {
		report(ruleStale, "the page holds %v and not %v", got, want)
	}
}

// judgeScan checks a scan or a query over several pages. It must return every item once that was
// stored all the time, and only items that were stored when their page was read. A query returns
// them sorted.
func (tr *soakTruth) judgeScan(o *soakOp, report soakReportFunc) {
	if len(o.attempts) == 0 || o.last() == nil {
		report(ruleStale, "a scan without an answer")
		return
	}
	count := make([]int, soakKeys)
	before := -1
	for _, item := range o.items {
		key, id, problem := soakRead(o.cell.table, item)
		if problem != "" {
			report(ruleMixed, "%s", problem)
			continue
		}
		if before >= 0 && o.kind == kindQuery && (before < key) == o.descends() {
			report(ruleStale, "key %d comes after key %d", key, before)
		}
		before = key
		if !o.covers(key) {
			report(ruleStale, "key %d is outside of the query", key)
		}
		if count[key]++; count[key] == 2 {
			report(ruleDuplicate, "key %d", key)
		}
		if !slices.ContainsFunc(o.attempts, func(attempt *soakAttempt) bool {
			return attempt.observed == observedDone && attempt.storedItems[key] == id
		}) {
			report(ruleStale, "%v was never stored at key %d during the scan", id, key)
		}
	}
	began := uint64(0)
	for _, attempt := range o.attempts {
		if attempt.seq != 0 {
			began = attempt.seq
			break
		}
	}
	for key, stored := range tr.state[o.cell.table] {
		if stored.id != 0 && stored.seq < began && count[key] == 0 && o.covers(key) {
			report(ruleMissing, "%v at key %d", stored.id, key)
		}
	}
}

func (o *soakOp) judgeListing(report soakReportFunc) {
	var want []string
	if o.kind == kindDescribeTable {
		want = append([]string{soakTableName(o.cell.table)}, soakKeyNames(o.cell.table)...)
	} else {
		for i := range soakTables {
			want = append(want, soakTableName(i))
		}
	}
	if !slices.Equal(o.names, want) {
		report(ruleListing, "%v and not %v", o.names, want)
	}
}

// judgeCause checks that an error names the cause that the last attempt had.
func (o *soakOp) judgeCause(report soakReportFunc) {
	if o.ended != nil && errors.Is(o.err, o.ended) {
		return
	}
	if len(o.attempts) == 0 {
		report(ruleCause, "no attempt was made: %v", o.err)
		return
	}
	last := o.attempts[len(o.attempts)-1]
	if want := last.cause(); want != nil && !errors.Is(o.err, want) && (!soakAmbiguous(o.err) || !errors.Is(want, dynamoconn.ErrConditionFailed)) {
		report(ruleCause, "%v and not %v", o.err, want)
	}
	for _, never := range []error{dynamoconn.ErrInvalidRequest, dynamoconn.ErrValidation, dynamoconn.ErrTableNotFound, dynamoconn.ErrAccessDenied} {
		if errors.Is(o.err, never) {
			report(ruleCause, "%v", o.err)
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

// cause returns what the error must match after an attempt, or nil if there is no rule.
func (t *soakAttempt) cause() error {
	switch {
	case t.observed == observedDone:
		return nil
	case t.code != "" && t.status < 500:
		return soakCauses[t.code]
	case t.status == 0, t.status >= 500:
		return dynamoconn.ErrUnavailable
	}
	return dynamoconn.ErrCorruptResponse
}

// judgeEnd compares what the tables hold with what was written last. read returns all
// items of a table.
func (tr *soakTruth) judgeEnd(read func(table int) []dynamoconn.Item) []string {
	var problems []string
	report := func(rule soakRule, format string, args ...any) {
		problems = append(problems, string(rule)+": "+fmt.Sprintf(format, args...))
	}
	for table := range soakTables {
		var found [soakKeys]soakID
		for _, item := range read(table) {
			key, id, problem := soakRead(table, item)
			if problem != "" {
				report(rulePhantom, "%s", problem)
				continue
			}
			found[key] = id
		}
		for key, want := range tr.state[table] {
			if found[key] != want.id {
				report(ruleFinal, "%v is stored at %d:%d and not %v", found[key], table, key, want.id)
			}
		}
	}
	return problems
}

// errorOfContext reports whether err is the error of a context.
func errorOfContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
