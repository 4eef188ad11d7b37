package dynamoconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/retry"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// ordinarily sends every request of a client with the SDK's own client: an API option that
// does nothing is a setting that the direct way does not carry.
func ordinarily() dynamoconn.Option {
	return dynamoconn.WithSDKOptions(func(o *dynamodb.Options) {
		o.APIOptions = append(o.APIOptions, func(*middleware.Stack) error { return nil })
	})
}

// activity is one call of an activity. It returns the response.
type activity func(context.Context, *dynamoconn.Client, ...dynamoconn.CallOption) (any, error)

func getting(req dynamoconn.GetItemRequest) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		return c.GetItem(ctx, req, o...)
	}
}

func putting(req dynamoconn.PutItemRequest) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		return c.PutItem(ctx, req, o...)
	}
}

func updating(req dynamoconn.UpdateItemRequest) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		return c.UpdateItem(ctx, req, o...)
	}
}

func deleting(req dynamoconn.DeleteItemRequest) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		return c.DeleteItem(ctx, req, o...)
	}
}

func transacting(writes ...dynamoconn.TransactWrite) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		// Without a token of the test each call has one of its own.
		return c.TransactWrite(ctx, dynamoconn.TransactWriteRequest{Writes: writes}, append([]dynamoconn.CallOption{dynamoconn.ExactlyOnce("token")}, o...)...)
	}
}

func transactGetting(gets ...dynamoconn.GetItemRequest) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		resp, err := c.TransactGet(ctx, dynamoconn.TransactGetRequest{Gets: gets}, o...)
		return resp, err
	}
}

func scanning(req dynamoconn.ScanTableRequest) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		return c.ScanPage(ctx, req, o...)
	}
}

func querying(req dynamoconn.QueryRequest) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		return c.QueryPage(ctx, req, o...)
	}
}

func gettingBatch(tables ...dynamoconn.RequestTable) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		return c.BatchGet(ctx, dynamoconn.BatchGetItemRequest{RequestTables: tables}, o...)
	}
}

func writingBatch(tables ...dynamoconn.WriteTable) activity {
	return func(ctx context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
		return c.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: tables}, o...)
	}
}

