package store

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/google/btree"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// Throughput is provisioned capacity and when it was last changed.
type Throughput struct {
	Read, Write            int64
	IncreasedAt, ReducedAt time.Time
	Reductions             int64
}

// Index is a secondary index of a table.
type Index struct {
	Name             string
	Schema           Schema
	Projection       string
	NonKeyAttributes []string
	Global           bool
	Throughput       Throughput

	ReadyAt time.Time // until then it is CREATING or UPDATING
	Created time.Time
	GoneAt  time.Time // if set, it is DELETING until then

	tree *tree
}

// Status is the index's state at a time, as on the wire.
func (x *Index) Status(now time.Time) string {
	switch {
	case !x.GoneAt.IsZero():
		return "DELETING"
	case now.Before(x.ReadyAt):
		return "CREATING"
	}
	return "ACTIVE"
}

// Count is the number of items in the index, Bytes the sum of the sizes of the
// items that are in it.
func (x *Index) Count() int64 { return int64(x.tree.entries.Len()) }

// Bytes is the sum of the sizes of the items in the index.
func (x *Index) Bytes() int64 { return x.tree.bytes }

// key is the place in the index of an item whose place in the table is primary.
// Items with equal keys follow the hash of their table's whole key.
func (x *Index) key(t *Table, primary string, it attr.Item) string {
	dst := x.Schema.sortableKey(it)
	sum := t.Schema.keyHash(it)
	dst = append(dst, sum[:hashLen]...)
	return string(append(dst, primary...))
}

// CheckIndexes refuses an item that an index of the table cannot take. Of
// several it names the index that comes first by its name. The error's text is
// the service's message.
func (t *Table) CheckIndexes(it attr.Item) error {
	var first *Index
	var failed error
	for _, x := range t.Indexes {
		if first != nil && first.Name < x.Name {
			continue
		}
		if err := x.CheckItem(it); err != nil {
			first, failed = x, err
		}
	}
	return failed
}

// TTL is a table's time to live.
type TTL struct {
	Attribute string
	Enabled   bool
}

// Stream is what a table says of its stream. There is none behind it.
type Stream struct {
	View      string // "" if the table never had one
	Enabled   bool
	EnabledAt time.Time
}

// Table is a table. Its exported fields are set by whoever creates it.
type Table struct {
	Name        string
	Region      string
	ID          string
	Definitions []KeyAttr
	Schema      Schema
	Indexes     []*Index
	OnDemand    bool
	Throughput  Throughput
	Created     time.Time
	OnDemandAt  time.Time
	Protected   bool
	Class       string
	Tags        map[string]string
	Stream      Stream
	TTL         TTL

	ReadyAt  time.Time // until then it is CREATING, or UPDATING
	Updating bool
	GoneAt   time.Time // if set, it is DELETING until then

	tree        *tree
	expiry      *btree.BTreeG[expiryEntry]
	collections *btree.BTreeG[collection] // nil without local indexes
	history     []tableVersion
	lag         time.Duration
}

type expiryEntry struct {
	at  int64 // seconds since the epoch
	key string
}

// tableVersion is what the table was before a change.
type tableVersion struct {
	until   time.Time
	tree    *tree
	indexes map[string]*tree
}

// Init readies a new table and its indexes for items. Eventually consistent
// reads may lag by lag.
func (t *Table) Init(lag time.Duration) {
	t.tree, t.lag = newTree(), lag
	for _, x := range t.Indexes {
		x.tree = newTree()
	}
	t.expiry = newExpiry()
	if t.HasLocal() {
		t.collections = newCollections()
	}
}

func newExpiry() *btree.BTreeG[expiryEntry] {
	return btree.NewG(16, func(a, b expiryEntry) bool {
		if a.at != b.at {
			return a.at < b.at
		}
		return a.key < b.key
	})
}

// Status is the table's state at a time, as on the wire.
func (t *Table) Status(now time.Time) string {
	switch {
	case !t.GoneAt.IsZero():
		return "DELETING"
	case now.Before(t.ReadyAt) && t.Updating:
		return "UPDATING"
	case now.Before(t.ReadyAt):
		return "CREATING"
	}
	return "ACTIVE"
}

// Index is the index of that name; nil if there is none.
func (t *Table) Index(name string) *Index {
	for _, x := range t.Indexes {
		if x.Name == name {
			return x
		}
	}
	return nil
}

// HasLocal reports whether the table has a local secondary index, and so item
// collections.
func (t *Table) HasLocal() bool {
	for _, x := range t.Indexes {
		if !x.Global {
			return true
		}
	}
	return false
}

// Count is the number of items.
func (t *Table) Count() int64 { return int64(t.tree.entries.Len()) }

