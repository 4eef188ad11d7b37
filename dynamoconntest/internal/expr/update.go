package expr

import (
	"fmt"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
)

// Update is an update that has been parsed and checked.
type Update struct {
	actions []action
	legacy  bool // from AttributeUpdates, where ADD appends to lists
}

// action is one change of an update.
type action struct {
	verb  string // SET, REMOVE, ADD, DELETE
	path  Path
	value *node // nil for REMOVE
}

// ParseUpdate parses and checks an update expression.
func ParseUpdate(s string, names *Names) (*Update, error) {
	p, err := newParser(s)
	if err != nil {
		return nil, err
	}
	u := &Update{}
	var sections []string
	for {
		t := p.current()
		verb := ""
		for _, v := range [...]string{"SET", "REMOVE", "ADD", "DELETE"} {
			if t.isWord(v) {
				verb = v
			}
		}
		if verb == "" {
			return nil, p.syntaxError()
		}
		p.pos++
		sections = append(sections, verb)
		for {
			a, err := p.parseAction(verb)
			if err != nil {
				return nil, err
			}
			u.actions = append(u.actions, a)
			if !p.accept(",") {
				break
			}
		}
		if p.current().kind == tokEOF {
			break
		}
	}
	if p.redundantParens {
		return nil, errParens
	}
	return u, u.check(sections, names)
}

// parseAction reads one action of a section.
func (p *parser) parseAction(verb string) (action, error) {
	path, err := p.parsePath()
	if err != nil {
		return action{}, err
	}
	a := action{verb: verb, path: path}
	switch verb {
	case "SET":
		if err := p.expect("="); err != nil {
			return action{}, err
		}
		a.value, err = p.parseSetValue()
		return a, err
	case "ADD", "DELETE":
		t := p.current()
		if t.kind != tokValue {
			return action{}, p.syntaxError()
		}
		p.pos++
		a.value = &node{op: opValue, text: t.text}
	}
	return a, nil
}

// parseSetValue reads the right side of a SET: an operand, or the sum or
// difference of two, in parentheses or not.
func (p *parser) parseSetValue() (*node, error) {
	left, err := p.parseSetPrimary()
	if err != nil {
		return nil, err
	}
	if left.op == opPlus || left.op == opMinus {
		return left, nil
	}
	o := opPlus
	switch {
	case p.accept("+"):
	case p.accept("-"):
		o = opMinus
	default:
		return left, nil
	}
	right, err := p.parseOperand()
	if err != nil {
		return nil, err
	}
	return &node{op: o, args: []*node{left, right}}, nil
}

// parseSetPrimary reads an operand, or a right side of a SET in parentheses.
func (p *parser) parseSetPrimary() (*node, error) {
	if !p.accept("(") {
		return p.parseBareOperand()
	}
	n, err := p.parseSetValue()
	if err != nil {
		return nil, err
	}
	return p.closeParen(n)
}

// check makes the service's checks in its order.
func (u *Update) check(sections []string, names *Names) error {
	for _, a := range u.actions {
		if err := checkListAppend(a.value); err != nil {
			return err
		}
	}
	if err := u.checkReserved(); err != nil {
		return err
	}
	if err := u.walkValues(func(n *node) error {
		if n.op == opFunc {
			return checkFunctionName(n.text, updateFunctions, conditionFunctions, "an update")
		}
		return nil
	}); err != nil {
		return err
	}
	if err := checkSections(sections); err != nil {
		return err
	}
	if err := u.checkOperatorCount(); err != nil {
		return err
	}
	if err := u.resolvePlaceholders(names); err != nil {
		return err
	}
	if err := checkOverlap(u.ChangedPaths()); err != nil {
		return err
	}
	for _, a := range u.actions {
		if err := a.checkVerb(); err != nil {
			return err
		}
	}
	return u.walkValues(checkUpdateOperands)
}

