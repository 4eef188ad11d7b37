package reliability

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// In a storm every request to a table, or to the whole account, is throttled for ten
// minutes of a fake clock. The short form lasts a minute, because each request takes real
// time.
const (
	stormCallers = 60
	firstPause   = 50 * time.Millisecond // the package comment of dynamoconn promises this
	maxPause     = 5 * time.Second
	maxAttempts  = 10
)

// stormLength returns how long the storm lasts.
func stormLength() time.Duration { return testSize(0, time.Minute, 10*time.Minute) }

// storm is a server that throttles requests until the storm ends.
type storm struct {
	server *dynamoconntest.Server
	client *dynamoconn.Client
	end    time.Time
	fault  *dynamoconntest.Injection

	mu             sync.Mutex
	firstSuccesses []time.Duration // of each caller, after the end of the storm
	earlySuccesses int             // successes before the end of the storm
}

func newStorm(t *testing.T, effect dynamoconntest.Effect, table string) *storm {
	t.Helper()
	s := &storm{server: dynamoconntest.New(dynamoconntest.WithJournalSize(1 << 20)), end: time.Now().Add(stormLength())}
	for _, name := range []string{"hot", "cold", "cool"} {
		require.NoError(t, s.server.CreateTable(dynamoconntest.Table{Name: name, PartitionKey: "p"}))
	}
	s.client = s.server.Client(t)
	s.fault = s.server.Inject(dynamoconntest.Fault{Table: table, Effect: effect})
	time.AfterFunc(stormLength(), s.fault.Remove)
	return s
}

// runCallers starts n callers and waits for them. Each calls do until it succeeds, without
// a pause after a failure. The result counts the failures by their kind.
func (s *storm) runCallers(n int, do func(ctx context.Context, caller int) error) (failed map[string]int) {
	failed = make(map[string]int)
	var all sync.WaitGroup
	for caller := range n {
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				err := do(context.Background(), caller)
				s.mu.Lock()
				if err == nil {
					s.firstSuccesses = append(s.firstSuccesses, time.Since(s.end))
					if time.Now().Before(s.end) {
						s.earlySuccesses++
					}
					s.mu.Unlock()
					return
				}
				switch {
				case soakAmbiguous(err):
					failed["ambiguous"]++
				case errors.Is(err, dynamoconn.ErrThrottled):
					failed["throttled"]++
				default:
					failed[err.Error()]++
				}
				s.mu.Unlock()
			}
		}()
	}
	all.Wait()
	return failed
}

// expectedRequests returns the number of requests that one caller makes in the storm if
// its pauses are as promised: on average half of their bounds.
func expectedRequests() float64 {
	cycle := 0.0 // the seconds that a call of maxAttempts takes
	for n := range maxAttempts - 1 {
		cycle += min(firstPause<<n, maxPause).Seconds() / 2
	}
	return maxAttempts * stormLength().Seconds() / cycle
}

func stormItem(caller, n int) dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.String("p", strconv.Itoa(caller)+"/"+strconv.Itoa(n)), dynamoconn.Long("n", int64(n))}
}

// runOtherTables starts callers that use the other tables with the same client until the
// storm ends. Each call must succeed at its first attempt and take no time.
func (s *storm) runOtherTables(t *testing.T) *sync.WaitGroup {
	t.Helper()
	var all sync.WaitGroup
	for caller, table := range []string{"cold", "cold", "cool", "cool"} {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := 0; time.Now().Before(s.end); n++ {
				began := time.Now()
				put, err := s.client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: stormItem(caller, n)})
				if !assert.NoError(t, err) {
					return
				}
				write, err := s.client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
					Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(table, stormItem(caller, n+1), stormItem(caller, n+2))},
				})
				if !assert.NoError(t, err) {
					return
				}
				assert.Equal(t, 1, put.Attempts)
				assert.Equal(t, 1, write.Attempts)
				assert.Zero(t, time.Since(began), "the time that a call to another table took")
				time.Sleep(2 * time.Second)
			}
		}()
	}
	return &all
}

// requests returns the number of requests that were throttled.
func (s *storm) requests() int { return s.fault.Hits() }

