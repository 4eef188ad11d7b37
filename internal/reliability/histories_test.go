package reliability

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// fate is what happens to an attempt.
type fate string

const (
	notSent      fate = "not sent"
	answerLost   fate = "lost after"
	throttled    fate = "throttled"
	failedAfter  fate = "500 after"
	failedBefore fate = "500 before"
	answered     fate = "answered" // the write was done, or its condition was false
)

var unansweredFates = []fate{notSent, answerLost, throttled, failedAfter, failedBefore}

// effect returns what the server does to the attempt.
func (f fate) effect() dynamoconntest.Effect {
	switch f {
	case notSent:
		return dynamoconntest.RefuseConnection()
	case answerLost:
		return dynamoconntest.LoseAnswer()
	case throttled:
		return dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, "")
	case failedAfter:
		return dynamoconntest.InternalErrorAfter()
	case failedBefore:
		return dynamoconntest.InternalErrorBefore()
	}
	return dynamoconntest.Effect{}
}

// isCarriedOut reports whether the server carries out the attempt.
func (f fate) isCarriedOut() bool { return f == answerLost || f == failedAfter || f == answered }

// isUnclear reports whether the caller cannot know if the server carried out the attempt.
func (f fate) isUnclear() bool { return f == answerLost || f == failedAfter || f == failedBefore }

// step is one attempt. Just before it another writer may write otherWrite, unless that is
// empty.
type step struct {
	fate       fate
	otherWrite value
}

// eachHistory calls each with every history that ends with its first answer or has
// maxAttempts attempts. Another writer writes before the answer or not at all. In
// histories of up to maxInterfered attempts it writes before any one of them.
func eachHistory(w write, maxAttempts, maxInterfered int, each func([]step)) {
	otherItems := []value{otherItem, noItem}
	if !w.unique {
		otherItems = append(otherItems, ownItem)
	}
	var grow func(history []step, interfered bool)
	grow = func(history []step, interfered bool) {
		n := len(history) + 1
		add := func(f fate, otherWrite value) []step { return append(history[:n-1:n-1], step{f, otherWrite}) }
		each(add(answered, ""))
		if !interfered {
			each(add(answered, otherItem))
			for _, otherWrite := range otherItems[1:] {
				if n <= maxInterfered {
					each(add(answered, otherWrite))
				}
			}
		}
		for _, f := range unansweredFates {
			ends := (w.sendOnce || w.notTwice && !w.exactlyOnce) && f.isUnclear()
			if !interfered {
				if ends || n == maxAttempts {
					each(add(f, ""))
				} else {
					grow(add(f, ""), false)
				}
			}
			for _, otherWrite := range otherItems {
				if n < maxInterfered && !ends && !interfered {
					grow(add(f, otherWrite), true)
				}
			}
			if interfered && n < maxInterfered && !ends {
				grow(add(f, ""), true)
			}
		}
	}
	grow(nil, false)
}

// truth is what happens in a history: what the caller sees of each attempt, how often the
// write is applied, and what is stored at the end.
type truth struct {
	seen    []observation
	applied int
	stored  value
}

// simulate returns what happens in a history if first is stored at its beginning.
func (w write) simulate(first value, history []step) truth {
	var result truth
	s := situation{stored: first}
	for _, step := range history {
		if step.otherWrite != "" {
			s.stored = step.otherWrite
		}
		observed := observation{kind: seenRefused}
		if step.fate.isUnclear() {
			observed.kind = seenUnclear
		}
		if step.fate.isCarriedOut() {
			known := s.token
			after, old, done := w.carryOut(s)
			if done && !known {
				result.applied++
			}
			s = after
			switch {
			case step.fate != answered:
			case done:
				observed.kind = seenDone
				if w.returnOld {
					observed.value = old
				}
			default:
				observed.kind = seenConditionFalse
				if w.unique {
					observed.value = old
				}
			}
		}
		result.seen = append(result.seen, observed)
	}
	result.stored = s.stored
	return result
}

