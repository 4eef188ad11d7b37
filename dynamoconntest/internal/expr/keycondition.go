package expr

import (
	"errors"
	"fmt"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// KeyTerm is a query's condition on one key attribute. Op is the older name of a
// comparison operator: EQ, LT, LE, GT, GE, BETWEEN or BEGINS_WITH. In a KeyTerm
// that comes from the older parameters it may be any.
type KeyTerm struct {
	Name   string
	Op     string
	Values []attr.Value
}

// comparisonNames has the older names of the signs.
var comparisonNames = map[string]string{"=": "EQ", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}

// mirroredSigns has the signs that mean the same when the operands change places.
var mirroredSigns = map[string]string{"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// ParseKeyCondition parses and checks a key condition expression. Its terms are
// about different attributes. The error's text is the service's whole message.
func ParseKeyCondition(s string, names *Names) ([]KeyTerm, error) {
	root, err := parseCondition(s)
	if err == nil {
		err = checkCondition(root, names)
	}
	if err != nil {
		return nil, fmt.Errorf("Invalid KeyConditionExpression: %w", err)
	}
	var terms []KeyTerm
	if err := collectKeyTerms(root, &terms); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, t := range terms {
		if seen[t.Name] {
			return nil, errors.New("KeyConditionExpressions must only contain one condition per key")
		}
		seen[t.Name] = true
	}
	return terms, nil
}

// collectKeyTerms appends the terms of a key condition, which AND joins.
func collectKeyTerms(n *node, out *[]KeyTerm) error {
	if n.op == opAnd {
		if err := collectKeyTerms(n.args[0], out); err != nil {
			return err
		}
		return collectKeyTerms(n.args[1], out)
	}
	sign := n.name()
	allowed := n.op == opBetween || n.op == opCompare && sign != "<>" || n.op == opFunc && sign == "begins_with"
	if !allowed {
		return fmt.Errorf("Invalid operator used in KeyConditionExpression: %s", sign)
	}
	args := n.args
	paths := 0
	for _, a := range args {
		if a.op == opFunc {
			return errors.New("KeyConditionExpressions cannot contain nested operations")
		}
		if a.op == opPath {
			paths++
			if len(a.path) > 1 {
				return errors.New("KeyConditionExpressions cannot have conditions on nested attributes")
			}
		}
	}
	switch {
	case paths == 0:
		return errors.New("Invalid condition in KeyConditionExpression: No key attribute specified")
	case args[0].op != opPath && n.op != opCompare:
		return fmt.Errorf("Invalid condition in KeyConditionExpression: %s operator must have the key attribute as its first operand", sign)
	case paths > 1:
		return errors.New("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
	}
	if args[0].op != opPath {
		args = []*node{args[1], args[0]}
		sign = mirroredSigns[sign]
	}
	t := KeyTerm{Name: args[0].path[0].Name}
	switch n.op {
	case opBetween:
		t.Op = "BETWEEN"
	case opFunc:
		t.Op = "BEGINS_WITH"
	default:
		t.Op = comparisonNames[sign]
	}
	for _, a := range args[1:] {
		t.Values = append(t.Values, a.value)
	}
	*out = append(*out, t)
	return nil
}

// Holds reports whether the term holds for a value.
func (t KeyTerm) Holds(v attr.Value) bool {
	n := legacyNode(Path{{Name: "v"}}, t.Op, t.Values)
	return conditionHolds(n, attr.Item{{Name: "v", Value: v}})
}
