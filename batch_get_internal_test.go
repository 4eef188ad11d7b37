package dynamoconn

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/batch"
)

// musicFake returns a fake whose table Music holds the songs from..to-1.
func musicFake(from, to int) *batchFake {
	f := newBatchFake("Music:ID")
	f.put("Music", from, to)
	return f
}

func (f *batchFake) put(table string, from, to int) {
	for id := from; id < to; id++ {
		f.tables[table].items[fmt.Sprintf(`{"N":"%d"}/`, id)] = fakeItem{
			"ID":      map[string]any{"N": fmt.Sprint(id)},
			"Version": map[string]any{"S": "one"},
		}
	}
}

func keysOf(ids ...int) []Item {
	keys := make([]Item, len(ids))
	for i, id := range ids {
		keys[i] = songKey(id)
	}
	return keys
}

func upTo(n int) []int {
	ids := make([]int, n)
	for i := range ids {
		ids[i] = i
	}
	return ids
}

func reading(keys ...Item) BatchGetItemRequest {
	return BatchGetItemRequest{RequestTables: []RequestTable{{Name: "Music", Keys: keys}}}
}

func readFailures(t *testing.T, err error) []string {
	t.Helper()
	var failed *BatchGetError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, ErrUnfinishedBatch)
	lines := make([]string, len(failed.Failures))
	for i, failure := range failed.Failures {
		require.Error(t, failure.Err)
		lines[i] = fmt.Sprintf("%s [%d][%d] %s", failure.TableName, failure.Entry, failure.Index, failure.Outcome)
	}
	return lines
}

func TestBatchGetOfNothingSendsNothing(t *testing.T) {
	t.Parallel()
	f := newBatchFake("Music:ID")
	resp, err := f.client(t).BatchGet(t.Context(), BatchGetItemRequest{})
	require.NoError(t, err)
	assert.Equal(t, &BatchGetItemResponse{ResponseTables: []ResponseTable{}}, resp)
	resp, err = f.client(t).BatchGet(t.Context(), reading())
	require.NoError(t, err)
	assert.Equal(t, []ResponseTable{{Table: Table{Name: "Music"}, Items: []Item{}}}, resp.ResponseTables)
	assert.Empty(t, f.requests)
}

func TestBatchGetAnswersInTheOrderOfTheKeys(t *testing.T) {
	t.Parallel()
	f := musicFake(0, 300)
	ids := []int{299, 5, 500, 5, 0, 501, 500}
	ids = append(ids, upTo(250)...)
	keys := keysOf(ids...)
	keys[3] = Item{Decimal("ID", MustNumber("5.0"))} // the same key
	resp, err := f.client(t).BatchGet(t.Context(), reading(keys...))
	require.NoError(t, err)
	want := make([]Item, len(ids))
	for i, id := range ids {
		if id < 300 {
			want[i] = song(id, "one")
		}
	}
	assert.Equal(t, []ResponseTable{{
		Table: Table{Name: "Music"}, Items: want, MissingKeys: keysOf(500, 501),
	}}, resp.ResponseTables)

	asked := make(map[string]int)
	for _, request := range f.sent() {
		assert.LessOrEqual(t, len(request), 100)
		for _, op := range request {
			asked[op]++
		}
	}
	assert.Len(t, asked, 253)
	assert.Len(t, f.requests, 3)
	resp.ResponseTables[0].Items[1].Set(String("Version", "mine"))
	assert.Equal(t, song(5, "one"), resp.ResponseTables[0].Items[3], "items of one key share nothing")
}

