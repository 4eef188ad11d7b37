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
	end := endOfRun(s.Data, start)
	if end < len(s.Data) && s.Data[end] == '"' {
		s.Pos = end + 1
		return s.Data[start:end], nil
	}
	s.Pos = end
	if s.Peek() == '\\' {
		return s.escapedText(start)
	}
	return nil, s.textError()
}

// Plain skips a string without escapes and returns its text, which is a part of Data. If there
// is anything else, ok is false and nothing is skipped: ask Text.
func (s *Scanner) Plain() (text []byte, ok bool) {
	data, start := s.Data, s.Pos+1
	end := start
	for ; len(data)-end >= 8; end += 8 {
		if stops := stopsIn(binary.LittleEndian.Uint64(data[end:])); stops != 0 {
			if end += bits.TrailingZeros64(stops) / 8; data[end] == '"' && data[start-1] == '"' {
				s.Pos = end + 1
				return data[start:end], true
			}
			break
		}
	}
	end = endOfRun(data, end)
	if end >= len(data) || data[end] != '"' || data[start-1] != '"' {
		return nil, false
	}
	s.Pos = end + 1
	return data[start:end], true
}

// Name is Text, and no call overwrites what it returns.
func (s *Scanner) Name() ([]byte, error) {
	start := s.Pos
	text, err := s.Text()
	if err == nil && len(text) < s.Pos-start-len(`""`) { // it had escapes
		text = bytes.Clone(text)
	}
	return text, err
}

// textError returns the error for the byte at Pos, which no string has.
func (s *Scanner) textError() error {
	if s.Peek() >= utf8.RuneSelf {
		return &Error{RuleUTF8, s.Pos}
	}
	return s.SyntaxError()
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
		run := s.Pos
		s.Pos = endOfRun(s.Data, run)
		b = append(b, s.Data[run:s.Pos]...)
	}
	s.unescaped = b
	if s.Peek() != '"' {
		return nil, s.textError()
	}
	s.Pos++
	return b, nil
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

// stopsIn returns a number that has the high bit of each of eight bytes that may end a run of
// plain ASCII: a quote, a backslash, a control character, or a byte that is not ASCII. A byte
// after one of these may have its bit as well.
func stopsIn(word uint64) uint64 {
	quote, slash := word^'"'*ones, word^'\\'*ones
	return (word | (word - ' '*ones) | (quote-ones)&^quote | (slash-ones)&^slash) & highs
}

// endOfRun returns the index of the first byte from i on that is a quote, a backslash, a
// control character, or not valid UTF-8. It looks at eight bytes of ASCII at a time.
func endOfRun(data []byte, i int) int {
	for {
		for ; len(data)-i >= 8; i += 8 {
			if stops := stopsIn(binary.LittleEndian.Uint64(data[i:])); stops != 0 {
				i += bits.TrailingZeros64(stops) / 8
				break
			}
		}
		for ; i < len(data) && data[i] < utf8.RuneSelf; i++ {
			if c := data[i]; c < ' ' || c == '"' || c == '\\' {
				return i
			}
		}
		end := endOfRunes(data, i)
		if end == i {
			return i
		}
		i = end
	}
}

// endOfRunes returns the index of the first byte from i on that is ASCII, or not valid UTF-8.
// It knows the characters of two bytes, and most of three, by themselves.
func endOfRunes(data []byte, i int) int {
	for len(data)-i >= 3 {
		a, b, c := data[i], data[i+1], data[i+2]
		switch {
		case a < utf8.RuneSelf:
			return i
		case a-0xC2 <= 0xDF-0xC2 && b&0xC0 == 0x80:
			i += 2
		case a-0xE1 <= 0xEF-0xE1 && a != 0xED && b&0xC0 == 0x80 && c&0xC0 == 0x80: // ED may begin a surrogate
			i += 3
		default:
			_, size := utf8.DecodeRune(data[i:])
			if size == 1 {
				return i
			}
			i += size
		}
	}
	for i < len(data) && data[i] >= utf8.RuneSelf {
		_, size := utf8.DecodeRune(data[i:])
		if size == 1 {
			return i
		}
		i += size
	}
	return i
}
