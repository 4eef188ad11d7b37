package dynamoconn

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/batch"
	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// batchWrite is one call of BatchWrite.
type batchWrite struct {
	*call
	entries []WriteTable // of the request
	names   tableNames   // of the tables
	tables  []writeTable
	hasher  *keyHasher
	// A batch may have very many operations: this is all that it keeps of each.
	ops    []batch.Op
	places []writePlace // where in the request the write of each operation is
	memory *batchMemory

	refused []WriteFailure // the writes that are not sent
	total   int            // the writes of the request
}

// writePlace is the write Tables[entry].Writes[index] of the request.
type writePlace struct{ entry, index int }

// writeTable is one table of the request. It may have several entries.
type writeTable struct {
	name     string
	keyNames []string     // sorted, or nil if the key is not known
	given    []string     // the key names that the caller gave, in the caller's order
	entries  []WriteTable // those of the request that are for this table
}

func newBatchWrite(k *call, req BatchWriteItemRequest) (*batchWrite, error) {
	w := &batchWrite{call: k, entries: req.Tables, hasher: newKeyHasher()}
	for i, entry := range req.Tables {
		if err := checkTableName("Name", entry.Name); err != nil {
			return nil, underEntry("Tables", i, err)
		}
		id, isNew := w.names.id(entry.Name)
		if isNew {
			w.tables = append(w.tables, writeTable{name: entry.Name})
		}
		t := &w.tables[id]
		t.entries = append(t.entries, entry)
		if err := t.setKeyNames(entry.KeyNames); err != nil {
			return nil, underEntry("Tables", i, err)
		}
		w.total += len(entry.Writes)
	}
	for id := range w.tables {
		w.tables[id].inferKeyNames()
	}
	w.memory = newBatchMemory(w.total)
	w.ops, w.places = slices.Grow(w.memory.ops[:0], w.total), slices.Grow(w.memory.writes[:0], w.total)
	w.memory.ops, w.memory.writes = w.ops, w.places
	for i, entry := range req.Tables {
		id, _ := w.names.id(entry.Name)
		for j, write := range entry.Writes {
			w.add(id, i, j, write)
		}
	}
	return w, nil
}

// setKeyNames sets the names that the caller gave in one entry.
func (t *writeTable) setKeyNames(names []string) error {
	if len(names) == 0 {
		return nil
	}
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	switch {
	case len(names) > 2:
		return invalid("KeyNames", "must be one or two names")
	case sorted[0] == "":
		return invalid("KeyNames", "must not hold an empty name")
	case len(names) == 2 && names[0] == names[1]:
		return invalid("KeyNames", "must not hold the same name twice")
	case t.keyNames != nil && !slices.Equal(t.keyNames, sorted):
		return invalid("KeyNames", "must be the same in all entries of a table")
	}
	t.keyNames, t.given = sorted, slices.Clone(names)
	return nil
}

// inferKeyNames takes the names from a valid delete, whose attributes are exactly the key.
// It does so only if all writes to the table agree with them.
func (t *writeTable) inferKeyNames() {
	if t.keyNames != nil {
		return
	}
	var names []string
	for write := range t.writes() {
		if len(write.ItemToDelete) == 0 {
			continue
		}
		if _, err := toKey(write.ItemToDelete); err == nil && len(write.ItemToAdd) == 0 {
			names = write.ItemToDelete.Keys()
			slices.Sort(names)
			break
		}
	}
	if names == nil {
		return
	}
	for write := range t.writes() {
		if !hasKey(write.ItemToAdd, names) || !hasKey(write.ItemToDelete, names) ||
			len(write.ItemToDelete) > len(names) {
			return
		}
	}
	t.keyNames = names
}

// hasKey reports whether the item has a key with those names. An empty item, which is not
// written, agrees with any key.
func hasKey(item Item, names []string) bool {
	for _, name := range names {
		kv, ok := item.Get(name)
		if !ok && len(item) > 0 || ok && checkKeyValue(kv) != nil {
			return false
		}
	}
	return true
}

// writes goes over the writes to the table, in all of its entries.
func (t *writeTable) writes() iter.Seq[Write] {
	return func(yield func(Write) bool) {
		for _, entry := range t.entries {
			for _, write := range entry.Writes {
				if !yield(write) {
					return
				}
			}
		}
	}
}

// add makes an operation of a write, or adds it to the refused ones.
func (w *batchWrite) add(table, entry, index int, write Write) {
	t := &w.tables[table]
	place := writePlace{entry, index}
	size, err := w.memory.add(len(w.ops), func(dst []byte) ([]byte, error) { return appendWriteRequest(dst, write) })
	var key uint64
	if err == nil {
		key, err = t.key(write, w.hasher)
	}
	if err != nil {
		w.refused = append(w.refused, w.failureOf(place, OutcomeRefused, place.under(err)))
		return
	}
	w.ops = append(w.ops, batch.Op{Table: table, Key: key, Bytes: size})
	w.places = append(w.places, place)
}

