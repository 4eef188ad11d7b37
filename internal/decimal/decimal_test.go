package decimal_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

var oracleSyntax = regexp.MustCompile(`\A([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?\z`)

// oracle decides by arithmetic, without the code under test, whether DynamoDB can hold
// text, and what its value is.
func oracle(text string) (*big.Rat, bool) {
	if len(text) > 256 {
		return nil, false
	}
	return oracleOfAnyLength(text)
}

func oracleOfAnyLength(text string) (*big.Rat, bool) {
	m := oracleSyntax.FindStringSubmatch(text)
	if m == nil || m[2]+m[3] == "" {
		return nil, false
	}
	value, _ := new(big.Int).SetString(m[2]+m[3], 10)
	if value.Sign() == 0 {
		return new(big.Rat), true
	}
	exponent := new(big.Int)
	if m[4] != "" {
		exponent.SetString(m[4], 10)
	}
	exponent.Sub(exponent, big.NewInt(int64(len(m[3]))))
	if exponent.CmpAbs(big.NewInt(1000)) > 0 {
		return nil, false
	}
	power := func(n *big.Int) *big.Rat {
		return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), n, nil))
	}
	rat := new(big.Rat).SetInt(value)
	if exponent.Sign() < 0 {
		rat.Quo(rat, power(new(big.Int).Abs(exponent)))
	} else {
		rat.Mul(rat, power(exponent))
	}
	lowest := new(big.Rat).Inv(power(big.NewInt(130)))
	if rat.Cmp(lowest) < 0 || rat.Cmp(power(big.NewInt(126))) >= 0 || len(strings.TrimRight(value.String(), "0")) > 38 {
		return nil, false
	}
	if m[1] == "-" {
		rat.Neg(rat)
	}
	return rat, true
}

func rational(t require.TestingT, text string) *big.Rat {
	rat, ok := oracleOfAnyLength(text)
	require.True(t, ok, "%q", text)
	return rat
}

// check compares everything that can be said of text with the oracle.
func check(t require.TestingT, text string) {
	want, ok := oracle(text)
	require.Equal(t, ok, decimal.Check(text) == "", "%q: %s", text, decimal.Check(text))
	if !ok {
		return
	}
	p, rule := decimal.Scan(text)
	require.Empty(t, rule, "%q", text)
	require.Empty(t, p.BrokenLimit(), "%q", text)
	require.Equal(t, want.Sign(), p.Sign(), "%q", text)
	require.Equal(t, want.IsInt(), p.IsInt(), "%q", text)
	require.Equal(t, strings.HasPrefix(text, "-"), p.Negative, "%q", text)
	if p.Digits > 0 {
		digits := string(p.AppendDigits([]byte("="), text))[1:]
		require.Len(t, digits, p.Digits, "%q", text)
		scientific := fmt.Sprintf("%se%d", digits, p.Exponent+1-p.Digits)
		require.Zero(t, new(big.Rat).Abs(want).Cmp(rational(t, scientific)), "%q", text)
	}
	if want.IsInt() {
		u, within := p.Uint64(text)
		magnitude := new(big.Int).Abs(want.Num())
		require.Equal(t, magnitude.IsUint64(), within, "%q", text)
		if within {
			require.Equal(t, magnitude.Uint64(), u, "%q", text)
		}
	}
	i, plain := decimal.ParseInt64(text)
	isInt64 := want.IsInt() && want.Num().IsInt64()
	require.Equal(t, isInt64 && strconv.FormatInt(want.Num().Int64(), 10) == text, plain, "%q", text)
	if plain {
		require.Equal(t, want.Num().Int64(), i, "%q", text)
	}

	canonical := string(decimal.AppendCanonical(nil, text))
	require.LessOrEqual(t, len(canonical), decimal.MaxCanonical, "%q", text)
	require.Zero(t, want.Cmp(rational(t, canonical)), "%q", text)
	require.True(t, json.Valid([]byte(canonical)), "%q", text)
	require.Equal(t, canonical, string(decimal.AppendCanonical(nil, canonical)))
	require.Zero(t, decimal.Compare(text, canonical))

	asJSON := string(decimal.AppendJSON(nil, text))
	require.True(t, json.Valid([]byte(asJSON)), "%q", text)
	require.Zero(t, want.Cmp(rational(t, asJSON)), "%q", text)
	require.Equal(t, asJSON, string(decimal.AppendJSON(nil, asJSON)), "%q", text)
}

// digitsOf returns count significant digits, none of them zero.
func digitsOf(count int) string { return strings.Repeat("123456789", count/9+1)[:count] }

