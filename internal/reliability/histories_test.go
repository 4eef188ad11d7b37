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

// letter is what becomes of one attempt.
type letter string

const (
	notSent   letter = "not sent"
	lostAfter letter = "lost after"
	throttled letter = "throttled"
	after500  letter = "500 after"
	before500 letter = "500 before"
	answered  letter = "answered" // done, or the condition is false
)

var unanswered = []letter{notSent, lostAfter, throttled, after500, before500}

func (l letter) effect() dynamoconntest.Effect {
	switch l {
	case notSent:
		return dynamoconntest.RefuseConnection()
	case lostAfter:
		return dynamoconntest.LoseAnswer()
	case throttled:
		return dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, "")
	case after500:
		return dynamoconntest.InternalErrorAfter()
	case before500:
		return dynamoconntest.InternalErrorBefore()
	}
	return dynamoconntest.Effect{}
}

// arrives tells whether the server carries the attempt out.
func (l letter) arrives() bool { return l == lostAfter || l == after500 || l == answered }

// doubtful tells whether the caller cannot know if it did.
func (l letter) doubtful() bool { return l == lostAfter || l == after500 || l == before500 }

// step is one attempt, and what another writer makes of the item just before it; empty
// if none comes.
type step struct {
	letter letter
	other  value
}

// histories calls each with every history that ends with its first answer or has longest
// attempts. Another writer comes before the answer or not at all; in histories that are
// answered after at most anywhere attempts it comes before any one of them.
func histories(w write, longest, anywhere int, each func([]step)) {
	others := []value{theirs, nothing}
	if !w.unique {
		others = append(others, mine)
	}
	var grow func(history []step, visited bool)
	grow = func(history []step, visited bool) {
		n := len(history) + 1
		add := func(l letter, other value) []step { return append(history[:n-1:n-1], step{l, other}) }
		each(add(answered, ""))
		if !visited {
			each(add(answered, theirs))
			for _, other := range others[1:] {
				if n <= anywhere {
					each(add(answered, other))
				}
			}
		}
		for _, l := range unanswered {
			over := w.sendOnce && l.doubtful()
			if !visited {
				if over || n == longest {
					each(add(l, ""))
				} else {
					grow(add(l, ""), false)
				}
			}
			for _, other := range others {
				if n < anywhere && !over && !visited {
					grow(add(l, other), true)
				}
			}
			if visited && n < anywhere && !over {
				grow(add(l, ""), true)
			}
		}
	}
	grow(nil, false)
}

// outcome is the truth of one history: what the caller saw, how often the write took
// effect, and what stands at the end.
type outcome struct {
	seen    []sight
	applied int
	stands  value
}

// happen tells what a history comes to, if first stands at its beginning.
func (w write) happen(first value, history []step) outcome {
	var o outcome
	s := situation{stands: item{value: first}}
	for _, step := range history {
		if step.other != "" {
			s.stands = item{value: step.other}
		}
		saw := sight{kind: sightRefused}
		if step.letter.doubtful() {
			saw.kind = sightNone
		}
		if step.letter.arrives() {
			known := s.token
			after, old, done := w.arrive(s)
			if done && !known {
				o.applied++
			}
			s = after
			switch {
			case step.letter != answered:
			case done:
				saw.kind = sightDone
				if w.returnOld {
					saw.value = old.value
				}
			default:
				saw.kind = sightFalse
				if w.unique {
					saw.value = old.value
				}
			}
		}
		o.seen = append(o.seen, saw)
	}
	o.stands = s.stands.value
	return o
}

