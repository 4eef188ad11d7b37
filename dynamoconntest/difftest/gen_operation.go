package difftest

import (
	"fmt"
	"strings"
)

// tokenPrefix begins the tokens of transactions. A run replaces it, so that every run
// has its own tokens.
const tokenPrefix = "token-"

// writeOptions adds the options of a single write.
func (g *generator) writeOptions(body obj, returns ...string) {
	if g.chance(35) {
		body["ReturnValues"] = pick(g, returns...)
	}
	if g.chance(25) {
		body["ReturnValuesOnConditionCheckFailure"] = pick(g, "ALL_OLD", "ALL_OLD", "NONE")
	}
	if g.chance(12) {
		body["ReturnItemCollectionMetrics"] = pick(g, "SIZE", "NONE")
	}
	g.capacity(body)
}

func (g *generator) capacity(body obj) {
	if g.chance(25) {
		body["ReturnConsumedCapacity"] = pick(g, "TOTAL", "INDEXES", "INDEXES", "NONE")
	}
}

func (g *generator) put(s *schema) (string, obj) {
	body := obj{"TableName": s.name, "Item": g.item(s, g.key(s))}
	switch {
	case g.chance(12):
		g.expected(s, body)
	case g.chance(40):
		e := g.expression(s)
		body["ConditionExpression"] = e.likelyCondition()
		e.addPlaceholders(body)
	}
	g.writeOptions(body, "NONE", "ALL_OLD", "ALL_OLD")
	return "PutItem", body
}

func (g *generator) delete(s *schema) (string, obj) {
	body := obj{"TableName": s.name, "Key": g.key(s)}
	switch {
	case g.chance(12):
		g.expected(s, body)
	case g.chance(40):
		e := g.expression(s)
		body["ConditionExpression"] = e.likelyCondition()
		e.addPlaceholders(body)
	}
	g.writeOptions(body, "NONE", "ALL_OLD", "ALL_OLD")
	return "DeleteItem", body
}

func (g *generator) update(s *schema) obj {
	body := obj{"TableName": s.name, "Key": g.key(s)}
	switch {
	case g.chance(12):
		g.attributeUpdates(s, body)
		if g.chance(30) {
			g.expected(s, body)
		}
	case g.chance(95):
		e := g.expression(s)
		body["UpdateExpression"] = e.update()
		if g.chance(35) {
			body["ConditionExpression"] = e.likelyCondition()
		}
		e.addPlaceholders(body)
	case g.chance(60):
		// An update of several elements of a list, or beyond its end. Servers differ here,
		// so the new item is returned and compared at once.
		update := pick(g, "SET l[9] = :v", "SET l[3] = :v, l[5] = :w", "SET m.l[7] = :v", "REMOVE l[0], l[2]")
		body["UpdateExpression"] = update
		values := obj{":v": g.scalar("S")}
		if strings.Contains(update, ":w") {
			values[":w"] = g.scalar("N")
		}
		if strings.Contains(update, ":v") {
			body["ExpressionAttributeValues"] = values
		}
		body["ReturnValues"] = "ALL_NEW"
		return body
	}
	g.writeOptions(body, "NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW", "ALL_NEW")
	return body
}

func (g *generator) get(s *schema) (string, obj) {
	body := obj{"TableName": s.name, "Key": g.key(s)}
	g.readOptions(s, body)
	return "GetItem", body
}

// readOptions adds the projection, the consistency and the capacity.
func (g *generator) readOptions(s *schema, body obj) {
	switch {
	case g.chance(8):
		body["AttributesToGet"] = []any{s.hash.name, "n", "m"}
	case g.chance(30):
		e := g.expression(s)
		body["ProjectionExpression"] = e.projection()
		e.addPlaceholders(body)
	}
	if g.chance(40) {
		body["ConsistentRead"] = g.chance(70)
	}
	g.capacity(body)
}

// keys draws up to n different keys of s.
func (g *generator) keys(s *schema, n int) []any {
	var list []any
	seen := map[string]bool{}
	for range 3 * n {
		k := g.key(s)
		if t := canonicalJSON(k); !seen[t] && len(list) < n {
			seen[t] = true
			list = append(list, k)
		}
	}
	return list
}

func (g *generator) someTables() []*schema {
	if len(g.tables) > 1 && g.chance(35) {
		return g.tables
	}
	return g.tables[:1]
}

func (g *generator) batchGet(*schema) (string, obj) {
	items := obj{}
	for _, s := range g.someTables() {
		per := obj{"Keys": g.keys(s, 1+g.IntN(8))}
		g.readOptions(s, per)
		delete(per, "ReturnConsumedCapacity")
		items[s.name] = per
	}
	body := obj{"RequestItems": items}
	g.capacity(body)
	return "BatchGetItem", body
}

func (g *generator) batchWrite(*schema) (string, obj) {
	items := obj{}
	for _, s := range g.someTables() {
		var list []any
		for _, k := range g.keys(s, 1+g.IntN(12)) {
			if g.chance(75) {
				list = append(list, obj{"PutRequest": obj{"Item": g.item(s, k.(obj))}})
			} else {
				list = append(list, obj{"DeleteRequest": obj{"Key": k}})
			}
		}
		items[s.name] = list
	}
	body := obj{"RequestItems": items}
	if g.chance(10) {
		body["ReturnItemCollectionMetrics"] = "SIZE"
	}
	g.capacity(body)
	return "BatchWriteItem", body
}

