package reliability

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// adversary stands between a client and a server: it refuses requests as too large,
// and puts into answers what nobody asked for. What is random is drawn for each
// request; 0 is never.
type adversary struct {
	next    dynamoconn.HTTPClient
	random  func(n int) int // safe for concurrent use
	largest int             // bytes of a request, or it is answered 413
	lies    int             // percent of the answers
	refused atomic.Int64    // as too large
	lied    atomic.Int64
}

func (a *adversary) Do(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	if a.largest > 0 && len(body) > a.largest {
		a.refused.Add(1)
		return &http.Response{StatusCode: http.StatusRequestEntityTooLarge, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := a.next.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK || a.random(100) >= a.lies {
		return resp, err
	}
	return a.lie(resp)
}

// lie adds an item to an answer: of a table that the request does not name, or one
// that it did not hold, or one that is there already.
func (a *adversary) lie(resp *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return resp, nil // broken: it stays so
	}
	if resp.Header.Get("X-Amz-Crc32") != checksum(body) {
		return resp, nil // a false answer with a checksum of its own would hide that a bit was flipped
	}
	var answer map[string]map[string]any
	if json.Unmarshal(body, &answer) != nil {
		return resp, nil
	}
	member := "UnprocessedItems"
	var foreign any = map[string]any{"PutRequest": map[string]any{"Item": map[string]any{"ID": map[string]any{"S": "FOREIGN"}}}}
	if answer["Responses"] != nil {
		member, foreign = "Responses", map[string]any{"ID": map[string]any{"S": "FOREIGN"}}
	}
	table := []string{"Strings", "Numbers", "Pairs", "Nowhere"}[a.random(4)]
	list, _ := answer[member][table].([]any)
	if len(list) > 0 && a.random(2) == 0 {
		foreign = list[a.random(len(list))] // twice
	}
	if answer[member] == nil {
		answer[member] = map[string]any{}
	}
	answer[member][table] = append(list, foreign)
	if body, err = json.Marshal(answer); err != nil {
		return nil, err
	}
	a.lied.Add(1)
	resp.Header.Set("X-Amz-Crc32", checksum(body))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	resp.ContentLength, resp.Body = int64(len(body)), io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func checksum(body []byte) string {
	return strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)
}

// batchRun is one random batch and the server that it runs against.
type batchRun struct {
	t      *testing.T
	name   string
	random *rand.Rand
	db     *dynamoconntest.Server
	foe    *adversary
	client *dynamoconn.Client
	honest *dynamoconn.Client         // past the adversary
	model  map[string]dynamoconn.Item // what the tables hold, by table and key
	calm   bool

	padding int // bytes of each item that are nothing but that
}

var batchTables = []dynamoconntest.Table{
	{Name: "Strings", PartitionKey: "ID"},
	{Name: "Numbers", PartitionKey: "ID:N"},
	{Name: "Pairs", PartitionKey: "ID", SortKey: "Sort:N"},
}

func newBatchRun(t *testing.T, seed, number uint64) *batchRun {
	random := rand.New(rand.NewPCG(seed, number))
	db := dynamoconntest.New(dynamoconntest.WithSeed(random.Uint64()))
	require.NoError(t, db.CreateTable(batchTables...))
	// One drawn number starts a generator of its own, whose order of use is that of the
	// requests.
	var drawn atomic.Uint64
	foes := random.Uint64()
	foe := &adversary{next: db.HTTPClient(), random: func(n int) int {
		return rand.New(rand.NewPCG(foes, drawn.Add(1))).IntN(n)
	}}
	b := &batchRun{
		t: t, name: fmt.Sprintf("-seed %d, batch %d", seed, number), random: random, db: db, foe: foe,
		model: make(map[string]dynamoconn.Item),
	}
	// An empty configuration: the SDK's default one reads files each time.
	config := dynamoconn.WithAWSConfig(aws.Config{})
	b.honest = db.Client(t, config)
	b.client = db.Client(t, config, dynamoconn.WithHTTPClient(foe), dynamoconn.WithMaxAttempts(3), dynamoconn.WithMaxInFlight(1+random.IntN(5)))
	return b
}

// trouble makes the server fail in a few ways at a time.
func (b *batchRun) trouble() {
	b.calm = b.random.IntN(6) == 0
	if b.calm {
		return
	}
	effects := []dynamoconntest.Effect{
		dynamoconntest.UnprocessedRandomly(0.5), dynamoconntest.Unprocessed(), dynamoconntest.Unprocessed(0, 2),
		dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, ""), dynamoconntest.InternalErrorBefore(),
		dynamoconntest.InternalErrorAfter(), dynamoconntest.LoseAnswer(), dynamoconntest.ResetBefore(), dynamoconntest.RefuseConnection(),
		dynamoconntest.Slow(40 * time.Millisecond), dynamoconntest.Truncate(5), dynamoconntest.FlipBit(b.random.IntN(400)),
		dynamoconntest.EmptyAnswer(), dynamoconntest.HTMLUnavailable(), dynamoconntest.Hang(),
	}
	for range 1 + b.random.IntN(3) {
		effect, p := effects[b.random.IntN(len(effects))], 0.02+b.random.Float64()/2
		for _, operation := range []string{"BatchWriteItem", "BatchGetItem"} {
			b.db.Inject(dynamoconntest.Fault{Operation: operation, Probability: p, Effect: effect})
		}
	}
	if b.random.IntN(4) == 0 {
		b.foe.lies = b.random.IntN(60)
	}
	if b.random.IntN(4) == 0 {
		b.foe.largest = b.padding + 600 + b.random.IntN(2_000) // a single write always fits
	}
}

