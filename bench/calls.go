package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/dynamoconn/dynamoconn"
)

// openGetItem makes the contest of reading one item. The keys are made beforehand.
func openGetItem(ctx context.Context, _ size) (*contest, error) {
	item := city(0)
	answer, err := newCannedHTTPClient(itemAnswer{Item: dynamoconn.DynamoDBJSON(item)}, 1)
	if err != nil {
		return nil, err
	}
	c, err := newClients(ctx, answer)
	if err != nil {
		return nil, err
	}
	want := []dynamoconn.Item{item}
	sdkKey := toSDK(item.Pick("ID"))
	sdkGet := func() (map[string]types.AttributeValue, error) {
		out, err := c.sdk.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: sdkKey})
		if err != nil {
			return nil, err
		}
		return out.Item, nil
	}
	signed, err := signFloor(ctx, answer, "GetItem", `{"TableName":"Cities","Key":{"ID":{"N":"0"}}}`)
	if err != nil {
		return nil, err
	}
	return &contest{sides: []side{
		reader(ours, ownItem, want, ownGet(ctx, c.ours, item)),
		reader(rawSDK, sdkItem, want, sdkGet),
		reader(viaAttributevalue, recordItem[cityRecord](), want, func() (r cityRecord, err error) {
			found, err := sdkGet()
			if err != nil {
				return r, err
			}
			return r, attributevalue.UnmarshalMap(found, &r)
		}),
		reader(guregu, recordItem[cityRecord](), want, func() (r cityRecord, err error) {
			err = c.guregu.Get("ID", 0).One(ctx, &r)
			return r, err
		}),
		signed,
	}}, nil
}

// ownGet returns the task of reading item with this library.
func ownGet(ctx context.Context, client *dynamoconn.Client, item dynamoconn.Item, options ...dynamoconn.CallOption) func() (dynamoconn.Item, error) {
	key := item.Pick("ID")
	return func() (dynamoconn.Item, error) {
		resp, err := client.GetItem(ctx, dynamoconn.GetItemRequest{TableName: table, Item: key}, options...)
		if err != nil {
			return nil, err
		}
		return resp.Item, nil
	}
}

// openPutItem makes the contest of writing one item. Each side begins with what its
// programs have: an Item, which the raw SDK must convert, or a struct.
func openPutItem(ctx context.Context, _ size) (*contest, error) {
	item := city(0)
	answer, c, err := openWrites(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	records, err := recordsOf[cityRecord]([]dynamoconn.Item{item})
	if err != nil {
		return nil, err
	}
	want := []dynamoconn.Item{item}
	sdkPut := func(attributes map[string]types.AttributeValue) error {
		out, err := c.sdk.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: attributes})
		if err != nil {
			return err
		}
		return checkRequestID(out.ResultMetadata)
	}
	bodies, err := answer.record(func() error { return sdkPut(toSDK(item)) })
	if err != nil {
		return nil, err
	}
	signed, err := signFloor(ctx, answer, "PutItem", string(bodies[0]))
	if err != nil {
		return nil, err
	}
	return &contest{sides: []side{
		writer(ours, answer, want, func() error {
			resp, err := c.ours.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: item})
			if err != nil {
				return err
			}
			return check(resp.RequestID == requestID)
		}),
		writer(rawSDK, answer, want, func() error { return sdkPut(toSDK(item)) }),
		writer(viaAttributevalue, answer, want, func() error {
			attributes, err := attributevalue.MarshalMap(records[0])
			if err != nil {
				return err
			}
			return sdkPut(attributes)
		}),
		writer(guregu, answer, want, func() error { return c.guregu.Put(records[0]).Run(ctx) }),
		signed,
	}}, nil
}

// openDeleteItem makes the contest of deleting one item. The keys are made beforehand.
func openDeleteItem(ctx context.Context, _ size) (*contest, error) {
	key := city(0).Pick("ID")
	answer, c, err := openWrites(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	want := []dynamoconn.Item{key}
	sdkKey := toSDK(key)
	signed, err := signFloor(ctx, answer, "DeleteItem", `{"TableName":"Cities","Key":{"ID":{"N":"0"}}}`)
	if err != nil {
		return nil, err
	}
	return &contest{sides: []side{
		writer(ours, answer, want, func() error {
			resp, err := c.ours.DeleteItem(ctx, dynamoconn.DeleteItemRequest{TableName: table, Item: key})
			if err != nil {
				return err
			}
			return check(len(resp.RequestIDs) == 1 && resp.RequestIDs[0] == requestID)
		}),
		writer(rawSDK, answer, want, func() error {
			out, err := c.sdk.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: sdkKey})
			if err != nil {
				return err
			}
			return checkRequestID(out.ResultMetadata)
		}),
		writer(guregu, answer, want, func() error { return c.guregu.Delete("ID", 0).Run(ctx) }),
		signed,
	}}, nil
}

// openWrites returns clients whose writes get the same answer.
func openWrites(ctx context.Context, value any) (*cannedHTTPClient, *clients, error) {
	answer, err := newCannedHTTPClient(value, 1)
	if err != nil {
		return nil, nil, err
	}
	c, err := newClients(ctx, answer)
	return answer, c, err
}

func checkRequestID(metadata smithymiddleware.Metadata) error {
	id, _ := middleware.GetRequestIDMetadata(metadata)
	return check(id == requestID)
}
