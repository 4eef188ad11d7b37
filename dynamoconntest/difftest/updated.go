package difftest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var updateToken = regexp.MustCompile(`[#:]?\w+|[^\s\w]`)

// updatedPaths lists the document paths that an update expression changes, as
// their elements; those that start with [ are indexes. It knows just enough of
// the grammar for an expression that a server has accepted.
func updatedPaths(body map[string]any) [][]string {
	tokens := updateToken.FindAllString(asString(body["UpdateExpression"]), -1)
	names := asObject(body["ExpressionAttributeNames"])
	var out [][]string
	target, depth := false, 0
	for i := 0; i < len(tokens); i++ {
		switch t := tokens[i]; {
		case t == "(":
			depth++
		case t == ")":
			depth--
		case depth > 0 || i > 0 && tokens[i-1] == ".":
		case t == "," || slices.Contains([]string{"SET", "REMOVE", "ADD", "DELETE"}, strings.ToUpper(t)):
			target = true
		case target:
			var path []string
			path, i = pathAt(tokens, i, names)
			out = append(out, path)
			target = false
		}
	}
	return out
}

// changesElement says whether an update changes elements of lists.
func changesElement(body map[string]any) bool {
	return slices.ContainsFunc(updatedPaths(body), func(path []string) bool {
		return slices.ContainsFunc(path, func(element string) bool { return strings.HasPrefix(element, "[") })
	})
}

// pathAt reads the path that starts with the ith token; last is its last token.
func pathAt(tokens []string, i int, names map[string]any) (path []string, last int) {
	name := func(t string) string {
		if strings.HasPrefix(t, "#") {
			return asString(names[t])
		}
		return t
	}
	path = []string{name(tokens[i])}
	for i+2 < len(tokens) {
		switch tokens[i+1] {
		case ".":
			path = append(path, name(tokens[i+2]))
			i += 2
		case "[":
			path = append(path, "["+tokens[i+2]+"]")
			i += 3
		default:
			return path, i
		}
	}
	return path, i
}

// pickPaths is what lies at the paths of a value, in the structure that it has
// there: a list keeps only the elements that were picked. It is false if
// nothing lies there.
func pickPaths(v any, paths [][]string) (any, bool) {
	if slices.ContainsFunc(paths, func(p []string) bool { return len(p) == 0 }) {
		return v, true
	}
	rest := func(element string) (tails [][]string) {
		for _, p := range paths {
			if p[0] == element {
				tails = append(tails, p[1:])
			}
		}
		return tails
	}
	if list, ok := asObject(v)["L"]; ok {
		out := []any{}
		for i, e := range asArray(list) {
			if part, ok := pickPaths(e, rest("["+strconv.Itoa(i)+"]")); ok {
				out = append(out, part)
			}
		}
		return obj{"L": out}, len(out) > 0
	}
	out := obj{}
	for name, member := range asObject(asObject(v)["M"]) {
		if part, ok := pickPaths(member, rest(name)); ok {
			out[name] = part
		}
	}
	return obj{"M": out}, len(out) > 0
}

// updatedData are the updated parts of whole attributes, which are the data of
// an answer: the elements and members alone that the update's paths name.
func updatedData(body map[string]any, data string) []string {
	if data == "" {
		return []string{""}
	}
	item, err := decodeJSON([]byte(data))
	if err != nil {
		return []string{data}
	}
	parts, ok := pickPaths(obj{"M": item}, updatedPaths(body))
	if !ok {
		return []string{"", "{}"}
	}
	return []string{canonicalJSON(asObject(parts)["M"])}
}
