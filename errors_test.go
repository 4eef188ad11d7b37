package dynamoconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
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
	assert.True(t, e.Item.Equal(dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.Long("Year", 1999)}))
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
	assert.Nil(t, e.Item)
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
		"sent once":    {brokenPipe, []dynamoconn.CallOption{dynamoconn.SendOnce()}, `outcome unknown: service unavailable: write: broken pipe; not sent again, as SendOnce asks`},
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
		dynamoconn.ErrAmbiguous, dynamoconn.ErrUnavailable, dynamoconn.ErrCorruptResponse,
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
