package dynamoconn_test

import (
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// typedSong is an item of the tests below.
type typedSong struct {
	Artist    string
	SongTitle string
	Year      int
	Genres    []string `dynamodbav:",stringset,omitempty"`
}

// typedMusic returns a table with five songs of one artist and one of another.
func typedMusic(t testing.TB) (*dynamoconntest.Server, *dynamoconn.Client) {
	t.Helper()
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "SongTitle"}))
	songs := []any{typedSong{"B", "x", 1, nil}}
	for i := range 5 {
		songs = append(songs, typedSong{"A", fmt.Sprint("t", i), 2000 + i, []string{"rock"}})
	}
	require.NoError(t, db.Load("Music", songs...))
	return db, db.Client(t)
}

func typedKey(artist, title string) dynamoconn.GetItemRequest {
	return dynamoconn.GetItemRequest{TableName: "Music", Item: dynamoconn.KeyOf("Artist", artist, "SongTitle", title)}
}

func years(t *testing.T, songs iter.Seq2[typedSong, error]) (all []int) {
	t.Helper()
	for song, err := range songs {
		require.NoError(t, err)
		all = append(all, song.Year)
	}
	return all
}

func TestGetAsReturnsTheItemAsAValue(t *testing.T) {
	t.Parallel()
	db, client := typedMusic(t)
	song, err := dynamoconn.GetAs[typedSong](t.Context(), client, typedKey("A", "t3"))
	require.NoError(t, err)
	assert.Equal(t, &typedSong{"A", "t3", 2003, []string{"rock"}}, song)
	song, err = dynamoconn.GetAs[typedSong](t.Context(), client, typedKey("A", "nobody"))
	require.NoError(t, err)
	assert.Nil(t, song)
	part := typedKey("A", "t3")
	part.Attributes = []string{"Year"}
	song, err = dynamoconn.GetAs[typedSong](t.Context(), client, part)
	require.NoError(t, err)
	assert.Equal(t, &typedSong{Year: 2003}, song)
	whole, err := dynamoconn.GetAs[map[string]any](t.Context(), client, typedKey("B", "x"))
	require.NoError(t, err)
	assert.Equal(t, &map[string]any{"Artist": "B", "SongTitle": "x", "Year": dynamoconn.MustNumber("1")}, whole)

	_, err = dynamoconn.GetAs[struct{ Year bool }](t.Context(), client, typedKey("A", "t3"))
	require.ErrorIs(t, err, dynamoconn.ErrWrongKind)
	var field *dynamoconn.FieldError
	require.ErrorAs(t, err, &field)
	assert.Equal(t, "Year", field.Path)
	_, err = dynamoconn.GetAs[typedSong](t.Context(), client, dynamoconn.GetItemRequest{})
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	_, err = dynamoconn.GetAs[typedSong](t.Context(), nil, typedKey("A", "t3"))
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)

	// An item of another key is damage, as for GetItem.
	db.Inject(dynamoconntest.Fault{Times: 1, Effect: dynamoconntest.LoseAnswer()})
	song, err = dynamoconn.GetAs[typedSong](t.Context(), client, typedKey("A", "t1"))
	require.NoError(t, err)
	assert.Equal(t, 2001, song.Year)
}

