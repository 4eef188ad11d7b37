package dynamoconn_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest"
	"github.com/dynamoconn/dynamoconn/internal/wiretest"
)

// stages are the ways to name the tables of a stage, with what the table Music is called.
var stages = map[string]struct {
	option dynamoconn.Option
	music  string
}{
	"prefix": {dynamoconn.WithTablePrefix("dev-"), "dev-Music"},
	"suffix": {dynamoconn.WithTableSuffix(".dev"), "Music.dev"},
	"functions": {dynamoconn.WithTableNames(
		func(name string) string { return "x." + name + ".y" },
		func(name string) (string, bool) {
			own, ok := strings.CutPrefix(name, "x.")
			return strings.TrimSuffix(own, ".y"), ok
		}), "x.Music.y"},
}

// Every activity sends DynamoDB's name and none of its own, and tells the program's.
func TestTableNamesOfEveryActivity(t *testing.T) {
	t.Parallel()
	for stage, of := range stages {
		for name, activity := range everyActivity {
			var h heard
			w := wiretest.New(wiretest.Refuse(400, "AccessDeniedException", "no", "R"))
			err := activity.call(t.Context(), wireClient(t, w, of.option, dynamoconn.WithHook(h.hook())))
			require.ErrorIs(t, err, dynamoconn.ErrAccessDenied, name)
			assert.Equal(t, activity.table, errorOf(t, err).TableName, "%s %s", stage, name)
			assert.Equal(t, activity.table, h.call(t).TableName)
			for _, sent := range w.Requests() {
				if activity.table == "Music" {
					assert.Contains(t, sent.Body, `"`+of.music+`"`, "%s %s", stage, name)
				}
				assert.NotContains(t, sent.Body, `"Music"`, "%s %s", stage, name)
			}
		}
	}
}

// stageOf returns a server with the table Music of a stage and two more, and a client of that
// stage.
func stageOf(t *testing.T, option dynamoconn.Option, music string) (*dynamoconntest.Server, *dynamoconn.Client) {
	t.Helper()
	server := dynamoconntest.New()
	for _, name := range []string{"Films", music, "zoo"} {
		require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: name, PartitionKey: "Artist"}))
	}
	return server, server.Client(t, option)
}

// countOf returns how many items a table of the server has.
func countOf(t *testing.T, server *dynamoconntest.Server, table string) int32 {
	t.Helper()
	out, err := server.SDKClient().Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
	require.NoError(t, err)
	return out.Count
}

func TestAnswersHaveTheProgramsNames(t *testing.T) {
	t.Parallel()
	for stage, of := range stages {
		ctx := t.Context()
		server, client := stageOf(t, of.option, of.music)
		capacity := dynamoconn.WithConsumedCapacity()
		used := func(m dynamoconn.ResponseMetadata) {
			require.Len(t, m.ConsumedCapacity, 1)
			assert.Equal(t, "Music", m.ConsumedCapacity[0].TableName, stage)
		}
		put, err := client.PutItem(ctx, putMusic(), capacity, dynamoconn.ExactlyOnce(""))
		require.NoError(t, err, stage)
		used(put.ResponseMetadata)
		assert.EqualValues(t, 1, countOf(t, server, of.music))

		server.Inject(dynamoconntest.Fault{Operation: "BatchGetItem", Times: 1, Effect: dynamoconntest.Unprocessed()})
		server.Inject(dynamoconntest.Fault{Operation: "BatchWriteItem", Times: 1, Effect: dynamoconntest.Unprocessed()})
		got, err := client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
			RequestTables: []dynamoconn.RequestTable{{Name: "Music", Keys: []dynamoconn.Item{musicKey()}}},
		}, capacity)
		require.NoError(t, err, stage)
		used(got.ResponseMetadata)
		assert.Equal(t, "Music", got.ResponseTables[0].Name)
		assert.True(t, got.ResponseTables[0].Items[0].Equal(musicKey()))
		written, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
			Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd("Music", musicKey())},
		}, capacity)
		require.NoError(t, err, stage)
		used(written.ResponseMetadata)

		scanned, err := client.Scan(ctx, dynamoconn.ScanTableRequest{TableName: "Music"}, capacity)
		require.NoError(t, err)
		used(scanned.ResponseMetadata)
		assert.Equal(t, "Music", scanned.Name)
		assert.Len(t, scanned.Items, 1)
		table, err := client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: "Music"})
		require.NoError(t, err)
		assert.Equal(t, "Music", table.Name)
		assert.True(t, strings.HasSuffix(table.TableARN, "/"+of.music))
		byARN, err := client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: table.TableARN, Item: musicKey()})
		require.NoError(t, err, "an ARN is left as it is")
		assert.NotNil(t, byARN.Item)
		described, err := client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: table.TableARN})
		require.NoError(t, err)
		assert.Equal(t, of.music, described.Name)
	}
}

