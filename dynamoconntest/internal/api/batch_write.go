package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

const (
	maxBatchWrites = 25
	maxBatchBytes  = 16 << 20
)

type batchWrite struct {
	write
	in    *wire.Node
	table *store.Table
	old   attr.Item
}

func (c *call) batchWriteItem() *Error {
	writes, err := c.readBatchWrite()
	if err != nil {
		return err
	}
	var failed *Error
	c.DB.Write(c.now, func() { failed = c.runBatchWrite(writes) })
	return failed
}

func (c *call) readBatchWrite() ([]*batchWrite, *Error) {
	var out []*batchWrite
	size := 0
	items := c.Input.Get("RequestItems")
	for i := range items.Members {
		m := &items.Members[i]
		for k := range m.Value.Elems {
			if in := &m.Value.Elems[k]; (in.Get("PutRequest") == nil) == (in.Get("DeleteRequest") == nil) {
				return nil, validationError("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
			}
		}
		for k := range m.Value.Elems {
			in := &m.Value.Elems[k]
			put, del := in.Get("PutRequest"), in.Get("DeleteRequest")
			w := &batchWrite{in: in}
			w.write.table = m.Name
			var err *Error
			if put != nil {
				if w.item, err = readItem(put.Get("Item")); err != nil {
					return nil, err
				}
				n := w.item.Size()
				if n > maxItemSize {
					return nil, errItemSize()
				}
				size += n
			} else if w.key, err = readItem(del.Get("Key")); err != nil {
				return nil, err
			}
			out = append(out, w)
			if len(out) > maxBatchWrites {
				return nil, validationError("Too many items requested for the BatchWriteItem call")
			}
		}
	}
	if size > maxBatchBytes {
		return nil, validationError("Request size has exceeded the maximum allowed size")
	}
	return out, nil
}

func (c *call) runBatchWrite(writes []*batchWrite) *Error {
	seen := map[string]bool{}
	for _, w := range writes {
		t, err := c.activeTable(w.write.table)
		if err != nil {
			return err
		}
		w.table = t
		if err := w.checkKeys(t); err != nil {
			return err
		}
		id := t.Name + string(w.key.AppendJSON(nil))
		if seen[id] {
			return validationError("Provided list of item keys contains duplicates")
		}
		seen[id] = true
	}
	skipped := make([]bool, len(writes))
	grown := c.newCollectionGrowth()
	for i, w := range writes {
		if skipped[i] = c.LeaveUnprocessed != nil && c.LeaveUnprocessed(w.write.table, i); skipped[i] {
			continue
		}
		if old, ok := w.table.Get(w.key); ok {
			w.old = old
		}
		if grown.exceedsLimit(w.table, w.key, w.old, w.item) {
			return errCollectionSize()
		}
	}
	used := map[string]*consumedUnits{}
	changed := map[string][]*batchWrite{}
	left := map[string][]*batchWrite{}
	var order []string
	for i, w := range writes {
		name := w.write.table
		if used[name] == nil {
			used[name] = &consumedUnits{name: w.table.Name}
			order = append(order, name)
		}
		if skipped[i] {
			left[name] = append(left[name], w)
			continue
		}
		w.apply(w.table, w.item, c)
		used[name].add(writeUnits(w.table, w.old, w.item))
		changed[name] = append(changed[name], w)
	}
	c.Key("UnprocessedItems")
	c.Open('{')
	for _, name := range order {
		if len(left[name]) == 0 {
			continue
		}
		c.Key(name)
		c.Open('[')
		for _, w := range left[name] {
			c.Append(w.in.AppendJSON)
		}
		c.Close(']')
	}
	c.Close('}')
	c.writeConsumedCapacities(used, "")
	if c.wantsMetrics() {
		c.writeBatchMetrics(order, func(name string, f func(*store.Table, attr.Item)) {
			for _, w := range changed[name] {
				f(w.table, w.key)
			}
		})
	}
	return nil
}

// writeBatchMetrics writes the metrics of every item collection that was changed,
// once each, by table.
func (c *call) writeBatchMetrics(tables []string, each func(name string, f func(*store.Table, attr.Item))) {
	c.Key("ItemCollectionMetrics")
	c.Open('{')
	for _, name := range tables {
		seen := map[string]bool{}
		each(name, func(t *store.Table, key attr.Item) {
			if !t.HasLocalIndexes() {
				return
			}
			hash := string(key.Get(t.Schema[0].Name).AppendJSON(nil))
			if seen[hash] {
				return
			}
			if len(seen) == 0 {
				c.Key(name)
				c.Open('[')
			}
			seen[hash] = true
			c.writeMetrics(t, key)
		})
		if len(seen) > 0 {
			c.Close(']')
		}
	}
	c.Close('}')
}
