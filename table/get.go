package table

import (
	"context"

	"github.com/dynamoconn/dynamoconn"
)

// Get returns an item. The parts are those of [Table.Key]. The error is [ErrNotFound] if there is no such
// item or if it has expired.
//
//	song, err := songs.Get(ctx, "No One You Know", "Call Me Today")
func (t *Table[T]) Get(ctx context.Context, parts ...any) (T, error) {
	return t.GetKey(ctx, t.Key(parts...))
}

// GetKey is [Table.Get] for a key that was made before.
func (t *Table[T]) GetKey(ctx context.Context, key Key[T]) (T, error) {
	var zero T
	item, err := t.keyItem(key)
	if err != nil {
		return zero, err
	}
	found, err := t.readWhole(ctx, item, t.options.consistent)
	if err != nil {
		return zero, err
	}
	return t.Decode(ctx, found)
}

// readWhole returns a stored item. One that has expired is not found, unless the table includes those.
func (t *Table[T]) readWhole(ctx context.Context, key dynamoconn.Item, consistently bool) (dynamoconn.Item, error) {
	read, err := t.client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: t.name, Item: key, IsConsistentRead: consistently}, t.options.calls...)
	if err != nil {
		return nil, err
	}
	if read.Item == nil || t.hides(read.Item) {
		return nil, t.notFound()
	}
	return read.Item, nil
}

// hides reports whether an item counts as not there because it has expired.
func (t *Table[T]) hides(item dynamoconn.Item) bool {
	return !t.options.expired && t.schema.hasExpired(item, t.options.time())
}
