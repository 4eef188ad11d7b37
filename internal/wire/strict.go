// Package wire decodes DynamoDB's answers as the SDK does, and refuses what the SDK
// passes over.
package wire

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

var (
	// ErrNoValue means that an attribute has no value of a type that is known, or that
	// an element of a list is null.
	ErrNoValue = errors.New("an attribute has no value of a known type")
	// ErrTwice means that an object has two members of one name.
	ErrTwice = errors.New("a name is there twice")
	// ErrPanic means that the SDK's decoder panicked over an answer.
	ErrPanic = errors.New("the answer is more than its decoder can take")
)

// Strict is a protocol whose answers must give every attribute one value.
//
// The SDK's own decoder leaves an attribute that is {} or of a type that it does not
// know as it finds it, which is with the value of the attribute before: a value that
// nobody wrote. Of two members of one name it takes the last, and of a null in a set it
// makes an empty string. It also ends a list or a map at an error within it and goes on,
// which ends in a panic where the answer ends soon after.
type Strict struct{ smithyhttp.ClientProtocol }

// DeserializeResponse decodes an answer into out, or into the error that it returns. The
// error is [ErrNoValue] if an attribute has no value, [ErrTwice] if one is there twice, and
// [ErrPanic] if the decoder cannot take the answer; that of a failure which DynamoDB reports
// is beside it.
func (p Strict) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, types *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) (err error) {
	defer func() {
		if recover() != nil { // what it says may quote the answer
			err = &smithy.DeserializationError{Err: ErrPanic}
		}
	}()
	if resp.StatusCode < 200 || resp.StatusCode >= 300 {
		return reported(p.ClientProtocol.DeserializeResponse(ctx, schema, watched(types), resp, out))
	}
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

// decoder watches the structures, lists, maps and unions that are open. The SDK calls
// ReadUnion once for the member of a union and once more for its end, and only the place
// tells the one from the other.
type decoder struct {
	smithy.ShapeDeserializer
	open   []shape
	names  []string // of the structures and maps that are open, one after the other
	failed error    // what the SDK passes over, or does not hand on
}

// shape is what is open.
type shape struct {
	union bool
	names int                 // where its names begin
	seen  map[string]struct{} // its names, once there are many
}

// manyNames are so many that they are looked up instead of compared one by one.
const manyNames = 16

func (d *decoder) push(union bool) {
	d.open = append(d.open, shape{union: union, names: len(d.names)})
}

func (d *decoder) pop() {
	top := len(d.open) - 1
	d.names = d.names[:d.open[top].names]
	d.open = d.open[:top]
}

// enter adds a name to the innermost of what is open.
func (d *decoder) enter(name string) {
	top := &d.open[len(d.open)-1]
	names := d.names[top.names:]
	if len(names) == manyNames && top.seen == nil {
		top.seen = make(map[string]struct{}, 2*manyNames)
		for _, name := range names {
			top.seen[name] = struct{}{}
		}
	}
	var twice bool
	if top.seen != nil {
		_, twice = top.seen[name]
		top.seen[name] = struct{}{}
	} else {
		twice = slices.Contains(names, name)
		d.names = append(d.names, name)
	}
	if twice {
		d.fail(ErrTwice)
	}
}

// fail keeps the first error. The decoding goes on as the SDK's does.
func (d *decoder) fail(err error) {
	if err != nil && d.failed == nil {
		d.failed = err
	}
}

// ReadNil tells of a null, which is no element of a list and no value in a map.
func (d *decoder) ReadNil(s *smithy.Schema) (bool, error) {
	isNil, err := d.ShapeDeserializer.ReadNil(s)
	if isNil {
		d.fail(ErrNoValue)
	}
	return isNil, err
}

// ReadStruct begins a structure.
func (d *decoder) ReadStruct(s *smithy.Schema) error {
	err := d.ShapeDeserializer.ReadStruct(s)
	if err == nil {
		d.push(false)
	}
	return err
}

// ReadStructMember goes to the next member of a structure, or ends it.
func (d *decoder) ReadStructMember() (*smithy.Schema, error) {
	member, err := d.ShapeDeserializer.ReadStructMember()
	switch {
	case err != nil:
		return nil, err
	case member == nil:
		d.pop()
	case !strings.EqualFold(member.MemberName(), "message"): // of an error: some send both spellings
		d.enter(member.MemberName())
	}
	return member, nil
}

// ReadList begins a list.
func (d *decoder) ReadList(s *smithy.Schema) error {
	err := d.ShapeDeserializer.ReadList(s)
	if err == nil {
		d.push(false)
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
		d.push(false)
	}
	return err
}

// ReadMapKey goes to the next key of a map, or ends it.
func (d *decoder) ReadMapKey(s *smithy.Schema) (string, bool, error) {
	key, more, err := d.ShapeDeserializer.ReadMapKey(s)
	d.next(more, err)
	if more && err == nil {
		d.enter(key)
	}
	return key, more, err
}

func (d *decoder) next(more bool, err error) {
	d.fail(err)
	if !more {
		d.pop()
	}
}

// ReadUnion goes to the member of a union, or ends it.
func (d *decoder) ReadUnion(s *smithy.Schema) (*smithy.Schema, error) {
	member, err := d.ShapeDeserializer.ReadUnion(s)
	n := len(d.open)
	ends := n > 0 && d.open[n-1].union
	switch {
	case err != nil:
		return nil, err
	case ends && member == nil:
		d.pop()
	case !ends && member == nil:
		d.fail(ErrNoValue)
	case !ends:
		d.push(true)
	}
	return member, nil
}
