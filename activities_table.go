package dynamoconn

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ListTables returns the tables of a region, in the order of their names: all of
// them, page by page, or the first MaxTables.
//
// It calls dynamodb:ListTables.
func (c *Client) ListTables(ctx context.Context, req ListTablesRequest, opts ...CallOption) (_ *ListTablesResponse, err error) {
	l, err := c.newTableList(req, opts)
	defer l.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	whole, err := l.all(ctx)
	if err != nil {
		return nil, err
	}
	return &ListTablesResponse{
		ListTables:             whole.entries,
		LastEvaluatedTableName: string(whole.next),
		ResponseMetadata:       l.metadata(),
	}, nil
}

// Tables goes over the tables of a region, in the order of their names. To go on after a
// table, give its name as ExclusiveStartTableName.
//
// It fetches a page when the loop reaches it. An error comes once, last. Ranging again
// starts over. Tables calls dynamodb:ListTables.
func (c *Client) Tables(ctx context.Context, req ListTablesRequest, opts ...CallOption) iter.Seq2[ListTable, error] {
	return entriesOf(ctx, func() (*tableList, error) { return c.newTableList(req, opts) })
}

// tablePosition is where a page of tables begins: after the table with that name.
type tablePosition string

func (p tablePosition) place() string { return string(p) }

// tableList is one reading of the tables of a region.
type tableList = pager[ListTable, tablePosition]

const largestTableLimit = 100

// newTableList returns a reading, which must be ended even if there is an error.
func (c *Client) newTableList(req ListTablesRequest, opts []CallOption) (*tableList, error) {
	k, err := c.newCall("ListTables", "", opts)
	l := &tableList{
		call:    k,
		fetch:   k.listTables,
		start:   tablePosition(req.ExclusiveStartTableName),
		limit:   req.Limit,
		largest: largestTableLimit,
		left:    atMost(req.MaxTables),
	}
	if err != nil {
		return l, err
	}
	switch {
	case req.Limit < 0 || req.Limit > largestTableLimit:
		err = invalid("Limit", "must be 1 to 100, or 0 to leave it to DynamoDB")
	case req.MaxTables < 0:
		err = invalid("MaxTables", "must not be negative")
	case req.ExclusiveStartTableName != "":
		err = checkTableName("ExclusiveStartTableName", req.ExclusiveStartTableName)
	}
	if err != nil {
		return l, k.refuse(err)
	}
	return l, nil
}

// listTables reads one page.
func (k *call) listTables(ctx context.Context, start tablePosition, limit int32) (*page[ListTable, tablePosition], []types.ConsumedCapacity, error) {
	input := &dynamodb.ListTablesInput{ExclusiveStartTableName: optional(string(start))}
	if limit > 0 {
		input.Limit = &limit
	}
	out, err := k.sdk.ListTables(ctx, input, k.options...)
	if err != nil {
		return nil, nil, err
	}
	if out.TableNames == nil { // where there are none it is an empty list
		return nil, nil, corrupt("the page does not say which tables there are")
	}
	if last := deref(out.LastEvaluatedTableName); last != "" && checkResourceName("", last, false) != nil {
		return nil, nil, under("LastEvaluatedTableName", corrupt("is a name that no table has"))
	}
	n := int64(len(out.TableNames))
	read := &page[ListTable, tablePosition]{count: n, scanned: n, next: tablePosition(deref(out.LastEvaluatedTableName))}
	read.entries = make([]ListTable, n)
	for i, name := range out.TableNames {
		if checkResourceName("", name, false) != nil {
			return nil, nil, under("TableNames", underElement(i, corrupt("is a name that no table has")))
		}
		read.entries[i] = ListTable{Table{name}}
	}
	return read, nil, nil
}

// DescribeTable returns what DynamoDB knows about a table: its keys, status, size,
// indexes and the rest. It asks once and does not wait: a table that was just
// created is CREATING for a while.
//
// The error is [ErrTableNotFound] if there is no such table. It calls
// dynamodb:DescribeTable.
func (c *Client) DescribeTable(ctx context.Context, req DescribeTableRequest, opts ...CallOption) (_ *TableDescription, err error) {
	k, err := c.newCall("DescribeTable", req.TableName, opts)
	defer k.end(ctx, &err)
	if err != nil {
		return nil, err
	}
	if err := checkTableName("TableName", req.TableName); err != nil {
		return nil, k.refuse(err)
	}
	var table *types.TableDescription
	_, err = k.read(ctx, func(ctx context.Context) ([]types.ConsumedCapacity, error) {
		out, err := k.sdk.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &req.TableName}, k.options...)
		if err != nil {
			return nil, err
		}
		if table = out.Table; table == nil {
			return nil, corrupt("the answer describes no table")
		}
		if !isNameOfTable(deref(table.TableName), req.TableName) {
			return nil, corrupt("the answer describes another table")
		}
		return nil, nil
	})
	if err != nil {
		return nil, err
	}
	description := describeTable(table)
	description.ResponseMetadata = k.metadata()
	return description, nil
}

