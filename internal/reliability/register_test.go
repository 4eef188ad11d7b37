package reliability

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// register is what may stand at a key that only one goroutine writes to, as far as the
// answers to its own calls tell: for a server that keeps no journal.
type register struct {
	certain soakID   // the last write that was acknowledged; 0 is none or a delete
	perhaps []soakID // writes in doubt since then
	late    []lateWrite
}

// lateWrite is a write of which a request may still be on its way: one in doubt, or one
// that was acknowledged at a repetition.
type lateWrite struct {
	id    soakID
	until time.Time
}

// lateness is how long a request that was cut off may still be carried out by the
// server behind the proxy. On a busy machine that was seen to take several seconds.
const lateness = 30 * time.Second

// wrote enters what a call has said of a write. again tells that it took several
// requests.
func (r *register) wrote(id soakID, said verdict, again bool, now time.Time) {
	switch said {
	case saidDone:
		r.certain, r.perhaps = id, nil
	case saidAmbiguous:
		r.perhaps = append(r.perhaps, id)
	}
	if said == saidAmbiguous || again {
		r.late = append(r.late, lateWrite{id, now.Add(lateness)})
	}
}

// saw enters what was read, and returns what is wrong with it. now is when the read
// was begun.
func (r *register) saw(id soakID, now time.Time) string {
	r.late = slices.DeleteFunc(r.late, func(w lateWrite) bool { return now.After(w.until) })
	switch {
	case id == r.certain && len(r.perhaps) == 0:
	case id == r.certain || slices.Contains(r.perhaps, id):
		// Which of them it is has been seen; the others may be late.
		r.certain, r.perhaps = id, nil
	case slices.ContainsFunc(r.late, func(w lateWrite) bool { return w.id == id }):
		r.certain, r.perhaps = id, nil
	default:
		return fmt.Sprintf("%v stands there, and not %v or one of %v", id, r.certain, r.perhaps)
	}
	return ""
}

// sure tells whether it is known what stands there.
func (r *register) sure(now time.Time) bool {
	return len(r.perhaps) == 0 && !slices.ContainsFunc(r.late, func(w lateWrite) bool { return now.Before(w.until) })
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
		{"an acknowledged write", func(r *register) { r.wrote(7, saidDone, false, began) }, 7, soon, true},
		{"an acknowledged write is lost", func(r *register) { r.wrote(7, saidDone, false, began) }, 0, soon, false},
		{"a write that was not", func(r *register) { r.wrote(7, saidNot, false, began) }, 7, soon, false},
		{"a write in doubt was applied", func(r *register) { r.wrote(7, saidAmbiguous, false, began) }, 7, later, true},
		{"a write in doubt was not", func(r *register) { r.wrote(7, saidAmbiguous, false, began) }, 0, later, true},
		{"an old write comes back", func(r *register) { r.wrote(7, saidDone, false, began); r.wrote(8, saidDone, false, began) }, 7, soon, false},
		{"an old write in doubt comes back", func(r *register) { r.wrote(7, saidAmbiguous, false, began); r.wrote(8, saidDone, false, began) }, 7, later, false},
		{"a write in doubt is late", func(r *register) { r.wrote(7, saidAmbiguous, false, began); r.wrote(8, saidDone, false, began) }, 7, soon, true},
		{"a repetition is late", func(r *register) { r.wrote(7, saidDone, true, began); r.wrote(8, saidDone, false, began) }, 7, soon, true},
		{"what was seen is gone", func(r *register) { r.wrote(7, saidAmbiguous, false, began); r.saw(7, soon) }, 0, later, false},
		{"what was seen not to be is there", func(r *register) { r.wrote(7, saidAmbiguous, false, began); r.saw(0, soon) }, 7, later, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var r register
			test.do(&r)
			problem := r.saw(test.read, test.when)
			assert.Equal(t, test.ok, problem == "", problem)
		})
	}
}
