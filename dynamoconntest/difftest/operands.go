package difftest

import (
	"regexp"
	"strings"
)

var (
	operandToken    = regexp.MustCompile(`<>|<=|>=|[<>=(),]|[^\s<>=(),]+`)
	comparisonSigns = map[string]bool{"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true}
)

// repeatsOperand reports whether a condition in the request compares an attribute with
// itself: with an operator, IN, BETWEEN or a function.
func repeatsOperand(v any) bool {
	for _, e := range asArray(v) {
		if repeatsOperand(e) {
			return true
		}
	}
	m := asObject(v)
	names := asObject(m["ExpressionAttributeNames"])
	for key, e := range m {
		switch key {
		case "FilterExpression", "ConditionExpression", "KeyConditionExpression":
			if comparesPathWithItself(asString(e), names) {
				return true
			}
		default:
			if repeatsOperand(e) {
				return true
			}
		}
	}
	return false
}

// comparesPathWithItself does the same for one expression.
func comparesPathWithItself(expression string, names map[string]any) bool {
	tokens := operandToken.FindAllString(expression, -1)
	for i, t := range tokens {
		parts := strings.Split(t, ".")
		for k, p := range parts {
			name, _, _ := strings.Cut(p, "[")
			if attribute := asString(names[name]); attribute != "" {
				parts[k] = attribute + p[len(name):] // with its index
			}
		}
		tokens[i] = strings.Join(parts, ".")
	}
	for i, first := range tokens {
		if i+2 >= len(tokens) || strings.HasPrefix(first, ":") {
			continue
		}
		rest := tokens[i+1:]
		switch op := strings.ToUpper(rest[0]); {
		case comparisonSigns[op], op == "," && i > 1 && tokens[i-1] == "(":
			if rest[1] == first {
				return true
			}
		case op == "BETWEEN" && len(rest) > 3:
			if rest[1] == first || rest[3] == first {
				return true
			}
		case op == "IN":
			for _, t := range rest[1:] {
				if t == ")" {
					break
				}
				if t == first {
					return true
				}
			}
		}
	}
	return false
}
