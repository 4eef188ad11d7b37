package dynamoconn_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

func artist(name string) dynamoconn.Item { return dynamoconn.Item{dynamoconn.String("Artist", name)} }

// isThere is an operation that checks whether an artist is there.
func isThere(name string) dynamoconn.ConditionCheck {
	return dynamoconn.ConditionCheck{
		TableName: "Music", Item: artist(name), If: dynamoconn.Attr("Artist").Exists(), ReturnItemOnConditionFailure: true,
	}
}

func TestTransactionThatIsRefused(t *testing.T) {
	t.Parallel()
	big := dynamoconn.String("b", strings.Repeat("x", 399_000))
	var many, large []dynamoconn.TransactWrite
	for i := range 101 {
		many = append(many, isThere(fmt.Sprint(i)))
	}
	for i := range 11 {
		large = append(large, dynamoconn.PutItemRequest{TableName: "Music", Item: append(artist(fmt.Sprint(i)), big)})
	}
	putWithoutKey := dynamoconn.PutItemRequest{TableName: "Music", Item: dynamoconn.Item{dynamoconn.Long("Year", 1)}}
	for name, test := range map[string]struct {
		writes     []dynamoconn.TransactWrite
		path, rule string
		is         error
	}{
		"none":          {nil, "Writes", "must not be empty", nil},
		"101":           {many, "Writes", "must be at most 100", nil},
		"over 4 MB":     {large, "Writes", "make a transaction of over 4 MB", dynamoconn.ErrItemTooLarge},
		"nil":           {[]dynamoconn.TransactWrite{isThere("a"), nil}, "Writes[1]", "must not be nil", nil},
		"a nil pointer": {[]dynamoconn.TransactWrite{(*dynamoconn.PutItemRequest)(nil)}, "Writes[0]", "must not be nil", nil},
		"a bad item":    {[]dynamoconn.TransactWrite{dynamoconn.PutItemRequest{TableName: "Music", Item: dynamoconn.Item{nil}}}, "Writes[0].Item[0]", "must be one of the eleven KeyValue types, and not nil", nil},
		"a bad table":   {[]dynamoconn.TransactWrite{dynamoconn.ConditionCheck{Item: musicKey()}}, "Writes[0].TableName", "must not be empty", nil},
		"no condition": {[]dynamoconn.TransactWrite{dynamoconn.ConditionCheck{TableName: "Music", Item: musicKey()}},
			"Writes[0].If", "must be given, or ConditionExpression: it is what is checked", nil},
		"a put's old item": {[]dynamoconn.TransactWrite{isThere("a"), isThere("b"), dynamoconn.PutItemRequest{TableName: "Music", Item: musicKey(), ReturnOldItem: true}},
			"Writes[2].ReturnOldItem", "cannot be given in a transaction, which returns no items", nil},
		"a delete's old item": {[]dynamoconn.TransactWrite{dynamoconn.DeleteItemRequest{TableName: "Music", Item: musicKey(), ReturnOldItem: true}},
			"Writes[0].ReturnOldItem", "cannot be given in a transaction, which returns no items", nil},
		"an update's values": {[]dynamoconn.TransactWrite{dynamoconn.UpdateItemRequest{TableName: "Music", Item: musicKey(), UpdateExpression: "REMOVE a", Return: dynamoconn.ReturnNew}},
			"Writes[0].Return", "cannot be given in a transaction, which returns no items", nil},
		"a unique item": {[]dynamoconn.TransactWrite{dynamoconn.PutItemRequest{TableName: "Music", Item: musicKey(), ItemIsUnique: true}},
			"Writes[0].ItemIsUnique", "cannot be given in a transaction, which its token proves", nil},
		"a unique attribute": {[]dynamoconn.TransactWrite{unique("")},
			"Writes[0].UniqueAttribute", "cannot be given in a transaction, which its token proves", nil},
		"one item twice": {[]dynamoconn.TransactWrite{isThere("a"), isThere("b"), dynamoconn.DeleteItemRequest{TableName: "Music", Item: artist("a")}},
			"Writes[2]", "is on the same item as Writes[0]", nil},
		"one number twice": {[]dynamoconn.TransactWrite{
			dynamoconn.DeleteItemRequest{TableName: "Music", Item: dynamoconn.Item{dynamoconn.Long("ID", 10)}},
			dynamoconn.DeleteItemRequest{TableName: "Music", Item: dynamoconn.Item{dynamoconn.Decimal("ID", dynamoconn.MustNumber("1.0E+1"))}},
		}, "Writes[1]", "is on the same item as Writes[0]", nil},
		"a put of the same item": {[]dynamoconn.TransactWrite{dynamoconn.PutItemRequest{TableName: "Music", Item: append(artist("a"), dynamoconn.Long("n", 1))}, putWithoutKey, isThere("a")},
			"Writes[2]", "is on the same item as Writes[0]", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := wiretest.New()
			resp, err := wireClient(t, w).TransactWrite(t.Context(), dynamoconn.TransactWriteRequest{Writes: test.writes})
			assert.Nil(t, resp)
			assertRefused(t, err, test.path, test.rule)
			assert.Equal(t, test.is != nil, errors.Is(err, dynamoconn.ErrItemTooLarge))
			assert.Empty(t, w.Requests())
		})
	}
}

