package integration

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// north lets about four of five cities through.
var north = []dynamoconn.Condition{{
	Key: "North", ComparisonOperator: dynamoconn.ComparisonOperatorEQ, Values: []dynamoconn.KeyValue{dynamoconn.Boolean("", true)},
}}

// rare lets one city of ID 50 through, so that most pages are empty.
var rare = []dynamoconn.Condition{{
	Key: "ID", ComparisonOperator: dynamoconn.ComparisonOperatorEQ, Values: []dynamoconn.KeyValue{dynamoconn.Long("", 50)},
}}

func onlyThose(items []dynamoconn.Item, conditions []dynamoconn.Condition) []dynamoconn.Item {
	var those []dynamoconn.Item
	for _, item := range items {
		if !slices.ContainsFunc(conditions, func(c dynamoconn.Condition) bool { return !meets(item, c) }) {
			those = append(those, item)
		}
	}
	return those
}

// cityTable makes a table of n cities.
func cityTable(t *testing.T, n int) (table string, items []dynamoconn.Item) {
	t.Helper()
	table = newTable(t, keyed(byID))
	items = cities(t, n)
	fill(t, table, items)
	return table, items
}

func TestScanWithMaxItemsResumesWithoutLossOrRepetition(t *testing.T) {
	t.Parallel()
	client := local(t)
	table, items := cityTable(t, 100)
	for _, filter := range [][]dynamoconn.Condition{nil, north, rare} {
		want := onlyThose(items, filter)
		require.NotEmpty(t, want)
		for _, limit := range []int32{0, 1, 7, 1000} {
			for _, maxItems := range []int{1, 7, 30, 99, 100, 101} {
				t.Run(fmt.Sprintf("%d of %d, Limit %d", maxItems, len(want), limit), func(t *testing.T) {
					t.Parallel()
					req := dynamoconn.ScanTableRequest{TableName: table, Conditions: filter, Limit: limit, MaxItems: maxItems}
					var got []dynamoconn.Item
					var scanned int64
					for {
						resp, err := client.Scan(t.Context(), req)
						require.NoError(t, err)
						assert.Len(t, resp.Items, int(resp.Count))
						assert.LessOrEqual(t, len(resp.Items), maxItems)
						got = append(got, resp.Items...)
						scanned += resp.ScannedCount
						require.LessOrEqual(t, len(got), len(want), "an item came twice")
						if resp.LastEvaluatedKey == nil {
							break
						}
						require.Len(t, resp.Items, maxItems, "a part that is not the last is full")
						req.ExclusiveStartKey = resp.LastEvaluatedKey
					}
					requireSameItems(t, want, got, "ID")
					assert.Equal(t, int64(len(items)), scanned)
				})
			}
		}
	}
}

func TestScanCountsOnly(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table, items := cityTable(t, 100)
	req := dynamoconn.ScanTableRequest{TableName: table, Conditions: north, Limit: 30, CountOnly: true}
	want := int64(len(onlyThose(items, north)))

	resp, err := client.Scan(t.Context(), req)
	require.NoError(t, err)
	assert.Nil(t, resp.Items)
	assert.Equal(t, []int64{want, 100}, []int64{resp.Count, resp.ScannedCount})
	requests := journal.Take()
	require.Len(t, requests, 4)
	for _, s := range requests {
		assert.Contains(t, s.Body, `"Select":"COUNT"`)
	}

	req.MaxItems = 10
	resp, err = client.Scan(t.Context(), req)
	require.NoError(t, err)
	assert.Nil(t, resp.Items)
	assert.Equal(t, int64(10), resp.Count)
	assert.NotNil(t, resp.LastEvaluatedKey)
}

func TestScanSegmentsAreTheWhole(t *testing.T) {
	t.Parallel()
	client := local(t)
	table, items := cityTable(t, 100)
	for _, total := range []int32{1, 2, 5, 400} {
		var got []dynamoconn.Item
		for segment := range total {
			resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{
				TableName: table, Limit: 11, TotalSegments: total, Segment: segment,
			})
			require.NoError(t, err)
			got = append(got, resp.Items...)
		}
		requireSameItems(t, items, got, "ID")
	}
}

