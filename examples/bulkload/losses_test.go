package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRowsWithOneCauseShareALine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := &losses{out: &out}
	l.flush()
	tooLarge, denied := errors.New("too large"), errors.New("denied")
	l.add(2, "refused", tooLarge)
	l.add(3, "refused", tooLarge)
	l.add(4, "refused", denied)
	l.say("%d rows are tried again", 1)
	l.add(6, "not done", denied)
	l.add(8, "not done", denied)
	l.flush()
	l.flush()
	assert.Equal(t, "rows 2 to 3: refused: too large\nrow 4: refused: denied\n1 rows are tried again\n"+
		"row 6: not done: denied\nrow 8: not done: denied\n", out.String())
	assert.EqualValues(t, 5, l.rows)
}

func TestTooManyLossesAreCountedAndNotNamed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := &losses{out: &out}
	for row := range int64(100) {
		l.add(2*row+1, "refused", errors.New("denied"))
	}
	l.flush()
	assert.EqualValues(t, 100, l.rows)
	assert.Equal(t, mostLosses+1, strings.Count(out.String(), "\n"))
	assert.True(t, strings.HasSuffix(out.String(), "More rows were not written, which are not named.\n"))
}
