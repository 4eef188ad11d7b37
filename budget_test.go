package dynamoconn_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// What the documentation of WithMaxAttempts says of a call's length.
func TestLongestCall(t *testing.T) {
	t.Parallel()

	const pauses = 16_350 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		var longest, sum time.Duration
		client := wireClient(t, wiretest.New(busy))
		const calls = 300
		for range calls {
			began := time.Now()
			_, err := client.GetItem(t.Context(), getMusic())
			require.ErrorIs(t, err, dynamoconn.ErrThrottled)
			took := time.Since(began)
			longest = max(longest, took)
			sum += took
		}
		assert.LessOrEqual(t, longest, pauses)
		assert.InDelta(t, pauses/2, sum/calls, float64(time.Second), "the jitter is fair")
	})
	synctest.Test(t, func(t *testing.T) {
		client := wireClient(t, wiretest.New(wiretest.Reply(429, "", "Retry-After", "60")))
		began := time.Now()
		_, err := client.GetItem(t.Context(), getMusic())
		require.ErrorIs(t, err, dynamoconn.ErrThrottled)
		assert.LessOrEqual(t, time.Since(began), pauses+9*5*time.Second)
		assert.GreaterOrEqual(t, time.Since(began), 9*5*time.Second)
	})
}

func TestRetryBudget(t *testing.T) {
	t.Parallel()

	slow := func(answer wiretest.Answer) wiretest.Answer { return answer.Delay(700 * time.Millisecond) }
	tests := map[string]struct {
		answer    wiretest.Answer
		budget    time.Duration
		cause     error
		ambiguous bool
		most      time.Duration // of the whole call
	}{
		"throttled":              {busy, 2 * time.Second, dynamoconn.ErrThrottled, false, 2 * time.Second},
		"unavailable":            {internal, 2 * time.Second, dynamoconn.ErrUnavailable, true, 2 * time.Second},
		"never dialled":          {noDial, time.Second, dynamoconn.ErrUnavailable, false, time.Second},
		"damaged":                {damaged, time.Second, dynamoconn.ErrCorruptResponse, true, time.Second},
		"an attempt is not cut":  {slow(busy), time.Second, dynamoconn.ErrThrottled, false, 1700 * time.Millisecond},
		"one attempt outlasts":   {slow(busy), 500 * time.Millisecond, dynamoconn.ErrThrottled, false, 700 * time.Millisecond},
		"the server's own pause": {wiretest.Reply(429, "", "Retry-After", "3"), 2 * time.Second, dynamoconn.ErrThrottled, false, 0},
		"next to nothing":        {busy, time.Millisecond, dynamoconn.ErrThrottled, false, time.Millisecond},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for range 20 {
					w := wiretest.New(test.answer)
					client := wireClient(t, w, dynamoconn.WithRetryBudget(test.budget), dynamoconn.WithMaxAttempts(1000))
					began := time.Now()
					_, err := client.PutItem(t.Context(), putMusic())
					require.ErrorIs(t, err, test.cause)
					assert.Equal(t, test.ambiguous, errors.Is(err, dynamoconn.ErrAmbiguous))
					assert.NotErrorIs(t, err, context.DeadlineExceeded)
					assert.LessOrEqual(t, time.Since(began), test.most)
					assert.Len(t, w.Requests(), errorOf(t, err).Attempts)
				}
			})
		})
	}
}

func TestBudgetIsForEachRequest(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		server, client := musicServer(t, dynamoconn.WithRetryBudget(3*time.Second))
		for _, artist := range []string{"a", "b", "c", "d"} {
			_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{
				TableName: "Music", Item: dynamoconn.Item{dynamoconn.String("Artist", artist)},
			})
			require.NoError(t, err)
		}
		server.Inject(dynamoconntest.Fault{Operation: "Scan", Effect: dynamoconntest.Slow(2 * time.Second)})
		resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music", Limit: 1})
		require.NoError(t, err, "each page has the budget")
		assert.Len(t, resp.Items, 4)
	})
}

// A retryer of the caller's own is bounded as well.
func TestBudgetOfAnotherRetryer(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		cfg := wireConfig()
		cfg.Retryer = withoutPauses(1000)
		w := wiretest.New(busy.Delay(time.Second))
		client := wireClient(t, w, dynamoconn.WithAWSConfig(cfg), dynamoconn.WithHTTPClient(w), dynamoconn.WithRetryBudget(10*time.Second))
		_, err := client.GetItem(t.Context(), getMusic())
		require.ErrorIs(t, err, dynamoconn.ErrThrottled)
		assert.Equal(t, 11, errorOf(t, err).Attempts, "the eleventh begins when ten seconds have passed")
	})
}

