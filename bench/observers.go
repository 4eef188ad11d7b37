package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/dynamoconn/dynamoconn"
)

func openHook(ctx context.Context, _ size) (*contest, error) {
	var attempts, calls int
	return openObserved(ctx, nil, dynamoconn.WithHook(dynamoconn.Hook{
		Attempt: func(context.Context, dynamoconn.AttemptEvent) { attempts++ },
		Call:    func(context.Context, dynamoconn.CallEvent) { calls++ },
	}))
}

func openLogger(ctx context.Context, _ size) (*contest, error) {
	return openObserved(ctx, nil, dynamoconn.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
}

func openDebugLogger(ctx context.Context, _ size) (*contest, error) {
	handler := slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug})
	return openObserved(ctx, nil, dynamoconn.WithLogger(slog.New(handler)))
}

func openCapacity(ctx context.Context, _ size) (*contest, error) {
	return openObserved(ctx, []dynamoconn.CallOption{dynamoconn.WithConsumedCapacity()})
}

// openObserved makes the contest of a GetItem with options against one without. With call
// options the answer names the capacity, which only they ask for.
func openObserved(ctx context.Context, callOptions []dynamoconn.CallOption, options ...dynamoconn.Option) (*contest, error) {
	item := city(0)
	bare := itemAnswer{Item: dynamoconn.DynamoDBJSON(item)}
	full := bare
	if callOptions != nil {
		full.ConsumedCapacity = &capacityAnswer{TableName: table, CapacityUnits: 0.5}
		full.ConsumedCapacity.Table.CapacityUnits = 0.5
	}
	answer, err := newCannedHTTPClient(full, 1)
	if err != nil {
		return nil, err
	}
	with, err := newClients(ctx, answer, options...)
	if err != nil {
		return nil, err
	}
	if answer, err = newCannedHTTPClient(bare, 1); err != nil {
		return nil, err
	}
	withoutOptions, err := newClients(ctx, answer)
	if err != nil {
		return nil, err
	}
	want := []dynamoconn.Item{item}
	return &contest{sides: []side{
		reader(ours, ownItem, want, ownGet(ctx, with.ours, item, callOptions...)),
		reader(without, ownItem, want, ownGet(ctx, withoutOptions.ours, item)),
	}}, nil
}
