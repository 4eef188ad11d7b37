package dynamoconn

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

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
