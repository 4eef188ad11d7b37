package dynamoconn

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// FieldError names the part of a request, an item or a response that breaks a
// rule. An error that is [ErrInvalidRequest], [ErrItemTooLarge] or
// [ErrCorruptResponse] unwraps to one, and [Value] returns one.
type FieldError struct {
	// Path is the field, or the place in an item: "TableName",
	// "Item.Address.Lines[2]".
	Path string
	// Rule is the broken rule in words: "must not be nil". It holds no value of an item. It
	// is empty if the cause says all.
	Rule string

	causes []error
	about  string // said in place of the first cause, where there is no request
}

// What a FieldError is about where there is no request: an item that is converted, marshaled
// or unmarshaled by itself, what it is unmarshaled into, or a text that names something.
const (
	aboutItem   = "invalid item"
	aboutTarget = "invalid target"
	aboutText   = "invalid text"
)

// Error returns the cause, the path and the rule.
func (e *FieldError) Error() string {
	var parts []string
	switch {
	case e.about != "":
		parts = append(parts, e.about)
	case len(e.causes) > 0:
		parts = append(parts, e.causes[0].Error())
	}
	for _, part := range []string{e.Path, e.Rule} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the causes among this package's Err variables.
func (e *FieldError) Unwrap() []error { return e.causes }

// invalid returns the error for a request whose field at path breaks a rule. The
// request is not sent.
func invalid(path, rule string) *FieldError {
	return &FieldError{Path: path, Rule: rule, causes: []error{ErrInvalidRequest}}
}

// broken is invalid without a path: the function that finds the broken rule does not
// know where the value is. Its callers add the path, from the inside out, with under,
// underName and underElement. So a path costs nothing while all is well.
func broken(rule string) *FieldError { return invalid("", rule) }

// withoutRequest returns err for a function that gets no request: its text says what it is
// about instead.
func withoutRequest(about string, err error) error {
	field, ok := as[*FieldError](err)
	if !ok || !errors.Is(field.causes[0], ErrInvalidRequest) {
		return err
	}
	moved := *field
	moved.about = about
	return &moved
}

// unreadable returns the error for a text that names nothing of the kind that it should.
func unreadable(rule string) error { return withoutRequest(aboutText, broken(rule)) }

// corrupt is broken for a part of an answer.
func corrupt(rule string, causes ...error) error {
	return &FieldError{Rule: rule, causes: append([]error{ErrCorruptResponse}, causes...)}
}

// under returns err with prefix before the path of its FieldError. Any other error is
// returned as it is.
func under(prefix string, err error) error {
	if err == nil {
		return nil
	}
	var field *FieldError
	if !errors.As(err, &field) {
		return err
	}
	moved := *field
	switch {
	case field.Path == "":
		moved.Path = prefix
	case field.Path[0] == '[':
		moved.Path = prefix + field.Path
	default:
		moved.Path = prefix + "." + field.Path
	}
	return &moved
}

// underName returns err with the name of an attribute before its path.
func underName(name string, err error) error { return under(showName(name), err) }

// underElement returns err with the index of an element of a list or set before its path.
func underElement(i int, err error) error { return under("["+strconv.Itoa(i)+"]", err) }

// pathOf returns the path to an attribute in nested maps: Address.City.
func pathOf(key string, nested []string) string {
	path := showName(key)
	for _, name := range nested {
		path += "." + showName(name)
	}
	return path
}

const longestShownName = 64

// showName returns the name of an attribute as a path shows it: cut if it is long, and
// quoted if it could be mistaken for something else.
func showName(name string) string {
	dots := ""
	if len(name) > longestShownName {
		name, dots = strings.ToValidUTF8(name[:longestShownName], ""), "..."
	}
	if name == "" || strings.ContainsFunc(name, needsQuotes) {
		return strconv.Quote(name + dots)
	}
	return name + dots
}

func needsQuotes(r rune) bool {
	return r != '_' && r != '-' && r != ':' && r != '#' &&
		(r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

const longestMessage = 1024

// clean makes text from a server fit to be shown: at most longestMessage bytes, and no
// characters that control a terminal or change the direction of the text.
func clean(text string) string {
	const more = "..."
	cut := len(text) > longestMessage
	if !cut && isPrintable(text) {
		return text // as every ID of a request
	}
	if cut {
		text = text[:longestMessage-len(more)]
	}
	text = strings.ToValidUTF8(text, "?")
	text = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return ' '
		}
		return r
	}, text)
	if cut {
		text += more
	}
	return text
}

// isPrintable reports whether text has only printable ASCII.
func isPrintable(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// hidden holds a value that nothing shows by accident. Package fmt and others walk through the
// fields of a struct, and call no method of what is in a field that is not exported. So an error
// has no item, and no error of the SDK, which may have one, where reflection finds it.
type hidden[T any] func() T

func hide[T any](value T) hidden[T] { return func() T { return value } }

// get returns the value, and the zero value if there is none.
func (h hidden[T]) get() (value T) {
	if h != nil {
		value = h()
	}
	return value
}
