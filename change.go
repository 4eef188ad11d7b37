package dynamoconn

import (
	"fmt"
	"strings"
)

// Change is one change of an attribute, for [UpdateItemRequest]. The methods of [Path] make it. A
// Change never changes itself, so it may be shared. The zero value is refused.
//
// A change that can be applied twice without harm, such as Set, may be sent again after an attempt
// whose outcome is unknown. [Client.UpdateItem] says what becomes of the others:
//
//   - Increment, Append and Prepend;
//   - any change of an element of a list, such as Attr("Tracks").At(3).Set("x"): DynamoDB appends a
//     value that is set beyond the end, and what is behind a removed element moves up;
//   - a copy of an attribute that another change of the same update changes.
type Change struct {
	action changeAction
	path   Path
	values []operand
}

// changeAction is what a change does.
type changeAction int

const (
	changeNothing changeAction = iota
	changeSet
	changeSetIfMissing
	changeCopyOf
	changeIncrement
	changeAppend
	changePrepend
	changeRemove
	changeAddMembers
	changeDeleteMembers
)

// Set sets the attribute to value, which may be a Path but not a Size. An element beyond the end of
// a list is appended to it.
func (p Path) Set(value any) Change { return p.change(changeSet, value) }

// SetIfMissing sets the attribute to value if the item lacks it, and leaves it otherwise.
func (p Path) SetIfMissing(value any) Change { return p.change(changeSetIfMissing, value) }

// CopyOf sets the attribute to the value that another one has before the update. The update
// fails with [ErrValidation] if the item lacks that one.
func (p Path) CopyOf(other Path) Change { return p.change(changeCopyOf, other) }

// Increment adds n, a number or a Path, to the attribute. An attribute that is missing counts as 0. A
// negative n subtracts.
func (p Path) Increment(n any) Change { return p.change(changeIncrement, n) }

// Append adds values at the end of a list. A list that is missing counts as empty.
func (p Path) Append(values ...any) Change { return p.change(changeAppend, values...) }

// Prepend adds values at the beginning of a list, in their order. A list that is missing counts
// as empty.
func (p Path) Prepend(values ...any) Change { return p.change(changePrepend, values...) }

// Remove removes the attribute, or the element from its list, where the elements behind it move up.
// It is no error if there is none.
func (p Path) Remove() Change { return p.change(changeRemove) }

// AddMembers adds members to a set: strings, numbers or binaries, of one kind, or one set. A
// member that the set has already changes nothing. A set that is missing counts as empty.
func (p Path) AddMembers(members ...any) Change { return p.change(changeAddMembers, members...) }

// DeleteMembers deletes members from a set: strings, numbers or binaries, of one kind, or one set.
// A member that the set lacks changes nothing. DynamoDB removes a set that has no member left.
func (p Path) DeleteMembers(members ...any) Change {
	return p.change(changeDeleteMembers, members...)
}

// AttributeName returns the name of the attribute that the change changes, also if it changes only
// a place inside.
func (c Change) AttributeName() string { return c.path.name }

// NewValue returns the value that a Set of a whole attribute gives it. It returns false for any
// other change, for a Set to the value of another attribute, and for a value that DynamoDB cannot
// store.
func (c Change) NewValue() (KeyValue, bool) {
	if c.action != changeSet || len(c.path.steps) > 0 || c.values[0].isPath || c.values[0].err != nil {
		return nil, false
	}
	return Rename(c.values[0].value, c.path.name), true
}

// IsRemove reports whether the change removes a whole attribute.
func (c Change) IsRemove() bool { return c.action == changeRemove && len(c.path.steps) == 0 }

func (p Path) change(action changeAction, values ...any) Change {
	c := Change{action: action, path: p, values: make([]operand, len(values))}
	for i, value := range values {
		c.values[i] = operandOf(value)
	}
	return c
}

// changes returns the update expression of the changes, and whether it may be applied twice
// without harm. There must be at least one change.
func (x *expression) changes(changes []Change) (text string, isRepeatable bool, err error) {
	if len(changes) <= longestExpression/shortestChange {
		text, err = x.changeText(changes)
	}
	switch {
	case err != nil:
		return "", false, err
	case len(changes) > longestExpression/shortestChange || len(text) > longestExpression:
		return "", false, invalid("Changes", "make an expression that is longer than 4 KB")
	}
	return text, areRepeatable(changes), nil
}

// shortestChange is the fewest bytes of a change in an expression, as in "REMOVE #n0, #n1".
const shortestChange = len("#n0,")

// changeText returns the update expression of the changes.
func (x *expression) changeText(changes []Change) (string, error) {
	var clauses [len(clauseWords)][]string
	for i, c := range changes {
		for j, other := range changes[:i] {
			if c.path.overlaps(other.path) {
				return "", invalid(placeOfChange(i), fmt.Sprintf("changes %s, which overlaps with what Changes[%d] changes", c.path, j))
			}
			if c.path.conflicts(other.path) {
				return "", invalid(placeOfChange(i), fmt.Sprintf("changes %s as if it were in a map and Changes[%d] as if it were in a list, or the reverse", c.path, j))
			}
		}
		in, text, err := x.change(c)
		if err != nil {
			return "", under(placeOfChange(i), err)
		}
		clauses[in] = append(clauses[in], text)
	}
	var b strings.Builder
	for in, texts := range clauses {
		if len(texts) == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(clauseWords[in] + " " + strings.Join(texts, ", "))
	}
	return b.String(), nil
}

