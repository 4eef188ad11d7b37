package dynamoconntest

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/api"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// Server is DynamoDB in memory. [New] makes one. It starts no goroutine and opens no
// socket, so there is nothing to close. It is safe for concurrent use.
type Server struct {
	engine          api.Engine
	clock           func() time.Time
	separateRegions bool
	journal         journal
	faults          faults
}

// Option is an option of [New].
type Option func(*Server)

// New returns a server without tables.
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

// WithClock sets the server's clock, which decides about the status of tables, time
// to live, tokens of transactions and [WithReadLag]. The default is time.Now, which
// is the clock of the bubble inside testing/synctest. The delays of faults do not
// follow this clock.
func WithClock(now func() time.Time) Option {
	return func(s *Server) {
		if now != nil {
			s.clock = now
		}
	}
}

// WithTableDelays sets how long tables stay CREATING, UPDATING and DELETING. The
// items of a table that is CREATING or DELETING cannot be read or written. The
// default is no delay: the table is ACTIVE, or gone, at once.
func WithTableDelays(create, update, remove time.Duration) Option {
	return func(s *Server) {
		s.engine.CreateDelay, s.engine.UpdateDelay, s.engine.DeleteDelay = max(create, 0), max(update, 0), max(remove, 0)
	}
}

// WithReadLag makes eventually consistent reads, and all reads of global secondary
// indexes, return what was there lag ago. The default is no lag.
func WithReadLag(lag time.Duration) Option {
	return func(s *Server) { s.engine.ReadLag = max(lag, 0) }
}

// WithExpiryLag sets how long items are still there after the time in their time to
// live, so that a test can meet expired items. Until then they are read, counted and
// changed as any other item, as at the service, which removes them up to some days
// late. The default is no lag: an item is gone when the second of its time has ended.
func WithExpiryLag(lag time.Duration) Option {
	return func(s *Server) { s.engine.DB.ExpiryLag = max(lag, 0) }
}

// WithItemCollectionLimit sets the size of the largest item collection, in bytes, so
// that a test can exceed it. An item collection is made of the items that have the
// same partition key, in a table with a local secondary index, and of their entries
// in its local indexes. A write that would make a collection larger gets an
// ItemCollectionSizeLimitExceededException. The default is the service's 10 GB, and
// so is zero or less.
func WithItemCollectionLimit(bytes int64) Option {
	return func(s *Server) { s.engine.CollectionLimit = max(bytes, 0) }
}

// WithSeparateRegions gives each region its own tables. The region of a request is
// the one that it is signed for. By default all regions have the same tables.
func WithSeparateRegions() Option {
	return func(s *Server) { s.separateRegions = true }
}

// WithSeed sets the seed of random faults: with the same seed the same requests in
// the same order meet the same faults. The default is 1.
func WithSeed(seed uint64) Option {
	return func(s *Server) { s.faults.seed(seed) }
}

// WithJournalSize sets how many requests the journal keeps: the latest n. The default
// is 10,000. Zero or less keeps none.
func WithJournalSize(n int) Option {
	return func(s *Server) { s.journal.limit = max(n, 0) }
}

// WithJournalFunc makes the server call f for each request that it adds to the journal,
// one after the other, also if the journal keeps none. f must not use the journal.
func WithJournalFunc(f func(Entry)) Option {
	return func(s *Server) { s.journal.f = f }
}

// Handler returns the server as an http.Handler, for an http.Server or an
// httptest.Server.
func (s *Server) Handler() http.Handler { return http.HandlerFunc(s.ServeHTTP) }

// Snapshot is the state of a [Server] at one moment: its tables and items and the
// tokens of transactions, but not the journal and not the faults. It never changes,
// and it can be restored any number of times, in any Server.
type Snapshot struct {
	s *store.Snapshot
}

// Snapshot returns the present state. Its cost does not depend on the number of
// items.
func (s *Server) Snapshot() *Snapshot { return &Snapshot{s: s.engine.DB.Snapshot()} }

// Restore replaces the server's state by a snapshot. With nil it removes everything.
func (s *Server) Restore(snap *Snapshot) {
	if snap == nil {
		s.engine.DB.Restore(&store.Snapshot{})
		return
	}
	s.engine.DB.Restore(snap.s)
}

// doInternal carries out an operation for a method of the server. It meets no faults
// and is not in the journal.
func (s *Server) doInternal(operation string, body []byte) error {
	in, err := protocol.Parse(body)
	if err != nil {
		return err
	}
	req := api.Request{ARNRegion: defaultRegion, Operation: operation, Input: in}
	if s.separateRegions {
		req.Region = defaultRegion
	}
	if _, err := s.engine.Do(req); err != nil {
		return libraryError(err)
	}
	return nil
}

// libraryError returns an error that wraps the cause which a client of this library
// would report, for the errors that doInternal can meet.
func libraryError(err *api.Error) error {
	_, kind, _ := strings.Cut(err.Type, "#")
	cause := map[string]error{
		"ResourceNotFoundException":                dynamoconn.ErrTableNotFound,
		"ValidationException":                      dynamoconn.ErrValidation,
		"SerializationException":                   dynamoconn.ErrValidation,
		"ItemCollectionSizeLimitExceededException": dynamoconn.ErrItemTooLarge,
	}[kind]
	if cause == nil {
		return err
	}
	if err.IsItemSize() {
		cause = dynamoconn.ErrItemTooLarge
	}
	return fmt.Errorf("%w: %w", cause, err)
}
