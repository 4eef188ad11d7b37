package difftest

import (
	"regexp"
	"slices"
	"strings"
)

// A statement is the meaning of an error message.
type statement struct {
	constraint string // this package's name for the constraint that was broken; "" if the message does not say
	field      string // parameter, attribute or placeholder that the message names; "" if none
}

var (
	validationPrefix = regexp.MustCompile(`^\d+ validation errors? detected: `)
	valuesPrefix     = regexp.MustCompile(`^ExpressionAttributeValues contains invalid value: (.*?)\.? for key (\S+)$`)
	plainPrefixes    = regexp.MustCompile(`^(Invalid (Update|Condition|Filter|Projection|KeyCondition)Expression: ` +
		`|One or more parameter values (were invalid: |are not valid\. ))`)
	pathNoise = regexp.MustCompile(`\.(\d+|member)\b`)
)

// readMessage returns the statement of the first pattern that matches. If none matches
// the constraint is "?" and the message itself, so that a new message is noticed.
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
		s.field = lastName(s.field)
		return s
	}
	return statement{constraint: "? " + message}
}

// lastName returns the last name in a path of parameters.
func lastName(field string) string {
	field = strings.ToLower(pathNoise.ReplaceAllString(field, ""))
	if strings.HasPrefix(field, ":") || strings.HasPrefix(field, "#") {
		return field
	}
	return field[strings.LastIndexByte(field, '.')+1:]
}

type messagePattern struct {
	*regexp.Regexp
	constraint string
	field      string // may have submatches
}

func newMessagePattern(pattern, constraint, field string) messagePattern {
	return messagePattern{regexp.MustCompile(`(?is)` + pattern), constraint, field}
}

