package dynamoconn

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/schemas"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
	"github.com/dynamoconn/dynamoconn/internal/transport"
	"github.com/dynamoconn/dynamoconn/internal/wire"
)

// judgedActions are the actions on items.
var judgedActions = []string{
	"Scan", "Query", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "BatchGetItem", "BatchWriteItem", "TransactGetItems", "TransactWriteItems",
}

// judgeAnswer decodes an answer with the SDK's decoder, made strict by package wire, and
// FromAttributeValues. The second error is why an answer is refused for a reason that those
// do not look for.
func judgeAnswer(action string, body []byte) (a *answer, err, refused error) {
	a, err = sdkAnswer(action, body)
	return a, err, refusedByForm(action, body)
}

// sdkDecode decodes body into out with the SDK's decoder.
func sdkDecode(protocol smithyhttp.ClientProtocol, action string, body []byte, out smithy.Deserializable) error {
	outputs := map[string]*smithy.OperationSchema{
		"Scan":               smithy.NewOperationSchema(schemas.Scan, schemas.ScanInput, schemas.ScanOutput),
		"Query":              smithy.NewOperationSchema(schemas.Query, schemas.QueryInput, schemas.QueryOutput),
		"GetItem":            smithy.NewOperationSchema(schemas.GetItem, schemas.GetItemInput, schemas.GetItemOutput),
		"PutItem":            smithy.NewOperationSchema(schemas.PutItem, schemas.PutItemInput, schemas.PutItemOutput),
		"UpdateItem":         smithy.NewOperationSchema(schemas.UpdateItem, schemas.UpdateItemInput, schemas.UpdateItemOutput),
		"DeleteItem":         smithy.NewOperationSchema(schemas.DeleteItem, schemas.DeleteItemInput, schemas.DeleteItemOutput),
		"BatchGetItem":       smithy.NewOperationSchema(schemas.BatchGetItem, schemas.BatchGetItemInput, schemas.BatchGetItemOutput),
		"BatchWriteItem":     smithy.NewOperationSchema(schemas.BatchWriteItem, schemas.BatchWriteItemInput, schemas.BatchWriteItemOutput),
		"TransactGetItems":   smithy.NewOperationSchema(schemas.TransactGetItems, schemas.TransactGetItemsInput, schemas.TransactGetItemsOutput),
		"TransactWriteItems": smithy.NewOperationSchema(schemas.TransactWriteItems, schemas.TransactWriteItemsInput, schemas.TransactWriteItemsOutput),
	}
	resp := &smithyhttp.Response{Response: &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}}
	return protocol.DeserializeResponse(context.Background(), outputs[action], dynamodbTypes, resp, out)
}

var (
	sdkProtocol   = awsjson.New10(schemas.DynamoDB_20120810)
	dynamodbTypes = &smithy.TypeRegistry{}
)

// sdkAnswer is long because it has a case for each action.
func sdkAnswer(action string, body []byte) (*answer, error) {
	decode := func(out smithy.Deserializable) error {
		return sdkDecode(wire.Strict{ClientProtocol: sdkProtocol}, action, body, out)
	}
	itemAnswer := func(attributes map[string]types.AttributeValue, used []types.ConsumedCapacity) (*answer, error) {
		item, err := FromAttributeValues(attributes)
		return &answer{item: item, capacity: used}, err
	}
	switch action {
	case "Scan":
		var out dynamodb.ScanOutput
		if err := decode(&out); err != nil {
			return nil, err
		}
		return pageAnswer(&out)
	case "Query":
		var out dynamodb.QueryOutput
		if err := decode(&out); err != nil {
			return nil, err
		}
		return pageAnswer(&dynamodb.ScanOutput{Items: out.Items, Count: out.Count, ScannedCount: out.ScannedCount, LastEvaluatedKey: out.LastEvaluatedKey, ConsumedCapacity: out.ConsumedCapacity})
	case "GetItem":
		var out dynamodb.GetItemOutput
		if err := decode(&out); err != nil {
			return nil, err
		}
		return itemAnswer(out.Item, capacityOf(out.ConsumedCapacity))
	case "PutItem":
		var out dynamodb.PutItemOutput
		if err := decode(&out); err != nil {
			return nil, err
		}
		return itemAnswer(out.Attributes, capacityOf(out.ConsumedCapacity))
	case "UpdateItem":
		var out dynamodb.UpdateItemOutput
		if err := decode(&out); err != nil {
			return nil, err
		}
		return itemAnswer(out.Attributes, capacityOf(out.ConsumedCapacity))
	case "DeleteItem":
		var out dynamodb.DeleteItemOutput
		if err := decode(&out); err != nil {
			return nil, err
		}
		return itemAnswer(out.Attributes, capacityOf(out.ConsumedCapacity))
	case "BatchGetItem":
		return sdkBatchGet(decode)
	case "BatchWriteItem":
		return sdkBatchWrite(decode)
	case "TransactGetItems":
		var out dynamodb.TransactGetItemsOutput
		if err := decode(&out); err != nil {
			return nil, err
		}
		a := &answer{capacity: out.ConsumedCapacity}
		if out.Responses != nil {
			a.transactItems = []Item{}
		}
		for _, response := range out.Responses {
			item, err := FromAttributeValues(response.Item)
			if err != nil {
				return nil, err
			}
			a.transactItems = append(a.transactItems, item)
		}
		return a, nil
	}
	var out dynamodb.TransactWriteItemsOutput
	if err := decode(&out); err != nil {
		return nil, err
	}
	return &answer{capacity: out.ConsumedCapacity}, nil
}

