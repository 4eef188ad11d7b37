package wire

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

func client(a wiretest.Answer, options ...func(*dynamodb.Options)) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region: "us-east-1", HTTPClient: a, RetryMaxAttempts: 1,
		DisableValidateResponseChecksum: true,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
		}),
	}, options...)
}

func strict(o *dynamodb.Options) { o.Protocol = Strict{o.Protocol} }

func get(t interface{ Context() context.Context }, a wiretest.Answer, options ...func(*dynamodb.Options)) (map[string]types.AttributeValue, error) {
	out, err := client(a, options...).GetItem(t.Context(), &dynamodb.GetItemInput{
		TableName: aws.String("Music"), Key: map[string]types.AttributeValue{"ID": &types.AttributeValueMemberS{Value: "a"}},
	})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

// The SDK gives such an attribute the value of the one before it.
func TestAttributeWithoutValueIsRefused(t *testing.T) {
	t.Parallel()

	for _, value := range []string{
		`{}`, `{"X":"1"}`, `{"S":null}`, `{"SS":null}`, `{"L":null}`,
		`{"L":[{"S":"q"},{}]}`, `{"L":[{"S":"q"},{"X":[{"S":"z"}]}]}`,
		`{"M":{"a":{"S":"q"},"b":{}}}`, `null`, `{"L":[null]}`, `{"SS":["a",null]}`, `{"NS":["1",null]}`, `{"BS":["AA==",null]}`, `{"M":{"a":{"M":{"b":{"L":[{"X":true}]}}}}}`,
	} {
		item, err := get(t, wiretest.Reply(200, `{"Item":{"Name":{"S":"Lyon"},"Other":`+value+`}}`), strict)
		assert.ErrorIs(t, err, ErrNoValue, value)
		assert.Nil(t, item, value)
		var undecoded *smithy.DeserializationError
		assert.ErrorAs(t, err, &undecoded, value)
	}
}

// Of two values of one name the last was handed on.
func TestNameThatIsThereTwiceIsRefused(t *testing.T) {
	t.Parallel()

	many := func(n int, last string) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`"a%d":{"S":"q"}`, i))
		}
		return strings.Join(append(all, last), ",")
	}
	for _, body := range []string{
		`{"Item":{"Name":{"S":"Lyon"},"Name":{"S":"Nice"}}}`,
		`{"Item":{"Name":{"S":"Lyon"},"N\u0061me":{"S":"Lyon"}}}`,
		`{"Item":{"Name":{"S":"Lyon"}},"Item":{"Name":{"S":"Nice"}}}`,
		`{"Item":{"a":{"M":{"b":{"M":{"c":{"S":"1"}}},"c":{"L":[{"M":{"d":{"S":"1"},"d":{"S":"2"}}}]}}}}}`,
		`{"Item":{` + many(15, `"a7":{"S":"r"}`) + `}}`, `{"Item":{` + many(16, `"a7":{"S":"r"}`) + `}}`,
		`{"Item":{` + many(17, `"a16":{"S":"r"}`) + `}}`, `{"Item":{` + many(40, `"a39":{"S":"r"}`) + `}}`,
	} {
		_, err := get(t, wiretest.Reply(200, body), strict)
		assert.ErrorIs(t, err, ErrTwice, body)
	}
	for _, body := range []string{ // the names of other objects do not count
		`{"Item":{"a":{"M":{"a":{"M":{"a":{"S":"1"}}},"b":{"M":{}}}},"b":{"L":[{"M":{"a":{"S":"1"}}},{"M":{"a":{"S":"1"}}}]}}}`,
		`{"Item":{` + many(40, `"a":{"M":{`+many(40, `"b":{"S":""}`)+`}}`) + `}}`,
	} {
		want, err := get(t, wiretest.Reply(200, body))
		require.NoError(t, err)
		got, err := get(t, wiretest.Reply(200, body), strict)
		require.NoError(t, err, body)
		assert.Equal(t, want, got)
	}
}

