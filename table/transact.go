package table

import (
	"context"
	"errors"
	"fmt"

	"github.com/dynamoconn/dynamoconn"
)

// Write is one write of a [Transact] or a [BatchWrite]. Methods of [Table] make it, such as
// [Table.SaveRequest]. A mistake in it is reported by the call that gets it. The zero Write is refused.
type Write struct {
	prepare func(ctx context.Context) (*preparedWrite, error)
}

// preparedWrite is a write of a value that is known.
type preparedWrite struct {
	operation dynamoconn.TransactWrite
	// batch is the write in a batch, and nil for one that a batch cannot make.
	batch    *dynamoconn.Write
	table    string
	keyNames []string
	apply    func() error // sets the fields of the value when it has been written
	// conflict returns the error of the write if its condition was false.
	conflict func(ctx context.Context, err error, found dynamoconn.Item) error
}

// Operation returns the write for a [dynamoconn.TransactWriteRequest] that the program sends itself. It
// calls BeforeWrite. After the transaction, nothing sets the fields of the value: read it again.
func (w Write) Operation(ctx context.Context) (dynamoconn.TransactWrite, error) {
	prepared, err := w.prepared(ctx)
	if err != nil {
		return nil, err
	}
	return prepared.operation, nil
}

func (w Write) prepared(ctx context.Context) (*preparedWrite, error) {
	if w.prepare == nil {
		return nil, fmt.Errorf("%w: must not be the zero Write", dynamoconn.ErrInvalidRequest)
	}
	return w.prepare(ctx)
}

// placeOfWrite names a write in an error.
func placeOfWrite(i int) string { return fmt.Sprintf("Writes[%d]", i) }

// prepareWrites prepares writes for one request.
func prepareWrites(ctx context.Context, client *dynamoconn.Client, writes []Write) ([]*preparedWrite, error) {
	if client == nil {
		return nil, fmt.Errorf("%w: client is nil", dynamoconn.ErrInvalidOption)
	}
	prepared := make([]*preparedWrite, len(writes))
	for i, w := range writes {
		p, err := w.prepared(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", placeOfWrite(i), err)
		}
		prepared[i] = p
	}
	return prepared, nil
}

// Transact makes all the writes or none, 1 to 100 of any tables of one region, as
// [dynamoconn.Client.TransactWrite] does.
//
//	err := table.Transact(ctx, client, []table.Write{
//		orders.CreateRequest(&order),
//		stock.UpdateRequest(&part, dynamoconn.Attr("Count").Increment(-1)),
//		customers.CheckRequest(&customer),
//	})
//
// When it returns nil, the fields of the values are set as the method of the single write sets them. But a
// transaction returns no items: [Table.UpdateRequest] says what is set then. If a condition was
// false, errors.As finds the [*Conflict] of each type of which an item was to blame, and a
// [*dynamoconn.TransactionError] with the places. No value is changed then.
//
// If the outcome is not known after all attempts of the client, Transact sends the writes once more with
// the token of the first time. If that leaves it unknown too, the error is [dynamoconn.ErrAmbiguous].
func Transact(ctx context.Context, client *dynamoconn.Client, writes []Write, opts ...dynamoconn.CallOption) error {
	prepared, err := prepareWrites(ctx, client, writes)
	if err != nil {
		return err
	}
	req := dynamoconn.TransactWriteRequest{Writes: make([]dynamoconn.TransactWrite, len(prepared))}
	for i, p := range prepared {
		req.Writes[i] = p.operation
	}
	if err := transactSettled(ctx, client, req, opts); err != nil {
		return withConflicts(ctx, err, prepared)
	}
	return applyAll(prepared)
}

// withConflicts returns the error of a transaction with that of each write whose condition was false.
func withConflicts(ctx context.Context, err error, prepared []*preparedWrite) error {
	var canceled *dynamoconn.TransactionError
	if !errors.As(err, &canceled) {
		return err
	}
	all := []error{err}
	for _, failure := range canceled.Failures {
		if failure.Index < len(prepared) && errors.Is(failure.Err, dynamoconn.ErrConditionFailed) {
			p := prepared[failure.Index]
			all = append(all, fmt.Errorf("%s: %w", placeOfWrite(failure.Index), p.conflict(ctx, failure.Err, failure.Item())))
		}
	}
	return errors.Join(all...)
}

func applyAll(prepared []*preparedWrite) error {
	var errs []error
	for _, p := range prepared {
		errs = append(errs, p.apply())
	}
	return errors.Join(errs...)
}

// CreateRequest is [Table.Create] as a part of a transaction.
func (t *Table[T]) CreateRequest(v *T) Write {
	return Write{func(ctx context.Context) (*preparedWrite, error) {
		item, st, err := t.prepareCreate(ctx, v)
		if err != nil {
			return nil, err
		}
		return t.transactedPut(v, item, st, t.schema.isNew(t.options.time()), ErrExists), nil
	}}
}

// SaveRequest is [Table.Save] as a part of a transaction.
func (t *Table[T]) SaveRequest(v *T) Write {
	return Write{func(ctx context.Context) (*preparedWrite, error) {
		item, st, err := t.prepareSave(ctx, v)
		if err != nil {
			return nil, err
		}
		return t.transactedPut(v, item, st, t.isAsRead(st), ErrStale), nil
	}}
}

// errVersionedPut means that a Put cannot read the version first.
var errVersionedPut = errors.New("has a version, which a PutRequest does not check: use SaveRequest or CreateRequest in a transaction")

