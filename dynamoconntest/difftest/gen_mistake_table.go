package difftest

import "fmt"

// mistakeInTable returns a mistake in the creation of a table. The table in the body
// does not exist.
func mistakeInTable(name string, change func(g *generator, body obj) bool) mistake {
	return mistake{name, func(g *generator, _ *schema, operation string, body obj) bool {
		return operation == "CreateTable" && change(g, body)
	}}
}

// removeTableMember removes a member.
func removeTableMember(member string) func(*generator, obj) bool {
	return func(_ *generator, body obj) bool {
		delete(body, member)
		return true
	}
}

// setTableMember sets a member.
func setTableMember(member string, value any) func(*generator, obj) bool {
	return func(_ *generator, body obj) bool {
		body[member] = value
		return true
	}
}

// plainTable leaves nothing but the keys of a table, so that a mistake is the only one.
func plainTable(body obj) (hash, sort obj) {
	hash, sort = obj{"AttributeName": "p", "KeyType": "HASH"}, obj{"AttributeName": "q", "KeyType": "RANGE"}
	for _, m := range []string{"LocalSecondaryIndexes", "GlobalSecondaryIndexes", "ProvisionedThroughput"} {
		delete(body, m)
	}
	body["BillingMode"] = "PAY_PER_REQUEST"
	body["KeySchema"] = []any{hash, sort}
	body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}, obj{"AttributeName": "q", "AttributeType": "N"}}
	return hash, sort
}

// tableWithIndex creates a plain table with an index that change has changed.
func tableWithIndex(local bool, change func(body obj, ix obj)) func(*generator, obj) bool {
	return func(_ *generator, body obj) bool {
		plainTable(body)
		body["AttributeDefinitions"] = append(body["AttributeDefinitions"].([]any), obj{"AttributeName": "x", "AttributeType": "S"})
		ix := obj{"IndexName": "theIndex", "Projection": obj{"ProjectionType": "ALL"}}
		member := "GlobalSecondaryIndexes"
		ix["KeySchema"] = []any{obj{"AttributeName": "x", "KeyType": "HASH"}}
		if local {
			member = "LocalSecondaryIndexes"
			ix["KeySchema"] = []any{obj{"AttributeName": "p", "KeyType": "HASH"}, obj{"AttributeName": "x", "KeyType": "RANGE"}}
		}
		body[member] = []any{ix}
		change(body, ix)
		return true
	}
}

// tableWithIndexes creates a plain table with n indexes.
func tableWithIndexes(local bool, n int) func(*generator, obj) bool {
	return tableWithIndex(local, func(body obj, ix obj) {
		member := "GlobalSecondaryIndexes"
		if local {
			member = "LocalSecondaryIndexes"
		}
		var list []any
		for i := range n {
			list = append(list, obj{"IndexName": fmt.Sprintf("index%d", i), "KeySchema": ix["KeySchema"], "Projection": ix["Projection"]})
		}
		body[member] = list
	})
}

