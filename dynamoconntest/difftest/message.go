package difftest

import (
	"regexp"
	"slices"
	"strings"
)

// A statement is what an error message says, without its prose.
type statement struct {
	constraint string // a name of this package for the rule that was broken; "" if the message is vague
	field      string // the parameter, attribute or placeholder named; "" if none
}

var (
	validationPrefix = regexp.MustCompile(`^\d+ validation errors? detected: `)
	valuesPrefix     = regexp.MustCompile(`^ExpressionAttributeValues contains invalid value: (.*?)\.? for key (\S+)$`)
	plainPrefixes    = regexp.MustCompile(`^(Invalid (Update|Condition|Filter|Projection|KeyCondition)Expression: ` +
		`|One or more parameter values (were invalid: |are not valid\. ))`)
	pathNoise = regexp.MustCompile(`\.(\d+|member)\b`)
)

// readMessage finds the first pattern that fits. A message that fits none
// states itself, so that a new wording is seen and not passed over.
func readMessage(message string) statement {
	message = validationPrefix.ReplaceAllString(message, "")
	placeholder := ""
	if m := valuesPrefix.FindStringSubmatch(message); m != nil {
		message, placeholder = m[1], m[2]
	}
	message = plainPrefixes.ReplaceAllString(message, "")
	if message == "" {
		return statement{}
	}
	for _, p := range slices.Concat(messagePatterns, tableMessages) {
		m := p.FindStringSubmatchIndex(message)
		if m == nil {
			continue
		}
		s := statement{constraint: p.constraint, field: string(p.ExpandString(nil, p.field, message, m))}
		if placeholder != "" {
			s.field = placeholder
		}
		s.field = lastOf(s.field)
		return s
	}
	return statement{constraint: "? " + message}
}

// lastOf is the last name of a dotted path of parameters.
func lastOf(field string) string {
	field = strings.ToLower(pathNoise.ReplaceAllString(field, ""))
	if strings.HasPrefix(field, ":") || strings.HasPrefix(field, "#") {
		return field
	}
	return field[strings.LastIndexByte(field, '.')+1:]
}

type messagePattern struct {
	*regexp.Regexp
	constraint string
	field      string // may refer to submatches
}

func says(pattern, constraint, field string) messagePattern {
	return messagePattern{regexp.MustCompile(`(?is)` + pattern), constraint, field}
}

