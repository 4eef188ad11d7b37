package attr

import "github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"

// MaxDepth is how many lists and maps may be nested in one another in an item.
// The service's documentation says 32 levels: it counts the value in the
// innermost list or map as well.
const MaxDepth = 31

// TooDeep reports whether the value nests more lists and maps than the service
// stores.
func (v Value) TooDeep() bool { return v.nestsDeeperThan(MaxDepth) }

// nestsDeeperThan reports whether more than left lists and maps are nested in
// one another in the value.
func (v Value) nestsDeeperThan(left int) bool {
	switch v.kind {
	case L:
		if left == 0 {
			return true
		}
		for _, e := range v.List() {
			if e.nestsDeeperThan(left - 1) {
				return true
			}
		}
	case M:
		if left == 0 {
			return true
		}
		for _, a := range v.Map() {
			if a.Value.nestsDeeperThan(left - 1) {
				return true
			}
		}
	}
	return false
}

// nodeNestsDeeperThan is nestsDeeperThan for a value that has not been decoded:
// the service checks the nesting before it reads values.
func nodeNestsDeeperThan(n *protocol.Node, left int) bool {
	if list := n.Get("L"); list != nil {
		if left == 0 {
			return true
		}
		for i := range list.Elems {
			if nodeNestsDeeperThan(&list.Elems[i], left-1) {
				return true
			}
		}
	}
	if m := n.Get("M"); m != nil {
		if left == 0 {
			return true
		}
		for i := range m.Members {
			if nodeNestsDeeperThan(&m.Members[i].Value, left-1) {
				return true
			}
		}
	}
	return false
}
