package stores

import (
	"context"
	"errors"
	"time"

	"github.com/dynamoconn/dynamoconn/table"
)

type typedLock struct {
	Lock
	Version int    `dynamoconn:"version"`
	Mark    string `dynamoconn:"mark"`
}

type typedLocks struct{ locks *table.Table[typedLock] }

func (s typedLocks) Acquire(ctx context.Context, id, holder string, lease time.Duration) error {
	err := s.locks.Create(ctx, &typedLock{Lock: Lock{id, holder, time.Now().Add(lease).Unix()}})
	if errors.Is(err, table.ErrExists) {
		return ErrHeld
	}
	return err
}

func (s typedLocks) Release(ctx context.Context, id, holder string) error {
	l, err := s.locks.With(table.ConsistentReads()).Get(ctx, id)
	if err == nil && l.Holder == holder {
		err = s.locks.Delete(ctx, &l)
	}
	if errors.Is(err, table.ErrNotFound) || errors.Is(err, table.ErrStale) {
		return nil
	}
	return err
}
