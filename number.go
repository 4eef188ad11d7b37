package dynamoconn

import (
	"fmt"
	"strings"
)

// Number is an exact number as DynamoDB holds it: zero, or a decimal of either
// sign with at most 38 significant digits and a magnitude from 1E-130 to
// 9.9999999999999999999999999999999999999E+125.
//
// It keeps the text that it was made from, so 1.10 stays 1.10 and is sent as
// such. DynamoDB itself stores the value only and gives 1.1 back.
//
// The zero value is the number 0. A Number is immutable and safe for concurrent
// use. The operator == compares the text and holds 1.0 and 1 to be different:
// compare values with [Number.Equal] or [Number.Cmp], and use
// [Number.Canonical] for a map's keys.
type Number struct {
	// text has passed scanNumber, except that the text "0" is kept as "" so
	// that == finds it equal to the zero value.
	text string
}

// ParseNumber checks that DynamoDB can hold s as a number and returns it with
// its text unchanged.
//
// The syntax is that of DynamoDB: an optional sign, decimal digits with an
// optional point among, before or after them, and optionally e or E, an optional
// sign and the digits of an exponent. Thus "+5", "007", ".5", "5." and "1e+3" are
// numbers; "", ".", "1e", " 1", "1_000", "0x1F", "NaN" and "Infinity" are not.
// Zeros before the first and after the last non-zero digit do not count as
// significant, and zero may have any exponent. The text may have up to 256 bytes.
//
// Any error is [ErrInvalidNumber] and names the rule that s breaks, without
// quoting s.
func ParseNumber(s string) (Number, error) {
	if isShortInteger(s) {
		return makeNumber(s), nil
	}
	if len(s) > maxNumberText {
		return Number{}, invalidNumber(ruleNumberText)
	}
	p, rule := scanNumber(s)
	if rule == "" {
		rule = p.brokenLimit()
	}
	if rule != "" {
		return Number{}, invalidNumber(rule)
	}
	return makeNumber(s), nil
}

// MustNumber is [ParseNumber] for numbers that stand in the program's own text:
// it panics where ParseNumber returns an error. Do not give it data.
func MustNumber(s string) Number {
	n, err := ParseNumber(s)
	if err != nil {
		panic("dynamoconn: MustNumber: " + err.Error())
	}
	return n
}

// String returns the text that the Number was made from, and "0" for the zero
// value.
func (n Number) String() string {
	if n.text == "" {
		return "0"
	}
	return n.text
}

// Cmp compares the values of n and m and returns -1 if n is less than m, 0 if
// they are equal and +1 if n is greater. The value of -0 is 0, that of 1.0 is 1.
// It fits [slices.SortFunc] as Number.Cmp.
func (n Number) Cmp(m Number) int {
	if n.text == m.text {
		return 0
	}
	a, b := n.parts(), m.parts()
	if sa, sb := a.sign(), b.sign(); sa != sb {
		if sa < sb {
			return -1
		}
		return 1
	}
	c := compareMagnitude(n.text, a, m.text, b)
	if a.neg {
		return -c
	}
	return c
}

// Equal reports whether n and m have the same value, whatever their text.
func (n Number) Equal(m Number) bool { return n.Cmp(m) == 0 }

// Sign returns -1 if n is negative, 0 if it is 0 or -0, and +1 if it is positive.
func (n Number) Sign() int { return n.parts().sign() }

// IsInt reports whether n has no fraction: 5, 5.0 and 5e3 are integers.
func (n Number) IsInt() bool { return n.parts().isInt() }

// Canonical returns the number that stands for all numbers equal to n: those of
// equal numbers have the same text, and are ==; those of different numbers have
// different texts.
//
// The text has no plus sign and no needless zero, and 0 has no sign. It is plain
// from 0.000001 up to 38 digits before the point, and elsewhere has one digit
// before the point and an exponent: 1.5E40, -1E-130. It has at most 46 bytes and
// is a valid JSON number.
func (n Number) Canonical() Number {
	if _, ok := isCanonicalInt64(n.text); ok || n.text == "" {
		return n
	}
	var buf [maxCanonicalText]byte
	b := appendCanonical(buf[:0], n.text, n.parts())
	if string(b) == n.text {
		return n
	}
	return makeNumber(string(b))
}

// makeNumber returns the Number for a text that has been checked.
func makeNumber(text string) Number {
	if text == "0" {
		return Number{}
	}
	return Number{text: text}
}

func (n Number) parts() numberParts {
	p, _ := scanNumber(n.text) // "" yields the parts of 0
	return p
}

func invalidNumber(rule string) error {
	return fmt.Errorf("%w: %s", ErrInvalidNumber, rule)
}

// isShortInteger reports whether s is an optional minus sign and 1 to 38 digits,
// which no limit can refuse.
func isShortInteger(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > maxNumberDigits {
		return false
	}
	for i := range len(digits) {
		if digits[i]-'0' > 9 {
			return false
		}
	}
	return true
}

// isCanonicalInt64 returns the value of s if s is exactly what
// [strconv.FormatInt] prints for it, which "-0", "007", "+1" and "1.0" are not.
func isCanonicalInt64(s string) (int64, bool) {
	digits := strings.TrimPrefix(s, "-")
	neg := len(digits) != len(s)
	if digits == "" || len(digits) > 19 {
		return 0, false
	}
	if digits[0] == '0' {
		return 0, s == "0"
	}
	var u uint64 // 19 digits cannot overflow it
	for i := range len(digits) {
		d := digits[i] - '0'
		if d > 9 {
			return 0, false
		}
		u = u*10 + uint64(d)
	}
	if neg {
		return -int64(u), u <= 1<<63
	}
	return int64(u), u < 1<<63
}
