package dynamodblocal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

const stopTimeout = 10 * time.Second

// process is a running Java server, or the docker command that is attached to a
// server.
type process struct {
	cmd    *exec.Cmd
	output *tail
	guard  *guard
	kill   func() error
	done   chan struct{} // closed once cmd has ended and been waited for
}

// startProcess starts cmd. If this program ends before cmd does, the guard runs the
// command killer with target as its last argument; if target is empty, with the
// process ID. stop calls kill; if kill is nil, it kills the process.
func startProcess(cmd *exec.Cmd, target string, killer []string, kill func() error) (*process, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	g, err := newGuard(killer...)
	if err != nil {
		r.Close()
		w.Close()
		return nil, err
	}
	if target != "" {
		g.arm(target)
	}
	cmd.Stdout, cmd.Stderr = w, w
	detach(cmd)
	if err := cmd.Start(); err != nil {
		r.Close()
		w.Close()
		g.release()
		return nil, err
	}
	if target == "" {
		g.arm(strconv.Itoa(cmd.Process.Pid))
	}
	w.Close()
	if kill == nil {
		kill = cmd.Process.Kill
	}
	p := &process{cmd: cmd, output: &tail{}, guard: g, kill: kill, done: make(chan struct{})}
	go p.wait(r)
	return p, nil
}

// wait collects the output of the process until it ends. This goroutine also keeps
// the guard's pipe reachable: a caller may keep only the endpoint, and if the pipe
// were garbage-collected, the guard would kill the server.
func (p *process) wait(output *os.File) {
	defer close(p.done)
	_, _ = io.Copy(p.output, output)
	output.Close()
	_ = p.cmd.Wait() // p.cmd.ProcessState holds the result
	p.guard.release()
}

func (p *process) stop() error {
	if err := p.kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	timer := time.NewTimer(stopTimeout)
	defer timer.Stop()
	select {
	case <-p.done:
		return nil
	case <-timer.C:
		return fmt.Errorf("process %d is still running after %v", p.cmd.Process.Pid, stopTimeout)
	}
}

// awaitReady waits for the first answer. It returns [ErrPortTaken] if another
// program uses the port: the server does not end in that case, it hangs.
func (p *process) awaitReady(ctx context.Context, timeout time.Duration, endpoint, origin string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %v", timeout))
	defer cancel()
	for {
		err := probe(ctx, endpoint, origin)
		if err == nil {
			return nil
		}
		if errors.Is(err, errOtherServer) {
			return ErrPortTaken
		}
		if strings.Contains(p.output.String(), "Failed to bind") {
			return p.bindError(ctx)
		}
		select {
		case <-p.done:
			return fmt.Errorf("%v%s", p.cmd.ProcessState, p.output.quoted())
		default:
		}
		if err := sleep(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("%w%s", err, p.output.quoted())
		}
	}
}

// bindError returns why the server cannot listen. It waits up to 200 ms, because the
// server prints the cause some lines later.
func (p *process) bindError(ctx context.Context) error {
	for range 20 {
		if strings.Contains(p.output.String(), "BindException") {
			return ErrPortTaken
		}
		if sleep(ctx, 10*time.Millisecond) != nil {
			break
		}
	}
	return errors.New("cannot listen on its port" + p.output.quoted())
}

// newOrigin returns a random origin. A server that is started with it as its only
// allowed origin can be recognized by probe.
func newOrigin() string {
	return "http://" + strings.ToLower(rand.Text()) + ".invalid"
}

// tail keeps the last bytes written to it.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, p...)
	if extra := len(t.buf) - tailSize; extra > 0 {
		t.buf = append(t.buf[:0], t.buf[extra:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}

// quoted returns the text as the last part of an error message.
func (t *tail) quoted() string {
	text := strings.TrimSpace(t.String())
	if text == "" {
		return ", without any output"
	}
	return "; it said:\n" + text
}
