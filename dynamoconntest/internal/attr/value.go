// Package attr has DynamoDB's values: the ten types, their order, their size
// and their JSON.
//
// Values and items never change: tables, indexes, snapshots and answers share
// them.
package attr

import (
	"slices"
	"sort"
	"strings"
)

// Kind is the type of a value.
type Kind uint8

// The types. The zero Value has the kind None: there is no value.
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

// String returns the type's name in DynamoDB JSON.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return ""
}

// KindOf returns the type with that name in DynamoDB JSON, or None.
func KindOf(name string) Kind {
	for i, n := range kindNames {
		if n == name {
			return Kind(i)
		}
	}
	return None
}

// LongName returns the type's name in messages about update expressions.
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

// IsScalarKey reports whether a key attribute may have the type.
func (k Kind) IsScalarKey() bool { return k == S || k == N || k == B }

// Value is an attribute value. The zero Value stands for no value.
type Value struct {
	kind    Kind
	boolean bool   // of a BOOL; for an S, that its JSON had a surrogate without its pair
	text    string // S, B: the bytes; N: canonical text
	content any    // L: []Value; M: Item; sets: []string in canonical order
}

// Attr is a name and its value in an item or map.
type Attr struct {
	Name  string
	Value Value
}

// Item holds the attributes of an item or map, sorted by name. Each name occurs
// once. A nil Item is empty.
type Item []Attr

// String returns a string value.
func String(s string) Value { return Value{kind: S, text: s} }

// Binary returns a binary value with the bytes of s.
func Binary(s string) Value { return Value{kind: B, text: s} }

// FromNumber returns a number value.
func FromNumber(n Number) Value { return Value{kind: N, text: n.String()} }

// Bool returns a boolean value.
func Bool(b bool) Value { return Value{kind: BOOL, boolean: b} }

// Null returns a null value.
func Null() Value { return Value{kind: NULL} }

// List returns a list value. It keeps vs.
func List(vs []Value) Value { return Value{kind: L, content: vs} }

// Map returns a map value. It keeps m.
func Map(m Item) Value { return Value{kind: M, content: m} }

// Set returns a set of kind k. The members are given as text: strings, the bytes
// of binaries, or canonical numbers. Each occurs once. Set sorts and keeps the
// slice.
func Set(k Kind, members []string) Value {
	if k == NS {
		sort.Sort(byNumber{members, parseAll(members)})
	} else {
		sort.Strings(members)
	}
	return Value{kind: k, content: members}
}

// byNumber sorts the texts of numbers by the numbers, each of which is read once.
type byNumber struct {
	texts   []string
	numbers []Number
}

func (s byNumber) Len() int           { return len(s.texts) }
func (s byNumber) Less(i, j int) bool { return s.numbers[i].Cmp(s.numbers[j]) < 0 }

func (s byNumber) Swap(i, j int) {
	s.texts[i], s.texts[j] = s.texts[j], s.texts[i]
	s.numbers[i], s.numbers[j] = s.numbers[j], s.numbers[i]
}

func parseAll(texts []string) []Number {
	out := make([]Number, len(texts))
	for i, text := range texts {
		out[i] = parseCanonical(text)
	}
	return out
}

// Kind returns the value's type, or None if there is no value.
func (v Value) Kind() Kind { return v.kind }

// Exists reports whether there is a value.
func (v Value) Exists() bool { return v.kind != None }

// Text returns the bytes of a string or binary, or the canonical text of a
// number.
func (v Value) Text() string { return v.text }

// HasLoneSurrogate reports whether the JSON of a string had half of a surrogate pair,
// in whose place the text has U+FFFD.
func (v Value) HasLoneSurrogate() bool { return v.kind == S && v.boolean }

// Bool returns the value of a boolean.
func (v Value) Bool() bool { return v.boolean }

// Number returns the value of a number.
func (v Value) Number() Number { return parseCanonical(v.text) }

// List returns the elements of a list.
func (v Value) List() []Value { l, _ := v.content.([]Value); return l }

// Map returns the attributes of a map.
func (v Value) Map() Item { m, _ := v.content.(Item); return m }

// Members returns the members of a set, as [Set] takes them.
func (v Value) Members() []string { m, _ := v.content.([]string); return m }

// parseCanonical reads the canonical text of a number. Any other text is 0.
func parseCanonical(s string) Number {
	n, err := ParseNumber(s)
	if err != nil {
		return Number{}
	}
	return n
}

// Get returns the value with that name, or the zero Value.
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

// With returns a copy of the item in which name has the value v.
func (it Item) With(name string, v Value) Item {
	i, ok := it.find(name)
	out := make(Item, 0, len(it)+1)
	out = append(append(out, it[:i]...), Attr{name, v})
	if ok {
		i++
	}
	return append(out, it[i:]...)
}

// WithAll returns a copy of the item with other values for some names. A name whose
// value is the zero Value is removed. If a name is repeated the last one counts.
func (it Item) WithAll(changes []Attr) Item {
	if len(changes) == 0 {
		return it
	}
	out := NewItem(append(append(make(Item, 0, len(it)+len(changes)), it...), changes...))
	return slices.DeleteFunc(out, func(a Attr) bool { return !a.Value.Exists() })
}

// Without returns a copy of the item that lacks name.
func (it Item) Without(name string) Item {
	i, ok := it.find(name)
	if !ok {
		return it
	}
	out := make(Item, 0, len(it)-1)
	return append(append(out, it[:i]...), it[i+1:]...)
}

// NewItem returns an Item with the given attributes, which may be in any order.
// If a name is repeated the last one counts. NewItem sorts and keeps attrs.
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

// Equal reports whether two values have the same type and content. The order of
// a list matters, that of a set does not.
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

// Compare orders two values of the same type, which must be S, N or B. For all
// others ok is false.
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
