package wire

import (
	"fmt"
	"strings"
)

// maxReported is how many violated constraints one message lists.
const maxReported = 10

// CheckConstraints lists what of the tree breaks the shape's constraints, as
// one message of the service ("2 validation errors detected: …"), or "".
func CheckConstraints(n *Node, s *Shape) string {
	var found []string
	collect(n, s, "", &found)
	if len(found) == 0 {
		return ""
	}
	if len(found) > maxReported {
		found = found[:maxReported]
	}
	plural := "s"
	if len(found) == 1 {
		plural = ""
	}
	return fmt.Sprintf("%d validation error%s detected: %s", len(found), plural, strings.Join(found, "; "))
}

func collect(n *Node, s *Shape, path string, found *[]string) {
	if !n.Present() {
		return
	}
	report := func(value, constraint string) {
		*found = append(*found, "Value "+value+" at '"+path+"' failed to satisfy constraint: "+constraint)
	}
	for _, r := range s.rules {
		if !r.holds(n) {
			report("'"+render(n)+"'", r.text)
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
			collect(&n.Elems[i], s.elem, join(fmt.Sprintf("%d.member", i+1)), found)
		}
	case shapeMap:
		for _, r := range s.keys {
			for i := range n.Members {
				if !r.holds(&Node{Type: String, Text: n.Members[i].Name}) {
					report("'"+render(n)+"'", "Map keys must satisfy constraint: ["+r.text+"]")
				}
			}
		}
		if s.elem.kind == shapeValue {
			return
		}
		if s.elem.kind == shapeList && len(s.elem.rules) > 0 {
			checkLists(n, s.elem, report)
			bare := *s.elem
			bare.rules = nil
			s = &Shape{kind: shapeMap, elem: &bare}
		}
		for i := range n.Members {
			collect(&n.Members[i].Value, s.elem, join(n.Members[i].Name+".member"), found)
		}
	case shapeStruct:
		for _, f := range s.fields {
			at := join(lowerFirst(f.Name))
			v := n.Get(f.Name)
			if v == nil {
				if f.Required {
					*found = append(*found, "Value null at '"+at+"' failed to satisfy constraint: Member must not be null")
				}
				continue
			}
			collect(v, f.Shape, at, found)
		}
	}
}

// checkLists reports the lists of a map that break their rules as faults of
// the map, which is how the service names them.
func checkLists(n *Node, elem *Shape, report func(value, constraint string)) {
	for i := range n.Members {
		for _, r := range elem.rules {
			if v := &n.Members[i].Value; v.Present() && !r.holds(v) {
				report("'"+render(n)+"'", "Map value must satisfy constraint: ["+r.text+"]")
				return
			}
		}
	}
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// render is a value as messages show it. Long ones are cut.
func render(n *Node) string {
	const most = 256
	var s string
	switch n.Type {
	case Array:
		parts := make([]string, 0, len(n.Elems))
		for i := range n.Elems {
			if i == 8 {
				parts = append(parts, "...")
				break
			}
			parts = append(parts, render(&n.Elems[i]))
		}
		s = "[" + strings.Join(parts, ", ") + "]"
	case Object:
		parts := make([]string, 0, len(n.Members))
		for i := range n.Members {
			if i == 8 {
				parts = append(parts, "...")
				break
			}
			parts = append(parts, n.Members[i].Name+"="+render(&n.Members[i].Value))
		}
		s = "{" + strings.Join(parts, ", ") + "}"
	default:
		s = n.Text
	}
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return s
}