// expectedErrors returns which of allCauses the error must match. If there are none, the
// call must not return an error.
func (w write) expectedErrors(history []step, expected truth, k knowledge) []error {
	last := expected.seen[len(expected.seen)-1]
	if k.applied {
		if w.returnOld && k.oldItemUnknown {
			return []error{dynamoconn.ErrOldItemUnknown}
		}
		return nil
	}
	var want []error
	if w.batch {
		want = append(want, dynamoconn.ErrUnfinishedBatch)
	}
	if !k.notApplied {
		want = append(want, dynamoconn.ErrAmbiguous)
	}
	switch {
	case last.kind == seenConditionFalse && k.notApplied:
		want = append(want, dynamoconn.ErrConditionFailed)
	case last.kind == seenConditionFalse:
	case history[len(history)-1].fate == throttled:
		if w.batch && k.notApplied {
			want = append(want, context.Canceled) // a batch continues until the caller cancels it
		}
		want = append(want, dynamoconn.ErrThrottled)
	default:
		want = append(want, dynamoconn.ErrUnavailable)
	}
	return want
}

var allCauses = []error{
	dynamoconn.ErrTableNotFound, dynamoconn.ErrConditionFailed, dynamoconn.ErrConflict, dynamoconn.ErrThrottled,
	dynamoconn.ErrAccessDenied, dynamoconn.ErrCredentials, dynamoconn.ErrValidation, dynamoconn.ErrItemTooLarge,
	dynamoconn.ErrUnavailable, dynamoconn.ErrCorruptResponse, dynamoconn.ErrInvalidRequest, dynamoconn.ErrUnfinishedBatch,
	dynamoconn.ErrAmbiguous, dynamoconn.ErrOldItemUnknown, context.Canceled,
}

// scriptedServer is a server with one table, and a client whose attempts follow a history.
// Its steps are faults of dynamoconntest and writes of others, and so no script of
// wiretest.
type scriptedServer struct {
	db          *dynamoconntest.Server
	client      *dynamoconn.Client
	otherClient *dynamoconn.Client // of the other writer
	start       map[value]*dynamoconntest.Snapshot

	history  []step
	attempts int // attempts so far
	applied  int
	cancel   context.CancelFunc
}

var (
	key   = dynamoconn.Item{dynamoconn.Long("ID", 1)}
	items = map[value]dynamoconn.Item{
		baseItem:  {key[0], dynamoconn.Long("Version", 1)},
		ownItem:   {key[0], dynamoconn.Long("Version", 2), dynamoconn.StringSet("Tags", "b", "a"), dynamoconn.Decimal("Price", dynamoconn.MustNumber("1.50"))},
		otherItem: {key[0], dynamoconn.Long("Version", 3)},
	}
)

const table = "Things"

func newScriptedServer(t *testing.T, maxAttempts int) *scriptedServer {
	t.Helper()
	s := &scriptedServer{db: dynamoconntest.New(), start: map[value]*dynamoconntest.Snapshot{}}
	requireNoError(t, s.db.CreateTable(dynamoconntest.Table{Name: table, PartitionKey: "ID:N"}))
	s.start[noItem] = s.db.Snapshot()
	requireNoError(t, s.db.Load(table, items[baseItem]))
	s.start[baseItem] = s.db.Snapshot()
	s.client = s.db.Client(t, dynamoconn.WithHTTPClient(s), dynamoconn.WithMaxAttempts(maxAttempts))
	s.otherClient = s.db.Client(t)
	return s
}

func requireNoError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Do applies the next step of the history to an attempt. A batch continues after the last
// step; then Do cancels the call.
func (s *scriptedServer) Do(req *http.Request) (*http.Response, error) {
	s.attempts++
	if s.attempts > len(s.history) {
		s.cancel()
		return nil, &net.OpError{Op: "dial", Err: context.Canceled}
	}
	next := s.history[s.attempts-1]
	if err := s.writeAsOther(next.otherWrite); err != nil {
		return nil, err
	}
	fault := s.db.Inject(dynamoconntest.Fault{Effect: next.fate.effect()})
	s.db.ClearJournal()
	resp, err := s.db.HTTPClient().Do(req)
	fault.Remove()
	for _, entry := range s.db.Journal() {
		if entry.Applied {
			s.applied++
		}
	}
	return resp, err
}

// writeAsOther does the other writer's write.
func (s *scriptedServer) writeAsOther(otherWrite value) error {
	switch otherWrite {
	case "":
		return nil
	case noItem:
		_, err := s.otherClient.DeleteItem(context.Background(), dynamoconn.DeleteItemRequest{TableName: table, Item: key})
		return err
	}
	return s.db.Load(table, items[otherWrite])
}

