package dynamoconn

import (
	"reflect"
	"slices"
	"unsafe"
)

// itemTarget takes the items of an answer as values of a Go type. What the answer itself has in their
// place are their keys, or the Items.
type itemTarget interface {
	// reset forgets the items of an earlier answer.
	reset()
	// expect makes room for so many items more.
	expect(n int)
	// next returns the place of the next item, a zero value.
	next() unsafe.Pointer
	// plan returns how the values are read straight from the bytes, and nil if they cannot be.
	plan() *structPlan
	// wanted returns the names of the attributes that the answer must have too.
	wanted() []string
	// learn takes the key at which a page ended. It reports whether attributes of it are wanted that were
	// not known to be part of a key.
	learn(key Item) bool
	// unmarshal sets the value of the last item, which may be set in part, to an Item.
	unmarshal(item Item)
}

// values is an itemTarget for values of type T.
type values[T any] struct {
	read    []T
	misfits []misfit // in the order of their places
	names   []string
	learns  bool // whether names are to have all attributes of the key
	goType  *goType
}

// misfit is an item that is no T.
type misfit struct {
	place int
	item  Item
	err   error // of Unmarshal
}

// newValues returns a target of which the answer must have those attributes too.
func newValues[T any](names []string) *values[T] {
	return &values[T]{names: names, goType: goTypeOf(reflect.TypeFor[T]())}
}

func (v *values[T]) reset() {
	clear(v.read)
	v.read, v.misfits = v.read[:0], nil
}

func (v *values[T]) expect(n int) { v.read = slices.Grow(v.read, n) }

func (v *values[T]) next() unsafe.Pointer {
	var zero T
	v.read = append(v.read, zero)
	return unsafe.Pointer(&v.read[len(v.read)-1])
}

func (v *values[T]) plan() *structPlan {
	if v.goType.reads != classStruct || v.goType.isHidden {
		return nil
	}
	return v.goType.structPlan()
}

func (v *values[T]) wanted() []string { return v.names }

func (v *values[T]) learn(key Item) (isNew bool) {
	if !v.learns {
		return false
	}
	for _, name := range key.Keys() {
		if !slices.Contains(v.names, name) {
			v.names, isNew = append(v.names, name), true
		}
	}
	return isNew
}

func (v *values[T]) unmarshal(item Item) {
	var whole T
	err := Unmarshal(item, &whole)
	place := len(v.read) - 1
	if v.read[place] = whole; err != nil {
		v.misfits = append(v.misfits, misfit{place, item, err})
	}
}

// take returns the first n values, or those before the first that is no T, with what that is. Their
// memory is not used again.
func (v *values[T]) take(n int) ([]T, *misfit) {
	var first *misfit
	if len(v.misfits) > 0 && v.misfits[0].place < n {
		first = &v.misfits[0]
		n = first.place
	}
	taken := v.read[:n:n]
	v.read = nil
	return taken, first
}

// itemInto reads an item into the next value of a target. It returns the attributes that are wanted
// too, or the whole item.
func (r *itemReader) itemInto(into itemTarget) (Item, error) {
	r.beginItem()
	begin, values, names := r.Pos, len(r.parts.values), len(r.parts.names)
	p := into.next()
	if plan := into.plan(); plan != nil {
		key := captured{names: into.wanted(), item: Item{}}
		of := &key
		if len(key.names) == 0 {
			of = nil
		}
		if r.readStruct(p, plan, 0, 0, of) {
			return key.item, nil
		}
		r.Pos, r.parts.values, r.parts.names = begin, r.parts.values[:values], r.parts.names[:names]
	}
	item, err := r.item()
	if err == nil {
		into.unmarshal(item)
	}
	return item, err
}

// readInto gives the items of an answer, which has them as Items, to a target.
func (a *answer) readInto(into itemTarget) {
	into.reset()
	take := func(item Item) {
		if item != nil {
			into.next()
			into.unmarshal(item)
		}
	}
	take(a.item)
	for _, item := range a.items {
		take(item)
	}
	for _, item := range a.transactItems {
		take(item)
	}
}
