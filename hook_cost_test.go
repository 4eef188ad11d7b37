package dynamoconn_test

import (
	"context"
	"io"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

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