func (b *batchRun) heal() {
	b.db.ClearFaults()
	b.foe.lies, b.foe.largest = 0, 0
}

// context ends at a random moment: a server that hangs is waited for no longer.
func (b *batchRun) context() (context.Context, context.CancelFunc) {
	limit := time.Minute
	if !b.calm && b.random.IntN(4) == 0 {
		limit = time.Duration(b.random.IntN(400)) * time.Millisecond
	}
	return context.WithTimeout(b.t.Context(), limit)
}

func (b *batchRun) key(table string) dynamoconn.Item {
	n := int64(b.random.IntN(14))
	switch table {
	case "Numbers":
		return dynamoconn.Item{dynamoconn.Long("ID", n)}
	case "Pairs":
		return dynamoconn.Item{dynamoconn.String("ID", strconv.FormatInt(n%4, 10)), dynamoconn.Long("Sort", n/4)}
	}
	return dynamoconn.Item{dynamoconn.String("ID", strconv.FormatInt(n, 10))}
}

// place names a key in the model.
func place(table string, item dynamoconn.Item) string {
	var key dynamoconn.Item
	for _, name := range []string{"ID", "Sort"} {
		if kv, ok := item.Get(name); ok && (name == "ID" || table == "Pairs") {
			key = append(key, kv)
		}
	}
	return table + key.String()
}

// contents are the tables as they are, read past the adversary.
func (b *batchRun) contents() map[string]dynamoconn.Item {
	held := make(map[string]dynamoconn.Item)
	for _, table := range batchTables {
		resp, err := b.honest.Scan(b.t.Context(), dynamoconn.ScanTableRequest{TableName: table.Name})
		require.NoError(b.t, err, b.name)
		for _, item := range resp.Items {
			held[place(table.Name, item)] = item
		}
	}
	return held
}

func (b *batchRun) requireContents(want map[string]dynamoconn.Item) {
	held := b.contents()
	for at, item := range want {
		require.True(b.t, item.Equal(held[at]), "%s: %s is %.60v, want %.60v", b.name, at, held[at], item)
		delete(held, at)
	}
	require.Empty(b.t, held, b.name)
}

