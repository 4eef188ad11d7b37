package integration

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynamoconn/dynamoconn"
)

func TestDescribeTableTellsAll(t *testing.T) {
	t.Parallel()
	client := local(t)
	began := time.Now().Add(-2 * time.Second)
	input := indexed()
	input.BillingMode = types.BillingModeProvisioned
	input.ProvisionedThroughput = &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(11), WriteCapacityUnits: aws.Int64(12)}
	for i := range input.GlobalSecondaryIndexes {
		input.GlobalSecondaryIndexes[i].ProvisionedThroughput = &types.ProvisionedThroughput{
			ReadCapacityUnits: aws.Int64(21 + int64(i)), WriteCapacityUnits: aws.Int64(31 + int64(i)),
		}
	}
	input.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewAndOldImages}
	input.DeletionProtectionEnabled = aws.Bool(true)
	table := newTable(t, input)
	t.Cleanup(func() { // before the table is deleted
		_, err := shared.raw.UpdateTable(context.WithoutCancel(t.Context()), &dynamodb.UpdateTableInput{TableName: &table, DeletionProtectionEnabled: aws.Bool(false)})
		assert.NoError(t, err)
	})
	fill(t, table, songs(10))
	raw, err := shared.raw.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	require.NoError(t, err)

	got, err := client.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: table})
	require.NoError(t, err)

	assert.WithinRange(t, got.CreationDateTime, began, time.Now())
	assert.Equal(t, time.UTC, got.CreationDateTime.Location())
	assert.Contains(t, got.TableARN, "table/"+table)
	assert.Positive(t, got.TableSizeBytes)
	if raw.Table.LatestStreamArn != nil { // dynamoconntest has none
		assert.Contains(t, got.Stream.LatestStreamARN, "table/"+table+"/stream/")
	}
	assert.Equal(t, []string{"Artist", "Title"}, got.KeyNames())
	assert.Len(t, got.RequestIDs, 1)

	index := func(name string, sizes []types.GlobalSecondaryIndexDescription) types.GlobalSecondaryIndexDescription {
		i := slices.IndexFunc(sizes, func(d types.GlobalSecondaryIndexDescription) bool { return *d.IndexName == name })
		require.GreaterOrEqual(t, i, 0, name)
		return sizes[i]
	}
	genre, year := index("by-genre", raw.Table.GlobalSecondaryIndexes), index("by-year", raw.Table.GlobalSecondaryIndexes)
	want := &dynamoconn.TableDescription{
		Table:            dynamoconn.Table{Name: table},
		ItemCount:        10,
		CreationDateTime: raw.Table.CreationDateTime.UTC(),
		TableARN:         *raw.Table.TableArn,
		TableID:          aws.ToString(raw.Table.TableId),
		TableStatus:      dynamoconn.TableStatusActive,
		AttributeDefinitions: []dynamoconn.AttributeDefinition{
			{AttributeName: "Artist", AttributeType: dynamoconn.AttributeTypeString},
			{AttributeName: "Title", AttributeType: dynamoconn.AttributeTypeString},
			{AttributeName: "Year", AttributeType: dynamoconn.AttributeTypeNumber},
			{AttributeName: "Genre", AttributeType: dynamoconn.AttributeTypeString},
		},
		KeySchemaElements: []dynamoconn.KeySchemaElement{
			{Key: "Artist", KeyType: dynamoconn.KeyTypeHash}, {Key: "Title", KeyType: dynamoconn.KeyTypeRange},
		},
		TableSizeBytes: *raw.Table.TableSizeBytes,
		BillingMode:    dynamoconn.BillingModeProvisioned,
		ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{
			ReadCapacityUnits: 11, WriteCapacityUnits: 12,
			LastIncreaseDateTime: got.ProvisionedThroughput.LastIncreaseDateTime, // DynamoDB Local's own
			LastDecreaseDateTime: got.ProvisionedThroughput.LastDecreaseDateTime,
		},
		GlobalSecondaryIndexes: []dynamoconn.IndexDescription{
			{
				IndexName: "by-genre", IndexARN: *genre.IndexArn, IndexStatus: dynamoconn.IndexStatusActive,
				KeySchemaElements: []dynamoconn.KeySchemaElement{
					{Key: "Genre", KeyType: dynamoconn.KeyTypeHash}, {Key: "Year", KeyType: dynamoconn.KeyTypeRange},
				},
				ProjectionType: dynamoconn.ProjectionTypeKeysOnly,
				ItemCount:      *genre.ItemCount, IndexSizeBytes: *genre.IndexSizeBytes,
				ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 21, WriteCapacityUnits: 31},
			},
			{
				IndexName: "by-year", IndexARN: *year.IndexArn, IndexStatus: dynamoconn.IndexStatusActive,
				KeySchemaElements: []dynamoconn.KeySchemaElement{{Key: "Year", KeyType: dynamoconn.KeyTypeHash}},
				ProjectionType:    dynamoconn.ProjectionTypeInclude, NonKeyAttributes: []string{"Price"},
				ItemCount: *year.ItemCount, IndexSizeBytes: *year.IndexSizeBytes,
				ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 22, WriteCapacityUnits: 32},
			},
		},
		LocalSecondaryIndexes: []dynamoconn.IndexDescription{{
			IndexName: "by-artist-and-year", IndexARN: *raw.Table.LocalSecondaryIndexes[0].IndexArn,
			KeySchemaElements: []dynamoconn.KeySchemaElement{
				{Key: "Artist", KeyType: dynamoconn.KeyTypeHash}, {Key: "Year", KeyType: dynamoconn.KeyTypeRange},
			},
			ProjectionType: dynamoconn.ProjectionTypeAll,
			ItemCount:      *raw.Table.LocalSecondaryIndexes[0].ItemCount, IndexSizeBytes: *raw.Table.LocalSecondaryIndexes[0].IndexSizeBytes,
		}},
		Stream: &dynamoconn.StreamDescription{
			Enabled: true, ViewType: dynamoconn.StreamViewTypeNewAndOldImages,
			LatestStreamARN: aws.ToString(raw.Table.LatestStreamArn), LatestStreamLabel: aws.ToString(raw.Table.LatestStreamLabel),
		},
		TableClass:                dynamoconn.TableClassStandard,
		DeletionProtectionEnabled: true,
		ResponseMetadata:          got.ResponseMetadata,
	}
	slices.SortFunc(got.AttributeDefinitions, func(a, b dynamoconn.AttributeDefinition) int {
		order := []string{"Artist", "Title", "Year", "Genre"}
		return slices.Index(order, a.AttributeName) - slices.Index(order, b.AttributeName)
	})
	slices.SortFunc(got.GlobalSecondaryIndexes, func(a, b dynamoconn.IndexDescription) int { return strings.Compare(a.IndexName, b.IndexName) })
	assert.Equal(t, want, got)
}

