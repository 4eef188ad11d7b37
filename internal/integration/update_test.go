package integration

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// updated is an item of which every sort of change can change something.
func updated(id int64) dynamoconn.Item {
	return dynamoconn.Item{
		dynamoconn.Long("ID", id), dynamoconn.Long("n", 5), dynamoconn.Long("n2", 7), dynamoconn.String("s", "text"),
		dynamoconn.List("l", dynamoconn.Long("", 1), dynamoconn.Long("", 2)), dynamoconn.List("l2", dynamoconn.Long("", 3)),
		dynamoconn.Map("m", dynamoconn.Long("n", 1), dynamoconn.List("l", dynamoconn.Long("", 1))),
		dynamoconn.StringSet("ss", "a", "b"), dynamoconn.StringSet("ss2", "a", "b"),
	}
}

func TestEveryChange(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	fill(t, table, []dynamoconn.Item{updated(1)})
	resp, err := client.UpdateItem(t.Context(), dynamoconn.UpdateItemRequest{
		TableName: table, Item: updated(1)[:1],
		Changes: []dynamoconn.Change{
			dynamoconn.Attr("n").Increment(-2), dynamoconn.Attr("n2").CopyOf(dynamoconn.Attr("n")), dynamoconn.Attr("new.n").Increment(1.5),
			dynamoconn.Attr("s").SetIfMissing("other"), dynamoconn.Attr("size").SetIfMissing(map[string]any{"a": []string{"x"}}),
			dynamoconn.Attr("l").Append(3, "four"), dynamoconn.Attr("l2").Prepend(1, 2), dynamoconn.Attr("new l").Append(nil),
			dynamoconn.Attr("m", "n").Remove(), dynamoconn.Attr("m", "l").At(0).Set(true),
			dynamoconn.Attr("ss").AddMembers("b", "c"), dynamoconn.Attr("ss2").DeleteMembers("a", "b", "c"), dynamoconn.Attr("ns").AddMembers(1, 2.5),
		},
		If:     dynamoconn.All(dynamoconn.Attr("n").EQ(5), dynamoconn.Attr("ID").Exists()),
		Return: dynamoconn.ReturnNew,
	})
	require.NoError(t, err)
	want := dynamoconn.Item{
		dynamoconn.Long("ID", 1), dynamoconn.Long("n", 3), dynamoconn.Long("n2", 5), dynamoconn.Decimal("new.n", dynamoconn.MustNumber("1.5")),
		dynamoconn.String("s", "text"), dynamoconn.Map("size", dynamoconn.List("a", dynamoconn.String("", "x"))),
		dynamoconn.List("l", dynamoconn.Long("", 1), dynamoconn.Long("", 2), dynamoconn.Long("", 3), dynamoconn.String("", "four")),
		dynamoconn.List("l2", dynamoconn.Long("", 1), dynamoconn.Long("", 2), dynamoconn.Long("", 3)), dynamoconn.List("new l", dynamoconn.Null("")),
		dynamoconn.Map("m", dynamoconn.List("l", dynamoconn.Boolean("", true))),
		dynamoconn.StringSet("ss", "a", "b", "c"), dynamoconn.NumberSet("ns", dynamoconn.MustNumber("1"), dynamoconn.MustNumber("2.5")),
	}
	assert.True(t, want.Equal(resp.Attributes), "%v", resp.Attributes)
	assert.True(t, want.Equal(stored(t, table)))
	assert.Equal(t, []string{resp.RequestID}, resp.RequestIDs)
}

func TestReturnedValuesOfAnUpdate(t *testing.T) {
	t.Parallel()
	client := local(t)
	old := dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.Long("n", 5), dynamoconn.String("s", "text"), dynamoconn.Map("m", dynamoconn.Long("a", 1), dynamoconn.Long("b", 2))}
	now := dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.Long("n", 6), dynamoconn.String("s", "text"), dynamoconn.Map("m", dynamoconn.Long("a", 9), dynamoconn.Long("b", 2))}
	updatedOld, updatedNew := old.Pick("n", "m"), now.Pick("n", "m") // DynamoDB Local returns the whole map
	if inMemory() {
		updatedOld[1], updatedNew[1] = dynamoconn.Map("m", dynamoconn.Long("a", 1)), dynamoconn.Map("m", dynamoconn.Long("a", 9))
	}
	for kind, want := range map[dynamoconn.ReturnValue]dynamoconn.Item{
		"": nil, dynamoconn.ReturnNone: nil, dynamoconn.ReturnOld: old, dynamoconn.ReturnNew: now,
		dynamoconn.ReturnUpdatedOld: updatedOld, dynamoconn.ReturnUpdatedNew: updatedNew,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			table := newTable(t, keyed(byID))
			req := dynamoconn.UpdateItemRequest{
				TableName: table, Item: old[:1], Return: kind,
				Changes: []dynamoconn.Change{dynamoconn.Attr("n").Increment(1), dynamoconn.Attr("m", "a").Set(9)},
			}
			fill(t, table, []dynamoconn.Item{old})
			resp, err := client.UpdateItem(t.Context(), req)
			require.NoError(t, err)
			assert.True(t, want.Equal(resp.Attributes), "%v", resp.Attributes)
			assert.Equal(t, want == nil, resp.Attributes == nil)
			assert.True(t, now.Equal(stored(t, table)))
		})
	}
}

