package dynamoconn

import (
	"encoding"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// unmapping is the reading of one item or value into a Go value.
type unmapping struct{ walk walk }

// targetOf returns what v points to.
func targetOf(v any) (reflect.Value, error) {
	target := reflect.ValueOf(v)
	switch {
	case v == nil:
		return target, withoutRequest(aboutTarget, broken("is nil, not a pointer"))
	case target.Kind() != reflect.Pointer:
		return target, withoutRequest(aboutTarget, broken("is a Go "+target.Type().String()+", not a pointer"))
	case target.IsNil():
		return target, withoutRequest(aboutTarget, broken("is a nil "+target.Type().String()))
	}
	return target.Elem(), nil
}

// read sets v, which is of the type t and inside depth lists and maps, to kv.
func (r *unmapping) read(kv KeyValue, v reflect.Value, t *goType, o *tagOptions, depth int) error {
	switch {
	case isNil(kv):
		return kindError(kv)
	case depth > deepestAnswer:
		return broken("is nested deeper than 100 levels")
	case !r.walk.enters(depth):
		return tooManyValues()
	}
	if _, isNull := kv.(*KeyValueNull); isNull && t.reads != classMarshaler {
		v.SetZero()
		return nil
	}
	for range mostPointers {
		switch t.reads {
		case classPointer:
			if v.IsNil() {
				v.Set(reflect.New(t.elem.goType))
			}
			v, t = v.Elem(), t.elem
		case classInterface:
			if v.IsNil() || v.Elem().Kind() != reflect.Pointer || v.Elem().IsNil() || t.goType.Implements(keyValueType) {
				return r.readInterface(kv, v, t, depth)
			}
			v = v.Elem().Elem()
			t = goTypeOf(v.Type())
		default:
			return r.plain(kv, v, t, o, depth)
		}
	}
	return broken("is a pointer that leads to itself")
}

// plain reads into what is neither a pointer nor an interface.
func (r *unmapping) plain(kv KeyValue, v reflect.Value, t *goType, o *tagOptions, depth int) error {
	if text, isText := kv.(*KeyValueString); isText && t.readsText(o) {
		return fromMethod(v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text.StringValue)))
	}
	switch t.reads {
	case classMarshaler:
		av, err := kv.attributeValue(depth, &r.walk)
		if err != nil {
			return err
		}
		return fromMethod(v.Addr().Interface().(sdkUnmarshaler).UnmarshalDynamoDBAttributeValue(av))
	case classInt, classUint, classFloat32, classFloat64, classTextNumber, classNumber, classBigInt, classBigFloat, classBigRat:
		return readNumber(kv, v, t, o)
	case classTime:
		return readTime(kv, v, t)
	case classAttributeValue:
		av, err := r.attributeValue(kv, depth)
		if err != nil {
			return err
		}
		if member := reflect.ValueOf(av); member.Type() == v.Addr().Type() {
			v.Set(member.Elem())
			return nil
		}
	case classItem:
		if in, ok := kv.(*KeyValueMap); ok {
			v.Set(reflect.ValueOf(cloneValue(in, depth, &r.walk).(*KeyValueMap).MapValue))
			return nil
		}
	case classString:
		if in, ok := kv.(*KeyValueString); ok {
			v.SetString(in.StringValue)
			return nil
		}
	case classBool:
		if in, ok := kv.(*KeyValueBoolean); ok {
			v.SetBool(in.BooleanValue)
			return nil
		}
	case classBytes:
		if in, ok := kv.(*KeyValueBinary); ok {
			return readBytes(in.BinaryValue, v, t)
		}
	case classList:
		return r.readList(kv, v, t, o, depth)
	case classMap:
		return r.readMap(kv, v, t, o, depth)
	case classStruct:
		if in, ok := kv.(*KeyValueMap); ok {
			return r.readStruct(in.MapValue, v, t, depth)
		}
	}
	return notHeld(kv, t)
}

// readsText reports whether a string is given to UnmarshalText: where the type holds no string
// itself, or its tag asks for it.
func (t *goType) readsText(o *tagOptions) bool {
	if t.reads == classText || o.asText && t.unmarshalsText {
		return true
	}
	switch t.reads {
	case classBool, classInt, classUint, classFloat32, classFloat64, classBytes, classList, classMap, classStruct:
		return t.unmarshalsText && !o.asString
	}
	return false
}

// fromMethod returns the error of a method of the program.
func fromMethod(err error) error {
	if _, ok := as[*FieldError](err); ok || err == nil {
		return err
	}
	return &FieldError{Rule: err.Error(), causes: []error{err}, about: aboutItem}
}

// notHeld returns the error for an attribute of a kind that a Go type does not hold.
func notHeld(kv KeyValue, t *goType) error {
	return wrongKind("is " + kv.kind().words + ", which a Go " + t.goType.String() + " does not hold")
}

func wrongKind(rule string, causes ...error) error {
	return &FieldError{Rule: rule, causes: append([]error{ErrWrongKind}, causes...)}
}

// inexactIn returns the error for a number that a Go type cannot hold.
func inexactIn(t *goType) error {
	return &FieldError{Rule: "is a number that a Go " + t.goType.String() + " cannot hold without loss", causes: []error{ErrInexact}}
}

