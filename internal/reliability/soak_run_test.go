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

// soakRun is a soak: its server, the truth about it, and the report.
type soakRun struct {
	seed       uint64
	goroutines int
	operations int // the number of operations of each goroutine
	chooser    *soakFaultChooser
	truth      *soakTruth
	server     *dynamoconntest.Server

	adjust func(*soakOp) // changes each operation before it runs, or nil

	// The lies of a test of the judge.
	lieHTTP   func(next dynamoconn.HTTPClient) dynamoconn.HTTPClient
	lieResult func(*soakRun, *soakOp)
	untilRule soakRule // the run ends when it is found to be broken

	report soakReport
	stop   atomic.Bool // set when there are too many problems
}

// soakReport counts the outcomes of the operations.
type soakReport struct {
	mu       sync.Mutex
	kinds    [soakKinds]map[string]int
	problems []string
	total    int
}

const soakGoroutines = 64

func newSoakRun(t *testing.T, seed uint64, operations int) *soakRun {
	t.Helper()
	run := &soakRun{seed: seed, goroutines: soakGoroutines, operations: operations, chooser: newSoakFaultChooser(seed)}
	run.server = dynamoconntest.New(dynamoconntest.WithJournalSize(1))
	require.NoError(t, run.server.CreateTable(soakSchema()...))
	run.truth = newSoakTruth(run.server, run.chooser.faults)
	soakInject(run.server, run.chooser.faults)
	return run
}

// soakScanOrder returns the keys of each table in the order in which a scan returns them.
// To find out, it fills a server and scans it.
var soakScanOrder = sync.OnceValue(func() (order [soakTables][]int) {
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
			panic(fmt.Sprint("the scan did not return the whole table: ", err))
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

// fill puts items into a table, without faults.
func (run *soakRun) fill(t *testing.T, table int, items []dynamoconn.Item) {
	t.Helper()
	_, err := run.server.Client(t).BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(soakTableName(table), items...)},
	})
	require.NoError(t, err)
}

// readAll reads a table without faults.
func (run *soakRun) readAll(t *testing.T, table int) []dynamoconn.Item {
	t.Helper()
	resp, err := run.server.Client(t).Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: soakTableName(table), IsConsistentRead: true})
	require.NoError(t, err)
	return resp.Items
}

// clients returns a client for each goroutine. Every fourth client makes at most three
// attempts.
func (run *soakRun) clients(t *testing.T, next dynamoconn.HTTPClient, more ...dynamoconn.Option) []*dynamoconn.Client {
	t.Helper()
	var http dynamoconn.HTTPClient = &soakHTTPClient{next: next, chooser: run.chooser, truth: run.truth}
	if run.lieHTTP != nil {
		http = run.lieHTTP(http)
	}
	options := append([]dynamoconn.Option{
		dynamoconn.WithHTTPClient(http),
		dynamoconn.WithLargestAnswer(soakLargestAnswer),
	}, more...)
	defaultClient := run.server.Client(t, options...)
	threeAttemptsClient := run.server.Client(t, append(options[:len(options):len(options)], dynamoconn.WithMaxAttempts(3))...)
	clients := make([]*dynamoconn.Client, run.goroutines)
	for i := range clients {
		clients[i] = defaultClient
		if i%4 == 3 {
			clients[i] = threeAttemptsClient
		}
	}
	return clients
}

// work runs all operations and judges each when its call has returned.
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
				run.judgeAndCount(o)
				o.remember(&seen)
			}
		}()
	}
	all.Wait()
}

// remember stores in seen the item that the operation has read or written.
func (o *soakOp) remember(seen *[soakTables][soakKeys]soakID) {
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

const maxSoakProblems = 20

// judgeAndCount judges an operation and adds it to the report.
func (run *soakRun) judgeAndCount(o *soakOp) {
	run.truth.mu.Lock()
	found := run.truth.judge(o)
	if n := len(run.truth.problems); n >= maxSoakProblems || n > 0 && strings.HasPrefix(run.truth.problems[n-1], string(run.untilRule)+": ") {
		run.stop.Store(true)
	}
	text := ""
	if len(found) > 0 {
		text = strings.Join(found, "\n") + "\n" + o.String()
	}
	outcome := o.outcome() // needs the mutex, because over TCP a late request changes the attempts
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
		enough := len(run.report.problems) >= maxSoakProblems
		if run.untilRule != "" {
			enough = strings.Contains(text, string(run.untilRule)+": ")
		}
		if enough {
			run.stop.Store(true)
		}
	}
}

// outcome returns the name under which the report counts an operation. The truth's mutex
// must be held.
func (o *soakOp) outcome() string {
	switch {
	case o.err == nil:
		return "done"
	case errors.Is(o.err, dynamoconn.ErrOldItemUnknown):
		return "done, old item unknown"
	case soakAmbiguous(o.err):
		applied := false
		for _, attempt := range o.attempts {
			applied = applied || attempt.applied
		}
		if applied {
			return "outcome unknown, was applied"
		}
		return "outcome unknown, was not applied"
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

// finish compares the tables with what was written and reports all problems as errors of
// the test.
func (run *soakRun) finish(t *testing.T) {
	t.Helper()
	for _, problem := range run.problems(t) {
		t.Error(problem)
	}
}

// problems returns all problems of the operations, the server and the tables.
func (run *soakRun) problems(t *testing.T) []string {
	t.Helper()
	all := slices.Concat(run.report.problems, run.truth.problems)
	return append(all, run.truth.judgeEnd(func(table int) []dynamoconn.Item { return run.readAll(t, table) })...)
}

// log prints the figures of the report.
func (run *soakRun) log(t *testing.T, took time.Duration) {
	t.Helper()
	attempts, faulted := run.attempts()
	byKind := run.faults()
	var b strings.Builder
	fmt.Fprintf(&b, "%d operations of %d goroutines in %v (%.0f/s), %d attempts, %d with a fault (%.1f %%)\n",
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

// attempts returns the number of attempts, and of those with a fault.
func (run *soakRun) attempts() (all, faulted int) {
	for i, hits := range run.truth.hits {
		all += hits
		if i > 0 {
			faulted += hits
		}
	}
	return all, faulted
}

// faults returns the number of attempts for each kind of fault.
func (run *soakRun) faults() map[string]int {
	byKind := make(map[string]int)
	for i, hits := range run.truth.hits[1:] {
		f := run.chooser.faults[i+1]
		if run.uses(f) {
			byKind[f.kind] += hits
		}
	}
	return byKind
}

// uses reports whether the run has sent requests that the fault applies to.
func (run *soakRun) uses(f soakFault) bool {
	for action := range run.truth.actions {
		if f.on(action) {
			return true
		}
	}
	return false
}
