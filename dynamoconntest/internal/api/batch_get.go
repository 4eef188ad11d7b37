package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

const (
	maxBatchKeys = 100
	maxResponse  = 16 << 20
)

type tableKeys struct {
	name  string
	in    *wire.Node
	table *store.Table
	keys  []attr.Item
	*keyReader
}

func (c *call) batchGetItem() *Error {
	tables, err := c.readBatchGet()
	if err != nil {
		return err
	}
	var failed *Error
	c.DB.Read(c.now, func() { failed = c.runBatchGet(tables) })
	return failed
}

func (c *call) readBatchGet() ([]*tableKeys, *Error) {
	var out []*tableKeys
	count := 0
	items := c.Input.Get("RequestItems")
	mixed := wire.Node{Type: wire.Object}
	for i := range items.Members {
		mixed.Members = append(mixed.Members, items.Members[i].Value.Members...)
	}
	if err := checkParams(&mixed, []string{"ProjectionExpression"}, []string{"AttributesToGet"}); err != nil && mixed.Get("ProjectionExpression") != nil {
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
		tk := &tableKeys{name: m.Name, in: &m.Value, keyReader: r}
		seen := map[string]bool{}
		keys := m.Value.Get("Keys")
		for k := range keys.Elems {
			key, err := readItem(&keys.Elems[k])
			if err != nil {
				return nil, err
			}
			// Two ways to write one number pass for two keys.
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
		t, err := c.activeTable(tk.name)
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
		c.Key(tk.name)
		c.Open('[')
		u := &consumedUnits{name: tk.table.Name}
		used[tk.name] = u
		for _, key := range tk.keys {
			skip := c.LeaveUnprocessed != nil && c.LeaveUnprocessed(tk.name, n)
			n++
			if skip {
				left[tk] = append(left[tk], key)
				continue
			}
			it, size, ok := tk.read(c, tk.table, key)
			if ok && total+size > maxResponse {
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
			c.Key(tk.name)
			c.unprocessedKeys(tk, left[tk])
		}
	}
	c.Close('}')
	c.writeConsumedCapacities(used, "")
	return nil
}

func (c *call) unprocessedKeys(tk *tableKeys, keys []attr.Item) {
	c.Open('{')
	c.Key("Keys")
	c.Open('[')
	for _, key := range keys {
		c.Append(key.AppendJSON)
	}
	c.Close(']')
	for _, name := range []string{"ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames", "AttributesToGet"} {
		if v := tk.in.Get(name); v != nil {
			c.Key(name)
			c.Append(v.AppendJSON)
		}
	}
	c.Close('}')
}
