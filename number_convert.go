package dynamoconn

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// NumberFromInt64 returns v as a Number.
func NumberFromInt64(v int64) Number { return makeNumber(strconv.FormatInt(v, 10)) }

// NumberFromUint64 returns v as a Number.
func NumberFromUint64(v uint64) Number { return makeNumber(strconv.FormatUint(v, 10)) }

// NumberFromFloat64 returns the shortest decimal that reads back as f: 0.1 gives
// 0.1, and negative zero gives -0. Any other text is that of [Number.Canonical].
// NaN, an infinity and a magnitude under 1E-130 or from 1E+126 are
// [ErrInvalidNumber].
func NumberFromFloat64(f float64) (Number, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Number{}, invalidNumber("value is not finite")
	}
	// 24 bytes hold any float64 with an exponent, 64 the plain forms used here.
	var buf [64]byte
	if a := math.Abs(f); a == 0 || a >= 1e-6 && a < 1e38 {
		return makeNumber(string(strconv.AppendFloat(buf[:0], f, 'f', -1, 64))), nil
	}
	return canonicalNumber(string(strconv.AppendFloat(buf[:0], f, 'e', -1, 64)))
}

// NumberFromBigInt returns the value of x, with the text of [Number.Canonical].
//
// Any error is [ErrInvalidNumber]: x is nil, or is 1E+126 or beyond, or has more
// than 38 significant digits. The last is [ErrInexact] too.
func NumberFromBigInt(x *big.Int) (Number, error) {
	if x == nil {
		return Number{}, invalidNumber("value is nil")
	}
	if x.BitLen() > maxNumberBits {
		return Number{}, invalidNumber(ruleNumberLarge)
	}
	return canonicalNumber(x.String())
}

// NumberFromBigFloat returns the exact value of x, with the text of
// [Number.Canonical]; negative zero gives -0. A value that was rounded to binary
// has a long exact value: big.NewFloat(0.1) has 55 digits and is refused, while
// [NumberFromFloat64] takes 0.1 for what it was meant to be.
//
// Any error is [ErrInvalidNumber]: x is nil or infinite, its magnitude is out of
// range, or it has more than 38 significant digits. The last is [ErrInexact] too.
func NumberFromBigFloat(x *big.Float) (Number, error) {
	switch {
	case x == nil:
		return Number{}, invalidNumber("value is nil")
	case x.IsInf():
		return Number{}, invalidNumber("value is not finite")
	case x.Sign() == 0 && x.Signbit():
		return Number{text: "-0"}, nil
	}
	// The magnitude lies from 2**(exp-1) to 2**exp. Out here the number of bits
	// in x.Rat would grow without bound.
	exp := x.MantExp(nil)
	switch {
	case exp > maxNumberBits:
		return Number{}, invalidNumber(ruleNumberLarge)
	case exp < minNumberBits:
		return Number{}, invalidNumber(ruleNumberSmall)
	case int64(x.MinPrec())-int64(exp) > maxFractionDigits:
		return Number{}, inexactValue() // so many binary places, so many decimal ones
	}
	r, _ := x.Rat(nil)
	return NumberFromBigRat(r)
}

// NumberFromBigRat returns the exact value of x, with the text of
// [Number.Canonical].
//
// Any error is [ErrInvalidNumber]: x is nil, its magnitude is out of range, or its
// decimals do not end within 38 significant digits, as those of 1/3 do not. The
// last is [ErrInexact] too.
func NumberFromBigRat(x *big.Rat) (Number, error) {
	if x == nil {
		return Number{}, invalidNumber("value is nil")
	}
	num, den := x.Num(), x.Denom()
	if num.Sign() == 0 {
		return Number{}, nil
	}
	// The magnitude lies strictly between 2**(exp-1) and 2**(exp+1).
	exp := num.BitLen() - den.BitLen()
	switch {
	case exp-1 >= maxNumberBits:
		return Number{}, invalidNumber(ruleNumberLarge)
	case exp+1 < minNumberBits:
		return Number{}, invalidNumber(ruleNumberSmall)
	case den.BitLen() > maxDenominatorBits:
		return Number{}, inexactValue()
	}
	scaled := pow10(maxFractionDigits)
	scaled.Mul(scaled, num)
	_, rest := scaled.QuoRem(scaled, den, new(big.Int))
	if rest.Sign() != 0 {
		return Number{}, inexactValue()
	}
	return canonicalNumber(scaled.String() + "E-" + strconv.Itoa(maxFractionDigits))
}

const (
	maxNumberBits = 419  // 1E+126 is a little under 2**419
	minNumberBits = -431 // 1E-130 is a little over 2**-432

	// The most decimals that a Number can have, and the bits of 10 to that power.
	maxFractionDigits  = -minNumberExponent + maxNumberDigits - 1
	maxDenominatorBits = 555
)

// canonicalNumber checks the limits of a well-formed text of any length.
func canonicalNumber(s string) (Number, error) {
	p, _ := scanNumber(s)
	switch rule := p.brokenLimit(); rule {
	case "":
	case ruleNumberDigits:
		return Number{}, inexactValue()
	default:
		return Number{}, invalidNumber(rule)
	}
	var buf [maxCanonicalText]byte
	return makeNumber(string(appendCanonical(buf[:0], s, p))), nil
}

