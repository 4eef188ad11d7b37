package main

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
)

func needServer(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: runs on a DynamoDB Local")
	}
}

const samplesTable = `dynamoconn-cities  ACTIVE  ID (Number)                                 2       33 B  Pay per request           none
dynamoconn-music   ACTIVE  Artist (String), SongTitle (String)         1       49 B  10 read, 5 write units/s  ByYear (global)
`

func TestTablesShowsItsSamplesOnAServerOfItsOwn(t *testing.T) {
	needServer(t)
	var stdout, stderr bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-region", "us_west_2"}, &stdout, &stderr), stderr.String())
	assert.Contains(t, stdout.String(), ", region us-west-2\n\nTABLE ")
	assert.Contains(t, stdout.String(), samplesTable)
	assert.Contains(t, stdout.String(), "2 tables.")
}

func TestTablesMakesNoneOnAServerThatIsNamed(t *testing.T) {
	needServer(t)
	server, err := dynamodblocal.Shared(t.Context(), dynamodblocal.Options{})
	require.NoError(t, err)
	args := []string{"-endpoint", server.Endpoint(), "-region", "us-west-2"}
	var before bytes.Buffer
	require.NoError(t, run(t.Context(), args, &before, io.Discard))
	assert.NotContains(t, before.String(), "dynamoconn-cities")

	flags := demo.Flags{Endpoint: server.Endpoint(), Region: "us-west-2"}
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
	needServer(t)
	server, err := dynamodblocal.Shared(t.Context(), dynamodblocal.Options{})
	require.NoError(t, err)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	client, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(aws.Config{
		Region: "us-west-2", BaseEndpoint: aws.String(server.Endpoint()),
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
