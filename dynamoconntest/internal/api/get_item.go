package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// reader is how to read items of one table by key.
type reader struct {
	consistent bool
	projection *expr.Projection
}

// readReader reads the parameters that GetItem, a table of BatchGetItem and a
// Get of TransactGetItems have in common.
func readReader(in *wire.Node) (*reader, *Error) {
	// A read by key has no values, and ignores them like any unknown member.
	names, bad := expr.ReadNames(in.Get("ExpressionAttributeNames"), nil)
	if bad != nil {
		return nil, invalidErr(bad)
	}
	var err *Error
	r := &reader{consistent: in.Get("ConsistentRead").True()}
	if r.projection, err = projection(in, names); err != nil {
		return nil, err
	}
	return r, invalidErr(names.Unused())
}

// get is the item, its projection and the size that was read.
func (r *reader) get(c *call, t *store.Table, key attr.Item) (it attr.Item, size int, ok bool) {
	if r.consistent {
		it, ok = t.Get(key)
	} else {
		it, ok = t.GetAt(key, c.now)
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
	r, err := readReader(c.Input)
	if err != nil {
		return err
	}
	var failed *Error
	c.DB.Read(c.now, func() {
		t, err := c.active(c.Input.Get("TableName").Str())
		if err == nil {
			err = invalidErr(t.Schema.CheckKey(key))
		}
		if err == nil {
			err = checkPaths(t, r.projection.Paths())
		}
		if err != nil {
			failed = err
			return
		}
		it, size, ok := r.get(c, t, key)
		if ok {
			c.item("Item", it)
		}
		c.consumed(units{name: t.Name, table: readUnits(size, r.consistent)})
	})
	return failed
}
