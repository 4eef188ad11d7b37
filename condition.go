package dynamoconn

import (
	"fmt"
	"strings"
)

// filter returns the filter expression of a read, "" for none: a predicate, conditions that must
// all be true, or text.
func (x *expression) filter(where Predicate, conditions []Condition, text string) (string, error) {
	switch {
	case !testsNothing(where) && len(conditions) > 0:
		return "", invalid("Where", "cannot be given together with Conditions")
	case !testsNothing(where) && text != "":
		return "", invalid("Where", "cannot be given together with FilterExpression")
	case len(conditions) > 0 && text != "":
		return "", invalid("FilterExpression", "cannot be given together with Conditions")
	case !testsNothing(where):
		return x.predicate("Where", where)
	case len(conditions) == 0:
		return text, nil
	}
	terms := make([]string, len(conditions))
	for i, condition := range conditions {
		var err error
		if terms[i], err = x.condition(condition); err != nil {
			return "", under(fmt.Sprintf("Conditions[%d]", i), err)
		}
	}
	return strings.Join(terms, " AND "), nil
}

// condition returns the expression of one condition. It means what the condition means in
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html.
func (x *expression) condition(c Condition) (string, error) {
	if rule := brokenNameRule(c.Key); rule != "" {
		return "", invalid("Key", rule)
	}
	if err := checkOperands(c); err != nil {
		return "", err
	}
	values := make([]string, c.operandCount())
	for i := range values {
		o := c.operand(i)
		value, err := x.operand(o)
		if err != nil {
			return "", under(fmt.Sprintf("Values[%d]", i), err)
		}
		if !takes(c.ComparisonOperator, o.value) {
			return "", invalid(fmt.Sprintf("Values[%d]", i), "must not be a set, a list or a map for "+c.ComparisonOperator.String())
		}
		values[i] = value
	}
	name, err := x.tested(c)
	if err != nil {
		return "", err
	}
	switch c.ComparisonOperator {
	case ComparisonOperatorBeginsWith:
		return fmt.Sprintf("begins_with(%s, %s)", name, values[0]), nil
	case ComparisonOperatorBetween:
		return fmt.Sprintf("%s BETWEEN %s AND %s", name, values[0], values[1]), nil
	case ComparisonOperatorContains:
		return fmt.Sprintf("contains(%s, %s)", name, values[0]), nil
	case ComparisonOperatorNotContains:
		// contains is false for an item without the attribute, so that NOT alone would be
		// true. NOT_CONTAINS is false for such an item.
		return fmt.Sprintf("attribute_exists(%s) AND NOT contains(%s, %s)", name, name, values[0]), nil
	case ComparisonOperatorIn:
		return fmt.Sprintf("%s IN (%s)", name, strings.Join(values, ", ")), nil
	case ComparisonOperatorNotNull:
		return fmt.Sprintf("attribute_exists(%s)", name), nil
	case ComparisonOperatorNull:
		return fmt.Sprintf("attribute_not_exists(%s)", name), nil
	}
	return fmt.Sprintf("%s %s %s", name, signOf[c.ComparisonOperator], values[0]), nil
}

// signOf has the operators that are a sign in an expression.
var signOf = map[ComparisonOperator]string{
	ComparisonOperatorEQ: "=",
	ComparisonOperatorNE: "<>",
	ComparisonOperatorLT: "<",
	ComparisonOperatorLE: "<=",
	ComparisonOperatorGT: ">",
	ComparisonOperatorGE: ">=",
}

// mostOperands is the number of values that IN takes at most.
const mostOperands = 100

