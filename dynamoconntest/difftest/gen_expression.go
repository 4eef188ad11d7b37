package difftest

import (
	"fmt"
	"strings"
)

// An expression draws the expressions of a request, which share placeholders.
type expression struct {
	*generator
	schema *schema
	names  obj
	values obj
}

func (g *generator) expression(s *schema) *expression {
	return &expression{generator: g, schema: s, names: obj{}, values: obj{}}
}

// addPlaceholders adds the placeholders of the expressions to a body.
func (e *expression) addPlaceholders(body obj) {
	if len(e.names) > 0 {
		body["ExpressionAttributeNames"] = e.names
	}
	if len(e.values) > 0 {
		body["ExpressionAttributeValues"] = e.values
	}
}

// name returns an element of a path. It is a placeholder if it must be, or by chance.
func (e *expression) name(name string) string {
	if name != "name" && name != "ttl" && name != "at" && name != "size" && !strings.Contains(name, ".") && !e.chance(25) {
		return name
	}
	for placeholder, n := range e.names {
		if n == name {
			return placeholder
		}
	}
	placeholder := fmt.Sprintf("#n%d", len(e.names))
	e.names[placeholder] = name
	return placeholder
}

// path returns a document path. Elements that start with [ are indexes.
func (e *expression) path(elements ...string) string {
	var b strings.Builder
	for i, el := range elements {
		switch {
		case strings.HasPrefix(el, "["):
			b.WriteString(el)
		case i > 0:
			b.WriteString("." + e.name(el))
		default:
			b.WriteString(e.name(el))
		}
	}
	return b.String()
}

// addValue returns a new placeholder for a value.
func (e *expression) addValue(v obj) string {
	placeholder := fmt.Sprintf(":v%d", len(e.values))
	e.values[placeholder] = v
	return placeholder
}

// pathsOf has the paths at which values of a type are likely.
var pathsOf = map[string][][]string{
	"S":    {{"s"}, {"m", "s"}, {"l", "[1]"}, {"name"}, {"m", "m", "s"}, {"a.b"}, {"g1"}},
	"N":    {{"n"}, {"m", "n"}, {"l", "[0]"}, {"m", "l", "[0]"}, {"m", "m", "n"}, {"l", "[2]", "n"}, {"g2"}, {"ttl"}},
	"B":    {{"b"}, {"g3"}},
	"BOOL": {{"bo"}},
	"NULL": {{"nu"}},
	"L":    {{"l"}, {"m", "l"}},
	"M":    {{"m"}, {"m", "m"}, {"l", "[2]"}},
	"SS":   {{"ss"}},
	"NS":   {{"ns"}},
	"BS":   {{"bs"}},
}

// operandPath draws a path at which a value of the kind is likely. It may be a key.
func (e *expression) operandPath(kind string) string {
	for _, k := range e.schema.key() {
		if k.kind == kind && e.chance(15) {
			return e.path(k.name)
		}
	}
	if e.chance(4) {
		return e.path("zz")
	}
	return e.path(pick(e.generator, pathsOf[kind]...)...)
}

// operand draws a path, a value or a size.
func (e *expression) operand(kind string) string {
	switch {
	case kind == "N" && e.chance(20):
		return "size(" + e.operandPath(pick(e.generator, "S", "L", "M", "SS", "B", "NS")) + ")"
	case e.chance(60):
		return e.operandPath(kind)
	}
	return e.addValue(e.value(kind, 1))
}

// condition draws a condition. All of the grammar can occur.
func (e *expression) condition(depth int) string {
	if depth > 0 && e.chance(45) {
		switch e.IntN(6) {
		case 0, 1:
			return e.condition(depth-1) + pick(e.generator, " AND ", " and ", " AND\n") + e.condition(depth-1)
		case 2, 3:
			return e.condition(depth-1) + " OR " + e.condition(depth-1)
		case 4:
			return pick(e.generator, "NOT ", "not ") + e.condition(depth-1)
		default:
			return "(" + e.condition(depth-1) + ")"
		}
	}
	kind := pick(e.generator, "S", "N", "S", "N", "B")
	switch e.IntN(11) {
	case 0:
		return "attribute_exists(" + e.operandPath(pick(e.generator, kinds...)) + ")"
	case 1:
		return "attribute_not_exists (" + e.operandPath(pick(e.generator, kinds...)) + ")"
	case 2:
		kind := pick(e.generator, kinds...)
		return "attribute_type(" + e.operandPath(kind) + ", " + e.addValue(obj{"S": pick(e.generator, kind, kind, pick(e.generator, kinds...))}) + ")"
	case 3:
		kind := pick(e.generator, "S", "S", "B")
		return "begins_with(" + e.operandPath(kind) + ", " + e.addValue(e.scalar(kind)) + ")"
	case 4:
		return e.containsCondition()
	case 5:
		a, b := e.bounds(kind)
		return e.operandPath(kind) + " BETWEEN " + a + " AND " + b
	case 6:
		list := make([]string, 1+e.IntN(4))
		for i := range list {
			list[i] = e.operand(kind)
		}
		return e.operandPath(kind) + " IN (" + strings.Join(list, ", ") + ")"
	case 7:
		kind := pick(e.generator, kinds...)
		return e.operandPath(kind) + pick(e.generator, " = ", " <> ") + e.addValue(e.value(kind, 1))
	default:
		return e.operandPath(kind) + pick(e.generator, " = ", "<>", " < ", "<=", " > ", " >= ") + e.comparand(kind)
	}
}

