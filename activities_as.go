package dynamoconn

import (
	"context"
	"iter"
	"slices"
)

// GetAs is [Client.GetItem] for an item that is wanted as a T, a Go struct for example. It returns nil
// if there is no item.
//
//	song, err := dynamoconn.GetAs[Song](ctx, client, dynamoconn.GetItemRequest{TableName: "Music", Item: key})
//
// The value is what [Unmarshal] makes of the item. It is read straight from the bytes of the answer,
// without an [Item] between. Strings and bytes of one answer share memory, in pieces of at most 16 KB.
//
// If the item is no T, the error is an [*Error] with the errors of Unmarshal: see there. [Error.Item] is the
// item. To hooks and the log such a call is a success, because DynamoDB has answered it.
func GetAs[T any](ctx context.Context, client *Client, req GetItemRequest, opts ...CallOption) (*T, error) {
	into := newValues[T](req.Item.Keys())
	k, resp, err := client.getItem(ctx, req, into, opts)
	switch {
	case err != nil:
		return nil, err
	case resp.Item == nil:
		return nil, nil //nolint:nilnil // as GetItem returns a nil Item
	}
	read, misfit := into.take(1)
	if misfit != nil {
		return nil, k.isMisfit(misfit)
	}
	return &read[0], nil
}

// QueryAs is [Client.QueryItems] for items that are wanted as values of type T, as [GetAs] returns them.
//
// An item that is no T ends the loop, after the items before it, with the error of GetAs. To pass over
// such items, loop over QueryItems and call [Unmarshal]. Use [QueryPagesAs] for a loop that may be interrupted and
// go on later.
func QueryAs[T any](ctx context.Context, client *Client, req QueryRequest, opts ...CallOption) iter.Seq2[T, error] {
	return valuesOf(ctx, func() (*itemPager, *values[T], error) {
		q, into, err := newQueryAs[T](client, req, opts)
		q.cutter = lastPage{}
		return q.itemPager, into, err
	})
}

// QueryPagesAs is [Client.QueryPages] for items that are wanted as values of type T. Each page has the
// checkpoint to go on from. A page with an item that is no T ends the loop with the error of [GetAs].
func QueryPagesAs[T any](ctx context.Context, client *Client, req QueryRequest, opts ...CallOption) iter.Seq2[*QueryAsResponse[T], error] {
	return pagesOf(ctx, func() (pageReader[QueryAsResponse[T]], error) {
		q, into, err := newQueryAs[T](client, req, opts)
		return queryAs[T]{q, into}, err
	})
}

// ScanAs is [Client.ScanItems] for items that are wanted as values of type T, as [GetAs] returns them.
//
// An item that is no T ends the loop, after the items before it, with the error of GetAs. Use [ScanPagesAs]
// for a loop that may be interrupted and go on later.
func ScanAs[T any](ctx context.Context, client *Client, req ScanTableRequest, opts ...CallOption) iter.Seq2[T, error] {
	return valuesOf(ctx, func() (*itemPager, *values[T], error) {
		s, into, err := newScanAs[T](client, req, opts)
		s.cutter = lastPage{}
		return s.itemPager, into, err
	})
}

// ScanPagesAs is [Client.ScanPages] for items that are wanted as values of type T. Each page has the
// checkpoint to go on from. A page with an item that is no T ends the loop with the error of [GetAs].
func ScanPagesAs[T any](ctx context.Context, client *Client, req ScanTableRequest, opts ...CallOption) iter.Seq2[*ScanAsResponse[T], error] {
	return pagesOf(ctx, func() (pageReader[ScanAsResponse[T]], error) {
		s, into, err := newScanAs[T](client, req, opts)
		return scanAs[T]{s, into}, err
	})
}

// TransactGetAs is [Client.TransactGet] for items that are wanted as values of type T, as [GetAs] returns
// them. They are at the places of their keys: nil where there is no item. If an item is no T, the error
// is that of GetAs, with the place before its path: Gets[2].Year.
func TransactGetAs[T any](ctx context.Context, client *Client, req TransactGetRequest, opts ...CallOption) ([]*T, error) {
	var names []string
	for _, get := range req.Gets {
		names = append(names, get.Item.Keys()...)
	}
	into := newValues[T](distinctNames(names))
	k, resp, err := client.transactGet(ctx, req, into, opts)
	if err != nil {
		return nil, err
	}
	items := make([]*T, len(resp.Items))
	read, misfit := into.take(len(into.read))
	n := 0 // of those that there are
	for i, item := range resp.Items {
		switch {
		case item == nil:
			continue
		case n == len(read):
			misfit.err = under("Gets", underElement(i, misfit.err))
			return nil, k.isMisfit(misfit)
		}
		items[i] = &read[n]
		n++
	}
	return items, nil
}

// BatchGetAs is [Client.BatchGet] on one table for items that are wanted as values of type T, as
// [Unmarshal] makes them. They are at the places of their keys: nil where there is no item.
//
// If any key has no answer, or its item is no T, the error is a [*BatchGetError] that names each such key,
// and the items of all other keys are returned with it. The failure of an item that is no T is
// [OutcomeRefused] and has the error of Unmarshal.
func BatchGetAs[T any](ctx context.Context, client *Client, table RequestTable, opts ...CallOption) ([]*T, error) {
	items := make([]*T, len(table.Keys))
	resp, err := client.batchGet(ctx, BatchGetItemRequest{RequestTables: []RequestTable{table}}, func(place int, item Item) error {
		value := new(T)
		err := Unmarshal(item, value)
		if err == nil {
			items[place] = value
		}
		return err
	}, opts)
	if resp == nil {
		return nil, err
	}
	return items, err
}

