package architecture_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// isPublic reports whether the file belongs to a package that users import.
func isPublic(name string) bool {
	if isTest(name) {
		return false
	}
	for dir := range strings.SplitSeq(path.Dir(name), "/") {
		switch dir {
		case "internal", "examples", "testdata", "bench":
			return false
		}
	}
	return true
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	t.Parallel()
	documented := map[string]bool{} // package by directory
	walkGo(t, func(name string, content []byte) {
		if !isPublic(name) {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		assert.Empty(t, undocumented(file), name)
		dir := path.Dir(name)
		documented[dir] = documented[dir] || file.Doc.Text() != ""
	})
	require.Contains(t, documented, ".")
	for dir, ok := range documented {
		assert.True(t, ok, "the package in %s has no comment", dir)
	}
}

// undocumented returns the exported names of a file that no comment is about.
func undocumented(file *ast.File) []string {
	var missing []string
	note := func(name string, comments ...*ast.CommentGroup) {
		for _, comment := range comments {
			if strings.TrimSpace(comment.Text()) != "" {
				return
			}
		}
		missing = append(missing, name)
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			receiver := ""
			if decl.Recv != nil && len(decl.Recv.List) > 0 {
				receiver = baseName(decl.Recv.List[0].Type) + "."
			}
			if decl.Name.IsExported() && (receiver == "" || ast.IsExported(receiver)) {
				note(receiver+decl.Name.Name, decl.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				// The comment of a group is not about each of its names.
				var whole *ast.CommentGroup
				if !decl.Lparen.IsValid() {
					whole = decl.Doc
				}
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() {
						note(spec.Name.Name, spec.Doc, spec.Comment, whole)
						noteMethods(spec, note)
					}
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						if name.IsExported() {
							note(name.Name, spec.Doc, spec.Comment, whole)
						}
					}
				}
			}
		}
	}
	return missing
}

// noteMethods notes the methods of an interface.
func noteMethods(spec *ast.TypeSpec, note func(string, ...*ast.CommentGroup)) {
	of, ok := spec.Type.(*ast.InterfaceType)
	if !ok || len(of.Methods.List) < 2 {
		return // the comment of an interface with one method is about that method
	}
	for _, method := range of.Methods.List {
		for _, name := range method.Names {
			if name.IsExported() {
				note(spec.Name.Name+"."+name.Name, method.Doc, method.Comment)
			}
		}
	}
}

// baseName returns the name of a receiver's type.
func baseName(expr ast.Expr) string {
	switch expr := expr.(type) {
	case *ast.StarExpr:
		return baseName(expr.X)
	case *ast.IndexExpr:
		return baseName(expr.X)
	case *ast.IndexListExpr:
		return baseName(expr.X)
	case *ast.Ident:
		return expr.Name
	}
	return fmt.Sprintf("%T", expr)
}

func TestUndocumentedNamesAreFound(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "sample.go", `package sample

func Bare() {}

// Good is documented.
func Good() {}

func private() {}

// T is documented.
type T struct{}

func (*T) Bare() {}

// Good is documented.
func (T) Good() {}

func (hidden) Exported() {}

type Generic[K, V any] struct{}

func (g *Generic[K, V]) Method() {}

// The comment of a group.
const (
	A = 1
	B = 2 // B is documented.
	// C is documented.
	C = 3
	d = 4
)

// V is documented.
var V, W int

var X int

type (
	// I is documented.
	I interface {
		// Good is documented.
		Good()
		Bare()
	}
	hidden int
)
`, parser.ParseComments)
	require.NoError(t, err)
	assert.Equal(t, []string{"Bare", "T.Bare", "Generic", "Generic.Method", "A", "X", "I.Bare"}, undocumented(file))
}

// A comment that says "See Retries in the package comment." must lead somewhere.
func TestSectionsThatCommentsNameExist(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile(`[Ss]ee ([A-Z][a-z ]+) in the package comment`)
	overview := readFile(t, "doc.go")
	sections := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^// # (.+)$`).FindAllStringSubmatch(overview, -1) {
		sections[heading[1]] = true
	}
	seen := 0
	walkGo(t, func(name string, content []byte) {
		if path.Dir(name) != "." || !isPublic(name) {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, comment := range file.Comments {
			for _, match := range named.FindAllStringSubmatch(strings.Join(strings.Fields(comment.Text()), " "), -1) {
				assert.True(t, sections[match[1]], "%s: %q", name, match[0])
				seen++
			}
		}
	})
	assert.Greater(t, seen, 5)
}
