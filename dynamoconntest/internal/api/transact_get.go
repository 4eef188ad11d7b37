package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// maxTransactionSize is the most bytes that a transaction may read or write.
const maxTransactionSize = 4 << 20

// transactGet is a Get of a TransactGetItems.
type transactGet struct {
	*keyReader
	tableName string
	key       attr.Item
	table     *store.Table
}

func (c *call) transactGetItems() *Error {
	gets, err := c.readTransactGets()
	if err != nil {
		return err
	}
	return c.lockForReading(func() *Error { return c.runTransactGets(gets) })
}

func (c *call) readTransactGets() ([]*transactGet, *Error) {
	var gets []*transactGet
	list := c.Input.Get("TransactItems")
	for i := range list.Elems {
		in := list.Elems[i].Get("Get")
		if err := checkParams(in, []string{"ProjectionExpression"}, nil); err != nil {
			return nil, err
		}
		key, err := readItem(in.Get("Key"))
		if err != nil {
			return nil, err
		}
		r, err := newKeyReader(in)
		if err != nil {
			return nil, err
		}
		r.consistent = true
		gets = append(gets, &transactGet{keyReader: r, tableName: in.Get("TableName").Str(), key: key})
	}
	return gets, nil
}

func (c *call) runTransactGets(gets []*transactGet) *Error {
	if err := c.checkTransactGets(gets); err != nil {
		return err
	}
	used := map[string]*consumedUnits{}
	total := 0
	c.Key("Responses")
	c.Open('[')
	for _, g := range gets {
		it, size, ok := g.read(c, g.table, g.key)
		if total += size; total > maxTransactionSize {
			return validationError("Transaction is too large: the items' total size exceeds 4 MB")
		}
		c.Open('{')
		if ok {
			c.writeItem("Item", it)
		}
		c.Close('}')
		if used[g.table.Name] == nil {
			used[g.table.Name] = &consumedUnits{tableName: g.table.Name}
		}
		used[g.table.Name].table += 2 * readUnits(size, true)
	}
	c.Close(']')
	c.writeConsumedCapacities(used, "Read")
	return nil
}

// checkTransactGets finds the tables and checks the keys. An invalid key cancels
// the transaction, an empty one is an error of the request. What comes after an
// invalid key is not checked.
func (c *call) checkTransactGets(gets []*transactGet) *Error {
	for i, g := range gets {
		t, err := c.activeTable(g.tableName)
		if err != nil {
			return err
		}
		g.table = t
		if err := checkKeyPaths(t, g.projection.Paths()); err != nil {
			return err
		}
		if err := validationErrorFrom(t.Schema.CheckKey(g.key)); err != nil {
			if err.hasEmptyKey {
				return err
			}
			return cancelledByInvalid(i, len(gets), err)
		}
	}
	seen := map[string]bool{}
	for _, g := range gets {
		id := itemID(g.table, g.key)
		if seen[id] {
			return validationError("Transaction request cannot include multiple operations on one item")
		}
		seen[id] = true
	}
	return nil
}
