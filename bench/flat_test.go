package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

func TestWrongIDsAreNoticed(t *testing.T) {
	t.Parallel()
	items := keys(list(3, city))
	assert.NoError(t, checkIDs(items, 3))
	assert.ErrorIs(t, checkIDs(items, 4), errWrong)
	assert.ErrorIs(t, checkIDs(items[1:], 2), errWrong)
	assert.ErrorIs(t, checkIDs([]dynamoconn.Item{nil}, 1), errWrong)
}

// An item costs no more allocations among 100,000 items than among ten or a thousand.
func TestCostOfAnItemIsFlat(t *testing.T) {
	sizes := flatSizes
	if testing.Short() {
		sizes = []int{10, 1000, 10_000}
	}
	for _, f := range flats() {
		t.Run(f.name, func(t *testing.T) {
			result, err := f.measure(t.Context(), timing{rounds: 1, clock: elapsed}, sizes)
			require.NoError(t, err)
			require.Len(t, result.Points, len(sizes))
			var middle float64
			for i, p := range result.Points {
				assert.Equal(t, sizes[i], p.Items)
				assert.NotZero(t, p.Allocs)
				if p.Items == 1000 {
					middle = p.Allocs
				}
			}
			last := result.Points[len(sizes)-1].Allocs
			assert.LessOrEqual(t, last, result.Points[0].Allocs, "compared with 10 items")
			assert.LessOrEqual(t, last, 1.05*middle, "compared with 1,000 items")
		})
	}
}
