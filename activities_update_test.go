package dynamoconn_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// increment is an update that may not be applied twice.
func increment() dynamoconn.UpdateItemRequest {
	return dynamoconn.UpdateItemRequest{
		TableName: "Music", Item: musicKey(), Changes: []dynamoconn.Change{dynamoconn.Attr("Plays").Increment(1)},
	}
}

func TestUpdateThatIsRefused(t *testing.T) {
	t.Parallel()
	set := []dynamoconn.Change{dynamoconn.Attr("ID").Set("u1")}
	values := dynamoconn.Item{dynamoconn.String(":id", "u1")}
	for name, test := range map[string]struct {
		change     func(*dynamoconn.UpdateItemRequest)
		path, rule string
	}{
		"no table": {func(r *dynamoconn.UpdateItemRequest) { r.TableName = "" }, "TableName", "must not be empty"},
		"no key":   {func(r *dynamoconn.UpdateItemRequest) { r.Item = nil }, "Item", "must have one or two attributes, as a key has"},
		"no change": {func(r *dynamoconn.UpdateItemRequest) { r.Changes = nil },
			"Changes", "must not be empty, unless UpdateExpression is given"},
		"both": {func(r *dynamoconn.UpdateItemRequest) { r.UpdateExpression = "REMOVE a" },
			"UpdateExpression", "cannot be given together with Changes"},
		"two conditions": {func(r *dynamoconn.UpdateItemRequest) {
			r.If, r.ConditionExpression = dynamoconn.Attr("a").Exists(), "attribute_exists(a)"
		}, "If", "cannot be given together with ConditionExpression"},
		"placeholders without text": {func(r *dynamoconn.UpdateItemRequest) { r.ExpressionAttributeValues = values },
			"ExpressionAttributeValues", "are not used: there is no expression"},
		"a change of the key": {func(r *dynamoconn.UpdateItemRequest) {
			r.Changes = slices.Concat(set, []dynamoconn.Change{dynamoconn.Attr("Artist").Set("Another")})
		}, "Changes[1]", "changes Artist, which is part of the key"},
		"a change inside the key": {func(r *dynamoconn.UpdateItemRequest) {
			r.Changes = []dynamoconn.Change{dynamoconn.Attr("Artist", "a").Remove()}
		}, "Changes[0]", "changes Artist, which is part of the key"},
		"text that changes the key": {func(r *dynamoconn.UpdateItemRequest) {
			r.Changes, r.UpdateExpression = nil, "REMOVE a, #k"
			r.ExpressionAttributeNames = map[string]string{"#k": "Artist"}
		}, "UpdateExpression", "changes Artist, which is part of the key"},
		"a change that cannot be": {func(r *dynamoconn.UpdateItemRequest) {
			r.Changes = []dynamoconn.Change{dynamoconn.Attr("a").Append()}
		}, "Changes[0]", "must have at least one value"},
		"another Return": {func(r *dynamoconn.UpdateItemRequest) { r.Return = "all_new" },
			"Return", "must be one of the constants of ReturnValue"},
		"a unique attribute that is not set": {func(r *dynamoconn.UpdateItemRequest) { r.UniqueAttribute = "ID" },
			"UniqueAttribute", "must name an attribute that one of Changes sets to a value"},
		"a unique attribute that is incremented": {func(r *dynamoconn.UpdateItemRequest) { r.UniqueAttribute = "Plays" },
			"UniqueAttribute", "must name an attribute that one of Changes sets to a value"},
		"a unique attribute that is copied": {func(r *dynamoconn.UpdateItemRequest) {
			r.Changes, r.UniqueAttribute = []dynamoconn.Change{dynamoconn.Attr("ID").CopyOf(dynamoconn.Attr("Old"))}, "ID"
		}, "UniqueAttribute", "must name an attribute that one of Changes sets to a value"},
		"text without the unique attribute": {func(r *dynamoconn.UpdateItemRequest) {
			r.Changes, r.UpdateExpression, r.UniqueAttribute = nil, "SET ID = if_not_exists(ID, :id)", "ID"
			r.ExpressionAttributeValues = values
		}, "UniqueAttribute", "must name an attribute that UpdateExpression sets to one of ExpressionAttributeValues"},
		"a condition that would take the added one in": {func(r *dynamoconn.UpdateItemRequest) {
			r.Changes, r.UniqueAttribute, r.ConditionExpression = set, "ID", "a = b) OR (a = b"
		}, "ConditionExpression", "must close each parenthesis that it opens"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := wiretest.New()
			req := increment()
			test.change(&req)
			resp, err := wireClient(t, w).UpdateItem(t.Context(), req)
			assert.Nil(t, resp)
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			var field *dynamoconn.FieldError
			require.ErrorAs(t, err, &field)
			assert.Equal(t, []string{test.path, test.rule}, []string{field.Path, field.Rule})
			assert.Empty(t, w.Requests())
		})
	}
}

