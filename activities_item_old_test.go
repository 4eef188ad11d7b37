package dynamoconn_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// answerWithOld answers a write with that old item, as DynamoDB JSON.
func answerWithOld(item string) wiretest.Answer {
	return wiretest.Reply(200, `{"Attributes":`+item+`}`, "X-Amzn-Requestid", "ROK")
}

const (
	ours   = `{"Artist":{"S":"No One You Know"},"Price":{"N":"1.50"},"Tags":{"SS":["b","a"]},"Note":{"S":""}}`
	theirs = `{"Artist":{"S":"No One You Know"},"Price":{"N":"1.51"},"Tags":{"SS":["b","a"]},"Note":{"S":""}}`
)

func ourPut() dynamoconn.PutItemRequest {
	return dynamoconn.PutItemRequest{TableName: "Music", Item: dynamoconn.Item{
		dynamoconn.Decimal("Price", dynamoconn.MustNumber("1.5")), dynamoconn.StringSet("Tags", "a", "b"),
		dynamoconn.String("Note", ""), dynamoconn.String("Artist", "No One You Know"),
	}}
}

func parsed(t *testing.T, text string) dynamoconn.Item {
	t.Helper()
	var item dynamoconn.DynamoDBJSON
	require.NoError(t, item.UnmarshalJSON([]byte(text)))
	return dynamoconn.Item(item)
}

// A delete took an item, its answer was lost, another writer put one, and the repetition took
// that: it was once returned as the old item without an error.
func TestOldItemOfARepeatedWrite(t *testing.T) {
	t.Parallel()

	type answers []wiretest.Answer
	tests := map[string]struct {
		answers     answers
		put, delete string // the old item, "" for none, "?" before it if it is not known to be the only one
	}{
		"at once, ours":               {answers{answerWithOld(ours)}, ours, ours},
		"at once, none":               {answers{fine}, "", ""},
		"throttled, then ours":        {answers{busy, answerWithOld(ours)}, ours, ours},
		"not dialled, then none":      {answers{noDial, fine}, "", ""},
		"500, then ours":              {answers{internal, answerWithOld(ours)}, "?", "?" + ours},
		"500, then theirs":            {answers{internal, answerWithOld(theirs)}, "?" + theirs, "?" + theirs},
		"500, then none":              {answers{internal, fine}, "?", "?"},
		"broken, throttled, ours":     {answers{brokenPipe, busy, answerWithOld(ours)}, "?", "?" + ours},
		"damaged, not dialled, none":  {answers{damaged, noDial, fine}, "?", "?"},
		"broken, then not the whole":  {answers{brokenPipe, answerWithOld(`{"Artist":{"S":"No One You Know"}}`)}, `?{"Artist":{"S":"No One You Know"}}`, `?{"Artist":{"S":"No One You Know"}}`},
		"broken, then another number": {answers{brokenPipe, answerWithOld(`{"Artist":{"S":"No One You Know"},"Price":{"S":"1.5"},"Tags":{"SS":["b","a"]},"Note":{"S":""}}`)}, `?{"Artist":{"S":"No One You Know"},"Price":{"S":"1.5"},"Tags":{"SS":["b","a"]},"Note":{"S":""}}`, `?{"Artist":{"S":"No One You Know"},"Price":{"S":"1.5"},"Tags":{"SS":["b","a"]},"Note":{"S":""}}`},
	}
	for name, test := range tests {
		for activity, want := range map[string]string{"PutItem": test.put, "DeleteItem": test.delete} {
			t.Run(activity+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					w := wiretest.New(test.answers...)
					client := wireClient(t, w)
					var old dynamoconn.Item
					var meta dynamoconn.ResponseMetadata
					var err error
					if activity == "PutItem" {
						req := ourPut()
						req.ReturnOldItem = true
						var resp *dynamoconn.PutItemResponse
						resp, err = client.PutItem(t.Context(), req)
						require.NotNil(t, resp, "the write is applied")
						old, meta = resp.OldItem, resp.ResponseMetadata
						assert.Equal(t, "ROK", resp.RequestID)
					} else {
						var resp *dynamoconn.DeleteItemResponse
						resp, err = client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey(), ReturnOldItem: true})
						require.NotNil(t, resp, "the write is applied")
						old, meta = resp.OldItem, resp.ResponseMetadata
					}
					sent := w.Requests()
					require.Len(t, sent, len(test.answers))
					assert.Contains(t, sent[0].Body, `"ReturnValues":"ALL_OLD"`)
					assert.Equal(t, len(test.answers), meta.Attempts)
					want, unknown := strings.CutPrefix(want, "?")
					if unknown {
						require.ErrorIs(t, err, dynamoconn.ErrOldItemUnknown)
						assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
						e := errorOf(t, err)
						assert.Equal(t, activity, e.Activity)
						assert.Equal(t, meta.RequestIDs, e.RequestIDs)
						assert.Equal(t, meta.Attempts, e.Attempts)
					} else {
						require.NoError(t, err)
					}
					if want == "" {
						assert.Nil(t, old)
						return
					}
					assert.True(t, parsed(t, want).Equal(old), "%v", old)
				})
			})
		}
	}
}

