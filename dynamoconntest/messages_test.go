package dynamoconntest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// Each case is a request with one or several mistakes, and the error that tests
// recorded on the service expect. No table is needed: these mistakes are found before
// the service looks for the table.
func TestInvalidRequestsGetTheServicesMessages(t *testing.T) {
	t.Parallel()
	h := dynamoconntest.New().Handler()
	const validation = "ValidationException"
	const enveloped = "1 validation error detected: "
	deep := strings.Repeat(`{"M":{"n":`, 32) + `{"S":"x"}` + strings.Repeat("}}", 32)
	for _, c := range []struct{ operation, body, kind, message string }{
		{"Query", `{"TableName":"abc"}`, validation, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."},
		{"Query", `{"TableName":"abc","ProjectionExpression":"a,","ExpressionAttributeNames":{}}`, validation, "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."},
		{"Query", `{"TableName":"abc","KeyConditions":{},"ProjectionExpression":""}`, validation, "Invalid ProjectionExpression: The expression can not be empty;"},
		{"Query", `{"TableName":"abc","KeyConditions":{}}`, validation, "Conditions can be of length 1 or 2 only"},
		{"Query", `{"TableName":"abc","ExclusiveStartKey":{"a":{"N":"x"}}}`, validation, "The parameter cannot be converted to a numeric value: x"},
		{"Query", `{"TableName":"abc","ExclusiveStartKey":{"a":{}}}`, validation, "The provided starting key is invalid: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"},
		{"Query", `{"TableName":"abc","AttributesToGet":["a","a"],"ExclusiveStartKey":{"a":{}}}`, validation, "One or more parameter values were invalid: Duplicate value in attribute name: a"},
		{"Scan", `{"TableName":"abc","ExclusiveStartKey":{"a":{"NS":["1","1"]}}}`, validation, "Input collection contains duplicates"},
		{"Scan", `{"TableName":"abc","ProjectionExpression":"a","ExpressionAttributeValues":{":a":{"S":"a"}}}`, validation, "ExpressionAttributeValues can only be specified when using expressions: FilterExpression is null"},
		{"Scan", `{"TableName":"abc","Segment":1,"FilterExpression":""}`, validation, "The TotalSegments parameter is required but was not present in the request when Segment parameter is present"},
		{"Scan", `{"TableName":"abc","ScanFilter":{"a":{"ComparisonOperator":"NULL"}},"ConditionalOperator":"OR"}`, validation, "ConditionalOperator can only be used when Filter or Expected has two or more elements"},
		{"PutItem", `{"TableName":"abc","Item":{},"ConditionalOperator":"OR"}`, validation, enveloped + "ConditionalOperator cannot be used without Filter or Expected"},
		{"PutItem", `{"TableName":"abc","Item":{"d":` + deep + `,"":{"S":"x"}}}`, validation, enveloped + "Empty attribute name"},
		{"PutItem", `{"TableName":"abc","Item":{"m":{"M":{"":{"S":"x"}}},"d":` + deep + `}}`, validation, enveloped + "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"},
		{"BatchWriteItem", `{"RequestItems":{"abc":[{"PutRequest":{"Item":{"a":{}}}},{}]}}`, validation, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"},
		{"BatchGetItem", `{"RequestItems":{"a!":{"Keys":[{}]}}}`, validation, `1 validation error detected: Value '{"a!":{"Keys":[{}]}}' at 'requestItems' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 3, Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+]`},
		{"TransactWriteItems", `{"ClientRequestToken":"` + strings.Repeat("x", 37) + `","ReturnConsumedCapacity":"X","TransactItems":[{"Delete":{"TableName":"abc","Key":{}}}]}`, validation,
			"2 validation errors detected: Value '" + strings.Repeat("x", 37) + "' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36; " +
				"Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"},
		{"TransactWriteItems", `{"TransactItems":[{"Delete":{"TableName":"abc","Key":{"a":` + deep + `},"ConditionExpression":"a = = b"}}]}`, validation, `Invalid ConditionExpression: Syntax error; token: "=", near: "= = b"`},
		{"DescribeTable", `{}`, validation, "The parameter 'TableName' is required but was not present in the request"},
		{"UpdateTimeToLive", `{"TableName":"a"}`, validation, "TableName must be at least 3 characters long and at most 255 characters long"},
		{"UpdateTable", `{"TableName":"abc","BillingMode":"PROVISIONED"}`, validation, "One or more parameter values were invalid: ProvisionedThroughput must be specified when BillingMode is PROVISIONED"},
		{"UpdateTable", `{"TableName":"abc","ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1000000000001}}`, validation, "Given value 1000000000001 for WriteCapacityUnits is out of bounds"},
		{"CreateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[],"KeySchema":[{"AttributeName":"a","KeyType":"RANGE"}]}`, validation, "Invalid KeySchema: Some index key attribute have no definition"},
		{"CreateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"b","KeyType":"RANGE"}]}`, validation,
			"One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [b], AttributeDefinitions: [a]"},
		{"CreateTable", `{"TableName":"abc","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],"KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],
			"GlobalSecondaryIndexes":[{"IndexName":"abc","KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"Projection":{"ProjectionType":"INCLUDE","NonKeyAttributes":["b","a","b"]}}]}`, validation,
			"One or more parameter values were invalid: Duplicate value in attribute name: b"},
		{"ListTagsOfResource", `{}`, validation, "Invalid TableArn"},
		{"ListTagsOfResource", `{"ResourceArn":"abcd"}`, validation, "One or more parameter values were invalid: ARNs must start with 'arn:': abcd"},
		{"TagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/abc"}`, validation, "1 validation error detected: Value null at 'tags' failed to satisfy constraint: Member must not be null"},
		{"TagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/abc/index/def","Tags":[]}`, validation, "One or more parameter values were invalid: Invalid resource arn provided, only table or stream is accepted. Provided resource arn: arn:aws:dynamodb:us-east-1:000000000000:table/abc/index/def"},
		{"TagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/abc","Tags":[]}`, validation, "Atleast one Tag needs to be provided as Input."},
		{"UntagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/abc","TagKeys":["a"]}`, "ResourceNotFoundException", "Requested resource not found"},
		{"GetItem", `{"TableName":"abc","Key":{},"ExpressionAttributeValues":{}}`, "ResourceNotFoundException", "Requested resource not found"},
	} {
		kind, message := post(t, h, c.operation, c.body)
		assert.Equal(t, [2]string{c.kind, c.message}, [2]string{kind, message}, "%s %.200s", c.operation, c.body)
	}
}

// The texts of the newest recordings, which are of two generations.
func TestMessagesAreThoseOfTheNewestRecordings(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	definitions := `"BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"},{"AttributeName":"b","AttributeType":"S"},{"AttributeName":"c","AttributeType":"S"},{"AttributeName":"d","AttributeType":"S"},{"AttributeName":"e","AttributeType":"S"}]`
	schema := func(keys string) string {
		var elements []string
		for key := range strings.FieldsSeq(keys) {
			name, role, _ := strings.Cut(key, ":")
			elements = append(elements, `{"AttributeName":"`+name+`","KeyType":"`+role+`"}`)
		}
		return `"KeySchema":[` + strings.Join(elements, ",") + `]`
	}
	table := func(keys string) string { return `{"TableName":"abc",` + definitions + `,` + schema(keys) + `}` }
	index := func(keys string) string {
		return `{"TableName":"abc",` + definitions + `,` + schema("a:HASH") + `,"GlobalSecondaryIndexes":[{"IndexName":"abc",` + schema(keys) + `,"Projection":{"ProjectionType":"ALL"}}]}`
	}
	const parameters = "One or more parameter values were invalid: "
	for _, c := range []struct{ operation, body, message string }{
		{"BatchWriteItem", `{"RequestItems":{}}`, "The requestItems parameter is required for BatchWriteItem"},
		{"BatchWriteItem", `{}`, "1 validation error detected: Value null at 'requestItems' failed to satisfy constraint: Member must not be null"},
		{"BatchGetItem", `{"RequestItems":{"Tab":{"Keys":[]}}}`, "1 validation error detected: Value at 'RequestItems.Tab.member.Keys' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"BatchGetItem", `{"RequestItems":{"Tab":{"Keys":[` + strings.Repeat(`{},`, 100) + `{}]}}}`, "1 validation error detected: Value at 'RequestItems.Tab.member.Keys' failed to satisfy constraint: Member must have length less than or equal to 100"},
		{"CreateTable", strings.Replace(table("a:HASH"), "abc", "ab", 1), "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3"},
		{"CreateTable", strings.Replace(table("a:HASH"), "abc", "a", 1), "1 validation error detected: Value 'a' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3"},
		{"DeleteTable", `{"TableName":"ab"}`, "TableName must be at least 3 characters long and at most 255 characters long"},
		{"BatchGetItem", `{"RequestItems":{}}`, "1 validation error detected: Value at 'RequestItems' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{"Query", `{"TableName":"Tab","Limit":0}`, "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"Scan", `{"TableName":"Tab","Limit":0}`, "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{"CreateTable", table("a:HASH a:RANGE"), "Both the Hash Key and the Range Key element in the KeySchema have the same name"},
		{"CreateTable", table("a:HASH a:HASH"), "Both the Hash Key and the Range Key element in the KeySchema have the same name"},
		{"CreateTable", index("a:HASH a:RANGE"), "Both the Hash Key and the Range Key element in the KeySchema have the same name"},
		{"CreateTable", index("a:HASH b:HASH a:RANGE"), "The KeySchema contains multiple key attributes with the same name"},
		{"CreateTable", index("a:HASH a:HASH"), "The KeySchema contains multiple key attributes with the same name"},
		{"CreateTable", index("a:HASH b:RANGE c:HASH"), parameters + "All HASH key attributes must precede RANGE key attributes in the KeySchema"},
		{"CreateTable", index("a:HASH b:HASH c:HASH d:HASH e:HASH"), parameters + "The KeySchema exceeds the maximum allowed number of HASH key attributes"},
	} {
		kind, message := post(t, h, c.operation, c.body)
		assert.Equal(t, [2]string{"ValidationException", c.message}, [2]string{kind, message}, "%s %s", c.operation, c.body)
	}
}

// The single writes have the newest wording: all that is wrong with the request itself, but
// not what is wrong with regard to the table, is in one envelope.
func TestSingleWritesHaveTheNewestWording(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	const (
		envelope   = "1 validation error detected: "
		noValues   = "ExpressionAttributeValues can only be specified when using expressions"
		noName     = "Value at 'TableName' failed to satisfy constraint: Member must have length greater than or equal to 1"
		unknown    = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
		capacity   = "Value 'X' at 'returnConsumedCapacity' failed to satisfy constraint: Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
		badNumber  = "The parameter cannot be converted to a numeric value: "
		duplicates = `One or more parameter values were invalid: Input collection ["a", "b", "b"] contains duplicates.`
	)
	item := func(more string) string {
		return `{"TableName":"Tab","Item":{"p":{"S":"a"},"c":{"S":"b"}` + more + `}}`
	}
	with := func(more string) string {
		return `{"TableName":"Tab","Key":{"p":{"S":"a"},"c":{"S":"b"}},` + more + `}`
	}
	for _, c := range []struct{ operation, body, message string }{
		{"PutItem", `{"TableName":"","Item":{},"ReturnValues":"X"}`, envelope + noName},
		{"DeleteItem", `{"TableName":"","Key":{}}`, envelope + noName},
		{"UpdateItem", with(`"ReturnValues":"X","ReturnConsumedCapacity":"X"`), envelope + unknown},
		{"DeleteItem", with(`"ReturnValues":"X","ReturnConsumedCapacity":"X"`), "2 validation errors detected: " + unknown + "; " + capacity},
		{"DeleteItem", with(`"ReturnValues":"ALL_NEW"`), envelope + "ReturnValues can only be ALL_OLD or NONE"},
		{"DeleteItem", with(`"ExpressionAttributeValues":{":v":{"S":"x"}}`), envelope + noValues},
		{"UpdateItem", with(`"ExpressionAttributeValues":{":v":{"S":"x"}}`), envelope + noValues},
		{"DeleteItem", with(`"ConditionExpression":""`), envelope + "Invalid ConditionExpression: The expression can not be empty;"},
		{"DeleteItem", with(`"ConditionExpression":"a = :v","ExpressionAttributeValues":{":v":{"N":""}}`), envelope + badNumber},
		{"UpdateItem", with(`"UpdateExpression":"SET a = :v","ExpressionAttributeValues":{":v":{"SS":["b","a","b"]}}`), envelope + duplicates},
		{"PutItem", item(`,"n":{"L":[{"N":"abc"}]}`), envelope + badNumber + "abc"},
		{"PutItem", item(`,"n":{"NS":["2","1","2"]}`), envelope + "One or more parameter values were invalid: Input collection contains duplicates."},
		{"PutItem", item(`,"n":{"BS":["/w==","AA==","AA=="]}`), envelope + `One or more parameter values were invalid: Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.`},
		{"UpdateItem", with(`"UpdateExpression":"SET p = :v","ExpressionAttributeValues":{":v":{"S":"x"}}`), "One or more parameter values were invalid: Cannot update attribute p. This attribute is part of the key"},
		{"DeleteItem", `{"TableName":"Tab","Key":{"p":{"S":"a"}}}`, "The provided key element does not match the schema"},

		// The same values elsewhere.
		{"GetItem", `{"TableName":"Tab","Key":{"p":{"N":""}}}`, badNumber},
		{"Query", `{"TableName":"Tab","KeyConditionExpression":"p = :v","ExpressionAttributeValues":{":v":{"SS":["b","a","b"]}}}`, duplicates},
		{"BatchWriteItem", `{"RequestItems":{"Tab":[{"PutRequest":{"Item":{"n":{"N":""}}}}]}}`, strings.TrimSuffix(badNumber, ": ")},
		{"BatchWriteItem", `{"RequestItems":{"Tab":[{"PutRequest":{"Item":{"n":{"BS":["/w==","AA==","AA=="]}}}}]}}`, "One or more parameter values were invalid: Input collection [/w==, AA==, AA==]of type BS contains duplicates."},
		{"TransactWriteItems", `{"TransactItems":[{"Update":` + with(`"UpdateExpression":"SET a = :v","ExpressionAttributeValues":{":v":{"NS":["2","1","2"]}}`) + `}]}`,
			"ExpressionAttributeValues contains invalid value: Input collection contains duplicates for key :v"},
		{"Scan", `{"TableName":"Tab","FilterExpression":"a = :v","ExpressionAttributeValues":{":v":{"N":"abc"}}}`,
			"ExpressionAttributeValues contains invalid value: " + badNumber + "abc for key :v"},
	} {
		kind, message := post(t, h, c.operation, c.body)
		assert.Equal(t, [2]string{"ValidationException", c.message}, [2]string{kind, message}, "%s %s", c.operation, c.body)
	}
}

// The answer to tagging has no body, not even an empty object.
func TestTaggingAnswersWithoutABody(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	for _, operation := range []string{"TagResource", "UntagResource"} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/",
			strings.NewReader(`{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Tab","Tags":[{"Key":"k","Value":"v"}],"TagKeys":["k"]}`))
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/us-east-1/dynamodb/aws4_request")
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		assert.Equal(t, 200, rec.Code)
		assert.Empty(t, rec.Body.String())
		assert.Equal(t, "0", rec.Header().Get("X-Amz-Crc32"))
	}
	kind, message := post(t, h, "TagResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:000000000000:table/Tab","Tags":[{"Key":"#!%","Value":"v"}]}`)
	assert.Equal(t, "ValidationException", kind, message)
}

func TestAttributeNamesOf64KBAreRefused(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	long := strings.Repeat("a", 65536)
	const want = "Attribute name is too large, must be less than 65536 bytes"
	for _, c := range []struct{ operation, body, message string }{
		{"GetItem", `"AttributesToGet":["` + long + `"]`, want},
		{"UpdateItem", `"AttributeUpdates":{"` + long + `":{"Value":{"S":"a"}}}`, "1 validation error detected: " + want},
	} {
		kind, message := post(t, h, c.operation, `{"TableName":"Tab","Key":{"p":{"S":"a"},"c":{"S":"b"}},`+c.body+`}`)
		assert.Equal(t, [2]string{"ValidationException", c.message}, [2]string{kind, message}, c.operation)
	}
}
