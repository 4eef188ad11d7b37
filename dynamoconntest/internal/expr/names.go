package expr

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

// Names holds the placeholders of a request, and which of them its expressions
// have used. A nil *Names has none.
type Names struct {
	names      map[string]string
	values     map[string]attr.Value
	usedNames  map[string]bool
	usedValues map[string]bool
}

// ReadNames reads ExpressionAttributeNames and ExpressionAttributeValues. Either
// may be absent.
func ReadNames(names, values *protocol.Node) (*Names, error) {
	n := &Names{usedNames: map[string]bool{}, usedValues: map[string]bool{}}
	if names.Present() {
		if len(names.Members) == 0 {
			return nil, errors.New("ExpressionAttributeNames must not be empty")
		}
		n.names = make(map[string]string, len(names.Members))
		for _, m := range names.Members {
			if err := checkPlaceholder(m.Name, '#'); err != nil {
				return nil, fmt.Errorf("ExpressionAttributeNames contains invalid key: %w", err)
			}
			switch name := m.Value.Str(); {
			case name == "":
				return nil, fmt.Errorf("ExpressionAttributeNames contains invalid value: Empty attribute name for key %s", m.Name)
			case len(name) > 65535:
				return nil, fmt.Errorf("ExpressionAttributeNames contains invalid value: Attribute name is too large, must be less than 65536 bytes for key %s", m.Name)
			default:
				n.names[m.Name] = name
			}
		}
	}
	if values.Present() {
		if len(values.Members) == 0 {
			return nil, errors.New("ExpressionAttributeValues must not be empty")
		}
		n.values = make(map[string]attr.Value, len(values.Members))
		for i := range values.Members {
			m := &values.Members[i]
			if err := checkPlaceholder(m.Name, ':'); err != nil {
				return nil, fmt.Errorf("ExpressionAttributeValues contains invalid key: %w", err)
			}
			v, err := attr.Decode(&m.Value)
			if err != nil {
				return nil, attr.InExpressionValue(err, m.Name)
			}
			n.values[m.Name] = v
		}
	}
	return n, nil
}

func checkPlaceholder(key string, sign byte) error {
	bad := len(key) < 2 || key[0] != sign
	for i := 1; i < len(key) && !bad; i++ {
		bad = !isWordByte(key[i])
	}
	if bad {
		return fmt.Errorf("Syntax error; key: %q", key)
	}
	if len(key) > maxPlaceholder {
		return fmt.Errorf("The expression attribute map contains a key that is too long; size of key: %d", len(key))
	}
	return nil
}

// name returns the name behind a #placeholder and marks it as used.
func (n *Names) name(ref string) (string, bool) {
	if n == nil {
		return "", false
	}
	s, ok := n.names[ref]
	if ok {
		n.usedNames[ref] = true
	}
	return s, ok
}

// value returns the value behind a :placeholder and marks it as used.
func (n *Names) value(ref string) (attr.Value, bool) {
	if n == nil {
		return attr.Value{}, false
	}
	v, ok := n.values[ref]
	if ok {
		n.usedValues[ref] = true
	}
	return v, ok
}

// ValuesSize returns the size of all values.
func (n *Names) ValuesSize() int {
	size := 0
	for _, v := range n.values {
		size += v.Size()
	}
	return size
}

// CheckAllUsed returns an error if a placeholder was given and no expression used
// it.
func (n *Names) CheckAllUsed() error {
	if n == nil {
		return nil
	}
	if left := unusedKeys(n.names, n.usedNames); left != "" {
		return fmt.Errorf("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", left)
	}
	if left := unusedKeys(n.values, n.usedValues); left != "" {
		return fmt.Errorf("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", left)
	}
	return nil
}

// unusedKeys lists the placeholders that are not in used.
func unusedKeys[T any](all map[string]T, used map[string]bool) string {
	var left []string
	for k := range all {
		if !used[k] {
			left = append(left, k)
		}
	}
	sort.Strings(left)
	return strings.Join(left, ", ")
}
