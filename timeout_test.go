package dynamoconn_test

import (
	"context"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// musicServer is a server in the process with the table Music, and a client of it.
func musicServer(t *testing.T, opts ...dynamoconn.Option) (*dynamoconntest.Server, *dynamoconn.Client) {
	t.Helper()
	server := dynamoconntest.New()
	require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
	return server, wireClient(t, server.HTTPClient(), opts...)
}

// activities are the calls that send at least one request for the table Music.
func activities(ctx context.Context, client *dynamoconn.Client) map[string]func() error {
	return map[string]func() error{
		"GetItem": func() error {
			_, err := client.GetItem(ctx, getMusic())
			return err
		},
		"PutItem": func() error {
			_, err := client.PutItem(ctx, putMusic())
			return err
		},
		"DeleteItem": func() error {
			_, err := client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey()})
			return err
		},
		"ListTables": func() error {
			_, err := client.ListTables(ctx, dynamoconn.ListTablesRequest{})
			return err
		},
		"DescribeTable": func() error {
			_, err := client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: "Music"})
			return err
		},
		"Scan": func() error {
			_, err := client.Scan(ctx, dynamoconn.ScanTableRequest{TableName: "Music"})
			return err
		},
		"BatchGet": func() error {
			_, err := client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
				RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{musicKey()}}},
			})
			return err
		},
		"BatchWrite": func() error {
			_, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
				Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd("Music", musicKey())},
			})
			return err
		},
	}
}

// No call hangs for ever, even without a deadline.
func TestServerThatNeverAnswers(t *testing.T) {
	t.Parallel()

	long := map[string]bool{"Scan": true, "BatchGet": true, "BatchWrite": true}
	writes := map[string]bool{"PutItem": true, "DeleteItem": true, "BatchWrite": true}
	for activity := range activities(t.Context(), nil) {
		t.Run(activity, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, client := musicServer(t)
				hang := server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Hang()})
				began := time.Now()
				err := activities(t.Context(), client)[activity]()
				took := time.Since(began)

				require.ErrorIs(t, err, dynamoconn.ErrUnavailable)
				assert.ErrorIs(t, err, os.ErrDeadlineExceeded)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				assert.NotErrorIs(t, err, dynamoconn.ErrCorruptResponse)
				if writes[activity] {
					assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
				} else {
					assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
				}
				assert.Equal(t, 10, errorOf(t, err).Attempts)
				assert.Equal(t, 10, hang.Hits())
				attempt := 10 * time.Second
				if long[activity] {
					attempt *= 3
				}
				assert.GreaterOrEqual(t, took, 10*attempt)
				assert.LessOrEqual(t, took, 10*attempt+16_350*time.Millisecond, "the pauses are bounded too")
			})
		})
	}
}

func TestOneAttemptThatHangs(t *testing.T) {
	t.Parallel()

	for activity := range activities(t.Context(), nil) {
		t.Run(activity, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, client := musicServer(t, dynamoconn.WithAttemptTimeout(time.Second))
				server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Hang(), Times: 1})
				began := time.Now()
				require.NoError(t, activities(t.Context(), client)[activity]())
				assert.GreaterOrEqual(t, time.Since(began), time.Second)
				assert.Less(t, time.Since(began), 4*time.Second)
			})
		})
	}
}

func TestSlowAnswers(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		slow     time.Duration
		attempts int
	}{
		"in time":  {4 * time.Second, 1},
		"too late": {6 * time.Second, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			server, client := musicServer(t, dynamoconn.WithAttemptTimeout(5*time.Second))
			server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Slow(test.slow), Times: 1})
			resp, err := client.GetItem(t.Context(), getMusic())
			require.NoError(t, err, name)
			assert.Equal(t, test.attempts, resp.Attempts, name)
		})
	}
}

// The caller's deadline ends a call whatever the attempt would still be allowed.
func TestDeadlineWithinAnAttempt(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		server, client := musicServer(t)
		server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Hang()})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		_, err := client.PutItem(ctx, putMusic())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
		assert.Equal(t, 3*time.Second, time.Since(began))
	})
}

// An HTTP client with a time limit of its own keeps it.
func TestLimitOfTheCallersHTTPClient(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct{ client, attempt, want time.Duration }{
		"the client's is shorter":  {2 * time.Second, 5 * time.Second, 2 * time.Second},
		"the attempt's is shorter": {5 * time.Second, 2 * time.Second, 2 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := dynamoconntest.New()
			server.Inject(dynamoconntest.Fault{Effect: dynamoconntest.Hang()})
			client := wireClient(t, &http.Client{Transport: server.HTTPClient(), Timeout: test.client},
				dynamoconn.WithAttemptTimeout(test.attempt), dynamoconn.WithMaxAttempts(1))
			began := time.Now()
			_, err := client.GetItem(t.Context(), getMusic())
			assert.ErrorIs(t, err, dynamoconn.ErrUnavailable, name)
			assert.ErrorIs(t, err, os.ErrDeadlineExceeded, name)
			assert.NotErrorIs(t, err, context.DeadlineExceeded, name)
			assert.Equal(t, test.want, time.Since(began), name)
		})
	}
}