// messagePatterns are tried in order. All messages about a constraint have one name
// for it.
var messagePatterns = []messagePattern{
	// Parameters by themselves.
	newMessagePattern(`at '([^']*)' failed to satisfy constraint: Member must satisfy enum`, "enum", "$1"),
	newMessagePattern(`at '([^']*)' failed to satisfy constraint: Member must not be null`, "required", "$1"),
	newMessagePattern(`at '([^']*)' failed to satisfy constraint: Map value must satisfy constraint: .*less.*greater`, "", "$1"), // the message has both bounds
	newMessagePattern(`at '([^']*)' failed to satisfy constraint: .*Member must have length less`, "too long", "$1"),
	newMessagePattern(`at '([^']*)' failed to satisfy constraint: .*Member must have length greater`, "too short", "$1"),
	newMessagePattern(`at '([^']*)' failed to satisfy constraint: Member must have value`, "out of range", "$1"),
	newMessagePattern(`at '([^']*)' failed to satisfy constraint: Member must satisfy regular`, "characters", "$1"),
	newMessagePattern(`^Member must have length less`, "too long", ""),
	newMessagePattern(`^Failed to satisfy constraint: Member must satisfy enum value set: \[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE\]`, "enum", "returnValues"),
	newMessagePattern(`^Member must satisfy enum`, "enum", ""),
	newMessagePattern(`^Limit must be greater`, "out of range", "limit"),
	newMessagePattern(`^Return values set to invalid value|ReturnValues can only be`, "enum", "returnValues"),
	newMessagePattern(`^Select must be ALL_ATTRIBUTES`, "enum", "select"),
	newMessagePattern(`^Projection type must be INCLUDE`, "enum", "projectionType"),
	newMessagePattern(`^Cannot have null key for`, "required", "key"),
	newMessagePattern(`^Item to put in PutItem cannot be null`, "required", "item"),
	newMessagePattern("^missing field `(\\w+)`", "required", "$1"),
	newMessagePattern(`^The parameter '(\w+)' is required`, "required", "$1"),
	newMessagePattern(`^AttributeName cannot be null when time`, "required", "attributeName"),
	newMessagePattern(`^TimeToLiveSpecification cannot be null`, "required", "timeToLiveSpecification"),
	newMessagePattern(`^No defined key schema`, "required", "keySchema"),
	newMessagePattern(`^No Attribute Schema Defined`, "required", "attributeDefinitions"),
	newMessagePattern(`^BatchWriteItem cannot have a null or no|^The requestItems parameter is required|^BatchGetItem must have some`, "too short", "requestItems"),
	newMessagePattern(`^The batch write request list for a table cannot be null or empty: (\w+)`, "too short", "$1"),
	newMessagePattern(`^The list of keys in RequestItems for BatchGetItem is required`, "too short", "keys"),
	newMessagePattern(`^Too many items requested for the BatchGetItem`, "too long", "keys"),
	newMessagePattern(`^Too many items requested for the BatchWriteItem`, "too long", ""),
	newMessagePattern(`^Invalid table/index name`, "", ""),
	newMessagePattern(`^TableName must be at least 3`, "too short", "tableName"),
	newMessagePattern(`^Names of key attributes and attributes projected`, "", ""),

	// Values.
	newMessagePattern(`cannot be converted (into|to) a num`, "not a number", ""),
	newMessagePattern(`38 significant digits|precision up to 38`, "number too precise", ""),
	newMessagePattern(`Number overflow`, "number too large", ""),
	newMessagePattern(`Number underflow`, "number too small", ""),
	newMessagePattern(`set\s+may not be empty`, "set empty", ""),
	newMessagePattern(`contains duplicates`, "set with duplicates", ""),
	newMessagePattern(`Supplied AttributeValue is empty|contains a null AttributeValue`, "value without a type", ""),
	newMessagePattern(`Supplied AttributeValue has more than one`, "value of several types", ""),
	newMessagePattern(`Null attribute value types must have`, "NULL not true", ""),
	newMessagePattern(`Nesting Levels have exceeded`, "too deep", ""),
	newMessagePattern(`Item size (has exceeded|to update has exceeded)`, "item too large", ""),
	newMessagePattern(`cannot contain an empty (string|binary) value. Key: (\S+)`, "key empty", "$2"),
	newMessagePattern(`attribute for a key.*empty|empty string value.*IndexName`, "index key empty", ""),

	// Keys.
	newMessagePattern(`exclusive start key|^The provided starting key|^Type mismatch for attribute to update$`, "start key", ""),
	newMessagePattern(`Type mismatch for Index Key$`, "index key type", ""),
	newMessagePattern(`Type mismatch for Index Key (\S+)`, "index key type", "$1"),
	newMessagePattern(`Type mismatch for key$`, "key", ""),
	newMessagePattern(`Type mismatch for key (\S+)`, "key", "$1"),
	newMessagePattern(`Missing the key (\S+) in the item`, "key", "$1"),
	newMessagePattern(`One of the required keys was not given a value`, "key", ""),
	newMessagePattern(`The number of conditions on the keys is invalid`, "key", ""),
	newMessagePattern(`The provided key element does not match the schema`, "key", ""),
	newMessagePattern(`^Invalid attribute value type`, "", ""),
	newMessagePattern(`Size of hashkey has exceeded`, "key too long", "hash"),
	newMessagePattern(`Aggregated size of all range keys`, "key too long", "range"),
	newMessagePattern(`^Hash primary key values must be under`, "key too long", ""),
	newMessagePattern(`Cannot update attribute (\S+?)\.? This attribute is part of the key`, "update of a key", "$1"),
	newMessagePattern(`Provided list of item keys contains duplicates`, "key twice", ""),
	newMessagePattern(`Transaction request cannot include multiple operations on one item`, "key twice", ""),

	// Placeholders and names.
	newMessagePattern(`attribute name used in the document path is not defined; attribute name: (\S+)`, "name undefined", "$1"),
	newMessagePattern(`attribute value used in expression is not defined; attribute value: (\S+)`, "value undefined", "$1"),
	newMessagePattern(`ExpressionAttributeNames unused in expressions: keys: \{(.*?)\}`, "name unused", "$1"),
	newMessagePattern(`ExpressionAttributeValues unused in expressions: keys: \{(.*?)\}`, "value unused", "$1"),
	newMessagePattern(`reserved keyword: (\S+)`, "reserved word", "$1"),
	newMessagePattern(`^ExpressionAttributeNames can only be specified when using expressions`, "names without expression", ""),
	newMessagePattern(`^ExpressionAttributeValues can only be specified when using expressions`, "values without expression", ""),
	newMessagePattern(`^ExpressionAttributeValues must not be empty`, "values empty", ""),
	newMessagePattern(`^ExpressionAttributeNames must not be empty`, "names empty", ""),
	newMessagePattern(`^ExpressionAttributeNames contains invalid key: Syntax error; key: "(.*)"`, "placeholder", "$1"),
	newMessagePattern(`^ExpressionAttributeValues contains invalid key: Syntax error; key: "(.*)"`, "placeholder", "$1"),
	newMessagePattern(`^ExpressionAttributeNames contains invalid value: Empty attribute name for key (\S+)`, "name empty", "$1"),
	newMessagePattern(`Can not use both expression and non-expression`, "expression and legacy", ""),

	// Grammar. "Expected ..." is dynoxide's message about a token that does not belong
	// there.
	newMessagePattern(`The expression can not be empty`, "expression empty", ""),
	newMessagePattern(`Expression size has exceeded`, "expression too long", ""),
	newMessagePattern(`The expression contains too many operators|Too many operators`, "too many operators", ""),
	newMessagePattern(`IN (operator|.*exceeds|.*maximum)|number of operands.*exceed|too many operands`, "too many operands", ""),
	newMessagePattern(`Incorrect number of operands for operator or function; operator or function: (\w+)`, "number of operands", "$1"),
	newMessagePattern(`Incorrect operand type for operator or function; operator(?: or function)?: (\S+), operand type`, "operand type", "$1"),
	newMessagePattern(`Operator or function requires a document path; operator or function: (\w+)`, "path wanted", "$1"),
	newMessagePattern(`Invalid function name; function: (\w+)`, "function unknown", "$1"),
	newMessagePattern(`The function is not allowed to be used this way in an expression; function: (\w+)`, "function misused", "$1"),
	newMessagePattern(`The function is not allowed in an? (\w+) expression; function: (\w+)`, "function misused", "$2"),
	newMessagePattern(`The BETWEEN operator requires same data type`, "BETWEEN types", ""),
	newMessagePattern(`The BETWEEN operator requires upper bound`, "BETWEEN bounds", ""),
	newMessagePattern(`redundant parentheses`, "redundant parentheses", ""),
	newMessagePattern(`The first operand must be distinct.*(?:operator|function): ([^,]+)`, "operands equal", "$1"),
	newMessagePattern(`The "(\w+)" section can only be used once`, "clause twice", "$1"),
	newMessagePattern(`Two document paths overlap`, "paths overlap", ""),
	newMessagePattern(`Two document paths conflict`, "paths conflict", ""),
	newMessagePattern(`Invalid attribute type name found; type: (\w+)`, "attribute type", "$1"),
	newMessagePattern(`Syntax error|^Expected |^Unexpected token|Invalid (number|list index)`, "syntax", ""),
	newMessagePattern(`List index is not within the allowable range`, "list index", ""),

	// Updates.
	newMessagePattern(`^The document path provided in the update expression is invalid`, "update path", ""),
	newMessagePattern(`^An operand in the update expression has an incorrect|^Operands for [+-] must be numbers|^list_append requires two`, "update operand", ""),
	newMessagePattern(`expression refers to an attribute that does not exist`, "attribute absent", ""),

	// Queries and scans.
	newMessagePattern(`^Query condition missed key schema element: (\S+)`, "key condition incomplete", "$1"),
	newMessagePattern(`^Query condition missed key schema element`, "key condition incomplete", ""),
	newMessagePattern(`^Query key condition not supported|partition key must use equality`, "key condition", ""),
	newMessagePattern(`Invalid operator used in KeyConditionExpression: (\S+)`, "key condition operator", "$1"),
	newMessagePattern(`Unexpected operator in KeyConditionExpression`, "key condition operator", ""),
	newMessagePattern(`^Conditions can be of length 1 or 2 only`, "key condition too long", ""),
	newMessagePattern(`KeyConditionExpressions must only contain one condition per key`, "key condition twice", ""),
	newMessagePattern(`Condition parameter type does not match schema`, "key condition type", ""),
	newMessagePattern(`Either the KeyConditions or KeyConditionExpression`, "key condition absent", ""),
	newMessagePattern(`conditions on nested attributes|Key attributes must be scalars`, "key condition nested", ""),
	newMessagePattern(`Filter Expression can only contain non-primary key attributes: Primary key attribute: (\S+)`, "filter on a key", "$1"),
	newMessagePattern(`The table does not have the specified index: (\S+)`, "index unknown", "$1"),
	newMessagePattern(`Consistent reads? (cannot be true|are not supported)`, "consistent read of a global index", ""),
	newMessagePattern(`ALL_ATTRIBUTES.*(not supported|projection|GSI|global)`, "index lacks attributes", ""),
	newMessagePattern(`does not project one or more filter`, "filter on what the index lacks", ""),
	newMessagePattern(`does not project|not projected`, "index lacks attributes", ""),
	newMessagePattern(`ALL_PROJECTED_ATTRIBUTES`, "select without an index", ""),
	newMessagePattern(`SPECIFIC_ATTRIBUTES|ProjectionExpression when choosing to get COUNT|Cannot specify the (AttributesToGet|ProjectionExpression)`, "select and projection", ""),
	newMessagePattern(`Segment parameter is required|a particular segment must also|^The TotalSegments parameter is required|total segments? must also`, "segments incomplete", ""),
	newMessagePattern(`The Segment parameter is zero-based`, "out of range", "segment"),

	// Transactions and batches.
	newMessagePattern(`must contain exactly one|should contain Delete or Put|can only contain one of|TransactItem|Supplied WriteRequest|WriteRequest`, "exactly one action", ""),
}
