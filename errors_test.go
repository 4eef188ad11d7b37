package dynamoconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// failed returns the error of a conditional put that is refused so.
func failed(t *testing.T, code, message string, members ...string) *dynamoconn.Error {
	t.Helper()
	w := wiretest.New(wiretest.Refuse(400, code, message, "REQ1", members...))
	req := putMusic()
	req.ConditionExpression = onlyNew
	req.ReturnItemOnConditionFailure = true
	_, err := wireClient(t, w, dynamoconn.WithMaxAttempts(1)).PutItem(t.Context(), req, dynamoconn.InRegion("eu-west-1"))
	return errorOf(t, err)
}

// The three ways to look at an error: its cause, its facts, and the SDK's own.
func TestErrorIsTheCauseTheFactsAndTheSDKs(t *testing.T) {
	t.Parallel()

	err := error(failed(t, "ConditionalCheckFailedException", "The conditional request failed",
		`,"Item":{"Artist":{"S":"Acme Band"},"Year":{"N":"1999"}}`))

	assert.ErrorIs(t, err, dynamoconn.ErrConditionFailed)

	var e *dynamoconn.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "PutItem", e.Activity)
	assert.Equal(t, "Music", e.TableName)
	assert.Equal(t, dynamoconn.RegionEUWest1, e.Region)
	assert.Equal(t, []string{"REQ1"}, e.RequestIDs)
	assert.Equal(t, 1, e.Attempts)
	assert.Equal(t, "ConditionalCheckFailedException", e.Code)
	assert.Equal(t, "The conditional request failed", e.Message)
	assert.True(t, e.Item().Equal(dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.Long("Year", 1999)}))
	assert.Nil(t, e.ThrottlingReasons)

	var sdk *types.ConditionalCheckFailedException
	require.ErrorAs(t, err, &sdk)
	assert.Len(t, sdk.Item, 2)
	var operation *smithy.OperationError
	require.ErrorAs(t, err, &operation)
	var response *smithyhttp.ResponseError
	require.ErrorAs(t, err, &response)
	assert.Equal(t, 400, response.HTTPStatusCode())
}

func TestItemOfAFailedConditionThatCannotBeRead(t *testing.T) {
	t.Parallel()

	e := failed(t, "ConditionalCheckFailedException", "m", `,"Item":{"Year":{"N":"CANARY"}}`)
	assert.ErrorIs(t, e, dynamoconn.ErrConditionFailed)
	assert.ErrorIs(t, e, dynamoconn.ErrCorruptResponse)
	assert.Nil(t, e.Item())
	assert.NotContains(t, e.Error(), "CANARY")
}

