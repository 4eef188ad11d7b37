// Command bench compares what dynamoconn needs with what its peers need: the raw SDK, the
// SDK with attributevalue, and guregu/dynamo. All of them do the same tasks with the same
// bytes, through an HTTP client without a network, and check their results each time. They
// take turns in one run, so that a machine that slows down slows down all of them.
//
// It prints, for each row, what dynamoconn needs over what the peer needs (below 1,
// dynamoconn is better) and whether the goal of the row is met. A run of all rows also
// writes results.json, chart.svg and the tables of docs/performance.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

func main() {
	if err := run(context.Background(), os.Stdout, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags of the command.
type options struct {
	timing
	size
	profile
	rows  *regexp.Regexp
	flat  []int // the numbers of items of the flat tasks
	all   bool  // whether every row is run
	date  string
	check bool
	dir   string // where the files are written; empty for none
	// before says that the figures are those that later ones are compared with.
	before bool
	// render says that nothing is measured: the chart and the tables are made again.
	render bool
}

func parseOptions(args []string) (*options, error) {
	o := &options{flat: flatSizes}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.rounds, "rounds", 11, "number of turns of each side; medians are printed")
	flags.DurationVar(&o.turn, "turn", 200*time.Millisecond, "length of a turn, at least one run of the task")
	flags.IntVar(&o.items, "items", 250_000, "number of items that ten_million reads; 10000000 for the whole of it")
	cpu := flags.Bool("cputime", false, "compare the CPU time of the process and not the elapsed time: for a busy machine; a side that leaves garbage pays for all of it")
	pattern := flags.String("rows", "", "run only the rows whose whole names match this regular expression, and write no files")
	flags.StringVar(&o.date, "date", time.Now().UTC().Format(time.DateOnly), "date that the results name")
	flags.BoolVar(&o.check, "check", false, "fail if a goal is missed")
	flags.StringVar(&o.dir, "dir", ".", "directory of results.json and chart.svg; empty to write no files")
	flags.BoolVar(&o.before, "before", false, "write before.json, which later runs are compared with, and no other file")
	flags.BoolVar(&o.render, "render", false, "write the chart and the tables of results.json again, and measure nothing")
	flags.StringVar(&o.cpu, "cpuprofile", "", "write a CPU profile of one side of the row that -rows names, and measure nothing")
	flags.StringVar(&o.mem, "memprofile", "", "write a profile of allocations of one side of the row that -rows names, and measure nothing")
	flags.StringVar(&o.side, "side", ours, "side to profile: "+strings.Join([]string{ours, rawSDK, viaAttributevalue, guregu, without}, ", "))
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if o.rounds < 1 || o.items < 1 || o.turn < 0 {
		return nil, errors.New("-rounds and -items must be at least 1, and -turn not negative")
	}
	if o.clock = elapsed; *cpu {
		o.clock = cpuTime
	}
	if *cpu && !hasCPUTime {
		return nil, errors.New("-cputime: this system does not tell the CPU time of a process")
	}
	o.all = *pattern == ""
	if o.all {
		*pattern = ".*"
	}
	var err error
	o.rows, err = regexp.Compile("^(?:" + *pattern + ")$")
	return o, err
}

func run(ctx context.Context, out io.Writer, args []string) error {
	o, err := parseOptions(args)
	if err != nil {
		return err
	}
	return o.run(ctx, out)
}

func (o *options) run(ctx context.Context, out io.Writer) error {
	if o.render {
		return render(o.dir)
	}
	var chosen []row
	for _, r := range rows() {
		if o.rows.MatchString(r.name) {
			chosen = append(chosen, r)
		}
	}
	if o.isAsked() {
		if len(chosen) != 1 {
			return errors.New("-rows must name the one row to profile")
		}
		return o.profile.run(ctx, chosen[0], o.timing, o.size)
	}
	measured, err := o.measure(ctx, out, chosen)
	if err != nil {
		return err
	}
	if o.all && o.dir != "" {
		write := measured.publish
		if o.before {
			write = measured.writeBefore
		}
		if err := write(o.dir); err != nil {
			return err
		}
	}
	if missed := measured.missed(); o.check && len(missed) > 0 {
		return fmt.Errorf("goals missed: %s", strings.Join(missed, ", "))
	}
	return nil
}

// measure measures the chosen rows, and the flat tasks that the flags choose. It prints each
// as soon as it is known.
func (o *options) measure(ctx context.Context, out io.Writer, chosen []row) (*results, error) {
	measured := newResults(o.date, o.timing)
	for _, r := range chosen {
		result, err := r.measure(ctx, o.timing, o.size)
		if err != nil {
			return nil, err
		}
		result.print(out)
		measured.Rows = append(measured.Rows, result)
	}
	for _, f := range flats() {
		if !o.rows.MatchString(f.name) {
			continue
		}
		result, err := f.measure(ctx, timing{min(o.rounds, 3), o.turn, o.clock}, o.flat)
		if err != nil {
			return nil, err
		}
		result.print(out)
		measured.Flat = append(measured.Flat, result)
	}
	if len(measured.Rows)+len(measured.Flat) == 0 {
		return nil, errors.New("-rows matches no row")
	}
	return measured, nil
}

func (r *results) writeBefore(dir string) error { return r.write(filepath.Join(dir, beforeFile)) }

// The files that a run writes.
const (
	beforeFile  = "before.json"
	resultsFile = "results.json"
	chartFile   = "chart.svg"
	pageFile    = "../docs/performance.md"
)

// publish writes the results, the chart, and the tables of the page.
func (r *results) publish(dir string) error {
	if err := r.write(filepath.Join(dir, resultsFile)); err != nil {
		return err
	}
	return render(dir)
}

// render writes the chart and the tables of the results that are there.
func render(dir string) error {
	r, err := readResults(filepath.Join(dir, resultsFile))
	if err != nil {
		return err
	}
	if r == nil {
		return errors.New("there is no " + resultsFile)
	}
	before, err := readResults(filepath.Join(dir, beforeFile))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, chartFile), r.chart(), 0o644); err != nil {
		return err
	}
	return updatePage(filepath.Join(dir, pageFile), r.tables(before))
}
