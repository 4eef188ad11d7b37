package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// maxTransactionSize is how many bytes a transaction may read or write.
const maxTransactionSize = 4 << 20

func (c *call) transactGetItems() *Error {
	type get struct {
		*keyReader
		name  string
		key   attr.Item
		table *store.Table
	}
	var gets []*get
	list := c.Input.Get("TransactItems")
	for i := range list.Elems {
		in := list.Elems[i].Get("Get")
		if err := checkParams(in, []string{"ProjectionExpression"}, nil); err != nil {
			return err
		}
		key, err := readItem(in.Get("Key"))
		if err != nil {
			return err
		}
		r, err := newKeyReader(in)
		if err != nil {
			return err
		}
		r.consistent = true
		gets = append(gets, &get{keyReader: r, name: in.Get("TableName").Str(), key: key})
	}
	var failed *Error
	c.DB.Read(c.now, func() {
		reasons := make([]Reason, len(gets))
		bad := false
		for i, g := range gets {
			t, err := c.activeTable(g.name)
			if err != nil {
				failed = err
				return
			}
			g.table = t
			if failed = checkKeyPaths(t, g.projection.Paths()); failed != nil {
				return
			}
			reasons[i].Code = "None"
			if err := validationErrorFrom(t.Schema.CheckKey(g.key)); err != nil {
				if err.hasEmptyKey {
					failed = err
					return
				}
				reasons[i] = Reason{Code: "ValidationError", Message: err.Message}
				bad = true
			}
		}
		if bad {
			failed = cancelledError(reasons)
			return
		}
		seen := map[string]bool{}
		for _, g := range gets {
			id := g.table.Name + string(g.key.AppendJSON(nil))
			if seen[id] {
				failed = validationError("Transaction request cannot include multiple operations on one item")
				return
			}
			seen[id] = true
		}
		used := map[string]*consumedUnits{}
		total := 0
		c.Key("Responses")
		c.Open('[')
		for _, g := range gets {
			it, size, ok := g.read(c, g.table, g.key)
			total += size
			c.Open('{')
			if ok {
				c.writeItem("Item", it)
			}
			c.Close('}')
			if used[g.table.Name] == nil {
				used[g.table.Name] = &consumedUnits{name: g.table.Name}
			}
			used[g.table.Name].table += 2 * readUnits(size, true)
		}
		c.Close(']')
		if total > maxTransactionSize {
			failed = validationError("Transaction is too large: the items' total size exceeds 4 MB")
			return
		}
		c.writeConsumedCapacities(used, "Read")
	})
	return failed
}

// cancelledError is the error of a transaction that did not happen.
func cancelledError(reasons []Reason) *Error {
	list := ""
	for i, r := range reasons {
		if i > 0 {
			list += ", "
		}
		list += r.Code
	}
	e := ServiceError("TransactionCanceledException", "Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", list)
	e.Reasons = reasons
	return e
}
