package api

import (
	"slices"
	"strings"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
)

// maxItemSize is the size of the largest item, in bytes.
const maxItemSize = 400 << 10

// checkParams returns an error if a request has both expressions and the older
// parameters that they replaced, or placeholders without an expression.
func checkParams(in *protocol.Node, expressions, older []string) *Error {
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
		return validationError("Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {%s} Expression parameters: {%s}",
			strings.Join(old, ", "), strings.Join(used, ", "))
	}
	if len(used) == 0 && in.Get("ExpressionAttributeNames") != nil {
		return validationError("ExpressionAttributeNames can only be specified when using expressions")
	}
	// A projection uses no values: they need another expression.
	takers := slices.DeleteFunc(slices.Clone(expressions), func(s string) bool { return s == "ProjectionExpression" })
	if len(takers) > 0 && len(given(takers)) == 0 && in.Get("ExpressionAttributeValues") != nil {
		verb := " is null"
		if len(takers) > 1 {
			verb = " are null"
		}
		return validationError(valuesWithoutExpression+": %s", strings.Join(takers, " and ")+verb)
	}
	return nil
}

// parseCondition reads the condition of a write, as an expression or in the older
// form.
func parseCondition(in *protocol.Node, names *expr.Names) (*expr.Condition, *Error) {
	if e := in.Get("ConditionExpression"); e != nil {
		c, err := expr.ParseCondition(e.Str(), names)
		if err != nil {
			return nil, expressionError("ConditionExpression", err)
		}
		return c, nil
	}
	expected := in.Get("Expected")
	if err := checkConditionalOperator(in, expected); err != nil {
		return nil, err
	}
	c, err := expr.ReadExpected(expected, in.Get("ConditionalOperator").Str() == "OR")
	return c, validationErrorFrom(err)
}

// checkConditionalOperator returns an error if there is a ConditionalOperator but
// not two conditions to join.
func checkConditionalOperator(in, conditions *protocol.Node) *Error {
	switch {
	case in.Get("ConditionalOperator") == nil:
		return nil
	case conditions == nil || len(conditions.Members) == 0:
		return validationError("ConditionalOperator cannot be used without Filter or Expected")
	case len(conditions.Members) == 1:
		return validationError("ConditionalOperator can only be used when Filter or Expected has two or more elements")
	}
	return nil
}

// parseProjection reads which attributes to return, from an expression or in the
// older form.
func parseProjection(in *protocol.Node, names *expr.Names) (*expr.Projection, *Error) {
	if e := in.Get("ProjectionExpression"); e != nil {
		p, err := expr.ParseProjection(e.Str(), names)
		if err != nil {
			return nil, expressionError("ProjectionExpression", err)
		}
		return p, nil
	}
	list := in.Get("AttributesToGet")
	if list == nil {
		return nil, nil
	}
	var attrs []string
	for _, e := range list.Elems {
		attrs = append(attrs, e.Text)
	}
	return expr.ProjectNames(attrs), checkAttributesToGet(in)
}

// checkAttributesToGet returns an error if an attribute is named twice or its name
// is too long.
func checkAttributesToGet(in *protocol.Node) *Error {
	list := in.Get("AttributesToGet")
	if list == nil {
		return nil
	}
	seen := map[string]bool{}
	for _, e := range list.Elems {
		if err := attr.CheckName(e.Text); err != nil {
			return validationErrorFrom(err)
		}
		if seen[e.Text] {
			return validationError(invalidParameter+"Duplicate value in attribute name: %s", e.Text)
		}
		seen[e.Text] = true
	}
	return nil
}

// readNames reads the placeholders of a request, or of a part of it.
func readNames(in *protocol.Node) (*expr.Names, *Error) {
	n, err := expr.ReadNames(in.Get("ExpressionAttributeNames"), in.Get("ExpressionAttributeValues"))
	return n, validationErrorFrom(err)
}

func readItem(n *protocol.Node) (attr.Item, *Error) {
	it, err := attr.DecodeItem(n)
	return it, validationErrorFrom(err)
}

// writeItem writes an item as a member of the answer.
func (c *call) writeItem(name string, it attr.Item) {
	c.Key(name)
	c.Append(it.AppendJSON)
}

// checkReturnValues returns an error unless ReturnValues is NONE or ALL_OLD.
func checkReturnValues(in *protocol.Node) *Error {
	switch in.Get("ReturnValues").Str() {
	case "", "NONE", "ALL_OLD":
		return nil
	}
	return validationError("ReturnValues can only be ALL_OLD or NONE")
}

// readUpdate reads what an update does, as an expression or in the older form.
func readUpdate(in *protocol.Node, names *expr.Names) (*expr.Update, *Error) {
	if e := in.Get("UpdateExpression"); e != nil {
		u, err := expr.ParseUpdate(e.Str(), names)
		if err != nil {
			return nil, expressionError("UpdateExpression", err)
		}
		return u, nil
	}
	u, err := expr.ReadAttributeUpdates(in.Get("AttributeUpdates"))
	return u, validationErrorFrom(err)
}
