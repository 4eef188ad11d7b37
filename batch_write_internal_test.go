package dynamoconn

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func song(id int, version string) Item {
	return Item{Long("ID", int64(id)), String("Version", version)}
}

func songKey(id int) Item { return Item{Long("ID", int64(id))} }

func songs(n int) []Item {
	items := make([]Item, n)
	for i := range items {
		items[i] = song(i, "one")
	}
	return items
}

// music returns the request that writes those items to Music with its key known.
func music(items ...Item) BatchWriteItemRequest {
	table := TableWithItemsToAdd("Music", items...)
	table.KeyNames = []string{"ID"}
	return BatchWriteItemRequest{Tables: []WriteTable{table}}
}

// writeFailures returns what a BatchWriteError says of each write, in one line.
func writeFailures(t *testing.T, err error) []string {
	t.Helper()
	var failed *BatchWriteError
	require.ErrorAs(t, err, &failed)
	require.ErrorIs(t, err, ErrUnfinishedBatch)
	lines := make([]string, len(failed.Failures))
	for i, failure := range failed.Failures {
		require.Error(t, failure.Err)
		lines[i] = fmt.Sprintf("%s [%d][%d] %s", failure.TableName, failure.Entry, failure.Index, failure.Outcome)
	}
	return lines
}

func TestBatchWriteOfNothingSendsNothing(t *testing.T) {
	t.Parallel()
	for name, req := range map[string]BatchWriteItemRequest{
		"no tables": {},
		"no writes": {Tables: []WriteTable{{Name: "Music"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newBatchFake("Music:ID")
			resp, err := f.client(t).BatchWrite(t.Context(), req)
			require.NoError(t, err)
			assert.Equal(t, &BatchWriteItemResponse{}, resp)
			assert.Empty(t, f.requests)
		})
	}
}

func TestBatchWriteFillsRequestsAndSendsSeveralAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newBatchFake("Music:ID")
		f.delay = time.Second
		began := time.Now()
		resp, err := f.client(t, WithMaxInFlight(3)).BatchWrite(t.Context(), music(songs(230)...))
		require.NoError(t, err)
		assert.Equal(t, 230, resp.Written)
		assert.Equal(t, 10, resp.Attempts)
		assert.Len(t, resp.RequestIDs, 10)
		assert.Equal(t, 3, f.mostAt)
		assert.Equal(t, 4*time.Second, time.Since(began))
		assert.Len(t, f.contents("Music", "ID"), 230)
	})
}

func TestBatchWriteWithoutTheKeyGoesOneByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newBatchFake("Music:ID")
		f.delay = time.Second
		items := append(songs(60), song(30, "two"), song(0, "three"))
		resp, err := f.client(t).BatchWrite(t.Context(), BatchWriteItemRequest{Tables: []WriteTable{TableWithItemsToAdd("Music", items...)}})
		require.NoError(t, err)
		assert.Equal(t, 62, resp.Written)
		assert.Equal(t, 1, f.mostAt)
		contents := f.contents("Music", "ID")
		assert.Contains(t, contents[`{"N":"30"}`], "two")
		assert.Contains(t, contents[`{"N":"0"}`], "three")
	})
}

func TestBatchWriteTakesTheKeyFromADelete(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newBatchFake("Music:ID")
		f.delay = time.Second
		req := BatchWriteItemRequest{Tables: []WriteTable{
			TableWithItemsToAdd("Music", songs(100)...),
			TableWithItemsToDelete("Music", songKey(7)),
			TableWithItemsToAdd("Music", song(7, "again")),
		}}
		resp, err := f.client(t).BatchWrite(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, 102, resp.Written)
		assert.Equal(t, 4, f.mostAt)
		var of7 []string
		for _, request := range f.sent() {
			for _, op := range request {
				if strings.Contains(op, `"ID":{"N":"7"}`) {
					of7 = append(of7, op)
				}
			}
		}
		assert.Equal(t, []string{
			`put Music {"ID":{"N":"7"},"Version":{"S":"one"}}`,
			`delete Music {"ID":{"N":"7"}}`,
			`put Music {"ID":{"N":"7"},"Version":{"S":"again"}}`,
		}, of7)
	})
}

