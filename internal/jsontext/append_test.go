package jsontext_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

func TestAppendStringEscapes(t *testing.T) {
	t.Parallel()
	text := "\"\\/\b\f\n\r\t\x00\x1f\x7f<&>\u2027\u2028\u2029\u202aé🎸"
	want := `"\"\\/\u0008\u000c\n\r\t\u0000\u001f\u007f<&>` + "\u2027" + `\u2028\u2029` + "\u202aé🎸" + `"`
	got, isUTF8 := jsontext.AppendString([]byte("text="), text)
	assert.Equal(t, "text="+want, string(got))
	assert.True(t, isUTF8)
	var back string
	require.NoError(t, json.Unmarshal([]byte(want), &back))
	assert.Equal(t, text, back)
}

// quote is AppendString, one character after another.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, char := range text { // it gives U+FFFD for a byte that is not UTF-8
		switch {
		case char == '"' || char == '\\':
			b.WriteString(`\` + string(char))
		case char == '\n':
			b.WriteString(`\n`)
		case char == '\r':
			b.WriteString(`\r`)
		case char == '\t':
			b.WriteString(`\t`)
		case char < ' ' || char == 0x7f || char == 0x2028 || char == 0x2029:
			fmt.Fprintf(&b, `\u%04x`, char)
		default:
			b.WriteRune(char)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// The scanner looks at eight bytes at once, so each byte is tried at each place, alone and
// with the bytes around it that could be mistaken.
func TestAppendStringFindsEachByteAtEachPlace(t *testing.T) {
	t.Parallel()
	for _, around := range []byte{'a', ' ', '!', '#', '[', ']', '~', '"', '\n', 0} {
		for length := range 20 {
			for at := range length {
				for c := range 256 {
					text := []byte(strings.Repeat(string(around), length))
					text[at] = byte(c)
					got, isUTF8 := jsontext.AppendString(nil, string(text))
					require.Equal(t, quote(string(text)), string(got))
					require.Equal(t, c < utf8.RuneSelf, isUTF8)
				}
			}
		}
	}
}

func TestAppendStringOfEveryCharacter(t *testing.T) {
	t.Parallel()
	for char := rune(0); char <= utf8.MaxRune; char++ {
		if !utf8.ValidRune(char) || char > 0x3000 && char%0x101 != 0 && char < 0xff00 {
			continue
		}
		text := string(char) + "."
		got, isUTF8 := jsontext.AppendString(nil, text)
		require.Equal(t, quote(text), string(got))
		require.True(t, isUTF8)
	}
	for _, broken := range []string{
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xe2\x80", "\xed\xa0\x80", "\xed\xbf\xbf", // halves of pairs, too
		"\xf0\x8f\xbf\xbf", "\xf0\x9f\x8e", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
	} {
		for _, text := range []string{broken, "abcdefg" + broken + "hijklmnop", "é" + broken + "\u2028"} {
			got, isUTF8 := jsontext.AppendString(nil, text)
			require.Equal(t, quote(text), string(got))
			require.False(t, isUTF8)
		}
	}
}

// FuzzAppendString requires that the text is escaped as character by character, and that
// encoding/json and the Scanner both read it back.
func FuzzAppendString(f *testing.F) {
	for _, text := range []string{
		"", "a", "\"\\/\b\f\n\r\t\x00\x1f\x7f<&>\u2028\u2029\ufffdé🎸", `\u0041`, strings.Repeat("x", 30) + "\n",
		strings.Repeat("été 東京 ", 5), "abcdefgh\x7f\xff\x80ijklmnop",
	} {
		f.Add(text)
	}
	mutate.Fuzz(f, func(t *testing.T, text string) {
		data, isUTF8 := jsontext.AppendString(nil, text)
		require.Equal(t, quote(text), string(data))
		require.Equal(t, utf8.ValidString(text), isUTF8)
		want := strings.ToValidUTF8(text, "\ufffd")
		if !isUTF8 {
			want = string([]rune(text)) // one U+FFFD for each byte
		}
		got, err := whole(data, (*jsontext.Scanner).Text)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
		var back string
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, want, back)
	})
}
