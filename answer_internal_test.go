package dynamoconn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/internal/mutate"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// twins are this package's client and the SDK's own, which get the same answers.
type twins struct {
	ours *Client
	sdk  *dynamodb.Client

	toOurs, toSDK *wiretest.Client
}

func newTwins(f *testing.F) *twins {
	f.Helper()
	pair := &twins{}
	var err error
	pair.ours, err = New(f.Context(), WithAWSConfig(aws.Config{}), WithRegion(RegionUSEast1),
		WithHTTPClient(wiretest.Func(func(req *http.Request) (*http.Response, error) { return pair.toOurs.Do(req) })),
		WithStaticCredentials("AKIDEXAMPLE", "example", ""), WithMaxAttempts(1))
	require.NoError(f, err)
	provider := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
	})
	pair.sdk = dynamodb.New(dynamodb.Options{
		Region: "us-east-1", Credentials: provider, RetryMaxAttempts: 1, Retryer: aws.NopRetryer{},
		HTTPClient: wiretest.Func(func(req *http.Request) (*http.Response, error) { return pair.toSDK.Do(req) }),
	})
	return pair
}

// answer is the answer to both, without a checksum. If ours asks again, it gets what
// follows.
func (p *twins) answer(status int, body []byte, more ...wiretest.Answer) {
	answer := wiretest.Reply(status, string(body), "X-Amz-Crc32", "", "Content-Type", "application/x-amz-json-1.0")
	p.toOurs, p.toSDK = wiretest.New(append([]wiretest.Answer{answer}, more...)...), wiretest.New(answer)
}

// sdkSays returns what the SDK makes of an answer, also if that is a panic.
func sdkSays[T any](call func() (*T, error)) (out *T, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	return call()
}

// reasonsOf are the reasons for which an answer that the SDK decodes is refused here:
// what the SDK drops or changes without a word.
func reasonsOf(item map[string]types.AttributeValue) []string {
	var reasons []string
	var visit func(av types.AttributeValue, depth int)
	text := func(s string) {
		if !utf8.ValidString(s) {
			reasons = append(reasons, "not UTF-8")
		}
	}
	number := func(s string) {
		if _, ok := oracleNumber(s); !ok {
			reasons = append(reasons, "no number of DynamoDB's")
		}
	}
	set := func(distinct, members int) {
		if members == 0 || distinct < members {
			reasons = append(reasons, "an empty set, or a member that is there twice")
		}
	}
	attributes := func(item map[string]types.AttributeValue, depth int) {
		if depth > 100 {
			reasons = append(reasons, "nested deeper than 100 levels")
			return
		}
		for name, av := range item {
			text(name)
			visit(av, depth)
		}
	}
	visit = func(av types.AttributeValue, depth int) {
		switch av := av.(type) {
		case *types.AttributeValueMemberS:
			text(av.Value)
		case *types.AttributeValueMemberN:
			number(av.Value)
		case *types.AttributeValueMemberNULL:
			if !av.Value {
				reasons = append(reasons, "a NULL that is false")
			}
		case *types.AttributeValueMemberSS:
			distinct := map[string]bool{}
			for _, member := range av.Value {
				text(member)
				distinct[member] = true
			}
			set(len(distinct), len(av.Value))
		case *types.AttributeValueMemberNS:
			distinct := map[string]bool{}
			for _, member := range av.Value {
				number(member)
				if n, ok := oracleNumber(member); ok {
					member = n.String()
				}
				distinct[member] = true
			}
			set(len(distinct), len(av.Value))
		case *types.AttributeValueMemberBS:
			distinct := map[string]bool{}
			for _, member := range av.Value {
				distinct[string(member)] = true
			}
			set(len(distinct), len(av.Value))
		case *types.AttributeValueMemberL:
			if depth >= 100 {
				reasons = append(reasons, "nested deeper than 100 levels")
				return
			}
			for _, value := range av.Value {
				visit(value, depth+1)
			}
		case *types.AttributeValueMemberM:
			attributes(av.Value, depth+1)
		case *types.AttributeValueMemberB, *types.AttributeValueMemberBOOL:
		default:
			reasons = append(reasons, "an unknown type, or none")
		}
	}
	attributes(item, 0)
	return reasons
}

