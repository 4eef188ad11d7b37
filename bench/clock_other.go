//go:build !unix

package main

import "time"

const hasCPUTime = false

func usedCPU() time.Duration { panic("the CPU time is not known") }
