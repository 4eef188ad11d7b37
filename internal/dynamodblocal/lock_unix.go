//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package dynamodblocal

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

const locksFiles = true

// lockFile waits until no other program, and no other call in this program, holds
// the lock, and takes it. The kernel frees the lock of a program that ends. The
// file itself is never deleted.
func lockFile(ctx context.Context, name string) (unlock func(), err error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
			err = sleep(ctx, 100*time.Millisecond)
		}
		if err != nil {
			f.Close()
			return nil, err
		}
	}
}
