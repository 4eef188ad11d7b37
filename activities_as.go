package dynamoconn

import (
	"context"
	"iter"
)

// GetAs is [Client.GetItem] for an item that is wanted as a T, a Go struct for example. It returns nil
// if there is no item.
//
//	song, err := dynamoconn.GetAs[Song](ctx, client, dynamoconn.GetItemRequest{TableName: "Music", Item: key})
//
// The value is what [Unmarshal] makes of the item, and so is the error if the item is no T: see there.
// It is read straight from the bytes of the answer, without an [Item] between. Strings and bytes of one
// answer share memory, in pieces of at most 16 KB.
func GetAs[T any](ctx context.Context, client *Client, req GetItemRequest, opts ...CallOption) (*T, error) {
	into := newValues[T](req.Item.Keys())
	resp, err := client.getItem(ctx, req, into, opts)
	switch {
	case err != nil:
		return nil, err
	case resp.Item == nil:
		return nil, nil //nolint:nilnil // as GetItem returns a nil Item
	}
	if err := into.fault(0); err != nil {
		return nil, err
	}
	return &into.read[0], nil
}

// QueryAs is [Client.QueryItems] for items that are wanted as values of type T, as [GetAs] returns them.
// An item that is no T ends the loop with the error of [Unmarshal].
func QueryAs[T any](ctx context.Context, client *Client, req QueryRequest, opts ...CallOption) iter.Seq2[T, error] {
	return valuesOf(ctx, func() (*itemPager, *values[T], error) {
		q, err := client.newQuery(req, opts)
		into := newValues[T](q.checked())
		if err == nil {
			err = q.refuseCount(req.CountOnly, "Query")
		}
		return q.itemPager, into, err
	})
}

// ScanAs is [Client.ScanItems] for items that are wanted as values of type T, as [GetAs] returns them. An
// item that is no T ends the loop with the error of [Unmarshal].
func ScanAs[T any](ctx context.Context, client *Client, req ScanTableRequest, opts ...CallOption) iter.Seq2[T, error] {
	return valuesOf(ctx, func() (*itemPager, *values[T], error) {
		s, err := client.newScan(req, opts)
		if err == nil {
			err = s.refuseCount(req.CountOnly, "Scan")
		}
		return s.itemPager, newValues[T](nil), err
	})
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
		p.into, p.cutter = into, lastPage{}
		for !p.done {
			var read *itemPage
			if read, err = p.next(ctx); err != nil {
				yield(none, err)
				return
			}
			p.takeMetadata() // nobody will ask for it
			for i := range read.entries {
				if fault := into.fault(i); fault != nil {
					yield(none, fault)
					return
				}
				if !yield(into.read[i], nil) {
					return
				}
			}
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

// TransactGetAs is [Client.TransactGet] for items that are wanted as values of type T, as [GetAs] returns
// them. They are at the places of their keys: nil where there is no item. If an item is no T, the error
// is that of [Unmarshal], with the place before its path: Gets[2].Year.
func TransactGetAs[T any](ctx context.Context, client *Client, req TransactGetRequest, opts ...CallOption) ([]*T, error) {
	var names []string
	for _, get := range req.Gets {
		names = append(names, get.Item.Keys()...)
	}
	into := newValues[T](distinctNames(names))
	resp, err := client.transactGet(ctx, req, into, opts)
	if err != nil {
		return nil, err
	}
	items := make([]*T, len(resp.Items))
	n := 0 // of those that there are
	for i, item := range resp.Items {
		if item == nil {
			continue
		}
		if err := into.fault(n); err != nil {
			return nil, under("Gets", underElement(i, err))
		}
		items[i] = &into.read[n]
		n++
	}
	return items, nil
}

// BatchGetAs is [Client.BatchGet] on one table for items that are wanted as values of type T, as
// [Unmarshal] makes them. They are at the places of their keys: nil where there is no item. If any key
// has no answer, the error is a [*BatchGetError] and the items of all other keys are returned with it. If
// an item is no T, the error is that of [Unmarshal], with the place before its path: Keys[2].Year.
func BatchGetAs[T any](ctx context.Context, client *Client, table RequestTable, opts ...CallOption) ([]*T, error) {
	resp, err := client.BatchGet(ctx, BatchGetItemRequest{RequestTables: []RequestTable{table}}, opts...)
	if resp == nil {
		return nil, err
	}
	read := resp.ResponseTables[0].Items
	items := make([]*T, len(read))
	for i, item := range read {
		if item == nil {
			continue
		}
		items[i] = new(T)
		if err := Unmarshal(item, items[i]); err != nil {
			return nil, under("Keys", underElement(i, err))
		}
	}
	return items, err
}
