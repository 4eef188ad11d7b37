package dynamoconn

import (
	"cmp"
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
	resp := &ListTablesResponse{
		ListTables:             whole.entries,
		LastEvaluatedTableName: string(whole.next),
		ResponseMetadata:       l.metadata(),
	}
	if n := len(whole.entries); l.filtered && !whole.isLast() && n > 0 {
		resp.LastEvaluatedTableName = whole.entries[n-1].Name // DynamoDB's may be that of another's table
	}
	return resp, nil
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
		limit:   req.Limit,
		largest: largestTableLimit,
		left:    atMost(req.MaxTables),
	}
	if err != nil {
		return l, err
	}
	l.start = tablePosition(c.config.names.inDynamoDB(req.ExclusiveStartTableName))
	l.filtered = c.config.names != nil
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
	read.entries = make([]ListTable, 0, n)
	for i, name := range out.TableNames {
		if checkResourceName("", name, false) != nil {
			return nil, nil, under("TableNames", underElement(i, corrupt("is a name that no table has")))
		}
		if own, ok := k.client.config.names.own(name); ok {
			read.entries = append(read.entries, ListTable{Table{own}})
		}
	}
	read.count = int64(len(read.entries))
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
	description, err := k.describe(ctx, req.TableName)
	if err != nil {
		return nil, err
	}
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
		WarmThroughput:            tableWarmth(t.WarmThroughput),
		Stream:                    describeStream(t),
		TableClass:                TableClassStandard,
		Encryption:                describeEncryption(t.SSEDescription),
		DeletionProtectionEnabled: deref(t.DeletionProtectionEnabled),
		Restore:                   describeRestore(t.RestoreSummary),
		Archival:                  describeArchival(t.ArchivalSummary),
	}
	for _, definition := range t.AttributeDefinitions {
		d.AttributeDefinitions = append(d.AttributeDefinitions, AttributeDefinition{
			AttributeName: deref(definition.AttributeName),
			AttributeType: AttributeType(definition.AttributeType),
		})
	}
	// DynamoDB leaves both out of a table that never left the default.
	if billing := t.BillingModeSummary; billing != nil {
		d.BillingMode = cmp.Or(BillingMode(billing.BillingMode), d.BillingMode)
		d.LastUpdateToPayPerRequestDateTime = utc(billing.LastUpdateToPayPerRequestDateTime)
	}
	if class := t.TableClassSummary; class != nil {
		d.TableClass = cmp.Or(TableClass(class.TableClass), d.TableClass)
		d.TableClassLastUpdateDateTime = utc(class.LastUpdateDateTime)
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
	for _, index := range t.VectorIndexes {
		d.VectorIndexes = append(d.VectorIndexes, vectorIndex(index))
	}
	d.describeCopies(t)
	return d
}

func describeStream(t *types.TableDescription) *StreamDescription {
	if t.StreamSpecification == nil && t.LatestStreamArn == nil {
		return nil
	}
	d := &StreamDescription{LatestStreamARN: deref(t.LatestStreamArn), LatestStreamLabel: deref(t.LatestStreamLabel)}
	if t.StreamSpecification != nil {
		d.Enabled = deref(t.StreamSpecification.StreamEnabled)
		d.ViewType = StreamViewType(t.StreamSpecification.StreamViewType)
	}
	return d
}

func describeEncryption(t *types.SSEDescription) *EncryptionDescription {
	if t == nil {
		return nil
	}
	return &EncryptionDescription{
		Status:               EncryptionStatus(t.Status),
		Type:                 string(t.SSEType),
		KMSKeyARN:            deref(t.KMSMasterKeyArn),
		InaccessibleDateTime: utc(t.InaccessibleEncryptionDateTime),
	}
}

func describeRestore(t *types.RestoreSummary) *RestoreSummary {
	if t == nil {
		return nil
	}
	return &RestoreSummary{
		SourceBackupARN: deref(t.SourceBackupArn),
		SourceTableARN:  deref(t.SourceTableArn),
		RestoreDateTime: utc(t.RestoreDateTime),
		InProgress:      deref(t.RestoreInProgress),
	}
}

func describeArchival(t *types.ArchivalSummary) *ArchivalSummary {
	if t == nil {
		return nil
	}
	return &ArchivalSummary{
		ArchivalBackupARN: deref(t.ArchivalBackupArn),
		ArchivalDateTime:  utc(t.ArchivalDateTime),
		ArchivalReason:    clean(deref(t.ArchivalReason)),
	}
}