// under returns err with the place before its path.
func (p writePlace) under(err error) error {
	return under(fmt.Sprintf("Tables[%d].Writes[%d]", p.entry, p.index), err)
}

func (w *batchWrite) writeAt(place writePlace) Write {
	return w.entries[place.entry].Writes[place.index]
}

// failureOf returns the failure of a write. It has a copy of the write, because the caller may
// change the request.
func (w *batchWrite) failureOf(place writePlace, outcome Outcome, err error) WriteFailure {
	write := w.writeAt(place)
	copied := Write{ItemToAdd: write.ItemToAdd.Clone(), ItemToDelete: write.ItemToDelete.Clone()}
	return WriteFailure{
		TableName: w.entries[place.entry].Name, Entry: place.entry, Index: place.index,
		Outcome: outcome, Err: err, write: hide(copied),
	}
}

// appendOp appends the write of an operation, encoded.
func (w *batchWrite) appendOp(dst []byte, op int) ([]byte, error) {
	if text, ok := w.memory.kept(op); ok {
		return append(dst, text...), nil
	}
	b, err := appendWriteRequest(dst, w.writeAt(w.places[op]))
	if err != nil {
		return nil, w.places[op].under(err)
	}
	return b, nil
}

// request checks and converts the write.
func (write Write) request() (types.WriteRequest, error) {
	switch {
	case len(write.ItemToAdd) > 0 && len(write.ItemToDelete) > 0:
		return types.WriteRequest{}, broken("must set only one of ItemToAdd and ItemToDelete")
	case len(write.ItemToAdd) > 0:
		item, err := checkItem(write.ItemToAdd)
		if err != nil {
			return types.WriteRequest{}, under("ItemToAdd", err)
		}
		return types.WriteRequest{PutRequest: &types.PutRequest{Item: item}}, nil
	case len(write.ItemToDelete) > 0:
		key, err := toKey(write.ItemToDelete)
		if err != nil {
			return types.WriteRequest{}, under("ItemToDelete", err)
		}
		return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}}, nil
	}
	return types.WriteRequest{}, broken("must set ItemToAdd or ItemToDelete")
}

// key returns the number of the write's key, which is zero if the table's key is not known.
func (t *writeTable) key(write Write, hasher *keyHasher) (uint64, error) {
	if t.keyNames == nil {
		return 0, nil
	}
	item, field := write.ItemToAdd, "ItemToAdd"
	if len(item) == 0 {
		item, field = write.ItemToDelete, "ItemToDelete"
		if len(item) != len(t.keyNames) {
			return 0, invalid(field, "must have the attributes of the table's key and no others")
		}
	}
	for _, name := range t.keyNames {
		kv, ok := item.Get(name)
		if !ok {
			return 0, invalid(field, "must have the key attribute "+showName(name))
		}
		if err := checkKeyValue(kv); err != nil {
			return 0, under(field, err)
		}
	}
	return hasher.hash(item, t.keyNames), nil
}

// plan returns the plan of the writes. A table whose key is not known is serial: nothing
// tells which of its writes have the same key.
func (w *batchWrite) plan() batch.Plan {
	serial := make([]bool, len(w.tables))
	for i, t := range w.tables {
		serial[i] = t.keyNames == nil
	}
	return batch.Plan{Ops: w.ops, Serial: serial, MaxOps: mostWritesInRequest, Send: w.send}
}

// send writes those operations in one request.
func (w *batchWrite) send(ctx context.Context, ops []int) batch.Answer {
	req := &batchWriteRequest{batchWrite: w, ops: ops}
	if err := req.prepare(); err != nil {
		return invalidNow(err)
	}
	var unprocessed []int
	var inDoubt bool // an earlier attempt may have written what the last left unprocessed
	verdict, err := w.write(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		a, err := w.do(ctx, req)
		if err != nil {
			return nil, withSent(err, w.writeAt(w.places[ops[0]]).item()) // a refused request is divided until it has one write
		}
		inDoubt = retry.From(ctx).InDoubt()
		unprocessed, err = w.unprocessed(ops, a.unprocessedItems)
		return a.capacity, err
	})
	if err != nil {
		return failedInBatch(verdict.OfWrites(ctx), err)
	}
	return batch.Answer{Outcome: retry.Applied, Unprocessed: unprocessed, InDoubt: inDoubt}
}

// batchWriteRequest is the BatchWriteItem of some operations.
type batchWriteRequest struct {
	*batchWrite
	ops         []int
	encodedBody []byte                          // nil if it cannot be sent the direct way
	items       map[string][]types.WriteRequest // nil until it is sent the ordinary way
}

// prepare makes what the request sends.
func (r *batchWriteRequest) prepare() (err error) {
	if !r.path.IsSupported() {
		return r.convert()
	}
	body := batchWriteBody{capacity: r.capacity, tables: make([]tableRequests, 0, min(len(r.tables), len(r.ops)))}
	for table, ops := range byTable(r.batchWrite.ops, r.ops) {
		body.tables = append(body.tables, tableRequests{r.tables[table].name, ops})
	}
	r.encodedBody, err = body.appendTo(make([]byte, 0, bytesOf(r.batchWrite.ops, r.ops)+usualBody), r.appendOp)
	return err
}

