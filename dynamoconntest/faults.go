package dynamoconntest

import (
	"math/rand/v2"
	"slices"
	"sync"
)

// Fault makes requests fail: it has an [Effect] on the requests that it selects.
// The zero value of each field selects every request.
type Fault struct {
	Operation string           // an operation, for example "PutItem"
	Table     string           // a table that the request names
	Match     func(Entry) bool // called with what the journal knows before the request is answered

	Skip        int     // this many of the selected requests are spared first
	Times       int     // then at most this many meet the fault; 0 is no limit
	Probability float64 // that one of them does; 0 is 1; see WithSeed

	Effect Effect
}

// matches reports whether the fault selects the request.
func (f Fault) matches(e Entry) bool {
	if f.Operation != "" && f.Operation != e.Operation {
		return false
	}
	if f.Table != "" && !slices.Contains(e.Tables, f.Table) {
		return false
	}
	return f.Match == nil || f.Match(e)
}

// Injection is a [Fault] that a server uses. [Server.Inject] returns it.
type Injection struct {
	fault Fault
	owner *faults
	seen  int
	hits  int
}

// Inject adds a fault. If a request meets several, the one that was injected first
// has its effect.
func (s *Server) Inject(f Fault) *Injection {
	in := &Injection{fault: f, owner: &s.faults}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.injections = append(s.faults.injections, in)
	return in
}

// Hits returns the number of requests that have met the fault.
func (in *Injection) Hits() int {
	in.owner.mu.Lock()
	defer in.owner.mu.Unlock()
	return in.hits
}

// Remove removes the fault from the server.
func (in *Injection) Remove() {
	in.owner.mu.Lock()
	defer in.owner.mu.Unlock()
	var left []*Injection
	for _, other := range in.owner.injections {
		if other != in {
			left = append(left, other)
		}
	}
	in.owner.injections = left
}

// ClearFaults removes all faults.
func (s *Server) ClearFaults() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.injections = nil
}

// faults holds the faults of a server, and the source of random ones.
type faults struct {
	mu         sync.Mutex
	rand       *rand.Rand
	injections []*Injection
}

func (f *faults) seed(seed uint64) { f.rand = rand.New(rand.NewPCG(seed, seed)) }

func (f *faults) draw() float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rand.Float64()
}

// effectFor returns the effect that a request meets, the zero Effect if it meets
// none.
func (f *faults) effectFor(e Entry) Effect {
	f.mu.Lock()
	candidates := f.injections
	f.mu.Unlock()
	for _, in := range candidates {
		if !in.fault.matches(e) { // without the lock: Match may call the server
			continue
		}
		f.mu.Lock()
		meets := in.meets(f.rand)
		f.mu.Unlock()
		if meets {
			return in.fault.Effect
		}
	}
	return Effect{}
}

// meets counts a request that the fault selects, and reports whether it meets the
// fault.
func (in *Injection) meets(r *rand.Rand) bool {
	in.seen++
	if in.seen <= in.fault.Skip {
		return false
	}
	if in.fault.Times > 0 && in.hits >= in.fault.Times {
		return false
	}
	if p := in.fault.Probability; p > 0 && r.Float64() >= p {
		return false
	}
	in.hits++
	return true
}
