package difftest

import (
	"fmt"
	"maps"
	"strings"
)

// conditionMember returns the name of the member that has the condition or filter.
func conditionMember(operation string) string {
	switch operation {
	case "PutItem", "DeleteItem", "UpdateItem":
		return "ConditionExpression"
	case "Query", "Scan":
		return "FilterExpression"
	}
	return ""
}

// removeExpressions removes all expressions with their placeholders, and the legacy
// parameters: a new expression beside them would be a second mistake.
func removeExpressions(body obj) {
	for _, m := range []string{"Expected", "AttributeUpdates", "ConditionalOperator", "ScanFilter", "KeyConditions", "QueryFilter",
		"AttributesToGet", "UpdateExpression", "ConditionExpression", "FilterExpression", "ProjectionExpression", "Select",
		"ExpressionAttributeNames", "ExpressionAttributeValues"} {
		delete(body, m)
	}
}

// badCondition returns a mistake that replaces the condition or filter. names are
// placeholders and names in turn.
func badCondition(name, condition string, values obj, names ...string) mistake {
	return mistake{name, func(g *generator, s *schema, operation string, body obj) bool {
		member := conditionMember(operation)
		if member == "" {
			return false
		}
		removeExpressions(body)
		merged := obj{}
		for k, v := range values {
			merged[k] = v
		}
		if operation == "Query" {
			body["KeyConditionExpression"] = "#hash = :hash"
			merged[":hash"] = g.keyValue(s.hash, 3)
			names := obj{"#hash": s.hash.name}
			body["ExpressionAttributeNames"] = names
			delete(body, "IndexName")
		}
		if len(names) > 0 {
			all := asObject(body["ExpressionAttributeNames"])
			if all == nil {
				all = obj{}
			}
			for i := 0; i+1 < len(names); i += 2 {
				all[names[i]] = names[i+1]
			}
			body["ExpressionAttributeNames"] = all
		}
		body[member] = condition
		if len(merged) > 0 {
			body["ExpressionAttributeValues"] = merged
		}
		return true
	}}
}

// badUpdate returns a mistake that replaces the update expression. "@hash" in it stands
// for the partition key.
func badUpdate(name, update string, values obj, names ...string) mistake {
	return mistake{name, func(_ *generator, s *schema, operation string, body obj) bool {
		if operation != "UpdateItem" {
			return false
		}
		removeExpressions(body)
		body["UpdateExpression"] = strings.ReplaceAll(update, "@hash", s.hash.name)
		if values != nil {
			body["ExpressionAttributeValues"] = maps.Clone(values)
		}
		for i := 0; i+1 < len(names); i += 2 {
			body["ExpressionAttributeNames"] = obj{names[i]: names[i+1]}
		}
		return true
	}}
}

// badProjection returns a mistake that replaces the projection.
func badProjection(name, projection string, names ...string) mistake {
	return mistake{name, func(_ *generator, _ *schema, operation string, body obj) bool {
		if operation != "GetItem" && operation != "Scan" {
			return false
		}
		removeExpressions(body)
		delete(body, "IndexName")
		body["ProjectionExpression"] = projection
		for i := 0; i+1 < len(names); i += 2 {
			body["ExpressionAttributeNames"] = obj{names[i]: names[i+1]}
		}
		return true
	}}
}

var valueOne = obj{":a": obj{"N": "1"}}

func stringValue(s string) obj { return obj{":a": obj{"S": s}} }

// inList returns a condition with an IN of n operands.
func inList(n int) string {
	return "n IN (" + strings.TrimSuffix(strings.Repeat(":a, ", n), ", ") + ")"
}

// longUpdate returns an update with n assignments.
func longUpdate(n int) string {
	var b strings.Builder
	b.WriteString("SET ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "f%d = :a", i)
	}
	return b.String()
}

