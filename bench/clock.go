package main

import "time"

// clock says which time is measured.
type clock string

const (
	elapsed clock = "elapsed"
	cpuTime clock = "CPU" // that the whole process used, the garbage collector included
)

var started = time.Now()

// now returns the time since some moment in the past.
func (c clock) now() time.Duration {
	if c == cpuTime {
		return usedCPU()
	}
	return time.Since(started)
}
