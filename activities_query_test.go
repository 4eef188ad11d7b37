package dynamoconn_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// titles returns the answer to a query of the partition of musicKey: songs with those titles, and
// a last key if there is one.
func titles(scanned int, last string, titles ...string) wiretest.Answer {
	items := make([]string, len(titles))
	for i, title := range titles {
		items[i] = songOf(title)
	}
	body := fmt.Sprintf(`{"Items":[%s],"Count":%d,"ScannedCount":%d`, strings.Join(items, ","), len(items), scanned)
	if last != "" {
		body += `,"LastEvaluatedKey":` + songOf(last)
	}
	return wiretest.Reply(200, body+"}")
}

func songOf(title string) string {
	return `{"Artist":{"S":"No One You Know"},"SongTitle":{"S":"` + title + `"}}`
}

func titlesOf(t *testing.T, items []dynamoconn.Item) (titles []string) {
	t.Helper()
	for _, item := range items {
		title, err := dynamoconn.Value[string](item, "SongTitle")
		require.NoError(t, err)
		titles = append(titles, title)
	}
	return titles
}

func TestQueryIsSentAsAsked(t *testing.T) {
	t.Parallel()
	title := dynamoconn.Attr("SongTitle")
	for name, test := range map[string]struct {
		change func(*dynamoconn.QueryRequest)
		want   string
	}{
		"a partition": {func(*dynamoconn.QueryRequest) {}, `"ExpressionAttributeNames":{"#n0":"Artist"},
			"ExpressionAttributeValues":{":v0":{"S":"No One You Know"}},"KeyConditionExpression":"#n0 = :v0"`},
		"a range, backwards": {func(r *dynamoconn.QueryRequest) {
			r.SortKey, r.Descending, r.Limit = []dynamoconn.Condition{title.Between("a", "b")}, true, 3
		}, `"ExpressionAttributeNames":{"#n0":"Artist","#n1":"SongTitle"},
			"ExpressionAttributeValues":{":v0":{"S":"No One You Know"},":v1":{"S":"a"},":v2":{"S":"b"}},
			"KeyConditionExpression":"#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2","Limit":3,"ScanIndexForward":false`},
		"several attributes": {func(r *dynamoconn.QueryRequest) {
			r.IndexName = "by-label"
			r.PartitionKey = append(r.PartitionKey, dynamoconn.Long("Year", 1990))
			r.SortKey = []dynamoconn.Condition{title.EQ("a"), dynamoconn.Attr("Track").GT(3)}
		}, `"ExpressionAttributeNames":{"#n0":"Artist","#n1":"Year","#n2":"SongTitle","#n3":"Track"},
			"ExpressionAttributeValues":{":v0":{"S":"No One You Know"},":v1":{"N":"1990"},":v2":{"S":"a"},":v3":{"N":"3"}},
			"IndexName":"by-label","KeyConditionExpression":"#n0 = :v0 AND #n1 = :v1 AND #n2 = :v2 AND #n3 > :v3"`},
		"a filter": {func(r *dynamoconn.QueryRequest) {
			r.SortKey, r.Where = []dynamoconn.Condition{title.BeginsWith("C")}, dynamoconn.Any(dynamoconn.Attr("Year").GE(1990), dynamoconn.Attr("Year").NotExists())
		}, `"ExpressionAttributeNames":{"#n0":"Artist","#n1":"SongTitle","#n2":"Year"},
			"ExpressionAttributeValues":{":v0":{"S":"No One You Know"},":v1":{"S":"C"},":v2":{"N":"1990"}},
			"FilterExpression":"#n2 >= :v2 OR attribute_not_exists(#n2)","KeyConditionExpression":"#n0 = :v0 AND begins_with(#n1, :v1)"`},
		"text": {func(r *dynamoconn.QueryRequest) {
			r.PartitionKey = nil
			r.KeyConditionExpression, r.FilterExpression, r.ProjectionExpression = "Artist = :a", "#y > :y", "SongTitle"
			r.ExpressionAttributeNames = map[string]string{"#y": "Year"}
			r.ExpressionAttributeValues = dynamoconn.Item{dynamoconn.String(":a", "x"), dynamoconn.Long(":y", 1)}
		}, `"ExpressionAttributeNames":{"#y":"Year"},"ExpressionAttributeValues":{":a":{"S":"x"},":y":{"N":"1"}},
			"FilterExpression":"#y > :y","KeyConditionExpression":"Artist = :a","ProjectionExpression":"SongTitle"`},
		"a count": {func(r *dynamoconn.QueryRequest) { r.CountOnly = true }, `"ExpressionAttributeNames":{"#n0":"Artist"},
			"ExpressionAttributeValues":{":v0":{"S":"No One You Know"}},"KeyConditionExpression":"#n0 = :v0","Select":"COUNT"`},
	} {
		w := wiretest.New()
		req := queryMusic()
		test.change(&req)
		_, err := wireClient(t, w).Query(t.Context(), req)
		require.NoError(t, err, name)
		assert.JSONEq(t, `{"TableName":"Music","ConsistentRead":false,`+test.want+`}`, w.Requests()[0].Body, name)
	}
}

