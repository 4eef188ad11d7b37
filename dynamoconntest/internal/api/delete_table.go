package api

func (c *call) deleteTable() *Error {
	name := tableName(c.Input.Get("TableName").Str())
	var failed *Error
	c.DB.Write(c.now, func() {
		t := c.DB.Table(c.Region, name, c.now)
		if t == nil {
			failed = tableNotFoundError(name)
			return
		}
		switch status := t.Status(c.now); {
		case status == "CREATING":
			failed = ServiceError("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being created: %s", name)
			return
		case status == "UPDATING":
			failed = ServiceError("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being updated: %s", name)
			return
		case status == "DELETING":
			failed = ServiceError("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being deleted: %s", name)
			return
		case t.Protected:
			failed = validationError("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
			return
		}
		t.GoneAt = c.now.Add(c.DeleteDelay)
		if c.DeleteDelay <= 0 {
			c.DB.Drop(t)
		}
		c.Key("TableDescription")
		c.writeTableDescription(t)
	})
	return failed
}
