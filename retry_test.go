package dynamoconn_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

const onlyNew = "attribute_not_exists(Artist)"

func errorOf(t *testing.T, err error) *dynamoconn.Error {
	t.Helper()
	var e *dynamoconn.Error
	require.ErrorAs(t, err, &e)
	return e
}

var (
	brokenPipe = wiretest.Break(&net.OpError{Op: "write", Err: errors.New("broken pipe")})
	noDial     = wiretest.Break(&net.OpError{Op: "dial", Err: errors.New("connection refused")})
	internal   = wiretest.Refuse(500, "InternalServerError", "try later", "R500")
	busy       = wiretest.Refuse(400, "ProvisionedThroughputExceededException", "slow down", "RBUSY")
	conditions = wiretest.Refuse(400, "ConditionalCheckFailedException", "The conditional request failed", "RCOND")
	invalid    = wiretest.Refuse(400, "ValidationException", "no", "RBAD")
	damaged    = wiretest.Reply(200, "{}", "X-Amz-Crc32", "1", "X-Amzn-Requestid", "RDAMAGED")
	fine       = wiretest.AllDone("X-Amzn-Requestid", "ROK")
)

// TestWhatIsKnownOfAWrite goes through what the attempts of one conditional put can
// meet. The pauses are the bubble's.
func TestWhatIsKnownOfAWrite(t *testing.T) {
	t.Parallel()

	type answers []wiretest.Answer
	ambiguous, condition := dynamoconn.ErrAmbiguous, dynamoconn.ErrConditionFailed
	unavailable, throttled := dynamoconn.ErrUnavailable, dynamoconn.ErrThrottled
	tests := map[string]struct {
		answers  answers
		is, not  []error
		attempts int
		ids      []string
	}{
		"done":                          {answers{fine}, nil, nil, 1, []string{"ROK"}},
		"500, then done":                {answers{internal, fine}, nil, nil, 2, []string{"R500", "ROK"}},
		"broken, then done":             {answers{brokenPipe, fine}, nil, nil, 2, []string{"ROK"}},
		"damaged, then done":            {answers{damaged, fine}, nil, nil, 2, []string{"RDAMAGED", "ROK"}},
		"throttled thrice, then done":   {answers{busy, busy, busy, fine}, nil, nil, 4, []string{"RBUSY", "RBUSY", "RBUSY", "ROK"}},
		"condition failed":              {answers{conditions}, []error{condition}, []error{ambiguous}, 1, []string{"RCOND"}},
		"throttled, then condition":     {answers{busy, conditions}, []error{condition}, []error{ambiguous}, 2, []string{"RBUSY", "RCOND"}},
		"not dialled, then condition":   {answers{noDial, conditions}, []error{condition}, []error{ambiguous}, 2, []string{"RCOND"}},
		"500, then condition":           {answers{internal, conditions}, []error{ambiguous}, []error{condition}, 2, []string{"R500", "RCOND"}},
		"broken, then condition":        {answers{brokenPipe, conditions}, []error{ambiguous}, []error{condition}, 2, []string{"RCOND"}},
		"damaged, then condition":       {answers{damaged, conditions}, []error{ambiguous}, []error{condition}, 2, []string{"RDAMAGED", "RCOND"}},
		"always broken":                 {answers{brokenPipe}, []error{ambiguous, unavailable}, nil, 4, nil},
		"always 500":                    {answers{internal}, []error{ambiguous, unavailable}, nil, 4, []string{"R500", "R500", "R500", "R500"}},
		"always damaged":                {answers{damaged}, []error{ambiguous, dynamoconn.ErrCorruptResponse}, nil, 4, []string{"RDAMAGED", "RDAMAGED", "RDAMAGED", "RDAMAGED"}},
		"never dialled":                 {answers{noDial}, []error{unavailable}, []error{ambiguous}, 4, nil},
		"always throttled":              {answers{busy}, []error{throttled}, []error{ambiguous, unavailable}, 4, []string{"RBUSY", "RBUSY", "RBUSY", "RBUSY"}},
		"500, then throttled":           {answers{internal, busy}, []error{throttled, ambiguous}, nil, 4, []string{"R500", "RBUSY", "RBUSY", "RBUSY"}},
		"broken once, then not dialled": {answers{brokenPipe, noDial}, []error{unavailable, ambiguous}, nil, 4, nil},
		"invalid":                       {answers{invalid}, []error{dynamoconn.ErrValidation}, []error{ambiguous}, 1, []string{"RBAD"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := wiretest.New(test.answers...)
				client := wireClient(t, w, dynamoconn.WithMaxAttempts(4))
				req := putMusic()
				req.ConditionExpression = onlyNew
				resp, err := client.PutItem(t.Context(), req)

				sent := w.Requests()
				require.Len(t, sent, test.attempts)
				for _, again := range sent {
					assert.Equal(t, "PutItem", again.Action)
					assert.JSONEq(t, sent[0].Body, again.Body, "each attempt sends the same")
					assert.Contains(t, again.Body, onlyNew)
				}
				if test.is == nil {
					require.NoError(t, err)
					assert.Equal(t, test.attempts, resp.Attempts)
					assert.Equal(t, test.ids, resp.RequestIDs)
					assert.Equal(t, "ROK", resp.RequestID)
					return
				}
				for _, cause := range test.is {
					assert.ErrorIs(t, err, cause)
				}
				for _, cause := range test.not {
					assert.NotErrorIs(t, err, cause)
				}
				e := errorOf(t, err)
				assert.Equal(t, test.attempts, e.Attempts)
				assert.Equal(t, test.ids, e.RequestIDs)
			})
		})
	}
}

