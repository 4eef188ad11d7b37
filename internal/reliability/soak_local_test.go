package reliability

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	crand "crypto/rand"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/dynamodblocal"
)

// localSoak is a soak of DynamoDB Local behind a proxy that breaks connections. The server
// keeps no journal. Only one goroutine writes to each key, and it knows from its own calls
// what may be stored there.
type localSoak struct {
	client *dynamoconn.Client
	table  string
	seed   uint64

	mu       sync.Mutex
	problems []string
	counts   map[string]int
}

const (
	localGoroutines = 32
	localKeys       = soakKeys / localGoroutines // the keys of each goroutine
)

// TestSoakOnDynamoDBLocal runs the soak of DynamoDB Local. At the end it reads the whole
// table without the proxy.
func TestSoakOnDynamoDBLocal(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: needs DynamoDB Local")
	}
	t.Parallel()
	seed, began := testSeed(t), time.Now()
	server, err := dynamodblocal.Shared(t.Context(), dynamodblocal.Options{Progress: os.Stderr})
	require.NoError(t, err)
	transport := &http.Transport{MaxIdleConnsPerHost: localGoroutines}
	defer transport.CloseIdleConnections()
	sdk := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.Endpoint()), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	s := &localSoak{table: localTable(t, sdk), seed: seed, counts: make(map[string]int)}
	proxy := newBadProxy(t, strings.TrimPrefix(server.Endpoint(), "http://"), seed)
	broken := &http.Transport{MaxIdleConnsPerHost: localGoroutines}
	s.client, err = dynamoconn.New(t.Context(),
		dynamoconn.WithRegion(dynamoconn.RegionUSEast1), dynamoconn.WithEndpoint(proxy.url()),
		dynamoconn.WithStaticCredentials("local", "local", ""),
		dynamoconn.WithHTTPClient(&http.Client{Transport: broken}), dynamoconn.WithMaxAttempts(5))
	require.NoError(t, err)

	var all sync.WaitGroup
	var owners [localGoroutines]localOwner
	for g := range owners {
		owners[g] = localOwner{soak: s, goroutine: g, rand: rand.New(rand.NewPCG(seed, uint64(g)))}
		all.Add(1)
		go func() {
			defer all.Done()
			for n := 1; n <= testSize(0, 80, 5_000); n++ {
				owners[g].step(n)
			}
		}()
	}
	all.Wait()
	broken.CloseIdleConnections()
	proxy.close()
	time.Sleep(2 * time.Second) // the server may still carry out what the proxy let through
	s.readBack(t, sdk, &owners)

	for _, problem := range s.problems {
		t.Error(problem)
	}
	total := 0
	for _, n := range s.counts {
		total += n
	}
	t.Logf("%d calls of %d goroutines in %v: %v", total, localGoroutines, time.Since(began).Round(time.Millisecond), s.counts)
	proxy.log(t)
	for kind := range connFaults {
		require.NotZero(t, proxy.hits[kind].Load(), connFaultNames[kind])
	}
}

// localTable creates a table and deletes it at the end of the test.
func localTable(t *testing.T, sdk *dynamodb.Client) string {
	t.Helper()
	name := "soak-" + crand.Text()
	_, err := sdk.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("p"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("p"), KeyType: types.KeyTypeHash}},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
		defer cancel()
		_, err := sdk.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
		require.NoError(t, err)
	})
	return name
}

// readBack reads the table without the proxy and compares it with what the owners know.
func (s *localSoak) readBack(t *testing.T, sdk *dynamodb.Client, owners *[localGoroutines]localOwner) {
	t.Helper()
	var stored [soakKeys]soakID
	pages := dynamodb.NewScanPaginator(sdk, &dynamodb.ScanInput{TableName: &s.table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		for _, attributes := range page.Items {
			item, err := dynamoconn.FromAttributeValues(attributes)
			require.NoError(t, err)
			key, id, problem := soakRead(0, item)
			if problem != "" {
				s.report("%s: %s", rulePhantom, problem)
				continue
			}
			stored[key] = id
		}
	}
	for g := range owners {
		for k := range localKeys {
			if problem := owners[g].keys[k].checkRead(stored[owners[g].key(k)], time.Now()); problem != "" {
				s.report("%s: key %d: %s", ruleFinal, owners[g].key(k), problem)
			}
		}
	}
}

func (s *localSoak) report(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.problems) < maxSoakProblems {
		s.problems = append(s.problems, fmt.Sprintf(format, args...))
	}
}

func (s *localSoak) count(err error) {
	outcome := "done"
	switch {
	case soakAmbiguous(err):
		outcome = "outcome unknown"
	case errors.Is(err, dynamoconn.ErrConditionFailed):
		outcome = "condition failed"
	case err != nil:
		outcome = "not done"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[outcome]++
}

// localOwner is a goroutine and the keys that no other goroutine writes to.
type localOwner struct {
	soak      *localSoak
	goroutine int
	rand      *rand.Rand
	keys      [localKeys]register
}

func (w *localOwner) key(k int) int { return k*localGoroutines + w.goroutine }

func reportedOutcomeOf(err error) reportedOutcome { return (&soakOp{err: err}).reportedOutcome() }

// step makes call n.
func (w *localOwner) step(n int) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	k := w.rand.IntN(localKeys)
	id := soakID((uint64(w.goroutine)*soakPerGoroutine + uint64(n)) * soakPlaces)
	switch d := w.rand.IntN(100); {
	case d < 35:
		w.get(ctx, k)
	case d < 70:
		w.put(ctx, k, id)
	case d < 82:
		w.delete(ctx, k)
	case d < 92:
		w.batchWrite(ctx, id)
	default:
		w.batchGet(ctx)
	}
}

