// Package wire decodes DynamoDB's answers as the SDK does, and refuses what the SDK
// overlooks. [Strict] is the protocol that an SDK client is given: strict.go has the rules of
// structures, scalar.go those of numbers, times and names.
package wire

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
)

// Damage is what is wrong with an answer, in words that quote nothing of it.
type Damage string

// Error returns the words.
func (d Damage) Error() string { return string(d) }

const (
	// ErrNoValue means that an attribute has no value of a known type, or that an element
	// of a list or a set is null.
	ErrNoValue Damage = "an attribute has no value of a known type"
	// ErrTwice means that an object has two members of the same name.
	ErrTwice Damage = "an object has two members of the same name"
	// ErrHalfSurrogate means that a text has half of a surrogate pair, for which the SDK's
	// decoder puts another character.
	ErrHalfSurrogate Damage = "a text holds half of a surrogate pair"
	// ErrNumber means that a number, such as a count, a size or a capacity, is negative or
	// not finite.
	ErrNumber Damage = "a count, a size or a capacity is negative or not finite"
	// ErrTime means that a time is not between 1970 and 2262.
	ErrTime Damage = "a time is not between 1970 and 2262"
	// ErrName means that a name, an ARN, an ID or a status has a character that cannot be
	// seen, such as the beginning of an escape sequence.
	ErrName Damage = "a name or a status holds a control character"
	// ErrPanic means that the SDK's decoder panicked over an answer.
	ErrPanic Damage = "the SDK's decoder cannot decode the answer"
)

// Strict is a protocol whose answers must give every attribute exactly one value, and hold
// only numbers, times and names that DynamoDB can have. The SDK's own decoder hands on the
// others, and overlooks four more kinds of damage:
//
//   - An attribute that is {} or of an unknown type keeps the value of the attribute before
//     it: a value that nobody wrote.
//   - If an object has two members of the same name, the last one counts.
//   - A null in a set becomes an empty string.
//   - After an error within a list or a map it goes on behind it, and panics if the answer
//     ends soon after.
type Strict struct{ smithyhttp.ClientProtocol }

// DeserializeResponse decodes an answer into out, or returns the error that DynamoDB
// reports. It returns a [Damage] for a damaged answer. If the damage is in the item of a
// reported error, the result matches both.
func (p Strict) DeserializeResponse(ctx context.Context, schema *smithy.OperationSchema, types *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) (err error) {
	defer func() {
		if recover() != nil { // the panic's own text may quote the answer
			err = &smithy.DeserializationError{Err: ErrPanic}
		}
	}()
	isJSON := strings.HasPrefix(p.ID().Name, "awsJson")
	if resp.StatusCode < 200 || resp.StatusCode >= 300 {
		isHalf, err := holdsHalfSurrogate(resp, isJSON)
		if err != nil {
			return &smithy.DeserializationError{Err: err}
		}
		return unwrapReport(p.ClientProtocol.DeserializeResponse(ctx, schema, strictRegistry(types, isHalf), resp, out))
	}
	return p.ClientProtocol.DeserializeResponse(ctx, schema, types, resp, strictOutput{out, isJSON})
}

