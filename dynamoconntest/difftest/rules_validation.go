package difftest

import (
	"regexp"
	"slices"
	"strings"
)

// rulesForUnseenMistake returns the rules for a mistake that neither server looks for:
// about the outcome, the constraint and the field.
func rulesForUnseenMistake(r Rule, mistake, constraint, field string, operations ...string) []Rule {
	r.Right = Service
	r.Match = func(c Case) bool {
		return len(c.Request.Mistakes) == 1 && c.Request.hasMistake(mistake) && c.hasOperation(operations...)
	}
	var out []Rule
	for _, want := range [][2]string{{aspectOutcome, "ValidationException"}, {aspectConstraint, constraint}, {aspectField, field}} {
		r.Aspect = want[0]
		r.Want = func(Case) []string { return []string{want[1]} }
		out = append(out, r)
	}
	return out
}

// overlookedByDynoxide has the mistakes in expressions that dynoxide evaluates.
var overlookedByDynoxide = []string{"operand list", "operand bool", "same operand twice", "BETWEEN ", "IN 101", "index huge", "name empty",
	"operators 301", "attribute_type unknown", "attribute_type not a string", "value unused", "name unused"}

// constraintsBehindSyntax has the constraints that DynamoDB Local reports and dynoxide
// calls a syntax error, by mistake.
var constraintsBehindSyntax = map[string]string{
	"function operand value": "path wanted", "function operands": "number of operands", "function operands many": "number of operands",
	"size of a number": "operand type",
}

// validationRules are about the requests that are refused.
var validationRules = slices.Concat(
	rulesForUnseenMistake(Rule{
		ID:   "metrics-of-transactions",
		What: "both servers accept an unknown ReturnItemCollectionMetrics in a transaction or a batch",
		Why:  "API reference: the valid values are enumerated",
	}, "enum returnItemCollectionMetrics", "enum", "returnitemcollectionmetrics", "TransactWriteItems", "BatchWriteItem"),
	rulesForUnseenMistake(Rule{
		ID:   "transaction-token-empty",
		What: "both servers accept an empty ClientRequestToken",
		Why:  "API reference: minimum length of 1",
	}, "transaction token empty", "too short", "clientrequesttoken", "TransactWriteItems"),
	expressionRules,
)

