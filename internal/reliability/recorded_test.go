package reliability

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// activityCall is a call of an activity. It returns the response without its metadata, or
// nil if the response was nil.
type activityCall func(context.Context, *dynamoconn.Client) (any, error)

// recordedAnswer is an answer of the server as it was on the wire, and the call that it
// answers.
type recordedAnswer struct {
	name   string
	run    activityCall
	writes bool
	status int
	header http.Header
	body   []byte
	result any   // what the call returned without damage
	err    error // the error of the call without damage
	// isRepeatable means that a call that gets this answer to every request ends in the
	// same way.
	isRepeatable bool
	// returnsOldItem means that the call asks for the old item, which is not known after a
	// lost answer.
	returnsOldItem bool
}

// recordAnswers makes the calls of all scenarios and returns their answers.
func recordAnswers(t testing.TB) []*recordedAnswer {
	t.Helper()
	var all []*recordedAnswer
	for _, s := range scenarios() {
		db := dynamoconntest.New()
		require.NoError(t, db.CreateTable(
			dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "Year:N"},
			dynamoconntest.Table{Name: "Albums", PartitionKey: "ID"},
		))
		fillTables(t, db.Client(t))
		if s.fault != nil {
			f := *s.fault
			db.Inject(f)
		}
		answer := &recordedAnswer{
			name: s.name, run: s.run, writes: s.writes, isRepeatable: !s.notRepeatable, returnsOldItem: s.returnsOldItem,
		}
		recorder := wiretest.Func(func(req *http.Request) (*http.Response, error) {
			resp, err := db.HTTPClient().Do(req)
			if err != nil || answer.body != nil { // the first answer is kept
				return resp, err
			}
			answer.status, answer.header = resp.StatusCode, resp.Header.Clone()
			answer.body, err = io.ReadAll(resp.Body)
			resp.Body = io.NopCloser(bytes.NewReader(answer.body))
			return resp, err
		})
		client := db.Client(t, dynamoconn.WithHTTPClient(recorder), dynamoconn.WithMaxAttempts(1))
		answer.result, answer.err = s.run(t.Context(), client)
		require.NotNil(t, answer.body, s.name)
		require.Equal(t, s.status, answer.status, "%s: %v", s.name, answer.err)
		if s.compress {
			answer.compress(t)
		}
		all = append(all, answer)
	}
	return all
}

// compress compresses the body with gzip, as DynamoDB does for a client that accepts it.
func (r *recordedAnswer) compress(t testing.TB) {
	var b bytes.Buffer
	zw := gzip.NewWriter(&b)
	_, err := zw.Write(r.body)
	require.NoError(t, err)
	require.NoError(t, zw.Close())
	r.body = b.Bytes()
	r.header.Set("Content-Encoding", "gzip")
	r.header.Set("Content-Length", strconv.Itoa(len(r.body)))
	r.header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(r.body)), 10))
}

// scenario is a call whose answer is recorded.
type scenario struct {
	name           string
	status         int
	run            activityCall
	writes         bool
	compress       bool
	notRepeatable  bool
	returnsOldItem bool // see recordedAnswer
	fault          *dynamoconntest.Fault
}

