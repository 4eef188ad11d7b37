package dynamoconn_test

import (
	"fmt"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
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

func getTitle(title string) dynamoconn.GetItemRequest {
	return dynamoconn.GetItemRequest{TableName: "Music", Item: dynamoconn.KeyOf("Artist", "No One You Know", "SongTitle", title)}
}

func queryArtist() dynamoconn.QueryRequest {
	return dynamoconn.QueryRequest{TableName: "Music", PartitionKey: dynamoconn.KeyOf("Artist", "No One You Know")}
}

// loadMusic returns a client of a table with songs of those titles, whose Plays are values.
func loadMusic(t *testing.T, values map[string]dynamoconn.KeyValue) *dynamoconn.Client {
	t.Helper()
	db := dynamoconntest.New()
	require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "SongTitle"}))
	for title, value := range values {
		item := getTitle(title).Item
		item = append(item, dynamoconn.Rename(value, "Plays"))
		require.NoError(t, db.Load("Music", item))
	}
	return db.Client(t)
}

type played struct {
	SongTitle string
	Plays     int8
}

func TestItemThatDoesNotFitHasErrorOfUnmarshal(t *testing.T) {
	t.Parallel()
	client := loadMusic(t, map[string]dynamoconn.KeyValue{"a": long(1), "b": long(300), "c": long(3)})
	misfit, err := client.GetItem(t.Context(), getTitle("b"))
	require.NoError(t, err)
	var into played
	want := dynamoconn.Unmarshal(misfit.Item, &into)
	require.ErrorIs(t, want, dynamoconn.ErrInexact)
	checkMisfit := func(err error, place string) {
		t.Helper()
		require.ErrorIs(t, err, dynamoconn.ErrInexact)
		var e *dynamoconn.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, misfit.Item, e.Item())
		var got, field *dynamoconn.FieldError
		require.ErrorAs(t, err, &got)
		require.ErrorAs(t, want, &field)
		assert.Equal(t, place+field.Path, got.Path)
		assert.Equal(t, field.Unwrap(), got.Unwrap())
		assert.Equal(t, field.Rule, got.Rule)
		assert.Equal(t, 1, e.Attempts)
	}
	_, err = dynamoconn.GetAs[played](t.Context(), client, getTitle("b"))
	checkMisfit(err, "")
	_, err = dynamoconn.TransactGetAs[played](t.Context(), client, dynamoconn.TransactGetRequest{Gets: []dynamoconn.GetItemRequest{getTitle("a"), getTitle("b")}})
	checkMisfit(err, "Gets[1].")
	var got []played
	var last error
	for song, err := range dynamoconn.QueryAs[played](t.Context(), client, queryArtist()) {
		require.NoError(t, last, "the error comes last")
		if last = err; err == nil {
			got = append(got, song)
		}
	}
	checkMisfit(last, "")
	assert.Equal(t, []played{{"a", 1}}, got)
	for page, err := range dynamoconn.QueryPagesAs[played](t.Context(), client, queryArtist()) {
		assert.Nil(t, page)
		checkMisfit(err, "")
	}
	for page, err := range dynamoconn.ScanPagesAs[played](t.Context(), client, dynamoconn.ScanTableRequest{TableName: "Music"}) {
		assert.Nil(t, page)
		checkMisfit(err, "")
	}
	items, err := dynamoconn.BatchGetAs[played](t.Context(), client, dynamoconn.RequestTable{Name: "Music", Keys: []dynamoconn.Item{
		getTitle("c").Item, getTitle("b").Item, getTitle("x").Item,
	}})
	require.ErrorIs(t, err, dynamoconn.ErrInexact)
	var failed *dynamoconn.BatchGetError
	require.ErrorAs(t, err, &failed)
	require.Len(t, failed.Failures, 1)
	assert.Equal(t, 1, failed.Failures[0].Index)
	assert.Equal(t, dynamoconn.OutcomeRefused, failed.Failures[0].Outcome)
	assert.Equal(t, want, failed.Failures[0].Err)
	assert.Equal(t, []*played{{"c", 3}, nil, nil}, items)
	assert.Empty(t, failed.Remaining().RequestTables, "what does not fit is not read again")
}

// MaxItems cuts a page: what is behind the cut is not of the reading, so it cannot fail it.
func TestItemBehindCutNeedNotFit(t *testing.T) {
	t.Parallel()
	client := loadMusic(t, map[string]dynamoconn.KeyValue{"a": long(1), "b": long(300)})
	req := queryArtist()
	req.MaxItems, req.Where = 1, dynamoconn.Attr("Plays").GE(0)
	req.KeyNames = []string{"Artist", "SongTitle"}
	for page, err := range dynamoconn.QueryPagesAs[played](t.Context(), client, req) {
		require.NoError(t, err)
		assert.Equal(t, []played{{"a", 1}}, page.Items)
		req.Checkpoint = page.Checkpoint
	}
	for _, err := range dynamoconn.QueryAs[played](t.Context(), client, req) {
		require.ErrorIs(t, err, dynamoconn.ErrInexact)
	}
}

