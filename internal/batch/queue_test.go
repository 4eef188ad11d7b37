package batch

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// A pick takes as much as fits, from as many tables as it may, and each begins with another
// table.
func TestPick(t *testing.T) {
	t.Parallel()
	many := func(table, n, bytes int) []Op {
		list := ops(table, n)
		for i := range list {
			list[i].Bytes = bytes
		}
		return list
	}
	for name, test := range map[string]struct {
		ops    []Op
		state  func(*runner)
		tables int
		want   [][]int
	}{
		"as many as may be":     {many(0, 7, 1), nil, 1, [][]int{{0, 1, 2}, {3, 4, 5}, {6}}},
		"as many bytes as fit":  {many(0, 5, 50), nil, 1, [][]int{{0, 1}, {2, 3}, {4}}},
		"a byte too many":       {many(0, 2, 51), nil, 1, [][]int{{0}, {1}}},
		"one over the limit":    {[]Op{{Bytes: 1000}, {Bytes: 1}}, nil, 1, [][]int{{0}, {1}}},
		"several tables":        {append(many(0, 1, 1), many(1, 3, 1)...), nil, 2, [][]int{{0, 1, 2}, {3}}},
		"tables take turns":     {append(append(many(0, 6, 1), many(1, 3, 1)...), many(2, 3, 1)...), nil, 3, [][]int{{0, 1, 2}, {6, 7, 8}, {9, 10, 11}, {3, 4, 5}}},
		"none that pauses":      {append(many(0, 1, 1), many(1, 1, 1)...), func(r *runner) { r.tables[0].pausedUntil = time.Now().Add(time.Hour) }, 2, [][]int{{1}}},
		"what was put back":     {many(0, 4, 1), func(r *runner) { r.putBack(r.pick(time.Now())[1:]) }, 1, [][]int{{1, 2, 3}}},
		"the limit of a former": {many(0, 5, 1), func(r *runner) { r.state[0].limit = 2 }, 1, [][]int{{0, 1}, {2, 3, 4}}},
		"the limit of a latter": {many(0, 5, 1), func(r *runner) { r.state[1].limit = 1 }, 1, [][]int{{0}, {1}, {2, 3, 4}}},
		"one table, the first":  {append(many(0, 1, 1), many(1, 2, 1)...), func(r *runner) { r.state[0].ofOneTable = true }, 2, [][]int{{0}, {1, 2}}},
		"one table, the second": {append(many(0, 1, 1), many(1, 2, 1)...), func(r *runner) { r.state[1].ofOneTable = true }, 2, [][]int{{0}, {1, 2}}},
		"one table, a later":    {append(many(0, 1, 1), many(1, 2, 1)...), func(r *runner) { r.state[2].ofOneTable = true }, 2, [][]int{{0, 1}, {2}}},
		"one table, its others": {append(many(0, 2, 1), many(1, 2, 1)...), func(r *runner) { r.state[1].ofOneTable = true }, 2, [][]int{{0, 1}, {2, 3}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRunner(&Plan{Ops: test.ops, Serial: make([]bool, test.tables), MaxOps: 3, MaxBytes: 100, MaxInFlight: 1})
			if test.state != nil {
				test.state(r)
			}
			var picked [][]int
			for ops := r.pick(time.Now()); len(ops) > 0; ops = r.pick(time.Now()) {
				picked = append(picked, ops)
			}
			assert.Equal(t, test.want, picked)
		})
	}
}

// A key of zero is no other operation's, also if that has zero.
func TestOperationsWithoutAKeyWaitForNone(t *testing.T) {
	t.Parallel()
	r := newRunner(&Plan{Ops: []Op{{}, {Key: 1}, {}, {Key: 1}, {}}, Serial: []bool{false}, MaxOps: 9, MaxBytes: 100, MaxInFlight: 1})
	first := r.pick(time.Now())
	assert.Equal(t, []int{0, 1, 2, 4}, first)
	r.take(answered{ops: first, Answer: Answer{Outcome: retry.Applied}})
	assert.Equal(t, []int{3}, r.pick(time.Now()))
}
