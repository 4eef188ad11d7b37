package main

import (
	"context"
	"errors"

	"github.com/dynamoconn/dynamoconn"
)

// samples are two different tables: one is billed per request, the other has a
// provisioned capacity, a key of two attributes, and an index.
var samples = []dynamoconn.CreateTableRequest{
	{TableName: "dynamoconn-cities", PartitionKey: dynamoconn.NumberKey("ID")},
	{
		TableName:             "dynamoconn-music",
		PartitionKey:          dynamoconn.StringKey("Artist"),
		SortKey:               dynamoconn.StringKey("SongTitle"),
		ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 10, WriteCapacityUnits: 5},
		GlobalSecondaryIndexes: []dynamoconn.GlobalSecondaryIndex{{
			IndexName:             "ByYear",
			PartitionKey:          []dynamoconn.AttributeDefinition{dynamoconn.NumberKey("Year")},
			ProjectionType:        dynamoconn.ProjectionTypeKeysOnly,
			ProvisionedThroughput: &dynamoconn.ProvisionedThroughput{ReadCapacityUnits: 1, WriteCapacityUnits: 1},
		}},
	},
}

// createSamples creates the sample tables and writes items to each. remove deletes the
// tables that were created, even if createSamples returns an error or ctx has ended.
func createSamples(ctx context.Context, client *dynamoconn.Client) (remove func() error, err error) {
	var created []string
	remove = func() error {
		var errs []error
		for _, name := range created {
			_, err := client.DeleteTable(context.WithoutCancel(ctx), dynamoconn.DeleteTableRequest{TableName: name})
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	}
	for _, sample := range samples {
		if _, err := client.CreateTable(ctx, sample); err != nil {
			return remove, err
		}
		created = append(created, sample.TableName)
		if _, err := client.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: sample.TableName}); err != nil {
			return remove, err
		}
	}
	_, err = client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{
		dynamoconn.TableWithItemsToAdd("dynamoconn-cities",
			dynamoconn.Item{dynamoconn.Long("ID", 1), dynamoconn.String("Name", "Reykjavík")},
			dynamoconn.Item{dynamoconn.Long("ID", 2), dynamoconn.String("Name", "Łódź")},
		),
		dynamoconn.TableWithItemsToAdd("dynamoconn-music", dynamoconn.Item{
			dynamoconn.String("Artist", "Erik Satie"),
			dynamoconn.String("SongTitle", "Gymnopédie No. 1"),
			dynamoconn.Long("Year", 1888),
		}),
	}})
	return remove, err
}
