package store

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/btree"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// TTL is a table's time to live.
type TTL struct {
	Attribute string
	Enabled   bool
}

// expiryEntry says when the item with a key expires.
type expiryEntry struct {
	at  int64 // seconds since the epoch
	key string
}

// newExpiry returns an empty set of entries, sorted by time.
func newExpiry() *btree.BTreeG[expiryEntry] {
	return btree.NewG(16, func(a, b expiryEntry) bool {
		if a.at != b.at {
			return a.at < b.at
		}
		return a.key < b.key
	})
}

// SetTTL changes the table's time to live and finds out anew when its items
// expire.
func (t *Table) SetTTL(ttl TTL) {
	t.TTL = ttl
	t.expiry = newExpiry()
	if !ttl.Enabled {
		return
	}
	t.tree.entries.Ascend(func(e entry) bool {
		if at, ok := t.expiryTime(e.item); ok {
			t.expiry.ReplaceOrInsert(expiryEntry{at, e.key})
		}
		return true
	})
}

// expiryTime returns when an item expires, in seconds since the epoch. It returns
// false if the item never expires.
func (t *Table) expiryTime(it attr.Item) (int64, bool) {
	if !t.TTL.Enabled {
		return 0, false
	}
	v := it.Get(t.TTL.Attribute)
	if v.Kind() != attr.N {
		return 0, false
	}
	whole, _, _ := strings.Cut(v.Text(), ".")
	at, err := strconv.ParseInt(whole, 10, 64)
	return at, err == nil
}

// maxExpiredSeconds is five years: the service does not remove an item whose time
// is longer ago.
const maxExpiredSeconds = 5 * 365 * 24 * 60 * 60

// removeExpired removes the items whose time passed lag ago.
func (t *Table) removeExpired(now time.Time, lag time.Duration) {
	var keys []string
	oldest, limit := now.Unix()-maxExpiredSeconds, now.Add(-lag).Unix()
	t.expiry.AscendRange(expiryEntry{at: oldest}, expiryEntry{at: limit}, func(d expiryEntry) bool {
		keys = append(keys, d.key)
		return true
	})
	for _, k := range keys {
		if it, ok := t.tree.get(k); ok {
			t.Replace(t.Schema.Extract(it), nil, now)
		}
	}
}

// nextExpiry returns when the next item expires. It returns false if none does.
func (t *Table) nextExpiry(now time.Time) (int64, bool) {
	at, ok := int64(0), false
	t.expiry.AscendGreaterOrEqual(expiryEntry{at: now.Unix() - maxExpiredSeconds}, func(d expiryEntry) bool {
		at, ok = d.at, true
		return false
	})
	return at, ok
}
