package dynamoconn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// doer is one write of one item, by whichever activity.
type doer func(context.Context, *dynamoconn.Client, ...dynamoconn.CallOption) error

var musicWrites = map[string]doer{
	"PutItem": func(ctx context.Context, client *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := client.PutItem(ctx, putMusic(), opts...)
		return err
	},
	"UpdateItem": func(ctx context.Context, client *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := client.UpdateItem(ctx, updateMusic(), opts...)
		return err
	},
	"DeleteItem": func(ctx context.Context, client *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey()}, opts...)
		return err
	},
	"TransactWrite": func(ctx context.Context, client *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := client.TransactWrite(ctx, transactMusic(), opts...)
		return err
	},
	"BatchWrite": func(ctx context.Context, client *dynamoconn.Client, opts ...dynamoconn.CallOption) error {
		_, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
			Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd("Music", musicKey())},
		}, opts...)
		return err
	},
}

func TestSendOnce(t *testing.T) {
	t.Parallel()

	type answers []wiretest.Answer
	ambiguous, unavailable := dynamoconn.ErrAmbiguous, dynamoconn.ErrUnavailable
	tests := map[string]struct {
		answers  answers
		is       []error
		attempts int
	}{
		"done":                     {answers{fine}, nil, 1},
		"500":                      {answers{internal, fine}, []error{ambiguous, unavailable}, 1},
		"broken":                   {answers{brokenPipe, fine}, []error{ambiguous, unavailable}, 1},
		"damaged":                  {answers{damaged, fine}, []error{ambiguous, dynamoconn.ErrCorruptResponse}, 1},
		"throttled, then done":     {answers{busy, busy, busy, fine}, nil, 4},
		"not dialled, then done":   {answers{noDial, noDial, fine}, nil, 3},
		"throttled, then 500":      {answers{busy, internal, fine}, []error{ambiguous, unavailable}, 2},
		"not dialled, then broken": {answers{noDial, busy, brokenPipe, fine}, []error{ambiguous, unavailable}, 3},
		"never dialled":            {answers{noDial}, []error{unavailable}, 4},
	}
	for activity, write := range musicWrites {
		for name, test := range tests {
			t.Run(activity+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := wiretest.New(test.answers...)
					err := write(t.Context(), wireClient(t, w, dynamoconn.WithMaxAttempts(4)), dynamoconn.SendOnce())
					assert.Len(t, w.Requests(), test.attempts)
					if test.is == nil {
						require.NoError(t, err)
						return
					}
					for _, cause := range test.is {
						assert.ErrorIs(t, err, cause)
					}
					assert.Equal(t, errors.Is(err, ambiguous), contains(test.is, ambiguous))
					assert.Equal(t, test.attempts, errorOf(t, err).Attempts)
					assert.NotContains(t, err.Error(), "\n")
				})
			})
		}
	}
}

func contains(errs []error, target error) bool {
	for _, err := range errs {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

func TestBatchWriteSentOnceEndsAsUnknown(t *testing.T) {
	t.Parallel()

	err := musicWrites["BatchWrite"](t.Context(), wireClient(t, wiretest.Script(t, internal)), dynamoconn.SendOnce())
	var unfinished *dynamoconn.BatchWriteError
	require.ErrorAs(t, err, &unfinished)
	require.Len(t, unfinished.Failures, 1)
	assert.Equal(t, dynamoconn.OutcomeUnknown, unfinished.Failures[0].Outcome)
}

// Without it the next call is repeated again: the option is for one call.
func TestSendOnceIsForOneCall(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		client := wireClient(t, wiretest.Script(t, internal, internal, fine))
		_, err := client.PutItem(t.Context(), putMusic(), dynamoconn.SendOnce())
		require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
		resp, err := client.PutItem(t.Context(), putMusic())
		require.NoError(t, err)
		assert.Equal(t, 2, resp.Attempts)
	})
}

func TestReadsSentOnceAreRepeated(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		resp, err := wireClient(t, wiretest.Script(t, busy, fine)).GetItem(t.Context(), getMusic(), dynamoconn.SendOnce())
		require.NoError(t, err)
		assert.Equal(t, 2, resp.Attempts)
		_, err = wireClient(t, wiretest.New(internal)).GetItem(t.Context(), getMusic(), dynamoconn.SendOnce())
		require.ErrorIs(t, err, dynamoconn.ErrUnavailable)
		assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
		assert.Equal(t, 10, errorOf(t, err).Attempts)
	})
}

