package integration

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

func TestItemsUnderEverySortOfKey(t *testing.T) {
	t.Parallel()
	client := local(t)
	text, number, binary := types.ScalarAttributeTypeS, types.ScalarAttributeTypeN, types.ScalarAttributeTypeB
	for name, c := range map[string]struct {
		key  []attribute
		keys []dynamoconn.Item
	}{
		"string": {[]attribute{{"Key", text}}, []dynamoconn.Item{
			{dynamoconn.String("Key", "a")}, {dynamoconn.String("Key", "A")}, {dynamoconn.String("Key", " ")},
			{dynamoconn.String("Key", "é")}, {dynamoconn.String("Key", "e\u0301")}, {dynamoconn.String("Key", "😀\n\"\\\u2028<>")},
		}},
		"number": {[]attribute{{"Key", number}}, []dynamoconn.Item{
			{dynamoconn.Long("Key", 0)}, {dynamoconn.Long("Key", -1)}, {dynamoconn.Decimal("Key", dynamoconn.MustNumber("1.5"))},
			{dynamoconn.Decimal("Key", dynamoconn.MustNumber("12345678901234567890123456789012345678"))},
			{dynamoconn.Decimal("Key", dynamoconn.MustNumber("12345678901234567890123456789012345679"))},
			{dynamoconn.Decimal("Key", dynamoconn.MustNumber("-1E-130"))},
		}},
		"binary": {[]attribute{{"Key", binary}}, []dynamoconn.Item{
			{dynamoconn.Binary("Key", []byte{0})}, {dynamoconn.Binary("Key", []byte{0, 0})}, {dynamoconn.Binary("Key", []byte{0xff, 0xfe})},
		}},
		"string and number": {[]attribute{{"Key", text}, {"Sort", number}}, []dynamoconn.Item{
			{dynamoconn.String("Key", "a"), dynamoconn.Long("Sort", 1)},
			{dynamoconn.String("Key", "a"), dynamoconn.Decimal("Sort", dynamoconn.MustNumber("1.5"))},
			{dynamoconn.Long("Sort", 1), dynamoconn.String("Key", "b")},
		}},
		"binary and string": {[]attribute{{"Key", binary}, {"Sort", text}}, []dynamoconn.Item{
			{dynamoconn.Binary("Key", []byte("a")), dynamoconn.String("Sort", "bc")},
			{dynamoconn.Binary("Key", []byte("ab")), dynamoconn.String("Sort", "c")},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := newTable(t, keyed(c.key...))
			var items []dynamoconn.Item
			for i, key := range c.keys {
				item := append(key.Clone(), dynamoconn.Long("Place", int64(i)))
				items = append(items, item)
				resp, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: item, ReturnOldItem: true})
				require.NoError(t, err)
				assert.Nil(t, resp.OldItem, "two keys are one")
				assert.NotEmpty(t, resp.RequestID)
				assert.Equal(t, []string{resp.RequestID}, resp.RequestIDs)
			}
			for i, key := range c.keys {
				got, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: key, IsConsistentRead: true})
				require.NoError(t, err)
				require.True(t, items[i].Equal(got.Item), "%v", got.Item)
			}
			batch, err := client.BatchGet(t.Context(), dynamoconn.BatchGetItemRequest{
				RequestTables: []dynamoconn.RequestTable{{Name: table, Keys: c.keys, IsConsistentRead: true}},
			})
			require.NoError(t, err)
			for i, item := range batch.ResponseTables[0].Items {
				require.True(t, items[i].Equal(item))
			}

			var got []dynamoconn.Item
			for item, err := range client.ScanItems(t.Context(), dynamoconn.ScanTableRequest{TableName: table, Limit: 2}) {
				require.NoError(t, err)
				got = append(got, item)
			}
			requireSameItems(t, items, got, "Place")

			_, err = client.BatchWrite(t.Context(), dynamoconn.BatchWriteItemRequest{
				Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToDelete(table, c.keys[1:]...)},
			})
			require.NoError(t, err)
			deleted, err := client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: table, Item: c.keys[0], ReturnOldItem: true})
			require.NoError(t, err)
			assert.True(t, items[0].Equal(deleted.OldItem))
			resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table})
			require.NoError(t, err)
			assert.Empty(t, resp.Items)
		})
	}
}