func TestListTablesOfAStage(t *testing.T) {
	t.Parallel()
	server := dynamoconntest.New()
	for _, name := range []string{"aaa", "dev", "dev-", "dev-A1", "dev-B", "dev-C", "devA", "prod-A", "zoo"} {
		require.NoError(t, server.CreateTable(dynamoconntest.Table{Name: name, PartitionKey: "K"}))
	}
	client := server.Client(t, dynamoconn.WithTablePrefix("dev-"))
	all, err := client.ListTables(t.Context(), dynamoconn.ListTablesRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"A1", "B", "C"}, tableNames(all.ListTables))
	for _, limit := range []int32{0, 1, 2, 5} {
		for _, most := range []int{1, 2, 3, 4} {
			var names []string
			req := dynamoconn.ListTablesRequest{Limit: limit, MaxTables: most}
			for {
				resp, err := client.ListTables(t.Context(), req)
				require.NoError(t, err)
				require.LessOrEqual(t, len(resp.ListTables), most)
				names = append(names, tableNames(resp.ListTables)...)
				if req.ExclusiveStartTableName = resp.LastEvaluatedTableName; req.ExclusiveStartTableName == "" {
					break
				}
			}
			assert.Equal(t, []string{"A1", "B", "C"}, names, "limit %d, %d at a time", limit, most)
		}
		var names []string
		for table, err := range client.Tables(t.Context(), dynamoconn.ListTablesRequest{Limit: limit}) {
			require.NoError(t, err)
			names = append(names, table.Name)
		}
		assert.Equal(t, []string{"A1", "B", "C"}, names)
	}
}

// An operation of the SDK's client has the names of the stage too, and its input is not changed.
func TestTableNamesOfTheSDKsClient(t *testing.T) {
	t.Parallel()
	server, client := stageOf(t, dynamoconn.WithTablePrefix("dev-"), "dev-Music")
	write := &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{
			{Put: &types.Put{TableName: sdkName, Item: sdkKey}},
			{ConditionCheck: &types.ConditionCheck{
				TableName: sdkName, Key: map[string]types.AttributeValue{"Artist": &types.AttributeValueMemberS{Value: "None"}},
				ConditionExpression: aws.String(onlyNew),
			}},
		},
		ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
	}
	out, err := client.SDK("").TransactWriteItems(t.Context(), write)
	require.NoError(t, err)
	assert.Equal(t, "Music", *out.ConsumedCapacity[0].TableName)
	assert.Equal(t, "Music", *write.TransactItems[0].Put.TableName)
	assert.EqualValues(t, 1, countOf(t, server, "dev-Music"))

	batch := &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"Music": {Keys: []map[string]types.AttributeValue{sdkKey}}}}
	got, err := client.SDK("").BatchGetItem(t.Context(), batch)
	require.NoError(t, err)
	assert.Len(t, got.Responses["Music"], 1)
	assert.Contains(t, batch.RequestItems, "Music")
	_, err = client.SDK("").DescribeContinuousBackups(t.Context(), &dynamodb.DescribeContinuousBackupsInput{TableName: sdkName})
	require.NoError(t, err)
}

func TestTableNamesThatCannotWork(t *testing.T) {
	t.Parallel()
	same := func(name string) string { return name }
	for name, options := range map[string][]dynamoconn.Option{
		"no prefix":         {dynamoconn.WithTablePrefix("")},
		"a wrong suffix":    {dynamoconn.WithTableSuffix("/dev")},
		"no function":       {dynamoconn.WithTableNames(same, nil)},
		"two of them":       {dynamoconn.WithTablePrefix("a"), dynamoconn.WithTableSuffix("b")},
		"one of them twice": {dynamoconn.WithTablePrefix("a"), dynamoconn.WithTablePrefix("a")},
	} {
		_, err := dynamoconn.New(t.Context(), append(options, dynamoconn.WithAWSConfig(wireConfig()))...)
		require.ErrorIs(t, err, dynamoconn.ErrInvalidOption, name)
	}
	// An empty name does not become the prefix.
	client := wireClient(t, wiretest.Script(t), dynamoconn.WithTablePrefix("dev-"))
	_, err := client.GetItem(context.WithoutCancel(t.Context()), dynamoconn.GetItemRequest{Item: musicKey()})
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
}