// oldRetryer has only the methods that every retryer has had.
type oldRetryer struct{ aws.Retryer }

// A retryer of the caller's goes on deciding what else is repeated, and how soon.
func TestCallersRetryerIsKept(t *testing.T) {
	t.Parallel()

	for name, opts := range map[string][]dynamoconn.CallOption{
		"SendOnce": {dynamoconn.SendOnce()}, "ExactlyOnce": {dynamoconn.ExactlyOnce("")},
		"both": {dynamoconn.SendOnce(), dynamoconn.ExactlyOnce("")},
	} {
		for kind, own := range map[string]aws.Retryer{
			"now":    retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 3 }),
			"before": oldRetryer{retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 3 })},
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := wiretest.New(busy)
					client := wireClient(t, w, dynamoconn.WithSDKOptions(func(o *dynamodb.Options) { o.Retryer = own }))
					_, err := client.PutItem(t.Context(), putMusic(), opts...)
					require.ErrorIs(t, err, dynamoconn.ErrThrottled)
					assert.Len(t, w.Requests(), 3)

					w = wiretest.New(wiretest.Refuse(400, "ValidationException", "no", "R"))
					client = wireClient(t, w, dynamoconn.WithSDKOptions(func(o *dynamodb.Options) { o.Retryer = own }))
					_, err = client.PutItem(t.Context(), putMusic(), opts...)
					require.ErrorIs(t, err, dynamoconn.ErrValidation)
					assert.Len(t, w.Requests(), 1)
				})
			})
		}
	}
}

func TestExactlyOnceSendsATransaction(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	client := wireClient(t, w)
	condition := map[string]string{"#y": "Year"}
	values := dynamoconn.Item{dynamoconn.Long(":y", 1999)}
	resp, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{
		TableName: "Music", Item: musicKey(), ConditionExpression: "#y < :y", ExpressionAttributeNames: condition,
		ExpressionAttributeValues: values, ReturnItemOnConditionFailure: true,
	}, dynamoconn.ExactlyOnce("token-1"), dynamoconn.WithConsumedCapacity())
	require.NoError(t, err)
	assert.Equal(t, 1, resp.Attempts)
	_, err = client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{
		TableName: "Music", Item: musicKey(), ConditionExpression: "#y < :y", ExpressionAttributeNames: condition,
		ExpressionAttributeValues: values, ReturnItemOnConditionFailure: true,
	}, dynamoconn.ExactlyOnce("token-2"))
	require.NoError(t, err)

	sent := w.Requests()
	require.Len(t, sent, 2)
	assert.Equal(t, []string{"TransactWriteItems", "TransactWriteItems"}, []string{sent[0].Action, sent[1].Action})
	assert.JSONEq(t, `{"ClientRequestToken":"token-1","ReturnConsumedCapacity":"INDEXES","TransactItems":[{"Put":{
		"TableName":"Music","Item":{"Artist":{"S":"No One You Know"}},"ConditionExpression":"#y < :y",
		"ExpressionAttributeNames":{"#y":"Year"},"ExpressionAttributeValues":{":y":{"N":"1999"}},
		"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}]}`, sent[0].Body)
	assert.JSONEq(t, `{"ClientRequestToken":"token-2","TransactItems":[{"Delete":{
		"TableName":"Music","Key":{"Artist":{"S":"No One You Know"}},"ConditionExpression":"#y < :y",
		"ExpressionAttributeNames":{"#y":"Year"},"ExpressionAttributeValues":{":y":{"N":"1999"}},
		"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}}]}`, sent[1].Body)
}

func TestExactlyOnceTellsCapacityAndRequest(t *testing.T) {
	t.Parallel()

	w := wiretest.New(wiretest.Reply(200,
		`{"ConsumedCapacity":[{"TableName":"Music","CapacityUnits":2.0,"WriteCapacityUnits":2.0,"Table":{"CapacityUnits":2.0}}]}`,
		"X-Amzn-Requestid", "RTX"))
	resp, err := wireClient(t, w).PutItem(t.Context(), putMusic(), dynamoconn.ExactlyOnce(""), dynamoconn.WithConsumedCapacity())
	require.NoError(t, err)
	assert.Equal(t, "RTX", resp.RequestID)
	assert.Equal(t, []string{"RTX"}, resp.RequestIDs)
	assert.Equal(t, []dynamoconn.ConsumedCapacity{{
		TableName: "Music", Capacity: dynamoconn.Capacity{CapacityUnits: 2, WriteCapacityUnits: 2}, Table: dynamoconn.Capacity{CapacityUnits: 2},
	}}, resp.ConsumedCapacity)
}

