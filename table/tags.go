package table

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn"
)

// tag is what the tag `dynamoconn:"…"` of a field says.
type tag struct {
	isPartition, isSort                  bool     // of the table's key
	partitionOf, sortOf                  []string // names of indexes
	version, mark, created, updated, ttl bool
	hasKind, hasFrom                     bool
	kind                                 string
	from                                 string // a template
}

// words are what a tag may say, in the order in which errors name them.
const words = "partition, partition=INDEX, sort, sort=INDEX, version, mark, created, updated, ttl, kind=NAME, from=TEMPLATE"

// parseTag returns what a tag says. A template is the last word, since it may have commas.
func parseTag(text string) (t tag, err error) {
	for text != "" {
		var word string
		if strings.HasPrefix(text, "from=") {
			word, text = text, ""
		} else {
			word, text, _ = strings.Cut(text, ",")
		}
		name, value, hasValue := strings.Cut(word, "=")
		if err := t.add(name, value, hasValue); err != nil {
			return t, err
		}
	}
	return t, nil
}

// add takes one word of a tag.
func (t *tag) add(name, value string, hasValue bool) error {
	if hasValue && value == "" {
		return fmt.Errorf("%q needs something behind the =", name+"=")
	}
	flag := map[string]*bool{"version": &t.version, "mark": &t.mark, "created": &t.created, "updated": &t.updated, "ttl": &t.ttl}[name]
	switch {
	case flag != nil && !hasValue:
		*flag = true
	case name == "partition" && hasValue:
		t.partitionOf = append(t.partitionOf, value)
	case name == "partition":
		t.isPartition = true
	case name == "sort" && hasValue:
		t.sortOf = append(t.sortOf, value)
	case name == "sort":
		t.isSort = true
	case name == "kind" && hasValue:
		t.kind, t.hasKind = value, true
	case name == "from" && hasValue:
		t.from, t.hasFrom = value, true
	default:
		return fmt.Errorf("the tag does not know %q; it knows %s", name, words)
	}
	return nil
}

// isKey reports whether the field is an attribute of a key.
func (t *tag) isKey() bool {
	return t.isPartition || t.isSort || len(t.partitionOf) > 0 || len(t.sortOf) > 0
}

// field is a field of T that a tag or a template speaks of.
type field struct {
	name      string // in Go
	attribute string
	goType    reflect.Type
	tag       tag
	kind      dynamoconn.Kind // of the attribute
	alone     reflect.Type    // a struct with this field and no other
	template  *template       // nil if there is none
}

// newField returns a field of T.
func newField(sf reflect.StructField) (*field, error) {
	f := &field{name: sf.Name, goType: sf.Type}
	name, options, _ := strings.Cut(sf.Tag.Get("dynamodbav"), ",")
	if f.attribute = name; name == "" {
		f.attribute = sf.Name
	}
	var err error
	if f.tag, err = parseTag(sf.Tag.Get("dynamoconn")); err != nil {
		return nil, err
	}
	// The field alone is never left out, also if it is zero.
	kept := []string{f.attribute}
	for option := range strings.SplitSeq(options, ",") {
		if option != "" && !strings.HasPrefix(option, "omit") && option != "nullempty" {
			kept = append(kept, option)
		}
	}
	f.alone = reflect.StructOf([]reflect.StructField{{
		Name: sf.Name, Type: sf.Type, Tag: reflect.StructTag(fmt.Sprintf("dynamodbav:%q", strings.Join(kept, ","))),
	}})
	zero, err := f.keyValue(reflect.Zero(sf.Type))
	if err != nil {
		return nil, err
	}
	f.kind = kindOf(zero)
	return f, nil
}

// kindOf returns the kind of an attribute that can be a key, and "" for any other.
func kindOf(kv dynamoconn.KeyValue) dynamoconn.Kind {
	switch kv.(type) {
	case *dynamoconn.KeyValueString:
		return dynamoconn.KindString
	case *dynamoconn.KeyValueLong, *dynamoconn.KeyValueDecimal:
		return dynamoconn.KindNumber
	case *dynamoconn.KeyValueBinary:
		return dynamoconn.KindBinary
	}
	return ""
}

