package reliability

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"go.uber.org/goleak"

	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
)

// childVariable is the environment variable that names the child function that this
// program runs instead of its tests.
const childVariable = "DYNAMOCONN_RELIABILITY_CHILD"

// children holds the child programs: functions that tests run in another process, for
// example to kill it. Each file adds its children with addChild.
var children = map[string]func(){}

// addChild adds a child program. Call it in the declaration of a package variable or in
// init:
//
//	var _ = addChild("load", load)
func addChild(name string, run func()) bool {
	if _, taken := children[name]; taken {
		panic("two children are named " + name)
	}
	children[name] = run
	return true
}

// childCommand returns the command that runs a child program, without starting it. The
// child gets args and writes its standard error to the standard error of the test.
func childCommand(t testing.TB, name string, args ...string) *exec.Cmd {
	t.Helper()
	if _, known := children[name]; !known {
		t.Fatalf("no child is named %s", name)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), childVariable+"="+name)
	cmd.Stderr = os.Stderr
	return cmd
}

func TestMain(m *testing.M) {
	if name, isChild := os.LookupEnv(childVariable); isChild {
		run, known := children[name]
		if !known {
			fmt.Fprintln(os.Stderr, "no child is named", name)
			os.Exit(2)
		}
		run()
		os.Exit(0)
	}
	flag.Parse()
	code := m.Run()
	if err := cleanUp(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// cleanUp stops the server that the tests share. It returns an error if the tests left
// goroutines behind.
func cleanUp() error {
	if err := dynamodblocal.StopShared(); err != nil {
		return err
	}
	if err := goleak.Find(); err != nil {
		return fmt.Errorf("the tests left goroutines behind: %w", err)
	}
	return nil
}

// The child "echo" prints its arguments. Without arguments its exit code is 3.
var _ = addChild("echo", func() {
	for _, arg := range os.Args[1:] {
		fmt.Print(arg)
	}
	if len(os.Args) == 1 {
		os.Exit(3)
	}
})

func TestChildGetsArgumentsAndReturnsItsExitCode(t *testing.T) {
	t.Parallel()
	out, err := childCommand(t, "echo", "to be ", "killed").Output()
	if err != nil || string(out) != "to be killed" {
		t.Fatalf("got %q, %v", out, err)
	}
	if err := childCommand(t, "echo").Run(); err == nil {
		t.Fatal("the child's exit code is lost")
	}
}
