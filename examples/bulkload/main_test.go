package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// serve starts a DynamoDB in memory and returns its URL and a client for it.
func serve(t *testing.T) (string, *dynamoconn.Client) {
	t.Helper()
	db := dynamoconntest.New()
	server := httptest.NewServer(db.Handler())
	t.Cleanup(server.Close)
	return server.URL, db.Client(t)
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rows.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// contents returns the items of a table. The map's keys are the items' keys as text.
func contents(t *testing.T, client *dynamoconn.Client, table, key string) map[string]dynamoconn.Item {
	t.Helper()
	resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, IsConsistentRead: true})
	require.NoError(t, err)
	items := make(map[string]dynamoconn.Item)
	for _, item := range resp.Items {
		value, _ := item.Get(key)
		items[fmt.Sprint(value)] = item
	}
	return items
}

func TestCitiesAreLoadedByDefault(t *testing.T) {
	t.Parallel()
	testLoadCities(t, "DynamoDB in memory")
}

func TestCitiesAreLoadedIntoDynamoDBLocal(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: needs DynamoDB Local")
	}
	testLoadCities(t, `DynamoDB Local at http://\S+`, "-endpoint", "local")
}

// testLoadCities loads the cities and checks what the program prints.
func testLoadCities(t *testing.T, database string, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), args, &stdout, &stderr), stderr.String())
	assert.Regexp(t, "^Loading into the table Cities of "+database+`, region us-east-1
1,000 rows written in \d+\.\d s \([\d,]+ a second\)
The table is gone when this program ends\. .*\n$`, stdout.String())
	assert.NotContains(t, stderr.String(), "rows", "without a terminal there must be no bar")
}

func TestEachRowBecomesItsItem(t *testing.T) {
	t.Parallel()
	endpoint, client := serve(t)
	rows := file(t, `[{"name":"Vila","lat":"42.53176"},{"name":"Ordino","ID":7.50},{"name":"Canillo"}]`)
	var stdout bytes.Buffer
	args := []string{"-endpoint", endpoint, "-table", "Numbered", "-file", rows, "-id", "-chunk", "2"}
	require.NoError(t, run(t.Context(), args, &stdout, io.Discard))
	assert.Contains(t, stdout.String(), "\n3 rows written in ")
	assert.NotContains(t, stdout.String(), "is gone")
	got := contents(t, client, "Numbered", "ID")
	require.Len(t, got, 3)
	assert.Equal(t, `{ID: 1, lat: "42.53176", name: "Vila"}`, got["ID: 1"].String())
	assert.Equal(t, `{ID: 7.5, name: "Ordino"}`, got["ID: 7.5"].String())
	assert.Equal(t, `{ID: 3, name: "Canillo"}`, got["ID: 3"].String())
}

func TestAnExistingTableKeepsItsKey(t *testing.T) {
	t.Parallel()
	endpoint, client := serve(t)
	args := []string{"-endpoint", endpoint, "-table", "Keyed"}
	first := file(t, `{"Code":"AD","Name":"Andorra"}`)
	require.NoError(t, run(t.Context(), append(args, "-key", "Code", "-file", first), io.Discard, io.Discard))
	second := file(t, "{\"Name\":\"Nowhere\"}\n{\"Code\":\"AD\",\"Name\":\"Principat d'Andorra\"}")
	require.NoError(t, run(t.Context(), append(args, "-key", "Other", "-id", "-file", second), io.Discard, io.Discard))
	got := contents(t, client, "Keyed", "Code")
	require.Len(t, got, 2)
	assert.Equal(t, `{Code: "AD", Name: "Principat d'Andorra"}`, got[`Code: "AD"`].String())
	assert.Equal(t, `{Code: "1", Name: "Nowhere"}`, got[`Code: "1"`].String())
}

func TestRowsThatCannotBeWrittenAreListed(t *testing.T) {
	t.Parallel()
	endpoint, client := serve(t)
	rows := file(t, strings.Join([]string{
		`{"ID":1}`, `null`, `{"Name":"no key"}`, `{"ID":"text"}`,
		`{"ID":5,"Name":"` + strings.Repeat("x", 410_000) + `"}`, `{"ID":6}`,
	}, "\n"))
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), []string{"-endpoint", endpoint, "-table", "Partly", "-file", rows}, &stdout, &stderr)
	require.EqualError(t, err, "4 rows were not written")
	assert.Contains(t, stdout.String(), "\n2 rows written in ")
	for _, row := range []string{"row 2: refused: ", "row 3: refused: ", "row 4: refused: ", "row 5: refused: "} {
		assert.Equal(t, 1, strings.Count(stderr.String(), row), "%s in %s", row, stderr.String())
	}
	assert.Len(t, contents(t, client, "Partly", "ID"), 2)
}

