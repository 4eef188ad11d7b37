package table

import (
	"context"
	"errors"

	"github.com/dynamoconn/dynamoconn"
)

// errNoVersion means that a method which checks the version was called for a type without one.
var errNoVersion = errors.New(`has no field with the tag dynamoconn:"version": use Put, Update or DeleteKey`)

// mostTries is how often Put and Edit read an item and try to write it.
const mostTries = 20

// Create writes an item that is not there yet, with version 1. An item that has expired counts as not
// there.
//
// When it returns nil, the fields of v that this package fills in are set: version, mark, times, kind
// and the keys that are made from other fields. If it returns an error, v is unchanged but for what
// BeforeWrite did. The error is [ErrExists] in a [*Conflict], or what [dynamoconn.Client.PutItem]
// returns: [dynamoconn.ErrAmbiguous] if nobody can tell whether the item was written. With a mark the
// method finds that out itself, if need be by reading the item and by sending the write once more.
//
// With a version and a mark, an item without a version is written in a transaction, as with
// [dynamoconn.ExactlyOnce], which takes twice the write capacity. Otherwise a repetition could bring back
// an item that was created, whose answer was lost, and that somebody has deleted since.
func (t *Table[T]) Create(ctx context.Context, v *T) error {
	item, st, err := t.prepareCreate(ctx, v)
	if err != nil {
		return err
	}
	return t.put(ctx, v, item, st, t.schema.isNew(t.options.time()), ErrExists)
}

// prepareCreate returns the item that Create writes.
func (t *Table[T]) prepareCreate(ctx context.Context, v *T) (dynamoconn.Item, *stamp, error) {
	item, st, err := t.prepare(ctx, v)
	if err != nil {
		return nil, nil, err
	}
	st.version, st.mark = 0, ""
	return item, st, t.stampWhole(&item, st)
}

// stampWhole is stampItem with an error for the caller.
func (t *Table[T]) stampWhole(item *dynamoconn.Item, st *stamp) error {
	if err := t.schema.stampItem(item, st, t.options.time().UTC()); err != nil {
		return invalid(t.typeName(), err)
	}
	return nil
}

// Save writes an item over the one that was read, if that has not been changed since: the stored
// version must be the one in v. A v with version 0 is written where no item with a version is stored.
//
// What it does to v is as with [Table.Create]. The error is [ErrStale], or [ErrNotFound] if the item is
// gone, in a [*Conflict]. A type without a version is refused with [dynamoconn.ErrInvalidRequest].
func (t *Table[T]) Save(ctx context.Context, v *T) error {
	item, st, err := t.prepareSave(ctx, v)
	if err != nil {
		return err
	}
	return t.put(ctx, v, item, st, t.isAsRead(st), ErrStale)
}

// prepareSave returns the item that Save writes.
func (t *Table[T]) prepareSave(ctx context.Context, v *T) (dynamoconn.Item, *stamp, error) {
	if t.schema.version == nil {
		return nil, nil, invalid(t.typeName(), errNoVersion)
	}
	item, st, err := t.prepare(ctx, v)
	if err != nil {
		return nil, nil, err
	}
	return item, st, t.stampWhole(&item, st)
}

// isAsRead is the condition of a write that expects the version which was read.
func (t *Table[T]) isAsRead(st *stamp) dynamoconn.Predicate {
	condition := t.schema.isUnchanged(st)
	if st.version == 0 && condition != nil {
		return t.schema.orExpired(condition, t.options.time())
	}
	return condition
}

// Put writes an item whatever is stored. What it does to v is as with [Table.Create].
//
// For a type with a version, Put first reads the version that is stored, and writes the item under
// the next one, so that nobody who has read the item before can overwrite this write. If the version
// changes in between, Put does that again, 20 times at most, and then the error is [ErrStale].
func (t *Table[T]) Put(ctx context.Context, v *T) error {
	item, st, err := t.prepare(ctx, v)
	if err != nil {
		return err
	}
	if t.schema.version == nil {
		if err := t.stampWhole(&item, st); err != nil {
			return err
		}
		return t.put(ctx, v, item, st, nil, ErrStale)
	}
	key, err := t.schema.keyItem(item)
	if err != nil {
		return invalid(t.typeName(), err)
	}
	found, err := t.readStored(ctx, key)
	for try := 1; err == nil; try++ {
		whole := item.Clone()
		if st, err = t.schema.readStamp(found); err != nil {
			return invalid(t.typeName(), err)
		}
		if err := t.stampWhole(&whole, st); err != nil {
			return err
		}
		err = t.put(ctx, v, whole, st, t.schema.isUnchanged(st), ErrStale)
		var again bool
		if found, again = tryAgain[T](err, try); !again {
			return err
		}
		err = pause(ctx, try)
	}
	return err
}

