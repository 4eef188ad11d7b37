package attr

import (
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestNumberTextHasNoExponentAndNoExtraZeros(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "0.0": "0", "0e125": "0", "0.0e126": "0", "-0e-130": "0", "+5": "5", "00012": "12", ".5": "0.5", "5.": "5",
		"1.10": "1.1", "1E2": "100", "-1.5e-3": "-0.0015", "12.50e1": "125",
		"1E+125": "1" + strings.Repeat("0", 125),
		"1e-130": "0." + strings.Repeat("0", 129) + "1",
		"1234567890123456789012345678901234567800000": "1234567890123456789012345678901234567800000",
	} {
		n, err := ParseNumber(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, n.String(), in)
	}
}

func TestNumberRefusesWhatTheServiceRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":      errNotANumber.Error(),
		"abc":   errNotANumber.Error() + ": abc",
		" 1":    errNotANumber.Error() + ":  1",
		"1_0":   errNotANumber.Error() + ": 1_0",
		"0x1":   errNotANumber.Error() + ": 0x1",
		"NaN":   errNotANumber.Error() + ": NaN",
		"1e":    errNotANumber.Error() + ": 1e",
		"1e+-":  errNotANumber.Error() + ": 1e+-",
		".":     errNotANumber.Error() + ": .",
		"--1":   errNotANumber.Error() + ": --1",
		"1e126": errNumberOverflow.Error(), "1E400": errNumberOverflow.Error(),
		"1e-131": errNumberUnderflow.Error(),
		"123456789012345678901234567890123456789": errNumberPrecision.Error(),
		// The exponent is read as 64 bits. For zero the place of the last digit is
		// checked.
		"1e999999999999":        errNumberOverflow.Error(),
		"1e-999999999999":       errNumberUnderflow.Error(),
		"1e9223372036854775808": errNotANumber.Error() + ": 1e9223372036854775808",
		"0e126":                 errNumberOverflow.Error(),
		"0.0e127":               errNumberOverflow.Error(),
		"0e-131":                errNumberUnderflow.Error(),
		"0.000e-128":            errNumberUnderflow.Error(),
	} {
		_, err := ParseNumber(in)
		require.Error(t, err, in)
		assert.Equal(t, want, err.Error(), in)
	}
}

// The sizes were measured at the service, to the byte, with items that were just
// small enough and items that were just too large.
func TestSizeOfANumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		"0": 1, "-0": 1, "1": 2, "12": 2, "123": 3, "1234": 3, "123456": 4, "0042": 2, "100": 2, "1010": 3, "-42": 3,
		"12345678901234567890123456789012345678": 20, "1E125": 2, "1E-100": 2, "0.0000001": 2, "0.15": 2,
		"1.5": 3, "1.200": 3, "1.234": 4, "3.14159": 5, "100.5": 4,
	} {
		n, err := ParseNumber(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, FromNumber(n).Size(), in)
	}
}

func genNumber() *rapid.Generator[Number] {
	return rapid.Custom(func(t *rapid.T) Number {
		digits := rapid.StringMatching(`[1-9][0-9]{0,16}`).Draw(t, "digits")
		exp := rapid.IntRange(-20, 2).Draw(t, "exp")
		sign := rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign")
		n, err := ParseNumber(sign + digits + "e" + strconv.Itoa(exp))
		if err != nil {
			t.Fatal(err)
		}
		return n
	})
}

func exactValue(n Number) *big.Rat {
	r, _ := new(big.Rat).SetString(n.String())
	return r
}

func TestArithmeticAndOrderAgreeWithExactRationals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := genNumber().Draw(t, "a"), genNumber().Draw(t, "b")
		if got, want := a.Cmp(b), exactValue(a).Cmp(exactValue(b)); got != want {
			t.Fatalf("Cmp(%v, %v) = %d, want %d", a, b, got, want)
		}
		ka, kb := string(a.appendKey(nil)), string(b.appendKey(nil))
		if got, want := strings.Compare(ka, kb), exactValue(a).Cmp(exactValue(b)); got != want {
			t.Fatalf("keys of %v and %v compare %d, want %d", a, b, got, want)
		}
		sum, err := a.Add(b)
		exact := new(big.Rat).Add(exactValue(a), exactValue(b))
		if err != nil {
			if err.Error() != errNumberPrecision.Error() {
				t.Fatal(err)
			}
			return
		}
		if exactValue(sum).Cmp(exact) != 0 {
			t.Fatalf("%v + %v = %v, want %v", a, b, sum, exact)
		}
		back, err := sum.Sub(b)
		if err != nil || back.Cmp(a) != 0 {
			t.Fatalf("%v - %v = %v (%v), want %v", sum, b, back, err, a)
		}
	})
}

func TestArithmeticRefusesNumbersOutOfRange(t *testing.T) {
	t.Parallel()
	nines, _ := ParseNumber(strings.Repeat("9", 38))
	tenth, _ := ParseNumber("0.1")
	huge, _ := ParseNumber("9.9e125")
	_, err := nines.Add(tenth)
	assert.EqualError(t, err, errNumberPrecision.Error())
	_, err = huge.Add(huge)
	assert.EqualError(t, err, errNumberOverflow.Error())
	full, _ := ParseNumber("-" + strings.Repeat("9", 38) + "e88")
	_, err = full.Add(full)
	assert.EqualError(t, err, errNumberPrecision.Error(), "the digits are checked before the magnitude")
	zero, err := tenth.Sub(tenth)
	require.NoError(t, err)
	assert.Equal(t, "0", zero.String())
}

// The text of a number out of range could fill the memory with zeros, so there is none.
func TestNumberThatIsRefusedIsZero(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"1e126", "-1e99999999999", "1e-131", "1e-99999999999", strings.Repeat("7", 39)} {
		n, err := ParseNumber(in)
		require.Error(t, err, in)
		assert.Equal(t, "0", n.String(), in)
	}
	large, err := ParseNumber("9e125")
	require.NoError(t, err)
	sum, err := large.Add(large)
	assert.Equal(t, errNumberOverflow, err)
	assert.Equal(t, "0", sum.String())
}
