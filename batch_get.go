package dynamoconn

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/batch"
	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// batchGet is one call of BatchGet.
type batchGet struct {
	*call
	entries []RequestTable // of the request
	names   []string       // of the tables
	tables  []getTable
	hasher  *keyHasher
	scratch []byte // the latest key, encoded
	// A batch may have very many operations: this is all that it keeps of each.
	ops    []batch.Op // one for each key, however often it is in the request
	places []int      // the first place of the key of each operation in the Keys of its table
}

// getTable is one table of the request.
type getTable struct {
	name     string
	keyNames []string    // sorted
	added    []string    // key attributes that the caller did not ask for
	ask      tableKeys   // without keys
	repeated map[int]int // the operation of each place in Keys that is not its key's first
	items    []Item      // what was found for each place in Keys, or nil
}

func newBatchGet(k *call, req BatchGetItemRequest) (*batchGet, error) {
	g := &batchGet{call: k, entries: req.RequestTables, tables: make([]getTable, len(req.RequestTables)), hasher: newKeyHasher()}
	total := 0
	for _, table := range req.RequestTables {
		total += len(table.Keys)
	}
	g.ops, g.places = make([]batch.Op, 0, total), make([]int, 0, total)
	seen := make(map[string]bool, len(req.RequestTables))
	for i, table := range req.RequestTables {
		at := fmt.Sprintf("RequestTables[%d]", i)
		if err := checkTableName(at+".Name", table.Name); err != nil {
			return nil, err
		}
		if seen[table.Name] {
			return nil, invalid(at+".Name", "is named twice: put all keys of a table into one entry")
		}
		seen[table.Name] = true
		g.names = append(g.names, table.Name)
		if err := g.addTable(i, table, req.IsConsistentRead || table.IsConsistentRead); err != nil {
			return nil, under(at, err)
		}
	}
	return g, nil
}

// addTable makes operations of the keys of a table.
func (g *batchGet) addTable(id int, table RequestTable, consistent bool) error {
	t := &g.tables[id]
	t.name = table.Name
	t.items = make([]Item, len(table.Keys))
	seen := make(map[uint64]int, len(table.Keys)) // the operation of each number of a key
	for i, key := range table.Keys {
		var err error
		if g.scratch, err = appendKey(g.scratch[:0], key); err != nil { // made again when it is sent: all of them together take much memory
			return under(keyPlace(i), err)
		}
		if i == 0 {
			t.keyNames = key.Keys()
			slices.Sort(t.keyNames)
		} else if !hasNames(key, t.keyNames) {
			return invalid(keyPlace(i), "has other attributes than the first key")
		}
		if op, known := g.find(seen, g.hasher.hash(key, t.keyNames), key); known {
			if t.repeated == nil {
				t.repeated = make(map[int]int)
			}
			t.repeated[i] = op
			continue
		}
		g.ops = append(g.ops, batch.Op{Table: id, Bytes: len(g.scratch) + len(",")})
		g.places = append(g.places, i)
	}
	return t.project(table, consistent)
}

// find returns the operation of a key with that number. If there is none, it enters the next
// operation as that of the key.
func (g *batchGet) find(seen map[uint64]int, number uint64, key Item) (op int, known bool) {
	for ; ; number++ { // other keys may have the same number
		if op, known = seen[number]; !known {
			seen[number] = len(g.ops)
			return 0, false
		}
		if g.key(op).Equal(key) {
			return op, true
		}
	}
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
	body := &batchGetBody{capacity: g.capacity}
	size := bytesOf(g.ops, ops)
	keys := make([]byte, 0, size)
	for table, ops := range byTable(g.ops, ops) {
		ask := g.tables[table].ask
		ask.keys = make([][]byte, 0, len(ops))
		for _, op := range ops {
			start := len(keys)
			var err error
			if keys, err = appendKey(keys, g.key(op)); err != nil {
				return invalidNow(under(fmt.Sprintf("RequestTables[%d]", table), under(keyPlace(g.places[op]), err)))
			}
			ask.keys = append(ask.keys, keys[start:len(keys):len(keys)])
		}
		body.tables = append(body.tables, ask)
	}
	req.encodedBody = body.appendTo(make([]byte, 0, size+usualBody))
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
	encodedBody []byte
}

func (r *batchGetRequest) action() string { return "BatchGetItem" }

func (r *batchGetRequest) tableNames() []string { return r.names }

func (r *batchGetRequest) body(types.ReturnConsumedCapacity) []byte { return r.encodedBody }

func (r *batchGetRequest) ordinary(ctx context.Context, k *call) (*answer, error) {
	items := make(map[string]types.KeysAndAttributes)
	for table, ops := range byTable(r.batchGet.ops, r.ops) {
		ask := &r.tables[table].ask
		keys := make([]map[string]types.AttributeValue, len(ops))
		for i, op := range ops {
			var err error
			if keys[i], err = ToAttributeValues(r.key(op)); err != nil {
				return nil, err
			}
		}
		items[ask.table] = types.KeysAndAttributes{
			Keys: keys, ProjectionExpression: ask.projection, ExpressionAttributeNames: ask.expression.names, ConsistentRead: &ask.consistent,
		}
	}
	out, err := k.sdk.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: items, ReturnConsumedCapacity: k.capacity}, k.options...)
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
	var w keyWriter
	claims := newClaims(g.names, g.ops, asked, func(op int) string {
		return string(w.write(g.key(op), g.tables[g.ops[op].Table].keyNames))
	})
	take := func(table string, item Item) (op int, err error) {
		return claims.take(table, func(table int) string { return string(w.write(item, g.tables[table].keyNames)) })
	}
	type found struct {
		op   int
		item Item
	}
	read := make([]found, 0, len(asked))
	for _, response := range a.responses {
		for _, item := range response.items {
			op, err := take(response.table, item)
			if err != nil {
				return nil, under("Responses", err)
			}
			read = append(read, found{op, item})
		}
	}
	for _, left := range a.unprocessedKeys {
		for _, key := range left.items {
			op, err := take(left.table, key)
			if err != nil {
				return nil, under("UnprocessedKeys", err)
			}
			unprocessed = append(unprocessed, op)
		}
	}
	for _, found := range read {
		t := &g.tables[g.ops[found.op].Table]
		for _, name := range t.added {
			found.item.Delete(name)
		}
		t.items[g.places[found.op]] = found.item
	}
	return unprocessed, nil
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
			switch result := results[op]; {
			case result.Outcome != retry.Applied:
				failed.Failures = append(failed.Failures, ReadFailure{
					TableName: table.Name, Entry: entry, Index: i,
					key: hide(table.Keys[i].Clone()), Outcome: readOutcome(result.Outcome), Err: result.Err,
				})
			case repeated:
				out.Items[i] = out.Items[g.places[op]].Clone()
			case out.Items[i] == nil:
				out.MissingKeys = append(out.MissingKeys, table.Keys[i].Clone())
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
