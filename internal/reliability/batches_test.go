package reliability

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// adversary answers between the client under test and the server. It refuses requests
// as too large, and it adds items to answers that the client did not ask for.
type adversary struct {
	next           dynamoconn.HTTPClient
	random         func(n int) int // safe for concurrent use
	maxRequestSize int             // in bytes; a larger request is answered 413, unless this is 0
	liePercent     int             // how many of 100 answers are falsified
	refused        atomic.Int64    // requests refused as too large
	lies           atomic.Int64    // answers that were falsified
}

func (a *adversary) answer(r *wiretest.Request) (*http.Response, error) {
	if a.maxRequestSize > 0 && len(r.Body) > a.maxRequestSize {
		a.refused.Add(1)
		return wiretest.Reply(http.StatusRequestEntityTooLarge, "")(r)
	}
	resp, err := a.next.Do(r.HTTP)
	if err != nil || resp.StatusCode != http.StatusOK || a.random(100) >= a.liePercent {
		return resp, err
	}
	return a.falsify(resp)
}

// falsify adds an item to an answer. The item is of a table that the request does not
// name, or was not in the request, or is in the answer already.
func (a *adversary) falsify(resp *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return resp, nil // the answer is broken already
	}
	if resp.Header.Get("X-Amz-Crc32") != wiretest.Checksum(string(body)) {
		return resp, nil // a bit was flipped, which a new checksum would hide
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
		foreign = list[a.random(len(list))] // the answer holds it twice then
	}
	if answer[member] == nil {
		answer[member] = map[string]any{}
	}
	answer[member][table] = append(list, foreign)
	if body, err = json.Marshal(answer); err != nil {
		return nil, err
	}
	a.lies.Add(1)
	resp.Header.Set("X-Amz-Crc32", wiretest.Checksum(string(body)))
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	resp.ContentLength, resp.Body = int64(len(body)), io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// batchRun is a random batch and the server that it runs against.
type batchRun struct {
	t             *testing.T
	name          string
	random        *rand.Rand
	db            *dynamoconntest.Server
	adversary     *adversary
	client        *dynamoconn.Client
	directClient  *dynamoconn.Client         // without the adversary
	model         map[string]dynamoconn.Item // what the tables should hold, by modelKey
	withoutFaults bool

	padding int // the size of the attribute that makes each item larger, in bytes
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
	// The adversary draws each number from a new generator, because b.random is not safe
	// for concurrent use.
	var drawn atomic.Uint64
	adversarySeed := random.Uint64()
	adversary := &adversary{next: db.HTTPClient(), random: func(n int) int {
		return rand.New(rand.NewPCG(adversarySeed, drawn.Add(1))).IntN(n)
	}}
	b := &batchRun{
		t: t, name: fmt.Sprintf("-seed %d, batch %d", seed, number), random: random, db: db, adversary: adversary,
		model: make(map[string]dynamoconn.Item),
	}
	// The configuration is empty, because the SDK's default configuration reads files.
	config := dynamoconn.WithAWSConfig(aws.Config{})
	b.directClient = db.Client(t, config)
	b.client = db.Client(t, config, dynamoconn.WithHTTPClient(wiretest.Answer(adversary.answer)), dynamoconn.WithMaxAttempts(3), dynamoconn.WithMaxInFlight(1+random.IntN(5)))
	return b
}

// injectFaults makes the server fail in up to three ways, except in every sixth batch.
func (b *batchRun) injectFaults() {
	b.withoutFaults = b.random.IntN(6) == 0
	if b.withoutFaults {
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
		b.adversary.liePercent = b.random.IntN(60)
	}
	if b.random.IntN(4) == 0 {
		b.adversary.maxRequestSize = b.padding + 600 + b.random.IntN(2_000) // enough for any single write
	}
}

func (b *batchRun) removeFaults() {
	b.db.ClearFaults()
	b.adversary.liePercent, b.adversary.maxRequestSize = 0, 0
}

// context returns a context that ends after a minute, or earlier at a random moment.
func (b *batchRun) context() (context.Context, context.CancelFunc) {
	limit := time.Minute
	if !b.withoutFaults && b.random.IntN(4) == 0 {
		limit = time.Duration(b.random.IntN(400)) * time.Millisecond
	}
	return context.WithTimeout(b.t.Context(), limit)
}

