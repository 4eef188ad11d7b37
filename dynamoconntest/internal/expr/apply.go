package expr

import (
	"errors"
	"sort"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// The service's messages about updates that an item does not allow.
var (
	errNoAttribute = errors.New("The provided expression refers to an attribute that does not exist in the item")
	errWrongType   = errors.New("An operand in the update expression has an incorrect data type")
	errLegacyType  = errors.New("Type mismatch for attribute to update")
	errBadPath     = errors.New("The document path provided in the update expression is invalid for update")

	// ErrItemSize is the service's message about an update that makes an item too large.
	ErrItemSize = errors.New("Item size to update has exceeded the maximum allowed size")
)

// maxAppended is how many elements the lists that list_append makes can have. It is
// more than an item has room for, because an element takes more than a byte.
const maxAppended = 400 << 10

// Apply returns the item after the update. Every operand is read from the item
// as it was before. Apply does not change it.
func (u *Update) Apply(it attr.Item) (attr.Item, error) {
	out := it
	type change struct {
		path  Path
		value attr.Value // zero to remove what is there
	}
	// If several actions are impossible, the first one in this order decides which
	// error the update gives.
	var sets, removes []change
	room := maxAppended
	for _, verb := range [...]string{"SET", "REMOVE", "ADD", "DELETE"} {
		for _, a := range u.actions {
			if a.verb != verb {
				continue
			}
			v, err := u.actionValue(a, it, &room)
			if err == nil {
				err = checkParent(a.path, it)
			}
			switch {
			case err != nil:
				return nil, err
			case v.Exists():
				sets = append(sets, change{a.path, v})
			case verb != "DELETE" || a.path.Lookup(it).Exists():
				removes = append(removes, change{a.path, v})
			}
		}
	}
	if room < 0 {
		return nil, ErrItemSize
	}
	// An index is a position in the item as it was before. So elements are replaced
	// and appended first, in rising order, and removed last, from the end.
	sort.SliceStable(sets, func(i, j int) bool { return pathLess(sets[i].path, sets[j].path) })
	sort.SliceStable(removes, func(i, j int) bool { return pathLess(removes[j].path, removes[i].path) })
	// Whole attributes are changed together at the end: there may be very many.
	var whole []attr.Attr
	for _, c := range append(sets, removes...) {
		if len(c.path) == 1 {
			whole = append(whole, attr.Attr{Name: c.path[0].Name, Value: c.value})
			continue
		}
		v, err := replaceAt(attr.Map(out), c.path, c.value)
		if err != nil {
			return nil, err
		}
		out = v.Map()
	}
	return out.WithAll(whole), nil
}

// actionValue returns the value that an action stores at its path. The zero Value
// removes what is there. room is that of [evaluateSet].
func (u *Update) actionValue(a action, it attr.Item, room *int) (attr.Value, error) {
	switch a.verb {
	case "SET":
		return evaluateSet(a.value, it, room)
	case "ADD":
		return u.addValue(a.path.Lookup(it), a.value.value)
	case "DELETE":
		old := a.path.Lookup(it)
		if !old.Exists() {
			return attr.Value{}, nil
		}
		if u.legacy && old.Kind() != a.value.value.Kind() {
			return attr.Value{}, errLegacyType
		}
		return removeMembers(old, a.value.value)
	}
	return attr.Value{}, nil
}

// pathLess orders paths by their names and indexes.
func pathLess(a, b Path) bool {
	for i := 0; i < len(a) && i < len(b); i++ {
		if a[i].IsIndex && b[i].IsIndex && a[i].Index != b[i].Index {
			return a[i].Index < b[i].Index
		}
		if a[i].Name != b[i].Name {
			return a[i].Name < b[i].Name
		}
	}
	return len(a) < len(b)
}

// checkParent returns an error unless the item has the list or map that the path's
// last step leads into.
func checkParent(p Path, it attr.Item) error {
	if len(p) == 1 {
		return nil
	}
	parent, last := p[:len(p)-1].Lookup(it), p[len(p)-1]
	if last.IsIndex && parent.Kind() == attr.L || !last.IsIndex && parent.Kind() == attr.M {
		return nil
	}
	return errBadPath
}

// replaceAt returns a copy of container in which v is the value at path. If v is
// the zero Value nothing is at path.
func replaceAt(container attr.Value, path Path, v attr.Value) (attr.Value, error) {
	e := path[0]
	switch {
	case e.IsIndex && container.Kind() == attr.L:
		list := container.List()
		if len(path) > 1 {
			if e.Index >= len(list) {
				return attr.Value{}, errBadPath
			}
			inner, err := replaceAt(list[e.Index], path[1:], v)
			if err != nil {
				return attr.Value{}, err
			}
			v = inner
		}
		out := append(make([]attr.Value, 0, len(list)+1), list...)
		switch {
		case !v.Exists():
			if e.Index < len(out) {
				out = append(out[:e.Index], out[e.Index+1:]...)
			}
		case e.Index < len(out):
			out[e.Index] = v
		default:
			out = append(out, v)
		}
		return attr.List(out), nil
	case !e.IsIndex && container.Kind() == attr.M:
		m := container.Map()
		if len(path) > 1 {
			inner, err := replaceAt(m.Get(e.Name), path[1:], v)
			if err != nil {
				return attr.Value{}, err
			}
			v = inner
		}
		if !v.Exists() {
			return attr.Map(m.Without(e.Name)), nil
		}
		return attr.Map(m.With(e.Name, v)), nil
	}
	return attr.Value{}, errBadPath
}

// evaluateSet returns the value of the right side of a SET. The elements of a list
// that list_append makes are subtracted from room. If that makes it negative the
// list is not made: the item would be too large.
func evaluateSet(n *node, it attr.Item, room *int) (attr.Value, error) {
	switch n.op {
	case opValue:
		return n.value, nil
	case opPath:
		v := n.path.Lookup(it)
		if !v.Exists() {
			return attr.Value{}, errNoAttribute
		}
		return v, nil
	case opFunc:
		if n.text == "if_not_exists" {
			if v := n.args[0].path.Lookup(it); v.Exists() {
				return v, nil
			}
			return evaluateSet(n.args[1], it, room)
		}
	}
	a, err := evaluateSet(n.args[0], it, room)
	if err != nil {
		return attr.Value{}, err
	}
	b, err := evaluateSet(n.args[1], it, room)
	if err != nil {
		return attr.Value{}, err
	}
	if n.op == opFunc {
		if a.Kind() != attr.L || b.Kind() != attr.L {
			return attr.Value{}, errWrongType
		}
		x, y := a.List(), b.List()
		if *room -= len(x) + len(y); *room < 0 {
			return a, nil
		}
		return attr.List(append(append(make([]attr.Value, 0, len(x)+len(y)), x...), y...)), nil
	}
	if a.Kind() != attr.N || b.Kind() != attr.N {
		return attr.Value{}, errWrongType
	}
	sum := attr.Number.Add
	if n.op == opMinus {
		sum = attr.Number.Sub
	}
	num, err := sum(a.Number(), b.Number())
	return attr.FromNumber(num), err
}

// addValue returns the result of an ADD: a sum of numbers or a union of sets. For
// AttributeUpdates it may be a list with more elements.
func (u *Update) addValue(old, v attr.Value) (attr.Value, error) {
	if !old.Exists() {
		return v, nil
	}
	if old.Kind() != v.Kind() {
		if u.legacy {
			return attr.Value{}, errLegacyType
		}
		return attr.Value{}, errWrongType
	}
	if v.Kind() == attr.L {
		return attr.List(append(append([]attr.Value(nil), old.List()...), v.List()...)), nil
	}
	if v.Kind() == attr.N {
		num, err := old.Number().Add(v.Number())
		return attr.FromNumber(num), err
	}
	members := append([]string(nil), old.Members()...)
	have := memberSet(old)
	for _, m := range v.Members() {
		if !have[m] {
			members = append(members, m)
		}
	}
	return attr.Set(v.Kind(), members), nil
}

// removeMembers returns the result of a DELETE: a set without some members, or the
// zero Value if none is left.
func removeMembers(old, v attr.Value) (attr.Value, error) {
	if old.Kind() != v.Kind() {
		return attr.Value{}, errWrongType
	}
	gone := memberSet(v)
	var members []string
	for _, m := range old.Members() {
		if !gone[m] {
			members = append(members, m)
		}
	}
	if len(members) == 0 {
		return attr.Value{}, nil
	}
	return attr.Set(old.Kind(), members), nil
}

// memberSet returns the members of a set as a map.
func memberSet(v attr.Value) map[string]bool {
	set := make(map[string]bool, len(v.Members()))
	for _, m := range v.Members() {
		set[m] = true
	}
	return set
}