// An increment that was sent again was once counted twice, without a word.
func TestUpdateThatMayNotBeAppliedTwice(t *testing.T) {
	t.Parallel()
	type answers []wiretest.Answer
	ambiguous, unavailable := dynamoconn.ErrAmbiguous, dynamoconn.ErrUnavailable
	text := func(text string) dynamoconn.UpdateItemRequest {
		return dynamoconn.UpdateItemRequest{
			TableName: "Music", Item: musicKey(), UpdateExpression: text, ExpressionAttributeValues: dynamoconn.Item{dynamoconn.Long(":n", 1)},
		}
	}
	changes := func(changes ...dynamoconn.Change) dynamoconn.UpdateItemRequest {
		return dynamoconn.UpdateItemRequest{TableName: "Music", Item: musicKey(), Changes: changes}
	}
	requests := map[string]dynamoconn.UpdateItemRequest{
		"increment": increment(), "text": text("ADD Plays :n"), "not understood": text("SET Plays = :n;"),
		"append": changes(dynamoconn.Attr("L").Append(1)), "prepend": changes(dynamoconn.Attr("L").Prepend(1)),
		"element": changes(dynamoconn.Attr("L").At(0).Remove()), "swap": changes(dynamoconn.Attr("a").CopyOf(dynamoconn.Attr("b")), dynamoconn.Attr("b").CopyOf(dynamoconn.Attr("a"))),
	}
	tests := map[string]struct {
		answers  answers
		is       []error
		attempts int
	}{
		"done":                     {answers{fine}, nil, 1},
		"500":                      {answers{internal, fine}, []error{ambiguous, unavailable}, 1},
		"broken":                   {answers{brokenPipe, fine}, []error{ambiguous, unavailable}, 1},
		"damaged":                  {answers{damaged, fine}, []error{ambiguous, dynamoconn.ErrCorruptResponse}, 1},
		"a gateway":                {answers{wiretest.Reply(502, "<html>"), fine}, []error{ambiguous, unavailable}, 1},
		"throttled, then done":     {answers{busy, busy, busy, fine}, nil, 4},
		"conflict, then done":      {answers{wiretest.Refuse(400, "TransactionConflictException", "m", "R"), fine}, nil, 2},
		"not dialled, then done":   {answers{noDial, noDial, fine}, nil, 3},
		"throttled, then 500":      {answers{busy, internal, fine}, []error{ambiguous, unavailable}, 2},
		"not dialled, then broken": {answers{noDial, busy, brokenPipe, fine}, []error{ambiguous, unavailable}, 3},
		"condition":                {answers{busy, conditions}, []error{dynamoconn.ErrConditionFailed}, 2},
		"never dialled":            {answers{noDial}, []error{unavailable}, 4},
	}
	for kind, req := range requests {
		for name, test := range tests {
			synctest.Test(t, func(t *testing.T) {
				w := wiretest.New(test.answers...)
				_, err := wireClient(t, w, dynamoconn.WithMaxAttempts(4)).UpdateItem(t.Context(), req)
				assert.Len(t, w.Requests(), test.attempts, "%s: %s", kind, name)
				for _, cause := range test.is {
					assert.ErrorIs(t, err, cause, "%s: %s", kind, name)
				}
				if test.is == nil {
					assert.NoError(t, err, "%s: %s", kind, name)
					return
				}
				assert.Equal(t, contains(test.is, ambiguous), errors.Is(err, ambiguous), "%s: %s", kind, name)
				assert.Equal(t, test.attempts, errorOf(t, err).Attempts, "%s: %s", kind, name)
			})
		}
	}
}