func tokenOf(t *testing.T, body string) string {
	t.Helper()
	var sent struct{ ClientRequestToken string }
	require.NoError(t, json.Unmarshal([]byte(body), &sent))
	return sent.ClientRequestToken
}

// A random token is drawn for each call, not for each option: an option that is kept
// and used twice is of two writes.
func TestTokenIsThatOfTheCall(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		option := dynamoconn.ExactlyOnce("")
		w := wiretest.New(internal, busy, brokenPipe)
		client := wireClient(t, w, dynamoconn.WithMaxAttempts(4))
		tokens := map[string]int{}
		for range 3 {
			_, err := client.PutItem(t.Context(), putMusic(), option)
			require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
			e := errorOf(t, err)
			tokens[e.Token]++
			assert.LessOrEqual(t, len(e.Token), 36)
			assert.GreaterOrEqual(t, len(e.Token), 20, "random enough")
			sent := w.Requests()
			for _, attempt := range sent[len(sent)-4:] {
				assert.Equal(t, e.Token, tokenOf(t, attempt.Body))
			}
			text, err := json.Marshal(e)
			require.NoError(t, err)
			assert.Contains(t, string(text), e.Token)
		}
		assert.Len(t, tokens, 3)

		_, err := client.PutItem(t.Context(), putMusic(), dynamoconn.ExactlyOnce("mine"))
		assert.Equal(t, "mine", errorOf(t, err).Token)
		_, err = client.PutItem(t.Context(), putMusic())
		assert.Empty(t, errorOf(t, err).Token)
	})
}

