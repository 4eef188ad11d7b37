package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire"
)

// write is one change of one item, read from a request: a put if item is set,
// an update if update is, a check if neither and check is set, else a delete.
type write struct {
	table           string
	item            attr.Item
	key             attr.Item
	update          *expr.Update
	check           bool
	cond            *expr.Condition
	returnOnFailure bool // return the item if the condition fails
}

// readWrite reads the condition and placeholders of a write; the caller has
// read the rest.
func (w *write) readCondition(in *wire.Node, names *expr.Names) *Error {
	w.table = in.Get("TableName").Str()
	w.returnOnFailure = in.Get("ReturnValuesOnConditionCheckFailure").Str() == "ALL_OLD"
	var err *Error
	if w.cond, err = parseCondition(in, names); err != nil {
		return err
	}
	return validationErrorFrom(names.CheckAllUsed())
}

// checkKeys checks the write against its table's key, and sets w.key for a put.
func (w *write) checkKeys(t *store.Table) *Error {
	if w.item != nil {
		if err := t.Schema.CheckItem(w.item); err != nil {
			return validationErrorFrom(err)
		}
		if err := t.CheckIndexes(w.item); err != nil {
			return validationErrorFrom(err)
		}
		if t.SizeWithLocalIndexes(w.item) > maxItemSize {
			return errItemSize()
		}
		w.key = t.Schema.Extract(w.item)
		return nil
	}
	if err := t.Schema.CheckKey(w.key); err != nil {
		return validationErrorFrom(err)
	}
	if w.update != nil {
		for _, p := range w.update.ChangedPaths() {
			if t.Schema.Has(p[0].Name) {
				return validationError(invalidParameter+"Cannot update attribute %s. This attribute is part of the key", p[0].Name)
			}
		}
	}
	return nil
}

// checkKeyPaths refuses a path into a key in any of the write's expressions.
func (w *write) checkKeyPaths(t *store.Table) *Error {
	paths := w.cond.Paths()
	if w.update != nil {
		paths = append(w.update.AllPaths(), paths...)
	}
	return checkKeyPaths(t, paths)
}

// checkKeyPaths refuses a path into a key attribute of the table or of one of
// its indexes, which is never a list or map.
func checkKeyPaths(t *store.Table, paths []expr.Path) *Error {
	const message = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: %s: %s"
	for _, p := range paths {
		if len(p) == 1 {
			continue
		}
		name := p[0].Name
		if t.Schema.Has(name) {
			return validationError(message, "Key", name)
		}
		for _, x := range t.Indexes {
			if x.Schema.Has(name) {
				return validationError(message, "IndexKey", name)
			}
		}
	}
	return nil
}

// checkCondition is the item as it is, nil for none, if the condition holds.
func (w *write) checkCondition(t *store.Table) (attr.Item, *Error) {
	old, had := t.Get(w.key)
	if !had {
		old = nil
	}
	if !w.cond.Match(old) {
		return old, conditionFailedError(old, w.returnOnFailure)
	}
	return old, nil
}

// newItem is what the write makes of an item; nil for none. It changes
// nothing.
func (w *write) newItem(t *store.Table, old attr.Item) (attr.Item, *Error) {
	switch {
	case w.item != nil:
		return w.item, nil
	case w.check:
		return old, nil
	case w.update == nil:
		return nil, nil
	case old == nil && w.update.OnlyRemoves():
		return nil, nil // there is nothing to remove, whatever the path, and no item comes of it
	}
	base := old
	if old == nil {
		base = w.key
	}
	next, failed := w.update.Apply(base)
	if failed != nil {
		return nil, validationErrorFrom(failed)
	}
	for _, a := range next {
		if a.Value.TooDeep() {
			return nil, validationError("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
		}
	}
	if t.SizeWithLocalIndexes(next) > maxItemSize {
		return nil, validationError("Item size to update has exceeded the maximum allowed size")
	}
	for _, x := range t.Indexes {
		if err := updatedIndexKeys(x, old, next); err != nil {
			return nil, err
		}
	}
	return next, nil
}

func updatedIndexKeys(x *store.Index, old, next attr.Item) *Error {
	for _, k := range x.Schema {
		v := next.Get(k.Name)
		if v.Kind() == k.Kind && k.Kind != attr.N && v.Text() == "" {
			word := "string"
			if k.Kind == attr.B {
				word = "binary"
			}
			e := validationError("One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty %s value.", word)
			e.hasEmptyKey = true
			return e
		}
	}
	if err := x.CheckItem(next); err != nil {
		// An item that did not fit before a new index came stays as it is.
		if old != nil && attr.EqualItems(x.Schema.Extract(old), x.Schema.Extract(next)) {
			return nil
		}
		if len(next) > 0 {
			return validationErrorFrom(err)
		}
	}
	return nil
}

// apply makes the change.
func (w *write) apply(t *store.Table, next attr.Item, c *call) {
	if !w.check {
		t.Replace(w.key, next, c.now)
	}
}

// checkReturnValues allows only NONE and ALL_OLD.
func checkReturnValues(in *wire.Node) *Error {
	switch in.Get("ReturnValues").Str() {
	case "", "NONE", "ALL_OLD":
		return nil
	}
	return validationError("ReturnValues can only be ALL_OLD or NONE")
}

// readUpdate reads what an update does, in either form.
func readUpdate(in *wire.Node, names *expr.Names) (*expr.Update, *Error) {
	if e := in.Get("UpdateExpression"); e != nil {
		u, err := expr.ParseUpdate(e.Str(), names)
		if err != nil {
			return nil, expressionError("UpdateExpression", err)
		}
		return u, nil
	}
	u, err := expr.ReadAttributeUpdates(in.Get("AttributeUpdates"))
	return u, validationErrorFrom(err)
}

// runWrite carries out one write by itself and writes the answer. attributes,
// if set, is what to return of the item before and after.
func (c *call) runWrite(w *write, attributes func(old, next attr.Item) attr.Item) *Error {
	var failed *Error
	c.DB.Write(c.now, func() {
		t, err := c.activeTable(w.table)
		if err == nil {
			err = w.checkKeys(t)
		}
		if err == nil {
			err = w.checkKeyPaths(t)
		}
		if err != nil {
			failed = err
			return
		}
		old, err := w.checkCondition(t)
		if err != nil {
			failed = err
			return
		}
		next, err := w.newItem(t, old)
		if err != nil {
			failed = err
			return
		}
		if !w.check && c.newCollectionGrowth().exceedsLimit(t, w.key, old, next) {
			failed = errCollectionSize()
			return
		}
		w.apply(t, next, c)
		if attributes != nil {
			if it := attributes(old, next); len(it) > 0 {
				c.writeItem("Attributes", it)
			}
		}
		c.writeConsumedCapacity(writeUnits(t, old, next))
		if c.wantsMetrics() && t.HasLocalIndexes() {
			c.Key("ItemCollectionMetrics")
			c.writeMetrics(t, w.key)
		}
	})
	return failed
}

// returnAllOld returns the item as it was, if that was asked for.
func (c *call) returnAllOld() func(old, next attr.Item) attr.Item {
	if c.Input.Get("ReturnValues").Str() != "ALL_OLD" {
		return nil
	}
	return func(old, _ attr.Item) attr.Item { return old }
}
