package dynamoconn

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"
)

// nameTable has the names of attributes, each once. Items of a table have mostly the same attributes
// in the same order. So each name remembers which one came after it, and which one came first in the
// map or list under it. A remembered name is tried first, and costs nothing if it is wrong.
//
// A reader keeps its table from one answer to the next, so that small answers find their names. The
// items of several answers then share the texts of their names, which never change. What is kept has
// a bound: see trim.
type nameTable struct {
	// names[0] stands for no name, and for what the items of an answer are under.
	names  []tableName
	sorted []nameID // without names[0]
	slots  [2 * mostNames]nameID
	shapes []*shape  // those in use, and behind them others whose memory can be used
	token  []byte    // the last token that was made
	text   textArena // the texts of the names
	bytes  int       // in text
}

// nameID is the index of a name in a nameTable. 0 is none: the name is not in the table.
type nameID uint16

// tableName is one name of a nameTable.
type tableName struct {
	text  string
	token string // the name as DynamoDB writes it, with quotes and colon; "" if that has escapes
	head  uint64 // the first eight bytes of token, as a little-endian number, or all of them
	mask  uint64 // which bytes of head are there; 0 if there is no token
	rank  uint8  // the index in nameTable.sorted

	next  nameID // what came after it; 0 if nothing did
	first nameID // what came first in the map under it, or in a map in the list under it

	shape *shape // of the last map under it, or in the list under it; nil if there was none

	plan  *structPlan // of the last struct that was read with it; nil if there was none
	field int         // of plan, or noField or unclearField
}

// mostNames is the most names of a nameTable. Others are used without it.
const mostNames = 256

// mostNameBytes is the most bytes of names that a reader keeps for the next answer. An item that a
// caller keeps may keep as many alive that are not its own.
const mostNameBytes = 16 << 10

// trim ends an answer. It forgets all names if they are more than are kept for the next one, as with
// maps that have a name for each of their values.
func (t *nameTable) trim() {
	if len(t.names) > mostNames || t.bytes > mostNameBytes {
		t.reset()
	}
}

// reset forgets all names.
func (t *nameTable) reset() {
	if len(t.names) > 1 {
		clear(t.slots[:])
	}
	clear(t.names)
	t.names = append(t.names[:0], tableName{})
	t.sorted = t.sorted[:0]
	t.shapes = t.shapes[:0]
	t.token, t.text, t.bytes = nil, textArena{}, 0
}

// keep copies a name. Names are in small pieces of their own, since each block of an answer has them.
func (t *nameTable) keep(text []byte) string {
	const pieceBytes = 1 << 10
	t.bytes += len(text)
	return t.text.keep(text, pieceBytes)
}

// find returns the name that text is, and adds it if it is new. It returns 0 if the table is
// full.
func (t *nameTable) find(text []byte) nameID {
	slot := hashName(text)
	for ; t.slots[slot] != 0; slot = (slot + 1) % uint32(len(t.slots)) {
		if id := t.slots[slot]; t.names[id].text == string(text) {
			return id
		}
	}
	if len(t.names) > mostNames {
		return 0
	}
	t.token = append(append(append(t.token[:0], '"'), text...), '"', ':')
	name := tableName{token: t.keep(t.token)}
	name.text = name.token[1 : len(name.token)-2]
	if !isPlain(text) {
		name.token = ""
	} else {
		var head [8]byte
		n := copy(head[:], name.token)
		name.head, name.mask = binary.LittleEndian.Uint64(head[:]), ^uint64(0)>>(64-8*n)
	}
	id := nameID(len(t.names))
	t.names = append(t.names, name)
	t.slots[slot] = id
	at, _ := slices.BinarySearchFunc(t.sorted, name.text, func(id nameID, text string) int { return strings.Compare(t.names[id].text, text) })
	t.sorted = slices.Insert(t.sorted, at, id)
	for i := at; i < len(t.sorted); i++ {
		t.names[t.sorted[i]].rank = uint8(i)
	}
	return id
}

// begins reports whether data begins with the token of n. It does not if data has no more than
// that and eight bytes.
func (n *tableName) begins(data []byte) bool {
	if len(data) <= len(n.token)+8 || binary.LittleEndian.Uint64(data)&n.mask != n.head || n.mask == 0 {
		return false
	}
	return len(n.token) <= 8 || string(data[8:len(n.token)]) == n.token[8:]
}

// isPlain reports whether text is written in JSON as it is.
func isPlain(text []byte) bool {
	return !slices.ContainsFunc(text, func(c byte) bool { return c < ' ' || c == '"' || c == '\\' })
}

func hashName(text []byte) uint32 {
	const prime = 0x9E3779B97F4A7C15
	hash := uint64(len(text)) * prime
	for ; len(text) > 8; text = text[8:] {
		hash = (hash ^ binary.LittleEndian.Uint64(text)) * prime
		hash ^= hash >> 32
	}
	switch n := len(text); {
	case n >= 4:
		hash ^= uint64(binary.LittleEndian.Uint32(text)) | uint64(binary.LittleEndian.Uint32(text[n-4:]))<<32
	case n > 0:
		hash ^= uint64(text[0]) | uint64(text[n/2])<<8 | uint64(text[n-1])<<16
	}
	hash *= prime
	return uint32(hash>>40) % (2 * mostNames)
}

// rankSet is a set of the names of a nameTable, by their ranks.
type rankSet [mostNames / 64]uint64

// add adds the name of that rank, and reports whether it is new.
func (s *rankSet) add(rank uint8) bool {
	word, bit := &s[rank/64], uint64(1)<<(rank%64)
	isNew := *word&bit == 0
	*word |= bit
	return isNew
}

// before returns the number of names in the set that are sorted before the one of that rank.
func (s *rankSet) before(rank uint8) int {
	n := bits.OnesCount64(s[rank/64] & (1<<(rank%64) - 1))
	for _, word := range s[:rank/64] {
		n += bits.OnesCount64(word)
	}
	return n
}
