package dynamoconn_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// The tests of this file are the connector's documentation written out by hand: its
// activities, entities and enumerations. Nothing in them is taken from the package,
// so that what is lost there is missed here.

func TestParityOfActivities(t *testing.T) {
	t.Parallel()
	type activity struct {
		connector, method string
		request, response any
	}
	for _, a := range []activity{
		{"ListTables", "ListTables", dynamoconn.ListTablesRequest{}, &dynamoconn.ListTablesResponse{}},
		{"DescribeTable", "DescribeTable", dynamoconn.DescribeTableRequest{}, &dynamoconn.TableDescription{}},
		{"ScanTable", "Scan", dynamoconn.ScanTableRequest{}, &dynamoconn.ScanTableResponse{}},
		{"GetItem", "GetItem", dynamoconn.GetItemRequest{}, &dynamoconn.GetItemResponse{}},
		{"PutItem", "PutItem", dynamoconn.PutItemRequest{}, &dynamoconn.PutItemResponse{}},
		{"UpdateItem", "UpdateItem", dynamoconn.UpdateItemRequest{}, &dynamoconn.UpdateItemResponse{}},
		{"DeleteItem", "DeleteItem", dynamoconn.DeleteItemRequest{}, &dynamoconn.DeleteItemResponse{}},
		{"BatchGetItem", "BatchGet", dynamoconn.BatchGetItemRequest{}, &dynamoconn.BatchGetItemResponse{}},
		{"BatchWriteItem", "BatchWrite", dynamoconn.BatchWriteItemRequest{}, &dynamoconn.BatchWriteItemResponse{}},
	} {
		t.Run(a.connector, func(t *testing.T) {
			t.Parallel()
			method, ok := reflect.TypeFor[*dynamoconn.Client]().MethodByName(a.method)
			require.True(t, ok)
			require.Equal(t, 4, method.Type.NumIn(), "receiver, context, request, options")
			assert.Equal(t, "context.Context", method.Type.In(1).String())
			assert.Equal(t, reflect.TypeOf(a.request), method.Type.In(2))
			assert.Equal(t, reflect.TypeFor[[]dynamoconn.CallOption](), method.Type.In(3), "the region is given per call")
			assert.True(t, method.Type.IsVariadic())
			require.Equal(t, 2, method.Type.NumOut())
			assert.Equal(t, reflect.TypeOf(a.response), method.Type.Out(0))
			assert.Equal(t, reflect.TypeFor[error](), method.Type.Out(1))
		})
	}
}

