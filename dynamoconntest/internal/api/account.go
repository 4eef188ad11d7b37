package api

func (c *call) describeLimits() *Error {
	for _, l := range []struct {
		name  string
		value int64
	}{
		{"AccountMaxReadCapacityUnits", 80000}, {"AccountMaxWriteCapacityUnits", 80000},
		{"TableMaxReadCapacityUnits", 40000}, {"TableMaxWriteCapacityUnits", 40000},
	} {
		c.Key(l.name)
		c.Int(l.value)
	}
	return nil
}

func (c *call) describeEndpoints() *Error {
	c.Key("Endpoints")
	c.Open('[')
	c.Open('{')
	c.Key("Address")
	if c.Host != "" {
		c.Str(c.Host) // so that a client that asks for the endpoint stays here
	} else {
		c.Str("dynamodb." + c.ARNRegion + ".amazonaws.com")
	}
	c.Key("CachePeriodInMinutes")
	c.Int(1440)
	c.Close('}')
	c.Close(']')
	return nil
}

func (c *call) describeContinuousBackups() *Error {
	name := c.Input.Get("TableName").Str()
	if err := c.lockForReading(func() *Error {
		if c.DB.Table(c.Region, tableName(name), c.now) == nil {
			return ServiceError("TableNotFoundException", "Table not found: %s", name)
		}
		return nil
	}); err != nil {
		return err
	}
	c.Key("ContinuousBackupsDescription")
	c.Open('{')
	c.Key("ContinuousBackupsStatus")
	c.Str("DISABLED")
	c.Key("PointInTimeRecoveryDescription")
	c.Open('{')
	c.Key("PointInTimeRecoveryStatus")
	c.Str("DISABLED")
	c.Close('}')
	c.Close('}')
	return nil
}
