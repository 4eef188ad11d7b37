package stores

import (
	"context"
	"errors"

	"github.com/guregu/dynamo/v2"
)

type gureguCarts struct{ table dynamo.Table }

func (s gureguCarts) Create(ctx context.Context, c Cart) error {
	err := s.table.Put(c).If("attribute_not_exists(ID)").Run(ctx)
	if dynamo.IsCondCheckFailed(err) {
		return ErrExists
	}
	return err
}

func (s gureguCarts) Get(ctx context.Context, customer, id string) (*Cart, error) {
	c := new(Cart)
	err := s.table.Get("Customer", customer).Range("ID", dynamo.Equal, id).Consistent(true).One(ctx, c)
	switch {
	case errors.Is(err, dynamo.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return c, nil
}

func (s gureguCarts) Update(ctx context.Context, c *Cart) error {
	err := s.table.Update("Customer", c.Customer).Range("ID", c.ID).
		Set("Lines", c.Lines).
		Set("Version", c.Version+1).
		If("'Version' = ?", c.Version).
		Run(ctx)
	if dynamo.IsCondCheckFailed(err) {
		return ErrChanged
	}
	if err == nil {
		c.Version++
	}
	return err
}

func (s gureguCarts) List(ctx context.Context, customer string) ([]Cart, error) {
	var carts []Cart
	err := s.table.Get("Customer", customer).All(ctx, &carts)
	return carts, err
}
