package reliability

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	typed "github.com/dynamoconn/dynamoconn/table"
)

// account is the type of the histories. Each write that changes an item appends its number to Log.
type account struct {
	ID      string  `dynamoconn:"partition"`
	Log     []int64 // the numbers of the writes since the item was created, in their order
	Version int64   `dynamoconn:"version"`
	Mark    string  `dynamoconn:"mark"`
}

const accountTable = "Accounts"

// accountWriteKind is a method of package table.
type accountWriteKind int

const (
	accountRead accountWriteKind = iota
	accountCreate
	accountSave
	accountPut
	accountUpdate
	accountUpdateKey
	accountEdit
	accountDelete
	accountCheck    // only in a transaction
	accountTransact // of two items
	accountKinds
)

var accountKindNames = [accountKinds]string{"Get", "Create", "Save", "Put", "Update", "UpdateKey", "Edit", "Delete", "Check", "Transact"}

// accountWrite is one call of a writer.
type accountWrite struct {
	number   int64
	kind     accountWriteKind
	history  *accountHistory
	parts    []*accountPart // the items that it is about
	p        float64        // the probability of a fault
	attempts atomic.Uint64
	few      bool // the client makes few attempts

	// Guarded by the mutex of the truth.
	applied int // how often the server carried it out
	lost    int // how often it did or refused to, and the answer did not arrive
}

// accountPart is what a write does to one item.
type accountPart struct {
	key  int
	kind accountWriteKind
	base account // as the writer has read it
	v    account // the value that the writer gives, and gets back
	from int     // how many states the item had when the call began
	at   int     // the index in the item's states that the write has made
}

// accountWriter is one of the writers of a history. It knows what it has read and written.
type accountWriter struct {
	run     *accountRun
	history *accountHistory
	random  *rand.Rand
	held    [2]*account
}

// accountRun is a run of many histories on one server.
type accountRun struct {
	seed     uint64
	truth    *accountTruth
	accounts [2]*typed.Table[account] // of clients with many attempts and with few
	client   [2]*dynamoconn.Client
	number   atomic.Int64
}

// accountHTTPClient gives each attempt a fault, or none.
type accountHTTPClient struct {
	truth   *accountTruth
	chooser *soakFaultChooser
}

func (c *accountHTTPClient) Do(req *http.Request) (*http.Response, error) {
	w, ok := req.Context().Value(soakContextKey{}).(*accountWrite)
	if !ok {
		return nil, errors.New("a request without a write")
	}
	attempt := w.attempts.Add(1)
	_, action, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	fault := c.chooser.choose(action, w.p, uint64(w.number), attempt)
	time.Sleep(time.Duration(1+attempt%4) * time.Millisecond) // on the way
	sent := *req
	sent.Header = req.Header.Clone()
	sent.Header.Set(soakHeader, fmt.Sprintf("%c%c%d.%d", soakPrefix, soakMark(fault), w.number, attempt))
	return c.truth.do(&sent, w, c.chooser.faults[fault].kind)
}

func newAccountRun(t *testing.T, seed uint64) *accountRun {
	t.Helper()
	chooser := newSoakFaultChooser(seed)
	server := dynamoconntest.New(dynamoconntest.WithJournalSize(1))
	require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: accountTable, PartitionKey: "ID"}))
	soakInject(server, chooser.faults)
	run := &accountRun{seed: seed, truth: &accountTruth{server: server, clean: server.Client(t)}}
	for i, attempts := range []int{10, 3} {
		run.client[i] = server.Client(t, dynamoconn.WithHTTPClient(&accountHTTPClient{run.truth, chooser}),
			dynamoconn.WithLargestAnswer(soakLargestAnswer), dynamoconn.WithMaxAttempts(attempts))
		var err error
		run.accounts[i], err = typed.New[account](run.client[i], accountTable)
		require.NoError(t, err)
	}
	return run
}

