package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// The conversions of the peers give what this library's own give.
func TestConversionsAgree(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(int) dynamoconn.Item{"city": city, "rotated": rotatedCity, "shop": shop, "article": article} {
		for _, item := range list(20, make) {
			want, err := dynamoconn.ToAttributeValues(item)
			require.NoError(t, err)
			assert.Equal(t, want, toSDK(item), name)
		}
	}
	for _, item := range list(20, rotatedCity) {
		back, err := fromSDK(toSDK(item))
		require.NoError(t, err)
		assert.True(t, item.Equal(back), "%v, not %v", back, item)
	}
	_, err := fromSDK(toSDK(shop(0)))
	assert.Error(t, err, "a shop has kinds that a city lacks")
	assert.Equal(t, toSDK(dynamoconn.Item{dynamoconn.Null("A")}), mustToSDK(t, dynamoconn.Item{dynamoconn.Null("A")}))
}

func mustToSDK(t *testing.T, item dynamoconn.Item) any {
	t.Helper()
	m, err := dynamoconn.ToAttributeValues(item)
	require.NoError(t, err)
	return m
}

// The items of the table that varies do vary.
func TestRotatedCitiesVary(t *testing.T) {
	t.Parallel()
	first, lengths := map[string]int{}, map[int]int{}
	for _, item := range list(840, rotatedCity) {
		first[item[0].KeyName()]++
		lengths[len(item)]++
		assert.True(t, item.Has("ID") && item.Has("Name") && item.Has("Capital"))
	}
	assert.Len(t, first, 8, "each attribute comes first somewhere")
	assert.Equal(t, map[int]int{8: 420, 7: 350, 6: 70}, lengths)
}
