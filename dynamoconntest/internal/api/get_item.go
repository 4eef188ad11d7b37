package api

func (c *call) getItem() *Error {
	if err := checkParams(c.Input, []string{"ProjectionExpression"}, []string{"AttributesToGet"}); err != nil {
		return err
	}
	key, err := readItem(c.Input.Get("Key"))
	if err != nil {
		return err
	}
	r, err := newKeyReader(c.Input)
	if err != nil {
		return err
	}
	return c.lockForReading(func() *Error {
		t, err := c.activeTable(c.Input.Get("TableName").Str())
		if err == nil {
			err = validationErrorFrom(t.Schema.CheckKey(key))
		}
		if err == nil {
			err = checkKeyPaths(t, r.projection.Paths())
		}
		if err != nil {
			return err
		}
		it, size, ok := r.read(c, t, key)
		if ok {
			c.writeItem("Item", it)
		}
		c.writeConsumedCapacity(consumedUnits{tableName: t.Name, table: readUnits(size, r.consistent)})
		return nil
	})
}
