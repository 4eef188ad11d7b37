// Opentelemetry shows what OpenTelemetry sees of dynamoconn: the spans and metrics of the
// AWS SDK, and those that a hook makes of each call and attempt.
//
//	cd examples/opentelemetry
//	go run .
//
// It writes 1,000 items to a table of its own, reads them, fails to write one, and prints
// the spans and metrics; the table is deleted at the end. Without -endpoint all goes to a DynamoDB in
// memory, whose first answer to a PutItem is that it is throttled; with -endpoint local,
// to a DynamoDB Local. A program of your own gives the providers an exporter instead.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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
	flags := flag.NewFlagSet("opentelemetry", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var where demo.Flags
	where.Define(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	db, err := where.Open(ctx, stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if where.Endpoint == "" {
		server := dynamoconntest.New()
		server.Inject(dynamoconntest.Fault{
			Operation: "PutItem", Times: 1, Effect: dynamoconntest.Throttle(dynamoconntest.ProvisionedThroughputExceeded, ""),
		})
		db.Config.HTTPClient = server.HTTPClient()
	}
	table := fmt.Sprintf("dynamoconn-opentelemetry-%04x", rand.N(1<<16))
	if err := createTable(ctx, db, table); err != nil {
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

// observe does some work on the table and returns what OpenTelemetry was told of it.
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
		return fmt.Errorf("a condition that is false: %w", err)
	}
	return nil
}

func createTable(ctx context.Context, db *demo.Database, name string) error {
	return db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            &name,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("ID"), AttributeType: types.ScalarAttributeTypeN}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("ID"), KeyType: types.KeyTypeHash}},
	})
}
