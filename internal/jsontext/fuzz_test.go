package jsontext_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

// read returns the next value as a json.Decoder with UseNumber does.
func read(s *jsontext.Scanner) (any, error) {
	switch c := s.Peek(); {
	case c == '"':
		text, err := s.Text()
		return string(text), err
	case c == '-' || c-'0' <= 9:
		number, err := s.Number()
		return json.Number(number), err
	case s.Take('{'):
		return readObject(s)
	case s.Take('['):
		return readArray(s)
	case s.Literal("true"):
		return true, nil
	case s.Literal("false"):
		return false, nil
	case s.Literal("null"):
		return nil, nil
	}
	return nil, s.SyntaxError()
}

func readObject(s *jsontext.Scanner) (any, error) {
	object := map[string]any{}
	if s.Take('}') {
		return object, nil
	}
	for {
		name, err := s.Text()
		if err != nil {
			return nil, err
		}
		key := string(name)
		if !s.Take(':') {
			return nil, s.SyntaxError()
		}
		if object[key], err = read(s); err != nil {
			return nil, err
		}
		if s.Take('}') {
			return object, nil
		}
		if !s.Take(',') {
			return nil, s.SyntaxError()
		}
	}
}

func readArray(s *jsontext.Scanner) (any, error) {
	array := []any{}
	if s.Take(']') {
		return array, nil
	}
	for {
		value, err := read(s)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
		if s.Take(']') {
			return array, nil
		}
		if !s.Take(',') {
			return nil, s.SyntaxError()
		}
	}
}

// whole reads all of data.
func whole[T any](data []byte, read func(*jsontext.Scanner) (T, error)) (T, error) {
	s := &jsontext.Scanner{Data: data}
	s.SkipSpace()
	value, err := read(s)
	if err != nil {
		return value, err
	}
	if s.SkipSpace(); s.Pos != len(data) {
		return value, s.SyntaxError()
	}
	return value, nil
}

// FuzzScanner requires that the Scanner accepts what encoding/json accepts, except for text
// that is not Unicode, and reads the same values.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{
		"", "null", " true ", "-0.5e+10", "01", "1.", `"a\nb"`, `"\ud83c\udfb8"`, `"\ud83c"`, `"\udfb8\ud83c\udfb8"`, "\"\xff\"",
		"\"\x00\"", `"\x"`, `[1,[2,{"a":null}],"b"]`, `[1,]`, `{"a":1,"a":{"b":[]}}`, `{"a"}`, "{} {}", `"\u00"`, `"abcdefgh\"i"`,
		`{"Artist":{"S":"No One You Know"},"Year":{"N":"2004"},"Tags":{"L":[{"S":"é\u00e9"},{"NULL":true},{"B":"AQ=="}]}}`,
		strings.Repeat("[", 50) + strings.Repeat("]", 50), strings.Repeat(`{"a":`, 30) + "0" + strings.Repeat("}", 30),
	} {
		f.Add([]byte(text))
	}
	mutate.Fuzz(f, func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		got, err := whole(data, read)
		_, skipErr := whole(data, func(s *jsontext.Scanner) (any, error) { return nil, s.SkipValue() })
		require.Equal(t, before, data, "the text was changed")
		require.Equal(t, err, skipErr, "skipping a value and reading it find different faults")

		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		var want any
		if !json.Valid(data) {
			require.Error(t, err)
			return
		}
		require.NoError(t, decoder.Decode(&want))
		if err == nil {
			require.Equal(t, want, got)
			require.True(t, utf8.Valid(data))
			require.False(t, jsontext.HoldsHalfSurrogate(data))
			return
		}
		var e *jsontext.Error
		require.ErrorAs(t, err, &e)
		switch e.Rule {
		case jsontext.RuleUTF8:
			require.False(t, utf8.Valid(data))
			require.True(t, utf8.Valid(data[:e.Pos]))
			r, size := utf8.DecodeRune(data[e.Pos:])
			require.True(t, r == utf8.RuneError && size == 1)
		case jsontext.RuleSurrogate:
			requireHalfPair(t, data[e.Pos:])
			require.True(t, jsontext.HoldsHalfSurrogate(data))
		default:
			t.Fatalf("encoding/json accepts %q: %v", data, err)
		}
	})
}

var escape = regexp.MustCompile(`^\\u[0-9a-fA-F]{4}`)

// requireHalfPair requires that the escape at the beginning of data, with the one after it
// if there is one, is to encoding/json a character that it replaces.
func requireHalfPair(t *testing.T, data []byte) {
	t.Helper()
	first := escape.Find(data)
	require.NotNil(t, first)
	second := escape.Find(data[len(first):])
	var text string
	require.NoError(t, json.Unmarshal([]byte(`"`+string(first)+string(second)+`"`), &text))
	require.True(t, strings.HasPrefix(text, "\ufffd"))
	require.NotEqual(t, `\ufffd`, strings.ToLower(string(first)))
}
