package jsontext

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// Text skips a string and returns its text, without quotes and escapes. The text is a
// part of Data if it has no escapes. Otherwise the next call of Text overwrites it.
func (s *Scanner) Text() ([]byte, error) {
	if s.Peek() != '"' {
		return nil, s.SyntaxError()
	}
	start := s.Pos + 1
	s.Pos = endOfASCII(s.Data, start)
	c := s.Peek()
	if c == '"' {
		s.Pos++
		return s.Data[start : s.Pos-1], nil
	}
	if c >= utf8.RuneSelf {
		s.Pos = endOfPlain(s.Data, s.Pos)
		c = s.Peek()
	}
	switch text := s.Data[start:s.Pos]; c {
	case '"':
		return s.endOfText(start, text)
	case '\\':
		return s.escapedText(start)
	}
	return nil, s.SyntaxError()
}

// endOfText skips the quote at Pos and returns text, which began at start.
func (s *Scanner) endOfText(start int, text []byte) ([]byte, error) {
	if !utf8.Valid(s.Data[start:s.Pos]) {
		return nil, s.notUTF8(start)
	}
	s.Pos++
	return text, nil
}

// notUTF8 moves to the first byte from start on that is not UTF-8.
func (s *Scanner) notUTF8(start int) error {
	for s.Pos = start; ; {
		r, size := utf8.DecodeRune(s.Data[s.Pos:])
		if r == utf8.RuneError && size <= 1 {
			return &Error{RuleUTF8, s.Pos}
		}
		s.Pos += size
	}
}

// escapedText reads the rest of a string that begins at start and has its first escape at
// Pos.
func (s *Scanner) escapedText(start int) ([]byte, error) {
	b := s.unescaped[:0]
	b = append(b, s.Data[start:s.Pos]...)
	for s.Peek() == '\\' {
		s.Pos++
		c := s.Peek()
		if c == 'u' {
			char, err := s.escapedRune()
			if err != nil {
				return nil, err
			}
			b = utf8.AppendRune(b, char)
		} else if c = escapes[c]; c != 0 {
			b = append(b, c)
			s.Pos++
		} else {
			return nil, s.SyntaxError()
		}
		plain := s.Pos
		s.Pos = endOfPlain(s.Data, plain)
		b = append(b, s.Data[plain:s.Pos]...)
	}
	s.unescaped = b
	if s.Peek() != '"' {
		return nil, s.SyntaxError()
	}
	return s.endOfText(start, b)
}

// escapes holds, for each byte that may follow a backslash, what the two mean.
var escapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escapedRune reads u and four hexadecimal digits. If they are the first half of a
// surrogate pair, it reads the other half after them, too.
func (s *Scanner) escapedRune() (rune, error) {
	start := s.Pos
	first, ok := s.hex()
	if !ok {
		return 0, s.SyntaxError()
	}
	if !utf16.IsSurrogate(first) {
		return first, nil
	}
	if s.Literal(`\`) && s.Peek() == 'u' {
		second, ok := s.hex()
		if !ok {
			return 0, s.SyntaxError()
		}
		if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
			return pair, nil
		}
	}
	s.Pos = start - len(`\`)
	return 0, &Error{RuleSurrogate, s.Pos}
}

// HoldsHalfSurrogate reports whether a JSON text has an escape of half a surrogate pair
// without its other half. encoding/json and the SDK's decoder read U+FFFD in its place.
func HoldsHalfSurrogate(data []byte) bool {
	s := Scanner{Data: data}
	for {
		n := bytes.IndexByte(data[s.Pos:], '\\')
		if n < 0 || s.Pos+n+1 == len(data) {
			return false
		}
		s.Pos += n + 1
		if s.Peek() != 'u' {
			s.Pos++ // the byte that is escaped, which may be a backslash
			continue
		}
		start := s.Pos
		if _, err := s.escapedRune(); err != nil {
			var e *Error
			if errors.As(err, &e) && e.Rule == RuleSurrogate {
				return true
			}
			s.Pos = start // whoever decodes the text finds out that it is no JSON
		}
	}
}

// hex reads u and four hexadecimal digits.
func (s *Scanner) hex() (rune, bool) {
	const length = len("uFFFF")
	if len(s.Data)-s.Pos < length {
		return 0, false
	}
	var char rune
	for _, c := range s.Data[s.Pos+1 : s.Pos+length] {
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
	s.Pos += length
	return char, true
}

// endOfPlain returns the index of the first byte from i on that is a quote, a backslash or
// a control character. It looks at eight bytes at a time.
func endOfPlain(data []byte, i int) int {
	for ; len(data)-i >= 8; i += 8 {
		word := binary.LittleEndian.Uint64(data[i:])
		// A byte that is looked for sets its high bit in found. So may a byte after it.
		quote, slash := word^'"'*ones, word^'\\'*ones
		found := ((word-' '*ones)&^word | (quote-ones)&^quote | (slash-ones)&^slash) & highs
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(data); i++ {
		if c := data[i]; c < ' ' || c == '"' || c == '\\' {
			break
		}
	}
	return i
}

// endOfASCII returns the index of the first byte from i on that endOfPlain looks for, or that
// is not ASCII.
func endOfASCII(data []byte, i int) int {
	for ; len(data)-i >= 8; i += 8 {
		word := binary.LittleEndian.Uint64(data[i:])
		quote, slash := word^'"'*ones, word^'\\'*ones
		// What is not ASCII has its high bit set itself, so no other byte needs ^word.
		found := (word | (word - ' '*ones) | (quote-ones)&^quote | (slash-ones)&^slash) & highs
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(data); i++ {
		if c := data[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			break
		}
	}
	return i
}