// keyValue returns a value of the field as its attribute.
func (f *field) keyValue(v reflect.Value) (dynamoconn.KeyValue, error) {
	alone := reflect.New(f.alone).Elem()
	alone.Field(0).Set(v)
	item, err := dynamoconn.Marshal(alone.Interface())
	if err != nil {
		return nil, err
	}
	kv, ok := item.Get(f.attribute)
	if !ok {
		return nil, errors.New("is not stored")
	}
	return kv, nil
}

// argument returns a value for the field, which a caller gives, as its attribute.
func (f *field) argument(arg any) (dynamoconn.KeyValue, error) {
	v := reflect.ValueOf(arg)
	switch {
	case arg == nil:
		return nil, fmt.Errorf("%s must be a Go %s, not nil", f.name, f.goType)
	case v.Type().AssignableTo(f.goType):
	case convertsExactly(v, f.goType):
		v = v.Convert(f.goType)
	default:
		return nil, fmt.Errorf("%s must be a Go %s, not a %s", f.name, f.goType, v.Type())
	}
	return f.keyValue(v)
}

// convertsExactly reports whether v is a string or an integer that the type t holds too.
func convertsExactly(v reflect.Value, t reflect.Type) bool {
	if v.Kind() == reflect.String || t.Kind() == reflect.String {
		return v.Kind() == t.Kind()
	}
	zero := reflect.Zero(t)
	switch {
	case v.CanInt() && zero.CanInt():
		return !zero.OverflowInt(v.Int())
	case v.CanInt() && zero.CanUint():
		return v.Int() >= 0 && !zero.OverflowUint(uint64(v.Int()))
	case v.CanUint() && zero.CanUint():
		return !zero.OverflowUint(v.Uint())
	case v.CanUint() && zero.CanInt():
		return v.Uint() <= 1<<63-1 && !zero.OverflowInt(int64(v.Uint()))
	}
	return false
}

var timeType = reflect.TypeFor[time.Time]()

// isInteger reports whether the field is an integer of Go.
func (f *field) isInteger() bool {
	zero := reflect.Zero(f.goType)
	return f.kind == dynamoconn.KindNumber && (zero.CanInt() || zero.CanUint())
}

// fault returns what is wrong with the type of a field for what its tag says, or "".
func (f *field) fault() string {
	isTime := f.goType == timeType
	switch t := &f.tag; {
	case t.isKey() && f.kind == "":
		return "is no key: a key is a string, a number or a binary"
	case t.version && !f.isInteger():
		return "is no version: a version is an integer"
	case t.mark && f.goType.Kind() != reflect.String:
		return "is no mark: a mark is a string"
	case (t.created || t.updated) && !isTime:
		return "must be a time.Time"
	case t.ttl && f.kind != dynamoconn.KindNumber:
		return "is no time to live: that is a number of seconds, such as an int64 or a time.Time with the option unixtime"
	case t.ttl && !isTime && !f.isInteger():
		return "is no time to live: that is an integer, or a time.Time with the option unixtime"
	case t.hasKind && f.goType.Kind() != reflect.String:
		return "is no kind: a kind is a string"
	case t.hasFrom && f.goType.Kind() != reflect.String:
		return "cannot be made from a template: it is no string"
	case t.hasFrom && !t.isKey():
		return "has a template and is no key"
	case t.roles() > 1:
		return "has a tag with two roles"
	case t.roles() == 1 && !t.hasFrom && (t.isPartition || t.isSort):
		return "is a key of the table and has another role, which would change the key"
	}
	return ""
}

// roles returns how many of the things that this package does with a field the tag asks for.
func (t *tag) roles() (n int) {
	for _, is := range []bool{t.version, t.mark, t.created, t.updated, t.ttl, t.hasKind, t.hasFrom} {
		if is {
			n++
		}
	}
	return n
}
