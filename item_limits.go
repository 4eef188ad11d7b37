package dynamoconn

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"
)

// What DynamoDB can store. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html.
const (
	// largestItem is the most bytes of an item, names and values together.
	largestItem = 400 << 10

	// deepestNesting is the most lists and maps inside each other. DynamoDB's limit is 32
	// levels, and it counts what is in the innermost as a level: it stores 31 and refuses a
	// 32nd list or map even if it is empty.
	deepestNesting = 31
)

// What a pass over an item looks at. Both are more than DynamoDB stores, and few enough to
// look at in a short time.
const (
	deepestAnswer = 100

	// mostValues is more than twice what fits into an item, where each value takes at least
	// a byte. A shared value counts in each of its places.
	mostValues = 1 << 20
)

// walk bounds one pass over an item: an item may contain itself, or one list in many
// places, and then a pass could take for ever. The pass ends at a nesting and at a number
// of values that DynamoDB does not store. Once it has ended, nothing more is let in.
type walk struct {
	ended  bool
	values int
}

// enters reports whether the walk may look at a value in a container at depth.
func (w *walk) enters(depth int) bool { return depth <= deepestAnswer && w.takes(1) || w.end() }

// takes reports whether the walk may look at n more values.
func (w *walk) takes(n int) bool {
	w.values += n
	return !w.ended && w.values <= mostValues || w.end()
}

// takesBytes reports whether the walk may copy n bytes. It counts 32 bytes as a value, because
// they take about the same memory.
func (w *walk) takesBytes(n int) bool { return w.takes(n / 32) }

// copyText returns a copy of text, and text itself if the walk may not copy it.
func (w *walk) copyText(text string) string {
	if !w.takesBytes(len(text)) {
		return text
	}
	return strings.Clone(text)
}

// copyBytes returns a copy of b, and b itself if the walk may not copy it.
func (w *walk) copyBytes(b []byte) []byte {
	if b == nil || !w.takesBytes(len(b)) {
		return b
	}
	clone := make([]byte, len(b))
	copy(clone, b)
	return clone
}

func (w *walk) end() bool {
	w.ended = true
	return false
}

const ruleKind = "must be one of the eleven KeyValue types, and not nil"

// refusedKeyValue is what a constructor returns for a value that DynamoDB cannot store. isNil is
// true of it, so it is refused wherever a nil is; kindError says why.
type refusedKeyValue struct {
	KeyValueNull
	err error
}

// kindError returns the error for a KeyValue of which isNil is true.
func kindError(kv KeyValue) error {
	if refused, ok := kv.(*refusedKeyValue); ok {
		return refused.err
	}
	return broken(ruleKind)
}

// checkContainer checks a list or map of n values before its values are looked at.
func checkContainer(n, depth int, w *walk) error {
	switch {
	case depth > deepestNesting:
		return tooDeep()
	case !w.takes(n):
		return tooManyValues()
	}
	return nil
}

func tooDeep() error { return broken("is nested deeper than 32 levels") }

func tooManyValues() error {
	return &FieldError{Rule: "comes after 1,048,576 values, more than an item can hold", causes: []error{ErrItemTooLarge, ErrInvalidRequest}}
}

func checkName(name string) error {
	if name == "" {
		return broken("the name must not be empty")
	}
	if !utf8.ValidString(name) {
		return broken("the name must be valid UTF-8")
	}
	return nil
}

// nameSet finds a name that is in an item twice. It compares a few names one by one, and
// keeps many in a map.
type nameSet struct {
	// seen has the bit of each name. Where the bit of a name is not set, no name equals it.
	seen  [4]uint64
	names map[string]struct{}
}

const fewNames = 64

// add reports whether name is new to item. All names of item must have been added.
func (s *nameSet) add(item Item, name string) bool {
	i, bit := bitOfName(name)
	maybe := s.seen[i]&bit != 0
	s.seen[i] |= bit
	if len(item) < fewNames {
		return !maybe || !item.holds(name)
	}
	if s.names == nil {
		s.names = make(map[string]struct{}, 2*len(item))
		for _, kv := range item {
			s.names[kv.KeyName()] = struct{}{}
		}
	}
	before := len(s.names)
	s.names[name] = struct{}{}
	return len(s.names) > before
}

// bitOfName returns a bit of four words that is the same for equal names, and mostly another
// for others.
func bitOfName(name string) (word int, bit uint64) {
	n := len(name)
	if n == 0 {
		return 0, 1
	}
	hash := n + 5*int(name[0]) + 17*int(name[n/2]) + 97*int(name[n-1])
	return hash >> 6 & 3, 1 << (hash & 63)
}

// holds reports whether an attribute of the item, which holds no nil, has the name.
func (it Item) holds(name string) bool {
	for _, kv := range it {
		if kv.KeyName() == name {
			return true
		}
	}
	return false
}

const fewMembers = 16

// checkSet refuses an empty set, and two members with the same text. It compares a few one
// by one.
func checkSet[T any](members []T, text func(T) string) error {
	if len(members) == 0 {
		return broken("a set must not be empty")
	}
	if len(members) <= fewMembers {
		var texts [fewMembers]string
		for i, member := range members {
			texts[i] = text(member)
			if slices.Contains(texts[:i], texts[i]) {
				return twiceInSet(i)
			}
		}
		return nil
	}
	seen := make(map[string]struct{}, len(members))
	for i, member := range members {
		seen[text(member)] = struct{}{}
		if len(seen) != i+1 {
			return twiceInSet(i)
		}
	}
	return nil
}

func twiceInSet(i int) error { return underElement(i, broken("is in the set twice")) }

// checkBinarySet is checkSet, without a copy of each member if there are few.
func checkBinarySet(members [][]byte) error {
	if len(members) == 0 || len(members) > fewMembers {
		return checkSet(members, textOfBytes)
	}
	for i, member := range members {
		if slices.ContainsFunc(members[:i], func(b []byte) bool { return bytes.Equal(b, member) }) {
			return twiceInSet(i)
		}
	}
	return nil
}

// checkReadSet is checkSet for a set of an answer.
func checkReadSet[T any](members []T, text func(T) string) error {
	field, isBroken := as[*FieldError](checkSet(members, text))
	if !isBroken {
		return nil
	}
	return &FieldError{Path: field.Path, Rule: field.Rule, causes: []error{ErrCorruptResponse}}
}

func checkStringSet(members []string) error {
	for i, member := range members {
		if !utf8.ValidString(member) {
			return underElement(i, broken("must be valid UTF-8"))
		}
	}
	return checkSet(members, textOfString)
}

// textOfString and textOfBytes return the text by which members of a set are compared, as
// canonicalText does for numbers.
func textOfString(s string) string { return s }

func textOfBytes(b []byte) string { return string(b) }