// With its token DynamoDB knows a repetition, so an increment is sent again after a doubt.
func TestIncrementWithAToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := wiretest.New(internal, brokenPipe, damaged, fine)
		resp, err := wireClient(t, w).UpdateItem(t.Context(), increment(), dynamoconn.ExactlyOnce("T"))
		require.NoError(t, err)
		assert.Equal(t, 4, resp.Attempts)
		for _, sent := range w.Requests() {
			assert.Equal(t, "TransactWriteItems", sent.Action)
			assert.Contains(t, sent.Body, `"ClientRequestToken":"T"`)
			assert.Contains(t, sent.Body, `{"Update":{`)
		}
		for _, kind := range []dynamoconn.ReturnValue{dynamoconn.ReturnOld, dynamoconn.ReturnUpdatedOld, dynamoconn.ReturnNew, dynamoconn.ReturnUpdatedNew} {
			req := increment()
			req.Return = kind
			_, err = wireClient(t, w).UpdateItem(t.Context(), req, dynamoconn.ExactlyOnce(""))
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			var field *dynamoconn.FieldError
			require.ErrorAs(t, err, &field)
			assert.Equal(t, "Return", field.Path)
		}
		req := increment()
		req.Return = dynamoconn.ReturnNone
		_, err = wireClient(t, w).UpdateItem(t.Context(), req, dynamoconn.ExactlyOnce(""))
		require.NoError(t, err)
	})
}

// After a doubt the old values may be what an earlier attempt left. The new ones are those that
// are stored after the last attempt, whichever applied it.
func TestReturnedValuesOfARepeatedUpdate(t *testing.T) {
	t.Parallel()
	const attributes = `{"Artist":{"S":"No One You Know"},"Label":{"S":"Acme"}}`
	for kind, isOld := range map[dynamoconn.ReturnValue]bool{
		"": false, dynamoconn.ReturnNone: false, dynamoconn.ReturnOld: true, dynamoconn.ReturnUpdatedOld: true,
		dynamoconn.ReturnNew: false, dynamoconn.ReturnUpdatedNew: false,
	} {
		for name, test := range map[string]struct {
			answers []wiretest.Answer
			doubt   bool
		}{
			"at once":          {[]wiretest.Answer{answerWithOld(attributes)}, false},
			"throttled":        {[]wiretest.Answer{busy, noDial, answerWithOld(attributes)}, false},
			"500":              {[]wiretest.Answer{internal, answerWithOld(attributes)}, true},
			"broken, and busy": {[]wiretest.Answer{brokenPipe, busy, answerWithOld(attributes)}, true},
		} {
			synctest.Test(t, func(t *testing.T) {
				w := wiretest.New(test.answers...)
				req := updateMusic()
				req.Return = kind
				resp, err := wireClient(t, w).UpdateItem(t.Context(), req)
				require.NotNil(t, resp, "the update is applied")
				assert.Equal(t, "ROK", resp.RequestID)
				assert.Equal(t, kind != "", strings.Contains(w.Requests()[0].Body, `"ReturnValues":"`+string(kind)+`"`))
				if isOld && test.doubt {
					require.ErrorIs(t, err, dynamoconn.ErrOldItemUnknown, "%s: %s", kind, name)
					assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
					assert.Nil(t, resp.Attributes)
					return
				}
				require.NoError(t, err, "%s: %s", kind, name)
				assert.True(t, parsed(t, attributes).Equal(resp.Attributes), "%s: %s", kind, name)
			})
		}
	}
}

