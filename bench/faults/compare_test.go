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

// printedSeed is that of the tables in README.md and docs/comparison.md.
const printedSeed = 1

var (
	seed     = flag.Uint64("seed", printedSeed, "what the places of damage are drawn from")
	show     = flag.Bool("print", false, "print the tables")
	markdown = flag.Bool("markdown", false, "print the tables as Markdown")
	update   = flag.Bool("update", false, "write the tables into README.md and docs/comparison.md")
	each     = flag.Bool("each", false, "print every trial")
)

func TestMain(m *testing.M) {
	// The clients are as they come: nothing of the environment counts.
	for _, setting := range os.Environ() {
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	_ = os.Setenv("AWS_CONFIG_FILE", os.DevNull)
	_ = os.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	os.Exit(m.Run())
}

// try puts one trial before one client, on a clock of its own.
func try(t *testing.T, tr trial, who contender, seed uint64) (v verdict) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(seed)
		if tr.prepare != nil {
			tr.prepare(w)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		over := false
		w.path.stop = func() {
			over = true
			cancel()
		}
		timer := time.AfterFunc(patience, w.path.stop)
		defer timer.Stop()
		v = guarded(func() verdict { return tr.run(ctx, w, who.open(w)) })
		if over {
			v = hung
		}
	})
	return v
}

// guarded takes a panic for a failure.
func guarded(f func() verdict) (v verdict) {
	defer func() {
		if recover() != nil {
			v = failed
		}
	}()
	return f()
}

// With -short only the defects are tried, not every fault with every operation.
func TestCompareFaults(t *testing.T) {
	r := result{seed: *seed}
	if !testing.Short() {
		for i, tr := range matrix() {
			r.add(t, tr, *seed+uint64(i))
		}
	}
	for _, tr := range slices.Concat(further, defects) {
		r.add(t, tr, *seed)
	}
	r.promises(t)
	r.print()
	if *seed != printedSeed {
		return
	}
	r.agrees(t, "../../docs/comparison.md", r.byDefect())
	if !testing.Short() {
		r.agrees(t, "../../README.md", r.summary())
		r.agrees(t, "../../docs/comparison.md", r.summary())
		r.agrees(t, "../../docs/comparison.md", r.byGroup())
	}
}

func (r *result) print() {
	if *each {
		for _, line := range r.rows {
			fmt.Printf("%-60s %q\n", line.name, line.verdicts)
		}
	}
	if !*show && !*markdown {
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

// promises are what this library must do in every trial, whatever the seed.
func (r *result) promises(t *testing.T) {
	for _, line := range r.rows {
		switch v := line.verdicts[len(contenders)-1]; v {
		case lost, duplicated, wrong, hung, flooded:
			if v != line.ours {
				t.Errorf("%s: %s", line.name, v)
			}
		}
	}
}

// agrees checks that a file has the table as it was printed just now.
func (r *result) agrees(t *testing.T, file string, s sheet) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	begin, end := fmt.Sprintf("<!-- compare-faults: %s -->\n", s.name), "<!-- compare-faults: end -->"
	before, rest, found := strings.Cut(string(text), begin)
	require.True(t, found, "%s has no mark %q", file, begin)
	old, after, found := strings.Cut(rest, end)
	require.True(t, found, "%s has no end of %q", file, s.name)
	var table strings.Builder
	s.markdown(&table)
	if *update && old != table.String() {
		require.NoError(t, os.WriteFile(file, []byte(before+begin+table.String()+end+after), 0o644))
		return
	}
	assert.Equal(t, table.String(), old, "%s is out of date: run make compare-faults COMPAREFLAGS=-update", file)
}
