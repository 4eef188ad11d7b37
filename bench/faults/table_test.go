package faults

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
)

// result holds the verdict of each client in each trial.
type result struct {
	seed uint64
	rows []row
}

type row struct {
	trial
	verdicts []verdict // one for each contender
}

func (r *result) add(t *testing.T, tr trial, seed uint64) {
	t.Helper()
	line := row{trial: tr}
	for _, who := range contenders {
		line.verdicts = append(line.verdicts, runTrial(t, tr, who, seed))
	}
	r.rows = append(r.rows, line)
}

// sheet is one table to print.
type sheet struct {
	name  string
	head  []string
	cells [][]string
	notes []string
}

var meanings = []struct {
	verdict verdict
	text    string
}{
	{right, "done, or refused where an error is right"},
	{lost, "reported as done but not done, or missing from a result without an error"},
	{duplicated, "done twice where that does harm, or returned twice"},
	{wrong, "a damaged or invented value, or a false statement about a write"},
	{unknown, "an error that leaves open whether the write was done"},
	{failed, "an error, although the call could have succeeded"},
	{hung, "the call does not end within an hour"},
	{flooded, "over 600 requests a minute while the server leaves everything unprocessed"},
}

// summary counts the verdicts of all trials.
func (r *result) summary() sheet {
	s := sheet{name: "All trials", head: append([]string{"", ""}, versions()...)}
	for _, m := range meanings {
		line := []string{string(m.verdict), m.text}
		for who := range contenders {
			line = append(line, strconv.Itoa(r.count(who, func(v verdict, _ row) bool { return v == m.verdict })))
		}
		s.cells = append(s.cells, line)
	}
	line := []string{"trials", "without calls that the client does not offer"}
	for who := range contenders {
		line = append(line, strconv.Itoa(r.count(who, func(v verdict, _ row) bool { return v != notOffered })))
	}
	s.cells = append(s.cells, line)
	return s
}

func (r *result) count(who int, counts func(verdict, row) bool) int {
	n := 0
	for _, line := range r.rows {
		if counts(line.verdicts[who], line) {
			n++
		}
	}
	return n
}

// byDefect returns a sheet with a row for each trial of the 18 defects.
func (r *result) byDefect() sheet {
	s := sheet{name: "The 18 defects of today's stack", head: append([]string{"#", "trial"}, names()...)}
	for _, line := range r.rows {
		if line.defect == 0 {
			continue
		}
		name := line.name
		if line.note != "" {
			s.notes = append(s.notes, line.note)
			name += fmt.Sprintf(" (%d)", len(s.notes))
		}
		cells := []string{strconv.Itoa(line.defect), name}
		for _, v := range line.verdicts {
			cells = append(cells, string(v))
		}
		s.cells = append(s.cells, cells)
	}
	return s
}

// byGroup returns a sheet with a row for each fault of the matrix; a row counts all
// operations.
func (r *result) byGroup() sheet {
	s := sheet{name: "Every fault with every operation", head: append([]string{"fault", "trials"}, names()...)}
	var groups []string
	for _, line := range r.rows {
		if line.group != "" && !slices.Contains(groups, line.group) {
			groups = append(groups, line.group)
		}
	}
	for _, group := range groups {
		cells := []string{group, strconv.Itoa(r.count(0, func(_ verdict, line row) bool { return line.group == group }))}
		for who := range contenders {
			var parts []string
			for _, v := range append(slices.Clone(verdicts()), notOffered) {
				n := r.count(who, func(got verdict, line row) bool { return got == v && line.group == group })
				if n > 0 && v != notOffered {
					parts = append(parts, fmt.Sprintf("%d %s", n, v))
				}
			}
			cells = append(cells, strings.Join(parts, ", "))
		}
		s.cells = append(s.cells, cells)
	}
	return s
}

func verdicts() []verdict {
	all := make([]verdict, len(meanings))
	for i, m := range meanings {
		all[i] = m.verdict
	}
	return all
}

func names() []string {
	all := make([]string, len(contenders))
	for i, who := range contenders {
		all[i] = who.name
	}
	return all
}

// versions returns the names of the contenders with their versions in go.mod.
func versions() []string {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		panic(err)
	}
	all := names()
	for i, who := range contenders {
		if who.module == "" {
			continue
		}
		found := regexp.MustCompile(regexp.QuoteMeta(who.module) + ` (v\S+)`).FindSubmatch(mod)
		if found == nil {
			panic("go.mod has no " + who.module)
		}
		all[i] += " " + string(found[1])
	}
	return all
}

func (s sheet) text(w io.Writer) {
	fmt.Fprintf(w, "%s\n\n", s.name)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range append([][]string{s.head}, s.cells...) {
		fmt.Fprintln(tab, strings.Join(line, "\t"))
	}
	_ = tab.Flush()
	for i, note := range s.notes {
		fmt.Fprintf(w, "(%d) %s\n", i+1, note)
	}
	fmt.Fprintln(w)
}

func (s sheet) markdown(w io.Writer) {
	fmt.Fprintf(w, "| %s |\n|%s\n", strings.Join(s.head, " | "), strings.Repeat("---|", len(s.head)))
	for _, line := range s.cells {
		fmt.Fprintf(w, "| %s |\n", strings.Join(line, " | "))
	}
	for i, note := range s.notes {
		fmt.Fprintf(w, "\n(%d) %s\n", i+1, note)
	}
}
