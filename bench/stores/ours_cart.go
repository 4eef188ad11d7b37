package stores

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/dynamoconn/dynamoconn"
)

type ourCarts struct {
	client *dynamoconn.Client
	table  string
}

func (s ourCarts) Create(ctx context.Context, c Cart) error {
	lines := dynamoconn.Map("Lines")
	for article, n := range c.Lines {
		lines.MapValue = append(lines.MapValue, dynamoconn.Int(article, n))
	}
	_, err := s.client.PutItem(ctx, dynamoconn.PutItemRequest{
		TableName: s.table,
		Item: append(dynamoconn.KeyOf("Customer", c.Customer, "ID", c.ID),
			dynamoconn.Int("Version", c.Version), lines, dynamoconn.String("LastChange", rand.Text())),
		If:           dynamoconn.Attr("ID").NotExists(),
		ItemIsUnique: true, // by LastChange
	})
	if errors.Is(err, dynamoconn.ErrConditionFailed) {
		return ErrExists
	}
	return err
}

func (s ourCarts) Get(ctx context.Context, customer, id string) (*Cart, error) {
	resp, err := s.client.GetItem(ctx, dynamoconn.GetItemRequest{
		TableName: s.table, Item: dynamoconn.KeyOf("Customer", customer, "ID", id), IsConsistentRead: true,
	})
	if err != nil || resp.Item == nil {
		return nil, err
	}
	return ourCart(resp.Item)
}

func (s ourCarts) Update(ctx context.Context, c *Cart) error {
	_, err := s.client.UpdateItem(ctx, dynamoconn.UpdateItemRequest{
		TableName: s.table,
		Item:      dynamoconn.KeyOf("Customer", c.Customer, "ID", c.ID),
		Changes: []dynamoconn.Change{
			dynamoconn.Attr("Lines").Set(c.Lines),
			dynamoconn.Attr("Version").Set(c.Version + 1),
			dynamoconn.Attr("LastChange").Set(rand.Text()),
		},
		If:              dynamoconn.Attr("Version").EQ(c.Version),
		UniqueAttribute: "LastChange",
	})
	if errors.Is(err, dynamoconn.ErrConditionFailed) {
		return ErrChanged
	}
	if err == nil {
		c.Version++
	}
	return err
}

func (s ourCarts) List(ctx context.Context, customer string) ([]Cart, error) {
	var carts []Cart
	for item, err := range s.client.QueryItems(ctx, dynamoconn.QueryRequest{
		TableName: s.table, PartitionKey: dynamoconn.KeyOf("Customer", customer),
	}) {
		if err != nil {
			return nil, err
		}
		c, err := ourCart(item)
		if err != nil {
			return nil, err
		}
		carts = append(carts, *c)
	}
	return carts, nil
}

func ourCart(item dynamoconn.Item) (c *Cart, err error) {
	c = &Cart{Lines: map[string]int{}}
	var errs [4]error
	c.Customer, errs[0] = dynamoconn.Value[string](item, "Customer")
	c.ID, errs[1] = dynamoconn.Value[string](item, "ID")
	c.Version, errs[2] = dynamoconn.Value[int](item, "Version")
	lines, err := dynamoconn.Value[dynamoconn.Item](item, "Lines")
	for _, article := range lines.Keys() {
		c.Lines[article], errs[3] = dynamoconn.Value[int](lines, article)
		err = errors.Join(err, errs[3])
	}
	return c, errors.Join(err, errs[0], errs[1], errs[2])
}
