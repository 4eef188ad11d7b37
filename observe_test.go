package dynamoconn_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/tracing"
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

// telemetry is a tracer provider and a meter provider of the SDK's kind. It counts the
// spans by name, those of spans by "parent/name", and the measurements by instrument.
type telemetry struct {
	mu           sync.Mutex
	begun, ended map[string]int
	measured     map[string]int
}

func newTelemetry() *telemetry {
	return &telemetry{begun: map[string]int{}, ended: map[string]int{}, measured: map[string]int{}}
}

func (r *telemetry) count(in map[string]int, name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in[name]++
}

// options has both providers used.
func (r *telemetry) options(o *dynamodb.Options) {
	o.TracerProvider, o.MeterProvider = r, meters{r}
}

func (r *telemetry) Tracer(string, ...tracing.TracerOption) tracing.Tracer { return r }

func (r *telemetry) StartSpan(ctx context.Context, name string, _ ...tracing.SpanOption) (context.Context, tracing.Span) {
	path := name
	if parent, ok := tracing.GetSpan(ctx); ok {
		path = parent.Name() + "/" + name
	}
	r.count(r.begun, path)
	span := &recordedSpan{name: name, end: sync.OnceFunc(func() { r.count(r.ended, path) })} // the SDK ends some twice
	return tracing.WithSpan(ctx, span), span
}

type recordedSpan struct {
	tracing.Span // nil: the other methods are below
	name         string
	end          func()
}

func (s *recordedSpan) Name() string                            { return s.name }
func (s *recordedSpan) Context() tracing.SpanContext            { return tracing.SpanContext{} }
func (s *recordedSpan) AddEvent(string, ...tracing.EventOption) {}
func (s *recordedSpan) SetStatus(tracing.SpanStatus)            {}
func (s *recordedSpan) SetProperty(any, any)                    {}
func (s *recordedSpan) End()                                    { s.end() }

type meters struct{ *telemetry }

func (m meters) Meter(string, ...metrics.MeterOption) metrics.Meter {
	return meter{metrics.NopMeterProvider{}.Meter(""), m.telemetry}
}

type meter struct {
	metrics.Meter
	*telemetry
}

func (m meter) Float64Histogram(name string, _ ...metrics.InstrumentOption) (metrics.Float64Histogram, error) {
	return histogram{m.telemetry, name}, nil
}

type histogram struct {
	*telemetry
	name string
}

func (h histogram) Record(context.Context, float64, ...metrics.RecordMetricOption) {
	h.count(h.measured, h.name)
}

// The answer of a server over TCP: net/http tells the SDK's hooks of its connection, and
// ours beside them.
func TestTelemetryOfTheSDKWorks(t *testing.T) {
	t.Parallel()

	for name, give := range map[string]func(*telemetry) []dynamoconn.Option{
		"WithSDKOptions": func(r *telemetry) []dynamoconn.Option {
			return []dynamoconn.Option{dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithSDKOptions(r.options)}
		},
		"WithAWSConfig": func(r *telemetry) []dynamoconn.Option {
			cfg := wireConfig()
			cfg.ServiceOptions = append(cfg.ServiceOptions, func(service string, options any) {
				if o, ok := options.(*dynamodb.Options); ok && service == dynamodb.ServiceID {
					r.options(o)
				}
			})
			return []dynamoconn.Option{dynamoconn.WithAWSConfig(cfg)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requests := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.ReadAll(r.Body)
				if requests++; requests == 1 {
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				_, _ = io.WriteString(w, "{}")
			}))
			t.Cleanup(server.Close)

			var h heard
			recorded := newTelemetry()
			client, err := dynamoconn.New(t.Context(), append(give(recorded), dynamoconn.WithEndpoint(server.URL), dynamoconn.WithHook(h.hook()))...)
			require.NoError(t, err)
			t.Cleanup(client.CloseIdleConnections)
			_, err = client.GetItem(t.Context(), getMusic())
			require.NoError(t, err)
			attempts, _ := h.take()
			require.Len(t, attempts, 2)

			assert.Equal(t, recorded.begun, recorded.ended, "every span has ended")
			assert.Equal(t, 1, recorded.begun["DynamoDB.GetItem"], "%v", recorded.begun)
			assert.Equal(t, 2, recorded.begun["RetryLoop/Attempt"], "%v", recorded.begun)
			assert.Equal(t, 2, recorded.begun["Attempt/DoHTTPRequest"], "%v", recorded.begun)
			names := slices.Sorted(maps.Keys(recorded.measured))
			for _, instrument := range []string{
				"client.call.duration", "client.call.serialization_duration", "client.call.deserialization_duration",
				"client.http.do_request_duration", "client.http.time_to_first_byte", "client.http.connections.acquire_duration",
			} {
				assert.Contains(t, names, instrument)
			}
			assert.Equal(t, 1, recorded.measured["client.call.duration"])
			assert.Equal(t, 2, recorded.measured["client.http.do_request_duration"])
			assert.Equal(t, 2, recorded.measured["client.http.time_to_first_byte"])
			assert.Equal(t, 1, recorded.measured["client.http.connections.acquire_duration"], "the connection was kept")
		})
	}
}