func TestCheckNamesTheBrokenRule(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]decimal.Rule{
		"":                       decimal.RuleEmpty,
		"1x":                     decimal.RuleByte,
		"1e5x":                   decimal.RuleByte,
		"1 ":                     decimal.RuleByte,
		"0x1F":                   decimal.RuleByte,
		"1..2":                   decimal.RuleByte,
		"１":                      decimal.RuleByte,
		"-":                      decimal.RuleNoDigit,
		"-.":                     decimal.RuleNoDigit,
		"e5":                     decimal.RuleNoDigit,
		"1e":                     decimal.RuleExponent,
		"1e+":                    decimal.RuleExponent,
		digitsOf(39):             decimal.RuleDigits,
		"1e126":                  decimal.RuleLarge,
		"1e-131":                 decimal.RuleSmall,
		digitsOf(39) + "e100":    decimal.RuleLarge,
		strings.Repeat("1", 257): decimal.RuleText,
		"-0.0e7":                 "",
		"0e99999999999999999999": "",
		"+.5E+07":                "",
		"5.":                     "",
		"1e007":                  "",
	} {
		assert.Equal(t, want, decimal.Check(text), "%q", text)
		check(t, text)
	}
}

func TestCheckEveryExponent(t *testing.T) {
	t.Parallel()
	accepted := 0
	for exp := -133; exp <= 128; exp++ {
		for _, digits := range []string{
			"1", "9", digitsOf(38), strings.Repeat("9", 38), digitsOf(39), strings.Repeat("9", 39),
			"1" + strings.Repeat("0", 37) + "1", "1" + strings.Repeat("0", 60),
		} {
			for _, point := range []int{0, 1, len(digits)} {
				e := exp + 1 - point // the first digit has exponent exp
				for _, sign := range []string{"", "-"} {
					s := fmt.Sprintf("%s%s.%sE%d", sign, digits[:point], digits[point:], e)
					check(t, s)
					if decimal.Check(s) == "" {
						accepted++
					}
				}
			}
		}
	}
	// 256 exponents, 5 of the 8 digit strings, 3 points, 2 signs.
	assert.Equal(t, 256*5*3*2, accepted)
}

func TestCheckZerosAreNotSignificant(t *testing.T) {
	t.Parallel()
	for _, count := range []int{1, 37, 38, 39, 40} {
		digits := digitsOf(count)
		for point := range count + 1 {
			for _, leading := range []int{0, 40} {
				for _, trailing := range []int{0, 1, 40} {
					plain := strings.Repeat("0", leading) + digits[:point] + "." + digits[point:] +
						strings.Repeat("0", trailing)
					check(t, plain)
					assert.Equal(t, count <= 38, decimal.Check(plain) == "", "%q", plain)
				}
			}
		}
		for zeros := range 100 {
			check(t, digits+strings.Repeat("0", zeros))
			check(t, "0."+strings.Repeat("0", zeros)+digits)
			check(t, digits+"."+strings.Repeat("0", zeros))
		}
	}
}

func TestCheckPlainExtremes(t *testing.T) {
	t.Parallel()
	accepted := []string{
		"1" + strings.Repeat("0", 125),
		strings.Repeat("9", 38) + strings.Repeat("0", 88),
		"-" + strings.Repeat("9", 38) + strings.Repeat("0", 88) + ".00",
		"0." + strings.Repeat("0", 129) + "1",
		"0." + strings.Repeat("0", 129) + digitsOf(38),
		"0." + strings.Repeat("0", 200) + "1e71",
		strings.Repeat("0", 256),
		strings.Repeat("0", 255) + "1",
	}
	for _, s := range accepted {
		check(t, s)
		assert.Empty(t, decimal.Check(s), "%q", s)
	}
	refused := []string{
		"1" + strings.Repeat("0", 126),
		"0." + strings.Repeat("0", 130) + "1",
		strings.Repeat("0", 257),
		strings.Repeat("0", 256) + "1",
		"10e125", "0.1e-130", "0.99999999999999999999999999999999999999e-130",
	}
	for _, s := range refused {
		check(t, s)
		assert.NotEmpty(t, decimal.Check(s), "%q", s)
	}
}

func TestParseInt64(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"0", "1", "-1", "10", "-10", "9223372036854775807", "-9223372036854775808", "1000000000000000000",
	} {
		v, ok := decimal.ParseInt64(s)
		assert.True(t, ok, "%q", s)
		assert.Equal(t, s, strconv.FormatInt(v, 10))
	}
	for _, s := range []string{
		"", "-", "+1", "-0", "00", "007", "-01", "1.0", "1e2", "--1", "1-", " 1", "1/", "1:",
		"9223372036854775808", "-9223372036854775809", "9999999999999999999", "-9999999999999999999",
		"10000000000000000000", "18446744073709551617",
	} {
		_, ok := decimal.ParseInt64(s)
		assert.False(t, ok, "%q", s)
	}
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Int64().Draw(t, "value")
		got, ok := decimal.ParseInt64(strconv.FormatInt(want, 10))
		require.True(t, ok)
		require.Equal(t, want, got)
	})
}

