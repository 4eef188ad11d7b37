package jsontext

import (
	"math/bits"
	"unicode/utf8"
)

// AppendString appends text in quotes to b. It escapes what JSON forbids, and also DEL,
// U+2028 and U+2029: the same as the AWS SDK, byte for byte. In the place of each byte that
// is not UTF-8 it writes U+FFFD. isUTF8 reports whether there was none.
func AppendString(b []byte, text string) (_ []byte, isUTF8 bool) {
	begin := len(b)
	b = append(b, '"')
	start := 0 // of what is not yet appended
	end, seen := endOfPlain8(text, 0)
	for end < len(text) {
		c := text[end]
		seen |= uint64(c)
		if short := shortEscapes[c]; short != 0 {
			b = append(append(b, text[start:end]...), '\\', short)
			end++
			start = end
		} else if char, size := utf8.DecodeRuneInString(text[end:]); mustEscape(char) {
			b = appendEscape(append(b, text[start:end]...), char)
			end += size
			start = end
		} else {
			end += size
		}
		if end < len(text) && !mustStop[text[end]] { // escapes are often beside each other
			var more uint64
			end, more = endOfPlain8(text, end)
			seen |= more
		}
	}
	if seen&highs != 0 && !utf8.ValidString(text) {
		return appendBroken(b[:begin], text), false
	}
	b = append(b, text[start:]...)
	return append(b, '"'), true
}

// appendBroken is AppendString for a text that is not UTF-8.
func appendBroken(b []byte, text string) []byte {
	b = append(b, '"')
	for _, char := range text { // it gives U+FFFD for a byte that is not UTF-8
		if mustEscape(char) {
			b = appendEscape(b, char)
		} else {
			b = utf8.AppendRune(b, char)
		}
	}
	return append(b, '"')
}

// mustEscape reports whether AppendString escapes the character.
func mustEscape(char rune) bool {
	return char < utf8.RuneSelf && mustStop[char] || char == '\u2028' || char == '\u2029'
}

func appendEscape(b []byte, char rune) []byte {
	const hex = "0123456789abcdef"
	if char < utf8.RuneSelf && shortEscapes[char] != 0 {
		return append(b, '\\', shortEscapes[char])
	}
	return append(b, '\\', 'u', hex[char>>12&0xf], hex[char>>8&0xf], hex[char>>4&0xf], hex[char&0xf])
}

// shortEscapes holds, for the bytes whose escape is two bytes, the second.
var shortEscapes = [256]byte{'"': '"', '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't'}

const (
	ones  = 0x0101010101010101
	highs = 0x80 * ones

	// firstOfSeparator is the first byte of U+2028 and U+2029 in UTF-8, and of many other
	// characters.
	firstOfSeparator = 0xe2
)

// endOfPlain8 returns the index of the first byte from i on at which [AppendString] must
// stop: one to escape, or firstOfSeparator. It looks at eight bytes at a time. In seen is a
// high bit only if it has seen a byte that is not ASCII, and always if there is one before
// the end.
func endOfPlain8(text string, i int) (end int, seen uint64) {
	for ; len(text)-i >= 8; i += 8 {
		word := eightBytes(text[i:])
		if isPlainASCII(word) {
			continue
		}
		seen |= word
		if found := stops(word); found != 0 {
			return i + bits.TrailingZeros64(found)/8, seen
		}
	}
	for ; i < len(text); i++ {
		c := text[i]
		seen |= uint64(c)
		if mustStop[c] {
			break
		}
	}
	return i, seen
}

// eightBytes returns the first eight bytes of text, the first as the lowest. The compiler
// makes one load of it.
func eightBytes(text string) uint64 {
	_ = text[7]
	return uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
		uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
}

// isPlainASCII reports whether each byte of word is ASCII that needs no escape. Each term
// sets the high bit of a byte that is: not ASCII, DEL, a control character, a quote, a
// backslash.
func isPlainASCII(word uint64) bool {
	return (word|(word+ones)|(word-' '*ones)|(word^'"'*ones-ones)|(word^'\\'*ones-ones))&highs == 0
}

// stops returns 0 if there is no byte in word at which AppendString must stop. Otherwise its
// lowest bit is the high bit of the first such byte.
func stops(word uint64) uint64 {
	// Each term sets the high bit of such a byte. It may then also set that of a byte above.
	quote, slash, del, first := word^'"'*ones, word^'\\'*ones, word^0x7f*ones, word^firstOfSeparator*ones
	return ((word-' '*ones)&^word | (quote-ones)&^quote | (slash-ones)&^slash | (del-ones)&^del | (first-ones)&^first) & highs
}

// mustStop holds the bytes that stops finds.
var mustStop = func() (stop [256]bool) {
	for c := range stop {
		stop[c] = c < ' ' || c == '"' || c == '\\' || c == 0x7f || c == firstOfSeparator
	}
	return stop
}()