const (
	canaryKeyID  = "AKIDCANARYKEYID"
	canarySecret = "CanarySecretAccessKey"
	canaryToken  = "CanarySessionToken"
	canaryValue  = "CanaryItemValue"
)

// requireRedacted checks that no way of printing v shows a secret or a value.
func requireRedacted[T any](t *testing.T, name string, v T) {
	t.Helper()
	// Package fmt calls no method of a value in a field that is not exported.
	inside := struct{ v T }{v}
	values := []any{v, []any{v}, struct{ V any }{v}, inside, &inside, []any{inside}, map[string]any{"k": inside}, struct{ v *T }{&v}, struct{ v any }{v}}
	var forms []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		for _, value := range values {
			forms = append(forms, fmt.Sprintf(verb, value))
		}
	}
	for _, value := range []any{v, struct{ V any }{v}, struct{ V T }{v}} {
		if data, err := json.Marshal(value); err == nil {
			forms = append(forms, string(data))
		}
		data, _ := xml.Marshal(value) // what is written before an error counts too
		forms = append(forms, string(data))
	}
	var b bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewTextHandler(&b, nil), slog.NewJSONHandler(&b, nil)} {
		slog.New(handler).Info("m", "v", v, slog.Group("g", "v", v), "all", []any{v})
	}
	requireNoCanary(t, name, append(forms, b.String())...)
}

func requireNoCanary(t *testing.T, name string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		for _, canary := range []string{canaryKeyID, canarySecret, canaryToken, canaryValue} {
			for _, form := range []string{canary, fmt.Sprintf("%x", canary)} {
				if strings.Contains(text, form) {
					t.Errorf("%s: %q is in %.300q", name, canary, text)
				}
			}
		}
	}
}

// The check itself must be able to fail.
func TestCanariesAreSeen(t *testing.T) {
	t.Parallel()

	assert.Contains(t, fmt.Sprintf("%+v", aws.Credentials{SecretAccessKey: canarySecret}), canarySecret)
	assert.Equal(t, hex.EncodeToString([]byte(canaryToken)), fmt.Sprintf("%x", canaryToken))
	data, err := json.Marshal(canaryItem())
	require.NoError(t, err)
	assert.Contains(t, string(data), canaryValue)
}

func canaryItem() dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.String("Artist", canaryValue)}
}

func canaryProvider() aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(canaryKeyID, canarySecret, canaryToken)
}

