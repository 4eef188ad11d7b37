package integration

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

// A table from its creation to its end, through this library alone.
func TestLifeOfATable(t *testing.T) {
	t.Parallel()
	client := local(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	name := uniqueName()
	create := dynamoconn.CreateTableRequest{
		TableName:    name,
		PartitionKey: dynamoconn.StringKey("Artist"),
		SortKey:      dynamoconn.StringKey("Title"),
		GlobalSecondaryIndexes: []dynamoconn.GlobalSecondaryIndex{{
			IndexName:        "by-year",
			PartitionKey:     []dynamoconn.AttributeDefinition{dynamoconn.NumberKey("Year")},
			NonKeyAttributes: []string{"Price"},
		}},
		LocalSecondaryIndexes: []dynamoconn.LocalSecondaryIndex{{
			IndexName: "by-artist-and-year", SortKey: dynamoconn.NumberKey("Year"), ProjectionType: dynamoconn.ProjectionTypeKeysOnly,
		}},
		StreamViewType:            dynamoconn.StreamViewTypeNewImage,
		TimeToLiveAttribute:       "Expires",
		DeletionProtectionEnabled: true,
	}
	created, err := client.CreateTable(ctx, create)
	require.NoError(t, err)
	t.Cleanup(func() { dropIfThere(t, client, name) })
	assert.True(t, created.IsReady())
	assert.Equal(t, []string{"Artist", "Title"}, created.KeyNames())
	assert.Equal(t, dynamoconn.BillingModePayPerRequest, created.BillingMode)
	require.Len(t, created.GlobalSecondaryIndexes, 1)
	assert.Equal(t, []string{"Price"}, created.GlobalSecondaryIndexes[0].NonKeyAttributes)
	assert.Equal(t, dynamoconn.ProjectionTypeInclude, created.GlobalSecondaryIndexes[0].ProjectionType)
	require.Len(t, created.LocalSecondaryIndexes, 1)
	assert.Equal(t, dynamoconn.ProjectionTypeKeysOnly, created.LocalSecondaryIndexes[0].ProjectionType)
	assert.Equal(t, dynamoconn.StreamViewTypeNewImage, created.Stream.ViewType)
	assert.True(t, created.DeletionProtectionEnabled)

	_, err = client.CreateTable(ctx, create)
	require.ErrorIs(t, err, dynamoconn.ErrTableExists)

	live, err := client.DescribeTimeToLive(ctx, dynamoconn.DescribeTimeToLiveRequest{TableName: name})
	require.NoError(t, err)
	assert.Equal(t, "Expires", live.AttributeName)
	assert.Equal(t, dynamoconn.TimeToLiveStatusEnabled, live.TimeToLiveStatus)
	_, err = client.UpdateTimeToLive(ctx, dynamoconn.UpdateTimeToLiveRequest{TableName: name, AttributeName: "Expires", Disable: true})
	require.NoError(t, err)
	live, err = client.DescribeTimeToLive(ctx, dynamoconn.DescribeTimeToLiveRequest{TableName: name})
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.TimeToLiveStatusDisabled, live.TimeToLiveStatus)

	_, err = client.DeleteTable(ctx, dynamoconn.DeleteTableRequest{TableName: name})
	require.ErrorIs(t, err, dynamoconn.ErrValidation, "it is protected")
	_, err = client.UpdateTable(ctx, dynamoconn.UpdateTableRequest{TableName: name, DeletionProtectionEnabled: dynamoconn.BooleanValueFalse})
	require.NoError(t, err)

	_, err = client.UpdateTable(ctx, dynamoconn.UpdateTableRequest{TableName: name, CreateIndex: &dynamoconn.GlobalSecondaryIndex{
		IndexName: "by-title", PartitionKey: []dynamoconn.AttributeDefinition{dynamoconn.StringKey("Title")},
	}})
	require.NoError(t, err)
	ready, err := client.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: name})
	require.NoError(t, err)
	assert.Len(t, ready.GlobalSecondaryIndexes, 2)
	_, err = client.UpdateTable(ctx, dynamoconn.UpdateTableRequest{TableName: name, DeleteIndex: "by-year"})
	require.NoError(t, err)
	ready, err = client.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: name})
	require.NoError(t, err)
	require.Len(t, ready.GlobalSecondaryIndexes, 1)
	assert.Equal(t, "by-title", ready.GlobalSecondaryIndexes[0].IndexName)

	_, err = client.DeleteTable(ctx, dynamoconn.DeleteTableRequest{TableName: name})
	require.NoError(t, err)
	var last *dynamoconn.TableDescription
	for table, err := range client.WatchTable(ctx, dynamoconn.WaitForTableRequest{TableName: name, Deleted: true}) {
		require.NoError(t, err)
		last = table
	}
	assert.Equal(t, name, last.Name)
	_, err = client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: name})
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
}

