package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

const (
	maxBatchKeys    = 100
	maxBatchGetSize = 16 << 20
)

// tableKeys are the keys of one table in a BatchGetItem.
type tableKeys struct {
	tableName string
	input     *protocol.Node
	table     *store.Table
	keys      []attr.Item
	*keyReader
}

func (c *call) batchGetItem() *Error {
	tables, err := c.readBatchGet()
	if err != nil {
		return err
	}
	return c.lockForReading(func() *Error { return c.runBatchGet(tables) })
}

func (c *call) readBatchGet() ([]*tableKeys, *Error) {
	var out []*tableKeys
	count := 0
	items := c.Input.Get("RequestItems")
	// The service checks the parameters of all tables together first.
	allTables := protocol.Node{Type: protocol.Object}
	for i := range items.Members {
		allTables.Members = append(allTables.Members, items.Members[i].Value.Members...)
	}
	if err := checkParams(&allTables, []string{"ProjectionExpression"}, []string{"AttributesToGet"}); err != nil && allTables.Get("ProjectionExpression") != nil {
		return nil, err
	}
	for i := range items.Members {
		m := &items.Members[i]
		if err := checkParams(&m.Value, []string{"ProjectionExpression"}, []string{"AttributesToGet"}); err != nil {
			return nil, err
		}
		r, err := newKeyReader(&m.Value)
		if err != nil {
			return nil, err
		}
		tk := &tableKeys{tableName: m.Name, input: &m.Value, keyReader: r}
		seen := map[string]bool{}
		keys := m.Value.Get("Keys")
		for k := range keys.Elems {
			key, err := readItem(&keys.Elems[k])
			if err != nil {
				return nil, err
			}
			// The service compares the text: 1 and 1.0 are two keys.
			text := string(keys.Elems[k].Canonical().AppendJSON(nil))
			if seen[text] {
				return nil, validationError("Provided list of item keys contains duplicates")
			}
			seen[text] = true
			tk.keys = append(tk.keys, key)
			if count++; count > maxBatchKeys {
				return nil, validationError("Too many items requested for the BatchGetItem call")
			}
		}
		out = append(out, tk)
	}
	return out, nil
}

func (c *call) runBatchGet(tables []*tableKeys) *Error {
	for _, tk := range tables {
		t, err := c.activeTable(tk.tableName)
		if err != nil {
			return err
		}
		for _, key := range tk.keys {
			if err := t.Schema.CheckKey(key); err != nil {
				return validationErrorFrom(err)
			}
		}
		if err := checkKeyPaths(t, tk.projection.Paths()); err != nil {
			return err
		}
		tk.table = t
	}
	left := map[*tableKeys][]attr.Item{}
	used := map[string]*consumedUnits{}
	total, n := 0, 0
	c.Key("Responses")
	c.Open('{')
	for _, tk := range tables {
		c.Key(tk.tableName)
		c.Open('[')
		u := &consumedUnits{tableName: tk.table.Name}
		used[tk.tableName] = u
		for _, key := range tk.keys {
			skip := c.LeaveUnprocessed != nil && c.LeaveUnprocessed(tk.tableName, n)
			n++
			if skip {
				left[tk] = append(left[tk], key)
				continue
			}
			it, size, ok := tk.read(c, tk.table, key)
			if ok && total+size > maxBatchGetSize {
				left[tk] = append(left[tk], key)
				continue
			}
			total += size
			u.table += readUnits(size, tk.consistent)
			if ok {
				c.Append(it.AppendJSON)
			}
		}
		c.Close(']')
	}
	c.Close('}')
	c.Key("UnprocessedKeys")
	c.Open('{')
	for _, tk := range tables {
		if len(left[tk]) > 0 {
			c.Key(tk.tableName)
			c.writeUnprocessedKeys(tk, left[tk])
		}
	}
	c.Close('}')
	c.writeConsumedCapacities(used, "")
	return nil
}

// writeUnprocessedKeys writes keys of a table with its parameters, so that they can
// be sent again.
func (c *call) writeUnprocessedKeys(tk *tableKeys, keys []attr.Item) {
	c.Open('{')
	c.Key("Keys")
	c.Open('[')
	for _, key := range keys {
		c.Append(key.AppendJSON)
	}
	c.Close(']')
	for _, name := range []string{"ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames", "AttributesToGet"} {
		if v := tk.input.Get(name); v != nil {
			c.Key(name)
			c.Append(v.AppendJSON)
		}
	}
	c.Close('}')
}
