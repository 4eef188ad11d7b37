package batch

import "time"

// isOutOfPatience tells whether nothing was done for too long by then.
func (r *runner) isOutOfPatience(then time.Time) bool {
	return r.Patience > 0 && then.Sub(r.progressed) >= r.Patience
}

// giveUp ends all tables if nothing was done for too long, or will have been when the
// next request is due: it is not waited for in vain. An answer that is still to come may
// be of something done.
func (r *runner) giveUp(now time.Time) {
	if r.inFlight > 0 {
		return
	}
	if next, waits := r.soonest(now); waits {
		now = next
	}
	if !r.isOutOfPatience(now) {
		return
	}
	for id := range r.tables {
		why := r.tables[id].why
		if why == nil {
			why = r.Unprocessed
		}
		r.dropTable(id, why)
	}
}

// soonest returns when the first of the tables that have something to send may send
// it, if they all have to wait.
func (r *runner) soonest(now time.Time) (soonest time.Time, waits bool) {
	for i := range r.tables {
		t := &r.tables[i]
		switch {
		case len(t.again)+len(t.queue) == 0:
		case !t.wake.After(now):
			return time.Time{}, false
		case soonest.IsZero() || t.wake.Before(soonest):
			soonest = t.wake
		}
	}
	return soonest, !soonest.IsZero()
}
