package reliability

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn"
)

// soakKind is what an operation does.
type soakKind int

const (
	kindPut               soakKind = iota // without a condition
	kindPutOld                            // returning the old item
	kindPutSendOnce                       // with SendOnce
	kindPutExactlyOnce                    // with ExactlyOnce
	kindUpdate                            // by an UpdateItem that changes every attribute
	kindUpdateExactlyOnce                 // the same with ExactlyOnce
	kindTransactPut                       // by a TransactWrite
	kindTransactUpdate                    // by a TransactWrite, as an update
	kindPutNew                            // if there is no item
	kindPutNewUnique                      // if there is no item, with ItemIsUnique
	kindPutNewExactlyOnce                 // if there is no item, with ExactlyOnce
	kindPutVersion                        // if the item is the one that the goroutine saw last
	kindPutVersionUnique                  // the same with ItemIsUnique
	kindDelete                            // without a condition
	kindDeleteOld                         // returning the old item
	kindDeleteExactlyOnce                 // with ExactlyOnce
	kindDeleteExisting                    // if there is an item
	kindGet
	kindPage
	kindScan
	kindQuery // of a partition, or of a part of it
	kindListTables
	kindDescribeTable
	kindBatchWrite
	kindBatchWriteSendOnce // with SendOnce
	kindBatchGet
	soakKinds
)

var soakKindNames = [soakKinds]string{
	"put", "put, with the old item", "put, SendOnce", "put, ExactlyOnce",
	"update", "update, ExactlyOnce", "put in a transaction", "update in a transaction",
	"put if new", "put if new, unique", "put if new, ExactlyOnce", "put if unchanged", "put if unchanged, unique",
	"delete", "delete, with the old item", "delete, ExactlyOnce", "delete if it exists",
	"get", "scan page", "scan", "query", "list tables", "describe table", "batch write", "batch write, SendOnce", "batch get",
}

// soakKindWeights says how many of 1,000 operations are of each kind.
var soakKindWeights = [soakKinds]int{
	80, 50, 20, 25,
	25, 10, 10, 10,
	40, 40, 20, 60, 50,
	60, 30, 20, 40,
	275, 25, 3, 25, 12, 10, 32, 8, 20,
}

func (k soakKind) isPut() bool        { return k <= kindPutVersionUnique }
func (k soakKind) isDelete() bool     { return k >= kindDelete && k <= kindDeleteExisting }
func (k soakKind) isWrite() bool      { return k <= kindDeleteExisting }
func (k soakKind) isBatchWrite() bool { return k == kindBatchWrite || k == kindBatchWriteSendOnce }
func (k soakKind) wantsOld() bool     { return k == kindPutOld || k == kindDeleteOld }
func (k soakKind) ifNew() bool        { return k >= kindPutNew && k <= kindPutNewExactlyOnce }
func (k soakKind) ifSeen() bool       { return k == kindPutVersion || k == kindPutVersionUnique }
func (k soakKind) isUnique() bool     { return k == kindPutNewUnique || k == kindPutVersionUnique }
func (k soakKind) isSendOnce() bool   { return k == kindPutSendOnce || k == kindBatchWriteSendOnce }
func (k soakKind) isExactlyOnce() bool {
	switch k {
	case kindPutExactlyOnce, kindUpdateExactlyOnce, kindTransactPut, kindTransactUpdate, kindPutNewExactlyOnce, kindDeleteExactlyOnce:
		return true
	}
	return false
}
func (k soakKind) conditional() bool { return k.ifNew() || k.ifSeen() || k == kindDeleteExisting }

// options returns the options of the call.
func (k soakKind) options() []dynamoconn.CallOption {
	switch {
	case k.isSendOnce():
		return []dynamoconn.CallOption{dynamoconn.SendOnce()}
	case k.isExactlyOnce():
		return []dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}
	}
	return nil
}

// soakNumber identifies an operation: its goroutine, and its number there from 1.
type soakNumber uint64

const soakPerGoroutine = 1 << 24

func (n soakNumber) String() string {
	return fmt.Sprintf("%d/%d", n/soakPerGoroutine, n%soakPerGoroutine)
}

// soakCell is one key of one table.
type soakCell struct{ table, key int }

// soakWrite is one write of a batch.
type soakWrite struct {
	soakCell
	delete bool
}

