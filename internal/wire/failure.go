package wire

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// failure is an error that DynamoDB reports. It may hold an item, which is read as strictly
// as that of any answer; what it says besides does not depend on the item.
type failure struct {
	smithy.DeserializableError
	damage error
}

// Deserialize reads the error from d.
func (f *failure) Deserialize(d smithy.ShapeDeserializer) error {
	strict := &decoder{ShapeDeserializer: d}
	err := f.DeserializableError.Deserialize(strict)
	if f.damage = strict.failed; f.damage != nil && !errors.Is(f.damage, ErrTwice) {
		f.damage = ErrNoValue
	}
	return err
}

// watched returns the registry whose errors are each a failure.
func watched(registry *smithy.TypeRegistry) *smithy.TypeRegistry {
	entries := make(map[string]*smithy.TypeRegistryEntry, len(registry.Entries))
	for id, entry := range registry.Entries {
		entries[id] = &smithy.TypeRegistryEntry{Schema: entry.Schema, New: func() any {
			made := entry.New()
			if reported, ok := made.(smithy.DeserializableError); ok {
				return &failure{DeserializableError: reported}
			}
			return made
		}}
	}
	return &smithy.TypeRegistry{Entries: entries}
}

// reported returns the SDK's error that a failure is, without an item that is damaged.
func reported(err error) error {
	f, ok := err.(*failure) //nolint:errorlint // it is as watched made it
	switch {
	case !ok:
		return err
	case f.damage == nil:
		return f.DeserializableError
	}
	switch e := f.DeserializableError.(type) {
	case *types.ConditionalCheckFailedException:
		e.Item = nil
	case *types.TransactionCanceledException:
		for i := range e.CancellationReasons {
			e.CancellationReasons[i].Item = nil
		}
	}
	return fmt.Errorf("%w: %w", f.DeserializableError, f.damage)
}
