package dynamoconn

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// CreateTable creates a table with its indexes and settings. It does not wait for the table to
// be ACTIVE: [Client.WaitForTable] does.
//
// The error is [ErrTableExists] if there is a table of that name. If it is [ErrAmbiguous] too,
// an attempt whose answer was lost may have created that table: a program that only wants the
// table to be there can go on in both cases, and compare the keys if in doubt.
//
// It calls dynamodb:CreateTable, and with Tags needs the permission dynamodb:TagResource. With
// TimeToLiveAttribute it also calls dynamodb:DescribeTable until the table and its indexes are
// ready, as WaitForTable does, and then dynamodb:UpdateTimeToLive. If one of these fails, the
// error is [ErrUnfinishedTable] together with the cause, and the table is returned with it.
func (c *Client) CreateTable(ctx context.Context, req CreateTableRequest, opts ...CallOption) (_ *TableDescription, err error) {
	k, err := c.newCall("CreateTable", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	input, err := req.input()
	if err != nil {
		return nil, k.refuse(err)
	}
	table, err := k.changeTable(ctx, req.TableName, func(ctx context.Context) (*types.TableDescription, error) {
		out, err := k.sdk.CreateTable(ctx, input, k.options...)
		if err != nil {
			return nil, err
		}
		return out.TableDescription, nil
	})
	if err != nil || req.TimeToLiveAttribute == "" {
		return table, err
	}
	ready, err := (&tableWait{call: k, req: WaitForTableRequest{TableName: req.TableName}, latest: table}).finish(ctx)
	if err == nil {
		table = ready
		err = k.updateTimeToLive(ctx, req.TableName, req.TimeToLiveAttribute, true)
	}
	table.ResponseMetadata = k.metadata()
	if err != nil {
		return table, withCause(ErrUnfinishedTable, err)
	}
	return table, nil
}

// UpdateTable changes the settings and the global indexes of a table. It does not wait until
// the change is done: [Client.WaitForTable] does.
//
// DynamoDB makes one change at a time. While it works on one, the error is [ErrTableInUse]. It
// creates or deletes one index per request.
//
// It calls dynamodb:UpdateTable.
func (c *Client) UpdateTable(ctx context.Context, req UpdateTableRequest, opts ...CallOption) (_ *TableDescription, err error) {
	k, err := c.newCall("UpdateTable", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	input, err := req.input()
	if err != nil {
		return nil, k.refuse(err)
	}
	return k.changeTable(ctx, req.TableName, func(ctx context.Context) (*types.TableDescription, error) {
		out, err := k.sdk.UpdateTable(ctx, input, k.options...)
		if err != nil {
			return nil, err
		}
		return out.TableDescription, nil
	})
}

// DeleteTable deletes a table with all its items and indexes. It does not wait until the table
// is gone: [Client.WaitForTable] does. What it returns of the table has neither keys nor
// indexes.
//
// The error is [ErrTableNotFound] if there is no such table, [ErrTableInUse] if it is being
// created, changed or deleted, and [ErrValidation] if it is protected from deletion. If it is
// ErrTableNotFound and [ErrAmbiguous], an attempt whose answer was lost may have deleted it. An
// attempt after a lost answer would delete a table of the same name that somebody creates in
// between: [SendOnce] prevents that.
//
// It calls dynamodb:DeleteTable.
func (c *Client) DeleteTable(ctx context.Context, req DeleteTableRequest, opts ...CallOption) (_ *TableDescription, err error) {
	k, err := c.newCall("DeleteTable", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	if err := checkTableName("TableName", req.TableName); err != nil {
		return nil, k.refuse(err)
	}
	return k.changeTable(ctx, req.TableName, func(ctx context.Context) (*types.TableDescription, error) {
		out, err := k.sdk.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &req.TableName}, k.options...)
		if err != nil {
			return nil, err
		}
		return out.TableDescription, nil
	})
}

// changeTable sends an API action that changes a table and describes it.
func (k *call) changeTable(ctx context.Context, name string, send func(context.Context) (*types.TableDescription, error)) (*TableDescription, error) {
	var table *types.TableDescription
	_, err := k.write(ctx, func(ctx context.Context) (_ []types.ConsumedCapacity, err error) {
		if table, err = send(ctx); err == nil {
			err = describes(table, name)
		}
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	description := describeTable(table)
	description.ResponseMetadata = k.metadata()
	return description, nil
}

// describes refuses a description that is not of the table of that name or ARN.
func describes(table *types.TableDescription, name string) error {
	switch {
	case table == nil:
		return corrupt("the answer describes no table")
	case !isNameOfTable(deref(table.TableName), name):
		return corrupt("the answer describes another table")
	}
	return nil
}

// UpdateTimeToLive switches the time to live of a table on or off. DynamoDB takes up to an hour
// for it, and refuses another change meanwhile. If the time to live is already as it is asked
// for, the error is [ErrValidation].
//
// It calls dynamodb:UpdateTimeToLive.
func (c *Client) UpdateTimeToLive(ctx context.Context, req UpdateTimeToLiveRequest, opts ...CallOption) (_ *UpdateTimeToLiveResponse, err error) {
	k, err := c.newCall("UpdateTimeToLive", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	err = checkTableName("TableName", req.TableName)
	if err == nil {
		err = under("AttributeName", checkTableAttribute(req.AttributeName))
	}
	if err != nil {
		return nil, k.refuse(err)
	}
	if err := k.updateTimeToLive(ctx, req.TableName, req.AttributeName, !req.Disable); err != nil {
		return nil, err
	}
	return &UpdateTimeToLiveResponse{k.metadata()}, nil
}

func (k *call) updateTimeToLive(ctx context.Context, table, attribute string, enabled bool) error {
	_, err := k.write(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := k.sdk.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
			TableName:               &table,
			TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: &attribute, Enabled: &enabled},
		}, k.options...)
		if err != nil {
			return nil, err
		}
		switch set := out.TimeToLiveSpecification; {
		case set == nil:
			return nil, corrupt("the answer does not say what was set")
		case deref(set.AttributeName) != attribute || deref(set.Enabled) != enabled:
			return nil, corrupt("the answer says that something else was set")
		}
		return nil, nil
	})
	return err
}

