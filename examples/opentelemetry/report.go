package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

// printSpans prints the span of each call, and the number of the SDK's spans by name.
func printSpans(out io.Writer, spans tracetest.SpanStubs) {
	fmt.Fprintln(out, "\nSpans of the calls:")
	others := make(map[string]int)
	for _, span := range spans {
		if span.InstrumentationScope.Name != scopeName {
			others[span.Name]++
			continue
		}
		attributes := attribute.NewSet(span.Attributes...)
		fmt.Fprintf(out, "  %-10s %8s  %-8s attempts %3d, waited %s\n",
			stringValue(attributes, "db.operation.name"), roundTime(span.EndTime.Sub(span.StartTime)), stringValue(attributes, "dynamoconn.outcome"),
			attributeValue(attributes, "dynamoconn.attempts").AsInt64(),
			roundTime(time.Duration(attributeValue(attributes, "dynamoconn.wait").AsFloat64()*float64(time.Second))))
	}
	fmt.Fprintln(out, "\nSpans of the AWS SDK:")
	for _, name := range slices.Sorted(maps.Keys(others)) {
		if strings.HasPrefix(name, "DynamoDB.") || name == "Attempt" {
			fmt.Fprintf(out, "  %-24s × %d\n", name, others[name])
		}
	}
}

// printMetrics prints the metrics of the hook, and the names of the SDK's metrics.
func printMetrics(out io.Writer, measured *metricdata.ResourceMetrics) {
	fmt.Fprintln(out, "\nMetrics of the calls:")
	var lines, others []string
	for _, scope := range measured.ScopeMetrics {
		for _, metric := range scope.Metrics {
			if scope.Scope.Name != scopeName {
				others = append(others, metric.Name)
				continue
			}
			switch data := metric.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, point := range data.DataPoints {
					lines = append(lines, metricLine(metric.Name, point.Attributes, demo.Count(int64(point.Count), "call", "calls")+" in "+roundTime(time.Duration(point.Sum*float64(time.Second))).String()))
				}
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					lines = append(lines, metricLine(metric.Name, point.Attributes, fmt.Sprint(point.Value)))
				}
			case metricdata.Sum[float64]:
				for _, point := range data.DataPoints {
					lines = append(lines, metricLine(metric.Name, point.Attributes, fmt.Sprint(point.Value)))
				}
			}
		}
	}
	slices.Sort(lines)
	slices.Sort(others)
	fmt.Fprintf(out, "%s\n\nMetrics of the AWS SDK:\n  %s\n", strings.Join(lines, "\n"), strings.Join(slices.Compact(others), "\n  "))
}

func metricLine(name string, attributes attribute.Set, value string) string {
	var words []string
	for _, key := range []attribute.Key{"db.operation.name", "dynamoconn.outcome", "db.response.status_code"} {
		if word := stringValue(attributes, key); word != "" {
			words = append(words, word)
		}
	}
	return fmt.Sprintf("  %-30s %-60s %s", name, strings.Join(words, " "), value)
}

func stringValue(attributes attribute.Set, key attribute.Key) string {
	return attributeValue(attributes, key).AsString()
}

func attributeValue(attributes attribute.Set, key attribute.Key) attribute.Value {
	value, _ := attributes.Value(key)
	return value
}

func roundTime(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
