package attr

import (
	"math/big"
	"strconv"
	"strings"
)

// The bounds of DynamoDB's number type.
const (
	maxDigits   = 38
	maxExponent = 125  // of the first significant digit
	minExponent = -130 // of the first significant digit
)

// maxParsedExponent bounds the exponent that ParseNumber calculates with. It is
// far beyond the range of numbers, however many digits a request of 16 MiB puts
// before the exponent, and an int of 32 bits holds their sum.
const maxParsedExponent = 1 << 30

// NumberError is the service's message about a text that DynamoDB cannot store as
// a number.
type NumberError string

// Error returns the message.
func (e NumberError) Error() string { return string(e) }

const (
	errNumberOverflow  NumberError = "Number overflow. Attempting to store a number with magnitude larger than supported range"
	errNumberUnderflow NumberError = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
	errNumberPrecision NumberError = "Attempting to store more than 38 significant digits in a Number"
	errNotANumber      NumberError = "The parameter cannot be converted to a numeric value"
)

// Number is an exact decimal of at most 38 significant digits. The zero value
// is the number 0.
type Number struct {
	neg    bool
	digits string // no leading and no trailing zeros; empty for 0
	exp    int    // power of ten of the first digit
}

// ParseNumber reads a number as DynamoDB does: an optional sign, digits with
// an optional point, an optional exponent. The text of an error is the
// service's message. With an error the number is 0: a number that is out of range
// has no text that is safe to write, because its zeros may fill the memory.
func ParseNumber(s string) (Number, error) {
	rest := s
	if rest == "" {
		return Number{}, errNotANumber
	}
	bad := func() (Number, error) {
		return Number{}, errNotANumber + NumberError(": "+s)
	}
	var n Number
	if rest[0] == '+' || rest[0] == '-' {
		n.neg = rest[0] == '-'
		rest = rest[1:]
	}
	mantissa, expText, hasExp := rest, "", false
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		mantissa, expText, hasExp = rest[:i], rest[i+1:], true
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	if len(whole)+len(frac) == 0 || !allDigits(whole) || !allDigits(frac) {
		return bad()
	}
	exp10 := 0
	if hasExp {
		unsigned := strings.TrimPrefix(strings.TrimPrefix(expText, "+"), "-")
		if unsigned == "" || !allDigits(unsigned) || len(expText)-len(unsigned) > 1 {
			return bad()
		}
		v, err := strconv.ParseInt(expText, 10, 64)
		if err != nil {
			return bad()
		}
		exp10 = int(max(-maxParsedExponent, min(maxParsedExponent, v)))
	}
	all := whole + frac
	lead := 0
	for lead < len(all) && all[lead] == '0' {
		lead++
	}
	digits := strings.TrimRight(all[lead:], "0")
	if digits == "" {
		// Zero has no magnitude. The service checks the place of its last digit
		// instead: it refuses 0e126 and accepts 0.0e126.
		if last := exp10 - len(frac); last > maxExponent {
			return Number{}, errNumberOverflow
		} else if last < minExponent {
			return Number{}, errNumberUnderflow
		}
		return Number{}, nil
	}
	n.digits = digits
	n.exp = len(whole) - 1 - lead + exp10
	return n.checked()
}

// checked returns the number, or 0 and an error if DynamoDB cannot store it.
func (n Number) checked() (Number, error) {
	if err := n.checkRange(); err != nil {
		return Number{}, err
	}
	return n, nil
}

// checkRange returns an error if DynamoDB cannot store the number.
func (n Number) checkRange() error {
	switch {
	case n.digits == "":
		return nil
	case n.exp > maxExponent:
		return errNumberOverflow
	case n.exp < minExponent:
		return errNumberUnderflow
	case len(n.digits) > maxDigits:
		return errNumberPrecision
	}
	return nil
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String returns the number as the service writes it: without an exponent and
// without zeros that mean nothing.
func (n Number) String() string {
	if n.digits == "" {
		return "0"
	}
	var b strings.Builder
	if n.neg {
		b.WriteByte('-')
	}
	switch point := n.exp + 1; {
	case point <= 0:
		b.WriteString("0.")
		b.WriteString(strings.Repeat("0", -point))
		b.WriteString(n.digits)
	case point >= len(n.digits):
		b.WriteString(n.digits)
		b.WriteString(strings.Repeat("0", point-len(n.digits)))
	default:
		b.WriteString(n.digits[:point])
		b.WriteByte('.')
		b.WriteString(n.digits[point:])
	}
	return b.String()
}

// Sign returns -1, 0 or +1.
func (n Number) Sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.neg:
		return -1
	}
	return 1
}

// Cmp returns -1, 0 or +1: n is less than m, equal to it, or greater.
func (n Number) Cmp(m Number) int {
	a, b := n.Sign(), m.Sign()
	if a != b {
		if a < b {
			return -1
		}
		return 1
	}
	if a == 0 {
		return 0
	}
	c := 0
	switch {
	case n.exp < m.exp:
		c = -1
	case n.exp > m.exp:
		c = 1
	default:
		c = strings.Compare(n.digits, m.digits)
	}
	return c * a
}

// Add returns n + m, which is exact. A sum that is out of range or has more
// than 38 digits is an error with the service's message as its text.
func (n Number) Add(m Number) (Number, error) {
	if n.digits == "" {
		return m, nil
	}
	if m.digits == "" {
		return n, nil
	}
	an, ae := n.integerAndExponent()
	bn, be := m.integerAndExponent()
	low := min(ae, be)
	an.Mul(an, pow10(ae-low))
	bn.Mul(bn, pow10(be-low))
	sum := an.Add(an, bn)
	if sum.Sign() == 0 {
		return Number{}, nil
	}
	out := Number{neg: sum.Sign() < 0}
	text := sum.Abs(sum).String()
	out.exp = len(text) - 1 + low
	out.digits = strings.TrimRight(text, "0")
	if len(out.digits) > maxDigits {
		return Number{}, errNumberPrecision // checked before the magnitude, unlike in a number that was given
	}
	return out.checked()
}

// Sub returns n - m; see [Number.Add].
func (n Number) Sub(m Number) (Number, error) {
	if m.digits != "" {
		m.neg = !m.neg
	}
	return n.Add(m)
}

// integerAndExponent returns the number as integer × 10^exponent.
func (n Number) integerAndExponent() (*big.Int, int) {
	i, _ := new(big.Int).SetString(n.digits, 10)
	if n.neg {
		i.Neg(i)
	}
	return i, n.exp - len(n.digits) + 1
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
