package dynamoconn

import (
	"fmt"
	"strings"
)

// filter returns the expression that is true if all conditions are.
func (x *expression) filter(conditions []Condition) (string, error) {
	terms := make([]string, len(conditions))
	for i, condition := range conditions {
		term, err := x.condition(condition)
		if err != nil {
			return "", under(fmt.Sprintf("Conditions[%d]", i), err)
		}
		terms[i] = term
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
	values := make([]string, len(c.Values))
	for i, kv := range c.Values {
		value, err := x.operand(kv)
		if err != nil {
			return "", under(fmt.Sprintf("Values[%d]", i), err)
		}
		if !takes(c.ComparisonOperator, kv) {
			return "", invalid(fmt.Sprintf("Values[%d]", i), "must not be a set, a list or a map for "+c.ComparisonOperator.String())
		}
		values[i] = value
	}
	name := x.name(c.Key)
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
	n := len(c.Values)
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

// operand returns the placeholder of a value to compare with.
func (x *expression) operand(kv KeyValue) (string, error) {
	if keyName(kv) != "" {
		return "", broken("must have an empty name: it is a value to compare with")
	}
	return x.value(kv)
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