func TestGetItem(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table, items := cityTable(t, 1)
	key := dynamoconn.Item{dynamoconn.Long("ID", 1)}

	got, err := client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: key})
	require.NoError(t, err)
	assert.True(t, items[0].Equal(got.Item))
	assert.Equal(t, 1, got.Attempts)
	assert.Nil(t, got.ConsumedCapacity)

	got, err = client.GetItem(t.Context(), dynamoconn.GetItemRequest{
		TableName: table, Item: key, IsConsistentRead: true,
		ProjectionExpression: "Place.#l", ExpressionAttributeNames: map[string]string{"#l": "Latitude"},
	}, dynamoconn.WithConsumedCapacity())
	require.NoError(t, err)
	place, err := dynamoconn.Value[dynamoconn.Item](items[0], "Place")
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.Item{dynamoconn.Map("Place", place.Pick("Latitude")...)}, got.Item)
	require.Len(t, got.ConsumedCapacity, 1)
	assert.Equal(t, table, got.ConsumedCapacity[0].TableName)
	assert.Equal(t, 1.0, got.ConsumedCapacity[0].CapacityUnits, "a consistent read costs twice a half")

	got, err = client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: key, Attributes: []string{"Nowhere"}})
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.Item{}, got.Item, "an item without the attribute is empty and there")

	got, err = client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: dynamoconn.Item{dynamoconn.Long("ID", 2)}})
	require.NoError(t, err)
	assert.Nil(t, got.Item)
	assert.Equal(t, []string{"GetItem", "GetItem", "GetItem", "GetItem"}, wiretest.Actions(journal.Take()))

	for name, wrong := range map[string]dynamoconn.Item{
		"of another type": {dynamoconn.String("ID", "1")}, "of another name": {dynamoconn.Long("Id", 1)},
		"with a sort key": {dynamoconn.Long("ID", 1), dynamoconn.Long("Sort", 1)},
	} {
		_, err = client.GetItem(t.Context(), dynamoconn.GetItemRequest{TableName: table, Item: wrong})
		require.ErrorIs(t, err, dynamoconn.ErrValidation, name)
	}
}

func TestPutReplacesTheWholeItem(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	first := dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.String("A", "a"), dynamoconn.String("B", "b")}
	second := dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.String("B", "c")}
	put := func(item dynamoconn.Item, old bool) dynamoconn.Item {
		resp, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: item, ReturnOldItem: old})
		require.NoError(t, err)
		return resp.OldItem
	}
	assert.Nil(t, put(first, true), "there was none")
	assert.Nil(t, put(first, false), "it was not asked for")
	assert.True(t, first.Equal(put(second, true)))
	assert.Equal(t, map[string]types.AttributeValue{
		"ID": &types.AttributeValueMemberN{Value: "1"}, "B": &types.AttributeValueMemberS{Value: "c"},
	}, rawItem(t, table, second.Pick("ID")))
}

