// Command mutants checks that the tests notice known defects. It puts the defects into
// the library, one at a time, and runs the test that must fail because of each:
//
//	go run ./internal/mutants
//
// The command does not change the sources: it gives the compiler changed files in place of
// the real ones (go test -overlay). A mutant is killed if its package still compiles and
// its test fails. The test must pass without the mutant.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	only := flag.String("only", "", "run only the mutants whose name or test matches this regular expression")
	parallel := flag.Int("parallel", runtime.GOMAXPROCS(0), "how many tests and compilers run at the same time")
	flag.Parse()
	if err := run(context.Background(), *only, *parallel); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

// run kills the mutants that the expression chooses, and prints what became of each.
func run(ctx context.Context, only string, parallel int) error {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()

	var ms []mutant
	for _, m := range mutants {
		if chosen.MatchString(m.name) || chosen.MatchString(m.test) {
			ms = append(ms, m)
		}
	}
	began := time.Now()
	l := newLab(root, dir, parallel)
	l.told = func(m mutant, err error) { fmt.Fprintf(os.Stderr, "%s: %s\n", m.name, resultOf(err)) }
	return report(ms, l.killAll(ctx, ms), time.Since(began))
}

// report prints a table of the mutants and what became of each. It returns an error if
// one of them was not killed.
func report(ms []mutant, results []error, took time.Duration) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "defect\tmutant\ttest\tresult")
	survived := 0
	for i, m := range ms {
		if results[i] != nil {
			survived++
		}
		number := ""
		if m.defect != 0 {
			number = strconv.Itoa(m.defect)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", number, m.name, m.test, resultOf(results[i]))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Printf("%d mutants, %d killed in %v\n", len(ms), len(ms)-survived, took.Round(time.Second))
	if survived > 0 {
		return fmt.Errorf("not killed: %d of %d", survived, len(ms))
	}
	return nil
}

func resultOf(err error) string {
	if err != nil {
		return "NOT KILLED: " + err.Error()
	}
	return "killed"
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	return strings.TrimSpace(string(out)), err
}
