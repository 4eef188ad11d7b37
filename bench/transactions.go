package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn"
)

// openUpdateItem makes the contest of incrementing a number. The raw SDK's expression is made
// beforehand.
func openUpdateItem(ctx context.Context, _ size) (*contest, error) {
	key := city(0).Pick("ID")
	answer, c, err := openWrites(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	want := []dynamoconn.Item{key}
	sdkKey := toSDK(key)
	names := map[string]string{"#p": "Population"}
	values := toSDK(dynamoconn.Item{dynamoconn.Long(":n", 1), dynamoconn.Long(":zero", 0)})
	signed, err := signFloor(ctx, answer, "UpdateItem", `{"ExpressionAttributeNames":{"#n0":"Population"},"ExpressionAttributeValues":{":v0":{"N":"1"},":v1":{"N":"0"}},`+
		`"Key":{"ID":{"N":"0"}},"TableName":"Cities","UpdateExpression":"SET #n0 = if_not_exists(#n0, :v1) + :v0"}`)
	if err != nil {
		return nil, err
	}
	return &contest{sides: []side{
		writer(ours, answer, want, func() error {
			resp, err := c.ours.UpdateItem(ctx, dynamoconn.UpdateItemRequest{
				TableName: table, Item: key, Changes: []dynamoconn.Change{dynamoconn.Attr("Population").Increment(1)},
			})
			if err != nil {
				return err
			}
			return check(resp.RequestID == requestID)
		}),
		writer(rawSDK, answer, want, func() error {
			out, err := c.sdk.UpdateItem(ctx, &dynamodb.UpdateItemInput{
				TableName: aws.String(table), Key: sdkKey, UpdateExpression: aws.String("SET #p = if_not_exists(#p, :zero) + :n"),
				ExpressionAttributeNames: names, ExpressionAttributeValues: values,
			})
			if err != nil {
				return err
			}
			return checkRequestID(out.ResultMetadata)
		}),
		writer(guregu, answer, want, func() error { return c.guregu.Update("ID", 0).Add("Population", 1).Run(ctx) }),
		signed,
	}}, nil
}

// openTransactWrite makes the contest of putting 10 items in one transaction. Each side begins with
// what its programs have: Items, which the raw SDK must convert, or structs.
func openTransactWrite(ctx context.Context, _ size) (*contest, error) {
	items := list(10, city)
	answer, c, err := openWrites(ctx, struct{}{})
	if err != nil {
		return nil, err
	}
	records, err := recordsOf[cityRecord](items)
	if err != nil {
		return nil, err
	}
	return &contest{sides: []side{
		writer(ours, answer, items, func() error {
			writes := make([]dynamoconn.TransactWrite, len(items))
			for i, item := range items {
				writes[i] = dynamoconn.PutItemRequest{TableName: table, Item: item}
			}
			resp, err := c.ours.TransactWrite(ctx, dynamoconn.TransactWriteRequest{Writes: writes})
			if err != nil {
				return err
			}
			return check(resp.RequestID == requestID)
		}),
		writer(rawSDK, answer, items, func() error {
			writes := make([]types.TransactWriteItem, len(items))
			for i, item := range items {
				writes[i].Put = &types.Put{TableName: aws.String(table), Item: toSDK(item)}
			}
			out, err := c.sdk.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: writes})
			if err != nil {
				return err
			}
			return checkRequestID(out.ResultMetadata)
		}),
		writer(guregu, answer, items, func() error {
			tx := c.gureguDB.WriteTx()
			for i := range records {
				tx = tx.Put(c.guregu.Put(records[i]))
			}
			return tx.Run(ctx)
		}),
	}}, nil
}

// openTransactGet makes the contest of reading 25 items in one transaction. The keys are made
// beforehand. The raw SDK's items are converted to Items, so that each side ends with what its
// programs use.
func openTransactGet(ctx context.Context, _ size) (*contest, error) {
	items := list(25, city)
	answer, err := newCannedHTTPClient(answerTransactGet(items), 1)
	if err != nil {
		return nil, err
	}
	c, err := newClients(ctx, answer)
	if err != nil {
		return nil, err
	}
	ownKeys := keys(items)
	sdkKeys := allToSDK(ownKeys)
	return &contest{sides: []side{
		reader(ours, ownPage, items, func() ([]dynamoconn.Item, error) {
			gets := make([]dynamoconn.GetItemRequest, len(ownKeys))
			for i, key := range ownKeys {
				gets[i] = dynamoconn.GetItemRequest{TableName: table, Item: key}
			}
			resp, err := c.ours.TransactGet(ctx, dynamoconn.TransactGetRequest{Gets: gets})
			if err != nil {
				return nil, err
			}
			return resp.Items, nil
		}),
		reader(rawSDK, ownPage, items, func() ([]dynamoconn.Item, error) {
			gets := make([]types.TransactGetItem, len(sdkKeys))
			for i, key := range sdkKeys {
				gets[i].Get = &types.Get{TableName: aws.String(table), Key: key}
			}
			out, err := c.sdk.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: gets})
			if err != nil {
				return nil, err
			}
			found := make([]map[string]types.AttributeValue, len(out.Responses))
			for i := range out.Responses {
				found[i] = out.Responses[i].Item
			}
			return allFromSDK(found)
		}),
		reader(guregu, recordPage[cityRecord](), items, func() ([]cityRecord, error) {
			records := make([]cityRecord, len(ownKeys))
			tx := c.gureguDB.GetTx()
			for i := range records {
				tx = tx.GetOne(c.guregu.Get("ID", i), &records[i])
			}
			return records, tx.Run(ctx)
		}),
	}}, nil
}
