package dynamoconn

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynamoconn/dynamoconn/internal/retry"
)

// GetItem returns the item with a key, or a nil Item if there is none.
//
// It calls dynamodb:GetItem.
func (c *Client) GetItem(ctx context.Context, req GetItemRequest, opts ...CallOption) (_ *GetItemResponse, err error) {
	k, err := c.newCall("GetItem", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	input, err := req.input(k.capacity)
	if err != nil {
		return nil, k.refuse(err)
	}
	resp := &GetItemResponse{}
	_, err = k.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := k.sdk.GetItem(ctx, input, k.options...)
		if err != nil {
			return nil, err
		}
		if resp.Item, err = FromAttributeValues(out.Item); err == nil && !resp.Item.mayHaveKey(req.Item) {
			err = corrupt("is another item than was asked for")
		}
		return one(out.ConsumedCapacity), under("Item", err)
	})
	if err != nil {
		return nil, err
	}
	resp.ResponseMetadata = k.metadata()
	return resp, nil
}

// PutItem puts an item in the place of the one with the same key, or as a new one.
// The whole item is replaced: attributes of the old one that the new one lacks are
// gone.
//
// After an attempt that may have been applied it is sent again, which undoes what
// another writer does in between: [SendOnce] prevents that, [ExactlyOnce] repeats it
// without harm, and [PutItemRequest.ItemIsUnique] tells a put that failed its own
// condition.
//
// The error is [ErrConditionFailed] if the condition was false, [ErrItemTooLarge] if
// the item is over 400 KB, and [ErrAmbiguous] if the item may have been put. With
// [ErrOldItemUnknown] the item has been put, and the response is beside the error. It
// calls dynamodb:PutItem, and with ExactlyOnce dynamodb:TransactWriteItems instead.
func (c *Client) PutItem(ctx context.Context, req PutItemRequest, opts ...CallOption) (_ *PutItemResponse, err error) {
	k, err := c.newCall("PutItem", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	input, err := req.input(k.capacity)
	if err != nil {
		return nil, k.refuse(err)
	}
	if err := k.canReturnOldItem(req.ReturnOldItem); err != nil {
		return nil, k.refuse(err)
	}
	resp := &PutItemResponse{}
	perhapsOurs := false // the old item, as far as anyone can tell
	_, err = k.write(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		old, used, err := k.put(ctx, input)
		if req.ItemIsUnique && stands(req.Item, err) {
			perhapsOurs = true
			return nil, nil
		}
		perhapsOurs = retry.From(ctx).InDoubt() && old.Equal(req.Item)
		resp.OldItem = old
		return used, err
	})
	if err != nil {
		return nil, err
	}
	resp.ResponseMetadata = k.metadata()
	if n := len(resp.RequestIDs); n > 0 {
		resp.RequestID = resp.RequestIDs[n-1]
	}
	if req.ReturnOldItem && perhapsOurs {
		resp.OldItem = nil
		return resp, k.beside(ErrOldItemUnknown)
	}
	return resp, nil
}

