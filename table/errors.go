package table

import (
	"errors"
	"fmt"

	"github.com/dynamoconn/dynamoconn"
)

// What went wrong, for errors.Is. An error of a call also matches the Err variables of
// [dynamoconn]: an ErrStale is a [dynamoconn.ErrConditionFailed], for example.
var (
	// ErrInvalidType means that [New] was given a type whose tags make no sense. The text names
	// each field and what is wrong with it.
	ErrInvalidType = errors.New("invalid type for a table")

	// ErrNotFound means that there is no item with the key, or that it has expired.
	ErrNotFound = errors.New("item not found")

	// ErrExists means that an item was not created, because one with its key is stored.
	ErrExists = errors.New("item exists")

	// ErrStale means that an item was not written or deleted, because somebody has written it
	// since it was read: its version is another one.
	ErrStale = errors.New("item changed since it was read")

	// ErrWrongItem means that an item which was read does not belong to the type: it is of another
	// kind, or its key is not made from its fields as the tags say.
	ErrWrongItem = errors.New("item of another type")
)

// Conflict is the error of a write that found another item than it expected: it is
// [ErrExists], [ErrStale] or [ErrNotFound].
//
//	var conflict *table.Conflict[Song]
//	if errors.As(err, &conflict) && conflict.Current != nil {
//		log.Print(conflict.Current.Version)
//	}
//
// Nothing that prints it shows an item.
type Conflict[T any] struct {
	// Current is the item that is stored, as DynamoDB returned it with the refusal. It is nil if
	// there is none, or if it is no T.
	Current *T

	reason error           // ErrExists, ErrStale or ErrNotFound
	err    error           // of the call
	item   dynamoconn.Item // what is stored, or nil
}

// Error returns the reason and the error of the call.
func (c *Conflict[T]) Error() string { return fmt.Sprintf("%v: %v", c.reason, c.err) }

// Unwrap returns the reason and the error of the call.
func (c *Conflict[T]) Unwrap() []error { return []error{c.reason, c.err} }

// Format writes what Error returns, whatever the verb: %+v would show the item.
func (c *Conflict[T]) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, c.Error()) }

// invalid returns the error for a value of T, a key or a request that breaks a rule, which is not
// sent.
func invalid(place string, err error) error {
	var part *partError
	if errors.As(err, &part) {
		place, err = place+"."+part.field.attribute, part.err
	}
	return fmt.Errorf("%w: %w", dynamoconn.ErrInvalidRequest, &dynamoconn.FieldError{Path: place, Rule: err.Error()})
}

// notFound returns the error of a read that finds nothing.
func (t *Table[T]) notFound() error {
	return fmt.Errorf("%s in %s: %w", t.typeName(), t.name, ErrNotFound)
}
