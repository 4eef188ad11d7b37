package main

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
)

// contest is a task that this library and a rival do with the same bytes. Each
// function checks its result.
type contest struct {
	name            string
	rival           string
	ours, rivalTask func() error
}

func contests(ctx context.Context) ([]contest, error) {
	items := cities(pageItems)
	page := map[string]any{"Count": len(items), "ScannedCount": len(items), "Items": dynamoJSON(items)}
	all := []contest{toSDKContest(items[:100]), fromSDKContest(items[:100])}
	for _, task := range []struct {
		name   string
		answer any
		make   func(context.Context, *dynamoconn.Client, *dynamodb.Client, []dynamoconn.Item) contest
	}{
		{"GetItem", map[string]any{"Item": dynamoJSON(items[:1])[0]}, getItemContest},
		{"PutItem", map[string]any{}, putItemContest},
		{"Scan page of 3,000", page, scanPageContest},
		{"BatchWrite of 25", map[string]any{"UnprocessedItems": map[string]any{}}, batchWriteContest},
	} {
		httpClient := newCannedHTTPClient(task.answer)
		ours, err := dynamoconn.New(ctx,
			dynamoconn.WithRegion(dynamoconn.RegionUSEast1),
			dynamoconn.WithStaticCredentials("AKIDEXAMPLE", "secret", ""),
			dynamoconn.WithHTTPClient(httpClient))
		if err != nil {
			return nil, err
		}
		c := task.make(ctx, ours, rawClient(httpClient), items)
		c.name, c.rival = task.name, "raw SDK"
		all = append(all, c)
	}
	return all, nil
}

func check(right bool) error {
	if !right {
		return errors.New("the result is wrong")
	}
	return nil
}

func rawClient(httpClient cannedHTTPClient) *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{
		Region:     "us-east-1",
		HTTPClient: httpClient,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
		}),
	})
}

func dynamoJSON(items []dynamoconn.Item) []dynamoconn.DynamoDBJSON {
	all := make([]dynamoconn.DynamoDBJSON, len(items))
	for i, item := range items {
		all[i] = dynamoconn.DynamoDBJSON(item)
	}
	return all
}

// toSDKContest converts 100 items to the SDK's types. The rival converts maps of any
// with attributevalue.
func toSDKContest(items []dynamoconn.Item) contest {
	maps := plainMaps(items)
	return contest{
		name: "100 Items → SDK", rival: "attributevalue",
		ours: func() error {
			for _, item := range items {
				attributes, err := dynamoconn.ToAttributeValues(item)
				if err == nil {
					err = check(len(attributes) == len(item))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
		rivalTask: func() error {
			for _, m := range maps {
				attributes, err := attributevalue.MarshalMap(m)
				if err == nil {
					err = check(len(attributes) == len(m))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// fromSDKContest converts 100 items from the SDK's types. The rival converts them to
// maps of any with attributevalue.
func fromSDKContest(items []dynamoconn.Item) contest {
	all := attributeValues(items)
	return contest{
		name: "SDK → 100 Items", rival: "attributevalue",
		ours: func() error {
			for _, attributes := range all {
				item, err := dynamoconn.FromAttributeValues(attributes)
				if err == nil {
					err = check(len(item) == len(attributes))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
		rivalTask: func() error {
			for _, attributes := range all {
				var m map[string]any
				err := attributevalue.UnmarshalMap(attributes, &m)
				if err == nil {
					err = check(len(m) == len(attributes))
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func plainMaps(items []dynamoconn.Item) []map[string]any {
	maps := make([]map[string]any, len(items))
	for i, attributes := range attributeValues(items) {
		if err := attributevalue.UnmarshalMap(attributes, &maps[i]); err != nil {
			panic(err)
		}
	}
	return maps
}

func getItemContest(ctx context.Context, ours *dynamoconn.Client, raw *dynamodb.Client, items []dynamoconn.Item) contest {
	key := items[0].Pick("ID")
	rawKey := attributeValues([]dynamoconn.Item{key})[0]
	want := len(items[0])
	return contest{
		ours: func() error {
			resp, err := ours.GetItem(ctx, dynamoconn.GetItemRequest{TableName: "Cities", Item: key})
			if err != nil {
				return err
			}
			return check(len(resp.Item) == want)
		},
		rivalTask: func() error {
			out, err := raw.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("Cities"), Key: rawKey})
			if err != nil {
				return err
			}
			return check(len(out.Item) == want)
		},
	}
}

func putItemContest(ctx context.Context, ours *dynamoconn.Client, raw *dynamodb.Client, items []dynamoconn.Item) contest {
	rawItem := attributeValues(items[:1])[0]
	return contest{
		ours: func() error {
			resp, err := ours.PutItem(ctx, dynamoconn.PutItemRequest{TableName: "Cities", Item: items[0]})
			if err != nil {
				return err
			}
			return check(resp.RequestID != "")
		},
		rivalTask: func() error {
			_, err := raw.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("Cities"), Item: rawItem})
			return err
		},
	}
}

func scanPageContest(ctx context.Context, ours *dynamoconn.Client, raw *dynamodb.Client, items []dynamoconn.Item) contest {
	return contest{
		ours: func() error {
			resp, err := ours.ScanPage(ctx, dynamoconn.ScanTableRequest{TableName: "Cities"})
			if err != nil {
				return err
			}
			return check(len(resp.Items) == len(items))
		},
		rivalTask: func() error {
			out, err := raw.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("Cities")})
			if err != nil {
				return err
			}
			return check(len(out.Items) == len(items))
		},
	}
}

func batchWriteContest(ctx context.Context, ours *dynamoconn.Client, raw *dynamodb.Client, items []dynamoconn.Item) contest {
	table := dynamoconn.TableWithItemsToAdd("Cities", items[:25]...)
	table.KeyNames = []string{"ID"}
	rawItems := attributeValues(items[:25])
	return contest{
		ours: func() error {
			resp, err := ours.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{table}})
			if err != nil {
				return err
			}
			return check(resp.Written == 25)
		},
		rivalTask: func() error {
			requests := make([]types.WriteRequest, len(rawItems))
			for i, item := range rawItems {
				requests[i].PutRequest = &types.PutRequest{Item: item}
			}
			out, err := raw.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
				RequestItems: map[string][]types.WriteRequest{"Cities": requests},
			})
			if err != nil {
				return err
			}
			return check(len(out.UnprocessedItems) == 0)
		},
	}
}