// DeleteItem deletes the item with a key. That there is none is not an error.
//
// After an attempt that may have been applied it is sent again, which deletes also what
// another writer puts in between: [SendOnce] prevents that, and [ExactlyOnce] repeats it
// without harm.
//
// The error is [ErrConditionFailed] if the condition was false, and [ErrAmbiguous] if
// the item may have been deleted. With [ErrOldItemUnknown] it has been deleted, and the
// response is beside the error. It calls dynamodb:DeleteItem, and with ExactlyOnce
// dynamodb:TransactWriteItems instead.
func (c *Client) DeleteItem(ctx context.Context, req DeleteItemRequest, opts ...CallOption) (_ *DeleteItemResponse, err error) {
	k, err := c.newCall("DeleteItem", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	input, err := req.input(k.capacity)
	if err != nil {
		return nil, k.refuse(err)
	}
	if err := k.canReturnOldItem(req.ReturnOldItem); err != nil {
		return nil, k.refuse(err)
	}
	resp := &DeleteItemResponse{}
	perhapsOurs := false // the deletion of the old item, as far as anyone can tell
	_, err = k.write(ctx, func(ctx context.Context) (used []types.ConsumedCapacity, err error) {
		if resp.OldItem, used, err = k.delete(ctx, input); err == nil && !resp.OldItem.mayHaveKey(req.Item) {
			return nil, under("OldItem", corrupt("is another item than was deleted"))
		}
		perhapsOurs = retry.From(ctx).InDoubt() && resp.OldItem == nil
		return used, err
	})
	if err != nil {
		return nil, err
	}
	resp.ResponseMetadata = k.metadata()
	if req.ReturnOldItem && perhapsOurs {
		return resp, k.beside(ErrOldItemUnknown)
	}
	return resp, nil
}

// put carries out a put, or the transaction of one.
func (k *call) put(ctx context.Context, input *dynamodb.PutItemInput) (old Item, used []types.ConsumedCapacity, err error) {
	if k.token != "" {
		used, err = k.transact(ctx, types.TransactWriteItem{Put: &types.Put{
			TableName:                           input.TableName,
			Item:                                input.Item,
			ConditionExpression:                 input.ConditionExpression,
			ExpressionAttributeNames:            input.ExpressionAttributeNames,
			ExpressionAttributeValues:           input.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: input.ReturnValuesOnConditionCheckFailure,
		}})
		return nil, used, err
	}
	out, err := k.sdk.PutItem(ctx, input, k.options...)
	if err != nil {
		return nil, nil, err
	}
	old, err = FromAttributeValues(out.Attributes)
	return old, one(out.ConsumedCapacity), under("OldItem", err)
}

// delete carries out a delete, or the transaction of one.
func (k *call) delete(ctx context.Context, input *dynamodb.DeleteItemInput) (old Item, used []types.ConsumedCapacity, err error) {
	if k.token != "" {
		used, err = k.transact(ctx, types.TransactWriteItem{Delete: &types.Delete{
			TableName:                           input.TableName,
			Key:                                 input.Key,
			ConditionExpression:                 input.ConditionExpression,
			ExpressionAttributeNames:            input.ExpressionAttributeNames,
			ExpressionAttributeValues:           input.ExpressionAttributeValues,
			ReturnValuesOnConditionCheckFailure: input.ReturnValuesOnConditionCheckFailure,
		}})
		return nil, used, err
	}
	out, err := k.sdk.DeleteItem(ctx, input, k.options...)
	if err != nil {
		return nil, nil, err
	}
	old, err = FromAttributeValues(out.Attributes)
	return old, one(out.ConsumedCapacity), under("OldItem", err)
}

// beside returns the error that goes with the response of a write that was applied.
func (k *call) beside(cause error) error {
	e := k.errorSoFar()
	e.causes = []error{cause}
	return e
}

// mayHaveKey tells whether the item has no other key than that. A projection may have left
// it out.
func (it Item) mayHaveKey(key Item) bool {
	for _, asked := range key {
		if kv, ok := it.Get(asked.KeyName()); ok && !equalValues(kv, asked, 0) {
			return false
		}
	}
	return true
}

// stands tells whether a write failed its condition because an item equal to item is
// there.
func stands(item Item, err error) bool {
	attributes, _ := retry.FalseCondition(err)
	if len(attributes) == 0 {
		return false
	}
	there, err := FromAttributeValues(attributes)
	return err == nil && there.Equal(item)
}

func (req *GetItemRequest) input(capacity types.ReturnConsumedCapacity) (*dynamodb.GetItemInput, error) {
	key, err := checkKey(req.TableName, req.Item)
	if err != nil {
		return nil, err
	}
	if err := needsExpression(req.ExpressionAttributeNames, nil, req.ProjectionExpression); err != nil {
		return nil, err
	}
	x, err := newExpression(req.ExpressionAttributeNames, nil)
	if err != nil {
		return nil, err
	}
	projection, err := x.project(req.Attributes, req.ProjectionExpression)
	if err != nil {
		return nil, err
	}
	return &dynamodb.GetItemInput{
		TableName:                &req.TableName,
		Key:                      key,
		ConsistentRead:           &req.IsConsistentRead,
		ProjectionExpression:     projection,
		ExpressionAttributeNames: x.names,
		ReturnConsumedCapacity:   capacity,
	}, nil
}

func (req *PutItemRequest) input(capacity types.ReturnConsumedCapacity) (*dynamodb.PutItemInput, error) {
	if err := checkTableName("TableName", req.TableName); err != nil {
		return nil, err
	}
	item, err := checkItem(req.Item)
	if err != nil {
		return nil, under("Item", err)
	}
	x, err := conditional(req.ConditionExpression, req.ExpressionAttributeNames, req.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	return &dynamodb.PutItemInput{
		TableName:                           &req.TableName,
		Item:                                item,
		ConditionExpression:                 optional(req.ConditionExpression),
		ExpressionAttributeNames:            x.names,
		ExpressionAttributeValues:           x.values,
		ReturnValues:                        oldItem(req.ReturnOldItem),
		ReturnValuesOnConditionCheckFailure: onFailure(req.ReturnItemOnConditionFailure || req.ItemIsUnique && req.ConditionExpression != ""),
		ReturnConsumedCapacity:              capacity,
	}, nil
}

func (req *DeleteItemRequest) input(capacity types.ReturnConsumedCapacity) (*dynamodb.DeleteItemInput, error) {
	key, err := checkKey(req.TableName, req.Item)
	if err != nil {
		return nil, err
	}
	x, err := conditional(req.ConditionExpression, req.ExpressionAttributeNames, req.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	return &dynamodb.DeleteItemInput{
		TableName:                           &req.TableName,
		Key:                                 key,
		ConditionExpression:                 optional(req.ConditionExpression),
		ExpressionAttributeNames:            x.names,
		ExpressionAttributeValues:           x.values,
		ReturnValues:                        oldItem(req.ReturnOldItem),
		ReturnValuesOnConditionCheckFailure: onFailure(req.ReturnItemOnConditionFailure),
		ReturnConsumedCapacity:              capacity,
	}, nil
}

func oldItem(wanted bool) types.ReturnValue {
	if wanted {
		return types.ReturnValueAllOld
	}
	return ""
}

func onFailure(wanted bool) types.ReturnValuesOnConditionCheckFailure {
	if wanted {
		return types.ReturnValuesOnConditionCheckFailureAllOld
	}
	return ""
}

func one(used *types.ConsumedCapacity) []types.ConsumedCapacity {
	if used == nil {
		return nil
	}
	return []types.ConsumedCapacity{*used}
}
