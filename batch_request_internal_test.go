package dynamoconn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/batch"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
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
			claims := newClaims(test.tables, test.sent)
			equal := claims.byClaim(ops, func(op int) string { return identities[op] })
			for i, id := range test.ids {
				op, err := claims.take(test.table, func(table int) int { return claims.firstOpen(equal[claim{table, id}]) })
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
	claims := newClaims([]string{"Music"}, []int{2, 0, 1})
	equal := claims.byClaim(make([]batch.Op, 3), func(int) string { return "same" })
	same := func(table int) int { return claims.firstOpen(equal[claim{table, "same"}]) }
	var taken []int
	for range 3 {
		op, err := claims.take("Music", same)
		require.NoError(t, err)
		taken = append(taken, op)
	}
	assert.Equal(t, []int{2, 0, 1}, taken)
	_, err := claims.take("Music", same)
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

// doneAndFound answers that every write was done, and that every item is its key.
func doneAndFound(r *wiretest.Request) (*http.Response, error) {
	_, rest, isGet := strings.Cut(r.Body, `"Keys":[`)
	if !isGet {
		return wiretest.AllDone()(r)
	}
	keys, _, _ := strings.Cut(rest, "]")
	return wiretest.Reply(http.StatusOK, `{"Responses":{"Music":[`+keys+`]},"UnprocessedKeys":{}}`)(r)
}

// largeBatches returns batches of n items of about 40 bytes. Each returns its response.
func largeBatches(t *testing.T, n int) map[string]func(*Client) any {
	t.Helper()
	items, keys := make([]Item, n), make([]Item, n)
	for i := range items {
		id := String("ID", fmt.Sprintf("user-%08d", i*7919%n))
		items[i], keys[i] = Item{id, Long("Visits", int64(i)), Boolean("Known", true)}, Item{id}
	}
	write := func(keyNames ...string) func(*Client) any {
		table := TableWithItemsToAdd("Music", items...)
		table.KeyNames = keyNames
		return func(client *Client) any {
			resp, err := client.BatchWrite(t.Context(), BatchWriteItemRequest{Tables: []WriteTable{table}})
			require.NoError(t, err)
			require.Equal(t, n, resp.Written)
			return resp
		}
	}
	return map[string]func(*Client) any{
		"write":                write("ID"),
		"write to unknown key": write(),
		"get": func(client *Client) any {
			resp, err := client.BatchGet(t.Context(), reading(keys...))
			require.NoError(t, err)
			require.Len(t, resp.ResponseTables[0].Items, n)
			require.Empty(t, resp.ResponseTables[0].MissingKeys)
			return resp
		},
	}
}

// A batch once held about 1,100 bytes of each item besides the item itself, most of them the
// SDK's form of it, until it had ended.
//
// It is not parallel: it measures the heap.
func TestBatchKeepsFewBytesOfEachItem(t *testing.T) {
	const n, most = 20_000, 200
	liveHeap := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	for name, run := range largeBatches(t, n) {
		t.Run(name, func(t *testing.T) {
			requests, highest := 0, 0
			client := newBatchFake().client(t, WithMaxInFlight(1), WithHTTPClient(wiretest.Answer(func(r *wiretest.Request) (*http.Response, error) {
				if requests++; requests%100 == 1 || requests == n/mostWritesInRequest || requests == n/mostKeysInRequest {
					highest = max(highest, liveHeap())
				}
				return doneAndFound(r)
			})))
			response := run(client)
			after := liveHeap()
			runtime.KeepAlive(response)
			held := (highest - after) / n
			t.Logf("%d bytes of each item", held)
			assert.Less(t, held, most)
		})
	}
}

// The work for an item is the same in small and large batches. It is counted in allocations:
// time would need a quiet machine. `make bench` prints the times.
//
// It is not parallel: it counts all allocations.
func TestBatchWorkForAnItemDoesNotGrow(t *testing.T) {
	small, large := 10_000, 100_000
	if testing.Short() {
		small, large = 2_000, 20_000
	}
	client := newBatchFake().client(t, WithHTTPClient(wiretest.Answer(doneAndFound)))
	work := func(n int, run func(*Client) any) (allocations, bytes float64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run(client)
		runtime.ReadMemStats(&after)
		return float64(after.Mallocs-before.Mallocs) / float64(n), float64(after.TotalAlloc-before.TotalAlloc) / float64(n)
	}
	of := largeBatches(t, large)
	for name, run := range largeBatches(t, small) {
		run(client) // what is made once
		allocations, bytes := work(small, run)
		moreAllocations, moreBytes := work(large, of[name])
		t.Logf("%s: %.2f allocations of %.0f bytes for each of %d items, %.2f of %.0f for each of %d",
			name, allocations, bytes, small, moreAllocations, moreBytes, large)
		assert.LessOrEqual(t, moreAllocations, allocations*1.1, name)
		assert.LessOrEqual(t, moreBytes, bytes*1.1, name) // a buffer that is made anew weighs more in the small batch
	}
}

// The error of a batch tells when its first attempt began and its last ended, whatever the
// order in which its requests end.
func TestBatchErrorTellsWhenItBegan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newBatchFake("Music:ID")
		f.delay = time.Second
		f.script = func(n int, _ *fakeRequest) *fakeTrouble {
			if n == 4 {
				return &fakeTrouble{status: 400, code: "ExpiredTokenException", message: "expired"}
			}
			return nil
		}
		time.Sleep(time.Hour)
		began := time.Now()
		_, err := f.client(t, WithMaxInFlight(1), WithMaxAttempts(1)).BatchWrite(t.Context(), music(songs(200)...))
		var e *Error
		require.ErrorAs(t, err, &e)
		require.ErrorIs(t, err, ErrUnfinishedBatch)
		assert.Equal(t, began, e.Began)
		assert.Equal(t, began.Add(4*time.Second), e.Ended)
	})
	synctest.Test(t, func(t *testing.T) {
		client := newBatchFake().client(t, WithHTTPClient(wiretest.AllDone().Delay(time.Second)))
		k, err := client.newCall("BatchWrite", "Music", nil)
		require.NoError(t, err)
		list := func(ctx context.Context) {
			_, err := k.sdk.ListTables(ctx, &dynamodb.ListTablesInput{})
			require.NoError(t, err)
		}
		began := time.Now()
		_, _ = k.read(t.Context(), func(first context.Context) ([]types.ConsumedCapacity, error) {
			list(first)
			_, _ = k.read(t.Context(), func(second context.Context) ([]types.ConsumedCapacity, error) {
				list(second)
				return nil, nil
			})
			assert.Equal(t, began.Add(time.Second), k.errorSoFar().Began, "the second request ends first")
			return nil, nil
		})
		assert.Equal(t, began, k.errorSoFar().Began)
		assert.Equal(t, began.Add(2*time.Second), k.errorSoFar().Ended)
	})
}

