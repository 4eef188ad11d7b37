package dynamoconn_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

var (
	waitForMusic = dynamoconn.WaitForTableRequest{TableName: "Music"}
	musicIsGone  = dynamoconn.WaitForTableRequest{TableName: "Music", Deleted: true}
)

func TestWaitForTable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := dynamoconntest.New(dynamoconntest.WithTableDelays(30*time.Second, time.Minute, 20*time.Second))
		client := server.Client(t)
		wait := func(req dynamoconn.WaitForTableRequest) (*dynamoconn.TableDescription, time.Duration) {
			began := time.Now()
			server.ClearJournal()
			table, err := client.WaitForTable(t.Context(), req)
			require.NoError(t, err)
			assert.Len(t, server.Requests("DescribeTable"), table.Attempts)
			assert.Less(t, table.Attempts, 60, "the pauses grow")
			return table, time.Since(began)
		}
		_, err := client.CreateTable(t.Context(), dynamoconn.CreateTableRequest{TableName: "Music", PartitionKey: dynamoconn.StringKey("Artist")})
		require.NoError(t, err)
		table, took := wait(waitForMusic)
		assert.Equal(t, dynamoconn.TableStatusActive, table.TableStatus)
		assert.GreaterOrEqual(t, took, 30*time.Second)
		assert.LessOrEqual(t, took, 35*time.Second)
		_, took = wait(waitForMusic)
		assert.Zero(t, took, "it is ready")

		_, err = client.UpdateTable(t.Context(), dynamoconn.UpdateTableRequest{TableName: "Music", CreateIndex: &dynamoconn.GlobalSecondaryIndex{
			IndexName: "ByYear", PartitionKey: []dynamoconn.AttributeDefinition{dynamoconn.NumberKey("Year")},
		}})
		require.NoError(t, err)
		table, took = wait(waitForMusic)
		assert.True(t, table.IsReady())
		assert.Equal(t, dynamoconn.IndexStatusActive, table.GlobalSecondaryIndexes[0].IndexStatus)
		assert.GreaterOrEqual(t, took, time.Minute)

		_, err = client.DeleteTable(t.Context(), dynamoconn.DeleteTableRequest{TableName: "Music"})
		require.NoError(t, err)
		_, err = client.WaitForTable(t.Context(), waitForMusic)
		require.ErrorIs(t, err, dynamoconn.ErrTableNotReady, "it will not come back")
		table, took = wait(musicIsGone)
		assert.Equal(t, "Music", table.Name)
		assert.GreaterOrEqual(t, took, 20*time.Second)
		_, took = wait(musicIsGone)
		assert.Zero(t, took)
	})
}

func TestTableIsReadyWhenItsIndexesAre(t *testing.T) {
	t.Parallel()
	describe := func(more string) wiretest.Answer {
		return wiretest.Reply(200, `{"Table":{"TableName":"Music","TableStatus":"ACTIVE"`+more+`}}`)
	}
	index := func(status, more string) string {
		return `[{"IndexName":"ByYear","IndexStatus":"ACTIVE"},{"IndexName":"ByTitle","IndexStatus":"` + status + `"` + more + `}]`
	}
	synctest.Test(t, func(t *testing.T) {
		w := wiretest.Script(t,
			describe(`,"GlobalSecondaryIndexes":`+index("CREATING", "")),
			describe(`,"GlobalSecondaryIndexes":`+index("ACTIVE", `,"Backfilling":true`)),
			describe(`,"VectorIndexes":`+index("ACTIVE", `,"Backfilling":true`)),
			describe(`,"VectorIndexes":`+index("DELETING", "")),
			describe(`,"GlobalSecondaryIndexes":`+index("ACTIVE", `,"Backfilling":false`)))
		var ready []bool
		for table, err := range wireClient(t, w).WatchTable(t.Context(), waitForMusic) {
			require.NoError(t, err)
			ready = append(ready, table.IsReady())
			assert.Equal(t, 1, table.Attempts)
		}
		assert.Equal(t, []bool{false, false, false, false, true}, ready)
	})
}

