package api

import (
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// maxItem is the largest item, in bytes.
const maxItem = 400 << 10

// checkParams refuses a mixture of expressions and the parameters that they
// replaced, and placeholders without an expression.
func checkParams(in *wire.Node, expressions, older []string) *Error {
	given := func(names []string) (out []string) {
		for _, n := range names {
			if in.Get(n) != nil {
				out = append(out, n)
			}
		}
		return out
	}
	used, old := given(expressions), given(older)
	if len(used) > 0 && len(old) > 0 {
		return invalid("Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {%s} Expression parameters: {%s}",
			strings.Join(old, ", "), strings.Join(used, ", "))
	}
	if len(used) > 0 {
		return nil
	}
	if in.Get("ExpressionAttributeNames") != nil {
		return invalid("ExpressionAttributeNames can only be specified when using expressions")
	}
	takers := slices.DeleteFunc(slices.Clone(expressions), func(s string) bool { return s == "ProjectionExpression" })
	if in.Get("ExpressionAttributeValues") != nil && len(takers) > 0 {
		verb := " is null"
		if len(takers) > 1 {
			verb = " are null"
		}
		return invalid("ExpressionAttributeValues can only be specified when using expressions: %s", strings.Join(takers, " and ")+verb)
	}
	return nil
}

// condition reads a write's condition, in either form.
func condition(in *wire.Node, names *expr.Names) (*expr.Condition, *Error) {
	if e := in.Get("ConditionExpression"); e != nil {
		c, err := expr.ParseCondition(e.Str(), names)
		if err != nil {
			return nil, invalidIn("ConditionExpression", err)
		}
		return c, nil
	}
	operator := in.Get("ConditionalOperator").Str()
	expected := in.Get("Expected")
	if operator != "" && (expected == nil || len(expected.Members) == 0) {
		return nil, invalid("ConditionalOperator cannot be used without Filter or Expected")
	}
	c, err := expr.ReadExpected(expected, operator == "OR")
	return c, invalidErr(err)
}

// projection reads which attributes to return, in either form.
func projection(in *wire.Node, names *expr.Names) (*expr.Projection, *Error) {
	if e := in.Get("ProjectionExpression"); e != nil {
		p, err := expr.ParseProjection(e.Str(), names)
		if err != nil {
			return nil, invalidIn("ProjectionExpression", err)
		}
		return p, nil
	}
	list := in.Get("AttributesToGet")
	if list == nil {
		return nil, nil
	}
	var attrs []string
	seen := map[string]bool{}
	for _, e := range list.Elems {
		if seen[e.Text] {
			return nil, invalid(invalidParameter+"Duplicate value in attribute name: %s", e.Text)
		}
		seen[e.Text] = true
		attrs = append(attrs, e.Text)
	}
	return expr.ProjectNames(attrs), nil
}

// readNames reads the placeholders of a request or a part of it.
func readNames(in *wire.Node) (*expr.Names, *Error) {
	n, err := expr.ReadNames(in.Get("ExpressionAttributeNames"), in.Get("ExpressionAttributeValues"))
	return n, invalidErr(err)
}

func readItem(n *wire.Node) (attr.Item, *Error) {
	it, err := attr.DecodeItem(n)
	return it, invalidErr(err)
}

func (c *call) item(name string, it attr.Item) {
	c.Key(name)
	c.Append(it.AppendJSON)
}
