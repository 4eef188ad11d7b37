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
	showsItsSamples(t, "DynamoDB in memory")
}

func TestTablesShowsItsSamplesOnDynamoDBLocal(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("-short: needs DynamoDB Local")
	}
	showsItsSamples(t, `DynamoDB Local at http://\S+`, "-endpoint", "local")
}

func showsItsSamples(t *testing.T, where string, args ...string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), append(args, "-region", "us_west_2"), &stdout, &stderr), stderr.String())
	assert.Regexp(t, "^"+where+", region us-west-2\n\nTABLE ", stdout.String())
	assert.Contains(t, stdout.String(), samplesTable)
	assert.Contains(t, stdout.String(), "2 tables.")
}

func TestTablesMakesNoneOnAServerThatIsNamed(t *testing.T) {
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
	remove, err := createSamples(t.Context(), db, client)
	require.NoError(t, err)

	// A second set cannot be made, and must not take the first with it.
	removeNone, err := createSamples(t.Context(), db, client)
	require.Error(t, err)
	require.NoError(t, removeNone())

	var with bytes.Buffer
	require.NoError(t, run(t.Context(), args, &with, io.Discard))
	assert.Contains(t, with.String(), samplesTable)
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
