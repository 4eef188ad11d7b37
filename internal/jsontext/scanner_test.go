package jsontext_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/jsontext"
)

func scan(text string) *jsontext.Scanner { return &jsontext.Scanner{Data: []byte(text)} }

func assertError(t *testing.T, err error, rule string, pos int, text string) {
	t.Helper()
	var e *jsontext.Error
	require.ErrorAs(t, err, &e, "%.50q", text)
	assert.Equal(t, jsontext.Error{Rule: rule, Pos: pos}, *e, "%.50q", text)
}

func TestErrorNamesTheByte(t *testing.T) {
	t.Parallel()
	s := scan("[]")
	s.Pos = 1
	assert.EqualError(t, s.SyntaxError(), "is not valid JSON at byte 1")
}

func TestTokensOfAnObject(t *testing.T) {
	t.Parallel()
	s := scan(" {\n\"a\" :\t[ 1.5 , true ] } ")
	assert.False(t, s.Take('['))
	assert.True(t, s.Take('{'))
	name, err := s.Text()
	require.NoError(t, err)
	assert.Equal(t, "a", string(name))
	assert.False(t, s.Take(','), "white space is skipped, the colon is not")
	assert.True(t, s.Take(':'))
	assert.True(t, s.Take('['))
	assert.True(t, s.AtValue())
	number, err := s.Number()
	require.NoError(t, err)
	assert.Equal(t, "1.5", string(number))
	assert.True(t, s.Take(','))
	assert.False(t, s.Literal("false"))
	assert.False(t, s.Literal("true, too long"))
	assert.Equal(t, byte('t'), s.Peek())
	assert.True(t, s.Literal("true"))
	assert.True(t, s.Take(']'))
	assert.False(t, s.AtValue())
	assert.True(t, s.Take('}'))
	assert.Equal(t, len(s.Data), s.Pos)
	assert.Zero(t, s.Peek())
	assert.False(t, s.AtValue())
	assert.False(t, s.Take('}'))
	assert.False(t, s.Literal("true"))
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "-0": "-0", "10": "10", "1.50,": "1.50", "-1.5e+07]": "-1.5e+07", "1E-0": "1E-0", "01": "0", "0x": "0",
		"9999999999999999999999999999999999999999999e999999999999 ": "9999999999999999999999999999999999999999999e999999999999",
	} {
		s := scan(text)
		got, err := s.Number()
		require.NoError(t, err, "%q", text)
		assert.Equal(t, want, string(got))
		assert.Equal(t, len(want), s.Pos)
	}
	for text, pos := range map[string]int{
		"": 0, "-": 1, "+1": 0, ".5": 0, "1.": 2, "1.e5": 2, "1e": 2, "1e+": 3, "-a": 1, "NaN": 0, "\"1\"": 0,
	} {
		s := scan(text)
		got, err := s.Number()
		assert.Nil(t, got)
		assertError(t, err, jsontext.RuleSyntax, pos, text)
		assert.Equal(t, pos, s.Pos)
	}
}