// allActivities has the activities on items, with each field of their requests given once.
func allActivities() map[string]activity {
	names := map[string]string{"#y": "Year"}
	values := dynamoconn.Item{dynamoconn.Long(":y", 1999)}
	arn := "arn:aws:dynamodb:us-east-1:123456789012:table/Music"
	song := dynamoconn.Item{
		dynamoconn.String("Artist", "No One You Know"), dynamoconn.Long("Year", -2004),
		dynamoconn.Decimal("Price", dynamoconn.MustNumber("12345678901234567890.123456789012345678")),
		dynamoconn.Boolean("Live", true), dynamoconn.Null("Label"), dynamoconn.Binary("Cover", []byte{0, 1, 254, 255}), dynamoconn.Binary("Empty", nil),
		dynamoconn.String("Text", "a\"b\\c<d>&\u2028é\U0001F3B5\x00\x1f\x7f/"),
		dynamoconn.List("Genres", dynamoconn.String("", "rock"), dynamoconn.Map("", dynamoconn.Long("a", 1)), dynamoconn.List("")),
		dynamoconn.Map("More", dynamoconn.Map("Nested")),
		dynamoconn.StringSet("Tags", "a", "b"), dynamoconn.NumberSet("Charts", dynamoconn.MustNumber("1")), dynamoconn.BinarySet("Keys", []byte("x")),
	}
	return map[string]activity{
		"get":            getting(getMusic()),
		"get consistent": getting(dynamoconn.GetItemRequest{TableName: "Music", Item: musicKey(), IsConsistentRead: true}),
		"get attributes": getting(dynamoconn.GetItemRequest{TableName: "Music", Item: musicKey(), Attributes: []string{"Artist"}}),
		"get projection": getting(dynamoconn.GetItemRequest{
			TableName: "Music", Item: musicKey(), ProjectionExpression: "Artist, #y", ExpressionAttributeNames: names,
		}),
		"get by ARN": getting(dynamoconn.GetItemRequest{TableName: arn, Item: musicKey()}),
		"put":        putting(putMusic()),
		"put all":    putting(dynamoconn.PutItemRequest{TableName: "Music", Item: song}),
		"put condition": putting(dynamoconn.PutItemRequest{
			TableName: "Music", Item: musicKey(), ConditionExpression: "#y < :y", ExpressionAttributeNames: names, ExpressionAttributeValues: values,
			ReturnOldItem: true, ReturnItemOnConditionFailure: true,
		}),
		"put unique": putting(dynamoconn.PutItemRequest{
			TableName: arn, Item: musicKey(), ConditionExpression: "attribute_not_exists(Artist)", ItemIsUnique: true,
		}),
		"update": updating(dynamoconn.UpdateItemRequest{
			TableName: "Music", Item: musicKey(), Changes: []dynamoconn.Change{dynamoconn.Attr("Label").Set("x")}, Return: dynamoconn.ReturnUpdatedOld,
		}),
		"update all": updating(dynamoconn.UpdateItemRequest{
			TableName: arn, Item: musicKey(), UpdateExpression: "SET ID = :id REMOVE #y.a[0]", ConditionExpression: "#y < :y", ExpressionAttributeNames: names,
			ExpressionAttributeValues: append(values, dynamoconn.String(":id", "u")), UniqueAttribute: "ID",
		}),
		"update list": updating(dynamoconn.UpdateItemRequest{
			TableName: "Music", Item: musicKey(), Changes: []dynamoconn.Change{dynamoconn.Attr("L").Append("x", 1), dynamoconn.Attr("M", "a.b").At(1).Remove()},
			If: dynamoconn.Attr("L").Exists(), ReturnItemOnConditionFailure: true,
		}),
		"delete": deleting(dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey()}),
		"delete condition": deleting(dynamoconn.DeleteItemRequest{
			TableName: "Music", Item: musicKey(), ConditionExpression: "#y < :y", ExpressionAttributeNames: names, ExpressionAttributeValues: values,
			ReturnOldItem: true, ReturnItemOnConditionFailure: true,
		}),
		"transact": transacting(dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey()}),
		"transact all": transacting(
			&dynamoconn.PutItemRequest{
				TableName: "Music", Item: song, ConditionExpression: "#y < :y", ExpressionAttributeNames: names, ExpressionAttributeValues: values,
				ReturnItemOnConditionFailure: true,
			},
			dynamoconn.UpdateItemRequest{TableName: "Albums", Item: musicKey(), Changes: []dynamoconn.Change{dynamoconn.Attr("n").Increment(1)}},
			dynamoconn.ConditionCheck{
				TableName: "Labels", Item: musicKey(), If: dynamoconn.Attr("Year").GE(1990), ReturnItemOnConditionFailure: true,
			},
			&dynamoconn.DeleteItemRequest{TableName: "Songs", Item: musicKey()},
		),
		"transact by ARN": transacting(dynamoconn.PutItemRequest{TableName: arn, Item: song}),
		"transact get":    transactGetting(getMusic()),
		"transact get attributes": transactGetting(dynamoconn.GetItemRequest{
			TableName: arn, Item: musicKey(), ProjectionExpression: "Artist, #y", ExpressionAttributeNames: names,
		}),
		"scan": scanning(dynamoconn.ScanTableRequest{TableName: "Music"}),
		"scan all": scanning(dynamoconn.ScanTableRequest{
			TableName: "Music", IndexName: "ByYear", Limit: 3, ExclusiveStartKey: musicKey(), IsConsistentRead: true, Segment: 1, TotalSegments: 2,
			FilterExpression: "#y < :y", ExpressionAttributeNames: names, ExpressionAttributeValues: values, ProjectionExpression: "Artist",
		}),
		"scan conditions": scanning(dynamoconn.ScanTableRequest{
			TableName: "Music", Conditions: []dynamoconn.Condition{{Key: "Year", ComparisonOperator: dynamoconn.ComparisonOperatorGE, Values: []dynamoconn.KeyValue{dynamoconn.Long("", 1990)}}},
		}),
		"count": scanning(dynamoconn.ScanTableRequest{TableName: "Music", CountOnly: true}),
		"query": querying(queryMusic()),
		"query all": querying(dynamoconn.QueryRequest{
			TableName: "Music", IndexName: "ByYear", PartitionKey: musicKey(), SortKey: []dynamoconn.Condition{dynamoconn.Attr("Year").Between(1990, 1999)},
			Descending: true, Limit: 3, ExclusiveStartKey: append(musicKey(), dynamoconn.Long("Year", 1995)), IsConsistentRead: true,
			FilterExpression: "#y < :y", ExpressionAttributeNames: names, ExpressionAttributeValues: values, ProjectionExpression: "Artist",
		}),
		"query by text": querying(dynamoconn.QueryRequest{
			TableName: arn, KeyConditionExpression: "Artist = :a AND begins_with(#s, :s)", Where: dynamoconn.Attr("Year").Exists(),
			ExpressionAttributeNames:  map[string]string{"#s": "SongTitle"},
			ExpressionAttributeValues: dynamoconn.Item{dynamoconn.String(":a", "No One You Know"), dynamoconn.String(":s", "Call")},
		}),
		"query count": querying(dynamoconn.QueryRequest{TableName: "Music", PartitionKey: musicKey(), CountOnly: true}),
		"batch write": writingBatch(dynamoconn.TableWithItemsToAdd("Music", song)),
		"batch write of two tables": writingBatch(
			dynamoconn.TableWithItemsToDelete("Music", musicKey(), dynamoconn.Item{dynamoconn.String("Artist", "Another")}),
			dynamoconn.TableWithItemsToAdd("Albums", musicKey())),
		"batch get":          gettingBatch(dynamoconn.RequestTable{Name: "Music", Keys: []dynamoconn.Item{musicKey()}}),
		"batch get by ARN":   gettingBatch(dynamoconn.RequestTable{Name: arn, Keys: []dynamoconn.Item{musicKey()}}),
		"batch write by ARN": writingBatch(dynamoconn.TableWithItemsToAdd(arn, song)),
		"batch get of two tables": gettingBatch(
			dynamoconn.RequestTable{Name: "Music", Keys: []dynamoconn.Item{musicKey()}, IsConsistentRead: true, Attributes: []string{"Year"}},
			dynamoconn.RequestTable{Name: "Albums", Keys: []dynamoconn.Item{musicKey()}, ProjectionExpression: "Artist, #y", ExpressionAttributeNames: names}),
	}
}