// Keys are found by a number. Two of them may have the same.
func TestBatchGetTellsKeysOfOneNumberApart(t *testing.T) {
	t.Parallel()
	keys := append(keysOf(1, 2, 1, 3, 2), Item{Decimal("ID", MustNumber("3.0"))})
	g := &batchGet{entries: []RequestTable{{Name: "Music", Keys: keys}}}
	index := make(keyIndex, indexSize(len(keys)))
	var found []int
	for i, key := range keys {
		slot, op, known := g.find(index, math.MaxUint64, key)
		if !known {
			op = len(g.ops)
			index[slot] = uint32(op) + 1
			g.ops, g.places = append(g.ops, batch.Op{}), append(g.places, i)
		}
		found = append(found, op)
	}
	assert.Equal(t, []int{0, 1, 0, 2, 1, 2}, found)
}

func TestBatchGetTakesOutTheKeyThatWasNotAskedFor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		table RequestTable
		want  Item
	}{
		"without the key":    {RequestTable{Attributes: []string{"Version"}}, Item{String("Version", "one")}},
		"with the key":       {RequestTable{Attributes: []string{"Version", "ID"}}, song(1, "one")},
		"nothing there":      {RequestTable{Attributes: []string{"Other"}}, Item{}},
		"expression":         {RequestTable{ProjectionExpression: " Version "}, Item{String("Version", "one")}},
		"expression, key":    {RequestTable{ProjectionExpression: "ID,Version"}, song(1, "one")},
		"placeholder":        {RequestTable{ProjectionExpression: "#v", ExpressionAttributeNames: map[string]string{"#v": "Version"}}, Item{String("Version", "one")}},
		"placeholder of key": {RequestTable{ProjectionExpression: "#n0", ExpressionAttributeNames: map[string]string{"#n0": "ID"}}, songKey(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := musicFake(0, 3)
			test.table.Name, test.table.Keys = "Music", keysOf(1, 7)
			resp, err := f.client(t).BatchGet(t.Context(), BatchGetItemRequest{RequestTables: []RequestTable{test.table}})
			require.NoError(t, err)
			assert.Equal(t, []Item{test.want, nil}, resp.ResponseTables[0].Items)
			assert.Equal(t, keysOf(7), resp.ResponseTables[0].MissingKeys)
			ask := f.requests[0].Asks["Music"]
			assert.Contains(t, fakeAsk{nil, ask.ProjectionExpression, ask.ExpressionAttributeNames, nil}.project(fakeItem{"ID": 1}), "ID")
		})
	}
}

func TestBatchGetAsksEachTableForItsConsistency(t *testing.T) {
	t.Parallel()
	for _, all := range []bool{false, true} {
		f := musicFake(0, 3)
		f.tables["Films"] = f.tables["Music"]
		_, err := f.client(t).BatchGet(t.Context(), BatchGetItemRequest{
			IsConsistentRead: all,
			RequestTables: []RequestTable{
				{Name: "Music", Keys: keysOf(1)},
				{Name: "Films", Keys: keysOf(1), IsConsistentRead: true},
			},
		})
		require.NoError(t, err)
		require.Len(t, f.requests, 1)
		assert.Equal(t, all, *f.requests[0].Asks["Music"].ConsistentRead)
		assert.True(t, *f.requests[0].Asks["Films"].ConsistentRead)
	}
}

func TestBatchGetKnowsATableByItsARN(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:dynamodb:us-east-1:123456789012:table/Music"
	for _, answered := range []string{arn, "Music"} {
		f := musicFake(0, 3)
		f.script = func(n int, _ *fakeRequest) *fakeTrouble {
			return &fakeTrouble{
				leave: func(i int, _ fakeOp) bool { return n == 1 && i == 0 },
				edit: func(answer map[string]any) {
					responses := answer["Responses"].(map[string][]fakeItem)
					left := answer["UnprocessedKeys"].(map[string]fakeAsk)
					answer["Responses"] = map[string]any{answered: responses[arn]}
					answer["UnprocessedKeys"] = map[string]any{answered: left[arn]}
				},
			}
		}
		resp, err := f.client(t).BatchGet(t.Context(), BatchGetItemRequest{RequestTables: []RequestTable{{Name: arn, Keys: keysOf(2, 1)}}})
		require.NoError(t, err)
		assert.Equal(t, []ResponseTable{{Table: Table{Name: arn}, Items: []Item{song(2, "one"), song(1, "one")}}}, resp.ResponseTables)
		assert.Len(t, f.requests, 2)
	}
}

