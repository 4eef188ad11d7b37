package dynamoconn

import (
	"fmt"
	"strings"
)

// enumRow is one value of an enumeration. No two rows of a table share a
// spelling, in any letter case.
type enumRow[T ~string] struct {
	value         T // the wire form
	name, caption string
}

// enumTable holds what the methods of an enumeration look up. The largest has
// some fifty rows, which are read faster in order than through a map.
type enumTable[T ~string] struct {
	kind string
	rows []enumRow[T]
}

func (t *enumTable[T]) name(v T) string {
	for i := range t.rows {
		if t.rows[i].value == v {
			return t.rows[i].name
		}
	}
	return string(v)
}

func (t *enumTable[T]) caption(v T) string {
	for i := range t.rows {
		if t.rows[i].value == v {
			return t.rows[i].caption
		}
	}
	return string(v)
}

func (t *enumTable[T]) values() []T {
	values := make([]T, len(t.rows))
	for i := range t.rows {
		values[i] = t.rows[i].value
	}
	return values
}

func (t *enumTable[T]) find(s string) (T, bool) {
	for i := range t.rows {
		r := &t.rows[i]
		if s == string(r.value) || s == r.name || s == r.caption {
			return r.value, true
		}
	}
	for i := range t.rows {
		r := &t.rows[i]
		if strings.EqualFold(s, string(r.value)) || strings.EqualFold(s, r.name) || strings.EqualFold(s, r.caption) {
			return r.value, true
		}
	}
	return "", false
}

func (t *enumTable[T]) parse(s string) (T, error) {
	if v, ok := t.find(s); ok {
		return v, nil
	}
	accepted := make([]string, len(t.rows))
	for i := range t.rows {
		accepted[i] = string(t.rows[i].value)
	}
	return "", fmt.Errorf("%w: %.32q is not a %s: accepted are %s",
		ErrInvalidRequest, s, t.kind, strings.Join(accepted, ", "))
}

func (t *enumTable[T]) unmarshal(text []byte) T {
	if v, ok := t.find(string(text)); ok {
		return v
	}
	return T(text)
}

// BooleanValue is a truth value that can also be absent. The zero value means
// "not given"; there are no values but the two constants.
type BooleanValue string

// The values of [BooleanValue].
const (
	// BooleanValueTrue is true; the connector calls it _TRUE.
	BooleanValueTrue BooleanValue = "true"
	// BooleanValueFalse is false, which is not the zero value; the connector
	// calls it _FALSE.
	BooleanValueFalse BooleanValue = "false"
)

var booleanValueTable = enumTable[BooleanValue]{"BooleanValue", []enumRow[BooleanValue]{
	{BooleanValueTrue, "_TRUE", "TRUE"},
	{BooleanValueFalse, "_FALSE", "FALSE"},
}}

// BooleanValues returns both BooleanValue constants, in a slice of its own.
func BooleanValues() []BooleanValue { return booleanValueTable.values() }

// BooleanValueOf returns the constant for b.
func BooleanValueOf(b bool) BooleanValue {
	if b {
		return BooleanValueTrue
	}
	return BooleanValueFalse
}

// ParseBooleanValue returns the constant that s names: by its connector name
// ("_TRUE"), its caption ("TRUE") or its wire form ("true"), in any letter case.
// Anything else, the empty string and "1" included, is [ErrInvalidRequest]. The
// error does not quote s, which may be an item's value.
func ParseBooleanValue(s string) (BooleanValue, error) {
	if v, ok := booleanValueTable.find(s); ok {
		return v, nil
	}
	return "", fmt.Errorf("%w: text is not a BooleanValue: accepted are true, false, _TRUE, _FALSE", ErrInvalidRequest)
}

// Bool returns b as a Go bool. It reports ok as false, and value too, for the
// zero value and for text that is neither constant.
func (b BooleanValue) Bool() (value, ok bool) {
	return b == BooleanValueTrue, b == BooleanValueTrue || b == BooleanValueFalse
}

// String returns the wire form, "true" or "false".
func (b BooleanValue) String() string { return string(b) }

// Name returns the connector's name, "_TRUE" or "_FALSE"; any other text is its
// own name.
func (b BooleanValue) Name() string { return booleanValueTable.name(b) }

// Caption returns "TRUE" or "FALSE"; any other text is its own caption.
func (b BooleanValue) Caption() string { return booleanValueTable.caption(b) }

// MarshalText returns the wire form, which is empty for the zero value. JSON
// made from it is the string "true", not the literal. It never fails.
func (b BooleanValue) MarshalText() ([]byte, error) { return []byte(b), nil }

// UnmarshalText accepts what [ParseBooleanValue] does, and empty text as the
// zero value. Any other text is [ErrInvalidRequest] and leaves b as it was.
func (b *BooleanValue) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*b = ""
		return nil
	}
	v, err := ParseBooleanValue(string(text))
	if err != nil {
		return err
	}
	*b = v
	return nil
}
