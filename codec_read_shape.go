package dynamoconn

import "slices"

// shape is the order of the attributes of an item. Most items have the shape of the one before:
// no name is in them twice, and where each belongs is known.
type shape struct {
	names  []nameID // as the answer has them, all different
	places []uint8  // where each is in the item, which is sorted by name
	proven bool     // whether two items after one another had it; before, places means nothing
	inUse  bool     // whether an item is being read by it
	other  *shape   // another one under the same name, which begins with another name, or nil
}

const (
	// mostInShape is the most names of a shape.
	mostInShape = 64
	// mostShapes is the most shapes under one name: those of the items of several tables, for
	// example.
	mostShapes = 4
)

// shapeUnder returns the shape that an item under that name is expected to have, and nil if
// there is none. The first name of the item begins data.
func (t *nameTable) shapeUnder(under nameID, data []byte) *shape {
	for s := t.names[under].shape; s != nil; s = s.other {
		if s.proven && !s.inUse && t.names[s.names[0]].begins(data) {
			return s
		}
	}
	return nil
}

// learn takes notice of an item under that name. It had these names, all different and in the
// table.
func (t *nameTable) learn(under nameID, names []nameID, ranks *rankSet) {
	if len(names) == 0 || len(names) > mostInShape {
		return
	}
	s := t.shapeToLearn(under, names[0])
	switch {
	case s.inUse:
		return
	case slices.Equal(s.names, names):
		s.proven, s.places = true, s.places[:0]
		for _, id := range names {
			s.places = append(s.places, uint8(ranks.before(t.names[id].rank)))
		}
		return
	}
	s.proven, s.names = false, append(s.names[:0], names...)
}

// shapeToLearn returns the shape under that name that begins with first. If there is none, it
// returns a new one, or the oldest if there are many.
func (t *nameTable) shapeToLearn(under, first nameID) *shape {
	newest := &t.names[under].shape
	place := newest
	for n := 1; *place != nil; n++ {
		if (*place).names[0] == first {
			return *place
		}
		if n == mostShapes {
			break
		}
		place = &(*place).other
	}
	s := *place
	if s == nil {
		s = t.newShape()
	}
	*place = s.other
	s.other, *newest = *newest, s
	return s
}

// newShape returns a shape that has the memory of an earlier one, if there is one.
func (t *nameTable) newShape() *shape {
	n := len(t.shapes)
	if n == cap(t.shapes) {
		t.shapes = slices.Grow(t.shapes, 1)
	}
	t.shapes = t.shapes[:n+1]
	if t.shapes[n] == nil {
		t.shapes[n] = new(shape)
	}
	s := t.shapes[n]
	*s = shape{names: s.names[:0], places: s.places[:0]}
	return s
}

// inShape reads attributes into item as long as they are those of shape. It returns how many
// were, and whether the item has more.
func (r *itemReader) inShape(item Item, shape *shape, depth int) (n int, more bool, err error) {
	for i, id := range shape.names {
		name := &r.names.names[id]
		if !name.begins(r.Data[r.Pos:]) {
			return i, true, nil
		}
		r.Pos += len(name.token)
		text := name.text
		kv, err := r.value(text, id, depth)
		if err != nil {
			return i, false, underName(text, err)
		}
		item[shape.places[i]] = kv
		if r.rest() > 1 && r.Data[r.Pos] == ',' && r.Data[r.Pos+1] == '"' {
			r.Pos++
		} else if more, err := r.next('}'); err != nil || !more {
			return i + 1, false, err
		}
	}
	return len(shape.names), true, nil
}
