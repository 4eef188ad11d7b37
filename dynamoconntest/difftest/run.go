package difftest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// A Run compares a subject with two references.
type Run struct {
	Local    Target // DynamoDB Local
	Dynoxide Target // nil if it does not run here
	Subject  Target // nil to compare only the references
	Rules    []Rule

	// Revive starts dynoxide again after a request that ended it. If Revive is nil, such a
	// request ends the run.
	Revive func(context.Context) (Target, error)

	// NoShrinking reports the sequences as they were sent.
	NoShrinking bool

	// Log receives a line for each failure. It may be nil.
	Log func(format string, args ...any)

	started int64
	resets  int // how often the tables were removed
}

// A Failure is an unexplained difference, with the shortest sequence of requests that was
// found to show it. The last request has the difference.
type Failure struct {
	Sequence   int
	Difference Difference
	Requests   []Request
	Case       Case
	Subject    *Outcome
}

// targets returns the targets that there are, the references first.
func (run *Run) targets() []Target {
	list := []Target{run.Local}
	if run.Dynoxide != nil {
		list = append(list, run.Dynoxide)
	}
	if run.Subject != nil {
		list = append(list, run.Subject)
	}
	return list
}

// sendAll sends the request to every target at the same time.
func (run *Run) sendAll(ctx context.Context, r Request) (c Case, subject *Outcome, sent int) {
	original := r
	// Servers remember tokens even after a table is gone.
	r.Body = strings.ReplaceAll(r.Body, tokenPrefix, fmt.Sprintf("%x-%x-", run.started, run.resets))
	targets := run.targets()
	outcomes := make([]*Outcome, len(targets))
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i, t := range targets {
		wg.Go(func() {
			o, n := observe(ctx, t, r)
			mu.Lock()
			defer mu.Unlock()
			outcomes[i] = o
			sent = max(sent, n)
		})
	}
	wg.Wait()
	c = Case{Request: original, Local: outcomes[0], Ask: func(r Request) *Outcome {
		o, _ := observe(ctx, run.Local, r)
		return o
	}}
	outcomes = outcomes[1:]
	if run.Dynoxide != nil {
		c.Dynoxide, outcomes = outcomes[0], outcomes[1:]
	}
	if run.Subject != nil {
		subject = outcomes[0]
	}
	return c, subject, sent
}

// reviveDynoxide starts dynoxide again, without tables, if a request has ended it. It
// reports whether it did.
func (run *Run) reviveDynoxide(ctx context.Context, c Case) (bool, error) {
	if c.Dynoxide == nil || c.Dynoxide.kind() != outcomeNoAnswer {
		return false, nil
	}
	_, gone := run.Dynoxide.Send(ctx, "ListTables", []byte("{}"))
	if gone == nil {
		return false, nil
	}
	if run.Revive == nil {
		return true, fmt.Errorf("dynoxide is gone after %s %s: %w", c.Request.Operation, shorten(c.Request.Body), gone)
	}
	var err error
	run.Dynoxide, err = run.Revive(ctx)
	return true, err
}

// reset deletes every table of every target.
func (run *Run) reset(ctx context.Context) error {
	run.resets++
	for i, t := range run.targets() {
		if err := deleteTables(ctx, t); err != nil {
			return fmt.Errorf("target %d: %w", i, err)
		}
	}
	return nil
}

func deleteTables(ctx context.Context, t Target) error {
	deadline := time.Now().Add(20 * time.Second)
	for {
		reply, err := t.Send(ctx, "ListTables", []byte("{}"))
		if err != nil {
			return err
		}
		v, err := decodeJSON(reply.Body)
		if err != nil {
			return err
		}
		names := asArray(asObject(v)["TableNames"])
		if len(names) == 0 {
			return nil
		}
		for _, name := range names {
			body := []byte(canonicalJSON(obj{"TableName": name}))
			reply, err := t.Send(ctx, "DeleteTable", body)
			if err != nil {
				return err
			}
			if reply.Status == 400 {
				if _, err := t.Send(ctx, "UpdateTable", []byte(canonicalJSON(obj{"TableName": name, "DeletionProtectionEnabled": false}))); err != nil {
					return err
				}
				if _, err := t.Send(ctx, "DeleteTable", body); err != nil {
					return err
				}
			}
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("tables %v could not be deleted", names)
		}
	}
}

