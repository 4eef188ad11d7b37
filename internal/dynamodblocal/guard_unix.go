//go:build unix

package dynamodblocal

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// guard is a shell that waits for the end of a pipe whose other end only this
// program holds, and then runs a command. All but that command is built into
// every POSIX shell.
type guard struct {
	cmd  *exec.Cmd
	pipe *os.File
}

const guardScript = `read -r target || exit 0; while read -r line; do :; done; "$@" "$target"`

func newGuard(command ...string) (*guard, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", guardScript, "sh"}, command...)...)
	cmd.Stdin = r
	detach(cmd)
	if err := cmd.Start(); err != nil {
		w.Close()
		return nil, fmt.Errorf("start the shell that ends the server with this program: %w", err)
	}
	return &guard{cmd: cmd, pipe: w}, nil
}

// arm names the target. Before that the end of this program does nothing.
func (g *guard) arm(target string) {
	_, _ = g.pipe.WriteString(target + "\n") // fails only if the shell was killed
}

// release ends the guard without its command. The pipe must outlive the shell.
func (g *guard) release() {
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait()
	g.pipe.Close()
}

// detach spares cmd the signals that the terminal sends to this program's group:
// a program that handles an interrupt still has its server while it cleans up.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
