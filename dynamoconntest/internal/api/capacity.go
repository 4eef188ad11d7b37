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

// consumedUnits is the capacity that a request consumed of one table.
type consumedUnits struct {
	name          string
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
	u.name = v.name
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

func countBlocks(size, block int) float64 {
	if size <= block {
		return 1
	}
	return float64((size + block - 1) / block)
}

// readUnits is the capacity of reading size bytes.
func readUnits(size int, consistent bool) float64 {
	n := countBlocks(size, readBlock)
	if !consistent {
		n /= 2
	}
	return n
}

// writeUnits is the capacity of replacing old by next, either of which may be
// nil, in a table and its indexes.
func writeUnits(t *store.Table, old, next attr.Item) consumedUnits {
	u := consumedUnits{name: t.Name, table: countBlocks(max(old.Size(), next.Size()), writeBlock)}
	for _, x := range t.Indexes {
		u.addIndex(x, indexUnits(t, x, old, next))
	}
	return u
}

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

// wantsCapacity reports whether the request asked for consumed capacity.
func (c *call) wantsCapacity() bool {
	s := c.Input.Get("ReturnConsumedCapacity").Str()
	return s == "TOTAL" || s == "INDEXES"
}

// writeCapacity writes one ConsumedCapacity object. kind is "", or "Read" or
// "Write" for a transaction, which tells them apart.
func (c *call) writeCapacity(u consumedUnits, kind string) {
	c.Open('{')
	c.Key("TableName")
	c.Str(u.name)
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

// writeConsumedCapacity writes ConsumedCapacity if it was asked for.
func (c *call) writeConsumedCapacity(u consumedUnits) {
	if c.wantsCapacity() {
		c.Key("ConsumedCapacity")
		c.writeCapacity(u, "")
	}
}

// writeConsumedCapacities writes a list of them, a table each, in order of names.
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

// writeMetrics writes one item collection's metrics.
func (c *call) writeMetrics(t *store.Table, key attr.Item) {
	hash := t.Schema[0].Name
	gb := float64(t.CollectionBytes(key) >> 30)
	c.Open('{')
	c.writeItem("ItemCollectionKey", attr.Item{{Name: hash, Value: key.Get(hash)}})
	c.Key("SizeEstimateRangeGB")
	c.Open('[')
	c.Float(gb)
	c.Float(gb + 1)
	c.Close(']')
	c.Close('}')
}

// wantsMetrics reports whether the request asked for item collection metrics.
func (c *call) wantsMetrics() bool {
	return c.Input.Get("ReturnItemCollectionMetrics").Str() == "SIZE"
}
