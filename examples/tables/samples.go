package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
)

// samples are two different tables: one is billed per request, the other has a
// provisioned capacity, a key of two attributes, and an index.
var samples = []*dynamodb.CreateTableInput{
	{
		TableName:   aws.String("dynamoconn-cities"),
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("ID"), AttributeType: types.ScalarAttributeTypeN},
		},
		KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("ID"), KeyType: types.KeyTypeHash}},
	},
	{
		TableName:             aws.String("dynamoconn-music"),
		ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(10), WriteCapacityUnits: aws.Int64(5)},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("Artist"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("SongTitle"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("Year"), AttributeType: types.ScalarAttributeTypeN},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("Artist"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("SongTitle"), KeyType: types.KeyTypeRange},
		},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName:             aws.String("ByYear"),
			KeySchema:             []types.KeySchemaElement{{AttributeName: aws.String("Year"), KeyType: types.KeyTypeHash}},
			Projection:            &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
			ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(1), WriteCapacityUnits: aws.Int64(1)},
		}},
	},
}

// createSamples creates the sample tables and writes items to each. remove deletes the
// tables that were created, even if createSamples returns an error.
func createSamples(ctx context.Context, db *demo.Database, client *dynamoconn.Client) (remove func() error, err error) {
	var created []string
	remove = func() error {
		var errs []error
		for _, name := range created {
			errs = append(errs, db.DeleteTable(ctx, name))
		}
		return errors.Join(errs...)
	}
	for _, sample := range samples {
		if err := db.CreateTable(ctx, sample); err != nil {
			return remove, err
		}
		created = append(created, aws.ToString(sample.TableName))
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
