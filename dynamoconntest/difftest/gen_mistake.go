package difftest

import (
	"strings"
)

// A mistake makes one thing wrong in a valid body. It returns false if the
// body has no place for it.
type mistake struct {
	name string
	make func(g *generator, s *schema, operation string, body obj) bool
}

// itemIn finds the map that holds the item or the key, and its name.
func itemIn(body obj) (obj, string) {
	for _, name := range []string{"Item", "Key"} {
		if m, ok := body[name].(obj); ok {
			return m, name
		}
	}
	return nil, ""
}

// set makes a mistake of giving a member a value, in every body that may
// have the member.
func set(name, member string, value any, operations ...string) mistake {
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

// inItem makes a mistake of giving a non-key attribute a value.
func inItem(name string, value any) mistake {
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
			body["UpdateExpression"] = addAction(str(body["UpdateExpression"]), "wrong = :wrong")
			return true
		}
		return false
	}}
}

// addAction puts one more assignment into an update expression.
func addAction(update, action string) string {
	if head, tail, ok := strings.Cut(update, "SET "); ok {
		return head + "SET " + action + ", " + tail
	}
	if head, tail, ok := strings.Cut(update, "set "); ok {
		return head + "set " + action + ", " + tail
	}
	return update + " SET " + action
}

// inKey makes a mistake in the key or in the key attributes of an item.
func inKey(name string, change func(g *generator, s *schema, key obj) bool) mistake {
	return mistake{name, func(g *generator, s *schema, _ string, body obj) bool {
		m, _ := itemIn(body)
		return m != nil && change(g, s, m)
	}}
}

var (
	singles = []string{"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan"}
	writes  = []string{"PutItem", "UpdateItem", "DeleteItem"}
)

// nest is a string in n lists.
func nest(n int) any {
	v := any(obj{"S": "x"})
	for range n {
		v = obj{"L": []any{v}}
	}
	return v
}

var commonMistakes = []mistake{
	set("table missing", "TableName", "Absent", append(singles, "DescribeTable", "UpdateTable", "DescribeTimeToLive", "UpdateTimeToLive")...),
	set("table name short", "TableName", "ab", append(singles, "DescribeTable", "UpdateTable", "DescribeTimeToLive")...),
	set("table name characters", "TableName", "no/good", append(singles, "DescribeTable", "UpdateTable")...),
	set("table name empty", "TableName", "", append(singles, "DescribeTable")...),
	set("table name long", "TableName", strings.Repeat("n", 256), append(singles, "DescribeTable")...),
	{"table name absent", func(_ *generator, _ *schema, _ string, body obj) bool {
		_, ok := body["TableName"]
		delete(body, "TableName")
		return ok
	}},
	set("enum returnConsumedCapacity", "ReturnConsumedCapacity", "SOME", append(singles, "BatchGetItem", "BatchWriteItem", "TransactWriteItems", "TransactGetItems")...),
	set("enum returnValues", "ReturnValues", "EVERYTHING", writes...),
	set("enum returnValues for operation", "ReturnValues", "UPDATED_NEW", "PutItem", "DeleteItem"),
	set("enum returnItemCollectionMetrics", "ReturnItemCollectionMetrics", "BIG", append(writes, "BatchWriteItem", "TransactWriteItems")...),
	set("enum returnValuesOnConditionCheckFailure", "ReturnValuesOnConditionCheckFailure", "ALL_NEW", writes...),
	set("enum select", "Select", "SOME", "Query", "Scan"),
	set("type of TableName", "TableName", 5, singles...),
	set("type of Item", "Item", []any{}, "PutItem"),
	set("type of Key", "Key", "x", "GetItem", "DeleteItem"),
	set("type of Limit", "Limit", "5", "Query", "Scan"),
	set("type of ConsistentRead", "ConsistentRead", "yes", "GetItem", "Query", "Scan"),
	set("type of names", "ExpressionAttributeNames", []any{"a"}, singles...),
	set("unknown member", "Nonsense", obj{"a": 1}, "*"),
	set("null member", "ReturnConsumedCapacity", nil, singles...),
	set("item null", "Item", nil, "PutItem"),
	set("key null", "Key", nil, "GetItem", "DeleteItem", "UpdateItem"),
	set("limit zero", "Limit", 0, "Query", "Scan", "ListTables"),
	set("limit negative", "Limit", -1, "Query", "Scan", "ListTables"),

	inItem("value of two types", obj{"S": "x", "N": "1"}),
	inItem("value of no type", obj{}),
	inItem("value of unknown type", obj{"X": "x"}),
	inItem("value null", nil),
	inItem("NULL false", obj{"NULL": false}),
	inItem("number text", obj{"N": "abc"}),
	inItem("number empty", obj{"N": ""}),
	inItem("number large", obj{"N": "1e126"}),
	inItem("number small", obj{"N": "1e-131"}),
	inItem("number long", obj{"N": "123456789012345678901234567890123456789"}),
	inItem("number hexadecimal", obj{"N": "0x10"}),
	inItem("number infinite", obj{"N": "Infinity"}),
	inItem("number with spaces", obj{"N": " 1 "}),
	inItem("set empty", obj{"SS": []any{}}),
	inItem("set of numbers empty", obj{"NS": []any{}}),
	inItem("set with duplicates", obj{"SS": []any{"a", "b", "a"}}),
	inItem("set of equal numbers", obj{"NS": []any{"1", "1.0"}}),
	inItem("set of equal bytes", obj{"BS": []any{"YQ==", "YQ=="}}),
	inItem("set with a bad number", obj{"NS": []any{"1", "x"}}),
	inItem("set with an empty string", obj{"SS": []any{"", "a"}}),
	inItem("base64 bad", obj{"B": "$$$"}),
	inItem("base64 unpadded", obj{"B": "YQ"}),
	inItem("JSON type of S", obj{"S": 1}),
	inItem("JSON type of N", obj{"N": 1}),
	inItem("JSON type of BOOL", obj{"BOOL": "true"}),
	inItem("JSON type of L", obj{"L": obj{}}),
	inItem("JSON type of M", obj{"M": []any{}}),
	inItem("JSON type of SS", obj{"SS": "a"}),
	inItem("JSON type of B", obj{"B": 1}),
	inItem("depth 32", nest(31)),
	inItem("depth 40", nest(40)),
	inItem("item too large", obj{"S": strings.Repeat("x", 410000)}),

	inKey("key attribute missing", func(g *generator, s *schema, key obj) bool {
		delete(key, pick(g, s.key()...).name)
		return true
	}),
	inKey("key type", func(g *generator, s *schema, key obj) bool {
		a := pick(g, s.key()...)
		kind := "S"
		if a.kind == "S" {
			kind = "N"
		}
		key[a.name] = g.keyValue(attribute{a.name, kind}, 5)
		return true
	}),
	inKey("key not scalar", func(g *generator, s *schema, key obj) bool {
		key[s.hash.name] = pick(g, obj{"BOOL": true}, obj{"L": []any{}}, obj{"SS": []any{"a"}})
		return true
	}),
	inKey("key empty", func(g *generator, s *schema, key obj) bool {
		a := pick(g, s.key()...)
		if a.kind == "N" {
			return false
		}
		key[a.name] = obj{a.kind: ""}
		return true
	}),
	inKey("key too long", func(g *generator, s *schema, key obj) bool {
		if s.hash.kind != "S" {
			return false
		}
		key[s.hash.name] = obj{"S": strings.Repeat("k", 2049)}
		return true
	}),
	inKey("sort key too long", func(g *generator, s *schema, key obj) bool {
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