func TestSkipValue(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`null`, `true`, `false`, `-1.5e3`, `""`, `"\ud83c\udfb8"`, `[]`, `[ ]`, `{}`, `{ }`, `[[],{}]`,
		`{"a":1,"a":2}`, "{ \"a\" : [ 1 ,\t\"\\u00e9\" ] ,\n\"\" : { \"b\" : null } }",
	} {
		s := scan(text + `,"next"`)
		require.NoError(t, s.SkipValue(), "%q", text)
		assert.Equal(t, len(text), s.Pos, "%q", text)
	}
	for _, fault := range []struct {
		text string
		rule string
		pos  int
	}{
		{"", jsontext.RuleSyntax, 0},
		{" 1", jsontext.RuleSyntax, 0},
		{"]", jsontext.RuleSyntax, 0},
		{"nul", jsontext.RuleSyntax, 0},
		{"True", jsontext.RuleSyntax, 0},
		{"[1", jsontext.RuleSyntax, 2},
		{"[1,]", jsontext.RuleSyntax, 3},
		{"[,1]", jsontext.RuleSyntax, 1},
		{"[1 2]", jsontext.RuleSyntax, 3},
		{"[1}", jsontext.RuleSyntax, 2},
		{`{"a"}`, jsontext.RuleSyntax, 4},
		{`{"a":}`, jsontext.RuleSyntax, 5},
		{`{"a":1,}`, jsontext.RuleSyntax, 7},
		{`{"a":1;"b":2}`, jsontext.RuleSyntax, 6},
		{`{a:1}`, jsontext.RuleSyntax, 1},
		{`{1:1}`, jsontext.RuleSyntax, 1},
		{`{"a":[0,{"b":tru}]}`, jsontext.RuleSyntax, 13},
		{"{\"\xff\":1}", jsontext.RuleUTF8, 2},
		{`["a","\ud800"]`, jsontext.RuleSurrogate, 6},
	} {
		assertError(t, scan(fault.text).SkipValue(), fault.rule, fault.pos, fault.text)
	}
}

// Deeper nesting could end in a stack overflow that nothing can catch.
func TestSkipValueEndsAtTheDeepestLevel(t *testing.T) {
	t.Parallel()
	nested := func(begin, end string, levels int) string {
		return strings.Repeat(begin, levels) + strings.Repeat(end, levels)
	}
	require.NoError(t, scan(nested("[", "]", jsontext.MaxDepth)).SkipValue())
	err := scan(nested("[", "]", jsontext.MaxDepth+1)).SkipValue()
	assertError(t, err, jsontext.RuleDepth, jsontext.MaxDepth, "lists")
	err = scan(strings.Repeat(`{"a":`, 1<<20)).SkipValue()
	assertError(t, err, jsontext.RuleDepth, len(`{"a":`)*jsontext.MaxDepth, "objects")
}

func TestNothingIsAllocatedForGoodTokens(t *testing.T) {
	data := []byte(`{"Artist":{"S":"No One You Know"},"Year":{"N":"2004"},"é":{"L":[{"NULL":true},{"N":"-1.5"}]},"x":1.5e3}`)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		s := jsontext.Scanner{Data: data}
		if err := s.SkipValue(); err != nil || s.Pos != len(data) {
			panic(errors.Join(err, errors.New("not at the end")))
		}
	}))
	// One buffer serves all strings with escapes.
	escaped := []byte(`["\u00e9\n","\ud83c\udfb8 and so on","\\"]`)
	s := jsontext.Scanner{Data: escaped}
	require.NoError(t, s.SkipValue())
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		s.Pos = 0
		if err := s.SkipValue(); err != nil {
			panic(err)
		}
	}))
}

func TestSkipDistinct(t *testing.T) {
	t.Parallel()
	many := `{"0":0`
	for i := 1; i < 30; i++ {
		many += fmt.Sprintf(`,"%d":{"a":1}`, i)
	}
	for _, text := range []string{`{}`, `{"a":{"a":[{"a":1},{"a":2}]},"b":1}`, `{"a":1,"A":2}`, many + `}`} {
		s := scan(text)
		require.NoError(t, s.SkipDistinct(), text)
		assert.Equal(t, len(text), s.Pos)
	}
	for text, pos := range map[string]int{
		`{"a":1,"a":2}`:                7,
		`[0,{"b":{"a":1,"\u0061":2}}]`: 15,
		`{"\u0061":1,"b":2,"a":3}`:     18,
		many + `,"0":1}`:               len(many) + 1,
		many + `,"29":1}`:              len(many) + 1,
	} {
		assertError(t, scan(text).SkipDistinct(), jsontext.RuleTwice, pos, text)
		assert.NoError(t, scan(text).SkipValue())
	}
}
