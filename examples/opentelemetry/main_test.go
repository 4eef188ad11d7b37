package main

import (
	"bytes"
	"flag"
	"io"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// runWork runs the example's work on a server that throttles the first PutItem.
func runWork(t *testing.T) (tracetest.SpanStubs, *metricdata.ResourceMetrics) {
	t.Helper()
	server := dynamoconntest.New()
	require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Items", PartitionKey: "ID:N"}))
	server.Inject(dynamoconntest.Fault{
		Operation: "PutItem", Times: 1, Effect: dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, ""),
	})
	config := aws.Config{Region: "us-east-1", Credentials: dynamoconntest.Credentials(), HTTPClient: server.HTTPClient()}
	spans, measured, err := observe(t.Context(), config, "Items")
	require.NoError(t, err)
	return spans, measured
}

func TestEachCallHasASpanBelowItsCaller(t *testing.T) {
	t.Parallel()
	spans, _ := runWork(t)
	var root trace.SpanID
	for _, span := range spans {
		if span.Name == "work" {
			root = span.SpanContext.SpanID()
		}
	}
	require.True(t, root.IsValid())

	type call struct {
		name, outcome string
		attempts      int64
		status        codes.Code
	}
	var calls []call
	sdk := make(map[string]int)
	for _, span := range spans {
		if span.InstrumentationScope.Name != scopeName {
			sdk[span.Name]++
			continue
		}
		assert.Equal(t, root, span.Parent.SpanID(), span.Name)
		assert.Equal(t, trace.SpanKindClient, span.SpanKind)
		assert.Positive(t, span.EndTime.Sub(span.StartTime))
		attributes := attribute.NewSet(span.Attributes...)
		assert.Equal(t, "aws.dynamodb", stringValue(attributes, "db.system.name"))
		assert.Equal(t, "Items", stringValue(attributes, "db.collection.name"))
		assert.Positive(t, attributeValue(attributes, "dynamoconn.bytes_sent").AsInt64())
		assert.Positive(t, attributeValue(attributes, "dynamoconn.bytes_received").AsInt64())
		attempts := attributeValue(attributes, "dynamoconn.attempts").AsInt64()
		waited := attributeValue(attributes, "dynamoconn.wait").AsFloat64()
		assert.Equal(t, span.Name == "PutItem Items" && attempts == 2, waited > 0)
		assert.Less(t, waited, span.EndTime.Sub(span.StartTime).Seconds())
		calls = append(calls, call{span.Name, stringValue(attributes, "dynamoconn.outcome"), attempts, span.Status.Code})
	}
	assert.Equal(t, []call{
		{"BatchWrite Items", "applied", 40, codes.Unset},
		{"PutItem Items", "applied", 2, codes.Unset}, // the first attempt was throttled
		{"Scan Items", "applied", 5, codes.Unset},
		{"PutItem Items", "refused", 1, codes.Error},
	}, calls)

	// The SDK's own spans are recorded as well.
	assert.Equal(t, 40, sdk["DynamoDB.BatchWriteItem"])
	assert.Equal(t, 2, sdk["DynamoDB.PutItem"])
	assert.Equal(t, 5, sdk["DynamoDB.Scan"])
	assert.Equal(t, 48, sdk["Attempt"])
}

func TestMetricsCountCallsAttemptsAndCapacity(t *testing.T) {
	t.Parallel()
	_, measured := runWork(t)
	calls, attempts := make(map[string]uint64), make(map[string]int64)
	units := 0.0
	sdk := make(map[string]bool)
	for _, scope := range measured.ScopeMetrics {
		for _, metric := range scope.Metrics {
			switch data := metric.Data.(type) {
			case metricdata.Histogram[float64]:
				sdk[metric.Name] = scope.Scope.Name != scopeName
				if metric.Name == "db.client.operation.duration" {
					for _, point := range data.DataPoints {
						calls[stringValue(point.Attributes, "db.operation.name")+" "+stringValue(point.Attributes, "dynamoconn.outcome")] = point.Count
						assert.Positive(t, point.Sum)
						assert.Less(t, point.Sum, time.Minute.Seconds())
					}
				}
			case metricdata.Sum[int64]:
				if metric.Name == "dynamoconn.attempts" {
					for _, point := range data.DataPoints {
						attempts[stringValue(point.Attributes, "db.operation.name")+" "+stringValue(point.Attributes, "db.response.status_code")] = point.Value
					}
				}
			case metricdata.Sum[float64]:
				if metric.Name == "dynamoconn.consumed_capacity" {
					require.Len(t, data.DataPoints, 1)
					units = data.DataPoints[0].Value
				}
			}
		}
	}
	assert.Equal(t, map[string]uint64{"BatchWrite applied": 1, "PutItem applied": 1, "PutItem refused": 1, "Scan applied": 1}, calls)
	assert.Equal(t, map[string]int64{
		"BatchWrite ": 40, "Scan ": 5, "PutItem ": 1,
		"PutItem ProvisionedThroughputExceededException": 1,
		"PutItem ConditionalCheckFailedException":        1,
	}, attempts)
	assert.Greater(t, units, 1001.0, "1,000 items were written, one of them twice, and all were read")
	assert.Less(t, units, 1020.0)
	assert.True(t, sdk["client.call.duration"])
	assert.True(t, sdk["client.http.do_request_duration"])
}

func TestRunPrintsSpansAndMetrics(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), nil, &out, io.Discard))
	for _, metricLine := range []string{
		`^DynamoDB in memory, region us-east-1, table dynamoconn-opentelemetry-`,
		`(?m)^  BatchWrite +\S+  applied  attempts  40, waited 0s$`,
		`(?m)^  PutItem +\S+  applied  attempts   2, waited \S+s$`,
		`(?m)^  PutItem +\S+  refused  attempts   1, waited 0s$`,
		`(?m)^  DynamoDB.Scan +× 5$`,
		`(?m)^  dynamoconn.attempts +PutItem not done ProvisionedThroughputExceededException +1$`,
		`(?m)^  client.http.do_request_duration$`,
	} {
		assert.Regexp(t, metricLine, out.String())
	}
}

func TestRunRefusesWrongFlags(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	require.ErrorIs(t, run(t.Context(), []string{"-h"}, io.Discard, &errs), flag.ErrHelp)
	assert.Contains(t, errs.String(), "-endpoint")
	assert.ErrorContains(t, run(t.Context(), []string{"-endpoint", "nowhere"}, io.Discard, io.Discard), "-endpoint")
}
