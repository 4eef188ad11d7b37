package protocol

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxReportedViolations is the most violated constraints that a message lists.
const maxReportedViolations = 10

// CheckConstraints checks a tree against the constraints of its shape. It returns
// the service's message about all violations ("2 validation errors detected: …"),
// or "".
func CheckConstraints(n *Node, s *Shape) string {
	var found []string
	collectViolations(n, s, "", &found)
	if len(found) == 0 {
		return ""
	}
	plural := "s"
	if len(found) == 1 {
		plural = ""
	}
	return fmt.Sprintf("%d validation error%s detected: %s", len(found), plural, strings.Join(found, "; "))
}

// collectViolations appends the violations in the tree, whose place in the
// request is path.
func collectViolations(n *Node, s *Shape, path string, found *[]string) {
	if !n.Present() {
		return
	}
	if len(*found) >= maxReportedViolations {
		return
	}
	report := func(constraint string) {
		if len(*found) < maxReportedViolations { // so that a value is not rendered for each of its members
			*found = append(*found, "Value '"+render(n, s)+"' at '"+path+"' failed to satisfy constraint: "+constraint)
		}
	}
	for _, r := range s.rules {
		switch {
		case r.allows(n):
		case s.report != "":
			*found = append(*found, s.report)
		default:
			report(r.text)
		}
	}
	join := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	switch s.kind {
	case shapeList:
		if s.elem.kind == shapeValue {
			return
		}
		for i := range n.Elems {
			collectViolations(&n.Elems[i], s.elem, join(fmt.Sprintf("%d.member", i+1)), found)
		}
	case shapeMap:
		checkKeys(n, s, report, found)
		if s.elem.kind == shapeValue {
			return
		}
		if s.elem.kind == shapeList && len(s.elem.rules) > 0 {
			checkLists(n, s, report)
			bare := *s.elem
			bare.rules = nil
			s = &Shape{kind: shapeMap, elem: &bare}
		}
		for i := range n.Members {
			collectViolations(&n.Members[i].Value, s.elem, join(n.Members[i].Name+".member"), found)
		}
	case shapeStruct:
		for _, f := range s.fields {
			collectMember(n.Get(f.Name), f, join(lowerFirst(f.Name)), found)
		}
	}
}

// collectMember appends the violations in the member of a structure. n is nil if it is not
// there.
func collectMember(n *Node, f Field, path string, found *[]string) {
	switch {
	case n != nil:
		collectViolations(n, f.Shape, path, found)
	case f.Required && len(*found) < maxReportedViolations:
		*found = append(*found, "Value null at '"+path+"' failed to satisfy constraint: Member must not be null")
	}
}

// checkKeys checks the keys of a map until enough violations are found.
func checkKeys(n *Node, s *Shape, report func(constraint string), found *[]string) {
	for i := range n.Members {
		if len(*found) >= maxReportedViolations {
			return
		}
		if !satisfiesAll(s.keys, &Node{Type: String, Text: n.Members[i].Name}) {
			report("Map keys must satisfy constraint: " + ruleTexts(s.keys))
		}
	}
}

// checkLists checks the lists in a map. Like the service it reports a list that
// breaks a rule as a fault of the map.
func checkLists(n *Node, s *Shape, report func(constraint string)) {
	constraint := "Map value must satisfy constraint: " + ruleTexts(s.elem.rules)
	for i := range n.Members {
		if v := &n.Members[i].Value; !v.Present() || !satisfiesAll(s.elem.rules, v) {
			report(constraint)
		}
	}
}

func satisfiesAll(rules []rule, n *Node) bool {
	for _, r := range rules {
		if !r.allows(n) {
			return false
		}
	}
	return true
}

// ruleTexts lists the rules for the names or lists of a map. The service lists
// all of them, whichever was broken, and the upper bound of a length first.
func ruleTexts(rules []rule) string {
	var out []string
	for _, r := range rules {
		out = append(out, r.text)
	}
	if len(out) > 1 {
		out[0], out[1] = out[1], out[0]
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// maxRenderedBytes is about the most bytes of a value that a message shows: an
// error must not be as large as its request.
const maxRenderedBytes = 2048

// render returns a value as messages show it: a map as JSON, a structure as its
// type with its members, a list in brackets. Long values are cut.
func render(n *Node, s *Shape) string { return string(appendRendered(nil, n, s)) }

func appendRendered(dst []byte, n *Node, s *Shape) []byte {
	switch {
	case n.Type == Null:
		return append(dst, "null"...)
	case n.Type == Array && s.kind == shapeList:
		dst = append(dst, '[')
		for i := range n.Elems {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			if len(dst) > maxRenderedBytes {
				dst = append(dst, "..."...)
				break
			}
			dst = appendRendered(dst, &n.Elems[i], s.elem)
		}
		return append(dst, ']')
	case n.Type == Object && s.kind == shapeStruct:
		dst = append(append(dst, s.class...), '(')
		first := true
		for _, f := range s.fields {
			v := n.Get(f.Name)
			if v == nil {
				continue
			}
			if !first {
				dst = append(dst, ", "...)
			}
			first = false
			dst = append(append(dst, lowerFirst(f.Name)...), '=')
			dst = appendRendered(dst, v, f.Shape)
		}
		return append(dst, ')')
	case n.Type == Object:
		text := string(n.appendJSONStart(nil))
		if len(text) > maxRenderedBytes {
			text = strings.ToValidUTF8(text[:maxRenderedBytes], "") + "...}"
		}
		return append(dst, text...)
	}
	if len(n.Text) > maxRenderedBytes {
		return append(append(dst, strings.ToValidUTF8(n.Text[:maxRenderedBytes], "")...), "..."...)
	}
	return append(dst, n.Text...)
}

// appendJSONStart appends the node as JSON. It stops when it has appended more bytes
// than a message shows.
func (n *Node) appendJSONStart(dst []byte) []byte {
	switch n.Type {
	case String:
		return appendStringStart(dst, n.Text)
	case Array:
		dst = append(dst, '[')
		for i := range n.Elems {
			if len(dst) > maxRenderedBytes {
				return dst
			}
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = n.Elems[i].appendJSONStart(dst)
		}
		return append(dst, ']')
	case Object:
		dst = append(dst, '{')
		for i := range n.Members {
			if len(dst) > maxRenderedBytes {
				return dst
			}
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendStringStart(dst, n.Members[i].Name), ':')
			dst = n.Members[i].Value.appendJSONStart(dst)
		}
		return append(dst, '}')
	}
	return n.AppendJSON(dst)
}

// appendStringStart appends a string as JSON, without what a message certainly does
// not show.
func appendStringStart(dst []byte, s string) []byte {
	return AppendString(dst, s[:min(len(s), maxRenderedBytes+utf8.UTFMax)])
}
