package docs

import (
	"fmt"
	"go/ast"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// repository is the directory of the library's module.
var repository = os.DirFS("../..")

// block is one piece of Go code in a page or in a comment.
type block struct {
	place string // file and line
	code  string
}

// isProgram reports whether the block is a whole file.
func (b block) isProgram() bool { return strings.HasPrefix(b.code, "package ") }

// isTest reports whether the block is a test function.
func (b block) isTest() bool { return strings.HasPrefix(b.code, "func Test") }

// pageBlocks returns the Go code of the pages.
func pageBlocks(t *testing.T) (blocks []block) {
	t.Helper()
	for _, pattern := range []string{"*.md", "docs/*.md", "*/*/README.md"} {
		pages, err := fs.Glob(repository, pattern)
		require.NoError(t, err)
		for _, page := range pages {
			content, err := fs.ReadFile(repository, page)
			require.NoError(t, err)
			blocks = append(blocks, blocksOf(page, string(content))...)
		}
	}
	return blocks
}

// blocksOf returns the blocks of a page that begin with a line ```go.
func blocksOf(page, content string) (blocks []block) {
	var open *block
	number := 0
	for line := range strings.Lines(content) {
		number++
		switch {
		case open == nil && strings.TrimSpace(line) == "```go":
			open = &block{place: fmt.Sprintf("%s:%d", page, number+1)}
		case open != nil && strings.HasPrefix(line, "```"):
			blocks, open = append(blocks, *open), nil
		case open != nil:
			open.code += line
		}
	}
	return blocks
}

// documented are the packages whose comments are read.
var documented = []string{".", "dynamoconntest", "table"}

// commentBlocks returns the code of the comments of the documented packages, as far as it is
// Go: comments also indent tables and JSON.
func commentBlocks(t *testing.T) (blocks []block) {
	t.Helper()
	for _, dir := range documented {
		files, err := fs.Glob(repository, path.Join(dir, "*.go"))
		require.NoError(t, err)
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			content, err := fs.ReadFile(repository, name)
			require.NoError(t, err)
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, name, content, parser.ParseComments)
			require.NoError(t, err)
			for _, group := range file.Comments {
				blocks = append(blocks, codeOf(fset, group)...)
			}
		}
	}
	return blocks
}

// codeOf returns the Go code in a comment: what reads as Go, and what declares a variable and
// so should.
func codeOf(fset *token.FileSet, group *ast.CommentGroup) (blocks []block) {
	var parsed comment.Parser
	for _, part := range parsed.Parse(group.Text()).Content {
		if code, ok := part.(*comment.Code); ok {
			b := block{place: fset.Position(group.Pos()).String(), code: code.Text}
			if _, err := b.parse(token.NewFileSet()); err == nil || strings.Contains(code.Text, ":=") {
				blocks = append(blocks, b)
			}
		}
	}
	return blocks
}

// parse reads the block as a whole file, as declarations, or as the statements of a function.
func (b block) parse(fset *token.FileSet) (*ast.File, error) {
	if b.isProgram() {
		return parser.ParseFile(fset, b.place, b.code, parser.SkipObjectResolution)
	}
	source := b.source()
	file, err := parser.ParseFile(fset, b.place, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, source)
	}
	return file, nil
}

// source returns a file that is made of the block: with the imports that it needs, and in a
// function if it is statements.
func (b block) source() string {
	const begin = "package fragment\n\n"
	code := begin + b.code
	file, err := parser.ParseFile(token.NewFileSet(), "", code, parser.SkipObjectResolution)
	if err != nil {
		// A block may return an error, and need not return anything.
		code = begin + "func _(t *testing.T) error {\n{\n" + b.code + "\n}\nreturn nil\n}\n"
		if file, err = parser.ParseFile(token.NewFileSet(), "", code, parser.SkipObjectResolution); err != nil {
			return code
		}
	}
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if name, ok := selector.X.(*ast.Ident); ok {
				used[name.Name] = true
			}
		}
		return true
	})
	imports := begin
	for _, name := range imported {
		if used[path.Base(name)] {
			imports += fmt.Sprintf("import %q\n", name)
		}
	}
	return imports + strings.TrimPrefix(code, begin)
}
