package dynamoconn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
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

// FuzzShowName requires that the name of an attribute can be shown in a path, and cannot be
// mistaken for another path.
func FuzzShowName(f *testing.F) {
	for _, name := range []string{"", "a", "a.b", "a[0]", "\"", "\xff", "\u202e", strings.Repeat("é", 40), "a b"} {
		f.Add(name, "x")
	}
	mutate.Fuzz(f, func(t *testing.T, a, b string) {
		shown := showName(a)
		requireShowable(t, shown)
		require.LessOrEqual(t, len(shown), 4*longestShownName+8)
		if len(a) <= longestShownName && len(b) <= longestShownName && a != b {
			require.NotEqual(t, shown, showName(b))
		}
		err := under("Item", underName(a, underElement(3, broken("rule"))))
		var field *FieldError
		require.ErrorAs(t, err, &field)
		require.Equal(t, fmt.Sprintf("Item.%s[3]", shown), field.Path)
		requireShowable(t, err.Error())
	})
}