// Int64 returns the value of n, which may be written in any way: 100, 100.0 and
// 1e2 are all 100. A number with a fraction or beyond int64 is [ErrInexact].
func (n Number) Int64() (int64, error) {
	if v, ok := isCanonicalInt64(n.text); ok {
		return v, nil
	}
	p := n.parts()
	u, err := n.magnitude(p, "int64")
	switch {
	case err != nil:
		return 0, err
	case p.neg && u <= 1<<63:
		return -int64(u), nil
	case u < 1<<63:
		return int64(u), nil
	}
	return 0, inexact("number is beyond int64")
}

// Uint64 is [Number.Int64] for uint64. The value of -0 is 0; any other negative
// number is [ErrInexact].
func (n Number) Uint64() (uint64, error) {
	p := n.parts()
	if p.sign() < 0 {
		return 0, inexact("number is beyond uint64")
	}
	return n.magnitude(p, "uint64")
}

func (n Number) magnitude(p numberParts, goType string) (uint64, error) {
	if !p.isInt() {
		return 0, inexact("number is not an integer")
	}
	if p.exp > 19 { // uint64 ends at 1.8E+19
		return 0, inexact("number is beyond " + goType)
	}
	if p.count == 0 {
		return 0, nil
	}
	var u uint64
	i := p.first
	for place := range p.exp + 1 {
		var d uint64
		if place < p.count {
			if i == p.point {
				i++
			}
			d = uint64(n.text[i] - '0')
			i++
		}
		hi, lo := bits.Mul64(u, 10)
		sum, carry := bits.Add64(lo, d, 0)
		if hi+carry != 0 {
			return 0, inexact("number is beyond " + goType)
		}
		u = sum
	}
	return u, nil
}

// Float64 returns the float64 nearest to n, provided that n can be had back from
// it: [NumberFromFloat64] of the result equals n. So 0.1 converts, and so does
// every number of up to 15 digits; 9007199254740993 and 0.1 followed by many
// digits do not, and neither does an integer such as 1152921504606846976, whose
// shortest form is another number. These are [ErrInexact]; for a rounded value
// give [Number.String] to [strconv.ParseFloat]. -0 gives negative zero.
func (n Number) Float64() (float64, error) {
	p := n.parts()
	if p.count > 17 {
		return 0, inexact("number has more digits than a float64 keeps")
	}
	f, _ := strconv.ParseFloat(n.String(), 64) // float64 reaches further than Number
	if p.count <= 15 {
		return f, nil
	}
	back, err := NumberFromFloat64(f)
	if err != nil || !back.Equal(n) {
		return 0, inexact("number has more digits than a float64 keeps")
	}
	return f, nil
}

// BigInt returns the value of n, in a new Int. A number with a fraction is
// [ErrInexact].
func (n Number) BigInt() (*big.Int, error) {
	p := n.parts()
	if !p.isInt() {
		return nil, inexact("number is not an integer")
	}
	x := n.digits(p)
	return x.Mul(x, pow10(p.exp+1-p.count)), nil
}

// BigFloat returns the exact value of n, in a new Float with a precision of at
// least 64 bits and as many more as n needs. A number that has no exact binary
// form, such as 0.1, is [ErrInexact]; for a rounded value give [Number.String] to
// [big.ParseFloat] with the precision wanted. -0 gives negative zero.
func (n Number) BigFloat() (*big.Float, error) {
	r := n.BigRat()
	den := r.Denom()
	if den.TrailingZeroBits() != uint(den.BitLen()-1) {
		return nil, inexact("number has no exact binary form")
	}
	x := new(big.Float).SetPrec(uint(max(64, r.Num().BitLen()))).SetRat(r)
	if p := n.parts(); p.count == 0 && p.neg {
		x.Neg(x)
	}
	return x, nil
}

// BigRat returns the value of n, which is always exact, in a new Rat.
func (n Number) BigRat() *big.Rat {
	p := n.parts()
	x := n.digits(p)
	if p.isInt() {
		return new(big.Rat).SetInt(x.Mul(x, pow10(p.exp+1-p.count)))
	}
	return new(big.Rat).SetFrac(x, pow10(p.count-1-p.exp))
}

// digits returns the significant digits of n as a signed integer.
func (n Number) digits(p numberParts) *big.Int {
	x := new(big.Int)
	if p.count == 0 {
		return x
	}
	var buf [maxNumberDigits]byte
	x.SetString(string(appendDigits(buf[:0], n.text, p)), 10)
	if p.neg {
		x.Neg(x)
	}
	return x
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

func inexact(rule string) error { return fmt.Errorf("%w: %s", ErrInexact, rule) }

// inexactValue is for a value that DynamoDB could hold only after rounding.
func inexactValue() error {
	return fmt.Errorf("%w, %w: %s", ErrInvalidNumber, ErrInexact, ruleNumberDigits)
}
