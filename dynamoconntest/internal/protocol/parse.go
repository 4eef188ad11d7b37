// Package protocol reads and writes the JSON of DynamoDB's protocol. [Parse] makes a
// tree that keeps the order of members and the text of numbers, [CheckTypes] and
// [CheckConstraints] compare it with the [Shape] of an operation's input, and
// [Writer] writes a document.
package protocol

import (
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Type is the JSON type of a node.
type Type uint8

// The JSON types. The zero Node has the type Absent.
const (
	Absent Type = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// Node is a JSON value. The zero Node stands for no value.
type Node struct {
	Type Type

	// LoneSurrogate is set if a string has an escaped half of a surrogate pair, which
	// becomes U+FFFD.
	LoneSurrogate bool

	Text    string // content of a string; literal of a number or boolean
	Elems   []Node
	Members []Member
}

// Member is a member of an object.
type Member struct {
	Name  string
	Value Node
}

// maxNesting bounds the recursion of the parser. The service refuses far
// shallower documents, but only after it has read them.
const maxNesting = 1000

// maxValues is about how many values a document may have. A tree takes up to 90 bytes
// for a value, which may take only two in the text. The service has no such limit,
// but one item of 400 KB never needs more than 420,000.
const maxValues = 1 << 19

// ErrTooManyValues means that a document has more values than Parse reads.
var ErrTooManyValues = errors.New("the JSON document has too many values")

// ErrSyntax means that a text is not one JSON document in UTF-8, or is nested too
// deeply.
var ErrSyntax = errors.New("not a JSON document")

// Get returns the member with that name, the last one if the name is repeated.
// It returns nil if there is none or if the member is null.
func (n *Node) Get(name string) *Node {
	if n != nil {
		for i := len(n.Members) - 1; i >= 0; i-- {
			if n.Members[i].Name == name {
				if n.Members[i].Value.Type == Null {
					break
				}
				return &n.Members[i].Value
			}
		}
	}
	return nil
}

// Present reports whether there is a value other than null.
func (n *Node) Present() bool { return n != nil && n.Type > Null }

// Str returns the text of a string, or "".
func (n *Node) Str() string {
	if n == nil || n.Type != String {
		return ""
	}
	return n.Text
}

// True reports whether the node is the boolean true.
func (n *Node) True() bool { return n != nil && n.Type == Bool && n.Text == "true" }

// Int returns the integer part of a number. It returns false if there is no
// number or if it does not fit.
func (n *Node) Int() (int64, bool) {
	if n == nil || n.Type != Number {
		return 0, false
	}
	if v, err := strconv.ParseInt(n.Text, 10, 64); err == nil {
		return v, true
	}
	f, err := strconv.ParseFloat(n.Text, 64)
	if err != nil || f >= 1<<63 || f < -(1<<63) {
		return 0, false
	}
	return int64(f), true
}

// Parse reads one JSON document.
func Parse(data []byte) (*Node, error) {
	p := parser{data: string(data)}
	var err error
	if p.sizes, err = countChildren(p.data); err != nil {
		return nil, err
	}
	p.skipSpace()
	n, err := p.value(0)
	if err != nil {
		return nil, err
	}
	p.skipSpace()
	if p.pos != len(p.data) {
		return nil, ErrSyntax
	}
	return &n, nil
}

type parser struct {
	data          string
	pos           int
	loneSurrogate bool // a string had one

	sizes []int32 // of the arrays and objects that have not been opened yet
}

// countChildren returns how many children each array and object has, in the order in
// which they begin. So their memory is allocated once. The counts are right if the
// document is.
func countChildren(data string) ([]int32, error) {
	var counts, open []int32
	for i, commas := 0, 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			open = append(open, int32(len(counts)))
			counts = append(counts, 1)
		case '}', ']':
			if len(open) > 0 {
				open = open[:len(open)-1]
			}
		case ',':
			if commas++; len(open) > 0 {
				counts[open[len(open)-1]]++
			}
		}
		if commas+len(counts) > maxValues {
			return nil, ErrTooManyValues
		}
	}
	return counts, nil
}

// size returns the number of children of the next array or object.
func (p *parser) size() int32 {
	n := p.sizes[0]
	p.sizes = p.sizes[1:]
	return n
}

func (p *parser) skipSpace() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

func (p *parser) peek() byte {
	if p.pos < len(p.data) {
		return p.data[p.pos]
	}
	return 0
}

func (p *parser) literal(word string, n Node) (Node, error) {
	if len(p.data)-p.pos < len(word) || p.data[p.pos:p.pos+len(word)] != word {
		return Node{}, ErrSyntax
	}
	p.pos += len(word)
	return n, nil
}

func (p *parser) value(depth int) (Node, error) {
	if depth > maxNesting {
		return Node{}, ErrSyntax
	}
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		p.loneSurrogate = false
		s, err := p.stringText()
		return Node{Type: String, Text: s, LoneSurrogate: p.loneSurrogate}, err
	case c == 't':
		return p.literal("true", Node{Type: Bool, Text: "true"})
	case c == 'f':
		return p.literal("false", Node{Type: Bool, Text: "false"})
	case c == 'n':
		return p.literal("null", Node{Type: Null})
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	return Node{}, ErrSyntax
}

