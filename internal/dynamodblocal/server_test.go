package dynamodblocal

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServerAnswersUntilItIsStopped(t *testing.T) {
	needJava(t)
	t.Setenv("DYNAMODB_ENDPOINT", "")
	dir, err := Fetch(t.Context(), os.Stderr)
	require.NoError(t, err)
	before := fileNames(t, dir)
	began := time.Now()
	server, err := Start(t.Context(), Options{})
	require.NoError(t, err)
	t.Logf("first answer after %v", time.Since(began).Round(time.Millisecond))
	t.Cleanup(func() { _ = server.Stop() })

	require.NoError(t, probe(t.Context(), server.Endpoint(), ""))
	runtime.GC()
	select {
	case <-server.Done():
		t.Fatalf("ended too early: %s", server.Output())
	default:
	}
	assert.Contains(t, server.Output(), "Version:\t"+localVersion)

	u, err := url.Parse(server.Endpoint())
	require.NoError(t, err)
	port, err := strconv.Atoi(u.Port())
	require.NoError(t, err)
	_, err = Start(t.Context(), Options{Port: port})
	require.ErrorIs(t, err, ErrPortTaken)

	require.NoError(t, server.Stop())
	assert.False(t, isOpen(server.Endpoint()))
	<-server.Done()
	require.NoError(t, server.Stop())
	assert.Equal(t, before, fileNames(t, dir), "the server must not change the cache")
}

func fileNames(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestHelperProcess is not a test. It is the program that
// TestServerEndsWithItsKilledProgram kills.
func TestHelperProcess(t *testing.T) {
	if os.Getenv("DYNAMODBLOCAL_TEST_HELPER") == "" {
		t.Skip("run by TestServerEndsWithItsKilledProgram only")
	}
	server, err := Start(t.Context(), Options{})
	require.NoError(t, err)
	fmt.Printf("endpoint %s\n", server.Endpoint())
	select {}
}

func TestServerEndsWithItsKilledProgram(t *testing.T) {
	needJava(t)
	if runtime.GOOS == "windows" {
		t.Skip("on Windows a server outlives its program")
	}
	t.Setenv("DYNAMODB_ENDPOINT", "")
	cmd := exec.Command(os.Args[0], "-test.run=^TestHelperProcess$", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), "DYNAMODBLOCAL_TEST_HELPER=1")
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })

	var endpoint string
	for lines := bufio.NewScanner(stdout); endpoint == "" && lines.Scan(); {
		endpoint, _ = strings.CutPrefix(lines.Text(), "endpoint ")
	}
	require.True(t, strings.HasPrefix(endpoint, "http://"), "the helper started no server: %q", endpoint)
	require.NoError(t, probe(t.Context(), endpoint, ""))
	require.NoError(t, cmd.Process.Kill()) // SIGKILL
	_ = cmd.Wait()
	began := time.Now()
	require.Eventually(t, func() bool { return !isOpen(endpoint) }, 5*time.Second, 20*time.Millisecond, "port still open")
	t.Logf("port closed after %v", time.Since(began).Round(time.Millisecond))
}
