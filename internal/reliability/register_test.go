package reliability

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// register knows what may be stored at a key that only one goroutine writes to, for a
// server that keeps no journal. It knows it from the answers to that goroutine's calls.
type register struct {
	certain  soakID   // the last write that was acknowledged; 0 means none, or a delete
	possible []soakID // writes with an unknown outcome since then
	late     []lateWrite
}

// lateWrite is a write that may still have a request on its way: its outcome is unknown,
// or the call made more than one attempt.
type lateWrite struct {
	id    soakID
	until time.Time
}

// maxLateness is the time after which the server behind the proxy no longer carries out a
// request that was cut off. On a busy machine it was seen to take several seconds.
const maxLateness = 30 * time.Second

// recordWrite records what a call has reported about a write. repeated says that the call
// made several attempts.
func (r *register) recordWrite(id soakID, reported reportedOutcome, repeated bool, now time.Time) {
	switch reported {
	case reportedDone:
		r.certain, r.possible = id, nil
	case reportedUnknown:
		r.possible = append(r.possible, id)
	}
	if reported == reportedUnknown || repeated {
		r.late = append(r.late, lateWrite{id, now.Add(maxLateness)})
	}
}

// checkRead checks and records what was read, and returns the problem with it, or "". now
// is the time when the read began.
func (r *register) checkRead(id soakID, now time.Time) string {
	r.late = slices.DeleteFunc(r.late, func(w lateWrite) bool { return now.After(w.until) })
	switch {
	case id == r.certain && len(r.possible) == 0:
	case id == r.certain || slices.Contains(r.possible, id):
		// The read has shown which of them is stored. The others may still be late.
		r.certain, r.possible = id, nil
	case slices.ContainsFunc(r.late, func(w lateWrite) bool { return w.id == id }):
		r.certain, r.possible = id, nil
	default:
		return fmt.Sprintf("%v is stored, and not %v or one of %v", id, r.certain, r.possible)
	}
	return ""
}

// isCertain reports whether it is known what is stored.
func (r *register) isCertain(now time.Time) bool {
	return len(r.possible) == 0 && !slices.ContainsFunc(r.late, func(w lateWrite) bool { return now.Before(w.until) })
}

func TestRegister(t *testing.T) {
	t.Parallel()
	began := time.Now()
	soon, later := began.Add(time.Second), began.Add(time.Minute)
	for _, test := range []struct {
		name string
		do   func(*register)
		read soakID
		when time.Time
		ok   bool
	}{
		{"nothing was written", func(*register) {}, 0, soon, true},
		{"an item from nowhere", func(*register) {}, 7, soon, false},
		{"an acknowledged write", func(r *register) { r.recordWrite(7, reportedDone, false, began) }, 7, soon, true},
		{"an acknowledged write is lost", func(r *register) { r.recordWrite(7, reportedDone, false, began) }, 0, soon, false},
		{"a write that was reported as not done", func(r *register) { r.recordWrite(7, reportedNotDone, false, began) }, 7, soon, false},
		{"an unknown write was applied", func(r *register) { r.recordWrite(7, reportedUnknown, false, began) }, 7, later, true},
		{"an unknown write was not applied", func(r *register) { r.recordWrite(7, reportedUnknown, false, began) }, 0, later, true},
		{"an old write comes back", func(r *register) {
			r.recordWrite(7, reportedDone, false, began)
			r.recordWrite(8, reportedDone, false, began)
		}, 7, soon, false},
		{"an old unknown write comes back too late", func(r *register) {
			r.recordWrite(7, reportedUnknown, false, began)
			r.recordWrite(8, reportedDone, false, began)
		}, 7, later, false},
		{"an unknown write is late", func(r *register) {
			r.recordWrite(7, reportedUnknown, false, began)
			r.recordWrite(8, reportedDone, false, began)
		}, 7, soon, true},
		{"a repeated attempt is late", func(r *register) {
			r.recordWrite(7, reportedDone, true, began)
			r.recordWrite(8, reportedDone, false, began)
		}, 7, soon, true},
		{"an unknown write is gone after it was read", func(r *register) { r.recordWrite(7, reportedUnknown, false, began); r.checkRead(7, soon) }, 0, later, false},
		{"an unknown write was not read, but comes", func(r *register) { r.recordWrite(7, reportedUnknown, false, began); r.checkRead(0, soon) }, 7, later, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var r register
			test.do(&r)
			problem := r.checkRead(test.read, test.when)
			assert.Equal(t, test.ok, problem == "", problem)
		})
	}
}
