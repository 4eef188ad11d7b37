package dynamoconn

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Tables of that name in this account and in two others.
const (
	musicOfAnother = "arn:aws:dynamodb:us-east-1:210987654321:table/Music"
	musicOfAThird  = "arn:aws:dynamodb:us-east-1:333333333333:table/Music"
)

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
