package dynamoconn

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

var oracleSyntax = regexp.MustCompile(`\A([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?\z`)

// oracleNumber decides by arithmetic, without the code under test, whether
// DynamoDB can hold s, and what its value is.
func oracleNumber(s string) (*big.Rat, bool) {
	m := oracleSyntax.FindStringSubmatch(s)
	if len(s) > 256 || m == nil || m[2]+m[3] == "" {
		return nil, false
	}
	value, _ := new(big.Int).SetString(m[2]+m[3], 10)
	if value.Sign() == 0 {
		return new(big.Rat), true
	}
	exp := new(big.Int)
	if m[4] != "" {
		exp.SetString(m[4], 10)
	}
	exp.Sub(exp, big.NewInt(int64(len(m[3]))))
	if exp.CmpAbs(big.NewInt(1000)) > 0 {
		return nil, false
	}
	ten := big.NewInt(10)
	scale := new(big.Int).Exp(ten, new(big.Int).Abs(exp), nil)
	rat := new(big.Rat).SetFrac(value, big.NewInt(1))
	if exp.Sign() < 0 {
		rat.Quo(rat, new(big.Rat).SetInt(scale))
	} else {
		rat.Mul(rat, new(big.Rat).SetInt(scale))
	}
	lowest := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(ten, big.NewInt(130), nil))
	beyond := new(big.Rat).SetInt(new(big.Int).Exp(ten, big.NewInt(126), nil))
	if rat.Cmp(lowest) < 0 || rat.Cmp(beyond) >= 0 {
		return nil, false
	}
	if len(strings.TrimRight(value.String(), "0")) > 38 {
		return nil, false
	}
	if m[1] == "-" {
		rat.Neg(rat)
	}
	return rat, true
}

// checkNumber compares everything that can be said of s with the oracle.
func checkNumber(t require.TestingT, s string) {
	want, ok := oracleNumber(s)
	n, err := ParseNumber(s)
	if !ok {
		require.ErrorIs(t, err, ErrInvalidNumber, "%q", s)
		require.Equal(t, Number{}, n, "%q", s)
		return
	}
	require.NoError(t, err, "%q", s)
	require.Equal(t, s, n.String())
	require.Zero(t, want.Cmp(n.BigRat()), "%q", s)
	require.Equal(t, want.Sign(), n.Sign(), "%q", s)
	require.Equal(t, want.IsInt(), n.IsInt(), "%q", s)

	canonical := n.Canonical()
	reparsed, err := ParseNumber(canonical.String())
	require.NoError(t, err, "%q", s)
	require.Equal(t, canonical, reparsed, "%q", s)
	require.Equal(t, canonical, canonical.Canonical(), "%q", s)
	require.Zero(t, want.Cmp(canonical.BigRat()), "%q", s)
	require.LessOrEqual(t, len(canonical.String()), 46, "%q", s)
}

// digitsOf returns count significant digits, none of them zero.
func digitsOf(count int) string { return strings.Repeat("123456789", count/9+1)[:count] }

func TestParseNumberSyntax(t *testing.T) {
	t.Parallel()
	accepted := []string{
		"0", "-0", "+0", "00", "0.00", "-0.0e7", "0e99999999999999999999", "0e-99999999999999999999",
		"1", "+1", "-1", "007", "1.10", ".5", "5.", "-.5", "+5.", "1e3", "1E+3", "1e-3", "5.e3", ".5e3",
		"1e007", "1e-0", "1e0000000000000000000000000001", "9223372036854775808",
	}
	for _, s := range accepted {
		n, err := ParseNumber(s)
		require.NoError(t, err, "%q", s)
		assert.Equal(t, s, n.String())
		assert.Equal(t, s, fmt.Sprint(n))
		checkNumber(t, s)
	}
	refused := []string{
		"", " ", ".", "+", "-", "e", "e5", ".e5", "-e5", "1e", "1e+", "1e-", "1e1.5", "1e5e5", "1e--5",
		"--1", "+-1", "1-", "1+1", "1..2", "1.2.3", " 1", "1 ", "1\n", "\x001", "1_000", "1,000", "0x1F",
		"0b1", "0x1p4", "NaN", "nan", "Inf", "-Infinity", "infinity", "dog", "1/2", "1i", "１", "٣", "−1",
		"\xff", "1\xff",
	}
	for _, s := range refused {
		n, err := ParseNumber(s)
		require.ErrorIs(t, err, ErrInvalidNumber, "%q", s)
		assert.NotErrorIs(t, err, ErrInexact, "%q", s)
		assert.Equal(t, Number{}, n)
		checkNumber(t, s)
	}
}