func TestQueriesThatAreRefused(t *testing.T) {
	t.Parallel()
	title := dynamoconn.Attr("SongTitle")
	sort := func(conditions ...dynamoconn.Condition) func(*dynamoconn.QueryRequest) {
		return func(r *dynamoconn.QueryRequest) { r.SortKey = conditions }
	}
	partition := func(key ...dynamoconn.KeyValue) func(*dynamoconn.QueryRequest) {
		return func(r *dynamoconn.QueryRequest) { r.PartitionKey = key }
	}
	for name, test := range map[string]struct {
		change func(*dynamoconn.QueryRequest)
		path   string
	}{
		"no table":              {func(r *dynamoconn.QueryRequest) { r.TableName = "" }, "TableName"},
		"an index with a space": {func(r *dynamoconn.QueryRequest) { r.IndexName = "a b" }, "IndexName"},
		"no partition":          {partition(), "PartitionKey"},
		"a sort key alone": {func(r *dynamoconn.QueryRequest) {
			r.PartitionKey, r.SortKey = nil, []dynamoconn.Condition{title.EQ("a")}
		}, "PartitionKey"},
		"five parts of a partition":  {partition(make([]dynamoconn.KeyValue, 5)...), "PartitionKey"},
		"nothing as a part":          {partition(nil), "PartitionKey[0]"},
		"a part without a name":      {partition(dynamoconn.String("", "a")), "PartitionKey[0]"},
		"a part twice":               {partition(dynamoconn.String("A", "a"), dynamoconn.String("A", "b")), "PartitionKey[1]"},
		"an empty part":              {partition(dynamoconn.String("A", "")), "PartitionKey[0].A"},
		"a boolean as a part":        {partition(dynamoconn.Boolean("A", true)), "PartitionKey[0].A"},
		"text that is not Unicode":   {partition(dynamoconn.String("A", "\xff")), "PartitionKey[0].A"},
		"a part in the sort key too": {sort(dynamoconn.Attr("Artist").EQ("a")), "SortKey[0].Key"},
		"a range before the last":    {sort(title.GT("a"), dynamoconn.Attr("B").EQ("a")), "SortKey[0].ComparisonOperator"},
		"NE":                         {sort(title.NE("a")), "SortKey[0].ComparisonOperator"},
		"IN":                         {sort(title.In("a", "b")), "SortKey[0].ComparisonOperator"},
		"CONTAINS":                   {sort(title.Contains("a")), "SortKey[0].ComparisonOperator"},
		"NULL":                       {sort(title.NotExists()), "SortKey[0].ComparisonOperator"},
		"the size of a sort key":     {sort(title.Size().EQ(3)), "SortKey[0].Key"},
		"a place in a sort key":      {sort(title.Attr("a").EQ(3)), "SortKey[0].Key"},
		"another attribute":          {sort(title.EQ(dynamoconn.Attr("B"))), "SortKey[0].Values[0]"},
		"a list":                     {sort(title.EQ([]int{1})), "SortKey[0].Values[0]"},
		"a nil":                      {sort(title.EQ(nil)), "SortKey[0].Values[0]"},
		"a chan":                     {sort(title.EQ(make(chan int))), "SortKey[0].Values[0]"},
		"a number that begins so":    {sort(title.BeginsWith(1)), "SortKey[0].Values[0]"},
		"no value":                   {sort(dynamoconn.Condition{Key: "B", ComparisonOperator: dynamoconn.ComparisonOperatorEQ}), "SortKey[0].Values"},
		"no name":                    {sort(dynamoconn.Attr("").EQ("a")), "SortKey[0].Key"},
		"five conditions":            {sort(make([]dynamoconn.Condition, 5)...), "SortKey"},
		"two forms of the partition": {func(r *dynamoconn.QueryRequest) { r.KeyConditionExpression = "A = B" }, "KeyConditionExpression"},
		"two forms of the sort key": {func(r *dynamoconn.QueryRequest) {
			r.PartitionKey, r.SortKey, r.KeyConditionExpression = nil, []dynamoconn.Condition{title.EQ("a")}, "A = B"
		}, "KeyConditionExpression"},
		"two filters":                 {func(r *dynamoconn.QueryRequest) { r.Where, r.FilterExpression = title.Exists(), "A = B" }, "Where"},
		"a filter of nothing":         {func(r *dynamoconn.QueryRequest) { r.Where = dynamoconn.Any() }, "Where.Any"},
		"a limit below 0":             {func(r *dynamoconn.QueryRequest) { r.Limit = -1 }, "Limit"},
		"a bound below 0":             {func(r *dynamoconn.QueryRequest) { r.MaxItems = -1 }, "MaxItems"},
		"a cost below 0":              {func(r *dynamoconn.QueryRequest) { r.MaxScanned = -1 }, "MaxScanned"},
		"counted attributes":          {func(r *dynamoconn.QueryRequest) { r.CountOnly, r.Attributes = true, []string{"A"} }, "CountOnly"},
		"names without an expression": {func(r *dynamoconn.QueryRequest) { r.ExpressionAttributeNames = map[string]string{"#a": "A"} }, "ExpressionAttributeNames"},
		"values of a projection": {func(r *dynamoconn.QueryRequest) {
			r.ProjectionExpression, r.ExpressionAttributeValues = "A", dynamoconn.Item{dynamoconn.Long(":a", 1)}
		}, "ExpressionAttributeValues"},
		"a key name twice":         {func(r *dynamoconn.QueryRequest) { r.KeyNames = []string{"Artist", "Artist"} }, "KeyNames"},
		"key names without Artist": {func(r *dynamoconn.QueryRequest) { r.KeyNames = []string{"SongTitle"} }, "KeyNames"},
		"key names without SongTitle": {func(r *dynamoconn.QueryRequest) {
			r.KeyNames, r.SortKey = []string{"Artist"}, []dynamoconn.Condition{title.EQ("a")}
		}, "KeyNames"},
	} {
		w := wiretest.New()
		req := queryMusic()
		test.change(&req)
		_, err := wireClient(t, w).Query(t.Context(), req)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field, name)
		assert.Equal(t, test.path, field.Path, name)
		assert.Empty(t, w.Requests(), name)
	}
}

