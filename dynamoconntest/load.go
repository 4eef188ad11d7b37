package dynamoconntest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// Load puts items into a table. It replaces items that have the same keys.
//
// An item is a [dynamoconn.Item], a struct, a map with string keys, or a pointer to a
// struct or map. Its values are strings, booleans, numbers, []byte, slices, maps,
// structs, nil, json.Number, and values of the SDK's type types.AttributeValue. A
// field has the name in its `dynamodbav` tag or its own; "-" and "omitempty" work as
// in the SDK.
//
// Load stops at the first item that fails. The error has the number of the item,
// counted from 0; the items before it stay in the table. If the value cannot be
// converted to an item the error is [dynamoconn.ErrInvalidRequest], and for a number
// [dynamoconn.ErrInvalidNumber] as well. If a PutItem would fail it is
// [dynamoconn.ErrValidation], [dynamoconn.ErrItemTooLarge] or
// [dynamoconn.ErrTableNotFound].
//
// Load sends no requests: it meets no faults and is not in the journal.
func (s *Server) Load(table string, items ...any) error {
	for i, it := range items {
		v, err := fromItem(it)
		if err == nil && v.Kind() != attr.M {
			err = fmt.Errorf("a %T is not an item, a struct or a map", it)
		}
		if err = loadError(err); err == nil {
			err = s.loadItem(table, v.Map())
		}
		if err != nil {
			return fmt.Errorf("load item %d into table %q: %w", i, table, err)
		}
	}
	return nil
}

// loadError returns the error for a value that cannot be converted to an item.
func loadError(err error) error {
	if err == nil || errors.Is(err, dynamoconn.ErrInvalidRequest) {
		return err
	}
	var bad attr.NumberError
	if errors.As(err, &bad) {
		err = fmt.Errorf("%w: %w", dynamoconn.ErrInvalidNumber, err)
	}
	return fmt.Errorf("%w: %w", dynamoconn.ErrInvalidRequest, err)
}

// LoadJSON puts the JSON objects in r into a table. They follow one another or are
// the elements of an array. The value of an attribute is plain JSON or DynamoDB
// JSON: an object with one member that is named S, N, B, BOOL, NULL, L, M, SS, NS or
// BS is taken for DynamoDB JSON.
//
// Errors are those of [Server.Load], and those of encoding/json if r is not valid
// JSON.
func (s *Server) LoadJSON(table string, r io.Reader) error {
	dec := json.NewDecoder(r)
	for n := 0; ; {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("load item %d into table %q: %w", n, table, err)
		}
		objects := []json.RawMessage{raw}
		if raw = bytes.TrimSpace(raw); len(raw) > 0 && raw[0] == '[' {
			objects = nil
			if err := json.Unmarshal(raw, &objects); err != nil {
				return fmt.Errorf("load item %d into table %q: %w", n, table, err)
			}
		}
		for _, o := range objects {
			v, err := fromJSONObject(o)
			if err = loadError(err); err == nil {
				err = s.loadItem(table, v.Map())
			}
			if err != nil {
				return fmt.Errorf("load item %d into table %q: %w", n, table, err)
			}
			n++
		}
	}
}

// loadItem puts an item into a table.
func (s *Server) loadItem(table string, it attr.Item) error {
	var w wire.Writer
	w.Open('{')
	w.Key("TableName")
	w.Str(table)
	w.Key("Item")
	w.Append(it.AppendJSON)
	w.Close('}')
	return s.doInternal("PutItem", w.Buf)
}
