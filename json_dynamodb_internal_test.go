package dynamoconn

import (
	"encoding/base64"
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
)

func TestDynamoDBJSONMarshal(t *testing.T) {
	t.Parallel()
	const want = `{"Artist":{"S":"No One <You> Know"},"Year":{"N":"2004"},"Price":{"N":"9.990"},` +
		`"Exact":{"N":"12345678901234567890.123456789012345678"},"Odd":{"N":"+.5e3"},"Live":{"BOOL":true},` +
		`"Note":{"NULL":true},"Cover":{"B":"/wAB"},"Empty":{"B":""},` +
		`"Tags":{"L":[{"S":"rock"},{"N":"7"},{"L":[]}]},"Label":{"M":{"City":{"S":"Lyon"},"None":{"M":{}}}},` +
		`"Formats":{"SS":["LP","CD"]},"Sizes":{"NS":["1","2.50"]},"Hashes":{"BS":["AQ==",""]}}`
	item := everyKind()
	got, err := DynamoDBJSON(item).MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, want, string(got))
	assert.Equal(t, everyKind(), item, "the item was changed")

	var back DynamoDBJSON
	require.NoError(t, json.Unmarshal(got, &back))
	assert.True(t, item.Equal(Item(back)))
	again, err := back.MarshalJSON()
	require.NoError(t, err)
	assert.Equal(t, want, string(again))

	got, err = json.Marshal([]DynamoDBJSON{nil, {}})
	require.NoError(t, err)
	assert.Equal(t, `[null,{}]`, string(got))
}

func TestDynamoDBJSONUnmarshal(t *testing.T) {
	t.Parallel()
	var export struct{ Item DynamoDBJSON }
	require.NoError(t, json.Unmarshal([]byte(` { "Item" : { "Z" : { "N" : "\u0037" } , "A":{"N":"7.0"},
		"L":{"L":[ ]}, "M" : {"M":{ }},"f":{"BOOL" : false}, "B":{"B":""}, "BS":{"BS":["","AAE="]} } }`), &export))
	assert.Equal(t, DynamoDBJSON{
		Long("Z", 7),
		Decimal("A", MustNumber("7.0")),
		&KeyValueList{Key: "L", ListValue: []KeyValue{}},
		&KeyValueMap{Key: "M", MapValue: Item{}},
		Boolean("f", false),
		Binary("B", []byte{}),
		BinarySet("BS", []byte{}, []byte{0, 1}),
	}, export.Item)

	require.NoError(t, json.Unmarshal([]byte(`null`), &export.Item))
	assert.Nil(t, export.Item)
}

