package batch

import (
	"math/bits"
	"slices"
	"sync"
)

// memory is what a runner needs for its operations beside their results. When no request is
// under way any more, another runner may have it.
type memory struct {
	state  []opState
	queues []int   // of all tables, one behind the other
	slots  []int32 // of lastOps
}

// mostRemembered is the most operations for which other runners get the memory.
const mostRemembered = 1 << 10

var memories = sync.Pool{New: func() any { return new(memory) }}

// newMemory returns the memory for n operations. What is in it does not matter.
func newMemory(n int) *memory {
	m := memories.Get().(*memory)
	m.state, m.queues = slices.Grow(m.state[:0], n)[:n], slices.Grow(m.queues[:0], n)[:n]
	return m
}

// slotsFor returns empty slots for so many keys, more than there are keys.
func (m *memory) slotsFor(keys int) []int32 {
	n := 1 << bits.Len(uint(keys+keys/2))
	m.slots = slices.Grow(m.slots[:0], n)[:n]
	clear(m.slots)
	return m.slots
}

// release lets others have the memory.
func (m *memory) release() {
	if cap(m.state) <= mostRemembered {
		memories.Put(m)
	}
}