var expressionMistakes = []mistake{
	badCondition("syntax end", "n = :a AND", valueOne),
	badCondition("syntax operator", "n == :a", valueOne),
	badCondition("syntax parenthesis", "(n = :a", valueOne),
	badCondition("syntax token", "n = :a !", valueOne),
	badCondition("syntax BETWEEN", "n BETWEEN :a", valueOne),
	badCondition("syntax IN empty", "n IN ()", nil),
	badCondition("syntax lone path", "n", nil),
	badCondition("syntax literal", "n = 5", nil),
	badCondition("syntax brackets", "l[x] = :a", valueOne),
	badCondition("syntax dots", "m..n = :a", valueOne),
	badCondition("expression empty", "", nil),
	badCondition("expression blank", "  ", nil),
	badCondition("value undefined", "n = :b", valueOne, "#unused"),
	badCondition("value undefined alone", "n = :b", nil),
	badCondition("name undefined", "#b = :a", valueOne),
	badCondition("value unused", "n = :a", obj{":a": obj{"N": "1"}, ":b": obj{"N": "1"}}),
	badCondition("name unused", "n = :a", valueOne, "#u", "s"),
	badCondition("reserved word", "name = :a", stringValue("x")),
	badCondition("reserved word status", "Status = :a", stringValue("x")),
	badCondition("reserved word in a path", "m.size = :a", stringValue("x")),
	badCondition("function unknown", "exists(n)", nil),
	badCondition("function operands", "begins_with(s)", nil),
	badCondition("function operands many", "attribute_exists(n, s)", nil),
	badCondition("function operand type", "begins_with(s, :a)", valueOne),
	badCondition("function operand value", "attribute_exists(:a)", valueOne),
	badCondition("attribute_type unknown", "attribute_type(n, :a)", stringValue("X")),
	badCondition("attribute_type not a string", "attribute_type(n, :a)", valueOne),
	badCondition("size not compared", "size(s)", nil),
	badCondition("size of a number", "size(:a) > :a", valueOne),
	badCondition("function compared", "attribute_exists(n) = :a", valueOne),
	badCondition("operand list", "n < :a", obj{":a": obj{"L": []any{}}}),
	badCondition("operand bool", "n >= :a", obj{":a": obj{"BOOL": true}}),
	badCondition("same operand twice", "n = n", nil),
	badCondition("two values compared", ":a = :a", valueOne),
	badCondition("two values differ", ":a = :b", obj{":a": obj{"N": "1"}, ":b": obj{"N": "2"}}),
	badCondition("BETWEEN bounds", "n BETWEEN :a AND :b", obj{":a": obj{"N": "5"}, ":b": obj{"N": "1"}}),
	badCondition("BETWEEN types", "n BETWEEN :a AND :b", obj{":a": obj{"N": "5"}, ":b": obj{"S": "1"}}),
	badCondition("IN 101", inList(101), valueOne),
	badCondition("IN 100", inList(100), valueOne),
	badCondition("expression 4097", "n = :a OR attribute_exists("+strings.Repeat("x", 4097)+")", valueOne),
	badCondition("name syntax", "#a-b = :a", valueOne, "#a-b", "s"),
	badCondition("value syntax", "n = :a", obj{"a": obj{"N": "1"}}),
	badCondition("value placeholder alone", "n = :", obj{":": obj{"N": "1"}}),
	badCondition("name empty", "#e = :a", valueOne, "#e", ""),
	badCondition("double parentheses", "((n = :a))", valueOne),
	badCondition("parentheses", "(n = :a) AND (attribute_exists(s))", valueOne),
	badCondition("value of wrong type in expression", "n = :a", obj{":a": obj{"N": "x"}}),
	badCondition("value of no type in expression", "n = :a", obj{":a": obj{}}),
	badCondition("arithmetic in condition", "n = n + :a", valueOne),
	badCondition("index negative", "l[-1] = :a", valueOne),
	badCondition("index huge", "l[99999999999] = :a", valueOne),
	badCondition("NOT NOT", "NOT NOT n = :a", valueOne),
	badCondition("operators 301", strings.TrimSuffix(strings.Repeat("n=:a OR ", 160), " OR "), valueOne),
	badCondition("nested 60", strings.Repeat("(NOT ", 60)+"n = :a"+strings.Repeat(")", 60), valueOne),

	badUpdate("update empty", "", nil),
	badUpdate("update syntax", "SET n", nil),
	badUpdate("update word", "CHANGE n = :a", valueOne),
	badUpdate("update clause twice", "SET n = :a SET s = :a", valueOne),
	badUpdate("update path twice", "SET n = :a, n = :a", valueOne),
	badUpdate("update paths overlap", "SET m.n = :a REMOVE m", valueOne),
	badUpdate("update paths conflict", "SET m.n = :a, m[0] = :a", valueOne),
	badUpdate("update key", "SET @hash = :a", valueOne),
	badUpdate("update key remove", "REMOVE @hash", nil),
	badUpdate("update ADD string", "ADD s :a", stringValue("x")),
	badUpdate("update ADD map", "ADD m :a", obj{":a": obj{"M": obj{}}}),
	badUpdate("update ADD number to string", "ADD s :a", valueOne),
	badUpdate("update DELETE number", "DELETE ns :a", valueOne),
	badUpdate("update DELETE other set", "DELETE ss :a", obj{":a": obj{"NS": []any{"1"}}}),
	badUpdate("update ADD other set", "ADD ss :a", obj{":a": obj{"NS": []any{"1"}}}),
	badUpdate("update arithmetic on string", "SET n = :a + :b", obj{":a": obj{"N": "1"}, ":b": obj{"S": "1"}}),
	badUpdate("update arithmetic on attribute", "SET n = s + :a", valueOne),
	badUpdate("update arithmetic on nothing", "SET n = zz + :a", valueOne),
	badUpdate("update arithmetic twice", "SET n = n + :a + :a", valueOne),
	badUpdate("update copy of nothing", "SET n = zz", nil),
	badUpdate("update list_append type", "SET l = list_append(l, :a)", valueOne),
	badUpdate("update list_append operands", "SET l = list_append(l)", nil),
	badUpdate("update if_not_exists operands", "SET n = if_not_exists(:a, :a)", valueOne),
	badUpdate("update function unknown", "SET n = now(:a)", valueOne),
	badUpdate("update function of conditions", "SET n = size(s)", nil),
	badUpdate("update nested in nothing", "SET zz.a = :a", valueOne),
	badUpdate("update nested in scalar", "SET s.a = :a", valueOne),
	badUpdate("update remove nested in nothing", "REMOVE zz.a", nil),
	badUpdate("update index in map", "SET m[0] = :a", valueOne),
	badUpdate("update value undefined", "SET n = :b", nil),
	badUpdate("update value unused", "SET n = :a", obj{":a": obj{"N": "1"}, ":b": obj{"N": "1"}}),
	badUpdate("update name undefined", "SET #n = :a", valueOne),
	badUpdate("update name unused", "SET n = :a", valueOne, "#u", "s"),
	badUpdate("update reserved word", "SET name = :a", valueOne),
	badUpdate("update 300 operators", longUpdate(250), valueOne),
	badUpdate("update 310 operators", longUpdate(310), valueOne),
	badUpdate("update overflow", "SET n = :a + :a", obj{":a": obj{"N": "9.9e125"}}),
	badUpdate("update precise sum", "SET n = :a + :b", obj{":a": obj{"N": "99999999999999999999999999999999999999"}, ":b": obj{"N": "0.1"}}),
	badUpdate("update index key type", "SET g1 = :a, g2 = :b", obj{":a": obj{"BOOL": true}, ":b": obj{"BOOL": true}}),
	badUpdate("update ADD path and SET", "ADD n :a SET n = :a", valueOne),
	badUpdate("update REMOVE with value", "REMOVE n :a", valueOne),
	badUpdate("update DELETE all", "DELETE ss :a", obj{":a": obj{"SS": []any{"a", "ab", "abc", "b", "Zoë", "日本", "a b", "0", "x\ty", "\u0000", "\U0001F600", "\"q\"", "z"}}}),

	badProjection("projection syntax", "s,,n"),
	badProjection("projection empty", ""),
	badProjection("projection overlap", "m.n, m"),
	badProjection("projection twice", "s, s"),
	badProjection("projection conflict", "m.n, m[0]"),
	badProjection("projection reserved", "name"),
	badProjection("projection undefined", "#p"),
	badProjection("projection unused", "s", "#p", "n"),
	badProjection("projection value", ":a"),
	badProjection("projection trailing comma", "s,"),
}
