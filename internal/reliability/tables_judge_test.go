package reliability

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	typed "github.com/dynamoconn/dynamoconn/table"
)

// accountHistory is what happened to two items.
type accountHistory struct {
	number int
	// states are all that was stored at each key, in order. Before the first, and where ID is
	// empty, no item is stored. The truth's mutex guards them.
	states [2][]account
	marks  map[string]bool // the newest name in the mark of each state
}

func (h *accountHistory) key(i int) string { return fmt.Sprintf("%d-%d", h.number, i) }

// isBlind reports whether the writers of the history use UpdateKey. It checks no version, and leaves
// a mark that names no write before it.
func (h *accountHistory) isBlind() bool { return h.number%8 == 0 }

// stored returns what is stored at a key.
func (h *accountHistory) stored(key int) account {
	if n := len(h.states[key]); n > 0 {
		return h.states[key][n-1]
	}
	return account{}
}

// accountTruth stands in front of the server, and knows what each write has really done.
type accountTruth struct {
	server *dynamoconntest.Server // its journal holds one entry
	clean  *dynamoconn.Client     // without faults

	mu       sync.Mutex
	problems []string
	told     map[string]int // by kind and outcome
	attempts int            // at writes
	applied  int

	// Of the calls with 10 attempts, in histories without UpdateKey: attempts at writes that the server
	// answered, and whose answer did not arrive, and calls that ended in doubt. Of an item that somebody
	// has deleted since it was read, no mark is left.
	lost, doubts, doubtsOfDeleted int
}

// begin notes what is stored when a call begins.
func (tr *accountTruth) begin(op *accountWrite) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for _, p := range op.parts {
		p.from = len(op.history.states[p.key])
	}
}

func (tr *accountTruth) failed() bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	return len(tr.problems) > 10
}

// losing are the faults after which the server has carried the request out, and the client does
// not know it.
var losing = []string{"internal error after", "lost answer", "hang", "empty answer", "oversize", "truncated", "bit flip"}

// do carries out a request. The requests are evaluated one at a time; a slow answer does not keep
// the next one waiting.
func (tr *accountTruth) do(req *http.Request, op *accountWrite, fault string) (*http.Response, error) {
	var locked atomic.Bool
	tr.mu.Lock()
	locked.Store(true)
	unlock := func() {
		if locked.CompareAndSwap(true, false) {
			tr.mu.Unlock()
		}
	}
	defer unlock()
	trace := httptrace.ClientTrace{}
	if t := httptrace.ContextClientTrace(req.Context()); t != nil {
		trace = *t
	}
	getConn := trace.GetConn
	// The server calls the hook when the request is evaluated and in the journal.
	trace.GetConn = func(addr string) {
		if locked.Load() {
			tr.record(req, op, fault)
			unlock()
		}
		if getConn != nil {
			getConn(addr)
		}
	}
	return tr.server.HTTPClient().Do(req.WithContext(httptrace.WithClientTrace(soakHidden{req.Context()}, &trace)))
}

// record records what the server has done with the request that it evaluated last.
func (tr *accountTruth) record(req *http.Request, op *accountWrite, fault string) {
	entries := tr.server.Journal()
	entry := entries[len(entries)-1]
	if entry.InvocationID != req.Header.Get(soakHeader) {
		tr.report(op, "the journal has another request: %q", entry.InvocationID)
		return
	}
	if op.kind == accountRead || entry.Operation == actGetItem {
		return
	}
	tr.attempts++
	if slices.Contains(losing, fault) {
		op.lost++
	}
	if entry.Applied {
		tr.applied++
		tr.recordApplied(op)
	}
}

func (tr *accountTruth) report(op *accountWrite, format string, args ...any) {
	if len(tr.problems) > 100 {
		return
	}
	text := fmt.Sprintf("history %d, write %d, %s: ", op.history.number, op.number, accountKindNames[op.kind]) + fmt.Sprintf(format, args...)
	for _, p := range op.parts {
		text += fmt.Sprintf("\n%s of item %d, base %v, value %v, states %v", accountKindNames[p.kind], p.key, p.base, p.v, op.history.states[p.key])
	}
	tr.problems = append(tr.problems, text)
}

// read returns what is stored.
func (tr *accountTruth) read(ctx context.Context, key string) (v account, err error) {
	read, err := tr.clean.GetItem(ctx, dynamoconn.GetItemRequest{TableName: accountTable, Item: dynamoconn.KeyOf("ID", key), IsConsistentRead: true})
	if err != nil || read.Item == nil {
		return v, err
	}
	return v, dynamoconn.Unmarshal(read.Item, &v)
}

// recordApplied reads the items of a write that was just carried out, and checks each change.
func (tr *accountTruth) recordApplied(op *accountWrite) {
	if op.applied++; op.applied > 1 {
		tr.report(op, "applied %d times", op.applied)
	}
	for _, p := range op.parts {
		old := op.history.stored(p.key)
		now, err := tr.read(context.Background(), op.history.key(p.key))
		if err != nil {
			tr.report(op, "cannot be read: %v", err)
			return
		}
		if p.kind != accountCheck {
			op.history.states[p.key] = append(op.history.states[p.key], now)
		}
		p.at = len(op.history.states[p.key]) - 1
		if problem := p.wrong(op.number, old, now); problem != "" {
			tr.report(op, "%s: %v became %v", problem, old, now)
		}
		if p.kind == accountCheck || p.kind == accountDelete {
			continue
		}
		mark, _, _ := strings.Cut(now.Mark, " ")
		if mark == "" || op.history.marks[mark] {
			tr.report(op, "the mark %q is not new", mark)
		}
		if op.history.marks == nil {
			op.history.marks = map[string]bool{}
		}
		op.history.marks[mark] = true
	}
}

