// Package expr parses, checks and evaluates DynamoDB's expressions: conditions,
// filters, key conditions, projections and updates, and the older parameters that
// they replaced. It makes the service's checks, in the service's order. It does
// not know tables.
//
// The text of every error is the service's message.
package expr

import (
	"strconv"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// The service's limits.
const (
	maxExpression  = 4096
	maxOperators   = 300
	maxPathLevels  = 32
	maxInOperands  = 100
	maxPlaceholder = 255
	maxListIndex   = 1<<31 - 1
)

// Step is a step of a document path: a name, or an index into a list.
type Step struct {
	Name          string
	Index         int
	IsIndex       bool
	isPlaceholder bool // Name is a #placeholder that has not been replaced yet
}

// Path is a document path. Its first step is a name.
type Path []Step

// String returns the path as the service's messages write it: "[a, [0], b]".
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

// equalPaths reports whether two paths have the same steps.
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

// op is the kind of a node.
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
	inParens bool // was written in parentheses
}

// isOperand reports whether the node has a value. Other nodes are true or false.
func (n *node) isOperand() bool {
	switch n.op {
	case opPath, opValue, opFunc, opPlus, opMinus:
		return true
	}
	return false
}

// name returns the name of the operator or function in messages.
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

// walk calls visit with the node's arguments and then with the node itself.
func (n *node) walk(visit func(*node) error) error {
	for _, a := range n.args {
		if err := a.walk(visit); err != nil {
			return err
		}
	}
	return visit(n)
}
