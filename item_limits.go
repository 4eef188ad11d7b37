package dynamoconn

import "unicode/utf8"

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

// takesBytes reports whether the walk may copy b. It counts 32 bytes as a value, because
// they take about the same memory.
func (w *walk) takesBytes(b []byte) bool { return w.takes(len(b) / 32) }

func (w *walk) end() bool {
	w.ended = true
	return false
}

const ruleKind = "must be one of the eleven KeyValue types, and not nil"

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

// checkSet refuses an empty set, and two members with the same text.
func checkSet[T any](members []T, text func(T) string) error {
	if len(members) == 0 {
		return broken("a set must not be empty")
	}
	seen := make(map[string]struct{}, len(members))
	for i, member := range members {
		seen[text(member)] = struct{}{}
		if len(seen) != i+1 {
			return underElement(i, broken("is in the set twice"))
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
