package dynamoconn

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
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
	rate    int  // how many a block takes, as far as is known
}

// one returns a zero value. pos is where the answer is read.
func (s *slab[T]) one(r *itemReader) *T {
	if s.next == len(s.values) {
		s.grow(1, r)
	}
	s.next++
	return &s.values[s.next-1]
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

// add puts value behind the n values that were added since the last call of added.
func (s *slab[T]) add(n int, value T, r *itemReader) {
	if s.next+n == len(s.values) {
		before := s.values[s.next:]
		s.grow(2*n+1, r)
		copy(s.values, before)
	}
	s.values[s.next+n] = value
}

// added returns the n values that were added, and no nil.
func (s *slab[T]) added(n int) []T {
	if n == 0 {
		return []T{}
	}
	begin := s.next
	s.next += n
	return s.values[begin:s.next:s.next]
}

// grow makes room for at least n values: for as many as one block takes, if that is known,
// and not for more than the rest of the answer is likely to have.
func (s *slab[T]) grow(n int, r *itemReader) {
	const fewest = 4
	s.taken += s.next - s.counted
	size, rest := s.rate, r.rest()
	switch whole := len(r.Data) - r.block; {
	case size == 0:
		size = max(s.taken, fewest)
	case s.taken == 0 && whole < blockBytes: // the first of the last block
		size = size * whole / blockBytes
	case s.taken > 0 && s.inBlock:
		size = max(s.taken/8, fewest)
	case rest < blockBytes:
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

// seenBytes is how much of an answer is looked at beforehand.
const seenBytes = 1 << 10

// foresee counts what the beginning of an answer has, so that the first slabs and pieces are
// about as large as is needed. It sees only values as DynamoDB writes them, and it need not be
// right.
func (r *itemReader) foresee() {
	seen := r.Data[:min(len(r.Data), seenBytes)]
	const wordBytes, mostDigits = 8, 18
	quote := []byte{'"'}
	var of [typeBS + 1]int // the values of each type, the longs under noType
	var members [typeBS + 1]int
	values, text, binaries := 0, 0, 0
	for rest := seen; len(rest) > wordBytes; {
		at := bytes.IndexByte(rest, '{')
		if at < 0 || len(rest)-at < wordBytes {
			break
		}
		rest = rest[at:]
		t, length := beginningOf(binary.LittleEndian.Uint64(rest))
		if t == noType {
			rest = rest[1:]
			continue
		}
		rest = rest[length:]
		values++
		said := 0 // the bytes of what the value says
		switch t {
		case typeS, typeB:
			said = max(0, bytes.IndexByte(rest, '"'))
		case typeN:
			for said < len(rest) && (rest[said]-'0' <= 9 || rest[said] == '-') {
				said++
			}
			if said < len(rest) && rest[said] == '"' && said <= mostDigits {
				of[noType]++
				continue
			}
			said += max(0, bytes.IndexByte(rest[said:], '"'))
		case typeSS, typeNS, typeBS:
			said = max(0, bytes.IndexByte(rest, ']'))
			n := bytes.Count(rest[:said], quote) / len(`""`)
			members[t] += n
			said = max(0, said-len(`"",`)*n+1)
		}
		if t == typeB || t == typeBS {
			binaries += base64.StdEncoding.DecodedLen(said)
		} else {
			text += said
		}
		of[t]++
	}
	scale := scaleOf(len(seen))
	r.slabs.expect(&of, &members, values, scale)
	r.text.rate, r.binary.rate = scale.perBlock(text), scale.perBlock(binaries)
}

// beginningOf returns the type of a value that begins with word, and the bytes up to what it
// says, without a quote.
func beginningOf(word uint64) (t valueType, length int) {
	switch word & sixBytes {
	case beginsS:
		return typeS, len(`{"S":"`)
	case beginsN:
		return typeN, len(`{"N":"`)
	case beginsB:
		return typeB, len(`{"B":"`)
	case beginsL:
		return typeL, len(`{"L":[`)
	case beginsM:
		return typeM, len(`{"M":`)
	}
	return longType(word)
}

// scale is how many times what was seen of an answer a block is, in parts of 1<<16.
type scale int64

func scaleOf(bytes int) scale { return (blockBytes<<16)/scale(bytes) + 1 }

// perBlock returns how many a block has of what was seen n times.
func (s scale) perBlock(n int) int { return int((scale(n)*s + 1<<16 - 1) >> 16) }

// expect takes how many values of each type were seen of an answer, the longs under noType, and
// how many members of sets.
func (s *slabs) expect(of, members *[typeBS + 1]int, values int, scale scale) {
	s.strings.rate = scale.perBlock(of[typeS])
	s.longs.rate = scale.perBlock(of[noType])
	s.decimals.rate = scale.perBlock(of[typeN])
	s.booleans.rate = scale.perBlock(of[typeBOOL])
	s.binaries.rate = scale.perBlock(of[typeB])
	s.nulls.rate = scale.perBlock(of[typeNULL])
	s.stringSets.rate = scale.perBlock(of[typeSS])
	s.numberSets.rate = scale.perBlock(of[typeNS])
	s.binarySets.rate = scale.perBlock(of[typeBS])
	s.texts.rate = scale.perBlock(members[typeSS])
	s.numbers.rate = scale.perBlock(members[typeNS])
	s.bytes.rate = scale.perBlock(members[typeBS])
	s.lists.rate, s.lists.inBlock = scale.perBlock(of[typeL]), true
	s.maps.rate, s.maps.inBlock = scale.perBlock(of[typeM]), true
	s.values.rate, s.values.inBlock = scale.perBlock(values), true
}

// leastPiece is the least size of a piece that is made without knowing how much is needed.
const leastPiece = 48

// pieceSize returns the size of a new piece of an arena, for n bytes at least. last is the size
// of the piece before it, and rate what a block takes. rest is the bytes that are left of the
// answer.
func pieceSize(n, rest, rate, last int) int {
	size := min(rate*rest/blockBytes+1, rest)
	if last > 0 || rate == 0 { // the answer has more than was foreseen
		size = max(size, min(rest, 2*max(last, leastPiece)))
	}
	return min(textBytes, max(n, size))
}

// textArena cuts strings from pieces of at most textBytes.
type textArena struct {
	piece strings.Builder
	rate  int // the bytes that a block takes, as far as is known
}

// keep returns a copy of text. rest is the bytes that are left of the answer, text included.
func (a *textArena) keep(text []byte, rest int) string {
	switch n := len(text); {
	case n > sharedText:
		return string(text)
	case n > a.piece.Cap()-a.piece.Len():
		size := pieceSize(n, rest, a.rate, a.piece.Cap())
		a.piece = strings.Builder{}
		a.piece.Grow(size)
	}
	start := a.piece.Len()
	a.piece.Write(text)
	return a.piece.String()[start:]
}

// byteArena cuts binaries from pieces of at most textBytes.
type byteArena struct {
	free []byte
	last int // the size of the piece that free is the rest of
	rate int // the bytes that a block takes, as far as is known
}

// take returns n bytes, and no nil.
func (a *byteArena) take(n, rest int) []byte {
	switch {
	case n == 0:
		return []byte{}
	case n > sharedText:
		return make([]byte, n)
	case n > len(a.free):
		a.last = pieceSize(n, rest, a.rate, a.last)
		a.free = make([]byte, a.last)
	}
	taken := a.free[:n:n]
	a.free = a.free[n:]
	return taken
}