func TestParityOfEntities(t *testing.T) {
	t.Parallel()
	type field struct {
		name string
		of   any // a value of the field's type
	}
	var (
		text   string
		number int64
		flag   bool
		limit  int32
		item   dynamoconn.Item
		items  []dynamoconn.Item
		names  map[string]string
	)
	for _, entity := range []struct {
		zero   any
		fields []field
	}{
		{dynamoconn.Table{}, []field{{"Name", text}}},
		{dynamoconn.KeyValueLong{}, []field{{"Key", text}, {"LongValue", number}}},
		{dynamoconn.KeyValueDecimal{}, []field{{"Key", text}, {"DecimalValue", dynamoconn.Number{}}}},
		{dynamoconn.KeyValueBoolean{}, []field{{"Key", text}, {"BooleanValue", flag}}},
		{dynamoconn.KeyValueString{}, []field{{"Key", text}, {"StringValue", text}}},
		{dynamoconn.KeyValueBinary{}, []field{{"Key", text}, {"BinaryValue", []byte(nil)}}},
		{dynamoconn.KeyValueNull{}, []field{{"Key", text}}},
		{dynamoconn.KeyValueList{}, []field{{"Key", text}, {"ListValue", []dynamoconn.KeyValue(nil)}}},
		{dynamoconn.KeyValueMap{}, []field{{"Key", text}, {"MapValue", item}}},
		{dynamoconn.ListTable{}, []field{{"Name", text}}},
		{dynamoconn.DescribeTableRequest{}, []field{{"TableName", text}}},
		{dynamoconn.ListTablesRequest{}, []field{{"ExclusiveStartTableName", text}, {"Limit", limit}}},
		{dynamoconn.ListTablesResponse{}, []field{
			{"ListTables", []dynamoconn.ListTable(nil)}, {"LastEvaluatedTableName", text},
		}},
		{dynamoconn.TableDescription{}, []field{
			{"Name", text}, {"ItemCount", number}, {"CreationDateTime", time.Time{}}, {"TableARN", text}, {"TableID", text},
			{"TableStatus", dynamoconn.TableStatus("")},
			{"AttributeDefinitions", []dynamoconn.AttributeDefinition(nil)},
			{"KeySchemaElements", []dynamoconn.KeySchemaElement(nil)},
		}},
		{dynamoconn.AttributeDefinition{}, []field{{"AttributeName", text}, {"AttributeType", dynamoconn.AttributeType("")}}},
		{dynamoconn.KeySchemaElement{}, []field{{"Key", text}, {"KeyType", dynamoconn.KeyType("")}}},
		{dynamoconn.GetItemRequest{}, []field{{"TableName", text}, {"IsConsistentRead", flag}, {"Item", item}}},
		{dynamoconn.GetItemResponse{}, []field{{"Item", item}}},
		{dynamoconn.PutItemRequest{}, []field{{"TableName", text}, {"Item", item}}},
		{dynamoconn.PutItemResponse{}, []field{{"RequestID", text}}},
		{dynamoconn.DeleteItemRequest{}, []field{
			{"TableName", text}, {"Item", item}, {"ConditionExpression", text}, {"ExpressionAttributeNames", names},
		}},
		{dynamoconn.BatchGetItemRequest{}, []field{
			{"RequestTables", []dynamoconn.RequestTable(nil)}, {"IsConsistentRead", flag},
		}},
		{dynamoconn.RequestTable{}, []field{{"Name", text}, {"ProjectionExpression", text}, {"Keys", items}}},
		{dynamoconn.BatchGetItemResponse{}, []field{{"ResponseTables", []dynamoconn.ResponseTable(nil)}}},
		{dynamoconn.ResponseTable{}, []field{{"Name", text}, {"Items", items}}},
		{dynamoconn.BatchWriteItemRequest{}, []field{{"Tables", []dynamoconn.WriteTable(nil)}}},
		{dynamoconn.WriteTable{}, []field{{"Name", text}, {"Writes", []dynamoconn.Write(nil)}}},
		{dynamoconn.Write{}, []field{{"ItemToAdd", item}, {"ItemToDelete", item}}},
		{dynamoconn.ScanTableRequest{}, []field{
			{"TableName", text}, {"Limit", limit}, {"IndexName", text}, {"Conditions", []dynamoconn.Condition(nil)},
		}},
		{dynamoconn.ScanTableResponse{}, []field{{"Name", text}, {"Items", items}}},
		{dynamoconn.QueryRequest{}, []field{
			{"TableName", text}, {"IndexName", text}, {"PartitionKey", item}, {"SortKey", []dynamoconn.Condition(nil)},
		}},
		{dynamoconn.QueryResponse{}, []field{{"Items", items}}},
		{dynamoconn.Condition{}, []field{
			{"Key", text}, {"ComparisonOperator", dynamoconn.ComparisonOperator("")}, {"Values", []dynamoconn.KeyValue(nil)},
		}},
	} {
		of := reflect.TypeOf(entity.zero)
		t.Run(of.Name(), func(t *testing.T) {
			t.Parallel()
			for _, want := range entity.fields {
				got, ok := of.FieldByName(want.name)
				require.True(t, ok, want.name)
				assert.True(t, got.IsExported())
				assert.Equal(t, reflect.TypeOf(want.of), got.Type, want.name)
			}
		})
	}
}