func TestDescribeTableOnDemand(t *testing.T) {
	t.Parallel()
	client := local(t)
	table := newTable(t, indexed())
	got, err := client.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: table})
	require.NoError(t, err)
	assert.Equal(t, dynamoconn.BillingModePayPerRequest, got.BillingMode)
	assert.Nil(t, got.ProvisionedThroughput)
	require.Len(t, got.GlobalSecondaryIndexes, 2)
	for _, index := range got.GlobalSecondaryIndexes {
		assert.Nil(t, index.ProvisionedThroughput)
	}
	assert.Nil(t, got.Stream)
	assert.False(t, got.DeletionProtectionEnabled)

	_, err = client.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: uniqueName()})
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
	_, err = client.DescribeTable(t.Context(), dynamoconn.DescribeTableRequest{TableName: "no such name"})
	require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
}

func TestListTables(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	// 13 tables that follow each other, among those of other tests.
	prefix := uniqueName()
	var names []string
	for i := range 13 {
		input := keyed(byID)
		input.TableName = aws.String(fmt.Sprintf("%s-%02d", prefix, i))
		names = append(names, newTable(t, input))
	}
	namesOf := func(tables []dynamoconn.ListTable) []string {
		var names []string
		for _, table := range tables {
			names = append(names, table.Name)
		}
		return names
	}

	t.Run("all", func(t *testing.T) {
		resp, err := client.ListTables(t.Context(), dynamoconn.ListTablesRequest{})
		require.NoError(t, err)
		assert.Empty(t, resp.LastEvaluatedTableName)
		all := namesOf(resp.ListTables)
		assert.True(t, slices.IsSorted(all))
		assert.Subset(t, all, names)
		journal.Take()
	})
	t.Run("a part of them", func(t *testing.T) {
		for _, limit := range []int32{0, 1, 3, 100} {
			for _, most := range []int{1, 4, 13} {
				resp, err := client.ListTables(t.Context(), dynamoconn.ListTablesRequest{
					ExclusiveStartTableName: prefix, Limit: limit, MaxTables: most,
				})
				require.NoError(t, err)
				assert.Equal(t, names[:most], namesOf(resp.ListTables))
				page := most
				if limit > 0 {
					page = min(most, int(limit))
				}
				requests := journal.Take()
				assert.Len(t, requests, (most+page-1)/page)
				assert.Len(t, requests, resp.Attempts)
				assert.Contains(t, requests[0].Body, fmt.Sprintf(`"Limit":%d`, page))
			}
		}
	})
	t.Run("resumed", func(t *testing.T) {
		var got []string
		req := dynamoconn.ListTablesRequest{ExclusiveStartTableName: prefix, MaxTables: 5}
		for len(got) < len(names) {
			req.MaxTables = min(5, len(names)-len(got))
			resp, err := client.ListTables(t.Context(), req)
			require.NoError(t, err)
			got = append(got, namesOf(resp.ListTables)...)
			req.ExclusiveStartTableName = resp.LastEvaluatedTableName
			if req.ExclusiveStartTableName == "" {
				break
			}
		}
		assert.Equal(t, names, got)
		journal.Take()
	})
	t.Run("as a loop, broken off at every table", func(t *testing.T) {
		loop := client.Tables(t.Context(), dynamoconn.ListTablesRequest{ExclusiveStartTableName: prefix, Limit: 4})
		assert.Empty(t, journal.Take())
		for stop := range names {
			var got []string
			for table, err := range loop {
				require.NoError(t, err)
				got = append(got, table.Name)
				if len(got) == stop+1 {
					break
				}
			}
			assert.Equal(t, names[:stop+1], got)
			assert.Len(t, journal.Take(), stop/4+1)
		}
	})
	t.Run("as a loop with an end", func(t *testing.T) {
		var got []string
		for table, err := range client.Tables(t.Context(), dynamoconn.ListTablesRequest{
			ExclusiveStartTableName: names[1], Limit: 4, MaxTables: 6,
		}) {
			require.NoError(t, err)
			got = append(got, table.Name)
		}
		assert.Equal(t, names[2:8], got)
		assert.Len(t, journal.Take(), 2)
	})
	t.Run("refused", func(t *testing.T) {
		for _, req := range []dynamoconn.ListTablesRequest{{Limit: -1}, {Limit: 101}, {MaxTables: -1}, {ExclusiveStartTableName: "a b"}} {
			_, err := client.ListTables(t.Context(), req)
			require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			for _, err := range client.Tables(t.Context(), req) {
				require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
			}
		}
		assert.Empty(t, journal.Take())
	})
}

