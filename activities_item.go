package dynamoconn

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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
	_, err = k.send(ctx, false, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := k.sdk.GetItem(ctx, input, k.options...)
		if err != nil {
			return nil, err
		}
		resp.Item, err = FromAttributeValues(out.Item)
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
// The error is [ErrConditionFailed] if the condition was false, [ErrItemTooLarge] if
// the item is over 400 KB, and [ErrAmbiguous] if the item may have been put. It calls
// dynamodb:PutItem.
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
	resp := &PutItemResponse{}
	_, err = k.send(ctx, true, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := k.sdk.PutItem(ctx, input, k.options...)
		if err != nil {
			return nil, err
		}
		resp.OldItem, err = FromAttributeValues(out.Attributes)
		return one(out.ConsumedCapacity), under("OldItem", err)
	})
	if err != nil {
		return nil, err
	}
	resp.ResponseMetadata = k.metadata()
	if n := len(resp.RequestIDs); n > 0 {
		resp.RequestID = resp.RequestIDs[n-1]
	}
	return resp, nil
}

// DeleteItem deletes the item with a key. That there is none is not an error.
//
// The error is [ErrConditionFailed] if the condition was false, and [ErrAmbiguous] if
// the item may have been deleted. It calls dynamodb:DeleteItem.
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
	resp := &DeleteItemResponse{}
	_, err = k.send(ctx, true, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := k.sdk.DeleteItem(ctx, input, k.options...)
		if err != nil {
			return nil, err
		}
		resp.OldItem, err = FromAttributeValues(out.Attributes)
		return one(out.ConsumedCapacity), under("OldItem", err)
	})
	if err != nil {
		return nil, err
	}
	resp.ResponseMetadata = k.metadata()
	return resp, nil
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
		ReturnValuesOnConditionCheckFailure: onFailure(req.ReturnItemOnConditionFailure),
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

func conditional(condition string, names map[string]string, values Item) (*expression, error) {
	if err := needsExpression(names, values, condition); err != nil {
		return nil, err
	}
	return newExpression(names, values)
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

// checkKey converts the key of one item of a table.
func checkKey(table string, key Item) (map[string]types.AttributeValue, error) {
	if err := checkTableName("TableName", table); err != nil {
		return nil, err
	}
	converted, err := toKey(key)
	return converted, under("Item", err)
}

// toKey converts a key: one or two attributes of the types that keys can have,
// neither of them empty.
func toKey(key Item) (map[string]types.AttributeValue, error) {
	if len(key) < 1 || len(key) > 2 {
		return nil, invalid("", "a key has one or two attributes")
	}
	converted, err := ToAttributeValues(key)
	if err != nil {
		return nil, err
	}
	for _, kv := range key {
		if err := checkKeyValue(kv); err != nil {
			return nil, err
		}
	}
	return converted, nil
}

func checkKeyValue(kv KeyValue) error {
	empty := false
	switch kv := kv.(type) {
	case *KeyValueString:
		empty = kv.StringValue == ""
	case *KeyValueBinary:
		empty = len(kv.BinaryValue) == 0
	case *KeyValueLong, *KeyValueDecimal:
	default:
		return invalid(showName(kv.KeyName()), "an attribute of a key must be a string, a number or a binary")
	}
	if empty {
		return invalid(showName(kv.KeyName()), "an attribute of a key must not be empty")
	}
	return nil
}

// checkItem converts a whole item.
func checkItem(item Item) (map[string]types.AttributeValue, error) {
	if len(item) == 0 {
		return nil, invalid("", "must have at least its key")
	}
	converted, err := ToAttributeValues(item)
	if err != nil {
		return nil, err
	}
	// What an item takes in a request is never less than its size, and cheaper to tell.
	if wireSize(item) > largestItem && itemSize(item) > largestItem {
		return nil, &FieldError{Rule: "is over 400 KB", causes: []error{ErrItemTooLarge, ErrInvalidRequest}}
	}
	return converted, nil
}
