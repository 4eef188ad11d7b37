package integration

import (
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// losing returns a client of the backend that loses the first answer; between, which
// may be nil, is called before the repetition.
func losing(t *testing.T, between func()) (*dynamoconn.Client, *wiretest.Client) {
	t.Helper()
	local(t)
	forward := wiretest.Forward(shared.http)
	sent := wiretest.New(forward.Lose(&net.OpError{Op: "read", Err: io.ErrUnexpectedEOF}), func(r *wiretest.Request) (*http.Response, error) {
		if r.N == 2 && between != nil {
			between()
		}
		return forward(r)
	})
	client, err := dynamoconn.New(t.Context(), localOptions(dynamoconn.WithHTTPClient(sent))...)
	require.NoError(t, err)
	return client, sent
}

func errorOf(t *testing.T, err error) *dynamoconn.Error {
	t.Helper()
	var e *dynamoconn.Error
	require.ErrorAs(t, err, &e)
	return e
}

func stored(t *testing.T, table string) dynamoconn.Item {
	t.Helper()
	item, err := dynamoconn.FromAttributeValues(rawItem(t, table, dynamoconn.Item{dynamoconn.Long("ID", 1)}))
	require.NoError(t, err)
	return item
}

func versioned(version int64) dynamoconn.Item {
	return dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.Long("Version", version)}
}

func TestTransactionOfOneWrite(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table := newTable(t, keyed(byID))
	put := dynamoconn.PutItemRequest{TableName: table, Item: everything(1), ConditionExpression: "attribute_not_exists(ID)", ReturnItemOnConditionFailure: true}

	resp, err := client.PutItem(t.Context(), put, dynamoconn.ExactlyOnce(""), dynamoconn.WithConsumedCapacity())
	require.NoError(t, err)
	assert.NotEmpty(t, resp.RequestID)
	require.Len(t, resp.ConsumedCapacity, 1)
	if units := resp.ConsumedCapacity[0].CapacityUnits; units != 2 && (inMemory() || units != 4) {
		assert.Fail(t, "twice that of a put", "%v, and DynamoDB Local counts four", units)
	}
	assert.True(t, everything(1).Equal(stored(t, table)))

	_, err = client.PutItem(t.Context(), put, dynamoconn.ExactlyOnce(""))
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
	assert.True(t, everything(1).Equal(errorOf(t, err).Item()), "%v", errorOf(t, err).Item())

	remove := dynamoconn.DeleteItemRequest{TableName: table, Item: everything(1)[:1], ConditionExpression: "attribute_not_exists(ID)", ReturnItemOnConditionFailure: true}
	_, err = client.DeleteItem(t.Context(), remove, dynamoconn.ExactlyOnce(""))
	require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
	assert.True(t, everything(1).Equal(errorOf(t, err).Item()))
	remove.ConditionExpression = ""
	_, err = client.DeleteItem(t.Context(), remove, dynamoconn.ExactlyOnce(""))
	require.NoError(t, err)
	assert.Nil(t, stored(t, table))

	wrong := dynamoconn.PutItemRequest{TableName: table, Item: dynamoconn.Item{dynamoconn.String("ID", "1")}}
	_, err = client.PutItem(t.Context(), wrong, dynamoconn.ExactlyOnce(""))
	require.ErrorIs(t, err, dynamoconn.ErrValidation)
	wrong.TableName = uniqueName()
	_, err = client.PutItem(t.Context(), wrong, dynamoconn.ExactlyOnce(""))
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
	for _, action := range wiretest.Actions(journal.Take()) {
		assert.Equal(t, "TransactWriteItems", action)
	}
}

func TestTokenIsAppliedOnce(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	put := dynamoconn.PutItemRequest{TableName: table, Item: versioned(1)}
	token := uniqueName()
	_, err := client.PutItem(t.Context(), put, dynamoconn.ExactlyOnce(token))
	require.NoError(t, err)
	fill(t, table, []dynamoconn.Item{versioned(2)})

	_, err = client.PutItem(t.Context(), put, dynamoconn.ExactlyOnce(token))
	require.NoError(t, err, "it has been applied")
	assert.True(t, versioned(2).Equal(stored(t, table)), "and not a second time")

	put.Item = versioned(3)
	_, err = client.PutItem(t.Context(), put, dynamoconn.ExactlyOnce(token))
	require.ErrorIs(t, err, dynamoconn.ErrValidation)
	e := errorOf(t, err)
	assert.Equal(t, "IdempotentParameterMismatchException", e.Code)
	assert.Equal(t, token, e.Token)
	assert.Equal(t, 1, e.Attempts)
	assert.True(t, versioned(2).Equal(stored(t, table)))
}

