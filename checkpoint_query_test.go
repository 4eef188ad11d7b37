package dynamoconn_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// queryCheckpointAt returns the checkpoint of a query whose page ended at that title, or at the end
// of the partition if it is empty.
func queryCheckpointAt(t *testing.T, req dynamoconn.QueryRequest, title string, opts ...dynamoconn.CallOption) dynamoconn.QueryCheckpoint {
	t.Helper()
	resp, err := wireClient(t, wiretest.New(titles(1, title))).QueryPage(t.Context(), req, opts...)
	require.NoError(t, err)
	return resp.Checkpoint
}

func TestQueryCheckpointTextIsLossless(t *testing.T) {
	t.Parallel()
	backwards := queryMusic()
	backwards.Descending = true
	index := queryMusic()
	index.IndexName = "by-title"
	for _, req := range []dynamoconn.QueryRequest{queryMusic(), backwards, index} {
		for _, title := range []string{"", "a", `\"\u0000<é>`} {
			want := queryCheckpointAt(t, req, title)
			assert.Equal(t, title == "", want.Done())
			text, err := want.MarshalText()
			require.NoError(t, err)
			assert.Regexp(t, `^dynamoconn-query-1\.[A-Za-z0-9_-]+$`, string(text))
			var got dynamoconn.QueryCheckpoint
			require.NoError(t, got.UnmarshalText(text))
			assert.Equal(t, want, got)

			data, err := json.Marshal(want)
			require.NoError(t, err)
			got = dynamoconn.QueryCheckpoint{}
			require.NoError(t, json.Unmarshal(data, &got))
			assert.Equal(t, want, got)

			av, err := want.MarshalDynamoDBAttributeValue()
			require.NoError(t, err)
			got = dynamoconn.QueryCheckpoint{}
			require.NoError(t, got.UnmarshalDynamoDBAttributeValue(av))
			assert.Equal(t, want, got)

			for cut := range len(text) {
				require.ErrorIs(t, got.UnmarshalText(text[:cut]), dynamoconn.ErrInvalidRequest)
				assert.Equal(t, want, got, "it is left as it was")
			}
		}
	}
	notStarted, err := dynamoconn.QueryCheckpoint{}.MarshalText()
	require.NoError(t, err)
	got := queryCheckpointAt(t, queryMusic(), "a")
	require.NoError(t, got.UnmarshalText(notStarted))
	assert.Equal(t, dynamoconn.QueryCheckpoint{}, got)
}

// The checkpoint of a scan is none of a query, and the other way round.
func TestCheckpointsOfScansAndQueriesAreNotMixedUp(t *testing.T) {
	t.Parallel()
	scan := checkpointAt(t, dynamoconn.ScanTableRequest{TableName: "Music"}, keyOfSong)
	query := queryCheckpointAt(t, queryMusic(), "a")
	ofScan, err := scan.MarshalText()
	require.NoError(t, err)
	ofQuery, err := query.MarshalText()
	require.NoError(t, err)
	require.ErrorIs(t, query.UnmarshalText(ofScan), dynamoconn.ErrInvalidRequest)
	require.ErrorIs(t, scan.UnmarshalText(ofQuery), dynamoconn.ErrInvalidRequest)
}

func TestQueryCheckpointShowsNoKey(t *testing.T) {
	t.Parallel()
	req := queryMusic()
	req.IndexName, req.Descending = "by-title", true
	checkpoint := queryCheckpointAt(t, req, "a secret title")
	for _, shown := range []string{
		checkpoint.String(), fmt.Sprint(checkpoint), fmt.Sprintf("%+v %#v", checkpoint, checkpoint), checkpoint.LogValue().String(),
		fmt.Sprintf("%+v", struct{ c dynamoconn.QueryCheckpoint }{checkpoint}),
	} {
		assert.NotContains(t, shown, "secret")
		assert.NotContains(t, shown, "No One")
	}
	assert.Equal(t, "Music, index by-title in us-east-1, descending: at a key", checkpoint.String())
	assert.Equal(t, "Music in us-east-1: done", queryCheckpointAt(t, queryMusic(), "").String())
	assert.Equal(t, "not started", dynamoconn.QueryCheckpoint{}.String())
}