// expressionRules are about the constraints that one server misses or reports differently.
var expressionRules = []Rule{
	{
		ID: "dynoxide-misses-expression-check", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide evaluates an expression that DynamoDB Local refuses: equal operands, BETWEEN with bounds out of order or of two types, " +
			"an operand of a type without order, an unknown attribute type, an undefined placeholder where there is no item, more than 100 operands of IN or 300 operators, conflicting paths, " +
			"a list index that is too large, an empty attribute name, a path into a key",
		Why: "Expressions.OperatorsAndFunctions gives the operand types; ServiceQuotas the limits of expressions",
		Match: localRefuses("BETWEEN types", "BETWEEN bounds", "operands equal", "operand type", "attribute type", "too many operators",
			"number of operands", "paths conflict", "list index", "name empty", "syntax", "too many operands",
			"value undefined", "name undefined", "key condition nested"),
	},
	{
		ID: "dynoxide-misses-unused", Aspect: aspectOutcome, Right: Local,
		What:  "dynoxide checks the condition before it finds that a placeholder is not used",
		Why:   "API reference of ExpressionAttributeNames and -Values: what is defined must be used; validation comes before evaluation",
		Match: localRefuses("value unused", "name unused"),
	},
	{
		ID: "dynoxide-key-condition-type", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide returns no items for a key condition whose value is empty or has the wrong type",
		Why:  "Query: the value must be of the key's type; a key value cannot be empty (HowItWorks.NamingRulesDataTypes)",
		Match: func(c Case) bool {
			return c.hasOperation("Query") && localRefuses("key condition type", "key empty", "key")(c)
		},
	},
	{
		ID: "dynoxide-enum-late", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide accepts an unknown ReturnConsumedCapacity of a batch or ReturnValuesOnConditionCheckFailure",
		Why:  "API reference: the valid values are enumerated",
		Match: func(c Case) bool {
			return localRefuses("enum")(c) || c.Request.hasMistake("enum returnConsumedCapacity") && c.Local.hasKind(validationError...) && c.Dynoxide.isEvaluated()
		},
	},
	{
		ID: "local-enum-unchecked", Aspect: aspectOutcome, Right: Dynoxide,
		What:  "DynamoDB Local accepts an unknown ReturnItemCollectionMetrics",
		Why:   "API reference: the valid values are enumerated",
		Match: dynoxideRefuses("enum"),
	},
	{
		ID: "dynoxide-several-actions", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide accepts a write request or a transaction part with two actions or none",
		Why:  "API reference of WriteRequest and TransactWriteItem: exactly one",
		Match: func(c Case) bool {
			return c.Request.hasMistakeStarting("batch with put and delete", "batch with neither", "transaction part of") && c.Local.hasKind(validationError...)
		},
	},
	{
		ID: "local-key-twice-in-transaction", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local accepts two actions on one key in a transaction",
		Why:  "TransactWriteItems: no two actions can target the same item; the service answers ValidationException",
		Match: func(c Case) bool {
			return c.hasOperation("TransactWriteItems") && c.Dynoxide.constraint() == "key twice"
		},
	},
	{
		ID: "transaction-validation", Aspect: aspectOutcome, Right: Dynoxide,
		What: "an operation of a transaction is invalid: DynamoDB Local answers ValidationException, dynoxide cancels the transaction with the reason ValidationError",
		Why:  "TransactWriteItems lists these messages under the cancellation reason ValidationError",
		Match: func(c Case) bool {
			return c.hasOperation("TransactWriteItems", "TransactGetItems") && c.Local.hasKind(validationError...) && c.Dynoxide.hasKind("TransactionCanceledException") &&
				(applyConstraints[c.Local.constraint()] || strings.Contains(c.Local.constraint(), "key") && c.Local.constraint() != "key condition nested")
		},
	},
	{
		ID: "transaction-expression", Aspect: aspectOutcome, Right: Local,
		What: "an invalid expression in a transaction: dynoxide cancels the transaction",
		Why:  "validation comes before evaluation",
		Match: func(c Case) bool {
			return c.hasOperation("TransactWriteItems", "TransactGetItems") && c.Local.hasKind(validationError...) && c.Dynoxide.hasKind("TransactionCanceledException")
		},
	},
	{
		ID: "remove-nested-in-nothing", Aspect: aspectOutcome, Right: Service,
		What: "an update that only removes has a path whose parent does not exist: DynamoDB Local refuses it, dynoxide accepts it",
		Why:  "as below, but if there is no item the service accepts any path, see nothing-to-remove",
		Match: func(c Case) bool {
			return len(removals(c.Request)) > 0 && localRefuses("update path", "update operand")(c)
		},
		Want: func(c Case) []string {
			if c.hasOperation("TransactWriteItems") {
				return []string{"TransactionCanceledException", outcomeOK}
			}
			return []string{c.Local.kind(), outcomeOK}
		},
	},
	{
		ID: "remove-nested-in-nothing", Aspect: aspectOutcome, Right: Service,
		What: "REMOVE of a path whose parent does not exist, in a transaction: DynamoDB Local refuses it, dynoxide accepts it",
		Why:  "TransactWriteItems: an invalid document path is a cancellation with the reason ValidationError",
		Match: func(c Case) bool {
			return c.hasOperation("TransactWriteItems") && localRefuses("update path", "update operand")(c)
		},
		Want: func(Case) []string { return []string{"TransactionCanceledException"} },
	},
	{
		ID: "remove-nested-in-nothing", Aspect: aspectReasons, Right: Service,
		What:  "as above, before another action that is invalid: which action has a reason",
		Why:   "recorded answers of the service: evaluation stops at the first action that is not valid, and the others have no reason",
		Match: func(c Case) bool { return c.hasOperation("TransactWriteItems") },
		Holds: func(c Case, got string) bool {
			local, dynoxide := c.Local.Aspects[aspectReasons], c.Dynoxide.Aspects[aspectReasons]
			return equalAspect(aspectReasons, local, got) || equalAspect(aspectReasons, dynoxide, got) || hasEarlierReason(got, dynoxide)
		},
	},
	{
		ID: "index-name-short", Aspect: aspectConstraint, Right: Service,
		What:  "both servers look for an index although its name is too short",
		Why:   "API reference of IndexName: minimum length of 3; that there is no such index is true as well",
		Match: func(c Case) bool { return c.Request.hasMistake("index name short") && c.hasOperation("Query", "Scan") },
		Want:  func(c Case) []string { return []string{"too short", c.Local.constraint()} },
	},
	{
		ID: "index-name-short", Aspect: aspectField, Right: Service,
		What: "as above, for the field", Why: "as above",
		Match: func(c Case) bool { return c.Request.hasMistake("index name short") && c.hasOperation("Query", "Scan") },
		Want:  func(Case) []string { return []string{"indexname", "i"} },
	},
	{
		ID: "remove-nested-in-nothing", Aspect: aspectOutcome, Right: Local,
		What:  "REMOVE of a path whose parent does not exist",
		Why:   "Expressions.UpdateExpressions: the document path must be valid for the update; only a missing last element is ignored",
		Match: localRefuses("update path", "update operand"),
	},
	{
		ID: "remove-nested-in-nothing", Aspect: aspectConstraint, Right: Service,
		What: "as above, in an update that cannot be applied for another reason as well: the message is about one of them", Why: "see two-mistakes",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateItem") && applyConstraints[c.Local.constraint()] && applyConstraints[c.Dynoxide.constraint()] &&
				strings.Contains(strings.ToUpper(asString(c.body()["UpdateExpression"])), "REMOVE") &&
				slices.ContainsFunc(updatedPaths(c.body()), func(path []string) bool { return len(path) > 1 })
		},
		Want: func(c Case) []string { return []string{c.Local.constraint(), c.Dynoxide.constraint(), "update path"} },
	},
	{
		ID: "too-large-or-refused", Aspect: aspectOutcome, Right: Either,
		What:  "an update that makes the item too large, and whose condition fails: DynamoDB Local checks the size first",
		Why:   "both are true; the order is not documented",
		Match: func(c Case) bool { return c.hasOperation("UpdateItem") && localRefuses("item too large")(c) },
	},
	{
		ID: "function-of-a-value", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide requires a path as the first operand of size, begins_with, contains and attribute_type",
		Why:  "the service has messages about a value of the wrong type there, so values are allowed; only attribute_exists requires a document path",
		Match: func(c Case) bool {
			return c.Local.isEvaluated() && c.Dynoxide.constraint() == "syntax" && functionOfValue.MatchString(c.allExpressions())
		},
	},
	{
		ID: "dynoxide-parentheses", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide cannot read an operand in parentheses",
		Why:  "Expressions.OperatorsAndFunctions: parentheses group; they need not contain a whole condition",
		Match: func(c Case) bool {
			return c.Local.isEvaluated() && slices.Contains([]string{"syntax", "redundant parentheses"}, c.Dynoxide.constraint()) && operandInParentheses.MatchString(c.allExpressions())
		},
	},
	{
		ID: "reserved-word-in-path", Aspect: aspectOutcome, Right: Dynoxide,
		What:  "DynamoDB Local accepts a reserved word after the first element of a path if it is the name of a function",
		Why:   "ReservedWords: a reserved word must be replaced by a placeholder anywhere in an expression; SIZE is one",
		Match: dynoxideRefuses("reserved word"),
	},
	{
		ID: "key-condition-sort-first", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide requires the hash key first in a key condition if its name is a placeholder",
		Why:  "Query: the conditions are joined by AND; their order does not matter",
		Match: func(c Case) bool {
			return c.hasOperation("Query") && c.Local.kind() == outcomeOK && c.Dynoxide.hasKind(validationError...)
		},
	},
	{
		ID: "index-lacks-attributes", Aspect: aspectOutcome, Right: Local,
		What:  "dynoxide reads a global index for attributes that it does not project",
		Why:   "GSI: queries and scans can only request attributes that are projected into the index",
		Match: localRefuses("index lacks attributes"),
	},
	{
		ID: "query-filter-not-projected", Aspect: aspectOutcome, Right: Either,
		What: "a query of a local index that fetches attributes has a filter on attributes that the index does not hold: dynoxide accepts it",
		Why:  "it is not documented whether the filter sees the fetched attributes",
		Match: func(c Case) bool {
			return c.hasOperation("Query") && c.indexKind() == "local" && c.asksForAttributes() && localRefuses("filter on what the index lacks")(c)
		},
	},
	{
		ID: "query-filter-not-projected", Aspect: aspectOutcome, Right: Service,
		What: "as above, where dynoxide refuses the query for another reason",
		Why:  "as above; dynoxide requires the hash key first in a key condition",
		Match: func(c Case) bool {
			return c.hasOperation("Query") && c.indexKind() == "local" && c.asksForAttributes() &&
				c.Local.constraint() == "filter on what the index lacks" && c.Dynoxide.hasKind(validationError...)
		},
		Want: func(Case) []string { return []string{outcomeOK, "ValidationException"} },
	},
	{
		ID: "start-key-outside", Aspect: aspectOutcome, Right: Local,
		What:  "dynoxide starts a query after a key of another partition",
		Why:   "ExclusiveStartKey must be one that the same query returned; the service answers ValidationException",
		Match: func(c Case) bool { return c.Request.hasMistake("start key outside the query") },
	},
	{
		ID: "query-filter-not-projected", Aspect: aspectOutcome, Right: Local,
		What:  "a query of an index has a filter on attributes that the index does not hold: dynoxide accepts it",
		Why:   "the service refuses such a query; in a scan the attributes are absent",
		Match: func(c Case) bool { return c.hasOperation("Query") && localRefuses("filter on what the index lacks")(c) },
	},
	{
		ID: "table-name-short", Aspect: aspectOutcome, Right: Either,
		What: "dynoxide looks for a table although its name has only two characters",
		Why: "for names of tables the API reference gives a minimum of 3, and since they may be ARNs 1 for items. The recordings of 2026-09-20 and " +
			"2026-10-09 have 3 in CreateTable and in the keys of RequestItems, and 1 in PutItem",
		Match: func(c Case) bool { return c.Request.hasMistake("table name short") },
	},
	{
		ID: "local-binary-contains", Aspect: aspectOutcome, Right: Dynoxide,
		What: "as below, of the condition of a write", Why: "see below",
		Match: func(c Case) bool {
			return c.Local.isEvaluated() && c.Dynoxide.isEvaluated() && legacyOnBinary(c.body(), "CONTAINS")
		},
	},
	{
		ID: "legacy-not-contains", Aspect: aspectOutcome, Right: Either,
		What: "a legacy condition NOT_CONTAINS on an attribute that is absent or of another type",
		Why:  "the documentation of ComparisonOperator does not say what happens",
		Match: func(c Case) bool {
			return legacyOperator(c.body(), "NOT_CONTAINS")
		},
	},
	{
		ID: "limit-negative", Aspect: aspectOutcome, Right: Local,
		What:  "dynoxide cannot read a negative limit",
		Why:   "it is an integer, out of range: ValidationException",
		Match: func(c Case) bool { return c.Request.hasMistake("limit negative") },
	},

	// Both servers refuse the request, for different reasons.
	{
		ID: "batch-field", Aspect: aspectField, Right: Service,
		What: "a batch of too many writes or none: the message names the parameter or the table",
		Why: "the service names requestItems, whose values have the constraint: the recordings of 2026-10-09 have the older wording for most regions. " +
			"The newest one (RequestItems.Table.member) is that of eu-north-1",
		Match: func(c Case) bool {
			return c.hasOperation("BatchWriteItem") && c.Request.hasMistakeStarting("batch of 26", "batch of no requests")
		},
		Want: func(c Case) []string {
			return []string{"requestitems", c.Local.Aspects[aspectField], c.Dynoxide.Aspects[aspectField]}
		},
	},
	{
		ID: "dynoxide-syntax", Aspect: aspectConstraint, Right: Local,
		What: "dynoxide reports a syntax error where DynamoDB Local reports the mistake: operands of a function, where a function may stand, " +
			"placeholders, operators of a key condition",
		Why: "the service has the messages that DynamoDB Local has",
		Match: constraintsAre([]string{"number of operands", "path wanted", "function misused", "operand type", "placeholder", "key condition operator",
			"key condition too long", "key condition twice", "function unknown", "attribute type", "operands equal"}, []string{"syntax", "function unknown", "key condition operator"}),
	},
	{
		ID: "dynoxide-syntax", Aspect: aspectConstraint, Right: Service,
		What: "as above, where DynamoDB Local fails with 500", Why: "as above",
		Match: func(c Case) bool {
			return len(c.Request.Mistakes) == 1 && c.Local.constraint() == "syntax" && c.Dynoxide.constraint() == "syntax" && constraintsBehindSyntax[c.Request.Mistakes[0]] != ""
		},
		Want: func(c Case) []string { return []string{constraintsBehindSyntax[c.Request.Mistakes[0]]} },
	},
	{
		ID: "key-condition-sort-first", Aspect: aspectConstraint, Right: Local,
		What: "as above, where something else is wrong as well", Why: "as above",
		Match: constraintsAre([]string{"filter on what the index lacks", "index lacks attributes"}, []string{"key condition incomplete"}),
	},
	{
		ID: "filter-on-both-keys", Aspect: aspectField, Right: Either,
		What:  "a filter on both keys: the message names one of them",
		Why:   "both are key attributes",
		Match: constraintsAre([]string{"filter on a key"}, []string{"filter on a key"}),
	},
	{
		ID: "update-path-reason", Aspect: aspectConstraint, Right: Local,
		What:  "an update whose path cannot be followed and whose operands do not fit",
		Why:   "the service checks the path of the target first",
		Match: constraintsAre([]string{"update path", "paths conflict"}, []string{"attribute absent", "update operand", "update path"}),
	},
	{
		ID: "key-condition-other-attribute", Aspect: aspectConstraint, Right: Either,
		What: "a query without a condition on the hash key, but with one on another attribute",
		Why:  "both are true; the documentation prefers none",
		Match: constraintsAre([]string{"filter on a key", "key condition incomplete", "key condition too long", "key condition"},
			[]string{"key condition incomplete", "key condition", "filter on a key", "syntax"}),
	},
	{
		ID: "required-or-short", Aspect: aspectConstraint, Right: Dynoxide,
		What: "an empty list or a missing one: DynamoDB Local has the same message for both",
		Why:  "API reference: a member is required, and an array has a minimum number of items",
		Match: func(c Case) bool {
			return constraintsAre([]string{"required"}, []string{"too short"})(c) || constraintsAre([]string{"too short"}, []string{"required"})(c)
		},
	},
	{
		ID: "key-condition-type", Aspect: aspectConstraint, Right: Local,
		What:  "a key condition that has a value of a type without order: dynoxide cannot convert it",
		Why:   "the type is not that of the key schema",
		Match: constraintsAre([]string{"key condition type"}, []string{"? Cannot convert partition key value to string"}),
	},
	{
		ID: "local-required-for-enum", Aspect: aspectConstraint, Right: Service,
		What: "an unknown ReturnConsumedCapacity: DynamoDB Local reports something else, for example that a key is missing",
		Why:  "the value is the mistake",
		Match: func(c Case) bool {
			return len(c.Request.Mistakes) == 1 && c.Request.hasMistake("enum returnConsumedCapacity") && c.Local.constraint() != "enum"
		},
		Want: func(Case) []string { return []string{"enum"} },
	},
	{
		ID: "local-required-for-enum", Aspect: aspectField, Right: Service,
		What: "as above, for the field", Why: "as above",
		Match: func(c Case) bool {
			return len(c.Request.Mistakes) == 1 && c.Request.hasMistake("enum returnConsumedCapacity") && c.Local.constraint() != "enum"
		},
		Want: func(Case) []string { return []string{"returnconsumedcapacity"} },
	},
}

