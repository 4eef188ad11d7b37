package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
)

// profile runs the task of one side for a while and writes where the time and the memory
// go.
type profile struct {
	cpu, mem string // files; empty for none
	side     string
}

func (p profile) isAsked() bool { return p.cpu != "" || p.mem != "" }

// run profiles a side of r for as long as all rounds take.
func (p profile) run(ctx context.Context, r row, t timing, size size) (err error) {
	c, err := r.open(ctx, size)
	if err != nil {
		return err
	}
	if c.close != nil {
		defer c.close()
	}
	task := c.task(p.side)
	if task == nil {
		return fmt.Errorf("%s has no side %q", r.name, p.side)
	}
	runs, err := runsFor(task, t.turn)
	if err != nil {
		return err
	}
	if p.mem != "" {
		runtime.MemProfileRate = 4096 // bytes between two samples
		defer func() { err = errors.Join(err, p.writeMemory()) }()
	}
	if p.cpu != "" {
		file, err := os.Create(p.cpu)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	_, err = t.clock.timed(task, runs*t.rounds)
	return err
}

func (p profile) writeMemory() error {
	file, err := os.Create(p.mem)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(file, 0), file.Close())
}

func (c *contest) task(side string) func() error {
	for _, s := range c.sides {
		if s.name == side {
			return s.task
		}
	}
	return nil
}