// The item of a failed condition had the value of the attribute before, too.
func TestItemOfAFailureIsReadStrictly(t *testing.T) {
	t.Parallel()

	for item, damage := range map[string]error{
		`{"a":{"S":"q"},"b":{}}`: ErrNoValue, `{"a":{"SS":["q",null]}}`: ErrNoValue, `{"a":{"S":"q"},"a":{"S":"r"}}`: ErrTwice,
	} {
		var failed *types.ConditionalCheckFailedException
		_, err := get(t, wiretest.Reply(400, `{"__type":"x#ConditionalCheckFailedException","message":"m","Item":`+item+`}`), strict)
		require.ErrorIs(t, err, damage)
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "m", *failed.Message)
		assert.Nil(t, failed.Item)

		var cancelled *types.TransactionCanceledException
		_, err = get(t, wiretest.Reply(400, `{"__type":"x#TransactionCanceledException","Message":"m","CancellationReasons":[{"Code":"ConditionalCheckFailed","Item":`+item+`}]}`), strict)
		require.ErrorIs(t, err, damage)
		require.ErrorAs(t, err, &cancelled)
		require.Len(t, cancelled.CancellationReasons, 1)
		assert.Nil(t, cancelled.CancellationReasons[0].Item)
	}
	var throttled *types.ProvisionedThroughputExceededException
	_, err := get(t, wiretest.Reply(400, `{"__type":"x#ProvisionedThroughputExceededException","message":"m","Message":"m","ThrottlingReasons":[{"reason":"r","resource":"t"}]}`), strict)
	require.ErrorAs(t, err, &throttled)
	assert.NotErrorIs(t, err, ErrTwice)
	assert.Len(t, throttled.ThrottlingReasons, 1)

	var undecoded *smithy.DeserializationError
	_, err = get(t, wiretest.Reply(400, `{"__type":"x#ConditionalCheckFailedException","Item":3}`), strict)
	require.ErrorAs(t, err, &undecoded)
}

// This is what Strict is for. If it fails, the SDK has been mended.
func TestSDKGivesItTheValueBefore(t *testing.T) {
	t.Parallel()

	item, err := get(t, wiretest.Reply(200, `{"Item":{"Name":{"S":"Lyon"},"Other":{"X":"1"}}}`))
	require.NoError(t, err)
	assert.Equal(t, &types.AttributeValueMemberS{Value: "Lyon"}, item["Other"])
}

// The SDK ends a list or a map where it meets what it cannot read.
func TestErrorWithinAListIsNotLost(t *testing.T) {
	t.Parallel()

	for _, value := range []string{`{"L":[{"S":"q"},3]}`, `{"SS":["a",3]}`, `{"M":{"a":3}}`, `{"S":"a","N":"1"}`} {
		_, err := get(t, wiretest.Reply(200, `{"Item":{"Other":`+value+`}}`), strict)
		assert.Error(t, err, value)
	}
	for _, body := range []string{`{"Items":[{"a":{"S":"q"}},3]}`, `{"Items":[{"a":{"S":"q"}}`, `{"Items":[{"a":{"S":"q"}},`, `{"Items":[{"a":`} {
		_, err := client(wiretest.Reply(200, body), strict).Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("Music")})
		assert.Error(t, err, body)
	}
}

// value draws the JSON of any value that DynamoDB can send.
func value(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		most := 9
		if depth == 0 {
			most = 7
		}
		inner := func() string { return value(depth-1).Draw(t, "value") }
		switch rapid.IntRange(0, most).Draw(t, "kind") {
		case 0:
			return `{"S":""}`
		case 1:
			return `{"N":"-1.5E+3"}`
		case 2:
			return `{"BOOL":false}`
		case 3:
			return `{"NULL":true}`
		case 4:
			return `{"B":"AAE="}`
		case 5:
			return `{"SS":["a","\u00e9"]}`
		case 6:
			return `{"NS":["1","2"]}`
		case 7:
			return `{"BS":["AA==",""]}`
		case 8:
			var all []string
			for range rapid.IntRange(0, 3).Draw(t, "elements") {
				all = append(all, inner())
			}
			return `{"L":[` + strings.Join(all, ",") + `]}`
		}
		var all []string
		for i := range rapid.IntRange(0, 3).Draw(t, "attributes") {
			all = append(all, fmt.Sprintf(`"a%d":%s`, i, inner()))
		}
		return `{"M":{` + strings.Join(all, ",") + `}}`
	})
}

