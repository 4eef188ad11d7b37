package api

import . "github.com/dynamoconn/dynamoconn/dynamoconntest/internal/wire" //nolint:revive,staticcheck // a file of nothing but its shapes

// Shapes that several operations share. Each use makes its own, because rules
// are added to them.

func nameShape() *Shape { return Str().NameLen(3, 255).Name() }

func tableNameField() Field { return Req("TableName", nameShape()) }

func indexName() *Shape { return Str().Len(3, 255).Name() }

func capacityField() Field {
	return F("ReturnConsumedCapacity", Str().Enum("INDEXES", "TOTAL", "NONE"))
}

func metricsField() Field {
	return F("ReturnItemCollectionMetrics", Str().Enum("SIZE", "NONE"))
}

func namesField() Field  { return F("ExpressionAttributeNames", MapOf(Str())) }
func valuesField() Field { return F("ExpressionAttributeValues", MapOf(Value())) }

func onFailureField() Field {
	return F("ReturnValuesOnConditionCheckFailure", Str().Enum("ALL_OLD", "NONE"))
}

func operatorField() Field { return F("ConditionalOperator", Str().Enum("OR", "AND")) }

func comparison() *Shape {
	return Str().Enum("IN", "NULL", "BETWEEN", "LT", "NOT_CONTAINS", "EQ", "GT", "NOT_NULL", "NE", "LE", "BEGINS_WITH", "GE", "CONTAINS")
}

func expectedField() Field {
	return F("Expected", MapOf(Struct(
		F("AttributeValueList", ListOf(Value())), F("ComparisonOperator", comparison()),
		F("Exists", Boolean()), F("Value", Value()),
	).Named("ExpectedAttributeValue")))
}

func termsShape() *Shape {
	return MapOf(Struct(F("AttributeValueList", ListOf(Value())), Req("ComparisonOperator", comparison())).Named("Condition"))
}

func attributesToGetField() Field { return F("AttributesToGet", ListOf(Str()).Len(1, 255)) }

func returnValuesField() Field {
	return F("ReturnValues", Str().Enum("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"))
}

func throughputShape() *Shape {
	return Struct(Req("WriteCapacityUnits", Long().AtLeast(1)), Req("ReadCapacityUnits", Long().AtLeast(1))).Named("ProvisionedThroughput")
}

// keySchemaShape is a key schema of at most so many attributes.
func keySchemaShape(most int) *Shape {
	return ListOf(Struct(
		Req("AttributeName", Str().Len(1, 255)), Req("KeyType", Str().Enum("HASH", "RANGE")),
	).Named("KeySchemaElement")).Len(1, most)
}

func projectionShape() *Shape {
	return Struct(
		F("ProjectionType", Str().Enum("ALL", "INCLUDE", "KEYS_ONLY")),
		F("NonKeyAttributes", ListOf(Str().Len(1, 255)).Len(1, maxProjectedNames)),
	).Named("Projection")
}

func definitionsShape() *Shape {
	return ListOf(Struct(
		Req("AttributeName", Str().Len(1, 255)), Req("AttributeType", Str().Enum("B", "N", "S")),
	).Named("AttributeDefinition"))
}

func streamField() Field {
	return F("StreamSpecification", Struct(
		Req("StreamEnabled", Boolean()),
		F("StreamViewType", Str().Enum("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")),
	).Named("StreamSpecification"))
}

var tableNameShape = Struct(tableNameField())

var listTablesShape = Struct(
	F("ExclusiveStartTableName", Str().Len(3, 255).Name()),
	F("Limit", Int().AtLeast(1).AtMost(100)),
)

var createTableShape = Struct(
	Req("AttributeDefinitions", definitionsShape()),
	tableNameField(),
	F("BillingMode", Str().Enum("PROVISIONED", "PAY_PER_REQUEST")),
	F("ProvisionedThroughput", throughputShape()),
	Req("KeySchema", keySchemaShape(2)),
	F("GlobalSecondaryIndexes", ListOf(Struct(
		Req("IndexName", indexName()), Req("KeySchema", keySchemaShape(2*maxKeyAttributes)), Req("Projection", projectionShape()),
		F("ProvisionedThroughput", throughputShape()),
	).Named("GlobalSecondaryIndex"))),
	F("LocalSecondaryIndexes", ListOf(Struct(
		Req("IndexName", indexName()), Req("KeySchema", keySchemaShape(2)), Req("Projection", projectionShape()),
	).Named("LocalSecondaryIndex"))),
	F("DeletionProtectionEnabled", Boolean()),
	F("TableClass", Str().Enum("STANDARD", "STANDARD_INFREQUENT_ACCESS")),
	F("Tags", ListOf(tagPair())),
	F("SSESpecification", Struct(F("Enabled", Boolean()), F("SSEType", Str()), F("KMSMasterKeyId", Str())).Named("SSESpecification")),
	streamField(),
)

var updateTableShape = Struct(
	tableNameField(),
	F("AttributeDefinitions", definitionsShape()),
	F("BillingMode", Str().Enum("PROVISIONED", "PAY_PER_REQUEST")),
	F("ProvisionedThroughput", throughputShape()),
	F("DeletionProtectionEnabled", Boolean()),
	F("TableClass", Str().Enum("STANDARD", "STANDARD_INFREQUENT_ACCESS")),
	streamField(),
	F("GlobalSecondaryIndexUpdates", ListOf(Struct(
		F("Update", Struct(Req("IndexName", indexName()), Req("ProvisionedThroughput", throughputShape())).Named("UpdateGlobalSecondaryIndexAction")),
		F("Create", Struct(
			Req("IndexName", indexName()), Req("KeySchema", keySchemaShape(2*maxKeyAttributes)), Req("Projection", projectionShape()),
			F("ProvisionedThroughput", throughputShape()),
		).Named("CreateGlobalSecondaryIndexAction")),
		F("Delete", Struct(Req("IndexName", indexName())).Named("DeleteGlobalSecondaryIndexAction")),
	).Named("GlobalSecondaryIndexUpdate"))),
)