// What is taken for the key decides which writes wait for each other: it is a guess that no
// write may contradict.
func TestKeyNamesAreInferredFromValidDeletesOnly(t *testing.T) {
	t.Parallel()
	put, remove := func(item Item) Write { return Write{ItemToAdd: item} }, func(key Item) Write { return Write{ItemToDelete: key} }
	song := Item{Long("ID", 1), String("Artist", "a"), Boolean("Known", true)}
	for name, test := range map[string]struct {
		writes []Write
		want   []string
	}{
		"no delete":             {[]Write{put(song)}, nil},
		"one attribute":         {[]Write{put(song), remove(Item{Long("ID", 2)}), put(song)}, []string{"ID"}},
		"two attributes":        {[]Write{remove(Item{Long("ID", 2), String("Artist", "b")}), put(song)}, []string{"Artist", "ID"}},
		"after an empty write":  {[]Write{{}, remove(Item{Long("ID", 2)})}, []string{"ID"}},
		"two that agree":        {[]Write{remove(Item{Long("ID", 2)}), remove(Item{Long("ID", 3)})}, []string{"ID"}},
		"two of other names":    {[]Write{remove(Item{Long("ID", 2)}), remove(Item{String("Artist", "b")})}, nil},
		"a longer one":          {[]Write{remove(Item{Long("ID", 2)}), remove(Item{Long("ID", 2), String("Artist", "b")})}, nil},
		"a longer one first":    {[]Write{remove(Item{Long("ID", 2), String("Artist", "b")}), remove(Item{Long("ID", 2)})}, nil},
		"a name twice":          {[]Write{put(song), remove(Item{Long("ID", 2), Long("ID", 2)})}, nil},
		"three attributes":      {[]Write{put(song), remove(song)}, nil},
		"an empty value":        {[]Write{put(song), remove(Item{String("Artist", "")})}, nil},
		"no value":              {[]Write{put(song), remove(Item{nil})}, nil},
		"not a type of keys":    {[]Write{put(song), remove(Item{Boolean("Known", true)})}, nil},
		"a put without it":      {[]Write{remove(Item{Long("Year", 1)}), put(song)}, nil},
		"another type in a put": {[]Write{remove(Item{Long("Known", 1)}), put(song)}, nil},
		"a put and a delete":    {[]Write{{ItemToAdd: song, ItemToDelete: Item{String("Artist", "a")}}, put(song)}, nil},
		"after such a write": {
			[]Write{{ItemToAdd: song, ItemToDelete: Item{Long("ID", 1)}}, remove(Item{Long("ID", 2)})}, []string{"ID"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := newBatchWrite(&call{}, BatchWriteItemRequest{Tables: []WriteTable{
				{Name: "Films", Writes: []Write{remove(Item{Long("Year", 1)})}}, // another table's key
				{Name: "Music", Writes: test.writes[:1]}, {Name: "Music", Writes: test.writes[1:]},
			}})
			require.NoError(t, err)
			assert.Equal(t, test.want, w.tables[1].keyNames)
			assert.Equal(t, []bool{false, test.want == nil}, w.plan().Serial)
		})
	}
}

// A nil in a delete that names the key once made the inference of it panic.
func TestBatchWriteRefusesEachInvalidWriteAlone(t *testing.T) {
	t.Parallel()
	var none *KeyValueString
	invalid := map[string]Write{
		"neither":                {},
		"both":                   {ItemToAdd: song(1, "one"), ItemToDelete: songKey(1)},
		"nil in a put":           {ItemToAdd: Item{Long("ID", 1), nil}},
		"typed nil in a put":     {ItemToAdd: Item{Long("ID", 1), none}},
		"nil in a delete":        {ItemToDelete: Item{nil}},
		"typed nil in a delete":  {ItemToDelete: Item{none}},
		"name twice in a delete": {ItemToDelete: Item{Long("ID", 1), Long("ID", 1)}},
		"long key":               {ItemToDelete: Item{Long("ID", 1), Long("a", 1), Long("b", 1)}},
		"empty set":              {ItemToAdd: Item{Long("ID", 1), StringSet("Tags")}},
		"over 400 KB":            {ItemToAdd: Item{Long("ID", 1), String("Text", strings.Repeat("x", 400<<10))}},
	}
	for name, write := range invalid {
		for _, keyNames := range [][]string{nil, {"ID"}} {
			t.Run(fmt.Sprint(name, keyNames), func(t *testing.T) {
				t.Parallel()
				f := newBatchFake("Music:ID")
				req := BatchWriteItemRequest{Tables: []WriteTable{{
					Name: "Music", KeyNames: keyNames,
					Writes: []Write{write, {ItemToAdd: song(1, "one")}, {ItemToAdd: song(2, "two")}, write},
				}}}
				resp, err := f.client(t).BatchWrite(t.Context(), req)
				assert.Equal(t, []string{"Music [0][0] refused", "Music [0][3] refused"}, writeFailures(t, err))
				require.ErrorIs(t, err, ErrInvalidRequest)
				assert.NotErrorIs(t, err, ErrAmbiguous)
				assert.Equal(t, 2, resp.Written)
				assert.Len(t, f.contents("Music", "ID"), 2)
				assert.Len(t, f.requests, 1)
			})
		}
	}
}

