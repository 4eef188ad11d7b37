package stores

import (
	"context"
	"errors"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/table"
)

type typedCart struct {
	Cart
	Mark string `dynamoconn:"mark"`
}

type typedCarts struct{ carts *table.Table[typedCart] }

func (s typedCarts) Create(ctx context.Context, c Cart) error {
	err := s.carts.Create(ctx, &typedCart{Cart: c})
	if errors.Is(err, table.ErrExists) {
		return ErrExists
	}
	return err
}

func (s typedCarts) Get(ctx context.Context, customer, id string) (*Cart, error) {
	c, err := s.carts.With(table.ConsistentReads()).Get(ctx, customer, id)
	switch {
	case errors.Is(err, table.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &c.Cart, nil
}

func (s typedCarts) Update(ctx context.Context, c *Cart) error {
	changed := typedCart{Cart: *c}
	err := s.carts.Save(ctx, &changed)
	if errors.Is(err, dynamoconn.ErrConditionFailed) {
		return ErrChanged
	}
	if err == nil {
		*c = changed.Cart
	}
	return err
}

func (s typedCarts) List(ctx context.Context, customer string) (carts []Cart, err error) {
	for c, err := range s.carts.Query(ctx, table.Query{Key: []any{customer}}) {
		if err != nil {
			return nil, err
		}
		carts = append(carts, c.Cart)
	}
	return carts, nil
}