// PutRequest is [Table.Put] as a part of a transaction or a batch. It is refused for a type with a
// version, which it does not check.
func (t *Table[T]) PutRequest(v *T) Write {
	return Write{func(ctx context.Context) (*preparedWrite, error) {
		if t.schema.version != nil {
			return nil, invalid(t.typeName(), errVersionedPut)
		}
		item, st, err := t.prepare(ctx, v)
		if err != nil {
			return nil, err
		}
		if err := t.stampWhole(&item, st); err != nil {
			return nil, err
		}
		p := t.transactedPut(v, item, st, nil, ErrStale)
		p.batch = &dynamoconn.Write{ItemToAdd: item}
		return p, nil
	}}
}

// transactedPut returns a put of a whole item.
func (t *Table[T]) transactedPut(v *T, item dynamoconn.Item, st *stamp, condition dynamoconn.Predicate, otherwise error) *preparedWrite {
	req := t.putRequest(item, condition)
	req.ItemIsUnique = false // the token of a transaction leaves no doubt
	return t.prepared(req, otherwise, func() error { return t.apply(v, st) })
}

// prepared returns a write of the table.
func (t *Table[T]) prepared(operation dynamoconn.TransactWrite, otherwise error, apply func() error) *preparedWrite {
	p := &preparedWrite{operation: operation, table: t.name, apply: apply}
	for _, f := range t.schema.keys() {
		p.keyNames = append(p.keyNames, f.attribute)
	}
	p.conflict = func(ctx context.Context, err error, found dynamoconn.Item) error {
		return t.conflict(ctx, err, found, otherwise)
	}
	return p
}

// UpdateRequest is [Table.Update] as a part of a transaction, which returns no item. When it has been
// applied and all changes are a Set to a value or a Remove of a whole attribute, they are made in v too,
// with version, mark, times and keys. Otherwise v stays as it was, with the version that is not stored any
// more: read the item before you save it.
func (t *Table[T]) UpdateRequest(v *T, changes ...dynamoconn.Change) Write {
	return Write{func(context.Context) (*preparedWrite, error) {
		req, st, err := t.updateRequest(v, changes)
		if err != nil {
			return nil, err
		}
		req.ReturnItemOnConditionFailure = true
		set, isKnown := valuesAfter(req.Changes)
		if !isKnown {
			return t.prepared(req, ErrStale, nothing), nil
		}
		st.set = set
		return t.prepared(req, ErrStale, func() error { return t.apply(v, st) }), nil
	}}
}

// valuesAfter returns the attributes that changes leave, with a null for one that is removed. It returns
// false if that is not known.
func valuesAfter(changes []dynamoconn.Change) (set dynamoconn.Item, isKnown bool) {
	for _, c := range changes {
		value, isSet := c.NewValue()
		switch {
		case isSet:
			set.Set(value)
		case c.IsRemove():
			set.Set(dynamoconn.Null(c.AttributeName()))
		default:
			return nil, false
		}
	}
	return set, true
}

// UpdateKeyRequest is [Table.UpdateKey] as a part of a transaction. It returns no item.
func (t *Table[T]) UpdateKeyRequest(key Key[T], changes ...dynamoconn.Change) Write {
	return Write{func(context.Context) (*preparedWrite, error) {
		item, err := t.keyItem(key)
		if err != nil {
			return nil, err
		}
		req, _, err := t.blindUpdate(item, changes)
		if err != nil {
			return nil, err
		}
		req.ReturnItemOnConditionFailure = true
		return t.prepared(req, ErrNotFound, nothing), nil
	}}
}

func nothing() error { return nil }

// DeleteRequest is [Table.Delete] as a part of a transaction, and of a batch if the type has no version.
func (t *Table[T]) DeleteRequest(v *T) Write {
	return Write{func(context.Context) (*preparedWrite, error) {
		req, _, err := t.deleteRequest(v)
		if err != nil {
			return nil, err
		}
		return t.deletion(req), nil
	}}
}

// DeleteKeyRequest is [Table.DeleteKey] as a part of a transaction, and of a batch if the type has no
// version.
func (t *Table[T]) DeleteKeyRequest(key Key[T]) Write {
	return Write{func(context.Context) (*preparedWrite, error) {
		item, err := t.keyItem(key)
		if err != nil {
			return nil, err
		}
		return t.deletion(dynamoconn.DeleteItemRequest{TableName: t.name, Item: item}), nil
	}}
}

func (t *Table[T]) deletion(req dynamoconn.DeleteItemRequest) *preparedWrite {
	p := t.prepared(req, ErrStale, nothing)
	if t.schema.version == nil {
		p.batch = &dynamoconn.Write{ItemToDelete: req.Item}
	}
	return p
}

// CheckRequest is a part of a transaction that writes nothing: the item must be as it was read. For a
// type without a version it must only be there. The error is [ErrStale] or [ErrNotFound].
func (t *Table[T]) CheckRequest(v *T) Write {
	return Write{func(context.Context) (*preparedWrite, error) {
		req, st, err := t.deleteRequest(v)
		if err != nil {
			return nil, err
		}
		return t.prepared(dynamoconn.ConditionCheck{
			TableName: t.name, Item: req.Item, ReturnItemOnConditionFailure: true,
			If: dynamoconn.All(t.schema.isStored(t.options.time()), t.schema.isUnchanged(st)),
		}, ErrStale, nothing), nil
	}}
}
