package dynamoconn

import (
	"math"
	"math/big"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNumberInt64(t *testing.T) {
	t.Parallel()
	accepted := map[string]int64{
		"0": 0, "-0": 0, "0e99": 0, "7": 7, "007": 7, "+7": 7, "7.00": 7, "1e2": 100, "-1.5e1": -15, "12300e-2": 123,
		"9223372036854775807":      math.MaxInt64,
		"9223372036854775807.0":    math.MaxInt64,
		"9.223372036854775807E18":  math.MaxInt64,
		"-9223372036854775808":     math.MinInt64,
		"-9.223372036854775808e18": math.MinInt64,
		"-09223372036854775808":    math.MinInt64,
	}
	for s, want := range accepted {
		got, err := MustNumber(s).Int64()
		require.NoError(t, err, "%q", s)
		assert.Equal(t, want, got, "%q", s)
	}
	for _, s := range []string{
		"0.5", "-0.1", "1.5", "1E-130", "15e-1", "9223372036854775808", "+9223372036854775808.0",
		"-9223372036854775809", "-9.223372036854775809e18", "18446744073709551615", "18446744073709551616",
		"18446744073709551617", "1e19", "1e20", "99999999999999999999", "1E125", "-1E125", digitsOf(38),
	} {
		got, err := MustNumber(s).Int64()
		assert.ErrorIs(t, err, ErrInexact, "%q", s)
		assert.NotErrorIs(t, err, ErrInvalidNumber, "%q", s)
		assert.Zero(t, got)
	}
}

func TestNumberUint64(t *testing.T) {
	t.Parallel()
	accepted := map[string]uint64{
		"0": 0, "-0": 0, "-0.00": 0, "7": 7, "1e2": 100, "1e19": 1e19,
		"9223372036854775808":      1 << 63,
		"18446744073709551615":     math.MaxUint64,
		"1.8446744073709551615e19": math.MaxUint64,
	}
	for s, want := range accepted {
		got, err := MustNumber(s).Uint64()
		require.NoError(t, err, "%q", s)
		assert.Equal(t, want, got, "%q", s)
	}
	for _, s := range []string{
		"-1", "-0.5", "0.5", "18446744073709551616", "18446744073709551620", "2e19", "99999999999999999999",
		"1e20", "1E125", "1.84467440737095516155e19",
	} {
		got, err := MustNumber(s).Uint64()
		assert.ErrorIs(t, err, ErrInexact, "%q", s)
		assert.Zero(t, got)
	}
}

func TestNumberIntegersAgreeWithBigInt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(numberText(), rapid.StringMatching(`-?[0-9]{17,20}(\.0)?`),
			rapid.Custom(func(t *rapid.T) string { return strconv.FormatUint(rapid.Uint64().Draw(t, "u"), 10) }),
		).Draw(t, "text")
		n, err := ParseNumber(s)
		if err != nil {
			t.Skip("out of range")
		}
		rat, _ := oracleNumber(s)
		isInt64 := rat.IsInt() && rat.Num().IsInt64()
		i, err := n.Int64()
		require.Equal(t, isInt64, err == nil, "%q", s)
		if isInt64 {
			require.Equal(t, rat.Num().Int64(), i)
			require.True(t, NumberFromInt64(i).Equal(n))
		}
		isUint64 := rat.IsInt() && rat.Num().IsUint64()
		u, err := n.Uint64()
		require.Equal(t, isUint64, err == nil, "%q", s)
		if isUint64 {
			require.Equal(t, rat.Num().Uint64(), u)
			require.True(t, NumberFromUint64(u).Equal(n))
		}
		x, err := n.BigInt()
		require.Equal(t, rat.IsInt(), err == nil, "%q", s)
		if err == nil {
			require.Equal(t, rat.Num().String(), x.String())
		} else {
			require.ErrorIs(t, err, ErrInexact)
		}
	})
}

// A number beyond 64 bits must be refused, not cut to 64 bits.
func TestNumberIntegersEndAtTheirBounds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint64{
		"9223372036854775807": math.MaxInt64, "9223372036854775808": 1 << 63, "18446744073709551615": math.MaxUint64, "1.8446744073709551615E19": math.MaxUint64,
	} {
		got, err := MustNumber(text).Uint64()
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"18446744073709551616", "18446744073709551617", "36893488147419103232", "99999999999999999999", "2E19", "-1"} {
		got, err := MustNumber(text).Uint64()
		assert.ErrorIs(t, err, ErrInexact, text)
		assert.Zero(t, got, text)
	}
	for _, text := range []string{"9223372036854775808", "-9223372036854775809", "18446744073709551616", "-18446744073709551617"} {
		got, err := MustNumber(text).Int64()
		assert.ErrorIs(t, err, ErrInexact, text)
		assert.Zero(t, got, text)
	}
}