var tableMistakes = []mistake{
	mistakeInTable("table without keys", removeTableMember("KeySchema")),
	mistakeInTable("table without definitions", removeTableMember("AttributeDefinitions")),
	mistakeInTable("table without a name", removeTableMember("TableName")),
	mistakeInTable("table name of two characters", setTableMember("TableName", "ab")),
	mistakeInTable("table name with a space", setTableMember("TableName", "a table")),
	mistakeInTable("table without throughput", func(_ *generator, body obj) bool {
		plainTable(body)
		delete(body, "BillingMode")
		return true
	}),
	mistakeInTable("table with throughput on demand", func(_ *generator, body obj) bool {
		plainTable(body)
		body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
		return true
	}),
	mistakeInTable("table of zero throughput", func(_ *generator, body obj) bool {
		plainTable(body)
		body["BillingMode"] = "PROVISIONED"
		body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 0, "WriteCapacityUnits": 1}
		return true
	}),
	mistakeInTable("table of half a throughput", func(_ *generator, body obj) bool {
		plainTable(body)
		body["BillingMode"] = "PROVISIONED"
		body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 1}
		return true
	}),
	mistakeInTable("table billing", setTableMember("BillingMode", "FREE")),
	mistakeInTable("table with an undefined key", func(_ *generator, body obj) bool {
		plainTable(body)
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}}
		return true
	}),
	mistakeInTable("table with an unused definition", func(_ *generator, body obj) bool {
		plainTable(body)
		body["AttributeDefinitions"] = append(body["AttributeDefinitions"].([]any), obj{"AttributeName": "zz", "AttributeType": "S"})
		return true
	}),
	mistakeInTable("table with a definition twice", func(_ *generator, body obj) bool {
		plainTable(body)
		body["AttributeDefinitions"] = append(body["AttributeDefinitions"].([]any), obj{"AttributeName": "p", "AttributeType": "S"})
		return true
	}),
	mistakeInTable("table key type", func(_ *generator, body obj) bool {
		plainTable(body)
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "BOOL"}, obj{"AttributeName": "q", "AttributeType": "S"}}
		return true
	}),
	mistakeInTable("table key role", func(_ *generator, body obj) bool {
		hash, _ := plainTable(body)
		hash["KeyType"] = "MAIN"
		return true
	}),
	mistakeInTable("table of two hash keys", func(_ *generator, body obj) bool {
		_, sort := plainTable(body)
		sort["KeyType"] = "HASH"
		return true
	}),
	mistakeInTable("table of range key only", func(_ *generator, body obj) bool {
		hash, _ := plainTable(body)
		hash["KeyType"] = "RANGE"
		body["KeySchema"] = []any{hash}
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}}
		return true
	}),
	mistakeInTable("table of range then hash", func(_ *generator, body obj) bool {
		hash, sort := plainTable(body)
		body["KeySchema"] = []any{sort, hash}
		return true
	}),
	mistakeInTable("table of three keys", func(_ *generator, body obj) bool {
		hash, sort := plainTable(body)
		body["KeySchema"] = []any{hash, sort, obj{"AttributeName": "q", "KeyType": "RANGE"}}
		return true
	}),
	mistakeInTable("table of one key twice", func(_ *generator, body obj) bool {
		_, sort := plainTable(body)
		sort["AttributeName"] = "p"
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}}
		return true
	}),
	mistakeInTable("table of no keys", func(_ *generator, body obj) bool {
		plainTable(body)
		body["KeySchema"] = []any{}
		return true
	}),
	mistakeInTable("local index without sort key", tableWithIndex(true, func(_, ix obj) {
		ix["KeySchema"] = []any{obj{"AttributeName": "p", "KeyType": "HASH"}}
	})),
	mistakeInTable("local index of another hash key", tableWithIndex(true, func(_, ix obj) {
		ix["KeySchema"] = []any{obj{"AttributeName": "x", "KeyType": "HASH"}, obj{"AttributeName": "q", "KeyType": "RANGE"}}
	})),
	mistakeInTable("local index on a table without sort key", tableWithIndex(true, func(body, _ obj) {
		body["KeySchema"] = []any{obj{"AttributeName": "p", "KeyType": "HASH"}}
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}, obj{"AttributeName": "x", "AttributeType": "S"}}
	})),
	mistakeInTable("local indexes, six", tableWithIndexes(true, 6)),
	mistakeInTable("global indexes, twenty-one", tableWithIndexes(false, 21)),
	mistakeInTable("global indexes, twenty", tableWithIndexes(false, 20)),
	mistakeInTable("indexes of one name", tableWithIndex(false, func(body, ix obj) { body["GlobalSecondaryIndexes"] = []any{ix, ix} })),
	mistakeInTable("indexes, none", tableWithIndex(false, func(body, _ obj) {
		body["GlobalSecondaryIndexes"] = []any{}
		plainTable(body)
		body["GlobalSecondaryIndexes"] = []any{}
	})),
	mistakeInTable("index name short", tableWithIndex(false, func(_, ix obj) { ix["IndexName"] = "g" })),
	mistakeInTable("index without projection", tableWithIndex(false, func(_, ix obj) { delete(ix, "Projection") })),
	mistakeInTable("index without projection type", tableWithIndex(false, func(_, ix obj) { ix["Projection"] = obj{} })),
	mistakeInTable("index projection type", tableWithIndex(false, func(_, ix obj) { ix["Projection"] = obj{"ProjectionType": "SOME"} })),
	mistakeInTable("index projection INCLUDE of nothing", tableWithIndex(false, func(_, ix obj) { ix["Projection"] = obj{"ProjectionType": "INCLUDE"} })),
	mistakeInTable("index projection ALL with names", tableWithIndex(false, func(_, ix obj) {
		ix["Projection"] = obj{"ProjectionType": "ALL", "NonKeyAttributes": []any{"s"}}
	})),
	mistakeInTable("index projection of no names", tableWithIndex(false, func(_, ix obj) {
		ix["Projection"] = obj{"ProjectionType": "INCLUDE", "NonKeyAttributes": []any{}}
	})),
	mistakeInTable("index key undefined", tableWithIndex(false, func(_, ix obj) {
		ix["KeySchema"] = []any{obj{"AttributeName": "yy", "KeyType": "HASH"}}
	})),
	mistakeInTable("index without keys", tableWithIndex(false, func(_, ix obj) { delete(ix, "KeySchema") })),
	mistakeInTable("index throughput on demand", tableWithIndex(false, func(_, ix obj) {
		ix["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
	})),
	mistakeInTable("index without throughput", tableWithIndex(false, func(body, _ obj) {
		body["BillingMode"] = "PROVISIONED"
		body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
	})),
	mistakeIn("table update of nothing", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
		clear(body)
		body["TableName"] = s.name
		return true
	}),
	mistakeIn("table update to the same throughput", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
		clear(body)
		body["TableName"], body["ProvisionedThroughput"] = s.name, obj{"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
		return true
	}),
	mistakeIn("table update drops an absent index", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
		clear(body)
		body["TableName"] = s.name
		body["GlobalSecondaryIndexUpdates"] = []any{obj{"Delete": obj{"IndexName": "nowhere"}}}
		return true
	}),
	mistakeIn("table update of an index with an undefined key", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
		clear(body)
		body["TableName"] = s.name
		body["GlobalSecondaryIndexUpdates"] = []any{obj{"Create": obj{"IndexName": "another", "KeySchema": []any{obj{"AttributeName": "undefined", "KeyType": "HASH"}},
			"Projection": obj{"ProjectionType": "ALL"}}}}
		return true
	}),
	mistakeIn("table update of two creations", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
		clear(body)
		body["TableName"] = s.name
		create := func(name string) any {
			return obj{"Create": obj{"IndexName": name, "KeySchema": []any{obj{"AttributeName": "u", "KeyType": "HASH"}},
				"Projection": obj{"ProjectionType": "ALL"}}}
		}
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "u", "AttributeType": "S"}}
		body["GlobalSecondaryIndexUpdates"] = []any{create("another1"), create("another2")}
		return true
	}),
	mistakeIn("time to live without attribute", "UpdateTimeToLive", func(_ *generator, _ *schema, body obj) bool {
		body["TimeToLiveSpecification"] = obj{"Enabled": true}
		return true
	}),
	mistakeIn("time to live of an empty attribute", "UpdateTimeToLive", func(_ *generator, _ *schema, body obj) bool {
		body["TimeToLiveSpecification"] = obj{"Enabled": true, "AttributeName": ""}
		return true
	}),
	mistakeIn("time to live without enabled", "UpdateTimeToLive", func(_ *generator, _ *schema, body obj) bool {
		body["TimeToLiveSpecification"] = obj{"AttributeName": "ttl"}
		return true
	}),
	mistakeIn("time to live absent", "UpdateTimeToLive", func(_ *generator, _ *schema, body obj) bool {
		delete(body, "TimeToLiveSpecification")
		return true
	}),
}
