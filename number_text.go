package dynamoconn

import (
	"encoding/json"
	"strings"
)

// MarshalText returns the text of n, as [Number.String] does. The error is always
// nil.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// AppendText appends the text of n to b, as [Number.String] gives it. The error
// is always nil.
func (n Number) AppendText(b []byte) ([]byte, error) { return append(b, n.String()...), nil }

// UnmarshalText sets n to what [ParseNumber] makes of text, which it copies. On an
// error, which is [ErrInvalidNumber], n is unchanged.
func (n *Number) UnmarshalText(text []byte) error {
	if len(text) > maxNumberText {
		return invalidNumber(ruleNumberText)
	}
	parsed, err := ParseNumber(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}

// MarshalJSON returns n as a JSON number with all its digits: 1.10 stays 1.10 and
// -0 stays -0. Only what JSON forbids is changed: a plus sign goes, so do zeros
// that lead and a point that ends the digits, and .5 becomes 0.5. The error is
// always nil. Many readers of JSON, JavaScript among them, round numbers to
// float64.
func (n Number) MarshalJSON() ([]byte, error) { return n.appendJSON(nil), nil }

func (n Number) appendJSON(b []byte) []byte {
	s := strings.TrimPrefix(n.String(), "+")
	if s[0] == '-' {
		b = append(b, '-')
		s = s[1:]
	}
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	b = append(b, whole...)
	if fraction != "" {
		b = append(b, '.')
		b = append(b, fraction...)
	}
	return append(b, exponent...)
}

// UnmarshalJSON sets n to a JSON number, whose text it keeps, or to what
// [ParseNumber] makes of a JSON string. JSON's null leaves n unchanged, as it does
// with other types. On an error, which is [ErrInvalidNumber], n is unchanged.
func (n *Number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	// An escape takes up to six bytes for one.
	if len(data) > 6*maxNumberText+2 {
		return invalidNumber(ruleNumberText)
	}
	if len(data) > 0 && data[0] == '"' {
		var text string
		if json.Unmarshal(data, &text) != nil {
			return invalidNumber("not a JSON string")
		}
		return n.UnmarshalText([]byte(text))
	}
	var parsed Number
	if err := parsed.UnmarshalText(data); err != nil {
		return err
	}
	if string(parsed.appendJSON(nil)) != string(data) {
		return invalidNumber("not a JSON number")
	}
	*n = parsed
	return nil
}
