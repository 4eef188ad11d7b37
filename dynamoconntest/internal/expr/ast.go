// Package expr is DynamoDB's expression language: condition, filter, key
// condition, projection and update expressions, and the older parameters that
// they replaced. It parses, checks as the service does and evaluates; it knows
// nothing of tables.
//
// The text of every error is the service's message.
package expr

import (
	"strconv"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// Limits of the service.
const (
	maxExpression  = 4096
	maxOperators   = 300
	maxPathLevels  = 32
	maxInOperands  = 100
	maxPlaceholder = 255
	maxListIndex   = 1<<31 - 1
)

// Step is one step of a document path: a name, or an index into a list.
type Step struct {
	Name          string
	Index         int
	IsIndex       bool
	isPlaceholder bool // Name is a #placeholder still
}

// Path is a document path. The first step is a name.
type Path []Step

// String writes the path as the service's messages do: "[a, [0], b]".
func (p Path) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, e := range p {
		if i > 0 {
			b.WriteString(", ")
		}
		if e.IsIndex {
			b.WriteString("[" + strconv.Itoa(e.Index) + "]")
		} else {
			b.WriteString(e.Name)
		}
	}
	b.WriteByte(']')
	return b.String()
}

func equalPaths(a, b Path) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].IsIndex != b[i].IsIndex || a[i].Name != b[i].Name || a[i].Index != b[i].Index {
			return false
		}
	}
	return true
}

type op uint8

const (
	opPath op = iota
	opValue
	opFunc
	opCompare
	opBetween
	opIn
	opAnd
	opOr
	opNot
	opPlus
	opMinus
)

// node is a part of an expression.
type node struct {
	op       op
	text     string // the function, the comparison's sign, or the :placeholder
	path     Path
	value    attr.Value
	args     []*node
	inParens bool // stood in parentheses
}

// isOperand reports whether the node has a value rather than a truth.
func (n *node) isOperand() bool {
	switch n.op {
	case opPath, opValue, opFunc, opPlus, opMinus:
		return true
	}
	return false
}

// name is how messages call the node's operator or function.
func (n *node) name() string {
	switch n.op {
	case opBetween:
		return "BETWEEN"
	case opIn:
		return "IN"
	case opAnd:
		return "AND"
	case opOr:
		return "OR"
	case opNot:
		return "NOT"
	case opPlus:
		return "+"
	case opMinus:
		return "-"
	}
	return n.text
}

// walk visits the node's parts before the node itself.
func (n *node) walk(visit func(*node) error) error {
	for _, a := range n.args {
		if err := a.walk(visit); err != nil {
			return err
		}
	}
	return visit(n)
}
