package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// keyReader says how to read items of a table by their key.
type keyReader struct {
	consistent bool
	projection *expr.Projection
}

// newKeyReader reads the parameters that GetItem, a table of a BatchGetItem and a
// Get of a TransactGetItems have in common.
func newKeyReader(in *protocol.Node) (*keyReader, *Error) {
	names, namesErr := expr.ReadNames(in.Get("ExpressionAttributeNames"), nil)
	if namesErr != nil {
		return nil, validationErrorFrom(namesErr)
	}
	r := &keyReader{consistent: in.Get("ConsistentRead").True()}
	var err *Error
	if r.projection, err = parseProjection(in, names); err != nil {
		return nil, err
	}
	return r, validationErrorFrom(names.CheckAllUsed())
}

// read returns the attributes of an item that the request asks for, and the size of
// the whole item.
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
