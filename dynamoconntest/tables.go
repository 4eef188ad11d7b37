package dynamoconntest

import (
	"fmt"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

// Table describes a table for [Server.CreateTable]. Its capacity is on-demand. A
// key is the name of an attribute, for example "Artist", or a name and a type,
// "Year:N" or "Digest:B". Without a type it is a string.
type Table struct {
	Name         string
	PartitionKey string
	SortKey      string // "" for none
	Indexes      []Index
	TimeToLive   string // attribute with the time to live; "" for none
}

// Index describes a secondary index of a [Table]. The index holds whole items.
type Index struct {
	Name         string
	PartitionKey string // "" for a local index, which has the table's partition key
	SortKey      string // "" for none
}

// CreateTable creates tables. An error wraps what the service answers, for example
// that the table exists, or [dynamoconn.ErrValidation].
func (s *Server) CreateTable(tables ...Table) error {
	for _, t := range tables {
		if err := s.createTable(t); err != nil {
			return fmt.Errorf("create table %q: %w", t.Name, err)
		}
	}
	return nil
}

func (s *Server) createTable(t Table) error {
	body, err := createTableInput(t)
	if err != nil {
		return err
	}
	if err := s.doInternal("CreateTable", body); err != nil {
		return err
	}
	if t.TimeToLive == "" {
		return nil
	}
	var w protocol.Writer
	w.Open('{')
	w.Key("TableName")
	w.Str(t.Name)
	w.Key("TimeToLiveSpecification")
	w.Open('{')
	w.Key("AttributeName")
	w.Str(t.TimeToLive)
	w.Key("Enabled")
	w.Bool(true)
	w.Close('}')
	w.Close('}')
	return s.doInternal("UpdateTimeToLive", w.Buf)
}

// tableWriter writes the input of a CreateTable.
type tableWriter struct {
	protocol.Writer
	types map[string]string // of the key attributes
	names []string          // of the key attributes, in order
	err   error
}

// createTableInput returns the input of the CreateTable that creates t.
func createTableInput(t Table) ([]byte, error) {
	w := &tableWriter{types: map[string]string{}}
	w.Open('{')
	w.Key("TableName")
	w.Str(t.Name)
	w.Key("BillingMode")
	w.Str("PAY_PER_REQUEST")
	w.writeKeySchema(t.PartitionKey, t.SortKey)
	var local, global []Index
	for _, x := range t.Indexes {
		if x.PartitionKey == "" {
			x.PartitionKey = t.PartitionKey
			local = append(local, x)
		} else {
			global = append(global, x)
		}
	}
	w.writeIndexes("LocalSecondaryIndexes", local)
	w.writeIndexes("GlobalSecondaryIndexes", global)
	w.writeDefinitions()
	w.Close('}')
	return w.Buf, w.err
}

func (w *tableWriter) writeIndexes(member string, indexes []Index) {
	if len(indexes) == 0 {
		return
	}
	w.Key(member)
	w.Open('[')
	for _, x := range indexes {
		w.Open('{')
		w.Key("IndexName")
		w.Str(x.Name)
		w.writeKeySchema(x.PartitionKey, x.SortKey)
		w.Key("Projection")
		w.Raw(`{"ProjectionType":"ALL"}`)
		w.Close('}')
	}
	w.Close(']')
}

// writeKeySchema writes a key of a table or index and notes its attributes.
func (w *tableWriter) writeKeySchema(partitionKey, sortKey string) {
	w.Key("KeySchema")
	w.Open('[')
	role := "HASH"
	for _, key := range []string{partitionKey, sortKey} {
		if key == "" {
			continue
		}
		name, kind, typed := strings.Cut(key, ":")
		if !typed {
			kind = "S"
		}
		if old, ok := w.types[name]; !ok {
			w.names = append(w.names, name)
		} else if old != kind {
			w.err = fmt.Errorf("the key attribute %q has two types, %s and %s", name, old, kind)
		}
		w.types[name] = kind
		w.Open('{')
		w.Key("AttributeName")
		w.Str(name)
		w.Key("KeyType")
		w.Str(role)
		w.Close('}')
		role = "RANGE"
	}
	w.Close(']')
}

func (w *tableWriter) writeDefinitions() {
	w.Key("AttributeDefinitions")
	w.Open('[')
	for _, name := range w.names {
		w.Open('{')
		w.Key("AttributeName")
		w.Str(name)
		w.Key("AttributeType")
		w.Str(w.types[name])
		w.Close('}')
	}
	w.Close(']')
}
