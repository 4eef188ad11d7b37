package dynamoconn

import (
	"fmt"
	"slices"
	"strconv"
)

// Path names an attribute of an item, or a place inside one. [Attr] makes it, and its
// methods make what can be said of it:
//
//   - a test of the attribute, such as [Path.GE]: a [Condition], which is a [Predicate];
//   - a change of the attribute, such as [Path.Increment]: a [Change];
//   - its [Size].
//
// A Path never changes, so it may be shared and kept in a variable. The zero Path names
// nothing and is refused where it is used.
//
// Each operator takes one of these as a value:
//
//   - a [KeyValue] whose own key is empty, an [Item], a [Number];
//   - any other Go value that [MarshalValue] takes, a struct or a slice for example, with its rules:
//     a slice is a list, also a []string, but a [][]byte is a binary set; a [time.Time] is text;
//     nil is a null;
//   - another Path, or a Size: the attribute is compared with that of the same item.
//
// For a set give [StringSet] or [NumberSet]. A value is copied when the operator is called, but for
// what a KeyValue leads to. What DynamoDB cannot store, such as NaN or a chan, is reported
// as [ErrInvalidRequest] when the request is checked.
type Path struct {
	name  string
	steps []pathStep // never changed in place
}

// pathStep leads from a map to the value with a name, or from a list to one of its elements.
type pathStep struct {
	name      string
	isElement bool
	index     int
}

// Attr returns the path of an attribute. Any name works, also a reserved one: a dot in a name
// is a dot in the name. Further names lead into maps: Attr("Label", "City") is the City in the
// map Label.
func Attr(name string, nested ...string) Path { return Path{name: name}.Attr(nested...) }

// Attr returns the path that leads on into maps: Attr("Tracks").At(0).Attr("Title").
func (p Path) Attr(nested ...string) Path {
	steps := slices.Clip(p.steps)
	for _, name := range nested {
		steps = append(steps, pathStep{name: name})
	}
	return Path{p.name, steps}
}

// At returns the path of an element of a list, counted from 0. A negative index is refused
// when the request is checked.
func (p Path) At(index int) Path {
	return Path{p.name, append(slices.Clip(p.steps), pathStep{isElement: true, index: index})}
}

// String returns the path as the paths of errors have it: Label.City, Tracks[0].Title.
func (p Path) String() string {
	text := showName(p.name)
	for _, s := range p.steps {
		text += s.String()
	}
	return text
}

func (s pathStep) String() string {
	if s.isElement {
		return "[" + strconv.Itoa(s.index) + "]"
	}
	return "." + showName(s.name)
}

// path returns the text of a path in an expression.
func (x *expression) path(p Path) (string, error) {
	if rule := p.brokenRule(); rule != "" {
		return "", broken(rule)
	}
	text := []byte(x.name(p.name))
	for _, s := range p.steps {
		if s.isElement {
			text = append(strconv.AppendInt(append(text, '['), int64(s.index), 10), ']')
		} else {
			text = append(append(text, '.'), x.name(s.name)...)
		}
	}
	return string(text), nil
}

// brokenRule returns the rule that the path breaks, or "".
func (p Path) brokenRule() string {
	if rule := brokenNameRule(p.name); rule != "" {
		return "the name of an attribute " + rule
	}
	for _, s := range p.steps {
		if s.isElement {
			if s.index < 0 {
				return "the index of a list must not be negative"
			}
		} else if rule := brokenNameRule(s.name); rule != "" {
			return "the name of an attribute " + rule
		}
	}
	if len(p.steps) > deepestNesting {
		return "a path must have at most 31 steps"
	}
	return ""
}

// overlaps reports whether one path is the other, or leads into it.
func (p Path) overlaps(other Path) bool {
	n := min(len(p.steps), len(other.steps))
	return p.name == other.name && slices.Equal(p.steps[:n], other.steps[:n])
}

// isSame reports whether both paths name the same place.
func (p Path) isSame(other Path) bool {
	return p.name == other.name && slices.Equal(p.steps, other.steps)
}

// conflicts reports whether the paths part where one takes a list for what the other takes for a map.
// DynamoDB refuses two such changes.
func (p Path) conflicts(other Path) bool {
	if p.name != other.name {
		return false
	}
	for i := range min(len(p.steps), len(other.steps)) {
		if p.steps[i] != other.steps[i] {
			return p.steps[i].isElement != other.steps[i].isElement
		}
	}
	return false
}

// isElement reports whether the path is that of an element of a list.
func (p Path) isElement() bool { return len(p.steps) > 0 && p.steps[len(p.steps)-1].isElement }

// EQ is true if the attribute equals value, for every type. A number never equals its text.
func (p Path) EQ(value any) Condition { return p.test(ComparisonOperatorEQ, value) }

// NE is true if the attribute does not equal value, also if the item lacks it or if it is of
// another type.
func (p Path) NE(value any) Condition { return p.test(ComparisonOperatorNE, value) }

// LT is true if the attribute is less than value, for text, numbers and binary.
func (p Path) LT(value any) Condition { return p.test(ComparisonOperatorLT, value) }

// LE is true if the attribute is less than or equal to value, for text, numbers and binary.
func (p Path) LE(value any) Condition { return p.test(ComparisonOperatorLE, value) }

