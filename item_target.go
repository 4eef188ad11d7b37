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
	// unmarshal sets the value of the last item, which may be set in part, to an Item.
	unmarshal(item Item)
}

// values is an itemTarget for values of type T.
type values[T any] struct {
	read   []T
	faults []error // of unmarshal, by the place of the item; nil if there are none
	names  []string
	goType *goType
}

// newValues returns a target of which the answer must have those attributes too.
func newValues[T any](names []string) *values[T] {
	return &values[T]{names: names, goType: goTypeOf(reflect.TypeFor[T]())}
}

func (v *values[T]) reset() {
	clear(v.read)
	v.read, v.faults = v.read[:0], nil
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

func (v *values[T]) unmarshal(item Item) {
	var whole T
	err := Unmarshal(item, &whole)
	v.read[len(v.read)-1] = whole
	if err != nil {
		for len(v.faults) < len(v.read) {
			v.faults = append(v.faults, nil)
		}
		v.faults[len(v.read)-1] = err
	}
}

// fault returns why an item is no T, or nil.
func (v *values[T]) fault(i int) error {
	if i < len(v.faults) {
		return v.faults[i]
	}
	return nil
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