func placeOfChange(i int) string { return fmt.Sprintf("Changes[%d]", i) }

// The clauses of an update expression.
const (
	clauseSet = iota
	clauseRemove
	clauseAdd
	clauseDelete
)

var clauseWords = [...]string{clauseSet: "SET", clauseRemove: "REMOVE", clauseAdd: "ADD", clauseDelete: "DELETE"}

// change returns the text of one change, and the clause that it belongs to.
func (x *expression) change(c Change) (clause int, text string, err error) {
	if c.action == changeNothing {
		return 0, "", broken("must not be the zero Change")
	}
	path, err := x.path(c.path)
	if err != nil {
		return 0, "", err
	}
	switch c.action {
	case changeRemove:
		return clauseRemove, path, nil
	case changeAddMembers, changeDeleteMembers:
		clause = clauseAdd
		if c.action == changeDeleteMembers {
			clause = clauseDelete
		}
		set, err := setOf(c.values)
		if err != nil {
			return 0, "", err
		}
		text, err = x.value(set)
		return clause, path + " " + text, err
	case changeAppend, changePrepend:
		text, err = x.extendedList(c, path)
	case changeIncrement:
		text, err = x.sum(c.values[0], path)
	default:
		if text, err = x.newValue(c.values[0]); c.action == changeSetIfMissing {
			text = "if_not_exists(" + path + ", " + text + ")"
		}
	}
	return clauseSet, path + " = " + text, err
}

// newValue returns the text of what an attribute is set to.
func (x *expression) newValue(o operand) (string, error) {
	if o.isSize {
		return "", broken("must not be a size: DynamoDB has no size in an update")
	}
	return x.operand(o)
}

// sum returns the text of a number that is incremented by n.
func (x *expression) sum(n operand, path string) (string, error) {
	if _, isNumber := numberOf(n.value); n.err == nil && !n.isPath && !isNumber {
		return "", broken("must be a number: it is added")
	}
	added, err := x.newValue(n)
	if err != nil {
		return "", err
	}
	zero, err := x.value(Long("", 0))
	return "if_not_exists(" + path + ", " + zero + ") + " + added, err
}

// extendedList returns the text of a list with more values at one of its ends.
func (x *expression) extendedList(c Change, path string) (string, error) {
	if len(c.values) == 0 {
		return "", broken("must have at least one value")
	}
	list := &KeyValueList{ListValue: make([]KeyValue, len(c.values))}
	for i, o := range c.values {
		switch {
		case o.err != nil:
			return "", underElement(i, o.err)
		case o.isPath:
			return "", underElement(i, broken("must be a value, not an attribute"))
		}
		list.ListValue[i] = o.value
	}
	more, err := x.value(list)
	if err != nil {
		return "", err
	}
	empty, err := x.value(&KeyValueList{ListValue: []KeyValue{}})
	if err != nil {
		return "", err
	}
	before, behind := "if_not_exists("+path+", "+empty+")", more
	if c.action == changePrepend {
		before, behind = behind, before
	}
	return "list_append(" + before + ", " + behind + ")", nil
}

// setOf returns the members as one set.
func setOf(members []operand) (KeyValue, error) {
	if len(members) == 0 {
		return nil, broken("must have at least one member")
	}
	values := make([]KeyValue, len(members))
	for i, o := range members {
		switch {
		case o.err != nil:
			return nil, underElement(i, o.err)
		case keyName(o.value) != "":
			return nil, underElement(i, broken(ruleNoName))
		}
		values[i] = o.value
	}
	switch first := values[0].(type) {
	case *KeyValueStringSet, *KeyValueNumberSet, *KeyValueBinarySet:
		if len(values) == 1 {
			return first, nil
		}
	case *KeyValueString:
		return newSet(values, func(kv *KeyValueString) string { return kv.StringValue }, StringSet)
	case *KeyValueBinary:
		return newSet(values, func(kv *KeyValueBinary) []byte { return kv.BinaryValue }, BinarySet)
	case *KeyValueLong, *KeyValueDecimal:
		numbers := make([]Number, len(values))
		for i, kv := range values {
			number, isNumber := numberOf(kv)
			if !isNumber {
				return nil, underElement(i, broken(ruleMembers))
			}
			numbers[i] = number
		}
		return NumberSet("", numbers...), nil
	}
	return nil, broken(ruleMembers)
}

const ruleMembers = "must be strings, numbers or binaries, all of one kind, or one set"

// newSet returns a set of members that are all of the type M.
func newSet[M KeyValue, T any, S KeyValue](values []KeyValue, member func(M) T, set func(string, ...T) S) (KeyValue, error) {
	members := make([]T, len(values))
	for i, kv := range values {
		one, ok := kv.(M)
		if !ok {
			return nil, underElement(i, broken(ruleMembers))
		}
		members[i] = member(one)
	}
	return set("", members...), nil
}

// areRepeatable reports whether the changes, applied twice, leave what they leave when they are
// applied once. The comment of [Change] says which do not.
func areRepeatable(changes []Change) bool {
	for _, c := range changes {
		switch c.action {
		case changeIncrement, changeAppend, changePrepend:
			return false
		}
		if c.path.isElement() || c.copiesWhatChanges(changes) {
			return false
		}
	}
	return true
}

// copiesWhatChanges reports whether c copies an attribute that one of the changes changes.
func (c Change) copiesWhatChanges(changes []Change) bool {
	for _, o := range c.values {
		for _, other := range changes {
			if o.isPath && other.path.overlaps(o.path) {
				return true
			}
		}
	}
	return false
}
