package difftest

import (
	"strings"
)

// A mistake is one thing that can be wrong in a request. Its function make makes the
// mistake in a valid body. It returns false if the body has no place for the mistake.
type mistake struct {
	name string
	make func(g *generator, s *schema, operation string, body obj) bool
}

// itemIn returns the member that holds the item or the key, and its name.
func itemIn(body obj) (obj, string) {
	for _, name := range []string{"Item", "Key"} {
		if m, ok := body[name].(obj); ok {
			return m, name
		}
	}
	return nil, ""
}

// setMember returns a mistake that sets a member in requests with these operations, or
// with any if one of them is "*".
func setMember(name, member string, value any, operations ...string) mistake {
	return mistake{name, func(_ *generator, _ *schema, operation string, body obj) bool {
		for _, op := range operations {
			if op == operation || op == "*" {
				body[member] = value
				return true
			}
		}
		return false
	}}
}

// mistakeInValue returns a mistake that gives a value to an attribute that is not a key.
func mistakeInValue(name string, value any) mistake {
	return mistake{name, func(g *generator, _ *schema, _ string, body obj) bool {
		if item, ok := body["Item"].(obj); ok {
			item["wrong"] = value
			if g.chance(30) {
				item["wrong"] = obj{"L": []any{obj{"M": obj{"x": value}}}}
			}
			return true
		}
		if values, ok := body["ExpressionAttributeValues"].(obj); ok && body["UpdateExpression"] != nil {
			values[":wrong"] = value
			body["UpdateExpression"] = addAction(asString(body["UpdateExpression"]), "wrong = :wrong")
			return true
		}
		return false
	}}
}

// addAction adds an assignment to an update expression.
func addAction(update, action string) string {
	if head, tail, ok := strings.Cut(update, "SET "); ok {
		return head + "SET " + action + ", " + tail
	}
	if head, tail, ok := strings.Cut(update, "set "); ok {
		return head + "set " + action + ", " + tail
	}
	return update + " SET " + action
}

// mistakeInKey returns a mistake in the key, or in the key attributes of an item.
func mistakeInKey(name string, change func(g *generator, s *schema, key obj) bool) mistake {
	return mistake{name, func(g *generator, s *schema, _ string, body obj) bool {
		m, _ := itemIn(body)
		return m != nil && change(g, s, m)
	}}
}

var (
	singleOperations = []string{"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"}
	singleWrites     = []string{"PutItem", "UpdateItem", "DeleteItem"}
)

// nestedLists returns a string in n lists.
func nestedLists(n int) any {
	v := any(obj{"S": "x"})
	for range n {
		v = obj{"L": []any{v}}
	}
	return v
}