// soakOp is one operation: what it does, and what happened to it.
type soakOp struct {
	number           uint64
	kind             soakKind
	cell             soakCell
	seen             soakID // the item that the condition of kindPutVersion requires
	limit            int32
	from             int  // the key after which a page begins, or -1
	parallel         bool // whether a batch has key names
	writes           []soakWrite
	cells            []soakCell    // the keys of kindBatchGet
	faultProbability float64       // of each attempt
	timeout          time.Duration // of the call
	cancelAfter      time.Duration // when the caller cancels the call, or 0

	// The attempts, guarded by the truth's mutex.
	attempts []*soakAttempt
	bodies   map[uint64]uint64 // how often each request of a batch was sent, by its content
	judged   bool

	// What the client returned.
	err     error
	ended   error           // the error of the context
	item    dynamoconn.Item // the item that was read, or the old item
	items   []dynamoconn.Item
	lastKey dynamoconn.Item
	names   []string
	written int
	got     [][]dynamoconn.Item // of kindBatchGet, by table
}

// newSoakOp returns a random operation that depends only on the arguments. seen holds the
// items that the goroutine saw last, for conditions.
func newSoakOp(seed uint64, goroutine, n int, seen *[soakTables][soakKeys]soakID) *soakOp {
	o := &soakOp{number: uint64(goroutine)*soakPerGoroutine + uint64(n), from: -1}
	r := rand.New(rand.NewPCG(seed, o.number))
	cell := func() soakCell { return soakCell{r.IntN(soakTables), r.IntN(soakKeys)} }
	o.cell = cell()
	share := r.IntN(1000)
	for o.kind = 0; share >= soakKindWeights[o.kind]; o.kind++ {
		share -= soakKindWeights[o.kind]
	}
	switch d := r.IntN(100); {
	case d < 45:
		o.faultProbability = 0.05
	case d < 80:
		o.faultProbability = 0.1
	case d < 92:
		o.faultProbability = 0.35
	case d < 97:
		o.faultProbability = 0.6
	default:
		o.faultProbability = 0.95
	}
	o.timeout = []time.Duration{time.Minute, time.Minute, time.Minute, 10 * time.Second, 300 * time.Millisecond}[r.IntN(5)]
	if r.IntN(40) == 0 {
		o.cancelAfter = time.Duration(1 + r.Int64N(int64(3*time.Second)))
	}
	switch o.kind {
	case kindPutVersion, kindPutVersionUnique:
		// The previous operation of the goroutine had this key, as in a user's program.
		previous := rand.New(rand.NewPCG(seed, o.number-1))
		o.cell = soakCell{previous.IntN(soakTables), previous.IntN(soakKeys)}
		o.seen = seen[o.cell.table][o.cell.key]
	case kindPage, kindScan:
		o.limit = int32(10 + r.IntN(90))
		if r.IntN(3) > 0 && o.kind == kindPage {
			o.from = r.IntN(soakKeys)
		}
	case kindQuery:
		o.cell.table = sortedTable
		o.limit = int32(r.IntN(soakSortKeys))
	case kindListTables:
		o.limit = int32(1 + r.IntN(soakTables+1))
	case kindBatchWrite, kindBatchWriteSendOnce:
		o.drawWrites(r, cell)
	case kindBatchGet:
		maxKeys := []int{5, 20, 60, 120}[r.IntN(4)]
		for range 1 + r.IntN(maxKeys) {
			o.cells = append(o.cells, cell())
		}
	}
	return o
}

// drawWrites chooses 1 to 60 writes to several tables. Some keys occur more than once, but
// no key is deleted twice, because two deletes of a key look alike on the wire.
func (o *soakOp) drawWrites(r *rand.Rand, cell func() soakCell) {
	o.parallel = r.IntN(4) > 0
	maxWrites := []int{4, 20, 60}[r.IntN(3)]
	deleted := make(map[soakCell]bool)
	for range 1 + r.IntN(maxWrites) {
		w := soakWrite{soakCell: cell()}
		if n := len(o.writes); n > 0 && r.IntN(5) == 0 {
			w.soakCell = o.writes[r.IntN(n)].soakCell
		}
		if r.IntN(4) == 0 && !deleted[w.soakCell] {
			w.delete, deleted[w.soakCell] = true, true
		}
		o.writes = append(o.writes, w)
	}
}

// context returns the context of the operation's call.
func (o *soakOp) context() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(withSoakOp(context.Background(), o), o.timeout)
	if o.cancelAfter > 0 {
		timer := time.AfterFunc(o.cancelAfter, cancel)
		return ctx, func() { timer.Stop(); cancel() }
	}
	return ctx, cancel
}

