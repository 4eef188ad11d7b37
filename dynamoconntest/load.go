package dynamoconntest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

// Load puts items into a table. It replaces items that have the same keys.
//
// An item is a [dynamoconn.Item], a struct or a map, or a pointer to one. Load stores what
// [dynamoconn.Marshal] makes of it, with the `dynamodbav` tags of structs, and refuses what
// that refuses. Values of the SDK are stored as what they are, so an item may be a
// map[string]types.AttributeValue.
//
// Load stops at the first item that fails. The error has the number of the item,
// counted from 0; the items before it stay in the table. If a value cannot be
// converted the error is [dynamoconn.ErrInvalidRequest] with a
// [*dynamoconn.FieldError] that has the path to the value, and for a number
// [dynamoconn.ErrInvalidNumber] as well. If a PutItem would fail it is
// [dynamoconn.ErrValidation], [dynamoconn.ErrItemTooLarge] or
// [dynamoconn.ErrTableNotFound].
//
// Load sends no requests: it meets no faults and is not in the journal.
func (s *Server) Load(table string, items ...any) error {
	for i, it := range items {
		item, err := fromGo(it)
		if err = loadError(err); err == nil {
			err = s.loadItem(table, item)
		}
		if err != nil {
			return fmt.Errorf("load item %d into table %q: %w", i, table, err)
		}
	}
	return nil
}

// LoadJSON puts the JSON objects in r into a table. They follow one another, as the
// lines of a file do, or are the elements of an array. The value of an attribute is
// plain JSON or DynamoDB JSON: an object with one member that is named S, N, B, BOOL,
// NULL, L, M, SS, NS or BS is taken for DynamoDB JSON. An object may also be a line of
// an export to S3, {"Item":{…}}. A name that is in an object twice is an error.
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
	var w protocol.Writer
	w.Open('{')
	w.Key("TableName")
	w.Str(table)
	w.Key("Item")
	w.Append(it.AppendJSON)
	w.Close('}')
	return s.doInternal("PutItem", w.Buf)
}