var commonMistakes = []mistake{
	setMember("table missing", "TableName", "Absent", append(singleOperations, "DescribeTable", "UpdateTable", "DescribeTimeToLive", "UpdateTimeToLive")...),
	setMember("table name short", "TableName", "ab", append(singleOperations, "DescribeTable", "UpdateTable", "DescribeTimeToLive")...),
	setMember("table name characters", "TableName", "no/good", append(singleOperations, "DescribeTable", "UpdateTable")...),
	setMember("table name empty", "TableName", "", append(singleOperations, "DescribeTable")...),
	setMember("table name long", "TableName", strings.Repeat("n", 256), append(singleOperations, "DescribeTable")...),
	{"table name absent", func(_ *generator, _ *schema, _ string, body obj) bool {
		_, ok := body["TableName"]
		delete(body, "TableName")
		return ok
	}},
	setMember("enum returnConsumedCapacity", "ReturnConsumedCapacity", "SOME", append(singleOperations, "BatchGetItem", "BatchWriteItem", "TransactWriteItems", "TransactGetItems")...),
	setMember("enum returnValues", "ReturnValues", "EVERYTHING", singleWrites...),
	setMember("enum returnValues for operation", "ReturnValues", "UPDATED_NEW", "PutItem", "DeleteItem"),
	setMember("enum returnItemCollectionMetrics", "ReturnItemCollectionMetrics", "BIG", append(singleWrites, "BatchWriteItem", "TransactWriteItems")...),
	setMember("enum returnValuesOnConditionCheckFailure", "ReturnValuesOnConditionCheckFailure", "ALL_NEW", singleWrites...),
	setMember("enum select", "Select", "SOME", "Query", "Scan"),
	setMember("type of TableName", "TableName", 5, singleOperations...),
	setMember("type of Item", "Item", []any{}, "PutItem"),
	setMember("type of Key", "Key", "x", "GetItem", "DeleteItem"),
	setMember("type of Limit", "Limit", "5", "Query", "Scan"),
	setMember("type of ConsistentRead", "ConsistentRead", "yes", "GetItem", "Query", "Scan"),
	setMember("type of names", "ExpressionAttributeNames", []any{"a"}, singleOperations...),
	setMember("unknown member", "Nonsense", obj{"a": 1}, "*"),
	setMember("null member", "ReturnConsumedCapacity", nil, singleOperations...),
	setMember("item null", "Item", nil, "PutItem"),
	setMember("key null", "Key", nil, "GetItem", "DeleteItem", "UpdateItem"),
	setMember("limit zero", "Limit", 0, "Query", "Scan", "ListTables"),
	setMember("limit negative", "Limit", -1, "Query", "Scan", "ListTables"),

	mistakeInValue("value of two types", obj{"S": "x", "N": "1"}),
	mistakeInValue("value of no type", obj{}),
	mistakeInValue("value of unknown type", obj{"X": "x"}),
	mistakeInValue("value null", nil),
	mistakeInValue("NULL false", obj{"NULL": false}),
	mistakeInValue("number text", obj{"N": "abc"}),
	mistakeInValue("number empty", obj{"N": ""}),
	mistakeInValue("number large", obj{"N": "1e126"}),
	mistakeInValue("number small", obj{"N": "1e-131"}),
	mistakeInValue("number long", obj{"N": "123456789012345678901234567890123456789"}),
	mistakeInValue("number hexadecimal", obj{"N": "0x10"}),
	mistakeInValue("number infinite", obj{"N": "Infinity"}),
	mistakeInValue("number with spaces", obj{"N": " 1 "}),
	mistakeInValue("set empty", obj{"SS": []any{}}),
	mistakeInValue("set of numbers empty", obj{"NS": []any{}}),
	mistakeInValue("set with duplicates", obj{"SS": []any{"a", "b", "a"}}),
	mistakeInValue("set of equal numbers", obj{"NS": []any{"1", "1.0"}}),
	mistakeInValue("set of equal bytes", obj{"BS": []any{"YQ==", "YQ=="}}),
	mistakeInValue("set with a bad number", obj{"NS": []any{"1", "x"}}),
	mistakeInValue("set with an empty string", obj{"SS": []any{"", "a"}}),
	mistakeInValue("base64 bad", obj{"B": "$$$"}),
	mistakeInValue("base64 unpadded", obj{"B": "YQ"}),
	mistakeInValue("JSON type of S", obj{"S": 1}),
	mistakeInValue("JSON type of N", obj{"N": 1}),
	mistakeInValue("JSON type of BOOL", obj{"BOOL": "true"}),
	mistakeInValue("JSON type of L", obj{"L": obj{}}),
	mistakeInValue("JSON type of M", obj{"M": []any{}}),
	mistakeInValue("JSON type of SS", obj{"SS": "a"}),
	mistakeInValue("JSON type of B", obj{"B": 1}),
	mistakeInValue("depth 32", nestedLists(31)),
	mistakeInValue("depth 40", nestedLists(40)),
	mistakeInValue("item too large", obj{"S": strings.Repeat("x", 410000)}),

	mistakeInKey("key attribute missing", func(g *generator, s *schema, key obj) bool {
		delete(key, pick(g, s.key()...).name)
		return true
	}),
	mistakeInKey("key type", func(g *generator, s *schema, key obj) bool {
		a := pick(g, s.key()...)
		kind := "S"
		if a.kind == "S" {
			kind = "N"
		}
		key[a.name] = g.keyValue(attribute{a.name, kind}, 5)
		return true
	}),
	mistakeInKey("key not scalar", func(g *generator, s *schema, key obj) bool {
		key[s.hash.name] = pick(g, obj{"BOOL": true}, obj{"L": []any{}}, obj{"SS": []any{"a"}})
		return true
	}),
	mistakeInKey("key empty", func(g *generator, s *schema, key obj) bool {
		a := pick(g, s.key()...)
		if a.kind == "N" {
			return false
		}
		key[a.name] = obj{a.kind: ""}
		return true
	}),
	mistakeInKey("key too long", func(g *generator, s *schema, key obj) bool {
		if s.hash.kind != "S" {
			return false
		}
		key[s.hash.name] = obj{"S": strings.Repeat("k", 2049)}
		return true
	}),
	mistakeInKey("sort key too long", func(g *generator, s *schema, key obj) bool {
		if s.sort.kind != "S" {
			return false
		}
		key[s.sort.name] = obj{"S": strings.Repeat("k", 1025)}
		return true
	}),
	{"key with more", func(_ *generator, _ *schema, operation string, body obj) bool {
		key, ok := body["Key"].(obj)
		if ok {
			key["more"] = obj{"S": "x"}
		}
		return ok
	}},
	{"index key type", func(g *generator, s *schema, _ string, body obj) bool {
		item, ok := body["Item"].(obj)
		if !ok {
			return false
		}
		for _, a := range indexKeys {
			if s.usesIndexKey(a.name) && !s.isKey(a.name) {
				item[a.name] = pick(g, obj{"BOOL": true}, obj{"NULL": true}, obj{"SS": []any{"a"}})
				return true
			}
		}
		return false
	}},
	{"index key empty", func(_ *generator, s *schema, _ string, body obj) bool {
		item, ok := body["Item"].(obj)
		if !ok || !s.usesIndexKey("g1") {
			return false
		}
		item["g1"] = obj{"S": ""}
		return true
	}},
}
