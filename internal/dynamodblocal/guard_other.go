//go:build !unix

package dynamodblocal

import "os/exec"

// guard does nothing on this system, which has no POSIX shell.
type guard struct{}

func newGuard(...string) (*guard, error) { return &guard{}, nil }

func (*guard) arm(string) {}

func (*guard) release() {}

func detach(*exec.Cmd) {}