var (
	pairEscape      = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`)
	surrogateEscape = regexp.MustCompile(`\\u[dD][89a-fA-F][0-9a-fA-F]{2}`)
)

// hasHalfPair reports whether a JSON text has an escape of half a surrogate pair.
func hasHalfPair(body []byte) bool {
	rest := bytes.ReplaceAll(body, []byte(`\\`), nil)
	return surrogateEscape.Match(pairEscape.ReplaceAll(rest, nil))
}

// hasOddName reports whether an answer has the name of a table or an index that cannot be
// shown.
func hasOddName(answer map[string]any) bool {
	odd := func(text string) bool {
		return strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) })
	}
	var within func(v any) bool
	within = func(v any) bool {
		switch v := v.(type) {
		case string:
			return odd(v)
		case []any:
			return slices.ContainsFunc(v, within)
		case map[string]any:
			for name, member := range v {
				if odd(name) || within(member) {
					return true
				}
			}
		}
		return false
	}
	for _, member := range []string{"Responses", "UnprocessedKeys", "UnprocessedItems", "ItemCollectionMetrics"} {
		for table := range object(answer[member]) {
			if odd(table) {
				return true
			}
		}
	}
	return within(answer["ConsumedCapacity"])
}

// isOdd reports whether a JSON text has an object with two members of one name, a null, a
// negative number or one that is none, a name that cannot be shown, or an attribute of an
// unknown type, which gets the value before it from the SDK. The tests of internal/wire say
// where that matters.
func isOdd(body []byte) bool {
	decoder := json.NewDecoder(bytes.NewReader(body))
	var names []map[any]bool // of each object or list that is open
	isName := false
	for {
		token, err := decoder.Token()
		if err != nil {
			var answer map[string]any
			return json.Unmarshal(body, &answer) == nil && (hasUnknownType(answer) || hasOddName(answer))
		}
		if number, ok := token.(float64); ok && number < 0 {
			return true
		}
		if text, ok := token.(string); ok && slices.Contains([]string{"nan", "infinity", "-infinity"}, strings.ToLower(text)) {
			return true
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			names = append(names, map[any]bool{})
			if token == json.Delim('[') {
				names[len(names)-1] = nil
			}
		case json.Delim('}'), json.Delim(']'):
			names = names[:len(names)-1]
		case nil:
			return true
		default:
			if top := len(names) - 1; isName {
				if names[top][token] {
					return true
				}
				names[top][token] = true
				isName = false
				continue
			}
		}
		isName = len(names) > 0 && names[len(names)-1] != nil
	}
}

// hasUnknownType reports whether an answer has an attribute of an unknown type.
func hasUnknownType(answer map[string]any) bool {
	known := map[string]bool{"S": true, "N": true, "B": true, "BOOL": true, "NULL": true, "L": true, "M": true, "SS": true, "NS": true, "BS": true}
	var item, value func(any) bool
	value = func(v any) bool {
		if members, is := v.(map[string]any); is && len(members) == 0 {
			return true
		}
		for kind, held := range object(v) {
			if !known[kind] || kind == "M" && item(held) {
				return true
			}
			if list, ok := held.([]any); ok && kind == "L" && slices.ContainsFunc(list, value) {
				return true
			}
		}
		return false
	}
	item = func(v any) bool {
		for _, attribute := range object(v) {
			if value(attribute) {
				return true
			}
		}
		return false
	}
	items := func(v any) bool {
		list, _ := v.([]any)
		return slices.ContainsFunc(list, item)
	}
	for _, list := range object(answer["Responses"]) {
		if items(list) {
			return true
		}
	}
	for _, left := range object(answer["UnprocessedKeys"]) {
		if items(object(left)["Keys"]) {
			return true
		}
	}
	for _, writes := range object(answer["UnprocessedItems"]) {
		list, _ := writes.([]any)
		for _, write := range list {
			if item(object(object(write)["PutRequest"])["Item"]) || item(object(object(write)["DeleteRequest"])["Key"]) {
				return true
			}
		}
	}
	return item(answer["Item"]) || item(answer["LastEvaluatedKey"]) || items(answer["Items"])
}

func object(v any) map[string]any {
	members, _ := v.(map[string]any)
	return members
}

// requireTwins requires that this package's reading of items is the SDK's, or has one
// of the reasons not to be.
func requireTwins(t *testing.T, body []byte, want []map[string]types.AttributeValue, got []Item, refused error, more ...string) {
	t.Helper()
	reasons := more
	if !isObject(body) {
		reasons = append(reasons, "not one JSON object")
	}
	if hasHalfPair(body) {
		reasons = append(reasons, "half of a surrogate pair")
	}
	for _, item := range want {
		reasons = append(reasons, reasonsOf(item)...)
	}
	if refused != nil {
		require.ErrorIs(t, refused, ErrCorruptResponse)
		require.True(t, len(reasons) > 0 || isOdd(body), "the SDK reads it and nothing is wrong: %v", refused)
		return
	}
	require.Empty(t, reasons, "must be refused")
	require.Len(t, got, len(want))
	for i, item := range want {
		attributes := map[string]types.AttributeValue{}
		for _, kv := range got[i] {
			_, twice := attributes[kv.KeyName()]
			require.False(t, twice, "an attribute is there twice")
			attributes[kv.KeyName()] = asSDK(kv)
		}
		if item == nil {
			require.Nil(t, got[i])
			continue
		}
		require.True(t, sameAttributes(item, attributes), "%v became %v", sdkJSON(&types.AttributeValueMemberM{Value: item}), got[i])
	}
}

func isObject(body []byte) bool {
	trimmed := bytes.Trim(body, " \t\r\n")
	return len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(trimmed)
}

// asSDK is a conversion that has nothing in common with ToAttributeValue.
func asSDK(kv KeyValue) types.AttributeValue {
	switch kv := kv.(type) {
	case *KeyValueString:
		return &types.AttributeValueMemberS{Value: kv.StringValue}
	case *KeyValueLong:
		return &types.AttributeValueMemberN{Value: NumberFromInt64(kv.LongValue).String()}
	case *KeyValueDecimal:
		return &types.AttributeValueMemberN{Value: kv.DecimalValue.String()}
	case *KeyValueBoolean:
		return &types.AttributeValueMemberBOOL{Value: kv.BooleanValue}
	case *KeyValueBinary:
		return &types.AttributeValueMemberB{Value: kv.BinaryValue}
	case *KeyValueNull:
		return &types.AttributeValueMemberNULL{Value: true}
	case *KeyValueStringSet:
		return &types.AttributeValueMemberSS{Value: kv.StringSetValue}
	case *KeyValueBinarySet:
		return &types.AttributeValueMemberBS{Value: kv.BinarySetValue}
	case *KeyValueNumberSet:
		set := &types.AttributeValueMemberNS{}
		for _, number := range kv.NumberSetValue {
			set.Value = append(set.Value, number.String())
		}
		return set
	case *KeyValueList:
		list := &types.AttributeValueMemberL{}
		for _, value := range kv.ListValue {
			list.Value = append(list.Value, asSDK(value))
		}
		return list
	case *KeyValueMap:
		m := &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{}}
		for _, value := range kv.MapValue {
			m.Value[value.KeyName()] = asSDK(value)
		}
		return m
	}
	return nil
}

// sameAttributes compares by value: an empty slice is as good as none.
func sameAttributes(a, b map[string]types.AttributeValue) bool {
	return reflect.DeepEqual(sdkJSON(&types.AttributeValueMemberM{Value: a}), sdkJSON(&types.AttributeValueMemberM{Value: b}))
}

func seedAnswers(f *testing.F, wrap func(item string) string) {
	whole, err := json.Marshal(DynamoDBJSON(everyKind()))
	require.NoError(f, err)
	for _, item := range []string{
		string(whole), `{}`, `null`, `{"A":{"S":"x"}}`, `{"A":{"N":"1.10"},"B":{"N":"1e999"}}`, `{"A":{"NULL":false}}`, `{"A":{"XX":"1"}}`,
		`{"A":null}`, `{"A":{}}`, `{"A":{"S":"x","N":"1"}}`, `{"A":{"S":"x"},"A":{"N":"1"}}`, "{\"A\":{\"S\":\"\xff\"}}", `{"A":{"B":"AQ"}}`,
		`{"A":{"NS":["1","x"]},"B":{"SS":[]},"C":{"BS":["AQ==","AQ=="]}}`, `{"A":{"L":[null,{"M":{"B":{"BOOL":1}}}]}}`, `{"A":{"S":"\ud800"}}`,
		`{"A":` + strings.Repeat(`{"L":[`, 101) + `{"S":"x"}` + strings.Repeat(`]}`, 101) + `}`,
		`{"A":` + strings.Repeat(`{"M":{"A":`, 101) + `{"S":"x"}` + strings.Repeat(`}}`, 101) + `}`,
	} {
		f.Add([]byte(wrap(item)))
	}
	for _, body := range []string{"", "{", "[]", "null", "{}{}", `{} x`, ` {"Item":{}} `, `{"Item":[]}`, `{"Item":"x"}`, "{\"\xff\":1}"} {
		f.Add([]byte(body))
	}
}

// FuzzGetItemAnswer requires that the item of any answer to GetItem is the one that the
// SDK reads, or that the answer is refused for a reason that is listed.
func FuzzGetItemAnswer(f *testing.F) {
	seedAnswers(f, func(item string) string { return `{"Item":` + item + `}` })
	pair := newTwins(f)
	key := map[string]types.AttributeValue{"A": &types.AttributeValueMemberS{Value: "a"}}
	mutate.Fuzz(f, func(t *testing.T, body []byte) {
		pair.answer(http.StatusOK, body)
		got, err := pair.ours.GetItem(t.Context(), GetItemRequest{
			TableName: "T", Item: Item{String("A", "a")}, ProjectionExpression: "B", // an item without its key is an answer
		})
		want, sdkErr := sdkSays(func() (*dynamodb.GetItemOutput, error) {
			return pair.sdk.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("T"), Key: key})
		})
		if sdkErr != nil {
			require.ErrorIs(t, err, ErrCorruptResponse)
			return
		}
		var items []Item
		if err == nil {
			items = []Item{got.Item}
		}
		var more []string
		if a, ok := want.Item["A"]; ok && !reflect.DeepEqual(a, key["A"]) {
			more = append(more, "another item than was asked for")
		}
		requireTwins(t, body, []map[string]types.AttributeValue{want.Item}, items, err, more...)
	})
}

// FuzzScanAnswer does the same for a page.
func FuzzScanAnswer(f *testing.F) {
	seedAnswers(f, func(item string) string { return `{"Count":1,"ScannedCount":2,"Items":[` + item + `]}` })
	f.Add([]byte(`{"Count":2,"ScannedCount":2,"Items":[{"A":{"N":"1"}},{}],"LastEvaluatedKey":{"A":{"S":"b"}}}`))
	f.Add([]byte(`{"Count":0,"ScannedCount":-1,"Items":[],"LastEvaluatedKey":{"A":{"S":"a"}}}`))
	f.Add([]byte(`{"Count":0,"ScannedCount":0,"Items":null,"LastEvaluatedKey":{"A":{"NULL":false}}}`))
	f.Add([]byte(`{"LastEvaluatedKey":{}}`))
	pair := newTwins(f)
	start := map[string]types.AttributeValue{"A": &types.AttributeValueMemberS{Value: "a"}}
	mutate.Fuzz(f, func(t *testing.T, body []byte) {
		pair.answer(http.StatusOK, body)
		got, err := pair.ours.ScanPage(t.Context(), ScanTableRequest{TableName: "T", ExclusiveStartKey: Item{String("A", "a")}, Limit: 3})
		want, sdkErr := sdkSays(func() (*dynamodb.ScanOutput, error) {
			return pair.sdk.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("T"), ExclusiveStartKey: start, Limit: aws.Int32(3)})
		})
		if sdkErr != nil {
			require.ErrorIs(t, err, ErrCorruptResponse)
			return
		}
		more := reasonsOf(want.LastEvaluatedKey)
		if want.Items == nil {
			more = append(more, "no items, not even none")
		}
		if int(want.Count) != len(want.Items) {
			more = append(more, "another number of items than it counts")
		}
		if want.ScannedCount < want.Count {
			more = append(more, "more items than were read for it")
		}
		if len(want.Items) > 3 || want.ScannedCount > 3 {
			more = append(more, "more items than were asked for")
		}
		if _, nameless := want.LastEvaluatedKey[""]; nameless {
			more = append(more, "a key without a name")
		}
		if len(want.LastEvaluatedKey) > 0 && reflect.DeepEqual(want.LastEvaluatedKey, start) {
			more = append(more, "the page ends where it began")
		}
		var items []Item
		if err == nil {
			items = got.Items
			require.Equal(t, len(want.LastEvaluatedKey) == 0, got.LastEvaluatedKey == nil)
			key, err := FromAttributeValues(want.LastEvaluatedKey)
			require.NoError(t, err)
			require.True(t, key.Equal(got.LastEvaluatedKey) || len(key) == 0)
		}
		requireTwins(t, body, want.Items, items, err, more...)
	})
}

// FuzzQueryAnswer requires that a query reads a page as a scan does, and refuses it if it has an
// item outside of the key condition, out of order or twice.
func FuzzQueryAnswer(f *testing.F) {
	seedAnswers(f, func(item string) string { return `{"Count":1,"ScannedCount":2,"Items":[` + item + `]}` })
	f.Add([]byte(`{"Count":2,"ScannedCount":2,"Items":[{"A":{"S":"a"},"B":{"N":"2"}},{"A":{"S":"a"},"B":{"N":"3"}}],"LastEvaluatedKey":{"A":{"S":"a"},"B":{"N":"4"}}}`))
	f.Add([]byte(`{"Count":2,"ScannedCount":2,"Items":[{"A":{"S":"a"},"B":{"N":"3"}},{"A":{"S":"a"},"B":{"N":"2.5"}}]}`))
	f.Add([]byte(`{"Count":1,"ScannedCount":1,"Items":[{"A":{"S":"b"},"B":{"N":"2"}}]}`))
	pair := newTwins(f)
	start := Item{String("A", "a"), Long("B", 1)}
	typed := QueryRequest{TableName: "T", PartitionKey: start[:1], SortKey: []Condition{Attr("B").GT(1)}, ExclusiveStartKey: start, Limit: 3}
	text := QueryRequest{TableName: "T", KeyConditionExpression: "#a = :a AND (B>:b)", ExclusiveStartKey: start, Limit: 3,
		ExpressionAttributeNames: map[string]string{"#a": "A"}, ExpressionAttributeValues: Item{String(":a", "a"), Long(":b", 1)}}
	mutate.Fuzz(f, func(t *testing.T, body []byte) {
		pair.answer(http.StatusOK, body)
		got, err := pair.ours.ScanPage(t.Context(), ScanTableRequest{TableName: "T", ExclusiveStartKey: start, Limit: 3})
		checked, checkedErr := pair.ours.QueryPage(t.Context(), typed)
		same, sameErr := pair.ours.QueryPage(t.Context(), text)
		require.Equal(t, checkedErr == nil, sameErr == nil, "%v and %v", checkedErr, sameErr)
		if err != nil {
			require.ErrorIs(t, err, ErrCorruptResponse)
			require.ErrorIs(t, checkedErr, ErrCorruptResponse)
			return
		}
		keys := got.Items
		if got.LastEvaluatedKey != nil {
			keys = append(slices.Clip(keys), got.LastEvaluatedKey)
		}
		isRight, before := true, start
		for i, key := range keys {
			a, _ := key.Get("A")
			b, _ := key.Get("B")
			of, _ := before.Get("B")
			order, ok := compareKeyValues(of, b)
			isEnd := i == len(got.Items) && i > 0 // it may be that of the last item
			isRight = isRight && equalValues(a, start[0], 0) && ok && (order < 0 || order == 0 && isEnd)
			before = key
		}
		require.Equal(t, isRight, checkedErr == nil, "%v", checkedErr)
		if isRight {
			require.True(t, slices.EqualFunc(checked.Items, got.Items, Item.Equal))
			require.True(t, slices.EqualFunc(same.Items, got.Items, Item.Equal))
			require.True(t, checked.LastEvaluatedKey.Equal(got.LastEvaluatedKey))
		}
	})
}

// FuzzErrorAnswer requires that what DynamoDB says of a failure is what the SDK reads,
// made fit to be shown, and that no answer makes a failure of certain meaning of one
// that has none.
func FuzzErrorAnswer(f *testing.F) {
	for _, body := range []string{
		"", "null", "[]", `"x"`, "<html>", `{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"m","Item":{"A":{"S":"x"}}}`,
		`{"__type":"a#ProvisionedThroughputExceededException","Message":"m","throttlingReasons":[{"reason":"r","resource":"arn"}]}`,
		`{"__type":"ValidationException:http://x","message":"a\nb\u202ec"}`, `{"code":"X","message":null}`, `{"__type":1}`,
		`{"__type":"InternalServerError"}`, `{"message":"` + strings.Repeat("long ", 400) + `"}`, `{"__type":"ConditionalCheckFailedException","Item":[]}`,
	} {
		for _, status := range []uint16{400, 403, 413, 429, 500, 503} {
			f.Add(status, []byte(body))
		}
	}
	pair := newTwins(f)
	key := map[string]types.AttributeValue{"A": &types.AttributeValueMemberS{Value: "a"}}
	mutate.Fuzz(f, func(t *testing.T, anyStatus uint16, body []byte) {
		status := 400 + int(anyStatus)%200
		pair.answer(status, body)
		req := PutItemRequest{TableName: "T", Item: Item{String("A", "a")}, ReturnItemOnConditionFailure: true}
		resp, err := pair.ours.PutItem(t.Context(), req)
		require.Nil(t, resp)
		var e *Error
		require.ErrorAs(t, err, &e)
		requireShowable(t, e.Error(), e.Code, e.Message)
		if errors.Is(err, ErrCorruptResponse) && e.Code == "" {
			require.NotErrorIs(t, err, ErrConditionFailed)
			require.NotErrorIs(t, err, ErrThrottled)
			return
		}
		_, sdkErr := sdkSays(func() (*dynamodb.PutItemOutput, error) {
			return pair.sdk.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("T"), Item: key})
		})
		require.Error(t, sdkErr)
		var api smithy.APIError
		if errors.As(sdkErr, &api) {
			code, message := reported(api)
			require.Equal(t, code, e.Code)
			require.Equal(t, message, e.Message)
		} else {
			require.Empty(t, e.Code)
		}
		var failed *types.ConditionalCheckFailedException
		if errors.As(sdkErr, &failed) && len(reasonsOf(failed.Item)) == 0 {
			require.True(t, len(e.Item()) == len(failed.Item) || errors.Is(err, ErrCorruptResponse) && len(e.Item()) == 0)
		} else {
			require.Empty(t, e.Item())
		}
		if status >= 500 {
			require.ErrorIs(t, err, ErrAmbiguous)
		}
	})
}

// requireShowable requires that a text has nothing that a terminal or a log would take
// for more than text.
func requireShowable(t *testing.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		require.True(t, utf8.ValidString(text), "%q", text)
		require.LessOrEqual(t, len(text), 4*longestMessage)
		require.Equal(t, -1, strings.IndexFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }), "%q", text)
	}
}

// keyOfText returns what a key of one string attribute A holds.
func keyOfText(item map[string]types.AttributeValue) string {
	if s, ok := item["A"].(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}

// FuzzBatchGetAnswer requires of any answer to BatchGetItem that every key has the item
// that the SDK reads for it, or none, or is named as not read; and that an answer is
// refused as a whole for a reason that is listed, and for no other.
func FuzzBatchGetAnswer(f *testing.F) {
	seedAnswers(f, func(item string) string { return `{"Responses":{"T":[` + item + `]},"UnprocessedKeys":{}}` })
	for _, body := range []string{
		`{"Responses":{"T":[{"A":{"S":"a"},"B":{"N":"1.10"}},{"A":{"S":"b"}}]},"UnprocessedKeys":{}}`,
		`{"Responses":{"T":[{"A":{"S":"a"}},{"A":{"S":"a"}}]},"UnprocessedKeys":{}}`,
		`{"Responses":{"T":[{"A":{"S":"a"}}]},"UnprocessedKeys":{"T":{"Keys":[{"A":{"S":"b"}}]}}}`,
		`{"Responses":{"T":[{"A":{"S":"a"}}]},"UnprocessedKeys":{"T":{"Keys":[{"A":{"S":"a"}}]}}}`,
		`{"Responses":{"T":[{"A":{"S":"c"}}]},"UnprocessedKeys":{}}`, `{"Responses":{"U":[{"A":{"S":"a"}}]},"UnprocessedKeys":{}}`,
		`{"Responses":{"T":[,0A`, `{"Responses":{},"UnprocessedKeys":{}}`, `{"Responses":{}}`, `{"UnprocessedKeys":{}}`, `{"Responses":null,"UnprocessedKeys":null}`,
	} {
		f.Add([]byte(body))
	}
	pair := newTwins(f)
	asked := []string{"a", "b"}
	keys := []map[string]types.AttributeValue{{"A": &types.AttributeValueMemberS{Value: "a"}}, {"A": &types.AttributeValueMemberS{Value: "b"}}}
	mutate.Fuzz(f, func(t *testing.T, body []byte) {
		pair.answer(http.StatusOK, body, wiretest.AllDone())
		req := BatchGetItemRequest{RequestTables: []RequestTable{{Name: "T", Keys: []Item{{String("A", "a")}, {String("A", "b")}}}}}
		got, err := pair.ours.BatchGet(t.Context(), req)
		require.NotNil(t, got)
		out := got.ResponseTables[0]
		require.Len(t, out.Items, len(asked))
		want, sdkErr := sdkSays(func() (*dynamodb.BatchGetItemOutput, error) {
			return pair.sdk.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"T": {Keys: keys}}})
		})

		var reasons []string
		items := make(map[string]map[string]types.AttributeValue)
		open := map[string]bool{"a": true, "b": true}
		if sdkErr == nil {
			if want.Responses == nil || want.UnprocessedKeys == nil {
				reasons = append(reasons, "a member is missing")
			}
			claim := func(table string, item map[string]types.AttributeValue) {
				reasons = append(reasons, reasonsOf(item)...)
				key := keyOfText(item)
				if table != "T" || !open[key] {
					reasons = append(reasons, "was not asked for, or is there twice")
				}
				delete(open, key)
			}
			for table, list := range want.Responses {
				for _, item := range list {
					claim(table, item)
					items[keyOfText(item)] = item
				}
			}
			for table, left := range want.UnprocessedKeys {
				for _, key := range left.Keys {
					claim(table, key)
					if len(key) != 1 {
						reasons = append(reasons, "a key of more than the key")
					}
				}
			}
		}
		if err != nil {
			require.True(t, sdkErr != nil || len(reasons) > 0 || !isObject(body) || isOdd(body), "the SDK reads it and nothing is wrong: %v", err)
			require.ErrorIs(t, err, ErrCorruptResponse)
			var failed *BatchGetError
			require.ErrorAs(t, err, &failed)
			require.Len(t, failed.Failures, len(asked))
			require.Equal(t, []Item{nil, nil}, out.Items)
			require.Empty(t, out.MissingKeys)
			return
		}
		require.NoError(t, sdkErr)
		missing := 0
		for i, key := range asked {
			if items[key] == nil {
				require.Nil(t, out.Items[i])
				missing++
				continue
			}
			requireTwins(t, body, []map[string]types.AttributeValue{items[key]}, out.Items[i:i+1], nil, reasons...)
		}
		require.Len(t, out.MissingKeys, missing)
		require.Empty(t, reasons, "must be refused")
	})
}

// FuzzBatchWriteAnswer requires of any answer to BatchWriteItem that what it leaves
// unprocessed is sent again and nothing else, or that it is not believed and every write
// is in doubt.
func FuzzBatchWriteAnswer(f *testing.F) {
	for _, body := range []string{
		`{"UnprocessedItems":{}}`, `{}`, `null`, ``, `{"UnprocessedItems":null}`, `{"UnprocessedItems":{"T":[]}}`, `{"UnprocessedItems":[]}`,
		`{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"A":{"S":"a"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{"DeleteRequest":{"Key":{"A":{"S":"b"}}}},{"PutRequest":{"Item":{"A":{"S":"a"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{"DeleteRequest":{"Key":{"A":{"S":"b"}}}},{"DeleteRequest":{"Key":{"A":{"S":"b"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"A":{"S":"b"}}}}]}}`, `{"UnprocessedItems":{"U":[{"PutRequest":{"Item":{"A":{"S":"a"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{}]}}`, `{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"A":{"S":"a"}}},"DeleteRequest":{"Key":{"A":{"S":"b"}}}}]}}`,
		`{"UnprocessedItems":{"T":[{"PutRequest":{"Item":{"A":{"S":"a"},"A":{"S":"a"}}}}]}}`, `{"UnprocessedItems":{"T":null}}`,
	} {
		f.Add([]byte(body))
	}
	pair := newTwins(f)
	put := map[string]types.AttributeValue{"A": &types.AttributeValueMemberS{Value: "a"}}
	del := map[string]types.AttributeValue{"A": &types.AttributeValueMemberS{Value: "b"}}
	input := map[string][]types.WriteRequest{"T": {{PutRequest: &types.PutRequest{Item: put}}, {DeleteRequest: &types.DeleteRequest{Key: del}}}}
	mutate.Fuzz(f, func(t *testing.T, body []byte) {
		pair.answer(http.StatusOK, body, wiretest.AllDone())
		got, err := pair.ours.BatchWrite(t.Context(), BatchWriteItemRequest{Tables: []WriteTable{
			{Name: "T", Writes: []Write{{ItemToAdd: Item{String("A", "a")}}, {ItemToDelete: Item{String("A", "b")}}}},
		}})
		require.NotNil(t, got)
		want, sdkErr := sdkSays(func() (*dynamodb.BatchWriteItemOutput, error) {
			return pair.sdk.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: input})
		})
		believable := sdkErr == nil && isObject(body) && want.UnprocessedItems != nil
		puts, deletes := 0, 0
		if sdkErr == nil {
			for table, requests := range want.UnprocessedItems {
				for _, r := range requests {
					switch {
					case table == "T" && r.PutRequest != nil && r.DeleteRequest == nil && len(r.PutRequest.Item) == 1 && keyOfText(r.PutRequest.Item) == "a":
						puts++
					case table == "T" && r.PutRequest == nil && r.DeleteRequest != nil && len(r.DeleteRequest.Key) == 1 && keyOfText(r.DeleteRequest.Key) == "b":
						deletes++
					default:
						believable = false
					}
				}
			}
		}
		believable = believable && puts <= 1 && deletes <= 1
		if !believable || hasHalfPair(body) || err != nil && isOdd(body) {
			require.ErrorIs(t, err, ErrCorruptResponse)
			require.ErrorIs(t, err, ErrAmbiguous)
			var failed *BatchWriteError
			require.ErrorAs(t, err, &failed)
			require.Len(t, failed.Failures, 2)
			require.Zero(t, got.Written)
			require.Len(t, pair.toOurs.Requests(), 1)
			return
		}
		require.NoError(t, err)
		require.Equal(t, 2, got.Written)
		require.Len(t, pair.toOurs.Requests(), 1+min(puts+deletes, 1))
	})
}
