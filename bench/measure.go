package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// figures are what one run of a task needs, or what it needs for each item.
type figures struct {
	Time   float64 `json:"time_ns"`
	Bytes  float64 `json:"bytes"`
	Allocs float64 `json:"allocs"`
}

func (f figures) over(n float64) figures { return figures{f.Time / n, f.Bytes / n, f.Allocs / n} }

// timing is how a row is measured.
type timing struct {
	rounds int           // how often each side has its turn
	turn   time.Duration // how long a turn takes, at least
	clock  clock
}

// measure opens the contest of r, verifies each side once, and times them in turns. A
// machine that slows down so slows down all of them. The order changes with each round.
func (r row) measure(ctx context.Context, t timing, size size) (result rowResult, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s: %w", r.name, err)
		}
	}()
	c, err := r.open(ctx, size)
	if err != nil {
		return rowResult{}, err
	}
	if c.close != nil {
		defer c.close()
	}
	if err := c.verify(); err != nil {
		return rowResult{}, err
	}
	runs := make([]int, len(c.sides))
	for i, s := range c.sides {
		if runs[i], err = runsFor(s.task, t.turn); err != nil {
			return rowResult{}, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	turns := make([][]figures, len(c.sides)) // of each side, by round
	for round := range t.rounds {
		for i := range c.sides {
			i = (i + round) % len(c.sides)
			turn, err := t.clock.timed(c.sides[i].task, runs[i])
			if err != nil {
				return rowResult{}, fmt.Errorf("%s: %w", c.sides[i].name, err)
			}
			turns[i] = append(turns[i], turn.over(float64(max(c.items, 1))))
		}
	}
	return newRowResult(r, c, turns), nil
}

func (c *contest) verify() error {
	for _, s := range c.sides {
		if s.verify == nil {
			continue
		}
		if err := s.verify(); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// runsFor returns how often the task runs in a turn. It warms the task up meanwhile.
func runsFor(task func() error, turn time.Duration) (int, error) {
	began := time.Now()
	runs := 0
	for time.Since(began) < turn/2 || runs == 0 {
		if err := task(); err != nil {
			return 0, err
		}
		runs++
	}
	return max(1, int(float64(runs)*float64(turn)/float64(time.Since(began)))), nil
}

// timed returns what one run of the task needs, on average.
func (c clock) timed(task func() error, runs int) (figures, error) {
	runtime.GC() // no side pays for the garbage of another
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := c.now()
	for range runs {
		if err := task(); err != nil {
			return figures{}, err
		}
	}
	took := c.now() - began
	runtime.ReadMemStats(&after)
	all := figures{float64(took), float64(after.TotalAlloc - before.TotalAlloc), float64(after.Mallocs - before.Mallocs)}
	return all.over(float64(runs)), nil
}

// median returns the middle of the values, or the mean of the two in the middle. It sorts
// them.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

func medianFigures(turns []figures) figures {
	return figures{
		Time:   median(each(turns, func(f figures) float64 { return f.Time })),
		Bytes:  median(each(turns, func(f figures) float64 { return f.Bytes })),
		Allocs: median(each(turns, func(f figures) float64 { return f.Allocs })),
	}
}

func each[T any](all []T, value func(T) float64) []float64 {
	values := make([]float64, len(all))
	for i, one := range all {
		values[i] = value(one)
	}
	return values
}
