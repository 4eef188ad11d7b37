package batch

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

func refusing(total int, refused func(op int) bool, sent *int) *Plan {
	return &Plan{
		Ops: ops(0, total), Serial: []bool{true},
		MaxOps: 25, MaxBytes: 1 << 20, MaxInFlight: 4,
		Pause: func(int) time.Duration { return time.Millisecond },
		Send: func(_ context.Context, list []int) Answer {
			*sent++
			for _, op := range list {
				if refused(op) {
					return Answer{Outcome: retry.Refused, Scope: retry.OneOperation, Err: errRefused}
				}
			}
			return Answer{Outcome: retry.Applied}
		},
	}
}

func count(results []*Result, outcome retry.Outcome) int {
	n := 0
	for _, result := range results {
		if result.Outcome == outcome {
			n++
		}
	}
	return n
}

func TestFaultOfAWholeTableIsNotLookedIntoForEver(t *testing.T) {
	t.Parallel()
	sent := 0
	results := refusing(10_000, func(int) bool { return true }, &sent).Run(t.Context())
	assert.Equal(t, mostRefusals, count(results, retry.Refused))
	assert.Equal(t, 10_000-mostRefusals, count(results, retry.NotDone))
	assert.Less(t, sent, 3*mostRefusals)
	for _, result := range results {
		assert.ErrorIs(t, result.Err, errRefused)
	}
}

func TestManyBadOperationsAmongGoodOnesAreEachFound(t *testing.T) {
	t.Parallel()
	sent := 0
	results := refusing(1_000, func(op int) bool { return op > 0 && op%2 == 0 }, &sent).Run(t.Context())
	assert.Equal(t, 499, count(results, retry.Refused))
	assert.Equal(t, 501, count(results, retry.Applied))
}

// A request of several tables that was refused is taken apart by table, and stays so.
func TestRefusedRequestIsTakenApartByTable(t *testing.T) {
	t.Parallel()
	all := append(append(ops(0, 3), ops(1, 3)...), ops(2, 3)...)
	var requests [][]int
	plan := &Plan{
		Ops: all, Serial: []bool{true, true, true},
		MaxOps: 25, MaxBytes: 1 << 20, MaxInFlight: 1,
		Pause: func(int) time.Duration { return time.Millisecond },
		Send: func(_ context.Context, list []int) Answer {
			requests = append(requests, list)
			for _, op := range list {
				if all[op].Table == 1 {
					return Answer{Outcome: retry.Refused, Scope: retry.OneTable, Err: errDead}
				}
			}
			return Answer{Outcome: retry.Applied}
		},
	}
	results := plan.Run(t.Context())
	assert.Equal(t, [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8}, {3, 4, 5}, {6, 7, 8}, {0, 1, 2}}, requests)
	assert.Equal(t, []retry.Outcome{retry.Applied, retry.Applied, retry.Applied, retry.NotDone, retry.NotDone, retry.NotDone, retry.Applied, retry.Applied, retry.Applied}, states(results))
}

// A request that is refused is halved until the operation at fault is alone.
func TestRefusedRequestIsHalved(t *testing.T) {
	t.Parallel()
	var sent [][]int
	p := &Plan{
		Ops: ops(0, 8), Serial: []bool{false}, MaxOps: 8, MaxBytes: 1000, MaxInFlight: 1,
		Pause: func(int) time.Duration { return 0 },
		Send: func(_ context.Context, ops []int) Answer {
			sent = append(sent, ops)
			if slices.Contains(ops, 5) {
				return Answer{Outcome: retry.Refused, Scope: retry.OneOperation, Err: errRefused}
			}
			return Answer{Outcome: retry.Applied}
		},
	}
	results := p.Run(t.Context())
	assert.Equal(t, [][]int{{0, 1, 2, 3, 4, 5, 6, 7}, {0, 1, 2, 3}, {4, 5, 6, 7}, {4, 5}, {4}, {5}, {6, 7}}, sent)
	for op, result := range results {
		assert.Equal(t, op == 5, result.Outcome == retry.Refused, op)
	}
}

// After an answer that leaves its operations unknown, and says that no other request is worth
// sending, none is sent.
func TestNothingIsSentAfterADoubtAboutEverything(t *testing.T) {
	t.Parallel()
	requests := 0
	p := &Plan{
		Ops: append(ops(0, 3), ops(1, 1)...), Serial: []bool{false, false}, MaxOps: 1, MaxBytes: 1000, MaxInFlight: 1,
		Pause: func(int) time.Duration { return 0 },
		Send: func(context.Context, []int) Answer {
			requests++
			return Answer{Outcome: retry.Unknown, Scope: retry.Everything, Err: errFatal}
		},
	}
	notDone := &Result{Outcome: retry.NotDone, Err: errFatal}
	assert.Equal(t, []*Result{{Outcome: retry.Unknown, Err: errFatal}, notDone, notDone, notDone}, p.Run(t.Context()))
	assert.Equal(t, 1, requests)
}
