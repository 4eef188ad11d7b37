// Command mutants checks that the tests notice known defects. It puts one defect at a
// time into the library and runs the test that must fail because of it:
//
//	go run ./internal/mutants
//
// The command does not change the sources: it gives the compiler the changed file in
// place of the real one (go test -overlay). A mutant is killed if its package still
// compiles and its test fails. The test must pass without the mutant.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
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

func main() {
	only := flag.String("only", "", "run only the mutants whose name or test matches this regular expression")
	flag.Parse()
	if err := run(context.Background(), *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, only string) error {
	chosen, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	l := &lab{root: root, dir: dir, unchanged: make(map[string]string)}

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "defect\tmutant\ttest\tresult")
	all, survived := 0, 0
	for _, m := range mutants {
		if !chosen.MatchString(m.name) && !chosen.MatchString(m.test) {
			continue
		}
		all++
		result := "killed"
		if err := l.kill(ctx, m); err != nil {
			survived++
			result = "NOT KILLED: " + err.Error()
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", m.name, result)
		number := ""
		if m.defect != 0 {
			number = strconv.Itoa(m.defect)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", number, m.name, m.test, result)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Printf("%d mutants, %d killed\n", all, all-survived)
	if survived > 0 {
		return fmt.Errorf("not killed: %d of %d", survived, all)
	}
	return nil
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	return strings.TrimSpace(string(out)), err
}

// lab compiles and runs the tests.
type lab struct {
	root      string            // the root of the module
	dir       string            // where the lab writes its files
	unchanged map[string]string // by package, its test binary without a mutant
	files     int               // the number of file names that were used
}

// kill puts the mutant into the library and runs its test. It returns an error unless
// the test fails.
func (l *lab) kill(ctx context.Context, m mutant) error {
	if err := l.checkPasses(ctx, m); err != nil {
		return err
	}
	changed, err := m.apply(l.root)
	if err != nil {
		return err
	}
	l.files++
	file := filepath.Join(l.dir, fmt.Sprintf("%d.go", l.files))
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(l.root, m.file): file}})
	if err != nil {
		return err
	}
	overlayFile := filepath.Join(l.dir, fmt.Sprintf("%d.json", l.files))
	if err := os.WriteFile(overlayFile, overlay, 0o600); err != nil {
		return err
	}
	binary, err := l.compile(ctx, m.pkg, "-overlay", overlayFile)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(binary) }()
	out, err := l.run(ctx, binary, m)
	switch {
	case err == nil:
		return fmt.Errorf("the test passes")
	case strings.Contains(out, "--- FAIL: "+m.test), strings.Contains(out, "panic: "), strings.Contains(out, "fatal error: "):
		return nil
	}
	return fmt.Errorf("the test binary failed for another reason than the test: %s", out)
}

// checkPasses returns an error unless the test passes without the mutant.
func (l *lab) checkPasses(ctx context.Context, m mutant) error {
	binary, ok := l.unchanged[m.pkg]
	if !ok {
		var err error
		if binary, err = l.compile(ctx, m.pkg); err != nil {
			return err
		}
		l.unchanged[m.pkg] = binary
	}
	out, err := l.run(ctx, binary, m)
	if err != nil || !strings.Contains(out, "--- PASS: "+m.test+" ") {
		return fmt.Errorf("the test does not pass without the mutant: %s", out)
	}
	return nil
}

// compile compiles the tests of a package and returns the file name of the test binary.
func (l *lab) compile(ctx context.Context, pkg string, flags ...string) (string, error) {
	l.files++
	binary := filepath.Join(l.dir, fmt.Sprintf("%d.test", l.files))
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"test", "-c", "-ldflags=-s -w", "-o", binary}, flags...), "./"+pkg)...)
	cmd.Dir = l.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("does not compile: %s", out)
	}
	return binary, nil
}

// run runs the test of a mutant in a test binary and returns the output. A test that
// takes longer than two minutes ends with a panic.
func (l *lab) run(ctx context.Context, binary string, m mutant) (string, error) {
	const timeout = 2 * time.Minute
	ctx, cancel := context.WithTimeout(ctx, timeout+10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "-test.run", "^"+m.test+"$", "-test.v", "-test.short", "-test.count=1", "-test.timeout", timeout.String())
	cmd.Dir = filepath.Join(l.root, m.pkg)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// apply returns the changed content of the mutant's file.
func (m mutant) apply(root string) ([]byte, error) {
	source, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return nil, fmt.Errorf("%s must contain this text once, but contains it %d times: %s", m.file, n, m.old)
	}
	return []byte(strings.Replace(string(source), m.old, m.new, 1)), nil
}
