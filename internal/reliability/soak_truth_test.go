package reliability

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// soakTruth is the HTTP client in front of the server. It records what really happens: for
// each request what the journal says, and for each key the write whose item is stored. The
// server evaluates one request at a time, so all are in one order.
type soakTruth struct {
	server *dynamoconntest.Server // its journal holds one entry
	faults []soakFault

	mu       sync.Mutex
	seq      uint64 // the number of requests that were evaluated
	state    [soakTables][soakKeys]soakStored
	order    [soakTables][]int         // the keys in the order of a scan
	ranks    [soakTables][soakKeys]int // the index of each key in that order
	ops      map[uint64]*soakOp
	keep     bool // whether operations stay in ops after they are judged, for late requests
	problems []string
	hits     []int            // the number of attempts with each fault
	actions  map[string]int64 // the number of attempts of each action
}

// soakStored is what is stored at a key, and since which request.
type soakStored struct {
	id  soakID
	seq uint64
}

func newSoakTruth(server *dynamoconntest.Server, faults []soakFault) *soakTruth {
	tr := &soakTruth{
		server: server, faults: faults, ops: make(map[uint64]*soakOp), order: soakScanOrder(),
		hits: make([]int, len(faults)), actions: make(map[string]int64),
	}
	for table, keys := range tr.order {
		for rank, key := range keys {
			tr.ranks[table][key] = rank
		}
	}
	return tr
}

// begin records an attempt that is about to be made and returns its index in the
// operation. body is nil unless the attempt is that of a batch.
func (tr *soakTruth) begin(o *soakOp, attempt *soakAttempt, body []byte) int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if body != nil {
		tr.enterBatch(o, attempt, body)
	}
	tr.ops[o.number] = o
	o.attempts = append(o.attempts, attempt)
	tr.actions[attempt.action]++
	tr.hits[attempt.fault]++
	return len(o.attempts) - 1
}

// recordObservation records what the client saw of an attempt.
func (tr *soakTruth) recordObservation(attempt *soakAttempt, observed soakObservation, status int, code string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	attempt.observed, attempt.status, attempt.code = observed, status, code
}

// countBody counts a request body of the operation and returns how often it was sent.
func (tr *soakTruth) countBody(o *soakOp, body uint64) uint64 {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if o.bodies == nil {
		o.bodies = make(map[uint64]uint64)
	}
	o.bodies[body]++
	return o.bodies[body]
}

// end marks an operation as judged. If the server carries out one of its requests after
// that, late checks it.
func (tr *soakTruth) end(o *soakOp) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	o.judged = true
	if !tr.keep {
		delete(tr.ops, o.number)
	}
}

// report reports that the server did what breaks a rule.
func (tr *soakTruth) report(rule soakRule, format string, args ...any) {
	if len(tr.problems) < 100 {
		tr.problems = append(tr.problems, string(rule)+": "+fmt.Sprintf(format, args...))
	}
}

// soakHidden hides the values of a context, so that a new trace can replace the one in the
// context.
type soakHidden struct{ context.Context }

func (soakHidden) Value(any) any { return nil }

// Do carries out a request and records it. The order of requests is that of their
// evaluation and does not depend on how long an answer takes.
func (tr *soakTruth) Do(req *http.Request) (*http.Response, error) {
	o, attempt := tr.find(req.Header.Get(soakHeader))
	var locked atomic.Bool
	tr.mu.Lock()
	locked.Store(true)
	unlock := func() {
		if locked.CompareAndSwap(true, false) {
			tr.mu.Unlock()
		}
	}
	defer unlock()

	// The server calls the hook as soon as the request is evaluated and in the journal,
	// before a slow answer pauses.
	partial := attempt != nil && strings.HasPrefix(tr.faults[attempt.fault].kind, "unprocessed")
	trace := httptrace.ClientTrace{}
	if t := httptrace.ContextClientTrace(req.Context()); t != nil {
		trace = *t
	}
	getConn := trace.GetConn
	trace.GetConn = func(addr string) {
		if !partial {
			tr.record(o, attempt, nil)
			unlock()
		}
		if getConn != nil {
			getConn(addr)
		}
	}
	ctx := httptrace.WithClientTrace(soakHidden{req.Context()}, &trace)
	if partial {
		ctx = context.WithoutCancel(ctx) // the answer is needed, and takes no time
	}
	resp, err := tr.server.HTTPClient().Do(req.WithContext(ctx))
	if partial && err == nil {
		answer, readErr := io.ReadAll(resp.Body)
		if readErr != nil {
			return nil, readErr
		}
		resp.Body = io.NopCloser(bytes.NewReader(answer))
		tr.record(o, attempt, answer)
	}
	return resp, err
}