// What the connector says "is a" Table or a Key can be used as one.
func TestParityOfInheritance(t *testing.T) {
	t.Parallel()
	for _, table := range []any{
		dynamoconn.ListTable{}, dynamoconn.TableDescription{}, dynamoconn.ResponseTable{}, dynamoconn.ScanTableResponse{},
	} {
		field, ok := reflect.TypeOf(table).FieldByName("Table")
		require.True(t, ok, "%T", table)
		assert.True(t, field.Anonymous)
		assert.Equal(t, reflect.TypeFor[dynamoconn.Table](), field.Type)
	}
	for _, key := range []dynamoconn.Key{
		dynamoconn.AttributeDefinition{AttributeName: "Artist"}, dynamoconn.KeySchemaElement{Key: "Artist"},
		dynamoconn.Long("Artist", 1), dynamoconn.Decimal("Artist", dynamoconn.Number{}), dynamoconn.Boolean("Artist", true),
		dynamoconn.String("Artist", ""), dynamoconn.Binary("Artist", nil), dynamoconn.Null("Artist"), dynamoconn.List("Artist"),
		dynamoconn.Map("Artist"), dynamoconn.StringSet("Artist"), dynamoconn.NumberSet("Artist"), dynamoconn.BinarySet("Artist"),
	} {
		assert.Equal(t, "Artist", key.KeyName(), "%T", key)
	}
	// An operator's values are of any kind: the connector's four among them.
	for _, value := range []dynamoconn.KeyValue{
		dynamoconn.String("", ""), dynamoconn.Long("", 1), dynamoconn.Decimal("", dynamoconn.Number{}), dynamoconn.Boolean("", true),
	} {
		assert.Empty(t, value.KeyName())
	}
}

