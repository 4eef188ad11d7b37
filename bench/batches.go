package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"github.com/dynamoconn/dynamoconn"
)

// openBatchWrite makes the contest of writing 25 items. Each side begins with what its
// programs have: Items, which the raw SDK must convert, or structs.
func openBatchWrite(ctx context.Context, _ size) (*contest, error) {
	items := list(25, city)
	answer, c, err := openWrites(ctx, batchWriteAnswer{})
	if err != nil {
		return nil, err
	}
	records, err := recordsOf[cityRecord](items)
	if err != nil {
		return nil, err
	}
	sdkWrite := func() error {
		requests := make([]types.WriteRequest, len(items))
		for i, item := range items {
			requests[i].PutRequest = &types.PutRequest{Item: toSDK(item)}
		}
		return c.sdkBatchWrite(ctx, requests)
	}
	bodies, err := answer.record(sdkWrite)
	if err != nil {
		return nil, err
	}
	signed, err := signFloor(ctx, answer, "BatchWriteItem", string(bodies[0]))
	if err != nil {
		return nil, err
	}
	return &contest{sides: []side{
		writer(ours, answer, items, func() error { return c.ownBatchWrite(ctx, items) }),
		writer(rawSDK, answer, items, sdkWrite),
		writer(viaAttributevalue, answer, items, func() error {
			requests := make([]types.WriteRequest, len(records))
			for i := range records {
				attributes, err := attributevalue.MarshalMap(records[i])
				if err != nil {
					return err
				}
				requests[i].PutRequest = &types.PutRequest{Item: attributes}
			}
			return c.sdkBatchWrite(ctx, requests)
		}),
		writer(guregu, answer, items, func() error {
			puts := make([]any, len(records))
			for i := range records {
				puts[i] = records[i]
			}
			wrote, err := c.guregu.Batch("ID").Write().Put(puts...).Run(ctx)
			if err != nil {
				return err
			}
			return check(wrote == len(records))
		}),
		signed,
	}}, nil
}

func (c *clients) ownBatchWrite(ctx context.Context, items []dynamoconn.Item) error {
	writes := dynamoconn.TableWithItemsToAdd(table, items...)
	writes.KeyNames = []string{"ID"}
	resp, err := c.ours.BatchWrite(ctx, dynamoconn.BatchWriteItemRequest{Tables: []dynamoconn.WriteTable{writes}})
	if err != nil {
		return err
	}
	return check(resp.Written == len(items))
}

func (c *clients) sdkBatchWrite(ctx context.Context, requests []types.WriteRequest) error {
	out, err := c.sdk.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
		RequestItems: map[string][]types.WriteRequest{table: requests},
	})
	if err != nil {
		return err
	}
	return check(len(out.UnprocessedItems) == 0)
}

// openBatchGet makes the contest of reading 100 items. The keys are made beforehand. The
// raw SDK's items are converted to Items, so that each side ends with what its programs use.
func openBatchGet(ctx context.Context, _ size) (*contest, error) {
	items := list(100, city)
	answer, err := newCannedHTTPClient(answerBatchGet(items), 1)
	if err != nil {
		return nil, err
	}
	c, err := newClients(ctx, answer)
	if err != nil {
		return nil, err
	}
	ownKeys := keys(items)
	sdkKeys := allToSDK(ownKeys)
	gureguKeys := make([]dynamo.Keyed, len(items))
	for i := range gureguKeys {
		gureguKeys[i] = dynamo.Keys{i}
	}
	sdkGet := func() ([]map[string]types.AttributeValue, error) {
		out, err := c.sdk.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{table: {Keys: sdkKeys}},
		})
		if err != nil {
			return nil, err
		}
		return out.Responses[table], check(len(out.UnprocessedKeys) == 0)
	}
	return &contest{sides: []side{
		reader(ours, ownPage, items, func() ([]dynamoconn.Item, error) {
			resp, err := c.ours.BatchGet(ctx, dynamoconn.BatchGetItemRequest{
				RequestTables: []dynamoconn.RequestTable{{Name: table, Keys: ownKeys}},
			})
			if err != nil {
				return nil, err
			}
			return resp.ResponseTables[0].Items, nil
		}),
		reader(rawSDK, ownPage, items, func() ([]dynamoconn.Item, error) {
			found, err := sdkGet()
			if err != nil {
				return nil, err
			}
			return allFromSDK(found)
		}),
		reader(viaAttributevalue, recordPage[cityRecord](), items, func() (records []cityRecord, err error) {
			found, err := sdkGet()
			if err != nil {
				return nil, err
			}
			return records, attributevalue.UnmarshalListOfMaps(found, &records)
		}),
		reader(guregu, recordPage[cityRecord](), items, func() (records []cityRecord, err error) {
			err = c.guregu.Batch("ID").Get(gureguKeys...).All(ctx, &records)
			return records, err
		}),
		allocateFloor(items),
		passFloor(answer.body),
	}}, nil
}