// assertRefused checks the error of a request that was not sent.
func assertRefused(t *testing.T, err error, path, rule string) {
	t.Helper()
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
	var field *dynamoconn.FieldError
	require.ErrorAs(t, err, &field)
	assert.Equal(t, []string{path, rule}, []string{field.Path, field.Rule})
}

func TestTransactGetThatIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		gets       []dynamoconn.GetItemRequest
		path, rule string
	}{
		"none":           {nil, "Gets", "must not be empty"},
		"101":            {make([]dynamoconn.GetItemRequest, 101), "Gets", "must be at most 100"},
		"no key":         {[]dynamoconn.GetItemRequest{getMusic(), {TableName: "Music"}}, "Gets[1].Item", "must have one or two attributes, as a key has"},
		"one item twice": {[]dynamoconn.GetItemRequest{getMusic(), getMusic()}, "Gets[1]", "is on the same item as Gets[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := wiretest.New()
			resp, err := wireClient(t, w).TransactGet(t.Context(), dynamoconn.TransactGetRequest{Gets: test.gets})
			assert.Nil(t, resp)
			assertRefused(t, err, test.path, test.rule)
			assert.Empty(t, w.Requests())
		})
	}
	_, err := wireClient(t, wiretest.New()).TransactGet(t.Context(), transactGetMusic(), dynamoconn.ExactlyOnce(""))
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
}

// Two operations on one key in different tables are two items. What cannot be known of a put is
// left to DynamoDB.
func TestTransactionOnItemsThatMayBeOthers(t *testing.T) {
	t.Parallel()
	other := isThere("a")
	other.TableName = "Albums"
	put := dynamoconn.PutItemRequest{TableName: "Songs", Item: artist("a")}
	_, err := wireClient(t, wiretest.New()).TransactWrite(t.Context(), dynamoconn.TransactWriteRequest{
		Writes: []dynamoconn.TransactWrite{isThere("a"), other, put, put, &other}[:4],
	})
	require.NoError(t, err)
}

// reasons answers that a transaction was cancelled for those reasons, each a code, and an item
// with the index if the code is "ConditionalCheckFailed".
func reasons(codes ...string) wiretest.Answer {
	texts := make([]string, len(codes))
	for i, code := range codes {
		texts[i] = fmt.Sprintf(`{"Code":%q}`, code)
		switch code {
		case "None":
		case "ConditionalCheckFailed":
			texts[i] = fmt.Sprintf(`{"Code":%q,"Message":"m%d","Item":{"Artist":{"S":"%d"}}}`, code, i, i)
		default:
			texts[i] = fmt.Sprintf(`{"Code":%q,"Message":"m%d"}`, code, i)
		}
	}
	return wiretest.Refuse(400, "TransactionCanceledException", "Transaction cancelled", "RTX", `,"CancellationReasons":[`+strings.Join(texts, ",")+`]`)
}

var causeOfReason = map[string]error{
	"ConditionalCheckFailed": dynamoconn.ErrConditionFailed, "TransactionConflict": dynamoconn.ErrConflict, "ThrottlingError": dynamoconn.ErrThrottled,
	"ValidationError": dynamoconn.ErrValidation, "ItemCollectionSizeLimitExceeded": dynamoconn.ErrItemTooLarge, "Whim": dynamoconn.ErrRefused,
}

