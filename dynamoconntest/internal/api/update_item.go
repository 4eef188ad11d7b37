package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
)

func (c *call) updateItem() *Error {
	if err := checkParams(c.Input, []string{"UpdateExpression", "ConditionExpression"},
		[]string{"AttributeUpdates", "Expected", "ConditionalOperator"}); err != nil {
		return err
	}
	w := &write{}
	var err *Error
	if w.key, err = readItem(c.Input.Get("Key")); err != nil {
		return err
	}
	names, err := readNames(c.Input)
	if err != nil {
		return err
	}
	if w.update, err = readUpdate(c.Input, names); err != nil {
		return err
	}
	if err := w.readCondition(c.Input, names); err != nil {
		return err
	}
	paths := w.update.ChangedPaths()
	return c.runWrite(w, func(old, next attr.Item) attr.Item {
		switch c.Input.Get("ReturnValues").Str() {
		case "ALL_OLD":
			return old
		case "ALL_NEW":
			return next
		case "UPDATED_OLD":
			return expr.Pick(old, paths)
		case "UPDATED_NEW":
			return expr.Pick(next, paths)
		}
		return nil
	})
}