// randomKey returns one of 14 keys of a table.
func (b *batchRun) randomKey(table string) dynamoconn.Item {
	n := int64(b.random.IntN(14))
	switch table {
	case "Numbers":
		return dynamoconn.Item{dynamoconn.Long("ID", n)}
	case "Pairs":
		return dynamoconn.Item{dynamoconn.String("ID", strconv.FormatInt(n%4, 10)), dynamoconn.Long("Sort", n/4)}
	}
	return dynamoconn.Item{dynamoconn.String("ID", strconv.FormatInt(n, 10))}
}

// modelKey returns the key that the model has for an item: its table and its key.
func modelKey(table string, item dynamoconn.Item) string {
	var key dynamoconn.Item
	for _, name := range []string{"ID", "Sort"} {
		if kv, ok := item.Get(name); ok && (name == "ID" || table == "Pairs") {
			key = append(key, kv)
		}
	}
	return table + key.String()
}

// contents returns what the tables hold, read without the adversary.
func (b *batchRun) contents() map[string]dynamoconn.Item {
	held := make(map[string]dynamoconn.Item)
	for _, table := range batchTables {
		resp, err := b.directClient.Scan(b.t.Context(), dynamoconn.ScanTableRequest{TableName: table.Name})
		require.NoError(b.t, err, b.name)
		for _, item := range resp.Items {
			held[modelKey(table.Name, item)] = item
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

// checkRequestLimits requires that no request exceeded DynamoDB's limits, was empty, or
// held an item that the adversary had added to an answer.
func (b *batchRun) checkRequestLimits(operation string, maxOperations int) {
	for _, entry := range b.db.Requests(operation) {
		if entry.Input == nil {
			continue // the journal keeps the last 32 MB, and a few batches send more
		}
		require.LessOrEqual(b.t, len(entry.Input), 16<<20, b.name)
		n := bytes.Count(entry.Input, []byte(`Request":`)) // counts PutRequest and DeleteRequest
		if operation == "BatchGetItem" {
			n = bytes.Count(entry.Input, []byte(`"ID":{`))
		}
		require.LessOrEqual(b.t, n, maxOperations, b.name)
		require.Positive(b.t, n, b.name)
		require.NotContains(b.t, string(entry.Input), "FOREIGN", b.name)
	}
}

// eachBatch calls run with count random batches. Several workers do so at the same time,
// each with its own fake clock.
func eachBatch(t *testing.T, count uint64, run func(*batchRun)) {
	t.Helper()
	seed := testSeed(t)
	var next, lies, refused atomic.Uint64
	t.Run("workers", func(t *testing.T) {
		for worker := range runtime.GOMAXPROCS(0) {
			t.Run(strconv.Itoa(worker), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for number := next.Add(1); number <= count; number = next.Add(1) {
						b := newBatchRun(t, seed, number)
						run(b)
						lies.Add(uint64(b.adversary.lies.Load()))
						refused.Add(uint64(b.adversary.refused.Load()))
					}
				})
			})
		}
	})
	t.Logf("%d batches, %d false answers, %d requests refused as too large", count, lies.Load(), refused.Load())
}