// GT is true if the attribute is greater than value, for text, numbers and binary.
func (p Path) GT(value any) Condition { return p.test(ComparisonOperatorGT, value) }

// GE is true if the attribute is greater than or equal to value, for text, numbers and binary.
func (p Path) GE(value any) Condition { return p.test(ComparisonOperatorGE, value) }

// Between is true from low to high, both included, for text, numbers and binary.
func (p Path) Between(low, high any) Condition { return p.test(ComparisonOperatorBetween, low, high) }

// In is true if the attribute equals any of the values, 1 to 100 of them.
func (p Path) In(values ...any) Condition { return p.test(ComparisonOperatorIn, values...) }

// BeginsWith is true of text or binary that starts with prefix.
func (p Path) BeginsWith(prefix any) Condition { return p.test(ComparisonOperatorBeginsWith, prefix) }

// Contains is true of text or binary that has value in it, and of a set or a list that has it as
// a member.
func (p Path) Contains(value any) Condition { return p.test(ComparisonOperatorContains, value) }

// NotContains is the operator NOT_CONTAINS: it is false if the item lacks the attribute. The
// negation, Not(p.Contains(value)), is true of such an item.
func (p Path) NotContains(value any) Condition { return p.test(ComparisonOperatorNotContains, value) }

// Exists is true if the item has the attribute, even one whose value is null.
func (p Path) Exists() Condition { return p.test(ComparisonOperatorNotNull) }

// NotExists is true if the item lacks the attribute. A null value is a value: IsKind(KindNull)
// is its test.
func (p Path) NotExists() Condition { return p.test(ComparisonOperatorNull) }

// Size returns the size of the attribute, to be compared with a number.
func (p Path) Size() Size { return Size{p} }

// Size is the size of an attribute: the length of text, the bytes of a binary, or the number of
// members or elements of a set, a list or a map. Other types, and an attribute that is missing, have
// no size: then every test is false but NE. DynamoDB does not say how it counts the length of text
// that is not ASCII; DynamoDB Local counts the units of UTF-16.
type Size struct{ of Path }

// EQ is true if the size is n, a number.
func (s Size) EQ(n any) Condition { return s.test(ComparisonOperatorEQ, n) }

// NE is true if the size is not n, also if there is none.
func (s Size) NE(n any) Condition { return s.test(ComparisonOperatorNE, n) }

// LT is true if the size is less than n.
func (s Size) LT(n any) Condition { return s.test(ComparisonOperatorLT, n) }

// LE is true if the size is at most n.
func (s Size) LE(n any) Condition { return s.test(ComparisonOperatorLE, n) }

// GT is true if the size is greater than n.
func (s Size) GT(n any) Condition { return s.test(ComparisonOperatorGT, n) }

// GE is true if the size is at least n.
func (s Size) GE(n any) Condition { return s.test(ComparisonOperatorGE, n) }

// Between is true if the size is low to high, both included.
func (s Size) Between(low, high any) Condition {
	return s.test(ComparisonOperatorBetween, low, high)
}

// In is true if the size is one of the numbers, 1 to 100 of them.
func (s Size) In(numbers ...any) Condition { return s.test(ComparisonOperatorIn, numbers...) }

// test returns a condition on the attribute.
func (p Path) test(operator ComparisonOperator, values ...any) Condition {
	return newCondition(p, false, operator, values)
}

// test returns a condition on the size.
func (s Size) test(operator ComparisonOperator, values ...any) Condition {
	return newCondition(s.of, true, operator, values)
}

// Kind is a type of DynamoDB's values, by DynamoDB's name for it.
type Kind string

// The kinds of values.
const (
	// KindString is text.
	KindString Kind = "S"
	// KindNumber is a number, long or decimal.
	KindNumber Kind = "N"
	// KindBinary is bytes.
	KindBinary Kind = "B"
	// KindBoolean is true or false.
	KindBoolean Kind = "BOOL"
	// KindNull is null.
	KindNull Kind = "NULL"
	// KindList is a list.
	KindList Kind = "L"
	// KindMap is a map.
	KindMap Kind = "M"
	// KindStringSet is a set of strings.
	KindStringSet Kind = "SS"
	// KindNumberSet is a set of numbers.
	KindNumberSet Kind = "NS"
	// KindBinarySet is a set of binaries.
	KindBinarySet Kind = "BS"
)

var kinds = []Kind{
	KindString, KindNumber, KindBinary, KindBoolean, KindNull, KindList, KindMap, KindStringSet, KindNumberSet, KindBinarySet,
}

// IsKind is true if the item has the attribute and its value is of that kind.
func (p Path) IsKind(kind Kind) Predicate { return &kindTest{p, kind} }

// kindTest is the predicate of IsKind.
type kindTest struct {
	path Path
	kind Kind
}

func (t *kindTest) encode(x *expression) (term, error) {
	if !slices.Contains(kinds, t.kind) {
		return term{}, broken(fmt.Sprintf("%.20q is no Kind", string(t.kind)))
	}
	path, err := x.path(t.path)
	if err != nil {
		return term{}, err
	}
	kind, err := x.value(String("", string(t.kind)))
	return term{text: "attribute_type(" + path + ", " + kind + ")"}, err
}