// An index can have four attributes on each side of its key.
func TestTableWithProvisionedCapacity(t *testing.T) {
	t.Parallel()
	client := local(t)
	name := uniqueName()
	units := &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 3, WriteCapacityUnits: 2}
	_, err := client.CreateTable(t.Context(), dynamoconn.CreateTableRequest{
		TableName: name, PartitionKey: dynamoconn.BinaryKey("Digest"), ProvisionedThroughput: units,
		GlobalSecondaryIndexes: []dynamoconn.GlobalSecondaryIndex{{
			IndexName: "by-place", PartitionKey: []dynamoconn.AttributeDefinition{dynamoconn.StringKey("Country")}, ProvisionedThroughput: units,
		}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { dropIfThere(t, client, name) })
	table, err := client.WaitForTable(t.Context(), dynamoconn.WaitForTableRequest{TableName: name})
	require.NoError(t, err)
	assert.EqualValues(t, 3, table.ProvisionedThroughput.ReadCapacityUnits)
	assert.EqualValues(t, 2, table.GlobalSecondaryIndexes[0].ProvisionedThroughput.WriteCapacityUnits)
	_, err = client.UpdateTable(t.Context(), dynamoconn.UpdateTableRequest{
		TableName: name, ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 5, WriteCapacityUnits: 2},
		UpdateIndexes: []dynamoconn.IndexUpdate{
			{IndexName: "by-place", ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 7, WriteCapacityUnits: 2}},
		},
	})
	require.NoError(t, err)
	table, err = client.WaitForTable(t.Context(), dynamoconn.WaitForTableRequest{TableName: name})
	require.NoError(t, err)
	assert.EqualValues(t, 5, table.ProvisionedThroughput.ReadCapacityUnits)
	assert.EqualValues(t, 7, table.GlobalSecondaryIndexes[0].ProvisionedThroughput.ReadCapacityUnits)
}

func TestTagsOfATable(t *testing.T) {
	t.Parallel()
	client := local(t)
	if !inMemory() {
		t.Skip("DynamoDB Local has no tags")
	}
	ctx, name := t.Context(), uniqueName()
	created, err := client.CreateTable(ctx, dynamoconn.CreateTableRequest{
		TableName: name, PartitionKey: dynamoconn.StringKey("Artist"), Tags: map[string]string{"Team": "Charts"},
	})
	require.NoError(t, err)
	t.Cleanup(func() { dropIfThere(t, client, name) })
	tags := func() map[string]string {
		resp, err := client.ListTags(ctx, dynamoconn.ListTagsRequest{TableARN: created.TableARN})
		require.NoError(t, err)
		return resp.Tags
	}
	assert.Equal(t, map[string]string{"Team": "Charts"}, tags())
	_, err = client.TagTable(ctx, dynamoconn.TagTableRequest{TableARN: created.TableARN, Tags: map[string]string{"Team": "Books", "Cost": "7"}})
	require.NoError(t, err)
	_, err = client.UntagTable(ctx, dynamoconn.UntagTableRequest{TableARN: created.TableARN, Keys: []string{"Cost", "None"}})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"Team": "Books"}, tags())
}

// dropIfThere deletes a table that a test may have deleted already.
func dropIfThere(t *testing.T, client *dynamoconn.Client, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	if t.Failed() {
		_, _ = client.UpdateTable(ctx, dynamoconn.UpdateTableRequest{TableName: name, DeletionProtectionEnabled: dynamoconn.BooleanValueFalse})
	}
	_, err := client.DeleteTable(ctx, dynamoconn.DeleteTableRequest{TableName: name})
	if err != nil {
		require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
	}
}

// DynamoDB refuses each question for its key, so it reads and writes nothing.
func TestCheckOfATable(t *testing.T) {
	t.Parallel()
	client := local(t)
	table, items := cityTable(t, 2)
	check, err := client.CheckTable(t.Context(), dynamoconn.CheckTableRequest{TableName: table})
	require.NoError(t, err, check)
	assert.Equal(t, 9, check.Attempts)
	for _, finding := range check.Findings {
		require.NoError(t, finding.Err, finding.Subject)
	}
	resp, err := client.Scan(t.Context(), dynamoconn.ScanTableRequest{TableName: table})
	require.NoError(t, err)
	requireSameItems(t, items, resp.Items, "ID")
	_, err = client.CheckTable(t.Context(), dynamoconn.CheckTableRequest{TableName: uniqueName()})
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
}
