package reliability

import (
	"errors"
	"fmt"
	"slices"

	"github.com/stretchr/testify/assert"

	"github.com/dynamoconn/dynamoconn"
)

// judge compares what the client reports with what the server did. isAlone means that all
// requests of the call came whole and that no other call could break their connection: then
// each attempt is compared with its request.
func (c *http2Call) judge(t assert.TestingT, isAlone bool) {
	what := c.String()
	if !assert.LessOrEqual(t, len(c.seen), len(c.attempts), "a request was sent again unseen: %s", what) {
		return
	}
	if isAlone {
		assert.Len(t, c.seen, len(c.attempts), what)
		for i, seen := range c.seen {
			seen.judge(t, c.attempts[i], what)
		}
	} else {
		c.judgeCounts(t, what)
	}
	if c.kind == http2Get {
		assert.NotErrorIs(t, c.err, dynamoconn.ErrAmbiguous, what)
	}
	mayDoubt := !isAlone || slices.ContainsFunc(c.seen, func(seen http2Seen) bool { return !seen.fault.isClear() })
	for i, id := range c.ids {
		switch outcome := c.outcome(i); outcome {
		case dynamoconn.OutcomeApplied:
			assert.True(t, c.applied[id] > 0 || c.kind == http2Get, "lost: %s", what)
		case dynamoconn.OutcomeUnknown:
			assert.True(t, mayDoubt, "every answer was clear: %s", what)
		default:
			assert.Zero(t, c.applied[id], "reported as %s, but applied: %s", outcome, what)
		}
		if c.kind.isOnce() {
			assert.LessOrEqual(t, c.applied[id], 1, "applied again: %s", what)
		}
	}
}

// outcome returns what the client reports of an operation of the call.
func (c *http2Call) outcome(i int) dynamoconn.Outcome {
	var batch *dynamoconn.BatchWriteError
	switch {
	case c.err == nil:
		return dynamoconn.OutcomeApplied
	case errors.As(c.err, &batch):
		for _, failure := range batch.Failures {
			if failure.Index == i {
				return failure.Outcome
			}
		}
		return dynamoconn.OutcomeApplied
	case errors.Is(c.err, dynamoconn.ErrAmbiguous):
		return dynamoconn.OutcomeUnknown
	}
	return dynamoconn.OutcomeNotDone
}

// judge compares an attempt with its request.
func (s http2Seen) judge(t assert.TestingT, attempt dynamoconn.AttemptEvent, what string) {
	switch attempt.Outcome {
	case dynamoconn.OutcomeApplied:
		assert.True(t, s.fault.isClear() && s.fault.mayApply() || s.fault == http2GoesAwayAnswers, what)
	case dynamoconn.OutcomeUnknown:
		assert.False(t, s.fault.isClear(), "the answer was clear: %s", what)
	default:
		assert.Equal(t, http2Refuses, s.fault, what)
	}
}

// judgeCounts makes sure that there are at most as many attempts with a definite outcome as
// requests with such an answer.
func (c *http2Call) judgeCounts(t assert.TestingT, what string) {
	done, refused := 0, 0
	for _, seen := range c.seen {
		switch {
		case seen.fault == http2Refuses:
			refused++
		case seen.fault.isClear(), seen.fault == http2GoesAwayAnswers:
			done++
		}
	}
	for _, attempt := range c.attempts {
		switch attempt.Outcome {
		case dynamoconn.OutcomeApplied:
			done--
		case dynamoconn.OutcomeUnknown:
		default:
			refused--
		}
	}
	assert.GreaterOrEqual(t, done, 0, what)
	assert.GreaterOrEqual(t, refused, 0, what)
}

// String describes the call and all that happened.
func (c *http2Call) String() string {
	text := fmt.Sprintf("kind %d, applied %v, error %v; requests:", c.kind, c.applied, c.err)
	for _, seen := range c.seen {
		text += fmt.Sprintf(" %s (applied: %v);", http2FaultNames[seen.fault], seen.applied)
	}
	text += " attempts:"
	for _, attempt := range c.attempts {
		text += fmt.Sprintf(" %s (%d %s);", attempt.Outcome, attempt.Status, attempt.Code)
	}
	return text
}