// What DynamoDB said last is still there for who wants to look.
func TestAmbiguousConditionKeepsTheSDKsError(t *testing.T) {
	t.Parallel()

	w := wiretest.Script(t, internal, wiretest.Refuse(400, "ConditionalCheckFailedException", "m", "R", `,"Item":{"Artist":{"S":"Acme Band"}}`))
	_, err := wireClient(t, w).DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{
		TableName: "Music", Item: musicKey(), ConditionExpression: "attribute_exists(Artist)", ReturnItemOnConditionFailure: true,
	})
	require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
	assert.NotErrorIs(t, err, dynamoconn.ErrConditionFailed)
	var failed *types.ConditionalCheckFailedException
	assert.ErrorAs(t, err, &failed)
	assert.True(t, errorOf(t, err).Item().Equal(dynamoconn.Item{dynamoconn.String("Artist", "Acme Band")}))
}

func TestReadsAreNeverAmbiguous(t *testing.T) {
	t.Parallel()

	for name, answer := range map[string]wiretest.Answer{"broken": brokenPipe, "500": internal, "damaged": damaged} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := wireClient(t, wiretest.New(answer), dynamoconn.WithMaxAttempts(1))
			_, get := client.GetItem(t.Context(), getMusic())
			_, scan := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
			_, list := client.ListTables(t.Context(), dynamoconn.ListTablesRequest{})
			_, describe := client.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: "Music"})
			for _, err := range []error{get, scan, list, describe} {
				require.Error(t, err)
				assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
			}
		})
	}
}

func TestWhatIsNotTriedAgain(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		answer wiretest.Answer
		cause  error
		doubt  bool
	}{
		"413":         {wiretest.Reply(413, "<html>"), dynamoconn.ErrItemTooLarge, true},
		"403 of ours": {wiretest.Reply(403, "<html>"), dynamoconn.ErrAccessDenied, true},
		"too large":   {wiretest.Refuse(413, "RequestEntityTooLarge", "no", "R"), dynamoconn.ErrItemTooLarge, false},
		"denied":      {wiretest.Refuse(400, "AccessDeniedException", "no", "R"), dynamoconn.ErrAccessDenied, false},
		"no table":    {wiretest.Refuse(400, "ResourceNotFoundException", "no", "R"), dynamoconn.ErrTableNotFound, false},
		"redirect":    {wiretest.Reply(307, "", "Location", "https://example.com"), dynamoconn.ErrCorruptResponse, true},
	} {
		_, err := wireClient(t, wiretest.Script(t, test.answer)).PutItem(t.Context(), putMusic())
		assert.ErrorIs(t, err, test.cause, name)
		assert.Equal(t, test.doubt, errors.Is(err, dynamoconn.ErrAmbiguous), name)
	}
}

