package dynamoconn

import (
	"bytes"
	"errors"

	"github.com/dynamoconn/dynamoconn/internal/decimal"
)

// set reads a set of type t.
func (r *itemReader) set(t valueType, key string) (KeyValue, error) {
	switch t {
	case typeSS:
		members, err := r.texts()
		if err != nil {
			return nil, err
		}
		kv := r.slabs.stringSets.one(r)
		kv.Key, kv.StringSetValue = key, members
		return kv, nil
	case typeNS:
		members, err := readMembers(r, &r.slabs.numbers, r.numberOfSet, Number.Equal, canonicalText)
		if err != nil {
			return nil, err
		}
		kv := r.slabs.numberSets.one(r)
		kv.Key, kv.NumberSetValue = key, members
		return kv, nil
	}
	members, err := readMembers(r, &r.slabs.bytes, r.base64, bytes.Equal, textOfBytes)
	if err != nil {
		return nil, err
	}
	kv := r.slabs.binarySets.one(r)
	kv.Key, kv.BinarySetValue = key, members
	return kv, nil
}

// texts reads the members of a string set. It is readMembers for them.
func (r *itemReader) texts() ([]string, error) {
	more, err := r.begin('[', ']')
	n := 0
	for more && err == nil {
		var member string
		if member, err = r.string(); err == nil {
			r.slabs.texts.add(n, member, r)
			n++
			more, err = r.next(']')
		}
	}
	if err != nil {
		return nil, underElement(n, err)
	}
	members := r.slabs.texts.added(n)
	return members, checkMembers(members, sameText, textOfString)
}

func sameText(a, b string) bool { return a == b }

// readMembers reads the members of a set. There must be at least one, and no two the same.
// The texts of the same members are equal.
func readMembers[T any](r *itemReader, slab *slab[T], readMember func() (T, error), same func(a, b T) bool, text func(T) string) ([]T, error) {
	more, err := r.begin('[', ']')
	n := 0
	for more && err == nil {
		var member T
		if member, err = readMember(); err == nil {
			slab.add(n, member, r)
			n++
			more, err = r.next(']')
		}
	}
	if err != nil {
		return nil, underElement(n, err)
	}
	members := slab.added(n)
	return members, checkMembers(members, same, text)
}

// checkMembers is checkSet for an answer. It allocates nothing for a set of a few members.
func checkMembers[T any](members []T, same func(a, b T) bool, text func(T) string) error {
	const few = 16
	if len(members) == 0 || len(members) > few {
		return corruptSet(checkSet(members, text))
	}
	for i, member := range members {
		for _, other := range members[:i] {
			if same(member, other) {
				return corruptSet(checkSet(members, text))
			}
		}
	}
	return nil
}

// corruptSet returns an error of checkSet as that of an answer.
func corruptSet(err error) error {
	var field *FieldError
	if !errors.As(err, &field) {
		return err
	}
	return &FieldError{Path: field.Path, Rule: field.Rule, causes: []error{ErrCorruptResponse}}
}

// numberOfSet reads a number without a name.
func (r *itemReader) numberOfSet() (Number, error) {
	text, err := r.string()
	if err != nil {
		return Number{}, err
	}
	if decimal.Check(text) != "" {
		return Number{}, corrupt("is not a number", ErrInvalidNumber)
	}
	return makeNumber(text), nil
}