func TestParseNumberBombsReturnFast(t *testing.T) {
	t.Parallel()
	const mega = 1 << 20
	bombs := map[string]string{
		"zeros":             strings.Repeat("0", mega),
		"nines":             strings.Repeat("9", mega),
		"fraction":          "0." + strings.Repeat("0", mega) + "1",
		"long exponent":     "1e" + strings.Repeat("9", mega),
		"exponent":          "1e999999999999999999",
		"negative exponent": "1e-999999999999999999",
		"wrapping exponent": "1e18446744073709551617",
		"balanced":          "0." + strings.Repeat("0", 200) + "1e4294967497",
		"balanced far":      "0." + strings.Repeat("0", 230) + "1e1000230",
	}
	start := time.Now()
	for name, s := range bombs {
		_, err := ParseNumber(s)
		require.ErrorIs(t, err, ErrInvalidNumber, name)
		assert.Less(t, len(err.Error()), 120, "%s: the error quotes the text", name)

		var n Number
		require.ErrorIs(t, n.UnmarshalText([]byte(s)), ErrInvalidNumber, name)
		require.ErrorIs(t, n.UnmarshalJSON([]byte(s)), ErrInvalidNumber, name)
		require.ErrorIs(t, n.UnmarshalJSON([]byte(`"`+s+`"`)), ErrInvalidNumber, name)
	}
	assert.Less(t, time.Since(start), 2*time.Second)
}

func TestNumberZeroValueIsZero(t *testing.T) {
	t.Parallel()
	var n Number
	assert.Equal(t, "0", n.String())
	assert.Equal(t, n, MustNumber("0"))
	assert.Equal(t, n, NumberFromInt64(0))
	assert.Equal(t, n, MustNumber("-0.00e9").Canonical())
	assert.Equal(t, n, n.Canonical())
	assert.Equal(t, 0, n.Sign())
	assert.True(t, n.IsInt())
	assert.True(t, n.Equal(MustNumber("-0")))
	assert.Equal(t, -1, n.Cmp(MustNumber("1E-130")))
	assert.Equal(t, 1, n.Cmp(MustNumber("-1E-130")))
	assert.Equal(t, "0", n.BigRat().RatString())
}

func TestMustNumberPanicsOnBadText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "1.10", MustNumber("1.10").String())
	assert.Panics(t, func() { MustNumber("1,10") })
}

func TestNumberCmp(t *testing.T) {
	t.Parallel()
	// Each row holds equal numbers; the rows ascend.
	rows := [][]string{
		{"-9.9999999999999999999999999999999999999E125"},
		{"-1E125", "-1" + strings.Repeat("0", 125)},
		{"-100", "-1e2", "-100.00"},
		{"-10.5", "-10.50", "-0.105e2"},
		{"-10", "-010"},
		{"-1E-130", "-0.1E-129"},
		{"0", "-0", "+0.0", "0e50", "-.0"},
		{"1E-130", "0.01e-128"},
		{"1.2E-130"},
		{"0.1", ".1", "1e-1", "+0.10"},
		{"0.11"},
		{"1", "1.0", "+1", "001", "10e-1", "1."},
		{"1.0000000000000000000000000000000000001"},
		{"9"},
		{"10", "1e1", "10.0"},
		{"12", "1.2e1"},
		{"120", "1.2e2", "0120."},
		{"12345678901234567890123456789012345678"},
		{"12345678901234567890123456789012345679"},
		{"9.9999999999999999999999999999999999999E+125"},
	}
	for i, row := range rows {
		for j, other := range rows {
			for _, a := range row {
				for _, b := range other {
					n, m := MustNumber(a), MustNumber(b)
					want := min(max(i-j, -1), 1)
					assert.Equal(t, want, n.Cmp(m), "%s and %s", a, b)
					assert.Equal(t, want == 0, n.Equal(m), "%s and %s", a, b)
					assert.Equal(t, want == 0, n.Canonical() == m.Canonical(), "%s and %s", a, b)
				}
			}
		}
	}
	list := []Number{MustNumber("10"), MustNumber("9"), MustNumber("-1e1")}
	slices.SortFunc(list, Number.Cmp)
	assert.Equal(t, []Number{MustNumber("-1e1"), MustNumber("9"), MustNumber("10")}, list)
}

