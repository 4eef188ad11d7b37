package dynamodblocal

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakeServer starts an HTTP server that answers every request with body.
func fakeServer(t *testing.T, status int, body string) (endpoint string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestStartUsesTheEndpointOfTheEnvironment(t *testing.T) {
	for name, endpoint := range map[string]string{
		"as given":             fakeServer(t, 200, `{"TableNames":[]}`) + "/",
		"that wants real keys": fakeServer(t, 400, `{"__type":"com.amazon.coral.service#UnrecognizedClientException"}`),
	} {
		t.Run(name, func(t *testing.T) {
			clearEnvironment(t)
			t.Setenv("DYNAMODB_ENDPOINT", endpoint)
			server, err := Start(t.Context(), Options{})
			require.NoError(t, err)
			assert.Equal(t, endpoint, server.Endpoint())
			assert.Nil(t, server.Done())
			assert.Empty(t, server.Output())
			require.NoError(t, server.Stop())
			require.NoError(t, server.Stop())
			assert.True(t, isOpen(strings.TrimSuffix(endpoint, "/")), "Stop must leave it running")
		})
	}
}

func TestStartRefusesAnEndpointThatIsNotDynamoDB(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	for name, endpoint := range map[string]string{
		"another server": fakeServer(t, 200, "<html>"),
		"other JSON":     fakeServer(t, 404, `{"message":"not found"}`),
		"no server":      strings.Replace(closed.URL, "http://", "http://user:hunter2@", 1),
		"no scheme":      "localhost:8000",
		"no host":        "http://",
		"no URL":         "http://hunter2:%zz",
	} {
		t.Run(name, func(t *testing.T) {
			clearEnvironment(t)
			t.Setenv("DYNAMODB_ENDPOINT", endpoint)
			_, err := Start(t.Context(), Options{ReadyTimeout: 200 * time.Millisecond})
			require.ErrorIs(t, err, ErrUnavailable)
			assert.ErrorContains(t, err, "DYNAMODB_ENDPOINT")
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestStartWaitsForTheEndpointOfTheEnvironment(t *testing.T) {
	clearEnvironment(t)
	var requests atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, `{"TableNames":[]}`)
	}))
	t.Cleanup(server.Close)
	t.Setenv("DYNAMODB_ENDPOINT", server.URL)
	_, err := Start(t.Context(), Options{})
	require.NoError(t, err)
	assert.EqualValues(t, 3, requests.Load())
}

func TestStartWithNothingAvailableNamesEveryWay(t *testing.T) {
	clearEnvironment(t)
	_, err := Start(t.Context(), Options{})
	require.ErrorIs(t, err, ErrUnavailable)
	assert.Equal(t, `dynamodblocal: no DynamoDB Local available
  DYNAMODB_ENDPOINT: not set
  Java: no java in JAVA_HOME or PATH
  Docker: no docker in PATH
do one of these: set DYNAMODB_ENDPOINT to the URL of a running DynamoDB Local; install Java 17 or newer and, for the first start, npm; install Docker and start its engine`, err.Error())
}

func TestStartRefusesImpossibleOptions(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]Options{
		"negative port":    {Port: -1},
		"port too big":     {Port: 65536},
		"negative timeout": {ReadyTimeout: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Start(t.Context(), opts)
			require.Error(t, err)
			assert.NotErrorIs(t, err, ErrUnavailable)
		})
	}
}

func TestStartHonoursItsContext(t *testing.T) {
	clearEnvironment(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	_, err := Start(ctx, Options{})
	require.ErrorIs(t, err, context.Canceled)
}

// fakeJava puts a java into PATH that calls itself version 21 and runs body in place
// of the server, with the port in $port and the origin in $origin.
func fakeJava(t *testing.T, body string) {
	t.Helper()
	clearEnvironment(t)
	installScript(t, "java", `
if [ "$1" = -version ]; then echo 'openjdk version "21.0.1" 2023-10-17' >&2; exit; fi
for arg; do case $last in -port) port=$arg;; -cors) origin=$arg;; esac; last=$arg; done
`+body)
	c := cache{
		root: filepath.Join(os.Getenv("DYNAMOCONN_CACHE"), "dynamodb-local"), integrity: npmIntegrity, progress: io.Discard,
	}
	dir := filepath.Join(c.root, npmVersion)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "DynamoDBLocal.jar"), nil, 0o644))
	text, err := c.markerText(dir)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, markerFile), []byte(text), 0o644))
}

