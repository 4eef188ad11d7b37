package architecture_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// declarations are the names that files declare: functions, types, variables and
// constants as F, methods and fields as T.F.
type declarations map[string]map[string]bool // by file

func readDeclarations(t *testing.T) declarations {
	t.Helper()
	all := declarations{}
	walkGo(t, func(name string, content []byte) {
		file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.SkipObjectResolution)
		require.NoError(t, err)
		all[name] = declaredIn(file)
	})
	return all
}

func declaredIn(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			receiver := ""
			if decl.Recv != nil {
				receiver = baseName(decl.Recv.List[0].Type) + "."
			}
			names[receiver+decl.Name.Name] = true
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names[spec.Name.Name] = true
					addMembers(names, spec)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						names[name.Name] = true
					}
				}
			}
		}
	}
	return names
}

// addMembers adds the fields of a struct and the methods of an interface.
func addMembers(names map[string]bool, spec *ast.TypeSpec) {
	var fields *ast.FieldList
	switch of := spec.Type.(type) {
	case *ast.StructType:
		fields = of.Fields
	case *ast.InterfaceType:
		fields = of.Methods
	default:
		return
	}
	for _, field := range fields.List {
		for _, name := range field.Names {
			names[spec.Name.Name+"."+name.Name] = true
		}
	}
}

// has reports whether the file declares the name, or with an empty file whether any
// does. A name may begin with its package, as in retry.With. With an empty file it may
// also be a method or a field without its type.
func (d declarations) has(file, name string) bool {
	if file != "" {
		return d[file][name] || d[file][afterDot(name)]
	}
	for _, names := range d {
		if names[name] || names[afterDot(name)] {
			return true
		}
		for declared := range names {
			if afterDot(declared) == name {
				return true
			}
		}
	}
	return false
}

func afterDot(name string) string {
	_, rest, _ := strings.Cut(name, ".")
	return rest
}