// DynamoDB Local shows every region the same tables, so what tells the region is
// what the request was signed for.
func TestEveryActivityInASecondRegion(t *testing.T) {
	t.Parallel()
	client, journal := localJournal(t)
	table, items := cityTable(t, 3)
	ctx, key := t.Context(), items[0].Pick("ID")
	for name, call := range map[string]func(...dynamoconn.CallOption) error{
		"ListTables": func(opts ...dynamoconn.CallOption) error {
			_, err := client.ListTables(ctx, dynamoconn.ListTablesRequest{MaxTables: 1}, opts...)
			return err
		},
		"DescribeTable": func(opts ...dynamoconn.CallOption) error {
			_, err := client.DescribeTable(ctx, dynamoconn.DescribeTableRequest{TableName: table}, opts...)
			return err
		},
		"Scan": func(opts ...dynamoconn.CallOption) error {
			resp, err := client.Scan(ctx, dynamoconn.ScanTableRequest{TableName: table}, opts...)
			if err == nil {
				requireSameItems(t, items, resp.Items, "ID")
			}
			return err
		},
		"GetItem": func(opts ...dynamoconn.CallOption) error {
			_, err := client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: table, Item: key}, opts...)
			return err
		},
		"PutItem": func(opts ...dynamoconn.CallOption) error {
			_, err := client.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: items[0]}, opts...)
			return err
		},
		"UpdateItem": func(opts ...dynamoconn.CallOption) error {
			_, err := client.UpdateItem(ctx, dynamoconn.UpdateItemRequest{
				TableName: table, Item: key, Changes: []dynamoconn.Change{dynamoconn.Attr("Country").Set(items[0].Pick("Country")[0].(*dynamoconn.KeyValueString).StringValue)},
			}, opts...)
			return err
		},
		"DeleteItem": func(opts ...dynamoconn.CallOption) error {
			_, err := client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: table, Item: dynamoconn.Item{dynamoconn.Long("ID", 0)}}, opts...)
			return err
		},
		"BatchGetItem": func(opts ...dynamoconn.CallOption) error {
			_, err := client.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
				RequestTables: []dynamoconn.RequestTable{{Name: table, Keys: []dynamoconn.Item{key}}},
			}, opts...)
			return err
		},
		"BatchWriteItem": func(opts ...dynamoconn.CallOption) error {
			_, err := client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
				Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(table, items[0])},
			}, opts...)
			return err
		},
	} {
		for _, region := range []dynamoconn.Region{"", dynamoconn.RegionEUCentral1, "xx-newplace-7"} {
			var opts []dynamoconn.CallOption
			want := "us-east-1"
			if region != "" {
				opts, want = append(opts, dynamoconn.InRegion(region)), region.String()
			}
			require.NoError(t, call(opts...), "%s in %s", name, region)
			requests := journal.Take()
			require.Len(t, requests, 1)
			assert.Equal(t, []string{name, want}, []string{requests[0].Action, requests[0].Region})
		}
		err := call(dynamoconn.InRegion("us_east_1"))
		require.ErrorIs(t, err, dynamoconn.ErrInvalidRequest)
		assert.Empty(t, journal.Take())
	}

	_, err := client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: uniqueName(), Item: key}, dynamoconn.InRegion(dynamoconn.RegionSAEast1))
	require.ErrorIs(t, err, dynamoconn.ErrTableNotFound)
	var e *dynamoconn.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, dynamoconn.RegionSAEast1, e.Region)
	assert.Equal(t, dynamoconn.RegionUSEast1, client.Region())
}
