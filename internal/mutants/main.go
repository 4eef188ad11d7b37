// Command mutants puts known defects back into the library, one at a time, and
// demands of each that the test which is there for it fails:
//
//	go run ./internal/mutants
//
// The sources stay as they are: the compiler is given the changed file in place of
// the real one (go build -overlay). A mutant is killed if its package still compiles
// and the named test fails; and the same test must pass without it.
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
	defect   int // its number among the 18 of today's clients, or 0 for a rule of ours
	name     string
	file     string // from the root of the module
	old, new string
	pkg      string // of the test, from the root of the module
	test     string
}

func main() {
	only := flag.String("only", "", "run the mutants whose name or test matches this regular expression")
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
	l := &lab{root: root, dir: dir, sound: make(map[string]string)}

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "#\tmutant\ttest\tend")
	all, survived := 0, 0
	for _, m := range mutants {
		if !chosen.MatchString(m.name) && !chosen.MatchString(m.test) {
			continue
		}
		all++
		end := "killed"
		if err := l.kill(ctx, m); err != nil {
			survived++
			end = "NOT KILLED: " + err.Error()
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", m.name, end)
		number := ""
		if m.defect != 0 {
			number = strconv.Itoa(m.defect)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", number, m.name, m.test, end)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Printf("%d mutants, %d killed\n", all, all-survived)
	if survived > 0 {
		return fmt.Errorf("%d mutants were not killed", survived)
	}
	return nil
}

func moduleRoot() (string, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	return strings.TrimSpace(string(out)), err
}

// lab compiles and runs the tests.
type lab struct {
	root, dir string
	sound     map[string]string // the test binary without a mutant, of each package
	n         int
}

// kill returns an error unless the mutant is killed.
func (l *lab) kill(ctx context.Context, m mutant) error {
	if err := l.passes(ctx, m); err != nil {
		return err
	}
	changed, err := m.apply(l.root)
	if err != nil {
		return err
	}
	l.n++
	file := filepath.Join(l.dir, fmt.Sprintf("%d.go", l.n))
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		return err
	}
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(l.root, m.file): file}})
	if err != nil {
		return err
	}
	list := filepath.Join(l.dir, fmt.Sprintf("%d.json", l.n))
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return err
	}
	binary, err := l.compile(ctx, m.pkg, "-overlay", list)
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
	return fmt.Errorf("the test did not fail by itself: %s", out)
}

// passes makes sure that the test passes on the sources as they are.
func (l *lab) passes(ctx context.Context, m mutant) error {
	binary, ok := l.sound[m.pkg]
	if !ok {
		var err error
		if binary, err = l.compile(ctx, m.pkg); err != nil {
			return err
		}
		l.sound[m.pkg] = binary
	}
	out, err := l.run(ctx, binary, m)
	if err != nil || !strings.Contains(out, "--- PASS: "+m.test+" ") {
		return fmt.Errorf("the test does not pass without it: %s", out)
	}
	return nil
}

func (l *lab) compile(ctx context.Context, pkg string, flags ...string) (string, error) {
	l.n++
	binary := filepath.Join(l.dir, fmt.Sprintf("%d.test", l.n))
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"test", "-c", "-ldflags=-s -w", "-o", binary}, flags...), "./"+pkg)...)
	cmd.Dir = l.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("does not compile: %s", out)
	}
	return binary, nil
}

// run runs the test of a mutant in a test binary. A test that hangs is ended, with a
// panic.
func (l *lab) run(ctx context.Context, binary string, m mutant) (string, error) {
	const most = 2 * time.Minute
	ctx, cancel := context.WithTimeout(ctx, most+10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "-test.run", "^"+m.test+"$", "-test.v", "-test.short", "-test.count=1", "-test.timeout", most.String())
	cmd.Dir = filepath.Join(l.root, m.pkg)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// apply returns the file of the mutant with its change.
func (m mutant) apply(root string) ([]byte, error) {
	source, err := os.ReadFile(filepath.Join(root, m.file))
	if err != nil {
		return nil, err
	}
	if n := strings.Count(string(source), m.old); n != 1 {
		return nil, fmt.Errorf("%s has the text %d times, not once: %s", m.file, n, m.old)
	}
	return []byte(strings.Replace(string(source), m.old, m.new, 1)), nil
}
