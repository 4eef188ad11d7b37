package dynamoconn

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Predicate is a test of an item: the Where of a scan or a query, the If of a write. It is one of
//
//   - a [Condition], which the methods of [Path] and [Size] make, and a pointer to one;
//   - what [Path.IsKind], [All], [Any], [Not] and [Expr] return.
//
// A Predicate never changes, so it may be shared and used in several requests at the same time. A
// nil Predicate tests nothing: every item meets it.
//
// Names and values are always sent apart from the text of an expression, so no name and no value
// can change what a predicate means. A mistake, such as an empty Any, is reported when the request
// is checked: the error is [ErrInvalidRequest] and names the place, such as If.All[1].Values[0].
type Predicate interface {
	// encode returns the predicate as the text of an expression, and enters its names and
	// values.
	encode(x *expression) (term, error)
}

// term is a part of an expression.
type term struct {
	text string
	// isCompound reports whether the text needs parentheses inside another one. DynamoDB
	// refuses parentheses that are there twice.
	isCompound bool
}

// inside returns the text as a part of another expression.
func (t term) inside() string {
	if t.isCompound {
		return "(" + t.text + ")"
	}
	return t.text
}

// All is true of an item that meets every one of the predicates. Nil predicates count for nothing,
// and All() is the same as nil.
func All(predicates ...Predicate) Predicate { return &allOf{newGroup(predicates)} }

// Any is true of an item that meets at least one of the predicates. An empty Any, which nothing
// could meet, and a nil predicate in it, which everything would meet, are refused when the request
// is checked.
func Any(predicates ...Predicate) Predicate { return &anyOf{newGroup(predicates)} }

// Not is true of an item that does not meet the predicate. Not(nil) is refused when the request is
// checked.
//
// A test of an attribute that an item lacks is false, except NE and NotExists. So its negation is
// true: Not(Attr("Year").LT(1990)) is true of an item without a Year.
func Not(predicate Predicate) Predicate { return &negation{newGroup([]Predicate{predicate})} }

// Expr is true of an item for which text is true, a condition expression of DynamoDB:
//
//	where := dynamoconn.Expr("size($) > ? AND $ BETWEEN ? AND ?", "Tags", 3, "Year", 1990, 1999)
//
// Each $ in the text stands for the name of an attribute or for a [Path], and each ? for a value, as
// [Path] says what a value is. The arguments are in the order of their places. Text that has # or :
// in it is refused, since the placeholders are made here. See
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html.
func Expr(text string, args ...any) Predicate {
	p := &exprText{strings.TrimSpace(text), slices.Clone(args)}
	places := p.places()
	for i, arg := range args {
		// A value is converted now: it may change later.
		if i < len(places) && places[i] == '?' {
			p.args[i] = operandOf(arg)
		}
	}
	return p
}

type allOf struct{ group }

type anyOf struct{ group }

type negation struct{ group } // of one

// group is predicates inside another one. What is known of them is found once, when the group is
// made: a predicate may be in many places of a tree.
type group struct {
	predicates   []Predicate
	depth        int  // how many groups are inside each other
	testsNothing bool // every one of them
}

func newGroup(predicates []Predicate) group {
	g := group{predicates: slices.Clone(predicates), depth: 1, testsNothing: true}
	for _, p := range predicates {
		g.depth = max(g.depth, depthOf(p)+1)
		g.testsNothing = g.testsNothing && testsNothing(p)
	}
	return g
}

// depthOf returns how many groups are inside each other in p.
func depthOf(p Predicate) int {
	switch p := p.(type) {
	case *allOf:
		return p.depth
	case *anyOf:
		return p.depth
	case *negation:
		return p.depth
	}
	return 0
}

type exprText struct {
	text string
	args []any // an operand in the place of each ?
}

// places returns the $ and ? of the text, in their order.
func (p *exprText) places() []byte {
	var places []byte
	for i := range len(p.text) {
		if c := p.text[i]; c == '$' || c == '?' {
			places = append(places, c)
		}
	}
	return places
}

// longestExpression is the most bytes of the text of an expression.
const longestExpression = 4 << 10

// predicate returns the text of a predicate at a field of the request, "" if it tests nothing.
func (x *expression) predicate(field string, p Predicate) (string, error) {
	if testsNothing(p) {
		return "", nil
	}
	if depthOf(p) > mostOperators {
		return "", invalid(field, "is nested deeper than an expression may have operators: 300")
	}
	t, err := x.part(p)
	return t.text, under(field, err)
}

// mostOperators is the most operators of an expression.
const mostOperators = 300

// part returns a predicate as a part of an expression. It refuses one that is too long.
func (x *expression) part(p Predicate) (term, error) {
	t, err := p.encode(x)
	if err == nil && len(t.text) > longestExpression {
		err = tooLong()
	}
	return t, err
}

