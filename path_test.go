package dynamoconn

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestPathText(t *testing.T) {
	t.Parallel()
	root := path{}
	address := root.attribute("Address")
	lines := address.attribute("Lines")
	line := lines.element(2)
	inner := line.element(10)
	below := inner.attribute("x")
	top := root.element(0)
	want := map[*path]string{
		nil: "", &root: "", &address: "Address", &lines: "Address.Lines", &line: "Address.Lines[2]",
		&inner: "Address.Lines[2][10]", &below: "Address.Lines[2][10].x", &top: "[0]",
	}
	for p, text := range want {
		assert.Equal(t, text, p.String())
	}
	assert.Equal(t, `a."b.c"."".d`, pathOf("a", []string{"b.c", "", "d"}))
}

func TestNamesAreShownClearly(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("n", 64)
	for name, want := range map[string]string{
		"Artist_1-x:#y":                      "Artist_1-x:#y",
		"":                                   `""`,
		"a.b":                                `"a.b"`,
		"a b":                                `"a b"`,
		"[0]":                                `"[0]"`,
		`"`:                                  `"\""`,
		"été":                                `"été"`,
		"line\nbreak":                        `"line\nbreak"`,
		notUTF8:                              `"a\xff"`,
		"\u202e":                             `"\u202e"`,
		long:                                 long,
		long + "n":                           long + "...",
		strings.Repeat("n", 62) + "été":      `"` + strings.Repeat("n", 62) + `é..."`,
		strings.Repeat("n", 63) + "été":      strings.Repeat("n", 63) + "...",
		strings.Repeat("a.", 40):             `"` + strings.Repeat("a.", 32) + `..."`,
		strings.Repeat("x", 10<<20) + "\xff": strings.Repeat("x", 64) + "...",
	} {
		assert.Equal(t, want, showName(name))
	}
}
