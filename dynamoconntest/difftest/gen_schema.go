package difftest

import (
	"fmt"
	"math/rand/v2"
)

// obj is a JSON object.
type obj = map[string]any

// An attribute is the name of an attribute and its usual type.
type attribute struct{ name, kind string }

func (a attribute) exists() bool { return a.name != "" }

// An index is a secondary index of a table.
type index struct {
	name       string
	local      bool
	hash, sort attribute
	projection string
	nonKey     []string
}

// A schema is a table of a sequence.
type schema struct {
	name         string
	hash, sort   attribute
	indexes      []index
	onDemand     bool
	indexDropped bool // an index was dropped; DynamoDB Local creates no other after that
}

func (s *schema) key() []attribute {
	if s.sort.exists() {
		return []attribute{s.hash, s.sort}
	}
	return []attribute{s.hash}
}

func (s *schema) isKey(name string) bool { return name == s.hash.name || name == s.sort.name }

// indexKeys are the key attributes of indexes. In an item they must have their type.
var indexKeys = []attribute{{"g1", "S"}, {"g2", "N"}, {"g3", "B"}}

func (s *schema) usesIndexKey(name string) bool {
	for _, ix := range s.indexes {
		if ix.hash.name == name || ix.sort.name == name {
			return true
		}
	}
	return false
}

// A generator draws one sequence.
type generator struct {
	*rand.Rand
	tables   []*schema
	queued   *Request // to be sent after the one just drawn
	bigItems bool     // items of tens of kilobytes
}

// chance returns true with a probability of p percent.
func (g *generator) chance(p int) bool { return g.IntN(100) < p }

// pick draws one of a list.
func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

// newSchema draws a table.
func (g *generator) newSchema(name string) *schema {
	s := &schema{name: name, onDemand: g.chance(60)}
	s.hash = attribute{pick(g, "pk", "h", "id"), pick(g, "S", "S", "S", "N", "B")}
	if g.chance(75) {
		s.sort = attribute{pick(g, "sk", "r", "at"), pick(g, "S", "S", "N", "N", "B")}
	}
	kinds := g.Perm(len(indexKeys))
	if s.sort.exists() && g.chance(45) {
		for i := range 1 + g.IntN(2) {
			ix := index{name: fmt.Sprintf("local%d", i), local: true, hash: s.hash, sort: indexKeys[kinds[i]]}
			g.project(&ix)
			s.indexes = append(s.indexes, ix)
		}
	}
	if g.chance(60) {
		for i := range 1 + g.IntN(2) {
			ix := index{name: fmt.Sprintf("global%d", i), hash: indexKeys[kinds[(i+1)%3]]}
			switch g.IntN(4) {
			case 0:
				ix.sort = indexKeys[kinds[(i+2)%3]]
			case 1:
				ix.sort = s.hash
			case 2:
				if s.sort.exists() {
					ix.sort = s.sort
				}
			}
			g.project(&ix)
			s.indexes = append(s.indexes, ix)
		}
	}
	return s
}

// project draws which attributes an index holds.
func (g *generator) project(ix *index) {
	ix.projection = pick(g, "ALL", "KEYS_ONLY", "INCLUDE")
	if ix.projection == "INCLUDE" {
		ix.nonKey = pick(g, []string{"s"}, []string{"n", "m"}, []string{"name", "l", "ss"})
	}
}

// keyOf returns a KeySchema.
func keyOf(hash, sort attribute) []any {
	list := []any{obj{"AttributeName": hash.name, "KeyType": "HASH"}}
	if sort.exists() {
		list = append(list, obj{"AttributeName": sort.name, "KeyType": "RANGE"})
	}
	return list
}

// createTable returns the request that creates a table.
func (g *generator) createTable(s *schema) Request {
	defined := map[string]string{}
	define := func(attrs ...attribute) {
		for _, a := range attrs {
			if a.exists() {
				defined[a.name] = a.kind
			}
		}
	}
	define(s.hash, s.sort)
	throughput := obj{"ReadCapacityUnits": 1 + g.IntN(20), "WriteCapacityUnits": 1 + g.IntN(20)}
	var locals, globals []any
	for _, ix := range s.indexes {
		define(ix.hash, ix.sort)
		p := obj{"ProjectionType": ix.projection}
		if ix.nonKey != nil {
			p["NonKeyAttributes"] = ix.nonKey
		}
		o := obj{"IndexName": ix.name, "KeySchema": keyOf(ix.hash, ix.sort), "Projection": p}
		if ix.local {
			locals = append(locals, o)
			continue
		}
		if !s.onDemand {
			o["ProvisionedThroughput"] = throughput
		}
		globals = append(globals, o)
	}
	var definitions []any
	for _, name := range sortedKeys(defined) {
		definitions = append(definitions, obj{"AttributeName": name, "AttributeType": defined[name]})
	}
	body := obj{"TableName": s.name, "KeySchema": keyOf(s.hash, s.sort), "AttributeDefinitions": definitions}
	if s.onDemand {
		body["BillingMode"] = "PAY_PER_REQUEST"
	} else {
		body["ProvisionedThroughput"] = throughput
		if g.chance(50) {
			body["BillingMode"] = "PROVISIONED"
		}
	}
	if locals != nil {
		body["LocalSecondaryIndexes"] = locals
	}
	if globals != nil {
		body["GlobalSecondaryIndexes"] = globals
	}
	return request("CreateTable", body)
}

// request returns a request with this body.
func request(operation string, body obj) Request {
	return Request{Operation: operation, Body: canonicalJSON(body)}
}