func TestReturnedItemIsThatOfTheKey(t *testing.T) {
	t.Parallel()
	for body, test := range map[string]map[dynamoconn.ReturnValue]bool{
		`{"Attributes":{"Artist":{"S":"Another"}}}`: {dynamoconn.ReturnOld: true, dynamoconn.ReturnNew: true, dynamoconn.ReturnUpdatedNew: true},
		`{"Attributes":{"Label":{"S":"Acme"}}}`:     {dynamoconn.ReturnOld: true, dynamoconn.ReturnNew: true, dynamoconn.ReturnUpdatedNew: false},
		`{}`:                                        {dynamoconn.ReturnOld: false, dynamoconn.ReturnNew: false, dynamoconn.ReturnUpdatedNew: false},
	} {
		for kind, isCorrupt := range test {
			for _, way := range [][]dynamoconn.Option{nil, {ordinarily()}} {
				req := updateMusic()
				req.Return = kind
				client := wireClient(t, wiretest.New(wiretest.Reply(200, body)), append(way, dynamoconn.WithMaxAttempts(1))...)
				_, err := client.UpdateItem(t.Context(), req)
				assert.Equal(t, isCorrupt, errors.Is(err, dynamoconn.ErrCorruptResponse), "%s %s", kind, body)
				assert.Equal(t, isCorrupt, errors.Is(err, dynamoconn.ErrAmbiguous), "%s %s", kind, body)
				var field *dynamoconn.FieldError
				if errors.As(err, &field) {
					assert.Equal(t, "Attributes", field.Path)
				}
			}
		}
	}
}

// unique is an increment that is known by its ID. last is the ID of the update before it that its
// condition tests, or "" for none.
func unique(last string) dynamoconn.UpdateItemRequest {
	req := increment()
	req.Changes = append(req.Changes, dynamoconn.Attr("ID").Set("u2"))
	req.UniqueAttribute = "ID"
	if last != "" {
		req.If = dynamoconn.All(dynamoconn.Attr("Artist").Exists(), dynamoconn.Attr("ID").EQ(last))
	}
	return req
}

const (
	withOurID   = `{"Artist":{"S":"No One You Know"},"ID":{"S":"u2"},"Plays":{"N":"7"}}`
	withTheirID = `{"Artist":{"S":"No One You Know"},"ID":{"S":"u3"},"Plays":{"N":"7"}}`
)

func TestUniqueAttribute(t *testing.T) {
	t.Parallel()
	type answers []wiretest.Answer
	ambiguous, condition := dynamoconn.ErrAmbiguous, dynamoconn.ErrConditionFailed
	for name, test := range map[string]struct {
		req      dynamoconn.UpdateItemRequest
		answers  answers
		is       error
		inquired bool // the last requests are inquiries
	}{
		"done":                              {unique(""), answers{fine}, nil, false},
		"ours is stored at once":            {unique(""), answers{falseConditionOf(withOurID)}, nil, false},
		"theirs is stored at once":          {unique("u1"), answers{falseConditionOf(withTheirID)}, condition, false},
		"nothing is stored":                 {unique("u1"), answers{busy, conditions}, condition, false},
		"500, then ours is stored":          {unique(""), answers{internal, falseConditionOf(withOurID)}, nil, true},
		"broken, then ours":                 {unique(""), answers{busy, brokenPipe, falseConditionOf(withOurID)}, nil, true},
		"500, busy, then ours":              {unique(""), answers{internal, busy, internal, falseConditionOf(withOurID)}, nil, true},
		"500, then theirs is stored":        {unique(""), answers{internal, falseConditionOf(withTheirID)}, ambiguous, true},
		"500, then nothing is stored":       {unique(""), answers{internal, conditions}, ambiguous, true},
		"500, then what is no item":         {unique(""), answers{internal, falseConditionOf(`{"ID":{"N":"x"}}`)}, ambiguous, true},
		"500, then another item":            {unique(""), answers{internal, falseConditionOf(`{"Artist":{"S":"A"},"ID":{"S":"u2"}}`)}, ambiguous, true},
		"500, then refused":                 {unique(""), answers{internal, invalid}, ambiguous, true},
		"500, then what cannot be":          {unique(""), answers{internal, fine}, ambiguous, true},
		"former value: 500, then done":      {unique("u1"), answers{internal, fine}, nil, false},
		"former value: 500, then ours":      {unique("u1"), answers{internal, falseConditionOf(withOurID)}, nil, false},
		"former value: 500, then theirs":    {unique("u1"), answers{internal, falseConditionOf(withTheirID)}, ambiguous, false},
		"the same value is no former value": {unique("u2"), answers{internal, falseConditionOf(withOurID)}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := wiretest.New(test.answers...)
				resp, err := wireClient(t, w).UpdateItem(t.Context(), test.req)
				sent := w.Requests()
				require.Len(t, sent, len(test.answers))
				for _, attempt := range sent {
					assert.Contains(t, attempt.Body, `"ReturnValuesOnConditionCheckFailure":"ALL_OLD"`)
					assert.Equal(t, "UpdateItem", attempt.Action)
				}
				assert.Equal(t, test.inquired, strings.Contains(sent[len(sent)-1].Body, "attribute_exists(#n1) AND attribute_not_exists(#n1)"), sent[len(sent)-1].Body)
				assert.NotContains(t, sent[0].Body, "attribute_not_exists(#n1)")
				if test.is == nil {
					require.NoError(t, err)
					assert.Equal(t, len(test.answers), resp.Attempts)
					assert.Equal(t, resp.RequestIDs[len(resp.RequestIDs)-1], resp.RequestID)
					return
				}
				require.ErrorIs(t, err, test.is)
				assert.Equal(t, errors.Is(test.is, condition), errors.Is(err, condition))
				assert.Equal(t, len(test.answers), errorOf(t, err).Attempts)
			})
		})
	}
}

