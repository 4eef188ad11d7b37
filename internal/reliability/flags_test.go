package reliability

import (
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
)

var (
	full = flag.Bool("full", false, "run the long forms")
	seed = flag.Uint64("seed", 0, "seed of the random parts; 0 draws one")
)

// length returns the size of a test: long with -full, else short.
func length[N ~int | ~int64 | ~uint64](short, long N) N {
	if *full {
		return long
	}
	return short
}

var drawn = sync.OnceValue(func() uint64 {
	if *seed != 0 {
		return *seed
	}
	return rand.Uint64()>>1 | 1 // fits every reader of numbers, and is not 0
})

// theSeed returns the seed of this run, the same for all tests, and logs how to run
// the test again with it.
func theSeed(t testing.TB) uint64 {
	t.Helper()
	s := drawn()
	long := ""
	if *full {
		long = " -full"
	}
	t.Logf("seed %d: go test ./internal/reliability -run '^%s$'%s -seed %d", s, t.Name(), long, s)
	return s
}
