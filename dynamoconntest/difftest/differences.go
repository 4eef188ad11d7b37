package difftest

import "slices"

// A Side says whose answer is right if a rule applies.
type Side int

// The sides of a rule.
const (
	Either   Side = iota // the subject gives one of the two answers
	Local                // DynamoDB Local is right
	Dynoxide             // dynoxide is right
	Service              // Want or Holds says what the service answers
)

// A Rule explains a known difference.
type Rule struct {
	ID    string // name in the summary; rules with one cause have the same
	What  string // what differs
	Right Side   // who is right
	Why   string // how the documentation of the service decides it

	// Aspect is the part of the answer that the rule is about.
	Aspect string

	// Match reports whether the rule applies to a case in which the references differ
	// in Aspect. If Right is Service it is asked in every case.
	Match func(c Case) bool

	// Want returns the right texts of the aspect if Right is Service. If Want is nil
	// or returns nil, and Holds is nil, every answer is accepted.
	Want func(c Case) []string

	// Holds reports whether a text of the aspect is right, if Right is Service and the
	// right texts cannot be listed.
	Holds func(c Case, got string) bool
}

// accepts reports whether the subject's text of the aspect is right.
func (r *Rule) accepts(c Case, aspect, got string) bool {
	if r.Right == Service && r.Holds != nil {
		return r.Holds(c, got)
	}
	want := r.rightTexts(c, aspect)
	return want == nil || slices.ContainsFunc(want, func(text string) bool { return equalAspect(aspect, text, got) })
}

// rightTexts returns the right texts of the aspect. If it is nil every text is right.
func (r *Rule) rightTexts(c Case, aspect string) []string {
	l, d := c.Local.Aspects[aspect], c.Dynoxide.Aspects[aspect]
	switch r.Right {
	case Local:
		return []string{l}
	case Dynoxide:
		return []string{d}
	case Service:
		if r.Want == nil {
			return nil
		}
		return r.Want(c)
	}
	return []string{l, d}
}

// findRule returns the first rule that applies to the aspect of the case.
func findRule(c Case, aspect string, rules []Rule) *Rule {
	agree := equalAspect(aspect, c.Local.Aspects[aspect], c.Dynoxide.Aspects[aspect])
	for i := range rules {
		r := &rules[i]
		if r.Aspect == aspect && (!agree || r.Right == Service) && r.Match(c) {
			return r
		}
	}
	return nil
}
