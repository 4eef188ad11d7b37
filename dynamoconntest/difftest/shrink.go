package difftest

import (
	"context"
	"slices"
)

// maxReplays bounds the work for a failure.
const maxReplays = 250

// A shrinker looks for a shorter sequence that shows a difference.
type shrinker struct {
	run         *Run
	difference  Difference
	replaysLeft int // replays
}

// shrink removes requests from a sequence, and then parts of the other requests, as long
// as the last request shows the difference.
func (run *Run) shrink(ctx context.Context, requests []Request, d Difference) ([]Request, error) {
	s := &shrinker{run: run, difference: d, replaysLeft: maxReplays}
	if ok, err := s.showsDifference(ctx, requests); err != nil || !ok {
		return requests, err
	}
	requests, err := s.dropRequests(ctx, requests)
	if err != nil {
		return nil, err
	}
	for i := len(requests) - 1; i >= 0; i-- {
		if requests, err = s.dropParts(ctx, requests, i); err != nil {
			return nil, err
		}
	}
	return requests, nil
}

func (s *shrinker) dropRequests(ctx context.Context, requests []Request) ([]Request, error) {
	for size := len(requests) - 1; size >= 1; size /= 2 {
		for i := len(requests) - 1 - size; i > -size && s.replaysLeft > 0; i -= size {
			shorter := slices.Delete(slices.Clone(requests), max(i, 0), min(i+size, len(requests)-1))
			ok, err := s.showsDifference(ctx, shorter)
			if err != nil {
				return nil, err
			}
			if ok {
				requests = shorter
			}
		}
	}
	return requests, nil
}

// dropParts removes members and elements from the body of the ith request, the outer ones
// first.
func (s *shrinker) dropParts(ctx context.Context, requests []Request, i int) ([]Request, error) {
	v, err := decodeJSON([]byte(requests[i].Body))
	if err != nil || canonicalJSON(v) != requests[i].Body {
		return requests, nil
	}
	tried := map[string]bool{}
	for s.replaysLeft > 0 {
		path := nextPart(v, tried)
		if path == nil {
			return requests, nil
		}
		tried[canonicalJSON(path)] = true
		shorter := withoutPart(v, path)
		list := slices.Clone(requests)
		list[i].Body = canonicalJSON(shorter)
		ok, err := s.showsDifference(ctx, list)
		if err != nil {
			return nil, err
		}
		if ok {
			v, requests = shorter, list
			// The positions of elements have changed.
			for p := range tried {
				delete(tried, p)
			}
		}
	}
	return requests, nil
}

// nextPart returns the path of the outermost part that was not tried: names of members
// and indexes.
func nextPart(v any, tried map[string]bool) []any {
	type node struct {
		value any
		path  []any
	}
	queue := []node{{value: v}}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		if len(n.path) > 0 && !tried[canonicalJSON(n.path)] {
			return n.path
		}
		switch value := n.value.(type) {
		case map[string]any:
			for _, name := range sortedKeys(value) {
				queue = append(queue, node{value[name], append(slices.Clone(n.path), name)})
			}
		case []any:
			for i := range value {
				queue = append(queue, node{value[i], append(slices.Clone(n.path), i)})
			}
		}
	}
	return nil
}

// withoutPart returns v without the part.
func withoutPart(v any, path []any) any {
	switch value := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(value))
		for name, inner := range value {
			switch {
			case name != path[0]:
				out[name] = inner
			case len(path) > 1:
				out[name] = withoutPart(inner, path[1:])
			}
		}
		return out
	case []any:
		out := []any{}
		for i, inner := range value {
			switch {
			case i != path[0]:
				out = append(out, inner)
			case len(path) > 1:
				out = append(out, withoutPart(inner, path[1:]))
			}
		}
		return out
	}
	return v
}

// showsDifference replays requests on empty targets and reports whether the last one has
// the difference.
func (s *shrinker) showsDifference(ctx context.Context, requests []Request) (bool, error) {
	s.replaysLeft--
	if err := s.run.reset(ctx); err != nil {
		return false, err
	}
	for i, r := range requests {
		c, subject, _ := s.run.sendAll(ctx, r)
		if i == len(requests)-1 {
			return slices.ContainsFunc(compare(c, subject, s.run.Rules).differences, s.isSameDifference), nil
		}
		if haveDiverged(c, subject) {
			return false, nil
		}
		s.run.alignTargets(ctx, r)
	}
	return false, nil
}

// isSameDifference reports whether a difference is the one that is looked for. Outcomes,
// constraints, fields and reasons must be equal, data need not be.
func (s *shrinker) isSameDifference(d Difference) bool {
	if d.Aspect != s.difference.Aspect || d.References != s.difference.References || d.Rule != s.difference.Rule {
		return false
	}
	switch d.Aspect {
	case aspectOutcome, aspectConstraint, aspectField, aspectReasons:
		return d.Local == s.difference.Local && d.Dynoxide == s.difference.Dynoxide && d.Subject == s.difference.Subject
	}
	return true
}
