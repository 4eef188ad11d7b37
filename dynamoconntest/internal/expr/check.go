package expr

import (
	"errors"
	"fmt"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

var errParens = errors.New("The expression has redundant parentheses;")

// conditionFunctions has the functions of conditions and their numbers of operands.
var conditionFunctions = map[string]int{
	"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2,
	"begins_with": 2, "contains": 2, "size": 1,
}

// updateFunctions has the functions of updates and their numbers of operands.
var updateFunctions = map[string]int{"if_not_exists": 2, "list_append": 2}

// checkCondition makes the service's checks in its order: the names of functions,
// their use, reserved words, then for each part its placeholders, operands and
// types.
func checkCondition(root *node, names *Names) error {
	operators := 0
	if err := root.walk(func(n *node) error {
		if n.op != opPath && n.op != opValue {
			operators++
		}
		if n.op != opFunc {
			return nil
		}
		return checkFunctionName(n.text, conditionFunctions, updateFunctions, "a condition")
	}); err != nil {
		return err
	}
	if err := checkFunctionUse(root, true); err != nil {
		return err
	}
	if err := root.walk(func(n *node) error {
		if n.op == opPath {
			return n.path.checkReserved()
		}
		return nil
	}); err != nil {
		return err
	}
	if operators > maxOperators {
		return fmt.Errorf("The expression contains too many operators; operator count: %d", operators)
	}
	return root.walk(func(n *node) error {
		if err := resolvePlaceholders(n, names); err != nil {
			return err
		}
		return checkOperands(n)
	})
}

// checkFunctionName returns an error unless name is a function of this kind of
// expression. The functions of the other kind have an error of their own.
func checkFunctionName(name string, own, other map[string]int, kind string) error {
	if _, ok := own[name]; ok {
		return nil
	}
	if _, ok := other[name]; ok {
		return fmt.Errorf("The function is not allowed in %s expression; function: %s", kind, name)
	}
	return fmt.Errorf("Invalid function name; function: %s", name)
}

// checkFunctionUse returns an error if size is used as a condition, or any other
// function as a value.
func checkFunctionUse(n *node, wantTruth bool) error {
	if n.op == opFunc && (n.text == "size") == wantTruth {
		return fmt.Errorf("The function is not allowed to be used this way in an expression; function: %s", n.text)
	}
	logical := n.op == opAnd || n.op == opOr || n.op == opNot
	for _, a := range n.args {
		if err := checkFunctionUse(a, logical); err != nil {
			return err
		}
	}
	return nil
}

// resolvePlaceholders replaces the placeholders in a node, not in its arguments.
func resolvePlaceholders(n *node, names *Names) error {
	switch n.op {
	case opPath:
		return n.path.resolveNames(names)
	case opValue:
		v, ok := names.value(n.text)
		if !ok {
			return fmt.Errorf("An expression attribute value used in expression is not defined; attribute value: %s", n.text)
		}
		n.value = v
	}
	return nil
}

func operandTypeError(n *node, k attr.Kind) error {
	return fmt.Errorf("Incorrect operand type for operator or function; operator or function: %s, operand type: %s", n.name(), k)
}

// staticKind returns the type of an operand if it does not depend on the item,
// otherwise None.
func staticKind(n *node) attr.Kind {
	switch n.op {
	case opValue:
		return n.value.Kind()
	case opFunc:
		switch n.text {
		case "size":
			return attr.N
		case "list_append":
			return attr.L
		}
	}
	return attr.None
}

// checkOperands checks the number of operands, then whether they are distinct,
// then their types.
func checkOperands(n *node) error {
	if want := conditionFunctions[n.text]; n.op == opFunc && want != len(n.args) {
		return fmt.Errorf("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", n.text, len(n.args))
	}
	switch n.op {
	case opFunc, opCompare, opBetween, opIn:
		if err := checkDistinct(n); err != nil {
			return err
		}
	}
	switch n.op {
	case opFunc:
		return checkFunction(n)
	case opCompare:
		if n.text != "=" && n.text != "<>" {
			return checkOrdered(n)
		}
	case opBetween:
		if err := checkOrdered(n); err != nil {
			return err
		}
		return checkBounds(n)
	case opIn:
		if got := len(n.args) - 1; got > maxInOperands {
			return fmt.Errorf("The IN operator is provided with too many operands; number of operands: %d", got)
		}
	}
	return nil
}

// checkFunction checks the types of a function's operands.
func checkFunction(n *node) error {
	switch n.text {
	case "attribute_exists", "attribute_not_exists":
		if n.args[0].op != opPath {
			return fmt.Errorf("Operator or function requires a document path; operator or function: %s", n.text)
		}
	case "begins_with":
		for _, a := range n.args {
			if k := staticKind(a); k != attr.None && k != attr.S && k != attr.B {
				return operandTypeError(n, k)
			}
		}
	case "attribute_type":
		a := n.args[1]
		switch a.op {
		case opFunc:
			return operandTypeError(n, staticKind(a))
		case opPath:
			return errors.New("Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}")
		}
		if a.value.Kind() != attr.S {
			return operandTypeError(n, a.value.Kind())
		}
		if attr.KindOf(a.value.Text()) == attr.None {
			return fmt.Errorf("Invalid attribute type name found; type: %s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}", a.value.Text())
		}
	case "size":
		switch k := staticKind(n.args[0]); k {
		case attr.N, attr.BOOL, attr.NULL:
			return operandTypeError(n, k)
		}
	}
	return nil
}

// checkDistinct returns an error if a path is compared with itself.
func checkDistinct(n *node) error {
	if len(n.args) < 2 || n.args[0].op != opPath {
		return nil
	}
	for _, a := range n.args[1:] {
		if a.op == opPath && equalPaths(n.args[0].path, a.path) {
			return fmt.Errorf("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %v", n.name(), n.args[0].path)
		}
	}
	return nil
}

// checkOrdered returns an error if an operand is of a type without an order.
func checkOrdered(n *node) error {
	for _, a := range n.args {
		if k := staticKind(a); k != attr.None && !k.IsScalarKey() {
			return operandTypeError(n, k)
		}
	}
	return nil
}

// checkBounds checks the bounds of BETWEEN, if both are placeholders.
func checkBounds(n *node) error {
	low, high := n.args[1], n.args[2]
	if low.op != opValue || high.op != opValue {
		return nil
	}
	shown := func(v attr.Value) string {
		text := v.Text()
		if v.Kind() == attr.B {
			text = string(attr.Binary(text).AppendJSON(nil))
		}
		return "AttributeValue: {" + v.Kind().String() + ":" + text + "}"
	}
	if low.value.Kind() != high.value.Kind() {
		return fmt.Errorf("The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: %s, upper bound operand: %s", shown(low.value), shown(high.value))
	}
	if c, ok := attr.Compare(low.value, high.value); ok && c > 0 {
		return fmt.Errorf("The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: %s, upper bound operand: %s", shown(low.value), shown(high.value))
	}
	return nil
}
