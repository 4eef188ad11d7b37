package store

import (
	"math"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// DB holds the tables of all regions. The zero DB is empty and ready for use. It
// must not be copied.
type DB struct {
	mu          sync.RWMutex
	tables      map[string]*Table
	tokens      map[string]Token
	nextRemoval atomic.Int64 // time of the next deletion or expiry, in seconds

	ExpiryLag time.Duration // how long after its time an expired item is removed; set it before any use
}

// Token is what the DB remembers about a transaction with a token.
type Token struct {
	RequestDigest [32]byte // tells a repeated request from another one
	Until         time.Time
}

// regionKey returns the key of a table or token in the maps of a DB.
func regionKey(region, name string) string { return region + "/" + name }

// Read calls f while nothing is written.
func (db *DB) Read(now time.Time, f func()) {
	if now.Unix() >= db.nextRemoval.Load() {
		db.Write(now, func() {})
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	f()
}

// Write calls f while nothing else is read or written.
func (db *DB) Write(now time.Time, f func()) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if now.Unix() >= db.nextRemoval.Load() {
		db.removeDue(now)
	}
	f()
	db.updateNextRemoval(now)
}

// removeDue removes the tables, indexes, items and tokens whose time has come.
func (db *DB) removeDue(now time.Time) {
	for k, t := range db.tables {
		if !t.GoneAt.IsZero() && !now.Before(t.GoneAt) {
			delete(db.tables, k)
			continue
		}
		for _, x := range t.Indexes {
			if !x.GoneAt.IsZero() && !now.Before(x.GoneAt) {
				t.RemoveIndex(x.Name)
			}
		}
		t.removeExpired(now, db.ExpiryLag)
	}
	for k, tok := range db.tokens {
		if !now.Before(tok.Until) {
			delete(db.tokens, k)
		}
	}
}

// updateNextRemoval notes when removeDue is needed next. Tokens do not count:
// Token checks their time itself.
func (db *DB) updateNextRemoval(now time.Time) {
	next := int64(math.MaxInt64)
	for _, t := range db.tables {
		if !t.GoneAt.IsZero() {
			next = min(next, t.GoneAt.Unix())
		}
		for _, x := range t.Indexes {
			if !x.GoneAt.IsZero() {
				next = min(next, x.GoneAt.Unix())
			}
		}
		if at, ok := t.nextExpiry(now); ok {
			next = min(next, at+1+int64(db.ExpiryLag/time.Second))
		}
	}
	db.nextRemoval.Store(next)
}

// Table returns the table with that name, or nil. Call it within Read or Write.
func (db *DB) Table(region, name string, now time.Time) *Table {
	t := db.tables[regionKey(region, name)]
	if t != nil && !t.GoneAt.IsZero() && !now.Before(t.GoneAt) {
		return nil
	}
	return t
}

// Add adds a table and replaces one of the same name. Call it within Write.
func (db *DB) Add(t *Table) {
	if db.tables == nil {
		db.tables = map[string]*Table{}
	}
	db.tables[regionKey(t.Region, t.Name)] = t
}

// Drop removes a table. Call it within Write.
func (db *DB) Drop(t *Table) { delete(db.tables, regionKey(t.Region, t.Name)) }

// Names returns the names of a region's tables in order. Call it within Read or
// Write.
func (db *DB) Names(region string, now time.Time) []string {
	var out []string
	for _, t := range db.tables {
		if t.Region == region && db.Table(region, t.Name, now) != nil {
			out = append(out, t.Name)
		}
	}
	sort.Strings(out)
	return out
}

// Token returns what SetToken remembered. Call it within Write.
func (db *DB) Token(region, token string, now time.Time) (Token, bool) {
	t, ok := db.tokens[regionKey(region, token)]
	return t, ok && now.Before(t.Until)
}

// SetToken remembers a token. Call it within Write.
func (db *DB) SetToken(region, token string, t Token, now time.Time) {
	if len(db.tokens)%1000 == 999 {
		for k, old := range db.tokens {
			if !now.Before(old.Until) {
				delete(db.tokens, k)
			}
		}
	}
	if db.tokens == nil {
		db.tokens = map[string]Token{}
	}
	db.tokens[regionKey(region, token)] = t
}

// Snapshot is the state of a DB at one moment. It never changes.
type Snapshot struct {
	mu     sync.Mutex
	tables map[string]*Table
	tokens map[string]Token
}

// Snapshot returns the present state. It costs little, because the DB and the
// snapshot share the items until they are changed.
func (db *DB) Snapshot() *Snapshot {
	db.mu.Lock()
	defer db.mu.Unlock()
	return copyState(db.tables, db.tokens)
}

// Restore replaces the state by that of a snapshot. The snapshot can be restored
// again.
func (db *DB) Restore(s *Snapshot) {
	db.mu.Lock()
	defer db.mu.Unlock()
	s.mu.Lock()
	c := copyState(s.tables, s.tokens)
	s.mu.Unlock()
	db.tables, db.tokens = c.tables, c.tokens
	db.nextRemoval.Store(0)
}

func copyState(tables map[string]*Table, tokens map[string]Token) *Snapshot {
	s := &Snapshot{tables: make(map[string]*Table, len(tables)), tokens: make(map[string]Token, len(tokens))}
	for k, t := range tables {
		c := *t
		c.tree, c.expiry, c.history = t.tree.clone(), t.expiry.Clone(), nil
		if t.collections != nil {
			c.collections = t.collections.Clone()
		}
		c.Indexes = make([]*Index, len(t.Indexes))
		for i, x := range t.Indexes {
			xc := *x
			xc.tree = x.tree.clone()
			c.Indexes[i] = &xc
		}
		c.Tags = make(map[string]string, len(t.Tags))
		for tk, tv := range t.Tags {
			c.Tags[tk] = tv
		}
		s.tables[k] = &c
	}
	for k, t := range tokens {
		s.tokens[k] = t
	}
	return s
}
