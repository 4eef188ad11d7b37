package dynamoconn

import (
	"strconv"
	"strings"
)

// path is a place in an item, held as a chain from the inside out so that going
// down a level costs nothing. The zero path is the whole.
type path struct {
	outer *path
	name  string // empty in a list
	index int
}

// String returns the place as people write it: Address.Lines[2]. A name that
// would be unclear is quoted, a very long one cut.
func (p *path) String() string {
	return string(p.appendTo(nil))
}

func (p *path) appendTo(b []byte) []byte {
	if p == nil || p.outer == nil {
		return b
	}
	b = p.outer.appendTo(b)
	if p.index >= 0 {
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(p.index), 10)
		return append(b, ']')
	}
	if len(b) > 0 {
		b = append(b, '.')
	}
	return append(b, showName(p.name)...)
}

func (p *path) attribute(name string) path { return path{outer: p, name: name, index: -1} }
func (p *path) element(i int) path         { return path{outer: p, index: i} }

func pathOf(key string, nested []string) string {
	at := showName(key)
	for _, name := range nested {
		at += "." + showName(name)
	}
	return at
}

const longestShownName = 64

func showName(name string) string {
	dots := ""
	if len(name) > longestShownName {
		name, dots = strings.ToValidUTF8(name[:longestShownName], ""), "..."
	}
	if name == "" || strings.ContainsFunc(name, unclear) {
		return strconv.Quote(name + dots)
	}
	return name + dots
}

func unclear(r rune) bool {
	return r != '_' && r != '-' && r != ':' && r != '#' &&
		(r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}
