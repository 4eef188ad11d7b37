package dynamoconn

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// GetItem returns the item with a key, or a nil Item if there is none.
//
// It calls dynamodb:GetItem.
func (c *Client) GetItem(ctx context.Context, req GetItemRequest, opts ...CallOption) (*GetItemResponse, error) {
	_, resp, err := c.getItem(ctx, req, nil, opts)
	return resp, err
}

// getItem is GetItem. With into, which may be nil, the response has only the key of the item.
func (c *Client) getItem(ctx context.Context, req GetItemRequest, into itemTarget, opts []CallOption) (k *call, _ *GetItemResponse, err error) {
	k, err = c.newCall("GetItem", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return k, nil, err
	}
	k.into = into
	memory := newScratch()
	defer memory.release()
	get, err := req.prepare(memory)
	if err != nil {
		return k, nil, k.refuse(err)
	}
	resp := &GetItemResponse{}
	_, err = k.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		a, err := k.do(ctx, get)
		if err != nil {
			return nil, withSent(err, req.Item)
		}
		isWhole := len(req.Attributes) == 0 && req.ProjectionExpression == ""
		if resp.Item = a.item; !resp.Item.hasKey(req.Item, isWhole) {
			err = under("Item", corrupt("is another item than was asked for"))
		}
		return a.capacity, err
	})
	if err != nil {
		return k, nil, err
	}
	resp.ResponseMetadata = k.metadata()
	return k, resp, nil
}

// PutItem puts an item in the place of the one with the same key, or as a new one.
// The whole item is replaced: attributes that only the old item had are gone.
//
// If an attempt may have been applied and its answer was lost, the client sends the put
// again. That undoes what another writer changes in between. [SendOnce] prevents it,
// [ExactlyOnce] makes the repetition harmless, and [PutItemRequest.ItemIsUnique] lets a
// put with a condition recognise its own item.
//
// The error is [ErrConditionFailed] if the condition was false, [ErrItemTooLarge] if the
// item is over 400 KB, and [ErrAmbiguous] if the item may or may not have been put. It is
// [ErrOldItemUnknown], together with a response, if the item has been put and the old item
// cannot be told. PutItem calls dynamodb:PutItem, and with ExactlyOnce
// dynamodb:TransactWriteItems instead.
func (c *Client) PutItem(ctx context.Context, req PutItemRequest, opts ...CallOption) (*PutItemResponse, error) {
	written, err := c.writeItem(ctx, "PutItem", req.TableName, req.prepare, opts)
	if written == nil {
		return nil, err
	}
	resp := &PutItemResponse{OldItem: written.returned, ResponseMetadata: written.metadata}
	resp.RequestID = resp.lastRequestID()
	return resp, err
}

// DeleteItem deletes the item with a key. It is no error if there is none.
//
// If an attempt may have been applied and its answer was lost, the client sends the
// delete again. That deletes also what another writer puts in between. [SendOnce] prevents
// it, and [ExactlyOnce] makes the repetition harmless.
//
// The error is [ErrConditionFailed] if the condition was false, and [ErrAmbiguous] if the
// item may or may not have been deleted. It is [ErrOldItemUnknown], together with a
// response, if the item has been deleted and cannot be told. DeleteItem calls
// dynamodb:DeleteItem, and with ExactlyOnce dynamodb:TransactWriteItems instead.
func (c *Client) DeleteItem(ctx context.Context, req DeleteItemRequest, opts ...CallOption) (*DeleteItemResponse, error) {
	written, err := c.writeItem(ctx, "DeleteItem", req.TableName, req.prepare, opts)
	if written == nil {
		return nil, err
	}
	return &DeleteItemResponse{OldItem: written.returned, ResponseMetadata: written.metadata}, err
}

func (req *GetItemRequest) prepare(memory *scratch) (*getRequest, error) {
	key, err := memory.key(req.TableName, req.Item)
	if err != nil {
		return nil, err
	}
	x, projection, err := newProjection(req.Attributes, req.ProjectionExpression, req.ExpressionAttributeNames)
	if err != nil {
		return nil, err
	}
	return &getRequest{req, key, x, projection}, nil
}

// getRequest is a GetItem.
type getRequest struct {
	*GetItemRequest
	key        []byte // encoded
	expression *expression
	projection *string
}

func (r *getRequest) action() string { return "GetItem" }