// The answer to the first attempt is lost; then another writer may come.
func TestWritesWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	const isFirst, isSecond = "attribute_not_exists(ID)", "Version = :v"
	one := dynamoconn.Item{dynamoconn.Long(":v", 1)}
	tests := map[string]struct {
		before, between, after dynamoconn.Item // the item that stands; nil for none, or for nobody comes
		put                    dynamoconn.PutItemRequest
		opts                   []dynamoconn.CallOption
		is                     error
		attempts               int
		old                    dynamoconn.Item
	}{
		"unconditional": {nil, nil, versioned(2), dynamoconn.PutItemRequest{}, nil, nil, 2, nil},
		"unconditional, over another's": {
			nil, versioned(9), versioned(2), dynamoconn.PutItemRequest{}, nil, nil, 2, nil,
		},
		"sent once": {
			nil, versioned(9), versioned(2), dynamoconn.PutItemRequest{}, []dynamoconn.CallOption{dynamoconn.SendOnce()},
			dynamoconn.ErrAmbiguous, 1, nil,
		},
		"exactly once, under another's": {
			nil, versioned(9), versioned(9), dynamoconn.PutItemRequest{}, []dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}, nil, 2, nil,
		},
		"first": {
			nil, nil, versioned(2), dynamoconn.PutItemRequest{ConditionExpression: isFirst}, nil, dynamoconn.ErrAmbiguous, 2, nil,
		},
		"first, unique": {
			nil, nil, versioned(2), dynamoconn.PutItemRequest{ConditionExpression: isFirst, ItemIsUnique: true}, nil, nil, 2, nil,
		},
		"first, unique, replaced": {
			nil, versioned(9), versioned(9), dynamoconn.PutItemRequest{ConditionExpression: isFirst, ItemIsUnique: true}, nil,
			dynamoconn.ErrAmbiguous, 2, nil,
		},
		"first, exactly once": {
			nil, nil, versioned(2), dynamoconn.PutItemRequest{ConditionExpression: isFirst},
			[]dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}, nil, 2, nil,
		},
		"not the first, exactly once": {
			versioned(1), nil, versioned(1), dynamoconn.PutItemRequest{ConditionExpression: isFirst},
			[]dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}, dynamoconn.ErrConditionFailed, 2, nil,
		},
		"next version": {
			versioned(1), nil, versioned(2), dynamoconn.PutItemRequest{ConditionExpression: isSecond, ExpressionAttributeValues: one}, nil,
			dynamoconn.ErrAmbiguous, 2, nil,
		},
		"next version, exactly once, replaced": {
			versioned(1), versioned(9), versioned(9), dynamoconn.PutItemRequest{ConditionExpression: isSecond, ExpressionAttributeValues: one},
			[]dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}, nil, 2, nil,
		},
		"old item": {
			versioned(1), nil, versioned(2), dynamoconn.PutItemRequest{ReturnOldItem: true}, nil, dynamoconn.ErrOldItemUnknown, 2, nil,
		},
		"old item, another's": {
			versioned(1), versioned(9), versioned(2), dynamoconn.PutItemRequest{ReturnOldItem: true}, nil, dynamoconn.ErrOldItemUnknown, 2, versioned(9),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := newTable(t, keyed(byID))
			if test.before != nil {
				fill(t, table, []dynamoconn.Item{test.before})
			}
			var between func()
			if test.between != nil {
				between = func() { fill(t, table, []dynamoconn.Item{test.between}) }
			}
			client, sent := losing(t, between)
			test.put.TableName, test.put.Item = table, versioned(2)
			resp, err := client.PutItem(t.Context(), test.put, test.opts...)
			require.ErrorIs(t, err, test.is)
			assert.Len(t, sent.Requests(), test.attempts)
			assert.True(t, test.after.Equal(stored(t, table)), "%v", stored(t, table))
			if resp != nil { // also beside ErrOldItemUnknown
				assert.True(t, test.old.Equal(resp.OldItem), "%v", resp.OldItem)
			}
		})
	}
}

// What DynamoDB stores and sends back of an item with every kind of value is equal to
// what was put.
func TestUniqueItemOfEveryKind(t *testing.T) {
	t.Parallel()
	table := newTable(t, keyed(byID))
	client, sent := losing(t, nil)
	_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{
		TableName: table, Item: everything(1), ConditionExpression: "attribute_not_exists(ID)", ItemIsUnique: true,
	})
	require.NoError(t, err)
	assert.Len(t, sent.Requests(), 2)
}

func TestDeletesWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		between, after dynamoconn.Item
		req            dynamoconn.DeleteItemRequest
		opts           []dynamoconn.CallOption
		is             error
		attempts       int
		old            dynamoconn.Item
	}{
		"unconditional": {nil, nil, dynamoconn.DeleteItemRequest{}, nil, nil, 2, nil},
		"sent once": {
			versioned(9), nil, dynamoconn.DeleteItemRequest{}, []dynamoconn.CallOption{dynamoconn.SendOnce()}, dynamoconn.ErrAmbiguous, 1, nil,
		},
		"exactly once": {
			versioned(9), versioned(9), dynamoconn.DeleteItemRequest{ConditionExpression: "attribute_exists(ID)"},
			[]dynamoconn.CallOption{dynamoconn.ExactlyOnce("")}, nil, 2, nil,
		},
		"conditional": {
			nil, nil, dynamoconn.DeleteItemRequest{ConditionExpression: "attribute_exists(ID)"}, nil, dynamoconn.ErrAmbiguous, 2, nil,
		},
		"old item": {nil, nil, dynamoconn.DeleteItemRequest{ReturnOldItem: true}, nil, dynamoconn.ErrOldItemUnknown, 2, nil},
		"old item, another's": {
			versioned(9), nil, dynamoconn.DeleteItemRequest{ReturnOldItem: true}, nil, dynamoconn.ErrOldItemUnknown, 2, versioned(9),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := newTable(t, keyed(byID))
			fill(t, table, []dynamoconn.Item{versioned(1)})
			var between func()
			if test.between != nil {
				between = func() { fill(t, table, []dynamoconn.Item{test.between}) }
			}
			client, sent := losing(t, between)
			test.req.TableName, test.req.Item = table, versioned(1)[:1]
			resp, err := client.DeleteItem(t.Context(), test.req, test.opts...)
			require.ErrorIs(t, err, test.is)
			assert.Len(t, sent.Requests(), test.attempts)
			assert.True(t, test.after.Equal(stored(t, table)), "%v", stored(t, table))
			if resp != nil { // also beside ErrOldItemUnknown
				assert.True(t, test.old.Equal(resp.OldItem), "%v", resp.OldItem)
			}
		})
	}
}