// The request of an item is made when it is sent. If its caller has broken it by then, it
// fails alone.
func TestBatchRefusesWhatItsCallerBreaksMeanwhile(t *testing.T) {
	t.Parallel()
	f := musicFake(0, 300)
	items, keys := songs(60), keysOf(upTo(250)...)
	for i := range 4 { // a batch keeps the first writes encoded, up to mostKept bytes
		items[i] = append(items[i], Binary("Cover", make([]byte, mostKept/4)))
	}
	f.script = func(_ int, r *fakeRequest) *fakeTrouble {
		items[40][1] = String("Version", "\xff")
		keys[170][0] = String("ID", "")
		return nil
	}
	client := f.client(t, WithMaxInFlight(1))
	written, err := client.BatchWrite(t.Context(), music(items...))
	assert.Equal(t, []string{"Music [0][40] refused"}, writeFailures(t, err))
	require.ErrorIs(t, err, ErrInvalidRequest)
	require.ErrorContains(t, err, "Tables[0].Writes[40].ItemToAdd.Version")
	assert.Equal(t, 59, written.Written)

	keys[170][0] = Long("ID", 170)
	read, err := client.BatchGet(t.Context(), reading(keys...))
	assert.Equal(t, []string{"Music [0][170] refused"}, readFailures(t, err))
	require.ErrorIs(t, err, ErrInvalidRequest)
	require.ErrorContains(t, err, "RequestTables[0].Keys[170].ID")
	assert.Nil(t, read.ResponseTables[0].Items[170])
	assert.NotNil(t, read.ResponseTables[0].Items[171])
}