func TestClientAndOptionsShowNoSecret(t *testing.T) {
	t.Parallel()

	cfg := wireConfig()
	cfg.Credentials = canaryProvider()
	opts := map[string]dynamoconn.Option{
		"WithStaticCredentials": dynamoconn.WithStaticCredentials(canaryKeyID, canarySecret, canaryToken),
		"WithCredentials":       dynamoconn.WithCredentials(canaryProvider()),
		"WithAWSConfig":         dynamoconn.WithAWSConfig(cfg),
	}
	for name, opt := range opts {
		requireRedacted(t, name, opt)
		client := wireClient(t, wiretest.New(), opt)
		requireRedacted(t, name+": the client", client)
		_, err := client.GetItem(t.Context(), getMusic()) // caches the credentials
		require.NoError(t, err)
		requireRedacted(t, name+": the client in use", client)
	}
	requireRedacted(t, "UsingCredentials", dynamoconn.UsingCredentials(canaryProvider()))

	_, err := dynamoconn.New(t.Context(), opts["WithStaticCredentials"], opts["WithCredentials"],
		dynamoconn.WithEndpoint("https://"+canaryKeyID+":"+canarySecret+"@example.com"), dynamoconn.WithStaticCredentials(canaryKeyID, "", canaryToken))
	require.Error(t, err)
	requireRedacted(t, "New's error", err)
	_, err = dynamoconn.New(t.Context(), dynamoconn.WithEndpoint("http://"+canarySecret+"@[::1"), dynamoconn.WithRegion("us-east-1"))
	require.Error(t, err)
	requireRedacted(t, "New's error of no URL", err)
}

// Answers that hold an item, whole or broken.
// answerWithCanary answers each action with an item whose Artist is that value, as JSON.
func answerWithCanary(value string) wiretest.Answer {
	return func(r *wiretest.Request) (*http.Response, error) {
		item := `{"Artist":` + value + `}`
		body := map[string]string{
			"GetItem":        `{"Item":` + item + `}`,
			"PutItem":        `{"Attributes":` + item + `}`,
			"Query":          `{"Items":[` + item + `,` + item + `],"Count":2,"ScannedCount":2}`,
			"BatchGetItem":   `{"Responses":{"Music":[` + item + `]},"UnprocessedKeys":{}}`,
			"BatchWriteItem": `{"UnprocessedItems":{}}`,
		}[r.Action]
		return wiretest.Reply(http.StatusOK, body)(r)
	}
}

// textWithCanary answers each action with a text where an object must be.
func textWithCanary(r *wiretest.Request) (*http.Response, error) {
	member := map[string]string{"GetItem": "Item", "PutItem": "Attributes", "Query": "Items", "BatchGetItem": "Responses", "BatchWriteItem": "UnprocessedItems"}[r.Action]
	return wiretest.Reply(http.StatusOK, `{"`+member+`":"`+canaryValue+`"}`)(r)
}

var canaryAnswers = map[string]wiretest.Answer{
	"a text, no object":   textWithCanary,
	"an item":             answerWithCanary(`{"S":"` + canaryValue + `"}`),
	"condition failed":    wiretest.Refuse(400, "ConditionalCheckFailedException", "m", "R", `,"Item":{"Artist":{"S":"`+canaryValue+`"}}`),
	"condition, broken":   wiretest.Refuse(400, "ConditionalCheckFailedException", "m", "R", `,"Item":{"Artist":{"N":"`+canaryValue+`"}}`),
	"condition, no type":  wiretest.Refuse(400, "ConditionalCheckFailedException", "m", "R", `,"Item":{"Artist":{"XX":"`+canaryValue+`"}}`),
	"a number that isn't": answerWithCanary(`{"N":"` + canaryValue + `"}`),
	"no such type":        answerWithCanary(`{"XX":"` + canaryValue + `"}`),
	"wrong JSON kind":     answerWithCanary(`{"S":["` + canaryValue + `"]}`),
	"wrong base64":        answerWithCanary(`{"B":"` + canaryValue + `!"}`),
	"broken JSON":         wiretest.Reply(200, `{"Item":{"Artist":{"S":"`+canaryValue+`}}}`),
	"not JSON":            wiretest.Reply(200, canaryValue),
	"wrong checksum":      wiretest.Reply(200, `{"Item":{"Artist":{"S":"`+canaryValue+`"}}}`, "X-Amz-Crc32", "1"),
	"failure, not JSON":   wiretest.Reply(503, canaryValue),
	"refusal, not JSON":   wiretest.Reply(400, canaryValue),
	"broken connection":   brokenPipe,
}