func TestQueryAsReturnsWhatQueryItemsReturns(t *testing.T) {
	t.Parallel()
	_, client := typedMusic(t)
	of := dynamoconn.QueryRequest{TableName: "Music", PartitionKey: dynamoconn.KeyOf("Artist", "A")}
	query := func(change func(*dynamoconn.QueryRequest)) []int {
		req := of
		change(&req)
		return years(t, dynamoconn.QueryAs[typedSong](t.Context(), client, req))
	}
	assert.Equal(t, []int{2000, 2001, 2002, 2003, 2004}, query(func(*dynamoconn.QueryRequest) {}))
	assert.Equal(t, []int{2004, 2003}, query(func(r *dynamoconn.QueryRequest) { r.Descending, r.MaxItems = true, 2 }))
	assert.Equal(t, []int{2000, 2001, 2002, 2003, 2004}, query(func(r *dynamoconn.QueryRequest) { r.Limit = 2 }))
	assert.Equal(t, []int{2001, 2002}, query(func(r *dynamoconn.QueryRequest) {
		r.Where, r.MaxItems = dynamoconn.Attr("Year").GE(2001), 2
	}))
	assert.Equal(t, []int{2001, 2002}, query(func(r *dynamoconn.QueryRequest) {
		r.SortKey = []dynamoconn.Condition{dynamoconn.Attr("SongTitle").Between("t1", "t2")}
	}))
	assert.Empty(t, query(func(r *dynamoconn.QueryRequest) { r.PartitionKey = dynamoconn.KeyOf("Artist", "C") }))
	assert.Equal(t, []int{2000, 2001, 2002, 2003, 2004}, query(func(r *dynamoconn.QueryRequest) { r.Attributes = []string{"Year"} }))

	of.CountOnly = true
	for _, err := range dynamoconn.QueryAs[typedSong](t.Context(), client, of) {
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	}
	of.CountOnly = false
	n := 0
	for song, err := range dynamoconn.QueryAs[struct{ Year int8 }](t.Context(), client, of) {
		require.ErrorIs(t, err, dynamoconn.ErrInexact)
		assert.Zero(t, song)
		n++
	}
	assert.Equal(t, 1, n)
	for range dynamoconn.QueryAs[typedSong](t.Context(), client, of) {
		break
	}
}

func TestScanAsReturnsWhatScanItemsReturns(t *testing.T) {
	t.Parallel()
	_, client := typedMusic(t)
	req := dynamoconn.ScanTableRequest{TableName: "Music"}
	assert.Len(t, years(t, dynamoconn.ScanAs[typedSong](t.Context(), client, req)), 6)
	req.MaxItems, req.Where = 2, dynamoconn.Attr("Year").GE(2001)
	assert.Len(t, years(t, dynamoconn.ScanAs[typedSong](t.Context(), client, req)), 2)
	req = dynamoconn.ScanTableRequest{TableName: "Music", Limit: 1}
	assert.Len(t, years(t, dynamoconn.ScanAs[typedSong](t.Context(), client, req)), 6)
	for _, err := range dynamoconn.ScanAs[typedSong](t.Context(), client, dynamoconn.ScanTableRequest{TableName: "Nobody"}) {
		require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
	}
	req.CountOnly = true
	for _, err := range dynamoconn.ScanAs[typedSong](t.Context(), client, req) {
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	}
}

func TestValuesAtThePlacesOfTheirKeys(t *testing.T) {
	t.Parallel()
	_, client := typedMusic(t)
	gets := []dynamoconn.GetItemRequest{typedKey("A", "t4"), typedKey("A", "nobody"), typedKey("B", "x")}
	want := []*typedSong{{"A", "t4", 2004, []string{"rock"}}, nil, {"B", "x", 1, nil}}
	songs, err := dynamoconn.TransactGetAs[typedSong](t.Context(), client, dynamoconn.TransactGetRequest{Gets: gets})
	require.NoError(t, err)
	assert.Equal(t, want, songs)
	table := dynamoconn.RequestTable{Name: "Music", Keys: []dynamoconn.Item{gets[0].Item, gets[1].Item, gets[2].Item}}
	songs, err = dynamoconn.BatchGetAs[typedSong](t.Context(), client, table)
	require.NoError(t, err)
	assert.Equal(t, want, songs)

	type small struct{ Year int8 }
	var field *dynamoconn.FieldError
	_, err = dynamoconn.TransactGetAs[small](t.Context(), client, dynamoconn.TransactGetRequest{Gets: gets})
	require.ErrorIs(t, err, dynamoconn.ErrInexact)
	require.ErrorAs(t, err, &field)
	assert.Equal(t, "Gets[0].Year", field.Path)
	_, err = dynamoconn.BatchGetAs[small](t.Context(), client, table)
	require.ErrorIs(t, err, dynamoconn.ErrInexact)
	_, err = dynamoconn.TransactGetAs[small](t.Context(), client, dynamoconn.TransactGetRequest{})
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	_, err = dynamoconn.BatchGetAs[small](t.Context(), client, dynamoconn.RequestTable{})
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
}
