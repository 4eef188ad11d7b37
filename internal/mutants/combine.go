package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
)

const (
	chosenVariable    = "chosenMutant__" // in each package with mutants, the number of the one to run
	chosenEnvironment = "DYNAMOCONN_MUTANT"
)

// combine puts as many mutants as possible into one program, which runs with the one whose
// number is in the environment. It returns the files that change, and the trials whose
// mutants are in them.
//
// The changed body of a function is put before the original one:
//
//	func f(a int) int {
//		if chosenMutant__ == 17 {
//			return a - 1
//		}
//		return a + 1
//	}
//
// That does not work for a change outside a function, nor in a function with labels, which
// must not be there twice.
func combine(root string, trials []*trial) (files map[string][]byte, inThem []*trial) {
	files = make(map[string][]byte)
	blocks := make(map[string][]block) // by file
	for _, t := range trials {
		source, err := os.ReadFile(filepath.Join(root, t.file))
		if err != nil {
			continue // A mutant that cannot be read fails when it is compiled alone.
		}
		parsed, b := t.block(source)
		if parsed == nil {
			continue
		}
		inThem = append(inThem, t)
		blocks[t.file] = append(blocks[t.file], b)
		files[t.file] = source
		files[path.Join(path.Dir(t.file), "chosen_mutant__.go")] = fmt.Appendf(nil,
			"package %s\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar %s, _ = strconv.Atoi(os.Getenv(%q))\n", parsed.Name, chosenVariable, chosenEnvironment)
	}
	for file, inFile := range blocks {
		slices.SortStableFunc(inFile, func(a, b block) int { return b.at - a.at }) // the last one first
		for _, b := range inFile {
			files[file] = slices.Concat(files[file][:b.at], []byte(b.code), files[file][b.at:])
		}
	}
	return files, inThem
}

// block is code to insert into a file.
type block struct {
	at   int
	code string
}

// block returns the block that makes a source file run with the mutant. It returns no file
// if there can be none.
func (t *trial) block(source []byte) (*ast.File, block) {
	at, err := t.find(source)
	if err != nil {
		return nil, block{}
	}
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, t.file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, block{}
	}
	for _, decl := range parsed.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil || hasLabels(function.Body) {
			continue
		}
		begins, ends := files.Position(function.Body.Lbrace).Offset+1, files.Position(function.Body.Rbrace).Offset
		if at < begins || at+len(t.old) > ends {
			continue
		}
		leave := ""
		if function.Type.Results == nil {
			leave = "\nreturn"
		}
		return parsed, block{begins, fmt.Sprintf("\nif %s == %d {%s%s\n}\n", chosenVariable, t.number, t.replace(source[begins:ends], at-begins), leave)}
	}
	return nil, block{}
}

func hasLabels(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		_, isLabel := n.(*ast.LabeledStmt)
		found = found || isLabel
		return !found
	})
	return found
}