func TestThrottlingReasons(t *testing.T) {
	t.Parallel()

	const arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/Music"
	want := []dynamoconn.ThrottlingReason{
		{Reason: "TableWriteProvisionedThroughputExceeded", Resource: arn},
		{Reason: "IndexWriteKeyRangeThroughputExceeded", Resource: arn + "/index/ByYear"},
		{},
	}
	members := fmt.Sprintf(`:[{"reason":%q,"resource":%q},{"reason":%q,"resource":%q},{}]`,
		want[0].Reason, want[0].Resource, want[1].Reason, want[1].Resource)
	for code, member := range map[string]string{
		"ProvisionedThroughputExceededException": "ThrottlingReasons",
		"RequestLimitExceeded":                   "ThrottlingReasons",
		"ThrottlingException":                    "throttlingReasons", // the service's model has it so
	} {
		e := failed(t, code, "slow down", `,"`+member+`"`+members)
		assert.ErrorIs(t, e, dynamoconn.ErrThrottled, code)
		assert.Equal(t, want, e.ThrottlingReasons, code)
		assert.ErrorContains(t, e, want[1].Reason+" on "+want[1].Resource, code)
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()

	assert.Equal(t, `PutItem "Music" in eu-west-1: condition failed: The conditional request failed (ConditionalCheckFailedException, request REQ1)`,
		failed(t, "ConditionalCheckFailedException", "The conditional request failed").Error())

	w := wiretest.Script(t, internal, busy)
	_, err := wireClient(t, w, dynamoconn.WithMaxAttempts(2)).PutItem(t.Context(), putMusic())
	assert.EqualError(t, err, `PutItem "Music" in us-east-1: outcome unknown: throttled: `+
		`slow down (ProvisionedThroughputExceededException, request RBUSY, 2 attempts)`)

	for name, test := range map[string]struct {
		answer wiretest.Answer
		opts   []dynamoconn.CallOption
		want   string
	}{
		"broken":       {brokenPipe, nil, `outcome unknown: service unavailable: write: broken pipe (2 attempts)`},
		"sent once":    {brokenPipe, []dynamoconn.CallOption{dynamoconn.SendOnce()}, `outcome unknown: service unavailable: write: broken pipe; not sent again, as it may have been applied`},
		"no code":      {wiretest.Reply(500, ""), nil, `outcome unknown: service unavailable: HTTP status 500 (2 attempts)`},
		"HTML":         {wiretest.Reply(404, "<html>", "Content-Type", "text/html; charset=utf-8"), nil, `outcome unknown: corrupt response: HTTP status 404, text/html`},
		"only a text":  {wiretest.Reply(403, `{"message":"go away"}`), nil, `outcome unknown: access denied: HTTP status 403: go away`},
		"empty answer": {wiretest.Reply(200, ""), nil, `outcome unknown: corrupt response: a success with an empty body (2 attempts)`},
	} {
		w := wiretest.New(test.answer)
		_, err := wireClient(t, w, dynamoconn.WithMaxAttempts(2)).PutItem(t.Context(), putMusic(), test.opts...)
		assert.EqualError(t, err, `PutItem "Music" in us-east-1: `+test.want, name)
	}

	_, err = wireClient(t, w).PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Mu\nsic", Item: musicKey()})
	assert.EqualError(t, err, `PutItem "Mu sic" in us-east-1: invalid request: TableName: must have only letters, digits, _ . and -`)

	_, err = wireClient(t, w).ListTables(t.Context(), dynamoconn.ListTablesRequest{Limit: 101})
	assert.EqualError(t, err, `ListTables in us-east-1: invalid request: Limit: must be 1 to 100, or 0 to leave it to DynamoDB`)

	_, err = wireClient(t, wiretest.New(noDial), dynamoconn.WithMaxAttempts(2)).PutItem(t.Context(), putMusic())
	assert.ErrorContains(t, err, `PutItem "Music" in us-east-1: service unavailable: `)
	assert.True(t, strings.HasSuffix(err.Error(), "(2 attempts)"), err)
}

// What a server says is shown on terminals and written to logs.
func TestServersTextIsMadeFit(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("long ", 10_000)
	e := failed(t, "ValidationException", "first\x1b[31m\r\nlevel=ERROR forged \u202e"+long)
	for _, text := range []string{e.Error(), e.Message, fmt.Sprintf("%#v", e)} {
		assert.NotContains(t, text, "\x1b")
		assert.NotContains(t, text, "\n")
		assert.NotContains(t, text, "\u202e")
		assert.Less(t, len(text), 1400)
	}
	assert.LessOrEqual(t, len(e.Message), 1024)
	assert.Greater(t, len(e.Message), 1000)

	e = failed(t, strings.Repeat("Code", 10_000), "m")
	assert.Len(t, e.Code, 1024)

	w := wiretest.New(wiretest.Reply(400, "{}", "X-Amzn-Requestid", strings.Repeat("ID", 10_000)))
	_, err := wireClient(t, w).PutItem(t.Context(), putMusic())
	assert.Len(t, errorOf(t, err).RequestIDs[0], 1024)
}

func TestErrorAsJSON(t *testing.T) {
	t.Parallel()

	e := failed(t, "ConditionalCheckFailedException", "no", `,"Item":{"Artist":{"S":"CANARY"}}`)
	data, err := json.Marshal(e)
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(data, &got))
	for name, want := range map[string]time.Time{"Began": e.Began, "Ended": e.Ended} {
		at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(got[name]))
		require.NoError(t, err)
		assert.True(t, want.Equal(at), name)
		assert.WithinDuration(t, time.Now(), at, time.Minute)
		delete(got, name)
	}
	assert.Equal(t, map[string]any{
		"Activity": "PutItem", "TableName": "Music", "Region": "eu-west-1", "RequestIDs": []any{"REQ1"}, "Attempts": 1.0,
		"Code": "ConditionalCheckFailedException", "Error": e.Error(),
	}, got)
}

