package expr

import (
	"fmt"
	"strconv"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// parsePath reads a document path.
func (p *parser) parsePath() (Path, error) {
	first, err := p.parsePathName()
	if err != nil {
		return nil, err
	}
	path := Path{first}
	for {
		switch {
		case p.accept("."):
			e, err := p.parsePathName()
			if err != nil {
				return nil, err
			}
			path = append(path, e)
		case p.accept("["):
			t := p.current()
			if t.kind != tokInteger {
				return nil, p.syntaxError()
			}
			p.pos++
			i, err := strconv.Atoi(t.text)
			if err != nil || i > maxListIndex {
				return nil, fmt.Errorf("List index is not within the allowable range; index: [%s]", t.text)
			}
			if err := p.expect("]"); err != nil {
				return nil, err
			}
			path = append(path, Step{Index: i, IsIndex: true})
		default:
			if len(path) > maxPathLevels {
				return nil, fmt.Errorf("The document path has too many nesting levels; nesting levels: %d", len(path))
			}
			return path, nil
		}
	}
}

// parsePathName reads a name in a path.
func (p *parser) parsePathName() (Step, error) {
	t := p.current()
	switch t.kind {
	case tokName:
		p.pos++
		return Step{Name: t.text, isPlaceholder: true}, nil
	case tokIdent:
		if t.isKeyword() {
			return Step{}, p.syntaxError()
		}
		p.pos++
		return Step{Name: t.text}, nil
	}
	return Step{}, p.syntaxError()
}

// checkReserved returns an error if a reserved word is written in the path.
func (p Path) checkReserved() error {
	for _, e := range p {
		if !e.IsIndex && !e.isPlaceholder && Reserved(e.Name) {
			return fmt.Errorf("Attribute name is a reserved keyword; reserved keyword: %s", e.Name)
		}
	}
	return nil
}

// resolveNames replaces the placeholders in the path.
func (p Path) resolveNames(names *Names) error {
	for i := range p {
		if !p[i].isPlaceholder {
			continue
		}
		name, ok := names.name(p[i].Name)
		if !ok {
			return fmt.Errorf("An expression attribute name used in the document path is not defined; attribute name: %s", p[i].Name)
		}
		p[i].Name, p[i].isPlaceholder = name, false
	}
	return nil
}

// Lookup returns the value at the path, or the zero Value.
func (p Path) Lookup(it attr.Item) attr.Value {
	v := it.Get(p[0].Name)
	for _, e := range p[1:] {
		switch {
		case e.IsIndex && v.Kind() == attr.L:
			l := v.List()
			if e.Index >= len(l) {
				return attr.Value{}
			}
			v = l[e.Index]
		case !e.IsIndex && v.Kind() == attr.M:
			v = v.Map().Get(e.Name)
		default:
			return attr.Value{}
		}
	}
	return v
}

// checkOverlap returns an error if one path lies in another one, or if two paths
// take the same value for a list and for a map.
func checkOverlap(paths []Path) error {
	var conflict error
	for i, b := range paths {
		for _, a := range paths[:i] {
			same, sameKinds := true, true
			for k := 0; k < len(a) && k < len(b); k++ {
				if a[k].IsIndex != b[k].IsIndex {
					same, sameKinds = false, false
					break
				}
				if a[k].Name != b[k].Name || a[k].Index != b[k].Index {
					same = false
					break
				}
			}
			if same {
				return fmt.Errorf("Two document paths overlap with each other; must remove or rewrite one of these paths; path one: %v, path two: %v", a, b)
			}
			if !sameKinds && conflict == nil {
				conflict = fmt.Errorf("Two document paths conflict with each other; must remove or rewrite one of these paths; path one: %v, path two: %v", a, b)
			}
		}
	}
	return conflict
}
