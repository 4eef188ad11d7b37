package dynamoconn

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// UpdateItem changes attributes of the item with a key, and leaves the others as they are. If
// there is no such item, it creates one with the key and what the update sets, unless a condition
// prevents it. An update that only removes creates none.
//
// If an attempt may have been applied and its answer was lost, what follows depends on the
// update. One that leaves the same when it is applied twice, such as Set or AddMembers, is sent
// again, like a put. One that does not, such as Increment, Append, or "a = a + :n" in
// UpdateExpression, is never sent again: the error is [ErrAmbiguous], unless
// [UpdateItemRequest.UniqueAttribute] shows that it has been applied. With [ExactlyOnce] every
// update is sent again and applied once. An attempt that certainly did nothing, because it was
// throttled, refused or never sent, is always repeated. Text that the client does not understand
// counts as what may not be applied twice.
//
// The error is [ErrConditionFailed] if the condition was false, [ErrItemTooLarge] if the item
// would be over 400 KB, and [ErrAmbiguous] if the update may or may not have been applied. It is
// [ErrOldItemUnknown], together with a response, if the update has been applied and the old
// values that Return asked for cannot be told. UpdateItem calls dynamodb:UpdateItem, and with
// ExactlyOnce dynamodb:TransactWriteItems instead.
func (c *Client) UpdateItem(ctx context.Context, req UpdateItemRequest, opts ...CallOption) (*UpdateItemResponse, error) {
	written, err := c.writeItem(ctx, "UpdateItem", req.TableName, req.prepare, opts)
	if written == nil {
		return nil, err
	}
	resp := &UpdateItemResponse{Attributes: written.returned, ResponseMetadata: written.metadata}
	resp.RequestID = resp.lastRequestID()
	return resp, err
}

// updateWrite is the write of an UpdateItem.
type updateWrite struct {
	*UpdateItemRequest
	key        []byte // encoded
	text       string
	repeatable bool
	condition  writeCondition
	unique     KeyValue // the value of UniqueAttribute, or nil
}

func (req *UpdateItemRequest) prepare(memory *scratch) (itemWrite, error) {
	key, err := memory.key(req.TableName, req.Item)
	if err != nil {
		return nil, err
	}
	if err := needsExpression(req.ExpressionAttributeNames, req.ExpressionAttributeValues, req.UpdateExpression, req.ConditionExpression); err != nil {
		return nil, err
	}
	if req.Return != "" && !slices.Contains(returnValues, req.Return) {
		return nil, invalid("Return", "must be one of the constants of ReturnValue")
	}
	x, err := newExpression(req.ExpressionAttributeNames, req.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	w := &updateWrite{UpdateItemRequest: req, key: key, condition: writeCondition{expression: x}}
	if req.ReturnItemOnConditionFailure || req.UniqueAttribute != "" {
		w.condition.onFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	}
	if err := w.addUpdate(); err != nil {
		return nil, err
	}
	if err := w.condition.addCondition(req.If, req.ConditionExpression); err != nil {
		return nil, err
	}
	if w.unique != nil {
		if err := w.addUniqueness(); err != nil {
			return nil, err
		}
	}
	return w, nil
}

var returnValues = []ReturnValue{ReturnNone, ReturnOld, ReturnUpdatedOld, ReturnNew, ReturnUpdatedNew}

// addUpdate adds what the update changes.
func (w *updateWrite) addUpdate() error {
	switch {
	case len(w.Changes) > 0 && w.UpdateExpression != "":
		return invalid("UpdateExpression", "cannot be given together with Changes")
	case w.UpdateExpression != "":
		return w.addText()
	case len(w.Changes) == 0:
		return invalid("Changes", "must not be empty, unless UpdateExpression is given")
	}
	text, repeatable, err := w.condition.changes(w.Changes)
	if err != nil {
		return err
	}
	w.text, w.repeatable = text, repeatable
	for i, c := range w.Changes {
		if w.Item.Has(c.path.name) {
			return invalid(placeOfChange(i), "changes "+showName(c.path.name)+", which is part of the key")
		}
		if c.action == changeSet && c.path.isSame(Attr(w.UniqueAttribute)) && !c.values[0].isPath {
			w.unique = c.values[0].value
		}
	}
	if w.UniqueAttribute != "" && w.unique == nil {
		return invalid("UniqueAttribute", "must name an attribute that one of Changes sets to a value")
	}
	return nil
}

// addText adds what the text of an update expression changes.
func (w *updateWrite) addText() error {
	w.text = w.UpdateExpression
	update := parseUpdate(w.text, w.ExpressionAttributeNames)
	w.repeatable = update.isRepeatable(w.ExpressionAttributeValues)
	if update != nil {
		for _, c := range update.changes {
			if w.Item.Has(c.path.name) {
				return invalid("UpdateExpression", "changes "+showName(c.path.name)+", which is part of the key")
			}
			if c.clause == clauseSet && c.path.isSame(Attr(w.UniqueAttribute)) {
				w.unique, _ = w.ExpressionAttributeValues.Get(c.value)
			}
		}
	}
	if w.UniqueAttribute != "" && w.unique == nil {
		return invalid("UniqueAttribute", "must name an attribute that UpdateExpression sets to one of ExpressionAttributeValues")
	}
	return nil
}

// addUniqueness adds the condition that the item does not have the unique value.
func (w *updateWrite) addUniqueness() error {
	value, err := w.condition.value(Rename(w.unique, ""))
	if err != nil {
		return under("UniqueAttribute", err)
	}
	return w.condition.and(w.condition.name(w.UniqueAttribute) + " <> " + value)
}

func (w *updateWrite) action() string { return "UpdateItem" }

func (w *updateWrite) table() string { return w.TableName }

func (w *updateWrite) tableNames() []string { return []string{w.TableName} }

func (w *updateWrite) encoded() (kind string, body writeBody) {
	return "Update", writeBody{
		condition: w.condition, member: "Key", item: w.key, returns: types.ReturnValue(w.Return), table: w.TableName, update: w.text,
	}
}

func (w *updateWrite) body(capacity types.ReturnConsumedCapacity) []byte {
	return bodyOf(w, capacity)
}

func (w *updateWrite) ordinary(ctx context.Context, k *call) (*answer, error) {
	key, err := ToAttributeValues(w.Item)
	if err != nil {
		return nil, under("Item", err)
	}
	out, err := k.sdk.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                           &w.TableName,
		Key:                                 key,
		UpdateExpression:                    &w.text,
		ConditionExpression:                 w.condition.text,
		ExpressionAttributeNames:            w.condition.names,
		ExpressionAttributeValues:           w.condition.attributeValues(),
		ReturnValues:                        types.ReturnValue(w.Return),
		ReturnValuesOnConditionCheckFailure: w.condition.onFailure,
		ReturnConsumedCapacity:              k.capacity,
	}, k.options...)
	if err != nil {
		return nil, err
	}
	return writeAnswer("Attributes", out.Attributes, out.ConsumedCapacity)
}