// scenarios returns a scenario for each kind of answer.
func scenarios() []scenario {
	const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Music"
	throttled := &dynamoconntest.Fault{Times: 1, Effect: dynamoconntest.Throttle(
		dynamoconntest.ProvisionedThroughputExceeded, arn, "TableReadProvisionedThroughputExceeded")}
	unprocessed := &dynamoconntest.Fault{Times: 1, Effect: dynamoconntest.Unprocessed(1)}
	faultOnce := func(e dynamoconntest.Effect) *dynamoconntest.Fault { return &dynamoconntest.Fault{Times: 1, Effect: e} }
	first := dynamoconn.ScanTableRequest{TableName: "Music", Limit: 2}
	return []scenario{
		{name: "GetItem, small", status: 200, run: getAlbum(albumKey(1))},
		{name: "GetItem, large", status: 200, run: getAlbum(albumKey(2))},
		{name: "GetItem, missing", status: 200, run: getAlbum(albumKey(99))},
		{name: "GetItem, gzip", status: 200, run: getAlbum(albumKey(2)), compress: true},
		{name: "PutItem, new", status: 200, writes: true, returnsOldItem: true, run: putAlbum(largeAlbum(50))},
		{name: "PutItem, with the old item", status: 200, writes: true, returnsOldItem: true, run: putAlbum(largeAlbum(2))},
		{name: "DeleteItem, with the old item", status: 200, writes: true, returnsOldItem: true, run: deleteAlbum(albumKey(2))},
		{name: "DeleteItem, of nothing", status: 200, writes: true, returnsOldItem: true, run: deleteAlbum(albumKey(98))},
		{name: "Scan, all items", status: 200, run: scanMusic(dynamoconn.ScanTableRequest{TableName: "Music"})},
		{name: "Scan, first page", status: 200, run: scanMusic(first)},
		{name: "Scan, empty page", status: 200, run: scanMusic(first), fault: faultOnce(dynamoconntest.EmptyPage())},
		{name: "Scan, counted", status: 200, run: scanMusic(dynamoconn.ScanTableRequest{TableName: "Music", CountOnly: true})},
		{name: "Scan, gzip", status: 200, run: scanMusic(dynamoconn.ScanTableRequest{TableName: "Music"}), compress: true},
		{name: "BatchGet", status: 200, run: batchGet},
		{name: "BatchGet, some unprocessed", status: 200, run: batchGet, fault: unprocessed, notRepeatable: true},
		{name: "BatchWrite", status: 200, writes: true, run: batchWrite},
		{name: "BatchWrite, some unprocessed", status: 200, writes: true, run: batchWrite, fault: unprocessed, notRepeatable: true},
		{name: "ListTables", status: 200, run: listTables},
		{name: "DescribeTable", status: 200, run: describeTable("Music")},
		{name: "throttled, with reasons", status: 400, run: getAlbum(albumKey(1)), fault: throttled},
		{name: "throttled write", status: 400, writes: true, run: putAlbum(largeAlbum(50)), fault: throttled},
		{name: "condition failed, with the item", status: 400, writes: true, run: putNewAlbum(largeAlbum(2))},
		{name: "condition failed, gzip", status: 400, writes: true, run: putNewAlbum(largeAlbum(2)), compress: true},
		{name: "validation", status: 400, writes: true, run: putAlbum(dynamoconn.Item{dynamoconn.String("Other", "x")})},
		{name: "no such table", status: 400, run: describeTable("Nowhere")},
		{name: "internal error", status: 500, writes: true, run: putAlbum(largeAlbum(51)), fault: faultOnce(dynamoconntest.InternalErrorAfter())},
	}
}

func albumKey(year int64) dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.String("Artist", "No One You Know"), dynamoconn.Long("Year", year)}
}

// largeAlbum returns an item with every kind of value.
func largeAlbum(year int64) dynamoconn.Item {
	number := dynamoconn.MustNumber("0.10")
	return append(albumKey(year),
		dynamoconn.String("Title", "Tränen, \"quoted\" \u2028 and \\"), dynamoconn.Decimal("Price", number),
		dynamoconn.Boolean("Live", true), dynamoconn.Null("Gone"), dynamoconn.Binary("Cover", []byte{0, 1, 2, 255}),
		dynamoconn.StringSet("Tags", "rock", "pop"), dynamoconn.NumberSet("Sizes", number, dynamoconn.MustNumber("12")),
		dynamoconn.BinarySet("Keys", []byte{1}, []byte{2}),
		dynamoconn.List("Tracks", dynamoconn.String("", "Bottomless Well"), dynamoconn.Long("", 241), dynamoconn.Null("")),
		dynamoconn.Map("Label", dynamoconn.String("Name", strings.Repeat("Great Northern ", 14)), dynamoconn.Map("Deep", dynamoconn.Long("N", -1))),
	)
}

func fillTables(t testing.TB, client *dynamoconn.Client) {
	t.Helper()
	for year := range int64(3) {
		item := largeAlbum(year + 2)
		if year > 0 {
			item = append(albumKey(year+2), dynamoconn.Long("Sold", year))
		}
		_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: item})
		require.NoError(t, err)
	}
	_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: albumKey(1)})
	require.NoError(t, err)
}