func TestNumberCanonicalText(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"-0":             "0",
		"0e500":          "0",
		"+007":           "7",
		"1.10":           "1.1",
		"100.":           "100",
		"1e2":            "100",
		".5":             "0.5",
		"-.050":          "-0.05",
		"1e-6":           "0.000001",
		"1e-7":           "1E-7",
		"12.5e-8":        "1.25E-7",
		"1e37":           "1" + strings.Repeat("0", 37),
		"1e38":           "1E38",
		"1500e37":        "1.5E40",
		"-0.1e-129":      "-1E-130",
		digitsOf(38):     digitsOf(38),
		"1.50e125":       "1.5E125",
		"12345.67800e-2": "123.45678",
	}
	for s, want := range cases {
		assert.Equal(t, want, MustNumber(s).Canonical().String(), "%q", s)
	}
	longest := MustNumber("-" + digitsOf(38) + "e-167")
	assert.Len(t, longest.Canonical().String(), 45)
	longest = MustNumber("-0.00000" + digitsOf(38) + "00")
	assert.Len(t, longest.Canonical().String(), 46)
}

// numberText draws texts that are nearly always accepted, close to each other
// in value and written in many ways.
func numberText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		digits := rapid.StringMatching(`[0-9]{1,3}|[0-9]{1,38}|[019]{1,38}`).Draw(t, "digits")
		point := rapid.IntRange(0, len(digits)).Draw(t, "point")
		s := rapid.SampledFrom([]string{"", "-", "+", "0", "-00"}).Draw(t, "sign") + digits[:point] + "." + digits[point:]
		s += rapid.SampledFrom([]string{"", "0", "000"}).Draw(t, "zeros")
		if rapid.Bool().Draw(t, "has exponent") {
			exp := rapid.OneOf(rapid.IntRange(-3, 3), rapid.IntRange(-131, 126)).Draw(t, "exponent")
			s += rapid.SampledFrom([]string{"e", "E"}).Draw(t, "e") + strconv.Itoa(exp)
		}
		return s
	})
}

func TestNumberAgreesWithRational(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := numberText().Draw(t, "a"), numberText().Draw(t, "b")
		checkNumber(t, a)
		checkNumber(t, b)
		n, errA := ParseNumber(a)
		m, errB := ParseNumber(b)
		if errA != nil || errB != nil {
			t.Skip("out of range")
		}
		want := n.BigRat().Cmp(m.BigRat())
		require.Equal(t, want, n.Cmp(m))
		require.Equal(t, -want, m.Cmp(n))
		require.Equal(t, want == 0, n.Equal(m))
		require.Equal(t, want == 0, n.Canonical() == m.Canonical())
	})
}

func TestParseNumberNamesTheBrokenRule(t *testing.T) {
	t.Parallel()
	cases := map[string]decimal.Rule{
		"":                       decimal.RuleEmpty,
		"1x":                     decimal.RuleByte,
		"1e5x":                   decimal.RuleByte,
		"-.":                     decimal.RuleNoDigit,
		"1e+":                    decimal.RuleExponent,
		digitsOf(39):             decimal.RuleDigits,
		"1e126":                  decimal.RuleLarge,
		"1e-131":                 decimal.RuleSmall,
		strings.Repeat("1", 257): decimal.RuleText,
	}
	seen := map[decimal.Rule]bool{}
	for s, rule := range cases {
		_, err := ParseNumber(s)
		require.Equal(t, fmt.Errorf("%w: %s", ErrInvalidNumber, rule), err, "%q", s)
		require.Equal(t, ErrInvalidNumber, errors.Unwrap(err))
		seen[rule] = true
	}
	assert.Len(t, seen, 8)
}

func TestParseNumberDoesNotAllocate(t *testing.T) {
	for _, s := range []string{"0", "42", "-1234567890", "3.14", "1.5e10", digitsOf(38)} {
		allocs := testing.AllocsPerRun(100, func() {
			n, err := ParseNumber(s)
			if err != nil || n.String() != s || n.Cmp(n.Canonical()) != 0 {
				panic("wrong number")
			}
		})
		if s != "1.5e10" { // its canonical form is another text
			assert.Zero(t, allocs, "%q", s)
		}
	}
}

var (
	_ fmt.Stringer             = Number{}
	_ encoding.TextMarshaler   = Number{}
	_ encoding.TextAppender    = Number{}
	_ encoding.TextUnmarshaler = (*Number)(nil)
	_ json.Marshaler           = Number{}
	_ json.Unmarshaler         = (*Number)(nil)
)

