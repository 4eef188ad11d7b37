package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// mutant is one defect: a change of one place in one file, and the test that must
// notice it.
type mutant struct {
	defect   int    // its number among the 18 defects of today's clients, or 0 for a rule of ours
	name     string // what the changed code does
	file     string // the path of the file from the root of the module
	old, new string // the text to replace, which must occur once, and the defect
	pkg      string // the directory of the test's package from the root of the module
	test     string
}

// apply returns the changed content of the mutant's file.
func (m mutant) apply(root string) ([]byte, error) {
	source, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return nil, err
	}
	at, err := m.find(source)
	if err != nil {
		return nil, err
	}
	return m.replace(source, at), nil
}

// find returns the position of the text to replace in the mutant's file.
func (m mutant) find(source []byte) (int, error) {
	if n := bytes.Count(source, []byte(m.old)); n != 1 {
		return 0, fmt.Errorf("%s must contain this text once, but contains it %d times: %s", m.file, n, m.old)
	}
	return bytes.Index(source, []byte(m.old)), nil
}

// replace returns a copy of a part of the file with the defect at a position.
func (m mutant) replace(part []byte, at int) []byte {
	return slices.Concat(part[:at], []byte(m.new), part[at+len(m.old):])
}