// batchFake is an HTTP client that answers BatchGetItem and BatchWriteItem as
// DynamoDB does, from tables in memory, and that can be told to misbehave.
type batchFake struct {
	// script is asked before each request is carried out. A nil answer, or a nil
	// script, means no trouble.
	script func(n int, r *fakeRequest) *fakeTrouble
	// delay is how long each answer takes.
	delay time.Duration

	mu       sync.Mutex
	tables   map[string]*fakeTable
	requests []*fakeRequest
	flying   int
	mostAt   int
}

// fakeTable is a table: its items by their keys.
type fakeTable struct {
	keyNames []string
	items    map[string]fakeItem
}

type fakeItem map[string]any

// fakeRequest is one request as it arrived.
type fakeRequest struct {
	Action string
	Bytes  int
	Ops    []fakeOp
	Asks   map[string]fakeAsk
}

// fakeOp is one put, delete or read of a request.
type fakeOp struct {
	Table string
	Kind  string // "put", "delete" or "get"
	Item  fakeItem
}

type fakeAsk struct {
	Keys                     []fakeItem
	ProjectionExpression     string            `json:",omitempty"`
	ExpressionAttributeNames map[string]string `json:",omitempty"`
	ConsistentRead           *bool             `json:",omitempty"`
}

// fakeTrouble is what goes wrong with one request.
type fakeTrouble struct {
	status        int // instead of 200
	code, message string
	apply         bool // carried out all the same
	lost          error
	leave         func(i int, op fakeOp) bool // unprocessed
	edit          func(answer map[string]any)
}

func (f *fakeTrouble) failure() *fakeFailure {
	return &fakeFailure{status: f.status, code: f.code, message: f.message}
}

type fakeFailure struct {
	status        int
	code, message string
}

func refusal(message string) *fakeFailure {
	return &fakeFailure{http.StatusBadRequest, "ValidationException", message}
}

var errLost = errors.New("connection reset by peer")

// newBatchFake returns a fake with those tables, each with the names of its key:
// "Music:Artist,SongTitle".
func newBatchFake(tables ...string) *batchFake {
	f := &batchFake{tables: make(map[string]*fakeTable)}
	for _, table := range tables {
		name, keys, _ := strings.Cut(table, ":")
		f.tables[name] = &fakeTable{keyNames: strings.Split(keys, ","), items: make(map[string]fakeItem)}
	}
	return f
}

// client returns a client of the fake.
func (f *batchFake) client(t testing.TB, opts ...Option) *Client {
	t.Helper()
	opts = append([]Option{
		WithAWSConfig(aws.Config{}), WithRegion(RegionUSEast1), WithHTTPClient(wiretest.Answer(f.answer)),
		WithStaticCredentials("AKIDEXAMPLE", "example", ""),
	}, opts...)
	client, err := New(t.Context(), opts...)
	require.NoError(t, err)
	return client
}

// answer carries out a request.
func (f *batchFake) answer(sent *wiretest.Request) (*http.Response, error) {
	f.mu.Lock()
	r, failure := parseFake(sent.Action, []byte(sent.Body))
	f.requests = append(f.requests, r)
	n := len(f.requests)
	f.flying++
	f.mostAt = max(f.mostAt, f.flying)
	f.mu.Unlock()

	answer := wiretest.Answer(func(*wiretest.Request) (*http.Response, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.respond(n, r, failure)(sent)
	})
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.flying--
	}()
	return answer.Delay(f.delay)(sent)
}

