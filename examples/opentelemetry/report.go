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
)

// printSpans prints the span of each call, and how many of each name the SDK made.
func printSpans(out io.Writer, spans tracetest.SpanStubs) {
	fmt.Fprintln(out, "\nSpans of the calls:")
	others := make(map[string]int)
	for _, span := range spans {
		if span.InstrumentationScope.Name != scope {
			others[span.Name]++
			continue
		}
		attributes := attribute.NewSet(span.Attributes...)
		fmt.Fprintf(out, "  %-10s %8s  %-8s attempts %3d, waited %s\n",
			text(attributes, "db.operation.name"), round(span.EndTime.Sub(span.StartTime)), text(attributes, "dynamoconn.outcome"),
			number(attributes, "dynamoconn.attempts").AsInt64(),
			round(time.Duration(number(attributes, "dynamoconn.wait").AsFloat64()*float64(time.Second))))
	}
	fmt.Fprintln(out, "\nSpans of the AWS SDK:")
	for _, name := range slices.Sorted(maps.Keys(others)) {
		if strings.HasPrefix(name, "DynamoDB.") || name == "Attempt" {
			fmt.Fprintf(out, "  %-24s × %d\n", name, others[name])
		}
	}
}

// printMetrics prints what the hook measured, and of the SDK's instruments the names.
func printMetrics(out io.Writer, measured *metricdata.ResourceMetrics) {
	fmt.Fprintln(out, "\nMetrics of the calls:")
	var lines, others []string
	for _, of := range measured.ScopeMetrics {
		for _, metric := range of.Metrics {
			if of.Scope.Name != scope {
				others = append(others, metric.Name)
				continue
			}
			switch data := metric.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, point := range data.DataPoints {
					lines = append(lines, line(metric.Name, point.Attributes, fmt.Sprintf("%d in %s", point.Count, round(time.Duration(point.Sum*float64(time.Second))))))
				}
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					lines = append(lines, line(metric.Name, point.Attributes, fmt.Sprint(point.Value)))
				}
			case metricdata.Sum[float64]:
				for _, point := range data.DataPoints {
					lines = append(lines, line(metric.Name, point.Attributes, fmt.Sprint(point.Value)))
				}
			}
		}
	}
	slices.Sort(lines)
	slices.Sort(others)
	fmt.Fprintf(out, "%s\n\nMetrics of the AWS SDK:\n  %s\n", strings.Join(lines, "\n"), strings.Join(slices.Compact(others), "\n  "))
}

func line(name string, attributes attribute.Set, value string) string {
	var words []string
	for _, key := range []attribute.Key{"db.operation.name", "dynamoconn.outcome", "db.response.status_code"} {
		if word := text(attributes, key); word != "" {
			words = append(words, word)
		}
	}
	return fmt.Sprintf("  %-30s %-60s %s", name, strings.Join(words, " "), value)
}

func text(attributes attribute.Set, key attribute.Key) string {
	return number(attributes, key).AsString()
}

func number(attributes attribute.Set, key attribute.Key) attribute.Value {
	value, _ := attributes.Value(key)
	return value
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
