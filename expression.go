package dynamoconn

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expression collects the placeholders of one request. The text of an expression has
// placeholders only: no name and no value that the caller gives can become a part of it.
type expression struct {
	names        map[string]string
	values       []placeholderValue // in the order in which they were added
	placeholders []placeholderName  // of the attributes that name was asked for: few, in 4 KB of text
	encoded      []byte             // the values as a JSON object that is still open, or nil
}

// placeholderName is the name of an attribute with its placeholder.
type placeholderName struct{ placeholder, attribute string }

// placeholderValue is a value that has been checked.
type placeholderValue struct {
	placeholder string
	value       KeyValue
}

const longestPlaceholder = 255

// newExpression returns an expression with the caller's own placeholders.
func newExpression(names map[string]string, values Item) (*expression, error) {
	for placeholder, name := range names {
		if err := checkPlaceholder("ExpressionAttributeNames", placeholder, '#'); err != nil {
			return nil, err
		}
		if rule := brokenNameRule(name); rule != "" {
			return nil, invalid("ExpressionAttributeNames["+showName(placeholder)+"]", rule)
		}
	}
	for _, kv := range values {
		if isNil(kv) {
			break // appendItem below says where
		}
		if err := checkPlaceholder("ExpressionAttributeValues", kv.KeyName(), ':'); err != nil {
			return nil, err
		}
	}
	x := &expression{names: maps.Clone(names)}
	if len(values) > 0 {
		encoded, _, err := appendItem(nil, values)
		if err != nil {
			return nil, under("ExpressionAttributeValues", err)
		}
		x.encoded = encoded[:len(encoded)-len("}")]
		for _, kv := range values {
			x.values = append(x.values, placeholderValue{kv.KeyName(), kv})
		}
	}
	return x, nil
}

func checkPlaceholder(field, placeholder string, first byte) error {
	at := field + "[" + showName(placeholder) + "]"
	switch {
	case len(placeholder) < 2 || placeholder[0] != first:
		return invalid(at, fmt.Sprintf("must begin with %c and go on with a name", first))
	case len(placeholder) > longestPlaceholder:
		return invalid(at, "must have at most 255 bytes")
	}
	return nil
}

// brokenNameRule returns the rule that the name of an attribute breaks, or "" if it breaks
// none.
func brokenNameRule(name string) string {
	switch {
	case name == "":
		return "must not be empty"
	case !utf8.ValidString(name):
		return "must be valid UTF-8"
	}
	return ""
}

// name returns the placeholder of an attribute's name.
func (x *expression) name(attribute string) string {
	for _, known := range x.placeholders {
		if known.attribute == attribute {
			return known.placeholder
		}
	}
	if x.names == nil {
		x.names = make(map[string]string)
	}
	placeholder := free("#n", len(x.names), func(placeholder string) bool {
		_, taken := x.names[placeholder]
		return taken
	})
	x.names[placeholder] = attribute
	x.placeholders = append(x.placeholders, placeholderName{placeholder, attribute})
	return placeholder
}

// value returns the placeholder of a new value. It refuses what [ToAttributeValue] refuses.
func (x *expression) value(kv KeyValue) (string, error) {
	placeholder := free(":v", len(x.values), func(placeholder string) bool {
		return slices.ContainsFunc(x.values, func(v placeholderValue) bool { return v.placeholder == placeholder })
	})
	first := byte(',')
	if x.encoded == nil {
		first = '{'
	}
	encoded, err := appendValue(append(appendQuoted(append(x.encoded, first), placeholder), ':'), kv)
	if err != nil {
		return "", err
	}
	x.encoded = encoded
	x.values = append(x.values, placeholderValue{placeholder, kv})
	return placeholder, nil
}

// attributeValues returns the values as the SDK's type, or nil if there are none.
func (x *expression) attributeValues() map[string]types.AttributeValue {
	if len(x.values) == 0 {
		return nil
	}
	attributes := make(map[string]types.AttributeValue, len(x.values))
	for _, v := range x.values {
		// A value that could not be converted has been refused.
		attributes[v.placeholder], _ = v.value.attributeValue(0, &walk{})
	}
	return attributes
}

// free returns a placeholder that is not taken. count placeholders are.
func free(prefix string, count int, isTaken func(string) bool) string {
	for i := count; ; i++ {
		if placeholder := placeholderOf(prefix, i); !isTaken(placeholder) {
			return placeholder
		}
	}
}

// usualPlaceholders are those that most requests have, made once.
var usualPlaceholders = func() map[string][]string {
	usual := make(map[string][]string)
	for _, prefix := range []string{"#n", ":v"} {
		for i := range 16 {
			usual[prefix] = append(usual[prefix], prefix+strconv.Itoa(i))
		}
	}
	return usual
}()

func placeholderOf(prefix string, i int) string {
	if usual := usualPlaceholders[prefix]; i < len(usual) {
		return usual[i]
	}
	return prefix + strconv.Itoa(i)
}

// projection returns the projection expression of whole attributes.
func (x *expression) projection(attributes []string) (string, error) {
	terms := make([]string, len(attributes))
	seen := make(map[string]bool, len(attributes))
	for i, attribute := range attributes {
		at := fmt.Sprintf("Attributes[%d]", i)
		if rule := brokenNameRule(attribute); rule != "" {
			return "", invalid(at, rule)
		}
		if seen[attribute] {
			return "", invalid(at, "is named twice")
		}
		seen[attribute] = true
		terms[i] = x.name(attribute)
	}
	return strings.Join(terms, ", "), nil
}

// noExpression is that of a read that returns all attributes, and of a write without a condition.
// It must not be changed.
var noExpression = &expression{}

// newProjection returns the projection expression of a read that has no other expression,
// and its placeholders. The text is nil if the read returns all attributes.
func newProjection(attributes []string, projection string, names map[string]string) (*expression, *string, error) {
	if err := needsExpression(names, nil, projection); err != nil {
		return nil, nil, err
	}
	if len(attributes) == 0 && projection == "" {
		return noExpression, nil, nil
	}
	x, err := newExpression(names, nil)
	if err != nil {
		return nil, nil, err
	}
	text, err := x.project(attributes, projection)
	return x, text, err
}

// project returns the projection expression of a read, or nil if the read returns all
// attributes.
func (x *expression) project(attributes []string, projection string) (*string, error) {
	if len(attributes) == 0 {
		return optional(projection), nil
	}
	if projection != "" {
		return nil, invalid("ProjectionExpression", "cannot be given together with Attributes")
	}
	text, err := x.projection(attributes)
	return optional(text), err
}

// topLevelNames returns the attributes with which the paths of a projection expression
// begin.
func topLevelNames(projection string, names map[string]string) map[string]bool {
	top := make(map[string]bool)
	for term := range strings.SplitSeq(projection, ",") {
		name := strings.TrimSpace(term)
		if end := strings.IndexAny(name, ".["); end >= 0 {
			name = name[:end]
		}
		name = strings.TrimSpace(name)
		if attribute, ok := names[name]; ok {
			name = attribute
		}
		top[name] = true
	}
	return top
}

// needsExpression refuses placeholders if there is no expression to use them.
func needsExpression(names map[string]string, values Item, expressions ...string) error {
	if strings.Join(expressions, "") != "" {
		return nil
	}
	if len(names) > 0 {
		return invalid("ExpressionAttributeNames", "are not used: there is no expression")
	}
	if len(values) > 0 {
		return invalid("ExpressionAttributeValues", "are not used: there is no expression")
	}
	return nil
}
