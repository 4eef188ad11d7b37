package dynamoconn

import (
	"fmt"
	"math"
	"math/big"
	"strconv"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
)

// NumberFromInt64 returns v as a Number.
func NumberFromInt64(v int64) Number { return makeNumber(strconv.FormatInt(v, 10)) }

// NumberFromUint64 returns v as a Number.
func NumberFromUint64(v uint64) Number { return makeNumber(strconv.FormatUint(v, 10)) }

// NumberFromFloat64 returns the shortest decimal that reads back as f: 0.1 gives
// 0.1, and negative zero gives -0. Any other text is as [Number.Canonical] writes
// it. NaN, an infinity and a magnitude under 1E-130 or from 1E+126 are
// [ErrInvalidNumber].
func NumberFromFloat64(f float64) (Number, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Number{}, invalidNumber("value is NaN or infinite")
	}
	// A float64 with an exponent takes up to 24 bytes, a plain one of this range up to 64.
	var buf [64]byte
	if a := math.Abs(f); a == 0 || a >= 1e-6 && a < 1e38 {
		return makeNumber(string(strconv.AppendFloat(buf[:0], f, 'f', -1, 64))), nil
	}
	return canonicalNumber(string(strconv.AppendFloat(buf[:0], f, 'e', -1, 64)))
}

// NumberFromBigInt returns the value of x, written as [Number.Canonical] writes it.
//
// Any error is [ErrInvalidNumber]: x is nil, or is 1E+126 or beyond, or has more
// than 38 significant digits, which is [ErrInexact] too.
func NumberFromBigInt(x *big.Int) (Number, error) {
	if x == nil {
		return Number{}, invalidNumber("value is nil")
	}
	if x.BitLen() > maxNumberBits {
		return Number{}, invalidNumber(decimal.RuleLarge)
	}
	return canonicalNumber(x.String())
}

// NumberFromBigFloat returns the exact value of x, written as [Number.Canonical]
// writes it; negative zero gives -0. A value that was rounded to binary is exactly
// a long decimal: big.NewFloat(0.1) has 55 digits and is refused, while
// [NumberFromFloat64] of 0.1 gives 0.1.
//
// Any error is [ErrInvalidNumber]: x is nil or infinite, its magnitude is out of
// range, or it has more than 38 significant digits, which is [ErrInexact] too.
func NumberFromBigFloat(x *big.Float) (Number, error) {
	switch {
	case x == nil:
		return Number{}, invalidNumber("value is nil")
	case x.IsInf():
		return Number{}, invalidNumber("value is NaN or infinite")
	case x.Sign() == 0 && x.Signbit():
		return Number{text: "-0"}, nil
	}
	// The magnitude is 2**(exp-1) to 2**exp. Outside this range x.Rat could take any
	// amount of memory.
	exp := x.MantExp(nil)
	switch {
	case exp > maxNumberBits:
		return Number{}, invalidNumber(decimal.RuleLarge)
	case exp < minNumberBits:
		return Number{}, invalidNumber(decimal.RuleSmall)
	case int64(x.MinPrec())-int64(exp) > maxFractionDigits:
		return Number{}, inexactValue() // it has as many decimal places as binary ones
	}
	r, _ := x.Rat(nil)
	return NumberFromBigRat(r)
}

