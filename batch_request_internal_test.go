package dynamoconn

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/batch"
)

// Tables of that name in this account and in two others.
const (
	musicOfAnother = "arn:aws:dynamodb:us-east-1:210987654321:table/Music"
	musicOfAThird  = "arn:aws:dynamodb:us-east-1:333333333333:table/Music"
)

func TestEntryIsAboutOneOperationThatWasSent(t *testing.T) {
	t.Parallel()
	tables := []string{"Films", "Music", musicOfAnother, musicOfAThird}
	const films, own, another, third = 0, 1, 2, 3
	ops := []batch.Op{{Table: films}, {Table: own}, {Table: own}, {Table: another}, {Table: third}, {Table: third}}
	identities := []string{"a", "a", "b", "c", "c", "a"}
	for name, test := range map[string]struct {
		tables []string
		sent   []int
		table  string   // of the entries
		ids    []string // of the entries
		want   []int    // their operations; -1 is refused
	}{
		"each once":              {tables, []int{0, 1, 2}, "Music", []string{"b", "a"}, []int{2, 1}},
		"one twice":              {tables, []int{0, 1, 2}, "Music", []string{"a", "a"}, []int{1, -1}},
		"not sent":               {tables, []int{0, 1}, "Music", []string{"b"}, []int{-1}},
		"of another table":       {tables, []int{0}, "Music", []string{"a"}, []int{-1}},
		"of no table":            {tables, []int{0, 1}, "Books", []string{"a"}, []int{-1}},
		"the name is exact":      {tables, []int{1, 5}, "Music", []string{"a", "a"}, []int{1, -1}},
		"an ARN is exact":        {tables, []int{3, 4}, musicOfAThird, []string{"c", "c"}, []int{4, -1}},
		"the end of one ARN":     {[]string{"Films", "Books", musicOfAnother, "Albums"}, []int{3}, "Music", []string{"c"}, []int{3}},
		"the end of two ARNs":    {[]string{"Films", "Books", musicOfAnother, musicOfAThird}, []int{3, 4}, "Music", []string{"c"}, []int{-1}},
		"two ARNs, one can mean": {[]string{"Films", "Books", musicOfAnother, musicOfAThird}, []int{3, 4, 5}, "Music", []string{"a", "c"}, []int{5, -1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims := newClaims(test.tables, ops, test.sent, func(op int) string { return identities[op] })
			for i, id := range test.ids {
				op, err := claims.take(test.table, func(int) string { return id })
				if test.want[i] < 0 {
					require.ErrorIs(t, err, ErrCorruptResponse)
					continue
				}
				require.NoError(t, err)
				assert.Equal(t, test.want[i], op)
			}
		})
	}
}

func TestEqualOperationsAreTakenInTheirOrder(t *testing.T) {
	t.Parallel()
	claims := newClaims([]string{"Music"}, make([]batch.Op, 3), []int{2, 0, 1}, func(int) string { return "same" })
	var taken []int
	for range 3 {
		op, err := claims.take("Music", func(int) string { return "same" })
		require.NoError(t, err)
		taken = append(taken, op)
	}
	assert.Equal(t, []int{2, 0, 1}, taken)
	_, err := claims.take("Music", func(int) string { return "same" })
	require.ErrorIs(t, err, ErrCorruptResponse)
}

// An answer for "Music" was taken for one of the table that was asked by its ARN before it:
// its item was handed on as that table's, and reported missing of its own.
func TestBatchGetTellsTablesOfOneNameApart(t *testing.T) {
	t.Parallel()
	for range 20 { // the order of a map
		f := musicFake(1, 2)
		f.script = func(int, *fakeRequest) *fakeTrouble {
			return &fakeTrouble{edit: func(answer map[string]any) {
				delete(answer["Responses"].(map[string][]fakeItem), musicOfAnother)
			}}
		}
		resp, err := f.client(t).BatchGet(t.Context(), BatchGetItemRequest{RequestTables: []RequestTable{
			{Name: musicOfAnother, Keys: keysOf(1)}, {Name: "Music", Keys: keysOf(1)},
		}})
		require.NoError(t, err)
		assert.Equal(t, []Item{nil}, resp.ResponseTables[0].Items)
		assert.Equal(t, keysOf(1), resp.ResponseTables[0].MissingKeys)
		require.Len(t, resp.ResponseTables[1].Items, 1)
		assert.NotNil(t, resp.ResponseTables[1].Items[0])
		assert.Empty(t, resp.ResponseTables[1].MissingKeys)
	}
}

// A write that was left unprocessed was taken for that of another table of the name: the
// one was never written and the other twice.
func TestBatchWriteTellsTablesOfOneNameApart(t *testing.T) {
	t.Parallel()
	f := newBatchFake("Music:ID")
	f.script = func(n int, _ *fakeRequest) *fakeTrouble {
		return &fakeTrouble{leave: func(_ int, op fakeOp) bool { return n == 1 && op.Table == "Music" }}
	}
	resp, err := f.client(t).BatchWrite(t.Context(), BatchWriteItemRequest{Tables: []WriteTable{
		TableWithItemsToAdd(musicOfAnother, song(1, "one")), TableWithItemsToAdd("Music", song(1, "one")),
	}})
	require.NoError(t, err)
	assert.Equal(t, 2, resp.Written)
	put := func(table string) string {
		return "put " + table + ` {"ID":{"N":"1"},"Version":{"S":"one"}}`
	}
	assert.Equal(t, [][]string{{put("Music"), put(musicOfAnother)}, {put("Music")}}, f.sent())
}

// Of two tables that an answer may mean, neither is believed.
func TestAnswerThatMayMeanTwoTables(t *testing.T) {
	t.Parallel()
	f := musicFake(1, 2)
	f.script = func(int, *fakeRequest) *fakeTrouble {
		return &fakeTrouble{
			leave: func(_ int, op fakeOp) bool { return op.Kind == "put" },
			edit: func(answer map[string]any) {
				if responses, ok := answer["Responses"].(map[string][]fakeItem); ok {
					answer["Responses"] = map[string][]fakeItem{"Music": responses[musicOfAnother]}
				} else {
					answer["UnprocessedItems"] = map[string]any{"Music": answer["UnprocessedItems"].(map[string][]any)[musicOfAnother]}
				}
			},
		}
	}
	client := f.client(t, WithMaxAttempts(1))
	_, err := client.BatchGet(t.Context(), BatchGetItemRequest{RequestTables: []RequestTable{
		{Name: musicOfAnother, Keys: keysOf(1)}, {Name: musicOfAThird, Keys: keysOf(1)},
	}})
	require.ErrorIs(t, err, ErrCorruptResponse)
	assert.Len(t, readFailures(t, err), 2)

	_, err = client.BatchWrite(t.Context(), BatchWriteItemRequest{Tables: []WriteTable{
		TableWithItemsToAdd(musicOfAnother, song(1, "one")), TableWithItemsToAdd(musicOfAThird, song(1, "one")),
	}})
	require.ErrorIs(t, err, ErrCorruptResponse)
	require.ErrorIs(t, err, ErrAmbiguous)
	assert.Len(t, writeFailures(t, err), 2)
}