func sdkBatchGet(decode func(smithy.Deserializable) error) (*answer, error) {
	var out dynamodb.BatchGetItemOutput
	if err := decode(&out); err != nil {
		return nil, err
	}
	itemsOf := func(list []map[string]types.AttributeValue) (items []Item, err error) {
		if list != nil {
			items = []Item{}
		}
		for _, attributes := range list {
			item, err := FromAttributeValues(attributes)
			if err != nil {
				return nil, err
			}
			items = append(items, item)
		}
		return items, nil
	}
	a := &answer{capacity: out.ConsumedCapacity}
	if out.Responses != nil {
		a.responses = []tableItems{}
	}
	if out.UnprocessedKeys != nil {
		a.unprocessedKeys = []tableItems{}
	}
	for _, table := range slices.Sorted(maps.Keys(out.Responses)) {
		items, err := itemsOf(out.Responses[table])
		if err != nil {
			return nil, err
		}
		a.responses = append(a.responses, tableItems{table, items})
	}
	for _, table := range slices.Sorted(maps.Keys(out.UnprocessedKeys)) {
		items, err := itemsOf(out.UnprocessedKeys[table].Keys)
		if err != nil {
			return nil, err
		}
		a.unprocessedKeys = append(a.unprocessedKeys, tableItems{table, items})
	}
	return a, nil
}

func sdkBatchWrite(decode func(smithy.Deserializable) error) (*answer, error) {
	var out dynamodb.BatchWriteItemOutput
	if err := decode(&out); err != nil {
		return nil, err
	}
	a := &answer{capacity: out.ConsumedCapacity}
	if out.UnprocessedItems != nil {
		a.unprocessedItems = []tableWrites{}
	}
	for _, table := range slices.Sorted(maps.Keys(out.UnprocessedItems)) {
		writes := []unprocessedWrite{}
		for _, request := range out.UnprocessedItems[table] {
			write := unprocessedWrite{isDelete: request.DeleteRequest != nil}
			var err error
			switch {
			case write.isDelete == (request.PutRequest != nil):
				return nil, corrupt("neither a put nor a delete")
			case write.isDelete:
				write.item, err = FromAttributeValues(request.DeleteRequest.Key)
			default:
				write.item, err = FromAttributeValues(request.PutRequest.Item)
			}
			if err != nil {
				return nil, err
			}
			writes = append(writes, write)
		}
		a.unprocessedItems = append(a.unprocessedItems, tableWrites{table, writes})
	}
	return a, nil
}