// find returns the attempt whose mark a request has.
func (tr *soakTruth) find(mark string) (*soakOp, *soakAttempt) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if len(mark) < 2 || mark[0] != soakPrefix {
		return nil, nil
	}
	text, place, _ := strings.Cut(mark[2:], ".")
	number, _ := strconv.ParseUint(text, 10, 64)
	n, err := strconv.Atoi(place)
	o := tr.ops[number]
	if o == nil || err != nil || n >= len(o.attempts) {
		return nil, nil
	}
	return o, o.attempts[n]
}

// record records what the journal says about the request that was just evaluated. answer
// is nil unless a batch was left partly unprocessed.
func (tr *soakTruth) record(o *soakOp, attempt *soakAttempt, answer []byte) {
	entries := tr.server.Journal()
	entry := entries[len(entries)-1]
	if attempt == nil {
		tr.report(rulePhantom, "a request without an operation was evaluated: %s applied %v", entry.Operation, entry.Applied)
		return
	}
	tr.seq++
	attempt.evaluations++
	attempt.seq, attempt.answer = tr.seq, entry.Error
	wasApplied := attempt.applied
	attempt.applied = attempt.applied || entry.Applied
	if entry.Operation != attempt.action {
		tr.report(ruleServer, "the journal has a %s and not a %s: %v", entry.Operation, attempt.action, o)
		return
	}
	if o.judged && entry.Applied && (o.kind.isWrite() || o.kind.isBatchWrite()) {
		tr.late(o, attempt)
	}
	switch {
	case o.kind.isWrite():
		tr.recordWrite(o, attempt, entry.Applied)
		if wasApplied && entry.Applied {
			tr.report(ruleTwice, "one attempt was applied twice: %v", o)
		}
	case o.kind == kindGet:
		attempt.storedBefore = tr.state[o.cell.table][o.cell.key].id
	case o.kind == kindPage || o.kind == kindScan || o.kind == kindQuery:
		attempt.storedItems = make([]soakID, soakKeys)
		for key := range attempt.storedItems {
			attempt.storedItems[key] = tr.state[o.cell.table][key].id
		}
	case o.kind.isBatchWrite():
		tr.recordBatchWrite(o, attempt, entry.Applied, answer)
	case o.kind == kindBatchGet:
		tr.recordBatchGet(o, attempt, answer)
	}
}

// late judges a write that was applied after its call had returned. The call must have
// reported that this may happen.
func (tr *soakTruth) late(o *soakOp, attempt *soakAttempt) {
	// If a call succeeded after an attempt with an unknown outcome, both may be applied.
	hadUnknown := slices.ContainsFunc(o.attempts, func(attempt *soakAttempt) bool {
		return attempt.observed == observedUnknown || attempt.observed == observedMaybeSent
	})
	if o.err == nil && hadUnknown || soakAmbiguous(o.err) {
		return
	}
	tr.report(ruleLate, "applied after the call returned %v: %v", o.err, attempt)
}

