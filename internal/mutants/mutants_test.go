package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// TestEveryMutantIsUpToDate checks that every mutant can be put into the sources and
// that its test exists. Running them all takes minutes: make mutants.
func TestEveryMutantIsUpToDate(t *testing.T) {
	t.Parallel()

	tests := make(map[string]string) // the text of the test files, by package
	names := make(map[string]bool)
	for _, m := range mutants {
		require.NotEmpty(t, m.name)
		assert.False(t, names[m.name], "two mutants are named %q", m.name)
		names[m.name] = true
		assert.NotEqual(t, m.old, m.new, m.name)

		changed, err := m.apply(root)
		if assert.NoError(t, err, m.name) {
			_, err = parser.ParseFile(token.NewFileSet(), m.file, changed, 0)
			assert.NoError(t, err, m.name)
		}
		if tests[m.pkg] == "" {
			tests[m.pkg] = readTests(t, m.pkg)
		}
		if !strings.Contains(tests[m.pkg], "func "+m.test+"(t *testing.T)") {
			t.Errorf("%s: package %s has no test %s", m.name, m.pkg, m.test)
		}
	}
}

// readTests returns the text of all test files of a package.
func readTests(t *testing.T, pkg string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
	require.NoError(t, err)
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}

func TestEveryDefectHasAMutant(t *testing.T) {
	t.Parallel()

	seen := make(map[int]bool)
	for _, m := range mutants {
		assert.GreaterOrEqual(t, m.defect, 0)
		assert.LessOrEqual(t, m.defect, 18)
		seen[m.defect] = true
	}
	for defect := range 19 {
		assert.True(t, seen[defect], "no mutant of defect %d", defect)
	}
}

func TestApply(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), []byte("one two two"), 0o600))
	changed, err := mutant{file: "a.go", old: "one", new: "1"}.apply(dir)
	require.NoError(t, err)
	assert.Equal(t, "1 two two", string(changed))
	for name, m := range map[string]mutant{
		"stale":     {file: "a.go", old: "three"},
		"ambiguous": {file: "a.go", old: "two"},
		"no file":   {file: "b.go", old: "one"},
	} {
		_, err := m.apply(dir)
		assert.Error(t, err, name)
	}
}

// TestLab kills mutants of a small module, and fails to kill those that it must not.
func TestLab(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: compiles a test program for each of nine mutants; run it with go test ./internal/mutants -run '^TestLab$'")
	}
	t.Parallel()

	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module example.com/sum\n\ngo 1.25\n",
		"sum.go":      "package sum\n\nfunc sum(a, b int) int { return a + b }\n",
		"sum_test.go": "package sum\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tif sum(2, 2) != 4 {\n\t\tt.Error(\"wrong\")\n\t}\n}\n\nfunc TestNothing(t *testing.T) {}\n\nfunc TestFails(t *testing.T) { t.Fail() }\n\nfunc TestSkips(t *testing.T) { t.Skip() }\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	l := &lab{root: dir, dir: t.TempDir(), unchanged: make(map[string]string)}
	minus := mutant{file: "sum.go", old: "a + b", new: "a - b", pkg: ".", test: "TestSum"}
	with := func(change func(*mutant)) mutant { // a copy of minus with a change
		m := minus
		change(&m)
		return m
	}
	assert.NoError(t, l.kill(t.Context(), minus))
	assert.NoError(t, l.kill(t.Context(), with(func(m *mutant) { m.new = `func() int { panic("no") }()` })), "a panic is a failure")
	for name, m := range map[string]mutant{
		"survives":         with(func(m *mutant) { m.new = "a * b" }),
		"does not compile": with(func(m *mutant) { m.new = "a + c" }),
		"stale":            with(func(m *mutant) { m.old = "a % b" }),
		"no such test":     with(func(m *mutant) { m.test = "TestDifference" }),
		"another test":     with(func(m *mutant) { m.test = "TestNothing" }),
		"test that fails":  with(func(m *mutant) { m.test = "TestFails" }),
		"test that skips":  with(func(m *mutant) { m.test = "TestSkips" }),
	} {
		assert.Error(t, l.kill(t.Context(), m), name)
	}
	source, err := os.ReadFile(filepath.Join(dir, "sum.go"))
	require.NoError(t, err)
	assert.Contains(t, string(source), "a + b", "the sources must not change")
}