func TestDynamoDBJSONUnmarshalRefuses(t *testing.T) {
	t.Parallel()
	number := []error{ErrInvalidRequest, ErrInvalidNumber}
	for _, fault := range []jsonFault{
		{text: `[]`, rule: "must be an object"},
		{text: `{"a":"x"}`, path: "a", rule: "must be an object that names the type"},
		{text: `{"a":null}`, path: "a", rule: "must be an object that names the type"},
		{text: `{"a":5}`, path: "a", rule: "must be an object that names the type"},
		{text: `{"a":}`, path: "a", rule: "is not valid JSON at byte 5"},
		{text: `{"a":{}}`, path: "a", rule: "names no type"},
		{text: `{"a":{1}}`, path: "a", rule: "is not valid JSON at byte 6"},
		{text: `{"a":{"S"}}`, path: "a", rule: "is not valid JSON at byte 9"},
		{text: `{"a":{"S":"x"`, path: "a", rule: "is not valid JSON at byte 13"},
		{text: `{"a":{"\ud800":"x"}}`, path: "a", rule: "holds half of a surrogate pair"},
		{text: `{"a":{"s":"x"}}`, path: "a", rule: "is of the unknown type s"},
		{text: `{"a":{"City, Country":"x"}}`, path: "a", rule: `is of the unknown type "City, Country"`},
		{text: `{"a":{"":"x"}}`, path: "a", rule: `is of the unknown type ""`},
		{text: `{"a":{"S":"x","N":"1"}}`, path: "a", rule: "must have one type only"},
		{text: `{"a":{"S":"x","S":"x"}}`, path: "a", rule: "must have one type only"},
		{text: `{"a":{"S":null}}`, path: "a", rule: "must be a string"},
		{text: `{"a":{"S":7}}`, path: "a", rule: "must be a string"},
		{text: `{"a":{"S":}}`, path: "a", rule: "is not valid JSON at byte 10"},
		{text: `{"a":{"S":"\ud800"}}`, path: "a", rule: "holds half of a surrogate pair"},
		{text: `{"a":{"N":7}}`, path: "a", rule: "must be a string"},
		{text: `{"a":{"N":"x"}}`, path: "a", causes: number,
			rule: "invalid number: text holds something other than digits, one point, signs and one exponent"},
		{text: `{"a":{"N":""}}`, path: "a", rule: "invalid number: text is empty", causes: number},
		{text: `{"a":{"NS":["1","1e200"]}}`, path: "a[1]", causes: number,
			rule: "invalid number: magnitude is over 9.9999999999999999999999999999999999999E+125"},
		{text: `{"a":{"NS":[1]}}`, path: "a[0]", rule: "must be a string"},
		{text: `{"a":{"NS":["1","01.0"]}}`, path: "a[1]", rule: "is in the set twice"},
		{text: `{"a":{"SS":["x","y","x"]}}`, path: "a[2]", rule: "is in the set twice"},
		{text: `{"a":{"BS":["AQ==","AQ=="]}}`, path: "a[1]", rule: "is in the set twice"},
		{text: `{"a":{"SS":[]}}`, path: "a", rule: "a set must not be empty"},
		{text: `{"a":{"SS":null}}`, path: "a", rule: "must be an array"},
		{text: `{"a":{"BOOL":"true"}}`, path: "a", rule: "must be true or false"},
		{text: `{"a":{"BOOL":?}}`, path: "a", rule: "is not valid JSON at byte 13"},
		{text: `{"a":{"NULL":false}}`, path: "a", rule: "a NULL must be true"},
		{text: `{"a":{"B":"AQ"}}`, path: "a", rule: "is not base64"},
		{text: `{"a":{"B":"AR=="}}`, path: "a", rule: "is not base64"},
		{text: `{"a":{"B":"AQ\n=="}}`, path: "a", rule: "is not base64"},
		{text: `{"a":{"B":"_w=="}}`, path: "a", rule: "is not base64"},
		{text: `{"a":{"B":[1]}}`, path: "a", rule: "must be a string"},
		{text: `{"a":{"BS":["AQ==","?"]}}`, path: "a[1]", rule: "is not base64"},
		{text: `{"a":{"L":{}}}`, path: "a", rule: "must be an array"},
		{text: `{"a":{"M":[]}}`, path: "a", rule: "must be an object"},
		{text: `{"a":{"L":[{"S":"x"},{"M":{"b c":{"N":"x.y"}}}]}}`, path: `a[1]."b c"`, causes: number,
			rule: "invalid number: text holds something other than digits, one point, signs and one exponent"},
		{text: `{"a":{"M":{"":{"S":"x"}}}}`, path: `a.""`, rule: "the name must not be empty"},
		{text: `{"a":{"S":"x"},"a":{"S":"x"}}`, path: "a", rule: "is in the object twice"},
		{text: `{"a":{"S":"x"}} 1`, rule: "is not valid JSON at byte 16"},
	} {
		fault.check(t, func(data []byte) error {
			item := DynamoDBJSON{Long("old", 1)}
			err := item.UnmarshalJSON(data)
			assert.Equal(t, DynamoDBJSON{Long("old", 1)}, item, "the item was changed")
			return err
		})
	}
}

