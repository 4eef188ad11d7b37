package difftest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var updateToken = regexp.MustCompile(`[#:]?\w+|[^\s\w]`)

// updatedPaths returns the document paths that an update expression changes. Elements
// that start with [ are indexes. It knows only as much of the grammar as is needed for
// expressions that a server has accepted.
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

// changesElement reports whether an update changes elements of lists.
func changesElement(body map[string]any) bool {
	return slices.ContainsFunc(updatedPaths(body), func(path []string) bool {
		return slices.ContainsFunc(path, func(element string) bool { return strings.HasPrefix(element, "[") })
	})
}

// pathAt reads the path that begins at the ith token and ends at the last.
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

// pickPaths returns the values at the paths of a value, inside the lists and maps in
// which they are. Such a list has only these elements. It returns false if there is
// nothing at the paths.
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

// updatedData returns the parts of an answer's data at the paths of the update. The data
// has whole attributes.
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