func TestBatchGetBelievesNothingThatItDidNotAskFor(t *testing.T) {
	t.Parallel()
	item := func(id string) map[string]any { return map[string]any{"ID": map[string]any{"N": id}} }
	for name, edit := range map[string]func(map[string]any){
		"foreign item":       func(a map[string]any) { a["Responses"] = map[string]any{"Music": []any{item("9")}} },
		"item twice":         func(a map[string]any) { a["Responses"] = map[string]any{"Music": []any{item("1"), item("1")}} },
		"other table":        func(a map[string]any) { a["Responses"] = map[string]any{"Films": []any{item("1")}} },
		"no Responses":       func(a map[string]any) { delete(a, "Responses") },
		"no UnprocessedKeys": func(a map[string]any) { delete(a, "UnprocessedKeys") },
		"an empty object":    func(a map[string]any) { clear(a) },
		"item without key":   func(a map[string]any) { a["Responses"] = map[string]any{"Music": []any{map[string]any{}}} },
		"wrong type of key": func(a map[string]any) {
			a["Responses"] = map[string]any{"Music": []any{map[string]any{"ID": map[string]any{"S": "1"}}}}
		},
		"foreign key left": func(a map[string]any) {
			a["UnprocessedKeys"] = map[string]any{"Music": map[string]any{"Keys": []any{item("9")}}}
		},
		"read and left": func(a map[string]any) {
			a["UnprocessedKeys"] = map[string]any{"Music": map[string]any{"Keys": []any{item("1")}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := musicFake(0, 3)
			f.script = func(int, *fakeRequest) *fakeTrouble { return &fakeTrouble{edit: edit} }
			resp, err := f.client(t).BatchGet(t.Context(), reading(keysOf(1, 2)...))
			require.ErrorIs(t, err, ErrCorruptResponse)
			assert.NotErrorIs(t, err, ErrAmbiguous)
			assert.Equal(t, []string{"Music [0][0] not done", "Music [0][1] not done"}, readFailures(t, err))
			assert.Equal(t, []Item{nil, nil}, resp.ResponseTables[0].Items)
			assert.Empty(t, resp.ResponseTables[0].MissingKeys)
			assert.Len(t, f.requests, 1)
		})
	}
}

// Each answer is about the keys of its own request.
func TestBatchGetBelievesNoItemOfAnotherRequest(t *testing.T) {
	t.Parallel()
	f := musicFake(0, 120)
	f.script = func(n int, _ *fakeRequest) *fakeTrouble {
		if n > 1 {
			return nil
		}
		return &fakeTrouble{edit: func(answer map[string]any) {
			answer["Responses"] = map[string]any{"Music": []any{map[string]any{"ID": map[string]any{"N": "110"}}}}
		}}
	}
	resp, err := f.client(t, WithMaxAttempts(1), WithMaxInFlight(1)).BatchGet(t.Context(), reading(keysOf(upTo(120)...)...))
	require.ErrorIs(t, err, ErrCorruptResponse)
	assert.Len(t, readFailures(t, err), 100)
	for id, item := range resp.ResponseTables[0].Items {
		if id < 100 {
			assert.Nil(t, item)
		} else {
			assert.Equal(t, song(id, "one"), item)
		}
	}
}

func TestBatchGetAsksForUnprocessedKeysAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := musicFake(0, 300)
		f.script = func(n int, _ *fakeRequest) *fakeTrouble {
			if n%5 == 0 {
				return &fakeTrouble{leave: func(int, fakeOp) bool { return true }}
			}
			return &fakeTrouble{leave: func(i int, _ fakeOp) bool { return i >= 52 }} // 16 MB of 300 KB items
		}
		began := time.Now()
		resp, err := f.client(t).BatchGet(t.Context(), reading(keysOf(upTo(301)...)...))
		require.NoError(t, err)
		assert.Equal(t, keysOf(300), resp.ResponseTables[0].MissingKeys)
		assert.NotContains(t, resp.ResponseTables[0].Items[:300], Item(nil))
		assert.Less(t, time.Since(began), time.Second, "there was progress all the time")
	})
}

func TestBatchGetReturnsWhatItReadWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := musicFake(0, 300)
		f.script = func(int, *fakeRequest) *fakeTrouble {
			return &fakeTrouble{leave: func(_ int, op fakeOp) bool { return op.Item["ID"].(map[string]any)["N"] == "7" }}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		req := reading(keysOf(1, 7, 900, 7)...)
		req.RequestTables[0].Attributes = []string{"Version"}
		req.IsConsistentRead = true
		resp, err := f.client(t).BatchGet(ctx, req)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, []string{"Music [0][1] not done", "Music [0][3] not done"}, readFailures(t, err))
		one := Item{String("Version", "one")}
		assert.Equal(t, []Item{one, nil, nil, nil}, resp.ResponseTables[0].Items)
		assert.Equal(t, keysOf(900), resp.ResponseTables[0].MissingKeys)

		var failed *BatchGetError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, BatchGetItemRequest{RequestTables: []RequestTable{{
			Name: "Music", Keys: keysOf(7, 7), Attributes: []string{"Version"}, IsConsistentRead: true,
		}}}, failed.Remaining())
		f.script = nil
		resp, err = f.client(t).BatchGet(t.Context(), failed.Remaining())
		require.NoError(t, err)
		assert.Equal(t, []Item{one, one}, resp.ResponseTables[0].Items)
	})
}

// A read that met one 500 among many throttles was given up, as if it mattered that
// it may have been carried out.
func TestBatchGetOutlivesThrottlingAndASingleFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := musicFake(0, 300)
		began := time.Now()
		f.script = func(n int, _ *fakeRequest) *fakeTrouble {
			switch {
			case n%10 == 1:
				return &fakeTrouble{status: 500, code: "InternalServerError", message: "oops"}
			case time.Since(began) < time.Minute:
				return &fakeTrouble{status: 400, code: "ThrottlingException", message: "slow down"}
			}
			return nil
		}
		resp, err := f.client(t, WithMaxInFlight(1)).BatchGet(t.Context(), reading(keysOf(upTo(300)...)...))
		require.NoError(t, err)
		assert.NotContains(t, resp.ResponseTables[0].Items, Item(nil))
		assert.Less(t, time.Since(began), time.Minute+10*time.Second)
	})
}

func TestBatchGetIsolatesWhatDynamoDBRefuses(t *testing.T) {
	t.Parallel()
	f := musicFake(0, 300)
	f.tables["Films"] = &fakeTable{keyNames: []string{"ID"}, items: f.tables["Music"].items}
	f.script = func(_ int, r *fakeRequest) *fakeTrouble {
		if slices.ContainsFunc(r.Ops, func(op fakeOp) bool { return op.Item["ID"].(map[string]any)["S"] != nil }) {
			return &fakeTrouble{status: 400, code: "ValidationException", message: "Type mismatch for key ID"}
		}
		return nil
	}
	keys := keysOf(upTo(150)...)
	keys[3], keys[77] = Item{String("ID", "x")}, Item{String("ID", "y")}
	resp, err := f.client(t).BatchGet(t.Context(), BatchGetItemRequest{RequestTables: []RequestTable{
		{Name: "Music", Keys: keys}, {Name: "Gone", Keys: keysOf(1)}, {Name: "Films", Keys: keysOf(1)},
	}})
	require.ErrorIs(t, err, ErrValidation)
	require.ErrorIs(t, err, ErrTableNotFound)
	assert.Equal(t, []string{"Music [0][3] refused", "Music [0][77] refused", "Gone [1][0] not done"}, readFailures(t, err))
	assert.Equal(t, song(149, "one"), resp.ResponseTables[0].Items[149])
	assert.Equal(t, []Item{song(1, "one")}, resp.ResponseTables[2].Items)
}