// An Error that a caller makes, for a test of his own, has a text too.
func TestErrorMadeByHand(t *testing.T) {
	t.Parallel()

	e := &dynamoconn.Error{}
	assert.NotPanics(t, func() { _ = e.Error() })
	assert.Empty(t, e.Unwrap())
	assert.NotErrorIs(t, e, context.Canceled)
	_, err := json.Marshal(e)
	assert.NoError(t, err)
	assert.Equal(t, `GetItem "T"`, (&dynamoconn.Error{Activity: "GetItem", TableName: "T"}).Error())
}

// What a user meets first: each situation has its cause and a text that says what is wrong
// and where. Texts of functions that get no request do not speak of one.
func TestErrorOfASituation(t *testing.T) {
	t.Parallel()

	song := dynamoconn.Item{
		dynamoconn.Null("Rating"), dynamoconn.Decimal("Price", dynamoconn.MustNumber("1.5")), dynamoconn.Map("Label", dynamoconn.Long("Since", 7)),
	}
	value := func(item dynamoconn.Item, key string, nested ...string) error {
		_, err := dynamoconn.Value[int](item, key, nested...)
		return err
	}
	plain := func(text string) error { return new(dynamoconn.Item).UnmarshalJSON([]byte(text)) }
	typed := func(text string) error { return new(dynamoconn.DynamoDBJSON).UnmarshalJSON([]byte(text)) }
	second := func(_ any, err error) error { return err }
	const large = "magnitude is over 9.9999999999999999999999999999999999999E+125"

	for name, test := range map[string]struct {
		err   error
		cause error
		text  string
	}{
		"no such attribute":     {value(song, "Year"), dynamoconn.ErrMissing, "no such attribute: Year"},
		"no such map":           {value(song, "Owner", "Name"), dynamoconn.ErrMissing, "no such attribute: Owner"},
		"nothing in the map":    {value(song, "Label", "Name"), dynamoconn.ErrMissing, "no such attribute: Label.Name"},
		"no item":               {value(nil, "Year"), dynamoconn.ErrMissing, "no such attribute: Year: there is no item"},
		"a null":                {value(song, "Rating"), dynamoconn.ErrNull, "attribute is null: Rating"},
		"another kind":          {value(song, "Label"), dynamoconn.ErrWrongKind, "attribute is of another kind: Label: is a map, not a number"},
		"a fraction":            {value(song, "Price"), dynamoconn.ErrInexact, "inexact: Price: is a number that a Go int cannot hold without loss"},
		"not JSON":              {plain(`{"a":[1,{"b":x}]}`), dynamoconn.ErrInvalidRequest, "invalid item: a[1].b: is not valid JSON at byte 13"},
		"JSON and more":         {plain(`{}{}`), dynamoconn.ErrInvalidRequest, "invalid item: is not valid JSON at byte 2"},
		"a number in JSON":      {plain(`{"Price":1e999}`), dynamoconn.ErrInvalidNumber, "invalid item: Price: invalid number: " + large},
		"NaN in DynamoDB JSON":  {typed(`{"Price":{"L":[{"N":"NaN"}]}}`), dynamoconn.ErrInvalidNumber, "invalid item: Price[0]: invalid number: text holds something other than digits, one point, signs and one exponent"},
		"no type":               {typed(`{"Price":{}}`), dynamoconn.ErrInvalidRequest, "invalid item: Price: names no type"},
		"an item that converts": {second(dynamoconn.ToAttributeValues(dynamoconn.Item{dynamoconn.StringSet("Tags")})), dynamoconn.ErrInvalidRequest, "invalid item: Tags: a set must not be empty"},
		"a value that converts": {second(dynamoconn.ToAttributeValue(dynamoconn.StringSet("Tags"))), dynamoconn.ErrInvalidRequest, "invalid item: Tags: a set must not be empty"},
		"an item that marshals": {second(dynamoconn.Item{dynamoconn.StringSet("Tags")}.MarshalJSON()), dynamoconn.ErrInvalidRequest, "invalid item: Tags: a set must not be empty"},
		"NaN":                   {second(dynamoconn.NumberFromFloat64(math.NaN())), dynamoconn.ErrInvalidNumber, "invalid number: value is NaN or infinite"},
		"a region":              {second(dynamoconn.ParseRegion("Mars")), dynamoconn.ErrInvalidRequest, `invalid text: "Mars" is not a Region: give a name such as us-east-1 or us_east_1, or a caption such as "US East (N. Virginia)"`},
		"an enumeration":        {second(dynamoconn.ParseBooleanValue("maybe")), dynamoconn.ErrInvalidRequest, "invalid text: the text is not a BooleanValue: it must be true, false, _TRUE or _FALSE"},
		"a checkpoint":          {new(dynamoconn.ScanCheckpoint).UnmarshalText([]byte("x")), dynamoconn.ErrInvalidRequest, "invalid text: ScanCheckpoint: is not the text of a checkpoint of a scan"},
		"a region of an option": {second(dynamoconn.New(t.Context(), dynamoconn.WithRegion("Mars"))), dynamoconn.ErrInvalidOption, `invalid option: WithRegion: "Mars" is not a region such as "us-east-1"`},
	} {
		require.ErrorIs(t, test.err, test.cause, name)
		assert.EqualError(t, test.err, test.text, name)
	}
}

