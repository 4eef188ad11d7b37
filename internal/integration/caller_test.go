package integration

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/dynamoconn/dynamoconn"
)

// deepCopy copies a request with all that it points to, by reflection and so not by
// the Clone that it checks.
func deepCopy[T any](value T) T {
	return copyOf(reflect.ValueOf(&value).Elem()).Interface().(T)
}

func copyOf(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(copyOf(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(copyOf(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(copyOf(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMap(v.Type()))
			for key, value := range v.Seq2() {
				out.SetMapIndex(key, copyOf(value))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if out.Field(i).CanSet() { // a Number's own fields are immutable
				out.Field(i).Set(copyOf(v.Field(i)))
			}
		}
	}
	return out
}

// everything is an item with one value of each kind.
func everything(id int64) dynamoconn.Item {
	number := dynamoconn.MustNumber
	return dynamoconn.Item{
		dynamoconn.Long("ID", id), dynamoconn.String("Name", "São Tomé"),
		dynamoconn.Decimal("Decimal", number("1.50")), dynamoconn.Boolean("Boolean", true), dynamoconn.Null("Null"),
		dynamoconn.Binary("Binary", []byte{2, 1}), dynamoconn.Binary("Empty", nil),
		dynamoconn.List("List", dynamoconn.Map("", dynamoconn.List("Inner", dynamoconn.Binary("", []byte{3})))),
		dynamoconn.Map("Map", dynamoconn.String("Z", "z"), dynamoconn.String("A", "a")),
		dynamoconn.StringSet("Strings", "z", "a"), dynamoconn.NumberSet("Numbers", number("2.0"), number("1")),
		dynamoconn.BinarySet("Binaries", []byte{9}, []byte{8}),
	}
}

// unchanged calls an activity with a request and compares it with a copy from
// before; the slices have room behind them that must not be written to either.
func unchanged[Req, Resp any](t *testing.T, req Req, call func(context.Context, Req, ...dynamoconn.CallOption) (Resp, error)) Resp {
	t.Helper()
	before := deepCopy(req)
	resp, err := call(t.Context(), req)
	assert.NoError(t, err)
	assert.True(t, reflect.DeepEqual(before, req), "%T was changed:\n%#v\n%#v", req, before, req)
	return resp
}

func TestNoActivityChangesItsInput(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, keyed(byID))
	roomy := func(items ...dynamoconn.Item) []dynamoconn.Item {
		return append(make([]dynamoconn.Item, 0, 8), items...)
	}
	item := append(make(dynamoconn.Item, 0, 64), everything(1)...)
	spare := item[len(item):cap(item)]
	names := map[string]string{"#n": "Name"}
	values := append(make(dynamoconn.Item, 0, 8), dynamoconn.String(":n", "other"))
	conditions := []dynamoconn.Condition{{
		Key: "Name", ComparisonOperator: dynamoconn.ComparisonOperatorNE,
		Values: append(make([]dynamoconn.KeyValue, 0, 8), dynamoconn.String("", "x")),
	}}

	unchanged(t, dynamoconn.PutItemRequest{
		TableName: table, Item: item, ConditionExpression: "attribute_not_exists(#n) OR #n <> :n",
		ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnOldItem: true,
	}, client.PutItem)
	unchanged(t, dynamoconn.GetItemRequest{
		TableName: table, Item: item[:1], Attributes: append(make([]string, 0, 8), "Name", "ID"),
	}, client.GetItem)
	unchanged(t, dynamoconn.GetItemRequest{
		TableName: table, Item: item[:1], ProjectionExpression: "#n", ExpressionAttributeNames: names,
	}, client.GetItem)
	unchanged(t, dynamoconn.ScanTableRequest{
		TableName: table, Conditions: conditions, Attributes: []string{"Name"}, Limit: 1, MaxItems: 1,
		ExclusiveStartKey: dynamoconn.Item{dynamoconn.Long("ID", 7)},
	}, client.Scan)
	unchanged(t, dynamoconn.ScanTableRequest{
		TableName: table, FilterExpression: "#n <> :n", ProjectionExpression: "#n",
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}, client.Scan)
	unchanged(t, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{
		{Name: table, KeyNames: []string{"ID"}, Writes: []dynamoconn.Write{
			{ItemToAdd: item}, {ItemToDelete: item[:1]}, {ItemToAdd: item},
		}},
	}}, client.BatchWrite)
	unchanged(t, dynamoconn.ScanTableRequest{
		TableName: table, FilterExpression: "#n <> :n", Attributes: []string{"Null", "Map"}, // they get placeholders too
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}, client.Scan)
	songTable := newTable(t, indexed())
	unchanged(t, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{{
		Name: songTable, KeyNames: []string{"Title", "Artist"}, Writes: dynamoconn.TableWithItemsToAdd("", songs(30)...).Writes,
	}}}, client.BatchWrite)
	read := unchanged(t, dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{{
		Name: table, Keys: roomy(item[:1], item[:1], dynamoconn.Item{dynamoconn.Long("ID", 9)}),
		Attributes: append(make([]string, 0, 8), "Name"), // the key is added for the request only
	}}}, client.BatchGet)
	unchanged(t, dynamoconn.DeleteItemRequest{
		TableName: table, Item: item[:1], ConditionExpression: "#n <> :n",
		ExpressionAttributeNames: names, ExpressionAttributeValues: values, ReturnOldItem: true,
	}, client.DeleteItem)
	unchanged(t, dynamoconn.ListTablesRequest{MaxTables: 1}, client.ListTables)
	unchanged(t, dynamoconn.DescribeTableRequest{TableName: table}, client.DescribeTable)

	assert.Equal(t, make(dynamoconn.Item, len(spare)), spare, "the room behind the item was written to")
	assert.Equal(t, map[string]string{"#n": "Name"}, names)

	// What is handed out is the caller's own: no two parts of it are one.
	require.Len(t, read.ResponseTables[0].Items, 3)
	first, second := read.ResponseTables[0].Items[0], read.ResponseTables[0].Items[1]
	first.Set(dynamoconn.String("Name", "changed"))
	first[0].(*dynamoconn.KeyValueString).StringValue = "changed"
	name, err := dynamoconn.Value[string](second, "Name")
	require.NoError(t, err)
	assert.Equal(t, "São Tomé", name)
}

func TestFailuresOfABatchAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	client := local(t)
	req := dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{
		dynamoconn.TableWithItemsToAdd(uniqueName(), everything(1), everything(2)),
	}}
	before := deepCopy(req)
	_, err := client.BatchWrite(t.Context(), req)
	var failed *dynamoconn.BatchWriteError
	require.ErrorAs(t, err, &failed)
	for _, failure := range failed.Failures {
		failure.Write().ItemToAdd[1].(*dynamoconn.KeyValueString).StringValue = "changed"
	}
	assert.True(t, reflect.DeepEqual(before, req))
}

// Not parallel: other tests' goroutines would be taken for leaks.
func TestNoGoroutineOutlivesACall(t *testing.T) {
	local(t)
	table, items := cityTable(t, 60)
	shared.client.CloseIdleConnections()
	closeIdleConnections()
	ours := goleak.IgnoreCurrent()
	client, err := dynamoconn.New(t.Context(), localOptions()...)
	require.NoError(t, err)
	var keys []dynamoconn.Item
	for _, item := range items {
		keys = append(keys, item.Pick("ID"))
	}
	req := dynamoconn.ScanTableRequest{TableName: table, Limit: 7}
	write := dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{{
		Name: table, Writes: dynamoconn.TableWithItemsToAdd(table, items...).Writes, KeyNames: []string{"ID"},
	}}}
	read := dynamoconn.BatchGetItemRequest{RequestTables: []dynamoconn.RequestTable{{Name: table, Keys: keys}}}
	ended, end := context.WithCancel(t.Context())
	end()

	for name, call := range map[string]func(ctx context.Context){
		"Scan":       func(ctx context.Context) { _, _ = client.Scan(ctx, req) },
		"ListTables": func(ctx context.Context) { _, _ = client.ListTables(ctx, dynamoconn.ListTablesRequest{Limit: 1}) },
		"BatchWrite": func(ctx context.Context) { _, _ = client.BatchWrite(ctx, write) },
		"BatchGet":   func(ctx context.Context) { _, _ = client.BatchGet(ctx, read) },
		"GetItem": func(ctx context.Context) {
			_, _ = client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: table, Item: keys[0]})
		},
		"abandoned ScanItems": func(ctx context.Context) {
			for range client.ScanItems(ctx, req) {
				break
			}
		},
		"abandoned Tables": func(ctx context.Context) {
			for range client.Tables(ctx, dynamoconn.ListTablesRequest{Limit: 1}) {
				break
			}
		},
		"a loop whose body panics": func(ctx context.Context) {
			defer func() { _ = recover() }()
			for range client.ScanItems(ctx, req) {
				panic("the caller's own")
			}
		},
		"an iterator never ranged over": func(ctx context.Context) { _ = client.ScanItems(ctx, req) },
	} {
		t.Run(name, func(t *testing.T) {
			quick, cancel := context.WithTimeout(t.Context(), 3*time.Millisecond)
			defer cancel()
			here := goleak.IgnoreCurrent()
			for _, ctx := range []context.Context{t.Context(), ended, quick} {
				call(ctx)
			}
			client.CloseIdleConnections()
			goleak.VerifyNone(t, here)
		})
	}
	goleak.VerifyNone(t, ours)
}