func (r *getRequest) tableNames() []string { return []string{r.TableName} }

func (r *getRequest) body(capacity types.ReturnConsumedCapacity) []byte {
	body := &getBody{
		consistent: r.IsConsistentRead,
		expression: r.expression,
		key:        r.key,
		projection: r.projection,
		capacity:   capacity,
		table:      r.TableName,
	}
	return body.appendTo(make([]byte, 0, usualBody+len(r.key)))
}

func (r *getRequest) ordinary(ctx context.Context, k *call) (*answer, error) {
	key, err := ToAttributeValues(r.Item)
	if err != nil {
		return nil, under("Item", err)
	}
	out, err := k.sdk.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:                &r.TableName,
		Key:                      key,
		ConsistentRead:           &r.IsConsistentRead,
		ProjectionExpression:     r.projection,
		ExpressionAttributeNames: r.expression.names,
		ReturnConsumedCapacity:   k.capacity,
	}, k.options...)
	if err != nil {
		return nil, err
	}
	item, err := FromAttributeValues(out.Item)
	return &answer{item: item, capacity: capacityOf(out.ConsumedCapacity)}, under("Item", err)
}

// hasKey reports whether the item is the one with that key, or nil. If it is not the whole
// item, a projection may have left attributes of the key out.
func (it Item) hasKey(key Item, isWhole bool) bool {
	for _, asked := range key {
		kv, found := it.Get(asked.KeyName())
		if found && !equalValues(kv, asked, 0) || !found && isWhole && it != nil {
			return false
		}
	}
	return true
}

// putWrite is the write of a PutItem.
type putWrite struct {
	wholeWrite
	*PutItemRequest
	item      []byte // encoded
	condition writeCondition
}

func (req *PutItemRequest) prepare(memory *scratch) (itemWrite, error) {
	if err := checkTableName("TableName", req.TableName); err != nil {
		return nil, err
	}
	item, err := memory.wholeItem(req.Item)
	if err != nil {
		return nil, err
	}
	returnItem := req.ReturnItemOnConditionFailure || req.ItemIsUnique && (req.ConditionExpression != "" || !testsNothing(req.If))
	condition, err := newWriteCondition(req.If, req.ConditionExpression, req.ExpressionAttributeNames, req.ExpressionAttributeValues, returnItem)
	if err != nil {
		return nil, err
	}
	return &putWrite{PutItemRequest: req, item: item, condition: condition}, nil
}

func (w *putWrite) action() string { return "PutItem" }

func (w *putWrite) table() string { return w.TableName }

func (w *putWrite) tableNames() []string { return []string{w.TableName} }

func (w *putWrite) encoded() (kind string, body writeBody) {
	return "Put", writeBody{
		condition: w.condition, member: "Item", item: w.item, returns: returnOldItem(w.ReturnOldItem), table: w.TableName,
	}
}

func (w *putWrite) body(capacity types.ReturnConsumedCapacity) []byte {
	return bodyOf(w, capacity)
}

func (w *putWrite) ordinary(ctx context.Context, k *call) (*answer, error) {
	item, err := ToAttributeValues(w.Item)
	if err != nil {
		return nil, under("Item", err)
	}
	out, err := k.sdk.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                           &w.TableName,
		Item:                                item,
		ConditionExpression:                 w.condition.text,
		ExpressionAttributeNames:            w.condition.names,
		ExpressionAttributeValues:           w.condition.attributeValues(),
		ReturnValues:                        returnOldItem(w.ReturnOldItem),
		ReturnValuesOnConditionCheckFailure: w.condition.onFailure,
		ReturnConsumedCapacity:              k.capacity,
	}, k.options...)
	if err != nil {
		return nil, err
	}
	return writeAnswer("OldItem", out.Attributes, out.ConsumedCapacity)
}

func (w *putWrite) sent() Item { return w.Item }

func (w *putWrite) transactItem() (types.TransactWriteItem, error) {
	item, err := ToAttributeValues(w.Item)
	if err != nil {
		return types.TransactWriteItem{}, under("Item", err)
	}
	return types.TransactWriteItem{Put: &types.Put{
		TableName:                           &w.TableName,
		Item:                                item,
		ConditionExpression:                 w.condition.text,
		ExpressionAttributeNames:            w.condition.names,
		ExpressionAttributeValues:           w.condition.attributeValues(),
		ReturnValuesOnConditionCheckFailure: w.condition.onFailure,
	}}, nil
}

