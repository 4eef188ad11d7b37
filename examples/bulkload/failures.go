package main

import (
	"fmt"
	"io"
)

// maxFailureLines is the largest number of lines that name rows.
const maxFailureLines = 20

// failures prints the rows that were not written. Consecutive rows with the same cause
// share a line.
type failures struct {
	out   io.Writer
	rows  int64       // the number of rows that were not written
	lines int         // the number of lines that were printed
	last  failedRange // the rows that are not printed yet
}

// failedRange is a range of consecutive rows that failed for the same cause. The zero
// value holds no rows.
type failedRange struct {
	from, to int64
	cause    string
}

// add adds one row. It prints the rows before it if they had another cause.
func (f *failures) add(number int64, state string, err error) {
	f.rows++
	cause := fmt.Sprintf("%s: %v", state, err)
	if number == f.last.to+1 && cause == f.last.cause {
		f.last.to = number
		return
	}
	f.flush()
	f.last = failedRange{number, number, cause}
}

// flush prints the rows that add has not printed yet.
func (f *failures) flush() {
	last := f.last
	f.last = failedRange{}
	if last.from == 0 {
		return
	}
	switch f.lines++; {
	case f.lines > maxFailureLines+1:
	case f.lines > maxFailureLines:
		fmt.Fprintln(f.out, "More rows were not written. They are not listed.")
	case last.from == last.to:
		fmt.Fprintf(f.out, "row %d: %s\n", last.from, last.cause)
	default:
		fmt.Fprintf(f.out, "rows %d to %d: %s\n", last.from, last.to, last.cause)
	}
}

// printLine prints any other line, after the rows that were added before it.
func (f *failures) printLine(format string, args ...any) {
	f.flush()
	fmt.Fprintf(f.out, format+"\n", args...)
}