func TestUpdateOfAnItemThatIsNotThere(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	req := dynamoconn.UpdateItemRequest{TableName: table, Item: updated(1)[:1], Changes: []dynamoconn.Change{dynamoconn.Attr("n").Remove()}, Return: dynamoconn.ReturnNew}
	resp, err := client.UpdateItem(t.Context(), req)
	require.NoError(t, err)
	if inMemory() {
		assert.Nil(t, resp.Attributes)
		assert.Nil(t, stored(t, table), "an update that only removes creates none")
	} else { // DynamoDB Local creates one
		_, err = client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: table, Item: req.Item})
		require.NoError(t, err)
	}

	req.If = dynamoconn.Attr("ID").Exists()
	req.Changes = []dynamoconn.Change{dynamoconn.Attr("n").Increment(2)}
	_, err = client.UpdateItem(t.Context(), req)
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	assert.Nil(t, stored(t, table))

	req.If = nil
	resp, err = client.UpdateItem(t.Context(), req)
	require.NoError(t, err)
	want := dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.Long("n", 2)}
	assert.True(t, want.Equal(resp.Attributes))
	assert.True(t, want.Equal(stored(t, table)))

	req.If, req.ReturnItemOnConditionFailure = dynamoconn.Attr("n").GT(2), true
	_, err = client.UpdateItem(t.Context(), req)
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	assert.True(t, want.Equal(errorOf(t, err).Item()))

	_, err = client.UpdateItem(t.Context(), dynamoconn.UpdateItemRequest{TableName: table, Item: want[:1], UpdateExpression: "SET n = missing"})
	require.ErrorIs(t, err, dynamoconn.ErrValidation)
}

func TestUpdatesWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	counted := func(n int64, id string) dynamoconn.Item {
		return dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.Long("n", n), dynamoconn.String("last", id)}
	}
	increment, set := dynamoconn.Attr("n").Increment(1), dynamoconn.Attr("last").Set("u2")
	lastIs := dynamoconn.Attr("last").EQ("u1")
	for name, test := range map[string]struct {
		changes        []dynamoconn.Change
		unique         string
		condition      dynamoconn.Predicate
		opts           []dynamoconn.CallOption
		between, after dynamoconn.Item
		is             error
		attempts       int
	}{
		"set":                 {[]dynamoconn.Change{set}, "", nil, nil, nil, counted(1, "u2"), nil, 2},
		"set, sent once":      {[]dynamoconn.Change{set}, "", nil, []dynamoconn.CallOption{dynamoconn.SendOnce()}, nil, counted(1, "u2"), dynamoconn.ErrAmbiguous, 1},
		"set, conditional":    {[]dynamoconn.Change{set}, "", lastIs, nil, nil, counted(1, "u2"), dynamoconn.ErrAmbiguous, 2},
		"set, unique":         {[]dynamoconn.Change{set}, "last", lastIs, nil, nil, counted(1, "u2"), nil, 2},
		"increment":           {[]dynamoconn.Change{increment, set}, "", nil, nil, nil, counted(2, "u2"), dynamoconn.ErrAmbiguous, 1},
		"exactly once":        {[]dynamoconn.Change{increment, set}, "", nil, []dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}, nil, counted(2, "u2"), nil, 2},
		"exactly once, other": {[]dynamoconn.Change{increment, set}, "", lastIs, []dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}, counted(9, "u9"), counted(9, "u9"), nil, 2},
		"unique":              {[]dynamoconn.Change{increment, set}, "last", nil, nil, nil, counted(2, "u2"), nil, 2},
		"unique, other":       {[]dynamoconn.Change{increment, set}, "last", nil, nil, counted(9, "u9"), counted(9, "u9"), dynamoconn.ErrAmbiguous, 2},
		"former value":        {[]dynamoconn.Change{increment, set}, "last", lastIs, nil, nil, counted(2, "u2"), nil, 2},
		"former value, other": {[]dynamoconn.Change{increment, set}, "last", lastIs, nil, counted(9, "u9"), counted(9, "u9"), dynamoconn.ErrAmbiguous, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := newTable(t, keyed(byID))
			fill(t, table, []dynamoconn.Item{counted(1, "u1")})
			var between func()
			if test.between != nil {
				between = func() { fill(t, table, []dynamoconn.Item{test.between}) }
			}
			client, sent := losing(t, between)
			_, err := client.UpdateItem(t.Context(), dynamoconn.UpdateItemRequest{
				TableName: table, Item: counted(1, "")[:1], Changes: test.changes, If: test.condition, UniqueAttribute: test.unique,
			}, test.opts...)
			require.ErrorIs(t, err, test.is)
			assert.Len(t, sent.Requests(), test.attempts)
			assert.True(t, test.after.Equal(stored(t, table)), "%v", stored(t, table))
		})
	}
}

