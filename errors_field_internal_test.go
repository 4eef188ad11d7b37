package dynamoconn

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFieldErrorPath(t *testing.T) {
	t.Parallel()
	var err error = broken("is wrong")
	for _, step := range []struct {
		way  func(error) error
		want string
	}{
		{func(err error) error { return err }, ""},
		{func(err error) error { return underName("x", err) }, "x"},
		{func(err error) error { return underElement(10, err) }, "[10].x"},
		{func(err error) error { return underElement(2, err) }, "[2][10].x"},
		{func(err error) error { return underName("Lines", err) }, "Lines[2][10].x"},
		{func(err error) error { return underName("A.B", err) }, `"A.B".Lines[2][10].x`},
		{func(err error) error { return under("Item", err) }, `Item."A.B".Lines[2][10].x`},
	} {
		err = step.way(err)
		assert.Equal(t, invalid(step.want, "is wrong"), err)
	}
	assert.NoError(t, underName("x", nil))
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