// commonOnly returns the patterns that have only the three commonest codes.
func commonOnly(patterns [][]string) [][]string {
	return slices.DeleteFunc(slices.Clone(patterns), func(pattern []string) bool {
		return slices.ContainsFunc(pattern, func(code string) bool {
			return code != "None" && code != "ConditionalCheckFailed" && code != "TransactionConflict"
		})
	})
}

// For all patterns of reasons over up to 3 operations, and of the three commonest over up to 6: those that failed are named, each at its
// index with its cause and its item, and no other. What passes by itself, and only that, is sent again.
func TestEachReasonIsNamedAtItsOperation(t *testing.T) {
	t.Parallel()
	codes := []string{"None"}
	for code := range causeOfReason {
		codes = append(codes, code)
	}
	var all [][]string
	patterns := [][]string{{}}
	for n := range 6 {
		if n == 3 {
			codes, patterns = []string{"None", "ConditionalCheckFailed", "TransactionConflict"}, commonOnly(patterns)
		}
		var longer [][]string
		for _, pattern := range patterns {
			for _, code := range codes {
				longer = append(longer, append(pattern[:len(pattern):len(pattern)], code))
			}
		}
		all, patterns = append(all, longer...), longer
	}
	for i, pattern := range all {
		if !testing.Short() && len(pattern) > 3 && i%5 != 0 {
			continue // all of them are in the short tests, which make test runs too
		}
		synctest.Test(t, func(t *testing.T) {
			req := dynamoconn.TransactWriteRequest{}
			for i := range pattern {
				req.Writes = append(req.Writes, isThere(fmt.Sprint(i)))
			}
			w := wiretest.New(reasons(pattern...))
			_, err := wireClient(t, w, dynamoconn.WithMaxAttempts(2)).TransactWrite(t.Context(), req)
			require.Error(t, err)
			passes, failed := true, map[error]bool{}
			var want []string
			for i, code := range pattern {
				if cause := causeOfReason[code]; cause != nil {
					want = append(want, fmt.Sprintf("%d Music %s m%d %v", i, code, i, cause))
					passes = passes && (code == "TransactionConflict" || code == "ThrottlingError")
					failed[cause] = true
				}
			}
			attempts := 1
			if passes && want != nil {
				attempts = 2
			}
			assert.Len(t, w.Requests(), attempts, pattern)
			assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous, pattern)
			for _, cause := range causeOfReason {
				if want != nil {
					assert.Equal(t, failed[cause], errors.Is(err, cause), "%v: %v", pattern, cause)
				}
			}
			var sdk *types.TransactionCanceledException
			require.ErrorAs(t, err, &sdk)
			var transaction *dynamoconn.TransactionError
			if want == nil {
				assert.NotErrorAs(t, err, &transaction, "no reason at all is no failure of an operation")
				assert.ErrorIs(t, err, dynamoconn.ErrRefused)
				return
			}
			require.ErrorAs(t, err, &transaction)
			var got []string
			for _, f := range transaction.Failures {
				got = append(got, fmt.Sprintf("%d %s %s %s %v", f.Index, f.TableName, f.Code, f.Message, f.Err))
				var item dynamoconn.Item
				if f.Code == "ConditionalCheckFailed" {
					item = artist(fmt.Sprint(f.Index))
				}
				assert.True(t, item.Equal(f.Item()), pattern)
			}
			assert.Equal(t, want, got, pattern)
			assert.Nil(t, errorOf(t, err).Item(), "each failure has its own")
		})
	}
}