// Errors that came from the SDK or from code of the caller's options had no cause.
func TestEveryFailureHasACause(t *testing.T) {
	t.Parallel()

	sdk := func(change func(o *dynamodb.Options)) []dynamoconn.Option {
		return []dynamoconn.Option{dynamoconn.WithSDKOptions(change)}
	}
	inStack := func(change func(*middleware.Stack) error) []dynamoconn.Option {
		return sdk(func(o *dynamodb.Options) { o.APIOptions = append(o.APIOptions, change) })
	}
	own := errors.New("not on Sundays")
	noBuild := middleware.BuildMiddlewareFunc("own", func(context.Context, middleware.BuildInput, middleware.BuildHandler) (out middleware.BuildOutput, _ middleware.Metadata, _ error) {
		return out, middleware.Metadata{}, own
	})
	left, leave := context.WithCancel(t.Context())
	leave()
	refuse := func(code string, members ...string) wiretest.Answer {
		return wiretest.Refuse(400, code, "m", "R", members...)
	}
	strange := refuse("TransactionCanceledException", `,"CancellationReasons":[{"Code":"Strange","Message":"s"}]`)

	for name, test := range map[string]struct {
		ctx    context.Context
		answer wiretest.Answer
		opts   []dynamoconn.Option
		cause  error
		text   string
	}{
		"no such endpoint": {opts: sdk(func(o *dynamodb.Options) { o.BaseEndpoint = aws.String("ht tp://x") }), cause: dynamoconn.ErrInvalidOption,
			text: "invalid option: failed to resolve service endpoint, Failed to parse uri: ht tp://x"},
		"FIPS and an endpoint": {opts: sdk(func(o *dynamodb.Options) {
			o.EndpointOptions.UseFIPSEndpoint, o.BaseEndpoint = aws.FIPSEndpointStateEnabled, aws.String("http://localhost:1")
		}), cause: dynamoconn.ErrInvalidOption, text: "invalid option: failed to resolve service endpoint, endpoint rule error, Invalid Configuration: FIPS and custom endpoint are not supported"},
		"a plain endpoint": {opts: sdk(func(o *dynamodb.Options) { o.BaseEndpoint = aws.String("http://example.com") }), cause: dynamoconn.ErrInvalidRequest,
			text: "invalid request: Endpoint: plain http is refused for a host that is not this machine; allow it with WithPlainHTTP"},
		"a stack that cannot be made": {opts: inStack(func(*middleware.Stack) error { return own }), cause: dynamoconn.ErrInvalidOption, text: "invalid option: not on Sundays"},
		"a middleware that fails": {opts: inStack(func(s *middleware.Stack) error { return s.Build.Add(noBuild, middleware.After) }),
			cause: dynamoconn.ErrInvalidOption, text: "invalid option: not on Sundays"},
		"the caller has left": {ctx: left, cause: context.Canceled, text: "context canceled"},
		"a new code":          {answer: refuse("NewException"), cause: dynamoconn.ErrRefused, text: "refused by DynamoDB: m (NewException, request R)"},
		"a new reason":        {answer: strange, cause: dynamoconn.ErrRefused, text: "refused by DynamoDB: Strange: s (TransactionCanceledException, request R)"},
		"a code of doubt":     {answer: refuse("TransactionInProgressException"), cause: dynamoconn.ErrAmbiguous, text: "outcome unknown: m (TransactionInProgressException, request R)"},
	} {
		ctx, answer := test.ctx, test.answer
		if ctx == nil {
			ctx = t.Context()
		}
		if answer == nil {
			answer = wiretest.AllDone()
		}
		_, err := wireClient(t, wiretest.New(answer), append(test.opts, dynamoconn.WithMaxAttempts(1))...).PutItem(ctx, putMusic())
		require.ErrorIs(t, err, test.cause, name)
		assert.EqualError(t, err, `PutItem "Music" in us-east-1: `+test.text, name)
	}
}

