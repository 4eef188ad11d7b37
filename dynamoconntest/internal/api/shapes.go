package api

import . "github.com/dynamoconn/dynamoconn/dynamoconntest/internal/protocol" //nolint:revive,staticcheck // a file of nothing but its shapes

// The shapes that several operations share are functions: each use has a shape of
// its own, because rules are added to it.

// nameOrARNShape returns the shape of a table's name with at least so many characters. Three
// are needed in CreateTable and in batches. Other operations on items accept one, and there
// is no such table.
func nameOrARNShape(least int) *Shape { return Str().NameLen(least, 255).NameCharacters() }

func tableNameField() Field { return Required("TableName", nameOrARNShape(1)) }

func indexNameShape() *Shape { return Str().Len(3, 255).NameCharacters() }

func capacityField() Field {
	return Optional("ReturnConsumedCapacity", Str().Enum("INDEXES", "TOTAL", "NONE"))
}

func metricsField() Field {
	return Optional("ReturnItemCollectionMetrics", Str().Enum("SIZE", "NONE"))
}

func namesField() Field  { return Optional("ExpressionAttributeNames", MapOf(Str())) }
func valuesField() Field { return Optional("ExpressionAttributeValues", MapOf(Value())) }

func onFailureField() Field {
	return Optional("ReturnValuesOnConditionCheckFailure", Str().Enum("ALL_OLD", "NONE"))
}

func operatorField() Field { return Optional("ConditionalOperator", Str().Enum("OR", "AND")) }

func comparisonShape() *Shape {
	return Str().Enum("IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS")
}

func expectedField() Field {
	return Optional("Expected", MapOf(Struct(
		Optional("AttributeValueList", ListOf(Value())), Optional("ComparisonOperator", comparisonShape()),
		Optional("Exists", Boolean()), Optional("Value", Value()),
	).Class("ExpectedAttributeValue")))
}

func termsShape() *Shape {
	return MapOf(Struct(Optional("AttributeValueList", ListOf(Value())), Required("ComparisonOperator", comparisonShape())).Class("Condition"))
}

func attributesToGetField() Field { return Optional("AttributesToGet", ListOf(Str()).Len(1, 255)) }

// returnValues are the values of ReturnValues. The service's message has other ones.
var returnValues = []string{"ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"}

const unknownReturnValues = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"

func returnValuesField() Field {
	return Optional("ReturnValues", Str().Enum(returnValues...).Reported(unknownReturnValues))
}

func throughputShape() *Shape {
	return Struct(Required("WriteCapacityUnits", Long().AtLeast(1)), Required("ReadCapacityUnits", Long().AtLeast(1))).Class("ProvisionedThroughput")
}

// keySchemaShape returns the shape of a key schema with at most so many attributes.
func keySchemaShape(most int) *Shape {
	return ListOf(Struct(
		Required("AttributeName", Str().Len(1, 255)), Required("KeyType", Str().Enum("HASH", "RANGE")),
	).Class("KeySchemaElement")).Len(1, most)
}

func projectionShape() *Shape {
	return Struct(
		Optional("ProjectionType", Str().Enum("ALL", "INCLUDE", "KEYS_ONLY")),
		Optional("NonKeyAttributes", ListOf(Str().Len(1, 255)).Len(1, maxProjectedNames)),
	).Class("Projection")
}

func definitionsShape() *Shape {
	return ListOf(Struct(
		Required("AttributeName", Str().Len(1, 255)), Required("AttributeType", Str().Enum("B", "N", "S")),
	).Class("AttributeDefinition"))
}

func streamField() Field {
	return Optional("StreamSpecification", Struct(
		Required("StreamEnabled", Boolean()),
		Optional("StreamViewType", Str().Enum("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")),
	).Class("StreamSpecification"))
}

var tableNameOnlyShape = Struct(tableNameField())

var listTablesShape = Struct(
	Optional("ExclusiveStartTableName", Str().Len(3, 255).NameCharacters()),
	Optional("Limit", Int().AtLeast(1).AtMost(100)),
)