func TestBatchWriteIsolatesWhatDynamoDBRefuses(t *testing.T) {
	t.Parallel()
	for _, keyNames := range [][]string{nil, {"ID"}} {
		t.Run(fmt.Sprint(keyNames), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newBatchFake("Music:ID", "Films:ID")
				items := songs(80)
				var want []string
				for _, bad := range []int{0, 13, 14, 79} {
					items[bad] = Item{String("ID", "x"), String("Version", "one")}
					want = append(want, fmt.Sprintf("Music [0][%d] refused", bad))
				}
				f.script = func(_ int, r *fakeRequest) *fakeTrouble {
					if slices.ContainsFunc(r.Ops, func(op fakeOp) bool {
						id := op.Item["ID"].(map[string]any)
						return op.Table == "Music" && id["S"] == "x"
					}) {
						return &fakeTrouble{status: 400, code: "ValidationException", message: "Type mismatch for key ID"}
					}
					return nil
				}
				table := TableWithItemsToAdd("Music", items...)
				table.KeyNames = keyNames
				films := TableWithItemsToAdd("Films", songs(30)...)
				films.KeyNames = []string{"ID"}
				resp, err := f.client(t).BatchWrite(t.Context(), BatchWriteItemRequest{Tables: []WriteTable{table, films}})
				assert.Equal(t, want, writeFailures(t, err))
				require.ErrorIs(t, err, ErrValidation)
				assert.Equal(t, 106, resp.Written)
				assert.Len(t, f.contents("Music", "ID"), 76)
				assert.Len(t, f.contents("Films", "ID"), 30)
				assert.Less(t, len(f.requests), 60)
			})
		})
	}
}

func TestBatchWriteLosesOnlyTheTableThatFails(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		code string
		want error
	}{
		"missing":         {"ResourceNotFoundException", ErrTableNotFound},
		"denied":          {"AccessDeniedException", ErrAccessDenied},
		"of unknown kind": {"SomethingNewException", ErrUnfinishedBatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newBatchFake("Music:ID", "Films:ID")
				f.delay = time.Millisecond
				broken := true
				f.script = func(_ int, r *fakeRequest) *fakeTrouble {
					if broken && slices.ContainsFunc(r.Ops, func(op fakeOp) bool { return op.Table == "Films" }) {
						return &fakeTrouble{status: 400, code: test.code, message: "no"}
					}
					return nil
				}
				req := music(songs(60)...)
				films := TableWithItemsToAdd("Films", songs(300)...)
				films.KeyNames = []string{"ID"}
				req.Tables = append(req.Tables, films)
				client := f.client(t)
				resp, err := client.BatchWrite(t.Context(), req)
				require.ErrorIs(t, err, test.want)
				assert.Equal(t, 60, resp.Written)
				assert.Len(t, f.contents("Music", "ID"), 60)
				assert.Less(t, len(f.requests), 20)
				var failed *BatchWriteError
				require.ErrorAs(t, err, &failed)
				require.Len(t, failed.Failures, 300)
				for _, failure := range failed.Failures {
					require.Equal(t, OutcomeNotDone, failure.Outcome)
				}

				broken = false
				resp, err = client.BatchWrite(t.Context(), failed.Remaining())
				require.NoError(t, err)
				assert.Equal(t, 300, resp.Written)
				assert.Len(t, f.contents("Films", "ID"), 300)
			})
		})
	}
}

func TestBatchWriteStopsWhenCredentialsFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newBatchFake("Music:ID")
		f.delay = time.Millisecond
		f.script = func(n int, _ *fakeRequest) *fakeTrouble {
			if n > 1 {
				return &fakeTrouble{status: 400, code: "ExpiredTokenException", message: "expired"}
			}
			return nil
		}
		resp, err := f.client(t, WithMaxInFlight(1)).BatchWrite(t.Context(), music(songs(200)...))
		require.ErrorIs(t, err, ErrCredentials)
		assert.Equal(t, 25, resp.Written)
		assert.Len(t, f.requests, 2)
		assert.Len(t, writeFailures(t, err), 175)
	})
}

func TestBatchWriteSendsUnprocessedWritesAgainUntilTheContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newBatchFake("Music:ID")
		f.script = func(n int, _ *fakeRequest) *fakeTrouble {
			return &fakeTrouble{leave: func(i int, op fakeOp) bool { return op.Item["ID"].(map[string]any)["N"] == "3" }}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		began := time.Now()
		req := music(append(songs(30), song(3, "two"))...)
		resp, err := f.client(t).BatchWrite(ctx, req)
		assert.Equal(t, 10*time.Minute, time.Since(began))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, ErrAmbiguous)
		assert.Equal(t, 29, resp.Written)
		assert.Equal(t, []string{"Music [0][3] not done", "Music [0][30] not done"}, writeFailures(t, err))
		assert.Less(t, len(f.requests), 600)

		f.script = nil
		var failed *BatchWriteError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, music(song(3, "one"), song(3, "two")), failed.Remaining())
		resp, err = f.client(t).BatchWrite(t.Context(), failed.Remaining())
		require.NoError(t, err)
		assert.Equal(t, 2, resp.Written)
		assert.Contains(t, f.contents("Music", "ID")[`{"N":"3"}`], "two")
	})
}

func TestBatchWriteOutlivesThrottling(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newBatchFake("Music:ID")
		began := time.Now()
		f.script = func(int, *fakeRequest) *fakeTrouble {
			if time.Since(began) < time.Minute {
				return &fakeTrouble{status: 400, code: "ProvisionedThroughputExceededException", message: "slow down"}
			}
			return nil
		}
		resp, err := f.client(t).BatchWrite(t.Context(), music(songs(100)...))
		require.NoError(t, err)
		assert.Equal(t, 100, resp.Written)
		assert.Less(t, time.Since(began), time.Minute+10*time.Second)
	})
}

// That the table was throttled all the time was lost when the context ended: the error was
// only that it had.
func TestBatchesTellWhatTheyWaitedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newBatchFake("Music:ID", "Films:ID")
		f.script = func(_ int, r *fakeRequest) *fakeTrouble {
			return &fakeTrouble{status: 400, code: "ProvisionedThroughputExceededException", message: "slow down"}
		}
		for name, end := range map[string]func() (context.Context, context.CancelFunc){
			"deadline": func() (context.Context, context.CancelFunc) { return context.WithTimeout(t.Context(), time.Minute) },
			"cancel": func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Minute, cancel)
				return ctx, cancel
			},
		} {
			ctx, cancel := end()
			_, write := f.client(t).BatchWrite(ctx, music(songs(30)...))
			_, read := f.client(t).BatchGet(ctx, reading(keysOf(upTo(100)...)...))
			cancel()
			require.ErrorIs(t, write, ErrThrottled, name)
			require.ErrorIs(t, write, ctx.Err(), name)
			require.NotErrorIs(t, write, ErrAmbiguous, name)
			require.ErrorIs(t, read, ctx.Err(), name)
			var unfinished *BatchWriteError
			require.ErrorAs(t, write, &unfinished)
			assert.Len(t, unfinished.causes(), 1, "one cause for all")
		}
	})
}

