// Package dynamodblocal starts the real DynamoDB Local for tests, examples and
// make targets.
//
//	server, err := dynamodblocal.Shared(t.Context(), dynamodblocal.Options{})
//	if err != nil {
//		t.Fatal(err)
//	}
//	client := connect(server.Endpoint())
//
// # Where it comes from
//
// The first of these that applies is used:
//
//   - the server at the URL in the environment variable DYNAMODB_ENDPOINT, which
//     must answer and is never stopped;
//   - Java 17 or newer, with the program from the npm package
//     amplify-dynamodb-simulator. npm is needed only for the first start: its
//     tarball is compared with a pinned SHA-512 before anything is unpacked, and
//     kept under the user's cache directory, or under the absolute path in
//     DYNAMOCONN_CACHE;
//   - Docker, if its engine runs.
//
// # What it is
//
// Every server keeps its data in memory and shows the same tables to all
// regions and credentials. Any access key of letters and digits is accepted. A
// server started with Java listens on all network interfaces, because the
// program has no setting for that.
//
// # How it ends
//
// A server ends with [Server.Stop], or by itself when the program that started
// it is gone, be it by os.Exit, a panic or SIGKILL. For the latter a second small
// process, a shell that reads from a pipe held by this one, waits for the end of
// that pipe and then kills the server. The kernel closes the pipe however the
// program ends, which is true on every Unix; the parent-death signal of Linux
// was not taken because it fires when the thread that started the child ends.
// Windows has no such shell: there a server outlives a program that does not
// call Stop.
package dynamodblocal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

var (
	// ErrUnavailable means that there is no way to get a DynamoDB Local here. The
	// text of the error says what was tried, why it failed and what to install.
	ErrUnavailable = errors.New("no DynamoDB Local available")

	// ErrIntegrity means that the downloaded package is not the pinned one. It was
	// not unpacked and has been deleted.
	ErrIntegrity = errors.New("package does not match the pinned SHA-512")

	// ErrPortTaken means that the port in [Options.Port] is in use. The server was
	// not started.
	ErrPortTaken = errors.New("port is taken")
)

// DefaultReadyTimeout is how long a started server may take to answer if
// [Options.ReadyTimeout] is zero.
const DefaultReadyTimeout = 60 * time.Second

const endpointVariable = "DYNAMODB_ENDPOINT"

// Options adjusts [Start] and [Shared]. Its zero value is ready for tests.
type Options struct {
	// Progress is told in one line each what takes long: the download, the pull of
	// an image. Nil is silent.
	Progress io.Writer

	// Port is the TCP port to listen on. Zero picks a free one. It is ignored when
	// DYNAMODB_ENDPOINT is set.
	Port int

	// ReadyTimeout limits the time from the start of the program to its first
	// answer; the download is not part of it. Zero means [DefaultReadyTimeout].
	ReadyTimeout time.Duration
}

// Server is a DynamoDB Local that answers. Its methods may be called from any
// goroutine.
type Server struct {
	endpoint string
	process  *process // nil if it was running already

	stop    sync.Once
	stopErr error
}