func TestBoundsOfManyPagesAreRefusedForOne(t *testing.T) {
	t.Parallel()
	w := wiretest.New()
	for path, change := range map[string]func(*dynamoconn.QueryRequest){
		"MaxItems":   func(r *dynamoconn.QueryRequest) { r.MaxItems = 1 },
		"MaxScanned": func(r *dynamoconn.QueryRequest) { r.MaxScanned = 1 },
	} {
		req := queryMusic()
		change(&req)
		_, err := wireClient(t, w).QueryPage(t.Context(), req)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field)
		assert.Equal(t, path, field.Path)
	}
	count := queryMusic()
	count.CountOnly = true
	require.ErrorIs(t, firstError(wireClient(t, w).QueryItems(t.Context(), count)), dynamoconn.ErrInvalidRequest)
	assert.Empty(t, w.Requests())
}

// A page that cannot be the answer to the query is refused: it may be that to another one.
func TestPagesOutsideOfTheQueryAreRefused(t *testing.T) {
	t.Parallel()
	between := []dynamoconn.Condition{dynamoconn.Attr("SongTitle").Between("b", "d")}
	for name, test := range map[string]struct {
		change func(*dynamoconn.QueryRequest)
		answer wiretest.Answer
		path   string // where the damage is, and "" if the page is taken
	}{
		"in order":          {nil, titles(3, "", "a", "b", "c"), ""},
		"another partition": {nil, wiretest.Reply(200, `{"Items":[{"Artist":{"S":"x"},"SongTitle":{"S":"a"}}],"Count":1,"ScannedCount":1}`), "Items[0].Artist"},
		"no partition":      {nil, wiretest.Reply(200, `{"Items":[{"SongTitle":{"S":"a"}}],"Count":1,"ScannedCount":1}`), "Items[0].Artist"},
		"a partition of another type": {nil,
			wiretest.Reply(200, `{"Items":[{"Artist":{"B":"AAAA"},"SongTitle":{"S":"a"}}],"Count":1,"ScannedCount":1}`), "Items[0].Artist"},
		"a last key elsewhere":      {nil, wiretest.Reply(200, `{"Items":[],"Count":0,"ScannedCount":1,"LastEvaluatedKey":{"Artist":{"S":"x"},"SongTitle":{"S":"a"}}}`), "LastEvaluatedKey.Artist"},
		"within a range":            {func(r *dynamoconn.QueryRequest) { r.SortKey = between }, titles(3, "", "b", "c", "d"), ""},
		"before a range":            {func(r *dynamoconn.QueryRequest) { r.SortKey = between }, titles(1, "", "azz"), "Items[0].SongTitle"},
		"behind a range":            {func(r *dynamoconn.QueryRequest) { r.SortKey = between }, titles(2, "", "c", "d0"), "Items[1].SongTitle"},
		"a last key behind a range": {func(r *dynamoconn.QueryRequest) { r.SortKey = between }, titles(2, "e", "c", "d"), "LastEvaluatedKey.SongTitle"},
		"another beginning": {func(r *dynamoconn.QueryRequest) {
			r.SortKey = []dynamoconn.Condition{dynamoconn.Attr("SongTitle").BeginsWith("b")}
		},
			titles(1, "", "ab"), "Items[0].SongTitle"},
		"without a sort key": {func(r *dynamoconn.QueryRequest) { r.SortKey = between },
			wiretest.Reply(200, `{"Items":[{"Artist":{"S":"No One You Know"}}],"Count":1,"ScannedCount":1}`), "Items[0].SongTitle"},
		"out of order":                          {func(r *dynamoconn.QueryRequest) { r.SortKey = between }, titles(2, "", "c", "b"), "Items[1].SongTitle"},
		"out of order, by the last key's names": {nil, titles(2, "c", "b", "a"), "Items[1].SongTitle"},
		"a last key before the items":           {nil, titles(2, "a", "b", "c"), "LastEvaluatedKey.SongTitle"},
		"a key twice":                           {func(r *dynamoconn.QueryRequest) { r.SortKey = between }, titles(2, "", "c", "c"), "Items[1].SongTitle"},
		"a key twice in an index": {func(r *dynamoconn.QueryRequest) { r.SortKey, r.IndexName = between, "by-title" },
			titles(2, "", "c", "c"), ""},
		"backwards":             {func(r *dynamoconn.QueryRequest) { r.Descending = true }, titles(2, "a", "c", "b"), ""},
		"forwards as backwards": {func(r *dynamoconn.QueryRequest) { r.Descending = true }, titles(2, "c", "b", "c"), "Items[1].SongTitle"},
		"before the start": {func(r *dynamoconn.QueryRequest) {
			r.ExclusiveStartKey = append(musicKey(), dynamoconn.String("SongTitle", "b"))
		}, titles(1, "", "a"), "Items[0].SongTitle"},
		"the start itself": {func(r *dynamoconn.QueryRequest) {
			r.ExclusiveStartKey = append(musicKey(), dynamoconn.String("SongTitle", "b"))
		}, titles(1, "", "b"), "Items[0].SongTitle"},
		"only what was asked for": {func(r *dynamoconn.QueryRequest) { r.Attributes = []string{"Year"} },
			wiretest.Reply(200, `{"Items":[{"Year":{"N":"1"}}],"Count":1,"ScannedCount":1}`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			req := queryMusic()
			if test.change != nil {
				test.change(&req)
			}
			_, err := wireClient(t, wiretest.New(test.answer), dynamoconn.WithMaxAttempts(1)).QueryPage(t.Context(), req)
			if test.path == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
			var field *dynamoconn.FieldError
			require.ErrorAs(t, err, &field)
			assert.Equal(t, test.path, field.Path)
		})
	}
}

