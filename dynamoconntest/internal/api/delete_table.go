package api

func (c *call) deleteTable() *Error {
	name := tableName(c.Input.Get("TableName").Str())
	return c.lockForWriting(func() *Error {
		t := c.DB.Table(c.Region, name, c.now)
		if t == nil {
			return tableNotFoundError(name)
		}
		switch status := t.Status(c.now); {
		case status == "CREATING":
			return ServiceError("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being created: %s", name)
		case status == "UPDATING":
			return ServiceError("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being updated: %s", name)
		case status == "DELETING":
			return ServiceError("ResourceInUseException", "Attempt to change a resource which is still in use: Table is being deleted: %s", name)
		case t.Protected:
			return validationError("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
		}
		t.GoneAt = c.now.Add(c.DeleteDelay)
		if c.DeleteDelay <= 0 {
			c.DB.Drop(t)
		}
		c.Key("TableDescription")
		c.writeTableDescription(t)
		return nil
	})
}
