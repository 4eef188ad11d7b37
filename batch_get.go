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
	names  []string // of the tables
	tables []getTable
	ops    []batch.Op                        // one for each key, however often it is in the request
	keys   []map[string]types.AttributeValue // the key of each operation
	found  []Item                            // the item of each operation, or nil
}

// getTable is one table of the request.
type getTable struct {
	name     string
	keyNames []string                // sorted
	added    []string                // key attributes that the caller did not ask for
	ask      types.KeysAndAttributes // without keys
	ops      map[string]int          // the operation of each canonical key
	places   []int                   // the operation of each key of the request
}

func newBatchGet(k *call, req BatchGetItemRequest) (*batchGet, error) {
	g := &batchGet{call: k, tables: make([]getTable, len(req.RequestTables))}
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
	g.found = make([]Item, len(g.ops))
	return g, nil
}

// addTable makes operations of the keys of a table.
func (g *batchGet) addTable(id int, table RequestTable, consistent bool) error {
	t := &g.tables[id]
	t.name = table.Name
	t.ops = make(map[string]int, len(table.Keys))
	t.places = make([]int, len(table.Keys))
	for i, key := range table.Keys {
		at := fmt.Sprintf("Keys[%d]", i)
		converted, err := toKey(key)
		if err != nil {
			return under(at, err)
		}
		names := key.Keys()
		slices.Sort(names)
		if i == 0 {
			t.keyNames = names
		} else if !slices.Equal(names, t.keyNames) {
			return invalid(at, "has other attributes than the first key")
		}
		identity := canonicalKey(key, t.keyNames)
		op, known := t.ops[identity]
		if !known {
			op = len(g.ops)
			t.ops[identity] = op
			g.ops = append(g.ops, batch.Op{Table: id, Key: identity, Bytes: wireSize(key)})
			g.keys = append(g.keys, converted)
		}
		t.places[i] = op
	}
	return t.project(table, consistent)
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
	t.ask = types.KeysAndAttributes{
		ProjectionExpression:     projection,
		ExpressionAttributeNames: x.names,
		ConsistentRead:           &consistent,
	}
	return nil
}

// plan returns the plan of the reads. They have no order, so no table is serial.
func (g *batchGet) plan() batch.Plan {
	return batch.Plan{Ops: g.ops, Serial: make([]bool, len(g.tables)), MaxOps: mostKeysInRequest, Send: g.send}
}

// send asks for the keys of those operations in one request.
func (g *batchGet) send(ctx context.Context, ops []int) batch.Answer {
	items := make(map[string]types.KeysAndAttributes)
	for _, op := range ops {
		t := &g.tables[g.ops[op].Table]
		ask, ok := items[t.name]
		if !ok {
			ask = t.ask
		}
		ask.Keys = append(ask.Keys, g.keys[op])
		items[t.name] = ask
	}
	input := &dynamodb.BatchGetItemInput{RequestItems: items, ReturnConsumedCapacity: g.capacity}
	var unprocessed []int
	verdict, err := g.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := g.sdk.BatchGetItem(ctx, input, g.options...)
		if err != nil {
			key, _ := FromAttributeValues(g.keys[ops[0]]) // a refused request is divided until it has one key
			return nil, withSent(err, key)
		}
		unprocessed, err = g.enter(ops, out)
		return out.ConsumedCapacity, err
	})
	if err != nil {
		return failedInBatch(verdict.OfReads(ctx), err)
	}
	return batch.Answer{Outcome: retry.Applied, Unprocessed: unprocessed}
}

// enter enters the items of an answer as found, and returns the operations that it leaves
// unprocessed. It enters nothing unless the whole answer is about the operations asked for.
func (g *batchGet) enter(asked []int, out *dynamodb.BatchGetItemOutput) (unprocessed []int, err error) {
	if out.Responses == nil || out.UnprocessedKeys == nil { // where there is nothing they are empty maps
		return nil, corrupt("the answer does not say what was found and what is unprocessed")
	}
	claims := newClaims(g.names, g.ops, asked, func(op int) string { return g.ops[op].Key })
	take := func(table string, attributes map[string]types.AttributeValue) (op int, item Item, err error) {
		if item, err = FromAttributeValues(attributes); err == nil {
			op, err = claims.take(table, func(table int) string { return canonicalKey(item, g.tables[table].keyNames) })
		}
		return op, item, err
	}
	read := make(map[int]Item, len(asked))
	for table, list := range out.Responses {
		for _, attributes := range list {
			op, item, err := take(table, attributes)
			if err != nil {
				return nil, under("Responses", err)
			}
			read[op] = item
		}
	}
	for table, left := range out.UnprocessedKeys {
		for _, attributes := range left.Keys {
			op, _, err := take(table, attributes)
			if err != nil {
				return nil, under("UnprocessedKeys", err)
			}
			unprocessed = append(unprocessed, op)
		}
	}
	for op, item := range read {
		for _, name := range g.tables[g.ops[op].Table].added {
			item.Delete(name)
		}
		g.found[op] = item
	}
	return unprocessed, nil
}

// finish puts the items at the places of their keys.
func (g *batchGet) finish(req BatchGetItemRequest, results []batch.Result) (*BatchGetItemResponse, error) {
	resp := &BatchGetItemResponse{ResponseTables: make([]ResponseTable, len(req.RequestTables))}
	failed := &BatchGetError{tables: make([]RequestTable, len(req.RequestTables))}
	for entry, table := range req.RequestTables {
		failed.tables[entry] = table
		failed.tables[entry].Keys = nil
		failed.tables[entry].Attributes = slices.Clone(table.Attributes)
		failed.tables[entry].ExpressionAttributeNames = maps.Clone(table.ExpressionAttributeNames)
		failed.tables[entry].IsConsistentRead = req.IsConsistentRead || table.IsConsistentRead
		out := &resp.ResponseTables[entry]
		out.Name = table.Name
		out.Items = make([]Item, len(table.Keys))
		answered := make(map[int]bool, len(table.Keys))
		for i, op := range g.tables[entry].places {
			failed.total++
			switch result := results[op]; {
			case result.Outcome != retry.Applied:
				failed.Failures = append(failed.Failures, ReadFailure{
					TableName: table.Name, Entry: entry, Index: i,
					Key: table.Keys[i].Clone(), Outcome: readOutcome(result.Outcome), Err: result.Err,
				})
			case answered[op]:
				out.Items[i] = g.found[op].Clone()
			case g.found[op] == nil:
				out.MissingKeys = append(out.MissingKeys, table.Keys[i].Clone())
			default:
				out.Items[i] = g.found[op]
			}
			answered[op] = true
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
