package integration

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

func TestBatchWriteAppliesTheWritesOfAKeyInOrder(t *testing.T) {
	t.Parallel()
	client := local(t)
	for _, keyNames := range [][]string{nil, {"ID"}} {
		table := newTable(t, keyed(byID))
		var writes []dynamoconn.Write
		want := map[int64]dynamoconn.Item{}
		for step := range 300 {
			id := int64(step % 7)
			if step%5 == 3 {
				writes = append(writes, dynamoconn.Write{ItemToDelete: dynamoconn.Item{dynamoconn.Long("ID", id)}})
				delete(want, id)
				continue
			}
			want[id] = dynamoconn.Item{dynamoconn.Long("ID", id), dynamoconn.Long("Step", int64(step))}
			writes = append(writes, dynamoconn.Write{ItemToAdd: want[id]})
		}
		resp, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
			// In three entries for one table.
			Tables: []dynamoconn.WriteTable{
				{Name: table, Writes: writes[:100], KeyNames: keyNames}, {Name: table, Writes: writes[100:110]}, {Name: table, Writes: writes[110:]},
			},
		})
		require.NoError(t, err)
		assert.Equal(t, len(writes), resp.Written)
		scanned, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table})
		require.NoError(t, err)
		var items []dynamoconn.Item
		for _, item := range want {
			items = append(items, item)
		}
		requireSameItems(t, items, scanned.Items, "ID")
	}
}

func TestBatchWriteOfPutsAloneAppliesThemInOrder(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	var puts []dynamoconn.Item
	for step := range int64(200) { // nothing says which attribute is the key
		puts = append(puts, dynamoconn.Item{dynamoconn.Long("ID", step%40), dynamoconn.Long("Step", step)})
	}
	resp, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(table, puts...)},
	})
	require.NoError(t, err)
	assert.Equal(t, len(puts), resp.Written)
	scanned, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table})
	require.NoError(t, err)
	requireSameItems(t, puts[160:], scanned.Items, "ID")
}

func TestBatchesOverTables(t *testing.T) {
	t.Parallel()
	client := local(t)
	cityNames, songNames := newTable(t, keyed(byID)), newTable(t, indexed())
	rows, tracks := cities(t, 60), songs(45)
	written, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{
		dynamoconn.TableWithItemsToAdd(cityNames, rows...), dynamoconn.TableWithItemsToAdd(songNames, tracks...),
	}}, dynamoconn.WithConsumedCapacity())
	require.NoError(t, err)
	assert.Equal(t, len(rows)+len(tracks), written.Written)
	var tables []string
	for _, used := range written.ConsumedCapacity {
		tables = append(tables, used.TableName)
		assert.Positive(t, used.CapacityUnits)
	}
	want := []string{cityNames, songNames}
	slices.Sort(want)
	assert.Equal(t, want, tables)

	var songKeys, cityKeys []dynamoconn.Item
	for _, track := range slices.Backward(tracks) {
		songKeys = append(songKeys, track.Pick("Title", "Artist"))
	}
	for _, row := range rows {
		cityKeys = append(cityKeys, row.Pick("ID"))
	}
	read, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
		IsConsistentRead: true,
		RequestTables: []dynamoconn.RequestTable{
			{Name: songNames, Keys: songKeys, Attributes: []string{"Price"}},
			{Name: cityNames, Keys: cityKeys, ProjectionExpression: "#n, Place.Longitude", ExpressionAttributeNames: map[string]string{"#n": "Name"}},
		},
	})
	require.NoError(t, err)
	require.Len(t, read.ResponseTables, 2)
	assert.Equal(t, songNames, read.ResponseTables[0].Name)
	for i, item := range read.ResponseTables[0].Items {
		require.Equal(t, tracks[len(tracks)-1-i].Pick("Price"), item, "the key was only lent")
	}
	for i, item := range read.ResponseTables[1].Items {
		place, err := dynamoconn.Value[dynamoconn.Item](rows[i], "Place")
		require.NoError(t, err)
		wanted := append(rows[i].Pick("Name"), dynamoconn.Map("Place", place.Pick("Longitude")...))
		require.True(t, wanted.Equal(item), "%v", item)
	}
}

