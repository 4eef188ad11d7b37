package dynamoconn

import (
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonReader reads JSON strictly: where encoding/json takes the last of two equal
// names and replaces what is not Unicode, it returns an error.
type jsonReader struct {
	data  []byte
	i     int
	typed bool // DynamoDB JSON
}

// peek returns the next byte, and 0, which begins nothing, at the end.
func (r *jsonReader) peek() byte {
	if r.i < len(r.data) {
		return r.data[r.i]
	}
	return 0
}

func (r *jsonReader) skipSpace() {
	for r.i < len(r.data) {
		switch r.data[r.i] {
		case ' ', '\n', '\r', '\t':
			r.i++
		default:
			return
		}
	}
}

// take skips space, then c if it comes next and the space after it.
func (r *jsonReader) take(c byte) bool {
	r.skipSpace()
	if r.peek() != c {
		return false
	}
	r.i++
	r.skipSpace()
	return true
}

// literal skips word if it comes next. What follows is not looked at.
func (r *jsonReader) literal(word string) bool {
	if len(r.data)-r.i < len(word) || string(r.data[r.i:r.i+len(word)]) != word {
		return false
	}
	r.i += len(word)
	return true
}

// object reads an object of attributes. The outermost is at depth 0.
func (r *jsonReader) object(depth int) (Item, error) {
	if depth > deepestNesting {
		return nil, broken("is nested deeper than 32 levels")
	}
	if !r.take('{') {
		return nil, r.otherThan("must be an object")
	}
	item := Item{}
	if r.take('}') {
		return item, nil
	}
	var names nameSet
	for {
		if r.peek() != '"' {
			return nil, r.notJSON()
		}
		name, err := r.text()
		if err != nil {
			return nil, err
		}
		if err := checkName(name); err != nil {
			return nil, underName(name, err)
		}
		if !names.add(item, name) {
			return nil, underName(name, broken("is in the object twice"))
		}
		if !r.take(':') {
			return nil, underName(name, r.notJSON())
		}
		kv, err := r.value(name, depth)
		if err != nil {
			return nil, underName(name, err)
		}
		item = append(item, kv)
		if r.take('}') {
			return item, nil
		}
		if !r.take(',') {
			return nil, r.notJSON()
		}
	}
}

func (r *jsonReader) value(key string, depth int) (KeyValue, error) {
	if r.typed {
		return r.typedValue(key, depth)
	}
	return r.plainValue(key, depth)
}

func (r *jsonReader) list(depth int) ([]KeyValue, error) {
	if depth > deepestNesting {
		return nil, broken("is nested deeper than 32 levels")
	}
	list := []KeyValue{}
	err := r.array(func() error {
		kv, err := r.value("", depth)
		list = append(list, kv)
		return err
	})
	return list, err
}

// array reads an array and calls element where each of its elements begins.
func (r *jsonReader) array(element func() error) error {
	if !r.take('[') {
		return r.otherThan("must be an array")
	}
	if r.take(']') {
		return nil
	}
	for i := 0; ; i++ {
		if err := element(); err != nil {
			return underElement(i, err)
		}
		if r.take(']') {
			return nil
		}
		if !r.take(',') {
			return r.notJSON()
		}
	}
}

// number reads a number and returns its text.
func (r *jsonReader) number() (string, error) {
	start := r.i
	if r.peek() == '-' {
		r.i++
	}
	whole := true
	if r.peek() == '0' {
		r.i++
	} else {
		whole = r.digits()
	}
	if whole && r.peek() == '.' {
		r.i++
		whole = r.digits()
	}
	if c := r.peek(); whole && (c == 'e' || c == 'E') {
		r.i++
		if c := r.peek(); c == '+' || c == '-' {
			r.i++
		}
		whole = r.digits()
	}
	if !whole {
		return "", r.notJSON()
	}
	return string(r.data[start:r.i]), nil
}

// digits skips digits and tells whether there was one.
func (r *jsonReader) digits() bool {
	start := r.i
	for r.peek()-'0' <= 9 {
		r.i++
	}
	return r.i > start
}

// text reads a string.
func (r *jsonReader) text() (string, error) {
	if r.peek() != '"' {
		return "", r.otherThan("must be a string")
	}
	r.i++
	start := r.i
	for ; r.i < len(r.data); r.i++ {
		switch c := r.data[r.i]; {
		case c == '"':
			raw := r.data[start:r.i]
			r.i++
			if !utf8.Valid(raw) {
				return "", broken("holds what is not valid UTF-8")
			}
			return string(raw), nil
		case c == '\\':
			return r.escapedText(start)
		case c < ' ':
			return "", r.notJSON()
		}
	}
	return "", r.notJSON()
}

// escapedText reads the rest of a string that begins at start and has its first
// escape at r.i.
func (r *jsonReader) escapedText(start int) (string, error) {
	b := append([]byte(nil), r.data[start:r.i]...)
	for r.i < len(r.data) {
		c := r.data[r.i]
		switch {
		case c == '"':
			r.i++
			if !utf8.Valid(b) {
				return "", broken("holds what is not valid UTF-8")
			}
			return string(b), nil
		case c < ' ':
			return "", r.notJSON()
		case c != '\\':
			b = append(b, c)
			r.i++
			continue
		}
		r.i++
		c = r.peek()
		if c == 'u' {
			char, err := r.escapedRune()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, char)
			continue
		}
		if c = unescaped[c]; c == 0 {
			return "", r.notJSON()
		}
		b = append(b, c)
		r.i++
	}
	return "", r.notJSON()
}

var unescaped = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escapedRune reads u and four hexadecimal digits, and the other half after them if
// they are the first half of a surrogate pair.
func (r *jsonReader) escapedRune() (rune, error) {
	first, ok := r.hex()
	if !ok {
		return 0, r.notJSON()
	}
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	if r.literal(`\`) && r.peek() == 'u' {
		second, ok := r.hex()
		if !ok {
			return 0, r.notJSON()
		}
		if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
			return pair, nil
		}
	}
	return 0, broken("holds half of a surrogate pair")
}

func (r *jsonReader) hex() (rune, bool) {
	const length = len("uFFFF")
	if len(r.data)-r.i < length {
		return 0, false
	}
	var char rune
	for _, c := range r.data[r.i+1 : r.i+length] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c-'a' < 6:
			c -= 'a' - 10
		case c-'A' < 6:
			c -= 'A' - 10
		default:
			return 0, false
		}
		char = char<<4 | rune(c)
	}
	r.i += length
	return char, true
}

// otherThan returns the error for a value of the wrong kind, or for what begins no
// value at all.
func (r *jsonReader) otherThan(rule string) error {
	switch c := r.peek(); c {
	case '"', '{', '[', '-', 't', 'f', 'n':
		return broken(rule)
	default:
		if c-'0' <= 9 {
			return broken(rule)
		}
	}
	return r.notJSON()
}

func (r *jsonReader) notJSON() error {
	return broken("is not valid JSON at byte " + strconv.Itoa(r.i))
}
