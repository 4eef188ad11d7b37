package jsontext_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
)

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`""`:                           "",
		`"a"`:                          "a",
		`"été 東京 🎸"`:                   "été 東京 🎸",
		`"\"\\\/\b\f\n\r\t"`:           "\"\\/\b\f\n\r\t",
		`"\u0041\u00e9\u2028\uFFFD"`:   "Aé\u2028\ufffd",
		`"\ud83c\udfb8\uD83C\uDFB8"`:   "🎸🎸",
		"\"\u2028\x7f<&>\"":            "\u2028\x7f<&>",
		`"plain before\nand after it"`: "plain before\nand after it",
	} {
		s := scan(text + `"`)
		got, err := s.Text()
		require.NoError(t, err, "%q", text)
		assert.Equal(t, want, string(got))
		assert.Equal(t, len(text), s.Pos, "%q", text)
	}
}

// The text is a part of Data if it has no escapes, and otherwise stays until the next call.
func TestTextIsShared(t *testing.T) {
	t.Parallel()
	s := scan(`"plain""\n1""\n2"`)
	plain, err := s.Text()
	require.NoError(t, err)
	first, err := s.Text()
	require.NoError(t, err)
	assert.Equal(t, "\n1", string(first))
	second, err := s.Text()
	require.NoError(t, err)
	assert.Equal(t, "\n2", string(second))
	assert.Equal(t, "\n2", string(first), "the buffer is used again")
	copy(s.Data, `"PLAIN`)
	assert.Equal(t, "PLAIN", string(plain))
}

func TestTextRefuses(t *testing.T) {
	t.Parallel()
	for _, fault := range []struct {
		text string
		rule string
		pos  int
	}{
		{``, jsontext.RuleSyntax, 0},
		{`a"`, jsontext.RuleSyntax, 0},
		{`"`, jsontext.RuleSyntax, 1},
		{`"abc`, jsontext.RuleSyntax, 4},
		{"\"abc\ndefghijkl\"", jsontext.RuleSyntax, 4},
		{"\"\x00\"", jsontext.RuleSyntax, 1},
		{"\"\\n\x1f\"", jsontext.RuleSyntax, 3},
		{`"\`, jsontext.RuleSyntax, 2},
		{`"\n`, jsontext.RuleSyntax, 3},
		{`"\x41"`, jsontext.RuleSyntax, 2},
		{"\"\\\x00\"", jsontext.RuleSyntax, 2},
		{`"\u00g0"`, jsontext.RuleSyntax, 2},
		{`"\u00`, jsontext.RuleSyntax, 2},
		{`"\ud83c\u00g0"`, jsontext.RuleSyntax, 8},
		{"\"ab\xffcd\"", jsontext.RuleUTF8, 3},
		{"\"é\\n\xed\xa0\x80\"", jsontext.RuleUTF8, 5},
		{"\"\xc3\\u00a9\"", jsontext.RuleUTF8, 1},
		{"\"\ufffd\xc3\"", jsontext.RuleUTF8, 4},
		{`"a\ud800"`, jsontext.RuleSurrogate, 2},
		{`"\udfb8\ud83c"`, jsontext.RuleSurrogate, 1},
		{`"\ud83c\u0041"`, jsontext.RuleSurrogate, 1},
		{`"\ud83c\ud83c"`, jsontext.RuleSurrogate, 1},
		{`"\ud83c\n"`, jsontext.RuleSurrogate, 1},
		{`"\ud83cx"`, jsontext.RuleSurrogate, 1},
	} {
		s := scan(fault.text)
		got, err := s.Text()
		assert.Nil(t, got)
		assertError(t, err, fault.rule, fault.pos, fault.text)
		assert.Equal(t, fault.pos, s.Pos, "%q", fault.text)
	}
}

// Each byte is found at each place within the eight that are looked at together, and no
// byte before it is taken for it.
func TestHoldsHalfSurrogate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		``:                                 false,
		`{"a":"b"}`:                        false,
		`{"a":"\ud83c\udfb5"}`:             false, // a pair
		`{"a":"\uD83C\uDFB5\ud83c\udfb5"}`: false,
		`{"a":"\\ud800"}`:                  false, // an escaped backslash
		`{"a":"\u00e9\n\""}`:               false,
		`{"a":"a\ud800b"}`:                 true,
		`{"a":"\ud800"}`:                   true,
		`{"a":"\udc00"}`:                   true,
		`{"a":"\udc00\ud800"}`:             true,
		`{"a":"\ud800\ud83c\udfb5"}`:       true,
		`{"a":"\ud83c\udfb5\udfb5"}`:       true,
		`{"a":"\ud800\n"}`:                 true,
		`{"a":"\\\uDBFF"}`:                 true,
		`{"\uDFFF":1}`:                     true,
		`{"a":"\u00zz\ud800"}`:             true,
		`"\`:                               false,
		`"\u`:                              false,
		`"\ud8`:                            false,
		`"\ud800\uzz`:                      false, // it is not JSON
	} {
		assert.Equal(t, want, jsontext.HoldsHalfSurrogate([]byte(text)), text)
	}
}