// describeCopies fills in what is known of a global table.
func (d *TableDescription) describeCopies(t *types.TableDescription) {
	for _, replica := range t.Replicas {
		d.Replicas = append(d.Replicas, describeReplica(replica))
	}
	for _, witness := range t.GlobalTableWitnesses {
		d.Witnesses = append(d.Witnesses, WitnessDescription{
			Region: Region(deref(witness.RegionName)), WitnessStatus: string(witness.WitnessStatus),
		})
	}
	d.MultiRegionConsistency = MultiRegionConsistency(t.MultiRegionConsistency)
	d.GlobalTableVersion = deref(t.GlobalTableVersion)
	d.GlobalTableSettingsReplicationMode = GlobalTableSettingsReplicationMode(t.GlobalTableSettingsReplicationMode)
	d.DisassociationProtectionEnabled = deref(t.DisassociationProtectionEnabled)
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
		WarmThroughput:     indexWarmth(index.WarmThroughput),
	}
	if isProvisioned {
		d.ProvisionedThroughput = provisioned(index.ProvisionedThroughput)
	}
	d.ProjectionType, d.NonKeyAttributes = projected(index.Projection)
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

func vectorIndex(index types.VectorIndexDescription) VectorIndexDescription {
	d := VectorIndexDescription{
		IndexName:        deref(index.IndexName),
		IndexARN:         deref(index.IndexArn),
		IndexStatus:      IndexStatus(index.IndexStatus),
		Backfilling:      deref(index.Backfilling),
		Dimensions:       deref(index.Dimensions),
		DistanceFunction: VectorDistanceFunction(index.DistanceFunction),
		ItemCount:        deref(index.ItemCount),
		IndexSizeBytes:   deref(index.IndexSizeBytes),
	}
	if index.VectorAttribute != nil {
		d.VectorAttribute = deref(index.VectorAttribute.AttributeName)
	}
	for _, element := range index.SearchSchema {
		d.SearchAttributes = append(d.SearchAttributes, SearchAttribute{deref(element.AttributeName), string(element.SearchSchemaElementType)})
	}
	d.ProjectionType, d.NonKeyAttributes = projected(index.Projection)
	return d
}

func projected(p *types.Projection) (ProjectionType, []string) {
	if p == nil {
		return "", nil
	}
	return ProjectionType(p.ProjectionType), p.NonKeyAttributes
}

func describeReplica(replica types.ReplicaDescription) ReplicaDescription {
	d := ReplicaDescription{
		Region:                             Region(deref(replica.RegionName)),
		ReplicaARN:                         deref(replica.ReplicaArn),
		ReplicaStatus:                      ReplicaStatus(replica.ReplicaStatus),
		ReplicaStatusDescription:           clean(deref(replica.ReplicaStatusDescription)),
		ReplicaStatusPercentProgress:       clean(deref(replica.ReplicaStatusPercentProgress)),
		KMSMasterKeyID:                     deref(replica.KMSMasterKeyId),
		WarmThroughput:                     tableWarmth(replica.WarmThroughput),
		GlobalTableSettingsReplicationMode: GlobalTableSettingsReplicationMode(replica.GlobalTableSettingsReplicationMode),
		InaccessibleDateTime:               utc(replica.ReplicaInaccessibleDateTime),
	}
	d.ReadCapacityUnits, d.MaxReadRequestUnits = overridden(replica.ProvisionedThroughputOverride, replica.OnDemandThroughputOverride)
	for _, index := range replica.GlobalSecondaryIndexes {
		own := ReplicaIndexDescription{IndexName: deref(index.IndexName), WarmThroughput: indexWarmth(index.WarmThroughput)}
		own.ReadCapacityUnits, own.MaxReadRequestUnits = overridden(index.ProvisionedThroughputOverride, index.OnDemandThroughputOverride)
		d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, own)
	}
	if class := replica.ReplicaTableClassSummary; class != nil {
		d.TableClass = TableClass(class.TableClass)
		d.TableClassLastUpdateDateTime = utc(class.LastUpdateDateTime)
	}
	return d
}

// overridden returns the units that a copy of a global table has for itself.
func overridden(provisioned *types.ProvisionedThroughputOverride, onDemand *types.OnDemandThroughputOverride) (units, maxUnits int64) {
	if provisioned != nil {
		units = deref(provisioned.ReadCapacityUnits)
	}
	if onDemand != nil {
		maxUnits = deref(onDemand.MaxReadRequestUnits)
	}
	return units, maxUnits
}

func tableWarmth(t *types.TableWarmThroughputDescription) *WarmThroughput {
	if t == nil {
		return nil
	}
	return &WarmThroughput{deref(t.ReadUnitsPerSecond), deref(t.WriteUnitsPerSecond), string(t.Status)}
}

func indexWarmth(t *types.GlobalSecondaryIndexWarmThroughputDescription) *WarmThroughput {
	if t == nil {
		return nil
	}
	return &WarmThroughput{deref(t.ReadUnitsPerSecond), deref(t.WriteUnitsPerSecond), string(t.Status)}
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