func TestDynamoDBJSONNestsThirtyTwoLevels(t *testing.T) {
	t.Parallel()
	data, err := DynamoDBJSON{deepList("a", deepestNesting)}.MarshalJSON()
	require.NoError(t, err)
	var item DynamoDBJSON
	require.NoError(t, item.UnmarshalJSON(data))
	assert.True(t, Item{deepList("a", deepestNesting)}.Equal(Item(item)))

	_, err = DynamoDBJSON{deepList("a", deepestNesting+1)}.MarshalJSON()
	require.ErrorIs(t, err, ErrInvalidRequest)
	deeper := []byte(`{"a":{"L":[` + string(data[5:len(data)-1]) + `]}}`)
	require.True(t, json.Valid(deeper))
	require.ErrorIs(t, item.UnmarshalJSON(deeper), ErrInvalidRequest)
}

func TestDynamoDBJSONRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		item := itemGenerator{}.item().Draw(t, "item")
		data, err := DynamoDBJSON(item).MarshalJSON()
		require.NoError(t, err)
		var back DynamoDBJSON
		require.NoError(t, back.UnmarshalJSON(data))
		require.True(t, item.Equal(Item(back)), "%v became %v", item, Item(back))
		require.Equal(t, item.Keys(), Item(back).Keys())
		again, err := back.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(data), string(again), "the text of a number was lost")

		// It holds the same as the SDK's types.
		attributes, err := ToAttributeValues(item)
		require.NoError(t, err)
		var generic any
		require.NoError(t, json.Unmarshal(data, &generic))
		require.Equal(t, map[string]any{"M": generic}, sdkJSON(&types.AttributeValueMemberM{Value: attributes}))

		// Reading it gives the same item as reading the SDK's types.
		fromSDK, err := FromAttributeValues(attributes)
		require.NoError(t, err)
		require.Equal(t, canonical(fromSDK), canonical(Item(back)))
		for _, kv := range fromSDK {
			got, _ := Item(back).Get(kv.KeyName())
			require.IsType(t, kv, got)
		}
	})
}

// sdkJSON returns av as encoding/json would read it from DynamoDB JSON.
func sdkJSON(av types.AttributeValue) any {
	one := func(tag string, value any) any { return map[string]any{tag: value} }
	all := func(members []string) any {
		list := make([]any, len(members))
		for i, member := range members {
			list[i] = member
		}
		return list
	}
	switch av := av.(type) {
	case *types.AttributeValueMemberS:
		return one("S", av.Value)
	case *types.AttributeValueMemberN:
		return one("N", av.Value)
	case *types.AttributeValueMemberBOOL:
		return one("BOOL", av.Value)
	case *types.AttributeValueMemberNULL:
		return one("NULL", av.Value)
	case *types.AttributeValueMemberB:
		return one("B", base64.StdEncoding.EncodeToString(av.Value))
	case *types.AttributeValueMemberSS:
		return one("SS", all(av.Value))
	case *types.AttributeValueMemberNS:
		return one("NS", all(av.Value))
	case *types.AttributeValueMemberBS:
		texts := make([]string, len(av.Value))
		for i, member := range av.Value {
			texts[i] = base64.StdEncoding.EncodeToString(member)
		}
		return one("BS", all(texts))
	case *types.AttributeValueMemberL:
		list := make([]any, len(av.Value))
		for i, value := range av.Value {
			list[i] = sdkJSON(value)
		}
		return one("L", list)
	case *types.AttributeValueMemberM:
		object := map[string]any{}
		for name, value := range av.Value {
			object[name] = sdkJSON(value)
		}
		return one("M", object)
	}
	return nil
}

func FuzzDynamoDBJSON(f *testing.F) {
	seedJSON(f, func(item Item) ([]byte, error) { return DynamoDBJSON(item).MarshalJSON() })
	mutate.Fuzz(f, func(t *testing.T, data []byte) {
		item := DynamoDBJSON{Long("old", 1)}
		err := item.UnmarshalJSON(data)
		want, refused := typedOracle(data)
		checkJSONAnswer(t, data, want, refused, Item(item), err)
		if err != nil {
			return
		}
		text, err := item.MarshalJSON()
		require.NoError(t, err)
		var back, within DynamoDBJSON
		require.NoError(t, back.UnmarshalJSON(text))
		require.True(t, Item(item).Equal(Item(back)))
		again, err := back.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
		require.NoError(t, json.Unmarshal(data, &within))
		require.Equal(t, item, within)
	})
}