// QueryAsResponse is a page of [QueryPagesAs].
type QueryAsResponse[T any] struct {
	// Items are the items that met the conditions, in the order of their sort key.
	Items []T
	// Count is the number of items that met the conditions.
	Count int64
	// ScannedCount is the number of items that DynamoDB evaluated, before the filter. The
	// capacity that a query uses depends on these.
	ScannedCount int64
	// LastEvaluatedKey is where to go on: the next ExclusiveStartKey. It is nil if the
	// query was read to its end.
	LastEvaluatedKey Item
	// Checkpoint is where to go on after these items. It is done if the query was read to
	// its end.
	Checkpoint QueryCheckpoint
	ResponseMetadata

	keys QueryResponse // with the keys of the items
}

// CheckpointAfter returns the checkpoint behind Items[i], with the conditions and errors of
// [QueryResponse.CheckpointAfter].
func (r *QueryAsResponse[T]) CheckpointAfter(i int) (QueryCheckpoint, error) {
	return r.keys.CheckpointAfter(i)
}

// ScanAsResponse is a page of [ScanPagesAs].
type ScanAsResponse[T any] struct {
	// Items are the items that met the conditions.
	Items []T
	// Count is the number of items that met the conditions.
	Count int64
	// ScannedCount is the number of items that DynamoDB evaluated, before the filter. The
	// capacity that a scan uses depends on these.
	ScannedCount int64
	// LastEvaluatedKey is where to go on: the next ExclusiveStartKey. It is nil if the
	// table was read to its end.
	LastEvaluatedKey Item
	// Checkpoint is where to go on after these items. It is done if the table was read to
	// its end.
	Checkpoint ScanCheckpoint
	ResponseMetadata
}

// isMisfit returns the error for an item that is no value of the type that it is wanted as.
func (k *call) isMisfit(m *misfit) error {
	e := k.errorSoFar()
	e.err, e.item = hide(m.err), hide(m.item)
	return e
}

// valuesOf returns the loop over the items of all pages that are wanted, as values. It uses open as
// entriesOf does.
func valuesOf[T any](ctx context.Context, open func() (*itemPager, *values[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		p, into, err := open()
		defer p.end(ctx, &err)
		if err != nil {
			yield(none, err)
			return
		}
		for !p.done {
			var read *itemPage
			if read, err = p.next(ctx); err != nil {
				yield(none, err)
				return
			}
			items, misfit := into.take(len(read.entries))
			var last error
			if misfit != nil {
				last = p.isMisfit(misfit)
			}
			p.takeMetadata() // nobody will ask for it
			for i := range items {
				if !yield(items[i], nil) {
					return
				}
			}
			if last != nil {
				yield(none, last)
				return
			}
			into.read = items // they have been handed over, so their memory is used again
		}
	}
}

// lastPage cuts a page behind which nobody wants to go on.
type lastPage struct{}

func (lastPage) cuts() bool { return true }

func (lastPage) cut(read *itemPage, n int64) error {
	read.entries, read.count, read.next = read.entries[:n], n, itemPosition{}
	return nil
}

// pageAs returns the items of a page as values. The error is that of the first that is no T.
func pageAs[T any](k *call, read *itemPage, into *values[T]) ([]T, error) {
	items, misfit := into.take(len(read.entries))
	if misfit != nil {
		return nil, k.isMisfit(misfit)
	}
	return items, nil
}

// queryAs is a query whose items are wanted as values.
type queryAs[T any] struct {
	*query
	into *values[T]
}

func newQueryAs[T any](client *Client, req QueryRequest, opts []CallOption) (*query, *values[T], error) {
	q, err := client.newQuery(req, opts)
	if err == nil {
		err = q.refuseCount(req.CountOnly, "Query")
	}
	into := newValues[T](slices.Clip(q.checked()))
	into.learns = true
	q.into = into
	return q, into, err
}

func (q queryAs[T]) page(ctx context.Context) (*QueryAsResponse[T], error) {
	read, err := q.next(ctx)
	if err != nil {
		return nil, err
	}
	items, err := pageAs(q.call, read, q.into)
	if err != nil {
		return nil, err
	}
	resp, err := q.response(read)
	if err != nil {
		return nil, err
	}
	return &QueryAsResponse[T]{
		Items: items, Count: resp.Count, ScannedCount: resp.ScannedCount, LastEvaluatedKey: resp.LastEvaluatedKey,
		Checkpoint: resp.Checkpoint, ResponseMetadata: resp.ResponseMetadata, keys: *resp,
	}, nil
}

// scanAs is a scan whose items are wanted as values.
type scanAs[T any] struct {
	*scan
	into *values[T]
}

func newScanAs[T any](client *Client, req ScanTableRequest, opts []CallOption) (*scan, *values[T], error) {
	s, err := client.newScan(req, opts)
	if err == nil {
		err = s.refuseCount(req.CountOnly, "Scan")
	}
	into := newValues[T](nil)
	s.into = into
	return s, into, err
}

func (s scanAs[T]) page(ctx context.Context) (*ScanAsResponse[T], error) {
	read, err := s.next(ctx)
	if err != nil {
		return nil, err
	}
	items, err := pageAs(s.call, read, s.into)
	if err != nil {
		return nil, err
	}
	resp, err := s.response(read)
	if err != nil {
		return nil, err
	}
	return &ScanAsResponse[T]{
		Items: items, Count: resp.Count, ScannedCount: resp.ScannedCount, LastEvaluatedKey: resp.LastEvaluatedKey,
		Checkpoint: resp.Checkpoint, ResponseMetadata: resp.ResponseMetadata,
	}, nil
}
