package difftest

import (
	"cmp"
	"encoding/base64"
	"maps"
	"slices"
	"strconv"
	"strings"
)

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

var (
	words   = []string{"", "a", "ab", "abc", "b", "Zoë", "日本", "a b", "0", "x\ty", "\u0000", "\U0001F600", "\"q\"", "z"}
	numbers = []string{"0", "1", "2", "3", "-1", "10", "1.5", "-2.25", "100", "0.001", "1e3", "1E-7", "12345678901234567890",
		"99999999999999999999999999999999999999", "0.1", "1.10", "-0", "007", "1e125", "1e-130", "-9.9999999999999999999999999999999999999e125"}
	blobs = []string{"\x00", "\x01", "\x00\x01", "abc", "\xff", "ab", "\x7f\x80"}
	kinds = []string{"S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"}
)

func toBase64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// scalar draws a value of S, N or B.
func (g *generator) scalar(kind string) obj {
	switch kind {
	case "N":
		if g.chance(60) {
			return obj{"N": strconv.Itoa(g.IntN(20) - 5)}
		}
		return obj{"N": pick(g, numbers...)}
	case "B":
		return obj{"B": toBase64(pick(g, blobs...))}
	}
	if g.bigItems && g.chance(30) {
		return obj{"S": strings.Repeat(pick(g, "x", "yz"), 5000+g.IntN(15000))}
	}
	return obj{"S": pick(g, words...)}
}

// value draws a value of the kind. depth bounds its nesting.
func (g *generator) value(kind string, depth int) obj {
	switch kind {
	case "BOOL":
		return obj{"BOOL": g.chance(50)}
	case "NULL":
		return obj{"NULL": true}
	case "SS", "NS", "BS":
		return obj{kind: g.set(kind)}
	case "L":
		list := []any{}
		if g.chance(90) {
			list = append(list, g.scalar("N"), g.scalar("S"), obj{"M": obj{"n": g.scalar("N")}})
		}
		for depth > 0 && g.chance(30) {
			list = append(list, g.value(pick(g, kinds...), depth-1))
		}
		return obj{"L": list}
	case "M":
		m := obj{}
		if g.chance(90) {
			m["n"], m["s"] = g.scalar("N"), g.scalar("S")
			if depth > 0 {
				m["l"], m["m"] = g.value("L", depth-1), g.value("M", depth-1)
			}
		}
		for depth > 0 && g.chance(30) {
			m[pick(g, "x", "y", "a.b", "size")] = g.value(pick(g, kinds...), depth-1)
		}
		return obj{"M": m}
	}
	return g.scalar(kind)
}

// set draws the members of a set.
func (g *generator) set(kind string) []any {
	pool := words[1:]
	switch kind {
	case "NS":
		pool = []string{"0", "1", "2", "3", "-1", "1.5", "10", "100"}
	case "BS":
		pool = make([]string, len(blobs))
		for i, b := range blobs {
			pool[i] = toBase64(b)
		}
	}
	out := []any{}
	for _, i := range g.Perm(len(pool))[:1+g.IntN(4)] {
		out = append(out, pool[i])
	}
	return out
}

// keyValue draws a value of a key attribute from the first n of a few values, so that
// most keys exist.
func (g *generator) keyValue(a attribute, n int) obj {
	i := g.IntN(n)
	switch a.kind {
	case "N":
		return obj{"N": []string{"1", "2", "-3", "10", "1.5", "4e2", "0"}[i]}
	case "B":
		return obj{"B": toBase64(blobs[i])}
	}
	return obj{"S": []string{"k1", "k2", "k10", "K", "ключ", "k", "~"}[i]}
}

// key draws a primary key.
func (g *generator) key(s *schema) obj {
	if !s.sort.exists() {
		return obj{s.hash.name: g.keyValue(s.hash, 7)}
	}
	return obj{s.hash.name: g.keyValue(s.hash, 3), s.sort.name: g.keyValue(s.sort, 6)}
}

// attributes are the attributes of items and expressions that are not keys.
var attributes = []attribute{
	{"s", "S"}, {"n", "N"}, {"b", "B"}, {"bo", "BOOL"}, {"nu", "NULL"}, {"l", "L"}, {"m", "M"},
	{"ss", "SS"}, {"ns", "NS"}, {"bs", "BS"}, {"name", "S"}, {"a.b", "S"}, {"ttl", "N"},
}

// item draws an item with this key.
func (g *generator) item(s *schema, key obj) obj {
	item := obj{}
	for name, v := range key {
		item[name] = v
	}
	for _, a := range attributes {
		if !g.chance(60) || s.isKey(a.name) {
			continue
		}
		kind := a.kind
		if g.chance(6) {
			kind = pick(g, kinds...)
		}
		item[a.name] = g.value(kind, 2)
	}
	for _, a := range indexKeys {
		if s.isKey(a.name) || !g.chance(70) {
			continue
		}
		item[a.name] = g.keyValue(a, 4)
	}
	return item
}

func fromBase64(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return s
	}
	return string(b)
}