func tooLong() error { return broken("makes an expression that is longer than 4 KB") }

// testsNothing reports whether every item meets p, because p is nil or has only nil predicates.
func testsNothing(p Predicate) bool {
	switch p := p.(type) {
	case nil:
		return true
	case *Condition:
		return p == nil
	case *allOf:
		return p.testsNothing
	}
	return false
}

func (p *allOf) encode(x *expression) (term, error) {
	return x.join("All", " AND ", p.predicates, testsNothing)
}

func (p *anyOf) encode(x *expression) (term, error) {
	if len(p.predicates) == 0 {
		return term{}, invalid("Any", "must not be empty: nothing would meet it")
	}
	for i, one := range p.predicates {
		if testsNothing(one) {
			return term{}, invalid(fmt.Sprintf("Any[%d]", i), "must not be nil: everything would meet it")
		}
	}
	return x.join("Any", " OR ", p.predicates, func(Predicate) bool { return false })
}

// join returns the predicates, but for those to leave out, with a word between them.
func (x *expression) join(field, word string, predicates []Predicate, leaveOut func(Predicate) bool) (term, error) {
	var terms []term
	length := 0
	for i, p := range predicates {
		if leaveOut(p) {
			continue
		}
		t, err := x.part(p)
		if err != nil {
			return term{}, under(fmt.Sprintf("%s[%d]", field, i), err)
		}
		if length += len(t.text); length > longestExpression {
			return term{}, tooLong()
		}
		terms = append(terms, t)
	}
	if len(terms) == 1 {
		return terms[0], nil
	}
	texts := make([]string, len(terms))
	for i, t := range terms {
		texts[i] = t.inside()
	}
	return term{strings.Join(texts, word), true}, nil
}

func (p *negation) encode(x *expression) (term, error) {
	if p.testsNothing {
		return term{}, invalid("Not", "must not be nil: nothing would meet it")
	}
	t, err := x.part(p.predicates[0])
	if err != nil {
		return term{}, under("Not", err)
	}
	return term{"NOT " + t.inside(), true}, nil
}

func (c Condition) encode(x *expression) (term, error) {
	text, err := x.condition(c)
	return term{text, c.ComparisonOperator == ComparisonOperatorNotContains || c.ComparisonOperator == ComparisonOperatorBetween}, err
}

func (p *exprText) encode(x *expression) (term, error) {
	t, err := p.fill(x)
	return t, under("Expr", err)
}

// fill puts the placeholders of the arguments into the text.
func (p *exprText) fill(x *expression) (term, error) {
	text, places := p.text, p.places()
	switch {
	case text == "":
		return term{}, broken("must not be empty")
	case !utf8.ValidString(text):
		return term{}, broken("must be valid UTF-8")
	case strings.ContainsAny(text, "#:"):
		return term{}, broken("must not have # or : in it: write $ for a name and ? for a value")
	case len(places) != len(p.args):
		return term{}, broken(fmt.Sprintf("has %d places for arguments and %d arguments", len(places), len(p.args)))
	case !isBalanced(text):
		return term{}, broken("must close each parenthesis that it opens")
	}
	var filled strings.Builder
	next := 0
	for i := range len(text) {
		c := text[i]
		if c != '$' && c != '?' {
			filled.WriteByte(c)
			continue
		}
		if i > 0 && isWordByte(text[i-1]) || i+1 < len(text) && isWordByte(text[i+1]) {
			return term{}, broken(fmt.Sprintf("must have a space or a sign before and behind each %c", c))
		}
		placeholder, err := x.argument(p.args[next])
		if err != nil {
			return term{}, under(fmt.Sprintf("args[%d]", next), err)
		}
		filled.WriteString(placeholder)
		next++
	}
	return term{filled.String(), !isEnclosed(text)}, nil
}

// argument returns the text of an argument of Expr: of a value, or of a name.
func (x *expression) argument(arg any) (string, error) {
	switch arg := arg.(type) {
	case operand:
		if arg.isPath {
			return "", broken("is an attribute in the place of a value: write $")
		}
		return x.operand(arg)
	case string:
		return x.path(Attr(arg))
	case Path:
		return x.path(arg)
	}
	return "", broken("must be a string or a Path: a $ stands for an attribute")
}

// isWordByte reports whether c can be a part of a name or of a placeholder.
func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf || c == '$' || c == '?'
}

// isBalanced reports whether the text closes each parenthesis that it opens, and no other.
func isBalanced(text string) bool {
	open := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			open++
		case ')':
			open--
		}
		if open < 0 {
			return false
		}
	}
	return open == 0
}

// isEnclosed reports whether one pair of parentheses is around the whole text, which is balanced.
func isEnclosed(text string) bool {
	return strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") && isBalanced(text[1:len(text)-1])
}
