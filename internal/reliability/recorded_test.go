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
)

// action is one call of an activity. Its result is what the caller learns, without the
// metadata, and nil if the response was nil.
type action func(context.Context, *dynamoconn.Client) (any, error)

// recorded is an answer of the server as it was on the wire, and the call that it
// answers.
type recorded struct {
	name   string
	run    action
	writes bool
	status int
	header http.Header
	body   []byte
	result any   // of the call, undamaged
	err    error // of the call, undamaged
	steady bool  // the same answer again and again ends the call as the first did
	// own means that the old item, or that there was none, may be the call's own doing
	// once an answer was lost.
	own bool
}

// recorder passes requests on and keeps the first answer.
type recorder struct {
	next dynamoconn.HTTPClient
	kept *http.Response
	body []byte
}

func (r *recorder) Do(req *http.Request) (*http.Response, error) {
	resp, err := r.next.Do(req)
	if err != nil || r.kept != nil {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	copied := *resp
	copied.Header = resp.Header.Clone()
	r.kept, r.body = &copied, body
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// record makes the answers that are damaged afterwards.
func record(t testing.TB) []*recorded {
	t.Helper()
	var all []*recorded
	for _, s := range scenes() {
		db := dynamoconntest.New()
		require.NoError(t, db.CreateTable(
			dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "Year:N"},
			dynamoconntest.Table{Name: "Albums", PartitionKey: "ID"},
		))
		seedTables(t, db.Client(t))
		if s.fault != nil {
			f := *s.fault
			db.Inject(f)
		}
		tape := &recorder{next: db.HTTPClient()}
		client := db.Client(t, dynamoconn.WithHTTPClient(tape), dynamoconn.WithMaxAttempts(1))
		result, err := s.run(t.Context(), client)
		require.NotNil(t, tape.kept, s.name)
		answer := &recorded{
			name: s.name, run: s.run, writes: s.writes, steady: !s.unsteady, own: s.own,
			status: tape.kept.StatusCode, header: tape.kept.Header, body: tape.body, result: result, err: err,
		}
		require.Equal(t, s.status, answer.status, "%s: %v", s.name, err)
		if s.zip {
			answer.zip(t)
		}
		all = append(all, answer)
	}
	return all
}

// zip packs the body, as DynamoDB does for who accepts it.
func (r *recorded) zip(t testing.TB) {
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

// scene is a call whose answer is recorded.
type scene struct {
	name     string
	status   int
	run      action
	writes   bool
	zip      bool
	unsteady bool
	own      bool // see recorded
	fault    *dynamoconntest.Fault
}

func scenes() []scene {
	const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Music"
	throttled := &dynamoconntest.Fault{Times: 1, Effect: dynamoconntest.Throttle(
		dynamoconntest.ProvisionedThroughputExceeded, arn, "TableReadProvisionedThroughputExceeded")}
	unprocessed := &dynamoconntest.Fault{Times: 1, Effect: dynamoconntest.Unprocessed(1)}
	failing := func(e dynamoconntest.Effect) *dynamoconntest.Fault { return &dynamoconntest.Fault{Times: 1, Effect: e} }
	first := dynamoconn.ScanTableRequest{TableName: "Music", Limit: 2}
	return []scene{
		{name: "GetItem, small", status: 200, run: get(album(1))},
		{name: "GetItem, large", status: 200, run: get(album(2))},
		{name: "GetItem, missing", status: 200, run: get(album(99))},
		{name: "GetItem, gzip", status: 200, run: get(album(2)), zip: true},
		{name: "PutItem, new", status: 200, writes: true, run: put(large(50))},
		{name: "PutItem, with the old item", status: 200, writes: true, own: true, run: put(large(2))},
		{name: "DeleteItem, with the old item", status: 200, writes: true, run: remove(album(2))},
		{name: "DeleteItem, of nothing", status: 200, writes: true, own: true, run: remove(album(98))},
		{name: "Scan, whole", status: 200, run: scanPage(dynamoconn.ScanTableRequest{TableName: "Music"})},
		{name: "Scan, first page", status: 200, run: scanPage(first)},
		{name: "Scan, empty page", status: 200, run: scanPage(first), fault: failing(dynamoconntest.EmptyPage())},
		{name: "Scan, counted", status: 200, run: scanPage(dynamoconn.ScanTableRequest{TableName: "Music", CountOnly: true})},
		{name: "Scan, gzip", status: 200, run: scanPage(dynamoconn.ScanTableRequest{TableName: "Music"}), zip: true},
		{name: "BatchGet", status: 200, run: batchGet},
		{name: "BatchGet, some unprocessed", status: 200, run: batchGet, fault: unprocessed, unsteady: true},
		{name: "BatchWrite", status: 200, writes: true, run: batchWrite},
		{name: "BatchWrite, some unprocessed", status: 200, writes: true, run: batchWrite, fault: unprocessed, unsteady: true},
		{name: "ListTables", status: 200, run: listTables},
		{name: "DescribeTable", status: 200, run: describe("Music")},
		{name: "throttled, with reasons", status: 400, run: get(album(1)), fault: throttled},
		{name: "throttled write", status: 400, writes: true, run: put(large(50)), fault: throttled},
		{name: "condition failed, with the item", status: 400, writes: true, run: putNew(large(2))},
		{name: "condition failed, gzip", status: 400, writes: true, run: putNew(large(2)), zip: true},
		{name: "validation", status: 400, writes: true, run: put(dynamoconn.Item{dynamoconn.String("Other", "x")})},
		{name: "no such table", status: 400, run: describe("Nowhere")},
		{name: "internal error", status: 500, writes: true, run: put(large(51)), fault: failing(dynamoconntest.InternalErrorAfter())},
	}
}

func album(year int64) dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.String("Artist", "No One You Know"), dynamoconn.Long("Year", year)}
}

