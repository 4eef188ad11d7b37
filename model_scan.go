package dynamoconn

// ScanTableRequest is the input of [Client.Scan], [Client.ScanItems],
// [Client.ScanPages] and [Client.ScanPage]. Only TableName is required.
type ScanTableRequest struct {
	// TableName is the name or the ARN of the table.
	TableName string
	// IndexName is a secondary index of the table to read instead of the table.
	IndexName string
	// Limit is the number of items that DynamoDB evaluates for one page, before any
	// filter. Zero leaves it to DynamoDB, which stops at 1 MB.
	Limit int32
	// MaxItems is how many items are returned, or counted, in all, at most. Zero means no
	// limit. It must be zero for ScanPage, which has only Limit.
	MaxItems int
	// ExclusiveStartKey is where to begin: the LastEvaluatedKey of an earlier response. Nil
	// begins at the first item. LastEvaluatedKey is also nil at the end of the table, so a
	// loop that saves where it is uses Checkpoint.
	ExclusiveStartKey Item
	// Checkpoint is where to begin: the Checkpoint of an earlier response, from a scan of
	// the same table, index, region and segment. The zero value begins at the first item.
	// A checkpoint that is done reads nothing and sends nothing. It cannot be given
	// together with ExclusiveStartKey.
	Checkpoint ScanCheckpoint
	// Where must be true of an item, or it is not returned: for example
	// Attr("Year").Between(1990, 1999). Nil returns every item.
	Where Predicate
	// Conditions must all be true of an item, or it is not returned. They cannot be given
	// together with Where.
	Conditions []Condition
	// FilterExpression is the test as text, such as "#y BETWEEN :from AND :to". It cannot
	// be given together with Where or Conditions.
	FilterExpression string
	// ExpressionAttributeNames are the names that the placeholders of FilterExpression and
	// ProjectionExpression stand for, such as "#y": "Year".
	ExpressionAttributeNames map[string]string
	// ExpressionAttributeValues are the values in FilterExpression. The key of each is its
	// placeholder, such as Long(":from", 1990).
	ExpressionAttributeValues Item
	// Attributes are the names of the attributes to return. Any name works, also a reserved
	// one, or one with dots or spaces. Empty returns them all, or those that the index
	// holds.
	Attributes []string
	// ProjectionExpression says which parts to return if names are not enough, such as
	// "Address.City, Tags[0]". It cannot be given together with Attributes.
	ProjectionExpression string
	// IsConsistentRead asks for a read that sees every write that was acknowledged before
	// the scan began, at twice the capacity. A global secondary index does not offer it.
	IsConsistentRead bool
	// CountOnly asks for the counts without the items. It costs the same capacity.
	CountOnly bool
	// TotalSegments is the number of parts into which the table is divided, 1 to 1,000,000,
	// for workers that scan at the same time. Zero means one part.
	TotalSegments int32
	// Segment is the part to read, counted from 0.
	Segment int32
}

// ScanTableResponse is the output of [Client.Scan] and [Client.ScanPage], and a page of
// [Client.ScanPages].
type ScanTableResponse struct {
	Table
	// Items are the items that met the conditions, in DynamoDB's order: by sort key within
	// a partition. The order of the partitions means nothing. Items is nil for CountOnly.
	Items []Item
	// Count is the number of items that met the conditions.
	Count int64
	// ScannedCount is the number of items that were read, before the conditions. The
	// capacity that a scan uses depends on these.
	ScannedCount int64
	// LastEvaluatedKey is where to go on: the next ExclusiveStartKey. It is nil if the
	// table was read to its end.
	LastEvaluatedKey Item
	// Checkpoint is where to go on after these items. It is done if the table was read to
	// its end.
	Checkpoint ScanCheckpoint
	ResponseMetadata
}

// Condition is one test of an attribute. An item without the attribute meets only NULL and
// NE. A value is not equal to an attribute of another type, so NE is true. NOT_CONTAINS is
// also true of an attribute that can contain nothing, such as a number or a null. See
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html.
type Condition struct {
	// Key is the name of the attribute. Any name works, also a reserved one, or one with
	// dots or spaces.
	Key string
	// ComparisonOperator is the test.
	ComparisonOperator ComparisonOperator
	// Values are what the attribute is compared with: none for NULL and NOT_NULL, two for
	// BETWEEN, 1 to 100 for IN, one for the others. Their own keys are empty. BEGINS_WITH
	// takes a string or a binary; LT, LE, GT, GE and BETWEEN take a number as well.
	// CONTAINS and NOT_CONTAINS take no set, list or map.
	Values []KeyValue

	detail *conditionDetail // what the methods of Path say beyond this, or nil
}