// All patterns of true and false conditions of up to 6 operations, on a server that judges them.
func TestFalseConditionsAreNamedByIndex(t *testing.T) {
	t.Parallel()
	server, client := musicServer(t)
	for i := range 3 {
		require.NoError(t, server.Load("Music", append(artist(fmt.Sprint(2*i)), dynamoconn.Long("n", int64(i)))))
	}
	for n := 1; n <= 6; n++ {
		for pattern := range 1 << n {
			req := dynamoconn.TransactWriteRequest{}
			var want []int
			for i := range n {
				name, exists := fmt.Sprint(i), i%2 == 0
				condition := dynamoconn.Predicate(dynamoconn.Attr("Artist").Exists())
				if exists == (pattern>>i&1 == 1) { // bit 1 is a false condition
					condition = dynamoconn.Attr("Artist").NotExists()
				}
				if pattern>>i&1 == 1 {
					want = append(want, i)
				}
				var write dynamoconn.TransactWrite = dynamoconn.ConditionCheck{TableName: "Music", Item: artist(name), If: condition, ReturnItemOnConditionFailure: true}
				switch i % 3 { // all kinds, unless they would be applied
				case 1:
					write = dynamoconn.PutItemRequest{TableName: "Music", Item: artist(name), If: condition, ReturnItemOnConditionFailure: true}
				case 2:
					write = &dynamoconn.UpdateItemRequest{TableName: "Music", Item: artist(name), If: condition, ReturnItemOnConditionFailure: true,
						Changes: []dynamoconn.Change{dynamoconn.Attr("m").Set(1)}}
				}
				req.Writes = append(req.Writes, write)
			}
			if pattern == 0 {
				continue
			}
			_, err := client.TransactWrite(t.Context(), req)
			var transaction *dynamoconn.TransactionError
			require.ErrorAs(t, err, &transaction)
			require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
			var got []int
			for _, f := range transaction.Failures {
				got = append(got, f.Index)
				if f.Index%2 == 0 {
					assert.True(t, append(artist(fmt.Sprint(f.Index)), dynamoconn.Long("n", int64(f.Index/2))).Equal(f.Item()))
				} else {
					assert.Nil(t, f.Item())
				}
			}
			assert.Equal(t, want, got)
		}
	}
	resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: "Music"})
	require.NoError(t, err)
	assert.Len(t, resp.Items, 3, "nothing is applied")
	for _, item := range resp.Items {
		assert.Equal(t, []string{"Artist", "n"}, item.Keys())
	}
}

// The positions of conflicts are those that the server says, and the token is the same each time.
func TestConflictsOfATransactionAreSentAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, client := musicServer(t)
		fault := server.Inject(dynamoconntest.Fault{Operation: "TransactWriteItems", Times: 3, Effect: dynamoconntest.TransactionConflict(1)})
		req := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{
			dynamoconn.PutItemRequest{TableName: "Music", Item: artist("a")},
			dynamoconn.UpdateItemRequest{TableName: "Music", Item: artist("b"), Changes: []dynamoconn.Change{dynamoconn.Attr("n").Increment(1)}},
		}}
		resp, err := client.TransactWrite(t.Context(), req)
		require.NoError(t, err)
		assert.Equal(t, 4, resp.Attempts)
		assert.Equal(t, 3, fault.Hits())
		assert.False(t, resp.AppliedEarlier)
		assert.NotEmpty(t, resp.Token)
		for _, sent := range server.Requests("TransactWriteItems") {
			assert.Contains(t, string(sent.Input), `"ClientRequestToken":"`+resp.Token+`"`)
		}

		server.Inject(dynamoconntest.Fault{Operation: "TransactWriteItems", Times: 2, Effect: dynamoconntest.TransactionConflict(0)})
		client = wireClient(t, server.HTTPClient(), dynamoconn.WithMaxAttempts(2))
		_, err = client.TransactWrite(t.Context(), req)
		require.ErrorIs(t, err, dynamoconn.ErrConflict)
		var transaction *dynamoconn.TransactionError
		require.ErrorAs(t, err, &transaction)
		require.Len(t, transaction.Failures, 1)
		assert.Equal(t, 0, transaction.Failures[0].Index)
		assert.Len(t, errorOf(t, err).Token, 26)
	})
}

