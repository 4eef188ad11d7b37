package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/dynamoconn/dynamoconn"
)

func openPageStructs(ctx context.Context, _ size) (*contest, error) {
	return openScanStructs[placeRecord](ctx, list(pageItems, place))
}

func openPageStructsNested(ctx context.Context, _ size) (*contest, error) {
	return openScanStructs[shopRecord](ctx, list(1500, shop))
}

// openScanStructs makes the contest of a loop over one page of items as structs.
func openScanStructs[R record](ctx context.Context, items []dynamoconn.Item) (*contest, error) {
	c, err := newPages(ctx, items, 1)
	if err != nil {
		return nil, err
	}
	return &contest{sides: []side{
		structLoop(ours, items, func(see func(R)) error {
			for r, err := range dynamoconn.ScanAs[R](ctx, c.ours, dynamoconn.ScanTableRequest{TableName: table}) {
				if err != nil {
					return err
				}
				see(r)
			}
			return nil
		}),
		structLoop(viaAttributevalue, items, func(see func(R)) error {
			page, err := c.sdkScan(ctx)
			if err != nil {
				return err
			}
			for _, item := range page {
				var r R
				if err := attributevalue.UnmarshalMap(item, &r); err != nil {
					return err
				}
				see(r)
			}
			return nil
		}),
		structLoop(guregu, items, func(see func(R)) error {
			found := c.guregu.Scan().Iter()
			for {
				var r R
				if !found.Next(ctx, &r) {
					return found.Err()
				}
				see(r)
			}
		}),
	}}, nil
}

// structLoop returns a side that goes over items as structs.
func structLoop[R record](name string, items []dynamoconn.Item, read func(see func(R)) error) side {
	all := func() (records []R, err error) {
		err = read(func(r R) { records = append(records, r) })
		return records, err
	}
	sum := sumItems(items)
	return side{
		name: name,
		task: func() error {
			var got uint64
			if err := read(func(r R) { got += r.sum() }); err != nil {
				return err
			}
			return check(got == sum)
		},
		verify: reader(name, recordPage[R](), items, all).verify,
	}
}

// openGetStruct makes the contest of reading one item as a struct.
func openGetStruct(ctx context.Context, _ size) (*contest, error) {
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
	key, sdkKey := item.Pick("ID"), toSDK(item.Pick("ID"))
	return &contest{sides: []side{
		reader(ours, recordItem[cityRecord](), want, func() (r cityRecord, err error) {
			found, err := dynamoconn.GetAs[cityRecord](ctx, c.ours, dynamoconn.GetItemRequest{TableName: table, Item: key})
			if err != nil {
				return r, err
			}
			return *found, nil
		}),
		reader(viaAttributevalue, recordItem[cityRecord](), want, func() (r cityRecord, err error) {
			out, err := c.sdk.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: sdkKey})
			if err != nil {
				return r, err
			}
			return r, attributevalue.UnmarshalMap(out.Item, &r)
		}),
		reader(guregu, recordItem[cityRecord](), want, func() (r cityRecord, err error) {
			err = c.guregu.Get("ID", 0).One(ctx, &r)
			return r, err
		}),
	}}, nil
}

// openPutStruct makes the contest of writing a struct.
func openPutStruct(ctx context.Context, _ size) (*contest, error) {
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
	return &contest{sides: []side{
		writer(ours, answer, want, func() error {
			item, err := dynamoconn.Marshal(&records[0])
			if err != nil {
				return err
			}
			resp, err := c.ours.PutItem(ctx, dynamoconn.PutItemRequest{TableName: table, Item: item})
			if err != nil {
				return err
			}
			return check(resp.RequestID == requestID)
		}),
		writer(viaAttributevalue, answer, want, func() error {
			attributes, err := attributevalue.MarshalMap(records[0])
			if err != nil {
				return err
			}
			out, err := c.sdk.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: attributes})
			if err != nil {
				return err
			}
			return checkRequestID(out.ResultMetadata)
		}),
		writer(guregu, answer, want, func() error { return c.guregu.Put(records[0]).Run(ctx) }),
	}}, nil
}
