package dynamoconn

import (
	"encoding/base64"
	"errors"
	"strconv"
	"unicode/utf8"

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
// Plain JSON does not tell a binary from a string nor a set from a list; use
// [DynamoDBJSON] for what must read back as it was. A nil Item is null.
//
// It refuses what [ToAttributeValues] refuses, with the same error. It leaves <, >
// and & as they are; [encoding/json.Marshal] escapes them, an [encoding/json.Encoder]
// does unless SetEscapeHTML(false) is called. Many readers of JSON, JavaScript among
// them, round numbers to float64.
func (it Item) MarshalJSON() ([]byte, error) {
	return marshalItem(it, false)
}

// UnmarshalJSON sets the item to a JSON object, its attributes in the order of the
// text. An object within becomes a map, an array a list, and a number a
// [KeyValueLong] if it is written as Go prints an int64 and a [KeyValueDecimal],
// with its own text, otherwise. Null makes the item nil.
//
// It refuses what could not be read without a loss or what no item can hold: one
// name twice in an object, an empty name, invalid UTF-8, half of a surrogate pair,
// nesting deeper than 32 levels, text that is not JSON or goes on after it. Each is an
// [ErrInvalidRequest], in a [*FieldError] that names the place; a number that
// DynamoDB cannot hold is [ErrInvalidNumber] as well. On an error the item is
// unchanged.
func (it *Item) UnmarshalJSON(data []byte) error {
	item, err := unmarshalItem(data, false)
	if err != nil {
		return err
	}
	*it = item
	return nil
}

func marshalItem(item Item, typed bool) ([]byte, error) {
	if item == nil {
		return []byte("null"), nil
	}
	w := jsonWriter{typed: typed}
	if err := w.object(item, 0); err != nil {
		return nil, err
	}
	return w.b, nil
}

func unmarshalItem(data []byte, typed bool) (Item, error) {
	r := jsonReader{Scanner: jsontext.Scanner{Data: data}, typed: typed}
	r.SkipSpace()
	var item Item
	if !r.Literal("null") {
		var err error
		if item, err = r.object(0); err != nil {
			return nil, err
		}
	}
	if r.SkipSpace(); r.Pos < len(data) {
		return nil, r.notJSON()
	}
	return item, nil
}

// jsonReader reads items. It refuses where encoding/json takes the last of two equal
// names or replaces what is not Unicode.
type jsonReader struct {
	jsontext.Scanner
	typed bool // DynamoDB JSON
}

// object reads an object of attributes. The outermost is at depth 0.
func (r *jsonReader) object(depth int) (Item, error) {
	if depth > deepestNesting {
		return nil, broken("is nested deeper than 32 levels")
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
	if r.typed {
		return r.typedValue(key, depth)
	}
	return r.plainValue(key, depth)
}

func (r *jsonReader) list(depth int) ([]KeyValue, error) {
	if depth > deepestNesting {
		return nil, broken("is nested deeper than 32 levels")
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
	if r.Peek() != '"' {
		return "", r.otherThan("must be a string")
	}
	text, err := r.Text()
	if err != nil {
		return "", brokenJSON(err)
	}
	return string(text), nil
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

// brokenJSON returns the error for text that package jsontext refuses. What is no JSON at
// all has no path that helps, so the rule names the byte.
func brokenJSON(err error) error {
	var e *jsontext.Error
	if errors.As(err, &e) && e.Rule != jsontext.RuleSyntax {
		return broken(e.Rule)
	}
	return broken(err.Error())
}

// plainValue reads the value of an attribute or element of a container at depth.
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
		return readNumberText(key, string(digits))
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

// readNumberText returns the number that stands in JSON, as [fromNumber] does for
// one from DynamoDB.
func readNumberText(key, text string) (KeyValue, error) {
	if n, ok := decimal.ParseInt64(text); ok {
		return &KeyValueLong{Key: key, LongValue: n}, nil
	}
	number, err := ParseNumber(text)
	if err != nil {
		return nil, invalidNumberAt(err)
	}
	return &KeyValueDecimal{Key: key, DecimalValue: number}, nil
}

func invalidNumberAt(err error) error {
	return &FieldError{Path: "", Rule: err.Error(), causes: []error{ErrInvalidRequest, ErrInvalidNumber}}
}

// nameSet tells whether an item holds a name already: a few by looking at each,
// many by a map.
type nameSet struct{ seen map[string]struct{} }

const fewNames = 16

// add returns false if item, whose names have all been added, holds name.
func (s *nameSet) add(item Item, name string) bool {
	if len(item) < fewNames {
		return item.index(name) < 0
	}
	if s.seen == nil {
		s.seen = make(map[string]struct{}, 2*len(item))
		for _, kv := range item {
			s.seen[kv.KeyName()] = struct{}{}
		}
	}
	before := len(s.seen)
	s.seen[name] = struct{}{}
	return len(s.seen) > before
}

// jsonWriter appends items to b in one of the two forms of JSON. It checks all that
// ToAttributeValues checks, in the same order.
type jsonWriter struct {
	b     []byte
	typed bool // DynamoDB JSON: each value is in an object that names its type
}

func (w *jsonWriter) object(item Item, depth int) error {
	if depth > deepestNesting {
		return broken("is nested deeper than 32 levels")
	}
	var names nameSet
	w.b = append(w.b, '{')
	for i, kv := range item {
		if isNil(kv) {
			return underElement(i, broken(ruleKind))
		}
		name := kv.KeyName()
		if err := checkName(name); err != nil {
			return underName(name, err)
		}
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = jsontext.AppendString(w.b, name)
		w.b = append(w.b, ':')
		if err := w.value(kv, depth); err != nil {
			return underName(name, err)
		}
		if !names.add(item[:i], name) {
			return underName(name, broken("is in the item twice"))
		}
	}
	w.b = append(w.b, '}')
	return nil
}

func (w *jsonWriter) list(values []KeyValue, depth int) error {
	if depth > deepestNesting {
		return broken("is nested deeper than 32 levels")
	}
	w.b = append(w.b, '[')
	for i, value := range values {
		if isNil(value) {
			return underElement(i, broken(ruleKind))
		}
		if value.KeyName() != "" {
			return underElement(i, broken("an element of a list has no name"))
		}
		if i > 0 {
			w.b = append(w.b, ',')
		}
		if err := w.value(value, depth); err != nil {
			return underElement(i, err)
		}
	}
	w.b = append(w.b, ']')
	return nil
}

// value appends a value that is not nil.
func (w *jsonWriter) value(kv KeyValue, depth int) error {
	if w.typed {
		w.b = append(w.b, '{', '"')
		w.b = append(w.b, typeTag(kv)...)
		w.b = append(w.b, '"', ':')
	}
	var err error
	switch kv := kv.(type) {
	case *KeyValueString:
		if !utf8.ValidString(kv.StringValue) {
			return broken("must be valid UTF-8")
		}
		w.b = jsontext.AppendString(w.b, kv.StringValue)
	case *KeyValueLong:
		w.long(kv.LongValue)
	case *KeyValueDecimal:
		w.number(kv.DecimalValue)
	case *KeyValueBoolean:
		w.b = strconv.AppendBool(w.b, kv.BooleanValue)
	case *KeyValueBinary:
		w.b = appendBase64(w.b, kv.BinaryValue)
	case *KeyValueNull:
		if w.typed {
			w.b = append(w.b, "true"...)
		} else {
			w.b = append(w.b, "null"...)
		}
	case *KeyValueList:
		err = w.list(kv.ListValue, depth+1)
	case *KeyValueMap:
		err = w.object(kv.MapValue, depth+1)
	case *KeyValueStringSet:
		if _, err = toStringSet(kv.StringSetValue); err == nil {
			writeSet(w, kv.StringSetValue, func(member string) { w.b = jsontext.AppendString(w.b, member) })
		}
	case *KeyValueNumberSet:
		if err = checkSet(kv.NumberSetValue, canonicalText); err == nil {
			writeSet(w, kv.NumberSetValue, w.number)
		}
	case *KeyValueBinarySet:
		if _, err = toBinarySet(kv.BinarySetValue); err == nil {
			writeSet(w, kv.BinarySetValue, func(member []byte) { w.b = appendBase64(w.b, member) })
		}
	default:
		return broken(ruleKind)
	}
	if w.typed {
		w.b = append(w.b, '}')
	}
	return err
}

func (w *jsonWriter) long(n int64) {
	if !w.typed {
		w.b = strconv.AppendInt(w.b, n, 10)
		return
	}
	w.b = append(w.b, '"')
	w.b = strconv.AppendInt(w.b, n, 10)
	w.b = append(w.b, '"')
}

func (w *jsonWriter) number(n Number) {
	if !w.typed {
		w.b = decimal.AppendJSON(w.b, n.String())
		return
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, n.String()...)
	w.b = append(w.b, '"')
}

func writeSet[T any](w *jsonWriter, members []T, write func(T)) {
	w.b = append(w.b, '[')
	for i, member := range members {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		write(member)
	}
	w.b = append(w.b, ']')
}

func appendBase64(b, data []byte) []byte {
	b = append(b, '"')
	b = base64.StdEncoding.AppendEncode(b, data)
	return append(b, '"')
}
