package reliability

import (
	"cmp"
	"flag"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var soakOperations = flag.Int("operations", 0, "the number of operations of the soak; 0 means 10,000, or 2,000,000 with -full")

// TestSoak runs operations of every kind in 64 goroutines and compares each with what the
// server did. At least a fifth of the attempts have a fault, and every fault of
// dynamoconntest occurs. The soak runs on a fake clock, so that pauses take no time.
func TestSoak(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // the live heap is small and the garbage is much
	var run *soakRun
	seed, began := testSeed(t), time.Now()
	soakScanOrder() // must not run on the fake clock
	synctest.Test(t, func(t *testing.T) {
		run = newSoakRun(t, seed, cmp.Or(*soakOperations, testSize(640, 10_000, 2_000_000))/soakGoroutines)
		run.work(run.clients(t, run.truth))
		run.finish(t)
	})
	run.log(t, time.Since(began))
	if t.Failed() || isBrief() {
		return
	}
	attempts, faulted := run.attempts()
	require.GreaterOrEqual(t, float64(faulted), 0.2*float64(attempts))
	for kind, hits := range run.faults() {
		require.NotZero(t, hits, kind)
	}
	for kind := range soakKinds {
		require.NotZero(t, run.report.kinds[kind]["done"], soakKindNames[kind])
	}
}