func TestScanPageLoop(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table, items := cityTable(t, 100)
	for name, filter := range map[string][]dynamoconn.Condition{"all": nil, "some": north, "mostly empty pages": rare} {
		var got []dynamoconn.Item
		pages, empty := 0, 0
		req := dynamoconn.ScanTableRequest{TableName: table, Conditions: filter, Limit: 7}
		for more := true; more; more = req.ExclusiveStartKey != nil {
			resp, err := client.ScanPage(t.Context(), req)
			require.NoError(t, err)
			assert.Equal(t, table, resp.Name)
			assert.LessOrEqual(t, resp.ScannedCount, int64(7))
			assert.Len(t, resp.Items, int(resp.Count))
			assert.Equal(t, 1, resp.Attempts)
			assert.Len(t, resp.RequestIDs, 1)
			got = append(got, resp.Items...)
			req.ExclusiveStartKey = resp.LastEvaluatedKey
			pages++
			if len(resp.Items) == 0 {
				empty++
			}
		}
		requireSameItems(t, onlyThose(items, filter), got, "ID")
		assert.Equal(t, 15, pages, name)
		assert.Len(t, journal.Take(), pages, name)
		if name == "mostly empty pages" {
			assert.Equal(t, pages-1, empty)
		}
	}
}

func TestScanItemsBrokenOffAtEveryItemReadsNoFurtherPage(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table, items := cityTable(t, 20)
	const limit = 7
	loop := client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Limit: limit})
	assert.Empty(t, journal.Take(), "nothing is read before the loop")

	var whole []dynamoconn.Item
	for item, err := range loop {
		require.NoError(t, err)
		whole = append(whole, item)
	}
	requireSameItems(t, items, whole, "ID")
	assert.Len(t, journal.Take(), 3)

	for stop := range whole {
		var got []dynamoconn.Item
		for item, err := range loop { // starts over
			require.NoError(t, err)
			got = append(got, item)
			if len(got) == stop+1 {
				break
			}
		}
		assert.Equal(t, whole[:stop+1], got)
		requests := journal.Take()
		assert.Len(t, requests, stop/limit+1)
		assert.NotContains(t, requests[0].Body, "ExclusiveStartKey")
	}
}

func TestScanItemsStopsAtMaxItems(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table, items := cityTable(t, 60)
	for _, filter := range [][]dynamoconn.Condition{nil, north} {
		those := onlyThose(items, filter)
		for _, maxItems := range []int{1, 7, len(those) - 1, len(those), len(those) + 1} {
			count := 0
			for item, err := range client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{
				TableName: table, Conditions: filter, Limit: 5, MaxItems: maxItems,
			}) {
				require.NoError(t, err)
				require.True(t, slices.ContainsFunc(those, item.Equal))
				count++
			}
			assert.Equal(t, min(maxItems, len(those)), count)
			assert.LessOrEqual(t, len(journal.Take()), 60/5+2*len(filter)+1)
		}
	}
}

func TestScanProjections(t *testing.T) {
	t.Parallel()
	client := local(t)
	table, items := cityTable(t, 10)
	scan := func(req dynamoconn.ScanTableRequest) []dynamoconn.Item {
		req.TableName = table
		resp, err := client.Scan(t.Context(), req)
		require.NoError(t, err)
		return resp.Items
	}
	var want []dynamoconn.Item
	for _, item := range items {
		want = append(want, item.Pick("ID", "Name", "Place"))
	}
	requireSameItems(t, want, scan(dynamoconn.ScanTableRequest{Attributes: []string{"Name", "Place", "ID"}}), "ID")

	for i, item := range items {
		place, err := dynamoconn.Value[dynamoconn.Item](item, "Place")
		require.NoError(t, err)
		regions, err := dynamoconn.Value[[]dynamoconn.KeyValue](item, "Regions")
		require.NoError(t, err)
		want[i] = dynamoconn.Item{
			item[0], dynamoconn.Map("Place", place.Pick("Latitude")...), dynamoconn.List("Regions", regions[0]),
		}
	}
	requireSameItems(t, want, scan(dynamoconn.ScanTableRequest{
		ProjectionExpression:     "#i, Place.Latitude, Regions[0]",
		ExpressionAttributeNames: map[string]string{"#i": "ID"},
	}), "ID")

	for _, item := range scan(dynamoconn.ScanTableRequest{Attributes: []string{"Nowhere"}}) {
		assert.Equal(t, dynamoconn.Item{}, item, "an item without the attributes is empty and there")
	}
}

