package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

// newBar returns a progress bar for size bytes. If size is -1, the bar has no end. The
// bar is visible only on a terminal.
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

// advance moves the bar to where the load is.
func (l *load) advance() {
	l.bar.Describe(demo.Count(l.written, "row", "rows"))
	_ = l.bar.Set64(l.rows.offset()) // a bar that cannot be drawn must not stop the load
}

// barWriter writes lines to the terminal that shows the bar.
type barWriter struct {
	bar *progressbar.ProgressBar
	out io.Writer
}

// Write removes the bar first. The bar comes back when the load advances.
func (a barWriter) Write(b []byte) (int, error) {
	_ = a.bar.Clear()
	return a.out.Write(b)
}