// What a call has encoded stays as it is while other calls encode something else: the inquiry has
// the key of the update.
func TestOtherCallsLeaveTheKeyOfAnInquiryAlone(t *testing.T) {
	t.Parallel()
	for range 10 { // the other call need not get the same memory
		synctest.Test(t, func(t *testing.T) {
			other := wireClient(t, wiretest.New())
			w := wiretest.New(func(r *wiretest.Request) (*http.Response, error) {
				_, err := other.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{
					TableName: "Music", Item: dynamoconn.Item{dynamoconn.String("Key", strings.Repeat("other", 20))},
				})
				assert.NoError(t, err)
				return internal(r)
			}, conditions)
			_, err := wireClient(t, w).UpdateItem(t.Context(), unique(""))
			require.ErrorIs(t, err, dynamoconn.ErrAmbiguous)
			sent := w.Requests()
			require.Len(t, sent, 2)
			const key = `"Key":{"Artist":{"S":"No One You Know"}`
			assert.Contains(t, sent[0].Body, key)
			assert.Contains(t, sent[1].Body, key)
		})
	}
}

func TestConditionOfAUniqueAttribute(t *testing.T) {
	t.Parallel()
	values := dynamoconn.Item{dynamoconn.String(":id", "u2"), dynamoconn.Long(":n", 1)}
	text := func(condition string) dynamoconn.UpdateItemRequest {
		return dynamoconn.UpdateItemRequest{
			TableName: "Music", Item: musicKey(), UpdateExpression: "SET ID = :id ADD Plays :n", ExpressionAttributeValues: values,
			ConditionExpression: condition, UniqueAttribute: "ID",
		}
	}
	for want, req := range map[string]dynamoconn.UpdateItemRequest{
		`"ConditionExpression":"#n1 <> :v3"`:                                           unique(""),
		`"ConditionExpression":"(attribute_exists(#n2) AND #n1 = :v3) AND #n1 <> :v4"`: unique("u1"),
		`"ConditionExpression":"#n0 <> :v2"`:                                           text(""),
		`"ConditionExpression":"(Plays > :n OR Plays < :n) AND #n0 <> :v2"`:            text("Plays > :n OR Plays < :n"),
		`"ConditionExpression":"(Plays > :n) AND #n0 <> :v2"`:                          text(" (Plays > :n) "),
	} {
		w := wiretest.New()
		_, err := wireClient(t, w).UpdateItem(t.Context(), req)
		require.NoError(t, err)
		assert.Contains(t, w.Requests()[0].Body, want)
	}
}