// readNumber reads a number, or with the option string the text of one.
func readNumber(kv KeyValue, v reflect.Value, t *goType, o *tagOptions) error {
	if long, ok := kv.(*KeyValueLong); ok && t.reads == classInt && !v.OverflowInt(long.LongValue) {
		v.SetInt(long.LongValue) // as most numbers are
		return nil
	}
	number, isNumber := numberOf(kv)
	if text, isText := kv.(*KeyValueString); isText && o.asString {
		var err error
		if number, err = ParseNumber(text.StringValue); err != nil {
			return wrongKind("is a string that is no number", ErrInvalidNumber)
		}
	} else if !isNumber {
		return notHeld(kv, t)
	}
	if !number.readInto(v, t) {
		return inexactIn(t)
	}
	return nil
}

// readInto sets v to a number, and reports whether v can hold it.
func (n Number) readInto(v reflect.Value, t *goType) bool {
	switch t.reads {
	case classInt:
		i, err := n.Int64()
		if err != nil || v.OverflowInt(i) {
			return false
		}
		v.SetInt(i)
	case classUint:
		u, err := n.Uint64()
		if err != nil || v.OverflowUint(u) {
			return false
		}
		v.SetUint(u)
	case classFloat32:
		f, err := n.float32()
		v.SetFloat(f)
		return err == nil
	case classFloat64:
		f, err := n.Float64()
		v.SetFloat(f)
		return err == nil
	case classTextNumber:
		v.SetString(n.String())
	case classNumber:
		v.Set(reflect.ValueOf(n))
	case classBigInt:
		x, err := n.BigInt()
		if err != nil {
			return false
		}
		v.Addr().Interface().(*big.Int).Set(x)
	case classBigFloat:
		x, err := n.BigFloat()
		if err != nil {
			return false
		}
		v.Addr().Interface().(*big.Float).Copy(x)
	case classBigRat:
		v.Addr().Interface().(*big.Rat).Set(n.BigRat())
	}
	return true
}

// float32 returns the float32 nearest to n, if its shortest text is n.
func (n Number) float32() (float64, error) {
	f, err := strconv.ParseFloat(n.String(), 32)
	if err != nil {
		return 0, err
	}
	if back, err := numberFromFloat32(f); err != nil || !back.Equal(n) {
		return 0, inexact("number has more digits than a float32 keeps")
	}
	return f, nil
}

// readTime reads a time in RFC 3339, or in seconds since 1970, which become a time in UTC.
func readTime(kv KeyValue, v reflect.Value, t *goType) error {
	var at time.Time
	if text, ok := kv.(*KeyValueString); ok {
		var err error
		if at, err = time.Parse(time.RFC3339Nano, text.StringValue); err != nil {
			return wrongKind("is a string that is no time in RFC 3339")
		}
	} else {
		number, ok := numberOf(kv)
		if !ok {
			return notHeld(kv, t)
		}
		seconds, err := number.Int64()
		if err != nil {
			return inexactIn(t)
		}
		at = time.Unix(seconds, 0).UTC()
	}
	v.Set(reflect.ValueOf(at).Convert(t.goType))
	return nil
}

// readBytes copies bytes into a slice or an array.
func readBytes(b []byte, v reflect.Value, t *goType) error {
	if v.Kind() == reflect.Slice {
		v.SetBytes(append([]byte{}, b...))
		return nil
	}
	if len(b) != v.Len() {
		return otherLength("a binary", len(b), t)
	}
	for i, c := range b {
		v.Index(i).SetUint(uint64(c))
	}
	return nil
}

func otherLength(what string, n int, t *goType) error {
	return wrongKind("is " + what + " of " + strconv.Itoa(n) + ", which a Go " + t.goType.String() + " does not hold")
}

// readStruct sets the fields of a struct. It leaves a field as it is that has no attribute, and
// passes over an attribute that has no field.
func (r *unmapping) readStruct(item Item, v reflect.Value, t *goType, depth int) error {
	if rule := t.structRefusal(); rule != "" {
		return wrongKind(rule)
	}
	var few [64]bool
	isSet := few[:]
	if len(t.fields) > len(few) {
		isSet = make([]bool, len(t.fields))
	}
	for i, kv := range item {
		if isNil(kv) {
			return underElement(i, kindError(kv))
		}
		name := kv.KeyName()
		field := t.fieldNamed(name, item)
		if field == nil {
			continue
		}
		if isSet[field.position] {
			return underName(name, broken("is in the item twice"))
		}
		isSet[field.position] = true
		target, err := field.toSet(v)
		if err == nil {
			err = r.read(kv, target, field.goType, &field.options, depth+1)
		}
		if err != nil {
			return underName(name, err)
		}
	}
	return nil
}

// fieldNamed returns the field for an attribute: the one of this name, or one whose name differs in
// the case of its letters, as in encoding/json, unless the item has its very name.
func (t *goType) fieldNamed(name string, item Item) *goField {
	if field, ok := t.byName[name]; ok {
		return field
	}
	for _, field := range t.fields {
		if strings.EqualFold(field.name, name) && !item.Has(field.name) {
			return field
		}
	}
	return nil
}

// toSet returns the field of a struct to set it. It makes the structs that are embedded as nil
// pointers.
func (f *goField) toSet(v reflect.Value) (reflect.Value, error) {
	if f.rule != "" {
		return v, broken(f.rule)
	}
	for i, x := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() && !v.CanSet() {
				return v, broken("is in an embedded " + v.Type().String() + " that is nil and not exported, so it cannot be set")
			}
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v, nil
}