func TestBatchWriteTellsUnknownFromNotWritten(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]*fakeTrouble{
		"lost answer":    {lost: errLost, apply: true},
		"lost request":   {lost: errLost},
		"500, applied":   {status: 500, code: "InternalServerError", message: "oops", apply: true},
		"500, not":       {status: 500, code: "InternalServerError", message: "oops"},
		"empty 503":      {status: 503},
		"empty gateway":  {status: 502, apply: true},
		"unknown member": {edit: func(answer map[string]any) { answer["UnprocessedItems"] = "none" }},
		"no member":      {edit: func(answer map[string]any) { delete(answer, "UnprocessedItems") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newBatchFake("Music:ID")
				f.script = func(n int, _ *fakeRequest) *fakeTrouble {
					if n > 1 {
						return trouble
					}
					return nil
				}
				req := music(append(songs(50), song(49, "two"))...)
				resp, err := f.client(t, WithMaxInFlight(1), WithMaxAttempts(3)).BatchWrite(t.Context(), req)
				require.ErrorIs(t, err, ErrAmbiguous)
				assert.Equal(t, 25, resp.Written)
				lines := writeFailures(t, err)
				require.Len(t, lines, 26)
				for _, line := range lines[:25] {
					require.Contains(t, line, "unknown")
				}
				assert.Equal(t, "Music [0][50] not done", lines[25])

				f.script = nil
				var failed *BatchWriteError
				require.ErrorAs(t, err, &failed)
				_, err = f.client(t).BatchWrite(t.Context(), failed.Remaining())
				require.NoError(t, err)
				contents := f.contents("Music", "ID")
				assert.Len(t, contents, 50)
				assert.Contains(t, contents[`{"N":"49"}`], "two")
			})
		})
	}
}

// A write whose first answer was lost and that the second left unprocessed was once
// reported as not written, although the first had written it.
func TestBatchWriteDoubtsWhatIsUnprocessedAfterALostAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newBatchFake("Music:ID")
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		f.script = func(n int, _ *fakeRequest) *fakeTrouble {
			if n == 1 {
				return &fakeTrouble{lost: errLost, apply: true}
			}
			time.AfterFunc(time.Microsecond, cancel)
			return &fakeTrouble{leave: func(i int, _ fakeOp) bool { return true }}
		}
		resp, err := f.client(t).BatchWrite(ctx, music(songs(2)...))
		require.ErrorIs(t, err, ErrAmbiguous)
		require.ErrorIs(t, err, context.Canceled)
		assert.Zero(t, resp.Written)
		assert.Equal(t, []string{"Music [0][0] unknown", "Music [0][1] unknown"}, writeFailures(t, err))
		assert.Len(t, f.sent(), 2)
		assert.Len(t, f.contents("Music", "ID"), 2)
	})
}

