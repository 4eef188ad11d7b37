//go:build unix

package main

import (
	"syscall"
	"time"
)

const hasCPUTime = true

// usedCPU returns the CPU time that the process has used.
func usedCPU() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