func TestErrorOfARequestThatIsNotSent(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	client := wireClient(t, w)
	long := dynamoconn.Item{dynamoconn.String("Artist", "a"), dynamoconn.String("Text", strings.Repeat("x", 500_000))}
	_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: long})
	require.ErrorIs(t, err, dynamoconn.ErrItemTooLarge)
	assert.EqualError(t, err, `PutItem "Music" in us-east-1: item too large: Item: has 500011 bytes, and an item may have 409600`)

	_, err = client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{{Name: "Music", Writes: []dynamoconn.Write{{ItemToAdd: long}}}}})
	require.ErrorIs(t, err, dynamoconn.ErrItemTooLarge)
	assert.EqualError(t, err, `BatchWrite "Music" in us-east-1: batch unfinished: 1 of 1 writes not applied: `+
		`item too large: Tables[0].Writes[0].ItemToAdd: has 500011 bytes, and an item may have 409600`)

	_, err = client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: dynamoconn.Item{dynamoconn.StringSet("Tags")}})
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	assert.EqualError(t, err, `GetItem "Music" in us-east-1: invalid request: Item.Tags: a set must not be empty`)
	assert.Empty(t, w.Requests())
}

// DynamoDB's own message names neither the attributes that it was sent nor the way out.
func TestErrorSaysWhatDynamoDBLeavesOut(t *testing.T) {
	t.Parallel()

	server := dynamoconntest.New()
	require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: "Music", PartitionKey: "Artist", SortKey: "Title"}))
	client := server.Client(t)
	artist, title := dynamoconn.String("Artist", "CANARY"), dynamoconn.String("Title", "CANARY")
	get := func(req dynamoconn.GetItemRequest, item ...dynamoconn.KeyValue) error {
		req.TableName, req.Item = "Music", item
		_, err := client.GetItem(t.Context(), req)
		return err
	}
	put := func(condition string, opts []dynamoconn.CallOption, item ...dynamoconn.KeyValue) error {
		_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: item, ConditionExpression: condition}, opts...)
		return err
	}
	remove := func(opts []dynamoconn.CallOption, item ...dynamoconn.KeyValue) error {
		_, err := client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: "Music", Item: item}, opts...)
		return err
	}
	write := func(writes ...dynamoconn.Write) error {
		_, err := client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{{Name: "Music", Writes: writes}}})
		return err
	}
	read := func(keys ...dynamoconn.Item) error {
		_, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: keys}}})
		return err
	}
	scan := func(req dynamoconn.ScanTableRequest) error {
		req.TableName = "Music"
		_, err := client.Scan(t.Context(), req)
		return err
	}
	once := []dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}
	many := dynamoconn.Item{artist}
	for i := range 11 {
		many = append(many, dynamoconn.Null(fmt.Sprint("n", i)))
	}

	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"get, half of the key":     {get(dynamoconn.GetItemRequest{}, artist), "match the schema; the attributes sent are Artist (a string) ("},
		"get, a key of a kind":     {get(dynamoconn.GetItemRequest{}, artist, dynamoconn.Long("Title", 1)), "; the attributes sent are Artist (a string), Title (a number) ("},
		"delete, another name":     {remove(nil, artist, dynamoconn.Long("ti tle", 1)), `; the attributes sent are Artist (a string), "ti tle" (a number) (`},
		"delete, exactly once":     {remove(once, artist), "; the attributes sent are Artist (a string) ("},
		"put without the key":      {put("", nil, artist), "Missing the key Title in the item; the attributes sent are Artist (a string) ("},
		"put, exactly once":        {put("", once, artist), "; the attributes sent are Artist (a string) ("},
		"put with many attributes": {put("", nil, many...), "n7 (null), n8 (null), 2 more ("},
		"batch of puts":            {write(dynamoconn.Write{ItemToAdd: dynamoconn.Item{artist}}), "; the attributes sent are Artist (a string) ("},
		"batch of deletes":         {write(dynamoconn.Write{ItemToDelete: dynamoconn.Item{artist}}), "; the attributes sent are Artist (a string) ("},
		"batch of two":             {write(dynamoconn.Write{ItemToAdd: dynamoconn.Item{artist, title}}, dynamoconn.Write{ItemToDelete: dynamoconn.Item{title}}), "; the attributes sent are Title (a string) ("},
		"batch of gets":            {read(dynamoconn.Item{title}), "; the attributes sent are Title (a string) ("},
		"scan from another key":    {scan(dynamoconn.ScanTableRequest{ExclusiveStartKey: dynamoconn.Item{title}}), "; the attributes sent are Title (a string) ("},
		"reserved in a projection": {get(dynamoconn.GetItemRequest{ProjectionExpression: "Name"}, artist, title),
			`reserved keyword: Name; write #Name instead and set ExpressionAttributeNames["#Name"] to "Name", or use Attributes, which takes any name (`},
		"reserved in a condition": {put("attribute_exists(Year)", nil, artist, title),
			`reserved keyword: Year; write #Year instead and set ExpressionAttributeNames["#Year"] to "Year" (`},
		"reserved in a filter": {scan(dynamoconn.ScanTableRequest{FilterExpression: "attribute_exists(Year)"}),
			`write #Year instead and set ExpressionAttributeNames["#Year"] to "Year", or use Conditions, which take any name (`},
	} {
		require.ErrorIs(t, test.err, dynamoconn.ErrValidation, name)
		assert.ErrorContains(t, test.err, test.want, name)
		for err := test.err; err != nil; err = errors.Unwrap(err) {
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "CANARY", name)
		}
		assert.NotContains(t, fmt.Sprintf("%#v", test.err.(interface{ Unwrap() []error }).Unwrap()), "CANARY", name)
	}
}