func (tr *soakTruth) recordWrite(o *soakOp, attempt *soakAttempt, applied bool) {
	stored := &tr.state[o.cell.table][o.cell.key]
	attempt.storedBefore = stored.id
	if !o.kind.conditional() && attempt.answer == "ConditionalCheckFailedException" ||
		o.kind.conditional() && applied && !o.holds(stored.id) ||
		attempt.answer == "ConditionalCheckFailedException" && o.holds(stored.id) {
		tr.report(ruleServer, "the server and the model differ on a condition: %v", o)
	}
	if !applied {
		return
	}
	*stored = soakStored{seq: tr.seq}
	if o.kind.isPut() {
		stored.id = o.id(0)
	}
}

// holds reports whether the operation's condition is true if stored is the item at its key.
func (o *soakOp) holds(stored soakID) bool {
	switch {
	case o.kind.ifNew():
		return stored == 0
	case o.kind.ifSeen():
		return stored != 0 && stored == o.seen
	case o.kind == kindDeleteExisting:
		return stored != 0
	}
	return true
}

func (tr *soakTruth) recordBatchWrite(o *soakOp, attempt *soakAttempt, applied bool, answer []byte) {
	if answer != nil {
		response, err := soakParse(answer)
		if err != nil {
			tr.report(ruleServer, "%v: %s", err, answer)
			return
		}
		for _, part := range soakParts(response.get("UnprocessedItems")) {
			if i := o.writeOf(part); i >= 0 {
				attempt.unprocessed |= 1 << i
			}
		}
	}
	if !applied {
		return
	}
	for i, w := range o.writes {
		if attempt.requestWrites&^attempt.unprocessed&(1<<i) == 0 {
			continue
		}
		stored := soakStored{seq: tr.seq}
		if !w.delete {
			stored.id = o.id(i)
		}
		tr.state[w.table][w.key] = stored
	}
}

// writeOf returns the place of a write of the operation, or -1.
func (o *soakOp) writeOf(part soakPart) int {
	for i, w := range o.writes {
		if w.table == part.table && w.key == part.key && w.delete == part.delete && (w.delete || o.id(i) == part.id) {
			return i
		}
	}
	return -1
}

func (tr *soakTruth) recordBatchGet(o *soakOp, attempt *soakAttempt, answer []byte) {
	if answer != nil {
		response, err := soakParse(answer)
		if err != nil {
			tr.report(ruleServer, "%v: %s", err, answer)
			return
		}
		tr.markKeys(o, attempt.unprocessedKeys, soakParts(response.get("UnprocessedKeys")))
	}
	attempt.storedItems = make([]soakID, len(o.cells))
	for i, c := range o.cells {
		attempt.storedItems[i] = tr.state[c.table][c.key].id
	}
}

// enterBatch records which writes or keys of a batch a request holds.
func (tr *soakTruth) enterBatch(o *soakOp, attempt *soakAttempt, body []byte) {
	request, err := soakParse(body)
	if err != nil {
		tr.report(ruleServer, "%v: %s", err, body)
		return
	}
	parts := soakParts(request.get("RequestItems"))
	if o.kind == kindBatchGet {
		attempt.requestedKeys, attempt.unprocessedKeys = make([]bool, len(o.cells)), make([]bool, len(o.cells))
		tr.markKeys(o, attempt.requestedKeys, parts)
		return
	}
	for _, part := range parts {
		i := o.writeOf(part)
		if i < 0 {
			tr.report(rulePhantom, "a batch request holds a write that the batch does not have, %+v: %v", part, o)
			continue
		}
		attempt.requestWrites |= 1 << i
	}
}

// markKeys sets places for the keys of the operation that parts hold.
func (tr *soakTruth) markKeys(o *soakOp, places []bool, parts []soakPart) {
	for _, part := range parts {
		known := false
		for i, c := range o.cells {
			if c == (soakCell{part.table, part.key}) {
				places[i], known = true, true
			}
		}
		if !known {
			tr.report(rulePhantom, "a batch request holds a key that the batch does not have, %+v: %v", part, o)
		}
	}
}
