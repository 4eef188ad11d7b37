package difftest

import (
	"maps"
	"slices"
	"strings"
)

// Rules explains all known differences. The first rule that matches decides, so the
// narrow ones come first.
var Rules = slices.Concat(tableRules, protocolRules, precedenceRules, validationRules, dataRules, capacityRules)

func always(Case) bool { return true }

func (c Case) hasOperation(operations ...string) bool {
	return slices.Contains(operations, c.Request.Operation)
}

// body returns the body of the request, or nil if it is not a JSON object.
func (c Case) body() map[string]any {
	v, err := decodeJSON([]byte(c.Request.Body))
	if err != nil {
		return nil
	}
	return asObject(v)
}

func (o *Outcome) constraint() string { return o.Aspects[aspectConstraint] }

func (o *Outcome) hasKind(kinds ...string) bool { return slices.Contains(kinds, o.kind()) }

// isEvaluated reports whether a server accepted and evaluated the request.
func (o *Outcome) isEvaluated() bool {
	return o.hasKind(outcomeOK, "ConditionalCheckFailedException", "TransactionCanceledException")
}

var (
	validationError = []string{"ValidationException"}
	serverFailures  = []string{"InternalFailure", outcomeNoAnswer}
)

// localRefuses matches if DynamoDB Local refuses the request for one of the constraints
// and dynoxide evaluates it.
func localRefuses(constraints ...string) func(Case) bool {
	return func(c Case) bool {
		return c.Local.hasKind(validationError...) && slices.Contains(constraints, c.Local.constraint()) && c.Dynoxide.isEvaluated()
	}
}

// dynoxideRefuses matches if dynoxide refuses the request for one of the constraints and
// DynamoDB Local evaluates it.
func dynoxideRefuses(constraints ...string) func(Case) bool {
	return func(c Case) bool {
		return c.Dynoxide.hasKind(validationError...) && slices.Contains(constraints, c.Dynoxide.constraint()) && c.Local.isEvaluated()
	}
}

// constraintsAre matches if the message of each server is about a constraint of its list.
func constraintsAre(local, dynoxide []string) func(Case) bool {
	return func(c Case) bool {
		return slices.Contains(local, c.Local.constraint()) && slices.Contains(dynoxide, c.Dynoxide.constraint())
	}
}

