package stores

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/dynamoconn/dynamoconn"
)

type ourLocks struct {
	client *dynamoconn.Client
	table  string
}

func (s ourLocks) Acquire(ctx context.Context, id, holder string, lease time.Duration) error {
	now := time.Now()
	_, err := s.client.PutItem(ctx, dynamoconn.PutItemRequest{
		TableName: s.table,
		Item: append(dynamoconn.KeyOf("ID", id, "Holder", holder),
			dynamoconn.Long("Expires", now.Add(lease).Unix()), dynamoconn.String("Claim", rand.Text())),
		If:           dynamoconn.Any(dynamoconn.Attr("ID").NotExists(), dynamoconn.Attr("Expires").LT(now.Unix())),
		ItemIsUnique: true, // by Claim
	})
	if errors.Is(err, dynamoconn.ErrConditionFailed) {
		return ErrHeld
	}
	return err
}

func (s ourLocks) Release(ctx context.Context, id, holder string) error {
	_, err := s.client.DeleteItem(ctx, dynamoconn.DeleteItemRequest{
		TableName: s.table, Item: dynamoconn.KeyOf("ID", id), If: dynamoconn.Attr("Holder").EQ(holder),
	}, dynamoconn.ExactlyOnce(""))
	if errors.Is(err, dynamoconn.ErrConditionFailed) {
		return nil
	}
	return err
}
