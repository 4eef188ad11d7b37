package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const root = "../.."

// TestEveryMutantIsUpToDate checks that every mutant can be put into the sources and
// that its test exists. make mutants runs them all.
func TestEveryMutantIsUpToDate(t *testing.T) {
	t.Parallel()

	tests := make(map[string]string) // the text of the test files, by package
	names := make(map[string]bool)
	for _, m := range mutants {
		require.NotEmpty(t, m.name)
		assert.False(t, names[m.name], "two mutants are named %q", m.name)
		names[m.name] = true
		assert.NotEqual(t, m.old, m.new, m.name)

		_, err := m.apply(root)
		assert.NoError(t, err, m.name)
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
