package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A test that hangs because of its mutant ends with a panic: after testPatience and
// testSlowness times what it took without the mutant.
const (
	testPatience = 10 * time.Second
	testSlowness = 10
)

// lab compiles and runs the tests.
//
// Compiling takes most of the time, so the lab puts all mutants that change the body of a
// function into one test binary for each package of tests. An environment variable chooses
// the mutant. One that changes a constant or a type gets a binary of its own.
type lab struct {
	root  string              // the root of the module
	dir   string              // where the lab writes its files
	told  func(mutant, error) // is called with each result
	files atomic.Int64        // the number of file names that were used
	slots chan struct{}       // holds an element for each program that runs
}

func newLab(root, dir string, parallel int) *lab {
	return &lab{root: root, dir: dir, told: func(mutant, error) {}, slots: make(chan struct{}, max(1, parallel))}
}

// killAll puts each mutant into the library and runs its test. The result is nil for a
// mutant whose test failed. For the others it says why they are not killed.
func (l *lab) killAll(ctx context.Context, ms []mutant) []error {
	results := make([]error, len(ms))
	byPackage := make(map[string][]*trial)
	for i, m := range ms {
		byPackage[m.pkg] = append(byPackage[m.pkg], &trial{mutant: m, number: i + 1, result: &results[i]})
	}
	var all sync.WaitGroup
	for pkg, trials := range byPackage {
		all.Go(func() { l.killPackage(ctx, pkg, trials) })
	}
	all.Wait()
	return results
}

// trial is the run of one mutant.
type trial struct {
	mutant
	number int    // chooses the mutant in its binary; more than 0
	binary string // has the mutant in it; empty if it needs one of its own
	result *error
}

// killPackage kills mutants whose tests are all in one package.
func (l *lab) killPackage(ctx context.Context, pkg string, trials []*trial) {
	out, err := l.prepare(ctx, pkg, trials)
	took := timesOf(out)
	var all sync.WaitGroup
	for _, t := range trials {
		all.Go(func() {
			whole, passed := took[t.test]
			switch {
			case err != nil:
				*t.result = err
			case !passed:
				*t.result = fmt.Errorf("the test does not pass without the mutant: %s", out)
			default:
				*t.result = l.kill(ctx, t, testPatience+testSlowness*whole)
			}
			l.told(t.mutant, *t.result)
		})
	}
	all.Wait()
}

var passedTest = regexp.MustCompile(`(?m)^--- PASS: (\w+) \((.*)\)$`)

// timesOf returns how long each test that passed took.
func timesOf(output string) map[string]time.Duration {
	took := make(map[string]time.Duration)
	for _, found := range passedTest.FindAllStringSubmatch(output, -1) {
		if d, err := time.ParseDuration(found[2]); err == nil {
			took[found[1]] = d
		}
	}
	return took
}

// prepare makes one test binary with as many mutants as possible, and gives it to their
// trials. It returns the output of all the tests without a mutant.
func (l *lab) prepare(ctx context.Context, pkg string, trials []*trial) (string, error) {
	replaced, inIt := combine(l.root, trials)
	binary, err := l.compile(ctx, pkg, replaced)
	if err != nil { // Compiled alone, each mutant will say whether it is to blame.
		inIt = nil
		if binary, err = l.compile(ctx, pkg, nil); err != nil {
			return "", err
		}
	}
	for _, t := range inIt {
		t.binary = binary
	}
	names := make([]string, len(trials))
	for i, t := range trials {
		names[i] = t.test
	}
	const timeout = 10 * time.Minute
	out, _ := l.run(ctx, pkg, binary, strings.Join(names, "|"), 0, timeout) // a test that fails is in the output
	return out, nil
}

// kill runs the test of a mutant. It returns an error unless the test fails, or takes
// longer than the timeout.
func (l *lab) kill(ctx context.Context, t *trial, timeout time.Duration) error {
	binary := t.binary
	if binary == "" {
		changed, err := t.apply(l.root)
		if err != nil {
			return err
		}
		if binary, err = l.compile(ctx, t.pkg, map[string][]byte{t.file: changed}); err != nil {
			return err
		}
		defer func() { _ = os.Remove(binary) }()
	}
	out, err := l.run(ctx, t.pkg, binary, t.test, t.number, timeout)
	switch {
	case err == nil:
		return errors.New("the test passes")
	case strings.Contains(out, "--- FAIL: "+t.test), strings.Contains(out, "panic: "), strings.Contains(out, "fatal error: "):
		return nil
	}
	return fmt.Errorf("the test binary failed for another reason than the test: %s", out)
}

// compile compiles the tests of a package and returns the file name of the test binary.
// For the compiler, files of the module have other content, and there may be more of them.
func (l *lab) compile(ctx context.Context, pkg string, replaced map[string][]byte) (string, error) {
	overlay := map[string]map[string]string{"Replace": {}}
	for file, content := range replaced {
		name := l.newFile(".go")
		if err := os.WriteFile(name, content, 0o600); err != nil {
			return "", err
		}
		overlay["Replace"][filepath.Join(l.root, file)] = name
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		return "", err
	}
	overlayFile, binary := l.newFile(".json"), l.newFile(".test")
	if err := os.WriteFile(overlayFile, text, 0o600); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", overlayFile, "-o", binary, "./"+pkg)
	cmd.Dir = l.root
	if out, err := l.output(cmd); err != nil {
		return "", fmt.Errorf("does not compile: %s", out)
	}
	return binary, nil
}

func (l *lab) newFile(ending string) string {
	return filepath.Join(l.dir, strconv.FormatInt(l.files.Add(1), 10)+ending)
}

// run runs tests of a package in a test binary with the mutant that has a number, or with
// none if it is 0, and returns the output.
func (l *lab) run(ctx context.Context, pkg, binary, tests string, number int, timeout time.Duration) (string, error) {
	cmd := exec.CommandContext(ctx, binary, "-test.run", "^("+tests+")$", "-test.v", "-test.short", "-test.count=1", "-test.timeout", timeout.String())
	cmd.Dir = filepath.Join(l.root, pkg)
	cmd.Env = append(os.Environ(), chosenEnvironment+"="+strconv.Itoa(number))
	return l.output(cmd)
}

// output runs a program when it is its turn, and returns its output.
func (l *lab) output(cmd *exec.Cmd) (string, error) {
	l.slots <- struct{}{}
	defer func() { <-l.slots }()
	out, err := cmd.CombinedOutput()
	return string(out), err
}