func TestBatchGetRefusesAWrongRequestAsAWhole(t *testing.T) {
	t.Parallel()
	music := func(table RequestTable) BatchGetItemRequest {
		table.Name = "Music"
		return BatchGetItemRequest{RequestTables: []RequestTable{table}}
	}
	var none *KeyValueString
	for name, test := range map[string]struct {
		req  BatchGetItemRequest
		path string
	}{
		"no name":              {BatchGetItemRequest{RequestTables: []RequestTable{{}}}, "RequestTables[0].Name"},
		"table twice":          {BatchGetItemRequest{RequestTables: []RequestTable{{Name: "Music"}, {Name: "Music"}}}, "RequestTables[1].Name"},
		"empty key":            {reading(songKey(1), Item{}), "RequestTables[0].Keys[1]"},
		"nil in a key":         {reading(Item{nil}), "RequestTables[0].Keys[0][0]"},
		"typed nil in a key":   {reading(Item{none}), "RequestTables[0].Keys[0][0]"},
		"empty key value":      {reading(Item{String("ID", "")}), "RequestTables[0].Keys[0].ID"},
		"boolean key":          {reading(Item{Boolean("ID", true)}), "RequestTables[0].Keys[0].ID"},
		"other attributes":     {reading(songKey(1), Item{Long("Other", 1)}), "RequestTables[0].Keys[1]"},
		"attribute twice":      {music(RequestTable{Attributes: []string{"a", "a"}}), "RequestTables[0].Attributes[1]"},
		"two projections":      {music(RequestTable{Attributes: []string{"a"}, ProjectionExpression: "b"}), "RequestTables[0].ProjectionExpression"},
		"names for nothing":    {music(RequestTable{ExpressionAttributeNames: map[string]string{"#a": "a"}}), "RequestTables[0].ExpressionAttributeNames"},
		"three parts of a key": {reading(Item{Long("a", 1), Long("b", 1), Long("c", 1)}), "RequestTables[0].Keys[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := musicFake(0, 3)
			resp, err := f.client(t).BatchGet(t.Context(), test.req)
			require.ErrorIs(t, err, ErrInvalidRequest)
			var field *FieldError
			require.ErrorAs(t, err, &field)
			assert.Equal(t, test.path, field.Path)
			assert.Nil(t, resp)
			assert.Empty(t, f.requests)
		})
	}
}

func TestBatchGetChangesNoInput(t *testing.T) {
	t.Parallel()
	request := func() BatchGetItemRequest {
		return BatchGetItemRequest{RequestTables: []RequestTable{{
			Name: "Music", Keys: keysOf(1, 500, 2, 1), ProjectionExpression: "#v",
			ExpressionAttributeNames: map[string]string{"#v": "Version"},
		}}}
	}
	req := request()
	f := musicFake(0, 3)
	f.script = func(n int, _ *fakeRequest) *fakeTrouble {
		if n > 1 {
			return &fakeTrouble{status: 400, code: "ExpiredTokenException", message: "expired"}
		}
		return &fakeTrouble{leave: func(i int, _ fakeOp) bool { return i == 0 }}
	}
	resp, err := f.client(t).BatchGet(t.Context(), req)
	var failed *BatchGetError
	require.ErrorAs(t, err, &failed)
	for i := range failed.Failures {
		key := failed.Failures[i].Key()
		key.Set(Long("ID", 77))
	}
	for i := range resp.ResponseTables[0].MissingKeys {
		resp.ResponseTables[0].MissingKeys[i].Set(Long("ID", 77))
	}
	left := failed.Remaining()
	left.RequestTables[0].ExpressionAttributeNames["#v"] = "mine"
	assert.Equal(t, request(), req)
}
