package dynamoconn

import (
	"errors"
	"strconv"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
	"github.com/dynamoconn/dynamoconn/internal/jsontext"
)

// MarshalJSON returns the item as a plain JSON object, its attributes in the item's
// order:
//
//	string                       a string
//	long, decimal                a number, with every digit: 1.10 stays 1.10
//	boolean, null                true, false, null
//	binary                       a string in base64
//	list, and each of the sets   an array
//	map                          an object
//
// Plain JSON does not distinguish a binary from a string, nor a set from a list. Use
// [DynamoDBJSON] to read back the same item. A nil Item is null.
//
// It refuses what [ToAttributeValues] refuses, with the same error. It does not
// escape <, > and &, but [encoding/json.Marshal] does, and so does an
// [encoding/json.Encoder] unless SetEscapeHTML(false) is called. Many readers of
// JSON, JavaScript among them, round numbers to float64.
func (it Item) MarshalJSON() ([]byte, error) {
	if it == nil {
		return []byte("null"), nil
	}
	data, err := appendJSONObject(nil, it, 0, &walk{})
	return data, withoutRequest(aboutItem, err)
}

// UnmarshalJSON sets the item to a JSON object, its attributes in the order of the
// text. An object inside becomes a map and an array a list. A number becomes a
// [KeyValueLong] if it is written as Go prints an int64, and otherwise a
// [KeyValueDecimal] with the same text. Null makes the item nil.
//
// It refuses what it could not read without loss and what no item can hold: the same
// name twice in an object, an empty name, invalid UTF-8, half of a surrogate pair,
// nesting deeper than 32 levels, and anything but one JSON object. The error is
// [ErrInvalidRequest], in a [*FieldError] that names the place. For a number that
// DynamoDB cannot hold it is [ErrInvalidNumber] as well. On an error the item is
// unchanged.
func (it *Item) UnmarshalJSON(data []byte) error {
	item, err := unmarshalItem(data, plainJSON)
	if err != nil {
		return err
	}
	*it = item
	return nil
}

// jsonForm is one of the two forms of an item in JSON.
type jsonForm bool

const (
	plainJSON jsonForm = false
	typedJSON jsonForm = true // DynamoDB JSON: each value is in an object that names its type
)

func unmarshalItem(data []byte, form jsonForm) (Item, error) {
	r := jsonReader{Scanner: jsontext.Scanner{Data: data}, form: form}
	r.SkipSpace()
	var item Item
	if !r.Literal("null") {
		var err error
		if item, err = r.object(0); err != nil {
			return nil, withoutRequest(aboutItem, err)
		}
	}
	if r.SkipSpace(); r.Pos < len(data) {
		return nil, withoutRequest(aboutItem, r.notJSON())
	}
	return item, nil
}

// jsonReader reads items. Unlike encoding/json, it refuses a name that is in an object
// twice, and text that is not Unicode.
type jsonReader struct {
	jsontext.Scanner
	form jsonForm
}

// object reads an object of attributes. The outermost is at depth 0.
func (r *jsonReader) object(depth int) (Item, error) {
	if depth > deepestNesting {
		return nil, tooDeep()
	}
	if !r.Take('{') {
		return nil, r.otherThan("must be an object")
	}
	item := Item{}
	if r.Take('}') {
		return item, nil
	}
	var names nameSet
	for {
		if r.Peek() != '"' {
			return nil, r.notJSON()
		}
		name, err := r.text()
		if err != nil {
			return nil, err
		}
		if err := checkName(name); err != nil {
			return nil, underName(name, err)
		}
		if !names.add(item, name) {
			return nil, underName(name, broken("is in the object twice"))
		}
		if !r.Take(':') {
			return nil, underName(name, r.notJSON())
		}
		kv, err := r.value(name, depth)
		if err != nil {
			return nil, underName(name, err)
		}
		item = append(item, kv)
		if r.Take('}') {
			return item, nil
		}
		if !r.Take(',') {
			return nil, r.notJSON()
		}
	}
}

