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
)

// updateKind is how an update of a counter is made.
type updateKind int

const (
	updateOfChanges     updateKind = iota // with Changes
	updateOfText                          // with an UpdateExpression
	updateUnique                          // with UniqueAttribute
	updateFromFormer                      // the same, with the former value as its condition
	updateExactlyOnce                     // with ExactlyOnce, sent again until it is not in doubt
	updateInTransaction                   // of two counters, sent again likewise
	updateKinds
)

var updateKindNames = [updateKinds]string{"changes", "text", "unique", "unique, from the former value", "ExactlyOnce", "TransactWrite"}

const counterTable = "Counters"

// counterUpdate is one update: it increments a counter and appends its ID to the counter's list.
type counterUpdate struct {
	id       int
	kind     updateKind
	counters []int
	sure     bool    // the outcome is known: it is applied if err is nil
	err      error   // of the last call
	p        float64 // the probability of a fault
	attempts atomic.Uint64
}

func counterKey(counter int) dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.Long("ID", int64(counter))}
}

// changes are those of the update. Former is what the counter's last ID must be, or "" for any.
func (u *counterUpdate) request(counter int, former string) dynamoconn.UpdateItemRequest {
	id := fmt.Sprint(u.id)
	req := dynamoconn.UpdateItemRequest{TableName: counterTable, Item: counterKey(counter)}
	if u.kind == updateOfText {
		req.UpdateExpression = "SET #list = list_append(#list, :ids), lastID = :id ADD n :one"
		req.ExpressionAttributeNames = map[string]string{"#list": "list"}
		req.ExpressionAttributeValues = dynamoconn.Item{
			dynamoconn.List(":ids", dynamoconn.String("", id)), dynamoconn.String(":id", id), dynamoconn.Long(":one", 1),
		}
		return req
	}
	req.Changes = []dynamoconn.Change{
		dynamoconn.Attr("n").Increment(1), dynamoconn.Attr("list").Append(id), dynamoconn.Attr("lastID").Set(id),
	}
	if u.kind == updateUnique || u.kind == updateFromFormer {
		req.UniqueAttribute = "lastID"
	}
	if former != "" {
		req.If = dynamoconn.Attr("lastID").EQ(former)
	}
	return req
}

// run makes the update. It sends an update with a token again as long as it is in doubt.
func (u *counterUpdate) run(ctx context.Context, client *dynamoconn.Client) {
	ctx = context.WithValue(ctx, soakContextKey{}, u)
	former := ""
	if u.kind == updateFromFormer {
		resp, err := client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: counterTable, Item: counterKey(u.counters[0]), IsConsistentRead: true})
		if err != nil {
			u.err, u.sure = err, true
			return
		}
		if former, u.err = dynamoconn.Value[string](resp.Item, "lastID"); u.err != nil {
			return
		}
	}
	token := fmt.Sprint("update-", u.id)
	for began := time.Now(); ; u.p = 0.05 {
		switch u.kind {
		case updateInTransaction:
			var writes []dynamoconn.TransactWrite
			for _, counter := range u.counters {
				writes = append(writes, u.request(counter, ""))
			}
			_, u.err = client.TransactWrite(ctx, dynamoconn.TransactWriteRequest{Writes: writes}, dynamoconn.ExactlyOnce(token))
		case updateExactlyOnce:
			_, u.err = client.UpdateItem(ctx, u.request(u.counters[0], ""), dynamoconn.ExactlyOnce(token))
		default:
			_, u.err = client.UpdateItem(ctx, u.request(u.counters[0], former))
		}
		u.sure = !errors.Is(u.err, dynamoconn.ErrAmbiguous)
		if u.sure || u.kind < updateExactlyOnce || time.Since(began) > 7*time.Minute {
			return
		}
	}
}

// counterHTTPClient gives each attempt of an update a fault, or none.
type counterHTTPClient struct {
	next    dynamoconn.HTTPClient
	chooser *soakFaultChooser
}

func (c *counterHTTPClient) Do(req *http.Request) (*http.Response, error) {
	u, ok := req.Context().Value(soakContextKey{}).(*counterUpdate)
	if !ok {
		return nil, errors.New("a request without an update")
	}
	attempt := u.attempts.Add(1)
	_, action, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	fault := c.chooser.choose(action, u.p, uint64(u.id), attempt)
	sent := *req
	sent.Header = req.Header.Clone()
	sent.Header.Set(soakHeader, fmt.Sprintf("%c%c%d.%d", soakPrefix, soakMark(fault), u.id, attempt))
	return c.next.Do(&sent)
}

