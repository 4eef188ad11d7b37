package difftest

import "fmt"

// inTable makes a mistake in the creation of a table; each works on a body
// whose table has a name of its own.
func inTable(name string, change func(g *generator, body obj) bool) mistake {
	return mistake{name, func(g *generator, _ *schema, operation string, body obj) bool {
		return operation == "CreateTable" && change(g, body)
	}}
}

func without(member string) func(*generator, obj) bool {
	return func(_ *generator, body obj) bool {
		delete(body, member)
		return true
	}
}

func with(member string, value any) func(*generator, obj) bool {
	return func(_ *generator, body obj) bool {
		body[member] = value
		return true
	}
}

// plain is a table with nothing but keys, to make one mistake in.
func plain(body obj) (hash, sort obj) {
	hash, sort = obj{"AttributeName": "p", "KeyType": "HASH"}, obj{"AttributeName": "q", "KeyType": "RANGE"}
	for _, m := range []string{"LocalSecondaryIndexes", "GlobalSecondaryIndexes", "ProvisionedThroughput"} {
		delete(body, m)
	}
	body["BillingMode"] = "PAY_PER_REQUEST"
	body["KeySchema"] = []any{hash, sort}
	body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}, obj{"AttributeName": "q", "AttributeType": "N"}}
	return hash, sort
}