var createTableShape = Struct(
	Required("AttributeDefinitions", definitionsShape()),
	Required("TableName", nameOrARNShape(3)),
	Optional("BillingMode", Str().Enum("PROVISIONED", "PAY_PER_REQUEST")),
	Optional("ProvisionedThroughput", throughputShape()),
	Required("KeySchema", keySchemaShape(2)),
	Optional("GlobalSecondaryIndexes", ListOf(Struct(
		Required("IndexName", indexNameShape()), Required("KeySchema", keySchemaShape(2*maxKeyAttributes)), Required("Projection", projectionShape()),
		Optional("ProvisionedThroughput", throughputShape()),
	).Class("GlobalSecondaryIndex"))),
	Optional("LocalSecondaryIndexes", ListOf(Struct(
		Required("IndexName", indexNameShape()), Required("KeySchema", keySchemaShape(2)), Required("Projection", projectionShape()),
	).Class("LocalSecondaryIndex"))),
	Optional("DeletionProtectionEnabled", Boolean()),
	Optional("TableClass", Str().Enum("STANDARD", "STANDARD_INFREQUENT_ACCESS")),
	Optional("Tags", ListOf(tagPairShape())),
	Optional("SSESpecification", Struct(Optional("Enabled", Boolean()), Optional("SSEType", Str()), Optional("KMSMasterKeyId", Str())).Class("SSESpecification")),
	streamField(),
)

var updateTableShape = Struct(
	tableNameField(),
	Optional("AttributeDefinitions", definitionsShape()),
	Optional("BillingMode", Str().Enum("PROVISIONED", "PAY_PER_REQUEST")),
	Optional("ProvisionedThroughput", throughputShape()),
	Optional("DeletionProtectionEnabled", Boolean()),
	Optional("TableClass", Str().Enum("STANDARD", "STANDARD_INFREQUENT_ACCESS")),
	streamField(),
	Optional("GlobalSecondaryIndexUpdates", ListOf(Struct(
		Optional("Update", Struct(Required("IndexName", indexNameShape()), Required("ProvisionedThroughput", throughputShape())).Class("UpdateGlobalSecondaryIndexAction")),
		Optional("Create", Struct(
			Required("IndexName", indexNameShape()), Required("KeySchema", keySchemaShape(2*maxKeyAttributes)), Required("Projection", projectionShape()),
			Optional("ProvisionedThroughput", throughputShape()),
		).Class("CreateGlobalSecondaryIndexAction")),
		Optional("Delete", Struct(Required("IndexName", indexNameShape())).Class("DeleteGlobalSecondaryIndexAction")),
	).Class("GlobalSecondaryIndexUpdate"))),
)

var updateTTLShape = Struct(
	tableNameField(),
	Required("TimeToLiveSpecification", Struct(
		Required("AttributeName", Str().Len(1, 255)), Required("Enabled", Boolean()),
	).Class("TimeToLiveSpecification")),
)

func tagPairShape() *Shape {
	return Struct(Required("Key", Str().Len(1, 128)), Required("Value", Str().Len(0, 256))).Class("Tag")
}

// The operations on tags check ARNs and missing parameters themselves.
var tagShape = Struct(Optional("ResourceArn", Str()), Optional("Tags", ListOf(tagPairShape())))

var untagShape = Struct(Optional("ResourceArn", Str()), Optional("TagKeys", ListOf(Str().Len(1, 128))))

var listTagsShape = Struct(Optional("ResourceArn", Str()), Optional("NextToken", Str()))

var getItemShape = Struct(
	tableNameField(), Required("Key", MapOf(Value())), attributesToGetField(), Optional("ConsistentRead", Boolean()),
	Optional("ProjectionExpression", Str()), namesField(), capacityField(),
)

var putItemShape = Struct(
	tableNameField(), Required("Item", MapOf(Value())), expectedField(), operatorField(), returnValuesField(),
	Optional("ConditionExpression", Str()), namesField(), valuesField(), capacityField(), metricsField(), onFailureField(),
)