// respond lets the script make trouble for the n-th request, and carries it out unless
// that or a failure forbids it.
func (f *batchFake) respond(n int, r *fakeRequest, failure *fakeFailure) wiretest.Answer {
	trouble := new(fakeTrouble)
	if f.script != nil {
		if scripted := f.script(n, r); scripted != nil {
			trouble = scripted
		}
	}
	var answer map[string]any
	if failure == nil && (trouble.status == 0 && trouble.lost == nil || trouble.apply) {
		answer, failure = f.carryOut(r, trouble)
	}
	switch {
	case trouble.lost != nil:
		return wiretest.Break(trouble.lost)
	case trouble.status != 0:
		return failure.or(trouble.failure()).answer(n)
	case failure != nil:
		return failure.answer(n)
	}
	if trouble.edit != nil {
		trouble.edit(answer)
	}
	body, err := json.Marshal(answer)
	if err != nil {
		panic(err)
	}
	return wiretest.Reply(http.StatusOK, string(body), "X-Amzn-Requestid", fmt.Sprintf("REQUEST%d", n))
}

func (e *fakeFailure) or(other *fakeFailure) *fakeFailure {
	if e != nil {
		return e
	}
	return other
}

func (e *fakeFailure) answer(n int) wiretest.Answer {
	return wiretest.Refuse(e.status, e.code, e.message, fmt.Sprintf("REQUEST%d", n))
}

func parseFake(action string, body []byte) (*fakeRequest, *fakeFailure) {
	r := &fakeRequest{Action: action, Bytes: len(body)}
	var err error
	switch action {
	case "BatchWriteItem":
		var input struct {
			RequestItems map[string][]struct {
				PutRequest    *struct{ Item fakeItem }
				DeleteRequest *struct{ Key fakeItem }
			}
		}
		err = json.Unmarshal(body, &input)
		for table, writes := range input.RequestItems {
			for _, write := range writes {
				if write.PutRequest != nil {
					r.Ops = append(r.Ops, fakeOp{table, "put", write.PutRequest.Item})
				} else {
					r.Ops = append(r.Ops, fakeOp{table, "delete", write.DeleteRequest.Key})
				}
			}
		}
	case "BatchGetItem":
		var input struct{ RequestItems map[string]fakeAsk }
		err = json.Unmarshal(body, &input)
		r.Asks = input.RequestItems
		for table, ask := range input.RequestItems {
			for _, key := range ask.Keys {
				r.Ops = append(r.Ops, fakeOp{table, "get", key})
			}
		}
	default:
		return r, refusal("no such action: " + action)
	}
	if err != nil {
		return r, &fakeFailure{http.StatusBadRequest, "SerializationException", err.Error()}
	}
	slices.SortStableFunc(r.Ops, func(a, b fakeOp) int { return strings.Compare(a.Table, b.Table) })
	return r, r.check()
}

