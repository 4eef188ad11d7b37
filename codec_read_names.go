package dynamoconn

import (
	"encoding/binary"
	"slices"
	"strings"
)

// nameTable has the names of an answer's attributes, each once. Items of a table have mostly
// the same attributes in the same order. So each name remembers which one came after it,
// which one came first in the map or list under it, and how the attributes there were
// sorted. A remembered name is tried first, and costs nothing if it is wrong.
type nameTable struct {
	// names[0] stands for no name, and for what the items of an answer are under.
	names  []tableName
	sorted []nameID // without names[0]
	slots  [2 * mostNames]nameID
	token  []byte // the last token that was made
}

// nameID is the index of a name in a nameTable. 0 is none: the name is not in the table.
type nameID uint16

// tableName is one name of a nameTable.
type tableName struct {
	text  string
	token string // the name as DynamoDB writes it, with quotes and colon; "" if that has escapes
	rank  uint16 // the index in nameTable.sorted

	next  nameID // what came after it; 0 if nothing did
	first nameID // what came first in the map under it, or in a map in the list under it

	// The names of the map that was read last under it, and for each place in the sorted
	// map the place that the attribute was read at. No order: they were read sorted.
	read  []nameID
	order []uint16
}

// mostNames is the most names of a nameTable. Others are used without it.
const mostNames = 256

// reset forgets all names.
func (t *nameTable) reset() {
	if len(t.names) > 1 {
		clear(t.slots[:])
	}
	for i := range t.names {
		name := &t.names[i]
		*name = tableName{read: name.read[:0], order: name.order[:0]}
	}
	if t.names = t.names[:0]; cap(t.names) == 0 {
		t.names = make([]tableName, 0, 16)
	}
	t.grow()
	t.sorted = t.sorted[:0]
}

// grow adds an empty name and returns its index. It keeps the slices of earlier answers.
func (t *nameTable) grow() nameID {
	id := len(t.names)
	if id < cap(t.names) {
		t.names = t.names[:id+1]
	} else {
		t.names = append(t.names, tableName{})
	}
	return nameID(id)
}

// find returns the name that text is, and adds it if it is new. It returns 0 if the table is
// full. keep copies a text.
func (t *nameTable) find(text []byte, keep func([]byte) string) nameID {
	slot := hashName(text)
	for ; t.slots[slot] != 0; slot = (slot + 1) % uint32(len(t.slots)) {
		if id := t.slots[slot]; t.names[id].text == string(text) {
			return id
		}
	}
	if len(t.names) > mostNames {
		return 0
	}
	id := t.grow()
	name := &t.names[id]
	t.token = append(append(append(t.token[:0], '"'), text...), '"', ':')
	token := keep(t.token)
	name.text = token[1 : len(token)-2]
	if isPlain(text) {
		name.token = token
	}
	t.slots[slot] = id
	at, _ := slices.BinarySearchFunc(t.sorted, name.text, func(id nameID, text string) int { return strings.Compare(t.names[id].text, text) })
	t.sorted = slices.Insert(t.sorted, at, id)
	for i := at; i < len(t.sorted); i++ {
		t.names[t.sorted[i]].rank = uint16(i)
	}
	return id
}

// isPlain reports whether text is written in JSON as it is.
func isPlain(text []byte) bool {
	return !slices.ContainsFunc(text, func(c byte) bool { return c < ' ' || c == '"' || c == '\\' })
}

func hashName(text []byte) uint32 {
	const prime = 0x9E3779B97F4A7C15
	hash := uint64(len(text)) * prime
	for ; len(text) >= 8; text = text[8:] {
		hash = (hash ^ binary.LittleEndian.Uint64(text)) * prime
		hash ^= hash >> 32
	}
	for _, c := range text {
		hash = (hash ^ uint64(c)) * prime
	}
	return uint32(hash>>40) % (2 * mostNames)
}

// sort sets name.order for the attributes with these names, all of which are in the table,
// and reports whether they are distinct. If they are not, twice is one that is not.
func (t *nameTable) sort(under nameID, read []nameID) (twice nameID, distinct bool) {
	name := &t.names[under]
	if slices.Equal(read, name.read) {
		return 0, true
	}
	name.read = append(name.read[:0], read...)
	order := name.order[:0]
	for i := range read {
		order = append(order, uint16(i))
	}
	rank := func(place uint16) uint16 { return t.names[read[place]].rank }
	for i := 1; i < len(order); i++ { // an insertion sort: few names, and mostly in order
		for j := i; j > 0 && rank(order[j]) < rank(order[j-1]); j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	isSorted := true
	for i, place := range order {
		if i > 0 && read[place] == read[order[i-1]] {
			name.read = name.read[:0]
			return read[place], false
		}
		isSorted = isSorted && int(place) == i
	}
	if isSorted {
		order = order[:0]
	}
	name.order = order
	return 0, true
}