// history lets two or three writers work on the same two items.
func (run *accountRun) history(ctx context.Context, number int) {
	random := rand.New(rand.NewPCG(run.seed, uint64(number))) //nolint:gosec // a test
	h := &accountHistory{number: number}
	var running sync.WaitGroup
	for range 2 + random.IntN(2) {
		w := &accountWriter{run: run, history: h, random: rand.New(rand.NewPCG(run.seed, random.Uint64()))} //nolint:gosec // a test
		running.Go(func() {
			for range 1 + w.random.IntN(4) {
				time.Sleep(time.Duration(w.random.IntN(200)) * time.Millisecond)
				w.write(ctx)
			}
		})
	}
	running.Wait()
	run.truth.end(ctx, h)
}

// newWrite returns the next write.
func (w *accountWriter) newWrite(kind accountWriteKind, parts ...*accountPart) *accountWrite {
	return &accountWrite{
		number: w.run.number.Add(1), kind: kind, history: w.history, parts: parts, p: []float64{0.05, 0.1, 0.35, 0.6}[w.random.IntN(4)],
	}
}

// write makes one random call.
func (w *accountWriter) write(ctx context.Context) {
	key, few := w.random.IntN(2), 0
	if w.random.IntN(8) == 0 {
		few = 1
	}
	for i := range w.held {
		if w.held[i] == nil || w.random.IntN(3) == 0 {
			w.read(ctx, i)
		}
	}
	kinds := []accountWriteKind{accountCreate, accountSave, accountSave, accountPut, accountUpdate, accountUpdate, accountEdit, accountEdit, accountDelete, accountTransact, accountTransact}
	if w.history.isBlind() {
		kinds = append(kinds, accountUpdateKey)
	}
	kind := kinds[w.random.IntN(len(kinds))]
	if w.held[key] == nil && kind != accountTransact && kind != accountPut {
		kind = accountCreate
	}
	if kind == accountTransact {
		w.do(ctx, few, w.newWrite(kind, w.partOfTransaction(0), w.partOfTransaction(1)))
		return
	}
	w.do(ctx, few, w.newWrite(kind, w.part(key, kind)))
}

// part returns what a write of that kind does to an item.
func (w *accountWriter) part(key int, kind accountWriteKind) *accountPart {
	p := &accountPart{key: key, kind: kind, v: account{ID: w.history.key(key)}}
	if held := w.held[key]; held != nil {
		p.v = *held
	}
	p.v.Log = slices.Clone(p.v.Log)
	p.base = p.v
	return p
}

func (w *accountWriter) partOfTransaction(key int) *accountPart {
	kinds := []accountWriteKind{accountSave, accountSave, accountUpdate, accountUpdate, accountCheck, accountDelete}
	if w.history.isBlind() {
		kinds = append(kinds, accountUpdateKey)
	}
	if w.held[key] == nil {
		kinds = []accountWriteKind{accountCreate}
	}
	return w.part(key, kinds[w.random.IntN(len(kinds))])
}

// read reads an item as a writer does, with faults.
func (w *accountWriter) read(ctx context.Context, key int) {
	op := w.newWrite(accountRead)
	ctx = context.WithValue(ctx, soakContextKey{}, op)
	v, err := w.run.accounts[0].With(typed.ConsistentReads()).Get(ctx, w.history.key(key))
	switch {
	case err == nil:
		w.held[key] = &v
	case errors.Is(err, typed.ErrNotFound):
		w.held[key] = nil
	}
}

// do makes the call and lets the truth judge what it returned.
func (w *accountWriter) do(ctx context.Context, few int, op *accountWrite) {
	for _, p := range op.parts {
		switch p.kind {
		case accountCreate, accountPut:
			p.v.Log = []int64{op.number}
		case accountSave:
			p.v.Log = append(p.v.Log, op.number)
		}
	}
	before := make([]account, len(op.parts))
	for i, p := range op.parts {
		before[i] = p.v
		before[i].Log = slices.Clone(p.v.Log)
	}
	op.few = few == 1
	w.run.truth.begin(op)
	err := op.call(context.WithValue(ctx, soakContextKey{}, op), w.run.accounts[few], w.run.client[few])
	w.run.truth.judge(op, before, err)
	for _, p := range op.parts {
		switch {
		case err == nil && p.kind == accountDelete:
			w.held[p.key] = nil
		case err == nil && p.kind != accountCheck && (op.kind != accountTransact || p.kind < accountUpdate):
			w.held[p.key] = &p.v
		case w.random.IntN(2) == 0:
			w.read(ctx, p.key)
		}
	}
}