func (w *localOwner) get(ctx context.Context, k int) {
	began := time.Now()
	resp, err := w.soak.client.GetItem(ctx, dynamoconn.GetItemRequest{
		TableName: w.soak.table, Item: soakKey(0, w.key(k)), IsConsistentRead: true,
	})
	if w.soak.count(err); err == nil {
		w.read(k, resp.Item, began)
	}
}

// read checks an item that was read at key k. began is the time when the call began.
func (w *localOwner) read(k int, item dynamoconn.Item, began time.Time) {
	var id soakID
	if item != nil {
		key, read, problem := soakRead(0, item)
		if problem != "" || key != w.key(k) {
			w.soak.report("%s: key %d of %d: %s", ruleMixed, key, w.key(k), problem)
			return
		}
		id = read
	}
	if problem := w.keys[k].checkRead(id, began); problem != "" {
		w.soak.report("%s: key %d: %s", ruleStale, w.key(k), problem)
	}
}

// put puts an item. If it is known what is stored, put mostly gives a condition that is
// true.
func (w *localOwner) put(ctx context.Context, k int, id soakID) {
	r := &w.keys[k]
	req := dynamoconn.PutItemRequest{TableName: w.soak.table, Item: soakItem(0, w.key(k), id)}
	conditional := r.isCertain(time.Now()) && w.rand.IntN(3) > 0
	switch {
	case conditional && r.certain == 0:
		req.ConditionExpression = "attribute_not_exists(p)"
	case conditional:
		req.ConditionExpression = "id = :seen"
		req.ExpressionAttributeValues = dynamoconn.Item{dynamoconn.Long(":seen", int64(r.certain))}
	}
	resp, err := w.soak.client.PutItem(ctx, req)
	w.soak.count(err)
	if errors.Is(err, dynamoconn.ErrConditionFailed) {
		w.soak.report("%s: key %d, where %v is stored: %v", ruleCondition, w.key(k), r.certain, err)
	}
	repeated := false
	if err == nil {
		repeated = resp.Attempts > 1
	}
	r.recordWrite(id, reportedOutcomeOf(err), repeated, time.Now())
}

func (w *localOwner) delete(ctx context.Context, k int) {
	resp, err := w.soak.client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: w.soak.table, Item: soakKey(0, w.key(k))})
	w.soak.count(err)
	repeated := false
	if err == nil {
		repeated = resp.Attempts > 1
	}
	w.keys[k].recordWrite(0, reportedOutcomeOf(err), repeated, time.Now())
}

// batchWrite writes to some keys once and to others several times.
func (w *localOwner) batchWrite(ctx context.Context, id soakID) {
	table := dynamoconn.WriteTable{Name: w.soak.table, KeyNames: []string{"p"}}
	var keys []int
	var ids []soakID
	for i := range 1 + w.rand.IntN(50) {
		k := w.rand.IntN(localKeys)
		keys, ids = append(keys, k), append(ids, id+soakID(i))
		if w.rand.IntN(4) == 0 {
			ids[i] = 0
			table.Writes = append(table.Writes, dynamoconn.Write{ItemToDelete: soakKey(0, w.key(k))})
		} else {
			table.Writes = append(table.Writes, dynamoconn.Write{ItemToAdd: soakItem(0, w.key(k), ids[i])})
		}
	}
	resp, err := w.soak.client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}})
	w.soak.count(err)
	reported := make([]reportedOutcome, len(keys))
	for i := range reported {
		reported[i] = reportedDone
	}
	var failed *dynamoconn.BatchWriteError
	if err != nil && !errors.As(err, &failed) {
		w.soak.report("%s: %v", ruleSum, err)
		return
	}
	if failed != nil {
		for _, f := range failed.Failures {
			if reported[f.Index] = reportedNotDone; f.Outcome == dynamoconn.OutcomeUnknown {
				reported[f.Index] = reportedUnknown
			}
		}
		if resp.Written+len(failed.Failures) != len(keys) {
			w.soak.report("%s: %d and %d of %d", ruleSum, resp.Written, len(failed.Failures), len(keys))
		}
	}
	for i, k := range keys {
		w.keys[k].recordWrite(ids[i], reported[i], resp.Attempts > 1, time.Now())
	}
}

func (w *localOwner) batchGet(ctx context.Context) {
	began := time.Now()
	table := dynamoconn.RequestTable{Name: w.soak.table, IsConsistentRead: true}
	for k := range localKeys {
		table.Keys = append(table.Keys, soakKey(0, w.key(k)))
	}
	resp, err := w.soak.client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{table}})
	w.soak.count(err)
	var failed *dynamoconn.BatchGetError
	if err != nil && !errors.As(err, &failed) {
		w.soak.report("%s: %v", ruleSum, err)
		return
	}
	missed := make(map[int]bool)
	if failed != nil {
		for _, f := range failed.Failures {
			missed[f.Index] = true
		}
	}
	for k, item := range resp.ResponseTables[0].Items {
		if !missed[k] {
			w.read(k, item, began)
		}
	}
}
