// Package jsontext reads and appends the tokens of JSON: strings, numbers, literals and
// the punctuation between them. It does not know what they mean.
//
// It is strict. Where [encoding/json] replaces what is not Unicode, it returns an error.
// It allocates only for errors and for strings with escapes.
package jsontext

import (
	"strconv"
)

// MaxDepth is the most arrays and objects inside each other that [Scanner.SkipValue]
// skips. It is the limit of encoding/json.
const MaxDepth = 10_000

// Error says which rule a text breaks, and where.
type Error struct {
	// Rule is one of the Rule constants.
	Rule string
	// Pos is the index of the byte that breaks it.
	Pos int
}

// Rules that a text can break, in words.
const (
	RuleSyntax    = "is not valid JSON"
	RuleUTF8      = "holds what is not valid UTF-8"
	RuleSurrogate = "holds half of a surrogate pair"
	RuleDepth     = "is nested deeper than 10,000 levels"
	RuleTwice     = "has an object with the same name twice"
)

// Error returns the rule and the position.
func (e *Error) Error() string { return e.Rule + " at byte " + strconv.Itoa(e.Pos) }

// Scanner reads the tokens of one text, one after another. It does not remember where in
// an array or object it is: the caller asks for the token that has to come next.
//
// Every error is an [*Error]. After an error Pos is where it was found.
type Scanner struct {
	// Data is the text. The Scanner does not change it.
	Data []byte
	// Pos is the index of the next byte. The caller may move it.
	Pos int

	unescaped []byte // the last string that had escapes
}

// Peek returns the next byte, and 0, which begins no token, at the end.
func (s *Scanner) Peek() byte {
	if s.Pos < len(s.Data) {
		return s.Data[s.Pos]
	}
	return 0
}

// SkipSpace skips white space.
func (s *Scanner) SkipSpace() {
	for s.Pos < len(s.Data) {
		switch s.Data[s.Pos] {
		case ' ', '\n', '\r', '\t':
			s.Pos++
		default:
			return
		}
	}
}

// Take reports whether c, one of {}[],: comes next after white space. If so, it skips c
// and the white space after it.
func (s *Scanner) Take(c byte) bool {
	if i := s.Pos; i+1 < len(s.Data) && s.Data[i] == c && s.Data[i+1] > ' ' { // no white space
		s.Pos++
		return true
	}
	return s.takeInSpace(c)
}

func (s *Scanner) takeInSpace(c byte) bool {
	s.SkipSpace()
	if s.Peek() != c {
		return false
	}
	s.Pos++
	s.SkipSpace()
	return true
}

// Literal skips word if it comes next, and reports whether it did. It does not look at
// what comes after word.
func (s *Scanner) Literal(word string) bool {
	if len(s.Data)-s.Pos < len(word) || string(s.Data[s.Pos:s.Pos+len(word)]) != word {
		return false
	}
	s.Pos += len(word)
	return true
}

// Number skips a number and returns its text, which is a part of Data. It does not look
// at what comes after the number.
func (s *Scanner) Number() ([]byte, error) {
	start := s.Pos
	if s.Peek() == '-' {
		s.Pos++
	}
	complete := true
	if s.Peek() == '0' {
		s.Pos++
	} else {
		complete = s.skipDigits()
	}
	if complete && s.Peek() == '.' {
		s.Pos++
		complete = s.skipDigits()
	}
	if c := s.Peek(); complete && (c == 'e' || c == 'E') {
		s.Pos++
		if c := s.Peek(); c == '+' || c == '-' {
			s.Pos++
		}
		complete = s.skipDigits()
	}
	if !complete {
		return nil, s.SyntaxError()
	}
	return s.Data[start:s.Pos], nil
}

// skipDigits skips digits and reports whether there was one.
func (s *Scanner) skipDigits() bool {
	start := s.Pos
	for s.Peek()-'0' <= 9 {
		s.Pos++
	}
	return s.Pos > start
}

// SkipValue skips a value of any kind, and checks it as the other methods do. Pos must
// be at its first byte. It does not look for the same name twice in an object.
func (s *Scanner) SkipValue() error { return s.skipValue(0, false) }

// SkipDistinct is SkipValue, and refuses an object that has the same name twice.
func (s *Scanner) SkipDistinct() error { return s.skipValue(0, true) }

func (s *Scanner) skipValue(depth int, distinct bool) error {
	switch c := s.Peek(); {
	case c == '"':
		_, err := s.Text()
		return err
	case c == '-' || c-'0' <= 9:
		_, err := s.Number()
		return err
	case c == '{':
		return s.skipMembers('}', depth+1, distinct)
	case c == '[':
		return s.skipMembers(']', depth+1, distinct)
	case s.Literal("true"), s.Literal("false"), s.Literal("null"):
		return nil
	}
	return s.SyntaxError()
}

// skipMembers skips an object or array that ends with end.
func (s *Scanner) skipMembers(end byte, depth int, distinct bool) error {
	if depth > MaxDepth {
		return &Error{RuleDepth, s.Pos}
	}
	s.Pos++
	s.SkipSpace()
	if s.Take(end) {
		return nil
	}
	var names Names
	for {
		if end == '}' {
			start := s.Pos
			if !distinct {
				if _, err := s.Text(); err != nil {
					return err
				}
			} else if name, err := s.Name(); err != nil {
				return err
			} else if !names.Add(name) {
				return &Error{RuleTwice, start}
			}
			if !s.Take(':') {
				return s.SyntaxError()
			}
		}
		if err := s.skipValue(depth, distinct); err != nil {
			return err
		}
		if s.Take(end) {
			return nil
		}
		if !s.Take(',') {
			return s.SyntaxError()
		}
	}
}

// AtValue reports whether the next byte begins a value. The value may still be wrong.
func (s *Scanner) AtValue() bool {
	switch c := s.Peek(); c {
	case '"', '{', '[', '-', 't', 'f', 'n':
		return true
	default:
		return c-'0' <= 9
	}
}

// SyntaxError returns the error for a token at Pos that must not come next.
func (s *Scanner) SyntaxError() error { return &Error{RuleSyntax, s.Pos} }

// Names are the names of one object. The zero value has none.
type Names struct {
	few  [8][]byte
	n    int
	many map[string]struct{} // all of them, once they are more than a few
}

// Add adds a name, which must not change, and reports whether it is new.
func (n *Names) Add(name []byte) bool {
	if n.many == nil {
		for _, other := range n.few[:n.n] {
			if string(other) == string(name) {
				return false
			}
		}
		if n.n < len(n.few) {
			n.few[n.n] = name
			n.n++
			return true
		}
		n.many = make(map[string]struct{}, 4*len(n.few))
		for _, other := range n.few {
			n.many[string(other)] = struct{}{}
		}
	}
	before := len(n.many)
	n.many[string(name)] = struct{}{}
	return len(n.many) > before
}
