package dynamoconntest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// Any ARN with ":table/Tab" in it once named the table Tab.
func TestOnlyTheARNOfATableOfThisAccountAndRegionNamesIt(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	const ours = "arn:aws:dynamodb:us-east-1:000000000000:"
	for arn, want := range map[string]string{
		ours + "table/Tab": "",
		"arn:aws:dynamodb:us-east-1:123456789012:table/Tab":    "AccessDeniedException",
		"arn:aws:dynamodb:eu-west-1:000000000000:table/Tab":    "ValidationException",
		"arn:aws-cn:dynamodb:us-east-1:000000000000:table/Tab": "ValidationException",
		"arn:aws:s3:us-east-1:000000000000:table/Tab":          "ValidationException",
		"arn:aws:dynamodb:us-east-1:0:table/Tab":               "ValidationException",
		"arn:aws:dynamodb:us-east-1::table/Tab":                "ValidationException",
		"arn:x:table/Tab":                                      "ValidationException",
		"arn:":                                                 "ValidationException",
		ours + "table":                                         "ValidationException",
		ours + "table/":                                        "ValidationException",
		ours + "table/a":                                       "ValidationException",
		ours + "table/T!b":                                     "ValidationException",
		ours + "table/Tab/index/nope":                          "ValidationException",
		ours + "table/Tab/index/first":                         "ValidationException",
		ours + "table/Tab/stream/2026-01-01T00:00:00.000":      "ValidationException",
		ours + "table/" + strings.Repeat("a", 256):             "ValidationException",
		ours + "backup/Tab":                                    "ValidationException",
		ours + "table/Nope":                                    "ResourceNotFoundException",
	} {
		const key = `{"p":{"S":"a"},"c":{"S":"b"}}`
		for operation, body := range map[string]string{
			"DescribeTable":      `{"TableName":%q}`,
			"DescribeTimeToLive": `{"TableName":%q}`,
			"UpdateTable":        `{"TableName":%q,"BillingMode":"PAY_PER_REQUEST"}`,
			"GetItem":            `{"TableName":%q,"Key":` + key + `}`,
			"PutItem":            `{"TableName":%q,"Item":` + key + `}`,
			"UpdateItem":         `{"TableName":%q,"Key":` + key + `}`,
			"DeleteItem":         `{"TableName":%q,"Key":` + key + `}`,
			"Scan":               `{"TableName":%q}`,
			"Query":              `{"TableName":%q,"KeyConditionExpression":"p=:a","ExpressionAttributeValues":{":a":{"S":"a"}}}`,
			"BatchGetItem":       `{"RequestItems":{%q:{"Keys":[` + key + `]}}}`,
			"BatchWriteItem":     `{"RequestItems":{%q:[{"DeleteRequest":{"Key":` + key + `}}]}}`,
			"TransactGetItems":   `{"TransactItems":[{"Get":{"TableName":%q,"Key":` + key + `}}]}`,
			"TransactWriteItems": `{"TransactItems":[{"Delete":{"TableName":%q,"Key":` + key + `}}]}`,
		} {
			kind, message := post(t, h, operation, fmt.Sprintf(body, arn))
			assert.Equal(t, want, kind, "%s %s: %s", operation, arn, message)
		}
	}
}

func TestMessagesAboutARNs(t *testing.T) {
	t.Parallel()
	h := newIndexedTable(t)
	const validation = "ValidationException"
	const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Tab"
	for _, c := range []struct{ operation, body, kind, message string }{
		{"GetItem", `{"TableName":"arn:aws:dynamodb:eu-west-1:000000000000:table/Tab","Key":{}}`, validation,
			"1 validation error detected: Invalid AWS region in 'arn:aws:dynamodb:eu-west-1:000000000000:table/Tab'"},
		{"GetItem", `{"TableName":"arn:aws:dynamodb:us-east-1:000000000000:table/ab","Key":{}}`, validation,
			"1 validation error detected: Value 'arn:aws:dynamodb:us-east-1:000000000000:table/ab' at 'tableName' failed to satisfy constraint: Table name of ARN must have length greater than or equal to 3"},
		{"GetItem", `{"TableName":"arn:aws:dynamodb:us-east-1:123456789012:table/Tab","Key":{}}`, "AccessDeniedException",
			"User: arn:aws:iam::000000000000:root is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/Tab because no resource-based policy allows the dynamodb:GetItem action"},
		{"TagResource", `{"ResourceArn":"Tab","Tags":[]}`, validation, "One or more parameter values were invalid: ARNs must start with 'arn:': Tab"},
		{"TagResource", `{"ResourceArn":"arn:aws:dynamodb","Tags":[]}`, validation, "One or more parameter values were invalid: Provided Arn is not a DynamoDB resource arn: arn:aws:dynamodb"},
		{"TagResource", `{"ResourceArn":"` + arn + `/backup/1","Tags":[]}`, validation, "One or more parameter values were invalid: Provided Arn is not a DynamoDB resource arn: " + arn + "/backup/1"},
		{"UntagResource", `{"ResourceArn":"` + arn + `/index/x","TagKeys":[]}`, validation,
			"One or more parameter values were invalid: Invalid resource arn provided, only table or stream is accepted. Provided resource arn: " + arn + "/index/x"},
		{"ListTagsOfResource", `{"ResourceArn":"arn:aws:dynamodb:eu-west-1:000000000000:table/Tab"}`, validation,
			"Invalid TableArn: Invalid ResourceArn provided as input arn:aws:dynamodb:eu-west-1:000000000000:table/Tab"},
		{"ListTagsOfResource", `{"ResourceArn":"arn:aws:dynamodb:us-east-1:123456789012:table/Tab"}`, "AccessDeniedException",
			"User: arn:aws:iam::000000000000:root is not authorized to perform: dynamodb:ListTagsOfResource on resource: arn:aws:dynamodb:us-east-1:123456789012:table/Tab because no resource-based policy allows the dynamodb:ListTagsOfResource action"},
		{"ListTagsOfResource", `{"ResourceArn":"` + arn + `"}`, "", ""},
	} {
		kind, message := post(t, h, c.operation, c.body)
		assert.Equal(t, [2]string{c.kind, c.message}, [2]string{kind, message}, "%s %s", c.operation, c.body)
	}
}

// The ARN that a table says it has names it for a client of that region.
func TestTableAnswersToTheARNThatItDescribes(t *testing.T) {
	t.Parallel()
	db := dynamoconntest.New(dynamoconntest.WithSeparateRegions())
	c := db.SDKClient(func(o *dynamodb.Options) { o.Region = "eu-west-1" })
	_, err := c.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("Music"), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("p"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("p"), KeyType: types.KeyTypeHash}},
	})
	require.NoError(t, err)
	described, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("Music")})
	require.NoError(t, err)
	again, err := c.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: described.Table.TableArn})
	require.NoError(t, err)
	assert.Equal(t, described.Table, again.Table)
}
