package reliability

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// soakRun is a soak: its server, what is known of it, and the report.
type soakRun struct {
	seed       uint64
	goroutines int
	operations int // of each goroutine
	dice       *soakDice
	truth      *soakTruth
	server     *dynamoconntest.Server

	adjust func(*soakOp) // to what the run can bear, or nil

	// What a test of the judge puts in the way.
	lieHTTP   func(next dynamoconn.HTTPClient) dynamoconn.HTTPClient
	lieResult func(*soakRun, *soakOp)
	until     soakRule // the run ends when it is found to be broken

	report soakReport
	stop   atomic.Bool // too much is wrong
}

// soakReport counts what became of the operations.
type soakReport struct {
	mu       sync.Mutex
	kinds    [soakKinds]map[string]int
	problems []string
	total    int
}

const soakGoroutines = 64

func newSoakRun(t *testing.T, seed uint64, operations int) *soakRun {
	t.Helper()
	run := &soakRun{seed: seed, goroutines: soakGoroutines, operations: operations, dice: newSoakDice(seed)}
	run.server = dynamoconntest.New(dynamoconntest.WithJournalSize(1))
	require.NoError(t, run.server.CreateTable(soakSchema()...))
	run.truth = newSoakTruth(run.server, run.dice.faults)
	soakInject(run.server, run.dice.faults)
	return run
}

// soakOrder is, of each table, the keys in the order in which a scan returns them: that
// of a table that was filled once.
var soakOrder = sync.OnceValue(func() (order [soakTables][]int) {
	server := dynamoconntest.New()
	if err := server.CreateTable(soakSchema()...); err != nil {
		panic(err)
	}
	sdk := server.SDKClient()
	for table := range soakTables {
		name := aws.String(soakTableName(table))
		for key := range soakKeys {
			item, err := dynamoconn.ToAttributeValues(soakKey(table, key))
			if err != nil {
				panic(err)
			}
			if _, err := sdk.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: name, Item: item}); err != nil {
				panic(err)
			}
		}
		all, err := sdk.Scan(context.Background(), &dynamodb.ScanInput{TableName: name})
		if err != nil || len(all.Items) != soakKeys {
			panic(fmt.Sprint("a table was not read whole: ", err))
		}
		for _, attributes := range all.Items {
			item, err := dynamoconn.FromAttributeValues(attributes)
			if err != nil {
				panic(err)
			}
			order[table] = append(order[table], soakKeyOfItem(table, item))
		}
	}
	return order
})

func (run *soakRun) fill(t *testing.T, table int, items []dynamoconn.Item) {
	t.Helper()
	_, err := run.server.Client(t).BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(soakTableName(table), items...)},
	})
	require.NoError(t, err)
}

// readAll reads a table past all faults.
func (run *soakRun) readAll(t *testing.T, table int) []dynamoconn.Item {
	t.Helper()
	resp, err := run.server.Client(t).Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: soakTableName(table), IsConsistentRead: true})
	require.NoError(t, err)
	return resp.Items
}

// clients returns the client of each goroutine. Some give up earlier than others.
func (run *soakRun) clients(t *testing.T, way dynamoconn.HTTPClient, more ...dynamoconn.Option) []*dynamoconn.Client {
	t.Helper()
	var http dynamoconn.HTTPClient = &soakTagger{next: way, dice: run.dice, truth: run.truth}
	if run.lieHTTP != nil {
		http = run.lieHTTP(http)
	}
	options := append([]dynamoconn.Option{
		dynamoconn.WithHTTPClient(http),
		dynamoconn.WithLargestAnswer(soakLargestAnswer),
	}, more...)
	patient := run.server.Client(t, options...)
	hasty := run.server.Client(t, append(options[:len(options):len(options)], dynamoconn.WithMaxAttempts(3))...)
	clients := make([]*dynamoconn.Client, run.goroutines)
	for i := range clients {
		clients[i] = patient
		if i%4 == 3 {
			clients[i] = hasty
		}
	}
	return clients
}

// work runs all operations and judges each when it is done.
func (run *soakRun) work(clients []*dynamoconn.Client) {
	var all sync.WaitGroup
	for g := range run.goroutines {
		all.Add(1)
		go func() {
			defer all.Done()
			var seen [soakTables][soakKeys]soakID
			for n := 1; n <= run.operations && !run.stop.Load(); n++ {
				o := newSoakOp(run.seed, g, n, &seen)
				if run.adjust != nil {
					run.adjust(o)
				}
				o.run(clients[g])
				if run.lieResult != nil {
					run.lieResult(run, o)
				}
				run.settle(o)
				o.learn(&seen)
			}
		}()
	}
	all.Wait()
}

