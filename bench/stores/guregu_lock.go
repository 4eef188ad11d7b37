package stores

import (
	"context"
	"time"

	"github.com/guregu/dynamo/v2"
)

type gureguLocks struct{ table dynamo.Table }

func (s gureguLocks) Acquire(ctx context.Context, id, holder string, lease time.Duration) error {
	now := time.Now()
	err := s.table.Put(Lock{id, holder, now.Add(lease).Unix()}).
		If("attribute_not_exists(ID) OR Expires < ?", now.Unix()).
		Run(ctx)
	if dynamo.IsCondCheckFailed(err) {
		return ErrHeld
	}
	return err
}

func (s gureguLocks) Release(ctx context.Context, id, holder string) error {
	err := s.table.Delete("ID", id).If("Holder = ?", holder).Run(ctx)
	if dynamo.IsCondCheckFailed(err) {
		return nil
	}
	return err
}
