package protocol

import (
	"sort"
	"strconv"
	"time"
	"unicode/utf8"
)

// Writer builds a JSON document. The caller opens and closes objects and arrays
// and names members; the Writer adds the commas. The zero Writer is ready for
// use.
type Writer struct {
	Buf        []byte
	needsComma bool
}

// writeComma separates the next value from the one before.
func (w *Writer) writeComma() {
	if w.needsComma {
		w.Buf = append(w.Buf, ',')
	}
	w.needsComma = true
}

// Open begins an object ('{') or an array ('[').
func (w *Writer) Open(c byte) {
	w.writeComma()
	w.Buf = append(w.Buf, c)
	w.needsComma = false
}

// Close ends an object ('}') or an array (']').
func (w *Writer) Close(c byte) {
	w.Buf = append(w.Buf, c)
	w.needsComma = true
}

// Key writes the name of the next value in an object.
func (w *Writer) Key(name string) {
	w.writeComma()
	w.Buf = AppendString(w.Buf, name)
	w.Buf = append(w.Buf, ':')
	w.needsComma = false
}

// Raw writes text that is JSON already.
func (w *Writer) Raw(text string) {
	w.writeComma()
	w.Buf = append(w.Buf, text...)
}

// Append writes the value that f appends.
func (w *Writer) Append(f func([]byte) []byte) {
	w.writeComma()
	w.Buf = f(w.Buf)
}

// Str writes a string.
func (w *Writer) Str(s string) {
	w.writeComma()
	w.Buf = AppendString(w.Buf, s)
}

// Int writes an integer.
func (w *Writer) Int(n int64) {
	w.writeComma()
	w.Buf = strconv.AppendInt(w.Buf, n, 10)
}

// Float writes a number with a fraction, even if that is .0: so the service
// writes capacity units.
func (w *Writer) Float(f float64) {
	w.writeComma()
	w.Buf = strconv.AppendFloat(w.Buf, f, 'f', -1, 64)
	if f == float64(int64(f)) {
		w.Buf = append(w.Buf, '.', '0')
	}
}

// Time writes a time in seconds, with milliseconds as a fraction.
func (w *Writer) Time(t time.Time) {
	w.writeComma()
	w.Buf = strconv.AppendFloat(w.Buf, float64(t.UnixMilli())/1000, 'f', 3, 64)
}

// Bool writes a boolean.
func (w *Writer) Bool(b bool) {
	w.writeComma()
	w.Buf = strconv.AppendBool(w.Buf, b)
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\uFFFD"...)
			i++
			start = i
			continue
		}
		i += size
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// AppendJSON appends the node as JSON.
func (n *Node) AppendJSON(dst []byte) []byte {
	switch n.Type {
	case String:
		return AppendString(dst, n.Text)
	case Number, Bool:
		return append(dst, n.Text...)
	case Array:
		dst = append(dst, '[')
		for i := range n.Elems {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = n.Elems[i].AppendJSON(dst)
		}
		return append(dst, ']')
	case Object:
		dst = append(dst, '{')
		for i := range n.Members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendString(dst, n.Members[i].Name)
			dst = append(dst, ':')
			dst = n.Members[i].Value.AppendJSON(dst)
		}
		return append(dst, '}')
	}
	return append(dst, "null"...)
}

// Canonical returns a copy of the node in which the members of every object are
// sorted by name.
func (n *Node) Canonical() *Node {
	out := &Node{Type: n.Type, Text: n.Text}
	for i := range n.Elems {
		out.Elems = append(out.Elems, *n.Elems[i].Canonical())
	}
	for i := range n.Members {
		out.Members = append(out.Members, Member{n.Members[i].Name, *n.Members[i].Value.Canonical()})
	}
	sort.SliceStable(out.Members, func(i, j int) bool { return out.Members[i].Name < out.Members[j].Name })
	return out
}
