//go:build unix

package dynamodblocal

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// guard is a shell that reads from a pipe and runs a command when the pipe ends.
// Only this program can write to the pipe, so the pipe ends when the program ends.
// Except for that command, the script uses only what is built into every POSIX
// shell.
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

// arm tells the shell the last argument of its command. If the program ends before
// that, the shell runs no command.
func (g *guard) arm(target string) {
	_, _ = g.pipe.WriteString(target + "\n") // fails only if the shell was killed
}

// release ends the guard without running its command. The pipe is closed last: the
// shell would take its end for the end of the program.
func (g *guard) release() {
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait()
	g.pipe.Close()
}

// detach puts cmd into a process group of its own, so that an interrupt from the
// terminal does not reach it: a program that handles the interrupt can still use
// its server while it cleans up.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
