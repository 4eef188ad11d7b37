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
	// MaxItems is the most items that are returned, or counted, in all. Zero means
	// no limit. ScanPage has none but Limit.
	MaxItems int
	// ExclusiveStartKey is where to begin: the LastEvaluatedKey of an earlier
	// response. Nil begins at the first item, and that is also what the response that
	// read the table to its end has: a loop that saves its place uses Checkpoint.
	ExclusiveStartKey Item
	// Checkpoint is where to begin: that of an earlier response, of a scan of the same
	// table, index, region and segment. The zero value begins at the first item, one
	// that is done reads nothing and sends nothing. It excludes ExclusiveStartKey.
	Checkpoint ScanCheckpoint
	// Conditions are what each item must meet, all of them.
	Conditions []Condition
	// FilterExpression is what each item must meet, as an expression:
	// "#y BETWEEN :from AND :to". It excludes Conditions.
	FilterExpression string
	// ExpressionAttributeNames are the names behind the placeholders of
	// FilterExpression and ProjectionExpression: "#y": "Year".
	ExpressionAttributeNames map[string]string
	// ExpressionAttributeValues are the values in FilterExpression, each under its
	// placeholder: Long(":from", 1990).
	ExpressionAttributeValues Item
	// Attributes are the names of the attributes to return; any name works, reserved,
	// dotted or with spaces. Empty returns them all, or those that the index holds.
	Attributes []string
	// ProjectionExpression says which parts to return where names are not enough:
	// "Address.City, Tags[0]". It excludes Attributes.
	ProjectionExpression string
	// IsConsistentRead asks for a read that sees every write that was acknowledged
	// before the scan began, at twice the capacity. A global secondary index does
	// not offer it.
	IsConsistentRead bool
	// CountOnly asks for the counts without the items. It costs the same capacity.
	CountOnly bool
	// TotalSegments divides the table into that many parts, 1 to 1,000,000, for
	// workers that scan at the same time. Zero means one part.
	TotalSegments int32
	// Segment is the part to read, counted from 0.
	Segment int32
}

// ScanTableResponse is the output of [Client.Scan] and [Client.ScanPage], and a page of
// [Client.ScanPages].
type ScanTableResponse struct {
	Table
	// Items are the items that met the conditions, in DynamoDB's order: by sort key
	// within a partition, and the partitions in no order that means anything. It is
	// nil for a CountOnly.
	Items []Item
	// Count is the number of items that met the conditions.
	Count int64
	// ScannedCount is the number of items that were read, which is what the capacity
	// is counted by.
	ScannedCount int64
	// LastEvaluatedKey is where to go on, as ExclusiveStartKey. It is nil if the table
	// was read to its end.
	LastEvaluatedKey Item
	// Checkpoint is where to go on once these items have been dealt with. It is done if
	// the table was read to its end.
	Checkpoint ScanCheckpoint
	ResponseMetadata
}

// Condition is one test of an attribute, with the connector's operators. An item
// that lacks the attribute meets only NULL and NE. A value of another type than the
// attribute's is not equal to it: NE is true, and so is NOT_CONTAINS of an attribute
// that can contain nothing, such as a number or a null. See
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html.
type Condition struct {
	// Key is the name of the attribute; any name works, reserved, dotted or with
	// spaces.
	Key string
	// ComparisonOperator is the test.
	ComparisonOperator ComparisonOperator
	// Values are what the attribute is compared with, their own keys empty: none for
	// NULL and NOT_NULL, two for BETWEEN, 1 to 100 for IN, one for the others. CONTAINS
	// and NOT_CONTAINS take no set, list or map; BEGINS_WITH takes a string or a
	// binary; LT, LE, GT, GE and BETWEEN take a number as well.
	Values []KeyValue
}