func TestConditionsOfWrites(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	key := dynamoconn.Item{dynamoconn.Long("ID", 1)}
	there := append(key.Clone(), dynamoconn.Long("Year", 1999))
	next := append(key.Clone(), dynamoconn.Long("Year", 2000))
	type condition struct {
		text   string
		names  map[string]string
		values dynamoconn.Item
	}
	holds := condition{"#y < :y", map[string]string{"#y": "Year"}, dynamoconn.Item{dynamoconn.Long(":y", 2000)}}
	fails := condition{"#y > :y", map[string]string{"#y": "Year"}, dynamoconn.Item{dynamoconn.Long(":y", 2000)}}

	for _, activity := range []string{"PutItem", "DeleteItem"} {
		write := func(t *testing.T, table string, c condition, want bool) (old dynamoconn.Item, err error) {
			if activity == "PutItem" {
				resp, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{
					TableName: table, Item: next, ConditionExpression: c.text, ExpressionAttributeNames: c.names,
					ExpressionAttributeValues: c.values, ReturnOldItem: want, ReturnItemOnConditionFailure: want,
				})
				if err != nil {
					return nil, err
				}
				return resp.OldItem, nil
			}
			resp, err := client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{
				TableName: table, Item: key, ConditionExpression: c.text, ExpressionAttributeNames: c.names,
				ExpressionAttributeValues: c.values, ReturnOldItem: want, ReturnItemOnConditionFailure: want,
			})
			if err != nil {
				return nil, err
			}
			return resp.OldItem, nil
		}
		for _, want := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, items returned: %v", activity, want), func(t *testing.T) {
				table := newTable(t, keyed(byID))
				fill(t, table, []dynamoconn.Item{there})

				old, err := write(t, table, fails, want)
				require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
				assert.NotErrorIs(t, err, dynamoconn.ErrAmbiguous)
				assert.Nil(t, old)
				var e *dynamoconn.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, []string{activity, table}, []string{e.Activity, e.TableName})
				if want {
					assert.True(t, there.Equal(e.Item()), "%v", e.Item())
				} else {
					assert.Nil(t, e.Item())
				}
				var cause *types.ConditionalCheckFailedException
				require.ErrorAs(t, err, &cause)
				stored, err := dynamoconn.FromAttributeValues(rawItem(t, table, key))
				require.NoError(t, err)
				assert.True(t, there.Equal(stored), "the item is unchanged")

				old, err = write(t, table, holds, want)
				require.NoError(t, err)
				if want {
					assert.True(t, there.Equal(old))
				} else {
					assert.Nil(t, old)
				}
				stored, err = dynamoconn.FromAttributeValues(rawItem(t, table, key))
				require.NoError(t, err)
				if activity == "PutItem" {
					assert.True(t, next.Equal(stored))
				} else {
					assert.Nil(t, stored)
				}
				assert.Equal(t, []string{activity, activity}, wiretest.Actions(journal.Take()))
			})
		}
	}

	t.Run("of an item that is not there", func(t *testing.T) {
		table := newTable(t, keyed(byID))
		exists := condition{text: "attribute_exists(ID)"}
		_, err := client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{
			TableName: table, Item: key, ConditionExpression: exists.text, ReturnItemOnConditionFailure: true,
		})
		require.ErrorIs(t, err, dynamoconn.ErrConditionFailed)
		var e *dynamoconn.Error
		require.ErrorAs(t, err, &e)
		assert.Nil(t, e.Item())
		for i, want := range []error{nil, dynamoconn.ErrConditionFailed} {
			_, err = client.PutItem(t.Context(), dynamoconn.PutItemRequest{
				TableName: table, Item: there, ConditionExpression: "attribute_not_exists(ID)",
			})
			require.ErrorIs(t, err, want, "put %d", i)
		}
		_, err = client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: table, Item: key})
		require.NoError(t, err)
		resp, err := client.DeleteItem(t.Context(), dynamoconn.DeleteItemRequest{TableName: table, Item: key, ReturnOldItem: true})
		require.NoError(t, err, "deleting nothing is no error")
		assert.Nil(t, resp.OldItem)
	})
	t.Run("that is no expression", func(t *testing.T) {
		table := newTable(t, keyed(byID))
		_, err := client.PutItem(t.Context(), dynamoconn.PutItemRequest{TableName: table, Item: there, ConditionExpression: "Year <"})
		require.ErrorIs(t, err, dynamoconn.ErrValidation)
		assert.Nil(t, rawItem(t, table, key))
	})
}
