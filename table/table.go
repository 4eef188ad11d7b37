package table

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/dynamoconn/dynamoconn"
)

// Table is a table of DynamoDB whose items are values of the struct T. [New] makes it. It never
// changes, and may be used by several goroutines at the same time.
type Table[T any] struct {
	client  *dynamoconn.Client
	name    string
	schema  *schema
	options options
}

// New returns the table with that name, or ARN, as a table of T. The tags of T say which fields are
// keys and what this package keeps up to date: see the package comment. New sends nothing;
// [Table.Verify] compares the tags with the table.
//
// The error is [ErrInvalidType] if the tags make no sense, and then names each mistake, or
// [dynamoconn.ErrInvalidOption].
func New[T any](client *dynamoconn.Client, name string, opts ...Option) (*Table[T], error) {
	schema, err := schemaOf(reflect.TypeFor[T](), dynamoconn.AttributeNames[T]())
	if err != nil {
		return nil, err
	}
	switch {
	case client == nil:
		return nil, fmt.Errorf("%w: client is nil", dynamoconn.ErrInvalidOption)
	case name == "":
		return nil, fmt.Errorf("%w: the name of the table is empty", dynamoconn.ErrInvalidOption)
	}
	t := &Table[T]{client: client, name: name, schema: schema}
	if t.options, err = t.options.with(opts); err != nil {
		return nil, err
	}
	return t, nil
}

// With returns the table with further options, which hold for what is called on it:
//
//	song, err := songs.With(table.ConsistentReads()).Get(ctx, "No One You Know", "Call Me Today")
//
// An option that cannot be is reported by each call: the error is [dynamoconn.ErrInvalidOption].
func (t *Table[T]) With(opts ...Option) *Table[T] {
	with := *t
	var err error
	with.options, err = t.options.with(opts)
	with.options.err = errors.Join(t.options.err, err)
	return &with
}

// Name returns the name of the table, as New got it.
func (t *Table[T]) Name() string { return t.name }

// typeName returns the name of T, which begins the path of an error about a value of it.
func (t *Table[T]) typeName() string { return t.schema.goType.Name() }