// A transaction whose answer is lost is applied once, and a repetition says so.
func TestTransactionIsAppliedOnce(t *testing.T) {
	t.Parallel()
	for _, way := range [][]dynamoconn.Option{nil, {ordinarily()}} {
		synctest.Test(t, func(t *testing.T) {
			server, _ := musicServer(t)
			client := wireClient(t, server.HTTPClient(), way...)
			req := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{increment(), checkNone("b")}}
			plays := func() int64 {
				got, err := client.GetItem(t.Context(), getMusic())
				require.NoError(t, err)
				n, err := dynamoconn.Value[int64](got.Item, "Plays")
				require.NoError(t, err)
				return n
			}
			resp, err := client.TransactWrite(t.Context(), req, dynamoconn.ExactlyOnce("T"))
			require.NoError(t, err)
			assert.False(t, resp.AppliedEarlier)
			assert.Nil(t, resp.ConsumedCapacity, "it was not asked for")
			assert.Equal(t, "T", resp.Token)
			resp, err = client.TransactWrite(t.Context(), req, dynamoconn.ExactlyOnce("T"))
			require.NoError(t, err)
			assert.True(t, resp.AppliedEarlier)
			assert.EqualValues(t, 1, plays())

			server.Inject(dynamoconntest.Fault{Operation: "TransactWriteItems", Times: 1, Effect: dynamoconntest.LoseAnswer()})
			resp, err = client.TransactWrite(t.Context(), req)
			require.NoError(t, err)
			assert.Equal(t, 2, resp.Attempts)
			assert.True(t, resp.AppliedEarlier)
			assert.EqualValues(t, 2, plays())

			resp, err = client.TransactWrite(t.Context(), req, dynamoconn.WithConsumedCapacity())
			require.NoError(t, err)
			require.Len(t, resp.ConsumedCapacity, 1)
			assert.Equal(t, 4.0, resp.ConsumedCapacity[0].CapacityUnits)
			assert.EqualValues(t, 3, plays())

			other := dynamoconn.TransactWriteRequest{Writes: req.Writes[:1]}
			_, err = client.TransactWrite(t.Context(), other, dynamoconn.ExactlyOnce("T"))
			require.ErrorIs(t, err, dynamoconn.ErrValidation)
			assert.Equal(t, "IdempotentParameterMismatchException", errorOf(t, err).Code)
			assert.EqualValues(t, 3, plays())
		})
	}
}

// checkNone is an operation that checks that an artist is not there.
func checkNone(name string) dynamoconn.ConditionCheck {
	return dynamoconn.ConditionCheck{TableName: "Music", Item: artist(name), ConditionExpression: "attribute_not_exists(Artist)"}
}

func TestTransactionErrorShowsNoItem(t *testing.T) {
	t.Parallel()
	answer := wiretest.Refuse(400, "TransactionCanceledException", "Transaction cancelled", "RTX",
		`,"CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed","Message":"m","Item":{"Artist":{"S":"CANARY"}}},{"Code":"TransactionConflict","Message":"c"}]`)
	req := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{isThere("a"), isThere("b"), isThere("c")}}
	_, err := wireClient(t, wiretest.New(answer)).TransactWrite(t.Context(), req)
	var transaction *dynamoconn.TransactionError
	require.ErrorAs(t, err, &transaction)
	assert.Equal(t, `TransactWrite "Music" in us-east-1: condition failed: Writes[1]: ConditionalCheckFailed: m (and another operation) (TransactionCanceledException, request RTX)`, err.Error())
	assert.Equal(t, "transaction cancelled: Writes[1]: ConditionalCheckFailed: m (and another operation)", transaction.Error())
	assert.Equal(t, `Writes[1] of "Music": condition failed: ConditionalCheckFailed: m`, transaction.Failures[0].String())
	assert.True(t, artist("CANARY").Equal(transaction.Failures[0].Item()))
	requireNoValueInside(t, "Error", err)
	requireNoValueInside(t, "TransactionError", transaction)
	for _, value := range []any{err, transaction, *transaction, transaction.Failures, transaction.Failures[0], errorOf(t, err), struct{ e error }{err}} {
		texts := []string{fmt.Sprint(value), fmt.Sprintf("%+v %#v %s %q", value, value, value, value)}
		if encoded, err := json.Marshal(value); err == nil {
			texts = append(texts, string(encoded))
		}
		if encoded, err := xml.Marshal(value); err == nil {
			texts = append(texts, string(encoded))
		}
		for _, text := range texts {
			assert.NotContains(t, text, "CANARY")
		}
	}
}

func TestReasonsThatCannotBe(t *testing.T) {
	t.Parallel()
	req := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{isThere("a")}}
	_, err := wireClient(t, wiretest.New(reasons("None", "ConditionalCheckFailed"))).TransactWrite(t.Context(), req)
	require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
	var transaction *dynamoconn.TransactionError
	assert.NotErrorAs(t, err, &transaction, "nobody knows which operation it is")

	_, err = wireClient(t, wiretest.New(cancelled("ConditionalCheckFailed", "m", `,"Item":{"Year":{"N":"CANARY"}}`))).TransactWrite(t.Context(), req)
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse)
	assert.NotContains(t, err.Error(), "CANARY")
}