var updateTTLShape = Struct(
	tableNameField(),
	Req("TimeToLiveSpecification", Struct(
		Req("AttributeName", Str().Len(1, 255)), Req("Enabled", Boolean()),
	).Named("TimeToLiveSpecification")),
)

func tagPair() *Shape {
	return Struct(Req("Key", Str().Len(1, 128)), Req("Value", Str().Len(0, 256))).Named("Tag")
}

// What is wrong with an ARN, or missing beside it, the operations on tags say
// themselves.
var tagShape = Struct(F("ResourceArn", Str()), F("Tags", ListOf(tagPair())))

var untagShape = Struct(F("ResourceArn", Str()), F("TagKeys", ListOf(Str().Len(1, 128))))

var listTagsShape = Struct(F("ResourceArn", Str()), F("NextToken", Str()))

var getItemShape = Struct(
	tableNameField(), Req("Key", MapOf(Value())), attributesToGetField(), F("ConsistentRead", Boolean()),
	F("ProjectionExpression", Str()), namesField(), capacityField(),
)

var putItemShape = Struct(
	tableNameField(), Req("Item", MapOf(Value())), expectedField(), operatorField(), returnValuesField(),
	F("ConditionExpression", Str()), namesField(), valuesField(), capacityField(), metricsField(), onFailureField(),
)

var deleteItemShape = Struct(
	tableNameField(), Req("Key", MapOf(Value())), expectedField(), operatorField(), returnValuesField(),
	F("ConditionExpression", Str()), namesField(), valuesField(), capacityField(), metricsField(), onFailureField(),
)

var updateItemShape = Struct(
	tableNameField(), Req("Key", MapOf(Value())), expectedField(), operatorField(), returnValuesField(),
	F("AttributeUpdates", MapOf(Struct(F("Action", Str().Enum("ADD", "DELETE", "PUT")), F("Value", Value())).Named("AttributeValueUpdate"))),
	F("UpdateExpression", Str()), F("ConditionExpression", Str()), namesField(), valuesField(),
	capacityField(), metricsField(), onFailureField(),
)

func selectField() Field {
	return F("Select", Str().Enum("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"))
}

func limitField() Field { return F("Limit", Int().AtLeast(1)) }

// readFields are the parameters of Query and Scan without constraints.
func readFields() []Field {
	return []Field{
		F("ConsistentRead", Boolean()), F("ExclusiveStartKey", MapOf(Value())), F("FilterExpression", Str()),
		F("ProjectionExpression", Str()), namesField(), valuesField(),
	}
}

// The order in which constraints are reported is that of the service; of more
// than ten it decides which.
var queryShape = Struct(append(readFields(),
	selectField(), F("IndexName", indexName()), capacityField(), F("QueryFilter", termsShape()), tableNameField(), operatorField(),
	attributesToGetField(), limitField(), F("KeyConditions", termsShape()),
	F("KeyConditionExpression", Str()), F("ScanIndexForward", Boolean()),
)...)

var scanShape = Struct(append(readFields(),
	selectField(), F("IndexName", indexName()), F("TotalSegments", Int().AtLeast(1).AtMost(1000000)), capacityField(), tableNameField(),
	operatorField(), F("ScanFilter", termsShape()), F("Segment", Int().AtLeast(0).AtMost(999999)), limitField(), attributesToGetField(),
)...)

var batchGetShape = Struct(
	capacityField(),
	Req("RequestItems", MapOf(Struct(
		Req("Keys", ListOf(MapOf(Value())).Len(1, 100)), attributesToGetField(), F("ConsistentRead", Boolean()),
		F("ProjectionExpression", Str()), namesField(),
	).Named("KeysAndAttributes")).Len(1, 100).Keys(nameShape())),
)

var batchWriteShape = Struct(
	capacityField(), metricsField(),
	Req("RequestItems", MapOf(ListOf(Struct(
		F("PutRequest", Struct(Req("Item", MapOf(Value()))).Named("PutRequest")),
		F("DeleteRequest", Struct(Req("Key", MapOf(Value()))).Named("DeleteRequest")),
	).Named("WriteRequest")).Len(1, 25)).Len(1, 25).Keys(nameShape())),
)

var transactGetShape = Struct(
	capacityField(),
	Req("TransactItems", ListOf(Struct(
		Req("Get", Struct(tableNameField(), Req("Key", MapOf(Value())), F("ProjectionExpression", Str()), namesField()).Named("Get")),
	).Named("TransactGetItem")).Len(1, 100)),
)

var transactWriteShape = func() *Shape {
	write := func(kind string, fields ...Field) Field {
		fields = append(fields, tableNameField(), F("ConditionExpression", Str()), namesField(), valuesField(), onFailureField())
		return F(kind, Struct(fields...).Named(kind))
	}
	return Struct(
		F("ClientRequestToken", Str().Len(1, 36)), capacityField(), metricsField(),
		Req("TransactItems", ListOf(Struct(
			write("Put", Req("Item", MapOf(Value()))),
			write("Update", Req("Key", MapOf(Value())), Req("UpdateExpression", Str())),
			write("Delete", Req("Key", MapOf(Value()))),
			write("ConditionCheck", Req("Key", MapOf(Value()))),
		).Named("TransactWriteItem")).Len(1, 100)),
	)
}()
