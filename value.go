package dynamoconn

import (
	"errors"
	"fmt"
	"math"
)

// ValueType is the set of Go types that [Value] reads an attribute as.
type ValueType interface {
	string | int | int64 | float64 | Number | bool | []byte | Item |
		[]KeyValue | []string | []Number | [][]byte
}

// Value returns the attribute of item named key as a T:
//
//	artist, err := dynamoconn.Value[string](song, "Artist")
//
// Further names lead into maps: Value[string](song, "Label", "Address", "City"). [ValueAt] leads
// into lists too, and [ValueOr] has a value for what is missing.
//
//	string                         a string
//	int, int64, float64, Number    a number, long or decimal
//	bool                           a boolean
//	[]byte                         a binary
//	Item                           a map
//	[]KeyValue                     a list
//	[]string, []Number, [][]byte   a set of strings, numbers or binaries
//
// The error is [ErrMissing] if there is no such attribute, [ErrNull] if it is null,
// [ErrWrongKind] if T does not read its kind, and [ErrInexact] if it is a number
// that T cannot hold without loss. Each is in a [*FieldError] with the path. Slices
// and items are shared with item, not copied.
func Value[T ValueType](item Item, key string, nested ...string) (T, error) {
	kv, found := item.Get(key)
	for i, name := range nested {
		inner, err := inside[*KeyValueMap](item, kv, found)
		if err != nil {
			var zero T
			return zero, under(pathOf(key, nested[:i]), err)
		}
		kv, found = inner.MapValue.Get(name)
	}
	value, err := readValue[T](item, kv, found)
	if err != nil {
		err = under(pathOf(key, nested), err)
	}
	return value, err
}

// ValueAt returns what is at a path of item as a T, with the types and the errors of [Value]:
//
//	title, err := dynamoconn.ValueAt[string](song, dynamoconn.Attr("Tracks").At(0).Attr("Title"))
//
// An element beyond the end of its list is [ErrMissing].
func ValueAt[T ValueType](item Item, path Path) (T, error) {
	kv, found := item.Get(path.name)
	for i, step := range path.steps {
		var err error
		if kv, found, err = step.follow(item, kv, found); err != nil {
			var zero T
			return zero, under(Path{path.name, path.steps[:i]}.String(), err)
		}
	}
	value, err := readValue[T](item, kv, found)
	if err != nil {
		err = under(path.String(), err)
	}
	return value, err
}

// ValueOr is [Value] with a value for an attribute that is missing or null:
//
//	plays, err := dynamoconn.ValueOr(song, 0, "Plays")
//
// An attribute that has a value, but none that T holds, is still an error: [ErrWrongKind] or
// [ErrInexact].
func ValueOr[T ValueType](item Item, otherwise T, key string, nested ...string) (T, error) {
	value, err := Value[T](item, key, nested...)
	if errors.Is(err, ErrMissing) || errors.Is(err, ErrNull) {
		return otherwise, nil
	}
	return value, err
}

// follow returns what the step leads to from kv, if there is something.
func (s pathStep) follow(item Item, kv KeyValue, found bool) (next KeyValue, isThere bool, err error) {
	if !s.isElement {
		inner, err := inside[*KeyValueMap](item, kv, found)
		if err != nil {
			return nil, false, err
		}
		next, isThere = inner.MapValue.Get(s.name)
		return next, isThere, nil
	}
	list, err := inside[*KeyValueList](item, kv, found)
	if err != nil || s.index < 0 || s.index >= len(list.ListValue) {
		return nil, false, err
	}
	return list.ListValue[s.index], true, nil
}

// inside returns an attribute as the list or the map that it must be if a path leads into it.
func inside[C KeyValue](item Item, kv KeyValue, found bool) (container C, err error) {
	if !found || isNil(kv) {
		return container, missing(item)
	}
	container, ok := kv.(C)
	if !ok {
		return container, otherKind(kv, container.kind())
	}
	return container, nil
}

// readValue returns an attribute as a T.
func readValue[T ValueType](item Item, kv KeyValue, found bool) (value T, err error) {
	if !found || isNil(kv) {
		return value, missing(item)
	}
	if held, ok := kv.goValue().(T); ok {
		return held, nil
	}
	if number, ok := numberOf(kv); ok {
		if number.readAs(&value) {
			return value, nil
		}
		if kindReadAs(value) == kv.kind() {
			return value, inexactAs(value)
		}
	}
	return value, otherKind(kv, kindReadAs(value))
}

