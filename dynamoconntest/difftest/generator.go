package difftest

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// A Generator draws sequences of requests. The same seed and number always
// give the same sequence, on every machine.
type Generator struct {
	// Seed decides everything.
	Seed uint64
}

// sequenceLength is about how many requests follow the creation of the tables.
const sequenceLength = 60

// Sequence returns the nth sequence: the creation of one or two tables, items
// for them, requests of every kind, and at last a scan of each table.
func (gen Generator) Sequence(n int) []Request {
	g := &generator{Rand: rand.New(rand.NewPCG(gen.Seed, uint64(n)))}
	g.big = g.chance(6)
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
			out = append(out, g.fill(s))
		}
	}
	for range sequenceLength {
		out = append(out, g.step())
	}
	for _, s := range g.tables {
		out = append(out, Request{Operation: "Scan", Body: text(obj{"TableName": s.name, "ConsistentRead": true}), Walk: true})
	}
	return out
}

// fill writes many items at once.
func (g *generator) fill(s *schema) Request {
	var list []any
	for _, k := range g.keys(s, 25) {
		list = append(list, obj{"PutRequest": obj{"Item": g.item(s, k.(obj))}})
	}
	return request("BatchWriteItem", obj{"RequestItems": obj{s.name: list}})
}

// step draws one request, valid three times in four.
func (g *generator) step() Request {
	if r := g.next; r != nil {
		g.next = nil
		return *r
	}
	if g.chance(2) {
		return g.malformed()
	}
	s := pick(g, g.tables...)
	switch n := g.IntN(100); {
	case n < 2:
		return g.spoil(s, g.createTable(s))
	case n < 3:
		return g.spoil(s, request(g.administer(s)))
	case n < 22:
		return g.spoil(s, g.valid(s))
	}
	return g.valid(s)
}

func (g *generator) valid(s *schema) Request {
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
		return request(g.administer(s))
	case n < 99:
		return request(g.changeIndex(s))
	}
	return g.createTable(s)
}

// spoil makes one mistake in the request, seldom two.
func (g *generator) spoil(s *schema, r Request) Request {
	all := slices.Concat(commonMistakes, expressionMistakes, queryMistakes, batchMistakes, tableMistakes)
	body := object(mustDecode(r.Body))
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
	// What the mistakes left of a paged read is not worth following.
	r.Walk, r.Segments = false, 0
	r.Body = text(body)
	g.next = nil
	return r
}

// malformed is a request that is not what the protocol asks for.
func (g *generator) malformed() Request {
	r := g.valid(pick(g, g.tables...))
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

// mustDecode reads back what this package wrote.
func mustDecode(body string) any {
	v, err := decode([]byte(body))
	if err != nil {
		panic("difftest: a generated body is not JSON: " + err.Error())
	}
	return v
}