// wrong returns what is wrong with what a write has made of a stored item, or "".
func (p *accountPart) wrong(number int64, old, now account) string {
	log := append(slices.Clone(old.Log), number)
	switch p.kind {
	case accountSave, accountUpdate, accountDelete, accountCheck:
		if old.ID == "" || old.Version != p.base.Version || old.Mark != p.base.Mark {
			return "the write was not refused, although another item was stored than the writer had read"
		}
	}
	switch p.kind {
	case accountCheck:
		if !reflect.DeepEqual(old, now) {
			return "a check changed the item"
		}
		return ""
	case accountDelete:
		if now.ID != "" {
			return "not deleted"
		}
		return ""
	case accountCreate:
		if old.ID != "" {
			return "an item was created over another"
		}
	case accountPut:
		log = []int64{number}
	default:
		if old.ID == "" {
			return "an item came out of nothing"
		}
	}
	switch {
	case !slices.Equal(now.Log, log):
		return "an update was lost, or applied twice"
	case now.Version != old.Version+1:
		return "the version did not go on by 1"
	}
	return ""
}

// judge compares what a call returned with what it did.
func (tr *accountTruth) judge(op *accountWrite, before []account, err error) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	inDoubt := errors.Is(err, dynamoconn.ErrAmbiguous)
	outcome := "done"
	switch {
	case inDoubt && op.applied > 0:
		outcome = "in doubt, applied"
	case inDoubt:
		outcome = "in doubt, not applied"
	case err == nil && op.applied != 1:
		tr.report(op, "acknowledged, and applied %d times", op.applied)
	case err == nil:
	case op.applied > 0:
		tr.report(op, "reported as failed, and applied: %v", err)
	case errors.Is(err, typed.ErrStale):
		outcome = "stale"
	case errors.Is(err, typed.ErrExists):
		outcome = "exists"
	case errors.Is(err, typed.ErrNotFound):
		outcome = "not found"
	default:
		outcome = "failed"
	}
	if tr.told == nil {
		tr.told = map[string]int{}
	}
	tr.told[accountKindNames[op.kind]+": "+outcome]++
	tr.count(op, inDoubt)
	for i, p := range op.parts {
		if err != nil && !reflect.DeepEqual(p.v, before[i]) {
			tr.report(op, "failed, and changed the value: %v", err)
		}
		if err == nil && op.applied == 1 {
			tr.judgeValue(op, p)
		}
	}
	var conflict *typed.Conflict[account]
	if errors.As(err, &conflict) && conflict.Current != nil {
		isState := func(s account) bool { return reflect.DeepEqual(s, *conflict.Current) }
		if !slices.ContainsFunc(op.history.states[0], isState) && !slices.ContainsFunc(op.history.states[1], isState) {
			tr.report(op, "the item of the conflict was never stored: %v", *conflict.Current)
		}
	}
}

// count counts lost answers and doubts.
func (tr *accountTruth) count(op *accountWrite, inDoubt bool) {
	isDeleted := func(p *accountPart) bool {
		since := op.history.states[p.key][p.from:]
		if i := slices.IndexFunc(op.history.states[p.key], func(v account) bool { return v.Mark == p.base.Mark }); i >= 0 {
			since = op.history.states[p.key][i:]
		}
		return slices.ContainsFunc(since, func(v account) bool { return v.ID == "" })
	}
	if op.few || op.history.isBlind() {
		return
	}
	tr.lost += op.lost
	switch {
	case !inDoubt:
	case slices.ContainsFunc(op.parts, isDeleted):
		tr.doubtsOfDeleted++
	default:
		tr.doubts++
	}
}

// judgeValue checks the value that a call which succeeded has left.
func (tr *accountTruth) judgeValue(op *accountWrite, p *accountPart) {
	states := op.history.states[p.key]
	isValue := func(s account) bool { return reflect.DeepEqual(s, p.v) }
	switch {
	case p.kind == accountDelete || p.kind == accountCheck:
	case op.kind == accountTransact && p.kind >= accountUpdate: // it has no item
		if !reflect.DeepEqual(p.v, p.base) {
			tr.report(op, "an update in a transaction changed the value to what is not stored")
		}
	case p.kind < accountUpdate:
		if !isValue(states[p.at]) {
			tr.report(op, "the value is not what was written")
		}
	case !slices.ContainsFunc(states[p.at:], isValue): // others may have written since
		tr.report(op, "the value was never stored since the write")
	}
}

// end compares what is stored with the last states.
func (tr *accountTruth) end(ctx context.Context, h *accountHistory) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	for key := range h.states {
		now, err := tr.read(ctx, h.key(key))
		if err != nil || !reflect.DeepEqual(now, h.stored(key)) {
			tr.problems = append(tr.problems, fmt.Sprintf("history %d: %v is stored, and must be %v (%v)", h.number, now, h.stored(key), err))
		}
		if now.ID != "" {
			_, _ = tr.clean.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: accountTable, Item: dynamoconn.KeyOf("ID", h.key(key))})
		}
	}
}