// messagePatterns are tried in order. Several wordings of one rule have one
// name.
var messagePatterns = []messagePattern{
	// Parameters by themselves.
	says(`at '([^']*)' failed to satisfy constraint: Member must satisfy enum`, "enum", "$1"),
	says(`at '([^']*)' failed to satisfy constraint: Member must not be null`, "required", "$1"),
	says(`at '([^']*)' failed to satisfy constraint: Map value must satisfy constraint: .*less.*greater`, "", "$1"), // it gives both bounds
	says(`at '([^']*)' failed to satisfy constraint: .*Member must have length less`, "too long", "$1"),
	says(`at '([^']*)' failed to satisfy constraint: .*Member must have length greater`, "too short", "$1"),
	says(`at '([^']*)' failed to satisfy constraint: Member must have value`, "out of range", "$1"),
	says(`at '([^']*)' failed to satisfy constraint: Member must satisfy regular`, "characters", "$1"),
	says(`^Member must have length less`, "too long", ""),
	says(`^Member must satisfy enum`, "enum", ""),
	says(`^Limit must be greater`, "out of range", "limit"),
	says(`^Return values set to invalid value|ReturnValues can only be`, "enum", "returnValues"),
	says(`^Select must be ALL_ATTRIBUTES`, "enum", "select"),
	says(`^Projection type must be INCLUDE`, "enum", "projectionType"),
	says(`^Cannot have null key for`, "required", "key"),
	says(`^Item to put in PutItem cannot be null`, "required", "item"),
	says("^missing field `(\\w+)`", "required", "$1"),
	says(`^The parameter '(\w+)' is required`, "required", "$1"),
	says(`^AttributeName cannot be null when time`, "required", "attributeName"),
	says(`^TimeToLiveSpecification cannot be null`, "required", "timeToLiveSpecification"),
	says(`^No defined key schema`, "required", "keySchema"),
	says(`^No Attribute Schema Defined`, "required", "attributeDefinitions"),
	says(`^BatchWriteItem cannot have a null or no|^The requestItems parameter is required|^BatchGetItem must have some`, "too short", "requestItems"),
	says(`^The batch write request list for a table cannot be null or empty: (\w+)`, "too short", "$1"),
	says(`^The list of keys in RequestItems for BatchGetItem is required`, "too short", "keys"),
	says(`^Too many items requested for the BatchGetItem`, "too long", "keys"),
	says(`^Too many items requested for the BatchWriteItem`, "too long", ""),
	says(`^Invalid table/index name`, "", ""),
	says(`^TableName must be at least 3`, "too short", "tableName"),
	says(`^Names of key attributes and attributes projected`, "", ""),

	// Values.
	says(`cannot be converted (into|to) a num`, "not a number", ""),
	says(`38 significant digits|precision up to 38`, "number too precise", ""),
	says(`Number overflow`, "number too large", ""),
	says(`Number underflow`, "number too small", ""),
	says(`set\s+may not be empty`, "set empty", ""),
	says(`contains duplicates`, "set with duplicates", ""),
	says(`Supplied AttributeValue is empty|contains a null AttributeValue`, "value without a type", ""),
	says(`Supplied AttributeValue has more than one`, "value of several types", ""),
	says(`Null attribute value types must have`, "NULL not true", ""),
	says(`Nesting Levels have exceeded`, "too deep", ""),
	says(`Item size (has exceeded|to update has exceeded)`, "item too large", ""),
	says(`cannot contain an empty (string|binary) value. Key: (\S+)`, "key empty", "$2"),
	says(`attribute for a key.*empty|empty string value.*IndexName`, "index key empty", ""),

	// Keys.
	says(`exclusive start key|^The provided starting key|^Type mismatch for attribute to update$`, "start key", ""),
	says(`Type mismatch for Index Key$`, "index key type", ""),
	says(`Type mismatch for Index Key (\S+)`, "index key type", "$1"),
	says(`Type mismatch for key$`, "key", ""),
	says(`Type mismatch for key (\S+)`, "key", "$1"),
	says(`Missing the key (\S+) in the item`, "key", "$1"),
	says(`One of the required keys was not given a value`, "key", ""),
	says(`The number of conditions on the keys is invalid`, "key", ""),
	says(`The provided key element does not match the schema`, "key", ""),
	says(`^Invalid attribute value type`, "", ""),
	says(`Size of hashkey has exceeded`, "key too long", "hash"),
	says(`Aggregated size of all range keys`, "key too long", "range"),
	says(`^Hash primary key values must be under`, "key too long", ""),
	says(`Cannot update attribute (\S+?)\.? This attribute is part of the key`, "update of a key", "$1"),
	says(`Provided list of item keys contains duplicates`, "key twice", ""),
	says(`Transaction request cannot include multiple operations on one item`, "key twice", ""),

	// Placeholders and names.
	says(`attribute name used in the document path is not defined; attribute name: (\S+)`, "name undefined", "$1"),
	says(`attribute value used in expression is not defined; attribute value: (\S+)`, "value undefined", "$1"),
	says(`ExpressionAttributeNames unused in expressions: keys: \{(.*?)\}`, "name unused", "$1"),
	says(`ExpressionAttributeValues unused in expressions: keys: \{(.*?)\}`, "value unused", "$1"),
	says(`reserved keyword: (\S+)`, "reserved word", "$1"),
	says(`^ExpressionAttributeNames can only be specified when using expressions`, "names without expression", ""),
	says(`^ExpressionAttributeValues can only be specified when using expressions`, "values without expression", ""),
	says(`^ExpressionAttributeValues must not be empty`, "values empty", ""),
	says(`^ExpressionAttributeNames must not be empty`, "names empty", ""),
	says(`^ExpressionAttributeNames contains invalid key: Syntax error; key: "(.*)"`, "placeholder", "$1"),
	says(`^ExpressionAttributeValues contains invalid key: Syntax error; key: "(.*)"`, "placeholder", "$1"),
	says(`^ExpressionAttributeNames contains invalid value: Empty attribute name for key (\S+)`, "name empty", "$1"),
	says(`Can not use both expression and non-expression`, "expression and legacy", ""),

	// Grammar. What comes after "Expected" is the other server's way to say
	// that a token does not fit.
	says(`The expression can not be empty`, "expression empty", ""),
	says(`Expression size has exceeded`, "expression too long", ""),
	says(`The expression contains too many operators|Too many operators`, "too many operators", ""),
	says(`IN (operator|.*exceeds|.*maximum)|number of operands.*exceed|too many operands`, "too many operands", ""),
	says(`Incorrect number of operands for operator or function; operator or function: (\w+)`, "number of operands", "$1"),
	says(`Incorrect operand type for operator or function; operator(?: or function)?: (\S+), operand type`, "operand type", "$1"),
	says(`Operator or function requires a document path; operator or function: (\w+)`, "path wanted", "$1"),
	says(`Invalid function name; function: (\w+)`, "function unknown", "$1"),
	says(`The function is not allowed to be used this way in an expression; function: (\w+)`, "function misused", "$1"),
	says(`The function is not allowed in an? (\w+) expression; function: (\w+)`, "function misused", "$2"),
	says(`The BETWEEN operator requires same data type`, "BETWEEN types", ""),
	says(`The BETWEEN operator requires upper bound`, "BETWEEN bounds", ""),
	says(`redundant parentheses`, "redundant parentheses", ""),
	says(`The first operand must be distinct.*(?:operator|function): ([^,]+)`, "operands equal", "$1"),
	says(`The "(\w+)" section can only be used once`, "clause twice", "$1"),
	says(`Two document paths overlap`, "paths overlap", ""),
	says(`Two document paths conflict`, "paths conflict", ""),
	says(`Invalid attribute type name found; type: (\w+)`, "attribute type", "$1"),
	says(`Syntax error|^Expected |^Unexpected token|Invalid (number|list index)`, "syntax", ""),
	says(`List index is not within the allowable range`, "list index", ""),

	// Updates.
	says(`^The document path provided in the update expression is invalid`, "update path", ""),
	says(`^An operand in the update expression has an incorrect|^Operands for [+-] must be numbers|^list_append requires two`, "update operand", ""),
	says(`expression refers to an attribute that does not exist`, "attribute absent", ""),

	// Queries and scans.
	says(`^Query condition missed key schema element: (\S+)`, "key condition incomplete", "$1"),
	says(`^Query condition missed key schema element`, "key condition incomplete", ""),
	says(`^Query key condition not supported|partition key must use equality`, "key condition", ""),
	says(`Invalid operator used in KeyConditionExpression: (\S+)`, "key condition operator", "$1"),
	says(`Unexpected operator in KeyConditionExpression`, "key condition operator", ""),
	says(`^Conditions can be of length 1 or 2 only`, "key condition too long", ""),
	says(`KeyConditionExpressions must only contain one condition per key`, "key condition twice", ""),
	says(`Condition parameter type does not match schema`, "key condition type", ""),
	says(`Either the KeyConditions or KeyConditionExpression`, "key condition absent", ""),
	says(`conditions on nested attributes|Key attributes must be scalars`, "key condition nested", ""),
	says(`Filter Expression can only contain non-primary key attributes: Primary key attribute: (\S+)`, "filter on a key", "$1"),
	says(`The table does not have the specified index: (\S+)`, "index unknown", "$1"),
	says(`Consistent reads? (cannot be true|are not supported)`, "consistent read of a global index", ""),
	says(`ALL_ATTRIBUTES.*(not supported|projection|GSI|global)`, "index lacks attributes", ""),
	says(`does not project one or more filter`, "filter on what the index lacks", ""),
	says(`does not project|not projected`, "index lacks attributes", ""),
	says(`ALL_PROJECTED_ATTRIBUTES`, "select without an index", ""),
	says(`SPECIFIC_ATTRIBUTES|ProjectionExpression when choosing to get COUNT|Cannot specify the (AttributesToGet|ProjectionExpression)`, "select and projection", ""),
	says(`Segment parameter is required|a particular segment must also|^The TotalSegments parameter is required|total segments? must also`, "segments incomplete", ""),
	says(`The Segment parameter is zero-based`, "out of range", "segment"),

	// Transactions and batches.
	says(`must contain exactly one|should contain Delete or Put|can only contain one of|TransactItem|Supplied WriteRequest|WriteRequest`, "exactly one action", ""),
}
