package table_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/table"
)

// note has its kind and its time to live in the keys of indexes, where DynamoDB takes no filter of them.
type note struct {
	ID      string `dynamoconn:"partition"`
	Shelf   string `dynamoconn:"partition=ByExpiry,partition=ByKind"`
	Expires int64  `dynamoconn:"sort=ByExpiry,ttl"`
	Kind    string `dynamoconn:"sort=ByKind,kind=NOTE"`
}

func newNotes(t *testing.T) (*dynamoconn.Client, *table.Table[note]) {
	t.Helper()
	client := dynamoconntest.New(dynamoconntest.WithExpiryLag(100 * 365 * 24 * time.Hour)).Client(t)
	notes, err := table.New[note](client, "Notes", table.Clock(func() time.Time { return time.Unix(1_800_000_000, 0) }))
	require.NoError(t, err)
	require.NoError(t, notes.CreateTable(t.Context()))
	for id, expires := range map[string]int64{"a": 1_799_999_998, "b": 1_799_999_999, "c": 1_800_000_001, "d": 1_800_000_002, "e": 1_800_000_003} {
		require.NoError(t, notes.Put(t.Context(), &note{ID: id, Shelf: "s", Expires: expires}))
	}
	return client, notes
}

// MaxItems counts what is returned, also where expired items are among what DynamoDB returns.
func TestMostItemsAreCountedWithoutExpiredOnes(t *testing.T) {
	t.Parallel()
	_, notes := newNotes(t)
	found := ""
	var behind dynamoconn.QueryCheckpoint
	for page, err := range notes.QueryPages(t.Context(), table.Query{Index: "ByExpiry", Key: []any{"s"}, MaxItems: 2}) {
		require.NoError(t, err)
		for _, n := range page.Items {
			found += n.ID
		}
		behind = page.Checkpoint
	}
	assert.Equal(t, "cd", found)
	for n, err := range notes.Query(t.Context(), table.Query{Index: "ByExpiry", Key: []any{"s"}, Checkpoint: behind}) {
		require.NoError(t, err)
		assert.Equal(t, "e", n.ID)
	}
	for _, err := range notes.Query(t.Context(), table.Query{Index: "ByExpiry", Key: []any{"s"}, MaxItems: -1}) {
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	}
}

func TestOtherKindsInTheKeyOfAnIndexAreLeftOut(t *testing.T) {
	t.Parallel()
	client, notes := newNotes(t)
	for _, kind := range []string{"A", "Z"} {
		_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Notes", Item: dynamoconn.Item{
			dynamoconn.String("ID", kind), dynamoconn.String("Shelf", "s"), dynamoconn.String("Kind", kind),
		}})
		require.NoError(t, err)
	}
	for _, most := range []int{0, 3} {
		found := 0
		for n, err := range notes.Query(t.Context(), table.Query{Index: "ByKind", Key: []any{"s"}, MaxItems: most}) {
			require.NoError(t, err)
			assert.Equal(t, "NOTE", n.Kind)
			found++
		}
		assert.Equal(t, 3, found)
	}
}

// An item that is no T costs no other item.
func TestItemsBesideOneThatDoesNotFitAreReturned(t *testing.T) {
	t.Parallel()
	client, _ := newNotes(t)
	narrow, err := table.New[narrowNote](client, "Notes")
	require.NoError(t, err)
	found := ""
	for n, err := range narrow.Query(t.Context(), table.Query{Index: "ByExpiry", Key: []any{"s"}}) {
		if err != nil {
			require.ErrorIs(t, err, errNoE)
			found += "!"
			continue
		}
		found += n.ID
	}
	assert.Equal(t, "abcd!", found)
	var behind dynamoconn.QueryCheckpoint
	for page, err := range narrow.QueryPages(t.Context(), table.Query{Index: "ByExpiry", Key: []any{"s"}}) {
		if err == nil {
			behind = page.Checkpoint
		}
	}
	for _, err := range narrow.Query(t.Context(), table.Query{Index: "ByExpiry", Key: []any{"s"}, Checkpoint: behind}) {
		require.ErrorIs(t, err, errNoE, "the query goes on at the item that does not fit")
	}
	got, err := narrow.BatchGet(t.Context(), narrow.Key("e"), narrow.Key("a"))
	require.ErrorIs(t, err, errNoE)
	require.Len(t, got, 2)
	assert.Nil(t, got[0])
	assert.Equal(t, "a", got[1].ID)
	scanned := 0
	for page, err := range narrow.ScanPages(t.Context(), table.Scan{}) {
		if err != nil {
			require.ErrorIs(t, err, errNoE)
			continue
		}
		scanned += len(page.Items)
		assert.False(t, page.Checkpoint.Done(), "a scan from there meets the item again")
	}
	assert.LessOrEqual(t, scanned, 4)
}

// narrowNote is a note that refuses one of them.
type narrowNote struct {
	ID      string `dynamoconn:"partition"`
	Shelf   string `dynamoconn:"partition=ByExpiry"`
	Expires int64  `dynamoconn:"sort=ByExpiry"`
}

var errNoE = assert.AnError

func (n *narrowNote) AfterRead(context.Context) error {
	if n.ID == "e" {
		return errNoE
	}
	return nil
}

func TestNilTableIsNoKind(t *testing.T) {
	t.Parallel()
	_, err := table.NewKinds((*table.Table[order])(nil))
	require.ErrorIs(t, err, table.ErrInvalidType)
}
