package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

// newBar returns a progress bar over size bytes, or one without an end if size is -1.
// It shows itself only on a terminal.
func newBar(out io.Writer, size int64) *progressbar.ProgressBar {
	file, ok := out.(*os.File)
	return progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(out),
		progressbar.OptionSetVisibility(ok && term.IsTerminal(int(file.Fd()))),
		progressbar.OptionSetDescription("0 rows"),
		progressbar.OptionSetWidth(30),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionThrottle(50*time.Millisecond),
	)
}

// advance shows how far the load has come.
func (l *load) advance() {
	l.bar.Describe(demo.Count(l.written, "row", "rows"))
	_ = l.bar.Set64(l.rows.offset()) // a bar that cannot be drawn stops no load
}

// aboveBar writes lines to where the bar is, in its place.
type aboveBar struct {
	bar *progressbar.ProgressBar
	out io.Writer
}

// Write wipes the bar away, which comes back when the load advances.
func (a aboveBar) Write(b []byte) (int, error) {
	_ = a.bar.Clear()
	return a.out.Write(b)
}