// The names of attributes that the message of DynamoDB leaves out are those of the operation.
func TestAdviceOnAKeyInATransaction(t *testing.T) {
	t.Parallel()
	answer := wiretest.Refuse(400, "TransactionCanceledException", "m", "R",
		`,"CancellationReasons":[{"Code":"None"},{"Code":"ValidationError","Message":"The provided key element does not match the schema"}]`)
	other := isThere("b")
	other.Item = dynamoconn.Item{dynamoconn.Long("Wrong", 1)}
	_, err := wireClient(t, wiretest.New(answer)).TransactWrite(t.Context(), dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{isThere("a"), other}})
	require.ErrorIs(t, err, dynamoconn.ErrValidation)
	assert.ErrorContains(t, err, "the attributes sent are Wrong (a number)")
}

func TestTransactGet(t *testing.T) {
	t.Parallel()
	for _, way := range [][]dynamoconn.Option{nil, {ordinarily()}} {
		synctest.Test(t, func(t *testing.T) {
			server, _ := musicServer(t)
			client := wireClient(t, server.HTTPClient(), way...)
			song := append(artist("a"), dynamoconn.Long("Year", 1999), dynamoconn.Map("Label", dynamoconn.String("City", "Lyon"), dynamoconn.String("Name", "Acme")))
			require.NoError(t, server.Load("Music", song, artist("c")))
			server.Inject(dynamoconntest.Fault{Operation: "TransactGetItems", Times: 2, Effect: dynamoconntest.TransactionConflict(0)})
			resp, err := client.TransactGet(t.Context(), dynamoconn.TransactGetRequest{Gets: []dynamoconn.GetItemRequest{
				{TableName: "Music", Item: artist("b")},
				{TableName: "Music", Item: artist("a"), ProjectionExpression: "Label.#c", ExpressionAttributeNames: map[string]string{"#c": "City"}},
				{TableName: "Music", Item: artist("c"), Attributes: []string{"Year"}, IsConsistentRead: true},
			}}, dynamoconn.WithConsumedCapacity())
			require.NoError(t, err)
			assert.Equal(t, []dynamoconn.Item{nil, {dynamoconn.Map("Label", dynamoconn.String("City", "Lyon"))}, {}}, resp.Items)
			assert.Equal(t, 3, resp.Attempts)
			require.Len(t, resp.ConsumedCapacity, 1)
			assert.Equal(t, 6.0, resp.ConsumedCapacity[0].CapacityUnits)

			server.Inject(dynamoconntest.Fault{Operation: "TransactGetItems", Effect: dynamoconntest.TransactionConflict(1)})
			_, err = client.TransactGet(t.Context(), dynamoconn.TransactGetRequest{Gets: []dynamoconn.GetItemRequest{
				{TableName: "Music", Item: artist("b")}, {TableName: "Music", Item: artist("a")},
			}})
			require.ErrorIs(t, err, dynamoconn.ErrConflict)
			assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
			var transaction *dynamoconn.TransactionError
			require.ErrorAs(t, err, &transaction)
			assert.ErrorContains(t, err, "Gets[1]: TransactionConflict")
			assert.Equal(t, 10, errorOf(t, err).Attempts)
		})
	}
}

func TestTransactGetOfAnotherAnswer(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"none":           `{}`,
		"fewer":          `{"Responses":[]}`,
		"more":           `{"Responses":[{},{}]}`,
		"another item":   `{"Responses":[{"Item":{"Artist":{"S":"Another"}}}]}`,
		"without a key":  `{"Responses":[{"Item":{"Year":{"N":"1"}}}]}`,
		"a damaged item": `{"Responses":[{"Item":{"Artist":{"S":"No One You Know"},"Year":{"N":"x"}}}]}`,
	} {
		for _, way := range [][]dynamoconn.Option{nil, {ordinarily()}} {
			client := wireClient(t, wiretest.New(wiretest.Reply(http.StatusOK, body)), append(way, dynamoconn.WithMaxAttempts(1))...)
			resp, err := client.TransactGet(t.Context(), transactGetMusic())
			require.ErrorIs(t, err, dynamoconn.ErrCorruptResponse, name)
			assert.Nil(t, resp)
		}
	}
}
