package dynamoconn

import (
	"context"
)

// BatchGet reads any number of items by their keys, from any number of tables.
//
// Keys are sent in requests of at most 100, several at a time ([WithMaxInFlight]). A key
// that the request holds twice is sent once. What DynamoDB leaves unprocessed is sent again,
// with growing pauses, until ctx ends or [WithRetryBudget] is spent. Each item is returned at
// the place of its key, and nil where there is no item.
//
// If any key has no answer, the error is a [*BatchGetError] that names each such key. The
// response is then not nil and answers all other keys. With any other error it is nil.
// BatchGet calls dynamodb:BatchGetItem.
func (c *Client) BatchGet(ctx context.Context, req BatchGetItemRequest, opts ...CallOption) (*BatchGetItemResponse, error) {
	return c.batchGet(ctx, req, nil, opts)
}

// batchGet is BatchGet. Unless take is nil, it is given each item with its place in the Keys of its table.
// An error of it is a failure of that key.
func (c *Client) batchGet(
	ctx context.Context, req BatchGetItemRequest, take func(place int, item Item) error, opts []CallOption,
) (_ *BatchGetItemResponse, err error) {
	table := onlyName(req.RequestTables, func(t RequestTable) string { return t.Name })
	k, err := c.newCall("BatchGet", table, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	g, err := newBatchGet(k, req)
	if err != nil {
		return nil, k.refuse(err)
	}
	g.take = take
	results := k.runBatch(ctx, g.plan())
	defer g.memory.release()
	return g.finish(req, results)
}

// BatchWrite puts and deletes any number of items in any number of tables.
//
// Items are sent in requests of at most 25 operations and 16 MB, several at a time
// ([WithMaxInFlight]) for each table whose key is known ([WriteTable.KeyNames]).
// Operations on the same key are applied in the order given. What DynamoDB leaves
// unprocessed is sent again, with growing pauses, until ctx ends or [WithRetryBudget] is
// spent.
//
// It is no transaction: each write is applied or not by itself, and none has a condition. If
// a request may have been applied and its answer was lost, the client sends it again. That
// undoes what another writer changes in between. With [SendOnce] the outcome of its writes
// is unknown instead.
//
// If anything was not written, the error is a [*BatchWriteError] that names each
// such item and says whether it was certainly not written or may have been; every
// item that it does not name has been written. The response is then not nil. An item that
// is invalid, over 400 KB or refused by DynamoDB fails alone. Any other error means that
// nothing was sent. BatchWrite calls dynamodb:BatchWriteItem.
func (c *Client) BatchWrite(ctx context.Context, req BatchWriteItemRequest, opts ...CallOption) (_ *BatchWriteItemResponse, err error) {
	table := onlyName(req.Tables, func(t WriteTable) string { return t.Name })
	k, err := c.newCall("BatchWrite", table, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	w, err := newBatchWrite(k, req)
	if err != nil {
		return nil, k.refuse(err)
	}
	results := k.runBatch(ctx, w.plan())
	defer w.memory.release()
	return w.finish(results)
}

// onlyName returns the name of the table if all entries are for the same one.
func onlyName[T any](entries []T, name func(T) string) string {
	only := ""
	for i, entry := range entries {
		if i > 0 && name(entry) != only {
			return ""
		}
		only = name(entry)
	}
	return only
}