func TestCheckpointOfAnotherQueryIsRefused(t *testing.T) {
	t.Parallel()
	title := dynamoconn.Attr("SongTitle")
	sort := func(c dynamoconn.Condition) func(*dynamoconn.QueryRequest) {
		return func(r *dynamoconn.QueryRequest) { r.SortKey = []dynamoconn.Condition{c} }
	}
	of := queryMusic()
	sort(title.GE("a"))(&of)
	for _, end := range []string{"b", ""} {
		checkpoint := queryCheckpointAt(t, of, end)
		for name, change := range map[string]func(*dynamoconn.QueryRequest){
			"another table":     func(r *dynamoconn.QueryRequest) { r.TableName = "Songs" },
			"an index":          func(r *dynamoconn.QueryRequest) { r.IndexName = "by-title" },
			"backwards":         func(r *dynamoconn.QueryRequest) { r.Descending = true },
			"another partition": func(r *dynamoconn.QueryRequest) { r.PartitionKey = dynamoconn.Item{dynamoconn.String("Artist", "x")} },
			"the partition's attribute": func(r *dynamoconn.QueryRequest) {
				r.PartitionKey = dynamoconn.Item{dynamoconn.String("Band", "No One You Know")}
			},
			"a partition of bytes": func(r *dynamoconn.QueryRequest) {
				r.PartitionKey = dynamoconn.Item{dynamoconn.Binary("Artist", []byte("No One You Know"))}
			},
			"the whole partition": func(r *dynamoconn.QueryRequest) { r.SortKey = nil },
			"another operator":    sort(title.GT("a")),
			"another value":       sort(title.GE("A")),
			"another attribute":   sort(dynamoconn.Attr("Title").GE("a")),
			"two places to begin": func(r *dynamoconn.QueryRequest) { r.ExclusiveStartKey = musicKey() },
		} {
			w := wiretest.New()
			req := of
			req.Checkpoint = checkpoint
			change(&req)
			_, err := wireClient(t, w).Query(t.Context(), req)
			var field *dynamoconn.FieldError
			require.ErrorAs(t, err, &field, name)
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			assert.Equal(t, "Checkpoint", field.Path, name)
			assert.NotContains(t, err.Error(), "No One", name)
			assert.Empty(t, w.Requests(), name)
		}
		req := of
		req.Checkpoint = checkpoint
		_, err := wireClient(t, wiretest.New()).Query(t.Context(), req, dynamoconn.InRegion(dynamoconn.RegionEUWest1))
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)

		// What may differ from one run to the next.
		req.Where, req.Limit, req.Attributes, req.IsConsistentRead = dynamoconn.Attr("Year").Exists(), 3, []string{"Year"}, true
		_, err = wireClient(t, wiretest.New()).Query(t.Context(), req)
		require.NoError(t, err)
	}
}