// What DynamoDB does send reads as the SDK reads it.
func TestAgreesWithTheSDK(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		body := `{"Item":{"a":` + value(3).Draw(t, "a") + `,"b":` + value(3).Draw(t, "b") + `}}`
		want, err := get(t, wiretest.Reply(200, body))
		require.NoError(t, err)
		got, err := get(t, wiretest.Reply(200, body), strict)
		require.NoError(t, err, body)
		assert.Equal(t, want, got)
	})
}

func TestOtherAnswersAreAsTheyWere(t *testing.T) {
	t.Parallel()

	tables, err := client(wiretest.Reply(200, `{"TableNames":["a","b"],"LastEvaluatedTableName":"b"}`), strict).ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, tables.TableNames)
	assert.Equal(t, "b", *tables.LastEvaluatedTableName)

	left, err := client(wiretest.Reply(200, `{"UnprocessedItems":{"Music":[{"PutRequest":{"Item":{"ID":{"S":"a"},"L":{"L":[]}}}},{"DeleteRequest":{"Key":{"ID":{"S":"b"}}}}]}}`), strict).
		BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"Music": {{}}}})
	require.NoError(t, err)
	require.Len(t, left.UnprocessedItems["Music"], 2)
	assert.Equal(t, "b", left.UnprocessedItems["Music"][1].DeleteRequest.Key["ID"].(*types.AttributeValueMemberS).Value)

	var condition *types.ConditionalCheckFailedException
	_, err = get(t, wiretest.Reply(400, `{"__type":"x#ConditionalCheckFailedException","message":"m","Item":{"ID":{"S":"a"}}}`), strict)
	require.ErrorAs(t, err, &condition)
	assert.Len(t, condition.Item, 1)
}

func BenchmarkScanPage(b *testing.B) {
	page := `{"Items":[` + strings.Repeat(`{"ID":{"N":"12"},"Name":{"S":"Lyon"},"Tags":{"SS":["a","b"]},"Admin":{"L":[{"S":"1"},{"N":"2"}]}},`, 999) + `{}],"Count":1000}`
	for name, option := range map[string]func(*dynamodb.Options){"sdk": func(*dynamodb.Options) {}, "strict": strict} {
		b.Run(name, func(b *testing.B) {
			c := client(wiretest.Reply(200, page), option)
			b.ReportAllocs()
			for b.Loop() {
				out, err := c.Scan(b.Context(), &dynamodb.ScanInput{TableName: aws.String("Music")})
				if err != nil || len(out.Items) != 1000 {
					b.Fatal(err)
				}
			}
		})
	}
}

// The SDK's decoder goes on behind an error within a list, and out of the answer.
const panicking = `{"Responses":{"Music":[,0A`

func batchGet(t *testing.T, a wiretest.Answer, options ...func(*dynamodb.Options)) error {
	_, err := client(a, options...).BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		"Music": {Keys: []map[string]types.AttributeValue{{"ID": &types.AttributeValueMemberS{Value: "a"}}}},
	}})
	return err
}

// This is what the recovery is for. If it fails, the SDK has been mended.
func TestSDKPanicsOverAnAnswer(t *testing.T) {
	t.Parallel()

	assert.Panics(t, func() { _ = batchGet(t, wiretest.Reply(200, panicking)) })
}

func TestNoAnswerMakesTheDecoderPanic(t *testing.T) {
	t.Parallel()

	err := batchGet(t, wiretest.Reply(200, panicking), strict)
	assert.ErrorIs(t, err, ErrPanic)
	assert.NotContains(t, err.Error(), "Music", "the text holds nothing of the answer")
	var undecoded *smithy.DeserializationError
	assert.ErrorAs(t, err, &undecoded)
}
