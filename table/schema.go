package table

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/dynamoconn/dynamoconn"
)

// schema is what the tags of a type say. It never changes.
type schema struct {
	goType     reflect.Type
	attributes []string // all that Marshal makes of the type
	fields     []*field // those with a tag of this package
	partition  *field
	sort       *field // nil if there is none
	indexes    []*index

	version, mark, created, updated, ttl, kind *field // nil if there is none

	keyFields []*field // the fields that a caller gives to name an item, in order
}

// index is a secondary index of the table.
type index struct {
	name            string
	partition, sort []*field
	isLocal         bool // it has the partition key of the table
}

// schemaOf returns the schema of a type. The error tells everything that is wrong with the tags.
func schemaOf(t reflect.Type, attributes []string) (*schema, error) {
	if t.Kind() != reflect.Struct || len(attributes) == 0 {
		return nil, fmt.Errorf("%w: %s is no struct with fields to store", ErrInvalidType, t)
	}
	s := &schema{goType: t, attributes: attributes}
	faults := s.readFields()
	if len(faults) == 0 {
		faults = s.arrange()
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%w: %w", ErrInvalidType, errors.Join(faults...))
	}
	s.keyFields = appendKeyFields(nil, s.partition)
	if s.sort != nil {
		s.keyFields = appendKeyFields(s.keyFields, s.sort)
	}
	return s, nil
}

// fault returns an error about a field.
func (s *schema) fault(name string, err error) error {
	return fmt.Errorf("%s.%s: %w", s.goType, name, err)
}

// readFields reads the fields that have a tag, and the templates in them.
func (s *schema) readFields() (faults []error) {
	for _, sf := range reflect.VisibleFields(s.goType) {
		if sf.Tag.Get("dynamoconn") == "" {
			continue
		}
		f, err := s.field(sf)
		if err == nil {
			if fault := f.fault(); fault != "" {
				err = errors.New(fault)
			}
		}
		if err != nil {
			faults = append(faults, s.fault(sf.Name, err))
			continue
		}
		s.fields = append(s.fields, f)
	}
	for _, f := range s.fields {
		if !f.tag.hasFrom {
			continue
		}
		var err error
		if f.template, err = parseTemplate(f.tag.from, s.fieldNamed); err != nil {
			faults = append(faults, s.fault(f.name, fmt.Errorf("template %q: %w", f.tag.from, err)))
		}
	}
	return faults
}

// field returns a field that is stored.
func (s *schema) field(sf reflect.StructField) (*field, error) {
	if !sf.IsExported() {
		return nil, errors.New("is not exported")
	}
	f, err := newField(sf)
	if err != nil {
		return nil, err
	}
	if seen, _ := s.goType.FieldByName(sf.Name); !slices.Contains(s.attributes, f.attribute) || !slices.Equal(seen.Index, sf.Index) {
		return nil, errors.New("is not stored, or hidden by another field")
	}
	return f, nil
}

// fieldNamed returns the field of a template.
func (s *schema) fieldNamed(name string) (*field, error) {
	for _, f := range s.fields {
		if f.name == name {
			return f, nil
		}
	}
	sf, ok := s.goType.FieldByName(name)
	if !ok {
		return nil, fmt.Errorf("%s has no field %s", s.goType, name)
	}
	return s.field(sf)
}

// arrange gives each field its role.
func (s *schema) arrange() (faults []error) {
	for _, f := range s.fields {
		t := &f.tag
		for role, is := range map[**field]bool{
			&s.partition: t.isPartition, &s.sort: t.isSort, &s.version: t.version, &s.mark: t.mark,
			&s.created: t.created, &s.updated: t.updated, &s.ttl: t.ttl, &s.kind: t.hasKind,
		} {
			if is && *role != nil {
				faults = append(faults, s.fault(f.name, fmt.Errorf("has the role that %s has", (*role).name)))
			}
			if is {
				*role = f
			}
		}
		for _, name := range t.partitionOf {
			in := s.indexNamed(name)
			in.partition = append(in.partition, f)
		}
		for _, name := range t.sortOf {
			in := s.indexNamed(name)
			in.sort = append(in.sort, f)
		}
	}
	if s.partition == nil {
		faults = append(faults, fmt.Errorf("%s: no field has the tag dynamoconn:\"partition\"", s.goType))
	}
	for _, in := range s.indexes {
		if err := s.arrangeIndex(in); err != nil {
			faults = append(faults, fmt.Errorf("%s: index %s: %w", s.goType, in.name, err))
		}
	}
	return faults
}