var protocolRules = []Rule{
	{
		ID: "local-message-member", Aspect: aspectMember, Right: Service,
		What: "DynamoDB Local writes the message of every error as Message",
		Why: "the service writes message; only errors of the layer before it (serialization, unknown operation) write Message. " +
			"Clients read both",
		Match: always,
		Want: func(c Case) []string {
			switch {
			case c.Dynoxide.hasKind("SerializationException", "UnknownOperationException", "TransactionCanceledException", "LimitExceededException"):
				return []string{"", "message", "Message"}
			case c.Local.kind() == outcomeOK:
				return nil
			}
			return []string{"message"}
		},
	},
	{
		ID: "local-no-checksum", Aspect: aspectChecksum, Right: Service,
		What:  "DynamoDB Local sends no X-Amz-Crc32 with an error",
		Why:   "the service sends the header with every answer; the SDKs check it if it is there",
		Match: func(c Case) bool { return c.Local.kind() != outcomeOK },
		Want:  func(Case) []string { return []string{"right"} },
	},
	{
		ID: "namespace", Aspect: aspectNamespace, Right: Either,
		What:  "the part of __type before #",
		Why:   "clients ignore it: the restJson and awsJson protocols say that everything up to # is ignored",
		Match: always,
	},
	{
		ID: "unknown-operation-message", Aspect: aspectConstraint, Right: Service,
		What:  "the message of an unknown operation",
		Why:   "the service sends none; those of other servers name no field and no constraint",
		Match: func(c Case) bool { return c.Local.hasKind("UnknownOperationException") },
	},
	{
		ID: "serialization-message", Aspect: aspectConstraint, Right: Service,
		What:  "the message of a body that cannot be read",
		Why:   "it describes the parser, not a field or a constraint",
		Match: func(c Case) bool { return c.Dynoxide.hasKind("SerializationException") },
	},
	{
		ID: "local-no-tags", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local has no tags",
		Why:  "API reference: TagResource, UntagResource, ListTagsOfResource",
		Match: func(c Case) bool {
			return c.hasOperation("TagResource") && c.Local.hasKind("UnknownOperationException")
		},
	},
	{
		ID: "local-body-unread", Aspect: aspectOutcome, Right: Service,
		What: "as below, of a body that fuzzing made, or that dynoxide refuses before it looks for JSON", Why: "see below",
		Match: func(c Case) bool {
			return c.Request.hasMistake("JSON fuzzed") || c.Request.hasMistakeStarting("JSON ") && c.Dynoxide.hasKind("not JSON")
		},
		Want: func(Case) []string { return []string{"SerializationException"} },
	},
	{
		ID: "local-body-unread", Aspect: aspectOutcome, Right: Service,
		What: "a body that is not JSON, or has values of a wrong JSON type: DynamoDB Local converts them or fails with 500",
		Why:  "the service answers 400 SerializationException (Programming.Errors: client errors are 4xx; 500 asks for a retry)",
		Match: func(c Case) bool {
			return c.Request.hasMistakeStarting("JSON ", "type of ", "base64 ") && !c.Local.hasKind("SerializationException") &&
				(c.Dynoxide.hasKind("SerializationException") || c.Request.hasMistake("JSON array"))
		},
		Want: func(Case) []string { return []string{"SerializationException"} },
	},
	{
		ID: "null-body", Aspect: aspectOutcome, Right: Service,
		What:  "a body of null: 500 against ValidationException",
		Why:   "null is an input without members, or no input; the status is never 500",
		Match: func(c Case) bool { return c.Request.hasMistake("JSON null") },
		Want:  func(Case) []string { return []string{"ValidationException", "SerializationException"} },
	},
	{
		ID: "unknown-operation", Aspect: aspectOutcome, Right: Dynoxide,
		What:  "an empty operation name: DynamoDB Local fails with 500",
		Why:   "the service answers 400 UnknownOperationException",
		Match: func(c Case) bool { return c.Request.hasMistake("operation unknown") },
	},
	{
		ID: "remove-nested-in-nothing", Aspect: aspectOutcome, Right: Service,
		What: "as below, where DynamoDB Local fails with 500", Why: "see below; the parent may exist",
		Match: func(c Case) bool {
			return c.hasOperation("TransactWriteItems") && c.Local.hasKind(serverFailures...) && c.Dynoxide.kind() == outcomeOK && removesNested.MatchString(c.Request.Body)
		},
		Want: func(Case) []string { return []string{"TransactionCanceledException", outcomeOK} },
	},
	{
		ID: "local-broken", Aspect: aspectOutcome, Right: Service,
		What: "as below, on an expression whose mistake dynoxide overlooks",
		Why:  "see dynoxide-misses-expression-check",
		Match: func(c Case) bool {
			return c.Local.hasKind(serverFailures...) && c.Dynoxide.isEvaluated() &&
				(len(c.Request.Mistakes) == 1 && c.Request.hasMistakeStarting(overlookedByDynoxide...) || repeatsOperand(c.body()))
		},
		Want: func(Case) []string { return validationError },
	},
	{
		ID: "local-broken", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local fails with 500 on a request that dynoxide answers: after an index was dropped and another made, " +
			"with an unknown billing mode, with a list index beyond int32",
		Why:   "a request of a client never makes the service fail (Programming.Errors)",
		Match: func(c Case) bool { return c.Local.hasKind(serverFailures...) && !c.Dynoxide.hasKind(serverFailures...) },
	},
	{
		ID: "dynoxide-broken", Aspect: aspectOutcome, Right: Local,
		What: "dynoxide closes the connection on a request that DynamoDB Local answers",
		Why:  "a request of a client never makes the service fail (Programming.Errors)",
		Match: func(c Case) bool {
			return c.Dynoxide.hasKind(append(serverFailures, "InternalServerError")...) && !c.Local.hasKind(serverFailures...)
		},
	},
}

