// Package store keeps tables, their indexes and their items in memory. Items are
// in the service's order: partitions by the hash of their key, the items of a
// partition by their sort key.
//
// [DB.Read] and [DB.Write] lock. Everything about a [Table] happens within them.
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
	Sort bool // belongs to the sort key, not to the partition key
}

// Schema is the key of a table or index: a partition key and perhaps a sort key.
// In a global index each of them may have several attributes.
type Schema []KeyAttr

// Partition returns the attributes of the partition key.
func (s Schema) Partition() Schema {
	for i, k := range s {
		if k.Sort {
			return s[:i]
		}
	}
	return s
}

// Sort returns the attributes of the sort key, if there is one.
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

// The greatest lengths of key values, in bytes.
const (
	maxPartitionKey = 2048
	maxSortKey      = 1024
)

// Extract returns the key attributes of an item.
func (s Schema) Extract(it attr.Item) attr.Item {
	attrs := make([]attr.Attr, 0, len(s))
	for _, k := range s {
		if v := it.Get(k.Name); v.Exists() {
			attrs = append(attrs, attr.Attr{Name: k.Name, Value: v})
		}
	}
	return attr.NewItem(attrs)
}

// keyHash returns the service's hash of the whole key of an item.
func (s Schema) keyHash(it attr.Item) [md5.Size]byte {
	var few [4]attr.Value
	values := few[:0]
	for _, k := range s {
		values = append(values, it.Get(k.Name))
	}
	return hashValues(values...)
}

// sortableKey returns the key of an item in an encoding that sorts in the
// service's order. The item must have all key attributes.
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

// CheckItem returns an error if a key attribute of the item is missing, of a wrong
// type, empty or too long. The error's text is the service's message.
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

// CheckKey returns an error unless key has exactly the attributes of the schema.
// The error's text is the service's message.
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

// EmptyKeyError is the service's message about a key attribute that is an empty
// string or binary.
type EmptyKeyError string

// Error returns the message.
func (e EmptyKeyError) Error() string { return string(e) }

var errKeyMismatch = fmt.Errorf("The provided key element does not match the schema")

// maxSize returns the most bytes that the attribute may have if it is not a number.
func (k KeyAttr) maxSize() int {
	if k.Sort {
		return maxSortKey
	}
	return maxPartitionKey
}

// loneSurrogateError returns the error for a key that has half of a surrogate pair in
// it, which UTF-8 cannot hold. Two such keys would become one.
func loneSurrogateError(k KeyAttr) error {
	return fmt.Errorf("One or more parameter values were invalid: The key %s is not valid UTF-8: it has a surrogate without its pair", k.Name)
}

// checkValues returns an error if a key attribute is empty or too long.
func (s Schema) checkValues(it attr.Item) error {
	for _, k := range s {
		v := it.Get(k.Name)
		if k.Kind != attr.N && v.Text() == "" {
			return EmptyKeyError(fmt.Sprintf("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", kindWord(k.Kind), k.Name))
		}
		if v.HasLoneSurrogate() {
			return loneSurrogateError(k)
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

// kindWord returns the word for a type in messages about empty keys.
func kindWord(k attr.Kind) string {
	if k == attr.B {
		return "binary"
	}
	return "string"
}