// stored returns what the table holds.
func (s *scriptedServer) stored(t *testing.T) value {
	t.Helper()
	resp, err := s.otherClient.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: key, IsConsistentRead: true})
	requireNoError(t, err)
	return valueOf(resp.Item)
}

func valueOf(it dynamoconn.Item) value {
	if it == nil {
		return noItem
	}
	for v, item := range items {
		if item.Equal(it) {
			return v
		}
	}
	return value(fmt.Sprint("an item that nobody wrote: ", it))
}

// call makes the call. responded reports whether there was a response.
func (w write) call(ctx context.Context, client *dynamoconn.Client) (old dynamoconn.Item, responded bool, err error) {
	var opts []dynamoconn.CallOption
	if w.sendOnce {
		opts = append(opts, dynamoconn.SendOnce())
	}
	if w.exactlyOnce {
		opts = append(opts, dynamoconn.ExactlyOnce(""))
	}
	text := map[condition]string{ifNoItem: "attribute_not_exists(ID)", ifAnyItem: "attribute_exists(ID)", ifBaseItem: "Version = :v"}[w.condition]
	var values dynamoconn.Item
	if w.condition == ifBaseItem {
		values = dynamoconn.Item{dynamoconn.Long(":v", 1)}
	}
	switch {
	case w.batch:
		writes := dynamoconn.TableWithItemsToDelete(table, key)
		if w.isPut {
			writes = dynamoconn.TableWithItemsToAdd(table, items[ownItem])
		}
		_, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{writes}}, opts...)
		return nil, err == nil, err
	case w.isUpdate:
		resp, err := client.UpdateItem(ctx, w.update(text, values), opts...)
		if resp != nil {
			old = resp.Attributes
		}
		return old, resp != nil, err
	case w.isPut:
		resp, err := client.PutItem(ctx, dynamoconn.PutItemRequest{
			TableName: table, Item: items[ownItem], ConditionExpression: text, ExpressionAttributeValues: values,
			ReturnOldItem: w.returnOld, ItemIsUnique: w.unique,
		}, opts...)
		if resp != nil {
			old = resp.OldItem
		}
		return old, resp != nil, err
	}
	resp, err := client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{
		TableName: table, Item: key, ConditionExpression: text, ExpressionAttributeValues: values, ReturnOldItem: w.returnOld,
	}, opts...)
	if resp != nil {
		old = resp.OldItem
	}
	return old, resp != nil, err
}

// update returns the update that makes each item the caller's own.
func (w write) update(text string, values dynamoconn.Item) dynamoconn.UpdateItemRequest {
	version := "SET Version = :two"
	if w.notTwice {
		version = "SET Version = :one + :one" // the client does not add them up
		values = append(values, dynamoconn.Long(":one", 1))
	} else {
		values = append(values, dynamoconn.Long(":two", 2))
	}
	for i, name := range []string{":tags", ":price"} {
		values = append(values, dynamoconn.Rename(items[ownItem][i+2], name))
	}
	req := dynamoconn.UpdateItemRequest{
		TableName: table, Item: key, UpdateExpression: version + ", Tags = :tags, Price = :price", ConditionExpression: text, ExpressionAttributeValues: values,
	}
	if w.returnOld {
		req.Return = dynamoconn.ReturnOld
	}
	if w.unique {
		req.UniqueAttribute = "Version"
	}
	return req
}