// Start returns a server of the caller's own, unless DYNAMODB_ENDPOINT names one
// to use. ctx limits the start only: ending it later does not stop the server.
//
// The error is [ErrUnavailable] if no way works, [ErrIntegrity] if a wrong
// package was downloaded, [ErrPortTaken] if Options.Port is in use, or that of
// ctx. Neither of the last three leads to a try of the next way.
func Start(ctx context.Context, opts Options) (*Server, error) {
	if opts.Port < 0 || opts.Port > 65535 {
		return nil, fmt.Errorf("dynamodblocal: port %d is not between 0 and 65535", opts.Port)
	}
	if opts.ReadyTimeout < 0 {
		return nil, fmt.Errorf("dynamodblocal: ready timeout %v is negative", opts.ReadyTimeout)
	}
	if opts.ReadyTimeout == 0 {
		opts.ReadyTimeout = DefaultReadyTimeout
	}
	if opts.Progress == nil {
		opts.Progress = io.Discard
	}

	if endpoint := os.Getenv(endpointVariable); endpoint != "" {
		if err := awaitEndpoint(ctx, endpoint); err != nil {
			return nil, fmt.Errorf("dynamodblocal: %w: %s is %s: %w", ErrUnavailable, endpointVariable, redact(endpoint), err)
		}
		return &Server{endpoint: endpoint}, nil
	}

	server, javaErr := startJava(ctx, opts)
	if javaErr == nil {
		return server, nil
	}
	if isFinal(ctx, javaErr) {
		return nil, fmt.Errorf("dynamodblocal: %w", javaErr)
	}
	server, dockerErr := startDocker(ctx, opts)
	if dockerErr == nil {
		return server, nil
	}
	if isFinal(ctx, dockerErr) {
		return nil, fmt.Errorf("dynamodblocal: %w", dockerErr)
	}
	return nil, fmt.Errorf(`dynamodblocal: %w
  %s: not set
  Java: %w
  Docker: %w
do one of these: set %[2]s to the URL of a running DynamoDB Local; install Java %[5]d or newer and, for the first start, npm; install Docker and start its engine`,
		ErrUnavailable, endpointVariable, javaErr, dockerErr, minJava)
}

func isFinal(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, ErrIntegrity) || errors.Is(err, ErrPortTaken)
}

// Endpoint returns the server's URL, for example "http://127.0.0.1:40123". One
// from DYNAMODB_ENDPOINT is returned as it was given.
func (s *Server) Endpoint() string { return s.endpoint }

// Done returns a channel that is closed when the server's process has ended,
// stopped or not. It is nil, and so blocks for ever, for a server from
// DYNAMODB_ENDPOINT.
func (s *Server) Done() <-chan struct{} {
	if s.process == nil {
		return nil
	}
	return s.process.done
}

// Output returns the last few kilobytes that the server printed, to explain why
// it ended. It is empty for a server from DYNAMODB_ENDPOINT.
func (s *Server) Output() string {
	if s.process == nil {
		return ""
	}
	return s.process.output.String()
}

// Stop kills the server with all its data and waits until it is gone. Calls after
// the first return what the first returned. A server from DYNAMODB_ENDPOINT is
// left running.
func (s *Server) Stop() error {
	s.stop.Do(func() {
		if s.process == nil {
			return
		}
		if err := s.process.stop(); err != nil {
			s.stopErr = fmt.Errorf("dynamodblocal: stop: %w", err)
		}
	})
	return s.stopErr
}

var shared struct {
	sync.Mutex
	server *Server
	err    error
}

// Shared returns the one server of this program, started by the first call with
// that call's options. It is for tests, which then keep apart by the names of
// their tables. A failed start is remembered, so that the tests after it fail at
// once, except if ctx ended; a server that has ended is replaced.
//
// Calling Stop on it is not needed where a server ends with its program; see
// [StopShared]. Until then one goroutine waits for the server's end, to be told
// to leak detectors: it runs (*process).wait of this package.
func Shared(ctx context.Context, opts Options) (*Server, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.err != nil {
		return nil, shared.err
	}
	if shared.server != nil {
		select {
		case <-shared.server.Done():
		default:
			return shared.server, nil
		}
	}
	server, err := Start(ctx, opts)
	shared.server = server
	if err != nil && ctx.Err() == nil {
		shared.err = err
	}
	return server, err
}

// StopShared stops the server of [Shared], if there is one, and forgets a failed
// start. A TestMain calls it after m.Run.
func StopShared() error {
	shared.Lock()
	defer shared.Unlock()
	server := shared.server
	shared.server, shared.err = nil, nil
	if server == nil {
		return nil
	}
	return server.Stop()
}