// walkValues calls visit with every node of the actions' values.
func (u *Update) walkValues(visit func(*node) error) error {
	for _, a := range u.actions {
		if a.value != nil {
			if err := a.value.walk(visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkReserved returns an error if a reserved word is written in a path: first in
// those that are changed, then in those that are read.
func (u *Update) checkReserved() error {
	for _, path := range u.AllPaths() {
		if err := path.checkReserved(); err != nil {
			return err
		}
	}
	return nil
}

// checkSections returns an error if a section occurs twice.
func checkSections(sections []string) error {
	seen := map[string]bool{}
	for _, s := range sections {
		if seen[s] {
			return fmt.Errorf("The %q section can only be used once in an update expression;", s)
		}
		seen[s] = true
	}
	return nil
}

// checkOperatorCount returns an error if there are too many operators and
// functions.
func (u *Update) checkOperatorCount() error {
	operators := 0
	_ = u.walkValues(func(n *node) error {
		if n.op != opPath && n.op != opValue {
			operators++
		}
		return nil
	})
	if operators > maxOperators {
		return fmt.Errorf("The expression contains too many operators; operator count: %d", operators)
	}
	return nil
}

// resolvePlaceholders replaces the placeholders: first in the paths that are
// changed, then in the values.
func (u *Update) resolvePlaceholders(names *Names) error {
	for _, a := range u.actions {
		if err := a.path.resolveNames(names); err != nil {
			return err
		}
	}
	return u.walkValues(func(n *node) error { return resolvePlaceholders(n, names) })
}

// checkListAppend returns an error if list_append is an operand: it must be the
// whole right side of a SET.
func checkListAppend(value *node) error {
	if value == nil {
		return nil
	}
	return value.walk(func(n *node) error {
		if n != value && n.op == opFunc && n.text == "list_append" {
			return fmt.Errorf("The function is not allowed to be used this way in an expression; function: %s", n.text)
		}
		return nil
	})
}

// checkVerb returns an error if ADD or DELETE does not take a value of this type.
func (a action) checkVerb() error {
	if a.verb != "ADD" && a.verb != "DELETE" {
		return nil
	}
	k := a.value.value.Kind()
	if k.IsSet() || a.verb == "ADD" && k == attr.N {
		return nil
	}
	return fmt.Errorf("Incorrect operand type for operator or function; operator: %s, operand type: %s, typeSet: ALLOWED_FOR_%s_OPERAND", a.verb, k.LongName(), a.verb)
}

// checkUpdateOperands checks the number and the types of operands.
func checkUpdateOperands(n *node) error {
	var want attr.Kind
	switch n.op {
	case opPlus, opMinus:
		want = attr.N
	case opFunc:
		if len(n.args) != updateFunctions[n.text] {
			return fmt.Errorf("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", n.text, len(n.args))
		}
		if n.text == "if_not_exists" {
			if n.args[0].op != opPath {
				return fmt.Errorf("Operator or function requires a document path; operator or function: %s", n.text)
			}
			return checkDistinct(n)
		}
		want = attr.L
	default:
		return nil
	}
	for _, a := range n.args {
		if k := staticKind(a); k != attr.None && k != want {
			return operandTypeError(n, k)
		}
	}
	return nil
}

// AllPaths returns the paths that the update changes and those that it reads.
func (u *Update) AllPaths() []Path {
	out := u.ChangedPaths()
	for _, a := range u.actions {
		if a.value == nil {
			continue
		}
		_ = a.value.walk(func(n *node) error {
			if n.op == opPath {
				out = append(out, n.path)
			}
			return nil
		})
	}
	return out
}

// ChangedPaths returns the paths that the update changes.
func (u *Update) ChangedPaths() []Path {
	out := make([]Path, 0, len(u.actions))
	for _, a := range u.actions {
		out = append(out, a.path)
	}
	return out
}

// OnlyRemoves reports whether the update does nothing but remove attributes,
// elements and members of sets. It is false for an update without actions, which
// makes an item.
func (u *Update) OnlyRemoves() bool {
	for _, a := range u.actions {
		if a.verb != "REMOVE" && a.verb != "DELETE" {
			return false
		}
	}
	return len(u.actions) > 0
}