// arrangeIndex completes an index. One with a sort key alone has the partition key of the table.
func (s *schema) arrangeIndex(in *index) error {
	const most = 4 // attributes of the partition key, and of the sort key
	switch in.isLocal = len(in.partition) == 0; {
	case in.isLocal && len(in.sort) > 1:
		return errors.New("has two sort keys and no partition key; give a field the tag partition=" + in.name)
	case in.isLocal && s.partition != nil && s.sort == nil:
		return errors.New("has no partition key of its own, which only the index of a table with a sort key can do")
	case len(in.partition) > most || len(in.sort) > most:
		return errors.New("has more than 4 attributes in a key")
	}
	if in.isLocal && s.partition != nil {
		in.partition = []*field{s.partition}
	}
	return nil
}

// indexNamed returns the index with a name, which may be new.
func (s *schema) indexNamed(name string) *index {
	for _, in := range s.indexes {
		if in.name == name {
			return in
		}
	}
	in := &index{name: name}
	s.indexes = append(s.indexes, in)
	return in
}

// appendKeyFields appends the fields that f is made from, or f itself, but for those that are
// there already.
func appendKeyFields(fields []*field, f *field) []*field {
	parts := []*field{f}
	if f.template != nil {
		parts = parts[:0]
		for _, p := range f.template.parts {
			parts = append(parts, p.field)
		}
	}
	for _, part := range parts {
		isThere := slices.ContainsFunc(fields, func(other *field) bool { return other.name == part.name })
		if !isThere {
			fields = append(fields, part)
		}
	}
	return fields
}

// keys returns the fields of the table's key.
func (s *schema) keys() []*field {
	if s.sort == nil {
		return []*field{s.partition}
	}
	return []*field{s.partition, s.sort}
}

// keyItem returns the key of an item, or of a part of one that has the fields of the key.
func (s *schema) keyItem(item dynamoconn.Item) (dynamoconn.Item, error) {
	key := make(dynamoconn.Item, 0, 2)
	for _, f := range s.keys() {
		if f.template == nil {
			kv, ok := item.Get(f.attribute)
			if !ok {
				return nil, &partError{f, errors.New("must not be missing: it is a key")}
			}
			key = append(key, kv)
			continue
		}
		text, err := f.template.make(item)
		if err != nil {
			return nil, err
		}
		key = append(key, dynamoconn.String(f.attribute, text))
	}
	return key, nil
}

// fillKeys sets the attributes of the item that are made from templates. An attribute of an
// index's key that is empty, or is made from an empty field, is left out: the item is not in that
// index.
func (s *schema) fillKeys(item *dynamoconn.Item) error {
	key, err := s.keyItem(*item)
	if err != nil {
		return err
	}
	for _, kv := range key {
		item.Set(kv)
	}
	for _, f := range s.fields {
		if !f.tag.isKey() || f == s.partition || f == s.sort {
			continue
		}
		if err := f.fillIndexKey(item); err != nil {
			return err
		}
	}
	return nil
}

// fillIndexKey sets an attribute of the key of an index, or leaves it out if it is empty.
func (f *field) fillIndexKey(item *dynamoconn.Item) error {
	if f.template != nil {
		text, err := f.template.make(*item)
		switch {
		case errors.Is(err, errEmptyPart):
			item.Delete(f.attribute)
			return nil
		case err != nil:
			return err
		}
		item.Set(dynamoconn.String(f.attribute, text))
		return nil
	}
	switch kv, _ := item.Get(f.attribute); kv := kv.(type) {
	case *dynamoconn.KeyValueString:
		if kv.StringValue == "" {
			item.Delete(f.attribute)
		}
	case *dynamoconn.KeyValueBinary:
		if len(kv.BinaryValue) == 0 {
			item.Delete(f.attribute)
		}
	}
	return nil
}
