package dynamoconn

import (
	"context"
	"fmt"
	"maps"
	"math/bits"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/batch"
	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// batchGet is one call of BatchGet.
type batchGet struct {
	*call
	entries []RequestTable                   // of the request
	take    func(place int, item Item) error // is given each item, and is nil if nobody wants that
	names   tableNames                       // of the tables
	tables  []getTable
	hasher  *keyHasher
	memory  *batchMemory // with the keys of the first request
	// A batch may have very many operations: this is all that it keeps of each.
	ops    []batch.Op // one for each key, however often it is in the request
	places []int      // the first place of the key of each operation in the Keys of its table
}

// getTable is one table of the request.
type getTable struct {
	name     string
	keyNames []string  // sorted
	added    []string  // key attributes that the caller did not ask for
	ask      tableKeys // without keys
	index    keyIndex
	repeated map[int]int // the operation of each place in Keys that is not its key's first
	items    []Item      // what was found for each place in Keys, or nil
}

func newBatchGet(k *call, req BatchGetItemRequest) (*batchGet, error) {
	g := &batchGet{
		call: k, entries: req.RequestTables, tables: make([]getTable, len(req.RequestTables)), hasher: newKeyHasher(),
	}
	total := 0
	for _, table := range req.RequestTables {
		total += len(table.Keys)
	}
	g.memory = newBatchMemory(min(total, mostKeysInRequest))
	g.ops, g.places = slices.Grow(g.memory.ops[:0], total), slices.Grow(g.memory.reads[:0], total)
	g.memory.ops, g.memory.reads = g.ops, g.places
	indexes := g.memory.indexes(total, len(req.RequestTables))
	for i, table := range req.RequestTables {
		g.tables[i].index, indexes = newKeyIndex(indexes, len(table.Keys))
		err := checkTableName("Name", table.Name)
		if err == nil {
			if _, isNew := g.names.id(table.Name); !isNew {
				err = invalid("Name", "is named twice: put all keys of a table into one entry")
			}
		}
		if err == nil {
			err = g.addTable(i, table, req.IsConsistentRead || table.IsConsistentRead)
		}
		if err != nil {
			return nil, underEntry("RequestTables", i, err)
		}
	}
	return g, nil
}

// addTable makes operations of the keys of a table.
func (g *batchGet) addTable(id int, table RequestTable, consistent bool) error {
	t := &g.tables[id]
	t.name = table.Name
	t.items = make([]Item, len(table.Keys))
	for i, key := range table.Keys {
		size, err := g.memory.add(len(g.ops), func(dst []byte) ([]byte, error) { return appendKey(dst, key) })
		if err != nil {
			return under(keyPlace(i), err)
		}
		if i == 0 {
			t.keyNames = key.Keys()
			slices.Sort(t.keyNames)
		} else if !hasNames(key, t.keyNames) {
			return invalid(keyPlace(i), "has other attributes than the first key")
		}
		slot, op, known := g.find(t.index, g.hasher.hash(key, t.keyNames), key)
		if known {
			if t.repeated == nil {
				t.repeated = make(map[int]int)
			}
			t.repeated[i] = op
			continue
		}
		t.index[slot] = uint32(len(g.ops)) + 1
		g.ops = append(g.ops, batch.Op{Table: id, Bytes: size})
		g.places = append(g.places, i)
	}
	return t.project(table, consistent)
}

// keyIndex finds the operation of a key of a table: it is a hash table of operations, each
// and 1, with more places than keys.
type keyIndex []uint32

// newKeyIndex takes an index for so many keys from the memory for indexes, and returns the rest
// of that.
func newKeyIndex(memory []uint32, keys int) (index keyIndex, rest []uint32) {
	n := indexSize(keys)
	return memory[:n:n], memory[n:]
}

func indexSize(keys int) int { return 1 << bits.Len(uint(keys+keys/2)) }

// indexes returns memory for the indexes of so many tables, with total keys.
func (m *batchMemory) indexes(total, tables int) []uint32 {
	n := 3*total + tables // the size of each is at most three times its keys, and 1 without
	m.slots = slices.Grow(m.slots[:0], n)[:n]
	clear(m.slots)
	return m.slots
}

// find returns the operation that reads the item that has that key and maybe more, and
// whether there is one. number is that of the key. If there is none, slot is where it belongs.
func (g *batchGet) find(index keyIndex, number uint64, item Item) (slot uint64, op int, known bool) {
	last := uint64(len(index) - 1)
	for slot = number & last; index[slot] != 0; slot = (slot + 1) & last { // other keys may have the same number
		if op = int(index[slot]) - 1; item.isOf(g.key(op)) {
			return slot, op, true
		}
	}
	return slot, 0, false
}

// isOf reports whether the item has that key.
func (it Item) isOf(key Item) bool {
	for _, asked := range key {
		if kv, found := it.Get(asked.KeyName()); !found || !equalValues(kv, asked, 0) {
			return false
		}
	}
	return true
}

// key returns the key of an operation.
func (g *batchGet) key(op int) Item { return g.entries[g.ops[op].Table].Keys[g.places[op]] }

func keyPlace(i int) string { return fmt.Sprintf("Keys[%d]", i) }

// hasNames reports whether the attributes of a valid key have those names.
func hasNames(key Item, names []string) bool {
	return len(key) == len(names) && !slices.ContainsFunc(names, func(name string) bool {
		_, ok := key.Get(name)
		return !ok
	})
}

// project makes the projection of a table's reads. It always holds the key, by which an
// item is recognised. Key attributes that the caller did not ask for are taken out again.
func (t *getTable) project(table RequestTable, consistent bool) error {
	x, projection, err := newProjection(table.Attributes, table.ProjectionExpression, table.ExpressionAttributeNames)
	if err != nil {
		return err
	}
	if projection != nil {
		asked := topLevelNames(*projection, x.names)
		for _, name := range t.keyNames {
			if !asked[name] {
				t.added = append(t.added, name)
				*projection += ", " + x.name(name)
			}
		}
	}
	t.ask = tableKeys{table: t.name, consistent: consistent, expression: x, projection: projection}
	return nil
}

// plan returns the plan of the reads. Each has a key of its own.
func (g *batchGet) plan() batch.Plan {
	return batch.Plan{Ops: g.ops, Serial: make([]bool, len(g.tables)), MaxOps: mostKeysInRequest, Send: g.send}
}

// send asks for the keys of those operations in one request.
func (g *batchGet) send(ctx context.Context, ops []int) batch.Answer {
	req := &batchGetRequest{batchGet: g, ops: ops}
	if err := req.prepare(); err != nil {
		return invalidNow(err)
	}
	var unprocessed []int
	verdict, err := g.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		a, err := g.do(ctx, req)
		if err != nil {
			return nil, withSent(err, g.key(ops[0])) // a refused request is divided until it has one key
		}
		unprocessed, err = g.enter(ops, a)
		return a.capacity, err
	})
	if err != nil {
		return failedInBatch(verdict.OfReads(ctx), err)
	}
	return batch.Answer{Outcome: retry.Applied, Unprocessed: unprocessed}
}

