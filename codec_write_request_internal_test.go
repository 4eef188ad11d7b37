package dynamoconn

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// encodedItem returns an item as the bodies take it, and as the SDK does.
func encodedItem(t require.TestingT, item Item) ([]byte, map[string]types.AttributeValue) {
	b, _, err := appendItem(nil, item)
	require.NoError(t, err)
	attributes, err := toAttributeValues(item, 0, &walk{})
	require.NoError(t, err)
	return b, attributes
}

// requireSameBody requires that a body is what the SDK writes for the input, apart from the
// order in maps.
func requireSameBody(t require.TestingT, input smithy.Serializable, body interface{ appendTo([]byte) []byte }) {
	want := sdkBody(t, input)
	got := body.appendTo([]byte("dst"))
	require.Equal(t, "dst", string(got[:3]))
	require.Equal(t, sortObjects(t, []byte(want)), sortObjects(t, got[3:]))
	require.Equal(t, membersOf(t, want), membersOf(t, string(got[3:])), "the order of the members")
	require.Equal(t, string(got), string(body.appendTo([]byte("dst"))), "a body is the same each time")
}

// membersOf returns the names of the members of the outer object, in order.
func membersOf(t require.TestingT, body string) (names []string) {
	decoder := json.NewDecoder(strings.NewReader(body))
	_, err := decoder.Token()
	require.NoError(t, err)
	for decoder.More() {
		name, err := decoder.Token()
		require.NoError(t, err)
		names = append(names, fmt.Sprint(name))
		var value json.RawMessage
		require.NoError(t, decoder.Decode(&value))
	}
	return names
}

// bodyGenerator draws what requests are made of.
type bodyGenerator struct{ *rapid.T }

func (g bodyGenerator) bool(label string) bool { return rapid.Bool().Draw(g.T, label) }

func (g bodyGenerator) text(label string) string {
	return rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[a-zA-Z_.-]{3,20}`), rapid.SampledFrom([]string{
		`a"b\c`, "a < :v AND b <> :w & c > :x", "broken \xff text", "\u2028", "été\n",
	})).Draw(g.T, label)
}

func (g bodyGenerator) capacity() types.ReturnConsumedCapacity {
	return rapid.SampledFrom([]types.ReturnConsumedCapacity{"", types.ReturnConsumedCapacityIndexes}).Draw(g.T, "capacity")
}

func (g bodyGenerator) key() ([]byte, map[string]types.AttributeValue) {
	return encodedItem(g.T, Item{String("Artist", "No One é"), Long("Year", rapid.Int64().Draw(g.T, "year"))}[:rapid.IntRange(1, 2).Draw(g.T, "attributes")])
}

func (g bodyGenerator) item() ([]byte, map[string]types.AttributeValue) {
	return encodedItem(g.T, itemGenerator{}.item().Draw(g.T, "item"))
}

// expression draws one with placeholders of the caller and of conditions.
func (g bodyGenerator) expression() *expression {
	var names map[string]string
	var values Item
	for i := range rapid.IntRange(0, 4).Draw(g.T, "names") {
		if names == nil {
			names = map[string]string{}
		}
		names[fmt.Sprintf("#%c%s", 'z'-rune(i), g.text("placeholder"))] = "Attribute " + string(rune('é'+i))
	}
	for i := range rapid.IntRange(0, 3).Draw(g.T, "values") {
		values = append(values, itemGenerator{}.value(g.T, fmt.Sprintf(":%c", 'z'-rune(i)), 1))
	}
	x, err := newExpression(names, values)
	require.NoError(g.T, err)
	for range rapid.IntRange(0, 3).Draw(g.T, "conditions") {
		_, err := x.condition(Condition{Key: "Year", ComparisonOperator: ComparisonOperatorBetween, Values: []KeyValue{
			itemGenerator{}.value(g.T, "", 1), Long("", 8),
		}})
		require.NoError(g.T, err)
	}
	return x
}

func TestGetItemIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := bodyGenerator{t}
		key, attributes := g.key()
		x, consistent, projection, capacity := g.expression(), g.bool("consistent"), optional(g.text("projection")), g.capacity()
		x.values, x.encoded = nil, nil // a GetItem has none
		requireSameBody(t, &dynamodb.GetItemInput{
			TableName: aws.String("Music"), Key: attributes, ConsistentRead: &consistent, ProjectionExpression: projection,
			ExpressionAttributeNames: x.names, ReturnConsumedCapacity: capacity,
		}, &getBody{consistent, x, key, projection, capacity, "Music"})
	})
}

func TestTransactGetIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := bodyGenerator{t}
		body := &transactGetBody{capacity: g.capacity()}
		input := &dynamodb.TransactGetItemsInput{ReturnConsumedCapacity: body.capacity}
		for range rapid.IntRange(1, 3).Draw(t, "gets") {
			key, attributes := g.key()
			x := g.expression()
			x.values, x.encoded = nil, nil // a get has none
			get := &getRequest{&GetItemRequest{TableName: "Music"}, key, x, optional(g.text("projection"))}
			body.gets = append(body.gets, get)
			input.TransactItems = append(input.TransactItems, types.TransactGetItem{Get: &types.Get{
				TableName: &get.TableName, Key: attributes, ExpressionAttributeNames: x.names, ProjectionExpression: get.projection,
			}})
		}
		requireSameBody(t, input, body)
	})
}

func TestScanIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := bodyGenerator{t}
		x := g.expression()
		body := &pageBody{
			consistent: g.bool("consistent"), expression: x, filter: optional(g.text("filter")), index: g.text("index"),
			limit: rapid.Int32Range(0, 3).Draw(t, "limit"), projection: optional(g.text("projection")), capacity: g.capacity(),
			selected: rapid.SampledFrom([]types.Select{"", types.SelectCount}).Draw(t, "select"), table: "Music",
		}
		input := &dynamodb.ScanInput{
			TableName: aws.String("Music"), ConsistentRead: &body.consistent, ExpressionAttributeNames: x.names,
			ExpressionAttributeValues: x.attributeValues(), FilterExpression: body.filter, IndexName: optional(body.index),
			ProjectionExpression: body.projection, ReturnConsumedCapacity: body.capacity, Select: body.selected,
		}
		if body.limit > 0 {
			input.Limit = &body.limit
		}
		if g.bool("start") {
			body.start, input.ExclusiveStartKey = g.key()
		}
		if g.bool("segments") {
			body.segment, body.total = rapid.Int32Range(0, 1).Draw(t, "segment"), 2
			input.Segment, input.TotalSegments = &body.segment, &body.total
		}
		requireSameBody(t, input, body)
	})
}

func TestQueryIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := bodyGenerator{t}
		x := g.expression()
		body := &pageBody{
			consistent: g.bool("consistent"), expression: x, filter: optional(g.text("filter")), index: g.text("index"), keyCondition: "#k = :k",
			limit: rapid.Int32Range(0, 3).Draw(t, "limit"), projection: optional(g.text("projection")), capacity: g.capacity(),
			descending: g.bool("descending"), selected: rapid.SampledFrom([]types.Select{"", types.SelectCount}).Draw(t, "select"), table: "Music",
		}
		input := &dynamodb.QueryInput{
			TableName: aws.String("Music"), ConsistentRead: &body.consistent, ExpressionAttributeNames: x.names,
			ExpressionAttributeValues: x.attributeValues(), FilterExpression: body.filter, IndexName: optional(body.index),
			KeyConditionExpression: &body.keyCondition, ProjectionExpression: body.projection, ReturnConsumedCapacity: body.capacity, Select: body.selected,
		}
		if body.limit > 0 {
			input.Limit = &body.limit
		}
		if body.descending {
			input.ScanIndexForward = aws.Bool(false)
		}
		if g.bool("start") {
			body.start, input.ExclusiveStartKey = g.key()
		}
		requireSameBody(t, input, body)
	})
}

func TestWriteIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := bodyGenerator{t}
		x := g.expression()
		condition := writeCondition{expression: x, text: optional(g.text("condition"))}
		if g.bool("return item") {
			condition.onFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		}
		item, attributes := g.item()
		capacity, returns := g.capacity(), returnOldItem(g.bool("return old"))
		put := &writeBody{condition, "Item", item, capacity, returns, "Music", ""}
		requireSameBody(t, &dynamodb.PutItemInput{
			TableName: aws.String("Music"), Item: attributes, ConditionExpression: condition.text, ExpressionAttributeNames: x.names,
			ExpressionAttributeValues: x.attributeValues(), ReturnValues: returns, ReturnConsumedCapacity: capacity,
			ReturnValuesOnConditionCheckFailure: condition.onFailure,
		}, put)
		key, keyAttributes := g.key()
		del := &writeBody{condition, "Key", key, capacity, returns, "Music", ""}
		requireSameBody(t, &dynamodb.DeleteItemInput{
			TableName: aws.String("Music"), Key: keyAttributes, ConditionExpression: condition.text, ExpressionAttributeNames: x.names,
			ExpressionAttributeValues: x.attributeValues(), ReturnValues: returns, ReturnConsumedCapacity: capacity,
			ReturnValuesOnConditionCheckFailure: condition.onFailure,
		}, del)

		update := &writeBody{condition, "Key", key, capacity, types.ReturnValue(rapid.SampledFrom(append(returnValues, "")).Draw(t, "return")), "Music", g.text("update")}
		requireSameBody(t, &dynamodb.UpdateItemInput{
			TableName: aws.String("Music"), Key: keyAttributes, ConditionExpression: condition.text, ExpressionAttributeNames: x.names,
			ExpressionAttributeValues: x.attributeValues(), ReturnValues: update.returns, ReturnConsumedCapacity: capacity,
			ReturnValuesOnConditionCheckFailure: condition.onFailure, UpdateExpression: optional(update.update),
		}, update)

		put.capacity, put.returns, del.capacity, del.returns, update.capacity, update.returns = "", "", "", "", "", ""
		actions := []transactedWrite{
			encodedWrite{kind: "Put", body: *put}, encodedWrite{kind: "Delete", body: *del},
			encodedWrite{kind: "Update", body: *update}, encodedWrite{kind: "ConditionCheck", body: *del},
		}
		inputs := []types.TransactWriteItem{
			{Put: &types.Put{
				TableName: aws.String("Music"), Item: attributes, ConditionExpression: condition.text, ExpressionAttributeNames: x.names,
				ExpressionAttributeValues: x.attributeValues(), ReturnValuesOnConditionCheckFailure: condition.onFailure,
			}},
			{Delete: &types.Delete{
				TableName: aws.String("Music"), Key: keyAttributes, ConditionExpression: condition.text, ExpressionAttributeNames: x.names,
				ExpressionAttributeValues: x.attributeValues(), ReturnValuesOnConditionCheckFailure: condition.onFailure,
			}},
			{Update: &types.Update{
				TableName: aws.String("Music"), Key: keyAttributes, ConditionExpression: condition.text, ExpressionAttributeNames: x.names,
				ExpressionAttributeValues: x.attributeValues(), ReturnValuesOnConditionCheckFailure: condition.onFailure,
				UpdateExpression: optional(update.update),
			}},
			{ConditionCheck: &types.ConditionCheck{
				TableName: aws.String("Music"), Key: keyAttributes, ConditionExpression: condition.text, ExpressionAttributeNames: x.names,
				ExpressionAttributeValues: x.attributeValues(), ReturnValuesOnConditionCheckFailure: condition.onFailure,
			}},
		}
		begin := rapid.IntRange(0, 3).Draw(t, "begin")
		end := rapid.IntRange(begin+1, 4).Draw(t, "end")
		requireSameBody(t, &dynamodb.TransactWriteItemsInput{
			ClientRequestToken: aws.String("token-1"), ReturnConsumedCapacity: capacity, TransactItems: inputs[begin:end],
		}, &transactWriteBody{"token-1", capacity, actions[begin:end]})
	})
}

// encodedWrite is an operation of a transaction of which only the encoded form is needed.
type encodedWrite struct {
	transactedWrite
	kind string
	body writeBody
}

func (w encodedWrite) encoded() (kind string, body writeBody) { return w.kind, w.body }

func TestBatchGetIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := bodyGenerator{t}
		body := &batchGetBody{capacity: g.capacity()}
		var keys encodedList
		input := &dynamodb.BatchGetItemInput{ReturnConsumedCapacity: body.capacity, RequestItems: map[string]types.KeysAndAttributes{}}
		for i := range rapid.IntRange(1, 3).Draw(t, "tables") {
			x := g.expression()
			x.values, x.encoded = nil, nil // a BatchGetItem has none
			table := tableKeys{
				table: fmt.Sprint("Music-", i), consistent: g.bool("consistent"), expression: x, projection: optional(g.text("projection")),
			}
			ask := types.KeysAndAttributes{ConsistentRead: &table.consistent, ExpressionAttributeNames: x.names, ProjectionExpression: table.projection}
			for range rapid.IntRange(1, 3).Draw(t, "keys") {
				key, attributes := g.key()
				table.keys, keys, ask.Keys = append(table.keys, len(keys)), append(keys, key), append(ask.Keys, attributes)
			}
			body.tables = append(body.tables, table)
			input.RequestItems[table.table] = ask
		}
		requireSameBody(t, input, bodyOfBatch(func() ([]byte, error) { return body.appendTo(nil, keys.append) }))
	})
}