func TestErrorsEventsAndLogsShowNoValue(t *testing.T) {
	t.Parallel()

	for name, answer := range canaryAnswers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			debug := &slog.HandlerOptions{Level: slog.LevelDebug}
			for _, handler := range []slog.Handler{slog.NewTextHandler(&b, debug), slog.NewJSONHandler(&b, debug)} {
				var h heard
				client := wireClient(t, wiretest.New(answer), dynamoconn.WithMaxAttempts(2), dynamoconn.WithLogger(slog.New(handler)),
					dynamoconn.WithHook(h.hook()),
					dynamoconn.WithStaticCredentials(canaryKeyID, canarySecret, canaryToken))
				_, put := client.PutItem(t.Context(), dynamoconn.PutItemRequest{
					TableName: "Music", Item: canaryItem(), ConditionExpression: "Artist <> :a",
					ExpressionAttributeValues: dynamoconn.Item{dynamoconn.String(":a", canaryValue)}, ReturnItemOnConditionFailure: true, ReturnOldItem: true,
				})
				_, get := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: canaryItem()})
				_, batchGet := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
					RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{canaryItem()}}},
				})
				_, batchWrite := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
					Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToDelete("Music", canaryItem())},
				})
				_, query := client.Query(t.Context(), dynamoconn.QueryRequest{
					TableName: "Music", PartitionKey: canaryItem(), SortKey: []dynamoconn.Condition{dynamoconn.Attr("SongTitle").GT(canaryValue)},
					ExclusiveStartKey: append(canaryItem(), dynamoconn.String("SongTitle", canaryValue)),
				})
				attempts, calls := h.take()
				assert.Len(t, calls, 5)
				for _, event := range attempts {
					requireRedacted(t, "AttemptEvent", event)
					requireNoValueInside(t, "AttemptEvent", event)
				}
				for _, event := range calls {
					requireRedacted(t, "CallEvent", event)
					requireNoValueInside(t, "CallEvent", event)
				}
				for activity, err := range map[string]error{"PutItem": put, "GetItem": get, "BatchGet": batchGet, "BatchWrite": batchWrite, "Query": query} {
					if err == nil {
						continue
					}
					requireRedacted(t, activity, err)
					requireNoValueInside(t, activity, err)
					var e *dynamoconn.Error
					require.ErrorAs(t, err, &e)
					requireRedacted(t, activity, e)
					requireRedacted(t, activity+", copied", *e)
					var write *dynamoconn.BatchWriteError
					if errors.As(err, &write) {
						requireRedacted(t, activity, write)
						requireNoValueInside(t, activity, write)
						requireRedacted(t, activity+", copied", *write)
						requireRedacted(t, "WriteFailure", write.Failures[0])
						requireRedacted(t, "*WriteFailure", &write.Failures[0])
						requireRedacted(t, "[]WriteFailure", write.Failures)
					}
					var read *dynamoconn.BatchGetError
					if errors.As(err, &read) {
						requireRedacted(t, activity, read)
						requireNoValueInside(t, activity, read)
						requireRedacted(t, activity+", copied", *read)
						requireRedacted(t, "ReadFailure", read.Failures[0])
						requireRedacted(t, "*ReadFailure", &read.Failures[0])
						requireRedacted(t, "[]ReadFailure", read.Failures)
					}
				}
			}
			requireNoCanary(t, "the log", b.String())
			assert.Contains(t, b.String(), "activity=PutItem", "the log is not empty")
			assert.Contains(t, b.String(), `"activity":"PutItem"`)
		})
	}
}

