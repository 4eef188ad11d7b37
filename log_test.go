package dynamoconn_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// lines is a slog.Handler that hands on what is logged from a level on.
type lines struct {
	slog.Handler
	level slog.Level
	take  func(slog.Record)
}

func (l lines) Enabled(_ context.Context, level slog.Level) bool { return level >= l.level }

func (l lines) Handle(_ context.Context, record slog.Record) error {
	l.take(record)
	return nil
}

// logged is one record: its level, message and attributes.
type logged struct {
	level   slog.Level
	message string
	attrs   map[string]slog.Value
}

func (l logged) String() string { return l.level.String() + " " + l.message }

// logTo returns a logger that adds to all what is logged from a level on.
func logTo(all *[]logged, level slog.Level) *slog.Logger {
	return slog.New(lines{level: level, take: func(record slog.Record) {
		line := logged{level: record.Level, message: record.Message, attrs: make(map[string]slog.Value)}
		record.Attrs(func(a slog.Attr) bool {
			line.attrs[a.Key] = a.Value.Resolve()
			return true
		})
		*all = append(*all, line)
	}})
}

func TestWhatIsLoggedOfACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all []logged
		done := wiretest.Reply(200, `{"ConsumedCapacity":{"TableName":"Music","CapacityUnits":2.5}}`)
		w := wiretest.New(wiretest.InTurn(busy, done).Delay(time.Second))
		client := wireClient(t, w, dynamoconn.WithLogger(logTo(&all, slog.LevelDebug)))
		began := time.Now()
		_, err := client.PutItem(t.Context(), putMusic(), dynamoconn.WithConsumedCapacity())
		require.NoError(t, err)
		took := time.Since(began)

		require.Len(t, all, 2)
		first, call := all[0], all[1]
		assert.Equal(t, "INFO dynamodb attempt failed", first.String())
		assert.Positive(t, first.attrs["bytesReceived"].Int64())
		first.attrs["bytesReceived"] = slog.Value{}
		sent := int64(len(w.Requests()[0].Body))
		assert.Equal(t, map[string]slog.Value{
			"activity":      slog.StringValue("PutItem"),
			"action":        slog.StringValue("PutItem"),
			"table":         slog.StringValue("Music"),
			"region":        slog.StringValue("us-east-1"),
			"number":        slog.IntValue(1),
			"outcome":       slog.StringValue("not done"),
			"status":        slog.IntValue(400),
			"code":          slog.StringValue("ProvisionedThroughputExceededException"),
			"requestID":     slog.StringValue("RBUSY"),
			"wait":          slog.DurationValue(0),
			"took":          slog.DurationValue(time.Second),
			"bytesSent":     slog.Int64Value(sent),
			"bytesReceived": {},
		}, first.attrs)

		assert.Equal(t, "DEBUG dynamodb call", call.String())
		assert.Positive(t, call.attrs["bytesReceived"].Int64())
		call.attrs["bytesReceived"] = slog.Value{}
		assert.Equal(t, map[string]slog.Value{
			"activity":      slog.StringValue("PutItem"),
			"table":         slog.StringValue("Music"),
			"region":        slog.StringValue("us-east-1"),
			"outcome":       slog.StringValue("applied"),
			"attempts":      slog.IntValue(2),
			"wait":          slog.DurationValue(took - 2*time.Second),
			"took":          slog.DurationValue(took),
			"bytesSent":     slog.Int64Value(2 * sent),
			"bytesReceived": {},
			"capacityUnits": slog.Float64Value(2.5),
		}, call.attrs)
	})
}