func TestParityOfEnumerations(t *testing.T) {
	t.Parallel()
	type row struct{ name, caption, wire string }
	parity(t, dynamoconn.ParseBooleanValue, []row{{"_TRUE", "TRUE", "true"}, {"_FALSE", "FALSE", "false"}})
	parity(t, dynamoconn.ParseTableStatus, []row{
		{"CREATING", "CREATING", "CREATING"}, {"UPDATING", "UPDATING", "UPDATING"}, {"DELETING", "DELETING", "DELETING"},
		{"ACTIVE", "ACTIVE", "ACTIVE"},
		{"INACCESSIBLE_ENCRYPTION_CREDENTIALS", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "INACCESSIBLE_ENCRYPTION_CREDENTIALS"},
		{"ARCHIVING", "ARCHIVING", "ARCHIVING"}, {"ARCHIVED", "ARCHIVED", "ARCHIVED"},
	})
	parity(t, dynamoconn.ParseKeyType, []row{
		{"HASH", "HASH (partition)", "HASH"}, {"RANGE", "RANGE (sort)", "RANGE"},
		{"UNKNOWN_TO_SDK_VERSION", "UNKNOWN_TO_SDK_VERSION", "UNKNOWN_TO_SDK_VERSION"},
	})
	parity(t, dynamoconn.ParseAttributeType, []row{{"String", "String", "S"}, {"Number", "Number", "N"}, {"Binary", "Binary", "B"}})
	operators := []row{
		{"BEGINS_WITH", "BEGINS_WITH", "BEGINS_WITH"}, {"BETWEEN", "BETWEEN", "BETWEEN"}, {"CONTAINS", "CONTAINS", "CONTAINS"},
		{"EQ", "EQUAL", "EQ"}, {"GE", "GREATER_THAN_OR_EQUAL", "GE"}, {"GT", "GREATER_THAN", "GT"}, {"IN", "IN", "IN"},
		{"LE", "LESS_THAN_OR_EQUAL", "LE"}, {"LT", "LESS_THAN", "LT"}, {"NE", "NOT_EQUAL", "NE"},
		{"NOT_CONTAINS", "NOT_CONTAINS", "NOT_CONTAINS"}, {"NOT_NULL", "NOT_NULL", "NOT_NULL"}, {"_NULL", "NULL", "NULL"},
	}
	require.Len(t, operators, 13)
	parity(t, dynamoconn.ParseComparisonOperator, operators)
	regions := []row{
		{"us_east_2", "US East (Ohio)", "us-east-2"}, {"us_east_1", "US East (N. Virginia)", "us-east-1"},
		{"us_west_1", "US West (N. California)", "us-west-1"}, {"us_west_2", "US West (Oregon)", "us-west-2"},
		{"af_south_1", "Africa (Cape Town)", "af-south-1"}, {"ap_east_1", "Asia Pacific (Hong Kong)", "ap-east-1"},
		{"ap_southeast_3", "Asia Pacific (Jakarta)", "ap-southeast-3"}, {"ap_south_1", "Asia Pacific (Mumbai)", "ap-south-1"},
		{"ap_northeast_3", "Asia Pacific (Osaka)", "ap-northeast-3"}, {"ap_northeast_2", "Asia Pacific (Seoul)", "ap-northeast-2"},
		{"ap_southeast_1", "Asia Pacific (Singapore)", "ap-southeast-1"}, {"ap_southeast_2", "Asia Pacific (Sydney)", "ap-southeast-2"},
		{"ap_northeast_1", "Asia Pacific (Tokyo)", "ap-northeast-1"}, {"ca_central_1", "Canada (Central)", "ca-central-1"},
		{"eu_central_1", "Europe (Frankfurt)", "eu-central-1"}, {"eu_west_1", "Europe (Ireland)", "eu-west-1"},
		{"eu_west_2", "Europe (London)", "eu-west-2"}, {"eu_south_1", "Europe (Milan)", "eu-south-1"},
		{"eu_west_3", "Europe (Paris)", "eu-west-3"}, {"eu_north_1", "Europe (Stockholm)", "eu-north-1"},
		{"me_south_1", "Middle East (Bahrain)", "me-south-1"}, {"sa_east_1", "South America (São Paulo)", "sa-east-1"},
	}
	require.Len(t, regions, 22)
	parity(t, dynamoconn.ParseRegion, regions)
	for i, region := range dynamoconn.Regions()[:len(regions)] {
		got := row{region.Name(), region.Caption(), region.String()}
		assert.Equal(t, regions[i], got, "the connector's come first")
	}
}

// parity checks that each row, {name, caption, wire}, is a value that all three
// spellings parse to.
func parity[T enumeration, Row ~struct{ name, caption, wire string }](t *testing.T, parse func(string) (T, error), rows []Row) {
	t.Helper()
	for _, r := range rows {
		row := struct{ name, caption, wire string }(r)
		for _, spelling := range []string{row.name, row.caption, row.wire} {
			value, err := parse(spelling)
			require.NoError(t, err, spelling)
			got := struct{ name, caption, wire string }{value.Name(), value.Caption(), value.String()}
			assert.Equal(t, row, got)
			text, err := value.MarshalText()
			require.NoError(t, err)
			assert.Equal(t, row.wire, string(text))
		}
	}
}

// What the connector's authentication gives, and what it gives per call.
func TestParityOfAuthentication(t *testing.T) {
	t.Parallel()
	var (
		_ func(id, secret, token string) dynamoconn.Option    = dynamoconn.WithStaticCredentials
		_ func(name string) dynamoconn.Option                 = dynamoconn.WithProfile
		_ func(role dynamoconn.AssumedRole) dynamoconn.Option = dynamoconn.WithAssumedRole
		_ func(dynamoconn.Region) dynamoconn.CallOption       = dynamoconn.InRegion
		_ func(aws.CredentialsProvider) dynamoconn.CallOption = dynamoconn.UsingCredentials
	)
	client, err := dynamoconn.New(t.Context(),
		dynamoconn.WithRegion(dynamoconn.RegionEUWest1), dynamoconn.WithStaticCredentials("id", "secret", "token"))
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.RegionEUWest1, client.Region())
}
