package dynamoconn

import (
	"strings"
)

// The values of an answer share memory, so that a page of 24,000 values takes a few hundred
// allocations. What shares memory is freed together, so this is bounded. Items, lists and maps
// are in blocks: a block is at most blockBytes of an answer and the rest of an item, and
// nothing in it points into another block. The values that hold no others are in slabs of a
// kind, and a slab takes from at most two blocks' length and the rest of an item.
const (
	blockBytes = 16 << 10

	// textBytes is the size of the pieces that strings and binaries are cut from. A longer
	// one than sharedText is allocated alone.
	textBytes  = 16 << 10
	sharedText = 2 << 10

	// mostInSlab is the most values of one kind that are allocated together.
	mostInSlab = 1024
)

// slab allocates values of one type together.
type slab[T any] struct {
	values  []T
	next    int  // the first of values that is not taken
	began   int  // where in the answer the first was taken
	taken   int  // from slabs before this one, in this block
	counted int  // of next, what was counted for an earlier block
	inBlock bool // whether a block has slabs of its own
	rate    int  // how many a block takes
}

// one returns a zero value. pos is where the answer is read.
func (s *slab[T]) one(r *itemReader) *T {
	if s.next == len(s.values) {
		s.grow(1, r)
	}
	value := &s.values[s.next]
	s.next++
	return value
}

// many returns n zero values, and no nil.
func (s *slab[T]) many(n int, r *itemReader) []T {
	if n == 0 {
		return []T{}
	}
	if len(s.values)-s.next < n {
		s.grow(n, r)
	}
	end := s.next + n
	values := s.values[s.next:end:end]
	s.next = end
	return values
}

// grow makes room for at least n values: for as many as one block takes, if that is known,
// and not for more than the rest of the answer is likely to have.
func (s *slab[T]) grow(n int, r *itemReader) {
	const fewest = 4
	s.taken += s.next - s.counted
	size := s.rate
	if size == 0 {
		size = max(s.taken, fewest)
	} else if s.taken > 0 && s.inBlock {
		size = max(s.taken/8, fewest)
	} else if rest := r.rest(); rest < blockBytes {
		size = size*rest/blockBytes + 1
	}
	s.values = make([]T, max(min(size, mostInSlab), n))
	s.next, s.counted, s.began = 0, 0, r.Pos
}

// endBlock notes how many values a block takes. bytes is the length of the one that ends.
func (s *slab[T]) endBlock(r *itemReader, bytes int) {
	s.taken += s.next - s.counted
	s.rate = (s.taken*blockBytes + bytes - 1) / bytes
	s.taken, s.counted = 0, s.next
	if r.Pos-s.began >= blockBytes {
		s.values, s.next, s.counted = nil, 0, 0
	}
}

// end leaves the rest of the slab to the values that it has.
func (s *slab[T]) end() {
	s.values, s.next, s.counted, s.inBlock = nil, 0, 0, true
}

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

// endBlock ends a block of so many bytes.
func (s *slabs) endBlock(r *itemReader, bytes int) {
	s.strings.endBlock(r, bytes)
	s.longs.endBlock(r, bytes)
	s.decimals.endBlock(r, bytes)
	s.booleans.endBlock(r, bytes)
	s.binaries.endBlock(r, bytes)
	s.nulls.endBlock(r, bytes)
	s.stringSets.endBlock(r, bytes)
	s.numberSets.endBlock(r, bytes)
	s.binarySets.endBlock(r, bytes)
	s.texts.endBlock(r, bytes)
	s.numbers.endBlock(r, bytes)
	s.bytes.endBlock(r, bytes)
	// What may hold other values.
	s.lists.endBlock(r, bytes)
	s.maps.endBlock(r, bytes)
	s.values.endBlock(r, bytes)
	s.lists.end()
	s.maps.end()
	s.values.end()
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
