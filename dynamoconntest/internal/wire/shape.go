package wire

import (
	"fmt"
	"strconv"
	"strings"
)

// Shape says what JSON an input or a part of it must be.
type Shape struct {
	kind   shapeKind
	fields []Field // of a structure
	elem   *Shape  // of a list or map
	class  string  // how messages call a structure
	rules  []rule
	keys   []rule // of a map's names
}

type shapeKind uint8

const (
	shapeString shapeKind = iota
	shapeInteger
	shapeLong
	shapeBoolean
	shapeBlob
	shapeList
	shapeMap
	shapeStruct
	shapeValue // an attribute value
)

// Field is one member of a structure.
type Field struct {
	Name     string
	Shape    *Shape
	Required bool
}

type rule struct {
	text   string
	allows func(*Node) bool
}

// Str is a string.
func Str() *Shape { return &Shape{kind: shapeString} }

// Int is a 32-bit integer.
func Int() *Shape { return &Shape{kind: shapeInteger} }

// Long is a 64-bit integer.
func Long() *Shape { return &Shape{kind: shapeLong} }

// Boolean is true or false.
func Boolean() *Shape { return &Shape{kind: shapeBoolean} }

// Value is an attribute value.
func Value() *Shape { return attributeValue }

// ListOf is a list.
func ListOf(elem *Shape) *Shape { return &Shape{kind: shapeList, elem: elem} }

// MapOf is an object with any names.
func MapOf(elem *Shape) *Shape { return &Shape{kind: shapeMap, elem: elem} }

// Struct is an object with the given members; others are ignored.
func Struct(fields ...Field) *Shape { return &Shape{kind: shapeStruct, fields: fields} }

// Class gives a structure the name of its type in the service's model.
func (s *Shape) Class(class string) *Shape {
	s.class = class
	return s
}

// Optional is an optional member of a structure.
func Optional(name string, s *Shape) Field { return Field{Name: name, Shape: s} }

// Required is a member of a structure that must be there.
func Required(name string, s *Shape) Field { return Field{Name: name, Shape: s, Required: true} }

var attributeValue = func() *Shape {
	v := &Shape{kind: shapeValue, class: "AttributeValue"}
	str, blob := &Shape{kind: shapeString}, &Shape{kind: shapeBlob}
	v.fields = []Field{
		Optional("S", str), Optional("N", str), Optional("B", blob), Optional("BOOL", Boolean()), Optional("NULL", Boolean()),
		Optional("SS", ListOf(str)), Optional("NS", ListOf(str)), Optional("BS", ListOf(blob)),
		Optional("L", ListOf(v)), Optional("M", MapOf(v)),
	}
	return v
}()

// Len bounds the length of a string, list or map.
func (s *Shape) Len(least, most int) *Shape {
	if least > 0 {
		s.rules = append(s.rules, rule{
			"Member must have length greater than or equal to " + strconv.Itoa(least),
			func(n *Node) bool { return n.length() >= least },
		})
	}
	if most > 0 {
		s.rules = append(s.rules, rule{
			"Member must have length less than or equal to " + strconv.Itoa(most),
			func(n *Node) bool { return n.length() <= most },
		})
	}
	return s
}

// NameLen bounds the length of a name; an ARN in its place may have any.
func (s *Shape) NameLen(least, most int) *Shape {
	from := len(s.rules)
	s.Len(least, most)
	for i := from; i < len(s.rules); i++ {
		holds := s.rules[i].allows
		s.rules[i].allows = func(n *Node) bool { return strings.HasPrefix(n.Text, "arn:") || holds(n) }
	}
	return s
}

// AtLeast bounds a number from below.
func (s *Shape) AtLeast(least int64) *Shape {
	s.rules = append(s.rules, rule{
		fmt.Sprintf("Member must have value greater than or equal to %d", least),
		func(n *Node) bool { v, ok := n.Int(); return !ok || v >= least },
	})
	return s
}

// AtMost bounds a number from above.
func (s *Shape) AtMost(most int64) *Shape {
	s.rules = append(s.rules, rule{
		fmt.Sprintf("Member must have value less than or equal to %d", most),
		func(n *Node) bool { v, ok := n.Int(); return ok && v <= most },
	})
	return s
}

// Enum lists the texts that a string may have.
func (s *Shape) Enum(values ...string) *Shape {
	s.rules = append(s.rules, rule{
		"Member must satisfy enum value set: [" + strings.Join(values, ", ") + "]",
		func(n *Node) bool {
			for _, v := range values {
				if v == n.Text {
					return true
				}
			}
			return false
		},
	})
	return s
}

// NameCharacters restricts a string to the characters of table and index names.
func (s *Shape) NameCharacters() *Shape {
	s.rules = append(s.rules, rule{
		"Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
		func(n *Node) bool { return n.Text != "" && isName(n.Text) },
	})
	return s
}

// Keys applies the rules of k to a map's names.
func (s *Shape) Keys(k *Shape) *Shape {
	s.keys = k.rules
	return s
}

// isName reports whether s has only the characters of table and index names.
// An ARN passes: it stands for the table that it names.
func isName(s string) bool {
	if strings.HasPrefix(s, "arn:") {
		return true
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		ok := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-'
		if !ok {
			return false
		}
	}
	return true
}

func (n *Node) length() int {
	switch n.Type {
	case Array:
		return len(n.Elems)
	case Object:
		return len(n.Members)
	}
	return len([]rune(n.Text))
}