func describeTable(t *types.TableDescription) *TableDescription {
	d := &TableDescription{
		Table:                     Table{deref(t.TableName)},
		ItemCount:                 deref(t.ItemCount),
		CreationDateTime:          utc(t.CreationDateTime),
		TableARN:                  deref(t.TableArn),
		TableID:                   deref(t.TableId),
		TableStatus:               TableStatus(t.TableStatus),
		KeySchemaElements:         keySchema(t.KeySchema),
		TableSizeBytes:            deref(t.TableSizeBytes),
		BillingMode:               BillingModeProvisioned,
		ProvisionedThroughput:     provisioned(t.ProvisionedThroughput),
		OnDemandThroughput:        onDemand(t.OnDemandThroughput),
		TableClass:                TableClassStandard,
		DeletionProtectionEnabled: deref(t.DeletionProtectionEnabled),
	}
	for _, definition := range t.AttributeDefinitions {
		d.AttributeDefinitions = append(d.AttributeDefinitions, AttributeDefinition{
			AttributeName: deref(definition.AttributeName),
			AttributeType: AttributeType(definition.AttributeType),
		})
	}
	// DynamoDB leaves both out of a table that never left the default.
	if t.BillingModeSummary != nil && t.BillingModeSummary.BillingMode != "" {
		d.BillingMode = BillingMode(t.BillingModeSummary.BillingMode)
	}
	if t.TableClassSummary != nil && t.TableClassSummary.TableClass != "" {
		d.TableClass = TableClass(t.TableClassSummary.TableClass)
	}
	if d.BillingMode != BillingModeProvisioned {
		d.ProvisionedThroughput = nil
	}
	for _, index := range t.GlobalSecondaryIndexes {
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, globalIndex(index, d.ProvisionedThroughput != nil))
	}
	for _, index := range t.LocalSecondaryIndexes {
		d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, localIndex(index))
	}
	if t.StreamSpecification != nil || t.LatestStreamArn != nil {
		d.Stream = &StreamDescription{LatestStreamARN: deref(t.LatestStreamArn), LatestStreamLabel: deref(t.LatestStreamLabel)}
		if t.StreamSpecification != nil {
			d.Stream.Enabled = deref(t.StreamSpecification.StreamEnabled)
			d.Stream.ViewType = StreamViewType(t.StreamSpecification.StreamViewType)
		}
	}
	for _, replica := range t.Replicas {
		d.Replicas = append(d.Replicas, describeReplica(replica))
	}
	return d
}

func globalIndex(index types.GlobalSecondaryIndexDescription, isProvisioned bool) IndexDescription {
	d := IndexDescription{
		IndexName:          deref(index.IndexName),
		IndexARN:           deref(index.IndexArn),
		IndexStatus:        IndexStatus(index.IndexStatus),
		Backfilling:        deref(index.Backfilling),
		KeySchemaElements:  keySchema(index.KeySchema),
		ItemCount:          deref(index.ItemCount),
		IndexSizeBytes:     deref(index.IndexSizeBytes),
		OnDemandThroughput: onDemand(index.OnDemandThroughput),
	}
	if isProvisioned {
		d.ProvisionedThroughput = provisioned(index.ProvisionedThroughput)
	}
	if index.Projection != nil {
		d.ProjectionType = ProjectionType(index.Projection.ProjectionType)
		d.NonKeyAttributes = index.Projection.NonKeyAttributes
	}
	return d
}

func localIndex(index types.LocalSecondaryIndexDescription) IndexDescription {
	return globalIndex(types.GlobalSecondaryIndexDescription{
		IndexName:      index.IndexName,
		IndexArn:       index.IndexArn,
		KeySchema:      index.KeySchema,
		Projection:     index.Projection,
		ItemCount:      index.ItemCount,
		IndexSizeBytes: index.IndexSizeBytes,
	}, false)
}

func describeReplica(replica types.ReplicaDescription) ReplicaDescription {
	d := ReplicaDescription{
		Region:                   Region(deref(replica.RegionName)),
		ReplicaStatus:            ReplicaStatus(replica.ReplicaStatus),
		ReplicaStatusDescription: clean(deref(replica.ReplicaStatusDescription)),
		InaccessibleDateTime:     utc(replica.ReplicaInaccessibleDateTime),
	}
	if replica.ReplicaTableClassSummary != nil {
		d.TableClass = TableClass(replica.ReplicaTableClassSummary.TableClass)
	}
	return d
}

func keySchema(schema []types.KeySchemaElement) []KeySchemaElement {
	elements := make([]KeySchemaElement, len(schema))
	for i, element := range schema {
		elements[i] = KeySchemaElement{Key: deref(element.AttributeName), KeyType: KeyType(element.KeyType)}
	}
	return elements
}

func provisioned(t *types.ProvisionedThroughputDescription) *ProvisionedThroughput {
	if t == nil {
		return nil
	}
	return &ProvisionedThroughput{
		ReadCapacityUnits:      deref(t.ReadCapacityUnits),
		WriteCapacityUnits:     deref(t.WriteCapacityUnits),
		LastIncreaseDateTime:   utc(t.LastIncreaseDateTime),
		LastDecreaseDateTime:   utc(t.LastDecreaseDateTime),
		NumberOfDecreasesToday: deref(t.NumberOfDecreasesToday),
	}
}

func onDemand(t *types.OnDemandThroughput) *OnDemandThroughput {
	if t == nil {
		return nil
	}
	return &OnDemandThroughput{
		MaxReadRequestUnits:  deref(t.MaxReadRequestUnits),
		MaxWriteRequestUnits: deref(t.MaxWriteRequestUnits),
	}
}