func TestNumberMarshalJSON(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"0": "0", "-0": "-0", "1.10": "1.10", "+5": "5", "007": "7", "-007.50": "-7.50", "00": "0", ".5": "0.5",
		"-.5": "-0.5", "5.": "5", "5.e3": "5e3", ".0": "0.0", "0.e1": "0e1", "+.5E+07": "0.5E+07", "1e-9": "1e-9",
		digitsOf(38): digitsOf(38),
	}
	for s, want := range cases {
		got, err := json.Marshal(MustNumber(s))
		require.NoError(t, err, "%q", s)
		assert.Equal(t, want, string(got), "%q", s)
	}
	got, err := json.Marshal(map[Number][]Number{MustNumber("1.10"): {{}, MustNumber("+2")}})
	require.NoError(t, err)
	assert.Equal(t, `{"1.10":[0,2]}`, string(got))
}

func TestNumberUnmarshalJSON(t *testing.T) {
	t.Parallel()
	accepted := map[string]string{
		"1.10": "1.10", "-0": "-0", " 5 ": "5", "1E+5": "1E+5", "1e-007": "1e-007", `"1.10"`: "1.10", `"+.5"`: "+.5",
		`"\u0031\u0032"`: "12", "0": "0", `"` + strings.Repeat(`\u0030`, 256) + `"`: strings.Repeat("0", 256),
	}
	for s, want := range accepted {
		n := MustNumber("99")
		require.NoError(t, json.Unmarshal([]byte(s), &n), "%q", s)
		assert.Equal(t, want, n.String())
	}
	for _, s := range []string{
		"true", "{}", "[1]", `""`, `"NaN"`, `" 1"`, "1e126", "1e-131", digitsOf(39), `"` + digitsOf(39) + `"`,
		strings.Repeat("1", 2000),
	} {
		n := MustNumber("99")
		assert.ErrorIs(t, json.Unmarshal([]byte(s), &n), ErrInvalidNumber, "%q", s)
		assert.Equal(t, "99", n.String())
	}
	// What encoding/json refuses before it calls the method.
	for _, s := range []string{"", `"`, `"1`, "+5", "007", ".5", "5.", " 1", "-", "nul"} {
		n := MustNumber("99")
		assert.ErrorIs(t, n.UnmarshalJSON([]byte(s)), ErrInvalidNumber, "%q", s)
		assert.Equal(t, "99", n.String())
	}
}

func TestNumberUnmarshalJSONNullChangesNothing(t *testing.T) {
	t.Parallel()
	v := struct {
		A, B Number
		C    *Number
	}{A: MustNumber("1.10"), C: new(Number)}
	require.NoError(t, json.Unmarshal([]byte(`{"A":null,"B":"1e2","C":null}`), &v))
	assert.Equal(t, "1.10", v.A.String())
	assert.Equal(t, "1e2", v.B.String())
	assert.Nil(t, v.C)
}

func TestNumberUnmarshalText(t *testing.T) {
	t.Parallel()
	text := []byte("1.10")
	var n Number
	require.NoError(t, n.UnmarshalText(text))
	text[0] = '9'
	assert.Equal(t, "1.10", n.String())
	for _, bad := range [][]byte{nil, {}, []byte("x"), []byte(strings.Repeat("1", 257))} {
		assert.ErrorIs(t, n.UnmarshalText(bad), ErrInvalidNumber)
		assert.Equal(t, "1.10", n.String())
	}
	appended, err := n.AppendText([]byte("n="))
	require.NoError(t, err)
	assert.Equal(t, "n=1.10", string(appended))
	zero, err := Number{}.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "0", string(zero))
}

func TestNumberTextForms(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, err := ParseNumber(numberText().Draw(t, "text"))
		if err != nil {
			t.Skip("out of range")
		}
		checkTextForms(t, n)
	})
}

// checkTextForms requires that text reads back as the same text, and JSON as a
// number of equal value whose own JSON no longer changes.
func checkTextForms(t require.TestingT, n Number) {
	text, err := n.MarshalText()
	require.NoError(t, err)
	var fromText Number
	require.NoError(t, fromText.UnmarshalText(text))
	require.Equal(t, n, fromText)

	data, err := json.Marshal(n)
	require.NoError(t, err)
	require.True(t, json.Valid(data))
	var fromJSON Number
	require.NoError(t, json.Unmarshal(data, &fromJSON))
	require.True(t, fromJSON.Equal(n))
	require.Equal(t, n.parts().Exponent, fromJSON.parts().Exponent)
	again, err := json.Marshal(fromJSON)
	require.NoError(t, err)
	require.Equal(t, string(data), string(again))
	require.Equal(t, string(data), fromJSON.String())

	quoted, err := json.Marshal(n.String())
	require.NoError(t, err)
	var fromString Number
	require.NoError(t, json.Unmarshal(quoted, &fromString))
	require.Equal(t, n, fromString)
}