// readStored returns the version and the mark that are stored, or nil.
func (t *Table[T]) readStored(ctx context.Context, key dynamoconn.Item) (dynamoconn.Item, error) {
	attributes := key.Keys()
	for _, f := range []*field{t.schema.version, t.schema.mark} {
		if f != nil {
			attributes = append(attributes, f.attribute)
		}
	}
	read, err := t.client.GetItem(ctx, dynamoconn.GetItemRequest{
		TableName: t.name, Item: key, IsConsistentRead: true, Attributes: attributes,
	}, t.options.calls...)
	if err != nil {
		return nil, err
	}
	return read.Item, nil
}

// put writes a whole item under a condition, which may be nil, and sets the fields of v.
func (t *Table[T]) put(ctx context.Context, v *T, item dynamoconn.Item, st *stamp, condition dynamoconn.Predicate, otherwise error) error {
	key, err := t.schema.keyItem(item)
	if err != nil {
		return invalid(t.typeName(), err)
	}
	// An item without a version may be created, written and deleted between two attempts: the
	// second must not bring it back.
	st.once = t.schema.mark != nil && t.schema.version != nil && st.version == 0
	_, err = t.settle(ctx, key, st, otherwise, func(ctx context.Context, calls []dynamoconn.CallOption) (dynamoconn.Item, error) {
		_, err := t.client.PutItem(ctx, t.putRequest(item, condition), calls...)
		return nil, err
	})
	if err != nil {
		return err
	}
	return t.apply(v, st)
}

// putRequest returns the request that writes a whole item.
func (t *Table[T]) putRequest(item dynamoconn.Item, condition dynamoconn.Predicate) dynamoconn.PutItemRequest {
	return dynamoconn.PutItemRequest{
		TableName: t.name, Item: item, If: condition,
		ReturnItemOnConditionFailure: condition != nil,
		ItemIsUnique:                 condition != nil && t.schema.mark != nil,
	}
}

// Delete deletes the item with the key of v. For a type with a version, the stored version must be the
// one in v: the error is [ErrStale], or [ErrNotFound] if the item is gone, in a [*Conflict]. For a type
// without one, it is no error if there is no item. v is not changed.
//
// With a version and a mark, the delete is sent as a transaction, as with [dynamoconn.ExactlyOnce]: a
// lost answer leaves no doubt, since nothing is left that a mark could be found on. That takes twice the
// write capacity.
func (t *Table[T]) Delete(ctx context.Context, v *T) error {
	req, st, err := t.deleteRequest(v)
	if err != nil {
		return err
	}
	st.once = req.If != nil && t.schema.mark != nil
	_, err = t.settle(ctx, req.Item, st, ErrStale, func(ctx context.Context, calls []dynamoconn.CallOption) (dynamoconn.Item, error) {
		_, err := t.client.DeleteItem(ctx, req, calls...)
		return nil, err
	})
	return err
}

// deleteRequest returns the request of Delete.
func (t *Table[T]) deleteRequest(v *T) (req dynamoconn.DeleteItemRequest, st *stamp, err error) {
	_, key, st, err := t.asRead(v)
	if err != nil {
		return req, nil, err
	}
	condition := t.schema.isUnchanged(st)
	return dynamoconn.DeleteItemRequest{TableName: t.name, Item: key, If: condition, ReturnItemOnConditionFailure: condition != nil}, st, nil
}

// DeleteKey deletes the item with that key, whatever its version is. It is no error if there is none.
func (t *Table[T]) DeleteKey(ctx context.Context, key Key[T]) error {
	item, err := t.keyItem(key)
	if err != nil {
		return err
	}
	_, err = t.client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: t.name, Item: item}, t.options.calls...)
	return err
}

// keyItem returns the key of a call, and the error of an option that the table was given.
func (t *Table[T]) keyItem(key Key[T]) (dynamoconn.Item, error) {
	if t.options.err != nil {
		return nil, t.options.err
	}
	return key.Item()
}
