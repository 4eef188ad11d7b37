package decimal

import (
	"math/bits"
	"strings"
)

// ParseInt64 returns the value of text if text is exactly what [strconv.FormatInt]
// prints for it, which "-0", "007", "+1" and "1.0" are not. It takes any text.
func ParseInt64(text string) (int64, bool) {
	digits := strings.TrimPrefix(text, "-")
	negative := len(digits) != len(text)
	if digits == "" || len(digits) > 19 {
		return 0, false
	}
	if digits[0] == '0' {
		return 0, text == "0"
	}
	var u uint64 // 19 digits cannot overflow it
	for i := range len(digits) {
		digit := digits[i] - '0'
		if digit > 9 {
			return 0, false
		}
		u = u*10 + uint64(digit)
	}
	if negative {
		return -int64(u), u <= 1<<63
	}
	return int64(u), u < 1<<63
}

// Uint64 returns the magnitude of text, whose parts p are and which is an integer, and
// whether it is within uint64.
func (p Parts) Uint64(text string) (uint64, bool) {
	if p.Digits == 0 {
		return 0, true
	}
	if p.Exponent > 19 { // uint64 ends at 1.8E+19
		return 0, false
	}
	var u uint64
	i := p.first
	for place := range p.Exponent + 1 {
		var digit uint64
		if place < p.Digits {
			if i == p.point {
				i++
			}
			digit = uint64(text[i] - '0')
			i++
		}
		hi, lo := bits.Mul64(u, 10)
		sum, carry := bits.Add64(lo, digit, 0)
		if hi+carry != 0 {
			return 0, false
		}
		u = sum
	}
	return u, true
}