func TestBatchWriteRefusesWhatIsWrongAlone(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	items := cities(t, 40)
	writes := dynamoconn.TableWithItemsToAdd(table, items...).Writes
	id := func(id int64) dynamoconn.KeyValue { return dynamoconn.Long("ID", id) }
	places := map[int]error{}
	for _, wrong := range []struct {
		place int
		write dynamoconn.Write
		cause error
	}{
		{3, dynamoconn.Write{}, dynamoconn.ErrInvalidRequest},
		{7, dynamoconn.Write{ItemToAdd: dynamoconn.Item{id(1001), dynamoconn.String("Long", strings.Repeat("x", 410_000))}}, dynamoconn.ErrItemTooLarge},
		{12, dynamoconn.Write{ItemToAdd: dynamoconn.Item{id(1002), dynamoconn.String("Bad", "\xff")}}, dynamoconn.ErrInvalidRequest},
		{26, dynamoconn.Write{ItemToAdd: dynamoconn.Item{dynamoconn.String("ID", "a string")}}, dynamoconn.ErrValidation},
		{39, dynamoconn.Write{ItemToAdd: dynamoconn.Item{id(1003)}, ItemToDelete: dynamoconn.Item{id(1)}}, dynamoconn.ErrInvalidRequest},
	} {
		writes = slices.Insert(writes, wrong.place, wrong.write)
		places[wrong.place] = wrong.cause
	}

	resp, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{{Name: table, Writes: writes, KeyNames: []string{"ID"}}},
	})
	require.ErrorIs(t, err, dynamoconn.ErrUnfinishedBatch)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	var failed *dynamoconn.BatchWriteError
	require.ErrorAs(t, err, &failed)
	require.NotNil(t, resp)
	assert.Equal(t, len(items), resp.Written)
	got := map[int]error{}
	for _, failure := range failed.Failures {
		assert.Equal(t, []any{table, 0, dynamoconn.OutcomeRefused}, []any{failure.TableName, failure.Entry, failure.Outcome})
		require.ErrorIs(t, failure.Err, places[failure.Index])
		require.ErrorIs(t, err, places[failure.Index])
		got[failure.Index] = places[failure.Index]
	}
	assert.Equal(t, places, got)
	assert.Empty(t, failed.Remaining().Tables, "nothing is worth another try")
	scanned, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table})
	require.NoError(t, err)
	requireSameItems(t, items, scanned.Items, "ID")
}

func TestBatchesWhereOneTableIsMissing(t *testing.T) {
	t.Parallel()
	client := local(t)
	table, absent := newTable(t, keyed(byID)), uniqueName()
	items := cities(t, 30)
	resp, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{
		dynamoconn.TableWithItemsToAdd(absent, items...), dynamoconn.TableWithItemsToAdd(table, items...),
	}})
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
	var unwritten *dynamoconn.BatchWriteError
	require.ErrorAs(t, err, &unwritten)
	assert.Equal(t, len(items), resp.Written)
	require.Len(t, unwritten.Failures, len(items))
	for i, failure := range unwritten.Failures {
		require.Equal(t, []any{absent, 0, i}, []any{failure.TableName, failure.Entry, failure.Index})
	}

	var keys []dynamoconn.Item
	for _, item := range items {
		keys = append(keys, item.Pick("ID"))
	}
	read, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{
		{Name: table, Keys: keys}, {Name: absent, Keys: keys},
	}})
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
	var unread *dynamoconn.BatchGetError
	require.ErrorAs(t, err, &unread)
	require.Len(t, unread.Failures, len(keys))
	for i, failure := range unread.Failures {
		require.Equal(t, []any{absent, 1, i}, []any{failure.TableName, failure.Entry, failure.Index})
		require.Equal(t, keys[i], failure.Key())
	}
	for i, item := range read.ResponseTables[0].Items {
		require.True(t, items[i].Equal(item))
	}
}

func TestBatchesOfNothing(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	written, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{})
	require.NoError(t, err)
	assert.Equal(t, &dynamoconn.BatchWriteItemResponse{}, written)
	read, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{})
	require.NoError(t, err)
	assert.Empty(t, read.ResponseTables)
	assert.Empty(t, journal.Take())
}

func TestBatchWithACancelledContextSendsNothing(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table := newTable(t, keyed(byID))
	items := cities(t, 30)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	resp, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(table, items...)},
	})
	require.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	var failed *dynamoconn.BatchWriteError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Failures, len(items))
	for _, failure := range failed.Failures {
		require.Equal(t, dynamoconn.OutcomeNotDone, failure.Outcome)
	}
	assert.Zero(t, resp.Written)
	assert.Empty(t, journal.Take())

	// What is left can be done later.
	_, err = client.BatchWrite(t.Context(), failed.Remaining())
	require.NoError(t, err)
	scanned, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table})
	require.NoError(t, err)
	requireSameItems(t, items, scanned.Items, "ID")
}
