package main

import (
	"bytes"
	"context"
	"io"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

// serve starts an empty DynamoDB and returns its URL.
func serve(t *testing.T) (url string) {
	t.Helper()
	server := httptest.NewServer(dynamoconntest.New().Handler())
	t.Cleanup(server.Close)
	return server.URL
}

const samplesTable = `dynamoconn-cities  ACTIVE  ID (Number)                                 2       33 B  PAY_PER_REQUEST           none
dynamoconn-music   ACTIVE  Artist (String), SongTitle (String)         1       49 B  10 read, 5 write units/s  ByYear (global)
`

func TestTablesShowsItsSamplesInMemory(t *testing.T) {
	t.Parallel()
	testSamples(t, "DynamoDB in memory")
}

func TestTablesShowsItsSamplesOnDynamoDBLocal(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: needs DynamoDB Local")
	}
	testSamples(t, `DynamoDB Local at http://\S+`, "-endpoint", "local")
}

// testSamples runs the program and checks that it ran on the database and printed the
// sample tables.
func testSamples(t *testing.T, database string, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), append(args, "-region", "us_west_2"), &stdout, &stderr), stderr.String())
	assert.Regexp(t, "^"+database+", region us-west-2\n\nTABLE ", stdout.String())
	assert.Contains(t, stdout.String(), samplesTable)
	assert.Contains(t, stdout.String(), "2 tables.")
}

func TestTablesCreatesNoTablesOnAGivenServer(t *testing.T) {
	t.Parallel()
	url := serve(t)
	args := []string{"-endpoint", url, "-region", "us-west-2"}
	var before bytes.Buffer
	require.NoError(t, run(t.Context(), args, &before, io.Discard))
	assert.NotContains(t, before.String(), "dynamoconn-cities")

	flags := demo.Flags{Endpoint: url, Region: "us-west-2"}
	db, err := flags.Open(t.Context(), io.Discard)
	require.NoError(t, err)
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(db.Config))
	require.NoError(t, err)
	remove, err := createSamples(t.Context(), client)
	require.NoError(t, err)

	// The tables cannot be created a second time, and remove must not delete the first.
	removeNothing, err := createSamples(t.Context(), client)
	require.Error(t, err)
	require.NoError(t, removeNothing())

	var during bytes.Buffer
	require.NoError(t, run(t.Context(), args, &during, io.Discard))
	assert.Contains(t, during.String(), samplesTable)
	require.NoError(t, remove())
	var after bytes.Buffer
	require.NoError(t, run(t.Context(), args, &after, io.Discard))
	assert.Equal(t, before.String(), after.String())
}

func TestTablesStopsWhenInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(aws.Config{
		Region: "us-west-2", BaseEndpoint: aws.String(serve(t)),
	}))
	require.NoError(t, err)
	require.ErrorIs(t, list(ctx, client, io.Discard), context.Canceled)
}

func TestIndexesAreNamedWithTheirKind(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "none", indexes(&dynamoconn.TableDescription{}))
	assert.Equal(t, "a (global), b (global), c (local)", indexes(&dynamoconn.TableDescription{
		GlobalSecondaryIndexes: []dynamoconn.IndexDescription{{IndexName: "a"}, {IndexName: "b"}},
		LocalSecondaryIndexes:  []dynamoconn.IndexDescription{{IndexName: "c"}},
	}))
}
