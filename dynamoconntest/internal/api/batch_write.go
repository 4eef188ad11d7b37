package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// maxBatchWrites times maxItemSize is less than the 16 MB of the largest request, so that
// the items need no limit together.
const maxBatchWrites = 25

// batchWrite is a put or delete of a BatchWriteItem.
type batchWrite struct {
	write
	input *protocol.Node
	table *store.Table
	old   attr.Item
}

func (c *call) batchWriteItem() *Error {
	writes, err := c.readBatchWrite()
	if err != nil {
		return err
	}
	return c.lockForWriting(func() *Error { return c.runBatchWrite(writes) })
}

func (c *call) readBatchWrite() ([]*batchWrite, *Error) {
	var out []*batchWrite
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
			w := &batchWrite{input: in}
			w.tableName = m.Name
			var err *Error
			if put != nil {
				if w.item, err = readItem(put.Get("Item")); err != nil {
					return nil, err
				}
				if w.item.Size() > maxItemSize {
					return nil, errItemSize()
				}
			} else if w.key, err = readItem(del.Get("Key")); err != nil {
				return nil, err
			}
			out = append(out, w)
			if len(out) > maxBatchWrites {
				return nil, validationError("Too many items requested for the BatchWriteItem call")
			}
		}
	}
	return out, nil
}

func (c *call) runBatchWrite(writes []*batchWrite) *Error {
	if err := c.checkBatchWrites(writes); err != nil {
		return err
	}
	unprocessed := make([]bool, len(writes))
	growth := c.newCollectionGrowth()
	for i, w := range writes {
		if unprocessed[i] = c.LeaveUnprocessed != nil && c.LeaveUnprocessed(w.tableName, i); unprocessed[i] {
			continue
		}
		if old, ok := w.table.Get(w.key); ok {
			w.old = old
		}
		if growth.exceedsLimit(w.table, w.key, w.old, w.item) {
			return errCollectionSize()
		}
	}
	used := map[string]*consumedUnits{}
	changed := map[string][]*batchWrite{}
	left := map[string][]*batchWrite{}
	var order []string
	for i, w := range writes {
		name := w.tableName
		if used[name] == nil {
			used[name] = &consumedUnits{tableName: w.table.Name}
			order = append(order, name)
		}
		if unprocessed[i] {
			left[name] = append(left[name], w)
			continue
		}
		w.apply(w.table, w.item, c)
		used[name].add(writeUnits(w.table, w.old, w.item))
		changed[name] = append(changed[name], w)
	}
	c.writeUnprocessedItems(order, left)
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

// checkBatchWrites finds the tables and checks the keys.
func (c *call) checkBatchWrites(writes []*batchWrite) *Error {
	seen := map[string]bool{}
	for _, w := range writes {
		t, err := c.activeTable(w.tableName)
		if err != nil {
			return err
		}
		w.table = t
		if err := w.checkKeys(t); err != nil {
			return err
		}
		id := itemID(t, w.key)
		if seen[id] {
			return validationError("Provided list of item keys contains duplicates")
		}
		seen[id] = true
	}
	return nil
}

// writeUnprocessedItems writes the puts and deletes that were not carried out, by
// table.
func (c *call) writeUnprocessedItems(tables []string, left map[string][]*batchWrite) {
	c.Key("UnprocessedItems")
	c.Open('{')
	for _, name := range tables {
		if len(left[name]) == 0 {
			continue
		}
		c.Key(name)
		c.Open('[')
		for _, w := range left[name] {
			c.Append(w.input.AppendJSON)
		}
		c.Close(']')
	}
	c.Close('}')
}