func TestBatchWriteIsWrittenAsTheSDKDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := bodyGenerator{t}
		body := &batchWriteBody{capacity: g.capacity()}
		var writes encodedList
		input := &dynamodb.BatchWriteItemInput{ReturnConsumedCapacity: body.capacity, RequestItems: map[string][]types.WriteRequest{}}
		for i := range rapid.IntRange(1, 3).Draw(t, "tables") {
			table := tableRequests{table: fmt.Sprint("Music-", i)}
			var requests []types.WriteRequest
			for range rapid.IntRange(1, 3).Draw(t, "writes") {
				write := Write{ItemToAdd: append(itemGenerator{}.item().Draw(t, "item"), Null("not empty: "))}
				if g.bool("delete") {
					write = Write{ItemToDelete: Item{String("Artist", "a"), Long("Year", 7)}}
				}
				request, err := write.request()
				require.NoError(t, err)
				encoded, err := appendWriteRequest(nil, write)
				require.NoError(t, err)
				requests, table.requests, writes = append(requests, request), append(table.requests, len(writes)), append(writes, encoded)
			}
			body.tables = append(body.tables, table)
			input.RequestItems[table.table] = requests
		}
		requireSameBody(t, input, bodyOfBatch(func() ([]byte, error) { return body.appendTo(nil, writes.append) }))
	})
}

// encodedList has the keys or the writes of a batch.
type encodedList [][]byte

func (l encodedList) append(dst []byte, i int) ([]byte, error) { return append(dst, l[i]...), nil }

// bodyOfBatch returns the body of a batch as other bodies are.
type bodyOfBatch func() ([]byte, error)

func (f bodyOfBatch) appendTo(dst []byte) []byte {
	b, err := f()
	if err != nil {
		panic(err)
	}
	return append(dst, b...)
}

func TestWriteRequestIsRefusedAsInTheConversion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		write := Write{}
		if rapid.Bool().Draw(t, "put") {
			write.ItemToAdd = itemGenerator{faulty: true}.item().Draw(t, "item")
		}
		if rapid.Bool().Draw(t, "delete") {
			write.ItemToDelete = itemGenerator{faulty: true}.item().Draw(t, "key")
		}
		_, wantErr := write.request()
		got, err := appendWriteRequest([]byte("dst"), write)
		require.Equal(t, wantErr, err)
		if err != nil {
			require.Equal(t, "dst", string(got))
		}
	})
}

// The values of an expression are in the caller's order, then in that of the conditions.
func TestPlaceholdersAreWrittenInOrder(t *testing.T) {
	t.Parallel()
	names := map[string]string{"#z": "Z", "#a": "A", "#m": "M", "#b": "B", "#y": "Y", "#c": "C", "#x": "X"}
	x, err := newExpression(names, Item{Long(":z", 1), String(":a", "x")})
	require.NoError(t, err)
	_, err = x.condition(Condition{Key: "Year", ComparisonOperator: ComparisonOperatorIn, Values: []KeyValue{Long("", 3), List("", Null(""))}})
	require.NoError(t, err)
	o := openObject(nil)
	o.placeholders(x)
	assert.Equal(t, `{"ExpressionAttributeNames":{"#a":"A","#b":"B","#c":"C","#m":"M","#n7":"Year","#x":"X","#y":"Y","#z":"Z"},`+
		`"ExpressionAttributeValues":{":z":{"N":"1"},":a":{"S":"x"},":v2":{"N":"3"},":v3":{"L":[{"NULL":true}]}}}`, string(o.close()))

	_, err = x.value(StringSet(""))
	require.ErrorIs(t, err, ErrInvalidRequest)
	_, err = x.value(Long("", 4))
	require.NoError(t, err)
	o = openObject(nil)
	o.placeholders(x)
	assert.Contains(t, string(o.close()), `":v3":{"L":[{"NULL":true}]},":v4":{"N":"4"}}}`, "a value that is refused leaves nothing")
	assert.Len(t, x.attributeValues(), 5)
}

