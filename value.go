package dynamoconn

import "math"

// ValueType is the set of Go types that [Value] reads an attribute as.
type ValueType interface {
	string | int | int64 | float64 | Number | bool | []byte | Item |
		[]KeyValue | []string | []Number | [][]byte
}

// Value returns the attribute of item named key, as a T:
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
// [ErrWrongKind] if it is of a kind that does not read as T, and [ErrInexact] if it
// is a number that T cannot hold without loss. Each is in a [*FieldError] with the
// path. Slices and items are shared with item, not copied.
func Value[T ValueType](item Item, key string, nested ...string) (T, error) {
	var zero T
	kv, found := item.Get(key)
	for i, name := range nested {
		if !found || isNil(kv) {
			return zero, unreadable(ErrMissing, "", pathOf(key, nested[:i]))
		}
		inner, ok := kv.(*KeyValueMap)
		if !ok {
			return zero, otherKind(kv, "a map", pathOf(key, nested[:i]))
		}
		kv, found = inner.MapValue.Get(name)
	}
	if !found || isNil(kv) {
		return zero, unreadable(ErrMissing, "", pathOf(key, nested))
	}

	value, wanted, err := read(any(zero), kv)
	switch {
	case err != nil:
		return zero, unreadable(ErrInexact, "is a number that the Go type cannot hold without loss", pathOf(key, nested))
	case value == nil:
		return zero, otherKind(kv, wanted, pathOf(key, nested))
	}
	return value.(T), nil
}

// read returns the value of kv in the type of zero. The value is nil if kv is of
// another kind than wanted, and err tells that a number does not fit.
func read(zero any, kv KeyValue) (value any, wanted string, err error) {
	switch zero.(type) {
	case string:
		if kv, ok := kv.(*KeyValueString); ok {
			return kv.StringValue, "", nil
		}
		return nil, "a string", nil
	case int, int64, float64, Number:
		number, ok := numberOf(kv)
		if !ok {
			return nil, "a number", nil
		}
		value, err = readNumber(zero, number)
		return value, "", err
	case bool:
		if kv, ok := kv.(*KeyValueBoolean); ok {
			return kv.BooleanValue, "", nil
		}
		return nil, "a boolean", nil
	case []byte:
		if kv, ok := kv.(*KeyValueBinary); ok {
			return kv.BinaryValue, "", nil
		}
		return nil, "a binary", nil
	case Item:
		if kv, ok := kv.(*KeyValueMap); ok {
			return kv.MapValue, "", nil
		}
		return nil, "a map", nil
	case []KeyValue:
		if kv, ok := kv.(*KeyValueList); ok {
			return kv.ListValue, "", nil
		}
		return nil, "a list", nil
	case []string:
		if kv, ok := kv.(*KeyValueStringSet); ok {
			return kv.StringSetValue, "", nil
		}
		return nil, "a string set", nil
	case []Number:
		if kv, ok := kv.(*KeyValueNumberSet); ok {
			return kv.NumberSetValue, "", nil
		}
		return nil, "a number set", nil
	case [][]byte:
		if kv, ok := kv.(*KeyValueBinarySet); ok {
			return kv.BinarySetValue, "", nil
		}
		return nil, "a binary set", nil
	}
	return nil, "another type", nil
}

func readNumber(zero any, number Number) (any, error) {
	switch zero.(type) {
	case int:
		n, err := number.Int64()
		if err == nil && (n < math.MinInt || n > math.MaxInt) {
			return nil, ErrInexact
		}
		return int(n), err
	case int64:
		return number.Int64()
	case float64:
		return number.Float64()
	}
	return number, nil
}

func otherKind(kv KeyValue, wanted, path string) error {
	if _, null := kv.(*KeyValueNull); null {
		return unreadable(ErrNull, "", path)
	}
	return unreadable(ErrWrongKind, "is "+kindOf(kv)+", not "+wanted, path)
}

func unreadable(cause error, rule, path string) error {
	if rule == "" {
		rule = "has no value"
	}
	return &FieldError{Path: path, Rule: rule, causes: []error{cause}}
}

// kindOf names the kind of kv for people.
func kindOf(kv KeyValue) string {
	switch kv.(type) {
	case *KeyValueString:
		return "a string"
	case *KeyValueLong, *KeyValueDecimal:
		return "a number"
	case *KeyValueBoolean:
		return "a boolean"
	case *KeyValueBinary:
		return "a binary"
	case *KeyValueNull:
		return "null"
	case *KeyValueList:
		return "a list"
	case *KeyValueMap:
		return "a map"
	case *KeyValueStringSet:
		return "a string set"
	case *KeyValueNumberSet:
		return "a number set"
	case *KeyValueBinarySet:
		return "a binary set"
	}
	return "of an unknown kind"
}
