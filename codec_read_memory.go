package dynamoconn

import (
	"strings"
)

// The values of an answer share memory, so that a page of 24,000 values takes a few hundred
// allocations. What shares memory is freed together. A block bounds that: it holds the
// values of neighbouring items, together up to blockBytes of the answer and one item more,
// and nothing in it points into another block.
const (
	// blockBytes is how much of an answer may become one block.
	blockBytes = 16 << 10

	// textBytes is the size of the pieces that strings and binaries are cut from. A longer
	// one than sharedText is allocated alone.
	textBytes  = 16 << 10
	sharedText = 2 << 10

	// mostInSlab is the most values of one kind that are allocated together.
	mostInSlab = 512
)

// slab allocates values of one type together. Its size is what the block before it took.
type slab[T any] struct {
	free   []T
	taken  int // in this block
	before int // in the block before
}

// one returns a zero value. rest is the bytes that are left of the answer.
func (s *slab[T]) one(rest int) *T {
	if len(s.free) == 0 {
		s.grow(1, rest)
	}
	value := &s.free[0]
	s.free = s.free[1:]
	s.taken++
	return value
}

// many returns n zero values, and no nil.
func (s *slab[T]) many(n, rest int) []T {
	if len(s.free) < n || n == 0 {
		if n == 0 {
			return []T{}
		}
		s.grow(n, rest)
	}
	values := s.free[:n:n]
	s.free = s.free[n:]
	s.taken += n
	return values
}

// grow makes room for at least n values. It doubles what the block has taken, or begins with
// what the last one took, but takes no more than could be in the rest of the answer.
func (s *slab[T]) grow(n, rest int) {
	const fewestBytes = 16 // of an answer that become a value, as a rule
	size := s.taken
	if size == 0 {
		size = s.before + s.before/8
	}
	size = min(max(size, 8), rest/fewestBytes+1, mostInSlab)
	s.free = make([]T, max(size, n))
}

// endBlock leaves the rest of the slab to the block that ends.
func (s *slab[T]) endBlock() { s.free, s.before, s.taken = nil, s.taken, 0 }

// slabs are the slabs of one block.
type slabs struct {
	strings  slab[KeyValueString]
	longs    slab[KeyValueLong]
	decimals slab[KeyValueDecimal]
	booleans slab[KeyValueBoolean]
	binaries slab[KeyValueBinary]
	nulls    slab[KeyValueNull]
	lists    slab[KeyValueList]
	maps     slab[KeyValueMap]

	stringSets slab[KeyValueStringSet]
	numberSets slab[KeyValueNumberSet]
	binarySets slab[KeyValueBinarySet]

	values  slab[KeyValue] // of items and lists
	texts   slab[string]   // of string sets
	numbers slab[Number]   // of number sets
	bytes   slab[[]byte]   // of binary sets
}

func (s *slabs) endBlock() {
	s.strings.endBlock()
	s.longs.endBlock()
	s.decimals.endBlock()
	s.booleans.endBlock()
	s.binaries.endBlock()
	s.nulls.endBlock()
	s.lists.endBlock()
	s.maps.endBlock()
	s.stringSets.endBlock()
	s.numberSets.endBlock()
	s.binarySets.endBlock()
	s.values.endBlock()
	s.texts.endBlock()
	s.numbers.endBlock()
	s.bytes.endBlock()
}

// textArena cuts strings from pieces of textBytes.
type textArena struct{ piece strings.Builder }

// keep returns a copy of text. rest is the bytes that are left of the answer, text included.
func (a *textArena) keep(text []byte, rest int) string {
	switch n := len(text); {
	case n > sharedText:
		return string(text)
	case n > a.piece.Cap()-a.piece.Len():
		a.piece = strings.Builder{}
		a.piece.Grow(min(textBytes, max(n, rest)))
	}
	start := a.piece.Len()
	a.piece.Write(text)
	return a.piece.String()[start:]
}

// byteArena cuts binaries from pieces of textBytes.
type byteArena struct{ free []byte }

// take returns n bytes, and no nil.
func (a *byteArena) take(n, rest int) []byte {
	switch {
	case n == 0:
		return []byte{}
	case n > sharedText:
		return make([]byte, n)
	case n > len(a.free):
		a.free = make([]byte, min(textBytes, max(n, rest)))
	}
	taken := a.free[:n:n]
	a.free = a.free[n:]
	return taken
}
