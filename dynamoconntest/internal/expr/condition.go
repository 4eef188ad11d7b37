package expr

import "github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"

// Condition is a condition that has been parsed and checked. A nil *Condition
// holds for every item.
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
	n, err := p.parseOr()
	if err != nil {
		return nil, err
	}
	if p.current().kind != tokEOF {
		return nil, p.syntaxError()
	}
	if err := p.requireCondition(n); err != nil {
		return nil, err
	}
	if p.redundantParens {
		return nil, errParens
	}
	return n, nil
}

// requireCondition returns an error if n is an operand, where the grammar needs a
// condition. Like the service it names the token after the operand.
func (p *parser) requireCondition(n *node) error {
	if n.op == opPath || n.op == opValue {
		return p.syntaxError()
	}
	return nil
}

func (p *parser) parseOr() (*node, error) {
	return p.parseChain("OR", opOr, p.parseAnd)
}

func (p *parser) parseAnd() (*node, error) {
	return p.parseChain("AND", opAnd, p.parseNot)
}

// parseChain reads conditions that are joined by a word, AND or OR.
func (p *parser) parseChain(word string, o op, sub func() (*node, error)) (*node, error) {
	left, err := sub()
	if err != nil {
		return nil, err
	}
	for p.current().isWord(word) {
		if err := p.requireCondition(left); err != nil {
			return nil, err
		}
		p.pos++
		right, err := sub()
		if err != nil {
			return nil, err
		}
		if err := p.requireCondition(right); err != nil {
			return nil, err
		}
		left = &node{op: o, args: []*node{left, right}}
	}
	return left, nil
}

func (p *parser) parseNot() (*node, error) {
	if !p.current().isWord("NOT") {
		return p.parseComparison()
	}
	p.pos++
	n, err := p.parseNot()
	if err != nil {
		return nil, err
	}
	if err := p.requireCondition(n); err != nil {
		return nil, err
	}
	return &node{op: opNot, args: []*node{n}}, nil
}

func (p *parser) parseComparison() (*node, error) {
	left, err := p.parsePrimary()
	if err != nil || !left.isOperand() {
		return left, err
	}
	t := p.current()
	switch {
	case t.kind == tokPunct && (t.text == "=" || t.text == "<>" || t.text[0] == '<' || t.text[0] == '>'):
		p.pos++
		right, err := p.parseOperand()
		if err != nil {
			return nil, err
		}
		return &node{op: opCompare, text: t.text, args: []*node{left, right}}, nil
	case t.isWord("BETWEEN"):
		p.pos++
		low, err := p.parseOperand()
		if err != nil {
			return nil, err
		}
		if !p.current().isWord("AND") {
			return nil, p.syntaxError()
		}
		p.pos++
		high, err := p.parseOperand()
		if err != nil {
			return nil, err
		}
		return &node{op: opBetween, args: []*node{left, low, high}}, nil
	case t.isWord("IN"):
		p.pos++
		if err := p.expect("("); err != nil {
			return nil, err
		}
		args, err := p.parseArguments()
		if err != nil {
			return nil, err
		}
		return &node{op: opIn, args: append([]*node{left}, args...)}, nil
	}
	return left, nil
}

// parsePrimary reads an operand, or a condition in parentheses.
func (p *parser) parsePrimary() (*node, error) {
	if !p.accept("(") {
		return p.parseBareOperand()
	}
	n, err := p.parseOr()
	if err != nil {
		return nil, err
	}
	return p.closeParen(n)
}

// closeParen reads the parenthesis after n, and notes if n has another pair.
func (p *parser) closeParen(n *node) (*node, error) {
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if n.inParens {
		p.redundantParens = true
	}
	n.inParens = true
	return n, nil
}

// parseOperand reads a path, a placeholder or a function, in parentheses or not.
func (p *parser) parseOperand() (*node, error) {
	if !p.accept("(") {
		return p.parseBareOperand()
	}
	n, err := p.parseOperand()
	if err != nil {
		return nil, err
	}
	return p.closeParen(n)
}

func (p *parser) parseBareOperand() (*node, error) {
	t := p.current()
	switch t.kind {
	case tokValue:
		p.pos++
		return &node{op: opValue, text: t.text}, nil
	case tokIdent:
		if t.isKeyword() {
			return nil, p.syntaxError()
		}
		if after := p.tokens[p.pos+1]; after.kind == tokPunct && after.text == "(" {
			p.pos += 2
			args, err := p.parseArguments()
			if err != nil {
				return nil, err
			}
			return &node{op: opFunc, text: t.text, args: args}, nil
		}
	case tokName:
	default:
		return nil, p.syntaxError()
	}
	path, err := p.parsePath()
	if err != nil {
		return nil, err
	}
	return &node{op: opPath, path: path}, nil
}

// parseArguments reads operands and the closing parenthesis after them.
func (p *parser) parseArguments() ([]*node, error) {
	var args []*node
	for {
		a, err := p.parseOperand()
		if err != nil {
			return nil, err
		}
		args = append(args, a)
		if !p.accept(",") {
			return args, p.expect(")")
		}
	}
}

// Match reports whether the condition holds for an item. A nil item does not
// exist.
func (c *Condition) Match(it attr.Item) bool {
	return c == nil || conditionHolds(c.root, it)
}

// Paths returns the document paths in the condition.
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
