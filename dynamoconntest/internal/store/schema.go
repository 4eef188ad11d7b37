// Package store keeps tables, their indexes and their items in memory, in the
// service's order: partitions by the hash of their key, items of a partition
// by their sort key.
//
// Nothing in it locks except [DB]'s Read and Write, in which all else happens.
package store

import (
	"crypto/md5"
	"fmt"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// KeyAttr is a key attribute and its type.
type KeyAttr struct {
	Name string
	Kind attr.Kind
	Sort bool // part of the sort key, not of the partition key
}

// Schema is the key of a table or index: the partition key and perhaps a sort
// key. Those of a global index may have several attributes each.
type Schema []KeyAttr

// Partition is the attributes of the partition key.
func (s Schema) Partition() Schema {
	for i, k := range s {
		if k.Sort {
			return s[:i]
		}
	}
	return s
}

// Sort is the attributes of the sort key, none if there is none.
func (s Schema) Sort() Schema { return s[len(s.Partition()):] }

// Has reports whether name is one of the key's attributes.
func (s Schema) Has(name string) bool {
	for _, k := range s {
		if k.Name == name {
			return true
		}
	}
	return false
}

// Longest key values, in bytes.
const (
	maxPartitionKey = 2048
	maxSortKey      = 1024
)

// Extract is the key attributes of an item.
func (s Schema) Extract(it attr.Item) attr.Item {
	attrs := make([]attr.Attr, 0, len(s))
	for _, k := range s {
		if v := it.Get(k.Name); v.Exists() {
			attrs = append(attrs, attr.Attr{Name: k.Name, Value: v})
		}
	}
	return attr.NewItem(attrs)
}

// keyHash is the service's hash of the whole key of an item.
func (s Schema) keyHash(it attr.Item) [md5.Size]byte {
	var few [4]attr.Value
	values := few[:0]
	for _, k := range s {
		values = append(values, it.Get(k.Name))
	}
	return hashValues(values...)
}

// sortableKey is the item's place in the order of the schema. The item must have
// the key.
func (s Schema) sortableKey(it attr.Item) []byte {
	hash := s.Partition()
	var few [4]attr.Value
	values := few[:0]
	for _, k := range hash {
		values = append(values, it.Get(k.Name))
	}
	dst := appendPartition(make([]byte, 0, 64), values...)
	for _, k := range s[len(hash):] {
		dst = it.Get(k.Name).AppendKey(dst)
	}
	return dst
}

// CheckItem refuses an item whose key is missing, of a wrong type, empty or too
// long. The error's text is the service's message.
func (s Schema) CheckItem(it attr.Item) error {
	for _, k := range s {
		v := it.Get(k.Name)
		if !v.Exists() {
			return fmt.Errorf("One or more parameter values were invalid: Missing the key %s in the item", k.Name)
		}
		if v.Kind() != k.Kind {
			return fmt.Errorf("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", k.Name, k.Kind, v.Kind())
		}
	}
	return s.checkValues(it)
}

// CheckKey refuses a key that is not exactly the schema's. The error's text is
// the service's message.
func (s Schema) CheckKey(key attr.Item) error {
	if len(key) != len(s) {
		return errKeyMismatch
	}
	for _, k := range s {
		if key.Get(k.Name).Kind() != k.Kind {
			return errKeyMismatch
		}
	}
	return s.checkValues(key)
}

// EmptyKeyError is the service's message about an empty string or binary as the
// value of a key attribute.
type EmptyKeyError string

// Error is the message.
func (e EmptyKeyError) Error() string { return string(e) }

var errKeyMismatch = fmt.Errorf("The provided key element does not match the schema")

func (s Schema) checkValues(it attr.Item) error {
	for _, k := range s {
		v := it.Get(k.Name)
		if k.Kind != attr.N && v.Text() == "" {
			return EmptyKeyError(fmt.Sprintf("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", kindWord(k.Kind), k.Name))
		}
		if !k.Sort && len(v.Text()) > maxPartitionKey && k.Kind != attr.N {
			return fmt.Errorf("One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes")
		}
		if k.Sort && len(v.Text()) > maxSortKey && k.Kind != attr.N {
			return fmt.Errorf("One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
		}
	}
	return nil
}

func kindWord(k attr.Kind) string {
	if k == attr.B {
		return "binary"
	}
	return "string"
}

// Projection types.
const (
	ProjectAll      = "ALL"
	ProjectKeysOnly = "KEYS_ONLY"
	ProjectInclude  = "INCLUDE"
)

// includes reports whether the item has every key attribute of the index. An
// attribute of a wrong type is an error for every writer, save that a backfill
// leaves such items out.
func (x *Index) includes(it attr.Item) bool {
	for _, k := range x.Schema {
		v := it.Get(k.Name)
		if v.Kind() != k.Kind || k.Kind != attr.N && v.Text() == "" {
			return false
		}
	}
	return true
}

// CheckItem refuses an item whose attribute has not the type that an index of
// the table needs. The error's text is the service's message.
func (x *Index) CheckItem(it attr.Item) error {
	for _, k := range x.Schema {
		v := it.Get(k.Name)
		if !v.Exists() {
			continue
		}
		if v.Kind() != k.Kind {
			return fmt.Errorf("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", k.Name, k.Kind, v.Kind(), x.Name)
		}
		if k.Kind == attr.N {
			continue
		}
		if v.Text() == "" {
			return EmptyKeyError(fmt.Sprintf("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty %s value. IndexName: %s, IndexKey: %s", kindWord(k.Kind), x.Name, k.Name))
		}
		most, name := maxPartitionKey, "hashkey"
		if k.Sort {
			most, name = maxSortKey, "rangekey"
		}
		if len(v.Text()) > most {
			return fmt.Errorf("One or more parameter values were invalid: Size of %s has exceeded the maximum size limit of%d bytes", name, most)
		}
	}
	return nil
}

// Project is what the index holds of an item of its table.
func (x *Index) Project(t *Table, it attr.Item) attr.Item {
	if x.Projection == ProjectAll {
		return it
	}
	out := make(attr.Item, 0, len(x.Schema)+len(t.Schema)+len(x.NonKeyAttributes))
	for _, a := range it {
		if x.Projects(t, a.Name) {
			out = append(out, a)
		}
	}
	return out
}

// Projects reports whether the index holds the attribute.
func (x *Index) Projects(t *Table, name string) bool {
	if x.Projection == ProjectAll || x.Schema.Has(name) || t.Schema.Has(name) {
		return true
	}
	if x.Projection == ProjectInclude {
		for _, n := range x.NonKeyAttributes {
			if n == name {
				return true
			}
		}
	}
	return false
}
