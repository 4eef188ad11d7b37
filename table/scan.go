package table

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/dynamoconn/dynamoconn"
)

// Scan says which items [Table.Scan] and [Table.ScanPages] return. The zero value returns them all.
type Scan struct {
	// Index is a secondary index of the table to read instead of the table.
	Index string
	// Where must be true of an item, or it is not returned. Nil returns every item.
	Where dynamoconn.Predicate
	// Limit is how many items DynamoDB evaluates for a page, and MaxItems how many are returned in all,
	// at most. Zero means no limit.
	Limit    int32
	MaxItems int
	// TotalSegments is the number of parts of the table, for workers that scan at the same time, and
	// Segment the one to read, counted from 0. Zero means one part.
	TotalSegments, Segment int32
	// Checkpoint is where to begin: that of an earlier page of the same scan. The zero value begins at
	// the first item.
	Checkpoint dynamoconn.ScanCheckpoint
}

// ScanPage is some items of a [Table.ScanPages].
type ScanPage[T any] struct {
	// Items are the items, in DynamoDB's order.
	Items []T
	// Checkpoint is where a scan goes on behind them.
	Checkpoint dynamoconn.ScanCheckpoint
	// Response is what DynamoDB answered: counts, capacity and the items as they came.
	Response *dynamoconn.ScanTableResponse
}

// Scan returns a loop over the items of the table, or of an index. A page is read when the loop reaches
// it. An error comes once, last. Items that have expired and items of other kinds are left out, as by
// [Table.Query].
func (t *Table[T]) Scan(ctx context.Context, s Scan) iter.Seq2[T, error] {
	return valuesOf[T](t.ScanPages(ctx, s))
}

// values returns the items of the page.
func (p *ScanPage[T]) values() []T { return p.Items }

// ScanPages returns a loop over the pages of [Table.Scan]. A page may be empty, and is not the last one
// for that. Its Checkpoint says where another scan goes on.
func (t *Table[T]) ScanPages(ctx context.Context, s Scan) iter.Seq2[*ScanPage[T], error] {
	return func(yield func(*ScanPage[T], error) bool) {
		if t.options.err != nil {
			yield(nil, t.options.err)
			return
		}
		if _, _, err := t.schema.keyOf(s.Index); err != nil {
			yield(nil, err)
			return
		}
		req := dynamoconn.ScanTableRequest{
			TableName: t.name, IndexName: s.Index, Where: dynamoconn.All(s.Where, t.filter(nil)), Limit: s.Limit, MaxItems: s.MaxItems,
			TotalSegments: s.TotalSegments, Segment: s.Segment, Checkpoint: s.Checkpoint, IsConsistentRead: t.options.consistent,
		}
		before := s.Checkpoint
		for resp, err := range t.client.ScanPages(ctx, req, t.options.calls...) {
			if err != nil {
				yield(nil, err)
				return
			}
			page := &ScanPage[T]{Checkpoint: resp.Checkpoint, Response: resp}
			if page.Items, _, err = t.decodeAll(ctx, resp.Items, nil); err != nil {
				page.Checkpoint = before // the page was not dealt with to its end
			}
			if (err == nil || len(page.Items) > 0) && !yield(page, nil) {
				return
			}
			if err != nil {
				yield(nil, err)
				return
			}
			before = resp.Checkpoint
		}
	}
}

// BatchGet returns any number of items: the one of keys[i] at the place i, and nil where there is none or
// it has expired. If some keys have no answer, the error is a [*dynamoconn.BatchGetError] that names them,
// and the items of the others are returned with it. So they are if an item is no T: its place is nil then.
func (t *Table[T]) BatchGet(ctx context.Context, keys ...Key[T]) ([]*T, error) {
	items := make([]dynamoconn.Item, len(keys))
	for i, key := range keys {
		var err error
		if items[i], err = t.keyItem(key); err != nil {
			return nil, fmt.Errorf("keys[%d]: %w", i, err)
		}
	}
	values := make([]*T, len(keys))
	if len(keys) == 0 {
		return values, t.options.err
	}
	resp, err := t.client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{{
		Name: t.name, Keys: items, IsConsistentRead: t.options.consistent,
	}}}, t.options.calls...)
	if resp == nil {
		return nil, err
	}
	for i, item := range resp.ResponseTables[0].Items {
		if item == nil || t.hides(item) {
			continue
		}
		v, fault := t.Decode(ctx, item)
		if fault != nil {
			err = errors.Join(err, fmt.Errorf("keys[%d]: %w", i, fault))
			continue
		}
		values[i] = &v
	}
	return values, err
}
