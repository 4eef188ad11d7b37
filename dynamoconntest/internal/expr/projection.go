package expr

import (
	"sort"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// Projection says which parts of an item to return. A nil *Projection returns
// whole items.
type Projection struct{ paths []Path }

// ParseProjection parses and checks a projection expression.
func ParseProjection(s string, names *Names) (*Projection, error) {
	p, err := newParser(s)
	if err != nil {
		return nil, err
	}
	out := &Projection{}
	for {
		path, err := p.parsePath()
		if err != nil {
			return nil, err
		}
		out.paths = append(out.paths, path)
		if !p.accept(",") {
			break
		}
	}
	if p.current().kind != tokEOF {
		return nil, p.syntaxError()
	}
	for _, path := range out.paths {
		if err := path.checkReserved(); err != nil {
			return nil, err
		}
	}
	for _, path := range out.paths {
		if err := path.resolveNames(names); err != nil {
			return nil, err
		}
	}
	return out, checkOverlap(out.paths)
}

// ProjectNames returns a projection to whole attributes.
func ProjectNames(names []string) *Projection {
	out := &Projection{}
	for _, n := range names {
		out.paths = append(out.paths, Path{{Name: n}})
	}
	return out
}

// Paths returns the paths of the projection.
func (p *Projection) Paths() []Path {
	if p == nil {
		return nil
	}
	return p.paths
}

// Apply returns the parts of an item that the projection names.
func (p *Projection) Apply(it attr.Item) attr.Item {
	if p == nil {
		return it
	}
	return Pick(it, p.paths)
}

// Pick returns the values at the paths of an item, inside the lists and maps in
// which they are. Such a list has only the elements that were picked, in their
// order.
func Pick(it attr.Item, paths []Path) attr.Item {
	tree := &pickTree{}
	for _, p := range paths {
		if p.Lookup(it).Exists() {
			tree.add(p)
		}
	}
	v := tree.pick(attr.Map(it))
	return v.Map()
}

// pickTree holds the steps of paths that begin alike.
type pickTree struct {
	whole bool // a path ends here
	names map[string]*pickTree
	index map[int]*pickTree
}

func (t *pickTree) add(p Path) {
	if len(p) == 0 {
		t.whole = true
		return
	}
	var next *pickTree
	if e := p[0]; e.IsIndex {
		if t.index == nil {
			t.index = map[int]*pickTree{}
		}
		if next = t.index[e.Index]; next == nil {
			next = &pickTree{}
			t.index[e.Index] = next
		}
	} else {
		if t.names == nil {
			t.names = map[string]*pickTree{}
		}
		if next = t.names[e.Name]; next == nil {
			next = &pickTree{}
			t.names[e.Name] = next
		}
	}
	next.add(p[1:])
}

func (t *pickTree) pick(v attr.Value) attr.Value {
	if t.whole {
		return v
	}
	if v.Kind() == attr.L {
		order := make([]int, 0, len(t.index))
		for i := range t.index {
			order = append(order, i)
		}
		sort.Ints(order)
		out := make([]attr.Value, 0, len(order))
		for _, i := range order {
			out = append(out, t.index[i].pick(v.List()[i]))
		}
		return attr.List(out)
	}
	attrs := make([]attr.Attr, 0, len(t.names))
	for name, sub := range t.names {
		attrs = append(attrs, attr.Attr{Name: name, Value: sub.pick(v.Map().Get(name))})
	}
	return attr.Map(attr.NewItem(attrs))
}