func TestReturnedValuesOfAUniqueUpdate(t *testing.T) {
	t.Parallel()
	whole, changed := parsed(t, withOurID), parsed(t, withOurID).Pick("Plays", "ID")
	for kind, test := range map[dynamoconn.ReturnValue]struct {
		proven dynamoconn.Item // by the stored item
		is     error
	}{
		dynamoconn.ReturnNone: {nil, nil}, dynamoconn.ReturnNew: {whole, nil}, dynamoconn.ReturnUpdatedNew: {changed, nil},
		dynamoconn.ReturnOld: {nil, dynamoconn.ErrOldItemUnknown}, dynamoconn.ReturnUpdatedOld: {nil, dynamoconn.ErrOldItemUnknown},
	} {
		for _, last := range []string{"", "u1"} {
			synctest.Test(t, func(t *testing.T) {
				req := unique(last)
				req.Return = kind
				resp, err := wireClient(t, wiretest.New(internal, falseConditionOf(withOurID))).UpdateItem(t.Context(), req)
				require.NotNil(t, resp, kind)
				if test.is == nil {
					require.NoError(t, err, kind)
				} else {
					require.ErrorIs(t, err, test.is, kind)
				}
				assert.True(t, test.proven.Equal(resp.Attributes), "%s: %v", kind, resp.Attributes)
			})
		}
	}
	// The condition has shown that no earlier attempt was applied: the old values are known.
	synctest.Test(t, func(t *testing.T) {
		req := unique("u1")
		req.Return = dynamoconn.ReturnOld
		resp, err := wireClient(t, wiretest.New(internal, answerWithOld(withTheirID))).UpdateItem(t.Context(), req)
		require.NoError(t, err)
		assert.True(t, parsed(t, withTheirID).Equal(resp.Attributes))
	})
	// What has another ID was not left by an earlier attempt.
	synctest.Test(t, func(t *testing.T) {
		req := unique("")
		req.Changes = req.Changes[1:]
		req.Return = dynamoconn.ReturnOld
		resp, err := wireClient(t, wiretest.New(internal, answerWithOld(withTheirID))).UpdateItem(t.Context(), req)
		require.ErrorIs(t, err, dynamoconn.ErrOldItemUnknown)
		assert.True(t, parsed(t, withTheirID).Equal(resp.Attributes))
	})
}

// Another writer may have set the unique attribute before an attempt that was applied is sent
// again: the added condition alone would let the increment be applied twice.
func TestUniqueIncrementIsAppliedOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		last    string
		between bool // another writer's update
		is      error
		plays   int64
	}{
		"alone":                      {"", false, nil, 1},
		"another in between":         {"", true, dynamoconn.ErrAmbiguous, 2},
		"with the former value":      {"u1", false, nil, 1},
		"another, with former value": {"u1", true, dynamoconn.ErrAmbiguous, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			server, client := musicServer(t)
			require.NoError(t, server.Load("Music", append(musicKey(), dynamoconn.String("ID", "u1"))))
			other := server.Client(t)
			lost := 0
			server.Inject(dynamoconntest.Fault{Operation: "UpdateItem", Times: 1, Effect: dynamoconntest.LoseAnswer()})
			between := unique("")
			between.Changes[1] = dynamoconn.Attr("ID").Set("u3")
			if test.between {
				client = wireClient(t, server.HTTPClient(), dynamoconn.WithHook(dynamoconn.Hook{Attempt: func(_ context.Context, attempt dynamoconn.AttemptEvent) {
					if attempt.Number == 1 && lost == 0 {
						lost++
						_, err := other.UpdateItem(t.Context(), between)
						assert.NoError(t, err)
					}
				}}))
			}
			_, err := client.UpdateItem(t.Context(), unique(test.last))
			if test.is == nil {
				require.NoError(t, err, name)
			} else {
				require.ErrorIs(t, err, test.is, name)
				assert.Equal(t, 1, lost)
			}
			got, err := other.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: "Music", Item: musicKey(), IsConsistentRead: true})
			require.NoError(t, err)
			plays, err := dynamoconn.Value[int64](got.Item, "Plays")
			require.NoError(t, err)
			assert.Equal(t, test.plays, plays, name)
		})
	}
}