// A text of any length is scanned once, and its exponent cannot overflow.
func TestScanOfLongTexts(t *testing.T) {
	t.Parallel()
	const mega = 1 << 20
	for text, want := range map[string]decimal.Rule{
		strings.Repeat("9", mega):                        decimal.RuleLarge,
		"0." + strings.Repeat("0", mega) + "1":           decimal.RuleSmall,
		"0." + strings.Repeat("3", mega):                 decimal.RuleDigits,
		"1e" + strings.Repeat("9", mega):                 decimal.RuleLarge,
		"1e18446744073709551617":                         decimal.RuleLarge,
		"1e-18446744073709551617":                        decimal.RuleSmall,
		"0." + strings.Repeat("0", 200) + "1e4294967497": decimal.RuleLarge,
		strings.Repeat("0", mega) + "1":                  "",
		"1" + strings.Repeat("0", mega) + "e-1048570":    decimal.RuleLarge,
	} {
		p, rule := decimal.Scan(text)
		require.Empty(t, rule)
		assert.Equal(t, want, p.BrokenLimit(), "%.20s", text)
	}
}

func TestEmptyTextIsZero(t *testing.T) {
	t.Parallel()
	p, rule := decimal.Scan("")
	assert.Equal(t, decimal.RuleEmpty, rule)
	assert.Equal(t, decimal.Parts{}, p)
	assert.Zero(t, p.Sign())
	assert.True(t, p.IsInt())
	assert.Empty(t, p.AppendDigits(nil, ""))
	u, within := p.Uint64("")
	assert.Zero(t, u)
	assert.True(t, within)
	assert.Zero(t, decimal.Compare("", "-0.0e7"))
	assert.Equal(t, -1, decimal.Compare("", "1E-130"))
	assert.Equal(t, 1, decimal.Compare("", "-1E-130"))
	assert.Equal(t, "0", string(decimal.AppendCanonical(nil, "")))
	assert.Equal(t, "0", string(decimal.AppendJSON(nil, "")))
}

func TestAppendJSONChangesOnlyWhatItMust(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "-0": "-0", "1.10": "1.10", "+5": "5", "007": "7", "-007.50": "-7.50", ".5": "0.5", "-.5": "-0.5",
		"5.": "5", "5.e3": "5e3", "0.e1": "0e1", "+.5E+07": "0.5E+07",
	} {
		assert.Equal(t, "n="+want, string(decimal.AppendJSON([]byte("n="), text)), "%q", text)
	}
}

func TestAppendCanonicalTurnsToAnExponent(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1e-6": "0.000001", "1e-7": "1E-7", "12.5e-8": "1.25E-7", "1e37": "1" + strings.Repeat("0", 37), "1e38": "1E38",
		"-0": "0", "+1.10": "1.1", "-0.1e-129": "-1E-130", "12345.67800e-2": "123.45678",
	} {
		assert.Equal(t, "n="+want, string(decimal.AppendCanonical([]byte("n="), text)), "%q", text)
	}
}

// FuzzDecimal requires that a text is accepted exactly if the oracle accepts it, with
// the oracle's value in every form, and that two numbers compare as the oracle says.
func FuzzDecimal(f *testing.F) {
	for _, text := range []string{
		"", "0", "-0", "1.10", "+007", ".5", "5.", "1e2", "1E-130", "1e126", "0e999999999999", ".e1", "1e", "NaN", "1_0",
		"9223372036854775807", "-9223372036854775808", "18446744073709551616", "9.9999999999999999999999999999999999999E+125",
		digitsOf(38), digitsOf(39), "0." + strings.Repeat("0", 129) + "1", strings.Repeat("0", 257),
	} {
		f.Add(text, "1.0")
		f.Add(text, "-"+text)
		f.Add(text+"e1", text)
	}
	mutate.Fuzz(f, func(t *testing.T, a, b string) {
		check(t, a)
		check(t, b)
		x, ok := oracle(a)
		y, alsoOK := oracle(b)
		if !ok || !alsoOK {
			return
		}
		require.Equal(t, x.Cmp(y), decimal.Compare(a, b), "%q and %q", a, b)
		require.Equal(t, y.Cmp(x), decimal.Compare(b, a), "%q and %q", a, b)
		same := string(decimal.AppendCanonical(nil, a)) == string(decimal.AppendCanonical(nil, b))
		require.Equal(t, x.Cmp(y) == 0, same, "%q and %q", a, b)
	})
}

func TestCheckDoesNotAllocate(t *testing.T) {
	for _, text := range []string{"0", "-1234567890", "3.14", "1.5e10", digitsOf(38), "1e126", "x"} {
		assert.Zero(t, testing.AllocsPerRun(100, func() { decimal.Check(text) }), "%q", text)
	}
}
