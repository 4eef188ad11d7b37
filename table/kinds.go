package table

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/dynamoconn/dynamoconn"
)

// Kinds are several types that share a table. Each has a field with the tag kind, and so an attribute
// that says of which type an item is. [NewKinds] makes them. Kinds never change, and may be used by
// several goroutines at the same time.
type Kinds struct {
	tables         []kindTable
	returnsUnknown bool
}

// kindTable is a *Table of any type.
type kindTable interface {
	isNil() bool
	description() (client *dynamoconn.Client, name string, s *schema, o options)
	decodeAny(ctx context.Context, item dynamoconn.Item) (any, error)
	hides(item dynamoconn.Item) bool
}

// KindTable is a *[Table] of a type with a kind, for [NewKinds].
type KindTable interface{ kindTable }

func (t *Table[T]) description() (client *dynamoconn.Client, name string, s *schema, o options) {
	return t.client, t.name, t.schema, t.options
}

func (t *Table[T]) isNil() bool { return t == nil }

func (t *Table[T]) decodeAny(ctx context.Context, item dynamoconn.Item) (any, error) {
	return t.Decode(ctx, item)
}

// NewKinds returns the types of a table as one:
//
//	kinds, err := table.NewKinds(customers, orders, lines)
//
// All must be of the same table and client, have keys and kinds in the attributes of the same names, and
// each a kind of its own. Otherwise the error is [ErrInvalidType].
func NewKinds(tables ...KindTable) (*Kinds, error) {
	k := &Kinds{}
	for i, t := range tables {
		if t == nil || t.isNil() {
			return nil, fmt.Errorf("%w: table %d is nil", ErrInvalidType, i)
		}
		if err := k.add(t); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalidType, err)
		}
	}
	if len(k.tables) == 0 {
		return nil, fmt.Errorf("%w: there is no table", ErrInvalidType)
	}
	return k, nil
}

// add adds a table that fits to those before it.
func (k *Kinds) add(t kindTable) error {
	client, name, s, o := t.description()
	if o.err != nil {
		return o.err
	}
	if s.kind == nil {
		return fmt.Errorf("%s has no field with the tag kind=NAME", s.goType)
	}
	for _, other := range k.tables {
		otherClient, otherName, first, _ := other.description()
		switch {
		case client != otherClient || name != otherName:
			return fmt.Errorf("%s is in %q and %s in %q, or they have different clients", first.goType, otherName, s.goType, name)
		case s.kind.attribute != first.kind.attribute:
			return fmt.Errorf("%s has its kind in %s and %s in %s", first.goType, first.kind.attribute, s.goType, s.kind.attribute)
		case s.kind.tag.kind == first.kind.tag.kind:
			return fmt.Errorf("%s and %s have the same kind %q", first.goType, s.goType, s.kind.tag.kind)
		case !slices.EqualFunc(s.keys(), first.keys(), func(a, b *field) bool { return a.attribute == b.attribute && a.kind == b.kind }):
			return fmt.Errorf("%s and %s have different keys", first.goType, s.goType)
		}
	}
	k.tables = append(k.tables, t)
	return nil
}

// WithUnknown returns the kinds with another answer to an item of none of them: the loop gets it as a
// [dynamoconn.Item]. Without it, such an item ends the loop with [ErrWrongItem].
func (k *Kinds) WithUnknown() *Kinds { return &Kinds{k.tables, true} }

// Query returns a loop over the items of one partition, each as a value of its own type:
//
//	for v, err := range kinds.Query(ctx, table.Query{Key: []any{"7"}}) {
//		if err != nil {
//			return err
//		}
//		switch v := v.(type) {
//		case Customer:
//		case Order:
//		}
//	}
//
// Key is the partition key as the first of the types has it, and Index an index of that type. Nothing is
// left out but items that have expired. The error is [ErrWrongItem], and names the kind, for an item of
// none of the types.
func (k *Kinds) Query(ctx context.Context, q Query) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		client, name, s, o := k.tables[0].description()
		req, err := s.partitionRequest(q)
		if err != nil {
			yield(nil, err)
			return
		}
		most := q.MaxItems // of what is not left out
		req.TableName, req.IsConsistentRead, req.Where = name, o.consistent, q.Where
		k.yieldAll(ctx, client.QueryItems(ctx, req, o.calls...), most, yield)
	}
}