// limits requires that no request exceeded what DynamoDB takes.
func (b *batchRun) limits(operation string, most int) {
	for _, entry := range b.db.Requests(operation) {
		require.LessOrEqual(b.t, len(entry.Input), 16<<20, b.name)
		n := bytes.Count(entry.Input, []byte(`Request":`)) // PutRequest and DeleteRequest
		if operation == "BatchGetItem" {
			n = bytes.Count(entry.Input, []byte(`"ID":{`))
		}
		require.LessOrEqual(b.t, n, most, b.name)
		require.Positive(b.t, n, b.name)
		require.NotContains(b.t, string(entry.Input), "FOREIGN", b.name)
	}
}

// eachBatch runs random batches, by two or more workers, each in a bubble of its own.
func eachBatch(t *testing.T, count uint64, run func(*batchRun)) {
	t.Helper()
	base := theSeed(t)
	var next, lied, split atomic.Uint64
	t.Run("workers", func(t *testing.T) {
		for worker := range runtime.GOMAXPROCS(0) {
			t.Run(strconv.Itoa(worker), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for number := next.Add(1); number <= count; number = next.Add(1) {
						b := newBatchRun(t, base, number)
						run(b)
						lied.Add(uint64(b.foe.lied.Load()))
						split.Add(uint64(b.foe.refused.Load()))
					}
				})
			})
		}
	})
	t.Logf("%d batches, %d false answers, %d requests refused as too large", count, lied.Load(), split.Load())
}

// drawWrites draws the writes of a batch. poison has the places of those that the
// server refuses, which the client cannot know: their key has the wrong type.
func (b *batchRun) drawWrites() (req dynamoconn.BatchWriteItemRequest, poison map[[2]int]bool) {
	poison = make(map[[2]int]bool)
	version := int64(0)
	padding := strings.Repeat("x", []int{0, 0, 40, 400}[b.random.IntN(4)])
	if b.random.IntN(1_000) == 0 {
		padding = strings.Repeat("x", 380_000)
	}
	b.padding = len(padding)
	knows := b.random.IntN(2) == 0
	for entry := range 1 + b.random.IntN(4) {
		table := batchTables[b.random.IntN(len(batchTables))]
		w := dynamoconn.WriteTable{Name: table.Name}
		if knows {
			w.KeyNames = []string{"ID", "Sort"}[:1+strings.Count(table.SortKey, "Sort")]
		}
		for range b.random.IntN(40) {
			key := b.key(table.Name)
			version++
			switch roll := b.random.IntN(40); {
			case roll == 0:
				poison[[2]int{entry, len(w.Writes)}] = true
				key[0] = dynamoconn.Binary("ID", []byte{byte(version)})
				w.Writes = append(w.Writes, dynamoconn.Write{ItemToAdd: key})
			case roll < 10:
				w.Writes = append(w.Writes, dynamoconn.Write{ItemToDelete: key})
			default:
				item := append(slices.Clone(key), dynamoconn.Long("Version", version), dynamoconn.String("Padding", padding))
				w.Writes = append(w.Writes, dynamoconn.Write{ItemToAdd: item})
			}
		}
		req.Tables = append(req.Tables, w)
	}
	return req, poison
}

// A batch of writes against a server that fails and lies: each write ends in one state,
// and it is the true one; what Remaining gives, written again, completes the batch.
func TestRandomBatchWrites(t *testing.T) {
	t.Parallel()
	var written, open, unknown atomic.Int64
	eachBatch(t, length[uint64](150, 10_000), func(b *batchRun) {
		req, poison := b.drawWrites()
		text := fmt.Sprint(req)
		b.trouble()
		ctx, cancel := b.context()
		resp, err := b.client.BatchWrite(ctx, req)
		cancel()
		require.Equal(b.t, text, fmt.Sprint(req), b.name)
		require.NotNil(b.t, resp, b.name)
		b.limits("BatchWriteItem", 25)
		failures := b.judgeWrites(req, resp, err, poison)
		written.Add(int64(resp.Written))
		open.Add(int64(len(failures)))
		for _, failure := range failures {
			if failure.Outcome == dynamoconn.OutcomeUnknown {
				unknown.Add(1)
			}
		}
		b.complete(req, err, poison)
	})
	t.Logf("%d writes written, %d not, of which %d perhaps", written.Load(), open.Load(), unknown.Load())
	require.Positive(t, unknown.Load())
}