// TestNoUpdateIsAppliedTwice makes updates of counters and lists, each attempt with or without one
// of all faults, from several goroutines. At the end each list tells how often each update was
// applied. It has 100,000 updates with -full.
func TestNoUpdateIsAppliedTwice(t *testing.T) {
	t.Parallel()
	const goroutines = 8
	updates := testSize(1_200, 8_000, 100_000)
	counters := max(goroutines, updates/400)
	seed := testSeed(t)
	all := make([]*counterUpdate, updates)
	chooser := newSoakFaultChooser(seed)
	var stored []dynamoconn.Item
	synctest.Test(t, func(t *testing.T) {
		server := dynamoconntest.New(dynamoconntest.WithJournalSize(1))
		require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: counterTable, PartitionKey: "ID:N"}))
		for i := range counters {
			require.NoError(t, server.Load(counterTable, append(counterKey(i), dynamoconn.Long("n", 0), dynamoconn.List("list"), dynamoconn.String("lastID", "none"))))
		}
		soakInject(server, chooser.faults)
		client := server.Client(t, dynamoconn.WithHTTPClient(&counterHTTPClient{server.HTTPClient(), chooser}), dynamoconn.WithLargestAnswer(soakLargestAnswer))
		var running sync.WaitGroup
		for g := range goroutines {
			running.Go(func() {
				r := rand.New(rand.NewPCG(seed, uint64(g))) //nolint:gosec // a test
				for i := g; i < updates; i += goroutines {
					u := &counterUpdate{id: i + 1, kind: updateKind(r.IntN(int(updateKinds))), p: []float64{0.05, 0.1, 0.35, 0.6}[r.IntN(4)]}
					u.counters = []int{r.IntN(counters)}
					if u.kind == updateInTransaction {
						u.counters = append(u.counters, (u.counters[0]+1+r.IntN(counters-1))%counters)
					}
					all[i] = u
					u.run(t.Context(), client)
				}
			})
		}
		running.Wait()
		resp, err := server.Client(t).Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: counterTable})
		require.NoError(t, err)
		stored = resp.Items
	})
	judgeUpdates(t, all, stored)
}

// judgeUpdates compares what each update was told with how often its ID is in the lists.
func judgeUpdates(t *testing.T, all []*counterUpdate, stored []dynamoconn.Item) {
	t.Helper()
	applied := make(map[string]int)    // by ID
	onCounter := make(map[string]bool) // by ID and counter
	for _, item := range stored {
		counter, err := dynamoconn.Value[int64](item, "ID")
		require.NoError(t, err)
		n, err := dynamoconn.Value[int64](item, "n")
		require.NoError(t, err)
		ids, err := dynamoconn.Value[[]dynamoconn.KeyValue](item, "list")
		require.NoError(t, err)
		require.Len(t, ids, int(n), "the counter is the length of its list")
		for _, id := range ids {
			id, _ := id.(*dynamoconn.KeyValueString)
			place := fmt.Sprint(id.StringValue, " on ", counter)
			require.False(t, onCounter[place], "update %s is applied twice", place)
			onCounter[place] = true
			applied[id.StringValue]++
		}
	}
	told := map[string]int{}
	for _, u := range all {
		times := applied[fmt.Sprint(u.id)]
		outcome := "in doubt, not applied"
		switch {
		case !u.sure && times > 0:
			outcome = "in doubt, applied"
		case !u.sure:
		case u.err == nil:
			outcome = "applied"
			require.Equal(t, len(u.counters), times, "update %d, %s, is acknowledged", u.id, updateKindNames[u.kind])
		default:
			outcome = "failed"
			require.Zero(t, times, "update %d, %s, is reported as failed: %v", u.id, updateKindNames[u.kind], u.err)
		}
		require.True(t, u.sure || u.kind < updateExactlyOnce, "update %d, %s, is in doubt at the end: %v", u.id, updateKindNames[u.kind], u.err)
		require.Contains(t, []int{0, len(u.counters)}, times, "a transaction is applied in whole")
		told[updateKindNames[u.kind]+": "+outcome]++
	}
	for kind := range updateKinds {
		require.NotZero(t, told[updateKindNames[kind]+": applied"])
		if kind < updateExactlyOnce {
			require.NotZero(t, told[updateKindNames[kind]+": in doubt, not applied"], "the faults are felt")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(told)) {
		t.Logf("%7d %s", told[name], name)
	}
}