// alignTargets waits until all targets have finished the change of a table, and makes
// them equal after requests in which the service differs from the references.
func (run *Run) alignTargets(ctx context.Context, r Request) {
	run.alignRemovals(ctx, r)
	if r.Operation != "CreateTable" && r.Operation != "UpdateTable" {
		return
	}
	v, err := decodeJSON([]byte(r.Body))
	if err != nil {
		return
	}
	body := []byte(canonicalJSON(obj{"TableName": asObject(v)["TableName"]}))
	for _, t := range run.targets() {
		for range 500 {
			reply, err := t.Send(ctx, "DescribeTable", body)
			if err != nil || reply.Status != 200 || !isChanging(reply.Body) {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	for _, update := range asArray(asObject(v)["GlobalSecondaryIndexUpdates"]) {
		if create := asObject(asObject(update)["Create"]); create != nil {
			run.waitForBackfill(ctx, canonicalJSON(obj{"TableName": asObject(v)["TableName"], "IndexName": create["IndexName"], "Select": "COUNT"}))
		}
	}
}

// waitForBackfill waits until a scan has the same count on all targets, but not for ever:
// DynamoDB Local describes a new index as active before its items are in it.
func (run *Run) waitForBackfill(ctx context.Context, scan string) {
	for range 100 {
		seen := map[string]bool{}
		for _, t := range run.targets() {
			reply, err := t.Send(ctx, "Scan", []byte(scan))
			if err != nil || reply.Status != 200 {
				return
			}
			v, err := decodeJSON(reply.Body)
			if err != nil {
				return
			}
			seen[asString(asObject(v)["Count"])] = true
		}
		if len(seen) == 1 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// isChanging reports whether a table or one of its indexes is not active.
func isChanging(b []byte) bool {
	v, err := decodeJSON(b)
	if err != nil {
		return false
	}
	table := asObject(asObject(v)["Table"])
	if s := asString(table["TableStatus"]); s != "" && s != "ACTIVE" {
		return true
	}
	for _, ix := range asArray(table["GlobalSecondaryIndexes"]) {
		if s := asString(asObject(ix)["IndexStatus"]); s != "" && s != "ACTIVE" {
			return true
		}
	}
	return false
}

// Do sends sequences until this many different requests were sent, and returns what it
// found. It stops early if ctx ends or a target is lost.
func (run *Run) Do(ctx context.Context, gen Generator, requests int) (*Summary, error) {
	s := newSummary(gen.Seed)
	run.started = time.Now().Unix() & 0xffffff
	for n := 0; s.Distinct < requests; n++ {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		if err := run.reset(ctx); err != nil {
			return s, err
		}
		if err := run.runSequence(ctx, n, gen.Sequence(n), s); err != nil {
			return s, err
		}
	}
	return s, run.reset(ctx)
}

// runSequence sends a sequence. It ends early if the targets may have different states.
func (run *Run) runSequence(ctx context.Context, n int, requests []Request, s *Summary) error {
	for i, r := range requests {
		c, subject, sent := run.sendAll(ctx, r)
		v := compare(c, subject, run.Rules)
		s.add(c, sent, v)
		for _, d := range v.differences {
			if !s.isNewKind(c, d) {
				continue
			}
			short := requests[:i+1]
			if !run.NoShrinking {
				var err error
				if short, err = run.shrink(ctx, short, d); err != nil {
					return err
				}
			}
			f := Failure{Sequence: n, Difference: d, Requests: short, Case: c, Subject: subject}
			s.Failures = append(s.Failures, f)
			if run.Log != nil {
				run.Log("%s", f)
			}
		}
		again, err := run.reviveDynoxide(ctx, c)
		if err != nil {
			return err
		}
		if again || haveDiverged(c, subject) {
			s.Abandoned++
			return nil
		}
		if s.tablesEmptied && !run.NoShrinking {
			// Shrinking has removed the tables.
			s.tablesEmptied = false
			return nil
		}
		run.alignTargets(ctx, r)
	}
	return nil
}

// haveDiverged reports whether a request may have changed some targets and not others.
func haveDiverged(c Case, subject *Outcome) bool {
	if !c.Request.mutates() {
		return c.Local.kind() == outcomeNoAnswer
	}
	if c.Request.hasMistake("enum returnConsumedCapacity") {
		return true // DynamoDB Local refuses it, but may have applied the write
	}
	if c.Dynoxide != nil && c.Local.Aspects[aspectData] != c.Dynoxide.Aspects[aspectData] {
		return true
	}
	ok := c.Local.kind() == outcomeOK
	if c.Dynoxide != nil && ok != (c.Dynoxide.kind() == outcomeOK) {
		return true
	}
	return subject != nil && ok != (subject.kind() == outcomeOK)
}