// batchGetRequest is the BatchGetItem of some operations.
type batchGetRequest struct {
	*batchGet
	ops         []int
	encodedBody []byte                             // nil if it cannot be sent the direct way
	items       map[string]types.KeysAndAttributes // nil until it is sent the ordinary way
}

// prepare makes what the request sends.
func (r *batchGetRequest) prepare() (err error) {
	if !r.path.IsSupported() {
		return r.convert()
	}
	body := batchGetBody{capacity: r.capacity, tables: make([]tableKeys, 0, min(len(r.tables), len(r.ops)))}
	for table, ops := range byTable(r.batchGet.ops, r.ops) {
		ask := r.tables[table].ask
		ask.keys = ops
		body.tables = append(body.tables, ask)
	}
	r.encodedBody, err = body.appendTo(make([]byte, 0, bytesOf(r.batchGet.ops, r.ops)+usualBody), r.appendOp)
	return err
}

// appendOp appends the key of an operation, encoded.
func (g *batchGet) appendOp(dst []byte, op int) ([]byte, error) {
	if text, ok := g.memory.kept(op); ok {
		return append(dst, text...), nil
	}
	b, err := appendKey(dst, g.key(op))
	if err != nil {
		return nil, g.underKey(op, err)
	}
	return b, nil
}

// underKey returns err with the place of the key of an operation before its path.
func (g *batchGet) underKey(op int, err error) error {
	return underEntry("RequestTables", g.ops[op].Table, under(keyPlace(g.places[op]), err))
}

// convert makes what the SDK's client sends.
func (r *batchGetRequest) convert() error {
	items := make(map[string]types.KeysAndAttributes)
	for table, ops := range byTable(r.batchGet.ops, r.ops) {
		ask := &r.tables[table].ask
		keys := make([]map[string]types.AttributeValue, len(ops))
		for i, op := range ops {
			var err error
			if keys[i], err = toKey(r.key(op)); err != nil {
				return r.underKey(op, err)
			}
		}
		items[ask.table] = types.KeysAndAttributes{
			Keys: keys, ProjectionExpression: ask.projection, ExpressionAttributeNames: ask.expression.names, ConsistentRead: &ask.consistent,
		}
	}
	r.items = items
	return nil
}

func (r *batchGetRequest) action() string { return "BatchGetItem" }

func (r *batchGetRequest) tableNames() []string { return r.names.list }

func (r *batchGetRequest) body(types.ReturnConsumedCapacity) []byte { return r.encodedBody }

func (r *batchGetRequest) ordinary(ctx context.Context, k *call) (*answer, error) {
	if r.items == nil {
		if err := r.convert(); err != nil {
			return nil, err
		}
	}
	out, err := k.sdk.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: r.items, ReturnConsumedCapacity: k.capacity}, k.options...)
	if err != nil {
		return nil, err
	}
	return batchGetAnswer(out)
}

