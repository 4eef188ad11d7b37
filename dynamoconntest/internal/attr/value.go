// Package attr is the value model of DynamoDB: the ten types, their order,
// their size, and their JSON form.
//
// Values and items are immutable once made: they are shared freely between
// tables, indexes, snapshots and answers.
package attr

import (
	"sort"
	"strings"
)

// Kind is the type of a value.
type Kind uint8

// The types. The zero Kind is that of no value.
const (
	None Kind = iota
	S
	N
	B
	BOOL
	NULL
	L
	M
	SS
	NS
	BS
)

var kindNames = [...]string{"", "S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"}

// String is the type's name on the wire.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return ""
}

// KindOf is the type with that name on the wire; None if there is none.
func KindOf(name string) Kind {
	for i, n := range kindNames {
		if n == name {
			return Kind(i)
		}
	}
	return None
}

// LongName is how messages about update expressions call the type.
func (k Kind) LongName() string {
	switch k {
	case S:
		return "STRING"
	case N:
		return "NUMBER"
	case B:
		return "BINARY"
	case BOOL:
		return "BOOLEAN"
	case NULL:
		return "NULL"
	case L:
		return "LIST"
	case M:
		return "MAP"
	case SS:
		return "STRING_SET"
	case NS:
		return "NUMBER_SET"
	case BS:
		return "BINARY_SET"
	}
	return "UNKNOWN"
}

// IsSet reports whether the type is one of the three set types.
func (k Kind) IsSet() bool { return k >= SS }

// IsScalarKey reports whether the type may be that of a key attribute.
func (k Kind) IsScalarKey() bool { return k == S || k == N || k == B }

// Value is one attribute value. The zero Value is no value: its kind is None.
type Value struct {
	kind    Kind
	boolean bool
	text    string // S, B: the bytes; N: canonical text
	content any    // L: []Value; M: Item; sets: []string in canonical order
}

// Attr is one named value of an item or a map.
type Attr struct {
	Name  string
	Value Value
}

// Item is the attributes of an item or of a map, by name. It is sorted and
// holds each name once. A nil Item is empty.
type Item []Attr

// String makes a string value.
func String(s string) Value { return Value{kind: S, text: s} }

// Binary makes a binary value of the bytes in s.
func Binary(s string) Value { return Value{kind: B, text: s} }

// FromNumber makes a number value.
func FromNumber(n Number) Value { return Value{kind: N, text: n.String()} }

// Bool makes a boolean value.
func Bool(b bool) Value { return Value{kind: BOOL, boolean: b} }

// Null makes a null value.
func Null() Value { return Value{kind: NULL} }

// List makes a list. It keeps vs.
func List(vs []Value) Value { return Value{kind: L, content: vs} }

// Map makes a map. It keeps m.
func Map(m Item) Value { return Value{kind: M, content: m} }

// Set makes a set of kind k from members in the text form of their type,
// which must be distinct; it puts them in order. It keeps members.
func Set(k Kind, members []string) Value {
	if k == NS {
		sort.Slice(members, func(i, j int) bool {
			return parseCanonical(members[i]).Cmp(parseCanonical(members[j])) < 0
		})
	} else {
		sort.Strings(members)
	}
	return Value{kind: k, content: members}
}

// Kind is the value's type; None for no value.
func (v Value) Kind() Kind { return v.kind }

// Exists reports whether there is a value.
func (v Value) Exists() bool { return v.kind != None }

// Text is a string's or binary's bytes or a number's canonical text.
func (v Value) Text() string { return v.text }

// Bool is a boolean's value.
func (v Value) Bool() bool { return v.boolean }

// Number is a number's value.
func (v Value) Number() Number { return parseCanonical(v.text) }

// List is the elements of a list.
func (v Value) List() []Value { l, _ := v.content.([]Value); return l }

// Map is the attributes of a map.
func (v Value) Map() Item { m, _ := v.content.(Item); return m }

// Members is a set's members in the text form of their type.
func (v Value) Members() []string { m, _ := v.content.([]string); return m }

func parseCanonical(s string) Number {
	n, err := ParseNumber(s)
	if err != nil {
		return Number{}
	}
	return n
}

// Get is the value with that name, or no value.
func (it Item) Get(name string) Value {
	if i, ok := it.find(name); ok {
		return it[i].Value
	}
	return Value{}
}

func (it Item) find(name string) (int, bool) {
	i := sort.Search(len(it), func(i int) bool { return it[i].Name >= name })
	return i, i < len(it) && it[i].Name == name
}

// With is a copy of the item in which name has the value v.
func (it Item) With(name string, v Value) Item {
	i, ok := it.find(name)
	out := make(Item, 0, len(it)+1)
	out = append(append(out, it[:i]...), Attr{name, v})
	if ok {
		i++
	}
	return append(out, it[i:]...)
}

// Without is a copy of the item that lacks name.
func (it Item) Without(name string) Item {
	i, ok := it.find(name)
	if !ok {
		return it
	}
	out := make(Item, 0, len(it)-1)
	return append(append(out, it[:i]...), it[i+1:]...)
}

// NewItem makes an Item of attributes in any order; of a repeated name the
// last counts. It keeps attrs.
func NewItem(attrs []Attr) Item {
	sort.SliceStable(attrs, func(i, j int) bool { return attrs[i].Name < attrs[j].Name })
	out := attrs[:0]
	for i, a := range attrs {
		if i+1 < len(attrs) && attrs[i+1].Name == a.Name {
			continue
		}
		out = append(out, a)
	}
	return Item(out)
}

// Equal reports whether two values are the same: same type, same content,
// lists in the same order, sets in any.
func Equal(a, b Value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case S, B, N:
		return a.text == b.text
	case BOOL:
		return a.boolean == b.boolean
	case L:
		x, y := a.List(), b.List()
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case M:
		return EqualItems(a.Map(), b.Map())
	case SS, NS, BS:
		x, y := a.Members(), b.Members()
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if x[i] != y[i] {
				return false
			}
		}
		return true
	}
	return true
}

// EqualItems reports whether two items hold the same attributes.
func EqualItems(x, y Item) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if x[i].Name != y[i].Name || !Equal(x[i].Value, y[i].Value) {
			return false
		}
	}
	return true
}

// Compare orders two values of the same ordered type (S, N or B); ok is false
// for any others.
func Compare(a, b Value) (c int, ok bool) {
	if a.kind != b.kind {
		return 0, false
	}
	switch a.kind {
	case S, B:
		return strings.Compare(a.text, b.text), true
	case N:
		if a.text == b.text {
			return 0, true
		}
		return a.Number().Cmp(b.Number()), true
	}
	return 0, false
}
