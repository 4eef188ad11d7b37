package main

import (
	"encoding/json"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each page but the last has a LastEvaluatedKey of its own, and each has its checksum.
func TestPagesOfAReading(t *testing.T) {
	t.Parallel()
	client, err := newCannedHTTPClient(answerPage(list(2, city)), 3)
	require.NoError(t, err)
	var places []string
	for range 6 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://host/", strings.NewReader("{}"))
		require.NoError(t, err)
		resp, err := client.Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		assert.EqualValues(t, len(body), resp.ContentLength)
		assert.Equal(t, strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10), resp.Header.Get("X-Amz-Crc32"))
		var page struct {
			Count            int
			Items            []json.RawMessage
			LastEvaluatedKey struct{ ID struct{ N string } }
		}
		require.NoError(t, json.Unmarshal(body, &page))
		assert.Equal(t, 2, page.Count)
		assert.Len(t, page.Items, 2)
		places = append(places, page.LastEvaluatedKey.ID.N)
	}
	assert.Equal(t, []string{"1", "2", "", "1", "2", ""}, places)
	assert.EqualValues(t, 6*len("{}"), client.sent.Load())
}

// A page has the size that DynamoDB gives it: 1 MB at most, of which DynamoDB does not count
// the JSON around the values.
func TestPagesHaveARealSize(t *testing.T) {
	t.Parallel()
	for name, items := range map[string]any{
		"items":   answerPage(list(pageItems, city)),
		"rotated": answerPage(list(pageItems, rotatedCity)),
		"nested":  answerPage(list(1500, shop)),
		"text":    answerPage(list(400, article)),
	} {
		client, err := newCannedHTTPClient(items, 1)
		require.NoError(t, err)
		assert.Greater(t, len(client.body), 600_000, name)
		assert.Less(t, len(client.body), 1_500_000, name)
	}
}
