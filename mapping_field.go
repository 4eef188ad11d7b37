package dynamoconn

import (
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// goField is a field of a struct, or of one that is embedded in it.
type goField struct {
	name    string
	index   []int
	goType  *goType
	options tagOptions
	rule    string // why the field cannot be stored

	nameFromTag bool
	position    int // in the fields of the struct
}

// tagOptions is what a tag says behind the name. The names are those of the SDK's package
// attributevalue, and omitzero and text.
type tagOptions struct {
	omitEmpty, omitZero, nullEmpty, omitEmptyElem, nullEmptyElem bool
	asString, asUnixTime, asText                                 bool
	set                                                          setKind
}

// setKind is the kind of set that a tag asks for.
type setKind string

const (
	setOfStrings  setKind = "stringset"
	setOfNumbers  setKind = "numberset"
	setOfBinaries setKind = "binaryset"
)

// parseTag returns the name and the options of a tag, and the rule that it breaks. Unknown options
// are ignored, as the SDK's package ignores them.
func parseTag(tag string) (name string, o tagOptions, rule string) {
	name, rest, _ := strings.Cut(tag, ",")
	for option := range strings.SplitSeq(rest, ",") {
		switch option {
		case "omitempty":
			o.omitEmpty = true
		case "omitzero":
			o.omitZero = true
		case "nullempty":
			o.nullEmpty = true
		case "omitemptyelem":
			o.omitEmptyElem = true
		case "nullemptyelem":
			o.nullEmptyElem = true
		case "string":
			o.asString = true
		case "unixtime":
			o.asUnixTime = true
		case "text":
			o.asText = true
		case string(setOfStrings), string(setOfNumbers), string(setOfBinaries):
			if o.set != "" && o.set != setKind(option) {
				rule = "has a tag with two kinds of set"
			}
			o.set = setKind(option)
		}
	}
	if !utf8.ValidString(name) {
		rule = "the name must be valid UTF-8"
	}
	return name, o, rule
}

// elements returns the options for what is in a list, a set or a map. A set of strings takes what
// has a text, but a string as it is.
func (o *tagOptions) elements(elem *goType) *tagOptions {
	if *o == (tagOptions{}) {
		return o
	}
	asText := o.asText || o.set == setOfStrings && elem.goType.Kind() != reflect.String
	return &tagOptions{omitEmpty: o.omitEmptyElem, omitEmptyElem: o.omitEmptyElem, nullEmpty: o.nullEmptyElem, asText: asText}
}

// embedded is a struct whose fields are to be found: the struct itself, or one that is embedded.
type embedded struct {
	goType reflect.Type
	index  []int
}

// fields returns the fields of a struct, with those of embedded structs, in their order in the
// struct. Of several with a name it has the one that Go would choose, as encoding/json does: the
// least nested, or among those the only one whose name is in a tag, or none. hides reports whether there
// are fields that are not exported.
func (f typeFinder) fields(t reflect.Type) (visible []*goField, hides bool) {
	var all []*goField
	visited := map[reflect.Type]bool{}
	for level := []embedded{{goType: t}}; len(level) > 0; {
		var next []embedded
		for _, e := range level {
			if visited[e.goType] {
				continue
			}
			// A struct that is embedded twice on a level has each of its names twice there.
			twice := countOf(level, e.goType) > 1
			fields, inner := f.fieldsOf(e)
			all = append(all, fields...)
			if twice {
				all = append(all, fields...)
			}
			next = append(next, inner...)
			visited[e.goType] = true
			hides = hides || hasHiddenFields(e.goType)
		}
		level = next
	}
	byName := map[string][]*goField{}
	for _, field := range all {
		byName[field.name] = append(byName[field.name], field)
	}
	for _, same := range byName {
		if field := dominant(same); field != nil {
			visible = append(visible, field)
		}
	}
	slices.SortFunc(visible, func(a, b *goField) int { return slices.Compare(a.index, b.index) })
	return visible, hides
}

func countOf(level []embedded, t reflect.Type) (count int) {
	for _, e := range level {
		if e.goType == t {
			count++
		}
	}
	return count
}

// fieldsOf returns the fields of one struct, and the structs that are embedded in it.
func (f typeFinder) fieldsOf(e embedded) (fields []*goField, inner []embedded) {
	for i := range e.goType.NumField() {
		sf := e.goType.Field(i)
		tag := sf.Tag.Get("dynamodbav")
		name, options, rule := parseTag(tag)
		target := sf.Type
		if target.Name() == "" && target.Kind() == reflect.Pointer {
			target = target.Elem()
		}
		isEmbedded := sf.Anonymous && name == "" && target.Kind() == reflect.Struct &&
			classToWrite(target) == classStruct && classToRead(target) == classStruct
		if name == "-" || !sf.IsExported() && !isEmbedded {
			continue
		}
		index := append(slices.Clone(e.index), i)
		if isEmbedded {
			inner = append(inner, embedded{target, index})
			continue
		}
		field := &goField{name: name, index: index, goType: f.typeOf(sf.Type), options: options, rule: rule, nameFromTag: name != ""}
		if name == "" {
			field.name = sf.Name
		}
		fields = append(fields, field)
	}
	return fields, inner
}

// fieldsBeside returns the exported fields of a struct that are beside an embedded value with methods,
// which Go gives the struct too.
func fieldsBeside(t, methods reflect.Type, index []int) (beside []*goField) {
	embedsMethods := false
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(slices.Clone(index), i)
		name, _, _ := strings.Cut(sf.Tag.Get("dynamodbav"), ",")
		switch {
		case sf.Anonymous && hasMethods(sf.Type, methods):
			embedsMethods = true
			if sf.Type.Kind() == reflect.Struct {
				beside = append(beside, fieldsBeside(sf.Type, methods, index)...)
			}
		case sf.IsExported() && name != "-":
			beside = append(beside, &goField{name: sf.Name, index: index})
		case sf.Anonymous && sf.Type.Kind() == reflect.Struct:
			for j := range sf.Type.NumField() {
				if inner := sf.Type.Field(j); inner.IsExported() {
					beside = append(beside, &goField{name: inner.Name, index: append(slices.Clone(index), j)})
				}
			}
		}
	}
	if !embedsMethods {
		return nil
	}
	return beside
}

// dominant returns the field that Go would choose among fields of one name, which are in the order
// of their nesting, or nil if it would choose none. Two fields of a struct that have one name
// by their tags are a mistake of the tags, which breaks a rule.
func dominant(same []*goField) *goField {
	first := same[0]
	least := slices.DeleteFunc(slices.Clone(same), func(f *goField) bool { return len(f.index) > len(first.index) })
	if len(least) == 1 {
		return first
	}
	tagged := slices.DeleteFunc(slices.Clone(least), func(f *goField) bool { return !f.nameFromTag })
	if len(tagged) == 1 {
		return tagged[0]
	}
	if len(first.index) == 1 {
		first.rule = "is the name of two fields"
		return first
	}
	return nil
}

// in returns the field of a struct, and whether the struct has it: it may be in an embedded
// pointer that is nil.
func (f *goField) in(v reflect.Value) (field reflect.Value, isThere bool) {
	if len(f.index) == 1 {
		return v.Field(f.index[0]), true
	}
	for i, x := range f.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(x)
	}
	return v, true
}
