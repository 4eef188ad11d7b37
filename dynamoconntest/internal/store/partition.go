package store

import (
	"crypto/md5"
	"encoding/binary"
	"math/bits"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// hashSalt is the text that the service hashes before a partition key.
const hashSalt = "Outliers"

// hashLen is how many bytes of a hash a key begins with.
const hashLen = 8

// hashValues returns the service's hash of key values.
func hashValues(values ...attr.Value) [md5.Size]byte {
	var few [64]byte
	hashed := append(few[:0], hashSalt...)
	for _, v := range values {
		hashed = v.AppendHashInput(hashed)
	}
	return md5.Sum(hashed)
}

// appendPartition appends what the keys of all items with these partition key
// values begin with: the hash of the values, then the values. The hash is that of
// the service, so that a scan returns partitions in the same order and segments.
func appendPartition(dst []byte, values ...attr.Value) []byte {
	sum := hashValues(values...)
	dst = append(dst, sum[:hashLen]...)
	for _, v := range values {
		dst = v.AppendKey(dst)
	}
	return dst
}

// prefixEnd returns the smallest key that is greater than all keys with this
// prefix, or "" if there is none.
func prefixEnd(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return string(b[:i+1])
		}
	}
	return ""
}

// segmentBounds returns the bounds of the keys in a segment of a parallel scan:
// one of total equal parts of all hashes. The keys are at least low and less than
// high; "" is no bound.
func segmentBounds(segment, total int) (low, high string) {
	at := func(i int) string {
		if i == 0 || i >= total {
			return ""
		}
		bound, _ := bits.Div64(uint64(i), 0, uint64(total))
		return string(binary.BigEndian.AppendUint64(nil, bound))
	}
	return at(segment), at(segment + 1)
}
