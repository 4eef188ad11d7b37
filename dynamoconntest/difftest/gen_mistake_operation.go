package difftest

import "fmt"

// mistakeIn returns a mistake that can be made in one operation.
func mistakeIn(name, operation string, change func(g *generator, s *schema, body obj) bool) mistake {
	return mistake{name, func(g *generator, s *schema, op string, body obj) bool {
		return op == operation && change(g, s, body)
	}}
}

// keyCondition returns a mistake that replaces the key condition of a query. condition
// returns "-" if the table does not allow the mistake.
func keyCondition(name string, condition func(g *generator, s *schema) (string, obj)) mistake {
	return mistakeIn(name, "Query", func(g *generator, s *schema, body obj) bool {
		text, values := condition(g, s)
		if text == "-" {
			return false
		}
		removeExpressions(body)
		delete(body, "IndexName")
		body["KeyConditionExpression"] = text
		names := obj{"#h": s.hash.name}
		if s.sort.exists() && len(text) > 12 {
			names["#r"] = s.sort.name
		}
		body["ExpressionAttributeNames"] = names
		if values != nil {
			body["ExpressionAttributeValues"] = values
		}
		return true
	})
}

// withSort returns a function for keyCondition that needs a table with a sort key.
func withSort(condition string, value func(g *generator, s *schema) obj) func(g *generator, s *schema) (string, obj) {
	return func(g *generator, s *schema) (string, obj) {
		if !s.sort.exists() {
			return "-", nil
		}
		values := obj{":h": g.keyValue(s.hash, 3)}
		for name, v := range value(g, s) {
			values[name] = v
		}
		return condition, values
	}
}

func sortValue(g *generator, s *schema) obj { return obj{":r": g.keyValue(s.sort, 6)} }

func sortBounds(g *generator, s *schema) obj {
	return obj{":r": g.keyValue(s.sort, 1), ":q": g.keyValue(attribute{s.sort.name, s.sort.kind}, 6)}
}