// large is an item with every kind of value.
func large(year int64) dynamoconn.Item {
	number := dynamoconn.MustNumber("0.10")
	return append(album(year),
		dynamoconn.String("Title", "Tränen, \"quoted\" \u2028 and \\"), dynamoconn.Decimal("Price", number),
		dynamoconn.Boolean("Live", true), dynamoconn.Null("Gone"), dynamoconn.Binary("Cover", []byte{0, 1, 2, 255}),
		dynamoconn.StringSet("Tags", "rock", "pop"), dynamoconn.NumberSet("Sizes", number, dynamoconn.MustNumber("12")),
		dynamoconn.BinarySet("Keys", []byte{1}, []byte{2}),
		dynamoconn.List("Tracks", dynamoconn.String("", "Bottomless Well"), dynamoconn.Long("", 241), dynamoconn.Null("")),
		dynamoconn.Map("Label", dynamoconn.String("Name", strings.Repeat("Great Northern ", 14)), dynamoconn.Map("Deep", dynamoconn.Long("N", -1))),
	)
}

func seedTables(t testing.TB, client *dynamoconn.Client) {
	t.Helper()
	for year := range int64(3) {
		item := large(year + 2)
		if year > 0 {
			item = append(album(year+2), dynamoconn.Long("Sold", year))
		}
		_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: item})
		require.NoError(t, err)
	}
	_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: album(1)})
	require.NoError(t, err)
}

func get(key dynamoconn.Item) action {
	return func(ctx context.Context, c *dynamoconn.Client) (any, error) {
		resp, err := c.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "Music", Item: key})
		if resp == nil {
			return nil, err
		}
		return resp.Item, err
	}
}

func put(item dynamoconn.Item) action {
	return func(ctx context.Context, c *dynamoconn.Client) (any, error) {
		resp, err := c.PutItem(ctx, dynamoconn.PutItemRequest{TableName: "Music", Item: item, ReturnOldItem: true})
		if resp == nil {
			return nil, err
		}
		return resp.OldItem, err
	}
}

func putNew(item dynamoconn.Item) action {
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

func remove(key dynamoconn.Item) action {
	return func(ctx context.Context, c *dynamoconn.Client) (any, error) {
		resp, err := c.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: "Music", Item: key, ReturnOldItem: true})
		if resp == nil {
			return nil, err
		}
		return resp.OldItem, err
	}
}

func scanPage(req dynamoconn.ScanTableRequest) action {
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

func describe(table string) action {
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

// batchGet reads two items that are there and one that is not.
func batchGet(ctx context.Context, c *dynamoconn.Client) (any, error) {
	resp, err := c.BatchGet(ctx, dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{
		{Name: "Music", Keys: []dynamoconn.Item{album(2), album(1), album(97)}},
	}})
	if resp == nil {
		return nil, err
	}
	return resp.ResponseTables, err
}

func batchWrite(ctx context.Context, c *dynamoconn.Client) (any, error) {
	resp, err := c.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{
		{Name: "Music", KeyNames: []string{"Artist", "Year"}, Writes: []dynamoconn.Write{{ItemToAdd: large(60)}, {ItemToAdd: large(61)}, {ItemToDelete: album(1)}}},
	}})
	if resp == nil {
		return nil, err
	}
	return resp.Written, err
}

// nothingBelieved tells whether the result beside an error claims nothing: no
// response, or a batch of which every part is named as open.
func nothingBelieved(result any, err error) bool {
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