func (kv *KeyValueString) goValue() any    { return kv.StringValue }
func (kv *KeyValueLong) goValue() any      { return kv.LongValue }
func (kv *KeyValueDecimal) goValue() any   { return kv.DecimalValue }
func (kv *KeyValueBoolean) goValue() any   { return kv.BooleanValue }
func (kv *KeyValueBinary) goValue() any    { return kv.BinaryValue }
func (kv *KeyValueNull) goValue() any      { return nil }
func (kv *KeyValueList) goValue() any      { return kv.ListValue }
func (kv *KeyValueMap) goValue() any       { return kv.MapValue }
func (kv *KeyValueStringSet) goValue() any { return kv.StringSetValue }
func (kv *KeyValueNumberSet) goValue() any { return kv.NumberSetValue }
func (kv *KeyValueBinarySet) goValue() any { return kv.BinarySetValue }

// Rename returns a copy of an attribute under another key. The copy shares slices and items with
// kv, as an assignment does. A nil kv is returned as it is.
func Rename(kv KeyValue, key string) KeyValue {
	if isNil(kv) {
		return kv
	}
	switch kv := kv.(type) {
	case *KeyValueString:
		return String(key, kv.StringValue)
	case *KeyValueLong:
		return Long(key, kv.LongValue)
	case *KeyValueDecimal:
		return Decimal(key, kv.DecimalValue)
	case *KeyValueBoolean:
		return Boolean(key, kv.BooleanValue)
	case *KeyValueBinary:
		return Binary(key, kv.BinaryValue)
	case *KeyValueList:
		return List(key, kv.ListValue...)
	case *KeyValueMap:
		return Map(key, kv.MapValue...)
	case *KeyValueStringSet:
		return StringSet(key, kv.StringSetValue...)
	case *KeyValueNumberSet:
		return NumberSet(key, kv.NumberSetValue...)
	case *KeyValueBinarySet:
		return BinarySet(key, kv.BinarySetValue...)
	}
	return Null(key)
}

// readAs sets the number that to points to, and reports whether it could: to must point
// to a number that holds n without loss.
func (n Number) readAs(to any) bool {
	var err error
	switch to := to.(type) {
	case *int:
		var v int64
		if v, err = n.Int64(); v < math.MinInt || v > math.MaxInt {
			return false
		}
		*to = int(v)
	case *int64:
		*to, err = n.Int64()
	case *float64:
		*to, err = n.Float64()
	case *Number:
		*to = n
	default:
		return false
	}
	return err == nil
}

// kindReadAs returns the kind that reads as the type of zero.
func kindReadAs(zero any) kind {
	switch zero.(type) {
	case string:
		return (*KeyValueString).kind(nil)
	case bool:
		return (*KeyValueBoolean).kind(nil)
	case []byte:
		return (*KeyValueBinary).kind(nil)
	case Item:
		return (*KeyValueMap).kind(nil)
	case []KeyValue:
		return (*KeyValueList).kind(nil)
	case []string:
		return (*KeyValueStringSet).kind(nil)
	case []Number:
		return (*KeyValueNumberSet).kind(nil)
	case [][]byte:
		return (*KeyValueBinarySet).kind(nil)
	}
	return (*KeyValueDecimal).kind(nil)
}

// otherKind returns the error for an attribute of another kind than wanted.
func otherKind(kv KeyValue, wanted kind) error {
	if _, null := kv.(*KeyValueNull); null {
		return &FieldError{causes: []error{ErrNull}}
	}
	return &FieldError{Rule: "is " + kv.kind().words + ", not " + wanted.words, causes: []error{ErrWrongKind}}
}

// missing returns the error for an attribute that is not in the item, or that is asked of no
// item at all.
func missing(item Item) error {
	e := &FieldError{causes: []error{ErrMissing}}
	if item == nil {
		e.Rule = "there is no item"
	}
	return e
}

// inexactAs returns the error for a number that the type of zero cannot hold.
func inexactAs(zero any) error {
	rule := fmt.Sprintf("is a number that a Go %T cannot hold without loss", zero)
	return &FieldError{Rule: rule, causes: []error{ErrInexact}}
}
