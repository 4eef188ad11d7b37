package main

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/dynamoconn/dynamoconn"
)

const scopeName = "github.com/dynamoconn/dynamoconn"

// newHook returns a hook that records a span and metrics for each call, and a metric
// for each attempt. The span is a child of the caller's span.
func newHook(tracers trace.TracerProvider, meters metric.MeterProvider) (dynamoconn.Hook, error) {
	tracer, meter := tracers.Tracer(scopeName), meters.Meter(scopeName)
	duration, err := meter.Float64Histogram("db.client.operation.duration", metric.WithUnit("s"),
		metric.WithDescription("Duration of a call."))
	if err != nil {
		return dynamoconn.Hook{}, err
	}
	attempts, err := meter.Int64Counter("dynamoconn.attempts", metric.WithUnit("{request}"),
		metric.WithDescription("HTTP requests, including those that were sent again."))
	if err != nil {
		return dynamoconn.Hook{}, err
	}
	capacity, err := meter.Float64Counter("dynamoconn.consumed_capacity", metric.WithUnit("{unit}"),
		metric.WithDescription("Capacity units of the calls that asked for them."))
	if err != nil {
		return dynamoconn.Hook{}, err
	}

	// common returns the attributes of every span and metric, with the names of
	// OpenTelemetry's conventions. An attribute of a metric must have few values, so there
	// is no request ID and no error text.
	common := func(activity, table string, outcome dynamoconn.Outcome) []attribute.KeyValue {
		return []attribute.KeyValue{
			attribute.String("db.system.name", "aws.dynamodb"),
			attribute.String("db.operation.name", activity),
			attribute.String("db.collection.name", table),
			attribute.String("dynamoconn.outcome", string(outcome)),
		}
	}
	return dynamoconn.Hook{
		Attempt: func(ctx context.Context, attempt dynamoconn.AttemptEvent) {
			attributes := common(attempt.Activity, attempt.TableName, attempt.Outcome)
			if attempt.Code != "" {
				attributes = append(attributes, attribute.String("db.response.status_code", attempt.Code))
			}
			attempts.Add(ctx, 1, metric.WithAttributes(attributes...))
		},
		Call: func(ctx context.Context, call dynamoconn.CallEvent) {
			attributes := common(call.Activity, call.TableName, call.Outcome)
			duration.Record(ctx, call.Took.Seconds(), metric.WithAttributes(attributes...))
			for _, used := range call.ConsumedCapacity {
				capacity.Add(ctx, used.CapacityUnits, metric.WithAttributes(attribute.String("db.collection.name", used.TableName)))
			}

			now := time.Now() // the hook runs when the call is over, so the span begins in the past
			_, span := tracer.Start(ctx, call.Activity+" "+call.TableName, trace.WithSpanKind(trace.SpanKindClient),
				trace.WithTimestamp(now.Add(-call.Took)), trace.WithAttributes(attributes...), trace.WithAttributes(
					attribute.Int("dynamoconn.attempts", call.Attempts),
					attribute.Float64("dynamoconn.wait", call.Wait.Seconds()),
					attribute.Int64("dynamoconn.bytes_sent", call.BytesSent),
					attribute.Int64("dynamoconn.bytes_received", call.BytesReceived)))
			if call.Err != nil {
				span.SetStatus(codes.Error, call.Err.Error()) // the error text holds no item and no secret
			}
			span.End(trace.WithTimestamp(now))
		},
	}, nil
}
