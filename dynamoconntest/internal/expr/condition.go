package expr

import "github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"

// Condition is a parsed and checked condition. A nil *Condition is true of
// every item.
type Condition struct{ root *node }

// ParseCondition parses and checks a condition or filter expression.
func ParseCondition(s string, names *Names) (*Condition, error) {
	root, err := parseCondition(s)
	if err != nil {
		return nil, err
	}
	if err := checkCondition(root, names); err != nil {
		return nil, err
	}
	return &Condition{root}, nil
}

func parseCondition(s string) (*node, error) {
	p, err := newParser(s)
	if err != nil {
		return nil, err
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.cur().kind != tokEOF {
		return nil, p.syntax()
	}
	if err := p.truth(n); err != nil {
		return nil, err
	}
	if p.parens {
		return nil, errParens
	}
	return n, nil
}

// truth refuses an operand where a condition is needed; the token after it is
// the one that the service names.
func (p *parser) truth(n *node) error {
	if n.op == opPath || n.op == opValue {
		return p.syntax()
	}
	return nil
}

func (p *parser) or() (*node, error) {
	return p.chain("OR", opOr, p.and)
}

func (p *parser) and() (*node, error) {
	return p.chain("AND", opAnd, p.not)
}

func (p *parser) chain(word string, o op, sub func() (*node, error)) (*node, error) {
	left, err := sub()
	if err != nil {
		return nil, err
	}
	for p.cur().is(word) {
		if err := p.truth(left); err != nil {
			return nil, err
		}
		p.pos++
		right, err := sub()
		if err != nil {
			return nil, err
		}
		if err := p.truth(right); err != nil {
			return nil, err
		}
		left = &node{op: o, args: []*node{left, right}}
	}
	return left, nil
}

func (p *parser) not() (*node, error) {
	if !p.cur().is("NOT") {
		return p.comparison()
	}
	p.pos++
	n, err := p.not()
	if err != nil {
		return nil, err
	}
	if err := p.truth(n); err != nil {
		return nil, err
	}
	return &node{op: opNot, args: []*node{n}}, nil
}

func (p *parser) comparison() (*node, error) {
	left, err := p.primary()
	if err != nil || !left.isOperand() {
		return left, err
	}
	t := p.cur()
	switch {
	case t.kind == tokPunct && (t.text == "=" || t.text == "<>" || t.text[0] == '<' || t.text[0] == '>'):
		p.pos++
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		return &node{op: opCompare, text: t.text, args: []*node{left, right}}, nil
	case t.is("BETWEEN"):
		p.pos++
		low, err := p.operand()
		if err != nil {
			return nil, err
		}
		if !p.cur().is("AND") {
			return nil, p.syntax()
		}
		p.pos++
		high, err := p.operand()
		if err != nil {
			return nil, err
		}
		return &node{op: opBetween, args: []*node{left, low, high}}, nil
	case t.is("IN"):
		p.pos++
		if err := p.expect("("); err != nil {
			return nil, err
		}
		args, err := p.arguments()
		if err != nil {
			return nil, err
		}
		return &node{op: opIn, args: append([]*node{left}, args...)}, nil
	}
	return left, nil
}

// primary is an operand or a condition in parentheses.
func (p *parser) primary() (*node, error) {
	if !p.accept("(") {
		return p.bareOperand()
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	return p.closeParen(n)
}

func (p *parser) closeParen(n *node) (*node, error) {
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if n.paren {
		p.parens = true
	}
	n.paren = true
	return n, nil
}

// operand is a path, a placeholder or a function, in parentheses or not.
func (p *parser) operand() (*node, error) {
	if !p.accept("(") {
		return p.bareOperand()
	}
	n, err := p.operand()
	if err != nil {
		return nil, err
	}
	return p.closeParen(n)
}

func (p *parser) bareOperand() (*node, error) {
	t := p.cur()
	switch t.kind {
	case tokValue:
		p.pos++
		return &node{op: opValue, text: t.text}, nil
	case tokIdent:
		if t.keyword() {
			return nil, p.syntax()
		}
		if after := p.tokens[p.pos+1]; after.kind == tokPunct && after.text == "(" {
			p.pos += 2
			args, err := p.arguments()
			if err != nil {
				return nil, err
			}
			return &node{op: opFunc, text: t.text, args: args}, nil
		}
	case tokName:
	default:
		return nil, p.syntax()
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	return &node{op: opPath, path: path}, nil
}

// arguments reads a list of operands up to the closing parenthesis.
func (p *parser) arguments() ([]*node, error) {
	var args []*node
	for {
		a, err := p.operand()
		if err != nil {
			return nil, err
		}
		args = append(args, a)
		if !p.accept(",") {
			return args, p.expect(")")
		}
	}
}

// Match reports whether the condition holds for an item; nil stands for an
// item that does not exist.
func (c *Condition) Match(it attr.Item) bool {
	return c == nil || truth(c.root, it)
}

// Paths lists the document paths in the condition.
func (c *Condition) Paths() []Path {
	if c == nil {
		return nil
	}
	var out []Path
	_ = c.root.walk(func(n *node) error {
		if n.op == opPath {
			out = append(out, n.path)
		}
		return nil
	})
	return out
}