// yieldAll hands on items as values of their types, at most so many of them if most is not 0.
func (k *Kinds) yieldAll(ctx context.Context, items iter.Seq2[dynamoconn.Item, error], most int, yield func(any, error) bool) {
	n := 0
	for item, err := range items {
		if err != nil {
			yield(nil, err)
			return
		}
		of := k.tableOf(item)
		if of != nil && of.hides(item) {
			continue
		}
		v, err := k.decode(ctx, of, item)
		if !yield(v, err) || err != nil {
			return
		}
		if n++; n == most {
			return
		}
	}
}

// partitionRequest returns the request for all items of a partition, whatever their type is.
func (s *schema) partitionRequest(q Query) (dynamoconn.QueryRequest, error) {
	if q.MaxItems < 0 {
		return dynamoconn.QueryRequest{}, invalid("MaxItems", errors.New("must not be negative"))
	}
	partition, sort, err := s.keyOf(q.Index)
	if err != nil {
		return dynamoconn.QueryRequest{}, err
	}
	var fields []*field
	for _, f := range partition {
		fields = appendKeyFields(fields, f)
	}
	if len(q.Key) != len(fields) {
		return dynamoconn.QueryRequest{}, invalid("Key", fmt.Errorf("has %d values, and the partition key of %s has %d", len(q.Key), s.goType, len(fields)))
	}
	values, err := arguments(fields, q.Key)
	if err != nil {
		return dynamoconn.QueryRequest{}, invalid("Key", err)
	}
	q.MaxItems = 0 // it would count what is left out
	req, err := s.requestOf(q, partition, sort, values)
	switch {
	case err != nil || !hasTest(q.SortKey):
		return req, err
	case len(sort) == 0 || q.SortKey.Key != sort[0].attribute:
		return req, invalid("SortKey", errors.New("must be a test of the sort key"))
	}
	req.SortKey = []dynamoconn.Condition{q.SortKey}
	return req, nil
}

// Scan returns a loop over all items of the table, each as a value of its own type, as [Kinds.Query] does.
func (k *Kinds) Scan(ctx context.Context) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		client, name, _, o := k.tables[0].description()
		req := dynamoconn.ScanTableRequest{TableName: name, IsConsistentRead: o.consistent}
		k.yieldAll(ctx, client.ScanItems(ctx, req, o.calls...), 0, yield)
	}
}

// Decode returns an item that was read as a value of its type. It does not look at the time to live.
func (k *Kinds) Decode(ctx context.Context, item dynamoconn.Item) (any, error) {
	return k.decode(ctx, k.tableOf(item), item)
}

// tableOf returns the table of the kind of an item, or nil.
func (k *Kinds) tableOf(item dynamoconn.Item) kindTable {
	for _, t := range k.tables {
		_, _, s, _ := t.description()
		if kind, err := dynamoconn.ValueOr(item, "", s.kind.attribute); err == nil && kind == s.kind.tag.kind {
			return t
		}
	}
	return nil
}

// decode returns an item of a table as a value of its type. A nil table stands for an unknown kind.
func (k *Kinds) decode(ctx context.Context, of kindTable, item dynamoconn.Item) (any, error) {
	switch {
	case of != nil:
		return of.decodeAny(ctx, item)
	case k.returnsUnknown:
		return item, nil
	}
	_, _, first, _ := k.tables[0].description()
	kind, err := dynamoconn.ValueOr(item, "", first.kind.attribute)
	if err != nil || kind == "" {
		return nil, fmt.Errorf("%w: it has no kind in %s", ErrWrongItem, first.kind.attribute)
	}
	return nil, fmt.Errorf("%w: its kind in %s is %.64q", ErrWrongItem, first.kind.attribute, kind)
}
