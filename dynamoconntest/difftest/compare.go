package difftest

import (
	"fmt"
	"maps"
	"strings"
)

// A Case is a request and the outcomes of the references.
type Case struct {
	Request  Request
	Local    *Outcome // DynamoDB Local
	Dynoxide *Outcome // nil if it does not run here

	// Ask sends DynamoDB Local a request that changes nothing, for a rule that
	// computes the right answer from what is stored. It may be nil.
	Ask func(Request) *Outcome
}

// askLocal returns the answer of DynamoDB Local to another request. It is nil if
// there is no Ask or the request fails.
func (c Case) askLocal(r Request) *Outcome {
	if c.Ask == nil {
		return nil
	}
	if o := c.Ask(r); o.kind() == outcomeOK {
		return o
	}
	return nil
}

// A Difference is an aspect in which two answers to a request differ, and no rule
// explains it.
type Difference struct {
	Aspect string // such as "outcome", "data" or "capacity"

	// References is set if the references differ from each other and there is no
	// rule. Otherwise the subject is wrong.
	References bool

	Local, Dynoxide, Subject string // the texts of the aspect
	Rule                     string // the rule that the subject does not follow, or ""
}

// String describes the difference in one line.
func (d Difference) String() string {
	s := fmt.Sprintf("%s: DynamoDB Local %s, dynoxide %s", d.Aspect, quoteShort(d.Local), quoteShort(d.Dynoxide))
	if !d.References {
		s += ", subject " + quoteShort(d.Subject)
	}
	if d.Rule != "" {
		s += " (rule " + d.Rule + ")"
	}
	return s
}

// quoteShort quotes a text and cuts it if it is long.
func quoteShort(s string) string {
	const most = 300
	if len(s) > most {
		s = s[:most] + fmt.Sprintf("… (%d bytes)", len(s))
	}
	return fmt.Sprintf("%q", s)
}

// A verdict is the result of comparing a case.
type verdict struct {
	differences []Difference
	rules       []string // IDs of the rules that applied
}

// compare compares the subject with the references where they agree, and with the
// rules where they differ. If the subject is nil it compares only the references.
func compare(c Case, subject *Outcome, rules []Rule) verdict {
	if c.Dynoxide == nil {
		c.Dynoxide = c.Local
	}
	var v verdict
	aspects := []string{aspectOutcome}
	sameOutcome := c.Local.kind() == c.Dynoxide.kind()
	if sameOutcome {
		aspects = aspectsOfBoth(c.Local, c.Dynoxide)
	}
	for _, aspect := range aspects {
		l, d := c.Local.Aspects[aspect], c.Dynoxide.Aspects[aspect]
		rule := findRule(c, aspect, rules)
		if rule != nil {
			v.rules = append(v.rules, rule.ID)
		}
		agree := equalAspect(aspect, l, d)
		if !agree && rule == nil {
			v.differences = append(v.differences, Difference{Aspect: aspect, References: true, Local: l, Dynoxide: d})
			continue
		}
		if subject == nil {
			continue
		}
		got := subject.Aspects[aspect]
		right := false
		switch {
		case rule != nil:
			right = rule.accepts(c, aspect, got)
		case l == "":
			right = equalAspect(aspect, d, got)
		default:
			right = equalAspect(aspect, l, got)
		}
		if right {
			if aspect == aspectOutcome && sameOutcome && got != l {
				return v // a rule says that both references are wrong: nothing else to compare with
			}
			continue
		}
		id := ""
		if rule != nil {
			id = rule.ID
		}
		v.differences = append(v.differences, Difference{Aspect: aspect, Local: l, Dynoxide: d, Subject: got, Rule: id})
		if aspect == aspectOutcome {
			break
		}
	}
	if !sameOutcome && subject != nil && len(v.differences) == 0 {
		v.compareRest(c, subject, rules)
	}
	return v
}

// compareRest compares the other aspects of the subject if the references have
// different outcomes: with the reference that has the same outcome as the subject.
func (v *verdict) compareRest(c Case, subject *Outcome, rules []Rule) {
	for _, reference := range []*Outcome{c.Dynoxide, c.Local} {
		if reference.kind() != subject.kind() {
			continue
		}
		if reference == c.Local {
			// Only a comparison with dynoxide would show that its capacity and metrics are
			// wrong, so they are not compared.
			copied := *reference
			copied.Aspects = maps.Clone(reference.Aspects)
			copied.Aspects[aspectCapacity], copied.Aspects[aspectMetrics] = subject.Aspects[aspectCapacity], subject.Aspects[aspectMetrics]
			reference = &copied
		}
		alone := Case{Request: c.Request, Local: reference, Dynoxide: reference, Ask: c.Ask}
		rest := compare(alone, subject, rules)
		v.differences = append(v.differences, rest.differences...)
		v.rules = append(v.rules, rest.rules...)
	}
}

// equalAspect reports whether two texts of an aspect agree. A message need not name
// a constraint or a field, but if both messages do they must name the same.
func equalAspect(aspect, a, b string) bool {
	if aspect == aspectField || aspect == aspectConstraint {
		return a == "" || b == "" || strings.EqualFold(a, b)
	}
	if aspect == aspectReasons {
		return equalReasons(strings.Split(a, ","), strings.Split(b, ","))
	}
	return a == b
}

// equalReasons compares the reasons of a cancelled transaction. It is not defined why
// an operation is invalid, nor whether an invalid operation has a reason if another
// one has a reason already.
func equalReasons(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	common := false
	for i := range a {
		bothInvalid := strings.HasPrefix(a[i], "ValidationError") && strings.HasPrefix(b[i], "ValidationError")
		common = common || a[i] == b[i] && a[i] != "None" || bothInvalid
	}
	for i := range a {
		x, y := strings.HasPrefix(a[i], "ValidationError"), strings.HasPrefix(b[i], "ValidationError")
		switch {
		case a[i] == b[i] || x && y:
		case common && (x && b[i] == "None" || y && a[i] == "None"):
		default:
			return false
		}
	}
	return true
}

// aspectsOfBoth returns the aspects that one of the outcomes has: first the outcome,
// then the others in order.
func aspectsOfBoth(a, b *Outcome) []string {
	seen := map[string]bool{}
	for _, o := range []*Outcome{a, b} {
		for aspect := range o.Aspects {
			seen[aspect] = true
		}
	}
	delete(seen, aspectOutcome)
	return append([]string{aspectOutcome}, sortedKeys(seen)...)
}
