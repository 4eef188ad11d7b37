package integration

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
	"github.com/dynamoconn/dynamoconn/testdata"
)

// cities returns n rows of the GeoNames sample, each with an ID of its own from 1:
// after the last the sample begins again.
func cities(t *testing.T, n int) []dynamoconn.Item {
	t.Helper()
	type row struct {
		Name, Country, Admin1 string
		Latitude, Longitude   json.Number
	}
	var sample []row
	for line := range strings.Lines(testdata.Cities()) {
		var r row
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		sample = append(sample, r)
	}
	require.Len(t, sample, 1000)

	items := make([]dynamoconn.Item, n)
	for i := range items {
		r := sample[i%len(sample)]
		items[i] = dynamoconn.Item{
			dynamoconn.Long("ID", int64(i+1)),
			dynamoconn.String("Name", r.Name),
			dynamoconn.String("Country", r.Country),
			dynamoconn.Map("Place",
				dynamoconn.Decimal("Latitude", dynamoconn.MustNumber(r.Latitude.String())),
				dynamoconn.Decimal("Longitude", dynamoconn.MustNumber(r.Longitude.String()))),
			dynamoconn.List("Regions", dynamoconn.String("", r.Country), dynamoconn.String("", r.Admin1)),
			dynamoconn.Boolean("North", !strings.HasPrefix(r.Latitude.String(), "-")),
			dynamoconn.String("Note", strings.Repeat(r.Name+" ", 8)),
		}
	}
	return items
}

func TestTenThousandCities(t *testing.T) {
	t.Parallel()
	const n = 10_000
	client, sent := localJournal(t)
	table := newTable(t, keyed(byID))
	items := cities(t, n)

	written, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{{
			Name: table, Writes: dynamoconn.TableWithItemsToAdd(table, items...).Writes, KeyNames: []string{"ID"},
		}},
	})
	require.NoError(t, err)
	assert.Equal(t, n, written.Written)
	assert.Equal(t, n/25, written.Attempts)
	assert.Equal(t, slices.Repeat([]string{"BatchWriteItem"}, n/25), wiretest.Actions(sent.Take()))

	t.Run("Scan", func(t *testing.T) {
		resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table})
		require.NoError(t, err)
		requireSameItems(t, items, resp.Items, "ID")
		assert.Equal(t, []int64{n, n}, []int64{resp.Count, resp.ScannedCount})
		assert.Nil(t, resp.LastEvaluatedKey)
		actions := wiretest.Actions(sent.Take())
		assert.Greater(t, len(actions), 1, "the table has more than one page")
		assert.Len(t, actions, resp.Attempts)
	})

	t.Run("ScanItems with Limit 7", func(t *testing.T) {
		var got []dynamoconn.Item
		for item, err := range client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Limit: 7}) {
			require.NoError(t, err)
			got = append(got, item)
		}
		requireSameItems(t, items, got, "ID")
		requests := sent.Take()
		assert.Len(t, requests, n/7+1)
		starts := map[string]bool{}
		for _, s := range requests {
			var body struct {
				Limit             int
				ExclusiveStartKey json.RawMessage
			}
			require.NoError(t, json.Unmarshal([]byte(s.Body), &body))
			require.Equal(t, 7, body.Limit)
			require.False(t, starts[string(body.ExclusiveStartKey)], "a page was read twice")
			starts[string(body.ExclusiveStartKey)] = true
		}
	})

	t.Run("BatchGet", func(t *testing.T) {
		var keys, want, missing []dynamoconn.Item
		for i, item := range items {
			keys, want = append(keys, item.Pick("ID")), append(want, item)
			if i%10 == 0 { // the same again, written as another number
				twin := dynamoconn.Item{dynamoconn.Decimal("ID", dynamoconn.MustNumber(fmt.Sprintf("%d.0", i+1)))}
				keys, want = append(keys, twin), append(want, item)
			}
			if i%100 == 0 { // one that is not there, twice
				absent := dynamoconn.Item{dynamoconn.Long("ID", -int64(i+1))}
				keys, want = append(keys, absent, absent.Clone()), append(want, nil, nil)
				missing = append(missing, absent)
			}
		}
		resp, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
			RequestTables: []dynamoconn.RequestTable{{Name: table, Keys: keys}},
		})
		require.NoError(t, err)
		require.Len(t, resp.ResponseTables, 1)
		got := resp.ResponseTables[0]
		assert.Equal(t, table, got.Name)
		require.Len(t, got.Items, len(keys))
		for i, item := range got.Items {
			require.True(t, want[i].Equal(item) && (want[i] == nil) == (item == nil), "key %d", i)
		}
		assert.Equal(t, missing, got.MissingKeys)

		asked := map[string]int{}
		requests := sent.Take()
		for _, s := range requests {
			var body struct {
				RequestItems map[string]struct {
					Keys []map[string]map[string]string
				}
			}
			require.NoError(t, json.Unmarshal([]byte(s.Body), &body))
			sentKeys := body.RequestItems[table].Keys
			require.LessOrEqual(t, len(sentKeys), 100)
			for _, key := range sentKeys {
				asked[key["ID"]["N"]]++
			}
		}
		// Each key once: 10,000 that are there and 100 that are not.
		assert.Len(t, asked, n+len(missing))
		assert.Len(t, requests, (n+len(missing))/100)
	})
}