// FuzzNumber requires that ParseNumber accepts exactly what the oracle accepts,
// with the value that the oracle finds, and that every form of an accepted number
// reads back.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{
		"", "0", "-0", "1.10", "+007", ".5", "5.", "1e2", "1E-130", "1e126", "0e999999999999", ".e1", "1e", "NaN",
		"9223372036854775807", "-9223372036854775808", "9.9999999999999999999999999999999999999E+125", "1_0",
		"12345678901234567890123456789012345678", "123456789012345678901234567890123456789", "0.30000000000000004",
		"0." + strings.Repeat("0", 129) + "1", strings.Repeat("0", 257),
	} {
		f.Add(s, "1.0")
	}
	mutate.Fuzz(f, func(t *testing.T, a, b string) {
		checkNumber(t, a)
		n, err := ParseNumber(a)
		if err != nil {
			return
		}
		checkTextForms(t, n)
		if v, err := n.Int64(); err == nil {
			require.True(t, NumberFromInt64(v).Equal(n))
		}
		if v, err := n.Float64(); err == nil {
			back, err := NumberFromFloat64(v)
			require.NoError(t, err)
			require.True(t, back.Equal(n))
		}
		back, err := NumberFromBigRat(n.BigRat())
		require.NoError(t, err)
		require.Equal(t, n.Canonical(), back)

		m, err := ParseNumber(b)
		if err != nil {
			return
		}
		want := n.BigRat().Cmp(m.BigRat())
		require.Equal(t, want, n.Cmp(m))
		require.Equal(t, -want, m.Cmp(n))
		require.Equal(t, want == 0, n.Canonical() == m.Canonical())
	})
}

var benchmarkNumbers = map[string]string{
	"short integer": "42",
	"int64":         "9223372036854775807",
	"decimal":       "1234.56",
	"38 digits":     "1.2345678901234567890123456789012345678",
}

func BenchmarkParseNumber(b *testing.B) {
	for name, s := range benchmarkNumbers {
		b.Run("Number/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if n, err := ParseNumber(s); err != nil || n.String() != s {
					b.Fatal(n, err)
				}
			}
		})
		b.Run("strconv.ParseFloat/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if f, err := strconv.ParseFloat(s, 64); err != nil || f == 0 {
					b.Fatal(f, err)
				}
			}
		})
		b.Run("big.Rat/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, ok := new(big.Rat).SetString(s); !ok || r.Sign() <= 0 {
					b.Fatal(r, ok)
				}
			}
		})
	}
}

func BenchmarkNumberInt64(b *testing.B) {
	for _, s := range []string{"42", "9223372036854775807", "1e2"} {
		n := MustNumber(s)
		b.Run("Number/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v, err := n.Int64(); err != nil || v <= 0 {
					b.Fatal(v, err)
				}
			}
		})
		if s == "1e2" {
			continue // strconv.ParseInt refuses it
		}
		b.Run("strconv.ParseInt/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v, err := strconv.ParseInt(s, 10, 64); err != nil || v <= 0 {
					b.Fatal(v, err)
				}
			}
		})
	}
}

func BenchmarkNumberFloat64(b *testing.B) {
	for _, s := range []string{"1234.56", "0.30000000000000004"} {
		n := MustNumber(s)
		b.Run("Number/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if f, err := n.Float64(); err != nil || f <= 0 {
					b.Fatal(f, err)
				}
			}
		})
		b.Run("strconv.ParseFloat/"+s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if f, err := strconv.ParseFloat(s, 64); err != nil || f <= 0 {
					b.Fatal(f, err)
				}
			}
		})
	}
}

func BenchmarkNumberCmp(b *testing.B) {
	n, m := MustNumber("1234.56"), MustNumber("1234.57")
	b.Run("Number", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if n.Cmp(m) != -1 {
				b.Fatal("wrong order")
			}
		}
	})
	b.Run("big.Rat", func(b *testing.B) {
		x, y := n.BigRat(), m.BigRat() // parsing is not counted
		b.ReportAllocs()
		for b.Loop() {
			if x.Cmp(y) != -1 {
				b.Fatal("wrong order")
			}
		}
	})
}

func BenchmarkNumberCanonical(b *testing.B) {
	for _, s := range []string{"42", "1234.56", "1.10", "1E-130", "-1.5E125"} {
		n := MustNumber(s)
		want := n.Canonical().String()
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if c := n.Canonical(); c.String() != want {
					b.Fatal(c)
				}
			}
		})
	}
}

func BenchmarkNumberMarshalJSON(b *testing.B) {
	n := MustNumber("1234.560")
	b.ReportAllocs()
	for b.Loop() {
		if data, err := n.MarshalJSON(); err != nil || len(data) != 8 {
			b.Fatal(data, err)
		}
	}
}