var callOptions = map[string][]dynamoconn.CallOption{
	"none":     nil,
	"region":   {dynamoconn.InRegion(dynamoconn.RegionEUWest1)},
	"keys":     {dynamoconn.UsingCredentials(accountKeys{})},
	"capacity": {dynamoconn.WithConsumedCapacity()},
	"once":     {dynamoconn.SendOnce()},
	"token":    {dynamoconn.ExactlyOnce("token")},
}

var clientOptions = map[string][]dynamoconn.Option{
	"none":     nil,
	"region":   {dynamoconn.WithRegion(dynamoconn.RegionCNNorth1)},
	"endpoint": {dynamoconn.WithEndpoint("https://localhost:8000/path")},
	"token":    {dynamoconn.WithStaticCredentials("AKIDSTATIC", "SECRETSTATIC", "TOKEN")},
	"attempts": {dynamoconn.WithMaxAttempts(7)},
	"account":  {dynamoconn.WithCredentials(accountKeys{})},
	"SDK": {dynamoconn.WithSDKOptions(func(o *dynamodb.Options) {
		o.AppID = "music"
		o.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
	})},
}

type accountKeys struct{}

func (accountKeys) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "AKID", SecretAccessKey: "SECRET", AccountID: "123456789012"}, nil
}

// Each activity sends the same on both ways, with each option of the client and of the call.
func TestBothWaysSendTheSame(t *testing.T) {
	t.Parallel()

	for clientOption, options := range clientOptions {
		for callOption, call := range callOptions {
			t.Run(clientOption+" "+callOption, func(t *testing.T) {
				t.Parallel()
				for name, do := range allActivities() {
					synctest.Test(t, func(t *testing.T) { // time stands still
						w := wiretest.New()
						direct := wireClient(t, w, options...)
						_, err := do(t.Context(), direct, call...)
						if errors.Is(err, dynamoconn.ErrInvalidRequest) {
							return // not for this activity
						}
						require.NoError(t, err, name)
						w.Take()
						_, err = do(t.Context(), direct, call...)
						require.NoError(t, err, name)
						sent := w.Take()
						_, err = do(t.Context(), wireClient(t, w, append(options, ordinarily())...), call...)
						require.NoError(t, err, name)
						assertSame(t, w.Take(), sent, name)
					})
				}
			})
		}
	}
}

