package stores

import (
	"context"
	"crypto/rand"

	"github.com/dynamoconn/dynamoconn"
)

type ourCounters struct {
	client *dynamoconn.Client
	table  string
}

func (s ourCounters) Add(ctx context.Context, id string, n int) (sum int, err error) {
	resp, err := s.client.UpdateItem(ctx, dynamoconn.UpdateItemRequest{
		TableName: s.table,
		Item:      dynamoconn.KeyOf("ID", id),
		Changes: []dynamoconn.Change{
			dynamoconn.Attr("Sum").Increment(n), dynamoconn.Attr("LastChange").Set(rand.Text()),
		},
		UniqueAttribute: "LastChange",
		Return:          dynamoconn.ReturnUpdatedNew,
	})
	if err != nil {
		return 0, err
	}
	return dynamoconn.Value[int](resp.Attributes, "Sum")
}
