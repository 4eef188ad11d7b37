package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// print prints a row in lines that a program can read: the ratio to the first peer, the
// ratios to the others, what each side needs, and whether the goal is met.
func (r rowResult) print(w io.Writer) {
	for i, s := range r.Sides[1:] {
		name := r.Name
		if i > 0 {
			name += " vs=" + s.Name
		}
		fmt.Fprintf(w, "RATIO %s time=%s bytes=%s allocs=%s\n", name, quotient(s.Ratio.Time), quotient(s.Ratio.Bytes), quotient(s.Ratio.Allocs))
	}
	for _, s := range r.Sides {
		fmt.Fprintf(w, "NEEDS %s %s time=%s bytes=%.0f allocs=%s", r.Name, s.Name, duration(s.Time), s.Bytes, count(s.Allocs))
		if s.Ratio != nil {
			fmt.Fprintf(w, " time_ratio_from=%s time_ratio_to=%s", quotient(s.Ratio.Lowest), quotient(s.Ratio.Highest))
		}
		fmt.Fprintln(w)
	}
	switch missed := r.missed(); {
	case r.Goal == goal{}:
	case len(missed) > 0:
		fmt.Fprintf(w, "GOAL %s missed: %s\n", r.Name, strings.Join(missed, ", "))
	default:
		fmt.Fprintf(w, "GOAL %s met\n", r.Name)
	}
}

func (r flatResult) print(w io.Writer) {
	for _, p := range r.Points {
		fmt.Fprintf(w, "FLAT %s items=%d time=%s bytes=%.0f allocs=%s\n", r.Name, p.Items, duration(p.Time), p.Bytes, count(p.Allocs))
	}
}

// quotient returns a ratio with three digits. A peer that needs nothing has none.
func quotient(r float64) string {
	switch {
	case r == 0:
		return "-"
	case r < 0.1:
		return strconv.FormatFloat(r, 'f', 4, 64)
	case r < 10:
		return strconv.FormatFloat(r, 'f', 3, 64)
	}
	return strconv.FormatFloat(r, 'f', 1, 64)
}

// duration returns a time in nanoseconds with its unit and three digits.
func duration(ns float64) string {
	unit, name := float64(time.Nanosecond), "ns"
	switch {
	case ns >= float64(time.Millisecond):
		unit, name = float64(time.Millisecond), "ms"
	case ns >= float64(time.Microsecond):
		unit, name = float64(time.Microsecond), "µs"
	}
	return digits(ns/unit) + name
}

// count returns a number of allocations. Fewer than ten may be a part of one for each item.
func count(n float64) string {
	if n < 10 {
		return strconv.FormatFloat(n, 'f', 2, 64)
	}
	return strconv.FormatFloat(n, 'f', 0, 64)
}

func digits(x float64) string {
	switch {
	case x < 10:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x < 100:
		return strconv.FormatFloat(x, 'f', 1, 64)
	}
	return strconv.FormatFloat(x, 'f', 0, 64)
}
