package store

import (
	"crypto/md5"
	"encoding/binary"
	"math/bits"

	"github.com/google/btree"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// entry is one row of a table or an index.
type entry struct {
	key  string
	item attr.Item
}

// tree is a sorted set of entries. A clone costs nothing until one side is
// written to.
type tree struct {
	entries *btree.BTreeG[entry]
	bytes   int64 // the sum of the items' sizes
}

func newTree() *tree {
	return &tree{entries: btree.NewG(32, func(a, b entry) bool { return a.key < b.key })}
}

func (t *tree) clone() *tree { return &tree{t.entries.Clone(), t.bytes} }

func (t *tree) get(key string) (attr.Item, bool) {
	e, ok := t.entries.Get(entry{key: key})
	return e.item, ok
}

// put adds an entry whose key is not there yet.
func (t *tree) put(key string, it attr.Item, size int) {
	t.entries.ReplaceOrInsert(entry{key, it})
	t.bytes += int64(size)
}

// remove takes out an entry that was put with that size.
func (t *tree) remove(key string, size int) {
	if _, had := t.entries.Delete(entry{key: key}); had {
		t.bytes -= int64(size)
	}
}

// hashSalt is what the service hashes before a partition key.
const hashSalt = "Outliers"

// hashLen is the length of the part of a key that scatters partitions.
const hashLen = 8

// hashValues is the service's hash of key values.
func hashValues(values ...attr.Value) [md5.Size]byte {
	var few [64]byte
	hashed := append(few[:0], hashSalt...)
	for _, v := range values {
		hashed = v.AppendHashInput(hashed)
	}
	return md5.Sum(hashed)
}

// appendPartition is the part of every key that the items with these partition key
// values begin with: their hash, then the values. The hash is the service's, so
// that a scan meets partitions in its order and finds them in its segments.
func appendPartition(dst []byte, values ...attr.Value) []byte {
	sum := hashValues(values...)
	dst = append(dst, sum[:hashLen]...)
	for _, v := range values {
		dst = v.AppendKey(dst)
	}
	return dst
}

// prefixEnd is the least key that no key with this prefix reaches.
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

// segmentBounds is the range of keys of one of total equal parts of the hash
// space: from low to before high, where "" means no bound.
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