// limitsOf returns the Limit of each request, 0 for none.
func limitsOf(t *testing.T, w *wiretest.Client) (limits []int) {
	t.Helper()
	for _, r := range w.Take() {
		var sent struct{ Limit int }
		require.NoError(t, json.Unmarshal([]byte(r.Body), &sent))
		limits = append(limits, sent.Limit)
	}
	return limits
}

// MaxScanned is never passed: the limit of the last page is what is left.
func TestMaxScannedBoundsWhatIsRead(t *testing.T) {
	t.Parallel()
	req := queryMusic()
	req.MaxScanned, req.Limit = 5, 3
	w := wiretest.New(wiretest.InTurn(titles(3, "c", "a"), titles(2, "e", "d")))
	resp, err := wireClient(t, w).Query(t.Context(), req)
	require.NoError(t, err, "a bound is no error")
	assert.Equal(t, []int{3, 2}, limitsOf(t, w))
	assert.Equal(t, []string{"a", "d"}, titlesOf(t, resp.Items))
	assert.Equal(t, int64(5), resp.ScannedCount)
	assert.False(t, resp.Checkpoint.Done())
	assert.Equal(t, []string{"e"}, titlesOf(t, []dynamoconn.Item{resp.LastEvaluatedKey}))

	_, err = wireClient(t, wiretest.New(titles(6, "f", "a"))).Query(t.Context(), req)
	require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, "more was read than was asked for")
}