func TestLevels(t *testing.T) {
	t.Parallel()
	const attempt, call = "INFO dynamodb attempt failed", "DEBUG dynamodb call"
	const damage, alarm = "WARN dynamodb attempt failed", "WARN dynamodb call"
	get, put, scan := everyActivity["GetItem"].call, everyActivity["PutItem"].call, everyActivity["Scan"].call
	write := everyActivity["BatchWrite"].call
	refusedHere := func(ctx context.Context, c *dynamoconn.Client, _ ...dynamoconn.CallOption) error {
		_, err := c.GetItem(ctx, dynamoconn.GetItemRequest{})
		return err
	}
	type answers = []wiretest.Answer
	conflict := wiretest.Refuse(400, "TransactionConflictException", "busy", "R")
	for name, test := range map[string]struct {
		call    func(context.Context, *dynamoconn.Client, ...dynamoconn.CallOption) error
		answers answers
		want    []string
	}{
		"a call that goes well":        {get, answers{fine}, []string{call}},
		"a scan of many pages":         {scan, answers{pageEndingAt(`{"A":{"S":"a"}}`), pageEndingAt(`{"A":{"S":"b"}}`), fine}, []string{call}},
		"refused here":                 {refusedHere, answers{fine}, []string{call}},
		"condition failed":             {put, answers{conditions}, []string{call}},
		"refused by DynamoDB":          {get, answers{invalid}, []string{call}},
		"denied":                       {get, answers{wiretest.Refuse(400, "AccessDeniedException", "no", "R")}, []string{call}},
		"throttled, then done":         {get, answers{busy, fine}, []string{attempt, call}},
		"throttled for good":           {get, answers{busy}, []string{attempt, attempt, attempt, call}},
		"conflict, then done":          {put, answers{conflict, fine}, []string{attempt, call}},
		"500, then done":               {put, answers{internal, fine}, []string{attempt, call}},
		"429 and 408, then done":       {get, answers{wiretest.Reply(429, ""), wiretest.Reply(408, ""), fine}, []string{attempt, attempt, call}},
		"not dialled, then done":       {put, answers{noDial, fine}, []string{attempt, call}},
		"an expired token":             {get, answers{wiretest.Refuse(400, "ExpiredTokenException", "no", "R")}, []string{attempt, call}},
		"corrupt, then done":           {get, answers{damaged, fine}, []string{damage, call}},
		"corrupt for good":             {get, answers{damaged}, []string{damage, damage, damage, alarm}},
		"a reading that cannot be":     {get, answers{brokenPipe}, []string{attempt, attempt, attempt, call}},
		"a write in doubt":             {put, answers{brokenPipe}, []string{attempt, attempt, attempt, alarm}},
		"a batch with writes in doubt": {write, answers{brokenPipe}, []string{attempt, attempt, attempt, alarm}},
		"a redirect":                   {get, answers{wiretest.Reply(307, "", "Location", "https://example.com")}, []string{attempt, alarm}},
		"an item that is none":         {get, answers{wiretest.Reply(200, `{"Item":{"A":{"N":"x"}}}`)}, []string{alarm}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
				synctest.Test(t, func(t *testing.T) {
					var all []logged
					client := wireClient(t, wiretest.New(test.answers...),
						dynamoconn.WithLogger(logTo(&all, level)), dynamoconn.WithMaxAttempts(3))
					err := test.call(t.Context(), client)
					var got, want []string
					for _, line := range all {
						// What the SDK says of its own is not of this package.
						if line.message == "dynamodb call" || line.message == "dynamodb attempt failed" {
							got = append(got, line.String())
							assert.Equal(t, line.message == "dynamodb call" && err != nil, line.attrs["error"].Kind() == slog.KindGroup)
						}
					}
					for _, line := range test.want {
						levels := map[string]slog.Level{attempt: slog.LevelInfo, call: slog.LevelDebug, damage: slog.LevelWarn, alarm: slog.LevelWarn}
						if levels[line] >= level {
							want = append(want, line)
						}
					}
					assert.Equal(t, want, got, "%v from %v on", err, level)
				})
			}
		})
	}
}

// That the caller has left is no news of the network.
func TestCallersContextIsNoFailedAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all []logged
		client := wireClient(t, wiretest.New(wiretest.Hang), dynamoconn.WithLogger(logTo(&all, slog.LevelInfo)))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.GetItem(ctx, getMusic())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Empty(t, all)

		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = client.PutItem(ctx, putMusic())
		require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
		require.Len(t, all, 1)
		assert.Equal(t, "WARN dynamodb call", all[0].String())
	})
}

// The error of a failed call is a group, which is made only for a handler that asks.
func TestLogOfAFailedCall(t *testing.T) {
	t.Parallel()
	var all []logged
	client := wireClient(t, wiretest.New(invalid), dynamoconn.WithLogger(logTo(&all, slog.LevelDebug)))
	_, err := client.GetItem(t.Context(), getMusic())
	require.Error(t, err)
	require.Len(t, all, 1)
	assert.Equal(t, errorOf(t, err).LogValue().Group(), all[0].attrs["error"].Group())
	names := slices.Sorted(maps.Keys(all[0].attrs))
	assert.Equal(t, []string{"activity", "attempts", "bytesReceived", "bytesSent", "error", "outcome", "region", "table", "took", "wait"}, names)
}

func TestLogIsWrittenBeforeTheHooks(t *testing.T) {
	t.Parallel()
	var all []logged
	client := wireClient(t, wiretest.New(), dynamoconn.WithLogger(logTo(&all, slog.LevelDebug)), dynamoconn.WithHook(dynamoconn.Hook{
		Call: func(context.Context, dynamoconn.CallEvent) { panic("mine") },
	}))
	assert.Panics(t, func() { _, _ = client.GetItem(t.Context(), getMusic()) })
	assert.Len(t, all, 1, "what a hook does takes nothing from the log")
}

func TestLoggerHearsTheSDK(t *testing.T) {
	t.Parallel()

	var all []logged
	logger := logTo(&all, slog.LevelDebug)
	client := wireClient(t, wiretest.New(), dynamoconn.WithLogger(logger), dynamoconn.WithSDKOptions(func(o *dynamodb.Options) {
		o.ClientLogMode = aws.LogRequest
		o.Logger.Logf("WARN", "a warning\nof %d lines", 2)
	}))
	_, err := client.GetItem(t.Context(), getMusic())
	require.NoError(t, err)
	require.Len(t, all, 3)
	assert.Equal(t, "WARN a warning of 2 lines", all[0].String())
	assert.Equal(t, slog.LevelDebug, all[1].level)
	assert.Contains(t, all[1].message, "POST / HTTP/1.1")
	assert.Equal(t, "DEBUG dynamodb call", all[2].String())
}