func TestTextFindsItsEndAtEachPlace(t *testing.T) {
	t.Parallel()
	for before := range 20 {
		for c := range 256 {
			text := strings.Repeat("a", before) + string([]byte{byte(c)}) + strings.Repeat("b", 20)
			s := scan(`"` + text + `"`)
			got, err := s.Text()
			switch {
			case c == '"':
				require.NoError(t, err)
				assert.Equal(t, text[:before], string(got))
			case c == '\\':
				require.NoError(t, err)
				assert.Equal(t, text[:before]+"\b"+text[before+2:], string(got))
			case c < ' ':
				assertError(t, err, jsontext.RuleSyntax, before+1, text)
			case c >= 0x80:
				assertError(t, err, jsontext.RuleUTF8, before+1, text)
			default:
				require.NoError(t, err)
				assert.Equal(t, text, string(got))
			}
		}
	}
}

// Every kind of character and of broken UTF-8, at each place in a word of eight bytes and at
// the end of the text.
func TestTextIsUTF8(t *testing.T) {
	t.Parallel()
	firsts := []byte{0x80, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF}
	rest := []byte{'a', 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC2}
	check := func(text string) {
		s := scan(`"` + text + `"`)
		got, err := s.Text()
		plain, isPlain := scan(`"` + text + `"`).Plain()
		if !utf8.ValidString(text) {
			valid := len(text)
			for i, r := range text {
				if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
					valid = i
					break
				}
			}
			assertError(t, err, jsontext.RuleUTF8, 1+valid, text)
			assert.False(t, isPlain)
			return
		}
		require.NoError(t, err)
		require.Equal(t, text, string(got))
		require.True(t, isPlain)
		require.Equal(t, text, string(plain))
	}
	for _, before := range []string{"", "a", "seven b", "eight by", "more than a word", "é", "東"} {
		for _, a := range firsts {
			check(before + string([]byte{a}))
			for _, b := range rest {
				check(before + string([]byte{a, b}))
				for _, c := range rest {
					check(before + string([]byte{a, b, c}))
					check(before + string([]byte{a, b, c, 0x80, 'z'}))
				}
			}
		}
	}
}

func TestPlainTakesOnlyTextWithoutEscapes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`""`: true, `"a"`: true, `"é"x`: true, `"a\n"`: false, `"a`: false, `a"`: false, ``: false, `"`: false, "\"\x00\"": false, "\"\xff\"": false,
	} {
		s := scan(text)
		_, ok := s.Plain()
		assert.Equal(t, want, ok, "%q", text)
		if !ok {
			assert.Zero(t, s.Pos)
		}
	}
	s := scan(``)
	s.Pos = 5 // beyond the end
	_, ok := s.Plain()
	assert.False(t, ok)
}

func TestNameStaysAsItIs(t *testing.T) {
	t.Parallel()
	s := scan(`"\u0061""\u0062""c"`)
	a, err := s.Name()
	require.NoError(t, err)
	b, err := s.Name()
	require.NoError(t, err)
	c, err := s.Name()
	require.NoError(t, err)
	assert.Equal(t, "abc", string(a)+string(b)+string(c))
}