// run makes the call of the operation.
func (o *soakOp) run(client *dynamoconn.Client) {
	ctx, cancel := o.context()
	defer cancel()
	table := soakTableName(o.cell.table)
	switch {
	case o.kind.isPut():
		o.put(ctx, client, table)
	case o.kind.isDelete():
		req := dynamoconn.DeleteItemRequest{TableName: table, Item: soakKey(o.cell.table, o.cell.key), ReturnOldItem: o.kind.wantsOld()}
		if o.kind == kindDeleteExisting {
			req.ConditionExpression, req.ReturnItemOnConditionFailure = "attribute_exists(p)", true
		}
		var resp *dynamoconn.DeleteItemResponse
		if resp, o.err = client.DeleteItem(ctx, req, o.kind.options()...); resp != nil {
			o.item = resp.OldItem
		}
	case o.kind == kindGet:
		var resp *dynamoconn.GetItemResponse
		resp, o.err = client.GetItem(ctx, dynamoconn.GetItemRequest{
			TableName: table, Item: soakKey(o.cell.table, o.cell.key), IsConsistentRead: o.number&1 == 0,
		})
		if o.err == nil {
			o.item = resp.Item
		}
	case o.kind == kindPage:
		o.page(ctx, client, table)
	case o.kind == kindScan:
		for item, err := range client.ScanItems(ctx, dynamoconn.ScanTableRequest{TableName: table, Limit: o.limit}) {
			if o.err = err; err == nil {
				o.items = append(o.items, item)
			}
		}
	case o.kind == kindQuery:
		o.query(ctx, client)
	case o.kind == kindListTables:
		for t, err := range client.Tables(ctx, dynamoconn.ListTablesRequest{Limit: o.limit}) {
			if o.err = err; err == nil {
				o.names = append(o.names, t.Name)
			}
		}
	case o.kind == kindDescribeTable:
		var resp *dynamoconn.TableDescription
		if resp, o.err = client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: table}); o.err == nil {
			o.names = append([]string{resp.Name}, resp.KeyNames()...)
		}
	case o.kind.isBatchWrite():
		o.batchWrite(ctx, client)
	case o.kind == kindBatchGet:
		o.batchGet(ctx, client)
	}
	o.ended = ctx.Err()
}

func (o *soakOp) put(ctx context.Context, client *dynamoconn.Client, table string) {
	req := dynamoconn.PutItemRequest{
		TableName:     table,
		Item:          soakItem(o.cell.table, o.cell.key, o.id(0)),
		ReturnOldItem: o.kind.wantsOld(),
	}
	switch {
	case o.kind.ifNew():
		req.ConditionExpression = "attribute_not_exists(p)"
		req.ReturnItemOnConditionFailure = o.number&1 == 0
	case o.kind.ifSeen():
		req.ConditionExpression = "id = :seen"
		req.ExpressionAttributeValues = dynamoconn.Item{dynamoconn.Long(":seen", int64(o.seen))}
		req.ReturnItemOnConditionFailure = o.number&1 == 0
	}
	req.ItemIsUnique = o.kind.isUnique()
	switch o.kind {
	case kindUpdate, kindUpdateExactlyOnce:
		_, o.err = client.UpdateItem(ctx, o.update(table), o.kind.options()...)
		return
	case kindTransactPut:
		_, o.err = client.TransactWrite(ctx, dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{req}})
		return
	case kindTransactUpdate:
		_, o.err = client.TransactWrite(ctx, dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{o.update(table)}})
		return
	}
	resp, err := client.PutItem(ctx, req, o.kind.options()...)
	if o.err = err; resp != nil {
		o.item = resp.OldItem
	}
}

// update returns the update that leaves what the put of the operation leaves.
func (o *soakOp) update(table string) dynamoconn.UpdateItemRequest {
	item := soakItem(o.cell.table, o.cell.key, o.id(0))
	req := dynamoconn.UpdateItemRequest{TableName: table, Item: item.Pick(soakKeyNames(o.cell.table)...)}
	for _, name := range []string{"id", "n", "v", "b", "tags", "m"} {
		change := dynamoconn.Attr(name).Remove()
		if kv, found := item.Get(name); found {
			change = dynamoconn.Attr(name).Set(dynamoconn.Rename(kv, ""))
		}
		req.Changes = append(req.Changes, change)
	}
	return req
}