func TestWaitForATableThatIsNotKnown(t *testing.T) {
	t.Parallel()
	unknown := wiretest.Refuse(400, "ResourceNotFoundException", "no such table", "R")
	synctest.Test(t, func(t *testing.T) {
		w := wiretest.Script(t, unknown, unknown, wiretest.AllDone())
		n := 0
		for table, err := range wireClient(t, w).WatchTable(t.Context(), waitForMusic) {
			require.NoError(t, err)
			assert.Equal(t, "Music", table.Name)
			assert.Equal(t, 3, table.Attempts)
			n++
		}
		assert.Equal(t, 1, n)

		began := time.Now()
		_, err := wireClient(t, wiretest.New(unknown)).WaitForTable(t.Context(), waitForMusic)
		require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
		assert.NotErrorIs(t, err, dynamoconn.ErrTableNotReady)
		assert.GreaterOrEqual(t, time.Since(began), 15*time.Second)
		assert.LessOrEqual(t, time.Since(began), 20*time.Second)

		creating := wiretest.Reply(200, `{"Table":{"TableName":"Music","TableStatus":"CREATING"}}`)
		_, err = wireClient(t, wiretest.Script(t, creating, unknown)).WaitForTable(t.Context(), waitForMusic)
		require.ErrorIs(t, err, dynamoconn.ErrTableNotFound, "it was there and is gone")
	})
}

func TestWaitThatHasNoEnd(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"INACCESSIBLE_ENCRYPTION_CREDENTIALS", "ARCHIVING", "ARCHIVED", "REPLICATION_NOT_AUTHORIZED", "DELETING"} {
		w := wiretest.Script(t, wiretest.Reply(200, `{"Table":{"TableName":"Music","TableStatus":"`+status+`"}}`))
		_, err := wireClient(t, w).WaitForTable(t.Context(), waitForMusic)
		require.ErrorIs(t, err, dynamoconn.ErrTableNotReady, status)
		assert.ErrorContains(t, err, "the table is "+status)
		assert.Equal(t, 1, errorOf(t, err).Attempts)
	}
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := wireClient(t, wiretest.New(wiretest.AllDone())).WaitForTable(t.Context(), musicIsGone)
		require.ErrorIs(t, err, dynamoconn.ErrTableNotReady, "nobody deletes it")
		assert.GreaterOrEqual(t, time.Since(began), 15*time.Second)
		assert.LessOrEqual(t, time.Since(began), 20*time.Second)
	})
}

func TestContextEndsAWait(t *testing.T) {
	t.Parallel()
	creating := wiretest.Reply(200, `{"Table":{"TableName":"Music","TableStatus":"CREATING"}}`)
	synctest.Test(t, func(t *testing.T) {
		client := wireClient(t, wiretest.New(creating))
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		_, err := client.WaitForTable(ctx, waitForMusic)
		require.ErrorIs(t, err, dynamoconn.ErrTableNotReady)
		assert.NotErrorIs(t, err, context.DeadlineExceeded, "a pause that leads to no question is not waited for")
		assert.ErrorContains(t, err, "the table is CREATING")
		assert.Greater(t, time.Since(began), 50*time.Second)
		assert.Less(t, time.Since(began), time.Minute)

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second+time.Nanosecond, cancel)
		var last error
		for _, err := range client.WatchTable(ctx, waitForMusic) {
			last = err
		}
		require.ErrorIs(t, last, dynamoconn.ErrTableNotReady)
		assert.ErrorIs(t, last, context.Canceled)

		client = wireClient(t, wiretest.New(wiretest.Hang))
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = client.WaitForTable(ctx, waitForMusic)
		require.ErrorIs(t, err, dynamoconn.ErrTableNotReady)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestWatchOfATableIsBrokenOff(t *testing.T) {
	t.Parallel()
	w := wiretest.New(wiretest.Reply(200, `{"Table":{"TableName":"Music","TableStatus":"CREATING"}}`))
	loop := wireClient(t, w).WatchTable(t.Context(), waitForMusic)
	assert.Empty(t, w.Requests(), "it asks when the loop begins")
	for range 2 {
		for range loop {
			break
		}
	}
	assert.Len(t, w.Requests(), 2, "ranging again starts over")
}