func TestBatchWriteBelievesNoUnprocessedWriteThatItDidNotSend(t *testing.T) {
	t.Parallel()
	put := func(id string) any {
		return map[string]any{"PutRequest": map[string]any{"Item": map[string]any{
			"ID": map[string]any{"N": id}, "Version": map[string]any{"S": "one"},
		}}}
	}
	for name, unprocessed := range map[string]map[string][]any{
		"foreign item":  {"Music": {put("99")}},
		"same twice":    {"Music": {put("1"), put("1")}},
		"other table":   {"Films": {put("1")}},
		"delete":        {"Music": {map[string]any{"DeleteRequest": map[string]any{"Key": map[string]any{"ID": map[string]any{"N": "1"}}}}}},
		"neither":       {"Music": {map[string]any{}}},
		"not a number":  {"Music": {put("one")}},
		"put and other": {"Music": {map[string]any{"PutRequest": put("1").(map[string]any)["PutRequest"], "DeleteRequest": map[string]any{"Key": map[string]any{}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newBatchFake("Music:ID")
			f.script = func(int, *fakeRequest) *fakeTrouble {
				return &fakeTrouble{edit: func(answer map[string]any) { answer["UnprocessedItems"] = unprocessed }}
			}
			_, err := f.client(t).BatchWrite(t.Context(), music(songs(2)...))
			require.ErrorIs(t, err, ErrCorruptResponse)
			require.ErrorIs(t, err, ErrAmbiguous)
			assert.Equal(t, []string{"Music [0][0] unknown", "Music [0][1] unknown"}, writeFailures(t, err))
			assert.Len(t, f.requests, 1)
		})
	}
}

func TestBatchWriteKnowsAnUnprocessedWriteByItsValue(t *testing.T) {
	t.Parallel()
	f := newBatchFake("Music:ID")
	arn := "arn:aws:dynamodb:us-east-1:123456789012:table/Music"
	item := Item{
		Decimal("ID", MustNumber("1.50")), NumberSet("Set", MustNumber("2"), MustNumber("10")),
		Binary("Bytes", nil), Map("Map", Null("b"), Boolean("a", true)), List("List", Decimal("", MustNumber("1E2"))),
	}
	f.script = func(n int, _ *fakeRequest) *fakeTrouble {
		if n > 1 {
			return nil
		}
		return &fakeTrouble{edit: func(answer map[string]any) {
			answer["UnprocessedItems"] = map[string]any{"Music": []any{map[string]any{"PutRequest": map[string]any{"Item": map[string]any{
				"ID":    map[string]any{"N": "1.5"},
				"Set":   map[string]any{"NS": []string{"10", "2"}},
				"Bytes": map[string]any{"B": ""},
				"Map":   map[string]any{"M": map[string]any{"a": map[string]any{"BOOL": true}, "b": map[string]any{"NULL": true}}},
				"List":  map[string]any{"L": []any{map[string]any{"N": "100"}}},
			}}}}}
		}}
	}
	resp, err := f.client(t).BatchWrite(t.Context(), BatchWriteItemRequest{Tables: []WriteTable{TableWithItemsToAdd(arn, item)}})
	require.NoError(t, err)
	assert.Equal(t, 1, resp.Written)
	sent := f.sent()
	require.Len(t, sent, 2)
	assert.Equal(t, sent[0], sent[1])
}

// JSON makes six bytes of each control character, and so 2.4 MB of such an item.
func TestBatchWriteKeepsRequestsUnder16MB(t *testing.T) {
	t.Parallel()
	f := newBatchFake("Music:ID")
	items := make([]Item, 8)
	for i := range items {
		items[i] = song(i, strings.Repeat("\x01", 400<<10-64))
	}
	resp, err := f.client(t).BatchWrite(t.Context(), music(items...))
	require.NoError(t, err)
	assert.Equal(t, len(items), resp.Written)
	var held []int
	for _, r := range f.requests {
		assert.LessOrEqual(t, r.Bytes, 16<<20)
		held = append(held, len(r.Ops))
	}
	assert.ElementsMatch(t, []int{6, 2}, held)
}

func TestBatchWriteHalvesARequestThatIsTooLarge(t *testing.T) {
	t.Parallel()
	f := newBatchFake("Music:ID")
	f.script = func(_ int, r *fakeRequest) *fakeTrouble {
		if len(r.Ops) > 4 {
			return &fakeTrouble{status: http.StatusRequestEntityTooLarge}
		}
		return nil
	}
	resp, err := f.client(t).BatchWrite(t.Context(), music(songs(50)...))
	require.NoError(t, err)
	assert.Equal(t, 50, resp.Written)
	assert.Len(t, f.contents("Music", "ID"), 50)
}

func TestBatchWriteRefusesAWrongRequestAsAWhole(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		req  BatchWriteItemRequest
		path string
	}{
		"no name":             {BatchWriteItemRequest{Tables: []WriteTable{{}}}, "Tables[0].Name"},
		"bad name":            {BatchWriteItemRequest{Tables: []WriteTable{{Name: "Mu sic"}}}, "Tables[0].Name"},
		"three key names":     {BatchWriteItemRequest{Tables: []WriteTable{{Name: "Music", KeyNames: []string{"a", "b", "c"}}}}, "Tables[0].KeyNames"},
		"empty key name":      {BatchWriteItemRequest{Tables: []WriteTable{{Name: "Music", KeyNames: []string{""}}}}, "Tables[0].KeyNames"},
		"key name twice":      {BatchWriteItemRequest{Tables: []WriteTable{{Name: "Music", KeyNames: []string{"a", "a"}}}}, "Tables[0].KeyNames"},
		"differing key names": {BatchWriteItemRequest{Tables: []WriteTable{{Name: "Music", KeyNames: []string{"a"}}, {Name: "Music", KeyNames: []string{"b"}}}}, "Tables[1].KeyNames"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newBatchFake("Music:ID")
			resp, err := f.client(t).BatchWrite(t.Context(), test.req)
			require.ErrorIs(t, err, ErrInvalidRequest)
			assert.NotErrorIs(t, err, ErrUnfinishedBatch)
			var field *FieldError
			require.ErrorAs(t, err, &field)
			assert.Equal(t, test.path, field.Path)
			assert.Nil(t, resp)
			assert.Empty(t, f.requests)
		})
	}
}

