package integration

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

func keyOf(id int64) dynamoconn.Item { return dynamoconn.Item{dynamoconn.Long("ID", id)} }

func TestTransactWriteAndGet(t *testing.T) {
	t.Parallel()
	client := local(t)
	table, other := newTable(t, keyed(byID)), newTable(t, keyed(byID))
	fill(t, table, []dynamoconn.Item{updated(2), everything(3), versioned(9)})
	fill(t, other, []dynamoconn.Item{versioned(4)})
	req := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{
		dynamoconn.PutItemRequest{TableName: table, Item: everything(5), If: dynamoconn.Attr("ID").NotExists()},
		&dynamoconn.UpdateItemRequest{TableName: table, Item: keyOf(2), Changes: []dynamoconn.Change{dynamoconn.Attr("n").Increment(2), dynamoconn.Attr("l").Append(3)}},
		dynamoconn.DeleteItemRequest{TableName: table, Item: keyOf(3), ConditionExpression: "attribute_exists(ID)"},
		dynamoconn.ConditionCheck{TableName: other, Item: keyOf(1), If: dynamoconn.Attr("Version").EQ(4)},
	}}
	token := uniqueName()
	resp, err := client.TransactWrite(t.Context(), req, dynamoconn.ExactlyOnce(token))
	require.NoError(t, err)
	assert.Equal(t, token, resp.Token)
	assert.NotEmpty(t, resp.RequestID)
	assert.False(t, resp.AppliedEarlier)
	assert.Nil(t, resp.ConsumedCapacity)

	again, err := client.TransactWrite(t.Context(), req, dynamoconn.ExactlyOnce(token))
	require.NoError(t, err)
	assert.True(t, again.AppliedEarlier)

	get := func(table string, id int64) dynamoconn.GetItemRequest {
		return dynamoconn.GetItemRequest{TableName: table, Item: keyOf(id)}
	}
	part := get(table, 2)
	part.ProjectionExpression, part.ExpressionAttributeNames = "#n, l[2]", map[string]string{"#n": "n"}
	none := get(table, 5)
	none.Attributes = []string{"Nowhere"}
	got, err := client.TransactGet(t.Context(), dynamoconn.TransactGetRequest{Gets: []dynamoconn.GetItemRequest{
		get(table, 3), part, get(other, 1), none, get(table, 1),
	}})
	require.NoError(t, err)
	require.Len(t, got.Items, 5)
	assert.Nil(t, got.Items[0])
	assert.True(t, dynamoconn.Item{dynamoconn.Long("n", 7), dynamoconn.List("l", dynamoconn.Long("", 3))}.Equal(got.Items[1]), "%v", got.Items[1])
	assert.True(t, versioned(4).Equal(got.Items[2]))
	assert.Equal(t, dynamoconn.Item{}, got.Items[3])
	assert.True(t, versioned(9).Equal(got.Items[4]))
}

func TestFailuresOfATransaction(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	fill(t, table, []dynamoconn.Item{updated(2), versioned(9)})
	exists, missing := dynamoconn.Attr("ID").Exists(), dynamoconn.Attr("ID").NotExists()
	req := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{
		dynamoconn.PutItemRequest{TableName: table, Item: everything(5), If: missing},
		dynamoconn.ConditionCheck{TableName: table, Item: keyOf(2), If: missing, ReturnItemOnConditionFailure: true},
		dynamoconn.DeleteItemRequest{TableName: table, Item: keyOf(3), If: exists, ReturnItemOnConditionFailure: true},
		dynamoconn.UpdateItemRequest{TableName: table, Item: keyOf(1), If: missing, Changes: []dynamoconn.Change{dynamoconn.Attr("n").Set(1)}},
	}}
	_, err := client.TransactWrite(t.Context(), req)
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	var transaction *dynamoconn.TransactionError
	require.ErrorAs(t, err, &transaction)
	require.Len(t, transaction.Failures, 3)
	for i, f := range transaction.Failures {
		assert.Equal(t, i+1, f.Index)
		assert.Equal(t, table, f.TableName)
		assert.Equal(t, dynamoconn.ErrConditionFailed, f.Err)
	}
	assert.True(t, updated(2).Equal(transaction.Failures[0].Item()))
	assert.Nil(t, transaction.Failures[1].Item())
	assert.Nil(t, transaction.Failures[2].Item())
	assert.Equal(t, 1, errorOf(t, err).Attempts)

	wrong := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{
		dynamoconn.PutItemRequest{TableName: table, Item: everything(5)},
		dynamoconn.PutItemRequest{TableName: table, Item: dynamoconn.Item{dynamoconn.String("ID", "x")}},
	}}
	_, err = client.TransactWrite(t.Context(), wrong)
	require.ErrorIs(t, err, dynamoconn.ErrValidation)
	twice := dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{
		dynamoconn.PutItemRequest{TableName: table, Item: everything(5)}, dynamoconn.PutItemRequest{TableName: table, Item: everything(5)},
	}}
	_, err = client.TransactWrite(t.Context(), twice)
	require.ErrorIs(t, err, dynamoconn.ErrValidation, "DynamoDB finds it")
	_, err = client.TransactGet(t.Context(), dynamoconn.TransactGetRequest{Gets: []dynamoconn.GetItemRequest{{TableName: uniqueName(), Item: keyOf(1)}}})
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)

	resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table})
	require.NoError(t, err)
	assert.Len(t, resp.Items, 2, "nothing is applied")
}

func TestTransactionWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	table := newTable(t, keyed(byID))
	fill(t, table, []dynamoconn.Item{updated(1)})
	client, sent := losing(t, func() { fill(t, table, []dynamoconn.Item{versioned(9)}) })
	resp, err := client.TransactWrite(t.Context(), dynamoconn.TransactWriteRequest{Writes: []dynamoconn.TransactWrite{
		dynamoconn.UpdateItemRequest{TableName: table, Item: keyOf(1), Changes: []dynamoconn.Change{dynamoconn.Attr("n").Increment(1)}, If: dynamoconn.Attr("n").EQ(5)},
		dynamoconn.PutItemRequest{TableName: table, Item: everything(2), If: dynamoconn.Attr("ID").NotExists()},
	}})
	require.NoError(t, err)
	assert.Equal(t, 2, resp.Attempts)
	assert.Len(t, sent.Requests(), 2)
	assert.True(t, versioned(9).Equal(stored(t, table)), "the repetition undoes no other write")
}
