package main

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// small makes ten_million read two pages.
var small = size{items: 2 * readingPageItems}

// In each contest each side gets the right result, again and again.
func TestEachSideIsRight(t *testing.T) {
	t.Parallel()
	for _, r := range rows() {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			c, err := r.open(t.Context(), small)
			require.NoError(t, err)
			if c.close != nil {
				defer c.close()
			}
			require.NoError(t, c.verify())
			for _, s := range c.sides {
				for range 2 {
					require.NoError(t, s.task(), s.name)
				}
			}
			assert.Equal(t, ours, c.sides[0].name)
		})
	}
}

func TestEachRowHasItsPeers(t *testing.T) {
	t.Parallel()
	observed := []string{ours, without}
	scan := []string{ours, rawSDK, viaAttributevalue, guregu, floorAllocate, floorPass}
	call := []string{ours, rawSDK, viaAttributevalue, guregu, floorSign}
	structs := []string{ours, viaAttributevalue, guregu}
	want := map[string][]string{
		"page_structs": structs, "page_structs_nested": structs, "get_struct": structs, "put_struct": structs,
		"scan_page_items": scan, "scan_page_rotated": scan, "scan_page_nested": scan, "scan_page_text": scan, "batch_get_100": scan,
		"get_item": call, "put_item": call, "batch_write_25": call,
		"query_small":       {ours, rawSDK, viaAttributevalue, guregu},
		"delete_item":       {ours, rawSDK, guregu, floorSign},
		"update_item":       {ours, rawSDK, guregu, floorSign},
		"transact_write_10": {ours, rawSDK, guregu}, "transact_get_25": {ours, rawSDK, guregu},
		"scan_http_8": {ours, rawSDK, guregu}, "ten_million": {ours, rawSDK, guregu},
		"hook_get_item": observed, "logger_get_item": observed, "logger_debug_get_item": observed, "capacity_get_item": observed,
	}
	got := map[string][]string{}
	for _, r := range rows() {
		c, err := r.open(t.Context(), small)
		require.NoError(t, err, r.name)
		if c.close != nil {
			c.close()
		}
		for _, s := range c.sides {
			got[r.name] = append(got[r.name], s.name)
		}
	}
	assert.Equal(t, want, got)
}

func TestWrongReadingsAreNoticed(t *testing.T) {
	t.Parallel()
	want := list(3, city)
	other := list(3, city)
	other[1].Set(dynamoconn.Long("ID", 7))
	changed := list(3, city)
	changed[2].Set(dynamoconn.Boolean("Capital", true))
	broken := errors.New("broken")

	tests := map[string]struct {
		got          []dynamoconn.Item
		err          error
		task, verify error
	}{
		"the same":             {got: want},
		"in another order":     {got: []dynamoconn.Item{want[1], want[0], want[2]}, verify: errWrong},
		"one is missing":       {got: want[:2], task: errWrong, verify: errWrong},
		"another ID":           {got: other, task: errWrong, verify: errWrong},
		"another value inside": {got: changed, verify: errWrong},
		"an error":             {err: broken, task: broken, verify: broken},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := reader("x", ownPage, want, func() ([]dynamoconn.Item, error) { return test.got, test.err })
			assert.ErrorIs(t, s.task(), test.task)
			assert.ErrorIs(t, s.verify(), test.verify)
		})
	}
}

func TestWrongWritingsAreNoticed(t *testing.T) {
	t.Parallel()
	answer, c, err := openWrites(t.Context(), struct{}{})
	require.NoError(t, err)
	sent := city(0)
	s := writer("x", answer, []dynamoconn.Item{city(0)}, func() error {
		_, err := c.ours.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: sent})
		return err
	})
	require.NoError(t, s.verify())
	require.NoError(t, s.task())
	sent.Set(dynamoconn.Long("More", 1))
	assert.ErrorIs(t, s.task(), errWrong)
	assert.ErrorIs(t, s.verify(), errWrong)
}

func TestWrongLoopsAreNoticed(t *testing.T) {
	t.Parallel()
	read := func(sums ...uint64) func(func(uint64)) error {
		return func(see func(uint64)) error {
			for _, sum := range sums {
				see(sum)
			}
			return nil
		}
	}
	assert.NoError(t, loop("x", 2, 3, read(1, 2)).task())
	assert.ErrorIs(t, loop("x", 2, 3, read(1, 2, 0)).task(), errWrong)
	assert.ErrorIs(t, loop("x", 2, 3, read(1, 1)).task(), errWrong)
}

// All forms of an item have the same checksum.
func TestSumsAgree(t *testing.T) {
	t.Parallel()
	items := append(list(20, city), list(20, rotatedCity)...)
	records, err := recordsOf[cityRecord](items)
	require.NoError(t, err)
	assert.NotZero(t, sumItems(items))
	assert.Equal(t, sumItems(items), sumMaps(allToSDK(items)))
	assert.Equal(t, sumItems(items), sumRecords(records))
	assert.Zero(t, sumItem(dynamoconn.Item{dynamoconn.String("ID", "1")}))
	assert.Zero(t, sumMap(toSDK(dynamoconn.Item{dynamoconn.String("ID", "1")})))
}