// assertSame compares requests but for what differs between any two.
func assertSame(t *testing.T, want, got []wiretest.Request, name string) {
	t.Helper()
	require.Len(t, got, len(want), name)
	for i := range want {
		assert.Equal(t, want[i].URL, got[i].URL, name)
		assert.Len(t, got[i].Body, len(want[i].Body), "%s: %s and %s", name, want[i].Body, got[i].Body)
		assert.JSONEq(t, want[i].Body, got[i].Body, name)
		for _, differs := range []string{"Amz-Sdk-Invocation-Id", "Authorization"} {
			assert.Len(t, got[i].Header.Get(differs), len(want[i].Header.Get(differs)), "%s: %s", name, differs)
			want[i].Header.Del(differs)
			got[i].Header.Del(differs)
		}
		assert.Equal(t, want[i].Header, got[i].Header, name)
	}
}

// sameOnBothWays calls an activity on a direct client, which has learnt the way before, and on
// an ordinary one, each with the same answers. It compares the responses and the errors.
func sameOnBothWays(t *testing.T, name string, do activity, options []dynamoconn.CallOption, answers ...wiretest.Answer) {
	t.Helper()
	type outcome struct {
		resp string
		err  error
		sent int
	}
	run := func(options ...dynamoconn.CallOption) (both [2]outcome) {
		for i, way := range [][]dynamoconn.Option{nil, {ordinarily()}} {
			w := wiretest.New(append([]wiretest.Answer{wiretest.AllDone()}, answers...)...)
			client := wireClient(t, w, way...)
			_, err := do(t.Context(), client)
			require.NoError(t, err, name)
			w.Take()
			resp, err := do(t.Context(), client, options...)
			text, jsonErr := json.Marshal(resp)
			require.NoError(t, jsonErr)
			both[i] = outcome{string(text), err, len(w.Take())}
		}
		return both
	}
	both := run(options...)
	direct, ordinary := both[0], both[1]
	assert.Equal(t, ordinary.resp, direct.resp, name)
	assert.Equal(t, ordinary.sent, direct.sent, name)
	if ordinary.err == nil {
		assert.NoError(t, direct.err, name)
		return
	}
	require.Error(t, direct.err, name)
	assert.Equal(t, ordinary.err.Error(), direct.err.Error(), name)
	var want, got *dynamoconn.Error
	require.ErrorAs(t, ordinary.err, &want)
	require.ErrorAs(t, direct.err, &got)
	want.Began, want.Ended = got.Began, got.Ended
	wantText, err := json.Marshal(want)
	require.NoError(t, err)
	gotText, err := json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, string(wantText), string(gotText), name)
}

