package dynamoconn

import (
	"bytes"
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// container converts bytes, a list, a map or a set. A [][]byte is a set, as it is in the SDK's package
// attributevalue.
func (m *mapping) container(name string, v reflect.Value, t *goType, o *tagOptions, depth int) (KeyValue, error) {
	switch {
	case o.set != "" && (t.writes == classList || t.writes == classMap && t.isSet):
		return m.set(name, v, t, o, depth)
	case o.set != "":
		return nil, broken("is a Go " + t.goType.String() + ", which cannot be a " + string(o.set))
	case t.writes == classBytes:
		return Binary(name, copyOfBytes(v)), nil
	case t.goType == bytesSliceType:
		return m.set(name, v, t, &tagOptions{set: setOfBinaries}, depth)
	case t.writes == classMap:
		return m.mapValue(name, v, t, o.elements(t.elem), depth)
	}
	values, err := m.list(v, t, o, depth)
	if err != nil {
		return nil, err
	}
	return List(name, values...), nil
}

// list converts the elements of a slice or an array.
func (m *mapping) list(v reflect.Value, t *goType, o *tagOptions, depth int) ([]KeyValue, error) {
	if err := checkContainer(v.Len(), depth+1, &m.walk); err != nil {
		return nil, err
	}
	o = o.elements(t.elem)
	values := make([]KeyValue, 0, v.Len())
	for i := range v.Len() {
		kv, err := m.inContainer("", v.Index(i), t.elem, o, depth+1)
		if err == nil && kv != nil && kv.KeyName() != "" {
			err = broken("an element of a list has no name")
		}
		if err != nil {
			return nil, underElement(i, err)
		}
		if kv != nil {
			values = append(values, kv)
		}
	}
	return values, nil
}

// inContainer converts an element of a list or a map. The option omitemptyelem leaves out a nil also
// behind pointers and in an interface, as in the SDK's package attributevalue.
func (m *mapping) inContainer(name string, v reflect.Value, t *goType, o *tagOptions, depth int) (KeyValue, error) {
	if o.omitEmpty && leadsToNil(v) {
		return nil, nil
	}
	return m.element(name, v, t, o, depth)
}

// leadsToNil reports whether v is nil, or leads to a nil through pointers and interfaces.
func leadsToNil(v reflect.Value) bool {
	for range mostPointers {
		switch {
		case isNull(v):
			return true
		case v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface:
			return false
		}
		v = v.Elem()
	}
	return false
}

// copyOfBytes returns a copy of a slice or an array of bytes.
func copyOfBytes(v reflect.Value) []byte {
	if v.Kind() == reflect.Slice {
		return append([]byte{}, v.Bytes()...)
	}
	b := make([]byte, v.Len())
	for i := range b {
		b[i] = byte(v.Index(i).Uint())
	}
	return b
}

// checkedSet refuses a set that is empty or holds a member twice, if no request will.
func (m *mapping) checkedSet(set KeyValue) (KeyValue, error) {
	if !m.isWhole {
		return set, nil
	}
	_, err := set.attributeValue(0, &walk{})
	return set, err
}

// set converts a slice, an array or the keys of a map to the set that a tag asks for.
func (m *mapping) set(name string, v reflect.Value, t *goType, o *tagOptions, depth int) (KeyValue, error) {
	values, err := m.members(v, t, o, depth)
	if err != nil {
		return nil, err
	}
	switch o.set {
	case setOfNumbers:
		members := make([]Number, len(values))
		for i, kv := range values {
			var isNumber bool
			if members[i], isNumber = numberOf(kv); !isNumber {
				return nil, noMember(i, kv, (*KeyValueLong).kind(nil))
			}
		}
		return m.checkedSet(NumberSet(name, members...))
	case setOfBinaries:
		members := make([][]byte, len(values))
		for i, kv := range values {
			binary, isBinary := kv.(*KeyValueBinary)
			if !isBinary {
				return nil, noMember(i, kv, binary.kind())
			}
			members[i] = binary.BinaryValue
		}
		return m.checkedSet(BinarySet(name, members...))
	}
	members := make([]string, len(values))
	for i, kv := range values {
		text, isText := kv.(*KeyValueString)
		if !isText {
			return nil, noMember(i, kv, text.kind())
		}
		members[i] = text.StringValue
	}
	return m.checkedSet(StringSet(name, members...))
}

func noMember(i int, kv KeyValue, wanted kind) error {
	return underElement(i, broken("is "+kv.kind().words+", not "+wanted.words))
}

// members converts the members of a set. Those of a map are sorted. A set is no level of nesting.
func (m *mapping) members(v reflect.Value, t *goType, o *tagOptions, depth int) ([]KeyValue, error) {
	if t.writes == classList {
		return m.list(v, t, o, depth-1)
	}
	if !m.walk.takes(v.Len()) {
		return nil, tooManyValues()
	}
	values := make([]KeyValue, 0, v.Len())
	o = o.elements(t.key)
	for _, key := range v.MapKeys() {
		kv, err := m.write("", key, t.key, o, depth)
		if err != nil {
			return nil, err
		}
		values = append(values, kv)
	}
	slices.SortFunc(values, compareMembers)
	return values, nil
}

// compareMembers orders the members of a set.
func compareMembers(a, b KeyValue) int {
	if x, ok := numberOf(a); ok {
		y, _ := numberOf(b)
		return x.Cmp(y)
	}
	switch a := a.(type) {
	case *KeyValueString:
		if b, ok := b.(*KeyValueString); ok {
			return strings.Compare(a.StringValue, b.StringValue)
		}
	case *KeyValueBinary:
		if b, ok := b.(*KeyValueBinary); ok {
			return bytes.Compare(a.BinaryValue, b.BinaryValue)
		}
	}
	return 0
}

// mapValue converts a map, in the order of its keys.
func (m *mapping) mapValue(name string, v reflect.Value, t *goType, o *tagOptions, depth int) (KeyValue, error) {
	if err := checkContainer(v.Len(), depth+1, &m.walk); err != nil {
		return nil, err
	}
	type entry struct {
		name  string
		value reflect.Value
	}
	entries := make([]entry, 0, v.Len())
	for pairs := v.MapRange(); pairs.Next(); {
		key, err := t.key.nameOf(pairs.Key(), t)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{key, pairs.Value()})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	values := make(Item, 0, len(entries))
	for i, e := range entries {
		err := checkName(e.name)
		if err == nil && i > 0 && entries[i-1].name == e.name {
			err = broken("is the name of two keys of the Go map")
		}
		var kv KeyValue
		if err == nil {
			kv, err = m.inContainer(e.name, e.value, t.elem, o, depth+1)
		}
		if err != nil {
			return nil, underName(e.name, err)
		}
		if kv != nil {
			values = append(values, kv)
		}
	}
	return Map(name, values...), nil
}

// nameOf returns the key of a map as the name of an attribute.
func (t *goType) nameOf(key reflect.Value, ofMap *goType) (string, error) {
	if marshaler, ok := key.Interface().(encoding.TextMarshaler); ok && t.goType.Kind() != reflect.Interface {
		if isNull(key) {
			return "", broken("has a key that is nil")
		}
		text, err := marshaler.MarshalText()
		return string(text), refusedValue(err)
	}
	switch classOfKind[t.goType.Kind()] {
	case classString:
		return key.String(), nil
	case classInt:
		return strconv.FormatInt(key.Int(), 10), nil
	case classUint:
		return strconv.FormatUint(key.Uint(), 10), nil
	case classBool:
		return strconv.FormatBool(key.Bool()), nil
	}
	return "", broken("is a Go " + ofMap.goType.String() + ruleMapKeys)
}

const ruleMapKeys = ": the keys of a map must be strings, integers, booleans or of a type with MarshalText"
