// Package wire decodes DynamoDB's answers as the SDK does, and refuses what the SDK
// passes over.
package wire

import (
	"context"
	"errors"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ErrNoValue means that an attribute has no value of a type that is known.
var ErrNoValue = errors.New("an attribute has no value of a known type")

// ErrPanic means that the SDK's decoder panicked over an answer.
var ErrPanic = errors.New("the answer is more than its decoder can take")

// Strict is a protocol whose answers must give every attribute a value.
//
// The SDK's own decoder leaves an attribute that is {} or of a type that it does not
// know as it finds it, which is with the value of the attribute before: a value that
// nobody wrote. It also ends a list or a map at an error within it and goes on, which
// ends in a panic where the answer ends soon after.
type Strict struct{ smithyhttp.ClientProtocol }

// DeserializeResponse decodes an answer into out. The error is [ErrNoValue] if an
// attribute has no value, and [ErrPanic] if the decoder cannot take the answer.
func (p Strict) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, types *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) (err error) {
	defer func() {
		if recover() != nil { // what it says may quote the answer
			err = &smithy.DeserializationError{Err: ErrPanic}
		}
	}()
	return p.ClientProtocol.DeserializeResponse(ctx, schema, types, resp, strictly{out})
}

// strictly decodes what it holds by way of a decoder.
type strictly struct{ smithy.Deserializable }

// Deserialize reads the value from d.
func (s strictly) Deserialize(d smithy.ShapeDeserializer) error {
	strict := &decoder{ShapeDeserializer: d}
	if err := s.Deserializable.Deserialize(strict); err != nil {
		return err
	}
	return strict.failed
}

// decoder watches the lists, maps and unions that are open. The SDK calls ReadUnion
// once for the member of a union and once more for its end, and only the place tells
// the one from the other.
type decoder struct {
	smithy.ShapeDeserializer
	open   []shape
	failed error // of a list or map, which the SDK does not hand on
}

type shape bool

const (
	container shape = false
	union     shape = true
)

func (d *decoder) pop() { d.open = d.open[:len(d.open)-1] }

// ReadList begins a list.
func (d *decoder) ReadList(s *smithy.Schema) error {
	err := d.ShapeDeserializer.ReadList(s)
	if err == nil {
		d.open = append(d.open, container)
	}
	return err
}

// ReadListItem goes to the next element of a list, or ends it.
func (d *decoder) ReadListItem(s *smithy.Schema) (bool, error) {
	more, err := d.ShapeDeserializer.ReadListItem(s)
	d.next(more, err)
	return more, err
}

// ReadMap begins a map.
func (d *decoder) ReadMap(s *smithy.Schema) error {
	err := d.ShapeDeserializer.ReadMap(s)
	if err == nil {
		d.open = append(d.open, container)
	}
	return err
}

// ReadMapKey goes to the next key of a map, or ends it.
func (d *decoder) ReadMapKey(s *smithy.Schema) (string, bool, error) {
	key, more, err := d.ShapeDeserializer.ReadMapKey(s)
	d.next(more, err)
	return key, more, err
}

func (d *decoder) next(more bool, err error) {
	if err != nil && d.failed == nil {
		d.failed = err
	}
	if !more {
		d.pop()
	}
}

// ReadUnion goes to the member of a union, or ends it.
func (d *decoder) ReadUnion(s *smithy.Schema) (*smithy.Schema, error) {
	member, err := d.ShapeDeserializer.ReadUnion(s)
	n := len(d.open)
	ends := n > 0 && d.open[n-1] == union
	switch {
	case err != nil:
		return nil, err
	case ends && member == nil:
		d.pop()
	case !ends && member == nil:
		return nil, ErrNoValue
	case !ends:
		d.open = append(d.open, union)
	}
	return member, nil
}