func (g *generator) transactGet(*schema) (string, obj) {
	var list []any
	for _, s := range g.someTables() {
		for _, k := range g.keys(s, 1+g.IntN(4)) {
			get := obj{"TableName": s.name, "Key": k}
			if g.chance(25) {
				e := g.expression(s)
				get["ProjectionExpression"] = e.projection()
				e.addPlaceholders(get)
			}
			list = append(list, obj{"Get": get})
		}
	}
	body := obj{"TransactItems": list}
	g.capacity(body)
	return "TransactGetItems", body
}

func (g *generator) transactWrite(*schema) (string, obj) {
	var list []any
	for _, s := range g.someTables() {
		for _, k := range g.keys(s, 1+g.IntN(4)) {
			list = append(list, g.transactPart(s, k.(obj)))
		}
	}
	body := obj{"TransactItems": list}
	if g.chance(10) {
		body["ReturnItemCollectionMetrics"] = "SIZE"
	}
	g.capacity(body)
	if body["ReturnConsumedCapacity"] == "TOTAL" && g.chance(80) {
		body["ReturnConsumedCapacity"] = "INDEXES" // has more to compare
	}
	if g.chance(15) {
		body["ClientRequestToken"] = fmt.Sprint(tokenPrefix, g.IntN(1<<20))
		if g.chance(50) {
			repeated := request("TransactWriteItems", body)
			g.queued = &repeated
		}
	}
	return "TransactWriteItems", body
}

func (g *generator) transactPart(s *schema, key obj) obj {
	e := g.expression(s)
	part := obj{"TableName": s.name}
	kind := pick(g, "Put", "Put", "Update", "Update", "Delete", "ConditionCheck")
	switch kind {
	case "Put":
		part["Item"] = g.item(s, key)
	case "Update":
		part["Key"], part["UpdateExpression"] = key, e.update()
	default:
		part["Key"] = key
	}
	if kind == "ConditionCheck" || g.chance(25) {
		part["ConditionExpression"] = e.likelyCondition()
		if g.chance(40) {
			part["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
		}
	}
	e.addPlaceholders(part)
	return obj{kind: part}
}

func (g *generator) describe(s *schema) (string, obj) {
	switch g.IntN(4) {
	case 0:
		return "ListTables", obj{"Limit": 1 + g.IntN(100)}
	case 1:
		return "DescribeTimeToLive", obj{"TableName": s.name}
	}
	return "DescribeTable", obj{"TableName": s.name}
}

// changeSettings draws a request that changes a table but not its items.
func (g *generator) changeSettings(s *schema) (string, obj) {
	body := obj{"TableName": s.name}
	switch g.IntN(4) {
	case 0:
		body["TimeToLiveSpecification"] = obj{"Enabled": g.chance(70), "AttributeName": pick(g, "ttl", "ttl", "n")}
		return "UpdateTimeToLive", body
	case 1:
		body["DeletionProtectionEnabled"] = g.chance(50)
	case 2:
		if s.onDemand {
			body["BillingMode"] = "PROVISIONED"
			body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 3 + g.IntN(50), "WriteCapacityUnits": 4}
		} else {
			body["BillingMode"] = "PAY_PER_REQUEST"
		}
	default:
		body["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 1 + g.IntN(100), "WriteCapacityUnits": 1 + g.IntN(30)}
	}
	return "UpdateTable", body
}

// changeIndex draws a request that adds or drops a global index.
func (g *generator) changeIndex(s *schema) (string, obj) {
	name := "global0"
	if s.indexDropped {
		return g.describe(s)
	}
	for i, ix := range s.indexes {
		if !ix.local && g.chance(50) {
			s.indexDropped = true
			s.indexes = append(s.indexes[:i:i], s.indexes[i+1:]...)
			return "UpdateTable", obj{"TableName": s.name, "GlobalSecondaryIndexUpdates": []any{obj{"Delete": obj{"IndexName": ix.name}}}}
		}
		if ix.name == name {
			name += "b"
		}
	}
	a := pick(g, indexKeys...)
	ix := index{name: name, hash: a}
	g.project(&ix)
	s.indexes = append(s.indexes, ix)
	p := obj{"ProjectionType": ix.projection}
	if ix.nonKey != nil {
		p["NonKeyAttributes"] = ix.nonKey
	}
	create := obj{"IndexName": name, "KeySchema": keyOf(ix.hash, ix.sort), "Projection": p}
	if !s.onDemand {
		create["ProvisionedThroughput"] = obj{"ReadCapacityUnits": 2, "WriteCapacityUnits": 2}
	}
	return "UpdateTable", obj{
		"TableName":                   s.name,
		"AttributeDefinitions":        []any{obj{"AttributeName": a.name, "AttributeType": a.kind}},
		"GlobalSecondaryIndexUpdates": []any{obj{"Create": create}},
	}
}