// hasMistakeStarting reports whether the name of a mistake begins with a prefix.
func (r Request) hasMistakeStarting(prefixes ...string) bool {
	for _, m := range r.Mistakes {
		for _, p := range prefixes {
			if strings.HasPrefix(m, p) {
				return true
			}
		}
	}
	return false
}

// hasTwoMistakes reports whether the request has two mistakes: two that were made on
// purpose, or one of these and one that the generator made by chance.
func hasTwoMistakes(c Case) bool {
	if len(c.Request.Mistakes) > 1 {
		return true
	}
	return len(c.Request.Mistakes) == 1 && c.Local.hasKind(validationError...) && c.Dynoxide.hasKind(append(validationError, "SerializationException")...) &&
		incidentalConstraints[c.Local.constraint()] != incidentalConstraints[c.Dynoxide.constraint()]
}

// isAboutConstraint reports whether the mistake that was made on purpose breaks the
// constraint, so that the message is not about a second mistake.
func (r Request) isAboutConstraint(constraint string) bool {
	switch constraint {
	case "name unused", "value unused", "filter on a key":
		return r.hasMistake("name unused") || r.hasMistake("value unused") || r.hasMistake("filter on key") || r.hasMistake("projection unused") ||
			r.hasMistake("update name unused") || r.hasMistake("update value unused")
	case "operands equal":
		return r.hasMistake("same operand twice") || r.hasMistake("two values compared") || r.hasMistake("two values differ")
	case "index unknown":
		return r.hasMistake("index unknown")
	}
	return false
}

// incidentalConstraints are often broken together with another one: by the same
// mistake, such as an expression that is replaced and leaves its placeholders unused,
// or by chance.
var incidentalConstraints = map[string]bool{
	"name unused": true, "value unused": true, "names without expression": true, "values without expression": true,
	"operands equal": true, "index unknown": true, "filter on a key": true, "select without an index": true,
}

// applyConstraints can be broken by a valid update, if the item does not allow it.
var applyConstraints = map[string]bool{
	"attribute absent": true, "update path": true, "number too precise": true, "number too large": true, "number too small": true,
	"update operand": true, "index key type": true, "item too large": true,
}

// missesEqualOperands matches if a request compares an attribute with itself and both
// servers refuse it for another reason.
func missesEqualOperands(c Case) bool {
	return c.Local.hasKind("ValidationException", "ResourceNotFoundException") && c.Dynoxide.hasKind("ValidationException", "ResourceNotFoundException") &&
		c.Local.constraint() != "operands equal" && repeatsOperand(c.body())
}

// hasWriteWithoutAction reports whether a batch has a write that is neither a put nor a
// delete, or both.
func hasWriteWithoutAction(body map[string]any) bool {
	for _, writes := range asObject(body["RequestItems"]) {
		for _, w := range asArray(writes) {
			if write := asObject(w); (write["PutRequest"] == nil) == (write["DeleteRequest"] == nil) {
				return true
			}
		}
	}
	return false
}

// modelConstraints are those in the model of a request: they depend on one member
// alone.
var modelConstraints = map[string]bool{
	"enum": true, "required": true, "too short": true, "too long": true, "out of range": true, "characters": true,
}

