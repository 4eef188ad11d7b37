package attr

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

// AppendJSON appends the value in DynamoDB JSON. The zero Value is null.
func (v Value) AppendJSON(dst []byte) []byte {
	if v.kind == None {
		return append(dst, "null"...)
	}
	dst = append(dst, '{', '"')
	dst = append(dst, v.kind.String()...)
	dst = append(dst, '"', ':')
	switch v.kind {
	case S:
		dst = protocol.AppendString(dst, v.text)
	case N:
		dst = append(dst, '"')
		dst = append(dst, v.text...)
		dst = append(dst, '"')
	case B:
		dst = appendBase64(dst, v.text)
	case BOOL:
		if v.boolean {
			dst = append(dst, "true"...)
		} else {
			dst = append(dst, "false"...)
		}
	case NULL:
		dst = append(dst, "true"...)
	case L:
		dst = append(dst, '[')
		for i, e := range v.List() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.AppendJSON(dst)
		}
		dst = append(dst, ']')
	case M:
		dst = v.Map().AppendJSON(dst)
	case SS, NS, BS:
		dst = append(dst, '[')
		for i, m := range v.Members() {
			if i > 0 {
				dst = append(dst, ',')
			}
			if v.kind == BS {
				dst = appendBase64(dst, m)
			} else {
				dst = protocol.AppendString(dst, m)
			}
		}
		dst = append(dst, ']')
	}
	return append(dst, '}')
}

func appendBase64(dst []byte, s string) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, []byte(s))
	return append(dst, '"')
}

// AppendJSON appends the item as an object of DynamoDB JSON values.
func (it Item) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	for i := range it {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = protocol.AppendString(dst, it[i].Name)
		dst = append(dst, ':')
		dst = it[i].Value.AppendJSON(dst)
	}
	return append(dst, '}')
}

