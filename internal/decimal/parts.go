package decimal

// Parts says what a text means as a number, and where in it the significant digits are.
type Parts struct {
	// Negative reports whether the text has a minus sign, as -0 has.
	Negative bool
	// Digits is the number of significant digits. The number 0 has none.
	Digits int
	// Exponent is the decimal exponent of the first significant digit, and 0 for 0.
	Exponent int

	first, last int // indexes of the first and last digit other than zero
	point       int // index of the point, or where it would be
}

// farExponent is the most that a written exponent counts. So it cannot overflow, and the
// digits of the longest text cannot bring it back into range.
const farExponent = 1_000_000

// Scan returns the parts of text, or the rule of syntax that text breaks. It checks no
// limit: [Parts.BrokenLimit] does. With a rule, the parts are those of 0.
func Scan(text string) (Parts, Rule) {
	if text == "" {
		return Parts{}, RuleEmpty
	}
	start := 0
	if text[0] == '-' || text[0] == '+' {
		start = 1
	}
	point := skipDigits(text, start)
	end := point // of the digits before the exponent
	written := point - start
	if point < len(text) && text[point] == '.' {
		end = skipDigits(text, point+1)
		written = end - start - 1
	}
	if end < len(text) && text[end] != 'e' && text[end] != 'E' {
		return Parts{}, RuleByte
	}
	if written == 0 {
		return Parts{}, RuleNoDigit
	}
	exponent := 0
	if end < len(text) {
		var rule Rule
		if exponent, rule = scanExponent(text[end+1:]); rule != "" {
			return Parts{}, rule
		}
	}

	negative := text[0] == '-'
	first, last := start, end-1
	for first < end && (text[first] == '0' || first == point) {
		first++
	}
	if first == end {
		return Parts{Negative: negative}, ""
	}
	for text[last] == '0' || last == point {
		last--
	}
	digits := last - first + 1
	exponent += point - first
	if first < point {
		exponent--
		if last > point {
			digits--
		}
	}
	return Parts{negative, digits, exponent, first, last, point}, ""
}

// skipDigits returns the index of the first byte from i on that is no digit.
func skipDigits(text string, i int) int {
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	return i
}

// scanExponent reads what follows the e of a text.
func scanExponent(text string) (exponent int, rule Rule) {
	negative := false
	if text != "" && (text[0] == '-' || text[0] == '+') {
		negative = text[0] == '-'
		text = text[1:]
	}
	if text == "" {
		return 0, RuleExponent
	}
	for i := range len(text) {
		digit := text[i] - '0'
		if digit > 9 {
			return 0, RuleByte
		}
		exponent = min(exponent*10+int(digit), farExponent)
	}
	if negative {
		exponent = -exponent
	}
	return exponent, ""
}

// BrokenLimit returns the limit of DynamoDB that the number breaks, or "".
func (p Parts) BrokenLimit() Rule {
	switch {
	case p.Digits == 0:
		return ""
	case p.Exponent > MaxExponent:
		return RuleLarge
	case p.Exponent < MinExponent:
		return RuleSmall
	case p.Digits > MaxDigits:
		return RuleDigits
	}
	return ""
}

// Sign returns -1 if the number is negative, 0 if it is 0 or -0, and +1 if it is positive.
func (p Parts) Sign() int {
	switch {
	case p.Digits == 0:
		return 0
	case p.Negative:
		return -1
	}
	return 1
}

// IsInt reports whether the number has no fraction: 5, 5.0 and 5e3 are integers.
func (p Parts) IsInt() bool { return p.Digits == 0 || p.Digits <= p.Exponent+1 }

// AppendDigits appends the significant digits of text, whose parts p are, to b.
func (p Parts) AppendDigits(b []byte, text string) []byte {
	switch {
	case p.Digits == 0:
		return b
	case p.first < p.point && p.point < p.last:
		b = append(b, text[p.first:p.point]...)
		return append(b, text[p.point+1:p.last+1]...)
	}
	return append(b, text[p.first:p.last+1]...)
}
