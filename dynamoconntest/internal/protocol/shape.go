package protocol

import (
	"fmt"
	"strconv"
	"strings"
)

// Shape says which JSON an operation accepts as its input, or as a part of it.
type Shape struct {
	kind   shapeKind
	fields []Field // members of a structure
	elem   *Shape  // elements of a list or map
	class  string  // name of a structure in messages
	rules  []rule
	keys   []rule // for the names in a map
	report string // what messages say about a value that breaks a rule; "" for what they say about others
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

// Field is a member of a structure.
type Field struct {
	Name     string
	Shape    *Shape
	Required bool
}

// rule is a constraint and what messages say about it.
type rule struct {
	text   string
	allows func(*Node) bool
}

// Str returns the shape of a string.
func Str() *Shape { return &Shape{kind: shapeString} }

// Int returns the shape of a 32-bit integer.
func Int() *Shape { return &Shape{kind: shapeInteger} }

// Long returns the shape of a 64-bit integer.
func Long() *Shape { return &Shape{kind: shapeLong} }

// Boolean returns the shape of true or false.
func Boolean() *Shape { return &Shape{kind: shapeBoolean} }

// Value returns the shape of an attribute value.
func Value() *Shape { return attributeValue }

// ListOf returns the shape of a list.
func ListOf(elem *Shape) *Shape { return &Shape{kind: shapeList, elem: elem} }

// MapOf returns the shape of an object with any names.
func MapOf(elem *Shape) *Shape { return &Shape{kind: shapeMap, elem: elem} }

// Struct returns the shape of an object with the given members. Other members
// are ignored.
func Struct(fields ...Field) *Shape { return &Shape{kind: shapeStruct, fields: fields} }

// Class sets the name of a structure in the service's model.
func (s *Shape) Class(name string) *Shape {
	s.class = name
	return s
}

// Optional returns a member that a structure may lack.
func Optional(name string, s *Shape) Field { return Field{Name: name, Shape: s} }

// Required returns a member that a structure must have.
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

// NameLen bounds the length of a name. An ARN in the place of the name may have
// any length.
func (s *Shape) NameLen(least, most int) *Shape {
	from := len(s.rules)
	s.Len(least, most)
	for i := from; i < len(s.rules); i++ {
		holds := s.rules[i].allows
		s.rules[i].allows = func(n *Node) bool { return strings.HasPrefix(n.Text, "arn:") || holds(n) }
	}
	return s
}

// AtLeast sets the smallest number.
func (s *Shape) AtLeast(least int64) *Shape {
	s.rules = append(s.rules, rule{
		fmt.Sprintf("Member must have value greater than or equal to %d", least),
		func(n *Node) bool { v, ok := n.Int(); return !ok || v >= least },
	})
	return s
}

// AtMost sets the largest number.
func (s *Shape) AtMost(most int64) *Shape {
	s.rules = append(s.rules, rule{
		fmt.Sprintf("Member must have value less than or equal to %d", most),
		func(n *Node) bool { v, ok := n.Int(); return ok && v <= most },
	})
	return s
}

// Enum lists the values of a string.
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

// Reported sets what messages say about a value that breaks a rule, in the place of its
// member, the value and the rule.
func (s *Shape) Reported(as string) *Shape {
	s.report = as
	return s
}

// NameCharacters allows only the characters of table and index names in a string.
func (s *Shape) NameCharacters() *Shape {
	s.rules = append(s.rules, rule{
		"Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+",
		func(n *Node) bool { return n.Text != "" && isName(n.Text) },
	})
	return s
}

// Keys applies the rules of k to the names in a map.
func (s *Shape) Keys(k *Shape) *Shape {
	s.keys = k.rules
	return s
}

// isName reports whether s has only the characters of table and index names. An
// ARN, which is accepted in the place of a table's name, is one as well.
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

// length returns the number of elements, members or characters.
func (n *Node) length() int {
	switch n.Type {
	case Array:
		return len(n.Elems)
	case Object:
		return len(n.Members)
	}
	return len([]rune(n.Text))
}
