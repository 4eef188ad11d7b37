package expr

import (
	"errors"
	"fmt"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

const invalidParameter = "One or more parameter values were invalid: "

// valueCounts says how many values each comparison operator takes; -1 means one or
// more.
var valueCounts = map[string]int{
	"EQ": 1, "NE": 1, "LE": 1, "LT": 1, "GE": 1, "GT": 1, "CONTAINS": 1, "NOT_CONTAINS": 1,
	"BEGINS_WITH": 1, "NULL": 0, "NOT_NULL": 0, "BETWEEN": 2, "IN": -1,
}

// legacyNode returns an older comparison as a part of an expression.
func legacyNode(path Path, operator string, values []attr.Value) *node {
	args := []*node{{op: opPath, path: path}}
	for _, v := range values {
		args = append(args, &node{op: opValue, value: v})
	}
	call := func(name string) *node { return &node{op: opFunc, text: name, args: args} }
	switch operator {
	case "NULL":
		return call("attribute_not_exists")
	case "NOT_NULL":
		return call("attribute_exists")
	case "BEGINS_WITH":
		return call("begins_with")
	case "CONTAINS":
		return call("contains")
	case "NOT_CONTAINS":
		// Unlike NOT contains it does not hold if there is no attribute.
		exists := &node{op: opFunc, text: "attribute_exists", args: args[:1]}
		return &node{op: opAnd, args: []*node{exists, {op: opNot, args: []*node{call("contains")}}}}
	case "BETWEEN":
		return &node{op: opBetween, args: args}
	case "IN":
		return &node{op: opIn, args: args}
	case "NE":
		return &node{op: opCompare, text: "<>", args: args}
	}
	for sign, name := range comparisonNames {
		if name == operator {
			return &node{op: opCompare, text: sign, args: args}
		}
	}
	return call("")
}

// ReadTerms reads KeyConditions, QueryFilter or ScanFilter. The terms are in the
// order of the request.
func ReadTerms(n *protocol.Node) ([]KeyTerm, error) {
	if !n.Present() {
		return nil, nil
	}
	var out []KeyTerm
	for i := range n.Members {
		m := &n.Members[i]
		t, err := readTerm(m.Name, m.Value.Get("ComparisonOperator").Str(), m.Value.Get("AttributeValueList"))
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// checkValueCount returns an error if the operator takes another number of values.
func checkValueCount(operator string, list *protocol.Node) error {
	n := 0
	if list.Present() {
		n = len(list.Elems)
	}
	if want := valueCounts[operator]; want >= 0 && n != want || want < 0 && n == 0 {
		return fmt.Errorf(invalidParameter+"Invalid number of argument(s) for the %s ComparisonOperator", operator)
	}
	return nil
}

func readTerm(name, operator string, list *protocol.Node) (KeyTerm, error) {
	t := KeyTerm{Name: name, Op: operator}
	if err := attr.CheckName(name); err != nil {
		return t, err
	}
	if list.Present() {
		for i := range list.Elems {
			v, err := attr.Decode(&list.Elems[i])
			if err != nil {
				return t, err
			}
			t.Values = append(t.Values, v)
		}
	}
	if err := checkValueCount(operator, list); err != nil {
		return t, err
	}
	return t, t.check()
}

// check returns an error if the operator does not take values of these types.
func (t KeyTerm) check() error {
	for _, v := range t.Values {
		ok := true
		switch k := v.Kind(); t.Op {
		case "LT", "LE", "GT", "GE", "BETWEEN":
			ok = k.IsScalarKey()
		case "BEGINS_WITH":
			ok = k == attr.S || k == attr.B
		case "CONTAINS", "NOT_CONTAINS":
			ok = !k.IsSet() && k != attr.L && k != attr.M
		case "IN":
			ok = k.IsScalarKey()
		}
		if !ok {
			return fmt.Errorf(invalidParameter+"ComparisonOperator %s is not valid for %s AttributeValue type", t.Op, v.Kind())
		}
	}
	for i := 1; i < len(t.Values); i++ {
		if t.Values[i].Kind() != t.Values[0].Kind() {
			return errors.New(invalidParameter + "AttributeValues inside AttributeValueList must be of same type")
		}
	}
	if t.Op == "BETWEEN" {
		if c, ok := attr.Compare(t.Values[0], t.Values[1]); ok && c > 0 {
			return errors.New("The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
		}
	}
	return nil
}

// JoinTerms returns the condition that all terms hold, or, if either is set, that
// at least one does. It is nil if there are no terms.
func JoinTerms(terms []KeyTerm, either bool) *Condition {
	if len(terms) == 0 {
		return nil
	}
	op := opAnd
	if either {
		op = opOr
	}
	return &Condition{joinTerms(terms, op)}
}

// joinTerms joins the terms in a balanced tree: there is no limit to their number,
// and there is one to the depth of a recursion.
func joinTerms(terms []KeyTerm, op op) *node {
	if len(terms) == 1 {
		t := terms[0]
		return legacyNode(Path{{Name: t.Name}}, t.Op, t.Values)
	}
	half := len(terms) / 2
	return &node{op: op, args: []*node{joinTerms(terms[:half], op), joinTerms(terms[half:], op)}}
}

// ReadExpected reads the older parameter Expected as a condition.
func ReadExpected(n *protocol.Node, either bool) (*Condition, error) {
	if !n.Present() {
		return nil, nil
	}
	var terms []KeyTerm
	for i := range n.Members {
		t, err := readExpected(n.Members[i].Name, &n.Members[i].Value)
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
	}
	return JoinTerms(terms, either), nil
}

func readExpected(name string, n *protocol.Node) (KeyTerm, error) {
	if err := attr.CheckName(name); err != nil {
		return KeyTerm{}, err
	}
	value, exists, list := n.Get("Value"), n.Get("Exists"), n.Get("AttributeValueList")
	if list != nil && value != nil {
		return KeyTerm{}, fmt.Errorf(invalidParameter+"Value and AttributeValueList cannot be used together for Attribute: %s", name)
	}
	if operator := n.Get("ComparisonOperator").Str(); operator != "" {
		if exists != nil {
			return KeyTerm{}, fmt.Errorf(invalidParameter+"Exists and ComparisonOperator cannot be used together for Attribute: %s", name)
		}
		if list == nil && value == nil && valueCounts[operator] != 0 {
			return KeyTerm{}, fmt.Errorf(invalidParameter+"Value or AttributeValueList must be used with ComparisonOperator: %s for Attribute: %s", operator, name)
		}
		if value != nil {
			list = &protocol.Node{Type: protocol.Array, Elems: []protocol.Node{*value}}
		}
		if err := checkValueCount(operator, list); err != nil {
			return KeyTerm{}, err
		}
		return readTerm(name, operator, list)
	}
	if list != nil {
		return KeyTerm{}, fmt.Errorf(invalidParameter+"AttributeValueList can only be used with a ComparisonOperator for Attribute: %s", name)
	}
	if exists != nil && !exists.True() {
		if value != nil {
			return KeyTerm{}, fmt.Errorf(invalidParameter+"Value cannot be used when Exists is false for Attribute: %s", name)
		}
		return KeyTerm{Name: name, Op: "NULL"}, nil
	}
	if value == nil {
		given := "null"
		if exists != nil {
			given = "true"
		}
		return KeyTerm{}, fmt.Errorf(invalidParameter+"Value must be provided when Exists is %s for Attribute: %s", given, name)
	}
	v, err := attr.Decode(value)
	return KeyTerm{Name: name, Op: "EQ", Values: []attr.Value{v}}, err
}

// ReadAttributeUpdates reads the older parameter AttributeUpdates as an update.
func ReadAttributeUpdates(n *protocol.Node) (*Update, error) {
	u := &Update{}
	if !n.Present() {
		return u, nil
	}
	for i := range n.Members {
		m := &n.Members[i]
		a := action{path: Path{{Name: m.Name}}}
		verb := m.Value.Get("Action").Str()
		if given := m.Value.Get("Value"); given != nil {
			v, err := attr.Decode(given)
			if err != nil {
				return nil, err
			}
			a.value = &node{op: opValue, value: v}
		}
		if m.Name == "" {
			return nil, errors.New("Empty attribute name")
		}
		if err := attr.CheckName(m.Name); err != nil {
			return nil, err
		}
		if a.value == nil && verb != "DELETE" {
			return nil, errors.New(invalidParameter + "Only DELETE action is allowed when no attribute value is specified")
		}
		switch verb {
		case "", "PUT":
			a.verb = "SET"
		case "DELETE":
			a.verb = "REMOVE"
			if a.value != nil {
				a.verb = "DELETE"
				if k := a.value.value.Kind(); !k.IsSet() {
					return nil, fmt.Errorf(invalidParameter+"DELETE action with value is not supported for the type %s", k)
				}
			}
		case "ADD":
			a.verb = "ADD"
			if k := a.value.value.Kind(); !k.IsSet() && k != attr.N && k != attr.L {
				return nil, fmt.Errorf(invalidParameter+"ADD action is not supported for the type %s", k)
			}
		}
		u.actions = append(u.actions, a)
	}
	u.legacy = true
	return u, nil
}