func TestNumberFromIntegers(t *testing.T) {
	t.Parallel()
	for _, v := range []int64{0, 1, -1, 99, 100, math.MaxInt64, math.MinInt64} {
		n := NumberFromInt64(v)
		assert.Equal(t, strconv.FormatInt(v, 10), n.String())
		assert.Equal(t, n, n.Canonical())
		back, err := n.Int64()
		require.NoError(t, err)
		assert.Equal(t, v, back)
	}
	for _, v := range []uint64{0, 1, math.MaxUint64} {
		n := NumberFromUint64(v)
		assert.Equal(t, strconv.FormatUint(v, 10), n.String())
		back, err := n.Uint64()
		require.NoError(t, err)
		assert.Equal(t, v, back)
	}
}

func TestNumberFromFloat64(t *testing.T) {
	t.Parallel()
	accepted := map[float64]string{
		0: "0", 1: "1", -2.5: "-2.5", 0.1: "0.1", 1.0 / 3: "0.3333333333333333", 1e21: "1000000000000000000000",
		1e37: "1" + strings.Repeat("0", 37), 1e38: "1E38", 1.5e40: "1.5E40", 1e-6: "0.000001", 1e-7: "1E-7",
		1e125: "1E125", math.Nextafter(1e126, 0): "9.999999999999998E125", 1e-130: "1E-130", -1e-130: "-1E-130",
		math.MaxInt64: "9223372036854776000", math.Pi: "3.141592653589793",
	}
	for f, want := range accepted {
		n, err := NumberFromFloat64(f)
		require.NoError(t, err, "%g", f)
		assert.Equal(t, want, n.String())
		assert.Equal(t, n, n.Canonical())
	}
	n, err := NumberFromFloat64(math.Copysign(0, -1))
	require.NoError(t, err)
	assert.Equal(t, "-0", n.String())
	for _, f := range []float64{
		math.NaN(), math.Inf(1), math.Inf(-1), math.SmallestNonzeroFloat64, 5e-324, 1e308, -math.MaxFloat64,
		1e126, -1e126, 9.9e-131, math.Nextafter(1e-130, 0), math.Nextafter(1e126, 1e127),
	} {
		n, err := NumberFromFloat64(f)
		assert.ErrorIs(t, err, ErrInvalidNumber, "%g", f)
		assert.NotErrorIs(t, err, ErrInexact, "%g", f)
		assert.Equal(t, Number{}, n)
	}
}

func TestNumberFloat64ReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.OneOf(rapid.Float64Range(-1e126, 1e126), rapid.Float64Range(-10, 10),
			rapid.Float64Range(-1e-120, 1e-120), rapid.Float64Range(1e37, 2e38)).Draw(t, "f")
		n, err := NumberFromFloat64(f)
		if a := math.Abs(f); a != 0 && (a < 1e-130 || a >= 1e126) {
			require.ErrorIs(t, err, ErrInvalidNumber)
			return
		}
		require.NoError(t, err)
		back, err := n.Float64()
		require.NoError(t, err)
		require.Equal(t, math.Float64bits(f), math.Float64bits(back))
		if f != 0 {
			require.Equal(t, n, n.Canonical())
		}
		checkNumber(t, n.String())
	})
}

func TestNumberFloat64(t *testing.T) {
	t.Parallel()
	accepted := map[string]float64{
		"0": 0, "0.1": 0.1, "1.10": 1.1, "+.5": 0.5, "5.": 5, "1e2": 100, "123456789012345": 123456789012345,
		"9007199254740992": 1 << 53, "9007199254740994": 1<<53 + 2, "0.30000000000000004": math.Nextafter(0.3, 1),
		"1E-130": 1e-130, "-9.99999999999999E125": -9.99999999999999e125, "0.1000000000000000000000000000": 0.1,
		"1152921504606847000": 1 << 60, "0e999999999999": 0, strings.Repeat("0", 250) + "1.5": 1.5,
	}
	for s, want := range accepted {
		got, err := MustNumber(s).Float64()
		require.NoError(t, err, "%q", s)
		assert.Equal(t, want, got, "%q", s)
	}
	for _, s := range []string{
		"9007199254740993", "0.12345678901234567", "1152921504606846976", "0.1000000000000000000000000001",
		"9223372036854775807", digitsOf(38), "9.9999999999999999999999999999999999999E125", "9.999999999999999e125",
	} {
		got, err := MustNumber(s).Float64()
		assert.ErrorIs(t, err, ErrInexact, "%q", s)
		assert.Zero(t, got)
	}
	negative, err := MustNumber("-0.0").Float64()
	require.NoError(t, err)
	assert.True(t, math.Signbit(negative))
}

