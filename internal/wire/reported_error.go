package wire

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// reportedError is an error that DynamoDB reports. It may hold an item, which is decoded as
// strictly as any other. Damage to the item does not change what else the error says.
type reportedError struct {
	smithy.DeserializableError
	isHalf bool // whether the answer holds half of a surrogate pair
	damage error
}

// Deserialize reads the error from d.
func (e *reportedError) Deserialize(d smithy.ShapeDeserializer) error {
	strict := &strictDecoder{ShapeDeserializer: d}
	err := e.DeserializableError.Deserialize(strict)
	if e.damage = strict.failed; e.damage != nil && !errors.As(e.damage, new(Damage)) {
		e.damage = ErrNoValue
	}
	if e.damage == nil && e.isHalf {
		e.damage = ErrHalfSurrogate
	}
	return err
}

// strictRegistry returns the registry of the same errors, each as a reportedError. isHalf says
// whether the answer holds half of a surrogate pair.
func strictRegistry(registry *smithy.TypeRegistry, isHalf bool) *smithy.TypeRegistry {
	entries := make(map[string]*smithy.TypeRegistryEntry, len(registry.Entries))
	for id, entry := range registry.Entries {
		entries[id] = &smithy.TypeRegistryEntry{Schema: entry.Schema, New: func() any {
			made := entry.New()
			if reported, ok := made.(smithy.DeserializableError); ok {
				return &reportedError{DeserializableError: reported, isHalf: isHalf}
			}
			return made
		}}
	}
	return &smithy.TypeRegistry{Entries: entries}
}

// unwrapReport returns the SDK's own error of a reportedError, without an item that is
// damaged.
func unwrapReport(err error) error {
	report, ok := err.(*reportedError) //nolint:errorlint // strictRegistry made it
	switch {
	case !ok:
		return err
	case report.damage == nil:
		return report.DeserializableError
	}
	switch e := report.DeserializableError.(type) {
	case *types.ConditionalCheckFailedException:
		e.Item = nil
	case *types.TransactionCanceledException:
		for i := range e.CancellationReasons {
			e.CancellationReasons[i].Item = nil
		}
	}
	return fmt.Errorf("%w: %w", report.DeserializableError, report.damage)
}
