package api

import "github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"

func (c *call) updateTimeToLive() *Error {
	name := c.Input.Get("TableName").Str()
	spec := c.Input.Get("TimeToLiveSpecification")
	want := store.TTL{Attribute: spec.Get("AttributeName").Str(), Enabled: spec.Get("Enabled").True()}
	var failed *Error
	c.DB.Write(c.now, func() {
		t, err := c.activeTable(name)
		switch {
		case err != nil:
			failed = err
			return
		case want.Enabled && t.TTL.Enabled && t.TTL.Attribute == want.Attribute:
			failed = validationError("TimeToLive is already enabled")
			return
		case !want.Enabled && !t.TTL.Enabled:
			failed = validationError("TimeToLive is already disabled")
			return
		case t.TTL.Enabled && t.TTL.Attribute != want.Attribute:
			failed = validationError("TimeToLive is active on a different AttributeName: current AttributeName is %s", t.TTL.Attribute)
			return
		}
		t.SetTTL(want)
		c.Key("TimeToLiveSpecification")
		c.Open('{')
		c.Key("AttributeName")
		c.Str(want.Attribute)
		c.Key("Enabled")
		c.Bool(want.Enabled)
		c.Close('}')
	})
	return failed
}

func (c *call) describeTimeToLive() *Error {
	name := c.Input.Get("TableName").Str()
	var failed *Error
	c.DB.Read(c.now, func() {
		t := c.DB.Table(c.Region, tableName(name), c.now)
		if t == nil {
			failed = tableNotFoundError(name)
			return
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
	})
	return failed
}
