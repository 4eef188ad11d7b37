// Package dynamodblocal starts the real DynamoDB Local for tests, examples and
// make targets.
//
//	server, err := dynamodblocal.Shared(t.Context(), dynamodblocal.Options{})
//	if err != nil {
//		t.Fatal(err)
//	}
//	client := connect(server.Endpoint())
//
// # Where the server comes from
//
// The package uses the first of these that applies:
//
//   - the server at the URL in the environment variable DYNAMODB_ENDPOINT, which
//     must answer within two seconds and is never stopped;
//   - Java 17 or newer, with the program from the npm package
//     amplify-dynamodb-simulator. Only the first start needs npm: it downloads the
//     package, compares its tarball with a pinned SHA-512, and unpacks it under the
//     user's cache directory, or under the absolute path in DYNAMOCONN_CACHE;
//   - Docker, if its engine runs.
//
// # What the server does
//
// Every server keeps its data in memory and shows the same tables to all
// regions and credentials. It accepts any access key of letters and digits. A
// server started with Java listens on all network interfaces, because DynamoDB
// Local has no setting for that.
//
// # How the server ends
//
// [Server.Stop] ends a server. On Unix a server also ends when the program that
// started it ends, even by os.Exit, a panic or SIGKILL. A second small process sees
// to that: a shell that reads from a pipe that only this program can write to. The
// kernel closes the pipe when the program ends, and then the shell kills the server.
// The parent-death signal of Linux would not do: it fires when the thread that
// started the child ends. On Windows there is no such shell, so a server outlives
// a program that does not call Stop.
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
	// ErrUnavailable means that no way to get a DynamoDB Local works here. The
	// text of the error says what was tried, why it failed and what to install.
	ErrUnavailable = errors.New("no DynamoDB Local available")

	// ErrIntegrity means that the downloaded package is not the pinned one. The
	// package was deleted without being unpacked.
	ErrIntegrity = errors.New("package does not match the pinned SHA-512")

	// ErrPortTaken means that the port in [Options.Port] is in use. The server was
	// not started.
	ErrPortTaken = errors.New("port is taken")
)

// DefaultReadyTimeout limits how long a started server may take to answer if
// [Options.ReadyTimeout] is zero.
const DefaultReadyTimeout = 60 * time.Second

const (
	endpointVariable = "DYNAMODB_ENDPOINT"
	endpointTimeout  = 2 * time.Second
)

// Options adjusts [Start] and [Shared]. Its zero value is ready for tests.
type Options struct {
	// Progress gets a line before each step that takes long: the download of the
	// package, or the pull of the Docker image. Nil means that nothing is printed.
	Progress io.Writer

	// Port is the TCP port to listen on. Zero picks a free port. Port is ignored
	// when DYNAMODB_ENDPOINT is set.
	Port int

	// ReadyTimeout limits the time from the start of the server to its first
	// answer. The download is not part of it. A shorter timeout than two seconds
	// holds for a server from DYNAMODB_ENDPOINT, too. Zero means
	// [DefaultReadyTimeout].
	ReadyTimeout time.Duration
}

// Server is a running DynamoDB Local. Its methods may be called from any
// goroutine.
type Server struct {
	endpoint string
	process  *process // nil for a server from DYNAMODB_ENDPOINT

	stop    sync.Once
	stopErr error
}

// Start starts a server for the caller alone, unless DYNAMODB_ENDPOINT names a
// server to use. ctx limits the start only: ending ctx later does not stop the
// server.
//
// The error is [ErrUnavailable] if no way works, [ErrIntegrity] if a wrong
// package was downloaded, [ErrPortTaken] if Options.Port is in use, or the error
// of ctx. After one of the last three, Start does not try the next way.
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
		if err := awaitEndpoint(ctx, endpoint, min(endpointTimeout, opts.ReadyTimeout)); err != nil {
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

// isFinal reports whether Start returns err without trying the next way.
func isFinal(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, ErrIntegrity) || errors.Is(err, ErrPortTaken)
}

// Endpoint returns the server's URL, for example "http://127.0.0.1:40123". A URL
// from DYNAMODB_ENDPOINT is returned unchanged.
func (s *Server) Endpoint() string { return s.endpoint }

// Done returns a channel that is closed when the server's process has ended,
// whether by [Server.Stop] or otherwise. For a server from DYNAMODB_ENDPOINT the
// channel is nil, so that receiving from it blocks for ever.
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

// Stop kills the server, whose data is lost, and waits until the process has
// ended. Later calls return the same error as the first. A server from
// DYNAMODB_ENDPOINT is left running.
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

// Shared returns a server that all tests of this program share. The first call
// starts it, with the options of that call. Tests that share it must use different
// table names. If the start fails, later calls return the same error at once,
// unless the start failed because ctx ended. A server that has ended is replaced.
//
// [StopShared] stops the server. It is not needed on Unix, where the server ends
// with the program. While the server runs, a goroutine in (*process).wait of this
// package waits for its end: tell leak detectors to ignore it.
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
// start. Call it in TestMain after m.Run.
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
