package api

func (c *call) putItem() *Error {
	if err := checkParams(c.Input, []string{"ConditionExpression"}, []string{"Expected", "ConditionalOperator"}); err != nil {
		return err
	}
	w := &write{}
	var err *Error
	if w.item, err = readItem(c.Input.Get("Item")); err != nil {
		return err
	}
	if err := checkReturnValues(c.Input); err != nil {
		return err
	}
	if w.item.Size() > maxItemSize {
		return errItemSize()
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
