package dynamoconn

import (
	"encoding"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// elementsOf returns what is in a list or a set, as values.
func elementsOf(kv KeyValue) (values []KeyValue, isList bool) {
	switch kv := kv.(type) {
	case *KeyValueList:
		return kv.ListValue, true
	case *KeyValueStringSet:
		for _, member := range kv.StringSetValue {
			values = append(values, String("", member))
		}
		return values, true
	case *KeyValueNumberSet:
		for _, member := range kv.NumberSetValue {
			values = append(values, Decimal("", member))
		}
		return values, true
	case *KeyValueBinarySet:
		for _, member := range kv.BinarySetValue {
			values = append(values, Binary("", member))
		}
		return values, true
	}
	return nil, false
}

// readList reads a list or a set into a new slice, or into an array of its length.
func (r *unmapping) readList(kv KeyValue, v reflect.Value, t *goType, o *tagOptions, depth int) error {
	values, isList := elementsOf(kv)
	if !isList {
		return notHeld(kv, t)
	}
	if v.Kind() == reflect.Array && len(values) != v.Len() {
		return otherLength(kv.kind().words, len(values), t)
	}
	read := reflect.New(t.goType).Elem()
	if v.Kind() == reflect.Slice {
		read = reflect.MakeSlice(t.goType, len(values), len(values))
	}
	o = o.elements(t.elem)
	for i, value := range values {
		if err := r.read(value, read.Index(i), t.elem, o, depth+1); err != nil {
			return underElement(i, err)
		}
	}
	v.Set(read)
	return nil
}

// readMap reads a map into a map, and a set into one without values. What else a map holds stays.
func (r *unmapping) readMap(kv KeyValue, v reflect.Value, t *goType, o *tagOptions, depth int) error {
	in, isMap := kv.(*KeyValueMap)
	if !isMap {
		return r.readMembers(kv, v, t, o, depth)
	}
	o = o.elements(t.elem)
	read := reflect.MakeMapWithSize(t.goType, len(in.MapValue))
	for i, value := range in.MapValue {
		if isNil(value) {
			return underElement(i, kindError(value))
		}
		name := value.KeyName()
		key, err := t.key.keyNamed(name, t)
		if err == nil && read.MapIndex(key).IsValid() {
			err = broken("is in the item twice")
		}
		target := reflect.New(t.elem.goType).Elem()
		if err == nil {
			err = r.read(value, target, t.elem, o, depth+1)
		}
		if err != nil {
			return underName(name, err)
		}
		read.SetMapIndex(key, target)
	}
	if v.IsNil() {
		v.Set(read)
		return nil
	}
	for pairs := read.MapRange(); pairs.Next(); {
		v.SetMapIndex(pairs.Key(), pairs.Value())
	}
	return nil
}

// readMembers reads a set into the keys of a new map.
func (r *unmapping) readMembers(kv KeyValue, v reflect.Value, t *goType, o *tagOptions, depth int) error {
	values, isList := elementsOf(kv)
	if !isList || !t.isSet {
		return notHeld(kv, t)
	}
	o = o.elements(t.key)
	read := reflect.MakeMapWithSize(t.goType, len(values))
	for i, value := range values {
		key := reflect.New(t.key.goType).Elem()
		err := r.read(value, key, t.key, o, depth+1)
		if err == nil && !key.Comparable() {
			err = notHeld(value, t.key)
		}
		if err == nil && read.MapIndex(key).IsValid() {
			err = broken("is in the set twice")
		}
		if err != nil {
			return underElement(i, err)
		}
		read.SetMapIndex(key, reflect.Zero(t.elem.goType))
	}
	v.Set(read)
	return nil
}

// keyNamed returns the name of an attribute as the key of a map. It is the opposite of nameOf: a
// number must be written as nameOf writes it, so that no two names are one key.
func (t *goType) keyNamed(name string, ofMap *goType) (reflect.Value, error) {
	key := reflect.New(t.goType)
	if unmarshaler, ok := key.Interface().(encoding.TextUnmarshaler); ok {
		return key.Elem(), fromMethod(unmarshaler.UnmarshalText([]byte(name)))
	}
	key = key.Elem()
	isName := false
	switch classOfKind[t.goType.Kind()] {
	case classString:
		key.SetString(name)
		return key, nil
	case classInt:
		i, err := strconv.ParseInt(name, 10, 64)
		isName = err == nil && strconv.FormatInt(i, 10) == name
		if isName && key.OverflowInt(i) {
			return key, inexactIn(t)
		}
		key.SetInt(i)
	case classUint:
		u, err := strconv.ParseUint(name, 10, 64)
		isName = err == nil && strconv.FormatUint(u, 10) == name
		if isName && key.OverflowUint(u) {
			return key, inexactIn(t)
		}
		key.SetUint(u)
	case classBool:
		isName = name == "true" || name == "false"
		key.SetBool(name == "true")
	default:
		return key, wrongKind("is a Go " + ofMap.goType.String() + ruleMapKeys)
	}
	if !isName {
		return key, wrongKind("is the name of an attribute, which a Go " + t.goType.String() + " does not hold")
	}
	return key, nil
}

// readInterface sets an interface to a new value.
func (r *unmapping) readInterface(kv KeyValue, v reflect.Value, t *goType, depth int) error {
	switch {
	case t.goType == keyValueType:
		v.Set(reflect.ValueOf(Rename(cloneValue(kv, depth, &r.walk), "")))
		return nil
	case t.goType == attributeValueType:
		av, err := r.attributeValue(kv, depth)
		if err == nil {
			v.Set(reflect.ValueOf(av))
		}
		return err
	case t.goType.NumMethod() > 0:
		return notHeld(kv, t)
	}
	value, err := r.anyOf(kv, depth)
	if err == nil {
		v.Set(reflect.ValueOf(value))
	}
	return err
}

// attributeValue returns a copy of a value as the SDK's type.
func (r *unmapping) attributeValue(kv KeyValue, depth int) (types.AttributeValue, error) {
	return cloneValue(kv, depth, &r.walk).attributeValue(depth, &walk{})
}

// anyOf returns a value, which is not null, in the Go type that an any holds it in. Marshal makes
// the same value of it again.
func (r *unmapping) anyOf(kv KeyValue, depth int) (any, error) {
	if number, ok := numberOf(kv); ok {
		return number, nil
	}
	switch kv := kv.(type) {
	case *KeyValueString:
		return kv.StringValue, nil
	case *KeyValueBoolean:
		return kv.BooleanValue, nil
	case *KeyValueList:
		var list []any
		err := r.read(kv, reflect.ValueOf(&list).Elem(), goTypeOf(reflect.TypeFor[[]any]()), noOptions, depth)
		return list, err
	case *KeyValueMap:
		var values map[string]any
		err := r.read(kv, reflect.ValueOf(&values).Elem(), goTypeOf(reflect.TypeFor[map[string]any]()), noOptions, depth)
		return values, err
	}
	copied := Rename(cloneValue(kv, depth, &r.walk), "")
	switch kv := copied.(type) {
	case *KeyValueBinary:
		return notNil(kv.BinaryValue), nil
	case *KeyValueBinarySet:
		return kv.BinarySetValue, nil
	}
	return copied, nil
}
