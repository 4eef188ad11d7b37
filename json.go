package dynamoconn

import (
	"encoding/base64"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
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
	r := jsonReader{data: data, typed: typed}
	r.skipSpace()
	var item Item
	if !r.literal("null") {
		var err error
		if item, err = r.object(0); err != nil {
			return nil, err
		}
	}
	if r.skipSpace(); r.i < len(r.data) {
		return nil, r.notJSON()
	}
	return item, nil
}

// plainValue reads the value of an attribute or element of a container at depth.
func (r *jsonReader) plainValue(key string, depth int) (KeyValue, error) {
	switch c := r.peek(); {
	case c == '"':
		text, err := r.text()
		if err != nil {
			return nil, err
		}
		return &KeyValueString{Key: key, StringValue: text}, nil
	case c == '-' || c-'0' <= 9:
		digits, err := r.number()
		if err != nil {
			return nil, err
		}
		return readNumberText(key, digits)
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
	case r.literal("true"):
		return &KeyValueBoolean{Key: key, BooleanValue: true}, nil
	case r.literal("false"):
		return &KeyValueBoolean{Key: key}, nil
	case r.literal("null"):
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

func appendBase64(b, data []byte) []byte {
	b = append(b, '"')
	b = base64.StdEncoding.AppendEncode(b, data)
	return append(b, '"')
}