// comparand draws an operand to compare with a path of the kind. By chance it has
// another type.
func (e *expression) comparand(kind string) string {
	if e.chance(3) {
		kind = pick(e.generator, "S", "N", "B")
	}
	return e.operand(kind)
}

// bounds draws two values in order.
func (e *expression) bounds(kind string) (low, high string) {
	a, b := e.scalar(kind), e.scalar(kind)
	if lessValue(b, a) {
		a, b = b, a
	}
	return e.addValue(a), e.addValue(b)
}

// containsCondition draws a condition with contains.
func (e *expression) containsCondition() string {
	switch e.IntN(5) {
	case 0:
		return "contains(" + e.operandPath("S") + ", " + e.addValue(obj{"S": pick(e.generator, words[1:]...)}) + ")"
	case 1:
		return "contains(" + e.operandPath("SS") + ", " + e.addValue(obj{"S": pick(e.generator, words[1:]...)}) + ")"
	case 2:
		return "contains(" + e.operandPath("NS") + ", " + e.addValue(e.scalar("N")) + ")"
	case 3:
		return "contains(" + e.operandPath("L") + ", " + e.addValue(e.value(pick(e.generator, "S", "N", "M", "BOOL"), 1)) + ")"
	default:
		return "contains(" + e.operandPath("BS") + ", " + e.addValue(e.scalar("B")) + ")"
	}
}

// likelyCondition draws a condition that holds for most items.
func (e *expression) likelyCondition() string {
	switch e.IntN(4) {
	case 0:
		return "attribute_exists(" + e.path(e.schema.hash.name) + ") OR " + e.condition(1)
	case 1:
		return e.condition(1) + " OR attribute_not_exists(zz)"
	case 2:
		return "NOT attribute_exists(zz)"
	default:
		return e.condition(2)
	}
}

// projection draws paths that do not overlap.
func (e *expression) projection() string {
	tops := append([]string{e.schema.hash.name}, "s", "n", "l", "m", "ss", "name", "a.b", "zz")
	if e.schema.sort.exists() {
		tops = append(tops, e.schema.sort.name)
	}
	var list []string
	for _, i := range e.Perm(len(tops))[:1+e.IntN(4)] {
		switch top := tops[i]; {
		case top == "l" && e.chance(60):
			list = append(list, e.paths(pick(e.generator, [][]string{{"l", "[0]"}}, [][]string{{"l", "[1]"}, {"l", "[0]"}}, [][]string{{"l", "[2]", "n"}})))
		case top == "m" && e.chance(60):
			list = append(list, e.paths(pick(e.generator, [][]string{{"m", "n"}}, [][]string{{"m", "s"}, {"m", "m", "n"}}, [][]string{{"m", "l", "[0]"}})))
		default:
			list = append(list, e.path(top))
		}
	}
	return strings.Join(list, ", ")
}

// paths returns several paths. It is called only for paths that are used, because each
// call may add placeholders.
func (e *expression) paths(list [][]string) string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = e.path(p...)
	}
	return strings.Join(out, ", ")
}

// lessValue reports whether a is less than b. Both have the same scalar type.
func lessValue(a, b obj) bool {
	if x, ok := a["N"]; ok {
		return compareNumbers(asString(x), asString(b["N"])) < 0
	}
	if x, ok := a["B"]; ok {
		return fromBase64(asString(x)) < fromBase64(asString(b["B"]))
	}
	return asString(a["S"]) < asString(b["S"])
}
