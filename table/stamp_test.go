package table

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFateOfAWriteIsReadFromTheMark(t *testing.T) {
	t.Parallel()
	base := nextMark("")
	own := nextMark(base)
	for name, c := range map[string]struct {
		stored string
		fate   fate
	}{
		"our own is the last":              {own, fateApplied},
		"two writes came behind it":        {nextMark(nextMark(own)), fateApplied},
		"another write came in its place":  {nextMark(base), fateNotApplied},
		"others came in its place":         {nextMark(nextMark(nextMark(base))), fateNotApplied},
		"nothing was written yet":          {base, fatePending},
		"a new item":                       {nextMark(""), fateUnknown},
		"no mark":                          {"", fateUnknown},
		"more writes than a mark can hold": {nextMark(nextMark(nextMark(nextMark(nextMark(nextMark(own)))))), fateUnknown},
	} {
		assert.Equal(t, c.fate, fateOf(base, own, c.stored), name)
	}
	assert.Equal(t, fateUnknown, fateOf("", nextMark(""), nextMark("")), "nothing is known of the item that was expected")
	assert.Equal(t, fateNotApplied, fateOf(base, "", nextMark(base)), "a delete in whose place another write came")
	assert.Equal(t, fateUnknown, fateOf(base, "", ""), "a delete leaves no mark")
	assert.Len(t, strings.Fields(nextMark(nextMark(nextMark(nextMark(nextMark(nextMark(own))))))), marksKept)
}