// judgeWrites checks the states of all writes against the tables.
func (b *batchRun) judgeWrites(req dynamoconn.BatchWriteItemRequest, resp *dynamoconn.BatchWriteItemResponse, err error, poison map[[2]int]bool) map[[2]int]dynamoconn.WriteFailure {
	failures := make(map[[2]int]dynamoconn.WriteFailure)
	var failed *dynamoconn.BatchWriteError
	if err != nil {
		require.ErrorAs(b.t, err, &failed, b.name)
		require.ErrorIs(b.t, err, dynamoconn.ErrUnfinishedBatch, b.name)
		last := [2]int{-1, -1}
		for _, failure := range failed.Failures {
			at := [2]int{failure.Entry, failure.Index}
			require.True(b.t, at[0] > last[0] || at[0] == last[0] && at[1] > last[1], "%s: in the order of the request, each once", b.name)
			last = at
			failures[at] = failure
			require.Equal(b.t, req.Tables[failure.Entry].Name, failure.TableName, b.name)
			require.Equal(b.t, req.Tables[failure.Entry].Writes[failure.Index], failure.Write, b.name)
			require.Error(b.t, failure.Err, b.name)
			require.Equal(b.t, failure.Outcome == dynamoconn.OutcomeRefused, failure.Outcome == dynamoconn.OutcomeRefused && poison[at], "%s: %v", b.name, failure.Err)
		}
	}
	total := 0
	may := make(map[string]dynamoconn.Item) // another thing that a key may hold
	maybe := make(map[string]bool)
	for i, table := range req.Tables {
		total += len(table.Writes)
		for j, write := range table.Writes {
			item := write.ItemToAdd
			if item == nil {
				item = write.ItemToDelete
			}
			at := place(table.Name, item)
			failure, isFailure := failures[[2]int{i, j}]
			switch {
			case !isFailure:
				require.False(b.t, poison[[2]int{i, j}], "%s: what must be refused was written", b.name)
				require.False(b.t, maybe[at], "%s: %s was written after a write that is not known", b.name, at)
				b.apply(b.model, at, write)
			case failure.Outcome == dynamoconn.OutcomeUnknown:
				maybe[at], may[at] = true, write.ItemToAdd
			}
		}
	}
	require.Equal(b.t, total, resp.Written+len(failures), "%s: the states sum to the input", b.name)
	if b.calm {
		require.Len(b.t, failures, len(poison), "%s: %v", b.name, err)
	}
	held := b.contents()
	for at := range maybe {
		if item := held[at]; !item.Equal(b.model[at]) {
			require.True(b.t, item.Equal(may[at]), "%s: %s holds %.60v", b.name, at, item)
			b.apply(b.model, at, dynamoconn.Write{ItemToAdd: item})
		}
	}
	b.requireContents(b.model)
	return failures
}

func (b *batchRun) apply(model map[string]dynamoconn.Item, at string, write dynamoconn.Write) {
	if write.ItemToAdd == nil {
		delete(model, at)
		return
	}
	model[at] = write.ItemToAdd
}

// complete writes what is left, and requires that the tables then hold what all writes
// in order give.
func (b *batchRun) complete(req dynamoconn.BatchWriteItemRequest, err error, poison map[[2]int]bool) {
	b.heal()
	var failed *dynamoconn.BatchWriteError
	if errors.As(err, &failed) {
		_, err = b.client.BatchWrite(b.t.Context(), failed.Remaining())
		if errors.As(err, &failed) {
			for _, failure := range failed.Failures {
				require.Equal(b.t, dynamoconn.OutcomeRefused, failure.Outcome, "%s: %v", b.name, failure.Err)
			}
		}
	}
	want := make(map[string]dynamoconn.Item)
	for i, table := range req.Tables {
		for j, write := range table.Writes {
			if poison[[2]int{i, j}] {
				continue
			}
			item := write.ItemToAdd
			if item == nil {
				item = write.ItemToDelete
			}
			b.apply(want, place(table.Name, item), write)
		}
	}
	b.requireContents(want)
}
