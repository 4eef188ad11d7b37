package dynamoconn

import (
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expression gathers the placeholders of one request. Names and values never
// appear in the text of an expression.
type expression struct {
	names        map[string]string
	values       map[string]types.AttributeValue
	placeholders map[string]string // attribute name → the placeholder it was given
}

const (
	longestPlaceholder = 255
	mostOperands       = 100
)

// newExpression begins with the caller's own placeholders.
func newExpression(names map[string]string, values Item) (*expression, error) {
	for placeholder, name := range names {
		if err := checkPlaceholder("ExpressionAttributeNames", placeholder, '#'); err != nil {
			return nil, err
		}
		if rule := brokenNameRule(name); rule != "" {
			return nil, invalid("ExpressionAttributeNames["+showName(placeholder)+"]", rule)
		}
	}
	for _, kv := range values {
		if isNil(kv) {
			break // the conversion below says where
		}
		if err := checkPlaceholder("ExpressionAttributeValues", kv.KeyName(), ':'); err != nil {
			return nil, err
		}
	}
	x := &expression{names: maps.Clone(names)}
	if len(values) > 0 {
		converted, err := ToAttributeValues(values)
		if err != nil {
			return nil, under("ExpressionAttributeValues", err)
		}
		x.values = converted
	}
	return x, nil
}

func checkPlaceholder(field, placeholder string, first byte) error {
	at := field + "[" + showName(placeholder) + "]"
	switch {
	case len(placeholder) < 2 || placeholder[0] != first:
		return invalid(at, fmt.Sprintf("a placeholder begins with %c and has a name after it", first))
	case len(placeholder) > longestPlaceholder:
		return invalid(at, "a placeholder has at most 255 bytes")
	}
	return nil
}

// brokenNameRule returns the rule that the name of an attribute breaks, or "".
func brokenNameRule(name string) string {
	switch {
	case name == "":
		return "must not be empty"
	case !utf8.ValidString(name):
		return "must be valid UTF-8"
	}
	return ""
}

// name returns the placeholder of an attribute's name.
func (x *expression) name(attribute string) string {
	if placeholder, ok := x.placeholders[attribute]; ok {
		return placeholder
	}
	if x.names == nil {
		x.names = make(map[string]string)
	}
	if x.placeholders == nil {
		x.placeholders = make(map[string]string)
	}
	placeholder := free(x.names, "#n")
	x.names[placeholder] = attribute
	x.placeholders[attribute] = placeholder
	return placeholder
}

// value returns the placeholder of a new value.
func (x *expression) value(value types.AttributeValue) string {
	if x.values == nil {
		x.values = make(map[string]types.AttributeValue)
	}
	placeholder := free(x.values, ":v")
	x.values[placeholder] = value
	return placeholder
}

func free[V any](taken map[string]V, prefix string) string {
	for i := len(taken); ; i++ {
		placeholder := fmt.Sprint(prefix, i)
		if _, ok := taken[placeholder]; !ok {
			return placeholder
		}
	}
}

// projection returns the expression that asks for whole attributes.
func (x *expression) projection(attributes []string) (string, error) {
	terms := make([]string, len(attributes))
	seen := make(map[string]bool, len(attributes))
	for i, attribute := range attributes {
		at := fmt.Sprintf("Attributes[%d]", i)
		if rule := brokenNameRule(attribute); rule != "" {
			return "", invalid(at, rule)
		}
		if seen[attribute] {
			return "", invalid(at, "is named twice")
		}
		seen[attribute] = true
		terms[i] = x.name(attribute)
	}
	return strings.Join(terms, ", "), nil
}

// project returns the projection expression of a read, or nil for everything.
func (x *expression) project(attributes []string, projection string) (*string, error) {
	if len(attributes) == 0 {
		return optional(projection), nil
	}
	if projection != "" {
		return nil, invalid("ProjectionExpression", "excludes Attributes")
	}
	text, err := x.projection(attributes)
	return optional(text), err
}

// filter returns the expression that tests all conditions.
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

// condition translates one test with the meaning of
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
		value, err := operand(kv)
		if err != nil {
			return "", under(fmt.Sprintf("Values[%d]", i), err)
		}
		if !takes(c.ComparisonOperator, value) {
			return "", invalid(fmt.Sprintf("Values[%d]", i), "must not be a set, a list or a map for "+c.ComparisonOperator.String())
		}
		values[i] = x.value(value)
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
		// contains alone is false of an item that lacks the attribute, and NOT would
		// let the item through; the operator itself does not.
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

var signOf = map[ComparisonOperator]string{
	ComparisonOperatorEQ: "=",
	ComparisonOperatorNE: "<>",
	ComparisonOperatorLT: "<",
	ComparisonOperatorLE: "<=",
	ComparisonOperatorGT: ">",
	ComparisonOperatorGE: ">=",
}

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
		return invalid("ComparisonOperator", "must be one of the 13 of the API reference")
	}
	return nil
}

func operand(kv KeyValue) (types.AttributeValue, error) {
	if !isNil(kv) && kv.KeyName() != "" {
		return nil, broken("a value to compare with has no name of its own")
	}
	return ToAttributeValue(kv)
}

// takes tells whether the operator takes a value of that type. DynamoDB refuses
// what the other operators do not take, but compares a set, a list or a map with the
// members of an attribute, which nothing equals.
func takes(operator ComparisonOperator, value types.AttributeValue) bool {
	if operator != ComparisonOperatorContains && operator != ComparisonOperatorNotContains {
		return true
	}
	switch value.(type) {
	case *types.AttributeValueMemberSS, *types.AttributeValueMemberNS, *types.AttributeValueMemberBS,
		*types.AttributeValueMemberL, *types.AttributeValueMemberM:
		return false
	}
	return true
}

// needsExpression refuses placeholders that nothing can use.
func needsExpression(names map[string]string, values Item, expressions ...string) error {
	if strings.Join(expressions, "") != "" {
		return nil
	}
	if len(names) > 0 {
		return invalid("ExpressionAttributeNames", "there is no expression to use them")
	}
	if len(values) > 0 {
		return invalid("ExpressionAttributeValues", "there is no expression to use them")
	}
	return nil
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