func TestWhatIsTriedAgainByStatus(t *testing.T) {
	t.Parallel()

	bodies := map[string]string{"empty": "", "HTML": "<html>busy</html>", "JSON array": `["busy"]`, "half JSON": `{"__type":"x#Thr`}
	causes := map[int]error{
		408: dynamoconn.ErrUnavailable, 429: dynamoconn.ErrThrottled, 500: dynamoconn.ErrUnavailable,
		502: dynamoconn.ErrUnavailable, 503: dynamoconn.ErrUnavailable, 504: dynamoconn.ErrUnavailable,
	}
	for status, cause := range causes {
		for name, body := range bodies {
			synctest.Test(t, func(t *testing.T) {
				w := wiretest.New(wiretest.Reply(status, body), fine)
				resp, err := wireClient(t, w).PutItem(t.Context(), putMusic())
				require.NoError(t, err, "%d %s", status, name)
				assert.Equal(t, 2, resp.Attempts)
				assert.Equal(t, w.Requests()[0].Body, w.Requests()[1].Body)

				w = wiretest.New(wiretest.Reply(status, body))
				_, err = wireClient(t, w, dynamoconn.WithMaxAttempts(3)).PutItem(t.Context(), putMusic())
				require.ErrorIs(t, err, cause, "%d %s", status, name)
				assert.NotErrorIs(t, err, dynamoconn.ErrCorruptResponse, "%d %s", status, name)
				assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous, "%d %s", status, name)
				assert.Len(t, w.Requests(), 3)
			})
		}
	}
}

// smallServer is a table whose server refuses requests of more than a number of bytes.
func smallServer(t *testing.T, most int) (*dynamoconn.Client, *wiretest.Client) {
	t.Helper()
	server := dynamoconntest.New()
	require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist"}))
	next := server.HTTPClient()
	w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
		if len(r.Body) > most {
			return wiretest.Reply(413, "<html>Request Entity Too Large</html>")(r)
		}
		return next.Do(r.HTTP)
	})
	return wireClient(t, w, dynamoconn.WithMaxInFlight(1)), w
}

// A body that is refused as too large is divided until it is not, and what is too large by
// itself fails alone.
func TestBatchesThatAreTooLargeForTheServer(t *testing.T) {
	t.Parallel()

	const most = 1000
	client, w := smallServer(t, most)
	table := dynamoconn.WriteTable{Name: "Music", KeyNames: []string{"Artist"}}
	read := dynamoconn.RequestTable{Name: "Music"}
	for i := range 100 {
		artist := dynamoconn.Item{dynamoconn.String("Artist", fmt.Sprint(i))}
		item := append(artist.Clone(), dynamoconn.String("Text", strings.Repeat("x", 10*i%700)))
		if i == 17 {
			item[1] = dynamoconn.String("Text", strings.Repeat("x", most))
		}
		table.Writes = append(table.Writes, dynamoconn.Write{ItemToAdd: item})
		read.Keys = append(read.Keys, artist)
	}
	_, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}})
	require.ErrorIs(t, err, dynamoconn.ErrItemTooLarge)
	var unfinished *dynamoconn.BatchWriteError
	require.ErrorAs(t, err, &unfinished)
	require.Len(t, unfinished.Failures, 1)
	assert.Equal(t, 17, unfinished.Failures[0].Index)
	assert.Equal(t, dynamoconn.OutcomeUnknown, unfinished.Failures[0].Outcome, "the refusal is not DynamoDB's own")

	wrote := len(w.Requests())
	huge := dynamoconn.Item{dynamoconn.String("Artist", strings.Repeat("k", most))}
	read.Keys = append(read.Keys, huge)
	resp, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{read}})
	require.ErrorIs(t, err, dynamoconn.ErrItemTooLarge)
	var unread *dynamoconn.BatchGetError
	require.ErrorAs(t, err, &unread)
	require.Len(t, unread.Failures, 1)
	assert.Equal(t, 100, unread.Failures[0].Index)
	for i, item := range resp.ResponseTables[0].Items[:100] {
		if i == 17 {
			assert.Nil(t, item)
			continue
		}
		assert.True(t, item.Equal(table.Writes[i].ItemToAdd), "item %d", i)
	}
	large := 0
	for _, req := range w.Requests()[wrote:] {
		if len(req.Body) > most {
			large++
		}
	}
	assert.Positive(t, large, "the keys were divided as well")
	assert.Less(t, len(w.Requests()), 300)
}

