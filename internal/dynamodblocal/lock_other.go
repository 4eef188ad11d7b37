//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package dynamodblocal

import "context"

const locksFiles = false

// lockFile does not lock here: programs that start at once each download, and
// the first to rename wins.
func lockFile(context.Context, string) (unlock func(), err error) {
	return func() {}, nil
}
