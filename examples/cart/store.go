package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/dynamoconn/dynamoconn"
)

// cart is what one customer wants to buy.
type cart struct {
	Customer string         `json:"customer"`
	ID       string         `json:"id"`
	Version  int            `json:"version"` // counts the changes, from 1
	Lines    map[string]int `json:"lines"`   // how many of each article
}

var (
	errNoCart       = errors.New("there is no such cart")
	errOtherVersion = errors.New("the cart has another version: read it again")
)

// store keeps carts in a table with the partition key Customer and the sort key Cart.
type store struct {
	client *dynamoconn.Client
	table  string
}

// create makes a cart with an ID of its own.
func (s *store) create(ctx context.Context, customer string, lines map[string]int) (*cart, error) {
	c := &cart{Customer: customer, ID: rand.Text(), Version: 1, Lines: lines}
	_, err := s.client.PutItem(ctx, dynamoconn.PutItemRequest{
		TableName: s.table,
		Item:      append(c.key(), dynamoconn.Int("Version", c.Version), c.lines()),
		If:        dynamoconn.Attr("Cart").NotExists(),
		// The ID is random. If the answer is lost and the client tries again, the cart that it
		// finds can only be this one.
		ItemIsUnique: true,
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// get reads a cart.
func (s *store) get(ctx context.Context, customer, id string) (*cart, error) {
	resp, err := s.client.GetItem(ctx, dynamoconn.GetItemRequest{
		TableName: s.table, Item: (&cart{Customer: customer, ID: id}).key(), IsConsistentRead: true,
	})
	if err != nil {
		return nil, err
	}
	if resp.Item == nil {
		return nil, errNoCart
	}
	return newCart(resp.Item)
}

// update replaces the lines of a cart that still has the version of c, and returns it with the
// next version.
func (s *store) update(ctx context.Context, c cart) (*cart, error) {
	version := dynamoconn.Attr("Version")
	_, err := s.client.UpdateItem(ctx, dynamoconn.UpdateItemRequest{
		TableName: s.table,
		Item:      c.key(),
		Changes: []dynamoconn.Change{
			version.Set(c.Version + 1),
			dynamoconn.Attr("Lines").Set(dynamoconn.Rename(c.lines(), "")),
			dynamoconn.Attr("LastChange").Set(rand.Text()),
		},
		If: version.EQ(c.Version),
		// The ID of the change is random. If the answer is lost and the client tries again, the
		// version has changed, and this tells whose change it was.
		UniqueAttribute:              "LastChange",
		ReturnItemOnConditionFailure: true,
	})
	var failure *dynamoconn.Error
	switch {
	case errors.Is(err, dynamoconn.ErrConditionFailed) && errors.As(err, &failure) && failure.Item() == nil:
		return nil, errNoCart
	case errors.Is(err, dynamoconn.ErrConditionFailed):
		return nil, errOtherVersion
	case err != nil:
		return nil, err
	}
	c.Version++
	return &c, nil
}

// list returns a page of the carts of a customer, and where the next page begins. An empty text is
// the first page, and no page after the last.
func (s *store) list(ctx context.Context, customer, from string, size int) (carts []*cart, next string, err error) {
	req := dynamoconn.QueryRequest{
		TableName: s.table, PartitionKey: dynamoconn.KeyOf("Customer", customer), MaxItems: size,
	}
	if from != "" {
		if err := req.Checkpoint.UnmarshalText([]byte(from)); err != nil {
			return nil, "", err
		}
	}
	resp, err := s.client.Query(ctx, req)
	if err != nil {
		return nil, "", err
	}
	carts = []*cart{}
	for _, item := range resp.Items {
		c, err := newCart(item)
		if err != nil {
			return nil, "", err
		}
		carts = append(carts, c)
	}
	if !resp.Checkpoint.Done() {
		text, err := resp.Checkpoint.MarshalText()
		if err != nil {
			return nil, "", err
		}
		next = string(text)
	}
	return carts, next, nil
}

func (c *cart) key() dynamoconn.Item { return dynamoconn.KeyOf("Customer", c.Customer, "Cart", c.ID) }

func (c *cart) lines() dynamoconn.KeyValue {
	lines := dynamoconn.Map("Lines")
	for article, n := range c.Lines {
		lines.MapValue = append(lines.MapValue, dynamoconn.Int(article, n))
	}
	return lines
}

// newCart returns the cart that an item of the table is.
func newCart(item dynamoconn.Item) (*cart, error) {
	c := &cart{Lines: map[string]int{}}
	var errs [4]error
	c.Customer, errs[0] = dynamoconn.Value[string](item, "Customer")
	c.ID, errs[1] = dynamoconn.Value[string](item, "Cart")
	c.Version, errs[2] = dynamoconn.Value[int](item, "Version")
	lines, err := dynamoconn.ValueOr(item, dynamoconn.Item{}, "Lines")
	errs[3] = err
	for _, article := range lines.Keys() {
		n, err := dynamoconn.Value[int](lines, article)
		errs[3] = errors.Join(errs[3], err)
		c.Lines[article] = n
	}
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("the item of a cart: %w", err)
	}
	return c, nil
}

// createTable makes the table of a store and waits until it can be used.
func createTable(ctx context.Context, client *dynamoconn.Client, table string) error {
	_, err := client.CreateTable(ctx, dynamoconn.CreateTableRequest{
		TableName: table, PartitionKey: dynamoconn.StringKey("Customer"), SortKey: dynamoconn.StringKey("Cart"),
	})
	if err != nil {
		return err
	}
	_, err = client.WaitForTable(ctx, dynamoconn.WaitForTableRequest{TableName: table})
	return err
}
