package difftest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// canonicalNumber returns the one text that stands for all texts of a number: the
// sign, the digits without leading and trailing zeros, "e" and the exponent. A text
// that is not a number is returned between question marks.
func canonicalNumber(s string) string {
	mantissa, exponent, hasExp := strings.Cut(strings.ToLower(strings.TrimSpace(s)), "e")
	exp := 0
	if hasExp {
		var err error
		if exp, err = strconv.Atoi(exponent); err != nil {
			return "?" + s + "?"
		}
	}
	neg := strings.HasPrefix(mantissa, "-")
	mantissa = strings.TrimLeft(mantissa, "+-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return "?" + s + "?"
	}
	exp -= len(fraction)
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "0"
	}
	trimmed := strings.TrimRight(digits, "0")
	exp += len(digits) - len(trimmed)
	if neg {
		trimmed = "-" + trimmed
	}
	return trimmed + "e" + strconv.Itoa(exp)
}

// compareNumbers orders two decimal texts by value.
func compareNumbers(a, b string) int {
	x, okx := new(big.Rat).SetString(a)
	y, oky := new(big.Rat).SetString(b)
	if !okx || !oky {
		return strings.Compare(a, b)
	}
	return x.Cmp(y)
}

// canonicalValue reduces an attribute value in DynamoDB JSON: numbers to canonical
// ones, sets to sorted ones. It never fails, and returns a value that it does not
// recognise unchanged.
func canonicalValue(v any) any {
	m, ok := v.(map[string]any)
	if !ok || len(m) != 1 {
		return v
	}
	for kind, inner := range m {
		switch kind {
		case "N":
			if s, ok := inner.(string); ok {
				return map[string]any{kind: canonicalNumber(s)}
			}
		case "SS", "NS", "BS":
			list, ok := inner.([]any)
			if !ok {
				return v
			}
			out := make([]string, 0, len(list))
			for _, e := range list {
				s, ok := e.(string)
				if !ok {
					return v
				}
				if kind == "NS" {
					s = canonicalNumber(s)
				}
				out = append(out, s)
			}
			slices.Sort(out)
			return map[string]any{kind: out}
		case "L":
			if list, ok := inner.([]any); ok {
				out := make([]any, len(list))
				for i, e := range list {
					out[i] = canonicalValue(e)
				}
				return map[string]any{kind: out}
			}
		case "M":
			return map[string]any{kind: canonicalItem(inner)}
		}
	}
	return v
}

// canonicalItem reduces all values of an item.
func canonicalItem(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := make(map[string]any, len(m))
	for name, value := range m {
		out[name] = canonicalValue(value)
	}
	return out
}

// canonicalJSON returns v as JSON with sorted members and without escapes for HTML.
func canonicalJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// decodeJSON reads a JSON value. Numbers keep their text.
func decodeJSON(b []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// asObject returns v if it is a JSON object, otherwise nil.
func asObject(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// asArray returns v if it is a JSON array, otherwise nil.
func asArray(v any) []any {
	a, _ := v.([]any)
	return a
}

// asString returns the text of a JSON string or number, "" for nil, and JSON for
// other values.
func asString(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case nil:
		return ""
	default:
		return canonicalJSON(v)
	}
}
