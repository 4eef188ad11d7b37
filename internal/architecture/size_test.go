package architecture_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFilesAreNotTooLong(t *testing.T) {
	t.Parallel()
	walkGo(t, func(name string, content []byte) {
		most := 500
		if isTest(name) {
			most = 800
		}
		assert.LessOrEqual(t, bytes.Count(content, []byte("\n")), most, "%s: divide it by its nouns", name)
	})
}

func TestRootHasRoomForMore(t *testing.T) {
	t.Parallel()
	var sources, tests int
	walkGo(t, func(name string, _ []byte) {
		switch {
		case path.Dir(name) != ".":
		case isTest(name):
			tests++
		default:
			sources++
		}
	})
	assert.LessOrEqual(t, sources, 84)
	assert.LessOrEqual(t, tests, 80)
}

func TestLongFunctionsSayWhy(t *testing.T) {
	t.Parallel()
	walkGo(t, func(name string, content []byte) {
		if !isTest(name) {
			assert.Empty(t, longWithoutReason(t, name, content), "%s: divide them, or say in the comment that one is \"long because\" of something", name)
		}
	})
}

// longWithoutReason returns the functions over 60 lines whose comment does not
// say why.
func longWithoutReason(t *testing.T, name string, content []byte) (names []string) {
	t.Helper()
	const most = 60
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		lines := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1
		comment := strings.Join(strings.Fields(fn.Doc.Text()), " ")
		if lines > most && !strings.Contains(comment, "long because") {
			names = append(names, fn.Name.Name)
		}
	}
	return names
}

func TestLongFunctionsAreFound(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\n", 59)
	got := longWithoutReason(t, "sample.go", []byte("package sample\n\nfunc F() {"+long+"}\n\nfunc G() {\n"+long+"}\n\n// H is long\n// because of its table.\nfunc H() {\n"+long+"}\n"))
	assert.Equal(t, []string{"G"}, got)
}