// The SDK keeps a request of each action, with all members. What we write of them is the same.
func TestBodiesAgreeWithTheRequestsThatTheSDKKeeps(t *testing.T) {
	t.Parallel()
	const attribute = `{"key0":{"S":"__AttributeValueMemberS__"}}`
	names := map[string]string{"key0": "__Value__"}
	namesOnly, x := &expression{names: names}, &expression{names: names, encoded: []byte(strings.TrimSuffix(attribute, "}"))}
	key, capacity, allOld := []byte(attribute), types.ReturnConsumedCapacityIndexes, types.ReturnValuesOnConditionCheckFailureAllOld
	condition := writeCondition{x, aws.String("__ConditionExpression__"), allOld}
	filter, projection := aws.String("__FilterExpression__"), aws.String("__ProjectionExpression__")
	write := func(member string) writeBody {
		return writeBody{condition: condition, member: member, item: key, table: "__TableName__"}
	}
	put, del, update := write("Item"), write("Key"), write("Key")
	update.update = "__UpdateExpression__"
	transacted := update
	update.capacity, update.returns = capacity, types.ReturnValueNone
	put.capacity, put.returns, del.capacity, del.returns = capacity, types.ReturnValueNone, capacity, types.ReturnValueNone
	request := []byte(`{"DeleteRequest":{"Key":` + attribute + `},"PutRequest":{"Item":` + attribute + `}}`)
	for action, body := range map[string]interface{ appendTo([]byte) []byte }{
		"GetItem": &getBody{true, namesOnly, key, projection, capacity, "__TableName__"},
		"Scan": &pageBody{
			true, key, x, filter, "__IndexName__", "", 1, projection, capacity, false, 1, 1, types.SelectAllAttributes, "__TableName__",
		},
		"Query": &pageBody{
			true, key, x, filter, "__IndexName__", "__KeyConditionExpression__", 1, projection, capacity, false, 0, 0, types.SelectAllAttributes, "__TableName__",
		},
		"PutItem":    &put,
		"UpdateItem": &update,
		"DeleteItem": &del,
		"BatchGetItem": bodyOfBatch(func() ([]byte, error) {
			body := &batchGetBody{[]tableKeys{{"key0", true, namesOnly, projection, []int{0, 1}}}, capacity}
			return body.appendTo(nil, encodedList{key, key}.append)
		}),
		"BatchWriteItem": bodyOfBatch(func() ([]byte, error) {
			body := &batchWriteBody{[]tableRequests{{"key0", []int{0, 1}}}, capacity}
			return body.appendTo(nil, encodedList{request, request}.append)
		}),
		"TransactWriteItems":              &transactWriteBody{"__ClientRequestToken__", capacity, []transactedWrite{encodedWrite{kind: "Put", body: write("Item")}, encodedWrite{kind: "Delete", body: write("Key")}}},
		"TransactWriteItems of an update": &transactWriteBody{"__ClientRequestToken__", capacity, []transactedWrite{encodedWrite{kind: "Update", body: transacted}}},
		"TransactWriteItems of a check":   &transactWriteBody{"__ClientRequestToken__", capacity, []transactedWrite{encodedWrite{kind: "ConditionCheck", body: write("Key")}}},
		"TransactGetItems":                &transactGetBody{capacity, []*getRequest{{&GetItemRequest{TableName: "__TableName__"}, key, namesOnly, projection}}},
	} {
		action, _, _ := strings.Cut(action, " ")
		var ours, theirs any
		require.NoError(t, json.Unmarshal(body.appendTo(nil), &ours))
		require.NoError(t, json.Unmarshal([]byte(sdkRequest(t, action)), &theirs))
		requireContained(t, action, ours, theirs)
	}
}

// requireContained requires that theirs has each member of ours, with the same value.
func requireContained(t *testing.T, at string, ours, theirs any) {
	t.Helper()
	switch ours := ours.(type) {
	case map[string]any:
		theirs := object(theirs)
		require.NotEmpty(t, ours)
		for name := range ours {
			require.Contains(t, theirs, name, at)
			requireContained(t, at+"."+name, ours[name], theirs[name])
		}
	case []any:
		theirs, _ := theirs.([]any)
		require.NotEmpty(t, ours)
		require.GreaterOrEqual(t, len(theirs), len(ours), at)
		for i := range ours {
			requireContained(t, fmt.Sprintf("%s[%d]", at, i), ours[i], theirs[i])
		}
	default:
		require.Equal(t, theirs, ours, at)
	}
}

// sdkRequest returns the body of the request of an action that the SDK's own tests compare with.
func sdkRequest(t *testing.T, action string) string {
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/dynamodb").Output()
	require.NoError(t, err)
	snapshot, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "request_snapshot", action+".request.snap"))
	require.NoError(t, err)
	_, body, found := strings.Cut(string(snapshot), "\n\n{")
	require.True(t, found)
	return "{" + body
}