func TestFieldErrorText(t *testing.T) {
	t.Parallel()

	assert.Equal(t, "Item.A[2]: must not be nil", (&dynamoconn.FieldError{Path: "Item.A[2]", Rule: "must not be nil"}).Error())
	assert.Equal(t, "must not be nil", (&dynamoconn.FieldError{Rule: "must not be nil"}).Error())

	_, err := wireClient(t, wiretest.New()).PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: "Music", Item: dynamoconn.Item{
		dynamoconn.String("Artist", "CANARY"), dynamoconn.List("Lines", dynamoconn.String("", "ok"), nil),
	}})
	var field *dynamoconn.FieldError
	require.ErrorAs(t, err, &field)
	assert.Equal(t, "Item.Lines[1]", field.Path)
	assert.NotContains(t, err.Error(), "CANARY")
}

func TestSentinelsAreDistinct(t *testing.T) {
	t.Parallel()

	all := []error{
		dynamoconn.ErrInvalidOption, dynamoconn.ErrInvalidRequest, dynamoconn.ErrInvalidNumber, dynamoconn.ErrInexact,
		dynamoconn.ErrMissing, dynamoconn.ErrNull, dynamoconn.ErrWrongKind, dynamoconn.ErrTableNotFound,
		dynamoconn.ErrConditionFailed, dynamoconn.ErrConflict, dynamoconn.ErrThrottled, dynamoconn.ErrAccessDenied,
		dynamoconn.ErrCredentials, dynamoconn.ErrValidation, dynamoconn.ErrItemTooLarge, dynamoconn.ErrUnfinishedBatch,
		dynamoconn.ErrRefused, dynamoconn.ErrAmbiguous, dynamoconn.ErrUnavailable, dynamoconn.ErrCorruptResponse,
	}
	texts := make(map[string]bool)
	for i, err := range all {
		for j, other := range all {
			assert.Equal(t, i == j, errors.Is(err, other))
		}
		assert.False(t, texts[err.Error()], err)
		texts[err.Error()] = true
		assert.Equal(t, strings.ToLower(err.Error()[:1]), err.Error()[:1])
	}
}

