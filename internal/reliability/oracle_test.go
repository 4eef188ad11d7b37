package reliability

import "slices"

// value is the content of the item, as a reader sees it.
type value string

const (
	noItem    value = "nothing"
	baseItem  value = "base"
	ownItem   value = "mine" // the item that the call puts
	otherItem value = "theirs"
)

// condition is what a write demands of the stored item.
type condition string

const (
	unconditional condition = "always"
	ifNoItem      condition = "if there is none"
	ifAnyItem     condition = "if there is one"
	ifBaseItem    condition = "if it is the first version"
)

func (c condition) holds(v value) bool {
	switch c {
	case ifNoItem:
		return v == noItem
	case ifAnyItem:
		return v != noItem
	case ifBaseItem:
		return v == baseItem
	}
	return true
}

// write is a write of one item with its options.
type write struct {
	isPut     bool // false means a delete
	condition condition
	batch     bool // by BatchWrite
	// isUpdate means, with isPut, that the item is written by UpdateItem. With notTwice it is an
	// update that may not be applied twice.
	isUpdate, notTwice bool

	unique, returnOld, sendOnce, exactlyOnce bool
}

// situation is a state that is possible as far as the caller can tell: what is stored,
// whether the write was applied at least once, and whether DynamoDB knows its token.
type situation struct {
	stored         value
	applied, token bool
}

// carryOut returns what the write does in a situation: the situation after it, the item
// that it replaced (or that made its condition false), and whether it was done.
func (w write) carryOut(s situation) (after situation, replaced value, done bool) {
	switch {
	case s.token:
		return s, s.stored, true
	case !w.condition.holds(s.stored), w.isUpdate && w.unique && s.stored == ownItem:
		return s, s.stored, false
	}
	replaced = s.stored
	s.applied, s.token = true, w.exactlyOnce
	switch {
	case w.isPut:
		s.stored = ownItem
	case s.stored != noItem:
		s.stored = noItem
	}
	return s, replaced, true
}

// observation is what the caller sees of one attempt.
type observation struct {
	kind  observationKind
	value value // the item of the answer, if it has one
}

type observationKind string

const (
	seenRefused        observationKind = "refused, or not sent" // the attempt was certainly not carried out
	seenUnclear        observationKind = "no definite answer"   // it may have been carried out
	seenDone           observationKind = "done"
	seenConditionFalse observationKind = "condition false"
)

// knowledge is what a caller can know about a write by logic alone. The library must
// report the same.
type knowledge struct {
	applied, notApplied bool // if both are false, nobody can know
	oldItemUnknown      bool
}

// deduce finds every situation that fits what was seen, where other writers may write
// anything at any time. It returns what is true in all of them. It uses none of the
// library's rules.
func (w write) deduce(seen []observation) knowledge {
	var possible []situation
	for _, stored := range w.otherItems() {
		possible = append(possible, situation{stored: stored})
	}
	repeated := false // whether the last acknowledged attempt may not have been the first to be applied
	for _, observed := range seen {
		var next []situation
		repeated = false
		for _, s := range w.afterOtherWrites(possible) {
			after, old, done := w.carryOut(s)
			switch observed.kind {
			case seenRefused:
				next = append(next, s)
			case seenUnclear:
				next = append(next, s, after)
			case seenDone:
				if done && (observed.value == "" || observed.value == old) {
					next = append(next, after)
					repeated = repeated || s.applied
				}
			case seenConditionFalse:
				if !done && (observed.value == "" || observed.value == old) {
					next = append(next, s)
				}
			}
		}
		possible = distinct(next)
	}
	var k knowledge
	k.applied, k.notApplied = true, true
	for _, s := range possible {
		k.applied = k.applied && s.applied
		k.notApplied = k.notApplied && !s.applied
	}
	last := seen[len(seen)-1].kind
	k.oldItemUnknown = last == seenConditionFalse || repeated
	return k
}

// otherItems returns what other writers can store. With ItemIsUnique the caller promises
// that no other writer puts an equal item.
func (w write) otherItems() []value {
	all := []value{noItem, baseItem, otherItem}
	if !w.unique {
		all = append(all, ownItem)
	}
	return all
}

// afterOtherWrites returns the possible situations and those that other writers can make
// of them.
func (w write) afterOtherWrites(possible []situation) []situation {
	all := slices.Clone(possible)
	for _, s := range possible {
		for _, stored := range w.otherItems() {
			s.stored = stored
			all = append(all, s)
		}
	}
	return distinct(all)
}

func distinct(all []situation) []situation {
	var kept []situation
	for _, s := range all {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}