func TestBatchWriteChangesNoInput(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fresh := func() BatchWriteItemRequest {
			req := music(append(songs(40), Item{Binary("Bytes", nil), Long("ID", 77)}, Item{String("ID", "wrong")})...)
			req.Tables[0].KeyNames = slices.Clip([]string{"ID"})
			pair := Item{String("Title", "a"), String("Artist", "b")}
			req.Tables = append(req.Tables, TableWithItemsToDelete("Music", songKey(3)),
				WriteTable{Name: "Pairs", KeyNames: []string{"Title", "Artist"}, Writes: []Write{{ItemToAdd: pair}}}) // not in order
			return req
		}
		req := fresh()
		f := newBatchFake("Music:ID", "Pairs:Artist,Title")
		f.script = func(n int, _ *fakeRequest) *fakeTrouble {
			if n > 4 {
				return &fakeTrouble{status: 400, code: "ExpiredTokenException", message: "expired"}
			}
			return &fakeTrouble{leave: func(i int, _ fakeOp) bool { return i%2 == 0 }}
		}
		_, err := f.client(t).BatchWrite(t.Context(), req)
		var failed *BatchWriteError
		require.ErrorAs(t, err, &failed)
		for _, failure := range failed.Failures {
			write := failure.Write()
			write.ItemToAdd.Set(String("Version", "mine"))
			write.ItemToDelete.Set(String("Version", "mine"))
		}
		assert.Equal(t, fresh(), req)
	})
}

// Whatever fails and is sent again, the table ends as if the writes had been applied
// one after the other.
func TestBatchWriteEndsAsIfOneByOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		tables := []string{"Known", "Deleted", "Unknown"}
		model := map[string]map[string]string{"Known": {}, "Deleted": {}, "Unknown": {}}
		var req BatchWriteItemRequest
		for entry := range rapid.IntRange(1, 5).Draw(rt, "entries") {
			table := WriteTable{Name: rapid.SampledFrom(tables).Draw(rt, "table")}
			if table.Name == "Known" {
				table.KeyNames = []string{"ID"}
			}
			for index := range rapid.IntRange(0, 30).Draw(rt, "writes") {
				id := rapid.IntRange(0, 12).Draw(rt, "id")
				key := fmt.Sprintf(`{"N":"%d"}`, id)
				if table.Name != "Unknown" && rapid.IntRange(0, 3).Draw(rt, "delete") == 0 {
					table.Writes = append(table.Writes, Write{ItemToDelete: songKey(id)})
					delete(model[table.Name], key)
					continue
				}
				version := fmt.Sprintf("%d-%d", entry, index)
				table.Writes = append(table.Writes, Write{ItemToAdd: song(id, version)})
				model[table.Name][key] = fmt.Sprintf(`{"ID":%s,"Version":{"S":%q}}`, key, version)
			}
			req.Tables = append(req.Tables, table)
		}
		script := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 60).Draw(rt, "script")
		var problem error
		synctest.Test(t, func(t *testing.T) {
			f := newBatchFake("Known:ID", "Deleted:ID", "Unknown:ID")
			f.delay = time.Millisecond
			f.script = func(n int, _ *fakeRequest) *fakeTrouble {
				switch roll := script[n%len(script)]; {
				case n > 40: // it heals
					return nil
				case roll <= 4:
					return &fakeTrouble{leave: func(i int, _ fakeOp) bool { return (i*7+n)%5 < roll }}
				case roll == 5:
					return &fakeTrouble{status: 400, code: "ThrottlingException", message: "slow down"}
				case roll == 6:
					return &fakeTrouble{lost: errLost, apply: n%2 == 0}
				}
				return nil
			}
			client := f.client(t, WithMaxAttempts(2))
			for range 200 {
				_, err := client.BatchWrite(t.Context(), req)
				var failed *BatchWriteError
				if errors.As(err, &failed) {
					req = failed.Remaining()
					continue
				}
				problem = err
				break
			}
			for table, want := range model {
				if got := f.contents(table, "ID"); !maps.Equal(got, want) {
					problem = errors.Join(problem, fmt.Errorf("%s holds %v, want %v", table, got, want))
				}
			}
		})
		if problem != nil {
			rt.Fatal(problem)
		}
	})
}