// big.Rat checks the definition: every conversion is lossless or refused.
func TestNumberFloat64Definition(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(numberText(), rapid.StringMatching(`-?[1-9]\.[0-9]{14,17}(E-?[1-9][0-9]?)?`)).Draw(t, "text")
		want, ok := oracleNumber(s)
		if !ok {
			t.Skip("out of range")
		}
		nearest, _ := new(big.Rat).Set(want).Float64()
		shortest, _ := new(big.Rat).SetString(strconv.FormatFloat(nearest, 'g', -1, 64))
		f, err := MustNumber(s).Float64()
		if shortest.Cmp(want) != 0 {
			require.ErrorIs(t, err, ErrInexact, "%q", s)
			return
		}
		require.NoError(t, err, "%q", s)
		require.InDelta(t, nearest, f, 0, "%q", s)
	})
}

func bigInt(t require.TestingT, s string) *big.Int {
	x, ok := new(big.Int).SetString(s, 10)
	require.True(t, ok)
	return x
}

func TestNumberFromBigInt(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("0", 125)
	accepted := map[string]string{
		"0": "0", "-5": "-5", digitsOf(38): digitsOf(38), "1" + zeros: "1E125",
		"-" + strings.Repeat("9", 38) + zeros[:88]: "-9.9999999999999999999999999999999999999E125",
		digitsOf(38) + "0":                         "1.2345678912345678912345678912345678912E38",
	}
	for s, want := range accepted {
		x := bigInt(t, s)
		n, err := NumberFromBigInt(x)
		require.NoError(t, err, "%q", s)
		assert.Equal(t, want, n.String())
		back, err := n.BigInt()
		require.NoError(t, err)
		assert.Zero(t, x.Cmp(back), "%q", s)
	}
	refused := []*big.Int{
		nil, bigInt(t, "1"+zeros+"0"), new(big.Int).Lsh(big.NewInt(1), 419), new(big.Int).Lsh(big.NewInt(-1), 1<<24),
	}
	for _, x := range refused {
		_, err := NumberFromBigInt(x)
		assert.ErrorIs(t, err, ErrInvalidNumber)
		assert.NotErrorIs(t, err, ErrInexact)
	}
	for _, s := range []string{digitsOf(39), "-" + digitsOf(120), "1" + zeros[:124] + "1"} {
		_, err := NumberFromBigInt(bigInt(t, s))
		assert.ErrorIs(t, err, ErrInvalidNumber, s)
		assert.ErrorIs(t, err, ErrInexact, s)
	}
}

func TestNumberFromBigRat(t *testing.T) {
	t.Parallel()
	rat := func(s string) *big.Rat {
		x, ok := new(big.Rat).SetString(s)
		require.True(t, ok, s)
		return x
	}
	accepted := map[string]string{
		"0": "0", "-0": "0", "1/8": "0.125", "-7/5": "-1.4", "3": "3", "1e125": "1E125", "1e-130": "1E-130",
		digitsOf(38) + "e-167":            "1.2345678912345678912345678912345678912E-130",
		strings.Repeat("1", 38) + "e-167": "1.1111111111111111111111111111111111111E-130",
		"1/" + new(big.Int).Exp(big.NewInt(5), big.NewInt(54), nil).String(): "1.8014398509481984E-38", // 2**54 E-54
	}
	for s, want := range accepted {
		n, err := NumberFromBigRat(rat(s))
		require.NoError(t, err, s)
		assert.Equal(t, want, n.String())
		assert.Equal(t, n, n.Canonical())
	}
	huge := new(big.Int).Lsh(big.NewInt(1), 1<<22)
	refused := []*big.Rat{
		nil, rat("1e126"), rat("-1e126"), rat("1e-131"), rat("9e-131"), new(big.Rat).SetInt(huge),
		new(big.Rat).SetFrac(big.NewInt(1), huge),
	}
	for _, x := range refused {
		_, err := NumberFromBigRat(x)
		assert.ErrorIs(t, err, ErrInvalidNumber)
		assert.NotErrorIs(t, err, ErrInexact)
	}
	inexact := []*big.Rat{
		rat("1/3"), rat("100/7"), rat(digitsOf(39)), rat(digitsOf(39) + "e-150"), rat("1/" + digitsOf(100)),
		new(big.Rat).SetFrac(new(big.Int).Add(huge, big.NewInt(1)), huge),
		new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 130)),
	}
	for _, x := range inexact {
		_, err := NumberFromBigRat(x)
		assert.ErrorIs(t, err, ErrInvalidNumber)
		assert.ErrorIs(t, err, ErrInexact)
	}
}

func TestNumberBigRatReadsBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := numberText().Draw(t, "text")
		n, err := ParseNumber(s)
		if err != nil {
			t.Skip("out of range")
		}
		rat := n.BigRat()
		back, err := NumberFromBigRat(rat)
		require.NoError(t, err)
		require.Equal(t, n.Canonical(), back)
		require.Equal(t, rat.String(), n.BigRat().String(), "the argument was changed")

		// A big.Float is refused unless it equals the number.
		x, err := n.BigFloat()
		exact := new(big.Float).SetPrec(2000).SetRat(rat)
		exactRat, _ := exact.Rat(nil)
		require.Equal(t, exactRat.Cmp(rat) == 0, err == nil, "%q", s)
		if err != nil {
			require.ErrorIs(t, err, ErrInexact)
			return
		}
		got, _ := x.Rat(nil)
		require.Equal(t, rat.String(), got.String())
		back, err = NumberFromBigFloat(x)
		require.NoError(t, err)
		require.True(t, n.Equal(back))
	})
}

func TestNumberBigFloat(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]float64{"0": 0, "0.5": 0.5, "-3.1250": -3.125, "1e22": 1e22} {
		x, err := MustNumber(s).BigFloat()
		require.NoError(t, err, s)
		got, accuracy := x.Float64()
		assert.Equal(t, want, got)
		assert.Equal(t, big.Exact, accuracy)
		assert.GreaterOrEqual(t, x.Prec(), uint(64))
	}
	for _, s := range []string{"0.1", "-0.3", "1E-130", "1.2"} {
		_, err := MustNumber(s).BigFloat()
		assert.ErrorIs(t, err, ErrInexact, s)
	}
	x, err := MustNumber("9.9999999999999999999999999999999999999E125").BigFloat()
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("9", 38)+strings.Repeat("0", 88), x.Text('f', 0))
	x, err = MustNumber("-0").BigFloat()
	require.NoError(t, err)
	assert.True(t, x.Signbit())
}

func TestNumberFromBigFloat(t *testing.T) {
	t.Parallel()
	shifted := func(mantissa float64, exp int) *big.Float {
		return new(big.Float).SetMantExp(big.NewFloat(mantissa), exp)
	}
	accepted := map[string]*big.Float{
		"0": new(big.Float), "-0": new(big.Float).Neg(new(big.Float)), "0.5": big.NewFloat(0.5),
		"-1024": shifted(-1, 10), "10000000000000000000000": big.NewFloat(1e22), "9.5367431640625E-7": shifted(1, -20),
		"9.31322574615478515625E-10": shifted(1, -30),
	}
	for s, x := range accepted {
		n, err := NumberFromBigFloat(x)
		require.NoError(t, err, s)
		assert.Equal(t, s, n.String())
	}
	infinite := new(big.Float).SetInf(true)
	refused := []*big.Float{
		nil, infinite, shifted(1, 419), shifted(-1, 420), shifted(1, -433), shifted(1, big.MaxExp-1),
		shifted(-1, big.MinExp+1), new(big.Float).SetInt(bigInt(t, "1"+strings.Repeat("0", 126))),
	}
	for i, x := range refused {
		_, err := NumberFromBigFloat(x)
		assert.ErrorIs(t, err, ErrInvalidNumber, i)
		assert.NotErrorIs(t, err, ErrInexact, i)
	}
	long := new(big.Float).SetPrec(1 << 20).SetInt64(1)
	long.Add(long, shifted(1, -1<<19))
	for i, x := range []*big.Float{big.NewFloat(0.1), shifted(1, -130), shifted(1, 200), shifted(1.9, -432), long} {
		_, err := NumberFromBigFloat(x)
		assert.ErrorIs(t, err, ErrInvalidNumber, i)
		assert.ErrorIs(t, err, ErrInexact, i)
	}
}

func TestNumberFromHugeBigFloatTakesNoMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, exp := range []int{big.MaxExp - 1, big.MinExp + 1} {
		_, err := NumberFromBigFloat(new(big.Float).SetMantExp(big.NewFloat(1), exp))
		require.ErrorIs(t, err, ErrInvalidNumber)
	}
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}