// Who did not ask for the old item does not hear that it is unknown.
func TestOldItemThatWasNotAskedFor(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		resp, err := wireClient(t, wiretest.New(internal, fine)).PutItem(t.Context(), ourPut())
		require.NoError(t, err)
		assert.Nil(t, resp.OldItem)
		_, err = wireClient(t, wiretest.New(internal, fine)).
			DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey()})
		require.NoError(t, err)
	})
}

// falseConditionOf answers that the condition was false, with that item.
func falseConditionOf(item string) wiretest.Answer {
	return wiretest.Refuse(400, "ConditionalCheckFailedException", "The conditional request failed", "RCOND", `,"Item":`+item)
}

func TestItemIsUnique(t *testing.T) {
	t.Parallel()

	type answers []wiretest.Answer
	ambiguous, condition := dynamoconn.ErrAmbiguous, dynamoconn.ErrConditionFailed
	tests := map[string]struct {
		answers answers
		is      error
		item    string // of the error
	}{
		"done":                        {answers{fine}, nil, ""},
		"500, then done":              {answers{internal, fine}, nil, ""},
		"500, then ours is stored":    {answers{internal, falseConditionOf(ours)}, nil, ""},
		"broken, then ours is stored": {answers{brokenPipe, busy, falseConditionOf(ours)}, nil, ""},
		"ours is stored at once":      {answers{falseConditionOf(ours)}, nil, ""},
		"theirs is stored at once":    {answers{falseConditionOf(theirs)}, condition, theirs},
		"500, then theirs is stored":  {answers{internal, falseConditionOf(theirs)}, ambiguous, theirs},
		"500, then nothing is stored": {answers{internal, conditions}, ambiguous, ""},
		"nothing is stored":           {answers{busy, conditions}, condition, ""},
		"500, then what is no item":   {answers{internal, falseConditionOf(`{"Year":{"N":"x"}}`)}, ambiguous, ""},
		"500, then validation":        {answers{internal, invalid}, ambiguous, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := wiretest.New(test.answers...)
				req := ourPut()
				req.ConditionExpression, req.ItemIsUnique = onlyNew, true
				resp, err := wireClient(t, w).PutItem(t.Context(), req)
				sent := w.Requests()
				require.Len(t, sent, len(test.answers))
				for _, attempt := range sent {
					assert.Contains(t, attempt.Body, `"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`)
					assert.Equal(t, "PutItem", attempt.Action)
				}
				if test.is == nil {
					require.NoError(t, err)
					assert.Equal(t, len(test.answers), resp.Attempts)
					assert.Equal(t, resp.RequestIDs[len(resp.RequestIDs)-1], resp.RequestID)
					return
				}
				require.ErrorIs(t, err, test.is)
				assert.Equal(t, errors.Is(test.is, condition), errors.Is(err, condition))
				if test.item == "" {
					assert.Nil(t, errorOf(t, err).Item())
					return
				}
				assert.True(t, parsed(t, test.item).Equal(errorOf(t, err).Item()))
			})
		})
	}
}

// Without the promise an equal item may be another writer's.
func TestEqualItemProvesNothingByItself(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		req := ourPut()
		req.ConditionExpression, req.ReturnItemOnConditionFailure = onlyNew, true
		_, err := wireClient(t, wiretest.New(internal, falseConditionOf(ours))).PutItem(t.Context(), req)
		require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
		assert.NotErrorIs(t, err, dynamoconn.ErrConditionFailed)
		assert.True(t, req.Item.Equal(errorOf(t, err).Item()))

		_, err = wireClient(t, wiretest.New(falseConditionOf(ours))).PutItem(t.Context(), req)
		require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	})
}

func TestUniqueItemWithoutACondition(t *testing.T) {
	t.Parallel()

	w := wiretest.New()
	req := ourPut()
	req.ItemIsUnique = true
	_, err := wireClient(t, w).PutItem(t.Context(), req)
	require.NoError(t, err)
	assert.NotContains(t, w.Requests()[0].Body, "ReturnValuesOnConditionCheckFailure")
}

func TestUniqueItemAndItsOldItem(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		req := ourPut()
		req.ConditionExpression, req.ItemIsUnique, req.ReturnOldItem = onlyNew, true, true
		resp, err := wireClient(t, wiretest.New(internal, falseConditionOf(ours))).PutItem(t.Context(), req)
		require.ErrorIs(t, err, dynamoconn.ErrOldItemUnknown)
		assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
		assert.NotErrorIs(t, err, dynamoconn.ErrConditionFailed)
		require.NotNil(t, resp)
		assert.Nil(t, resp.OldItem)
		assert.Equal(t, []string{"R500", "RCOND"}, resp.RequestIDs)
	})
}

func TestUniqueItemInATransaction(t *testing.T) {
	t.Parallel()

	w := wiretest.New(cancelled("ConditionalCheckFailed", "m", `,"Item":`+ours))
	req := ourPut()
	req.ConditionExpression, req.ItemIsUnique = onlyNew, true
	_, err := wireClient(t, w).PutItem(t.Context(), req, dynamoconn.ExactlyOnce(""))
	require.NoError(t, err, "a call before this one wrote it, under a token that is forgotten")

	w = wiretest.New(cancelled("ConditionalCheckFailed", "m", `,"Item":`+theirs))
	_, err = wireClient(t, w).PutItem(t.Context(), req, dynamoconn.ExactlyOnce(""))
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
}