// errorsOf returns what the error must match, of allCauses; none means no error.
func (w write) errorsOf(history []step, o outcome, k knowledge) []error {
	last := o.seen[len(o.seen)-1]
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
	case last.kind == sightFalse && k.notApplied:
		want = append(want, dynamoconn.ErrConditionFailed)
	case last.kind == sightFalse:
	case history[len(history)-1].letter == throttled:
		if w.batch && k.notApplied {
			want = append(want, context.Canceled) // it goes on until the caller gives up
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

// stage is a server with one table, and a client whose attempts meet a script.
type stage struct {
	db     *dynamoconntest.Server
	client *dynamoconn.Client
	others *dynamoconn.Client
	start  map[value]*dynamoconntest.Snapshot

	history []step
	made    int // attempts so far
	applied int
	cancel  context.CancelFunc
}

var (
	key   = dynamoconn.Item{dynamoconn.Long("ID", 1)}
	items = map[value]dynamoconn.Item{
		base:   {key[0], dynamoconn.Long("Version", 1)},
		mine:   {key[0], dynamoconn.Long("Version", 2), dynamoconn.StringSet("Tags", "b", "a"), dynamoconn.Decimal("Price", dynamoconn.MustNumber("1.50"))},
		theirs: {key[0], dynamoconn.Long("Version", 3)},
	}
)

const table = "Things"

func newStage(t *testing.T, longest int) *stage {
	t.Helper()
	s := &stage{db: dynamoconntest.New(), start: map[value]*dynamoconntest.Snapshot{}}
	must(t, s.db.CreateTable(dynamoconntest.Table{Name: table, PartitionKey: "ID:N"}))
	s.start[nothing] = s.db.Snapshot()
	must(t, s.db.Load(table, items[base]))
	s.start[base] = s.db.Snapshot()
	s.client = s.db.Client(t, dynamoconn.WithHTTPClient(s), dynamoconn.WithMaxAttempts(longest))
	s.others = s.db.Client(t)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Do lets the next step of the history happen to an attempt. Attempts after the last are
// those of a batch that goes on: its caller gives up.
func (s *stage) Do(req *http.Request) (*http.Response, error) {
	s.made++
	if s.made > len(s.history) {
		s.cancel()
		return nil, &net.OpError{Op: "dial", Err: context.Canceled}
	}
	next := s.history[s.made-1]
	if err := s.disturb(next.other); err != nil {
		return nil, err
	}
	fault := s.db.Inject(dynamoconntest.Fault{Effect: next.letter.effect()})
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

// disturb is the other writer.
func (s *stage) disturb(other value) error {
	switch other {
	case "":
		return nil
	case nothing:
		_, err := s.others.DeleteItem(context.Background(), dynamoconn.DeleteItemRequest{TableName: table, Item: key})
		return err
	}
	return s.db.Load(table, items[other])
}

func (s *stage) stands(t *testing.T) value {
	t.Helper()
	resp, err := s.others.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: key, IsConsistentRead: true})
	must(t, err)
	return valueOf(resp.Item)
}

func valueOf(it dynamoconn.Item) value {
	if it == nil {
		return nothing
	}
	for v, item := range items {
		if item.Equal(it) {
			return v
		}
	}
	return value(fmt.Sprint("what nobody wrote: ", it))
}

// do makes the call. responded tells whether there was a response.
func (w write) do(ctx context.Context, client *dynamoconn.Client) (old dynamoconn.Item, responded bool, err error) {
	var opts []dynamoconn.CallOption
	if w.sendOnce {
		opts = append(opts, dynamoconn.SendOnce())
	}
	if w.exactlyOnce {
		opts = append(opts, dynamoconn.ExactlyOnce(""))
	}
	text := map[condition]string{ifNone: "attribute_not_exists(ID)", ifAny: "attribute_exists(ID)", ifFirst: "Version = :v"}[w.condition]
	var values dynamoconn.Item
	if w.condition == ifFirst {
		values = dynamoconn.Item{dynamoconn.Long(":v", 1)}
	}
	switch {
	case w.batch:
		writes := dynamoconn.TableWithItemsToDelete(table, key)
		if w.puts {
			writes = dynamoconn.TableWithItemsToAdd(table, items[mine])
		}
		_, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{writes}}, opts...)
		return nil, err == nil, err
	case w.puts:
		resp, err := client.PutItem(ctx, dynamoconn.PutItemRequest{
			TableName: table, Item: items[mine], ConditionExpression: text, ExpressionAttributeValues: values,
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

// play lets one history happen and compares what the call says with what it can know.
func (s *stage) play(t *testing.T, w write, first value, history []step) {
	t.Helper()
	s.db.Restore(s.start[first])
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.history, s.made, s.applied, s.cancel = history, 0, 0, cancel
	truth := w.happen(first, history)
	k := w.conclude(truth.seen)
	want := w.errorsOf(history, truth, k)

	old, responded, err := w.do(ctx, s.client)

	var wrong []string
	expect := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	expect(k.applied != k.notApplied || !k.applied, "the oracle finds no situation that fits")
	expect((err == nil) == (len(want) == 0), "the error is %v", err)
	for _, cause := range allCauses {
		expect(errors.Is(err, cause) == is(want, cause), "%q must be %v of %v", cause, is(want, cause), err)
	}
	expect(responded == k.applied, "there was a response: %v", responded)
	attempts := len(history)
	if is(want, context.Canceled) {
		attempts++
	}
	expect(s.made == attempts, "%d attempts, must be %d", s.made, attempts)
	expect(s.applied == truth.applied, "applied %d times, must be %d", s.applied, truth.applied)
	expect(!k.applied || s.applied > 0, "the call says that it was applied")
	expect(!k.notApplied || s.applied == 0, "the call says that it was not applied")
	expect(!w.exactlyOnce || s.applied <= 1, "applied more than once")
	expect(s.stands(t) == truth.stands, "at the end stands %v, must be %v", s.stands(t), truth.stands)
	if w.returnOld && err == nil {
		last := truth.seen[len(truth.seen)-1].value
		expect(valueOf(old) == last, "the old item is %v, must be %v", valueOf(old), last)
	} else {
		expect(old == nil, "there is an old item: %v", old)
	}
	if len(wrong) > 0 {
		t.Fatalf("%+v\nfirst %s, then %v\nthe caller saw %v, and can know %+v\n%s",
			w, first, history, truth.seen, k, strings.Join(wrong, "\n"))
	}
}

func is(errs []error, target error) bool {
	for _, err := range errs {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// writes is every write that the library makes of one item, with every promise and
// option that changes what it says.
func writes() []write {
	var all []write
	for _, puts := range []bool{true, false} {
		for _, batch := range []write{{}, {sendOnce: true}} {
			batch.batch, batch.puts, batch.condition = true, puts, always
			all = append(all, batch)
		}
		for _, c := range []condition{always, ifNone, ifAny, ifFirst} {
			if c == ifNone && !puts {
				continue // it deletes nothing
			}
			options := []write{
				{}, {returnOld: true}, {sendOnce: true}, {sendOnce: true, returnOld: true}, {exactlyOnce: true}, {exactlyOnce: true, sendOnce: true},
			}
			if puts && c != always {
				options = append(options, write{unique: true}, write{unique: true, returnOld: true},
					write{unique: true, sendOnce: true}, write{unique: true, exactlyOnce: true})
			}
			for _, w := range options {
				w.puts, w.condition = puts, c
				all = append(all, w)
			}
		}
	}
	return all
}

func (w write) String() string {
	words := []string{map[bool]string{true: "put", false: "delete"}[w.puts], string(w.condition)}
	for word, is := range map[string]bool{"batch": w.batch, "unique": w.unique, "old item": w.returnOld, "sent once": w.sendOnce, "exactly once": w.exactlyOnce} {
		if is {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// TestHistories goes through everything that the attempts of a write can meet, up to five
// of them with -full, and compares what the call says with what can be known.
func TestHistories(t *testing.T) {
	t.Parallel()
	longest, anywhere := testSize(3, 5), testSize(2, 4)
	var cases atomic.Int64
	t.Run("all", func(t *testing.T) {
		for _, w := range writes() {
			t.Run(w.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newStage(t, longest)
					for i, first := range []value{nothing, base} {
						n := 0
						histories(w, longest, anywhere, func(history []step) {
							if n++; !*full && len(history) == longest && n%2 == i {
								return // each of the longest begins with one of the two items
							}
							s.play(t, w, first, history)
							cases.Add(1)
						})
					}
				})
			})
		}
	})
	t.Logf("%d cases: %d writes, with an item and without, all histories of up to %d attempts", cases.Load(), len(writes()), longest)
}
