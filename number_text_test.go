package dynamoconn

import (
	"encoding"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

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
	require.Equal(t, n.parts().exp, fromJSON.parts().exp)
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