func TestStartReportsTheOutputOfAServerThatEnds(t *testing.T) {
	fakeJava(t, `echo "Error: Unable to access jarfile" >&2; exit 3`)
	_, err := Start(t.Context(), Options{})
	require.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorContains(t, err, "exit status 3")
	assert.ErrorContains(t, err, "Unable to access jarfile")
}

func TestStartGivesUpOnASilentServer(t *testing.T) {
	fakeJava(t, `echo started; exec /bin/sleep 60`)
	began := time.Now()
	_, err := Start(t.Context(), Options{ReadyTimeout: 200 * time.Millisecond})
	require.ErrorIs(t, err, ErrUnavailable)
	assert.ErrorContains(t, err, "no answer within 200ms")
	assert.Less(t, time.Since(began), 10*time.Second)
}

func TestStartStopsWhatItStartedWhenItsContextEnds(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	t.Setenv("PID_FILE", pidFile)
	fakeJava(t, `echo $$ > "$PID_FILE"; exec /bin/sleep 60`)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(pidFile); err == nil {
				cancel()
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	_, err := Start(ctx, Options{})
	require.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, ErrUnavailable)
}

func TestStartTriesAnotherPortUnlessTheCallerChoseIt(t *testing.T) {
	// The port is noted before the error is printed: Start ends the server as soon as it reads the error.
	const hang = `
echo $port >> "$PORTS"
echo "java.io.IOException: Failed to bind to 0.0.0.0/0.0.0.0:$port" >&2
echo "Caused by: java.net.BindException: Address already in use" >&2
exec /bin/sleep 60`
	ports := filepath.Join(t.TempDir(), "ports")
	t.Setenv("PORTS", ports)
	fakeJava(t, hang)

	_, err := Start(t.Context(), Options{Port: 1})
	require.ErrorIs(t, err, ErrPortTaken)
	content, err := os.ReadFile(ports)
	require.NoError(t, err)
	assert.Equal(t, "1\n", string(content))

	_, err = Start(t.Context(), Options{})
	require.ErrorIs(t, err, ErrUnavailable)
	assert.NotErrorIs(t, err, ErrPortTaken)
	content, err = os.ReadFile(ports)
	require.NoError(t, err)
	assert.Len(t, strings.Fields(string(content)), 1+portAttempts)
}

func TestStartReportsWhyAPortIsRefused(t *testing.T) {
	fakeJava(t, `
echo "java.io.IOException: Failed to bind to 0.0.0.0/0.0.0.0:$port" >&2
echo "Caused by: java.net.SocketException: Permission denied" >&2
exec /bin/sleep 60`)
	_, err := Start(t.Context(), Options{Port: 1})
	require.ErrorIs(t, err, ErrUnavailable)
	assert.NotErrorIs(t, err, ErrPortTaken)
	assert.ErrorContains(t, err, "Permission denied")
}

// Two programs can pick the same free port. The second used to take the server of
// the first for its own, and lost it when the first ended.
func TestStartDoesNotUseTheServerOfAnotherProgram(t *testing.T) {
	fakeJava(t, `exec /bin/sleep 60`)
	other := fakeServer(t, 200, `{"TableNames":[]}`)
	addr, err := net.ResolveTCPAddr("tcp", strings.TrimPrefix(other, "http://"))
	require.NoError(t, err)
	_, err = Start(t.Context(), Options{Port: addr.Port, ReadyTimeout: 5 * time.Second})
	require.ErrorIs(t, err, ErrPortTaken)
}

func TestStartStopsAtAWrongPackage(t *testing.T) {
	clearEnvironment(t)
	dir := filepath.Dir(installScript(t, "java", `echo 'java version "17"' >&2`))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "npm"), []byte("#!/bin/sh\necho wrong > a.tgz"), 0o755))
	_, err := Start(t.Context(), Options{})
	require.ErrorIs(t, err, ErrIntegrity)
	assert.NotErrorIs(t, err, ErrUnavailable)
}