// The service's messages about malformed values.
var (
	errEmptyValue       = errors.New("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	errManyTypes        = errors.New("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	errNullFalse        = errors.New("One or more parameter values were invalid: Null attribute value types must have the value of true")
	errEmptySS          = errors.New("One or more parameter values were invalid: An string set  may not be empty")
	errEmptyNS          = errors.New("One or more parameter values were invalid: An number set  may not be empty")
	errEmptyBS          = errors.New("One or more parameter values were invalid: Binary sets should not be empty")
	errNullMember       = errors.New("One or more parameter values were invalid: An string set may not have a null string as a member")
	errDuplicateNumbers = WordedError{"One or more parameter values were invalid: Input collection contains duplicates.", "Input collection contains duplicates"}
	errNoNumber         = WordedError{string(errNotANumber) + ": ", string(errNotANumber)}
	errEmptyName        = errors.New("Empty attribute name")
	errLongName         = errors.New("Attribute name is too large, must be less than 65536 bytes")
	errNesting          = errors.New("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
)

// WordedError is an error that the service words in two ways, each in some operations.
type WordedError struct{ current, older string }

// Error returns the message in the current wording.
func (e WordedError) Error() string { return e.current }

// Older returns the message in the older wording.
func (e WordedError) Older() string { return e.older }

// InExpressionValue returns the error of a value that is in ExpressionAttributeValues. Only
// the older wording says so.
func InExpressionValue(err error, name string) error {
	older := err.Error()
	var worded WordedError
	if errors.As(err, &worded) {
		older = worded.older
	}
	return WordedError{err.Error(), "ExpressionAttributeValues contains invalid value: " + older + " for key " + name}
}

// maxNameLength is the greatest length of an attribute's name, in bytes.
const maxNameLength = 65535

// CheckName returns an error if the name of an attribute is empty or too long. The
// error's text is the service's message.
func CheckName(name string) error {
	if name == "" {
		return errEmptyName
	}
	if len(name) > maxNameLength {
		return errLongName
	}
	return nil
}

// Decode reads a value in DynamoDB JSON. The caller has checked the JSON types.
// The error's text is the service's message.
func Decode(n *protocol.Node) (Value, error) { return decode(n, MaxDepth) }

func decode(n *protocol.Node, depth int) (Value, error) {
	if !n.Present() {
		return Value{}, errEmptyValue
	}
	var out Value
	count := 0
	for k := S; k <= BS; k++ {
		m := n.Get(k.String())
		if m == nil {
			continue
		}
		count++
		v, err := decodeAs(k, m, depth)
		if err != nil {
			return Value{}, err
		}
		out = v
	}
	switch count {
	case 0:
		return Value{}, errEmptyValue
	case 1:
		return out, nil
	}
	return Value{}, errManyTypes
}

func decodeAs(k Kind, m *protocol.Node, depth int) (Value, error) {
	switch k {
	case S:
		return Value{kind: S, text: m.Text, boolean: m.LoneSurrogate}, nil
	case N:
		num, err := decodeNumber(m.Text)
		if err != nil {
			return Value{}, err
		}
		return FromNumber(num), nil
	case B:
		b, err := base64.StdEncoding.DecodeString(m.Text)
		return Binary(string(b)), err
	case BOOL:
		return Bool(m.True()), nil
	case NULL:
		if !m.True() {
			return Value{}, errNullFalse
		}
		return Null(), nil
	case L:
		if depth == 0 {
			return Value{}, errNesting
		}
		list := make([]Value, 0, len(m.Elems))
		for i := range m.Elems {
			v, err := decode(&m.Elems[i], depth-1)
			if err != nil {
				return Value{}, err
			}
			list = append(list, v)
		}
		return List(list), nil
	case M:
		if depth == 0 {
			return Value{}, errNesting
		}
		it, err := decodeItem(m, depth-1)
		return Map(it), err
	}
	return decodeSet(k, m)
}

func decodeNumber(s string) (Number, error) {
	if s == "" {
		return Number{}, errNoNumber
	}
	return ParseNumber(s)
}

func decodeSet(k Kind, m *protocol.Node) (Value, error) {
	if len(m.Elems) == 0 {
		switch k {
		case SS:
			return Value{}, errEmptySS
		case NS:
			return Value{}, errEmptyNS
		}
		return Value{}, errEmptyBS
	}
	members := make([]string, 0, len(m.Elems))
	for i := range m.Elems {
		e := &m.Elems[i]
		if !e.Present() {
			return Value{}, errNullMember
		}
		text := e.Text
		switch k {
		case NS:
			num, err := decodeNumber(text)
			if err != nil {
				return Value{}, err
			}
			text = num.String()
		case BS:
			b, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return Value{}, err
			}
			text = string(b)
		}
		members = append(members, text)
	}
	set := Set(k, members)
	for i := 1; i < len(members); i++ {
		if members[i] == members[i-1] { // Set has sorted them
			return Value{}, duplicatesError(k, m)
		}
	}
	return set, nil
}

// duplicatesError returns the service's message about a set that holds a member twice. The
// older wording lists the members as they were sent. The current one sorts those before the
// first repetition, and quotes them. Both stop after 16 members.
func duplicatesError(k Kind, m *protocol.Node) error {
	if k == NS {
		return errDuplicateNumbers
	}
	sent := make([]string, len(m.Elems))
	for i := range m.Elems {
		sent[i] = m.Elems[i].Text
	}
	sorted := slices.Clone(sent)
	slices.SortFunc(sorted[:firstRepetition(sent)], func(a, b string) int { return strings.Compare(setMember(k, a), setMember(k, b)) })
	const before = "One or more parameter values were invalid: Input collection "
	if k == BS {
		const after = "of type BS contains duplicates."
		return WordedError{before + listMembers(sorted, `"`, ",") + after, before + listMembers(sent, "", ", ") + after}
	}
	const after = " contains duplicates."
	return WordedError{before + listMembers(sorted, `"`, ", ") + after, before + listMembers(sent, "", ", ") + after}
}

// firstRepetition returns the position of the first member that was there before.
func firstRepetition(members []string) int {
	seen := make(map[string]bool, len(members))
	for i, member := range members {
		if seen[member] {
			return i
		}
		seen[member] = true
	}
	return len(members)
}

// setMember returns the member of a set that has a text in JSON.
func setMember(k Kind, text string) string {
	if k != BS {
		return text
	}
	b, _ := base64.StdEncoding.DecodeString(text) // it has been decoded before
	return string(b)
}

func listMembers(members []string, quote, separator string) string {
	const most = 16
	shown := make([]string, 0, most+1)
	for i, member := range members {
		if i == most {
			shown = append(shown, "...")
			break
		}
		shown = append(shown, quote+member+quote)
	}
	return "[" + strings.Join(shown, separator) + "]"
}

// DecodeItem reads an object whose members are values in DynamoDB JSON. The
// error's text is the service's message.
func DecodeItem(n *protocol.Node) (Item, error) {
	if n == nil {
		return nil, nil
	}
	for i := range n.Members {
		if n.Members[i].Name == "" {
			return nil, errEmptyName
		}
	}
	for i := range n.Members {
		if nodeNestsDeeperThan(&n.Members[i].Value, MaxDepth) {
			return nil, errNesting
		}
	}
	return decodeItem(n, MaxDepth)
}

func decodeItem(n *protocol.Node, depth int) (Item, error) {
	if n == nil {
		return nil, nil
	}
	attrs := make([]Attr, 0, len(n.Members))
	for i := range n.Members {
		m := &n.Members[i]
		if m.Name == "" {
			return nil, errEmptyName
		}
		if err := CheckName(m.Name); err != nil {
			return nil, err
		}
		v, err := decode(&m.Value, depth)
		if err != nil {
			return nil, err
		}
		attrs = append(attrs, Attr{m.Name, v})
	}
	return NewItem(attrs), nil
}