// holdsHalfSurrogate reports whether the report of a failure holds half of a surrogate pair,
// and leaves its body to be read again. For a success the transport has found out.
func holdsHalfSurrogate(resp *smithyhttp.Response, isJSON bool) (bool, error) {
	if resp.Body == nil || !isJSON {
		return false, nil
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return false, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return jsontext.HoldsHalfSurrogate(body), nil
}

// strictOutput is an output that is decoded through a strictDecoder.
type strictOutput struct {
	smithy.Deserializable
	isJSON bool
}

// Deserialize reads the value from d.
func (s strictOutput) Deserialize(d smithy.ShapeDeserializer) error {
	strict := &strictDecoder{ShapeDeserializer: d, isSuccess: true, isJSON: s.isJSON}
	if err := s.Deserializable.Deserialize(strict); err != nil {
		return err
	}
	return strict.failed
}

// strictDecoder decodes as the SDK's decoder does and keeps track of the structures, lists,
// maps and unions that it is inside of. The SDK calls ReadUnion once for the member of a
// union and once more for its end: only the innermost open shape tells which call it is.
type strictDecoder struct {
	smithy.ShapeDeserializer
	isSuccess bool // whether the answer is that of a success
	isJSON    bool // whether it is JSON, where a time is a number of seconds
	open      []openShape
	names     []string // of the members of all open structures and maps, the outermost first
	failed    error    // the first damage that the SDK overlooks or does not report
}

// openShape is a structure, list, map or union that the decoder is inside of.
type openShape struct {
	union bool
	names int                 // where its members begin in strictDecoder.names
	seen  map[string]struct{} // its members, once there are many
}

// manyNames is the number of members from which on names are looked up in a map instead of
// compared one by one.
const manyNames = 16

func (d *strictDecoder) push(union bool) {
	d.open = append(d.open, openShape{union: union, names: len(d.names)})
}

func (d *strictDecoder) pop() {
	top := len(d.open) - 1
	d.names = d.names[:d.open[top].names]
	d.open = d.open[:top]
}

// enter adds a name to the innermost open shape.
func (d *strictDecoder) enter(name string) {
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
func (d *strictDecoder) fail(err error) {
	if err != nil && d.failed == nil {
		d.failed = err
	}
}

// ReadNil reads a null, which DynamoDB never sends as an element of a list or as a value in
// a map.
func (d *strictDecoder) ReadNil(s *smithy.Schema) (bool, error) {
	isNil, err := d.ShapeDeserializer.ReadNil(s)
	if isNil {
		d.fail(ErrNoValue)
	}
	return isNil, err
}

// ReadStruct begins a structure.
func (d *strictDecoder) ReadStruct(s *smithy.Schema) error {
	err := d.ShapeDeserializer.ReadStruct(s)
	if err == nil {
		d.push(false)
	}
	return err
}

// ReadStructMember goes to the next member of a structure, or ends it.
func (d *strictDecoder) ReadStructMember() (*smithy.Schema, error) {
	member, err := d.ShapeDeserializer.ReadStructMember()
	switch {
	case err != nil:
		return nil, err
	case member == nil:
		d.pop()
	case !strings.EqualFold(member.MemberName(), "message"): // an error may have it in both spellings
		d.enter(member.MemberName())
	}
	return member, nil
}

// ReadList begins a list.
func (d *strictDecoder) ReadList(s *smithy.Schema) error {
	err := d.ShapeDeserializer.ReadList(s)
	if err == nil {
		d.push(false)
	}
	return err
}

// ReadListItem goes to the next element of a list, or ends it.
func (d *strictDecoder) ReadListItem(s *smithy.Schema) (bool, error) {
	more, err := d.ShapeDeserializer.ReadListItem(s)
	d.next(more, err)
	return more, err
}

// ReadMap begins a map.
func (d *strictDecoder) ReadMap(s *smithy.Schema) error {
	err := d.ShapeDeserializer.ReadMap(s)
	if err == nil {
		d.push(false)
	}
	return err
}

// ReadMapKey goes to the next key of a map, or ends it.
func (d *strictDecoder) ReadMapKey(s *smithy.Schema) (string, bool, error) {
	key, more, err := d.ShapeDeserializer.ReadMapKey(s)
	d.next(more, err)
	if more && err == nil {
		d.enter(key)
		d.checkName(s, key)
	}
	return key, more, err
}

func (d *strictDecoder) next(more bool, err error) {
	d.fail(err)
	if !more {
		d.pop()
	}
}

// ReadUnion goes to the member of a union, or ends it.
func (d *strictDecoder) ReadUnion(s *smithy.Schema) (*smithy.Schema, error) {
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
