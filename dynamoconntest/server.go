package dynamoconntest

import (
	"net/http"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/api"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// Server is a DynamoDB in memory. Make one with [New]. It needs no closing: it
// starts no goroutine and opens no socket. It is safe for concurrent use.
type Server struct {
	engine          api.Engine
	clock           func() time.Time
	separateRegions bool
	journal         journal
	faults          faults
}

// Option changes what [New] makes.
type Option func(*Server)

// New makes a Server without tables.
func New(opts ...Option) *Server {
	s := &Server{clock: time.Now}
	s.engine.Account = "000000000000"
	s.journal.limit = defaultJournalSize
	s.faults.seed(1)
	for _, o := range opts {
		if o != nil {
			o(s)
		}
	}
	s.engine.Now = s.clock
	return s
}

// WithClock sets where the server takes the time from: for table states, time
// to live, transaction tokens and read lag. The default is time.Now, which
// inside testing/synctest is the bubble's clock. Pauses made by faults are
// always real (or the bubble's).
func WithClock(now func() time.Time) Option {
	return func(s *Server) {
		if now != nil {
			s.clock = now
		}
	}
}

// WithTableDelays sets how long tables stay CREATING, UPDATING and DELETING.
// While a table is CREATING or DELETING its items cannot be reached. The
// default is none: a table is ACTIVE, or gone, as soon as the answer is there.
func WithTableDelays(create, update, remove time.Duration) Option {
	return func(s *Server) {
		s.engine.CreateDelay, s.engine.UpdateDelay, s.engine.DeleteDelay = max(create, 0), max(update, 0), max(remove, 0)
	}
}

// WithReadLag makes eventually consistent reads, and all reads of global
// secondary indexes, see the tables as they were lag ago. The default is none.
func WithReadLag(lag time.Duration) Option {
	return func(s *Server) { s.engine.ReadLag = max(lag, 0) }
}

// WithItemCollectionLimit sets how many bytes an item collection may have: the
// items of one partition key value in a table with a local secondary index, and
// what its local indexes hold of them. A write that would make a collection
// larger is refused with ItemCollectionSizeLimitExceededException. The default,
// which zero or less stands for, is the service's 10 GB; a test that wants to
// meet the error sets less.
func WithItemCollectionLimit(bytes int64) Option {
	return func(s *Server) { s.engine.CollectionLimit = max(bytes, 0) }
}

// WithSeparateRegions gives every region tables of its own, told apart by the region
// that a request is signed for. By default all regions share one set.
func WithSeparateRegions() Option {
	return func(s *Server) { s.separateRegions = true }
}

// WithSeed sets what random faults are drawn from; the default is 1. The same
// requests in the same order meet the same faults.
func WithSeed(seed uint64) Option {
	return func(s *Server) { s.faults.seed(seed) }
}

// WithJournalSize sets how many requests the journal keeps; the oldest are
// dropped first. The default is 10,000. Zero or less keeps none.
func WithJournalSize(n int) Option {
	return func(s *Server) { s.journal.limit = max(n, 0) }
}

// Handler answers the protocol over HTTP, for a port or an httptest.Server.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.ServeHTTP) }

// Snapshot is the state of a [Server] at one moment: tables, items and
// transaction tokens, but neither journal nor faults. It is never changed and
// may be restored any number of times, in any Server.
type Snapshot struct {
	s *store.Snapshot
}

// Snapshot remembers the state. Its cost does not depend on the number of
// items.
func (s *Server) Snapshot() *Snapshot { return &Snapshot{s: s.engine.DB.Snapshot()} }

// Restore puts the state back to a snapshot. A nil snapshot empties the server.
func (s *Server) Restore(snap *Snapshot) {
	if snap == nil {
		s.engine.DB.Restore(&store.Snapshot{})
		return
	}
	s.engine.DB.Restore(snap.s)
}