func indexed(local bool, change func(body obj, ix obj)) func(*generator, obj) bool {
	return func(_ *generator, body obj) bool {
		plain(body)
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

func many(local bool, n int) func(*generator, obj) bool {
	return indexed(local, func(body obj, ix obj) {
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
	inTable("table without keys", without("KeySchema")),
	inTable("table without definitions", without("AttributeDefinitions")),
	inTable("table without a name", without("TableName")),
	inTable("table name of two characters", with("TableName", "ab")),
	inTable("table name with a space", with("TableName", "a table")),
	inTable("table without throughput", func(_ *generator, body obj) bool {
		plain(body)
		delete(body, "BillingMode")
		return true
	}),
	inTable("table with throughput on demand", func(_ *generator, body obj) bool {
		plain(body)
		body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
		return true
	}),
	inTable("table of zero throughput", func(_ *generator, body obj) bool {
		plain(body)
		body["BillingMode"] = "PROVISIONED"
		body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 0, "WriteCapacityUnits": 1}
		return true
	}),
	inTable("table of half a throughput", func(_ *generator, body obj) bool {
		plain(body)
		body["BillingMode"] = "PROVISIONED"
		body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 1}
		return true
	}),
	inTable("table billing", with("BillingMode", "FREE")),
	inTable("table with an undefined key", func(_ *generator, body obj) bool {
		plain(body)
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}}
		return true
	}),
	inTable("table with an unused definition", func(_ *generator, body obj) bool {
		plain(body)
		body["AttributeDefinitions"] = append(body["AttributeDefinitions"].([]any), obj{"AttributeName": "zz", "AttributeType": "S"})
		return true
	}),
	inTable("table with a definition twice", func(_ *generator, body obj) bool {
		plain(body)
		body["AttributeDefinitions"] = append(body["AttributeDefinitions"].([]any), obj{"AttributeName": "p", "AttributeType": "S"})
		return true
	}),
	inTable("table key type", func(_ *generator, body obj) bool {
		plain(body)
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "BOOL"}, obj{"AttributeName": "q", "AttributeType": "S"}}
		return true
	}),
	inTable("table key role", func(_ *generator, body obj) bool {
		hash, _ := plain(body)
		hash["KeyType"] = "MAIN"
		return true
	}),
	inTable("table of two hash keys", func(_ *generator, body obj) bool {
		_, sort := plain(body)
		sort["KeyType"] = "HASH"
		return true
	}),
	inTable("table of range key only", func(_ *generator, body obj) bool {
		hash, _ := plain(body)
		hash["KeyType"] = "RANGE"
		body["KeySchema"] = []any{hash}
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}}
		return true
	}),
	inTable("table of range then hash", func(_ *generator, body obj) bool {
		hash, sort := plain(body)
		body["KeySchema"] = []any{sort, hash}
		return true
	}),
	inTable("table of three keys", func(_ *generator, body obj) bool {
		hash, sort := plain(body)
		body["KeySchema"] = []any{hash, sort, obj{"AttributeName": "q", "KeyType": "RANGE"}}
		return true
	}),
	inTable("table of one key twice", func(_ *generator, body obj) bool {
		_, sort := plain(body)
		sort["AttributeName"] = "p"
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}}
		return true
	}),
	inTable("table of no keys", func(_ *generator, body obj) bool {
		plain(body)
		body["KeySchema"] = []any{}
		return true
	}),
	inTable("local index without sort key", indexed(true, func(_, ix obj) {
		ix["KeySchema"] = []any{obj{"AttributeName": "p", "KeyType": "HASH"}}
	})),
	inTable("local index of another hash key", indexed(true, func(_, ix obj) {
		ix["KeySchema"] = []any{obj{"AttributeName": "x", "KeyType": "HASH"}, obj{"AttributeName": "q", "KeyType": "RANGE"}}
	})),
	inTable("local index on a table without sort key", indexed(true, func(body, _ obj) {
		body["KeySchema"] = []any{obj{"AttributeName": "p", "KeyType": "HASH"}}
		body["AttributeDefinitions"] = []any{obj{"AttributeName": "p", "AttributeType": "S"}, obj{"AttributeName": "x", "AttributeType": "S"}}
	})),
	inTable("local indexes, six", many(true, 6)),
	inTable("global indexes, twenty-one", many(false, 21)),
	inTable("global indexes, twenty", many(false, 20)),
	inTable("indexes of one name", indexed(false, func(body, ix obj) { body["GlobalSecondaryIndexes"] = []any{ix, ix} })),
	inTable("indexes, none", indexed(false, func(body, _ obj) {
		body["GlobalSecondaryIndexes"] = []any{}
		plain(body)
		body["GlobalSecondaryIndexes"] = []any{}
	})),
	inTable("index name short", indexed(false, func(_, ix obj) { ix["IndexName"] = "g" })),
	inTable("index without projection", indexed(false, func(_, ix obj) { delete(ix, "Projection") })),
	inTable("index without projection type", indexed(false, func(_, ix obj) { ix["Projection"] = obj{} })),
	inTable("index projection type", indexed(false, func(_, ix obj) { ix["Projection"] = obj{"ProjectionType": "SOME"} })),
	inTable("index projection INCLUDE of nothing", indexed(false, func(_, ix obj) { ix["Projection"] = obj{"ProjectionType": "INCLUDE"} })),
	inTable("index projection ALL with names", indexed(false, func(_, ix obj) {
		ix["Projection"] = obj{"ProjectionType": "ALL", "NonKeyAttributes": []any{"s"}}
	})),
	inTable("index projection of no names", indexed(false, func(_, ix obj) {
		ix["Projection"] = obj{"ProjectionType": "INCLUDE", "NonKeyAttributes": []any{}}
	})),
	inTable("index key undefined", indexed(false, func(_, ix obj) {
		ix["KeySchema"] = []any{obj{"AttributeName": "yy", "KeyType": "HASH"}}
	})),
	inTable("index without keys", indexed(false, func(_, ix obj) { delete(ix, "KeySchema") })),
	inTable("index throughput on demand", indexed(false, func(_, ix obj) {
		ix["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
	})),
	inTable("index without throughput", indexed(false, func(body, _ obj) {
		body["BillingMode"] = "PROVISIONED"
		body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
	})),
	only("table update of nothing", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
		clear(body)
		body["TableName"] = s.name
		return true
	}),
	only("table update to the same throughput", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
		clear(body)
		body["TableName"], body["ProvisionedThroughput"] = s.name, obj{"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
		return true
	}),
	only("table update drops an absent index", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
		clear(body)
		body["TableName"] = s.name
		body["GlobalSecondaryIndexUpdates"] = []any{obj{"Delete": obj{"IndexName": "nowhere"}}}
		return true
	}),
	only("table update of an index with an undefined key", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
		clear(body)
		body["TableName"] = s.name
		body["GlobalSecondaryIndexUpdates"] = []any{obj{"Create": obj{"IndexName": "another", "KeySchema": []any{obj{"AttributeName": "undefined", "KeyType": "HASH"}},
			"Projection": obj{"ProjectionType": "ALL"}}}}
		return true
	}),
	only("table update of two creations", "UpdateTable", func(_ *generator, s *schema, body obj) bool {
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
	only("time to live without attribute", "UpdateTimeToLive", func(_ *generator, _ *schema, body obj) bool {
		body["TimeToLiveSpecification"] = obj{"Enabled": true}
		return true
	}),
	only("time to live of an empty attribute", "UpdateTimeToLive", func(_ *generator, _ *schema, body obj) bool {
		body["TimeToLiveSpecification"] = obj{"Enabled": true, "AttributeName": ""}
		return true
	}),
	only("time to live without enabled", "UpdateTimeToLive", func(_ *generator, _ *schema, body obj) bool {
		body["TimeToLiveSpecification"] = obj{"AttributeName": "ttl"}
		return true
	}),
	only("time to live absent", "UpdateTimeToLive", func(_ *generator, _ *schema, body obj) bool {
		delete(body, "TimeToLiveSpecification")
		return true
	}),
}