// checkStorm compares the requests and successes with what is promised.
func (s *storm) checkStorm(t *testing.T, callers int, minShare float64) {
	t.Helper()
	assert.Zero(t, s.earlySuccesses, "successes in the storm")
	require.Len(t, s.firstSuccesses, callers)
	last := time.Duration(0)
	for _, first := range s.firstSuccesses {
		last = max(last, first)
	}
	assert.LessOrEqual(t, last, maxPause, "the time from the end of the storm to the last first success")
	bound := float64(callers) * (expectedRequests() + maxAttempts) // the last call may have just begun
	assert.Less(t, float64(s.requests()), 1.1*bound, "requests in the storm")
	assert.Greater(t, float64(s.requests()), minShare*bound, "requests in the storm")
	t.Logf("%d callers: %d requests in %v of throttling (%.0f expected for single calls); all callers succeeded within %v after its end",
		callers, s.requests(), stormLength(), bound, last.Round(time.Millisecond))
}

var stormThrottles = map[string]dynamoconntest.Effect{
	"ProvisionedThroughputExceededException": dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, "arn:aws:dynamodb:us-east-1:000000000000:table/hot", "TableWriteProvisionedThroughputExceeded"),
	"ThrottlingException":                    dynamoconntest.Throttle(dynamoconntest.Throttling, "arn:aws:dynamodb:us-east-1:000000000000:table/hot", "TableWriteMaxOnDemandThroughputExceeded"),
}

func TestStormOfOneTableDoesNotSlowDownOtherTables(t *testing.T) {
	skipBrief(t)
	t.Parallel()
	for name, effect := range stormThrottles {
		if !*full && name != "ThrottlingException" {
			continue // the short form tries one type only
		}
		t.Run("single calls/"+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStorm(t, effect, "hot")
				otherTables := s.runOtherTables(t)
				failed := s.runCallers(stormCallers, func(ctx context.Context, caller int) error {
					_, err := s.client.PutItem(ctx, dynamoconn.PutItemRequest{TableName: "hot", Item: stormItem(caller, 0)})
					return err
				})
				otherTables.Wait()
				require.Len(t, failed, 1)
				require.NotZero(t, failed["throttled"])
				s.checkStorm(t, stormCallers, 0.8)
			})
		})
		t.Run("batches/"+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStorm(t, effect, "hot")
				otherTables := s.runOtherTables(t)
				failed := s.runCallers(stormCallers, func(ctx context.Context, caller int) error {
					resp, err := s.client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{
						dynamoconn.TableWithItemsToAdd("hot", stormItem(caller, 0), stormItem(caller, 1), stormItem(caller, 2)),
					}})
					if err == nil && resp.Written != 3 {
						err = errors.New("a batch without an error was not written")
					}
					return err
				})
				otherTables.Wait()
				require.Empty(t, failed, "a batch continues until its context ends")
				s.checkStorm(t, stormCallers, 0.4)
			})
		})
	}
}

func TestStormOfTheAccountEndsForAllCallers(t *testing.T) {
	skipBrief(t)
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStorm(t, dynamoconntest.Throttle(dynamoconntest.RequestLimitExceeded, "arn:aws:dynamodb:us-east-1:000000000000:table/hot", "AccountLimitExceeded"), "")
		tables := []string{"hot", "cold", "cool"}
		failed := s.runCallers(stormCallers, func(ctx context.Context, caller int) error {
			table := tables[caller%len(tables)]
			switch caller % 4 {
			case 0:
				_, err := s.client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: table, Item: stormItem(caller, 0)[:1]})
				return err
			case 1:
				_, err := s.client.Scan(ctx, dynamoconn.ScanTableRequest{TableName: table})
				return err
			case 2:
				_, err := s.client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: table, Item: stormItem(caller, 0)[:1]})
				return err
			}
			_, err := s.client.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: stormItem(caller, 0)})
			return err
		})
		require.Len(t, failed, 1)
		require.NotZero(t, failed["throttled"])
		s.checkStorm(t, stormCallers, 0.8)
	})
}
