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
	table  string
	item   attr.Item
	key    attr.Item
	update *expr.Update
	check  bool
	cond   *expr.Condition
	onFail bool // return the item if the condition fails
}

// readWrite reads the condition and placeholders of a write; the caller has
// read the rest.
func (w *write) readCondition(in *wire.Node, names *expr.Names) *Error {
	w.table = in.Get("TableName").Str()
	w.onFail = in.Get("ReturnValuesOnConditionCheckFailure").Str() == "ALL_OLD"
	var err *Error
	if w.cond, err = condition(in, names); err != nil {
		return err
	}
	return invalidErr(names.Unused())
}

// prepare checks the write against its table's key, and sets w.key for a put.
func (w *write) prepare(t *store.Table) *Error {
	if w.item != nil {
		if err := t.Schema.CheckItem(w.item); err != nil {
			return invalidErr(err)
		}
		if err := t.CheckIndexes(w.item); err != nil {
			return invalidErr(err)
		}
		if t.Share(w.item) > maxItem {
			return errItemSize()
		}
		w.key = t.Schema.Extract(w.item)
		return nil
	}
	if err := t.Schema.CheckKey(w.key); err != nil {
		return invalidErr(err)
	}
	if w.update != nil {
		for _, p := range w.update.Paths() {
			if t.Schema.Has(p[0].Name) {
				return invalid(invalidParameter+"Cannot update attribute %s. This attribute is part of the key", p[0].Name)
			}
		}
	}
	return nil
}

// checkScalars refuses a path into a key in any of the write's expressions.
func (w *write) checkScalars(t *store.Table) *Error {
	paths := w.cond.Paths()
	if w.update != nil {
		paths = append(w.update.Mentions(), paths...)
	}
	return checkScalars(t, paths)
}

// checkScalars refuses a path into a key attribute of the table or of one of
// its indexes, which is never a list or map.
func checkScalars(t *store.Table, paths []expr.Path) *Error {
	const message = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: %s: %s"
	for _, p := range paths {
		if len(p) == 1 {
			continue
		}
		name := p[0].Name
		if t.Schema.Has(name) {
			return invalid(message, "Key", name)
		}
		for _, x := range t.Indexes {
			if x.Schema.Has(name) {
				return invalid(message, "IndexKey", name)
			}
		}
	}
	return nil
}

// allowed is the item as it is, nil for none, if the condition holds.
func (w *write) allowed(t *store.Table) (attr.Item, *Error) {
	old, had := t.Get(w.key)
	if !had {
		old = nil
	}
	if !w.cond.Match(old) {
		return old, conditionFailed(old, w.onFail)
	}
	return old, nil
}

// outcome is what the write makes of an item; nil for none. It changes
// nothing.
func (w *write) outcome(t *store.Table, old attr.Item) (attr.Item, *Error) {
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
		return nil, invalidErr(failed)
	}
	for _, a := range next {
		if a.Value.TooDeep() {
			return nil, invalid("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")
		}
	}
	if t.Share(next) > maxItem {
		return nil, invalid("Item size to update has exceeded the maximum allowed size")
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
			e := invalid("One or more parameter values are not valid. The update expression attempted to update a secondary index key to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty %s value.", word)
			e.emptyKey = true
			return e
		}
	}
	if err := x.CheckItem(next); err != nil {
		// An item that did not fit before a new index came stays as it is.
		if old != nil && attr.EqualItems(x.Schema.Extract(old), x.Schema.Extract(next)) {
			return nil
		}
		if len(next) > 0 {
			return invalidErr(err)
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
	return invalid("ReturnValues can only be ALL_OLD or NONE")
}

// readUpdate reads what an update does, in either form.
func readUpdate(in *wire.Node, names *expr.Names) (*expr.Update, *Error) {
	if e := in.Get("UpdateExpression"); e != nil {
		u, err := expr.ParseUpdate(e.Str(), names)
		if err != nil {
			return nil, invalidIn("UpdateExpression", err)
		}
		return u, nil
	}
	u, err := expr.ReadAttributeUpdates(in.Get("AttributeUpdates"))
	return u, invalidErr(err)
}

// single carries out one write by itself and writes the answer. attributes,
// if set, is what to return of the item before and after.
func (c *call) single(w *write, attributes func(old, next attr.Item) attr.Item) *Error {
	var failed *Error
	c.DB.Write(c.now, func() {
		t, err := c.active(w.table)
		if err == nil {
			err = w.prepare(t)
		}
		if err == nil {
			err = w.checkScalars(t)
		}
		if err != nil {
			failed = err
			return
		}
		old, err := w.allowed(t)
		if err != nil {
			failed = err
			return
		}
		next, err := w.outcome(t, old)
		if err != nil {
			failed = err
			return
		}
		if !w.check && c.collections().exceeded(t, w.key, old, next) {
			failed = errCollectionSize()
			return
		}
		w.apply(t, next, c)
		if attributes != nil {
			if it := attributes(old, next); len(it) > 0 {
				c.item("Attributes", it)
			}
		}
		c.consumed(writeUnits(t, old, next))
		if c.wantsMetrics() && t.HasLocal() {
			c.Key("ItemCollectionMetrics")
			c.metrics(t, w.key)
		}
	})
	return failed
}

// allOld returns the item as it was, if that was asked for.
func (c *call) allOld() func(old, next attr.Item) attr.Item {
	if c.Input.Get("ReturnValues").Str() != "ALL_OLD" {
		return nil
	}
	return func(old, _ attr.Item) attr.Item { return old }
}
