package dynamoconn

import "slices"

// shape is the order of the attributes of an item. Most items have the shape of the one before:
// no name is in them twice, and where each belongs is known.
type shape struct {
	names  []nameID // as the answer has them, all different
	places []uint8  // where each is in the item, which is sorted by name
	proven bool     // whether two items after one another had it; before, places means nothing
	inUse  bool     // whether an item is being read by it
}

// mostInShape is the most names of a shape.
const mostInShape = 64

// shapeUnder returns the shape that an item under that name is expected to have, and nil if
// there is none.
func (t *nameTable) shapeUnder(under nameID) *shape {
	s := t.names[under].shape
	if s == nil || !s.proven || s.inUse {
		return nil
	}
	return s
}

// learn takes notice of an item under that name. It had these names, all different and in the
// table.
func (t *nameTable) learn(under nameID, names []nameID, ranks *rankSet) {
	s := t.names[under].shape
	switch {
	case len(names) == 0 || len(names) > mostInShape:
		return
	case s == nil:
		s = t.newShape()
		t.names[under].shape = s
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
	t.shapes[n].proven, t.shapes[n].inUse = false, false
	t.shapes[n].names = t.shapes[n].names[:0]
	return t.shapes[n]
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