// What DynamoDB or a stranger on the way answers means the same on both ways.
func TestBothWaysUnderstandTheSame(t *testing.T) {
	t.Parallel()

	answers := map[string]wiretest.Answer{
		"done":               wiretest.AllDone("X-Amzn-Requestid", "ID"),
		"a broken line":      wiretest.Break(errors.New("the line broke")),
		"a page of a proxy":  wiretest.Reply(403, "<html>", "Content-Type", "text/html"),
		"a gateway":          wiretest.Reply(502, ""),
		"a redirect":         wiretest.Reply(303, "", "Location", "https://elsewhere/"),
		"a wrong checksum":   wiretest.AllDone("X-Amz-Crc32", "1"),
		"no checksum":        wiretest.AllDone("X-Amz-Crc32", ""),
		"no JSON":            wiretest.Reply(200, "{"),
		"an error in a 200":  wiretest.Reply(200, `{"__type":"x#InternalServerError"}`),
		"an error's header":  wiretest.AllDone("X-Amzn-Errortype", "InternalServerError"),
		"a member twice":     wiretest.Reply(200, `{"ConsumedCapacity":{},"ConsumedCapacity":{}}`),
		"nothing":            wiretest.Reply(200, ""),
		"an unknown member":  wiretest.Reply(200, `{"New":{"a":[1,{}]}}`),
		"white space":        wiretest.Reply(200, " {\n} "),
		"an item":            wiretest.Reply(200, `{"Item":{"Artist":{"S":"No One You Know"},"Year":{"N":"1.50"}}}`),
		"another item":       wiretest.Reply(200, `{"Item":{"Artist":{"S":"Another"}}}`),
		"an item's damage":   wiretest.Reply(200, `{"Item":{"Artist":{"S":"No One You Know"},"Year":{"N":"x"}}}`),
		"a value twice":      wiretest.Reply(200, `{"Item":{"Artist":{"S":"a","S":"b"}}}`),
		"a null":             wiretest.Reply(200, `{"Item":null}`),
		"an old item":        wiretest.Reply(200, `{"Attributes":{"Artist":{"S":"No One You Know"}}}`),
		"a page":             wiretest.Reply(200, `{"Items":[{"Artist":{"S":"a"}}],"Count":1,"ScannedCount":2,"LastEvaluatedKey":{"Artist":{"S":"a"}}}`),
		"a page of a query":  wiretest.Reply(200, `{"Items":[{"Artist":{"S":"No One You Know"},"SongTitle":{"S":"a"}}],"Count":1,"ScannedCount":2,"LastEvaluatedKey":{"Artist":{"S":"No One You Know"},"SongTitle":{"S":"b"}}}`),
		"a page with no sum": wiretest.Reply(200, `{"Items":[{"Artist":{"S":"a"}}],"Count":2,"ScannedCount":2}`),
		"capacity": func(r *wiretest.Request) (*http.Response, error) {
			used := `{"TableName":"Music","CapacityUnits":1.5,"Table":{"CapacityUnits":1}}`
			if r.Action == "BatchGetItem" || r.Action == "BatchWriteItem" || strings.HasPrefix(r.Action, "Transact") {
				used = "[" + used + "]"
			}
			body := wiretest.DoneBody(r.Action)
			sep := ","
			if body == "{}" {
				sep = ""
			}
			return wiretest.Reply(200, body[:len(body)-1]+sep+`"ConsumedCapacity":`+used+"}")(r)
		},
		"a failed condition": wiretest.Refuse(400, "ConditionalCheckFailedException", "The conditional request failed", "ID",
			`,"Item":{"Artist":{"S":"No One You Know"}}`),
		"a cancellation": wiretest.Refuse(400, "TransactionCanceledException", "cancelled", "ID",
			`,"CancellationReasons":[{"Code":"ConditionalCheckFailed","Message":"m"}]`),
	}
	for _, code := range retry.Codes() {
		answers[code] = wiretest.Refuse(400, code, "said DynamoDB", "ID")
		answers[code+" with 500"] = wiretest.Refuse(500, code, "said DynamoDB", "ID")
	}
	for answerName, answer := range answers {
		t.Run(answerName, func(t *testing.T) {
			t.Parallel()
			for _, name := range []string{"get", "put", "delete condition", "update", "update list", "update all", "transact", "transact get", "scan", "query", "batch write", "batch get"} {
				do := allActivities()[name]
				for i, all := range [][]wiretest.Answer{{answer, wiretest.AllDone()}, {answer}} {
					if i == 1 && strings.HasPrefix(name, "batch") {
						continue // a batch goes on for ever, in pauses of a random length
					}
					synctest.Test(t, func(t *testing.T) {
						ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
						defer cancel()
						bounded := func(_ context.Context, c *dynamoconn.Client, o ...dynamoconn.CallOption) (any, error) {
							return do(ctx, c, o...)
						}
						sameOnBothWays(t, name+" "+answerName, bounded, []dynamoconn.CallOption{dynamoconn.WithConsumedCapacity()}, all...)
					})
				}
			}
		})
	}
}

// In AWS Lambda each request has the ID of the invocation that it is made for.
func TestBothWaysSendTheTraceOfLambda(t *testing.T) {
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "function")
	for _, options := range [][]dynamoconn.Option{nil, {ordinarily()}} {
		w := wiretest.New()
		client := wireClient(t, w, options...)
		for _, id := range []string{"Root=1-a;Parent=1", "Root=1-b é", ""} {
			t.Setenv("_X_AMZN_TRACE_ID", id)
			if id == "" {
				require.NoError(t, os.Unsetenv("_X_AMZN_TRACE_ID"))
			}
			_, err := client.GetItem(t.Context(), getMusic())
			require.NoError(t, err)
		}
		sent := w.Requests()
		assert.Equal(t, "Root=1-a;Parent=1", sent[0].Header.Get("X-Amzn-Trace-Id"))
		assert.Equal(t, "Root=1-b%20%C3%A9", sent[1].Header.Get("X-Amzn-Trace-Id"))
		assert.Empty(t, sent[2].Header["X-Amzn-Trace-Id"])
	}
}
