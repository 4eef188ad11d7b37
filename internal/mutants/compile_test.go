package main

import (
	"errors"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A mutant that does not compile shows nothing about its test. The check here takes a few
// seconds for all of them: it checks the types of the changed file, and takes what the package
// imports from the compiler's cache.
func TestEveryMutantCompiles(t *testing.T) {
	t.Parallel()

	dirs := make(map[string]bool)
	patterns := []string{}
	for _, m := range mutants {
		if dir := filepath.Dir(m.file); !dirs[dir] {
			dirs[dir] = true
			patterns = append(patterns, "./"+filepath.ToSlash(dir))
		}
	}
	check := newTypeChecker(t, root, patterns)
	for _, m := range mutants {
		changed, err := m.apply(root)
		if assert.NoError(t, err, m.name) {
			assert.NoError(t, check.compiles(filepath.Join(root, m.file), changed), m.name)
		}
	}
}

func TestTypeCheckerFindsWhatDoesNotCompile(t *testing.T) {
	t.Parallel()

	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/sum\n\ngo 1.25\n",
		"sum.go": "package sum\n\nfunc sum(a, b int) int { return plus(a, b) }\n",
		"b.go":   "package sum\n\nfunc plus(a, b int) int { return a + b }\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	check := newTypeChecker(t, dir, []string{"."})
	file := filepath.Join(dir, "sum.go")
	assert.NoError(t, check.compiles(file, []byte("package sum\n\nfunc sum(a, b int) int { return plus(b, a) }\n")))
	for _, text := range []string{
		"package sum\n\nfunc sum(a, b int) int { return plus(a, c) }\n",
		"package sum\n\nfunc sum(a, b int) int { x := plus(a, b); return 1 }\n",
		"package sum\n\nimport \"os\"\n\nfunc sum(a, b int) int { return 1 }\n",
		"package sum\n\nfunc sum(a, b int) int {\n",
	} {
		assert.Error(t, check.compiles(file, []byte(text)), text)
	}
}

// typeChecker checks the types of files that are changed.
type typeChecker struct {
	files    *token.FileSet
	packages map[string]map[string]*ast.File // by directory and by file name; the functions have no bodies
	imports  types.Importer
}

// newTypeChecker returns a type checker of some packages of a module.
func newTypeChecker(t *testing.T, root string, patterns []string) *typeChecker {
	t.Helper()
	list := exec.Command("go", append([]string{"list", "-export", "-deps", "-f", `{{.ImportPath}}{{"\t"}}{{.Export}}`}, patterns...)...)
	list.Dir = root
	var failure strings.Builder
	list.Stderr = &failure
	out, err := list.Output()
	require.NoError(t, err, failure.String())
	exports := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		pkg, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
		exports[pkg] = file
	}
	c := &typeChecker{files: token.NewFileSet(), packages: make(map[string]map[string]*ast.File)}
	c.imports = importer.ForCompiler(c.files, "gc", func(pkg string) (io.ReadCloser, error) {
		if exports[pkg] == "" {
			return nil, errors.New("no export data")
		}
		return os.Open(exports[pkg])
	})
	for _, pattern := range patterns {
		c.read(t, filepath.Join(root, pattern))
	}
	return c
}

// read parses the sources of one package.
func (c *typeChecker) read(t *testing.T, dir string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	c.packages[dir] = make(map[string]*ast.File)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(c.files, name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			if function, ok := decl.(*ast.FuncDecl); ok {
				function.Body = nil
			}
		}
		c.packages[dir][name] = parsed
	}
}

// compiles returns an error unless a file compiles with other content. Errors elsewhere do not
// count: without bodies there are many.
func (c *typeChecker) compiles(file string, content []byte) error {
	changed, err := parser.ParseFile(c.files, file, content, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	all := []*ast.File{changed}
	for name, parsed := range c.packages[filepath.Dir(file)] {
		if name != file {
			all = append(all, parsed)
		}
	}
	var inFile []error
	config := types.Config{Importer: c.imports, Error: func(err error) {
		var typeError types.Error
		if !errors.As(err, &typeError) || c.files.Position(typeError.Pos).Filename == file {
			inFile = append(inFile, err)
		}
	}}
	_, _ = config.Check("changed", c.files, all, nil)
	return errors.Join(inFile...)
}