// Whatever an update changes, in Go or as text: when the answer to its first attempt is lost, the
// item is as after one application, or the error would be wrong.
func TestNoUpdateIsAppliedTwice(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test
	texts := []string{
		"n = n + :n", "n = :n", "n = if_not_exists(n, :n)", "x = if_not_exists(x, :n)", "x = if_not_exists(n, :n)", "n = n2", "n2 = n", "x = n - :n",
		"l = list_append(l, :l)", "l[9] = :n", "l[0] = :n", "l[9] = if_not_exists(l[9], :n)", "m.n = :n", "m.l[0] = m.n", "l2 = l", "s = m.n",
	}
	removals := []string{"l[0]", "m.n", "s", "m.l[0]", "l2[0]", "n", "x"}
	counts := map[string]int{}
	for i := range 100 {
		req := dynamoconn.UpdateItemRequest{TableName: table}
		text := "SET " + texts[random.IntN(len(texts))]
		if random.IntN(2) == 0 {
			text += ", " + texts[random.IntN(len(texts))]
		}
		if random.IntN(2) == 0 {
			text += " REMOVE " + removals[random.IntN(len(removals))]
		}
		if random.IntN(3) == 0 {
			text += " ADD " + []string{"ss :ss", "n2 :n", "y :n", "y :ss"}[random.IntN(4)]
		}
		if random.IntN(3) == 0 {
			text += " DELETE ss2 :ss"
		}
		req.UpdateExpression = text
		for _, value := range []dynamoconn.KeyValue{
			dynamoconn.Long(":n", 10), dynamoconn.List(":l", dynamoconn.Long("", 8)), dynamoconn.StringSet(":ss", "b", "c"),
		} {
			if usesPlaceholder(text, value.KeyName()) {
				req.ExpressionAttributeValues = append(req.ExpressionAttributeValues, value)
			}
		}
		fill(t, table, []dynamoconn.Item{updated(1), updated(2)})
		req.Item = updated(2)[:1]
		_, wantErr := client.UpdateItem(t.Context(), req)
		lossy, sent := losing(t, nil)
		req.Item = updated(1)[:1]
		_, err := lossy.UpdateItem(t.Context(), req)
		attempts := len(sent.Requests())
		counts[fmt.Sprint(attempts, " ", err == nil)]++
		if wantErr != nil {
			require.Error(t, err, text)
			continue
		}
		if err != nil {
			require.ErrorIs(t, err, dynamoconn.ErrAmbiguous, text)
			require.Equal(t, 1, attempts, "%d: %s", i, text)
		}
		want, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: updated(2)[:1], IsConsistentRead: true})
		require.NoError(t, err)
		want.Item.Set(dynamoconn.Long("ID", 1))
		require.True(t, want.Item.Equal(stored(t, table)), "%s: %v", text, stored(t, table))
	}
	t.Log(counts)
	assert.NotZero(t, counts["2 true"], "some are sent again")
	assert.NotZero(t, counts["1 false"], "some are not")
}

// usesPlaceholder reports whether a text has a placeholder, and not only one that begins like it.
func usesPlaceholder(text, placeholder string) bool {
	for i := range len(text) - len(placeholder) + 1 {
		end := i + len(placeholder)
		if text[i:end] == placeholder && (end == len(text) || text[end] < 'a' || text[end] > 'z') {
			return true
		}
	}
	return false
}