// indexed is a table of songs by artist and title with each sort of index.
func indexed() *dynamodb.CreateTableInput {
	artist, title := attribute{"Artist", types.ScalarAttributeTypeS}, attribute{"Title", types.ScalarAttributeTypeS}
	year, genre := attribute{"Year", types.ScalarAttributeTypeN}, attribute{"Genre", types.ScalarAttributeTypeS}
	input := keyed(artist, title)
	input.AttributeDefinitions = append(input.AttributeDefinitions, keyed(year, genre).AttributeDefinitions...)
	input.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{
		{IndexName: aws.String("by-genre"), KeySchema: keySchema(genre, year), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}},
		{IndexName: aws.String("by-year"), KeySchema: keySchema(year), Projection: &types.Projection{
			ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"Price"},
		}},
	}
	input.LocalSecondaryIndexes = []types.LocalSecondaryIndex{
		{IndexName: aws.String("by-artist-and-year"), KeySchema: keySchema(artist, year), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}},
	}
	return input
}

func songs(n int) []dynamoconn.Item {
	genres := []string{"rock", "jazz", "fado"}
	items := make([]dynamoconn.Item, n)
	for i := range items {
		items[i] = dynamoconn.Item{
			dynamoconn.String("Artist", fmt.Sprint("artist ", i%3)),
			dynamoconn.String("Title", fmt.Sprint("title ", i)),
			dynamoconn.Decimal("Price", dynamoconn.MustNumber("0.99")),
			dynamoconn.String("Label", "Blue"),
		}
		if i%2 == 0 { // the others are in no index
			items[i] = append(items[i], dynamoconn.Long("Year", 1960+int64(i%4)), dynamoconn.String("Genre", genres[i%3]))
		}
	}
	return items
}

func TestScanOfIndexes(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table := newTable(t, indexed())
	items := songs(40)
	fill(t, table, items)
	var inIndex []dynamoconn.Item
	for _, item := range items {
		if item.Has("Year") {
			inIndex = append(inIndex, item)
		}
	}
	for index, names := range map[string][]string{
		"by-genre":           {"Artist", "Title", "Year", "Genre"},
		"by-year":            {"Artist", "Title", "Year", "Price"},
		"by-artist-and-year": {"Artist", "Title", "Price", "Label", "Year", "Genre"},
	} {
		var want []dynamoconn.Item
		for _, item := range inIndex {
			want = append(want, item.Pick(names...))
		}
		for _, maxItems := range []int{0, 1, 6} {
			var got []dynamoconn.Item
			var used float64
			req := dynamoconn.ScanTableRequest{TableName: table, IndexName: index, Limit: 5, MaxItems: maxItems}
			for more := true; more; more = req.ExclusiveStartKey != nil {
				resp, err := client.Scan(t.Context(), req, dynamoconn.WithConsumedCapacity())
				require.NoError(t, err)
				require.LessOrEqual(t, len(got), len(want), index)
				got = append(got, resp.Items...)
				req.ExclusiveStartKey = resp.LastEvaluatedKey
				require.Len(t, resp.ConsumedCapacity, 1)
				assert.Equal(t, table, resp.ConsumedCapacity[0].TableName)
				used += resp.ConsumedCapacity[0].CapacityUnits
			}
			assert.Positive(t, used)
			requireSameItems(t, want, got, "Title")
			for _, s := range journal.Take() {
				assert.Contains(t, s.Body, fmt.Sprintf("%q:%q", "IndexName", index))
			}
		}
	}

	_, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, IndexName: "by-genre", IsConsistentRead: true})
	require.ErrorIs(t, err, dynamoconn.ErrValidation)
	_, err = client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, IndexName: "by-nothing"})
	require.Error(t, err)
	assert.NotErrorIs(t, err, dynamoconn.ErrInvalidRequest, "DynamoDB refuses it, not the library")
}

