package difftest

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// A Generator draws sequences of requests. The same seed and number always give the
// same sequence, on every machine.
type Generator struct{ Seed uint64 }

// sequenceLength is about how many requests follow the creation of the tables.
const sequenceLength = 60

// Sequence returns the nth sequence: it creates one or two tables, puts items into
// them, sends requests of every kind, and scans each table at the end.
func (gen Generator) Sequence(n int) []Request {
	g := &generator{Rand: rand.New(rand.NewPCG(gen.Seed, uint64(n)))}
	g.bigItems = g.chance(6)
	g.tables = []*schema{g.newSchema("Alpha")}
	if g.chance(35) {
		g.tables = append(g.tables, g.newSchema("Beta"))
	}
	var out []Request
	for _, s := range g.tables {
		out = append(out, g.createTable(s))
	}
	for _, s := range g.tables {
		for range 2 {
			out = append(out, g.fillTable(s))
		}
	}
	for range sequenceLength {
		out = append(out, g.drawRequest())
	}
	for _, s := range g.tables {
		out = append(out, Request{Operation: "Scan", Body: canonicalJSON(obj{"TableName": s.name, "ConsistentRead": true}), Walk: true})
	}
	return out
}

// fillTable draws a request that puts many items.
func (g *generator) fillTable(s *schema) Request {
	var list []any
	for _, k := range g.keys(s, 25) {
		list = append(list, obj{"PutRequest": obj{"Item": g.item(s, k.(obj))}})
	}
	return request("BatchWriteItem", obj{"RequestItems": obj{s.name: list}})
}

// drawRequest draws a request. About three of four are valid.
func (g *generator) drawRequest() Request {
	if r := g.queued; r != nil {
		g.queued = nil
		return *r
	}
	if g.chance(2) {
		return g.malformedRequest()
	}
	s := pick(g, g.tables...)
	switch n := g.IntN(100); {
	case n < 2:
		return g.makeMistakes(s, g.createTable(s))
	case n < 3:
		return g.makeMistakes(s, request(g.changeSettings(s)))
	case n < 22:
		return g.makeMistakes(s, g.validRequest(s))
	}
	return g.validRequest(s)
}

// validRequest draws a request without a mistake.
func (g *generator) validRequest(s *schema) Request {
	switch n := g.IntN(100); {
	case n < 16:
		return request(g.put(s))
	case n < 36:
		return request("UpdateItem", g.update(s))
	case n < 44:
		return request(g.delete(s))
	case n < 54:
		return request(g.get(s))
	case n < 69:
		return g.query(s)
	case n < 80:
		return g.scan(s)
	case n < 84:
		return request(g.batchGet(s))
	case n < 88:
		return request(g.batchWrite(s))
	case n < 91:
		return request(g.transactGet(s))
	case n < 96:
		return request(g.transactWrite(s))
	case n < 97:
		return request(g.describe(s))
	case n < 98:
		return request(g.changeSettings(s))
	case n < 99:
		return request(g.changeIndex(s))
	}
	return g.createTable(s)
}

// makeMistakes makes one mistake in a request, in a few requests two.
func (g *generator) makeMistakes(s *schema, r Request) Request {
	all := slices.Concat(commonMistakes, expressionMistakes, queryMistakes, batchMistakes, tableMistakes)
	body := asObject(mustDecode(r.Body))
	if r.Operation == "CreateTable" {
		body["TableName"] = "Gamma"
	}
	n := 1
	if g.chance(4) {
		n = 2
	}
	for range 400 {
		m := pick(g, all...)
		if slices.Contains(r.Mistakes, m.name) || !m.make(g, s, r.Operation, body) {
			continue
		}
		r.Mistakes = append(r.Mistakes, m.name)
		if len(r.Mistakes) == n {
			break
		}
	}
	// A read with a mistake is not followed through its pages.
	r.Walk, r.Segments = false, 0
	r.Body = canonicalJSON(body)
	g.queued = nil
	return r
}

// malformedRequest draws a request that breaks the protocol.
func (g *generator) malformedRequest() Request {
	r := g.validRequest(pick(g, g.tables...))
	r.Walk, r.Segments = false, 0
	switch g.IntN(8) {
	case 0:
		r.Body, r.Mistakes = r.Body[:g.IntN(len(r.Body))], []string{"JSON truncated"}
	case 1:
		r.Body, r.Mistakes = "", []string{"JSON empty"}
	case 2:
		r.Body, r.Mistakes = "["+r.Body+"]", []string{"JSON array"}
	case 3:
		r.Body, r.Mistakes = r.Body+"}", []string{"JSON trailing"}
	case 4:
		r.Body, r.Mistakes = strings.Replace(r.Body, ":", "", 1), []string{"JSON without colon"}
	case 5:
		r.Operation, r.Mistakes = pick(g, "Get", "getItem", "", "PutItems"), []string{"operation unknown"}
	case 6:
		r.Body, r.Mistakes = "null", []string{"JSON null"}
	default:
		r.Body, r.Mistakes = "{}", []string{"JSON no members"}
	}
	return r
}

// mustDecode reads JSON that this package has written.
func mustDecode(body string) any {
	v, err := decodeJSON([]byte(body))
	if err != nil {
		panic("difftest: a generated body is not JSON: " + err.Error())
	}
	return v
}
