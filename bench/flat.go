package main

import (
	"context"
	"fmt"

	"github.com/dynamoconn/dynamoconn"
)

// flat is a task of this library whose cost for each item must not grow with the number of
// items.
type flat struct {
	name string
	task string // in words
	open func(ctx context.Context, items int) (func() error, error)
}

type flatResult struct {
	Name   string      `json:"name"`
	Task   string      `json:"task"`
	Points []flatPoint `json:"points"`
}

// flatPoint is the cost of each of so many items.
type flatPoint struct {
	Items int `json:"items"`
	figures
}

func flats() []flat {
	return []flat{
		{"flat_scan", "a loop over all items, in pages of at most 1,000", openFlatScan},
		{"flat_batch_write", "one BatchWrite", openFlatBatchWrite},
		{"flat_batch_get", "one BatchGet of items that are only their keys", openFlatBatchGet},
	}
}

// flatSizes are the numbers of items.
var flatSizes = []int{10, 100, 1000, 10_000, 100_000}

// measure measures the cost of each item for each number of items.
func (f flat) measure(ctx context.Context, t timing, sizes []int) (flatResult, error) {
	result := flatResult{Name: f.name, Task: f.task}
	for _, items := range sizes {
		point, err := f.point(ctx, t, items)
		if err != nil {
			return flatResult{}, fmt.Errorf("%s, %d items: %w", f.name, items, err)
		}
		result.Points = append(result.Points, point)
	}
	return result, nil
}

func (f flat) point(ctx context.Context, t timing, items int) (flatPoint, error) {
	task, err := f.open(ctx, items)
	if err != nil {
		return flatPoint{}, err
	}
	runs, err := runsFor(task, t.turn)
	if err != nil {
		return flatPoint{}, err
	}
	turns := make([]figures, t.rounds)
	for i := range turns {
		turn, err := t.clock.timed(task, runs)
		if err != nil {
			return flatPoint{}, err
		}
		turns[i] = turn.over(float64(items))
	}
	return flatPoint{items, medianFigures(turns)}, nil
}

func openFlatScan(ctx context.Context, items int) (func() error, error) {
	pages := max(items/1000, 1)
	page := list(items/pages, city)
	c, err := newPages(ctx, page, pages)
	if err != nil {
		return nil, err
	}
	own := loop(ours, items, uint64(pages)*sumItems(page), func(see func(uint64)) error { return c.ownLoop(ctx, see) })
	return own.task, nil
}

func openFlatBatchWrite(ctx context.Context, items int) (func() error, error) {
	answer, c, err := openWrites(ctx, batchWriteAnswer{})
	if err != nil {
		return nil, err
	}
	all := list(items, city)
	own := writer(ours, answer, all, func() error { return c.ownBatchWrite(ctx, all) })
	return own.task, nil
}

func openFlatBatchGet(ctx context.Context, items int) (func() error, error) {
	c, err := newClients(ctx, echoHTTPClient{})
	if err != nil {
		return nil, err
	}
	wanted := keys(list(items, city))
	return func() error {
		resp, err := c.ours.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
			RequestTables: []dynamoconn.RequestTable{{Name: table, Keys: wanted}},
		})
		if err != nil {
			return err
		}
		return checkIDs(resp.ResponseTables[0].Items, items)
	}, nil
}

// checkIDs checks that items are those with the IDs 0 to n-1, in this order.
func checkIDs(items []dynamoconn.Item, n int) error {
	for i, item := range items {
		kv, _ := item.Get("ID")
		if id, ok := kv.(*dynamoconn.KeyValueLong); !ok || id.LongValue != int64(i) {
			return errWrong
		}
	}
	return check(len(items) == n)
}