// call calls the method of package table.
func (op *accountWrite) call(ctx context.Context, accounts *typed.Table[account], client *dynamoconn.Client) (err error) {
	if op.kind == accountTransact {
		var writes []typed.Write
		for _, p := range op.parts {
			writes = append(writes, op.request(accounts, p))
		}
		return typed.Transact(ctx, client, writes)
	}
	p := op.parts[0]
	returned := p.v
	switch p.kind {
	case accountCreate:
		return accounts.Create(ctx, &p.v)
	case accountSave:
		return accounts.Save(ctx, &p.v)
	case accountPut:
		return accounts.Put(ctx, &p.v)
	case accountUpdate:
		return accounts.Update(ctx, &p.v, dynamoconn.Attr("Log").Append(op.number))
	case accountUpdateKey:
		returned, err = accounts.UpdateKey(ctx, accounts.KeyOf(&p.v), dynamoconn.Attr("Log").Append(op.number))
	case accountEdit:
		returned, err = accounts.Edit(ctx, accounts.KeyOf(&p.v), func(v *account) error {
			v.Log = append(v.Log, op.number)
			return nil
		})
	case accountDelete:
		return accounts.Delete(ctx, &p.v)
	}
	if err == nil {
		p.v = returned
	}
	return err
}

// request returns a part of a transaction.
func (op *accountWrite) request(accounts *typed.Table[account], p *accountPart) typed.Write {
	switch p.kind {
	case accountCreate:
		return accounts.CreateRequest(&p.v)
	case accountSave:
		return accounts.SaveRequest(&p.v)
	case accountUpdate:
		return accounts.UpdateRequest(&p.v, dynamoconn.Attr("Log").Append(op.number))
	case accountUpdateKey:
		return accounts.UpdateKeyRequest(accounts.KeyOf(&p.v), dynamoconn.Attr("Log").Append(op.number))
	case accountDelete:
		return accounts.DeleteRequest(&p.v)
	}
	return accounts.CheckRequest(&p.v)
}

// TestTypedTablesLoseNoUpdate lets concurrent writers create, save, put, update, edit and delete
// items with a version, alone and in transactions, each attempt with or without one of all faults.
// After each write that the server carries out the test reads the item: so it knows every state
// that an item had, and which call made it. With a mark, at most one lost answer in 1,000 leaves a
// doubt. It has 1,000,000 histories with -full.
func TestTypedTablesLoseNoUpdate(t *testing.T) {
	t.Parallel()
	const goroutines = 8
	histories := testSize(100, 500, 1_000_000)
	seed := testSeed(t)
	began := time.Now()
	var run *accountRun
	synctest.Test(t, func(t *testing.T) {
		run = newAccountRun(t, seed)
		var running sync.WaitGroup
		for g := range goroutines {
			running.Go(func() {
				for n := g; n < histories && !run.truth.failed(); n += goroutines {
					run.history(t.Context(), n+1)
				}
			})
		}
		running.Wait()
	})
	truth := run.truth
	for _, problem := range truth.problems {
		t.Error(problem)
	}
	t.Logf("%d histories in %v: %d calls, %d attempts at writes, %d applied; of calls with 10 attempts %d lost answers, %d doubts left, and %d of items that were deleted since they were read",
		histories, time.Since(began).Round(time.Second), run.number.Load(), truth.attempts, truth.applied, truth.lost, truth.doubts, truth.doubtsOfDeleted)
	for _, name := range slices.Sorted(maps.Keys(truth.told)) {
		t.Logf("%8d %s", truth.told[name], name)
	}
	for kind := accountCreate; kind < accountKinds; kind++ {
		require.True(t, kind == accountCheck || truth.told[accountKindNames[kind]+": done"] > 0, "%s is never done", accountKindNames[kind])
	}
	require.NotZero(t, truth.lost, "the faults are felt")
	perDoubt := testSize(30, 60, 1_000) // few lost answers prove little
	require.LessOrEqual(t, truth.doubts, truth.lost/perDoubt, "the mark settles doubts")
}
