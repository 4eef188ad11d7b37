package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/testdata"
)

// cities returns the 1,000 cities by their IDs.
func cities(t *testing.T) map[int64]dynamoconn.Item {
	t.Helper()
	items := map[int64]dynamoconn.Item{}
	for line := range strings.Lines(testdata.Cities()) {
		var item dynamoconn.Item
		require.NoError(t, json.Unmarshal([]byte(line), &item))
		id, err := dynamoconn.Value[int64](item, "ID")
		require.NoError(t, err)
		items[id] = item
	}
	return items
}

// requireComplete checks that the file has each item once, and that there is no
// checkpoint.
func requireComplete(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	want := cities(t)
	for line := range bytes.Lines(data) {
		var item dynamoconn.DynamoDBJSON
		require.NoError(t, json.Unmarshal(line, &item))
		id, err := dynamoconn.Value[int64](dynamoconn.Item(item), "ID")
		require.NoError(t, err)
		require.Contains(t, want, id, "the item is in the file twice")
		require.True(t, want[id].Equal(dynamoconn.Item(item)))
		delete(want, id)
	}
	require.Empty(t, want, "these items are missing")
	files, err := filepath.Glob(path + "?*")
	require.NoError(t, err)
	require.Empty(t, files, "a complete export has no checkpoint")
}

func TestExportInMemory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "cities.jsonl")
	var stdout bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-out", path}, &stdout, io.Discard))
	assert.Equal(t, "Exported 1,000 items of the table dynamoconn-cities to "+path+".\n", stdout.String())
	requireComplete(t, path)

	// An existing file is not overwritten.
	before, err := os.Stat(path)
	require.NoError(t, err)
	require.Error(t, run(t.Context(), []string{"-out", path}, io.Discard, io.Discard))
	after, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, before.ModTime(), after.ModTime())
	requireComplete(t, path)
}

// serve starts a DynamoDB with the cities in the table Cities and returns its URL.
func serve(t *testing.T) (*dynamoconntest.Server, string) {
	t.Helper()
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Cities", PartitionKey: "ID:N"}))
	require.NoError(t, db.LoadJSON("Cities", strings.NewReader(testdata.Cities())))
	server := httptest.NewServer(db.Handler())
	t.Cleanup(server.Close)
	return db, server.URL
}

func TestExportContinuesAfterEachInterruption(t *testing.T) {
	t.Parallel()
	db, url := serve(t)
	path := filepath.Join(t.TempDir(), "cities.jsonl")
	args := []string{"-endpoint", url, "-table", "Cities", "-out", path, "-page", "16", "-workers", "3"}
	interruptions := 0
	for {
		ctx, interrupt := context.WithCancel(t.Context())
		var requests atomic.Int32
		fault := db.Inject(dynamoconntest.Fault{Match: func(dynamoconntest.Entry) bool {
			if requests.Add(1) == 7 {
				interrupt()
			}
			return false
		}})
		var stdout bytes.Buffer
		err := run(ctx, args, &stdout, io.Discard)
		interrupt()
		fault.Remove()
		if err == nil {
			assert.Regexp(t, `^Continuing: \S+ already has \d+ items\.\nExported 1,000 items of the table Cities to `, stdout.String())
			break
		}
		require.ErrorIs(t, err, context.Canceled)
		interruptions++
		require.Less(t, interruptions, 100)

		// A kill may also leave half a page in the file.
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = file.WriteString(`{"ID":{"N":"1"}}` + "\n" + `{"ID":{"N"`)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		args[len(args)-1] = "5" // has no effect: the first run decides the number of workers
	}
	assert.Greater(t, interruptions, 5)
	requireComplete(t, path)
}

func TestExportRefusesAForeignCheckpoint(t *testing.T) {
	t.Parallel()
	_, url := serve(t)
	// This export is incomplete.
	dir := t.TempDir()
	path := filepath.Join(dir, "cities.jsonl")
	e, err := open(path, 2)
	require.NoError(t, err)
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithEndpoint(url),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1), dynamoconn.WithStaticCredentials("a", "b", ""))
	require.NoError(t, err)
	for page, err := range client.ScanPages(t.Context(), dynamoconn.ScanTableRequest{TableName: "Cities", Limit: 100, TotalSegments: 2}) {
		require.NoError(t, err)
		require.NoError(t, e.add(0, page))
		break
	}
	require.NoError(t, e.out.Close())
	state, err := os.ReadFile(e.checkpoint)
	require.NoError(t, err)
	half, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NotEmpty(t, half)

	for name, test := range map[string]struct{ state, file, table string }{
		"another table":  {string(state), string(half), "Others"},
		"cut":            {string(state[:len(state)-5]), string(half), "Cities"},
		"empty":          {"", string(half), "Cities"},
		"no segments":    {"{}", string(half), "Cities"},
		"changed":        {strings.Replace(string(state), "scan-1.e", "scan-1.f", 1), string(half), "Cities"},
		"a shorter file": {string(state), string(half[:10]), "Cities"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "cities.jsonl")
			require.NoError(t, os.WriteFile(path, []byte(test.file), 0o600))
			require.NoError(t, os.WriteFile(path+".checkpoint", []byte(test.state), 0o600))
			require.Error(t, run(t.Context(), []string{"-endpoint", url, "-table", test.table, "-out", path}, io.Discard, io.Discard))
		})
	}
	require.NoError(t, run(t.Context(), []string{"-endpoint", url, "-table", "Cities", "-out", path}, io.Discard, io.Discard))
	requireComplete(t, path)

	require.Error(t, run(t.Context(), []string{"-out", filepath.Join(dir, "x"), "-workers", "0"}, io.Discard, io.Discard))
	require.Error(t, run(t.Context(), []string{"-out", filepath.Join(dir, "no", "such")}, io.Discard, io.Discard))
	require.ErrorIs(t, run(t.Context(), []string{"-endpoint", url, "-table", "None", "-out", filepath.Join(dir, "y")}, io.Discard, io.Discard),
		dynamoconn.ErrTableNotFound)
}