// oneOfTheMistakes returns the right texts for a request with two mistakes: those of the
// servers, and those of the mistakes that were made on purpose.
func oneOfTheMistakes(aspect string) func(Case) []string {
	return func(c Case) []string {
		want := []string{c.Local.Aspects[aspect], c.Dynoxide.Aspects[aspect]}
		for _, mistake := range c.Request.Mistakes {
			if aspect == aspectConstraint {
				want = append(want, mistakeStatements[mistake].constraint)
			} else {
				want = append(want, mistakeStatements[mistake].field)
			}
		}
		if c.Request.hasMistake("update index key type") && aspect == aspectField {
			want = append(want, "g1", "g2")
		}
		if named := slices.DeleteFunc(want, func(s string) bool { return s == "" }); len(named) > 0 {
			return named
		}
		return []string{""}
	}
}

// requiredMembers has the members that a request must have.
var requiredMembers = map[string][]string{
	"GetItem": {"tablename", "key"}, "DeleteItem": {"tablename", "key"}, "UpdateItem": {"tablename", "key"},
	"PutItem": {"tablename", "item"}, "CreateTable": {"tablename", "keyschema", "attributedefinitions"},
	"UpdateTimeToLive": {"tablename", "timetolivespecification"},
}

// missingMembers returns the required members that the request does not have.
func (c Case) missingMembers() []string {
	have := map[string]bool{}
	for name := range c.body() {
		have[strings.ToLower(name)] = true
	}
	return slices.DeleteFunc(slices.Clone(requiredMembers[c.Request.Operation]), func(name string) bool { return have[name] })
}

