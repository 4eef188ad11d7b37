package batch

import "time"

// isOutOfPatience reports whether nothing was done for too long by then.
func (r *runner) isOutOfPatience(then time.Time) bool {
	return r.Patience > 0 && then.Sub(r.progressed) >= r.Patience
}

// giveUp drops all tables if nothing was done for too long, or will not have been when the
// next request is due: there is no point in waiting for that. It does nothing while a request
// is under way, which may bring progress.
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
		why := r.tables[id].waitsFor
		if why == nil {
			why = r.Unprocessed()
		}
		r.dropTable(id, why)
	}
}

// soonest returns when the first table that has something to send may send it, if all of
// them pause.
func (r *runner) soonest(now time.Time) (soonest time.Time, waits bool) {
	for i := range r.tables {
		t := &r.tables[i]
		switch {
		case len(t.again)+len(t.queue) == 0:
		case !t.pausedUntil.After(now):
			return time.Time{}, false
		case soonest.IsZero() || t.pausedUntil.Before(soonest):
			soonest = t.pausedUntil
		}
	}
	return soonest, !soonest.IsZero()
}
