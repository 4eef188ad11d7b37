package api

import "sort"

const maxTableNames = 100

func (c *call) listTables() *Error {
	limit := maxTableNames
	if n, ok := c.Input.Get("Limit").Int(); ok {
		limit = int(n)
	}
	start := c.Input.Get("ExclusiveStartTableName").Str()
	c.DB.Read(c.now, func() {
		names := c.DB.Names(c.Region, c.now)
		if start != "" {
			names = names[sort.Search(len(names), func(i int) bool { return names[i] > start }):]
		}
		last := ""
		if len(names) > limit {
			names = names[:limit]
			last = names[limit-1]
		}
		c.Key("TableNames")
		c.Open('[')
		for _, n := range names {
			c.Str(n)
		}
		c.Close(']')
		if last != "" {
			c.Key("LastEvaluatedTableName")
			c.Str(last)
		}
	})
	return nil
}
