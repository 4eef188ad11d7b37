package api

import (
	"sort"

	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

const (
	readBlock  = 4 << 10
	writeBlock = 1 << 10
)

// consumedUnits is the capacity of a table and its indexes that a request consumed.
type consumedUnits struct {
	tableName     string
	table         float64
	local, global map[string]float64
}

func (u *consumedUnits) addIndex(x *store.Index, n float64) {
	if n == 0 {
		return
	}
	m := &u.local
	if x.Global {
		m = &u.global
	}
	if *m == nil {
		*m = map[string]float64{}
	}
	(*m)[x.Name] += n
}

func (u *consumedUnits) add(v consumedUnits) {
	u.tableName = v.tableName
	u.table += v.table
	for name, n := range v.local {
		if u.local == nil {
			u.local = map[string]float64{}
		}
		u.local[name] += n
	}
	for name, n := range v.global {
		if u.global == nil {
			u.global = map[string]float64{}
		}
		u.global[name] += n
	}
}

func (u *consumedUnits) scale(f float64) {
	u.table *= f
	for name := range u.local {
		u.local[name] *= f
	}
	for name := range u.global {
		u.global[name] *= f
	}
}

func (u *consumedUnits) total() float64 {
	sum := u.table
	for _, n := range u.local {
		sum += n
	}
	for _, n := range u.global {
		sum += n
	}
	return sum
}

// countBlocks returns the number of blocks that size bytes fill, at least one.
func countBlocks(size, block int) float64 {
	if size <= block {
		return 1
	}
	return float64((size + block - 1) / block)
}

// readUnits returns the capacity for reading size bytes.
func readUnits(size int, consistent bool) float64 {
	n := countBlocks(size, readBlock)
	if !consistent {
		n /= 2
	}
	return n
}

// writeUnits returns the capacity for replacing old by next in a table and its
// indexes. Either may be nil.
func writeUnits(t *store.Table, old, next attr.Item) consumedUnits {
	u := consumedUnits{tableName: t.Name, table: countBlocks(max(old.Size(), next.Size()), writeBlock)}
	for _, x := range t.Indexes {
		u.addIndex(x, indexUnits(t, x, old, next))
	}
	return u
}

// indexUnits returns the capacity for replacing old by next in an index. If the
// key in the index changes, an entry is removed and another one added.
func indexUnits(t *store.Table, x *store.Index, old, next attr.Item) float64 {
	in := func(it attr.Item) bool {
		if it == nil {
			return false
		}
		for _, k := range x.Schema {
			if it.Get(k.Name).Kind() != k.Kind {
				return false
			}
		}
		return true
	}
	a, b := in(old), in(next)
	var before, after attr.Item
	if a {
		before = x.Project(t, old)
	}
	if b {
		after = x.Project(t, next)
	}
	switch {
	case a && b:
		if !attr.EqualItems(x.Schema.Extract(old), x.Schema.Extract(next)) {
			return countBlocks(before.Size(), writeBlock) + countBlocks(after.Size(), writeBlock)
		}
		if attr.EqualItems(before, after) {
			return 0
		}
		return countBlocks(max(before.Size(), after.Size()), writeBlock)
	case a:
		return countBlocks(before.Size(), writeBlock)
	case b:
		return countBlocks(after.Size(), writeBlock)
	}
	return 0
}

// wantsCapacity reports whether the request asks for consumed capacity.
func (c *call) wantsCapacity() bool {
	s := c.Input.Get("ReturnConsumedCapacity").Str()
	return s == "TOTAL" || s == "INDEXES"
}

// writeCapacity writes a ConsumedCapacity. In the answer to a transaction kind is
// "Read" or "Write", otherwise "".
func (c *call) writeCapacity(u consumedUnits, kind string) {
	c.Open('{')
	c.Key("TableName")
	c.Str(u.tableName)
	number := func(n float64) {
		c.Key("CapacityUnits")
		c.Float(n)
		if kind != "" {
			c.Key(kind + "CapacityUnits")
			c.Float(n)
		}
	}
	number(u.total())
	if c.Input.Get("ReturnConsumedCapacity").Str() == "INDEXES" {
		c.Key("Table")
		c.Open('{')
		number(u.table)
		c.Close('}')
		indexes := func(key string, m map[string]float64) {
			if len(m) == 0 {
				return
			}
			names := make([]string, 0, len(m))
			for n := range m {
				names = append(names, n)
			}
			sort.Strings(names)
			c.Key(key)
			c.Open('{')
			for _, n := range names {
				c.Key(n)
				c.Open('{')
				number(m[n])
				c.Close('}')
			}
			c.Close('}')
		}
		indexes("LocalSecondaryIndexes", u.local)
		indexes("GlobalSecondaryIndexes", u.global)
	}
	c.Close('}')
}

// writeConsumedCapacity writes the consumed capacity of one table if the request
// asks for it.
func (c *call) writeConsumedCapacity(u consumedUnits) {
	if c.wantsCapacity() {
		c.Key("ConsumedCapacity")
		c.writeCapacity(u, "")
	}
}

// writeConsumedCapacities writes a list of the consumed capacities of tables, in
// the order of their names, if the request asks for it.
func (c *call) writeConsumedCapacities(all map[string]*consumedUnits, kind string) {
	if !c.wantsCapacity() {
		return
	}
	names := make([]string, 0, len(all))
	for n := range all {
		names = append(names, n)
	}
	sort.Strings(names)
	c.Key("ConsumedCapacity")
	c.Open('[')
	for _, n := range names {
		c.writeCapacity(*all[n], kind)
	}
	c.Close(']')
}