// Bytes is the sum of the items' sizes.
func (t *Table) Bytes() int64 { return t.tree.bytes }

// Get is the item with a key that has been checked.
func (t *Table) Get(key attr.Item) (attr.Item, bool) {
	return t.tree.get(string(t.Schema.sortableKey(key)))
}

// GetAt is what an eventually consistent read sees of the item.
func (t *Table) GetAt(key attr.Item, now time.Time) (attr.Item, bool) {
	tr, _ := t.laggingTree(now, "")
	return tr.get(string(t.Schema.sortableKey(key)))
}

// Replace puts next in the place of the item with that key, or removes it if
// next is nil. The items have been checked.
func (t *Table) Replace(key, next attr.Item, now time.Time) {
	t.keepVersion(now)
	k := string(t.Schema.sortableKey(key))
	old, had := t.tree.get(k)
	if had {
		t.removeEntries(k, old)
		t.tree.remove(k, old.Size())
	}
	t.growCollection(key, t.CollectionGrowth(old, next))
	if next == nil {
		return
	}
	t.tree.put(k, next, next.Size())
	for _, x := range t.Indexes {
		if x.includes(next) {
			x.tree.put(x.key(t, k, next), next, x.Project(t, next).Size())
		}
	}
	if at, ok := t.expiryTime(next); ok {
		t.expiry.ReplaceOrInsert(expiryEntry{at, k})
	}
}

func (t *Table) removeEntries(k string, old attr.Item) {
	for _, x := range t.Indexes {
		if x.includes(old) {
			x.tree.remove(x.key(t, k, old), x.Project(t, old).Size())
		}
	}
	if at, ok := t.expiryTime(old); ok {
		t.expiry.Delete(expiryEntry{at, k})
	}
}

// AddIndex adds an index and fills it. Items that do not fit it are left out.
func (t *Table) AddIndex(x *Index) {
	x.tree = newTree()
	t.tree.entries.Ascend(func(e entry) bool {
		if x.includes(e.item) {
			x.tree.put(x.key(t, e.key, e.item), e.item, x.Project(t, e.item).Size())
		}
		return true
	})
	t.Indexes = append(t.Indexes[:len(t.Indexes):len(t.Indexes)], x)
}

// RemoveIndex removes an index.
func (t *Table) RemoveIndex(name string) {
	var left []*Index
	for _, x := range t.Indexes {
		if x.Name != name {
			left = append(left, x)
		}
	}
	t.Indexes = left
}

// SetTTL changes the table's time to live.
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

// maxExpiredSeconds is how far in the past a time to live still counts.
const maxExpiredSeconds = 5 * 365 * 24 * 60 * 60

// removeExpired removes the items whose time to live has ended.
func (t *Table) removeExpired(now time.Time) {
	var keys []string
	limit := now.Unix()
	t.expiry.AscendRange(expiryEntry{at: limit - maxExpiredSeconds}, expiryEntry{at: limit}, func(d expiryEntry) bool {
		keys = append(keys, d.key)
		return true
	})
	for _, k := range keys {
		if it, ok := t.tree.get(k); ok {
			t.Replace(t.Schema.Extract(it), nil, now)
		}
	}
}

// nextExpiry is when the next item expires.
func (t *Table) nextExpiry(now time.Time) (int64, bool) {
	at, ok := int64(0), false
	t.expiry.AscendGreaterOrEqual(expiryEntry{at: now.Unix() - maxExpiredSeconds}, func(d expiryEntry) bool {
		at, ok = d.at, true
		return false
	})
	return at, ok
}

// keepVersion keeps what the table is now for readers that lag behind.
func (t *Table) keepVersion(now time.Time) {
	if t.lag <= 0 {
		return
	}
	v := tableVersion{until: now, tree: t.tree.clone(), indexes: map[string]*tree{}}
	for _, x := range t.Indexes {
		v.indexes[x.Name] = x.tree.clone()
	}
	old := sort.Search(len(t.history), func(i int) bool { return t.history[i].until.After(now.Add(-t.lag)) })
	t.history = append(t.history[old:], v)
}

// laggingTree is the tree of the table or index that an eventually consistent read sees.
func (t *Table) laggingTree(now time.Time, index string) (*tree, bool) {
	if t.lag > 0 {
		seen := now.Add(-t.lag)
		for i := range t.history {
			if t.history[i].until.After(seen) {
				if index == "" {
					return t.history[i].tree, true
				}
				tr, ok := t.history[i].indexes[index]
				return tr, ok
			}
		}
	}
	if index == "" {
		return t.tree, true
	}
	if x := t.Index(index); x != nil {
		return x.tree, true
	}
	return nil, false
}