// A number is the same key however it is written, and so is a text with other placeholders and
// white space.
func TestCheckpointOfTheSameKeyConditionIsTaken(t *testing.T) {
	t.Parallel()
	forms := []dynamoconn.QueryRequest{
		{TableName: "Music", PartitionKey: dynamoconn.Item{dynamoconn.Long("Year", 10)}, SortKey: []dynamoconn.Condition{dynamoconn.Attr("SongTitle").BeginsWith("a")}},
		{TableName: "Music", PartitionKey: dynamoconn.Item{dynamoconn.Decimal("Year", dynamoconn.MustNumber("1E+1"))},
			SortKey: []dynamoconn.Condition{dynamoconn.Attr("SongTitle").BeginsWith("a")}},
		{
			TableName: "Music", KeyConditionExpression: "#y=:y AND begins_with (SongTitle,:t)", ExpressionAttributeNames: map[string]string{"#y": "Year"},
			ExpressionAttributeValues: dynamoconn.Item{dynamoconn.Long(":y", 10), dynamoconn.String(":t", "a")},
		},
	}
	key := wiretest.Reply(200, `{"Items":[],"Count":0,"ScannedCount":1,"LastEvaluatedKey":{"Year":{"N":"10"},"SongTitle":{"S":"ab"}}}`)
	first, err := wireClient(t, wiretest.New(key)).QueryPage(t.Context(), forms[0])
	require.NoError(t, err)
	for _, form := range forms {
		same, err := wireClient(t, wiretest.New(key)).QueryPage(t.Context(), form)
		require.NoError(t, err)
		assert.Equal(t, first.Checkpoint, same.Checkpoint)
		form.Checkpoint = first.Checkpoint
		_, err = wireClient(t, wiretest.New()).QueryPage(t.Context(), form)
		require.NoError(t, err)
	}
}

func TestCheckpointAfterAnItem(t *testing.T) {
	t.Parallel()
	after := func(req dynamoconn.QueryRequest, i int, answers ...wiretest.Answer) (dynamoconn.QueryCheckpoint, error) {
		resp, err := wireClient(t, wiretest.New(wiretest.InTurn(answers...))).Query(t.Context(), req)
		require.NoError(t, err)
		return resp.CheckpointAfter(i)
	}
	named, sorted, started := queryMusic(), queryMusic(), queryMusic()
	named.KeyNames = []string{"Artist", "SongTitle"}
	sorted.SortKey = []dynamoconn.Condition{dynamoconn.Attr("SongTitle").GE("a")}
	started.ExclusiveStartKey = append(musicKey(), dynamoconn.String("SongTitle", "A"))
	for name, test := range map[string]struct {
		req     dynamoconn.QueryRequest
		answers []wiretest.Answer
	}{
		"the request names the key":         {named, []wiretest.Answer{titles(3, "", "a", "b", "c")}},
		"a condition names the sort key":    {sorted, []wiretest.Answer{titles(3, "", "a", "b", "c")}},
		"the start names the key":           {started, []wiretest.Answer{titles(3, "", "a", "b", "c")}},
		"an earlier page has named the key": {queryMusic(), []wiretest.Answer{titles(2, "b", "a", "b"), titles(1, "", "c")}},
	} {
		got, err := after(test.req, 1, test.answers...)
		require.NoError(t, err, name)
		base := test.req
		base.ExclusiveStartKey = nil
		assert.Equal(t, queryCheckpointAt(t, base, "b"), got, name)
		got, err = after(test.req, 2, test.answers...)
		require.NoError(t, err, name)
		assert.True(t, got.Done(), "%s: the last item has nothing behind it", name)
	}
	got, err := after(queryMusic(), 2, titles(3, "", "a", "b", "c"))
	require.NoError(t, err, "behind the last item no name is needed")
	assert.True(t, got.Done())

	onlyTitles := named
	onlyTitles.Attributes = []string{"SongTitle"}
	for name, test := range map[string]struct {
		req dynamoconn.QueryRequest
		i   int
	}{
		"nobody names the key":     {queryMusic(), 0},
		"before the first":         {named, -1},
		"behind the last":          {named, 3},
		"an item lacks half of it": {onlyTitles, 0},
	} {
		answer := titles(3, "", "a", "b", "c")
		if test.req.Attributes != nil {
			answer = wiretest.Reply(200, `{"Items":[{"SongTitle":{"S":"a"}},{"SongTitle":{"S":"b"}}],"Count":2,"ScannedCount":2}`)
		}
		_, err := after(test.req, test.i, answer)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
	}
	_, err = (&dynamoconn.QueryResponse{Items: []dynamoconn.Item{musicKey()}}).CheckpointAfter(0)
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, "a response that no client made")
}
