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

// item is the content of the item, and whether the call wrote it.
type item struct {
	value  value
	byCall bool
}

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

	unique, returnOld, sendOnce, exactlyOnce bool
}

// situation is a state that is possible as far as the caller can tell: what is stored,
// whether the write was applied at least once, and whether DynamoDB knows its token.
type situation struct {
	stored         item
	applied, token bool
}

// carryOut returns what the write does in a situation: the situation after it, the item
// that it replaced (or that made its condition false), and whether it was done.
func (w write) carryOut(s situation) (after situation, replaced item, done bool) {
	switch {
	case s.token:
		return s, s.stored, true
	case !w.condition.holds(s.stored.value):
		return s, s.stored, false
	}
	replaced = s.stored
	s.applied, s.token = true, w.exactlyOnce
	switch {
	case w.isPut:
		s.stored = item{ownItem, true}
	case s.stored.value != noItem:
		s.stored = item{noItem, true}
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
	var replaced []item // the items that the last acknowledged attempt may have replaced
	for _, observed := range seen {
		var next []situation
		replaced = nil
		for _, s := range w.afterOtherWrites(possible) {
			after, old, done := w.carryOut(s)
			shown := old.value
			switch observed.kind {
			case seenRefused:
				next = append(next, s)
			case seenUnclear:
				next = append(next, s, after)
			case seenDone:
				if done && (observed.value == "" || observed.value == shown) {
					next = append(next, after)
					replaced = append(replaced, old)
				}
			case seenConditionFalse:
				if !done && (observed.value == "" || observed.value == shown) {
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
	k.oldItemUnknown = last == seenConditionFalse || slices.ContainsFunc(replaced, func(old item) bool { return old.byCall })
	return k
}

// otherItems returns what other writers can store. With ItemIsUnique the caller promises
// that no other writer puts an equal item.
func (w write) otherItems() []item {
	all := []item{{value: noItem}, {value: baseItem}, {value: otherItem}}
	if !w.unique {
		all = append(all, item{value: ownItem})
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
