package main

import (
	"fmt"
	"io"
)

// mostLosses is how many lines name rows that were not written.
const mostLosses = 20

// losses names the rows that were not written, those that follow one another in one
// line if the cause is the same.
type losses struct {
	out   io.Writer
	rows  int64
	lines int
	open  loss
}

// loss is a run of rows that share a cause. The zero value is none.
type loss struct {
	from, to int64
	cause    string
}

// add enters one row.
func (l *losses) add(number int64, state string, err error) {
	l.rows++
	cause := fmt.Sprintf("%s: %v", state, err)
	if number == l.open.to+1 && cause == l.open.cause {
		l.open.to = number
		return
	}
	l.flush()
	l.open = loss{number, number, cause}
}

// flush names the rows that add has kept back.
func (l *losses) flush() {
	last := l.open
	l.open = loss{}
	if last.from == 0 {
		return
	}
	switch l.lines++; {
	case l.lines > mostLosses+1:
	case l.lines > mostLosses:
		fmt.Fprintln(l.out, "More rows were not written, which are not named.")
	case last.from == last.to:
		fmt.Fprintf(l.out, "row %d: %s\n", last.from, last.cause)
	default:
		fmt.Fprintf(l.out, "rows %d to %d: %s\n", last.from, last.to, last.cause)
	}
}

// say prints a line of another kind, after the rows before it.
func (l *losses) say(format string, args ...any) {
	l.flush()
	fmt.Fprintf(l.out, format+"\n", args...)
}
