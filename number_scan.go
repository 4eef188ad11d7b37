package dynamoconn

import "strconv"

const (
	maxNumberDigits   = 38
	maxNumberExponent = 125  // of the first significant digit
	minNumberExponent = -130 // likewise

	maxNumberText = 256

	// Canonical texts are plain while the exponent of the first digit lies here.
	minPlainExponent = -6
	maxPlainExponent = maxNumberDigits - 1
	maxCanonicalText = 46 // a sign, "0.", 5 zeros and 38 digits

	// A written exponent counts up to this, so that it can neither overflow nor
	// be brought back into range by the digits of the longest text.
	farExponent = 1_000_000
)

const (
	ruleNumberText     = "text has more than 256 bytes"
	ruleNumberEmpty    = "text is empty"
	ruleNumberByte     = "text holds something other than digits, one point, signs and one exponent"
	ruleNumberNoDigit  = "text has no digit before its exponent"
	ruleNumberExponent = "exponent has no digits"
	ruleNumberDigits   = "more than 38 significant digits"
	ruleNumberLarge    = "magnitude is over 9.9999999999999999999999999999999999999E+125"
	ruleNumberSmall    = "magnitude is under 1E-130"
)

// numberParts says where in a text the number's significant digits lie, without
// copying them.
type numberParts struct {
	neg         bool
	first, last int // indexes of the first and last digit other than zero
	point       int // index of the point, or where it would stand
	count       int // number of significant digits, 0 for the number 0
	exp         int // decimal exponent of the first significant digit
}

// scanNumber finds the parts of s, or the rule of syntax that it breaks. It
// checks no limit.
func scanNumber(s string) (p numberParts, rule string) {
	if s == "" {
		return p, ruleNumberEmpty
	}
	i := 0
	if s[0] == '-' || s[0] == '+' {
		p.neg = s[0] == '-'
		i++
	}
	p.first, p.point = -1, -1
	start := i
mantissa:
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c-'0' <= 9:
			if c != '0' {
				p.last = i
				if p.first < 0 {
					p.first = i
				}
			}
		case c == '.' && p.point < 0:
			p.point = i
		case c == 'e' || c == 'E':
			break mantissa
		default:
			return p, ruleNumberByte
		}
	}
	digits := i - start
	if p.point < 0 {
		p.point = i
	} else {
		digits--
	}
	if digits == 0 {
		return p, ruleNumberNoDigit
	}
	exp := 0
	if i < len(s) {
		if exp, rule = scanExponent(s[i+1:]); rule != "" {
			return p, rule
		}
	}
	if p.first < 0 {
		return numberParts{neg: p.neg, point: p.point}, ""
	}
	p.count = p.last - p.first + 1
	p.exp = exp + p.point - p.first
	if p.first < p.point {
		p.exp--
		if p.last > p.point {
			p.count--
		}
	}
	return p, ""
}

func scanExponent(s string) (exp int, rule string) {
	neg := false
	if s != "" && (s[0] == '-' || s[0] == '+') {
		neg = s[0] == '-'
		s = s[1:]
	}
	if s == "" {
		return 0, ruleNumberExponent
	}
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 {
			return 0, ruleNumberByte
		}
		exp = min(exp*10+int(d), farExponent)
	}
	if neg {
		exp = -exp
	}
	return exp, ""
}

// brokenLimit returns the limit that the number breaks, or "".
func (p numberParts) brokenLimit() string {
	switch {
	case p.count == 0:
		return ""
	case p.exp > maxNumberExponent:
		return ruleNumberLarge
	case p.exp < minNumberExponent:
		return ruleNumberSmall
	case p.count > maxNumberDigits:
		return ruleNumberDigits
	}
	return ""
}

func (p numberParts) sign() int {
	switch {
	case p.count == 0:
		return 0
	case p.neg:
		return -1
	}
	return 1
}

func (p numberParts) isInt() bool { return p.count == 0 || p.count <= p.exp+1 }

// compareMagnitude compares two numbers without regard to their signs. Either
// both are zero or neither is.
func compareMagnitude(s string, p numberParts, t string, q numberParts) int {
	if p.count == 0 {
		return 0
	}
	if p.exp != q.exp {
		if p.exp < q.exp {
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
	// The last digit of each is not zero: what remains of one makes it greater.
	switch {
	case i <= p.last:
		return 1
	case j <= q.last:
		return -1
	}
	return 0
}

// appendDigits appends the significant digits of s, of which there must be one.
func appendDigits(b []byte, s string, p numberParts) []byte {
	if p.first < p.point && p.point < p.last {
		b = append(b, s[p.first:p.point]...)
		return append(b, s[p.point+1:p.last+1]...)
	}
	return append(b, s[p.first:p.last+1]...)
}

func appendZeros(b []byte, n int) []byte {
	for range n {
		b = append(b, '0')
	}
	return b
}

// appendCanonical appends the text that [Number.Canonical] describes.
func appendCanonical(b []byte, s string, p numberParts) []byte {
	if p.count == 0 {
		return append(b, '0')
	}
	if p.neg {
		b = append(b, '-')
	}
	var buf [maxNumberDigits]byte
	digits := appendDigits(buf[:0], s, p)
	switch {
	case p.exp < minPlainExponent || p.exp > maxPlainExponent:
		b = append(b, digits[0])
		if p.count > 1 {
			b = append(b, '.')
			b = append(b, digits[1:]...)
		}
		b = append(b, 'E')
		return strconv.AppendInt(b, int64(p.exp), 10)
	case p.exp < 0:
		b = append(b, "0."...)
		b = appendZeros(b, -p.exp-1)
		return append(b, digits...)
	case p.isInt():
		b = append(b, digits...)
		return appendZeros(b, p.exp+1-p.count)
	}
	b = append(b, digits[:p.exp+1]...)
	b = append(b, '.')
	return append(b, digits[p.exp+1:]...)
}