func (o *soakOp) page(ctx context.Context, client *dynamoconn.Client, table string) {
	req := dynamoconn.ScanTableRequest{TableName: table, Limit: o.limit}
	if o.from >= 0 {
		req.ExclusiveStartKey = soakKey(o.cell.table, o.from)
	}
	resp, err := client.ScanPage(ctx, req)
	if o.err = err; err == nil {
		o.items, o.lastKey = resp.Items, resp.LastEvaluatedKey
	}
}

// query reads the partition of the cell, from sortFrom on, in one of both directions, page by page.
func (o *soakOp) query(ctx context.Context, client *dynamoconn.Client) {
	req := dynamoconn.QueryRequest{
		TableName: soakTableName(o.cell.table), PartitionKey: soakKey(o.cell.table, o.cell.key)[:1], Descending: o.descends(), Limit: o.limit,
	}
	if from := o.sortFrom(); from > 0 {
		req.SortKey = []dynamoconn.Condition{dynamoconn.Attr("s").GE(from)}
	}
	for page, err := range client.QueryPages(ctx, req) {
		if o.err = err; err == nil {
			o.items = append(o.items, page.Items...)
		}
	}
}

func (o *soakOp) descends() bool { return o.number&1 == 0 }

// sortFrom is the smallest sort key that a query reads.
func (o *soakOp) sortFrom() int {
	if o.number&2 == 0 {
		return 0
	}
	return o.cell.key % soakSortKeys
}

// covers reports whether a scan or a query reads that key.
func (o *soakOp) covers(key int) bool {
	return o.kind != kindQuery || key/soakSortKeys == o.cell.key/soakSortKeys && key%soakSortKeys >= o.sortFrom()
}

func (o *soakOp) batchWrite(ctx context.Context, client *dynamoconn.Client) {
	var req dynamoconn.BatchWriteItemRequest
	for i, w := range o.writes {
		// The writes keep their order, so a table gets several entries.
		name := soakTableName(w.table)
		if n := len(req.Tables); n == 0 || req.Tables[n-1].Name != name {
			entry := dynamoconn.WriteTable{Name: name}
			if o.parallel {
				entry.KeyNames = soakKeyNames(w.table)
			}
			req.Tables = append(req.Tables, entry)
		}
		entry := &req.Tables[len(req.Tables)-1]
		if w.delete {
			entry.Writes = append(entry.Writes, dynamoconn.Write{ItemToDelete: soakKey(w.table, w.key)})
		} else {
			entry.Writes = append(entry.Writes, dynamoconn.Write{ItemToAdd: soakItem(w.table, w.key, o.id(i))})
		}
	}
	resp, err := client.BatchWrite(ctx, req, o.kind.options()...)
	if o.err = err; resp != nil {
		o.written = resp.Written
	}
}

func (o *soakOp) batchGet(ctx context.Context, client *dynamoconn.Client) {
	req := dynamoconn.BatchGetItemRequest{RequestTables: make([]dynamoconn.RequestTable, soakTables), IsConsistentRead: true}
	for i := range req.RequestTables {
		req.RequestTables[i].Name = soakTableName(i)
	}
	for _, c := range o.cells {
		keys := &req.RequestTables[c.table].Keys
		*keys = append(*keys, soakKey(c.table, c.key))
	}
	resp, err := client.BatchGet(ctx, req)
	if o.err = err; resp != nil {
		for _, t := range resp.ResponseTables {
			o.got = append(o.got, t.Items)
		}
	}
}

// String returns the operation and its attempts, to explain a failure.
func (o *soakOp) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "operation %v: %s", soakNumber(o.number), soakKindNames[o.kind])
	switch {
	case len(o.writes) > 0:
		for i, w := range o.writes {
			what := "put"
			if w.delete {
				what = "delete"
			}
			fmt.Fprintf(&b, "\n  %d: %s %d:%d", i, what, w.table, w.key)
		}
	case len(o.cells) > 0:
		fmt.Fprintf(&b, " of %v", o.cells)
	default:
		fmt.Fprintf(&b, " of %d:%d", o.cell.table, o.cell.key)
	}
	if o.seen != 0 {
		fmt.Fprintf(&b, " if it is %v", o.seen)
	}
	for _, attempt := range o.attempts {
		fmt.Fprintf(&b, "\n  %v", attempt)
	}
	fmt.Fprintf(&b, "\n  the client returned: %v; its context: %v", o.err, o.ended)
	if o.item != nil {
		fmt.Fprintf(&b, "; item %v", o.item)
	}
	return b.String()
}