func TestErrorsOfRequestsShowNoValue(t *testing.T) {
	t.Parallel()

	client := wireClient(t, wiretest.New())
	bad := map[string]dynamoconn.Item{
		"not UTF-8":        {dynamoconn.String("Artist", canaryValue+"\xff")},
		"duplicates":       {dynamoconn.String("Artist", "a"), dynamoconn.StringSet("Tags", canaryValue, canaryValue)},
		"number":           {dynamoconn.String("Artist", "a"), &dynamoconn.KeyValueDecimal{Key: "N"}, nil, dynamoconn.String("B", canaryValue)},
		"twice":            {dynamoconn.String("Artist", canaryValue), dynamoconn.String("Artist", canaryValue)},
		"without its name": {dynamoconn.String("", canaryValue)},
		"too large":        {dynamoconn.String("Artist", "a"), dynamoconn.String("B", strings.Repeat(canaryValue, 30_000))},
	}
	for name, item := range bad {
		_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: item})
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		requireRedacted(t, name, err)
		requireNoValueInside(t, name, err)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field, name)
		requireRedacted(t, name, field)
	}
	_, err := dynamoconn.Value[int64](canaryItem(), "Artist")
	require.ErrorIs(t, err, dynamoconn.ErrWrongKind)
	requireRedacted(t, "Value", err)
}

// watchers are the ways of being told, from none to all.
func watchers() []struct {
	name string
	opts []dynamoconn.Option
} {
	logger := func(level slog.Level) dynamoconn.Option {
		return dynamoconn.WithLogger(slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: level})))
	}
	hook := dynamoconn.WithHook(dynamoconn.Hook{
		Attempt: func(context.Context, dynamoconn.AttemptEvent) {},
		Call:    func(context.Context, dynamoconn.CallEvent) {},
	})
	return []struct {
		name string
		opts []dynamoconn.Option
	}{
		{"none", nil},
		{"empty hook", []dynamoconn.Option{dynamoconn.WithHook(dynamoconn.Hook{})}},
		{"hook", []dynamoconn.Option{hook}},
		{"log from Error", []dynamoconn.Option{logger(slog.LevelError)}},
		{"log from Info", []dynamoconn.Option{logger(slog.LevelInfo)}},
		{"log from Debug", []dynamoconn.Option{logger(slog.LevelDebug)}},
		{"hook and log", []dynamoconn.Option{hook, logger(slog.LevelDebug)}},
	}
}

// BenchmarkWatchedGetItem shows what being told costs.
func BenchmarkWatchedGetItem(b *testing.B) {
	for _, watcher := range watchers() {
		b.Run(watcher.name, func(b *testing.B) {
			client, err := dynamoconn.New(b.Context(), append(watcher.opts,
				dynamoconn.WithAWSConfig(wireConfig()), dynamoconn.WithHTTPClient(wiretest.New()))...)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				resp, err := client.GetItem(b.Context(), getMusic())
				if err != nil || resp.Attempts != 1 {
					b.Fatal(err)
				}
			}
		})
	}
}

// A whole call is compared, since what it costs must be nothing to somebody who does not
// look. The race detector makes sync.Pool forget at random, hence the margins.
func TestWhatBeingToldCosts(t *testing.T) {
	const calls = 300
	allocations := make(map[string]float64)
	for _, watcher := range watchers() {
		client := wireClient(t, wiretest.New(), watcher.opts...)
		allocations[watcher.name] = testing.AllocsPerRun(calls, func() {
			if _, err := client.GetItem(t.Context(), getMusic()); err != nil {
				t.Fatal(err)
			}
		})
	}
	t.Log(allocations)
	assert.InDelta(t, allocations["none"], allocations["empty hook"], 2)
	assert.InDelta(t, allocations["none"], allocations["log from Error"], 2)
	assert.LessOrEqual(t, allocations["hook"], allocations["none"]+4)
	assert.LessOrEqual(t, allocations["hook and log"], allocations["none"]+8)
}