var deleteItemShape = Struct(
	tableNameField(), Required("Key", MapOf(Value())), expectedField(), operatorField(), returnValuesField(),
	Optional("ConditionExpression", Str()), namesField(), valuesField(), capacityField(), metricsField(), onFailureField(),
)

var updateItemShape = Struct(
	tableNameField(), Required("Key", MapOf(Value())), expectedField(), operatorField(), returnValuesField(),
	Optional("AttributeUpdates", MapOf(Struct(Optional("Action", Str().Enum("ADD", "DELETE", "PUT")), Optional("Value", Value())).Class("AttributeValueUpdate"))),
	Optional("UpdateExpression", Str()), Optional("ConditionExpression", Str()), namesField(), valuesField(),
	capacityField(), metricsField(), onFailureField(),
)

func selectField() Field {
	return Optional("Select", Str().Enum("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"))
}

func limitField() Field { return Optional("Limit", Int().AtLeast(1)) }

// readFields returns the parameters of Query and Scan that have no constraints.
func readFields() []Field {
	return []Field{
		Optional("ConsistentRead", Boolean()), Optional("ExclusiveStartKey", MapOf(Value())), Optional("FilterExpression", Str()),
		Optional("ProjectionExpression", Str()), namesField(), valuesField(),
	}
}

// The fields are in the order in which the service reports violated constraints.
// The order matters because it reports only the first ten.
var queryShape = Struct(append(readFields(),
	selectField(), Optional("IndexName", indexNameShape()), capacityField(), Optional("QueryFilter", termsShape()), tableNameField(), operatorField(),
	attributesToGetField(), Optional("Limit", Int()), Optional("KeyConditions", termsShape()),
	Optional("KeyConditionExpression", Str()), Optional("ScanIndexForward", Boolean()),
)...)

var scanShape = Struct(append(readFields(),
	selectField(), Optional("IndexName", indexNameShape()), Optional("TotalSegments", Int().AtLeast(1).AtMost(1000000)), capacityField(), tableNameField(),
	operatorField(), Optional("ScanFilter", termsShape()), Optional("Segment", Int().AtLeast(0).AtMost(999999)), limitField(), attributesToGetField(),
)...)

var batchGetShape = Struct(
	capacityField(),
	Required("RequestItems", MapOf(Struct(
		Required("Keys", ListOf(MapOf(Value()))), attributesToGetField(), Optional("ConsistentRead", Boolean()),
		Optional("ProjectionExpression", Str()), namesField(),
	).Class("KeysAndAttributes")).Len(1, 100).Keys(nameOrARNShape(3))),
)

var batchWriteShape = Struct(
	capacityField(), metricsField(),
	Required("RequestItems", MapOf(ListOf(Struct(
		Optional("PutRequest", Struct(Required("Item", MapOf(Value()))).Class("PutRequest")),
		Optional("DeleteRequest", Struct(Required("Key", MapOf(Value()))).Class("DeleteRequest")),
	).Class("WriteRequest")).Len(1, 25)).Len(1, 25).Keys(nameOrARNShape(3))),
)

var transactGetShape = Struct(
	capacityField(),
	Required("TransactItems", ListOf(Struct(
		Required("Get", Struct(tableNameField(), Required("Key", MapOf(Value())), Optional("ProjectionExpression", Str()), namesField()).Class("Get")),
	).Class("TransactGetItem")).Len(1, 100)),
)

var transactWriteShape = func() *Shape {
	write := func(kind string, fields ...Field) Field {
		fields = append(fields, tableNameField(), Optional("ConditionExpression", Str()), namesField(), valuesField(), onFailureField())
		return Optional(kind, Struct(fields...).Class(kind))
	}
	return Struct(
		Optional("ClientRequestToken", Str().Len(1, 36)), capacityField(), metricsField(),
		Required("TransactItems", ListOf(Struct(
			write("Put", Required("Item", MapOf(Value()))),
			write("Update", Required("Key", MapOf(Value())), Required("UpdateExpression", Str())),
			write("Delete", Required("Key", MapOf(Value()))),
			write("ConditionCheck", Required("Key", MapOf(Value()))),
		).Class("TransactWriteItem")).Len(1, 100)),
	)
}()
