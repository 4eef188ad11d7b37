package expr

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// conditionHolds reports whether a checked condition holds for an item.
func conditionHolds(n *node, it attr.Item) bool {
	switch n.op {
	case opAnd:
		return conditionHolds(n.args[0], it) && conditionHolds(n.args[1], it)
	case opOr:
		return conditionHolds(n.args[0], it) || conditionHolds(n.args[1], it)
	case opNot:
		return !conditionHolds(n.args[0], it)
	case opCompare:
		return compare(n.text, operandValue(n.args[0], it), operandValue(n.args[1], it))
	case opBetween:
		v := operandValue(n.args[0], it)
		return compare(">=", v, operandValue(n.args[1], it)) && compare("<=", v, operandValue(n.args[2], it))
	case opIn:
		v := operandValue(n.args[0], it)
		for _, a := range n.args[1:] {
			if compare("=", v, operandValue(a, it)) {
				return true
			}
		}
		return false
	case opFunc:
		return functionHolds(n, it)
	}
	return false
}

// functionHolds reports whether a function that is a condition holds.
func functionHolds(n *node, it attr.Item) bool {
	v := operandValue(n.args[0], it)
	switch n.text {
	case "attribute_exists":
		return v.Exists()
	case "attribute_not_exists":
		return !v.Exists()
	case "attribute_type":
		return v.Exists() && v.Kind().String() == n.args[1].value.Text()
	case "begins_with":
		return beginsWith(v, operandValue(n.args[1], it))
	case "contains":
		return contains(v, operandValue(n.args[1], it))
	}
	return false
}

// operandValue returns the value of an operand of a condition. It is the zero
// Value if there is nothing at a path.
func operandValue(n *node, it attr.Item) attr.Value {
	switch n.op {
	case opPath:
		return n.path.Lookup(it)
	case opValue:
		return n.value
	case opFunc:
		return sizeOf(operandValue(n.args[0], it))
	}
	return attr.Value{}
}

// compare compares two values. If one is missing or their types differ, only <>
// holds.
func compare(sign string, a, b attr.Value) bool {
	switch sign {
	case "=":
		return a.Exists() && b.Exists() && attr.Equal(a, b)
	case "<>":
		return !a.Exists() || !b.Exists() || !attr.Equal(a, b)
	}
	c, ok := attr.Compare(a, b)
	if !ok {
		return false
	}
	switch sign {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

func beginsWith(v, prefix attr.Value) bool {
	return v.Kind() == prefix.Kind() && (v.Kind() == attr.S || v.Kind() == attr.B) &&
		strings.HasPrefix(v.Text(), prefix.Text())
}

func contains(v, part attr.Value) bool {
	switch v.Kind() {
	case attr.S, attr.B:
		return v.Kind() == part.Kind() && strings.Contains(v.Text(), part.Text())
	case attr.SS, attr.NS, attr.BS:
		want := map[attr.Kind]attr.Kind{attr.SS: attr.S, attr.NS: attr.N, attr.BS: attr.B}[v.Kind()]
		if part.Kind() != want {
			return false
		}
		for _, m := range v.Members() {
			if m == part.Text() {
				return true
			}
		}
	case attr.L:
		for _, e := range v.List() {
			if attr.Equal(e, part) {
				return true
			}
		}
	}
	return false
}

// sizeOf returns the result of the size function: the bytes of a binary, the
// UTF-16 code units of a string, or the number of elements. It is the zero Value
// for a type that has no size.
func sizeOf(v attr.Value) attr.Value {
	n := 0
	switch v.Kind() {
	case attr.S:
		for _, r := range v.Text() {
			n += utf16.RuneLen(r)
		}
	case attr.B:
		n = len(v.Text())
	case attr.SS, attr.NS, attr.BS:
		n = len(v.Members())
	case attr.L:
		n = len(v.List())
	case attr.M:
		n = len(v.Map())
	default:
		return attr.Value{}
	}
	return integerValue(n)
}

func integerValue(n int) attr.Value {
	num, _ := attr.ParseNumber(strconv.Itoa(n))
	return attr.FromNumber(num)
}
