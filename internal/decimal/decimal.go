// Package decimal knows the rules of DynamoDB's numbers: a text goes in, and the rule
// that it breaks comes out.
//
// A number is kept as the text that it was written as. Nothing is rounded, and nothing
// is converted to binary. [Check] accepts a text or names the rule that it breaks. The
// other functions take a text that breaks no rule, except that it may have any length,
// and the empty text, which is 0 to them. What they make of another text means nothing.
package decimal

import "strings"

// The limits of DynamoDB's numbers. An exponent is that of the first significant digit:
// 2 for 314 and -1 for 0.25.
const (
	MaxDigits   = 38 // significant digits
	MaxExponent = 125
	MinExponent = -130
)

// MaxText is the most bytes that a text may have. It is a limit of this library.
const MaxText = 256

// Rule is a rule that a text breaks, in words. The empty Rule means that it breaks none.
type Rule string

// The rules of the syntax, and of what DynamoDB can hold.
const (
	RuleText     Rule = "text has more than 256 bytes"
	RuleEmpty    Rule = "text is empty"
	RuleByte     Rule = "text holds something other than digits, one point, signs and one exponent"
	RuleNoDigit  Rule = "text has no digit before its exponent"
	RuleExponent Rule = "exponent has no digits"
	RuleDigits   Rule = "more than 38 significant digits"
	RuleLarge    Rule = "magnitude is over 9.9999999999999999999999999999999999999E+125"
	RuleSmall    Rule = "magnitude is under 1E-130"
)

// Check returns the rule that text breaks, or "" if DynamoDB can hold it as a number.
//
// A number is an optional sign, decimal digits with an optional point among, before or
// after them, and optionally e or E, an optional sign and the digits of an exponent.
// Zeros before the first and after the last other digit are not significant. Zero may
// have any exponent.
func Check(text string) Rule {
	// Most numbers are too short to break a limit, and have no exponent.
	if len(text) <= MaxDigits && isShort(strings.TrimPrefix(text, "-")) {
		return ""
	}
	if len(text) > MaxText {
		return RuleText
	}
	p, rule := Scan(text)
	if rule != "" {
		return rule
	}
	return p.BrokenLimit()
}

// isShort reports whether text is digits with at most one point among, before or after them.
func isShort(text string) bool {
	point := 0
	i := skipDigits(text, 0)
	if i < len(text) && text[i] == '.' {
		point = 1
		i = skipDigits(text, i+1)
	}
	return i == len(text) && i > point
}

// Compare returns -1 if the value of s is less than that of t, 0 if they are equal, and
// +1 if it is greater.
func Compare(s, t string) int {
	p, _ := Scan(s)
	q, _ := Scan(t)
	if a, b := p.Sign(), q.Sign(); a != b {
		if a < b {
			return -1
		}
		return 1
	}
	c := compareMagnitude(s, p, t, q)
	if p.Negative {
		return -c
	}
	return c
}

// compareMagnitude compares without regard to the signs. Either both numbers are 0 or
// neither is.
func compareMagnitude(s string, p Parts, t string, q Parts) int {
	if p.Digits == 0 {
		return 0
	}
	if p.Exponent != q.Exponent {
		if p.Exponent < q.Exponent {
			return -1
		}
		return 1
	}
	i, j := p.first, q.first
	for i <= p.last && j <= q.last {
		if i == p.point {
			i++
		}
		if j == q.point {
			j++
		}
		if s[i] != t[j] {
			if s[i] < t[j] {
				return -1
			}
			return 1
		}
		i++
		j++
	}
	// The last digit of each is not zero: the number with digits left is greater.
	switch {
	case i <= p.last:
		return 1
	case j <= q.last:
		return -1
	}
	return 0
}