// valuesIn returns the paths to what no error may have where reflection finds it: an item or a
// part of one, and a text with the canary. It goes through fields that are not exported, as
// package fmt does, and through pointers, as encoders and dumpers do.
func valuesIn(v reflect.Value, path string, seen map[any]bool) (found []string) {
	if !v.IsValid() {
		return nil
	}
	held := []reflect.Type{reflect.TypeFor[dynamoconn.KeyValue](), reflect.TypeFor[types.AttributeValue]()}
	if v.Kind() == reflect.Pointer && slices.ContainsFunc(held, v.Type().Implements) {
		return []string{path + " is a " + v.Type().String()}
	}
	switch v.Kind() {
	case reflect.String:
		if strings.Contains(v.String(), canaryValue) {
			found = append(found, path+" holds the value")
		}
	case reflect.Pointer:
		if at := v.Pointer(); !seen[at] {
			seen[at] = true
			found = valuesIn(v.Elem(), path, seen)
		}
	case reflect.Interface:
		found = valuesIn(v.Elem(), path, seen)
	case reflect.Struct:
		for i := range v.NumField() {
			found = append(found, valuesIn(v.Field(i), path+"."+v.Type().Field(i).Name, seen)...)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			if strings.Contains(string(v.Bytes()), canaryValue) {
				found = append(found, path+" holds the value")
			}
			break
		}
		for i := range v.Len() {
			found = append(found, valuesIn(v.Index(i), fmt.Sprintf("%s[%d]", path, i), seen)...)
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			found = append(found, valuesIn(key, path+" key", seen)...)
			found = append(found, valuesIn(value, path+"[...]", seen)...)
		}
	}
	return found
}

// requireNoValueInside checks that reflection finds no part of an item in v.
func requireNoValueInside(t *testing.T, name string, v any) {
	t.Helper()
	for _, path := range valuesIn(reflect.ValueOf(v), name, map[any]bool{}) {
		t.Errorf("%s: %s", name, path)
	}
}

func TestValuesInsideAreFound(t *testing.T) {
	t.Parallel()
	type hiding struct{ v any }
	for _, v := range []any{
		canaryItem(), hiding{canaryItem()}, &hiding{"x" + canaryValue}, hiding{[]byte(canaryValue)}, hiding{map[string]any{canaryValue: 1}},
		hiding{[]any{&types.AttributeValueMemberBOOL{}}}, &types.ConditionalCheckFailedException{Item: map[string]types.AttributeValue{"a": &types.AttributeValueMemberN{}}},
	} {
		assert.NotEmpty(t, valuesIn(reflect.ValueOf(v), "", map[any]bool{}), "%T", v)
	}
}

// What an error does not show it still hands over to who asks for it.
func TestErrorsHandOverTheirItems(t *testing.T) {
	t.Parallel()
	refused := wiretest.Refuse(400, "ConditionalCheckFailedException", "m", "R", `,"Item":{"Artist":{"S":"`+canaryValue+`"}}`)
	client := wireClient(t, wiretest.New(refused))
	_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{
		TableName: "Music", Item: canaryItem(), ConditionExpression: "attribute_not_exists(Artist)", ReturnItemOnConditionFailure: true,
	})
	assert.Equal(t, canaryItem(), errorOf(t, err).Item())
	var failed *types.ConditionalCheckFailedException
	require.ErrorAs(t, err, &failed)
	assert.Len(t, failed.Item, 1)
	assert.Nil(t, new(dynamoconn.Error).Item())

	client = wireClient(t, wiretest.New(wiretest.Refuse(400, "ValidationException", "m", "R", "")))
	write := dynamoconn.Write{ItemToDelete: canaryItem()}
	_, err = client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{{Name: "Music", Writes: []dynamoconn.Write{write}}}})
	var writes *dynamoconn.BatchWriteError
	require.ErrorAs(t, err, &writes)
	assert.Equal(t, write, writes.Failures[0].Write())
	assert.Equal(t, dynamoconn.Write{}, dynamoconn.WriteFailure{}.Write())

	_, err = client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{canaryItem()}}}})
	var reads *dynamoconn.BatchGetError
	require.ErrorAs(t, err, &reads)
	assert.Equal(t, canaryItem(), reads.Failures[0].Key())
	assert.Nil(t, dynamoconn.ReadFailure{}.Key())
}
