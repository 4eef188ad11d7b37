package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dynamoconn/dynamoconn/dynamoconntest"
)

// plainEffects are the effects without an argument.
var plainEffects = map[string]dynamoconntest.Effect{
	"internal-error-before":   dynamoconntest.InternalErrorBefore(),
	"internal-error-after":    dynamoconntest.InternalErrorAfter(),
	"expired-token":           dynamoconntest.ExpiredToken(),
	"transaction-conflict":    dynamoconntest.TransactionConflict(),
	"transaction-in-progress": dynamoconntest.TransactionInProgress(),
	"unprocessed":             dynamoconntest.Unprocessed(),
	"refuse-connection":       dynamoconntest.RefuseConnection(),
	"reset-before":            dynamoconntest.ResetBefore(),
	"lose-answer":             dynamoconntest.LoseAnswer(),
	"hang":                    dynamoconntest.Hang(),
	"empty-answer":            dynamoconntest.EmptyAnswer(),
	"html-unavailable":        dynamoconntest.HTMLUnavailable(),
	"empty-page":              dynamoconntest.EmptyPage(),
}

// effectsWithArgument are the effects that need an argument.
var effectsWithArgument = map[string]func(string) (dynamoconntest.Effect, error){
	"throttle":             throttleEffect,
	"unprocessed-randomly": with(parseProbability, dynamoconntest.UnprocessedRandomly),
	"slow":                 with(time.ParseDuration, dynamoconntest.Slow),
	"truncate":             with(strconv.Atoi, dynamoconntest.Truncate),
	"flip-bit":             with(strconv.Atoi, dynamoconntest.FlipBit),
	"oversize":             with(strconv.Atoi, dynamoconntest.Oversize),
}

// with returns the function that makes an effect from the text of its argument.
func with[T any](parse func(string) (T, error), effect func(T) dynamoconntest.Effect) func(string) (dynamoconntest.Effect, error) {
	return func(text string) (dynamoconntest.Effect, error) {
		argument, err := parse(text)
		if err != nil {
			return dynamoconntest.Effect{}, err
		}
		return effect(argument), nil
	}
}

func throttleEffect(text string) (dynamoconntest.Effect, error) {
	switch t := dynamoconntest.ThrottleType(text); t {
	case dynamoconntest.ProvisionedThroughputExceeded, dynamoconntest.RequestLimitExceeded, dynamoconntest.Throttling:
		return dynamoconntest.Throttle(t, ""), nil
	}
	return dynamoconntest.Effect{}, fmt.Errorf("the type of a throttling error is %s, %s or %s",
		dynamoconntest.ProvisionedThroughputExceeded, dynamoconntest.RequestLimitExceeded, dynamoconntest.Throttling)
}

// parseProbability reads a number above 0 and up to 1.
func parseProbability(text string) (float64, error) {
	p, err := strconv.ParseFloat(text, 64)
	if err == nil && !(p > 0 && p <= 1) {
		err = errors.New("a probability is above 0 and up to 1")
	}
	return p, err
}

// parseCount reads a number that is not negative.
func parseCount(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err == nil && n < 0 {
		err = errors.New("a count is not negative")
	}
	return n, err
}

// parseFault reads the value of the flag -fault.
func parseFault(spec string) (dynamoconntest.Fault, error) {
	var f dynamoconntest.Fault
	effect, selection, more := strings.Cut(spec, ",")
	var err error
	if f.Effect, err = parseEffect(effect); err != nil {
		return f, err
	}
	if !more {
		return f, nil
	}
	for part := range strings.SplitSeq(selection, ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "operation":
			f.Operation = value
		case "table":
			f.Table = value
		case "skip":
			f.Skip, err = parseCount(value)
		case "times":
			f.Times, err = parseCount(value)
		case "probability":
			f.Probability, err = parseProbability(value)
		default:
			err = errors.New("a fault has operation, table, skip, times and probability")
		}
		if err != nil {
			return f, fmt.Errorf("%s: %w", part, err)
		}
	}
	return f, nil
}

// parseEffect reads an effect with its argument.
func parseEffect(text string) (dynamoconntest.Effect, error) {
	name, argument, given := strings.Cut(text, "=")
	if effect, ok := plainEffects[name]; ok {
		if given {
			return effect, fmt.Errorf("the effect %s has no argument", name)
		}
		return effect, nil
	}
	parse, ok := effectsWithArgument[name]
	switch {
	case !ok:
		return dynamoconntest.Effect{}, fmt.Errorf("no effect has the name %q", name)
	case !given:
		return dynamoconntest.Effect{}, fmt.Errorf("the effect %s needs an argument: %s=…", name, name)
	}
	effect, err := parse(argument)
	if err != nil {
		return effect, fmt.Errorf("%s: %w", text, err)
	}
	return effect, nil
}