// NumberFromBigRat returns the exact value of x, written as [Number.Canonical]
// writes it.
//
// Any error is [ErrInvalidNumber]: x is nil, its magnitude is out of range, or it
// has more than 38 significant digits, as 1/3 has, which is [ErrInexact] too.
func NumberFromBigRat(x *big.Rat) (Number, error) {
	if x == nil {
		return Number{}, invalidNumber("value is nil")
	}
	num, den := x.Num(), x.Denom()
	if num.Sign() == 0 {
		return Number{}, nil
	}
	// The magnitude is more than 2**(exp-1) and less than 2**(exp+1).
	exp := num.BitLen() - den.BitLen()
	switch {
	case exp-1 >= maxNumberBits:
		return Number{}, invalidNumber(decimal.RuleLarge)
	case exp+1 < minNumberBits:
		return Number{}, invalidNumber(decimal.RuleSmall)
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
	maxFractionDigits  = -decimal.MinExponent + decimal.MaxDigits - 1
	maxDenominatorBits = 555
)

// canonicalNumber checks the limits of a well-formed text of any length.
func canonicalNumber(s string) (Number, error) {
	p, _ := decimal.Scan(s)
	switch rule := p.BrokenLimit(); rule {
	case "":
	case decimal.RuleDigits:
		return Number{}, inexactValue()
	default:
		return Number{}, invalidNumber(rule)
	}
	var buf [decimal.MaxCanonical]byte
	return makeNumber(string(decimal.AppendCanonical(buf[:0], s))), nil
}

// Int64 returns the value of n, which may be written in any way: 100, 100.0 and
// 1e2 are all 100. A number with a fraction or beyond int64 is [ErrInexact].
func (n Number) Int64() (int64, error) {
	if v, ok := decimal.ParseInt64(n.text); ok {
		return v, nil
	}
	p := n.parts()
	u, err := n.magnitude(p, "int64")
	switch {
	case err != nil:
		return 0, err
	case p.Negative && u <= 1<<63:
		return -int64(u), nil
	case u < 1<<63:
		return int64(u), nil
	}
	return 0, inexact("number is beyond int64")
}

// Uint64 is [Number.Int64] for uint64. -0 is 0; any other negative number is
// [ErrInexact].
func (n Number) Uint64() (uint64, error) {
	p := n.parts()
	if p.Sign() < 0 {
		return 0, inexact("number is beyond uint64")
	}
	return n.magnitude(p, "uint64")
}

// magnitude returns n without its sign.
func (n Number) magnitude(p decimal.Parts, goType string) (uint64, error) {
	if !p.IsInt() {
		return 0, inexact("number is not an integer")
	}
	u, ok := p.Uint64(n.text)
	if !ok {
		return 0, inexact("number is beyond " + goType)
	}
	return u, nil
}

// Float64 returns the float64 nearest to n, if [NumberFromFloat64] of it equals n.
// 0.1 converts, and so does every number of up to 15 digits. 9007199254740993 and
// 0.1 followed by many digits do not, and neither does 1152921504606846976: the
// shortest text of that float64 is another number. These are [ErrInexact]. For a
// rounded value give [Number.String] to [strconv.ParseFloat]. -0 gives negative
// zero.
func (n Number) Float64() (float64, error) {
	p := n.parts()
	if p.Digits > 17 {
		return 0, inexact("number has more digits than a float64 keeps")
	}
	f, _ := strconv.ParseFloat(n.String(), 64) // float64 reaches further than Number
	if p.Digits <= 15 {
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
	if !p.IsInt() {
		return nil, inexact("number is not an integer")
	}
	x := n.significand(p)
	return x.Mul(x, pow10(p.Exponent+1-p.Digits)), nil
}

// BigFloat returns the exact value of n, in a new Float with a precision of at
// least 64 bits and as many more as n needs. A number that has no exact binary
// form, such as 0.1, is [ErrInexact]. For a rounded value give [Number.String] to
// [big.ParseFloat] with the precision that you want. -0 gives negative zero.
func (n Number) BigFloat() (*big.Float, error) {
	r := n.BigRat()
	den := r.Denom()
	if den.TrailingZeroBits() != uint(den.BitLen()-1) {
		return nil, inexact("number has no exact binary form")
	}
	x := new(big.Float).SetPrec(uint(max(64, r.Num().BitLen()))).SetRat(r)
	if p := n.parts(); p.Digits == 0 && p.Negative {
		x.Neg(x)
	}
	return x, nil
}

// BigRat returns the value of n in a new Rat. It is always exact.
func (n Number) BigRat() *big.Rat {
	p := n.parts()
	x := n.significand(p)
	if p.IsInt() {
		return new(big.Rat).SetInt(x.Mul(x, pow10(p.Exponent+1-p.Digits)))
	}
	return new(big.Rat).SetFrac(x, pow10(p.Digits-1-p.Exponent))
}

// significand returns the significant digits of n as a signed integer.
func (n Number) significand(p decimal.Parts) *big.Int {
	x := new(big.Int)
	if p.Digits == 0 {
		return x
	}
	var buf [decimal.MaxDigits]byte
	x.SetString(string(p.AppendDigits(buf[:0], n.text)), 10)
	if p.Negative {
		x.Neg(x)
	}
	return x
}

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

func inexact(rule string) error { return fmt.Errorf("%w: %s", ErrInexact, rule) }

// inexactValue is the error for a value that DynamoDB could hold only rounded.
func inexactValue() error {
	return fmt.Errorf("%w, %w: %s", ErrInvalidNumber, ErrInexact, decimal.RuleDigits)
}
