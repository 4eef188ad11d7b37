package dynamoconn

import (
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
// Further names lead into maps: Value[string](song, "Label", "Address", "City").
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
	var value T
	kv, found := item.Get(key)
	for i, name := range nested {
		if !found || isNil(kv) {
			return value, missing(item, pathOf(key, nested[:i]))
		}
		inner, ok := kv.(*KeyValueMap)
		if !ok {
			return value, otherKind(kv, (*KeyValueMap).kind(nil), pathOf(key, nested[:i]))
		}
		kv, found = inner.MapValue.Get(name)
	}
	if !found || isNil(kv) {
		return value, missing(item, pathOf(key, nested))
	}

	if held, ok := kv.goValue().(T); ok {
		return held, nil
	}
	if number, ok := numberOf(kv); ok {
		if number.readAs(&value) {
			return value, nil
		}
		if kindReadAs(value) == kv.kind() {
			return value, inexactAt(pathOf(key, nested), value)
		}
	}
	return value, otherKind(kv, kindReadAs(value), pathOf(key, nested))
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
func otherKind(kv KeyValue, wanted kind, path string) error {
	if _, null := kv.(*KeyValueNull); null {
		return &FieldError{Path: path, causes: []error{ErrNull}}
	}
	return &FieldError{Path: path, Rule: "is " + kv.kind().words + ", not " + wanted.words, causes: []error{ErrWrongKind}}
}

// missing returns the error for an attribute that is not in the item, or that is asked of no
// item at all.
func missing(item Item, path string) error {
	e := &FieldError{Path: path, causes: []error{ErrMissing}}
	if item == nil {
		e.Rule = "there is no item"
	}
	return e
}

// inexactAt returns the error for a number that the type of zero cannot hold.
func inexactAt(path string, zero any) error {
	rule := fmt.Sprintf("is a number that a Go %T cannot hold without loss", zero)
	return &FieldError{Path: path, Rule: rule, causes: []error{ErrInexact}}
}
