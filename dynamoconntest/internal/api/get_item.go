package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// keyReader is how to read items of one table by key.
type keyReader struct {
	consistent bool
	projection *expr.Projection
}

// newKeyReader reads the parameters that GetItem, a table of BatchGetItem and a
// Get of TransactGetItems have in common.
func newKeyReader(in *wire.Node) (*keyReader, *Error) {
	names, failed := expr.ReadNames(in.Get("ExpressionAttributeNames"), nil)
	if failed != nil {
		return nil, validationErrorFrom(failed)
	}
	r := &keyReader{consistent: in.Get("ConsistentRead").True()}
	var err *Error
	if r.projection, err = parseProjection(in, names); err != nil {
		return nil, err
	}
	return r, validationErrorFrom(names.CheckAllUsed())
}

// read is the item, its projection and the size that was read.
func (r *keyReader) read(c *call, t *store.Table, key attr.Item) (it attr.Item, size int, ok bool) {
	if r.consistent {
		it, ok = t.Get(key)
	} else {
		it, ok = t.GetEventual(key, c.now)
	}
	if !ok {
		return nil, 0, false
	}
	return r.projection.Apply(it), it.Size(), true
}

func (c *call) getItem() *Error {
	if err := checkParams(c.Input, []string{"ProjectionExpression"}, []string{"AttributesToGet"}); err != nil {
		return err
	}
	key, err := readItem(c.Input.Get("Key"))
	if err != nil {
		return err
	}
	r, err := newKeyReader(c.Input)
	if err != nil {
		return err
	}
	var failed *Error
	c.DB.Read(c.now, func() {
		t, err := c.activeTable(c.Input.Get("TableName").Str())
		if err == nil {
			err = validationErrorFrom(t.Schema.CheckKey(key))
		}
		if err == nil {
			err = checkKeyPaths(t, r.projection.Paths())
		}
		if err != nil {
			failed = err
			return
		}
		it, size, ok := r.read(c, t, key)
		if ok {
			c.writeItem("Item", it)
		}
		c.writeConsumedCapacity(consumedUnits{name: t.Name, table: readUnits(size, r.consistent)})
	})
	return failed
}
