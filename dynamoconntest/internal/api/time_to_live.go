package api

import "github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"

func (c *call) updateTimeToLive() *Error {
	name := c.Input.Get("TableName").Str()
	spec := c.Input.Get("TimeToLiveSpecification")
	want := store.TTL{Attribute: spec.Get("AttributeName").Str(), Enabled: spec.Get("Enabled").True()}
	return c.lockForWriting(func() *Error {
		t, err := c.activeTable(name)
		switch {
		case err != nil:
			return err
		case want.Enabled && t.TTL.Enabled && t.TTL.Attribute == want.Attribute:
			return validationError("TimeToLive is already enabled")
		case !want.Enabled && !t.TTL.Enabled:
			return validationError("TimeToLive is already disabled")
		case t.TTL.Enabled && t.TTL.Attribute != want.Attribute:
			return validationError("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.TTL.Attribute)
		}
		t.SetTTL(want)
		c.Key("TimeToLiveSpecification")
		c.Open('{')
		c.Key("AttributeName")
		c.Str(want.Attribute)
		c.Key("Enabled")
		c.Bool(want.Enabled)
		c.Close('}')
		return nil
	})
}

func (c *call) describeTimeToLive() *Error {
	name := c.Input.Get("TableName").Str()
	return c.lockForReading(func() *Error {
		t := c.DB.Table(c.Region, tableName(name), c.now)
		if t == nil {
			return tableNotFoundError(name)
		}
		c.Key("TimeToLiveDescription")
		c.Open('{')
		c.Key("TimeToLiveStatus")
		if t.TTL.Enabled {
			c.Str("ENABLED")
			c.Key("AttributeName")
			c.Str(t.TTL.Attribute)
		} else {
			c.Str("DISABLED")
		}
		c.Close('}')
		return nil
	})
}