func (r *jsonReader) value(key string, depth int) (KeyValue, error) {
	if r.form == typedJSON {
		return r.typedValue(key, depth)
	}
	return r.plainValue(key, depth)
}

func (r *jsonReader) list(depth int) ([]KeyValue, error) {
	if depth > deepestNesting {
		return nil, tooDeep()
	}
	list := []KeyValue{}
	err := r.array(func() error {
		kv, err := r.value("", depth)
		list = append(list, kv)
		return err
	})
	return list, err
}

// array reads an array and calls element where each of its elements begins.
func (r *jsonReader) array(element func() error) error {
	if !r.Take('[') {
		return r.otherThan("must be an array")
	}
	if r.Take(']') {
		return nil
	}
	for i := 0; ; i++ {
		if err := element(); err != nil {
			return underElement(i, err)
		}
		if r.Take(']') {
			return nil
		}
		if !r.Take(',') {
			return r.notJSON()
		}
	}
}

// text reads a string.
func (r *jsonReader) text() (string, error) {
	text, err := r.quoted()
	return string(text), err
}

// quoted reads a string and returns its bytes, which the next call may overwrite.
func (r *jsonReader) quoted() ([]byte, error) {
	if r.Peek() != '"' {
		return nil, r.otherThan("must be a string")
	}
	text, err := r.Text()
	if err != nil {
		return nil, brokenJSON(err)
	}
	return text, nil
}

// otherThan returns the error for a value of another kind than rule asks for, or for
// what begins no value.
func (r *jsonReader) otherThan(rule string) error {
	if r.AtValue() {
		return broken(rule)
	}
	return r.notJSON()
}

func (r *jsonReader) notJSON() error { return brokenJSON(r.SyntaxError()) }

// brokenJSON returns the FieldError for an error of package jsontext. For text that is not
// JSON it names the byte.
func brokenJSON(err error) error {
	var e *jsontext.Error
	if errors.As(err, &e) && e.Rule != jsontext.RuleSyntax {
		return broken(e.Rule)
	}
	return broken(err.Error())
}

// plainValue reads a value in plain JSON, in an object or array at depth.
func (r *jsonReader) plainValue(key string, depth int) (KeyValue, error) {
	switch c := r.Peek(); {
	case c == '"':
		text, err := r.text()
		if err != nil {
			return nil, err
		}
		return &KeyValueString{Key: key, StringValue: text}, nil
	case c == '-' || c-'0' <= 9:
		digits, err := r.Number()
		if err != nil {
			return nil, brokenJSON(err)
		}
		return numberValue(key, string(digits))
	case c == '{':
		item, err := r.object(depth + 1)
		if err != nil {
			return nil, err
		}
		return &KeyValueMap{Key: key, MapValue: item}, nil
	case c == '[':
		list, err := r.list(depth + 1)
		if err != nil {
			return nil, err
		}
		return &KeyValueList{Key: key, ListValue: list}, nil
	case r.Literal("true"):
		return &KeyValueBoolean{Key: key, BooleanValue: true}, nil
	case r.Literal("false"):
		return &KeyValueBoolean{Key: key}, nil
	case r.Literal("null"):
		return &KeyValueNull{Key: key}, nil
	}
	return nil, r.notJSON()
}

// numberValue returns the number that a JSON text holds, under key.
func numberValue(key, text string) (KeyValue, error) {
	kv, err := longOrDecimal(key, text)
	if err != nil {
		return nil, brokenNumber(err)
	}
	return kv, nil
}

// brokenNumber returns the FieldError for an error of ParseNumber.
func brokenNumber(err error) error {
	return &FieldError{Rule: err.Error(), causes: []error{ErrInvalidRequest, ErrInvalidNumber}}
}

