package direct

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// rehearsals make a request of each action that can go the direct way with the SDK's client,
// on a table. What is in the request does not matter.
var rehearsals = map[string]func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error{
	"GetItem": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		_, err := sdk.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: attributes{}}, option)
		return err
	},
	"PutItem": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		_, err := sdk.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: attributes{}}, option)
		return err
	},
	"UpdateItem": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		_, err := sdk.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &table, Key: attributes{}}, option)
		return err
	},
	"DeleteItem": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		_, err := sdk.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: attributes{}}, option)
		return err
	},
	"Scan": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		_, err := sdk.Scan(ctx, &dynamodb.ScanInput{TableName: &table}, option)
		return err
	},
	"Query": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		_, err := sdk.Query(ctx, &dynamodb.QueryInput{TableName: &table}, option)
		return err
	},
	"BatchGetItem": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		items := map[string]types.KeysAndAttributes{table: {Keys: []attributes{{}}}}
		_, err := sdk.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: items}, option)
		return err
	},
	"BatchWriteItem": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		items := map[string][]types.WriteRequest{table: {{PutRequest: &types.PutRequest{Item: attributes{}}}}}
		_, err := sdk.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: items}, option)
		return err
	},
	"TransactGetItems": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		items := []types.TransactGetItem{{Get: &types.Get{TableName: &table, Key: attributes{}}}}
		_, err := sdk.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: items}, option)
		return err
	},
	"TransactWriteItems": func(ctx context.Context, sdk *dynamodb.Client, table string, option func(*dynamodb.Options)) error {
		items := []types.TransactWriteItem{{Put: &types.Put{TableName: &table, Item: attributes{}}}}
		_, err := sdk.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: items, ClientRequestToken: aws.String("T")}, option)
		return err
	},
}

type attributes = map[string]types.AttributeValue
