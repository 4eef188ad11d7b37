package transport

import (
	"errors"
	"io"
	"strings"
)

// Only batches hold 16 MB of data. Any other answer holds a page of 1 MB and the item that
// exceeded it. JSON makes them nine times larger at most: an empty string in a list is one
// byte of data, and {"S":""}, on the wire.
const (
	largestPage = 32 << 20
	pageShare   = 8 // pages get this part of a limit that is above the default
)

// largestAnswer returns the limit for answers of that API action.
func (x *Exchange) largestAnswer(action string) int64 {
	if strings.HasPrefix(action, "Batch") {
		return x.LargestAnswer
	}
	return min(x.LargestAnswer, max(largestPage, x.LargestAnswer/pageShare))
}

// readAll reads to the end of r, or one byte more than limit if there is more. It reads into
// buf as long as that is large enough. It holds no more than one and a half times the limit
// beside buf at any time.
func readAll(r io.Reader, buf []byte, expected, limit int64) ([]byte, error) {
	const least, most = 512, 1 << 20
	if room := least + min(max(expected, 0), most); int64(cap(buf)) < room {
		buf = make([]byte, 0, room)
	}
	buf = buf[:0]
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case int64(len(buf)) > limit:
			return buf[:limit+1], nil
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		case len(buf) == cap(buf):
			room := 2 * int64(cap(buf))
			if room >= limit {
				room = limit + 1
			}
			buf = append(make([]byte, 0, room), buf...)
		}
	}
}
