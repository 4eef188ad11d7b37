package table

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dynamoconn/dynamoconn"
)

// Key names an item of a table of T. [Table.Key] and [Table.KeyOf] make it. A mistake in it is
// reported by the call that gets it. The zero Key names nothing and is refused.
type Key[T any] struct {
	item dynamoconn.Item
	err  error
}

// Key returns the key of an item. The parts are values of the fields that the key consists of, in
// the order partition key, sort key: a field with the tag partition or sort itself, and in the place
// of one that is made from a template the fields of the template, each once.
//
//	key := songs.Key("No One You Know", "Call Me Today")
//
// A part has the type of its field, or is a string or an integer that the field holds too.
func (t *Table[T]) Key(parts ...any) Key[T] {
	fields := t.schema.keyFields
	if len(parts) != len(fields) {
		return Key[T]{err: invalid("Key", fmt.Errorf("has %d parts, and the key of %s has %d: %s", len(parts), t.schema.goType, len(fields), namesOf(fields)))}
	}
	values, err := arguments(fields, parts)
	if err != nil {
		return Key[T]{err: invalid("Key", err)}
	}
	key, err := t.schema.keyItem(values)
	if err != nil {
		return Key[T]{err: invalid("Key", err)}
	}
	return Key[T]{item: key}
}

// namesOf returns the names of fields in Go, for an error.
func namesOf(fields []*field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return strings.Join(names, ", ")
}

// arguments returns the values that a caller gives for the first of the fields.
func arguments(fields []*field, parts []any) (dynamoconn.Item, error) {
	values := make(dynamoconn.Item, len(parts))
	for i, part := range parts {
		kv, err := fields[i].argument(part)
		if err != nil {
			return nil, err
		}
		values[i] = kv
	}
	return values, nil
}

// KeyOf returns the key of a value of T. It looks only at the fields of the key.
func (t *Table[T]) KeyOf(v *T) Key[T] {
	item, err := t.marshal(v)
	if err != nil {
		return Key[T]{err: err}
	}
	key, err := t.schema.keyItem(item)
	if err != nil {
		return Key[T]{err: invalid(t.typeName(), err)}
	}
	return Key[T]{item: key}
}

// Item returns the key as an Item, for the requests of [dynamoconn.Client].
func (k Key[T]) Item() (dynamoconn.Item, error) {
	switch {
	case k.err != nil:
		return nil, k.err
	case k.item == nil:
		return nil, invalid("Key", errors.New("must not be the zero Key"))
	}
	return k.item.Clone(), nil
}
