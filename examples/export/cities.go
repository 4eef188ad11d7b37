package main

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/examples/internal/demo"
	"github.com/dynamoconn/dynamoconn/testdata"
)

// createCities makes a table of the 1,000 cities, for something to export.
func createCities(ctx context.Context, db *demo.Database, client *dynamoconn.Client, table string) error {
	err := db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName:            &table,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("ID"), AttributeType: types.ScalarAttributeTypeN}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("ID"), KeyType: types.KeyTypeHash}},
	})
	if err != nil {
		return err
	}
	var cities []dynamoconn.Item
	for line := range strings.Lines(testdata.Cities()) {
		var city dynamoconn.Item
		if err := json.Unmarshal([]byte(line), &city); err != nil {
			return err
		}
		cities = append(cities, city)
	}
	_, err = client.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{
		Tables: []dynamoconn.WriteTable{dynamoconn.TableWithItemsToAdd(table, cities...)},
	})
	return err
}
