package dynamoconntest

import (
	"sync"
	"time"
)

const defaultJournalSize = 10_000

// Entry is one request that reached the server, or would have if a fault had
// not kept it.
type Entry struct {
	Time         time.Time // by the server's clock
	Operation    string    // "PutItem"; "" if the request named none that is known
	Tables       []string  // the tables that it named, in its order
	Input        []byte    // the request's body
	RequestID    string    // as answered; "" if nothing was answered
	InvocationID string    // amz-sdk-invocation-id: the same for all attempts of a call
	Attempt      string    // amz-sdk-request, for example "attempt=2; max=3"

	// Applied reports whether the server carried the request out: a write took
	// effect, a read was evaluated. It says nothing of what the client saw. A
	// transaction whose token was known took effect before, and not this time.
	Applied bool

	Status int    // HTTP status that was answered; 0 for none
	Error  string // the type of the error that was answered, without its prefix
	Fault  string // the name of the fault that was met, or ""
}

type journal struct {
	mu      sync.Mutex
	limit   int
	entries []Entry
}

func (j *journal) add(e Entry) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.limit == 0 {
		return
	}
	if len(j.entries) >= 2*j.limit {
		j.entries = append(j.entries[:0:0], j.entries[len(j.entries)-j.limit:]...)
	}
	j.entries = append(j.entries, e)
}

// Journal is every request so far, in the order in which they were finished.
// The slice is the caller's; the Inputs are not to be changed.
func (s *Server) Journal() []Entry {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	all := s.journal.entries
	if len(all) > s.journal.limit {
		all = all[len(all)-s.journal.limit:]
	}
	return append([]Entry(nil), all...)
}

// Requests is the part of the journal that has the given operation.
func (s *Server) Requests(operation string) []Entry {
	var out []Entry
	for _, e := range s.Journal() {
		if e.Operation == operation {
			out = append(out, e)
		}
	}
	return out
}

// ClearJournal forgets all requests so far.
func (s *Server) ClearJournal() {
	s.journal.mu.Lock()
	defer s.journal.mu.Unlock()
	s.journal.entries = nil
}