// checkOperands checks the operator and the number of values.
func checkOperands(c Condition) error {
	n := c.operandCount()
	switch c.ComparisonOperator {
	case ComparisonOperatorNull, ComparisonOperatorNotNull:
		if n != 0 {
			return invalid("Values", "must be empty for NULL and NOT_NULL")
		}
	case ComparisonOperatorBetween:
		if n != 2 {
			return invalid("Values", "must be two for BETWEEN")
		}
	case ComparisonOperatorIn:
		if n < 1 || n > mostOperands {
			return invalid("Values", "must be 1 to 100 for IN")
		}
	case ComparisonOperatorEQ, ComparisonOperatorNE, ComparisonOperatorLT, ComparisonOperatorLE,
		ComparisonOperatorGT, ComparisonOperatorGE, ComparisonOperatorBeginsWith,
		ComparisonOperatorContains, ComparisonOperatorNotContains:
		if n != 1 {
			return invalid("Values", "must be one for "+c.ComparisonOperator.String())
		}
	case "":
		return invalid("ComparisonOperator", "must not be empty")
	default:
		return invalid("ComparisonOperator", "must be one of the 13 comparison operators")
	}
	return nil
}

// conditionDetail is what a condition says beyond the connector's fields.
type conditionDetail struct {
	steps    []pathStep // behind the attribute
	isSize   bool       // the size is tested
	operands []operand  // in the place of Values, if one of them is no value
}

// newCondition returns a test of an attribute or of its size. Where the connector's fields can say
// it, they do.
func newCondition(p Path, isSize bool, operator ComparisonOperator, values []any) Condition {
	c := Condition{Key: p.name, ComparisonOperator: operator}
	operands := make([]operand, len(values))
	isPlain := true
	for i, value := range values {
		operands[i] = operandOf(value)
		c.Values = append(c.Values, operands[i].value)
		isPlain = isPlain && !operands[i].isPath && operands[i].err == nil
	}
	if isPlain {
		operands = nil
	} else {
		c.Values = nil
	}
	if len(p.steps) > 0 || isSize || operands != nil {
		c.detail = &conditionDetail{p.steps, isSize, operands}
	}
	return c
}

// operandCount returns the number of operands.
func (c Condition) operandCount() int {
	if c.detail != nil && c.detail.operands != nil {
		return len(c.detail.operands)
	}
	return len(c.Values)
}

// operand returns what the attribute is compared with: one of operandCount.
func (c Condition) operand(i int) operand {
	if c.detail != nil && c.detail.operands != nil {
		return c.detail.operands[i]
	}
	return operand{value: c.Values[i]}
}

// tested returns the text of what a condition tests.
func (x *expression) tested(c Condition) (string, error) {
	if c.detail == nil {
		return x.name(c.Key), nil
	}
	text, err := x.path(Path{c.Key, c.detail.steps})
	if c.detail.isSize {
		text = "size(" + text + ")"
	}
	return text, err
}

// operand is what an attribute is compared with, or set to: a value, an attribute or its size.
type operand struct {
	value  KeyValue
	isPath bool // path is the operand, or its size
	isSize bool
	path   Path
	err    error // why a Go value is no value of DynamoDB
}

// operandOf returns a Go value as an operand.
func operandOf(value any) operand {
	switch v := value.(type) {
	case Path:
		return operand{path: v, isPath: true}
	case Size:
		return operand{path: v.of, isPath: true, isSize: true}
	}
	kv, err := keyValueOf(value)
	return operand{value: kv, err: err}
}

const ruleNoName = "must have an empty name: it is only a value"

// operand returns the text of an operand.
func (x *expression) operand(o operand) (string, error) {
	switch {
	case o.err != nil:
		return "", o.err
	case o.isPath:
		text, err := x.path(o.path)
		if o.isSize {
			text = "size(" + text + ")"
		}
		return text, err
	case keyName(o.value) != "":
		return "", broken(ruleNoName)
	}
	return x.value(o.value)
}

// takes reports whether the operator takes a value of that type. DynamoDB itself refuses
// what the other operators do not take. But it lets CONTAINS compare a set, a list or a map
// with the members of an attribute, and no member ever equals it.
func takes(operator ComparisonOperator, value KeyValue) bool {
	if operator != ComparisonOperatorContains && operator != ComparisonOperatorNotContains {
		return true
	}
	switch value.(type) {
	case *KeyValueStringSet, *KeyValueNumberSet, *KeyValueBinarySet, *KeyValueList, *KeyValueMap:
		return false
	}
	return true
}