func TestPagesOfValuesGoOnWhereTheyEnded(t *testing.T) {
	t.Parallel()
	client := loadMusic(t, map[string]dynamoconn.KeyValue{"a": long(1), "b": long(2), "c": long(3), "d": long(4)})
	req := queryArtist()
	req.Limit = 2
	var at dynamoconn.QueryCheckpoint
	for page, err := range dynamoconn.QueryPagesAs[played](t.Context(), client, req) {
		require.NoError(t, err)
		require.Len(t, page.Items, 2)
		assert.EqualValues(t, 2, page.Count)
		assert.Equal(t, 1, page.Attempts)
		at, err = page.CheckpointAfter(0)
		require.NoError(t, err)
		break
	}
	req.Checkpoint = at
	var got []played
	for song, err := range dynamoconn.QueryAs[played](t.Context(), client, req) {
		require.NoError(t, err)
		got = append(got, song)
	}
	assert.Equal(t, []played{{"b", 2}, {"c", 3}, {"d", 4}}, got)
	var pages [][]played
	for page, err := range dynamoconn.QueryPagesAs[played](t.Context(), client, req) {
		require.NoError(t, err)
		pages = append(pages, page.Items)
	}
	assert.Equal(t, [][]played{{{"b", 2}, {"c", 3}}, {{"d", 4}}}, pages, "a page keeps its items when the next one is read")
	_, err := (&dynamoconn.QueryAsResponse[played]{Items: got}).CheckpointAfter(0)
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)

	scanned := 0
	scan := dynamoconn.ScanTableRequest{TableName: "Music", Limit: 3}
	for page, err := range dynamoconn.ScanPagesAs[played](t.Context(), client, scan) {
		require.NoError(t, err)
		scanned += len(page.Items)
		scan.Checkpoint = page.Checkpoint
	}
	assert.Equal(t, 4, scanned)
	assert.True(t, scan.Checkpoint.Done())
}

func TestAnswersAreCheckedForValuesToo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer string
		ask    func(*dynamoconn.Client) error
	}{
		"another item": {`{"Item":` + songOf("other") + `}`, func(c *dynamoconn.Client) error {
			_, err := dynamoconn.GetAs[typedSong](t.Context(), c, getTitle("Call Me Today"))
			return err
		}},
		"another item in a transaction": {`{"Responses":[{"Item":` + songOf("other") + `}]}`, func(c *dynamoconn.Client) error {
			_, err := dynamoconn.TransactGetAs[typedSong](t.Context(), c, dynamoconn.TransactGetRequest{Gets: []dynamoconn.GetItemRequest{getTitle("Call Me Today")}})
			return err
		}},
		"damage that comes with what does not fit": {`{"Items":[{"Artist":{"S":"x"},"SongTitle":{"N":"1"},"z":{"S":"a"},"z":{"S":"a"}}],"Count":1,"ScannedCount":1}`, func(c *dynamoconn.Client) error {
			return lastErrorOf(dynamoconn.ScanAs[typedSong](t.Context(), c, dynamoconn.ScanTableRequest{TableName: "Music"}))
		}},
		"another partition": {`{"Items":[{"Artist":{"S":"x"},"SongTitle":{"S":"a"}}],"Count":1,"ScannedCount":1}`, func(c *dynamoconn.Client) error {
			return lastErrorOf(dynamoconn.QueryAs[typedSong](t.Context(), c, queryArtist()))
		}},
		"out of order": {fmt.Sprintf(`{"Items":[%s,%s],"Count":2,"ScannedCount":2,"LastEvaluatedKey":%s}`, songOf("b"), songOf("a"), songOf("c")), func(c *dynamoconn.Client) error {
			return lastErrorOf(dynamoconn.QueryAs[typedSong](t.Context(), c, queryArtist()))
		}},
		"another count": {fmt.Sprintf(`{"Items":[%s],"Count":2,"ScannedCount":2}`, songOf("b")), func(c *dynamoconn.Client) error {
			return lastErrorOf(dynamoconn.QueryAs[typedSong](t.Context(), c, queryArtist()))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answers := wiretest.New(wiretest.Reply(200, test.answer))
			err := test.ask(wireClient(t, answers, dynamoconn.WithMaxAttempts(1)))
			require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
		})
	}
}

func lastErrorOf[T any](loop func(func(T, error) bool)) (last error) {
	for _, err := range loop {
		last = err
	}
	return last
}
