package dynamoconn

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/dynamoconn/dynamoconn/internal/batch"
	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// DynamoDB's limits on one request. See
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html and
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html.
const (
	mostKeysInRequest   = 100
	mostWritesInRequest = 25
	largestRequest      = 16 << 20
	// requestFrame is more than a request holds besides its operations: table names and
	// braces.
	requestFrame = 64 << 10
)

// runBatch carries out a plan with the client's limits and pauses.
func (k *call) runBatch(ctx context.Context, plan batch.Plan) []*batch.Result {
	plan.MaxBytes = largestRequest - requestFrame
	plan.MaxInFlight = k.client.config.maxInFlight
	plan.Pause = retry.Pause
	plan.Paused = k.paused
	plan.Patience = k.client.config.retryBudget
	plan.Unprocessed = k.leftUnprocessed
	return plan.Run(ctx)
}

// failedInBatch returns the answer to a request of a batch that failed with err.
func failedInBatch(means retry.InBatch, err error) batch.Answer {
	if means.Outcome == retry.NotDone && !means.Waits {
		err = nil
	}
	return batch.Answer{Outcome: means.Outcome, Scope: means.Scope, InDoubt: means.InDoubt, Err: err}
}

// invalidNow returns the answer to a request that cannot be encoded: the caller has changed
// one of its operations since they were checked.
func invalidNow(err error) batch.Answer {
	return batch.Answer{Outcome: retry.Refused, Scope: retry.OneOperation, Err: err}
}

// leftUnprocessed is the error of an operation that DynamoDB left unprocessed until the
// retry budget was spent. DynamoDB leaves unprocessed what it has no throughput for.
func (k *call) leftUnprocessed() error {
	return &Error{
		Activity: k.activity, TableName: clean(k.table), Region: k.region,
		causes: []error{ErrThrottled}, err: hide(errors.New("left unprocessed until the retry budget was spent")),
	}
}

// batchError returns the error of a call with a batch that is not complete.
func (k *call) batchError(err error) error {
	e := k.errorSoFar()
	e.err = hide(err)
	return e
}

// tableNames numbers the tables of a batch, from 0.
type tableNames struct {
	list   []string
	byName map[string]int // nil as long as there are few
}

// id returns the number of a table, and whether it has been given now.
func (n *tableNames) id(name string) (id int, isNew bool) {
	const few = 8
	if n.byName == nil {
		id = slices.Index(n.list, name)
	} else if known, ok := n.byName[name]; ok {
		id = known
	} else {
		id = -1
	}
	if id >= 0 {
		return id, false
	}
	n.list = append(n.list, name)
	switch id = len(n.list) - 1; {
	case n.byName != nil:
		n.byName[name] = id
	case id == few:
		n.byName = make(map[string]int)
		for i, name := range n.list {
			n.byName[name] = i
		}
	}
	return id, true
}

// underEntry returns err with the entry of a request before its path.
func underEntry(field string, i int, err error) error {
	return under(fmt.Sprintf("%s[%d]", field, i), err)
}

// byTable goes over the operations of a request, table by table. Those of a table follow each
// other in it.
func byTable(ops []batch.Op, sent []int) iter.Seq2[int, []int] {
	return func(yield func(table int, ops []int) bool) {
		for left := sent; len(left) > 0; {
			table, n := ops[left[0]].Table, 1
			for n < len(left) && ops[left[n]].Table == table {
				n++
			}
			if !yield(table, left[:n:n]) {
				return
			}
			left = left[n:]
		}
	}
}

// bytesOf returns the bytes of operations in a request.
func bytesOf(ops []batch.Op, sent []int) int {
	size := 0
	for _, op := range sent {
		size += ops[op].Bytes
	}
	return size
}

// batchMemory is what a batch keeps of its operations. When it has ended, another batch may
// have the memory: nothing that is sent or returned refers to it.
type batchMemory struct {
	encodedOps
	ops    []batch.Op
	slots  []uint32     // of keyIndex
	reads  []int        // the place of the key of each operation of a BatchGet in its table
	writes []writePlace // the place of the write of each operation of a BatchWrite
}

// mostRemembered is the most operations for which other batches get the memory. The cost of a
// larger batch is elsewhere.
const mostRemembered = 1 << 10

var batchMemories = sync.Pool{New: func() any { return new(batchMemory) }}

// newBatchMemory returns the memory of a batch that keeps up to kept operations encoded.
func newBatchMemory(kept int) *batchMemory {
	m := batchMemories.Get().(*batchMemory)
	m.most = kept
	return m
}

// release lets other batches have the memory.
func (m *batchMemory) release() {
	if max(cap(m.text), cap(m.scratch)) > 2*mostKept {
		return
	}
	m.text, m.ends = m.text[:0], m.ends[:0]
	if cap(m.ops) > mostRemembered {
		m.ops, m.slots, m.reads, m.writes = nil, nil, nil, nil
	}
	batchMemories.Put(m)
}