func (w *updateWrite) sent() Item { return w.Item }

func (w *updateWrite) isWhole() bool { return false }

func (w *updateWrite) transactItem() (types.TransactWriteItem, error) {
	key, err := ToAttributeValues(w.Item)
	if err != nil {
		return types.TransactWriteItem{}, under("Item", err)
	}
	return types.TransactWriteItem{Update: &types.Update{
		TableName:                           &w.TableName,
		Key:                                 key,
		UpdateExpression:                    &w.text,
		ConditionExpression:                 w.condition.text,
		ExpressionAttributeNames:            w.condition.names,
		ExpressionAttributeValues:           w.condition.attributeValues(),
		ReturnValuesOnConditionCheckFailure: w.condition.onFailure,
	}}, nil
}

func (w *updateWrite) returnedMember() string { return "Attributes" }

func (w *updateWrite) mayReturn(attributes Item) bool {
	return attributes.hasKey(w.Item, w.Return == ReturnOld || w.Return == ReturnNew)
}

func (w *updateWrite) asksFor() string {
	if w.Return == "" || w.Return == ReturnNone {
		return ""
	}
	return "Return"
}

func (w *updateWrite) wantsOldItem() bool {
	return w.Return == ReturnOld || w.Return == ReturnUpdatedOld
}

// mayHaveLeft reports whether old values may be what an earlier attempt left. Those without the
// unique value are not.
func (w *updateWrite) mayHaveLeft(returned Item) bool {
	return w.unique == nil || w.hasUnique(returned)
}

func (w *updateWrite) isRepeatable() bool { return w.repeatable || w.appliesOnce() }

// appliesOnce reports whether the condition tests the former value of the unique attribute.
func (w *updateWrite) appliesOnce() bool {
	return w.unique != nil && w.testsFormerValue(w.If)
}

// testsFormerValue reports whether a predicate can only be true as long as the unique attribute
// has a value which it had before the update.
func (w *updateWrite) testsFormerValue(p Predicate) bool {
	switch p := p.(type) {
	case Condition:
		if p.Key != w.UniqueAttribute || p.detail != nil || p.ComparisonOperator != ComparisonOperatorEQ {
			return false
		}
		return !equalValues(p.Values[0], w.unique, 0)
	case *Condition:
		return p != nil && w.testsFormerValue(*p)
	case *allOf:
		return slices.ContainsFunc(p.predicates, w.testsFormerValue)
	}
	return false
}

// isProvenBy reports whether the update failed its condition because the item has the unique
// value.
func (w *updateWrite) isProvenBy(failure error) bool {
	stored := storedItem(failure)
	return stored.hasKey(w.Item, true) && w.hasUnique(stored)
}

// hasUnique reports whether an item has the unique value.
func (w *updateWrite) hasUnique(item Item) bool {
	value, found := item.Get(w.UniqueAttribute)
	return found && w.unique != nil && equalValues(value, w.unique, 0)
}

func (w *updateWrite) returnedFrom(stored Item) Item {
	switch w.Return {
	case ReturnNew:
		return stored
	case ReturnUpdatedNew:
		return stored.Pick(w.changed()...)
	}
	return nil
}

// changed returns the attributes that the update changes.
func (w *updateWrite) changed() (names []string) {
	for _, c := range w.Changes {
		names = append(names, c.path.name)
	}
	if update := parseUpdate(w.UpdateExpression, w.ExpressionAttributeNames); update != nil {
		for _, c := range update.changes {
			names = append(names, c.path.name)
		}
	}
	return names
}

// inquiry returns the same update with a condition that is never true.
func (w *updateWrite) inquiry() itemWrite {
	if w.unique == nil {
		return nil
	}
	never, name := *w, w.condition.name(w.UniqueAttribute)
	text := *w.condition.text + " AND attribute_exists(" + name + ") AND attribute_not_exists(" + name + ")"
	never.condition.text = &text
	return &never
}