// batchGetAnswer returns what the SDK's output says.
func batchGetAnswer(out *dynamodb.BatchGetItemOutput) (*answer, error) {
	a := &answer{capacity: out.ConsumedCapacity}
	if out.Responses != nil {
		a.responses = []tableItems{}
	}
	for table, list := range out.Responses {
		items, err := fromMaps(list)
		if err != nil {
			return nil, under("Responses", err)
		}
		a.responses = append(a.responses, tableItems{table, items})
	}
	if out.UnprocessedKeys != nil {
		a.unprocessedKeys = []tableItems{}
	}
	for table, left := range out.UnprocessedKeys {
		keys, err := fromMaps(left.Keys)
		if err != nil {
			return nil, under("UnprocessedKeys", err)
		}
		a.unprocessedKeys = append(a.unprocessedKeys, tableItems{table, keys})
	}
	return a, nil
}

// enter enters the items of an answer as found, and returns the operations that it leaves
// unprocessed. It enters nothing unless the whole answer is about the operations asked for.
func (g *batchGet) enter(asked []int, a *answer) (unprocessed []int, err error) {
	if a.responses == nil || a.unprocessedKeys == nil { // where there is nothing they are empty maps
		return nil, corrupt("the answer does not say what was found and what is unprocessed")
	}
	claims := newClaims(g.names.list, asked)
	hasher := keyHasher{seed: g.hasher.seed}
	take := func(table string, item Item) (op int, err error) {
		return claims.take(table, func(table int) int {
			t := &g.tables[table]
			if _, op, known := g.find(t.index, hasher.hash(item, t.keyNames), item); known {
				return claims.openPlace(op)
			}
			return -1
		})
	}
	for _, response := range a.responses {
		for _, item := range response.items {
			op, err := take(response.table, item)
			if err != nil {
				g.forget(claims)
				return nil, under("Responses", err)
			}
			*g.found(op) = item
		}
	}
	for _, left := range a.unprocessedKeys {
		for _, key := range left.items {
			op, err := take(left.table, key)
			if err != nil {
				g.forget(claims)
				return nil, under("UnprocessedKeys", err)
			}
			unprocessed = append(unprocessed, op)
		}
	}
	for _, op := range asked {
		if item := g.found(op); *item != nil {
			for _, name := range g.tables[g.ops[op].Table].added {
				item.Delete(name)
			}
		}
	}
	return unprocessed, nil
}

// found returns what was found for an operation, or nil as long as there is nothing.
func (g *batchGet) found(op int) *Item { return &g.tables[g.ops[op].Table].items[g.places[op]] }

// forget takes back what an answer found that is not to be believed. Nothing had been found
// for those operations before: they would not have been sent again.
func (g *batchGet) forget(claims *claims) {
	for at, taken := range claims.taken {
		if taken {
			*g.found(claims.sent[at]) = nil
		}
	}
}

// finish puts the items at the places of their keys.
func (g *batchGet) finish(req BatchGetItemRequest, results []*batch.Result) (*BatchGetItemResponse, error) {
	resp := &BatchGetItemResponse{ResponseTables: make([]ResponseTable, len(req.RequestTables))}
	failed := &BatchGetError{tables: make([]RequestTable, len(req.RequestTables))}
	next := 0 // the operation of the next key that is in the request for the first time
	for entry, table := range req.RequestTables {
		failed.tables[entry] = table
		failed.tables[entry].Keys = nil
		failed.tables[entry].Attributes = slices.Clone(table.Attributes)
		failed.tables[entry].ExpressionAttributeNames = maps.Clone(table.ExpressionAttributeNames)
		failed.tables[entry].IsConsistentRead = req.IsConsistentRead || table.IsConsistentRead
		out := &resp.ResponseTables[entry]
		out.Name = table.Name
		out.Items = g.tables[entry].items
		for i := range table.Keys {
			op, repeated := g.tables[entry].repeated[i]
			if !repeated {
				op = next
				next++
			}
			failed.total++
			failure := ReadFailure{TableName: table.Name, Entry: entry, Index: i, Outcome: readOutcome(results[op].Outcome), Err: results[op].Err}
			isRead := results[op].Outcome == retry.Applied
			switch {
			case !isRead:
			case repeated:
				out.Items[i] = out.Items[g.places[op]].Clone()
			case out.Items[i] == nil:
				out.MissingKeys = append(out.MissingKeys, table.Keys[i].Clone())
			}
			if isRead && g.take != nil && out.Items[i] != nil {
				if failure.Err = g.take(i, out.Items[i]); failure.Err != nil {
					isRead, failure.Outcome = false, OutcomeRefused
				}
			}
			if !isRead {
				failure.key = hide(table.Keys[i].Clone())
				failed.Failures = append(failed.Failures, failure)
			}
		}
	}
	resp.ResponseMetadata = g.metadata()
	if len(failed.Failures) > 0 {
		return resp, g.batchError(failed)
	}
	return resp, nil
}

// readOutcome returns the outcome of a read that has no answer. It may be sent again even if
// DynamoDB has carried it out.
func readOutcome(outcome retry.Outcome) Outcome {
	if outcome == retry.Unknown {
		return OutcomeNotDone
	}
	return Outcome(outcome)
}
