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

// The storm: for ten minutes a table, or the whole account, is throttled without any
// exception, and then it is not. The clock is a fake one. The short form lasts a minute:
// what costs is the number of requests.
const (
	stormCallers = 60
	firstPause   = 50 * time.Millisecond // as the package comment says
	longestPause = 5 * time.Second
	mostAttempts = 10
)

func stormLength() time.Duration { return testSize(time.Minute, 10*time.Minute) }

// storm is a server whose tables are throttled from its beginning to its end.
type storm struct {
	server *dynamoconntest.Server
	client *dynamoconn.Client
	heal   time.Time
	fault  *dynamoconntest.Injection

	mu    sync.Mutex
	first []time.Duration // after the heal, of each caller
	early int             // successes before the heal
}

func newStorm(t *testing.T, effect dynamoconntest.Effect, table string) *storm {
	t.Helper()
	s := &storm{server: dynamoconntest.New(dynamoconntest.WithJournalSize(1 << 20)), heal: time.Now().Add(stormLength())}
	for _, name := range []string{"hot", "cold", "cool"} {
		require.NoError(t, s.server.CreateTable(dynamoconntest.Table{Name: name, PartitionKey: "p"}))
	}
	s.client = s.server.Client(t)
	s.fault = s.server.Inject(dynamoconntest.Fault{Table: table, Effect: effect})
	time.AfterFunc(stormLength(), s.fault.Remove)
	return s
}

// callers runs do again and again, at once when it fails, until it succeeds, for each of
// many callers.
func (s *storm) callers(n int, do func(ctx context.Context, caller int) error) (failed map[string]int) {
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
					s.first = append(s.first, time.Since(s.heal))
					if time.Now().Before(s.heal) {
						s.early++
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

// requestsOfStorm returns how many requests one caller is expected to make in the storm
// if its pauses are what they are said to be: half of each bound, on average.
func requestsOfStorm() float64 {
	cycle := 0.0 // seconds that one call of mostAttempts takes
	for n := range mostAttempts - 1 {
		cycle += min(firstPause<<n, longestPause).Seconds() / 2
	}
	return mostAttempts * stormLength().Seconds() / cycle
}

func stormItem(caller, n int) dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.String("p", strconv.Itoa(caller)+"/"+strconv.Itoa(n)), dynamoconn.Long("n", int64(n))}
}

// neighbours use the other tables by the same client until the storm is over. Each of
// their calls has to succeed at its first attempt, at once.
func (s *storm) neighbours(t *testing.T) *sync.WaitGroup {
	t.Helper()
	var all sync.WaitGroup
	for caller, table := range []string{"cold", "cold", "cool", "cool"} {
		all.Add(1)
		go func() {
			defer all.Done()
			for n := 0; time.Now().Before(s.heal); n++ {
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
				assert.Zero(t, time.Since(began), "how long a neighbour waited")
				time.Sleep(2 * time.Second)
			}
		}()
	}
	return &all
}

// requests counts those that met the storm.
func (s *storm) requests() int { return s.fault.Hits() }

// settle compares what came of the storm with what was promised.
func (s *storm) settle(t *testing.T, callers int, leastShare float64) {
	t.Helper()
	assert.Zero(t, s.early, "successes in the storm")
	require.Len(t, s.first, callers)
	last := time.Duration(0)
	for _, first := range s.first {
		last = max(last, first)
	}
	assert.LessOrEqual(t, last, longestPause, "until every caller had a success")
	bound := float64(callers) * (requestsOfStorm() + mostAttempts) // a cycle may have just begun
	assert.Less(t, float64(s.requests()), 1.1*bound, "requests in the storm")
	assert.Greater(t, float64(s.requests()), leastShare*bound, "requests in the storm")
	t.Logf("%d callers: %d requests in %v of throttling (%.0f expected of single calls), all of them through %v after its end",
		callers, s.requests(), stormLength(), bound, last.Round(time.Millisecond))
}

var stormThrottles = map[string]dynamoconntest.Effect{
	"ProvisionedThroughputExceededException": dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, "arn:aws:dynamodb:us-east-1:000000000000:table/hot", "TableWriteProvisionedThroughputExceeded"),
	"ThrottlingException":                    dynamoconntest.Throttle(dynamoconntest.Throttling, "arn:aws:dynamodb:us-east-1:000000000000:table/hot", "TableWriteMaxOnDemandThroughputExceeded"),
}

func TestStormOfOneTableLeavesItsNeighboursAlone(t *testing.T) {
	t.Parallel()
	for name, effect := range stormThrottles {
		if !*full && name != "ThrottlingException" {
			continue // one will do
		}
		t.Run("single calls/"+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStorm(t, effect, "hot")
				neighbours := s.neighbours(t)
				failed := s.callers(stormCallers, func(ctx context.Context, caller int) error {
					_, err := s.client.PutItem(ctx, dynamoconn.PutItemRequest{TableName: "hot", Item: stormItem(caller, 0)})
					return err
				})
				neighbours.Wait()
				require.Len(t, failed, 1)
				require.NotZero(t, failed["throttled"])
				s.settle(t, stormCallers, 0.8)
			})
		})
		t.Run("batches/"+name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newStorm(t, effect, "hot")
				neighbours := s.neighbours(t)
				failed := s.callers(stormCallers, func(ctx context.Context, caller int) error {
					resp, err := s.client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{
						dynamoconn.TableWithItemsToAdd("hot", stormItem(caller, 0), stormItem(caller, 1), stormItem(caller, 2)),
					}})
					if err == nil && resp.Written != 3 {
						err = errors.New("a batch without an error was not written")
					}
					return err
				})
				neighbours.Wait()
				require.Empty(t, failed, "a batch goes on until its context ends")
				s.settle(t, stormCallers, 0.4)
			})
		})
	}
}

func TestStormOfTheAccountEndsForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStorm(t, dynamoconntest.Throttle(dynamoconntest.RequestLimitExceeded, "arn:aws:dynamodb:us-east-1:000000000000:table/hot", "AccountLimitExceeded"), "")
		tables := []string{"hot", "cold", "cool"}
		failed := s.callers(stormCallers, func(ctx context.Context, caller int) error {
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
		s.settle(t, stormCallers, 0.8)
	})
}
