package store

import (
	"fmt"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// Projection types.
const (
	ProjectAll      = "ALL"
	ProjectKeysOnly = "KEYS_ONLY"
	ProjectInclude  = "INCLUDE"
)

// Index is a secondary index of a table. Whoever creates it sets the exported
// fields.
type Index struct {
	Name             string
	Schema           Schema
	Projection       string
	NonKeyAttributes []string
	Global           bool
	Throughput       Throughput

	Created time.Time
	ReadyAt time.Time // the index is CREATING until then
	GoneAt  time.Time // if set, the index is DELETING until then

	tree *tree
}

// Status returns the index's status: CREATING, ACTIVE or DELETING.
func (x *Index) Status(now time.Time) string {
	switch {
	case !x.GoneAt.IsZero():
		return "DELETING"
	case now.Before(x.ReadyAt):
		return "CREATING"
	}
	return "ACTIVE"
}

// Count returns the number of items in the index.
func (x *Index) Count() int64 { return int64(x.tree.entries.Len()) }

// Bytes returns the size of all that the index holds.
func (x *Index) Bytes() int64 { return x.tree.bytes }

// key returns the key of an item's entry in the index. The key of its entry in the
// table is primary. Items that have the same key in the index are in the order of
// the hash of their whole key in the table.
func (x *Index) key(t *Table, primary string, it attr.Item) string {
	dst := x.Schema.sortableKey(it)
	sum := t.Schema.keyHash(it)
	dst = append(dst, sum[:hashLen]...)
	return string(append(dst, primary...))
}

// includes reports whether the index has an entry for the item: whether the item
// has every key attribute of the index. A write is refused if one has a wrong
// type, is empty or too long, but a new index leaves out the items that have one.
func (x *Index) includes(it attr.Item) bool {
	for _, k := range x.Schema {
		v := it.Get(k.Name)
		if v.Kind() != k.Kind || k.Kind != attr.N && (v.Text() == "" || len(v.Text()) > k.maxSize()) || v.HasLoneSurrogate() {
			return false
		}
	}
	return true
}

// CheckItem returns an error if the item has a key attribute of the index that is
// of a wrong type, empty or too long. The error's text is the service's message.
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
		if v.HasLoneSurrogate() {
			return loneSurrogateError(k)
		}
		most, name := k.maxSize(), "hashkey"
		if k.Sort {
			name = "rangekey"
		}
		if len(v.Text()) > most {
			return fmt.Errorf("One or more parameter values were invalid: Size of %s has exceeded the maximum size limit of%d bytes", name, most)
		}
	}
	return nil
}

// Project returns the part of a table's item that the index holds.
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

// CheckIndexes returns an error if an index of the table refuses the item. If
// several do, the error is about the first of them by name. Its text is the
// service's message.
func (t *Table) CheckIndexes(it attr.Item) error {
	var first *Index
	var failed error
	for _, x := range t.Indexes {
		if first != nil && first.Name < x.Name {
			continue
		}
		if err := x.CheckItem(it); err != nil {
			first, failed = x, err
		}
	}
	return failed
}
