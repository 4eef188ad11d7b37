package faults

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// printedSeed is the seed of the tables in README.md and docs/comparison.md.
const printedSeed = 1

var (
	seed        = flag.Uint64("seed", printedSeed, "the seed for the places of damage")
	printTables = flag.Bool("print", false, "print the tables")
	markdown    = flag.Bool("markdown", false, "print the tables as Markdown")
	update      = flag.Bool("update", false, "write the tables into README.md and docs/comparison.md")
	printEach   = flag.Bool("each", false, "print every trial")
)

func TestMain(m *testing.M) {
	// The clients must have their defaults, so the environment must not change them.
	for _, setting := range os.Environ() {
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	_ = os.Setenv("AWS_CONFIG_FILE", os.DevNull)
	_ = os.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	os.Exit(m.Run())
}

// runTrial runs one trial with one client on a fake clock.
func runTrial(t *testing.T, tr trial, who contender, seed uint64) (v verdict) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(seed)
		defer func() { w.close() }()
		if tr.prepare != nil {
			tr.prepare(w)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		over := false
		w.network.stop = func() {
			over = true
			cancel()
		}
		timer := time.AfterFunc(hangsAfter, w.network.stop)
		defer timer.Stop()
		v = recoverAsFailed(func() verdict { return tr.run(ctx, w, who.open(w)) })
		if over {
			v = hung
		}
	})
	return v
}

// recoverAsFailed returns the verdict of f, or failed if f panics.
func recoverAsFailed(f func() verdict) (v verdict) {
	defer func() {
		if recover() != nil {
			v = failed
		}
	}()
	return f()
}

// With -short, TestCompareFaults tries only the defects and not every fault with
// every operation.
func TestCompareFaults(t *testing.T) {
	r := result{seed: *seed}
	if !testing.Short() {
		for i, tr := range matrix() {
			r.add(t, tr, *seed+uint64(i))
		}
	}
	for _, tr := range slices.Concat(furtherTrials, defects) {
		r.add(t, tr, *seed)
	}
	r.checkPromises(t)
	r.print()
	if *seed != printedSeed {
		return
	}
	r.checkTable(t, "../../docs/comparison.md", r.byDefect())
	if !testing.Short() {
		r.checkTable(t, "../../README.md", r.summary())
		r.checkTable(t, "../../docs/comparison.md", r.summary())
		r.checkTable(t, "../../docs/comparison.md", r.byGroup())
	}
}

func (r *result) print() {
	if *printEach {
		for _, line := range r.rows {
			fmt.Printf("%-60s %q\n", line.name, line.verdicts)
		}
	}
	if !*printTables && !*markdown {
		return
	}
	fmt.Printf("seed %d\n\n", r.seed)
	for _, s := range []sheet{r.summary(), r.byDefect(), r.byGroup()} {
		if *markdown {
			fmt.Printf("## %s\n\n", s.name)
			s.markdown(os.Stdout)
			fmt.Println()
		} else {
			s.text(os.Stdout)
		}
	}
}

// checkPromises checks that dynamoconn had no bad end in any trial, except where the
// trial allows it. This must hold for every seed.
func (r *result) checkPromises(t *testing.T) {
	for _, line := range r.rows {
		switch v := line.verdicts[len(contenders)-1]; v {
		case lost, duplicated, wrong, hung, flooded:
			if v != line.allowed {
				t.Errorf("%s: %s", line.name, v)
			}
		}
	}
}

// checkTable checks that a file holds the sheet of this run. With -update it writes
// the sheet into the file.
func (r *result) checkTable(t *testing.T, file string, s sheet) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	begin, end := fmt.Sprintf("<!-- compare-faults: %s -->\n", s.name), "<!-- compare-faults: end -->"
	before, rest, found := strings.Cut(string(text), begin)
	require.True(t, found, "%s has no line %q", file, begin)
	old, after, found := strings.Cut(rest, end)
	require.True(t, found, "%s has no line that ends the table %q", file, s.name)
	var table strings.Builder
	s.markdown(&table)
	if *update && old != table.String() {
		require.NoError(t, os.WriteFile(file, []byte(before+begin+table.String()+end+after), 0o644))
		return
	}
	assert.Equal(t, table.String(), old, "%s is out of date: run make compare-faults COMPAREFLAGS=-update", file)
}
