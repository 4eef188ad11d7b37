package api

func (c *call) deleteItem() *Error {
	if err := checkParams(c.Input, []string{"ConditionExpression"}, []string{"Expected", "ConditionalOperator"}); err != nil {
		return err
	}
	w := &write{}
	var err *Error
	if w.key, err = readItem(c.Input.Get("Key")); err != nil {
		return err
	}
	if err := checkReturnValues(c.Input); err != nil {
		return err
	}
	names, err := readNames(c.Input)
	if err != nil {
		return err
	}
	if err := w.readCondition(c.Input, names); err != nil {
		return err
	}
	return c.runWrite(w, c.returnAllOld())
}