// learn remembers what the operation has shown of its key.
func (o *soakOp) learn(seen *[soakTables][soakKeys]soakID) {
	at := &seen[o.cell.table][o.cell.key]
	switch {
	case o.err != nil:
	case o.kind.isPut():
		*at = o.id(0)
	case o.kind.isDelete():
		*at = 0
	case o.kind == kindGet && o.item != nil:
		_, *at, _ = soakRead(o.cell.table, o.item)
	}
}

const mostSoakProblems = 20

// settle judges an operation and counts it.
func (run *soakRun) settle(o *soakOp) {
	run.truth.mu.Lock()
	found := run.truth.judge(o)
	if n := len(run.truth.objects); n >= mostSoakProblems || n > 0 && strings.HasPrefix(run.truth.objects[n-1], string(run.until)+": ") {
		run.stop.Store(true)
	}
	text := ""
	if len(found) > 0 {
		text = strings.Join(found, "\n") + "\n" + o.String()
	}
	outcome := o.outcome() // what arrives late, over TCP, changes the attempts
	run.truth.mu.Unlock()
	run.truth.end(o)

	run.report.mu.Lock()
	defer run.report.mu.Unlock()
	run.report.total++
	if run.report.kinds[o.kind] == nil {
		run.report.kinds[o.kind] = make(map[string]int)
	}
	run.report.kinds[o.kind][outcome]++
	if text != "" {
		run.report.problems = append(run.report.problems, text)
		enough := len(run.report.problems) >= mostSoakProblems
		if run.until != "" {
			enough = strings.Contains(text, string(run.until)+": ")
		}
		if enough {
			run.stop.Store(true)
		}
	}
}

// outcome is what the report counts an operation as. The truth's mutex must be held.
func (o *soakOp) outcome() string {
	switch {
	case o.err == nil:
		return "done"
	case errors.Is(o.err, dynamoconn.ErrOldItemUnknown):
		return "done, old item unknown"
	case soakAmbiguous(o.err):
		applied := false
		for _, try := range o.tries {
			applied = applied || try.applied
		}
		if applied {
			return "outcome unknown, was applied"
		}
		return "outcome unknown, was not"
	case o.ended != nil:
		return "context ended"
	}
	for _, cause := range []error{
		dynamoconn.ErrConditionFailed, dynamoconn.ErrThrottled, dynamoconn.ErrConflict, dynamoconn.ErrCredentials,
		dynamoconn.ErrCorruptResponse, dynamoconn.ErrUnavailable, dynamoconn.ErrUnfinishedBatch,
	} {
		if errors.Is(o.err, cause) {
			return cause.Error()
		}
	}
	return "another error"
}

// finish compares the tables with what was written and fails the test with all that
// was found.
func (run *soakRun) finish(t *testing.T) {
	t.Helper()
	for _, problem := range run.problems(t) {
		t.Error(problem)
	}
}

func (run *soakRun) problems(t *testing.T) []string {
	t.Helper()
	all := slices.Concat(run.report.problems, run.truth.objects)
	return append(all, run.truth.judgeEnd(func(table int) []dynamoconn.Item { return run.readAll(t, table) })...)
}

// log prints the figures of the report.
func (run *soakRun) log(t *testing.T, took time.Duration) {
	t.Helper()
	attempts, faulted := run.attempts()
	byKind := run.faults()
	var b strings.Builder
	fmt.Fprintf(&b, "%d operations of %d goroutines in %v (%.0f/s), %d attempts, %d faulted (%.1f %%)\n",
		run.report.total, run.goroutines, took.Round(time.Millisecond), float64(run.report.total)/took.Seconds(),
		attempts, faulted, 100*float64(faulted)/float64(max(attempts, 1)))
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		fmt.Fprintf(&b, "  %-56s %8d  %5.2f %%\n", kind, byKind[kind], 100*float64(byKind[kind])/float64(attempts))
	}
	for kind, counts := range run.report.kinds {
		for _, outcome := range slices.Sorted(maps.Keys(counts)) {
			fmt.Fprintf(&b, "  %-26s %-40s %8d\n", soakKindNames[kind], outcome, counts[outcome])
		}
	}
	t.Log(b.String())
}

func (run *soakRun) attempts() (all, faulted int) {
	for i, hits := range run.truth.hits {
		all += hits
		if i > 0 {
			faulted += hits
		}
	}
	return all, faulted
}

// faults returns how many attempts met each kind of fault.
func (run *soakRun) faults() map[string]int {
	byKind := make(map[string]int)
	for i, hits := range run.truth.hits[1:] {
		f := run.dice.faults[i+1]
		if run.uses(f) {
			byKind[f.kind] += hits
		}
	}
	return byKind
}

// uses tells whether the run has requests that the fault is for.
func (run *soakRun) uses(f soakFault) bool {
	for action := range run.truth.actions {
		if f.on(action) {
			return true
		}
	}
	return false
}
