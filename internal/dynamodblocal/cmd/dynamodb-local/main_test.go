package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExecuteRefusesAWrongCommandLine(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"nothing":            nil,
		"unknown command":    {"start"},
		"port of fetch":      {"fetch", "-port", "8000"},
		"port is no number":  {"run", "-port", "http"},
		"too many arguments": {"run", "8000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			assert.Equal(t, 2, execute(t.Context(), args, &stdout, &stderr))
			assert.Empty(t, stdout.String())
			assert.Contains(t, stderr.String(), usage)
		})
	}
}

func TestExecuteHelpIsNoFailure(t *testing.T) {
	t.Parallel()
	assert.Equal(t, 0, execute(t.Context(), []string{"run", "-h"}, io.Discard, io.Discard))
}

func TestFetchFailsWithoutNpm(t *testing.T) {
	t.Setenv("PATH", "")
	t.Setenv("DYNAMOCONN_CACHE", t.TempDir())
	var stdout, stderr bytes.Buffer
	assert.Equal(t, 1, execute(t.Context(), []string{"fetch"}, &stdout, &stderr))
	assert.Empty(t, stdout.String())
	assert.Contains(t, stderr.String(), "npm")
}

func TestFetchPrintsTheDirectory(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: may download DynamoDB Local")
	}
	var stdout bytes.Buffer
	require.Equal(t, 0, execute(t.Context(), []string{"fetch"}, &stdout, os.Stderr))
	dir, ok := strings.CutSuffix(stdout.String(), "\n")
	assert.True(t, ok)
	assert.FileExists(t, filepath.Join(dir, "DynamoDBLocal.jar"))
}

func TestRunStopsWithItsContext(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: starts the real DynamoDB Local, which needs Java 17")
	}
	t.Setenv("DYNAMODB_ENDPOINT", "http://127.0.0.1:1")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	r, w := io.Pipe()
	status := make(chan int)
	go func() {
		defer w.Close()
		status <- execute(ctx, []string{"run"}, w, os.Stderr)
	}()
	buf := make([]byte, 100)
	n, err := r.Read(buf)
	require.NoError(t, err)
	endpoint := strings.TrimSuffix(strings.TrimPrefix(string(buf[:n]), "DynamoDB Local at "), "\n")
	resp, err := http.Get(endpoint)
	require.NoError(t, err)
	resp.Body.Close()

	cancel()
	assert.Equal(t, 0, <-status)
	resp, err = http.Get(endpoint)
	if err == nil {
		resp.Body.Close()
	}
	require.Error(t, err, "the server still answers")
}