var queryMistakes = []mistake{
	keyCondition("key condition without hash", withSort("#r = :r AND #h <> :h", sortValue)),
	keyCondition("key condition OR", withSort("#h = :h OR #r = :r", sortValue)),
	keyCondition("key condition two on sort", withSort("#h = :h AND #r > :r AND #r < :q", sortBounds)),
	keyCondition("key condition <>", withSort("#h = :h AND #r <> :r", sortValue)),
	keyCondition("key condition IN", withSort("#h = :h AND #r IN (:r)", sortValue)),
	keyCondition("key condition NOT", withSort("#h = :h AND NOT #r = :r", sortValue)),
	keyCondition("key condition contains", withSort("#h = :h AND contains(#r, :r)", sortValue)),
	keyCondition("key condition attribute_exists", withSort("#h = :h AND attribute_exists(#r) AND #r = :r", sortValue)),
	keyCondition("key condition sort type", withSort("#h = :h AND #r = :r", func(g *generator, s *schema) obj {
		kind := "S"
		if s.sort.kind == "S" {
			kind = "N"
		}
		return obj{":r": g.keyValue(attribute{s.sort.name, kind}, 5)}
	})),
	keyCondition("key condition other attribute", withSort("#h = :h AND #r = :r AND s = :r", sortValue)),
	keyCondition("key condition hash inequality", func(g *generator, s *schema) (string, obj) {
		return "#h > :h", obj{":h": g.keyValue(s.hash, 3)}
	}),
	keyCondition("key condition hash type", func(g *generator, s *schema) (string, obj) { return "#h = :h", obj{":h": obj{"BOOL": true}} }),
	keyCondition("key condition nested", func(g *generator, s *schema) (string, obj) {
		return "#h.x = :h", obj{":h": g.keyValue(s.hash, 3)}
	}),
	keyCondition("key condition empty", func(*generator, *schema) (string, obj) { return "", nil }),
	keyCondition("key condition syntax", func(g *generator, s *schema) (string, obj) {
		return "#h = ", obj{":h": g.keyValue(s.hash, 3)}
	}),
	keyCondition("key condition empty value", func(g *generator, s *schema) (string, obj) {
		if s.hash.kind != "S" {
			return "-", nil
		}
		return "#h = :h", obj{":h": obj{"S": ""}}
	}),
	mistakeIn("key condition absent", "Query", func(_ *generator, _ *schema, body obj) bool {
		removeExpressions(body)
		delete(body, "KeyConditionExpression")
		return true
	}),
	mistakeIn("filter on key", "Query", func(g *generator, s *schema, body obj) bool {
		removeExpressions(body)
		delete(body, "IndexName")
		body["KeyConditionExpression"], body["FilterExpression"] = "#h = :h", "attribute_exists(#h)"
		body["ExpressionAttributeNames"] = obj{"#h": s.hash.name}
		body["ExpressionAttributeValues"] = obj{":h": g.keyValue(s.hash, 3)}
		return true
	}),
	mistakeIn("expression and legacy", "Query", func(_ *generator, s *schema, body obj) bool {
		if body["KeyConditionExpression"] == nil {
			return false
		}
		body["QueryFilter"] = obj{"s": obj{"ComparisonOperator": "NOT_NULL"}}
		return true
	}),
	mistakeIn("expression and legacy", "Scan", func(_ *generator, s *schema, body obj) bool {
		if body["FilterExpression"] == nil {
			return false
		}
		body["ScanFilter"] = obj{"s": obj{"ComparisonOperator": "NOT_NULL"}}
		return true
	}),
	mistakeIn("expression and legacy", "UpdateItem", func(_ *generator, s *schema, body obj) bool {
		if body["UpdateExpression"] == nil {
			return false
		}
		body["AttributeUpdates"] = obj{"s": obj{"Action": "DELETE"}}
		return true
	}),
	mistakeIn("expression and legacy", "PutItem", func(_ *generator, s *schema, body obj) bool {
		if body["ConditionExpression"] == nil {
			return false
		}
		body["Expected"] = obj{"s": obj{"Exists": false}}
		return true
	}),
	mistakeIn("projection and legacy", "GetItem", func(_ *generator, s *schema, body obj) bool {
		body["ProjectionExpression"], body["AttributesToGet"] = "s", []any{"n"}
		delete(body, "ExpressionAttributeNames")
		return true
	}),
	setMember("index unknown", "IndexName", "nowhere", "Query", "Scan"),
	setMember("index name short", "IndexName", "i", "Query", "Scan"),
	mistakeIn("consistent read of a global index", "Scan", globalConsistent),
	mistakeIn("consistent read of a global index", "Query", globalConsistent),
	mistakeIn("all attributes of a global index", "Scan", func(_ *generator, s *schema, body obj) bool {
		for _, ix := range s.indexes {
			if !ix.local && ix.projection != "ALL" {
				removeExpressions(body)
				body["IndexName"], body["Select"] = ix.name, "ALL_ATTRIBUTES"
				delete(body, "ConsistentRead")
				return true
			}
		}
		return false
	}),
	mistakeIn("select projected without index", "Scan", func(_ *generator, _ *schema, body obj) bool {
		removeExpressions(body)
		delete(body, "IndexName")
		body["Select"] = "ALL_PROJECTED_ATTRIBUTES"
		return true
	}),
	mistakeIn("select count with projection", "Scan", func(_ *generator, _ *schema, body obj) bool {
		removeExpressions(body)
		body["Select"], body["ProjectionExpression"] = "COUNT", "s"
		return true
	}),
	mistakeIn("select specific without projection", "Scan", func(_ *generator, _ *schema, body obj) bool {
		removeExpressions(body)
		body["Select"] = "SPECIFIC_ATTRIBUTES"
		return true
	}),
	setMember("segment alone", "Segment", 0, "Scan"),
	setMember("total segments alone", "TotalSegments", 2, "Scan"),
	mistakeIn("segment beyond", "Scan", func(_ *generator, _ *schema, body obj) bool {
		body["Segment"], body["TotalSegments"] = 4, 4
		return true
	}),
	mistakeIn("segments too many", "Scan", func(_ *generator, _ *schema, body obj) bool {
		body["Segment"], body["TotalSegments"] = 0, 1000001
		return true
	}),
	mistakeIn("segment negative", "Scan", func(_ *generator, _ *schema, body obj) bool {
		body["Segment"], body["TotalSegments"] = -1, 4
		return true
	}),
	mistakeIn("start key of other attributes", "Scan", func(_ *generator, _ *schema, body obj) bool {
		delete(body, "IndexName")
		body["ExclusiveStartKey"] = obj{"other": obj{"S": "x"}}
		return true
	}),
	mistakeIn("start key empty", "Scan", func(_ *generator, _ *schema, body obj) bool {
		delete(body, "IndexName")
		body["ExclusiveStartKey"] = obj{}
		return true
	}),
	mistakeIn("start key of wrong type", "Scan", func(_ *generator, s *schema, body obj) bool {
		delete(body, "IndexName")
		key := obj{}
		for _, a := range s.key() {
			key[a.name] = obj{"BOOL": true}
		}
		body["ExclusiveStartKey"] = key
		return true
	}),
	mistakeIn("start key outside the query", "Query", func(g *generator, s *schema, body obj) bool {
		if !s.sort.exists() || s.hash.kind != "S" {
			return false
		}
		removeExpressions(body)
		delete(body, "IndexName")
		body["KeyConditionExpression"] = s.hash.name + " = :h"
		body["ExpressionAttributeValues"] = obj{":h": obj{"S": "k1"}}
		body["ExclusiveStartKey"] = obj{s.hash.name: obj{"S": "k2"}, s.sort.name: g.keyValue(s.sort, 5)}
		return true
	}),
}

