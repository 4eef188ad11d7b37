package dynamoconntest

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// tag is what the `dynamodbav` tag of a field says.
type tag struct {
	name          string // "" for the field's own
	skip          bool   // "-"
	omitEmpty     bool
	omitEmptyElem bool
	nullEmpty     bool
	nullEmptyElem bool
	asString      bool
	unixTime      bool
	set           attr.Kind // SS, NS or BS; None if the tag asks for no set
}

// parseTag reads the tag of a field. It ignores options that it does not know, as the
// SDK does.
func parseTag(f reflect.StructField) tag {
	name, options, _ := strings.Cut(f.Tag.Get("dynamodbav"), ",")
	t := tag{name: name, skip: name == "-"}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "omitempty":
			t.omitEmpty = true
		case "omitemptyelem":
			t.omitEmptyElem = true
		case "nullempty":
			t.nullEmpty = true
		case "nullemptyelem":
			t.nullEmptyElem = true
		case "string":
			t.asString = true
		case "unixtime":
			t.unixTime = true
		case "stringset":
			t.set = attr.SS
		case "numberset":
			t.set = attr.NS
		case "binaryset":
			t.set = attr.BS
		}
	}
	return t
}

// ofElements returns the tag for the elements of a list, set or map.
func (t tag) ofElements() tag {
	return tag{omitEmpty: t.omitEmptyElem, omitEmptyElem: t.omitEmptyElem, nullEmpty: t.nullEmptyElem}
}

// field is a field of a struct, or of a struct embedded in it, that is stored.
type field struct {
	tag
	name  string
	index []int
}

// fromStruct converts a struct.
func fromStruct(v reflect.Value, depth int) (attr.Value, error) {
	fields, lost := structFields(v.Type())
	switch {
	case len(fields) == 0 && lost != "":
		return fromOpaque(v)
	case lost != "" && lost != hiddenField:
		return attr.Value{}, underName(lost, errors.New("an embedded value of this type needs a name in its tag"))
	}
	attrs := make([]attr.Attr, 0, len(fields))
	for _, f := range fields {
		fv, err := v.FieldByIndexErr(f.index)
		if err != nil {
			continue // the field is in an embedded struct whose pointer is nil
		}
		e, err := fromGo(fv, f.tag, depth+1)
		if err != nil {
			return e, underName(f.name, err)
		}
		if e.Exists() {
			attrs = append(attrs, attr.Attr{Name: f.name, Value: e})
		}
	}
	return attr.Map(attr.NewItem(attrs)), nil
}

// fromOpaque converts a struct that holds something but has no field to store. The SDK
// stores {} unless its option UseEncodingMarshalers is set. fromOpaque does what the SDK
// does with that option: it stores the struct's text or its bytes.
func fromOpaque(v reflect.Value) (attr.Value, error) {
	switch x := pointerTo(v).Interface().(type) {
	case encoding.TextMarshaler:
		b, err := x.MarshalText()
		if err != nil {
			return attr.Value{}, err
		}
		return textValue(string(b))
	case encoding.BinaryMarshaler:
		b, err := x.MarshalBinary()
		return attr.Binary(string(b)), err
	}
	return attr.Value{}, fmt.Errorf("a %s has no exported fields and no text", v.Type())
}

// hiddenField is what structFields returns for a struct that loses nothing but its
// unexported fields.
const hiddenField = "-"

// structFields returns the fields of a struct that are stored. The fields of embedded
// structs are among them, by the rules of encoding/json and of the SDK: the field that is
// embedded least deeply hides the others of its name, then the one that has the name from
// its tag does, and two that are equal in this hide each other.
//
// lost is the name of an embedded value that none of the fields holds, for example a
// time.Time, hiddenField if nothing but unexported fields is left out, or "".
func structFields(t reflect.Type) (fields []field, lost string) {
	type embedded struct {
		t     reflect.Type
		index []int
	}
	level, visited := []embedded{{t: t}}, map[reflect.Type]bool{}
	taken := map[string]bool{} // names of the levels above
	for len(level) > 0 {
		var next []embedded
		var found []field
		for _, s := range level {
			visited[s.t] = true
		}
		for _, s := range level {
			for i := range s.t.NumField() {
				f := s.t.Field(i)
				own := parseTag(f)
				ft := f.Type
				if ft.Name() == "" && ft.Kind() == reflect.Pointer {
					ft = ft.Elem()
				}
				index := slices.Concat(s.index, []int{i})
				isEmbedded := f.Anonymous && own.name == "" && ft.Kind() == reflect.Struct
				switch {
				case own.skip:
				case isEmbedded && storesItself(ft):
					lost = f.Name
				case isEmbedded:
					if !visited[ft] {
						next = append(next, embedded{ft, index})
					}
				case f.IsExported():
					name := own.name
					if name == "" {
						name = f.Name
					}
					found = append(found, field{tag: own, name: name, index: index})
				case lost == "":
					lost = hiddenField
				}
			}
		}
		dominant := dominantFields(found)
		for _, f := range dominant {
			if !taken[f.name] {
				fields = append(fields, f)
			}
		}
		for _, f := range found {
			taken[f.name] = true
		}
		level = next
	}
	return fields, lost
}

// dominantFields returns the fields of one level that no other field of the level hides.
func dominantFields(found []field) []field {
	byName := map[string][]field{}
	var names []string
	for _, f := range found {
		if byName[f.name] == nil {
			names = append(names, f.name)
		}
		byName[f.name] = append(byName[f.name], f)
	}
	var out []field
	for _, name := range names {
		same := byName[name]
		var tagged []field
		for _, f := range same {
			if f.tag.name != "" {
				tagged = append(tagged, f)
			}
		}
		switch {
		case len(same) == 1:
			out = append(out, same[0])
		case len(tagged) == 1:
			out = append(out, tagged[0])
		}
	}
	return out
}

// storesItself reports whether a struct type is stored as something other than a map of
// its fields.
func storesItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	if p.Implements(reflect.TypeFor[dynamoconn.KeyValue]()) || t.ConvertibleTo(timeType) {
		return true
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() || f.Anonymous {
			return false
		}
	}
	return p.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || p.Implements(reflect.TypeFor[encoding.BinaryMarshaler]())
}