var removesNested = regexp.MustCompile(`(?i)REMOVE [^"]*[.\[]`)

// operandInParentheses matches an operand in parentheses other than those of a function.
var operandInParentheses = regexp.MustCompile(`(?i)(^|[^\w]|\b(AND|OR|NOT|IN|BETWEEN|SET))\s*\(\s*[#:\w]`)

var functionOfValue = regexp.MustCompile(`(size|begins_with|contains|attribute_type)\s*\(\s*(:|size\s*\()`)

// allExpressions returns all expressions of a request in one text.
func (c Case) allExpressions() string {
	body, all := c.body(), ""
	for _, name := range []string{"ConditionExpression", "FilterExpression", "KeyConditionExpression", "UpdateExpression", "ProjectionExpression"} {
		all += asString(body[name]) + "\n"
	}
	return all
}

// legacyOperator reports whether a legacy condition in the request uses one of the
// operators.
func legacyOperator(body map[string]any, operators ...string) bool {
	for _, member := range []string{"Expected", "ScanFilter", "QueryFilter"} {
		for _, condition := range asObject(body[member]) {
			if slices.Contains(operators, asString(asObject(condition)["ComparisonOperator"])) {
				return true
			}
		}
	}
	return false
}

// hasEarlierReason reports whether got has one reason only, an invalid path of an update, at
// an action before the first that has a reason in want.
func hasEarlierReason(got, want string) bool {
	first := func(reasons []string) int {
		return slices.IndexFunc(reasons, func(reason string) bool { return reason != "None" })
	}
	reasons := strings.Split(got, ",")
	at := first(reasons)
	return at >= 0 && reasons[at] == "ValidationError(update path)" && first(reasons[at+1:]) < 0 &&
		at < first(strings.Split(want, ","))
}