func (p *parser) object(depth int) (Node, error) {
	n := Node{Type: Object}
	size := p.size()
	p.pos++
	p.skipSpace()
	if p.peek() == '}' {
		p.pos++
		return n, nil
	}
	n.Members = make([]Member, 0, size)
	for {
		p.skipSpace()
		if p.peek() != '"' {
			return Node{}, ErrSyntax
		}
		name, err := p.stringText()
		if err != nil {
			return Node{}, err
		}
		p.skipSpace()
		if p.peek() != ':' {
			return Node{}, ErrSyntax
		}
		p.pos++
		p.skipSpace()
		v, err := p.value(depth + 1)
		if err != nil {
			return Node{}, err
		}
		n.Members = append(n.Members, Member{name, v})
		p.skipSpace()
		switch p.peek() {
		case ',':
			p.pos++
		case '}':
			p.pos++
			return n, nil
		default:
			return Node{}, ErrSyntax
		}
	}
}

func (p *parser) array(depth int) (Node, error) {
	n := Node{Type: Array}
	size := p.size()
	p.pos++
	p.skipSpace()
	if p.peek() == ']' {
		p.pos++
		return n, nil
	}
	n.Elems = make([]Node, 0, size)
	for {
		p.skipSpace()
		v, err := p.value(depth + 1)
		if err != nil {
			return Node{}, err
		}
		n.Elems = append(n.Elems, v)
		p.skipSpace()
		switch p.peek() {
		case ',':
			p.pos++
		case ']':
			p.pos++
			return n, nil
		default:
			return Node{}, ErrSyntax
		}
	}
}

func (p *parser) number() (Node, error) {
	start := p.pos
	digits := func() bool {
		from := p.pos
		for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
			p.pos++
		}
		return p.pos > from
	}
	if p.peek() == '-' {
		p.pos++
	}
	zero := p.peek() == '0'
	from := p.pos
	if !digits() || zero && p.pos-from > 1 {
		return Node{}, ErrSyntax
	}
	if p.peek() == '.' {
		p.pos++
		if !digits() {
			return Node{}, ErrSyntax
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if !digits() {
			return Node{}, ErrSyntax
		}
	}
	return Node{Type: Number, Text: p.data[start:p.pos]}, nil
}

// stringText reads a string. It copies the text only if there are escapes in it.
func (p *parser) stringText() (string, error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"':
			s := p.data[start:p.pos]
			p.pos++
			if !utf8.ValidString(s) {
				return "", ErrSyntax
			}
			return s, nil
		case c == '\\':
			return p.escapedText(start)
		case c < ' ':
			return "", ErrSyntax
		}
		p.pos++
	}
	return "", ErrSyntax
}

// escapedText reads a string that has begun at start, up to its end. The position
// is that of the first escape.
func (p *parser) escapedText(start int) (string, error) {
	buf := append([]byte(nil), p.data[start:p.pos]...)
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		p.pos++
		switch {
		case c == '"':
			if !utf8.Valid(buf) {
				return "", ErrSyntax
			}
			return string(buf), nil
		case c < ' ':
			return "", ErrSyntax
		case c != '\\':
			buf = append(buf, c)
			continue
		}
		c = p.peek()
		p.pos++
		switch c {
		case '"', '\\', '/':
			buf = append(buf, c)
		case 'b':
			buf = append(buf, '\b')
		case 'f':
			buf = append(buf, '\f')
		case 'n':
			buf = append(buf, '\n')
		case 'r':
			buf = append(buf, '\r')
		case 't':
			buf = append(buf, '\t')
		case 'u':
			r, ok := p.escapedRune()
			if !ok {
				return "", ErrSyntax
			}
			buf = utf8.AppendRune(buf, r)
		default:
			return "", ErrSyntax
		}
	}
	return "", ErrSyntax
}

// escapedRune reads the digits of an escape \u, and the second escape of a surrogate
// pair. For a surrogate without its other half it returns utf8.RuneError.
func (p *parser) escapedRune() (rune, bool) {
	r, ok := p.hex4()
	if !ok || !utf16.IsSurrogate(r) {
		return r, ok
	}
	if p.pos+1 >= len(p.data) || p.data[p.pos] != '\\' || p.data[p.pos+1] != 'u' {
		p.loneSurrogate = true
		return utf8.RuneError, true
	}
	after := p.pos
	p.pos += 2
	low, ok := p.hex4()
	if r = utf16.DecodeRune(r, low); ok && r == utf8.RuneError {
		p.loneSurrogate = true
		p.pos = after // no pair: the second escape is a character of its own
	}
	return r, ok
}

func (p *parser) hex4() (rune, bool) {
	if len(p.data)-p.pos < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(p.data[p.pos:p.pos+4], 16, 16)
	p.pos += 4
	return rune(v), err == nil
}