func TestTokensThatAreRefused(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	client := wireClient(t, w)
	for _, token := range []string{strings.Repeat("x", 37), strings.Repeat("é", 19), "a\xff"} {
		_, err := client.PutItem(t.Context(), putMusic(), dynamoconn.ExactlyOnce(token))
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, "%q", token)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field)
		assert.Equal(t, "ExactlyOnce", field.Path)
	}
	assert.Empty(t, w.Requests())
	for _, token := range []string{"x", strings.Repeat("x", 36), strings.Repeat("é", 18), `"\` + "\u2028"} {
		_, err := client.PutItem(t.Context(), putMusic(), dynamoconn.ExactlyOnce(token))
		require.NoError(t, err)
		sent := w.Requests()
		assert.Equal(t, token, tokenOf(t, sent[len(sent)-1].Body))
	}
}

func TestExactlyOnceIsRefused(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	client := wireClient(t, w)
	ctx, once := t.Context(), dynamoconn.ExactlyOnce("")
	put, remove := putMusic(), dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey(), ReturnOldItem: true}
	put.ReturnOldItem = true
	scan := dynamoconn.ScanTableRequest{TableName: "Music"}
	for name, test := range map[string]struct {
		call func() error
		path string
	}{
		"an old item of a put":    {func() error { _, err := client.PutItem(ctx, put, once); return err }, "ReturnOldItem"},
		"an old item of a delete": {func() error { _, err := client.DeleteItem(ctx, remove, once); return err }, "ReturnOldItem"},
		"BatchWrite":              {func() error { return musicWrites["BatchWrite"](ctx, client, once) }, "ExactlyOnce"},
		"GetItem":                 {func() error { _, err := client.GetItem(ctx, getMusic(), once); return err }, "ExactlyOnce"},
		"BatchGet": {func() error {
			_, err := client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{}, once)
			return err
		}, "ExactlyOnce"},
		"Scan":      {func() error { _, err := client.Scan(ctx, scan, once); return err }, "ExactlyOnce"},
		"ScanItems": {func() error { return firstError(client.ScanItems(ctx, scan, once)) }, "ExactlyOnce"},
		"Query":     {func() error { _, err := client.Query(ctx, queryMusic(), once); return err }, "ExactlyOnce"},
		"ListTables": {func() error {
			_, err := client.ListTables(ctx, dynamoconn.ListTablesRequest{}, once)
			return err
		}, "ExactlyOnce"},
		"Tables": {func() error { return firstError(client.Tables(ctx, dynamoconn.ListTablesRequest{}, once)) }, "ExactlyOnce"},
		"DescribeTable": {func() error {
			_, err := client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: "Music"}, once)
			return err
		}, "ExactlyOnce"},
	} {
		err := test.call()
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest, name)
		var field *dynamoconn.FieldError
		require.ErrorAs(t, err, &field, name)
		assert.Equal(t, test.path, field.Path, name)
		assert.Zero(t, errorOf(t, err).Attempts, name)
		assert.Zero(t, errorOf(t, err).Began, name)
	}
	assert.Empty(t, w.Requests())
}

func firstError[T any](all func(func(T, error) bool)) error {
	for _, err := range all {
		return err
	}
	return nil
}

// cancelled is the answer of a transaction that was cancelled for that reason.
func cancelled(code, message string, members ...string) wiretest.Answer {
	reason := fmt.Sprintf(`,"CancellationReasons":[{"Code":%q,"Message":%q%s}]`, code, message, strings.Join(members, ""))
	return wiretest.Refuse(400, "TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons ["+code+"]",
		"RTX", reason)
}

var (
	falseInTransaction = cancelled("ConditionalCheckFailed", "The conditional request failed")
	inProgress         = wiretest.Refuse(400, "TransactionInProgressException", "The transaction with the given request token is already in progress", "RIP")
	oldItem            = `,"Item":{"Artist":{"S":"Acme Band"},"Year":{"N":"1999"}}`
)

func TestReasonsOfACancelledTransaction(t *testing.T) {
	t.Parallel()

	type answers []wiretest.Answer
	tests := map[string]struct {
		answers  answers
		is       []error
		attempts int
	}{
		"condition":                  {answers{falseInTransaction}, []error{dynamoconn.ErrConditionFailed}, 1},
		"conflict":                   {answers{cancelled("TransactionConflict", "m")}, []error{dynamoconn.ErrConflict}, 4},
		"conflict, then done":        {answers{cancelled("TransactionConflict", "m"), fine}, nil, 2},
		"throttled":                  {answers{cancelled("ThrottlingError", "m")}, []error{dynamoconn.ErrThrottled}, 4},
		"throughput, then done":      {answers{cancelled("ProvisionedThroughputExceeded", "m"), fine}, nil, 2},
		"throughput":                 {answers{cancelled("ProvisionedThroughputExceeded", "m")}, []error{dynamoconn.ErrThrottled}, 4},
		"validation":                 {answers{cancelled("ValidationError", "m")}, []error{dynamoconn.ErrValidation}, 1},
		"over 400 KB":                {answers{cancelled("ValidationError", "Item size to update has exceeded the maximum allowed size")}, []error{dynamoconn.ErrItemTooLarge}, 1},
		"item collection":            {answers{cancelled("ItemCollectionSizeLimitExceeded", "m")}, []error{dynamoconn.ErrItemTooLarge}, 1},
		"a new reason":               {answers{cancelled("Whim", "m")}, nil, 1},
		"no reason":                  {answers{wiretest.Refuse(400, "TransactionCanceledException", "m", "R")}, nil, 1},
		"reason None":                {answers{cancelled("None", "m")}, nil, 1},
		"mismatch":                   {answers{wiretest.Refuse(400, "IdempotentParameterMismatchException", "m", "R")}, []error{dynamoconn.ErrValidation}, 1},
		"500":                        {answers{internal}, []error{dynamoconn.ErrAmbiguous, dynamoconn.ErrUnavailable}, 4},
		"500, then done":             {answers{internal, fine}, nil, 2},
		"500, then condition":        {answers{internal, falseInTransaction}, []error{dynamoconn.ErrConditionFailed}, 2},
		"broken, then condition":     {answers{brokenPipe, busy, falseInTransaction}, []error{dynamoconn.ErrConditionFailed}, 3},
		"damaged, then condition":    {answers{damaged, falseInTransaction}, []error{dynamoconn.ErrConditionFailed}, 2},
		"500, then conflict":         {answers{internal, cancelled("TransactionConflict", "m")}, []error{dynamoconn.ErrAmbiguous, dynamoconn.ErrConflict}, 4},
		"500, then throttled":        {answers{internal, busy}, []error{dynamoconn.ErrAmbiguous, dynamoconn.ErrThrottled}, 4},
		"500, then validation":       {answers{internal, cancelled("ValidationError", "m")}, []error{dynamoconn.ErrAmbiguous, dynamoconn.ErrValidation}, 2},
		"500, then mismatch":         {answers{internal, wiretest.Refuse(400, "IdempotentParameterMismatchException", "m", "R")}, []error{dynamoconn.ErrAmbiguous, dynamoconn.ErrValidation}, 2},
		"in progress":                {answers{inProgress}, []error{dynamoconn.ErrAmbiguous}, 4},
		"in progress, then done":     {answers{inProgress, inProgress, fine}, nil, 3},
		"in progress, then false":    {answers{inProgress, falseInTransaction}, []error{dynamoconn.ErrConditionFailed}, 2},
		"500, in progress, done":     {answers{internal, inProgress, fine}, nil, 3},
		"in progress, then no table": {answers{inProgress, wiretest.Refuse(400, "ResourceNotFoundException", "m", "R")}, []error{dynamoconn.ErrAmbiguous, dynamoconn.ErrTableNotFound}, 2},
	}
	all := []error{
		dynamoconn.ErrConditionFailed, dynamoconn.ErrConflict, dynamoconn.ErrThrottled, dynamoconn.ErrValidation,
		dynamoconn.ErrItemTooLarge, dynamoconn.ErrUnavailable, dynamoconn.ErrAmbiguous, dynamoconn.ErrTableNotFound,
		dynamoconn.ErrOldItemUnknown, dynamoconn.ErrCorruptResponse,
	}
	for _, activity := range []string{"PutItem", "UpdateItem", "DeleteItem", "TransactWrite"} {
		for name, test := range tests {
			t.Run(activity+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := wiretest.New(test.answers...)
					began := time.Now()
					err := musicWrites[activity](t.Context(), wireClient(t, w, dynamoconn.WithMaxAttempts(4)), dynamoconn.ExactlyOnce("T"))
					sent := w.Requests()
					require.Len(t, sent, test.attempts)
					for _, again := range sent {
						assert.Equal(t, "TransactWriteItems", again.Action)
						assert.JSONEq(t, sent[0].Body, again.Body, "each attempt sends the same")
					}
					if test.is == nil && strings.HasSuffix(name, "done") {
						require.NoError(t, err)
						return
					}
					require.Error(t, err)
					for _, cause := range all {
						assert.Equal(t, contains(test.is, cause), errors.Is(err, cause), "%v: %v", cause, err)
					}
					e := errorOf(t, err)
					assert.Equal(t, "T", e.Token)
					assert.Equal(t, test.attempts, e.Attempts)
					assert.Equal(t, began, e.Began)
					assert.Equal(t, time.Now(), e.Ended)
				})
			})
		}
	}
}

func TestFailedConditionOfATransaction(t *testing.T) {
	t.Parallel()

	w := wiretest.New(cancelled("ConditionalCheckFailed", "The conditional request failed", oldItem))
	req := putMusic()
	req.ConditionExpression, req.ReturnItemOnConditionFailure = onlyNew, true
	_, err := wireClient(t, w).PutItem(t.Context(), req, dynamoconn.ExactlyOnce(""))
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	e := errorOf(t, err)
	assert.True(t, e.Item().Equal(dynamoconn.Item{dynamoconn.String("Artist", "Acme Band"), dynamoconn.Long("Year", 1999)}))
	assert.Equal(t, "TransactionCanceledException", e.Code)
	assert.Equal(t, "ConditionalCheckFailed: The conditional request failed", e.Message)
	var sdk *types.TransactionCanceledException
	require.ErrorAs(t, err, &sdk)
	assert.NotContains(t, err.Error(), "Acme")

	w = wiretest.New(cancelled("ConditionalCheckFailed", "m", `,"Item":{"Year":{"N":"CANARY"}}`))
	_, err = wireClient(t, w).PutItem(t.Context(), req, dynamoconn.ExactlyOnce(""))
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
	assert.NotContains(t, err.Error(), "CANARY")
}

// DynamoDB forgets a token after ten minutes: what is begun then would be a new write.
func TestNoAttemptOutlivesItsToken(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		answer    wiretest.Answer
		takes     time.Duration
		ambiguous bool
		is        error
	}{
		"slow failures":          {internal, 100 * time.Second, true, dynamoconn.ErrUnavailable},
		"quick failures":         {internal, 0, true, dynamoconn.ErrUnavailable},
		"throttled":              {busy, 0, false, dynamoconn.ErrThrottled},
		"one that takes it all":  {internal, 20 * time.Minute, true, dynamoconn.ErrUnavailable},
		"conflict with another":  {cancelled("TransactionConflict", "m"), time.Second, false, dynamoconn.ErrConflict},
		"always under way":       {inProgress, time.Second, true, dynamoconn.ErrAmbiguous},
		"connection that breaks": {brokenPipe, time.Minute, true, dynamoconn.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
					time.Sleep(test.takes)
					return test.answer(r)
				})
				_, err := wireClient(t, w, dynamoconn.WithMaxAttempts(1000)).PutItem(t.Context(), putMusic(), dynamoconn.ExactlyOnce(""))
				require.ErrorIs(t, err, test.is)
				assert.Equal(t, test.ambiguous, errors.Is(err, dynamoconn.ErrAmbiguous))
				sent := w.Requests()
				last := sent[len(sent)-1].At.Sub(began)
				assert.LessOrEqual(t, last, 9*time.Minute)
				if test.takes < 9*time.Minute {
					assert.Greater(t, last+test.takes, 9*time.Minute-10*time.Second, "and the time is used")
				}
				assert.NotContains(t, err.Error(), "\n")
			})
		})
	}
}

// A transaction that the deadline leaves no time to try again ends with what it was
// waiting out.
func TestDeadlineOfATransaction(t *testing.T) {
	t.Parallel()

	for name, test := range map[string]struct {
		answer wiretest.Answer
		is     error
		code   string
	}{
		"conflict":    {cancelled("TransactionConflict", "m"), dynamoconn.ErrConflict, "TransactionCanceledException"},
		"throttled":   {cancelled("ThrottlingError", "m"), dynamoconn.ErrThrottled, "TransactionCanceledException"},
		"unavailable": {internal, dynamoconn.ErrUnavailable, "InternalServerError"},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err := wireClient(t, wiretest.New(test.answer), dynamoconn.WithMaxAttempts(1000)).
				PutItem(ctx, putMusic(), dynamoconn.ExactlyOnce(""))
			require.ErrorIs(t, err, test.is, name)
			require.NoError(t, ctx.Err(), name)
			assert.Equal(t, test.code, errorOf(t, err).Code, name)
		})
	}
}

// With both, what is in doubt is not repeated although it could be; the token allows the
// caller to.
func TestSendOnceAndExactlyOnce(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		both := []dynamoconn.CallOption{dynamoconn.ExactlyOnce("T"), dynamoconn.SendOnce()}
		for name, answer := range map[string]wiretest.Answer{"500": internal, "in progress": inProgress} {
			w := wiretest.Script(t, cancelled("TransactionConflict", "m"), answer)
			_, err := wireClient(t, w).PutItem(t.Context(), putMusic(), both...)
			require.ErrorIs(t, err, dynamoconn.ErrAmbiguous, name)
		}
	})
}

// A request that is in doubt, then answered with its writes unprocessed, may have written
// them: that they never succeed afterwards does not make them certainly not written.
func TestUnprocessedAfterADoubt(t *testing.T) {
	t.Parallel()

	unprocessed := wiretest.Reply(200, `{"UnprocessedItems":{"Music":[{"PutRequest":{"Item":{"Artist":{"S":"No One You Know"}}}}]}}`)
	for name, test := range map[string]struct {
		answers []wiretest.Answer
		state   dynamoconn.Outcome
	}{
		"500, unprocessed, throttled":      {[]wiretest.Answer{internal, unprocessed, busy}, dynamoconn.OutcomeUnknown},
		"broken, unprocessed, refused":     {[]wiretest.Answer{brokenPipe, unprocessed, invalid}, dynamoconn.OutcomeUnknown},
		"unprocessed, throttled":           {[]wiretest.Answer{unprocessed, busy}, dynamoconn.OutcomeNotDone},
		"throttled, unprocessed, refused":  {[]wiretest.Answer{busy, unprocessed, invalid}, dynamoconn.OutcomeRefused},
		"500, unprocessed, no table":       {[]wiretest.Answer{internal, unprocessed, wiretest.Refuse(400, "ResourceNotFoundException", "no", "R")}, dynamoconn.OutcomeUnknown},
		"500, unprocessed for ever":        {[]wiretest.Answer{internal, unprocessed}, dynamoconn.OutcomeUnknown},
		"unprocessed, credentials expired": {[]wiretest.Answer{unprocessed, wiretest.Refuse(400, "UnrecognizedClientException", "no", "R")}, dynamoconn.OutcomeNotDone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				w := wiretest.New(test.answers...)
				err := musicWrites["BatchWrite"](ctx, wireClient(t, w))
				var unfinished *dynamoconn.BatchWriteError
				require.ErrorAs(t, err, &unfinished)
				require.Len(t, unfinished.Failures, 1)
				assert.Equal(t, test.state, unfinished.Failures[0].Outcome)
				assert.Equal(t, test.state == dynamoconn.OutcomeUnknown, errors.Is(err, dynamoconn.ErrAmbiguous))
			})
		})
	}
}