var precedenceRules = []Rule{
	{
		ID: "operands-equal-first", Aspect: aspectOutcome, Right: Service,
		What:  "an attribute is compared with itself, and the table, index or key is wrong as well: both servers report the latter",
		Why:   "validation does not depend on which tables there are: the service answers \"must be distinct\" for a table that does not exist",
		Match: missesEqualOperands,
		Want:  func(c Case) []string { return []string{"ValidationException", c.Local.kind()} },
	},
	{
		ID: "operands-equal-first", Aspect: aspectConstraint, Right: Service,
		What: "as above, for the rule that the message names", Why: "as above",
		Match: missesEqualOperands,
		Want: func(c Case) []string {
			want := []string{"operands equal", c.Local.constraint(), c.Dynoxide.constraint()}
			if c.Request.hasMistake("index name short") {
				want = append(want, "too short") // which is looked at before any expression
			}
			return want
		},
	},
	{
		ID: "operands-equal-first", Aspect: aspectField, Right: Service,
		What: "as above, for the field", Why: "as above",
		Match: missesEqualOperands,
	},
	{
		ID: "key-condition-missing", Aspect: aspectOutcome, Right: Service,
		What: "a query without a key condition of a table that does not exist: both servers look for the table first",
		Why:  "validation does not depend on which tables there are: recorded answers of the service are about the condition",
		Match: func(c Case) bool {
			body := c.body()
			return c.hasOperation("Query") && body["KeyConditionExpression"] == nil && len(asObject(body["KeyConditions"])) == 0 &&
				c.Local.hasKind("ResourceNotFoundException") && c.Dynoxide.hasKind("ResourceNotFoundException")
		},
		Want: func(Case) []string { return []string{"ValidationException"} },
	},
	{
		ID: "write-without-action", Aspect: aspectConstraint, Right: Service,
		What:  "a batch with a write that is neither a put nor a delete, and another mistake before it: both servers report the latter",
		Why:   "recorded answers of the service: it checks first that each write has one action",
		Match: func(c Case) bool { return c.hasOperation("BatchWriteItem") && hasWriteWithoutAction(c.body()) },
		Want:  func(c Case) []string { return []string{"value of several types", c.Local.constraint()} },
	},
	{
		ID: "several-missing", Aspect: aspectField, Right: Service,
		What: "several required members are missing: which of them the message names",
		Why:  "API reference: all are required",
		Match: func(c Case) bool {
			return len(c.missingMembers()) > 1 && (c.Local.constraint() == "required" || c.Dynoxide.constraint() == "required")
		},
		Want: Case.missingMembers,
	},
	{
		ID: "update-path-reason", Aspect: aspectConstraint, Right: Service,
		What: "as below, where DynamoDB Local finds first that the item is too large", Why: "see below and two-mistakes",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateItem") && constraintsAre([]string{"item too large"}, []string{"attribute absent", "update operand"})(c) &&
				slices.ContainsFunc(updatedPaths(c.body()), func(path []string) bool { return len(path) > 1 })
		},
		Want: func(c Case) []string { return []string{c.Local.constraint(), c.Dynoxide.constraint(), "update path"} },
	},
	{
		ID: "two-mistakes", Aspect: aspectConstraint, Right: Service,
		What: "as below, for an update whose value is too large and whose condition has equal operands by chance: DynamoDB Local checks the latter later, dynoxide not at all",
		Why:  "as below",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateItem") && c.Request.hasMistake("item too large") && c.body()["ConditionExpression"] != nil &&
				c.Local.constraint() == "item too large" && c.Dynoxide.constraint() == "item too large"
		},
		Want: func(Case) []string { return []string{"item too large", "operands equal"} },
	},
	{
		ID: "enum-first", Aspect: aspectConstraint, Right: Service,
		What: "a value that is not in an enumeration, and a mistake that depends on more than one member: one server reports the latter",
		Why:  "the service checks required members, lengths, ranges and enumerations before anything else",
		Match: func(c Case) bool {
			l, d := c.Local.constraint(), c.Dynoxide.constraint()
			if c.Request.hasMistake("enum returnValues for operation") {
				return false // which is in the enumeration
			}
			return l == "enum" && d != "" && !modelConstraints[d] || d == "enum" && l != "" && !modelConstraints[l]
		},
		Want: func(Case) []string { return []string{"enum"} },
	},
	{
		ID: "two-mistakes", Aspect: aspectConstraint, Right: Service,
		What: "as below, for an expression that fuzzing made, which may have many mistakes",
		Why:  "as below; equal operands are checked with the other faults of operands, or after them",
		Match: func(c Case) bool {
			return c.Request.hasMistake("fuzzed") && !equalAspect(aspectConstraint, c.Local.constraint(), c.Dynoxide.constraint())
		},
		Want: func(c Case) []string {
			want := []string{c.Local.constraint(), c.Dynoxide.constraint()}
			if slices.Contains(want, "operands equal") {
				want = append(want, "number of operands", "operand type", "path wanted", "attribute type", "BETWEEN types", "BETWEEN bounds")
			}
			return want
		},
	},
	{
		ID: "two-mistakes", Aspect: aspectField, Right: Service,
		What: "as below, of an expression that fuzzing made, for the field", Why: "as below",
		Match: func(c Case) bool {
			return c.Request.hasMistake("fuzzed") && !equalAspect(aspectConstraint, c.Local.constraint(), c.Dynoxide.constraint())
		},
		Holds: func(c Case, got string) bool {
			return got == "" || got == "pk" || got == "sk" || strings.Contains(strings.ToLower(c.Request.Body), strings.ReplaceAll(got, `"`, `\"`)) || strings.Contains(got, "expression")
		},
	},
	{
		ID: "two-mistakes", Aspect: aspectOutcome, Right: Service,
		What:  "a request with two mistakes: each server reports one of them",
		Why:   "the order in which the service checks is not documented",
		Match: func(c Case) bool { return len(c.Request.Mistakes) > 1 },
		Want: func(c Case) []string {
			want := []string{c.Local.kind(), c.Dynoxide.kind()}
			for _, mistake := range c.Request.Mistakes {
				if mistakeStatements[mistake].constraint != "" {
					want = append(want, "ValidationException")
				}
			}
			if c.Request.hasMistakeStarting("JSON ", "type of ", "base64 ") {
				want = append(want, "SerializationException")
			}
			return want
		},
	},
	{
		ID: "two-mistakes", Aspect: aspectConstraint, Right: Service,
		What: "as above, for the rule that the message names: one of the two", Why: "as above",
		Match: hasTwoMistakes,
		Want:  oneOfTheMistakes(aspectConstraint),
	},
	{
		ID: "two-mistakes", Aspect: aspectConstraint, Right: Service,
		What: "as above, for updates that cannot be applied for several reasons",
		Why:  "as above",
		Match: func(c Case) bool {
			return c.hasOperation("UpdateItem") && applyConstraints[c.Local.constraint()] && applyConstraints[c.Dynoxide.constraint()]
		},
		Want: func(Case) []string { return slices.Sorted(maps.Keys(applyConstraints)) },
	},
	{
		ID: "two-mistakes", Aspect: aspectConstraint, Right: Either,
		What: "as above, for a mistake that the generator made by chance",
		Why:  "as above",
		Match: func(c Case) bool {
			return incidentalConstraints[c.Local.constraint()] || incidentalConstraints[c.Dynoxide.constraint()]
		},
	},
	{
		ID: "two-mistakes", Aspect: aspectConstraint, Right: Service,
		What: "as above, where both servers name the same mistake",
		Why:  "as above",
		Match: func(c Case) bool {
			return len(c.Request.Mistakes) > 1 || len(c.Request.Mistakes) == 1 && incidentalConstraints[c.Local.constraint()] && !c.Request.isAboutConstraint(c.Local.constraint())
		},
		Want: oneOfTheMistakes(aspectConstraint),
	},
	{
		ID: "two-mistakes", Aspect: aspectField, Right: Service,
		What: "as above, for the field",
		Why:  "as above",
		Match: func(c Case) bool {
			return len(c.Request.Mistakes) > 1 ||
				len(c.Request.Mistakes) == 1 && incidentalConstraints[c.Local.constraint()] && !c.Request.isAboutConstraint(c.Local.constraint())
		},
		Want: oneOfTheMistakes(aspectField),
	},
	{
		ID: "two-mistakes", Aspect: aspectField, Right: Service,
		What: "as above, for an update of two index keys with values of a wrong type", Why: "as above",
		Match: func(c Case) bool {
			return len(c.Request.Mistakes) == 1 && c.Request.hasMistake("update index key type")
		},
		Want: func(Case) []string { return []string{"g1", "g2"} },
	},
	{
		ID: "local-validates-late", Aspect: aspectConstraint, Right: Dynoxide,
		What: "DynamoDB Local finds that an update cannot be applied before it finds that the request is not valid",
		Why:  "validation comes before evaluation",
		Match: func(c Case) bool {
			return applyConstraints[c.Local.constraint()] && !applyConstraints[c.Dynoxide.constraint()]
		},
	},
	{
		ID: "dynoxide-validates-late", Aspect: aspectConstraint, Right: Local,
		What: "dynoxide finds that an update cannot be applied before it finds that the request is not valid",
		Why:  "validation comes before evaluation",
		Match: func(c Case) bool {
			return !applyConstraints[c.Local.constraint()] && applyConstraints[c.Dynoxide.constraint()]
		},
	},
	{
		ID: "two-mistakes", Aspect: aspectField, Right: Either,
		What: "as above, for the field", Why: "as above",
		Match: func(c Case) bool {
			return hasTwoMistakes(c) || !equalAspect(aspectConstraint, c.Local.constraint(), c.Dynoxide.constraint())
		},
	},
	{
		ID: "local-looks-for-table-first", Aspect: aspectOutcome, Right: Dynoxide,
		What: "DynamoDB Local looks for the table before it validates the request",
		Why:  "the service validates first: a malformed request gets ValidationException whether or not the table exists",
		Match: func(c Case) bool {
			return c.Local.hasKind("ResourceNotFoundException") && c.Dynoxide.hasKind("ValidationException")
		},
	},
}
