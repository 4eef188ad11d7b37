package stores

import (
	"context"
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type sdkCarts struct {
	db    *dynamodb.Client
	table string
}

func sdkCartKey(customer, id string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{
		"Customer": &types.AttributeValueMemberS{Value: customer},
		"ID":       &types.AttributeValueMemberS{Value: id},
	}
}

func (s sdkCarts) Create(ctx context.Context, c Cart) error {
	item, err := attributevalue.MarshalMap(c)
	if err != nil {
		return err
	}
	_, err = s.db.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:           &s.table,
		Item:                item,
		ConditionExpression: aws.String("attribute_not_exists(ID)"),
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return ErrExists
	}
	return err
}

func (s sdkCarts) Get(ctx context.Context, customer, id string) (*Cart, error) {
	out, err := s.db.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: sdkCartKey(customer, id), ConsistentRead: aws.Bool(true),
	})
	if err != nil || out.Item == nil {
		return nil, err
	}
	c := new(Cart)
	if err := attributevalue.UnmarshalMap(out.Item, c); err != nil {
		return nil, err
	}
	return c, nil
}

func (s sdkCarts) Update(ctx context.Context, c *Cart) error {
	lines, err := attributevalue.Marshal(c.Lines)
	if err != nil {
		return err
	}
	_, err = s.db.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           &s.table,
		Key:                 sdkCartKey(c.Customer, c.ID),
		UpdateExpression:    aws.String("SET #lines = :lines, #version = :next"),
		ConditionExpression: aws.String("#version = :version"),
		ExpressionAttributeNames: map[string]string{
			"#lines": "Lines", "#version": "Version",
		},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":lines":   lines,
			":version": &types.AttributeValueMemberN{Value: strconv.Itoa(c.Version)},
			":next":    &types.AttributeValueMemberN{Value: strconv.Itoa(c.Version + 1)},
		},
	})
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return ErrChanged
	}
	if err == nil {
		c.Version++
	}
	return err
}

func (s sdkCarts) List(ctx context.Context, customer string) ([]Cart, error) {
	var carts []Cart
	pages := dynamodb.NewQueryPaginator(s.db, &dynamodb.QueryInput{
		TableName:              &s.table,
		KeyConditionExpression: aws.String("Customer = :customer"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":customer": &types.AttributeValueMemberS{Value: customer},
		},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		var more []Cart
		if err := attributevalue.UnmarshalListOfMaps(page.Items, &more); err != nil {
			return nil, err
		}
		carts = append(carts, more...)
	}
	return carts, nil
}
