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

// soakTruth stands before the server and keeps what really happened: for each
// exchange what the journal says of it, and for each key the write that stands there.
// One exchange is evaluated at a time, so all are in one order.
type soakTruth struct {
	server *dynamoconntest.Server // its journal holds one entry
	faults []soakFault

	mu      sync.Mutex
	seq     uint64
	state   [soakTables][soakKeys]soakStanding
	order   [soakTables][]int         // the keys in the order of a actScan
	ranks   [soakTables][soakKeys]int // the place of each key in it
	ops     map[uint64]*soakOp
	keep    bool // operations stay known when they are judged, for what arrives late
	objects []string
	hits    []int            // of each fault
	actions map[string]int64 // attempts
	arrived int64
}

// soakStanding is what stands at a key, and since when.
type soakStanding struct {
	id  soakID
	seq uint64
}

func newSoakTruth(server *dynamoconntest.Server, faults []soakFault) *soakTruth {
	tr := &soakTruth{
		server: server, faults: faults, ops: make(map[uint64]*soakOp), order: soakOrder(),
		hits: make([]int, len(faults)), actions: make(map[string]int64),
	}
	for table, keys := range tr.order {
		for rank, key := range keys {
			tr.ranks[table][key] = rank
		}
	}
	return tr
}

// begin enters an attempt that is about to be made. body is that of a batch.
func (tr *soakTruth) begin(o *soakOp, try *soakTry, body []byte) int {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if body != nil {
		tr.enterBatch(o, try, body)
	}
	tr.ops[o.number] = o
	o.tries = append(o.tries, try)
	tr.actions[try.action]++
	tr.hits[try.fault]++
	return len(o.tries) - 1
}

func (tr *soakTruth) sawEnd(try *soakTry, saw soakSaw, status int, code string) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	try.saw, try.status, try.code = saw, status, code
}

// countBody returns how often the operation has sent such a body before.
func (tr *soakTruth) countBody(o *soakOp, body uint64) uint64 {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if o.bodies == nil {
		o.bodies = make(map[uint64]uint64)
	}
	o.bodies[body]++
	return o.bodies[body]
}

// end marks an operation as judged. What the server still does for it is an offence
// against what was concluded.
func (tr *soakTruth) end(o *soakOp) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	o.judged = true
	if !tr.keep {
		delete(tr.ops, o.number)
	}
}

// object notes that the server did what cannot be.
func (tr *soakTruth) object(rule soakRule, format string, args ...any) {
	if len(tr.objects) < 100 {
		tr.objects = append(tr.objects, string(rule)+": "+fmt.Sprintf(format, args...))
	}
}

// soakHidden hides the values of a context, so that another trace can take the place of
// the one that is there.
type soakHidden struct{ context.Context }

func (soakHidden) Value(any) any { return nil }

// Do carries out an exchange and records it. The order of exchanges is that of their
// evaluation; the time that an answer takes is not part of it.
func (tr *soakTruth) Do(req *http.Request) (*http.Response, error) {
	o, try := tr.find(req.Header.Get(soakHeader))
	var locked atomic.Bool
	tr.mu.Lock()
	locked.Store(true)
	unlock := func() {
		if locked.CompareAndSwap(true, false) {
			tr.mu.Unlock()
		}
	}
	defer unlock()

	// The hook is called as soon as the exchange is evaluated and in the journal, and
	// before the pause that an answer may take.
	partial := try != nil && strings.HasPrefix(tr.faults[try.fault].kind, "unprocessed")
	trace := httptrace.ClientTrace{}
	if t := httptrace.ContextClientTrace(req.Context()); t != nil {
		trace = *t
	}
	getConn := trace.GetConn
	trace.GetConn = func(addr string) {
		if !partial {
			tr.record(o, try, nil)
			unlock()
		}
		if getConn != nil {
			getConn(addr)
		}
	}
	ctx := httptrace.WithClientTrace(soakHidden{req.Context()}, &trace)
	if partial {
		ctx = context.WithoutCancel(ctx) // its answer is needed, and takes no time
	}
	resp, err := tr.server.HTTPClient().Do(req.WithContext(ctx))
	if partial && err == nil {
		answer, readErr := io.ReadAll(resp.Body)
		if readErr != nil {
			return nil, readErr
		}
		resp.Body = io.NopCloser(bytes.NewReader(answer))
		tr.record(o, try, answer)
	}
	return resp, err
}

// find returns the attempt that a request is marked as.
func (tr *soakTruth) find(mark string) (*soakOp, *soakTry) {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if len(mark) < 2 || mark[0] != soakPrefix {
		return nil, nil
	}
	text, place, _ := strings.Cut(mark[2:], ".")
	number, _ := strconv.ParseUint(text, 10, 64)
	n, err := strconv.Atoi(place)
	o := tr.ops[number]
	if o == nil || err != nil || n >= len(o.tries) {
		return nil, nil
	}
	return o, o.tries[n]
}

