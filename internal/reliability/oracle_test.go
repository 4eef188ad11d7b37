package reliability

import "slices"

// value is what an item looks like to one who reads it.
type value string

const (
	nothing value = "nothing"
	base    value = "base"
	mine    value = "mine" // what the call puts
	theirs  value = "theirs"
)

// item is what an item is: its value, and whether the call made it so.
type item struct {
	value value
	ours  bool
}

// condition is what a write demands of the item that stands.
type condition string

const (
	always  condition = "always"
	ifNone  condition = "if there is none"
	ifAny   condition = "if there is one"
	ifFirst condition = "if it is the first version"
)

func (c condition) holds(v value) bool {
	switch c {
	case ifNone:
		return v == nothing
	case ifAny:
		return v != nothing
	case ifFirst:
		return v == base
	}
	return true
}

// write is a write and what it was given.
type write struct {
	puts      bool // or it deletes
	condition condition
	batch     bool // by BatchWrite

	unique, returnOld, sendOnce, exactlyOnce bool
}

// situation is one that may be, as far as the caller can tell: what stands, whether the
// write was applied at least once, and whether DynamoDB knows its token.
type situation struct {
	stands         item
	applied, token bool
}

// arrive carries the write out.
func (w write) arrive(s situation) (after situation, replaced item, done bool) {
	switch {
	case s.token:
		return s, s.stands, true
	case !w.condition.holds(s.stands.value):
		return s, s.stands, false
	}
	replaced = s.stands
	s.applied, s.token = true, w.exactlyOnce
	switch {
	case w.puts:
		s.stands = item{mine, true}
	case s.stands.value != nothing:
		s.stands = item{nothing, true}
	}
	return s, replaced, true
}

// sight is what the caller sees of one attempt.
type sight struct {
	kind  sightKind
	value value // the item of the answer, if it has one
}

type sightKind string

const (
	sightRefused sightKind = "refused, or not sent" // certainly not carried out
	sightNone    sightKind = "no definite answer"   // perhaps
	sightDone    sightKind = "done"
	sightFalse   sightKind = "condition false"
)

// knowledge is what a caller can know of a write by logic alone, and so what the
// library must say.
type knowledge struct {
	applied, notApplied bool // neither means that nobody can tell
	oldItemUnknown      bool
}

// conclude goes through every situation that fits what was seen, in which other writers
// may do anything at any time, and returns what is true in all of them. It knows no rule
// of the library's.
func (w write) conclude(seen []sight) knowledge {
	var possible []situation
	for _, stands := range w.others() {
		possible = append(possible, situation{stands: stands})
	}
	var replaced []item // by what was acknowledged last
	for _, saw := range seen {
		var next []situation
		replaced = nil
		for _, s := range w.anythingHappens(possible) {
			after, old, done := w.arrive(s)
			shown := old.value
			switch saw.kind {
			case sightRefused:
				next = append(next, s)
			case sightNone:
				next = append(next, s, after)
			case sightDone:
				if done && (saw.value == "" || saw.value == shown) {
					next = append(next, after)
					replaced = append(replaced, old)
				}
			case sightFalse:
				if !done && (saw.value == "" || saw.value == shown) {
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
	k.oldItemUnknown = last == sightFalse || slices.ContainsFunc(replaced, func(old item) bool { return old.ours })
	return k
}

// others is what other writers can make of the item. Whoever promises that an item is
// unique says that they do not put an equal one.
func (w write) others() []item {
	all := []item{{value: nothing}, {value: base}, {value: theirs}}
	if !w.unique {
		all = append(all, item{value: mine})
	}
	return all
}

func (w write) anythingHappens(possible []situation) []situation {
	all := slices.Clone(possible)
	for _, s := range possible {
		for _, stands := range w.others() {
			s.stands = stands
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
