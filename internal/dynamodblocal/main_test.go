package dynamodblocal

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// needJava skips a test that starts the real server if -short is given. Without
// -short the test fails on a machine that lacks Java.
func needJava(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: starts the real DynamoDB Local, which needs Java 17")
	}
}

// clearEnvironment takes away every way to get a server: the test has no endpoint, no
// programs in PATH and an empty cache.
func clearEnvironment(t *testing.T) {
	t.Helper()
	t.Setenv("DYNAMODB_ENDPOINT", "")
	t.Setenv("DYNAMOCONN_CACHE", t.TempDir())
	t.Setenv("JAVA_HOME", "")
	t.Setenv("PATH", "")
}

// installScript writes an executable shell script into a new directory and sets PATH
// to that directory.
func installScript(t *testing.T, name, body string) (path string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows starts no shell scripts")
	}
	dir := t.TempDir()
	path = filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o755))
	t.Setenv("PATH", dir)
	return path
}

// entry is an entry of a tarball.
type entry struct {
	name    string
	content string
	kind    byte
	link    string
}

func fileEntry(name, content string) entry {
	return entry{name: name, content: content, kind: tar.TypeReg}
}

func makeTarball(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	zipped := gzip.NewWriter(&buf)
	archive := tar.NewWriter(zipped)
	for _, e := range entries {
		require.NoError(t, archive.WriteHeader(&tar.Header{
			Name: e.name, Typeflag: e.kind, Linkname: e.link, Size: int64(len(e.content)), Mode: 0o644,
		}))
		_, err := archive.Write([]byte(e.content))
		require.NoError(t, err)
	}
	require.NoError(t, archive.Close())
	require.NoError(t, zipped.Close())
	return buf.Bytes()
}

func integrityOf(content []byte) string {
	sum := sha512.Sum512(content)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

// readTree returns the content of each file below dir, by its name with slashes.
func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		rel, _ := filepath.Rel(dir, name)
		files[filepath.ToSlash(rel)] = string(content)
		return err
	}))
	return files
}

func isOpen(endpoint string) bool {
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(endpoint, "http://"), time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