func TestScanSendsWhatItIsAsked(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table, _ := cityTable(t, 5)
	_, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{
		TableName: table, Limit: 3, IsConsistentRead: true, MaxItems: 2,
		ExclusiveStartKey: dynamoconn.Item{dynamoconn.Long("ID", 1)},
		Conditions:        rare,
		Attributes:        []string{"Name", "ID"},
		TotalSegments:     1,
	}, dynamoconn.WithConsumedCapacity())
	require.NoError(t, err)
	requests := journal.Take()
	require.NotEmpty(t, requests)
	var body map[string]any
	require.NoError(t, json.Unmarshal([]byte(requests[0].Body), &body))
	assert.Equal(t, map[string]any{
		"TableName":                 table,
		"Limit":                     3.0,
		"ConsistentRead":            true,
		"ExclusiveStartKey":         map[string]any{"ID": map[string]any{"N": "1"}},
		"FilterExpression":          "#n0 = :v0",
		"ProjectionExpression":      "#n1, #n0",
		"ExpressionAttributeNames":  map[string]any{"#n0": "ID", "#n1": "Name"},
		"ExpressionAttributeValues": map[string]any{":v0": map[string]any{"N": "50"}},
		"TotalSegments":             1.0,
		"Segment":                   0.0,
		"ReturnConsumedCapacity":    "INDEXES",
	}, body)
}

func TestScanErrors(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table, _ := cityTable(t, 1)
	absent := uniqueName()

	_, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: absent})
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
	var e *dynamoconn.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, []string{"Scan", absent, "us-east-1"}, []string{e.Activity, e.TableName, e.Region.String()})
	assert.Equal(t, 1, e.Attempts)
	assert.Len(t, e.RequestIDs, 1)
	var cause *types.ResourceNotFoundException
	require.ErrorAs(t, err, &cause)

	count := 0
	for item, err := range client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{TableName: absent}) {
		require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
		assert.Nil(t, item)
		count++
	}
	assert.Equal(t, 1, count, "the error comes once")
	journal.Take()

	// DynamoDB compares booleans for equality only.
	_, err = client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Conditions: []dynamoconn.Condition{{
		Key: "North", ComparisonOperator: dynamoconn.ComparisonOperatorLT, Values: []dynamoconn.KeyValue{dynamoconn.Boolean("", true)},
	}}})
	require.ErrorIs(t, err, dynamoconn.ErrValidation)
	assert.Equal(t, []string{"Scan"}, wiretest.Actions(journal.Take()))

	for name, req := range map[string]dynamoconn.ScanTableRequest{
		"no table":              {},
		"negative limit":        {TableName: table, Limit: -1},
		"negative MaxItems":     {TableName: table, MaxItems: -1},
		"segment of none":       {TableName: table, Segment: 1},
		"segment too large":     {TableName: table, Segment: 2, TotalSegments: 2},
		"too many segments":     {TableName: table, TotalSegments: 1_000_001},
		"condition and filter":  {TableName: table, Conditions: rare, FilterExpression: "attribute_exists(ID)"},
		"both projections":      {TableName: table, Attributes: []string{"ID"}, ProjectionExpression: "ID"},
		"value without a use":   {TableName: table, ExpressionAttributeValues: dynamoconn.Item{dynamoconn.Long(":a", 1)}},
		"two values for EQ":     {TableName: table, Conditions: []dynamoconn.Condition{{Key: "ID", ComparisonOperator: dynamoconn.ComparisonOperatorEQ, Values: []dynamoconn.KeyValue{dynamoconn.Long("", 1), dynamoconn.Long("", 2)}}}},
		"unknown operator":      {TableName: table, Conditions: []dynamoconn.Condition{{Key: "ID", ComparisonOperator: "LIKE"}}},
		"a named value":         {TableName: table, Conditions: []dynamoconn.Condition{{Key: "ID", ComparisonOperator: dynamoconn.ComparisonOperatorEQ, Values: []dynamoconn.KeyValue{dynamoconn.Long("ID", 1)}}}},
		"a nil value":           {TableName: table, Conditions: []dynamoconn.Condition{{Key: "ID", ComparisonOperator: dynamoconn.ComparisonOperatorEQ, Values: []dynamoconn.KeyValue{nil}}}},
		"counts and projection": {TableName: table, CountOnly: true, Attributes: []string{"ID"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Scan(t.Context(), req)
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			assert.Empty(t, journal.Take(), "nothing is sent")
		})
	}
}