// A page with more items than are wanted is cut at the key of one of them and not read again.
func TestPageOfAQueryIsCutAtAKey(t *testing.T) {
	t.Parallel()
	req := queryMusic()
	req.MaxItems, req.Where = 2, dynamoconn.Attr("Year").Exists()
	w := wiretest.New(titles(9, "z", "a", "b", "c"))
	client := wireClient(t, w)
	resp, err := client.Query(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, []int{0}, limitsOf(t, w), "one request")
	assert.Equal(t, []string{"a", "b"}, titlesOf(t, resp.Items))
	assert.Equal(t, []int64{2, 9}, []int64{resp.Count, resp.ScannedCount})
	assert.Equal(t, []string{"b"}, titlesOf(t, []dynamoconn.Item{resp.LastEvaluatedKey}))
	behind, err := resp.CheckpointAfter(1)
	require.NoError(t, err)
	assert.Equal(t, resp.Checkpoint, behind)

	// Where the items lack their keys, the page is read again with a smaller limit.
	req.Attributes = []string{"SongTitle"}
	w = wiretest.New(wiretest.InTurn(titles(9, "z", "a", "b", "c"), titles(4, "d", "a", "b")))
	_, err = wireClient(t, w).Query(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, []int{0, 6}, limitsOf(t, w))

	// To read a page again would read more than MaxScanned: no page can have too many items.
	req.MaxScanned = 100
	w = wiretest.New(wiretest.InTurn(titles(2, "b", "a"), titles(1, "d", "d")))
	_, err = wireClient(t, w).Query(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1}, limitsOf(t, w))
}

