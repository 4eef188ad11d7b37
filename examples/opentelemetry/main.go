// Opentelemetry shows the spans and metrics that OpenTelemetry gets from dynamoconn:
// those of the AWS SDK, and those that a hook records for each call and attempt.
//
//	cd examples/opentelemetry
//	go run .
//
// It creates a table, writes 1,000 items, reads them, tries a put whose condition is
// false, prints the spans and metrics, and deletes the table. Without -endpoint it uses
// a DynamoDB in memory that throttles the first PutItem, and with -endpoint local a
// DynamoDB Local that it starts. In your own program, give the providers an exporter.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/metrics/smithyotelmetrics"
	"github.com/aws/smithy-go/tracing/smithyoteltracing"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

func main() { demo.Main("opentelemetry", run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags, target := demo.NewFlagSet("opentelemetry", stderr)
	if err := flags.Parse(args); err != nil {
		return err
	}
	db, err := target.Open(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if target.Endpoint == "" {
		server := dynamoconntest.New()
		server.Inject(dynamoconntest.Fault{
			Operation: "PutItem", Times: 1, Effect: dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, ""),
		})
		db.Config.HTTPClient = server.HTTPClient()
	}
	table := fmt.Sprintf("dynamoconn-opentelemetry-%04x", rand.N(1<<16))
	if err := db.CreateTableWithID(ctx, table); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.DeleteTable(ctx, table)) }()

	spans, measured, err := observe(ctx, db.Config, table)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s, table %s\n", db, table)
	printSpans(stdout, spans)
	printMetrics(stdout, measured)
	return nil
}

// observe does some work on the table and returns the spans and metrics of that work.
func observe(ctx context.Context, config aws.Config, table string) (tracetest.SpanStubs, *metricdata.ResourceMetrics, error) {
	spans, reader := tracetest.NewInMemoryExporter(), metric.NewManualReader()
	tracers := trace.NewTracerProvider(trace.WithSyncer(spans))
	meters := metric.NewMeterProvider(metric.WithReader(reader))

	hook, err := newHook(tracers, meters)
	if err != nil {
		return nil, nil, err
	}
	client, err := dynamoconn.New(ctx,
		dynamoconn.WithAWSConfig(config),
		dynamoconn.WithHook(hook),
		dynamoconn.WithSDKOptions(func(o *dynamodb.Options) {
			o.TracerProvider = smithyoteltracing.Adapt(tracers)
			o.MeterProvider = smithyotelmetrics.Adapt(meters)
		}))
	if err != nil {
		return nil, nil, err
	}
	inSpan, span := tracers.Tracer("example").Start(ctx, "work")
	if err := work(inSpan, client, table); err != nil {
		return nil, nil, err
	}
	span.End()

	var measured metricdata.ResourceMetrics
	if err := reader.Collect(ctx, &measured); err != nil {
		return nil, nil, err
	}
	return spans.GetSpans(), &measured, nil
}

// work calls BatchWrite, PutItem and Scan, and PutItem with a condition that is false.
func work(ctx context.Context, client *dynamoconn.Client, table string) error {
	items := make([]dynamoconn.Item, 1000)
	for i := range items {
		items[i] = dynamoconn.Item{dynamoconn.Long("ID", int64(i)), dynamoconn.String("Name", fmt.Sprint("item ", i))}
	}
	write := dynamoconn.TableWithItemsToAdd(table, items...)
	write.KeyNames = []string{"ID"}
	batch := dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{write}}
	if _, err := client.BatchWrite(ctx, batch, dynamoconn.WithConsumedCapacity()); err != nil {
		return err
	}
	put := dynamoconn.PutItemRequest{TableName: table, Item: items[0]}
	if _, err := client.PutItem(ctx, put, dynamoconn.WithConsumedCapacity()); err != nil {
		return err
	}
	scan := dynamoconn.ScanTableRequest{TableName: table, Limit: 250}
	if _, err := client.Scan(ctx, scan, dynamoconn.WithConsumedCapacity()); err != nil {
		return err
	}
	put.ConditionExpression = "attribute_not_exists(ID)"
	if _, err := client.PutItem(ctx, put); !errors.Is(err, dynamoconn.ErrConditionFailed) {
		return fmt.Errorf("the condition of the put should be false, but the put returned: %w", err)
	}
	return nil
}
