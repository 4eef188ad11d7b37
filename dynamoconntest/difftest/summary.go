package difftest

import (
	"crypto/sha256"
	"fmt"
	"strings"
)

// maxReports is the most failures that are shrunk and reported in full.
const maxReports = 40

// A Summary is the result of a run.
type Summary struct {
	Seed        uint64
	Sent        int // HTTP requests to each target
	Requests    int // reading all pages counts once
	Distinct    int
	Succeeded   int // on DynamoDB Local
	Abandoned   int // sequences that ended early because the targets had different states
	Agreed      int // requests without a difference and without a rule
	Unexplained int // differences
	ByOperation map[string]*Tally
	ByRule      map[string]int
	Failures    []Failure

	seen          map[[sha256.Size]byte]bool
	kinds         map[string]int
	tablesEmptied bool
}

// A Tally counts the requests of one operation.
type Tally struct{ Sent, Succeeded int }

func newSummary(seed uint64) *Summary {
	return &Summary{Seed: seed, ByOperation: map[string]*Tally{}, ByRule: map[string]int{},
		seen: map[[sha256.Size]byte]bool{}, kinds: map[string]int{}}
}

func (s *Summary) add(c Case, sent int, v verdict) {
	s.Sent += sent
	s.Requests++
	hash := sha256.Sum256([]byte(c.Request.Operation + " " + c.Request.Body))
	if !s.seen[hash] {
		s.seen[hash] = true
		s.Distinct++
	}
	t := s.ByOperation[c.Request.Operation]
	if t == nil {
		t = &Tally{}
		s.ByOperation[c.Request.Operation] = t
	}
	t.Sent++
	if c.Local.kind() == outcomeOK {
		t.Succeeded++
		s.Succeeded++
	}
	for _, id := range v.rules {
		s.ByRule[id]++
	}
	if len(v.rules) == 0 && len(v.differences) == 0 {
		s.Agreed++
	}
	s.Unexplained += len(v.differences)
}

// isNewKind reports whether a difference is of a kind that was not reported yet.
func (s *Summary) isNewKind(c Case, d Difference) bool {
	kind := fmt.Sprint(c.Request.Operation, d.Aspect, d.References, d.Rule, c.Request.Mistakes)
	switch d.Aspect {
	case aspectOutcome, aspectConstraint, aspectField, aspectReasons:
		kind = fmt.Sprint(d)
	}
	s.kinds[kind]++
	if s.kinds[kind] > 1 || len(s.Failures) >= maxReports {
		return false
	}
	s.tablesEmptied = true
	return true
}

// String returns the report of a run.
func (s *Summary) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: %d requests, %d distinct, %d HTTP requests to each server, %.0f %% succeeded\n",
		s.Seed, s.Requests, s.Distinct, s.Sent, 100*float64(s.Succeeded)/float64(max(s.Requests, 1)))
	fmt.Fprintf(&b, "%d agreed in everything, %d unexplained differences, %d sequences cut short\n", s.Agreed, s.Unexplained, s.Abandoned)
	for _, op := range sortedKeys(s.ByOperation) {
		t := s.ByOperation[op]
		fmt.Fprintf(&b, "  %-20s %6d sent %6d succeeded\n", op, t.Sent, t.Succeeded)
	}
	b.WriteString("explained differences by rule\n")
	for _, id := range sortedKeys(s.ByRule) {
		fmt.Fprintf(&b, "  %-44s %6d\n", id, s.ByRule[id])
	}
	return b.String()
}

// String returns what is needed to see a failure again: the requests in order and the
// answers.
func (f Failure) String() string {
	var b strings.Builder
	who := "the subject differs"
	if f.Difference.References {
		who = "the references differ and no rule says why"
	}
	fmt.Fprintf(&b, "sequence %d, %s\n%s\n", f.Sequence, who, f.Difference)
	if len(f.Case.Request.Mistakes) > 0 {
		fmt.Fprintf(&b, "made wrong: %s\n", strings.Join(f.Case.Request.Mistakes, "; "))
	}
	for _, r := range f.Requests {
		note := ""
		if r.Walk {
			note = fmt.Sprintf(" (all pages, %d segments)", max(r.Segments, 1))
		}
		fmt.Fprintf(&b, "  %s%s %s\n", r.Operation, note, shorten(r.Body))
	}
	for name, o := range map[string]*Outcome{"DynamoDB Local": f.Case.Local, "dynoxide": f.Case.Dynoxide, "subject": f.Subject} {
		if o == nil {
			continue
		}
		for _, reply := range o.Replies[:min(len(o.Replies), 2)] {
			fmt.Fprintf(&b, "    %-14s %d %s\n", name, reply.Status, shorten(string(reply.Body)))
		}
	}
	return b.String()
}

func shorten(s string) string {
	const most = 1500
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