// encodedOps keeps the first operations of a batch encoded, as they were checked. The others
// are encoded again when they are sent: all of them together take much memory.
type encodedOps struct {
	most    int // the most operations that are kept
	text    []byte
	ends    []int // of each operation that is kept, in text
	scratch []byte
}

// mostKept is how many bytes of encoded operations a batch keeps.
const mostKept = 1 << 20

// add takes what encode appends for the operation op, and keeps it if there is room. op is the next operation, or the last one again if that has become
// none. add returns the bytes that the operation has in a request.
func (k *encodedOps) add(op int, encode func(dst []byte) ([]byte, error)) (size int, err error) {
	const comma = 1
	if len(k.ends) < op || op >= k.most || len(k.text) >= mostKept {
		k.scratch, err = encode(k.scratch[:0])
		return len(k.scratch) + comma, err
	}
	if len(k.ends) > op { // the last one became no operation
		k.text, k.ends = k.text[:endOf(k.ends[:op])], k.ends[:op]
	}
	start := len(k.text)
	text, err := encode(k.text)
	if err != nil {
		return 0, err
	}
	if op == 0 { // the others are likely to be about as long
		text = slices.Grow(text, min(k.most*len(text)*5/4, mostKept))
		k.ends = slices.Grow(k.ends, min(k.most, mostKept/len(text)))
	}
	k.text, k.ends = text, append(k.ends, len(text))
	return len(text) - start + comma, nil
}

// kept returns an operation as it was encoded, and false if it is not kept.
func (k *encodedOps) kept(op int) (text []byte, ok bool) {
	if op >= len(k.ends) {
		return nil, false
	}
	return k.text[endOf(k.ends[:op]):k.ends[op]], true
}

// endOf returns where the last of some operations ends.
func endOf(ends []int) int {
	if len(ends) == 0 {
		return 0
	}
	return ends[len(ends)-1]
}

// claims finds the operation that an entry of an answer is about.
//
// An answer is accepted only if each of its entries is about an operation that was sent in
// this request, and no two are about the same.
type claims struct {
	tables []string // the names of the batch's tables, as the caller gave them
	sent   []int    // the operations of the request
	taken  []bool   // those of sent that an entry has been about
	name   string   // the table of the last entry, as the answer has it
	named  []int    // the tables that it may mean
}

func newClaims(tables []string, sent []int) *claims {
	return &claims{tables: tables, sent: sent, taken: make([]bool, len(sent))}
}

// take returns the operation that an entry is about. No other entry may be about it.
// tableName is the table of the entry as the answer has it. place returns where in the
// request the operation is that the entry is about if it is for that table, or -1. That one
// must be open.
func (c *claims) take(tableName string, place func(table int) int) (op int, err error) {
	if c.named == nil || c.name != tableName {
		c.name, c.named = tableName, tablesNamed(c.tables, tableName)
	}
	found, count := 0, 0
	for _, table := range c.named {
		if at := place(table); at >= 0 {
			found = at
			count++
		}
	}
	switch count {
	case 0:
		return 0, corrupt("has an entry that was not sent, or has it twice")
	case 1:
		c.taken[found] = true
		return c.sent[found], nil
	}
	return 0, corrupt("has an entry that may be for several tables")
}

// openPlace returns where in the request an operation is, or -1 if it is not there or an entry
// has been about it.
func (c *claims) openPlace(op int) int {
	if len(c.sent) == 0 {
		return -1
	}
	at := op - c.sent[0] // as a rule they follow each other
	if at < 0 || at >= len(c.sent) || c.sent[at] != op {
		at = slices.Index(c.sent, op)
	}
	if at < 0 || c.taken[at] {
		return -1
	}
	return at
}

// claim is what an entry says about its operation. Two operations of a request with the
// same claim are equal.
type claim struct {
	table    int
	identity string
}

// byClaim returns the operations of a request by their claims. identity returns a text that
// is the same for equal operations on a table, and for no others.
func (c *claims) byClaim(ops []batch.Op, identity func(op int) string) map[claim][]int {
	equal := make(map[claim][]int, len(c.sent))
	for _, op := range c.sent {
		of := claim{ops[op].Table, identity(op)}
		equal[of] = append(equal[of], op)
	}
	return equal
}

// firstOpen returns where in the request the first of equal operations is that no entry has
// been about, or -1.
func (c *claims) firstOpen(equal []int) int {
	for _, op := range equal {
		if at := c.openPlace(op); at >= 0 {
			return at
		}
	}
	return -1
}

// tablesNamed returns the indexes of the tables that a name in an answer may mean: the one
// with exactly this name, or else those whose ARN ends in it. Tables of several accounts may
// have the same name.
func tablesNamed(tables []string, answered string) []int {
	if i := slices.Index(tables, answered); i >= 0 {
		return []int{i}
	}
	var byARN []int
	for i, asked := range tables {
		if isNameOfTable(answered, asked) {
			byARN = append(byARN, i)
		}
	}
	return byARN
}