func TestAFileWithoutTheKeyCreatesNoTable(t *testing.T) {
	t.Parallel()
	endpoint, client := serve(t)
	err := run(t.Context(), []string{"-endpoint", endpoint, "-table", "Unmade", "-file", file(t, `{"name":"Vila"}`)}, io.Discard, io.Discard)
	require.ErrorContains(t, err, "-id")
	_, err = client.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: "Unmade"})
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
}

func TestRowsBeforeAnErrorInTheFileAreWritten(t *testing.T) {
	t.Parallel()
	endpoint, client := serve(t)
	err := run(t.Context(), []string{"-endpoint", endpoint, "-table", "Cut", "-file", file(t, `[{"ID":1},{"ID":2},{"I`)}, io.Discard, io.Discard)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "row 3")
	assert.Len(t, contents(t, client, "Cut", "ID"), 2)
}

// refusingProxy starts a proxy for a server and returns its URL. It refuses the batch
// writes that refuse chooses; write is their number, from 1.
func refusingProxy(t *testing.T, endpoint string, refuse func(write int64) bool) string {
	t.Helper()
	target, err := url.Parse(endpoint)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	var writes atomic.Int64
	proxyServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".BatchWriteItem") && refuse(writes.Add(1)) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not today"}`)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(proxyServer.Close)
	return proxyServer.URL
}

func TestRowsThatWereNotWrittenAreSentOnceMore(t *testing.T) {
	t.Parallel()
	endpoint, client := serve(t)
	// If one request is refused, the batch ends and the remaining rows are not written.
	endpoint = refusingProxy(t, endpoint, func(write int64) bool { return write == 1 })
	var stdout, stderr bytes.Buffer
	err := run(t.Context(), []string{"-endpoint", endpoint, "-table", "Again"}, &stdout, &stderr)
	require.NoError(t, err)
	assert.Contains(t, stdout.String(), "\n1,000 rows written in ")
	assert.Contains(t, stderr.String(), "rows are sent again: ")
	assert.Len(t, contents(t, client, "Again", "ID"), 1000)
}

func TestRowsThatFailTwiceAreListed(t *testing.T) {
	t.Parallel()
	endpoint, client := serve(t)
	endpoint = refusingProxy(t, endpoint, func(write int64) bool { return write == 1 || write > 15 })
	var stderr bytes.Buffer
	err := run(t.Context(), []string{"-endpoint", endpoint, "-table", "Never"}, io.Discard, &stderr)
	got := contents(t, client, "Never", "ID")
	require.EqualError(t, err, fmt.Sprintf("%d rows were not written", 1000-len(got)))
	assert.Contains(t, stderr.String(), ": not done: ")
	assert.Equal(t, 1, strings.Count(stderr.String(), "sent again"))
	assert.Equal(t, missingRows(got, 1000), namedRows(t, stderr.String()))
}

// missingRows returns the IDs from 1 to n that are not in the table.
func missingRows(got map[string]dynamoconn.Item, n int) []int {
	var ids []int
	for id := 1; id <= n; id++ {
		if _, ok := got[fmt.Sprintf("ID: %d", id)]; !ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// namedRows returns the rows that the report lists as not written.
func namedRows(t *testing.T, report string) []int {
	t.Helper()
	var ids []int
	for line := range strings.Lines(report) {
		var from, to int
		if n, _ := fmt.Sscanf(line, "rows %d to %d:", &from, &to); n != 2 {
			if n, _ := fmt.Sscanf(line, "row %d:", &from); n != 1 {
				continue
			}
			to = from
		}
		for id := from; id <= to; id++ {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestInterruptStopsTheLoad(t *testing.T) {
	t.Parallel()
	endpoint, client := serve(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	endpoint = refusingProxy(t, endpoint, func(write int64) bool {
		if write == 3 {
			interrupt()
		}
		return false
	})
	err := run(ctx, []string{"-endpoint", endpoint, "-table", "Stopped", "-chunk", "25"}, io.Discard, io.Discard)
	require.ErrorIs(t, err, context.Canceled)
	written := len(contents(t, client, "Stopped", "ID"))
	assert.GreaterOrEqual(t, written, 50)
	assert.LessOrEqual(t, written, 75)
}

func TestRunRefusesWrongFlags(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, run(t.Context(), []string{"-chunk", "0"}, io.Discard, io.Discard), "-chunk")
	require.ErrorIs(t, run(t.Context(), []string{"-file", filepath.Join(t.TempDir(), "none")}, io.Discard, io.Discard), os.ErrNotExist)
}
