package difftest

import (
	"fmt"
	"maps"
	"strings"
)

// A Case is a request with what the references made of it.
type Case struct {
	Request  Request
	Local    *Outcome // DynamoDB Local
	Dynoxide *Outcome // nil if it does not run here

	// Ask sends DynamoDB Local a request that changes nothing, for a rule that
	// computes what must be from what is stored. It may be nil.
	Ask func(Request) *Outcome
}

// askLocal is what DynamoDB Local answers; nil if it cannot be asked or refuses.
func (c Case) askLocal(r Request) *Outcome {
	if c.Ask == nil {
		return nil
	}
	if o := c.Ask(r); o.kind() == outcomeOK {
		return o
	}
	return nil
}

// A Difference is one aspect in which two answers to one request are not
// equal and no rule says why.
type Difference struct {
	Aspect string // such as "outcome", "data" or "capacity"

	// References says that the references differ from each other without a rule.
	// If it is false, the subject is wrong.
	References bool

	Local, Dynoxide, Subject string // the texts of the aspect
	Rule                     string // the rule that the subject broke, or ""
}

// String names the difference in one line.
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

// quoteShort cuts a text that nobody wants to read whole.
func quoteShort(s string) string {
	const most = 300
	if len(s) > most {
		s = s[:most] + fmt.Sprintf("… (%d bytes)", len(s))
	}
	return fmt.Sprintf("%q", s)
}

// A verdict is what the rules say about one case.
type verdict struct {
	differences []Difference
	rules       []string // that explained something
}

// compare holds the subject to what the references agree on, and to the rules
// where they do not. A nil subject compares only the references.
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
				return v // a rule says that both are wrong: there is nothing else to compare with
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

// compareRest compares the rest of the subject's answer with that of the reference
// whose outcome it shares, where the outcomes of the references differ.
func (v *verdict) compareRest(c Case, subject *Outcome, rules []Rule) {
	for _, reference := range []*Outcome{c.Dynoxide, c.Local} {
		if reference.kind() != subject.kind() {
			continue
		}
		if reference == c.Local {
			// Whose capacity and metrics are wrong in ways that only a comparison shows.
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

// equalAspect compares one aspect. A message need not name a rule or a field; if two
// do, it must be the same.
func equalAspect(aspect, a, b string) bool {
	if aspect == aspectField || aspect == aspectConstraint {
		return a == "" || b == "" || strings.EqualFold(a, b)
	}
	if aspect == aspectReasons {
		return equalReasons(strings.Split(a, ","), strings.Split(b, ","))
	}
	return a == b
}

// equalReasons compares the reasons of a cancelled transaction. Why an item
// cannot be applied, and whether that is said of it if another is a reason
// already, is not defined.
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

// aspectsOfBoth lists the aspects of both in order, the outcome first.
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