// randomWrites returns the writes of a batch. invalid has the entry and index of those
// that the server refuses because their key has the wrong type. The client cannot know
// that.
func (b *batchRun) randomWrites() (req dynamoconn.BatchWriteItemRequest, invalid map[[2]int]bool) {
	invalid = make(map[[2]int]bool)
	version := int64(0)
	padding := strings.Repeat("x", []int{0, 0, 40, 400}[b.random.IntN(4)])
	if b.random.IntN(1_000) == 0 {
		padding = strings.Repeat("x", 380_000)
	}
	b.padding = len(padding)
	withKeyNames := b.random.IntN(2) == 0
	for entry := range 1 + b.random.IntN(4) {
		table := batchTables[b.random.IntN(len(batchTables))]
		w := dynamoconn.WriteTable{Name: table.Name}
		if withKeyNames {
			w.KeyNames = []string{"ID", "Sort"}[:1+strings.Count(table.SortKey, "Sort")]
		}
		for range b.random.IntN(40) {
			key := b.randomKey(table.Name)
			version++
			switch roll := b.random.IntN(40); {
			case roll == 0:
				invalid[[2]int{entry, len(w.Writes)}] = true
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
	return req, invalid
}

// TestRandomBatchWrites sends random batches to a server that fails and lies. Each write
// must have one outcome, and the outcome must be true. Writing what Remaining returns
// must complete the batch.
func TestRandomBatchWrites(t *testing.T) {
	t.Parallel()
	var written, notWritten, unknown atomic.Int64
	eachBatch(t, testSize[uint64](20, 150, 10_000), func(b *batchRun) {
		req, invalid := b.randomWrites()
		text := fmt.Sprint(req)
		b.injectFaults()
		ctx, cancel := b.context()
		resp, err := b.client.BatchWrite(ctx, req)
		cancel()
		require.Equal(b.t, text, fmt.Sprint(req), b.name)
		require.NotNil(b.t, resp, b.name)
		b.checkRequestLimits("BatchWriteItem", 25)
		failures := b.checkWrites(req, resp, err, invalid)
		written.Add(int64(resp.Written))
		notWritten.Add(int64(len(failures)))
		for _, failure := range failures {
			if failure.Outcome == dynamoconn.OutcomeUnknown {
				unknown.Add(1)
			}
		}
		b.writeRemaining(req, err, invalid)
	})
	t.Logf("%d writes written, %d not written; %d of the latter may have been written", written.Load(), notWritten.Load(), unknown.Load())
	if !isBrief() {
		require.Positive(t, unknown.Load())
	}
}

// checkWrites compares the outcomes of all writes with what the tables hold. It returns
// the failures by entry and index.
func (b *batchRun) checkWrites(req dynamoconn.BatchWriteItemRequest, resp *dynamoconn.BatchWriteItemResponse, err error, invalid map[[2]int]bool) map[[2]int]dynamoconn.WriteFailure {
	failures := make(map[[2]int]dynamoconn.WriteFailure)
	var failed *dynamoconn.BatchWriteError
	if err != nil {
		require.ErrorAs(b.t, err, &failed, b.name)
		require.ErrorIs(b.t, err, dynamoconn.ErrUnfinishedBatch, b.name)
		last := [2]int{-1, -1}
		for _, failure := range failed.Failures {
			at := [2]int{failure.Entry, failure.Index}
			require.True(b.t, at[0] > last[0] || at[0] == last[0] && at[1] > last[1], "%s: failures must be in the order of the request, each once", b.name)
			last = at
			failures[at] = failure
			require.Equal(b.t, req.Tables[failure.Entry].Name, failure.TableName, b.name)
			require.Equal(b.t, req.Tables[failure.Entry].Writes[failure.Index], failure.Write(), b.name)
			require.Error(b.t, failure.Err, b.name)
			if failure.Outcome == dynamoconn.OutcomeRefused {
				require.True(b.t, invalid[at], "%s: a valid write was refused: %v", b.name, failure.Err)
			}
		}
	}
	total := 0
	// What writes with an unknown outcome may have left, by key; nil is no item. A key can
	// have several: a request that a stranger refused may have held them all.
	possibleItems := make(map[string][]dynamoconn.Item)
	for i, table := range req.Tables {
		total += len(table.Writes)
		for j, write := range table.Writes {
			item := write.ItemToAdd
			if item == nil {
				item = write.ItemToDelete
			}
			at := modelKey(table.Name, item)
			failure, isFailure := failures[[2]int{i, j}]
			switch {
			case !isFailure:
				require.False(b.t, invalid[[2]int{i, j}], "%s: an invalid write was not refused", b.name)
				require.Empty(b.t, possibleItems[at], "%s: %s was written after a write with an unknown outcome", b.name, at)
				b.apply(b.model, at, write)
			case failure.Outcome == dynamoconn.OutcomeUnknown:
				possibleItems[at] = append(possibleItems[at], write.ItemToAdd)
			}
		}
	}
	require.Equal(b.t, total, resp.Written+len(failures), "%s: the outcomes must add up to the batch", b.name)
	if b.withoutFaults {
		require.Len(b.t, failures, len(invalid), "%s: %v", b.name, err)
	}
	held := b.contents()
	for at, possible := range possibleItems {
		if item := held[at]; !item.Equal(b.model[at]) {
			require.True(b.t, slices.ContainsFunc(possible, item.Equal), "%s: %s holds %.60v", b.name, at, item)
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

// writeRemaining writes what Remaining returns, without faults. Then the tables must hold
// what all writes leave if they are done in their order.
func (b *batchRun) writeRemaining(req dynamoconn.BatchWriteItemRequest, err error, invalid map[[2]int]bool) {
	b.removeFaults()
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
			if invalid[[2]int{i, j}] {
				continue
			}
			item := write.ItemToAdd
			if item == nil {
				item = write.ItemToDelete
			}
			b.apply(want, modelKey(table.Name, item), write)
		}
	}
	b.requireContents(want)
}