// convert makes what the SDK's client sends.
func (r *batchWriteRequest) convert() error {
	items := make(map[string][]types.WriteRequest)
	for _, op := range r.ops {
		place := r.places[op]
		write, err := r.writeAt(place).request()
		if err != nil {
			return place.under(err)
		}
		name := r.tables[r.batchWrite.ops[op].Table].name
		items[name] = append(items[name], write)
	}
	r.items = items
	return nil
}

func (r *batchWriteRequest) action() string { return "BatchWriteItem" }

func (r *batchWriteRequest) tableNames() []string { return r.names.list }

func (r *batchWriteRequest) body(types.ReturnConsumedCapacity) []byte { return r.encodedBody }

func (r *batchWriteRequest) ordinary(ctx context.Context, k *call) (*answer, error) {
	if r.items == nil {
		if err := r.convert(); err != nil {
			return nil, err
		}
	}
	out, err := k.sdk.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: r.items, ReturnConsumedCapacity: k.capacity}, k.options...)
	if err != nil {
		return nil, err
	}
	return batchWriteAnswer(out)
}

// batchWriteAnswer returns what the SDK's output says.
func batchWriteAnswer(out *dynamodb.BatchWriteItemOutput) (*answer, error) {
	a := &answer{capacity: out.ConsumedCapacity}
	if out.UnprocessedItems != nil {
		a.unprocessedItems = []tableWrites{}
	}
	for table, requests := range out.UnprocessedItems {
		left := tableWrites{table: table}
		for _, request := range requests {
			write, err := unprocessedOf(request)
			if err != nil {
				return nil, under("UnprocessedItems", err)
			}
			left.writes = append(left.writes, write)
		}
		a.unprocessedItems = append(a.unprocessedItems, left)
	}
	return a, nil
}

func unprocessedOf(request types.WriteRequest) (write unprocessedWrite, err error) {
	switch {
	case request.PutRequest != nil && request.DeleteRequest == nil:
		write.item, err = FromAttributeValues(request.PutRequest.Item)
	case request.DeleteRequest != nil && request.PutRequest == nil:
		write.isDelete = true
		write.item, err = FromAttributeValues(request.DeleteRequest.Key)
	default:
		err = corrupt("holds an entry that is neither a put nor a delete")
	}
	return write, err
}

// unprocessed returns which of the operations sent DynamoDB has left undone.
func (w *batchWrite) unprocessed(sent []int, left []tableWrites) ([]int, error) {
	const field = "UnprocessedItems"
	switch {
	case left == nil: // when all is done it is an empty map
		return nil, corrupt("the answer does not say what is unprocessed")
	case len(left) == 0:
		return nil, nil
	}
	claims := newClaims(w.names.list, sent)
	equal := claims.byClaim(w.ops, func(op int) string { return w.writeAt(w.places[op]).identity() })
	var found []int
	for _, table := range left {
		for _, write := range table.writes {
			identity := write.write().identity()
			op, err := claims.take(table.table, func(table int) int { return claims.firstOpen(equal[claim{table, identity}]) })
			if err != nil {
				return nil, under(field, err)
			}
			found = append(found, op)
		}
	}
	return found, nil
}

func (u unprocessedWrite) write() Write {
	if u.isDelete {
		return Write{ItemToDelete: u.item}
	}
	return Write{ItemToAdd: u.item}
}

// identity returns a text that is the same for equal writes and for no others.
func (write Write) identity() string {
	if len(write.ItemToAdd) > 0 {
		return "put" + canonical(write.ItemToAdd)
	}
	return "delete" + canonical(write.ItemToDelete)
}

// finish makes the response, and the error if there are failures.
func (w *batchWrite) finish(results []*batch.Result) (*BatchWriteItemResponse, error) {
	resp := &BatchWriteItemResponse{}
	for _, result := range results {
		if result.Outcome == retry.Applied {
			resp.Written++
		}
	}
	failures := slices.Grow(w.refused, len(results)-resp.Written)
	for op, result := range results {
		if result.Outcome != retry.Applied {
			failures = append(failures, w.failureOf(w.places[op], Outcome(result.Outcome), result.Err))
		}
	}
	resp.ResponseMetadata = w.metadata()
	if len(failures) == 0 {
		return resp, nil
	}
	slices.SortFunc(failures, func(a, b WriteFailure) int {
		return cmp.Or(cmp.Compare(a.Entry, b.Entry), cmp.Compare(a.Index, b.Index))
	})
	failed := &BatchWriteError{Failures: failures, total: w.total, keyNames: make(map[string][]string)}
	for _, t := range w.tables {
		failed.keyNames[t.name] = t.given
	}
	return resp, w.batchError(failed)
}

// item returns the item to put, or the key of the item to delete.
func (write Write) item() Item {
	if len(write.ItemToAdd) > 0 {
		return write.ItemToAdd
	}
	return write.ItemToDelete
}
