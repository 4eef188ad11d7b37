package decimal

import (
	"strconv"
	"strings"
)

// A canonical text is plain while the exponent lies in this range.
const (
	minPlainExponent = -6
	maxPlainExponent = MaxDigits - 1
)

// MaxCanonical is the most bytes of a canonical text: a sign, "0.", 5 zeros and 38
// digits.
const MaxCanonical = 46

// AppendCanonical appends the one text to b that all numbers equal to text share.
//
// It has no plus sign and no needless zero, and 0 has no sign. It is plain from 0.000001
// up to 38 digits before the point. Elsewhere it has one digit before the point and an
// exponent: 1.5E40, -1E-130.
func AppendCanonical(b []byte, text string) []byte {
	p, _ := Scan(text)
	if p.Digits == 0 {
		return append(b, '0')
	}
	if p.Negative {
		b = append(b, '-')
	}
	var buf [MaxDigits]byte
	digits := p.AppendDigits(buf[:0], text)
	switch {
	case p.Exponent < minPlainExponent || p.Exponent > maxPlainExponent:
		b = append(b, digits[0])
		if p.Digits > 1 {
			b = append(b, '.')
			b = append(b, digits[1:]...)
		}
		b = append(b, 'E')
		return strconv.AppendInt(b, int64(p.Exponent), 10)
	case p.Exponent < 0:
		b = append(b, "0."...)
		b = appendZeros(b, -p.Exponent-1)
		return append(b, digits...)
	case p.IsInt():
		b = append(b, digits...)
		return appendZeros(b, p.Exponent+1-p.Digits)
	}
	b = append(b, digits[:p.Exponent+1]...)
	b = append(b, '.')
	return append(b, digits[p.Exponent+1:]...)
}

func appendZeros(b []byte, n int) []byte {
	for range n {
		b = append(b, '0')
	}
	return b
}

// AppendJSON appends text to b as a JSON number with all its digits. It changes only what
// JSON forbids: a plus sign goes, so do zeros that lead and a point that ends the digits,
// and .5 becomes 0.5.
func AppendJSON(b []byte, text string) []byte {
	text = strings.TrimPrefix(text, "+")
	if text != "" && text[0] == '-' {
		b = append(b, '-')
		text = text[1:]
	}
	mantissa, exponent := text, ""
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		mantissa, exponent = text[:i], text[i:]
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
