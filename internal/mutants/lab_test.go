package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sumSource = `package sum

func sum(a, b int) int { return a + b }

const most = 10

type total struct{ n int }

func (t *total) add(n int) { t.n = sum(t.n, n) }

func count(ns []int) (n int) {
outer:
	for {
		if n == len(ns) {
			break outer
		}
		n++
	}
	return n
}
`

const sumTest = `package sum

import "testing"

func TestSum(t *testing.T) {
	if sum(2, 2) != 4 {
		t.Error("wrong")
	}
}

func TestTotal(t *testing.T) {
	var all total
	all.add(most)
	if all.n != 10 || count([]int{1, 2}) != 2 {
		t.Error("wrong")
	}
}

func TestNothing(t *testing.T) {}

func TestFails(t *testing.T) { t.Fail() }

func TestSkips(t *testing.T) { t.Skip() }
`

// newSumLab returns a lab of a small module.
func newSumLab(t *testing.T) *lab {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module example.com/sum\n\ngo 1.25\n", "sum.go": sumSource, "sum_test.go": sumTest} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return newLab(dir, t.TempDir(), 2)
}

// TestLab kills mutants of a small module, and fails to kill those that it must not.
func TestLab(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: compiles test programs; run it with go test ./internal/mutants -run '^TestLab$'")
	}
	t.Parallel()

	l := newSumLab(t)
	sum := func(name, changed string) mutant {
		return mutant{name: name, file: "sum.go", old: "a + b", new: changed, pkg: ".", test: "TestSum"}
	}
	ofTest := func(test string) mutant { // a mutant with another test
		m := sum(test, "a - b")
		m.test = test
		return m
	}
	stale := sum("stale", "a - b")
	stale.old = "a % b"
	for name, test := range map[string]struct {
		killed, survive []mutant
	}{
		"in one binary": {
			[]mutant{
				sum("difference", "a - b"),
				sum("panics", `func() int { panic("no") }()`),
				{name: "no result", file: "sum.go", old: "t.n = sum(t.n, n)", new: "", pkg: ".", test: "TestTotal"},
				{name: "constant", file: "sum.go", old: "most = 10", new: "most = 11", pkg: ".", test: "TestTotal"},
				{name: "with a label", file: "sum.go", old: "return n", new: "return n + 1", pkg: ".", test: "TestTotal"},
			},
			[]mutant{sum("product", "a * b"), stale, ofTest("TestDifference"), ofTest("TestNothing"), ofTest("TestFails"), ofTest("TestSkips")},
		},
		"one that does not compile": {
			[]mutant{sum("difference", "a - b")},
			[]mutant{sum("product", "a * b"), sum("does not compile", "a + c")},
		},
	} {
		for i, err := range l.killAll(t.Context(), append(test.killed, test.survive...)) {
			if i < len(test.killed) {
				assert.NoError(t, err, "%s: %s", name, test.killed[i].name)
			} else {
				assert.Error(t, err, "%s: %s", name, test.survive[i-len(test.killed)].name)
			}
		}
	}
	source, err := os.ReadFile(filepath.Join(l.root, "sum.go"))
	require.NoError(t, err)
	assert.Equal(t, sumSource, string(source), "the sources must not change")
}

func TestCombine(t *testing.T) {
	t.Parallel()

	l := newSumLab(t)
	trials := []*trial{
		{mutant: mutant{file: "sum.go", old: "a + b", new: "a - b"}, number: 1},
		{mutant: mutant{file: "sum.go", old: "a + b", new: "a * b"}, number: 2},
		{mutant: mutant{file: "sum.go", old: "t.n = sum(t.n, n)", new: ""}, number: 3},
		{mutant: mutant{file: "sum.go", old: "most = 10", new: "most = 11"}, number: 4},
		{mutant: mutant{file: "sum.go", old: "return n", new: "return n + 1"}, number: 5},
		{mutant: mutant{file: "sum.go", old: "stale", new: "n += 2"}, number: 6},
		{mutant: mutant{file: "none.go", old: "a", new: "b"}, number: 7},
	}
	files, inThem := combine(l.root, trials)
	assert.Equal(t, trials[:3], inThem)
	assert.Len(t, files, 2)
	assert.Contains(t, string(files["sum.go"]), `func sum(a, b int) int {
if chosenMutant__ == 2 { return a * b 
}

if chosenMutant__ == 1 { return a - b 
}
 return a + b }`)
	assert.Contains(t, string(files["sum.go"]), `func (t *total) add(n int) {
if chosenMutant__ == 3 {  
return
}
 t.n = sum(t.n, n) }`)
	assert.Contains(t, string(files["chosen_mutant__.go"]), `os.Getenv("DYNAMOCONN_MUTANT")`)
}

func TestTimesOf(t *testing.T) {
	t.Parallel()

	out := "=== RUN   TestA\n    --- PASS: TestA/sub (3.00s)\n--- PASS: TestA (1.50s)\n--- FAIL: TestB (0.10s)\n--- SKIP: TestC (0.00s)\nPASS\n"
	assert.Equal(t, map[string]time.Duration{"TestA": 1500 * time.Millisecond}, timesOf(out))
}
