package dynamoconntest

import (
	"sync"
	"time"
)

const (
	defaultJournalSize = 10_000
	maxJournalInput    = 32 << 20 // bytes of all Inputs together
)

// Entry is a request in the journal: one that reached the server, or that a fault
// kept from reaching it.
type Entry struct {
	Time         time.Time // by the server's clock
	Operation    string    // for example "PutItem"; "" if there is no such operation
	Tables       []string  // the tables that the request names, in its order
	Input        []byte    // the request's body, without compression; nil if 32 MB of newer ones came after it
	RequestID    string    // of the answer; "" if there was none
	InvocationID string    // amz-sdk-invocation-id: all attempts of a call have the same
	Attempt      string    // amz-sdk-request, for example "attempt=2; max=3"

	// Applied reports whether the server carried out the request: it made a write or
	// evaluated a read. The client may have seen something else. A transaction that
	// was carried out before, with the same token, is not applied again.
	Applied bool

	Status int    // HTTP status of the answer; 0 if there was none
	Error  string // type of the error in the answer, without its prefix; "" for none
	Fault  string // name of the effect that the request met; "" for none
}

// journal keeps the latest requests.
type journal struct {
	mu      sync.Mutex
	limit   int
	f       func(Entry) // called for each request; nil for none
	entries []Entry
	bytes   int // capacity of the Inputs of entries[bodies:]; those before have none
	bodies  int
}

func (j *journal) add(e Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.f != nil {
		j.f(e)
	}
	if j.limit == 0 {
		return
	}
	if len(j.entries) >= 2*j.limit {
		gone := len(j.entries) - j.limit
		for ; j.bodies < gone; j.bodies++ {
			j.bytes -= cap(j.entries[j.bodies].Input)
		}
		j.bodies -= gone
		j.entries = append(j.entries[:0:0], j.entries[gone:]...)
	}
	j.entries = append(j.entries, e)
	for j.bytes += cap(e.Input); j.bytes > maxJournalInput; j.bodies++ {
		j.bytes -= cap(j.entries[j.bodies].Input)
		j.entries[j.bodies].Input = nil
	}
}

// Journal returns all requests so far, in the order in which the server finished
// them. The caller may change the slice, but not the Inputs.
func (s *Server) Journal() []Entry {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	all := s.journal.entries
	if len(all) > s.journal.limit {
		all = all[len(all)-s.journal.limit:]
	}
	return append([]Entry(nil), all...)
}

// Requests returns the requests in the journal that have the given operation.
func (s *Server) Requests(operation string) []Entry {
	var out []Entry
	for _, e := range s.Journal() {
		if e.Operation == operation {
			out = append(out, e)
		}
	}
	return out
}

// ClearJournal removes all requests from the journal.
func (s *Server) ClearJournal() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.entries, s.journal.bytes, s.journal.bodies = nil, 0, 0
}