// record enters what the journal says of the exchange that was just evaluated. answer
// is that of a batch that was left unprocessed in part.
func (tr *soakTruth) record(o *soakOp, try *soakTry, answer []byte) {
	entries := tr.server.Journal()
	entry := entries[len(entries)-1]
	tr.arrived++
	if try == nil {
		tr.object(rulePhantom, "a request of no operation was evaluated: %s applied %v", entry.Operation, entry.Applied)
		return
	}
	tr.seq++
	try.arrivals++
	try.seq, try.answer = tr.seq, entry.Error
	again := try.applied
	try.applied = try.applied || entry.Applied
	if entry.Operation != try.action {
		tr.object(ruleServer, "the journal has a %s and not a %s: %v", entry.Operation, try.action, o)
		return
	}
	if o.judged && entry.Applied && (o.kind.isWrite() || o.kind.isBatchWrite()) {
		tr.late(o, try)
	}
	switch {
	case o.kind.isWrite():
		tr.recordWrite(o, try, entry.Applied)
		if again && entry.Applied {
			tr.object(ruleTwice, "one attempt was applied twice: %v", o)
		}
	case o.kind == kindGet:
		try.before = tr.state[o.cell.table][o.cell.key].id
	case o.kind == kindPage || o.kind == kindScan:
		try.stood = make([]soakID, soakKeys)
		for key := range try.stood {
			try.stood[key] = tr.state[o.cell.table][key].id
		}
	case o.kind.isBatchWrite():
		tr.recordBatchWrite(o, try, entry.Applied, answer)
	case o.kind == kindBatchGet:
		tr.recordBatchGet(o, try, answer)
	}
}

// late judges a write that was applied after its call had returned: its caller must
// have been told that this may be.
func (tr *soakTruth) late(o *soakOp, try *soakTry) {
	// A call that succeeded after an attempt in doubt may have two of them applied.
	doubted := slices.ContainsFunc(o.tries, func(try *soakTry) bool { return try.saw == sawDoubt || try.saw == sawMaybe })
	if o.err == nil && doubted || soakAmbiguous(o.err) {
		return
	}
	tr.object(ruleLate, "applied after the call returned %v: %v", o.err, try)
}

func (tr *soakTruth) recordWrite(o *soakOp, try *soakTry, applied bool) {
	standing := &tr.state[o.cell.table][o.cell.key]
	try.before = standing.id
	if !o.kind.conditional() && try.answer == "ConditionalCheckFailedException" ||
		o.kind.conditional() && applied && !o.holds(standing.id) ||
		try.answer == "ConditionalCheckFailedException" && o.holds(standing.id) {
		tr.object(ruleServer, "the server and the model differ on a condition: %v", o)
	}
	if !applied {
		return
	}
	*standing = soakStanding{seq: tr.seq}
	if o.kind.isPut() {
		standing.id = o.id(0)
	}
}

// holds tells whether the operation's condition is true of what stands at its key.
func (o *soakOp) holds(standing soakID) bool {
	switch {
	case o.kind.ifNew():
		return standing == 0
	case o.kind.ifSeen():
		return standing != 0 && standing == o.seen
	case o.kind == kindDeleteThere:
		return standing != 0
	}
	return true
}

func (tr *soakTruth) recordBatchWrite(o *soakOp, try *soakTry, applied bool, answer []byte) {
	if answer != nil {
		response, err := soakParse(answer)
		if err != nil {
			tr.object(ruleServer, "%v: %s", err, answer)
			return
		}
		for _, part := range soakParts(response.get("UnprocessedItems")) {
			if i := o.writeOf(part); i >= 0 {
				try.left |= 1 << i
			}
		}
	}
	if !applied {
		return
	}
	for i, w := range o.writes {
		if try.carried&^try.left&(1<<i) == 0 {
			continue
		}
		standing := soakStanding{seq: tr.seq}
		if !w.delete {
			standing.id = o.id(i)
		}
		tr.state[w.table][w.key] = standing
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

func (tr *soakTruth) recordBatchGet(o *soakOp, try *soakTry, answer []byte) {
	if answer != nil {
		response, err := soakParse(answer)
		if err != nil {
			tr.object(ruleServer, "%v: %s", err, answer)
			return
		}
		tr.markKeys(o, try.skipped, soakParts(response.get("UnprocessedKeys")))
	}
	try.stood = make([]soakID, len(o.cells))
	for i, c := range o.cells {
		try.stood[i] = tr.state[c.table][c.key].id
	}
}

// enterBatch notes which parts of a batch its request holds.
func (tr *soakTruth) enterBatch(o *soakOp, try *soakTry, body []byte) {
	request, err := soakParse(body)
	if err != nil {
		tr.object(ruleServer, "%v: %s", err, body)
		return
	}
	parts := soakParts(request.get("RequestItems"))
	if o.kind == kindBatchGet {
		try.asked, try.skipped = make([]bool, len(o.cells)), make([]bool, len(o.cells))
		tr.markKeys(o, try.asked, parts)
		return
	}
	for _, part := range parts {
		i := o.writeOf(part)
		if i < 0 {
			tr.object(rulePhantom, "a batch holds what was not asked for, %+v: %v", part, o)
			continue
		}
		try.carried |= 1 << i
	}
}

func (tr *soakTruth) markKeys(o *soakOp, places []bool, parts []soakPart) {
	for _, part := range parts {
		known := false
		for i, c := range o.cells {
			if c == (soakCell{part.table, part.key}) {
				places[i], known = true, true
			}
		}
		if !known {
			tr.object(rulePhantom, "a batch asks for a key that was not asked for, %+v: %v", part, o)
		}
	}
}
