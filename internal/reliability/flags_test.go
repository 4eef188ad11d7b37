package reliability

import (
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
)

var (
	full = flag.Bool("full", false, "run the long forms of the tests")
	seed = flag.Uint64("seed", 0, "the seed of the random parts; 0 means a new one in each run")
)

// testSize returns the size of a test: brief with -short, long with -full, and else
// normal, which is what make test runs.
func testSize[N ~int | ~int64 | ~uint64](brief, normal, long N) N {
	switch {
	case *full:
		return long
	case isBrief():
		return brief
	}
	return normal
}

// isBrief reports whether tests run in their brief forms, which take a moment each. A
// brief form proves what it sees; it need not see everything.
func isBrief() bool { return testing.Short() && !*full }

// skipBrief skips a test that has no brief form.
func skipBrief(t testing.TB) {
	t.Helper()
	if isBrief() {
		t.Skipf("-short: a proof that takes seconds; run it with go test ./internal/reliability -run '^%s$'", t.Name())
	}
}

// runSeed returns the seed of this run.
var runSeed = sync.OnceValue(func() uint64 {
	if *seed != 0 {
		return *seed
	}
	return rand.Uint64()>>1 | 1 // fits into an int64 and is not 0
})

// testSeed returns the seed of this run, which all tests share, and logs the command
// that runs the test again with it.
func testSeed(t testing.TB) uint64 {
	t.Helper()
	s := runSeed()
	long := ""
	if *full {
		long = " -full"
	}
	t.Logf("seed %d: go test ./internal/reliability -run '^%s$'%s -seed %d", s, t.Name(), long, s)
	return s
}