// refusedByForm returns why an answer is refused for its form, whatever it says: package
// transport refuses it, an object has the same name twice, or text is not Unicode.
func refusedByForm(action string, body []byte) error {
	trimmed := bytes.Trim(body, " \t\r\n")
	switch {
	case !json.Valid(trimmed) || trimmed[0] != '{':
		return fmt.Errorf("no JSON object")
	case !utf8.Valid(body):
		return fmt.Errorf("not UTF-8")
	case hasLoneSurrogate(body):
		return fmt.Errorf("half of a surrogate pair")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if hasNameTwice(decoder) {
		return fmt.Errorf("a name twice")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil {
		return err
	}
	for name, value := range members {
		if fault := transport.MemberFault(action, []byte(name), string(value) == "null"); fault != "" {
			return fmt.Errorf("%s", fault)
		}
	}
	return nil
}

// hasNameTwice reads a value and reports whether an object in it has a name twice.
func hasNameTwice(decoder *json.Decoder) bool {
	token, err := decoder.Token()
	if err != nil {
		return false
	}
	twice := false
	if delim, ok := token.(json.Delim); ok {
		names := map[string]bool{}
		for decoder.More() {
			if delim == '{' {
				name, err := decoder.Token()
				if err != nil {
					return false
				}
				twice = twice || names[name.(string)]
				names[name.(string)] = true
			}
			twice = hasNameTwice(decoder) || twice
		}
		_, _ = decoder.Token()
	}
	return twice
}

// hasBadSet reports whether values have a set that is empty or has a member twice.
func hasBadSet(values []KeyValue) bool {
	return slices.ContainsFunc(values, func(kv KeyValue) bool {
		switch kv := kv.(type) {
		case *KeyValueStringSet:
			return checkSet(kv.StringSetValue, textOfString) != nil
		case *KeyValueNumberSet:
			return checkSet(kv.NumberSetValue, canonicalText) != nil
		case *KeyValueBinarySet:
			return checkSet(kv.BinarySetValue, textOfBytes) != nil
		case *KeyValueList:
			return hasBadSet(kv.ListValue)
		case *KeyValueMap:
			return hasBadSet(kv.MapValue)
		}
		return false
	})
}

// allItems returns the items of an answer.
func (a *answer) allItems() []Item {
	all := slices.Concat([]Item{a.item, a.lastKey}, a.items, a.transactItems)
	for _, table := range slices.Concat(a.responses, a.unprocessedKeys) {
		all = append(all, table.items...)
	}
	for _, table := range a.unprocessedItems {
		for _, write := range table.writes {
			all = append(all, write.item)
		}
	}
	return all
}

// requireAsJudged requires that decodeAnswer makes of body what the judge makes of it.
func requireAsJudged(t require.TestingT, action string, body []byte) {
	given := bytes.Clone(body)
	got, err := decodeAnswer(action, given)
	require.Equal(t, body, given, "the answer was changed")
	for i := range given {
		given[i] = 'x' // nothing may be a part of it
	}
	want, wantErr, refused := judgeAnswer(action, body)
	if wantErr == nil && slices.ContainsFunc(want.allItems(), func(item Item) bool { return hasBadSet(item) }) {
		refused = fmt.Errorf("a set")
	}
	if err != nil {
		require.ErrorIs(t, err, ErrCorruptResponse)
		require.True(t, wantErr != nil || refused != nil, "refused without a reason: %v: %s", err, body)
		return
	}
	require.NoError(t, refused, "%s", body)
	if wantErr != nil && hasMetrics(body) {
		return // they are checked as JSON and skipped
	}
	require.NoError(t, wantErr, "%s", body)
	byTable := func(a, b tableItems) int { return cmp.Compare(a.table, b.table) }
	slices.SortFunc(got.responses, byTable)
	slices.SortFunc(got.unprocessedKeys, byTable)
	slices.SortFunc(got.unprocessedItems, func(a, b tableWrites) int { return cmp.Compare(a.table, b.table) })
	for i := range got.unprocessedItems {
		got.unprocessedItems[i].writes = append([]unprocessedWrite{}, got.unprocessedItems[i].writes...)
	}
	require.Equal(t, want, got, "%s", body)
}

func hasMetrics(body []byte) bool {
	var members struct{ ItemCollectionMetrics json.RawMessage }
	return json.Unmarshal(body, &members) == nil && members.ItemCollectionMetrics != nil
}

// FuzzDecodeAnswer requires of any answer that it is decoded to what the SDK's decoder, made
// strict, and FromAttributeValues make of it, or that it is refused as they refuse it. These
// differences are allowed, and no others: decodeAnswer refuses a name that is twice in any
// object, also where the SDK skips it, text that is not Unicode, and sets that are empty or
// have a member twice; and it looks at item collection metrics as JSON only.
func FuzzDecodeAnswer(f *testing.F) {
	for i, action := range judgedActions {
		for _, body := range answerSeeds(action) {
			f.Add(uint8(i), []byte(body))
		}
	}
	for _, body := range []string{
		`{"Count":-1}`, `{"ScannedCount":-5}`, `{"ConsumedCapacity":{"CapacityUnits":-0.5}}`, `{"ConsumedCapacity":{"TableName":"\u001b[2J"}}`,
		`{"ConsumedCapacity":{"GlobalSecondaryIndexes":{"\u202e":{"CapacityUnits":1}}}}`, `{"Item":{"\u001b":{"S":"\u001b"}}}`,
		`{"Responses":{"\u001b":[]},"UnprocessedKeys":{}}`, `{"Responses":{},"UnprocessedKeys":{"a\u0007":{"Keys":[]}}}`,
		`{"Responses":{},"UnprocessedKeys":{"a":{"Keys":[],"ProjectionExpression":"a,\n b"}}}`, `{"UnprocessedItems":{"\u0000":[]}}`,
	} {
		for i := range judgedActions {
			f.Add(uint8(i), []byte(body))
		}
	}
	for n := range answerSeeds("GetItem")[0] {
		f.Add(uint8(2), []byte(answerSeeds("GetItem")[0][:n]))
	}
	mutate.Fuzz(f, func(t *testing.T, action uint8, body []byte) {
		requireAsJudged(t, judgedActions[int(action)%len(judgedActions)], body)
	})
}

// oddValues are values as DynamoDB writes them, in other forms that mean the same, and with
// each kind of damage.
var oddValues = []string{
	`{"S":"a"}`, `{"S":""}`, `{"N":"1"}`, `{"N":"-7"}`, `{"N":"1.10"}`, `{"N":"-0"}`, `{"N":"007"}`, `{"N":"9223372036854775807"}`, `{"N":"9223372036854775808"}`,
	`{"N":"123456789012345678"}`, `{"N":"-1234567890123456789"}`, `{"N":"1e126"}`, `{"N":""}`, `{"N":"-"}`, `{"N":"x"}`, `{"N":1}`, `{"N":"\u0031"}`,
	`{"B":"AQ=="}`, `{"B":""}`, `{"B":"AR=="}`, `{"B":"AQ\n=="}`, `{"B":"AQ"}`, `{"B":"\u0041Q=="}`, `{"BOOL":true}`, `{"BOOL":false}`, `{"BOOL":null}`, `{"BOOL":"true"}`, `{"BOOL":tru}`,
	`{"NULL":true}`, `{"NULL":false}`, `{"NULL":null}`, `{"L":[]}`, `{"L":[{"S":"x"},{"N":"2"},{"L":[{"NULL":true}]}]}`, `{"L":[null]}`, `{"L":{}}`, `{"L":null}`, `{"L":[{"S":"x"},]}`,
	`{"M":{}}`, `{"M":{"b":{"S":"x"},"a":{"M":{"b":{"N":"1"}}}}}`, `{"M":{"a":null}}`, `{"M":[]}`, `{"M":{"a":{"S":"1"},"a":{"S":"1"}}}`, `{"M":{"":{"S":"e"}}}`,
	`{"SS":["a","b"]}`, `{"SS":[]}`, `{"SS":["a","a"]}`, `{"SS":[null]}`, `{"SS":"a"}`, `{"NS":["1","2.0"]}`, `{"NS":["1","1.0"]}`, `{"NS":["x"]}`, `{"BS":["AQ==","Ag=="]}`, `{"BS":["AQ==","AR=="]}`,
	`{}`, `null`, `[]`, `"a"`, `1`, `{"X":1}`, `{"X":{"a":1,"a":2}}`, `{"X":[1,{"y":null}],"S":"a"}`, `{"S":"a","X":1}`, `{"S":"a","N":"1"}`, `{"S":null,"N":"1"}`, `{"S":"a","N":null}`,
	`{"S":"a","S":null}`, `{"S":null,"S":"a"}`, `{"S":"a","S":"a"}`, `{"X":1,"X":2,"S":"a"}`, `{"\u0053":"a"}`, `{ "S" : "a" }`, "{\t\"L\" :\r\n[ {\"S\":\"x\"} , { \"N\":\"1\"} ] }", `{"S": "a"}`, `{"S":"a" }`,
	`{"L": [ ] }`, `{"M": { } }`, `{"BOOL": true}`, `{"NULL": true }`, `{"SS": [ "a" , "b" ] }`, `{"M" :{"a" : {"S":"x"} , "b":{"S":"y"} } }`,
	`{"S":"é\u00e9\n\"\\\/"}`, `{"S":"\ud83c\udfb8 and \u0000"}`, `{"S":"\ud83c"}`, `{"S":"\udfb8\ud83c"}`, "{\"S\":\"\xff\"}", "{\"S\":\"\\n\xff\"}", "{\"S\":\"a\x01\"}", `{"S":"\x"}`, `{"S":"東京 🎸 and some more text than a word has"}`,
	`{"S":a}`, `{"S"}`, `{"S":"a"`, `{"S":"a`, `{"S":`, `{"S"`, `{"`, `{`, `{"S":"a"}}`, `{"S","a"}`, `{"S":"a";}`,
	strings.Repeat(`{"L":[`, 99) + `{"M":{}}` + strings.Repeat(`]}`, 99), strings.Repeat(`{"L":[`, 101) + strings.Repeat(`]}`, 101), strings.Repeat(`{"M":{"a":`, 100) + `{"S":"x"}` + strings.Repeat(`}}`, 100),
}

// answerSeeds are answers to an action, each value of oddValues among them.
func answerSeeds(action string) []string {
	form := map[string]string{
		"Scan": `{"Count":1,"Items":[%s],"ScannedCount":1}`, "Query": `{"Items":[%s],"Count":1,"ScannedCount":3,"LastEvaluatedKey":{"A":{"S":"a"}}}`,
		"GetItem": `{"Item":%s}`, "PutItem": `{"Attributes":%s}`, "UpdateItem": `{"Attributes":%s}`, "DeleteItem": `{"Attributes":%s}`,
		"BatchGetItem":     `{"Responses":{"T":[%s],"U":[]},"UnprocessedKeys":{"T":{"Keys":[{"A":{"S":"b"}}],"ConsistentRead":true,"ProjectionExpression":"#a","ExpressionAttributeNames":{"#a":"A"}}}}`,
		"BatchWriteItem":   `{"UnprocessedItems":{"T":[{"PutRequest":{"Item":%s}},{"DeleteRequest":{"Key":{"A":{"S":"b"}}}}]}}`,
		"TransactGetItems": `{"Responses":[{"Item":%s},{},{"Item":null}]}`, "TransactWriteItems": `{"ItemCollectionMetrics":{"T":[{"ItemCollectionKey":%s}]}}`,
	}[action]
	members := map[string][]string{
		"Scan": {"Count", "LastEvaluatedKey", "Items"}, "BatchGetItem": {"Responses", "UnprocessedKeys"}, "BatchWriteItem": {"UnprocessedItems"},
		"TransactGetItems": {"Responses"}, "TransactWriteItems": {"ConsumedCapacity", "ItemCollectionMetrics"},
	}[action]
	seeds := []string{fmt.Sprintf(form, `{"A":{"S":"a"},"B":{"N":"1"},"C":{"BOOL":true},"D":{"L":[{"M":{"b":{"S":"x"},"a":{"SS":["x","y"]}}}]}}`)}
	add := func(body string) { seeds = append(seeds, body) }
	for _, value := range oddValues {
		add(fmt.Sprintf(form, `{"A":`+value+`}`))
		add(fmt.Sprintf(form, `{"B":{"S":"x"},"A":`+value+`,"C":{"N":"1"}}`))
		add(fmt.Sprintf(form, `{"L":{"L":[`+value+`,{"S":"x"}]}}`))
		add(fmt.Sprintf(form, value))
		add(fmt.Sprintf(form, `{"A":{"S":"a"}},`+value))
		add(fmt.Sprintf(`{"X":%s,"Count":0,"Items":[]}`, value))
		for _, member := range members {
			add(fmt.Sprintf(`{%q:%s}`, member, value))
			add(fmt.Sprintf(`{%q:[%s]}`, member, value))
			add(fmt.Sprintf(`{%q:{"T":[%s]}}`, member, value))
		}
	}
	for _, used := range []string{
		`{"TableName":"T","CapacityUnits":1.5,"Table":{"CapacityUnits":0.5,"X":[]},"LocalSecondaryIndexes":{"a":{"ReadCapacityUnits":1}},"GlobalSecondaryIndexes":{"b":{"WriteCapacityUnits":1e2}}}`,
		`{"ReadCapacityUnits":1,"WriteCapacityUnits":-0,"VectorIndexes":{"a":{"VectorSearchRequestBytes":1,"VectorWriteRequestBytes":2}}}`, `{"CapacityUnits":"nan"}`, `{"CapacityUnits":"-infinity","Table":null}`,
		`{"CapacityUnits":"1"}`, `{"CapacityUnits":true}`, `{"CapacityUnits":1e999}`, `{"TableName":1}`, `{"Table":[]}`, `{"GlobalSecondaryIndexes":{"a":null}}`, `{"GlobalSecondaryIndexes":null}`, `{"CapacityUnits":1,"CapacityUnits":1}`, `{}`, `null`, `1`, `[]`,
	} {
		add(`{"ConsumedCapacity":` + used + `}`)
		add(`{"ConsumedCapacity":[` + used + `,` + used + `]}`)
	}
	return append(seeds,
		``, ` `, `{}`, ` { } `, `{}x`, `{}{}`, "\ufeff{}", "\f{}", `null`, `[]`, `{"message":"m"}`, `{"__type":"x"}`, `{"Output":{}}`, `{"Code":null}`, `{"Item":null}`, `{"I\u0074em":null}`,
		`{"Items":null,"Count":null}`, `{"Count":1,"Count":1}`, `{"Count":null,"Count":1}`, `{"Count":1.0}`, `{"Count":1e0}`, `{"Count":-0}`, `{"Count":2147483648}`, `{"Count":-2147483648}`, `{"Count":"1"}`, `{"Count":true}`, `{"Count":01}`, `{"Count":- 1}`, `{"Count":1 , "Items" : [ ] }`,
		`{"LastEvaluatedKey":{}}`, `{"LastEvaluatedKey":null}`, `{"LastEvaluatedKey":{"A":{"S":"a"},"B":{"N":"1"}},"Items":[{},{}],"Count":2}`, `{"Items":[{"A":{"S":"1"}},{"B":{"S":"1"},"A":{"S":"2"}},{"A":{"S":"2"},"B":{"S":"1"}},{"A":{"S":"2"},"A":{"S":"1"}}]}`,
		`{"Responses":[]}`, `{"Responses":{}}`, `{"Responses":null}`, `{"Responses":{"T":null}}`, `{"Responses":{"T":[],"T":[]}}`, `{"Responses":[null]}`, `{"Responses":[{"Item":{"A":{"S":"a"}},"Item":null}]}`, `{"Responses":[{"X":1}]}`,
		`{"UnprocessedKeys":{}}`, `{"UnprocessedKeys":{"T":{}}}`, `{"UnprocessedKeys":{"T":{"Keys":null}}}`, `{"UnprocessedKeys":{"T":{"Keys":[null]}}}`, `{"UnprocessedKeys":{"T":{"AttributesToGet":["a"],"X":1}}}`, `{"UnprocessedKeys":{"T":{"AttributesToGet":[1]}}}`, `{"UnprocessedKeys":{"T":{"AttributesToGet":[null]}}}`,
		`{"UnprocessedKeys":{"T":{"ConsistentRead":1}}}`, `{"UnprocessedKeys":{"T":{"ProjectionExpression":1}}}`, `{"UnprocessedKeys":{"T":{"ExpressionAttributeNames":{"a":1}}}}`, `{"UnprocessedKeys":{"T":{"ExpressionAttributeNames":{"a":null}}}}`,
		`{"UnprocessedItems":{"T":[{}]}}`, `{"UnprocessedItems":{"T":[{"PutRequest":null,"DeleteRequest":{"Key":null}}]}}`, `{"UnprocessedItems":{"T":[{"PutRequest":{},"DeleteRequest":{}}]}}`, `{"UnprocessedItems":{"T":[{"PutRequest":{"X":1,"Item":{"A":{"S":"a"}}},"X":[]}]}}`, `{"UnprocessedItems":{"T":[null]}}`, `{"UnprocessedItems":{"T":[]}}`,
	)
}