func TestPausesGrowWithinTheirBounds(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		w := wiretest.New(busy)
		client := wireClient(t, w)
		longest := make([]time.Duration, 9)
		for range 200 {
			_, err := client.GetItem(t.Context(), getMusic())
			require.ErrorIs(t, err, dynamoconn.ErrThrottled, "there is no bucket to run dry")
			sent := w.Take()
			require.Len(t, sent, 10, "the default number of attempts")
			for i := range longest {
				longest[i] = max(longest[i], sent[i+1].At.Sub(sent[i].At))
			}
		}
		for i, most := range []time.Duration{50, 100, 200, 400, 800, 1600, 3200, 5000, 5000} {
			most *= time.Millisecond
			assert.LessOrEqual(t, longest[i], most, "pause %d", i+1)
			assert.Greater(t, longest[i], most*8/10, "pause %d", i+1)
		}
	})
}

func TestContextEndsBeforeSending(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := wiretest.New()
	_, err := wireClient(t, w).PutItem(ctx, putMusic())
	assert.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	assert.NotErrorIs(t, err, dynamoconn.ErrUnavailable)
	assert.Zero(t, errorOf(t, err).Attempts)
	assert.Empty(t, w.Requests())
}

func TestContextEndsInFlight(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		w := wiretest.New(wiretest.Hang)
		client := wireClient(t, w)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		_, err := client.PutItem(ctx, putMusic())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
		assert.Equal(t, 5*time.Second, time.Since(began))
		assert.Equal(t, 1, errorOf(t, err).Attempts)

		ctx, cancel = context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = client.GetItem(ctx, getMusic())
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	})
}

// A pause that outlasts the deadline is not slept through: there would be no attempt
// after it. What the last attempt met is the error, and the context has not ended.
func TestDeadlineWithinAPause(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		answer    wiretest.Answer
		cause     error
		ambiguous bool
	}{
		"after a refusal": {busy, dynamoconn.ErrThrottled, false},
		"after a doubt":   {internal, dynamoconn.ErrUnavailable, true},
		"not dialled":     {noDial, dynamoconn.ErrUnavailable, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			for range 50 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				w := wiretest.New(test.answer)
				began := time.Now()
				_, err := wireClient(t, w, dynamoconn.WithMaxAttempts(1000)).PutItem(ctx, putMusic())
				require.NoError(t, ctx.Err(), name)
				cancel()
				assert.ErrorIs(t, err, test.cause, name)
				assert.NotErrorIs(t, err, context.DeadlineExceeded, name)
				assert.Equal(t, test.ambiguous, errors.Is(err, dynamoconn.ErrAmbiguous), name)
				assert.Less(t, time.Since(began), time.Second, name)
				assert.Len(t, w.Requests(), errorOf(t, err).Attempts, name)
				assert.Greater(t, len(w.Requests()), 1, name)
			}
		})
	}
}

func TestCancelledInAPause(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		answer    wiretest.Answer
		cause     error
		ambiguous bool
	}{
		"after a refusal": {busy, dynamoconn.ErrThrottled, false},
		"after a doubt":   {internal, dynamoconn.ErrUnavailable, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Minute, cancel)
			began := time.Now()
			_, err := wireClient(t, wiretest.New(test.answer), dynamoconn.WithMaxAttempts(1000)).PutItem(ctx, putMusic())
			assert.ErrorIs(t, err, context.Canceled, name)
			assert.ErrorIs(t, err, test.cause, "what the call was waiting for")
			assert.Equal(t, test.ambiguous, errors.Is(err, dynamoconn.ErrAmbiguous), name)
			assert.Equal(t, time.Minute, time.Since(began), name)
		})
	}
}

// The same over real connections, where net/http knows what was sent.
func TestConnectionThatBreaks(t *testing.T) {
	t.Parallel()

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	t.Cleanup(server.Close)
	open := func(url string) *dynamoconn.Client {
		client, err := dynamoconn.New(t.Context(), dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithEndpoint(url), dynamoconn.WithMaxAttempts(2))
		require.NoError(t, err)
		return client
	}
	_, err := open(server.URL).PutItem(t.Context(), putMusic())
	assert.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
	assert.ErrorIs(t, err, dynamoconn.ErrUnavailable)
	assert.Equal(t, 2, errorOf(t, err).Attempts)

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	_, err = open("http://"+listener.Addr().String()).PutItem(t.Context(), putMusic())
	assert.ErrorIs(t, err, dynamoconn.ErrUnavailable)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	assert.Equal(t, 2, errorOf(t, err).Attempts)
}

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
		"the server's own pause": {wiretest.Reply(429, "", "Retry-After", "3"), 2 * time.Second, dynamoconn.ErrThrottled, true, 0},
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