// appendJSONObject appends item in plain JSON. It and the functions that it calls check what
// ToAttributeValues checks, in the same order.
func appendJSONObject(b []byte, item Item, depth int, w *walk) ([]byte, error) {
	if err := checkContainer(len(item), depth, w); err != nil {
		return nil, err
	}
	var names nameSet
	b = append(b, '{')
	for i, kv := range item {
		if isNil(kv) {
			return nil, underElement(i, kindError(kv))
		}
		name := kv.KeyName()
		if err := checkName(name); err != nil {
			return nil, underName(name, err)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendString(b, name)
		b = append(b, ':')
		var err error
		if b, err = kv.appendJSON(b, depth, w); err != nil {
			return nil, underName(name, err)
		}
		if !names.add(item[:i], name) {
			return nil, underName(name, broken("is in the item twice"))
		}
	}
	return append(b, '}'), nil
}

func appendJSONList(b []byte, values []KeyValue, depth int, w *walk) ([]byte, error) {
	if err := checkContainer(len(values), depth, w); err != nil {
		return nil, err
	}
	b = append(b, '[')
	for i, value := range values {
		if isNil(value) {
			return nil, underElement(i, kindError(value))
		}
		if value.KeyName() != "" {
			return nil, underElement(i, broken("an element of a list has no name"))
		}
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = value.appendJSON(b, depth, w); err != nil {
			return nil, underElement(i, err)
		}
	}
	return append(b, ']'), nil
}

func (kv *KeyValueString) appendJSON(b []byte, _ int, _ *walk) ([]byte, error) {
	b, isUTF8 := jsontext.AppendString(b, kv.StringValue)
	if !isUTF8 {
		return nil, broken("must be valid UTF-8")
	}
	return b, nil
}

func (kv *KeyValueLong) appendJSON(b []byte, _ int, _ *walk) ([]byte, error) {
	return strconv.AppendInt(b, kv.LongValue, 10), nil
}

func (kv *KeyValueDecimal) appendJSON(b []byte, _ int, _ *walk) ([]byte, error) {
	return appendJSONNumber(b, kv.DecimalValue), nil
}

func (kv *KeyValueBoolean) appendJSON(b []byte, _ int, _ *walk) ([]byte, error) {
	return strconv.AppendBool(b, kv.BooleanValue), nil
}

func (kv *KeyValueBinary) appendJSON(b []byte, _ int, _ *walk) ([]byte, error) {
	return appendBase64(b, kv.BinaryValue), nil
}

func (kv *KeyValueNull) appendJSON(b []byte, _ int, _ *walk) ([]byte, error) {
	return append(b, "null"...), nil
}

func (kv *KeyValueList) appendJSON(b []byte, depth int, w *walk) ([]byte, error) {
	return appendJSONList(b, kv.ListValue, depth+1, w)
}

func (kv *KeyValueMap) appendJSON(b []byte, depth int, w *walk) ([]byte, error) {
	return appendJSONObject(b, kv.MapValue, depth+1, w)
}

func (kv *KeyValueStringSet) appendJSON(b []byte, _ int, w *walk) ([]byte, error) {
	if !w.takes(len(kv.StringSetValue)) {
		return nil, tooManyValues()
	}
	if err := checkStringSet(kv.StringSetValue); err != nil {
		return nil, err
	}
	return appendArray(b, kv.StringSetValue, appendJSONString), nil
}

func (kv *KeyValueNumberSet) appendJSON(b []byte, _ int, w *walk) ([]byte, error) {
	if !w.takes(len(kv.NumberSetValue)) {
		return nil, tooManyValues()
	}
	if err := checkSet(kv.NumberSetValue, canonicalText); err != nil {
		return nil, err
	}
	return appendArray(b, kv.NumberSetValue, appendJSONNumber), nil
}

func (kv *KeyValueBinarySet) appendJSON(b []byte, _ int, w *walk) ([]byte, error) {
	if !w.takes(len(kv.BinarySetValue)) {
		return nil, tooManyValues()
	}
	if err := checkBinarySet(kv.BinarySetValue); err != nil {
		return nil, err
	}
	return appendArray(b, kv.BinarySetValue, appendBase64), nil
}

func appendJSONNumber(b []byte, n Number) []byte { return decimal.AppendJSON(b, n.String()) }

func appendJSONString(b []byte, text string) []byte {
	b, _ = jsontext.AppendString(b, text)
	return b
}
