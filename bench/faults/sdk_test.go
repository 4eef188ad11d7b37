package faults

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

type sdkClient struct{ *dynamodb.Client }

func openSDK(w *world) client { return sdkClient{dynamodb.NewFromConfig(w.config())} }

func sdkKey(id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"ID": &types.AttributeValueMemberS{Value: id}}
}

func (s sdkClient) put(ctx context.Context, c city) error {
	item, err := attributevalue.MarshalMap(c)
	if err != nil {
		return err
	}
	_, err = s.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: item})
	return err
}

func (s sdkClient) putNew(ctx context.Context, c city) error {
	item, err := attributevalue.MarshalMap(c)
	if err != nil {
		return err
	}
	_, err = s.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(table), Item: item, ConditionExpression: aws.String("attribute_not_exists(ID)"),
	})
	return err
}

func (s sdkClient) replace(ctx context.Context, c city) (city, error) {
	var old city
	item, err := attributevalue.MarshalMap(c)
	if err != nil {
		return old, err
	}
	out, err := s.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(table), Item: item, ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return old, err
	}
	err = attributevalue.UnmarshalMap(out.Attributes, &old)
	return old, err
}

func (s sdkClient) remove(ctx context.Context, id string) error {
	_, err := s.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: sdkKey(id)})
	return err
}

func (s sdkClient) take(ctx context.Context, id string) (city, error) {
	var old city
	out, err := s.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String(table), Key: sdkKey(id), ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return old, err
	}
	err = attributevalue.UnmarshalMap(out.Attributes, &old)
	return old, err
}

func (s sdkClient) removeExisting(ctx context.Context, id string) error {
	_, err := s.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String(table), Key: sdkKey(id), ConditionExpression: aws.String("attribute_exists(ID)"),
	})
	return err
}

func (s sdkClient) add(ctx context.Context, id string, n int64) error {
	by, err := attributevalue.Marshal(n)
	if err != nil {
		return err
	}
	_, err = s.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String(table), Key: sdkKey(id), UpdateExpression: aws.String("ADD Population :n"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":n": by},
	})
	return err
}

func (s sdkClient) transact(ctx context.Context, cities []city) error {
	input := &dynamodb.TransactWriteItemsInput{}
	for _, c := range cities {
		item, err := attributevalue.MarshalMap(c)
		if err != nil {
			return err
		}
		input.TransactItems = append(input.TransactItems, types.TransactWriteItem{Put: &types.Put{TableName: aws.String(table), Item: item}})
	}
	_, err := s.TransactWriteItems(ctx, input)
	return err
}

func (s sdkClient) get(ctx context.Context, id string) (*city, error) {
	out, err := s.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: sdkKey(id)})
	if err != nil || out.Item == nil {
		return nil, err
	}
	var c city
	return &c, attributevalue.UnmarshalMap(out.Item, &c)
}

func (s sdkClient) scan(ctx context.Context) ([]city, error) {
	var all []city
	pages := dynamodb.NewScanPaginator(s, &dynamodb.ScanInput{TableName: aws.String(table)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		var cities []city
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &cities); err != nil {
			return nil, err
		}
		all = append(all, cities...)
	}
	return all, nil
}

func (s sdkClient) query(ctx context.Context, country string) ([]city, error) {
	var all []city
	pages := dynamodb.NewQueryPaginator(s, &dynamodb.QueryInput{
		TableName: aws.String(table), IndexName: aws.String(byCountry), KeyConditionExpression: aws.String("Country = :c"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":c": &types.AttributeValueMemberS{Value: country}},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		var cities []city
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &cities); err != nil {
			return nil, err
		}
		all = append(all, cities...)
	}
	return all, nil
}

// write contains the loop that the SDK leaves to its caller.
func (s sdkClient) write(ctx context.Context, cities []city) (batchState, error) {
	const maxItems = 25
	for start := 0; start < len(cities); start += maxItems {
		end := min(start+maxItems, len(cities))
		var requests []types.WriteRequest
		for _, c := range cities[start:end] {
			item, err := attributevalue.MarshalMap(c)
			if err != nil {
				return batchState{notWritten: ids(cities[start:])}, err
			}
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
		}
		left := map[string][]types.WriteRequest{table: requests}
		for pause := 50 * time.Millisecond; len(left) > 0; pause = min(2*pause, 20*time.Second) {
			out, err := s.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: left})
			if err != nil {
				var state batchState
				var open []string
				for _, request := range left[table] {
					open = append(open, request.PutRequest.Item["ID"].(*types.AttributeValueMemberS).Value)
				}
				if sdkClaim(err) == claimNothing {
					state.maybeWritten = open
				} else {
					state.notWritten = open
				}
				state.notWritten = append(state.notWritten, ids(cities[end:])...)
				return state, err
			}
			if left = out.UnprocessedItems; len(left) > 0 {
				if err := sleep(ctx, pause); err != nil {
					return batchState{maybeWritten: ids(cities[start:end]), notWritten: ids(cities[end:])}, err
				}
			}
		}
	}
	return batchState{}, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s sdkClient) read(ctx context.Context, ids []string) ([]city, error) {
	return s.readWith(ctx, ids, func(*dynamodb.BatchGetItemPaginatorOptions) {})
}

func (s sdkClient) readWith(ctx context.Context, ids []string, option func(*dynamodb.BatchGetItemPaginatorOptions)) ([]city, error) {
	const maxKeys = 100
	var all []city
	for start := 0; start < len(ids); start += maxKeys {
		var keys []map[string]types.AttributeValue
		for _, id := range ids[start:min(start+maxKeys, len(ids))] {
			keys = append(keys, sdkKey(id))
		}
		pages := dynamodb.NewBatchGetItemPaginator(s, &dynamodb.BatchGetItemInput{
			RequestItems: map[string]types.KeysAndAttributes{table: {Keys: keys}},
		}, option)
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			var cities []city
			if err := attributevalue.UnmarshalListOfMaps(page.Responses[table], &cities); err != nil {
				return nil, err
			}
			all = append(all, cities...)
		}
	}
	return all, nil
}

func (s sdkClient) list(ctx context.Context) ([]string, error) {
	var all []string
	pages := dynamodb.NewListTablesPaginator(s, &dynamodb.ListTablesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.TableNames...)
	}
	return all, nil
}

func (s sdkClient) describe(ctx context.Context) (string, error) {
	out, err := s.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(table)})
	switch {
	case err != nil:
		return "", err
	case out.Table == nil || len(out.Table.KeySchema) == 0:
		return "", nil
	}
	return aws.ToString(out.Table.KeySchema[0].AttributeName), nil
}

func (s sdkClient) claimOf(err error) claim { return sdkClaim(err) }

// sdkClaim returns what an error of the SDK says. A status of 400 to 499, except 408,
// says that the request was refused. A connection that could not be made says that
// nothing was sent. Any other error says nothing.
func sdkClaim(err error) claim {
	var condition *types.ConditionalCheckFailedException
	var response *smithyhttp.ResponseError
	var op *net.OpError
	switch {
	case errors.As(err, &condition):
		return claimConditionFailed
	case errors.As(err, &response) && response.HTTPStatusCode() >= 400 && response.HTTPStatusCode() < 500 && response.HTTPStatusCode() != 408:
		return claimNotDone
	case errors.As(err, &op) && op.Op == "dial":
		return claimNotDone
	}
	return claimNothing
}
