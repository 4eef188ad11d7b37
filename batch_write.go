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
	names    []string // of the tables
	tables   []writeTable
	ops      []batch.Op
	requests []types.WriteRequest // the request of each operation
	places   []WriteFailure       // the write of each operation, as if it had failed
	refused  []WriteFailure       // the writes that are not sent
	total    int                  // the writes of the request
}

// writeTable is one table of the request. It may have several entries.
type writeTable struct {
	name     string
	keyNames []string // sorted, or nil if the key is not known
	given    []string // the key names that the caller gave, in the caller's order
}

func newBatchWrite(k *call, req BatchWriteItemRequest) (*batchWrite, error) {
	w := &batchWrite{call: k}
	byName := make(map[string]int, len(req.Tables))
	for i, entry := range req.Tables {
		at := fmt.Sprintf("Tables[%d]", i)
		if err := checkTableName(at+".Name", entry.Name); err != nil {
			return nil, err
		}
		id, known := byName[entry.Name]
		if !known {
			id = len(w.tables)
			byName[entry.Name] = id
			w.names = append(w.names, entry.Name)
			w.tables = append(w.tables, writeTable{name: entry.Name})
		}
		if err := w.tables[id].setKeyNames(entry.KeyNames); err != nil {
			return nil, under(at, err)
		}
	}
	for id := range w.tables {
		w.tables[id].inferKeyNames(req.Tables)
	}
	for i, entry := range req.Tables {
		for j, write := range entry.Writes {
			w.add(byName[entry.Name], i, j, write)
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
func (t *writeTable) inferKeyNames(entries []WriteTable) {
	if t.keyNames != nil {
		return
	}
	var names []string
	for write := range t.writes(entries) {
		if _, err := toKey(write.ItemToDelete); err == nil {
			names = write.ItemToDelete.Keys()
			slices.Sort(names)
			break
		}
	}
	if names == nil {
		return
	}
	for write := range t.writes(entries) {
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
func (t *writeTable) writes(entries []WriteTable) iter.Seq[Write] {
	return func(yield func(Write) bool) {
		for _, entry := range entries {
			if entry.Name != t.name {
				continue
			}
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
	w.total++
	place := WriteFailure{TableName: t.name, Entry: entry, Index: index, Write: write}
	request, size, err := write.request()
	var key string
	if err == nil {
		key, err = t.key(write)
	}
	if err != nil {
		place.Outcome = OutcomeRefused
		place.Err = under(fmt.Sprintf("Tables[%d].Writes[%d]", entry, index), err)
		w.refused = append(w.refused, place)
		return
	}
	w.ops = append(w.ops, batch.Op{Table: table, Key: key, Bytes: size})
	w.requests = append(w.requests, request)
	w.places = append(w.places, place)
}

// request converts the write. It also returns the bytes of a request that the write takes
// at most.
func (write Write) request() (types.WriteRequest, int, error) {
	const frame = len(`{"DeleteRequest":{"Item":}},`)
	switch {
	case len(write.ItemToAdd) > 0 && len(write.ItemToDelete) > 0:
		return types.WriteRequest{}, 0, broken("must set only one of ItemToAdd and ItemToDelete")
	case len(write.ItemToAdd) > 0:
		item, err := checkItem(write.ItemToAdd)
		return types.WriteRequest{PutRequest: &types.PutRequest{Item: item}},
			frame + wireSize(write.ItemToAdd), under("ItemToAdd", err)
	case len(write.ItemToDelete) > 0:
		key, err := toKey(write.ItemToDelete)
		return types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}},
			frame + wireSize(write.ItemToDelete), under("ItemToDelete", err)
	}
	return types.WriteRequest{}, 0, broken("must set ItemToAdd or ItemToDelete")
}

// key returns a text that is the same for writes with the same key, and for no others in
// the table. It is empty if the table's key is not known.
func (t *writeTable) key(write Write) (string, error) {
	if t.keyNames == nil {
		return "", nil
	}
	item, field := write.ItemToAdd, "ItemToAdd"
	if len(item) == 0 {
		item, field = write.ItemToDelete, "ItemToDelete"
		if len(item) != len(t.keyNames) {
			return "", invalid(field, "must have the attributes of the table's key and no others")
		}
	}
	for _, name := range t.keyNames {
		kv, ok := item.Get(name)
		if !ok {
			return "", invalid(field, "must have the key attribute "+showName(name))
		}
		if err := checkKeyValue(kv); err != nil {
			return "", under(field, err)
		}
	}
	return canonicalKey(item, t.keyNames), nil
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
	items := make(map[string][]types.WriteRequest)
	for _, op := range ops {
		name := w.tables[w.ops[op].Table].name
		items[name] = append(items[name], w.requests[op])
	}
	input := &dynamodb.BatchWriteItemInput{RequestItems: items, ReturnConsumedCapacity: w.capacity}
	var unprocessed []int
	var inDoubt bool // an earlier attempt may have written what the last left unprocessed
	verdict, err := w.write(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := w.sdk.BatchWriteItem(ctx, input, w.options...)
		if err != nil {
			return nil, withSent(err, w.places[ops[0]].Write.item()) // a refused request is divided until it has one write
		}
		inDoubt = retry.From(ctx).InDoubt()
		unprocessed, err = w.unprocessed(ops, out.UnprocessedItems)
		return out.ConsumedCapacity, err
	})
	if err != nil {
		return failedInBatch(verdict.OfWrites(ctx), err)
	}
	return batch.Answer{Outcome: retry.Applied, Unprocessed: unprocessed, InDoubt: inDoubt}
}

// unprocessed returns which of the operations sent DynamoDB has left undone.
func (w *batchWrite) unprocessed(sent []int, left map[string][]types.WriteRequest) ([]int, error) {
	const field = "UnprocessedItems"
	switch {
	case left == nil: // when all is done it is an empty map
		return nil, corrupt("the answer does not say what is unprocessed")
	case len(left) == 0:
		return nil, nil
	}
	claims := newClaims(w.names, w.ops, sent, func(op int) string { return w.places[op].Write.identity() })
	var found []int
	for table, requests := range left {
		for _, request := range requests {
			write, err := writeOf(request)
			if err != nil {
				return nil, under(field, err)
			}
			identity := write.identity()
			op, err := claims.take(table, func(int) string { return identity })
			if err != nil {
				return nil, under(field, err)
			}
			found = append(found, op)
		}
	}
	return found, nil
}

// writeOf returns the write that a request asks for.
func writeOf(request types.WriteRequest) (write Write, err error) {
	switch {
	case request.PutRequest != nil && request.DeleteRequest == nil:
		write.ItemToAdd, err = FromAttributeValues(request.PutRequest.Item)
	case request.DeleteRequest != nil && request.PutRequest == nil:
		write.ItemToDelete, err = FromAttributeValues(request.DeleteRequest.Key)
	default:
		err = corrupt("holds an entry that is neither a put nor a delete")
	}
	return write, err
}

// item returns the item or the key that the write sends.
func (write Write) item() Item {
	if len(write.ItemToAdd) > 0 {
		return write.ItemToAdd
	}
	return write.ItemToDelete
}

// identity returns a text that is the same for equal writes and for no others.
func (write Write) identity() string {
	if len(write.ItemToAdd) > 0 {
		return "put" + canonical(write.ItemToAdd)
	}
	return "delete" + canonical(write.ItemToDelete)
}

// finish makes the response, and the error if there are failures.
func (w *batchWrite) finish(results []batch.Result) (*BatchWriteItemResponse, error) {
	resp := &BatchWriteItemResponse{}
	failures := w.refused
	for op, result := range results {
		if result.Outcome == retry.Applied {
			resp.Written++
			continue
		}
		failure := w.places[op]
		failure.Err = result.Err
		failure.Outcome = Outcome(result.Outcome)
		failures = append(failures, failure)
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
	for i := range failed.Failures {
		write := &failed.Failures[i].Write
		write.ItemToAdd, write.ItemToDelete = write.ItemToAdd.Clone(), write.ItemToDelete.Clone()
	}
	return resp, w.batchError(failed)
}
