package difftest

import (
	"maps"
	"slices"
	"strings"
)

// precedenceRules are about requests with several mistakes: which of them is reported.
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
		Want: func(c Case) []string {
			want := []string{"value of several types", c.Local.constraint()}
			if c.Request.hasMistakeStarting("enum") { // two mistakes: the message is about one of them
				want = append(want, "enum")
			}
			return want
		},
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
