// Package demo holds what the example programs share and what is not about
// dynamoconn: their flags, a DynamoDB to run on, creating and deleting tables, and
// printing numbers.
package demo

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
)

// Main calls run and ends the program. The status is 0 if run returns nil or
// [flag.ErrHelp], 130 if the program was interrupted, and else 1. The first interrupt
// cancels run's context, so that run can clean up; the second ends the program at
// once.
func Main(name string, run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		os.Exit(0)
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintf(os.Stderr, "%s: interrupted\n", name)
		os.Exit(130)
	default:
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Count returns n and the noun that goes with it: "1 city", "1,000 cities".
func Count(n int64, singular, plural string) string {
	if n == 1 {
		return "1 " + singular
	}
	return Thousands(n) + " " + plural
}

// Thousands returns n with a comma between thousands.
func Thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var grouped strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			grouped.WriteByte(',')
		}
		grouped.WriteRune(digit)
	}
	return sign + grouped.String()
}

// Size returns a number of bytes in the largest unit of which there is at least one:
// "60.5 KB". A unit is 1,024 times the one before.
func Size(bytes int64) string {
	if bytes < 1024 {
		return strconv.FormatInt(bytes, 10) + " B"
	}
	size := float64(bytes)
	unit := -1
	for size >= 1024 && unit < 3 {
		size /= 1024
		unit++
	}
	return strconv.FormatFloat(size, 'f', 1, 64) + " " + []string{"KB", "MB", "GB", "TB"}[unit]
}