// globalConsistent asks for a consistent read of a global index.
func globalConsistent(_ *generator, s *schema, body obj) bool {
	for _, ix := range s.indexes {
		if ix.name == body["IndexName"] && !ix.local {
			body["ConsistentRead"] = true
			return true
		}
	}
	return false
}

var batchMistakes = []mistake{
	mistakeIn("batch empty", "BatchGetItem", replaceItems(obj{})),
	mistakeIn("batch empty", "BatchWriteItem", replaceItems(obj{})),
	mistakeIn("batch absent", "BatchWriteItem", func(_ *generator, _ *schema, body obj) bool {
		delete(body, "RequestItems")
		return true
	}),
	mistakeIn("batch of no keys", "BatchGetItem", func(_ *generator, s *schema, body obj) bool {
		body["RequestItems"] = obj{s.name: obj{"Keys": []any{}}}
		return true
	}),
	mistakeIn("batch of no requests", "BatchWriteItem", func(_ *generator, s *schema, body obj) bool {
		body["RequestItems"] = obj{s.name: []any{}}
		return true
	}),
	mistakeIn("batch of an absent table", "BatchWriteItem", func(g *generator, s *schema, body obj) bool {
		body["RequestItems"] = obj{"Absent": []any{obj{"DeleteRequest": obj{"Key": g.key(s)}}}}
		return true
	}),
	mistakeIn("batch of an absent table", "BatchGetItem", func(g *generator, s *schema, body obj) bool {
		body["RequestItems"] = obj{"Absent": obj{"Keys": []any{g.key(s)}}}
		return true
	}),
	mistakeIn("batch of 26", "BatchWriteItem", func(g *generator, s *schema, body obj) bool {
		if s.hash.kind != "S" {
			return false
		}
		var list []any
		for i := range 26 {
			key := g.key(s)
			key[s.hash.name] = obj{"S": fmt.Sprintf("many%d", i)}
			list = append(list, obj{"DeleteRequest": obj{"Key": key}})
		}
		body["RequestItems"] = obj{s.name: list}
		return true
	}),
	mistakeIn("batch of 101", "BatchGetItem", func(g *generator, s *schema, body obj) bool {
		if s.hash.kind != "S" {
			return false
		}
		var list []any
		for i := range 101 {
			key := g.key(s)
			key[s.hash.name] = obj{"S": fmt.Sprintf("many%d", i)}
			list = append(list, key)
		}
		body["RequestItems"] = obj{s.name: obj{"Keys": list}}
		return true
	}),
	mistakeIn("batch with a key twice", "BatchGetItem", func(g *generator, s *schema, body obj) bool {
		k := g.key(s)
		body["RequestItems"] = obj{s.name: obj{"Keys": []any{k, k}}}
		return true
	}),
	mistakeIn("batch with a key twice", "BatchWriteItem", func(g *generator, s *schema, body obj) bool {
		k := g.key(s)
		body["RequestItems"] = obj{s.name: []any{obj{"PutRequest": obj{"Item": g.item(s, k)}}, obj{"DeleteRequest": obj{"Key": k}}}}
		return true
	}),
	mistakeIn("batch with put and delete in one", "BatchWriteItem", func(g *generator, s *schema, body obj) bool {
		k := g.key(s)
		body["RequestItems"] = obj{s.name: []any{obj{"PutRequest": obj{"Item": k}, "DeleteRequest": obj{"Key": k}}}}
		return true
	}),
	mistakeIn("batch with neither put nor delete", "BatchWriteItem", func(_ *generator, s *schema, body obj) bool {
		body["RequestItems"] = obj{s.name: []any{obj{}}}
		return true
	}),
	mistakeIn("batch with a bad key", "BatchWriteItem", func(g *generator, s *schema, body obj) bool {
		body["RequestItems"] = obj{s.name: []any{obj{"PutRequest": obj{"Item": obj{"s": g.scalar("S")}}}}}
		return true
	}),
	mistakeIn("batch with a bad key", "BatchGetItem", func(g *generator, s *schema, body obj) bool {
		body["RequestItems"] = obj{s.name: obj{"Keys": []any{obj{"s": g.scalar("S")}}}}
		return true
	}),
	mistakeIn("transaction empty", "TransactWriteItems", func(_ *generator, _ *schema, body obj) bool {
		body["TransactItems"] = []any{}
		return true
	}),
	mistakeIn("transaction empty", "TransactGetItems", func(_ *generator, _ *schema, body obj) bool {
		body["TransactItems"] = []any{}
		return true
	}),
	mistakeIn("transaction of one key twice", "TransactWriteItems", func(g *generator, s *schema, body obj) bool {
		k := g.key(s)
		body["TransactItems"] = []any{obj{"Delete": obj{"TableName": s.name, "Key": k}}, obj{"Put": obj{"TableName": s.name, "Item": g.item(s, k)}}}
		return true
	}),
	mistakeIn("transaction part of two actions", "TransactWriteItems", func(g *generator, s *schema, body obj) bool {
		k := g.key(s)
		body["TransactItems"] = []any{obj{"Delete": obj{"TableName": s.name, "Key": k}, "Put": obj{"TableName": s.name, "Item": g.item(s, k)}}}
		return true
	}),
	mistakeIn("transaction part of no action", "TransactWriteItems", func(_ *generator, _ *schema, body obj) bool {
		body["TransactItems"] = []any{obj{}}
		return true
	}),
	mistakeIn("transaction check without condition", "TransactWriteItems", func(g *generator, s *schema, body obj) bool {
		body["TransactItems"] = []any{obj{"ConditionCheck": obj{"TableName": s.name, "Key": g.key(s)}}}
		return true
	}),
	mistakeIn("transaction on an absent table", "TransactWriteItems", func(g *generator, s *schema, body obj) bool {
		body["TransactItems"] = []any{obj{"Delete": obj{"TableName": "Absent", "Key": g.key(s)}}}
		return true
	}),
	mistakeIn("transaction on an absent table", "TransactGetItems", func(g *generator, s *schema, body obj) bool {
		body["TransactItems"] = []any{obj{"Get": obj{"TableName": "Absent", "Key": g.key(s)}}}
		return true
	}),
	mistakeIn("transaction with a bad key", "TransactWriteItems", func(g *generator, s *schema, body obj) bool {
		body["TransactItems"] = []any{obj{"Delete": obj{"TableName": s.name, "Key": obj{"s": g.scalar("S")}}}}
		return true
	}),
	mistakeIn("transaction with a bad update", "TransactWriteItems", func(g *generator, s *schema, body obj) bool {
		body["TransactItems"] = []any{obj{"Update": obj{"TableName": s.name, "Key": g.key(s), "UpdateExpression": "SET s = list_append(n, :a)",
			"ExpressionAttributeValues": obj{":a": obj{"L": []any{}}}}}}
		return true
	}),
	mistakeIn("transaction of 101", "TransactGetItems", func(g *generator, s *schema, body obj) bool {
		var list []any
		for range 101 {
			list = append(list, obj{"Get": obj{"TableName": s.name, "Key": g.key(s)}})
		}
		body["TransactItems"] = list
		return true
	}),
	setMember("transaction token long", "ClientRequestToken", "0123456789012345678901234567890123456789", "TransactWriteItems"),
	setMember("transaction token empty", "ClientRequestToken", "", "TransactWriteItems"),
}

// replaceItems sets RequestItems.
func replaceItems(items obj) func(*generator, *schema, obj) bool {
	return func(_ *generator, _ *schema, body obj) bool {
		body["RequestItems"] = items
		return true
	}
}
