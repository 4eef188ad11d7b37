package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/guregu/dynamo/v2"

	"github.com/dynamoconn/dynamoconn"
)

// queriedItems is the number of cities in the answer to a query.
const queriedItems = 20

// openQuerySmall makes the contest of a query of a few items: the cities of a country from one ID
// to another. The values of its condition are made beforehand.
func openQuerySmall(ctx context.Context, _ size) (*contest, error) {
	items := list(queriedItems, func(n int) dynamoconn.Item { return city(5*n + 2) }) // all in one country
	answer, err := newCannedHTTPClient(answerPage(items), 1)
	if err != nil {
		return nil, err
	}
	c, err := newClients(ctx, answer)
	if err != nil {
		return nil, err
	}
	const country, index, last = "US", "ByCountry", 5 * queriedItems
	partition := dynamoconn.Item{dynamoconn.String("Country", country)}
	sort := []dynamoconn.Condition{dynamoconn.Attr("ID").Between(0, last)}
	names := map[string]string{"#c": "Country", "#i": "ID"}
	values := toSDK(dynamoconn.Item{dynamoconn.String(":c", country), dynamoconn.Long(":from", 0), dynamoconn.Long(":to", last)})
	sdkQuery := func() ([]map[string]types.AttributeValue, error) {
		out, err := c.sdk.Query(ctx, &dynamodb.QueryInput{
			TableName: aws.String(table), IndexName: aws.String(index), KeyConditionExpression: aws.String("#c = :c AND #i BETWEEN :from AND :to"),
			ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		})
		if err != nil {
			return nil, err
		}
		return out.Items, nil
	}
	return &contest{sides: []side{
		reader(ours, ownPage, items, func() ([]dynamoconn.Item, error) {
			resp, err := c.ours.Query(ctx, dynamoconn.QueryRequest{TableName: table, IndexName: index, PartitionKey: partition, SortKey: sort})
			if err != nil {
				return nil, err
			}
			return resp.Items, nil
		}),
		reader(rawSDK, sdkPage, items, sdkQuery),
		reader(viaAttributevalue, recordPage[cityRecord](), items, func() ([]cityRecord, error) {
			page, err := sdkQuery()
			if err != nil {
				return nil, err
			}
			var records []cityRecord
			return records, attributevalue.UnmarshalListOfMaps(page, &records)
		}),
		reader(guregu, recordPage[cityRecord](), items, func() ([]cityRecord, error) {
			var records []cityRecord
			err := c.guregu.Get("Country", country).Index(index).Range("ID", dynamo.Between, 0, last).All(ctx, &records)
			return records, err
		}),
	}}, nil
}