func TestServerAsksForPauses(t *testing.T) {
	t.Parallel()

	const ms = time.Millisecond
	tests := map[string]struct {
		answer   wiretest.Answer
		from, to time.Duration
	}{
		"throttled, milliseconds": {wiretest.Reply(400, `{"__type":"x#ThrottlingException","message":"m"}`, "X-Amz-Retry-After", "1500"), 1500 * ms, 1500 * ms},
		"429, seconds":            {wiretest.Reply(429, "", "Retry-After", "2"), 2000 * ms, 2000 * ms},
		"503, seconds":            {wiretest.Reply(503, "<html>", "Retry-After", "2"), 2000 * ms, 2000 * ms},
		"503, too long":           {wiretest.Reply(503, "", "Retry-After", "3600"), 5000 * ms, 5050 * ms},
		"503, negative":           {wiretest.Reply(503, "", "Retry-After", "-3"), 0, 50 * ms},
		"503, no number":          {wiretest.Reply(503, "", "Retry-After", "soon"), 0, 50 * ms},
		"503, absurd":             {wiretest.Reply(503, "", "X-Amz-Retry-After", "9223372036854775807"), 0, 50 * ms},
		"503, a date": {wiretest.Reply(503, "", "Date", "Tue, 24 Nov 2026 03:00:00 GMT", "Retry-After", "Tue, 24 Nov 2026 03:00:04 GMT"),
			4000 * ms, 4000 * ms},
		"nothing asked": {internal, 0, 50 * ms},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := wireClient(t, wiretest.New(test.answer, fine))
				began := time.Now()
				resp, err := client.GetItem(t.Context(), getMusic())
				require.NoError(t, err)
				assert.Equal(t, 2, resp.Attempts)
				assert.GreaterOrEqual(t, time.Since(began), test.from)
				assert.LessOrEqual(t, time.Since(began), test.to)
			})
		})
	}
}

func TestBudgetOfABatch(t *testing.T) {
	t.Parallel()

	const budget = 20 * time.Second
	throttle := dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, "arn")
	for name, effect := range map[string]dynamoconntest.Effect{"throttled": throttle, "left unprocessed": dynamoconntest.Unprocessed()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				server, client := musicServer(t, dynamoconn.WithRetryBudget(budget), dynamoconn.WithMaxInFlight(1))
				table := dynamoconn.WriteTable{Name: "Music", KeyNames: []string{"Artist"}}
				read := dynamoconn.RequestTable{Name: "Music"}
				for i := range 60 {
					artist := dynamoconn.Item{dynamoconn.Long("Plays", int64(i)), dynamoconn.String("Artist", string(rune('A'+i)))}
					table.Writes = append(table.Writes, dynamoconn.Write{ItemToAdd: artist})
					read.Keys = append(read.Keys, artist[1:])
				}
				server.Inject(dynamoconntest.Fault{Operation: "BatchWriteItem", Skip: 1, Effect: effect})
				server.Inject(dynamoconntest.Fault{Operation: "BatchGetItem", Effect: effect})

				began := time.Now()
				_, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}})
				assert.LessOrEqual(t, time.Since(began), 2*budget, "a request has the budget, too")
				require.ErrorIs(t, err, dynamoconn.ErrThrottled)
				assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
				assert.NotErrorIs(t, err, context.DeadlineExceeded)
				var unfinished *dynamoconn.BatchWriteError
				require.ErrorAs(t, err, &unfinished)
				assert.Equal(t, 35, len(unfinished.Failures), "one request of 25 was done") //nolint:testifylint // the failures are long
				for _, failure := range unfinished.Failures {
					assert.Equal(t, dynamoconn.OutcomeNotDone, failure.Outcome)
				}

				began = time.Now()
				resp, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{read}})
				assert.LessOrEqual(t, time.Since(began), 2*budget)
				require.ErrorIs(t, err, dynamoconn.ErrThrottled)
				var unread *dynamoconn.BatchGetError
				require.ErrorAs(t, err, &unread)
				assert.Len(t, unread.Failures, 60)
				assert.NotNil(t, resp)

				server.ClearFaults()
				_, err = client.BatchWrite(t.Context(), unfinished.Remaining())
				require.NoError(t, err)
				resp, err = client.BatchGet(t.Context(), unread.Remaining())
				require.NoError(t, err)
				assert.Empty(t, resp.ResponseTables[0].MissingKeys, "nothing is lost")
			})
		})
	}
}
