package dynamoconntest_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

func TestTableManagement(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	_, err := c.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: aws.String("Tab"), DeletionProtectionEnabled: aws.Bool(true)})
	require.NoError(t, err)
	_, err = c.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: aws.String("Tab")})
	assert.Equal(t, "ValidationException", errorCode(err))
	up, err := c.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: aws.String("Tab"), BillingMode: types.BillingModeProvisioned,
		ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(5), WriteCapacityUnits: aws.Int64(6)}})
	require.NoError(t, err)
	assert.EqualValues(t, 5, *up.TableDescription.ProvisionedThroughput.ReadCapacityUnits)
	assert.NotEmpty(t, *up.TableDescription.TableId)
	assert.Equal(t, "arn:aws:dynamodb:us-east-1:000000000000:table/Tab", *up.TableDescription.TableArn)

	streamed, err := c.UpdateTable(t.Context(), &dynamodb.UpdateTableInput{TableName: aws.String("Tab"),
		StreamSpecification: &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage}})
	require.NoError(t, err)
	assert.Equal(t, types.StreamViewTypeNewImage, streamed.TableDescription.StreamSpecification.StreamViewType)
	assert.Nil(t, streamed.TableDescription.LatestStreamArn, "nothing can read the stream")
	assert.Nil(t, streamed.TableDescription.LatestStreamLabel)

	_, err = c.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: up.TableDescription.TableArn, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
	require.NoError(t, err)
	tags, err := c.ListTagsOfResource(t.Context(), &dynamodb.ListTagsOfResourceInput{ResourceArn: up.TableDescription.TableArn})
	require.NoError(t, err)
	assert.Len(t, tags.Tags, 1)

	for i := range 120 {
		require.NoError(t, db.CreateTable(dynamoconntest.Table{Name: fmt.Sprintf("many-%03d", i), PartitionKey: "p"}))
	}
	first, err := c.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Len(t, first.TableNames, 100)
	rest, err := c.ListTables(t.Context(), &dynamodb.ListTablesInput{ExclusiveStartTableName: first.LastEvaluatedTableName})
	require.NoError(t, err)
	assert.Len(t, rest.TableNames, 21)
	assert.Nil(t, rest.LastEvaluatedTableName)
	err = db.CreateTable(dynamoconntest.Table{Name: "Tab", PartitionKey: "p"})
	assert.ErrorContains(t, err, "ResourceInUseException")
}

func TestSeparateRegions(t *testing.T) {
	t.Parallel()
	for _, apart := range []bool{false, true} {
		var opts []dynamoconntest.Option
		if apart {
			opts = append(opts, dynamoconntest.WithSeparateRegions())
		}
		db, _ := newTable(t, opts...)
		other := db.SDKClient(func(o *dynamodb.Options) { o.Region = "eu-west-1" })
		out, err := other.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String("Tab")})
		if apart {
			assert.Equal(t, "ResourceNotFoundException", errorCode(err))
			continue
		}
		require.NoError(t, err)
		assert.Contains(t, *out.Table.TableArn, ":eu-west-1:")
	}
}

func TestSnapshotsCanBeRestoredAgainAndAgain(t *testing.T) {
	t.Parallel()
	db, c := newTable(t)
	put(t, c, key("a", 1))
	snap := db.Snapshot()
	for range 2 {
		put(t, c, key("a", 2))
		_, err := c.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("Tab"), Key: key("a", 1)})
		require.NoError(t, err)
		db.Restore(snap)
		assert.NotNil(t, get(t, c, key("a", 1)))
		assert.Nil(t, get(t, c, key("a", 2)))
	}
	other := dynamoconntest.New()
	other.Restore(snap)
	assert.NotNil(t, get(t, other.SDKClient(), key("a", 1)))
	db.Restore(nil)
	out, err := c.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Empty(t, out.TableNames)
}
