package api

import (
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/attr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/expr"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol"
	"github.com/dynamoconn/dynamoconn/dynamoconntest/internal/store"
)

// write is a write of one item. It is a put if item is set, an update if update is
// set, a condition check if isCheck is set, and otherwise a delete.
type write struct {
	tableName       string
	item            attr.Item
	key             attr.Item
	update          *expr.Update
	isCheck         bool
	condition       *expr.Condition
	returnOnFailure bool // with the item if the condition fails
}

// readCondition reads the table's name and the condition of a write. It is called
// last: it returns an error if a placeholder has not been used.
func (w *write) readCondition(in *protocol.Node, names *expr.Names) *Error {
	w.tableName = in.Get("TableName").Str()
	w.returnOnFailure = in.Get("ReturnValuesOnConditionCheckFailure").Str() == "ALL_OLD"
	var err *Error
	if w.condition, err = parseCondition(in, names); err != nil {
		return err
	}
	return validationErrorFrom(names.CheckAllUsed())
}

// checkKeys checks the write's key, or for a put its item, against the table. It
// sets w.key for a put.
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

// checkKeyPaths returns an error if a path in an expression leads into a key.
func (w *write) checkKeyPaths(t *store.Table) *Error {
	paths := w.condition.Paths()
	if w.update != nil {
		paths = append(w.update.AllPaths(), paths...)
	}
	return checkKeyPaths(t, paths)
}

// checkKeyPaths returns an error if a path leads into a key attribute of the table
// or of an index. Key attributes are never lists or maps.
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

// checkCondition returns the present item, nil if there is none, and an error if
// the condition does not hold for it.
func (w *write) checkCondition(t *store.Table) (attr.Item, *Error) {
	old, had := t.Get(w.key)
	if !had {
		old = nil
	}
	if !w.condition.Match(old) {
		return old, conditionFailedError(old, w.returnOnFailure)
	}
	return old, nil
}

// newItem returns the item after the write, nil if there is none. It changes
// nothing.
func (w *write) newItem(t *store.Table, old attr.Item) (attr.Item, *Error) {
	switch {
	case w.item != nil:
		return w.item, nil
	case w.isCheck:
		return old, nil
	case w.update == nil:
		return nil, nil
	case old == nil && w.update.OnlyRemoves():
		return nil, nil // nothing to remove, whatever the paths, and no new item
	}
	base := old
	if old == nil {
		base = w.key
	}
	next, applyErr := w.update.Apply(base)
	if applyErr != nil {
		return nil, validationErrorFrom(applyErr)
	}
	for _, a := range next {
		if a.Value.TooDeep() {
			return nil, validationError("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
		}
	}
	if t.SizeWithLocalIndexes(next) > maxItemSize {
		return nil, validationErrorFrom(expr.ErrItemSize)
	}
	for _, x := range t.Indexes {
		if err := checkUpdatedIndexKeys(x, old, next); err != nil {
			return nil, err
		}
	}
	return next, nil
}

// checkUpdatedIndexKeys returns an error if an index refuses the item after an
// update.
func checkUpdatedIndexKeys(x *store.Index, old, next attr.Item) *Error {
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
		// The index was added later and has left out the item. An update that does
		// not touch the index's key does not change that.
		if old != nil && attr.EqualItems(x.Schema.Extract(old), x.Schema.Extract(next)) {
			return nil
		}
		if len(next) > 0 {
			return validationErrorFrom(err)
		}
	}
	return nil
}

// apply stores the item after the write.
func (w *write) apply(t *store.Table, next attr.Item, c *call) {
	if !w.isCheck {
		t.Replace(w.key, next, c.now)
	}
}

// runWrite carries out a single write and writes the answer. If attributes is set
// it chooses the attributes to return, from the item before and after the write.
func (c *call) runWrite(w *write, attributes func(old, next attr.Item) attr.Item) *Error {
	return c.lockForWriting(func() *Error {
		t, err := c.activeTable(w.tableName)
		if err == nil {
			err = w.checkKeys(t)
		}
		if err == nil {
			err = w.checkKeyPaths(t)
		}
		if err != nil {
			return err
		}
		old, err := w.checkCondition(t)
		if err != nil {
			return err
		}
		next, err := w.newItem(t, old)
		if err != nil {
			return err
		}
		if !w.isCheck && c.newCollectionGrowth().exceedsLimit(t, w.key, old, next) {
			return errCollectionSize()
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
		return nil
	})
}

// returnAllOld returns the function for [call.runWrite] that chooses the item before the
// write, or nil if the request does not ask for it.
func (c *call) returnAllOld() func(old, next attr.Item) attr.Item {
	if c.Input.Get("ReturnValues").Str() != "ALL_OLD" {
		return nil
	}
	return func(old, _ attr.Item) attr.Item { return old }
}
