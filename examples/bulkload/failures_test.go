package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestConsecutiveFailuresWithOneCauseShareALine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	f := &failures{out: &out}
	f.flush()
	tooLarge, denied := errors.New("too large"), errors.New("denied")
	f.add(2, "refused", tooLarge)
	f.add(3, "refused", tooLarge)
	f.add(4, "refused", denied)
	f.printLine("%d rows are sent again", 1)
	f.add(6, "not done", denied)
	f.add(8, "not done", denied)
	f.flush()
	f.flush()
	assert.Equal(t, "rows 2 to 3: refused: too large\nrow 4: refused: denied\n1 rows are sent again\n"+
		"row 6: not done: denied\nrow 8: not done: denied\n", out.String())
	assert.EqualValues(t, 5, f.rows)
}

func TestTooManyFailuresAreCountedButNotListed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	f := &failures{out: &out}
	for row := range int64(100) {
		f.add(2*row+1, "refused", errors.New("denied"))
	}
	f.flush()
	assert.EqualValues(t, 100, f.rows)
	assert.Equal(t, maxFailureLines+1, strings.Count(out.String(), "\n"))
	assert.True(t, strings.HasSuffix(out.String(), "More rows were not written. They are not listed.\n"))
}
