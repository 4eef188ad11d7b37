package table

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/dynamoconn/dynamoconn"
)

// template makes the text of a key attribute from other fields:
//
//	CUSTOMER#{CustomerID}       the text of the field, a string or an integer
//	LINE#{Order}#{Number:4}     an integer with zeros before it, four digits in all
//
// Different values of the fields always make different texts.
type template struct {
	text  string
	parts []part
	end   string // behind the last part
}

// part is one field of a template.
type part struct {
	before string // the text before it
	field  *field
	width  int // the digits of an integer, 0 for as many as it has
}

// parseTemplate returns the template of a tag. fieldOf returns the field with a name.
func parseTemplate(text string, fieldOf func(name string) (*field, error)) (*template, error) {
	t := &template{text: text}
	rest := text
	for {
		before, more, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			return nil, errors.New("closes a brace that it does not open")
		}
		if !found {
			t.end = before
			return t, nil
		}
		inside, behind, closed := strings.Cut(more, "}")
		if !closed {
			return nil, errors.New("does not close a brace")
		}
		p, err := parsePart(inside, fieldOf)
		if err != nil {
			return nil, err
		}
		if n := len(t.parts); n > 0 && before == "" && t.parts[n-1].width == 0 {
			return nil, fmt.Errorf("needs a text between {%s} and {%s}, or nothing tells where one ends", t.parts[n-1].field.name, p.field.name)
		}
		p.before = before
		t.parts, rest = append(t.parts, p), behind
	}
}

// parsePart returns what stands between two braces.
func parsePart(inside string, fieldOf func(name string) (*field, error)) (p part, err error) {
	const most = 20 // as many digits as a uint64 has
	name, width, hasWidth := strings.Cut(inside, ":")
	if p.field, err = fieldOf(name); err != nil {
		return p, err
	}
	switch isInteger := p.field.isInteger(); {
	case p.field.tag.version || p.field.tag.mark || p.field.tag.updated:
		return p, fmt.Errorf("{%s} changes with each write", name)
	case p.field.tag.hasFrom:
		return p, fmt.Errorf("{%s} is itself made from a template", name)
	case !isInteger && p.field.kind != dynamoconn.KindString:
		return p, fmt.Errorf("{%s} is neither a string nor an integer", name)
	case hasWidth && !isInteger:
		return p, fmt.Errorf("{%s} is no integer: only an integer has a width", inside)
	case hasWidth:
		if p.width, err = strconv.Atoi(width); err != nil || p.width < 1 || p.width > most {
			return p, fmt.Errorf("{%s} has no width from 1 to %d", inside, most)
		}
	}
	return p, nil
}

// errEmptyPart means that a field which a template needs is empty or not there.
var errEmptyPart = errors.New("must not be empty: a key is made from it")

// partError is what is wrong with the value of a field of a template.
type partError struct {
	field *field
	err   error
}

func (e *partError) Error() string { return e.field.attribute + ": " + e.err.Error() }
func (e *partError) Unwrap() error { return e.err }

// make returns the text for an item, which has the attributes of the fields.
func (t *template) make(item dynamoconn.Item) (string, error) {
	values := make([]dynamoconn.KeyValue, len(t.parts))
	for i, p := range t.parts {
		values[i], _ = item.Get(p.field.attribute)
	}
	return t.join(values)
}

// join returns the text for values of the first fields of the template. If some are left, it ends
// before the first of them.
func (t *template) join(values []dynamoconn.KeyValue) (string, error) {
	var b strings.Builder
	for i, p := range t.parts {
		b.WriteString(p.before)
		if i == len(values) {
			return b.String(), nil
		}
		text, err := p.value(values[i], t.behind(i))
		if err != nil {
			return "", &partError{p.field, err}
		}
		b.WriteString(text)
	}
	b.WriteString(t.end)
	return b.String(), nil
}

// behind returns the text that tells where a part ends. It is empty behind the last part, whose end
// is known.
func (t *template) behind(i int) string {
	if i+1 < len(t.parts) {
		return t.parts[i+1].before
	}
	return ""
}

// value returns the text of the value of a part. behind is what comes after it.
func (p *part) value(kv dynamoconn.KeyValue, behind string) (string, error) {
	switch kv := kv.(type) {
	case *dynamoconn.KeyValueString:
		text := kv.StringValue
		switch {
		case text == "":
			return "", errEmptyPart
		case behind != "" && strings.Index(text+behind, behind) != len(text):
			return "", fmt.Errorf("must not have %q in it, or end with a part of it: in the key it comes after the value", behind)
		}
		return text, nil
	case *dynamoconn.KeyValueLong:
		return p.pad(strconv.FormatInt(kv.LongValue, 10))
	case *dynamoconn.KeyValueDecimal:
		return p.pad(kv.DecimalValue.String())
	case nil, *dynamoconn.KeyValueNull:
		return "", errEmptyPart
	}
	return "", errors.New("is neither a string nor an integer")
}

// pad puts zeros before an integer.
func (p *part) pad(digits string) (string, error) {
	missing := p.width - len(digits)
	switch {
	case p.width == 0:
		return digits, nil
	case missing < 0:
		return "", fmt.Errorf("has more than the %d digits that the key has for it", p.width)
	case digits[0] == '-':
		return "", errors.New("must not be negative: the key has zeros before it")
	}
	return strings.Repeat("0", missing) + digits, nil
}
