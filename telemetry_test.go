package dynamoconn_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/metrics"
	"github.com/aws/smithy-go/tracing"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

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
