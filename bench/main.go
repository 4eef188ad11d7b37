// Command bench compares the speed of dynamoconn with that of the SDK below it. Both
// do the same tasks with the same bytes, through an HTTP client without a network.
// They take turns in one run, so that a machine that slows down slows down both. The
// command prints the ratio of their times (below 1, dynamoconn is faster) and the
// allocations of each.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
)

func main() {
	rounds := flag.Int("rounds", 7, "number of times that each pair is timed; the median ratio is printed")
	testing.Init()
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, rounds int) error {
	if rounds < 1 {
		return fmt.Errorf("-rounds must be at least 1")
	}
	all, err := contests(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "task\trival\ttime ratio\tlowest to highest\tdynamoconn time\trival time\tdynamoconn allocs\trival allocs")
	for _, c := range all {
		if err := c.compare(w, rounds); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return w.Flush()
}

// compare times both sides in turns and prints a row.
func (c contest) compare(w io.Writer, rounds int) error {
	var ratios []float64
	var ours, rival testing.BenchmarkResult
	for range rounds {
		var err error
		if ours, err = measure(c.ours); err != nil {
			return err
		}
		if rival, err = measure(c.rivalTask); err != nil {
			return fmt.Errorf("%s: %w", c.rival, err)
		}
		ratios = append(ratios, float64(ours.NsPerOp())/float64(rival.NsPerOp()))
	}
	slices.Sort(ratios)
	_, err := fmt.Fprintf(w, "%s\t%s\t%.2f\t%.2f to %.2f\t%s\t%s\t%d\t%d\n", c.name, c.rival,
		ratios[len(ratios)/2], ratios[0], ratios[len(ratios)-1],
		formatTime(ours), formatTime(rival), ours.AllocsPerOp(), rival.AllocsPerOp())
	return err
}

func measure(task func() error) (testing.BenchmarkResult, error) {
	var taskErr error
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if taskErr = task(); taskErr != nil {
				b.FailNow()
			}
		}
	})
	return result, taskErr
}

func formatTime(r testing.BenchmarkResult) string {
	return fmt.Sprintf("%.1f µs", float64(r.NsPerOp())/1000)
}
