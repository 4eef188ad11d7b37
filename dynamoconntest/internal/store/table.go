package store

import (
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

// Stream is what DescribeTable says about a table's stream. There is no stream
// behind it.
type Stream struct {
	View    string // "" if the table never had one
	Enabled bool
}

// Table is a table. Whoever creates it sets the exported fields and calls Init.
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

	ReadyAt  time.Time // the table is CREATING until then, or UPDATING
	Updating bool
	GoneAt   time.Time // if set, the table is DELETING until then

	tree        *tree
	expiry      *btree.BTreeG[expiryEntry]
	collections *btree.BTreeG[collection] // nil without local indexes
	history     []tableVersion
	lag         time.Duration
}

// Init prepares a new table and its indexes for items. Eventually consistent
// reads see the table as it was lag ago.
func (t *Table) Init(lag time.Duration) {
	t.tree, t.lag = newTree(), lag
	for _, x := range t.Indexes {
		x.tree = newTree()
	}
	t.expiry = newExpiry()
	if t.HasLocalIndexes() {
		t.collections = newCollections()
	}
}

// Status returns the table's status: CREATING, UPDATING, ACTIVE or DELETING.
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

// Index returns the index with that name, or nil.
func (t *Table) Index(name string) *Index {
	for _, x := range t.Indexes {
		if x.Name == name {
			return x
		}
	}
	return nil
}

// HasLocalIndexes reports whether the table has a local secondary index. Only such
// tables have item collections.
func (t *Table) HasLocalIndexes() bool {
	for _, x := range t.Indexes {
		if !x.Global {
			return true
		}
	}
	return false
}

// Count returns the number of items.
func (t *Table) Count() int64 { return int64(t.tree.entries.Len()) }

// Bytes returns the size of all items.
func (t *Table) Bytes() int64 { return t.tree.bytes }

// Get returns the item with a key. The caller has checked the key.
func (t *Table) Get(key attr.Item) (attr.Item, bool) {
	return t.tree.get(string(t.Schema.sortableKey(key)))
}

// GetEventual returns the item that an eventually consistent read sees.
func (t *Table) GetEventual(key attr.Item, now time.Time) (attr.Item, bool) {
	tr, _ := t.laggingTree(now, "")
	return tr.get(string(t.Schema.sortableKey(key)))
}

// Replace replaces the item with that key by next, or removes it if next is nil.
// The caller has checked the items.
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

// removeEntries removes an item from the indexes and from the expiry times.
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

// AddIndex adds an index and fills it with the items that it includes.
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