func getAlbum(key dynamoconn.Item) activityCall {
	return func(ctx context.Context, c *dynamoconn.Client) (any, error) {
		resp, err := c.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "Music", Item: key})
		if resp == nil {
			return nil, err
		}
		return resp.Item, err
	}
}

func putAlbum(item dynamoconn.Item) activityCall {
	return func(ctx context.Context, c *dynamoconn.Client) (any, error) {
		resp, err := c.PutItem(ctx, dynamoconn.PutItemRequest{TableName: "Music", Item: item, ReturnOldItem: true})
		if resp == nil {
			return nil, err
		}
		return resp.OldItem, err
	}
}

func putNewAlbum(item dynamoconn.Item) activityCall {
	return func(ctx context.Context, c *dynamoconn.Client) (any, error) {
		resp, err := c.PutItem(ctx, dynamoconn.PutItemRequest{
			TableName: "Music", Item: item, ConditionExpression: "attribute_not_exists(Artist)", ReturnItemOnConditionFailure: true,
		})
		if resp == nil {
			return nil, err
		}
		return resp.OldItem, err
	}
}

func deleteAlbum(key dynamoconn.Item) activityCall {
	return func(ctx context.Context, c *dynamoconn.Client) (any, error) {
		resp, err := c.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: "Music", Item: key, ReturnOldItem: true})
		if resp == nil {
			return nil, err
		}
		return resp.OldItem, err
	}
}

func scanMusic(req dynamoconn.ScanTableRequest) activityCall {
	return func(ctx context.Context, c *dynamoconn.Client) (any, error) {
		resp, err := c.ScanPage(ctx, req)
		if resp == nil {
			return nil, err
		}
		bare := *resp
		bare.ResponseMetadata = dynamoconn.ResponseMetadata{}
		return bare, err
	}
}

func listTables(ctx context.Context, c *dynamoconn.Client) (any, error) {
	resp, err := c.ListTables(ctx, dynamoconn.ListTablesRequest{})
	if resp == nil {
		return nil, err
	}
	return resp.ListTables, err
}

func describeTable(table string) activityCall {
	return func(ctx context.Context, c *dynamoconn.Client) (any, error) {
		resp, err := c.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: table})
		if resp == nil {
			return nil, err
		}
		bare := *resp
		bare.ResponseMetadata = dynamoconn.ResponseMetadata{}
		return bare, err
	}
}

const batchSize = 3

// batchGet reads two items that exist and one that does not.
func batchGet(ctx context.Context, c *dynamoconn.Client) (any, error) {
	resp, err := c.BatchGet(ctx, dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{
		{Name: "Music", Keys: []dynamoconn.Item{albumKey(2), albumKey(1), albumKey(97)}},
	}})
	if resp == nil {
		return nil, err
	}
	return resp.ResponseTables, err
}

func batchWrite(ctx context.Context, c *dynamoconn.Client) (any, error) {
	resp, err := c.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{
		{Name: "Music", KeyNames: []string{"Artist", "Year"}, Writes: []dynamoconn.Write{{ItemToAdd: largeAlbum(60)}, {ItemToAdd: largeAlbum(61)}, {ItemToDelete: albumKey(1)}}},
	}})
	if resp == nil {
		return nil, err
	}
	return resp.Written, err
}

// claimsNothing reports whether a result that came with err claims nothing: there is no
// response, or err names every operation of the batch as not done or unknown.
func claimsNothing(result any, err error) bool {
	var writes *dynamoconn.BatchWriteError
	var reads *dynamoconn.BatchGetError
	switch {
	case errors.As(err, &writes):
		return result == 0 && len(writes.Failures) == batchSize
	case errors.As(err, &reads):
		for _, table := range result.([]dynamoconn.ResponseTable) {
			for _, item := range table.Items {
				if item != nil {
					return false
				}
			}
			if len(table.MissingKeys) > 0 {
				return false
			}
		}
		return len(reads.Failures) == batchSize
	}
	return result == nil
}