// check holds the rules about a whole request.
func (r *fakeRequest) check() *fakeFailure {
	most := map[string]int{"BatchWriteItem": 25, "BatchGetItem": 100}[r.Action]
	switch {
	case r.Bytes > 16<<20:
		return &fakeFailure{http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Request Entity Too Large"}
	case len(r.Ops) == 0:
		return refusal("The batch request is empty")
	case len(r.Ops) > most:
		return refusal(fmt.Sprintf("Too many items requested for the %s call", r.Action))
	}
	return nil
}

// carryOut checks every operation first and then carries out those that the trouble
// leaves.
func (f *batchFake) carryOut(r *fakeRequest, trouble *fakeTrouble) (map[string]any, *fakeFailure) {
	seen := make(map[string]bool)
	for _, op := range r.Ops {
		table := f.table(op.Table)
		if table == nil {
			return nil, &fakeFailure{http.StatusBadRequest, "ResourceNotFoundException", "Requested resource not found"}
		}
		key, failure := table.key(op)
		if failure != nil {
			return nil, failure
		}
		if seen[op.Table+"/"+key] {
			return nil, refusal("Provided list of item keys contains duplicates")
		}
		seen[op.Table+"/"+key] = true
		if size, err := fakeSize(op.Item); err != nil || size > 400<<10 {
			return nil, refusal("Item size has exceeded the maximum allowed size")
		}
	}
	left := make(map[string][]any)
	leftKeys := make(map[string]fakeAsk)
	responses := make(map[string][]fakeItem)
	for i, op := range r.Ops {
		table := f.table(op.Table)
		key, _ := table.key(op)
		switch leave := trouble.leave != nil && trouble.leave(i, op); {
		case leave && op.Kind == "put":
			left[op.Table] = append(left[op.Table], map[string]any{"PutRequest": map[string]any{"Item": op.Item}})
		case leave && op.Kind == "delete":
			left[op.Table] = append(left[op.Table], map[string]any{"DeleteRequest": map[string]any{"Key": op.Item}})
		case leave:
			ask := leftKeys[op.Table]
			ask.Keys = append(ask.Keys, op.Item)
			leftKeys[op.Table] = ask
		case op.Kind == "put":
			table.items[key] = op.Item
		case op.Kind == "delete":
			delete(table.items, key)
		case table.items[key] != nil:
			responses[op.Table] = append(responses[op.Table], r.Asks[op.Table].project(table.items[key]))
		}
	}
	if r.Action == "BatchWriteItem" {
		return map[string]any{"UnprocessedItems": left}, nil
	}
	for _, items := range responses {
		slices.Reverse(items) // DynamoDB promises no order
	}
	return map[string]any{"Responses": responses, "UnprocessedKeys": leftKeys}, nil
}

func (f *batchFake) table(name string) *fakeTable {
	return f.tables[name[strings.LastIndexByte(name, '/')+1:]]
}

// key returns what identifies an item. A key is strings, numbers and binaries.
func (t *fakeTable) key(op fakeOp) (string, *fakeFailure) {
	mismatch := refusal("The provided key element does not match the schema")
	if op.Kind != "put" && len(op.Item) != len(t.keyNames) {
		return "", mismatch
	}
	var key []byte
	for _, name := range t.keyNames {
		value, ok := op.Item[name].(map[string]any)
		if !ok {
			return "", refusal("One or more parameter values were invalid: Missing the key " + name + " in the item")
		}
		if number, ok := value["N"].(string); ok {
			parsed, err := ParseNumber(number)
			if err != nil {
				return "", mismatch
			}
			value = map[string]any{"N": parsed.Canonical().String()}
		} else if value["S"] == nil && value["B"] == nil {
			return "", mismatch
		}
		part, _ := json.Marshal(value)
		key = append(append(key, part...), '/')
	}
	return string(key), nil
}

// project returns what the projection names, whole attributes only.
func (a fakeAsk) project(item fakeItem) fakeItem {
	if a.ProjectionExpression == "" {
		return item
	}
	projected := make(fakeItem)
	for term := range strings.SplitSeq(a.ProjectionExpression, ",") {
		name := strings.TrimSpace(term)
		if full, ok := a.ExpressionAttributeNames[name]; ok {
			name = full
		}
		if value, ok := item[name]; ok {
			projected[name] = value
		}
	}
	return projected
}

// fakeSize counts the bytes of names, strings and numbers, which is all that the
// tests fill items with.
func fakeSize(value any) (int, error) {
	size := 0
	switch value := value.(type) {
	case fakeItem:
		for name, inner := range value {
			typed, ok := inner.(map[string]any)
			if !ok || len(typed) != 1 {
				return 0, fmt.Errorf("%q is no attribute value", name)
			}
			for _, plain := range typed {
				if text, ok := plain.(string); ok {
					size += len(text)
				}
			}
			size += len(name)
		}
	default:
		return 0, errors.New("no item")
	}
	return size, nil
}

// sent returns each request as the texts of its operations.
func (f *batchFake) sent() [][]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make([][]string, len(f.requests))
	for i, r := range f.requests {
		for _, op := range r.Ops {
			all[i] = append(all[i], op.String())
		}
	}
	return all
}

// String returns the operation with its attributes sorted: `put Music {"a":{"S":"b"}}`.
func (op fakeOp) String() string {
	item, _ := json.Marshal(op.Item)
	return fmt.Sprintf("%s %s %s", op.Kind, op.Table, item)
}

// contents returns the items of a table by the value of one of their attributes.
func (f *batchFake) contents(table, by string) map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make(map[string]string)
	for _, item := range f.tables[table].items {
		key, _ := json.Marshal(item[by])
		text, _ := json.Marshal(item)
		all[string(key)] = string(text)
	}
	return all
}