func TestQueryOfManyPages(t *testing.T) {
	t.Parallel()
	server := dynamoconntest.New()
	require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "SongTitle"}))
	var want []string
	for i := range 25 {
		title := fmt.Sprintf("%02d", i)
		want = append(want, title)
		require.NoError(t, server.Load("Music", append(musicKey(), dynamoconn.String("SongTitle", title)), dynamoconn.Item{
			dynamoconn.String("Artist", "Another"), dynamoconn.String("SongTitle", title),
		}))
	}
	client := server.Client(t)
	req := queryMusic()
	req.Limit = 4
	resp, err := client.Query(t.Context(), req)
	require.NoError(t, err)
	assert.Equal(t, want, titlesOf(t, resp.Items))
	assert.Equal(t, 7, resp.Attempts)
	assert.Len(t, resp.RequestIDs, 7)
	assert.True(t, resp.Checkpoint.Done())

	again, err := client.Query(t.Context(), dynamoconn.QueryRequest{TableName: "Music", PartitionKey: musicKey(), Checkpoint: resp.Checkpoint})
	require.NoError(t, err)
	assert.Empty(t, again.Items, "what is done reads nothing")
	assert.Zero(t, again.Attempts)

	var pages, items int
	for page, err := range client.QueryPages(t.Context(), req) {
		require.NoError(t, err)
		pages, items = pages+1, items+len(page.Items)
		assert.Equal(t, 1, page.Attempts)
	}
	assert.Equal(t, []int{7, 25}, []int{pages, items})
}

// A key condition as text is checked like one in Go, and names the key as well.
func TestKeyConditionAsTextIsUnderstood(t *testing.T) {
	t.Parallel()
	values := dynamoconn.Item{dynamoconn.String(":a", "No One You Know"), dynamoconn.String(":b", "b"), dynamoconn.String(":d", "d")}
	names := map[string]string{"#a": "Artist", "#s": "SongTitle"}
	for text, outside := range map[string]string{ // a title that does not meet it
		"Artist = :a AND SongTitle BETWEEN :b AND :d":      "a",
		"#a=:a and #s between :b and :d":                   "a",
		"(SongTitle > :b) AND (Artist = :a)":               "b",
		"((Artist = :a) AND (SongTitle >= :b))":            "a",
		"Artist = :a AND SongTitle < :d":                   "d",
		"Artist = :a AND SongTitle<=:d":                    "e",
		"begins_with ( SongTitle , :b ) AND Artist = :a":   "a",
		"Artist = :a AND SongTitle = :d":                   "c",
		"#a = :a\n\tAND\n\tSongTitle\nBETWEEN\n:b AND :d ": "e",
	} {
		req := dynamoconn.QueryRequest{TableName: "Music", KeyConditionExpression: text, ExpressionAttributeNames: names, ExpressionAttributeValues: values}
		_, err := wireClient(t, wiretest.New(titles(1, "", outside)), dynamoconn.WithMaxAttempts(1)).Query(t.Context(), req)
		require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, text)
		if strings.Contains(text, ":b") && strings.Contains(text, ":d") {
			resp, err := wireClient(t, wiretest.New(titles(2, "", "b", "c"))).Query(t.Context(), req)
			require.NoError(t, err, text)
			_, err = resp.CheckpointAfter(0)
			require.NoError(t, err, "%s names the key", text)
		}
	}
	// What is not understood is DynamoDB's to judge.
	for _, text := range []string{
		"Artist", "Artist =", "Artist = :a AND", "Artist = :x", "Artist = :a OR SongTitle = :b", "(Artist = :a", "Artist = :a)", "#x = :a",
		"Artist = :a AND SongTitle BETWEEN :b", "Artist = :a AND SongTitle > :b AND SongTitle < :d", "Artist <> :a", ":a = Artist", "size(Artist) = :a",
		"Artist[0] = :a", "begins_with(Artist)", "Artist = :a AND AND SongTitle = :b",
	} {
		req := dynamoconn.QueryRequest{TableName: "Music", KeyConditionExpression: text, ExpressionAttributeNames: names, ExpressionAttributeValues: values}
		_, err := wireClient(t, wiretest.New(wiretest.Reply(200, `{"Items":[{"X":{"S":"x"}}],"Count":1,"ScannedCount":1}`))).Query(t.Context(), req)
		require.NoError(t, err, text)
	}
}
