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

var soakOperations = flag.Int("operations", 0, "how many operations the soak has; 0 is 10,000, or 2,000,000 with -full")

// TestSoak runs operations of every kind by 64 goroutines, with at least a fifth of the
// attempts faulted in every way that dynamoconntest knows, and judges each by what the
// server did. It runs on a fake clock, so that pauses cost nothing.
func TestSoak(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // little is alive, and much passes by
	var run *soakRun
	seed, began := testSeed(t), time.Now()
	soakOrder() // outside of the bubble
	synctest.Test(t, func(t *testing.T) {
		run = newSoakRun(t, seed, cmp.Or(*soakOperations, testSize(10_000, 2_000_000))/soakGoroutines)
		run.work(run.clients(t, run.truth))
		run.finish(t)
	})
	run.log(t, time.Since(began))
	if t.Failed() {
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