// check makes a call with one history and compares what the call returns with what can be
// known.
func (s *scriptedServer) check(t *testing.T, w write, first value, history []step) {
	t.Helper()
	s.db.Restore(s.start[first])
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.history, s.attempts, s.applied, s.cancel = history, 0, 0, cancel
	expected := w.simulate(first, history)
	k := w.deduce(expected.seen)
	want := w.expectedErrors(history, expected, k)

	old, responded, err := w.call(ctx, s.client)

	var wrong []string
	expect := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	expect(k.applied != k.notApplied || !k.applied, "the oracle finds no situation that fits")
	expect((err == nil) == (len(want) == 0), "the error is %v", err)
	for _, cause := range allCauses {
		expect(errors.Is(err, cause) == containsError(want, cause), "%q must be %v of %v", cause, containsError(want, cause), err)
	}
	expect(responded == k.applied, "there was a response: %v", responded)
	attempts := len(history)
	if containsError(want, context.Canceled) {
		attempts++
	}
	expect(s.attempts == attempts, "%d attempts, must be %d", s.attempts, attempts)
	expect(s.applied == expected.applied, "applied %d times, must be %d", s.applied, expected.applied)
	expect(!k.applied || s.applied > 0, "the call says that it was applied")
	expect(!k.notApplied || s.applied == 0, "the call says that it was not applied")
	expect(!w.exactlyOnce || s.applied <= 1, "applied more than once")
	expect(s.stored(t) == expected.stored, "at the end %v is stored, must be %v", s.stored(t), expected.stored)
	last := expected.seen[len(expected.seen)-1]
	isOwn := last.kind != seenDone || w.isPut && last.value == ownItem ||
		w.isUpdate && !w.unique // what an update would have left is not compared
	if w.returnOld && (err == nil || errors.Is(err, dynamoconn.ErrOldItemUnknown) && !isOwn) {
		expect(valueOf(old) == last.value, "the old item is %v, must be %v", valueOf(old), last.value)
	} else {
		expect(old == nil, "there is an old item: %v", old)
	}
	if len(wrong) > 0 {
		t.Fatalf("%+v\nfirst %s, then %v\nthe caller saw %v, and can know %+v\n%s",
			w, first, history, expected.seen, k, strings.Join(wrong, "\n"))
	}
}

func containsError(errs []error, target error) bool {
	for _, err := range errs {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// allWrites returns every way to write one item, with every field and option that changes
// what the call returns.
func allWrites() []write {
	var all []write
	for _, isPut := range []bool{true, false} {
		for _, batch := range []write{{}, {sendOnce: true}} {
			batch.batch, batch.isPut, batch.condition = true, isPut, unconditional
			all = append(all, batch)
		}
		for _, c := range []condition{unconditional, ifNoItem, ifAnyItem, ifBaseItem} {
			if c == ifNoItem && !isPut {
				continue // a delete with this condition deletes nothing
			}
			options := []write{
				{}, {returnOld: true}, {sendOnce: true}, {sendOnce: true, returnOld: true}, {exactlyOnce: true}, {exactlyOnce: true, sendOnce: true},
			}
			if isPut && c != unconditional {
				options = append(options, write{unique: true}, write{unique: true, returnOld: true},
					write{unique: true, sendOnce: true}, write{unique: true, exactlyOnce: true})
			}
			if isPut {
				for _, o := range options {
					if o.unique && o.sendOnce {
						continue // it asks for the stored item in one more request
					}
					o.isUpdate = true
					options = append(options, o)
				}
				if c == unconditional {
					options = append(options, write{isUpdate: true, unique: true}, write{isUpdate: true, unique: true, returnOld: true})
				}
				options = append(options, write{isUpdate: true, notTwice: true}, write{isUpdate: true, notTwice: true, returnOld: true},
					write{isUpdate: true, notTwice: true, exactlyOnce: true})
			}
			for _, w := range options {
				w.isPut, w.condition = isPut, c
				all = append(all, w)
			}
		}
	}
	return all
}

func (w write) String() string {
	words := []string{map[bool]string{true: "put", false: "delete"}[w.isPut], string(w.condition)}
	for word, isSet := range map[string]bool{"batch": w.batch, "update": w.isUpdate, "not twice": w.notTwice, "unique": w.unique, "old item": w.returnOld, "sent once": w.sendOnce, "exactly once": w.exactlyOnce} {
		if isSet {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// TestHistories makes each kind of write with every history of up to three attempts (with
// -full five), and compares what the call returns with what can be known. With -short it
// makes every fourth kind with two attempts.
func TestHistories(t *testing.T) {
	t.Parallel()
	maxAttempts, maxInterfered := testSize(2, 3, 5), testSize(1, 2, 4)
	var cases atomic.Int64
	t.Run("all", func(t *testing.T) {
		for i, w := range allWrites() {
			if isBrief() && i%4 != 0 {
				continue
			}
			t.Run(w.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newScriptedServer(t, maxAttempts)
					for i, first := range []value{noItem, baseItem} {
						n := 0
						eachHistory(w, maxAttempts, maxInterfered, func(history []step) {
							if n++; !*full && len(history) == maxAttempts && n%4 != 2*i {
								return // only the long form plays all of the longest histories
							}
							s.check(t, w, first, history)
							cases.Add(1)
						})
					}
				})
			})
		}
	})
	t.Logf("%d cases: %d writes, with an item and without, all histories of up to %d attempts", cases.Load(), len(allWrites()), maxAttempts)
}