func (w *putWrite) isWhole() bool { return true }

func (w *putWrite) mayReturn(Item) bool { return true }

func (w *putWrite) wantsOldItem() bool { return w.ReturnOldItem }

func (w *putWrite) asksFor() string { return asksForOldItem(w.ReturnOldItem) }

func (w *putWrite) mayHaveLeft(returned Item) bool { return returned.Equal(w.Item) }

// isProvenBy reports whether the put failed its condition because its own item is there.
func (w *putWrite) isProvenBy(failure error) bool {
	return w.ItemIsUnique && isStored(w.Item, failure)
}

// isStored reports whether a write failed its condition where an item equal to item is
// stored.
func isStored(item Item, failure error) bool {
	stored := storedItem(failure)
	return stored != nil && stored.Equal(item)
}

// deleteWrite is the write of a DeleteItem.
type deleteWrite struct {
	wholeWrite
	*DeleteItemRequest
	key       []byte // encoded
	condition writeCondition
}

func (req *DeleteItemRequest) prepare(memory *scratch) (itemWrite, error) {
	key, err := memory.key(req.TableName, req.Item)
	if err != nil {
		return nil, err
	}
	condition, err := newWriteCondition(req.If, req.ConditionExpression, req.ExpressionAttributeNames, req.ExpressionAttributeValues,
		req.ReturnItemOnConditionFailure)
	if err != nil {
		return nil, err
	}
	return &deleteWrite{DeleteItemRequest: req, key: key, condition: condition}, nil
}

func (w *deleteWrite) action() string { return "DeleteItem" }

func (w *deleteWrite) table() string { return w.TableName }

func (w *deleteWrite) tableNames() []string { return []string{w.TableName} }

func (w *deleteWrite) encoded() (kind string, body writeBody) {
	return "Delete", writeBody{
		condition: w.condition, member: "Key", item: w.key, returns: returnOldItem(w.ReturnOldItem), table: w.TableName,
	}
}

func (w *deleteWrite) body(capacity types.ReturnConsumedCapacity) []byte {
	return bodyOf(w, capacity)
}

func (w *deleteWrite) ordinary(ctx context.Context, k *call) (*answer, error) {
	key, err := ToAttributeValues(w.Item)
	if err != nil {
		return nil, under("Item", err)
	}
	out, err := k.sdk.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                           &w.TableName,
		Key:                                 key,
		ConditionExpression:                 w.condition.text,
		ExpressionAttributeNames:            w.condition.names,
		ExpressionAttributeValues:           w.condition.attributeValues(),
		ReturnValues:                        returnOldItem(w.ReturnOldItem),
		ReturnValuesOnConditionCheckFailure: w.condition.onFailure,
		ReturnConsumedCapacity:              k.capacity,
	}, k.options...)
	if err != nil {
		return nil, err
	}
	return writeAnswer("OldItem", out.Attributes, out.ConsumedCapacity)
}

func (w *deleteWrite) isWhole() bool { return false }

func (w *deleteWrite) mayReturn(old Item) bool { return old.hasKey(w.Item, true) }

func (w *deleteWrite) sent() Item { return w.Item }

func (w *deleteWrite) transactItem() (types.TransactWriteItem, error) {
	key, err := ToAttributeValues(w.Item)
	if err != nil {
		return types.TransactWriteItem{}, under("Item", err)
	}
	return types.TransactWriteItem{Delete: &types.Delete{
		TableName:                           &w.TableName,
		Key:                                 key,
		ConditionExpression:                 w.condition.text,
		ExpressionAttributeNames:            w.condition.names,
		ExpressionAttributeValues:           w.condition.attributeValues(),
		ReturnValuesOnConditionCheckFailure: w.condition.onFailure,
	}}, nil
}

func (w *deleteWrite) wantsOldItem() bool { return w.ReturnOldItem }

func (w *deleteWrite) asksFor() string { return asksForOldItem(w.ReturnOldItem) }

func (w *deleteWrite) mayHaveLeft(returned Item) bool { return returned == nil }

// isProvenBy returns false: an item that is there does not tell who has deleted it before.
func (w *deleteWrite) isProvenBy(error) bool { return false }