func TestFindJava(t *testing.T) {
	for name, tc := range map[string]struct {
		says string
		want string // part of the error; empty if java is accepted
	}{
		"17":                 {says: `openjdk version "17.0.15" 2025-04-15`},
		"early access":       {says: `openjdk version "26-ea" 2026-03-17`},
		"after another line": {says: "Picked up JAVA_TOOL_OPTIONS: -Da=b\njava version \"21.0.1\" 2023-10-17 LTS"},
		"11":                 {says: `openjdk version "11.0.2" 2019-01-15`, want: "is version 11.0.2"},
		"8":                  {says: `java version "1.8.0_392"`, want: "is version 1.8.0_392"},
		"no version":         {says: "hello", want: `names no version: "hello"`},
		"a number too big":   {says: `version "99999999999999999999"`, want: "out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			clearEnvironment(t)
			java := installScript(t, "java", "/bin/cat >&2 <<'END'\n"+tc.says+"\nEND\n")
			got, err := findJava(t.Context())
			if tc.want != "" {
				require.ErrorContains(t, err, tc.want)
				require.ErrorContains(t, err, java)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, java, got)
		})
	}
}

func TestFindJavaPrefersJavaHomeUnlessItIsTooOld(t *testing.T) {
	clearEnvironment(t)
	inPath := installScript(t, "java", `echo 'version "17.0.1"' >&2`)
	home := t.TempDir()
	t.Setenv("JAVA_HOME", home)
	inHome := filepath.Join(home, "bin", "java")

	got, err := findJava(t.Context())
	require.NoError(t, err)
	assert.Equal(t, inPath, got, "JAVA_HOME is empty")

	require.NoError(t, os.Mkdir(filepath.Dir(inHome), 0o755))
	require.NoError(t, os.WriteFile(inHome, []byte("#!/bin/sh\necho 'version \"11\"' >&2"), 0o755))
	got, err = findJava(t.Context())
	require.NoError(t, err)
	assert.Equal(t, inPath, got, "JAVA_HOME is too old")

	require.NoError(t, os.WriteFile(inHome, []byte("#!/bin/sh\necho 'version \"21\"' >&2"), 0o755))
	got, err = findJava(t.Context())
	require.NoError(t, err)
	assert.Equal(t, inHome, got)
}

func TestSharedRemembersAFailureButNotAnEndedContext(t *testing.T) {
	clearEnvironment(t)
	t.Cleanup(func() { require.NoError(t, StopShared()) })
	endpoint := fakeServer(t, 200, `{"TableNames":[]}`)

	ended, cancel := context.WithCancel(t.Context())
	cancel()
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	_, err := Shared(ended, Options{})
	require.ErrorIs(t, err, context.Canceled)

	_, first := Shared(t.Context(), Options{ReadyTimeout: 200 * time.Millisecond})
	require.ErrorIs(t, first, ErrUnavailable)
	t.Setenv("DYNAMODB_ENDPOINT", endpoint)
	_, err = Shared(t.Context(), Options{})
	require.ErrorIs(t, err, first, "the failure is remembered")

	require.NoError(t, StopShared())
	server, err := Shared(t.Context(), Options{})
	require.NoError(t, err)
	again, err := Shared(t.Context(), Options{})
	require.NoError(t, err)
	assert.Same(t, server, again)
}

func TestSharedReplacesAServerThatHasEnded(t *testing.T) {
	fakeDocker(t)
	t.Cleanup(func() { require.NoError(t, StopShared()) })
	server, err := Shared(t.Context(), Options{})
	require.NoError(t, err)
	again, err := Shared(t.Context(), Options{})
	require.NoError(t, err)
	assert.Same(t, server, again)

	require.NoError(t, server.process.cmd.Process.Kill())
	<-server.Done()
	replacement, err := Shared(t.Context(), Options{})
	require.NoError(t, err)
	assert.NotSame(t, server, replacement)
}

func TestTailKeepsTheEnd(t *testing.T) {
	t.Parallel()
	var tl tail
	for _, part := range []string{"first", strings.Repeat("x", tailSize), "last"} {
		n, err := tl.Write([]byte(part))
		require.NoError(t, err)
		assert.Equal(t, len(part), n)
	}
	assert.Equal(t, strings.Repeat("x", tailSize-4)+"last", tl.String())
}