// DescribeTimeToLive returns whether the items of a table expire, and by which attribute.
//
// The error is [ErrTableNotFound] if there is no such table. It calls
// dynamodb:DescribeTimeToLive.
func (c *Client) DescribeTimeToLive(ctx context.Context, req DescribeTimeToLiveRequest, opts ...CallOption) (_ *TimeToLiveDescription, err error) {
	k, err := c.newCall("DescribeTimeToLive", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	if err := checkTableName("TableName", req.TableName); err != nil {
		return nil, k.refuse(err)
	}
	description := &TimeToLiveDescription{}
	_, err = k.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := k.sdk.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &req.TableName}, k.options...)
		if err != nil {
			return nil, err
		}
		if out.TimeToLiveDescription == nil || out.TimeToLiveDescription.TimeToLiveStatus == "" {
			return nil, corrupt("the answer does not say whether items expire")
		}
		description.TimeToLiveStatus = TimeToLiveStatus(out.TimeToLiveDescription.TimeToLiveStatus)
		description.AttributeName = deref(out.TimeToLiveDescription.AttributeName)
		return nil, nil
	})
	if err != nil {
		return nil, err
	}
	description.ResponseMetadata = k.metadata()
	return description, nil
}

// TagTable adds tags to a table, or replaces those with the same keys. It calls
// dynamodb:TagResource.
func (c *Client) TagTable(ctx context.Context, req TagTableRequest, opts ...CallOption) (_ *TagTableResponse, err error) {
	k, err := c.newCall("TagTable", req.TableARN, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	err = checkARN("TableARN", req.TableARN)
	if err == nil && len(req.Tags) == 0 {
		err = invalid("Tags", "must not be empty")
	}
	if err == nil {
		err = checkTags(req.Tags)
	}
	if err != nil {
		return nil, k.refuse(err)
	}
	_, err = k.write(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		_, err := k.sdk.TagResource(ctx, &dynamodb.TagResourceInput{ResourceArn: &req.TableARN, Tags: sdkTags(req.Tags)}, k.options...)
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	return &TagTableResponse{k.metadata()}, nil
}

// UntagTable removes tags from a table. It calls dynamodb:UntagResource.
func (c *Client) UntagTable(ctx context.Context, req UntagTableRequest, opts ...CallOption) (_ *UntagTableResponse, err error) {
	k, err := c.newCall("UntagTable", req.TableARN, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	err = checkARN("TableARN", req.TableARN)
	if err == nil && len(req.Keys) == 0 {
		err = invalid("Keys", "must not be empty")
	}
	for i, key := range req.Keys {
		if err == nil {
			err = under("Keys", underElement(i, checkTagKey(key)))
		}
	}
	if err != nil {
		return nil, k.refuse(err)
	}
	_, err = k.write(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		_, err := k.sdk.UntagResource(ctx, &dynamodb.UntagResourceInput{ResourceArn: &req.TableARN, TagKeys: req.Keys}, k.options...)
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	return &UntagTableResponse{k.metadata()}, nil
}

// ListTags returns all tags of a table, page by page if there are several pages. It calls
// dynamodb:ListTagsOfResource.
func (c *Client) ListTags(ctx context.Context, req ListTagsRequest, opts ...CallOption) (_ *ListTagsResponse, err error) {
	k, err := c.newCall("ListTags", req.TableARN, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	if err := checkARN("TableARN", req.TableARN); err != nil {
		return nil, k.refuse(err)
	}
	p := &pager[types.Tag, tagPosition]{call: k, left: allEntries}
	p.fetch = func(ctx context.Context, start tagPosition, _ int32) (*page[types.Tag, tagPosition], []types.ConsumedCapacity, error) {
		out, err := k.sdk.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{
			ResourceArn: &req.TableARN, NextToken: optional(string(start)),
		}, k.options...)
		if err != nil {
			return nil, nil, err
		}
		if out.Tags == nil { // where there are none it is an empty list
			return nil, nil, corrupt("the page does not say which tags there are")
		}
		n := int64(len(out.Tags))
		return &page[types.Tag, tagPosition]{entries: out.Tags, count: n, scanned: n, next: tagPosition(deref(out.NextToken))}, nil, nil
	}
	whole, err := p.all(ctx)
	if err != nil {
		return nil, err
	}
	resp := &ListTagsResponse{Tags: make(map[string]string, len(whole.entries)), ResponseMetadata: k.metadata()}
	for _, tag := range whole.entries {
		resp.Tags[deref(tag.Key)] = deref(tag.Value)
	}
	return resp, nil
}

// tagPosition is where a page of tags begins: a token of DynamoDB's.
type tagPosition string

func (p tagPosition) place() string { return string(p) }

// sdkTags returns the tags in the order of their keys.
func sdkTags(tags map[string]string) []types.Tag {
	var sorted []types.Tag
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		value := tags[key]
		sorted = append(sorted, types.Tag{Key: &key, Value: &value})
	}
	return sorted
}

// checkARN refuses what is no Amazon Resource Name of a table.
func checkARN(field, arn string) error {
	if !strings.HasPrefix(arn, "arn:") {
		return invalid(field, "must be the ARN of a table, such as TableDescription.TableARN")
	}
	return checkTableName(field, arn)
}

// checkTags refuses what cannot be tags of a table.
func checkTags(tags map[string]string) error {
	if len(tags) > mostTags {
		return invalid("Tags", "must be at most 50")
	}
	for _, tag := range sdkTags(tags) {
		if err := checkTagKey(*tag.Key); err != nil {
			return under("Tags", underName(*tag.Key, err))
		}
		if !utf8.ValidString(*tag.Value) || utf8.RuneCountInString(*tag.Value) > longestTagValue {
			return under("Tags", underName(*tag.Key, broken("must have a value of at most 256 characters")))
		}
	}
	return nil
}

// checkTagKey refuses what cannot be the key of a tag.
func checkTagKey(key string) error {
	if n := utf8.RuneCountInString(key); n < 1 || n > longestTagKey || !utf8.ValidString(key) {
		return broken("must have a key of 1 to 128 characters")
	}
	return nil
}
